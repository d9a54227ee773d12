"""Rules of the claim beyond their own examples: severities, the other setting, one fault one finding."""

from pathlib import Path
from typing import Any

import pytest

import edi
from edi.model import pointer
from edi.model.claim import Claim

SAMPLES = Path(__file__).parents[1] / "samples" / "rules"
ADDRESS = {"line1": "1 A STREET", "city": "SPRINGFIELD", "state": "IL", "zip": "62701"}


def claim(setting: str, patch: dict[str, Any]) -> Claim:
    """The claim of a clean sample with some values changed."""
    found = edi.claim(edi.read_encounter(SAMPLES / f"{setting}.json"))
    for path, value in patch.items():
        found = pointer.replace(found, path, value)
    return found


def outcome(setting: str, patch: dict[str, Any]) -> dict[str, str]:
    """Errors and warnings of a patched claim: rule to severity."""
    report = edi.check(claim(setting, patch))
    return {f.rule: f.severity for f in report.findings if f.severity != "info"}


@pytest.mark.parametrize("setting", ["professional", "facility"])
def test_the_clean_samples_have_neither_errors_nor_warnings(setting: str) -> None:
    assert outcome(setting, {}) == {}
    record = edi.check(edi.read_encounter(SAMPLES / f"{setting}.json"))
    assert [f.rule for f in record.findings if f.severity != "info"] == []


@pytest.mark.parametrize(
    ("setting", "patch", "expected"),
    [
        ("professional", {"/billing_provider/address/zip": "62701"}, {"F15-33-001": "warning"}),
        ("facility", {"/billing_provider/address/zip": "62701"}, {"F15-33-001": "warning"}),
        (
            "professional",
            {
                "/service_facility": {"organization_name": "X", "address": ADDRESS},
                "/coverages/0/claim_filing": "CI",
            },
            {"F15-32-001": "warning"},
        ),
        (
            "professional",
            {"/service_facility": {"organization_name": "X", "address": ADDRESS}},
            {"F15-32-001": "error"},
        ),
        ("professional", {"/lines/0/charge": "0", "/total_charge": "400.00"}, {"F15-24F-001": "warning"}),
        ("facility", {"/lines/1/charge": "0", "/total_charge": "250.00"}, {"DRUG-CHG-001": "warning"}),
        (
            "professional",
            {"/rendering_provider": None, "/billing_provider/taxonomy": "261QI0500X"},
            {"PRO-REND-001": "warning"},
        ),
        (
            "professional",
            {"/rendering_provider": None, "/billing_provider/taxonomy": "193200000X"},
            {"PRO-REND-001": "warning"},
        ),
        ("facility", {"/diagnoses/1/code": "D50.9"}, {"PRO-DX-005": "warning"}),
        ("professional", {"/diagnoses/1/code": "D50.9"}, {"PRO-DX-005": "error"}),
        ("facility", {"/lines/0/revenue_code": "0001"}, {"F04-42-001": "warning"}),
        ("professional", {"/ordering_provider/npi": None}, {"PRV-NPI-001": "warning"}),
        ("professional", {"/coverages/0/relationship": None}, {"SBR-REL-001": "warning"}),
        ("professional", {"/claim_id": "A" * 21}, {"CLM-ID-001": "warning"}),
        ("professional", {"/claim_id": "A" * 39}, {"CLM-ID-001": "error"}),
    ],
)
def test_severity_follows_how_certain_the_rejection_is(
    setting: str, patch: dict[str, Any], expected: dict[str, str]
) -> None:
    assert outcome(setting, patch) == expected


@pytest.mark.parametrize(
    ("patch", "rule"),
    [
        ({"/billing_provider/tax_id_type": "SY"}, "F15-25-001"),
        ({"/diagnoses": [{"code": f"E86.{n}"} for n in range(10)] + [{"code": "D50.9"}] * 16}, "PRO-DX-002"),
        (
            {"/diagnoses/-": {"code": "R50.9", "kind": "admitting"}, "/diagnoses/1/kind": "admitting"},
            "PRO-DX-002",
        ),
        ({"/type_of_bill": "0137"}, "PRO-FREQ-002"),
        ({"/lines/0/service_through": "2026-03-02"}, "F15-24A-001"),
        ({"/diagnoses/0/code": "W01.0XXA"}, "FAC-DX-005"),
        ({"/lines/0/units": None}, "F15-24G-001"),
        ({"/coverages/0/member_id": "1EG4-TE5-MK73"}, "F15-1A-001"),
    ],
)
def test_rules_of_both_settings_judge_facility_claims(patch: dict[str, Any], rule: str) -> None:
    assert outcome("facility", patch)[rule] == "error"


def test_medicare_second_is_explained_by_a_value_code_on_a_facility_claim() -> None:
    plan = {
        "responsibility": "P",
        "payer": {"name": "PLAN", "id": "77001"},
        "claim_filing": "CI",
        "member_id": "E1",
        "relationship": "18",
    }
    second = {"/coverages/-": plan, "/coverages/0/responsibility": "S", "/bill_to": 0}
    assert outcome("facility", second) == {"PRO-MSP-001": "error", "PRO-COB-001": "error"}
    assert outcome("facility", {**second, "/value_codes": [{"code": "12", "amount": "0"}]}) == {}


@pytest.mark.parametrize(
    ("setting", "patch", "rule"),
    [
        ("professional", {"/lines/0/service_date": None}, "F15-24A-001"),
        ("facility", {"/lines/0/service_date": None}, "FAC-DATE-001"),
        ("facility", {"/lines/1/hcpcs": None}, "FAC-REV-002"),
        ("professional", {"/lines/1/charge": None}, "DRUG-CHG-001"),
        ("professional", {"/lines/1/ndc": "9999901011"}, "NDC-FMT-002"),
        ("professional", {"/patient": None}, "F15-02-001"),
        ("professional", {"/coverages": []}, "SBR-COV-001"),
        ("professional", {"/billing_provider": None}, "F15-33-001"),
        ("facility", {"/attending_provider": None}, "FAC-PROV-001"),
        (
            "professional",
            {
                "/lines/0/service_date": None,
                "/unread": [{"path": "/lines/0/service_date", "text": "20260230"}],
            },
            "CLM-READ-001",
        ),
    ],
)
def test_one_fault_gives_one_error(setting: str, patch: dict[str, Any], rule: str) -> None:
    errors = [r for r, severity in outcome(setting, patch).items() if severity == "error"]
    assert errors == [rule]


def test_rate_codes_are_no_procedure_codes() -> None:
    found = outcome(
        "facility", {"/lines/0/hcpcs": "1AFKS", "/lines/0/revenue_code": "0023", "/lines/0/kind": "service"}
    )
    assert "F15-24D-001" not in found


def test_messages_hold_no_data_of_the_patient() -> None:
    found = edi.check(
        claim(
            "professional",
            {
                "/patient/last_name": "VERYRARENAME1",
                "/patient/birth_date": "2026-03-04",
                "/coverages/0/member_id": "SECRET-77",
                "/coverages/0/subscriber": {"last_name": "OTHERRARENAME"},
                "/patient/address/zip": "987",
                "/billing_provider/tax_id": "55",
            },
        )
    ).findings
    assert len(found) >= 6
    for finding in found:
        text = finding.message + finding.help
        for value in ("VERYRARENAME", "OTHERRARENAME", "SECRET", "987", "2026"):
            assert value not in text
