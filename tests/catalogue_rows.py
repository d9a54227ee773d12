"""Rows that plant one fact in a clean sample and name what must be said of it, through the public doors."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

import edi
from edi.finding import Finding
from edi.model import pointer
from edi.model.claim import Claim
from edi.model.contract import to_json
from forms.filling import fill
from rule_cases import sample
from surface_cases import as_837

DAY = "2026-03-03"

On = Literal["encounter", "claim", "837", "boxes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fact of a correction."""

    what: str
    number: int = 0
    """Of the correction or conflict; 0: of none."""
    base: str = "professional"
    """Sample that is patched."""
    on: On = "encounter"
    """What is patched and judged; `837` and `boxes`: a patched claim as its file, as its form."""
    patch: Mapping[str, Any] = field(default_factory=dict)
    swap: Mapping[str, str] = field(default_factory=dict)
    """Text of the 837 -> other text; box of the first page -> text."""
    lines: tuple[str, ...] | None = None
    """Administration lines that are proposed, as `96365-59x1`."""
    said: Mapping[str, str | None] = field(default_factory=dict)
    """Rule -> worst severity; None: it must be silent."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Payer, policies, day of receipt, surface."""

    def __str__(self) -> str:
        return f"{self.number:02d} {self.what}"


def drug(id_: str, name: str, start: str | None, stop: str | None = None, **more: Any) -> dict[str, Any]:
    """An administration of the day; without a stop it is a push, without a start the day alone is known."""
    return {
        "id": id_,
        "drug": name,
        "route": "IV",
        "technique": "infusion" if stop else "push",
        "start": f"{DAY}T{start}" if start else DAY,
        "stop": f"{DAY}T{stop}" if stop else None,
        "access_site": "chest port",
        **more,
    }


def given(*administrations: dict[str, Any], **more: Any) -> dict[str, Any]:
    """Patch: these administrations in the place of the sample's."""
    return {
        "/administrations": list(administrations),
        "/encounter_start": None,
        "/encounter_end": None,
        **{f"/{key}": value for key, value in more.items()},
    }


def coded(code: str, units: int | str = 1, *modifiers: str, **more: Any) -> dict[str, Any]:
    """A line that is coded already."""
    return {
        "hcpcs": code,
        "modifiers": list(modifiers),
        "units": units,
        "charge": "100.00",
        "service_date": DAY,
        "diagnosis_pointers": [1],
        **more,
    }


def billed(*lines: dict[str, Any]) -> dict[str, Any]:
    """Patch: these lines in the place of the claim's."""
    total = sum((Decimal(line["charge"]) for line in lines), Decimal(0))
    return {"/lines": list(lines), "/total_charge": str(total)}


CHEMO: dict[str, Any] = {"category": "chemotherapy"}
FLUID: dict[str, Any] = {"category": "hydration"}
IRON = coded("J1756", 200, "JZ")
PLAN: dict[str, Any] = {
    "responsibility": "P",
    "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
    "claim_filing": "CI",
    "member_id": "E1",
    "relationship": "18",
}
BEHIND: dict[str, Any] = {"/coverages/0/responsibility": "S", "/bill_to": 0}
HERE: dict[str, Any] = {"line1": "1 A STREET", "city": "SPRINGFIELD", "state": "IL"}
PLACE: dict[str, Any] = {"organization_name": "SAMPLE PLACE", "npi": "1245319599"}
OVERLAP = given(drug("A1", "carboplatin", "09:00", "10:00", **CHEMO), drug("A2", "IVIG", "09:00", "13:00"))
PUMP = drug("A1", "fluorouracil", "09:00", technique="pump", planned_minutes=2760, **CHEMO)
TWO_CHEMO = drug("A1", "carboplatin", "09:00", "10:00", **CHEMO)

AMYLOID: dict[str, Any] = {
    "/lines/1/hcpcs": "J0174",
    "/lines/1/modifiers": ["JZ", "Q0"],
    "/diagnoses": [{"code": "G30.9"}, {"code": "Z00.6"}],
    "/clinical_trial_number": "12345678",
}
AMYLOID_HOSPITAL: dict[str, Any] = {
    **AMYLOID,
    "/condition_codes": ["30"],
    "/value_codes": [{"code": "D4", "amount": "12345678"}],
}


def pushes(*times: str) -> dict[str, Any]:
    return given(*(drug(f"A{n}", "morphine", time) for n, time in enumerate(times, 1)))


def decided(**decision: Any) -> dict[str, Any]:
    return {
        **BEHIND,
        "/coverages/0/secondary_reason": "12",
        "/coverages/-": {**PLAN, "adjudication": {"paid_date": "2026-04-01", **decision}},
    }


def cut(amount: str) -> list[dict[str, str]]:
    return [{"group": "CO", "reason": "45", "amount": amount}]


def claim_of(row: Row) -> Claim:
    """The claim of a row's sample, patched."""
    made = edi.claim(sample(row.base))
    for path, value in row.patch.items():
        made = pointer.replace(made, path, value)
    return made


def source_of(row: Row) -> str | bytes:
    """What is judged."""
    if row.on == "encounter":
        made = sample(row.base)
        for path, value in row.patch.items():
            made = pointer.replace(made, path, value)
        return to_json(made)
    claim = claim_of(row)
    if row.on == "claim":
        return to_json(claim)
    if row.on == "boxes":
        filled = fill(claim)
        first, *more = ({**page} for page in filled.pages)
        return json.dumps({"form": filled.form, "pages": [{**first, **row.swap}, *more]})
    text = as_837([claim])
    for old, new in row.swap.items():
        assert old.encode() in text, old
        text = text.replace(old.encode(), new.encode())
    return text


def severities(found: Sequence[Finding]) -> dict[str, str]:
    """Rule -> worst severity, by the ids of findings."""
    worst: dict[str, str] = {}
    for one in found:
        if one.rule not in worst or one.severity == "error":
            worst[one.rule] = one.severity
    return worst


def holds(row: Row) -> None:
    """Assert that what is said of a row is what it names."""
    source = source_of(row)
    found = severities(edi.check(source, **row.options).findings)
    assert {rule: found.get(rule) for rule in row.said} == dict(row.said), sorted(found.items())
    if row.lines is not None:
        options = {key: value for key, value in row.options.items() if key in ("payer", "policies")}
        made = edi.claim(edi.read_encounter(source), **options)
        lines = [
            "-".join([line.hcpcs or "", *line.modifiers]) + f"x{line.units}"
            for line in made.lines
            if line.kind == "administration"
        ]
        assert tuple(sorted(lines)) == row.lines
