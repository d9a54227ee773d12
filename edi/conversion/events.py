"""Dates, accidents and test results of a practice, and the codes that say the same for a facility."""

from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import cast

from edi import tables
from edi.conversion.crossing import Crossing
from edi.model.claim import (
    Accident,
    AccidentKind,
    Claim,
    ClaimDate,
    OccurrenceCode,
    ServiceLine,
    TestResult,
    ValueCode,
)

ACCIDENTS = ("01", "02", "03", "04", "05", "06")
"""Occurrence codes of accidents."""
_CHOICE = "01 medical coverage, 02 no-fault, 03 liability, 05 none of these, 06 crime; with the day"
_ASKED = "the occurrence code tells what kind of accident it was and who may be liable"


@dataclass(frozen=True, slots=True)
class Event:
    """A row of `coding/conversion_events.csv`."""

    date: str
    accident: str
    test: str
    occurrence: str
    condition: str
    value: str


@cache
def _events() -> tuple[Event, ...]:
    names = ("date", "accident", "test", "occurrence", "condition", "value")
    return tuple(
        Event(**{name: row[name] for name in names}) for row in tables.rows("coding/conversion_events.csv")
    )


@cache
def esa_drugs() -> frozenset[str]:
    """Anaemia drugs whose lines carry a test result."""
    rows = tables.rows("coding/ncd_codes.csv")
    return frozenset(row["code"] for row in rows if row["topic"] == "esa" and row["part"] == "drug")


# ---------------------------------------------------------------- to the facility side


def to_facility(c: Crossing, made: Claim) -> Claim:
    """Occurrence, condition and value codes from dates, accident and test results."""
    made = _dates(c, made)
    made = _accident(c, made)
    return _tests(c, made)


def _dates(c: Crossing, made: Claim) -> Claim:
    by_date = {one.date: one for one in _events() if one.date}
    codes = list(made.occurrence_codes)
    for i, one in enumerate(c.given.dates):
        event = by_date.get(one.qualifier or "")
        if event is None or one.date is None or c.says("/occurrence_codes"):
            continue
        source, target = f"/dates/{i}", _occurrence(codes, event.occurrence, one.date)
        c.change(
            source, target, f"date {one.qualifier} is occurrence code {event.occurrence} on a facility claim"
        )
    return replace(made, occurrence_codes=tuple(codes))


def _occurrence(codes: list[OccurrenceCode], code: str, day: date) -> str:
    """Put an occurrence code on the list unless it is there; its pointer."""
    for n, known in enumerate(codes):
        if (known.code, known.date) == (code, day):
            return f"/occurrence_codes/{n}"
    codes.append(OccurrenceCode(code=code, date=day))
    return f"/occurrence_codes/{len(codes) - 1}"


def _accident(c: Crossing, made: Claim) -> Claim:
    accident = c.given.accident
    if accident is None:
        return made
    kept = None
    if "auto" in accident.kinds and accident.state:
        kept = Accident(kinds=("auto",), state=accident.state)
    made = replace(made, accident=kept)
    if c.says("/occurrence_codes"):
        c.change(
            "/accident", "/occurrence_codes", "a facility claim tells of an accident by occurrence codes"
        )
        return made
    codes, conditions = list(made.occurrence_codes), list(made.condition_codes)
    for kind in accident.kinds:
        event = next((one for one in _events() if one.accident == kind), None)
        if event is None or not event.occurrence or accident.date is None:
            c.ask("/occurrence_codes", _ASKED, _CHOICE, source="/accident")
            continue
        target = _occurrence(codes, event.occurrence, accident.date)
        c.change("/accident", target, f"an accident at work is occurrence code {event.occurrence}")
        if event.condition and event.condition not in conditions:
            conditions.append(event.condition)
    if not accident.kinds:
        c.ask("/occurrence_codes", _ASKED, _CHOICE, source="/accident")
    return replace(made, occurrence_codes=tuple(codes), condition_codes=tuple(conditions))


def _tests(c: Crossing, made: Claim) -> Claim:
    by_test = {one.test: one for one in _events() if one.test}
    values = list(made.value_codes)
    for i, line in enumerate(c.given.lines):
        for k, result in enumerate(line.test_results):
            event = by_test.get(result.type or "")
            if event is None or result.value is None or c.says("/value_codes"):
                continue
            at = next((n for n, known in enumerate(values) if known.code == event.value), None)
            if at is None:
                values.append(ValueCode(code=event.value, amount=result.value))
                at = len(values) - 1
            elif values[at].amount != result.value:
                continue
            why = f"test result {result.type} of a line is value code {event.value} on a facility claim"
            c.change(f"/lines/{i}/test_results/{k}", f"/value_codes/{at}", why)
    return replace(made, value_codes=tuple(values))


# ---------------------------------------------------------------- to the professional side


def to_professional(c: Crossing, made: Claim) -> Claim:
    """Dates and accident from occurrence codes."""
    by_code = {one.occurrence: one for one in _events() if one.occurrence}
    dates, accident = list(made.dates), made.accident
    for i, one in enumerate(c.given.occurrence_codes):
        event, source = by_code.get(one.code or ""), f"/occurrence_codes/{i}"
        if one.date is None:
            continue
        if event is not None and event.date:
            if not any(known.qualifier == event.date for known in dates):
                dates.append(ClaimDate(qualifier=event.date, date=one.date))
                c.change(
                    source, f"/dates/{len(dates) - 1}", f"occurrence code {one.code} is date {event.date}"
                )
        elif one.code in ACCIDENTS:
            accident = _told(c, accident, event, one, source)
    return replace(made, dates=tuple(dates), accident=accident)


def _told(
    c: Crossing, accident: Accident | None, event: Event | None, one: OccurrenceCode, source: str
) -> Accident | None:
    """The accident with what an occurrence code tells of it."""
    if c.says("/accident"):
        c.change(source, "/accident", f"occurrence code {one.code} tells of the accident")
        return accident
    accident = accident or Accident()
    if accident.date not in (None, one.date):
        return accident
    kind = cast("AccidentKind | None", event.accident if event is not None else None)
    kinds = accident.kinds if kind is None or kind in accident.kinds else (*accident.kinds, kind)
    made = replace(accident, kinds=kinds, date=one.date)
    if kinds:
        c.change(source, "/accident/date", f"occurrence code {one.code} tells of the accident")
    else:
        why = f"occurrence code {one.code} tells of an accident and not whether it was one of traffic"
        c.ask("/accident/kinds", why, "auto (with its state) or other", source=source)
    return made


def with_tests(c: Crossing, lines: list[ServiceLine]) -> list[ServiceLine]:
    """Lines of anaemia drugs with the test results that value codes tell."""
    by_value = {one.value: one for one in _events() if one.value}
    at = next((j for j, line in enumerate(lines) if (line.hcpcs or "").upper() in esa_drugs()), None)
    for i, one in enumerate(c.given.value_codes):
        event = by_value.get(one.code or "")
        if event is None or one.amount is None or at is None:
            continue
        line = lines[at]
        if any(known.type == event.test for known in line.test_results):
            continue
        results = (*line.test_results, TestResult(type=event.test, value=one.amount))
        lines[at] = replace(line, test_results=results)
        why = f"value code {one.code} is test result {event.test} of the drug's line"
        c.change(f"/value_codes/{i}", f"/lines/{at}/test_results/{len(results) - 1}", why)
    return lines
