"""Modifier rules: what their own examples cannot show (tables, both settings, denials by policy)."""

import dataclasses
from typing import Any

import pytest

from edi import payers, tables
from edi.finding import Finding
from edi.model import pointer
from edi.rules import Case, all_rules
from edi.rules.denials import denials_under
from rule_cases import build, findings, sample

USE = tables.rows("coding/modifier_use.csv")
PAIRS = tables.rows("coding/modifier_pairs.csv")
DAY = "2026-03-03"


def claim_alone(base: str, **patches: Any) -> Case:
    """The claim of a clean sample without its record; keys of patches have `__` for `/`."""
    case = build(sample(base))
    claim = case.claim
    for path, value in patches.items():
        claim = pointer.replace(claim, "/" + path.replace("__", "/"), value)
    return dataclasses.replace(case, claim=claim, assembled=None)


def with_record(base: str, patches: dict[str, Any]) -> Case:
    """A clean sample with values of its record patched."""
    encounter = sample(base)
    for path, value in patches.items():
        encounter = pointer.replace(encounter, path, value)
    return build(encounter)


def given(case: Case) -> list[str]:
    """Ids of the errors and warnings."""
    return [f.rule for f in findings(case) if f.severity != "info"]


def of(case: Case, id_: str) -> list[Finding]:
    """The findings of one rule."""
    return [f for f in findings(case) if f.rule == id_]


@pytest.mark.parametrize("row", USE, ids=lambda row: f"{row['rule']}-{row['modifier']}")
def test_every_misplaced_modifier_is_found_and_by_one_rule(row: dict[str, str]) -> None:
    base = row["setting"] or "professional"
    case = claim_alone(base, lines__0__modifiers=[row["modifier"]])
    assert [id_ for id_ in given(case) if id_.startswith("MOD-")] == [row["rule"]]


@pytest.mark.parametrize("row", PAIRS, ids=lambda row: f"{row['first']}-{row['second']}")
def test_every_contradiction_is_found(row: dict[str, str]) -> None:
    base = "facility" if row["rule"] == "MOD-PX-001" else "professional"
    case = claim_alone(base, lines__1__modifiers=[row["first"], row["second"]])
    assert row["rule"] in given(case)


def test_the_tables_name_rules_and_modifiers() -> None:
    rules = {rule.id for rule in all_rules()}
    modifiers = {row["code"] for row in tables.rows("codes/modifiers.csv")}
    assert {row["rule"] for row in (*USE, *PAIRS)} <= rules
    assert {row["modifier"] for row in USE} | {row["first"] for row in PAIRS} <= modifiers
    assert {row["second"] for row in PAIRS} <= modifiers


@pytest.mark.parametrize("base", ["professional", "facility"])
@pytest.mark.parametrize("visit", ["99213", "G0463"])
def test_a_visit_beside_an_infusion_needs_25(base: str, visit: str) -> None:
    line = {"hcpcs": visit, "units": "1", "service_date": DAY, "charge": "100", "kind": "service"}
    bare = of(claim_alone(base, **{"lines__-": line}), "MOD-25-001")
    assert [(f.severity, f.path) for f in bare] == [("error", "/lines/2/modifiers")]
    assert bare[0].denials[0].code == "97"
    assert not of(claim_alone(base, **{"lines__-": {**line, "modifiers": ["25"]}}), "MOD-25-001")


def test_a_nurse_visit_is_told_once() -> None:
    line = {"hcpcs": "99211", "modifiers": ["25"], "units": "1", "service_date": DAY, "charge": "30"}
    found = given(claim_alone("professional", **{"lines__-": line}))
    assert "INF-ENC-004" in found and not any(id_.startswith("MOD-") for id_ in found)


def test_a_missing_waste_modifier_is_denied_as_the_payer_does() -> None:
    found = of(claim_alone("professional", lines__1__modifiers=[]), "MOD-JW-001")
    assert [(d.group, d.code, d.remarks) for d in found[0].denials] == [
        ("CO", "16", ("N822", "MA130")),
        ("CO", "4", ()),
    ]
    assert found[0].policy == "jwjz_required = yes"
    shown = {
        name: [(d.code, d.basis) for d in denials_under("MOD-JW-001", payers.load(name).policies)]
        for name in payers.shipped()
    }
    assert shown == {
        "commercial": [("4", "textbook")],
        "medicare": [("16", "official"), ("4", "official")],
        "strict": [("16", "official"), ("4", "official")],
        "textbook": [("16", "official"), ("4", "textbook")],
    }


def test_vaccines_are_no_drugs_of_the_table() -> None:
    """JW and JZ do not apply to vaccines (rules catalogue 0.5 no. 32), and are asked of drugs alone."""
    codes = {row["code"] for row in tables.rows("codes/hcpcs_drugs.csv")}
    assert not [code for code in codes if code.isdigit() or "Q2034" <= code <= "Q2039"]


def test_without_a_record_only_a_single_dose_product_is_accused() -> None:
    for code, accused in (
        ("J1756", True),
        ("J2405", False),
        ("J9045", False),
        ("J3490", False),
        ("J7030", False),
    ):
        case = claim_alone("professional", lines__1__hcpcs=code, lines__1__modifiers=[])
        assert bool(of(case, "MOD-JW-001")) is accused, code


def test_the_record_tells_the_container() -> None:
    coded = {
        "/coding": "as_coded",
        "/administrations/0/drug": "ondansetron",
        "/administrations/0/hcpcs": "J2405",
        "/administrations/0/dose/value": "4",
        "/administrations/0/containers/0/size/value": "4",
        "/services": [{"hcpcs": "J2405", "units": 4, "charge": "12"}],
    }
    assert of(with_record("professional", coded), "MOD-JW-001")
    several = {**coded, "/administrations/0/containers/0/single_dose": False}
    assert not of(with_record("professional", several), "MOD-JW-001")


def test_vaccines_are_exempt() -> None:
    vaccine = {
        "/coding": "as_coded",
        "/administrations/0/drug": "influenza vaccine",
        "/administrations/0/hcpcs": "90686",
        "/services": [{"hcpcs": "90686", "units": 1, "charge": "30"}],
    }
    assert not of(with_record("professional", vaccine), "MOD-JW-001")


@pytest.mark.parametrize(
    ("code", "type_of_bill", "severity"),
    [
        ("J1439", "0131", "error"),
        ("J1439", "0851", "error"),
        ("J1756", "0131", "warning"),
        ("J0696", "0131", "info"),
        ("J0696", "0851", None),
        ("J1439", "0711", None),
        ("J1439", "0111", None),
        ("J1439", "0831", None),
    ],
)
def test_a_hospital_drug_is_judged_by_how_it_is_paid(
    code: str, type_of_bill: str, severity: str | None
) -> None:
    case = claim_alone("facility", lines__1__hcpcs=code, lines__1__modifiers=[], type_of_bill=type_of_bill)
    told = [f for f in findings(case) if f.rule in ("MOD-JW-001", "MOD-JW-008")]
    assert [f.severity for f in told] == ([severity] if severity else [])


def test_one_fault_of_waste_is_told_once() -> None:
    def waste(*lines: tuple[list[str], int]) -> list[str]:
        services = [{"hcpcs": "J1756", "modifiers": m, "units": u, "charge": "1"} for m, u in lines]
        patches: dict[str, Any] = {"/coding": "as_coded", "/services": services}
        patches["/administrations/0/dose/value"] = "180"
        patches["/administrations/0/discard"] = {
            "value": "20",
            "unit": "mg",
            "reason": "rest",
            "recorded_by": "N. NURSE",
        }
        found = given(with_record("professional", patches))
        return [id_ for id_ in found if id_.startswith(("MOD-JW", "DRUG-UNIT"))]

    assert waste(([], 180), (["JW"], 20)) == []
    assert waste(([], 180)) == ["MOD-JW-001"]
    assert waste((["JZ"], 180)) == ["MOD-JW-002"]
    assert waste(([], 180), (["JW"], 19)) == ["MOD-JW-002"]
    assert waste((["JZ"], 180), (["JW"], 20)) == ["MOD-JW-004"]
    assert waste((["JW"], 20)) == ["MOD-JW-006"]


def test_53_is_for_practitioners() -> None:
    assert of(claim_alone("facility", lines__0__modifiers=["53"]), "MOD-53-001")
    assert not of(claim_alone("professional", lines__0__modifiers=["53"]), "MOD-53-001")


@pytest.mark.parametrize("base", ["professional", "facility"])
def test_worked_cases_of_modifiers(base: str) -> None:
    """F11 (25 on the infusion), F16 (neither JW nor JZ), F18 (JZ beside JW)."""
    assert of(claim_alone(base, lines__0__modifiers=["25"]), "MOD-25-002")
    assert of(claim_alone(base, lines__1__modifiers=[]), "MOD-JW-001")
    waste = {"hcpcs": "J1756", "modifiers": ["JW"], "units": "20", "charge": "40", "service_date": DAY}
    assert of(claim_alone(base, **{"lines__-": waste}), "MOD-JW-004")
