"""ICD-10-CM by date of service: editions, windows, headings, and what is not known."""

import subprocess
import sys
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

import edi
from edi import tables
from edi.codes import icd10
from edi.errors import TableError
from edi.model import contract, pointer
from edi.model.claim import Claim
from edi.refdata import shipped
from edi.refdata.shipped_diagnoses import FILE, LIST, ShippedDiagnoses

ROOT = Path(__file__).parents[1]
SAMPLES = ROOT / "samples" / "rules"
SHIPPED = ShippedDiagnoses()
BILLABLE = {"FY2024": 74_044, "FY2025": 74_260, "FY2026": 74_719}
"""Billable codes of each year as CMS announced them."""


def known(code: str, day: str) -> bool | None:
    return shipped().known(LIST, code, date.fromisoformat(day))


def findings(setting: str, patch: dict[str, Any]) -> list[tuple[str, str]]:
    """Severity and message of what PRO-DX-003 says of a patched sample."""
    claim: Claim = edi.claim(edi.read_encounter(SAMPLES / f"{setting}.json"))
    for path, value in patch.items():
        claim = pointer.replace(claim, path, value)
    return [(f.severity, f.message) for f in edi.check(claim).findings if f.rule == "PRO-DX-003"]


def lines(*days: str) -> dict[str, Any]:
    return {f"/lines/{i}/service_date": day for i, day in enumerate(days)}


def test_editions_follow_each_other_from_october_to_september() -> None:
    editions = SHIPPED.editions(LIST)
    assert [edition.name for edition in editions] == list(BILLABLE)
    for edition in editions:
        year = int(edition.name.removeprefix("FY"))
        assert (edition.start, edition.through) == (date(year - 1, 10, 1), date(year, 9, 30))
        assert edition.complete and edition.origin == "shipped"


def test_each_year_has_the_number_of_codes_that_was_announced() -> None:
    counts = dict.fromkeys(BILLABLE, 0)
    for code in SHIPPED.codes(LIST):
        for edition in SHIPPED.editions(LIST):
            for entry in SHIPPED.entries(edition, LIST, code):
                counts[edition.name] += entry.fields["billable"] == "yes"
    assert counts == BILLABLE


def test_codes_are_sorted_well_formed_and_found_again() -> None:
    codes = SHIPPED.codes(LIST)
    assert list(codes) == sorted(set(codes))
    assert [code for code in codes if icd10.problem(code)] == []
    for code in (codes[0], codes[-1], *codes[::997]):
        assert SHIPPED.find(LIST, code), code


def test_a_heading_has_longer_codes_and_a_billable_code_has_none() -> None:
    for edition in SHIPPED.editions(LIST):
        states = {
            code: found[0].fields["billable"]
            for code in SHIPPED.codes(LIST)
            if (found := SHIPPED.entries(edition, LIST, code))
        }
        held = list(states)
        for code, after in zip(held, [*held[1:], ""], strict=True):
            assert (states[code] == "no") is after.startswith(code), (edition.name, code)


@pytest.mark.parametrize(
    ("code", "day", "expected"),
    [
        ("E66811", "2024-09-30", False),
        ("E66811", "2024-10-01", True),
        ("G35A", "2025-09-30", False),
        ("G35A", "2025-10-01", True),
        ("G35A", "2026-03-31", True),
        ("G35A", "2026-04-01", True),
        ("QA00101", "2025-09-30", False),
        ("QA00101", "2026-09-30", True),
        ("T8132XA", "2024-09-30", True),
        ("T8132XA", "2024-10-01", False),
        ("T8132XA", "2026-10-01", None),
        ("I10", "2023-09-30", None),
        ("I10", "2023-10-01", True),
        ("I10", "2026-09-30", True),
        ("I10", "2026-10-01", None),
        ("ZZZZ", "2026-09-30", False),
        ("", "2026-09-30", False),
        ("I10XXXXXX", "2026-09-30", False),
        ("\u00c410", "2026-09-30", False),
    ],
)
def test_a_code_is_known_in_its_years(code: str, day: str, expected: bool | None) -> None:
    assert known(code, day) is expected


def test_a_code_that_became_a_heading_has_two_windows() -> None:
    first, second = SHIPPED.find(LIST, "G35")
    assert (first.fields["billable"], first.start, first.end) == ("yes", None, date(2025, 9, 30))
    assert (second.fields["billable"], second.start, second.end) == ("no", date(2025, 10, 1), None)
    for day, billable in ((date(2025, 9, 30), "yes"), (date(2025, 10, 1), "no"), (date(2026, 4, 1), "no")):
        entry = shipped().entry(LIST, "G35", day)
        assert entry is not None and entry.fields["billable"] == billable


def test_no_april_release_changed_a_code() -> None:
    for code in SHIPPED.codes(LIST)[::53]:
        for year in (2024, 2025, 2026):
            april = date(year, 4, 1)
            assert SHIPPED.find_on(LIST, code, april) == SHIPPED.find_on(
                LIST, code, april - timedelta(days=1)
            )


def test_it_holds_no_other_list() -> None:
    edition = SHIPPED.editions(LIST)[0]
    assert SHIPPED.coverage("pos") == SHIPPED.coverage_on("pos", date(2026, 1, 1)) == "absent"
    assert not SHIPPED.editions("pos") and not SHIPPED.find("pos", "11") and not SHIPPED.codes("pos")
    assert not SHIPPED.entries(edition, "pos", "11")


def test_the_list_agrees_with_the_package_of_the_newest_release() -> None:
    package = pytest.importorskip("simple_icd_10_cm")
    edition = SHIPPED.editions(LIST)[-1]
    theirs = {
        code.replace(".", ""): package.is_leaf(code)
        for code in package.get_all_codes(True)
        if package.is_category(code) or package.is_subcategory(code)
    }
    ours = {
        code: found[0].fields["billable"] == "yes"
        for code in SHIPPED.codes(LIST)
        if (found := SHIPPED.entries(edition, LIST, code))
    }
    assert ours == theirs


def test_the_file_is_small_and_quick() -> None:
    assert tables.path(FILE).stat().st_size < 500_000
    fresh = ShippedDiagnoses()
    begin = time.perf_counter()
    assert fresh.find(LIST, "I10")
    assert time.perf_counter() - begin < 0.5, "some 15 ms are usual"


def test_it_is_not_opened_without_diagnoses() -> None:
    asked = (
        "import edi, lzma, sys\n"
        "def refuse(*_, **__): raise AssertionError('opened')\n"
        "lzma.decompress = refuse\n"
        "encounter = edi.read_encounter(sys.argv[1]); encounter.diagnoses = ()\n"
        "assert edi.check(encounter).findings"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked, str(SAMPLES / "professional.json")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("rest", [b"A00    B\n", b"A00 BBB\n"])
def test_a_damaged_list_is_refused(rest: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    import lzma

    head = b"# source: x\n# edition: FY2026 2025-10-01 2026-09-30\n# edition: FY2027 2026-10-01 2027-09-30\n"
    path = tmp_path / "list.xz"
    path.write_bytes(lzma.compress(head + rest))
    monkeypatch.setattr(tables, "path", lambda _: path)
    with pytest.raises(TableError):
        ShippedDiagnoses().find(LIST, "A00")


# ---------------------------------------------------------------- the rule


@pytest.mark.parametrize("day", ["2026-03-03", "2026-09-30"])
@pytest.mark.parametrize("setting", ["professional", "facility"])
def test_headings_and_codes_that_do_not_exist_are_errors_within_an_edition(setting: str, day: str) -> None:
    for code in ("E11", "D50.99"):
        ((severity, message),) = findings(setting, {"/diagnoses/0/code": code, **lines(day, day)})
        assert severity == "error" and "FY2026" in message and code in message


@pytest.mark.parametrize("setting", ["professional", "facility"])
def test_after_the_newest_edition_it_is_a_warning_that_names_the_edition(setting: str) -> None:
    late = lines("2026-10-01", "2026-10-01")
    ((severity, message),) = findings(setting, {"/diagnoses/0/code": "D50.99", **late})
    assert severity == "warning" and "FY2026" in message and "2026-09-30" in message
    assert findings(setting, {"/diagnoses/0/code": "G35.A", **late}) == []


@pytest.mark.parametrize("day", ["2023-09-30", "2015-10-01", "2015-09-30", "2010-01-01"])
def test_before_the_first_edition_only_the_shape_is_judged(day: str) -> None:
    assert findings("professional", {"/diagnoses/0/code": "D50.99", **lines(day, day)}) == []
    assert findings("professional", {"/diagnoses/0/code": "250.00", **lines(day, day)}) == []


def test_each_line_is_judged_on_its_own_day_for_what_it_points_to() -> None:
    both = {"/diagnoses/0/code": "G35", **lines("2025-09-30", "2025-10-01")}
    first = {"/lines/0/diagnosis_pointers": [1], "/lines/1/diagnosis_pointers": [2]}
    second = {"/lines/0/diagnosis_pointers": [2], "/lines/1/diagnosis_pointers": [1]}
    assert findings("professional", {**both, **first}) == []
    ((severity, message),) = findings("professional", {**both, **second})
    assert severity == "error" and "2025-10-01" in message


def test_a_diagnosis_to_which_no_line_points_is_wrong_only_on_every_day() -> None:
    aside = {
        "/lines/0/diagnosis_pointers": [2],
        "/lines/1/diagnosis_pointers": [2],
        "/diagnoses/0/code": "G35",
    }
    assert findings("professional", {**aside, **lines("2025-09-30", "2025-10-01")}) == []
    assert len(findings("professional", {**aside, **lines("2025-10-01", "2025-10-01")})) == 1


def test_a_facility_is_judged_by_the_last_day() -> None:
    over = {
        "/diagnoses/0/code": "G35",
        "/statement": {"from_date": "2025-09-29", "through_date": "2025-10-02"},
        **lines("2025-09-29", "2025-10-02"),
    }
    ((severity, _),) = findings("facility", over)
    assert severity == "warning", "an outpatient bill should have been split"
    ((severity, _),) = findings("facility", {**over, "/type_of_bill": "0111"})
    assert severity == "error", "the codes of an inpatient are those of the discharge"
    assert findings("facility", {**over, "/diagnoses/0/code": "G35.A"}) == []


def test_a_loaded_claim_keeps_its_meaning_through_json() -> None:
    claim = edi.claim(edi.read_encounter(SAMPLES / "professional.json"))
    claim = pointer.replace(claim, "/diagnoses/0/code", "QA0.0101")
    (again,) = edi.read_claims(contract.to_json(claim))
    assert [f.rule for f in edi.check(again).findings if f.severity == "error"] == []
