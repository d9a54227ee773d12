"""Conversions per second: claims to the other side, beside reading and checking them.

    python benchmarks/converting.py                 print the table
    python benchmarks/converting.py --write         write it to benchmarks/converting.md too

Every sample encounter's claim is changed to its other side with the answers of `samples/conversions`. Three
measures, in turn and in one process: the conversion alone (`edi.conversion.converted`), the conversion with
the check of what comes of it (`edi.convert`, the command), and for comparison the check of the given claim
alone (`edi.check`), which shares the rules with the second.
"""

import argparse
import platform
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
sys.path.insert(0, str(ROOT))

from edi import payers, pipeline  # noqa: E402
from edi.conversion import Answers, Terms, converted, load  # noqa: E402
from edi.model.claim import Claim, Setting  # noqa: E402
from edi.refdata.lists import shipped  # noqa: E402

TABLE = HERE / "converting.md"
PLATFORM = f"Python {platform.python_version()}, {platform.system()} {platform.machine()}"


def claims() -> list[tuple[Claim, Setting, Answers]]:
    """The claims of the samples with the other side and the answers for it."""
    folder = ROOT / "samples"
    answers: dict[Setting, Answers] = {
        "facility": load(folder / "conversions" / "to-hospital.toml").for_all,
        "professional": load(folder / "conversions" / "to-office.toml").for_all,
    }
    found: list[tuple[Claim, Setting, Answers]] = []
    for path in sorted((folder / "encounters").glob("*.json")):
        claim = pipeline.claim(pipeline.read_encounter(path))
        to: Setting = "professional" if claim.setting == "facility" else "facility"
        found.append((claim, to, answers[to]))
    return found


def rate(work: Callable[[], object], least: float) -> float:
    """Turns of some work in a second, over at least some seconds."""
    turns = 0
    started = time.perf_counter()
    while time.perf_counter() - started < least:
        work()
        turns += 1
    return turns / (time.perf_counter() - started)


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description="Conversions per second.")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measure in each turn")
    parser.add_argument("--repeat", type=int, default=3, help="turns, of which the best counts")
    parser.add_argument("--write", action="store_true", help="write benchmarks/converting.md")
    chosen = parser.parse_args(arguments)
    given = claims()
    overlay = payers.load("commercial")
    terms = Terms(overlay=overlay, policies=overlay.policies, lists=shipped())

    def alone() -> None:
        for claim, to, answers in given:
            converted(claim, to, answers, terms)

    def checked() -> None:
        for claim, to, answers in given:
            pipeline.convert(claim, to, answers=answers)

    def check() -> None:
        for claim, _, _ in given:
            pipeline.check(replace(claim))

    works = {
        "conversion alone": alone,
        "conversion and check of the result": checked,
        "check of one claim": check,
    }
    best = dict.fromkeys(works, 0.0)
    for work in works.values():
        work()  # tables and rules are loaded once
    for _ in range(chosen.repeat):
        for name, work in works.items():
            best[name] = max(best[name], rate(work, chosen.seconds) * len(given))
    lines = sum(len(claim.lines) for claim, _, _ in given) / len(given)
    text = table(best, len(given), lines, chosen.repeat)
    print(text)
    if chosen.write:
        TABLE.write_text(text, encoding="utf-8")
    return 0


def table(best: dict[str, float], count: int, lines: float, repeat: int) -> str:
    """The result as Markdown."""
    base = best["check of one claim"]
    rows = [
        "# Conversions between the sides",
        "",
        f"Made by `python benchmarks/converting.py --write`: the claims of the {count} samples, {lines:.1f}",
        f"lines each, to the other side with answers, in one process; the best of {repeat} turns;",
        f"{PLATFORM}.",
        "Machines differ and are noisy: the ratios count.",
        "",
        "| | claims/s | times a check |",
        "|---|---:|---:|",
    ]
    rows += [f"| {name} | {speed:,.0f} | {speed / base:.2f} |" for name, speed in best.items()]
    rows += [
        "",
        "Most of what `edi.convert` costs is judging: the given claim and each resulting one, and an 837 of",
        "the latter, to see whether it can be written.",
        "",
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    sys.exit(main())
