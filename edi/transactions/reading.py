"""837 bytes to claims, one after the other; memory does not grow with the file.

A claim is as the wire states it: see `parts837_read`. Nothing is kept for each value: where a value stood is
worked out on demand by reading the claim's segments once more (`trace_read`).
"""

import io
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import IO

from edi.errors import NotReadable
from edi.finding import X12Place
from edi.model.claim import Claim, ServiceLine, Unmapped, Unread
from edi.model.crosswalk import address_of
from edi.model.party import Coverage, Patient, Person, Provider, TradingPartner
from edi.transactions import parts837_read as read
from edi.transactions import t837i, t837p
from edi.transactions.parts837 import Guide
from edi.transactions.parts837_read import Found, Reading, Spot, Table
from edi.x12.findings import Fault
from edi.x12.placing import RESTART, Places
from edi.x12.reader import Event, Reader, SetHead, Unit, address, locate
from edi.x12.segment import ELEMENT, qualifier_of
from edi.x12.taking import plain
from edi.x12.units import element_offset, loop_start

GUIDES: dict[str, tuple[Guide, read.Loops]] = {
    "837P": (t837p.GUIDE, t837p.LOOPS),
    "837I": (t837i.GUIDE, t837i.LOOPS),
}
"""Transaction sets that hold claims, by the name of their guide."""


@dataclass(slots=True)
class Level:
    """What one level of the hierarchy says: 2000A, 2000B or 2000C."""

    unit: Unit
    provider: Provider | None = None
    pay_to: Provider | None = None
    coverage: Coverage | None = None
    patient: Patient | None = None
    casualty: str | None = None
    unmapped: tuple[Unmapped, ...] = ()
    unread: tuple[Unread, ...] = ()


@dataclass(slots=True)
class Header:
    """What the head of a transaction set says, and the levels that are open in it."""

    head: SetHead
    unit: Unit | None = None
    submitter: TradingPartner | None = None
    receiver: TradingPartner | None = None
    levels: dict[str, Level] = field(default_factory=dict)


@dataclass(slots=True)
class Origin:
    """Where a claim was read from: its segments and those of the levels and the head above it."""

    unit: Unit
    header: Unit | None
    levels: tuple[Unit, ...]
    icd9: bool | None
    """Whether its diagnosis codes are marked as ICD-9; None without diagnoses."""
    split_groups: tuple[str, ...] = ()
    """Pointers to the groups of adjustments that stand in a further segment though the first has room."""


@dataclass(slots=True)
class ReadClaim:
    """A claim with the segments it was read from."""

    claim: Claim
    unit: Unit
    head: SetHead


@lru_cache(maxsize=16)
def _table(places: Places, name: str) -> Table:
    return Table(places, GUIDES[name][1])


class ClaimReader:
    """Makes claims of the units of a reader; give it every event in order."""

    def __init__(self) -> None:
        self._header: Header | None = None
        self._table: Table | None = None
        self._guide: Guide | None = None

    def take(self, event: Event) -> Claim | None:
        """The claim of a unit that is one; None for everything else."""
        if isinstance(event, Unit):
            return self._unit(event) if self._table is not None else None
        if isinstance(event, SetHead):
            name = event.guide.name if event.guide is not None else ""
            self._header = Header(event)
            self._table = None
            if event.compiled is not None and name in GUIDES:
                self._guide = GUIDES[name][0]
                self._table = _table(event.compiled.places, name)
        return None

    def _unit(self, unit: Unit) -> Claim | None:
        assert self._table is not None and self._guide is not None and self._header is not None
        loop = unit.root.loop
        if loop.unit:
            parent = unit.root.parent
            return read_claim(self._guide, self._table, unit, self._header, parent.loop.id if parent else "")
        if loop.level:
            _read_level(self._guide, self._table, unit, self._header)
        elif loop.id != "TRAILER":
            header = self._header
            r = _read_head(self._guide, self._table, unit, None)
            header.unit = unit
            header.submitter, header.receiver = r.partners["submitter"], r.partners["receiver"]
        return None


def _read_head(guide: Guide, table: Table, unit: Unit, trace: Found | None) -> Reading:
    """Read the head of a transaction set."""
    r = Reading(guide, unit, trace)
    r.partners = read.new_partners()
    table.run(r, unit)
    return r


def _begin(guide: Guide, unit: Unit, trace: Found | None, provider: Provider | None) -> Reading:
    r = Reading(guide, unit, trace)
    r.provider = provider or Provider()
    r.pay_to = None
    r.coverage = Coverage()
    r.patient = read.new_patient()
    r.casualty = ""
    r.payer_ids = ()
    r.member_base = ()
    return r


def _read_level(guide: Guide, table: Table, unit: Unit, header: Header, trace: Found | None = None) -> Level:
    """Read one level and put it in its place in the header, closing what was below."""
    levels = header.levels
    loop = unit.root.loop.id
    above = levels.get("2000A") if loop != "2000A" else None
    r = _begin(guide, unit, trace, above.provider if above is not None else None)
    table.run(r, unit)
    level = Level(unit, unmapped=tuple(r.unmapped), unread=tuple(r.unread), casualty=r.casualty or None)
    if loop == "2000A":
        level.provider, level.pay_to = r.provider, r.pay_to
        levels.pop("2000B", None)
        levels.pop("2000C", None)
    elif loop == "2000B":
        level.coverage, level.patient = r.coverage, r.patient
        level.provider = r.provider
        if r.payer_ids:
            known = (*r.provider.secondary_ids, *r.payer_ids)
            level.provider = replace(r.provider, secondary_ids=known)
        levels.pop("2000C", None)
    else:
        level.patient = r.patient
        subscriber = levels.get("2000B")
        member = (subscriber.coverage if subscriber else None) or Coverage()
        person = (subscriber.patient if subscriber else None) or Patient()
        level.coverage = replace(member, relationship=r.coverage.relationship, subscriber=_as_person(person))
        if member.relationship:
            stated = Unmapped(address="2000B/SBR/02", text=member.relationship)
            level.unmapped = (stated, *level.unmapped)
        if person.death_date is not None and subscriber is not None:
            death = next(s for s in subscriber.unit.segments if s.startswith("PAT"))
            level.unmapped = (*level.unmapped, Unmapped(address="2000B/PAT", text=plain(death)))
        if subscriber is not None and subscriber.casualty:
            level.unmapped = (
                *level.unmapped,
                Unmapped(address="2010BA/REF", text=f"REF*Y4*{subscriber.casualty}"),
            )
    levels[loop] = level
    return level


def _as_person(one: Patient) -> Person:
    return Person(
        last_name=one.last_name, first_name=one.first_name, middle_name=one.middle_name, suffix=one.suffix,
        birth_date=one.birth_date, sex=one.sex, address=one.address, phone=one.phone,
    )  # fmt: skip


def read_claim(
    guide: Guide,
    table: Table,
    unit: Unit,
    header: Header,
    parent: str,
    trace: Found | None = None,
    part: Iterable[int] | None = None,
) -> Claim:
    """The claim of one unit below the levels that are open.

    Of a unit without faults also some segments only, by their indexes.
    """
    levels = header.levels
    billing, subscriber, patient = levels.get("2000A"), levels.get("2000B"), levels.get("2000C")
    dependent = parent == "2000C"
    own = patient if dependent else subscriber
    r = Reading(guide, unit, trace)
    claim = Claim()
    r.claim = claim
    claim.setting = "facility" if r.facility else "professional"
    claim.submitter, claim.receiver = header.submitter, header.receiver
    provider = subscriber or billing
    if provider is not None:
        claim.billing_provider = provider.provider
    if billing is not None:
        claim.pay_to = billing.pay_to
    r.coverage = r.billed = (own.coverage if own is not None else None) or Coverage()
    claim.patient = (own.patient if own is not None else None) or Patient()
    if own is not None:
        claim.property_casualty_claim_number = own.casualty
    r.attachments, r.conditions, r.dates, r.diagnoses, r.kinds = [], [], [], [], []
    r.occurrences, r.spans, r.values, r.lines, r.others = [], [], [], [], []
    r.line_numbers = {}
    r.decisions = 0
    r.split = []
    r.icd9 = None
    r.decision = None
    r.line_base = r.other_base = r.member_base = ()
    r.drug = r.oi = False
    if part is None:
        table.run(r, unit)
    else:
        table.run_part(r, unit, part)
    if r.line_numbers:
        read.settle_authorizations(r)
    order = read.settle_coverages(r)
    if r.diagnoses:
        read.settled_kinds(r.diagnoses, r.kinds)
        claim.diagnoses = tuple(r.diagnoses)
    claim.lines = tuple(r.lines)
    if r.attachments:
        claim.attachments = tuple(r.attachments)
    if r.conditions:
        claim.condition_codes = tuple(r.conditions)
    if r.dates:
        claim.dates = tuple(r.dates)
    if r.occurrences:
        claim.occurrence_codes = tuple(r.occurrences)
    if r.spans:
        claim.occurrence_spans = tuple(r.spans)
    if r.values:
        claim.value_codes = tuple(r.values)
    above = [level for level in (billing, subscriber, patient if dependent else None) if level is not None]
    for level in above:
        claim.unmapped += level.unmapped
        claim.unread += level.unread
    if r.unmapped:
        claim.unmapped += tuple(r.unmapped)
    if r.unread:
        claim.unread += tuple(r.unread)
    if claim.unread:
        claim.unread = tuple(
            Unread(path=read.resolve(u.path, order, dependent=dependent), text=u.text) for u in claim.unread
        )
    if trace is not None:
        for held in (trace, trace.absent):
            found = {read.resolve(k, order, dependent=dependent): v for k, v in held.items()}
            held.clear()
            held.update(found)
    split = tuple([read.resolve(path, order, dependent=dependent) for path in r.split])
    claim.origin = Origin(unit, header.unit, tuple([level.unit for level in above]), r.icd9, split)
    return claim


Source = str | bytes | os.PathLike[str] | IO[bytes]
"""A path, the bytes of a file, or a binary stream."""


def read_claims(source: Source) -> Iterator[Event | ReadClaim]:
    """All that a reader says of a file, in order; a unit that is a claim comes as `ReadClaim`.

    So one pass serves both the faults of the wire (`Unit.faults`, `Fault`) and the claims.
    """
    maker = ClaimReader()
    with _stream(source) as stream:
        for event in Reader(stream):
            claim = maker.take(event)
            if claim is not None:
                assert isinstance(event, Unit)
                yield ReadClaim(claim, event, event.head)
            else:
                yield event


def read_837(source: Source) -> Iterator[Claim]:
    """The claims of an 837P or 837I, as the wire states them, however broken it is.

    Faults of the file are passed over: `edi.check` tells them.

    Args:
        source: a path, the bytes of a file, or a binary stream that is read as claims are asked for.

    Raises:
        NotReadable: the input holds no interchange; raised when the first claim is asked for.
        OSError: the file cannot be opened or read.
    """
    maker = ClaimReader()
    with _stream(source) as stream:
        for event in Reader(stream):
            if isinstance(event, Fault):
                if event.kind == "no_isa":
                    raise NotReadable("this is not X12: it does not begin with ISA")
                continue
            claim = maker.take(event)
            if claim is not None:
                yield claim


@contextmanager
def _stream(source: Source) -> Iterator[IO[bytes]]:
    """The stream of a source; one that is opened here is closed again."""
    if isinstance(source, bytes | bytearray | memoryview):
        yield io.BytesIO(source)
    elif isinstance(source, str | os.PathLike):
        with Path(source).open("rb") as opened:
            yield opened
    else:
        yield source


def trace_read(claim: Claim, wanted: Collection[str] | None = None) -> dict[str, X12Place]:
    """Where each value of a claim that was read stood: JSON Pointer to place.

    The claim's segments are read once more for it. A record or list has the place of its first value. A claim
    that was not read from an 837 has no places.

    Args:
        claim: a claim from `read_837`.
        wanted: the pointers that are asked for, also those of values that are absent: these have the address
            at which they would stand, and the segment that would hold them or at which what is around them
            begins. Default all values that are there.
    """
    origin = claim.origin
    if not isinstance(origin, Origin):
        return {}
    found = None if wanted is None else _traced_some(claim, origin, wanted)
    return _traced(claim, origin, wanted) if found is None else found


def trace_absent(claim: Claim, wanted: str) -> X12Place:
    """Where a segment of a claim that was read stands by its address, else the beginning of the claim."""
    origin = claim.origin
    if not isinstance(origin, Origin):
        return X12Place(address=wanted)
    return _at_address(origin.unit, 0, wanted)


Places837 = dict[str, tuple[Unit, Spot]]
"""JSON Pointer -> unit, and the spot in it."""
_ABOVE = (
    "billing_provider", "coverages", "pay_to", "patient", "submitter", "receiver",
    "property_casualty_claim_number",
)  # fmt: skip
"""Keys of a claim whose values stand above it, all or some of them."""
_PROVIDERS = frozenset(
    ("attending_provider", "operating_provider", "referring_provider", "rendering_provider")
    + ("service_facility", "supervising_provider")
)
"""Keys of a claim whose values are those of a loop: where it is absent nothing has a place."""
_levels: dict[str, tuple[Unit, Level, Found]] = {}
"""By the id of their loop the levels that were traced last: many claims stand below one of them."""


class _Again:
    """The segments of a claim read once more, with a note of where each value stood."""

    def __init__(self, origin: Origin) -> None:
        head = origin.unit.head
        assert head.compiled is not None and head.guide is not None
        self.origin = origin
        self.unit = origin.unit
        self.guide = GUIDES[head.guide.name][0]
        self.table = _table(head.compiled.places, head.guide.name)
        self.header = Header(head, origin.header)
        self.found: list[tuple[Unit, Found]] = []
        parent = origin.unit.root.parent
        self.parent = parent.loop.id if parent else ""
        self.order = [0]
        """For each coverage 0 for the billed one, else -1; known when the claim is read."""

    def above(self) -> None:
        """The head of the set and the levels."""
        if self.origin.header is not None:
            trace = Found()
            _read_head(self.guide, self.table, self.origin.header, trace)
            self.found.append((self.origin.header, trace))
        for unit in self.origin.levels:
            loop = unit.root.loop.id
            known = _levels.get(loop)
            if known is None or known[0] is not unit:
                trace = Found()
                level = _read_level(self.guide, self.table, unit, self.header, trace)
                known = _levels[loop] = (unit, level, trace)
            self.header.levels[loop] = known[1]
            self.found.append((unit, known[2]))

    def claim(self, stop: int | None = None, ids: tuple[str, ...] = ()) -> Claim:
        """The claim itself, up to a segment, and of its segments those of some ids."""
        trace = Found()
        part = None
        if stop is not None:
            starts = tuple(id_ + ELEMENT for id_ in ids)
            part = [i for i in range(stop) if not ids or self.unit.segments[i].startswith(starts)]
        made = read_claim(self.guide, self.table, self.unit, self.header, self.parent, trace, part)
        self.found.append((self.unit, trace))
        self.order = [0 if i == made.bill_to else -1 for i in range(len(made.coverages))]
        return made

    def line(self, index: int) -> None:
        """One line of a claim without faults."""
        trace = Found()
        cuts = self.unit.cuts
        r = Reading(self.guide, self.unit, trace)
        r.lines = [ServiceLine()] * index
        r.others = []
        r.line_numbers = {}
        r.decisions = 0
        r.split = []
        r.decision = None
        stop = cuts[index + 1] if index + 1 < len(cuts) else len(self.unit.nodes)
        self.table.run_part(r, self.unit, range(cuts[index], stop))
        self.found.append((self.unit, trace))

    def values(self) -> tuple[Places837, Places837]:
        """Where the values stand that were found so far, and where absent ones would stand."""
        dependent = self.parent == "2000C"
        raw: Places837 = {}
        absent: Places837 = {}
        for unit, trace in self.found:
            for path, spot in trace.items():
                raw.setdefault(read.resolve(path, self.order, dependent=dependent), (unit, spot))
            for path, spot in trace.absent.items():
                absent.setdefault(read.resolve(path, self.order, dependent=dependent), (unit, spot))
        return raw, absent

    def carried(self, unmapped: Sequence[Unmapped]) -> Iterator[tuple[str, tuple[Unit, Spot]]]:
        """Where that stands which has no home in the claim."""
        for unit, trace in self.found:
            for one, spot in trace.carried:
                position = next((i for i, kept in enumerate(unmapped) if kept is one), None)
                if position is not None:
                    yield f"/unmapped/{position}", (unit, spot)

    def some(self, wanted: Collection[str]) -> dict[str, X12Place]:
        """Places of the pointers that are asked for and were found."""
        raw, absent = self.values()
        places = {}
        for where in wanted:
            held = _first(raw, where) or absent.get(where) or absent.get(f"{where}/0")
            if held is not None:
                places[where] = _placed(where, held)
        return places


def _placed(where: str, held: tuple[Unit, Spot]) -> X12Place:
    """The place of a value; a line as a whole is its loop, not one of its elements."""
    whole = where.startswith("/lines/") and where.count("/") == 2
    return _begins(*held) if whole else _place(*held)


def _order(item: tuple[str, tuple[Unit, Spot]]) -> int:
    """Ordinal of the segment of a place."""
    return item[1][0].ordinal + item[1][1][0]


def _traced(claim: Claim, origin: Origin, wanted: Collection[str] | None) -> dict[str, X12Place]:
    """The places of all values, or of some pointers, from the whole claim."""
    again = _Again(origin)
    again.above()
    unmapped = again.claim().unmapped
    raw, absent = again.values()
    for where, held in again.carried(unmapped):
        raw.setdefault(where, held)
    if wanted is None:
        for where, held in sorted(raw.items(), key=_order):
            while where.count("/") > 1:
                where = where.rpartition("/")[0]
                raw.setdefault(where, held)
        return {where: _placed(where, held) for where, held in raw.items()}
    places = {}
    for where in wanted:
        found = _first(raw, where) or absent.get(where) or absent.get(f"{where}/0")
        if found is not None:
            places[where] = _placed(where, found)
        elif where:
            places[where] = _beside(claim, where, raw, origin)
    return places


def _first(raw: Places837, where: str) -> tuple[Unit, Spot] | None:
    """Where a value stands, or the first one that is inside it."""
    held = raw.get(where)
    if held is None and where:
        start = f"{where}/"
        inside = [item for item in raw.items() if item[0].startswith(start)]
        held = min(inside, key=_order)[1] if inside else None
    return held


_SEGMENTS = {
    "claim_id": "CLM", "diagnoses": "HI", "frequency": "CLM", "place_of_service": "CLM",
    "total_charge": "CLM", "type_of_bill": "CLM",
}  # fmt: skip
"""Keys of a claim whose values stand in segments of one id, which can be read without the others."""


def _traced_some(claim: Claim, origin: Origin, wanted: Collection[str]) -> dict[str, X12Place] | None:
    """The places of some pointers; no more segments are read again than can hold them.

    None: one of them shows only in the whole claim.
    """
    unit = origin.unit
    lines: set[int] = set()
    others: set[str] = set()
    tops: set[str] = set()
    whole = bool(unit.faults) or any(code >= RESTART for code in unit.nodes)
    for where in wanted:
        _, top, number, *_ = (*where.split("/", 3), "", "")
        if top == "lines":
            # the lines as a whole begin with the first
            lines.add(int(number or 0))
        elif top and (top not in _PROVIDERS or getattr(claim, top) is not None):
            others.add(where)
            tops.add(top)
            whole = whole or (top == "coverages" and _may_stand_at_lines(where))
    if whole:
        return None
    again = _Again(origin)
    if not tops.isdisjoint(_ABOVE):
        again.above()
    # which coverage is which shows when the claim is read
    if "coverages" in tops or (others and len(again.some(others)) < len(others)):
        ids = {_SEGMENTS.get(top, "") for top in tops}
        again.claim(unit.cuts[0] if unit.cuts else len(unit.nodes), () if "" in ids else tuple(ids))
    for index in lines:
        if index < len(unit.cuts):
            again.line(index)
    places = again.some(wanted)
    return places if all(where in places or not where for where in wanted) else None


def _may_stand_at_lines(where: str) -> bool:
    """Whether the place of a value of a coverage, or of its first value, may be in a service line."""
    return (
        where.count("/") < 3
        or where.endswith("/adjudication")
        or "/adjudication/lines" in where
        or "/authorizations" in where
    )


def _beside(claim: Claim, where: str, raw: Places837, origin: Origin) -> X12Place:
    """The place of something that is absent: its segment if that stands, else the beginning of its loop."""
    own, wanted = origin.unit, address_of(claim, where)
    whole, _, last = where.rpartition("/")
    beside = _first(raw, whole) if wanted is None and last.isdecimal() else None
    if beside is not None:
        # a list that is longer than its element has room for
        return _place(beside[0], (beside[1][0], beside[1][1], None))
    around, held = where, None
    # the lines as a whole are not around one: they begin with the first
    while around not in ("", "/lines") and held is None:
        held = _first(raw, around)
        around = around.rpartition("/")[0]
    unit, index = (own, _start(own, where)) if held is None else (held[0], held[1][0])
    level = next((u for u in origin.levels if wanted and u.loop == wanted.partition("/")[0]), None)
    if held is None and level is not None:
        unit, index = level, 0
    if unit is not own and (wanted is None or wanted.startswith(("23", "24"))):
        unit, index = own, 0
    return _at_address(unit, loop_start(unit, index), wanted)


def _at_address(unit: Unit, start: int, wanted: str | None) -> X12Place:
    """The place of an address in or below the loop that begins at `start`; without it that beginning."""
    at = _segment_for(unit, start, wanted or "")
    named = _ENTRY.search(wanted or "") if at != start else None
    place = _place(
        unit, (at, int(named[1]) if named else None, int(named[2]) if named and named[2] else None)
    )
    if wanted is not None:
        place.address, place.loop = wanted, re.split(r"[\[/]", wanted, maxsplit=1)[0]
    return place


def _start(unit: Unit, where: str) -> int:
    """Index of the segment with which the line of a pointer begins, or else the claim."""
    _, top, number, *_ = (*where.split("/", 3), "")
    line = int(number) if top == "lines" and number else len(unit.cuts)
    return unit.cuts[line] if line < len(unit.cuts) else 0


def _segment_for(unit: Unit, start: int, wanted: str) -> int:
    """Index of the segment that an address names in or below the loop that begins at `start`; or `start`."""
    begin, match = unit.node(start), _SEGMENT.match(wanted)
    if begin is None or match is None:
        return start
    for i in range(start, len(unit.segments)):
        node = unit.node(i)
        if node is None or (i > start and node.home is begin.home and node.is_head):
            break
        segment, qualifier = qualifier_of(unit.segments[i])
        if (
            node.home.loop.id == match["loop"]
            and segment == match["segment"]
            and match["code"] in (None, qualifier)
            and (match["turn"] is None or address(unit, i).startswith(f"{match['loop']}[{match['turn']}]/"))
        ):
            return i
    return start


_ENTRY = re.compile(r"/(\d\d)(?:-(\d+))?$")
"""The element of an address, and its component."""
_SEGMENT = re.compile(r"(?P<loop>\w+)(?:\[(?P<turn>\d+)\])?/(?P<segment>\w+)(?:\[(?P<code>\w+)\])?")


def _begins(unit: Unit, spot: Spot) -> X12Place:
    place = _place(unit, (loop_start(unit, spot[0]), None, None))
    place.address = place.address.partition("/")[0]
    return place


def _place(unit: Unit, spot: Spot) -> X12Place:
    index, element, component = spot
    block, at = locate(unit, index)
    byte = text_line = column = None
    if block is not None:
        byte = block.byte(at)
        if element is not None:
            byte += element_offset(unit.segments[index], element, component)
        text_line, column = block.position(byte)
    node = unit.node(index)
    return X12Place(
        address=address(unit, index, element, component),
        loop=node.home.loop.id if node is not None else None,
        segment=unit.ordinal + index,
        text_line=text_line,
        column=column,
        byte=byte,
    )


def segment_at(claim: Claim, ordinal: int | None) -> str:
    """A segment of a claim that was read, by its ordinal in the set; "" for others."""
    origin = claim.origin
    if not isinstance(origin, Origin) or ordinal is None:
        return ""
    for unit in (origin.unit, *origin.levels, origin.header):
        if unit is not None and 0 <= ordinal - unit.ordinal < len(unit.segments):
            return unit.segments[ordinal - unit.ordinal]
    return ""


def line_starts(claim: Claim) -> tuple[int, ...]:
    """Ordinals of the segments at which the lines of a claim that was read begin; nothing for others."""
    origin = claim.origin
    if not isinstance(origin, Origin):
        return ()
    first = origin.unit.ordinal
    return tuple([first + i for i in origin.unit.cuts])


def claims_of(events: Iterable[Event | ReadClaim]) -> Iterator[Claim]:
    """The claims among the events of `read_claims`."""
    for event in events:
        if isinstance(event, ReadClaim):
            yield event.claim
