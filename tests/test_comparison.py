"""Proposed against billed: coded lines beside those that the record supports, with dollars."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import edi
from edi.cli import render
from edi.comparing import compared
from edi.finding import ComparedLine, Comparison
from edi.model import contract
from edi.model.encounter import Encounter
from edi.pipeline import Input, Options, judge_inputs, report_json
from edi.pipeline.proposing import coded_to_dict
from rule_cases import build
from test_as_coded import LINKS, SAMPLES, _services

ROOT = Path(__file__).resolve().parents[1]
CLEAN = ROOT / "samples" / "rules" / "professional.json"
CODED = {"hcpcs": "96365", "units": "1", "charge": "150.00", "administrations": ["A1"]}


def of(services: list[dict[str, Any]], **more: Any) -> Comparison:
    (found,) = edi.check(text(services, **more)).files[0].comparison
    return found


def text(services: list[dict[str, Any]], **more: Any) -> str:
    given = json.loads(CLEAN.read_text(encoding="utf-8"))
    return json.dumps({**given, "services": services, **more})


def states(found: Comparison) -> list[tuple[str, str | None, str | None]]:
    return [(one.state, one.billed, one.supported) for one in found.lines]


DRUG = {"hcpcs": "J1756", "modifiers": ["JZ"], "units": "200", "administrations": ["A1"]}


def supported() -> list[ComparedLine]:
    """What the record of the sample supports, as lines that are missing."""
    return [
        one
        for one in of([{**CODED, "hcpcs": "96523", "administrations": []}]).lines
        if one.state == "missing"
    ]


@pytest.mark.parametrize("links", LINKS)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_record_coded_as_it_supports_is_the_same_in_every_line(path: Path, links: str) -> None:
    """With every way of naming administrations; no line is missing, none too much, no dollar differs."""
    (record,) = contract.read_records(path.read_bytes(), path.name)
    assert isinstance(record.value, Encounter)
    record.value.coding = "propose"
    case = build(record.value)
    record.value.services = _services(case, links)
    record.value.coding = "as_coded"
    again = build(record.value)
    assert again.assembled is not None
    found = compared(again.assembled)
    if found is None:
        assert not again.assembled.proposal.lines
        return
    wrong = [one for one in found.lines if one.state != "same"]
    assert not wrong, [(one.billed, one.supported, one.differences) for one in wrong]
    assert found.difference in (None, 0)


def test_where_the_program_codes_there_is_nothing_to_compare() -> None:
    assert edi.check(CLEAN).files[0].comparison == []
    given = json.loads(text([CODED]))
    given["administrations"] = []
    assert edi.check(json.dumps(given)).files[0].comparison == [], "no record, no comparison"


def test_line_by_line() -> None:
    names = [one.supported for one in supported()]
    assert "96365 x1" in names and any(name and name.startswith("J1756-JZ") for name in names)
    found = of(
        [{**CODED, "units": "2", "charge": "300.00"}, {"hcpcs": "96375", "units": "1", "charge": "50.00"}]
    )
    by_state = {one.state: one for one in found.lines if one.billed}
    units = by_state["differs"]
    assert (units.billed, units.supported) == ("96365 x2", "96365 x1") and units.line == 1
    assert any(text.startswith("units 2, the record supports 1") for text in units.differences)
    extra = by_state["extra"]
    assert extra.billed == "96375 x1" and extra.line == 2 and extra.why
    assert extra.difference == Decimal("-50.00")
    missing = [one for one in found.lines if one.state == "missing"]
    assert missing and all(one.supported and one.why and one.billed is None for one in missing)


def test_dollars_by_the_fee_schedule_or_by_the_coded_unit() -> None:
    given = json.loads(CLEAN.read_text(encoding="utf-8"))
    prices = {**given.get("charges", {}), "96365": "120.00"}
    found = of([{**CODED, "charge": "150.00"}], charges=prices)
    first = found.lines[0]
    assert (first.billed_charge, first.supported_charge) == (Decimal("150.00"), Decimal("120.00"))
    assert first.difference == Decimal("-30.00") and any("fee schedule" in t for t in first.differences)
    bare = {key: value for key, value in prices.items() if key != "96365"}
    first = of([{**CODED, "units": "3", "charge": "100.00"}], charges=bare).lines[0]
    assert first.supported_charge == Decimal("33.33") and first.difference == Decimal("-66.67")


def test_totals() -> None:
    given = json.loads(CLEAN.read_text(encoding="utf-8"))
    names = {(one.supported or "").split(" ")[0].split("-")[0] for one in supported()}
    found = of([CODED], charges={**given.get("charges", {}), **dict.fromkeys(names, "1.00")})
    assert found.supported is not None and found.difference == found.supported - found.billed
    assert found.billed == Decimal("150.00")
    parts = [one.difference for one in found.lines if one.difference is not None]
    assert sum(parts, Decimal(0)) == found.difference
    none = of([CODED], charges={})
    assert none.supported is None and none.difference is None


def test_another_code_for_the_same_administration() -> None:
    found = of([{**CODED, "hcpcs": "96374"}])
    first = found.lines[0]
    assert (first.state, first.billed, first.supported) == ("differs", "96374 x1", "96365 x1")
    assert first.differences[0] == "code 96374, the record supports 96365" and first.why


@pytest.mark.parametrize(("payer", "state"), [("commercial", "same"), ("medicare", "differs")])
def test_jz_may_be_absent_where_nobody_asks_for_it(payer: str, state: str) -> None:
    source = text([CODED, {**DRUG, "modifiers": []}])
    (found,) = edi.check(source, payer=payer).files[0].comparison
    (drug,) = [one for one in found.lines if (one.billed or "").startswith("J1756")]
    assert drug.state == state


def test_lines_that_both_gives_have_their_number() -> None:
    (found,) = edi.check(text([CODED], coding="both")).files[0].comparison
    added = [one for one in found.lines if one.state == "missing"]
    assert added and all(one.line is not None and one.line > 1 for one in added)


def test_visits_are_no_matter_of_the_record() -> None:
    found = of([CODED, {"hcpcs": "99213", "modifiers": ["25"], "units": "1", "charge": "90.00"}])
    assert not any("99213" in (one.billed or "") for one in found.lines)


def test_json_and_text_of_check_and_code() -> None:
    source = text([{**CODED, "units": "2"}])
    report = edi.check(source)
    body = json.loads(report_json(report))
    schema = json.loads((ROOT / "schemas/contracts/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(body)
    printed = render.as_text(lambda console: render.report(console, report))
    assert "coded against the record:" in printed and "96365 x2 -> 96365 x1" in printed
    (judged,) = judge_inputs([Input(name="", held=source.encode())], Options(), only="encounter")
    assert coded_to_dict(judged)["comparison"] == body["files"][0]["comparison"][0]
    coded = render.as_text(lambda console: render.coding(console, [judged]))
    assert "coded against the record:" in coded
