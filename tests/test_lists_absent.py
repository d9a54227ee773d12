"""What no list at hand can say is said once per run, and never held against a claim."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

import edi
from edi import payers
from edi.finding import Report
from edi.model import contract, pointer
from edi.model.claim import Claim
from edi.payers import Policies
from edi.pipeline.unchecked import WORDS, Unchecked
from edi.refdata import Coverage, Entry, Lists, shipped, shipped_sources
from edi.rules import Case

SAMPLES = Path(__file__).parents[1] / "samples" / "rules"
ALL_KNOWN = {"/billing_provider/taxonomy": None, "/rendering_provider/taxonomy": None}


def claim(setting: str, patch: dict[str, Any]) -> Claim:
    found = edi.claim(edi.read_encounter(SAMPLES / f"{setting}.json"))
    for path, value in patch.items():
        found = pointer.replace(found, path, value)
    return found


def case(one: Claim, lists: Lists) -> Case:
    return Case(claim=one, policies=Policies(), overlay=payers.load("commercial"), lists=lists)


def said(report: Report) -> list[str]:
    """Messages about lists of a run."""
    found = [finding for finding in report.findings if finding.rule == "LISTS-ABSENT"]
    assert all(finding.severity == "info" for finding in found)
    return [finding.message for finding in found]


def test_nothing_is_said_where_every_code_is_known() -> None:
    assert said(edi.check(claim("professional", {**ALL_KNOWN, "/diagnoses/0/code": "D50.9"}))) == []


@pytest.mark.parametrize(
    ("setting", "patch", "name"),
    [
        ("professional", {"/lines/0/hcpcs": "99213"}, "cpt"),
        ("professional", {"/lines/0/hcpcs": "G0463"}, "hcpcs"),
        ("professional", {"/lines/0/modifiers": ["U9"]}, "modifiers"),
        ("professional", {"/rendering_provider/taxonomy": "207RG0999X"}, "taxonomy"),
        ("professional", {f"/lines/{i}/service_date": "2026-10-01" for i in (0, 1)}, "icd10cm"),
        ("professional", {f"/lines/{i}/service_date": "2023-09-30" for i in (0, 1)}, "icd10cm"),
        ("facility", {"/lines/0/revenue_code": "0119"}, "revenue"),
        ("facility", {"/type_of_bill": "0991"}, "type_of_bill"),
        ("inpatient", {"/diagnoses/1/present_on_admission": None}, "poa_exempt"),
        ("facility", {"/admission/patient_status": "99"}, "patient_status"),
        ("facility", {"/admission/source": "Z"}, "admission_source"),
        ("facility", {"/condition_codes": ["ZZ"]}, "condition"),
        ("facility", {"/occurrence_codes": [{"code": "ZZ", "date": "2026-03-03"}]}, "occurrence"),
        ("facility", {"/value_codes": [{"code": "ZZ", "amount": "1.00"}]}, "value"),
    ],
)
def test_a_code_outside_a_list_that_ships_in_part_names_the_list(
    setting: str, patch: dict[str, Any], name: str
) -> None:
    one = claim(setting, {**ALL_KNOWN, **patch})
    asked = Unchecked()
    assert name in asked.of(case(one, shipped()))
    assert name not in asked.of(case(one, shipped())), "it is told once"
    (message,) = said(edi.check(one))
    assert WORDS[name] in message
    assert not [f for f in edi.check(one).findings if f.severity == "error" and "in the list" in f.message]


def test_it_is_said_once_for_all_claims_of_a_run(tmp_path: Path) -> None:
    patches: list[dict[str, Any]] = [{"/lines/0/hcpcs": "99213"}, {"/lines/0/modifiers": ["U9"]}, {}]
    for number, patch in enumerate(patches):
        one = claim("professional", {**ALL_KNOWN, **patch, "/claim_id": f"C{number}"})
        (tmp_path / f"{number}.json").write_text(contract.to_json(one), encoding="utf-8")
    (message,) = said(edi.check(tmp_path))
    assert WORDS["cpt"] in message and WORDS["modifiers"] in message and WORDS["icd10cm"] not in message


class Whole:
    """A list of CPT codes that a user has loaded."""

    def coverage(self, list_name: str) -> Coverage:
        return "complete" if list_name == "cpt" else "absent"

    def find(self, list_name: str, code: str) -> list[Entry]:
        return [Entry(code, "", None, None, {"code": code})] if (list_name, code) == ("cpt", "99213") else []

    def codes(self, list_name: str) -> list[str]:
        return ["99213"] if list_name == "cpt" else []


def test_a_loaded_list_checks_and_is_not_named() -> None:
    lists = Lists((Whole(), *shipped_sources()))
    one = claim("professional", {**ALL_KNOWN, "/lines/0/hcpcs": "99213"})
    assert lists.known("cpt", "99213", date(2026, 3, 3)) is True
    assert lists.known("cpt", "99214", date(2026, 3, 3)) is False
    assert "cpt" not in Unchecked().of(case(one, lists))
