"""Build every sample encounter and compare the outcome with expected.csv: what `make claim` runs.

Writes claims, 837 files, reports and the batch files into `out/` (or the folder given as argument), the two
claims of each visit that a hospital and a practitioner share into `out/visits/`, and prints a table. Exit
code 1 where a sample came out differently, 2 where the build itself failed.
"""

import csv
import json
import subprocess
import sys
import textwrap
from decimal import Decimal
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
CREATED = "2026-11-02T08:00:00"
WIDTHS = {"sample": 20, "setting": 12, "lines": 29, "outcome": 16}


def main(out: Path) -> int:
    """Build, compare, print; return the exit code."""
    problems: list[str] = []
    count = 0
    print_row({name: name for name in WIDTHS})
    print(" ".join("-" * width for width in WIDTHS.values()))
    for folder, into, both in ((HERE, out, False), (HERE / "visits", out / "visits", True)):
        for old in [*into.glob("*.claim.json"), *into.glob("*.report.json")]:
            old.unlink()  # a sample that is no longer written must not be judged by an older run
        done = build(folder / "encounters", into, both=both)
        if done.returncode not in (0, 1) or not into.is_dir():
            print(done.stdout + done.stderr, file=sys.stderr)
            return 2
        with (folder / "expected.csv").open(encoding="utf-8", newline="") as text:
            expected = list(csv.DictReader(text))
        count += len(expected)
        problems += judged(expected, into)
        listed = {row["sample"] for row in expected}
        problems += [
            f"{path.stem}: not in expected.csv"
            for path in sorted((folder / "encounters").glob("*.json"))
            if path.stem not in listed
        ]
    print(f"\n{count} samples, {len(problems)} differences; files in {out}/")
    print("\n".join(problems), end="\n" if problems else "")
    return 1 if problems else 0


def judged(expected: list[dict[str, str]], out: Path) -> list[str]:
    """Print the outcome of each row; what differs from it."""
    problems: list[str] = []
    for row in expected:
        lines, given = outcome(out, row["sample"], row.get("side", ""))
        wrong = compare(row, lines, given)
        problems += [f"{row['sample']}: {problem}" for problem in wrong]
        words = "DIFFERENT" if wrong else "clean" if row["verdict"] == "clean" else row_ids(row)
        print_row(row | {"lines": "; ".join(lines), "outcome": words})
    return problems


def build(folder: Path, out: Path, *, both: bool) -> "subprocess.CompletedProcess[str]":
    """Run `cleanclaim build` on the samples; its exit code is 1, as some of them are wrong on purpose."""
    command = [sys.executable, "-m", "edi", "build", str(folder), "-o", str(out)]
    command += ["--both"] if both else []
    command += ["--settings", str(HERE / "cleanclaim.toml"), "--created", CREATED, "--control-number", "1"]
    return subprocess.run(command, cwd=HERE.parent, capture_output=True, text=True, check=False)


def outcome(out: Path, sample: str, side: str) -> tuple[list[str], list[dict[str, Any]]]:
    """The lines (`96365-XS x1`) and the errors and warnings of one sample, or one side of it."""
    stem = f"{sample.upper()}.{side}" if side else sample.upper()
    claim_file, report_file = out / f"{stem}.claim.json", out / f"{stem}.report.json"
    lines: list[str] = []
    if claim_file.exists():
        for line in json.loads(claim_file.read_text(encoding="utf-8")).get("lines", []):
            code = "-".join([line["hcpcs"], *(line.get("modifiers") or [])])
            lines.append(f"{code} x{Decimal(str(line['units'])).normalize():f}")
    if not report_file.exists():
        return lines, [{"rule": "no report", "severity": "error"}]
    report = json.loads(report_file.read_text(encoding="utf-8"))
    findings = [finding for file in report["files"] for finding in file["findings"]]
    return lines, [finding for finding in findings if finding["severity"] != "info"]


def compare(row: dict[str, str], lines: list[str], given: list[dict[str, Any]]) -> list[str]:
    """What differs: lines, findings that are missing, findings that nobody expects."""
    problems: list[str] = []
    if sorted(lines) != sorted(ids(row["lines"])):
        problems.append(f"lines are {'; '.join(lines) or 'none'}, expected {row['lines']}")
    for severity, column in (("error", "errors"), ("warning", "warnings")):
        wanted = ids(row[column])
        found = [{f["rule"], *f.get("also", [])} for f in given if f["severity"] == severity]
        problems += [f"{severity} {rule} is missing" for rule in wanted if not any(rule in f for f in found)]
        problems += [f"{severity} {min(f)} is not expected" for f in found if not f & set(wanted)]
    return problems


def ids(text: str) -> list[str]:
    """The entries of a semicolon list."""
    return [part.strip() for part in text.split(";") if part.strip()]


def row_ids(row: dict[str, str]) -> str:
    """The findings of a row, as the table shows them."""
    return " ".join(ids(row["errors"]) + ids(row["warnings"]))


def print_row(row: dict[str, str]) -> None:
    """Print one row of the table within 80 columns; long cells continue on the next line."""
    cells = [wrapped(row[name], width) for name, width in WIDTHS.items()]
    for i in range(max(len(cell) for cell in cells)):
        parts = (
            (cell[i] if i < len(cell) else "").ljust(w)
            for cell, w in zip(cells, WIDTHS.values(), strict=True)
        )
        print(" ".join(parts).rstrip())


def wrapped(text: str, width: int) -> list[str]:
    """A cell in lines of at most `width`; a code and its units stay together."""
    joined = text.replace(" x", "\u00a0x")
    lines = textwrap.wrap(joined, width, break_on_hyphens=False)
    return [line.replace("\u00a0", " ") for line in lines] or [""]


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE.parent / "out"))
