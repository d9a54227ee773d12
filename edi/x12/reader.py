"""Reading: bytes -> heads, units and faults, one after the other, judged at SNIP types 1 and 2.

A unit is a run of placed segments that belongs together: the head of a transaction set, one level of its
hierarchy, one claim, the trailer. Memory holds one unit and one block of the input.

The fast path looks up where a segment belongs by its beginning and matches its whole text with one pattern;
the shape of a unit is judged by its nodes alone and remembered. Only what fails is taken apart and explained.
"""

import re
from collections.abc import Callable, Iterator
from typing import IO

from edi.x12.elements import ElementFault, judge
from edi.x12.findings import Fault
from edi.x12.guide import ElementLine, SegmentLine, guide_for, load
from edi.x12.placing import FLAGS, FOREIGN, MISPLACED, RESTART, UNKNOWN, LoopNode
from edi.x12.segment import COMPONENT, ELEMENT, REPETITION
from edi.x12.structure import StructureFault
from edi.x12.tokens import ISA_WIDTHS, Block, Ended, Opened, Stray, tokens
from edi.x12.units import (
    Event,
    GroupEnd,
    GroupHead,
    InterchangeEnd,
    InterchangeHead,
    SetEnd,
    SetHead,
    Unit,
    address,
    compiled,
    element_offset,
    locate,
)

MOST_CLAIMS = 5000
"""Claims that the guides advise as the most of one transaction set."""
_ENVELOPE = ("ST", "SE", "GE", "IEA", "GS", "ISA")
_UNPRINTABLE = re.compile("[^ -~" + ELEMENT + COMPONENT + REPETITION + "]")


class _Level:
    """An open level of the hierarchy."""

    __slots__ = ("child", "declared", "fault", "home", "number", "units")

    def __init__(self, number: int, home: LoopNode, declared: str, fault: Callable[..., Fault]) -> None:
        self.number = number
        self.home = home
        self.declared = declared
        self.fault = fault
        self.child = False
        self.units: dict[str, int] = {}


class Reader:
    """Reads one input; iterate over it for its events, in the order of the input."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.segments = 0
        """Segments read so far."""
        self.bytes = 0
        """Bytes read so far."""
        self._interchange: InterchangeHead | None = None
        self._group: GroupHead | None = None
        self._set: _SetReader | None = None
        self._groups = 0
        self._sets = 0
        self._seen_interchanges: set[str] = set()
        self._seen_groups: set[str] = set()
        self._seen_sets: set[str] = set()

    def __iter__(self) -> Iterator[Event]:
        told = False
        for token in tokens(self._stream):
            if isinstance(token, Block):
                yield from self._block(token)
                self.bytes = token.start + len(token.raw)
            elif isinstance(token, Opened):
                yield from self._close_interchange(None)
                told = True
                yield from self._open(token)
            elif isinstance(token, Stray):
                yield from self._close_interchange(None)
                line, column = token.place
                if token.kind == "all":
                    yield Fault(kind="no_isa", byte=token.start, text_line=line, column=column)
                    told = True
                else:
                    yield Fault(
                        kind="stray_bytes",
                        byte=token.start,
                        text_line=line,
                        column=column,
                        values={"size": token.size},
                    )
                self.bytes = token.start + token.size
            elif isinstance(token, Ended):
                if token.inside == "segment":
                    yield Fault(
                        kind="isa_truncated",
                        interchange=self._number(),
                        byte=token.start,
                        text_line=token.place[0],
                        column=token.place[1],
                        segment="IEA",
                    )
                yield from self._close_interchange(None, cut=token.inside == "segment")
                self.bytes = token.start
        if not told:
            yield Fault(kind="no_isa", byte=0, text_line=1, column=1)

    def _number(self) -> int:
        return self._interchange.number if self._interchange else 0

    # --- envelope ---------------------------------------------------------------------------------------

    def _open(self, token: Opened) -> Iterator[Event]:
        marks = token.marks
        texts = (marks.element, marks.component, marks.repetition, marks.segment)
        head = InterchangeHead(
            token.interchange,
            token.text,
            tuple(m.decode("latin-1") if m else None for m in texts),  # type: ignore[arg-type]
        )
        self._interchange = head
        self._groups = 0
        self._seen_groups = set()
        self.segments += 1
        for i, (actual, expected) in enumerate(zip(token.widths, ISA_WIDTHS, strict=True), 1):
            if actual != expected:
                yield self._isa_fault("isa_width", i, token, expected=expected, actual=actual)
        for i, kind in _isa_values(head):
            yield self._isa_fault(kind, i, token)
        control = head.element(13)
        if control in self._seen_interchanges:
            yield self._isa_fault("interchange_repeated", 13, token)
        self._seen_interchanges.add(control)
        yield head

    def _isa_fault(self, kind: str, element: int, token: Opened, **values: object) -> Fault:
        offset = sum(len(p) + 1 for p in token.raw.split(token.marks.element)[:element])
        return Fault(
            kind=kind,
            interchange=self._number(),
            segment="ISA",
            element=element,
            address=f"ISA/{element:02}",
            byte=token.start + offset,
            text_line=token.place[0],
            column=token.place[1] + offset,
            values={"element": f"{element:02}", "code": f"{_ISA_NOTES[element]:03}", **values},
            expected=str(values["expected"]) if "expected" in values else None,
            actual=str(values["actual"]) if "actual" in values else None,
        )

    def _block(self, block: Block) -> Iterator[Event]:
        i, n = 0, len(block.segments)
        self.segments += n
        while i < n:
            if self._set is not None:
                events, i = self._set.feed(block, i)
                yield from events
                if self._set.done:
                    yield from self._close_set()
                continue
            yield from self._outside(block, i)
            i += 1

    def _outside(self, block: Block, i: int) -> Iterator[Event]:
        """A segment outside a transaction set."""
        text = block.segments[i]
        segment_id = text.split(ELEMENT, 1)[0]
        at = (block, i)
        if segment_id == "ST" and self._group is not None:
            yield from self._start_set(block, i)
        elif segment_id == "GS":
            yield from self._close_group("")
            yield from self._start_group(text, at)
        elif segment_id == "GE":
            yield from self._group_trailer(text, at)
        elif segment_id == "IEA":
            yield from self._interchange_trailer(text, at)
        elif segment_id == "TA1" and self._group is None:
            yield from self._ta1(text, at)
        else:
            kind = "interchange_segment" if self._group is None else "group_segment"
            yield self._place(kind, at, segment=segment_id[:10] or "(empty)")

    def _place(self, kind: str, at: _At, element: int | None = None, **values: object) -> Fault:
        """A fault of a segment of the envelope, or of one of its elements."""
        block, index = at
        byte = block.byte(index)
        segment = str(values.get("segment", ""))
        if element is not None:
            byte += element_offset(block.segments[index], element, None)
        line, column = block.position(byte)
        return Fault(
            kind=kind,
            interchange=self._number(),
            group=self._group.number if self._group else 0,
            segment=segment,
            address=segment + (f"/{element:02}" if element is not None else ""),
            element=element,
            byte=byte,
            text_line=line,
            column=column,
            values=values,
            expected=str(values["expected"]) if "expected" in values else None,
            actual=str(values["actual"]) if "actual" in values else None,
        )

    def _ta1(self, text: str, at: _At) -> Iterator[Event]:
        line = load("ta1").root.first
        for fault in judge(line, text):
            made = self._place(fault.kind, at, fault.element, **_values(fault, line, "TA1"))
            made.segment, made.address = "TA1", f"TA1/{fault.element:02}"
            made.expected, made.actual = fault.expected, fault.actual
            yield made
        self._groups = self._groups or -1

    def _start_group(self, text: str, at: _At) -> Iterator[Event]:
        assert self._interchange is not None
        self._groups = max(0, self._groups) + 1
        self._sets = 0
        self._seen_sets = set()
        self._told = set()
        head = GroupHead(self._interchange, self._groups, text)
        self._group = head
        line = _envelope_line("GS")
        for fault in judge(line, text):
            yield self._place("gs_element", at, fault.element, segment="GS", **_why(fault, line))
        control = head.element(6)
        if control in self._seen_groups:
            yield self._place("group_repeated", at, 6, segment="GS")
        self._seen_groups.add(control)
        yield head

    def _group_trailer(self, text: str, at: _At) -> Iterator[Event]:
        if self._group is None:
            yield self._place("interchange_segment", at, segment="GE")
            return
        parts = [*text.split(ELEMENT), "", ""]
        yield from self._trailer_elements("GE", text, at)
        if not _same_count(parts[1], self._sets):
            yield self._place("ge_count", at, 1, segment="GE", actual=parts[1] or "nothing", expected=self._sets)
        if parts[2] != self._group.element(6):
            yield self._place("ge_control", at, 2, segment="GE")
        if self._sets == 0:
            yield self._place("no_set", at, segment="GE")
        yield from self._close_group(parts[1] or " ")

    def _interchange_trailer(self, text: str, at: _At) -> Iterator[Event]:
        yield from self._close_group("")
        parts = [*text.split(ELEMENT), "", ""]
        groups = max(0, self._groups)
        yield from self._trailer_elements("IEA", text, at)
        if not _same_count(parts[1], groups):
            yield self._place("iea_count", at, 1, segment="IEA", actual=parts[1] or "nothing", expected=groups)
        if self._interchange is not None and parts[2] != self._interchange.element(13):
            yield self._place("iea_control", at, 2, segment="IEA")
        if self._groups == 0:
            yield self._place("no_group", at, segment="IEA")
        yield from self._close_interchange(text)

    def _trailer_elements(self, segment: str, text: str, at: _At) -> Iterator[Event]:
        """Faults of a trailer's elements but for its count and control number, which are judged as such."""
        line = _envelope_line(segment)
        for fault in judge(line, text):
            if fault.element > 2 or fault.kind == "trailing_separator":
                kind = f"{segment.lower()}_element"
                yield self._place(kind, at, fault.element, segment=segment, **_why(fault, line))

    def _close_set(self) -> Iterator[Event]:
        if self._set is None:
            return
        reader, self._set = self._set, None
        yield from reader.finish()
        yield SetEnd(reader.head, reader.count, reader.claims)

    def _close_group(self, stated: str) -> Iterator[Event]:
        yield from self._close_set()
        if self._group is None:
            return
        group, self._group = self._group, None
        if not stated:
            yield Fault(
                kind="ge_missing",
                interchange=self._number(),
                group=group.number,
                segment="GE",
                address="GE",
                byte=self._end[0],
                text_line=self._end[1],
                column=self._end[2],
            )
        yield GroupEnd(group, self._sets, stated.strip())

    def _close_interchange(self, trailer: str | None, *, cut: bool = False) -> Iterator[Event]:
        if self._interchange is None:
            return
        yield from self._close_group("")
        head, self._interchange = self._interchange, None
        if trailer is None and not cut:
            yield Fault(kind="iea_missing", interchange=head.number, segment="IEA", byte=self.bytes)
        yield InterchangeEnd(head, max(0, self._groups))

    def _start_set(self, block: Block, i: int) -> Iterator[Event]:
        assert self._group is not None
        self._sets += 1
        text = block.segments[i]
        parts = [*text.split(ELEMENT), "", "", ""]
        version = self._group.element(8) or parts[3]
        guide, exact = guide_for(version, parts[1])
        head = SetHead(self._group, self._sets, text, compiled(guide) if guide else None, exact)
        number = self._sets

        def fault(kind: str, element: int, **values: object) -> Fault:
            made = self._place(kind, (block, i), element, segment="ST", **values)
            made.set, made.ordinal = number, 1
            return made

        def once(kind: str, element: int, **values: object) -> Iterator[Fault]:
            """A fault of the group's head that only a set shows; one is enough."""
            key = (kind, parts[1])
            if key not in self._told:
                self._told.add(key)
                made = self._place(kind, (block, i), segment="GS", **values)
                made.element, made.address = element, f"GS/{element:02}"
                yield made

        if guide is None:
            yield fault("set_unknown", 1, actual=parts[1])
        elif not exact:
            yield from once("gs_version", 8, actual=version, expected=guide.versions[0])
        if guide is not None and self._group.element(1) != guide.group:
            yield from once("gs_function", 1, actual=self._group.element(1), expected=guide.group)
        if parts[3] and parts[3] != self._group.element(8):
            yield fault("st_version", 3, actual=parts[3])
        if parts[2] in self._seen_sets:
            yield fault("st_repeated", 2)
        self._seen_sets.add(parts[2])
        yield head
        self._set = _SetReader(head)
        events, _ = self._set.feed(block, i, only=1)
        yield from events


class _SetReader:
    """Reads one transaction set."""

    def __init__(self, head: SetHead) -> None:
        self.head = head
        self.compiled = head.compiled
        self.done = False
        self.count = 0
        """Segments of the units that are finished."""
        self.claims = 0
        self.state = -1
        self.nodes: list[int] = []
        self.segments: list[str] = []
        self.cuts: list[int] = []
        self.bad: list[int] = []
        self.spans: list[tuple[Block, int, int, int]] = []
        self.root: LoopNode | None = None
        self.levels: list[_Level] = []
        self.hl = 0
        self.seen: set[str] = set()
        self.trailer = False

    # the hot loop: one turn per segment
    def feed(self, block: Block, i: int: int | None = None) -> tuple[list[Event], int]:
        """Take segments of a block from index i; returns the events and the index at which it stopped."""
        if self.compiled is None:
            return self._skip(block, i, only)
        out: list[Event] = []
        places = self.compiled.places
        tables, match = places.tables, self.compiled.match
        nodes, bad = self.nodes, self.bad
        state = self.state
        segs = block.segments
        start, held = i, len(nodes)
        stop = len(segs) if only is None else i + only
        if state < 0:
            state = places.root.nodes[0].number
            self.root = places.root
            if not match[state](segs[i]):
                bad.append(0)
            nodes.append(state)
            i += 1
        here = tables[state]
        rest = segs[i:stop] if i or stop != len(segs) else segs
        if not block.clean:
            self._note_characters(block, i, stop)
        parts, unit_home = places.parts, places.unit_home
        trailer = self.root is not None and self.root.loop.id == "TRAILER"
        add = nodes.append
        for text in rest:
            nxt = here.get(text[:7])
            if nxt is None:
                nxt = here.get(text[:3])
                if nxt is None:
                    nxt = places.next(state, text)
            if nxt < 0:
                nxt = -1 - nxt
                if nxt in parts:
                    self.cuts.append(len(nodes))
                else:
                    i = start + len(nodes) - held
                    self._span(block, start, i, lines)
                    start, held = i, 0
                    out.append(self._flush())
                    nodes, bad = self.nodes, self.bad
                    add = nodes.append
                    self.root = unit_home[nxt & ~FLAGS]
                    trailer = self.root.loop.id == "TRAILER"
            if nxt >= RESTART:
                if nxt >= UNKNOWN and text.split(ELEMENT, 1)[0] in _ENVELOPE:
                    self.done = True
                    break
                add(nxt)
                bad.append(len(nodes) - 1)
                if nxt >= UNKNOWN or nxt & MISPLACED:
                    continue
                state = nxt & ~FLAGS
                if places.nodes[state].home.loop.part:
                    self.cuts.append(len(nodes) - 1)
                here = tables[state]
            else:
                add(nxt)
                if not match[nxt](text):
                    bad.append(len(nodes) - 1)
                state = nxt
                here = tables[nxt]
            if trailer and (text[:3] == "SE" + ELEMENT or text == "SE"):
                self.done = True
                break
        self.state = state
        i = start + len(nodes) - held
        self._span(block, start, i, lines)
        if self.done:
            out.append(self._flush())
        return out, i

    def _span(self, block: Block, start: int, end: int, lines: int) -> None:
        if end > start:
            self.spans.append((block, start, end - start, lines))
            self.segments += block.segments[start:end]

    def _note_characters(self, block: Block, i: int, stop: int) -> None:
        """Remember segments with characters outside the set: their patterns may match all the same."""
        base = len(self.nodes) - i
        self.seen |= {str(base + k) for k in range(i, stop) if _UNPRINTABLE.search(block.segments[k])}

    def _skip(self, block: Block, i: int, only: int | None) -> tuple[list[Event], int]:
        """A set of an unknown kind: its segments are counted and passed over."""
        stop = len(block.segments) if only is None else i + only
        while i < stop:
            segment_id = block.segments[i].split(ELEMENT, 1)[0]
            if segment_id in ("GE", "IEA", "GS") or (segment_id == "ST" and self.count):
                self.done = True
                return [], i
            self.count += 1
            i += 1
            if segment_id == "SE":
                self.done = True
                self.trailer = True
                return [], i
        return [], i

    def _flush(self) -> Unit:
        """The unit that is finished, judged."""
        assert self.compiled is not None and self.root is not None
        unit = Unit(self.head, self.root, self.nodes, self.segments, self.count + 1, self.cuts, self.spans)
        bad = self.bad
        self.count += len(self.nodes)
        self.nodes, self.segments, self.cuts, self.bad, self.spans = [], [], [], [], []
        self._judge(unit, bad)
        return unit

    def _judge(self, unit: Unit, bad: list[int]) -> None:
        compiled = self.compiled
        assert compiled is not None
        loop = unit.root.loop
        nodes = unit.nodes
        if loop.level:
            self._level(unit)
        elif loop.unit:
            self.claims += 1
            self._count_unit(unit)
        elif loop.id == "TRAILER":
            self._close_levels(0, unit)
            self._trailer(unit)
        cuts = unit.cuts
        faults: list[tuple[int, StructureFault]] = []
        if not cuts:
            key = tuple(nodes)
            found = compiled.shapes.get(key)
            if found is None:
                found = compiled.shape(key, unit.root)
            if found:
                faults += [(0, f) for f in found]
            if loop.unit and self._part_loop(unit) is not None:
                unit.faults.append(self._missing_part(unit))
        else:
            at = 0
            part = compiled.places.nodes[nodes[cuts[0]] & ~FLAGS].home
            name = part.loop.first.id + ELEMENT
            for n, end in enumerate((*cuts, len(nodes))):
                key = tuple(nodes[at:end])
                found = compiled.shapes.get(key)
                if found is None:
                    found = compiled.shape(key, part if n else unit.root)
                if found:
                    faults += [(at, f) for f in found]
                if n and unit.segments[at] != f"{name}{n}":
                    self._part_number(unit, at, n)
                at = end
            if len(cuts) > part.loop.most:
                fault = StructureFault("loop_repeated", cuts[part.loop.most], part, count=len(cuts))
                faults.append((0, fault))
        if faults or bad or self.seen:
            self._explain(unit, faults, bad)

    # --- explaining -------------------------------------------------------------------------------------

    def _part_loop(self, unit: Unit) -> LoopNode | None:
        """The part loop that a unit must have."""
        return next(
            (c for c in unit.root.children if c.loop.part and c.loop.usage.get(unit.root.loop.id) == "R"),
            None,
        )

    def _missing_part(self, unit: Unit) -> Fault:
        loop = self._part_loop(unit)
        assert loop is not None
        fault = StructureFault("loop_missing", len(unit.nodes), unit.root, missing=loop)
        return self._structural(unit, 0, fault)

    def _part_number(self, unit: Unit, index: int, expected: int) -> None:
        """LX01 is not the number of its turn; where the LX is missing that is said already."""
        if unit.nodes[index] & FLAGS:
            return
        parts = [*unit.segments[index].split(ELEMENT), ""]
        if not parts[1].isdecimal():
            return
        unit.faults.append(
            self._fault(unit, "lx_number", index, 1, None, {"actual": parts[1], "expected": expected})
        )

    def _explain(self, unit: Unit, faults: list[tuple[int, StructureFault]], bad: list[int]) -> None:
        for offset, found in faults:
            unit.faults.append(self._structural(unit, offset, found))
        first = unit.ordinal - 1
        characters = {k for k in range(len(unit.nodes)) if str(k) in self.seen} if self.seen else set()
        self.seen = set()
        del first
        for index in sorted({*bad, *characters}):
            self._explain_segment(unit, index)
        unit.faults.sort(key=lambda f: (f.ordinal, f.element or 0, f.component or 0))

    def _explain_segment(self, unit: Unit, index: int) -> None:
        text = unit.segments[index]
        code = unit.nodes[index]
        segment_id = text.split(ELEMENT, 1)[0]
        guide = self.head.guide.name if self.head.guide else ""
        if not text:
            unit.faults.append(self._fault(unit, "empty_segment", index, None, None, {}))
            return
        node = unit.node(index)
        if node is None or node.line.id != segment_id:
            kind = "segment_not_here" if code == FOREIGN else "segment_unknown"
            values: dict[str, object] = {"segment": segment_id[:10], "guide": guide}
            unit.nodes[index] = UNKNOWN
            unit.faults.append(self._fault(unit, kind, index, None, None, values))
            return
        if code & MISPLACED:
            values = {"segment": node.line.name, "loop": node.home.loop.id}
            unit.faults.append(self._fault(unit, "segment_misplaced", index, None, None, values))
        for fault in judge(node.line, text):
            values = _values(fault, node.line, guide)
            made = self._fault(unit, fault.kind, index, fault.element, fault.component, values)
            made.repetition = fault.repetition
            made.expected, made.actual = fault.expected, fault.actual
            unit.faults.append(made)
        if _UNPRINTABLE.search(text):
            for place, value in enumerate(text.split(ELEMENT)):
                if place and _UNPRINTABLE.search(value):
                    values = {"name": f"{segment_id}{place:02}"}
                    unit.faults.append(self._fault(unit, "character", index, place, None, values))

    def _structural(self, unit: Unit, offset: int, found: StructureFault) -> Fault:
        loop = found.loop.loop
        index = offset + found.index
        values: dict[str, object] = {"loop": loop.id, "actual": found.count}
        segment = ""
        if found.line is not None:
            segment = found.line.id
            values |= {"segment": found.line.name, "label": found.line.label, "expected": found.line.most}
        elif found.kind == "loop_repeated":
            values["expected"] = loop.most
        if found.missing is not None:
            missing = found.missing.loop
            segment = missing.first.id
            values |= {"missing": missing.id, "label": missing.label}
        made = self._fault(unit, found.kind, min(index, len(unit.nodes) - 1), None, None, values)
        made.ordinal = unit.ordinal + index
        made.segment = segment or made.segment
        made.loop = found.missing.loop.id if found.missing is not None else loop.id
        if found.kind in ("segment_missing", "loop_missing"):
            made.address = f"{made.loop}/{found.line.name if found.line else segment}"
        return made

    def _fault(
        self,
        unit: Unit,
        kind: str,
        index: int,
        element: int | None,
        component: int | None,
        values: dict[str, object],
    ) -> Fault:
        """A fault with its place in set and file."""
        block, at, lines = locate(unit, index)
        byte = block.byte(at) if block else None
        text_line = column = None
        if block is not None and byte is not None:
            offset = byte - block.start
            if element is not None:
                offset += element_offset(unit.segments[index], element, component)
            before = block.raw[:offset]
            text_line = lines + before.count(b"\n") + 1
            newline = before.rfind(b"\n")
            column = offset - newline if newline >= 0 else offset + 1 + (block.start if lines == 0 else 0)
            byte = block.start + offset
        node = unit.node(index)
        return Fault(
            kind=kind,
            interchange=unit.head.group.interchange.number,
            group=unit.head.group.number,
            set=unit.head.number,
            ordinal=unit.ordinal + index,
            segment=unit.segments[index].split(ELEMENT, 1)[0][:10],
            address=address(unit, index, element, component),
            loop=node.home.loop.id if node else "",
            element=element,
            component=component,
            claim=unit.segments[0].split(ELEMENT, 2)[1]
            if unit.root.loop.unit and ELEMENT in unit.segments[0]
            else None,
            byte=byte,
            text_line=text_line,
            column=column,
            values=values,
            expected=str(values["expected"]) if "expected" in values else None,
            actual=str(values["actual"]) if "actual" in values else None,
        )

    # --- hierarchy --------------------------------------------------------------------------------------

    def _level(self, unit: Unit) -> None:
        """HL01 counts, HL02 names the level above, HL03 goes one step down, HL04 says whether more follow."""
        parts = [*unit.segments[0].split(ELEMENT), "", "", "", ""]
        if parts[0] != "HL":
            return
        self.hl += 1
        depth = sum(1 for n in unit.root.path() if n.loop.level)
        self._close_levels(depth - 1, unit)
        above = self.levels[-1] if self.levels else None
        if parts[1] != str(self.hl):
            values: dict[str, object] = {"actual": parts[1], "expected": self.hl}
            unit.faults.append(self._fault(unit, "hl_number", 0, 1, None, values))
        if depth > 1 and (above is None or len(self.levels) != depth - 1):
            unit.faults.append(self._fault(unit, "hl_level", 0, 3, None, {"actual": parts[3]}))
        elif above is not None and parts[2] != str(above.number):
            values = {"actual": parts[2] or "empty", "expected": above.number}
            unit.faults.append(self._fault(unit, "hl_parent", 0, 2, None, values))
        if above is not None:
            above.child = True
            above.units[unit.root.loop.id] = above.units.get(unit.root.loop.id, 0) + 1
        stated = int(parts[1]) if parts[1].isdecimal() and len(parts[1]) < 10 else self.hl

        def fault(kind: str, element: int, values: dict[str, object]) -> Fault:
            return self._fault(unit, kind, 0, element, None, values)

        self.levels.append(_Level(stated, unit.root, parts[4], fault))
        unit.level = (stated, above.number if above else 0, depth)
        self.hl = (
            stated if parts[1] != str(self.hl) and parts[1].isdecimal() and len(parts[1]) < 9 else self.hl
        )

    def _close_levels(self, depth: int, unit: Unit) -> None:
        """Close the levels below a depth; say what they lack."""
        while len(self.levels) > depth:
            level = self.levels.pop()
            if level.declared == "1" and not level.child:
                unit.faults.append(
                    level.fault("hl_child", 4, {"actual": "1", "why": "no lower level follows"})
                )
            elif level.declared == "0" and level.child:
                unit.faults.append(
                    level.fault("hl_child", 4, {"actual": "0", "why": "a lower level follows"})
                )
            unit_children = [c for c in level.home.children if c.loop.unit]
            if unit_children and not level.child and not level.units.get(unit_children[0].loop.id):
                wanted = unit_children[0].loop
                made = level.fault(
                    "loop_missing",
                    1,
                    {"missing": wanted.id, "label": wanted.label, "loop": level.home.loop.id},
                )
                made.element = None
                made.loop = wanted.id
                made.segment = wanted.first.id
                made.address = f"{wanted.id}/{wanted.first.name}"
                unit.faults.append(made)

    def _count_unit(self, unit: Unit) -> None:
        if not self.levels:
            return
        level = self.levels[-1]
        loop = unit.root.loop
        level.units[loop.id] = level.units.get(loop.id, 0) + 1
        if level.units[loop.id] == loop.most + 1:
            found = StructureFault("loop_repeated", 0, unit.root, count=loop.most + 1)
            unit.faults.append(self._structural(unit, 0, found))

    def _trailer(self, unit: Unit) -> None:
        self.trailer = True
        last = len(unit.segments) - 1
        parts = [*unit.segments[last].split(ELEMENT), "", ""]
        if parts[0] != "SE":
            return
        count = unit.ordinal + last
        if not (parts[1].isdecimal() and int(parts[1]) == count):
            values: dict[str, object] = {"actual": parts[1] or "nothing", "expected": count}
            unit.faults.append(self._fault(unit, "se_count", last, 1, None, values))
        if parts[2] != self.head.element(2):
            unit.faults.append(self._fault(unit, "se_control", last, 2, None, {}))
        guide = self.head.guide
        if guide is not None and self.claims > MOST_CLAIMS and guide.set == "837":
            values = {"actual": self.claims, "expected": MOST_CLAIMS}
            unit.faults.append(self._fault(unit, "too_many_claims", last, None, None, values))

    def finish(self) -> Iterator[Event]:
        """The set is over, with or without its SE."""
        if self.compiled is not None and self.nodes:
            yield self._flush()
        if self.compiled is not None:
            rest = Unit(self.head, self.compiled.places.root, [], [], self.count, [], [])
            if self.levels:
                self._close_levels(0, rest)
            yield from rest.faults
            root = self.compiled.guide.root
            for child in self.compiled.places.root.children:
                if child.loop.level and child.loop.usage.get(root.id) == "R" and not self.hl:
                    yield self._bare(
                        "loop_missing",
                        child.loop.first.id,
                        missing=child.loop.id,
                        label=child.loop.label,
                        loop=root.id,
                    )
        if not self.trailer:
            yield self._bare("se_missing", "SE")

    def _bare(self, kind: str, segment: str, **values: object) -> Fault:
        group = self.head.group
        return Fault(
            kind=kind,
            interchange=group.interchange.number,
            group=group.number,
            set=self.head.number,
            ordinal=self.count,
            segment=segment,
            loop=str(values.get("missing", "")),
            values=values,
        )


def _unit_id(unit: Unit) -> str | None:
    """First element of a unit's first segment: CLM01 of a claim."""
    if not unit.root.loop.unit or ELEMENT not in unit.segments[0]:
        return None
    return unit.segments[0].split(ELEMENT, 2)[1]


def _values(fault: ElementFault, line: SegmentLine, guide: str) -> dict[str, object]:
    name = f"{line.id}{fault.element:02}" + (f"-{fault.component}" if fault.component is not None else "")
    label = fault.line.label if isinstance(fault.line, ElementLine) else ""
    return {"name": name, "label": label, "guide": guide, "expected": fault.expected or "", "actual": ""}


_ISA_NOTES = dict(enumerate((10, 11, 12, 13, 5, 6, 7, 8, 14, 15, 26, 17, 18, 19, 20, 27), 1))
"""TA105 of a fault in each element of the ISA."""


def _isa_values(head: InterchangeHead) -> Iterator[tuple[int, str]]:
    """Elements of an ISA whose value the guide does not allow."""
    line = next(s for s in load("envelope").segment_lines() if s.id == "ISA")
    element, component, repetition, segment = head.marks
    marks = {element, component, segment}
    if repetition is None or repetition in marks:
        yield 11, "isa_delimiters"
    parts = head.text.split(ELEMENT)
    text = ELEMENT.join(p.rstrip(" ") if i not in (11, 16) else "x" for i, p in enumerate(parts))
    for fault in judge(line, text):
        if fault.element in (2, 4, 11, 16) or fault.kind in ("too_short", "trailing_separator"):
            continue
        yield fault.element, "isa_value"


__all__ = [
    "Event",
    "GroupEnd",
    "GroupHead",
    "InterchangeEnd",
    "InterchangeHead",
    "Reader",
    "SetEnd",
    "SetHead",
    "Unit",
    "address",
    "compiled",
    "locate",
]
