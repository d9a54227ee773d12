"""Where a segment belongs: a guide as a table of states.

The guide's loops are spread out into a tree (a loop with two parents stands twice). A state is the node of
the last placed segment. `Places.next` finds the node of the next segment: by a dictionary on a short
beginning of its text, filled by the general search when first needed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from edi.x12.guide import KEYS, Guide, Loop, SegmentLine
from edi.x12.segment import COMPONENT, ELEMENT

RESTART = 1 << 20
"""Added to a node: it begins a new turn of its loop although the loop's first segment is missing."""
MISPLACED = 1 << 21
"""Added to a node: the segment stands at the wrong place, and the state stays as it was."""
UNKNOWN = 1 << 22
"""The segment is in no way part of the guide; the state stays as it was."""
FOREIGN = UNKNOWN + 1
"""The guide knows the segment id, but not here; the state stays as it was."""
FLAGS = RESTART | MISPLACED
PREFIX = 7
REMEMBERED = 65536


@dataclass(slots=True, eq=False)
class LoopNode:
    """A loop at one place of the tree."""

    loop: Loop
    parent: "LoopNode | None"
    order: int
    """Position among the parent's loops."""
    group: int
    """Sibling loops of one group may come in any order."""
    depth: int
    nodes: "list[Node]" = field(default_factory=list)
    children: "list[LoopNode]" = field(default_factory=list)

    def path(self) -> "tuple[LoopNode, ...]":
        """From the root to this loop."""
        found: list[LoopNode] = []
        at: LoopNode | None = self
        while at is not None:
            found.append(at)
            at = at.parent
        return tuple(reversed(found))


@dataclass(slots=True, eq=False)
class Node:
    """A segment line at one place of the tree."""

    number: int
    line: SegmentLine
    home: LoopNode

    @property
    def is_head(self) -> bool:
        """Whether its loop begins with it."""
        return self.line.order == 0


def key_of(text: str) -> tuple[str, str]:
    """Segment id and the code that tells segments of that id apart, "" when there is none."""
    parts = text.split(ELEMENT, 4)
    place, component = KEYS.get(parts[0], (1, None))
    if len(parts) <= place:
        return parts[0], ""
    value = parts[place]
    if component is not None or COMPONENT in value:
        value = value.split(COMPONENT, 1)[0]
    return parts[0], value


class Places:
    """The states of one guide."""

    def __init__(self, guide: Guide) -> None:
        self.guide = guide
        self.nodes: list[Node] = []
        self.root = self._spread(guide.root, None, 0, 0)
        self.ids = {node.line.id for node in self.nodes}
        self.by_id: dict[str, list[Node]] = {}
        for node in self.nodes:
            self.by_id.setdefault(node.line.id, []).append(node)
        self._known: dict[tuple[int, str, str], int] = {}
        self.tables: list[dict[str, int]] = [{} for _ in self.nodes]
        """For each state: beginning of the text -> node; for a unit's first segment -1 - node."""
        self.parts = frozenset(n.number for n in self.nodes if n.is_head and n.home.loop.part)
        self.unit_home = [self._unit_home(n.home) for n in self.nodes]
        """For each node the loop that is read as a unit in which it lies."""
        units = {n.number for n in self.nodes if n.home is not self.root and n in _entries(n.home)}
        self.units = frozenset(n for n in units if _is_unit(self.nodes[n].home))
        self.starts = self.units | self.parts

    def _spread(self, loop: Loop, parent: LoopNode | None, order: int, group: int) -> LoopNode:
        made = LoopNode(loop, parent, order, group, parent.depth + 1 if parent else 0)
        for line in loop.segments:
            node = Node(len(self.nodes), line, made)
            self.nodes.append(node)
            made.nodes.append(node)
        child_group = 0
        for i, child in enumerate(loop.children):
            previous = loop.children[i - 1] if i else None
            same = previous is not None and previous.first.id == child.first.id and child.level is None
            child_group = child_group if same else child_group + 1
            made.children.append(self._spread(child, made, i, child_group))
        return made

    def _unit_home(self, loop: LoopNode) -> LoopNode:
        at = loop
        while at.parent is not None and not _is_unit(at):
            at = at.parent
        return at

    def next(self, state: int, text: str) -> int:
        """Node of a segment that follows a state, with flags; remembers it where the beginning decides.

        The first segment of a unit or a part gives -1 - node.
        """
        segment_id, code = key_of(text)
        known = self._known.get((state, segment_id, code))
        if known is not None:
            return known
        found = self._search(self.nodes[state], segment_id, code)
        if found is None:
            return UNKNOWN if segment_id not in self.ids else FOREIGN
        node = self.nodes[found & ~FLAGS]
        new = found in self.starts and (node.is_head or node.home is not self.nodes[state].home)
        if found & RESTART:
            new = self.unit_home[node.number] is not self.unit_home[state]
        result = -1 - found if new else found
        if found & FLAGS:
            return result
        if len(self._known) < REMEMBERED and (not code or _fits(node, code)):
            self._known[state, segment_id, code] = result
        prefix = text[:PREFIX]
        if node.line.key_codes is None and segment_id in self._plain(state):
            self.tables[state][text[:3]] = result
        elif code and KEYS.get(segment_id, (1, None))[0] == 1:
            wanted = f"{segment_id}{ELEMENT}{code}"
            whole = len(wanted) < PREFIX or not any(
                c != code and c.startswith(code) for c in self._codes(segment_id)
            )
            if whole and text[len(wanted) : len(wanted) + 1] in (ELEMENT, COMPONENT):
                self.tables[state][prefix] = result
        return result

    def _codes(self, segment_id: str) -> set[str]:
        return {c for n in self.by_id[segment_id] for c in n.line.key_codes or ()}

    def _plain(self, state: int) -> set[str]:
        """Segment ids of which only one line can follow a state, so that the id alone decides."""
        found: dict[str, set[int]] = {}
        for node in self._candidates(self.nodes[state]):
            found.setdefault(node.line.id, set()).add(node.number)
        return {
            segment_id
            for segment_id, numbers in found.items()
            if self.nodes[min(numbers)].line.key_codes is None
        }

    def _candidates(self, node: Node) -> Iterator[Node]:
        """All nodes that may follow, the nearest first."""
        home = node.home
        for other in home.nodes:
            if (
                other.line.group >= node.line.group
                and not other.is_head
                or other.is_head
                and other is node
                and other.line.most > 1
            ):
                yield other
        for child in home.children:
            yield from _entries(child)
        at = home
        while at.parent is not None:
            for sibling in at.parent.children:
                if sibling.group >= at.group:
                    yield from _entries(sibling)
            at = at.parent

    def _search(self, node: Node, segment_id: str, code: str) -> int | None:
        """The node of a segment; first where it belongs, then where it can only be meant."""
        near: list[Node] = []
        for other in self._candidates(node):
            if other.line.id == segment_id:
                codes = other.line.key_codes
                if codes is None or code in codes:
                    return other.number
                near.append(other)
        if wrong_code := self._with_wrong_code(node, near):
            return wrong_code.number
        if (back := self._earlier(node.home, segment_id, code)) is not None:
            return back
        if (headless := self._headless(node.home, segment_id, code)) is not None:
            return headless
        at = node.home.parent
        while at is not None:
            for other in at.nodes:
                if other.line.id == segment_id and _fits(other, code) and not other.is_head:
                    return other.number | MISPLACED
            at = at.parent
        return None

    @staticmethod
    def _with_wrong_code(node: Node, near: list[Node]) -> Node | None:
        """A line of which the segment can only be a wrongly coded instance: the only one of its id there."""
        own = [n for n in near if n.home is node.home]
        if len(own) == 1 and (own[0].line.usage == "R" or own[0].line.group == node.line.group + 1):
            return own[0]
        if own:
            return None
        required = [n for n in near if n.is_head and n.home.loop.usage.get(_parent_id(n.home)) == "R"]
        first = [n for n in required if n.home.parent is node.home or n.home.parent is node.home.parent]
        ahead = [n for n in first if n.home is not node.home and not n.home.loop.level]
        return ahead[0] if len(ahead) == 1 else None

    def _earlier(self, home: LoopNode, segment_id: str, code: str) -> int | None:
        """A line of the same loop that should have come before: misplaced, or a new turn without its head."""
        for other in home.nodes:
            if other.line.id == segment_id and _fits(other, code) and not other.is_head:
                again = home.loop.most > 1 and other.line.usage == "R" and other.line.most == 1
                return other.number | (RESTART if again else MISPLACED)
        for other in home.nodes[:1]:
            if other.line.id == segment_id and _fits(other, code) and home.loop.most == 1:
                return other.number
        return None

    def _headless(self, home: LoopNode, segment_id: str, code: str) -> int | None:
        """A loop further on that holds the segment, entered without its first segment."""
        at: LoopNode | None = home
        below = home.children
        while at is not None:
            for child in below:
                found = self._within(child, segment_id, code)
                if found is not None:
                    return found.number | RESTART if not found.is_head else found.number
            parent = at.parent
            below = [c for c in parent.children if c.group >= at.group and c is not at] if parent else []
            at = parent
        return None

    def _within(self, loop: LoopNode, segment_id: str, code: str) -> Node | None:
        if loop.loop.unit:
            return None
        for other in loop.nodes:
            if other.line.id == segment_id and _fits(other, code):
                return other
        for child in loop.children:
            if child.loop.level is None or loop.loop.level is not None:
                found = self._within(child, segment_id, code)
                if found is not None:
                    return found
        return None


def _entries(loop: LoopNode) -> list[Node]:
    """Nodes with which a loop may begin: its first one, and the next as long as those before are optional."""
    found = []
    for node in loop.nodes:
        found.append(node)
        if node.line.usage == "R" or loop.loop.id != "TRAILER":
            break
    return found


def _is_unit(loop: LoopNode) -> bool:
    """Whether a loop is read on its own: a unit, a level, the trailer, or what holds units."""
    own = loop.loop.unit or loop.loop.level or loop.loop.id == "TRAILER"
    return bool(own) or any(_is_unit(child) for child in loop.children)


def _fits(node: Node, code: str) -> bool:
    codes = node.line.key_codes
    return codes is None or code in codes


def _parent_id(node: LoopNode) -> str:
    return node.parent.loop.id if node.parent else ""
