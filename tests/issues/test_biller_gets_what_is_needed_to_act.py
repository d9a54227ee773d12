"""Findings and the picture of a visit name what a biller needs, and an emergency visit needs 25 too."""

import copy
import json
from pathlib import Path
from typing import Any

import pytest

import edi
from edi.cli.timeline import picture

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
EMERGENCY: dict[str, Any] = json.loads(
    (SAMPLES / "encounters" / "push-repeated.json").read_text(encoding="utf-8")
)


def said(record: dict[str, Any], rule: str) -> list[tuple[str, str]]:
    report = edi.check(json.dumps(record))
    return [(f.severity, f.message) for f in report.findings if f.rule == rule]


def visit(**services: object) -> dict[str, Any]:
    record = copy.deepcopy(EMERGENCY)
    record["services"][0].update(services)
    return record


@pytest.mark.parametrize(("filing", "severity"), [("MA", "error"), ("CI", "warning")])
def test_an_emergency_visit_beside_a_push_needs_25(filing: str, severity: str) -> None:
    record = visit(modifiers=[])
    record["coverages"][0]["claim_filing"] = filing
    if filing == "MA":
        record["coverages"][0]["member_id"] = "9TT9T99TT33"
    assert [s for s, _ in said(record, "MOD-25-001")] == [severity]
    assert said(visit(), "MOD-25-001") == []


def test_a_drug_without_code_is_told_the_codes_of_its_name() -> None:
    record = copy.deepcopy(EMERGENCY)
    for given in record["administrations"]:
        given.pop("hcpcs", None)
        given["drug"] = "ondansetron"
    messages = {message for _, message in said(record, "DRUG-ADMIN-001")}
    assert messages and all(m.endswith("for ondansetron the drug table has J2405") for m in messages)


def test_the_picture_names_an_access_as_it_was_charted() -> None:
    record = copy.deepcopy(EMERGENCY)
    for given in record["administrations"]:
        given["access_site"] = "PICC  right arm"
    (encounter,) = edi.read_encounters(json.dumps(record))
    shown = "\n".join(picture(edi.code(encounter).timeline, 100))
    assert "PICC right arm" in shown and "picc right arm" not in shown
