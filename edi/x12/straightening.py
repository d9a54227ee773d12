"""Segments in a wrong order: which of them is out of place."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from edi.x12.placing import FLAGS, FOREIGN, MISPLACED, RESTART, UNKNOWN, LoopNode, Node


def straighten(places: list[Node], nodes: list[int], bad: list[int]) -> set[int]:
    """Where one segment or loop stands too early, make it the fault, and not all those behind it.

    Of the segments and loops of one turn of a loop those are right that stay in order when the fewest are
    taken out. What is taken out and stands once too often has no place there.

    Args:
        places: the nodes of the guide.
        nodes: those of a unit with their flags; changed in place.
        bad: indexes of the segments with faults; those that are taken out are added.

    Returns:
        Indexes of first segments of loops that stand too early and are read all the same.
    """
    early: set[int] = set()
    done: set[int] = set()
    for late in [i for i in bad if nodes[i] < UNKNOWN and nodes[i] & MISPLACED]:
        if nodes[late] >= UNKNOWN:
            continue  # taken out with what stood before it
        node = places[nodes[late] & ~FLAGS]
        start = late
        while start and not _begins(places, nodes[start], node.home):
            start -= 1
        if node.is_head or start in done or not _begins(places, nodes[start], node.home):
            continue
        done.add(start)
        runs = _runs(places, nodes, start, node.home)
        out = _out_of_order(places, runs)
        taken = set(out)
        wrong = sum(run.late for run in runs) + _excess(places, runs)
        if len(out) + _excess(places, [run for run in runs if run not in taken]) >= wrong:
            continue
        if any(places[run.node].home.loop.part for run in out):
            continue
        held = Counter(run.node for run in runs)
        for run in runs:
            if run in taken:
                held[run.node] -= 1
            elif run.late:
                nodes[run.at[0]] &= ~MISPLACED
        for run in out:
            if held[run.node] >= _run_most(places, run.node):
                for i in run.at:
                    nodes[i] = FOREIGN
                bad += run.at
            elif places[run.node].home is node.home:
                nodes[run.at[0]] |= MISPLACED
                bad.append(run.at[0])
            else:
                early.add(run.at[0])
                bad.append(run.at[0])
    bad[:] = sorted(set(bad))
    return early


@dataclass(slots=True, eq=False)
class _Run:
    """What stands together in a turn of a loop: one of its own segments, or one turn of a loop in it."""

    node: int
    """Of the segment, or of the loop's first one."""
    order: tuple[int, int]
    at: list[int]
    """Indexes in the unit."""
    late: bool


def _begins(places: list[Node], code: int, home: LoopNode) -> bool:
    """Whether a segment begins a turn of a loop."""
    if code >= MISPLACED:
        return False
    node = places[code & ~FLAGS]
    return node.home is home and (node.is_head or bool(code & RESTART))


def _run_most(places: list[Node], number: int) -> int:
    """How often a segment, or the loop that it begins, may stand in the turn of the loop around it."""
    node = places[number]
    return node.home.loop.most if node.is_head else node.line.most


def _runs(places: list[Node], nodes: list[int], start: int, home: LoopNode) -> list[_Run]:
    """The runs of the turn that begins at an index, without its first segment."""
    runs: list[_Run] = []
    for i in range(start + 1, len(nodes)):
        code = nodes[i]
        if code >= UNKNOWN:
            continue
        node = places[code & ~FLAGS]
        if node.home is home:
            if _begins(places, code, home):
                break
            runs.append(_Run(node.number, (0, node.line.group), [i], bool(code & MISPLACED)))
            continue
        path = node.home.path()
        if home not in path:
            if code & MISPLACED:
                continue
            break
        child = path[path.index(home) + 1]
        head = child.nodes[0].number
        begun = next((run for run in reversed(runs) if run.node == head), None)
        if begun is None or _begins(places, code, child):
            begun = _Run(head, (1, child.group), [], False)
            runs.append(begun)
        begun.at.append(i)
    return runs


def _excess(places: list[Node], runs: list[_Run]) -> int:
    """How many runs there are beyond those that may stand."""
    held = Counter(run.node for run in runs)
    return sum(max(0, count - _run_most(places, node)) for node, count in held.items())


def _out_of_order(places: list[Node], runs: list[_Run]) -> list[_Run]:
    """The runs without which the others are in order: one if that is enough, else the fewest segments."""
    held = Counter(run.node for run in runs)

    def loss(i: int) -> tuple[int, bool]:
        """What it costs to take one run out: its segments, less where it stands once too often."""
        run = runs[i]
        return len(run.at) - (held[run.node] > _run_most(places, run.node)), not run.late

    back = next((i for i, (a, b) in enumerate(pairwise(runs)) if a.order > b.order), None)
    alone: Sequence[int] = range(len(runs))
    if back is not None:
        # only without one of these two the step back between them is gone
        alone = [i for i in (back, back + 1) if _is_ordered([*runs[:i], *runs[i + 1 :]])]
    if alone:
        return [runs[min(alone, key=loss)]]
    kept = _longest(runs)
    return [run for i, run in enumerate(runs) if i not in kept]


def _is_ordered(runs: list[_Run]) -> bool:
    return all(a.order <= b.order for a, b in pairwise(runs))


def _longest(runs: list[_Run]) -> set[int]:
    """Indexes of the runs in order that hold the most segments; a long claim has many runs of few orders."""
    last: dict[tuple[int, int], tuple[int, int]] = {}
    """Order -> the most segments of runs that end with it, and less the index of the last one."""
    before: list[int] = []
    for i, run in enumerate(runs):
        size, less = max((found for order, found in last.items() if order <= run.order), default=(0, 1))
        before.append(-less)
        last[run.order] = size + len(run.at), -i
    kept: set[int] = set()
    at = -max(last.values(), default=(0, 1))[1]
    while at >= 0:
        kept.add(at)
        at = before[at]
    return kept
