"""Where a segment belongs: a guide as a table of states.

The guide's loops are spread out into a tree (a loop with two parents stands twice). A state is the node of
the last placed segment. `Places.next` finds the node of the next segment: by a dictionary on a short
beginning of its text, filled by the general search when first needed. What has no place there is put where
it can only be meant, which depends on the segments before it and is never remembered.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from edi.x12.elements import judge
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
STRANGER = UNKNOWN + 2
"""As FOREIGN, and it begins a loop of names that cannot stand here."""
CARRIED = UNKNOWN + 3
"""The segment belongs to a loop whose first segment is not known here; that one is reported."""
FLAGS = RESTART | MISPLACED
NAMES = "NM1"
"""Loops of names begin with it."""
PREFIX = 7
ENDS = frozenset(("ST", "GE", "IEA", "GS", "ISA"))
"""Segments that end a transaction set wherever they stand."""


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
    levels: int
    """How many levels of the hierarchy lie on the way from the root, this one included."""
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
        self._codes = {
            segment_id: frozenset(c for n in nodes for c in n.line.key_codes or ())
            for segment_id, nodes in self.by_id.items()
        }
        self.followers = self._followers()
        """Ids of segments that stand only behind the first segment of a loop of names: N3, N4, DMG, PER."""
        self._known: dict[tuple[int, str, str], int] = {}
        self._alone: dict[int, frozenset[str]] = {}
        self.tables: list[dict[str, int]] = [{} for _ in self.nodes]
        """For each state: beginning of the text -> node; for a unit's first segment -1 - node."""
        self.parts = frozenset(n.number for n in self.nodes if n.is_head and n.home.loop.part)
        self.unit_home = [self._unit_home(n.home) for n in self.nodes]
        """For each node the loop that is read as a unit in which it lies."""
        units = {n.number for n in self.nodes if n.home is not self.root and n in _entries(n.home)}
        self.units = frozenset(n for n in units if _is_unit(self.nodes[n].home))
        self.starts = self.units | self.parts
        self.second = {
            n.number: n.home.nodes[1].number for n in self.nodes if n.is_head and _has_second(n.home)
        }
        """First segment of a loop -> the segment that must stand right behind it."""
        self.due = {n: self.nodes[second].line.id + ELEMENT for n, second in self.second.items()}
        """First segment of a loop -> how the segment begins that must stand right behind it."""
        self.unfinished = frozenset(n.number for n in self.nodes if self._awaits(n))
        """States behind which their unit, or its head where that is what is open, still lacks something."""
        self.sure = frozenset(
            n for n in self.starts if n not in self.second or not self.nodes[n].home.loop.level
        )
        """First segments that need no look at what follows them."""

    def _spread(self, loop: Loop, parent: LoopNode | None, order: int, group: int) -> LoopNode:
        depth, levels = (parent.depth + 1, parent.levels) if parent else (0, 0)
        made = LoopNode(loop, parent, order, group, depth, levels + bool(loop.level))
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

    def _followers(self) -> frozenset[str]:
        found: set[str] = set()
        for node in self.nodes:
            if node.home.nodes[0].line.id == NAMES and not node.is_head:
                found.add(node.line.id)
        return frozenset(found)

    def _unit_home(self, loop: LoopNode) -> LoopNode:
        at = loop
        while at.parent is not None and not _is_unit(at):
            at = at.parent
        return at

    def _awaits(self, node: Node) -> bool:
        """Whether something that is required must follow a segment before another unit or part may begin."""
        if any(n.line.usage == "R" and n.line.group > node.line.group for n in node.home.nodes):
            return True
        at, below = node.home, node.home.children
        while not any(_is_awaited(child) for child in below):
            if at.parent is None or at is self.unit_home[node.number]:
                return False
            below = [c for c in at.parent.children if c.order > at.order]
            at = at.parent
        return True

    def next(self, state: int, text: str, before: Sequence[int] = ()) -> int:
        """Node of a segment that follows a state, with flags; remembers it where the beginning decides.

        The first segment of a unit or a part gives -1 - node. `before` are the nodes of the unit so far.
        """
        segment_id, code = self._key(text)
        known = self._known.get((state, segment_id, code))
        if known is not None:
            if KEYS.get(segment_id, (1, None))[0] == 1:
                self._keep(state, text, segment_id, code, known)
            return known
        if segment_id in ENDS:
            return FOREIGN
        node = self._expected(self.nodes[state], segment_id, code)
        if node is None:
            return self._meant_code(state, text, before)
        new = node.number in self.starts and (node.is_head or node.home is not self.nodes[state].home)
        result = -1 - node.number if new else node.number
        if not code or code in self._codes[segment_id]:
            self._known[state, segment_id, code] = result
        self._keep(state, text, segment_id, code, result)
        return result

    def _keep(self, state: int, text: str, segment_id: str, code: str, result: int) -> None:
        """Remember where a segment belongs by the beginning of its text."""
        number = -1 - result if result < 0 else result
        if number != self.second.get(state, number):
            # a loop without its second segment: whoever reads looks again at the first one
            return
        if self.nodes[number].line.key_codes is None and segment_id in self._plain(state):
            self._remember(state, text, segment_id, result)
        elif code and KEYS.get(segment_id, (1, None))[0] == 1:
            self._remember(state, text, f"{segment_id}{ELEMENT}{code}", result)

    def _meant_code(self, state: int, text: str, before: Sequence[int]) -> int:
        """What `next` gives for a segment that cannot follow the state."""
        segment_id, code = self._key(text)
        if segment_id not in self.ids:
            return UNKNOWN
        if before and before[-1] >= STRANGER and segment_id in self.followers:
            return CARRIED
        wrong = self._with_wrong_code(self.nodes[state], text, before)
        if wrong is None and code:
            # a level that skips the one above it
            wrong = next((n for n in self.by_id[segment_id] if n.home.loop.level == code and n.is_head), None)
        found = wrong.number if wrong else self._meant(self.nodes[state], segment_id, code, before)
        if found is None:
            return STRANGER if segment_id == NAMES else FOREIGN
        node = self.nodes[found & ~FLAGS]
        home = self.unit_home[node.number]
        new = home is not self.unit_home[state] or (found & RESTART and home is node.home)
        if not found & FLAGS:
            new = found in self.starts
        return -1 - found if new and not found & MISPLACED else found

    def belongs(self, loop: LoopNode, text: str) -> bool:
        """Whether a loop has a line for a segment, its first one left out."""
        segment_id, code = self._key(text)
        return any(n.line.id == segment_id and _fits(n, code) for n in loop.nodes[1:])

    def is_service(self, node: int) -> bool:
        """Whether a node, flags allowed, is what a part is about: the line behind its first segment."""
        found = self.nodes[node & ~FLAGS]
        return bool(found.home.loop.part) and _is_second(found)

    def fits(self, node: int, text: str) -> bool:
        """Whether a segment has the id and the code of a node."""
        segment_id, code = self._key(text)
        found = self.nodes[node]
        return found.line.id == segment_id and _fits(found, code)

    def rank(self, state: int, text: str, before: Sequence[int]) -> int:
        """How well a segment may follow a state: 2 it is awaited there, 1 it may stand there, 0 it may not.

        `before` are the nodes of the state's unit so far.
        """
        found = self.next(state, text, before)
        number = -1 - found if found < 0 else found
        if number >= RESTART or not self.fits(number, text):
            return 0
        node = self.nodes[number]
        if not node.is_head:
            count = self._count(node, before)
            return 0 if count >= node.line.most else 1 + (node.line.usage == "R" and not count)
        home = node.home
        if home.parent is None or self.unit_home[state] not in home.parent.path():
            return 1
        turns = self._turns(home, before)
        if turns >= home.loop.most:
            return 0
        # a loop is not awaited where lines before it still are
        last = self.nodes[state]
        early = any(n.line.usage == "R" and n.line.group > last.line.group for n in last.home.nodes)
        return 1 + (home.loop.usage.get(_parent_id(home)) == "R" and not turns and not early)

    def is_meant(self, line: SegmentLine | None, text: str) -> bool:
        """Whether a line is that of a segment."""
        segment_id, code = self._key(text)
        if line is None or line.id != segment_id:
            return False
        return line.key_codes is None or code in line.key_codes

    def _key(self, text: str) -> tuple[str, str]:
        """Segment id and code, without what stands behind a known code that the tables would not see."""
        segment_id, code = key_of(text)
        codes = self._codes.get(segment_id)
        if codes and code not in codes:
            cut = code[: PREFIX - 1 - len(segment_id)]
            if cut in codes and len(cut) < len(code) and len(segment_id) + 1 + len(cut) == PREFIX:
                return segment_id, cut
        return segment_id, code

    def _remember(self, state: int, text: str, beginning: str, result: int) -> None:
        """Put a beginning into the state's table if `feed` would find it by that and by nothing else.

        It looks for the first seven characters of a text, then for four, then for three; with the separator
        behind it a beginning cannot be that of another id or code. Seven characters without separator are
        cut by `_key` as well.
        """
        length = len(beginning)
        if length == PREFIX:
            self.tables[state][beginning] = result
        elif length < PREFIX and text[length : length + 1] in (ELEMENT, COMPONENT) and text[length:]:
            self.tables[state][text[: length + 1 if length < 4 else PREFIX]] = result

    def _plain(self, state: int) -> frozenset[str]:
        """Segment ids of which only one line can follow a state, so that the id alone decides."""
        held = self._alone.get(state)
        if held is not None:
            return held
        found: dict[str, set[int]] = {}
        for node in self._candidates(self.nodes[state]):
            found.setdefault(node.line.id, set()).add(node.number)
        held = self._alone[state] = frozenset(
            segment_id
            for segment_id, numbers in found.items()
            if all(self.nodes[n].line.key_codes is None for n in numbers)
        )
        return held

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

    def _expected(self, node: Node, segment_id: str, code: str) -> Node | None:
        """The first node of this id and code that may follow."""
        for other in self._candidates(node):
            if other.line.id == segment_id and _fits(other, code):
                return other
        return None

    def _meant(self, node: Node, segment_id: str, code: str, before: Sequence[int]) -> int | None:
        """The node that a segment can only be meant for, the nearest first.

        Too late in its loop; in a loop further on whose first segment is missing; or in another turn of a
        loop around it whose first segment is missing.
        """
        at: LoopNode | None = node.home
        from_ = None
        late = None
        while at is not None:
            below = at.children
            if from_ is not None:
                below = [c for c in below if c.group >= from_.group and c is not from_]
            # a loop that has had all its turns is not begun again, least of all without its first segment
            below = [c for c in below if self._turns(c, before) < c.loop.most]
            headless = next(filter(None, (self._within(c, segment_id, code) for c in below)), None)
            for other in at.nodes[1:]:
                if other.line.id == segment_id and _fits(other, code):
                    if self._count(other, before) < other.line.most and not self._left(at, node):
                        if headless and other.line.usage == "S" and _is_second(headless):
                            return headless.number | RESTART
                        return other.number | MISPLACED
                    if other.line.usage == "R" and at.loop.most > 1 and from_ is not None:
                        return other.number | RESTART
                    late = late or other
            if headless is not None:
                return headless.number | RESTART
            at, from_ = at.parent, at
        if late is None:
            return None
        again = late.line.usage == "R" and late.line.most == 1 and late.home.loop.most > 1
        return late.number | (RESTART if again else MISPLACED)

    def _left(self, loop: LoopNode, node: Node) -> bool:
        """Whether a state lies in another unit than a loop, so that what the loop held is not known."""
        return self.unit_home[loop.nodes[0].number] is not self.unit_home[node.number]

    def _count(self, node: Node, before: Sequence[int]) -> int:
        """How often a line has occurred in the present turn of its loop."""
        count = 0
        for code in reversed(before):
            if code >= UNKNOWN:
                continue
            other = self.nodes[code & ~FLAGS]
            count += other is node
            if other.home is node.home and (other.is_head or code & RESTART) and not code & MISPLACED:
                break
        return count

    def _turns(self, loop: LoopNode, before: Sequence[int]) -> int:
        """How many turns of a loop there were in the present turn of the loop around it."""
        turns = 0
        for code in reversed(before):
            if code >= UNKNOWN or code & MISPLACED:
                continue
            node = self.nodes[code & ~FLAGS]
            begins = node.is_head or bool(code & RESTART)
            if node.home is loop:
                turns += begins
            elif node.home is loop.parent and begins:
                break
        return turns

    def _with_wrong_code(self, node: Node, text: str, before: Sequence[int]) -> Node | None:
        """A line of which the segment can only be a wrongly coded instance: the only one that is awaited."""
        segment_id, code = self._key(text)
        near = [n for n in self._candidates(node) if n.line.id == segment_id]
        own = [n for n in near if n.home is node.home and not n.is_head]
        if own:
            free = [n for n in own if self._count(n, before) < n.line.most]
            needed = [n for n in free if n.line.usage == "R"]
            if len(needed) == 1:
                return needed[0]
            next_one = len(free) == 1 and free[0].line.group == node.line.group + 1
            only_one = len(free) == sum(n.line.id == segment_id for n in node.home.nodes) == 1
            return free[0] if (next_one or only_one) and code not in self._codes[segment_id] else None
        if len(near) == 1 and code not in self._codes[segment_id]:
            return near[0]
        required = [n for n in near if n.is_head and n.home.loop.usage.get(_parent_id(n.home)) == "R"]
        first = [n for n in required if n.home.parent is node.home or n.home.parent is node.home.parent]
        ahead = [n for n in first if n.home is not node.home and not n.home.loop.level]
        ahead = [n for n in ahead if n.number not in before and not n.home.loop.part]
        # another loop's first segment is like this one but for its code; a stranger differs in more
        return next((n for n in ahead if len(list(judge(n.line, text))) == 1), None)

    def _within(self, loop: LoopNode, segment_id: str, code: str) -> Node | None:
        """The node of a segment in a loop that is entered without its first segment."""
        if loop.loop.unit:
            return self._within_unit(loop, segment_id, code)
        for other in loop.nodes[1:]:
            if other.line.id == segment_id and _fits(other, code):
                return other
        # a level without its HL is begun by its own segments, not by those of another headless loop
        for child in loop.children if loop.loop.level is None else ():
            if child.loop.level is None:
                found = self._within(child, segment_id, code)
                if found is not None:
                    return found
        return None

    def _within_unit(self, loop: LoopNode, segment_id: str, code: str) -> Node | None:
        """A unit is entered without its head only by what can be nothing else: its last required line."""
        needed = [n for n in loop.nodes[1:] if n.line.usage == "R"]
        if needed and needed[-1].line.id == segment_id and _fits(needed[-1], code):
            return needed[-1]
        for child in loop.children:
            if child.loop.part and child.nodes[0].line.id == segment_id:
                return child.nodes[0]
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


def _has_second(loop: LoopNode) -> bool:
    return len(loop.nodes) > 1 and _is_second(loop.nodes[1])


def _is_awaited(loop: LoopNode) -> bool:
    """Whether a loop must stand in the one around it; units, levels and parts are counted elsewhere."""
    own = loop.loop
    if own.unit or own.level or own.part or own.id == "TRAILER":
        return False
    return own.usage.get(_parent_id(loop)) == "R"


def _is_second(node: Node) -> bool:
    """Whether a line must follow right behind its loop's first segment."""
    return node.line.order == 1 and node.line.usage == "R"


def _parent_id(node: LoopNode) -> str:
    return node.parent.loop.id if node.parent else ""
