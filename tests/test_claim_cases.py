"""The worked cases F of place, type of bill, coverage, dates and order, completed from the clean samples."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from edi.model import pointer
from rule_cases import build, findings, sample

_EXTRA: dict[str, Any] = {"units": 1, "charge": "10.00", "service_date": "2026-03-03"}


def outcome(
    base: str, patch: dict[str, Any], *, received: date | None = None, pages: int = 0
) -> dict[str, str]:
    """Rules that speak, with their severities, on the claim of a clean sample with some values patched."""
    case = build(sample(base))
    claim = case.claim
    for path, value in patch.items():
        claim = pointer.replace(claim, path, value)
    case = replace(case, claim=claim, assembled=None, received=received)
    if pages:
        case.paper = tuple({"24D.1": "96365"} for _ in range(pages))
    return {found.rule: found.severity for found in findings(case)}


@pytest.mark.parametrize(
    ("case", "base", "patch", "rule", "severity"),
    [
        ("F05", "professional", {"/place_of_service": "22"}, "PRO-POS-001", "error"),
        ("F22", "professional", {"/coverages/0/authorization_required": ["J1756"]}, "PRO-AUTH-001", "error"),
        ("F23", "professional", {"/coverages/0/effective_through": "2026-02-28"}, "PRO-ELIG-001", "error"),
        ("F23", "facility", {"/coverages/0/effective_through": "2026-02-28"}, "PRO-ELIG-001", "error"),
        ("F29", "replacement-facility", {"/condition_codes": []}, "FAC-TOB-004", "error"),
        ("F29", "replacement-facility", {"/original_reference": None}, "PRO-FREQ-002", "error"),
        ("F40", "facility", {"/lines/0/modifiers": ["PO"]}, "FAC-OFF-001", "info"),
        (
            "F42",
            "chemo-facility",
            {"/diagnoses": [{"code": "C50.911"}, {"code": "Z51.11"}]},
            "PRO-DX-004",
            "warning",
        ),
        ("F44", "professional", {"/total_charge": "640.00"}, "F15-28-001", "error"),
        ("F44", "facility", {"/total_charge": "640.00"}, "F15-28-001", "error"),
        ("F45", "professional", {"/place_of_service": "12"}, "PRO-POS-004", "warning"),
    ],
)
def test_the_case_gives_its_finding(
    case: str, base: str, patch: dict[str, Any], rule: str, severity: str
) -> None:
    assert outcome(base, patch).get(rule) == severity, case


@pytest.mark.parametrize(
    ("case", "base", "patch"),
    [
        ("F07", "professional", {"/place_of_service": "49", "/ownership": "freestanding_center"}),
        ("F41", "facility", {"/type_of_bill": "0851"}),
        ("F42", "chemo-facility", {"/diagnoses": [{"code": "Z51.11"}, {"code": "C50.911"}]}),
        ("F29", "replacement-facility", {}),
        ("secondary", "secondary-professional", {}),
        ("secondary", "secondary-facility", {}),
        ("inpatient", "inpatient", {}),
    ],
)
def test_the_case_is_clean(case: str, base: str, patch: dict[str, Any]) -> None:
    found = outcome(base, patch)
    assert {rule: severity for rule, severity in found.items() if severity != "info"} == {}, case


def test_f27_more_lines_than_a_form() -> None:
    eight = {
        "/lines": [{**_EXTRA, "hcpcs": "99213", "diagnosis_pointers": [1]}] * 8,
        "/total_charge": "80.00",
    }
    assert outcome("professional", eight, pages=2)["PRO-LINE-001"] == "info"
    assert "PRO-LINE-001" not in outcome("professional", eight)


def test_f31_filed_too_late() -> None:
    days = {"/lines/0/service_date": "2025-01-10", "/lines/1/service_date": "2025-01-10"}
    assert outcome("professional", days, received=date(2026, 2, 1))["PRO-TF-001"] == "error"
    assert outcome("facility", days, received=date(2026, 2, 1))["PRO-TF-001"] == "error"
    assert "PRO-TF-001" not in outcome("professional", days, received=date(2026, 1, 10))
    assert "PRO-TF-001" not in outcome("professional", days)


def test_a_delay_reason_makes_a_late_claim_a_warning() -> None:
    late = {"/delay_reason": "1"}
    assert outcome("professional", late, received=date(2027, 6, 1))["PRO-TF-001"] == "warning"


def test_a_leap_day_is_filed_by_the_end_of_february() -> None:
    days = {"/lines/0/service_date": "2024-02-29", "/lines/1/service_date": "2024-02-29"}
    assert "PRO-TF-001" not in outcome("professional", days, received=date(2025, 2, 28))
    assert outcome("professional", days, received=date(2025, 3, 1))["PRO-TF-001"] == "error"


def test_places_that_the_catalogue_does_not_name_are_a_warning() -> None:
    assert outcome("professional", {"/place_of_service": "22"})["PRO-POS-001"] == "error"
    assert outcome("professional", {"/place_of_service": "02"})["PRO-POS-001"] == "warning"


def test_a_slow_liability_insurer_is_a_warning() -> None:
    waiting = {"/coverages/0/adjudication": None, "/bill_to": 1}
    assert outcome("secondary-professional", waiting)["PRO-COB-001"] == "error"
    liability = {**waiting, "/coverages/1/secondary_reason": "47"}
    assert outcome("secondary-professional", liability)["PRO-COB-001"] == "warning"


def test_findings_of_paper_need_pages() -> None:
    eleven = outcome("professional", {}, pages=1)
    assert eleven["F15-11-001"] == "error" and eleven["F15-32-002"] == "error"
    assert not any(
        rule in outcome("professional", {}) for rule in ("F15-11-001", "F15-32-002", "F15-TOP-001")
    )


@pytest.mark.parametrize(
    ("patch", "severity"),
    [
        ({"/admission/hour": None}, "warning"),
        ({"/admission/date": None}, "error"),
        ({"/type_of_bill": "0131"}, "warning"),
    ],
)
def test_severity_of_admission_dates(patch: dict[str, Any], severity: str) -> None:
    assert outcome("inpatient", patch)["FAC-ADM-005"] == severity
