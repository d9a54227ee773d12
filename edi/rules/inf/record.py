"""Administration codes of a person for which the record has nothing."""

from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from edi.coding.timeline import Given
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, code_of
from edi.rules.drug.facts import administrations_of
from edi.rules.inf.linking import (
    coded_links,
    links,
    names,
    proposed,
    supported,
    times_unknown,
    units_of,
)

_BETTER = (
    *("INF-CHEMO-", "INF-CONC-", "INF-INCL-", "INF-INIT-", "INF-PUSH-", "INF-SC-", "INF-SEQ-", "INF-SITE-"),
    *(f"INF-HYD-{number:03}" for number in range(1, 8)),
    *("INF-HYD-01", "INF-HYD-SEC", "INF-TIME-", "NCCI-", "PRO-DUP-"),
)
"""Rules that say what is wrong with a line of administrations, not of its diagnosis or its payer."""


_INITIAL = {"hcpcs": "96365", "units": 1}
_NEXT_DAY = {
    "id": "A2",
    "drug": "ondansetron",
    "hcpcs": "J2405",
    "dose": {"value": "4", "unit": "mg"},
    "route": "IV",
    "technique": "infusion",
    "start": "2026-03-04T09:00",
    "stop": "2026-03-04T09:45",
}


@rule(
    "INF-REC-001",
    "not-supported-by-the-record",
    message="line {line} bills {hcpcs}, which the record {problem}",
    help="Bill what the record supports, or have the record completed by who gave it.",
    source="source article S1 (each code stands on the record); rules catalogue H.1 no. 3",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    gives_way_to=_BETTER,
    base="coded-professional",
    breaks=[
        {"/services/0/hcpcs": "96372"},
        {"/services/0/hcpcs": "96360"},
        {"/services/-": {"hcpcs": "96375", "units": 1, "service_date": "2026-03-03"}},
        {
            "/services/0/hcpcs": "96401",
            "/services/-": {"hcpcs": "96401", "units": 1, "service_date": "2026-03-03", "modifiers": ["59"]},
        },
        {
            "/services/0/service_date": "2026-03-04",
            "/services/-": {**_INITIAL, "service_date": "2026-03-04", "modifiers": ["59"]},
        },
        {
            "/services/-": {"hcpcs": "96375", "units": 2, "service_date": "2026-03-03"},
            "/administrations/-": {**_NEXT_DAY, "start": "2026-03-03T10:00", "stop": "2026-03-03T10:02"},
        },
    ],
    keeps=[
        {},
        {"/services/-": {**_INITIAL, "service_date": "2026-03-03", "modifiers": ["59"]}},
        {
            "/services": [_INITIAL, _INITIAL, _INITIAL],
            "/administrations/-": {**_NEXT_DAY, "drug": "iron sucrose", "hcpcs": "J1756"},
        },
        {"/services/0/service_date": None},
        {"/services/0/hcpcs": "96372", "/administrations/0/start": "about nine"},
        {"/services/0/hcpcs": "96372", "/services/0/administrations": ["A1"]},
        {BASE: "professional"},
    ],
)
def not_supported(case: Case) -> Iterator[Hit]:
    """A code that no administration stands for: another route or kind, another day, or something not given.

    What the record cannot time is another rule's matter.
    """
    if times_unknown(case):
        return
    given = [one for found in links(case) for one in found.given]
    rest = [one for one in case.timeline.given if one not in given]
    billed: dict[tuple[str, date | None], Decimal] = {}
    for found in coded_links(case):
        key = found.code, found.line.service_date
        billed[key] = billed.get(key, Decimal(0)) + units_of(found.line)
        most = _supported_units(case, *key)
        problem = None
        if not most and not found.given:
            codes = sorted(supported(case, rest))
            instead = f"; for {names(rest)} it supports {' and '.join(codes)}" if codes else ""
            problem = f"does not support{instead}"
        elif most and billed[key] > most:
            problem = f"supports only to a total of {most:f} on its day"
        if problem:
            yield Hit(f"/lines/{found.index}/hcpcs", line=found.number, hcpcs=found.code, problem=problem)


def _supported_units(case: Case, code: str, day: date | None) -> Decimal:
    """Units of a code that the record supports on a day, for whichever administration."""
    lines = [p.line for p in proposed(case) if p.line.hcpcs == code]
    return sum((units_of(one) for one in lines if day is None or one.service_date == day), Decimal(0))


@rule(
    "INF-REC-002",
    "billed-on-another-day",
    message="line {line} bills {hcpcs} on {day}, and the record has {names} on {days}",
    help="Write the day on which it was given; an infusion over midnight is billed on the day it began.",
    source="005010X222A1 and 005010X223A2, 2400 DTP*472 (day of the service); rules catalogue H.1",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/services/0/service_date": "2026-03-04"},
        {"/services/0/service_date": "2026-03-02", "/services/0/administrations": ["A1"]},
        {"/services/1/service_date": "2026-03-04"},
        {"/services/1/service_date": "2026-03-04", "/services/1/administrations": ["A1"]},
        {
            "/services/0/service_through": "2026-03-03",
            "/services/1/service_date": "2026-03-04",
            "/services/-": {"hcpcs": "J1756", "units": 1, "service_date": "2026-03-05"},
        },
        {
            "/services/0/hcpcs": "99213",
            "/services/1/service_date": "2026-03-04",
        },
        {"/services/1/administrations": ["A2"], "/administrations/-": _NEXT_DAY},
        {"/services/1/service_date": "2026-03-04", "/administrations/-": _NEXT_DAY},
    ],
    keeps=[
        {},
        {"/services/0/service_date": None, "/services/1/service_date": None},
        {"/services/1/service_date": "2026-03-02", "/services/1/service_through": "2026-03-03"},
        {"/services/0/service_date": "2026-03-04", "/administrations/0/stop": None},
        {"/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-04"}},
        {"/services/1/administrations": ["A1", "A2"], "/administrations/-": _NEXT_DAY},
        {
            "/services/1/administrations": ["A1", "A2"],
            "/services/1/service_date": "2026-03-05",
            "/administrations/-": {**_NEXT_DAY, "stop": None},
        },
        {
            "/administrations/0/start": "2026-03-03T23:30",
            "/administrations/0/stop": "2026-03-04T00:15",
            "/encounter_end": None,
            "/services/0/service_date": "2026-03-04",
        },
        {
            BASE: "coded-facility",
            "/services/-": {"revenue_code": "0270", "units": 1, "charge": "12", "service_date": "2026-03-02"},
            "/administrations/0/hcpcs": None,
        },
        {BASE: "professional"},
    ],
)
def another_day(case: Case) -> Iterator[Hit]:
    """A line is of a day on which what it bills was given."""
    linked = {found.index: found.given for found in coded_links(case)}
    for i, line in enumerate(case.claim.lines):
        day = line.service_date
        if day is None or line.service_through is not None:
            continue
        given = linked.get(i) or administrations_of(case, line, any_day=True)
        spans = [span for one in given if (span := _days(case, one)) is not None]
        if not spans or len(spans) < len(given):
            continue
        if not any(first <= day <= last for first, last in spans):
            yield Hit(
                f"/lines/{i}/service_date",
                line=i + 1,
                hcpcs=code_of(line),
                day=day,
                names=names(given),
                days=" and ".join(dict.fromkeys(first.isoformat() for first, _ in spans)),
            )


def _days(case: Case, given: Given) -> tuple[date, date] | None:
    """First and last day of an administration; None where they are not known."""
    if given.service_date is None or given.end is None:
        return None
    return given.service_date, datetime.fromtimestamp(given.end, case.timeline.zone).date()
