"""Reading: bytes -> heads, units and faults, one after the other, judged at SNIP types 1 and 2.

A unit is a run of placed segments that belongs together: the head of a transaction set, one level of its
hierarchy, one claim, the trailer. Memory holds one unit and one block of the input.

The fast path looks up where a segment belongs by its beginning and matches its whole text with one pattern;
the shape of a unit is judged by its nodes alone and remembered. Only what fails is taken apart and explained.
"""

import re
from collections.abc import Callable, Collection, Iterator
from typing import IO

from edi.x12.elements import ElementFault, judge
from edi.x12.findings import Fault
from edi.x12.guide import ElementLine, SegmentLine, guide_of_set, load
from edi.x12.placing import (
    CARRIED,
    FLAGS,
    FOREIGN,
    MISPLACED,
    NAMES,
    RESTART,
    STRANGER,
    UNKNOWN,
    LoopNode,
)
from edi.x12.segment import COMPONENT, ELEMENT, REPETITION, qualifier_of
from edi.x12.straightening import straighten
from edi.x12.structure import StructureFault, faults_of
from edi.x12.taking import plain
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
    line_of,
    locate,
    loop_name,
)

MOST_CLAIMS = 5000
"""Claims that the guides advise as the most of one transaction set."""
RANGE_START = -10
"""Number of the last HL where a range of a set begins that is judged by itself."""
_ENVELOPE = ("ST", "SE", "GE", "IEA", "GS", "ISA")
_At = tuple[Block, int]
"""A segment: its block and its index there."""
_Spot = tuple[int, int, int]
"""Byte from 0, line of text and column from 1."""
TRIES = 3
"""Segments of a unit that are tried as strays at most, the first ones."""
_NAME = NAMES + ELEMENT
_HIGHEST = ELEMENT.join(("HL", "1", "", "20", "1"))
"""A level of the highest kind."""
_UNPRINTABLE = re.compile("[^ -~" + ELEMENT + COMPONENT + REPETITION + "]")


class _Level:
    """An open level of the hierarchy."""

    __slots__ = ("child", "counted", "declared", "fault", "home", "number", "units")

    def __init__(
        self, number: int | None, home: LoopNode, declared: str, fault: Callable[..., Fault]
    ) -> None:
        self.number = number
        self.counted = number
        """The number that it should have."""
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
        self._set: SetReader | None = None
        self._groups = 0
        self._sets = 0
        self._seen_interchanges: set[str] = set()
        self._seen_groups: set[str] = set()
        self._seen_sets: set[str] = set()
        self._told: set[tuple[str, str]] = set()
        self._outside_before = False
        self._group_spot: _Spot = (0, 1, 1)
        self._cut = False
        """The input ended in the middle of a segment: what is missing behind it is not told."""
        self._here: _At | _Spot = (0, 1, 1)
        """What is being read: a trailer that is missing should have stood before it."""

    def __iter__(self) -> Iterator[Event]:
        told = False
        for token in tokens(self._stream):
            if not isinstance(token, Block):
                self._here = (token.start, *token.place)
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
                if token.inside in ("segment", "terminator"):
                    yield from self._cut_off(
                        Fault(
                            kind="isa_truncated" if token.inside == "segment" else "no_terminator",
                            interchange=self._number(),
                            byte=token.start,
                            text_line=token.place[0],
                            column=token.place[1],
                            segment="IEA",
                        )
                    )
                self._cut = token.inside == "segment"
                yield from self._close_interchange(None)
                self.bytes = max(self.bytes, token.start)
        if not told:
            yield Fault(kind="no_isa", byte=0, text_line=1, column=1)

    def _cut_off(self, fault: Fault) -> Iterator[Event]:
        """Say that the input ends in the middle of a segment, before what is open is closed."""
        yield fault

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
        newline = token.raw.rfind(b"\n", 0, offset)
        return Fault(
            kind=kind,
            interchange=self._number(),
            segment="ISA",
            element=element,
            address=f"ISA/{element:02}",
            byte=token.start + offset,
            text_line=token.place[0] + token.raw.count(b"\n", 0, offset),
            column=offset - newline if newline >= 0 else token.place[1] + offset,
            values={"element": f"{element:02}", "code": f"{_ISA_NOTES[element]:03}", **values},
            expected=str(values["expected"]) if "expected" in values else None,
            actual=str(values["actual"]) if "actual" in values else None,
        )

    def _block(self, block: Block, i: int = 0) -> Iterator[Event]:
        """Segments of a block, from index i."""
        n = len(block.segments)
        self.segments += n - i
        while i < n:
            if self._set is not None:
                events, i = self._set.feed(block, i)
                yield from events
                if self._set.done:
                    self.end_set(*(self._set.ended or (block, i)))
                    yield from self._close_set()
                continue
            yield from self._outside(block, i)
            i += 1

    def _outside(self, block: Block, i: int) -> Iterator[Event]:
        """A segment outside a transaction set."""
        text = block.segments[i]
        segment_id = text.split(ELEMENT, 1)[0]
        at = self._here = (block, i)
        outside, self._outside_before = self._outside_before, False
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
            self._outside_before = True
            kind = "interchange_segment" if self._group is None else "group_segment"
            if not outside:
                # one fault for all that stand there together
                yield self._place(kind, at, segment=segment_id[:10] or "(empty)")

    def _place(self, kind: str, at: _At, element: int | None = None, /, **values: object) -> Fault:
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
        byte = at[0].byte(at[1])
        self._group_spot = (byte, *at[0].position(byte))
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
        if self._sets and not _same_count(parts[1], self._sets):
            stated = parts[1] or "nothing"
            yield self._place("ge_count", at, 1, segment="GE", actual=stated, expected=self._sets)
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
        if self._groups and not _same_count(parts[1], groups):
            stated = parts[1] or "nothing"
            yield self._place("iea_count", at, 1, segment="IEA", actual=stated, expected=groups)
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
        for event in reader.finish(cut=self._cut):
            yield self._here_of(event) if isinstance(event, Fault) and event.byte is None else event
        yield SetEnd(reader.head, reader.count, reader.claims)

    def end_set(self, block: Block, i: int) -> None:
        """A set ends before segment i: what it lacks is placed at its SE, or at what stands instead."""
        closed = i > 0 and block.segments[i - 1].split(ELEMENT, 1)[0] == "SE"
        self._here = (block, i - closed)

    def spot(self) -> tuple[int, int, int]:
        """Byte from 0, line of text and column from 1 of what is being read outside transaction sets."""
        if len(self._here) == 3:
            return self._here
        block, index = self._here
        byte = block.byte(index)
        return (byte, *block.position(byte))

    def _here_of(self, fault: Fault) -> Fault:
        """Give the fault of something missing the place of what stands instead."""
        fault.byte, fault.text_line, fault.column = self.spot()
        fault.address = fault.address or fault.segment
        return fault

    def _close_group(self, stated: str) -> Iterator[Event]:
        yield from self._close_set()
        if self._group is None:
            return
        group, self._group = self._group, None
        if not stated and not self._cut:
            made = Fault(kind="ge_missing", interchange=self._number(), group=group.number, segment="GE")
            yield self._here_of(made)
        yield GroupEnd(group, self._sets, stated.strip())

    def _close_interchange(self, trailer: str | None) -> Iterator[Event]:
        if self._interchange is None:
            return
        yield from self._close_group("")
        head, self._interchange = self._interchange, None
        if trailer is None and not self._cut:
            yield self._here_of(Fault(kind="iea_missing", interchange=head.number, segment="IEA"))
        yield InterchangeEnd(head, max(0, self._groups))

    def set_reader(self, head: SetHead) -> "SetReader":
        """What reads a transaction set."""
        return SetReader(head)

    def _start_set(self, block: Block, i: int) -> Iterator[Event]:
        assert self._group is not None
        self._sets += 1
        text = block.segments[i]
        parts = [*text.split(ELEMENT), "", "", ""]
        version = self._group.element(8) or parts[3]
        guide, exact, known = guide_of_set(version, parts[1], parts[3])
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
                byte, line, column = self._group_spot
                offset = element_offset(self._group.text if self._group else "", element, None)
                made.byte, made.text_line, made.column = byte + offset, line, column + offset
                yield made

        if guide is None:
            yield fault("set_unknown", 1, actual=parts[1])
        elif not known:
            yield from once("gs_version", 8, actual=version, expected=guide.versions[0])
        if guide is not None and self._group.element(1) != guide.group:
            yield from once("gs_function", 1, actual=self._group.element(1), expected=guide.group)
        if parts[3] and parts[3] != self._group.element(8):
            yield fault("st_version", 3, actual=parts[3])
        if parts[2] in self._seen_sets:
            yield fault("st_repeated", 2)
        self._seen_sets.add(parts[2])
        yield head
        self._set = self.set_reader(head)
        events, _ = self._set.feed(block, i, only=1)
        yield from events


class SetReader:
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
        self.jumped = False
        """The unit holds a loop whose first segment is missing."""
        self.spans: list[tuple[Block, int, int]] = []
        self.root: LoopNode | None = None
        self.levels: list[_Level] = []
        self.strays: list[str] = []
        """Segments of the unit before that had no place there, if it ended with one."""
        self.doubt: tuple[Block, int] | None = None
        """A segment of which only the next one, in another block, says whether it begins something."""
        self.ended: tuple[Block, int] | None = None
        """Behind the segment that ended the set, where that was such a one."""
        self.stated: int | None = None
        """Number that the last level states, if it does."""
        self.hl = 0
        self.many: Fault | None = None
        """The fault of too many claims, whether or not there are."""
        self.first_number: str | None = None
        """HL01 of the first level of a range that does not know the numbers before it."""
        self.any_level = False
        self.hl_also = 0
        """Another number from which the count of levels may go on."""
        self.trailer = False

    def resume(self, count: int, numbers: tuple[int, int] = (RANGE_START, RANGE_START)) -> None:
        """Begin at a level of the highest kind, behind `count` segments of the set.

        `numbers` are `hl` and `hl_also` of what stands before, if they are known.
        """
        assert self.compiled is not None
        self.root = self.compiled.places.root
        self.state = self.root.nodes[-1].number
        self.count = count
        self.hl, self.hl_also = numbers
        self.any_level = True

    def end_range(self) -> Iterator[Event]:
        """The range is over and the set goes on with a level of the highest kind."""
        assert self.compiled is not None
        yield from self._settle(_HIGHEST)
        if self.nodes:
            yield self._flush()
        rest = Unit(self.head, self.compiled.places.root, [], [], self.count, [], [])
        self._close_levels(0, rest)
        yield from rest.faults

    def feed(self, block: Block, i: int, only: int | None = None) -> tuple[list[Event], int]:
        """Take segments of a block from index i; returns the events and the index at which it stopped."""
        if self.compiled is None:
            return self._skip(block, i, only)
        if self.doubt is None:
            return self._feed(block, i, only)
        (held, at), settled = self.doubt, self._settle(block.segments[i])
        if self.done:
            self.ended = (held, at + 1)
            return settled, i
        events, i = self._feed(block, i, only)
        return settled + events, i

    def _settle(self, following: str) -> list[Event]:
        """Take the segment that is in doubt, now that the one behind it is known; "" where there is none."""
        if self.doubt is None:
            return []
        (block, i), self.doubt = self.doubt, None
        return self._feed(block, i, 1, following)[0]

    # the hot loop: one turn per segment
    def _feed(
        self, block: Block, i: int, only: int | None, following: str | None = None
    ) -> tuple[list[Event], int]:
        """As `feed`; `following` is the segment behind the block, if it is known."""
        assert self.compiled is not None
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
        parts, unit_home = places.parts, places.unit_home
        sure, unfinished = places.sure, places.unfinished
        trailer = self.root is not None and self.root.loop.id == "TRAILER"
        add = nodes.append
        for text in rest:
            nxt = here.get(text[:7])
            if nxt is None:
                nxt = here.get(text[:4])
                if nxt is None:
                    nxt = here.get(text[:3])
                    if nxt is None:
                        nxt = places.next(state, text, nodes)
                        if state in places.second and nodes and nodes[-1] in parts:
                            i = start + len(nodes) - held
                            self._span(block, start, i)
                            start, held = i, len(nodes)
                            if self._is_hollow(text):
                                state = self._take_back()
                                here = tables[state]
                                nxt = places.next(state, text, nodes)
                            elif -1 - nxt == state and text != f"LX{ELEMENT}{len(self.cuts) + 1}":
                                nxt = state | MISPLACED if text == self.segments[-1] else FOREIGN
                        if 0 <= nxt < RESTART and text.startswith(_NAME) and not places.fits(nxt, text):
                            k = start + len(nodes) - held + 1
                            after = segs[k] if k < len(segs) else following
                            if after is None:
                                self.doubt = (block, k - 1)
                                break
                            if self._is_stray(state, nodes, nxt, text, after, ""):
                                nxt = FOREIGN
                        if self.jumped and (nxt >= RESTART or nxt < -RESTART):
                            i = start + len(nodes) - held
                            self._span(block, start, i)
                            start, held = i, len(nodes)
                            if self._find_stray(text):
                                state = self.state
                                here = tables[state]
                                nxt = places.next(state, text, nodes)
            if nxt < 0:
                nxt = -1 - nxt
                if nxt not in sure or state in unfinished:
                    k = start + len(nodes) - held + 1
                    after = segs[k] if k < len(segs) else following
                    if after is None:
                        self.doubt = (block, k - 1)
                        break
                    if (
                        (state in unfinished or nxt >= RESTART or not after.startswith(places.due[nxt]))
                        and not (len(nodes) == 1 and self._again(nxt, text, block, k - 1))
                        and self._is_stray(state, nodes, nxt, text, after, self._opened(block, start, held))
                    ):
                        bad.append(len(nodes))
                        add(FOREIGN)
                        continue
                if nxt in parts:
                    self.cuts.append(len(nodes))
                elif (nodes and nodes[0] & RESTART and self._late_head(nxt)) or (
                    len(nodes) == 1 and self._again(nxt, text, block, start + 1 - held)
                ):
                    add(nxt | MISPLACED)
                    bad.append(len(nodes) - 1)
                    state = nxt
                    here = tables[state]
                    continue
                else:
                    i = start + len(nodes) - held
                    self._span(block, start, i)
                    start, held = i, 0
                    out += self._change(nxt)
                    nodes, bad = self.nodes, self.bad
                    held = len(nodes)
                    add = nodes.append
                    self.root = unit_home[nxt & ~FLAGS]
                    trailer = self.root.loop.id == "TRAILER"
                    if nodes:
                        nxt &= ~RESTART
            if nxt >= RESTART:
                if nxt >= UNKNOWN and text.split(ELEMENT, 1)[0] in _ENVELOPE:
                    if len(nodes) == 1 and text == self.head.text:
                        nxt = nodes[0] | MISPLACED
                    else:
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
                self.jumped = self.jumped or len(nodes) > 1
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
        self._span(block, start, i)
        if self.done:
            out.append(self._flush())
        return out, i + (self.doubt is not None)

    def _is_stray(self, state: int, nodes: list[int], new: int, text: str, after: str, opened: str) -> bool:
        """Whether a segment that would begin something cannot stand here at all: the next one says so.

        It does where it goes on with what is open and has less to do with what would begin.

        Args:
            state: of what is open; `nodes` are those of its unit.
            new: node of the segment with its flags.
            text: the segment.
            after: the segment behind it, "" at the end.
            opened: the first segment of the present unit.
        """
        assert self.compiled is not None
        places = self.compiled.places
        here = places.rank(state, after, nodes) if after else 0
        number = new & ~FLAGS
        home = places.nodes[number].home
        second = places.second.get(number)
        due = bool(new & RESTART) or not home.loop.level or self._counts(text, opened)
        if home.loop.id == "TRAILER" or (home.loop.level and home.levels == 1 and not new & RESTART):
            # a set ends with its trailer, and ranges of a set, each judged by itself, begin with such a level
            return False
        if nodes == [number] and not due:
            return True
        if not here or (nodes[0] & RESTART and self._late_head(new)):
            return False
        if second is not None and places.fits(second, after):
            return not due and state in places.unfinished
        if places.fits(home.nodes[0].number, after) and places.fits(number, text):
            # the first segment of a loop too late, or a loop that holds its first segment alone
            return not due
        if here == 1 and home.loop.level and not new & RESTART and due:
            return False
        there = places.rank(number, after, [*nodes, new] if new in places.parts else [new])
        if here != there:
            return here > there
        return bool(new & RESTART) or (second is not None and bool(places.unit_home[state].loop.level))

    def _opened(self, block: Block, start: int, held: int) -> str:
        """The first segment of the present unit; from index `start` of the block on none is taken over."""
        return self.segments[0] if held else block.segments[start]

    def _counts(self, text: str, opened: str) -> bool:
        """Whether an HL has the number that is due; true where nobody knows.

        `opened` is the first segment of the present unit. What the level before states decides, not what it
        should have stated, so that a range of a set is judged as the whole set is.
        """
        above = self.stated
        if self.root is not None and self.root.loop.level:
            above = _number_of(opened)
        number = _number_of(text)
        return above is None or number == above + 1

    def _is_hollow(self, text: str) -> bool:
        """Whether the last segment, the first one of a part, has nothing to do with what follows it.

        Its number is not the one that is due, and what follows goes on with what was open before it.
        """
        assert self.compiled is not None
        places, nodes = self.compiled.places, self.nodes
        found = places.next(nodes[-1], text, nodes)
        due = self.jumped or self.segments[-1] == f"LX{ELEMENT}{len(self.cuts)}"
        if due or found == places.second[nodes[-1]]:
            return False
        before = nodes[:-1]
        placed = [c for c in before if c < MISPLACED]
        return bool(placed) and places.rank(placed[-1] & ~FLAGS, text, before) > 0

    def _take_back(self) -> int:
        """Make a stray of the last segment, the first one of a part; returns the state before it."""
        self.nodes[-1] = FOREIGN
        self.cuts.pop()
        self.bad.append(len(self.nodes) - 1)
        return next(c & ~FLAGS for c in reversed(self.nodes) if c < MISPLACED)

    def _span(self, block: Block, start: int, end: int) -> None:
        if end > start:
            self.spans.append((block, start, end - start))
            self.segments += block.segments[start:end]

    def _late_head(self, node: int) -> bool:
        """Whether the first segment of the present unit comes only now, before any loop of the unit."""
        assert self.compiled is not None and self.root is not None
        nodes = self.compiled.places.nodes
        own = all(nodes[c & ~FLAGS].home is self.root for c in self.nodes if c < UNKNOWN)
        return own and node < RESTART and nodes[node].home is self.root and nodes[node].is_head

    def _again(self, node: int, text: str, block: Block, index: int) -> bool:
        """Whether a unit's first segment was sent twice: `index` is that of the second in the block."""
        before = self.segments[0] if self.segments else block.segments[index - 1]
        return node < RESTART and node == self.nodes[0] and text == before

    def _change(self, node: int) -> list[Event]:
        """Another unit begins; without its first segment it gets back what had no place in the one before."""
        assert self.compiled is not None
        if not self.nodes:
            return []
        places = self.compiled.places
        home = places.unit_home[node & ~FLAGS]
        cut = len(self.nodes)
        if node & RESTART and home.loop.unit:
            while cut > 1 and self.nodes[cut - 1] == FOREIGN:
                cut -= 1
            while cut < len(self.nodes) and not places.belongs(home, self.segments[cut]):
                cut += 1
        if cut == len(self.nodes):
            return [self._flush()]
        tail = self.segments[cut:]
        size = len(tail)
        spans: list[tuple[Block, int, int]] = []
        while size:
            block, start, count = self.spans.pop()
            taken = min(size, count)
            if count > taken:
                self.spans.append((block, start, count - taken))
            spans.insert(0, (block, start + count - taken, taken))
            size -= taken
        del self.nodes[cut:], self.segments[cut:]
        self.bad = [i for i in self.bad if i < cut]
        out: list[Event] = [self._flush()]
        state = home.nodes[0].number
        for text in tail:
            found = places.next(state, text, self.nodes)
            # what the loop does not know in this order stays without a place
            placed = found if 0 <= found < UNKNOWN and places.unit_home[found & ~FLAGS] is home else FOREIGN
            self.nodes.append(placed if self.nodes else placed | RESTART)
            state = placed & ~FLAGS if placed < RESTART else state
        self.segments, self.spans = tail, spans
        self.bad = list(range(len(tail)))
        return out

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

    def _find_stray(self, text: str | None) -> bool:
        """Whether a segment that seemed to begin a loop without its first segment cannot stand there at all.

        A stray one takes what follows along into a loop that is not there, and every segment behind it looks
        wrong. That it is a stray shows in what follows: without it there are fewer faults, and `text`, the
        segment that is about to be placed, has its place. Then what follows is placed anew, and `state` is
        the state before `text`.
        """
        assert self.compiled is not None and self.root is not None
        places, match = self.compiled.places, self.compiled.match
        jumps = [i for i, c in enumerate(self.nodes) if i and c & RESTART and self._may_stray(i)]
        for k in jumps[:TRIES]:
            nodes, cuts = self.nodes[:k], [c for c in self.cuts if c < k]
            state = next(c & ~FLAGS for c in reversed(nodes) if c < MISPLACED)
            nodes.append(FOREIGN)
            for segment in self.segments[k + 1 :]:
                found = places.next(state, segment, nodes)
                if found < 0:
                    found = -1 - found
                    if found not in places.parts:
                        break
                    cuts.append(len(nodes))
                if RESTART <= found < UNKNOWN:
                    break
                nodes.append(found)
                state = found if found < RESTART else state
            if len(nodes) < len(self.nodes):
                continue
            if text is not None:
                found = places.next(state, text, nodes)
                if (-1 - found if found < 0 else found) >= RESTART:
                    continue
            more = text is not None and not places.is_service(self.nodes[k])
            if self._cost(nodes, cuts) < self._cost(self.nodes, self.cuts) + more:
                self.bad[:] = [i for i in self.bad if i < k]
                for i in range(k, len(nodes)):
                    if nodes[i] >= RESTART or not match[nodes[i]](self.segments[i]):
                        self.bad.append(i)
                self.nodes[:], self.cuts[:], self.state = nodes, cuts, state
                self.jumped = any(c & RESTART and c < MISPLACED for c in nodes[1:])
                return True
        return False

    def _may_stray(self, index: int) -> bool:
        """Whether a segment that begins a loop without its first segment may be a stray one.

        It is none where the first segment follows, only too late.
        """
        assert self.compiled is not None
        places, code = self.compiled.places, self.nodes[index]
        if code >= MISPLACED:
            return False
        home = places.nodes[code & ~FLAGS].home
        early = {code & ~FLAGS}
        for i in range(index + 1, len(self.nodes)):
            other = self.nodes[i]
            if other >= RESTART or places.nodes[other].home is not home:
                return True
            if places.nodes[other].is_head:
                once = {n for n in early if places.nodes[n].line.most == 1}
                return not once.isdisjoint(self._turn(self.nodes, i))
            early.add(other)
        return True

    def _cost(self, nodes: list[int], cuts: list[int]) -> int:
        """How many faults of placing, of shape and of the numbers of its parts a run of nodes has."""
        assert self.compiled is not None and self.root is not None
        wrong = sum(c >= MISPLACED for c in nodes)
        begins = f"LX{ELEMENT}"
        wrong += sum(
            self.segments[at].startswith(begins) and self.segments[at] != f"{begins}{n}"
            for n, at in enumerate(cuts, 1)
        )
        return wrong + len(faults_of(self.compiled.places, nodes, self.root))

    def _flush(self) -> Unit:
        """The unit that is finished, judged."""
        assert self.compiled is not None and self.root is not None
        if self.jumped:
            self._find_stray(None)
        unit = Unit(self.head, self.root, self.nodes, self.segments, self.count + 1, self.cuts, self.spans)
        bad, self.jumped = self.bad, False
        self.count += len(self.nodes)
        self.nodes, self.segments, self.cuts, self.bad, self.spans = [], [], [], [], []
        self._judge(unit, bad)
        return unit

    def _judge(self, unit: Unit, bad: list[int]) -> None:
        compiled = self.compiled
        assert compiled is not None
        loop = unit.root.loop
        if loop.level:
            self._level(unit)
        elif loop.unit:
            self.claims += 1
            self._count_unit(unit)
        elif loop.id == "TRAILER":
            self._close_levels(0, unit)
            self._trailer(unit)
        early = straighten(compiled.places.nodes, unit.nodes, bad) if bad else ()
        faults = self._shape(unit)
        if faults and self._tidy(unit, bad):
            faults = self._shape(unit)
        for block, _, _ in unit.spans:
            if not block.clean:
                # patterns allow any character in a value
                bad = sorted({*bad, *(i for i, s in enumerate(unit.segments) if _UNPRINTABLE.search(s))})
                break
        if faults and self.strays and unit.root.parent is not compiled.places.root:
            # what came too early is reported there and does not count as missing here
            places, strays = compiled.places, self.strays
            faults = [f for f in faults if not any(places.is_meant(f[1].line, s) for s in strays)]
        self.strays = []
        if unit.nodes[-1] == FOREIGN:
            self.strays = [s for s, n in zip(unit.segments, unit.nodes, strict=True) if n == FOREIGN]
        if faults or bad:
            self._explain(unit, faults, bad, early)

    def _shape(self, unit: Unit) -> list[tuple[int, StructureFault]]:
        """What is missing, too many or misnumbered, with the index from which its own index counts."""
        compiled = self.compiled
        assert compiled is not None
        nodes, cuts, shapes = unit.nodes, unit.cuts, compiled.shapes
        if not cuts:
            key = tuple(nodes)
            found = shapes.get(key)
            if found is None:
                found = compiled.shape(key, unit.root)
            faults = [(0, f) for f in found]
            if unit.root.loop.unit and (part := self._part_loop(unit)) is not None:
                faults.append((0, StructureFault("loop_missing", len(nodes), unit.root, missing=part)))
            return faults
        faults = []
        at = 0
        part = compiled.places.nodes[nodes[cuts[0]] & ~FLAGS].home
        name = part.loop.first.id + ELEMENT
        for n, end in enumerate((*cuts, len(nodes))):
            key = tuple(nodes[at:end])
            found = shapes.get(key)
            if found is None:
                found = compiled.shape(key, part if n else unit.root)
            if found:
                faults += [(at, f) for f in found]
            if n and unit.segments[at] != f"{name}{n}":
                wrong = self._misnumbered(unit, at, end, n)
                if wrong is not None:
                    faults.append((wrong, StructureFault("lx_number", 0, part, count=n)))
            at = end
        if len(cuts) > part.loop.most:
            faults.append((0, StructureFault("loop_repeated", cuts[part.loop.most], part, count=len(cuts))))
        return faults

    def _misnumbered(self, unit: Unit, start: int, end: int, number: int) -> int | None:
        """Index of the LX whose LX01 is not the number of its turn; a missing one is said already."""
        node = self.compiled.places.nodes[unit.nodes[start] & ~FLAGS] if self.compiled else None
        head = node.home.nodes[0].number if node else -1
        at = next((i for i in range(start, end) if unit.nodes[i] in (head, head | MISPLACED)), None)
        if at is None:
            return None
        parts = [*unit.segments[at].split(ELEMENT), "", ""]
        # what is no whole number is a fault of its own
        is_number = parts[1].removeprefix("-").isdecimal()
        return at if is_number and parts[1] != str(number) else None

    def _turn(self, nodes: list[int], start: int) -> set[int]:
        """Nodes of a loop's own lines in the turn that begins at an index."""
        assert self.compiled is not None
        places = self.compiled.places.nodes
        home = places[nodes[start]].home
        found = set()
        for code in nodes[start + 1 :]:
            if code >= UNKNOWN:
                continue
            node = places[code & ~FLAGS]
            if node.home is home:
                if node.is_head or code & RESTART:
                    break
                found.add(node.number)
            elif home not in node.home.path():
                break
        return found

    def _tidy(self, unit: Unit, bad: list[int]) -> bool:
        """Find the one cause of several faults of shape: the first segment of a loop sent twice or too late.

        Such a segment is marked as misplaced, so that it begins no other turn of its loop. Returns whether
        there was one.
        """
        assert self.compiled is not None
        places, nodes = self.compiled.places.nodes, unit.nodes
        found = []
        tidied = False
        for i in range(1, len(nodes)):
            code = nodes[i]
            if code >= RESTART or not places[code].is_head:
                continue
            home = places[code].home
            full = any(line.usage == "R" for line in home.loop.segments[1:])
            if nodes[i - 1] & ~MISPLACED == code and unit.segments[i - 1] == unit.segments[i]:
                if full or home.loop.most == 1:
                    found.append(i)
                continue
            if nodes[i - 1] == code and home.loop.most == 1 and full and i > 1 and not home.loop.part:
                # of two first segments in a row, the one that begins nothing
                nodes[i - 1] = FOREIGN
                bad.append(i - 1)
                tidied = True
                continue
            k = i - 1
            while k > 0 and nodes[k] < RESTART and places[nodes[k]].home is home:
                if places[nodes[k]].is_head:
                    break
                k -= 1
            if nodes[k] < UNKNOWN and nodes[k] & RESTART and places[nodes[k] & ~FLAGS].home is home:
                early = {n & ~FLAGS for n in nodes[k:i] if n < UNKNOWN and places[n & ~FLAGS].line.most == 1}
                if early.isdisjoint(self._turn(nodes, i)):
                    found.append(i)
        for i in found:
            nodes[i] |= MISPLACED
            if i in unit.cuts:
                unit.cuts.remove(i)
        bad += found
        bad.sort()
        return tidied or bool(found)

    # --- explaining -------------------------------------------------------------------------------------

    def _part_loop(self, unit: Unit) -> LoopNode | None:
        """The part loop that a unit must have."""
        return next(
            (c for c in unit.root.children if c.loop.part and c.loop.usage.get(unit.root.loop.id) == "R"),
            None,
        )

    def _explain(
        self, unit: Unit, faults: list[tuple[int, StructureFault]], bad: list[int], early: Collection[int]
    ) -> None:
        for offset, found in faults:
            unit.faults.append(self._structural(unit, offset, found))
        for index in dict.fromkeys(bad):
            self._explain_segment(unit, index, early=index in early)
        unit.faults.sort(key=_place_of)

    def _explain_segment(self, unit: Unit, index: int, *, early: bool = False) -> None:
        text = unit.segments[index]
        code = unit.nodes[index]
        segment_id = text.split(ELEMENT, 1)[0]
        guide = self.head.guide.name if self.head.guide else ""
        if not text:
            unit.faults.append(self._fault(unit, "empty_segment", index, None, None, {}))
            return
        node = unit.node(index)
        if node is None or node.line.id != segment_id:
            if code == CARRIED:
                return
            kind = "segment_not_here" if code in (FOREIGN, STRANGER) else "segment_unknown"
            _, qualifier = qualifier_of(text)
            if segment_id == NAMES:
                qualifier = [*text.split(ELEMENT, 2), ""][1]
            known = f"[{qualifier}]" if qualifier and kind == "segment_not_here" else ""
            values: dict[str, object] = {"segment": plain(segment_id)[:10] + known, "guide": guide}
            values["loop"] = address(unit, index).partition("/")[0]
            unit.nodes[index] = UNKNOWN
            unit.faults.append(self._fault(unit, kind, index, None, None, values))
            return
        if code & MISPLACED or early:
            values = {"segment": node.line.name, "loop": node.home.loop.id}
            twice = node.is_head and index > 0 and unit.segments[index - 1] == text
            if twice:
                values |= {"actual": 2, "expected": 1}
            kind = "segment_repeated" if twice else "segment_misplaced"
            unit.faults.append(self._fault(unit, kind, index, None, None, values))
            if twice:
                return
        for fault in judge(node.line, text):
            values = _values(fault, node.line, guide)
            made = self._fault(unit, fault.kind, index, fault.element, fault.component, values)
            made.repetition = fault.repetition
            made.expected, made.actual = fault.expected, fault.actual and plain(fault.actual)
            unit.faults.append(made)
        if _UNPRINTABLE.search(text):
            for place, value in enumerate(text.split(ELEMENT)):
                if place and _UNPRINTABLE.search(value):
                    values = {"name": f"{segment_id}{place:02}"}
                    unit.faults.append(self._fault(unit, "character", index, place, None, values))

    def _structural(self, unit: Unit, offset: int, found: StructureFault) -> Fault:
        loop = found.loop.loop
        index = offset + found.index
        values: dict[str, object]
        if found.kind == "lx_number":
            actual = unit.segments[index].split(ELEMENT)[1]
            values = {"actual": actual, "expected": found.count}
            return self._fault(unit, "lx_number", index, 1, None, values)
        values = {"loop": loop.id, "actual": found.count}
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
            start = offset + found.start
            made.line = line_of(unit, start, found.loop)
            if found.line is not None:
                made.address = f"{loop_name(unit, start, found.loop)}/{found.line.name}"
            else:
                made.address = f"{made.loop}/{segment}"
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
        block, at = locate(unit, index)
        byte = text_line = column = None
        if block is not None:
            byte = block.byte(at)
            if element is not None:
                byte += element_offset(unit.segments[index], element, component)
            text_line, column = block.position(byte)
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
            meant=node.line.name if node else "",
            element=element,
            component=component,
            claim=_unit_id(unit),
            line=line_of(unit, index, node.home if node else None),
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
        self.any_level = True
        at = unit.head_index()
        depth = unit.root.levels
        self._close_levels(depth - 1, unit)
        above = self.levels[-1] if self.levels else None
        complete = len(self.levels) == depth - 1
        if above is not None:
            above.child = True
            above.units[unit.root.loop.id] = above.units.get(unit.root.loop.id, 0) + 1

        def fault(kind: str, element: int, values: dict[str, object]) -> Fault:
            return self._fault(unit, kind, at or 0, element, None, values)

        if at is None:
            # without its HL a level has no number of its own; the next HL says how the count goes on
            self.stated = None
            self.levels.append(_Level(None, unit.root, "", fault))
            self.hl, self.hl_also = self.hl + 1, self.hl
            unit.level = (self.hl, above.number or 0 if above else 0, depth)
            return
        parts = [*unit.segments[at].split(ELEMENT), "", "", "", ""]
        self.stated = stated = _level_number(parts[1])
        expected = self.hl + 1
        if self.hl == RANGE_START:
            # what stands before the range decides
            self.first_number = parts[1]
        elif parts[1] not in (str(expected), str(self.hl_also + 1)):
            unit.faults.append(fault("hl_number", 1, {"actual": parts[1] or "empty", "expected": expected}))
        if not complete:
            unit.faults.append(fault("hl_level", 3, {"actual": parts[3]}))
        elif above is not None:
            if above.number is None:
                above.number = _level_number(parts[2])
            if parts[2] and parts[2] not in (str(above.number), str(above.counted)):
                values: dict[str, object] = {"actual": parts[2], "expected": above.number}
                unit.faults.append(fault("hl_parent", 2, values))
        number = expected if stated is None else stated
        level = _Level(number, unit.root, parts[4], fault)
        self.levels.append(level)
        unit.level = (number, above.number or 0 if above else 0, depth)
        # after a wrong number the count may go on from it or from what it should have been
        self.hl = self.hl_also = number
        if expected > 0:
            level.counted = self.hl_also = expected

    def _close_levels(self, depth: int, unit: Unit) -> None:
        """Close the levels below a depth; say what they lack, in the order of the file."""
        found: list[Fault] = []
        while len(self.levels) > depth:
            level = self.levels.pop()
            line = level.home.loop.first.element(4)
            if line is not None and line.codes and level.declared not in line.code_set:
                pass  # said at the element
            elif level.declared == "1" and not level.child:
                found.append(level.fault("hl_child", 4, {"actual": "1", "why": "no lower level follows"}))
            elif level.declared == "0" and level.child:
                found.append(level.fault("hl_child", 4, {"actual": "0", "why": "a lower level follows"}))
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
                found.append(made)
        unit.faults += sorted(found, key=_place_of)

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
        if not _same_count(parts[1], count):
            values: dict[str, object] = {"actual": parts[1] or "nothing", "expected": count}
            unit.faults.append(self._fault(unit, "se_count", last, 1, None, values))
        if parts[2] != self.head.element(2):
            unit.faults.append(self._fault(unit, "se_control", last, 2, None, {}))
        guide = self.head.guide
        if guide is not None and guide.set == "837":
            values = {"actual": self.claims, "expected": MOST_CLAIMS}
            self.many = self._fault(unit, "too_many_claims", last, None, None, values)
            if self.claims > MOST_CLAIMS:
                unit.faults.append(self.many)

    def finish(self, *, cut: bool = False) -> Iterator[Event]:
        """The set is over, with or without its SE; when the input was cut off, nothing is called missing."""
        yield from self._settle("")
        if self.compiled is not None and self.nodes:
            unit = self._flush()
            unit.cut = cut
            if cut:
                unit.faults = [f for f in unit.faults if not f.kind.endswith("_missing") or f.element]
            yield unit
        if self.compiled is not None and not cut:
            rest = Unit(self.head, self.compiled.places.root, [], [], self.count, [], [])
            self._close_levels(0, rest)
            yield from rest.faults
            root = self.compiled.guide.root
            for child in self.compiled.places.root.children:
                if child.loop.level and child.loop.usage.get(root.id) == "R" and not self.any_level:
                    yield self._bare(
                        "loop_missing",
                        child.loop.first.id,
                        missing=child.loop.id,
                        label=child.loop.label,
                        loop=root.id,
                    )
        if not self.trailer and not cut:
            yield self._bare("se_missing", "SE")

    def _bare(self, kind: str, segment: str, **values: object) -> Fault:
        group = self.head.group
        return Fault(
            kind=kind,
            interchange=group.interchange.number,
            group=group.number,
            set=self.head.number,
            ordinal=self.count + 1,
            segment=segment,
            address=f"{values['missing']}/{segment}" if "missing" in values else segment,
            loop=str(values.get("missing", "")),
            values=values,
        )


def _number_of(text: str) -> int | None:
    """HL01, where it is a number."""
    segment_id, number, *_ = [*text.split(ELEMENT, 2), ""]
    return _level_number(number) if segment_id == "HL" else None


def _level_number(text: str) -> int | None:
    """HL01 or HL02, where it is a number."""
    return int(text) if text.isdecimal() and len(text) < 10 else None


def _place_of(fault: Fault) -> tuple[int, int, int]:
    """Where a fault stands among those of a unit."""
    return fault.ordinal, fault.element or 0, fault.component or 0


def _unit_id(unit: Unit) -> str | None:
    """First element of a unit's first segment: CLM01 of a claim."""
    if not unit.root.loop.unit:
        return None
    at = unit.head_index()
    if at is None or ELEMENT not in unit.segments[at]:
        return None
    return unit.segments[at].split(ELEMENT, 2)[1]


def _values(fault: ElementFault, line: SegmentLine, guide: str) -> dict[str, object]:
    name = f"{line.id}{fault.element:02}" + (f"-{fault.component}" if fault.component is not None else "")
    label = fault.line.label if isinstance(fault.line, ElementLine) else ""
    return {"name": name, "label": label, "guide": guide, "expected": fault.expected or "", "actual": ""}


def _envelope_line(segment: str) -> SegmentLine:
    return next(s for s in load("envelope").segment_lines() if s.id == segment)


def _why(fault: ElementFault, line: SegmentLine) -> dict[str, object]:
    """What fills the message of a fault in an element of the envelope."""
    about = Fault(kind=fault.kind, values=_values(fault, line, "envelope"))
    return {"why": about.message, "actual": fault.actual or ""}


def _same_count(stated: str, count: int) -> bool:
    """Whether a stated count is the true one; leading zeros change nothing."""
    return stated.isascii() and stated.isdecimal() and len(stated) < 20 and int(stated) == count


_ISA_NOTES = dict(enumerate((10, 11, 12, 13, 5, 6, 7, 8, 14, 15, 26, 17, 18, 19, 20, 27), 1))
"""TA105 of a fault in each element of the ISA."""


def _isa_values(head: InterchangeHead) -> Iterator[tuple[int, str]]:
    """Elements of an ISA whose value the guide does not allow."""
    line = _envelope_line("ISA")
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
    "SetReader",
    "Unit",
    "address",
    "compiled",
    "locate",
]
