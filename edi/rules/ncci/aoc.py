"""NCCI-AOC: add-on codes beside their primary code."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache

from edi.coding import edits
from edi.coding.family import parents
from edi.refdata import Lists
from edi.rules.about import BASE, LOADED
from edi.rules.across import Across, Settled, Told
from edi.rules.base import Case, Hit, rule
from edi.rules.days import billed_by, by_day, day_of, lines_of
from edi.rules.ncci.tables import ADD_ONS, coded, edition, severity

_DAY = {"units": "1", "service_date": "2026-03-03"}
_ROWS = [
    ["addon", "", ["22222"], ["11111", 1, 20260101, 0]],
    ["addon", "", ["22222"], ["11112", 1, 20260101, 0]],
]
_OPEN = [["addon", "", ["22222"], ["11111", 3, 20260101, 0]]]
_ADDED = {"/lines/-": {"hcpcs": "22222", **_DAY}}


def _parents(count: int) -> list[list[object]]:
    return [["addon", "", ["22222"], [f"1111{n}", 1, 20260101, 0]] for n in range(count)]


def _after(parent: str, first_day: int) -> dict[str, object]:
    """A claim that bills 22222 without a parent, and before it an add-on that has nothing to answer for."""
    other = ["addon", "", ["33333"], [parent, 1, first_day, 0]]
    return {"loaded": [*_ROWS, other], "/lines/0/hcpcs": "33333", **_ADDED}


def _parent_elsewhere(told: Sequence[Told], lists: Lists) -> Iterator[Settled]:
    billed = billed_by(told)
    for own in told:
        day = date.fromisoformat(day_of(own))
        for line in lines_of(own):
            found = edits.add_on(lists, line.code, day)
            if found is not None and any(billed.get(code, set()) - {own.same_id} for code in found.parents):
                yield Settled(own.claim, f"/lines/{line.index}/hcpcs")


@lru_cache(maxsize=4096)
def _add_ons(lists: Lists, codes: tuple[str, ...]) -> tuple[int, ...]:
    """Positions of the codes that are add-ons on any day, but for those of the infusion family."""
    return tuple(k for k, code in enumerate(codes) if code not in parents() and lists.ever("addon", (code,)))


@rule(
    "NCCI-AOC-001",
    "add-on-without-primary-code",
    message="line {line} bills the add-on {hcpcs}; none of {parents} is billed for that day (edits of "
    "{edition})",
    help="Add the service to which it belongs, or remove the line.",
    source=ADD_ONS,
    severity="error",
    snip=7,
    sees="services",
    across=Across(by_day, _parent_elsewhere),
    breaks=[
        {"loaded": _ROWS, **_ADDED},
        {
            "loaded": _ROWS,
            **_ADDED,
            "/lines/0": {"hcpcs": "11111", "units": "1", "service_date": "2026-03-04"},
        },
        {"loaded": _ROWS, **_ADDED, "sister": {"/claim_id": "OTHER-1"}},
        {
            LOADED: [["addon", "", ["22222"], ["11112", 1, 20260101, 0]]],
            "/lines/-": {"hcpcs": "22222", "service_date": "2026-03-03"},
            BASE: "coded-facility",
        },
        {"loaded": _ROWS, **_ADDED, "/lines/0/hcpcs": "22222"},
        _after("J1756", 20260101),
        _after("11111", 20260401),
        {"loaded": _parents(6), **_ADDED},
        {"loaded": _parents(7), **_ADDED},
    ],
    keeps=[
        {},
        {"loaded": _ROWS, **_ADDED, "/lines/0/hcpcs": "11112"},
        {"loaded": _OPEN, **_ADDED},
        {"/lines/0/hcpcs": "96366"},
        {"loaded": _ROWS, **_ADDED, "sister": {"/claim_id": "OTHER-1", "/lines/0/hcpcs": "11111"}},
        {
            "loaded": _ROWS,
            **_ADDED,
            "/lines/0/hcpcs": "22222",
            "sister": {"/claim_id": "OTHER-1", "/lines/0/hcpcs": "11111"},
        },
        {
            "loaded": _ROWS,
            "/setting": "facility",
            **_ADDED,
            "/lines/0": {"hcpcs": "11111", "units": "1", "service_date": "2026-03-04"},
        },
    ],
)
def without_primary(case: Case) -> Iterator[Hit]:
    """An add-on code of type 1 is paid beside one of its listed primary codes only.

    For add-on codes of the user's table; those of the infusion family are INF-INIT-008. Professional: a
    primary code of the same date; facility: anywhere on the claim. A primary code on another claim of the run
    answers the finding. Types 2 and 3 are the contractor's lists and are not judged.
    """
    by_date = coded(case)
    for day, lines in by_date.items():
        for k in _add_ons(case.lists, tuple([code for _, _, code in lines])):
            i, _, code = lines[k]
            found = edits.add_on(case.lists, code, day)
            if found is None or not found.closed:
                continue
            days = list(by_date) if case.claim.setting == "facility" else [day]
            if any(one in found.parents for near in days for _, _, one in by_date[near]):
                continue
            listed = sorted(found.parents)
            shown = ", ".join(listed[:6]) + (f" and {len(listed) - 6} more" if len(listed) > 6 else "")
            yield Hit(
                f"/lines/{i}/hcpcs",
                severity=severity(found),
                line=i + 1,
                hcpcs=code,
                parents=shown,
                edition=edition(found),
                actual=code,
            )
