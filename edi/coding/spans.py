"""Stretches of time as pairs (start, stop) of whole seconds since the epoch, start < stop.

Sets of stretches are tuples in ascending order that neither overlap nor touch.
"""

from collections.abc import Iterable

Span = tuple[int, int]
Spans = tuple[Span, ...]


def union(spans: Iterable[Span]) -> Spans:
    """All the time that any of the spans covers."""
    joined: list[Span] = []
    for start, stop in sorted(spans):
        if start >= stop:
            continue
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], stop))
        else:
            joined.append((start, stop))
    return tuple(joined)


def subtract(spans: Spans, taken: Spans) -> Spans:
    """The time of `spans` that `taken` does not cover."""
    left: list[Span] = []
    first = 0
    for start, stop in spans:
        at = start
        while first < len(taken) and taken[first][1] <= at:
            first += 1
        for k in range(first, len(taken)):
            other_start, other_stop = taken[k]
            if other_start >= stop:
                break
            if other_start > at:
                left.append((at, other_start))
            at = max(at, other_stop)
        if at < stop:
            left.append((at, stop))
    return tuple(left)


def intersect(spans: Spans, others: Spans) -> Spans:
    """The time that both cover."""
    return subtract(spans, subtract(spans, others))


def seconds(spans: Iterable[Span]) -> int:
    """Length of all spans together."""
    return sum(stop - start for start, stop in spans)


def minutes(spans: Iterable[Span]) -> int:
    """Whole minutes of all spans together; a started minute does not count."""
    return seconds(spans) // 60
