"""What follows from a fault is no second finding: the fault is told once, and what it leads to is not."""

import pytest

import edi
from edi.model import pointer
from edi.model.encounter import Encounter
from rule_cases import build, sample
from surface_cases import as_837

PUSH = {
    "hcpcs": "96375",
    "units": 1,
    "charge": "400.00",
    "service_date": "2026-03-03",
    "diagnosis_pointers": [1],
}
TOTAL = {"revenue_code": "0001", "units": 1, "charge": "782.00"}
PRIOR = {"number": "A1", "through_date": "2026-03-02"}
CLAIMS = [
    ("professional", {"/place_of_service": "22", "/lines/1": PUSH}, ["PRO-POS-001"]),
    ("professional", {"/coverages/0/authorizations": [PRIOR]}, ["PRO-AUTH-002"]),
    ("professional", {"/patient/death_date": "2026-03-02"}, ["PAT-DEATH-001"]),
    ("professional", {"/lines/0/modifiers": ["", ""]}, []),
    (
        "coded-facility",
        {"/statement": {"from_date": "2026-03-09", "through_date": "2026-03-01"}},
        ["F04-06-001"],
    ),
    ("coded-facility", {"/lines/0/units": "0"}, ["F15-24G-001"]),
    ("coded-facility", {"/lines/0/units": "1.5"}, ["FAC-UNIT-001"]),
    ("coded-facility", {"/lines/-": TOTAL, "/total_charge": "1564.00"}, ["F04-42-001"]),
    ("secondary-facility", {"/coverages/0/adjudication/paid": "450.00"}, ["COB-BAL-001"]),
]
ENCOUNTERS = [
    ("coded-professional", {"/services/0/hcpcs": "9636"}, ["F15-24D-001"]),
    ("coded-professional", {"/services/1/units": "0"}, ["F15-24G-001"]),
    ("coded-professional", {"/services/1/modifiers": ["JW"]}, ["MOD-JW-006"]),
    (
        "hydration-facility",
        {
            "/diagnoses/1/code": "I10",
            "/administrations/1/diluent_of": "A1",
            "/coding": "as_coded",
        },
        ["INF-HYD-002"],
    ),
]


def told(given: edi.Claim | Encounter | bytes) -> list[str]:
    """Rules of the errors and warnings of a record."""
    return [f.rule for f in edi.check(given).findings if f.severity != "info"]


@pytest.mark.parametrize(("base", "changes", "rules"), CLAIMS)
def test_a_fault_of_a_claim(base: str, changes: dict[str, object], rules: list[str]) -> None:
    claim = build(sample(base)).claim
    for path, value in changes.items():
        claim = pointer.replace(claim, path, value)
    assert told(claim) == rules


@pytest.mark.parametrize(("base", "changes", "rules"), ENCOUNTERS)
def test_a_fault_of_an_encounter(base: str, changes: dict[str, object], rules: list[str]) -> None:
    encounter = sample(base)
    for path, value in changes.items():
        encounter = pointer.replace(encounter, path, value)
    assert told(encounter) == rules


@pytest.mark.parametrize(
    ("wrong", "rules"), [("96365", ["X12-ELE-CODE"]), ("H", ["X12-ELE-CODE", "X12-ELE-MISSING"])]
)
def test_a_code_in_the_place_of_its_code_set(wrong: str, rules: list[str]) -> None:
    """The code may be the parent of another line; what is no code stands for nothing."""
    sent = as_837([build(sample("coded-facility")).claim])
    assert b"*HC:96365*" in sent
    found = told(sent.replace(b"*HC:96365*", b"*%s*" % wrong.encode()))
    assert found[: len(rules)] == rules
    assert ("INF-INIT-008" in found) is (wrong == "H")
