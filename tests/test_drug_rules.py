"""Drug and NDC rules: what their own examples cannot show (loaded reference data, both settings)."""

import dataclasses
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from edi import tables
from edi.model import pointer
from edi.refdata import Edition, Lists, ShippedTables
from edi.rules import Case
from rule_cases import build, findings, sample


class Loaded:
    """Reference data as a user loads it, one row a kind."""

    def __init__(self, kind: str, setting: str, rows: dict[tuple[str, ...], tuple[Any, ...]]) -> None:
        self.edition = Edition(
            kind=kind,
            setting=setting,
            name="2026 Q1",
            start=date(2026, 1, 1),
            through=date(2026, 3, 31),
            origin="loaded",
            complete=True,
        )
        self._rows = rows

    def editions(self, kind: str) -> Sequence[Edition]:
        return (self.edition,) if kind == self.edition.kind else ()

    def rows(self, edition: Edition, key: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        return (self._rows[key],) if edition is self.edition and key in self._rows else ()


def claim_alone(base: str, patches: dict[str, Any], *loaded: Loaded) -> Case:
    """The claim of a clean sample without its record, judged with what a user loaded."""
    case = build(sample(base))
    claim = case.claim
    for path, value in patches.items():
        claim = pointer.replace(claim, path, value)
    lists = Lists((ShippedTables(),), loaded) if loaded else case.lists
    return dataclasses.replace(case, claim=claim, assembled=None, lists=lists)


def with_record(base: str, patches: dict[str, Any]) -> Case:
    """A clean sample with values of its record patched."""
    encounter = sample(base)
    for path, value in patches.items():
        encounter = pointer.replace(encounter, path, value)
    return build(encounter)


def told(case: Case, *starts: str) -> list[tuple[str, str]]:
    """Rule and severity of the findings whose ids begin so."""
    return [(f.rule, f.severity) for f in findings(case) if f.rule.startswith(starts)]


def test_units_that_are_milligrams_are_told_once() -> None:
    coded = {
        "/coding": "as_coded",
        "/administrations/0/drug": "infliximab",
        "/administrations/0/hcpcs": "J1745",
        "/administrations/0/dose/value": "200",
        "/services": [{"hcpcs": "J1745", "modifiers": ["JZ"], "units": 200, "charge": "1"}],
    }
    assert told(with_record("professional", coded), "DRUG-UNIT") == [
        ("DRUG-UNIT-002", "error"),
        ("DRUG-UNIT-003", "warning"),
    ]
    other = {**coded, "/services/0/units": 21}
    assert told(with_record("professional", other), "DRUG-UNIT") == [("DRUG-UNIT-001", "error")]


@pytest.mark.parametrize("base", ["professional", "facility"])
def test_worked_case_of_another_drug(base: str) -> None:
    """F21: the record says iron sucrose, the line says J1439."""
    coded = {"/coding": "as_coded", "/services": [{"hcpcs": "J1439", "units": 200, "charge": "400"}]}
    case = with_record(base, coded)
    (found,) = [f for f in findings(case) if f.rule == "DRUG-MATCH-001"]
    assert (found.severity, found.path) == ("error", "/services/0/hcpcs")
    assert {(d.code, d.basis) for d in found.denials} == {
        ("4", "textbook"),
        ("16", "textbook"),
        ("16", "official"),
    }
    assert not told(case, "DRUG-ADMIN-002")


@pytest.mark.parametrize("base", ["professional", "facility"])
def test_worked_case_of_the_ndc(base: str) -> None:
    """F32: 0409-1234-01 becomes eleven digits; ten digits without hyphens are ambiguous."""
    assert not told(claim_alone(base, {"/lines/1/ndc": "0409-1234-01"}), "NDC-", "DRUG-")
    assert told(claim_alone(base, {"/lines/1/ndc": "0409123401"}), "NDC-", "DRUG-") == [
        ("NDC-FMT-002", "error")
    ]


def test_a_drug_without_any_administration_in_the_record() -> None:
    coded = {
        "/coding": "as_coded",
        "/services": [
            {"hcpcs": "J1756", "modifiers": ["JZ"], "units": 200, "charge": "400"},
            {"hcpcs": "J2469", "modifiers": ["JZ"], "units": 10, "charge": "40"},
        ],
    }
    assert told(with_record("professional", coded), "DRUG-ADMIN") == [("DRUG-ADMIN-002", "warning")]
    unknown = {**coded, "/administrations/-": {"id": "A2", "drug": "sample drug", "technique": "push"}}
    assert "DRUG-ADMIN-002" not in [
        id_ for id_, _ in told(with_record("professional", unknown), "DRUG-ADMIN")
    ]


def test_addendum_b_of_the_user_tells_how_a_hospital_drug_is_paid() -> None:
    bare: dict[str, Any] = {"/lines/1/modifiers": []}

    def addendum(status: str) -> Loaded:
        return Loaded("addendum-b", "", {("J1756",): (status, None, None, None, None, None, None)})

    waste = ("MOD-JW-001", "MOD-JW-008")
    assert told(claim_alone("facility", bare), *waste) == [("MOD-JW-001", "warning")]
    assert told(claim_alone("facility", bare, addendum("K")), *waste) == [("MOD-JW-001", "error")]
    assert told(claim_alone("facility", bare, addendum("N")), *waste) == [("MOD-JW-008", "info")]


def test_unit_limits_of_the_user_go_before_the_shipped_ones() -> None:
    loaded = Loaded("mue", "practitioner", {("J1756",): (100, 3)})
    assert not told(claim_alone("professional", {}), "DRUG-UNIT")
    (found,) = [f for f in findings(claim_alone("professional", {}, loaded)) if f.rule == "DRUG-UNIT-003"]
    assert "2026 Q1" in found.message and found.severity == "warning"
    hospital = Loaded("mue", "hospital", {("J1756",): (100, 3)})
    assert told(claim_alone("facility", {}, hospital), "DRUG-UNIT") == [("DRUG-UNIT-003", "warning")]


def test_the_crosswalk_of_the_user_tells_the_codes_of_an_ndc() -> None:
    def crosswalk(code: str) -> Loaded:
        return Loaded("ndc", "asp", {("99999010101",): (code, "1 MG", None, None, None, None)})

    assert told(claim_alone("professional", {}, crosswalk("J1439")), "NDC-") == [("NDC-MATCH-001", "warning")]
    assert not told(claim_alone("professional", {}, crosswalk("J1756")), "NDC-")
    later = {"/lines/1/service_date": "2026-04-01"}
    assert not told(claim_alone("professional", later, crosswalk("J1439")), "NDC-MATCH")


@pytest.mark.parametrize("row", tables.rows("coding/biosimilars.csv"), ids=lambda row: row["code"])
def test_every_product_goes_with_its_own_labelers_only(row: dict[str, str]) -> None:
    family = [r for r in tables.rows("coding/biosimilars.csv") if r["family"] == row["family"]]
    for other in family:
        for labeler in other["labelers"].split():
            patches = {"/lines/1/hcpcs": row["code"], "/lines/1/ndc": f"{labeler}-0101-01"}
            found = told(claim_alone("professional", patches), "DRUG-BIOSIM")
            assert bool(found) is (labeler not in row["labelers"].split()), (row["code"], labeler)


def test_hospitals_tell_the_registry_by_codes_as_well() -> None:
    bare = {"/lines/1/hcpcs": "J0174"}
    found = [f for f in findings(claim_alone("facility", bare)) if f.rule.startswith("NCD-AMYLOID")]
    assert {f.path for f in found} == {
        "/lines/1/modifiers",
        "/diagnoses",
        "/clinical_trial_number",
        "/condition_codes",
        "/value_codes",
    }
    assert {f.severity for f in found} == {"error"}


def test_hospitals_tell_the_blood_value_by_a_value_code() -> None:
    bare = {"/lines/1/hcpcs": "J0885", "/lines/1/modifiers": ["EC"]}
    assert told(claim_alone("facility", bare), "ESA") == [("ESA-002", "warning")]
    whole = {**bare, "/value_codes": [{"code": "48", "amount": "9.4"}]}
    assert not told(claim_alone("facility", whole), "ESA")
    assert not told(claim_alone("facility", {**bare, "/type_of_bill": "0721"}), "ESA")


def test_lists_that_are_not_there_accuse_nobody() -> None:
    case = claim_alone("facility", {"/lines/1/hcpcs": "J1438"})
    case.lists = Lists(())
    assert not told(case, "DRUG-SAD", "DRUG-DX")
