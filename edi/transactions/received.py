"""What a 277CA repeats of an 837: names, ids, charges and dates, taken from the units of the reader.

Nothing is judged here, and nothing but what the answer itself says is kept.
"""

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal, InvalidOperation

from edi.transactions.t277ca import (
    ACCEPTED,
    LINES_AT_FAULT,
    LONGEST_TEXT,
    Batch,
    ClaimAnswer,
    Line,
    Name,
    Patient,
    Period,
    Provider,
    Status,
)
from edi.x12.reader import SetHead, Unit
from edi.x12.segment import COMPONENT, ELEMENT

ABSENT = "NOT GIVEN"
"""Stands where the guide of the 277CA requires a name or an id that the 837 need not hold."""
_PROCEDURES = {"SV1": (1, 2, 4, None), "SV2": (2, 3, 5, 1)}
"""Procedure, charge, units and revenue code of a service line by its segment."""

Statuses = tuple[Status, ...]
Clean = Callable[[str], str]


class Received:
    """One 837 transaction set as the 277CA gives it back; it is fed with the units of the set, in order."""

    def __init__(self, head: SetHead, *, trace: str, day: dt.date, clean: Clean) -> None:
        self._clean = clean
        group = head.group
        self.batch = Batch(
            source=_organization("AY", group.element(3), "46", group.element(3), clean),
            submitter=_organization("41", group.element(2), "46", group.element(2), clean),
            trace=trace,
            reference=trace,
            received=day,
            processed=day,
        )
        self._provider: Provider | None = None
        self._patient: Patient | None = None
        self._subscriber: Name | None = None
        self._payers: set[tuple[str, str]] = set()
        self._payer = ""

    def take(self, unit: Unit) -> None:
        """Take the head of the set or a level of the hierarchy."""
        loop = unit.loop
        if loop == "2000A":
            self._provider = Provider(name=self._billing(unit))
            self._patient = None
        elif loop == "2000B":
            self._subscriber = self._person(unit, "2010BA", "IL", None)
            self._patient = Patient(name=self._subscriber)
            payer = _find(unit, "2010BB", "NM1", "PR")
            self._payer = payer[9] if payer else ""
        elif loop == "2000C":
            self._patient = Patient(name=self._person(unit, "2010CA", "QC", self._subscriber))
        else:
            self._head(unit)

    def claim(self, unit: Unit, claim: Statuses = (), lines: Mapping[int, Statuses] | None = None) -> None:
        """Take a claim with the statuses that reject it, or none, by claim and by number of the line."""
        if self._provider is None or self._patient is None:
            return
        if self._provider not in self.batch.providers[-1:]:
            self.batch.providers.append(self._provider)
        if self._patient not in self._provider.patients[-1:]:
            self._provider.patients.append(self._patient)
        self._payers.add((self._payer, ""))
        self._patient.claims.append(self._answer(unit, claim, lines or {}))

    def finished(self) -> Batch:
        """The set; its source is the payer where the receiver is the payer of all claims."""
        source = self.batch.source
        if self._payers == {(source.id, "")}:
            source = Name(role="PR", last=source.last, id_kind="PI", id=source.id)
            self.batch.source = source
        return self.batch

    # --- parts ------------------------------------------------------------------------------------------

    def _head(self, unit: Unit) -> None:
        for i in range(len(unit.segments)):
            node = unit.node(i)
            parts = _parts(unit.segments[i])
            if node is None:
                continue
            if parts[0] == "BHT" and parts[3]:
                self.batch.reference = self._clean(parts[3])[:50] or self.batch.reference
            elif parts[0] == "NM1" and node.home.loop.id == "1000A":
                self.batch.submitter = self._name("41", parts, "46")
            elif parts[0] == "NM1" and node.home.loop.id == "1000B":
                self.batch.source = _organization("AY", parts[3], "46", parts[9], self._clean)

    def _billing(self, unit: Unit) -> Name:
        parts = _find(unit, "2010AA", "NM1", "85") or _parts("")
        if not parts[9]:
            tax = _find(unit, "2010AA", "REF", "EI") or _find(unit, "2010AA", "REF", "SY")
            parts[8], parts[9] = "FI", tax[2] if tax else ""
        return self._name("85", parts, parts[8] if parts[8] in ("FI", "XX") else "FI")

    def _person(self, unit: Unit, loop: str, role: str, holder: Name | None) -> Name:
        """The patient, whose id is that of the subscriber where it is none of its own."""
        parts = _find(unit, loop, "NM1", role) or _parts("")
        if holder is not None and not parts[9]:
            parts[8], parts[9] = holder.id_kind, holder.id
        parts[2] = "1"
        return self._name("QC", parts, "II" if parts[8] == "II" else "MI")

    def _name(self, role: str, parts: list[str], id_kind: str) -> Name:
        clean = self._clean
        person = parts[2] == "1"
        return Name(
            role=role,
            person=person,
            last=clean(parts[3])[:60].rstrip() or ABSENT,
            first=clean(parts[4])[:35].rstrip() if person else "",
            middle=clean(parts[5])[:25].rstrip() if person else "",
            suffix=clean(parts[7])[:10].rstrip() if person and role != "41" else "",
            id_kind=id_kind,
            id=_id(clean(parts[9])),
        )

    def _answer(self, unit: Unit, claim: Statuses, lines: Mapping[int, Statuses]) -> ClaimAnswer:
        head = _parts(unit.segments[0])
        rejected = bool(claim or lines)
        place = head[5].split(COMPONENT) + ["", "", ""]
        facility = unit.head.guide is not None and "I" in unit.head.guide.name
        bounds = [*_line_starts(unit), len(unit.segments)]
        turns = [(n, bounds[n - 1], bounds[n]) for n in range(1, len(bounds))]
        periods = [p for _, first, last in turns if (p := _period(unit, first, last)) is not None]
        own = _period(unit, 0, bounds[0], "434") if facility else None
        whole = (min(p[0] for p in periods), max(p[1] for p in periods)) if periods else None
        clearinghouse = _find(unit, "2300", "REF", "D9")
        clean = self._clean
        return ClaimAnswer(
            id=clean(head[1]) or ABSENT,
            charge=_amount(head[2]) or Decimal(0),
            statuses=_whole(claim, lines) if rejected else (ACCEPTED,),
            rejected=rejected,
            clearinghouse=clean(clearinghouse[2])[:50].rstrip() if clearinghouse else "",
            bill_type=clean(place[0] + place[2]) if facility else "",
            period=own or whole,
            lines=tuple(
                line
                for n, first, last in turns
                if n in lines and (line := self._line(unit, n, first, last, lines[n])) is not None
            ),
        )

    def _line(self, unit: Unit, n: int, first: int, last: int, statuses: Statuses) -> Line | None:
        """A service line; None for one without its SV1 or SV2."""
        clean = self._clean
        service = control = prescription = None
        for i in range(first, last):
            node = unit.node(i)
            parts = _parts(unit.segments[i])
            if node is None:
                continue
            if parts[0] in _PROCEDURES and node.home.loop.id == "2400":
                service = parts
            elif parts[:2] == ["REF", "6R"]:
                control = clean(parts[2])[:50].rstrip()
            elif parts[:2] == ["REF", "XZ"]:
                prescription = clean(parts[2])[:50].rstrip()
        if service is None:
            return None
        at, charge, units, revenue_at = _PROCEDURES[service[0]]
        code_set, code, *more = [clean(text) for text in service[at].split(COMPONENT)] + ["", ""]
        revenue = clean(service[revenue_at]) if revenue_at else ""
        if not code:
            code_set, code, revenue, more = "NU", revenue or ABSENT, "", []
        return Line(
            code_set=code_set,
            code=code[:48],
            modifiers=tuple(text for text in more[:4] if text),
            charge=_amount(service[charge]) or Decimal(0),
            revenue=revenue,
            units=_amount(service[units]),
            statuses=statuses,
            control=control or str(n),
            prescription=prescription or "",
            period=_period(unit, first, last),
        )


def _whole(claim: Statuses, lines: Mapping[int, Statuses]) -> Statuses:
    """Statuses of a rejected claim; one more says that lines are at fault, in the words of each."""
    texts = dict.fromkeys(s.text for n in sorted(lines) for s in lines[n] if s.text)
    at_lines = replace(LINES_AT_FAULT, text="; ".join(texts)[:LONGEST_TEXT].rstrip())
    return (*claim, at_lines) if lines else claim


def _parts(text: str) -> list[str]:
    """Segment id and elements; absent elements are ""."""
    return text.split(ELEMENT) + [""] * 12


def _line_starts(unit: Unit) -> list[int]:
    """Positions at which the service lines of a claim begin."""
    found = []
    for i, text in enumerate(unit.segments):
        if text.startswith("LX" + ELEMENT):
            node = unit.node(i)
            if node is not None and node.home.loop.id == "2400":
                found.append(i)
    return found


def _find(unit: Unit, loop: str, segment: str, qualifier: str) -> list[str] | None:
    """The first segment of a loop with an id and a code in its first element."""
    for i, text in enumerate(unit.segments):
        if text.startswith(segment + ELEMENT + qualifier + ELEMENT):
            node = unit.node(i)
            if node is not None and node.home.loop.id == loop:
                return _parts(text)
    return None


def _organization(role: str, name: str, id_kind: str, id_: str, clean: Clean) -> Name:
    return Name(role=role, last=clean(name)[:60].rstrip() or ABSENT, id_kind=id_kind, id=_id(clean(id_)))


def _id(text: str) -> str:
    """An id of 2 to 80 characters."""
    return text[:80].rstrip().rjust(2, "0") if text else ABSENT


def _amount(text: str) -> Decimal | None:
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    return value if value.is_finite() else None


def _period(unit: Unit, first: int, last: int, qualifier: str = "472") -> Period | None:
    """The days of a DTP between two positions of a unit."""
    start = f"DTP{ELEMENT}{qualifier}{ELEMENT}"
    for text in unit.segments[first:last]:
        if text.startswith(start):
            days = [_day(part) for part in _parts(text)[3].split("-")]
            known = [day for day in days if day is not None]
            if known and len(known) == len(days):
                return known[0], known[-1]
    return None


def _day(text: str) -> dt.date | None:
    """The day of CCYYMMDD, or of the beginning of CCYYMMDDHHMM."""
    try:
        return dt.datetime.strptime(text[:8], "%Y%m%d").date()
    except ValueError:
        return None
