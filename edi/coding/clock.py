"""Clock times of a record: from text to instants, and from instants to minutes.

A time on the wall means something only with a zone. Minutes are counted between instants, so that a night
in which the clocks change has its real length. Zones, ambiguous and imaginary times: `python-dateutil`.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from functools import cache
from typing import Literal

from dateutil import tz

from edi.coding.spans import Span, Spans, subtract, union
from edi.model.encounter import Administration, Encounter, Pause

DEFAULT_ZONE = "America/New_York"
YEARS = range(1900, 2100)
"""Years in which something can have been given; others are slips of the pen."""

Problem = Literal["no_date", "no_time", "vague", "impossible", "ambiguous", "imaginary"]

# The colon is required: `T0900-1000` may be a range as well as an offset.
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}([.,]\d{1,9})?)?( ?(Z|[+-]\d{2}(:?\d{2})?))?")
_SPACED_OFFSET = re.compile(r" (Z|[+-]\d{2}(:?\d{2})?)$")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_CLOCK = re.compile(r"\d{1,2}:\d{2}(:\d{2})?( ?[AaPp][Mm])?")
_ZONE = re.compile(r"[A-Za-z_]+(/[A-Za-z0-9_+-]+)+|UTC")


@cache
def zone(name: str | None) -> tzinfo | None:
    """The zone of an IANA name (default America/New_York); None when there is no such zone."""
    wanted = name or DEFAULT_ZONE
    if not _ZONE.fullmatch(wanted):  # `gettz` also opens files and reads rules such as EST5EDT
        return None
    try:
        found = tz.gettz(wanted)
    except (OSError, ValueError):
        return None
    return None if isinstance(found, tz.tzstr) else found


@dataclass(slots=True, frozen=True)
class Reading:
    """One clock time as it was understood.

    `seconds` is the instant in seconds since the epoch; `second_pass` the other instant of a local time that
    the clocks show twice. Both are None when the text is no instant.
    """

    text: str | None
    seconds: int | None = None
    second_pass: int | None = None
    problem: Problem | None = None
    has_offset: bool = False

    @property
    def missing(self) -> bool:
        """Whether nothing was documented."""
        return self.text is None or not self.text.strip()


def read(text: str | None, zone_of_record: tzinfo) -> Reading:
    """Read an instant: ISO 8601 with an offset, or local time of the record's zone.

    A date alone, a time alone, words and impossible times have a `problem` and no instant. A local time that
    exists twice is the first pass, one that does not exist is moved forward; both have a `problem` too.
    """
    if text is None or not text.strip():
        return Reading(text)
    stripped = text.strip()
    if _DATE.fullmatch(stripped):
        return Reading(text, problem="no_time")
    if _CLOCK.fullmatch(stripped):
        return Reading(text, problem="no_date")
    if not _ISO.fullmatch(stripped):
        return Reading(text, problem="vague")
    try:
        moment = datetime.fromisoformat(_SPACED_OFFSET.sub(r"\1", stripped.replace(",", ".")))
        if moment.year not in YEARS:
            return Reading(text, problem="impossible")
        if moment.tzinfo is not None:
            return Reading(text, seconds=_epoch(moment), has_offset=True)
        local = moment.replace(tzinfo=zone_of_record)
        if not tz.datetime_exists(local):
            return Reading(text, seconds=_epoch(tz.resolve_imaginary(local)), problem="imaginary")
        if tz.datetime_ambiguous(local):
            return Reading(
                text,
                seconds=_epoch(tz.enfold(local, 0)),
                second_pass=_epoch(tz.enfold(local, 1)),
                problem="ambiguous",
            )
        return Reading(text, seconds=_epoch(local))
    except (ValueError, OverflowError):
        return Reading(text, problem="impossible")


def _epoch(moment: datetime) -> int:
    """Whole seconds since the epoch; through UTC, because two times of one zone subtract as wall clock."""
    return int(moment.astimezone(UTC).timestamp())


def local_date(seconds: int, zone_of_record: tzinfo) -> date:
    """The calendar day of an instant where the record was made."""
    return datetime.fromtimestamp(seconds, UTC).astimezone(zone_of_record).date()


def local_text(seconds: int, zone_of_record: tzinfo) -> str:
    """`2026-03-03 09:05` where the record was made."""
    moment = datetime.fromtimestamp(seconds, UTC).astimezone(zone_of_record)
    return moment.strftime("%Y-%m-%d %H:%M")


def settle(start: Reading, stop: Reading) -> tuple[int | None, int | None]:
    """Instants of a start and a stop.

    Where a time on the wall exists twice, the reading with the fewest minutes that are not negative is
    taken: time that is not proven is not billed.
    """
    if start.seconds is None or stop.seconds is None:
        return start.seconds, stop.seconds
    starts = [s for s in (start.seconds, start.second_pass) if s is not None]
    stops = [s for s in (stop.seconds, stop.second_pass) if s is not None]
    pairs = [(b - a, a, b) for a in starts for b in stops if b >= a]
    if not pairs:
        return start.seconds, stop.seconds
    _, first, last = min(pairs)
    return first, last


def longest(start: Reading, stop: Reading) -> int | None:
    """The other answer for ambiguous times: the most minutes that the texts allow."""
    starts = [s for s in (start.seconds, start.second_pass) if s is not None]
    stops = [s for s in (stop.seconds, stop.second_pass) if s is not None]
    if not starts or not stops or max(stops) < min(starts):
        return None
    return (max(stops) - min(starts)) // 60


@dataclass(slots=True, frozen=True)
class PauseReading:
    """One pause as it was understood; `span` is None when it takes no time away.

    `open_ended`: only one of its ends is known.
    """

    start: Reading
    stop: Reading
    span: Span | None
    open_ended: bool = False


def running_time(begin: int, end: int, pauses: tuple[PauseReading, ...]) -> Spans:
    """The stretches between begin and end in which the drug ran."""
    return subtract(union([(begin, end)]), union(p.span for p in pauses if p.span is not None))


def read_pauses(
    pauses: tuple[Pause, ...], begin: int, end: int, zone_of_record: tzinfo
) -> tuple[PauseReading, ...]:
    """Read the pauses of an administration.

    Time that is not proven is not billed: a pause of which one end is not known lasts until the start or the
    stop of the administration, and one at an hour that the clocks show twice is as long as it can be.
    """
    found = []
    for pause in pauses:
        start, stop = read(pause.start, zone_of_record), read(pause.stop, zone_of_record)
        first, last = start.seconds, stop.second_pass or stop.seconds
        open_ended = (first is None) != (last is None)
        if open_ended:
            first, last = (begin, last) if first is None else (first, end)
        span = None
        if first is not None and last is not None and max(first, begin) < min(last, end):
            span = (max(first, begin), min(last, end))
        found.append(PauseReading(start, stop, span, open_ended))
    return tuple(found)


def zone_of(encounter: Encounter) -> tzinfo:
    """The zone in which an encounter is documented; the default where its name is unknown."""
    found = zone(encounter.time_zone) or zone(DEFAULT_ZONE)
    return found if found is not None else UTC


def uses_local_time(encounter: Encounter) -> bool:
    """Whether any clock time of the record needs the zone to be an instant."""
    reference = zone_of(encounter)
    texts: list[str | None] = [encounter.encounter_start, encounter.encounter_end]
    for given in encounter.administrations:
        texts += _texts(given)
    readings = [read(text, reference) for text in texts]
    return any(r.seconds is not None and not r.has_offset for r in readings)


def _texts(given: Administration) -> list[str | None]:
    return [given.start, given.stop, *(t for p in given.pauses for t in (p.start, p.stop))]
