"""A finding stands at the line, box and segment of which its message speaks."""

import json
from pathlib import Path
from typing import Any

import pytest

import edi
from edi.finding import Finding

SAMPLES = Path(__file__).resolve().parents[2] / "samples"


def of(rule: str, given: object) -> Finding:
    """The one finding of a rule."""
    data = given if isinstance(given, bytes) else json.dumps(given).encode()
    (found,) = (f for f in edi.check(data).findings if f.rule == rule)
    return found


def sent(name: str, before: str, after: str) -> bytes:
    """An 837 of the samples in which a text is replaced; SE01 is left as it is."""
    text = (SAMPLES / "x12" / f"{name}.837").read_text("ascii").replace("\n", "")
    assert before in text, before
    return text.replace(before, after, 1).encode()


def record(name: str) -> Any:
    """An encounter of the samples."""
    return json.loads((SAMPLES / "encounters" / f"{name}.json").read_text("utf-8"))


def at(data: bytes, found: Finding) -> str:
    """What stands in the file at the place of a finding."""
    assert found.place.x12 is not None and found.place.x12.byte is not None
    return data[found.place.x12.byte :].decode("ascii")


def test_what_a_level_says_too_much_stands_in_the_level() -> None:
    data = sent("dependent-child", "SBR*P**", "SBR*P*18*")
    found = of("SBR-COV-005", data)
    assert found.place.x12 is not None and found.place.x12.address == "2000B/SBR/02"
    assert at(data, found).startswith("18*") and found.place.box == "6"


def test_a_discard_that_is_not_recorded_stands_at_the_line_that_bills_it() -> None:
    given = record("wasted-vial-jw")
    for one in given["administrations"]:
        one.pop("discard", None)
    found = of("MOD-JW-007", given)
    assert f"line {found.place.line} " in found.message and found.path.startswith("/administrations/")
    assert found.claim_path == f"/lines/{(found.place.line or 0) - 1}"


def test_a_fifth_pointer_is_told_once() -> None:
    data = sent("antibiotic-70-min", "*UN*1***1~", "*UN*1***1:1:1:1:1~")
    rules = [f.rule for f in edi.check(data).findings if f.severity == "error"]
    assert "X12-ELE-COMPONENTS" in rules and "PRO-DX-002" not in rules


def claim(name: str, **changes: Any) -> Any:
    """A claim of the samples with other values."""
    made = json.loads((SAMPLES / "claims" / f"{name}.claim.json").read_text("utf-8"))
    return {**made, **changes}


def place(found: Finding) -> tuple[str | None, str | None]:
    """Box and address of a finding."""
    return found.place.box, found.place.x12.address if found.place.x12 else None


def hospital() -> Any:
    """A hospital's claim."""
    return claim("ivig-165-min")


def test_a_reason_for_the_visit_that_is_missing() -> None:
    given = hospital()
    given["admission"] = {**given["admission"], "type": "1"}
    given["lines"][0]["revenue_code"] = "0450"
    assert place(of("FAC-DX-002", given)) == ("FL 70a", "2300/HI[APR]")


def test_an_admitting_diagnosis_stands_in_its_own_box_there_or_not() -> None:
    given = hospital()
    given["diagnoses"] += [{"code": "D50.0", "kind": "admitting"}]
    assert place(of("FAC-DX-003", given)) == ("FL 69", "2300/HI[ABJ]/01-2")
    assert place(of("FAC-DX-003", {**hospital(), "type_of_bill": "0111"})) == ("FL 69", "2300/HI[ABJ]")


@pytest.mark.parametrize(
    ("kind", "code", "box"),
    [
        ("admitting", "D50", "FL 69"),
        ("reason_for_visit", "D50", "FL 70a"),
        ("external_cause", "W19", "FL 72a"),
    ],
)
def test_a_diagnosis_is_named_by_the_box_of_its_kind(kind: str, code: str, box: str) -> None:
    given = hospital()
    given["diagnoses"] += [{"code": code, "kind": kind}]
    found = of("PRO-DX-003", given)
    assert found.place.box == box and f"({box})" in found.message


def test_the_third_of_the_other_diagnoses_has_the_third_box() -> None:
    given = hospital()
    given["diagnoses"] += [{"code": "E86.0"}, {"code": "I10"}, {"code": "D50"}]
    assert of("PRO-DX-003", given).place.box == "FL 67C"


def test_why_medicare_is_second_stands_in_the_value_codes_of_a_hospital() -> None:
    text = (SAMPLES / "claims" / "ivig-165-min.claim.json").read_text("utf-8")
    given = json.loads(text)
    first = {"responsibility": "P", "claim_filing": "CI", "payer": {"name": "PLAN", "id": "9"}}
    given["coverages"] = [{**given["coverages"][0], "responsibility": "S"}, first]
    given["bill_to"] = 0
    assert place(of("PRO-MSP-001", given)) == ("FL 39", "2300/HI[BE]")


def test_the_rendering_provider_is_item_24j() -> None:
    found = of("PRO-REND-001", claim("antibiotic-70-min", rendering_provider=None))
    assert place(found) == ("24J", "2310B/NM1")


def test_the_day_of_admission_is_item_18() -> None:
    found = of("PRO-ADM-001", claim("antibiotic-70-min", place_of_service="21"))
    assert place(found) == ("18", "2300/DTP[435]/03")


def test_the_hour_of_admission_is_fl_13() -> None:
    given = {**hospital(), "type_of_bill": "0111"}
    given["admission"] = {**given["admission"], "date": "2026-03-03", "hour": None}
    found = of("FAC-ADM-005", given)
    assert found.place.box == "FL 13" and "(FL 13)" in found.message


@pytest.mark.parametrize(("name", "box"), [("antibiotic-70-min", "11"), ("ivig-165-min", "FL 50")])
def test_a_gap_in_the_order_of_payers_stands_where_the_order_does(name: str, box: str) -> None:
    given = claim(name)
    other = {"responsibility": "T", "claim_filing": "CI", "payer": {"name": "PLAN", "id": "9"}}
    given["coverages"] = [*given["coverages"], other]
    given["bill_to"] = 0
    found = of("F04-50-001", given)
    assert found.place.box == box and found.place.box_words in found.message
