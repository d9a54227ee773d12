"""What reading yields: heads, units and ends; and where a segment of a unit stands."""

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from edi.x12.findings import Fault
from edi.x12.guide import Guide, SegmentLine
from edi.x12.patterns import segment_pattern
from edi.x12.placing import FLAGS, MISPLACED, RESTART, UNKNOWN, LoopNode, Node, Places
from edi.x12.segment import COMPONENT, ELEMENT, qualifier_of
from edi.x12.structure import StructureFault, faults_of
from edi.x12.taking import plain
from edi.x12.tokens import Block

REMEMBERED = 8192
"""Shapes of units that are kept at most."""

Match = Callable[[str], object]


class Compiled:
    """A guide with all that reading needs; made once per guide and kept."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.places = Places(guide)
        self.lines = [node.line for node in self.places.nodes]
        self.match: list[Match] = [self._lazy(i, line) for i, line in enumerate(self.lines)]
        self.shapes: dict[tuple[int, ...], tuple[StructureFault, ...]] = {}
        self._patterns: dict[SegmentLine, Match] = {}

    def _lazy(self, index: int, line: SegmentLine) -> Match:
        """A matcher that compiles its pattern when it is first used."""

        def first(text: str) -> object:
            made = self._patterns.get(line)
            if made is None:
                made = self._patterns[line] = segment_pattern(line).fullmatch
            self.match[index] = made
            return made(text)

        return first

    def shape(self, nodes: tuple[int, ...], root: LoopNode) -> tuple[StructureFault, ...]:
        """Structure faults of a run of nodes; remembered."""
        found = self.shapes.get(nodes)
        if found is None:
            found = faults_of(self.places, nodes, root)
            if len(self.shapes) >= REMEMBERED:
                self.shapes.clear()
            self.shapes[nodes] = found
        return found


@cache
def compiled(guide: Guide) -> Compiled:
    """The compiled form of a guide."""
    return Compiled(guide)


@dataclass(slots=True)
class InterchangeHead:
    """An ISA."""

    number: int
    text: str
    """In the program's own form."""
    marks: tuple[str, str, str | None, str]
    """Element, component, repetition and segment delimiter."""

    def element(self, position: int) -> str:
        """Value of ISA01 to ISA16, without padding."""
        parts = self.text.split(ELEMENT)
        return parts[position].strip() if position < len(parts) else ""


@dataclass(slots=True)
class GroupHead:
    """A GS."""

    interchange: InterchangeHead
    number: int
    """In the interchange, from 1."""
    text: str

    def element(self, position: int) -> str:
        """Value of GS01 to GS08; "" when absent."""
        parts = self.text.split(ELEMENT)
        return parts[position] if position < len(parts) else ""


@dataclass(slots=True)
class SetHead:
    """An ST with the guide by which its set is judged."""

    group: GroupHead
    number: int
    """In the group, from 1."""
    text: str
    compiled: Compiled | None
    exact: bool
    """The version id is one of the guide's own."""

    @property
    def guide(self) -> Guide | None:
        """The guide, None for a set that is not known."""
        return self.compiled.guide if self.compiled else None

    def element(self, position: int) -> str:
        """Value of ST01 to ST03; "" when absent."""
        parts = self.text.split(ELEMENT)
        return parts[position] if position < len(parts) else ""


@dataclass(slots=True)
class Unit:
    """A run of placed segments."""

    head: SetHead
    root: LoopNode
    nodes: list[int]
    """Node of each segment, with flags."""
    segments: list[str]
    ordinal: int
    """Ordinal in the set of the first segment, ST = 1."""
    cuts: list[int]
    """Indexes at which parts (service lines) begin."""
    spans: list[tuple[Block, int, int]]
    """Where the segments stood: (block, index in the block, how many)."""
    faults: list[Fault] = field(default_factory=list)
    cut: bool = False
    """The input ended in the middle of it."""
    level: tuple[int, int, int] | None = None
    """For a level: number of its HL, the HL above it, and its depth."""

    @property
    def loop(self) -> str:
        """Id of the loop that the unit is a turn of."""
        return self.root.loop.id

    def head_index(self) -> int | None:
        """Index of the segment with which the loop begins: 0, or where it comes too late; None if missing."""
        if not self.nodes[0] & FLAGS:
            return 0
        late = self.root.nodes[0].number | MISPLACED
        return self.nodes.index(late) if late in self.nodes else None

    def node(self, index: int) -> Node | None:
        """Node of a segment; None for one that the guide does not know here."""
        code = self.nodes[index]
        return None if code >= UNKNOWN else self.head.compiled.places.nodes[code & ~FLAGS]  # type: ignore[union-attr]


@dataclass(slots=True)
class SetEnd:
    """A transaction set is over."""

    head: SetHead
    segments: int
    """Segments from ST to SE."""
    claims: int


@dataclass(slots=True)
class GroupEnd:
    """A functional group is over."""

    head: GroupHead
    sets: int
    stated_sets: str
    """GE01 as it stood; "" without a GE."""


@dataclass(slots=True)
class InterchangeEnd:
    """An interchange is over."""

    head: InterchangeHead
    groups: int


Event = InterchangeHead | GroupHead | SetHead | Unit | Fault | SetEnd | GroupEnd | InterchangeEnd


# --- places -----------------------------------------------------------------------------------------


def locate(unit: Unit, index: int) -> tuple[Block | None, int]:
    """Block of a segment of a unit, and the segment's index in the block."""
    for block, start, size in unit.spans:
        if index < size:
            return block, start + index
        index -= size
    return None, 0


def element_offset(text: str, element: int, component: int | None) -> int:
    """Characters before an element (and component) in the text of its segment."""
    parts = text.split(ELEMENT)
    offset = sum(len(p) + 1 for p in parts[:element])
    if component is not None and element < len(parts):
        pieces = parts[element].split(COMPONENT)
        offset += sum(len(p) + 1 for p in pieces[: component - 1])
    return min(offset, len(text))


def address(unit: Unit, index: int, element: int | None = None, component: int | None = None) -> str:
    """`2400[3]/SV1/01-2`: loop with its turn in the unit, segment, element, component."""
    node = unit.node(index)
    text = unit.segments[index]
    segment_id, qualifier = qualifier_of(text)
    name = plain(segment_id)[:10] + (f"[{plain(qualifier)}]" if qualifier else "")
    behind = ""
    if element is not None:
        behind = f"/{element:02}" + (f"-{component}" if component is not None else "")
    if node is None:
        return f"{_last_loop(unit, index)}/{name}{behind}"
    nth = _nth(unit, loop_start(unit, index), index)
    return f"{loop_name(unit, index, node.home)}/{name}{f'#{nth}' if nth > 1 else ''}{behind}"


def loop_name(unit: Unit, index: int, loop: LoopNode) -> str:
    """`2400[3]`: a loop with the number of the turn in which a segment lies, where it has turns."""
    return f"{loop.loop.id}[{_turn(unit, index, loop)[0]}]" if _repeats(loop, unit.root) else loop.loop.id


def line_of(unit: Unit, index: int, loop: LoopNode | None) -> int | None:
    """Number of the service line, from 1, to which a segment of a loop belongs; None outside the lines.

    Without a loop: that of the line in which the segment stands.
    """
    if loop is not None and not any(around.loop.part for around in loop.path()):
        return None
    return bisect_right(unit.cuts, index) or None


def loop_start(unit: Unit, index: int) -> int:
    """Index of the segment at which the loop of another one begins."""
    node = unit.node(index)
    return index if node is None else _turn(unit, index, node.home)[1]


def _last_loop(unit: Unit, index: int) -> str:
    for i in range(index, -1, -1):
        node = unit.node(i)
        if node is not None:
            return loop_name(unit, i, node.home)
    return unit.root.loop.id


def _repeats(loop: LoopNode, root: LoopNode) -> bool:
    """Whether a loop can occur more than once within its unit."""
    at: LoopNode | None = loop
    while at is not None and at is not root:
        if at.loop.most > 1:
            return True
        at = at.parent
    return False


@cache
def _around(loop: LoopNode) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers of a loop's own nodes, and of those of the loops within it."""
    below: set[int] = set()
    waiting = list(loop.children)
    while waiting:
        child = waiting.pop()
        below.update(node.number for node in child.nodes)
        waiting += child.children
    return frozenset(node.number for node in loop.nodes), frozenset(below)


def _turn(unit: Unit, index: int, loop: LoopNode) -> tuple[int, int]:
    """Number of the turn of a loop that a segment lies in, counted in the unit, and where the turn begins."""
    starts = _starts(unit, loop)
    turn = bisect_right(starts, index)
    return max(turn, 1), starts[turn - 1] if turn else 0


_last: dict[str, tuple[Unit, int, dict[LoopNode, list[int]]]] = {}
"""The unit that was asked for last, with its length, and where turns of its loops begin."""


def _starts(unit: Unit, loop: LoopNode) -> list[int]:
    """Indexes of the segments at which the turns of a loop begin; remembered for one unit at a time."""
    known = _last.get("unit")
    if known is None or known[0] is not unit or known[1] != len(unit.nodes):
        known = _last["unit"] = (unit, len(unit.nodes), {})
    held = known[2]
    found = held.get(loop)
    if found is not None:
        return found
    starts: list[int] = []
    inside = False
    own, below = _around(loop)
    head = next((node.number for node in loop.nodes if node.is_head), None)
    for i, code in enumerate(unit.nodes):
        if code >= UNKNOWN or code & MISPLACED:
            continue
        number = code & ~FLAGS
        if number in own:
            if number == head or code & RESTART or not inside:
                starts.append(i)
                inside = True
        elif number not in below:
            inside = False
    held[loop] = starts
    return starts


def _nth(unit: Unit, start: int, index: int) -> int:
    """Which one of its id and qualifier a segment is, within its turn of the loop."""
    wanted, node = qualifier_of(unit.segments[index]), unit.node(index)
    own = _around(node.home)[0] if node is not None else frozenset()
    return sum(
        code < UNKNOWN and code & ~FLAGS in own and qualifier_of(text) == wanted
        for code, text in zip(unit.nodes[start : index + 1], unit.segments[start : index + 1], strict=True)
    )
