"""The worked cases F, each completed from a clean sample: as an encounter and as an 837.

The cases stand in `data/worked_cases.json`. An 837 says the same as the encounter, less what only the record
shows. Cases that have no encounter or no 837 say why below.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import edi
from edi.finding import FileReport
from edi.model import pointer
from edi.model.claim import Claim
from edi.model.contract import to_json
from edi.model.encounter import Encounter
from edi.rules import rule_by_id
from rule_cases import sample
from surface_cases import as_837
from test_surfaces import row_of

CASES = {
    case["id"]: case
    for case in json.loads((Path(__file__).parent / "data/worked_cases.json").read_text("utf-8"))
    if case["id"].startswith("F")
}
ELSEWHERE = {
    "F27": "a matter of paper: tests/test_form_findings.py",
    "F47": "an answer of a payer: the rules ACK are not built",
    "F49": "an answer of a payer: the rules ACK are not built",
}
DAY = "2026-03-03"


def coded(code: str, units: int = 1, *modifiers: str, **more: Any) -> dict[str, Any]:
    """A service that is coded already."""
    return {"hcpcs": code, "modifiers": list(modifiers), "units": units, "service_date": DAY, **more}


def drug(code: str, name: str, amount: str, unit: str, count: int, stop: str) -> dict[str, Any]:
    """Patch of the sample's administration: one drug from nine in the morning on, all vials used up."""
    each = str(Decimal(amount) / count)
    return {
        "/administrations/0/drug": name,
        "/administrations/0/hcpcs": code,
        "/administrations/0/dose": {"value": amount, "unit": unit},
        "/administrations/0/order/dose": {"value": amount, "unit": unit},
        "/administrations/0/containers": [
            {"size": {"value": each, "unit": unit}, "count": count, "single_dose": True}
        ],
        "/administrations/0/stop": f"{DAY}T{stop}",
        "/administrations/0/signed_at": f"{DAY}T{stop}",
        "/encounter_end": f"{DAY}T13:30",
    }


E_M: dict[str, Any] = {"charge": "100.00", "diagnosis_pointers": [2], "separate_note": True}
IRON = coded("J1756", 200, "JZ", ndc="99999-0101-01", ndc_quantity=1, ndc_unit="UN")
INFLIXIMAB: dict[str, Any] = {
    **drug("J1745", "infliximab", "400", "mg", 4, "11:05"),
    "/charges/J1745": "60.00",
    "/administrations/0/intensity_factors": ["rate titration", "reaction risk"],
    "/administrations/0/order/indication": "K50.90",
    "/diagnoses": [{"code": "K50.90"}],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """One case in one setting: what the record says, and what must come of it."""

    case: str
    base: str
    """Sample that is patched."""
    patch: Mapping[str, Any] = field(default_factory=dict)
    """JSON Pointers into the encounter."""
    lines: tuple[str, ...] | None = None
    """The lines that must come out, as `96365-59x1`, with the revenue code in front where there is one."""
    said: Mapping[str, str] = field(default_factory=dict)
    """Every error and warning, and infos that matter, with their severities."""
    denied: tuple[str, ...] = ()
    """Adjustment reasons that are foretold."""
    options: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.case}-{self.base}"


WORKED = [
    Worked(
        case="F01",
        base="professional",
        patch={
            **drug("J0696", "ceftriaxone", "2000", "mg", 1, "10:10"),
            "/diagnoses/0/code": "A41.9",
            "/administrations/0/order/indication": "A41.9",
        },
        lines=("96365x1", "J0696-JZx8"),
    ),
    Worked(
        case="F02",
        base="facility",
        patch=INFLIXIMAB,
        lines=("0335 96413x1", "0335 96415x1", "0636 J1745-JZx40"),
    ),
    Worked(
        case="F03",
        base="facility",
        patch=INFLIXIMAB,
        lines=("0636 96365x1", "0636 96366x1", "0636 J1745-JZx40"),
        said={"FAC-REV-004": "warning"},
        options={"payer": "textbook"},
    ),
    Worked(
        case="F03",
        base="facility",
        patch={**INFLIXIMAB, "/services": [coded("96365"), coded("96366"), coded("J1745", 40, "JZ")]},
        said={"INF-CHEMO-004": "warning"},
        options={"policies": {"complex_biologic_policy": "cpt_mac"}},
    ),
    Worked(
        case="F04",
        base="facility",
        patch={
            **drug("J1569", "immune globulin", "35000", "mg", 7, "11:45"),
            "/administrations/0/ndc": None,
            "/charges/J1569": "50.00",
            "/diagnoses/0/code": "D83.9",
            "/administrations/0/order/indication": "D83.9",
        },
        lines=("0260 96365x1", "0260 96366x2", "0636 J1569-JZx70"),
    ),
    Worked(
        case="F05",
        base="professional",
        patch={"/place_of_service": "22"},
        said={"PRO-POS-001": "error", "PRO-POS-005": "warning"},
        denied=("5", "58"),
    ),
    Worked(
        case="F07",
        base="professional",
        patch={"/place_of_service": "49", "/ownership": "freestanding_center"},
        lines=("96365x1", "J1756-JZx200"),
    ),
    Worked(
        case="F08",
        base="professional",
        patch={"/services": [coded("99213", 1, "25", **E_M)]},
        lines=("99213-25x1", "96365x1", "J1756-JZx200"),
    ),
    Worked(
        case="F08",
        base="professional",
        patch={"/services": [coded("99213", **E_M)]},
        said={"MOD-25-001": "error"},
        denied=("97",),
    ),
    Worked(
        case="F09",
        base="professional",
        patch={"/services": [coded("99211", **E_M)]},
        said={"INF-ENC-004": "error"},
    ),
    Worked(
        case="F11",
        base="coded-professional",
        patch={"/services": [coded("96365", 1, "25"), IRON, coded("99213", 1, "25", charge="100.00")]},
        said={"MOD-25-002": "error", "MOD-25-004": "warning"},
    ),
    *(
        Worked(
            case="F12",
            base=base,
            patch={"/services": [coded("96366"), IRON], **only_first},
            said={"INF-INIT-008": "error", "INF-TIME-006": "error"},
            denied=("107",),
        )
        for base, only_first in (("coded-professional", {}), ("coded-facility", {"/administrations/1": None}))
    ),
    Worked(
        case="F14", base="coded-professional", patch={"/services/0/units": 2}, said={"INF-INIT-009": "error"}
    ),
    Worked(
        case="F15",
        base="coded-facility",
        patch={
            "/services/1/hcpcs": "96374",
            "/administrations/1/technique": "push",
            "/administrations/1/stop": f"{DAY}T09:52",
        },
        said={"INF-INIT-001": "error"},
        denied=("97",),
    ),
    *(
        Worked(
            case="F16",
            base=base,
            patch={f"/services/{n}/modifiers": []},
            # in a hospital it depends on whether the drug is paid apart, which the user's Addendum B tells
            said={"MOD-JW-001": severity},
            denied=("16", "4"),
        )
        for base, n, severity in (("coded-professional", 1, "error"), ("coded-facility", 2, "warning"))
    ),
    *(
        Worked(
            case="F18",
            base=base,
            patch={"/services/-": coded("J1756", 20, "JW", charge="40.00")},
            said={"MOD-JW-004": "error", "MOD-JW-002": "error"},
        )
        for base in ("coded-professional", "coded-facility")
    ),
    *(
        Worked(
            case="F21",
            base=base,
            patch={f"/services/{n}/hcpcs": "J1439", "/charges/J1439": "1.00"},
            said={"DRUG-MATCH-001": "error"},
            denied=("4", "16"),
        )
        for base, n in (("coded-professional", 1), ("coded-facility", 2))
    ),
    *(
        Worked(
            case="F22",
            base=base,
            patch={"/coverages/0/authorization_required": ["J1756"]},
            said={"PRO-AUTH-001": "error"},
            denied=("197",),
        )
        for base in ("professional", "facility")
    ),
    *(
        Worked(
            case="F23",
            base=base,
            patch={"/coverages/0/effective_through": "2026-02-28"},
            said={"PRO-ELIG-001": "error"},
            denied=("27",),
        )
        for base in ("professional", "facility")
    ),
    Worked(
        case="F24",
        base="coded-facility",
        patch={"/administrations/0/order": None},
        said={"DOC-NEC-001": "error"},
    ),
    Worked(
        case="F25",
        base="coded-facility",
        patch={"/administrations/0/signed_by": None},
        said={"DOC-SIGN-001": "error"},
    ),
    Worked(case="F29", base="replacement-facility"),
    Worked(
        case="F29",
        base="replacement-facility",
        patch={"/condition_codes": []},
        said={"FAC-TOB-004": "error"},
    ),
    Worked(
        case="F29",
        base="replacement-facility",
        patch={"/original_reference": None},
        said={"PRO-FREQ-002": "error"},
    ),
    *(
        Worked(
            case="F30",
            base=base,
            patch={"/services/-": IRON},
            # a hospital charges each dose by itself
            said={"PRO-DUP-001": severity, "DRUG-UNIT-001": "error"},
            denied=("18",),
        )
        for base, severity in (("coded-professional", "error"), ("coded-facility", "warning"))
    ),
    *(
        Worked(
            case="F31",
            base=base,
            patch={
                "/administrations/0/start": "2025-01-10T09:00",
                "/administrations/0/stop": "2025-01-10T09:45",
                "/administrations/0/signed_at": "2025-01-10T09:50",
                "/encounter_start": "2025-01-10T08:45",
                "/encounter_end": "2025-01-10T11:30",
            },
            said={"PRO-TF-001": "error"},
            denied=("29",),
            options={"received": date(2026, 2, 1)},
        )
        for base in ("professional", "facility")
    ),
    Worked(case="F32", base="coded-professional", patch={"/services/1/ndc": "0409-1234-01"}),
    Worked(
        case="F32",
        base="coded-professional",
        patch={"/services/1/ndc": "0409123401"},
        said={"NDC-FMT-002": "error"},
    ),
    Worked(
        case="F34",
        base="professional",
        patch={"/coverages/0/member_id": "1SG4TE5MK73"},
        said={"F15-1A-001": "error"},
    ),
    Worked(
        case="F35",
        base="two-sites-facility",
        patch={"/administrations/1/site_reason": None},
        said={"INF-SITE-002": "error"},
    ),
    Worked(
        case="F38",
        base="coded-professional",
        patch={"/services/-": coded("96376", charge="60.00")},
        said={"INF-PUSH-002": "error"},
    ),
    Worked(
        case="F40",
        base="facility",
        patch={"/off_campus": "excepted"},
        lines=("0260 96365-POx1", "0636 J1756-JZ-POx200"),
        said={"FAC-OFF-001": "info"},
    ),
    Worked(
        case="F41",
        base="facility",
        patch={"/type_of_bill": "0851", "/ownership": "critical_access_hospital"},
        lines=("0260 96365x1", "0636 J1756-JZx200"),
    ),
    Worked(
        case="F42", base="chemo-facility", patch={"/diagnoses": [{"code": "Z51.11"}, {"code": "C50.911"}]}
    ),
    Worked(
        case="F42",
        base="chemo-facility",
        patch={"/diagnoses": [{"code": "C50.911"}, {"code": "Z51.11"}]},
        said={"PRO-DX-004": "warning"},
    ),
    Worked(
        case="F45", base="professional", patch={"/place_of_service": "12"}, said={"PRO-POS-004": "warning"}
    ),
    Worked(
        case="F50",
        base="professional",
        patch={},
        said={"PRICE-001": "info"},
        options={"prices": True},
    ),
]


def encounter_of(worked: Worked) -> Encounter:
    """The encounter of a case."""
    made = sample(worked.base)
    for path, value in worked.patch.items():
        made = pointer.replace(made, path, value)
    return made


def judged(source: str | bytes, worked: Worked) -> FileReport:
    """What is found in a file, through the public door."""
    (report,) = edi.check(source, **worked.options).files
    return report


def told(report: FileReport, wanted: Mapping[str, str]) -> dict[str, str]:
    """Errors and warnings by rule, and those infos that are asked for."""
    return {f.rule: f.severity for f in report.findings if f.severity != "info" or f.rule in wanted}


@pytest.mark.parametrize("worked", WORKED, ids=str)
def test_the_encounter_gives_its_lines_and_findings(worked: Worked) -> None:
    encounter = encounter_of(worked)
    report = judged(to_json(encounter), worked)
    title = CASES[worked.case]["title"]
    assert told(report, worked.said) == dict(worked.said), title
    assert set(worked.denied) <= {d.code for f in report.findings for d in f.denials}, title
    if worked.lines is not None:
        assert lines_of(encounter, worked) == worked.lines, title


@pytest.mark.parametrize("worked", WORKED, ids=str)
def test_its_837_says_the_same_less_what_only_the_record_shows(worked: Worked) -> None:
    claim = claim_of(encounter_of(worked), worked)
    report = judged(as_837([claim]), worked)
    sent = {rule: severity for rule, severity in worked.said.items() if is_sent(rule)}
    assert told(report, worked.said) == sent, CASES[worked.case]["title"]


@pytest.mark.parametrize("base", ["professional", "facility"])
def test_f44_a_total_that_is_not_the_sum(base: str) -> None:
    """An encounter has no total, so the claim is the first surface."""
    claim = pointer.replace(edi.claim(sample(base)), "/total_charge", "660.00")
    for source in (to_json(claim), as_837([claim])):
        findings = edi.check(source).findings
        assert {f.rule for f in findings if f.severity == "error"} == {"F15-28-001"}
        assert next(f for f in findings if f.rule == "F15-28-001").also[-2:] == ("SNIP3-001", "F04-47-001")


def test_f50_the_price_of_the_first_hour() -> None:
    (worked,) = (one for one in WORKED if one.case == "F50")
    (panel,) = judged(to_json(encounter_of(worked)), worked).prices
    assert panel.lines[0].code == "96365" and panel.lines[0].amount == Decimal("67.14")


def test_every_case_is_here() -> None:
    known = {worked.case for worked in WORKED} | set(ELSEWHERE) | {"F44"}
    assert known == set(CASES)


def test_the_findings_of_the_cases_are_those_that_the_file_names() -> None:
    """Every rule that the text of a case names is among those that are demanded, or there for comparison."""
    named = {
        case: {word for word in re.findall(r"[A-Z0-9]+(?:-[A-Z0-9]+)+", text["findings"]) if rule_by_id(word)}
        for case, text in CASES.items()
    }
    for case, rules in named.items():
        if case in ELSEWHERE or case == "F44":
            continue
        demanded = {rule for worked in WORKED if worked.case == case for rule in worked.said}
        also = {other for rule in demanded for other in also_of(rule)}
        assert rules <= demanded | also, case


def also_of(rule_id: str) -> tuple[str, ...]:
    """The rules that say the same as one."""
    rule = rule_by_id(rule_id)
    return rule.also if rule else ()


def is_sent(rule_id: str) -> bool:
    """Whether an 837 shows what a rule speaks of: it can hold one of the rule's own examples at least."""
    rule = rule_by_id(rule_id)
    if rule is None:
        return True
    return "record" not in rule.needs and not all(row_of(rule_id, "x12", one) for one in rule.breaks)


def claim_of(encounter: Encounter, worked: Worked) -> Claim:
    """The claim of a case."""
    return edi.claim(encounter, payer=worked.options.get("payer"), policies=worked.options.get("policies"))


def lines_of(encounter: Encounter, worked: Worked) -> tuple[str, ...]:
    """The lines of the claim as the cases write them."""
    return tuple(
        (f"{line.revenue_code} " if line.revenue_code else "")
        + "-".join([line.hcpcs or "", *line.modifiers])
        + f"x{line.units:f}"
        for line in claim_of(encounter, worked).lines
    )
