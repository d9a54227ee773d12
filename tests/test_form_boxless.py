"""What a claim says and its form has no box for is told, wherever a claim is put on paper."""

import datetime as dt
import json
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from claim_strategies import sentinel
from edi.finding import Finding
from edi.model import pointer
from edi.model.claim import Attachment, Claim, Unmapped
from edi.model.contract import to_json
from edi.model.pointer import leaves
from edi.pipeline import Envelope, Options, convert_surface, inputs, judge_inputs
from edi.pipeline.printing import Printing, print_forms
from form_claims import facility, professional
from forms.boxless import without_box
from forms.filling import fill
from forms.layout import Form
from rule_cases import build, sample, sample_names

RULE = "FORM-FIT-007"
DAY = Envelope(created=dt.datetime(2026, 11, 2))


def told(claim: Claim, form: Form | None = None) -> dict[str, bool]:
    """What is named, and whether it is only a remark."""
    return {one.what: one.light for one in without_box(claim, fill(claim, form=form))}


def lacking(claim: Claim) -> Claim:
    """The claim with a reason for its delay and papers that follow."""
    papers = (Attachment(type="OZ", transmission="BM", control_number="A1"),)
    return replace(claim, delay_reason="7", attachments=papers)


@pytest.mark.parametrize("name", sample_names())
def test_clean_samples_lose_nothing_but_what_another_payer_has_said_itself(name: str) -> None:
    found = told(build(sample(name)).claim)
    assert all(found.values())
    assert found.keys() <= {"what another payer decided", "why Medicare pays second"}
    assert not found or name.startswith("secondary")


def test_what_there_is_no_box_for_is_named_once_with_its_weight() -> None:
    claim = lacking(build(sample("professional")).claim)
    assert told(claim) == {"why the claim is late": False, "papers that follow": True}
    line = replace(claim.lines[0], prescription_number="RX1", unit="MJ")
    claim = replace(claim, lines=(line, replace(line, prescription_number="RX2")), attachments=())
    assert told(claim) == {
        "why the claim is late": False, "the measure of units": True, "prescription numbers": True,
    }  # fmt: skip


def test_a_claim_that_says_everything_is_told_all_that_its_form_cannot_say() -> None:
    assert set(told(sentinel(facility=False, dependent=True))) == {
        "place of service", "the country of an address", "the day of death", "the address of another payer",
        "more about who is insured by another plan", "why Medicare pays second",
        "the authorization of another payer", "the referral of another payer", "what another payer decided",
        "group number and name of a plan", "the address for payments", "papers that follow", "further dates",
        "why the claim is late", "prescription numbers",
    }  # fmt: skip
    assert set(told(sentinel(facility=True, dependent=True))) == {
        "the address of another payer", "more about who is insured by another plan",
        "what another payer decided", "the country of an address", "where the services were performed",
        "further numbers of providers", "papers that follow", "further dates",
        "the number of the clinical trial", "the claim number of the property and casualty insurer",
        "why the claim is late", "last days of lines", "prescription numbers",
        "descriptions of lines with a drug code",
    }  # fmt: skip


def test_the_form_of_the_other_side_loses_what_only_the_own_one_has_boxes_for() -> None:
    bill = told(build(sample("facility")).claim, "cms1500")
    assert {what for what, light in bill.items() if not light} >= {
        "the type of bill", "the attending practitioner", "admission and discharge", "revenue codes",
    }  # fmt: skip
    visit = told(build(sample("professional")).claim, "ub04")
    assert {what for what, light in visit.items() if not light} >= {
        "places of service", "who ordered", "diagnosis pointers"
    }  # fmt: skip


def test_what_another_box_says_is_not_missing() -> None:
    claim = build(sample("professional")).claim
    # the same practitioner for a line, by name and number; a single day; a country that is the usual one
    same = replace(
        claim.lines[0], rendering_provider=claim.rendering_provider, place_of_service=claim.place_of_service,
        service_through=claim.lines[0].service_date, unit="UN", emergency=False,
    )  # fmt: skip
    assert claim.patient is not None and claim.patient.address is not None
    patient = replace(claim.patient, address=replace(claim.patient.address, country="US"), sex="U")
    assert told(replace(claim, lines=(same, *claim.lines[1:]), patient=patient)) == {}
    bill = build(sample("facility")).claim
    day = replace(bill.lines[0], service_through=bill.lines[0].service_date)
    assert told(replace(bill, lines=(day, *bill.lines[1:]))) == {}


def test_a_description_gives_way_to_the_drug_code_of_a_bill() -> None:
    bill = build(sample("facility")).claim
    drug = next(n for n, line in enumerate(bill.lines) if line.ndc)
    other = next(n for n, line in enumerate(bill.lines) if not line.ndc)
    assert told(pointer.replace(bill, f"/lines/{other}/description", "GIVEN SLOWLY")) == {}
    assert told(pointer.replace(bill, f"/lines/{drug}/description", "GIVEN SLOWLY")) == {
        "descriptions of lines with a drug code": True
    }


def test_segments_that_a_claim_only_carries_are_named_without_their_values() -> None:
    claim = build(sample("professional")).claim
    carried = (
        Unmapped(address="2300/CN1", text="CN1*09*SECRET"), Unmapped(address="2400[2]/HCP", text="HCP*10"),
        Unmapped(address="2300/CLM/05-2", text="A"), Unmapped(address="2010AA/PER", text="PER*IC"),
    )  # fmt: skip
    assert told(replace(claim, unmapped=carried)) == {"segments of the 837 (CN1, HCP)": True}


@pytest.mark.parametrize("claim", [professional(), facility()], ids=["professional", "facility"])
def test_no_datum_vanishes(claim: Claim) -> None:
    """What neither changes the form nor is told is what no payer misses on paper: this list, and no more."""
    filled = fill(claim)
    # one datum is named for all of its kind
    found = [str(one.path) for one in without_box(claim, filled)]
    named = {shape(path) for path in found} | {shape(path).rpartition("/")[0] for path in found} - {""}
    left_off = [str(one.path) for one in filled.problems if one.path]
    records = tuple(f"{path}/" for path in left_off)
    records += tuple(path.rpartition("/")[0] + "/" for path in left_off if path.endswith(("/id", "/date")))
    silent = set()
    for path, _ in leaves(claim):
        if path in left_off or path.startswith(records) or path.rpartition("/")[2].isdecimal():
            continue
        if any(shape(path) == one or shape(path).startswith(f"{one}/") for one in named):
            continue
        if fill(pointer.replace(claim, path, None)).pages == filled.pages:
            silent.add(shape(path))
    assert silent == SILENT[claim.setting or ""]


def shape(path: str) -> str:
    return "/".join("n" if part.isdecimal() else part for part in path.split("/"))


PARTNERS = {f"/submitter/{name}" for name in ("name", "id", "contact_name", "phone", "email")} | {
    "/receiver/name", "/receiver/id", "/billing_provider/contact_name", "/setting",
    "/signatures/patient_on_file",
}  # fmt: skip
SILENT = {
    "professional": PARTNERS | {
        # which coverage is billed is what items 1 to 13 are about
        "/bill_to",
        # named once for all addresses
        "/billing_provider/address/country", "/service_facility/address/country",
        "/service_facility/contact_name", "/service_facility/phone",
    },
    "facility": PARTNERS | {
        # the type of bill says it
        "/frequency",
        # by which files find their way
        "/coverages/n/responsibility", "/coverages/n/claim_filing", "/lines/n/line_control_number",
        "/billing_provider/tax_id_type", "/attending_provider/taxonomy",
        # what the form writes without them
        "/lines/n/unit", "/signatures/accept_assignment", "/signatures/provider_on_file",
        "/attending_provider/middle_name", "/operating_provider/middle_name",
        "/referring_provider/middle_name", "/rendering_provider/middle_name",
    },
}  # fmt: skip


# ---------------------------------------------------------------- every door


def _found(findings: Iterable[Finding]) -> list[tuple[str, str, str | None]]:
    return [(f.severity, f.message, f.claim_path) for f in findings if f.rule == RULE]


EXPECTED = [
    ("warning", "the form has no box for why the claim is late", "/delay_reason"),
    ("info", "the form has no box for papers that follow", "/attachments/0/type"),
]


@pytest.fixture
def given(tmp_path: Path) -> Path:
    path = tmp_path / "late.claim.json"
    path.write_text(to_json(lacking(build(sample("professional")).claim)), encoding="utf-8")
    return path


def by_check(path: Path) -> list[Finding]:
    (one,) = judge_inputs(inputs([str(path)]), Options(surface="paper"))
    return one.findings


def by_form(path: Path) -> list[Finding]:
    printed = print_forms(judge_inputs(inputs([str(path)]), Options()), Printing())
    assert b"".join(printed.chunks).startswith(b"%PDF")
    return printed.run.report().findings


def by_convert(to: Any) -> Callable[[Path], list[Finding]]:
    def convert(path: Path) -> list[Finding]:
        (one,) = inputs([str(path)])
        converted = convert_surface(one, to, Options(), DAY)
        assert b"".join(converted.chunks)
        return converted.report.findings

    return convert


@pytest.mark.parametrize(
    "door",
    [by_check, by_form, by_convert("boxes"), by_convert("form")],
    ids=["check", "form", "boxes", "pdf"],
)
def test_every_door_to_paper_tells_it(door: Callable[[Path], list[Finding]], given: Path) -> None:
    assert _found(door(given)) == EXPECTED


def test_off_paper_nothing_is_said(given: Path) -> None:
    (one,) = judge_inputs(inputs([str(given)]), Options())
    assert _found(one.findings) == []
    assert _found(by_convert("json")(given)) == []


def test_a_form_that_is_given_has_lost_nothing(given: Path, tmp_path: Path) -> None:
    (one,) = inputs([str(given)])
    boxes = tmp_path / "late.boxes.json"
    boxes.write_bytes(b"".join(convert_surface(one, "boxes", Options(), DAY).chunks))
    assert json.loads(boxes.read_text())["form"] == "cms1500"
    assert _found(by_check(boxes)) == [] and _found(by_convert("boxes")(boxes)) == []


def test_the_commands_say_what_is_lost(
    given: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Remarks alone are not shown by commands that do not judge; this one is."""
    import sys

    from edi.cli.main import main

    claim = replace(build(sample("professional")).claim, attachments=lacking(Claim()).attachments)
    given.write_text(to_json(claim), encoding="utf-8")
    for arguments in (["form", "-o", tmp_path / "a.pdf"], ["convert", "--to", "boxes", "-o", tmp_path / "b"]):
        monkeypatch.setattr(sys, "argv", ["cleanclaim", *map(str, arguments), str(given)])
        assert main() == 0
        said = " ".join(capfd.readouterr().err.split())
        assert RULE in said and "the form has no box for papers that follow" in said
