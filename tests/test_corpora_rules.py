"""Published files that are valid by structure, judged by all rules: every error is really there."""

import csv
from collections import Counter
from pathlib import Path

import pytest

import edi
from edi.finding import Finding

ROOT = Path(__file__).parents[1]
CORPORA = ROOT.parent / "shared" / "corpora"
LISTED = ROOT / "tests" / "data" / "corpora_findings.csv"
HIGHEST_OF_STRUCTURE = 2
"""Up to this SNIP type a valid file may have errors that structure does not show, such as a check digit."""


def rows(path: Path) -> list[dict[str, str]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader(line for line in lines if not line.startswith("#")))


FILES = (
    [
        row["file"]
        for row in rows(CORPORA / "manifest.csv")
        if row["verdict"] == "valid" and Path(row["file"]).name.startswith("837")
    ]
    if CORPORA.is_dir()
    else []
)
pytestmark = pytest.mark.skipif(not FILES, reason="the corpora are not beside the project")


def place(found: Finding) -> str:
    return (found.place.x12.address if found.place.x12 else "") or found.path


def errors(file: str) -> list[Finding]:
    report = edi.check(CORPORA / file, payer="commercial")
    return [found for found in report.findings if found.severity == "error"]


@pytest.mark.parametrize("file", FILES)
def test_every_error_on_a_valid_file_is_listed_with_its_reason(file: str) -> None:
    expected = [(r["claim"], r["rule"], r["place"]) for r in rows(LISTED) if r["file"] == file and r["why"]]
    found = [(str(f.index + 1), f.rule, place(f)) for f in errors(file)]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("file", FILES)
def test_no_error_beyond_structure(file: str) -> None:
    beyond = [f for f in errors(file) if f.snip is None or f.snip > HIGHEST_OF_STRUCTURE]
    assert [(f.rule, f.message) for f in beyond] == []


def test_the_list_names_files_that_are_there() -> None:
    assert {row["file"] for row in rows(LISTED)} <= set(FILES)
    assert len(FILES) > 15


def test_identifiers_that_are_called_wrong_are_wrong() -> None:
    """As many numbers after XX are wrong by a sum made here as the list calls wrong."""
    places = {(row["file"], row["place"]) for row in rows(LISTED) if row["place"].endswith("NM1/09")}
    listed = Counter(file for file, _ in places)
    for file, count in listed.items():
        text = (CORPORA / file).read_text(encoding="latin-1").replace("\n", "")
        named = [segment.split("*") for segment in text.split("~") if segment.strip().startswith("NM1*")]
        numbers = [elements[9].strip() for elements in named if len(elements) > 9 and elements[8] == "XX"]
        assert sum(not sums_up(number) for number in numbers) >= count, file


def sums_up(number: str) -> bool:
    """Whether ten digits that begin with 1 or 2 pass the Luhn formula with 80840 before them."""
    if len(number) != 10 or not number.isdecimal() or number[0] not in "12":
        return False
    digits = [int(digit) for digit in reversed("80840" + number)]
    doubled = [sum(divmod(2 * digit, 10)) for digit in digits[1::2]]
    return (sum(digits[::2]) + sum(doubled)) % 10 == 0
