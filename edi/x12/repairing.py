"""Repairing: bytes -> the same bytes with the repairs that nobody needs to be asked about.

A repair is deterministic and changes no clinical or billed value: counts, control numbers of trailers,
numbers of levels and lines, padding, separators, punctuation of identifiers, and trailers where it is beyond
doubt what they say. All else stays as it is, byte for byte. Repairing what is repaired changes nothing.

What a repair says is worked out while reading: memory holds one block of the input and what follows the last
level (HL) whose HL04 is not decided.
"""

import datetime as dt
from collections.abc import Container, Iterator
from dataclasses import dataclass, field
from typing import IO, cast

from edi.finding import Repair
from edi.x12 import mending
from edi.x12.findings import Fault
from edi.x12.guide import SegmentLine, load
from edi.x12.mending import PRIVATE, WHY, Change, Kind
from edi.x12.placing import FLAGS, UNKNOWN
from edi.x12.reader import Reader
from edi.x12.segment import COMPONENT, ELEMENT
from edi.x12.tokens import Block, Marks, Opened
from edi.x12.units import Event, SetEnd, SetHead, Unit, address

CHUNK = 1 << 16
_BLANKS = " \t\r\n\x00"


@dataclass(slots=True, kw_only=True)
class Mended:
    """One repair that was made."""

    kind: Kind
    repair: Repair
    """`path` is the address: `2300/HI[ABK]/01-2`, `GE/01`."""
    interchange: int
    """Number of the interchange in the input, from 1."""
    group: int = 0
    set: int = 0
    """Number of the transaction set in the group, from 1; 0 outside one."""
    ordinal: int = 0
    """Ordinal of the segment in its set as it was read, ST = 1; 0 outside a set."""
    claim: str | None = None
    """CLM01 of the claim."""
    byte: int = 0
    """Byte of the input at which the segment begins."""

    @property
    def private(self) -> bool:
        """Whether the values may tell something about a person."""
        return self.kind in PRIVATE


Piece = bytes | Mended


def repaired(stream: IO[bytes]) -> Iterator[Piece]:
    """The repaired input in pieces, and each repair before the bytes that it changed.

    The pieces of `bytes`, put together, are the output. Nothing is raised whatever the input is; input
    without an interchange comes back as it is.
    """
    source = _Recorded(stream)
    repairer = _Repairer(source)
    for event in repairer:
        repairer.take(event)
        yield from repairer.ready()
    repairer.end_levels(finished=False)
    yield from repairer.ready(last=True)


class _Recorded:
    """A stream that keeps what was read from it until it is let go."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.held = bytearray()
        self.start = 0
        """Byte of the input at which `held` begins."""

    def read(self, size: int) -> bytes:
        """Read and keep."""
        data = self._stream.read(size)
        self.held += data
        return data

    def text(self, start: int, end: int) -> str:
        """A part of what is held, one character a byte."""
        return self.held[start - self.start : end - self.start].decode("latin-1")

    def release(self, end: int) -> bytes:
        """Everything held up to a byte of the input."""
        size = end - self.start
        data = bytes(self.held[:size])
        del self.held[:size]
        self.start = end
        return data


@dataclass(slots=True)
class _Edit:
    """A part of the input and what takes its place."""

    start: int
    end: int
    text: str
    mended: list[Mended]


@dataclass(slots=True)
class _Segment:
    """A segment of the input while it is repaired."""

    start: int
    """Byte behind the terminator before it."""
    body: int
    """Byte of its id."""
    end: int
    """Byte of its terminator."""
    raw: str
    marks: Marks
    whole: bool = True
    """It has its terminator; one that has not was cut off and stays as it is."""
    parts: list[str] = field(default_factory=list)
    """Id and elements; changed by repairs."""
    mended: list[Mended] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.parts = self.raw.split(self.marks.element.decode("latin-1"))

    def get(self, element: int) -> str:
        """An element; "" when absent."""
        return self.parts[element] if element < len(self.parts) else ""

    def put(self, element: int, value: str) -> None:
        """Change an element; needless separators behind it go."""
        self.parts += [""] * (element + 1 - len(self.parts))
        self.parts[element] = value
        while len(self.parts) > 1 and not self.parts[-1]:
            self.parts.pop()

    @property
    def text(self) -> str:
        """The segment as it has become."""
        return self.marks.element.decode("latin-1").join(self.parts)


@dataclass(slots=True)
class _Level:
    """A level (HL) of the set that is being read."""

    unit: Unit
    segment: _Segment
    number: int
    """HL01 as repaired."""
    doubled: bool
    """Its HL stands twice and stays as it is."""
    child: bool = False
    units: bool = False


class _Repairer(Reader):
    """A reader that notes what it would mend."""

    def __init__(self, source: _Recorded) -> None:
        super().__init__(cast(IO[bytes], source))
        self._source = source
        self._edits: list[_Edit] = []
        self._at = 0
        """Byte behind the last segment that was looked at."""
        self._block_now: Block | None = None
        self._index = 0
        self._offset = 0
        """Where segment `_index` of `_block_now` begins in its bytes."""
        self._marks: Marks | None = None
        self._separator = ""
        """What stands between segments: a line break or nothing."""
        self._carriage = False
        """Segments end with a carriage return before the terminator."""
        self._isa13 = ""
        self._interchange_number = 0
        self._group_number = 0
        self._behind = 0
        """Byte behind the last segment of the interchange; 0 unless that was a GE."""
        self._unended: SetEnd | None = None
        """A set without SE that has just ended."""
        self._se_missing = False
        self._removed = 0
        """Empty segments that were taken out of the set."""
        self._levels: list[_Level] = []
        self._depths = bytearray()
        """Depth of each level of the set; 0 where its HL01 was wrong."""
        self._numbers: dict[tuple[int, str], int] = {}
        """Number of the last level by its depth and its HL01 as it stood, where that was wrong."""
        self._count = 0
        """Levels of the set."""

    # --- output -----------------------------------------------------------------------------------------

    def ready(self, *, last: bool = False) -> Iterator[Piece]:
        """What can be given out: all before the first level whose HL04 is open."""
        horizon = self._source.start + len(self._source.held) if last else self._at
        if not last:
            horizon = min((level.segment.start for level in self._levels), default=horizon)
            if horizon - self._source.start < CHUNK:
                return
        due = [e for e in self._edits if last or e.start < horizon]
        self._edits = [] if last else [e for e in self._edits if e.start >= horizon]
        for edit in sorted(due, key=lambda e: e.start):
            if edit.start > self._source.start:
                yield self._source.release(edit.start)
            yield from edit.mended
            self._source.release(edit.end)
            if edit.text:
                yield edit.text.encode("latin-1")
        if horizon > self._source.start:
            yield self._source.release(horizon)

    # --- places -----------------------------------------------------------------------------------------

    def _segment(self, block: Block, index: int) -> _Segment:
        """A segment of the input; segments are asked for in their order."""
        if block is not self._block_now:
            self._block_now, self._index, self._offset = block, 0, 0
        raw, mark = block.raw, block.marks.segment
        while self._index < index:
            self._offset = raw.index(mark, self._offset) + 1
            self._index += 1
        end = raw.find(mark, self._offset)
        whole = end >= 0
        end = end if whole else len(raw)
        text = raw[self._offset : end].decode("latin-1")
        bare = text.lstrip(_BLANKS)
        start = block.start + self._offset
        self._at = min(block.start + end + 1, block.start + len(raw))
        ending = "\r" if mark == b"\n" and bare.endswith("\r") else ""
        return _Segment(
            start=start,
            body=start + len(text) - len(bare),
            end=block.start + end - len(ending),
            raw=bare.removesuffix(ending),
            marks=block.marks,
            whole=whole,
        )

    def _mend(
        self, segment: _Segment, kind: Kind, path: str, before: str, after: str, unit: Unit | None, index: int
    ) -> None:
        """Note one repair of a segment."""
        segment.mended.append(
            Mended(
                kind=kind,
                repair=Repair(path=path, before=before, after=after, why=WHY[kind]),
                interchange=self._interchange_number,
                group=self._group_number,
                set=unit.head.number if unit else 0,
                ordinal=unit.ordinal + index if unit else 0,
                claim=_claim(unit) if unit else None,
                byte=segment.body,
            )
        )

    def _close(self, segment: _Segment) -> None:
        """A segment is done: what was mended becomes an edit."""
        if segment.mended:
            self._edits.append(_Edit(segment.body, segment.end, segment.text, segment.mended))

    def _remove(self, segment: _Segment, unit: Unit | None, index: int, path: str) -> None:
        """Take out an empty segment with its terminator and the line break before it."""
        self._mend(segment, "empty_segment", path, segment.marks.segment.decode("latin-1"), "", unit, index)
        self._edits.append(_Edit(segment.start, self._at, "", segment.mended))

    def _insert(
        self, at: int, kind: Kind, text: str, marks: Marks, head: SetHead | None, ordinal: int
    ) -> None:
        """Add a trailer behind the last segment."""
        text = text.replace("*", marks.element.decode("latin-1"))
        mended = Mended(
            kind=kind,
            repair=Repair(path=kind[: kind.index("_")].upper(), before="", after=text, why=WHY[kind]),
            interchange=self._interchange_number,
            group=self._group.number if self._group else 0,
            set=head.number if head else 0,
            ordinal=ordinal,
            byte=at,
        )
        ending = "\r" if marks.segment == b"\n" and self._carriage else ""
        whole = self._separator + text + ending + marks.segment.decode("latin-1")
        self._edits.append(_Edit(at, at, whole, [mended]))

    def _terminate(self, marks: Marks) -> None:
        """Add the terminator behind the last segment of the input, a whole IEA."""
        held = bytes(self._source.held)
        bare = held.rstrip(_BLANKS.encode())
        at = self._source.start + len(bare)
        ending = "\r" if marks.segment == b"\n" and self._carriage else ""
        mark = marks.segment.decode("latin-1")
        mended = Mended(
            kind="terminator",
            repair=Repair(path="IEA", before="", after=mark, why=WHY["terminator"]),
            interchange=self._interchange_number,
            byte=at,
        )
        end = self._source.start + len(held) if marks.segment in (b"\n", b"\r") else at
        self._edits.append(_Edit(at, end, ending + mark, [mended]))

    # --- envelope ---------------------------------------------------------------------------------------

    def _open(self, token: Opened) -> Iterator[Event]:
        marks = token.marks
        mark = marks.element.decode("latin-1")
        raw = token.raw.decode("latin-1")
        end = raw.rindex(marks.segment.decode("latin-1"))
        self._carriage = marks.segment == b"\n" and raw[:end].endswith("\r")
        raw = raw[:end].removesuffix("\r") if self._carriage else raw[:end]
        segment = _Segment(token.start, token.start, token.start + len(raw), raw, marks)
        # a mark within the last elements would shift them: the sixteenth is the rest
        segment.parts = raw.split(mark, 16)
        self._at = token.start + len(token.raw)
        self._marks = marks
        self._behind = 0
        behind = self._source.text(self._at, self._at + 2)
        self._separator = next((b for b in ("\r\n", "\n") if behind.startswith(b)), "")
        self._interchange_number, self._group_number = token.interchange, 0
        for change in mending.isa_widths(segment.parts):
            self._mend(segment, change.kind, f"ISA/{change.element:02}", change.before, change.after, None, 0)
            segment.parts[change.element] = change.after
        self._isa13 = _control(segment.parts[13])
        self._close(segment)
        yield from super()._open(token)

    def _outside(self, block: Block, i: int) -> Iterator[Event]:
        segment = self._segment(block, i)
        name = segment.parts[0]
        if segment.raw:
            self._missing_trailers(segment, name)
            self._behind = 0
        self._group_number = max(0, self._groups) + (name == "GS") if self._group or name == "GS" else 0
        if name == "ST" and self._group is not None:
            self._at = segment.start  # it is looked at once more, with its set
        elif not segment.raw:
            self._remove(segment, None, 0, "")
        elif segment.whole and name in ("GS", "GE", "IEA"):
            line = next(s for s in load("envelope").segment_lines() if s.id == name)
            self._tighten(segment, line, None, 0)
            if name == "GE" and self._group is not None:
                self._trailer(segment, "ge_count", "ge_control", self._sets, self._group.element(6))
                self._behind = self._at
            elif name == "IEA" and self._interchange is not None:
                self._trailer(segment, "iea_count", "iea_control", max(0, self._groups), self._isa13)
            self._close(segment)
        yield from super()._outside(block, i)

    def _missing_trailers(self, segment: _Segment, name: str) -> None:
        """Add SE and GE before a segment that shows that they are missing.

        Where both are missing more may be, so that nothing is added.
        """
        unended, self._unended = self._unended, None
        if unended is not None:
            control = _control(unended.head.element(2))
            added = bool(control) and name in ("ST", "GE")
            self.end_levels(finished=added)
            if added:
                count = unended.segments - self._removed + 1
                text = f"SE*{count}*{control}"
                self._insert(segment.start, "se_missing", text, segment.marks, unended.head, count)
        elif name in ("GS", "IEA") and self._group is not None and self._sets:
            control = _control(self._group.element(6))
            if control:
                text = f"GE*{self._sets}*{control}"
                self._insert(segment.start, "ge_missing", text, segment.marks, None, 0)

    def _trailer(
        self, segment: _Segment, count: Kind, control: Kind, number: int, wanted: str,
        unit: Unit | None = None, index: int = 0,
    ) -> None:  # fmt: skip
        """The count and the control number of a trailer."""
        name = segment.parts[0]
        before = segment.get(1)
        if not (before.isdecimal() and len(before) < 10 and int(before) == number) and (
            number or unit is not None
        ):
            segment.put(1, str(number))
            path = address(unit, index, 1) if unit else f"{name}/01"
            self._mend(segment, count, path, before, str(number), unit, index)
        before, wanted = segment.get(2), _control(wanted)
        if wanted and before != wanted:
            segment.put(2, wanted)
            path = address(unit, index, 2) if unit else f"{name}/02"
            self._mend(segment, control, path, before, wanted, unit, index)

    # --- sets -------------------------------------------------------------------------------------------

    def take(self, event: Event) -> None:
        """Look at what was read."""
        if isinstance(event, Unit):
            self._unit(event)
        elif isinstance(event, SetHead):
            self._removed = self._count = 0
            self._levels, self._depths, self._numbers = [], bytearray(), {}
            self._se_missing = False
            self._unended = None
        elif isinstance(event, Fault):
            self._se_missing = self._se_missing or event.kind == "se_missing"
            if event.kind == "iea_missing" and self._behind and self._marks is not None and self._isa13:
                text = f"IEA*{max(0, self._groups)}*{self._isa13}"
                self._insert(self._behind, "iea_missing", text, self._marks, None, 0)
                self._behind = 0
            elif event.kind == "no_terminator" and self._marks is not None:
                self._terminate(self._marks)
        elif isinstance(event, SetEnd):
            self._unended = event if self._se_missing else None
            if not self._se_missing:
                self.end_levels(finished=False)

    def _unit(self, unit: Unit) -> None:
        if unit.root.loop.id == "TRAILER":
            self.end_levels(finished=unit.segments[-1].startswith("SE" + ELEMENT))
        elif unit.root.loop.unit and self._levels:
            self._levels[-1].units = True
        compiled_guide = unit.head.compiled
        table = mending.places(unit.head.guide) if unit.head.guide else {}
        lines = compiled_guide.lines if compiled_guide else []
        numbers = _part_numbers(unit, table)
        version = self._is_icd10(unit, table)
        index = 0
        for block, start, size in unit.spans:
            for at in range(start, start + size):
                code = unit.nodes[index]
                line = lines[code & ~FLAGS] if code < UNKNOWN else None
                if self._deserves(unit.segments[index], line, table) or index in numbers:
                    segment = self._segment(block, at)
                    self._in_set(unit, index, segment, line, table, numbers.get(index), version)
                index += 1
            self._segment(block, start + size - 1)

    @staticmethod
    def _deserves(text: str, line: SegmentLine | None, table: Container[SegmentLine]) -> bool:
        """Whether a segment may need a repair: most do not, and are not taken apart."""
        if not text:
            return True
        return line is not None and (line.id in ("HL", "SE") or line in table or mending.is_loose(text))

    def _in_set(
        self, unit: Unit, index: int, segment: _Segment, line: SegmentLine | None,
        table: dict[SegmentLine, tuple[mending.Place, ...]], part: int | None, icd10: bool,
    ) -> None:  # fmt: skip
        text = unit.segments[index]
        if not text:
            self._remove(segment, unit, index, address(unit, index))
            self._removed += 1
            return
        if line is None or line.id != segment.parts[0] or not segment.whole:
            return
        if mending.is_loose(text):
            self._tighten(segment, line, unit, index)
        if line in table:
            self._identifiers(segment, table[line], unit, index, icd10)
        if part is not None and segment.get(1) != str(part):
            before = segment.get(1)
            segment.put(1, str(part))
            self._mend(segment, "lx_number", address(unit, index, 1), before, str(part), unit, index)
        if line.id == "SE" and index == len(unit.segments) - 1:
            count = unit.ordinal + index - self._removed
            self._trailer(segment, "se_count", "se_control", count, unit.head.element(2), unit, index)
        if line.id == "HL" and index == 0 and unit.root.loop.level:
            self._level(unit, segment)
        else:
            self._close(segment)

    def _tighten(self, segment: _Segment, line: SegmentLine, unit: Unit | None, index: int) -> None:
        mark = segment.marks.element.decode("latin-1")
        after, changes = mending.tightened(line, mark.join(segment.parts), segment.marks)
        for change in changes:
            self._change(segment, change, unit, index)
        segment.parts = after.split(mark)

    def _change(self, segment: _Segment, change: Change, unit: Unit | None, index: int) -> None:
        name = segment.parts[0]
        if change.kind == "trailing_separator":
            path = address(unit, index) if unit else name
        elif unit is None:
            path = f"{name}/{change.element:02}"
        else:
            path = address(unit, index, change.element, change.component)
        self._mend(segment, change.kind, path, change.before, change.after, unit, index)

    def _identifiers(
        self, segment: _Segment, places: tuple[mending.Place, ...], unit: Unit, index: int, icd10: bool
    ) -> None:
        mark = segment.marks.component.decode("latin-1")
        for place in places:
            for element in place.elements(segment.parts):
                pieces = segment.parts[element].split(mark) if place.component else [segment.parts[element]]
                at = (place.component or 1) - 1
                if at >= len(pieces) or not place.holds(segment.parts, element, mark):
                    continue
                before = pieces[at]
                if place.repair == "icd_version":
                    after = mending.ICD10_QUALIFIERS.get(before, before) if icd10 else before
                elif place.repair in mending.IDENTIFIERS:
                    after = mending.IDENTIFIERS[place.repair](before)
                else:
                    continue
                if after != before:
                    pieces[at] = after
                    segment.parts[element] = mark.join(pieces)
                    path = address(unit, index, element, place.component)
                    self._mend(segment, cast(Kind, place.repair), path, before, after, unit, index)

    def _is_icd10(self, unit: Unit, table: dict[SegmentLine, tuple[mending.Place, ...]]) -> bool:
        """Whether the unit's diagnoses are of ICD-10-CM although a qualifier says ICD-9-CM."""
        if not table or not unit.root.loop.unit:
            return False
        codes: list[str] = []
        dates: list[dt.date] = []
        older = False
        for index, text in enumerate(unit.segments):
            if text[:3] not in ("HI" + ELEMENT, "DTP"):
                continue
            node = unit.node(index)
            for place in table.get(node.line, ()) if node else ():
                parts = text.split(ELEMENT)
                if place.repair == "day" and place.element is not None and place.element < len(parts):
                    dates += mending.days(parts[place.element].rstrip(" ")) or (dt.date.min,)
                elif place.repair == "icd_version":
                    for element in place.elements(parts):
                        pieces = [*parts[element].split(COMPONENT), ""]
                        older = older or pieces[0] in mending.ICD10_QUALIFIERS
                        codes += [pieces[1].strip(" ")] if pieces[1].strip(" ") else []
        return older and mending.is_icd10(codes, dates)

    # --- levels -----------------------------------------------------------------------------------------

    def _level(self, unit: Unit, segment: _Segment) -> None:
        """Number a level and name the one above it; HL04 waits for what follows."""
        depth = sum(1 for node in unit.root.path() if node.loop.level)
        self._close_levels(depth - 1)
        self._count += 1
        above = self._levels[-1] if len(self._levels) == depth - 1 and self._levels else None
        stated, parent = segment.get(1), segment.get(2)
        if above is not None:
            above.child = True
        # an HL that stands twice: new numbers would make two levels of one
        doubled = any(text.startswith("HL" + ELEMENT) for text in unit.segments[1:])
        if stated != str(self._count) and not doubled:
            segment.put(1, str(self._count))
            self._mend(segment, "hl_number", address(unit, 0, 1), stated, str(self._count), unit, 0)
        wanted = parent
        if depth == 1:
            wanted = ""
        elif above is not None:
            # an HL02 that names another level of the right kind says that this one stands at a wrong place
            wanted = str(self._named(depth - 1, parent) or above.number)
        if wanted != parent and not doubled:
            segment.put(2, wanted)
            self._mend(segment, "hl_parent", address(unit, 0, 2), parent, wanted, unit, 0)
        right = stated == str(self._count)
        self._depths.append(min(depth, 255) if right else 0)
        if not right:
            self._numbers[depth, stated] = self._count
        self._levels.append(_Level(unit, segment, self._count, doubled))

    def _named(self, depth: int, stated: str) -> int:
        """Number of the last level of a depth whose HL01 stood as that; 0 for none."""
        found = self._numbers.get((depth, stated), 0)
        if stated.isdecimal() and len(stated) < 10 and not stated.startswith("0"):
            number = int(stated)
            if found < number <= len(self._depths) and self._depths[number - 1] == depth:
                return number
        return found

    def end_levels(self, *, finished: bool) -> None:
        """The set is over; where it was not `finished` an HL04 of 1 may be right and stays."""
        self._close_levels(0, finished=finished)

    def _close_levels(self, depth: int, *, finished: bool = True) -> None:
        """Close the levels below a depth: whether a lower level follows them is known now."""
        while len(self._levels) > depth:
            level = self._levels.pop()
            node = level.unit.node(0)
            line = node.line.element(4) if node else None
            before, wanted = level.segment.get(4), "1" if level.child else "0"
            holds_units = any(child.loop.unit for child in level.unit.root.children)
            known = level.child or (finished and (level.units or not holds_units))
            known = known and not level.doubled
            if known and line is not None and before != wanted and wanted in line.code_set:
                level.segment.put(4, wanted)
                self._mend(
                    level.segment, "hl_child", address(level.unit, 0, 4), before, wanted, level.unit, 0
                )
            self._close(level.segment)


def _control(text: str) -> str:
    """A control number that can be repeated; "" for anything else."""
    value = text.strip(" ")
    return value if value.isascii() and value.isalnum() else ""


def _claim(unit: Unit) -> str | None:
    """First element of a unit's first segment: CLM01 of a claim."""
    if not unit.root.loop.unit or ELEMENT not in unit.segments[0]:
        return None
    return unit.segments[0].split(ELEMENT, 2)[1]


def _part_numbers(unit: Unit, table: dict[SegmentLine, tuple[mending.Place, ...]]) -> dict[int, int]:
    """The number of each numbered part by the index of its first segment, where not all are right.

    Nothing where the unit names the number of a part elsewhere: it could be the one as it stands.
    """
    if all(unit.segments[at].split(ELEMENT)[1:2] == [str(n)] for n, at in enumerate(unit.cuts, 1)):
        return {}
    for index, text in enumerate(unit.segments):
        node = unit.node(index)
        for place in table.get(node.line, ()) if node else ():
            parts = text.split(ELEMENT)
            if place.repair == "part_reference" and any(parts[e] for e in place.elements(parts)):
                return {}
    return {
        at: n for n, at in enumerate(unit.cuts, 1) if unit.nodes[at] < UNKNOWN and not unit.nodes[at] & FLAGS
    }
