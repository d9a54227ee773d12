"""Filling and reading forms: claims a second on paper, beside the time it takes to build the same claims.

    python benchmarks/boxes.py --write

The sample encounters of each setting, over and over. The steps take turns in one process, and the best of
several rounds counts, for other work on the machine only ever makes one slower. `--write` puts the table into
benchmarks/boxes.md.
"""

import argparse
import gc
import platform
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME)]

from edi import payers  # noqa: E402
from edi.checking import check_case  # noqa: E402
from edi.model.claim import billed_coverage  # noqa: E402
from edi.model.contract import read_records  # noqa: E402
from edi.model.encounter import Encounter  # noqa: E402
from edi.pipeline.judging import Options, case_of  # noqa: E402
from edi.rules import Case  # noqa: E402
from forms.filling import Filled, fill  # noqa: E402
from forms.taking import take  # noqa: E402

TABLE = HOME / "benchmarks" / "boxes.md"
ROUNDS = 7
TITLES = {"cms1500": "CMS-1500", "ub04": "UB-04"}


def encounters() -> list[Encounter]:
    """The sample encounters that become claims with lines."""
    found = []
    for path in sorted((HOME / "samples" / "encounters").glob("*.json")):
        for record in read_records(path.read_bytes()):
            assert isinstance(record.value, Encounter)
            if build(record.value).claim.lines:
                found.append(record.value)
    return found


def build(encounter: Encounter) -> Case:
    """Code an encounter and put its claim together, under the payer rules of its payer."""
    coverage = billed_coverage(encounter)
    payer = coverage.payer if coverage else None
    overlay, _ = payers.choose(
        asked=None,
        stated=encounter.payer_overlay,
        claim_filing=coverage.claim_filing if coverage else None,
        payer_id=payer.id if payer else None,
    )
    return case_of(encounter, overlay, overlay.policies, Options())


def seconds(work: Callable[[], object]) -> float:
    """Seconds of one round."""
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def measure() -> dict[str, dict[str, float]]:
    """For each form: claims, lines and boxes of a round, and seconds of each step."""
    given = [(one, build(one)) for one in encounters()]
    found: dict[str, dict[str, float]] = {}
    for form, title in TITLES.items():
        mine = [(one, case) for one, case in given if fill(case.claim).form == form]
        filled: list[Filled] = [fill(case.claim) for _, case in mine]
        steps: dict[str, Callable[[], object]] = {
            "build": partial(_each, build, [one for one, _ in mine]),
            "judge": partial(_each, partial(check_case, record="encounter"), [case for _, case in mine]),
            "fill": partial(_each, fill, [case.claim for _, case in mine]),
            "read": partial(_each, _read, filled),
        }
        gc.collect()
        gc.freeze()
        best = dict.fromkeys(steps, float("inf"))
        for _ in range(ROUNDS):
            for name, step in steps.items():
                best[name] = min(best[name], seconds(step))
        boxes = sum(len(page) for one in filled for page in one.pages)
        lines = sum(len(case.claim.lines) for _, case in mine)
        found[title] = {"claims": len(mine), "lines": lines, "boxes": boxes, **best}
    return found


def _each(work: Callable[[Any], object], given: list[Any]) -> None:
    for one in given:
        work(one)


def _read(filled: Filled) -> object:
    return take(filled.form, filled.pages)


def table(found: dict[str, dict[str, float]]) -> str:
    """The figures as text."""
    python = platform.python_version()
    lines = [
        "# Forms: claims a second",
        "",
        "Made by `python benchmarks/boxes.py --write`: the sample encounters of each setting, their claims,",
        f"and the boxes of their forms. The best of {ROUNDS} rounds in turn; CPython {python}.",
        "Machines differ and are noisy: the ratios count. Building is coding an encounter and putting its",
        "claim together, judging is all rules; filling is the claim as boxes with sources and problems,",
        "reading is the boxes as a claim.",
        "",
        "| form | claims | lines | boxes each | built/s | judged/s | filled/s | read/s | fill : build |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for title, one in found.items():
        count = one["claims"]
        cells = [title, f"{count:.0f}", f"{one['lines']:.0f}", f"{one['boxes'] / count:.0f}"]
        cells += [f"{count / one[step]:,.0f}" for step in ("build", "judge", "fill", "read")]
        lines.append(f"| {' | '.join(cells)} | {one['fill'] / one['build']:.2f} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Measure, print, and write the table where that is asked for."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help=f"write {TABLE.name}")
    asked = parser.parse_args()
    text = table(measure())
    print(text, end="")
    if asked.write:
        TABLE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
