"""The administration family as tables: codes, gates, parents, ranks, pair edits."""

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast

from edi import tables

Klass = Literal["hydration", "therapeutic", "chemo", "hormonal", "flush"]
CodeKind = Literal["initial", "add_on", "alone", "prolonged", "unlisted"]

PUSH_LIMIT = 15
"""Most minutes of a drip that is coded as a push; rules catalogue A.2 step 3."""
INFUSION_GATE = 16
"""Least minutes of an infusion."""
REPEAT_PUSH_GAP = 30
"""More minutes than these after the last reported push of a drug, another push of it counts."""
PROLONGED_MINUTES = 480
"""A pump that runs longer than this is a prolonged infusion."""


@dataclass(slots=True, frozen=True)
class FamilyCode:
    """One code of the family; see the head of `schemas/coding/family.csv` for the columns."""

    code: str
    label: str
    kind: CodeKind
    klass: str
    technique: str
    route: str
    rank: int | None
    gate: int | None
    further: str | None
    next: str | None
    again: str | None
    together: str | None
    revenue: str
    verify: str


@cache
def codes() -> dict[str, FamilyCode]:
    """All codes of the family."""
    return {
        row["code"]: FamilyCode(
            code=row["code"],
            label=row["label"],
            kind=cast(CodeKind, row["kind"]),
            klass=row["class"],
            technique=row["technique"],
            route=row["route"],
            rank=int(row["rank"]) if row["rank"] else None,
            gate=int(row["gate"]) if row["gate"] else None,
            further=row["further"] or None,
            next=row["next"] or None,
            again=row["again"] or None,
            together=row["together"] or None,
            revenue=row["revenue"],
            verify=row["verify"],
        )
        for row in tables.rows("coding/family.csv")
    }


@cache
def parents() -> dict[str, frozenset[str]]:
    """For each add-on the codes of which one must be on the claim."""
    found: dict[str, set[str]] = {}
    for row in tables.rows("coding/parents.csv"):
        found.setdefault(row["code"], set()).add(row["parent"])
    return {code: frozenset(allowed) for code, allowed in found.items()}


@cache
def initial_codes() -> dict[tuple[str, str], FamilyCode]:
    """The initial code of each class and technique."""
    return {(c.klass, c.technique): c for c in codes().values() if c.kind == "initial"}


INITIALS = ("96360", "96365", "96374", "96409", "96413")


@cache
def pair_edits() -> dict[tuple[str, str], tuple[int | None, int | None]]:
    """Pair edits of the family: (column 1, column 2) -> modifier indicator (practitioner, hospital)."""

    def number(text: str) -> int | None:
        return int(text) if text else None

    return {
        (row["code1"], row["code2"]): (number(row["practitioner"]), number(row["hospital"]))
        for row in tables.rows("coding/ptp.csv")
    }


@cache
def routes() -> dict[str, str]:
    """Canonical route of each spelling; `none` for routes that are no injection."""
    return {row["spelling"]: row["route"] for row in tables.rows("coding/routes.csv")}
