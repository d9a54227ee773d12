"""What is missing or too many in a run of placed segments: a function of the nodes alone."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from edi.x12.guide import SegmentLine
from edi.x12.placing import FLAGS, MISPLACED, RESTART, UNKNOWN, LoopNode, Places


@dataclass(slots=True, frozen=True)
class StructureFault:
    """One fault; `index` is the position in the run at which it shows."""

    kind: str
    index: int
    loop: LoopNode
    line: SegmentLine | None = None
    missing: LoopNode | None = None
    count: int = 0
    start: int = 0
    """Where the turn of the loop begins that lacks something: it may end before `index`."""


@dataclass(slots=True)
class _Turn:
    """One turn of a loop."""

    node: LoopNode
    start: int
    counts: dict[int, int] = field(default_factory=dict)
    """Segment line (its order) -> how often."""
    children: dict[int, int] = field(default_factory=dict)
    """Child loop (its order) -> how often."""
    firsts: dict[int, int] = field(default_factory=dict)
    """Segment line -> index of its first occurrence."""


def faults_of(places: Places, nodes: Iterable[int], root: LoopNode) -> tuple[StructureFault, ...]:
    """Faults of a run that lies in one turn of the loop `root`.

    Child loops that are units, levels or parts of their own are not asked for: whoever cut the run there
    counts them.
    """
    found: list[StructureFault] = []
    stack = [_Turn(root, 0)]
    index = 0
    for index, code in enumerate(nodes):
        if code >= UNKNOWN:
            continue
        node = places.nodes[code & ~FLAGS]
        if code & MISPLACED:
            for turn in reversed(stack):
                if turn.node is node.home:
                    turn.counts[node.line.order] = turn.counts.get(node.line.order, 0) + 1
                    break
            continue
        path = node.home.path()[root.depth :]
        keep = 0
        while keep < min(len(path), len(stack)) and stack[keep].node is path[keep]:
            keep += 1
        again = keep == len(path) and (code & RESTART or (node.is_head and _begun(stack[keep - 1])))
        if again and keep > 1:
            keep -= 1
        while len(stack) > keep:
            _close(stack.pop(), index, found)
        while len(stack) < len(path):
            holder = stack[-1]
            child = path[len(stack)]
            late = any(
                o > child.order and holder.node.children[o].group == child.group for o in holder.children
            )
            if (
                late
                and child.loop.usage.get(holder.node.loop.id) == "R"
                and child.order not in holder.children
            ):
                # loops of names may come in any order, but a required one stands before those that follow it
                found.append(StructureFault("segment_misplaced", index, child, child.loop.first))
            holder.children[child.order] = holder.children.get(child.order, 0) + 1
            if holder.children[child.order] == child.loop.most + 1:
                found.append(StructureFault("loop_repeated", index, child, count=child.loop.most + 1))
            stack.append(_Turn(child, index))
        turn = stack[-1]
        order = node.line.order
        turn.counts[order] = turn.counts.get(order, 0) + 1
        turn.firsts.setdefault(order, index)
        if turn.counts[order] == node.line.most + 1:
            count = turn.counts[order]
            found.append(StructureFault("segment_repeated", index, node.home, node.line, count=count))
    end = index + 1
    while stack:
        _close(stack.pop(), end, found)
    found.sort(key=lambda f: f.index)
    return tuple(found)


def _begun(turn: _Turn) -> bool:
    """Whether a turn holds anything yet."""
    return bool(turn.counts)


def _close(turn: _Turn, end: int, found: list[StructureFault]) -> None:
    """Say what a turn lacks, at the place where it should have been."""
    missing_head = False
    for line in turn.node.loop.segments:
        if line.usage == "R" and not turn.counts.get(line.order):
            if line.order == 0:
                missing_head = True
            later = [i for order, i in turn.firsts.items() if order > line.order]
            at = turn.start if line.order == 0 else min(later, default=_after(turn, line.order, end))
            found.append(StructureFault("segment_missing", at, turn.node, line, start=turn.start))
    if missing_head:
        return
    for child in turn.node.children:
        loop = child.loop
        if loop.unit or loop.level or loop.part or loop.id == "TRAILER":
            continue
        if loop.usage.get(turn.node.loop.id) == "R" and not turn.children.get(child.order):
            found.append(StructureFault("loop_missing", end, turn.node, missing=child, start=turn.start))


def _after(turn: _Turn, order: int, end: int) -> int:
    """Index behind the last segment of a turn that stands before a line."""
    earlier = [i for o, i in turn.firsts.items() if o < order]
    return max(earlier) + 1 if earlier else end
