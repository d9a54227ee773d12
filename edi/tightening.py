"""Guide lines that a payer tightens: compiled against the guides, and judged on what a claim is written as.

Never loosened: a line that would let pass what the guide refuses is an error of the payer rules.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Final

from edi.errors import NotWritable, UnknownPayer
from edi.finding import X12Place
from edi.model import crosswalk
from edi.model.claim import Claim, effective_bill_to
from edi.model.party import TradingPartner
from edi.payers import Overlay, Tightening
from edi.transactions import parts837, t837i, t837p
from edi.transactions.reading import Origin, trace_read
from edi.transactions.writing import REPEATING
from edi.x12.envelope import Envelope
from edi.x12.guide import UNBOUNDED, ElementLine, Guide, Loop, SegmentLine, load
from edi.x12.placing import FLAGS, MISPLACED, RESTART, UNKNOWN, LoopNode
from edi.x12.reader import Reader, Unit, address
from edi.x12.segment import COMPONENT, ELEMENT, REPETITION
from edi.x12.writer import Cursor, Tracing

RULE: Final = "PAYER-GUIDE"
"""Id of the findings about tightened guide lines."""
NAME: Final = "payer-wants-more-than-the-guide"
_SETS: Final[dict[str, crosswalk.SetName]] = {"837P": "837p", "837I": "837i"}
_ADDRESS = re.compile(r"(\w+)(?:/([A-Z][A-Z0-9]{1,2})(?:\[([^\]]+)\])?(?:/(\d\d)(?:-(\d+))?)?)?")
_SOMEBODY = TradingPartner(name="SOMEBODY", id="SOMEBODY", contact_name="SOMEBODY", phone="5555550100")
_SOMETIME = dt.datetime(2000, 1, 1)


@dataclass(frozen=True, slots=True, eq=False)
class Tight:
    """One tightened line of one guide."""

    said: Tightening
    loop: Loop
    segment: SegmentLine | None = None
    element: ElementLine | None = None


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a claim does not do what a payer wants."""

    said: Tightening
    message: str
    path: str
    """JSON Pointer into the claim; of the record around it for what is absent."""
    place: X12Place
    expected: str | None = None
    actual: str | None = None


@lru_cache(maxsize=64)
def tightened(overlay: Overlay) -> dict[str, tuple[Tight, ...]]:
    """The tightened lines of an overlay by the name of the guide, made once.

    Raises:
        UnknownPayer: an address that no guide has, or a line that would loosen its guide; says which.
    """
    found: dict[str, list[Tight]] = {name: [] for name in _SETS}
    bounds: dict[tuple[str, str], _Bounds] = {}
    for said in overlay.guide:
        where = f'payer rules {said.by}: guide."{said.address}"'
        guides = [said.guide] if said.guide else list(_SETS)
        made = [(name, _compiled(said, load(_SETS[name]), where)) for name in guides]
        if all(tight is None for _, tight in made):
            raise UnknownPayer(f"{where}: {_unknown(said, [load(_SETS[name]) for name in guides])}")
        for name, tight in made:
            if tight is not None:
                _tighten(bounds.setdefault((name, said.address), _bounds(tight)), tight, where)
                found[name].append(tight)
    return {name: tuple(lines) for name, lines in found.items()}


def _compiled(said: Tightening, guide: Guide, where: str) -> Tight | None:
    """The line of a guide at an address; None where the guide has none."""
    match = _ADDRESS.fullmatch(said.address)
    if match is None:
        raise UnknownPayer(f"{where}: write an address as 2310B, 2300/REF[G1] or 2010AA/N4/03")
    loop = guide.loops.get(match[1])
    if loop is None:
        return None
    if match[2] is None:
        return Tight(said, loop)
    lines = [s for s in loop.segments if s.id == match[2]]
    if match[3] is not None:
        lines = [s for s in lines if match[3] in s.qualifiers or match[3] == "|".join(s.qualifiers)]
    if not lines:
        return None
    if len(lines) > 1:
        names = ", ".join(s.address for s in lines)
        raise UnknownPayer(f"{where}: several segments are {match[2]} there: {names}")
    if match[4] is None:
        return Tight(said, loop, lines[0])
    element = lines[0].element(int(match[4]))
    if element is not None and match[5] is not None:
        element = next((c for c in element.components if c.component == int(match[5])), None)
    return None if element is None else Tight(said, loop, lines[0], element)


def _unknown(said: Tightening, guides: list[Guide]) -> str:
    known = []
    for guide in guides:
        for loop in guide.loops.values():
            known.append(loop.id)
            for segment in loop.segments:
                known.append(segment.address)
                known += [
                    f"{segment.address}/{e.position:02d}" + (f"-{e.component}" if e.component else "")
                    for one in segment.elements
                    for e in (one, *one.components)
                ]
    near = get_close_matches(said.address, dict.fromkeys(known), 1)
    return f"no guide has this address{f'; did you mean {near[0]}?' if near else ''}"


@dataclass(slots=True)
class _Bounds:
    """What a line allows so far: the guide, then each overlay."""

    usage: str
    least: int
    most: int
    codes: frozenset[str]
    count: int


def _bounds(tight: Tight) -> _Bounds:
    element, segment, loop = tight.element, tight.segment, tight.loop
    if element is not None:
        return _Bounds(element.usage, element.least, element.most, element.code_set, 1)
    if segment is not None:
        return _Bounds(segment.usage, 0, 0, frozenset(), segment.most)
    usage = "R" if all(usage == "R" for usage in loop.usage.values()) else "S"
    return _Bounds(usage, 0, 0, frozenset(), loop.most)


def _tighten(bounds: _Bounds, tight: Tight, where: str) -> None:
    """Narrow the bounds of a line.

    Raises:
        UnknownPayer: the line would be loosened, or cannot have such a bound.
    """
    said = tight.said
    simple = tight.element is not None and tight.element.type != "comp"
    if not simple and not (said.least is None and said.most is None and said.codes is None):
        raise UnknownPayer(f"{where}: only an element has a length and codes")
    if said.count is not None and tight.element is not None:
        raise UnknownPayer(f"{where}: only a loop or a segment has a count")
    if said.usage == "R" and tight.segment is None and (tight.loop.unit or tight.loop.level):
        raise UnknownPayer(f"{where}: loops that hold claims or levels cannot be asked for")
    if said.usage == "S" and bounds.usage == "R":
        raise UnknownPayer(f"{where}: usage S would loosen what is required; lines can only be tightened")
    for name, value, limit in (
        ("least", said.least, bounds.least),
        ("most", said.most, bounds.most),
        ("count", said.count, bounds.count),
    ):
        if value is not None and (value < limit if name == "least" else value > limit):
            stands = "any number" if limit == UNBOUNDED else limit
            raise UnknownPayer(
                f"{where}: {name} {value} would loosen what is {stands}; lines can only be tightened"
            )
    if said.codes is not None:
        more = [code for code in said.codes if bounds.codes and code not in bounds.codes]
        if more:
            raise UnknownPayer(
                f"{where}: code {', '.join(more)} would loosen the line, which has "
                f"{', '.join(sorted(bounds.codes))}; lines can only be tightened"
            )
        bounds.codes = frozenset(said.codes)
    bounds.usage = said.usage or bounds.usage
    bounds.least = said.least or bounds.least
    bounds.most = said.most or bounds.most
    bounds.count = said.count or bounds.count
    if simple and bounds.least > bounds.most:
        raise UnknownPayer(f"{where}: no value is {bounds.least} or more and {bounds.most} or fewer long")


# ---------------------------------------------------------------- what a claim is written as


@dataclass(slots=True, eq=False)
class _Turn:
    """One turn of a loop."""

    unit: Unit
    loop: str
    parent: "_Turn | None"
    node: LoopNode
    first: int
    number: int
    """Which turn within its unit, from 1."""
    segments: dict[str, list[int]] = field(default_factory=dict)
    """Name of a guide line -> indexes in the unit."""
    loops: dict[str, int] = field(default_factory=dict)
    """Loop below -> turns."""


def breaches(claim: Claim, overlay: Overlay) -> Iterator[Breach]:
    """Every place where a claim does not do what the payer's tightened lines want.

    A claim that was read from X12 is judged by its segments; any other by the 837 that it would be written
    as. A claim whose setting is not known is not judged.
    """
    if not overlay.guide or claim.setting is None:
        return
    origin = claim.origin
    name = "837I" if claim.setting == "facility" else "837P"
    if isinstance(origin, Origin):
        if origin.unit.head.guide is None:
            return
        name = origin.unit.head.guide.name
        units = [u for u in (origin.header, *origin.levels, origin.unit) if u is not None]
        own: dict[str, str] | None = None
    else:
        units, own = _written(claim)
    lines = tightened(overlay).get(name, ())
    if not lines:
        return
    turns = [turn for unit in units for turn in _turns(unit)]
    pointers = _Pointers(claim, _SETS[name], own)
    for tight in lines:
        for turn in turns:
            yield from _judged(tight, turn, pointers)


def _written(claim: Claim) -> tuple[list[Unit], dict[str, str]]:
    """The claim alone in an 837, however broken it is: its units, and X12 address -> JSON Pointer."""
    module = t837i if claim.setting == "facility" else t837p
    located = Tracing(REPEATING)
    submitter = claim.submitter or _SOMEBODY
    parts837.levels(located, module.GUIDE, parts837.Hierarchy(), claim, submitter)
    module.write_claim(located, claim)
    w = Cursor()
    parts837.header(
        w,
        module.GUIDE,
        control="0001",
        reference="1",
        created=_SOMETIME,
        submitter=submitter,
        receiver=claim.receiver or _SOMEBODY,
    )
    segments = [one.text for one in located.taken]
    if claim.unmapped:
        try:
            segments = parts837.carry_along(w, module.GUIDE, claim, located.taken)
        except NotWritable:
            segments = [one.text for one in located.taken]
    w.segments.extend(segments)
    envelope = Envelope(sender_id="SOMEBODY", receiver_id="SOMEBODY", created=_SOMETIME)
    body = w.take()
    text = "".join(
        (
            envelope.isa(),
            envelope.gs(0, module.GUIDE.version),
            body,
            envelope.se(w.count + 1, 1),
            envelope.ge(0, 1),
            envelope.iea(1),
        )
    )
    stream = io.BytesIO(text.encode("ascii", errors="replace"))
    units = [event for event in Reader(stream) if isinstance(event, Unit)]
    found: dict[str, str] = {}
    for pointer, trace in located.traces().items():
        known = found.get(trace.address)
        if known is None or len(pointer) > len(known):
            found[trace.address] = pointer
    return [unit for unit in units if unit.loop != "TRAILER"], found


def _turns(unit: Unit) -> list[_Turn]:
    """The turns of the loops of a unit, each with its segments, from the outside in."""
    compiled = unit.head.compiled
    assert compiled is not None
    root = _Turn(unit, unit.loop, None, unit.root, 0, 1)
    stack, found = [root], [root]
    numbers: dict[LoopNode, int] = {}
    for index, code in enumerate(unit.nodes):
        if code >= UNKNOWN:
            continue
        node = compiled.places.nodes[code & ~FLAGS]
        if code & MISPLACED:
            home = next((turn for turn in reversed(stack) if turn.node is node.home), None)
            if home is not None:
                home.segments.setdefault(node.line.name, []).append(index)
            continue
        path = node.home.path()[unit.root.depth :]
        keep = 0
        while keep < min(len(path), len(stack)) and stack[keep].node is path[keep]:
            keep += 1
        if keep == len(path) > 1 and (code & RESTART or (node.is_head and stack[keep - 1].segments)):
            keep -= 1
        del stack[max(keep, 1) :]
        for below in path[len(stack) :]:
            holder = stack[-1]
            holder.loops[below.loop.id] = holder.loops.get(below.loop.id, 0) + 1
            numbers[below] = numbers.get(below, 0) + 1
            turn = _Turn(unit, below.loop.id, holder, below, index, numbers[below])
            stack.append(turn)
            found.append(turn)
        stack[-1].segments.setdefault(node.line.name, []).append(index)
    return found


class _Pointers:
    """From X12 addresses to JSON Pointers of one claim; worked out when first asked for."""

    def __init__(self, claim: Claim, name: crosswalk.SetName, own: dict[str, str] | None) -> None:
        self._claim = claim
        self._name = name
        self._own = own
        self._places: dict[str, X12Place] = {}

    def of(self, address: str, loop: str) -> tuple[str, X12Place]:
        """Pointer and place of what stands at an address."""
        if self._own is None:
            self._own = {}
            for pointer, place in trace_read(self._claim).items():
                if len(pointer) > len(self._own.get(place.address, "")):
                    self._own[place.address] = pointer
                    self._places[place.address] = place
        found = self._own.get(address) or self._own.get(address.rpartition("/")[0])
        place = self._places.get(address) or X12Place(address=address, loop=loop)
        return found if found is not None else self.absent(address, loop, None)[0], place

    def absent(self, address: str, loop: str, turn: _Turn | None) -> tuple[str, X12Place]:
        """Pointer of where a value would stand that is not there, as far as the crosswalk knows."""
        place = X12Place(address=address, loop=loop)
        plain = re.sub(r"^(\w+)\[\d+\]", r"\1", address)
        rows = [
            row
            for row in crosswalk.rows()
            if (own := re.sub(r"^(\w+)\[n\]", r"\1", row.address(self._name)))
            and (own == plain or own.startswith(plain + "/"))
        ]
        if not rows:
            return "", place
        rows.sort(key=lambda row: row.address(self._name) != plain)
        parts: list[str] = []
        whole = "/" not in plain
        named = rows[0].path.split("/")[1:]
        for part in named[:-1] if whole and len(named) > 1 else named:
            if part == "{line}" and turn is not None:
                parts.append(str(_line_of(turn) - 1))
            elif part == "{destination}" and (billed := effective_bill_to(self._claim)) is not None:
                parts.append(str(billed))
            elif part.startswith("{"):
                break
            else:
                parts.append(part)
        return "".join(f"/{part}" for part in parts), place


def _line_of(turn: _Turn) -> int:
    """Number of the service line that a turn belongs to."""
    at: _Turn | None = turn
    while at is not None:
        if at.loop == "2400":
            return at.number
        at = at.parent
    return 1


def _named(turn: _Turn) -> str:
    """Address of a turn: `2400[2]`, or `2310B`."""
    return f"{turn.loop}[{turn.number}]" if turn.node.loop.most > 1 and turn.parent else turn.loop


def _judged(tight: Tight, turn: _Turn, pointers: _Pointers) -> Iterator[Breach]:
    said, loop = tight.said, tight.loop
    if tight.segment is None:
        if turn.loop in loop.parents and turn.node.loop is not loop:
            yield from _loop(tight, turn, pointers)
        return
    if turn.loop != loop.id:
        return
    name = tight.segment.name
    at = turn.segments.get(name, [])
    if tight.element is None:
        if not at and said.usage == "R":
            path, place = pointers.absent(f"{_named(turn)}/{name}", turn.loop, turn)
            text = (
                f"loop {_named(turn)} has no segment {name} ({tight.segment.label}), which this payer wants"
            )
            yield Breach(said, text, path, place)
        if said.count is not None and len(at) > said.count:
            where = address(turn.unit, at[said.count])
            path, place = pointers.of(where, turn.loop)
            text = (
                f"segment {name} stands {len(at)} times in loop {_named(turn)}; this payer takes {said.count}"
            )
            yield Breach(said, text, path, place, str(said.count), str(len(at)))
        return
    for index in at:
        yield from _element(tight, tight.element, turn, index, pointers)


def _loop(tight: Tight, turn: _Turn, pointers: _Pointers) -> Iterator[Breach]:
    said, loop = tight.said, tight.loop
    count = turn.loops.get(loop.id, 0)
    if not count and said.usage == "R":
        path, place = pointers.absent(loop.id, loop.id, turn)
        if turn.loop == "2400":
            place.address = _named(turn)
        text = f"loop {_named(turn)} has no loop {loop.id} ({loop.label}), which this payer wants"
        yield Breach(said, text, path, place)
    if said.count is not None and count > said.count:
        path, place = pointers.absent(loop.id, loop.id, turn)
        text = f"loop {loop.id} stands {count} times in loop {_named(turn)}; this payer takes {said.count}"
        yield Breach(said, text, path, place, str(said.count), str(count))


def _element(
    tight: Tight, line: ElementLine, turn: _Turn, index: int, pointers: _Pointers
) -> Iterator[Breach]:
    said = tight.said
    parts = turn.unit.segments[index].split(ELEMENT)
    text = parts[line.position] if line.position < len(parts) else ""
    where = address(turn.unit, index, line.position, line.component)
    if line.component is not None:
        pieces = text.split(REPETITION)[0].split(COMPONENT)
        text = pieces[line.component - 1] if line.component <= len(pieces) else ""
    if not text:
        if said.usage == "R":
            path, place = pointers.of(where, turn.loop)
            yield Breach(said, f"{line.name} ({line.label}) is absent, and this payer wants it", path, place)
        return
    for value in text.split(REPETITION):
        length = len(value)
        within = line.least <= length <= line.most or line.type == "comp"
        if not within or (line.code_set and value not in line.code_set):
            continue  # the guide itself refuses it, and says so
        wrong: tuple[str, str] | None = None
        if said.codes is not None and value not in said.codes:
            wrong = (
                f"has a code that this payer does not take; it takes {', '.join(said.codes)}",
                "|".join(said.codes),
            )
        elif said.most is not None and length > said.most:
            wrong = f"has {length} characters; this payer takes {said.most} at most", str(said.most)
        elif said.least is not None and length < said.least:
            wrong = f"has {length} characters; this payer wants {said.least} at least", str(said.least)
        if wrong is not None:
            path, place = pointers.of(where, turn.loop)
            yield Breach(said, f"{line.name} ({line.label}) {wrong[0]}", path, place, wrong[1], value)
