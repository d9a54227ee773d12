"""INF-TIME: clock times of the record, and what they are worth in units."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from edi.coding import propose
from edi.coding.clock import Reading, local_date, longest, read, settle
from edi.coding.family import INFUSION_GATE, PROLONGED_MINUTES, PUSH_LIMIT, codes
from edi.coding.timeline import Given, ProposedLine
from edi.model.claim import ServiceLine
from edi.refdata import Lists
from edi.rules.about import BASE, ON, POLICIES
from edi.rules.across import Across, Fact, Found, Key, Told, nothing, once
from edi.rules.base import Case, Hit, rule
from edi.rules.inf import sequence
from edi.rules.inf.examples import a_drug, a_line, at
from edi.rules.inf.linking import (
    FIRST_INFUSIONS,
    HOURS,
    HYDRATION,
    PROLONGED,
    PUSHES,
    coded_links,
    family_lines,
    links,
    proposed,
    supported,
    times_unknown,
    units_of,
    unproven_sequence,
)
from edi.rules.inf.sources import ARTICLES, CONVENTION, CPT, HOSPITAL, LIMITS

DAY = 1440
"""Minutes of a day."""
FIRST_HOUR = 60
"""Last minute of the window that the record of a first hour is checked against."""
LAST_OF_FIRST = 90
"""Last minute that the first block covers."""
TOLERANCE = Decimal("0.2")
"""Part by which documented minutes may differ from volume and rate."""
_VAGUE = ("no_date", "no_time", "vague", "impossible")
_GROUPS = (HOURS, ("96370",), HYDRATION, ("96423",))
"""Codes whose units stand for hours and can be compared as one sum."""


def _at(given: Given, key: str) -> str:
    return f"/administrations/{given.index}/{key}"


def _whole(given: Given) -> int:
    """Minutes between start and stop, with pauses; only where both are known."""
    return ((given.end or 0) - (given.begin or 0)) // 60


def _infusions(case: Case) -> list[Given]:
    """Infusions of a drug."""
    return [
        g
        for g in case.timeline.given
        if g.excluded is None and g.mode == "infusion" and g.klass != "hydration"
    ]


def _listed(given: list[Given]) -> str:
    return ", ".join(f"{g.id} ({g.minutes} minutes)" for g in given)


# --- coded by a person, against the clock ----------------------------------------------------------------


@rule(
    "INF-TIME-001",
    "infusion-too-short",
    message="line {line} bills {hcpcs} for {names}, {how}",
    help="Bill a push instead: 15 minutes or less are no infusion.",
    source=f"{CPT}; {ARTICLES}",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/administrations/0/stop": "2026-03-03T09:15"},
        {
            "/administrations/0/stop": "2026-03-03T09:10",
            "/services/0/administrations": ["A1"],
            "/services/0/hcpcs": "96367",
        },
        {"/administrations/0/technique": "push", "/administrations/0/stop": "2026-03-03T09:05"},
        {
            "/administrations/0/stop": "2026-03-03T09:15",
            "/services/1": {"hcpcs": "96365", "administrations": ["A1"]},
        },
        {"/administrations/0": {"id": "A2", "technique": "push", "start": "2026-03-03T10:30"}},
        {
            "/administrations/0/stop": "2026-03-03T09:10",
            "/services/0/administrations": ["A1"],
            "/services/-": {"hcpcs": "96365", "administrations": ["A1"]},
        },
        {"/administrations/0/stop": "2026-03-03T09:10", BASE: "coded-facility"},
        {
            "/administrations/0/stop": "2026-03-03T09:15",
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "technique": "push",
                "start": "2026-03-03T09:00",
            },
        },
        {
            "/administrations/0/stop": "2026-03-03T09:15",
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:14",
            },
        },
        {
            "/administrations/0/stop": "2026-03-03T09:05",
            "/administrations/-": {"id": "A2", "hcpcs": "J1756", "start": "2026-03-03T08:45"},
            "/services/1/hcpcs": "96374",
        },
        {
            "/administrations/0/stop": "2026-03-03T09:10",
            "/administrations/-": {"id": "A2", "technique": "push", "start": "2026-03-03T09:00"},
            BASE: "coded-facility",
        },
        {
            "/administrations/0/stop": at("09:10"),
            "/administrations/-": [
                a_drug("A2", "D5W 50 mL", None, "09:00", "09:10", purpose="vehicle"),
                a_drug("A3", "vitamin B", None, "09:12", "09:12", route=None, technique="injection"),
            ],
        },
    ],
    keeps=[
        {"/administrations/0/stop": "2026-03-03T09:16"},
        {"/administrations/0/stop": "2026-03-03T09:15", "/services/0/hcpcs": "96374"},
        {"/administrations/0/stop": None},
        {"/administrations/0/technique": "push"},
        {"/administrations/0/hcpcs": "J7120"},
        {
            "/administrations/0/stop": "2026-03-03T09:10",
            "/services/0/administrations": ["A1"],
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "start": "2026-03-03T08:45",
                "stop": "2026-03-03T09:10",
            },
        },
        {"/administrations/0": {"id": "A2", "technique": "push"}},
        {
            "/administrations/0/stop": "2026-03-03T09:10",
            "/services/0/administrations": ["A1"],
            "/administrations/0/hcpcs": "J7040",
        },
        {
            "/administrations/0/stop": None,
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "technique": "push",
                "start": "2026-03-03T09:00",
            },
        },
    ],
)
def infusion_too_short(case: Case) -> Iterator[Hit]:
    """An infusion code begins at minute 16 of drug time.

    Lines that a person coded are linked to their administrations by id, else by code, else by elimination.
    A drip of 15 minutes or less and a documented push are pushes.
    """
    for found in coded_links(case):
        if found.code not in FIRST_INFUSIONS or not found.given:
            continue
        if any(g.excluded is not None or g.mode != "push" or g.stop_fallback for g in found.given):
            continue
        if any(codes()[code].gate == INFUSION_GATE for code in supported(case, found.given)):
            continue
        ran = max((g.minutes or 0 for g in found.given), default=0)
        pushed = all(g.documented == "push" for g in found.given)
        how = "which was pushed" if pushed else f"which ran {ran} minutes: that is a push"
        if ran <= PUSH_LIMIT:
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                hcpcs=found.code,
                names=found.names,
                how=how,
                actual=found.code,
            )


@rule(
    "INF-TIME-002",
    "push-billed-for-infusion",
    message="line {line} bills the push {hcpcs} for {names}, an infusion of {minutes} minutes",
    help="Bill an infusion code: a documented infusion of 16 minutes or more is no push.",
    source=f"{ARTICLES}; {CPT}",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/services/0/hcpcs": "96374"},
        {"/services/0/hcpcs": "96374", "/administrations/0/stop": "2026-03-03T09:16"},
        {"/services/0/hcpcs": "96375", "/services/0/administrations": ["A1"]},
        {
            "/services/0/hcpcs": "96375",
            "/services/0/administrations": ["A1"],
            "/services/-": {"hcpcs": "96375", "administrations": ["A1"]},
        },
        {"/services/-": {"hcpcs": "96375", "administrations": ["A1"]}},
        {
            "/services/0/hcpcs": "96374",
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "start": "2025-06-03T09:00",
                "stop": "2026-03-03T09:45",
            },
        },
        {"/services/0/hcpcs": "96374", "/services/0/administrations": ["A9"]},
    ],
    keeps=[
        {},
        {"/services/0/hcpcs": "96374", "/administrations/0/stop": "2026-03-03T09:15"},
        {
            "/services/0/hcpcs": "96374",
            "/administrations/0/technique": "push",
            "/administrations/0/stop": "2026-03-03T09:20",
        },
        {
            "/services/0/hcpcs": "96375",
            "/services/0/administrations": ["A1"],
            "/administrations/0/route": "96374",
        },
        {"/services/0/hcpcs": "96416"},
        {"/services/0/hcpcs": "96374", "/administrations/0/route": "IM"},
        {"/services/-": {"hcpcs": "96375", "administrations": ["A1"]}, "/administrations/0/hcpcs": "J7040"},
        {
            "/services/0/hcpcs": "96374",
            "/administrations/-": {"id": "A2", "hcpcs": "J1756", "start": "2026-03-03T09:44"},
        },
        {
            POLICIES: {"aborted_policy": "intent"},
            "/administrations/0/stop": at("09:10"),
            "/administrations/0/planned_minutes": 45,
            "/services/0/hcpcs": "96374",
        },
    ],
)
def push_billed_for_infusion(case: Case) -> Iterator[Hit]:
    """A drip of 16 minutes or more is an infusion, whatever is simpler to bill."""
    for found in coded_links(case):
        infused = [
            g
            for g in found.given
            if g.excluded is None
            and g.mode == "infusion"
            and g.klass != "hydration"
            and (g.minutes or 0) >= INFUSION_GATE
        ]
        if found.code in PUSHES and infused and len(infused) == len(found.given):
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                hcpcs=found.code,
                names=found.names,
                minutes=max(g.minutes or 0 for g in infused),
                actual=found.code,
            )


# --- remarks on the first block --------------------------------------------------------------------------


@rule(
    "INF-TIME-003",
    "first-hour-window-met",
    message="within the first-hour window of 16 to 60 minutes: {which}",
    help="Nothing to do.",
    source=ARTICLES,
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {},
        {"/administrations/0/stop": "2026-03-03T09:16"},
        {"/administrations/0/stop": "2026-03-03T10:00"},
    ],
    keeps=[
        {"/administrations/0/stop": "2026-03-03T09:15"},
        {"/administrations/0/stop": "2026-03-03T10:01"},
        {"/administrations/0/purpose": "vehicle"},
        {"/administrations/0/category": "hydration"},
    ],
)
def first_hour_window(case: Case) -> Iterator[Hit]:
    """The record of a first hour is checked against 16 to 60 minutes. Said once per claim."""
    found = [g for g in _infusions(case) if INFUSION_GATE <= (g.minutes or 0) <= FIRST_HOUR]
    if found:
        yield Hit(_at(found[0], "stop"), which=_listed(found))


@rule(
    "INF-TIME-004",
    "no-further-hour-yet",
    message="one unit covers up to 90 minutes, the next begins at minute 91: {which}",
    help="Nothing to do: a further hour counts when its 31st minute has run.",
    source=f"{ARTICLES}; {CPT}",
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/stop": "2026-03-03T10:01"},
        {"/administrations/0/stop": "2026-03-03T10:30"},
    ],
    keeps=[
        {},
        {"/administrations/0/stop": "2026-03-03T10:00"},
        {"/administrations/0/stop": "2026-03-03T10:31"},
    ],
)
def no_further_hour(case: Case) -> Iterator[Hit]:
    """61 to 90 minutes are still the first block. Said once per claim."""
    found = [g for g in _infusions(case) if FIRST_HOUR < (g.minutes or 0) <= LAST_OF_FIRST]
    if found:
        yield Hit(_at(found[0], "stop"), which=_listed(found))


# --- hours ------------------------------------------------------------------------------------------------


def _coded_hours(case: Case, group: tuple[str, ...]) -> dict[date | None, Decimal]:
    """Units of a group of codes on the claim, by date, less those that bill another drug."""
    renamed = {link.index for link in sequence.hours_of_another_drug(case)}
    return _by_day(line for i, line, _ in family_lines(case, group) if i not in renamed)


def _supported_hours(case: Case, group: tuple[str, ...]) -> Iterator[ProposedLine]:
    """Lines of a group of codes that the record supports."""
    return (p for p in proposed(case) if p.line.hcpcs in group)


def _coded_otherwise(case: Case, line: ServiceLine) -> bool:
    """Whether an infusion is coded as a push or as a prolonged one: INF-TIME-002, INF-CHEMO-005 say that."""
    billing = {link.code for link in links(case) if link.ids & set(line.administrations)}
    return bool(billing) and billing.issubset((*PUSHES, *PROLONGED))


def _by_day(lines: Iterable[ServiceLine]) -> dict[date | None, Decimal]:
    found: dict[date | None, Decimal] = {}
    for line in lines:
        found[line.service_date] = found.get(line.service_date, Decimal(0)) + units_of(line)
    return found


def _beyond(
    some: Mapping[date | None, Decimal], others: Mapping[date | None, Decimal]
) -> Iterator[tuple[date | None, Decimal, Decimal]]:
    """Dates with more of some units than of others, where there are more in all: both numbers."""
    if sum(some.values()) > sum(others.values()):
        for day, units in sorted(some.items(), key=lambda entry: str(entry[0])):
            if units > (less := others.get(day, Decimal(0))):
                yield day, units, less


def _line_of_hours(case: Case, group: tuple[str, ...], hours: ServiceLine) -> int | None:
    """Index of the line whose units would change: the hours, else the first block that they belong to."""
    for i, line, _ in family_lines(case, group):
        if line.service_date == hours.service_date:
            return i
    ids = set(hours.administrations)
    return next((found.index for found in links(case) if ids & found.ids), None)


@rule(
    "INF-TIME-005",
    "hours-not-billed",
    message="units of {hcpcs}: {minutes} minutes support {want}, {have} billed",
    help="Add the further hours, or say in the record why they are not billed.",
    source=f"{ARTICLES}; {CPT}",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/administrations/0/stop": "2026-03-03T10:31"},
        {
            "/administrations/0/stop": "2026-03-03T11:31",
            "/services/-": {"hcpcs": "96366", "units": 1, "service_date": "2026-03-03"},
        },
        {"/administrations/0/stop": "2026-03-03T10:31", "/administrations/0/route": "SC"},
        {
            "/administrations/0/stop": "2026-03-03T10:31",
            "/administrations/0/hcpcs": "J7120",
            "/services/0/hcpcs": "96361",
        },
        {
            "/administrations/0/stop": "2026-03-03T10:31",
            "/administrations/-": {
                "id": "A2",
                "route": "SC",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T10:31",
            },
        },
        {
            "/administrations/0/stop": "2026-03-03T10:31",
            "/administrations/0/route": "SC",
            BASE: "chemo-facility",
        },
        {
            "/administrations/0/stop": "2026-03-03T10:31",
            "/administrations/-": {
                "id": "A2",
                "route": "SC",
                "start": "2026-03-03T08:45",
                "stop": "2026-03-03T10:31",
            },
            "/services/-": {"hcpcs": "96367"},
        },
        {
            "/administrations/0/stop": at("10:31"),
            "/services/0/administrations": ["A1"],
            "/services/-": a_line("96374", administrations=["A1"]),
        },
        {
            "/administrations/0/stop": at("10:40"),
            "/administrations/-": a_drug("A2", "iron sucrose", "J1756", "09:00", "10:31", day=4),
            "/services/-": [a_line("96366"), a_line("96365", day=4)],
            "/encounter_end": None,
        },
        {
            BASE: "chemo-facility",
            "/administrations/0/stop": at("10:25"),
            "/administrations/1/start": at("10:30"),
            "/administrations/1/stop": at("12:05"),
            "/services/0/hcpcs": "96409",
            "/encounter_end": None,
        },
        {
            "/administrations/0/stop": at("10:31"),
            "/administrations/-": a_drug("A2", "iron sucrose", "J1756", "09:00", "10:31", day=4),
            "/services/-": a_line("96365", day=4),
            "/encounter_end": None,
        },
    ],
    keeps=[
        {"/administrations/0/stop": "2026-03-03T10:30"},
        {
            "/administrations/0/stop": "2026-03-03T11:30",
            "/services/-": {"hcpcs": "96366", "units": 1, "service_date": "2026-03-03"},
        },
        {"/administrations/0/stop": None},
        {"/administrations/0/hcpcs": "J7120"},
        {
            "/administrations/0/stop": "2026-03-03T10:31",
            "/services": [{"hcpcs": "96365"}, {"hcpcs": "96367"}],
        },
        {"/administrations/0/stop": at("10:31"), "/services/0/hcpcs": "96374"},
        {"/administrations/0/stop": at("10:31"), "/services/0": a_line("96416", administrations=["A1"])},
        {
            BASE: "coded-facility",
            "/administrations/0/stop": at("10:31"),
            "/administrations/1/start": at("10:35"),
            "/administrations/1/stop": at("10:55"),
            "/services/0": a_line("96374", administrations=["A1"]),
            "/services/1": a_line("96365", administrations=["A2"]),
        },
        {"/administrations/0/stop": at("10:31"), "/services/-": a_line("96366", day=4)},
        {
            BASE: "coded-facility",
            "/administrations/0/stop": at("10:31"),
            "/administrations/1/start": None,
        },
    ],
)
def hours_not_billed(case: Case) -> Iterator[Hit]:
    """From minute 91 on a further hour may be billed.

    Compares totals per date with what the record supports. 96366 and 96415 are one sum, as are 96360 and
    96361, so that a code of the wrong class is reported once, by its own rule. Silent where a time is
    missing.
    """
    misnamed = sum((units_of(found.line) for found in sequence.same_drug_lines(case)), Decimal(0))
    for group in () if times_unknown(case) else _GROUPS:
        hours = [p.line for p in _supported_hours(case, group) if not _coded_otherwise(case, p.line)]
        for day, want, have in _beyond(_by_day(hours), _coded_hours(case, group)):
            elsewhere = group == HOURS and want - have <= misnamed
            if not elsewhere and (have or group != HYDRATION):
                ran = next(line for line in hours if line.service_date == day)
                i = _line_of_hours(case, group, ran)
                yield Hit(
                    "/lines" if i is None else f"/lines/{i}/units",
                    hcpcs=ran.hcpcs,
                    minutes=ran.minutes,
                    have=f"{have:f}",
                    want=f"{want:f}",
                    expected=f"{want:f}",
                    actual=f"{have:f}",
                )


@rule(
    "INF-TIME-006",
    "more-hours-than-minutes",
    message="line {line}, units of {hcpcs}: {have} billed, the minutes support {want}{why}",
    help="Lower the units: 30 minutes past the hour only meet the mark, the 31st passes it.",
    source=f"{ARTICLES}; {CPT}",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {
            "/administrations/0/stop": "2026-03-03T10:30",
            "/services/-": {"hcpcs": "96366", "units": 1, "service_date": "2026-03-03"},
        },
        {
            "/administrations/0/stop": "2026-03-03T11:30",
            "/services/-": {"hcpcs": "96366", "units": 2, "service_date": "2026-03-03"},
        },
        {"/services/-": {"hcpcs": "96366"}, "/administrations/0/hcpcs": "96366"},
        {"/services/1/hcpcs": "96361", "/administrations/0/hcpcs": "J7040"},
        {"/services/-": {"hcpcs": "96366"}, "/services/0/hcpcs": "96423"},
        {"/services/-": {"hcpcs": "96360"}, "/services/0/hcpcs": "96423"},
        {
            "/administrations/0/stop": at("10:31"),
            "/administrations/-": a_drug("A2", "iron sucrose", "J1756", "09:00", "09:45", day=4),
            "/services/-": [a_line("96366"), a_line("96365", day=4), a_line("96366", day=4)],
            "/encounter_end": None,
        },
        {
            "/administrations/0/stop": at("10:00"),
            "/administrations/-": [
                a_drug("A2", "iron sucrose", "J1756", "10:20", "10:45"),
                a_drug("A3", "iron sucrose", "J1756", "11:05", "11:30"),
            ],
            "/services/-": a_line("96366"),
        },
        {
            POLICIES: {"same_drug_repeat": "sum"},
            "/administrations/-": a_drug("A2", "iron sucrose", "J1756", "10:05", "10:36"),
            "/services/-": a_line("96366"),
        },
    ],
    keeps=[
        {
            "/administrations/0/stop": "2026-03-03T10:31",
            "/services/-": {"hcpcs": "96366", "units": 1, "service_date": "2026-03-03"},
        },
        {
            "/administrations/0/stop": "2026-03-03T11:31",
            "/services/-": {"hcpcs": "96366", "units": 2, "service_date": "2026-03-03"},
        },
        {
            "/administrations/0/stop": None,
            "/services/-": {"hcpcs": "96366", "units": 1, "service_date": "2026-03-03"},
        },
        {"/services/0/hcpcs": "96361"},
        {BASE: "coded-facility", "/administrations/1/start": None, "/services/-": a_line("96366")},
        {BASE: "coded-facility", "/services/1/hcpcs": "96366"},
        {"/administrations/0/stop": at("10:31"), "/services/-": a_line("96366", day=4)},
        {
            "/administrations/0/stop": at("11:31"),
            "/services/0/hcpcs": "96374",
            "/services/-": [a_line("96366"), a_line("96366")],
        },
    ],
)
def more_hours_than_minutes(case: Case) -> Iterator[Hit]:
    """A further hour needs 31 minutes past the last one.

    Compares totals per date with what the record supports. An excess that rests only on how separate
    infusions of one drug are counted is a warning. A missing first block of hydration is counted by
    INF-HYD-001 and its neighbours, not here.
    """
    for group in () if times_unknown(case) else _GROUPS:
        right = _by_day(p.line for p in _supported_hours(case, group))
        for day, have, want in _beyond(_coded_hours(case, group), right):
            if want or group != HYDRATION:
                i, code = next(
                    (i, code) for i, line, code in family_lines(case, group) if line.service_date == day
                )
                intervals = have <= _otherwise(case, group, day)
                yield Hit(
                    f"/lines/{i}/units",
                    severity="warning" if intervals else None,
                    line=i + 1,
                    hcpcs=code,
                    have=f"{have:f}",
                    want=f"{want:f}",
                    why=": separate infusions of one drug are counted each" if intervals else "",
                    expected=f"{want:f}",
                    actual=f"{have:f}",
                )


def _otherwise(case: Case, group: tuple[str, ...], day: date | None) -> Decimal:
    """Units that the other reading of separate infusions of one drug would support."""
    policies: Mapping[str, object] = {
        "same_drug_repeat": "sum" if case.policies.same_drug_repeat == "each_interval" else "each_interval"
    }
    timeline = case.timeline
    other = propose(
        timeline.encounter,
        setting=timeline.setting,
        overlay=case.overlay,
        policies=replace(timeline.policies, **policies),  # type: ignore[arg-type]
        lists=case.lists,
    )
    return _by_day(p.line for p in other.lines if p.line.hcpcs in group).get(day) or Decimal(0)


# --- missing, vague and impossible times -------------------------------------------------------------------


@rule(
    "INF-TIME-007",
    "start-missing",
    message="administration {id} ({drug}) has no start time and cannot be coded",
    help="Add the start time as charted; without it nothing can be timed.",
    source=ARTICLES,
    severity="error",
    snip=7,
    also=("DOC-TIME-START",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/start": None},
        {"/administrations/0/start": "", "/administrations/0/technique": "push"},
        {"/administrations/0/start": None, "/administrations/-": {"id": "A2"}},
    ],
    keeps=[
        {},
        {
            "/administrations/0/start": None,
            "/administrations/0/technique": "injection",
            "/administrations/0/route": "IM",
        },
        {"/administrations/0/start": None, "/administrations/0/purpose": "keep_vein_open"},
        {"/administrations/0/start": None, BASE: "chemo-facility"},
    ],
)
def start_missing(case: Case) -> Iterator[Hit]:
    """A drip or a push is timed from its start.

    Injections under the skin or into muscle and on-body injectors need none, as long as the day is known.
    """
    covered = {g.id for held in unproven_sequence(case).values() for g in held}
    for given in case.timeline.given:
        if given.excluded == "start_missing" and given.id not in covered:
            yield Hit(_at(given, "start"), id=given.id, drug=given.name)


@rule(
    "INF-TIME-008",
    "stop-missing",
    message="administration {id} ({drug}) has no stop time: {what}",
    help="Add the stop time as charted, even when the infusion ended on schedule.",
    source=f"{ARTICLES}; CMS answer on volume and rate, second-hand (rules catalogue K19)",
    severity="warning",
    snip=7,
    also=("DOC-TIME-STOP",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/stop": None},
        {
            "/administrations/0/stop": None,
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "200",
        },
        {"/administrations/0/stop": None, POLICIES: {"missing_stop": "hold"}},
        {"/administrations/0/stop": None, "/administrations/0/route": "SC"},
        {"/administrations/-": {"id": "A2", "start": "2026-03-03T09:00"}},
        {"/administrations/0/stop": None, "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00"}},
        {
            "/administrations/0/stop": None,
            BASE: "chemo-facility",
            "/administrations/-": {"id": "A2", "hcpcs": "J7030", "start": "2026-03-03T08:50"},
        },
    ],
    keeps=[
        {},
        {"/administrations/0/stop": None, "/administrations/0/technique": "push"},
        {"/administrations/0/stop": None, "/administrations/0/purpose": "keep_vein_open"},
        {"/administrations/0/stop": None, BASE: "coded-facility"},
    ],
)
def stop_missing(case: Case) -> Iterator[Hit]:
    """What an infusion without a stop becomes is the payer's policy; `hold` makes it an error."""
    covered = {g.id for held in unproven_sequence(case).values() for g in held}
    for given in case.timeline.given:
        if given.id in covered:
            continue
        if given.stop_derived:
            what = f"{given.minutes} minutes are calculated from volume and rate"
        elif given.stop_fallback:
            what = f"only {'a push' if given.mode == 'push' else 'an injection'} is supported"
        elif given.excluded == "stop_missing":
            what = "no administration code is supported"
        else:
            continue
        held = case.policies.missing_stop == "hold"
        yield Hit(
            _at(given, "stop"), severity="error" if held else None, id=given.id, drug=given.name, what=what
        )


@rule(
    "INF-TIME-009",
    "stop-before-start",
    message="administration {id} ({drug}): {what} {how}",
    help="Correct the order of the times, or give the date when it ended after midnight. No day "
    "is added by itself.",
    source=CONVENTION,
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/stop": "2026-03-03T09:00"},
        {"/administrations/0/stop": "2026-03-03T08:30"},
        {"/administrations/0/stop": "2026-03-03T08:59", "/administrations/0/technique": "push"},
        {"/administrations/0/pauses": [{"start": "2026-03-03T09:20", "stop": "2026-03-03T09:10"}]},
        {
            "/administrations/0/pauses": [{"start": "2026-03-03T09:20", "stop": "2026-03-03T09:10"}],
            "/administrations/0/pauses/-": {"start": "2026-03-03T09:20", "stop": "2026-03-03T09:10"},
        },
        {
            "/administrations/0/stop": "2026-03-03T08:30",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00", "stop": "2026-03-03T08:30"},
        },
    ],
    keeps=[
        {"/administrations/0/stop": "2026-03-03T09:01"},
        {"/administrations/0/stop": "2026-03-03T09:00", "/administrations/0/technique": "push"},
        {"/administrations/0/pauses": [{"start": "2026-03-03T09:10", "stop": "2026-03-03T09:20"}]},
        {
            "/administrations/0/pauses": [{"start": "2026-03-03T09:20", "stop": "2026-03-03T09:10"}],
            "/administrations/0/route": " ",
        },
        {"/administrations/0/pauses": [{"stop": "2026-03-03T09:20"}]},
        {"/administrations/0/pauses": [{"start": "2026-03-03T09:20"}]},
        {
            "/administrations/0/pauses": [{"start": "2026-03-03T09:20"}],
            "/administrations/0/pauses/0/stop": "2026-03-03T09:20",
        },
    ],
)
def stop_before_start(case: Case) -> Iterator[Hit]:
    """An infusion ends after it begins; a push may be charted with one time.

    A pause that ends before it begins takes no time away, which is a warning.
    """
    for given in case.timeline.given:
        if given.excluded == "stop_before_start":
            how = (
                "before its start" if (given.end or 0) < (given.begin or 0) else "at the minute of its start"
            )
            yield Hit(_at(given, "stop"), id=given.id, drug=given.name, what="stops", how=how)
        if given.excluded is not None:
            continue
        for i, pause in enumerate(given.pauses):
            first, last = settle(pause.start, pause.stop)
            if first is not None and last is not None and last < first:
                yield Hit(
                    _at(given, f"pauses/{i}/stop"),
                    severity="warning",
                    id=given.id,
                    drug=given.name,
                    what="a pause ends",
                    how="before it begins and takes no time away",
                )


@rule(
    "INF-TIME-010",
    "very-long-infusion",
    message="administration {id} ({drug}) ran {minutes} minutes: more than eight hours",
    help="Check the times. Where a pump was used, say so: a prolonged infusion by pump has its own code.",
    source=f"{CPT}; {LIMITS}",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/stop": "2026-03-03T17:01", "/encounter_end": None},
        {"/administrations/0/stop": "2026-03-04T09:00", "/encounter_end": None},
        {"/administrations/0/stop": "2026-03-03T17:01", "/administrations/0/route": "IA"},
        {
            "/administrations/0/stop": "2026-03-03T17:01",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00", "stop": "2026-03-03T17:01"},
        },
    ],
    keeps=[
        {"/administrations/0/stop": "2026-03-03T17:00", "/encounter_end": None},
        {
            "/administrations/0/stop": "2026-03-03T17:01",
            "/administrations/0/technique": "pump",
            "/encounter_end": None,
        },
        {"/administrations/0/stop": "2026-03-04T09:01", "/encounter_end": None},
        {"/administrations/0/stop": "2026-03-04T09:00", "/administrations/0/route": "SC"},
    ],
)
def very_long(case: Case) -> Iterator[Hit]:
    """More than 480 minutes of a drug through a vein without a pump are unusual."""
    for given in _infusions(case):
        if given.route in (None, "IV", "IA") and PROLONGED_MINUTES < (given.minutes or 0) <= DAY:
            yield Hit(_at(given, "stop"), id=given.id, drug=given.name, minutes=given.minutes)


@rule(
    "INF-TIME-011",
    "longer-than-a-day",
    message="administration {id} ({drug}) ran {minutes} minutes: more than a day",
    help="Check the dates of start and stop.",
    source=CONVENTION,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/stop": "2026-03-04T09:01", "/encounter_end": None},
        {
            "/administrations/0/stop": "2026-03-04T09:01",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00", "stop": "2026-03-04T09:01"},
        },
    ],
    keeps=[
        {"/administrations/0/stop": "2026-03-04T09:00", "/encounter_end": None},
        {
            "/administrations/0/stop": "2026-03-05T09:00",
            "/administrations/0/technique": "pump",
            "/encounter_end": None,
        },
        {"/administrations/0/stop": None},
        {"/administrations/0/stop": "2026-03-04T09:01", "/administrations/0/route": "PO"},
        {"/administrations/0/technique": "on_body_injector", "/administrations/0/stop": at("12:01", 4)},
    ],
)
def longer_than_a_day(case: Case) -> Iterator[Hit]:
    """An infusion of more than 24 hours without a pump is most often a wrong date."""
    for given in case.timeline.given:
        if given.excluded is None and given.mode not in ("pump", "on_body") and (given.minutes or 0) > DAY:
            yield Hit(_at(given, "stop"), id=given.id, drug=given.name, minutes=given.minutes)


def _readings(given: Given) -> Iterator[tuple[str, Reading]]:
    """The clock times of an administration with their keys."""
    yield "start", given.start
    yield "stop", given.stop
    for i, pause in enumerate(given.pauses):
        yield f"pauses/{i}/start", pause.start
        yield f"pauses/{i}/stop", pause.stop


@rule(
    "INF-TIME-012",
    "clock-change",
    message="administration {id} ({drug}): local time {text} {what}{minutes}",
    help="Write the time with its offset, such as 2026-11-01T01:30-06:00.",
    source="IANA time zone database; rules catalogue A.2 step 1",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {
            "/administrations/0/start": "2026-11-01T00:30",
            "/administrations/0/stop": "2026-11-01T01:30",
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {
            "/administrations/0/start": "2026-03-08T02:30",
            "/administrations/0/stop": "2026-03-08T03:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {"/administrations/0/start": "2026-03-08T02:30"},
        {"/administrations/0/start": "2026-03-08T02:30", "/administrations/0/stop": "2026-11-01T01:30"},
        {
            "/administrations/0/stop": "2026-11-01T01:30",
            "/administrations/-": {"id": "A2", "stop": "2026-11-01T01:30"},
        },
        {
            "/administrations/0/start": "2026-11-01T00:30-05:00",
            "/administrations/0/stop": "2026-11-01T03:30-06:00",
            "/administrations/0/pauses": [
                {"start": "2026-11-01T00:40", "stop": "2026-11-01T00:50"},
                {"start": "2026-11-01T00:55", "stop": "2026-11-01T01:10"},
            ],
            "/encounter_start": None,
            "/encounter_end": None,
        },
    ],
    keeps=[
        {
            "/administrations/0/start": "2026-11-01T00:30",
            "/administrations/0/stop": "2026-11-01T01:30-05:00",
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {
            "/administrations/0/start": "2026-03-08T01:30",
            "/administrations/0/stop": "2026-03-08T03:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
    ],
)
def clock_change(case: Case) -> Iterator[Hit]:
    """In two nights of the year a local time exists twice or not at all. Said once per administration."""
    for given in case.timeline.given:
        for key, reading in _readings(given):
            if reading.problem not in ("ambiguous", "imaginary"):
                continue
            what = "exists twice" if reading.problem == "ambiguous" else "does not exist"
            most, fewest = longest(given.start, given.stop), _whole(given)
            minutes = ""
            if most is not None:
                minutes = f"; {fewest} minutes are counted"
                if most != fewest:
                    minutes += f", {most} by the other reading"
            yield Hit(
                _at(given, key),
                id=given.id,
                drug=given.name,
                text=(reading.text or "").strip(),
                what=what,
                minutes=minutes,
            )
            break


@rule(
    "INF-TIME-013",
    "outside-the-visit",
    message="administration {id} ({drug}) {what} the visit",
    help="Check the times of the administration and of the visit.",
    source=CONVENTION,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/start": "2026-03-03T08:44"},
        {"/administrations/0/stop": "2026-03-03T11:31"},
        {"/encounter_end": "2026-03-03T09:44"},
        {"/administrations/0/start": "2026-03-03T08:44", "/encounter_end": "2026-03-03T09:44"},
        {
            "/encounter_end": "2026-03-03T09:44",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T10:30"},
        },
        {
            "/administrations/0/stop": "2026-03-03T11:31",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00", "stop": "2026-03-03T11:31"},
        },
        {"/administrations": [{"id": "A2"}, {"id": "A2", "start": "2026-06-16T09:05"}]},
    ],
    keeps=[
        {"/administrations/0/start": "2026-03-03T08:45"},
        {"/administrations/0/stop": "2026-03-03T11:30"},
        {"/encounter_end": "2026-03-03T09:45"},
        {"/encounter_end": None},
        {"/administrations/0/stop": "2026-03-03T11:31", "/administrations/0/route": " "},
        {"/encounter_start": None},
        {"/administrations/0/start": "09:00", "/administrations/0/route": "IM"},
        {"/administrations": [{"id": "A2", "technique": "injection"}]},
        {"/administrations/0/technique": "pump", "/administrations/0/stop": at("09:00", 5)},
        {"/administrations/0/technique": "on_body_injector", "/administrations/0/stop": at("12:01", 4)},
    ],
)
def outside_the_visit(case: Case) -> Iterator[Hit]:
    """What was given in a visit lies between its beginning and its end; a pump that goes home may run on."""
    zone = case.timeline.zone
    opened = read(case.timeline.encounter.encounter_start, zone).seconds
    closed = read(case.timeline.encounter.encounter_end, zone).seconds
    for given in case.timeline.given:
        if given.excluded is not None or given.mode in ("pump", "on_body"):
            continue
        if opened is not None and given.begin is not None and given.begin < opened:
            yield Hit(
                _at(given, "start"), id=given.id, drug=given.name, what="begins before the beginning of"
            )
        last = given.end if given.end is not None else given.begin
        if closed is not None and last is not None and last > closed:
            yield Hit(_at(given, "stop"), id=given.id, drug=given.name, what="ends after the end of")


@rule(
    "INF-TIME-014",
    "pauses-taken-away",
    message="administration {id} ({drug}): {paused} minutes of pause are taken away, {minutes} count",
    help="Nothing to do: only the minutes in which the drug runs count.",
    source=CPT,
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/pauses": [{"start": "2026-03-03T09:10", "stop": "2026-03-03T09:20"}]},
        {
            "/administrations/0/pauses": [{"stop": "2026-03-03T09:20"}],
            "/administrations/0/stop": "2026-03-03T10:21",
        },
        {
            "/administrations/0/pauses": [{"stop": "2026-03-03T09:20"}],
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
                "pauses": [{"stop": "2026-03-03T09:20"}],
            },
        },
        {
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
                "pauses": [{"stop": "2026-03-03T10:20"}],
            }
        },
    ],
    keeps=[
        {},
        {"/administrations/0/pauses": [{"start": "2026-03-03T10:10", "stop": "2026-03-03T10:20"}]},
        {"/administrations/0/pauses": [{"stop": "2026-03-03T09:20"}], "/administrations/0/route": " "},
    ],
)
def pauses_taken_away(case: Case) -> Iterator[Hit]:
    """Flush, observation, teaching and waiting for the pharmacy are no drug time."""
    for given in case.timeline.given:
        if given.excluded is None and any(p.span for p in given.pauses):
            yield Hit(
                _at(given, "pauses"),
                id=given.id,
                drug=given.name,
                paused=_whole(given) - (given.minutes or 0),
                minutes=given.minutes,
            )


@rule(
    "INF-TIME-016",
    "past-midnight",
    message="administration {id} ({drug}) runs past midnight; it is one service, dated by policy",
    help="Nothing to do unless this payer wants each hour on its own day: policy midnight_dos.",
    source=HOSPITAL,
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {
            "/administrations/0/start": "2026-03-03T23:30",
            "/administrations/0/stop": "2026-03-04T00:15",
            "/encounter_end": None,
        },
        {
            "/administrations/0/stop": "2026-03-04T00:15",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T23:30", "stop": "2026-03-04T00:15"},
        },
        {
            "/administrations/0/start": "2026-03-03T23:30",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T23:30", "stop": "2026-03-04T00:15"},
        },
        {"/administrations/0/start": at("23:30"), "/administrations/0/stop": at("00:00:01", 4)},
    ],
    keeps=[
        {
            "/administrations/0/start": "2026-03-03T23:30",
            "/administrations/0/stop": "2026-03-04T00:00",
            "/encounter_end": None,
        },
        {"/administrations/0/start": ""},
        {"/administrations/0": {"id": "A2", "start": "2026-03-03T10:30"}},
        {"/administrations/0/stop": "2026-03-04T00:15", "/administrations/0/route": " "},
        {"/administrations/0/technique": "pump", "/administrations/0/stop": at("09:00", 5)},
    ],
)
def past_midnight(case: Case) -> Iterator[Hit]:
    """An infusion that crosses midnight is one service; its date follows the policy."""
    zone = case.timeline.zone
    for given in case.timeline.given:
        if given.excluded is not None or given.mode == "pump" or not given.spans:
            continue
        begin, end = given.spans[0][0], given.spans[-1][1]
        if local_date(begin, zone) != local_date(end - 1, zone):
            yield Hit(_at(given, "stop"), id=given.id, drug=given.name)


@rule(
    "INF-TIME-017",
    "minutes-against-volume-and-rate",
    message="administration {id} ({drug}) ran {minutes} minutes, but volume and rate come to {calculated}",
    help="Check times, volume and rate against the chart.",
    source="CMS answer on volume and rate, second-hand (rules catalogue K19)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/volume_ml": "100", "/administrations/0/rate_ml_per_hour": "200"},
        {"/administrations/0/volume_ml": "100", "/administrations/0/rate_ml_per_hour": "100"},
        {"/administrations/0/volume_ml": "1", "/administrations/0/rate_ml_per_hour": "100"},
        {"/administrations/0/volume_ml": "100", "/administrations/0/rate_ml_per_hour": "1"},
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "100",
            "/administrations/0/planned_minutes": 45,
        },
        {
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
                "volume_ml": "100",
                "rate_ml_per_hour": "200",
            }
        },
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "100",
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
                "volume_ml": "100",
                "rate_ml_per_hour": "100",
            },
        },
        {
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
                "volume_ml": "100",
                "rate_ml_per_hour": "100",
            },
            "/administrations/0/start": "about nine",
        },
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "100",
            "/administrations/0/stop_reason": "itching",
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
                "volume_ml": "100",
                "rate_ml_per_hour": "100",
            },
        },
        {
            "/administrations/0/technique": "pump",
            "/administrations/0/stop": at("19:00"),
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "200",
        },
    ],
    keeps=[
        {"/administrations/0/volume_ml": "100", "/administrations/0/rate_ml_per_hour": "133"},
        {"/administrations/0/volume_ml": "125", "/administrations/0/rate_ml_per_hour": "200"},
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "100",
            "/administrations/0/stop_reason": "itching",
        },
        {},
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "200",
            "/administrations/0/route": "PO",
        },
        {"/administrations/0/volume_ml": "-0.8", "/administrations/0/rate_ml_per_hour": "133"},
        {"/administrations/0/volume_ml": "125", "/administrations/0/rate_ml_per_hour": "-0.8"},
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "100",
            "/administrations/0/planned_minutes": 60,
        },
        {"/administrations/0/volume_ml": 100},
        {"/administrations/0/rate_ml_per_hour": 200},
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "200",
            "/administrations/0/route": "IM",
        },
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "100",
            "/administrations/0/intensity_factors": ["monitoring"],
        },
        {
            "/administrations/0/volume_ml": "1",
            "/administrations/0/rate_ml_per_hour": "100",
            "/administrations/0/stop": None,
        },
        {
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "1",
            "/administrations/0/stop": None,
        },
        {"/administrations/0/volume_ml": "0", "/administrations/0/rate_ml_per_hour": "200"},
        {"/administrations/0/volume_ml": "100", "/administrations/0/rate_ml_per_hour": "0"},
    ],
)
def minutes_against_rate(case: Case) -> Iterator[Hit]:
    """Documented minutes should not differ by more than 20 percent from volume divided by rate.

    Not judged where the infusion was stopped early or its rate was changed on the way.
    """
    for given in case.timeline.given:
        calculated = _calculated(given)
        if calculated is not None and abs(calculated - (given.minutes or 0)) > TOLERANCE * calculated:
            yield Hit(
                _at(given, "stop"),
                id=given.id,
                drug=given.name,
                minutes=given.minutes,
                calculated=int(calculated),
            )


def _calculated(given: Given) -> Decimal | None:
    """Minutes that volume and rate come to; None where documented minutes do not have to agree with them."""
    source = given.source
    volume, rate = source.volume_ml, source.rate_ml_per_hour
    if given.minutes is None or given.stop_derived or given.excluded is not None:
        return None
    if volume is None or rate is None or volume <= 0 or rate <= 0:
        return None
    if given.documented not in ("infusion", "pump"):
        return None
    if source.stop_reason or source.intensity_factors or (source.planned_minutes or 0) > given.minutes:
        return None
    return volume * 60 / rate


@rule(
    "INF-TIME-018",
    "no-exact-clock-time",
    message="administration {id} ({drug}): the {what} is no exact clock time with a date{effect}",
    help="Write date and time of day, such as 2026-03-03T09:05.",
    source=ARTICLES,
    severity="error",
    snip=7,
    also=("DOC-TIME-START",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/start": "about nine"},
        {"/administrations/0/start": "09:00"},
        {"/administrations/0/stop": "2026-03-03"},
        {"/administrations/0/stop": "2026-03-03T25:00"},
        {"/administrations/0/pauses": [{"start": "09:10", "stop": "09:20"}]},
        {"/administrations/0/pauses": [{"stop": "09:20"}], "/administrations/0/pauses/-": {"stop": "09:20"}},
        {"/administrations/0/start": "09:00", "/administrations/-": {"id": "A2", "start": "09:00"}},
    ],
    keeps=[
        {},
        {"/administrations/0/start": "2026-03-03 09:00"},
        {"/administrations/0/start": "2026-03-03T09:00-06:00"},
        {
            "/administrations/0/start": "2026-03-03",
            "/administrations/0/technique": "injection",
            "/administrations/0/route": "IM",
        },
        {"/administrations/0/pauses": [{"stop": "09:20"}], "/administrations/0/route": " "},
    ],
)
def no_exact_time(case: Case) -> Iterator[Hit]:
    """Words, ranges, a date alone or a time alone are no clock time.

    A pause that cannot be read takes no time away, which is a warning.
    """
    for given in case.timeline.given:
        if given.excluded in ("start_unreadable", "stop_unreadable"):
            for what, reading in (("start", given.start), ("stop", given.stop)):
                if reading.problem in _VAGUE:
                    yield Hit(_at(given, what), id=given.id, drug=given.name, what=what, effect="")
        if given.excluded is not None:
            continue
        for i, pause in enumerate(given.pauses):
            for key, reading in (("start", pause.start), ("stop", pause.stop)):
                if reading.problem in _VAGUE:
                    yield Hit(
                        _at(given, f"pauses/{i}/{key}"),
                        severity="warning",
                        id=given.id,
                        drug=given.name,
                        what=f"{key} of a pause",
                        effect=", so the pause takes no time away",
                    )
                    break


# --- over several records --------------------------------------------------------------------------------

LEAST_INFUSIONS = 8
"""From so many infusions on a pattern is said; fewer may be chance."""
LEAST_RECORDS = 4
"""The infusions come from so many records at least."""
LEAST_DRUGS = 2
"""Equal durations of one drug are its order; of several drugs they are strange."""
_MINUTE = re.compile(r"T\d\d:(\d\d)")
_MEASURED = ("pump", "derived")
"""Sources of times that no person writes down."""


def _charted(case: Case) -> Iterator[tuple[Key, Fact]]:
    """Timed infusions of a record, under who charted them, for which provider, and in which month."""
    provider = case.claim.billing_provider
    told: dict[tuple[str, ...], list[tuple[int, str, bool, int]]] = {}
    for given in case.timeline.given:
        source = given.source
        if given.mode != "infusion" or given.minutes is None or source.times_source in _MEASURED:
            continue
        start, stop = (_MINUTE.search(text or "") for text in (source.start, source.stop))
        if start is None or stop is None:
            continue
        key: Key = (
            "charted",
            (provider.npi if provider else None) or "",
            source.recorded_by or "",
            str(given.service_date).rpartition("-")[0],
        )
        full = start[1] == stop[1] == "00"
        told.setdefault(key, []).append((given.index, given.substance, full, given.minutes))
    for key, infusions in told.items():
        yield key, tuple(infusions)


def _looks_filled_in(told: Sequence[Told], _: Lists) -> Iterator[Found]:
    """Said once, at the first infusion of the first record."""
    records = once(told)
    infusions = [infusion for one in records for infusion in one.fact]
    if len(infusions) < LEAST_INFUSIONS or len(records) < LEAST_RECORDS:
        return
    lengths = {minutes for _, _, _, minutes in infusions}
    drugs = {substance for _, substance, _, _ in infusions}
    if all(full for _, _, full, _ in infusions):
        what = "begin and end on the full hour"
    elif len(lengths) == 1 and len(drugs) >= LEAST_DRUGS:
        what = f"of {len(drugs)} drugs last exactly {lengths.pop()} minutes"
    else:
        return
    first = records[0]
    yield Found(
        first.claim,
        f"/administrations/{first.fact[0][0]}/start",
        {"count": len(infusions), "records": len(records), "what": what},
    )


def _batch(every: Mapping[str, Any], second: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Seven more records with patches, every second of them with more patches."""
    return [
        {"/encounter_id": f"MORE-{n}", **every, **(second if n % 2 else {})}
        for n in range(1, LEAST_INFUSIONS)
    ]


_NONE: dict[str, Any] = {}
_DRUG = {"/administrations/0/drug": "ondansetron", "/administrations/0/hcpcs": "J2405"}
_TEN = {"/administrations/0/stop": "2026-03-03T10:00"}
_ELEVEN = {"/administrations/0/stop": "2026-03-03T11:00"}
_PUMPED = {"/administrations/0/times_source": "pump"}
_DERIVED = {
    "/administrations/0/stop": None,
    "/administrations/0/volume_ml": "100",
    "/administrations/0/rate_ml_per_hour": "100",
}
_BY_OTHERS = {"/administrations/0/recorded_by": "O. NURSE"}


def _more(drug: str = "ondansetron", **changed: Any) -> dict[str, Any]:
    """A second infusion of a record, of 45 minutes."""
    more = {
        "id": "A2",
        "drug": drug,
        "route": "IV",
        "technique": "infusion",
        "start": "2026-03-03T10:00",
        "stop": "2026-03-03T10:45",
        "recorded_by": "N. NURSE",
    }
    return {"/administrations/-": {**more, **changed}}


_LATER = _more("cefazolin", id="A3", start="2026-03-03T11:00", stop="2026-03-03T11:45")
_THIRD = {"/administrations/-": [_more()["/administrations/-"], _LATER["/administrations/-"]]}
_APRIL = {"/administrations/0/start": "2026-04-03T09:00", "/administrations/0/stop": "2026-04-03T09:45"}


@rule(
    "INF-TIME-015",
    "times-look-filled-in",
    message="all {count} infusions that one person charted in a month, in {records} records, {what}",
    help="Compare with the pump log or the order of events: times that a template fills in do not prove when "
    "the drug ran.",
    source="audit themes of OIG and RAC (source articles on 96365; rules catalogue INF-TIME-015, to be "
    "verified)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    across=Across(_charted, _looks_filled_in),
    breaks=[
        {"sister": _batch(_NONE, _DRUG)},
        {**_TEN, "sister": _batch(_TEN, _ELEVEN)},
        {"/billing_provider": None, "sister": _batch({"/billing_provider": None}, _DRUG)},
        {**_more(), "sister": _batch(_more(), _NONE)[:3]},
        {**_PUMPED, **_more(), "sister": _batch({**_PUMPED, **_more()}, _more("cefazolin"))},
        *(
            {**extra, "sister": _batch(extra, _DRUG)}
            for extra in (
                _more(technique="push", stop="2026-03-03T10:05"),
                _more(stop="2026-03-03T09:30"),
                _more(stop=None, volume_ml="100", rate_ml_per_hour="100"),
            )
        ),
        {**_DERIVED, **_more(), "sister": _batch({**_DERIVED, **_more()}, _more("cefazolin"))},
        {
            **_more(stop="later"),
            "sister": _batch({"/administrations/0/stop": "later", **_more()}, _more("cefazolin")),
        },
        {**_BY_OTHERS, **_more(), "sister": _batch({**_BY_OTHERS, **_TEN, **_more()}, _more("cefazolin"))},
    ],
    keeps=[
        {**_THIRD, "sister": _batch(_THIRD, _NONE)[:2]},
        {"sister": _batch(_NONE, {**_DRUG, "/billing_provider/npi": "1487654323"})},
        {"sister": _batch(_NONE, {**_DRUG, "/administrations/0/times_source": "derived"})},
        {"sister": [{ON: "claim", "/claim_id": f"MORE-{n}"} for n in range(1, LEAST_INFUSIONS)]},
        {"sister": _batch(_NONE, _NONE)},
        {"sister": _batch(_NONE, _DRUG)[:-1]},
        {"sister": _batch(_NONE, {**_DRUG, "/administrations/0/stop": "2026-03-03T09:46"})},
        {"/administrations/0/stop": "2026-03-03T10:01", "sister": _batch(_TEN, _ELEVEN)},
        {"sister": _batch(_NONE, {**_DRUG, **_APRIL})},
        {"sister": _batch(_NONE, {**_DRUG, "/administrations/0/recorded_by": "O. NURSE"})},
        {"sister": _batch(_NONE, {**_DRUG, "/administrations/0/times_source": "pump"})},
    ],
)
def times_look_filled_in(case: Case) -> Iterator[Hit]:
    """Auditors look for charts whose times are all alike.

    Shown by at least eight infusions in four records of a run, charted by one person in one month: all of
    them begin and end on the full hour, or infusions of several drugs all last equally long. Said once.
    """
    return nothing(case)
