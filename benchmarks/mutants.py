"""Seeded mutants of valid 837 files, judged by this program and by pyx12.

    python benchmarks/mutants.py --count 1000 --seed 1 --write

prints how often the two agree and every difference by its pattern; `--write` puts the table into
benchmarks/mutants.md. Differences are explained in tests/data/mutant_differences.csv; one that is not makes
the command fail.
"""

import argparse
import csv
import io
import random
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME), str(HOME / "tests"), str(HOME / "benchmarks")]

from generate import claims_837i, claims_837p  # noqa: E402

from edi.x12.findings import Fault  # noqa: E402
from edi.x12.reader import Reader, Unit  # noqa: E402
from pyx12_judge import Fault as Theirs  # noqa: E402
from pyx12_judge import judge  # noqa: E402

DIFFERENCES = HOME / "tests" / "data" / "mutant_differences.csv"
TABLE = HOME / "benchmarks" / "mutants.md"
CODES = (
    "",
    "ZZ",
    "HC",
    "D8",
    "RD8",
    "XX",
    "MI",
    "1",
    "2",
    "Y",
    "472",
    "434",
    "EI",
    "SY",
    "85",
    "IL",
    "PR",
    "ABK",
    "BF",
)
VALUES = (
    "",
    "X",
    " ",
    "A ",
    "0",
    "-1",
    "1.5",
    "1e5",
    "20260230",
    "20260303",
    "2400",
    "9" * 60,
    "X" * 300,
    "A:B",
    "A^B",
    ":",
)


class Mutant(NamedTuple):
    """A spoilt file: how it was made, and its bytes."""

    how: str
    data: bytes


class Verdict(NamedTuple):
    """What both judges say of a file."""

    ours: list[Fault]
    theirs: list[Theirs]


@cache
def bases() -> tuple[tuple[str, ...], ...]:
    """Valid files as segments, ISA first; professional and facility in turn."""
    made = []
    for seed in range(1, 6):
        for make in (claims_837p, claims_837i):
            text = b"".join(make(3, seed)).decode("ascii")
            made.append(tuple(text.split("~")[:-1]))
    return tuple(made)


def mutants(count: int, seed: int) -> Iterator[Mutant]:
    """Spoilt files; the same numbers give the same files."""
    dice = random.Random(f"mutants {seed}")
    for _ in range(count):
        segments = list(dice.choice(bases()))
        hows = []
        for _ in range(dice.choice((1, 1, 1, 2, 3))):
            hows.append(_spoil(segments, dice))
        if dice.random() < 0.8:
            _recount(segments)
        yield Mutant(" + ".join(hows), "".join(s + "~" for s in segments).encode("ascii"))


def _recount(segments: list[str]) -> None:
    """Make SE01 right again, so that it does not hide what else is wrong."""
    start = 0
    for i, segment in enumerate(segments):
        parts = segment.split("*")
        if parts[0] == "ST":
            start = i
        elif parts[0] == "SE" and len(parts) == 3 and parts[1].isdigit():
            segments[i] = f"SE*{i - start + 1}*{parts[2]}"


def _spoil(segments: list[str], dice: random.Random) -> str:
    """One fault; gives its name."""
    i = dice.randrange(1, len(segments))
    segment_id = segments[i].split("*")[0]
    match dice.randrange(10):
        case 0:
            segments.pop(i)
            return f"delete {segment_id}"
        case 1:
            segments.insert(i, segments[i])
            return f"duplicate {segment_id}"
        case 2:
            k = min(i + 1, len(segments) - 1)
            segments[i], segments[k] = segments[k], segments[i]
            return f"swap {segment_id} with its neighbour"
        case 3:
            k = dice.randrange(2, len(segments) - 2)
            moved = segments.pop(i)
            segments.insert(k, moved)
            return f"move {segment_id}"
        case 4 | 5:
            parts = segments[i].split("*")
            k = dice.randrange(1, len(parts))
            parts[k] = dice.choice(VALUES)
            segments[i] = "*".join(parts)
            return f"value of {segment_id}{k:02}"
        case 6:
            parts = segments[i].split("*")
            parts[1] = dice.choice(CODES)
            segments[i] = "*".join(parts)
            return f"qualifier of {segment_id}"
        case 7:
            segments[i] += dice.choice(("*", "*X", "**X", ":", "*" * 12 + "X"))
            return f"lengthen {segment_id}"
        case 8:
            segments[i] = "*".join(segments[i].split("*")[: dice.randint(1, 3)])
            return f"shorten {segment_id}"
        case _:
            counted = [
                k
                for k, s in enumerate(segments)
                if s[:3] in ("HL*", "LX*", "SE*", "GE*", "IEA", "ST*", "GS*")
            ]
            k = dice.choice(counted)
            parts = segments[k].split("*")
            e = dice.randrange(1, min(len(parts), 5))
            parts[e] = str(int(parts[e]) + 1) if parts[e].isdigit() else dice.choice(VALUES)
            segments[k] = "*".join(parts)
            return f"number of {parts[0]}{e:02}"


def ours(data: bytes) -> list[Fault]:
    """What this program finds, errors only."""
    found: list[Fault] = []
    for event in Reader(io.BytesIO(data)):
        if isinstance(event, Fault):
            found.append(event)
        elif isinstance(event, Unit):
            found += event.faults
    return [f for f in found if f.about.severity == "error"]


def theirs(data: bytes) -> list[Theirs]:
    """What pyx12 finds; where it fails altogether, that is one fault."""
    try:
        return judge(data)
    except Exception as problem:  # whatever pyx12 raises is its verdict
        return [Theirs("ISA", "", "", f"pyx12 raises {type(problem).__name__}", "")]


def compare(data: bytes) -> Verdict:
    """Both verdicts on one file."""
    return Verdict(ours(data), theirs(data))


@cache
def differences() -> tuple[dict[str, str], ...]:
    """Explained differences: who finds it, its pattern, who is right, why."""
    lines = DIFFERENCES.read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader([line for line in lines if line and not line.startswith("#")], strict=True))


def patterns(verdict: Verdict) -> list[tuple[str, str]]:
    """What to explain: (who found it, pattern) for a file that only one of the two rejects."""
    if verdict.ours and not verdict.theirs:
        return sorted({("cleanclaim", f"{f.kind} {place(f)}") for f in verdict.ours})
    if verdict.theirs and not verdict.ours:
        return sorted(
            {
                ("pyx12", f"{t.segment.split('@')[0]}{t.element} {t.code} {t.text[:60]}")
                for t in verdict.theirs
            }
        )
    return []


def place(fault: Fault) -> str:
    """Segment and element of a fault."""
    return fault.segment + (f"{fault.element:02}" if fault.element else "")


def explained(who: str, pattern: str) -> dict[str, str] | None:
    """The row that explains a pattern; a row's pattern is a beginning."""
    return next((d for d in differences() if d["found_by"] == who and pattern.startswith(d["pattern"])), None)


def main(arguments: Sequence[str] | None = None) -> int:
    """Judge mutants and print the table."""
    parser = argparse.ArgumentParser(description="Compare verdicts with pyx12 on spoilt files.")
    parser.add_argument("--count", type=int, default=1000, help="how many mutants (default 1000)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write benchmarks/mutants.md")
    parser.add_argument(
        "--show", action="store_true", help="print each file that only one of the two rejects"
    )
    chosen = parser.parse_args(arguments)
    both: Counter[str] = Counter()
    found: Counter[tuple[str, str]] = Counter()
    unknown = 0
    for mutant in mutants(chosen.count, chosen.seed):
        verdict = compare(mutant.data)
        both[
            ("rejects" if verdict.ours else "accepts") + " " + ("rejects" if verdict.theirs else "accepts")
        ] += 1
        seen = patterns(verdict)
        if seen and not any(explained(*one) for one in seen):
            unknown += 1
            if chosen.show:
                print(mutant.how, seen)
        for one in seen:
            found[one] += 1
    text = table(chosen.count, chosen.seed, both, found)
    print(text)
    if chosen.write:
        TABLE.write_text(text, encoding="utf-8")
    if unknown:
        print(f"{unknown} files differ without an explanation", file=sys.stderr)
    return 1 if unknown else 0


def table(count: int, seed: int, both: Counter[str], found: Counter[tuple[str, str]]) -> str:
    """The result as Markdown."""
    lines = [
        "# Spoilt files: this program and pyx12",
        "",
        f"Made by `python benchmarks/mutants.py --count {count} --seed {seed} --write`:",
        f"{count} seeded mutants of valid 837P and 837I files (segments deleted, doubled, swapped, moved;",
        "elements changed, emptied, lengthened; qualifiers, numbers and counts changed), each judged for",
        "structure by both programs.",
        "",
        "| | pyx12 rejects | pyx12 accepts |",
        "|---|---:|---:|",
        f"| cleanclaim rejects | {both['rejects rejects']} | {both['rejects accepts']} |",
        f"| cleanclaim accepts | {both['accepts rejects']} | {both['accepts accepts']} |",
        "",
        "What is found in files that only one of the two rejects, and who is right:",
        "",
        "| found by | what | files | right | why |",
        "|---|---|---:|---|---|",
    ]
    grouped: Counter[tuple[str, str, str, str]] = Counter()
    for (who, pattern), files in found.items():
        row = explained(who, pattern)
        right, why = (row["right"], row["why"]) if row else ("", "in a file that another line explains")
        grouped[who, row["pattern"] if row else pattern, right, why] += files
    for (who, pattern, right, why), files in sorted(grouped.items()):
        lines.append(f"| {who} | `{pattern}` | {files} | {right} | {why} |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.exit(main())
