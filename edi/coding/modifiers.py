"""Modifiers that tell services of one day apart (59, or XE, XS, XU), and those of off-campus departments.

Source: rules catalogue A.7, B.1 and G.
"""

from collections.abc import Sequence
from datetime import date

from edi.coding.edits import pair_indicator
from edi.coding.hierarchy import Billed
from edi.coding.timeline import Timeline
from edi.model.claim import ClaimHeader, billed_coverage
from edi.payers import MEDICARE_FILING

DEPARTMENTS = {"excepted": "PO", "non_excepted": "PN", "emergency": "ER"}
"""Modifier of each kind of off-campus hospital department."""
_LOWEST = 99


def order(billed: Billed) -> tuple[str, int, str, int, int, str, str]:
    """Order of the lines of a claim: by day, then rank, then time."""
    day = billed.day.isoformat() if billed.day else ""
    rank = billed.family.rank if billed.family.rank is not None else _LOWEST
    return (
        day,
        rank,
        billed.visit,
        billed.begin,
        -(billed.minutes or 0),
        billed.site,
        min(g.id for g in billed.given),
    )


def distinguish(timeline: Timeline, billed: Sequence[Billed]) -> None:
    """Put the modifier on the lower-ranked of two services that pair edits or one initial per day would join.

    A pair gets none where nothing tells its services apart: that is for a person to judge.
    """
    by_day: dict[date | None, list[Billed]] = {}
    for item in sorted(billed, key=order):
        by_day.setdefault(item.day, []).append(item)
    for ranked in by_day.values():
        for i, lower in enumerate(ranked):
            for higher in ranked[:i]:
                if not _needs_telling_apart(timeline, higher, lower):
                    continue
                marked = _marked(timeline, higher, lower)
                reason = _difference(higher, lower)
                if reason and not marked.modifiers:
                    marked.modifiers = (reason if timeline.policies.distinct_modifier == "X" else "59",)


def _indicator(timeline: Timeline, first: Billed, second: Billed) -> int | None:
    """Modifier indicator of the pair edit with the first service in column 1."""
    return pair_indicator(timeline.lists, first.code, second.code, timeline.setting, second.day)


def _marked(timeline: Timeline, higher: Billed, lower: Billed) -> Billed:
    """Who carries the modifier: the lower-ranked; where one has no rank, column 2 of the edit."""
    unranked = higher.family.rank is None or lower.family.rank is None
    return higher if unranked and _indicator(timeline, lower, higher) == 1 else lower


def _needs_telling_apart(timeline: Timeline, higher: Billed, lower: Billed) -> bool:
    if higher.code == lower.code:
        return lower.family.kind == "initial" and (higher.site, higher.visit) != (lower.site, lower.visit)
    return 1 in (_indicator(timeline, higher, lower), _indicator(timeline, lower, higher))


def _difference(higher: Billed, lower: Billed) -> str | None:
    """XE another visit, XS another access site, XU another drug by another way; None when nothing differs."""
    if higher.visit != lower.visit:
        return "XE"
    venous = {higher.family.route, lower.family.route} <= {"IV", ""}
    if venous and higher.site != lower.site:
        return "XS"
    if {g.substance for g in higher.given}.isdisjoint(g.substance for g in lower.given):
        return "XU"
    return None


def department_modifier(header: ClaimHeader, setting: str | None) -> str | None:
    """PO, PN or ER of an off-campus hospital department that bills Medicare; None elsewhere."""
    coverage = billed_coverage(header)
    if setting != "facility" or coverage is None or coverage.claim_filing not in MEDICARE_FILING:
        return None
    if header.ownership == "critical_access_hospital" or (header.type_of_bill or "").startswith("085"):
        return None
    return DEPARTMENTS.get(header.off_campus or "")


def with_department(modifiers: tuple[str, ...], department: str | None) -> tuple[str, ...]:
    """Payment modifiers first, then the department, then what only informs."""
    if department is None or department in modifiers:
        return modifiers
    pricing = tuple(m for m in modifiers if m in ("JW", "JZ"))
    return (*pricing, department, *(m for m in modifiers if m not in pricing))
