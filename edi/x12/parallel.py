"""Judging one input in several processes: the same faults as one process finds, in the order of the input.

The main process finds interchanges, groups and transaction sets as `Reader` does, but hands the inside of a
set to workers: as a whole, or in ranges that begin with a level of the highest kind (HL of code 20), where
no other level stays open. What a range cannot know is settled when the ranges come back in order: whether
its first HL01 follows the last one before it, and how many claims the set holds.
"""

import gc
import multiprocessing
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import IO

from edi.x12.findings import Fault
from edi.x12.guide import guide_of_set, shipped
from edi.x12.placing import ENDS
from edi.x12.reader import MOST_CLAIMS, RANGE_START, Reader, SetReader
from edi.x12.segment import ELEMENT
from edi.x12.tokens import BLANKS, Block, Marks
from edi.x12.units import (
    Event,
    GroupEnd,
    GroupHead,
    InterchangeEnd,
    InterchangeHead,
    SetEnd,
    SetHead,
    Unit,
    compiled,
)

Told = InterchangeHead | GroupHead | Fault | SetEnd | GroupEnd | InterchangeEnd
RANGE = 1 << 19
"""Bytes from which on a range ends at the next level of the highest kind."""
_ENDING = frozenset(("ST", "SE", "GE", "GS", "IE", "IS"))
"""The first two letters of what ends a set."""


@dataclass(slots=True)
class _Piece:
    """A run of segments as bytes, with its place."""

    raw: bytes
    start: int
    lines: int
    line_start: int


@dataclass(slots=True)
class _Job:
    """A range of a transaction set."""

    head: tuple[int, str, tuple[str, str, str | None, str], int, str, int, str]
    """Interchange: number, text, marks; group: number, text; set: number, text."""
    version: str
    set_id: str
    marks: Marks
    count: int
    """Segments of the set before the range; 0 for the one that begins with ST."""
    pieces: list[_Piece]
    last: bool
    cut: bool
    """The input ended within the range, in the middle of a segment."""
    numbers: tuple[int, int] | None = None
    """From which the count of levels goes on, where it is known."""


@dataclass(slots=True)
class _Done:
    """What a worker found."""

    faults: list[Fault]
    claims: int
    first_number: str | None
    numbers: tuple[int, int]
    """From which the count of levels goes on."""
    many: Fault | None


@dataclass(slots=True)
class _Sums:
    """What the ranges of a set that came back add up to."""

    claims: int = 0
    numbers: tuple[int, int] = (0, 0)


@dataclass(slots=True)
class _Pending:
    """A range that a worker has."""

    sums: _Sums
    job: _Job
    future: Future[_Done]
    spot: tuple[int, int, int]
    """Where the set ended: the place of what is missing there."""


@dataclass(slots=True)
class _Queue:
    """Events and ranges in the order of the input, not more ranges than `most` at a time."""

    pool: Executor
    most: int
    sums: dict[int, _Sums] = field(default_factory=dict)
    """By the id of the set's head, as long as the set is not over."""
    waiting: deque[Told | _Pending] = field(default_factory=deque)
    running: int = 0

    def submit(self, sums: _Sums, job: _Job, spot: tuple[int, int, int]) -> None:
        """Hand a range to a worker."""
        self.waiting.append(_Pending(sums, job, self.pool.submit(_work, job), spot))
        self.running += 1

    def ready(self, most: int) -> Iterator[Told]:
        """Give what is ready; wait as long as more than `most` ranges are under way."""
        while self.waiting:
            first = self.waiting[0]
            if isinstance(first, _Pending):
                if self.running <= most and not first.future.done():
                    return
                self.running -= 1
                for fault in _settled(first.sums, first.job, first.future.result()):
                    if fault.byte is None:
                        fault.byte, fault.text_line, fault.column = first.spot
                    yield fault
            else:
                if isinstance(first, SetEnd) and id(first.head) in self.sums:
                    first.claims = self.sums.pop(id(first.head)).claims
                yield first
            self.waiting.popleft()


def judge(stream: IO[bytes], *, jobs: int) -> Iterator[Told]:
    """All events of an input but heads of sets and units; the faults of units stand in their place.

    Args:
        stream: the input; read once, from where it stands.
        jobs: number of worker processes, at least 1; with 1 all is done in this process.

    Raises:
        ValueError: `jobs` is less than 1.
    """
    if jobs < 1:
        raise ValueError("jobs is at least 1")
    if jobs == 1:
        for event in Reader(stream):
            if isinstance(event, Unit):
                yield from event.faults
            elif not isinstance(event, SetHead):
                yield event
        return
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_warm) as pool:
        _start(pool, jobs)
        yield from judge_with(pool, stream, most=2 * jobs)


def judge_with(pool: Executor, stream: IO[bytes], *, most: int) -> Iterator[Told]:
    """As `judge`, with workers of one's own: `most` ranges are under way at a time."""
    queue = _Queue(pool, most)
    for event in _Splitter(stream, queue):
        if not isinstance(event, Unit | SetHead):
            queue.waiting.append(event)
        yield from queue.ready(queue.most)
    yield from queue.ready(0)


def _settled(sums: _Sums, job: _Job, done: _Done) -> Iterator[Fault]:
    """The faults of a range; judged again here in the rare case that its first level does not follow."""
    if done.first_number not in (None, *(str(n + 1) for n in sums.numbers)):
        job.numbers = sums.numbers
        done = _work(job)
    yield from done.faults
    sums.claims += done.claims
    sums.numbers = done.numbers
    if done.many is not None and sums.claims > MOST_CLAIMS:
        done.many.values["actual"] = sums.claims
        done.many.actual = str(sums.claims)
        yield done.many


def _start(pool: Executor, jobs: int) -> None:
    """Start the workers so that an interrupt from the keyboard, which reaches all, is for this one alone."""
    if threading.current_thread() is not threading.main_thread():
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for _ in range(jobs):
            pool.submit(int)
    finally:
        signal.signal(signal.SIGINT, before)


def _warm() -> None:
    """A worker reads the guides once and keeps them out of the way of the garbage collector."""
    shipped()
    gc.freeze()


def _work(job: _Job) -> _Done:
    """Judge a range; runs in a worker."""
    number, text, marks, group, group_text, set_number, set_text = job.head
    guide, exact, _ = guide_of_set(job.version, job.set_id, [*set_text.split(ELEMENT), "", "", ""][3])
    assert guide is not None
    group_head = GroupHead(InterchangeHead(number, text, marks), group, group_text)
    reader = SetReader(SetHead(group_head, set_number, set_text, compiled(guide), exact))
    if job.count:
        reader.resume(job.count, job.numbers or (RANGE_START, RANGE_START))
    found: list[Fault] = []

    def keep(events: Iterator[Event]) -> None:
        for event in events:
            if isinstance(event, Unit):
                found.extend(event.faults)
            elif isinstance(event, Fault):
                found.append(event)

    for piece in job.pieces:
        block = Block(piece.start, piece.raw, job.marks, number, piece.lines, piece.line_start)
        events, _ = reader.feed(block, 0)
        keep(iter(events))
    keep(reader.finish(cut=job.cut) if job.last else reader.end_range())
    many = reader.many
    if many is not None:
        found = [f for f in found if f is not many]
    return _Done(found, reader.claims, reader.first_number, (reader.hl, reader.hl_also), many)


class _Splitter(Reader):
    """A reader that sends the inside of transaction sets away."""

    def __init__(self, stream: IO[bytes], queue: _Queue) -> None:
        super().__init__(stream)
        self.queue = queue

    def _block(self, block: Block, i: int = 0) -> Iterator[Event]:
        """A block within a set is not split here."""
        if not isinstance(self._set, _Collector):
            yield from super()._block(block, i)
            return
        end = self._set.scan(block)
        if end < 0:
            return
        i = block.index(end)
        self.end_set(block, i)
        yield from self._close_set()
        yield from super()._block(block, i)

    def set_reader(self, head: SetHead) -> SetReader:
        """Sets of unknown kinds are passed over here, others are collected."""
        return SetReader(head) if head.compiled is None else _Collector(head, self.queue, self.spot)


class _Collector(SetReader):
    """Collects the segments of a set and sends them away in ranges."""

    def __init__(self, head: SetHead, queue: _Queue, spot: Callable[[], tuple[int, int, int]]) -> None:
        super().__init__(head)
        self.queue = queue
        self.spot = spot
        self.sums = queue.sums[id(head)] = _Sums()
        self.pieces: list[_Piece] = []
        self.size = 0
        self.sent = 0
        """Segments of the ranges that were sent."""
        self.marks: Marks | None = None
        self.search: re.Pattern[bytes] | None = None
        assert head.compiled is not None
        top = next((c for c in head.compiled.places.root.children if c.loop.level), None)
        self.level = top.loop.level if top else None
        self.own = {n.line.id for n in top.nodes} if top else set()
        """Ids of the highest level's own segments: a range does not begin right behind one of them."""

    def scan(self, block: Block) -> int:
        """Take a block as bytes; gives the offset at which the set ends in it, -1 if it goes on."""
        raw, marks = block.raw, block.marks
        self.marks = marks
        if self.search is None:
            self.search = self._pattern(marks)
        begin = 0
        # a block begins behind a terminator; with that in front, offsets are those behind it in `raw`
        for found in self.search.finditer(marks.segment + raw):
            at = found.start()
            if found[1][:2] == b"HL":
                if self.size + at - begin > RANGE and self._may_follow(raw[max(0, at - 1000) : at], marks):
                    self._take(block, begin, at)
                    self._send(last=False)
                    begin = at
                continue
            end = at
            if found[1][:2] == b"SE":
                end = raw.find(marks.segment, found.start(1) - 1) + 1
                if end == 0:
                    break  # the input ends in it
            elif self.count == 1 and block.segments[block.index(at)] == self.head.text:
                continue  # an ST that is sent twice
            self._take(block, begin, end)
            self.done = True
            return end
        self._take(block, begin, raw.rfind(marks.segment) + 1 if block.cut else len(raw))
        return -1

    def _pattern(self, marks: Marks) -> re.Pattern[bytes]:
        """What may begin a range or ends a set, with the terminator before it."""
        element, segment = re.escape(marks.element), re.escape(marks.segment)
        value = b"[^" + element + segment + b"]*"
        stop = b"(?=" + element + b"|" + segment + b")"
        level = re.escape((self.level or "-").encode())
        head = element.join((b"HL", rb"\d{1,9}", value, level)) + stop
        ends = b"(?:SE|ST|GE|GS|IEA|ISA)" + stop
        blanks = b"".join(re.escape(bytes((b,))) for b in BLANKS if bytes((b,)) != marks.segment)
        return re.compile(segment + b"[" + blanks + b"]*(" + head + b"|" + ends + b")")

    def _may_follow(self, before: bytes, marks: Marks) -> bool:
        """Whether a range may begin behind these bytes: not right behind the highest level's own segments."""
        last = before[before.rfind(marks.segment, 0, -1) + 1 : -1].strip(BLANKS).split(marks.element, 1)[0]
        return bool(before) and last.decode("latin-1") not in self.own

    def feed(self, block: Block, i: int, only: int | None = None) -> tuple[list[Event], int]:
        """Take segments of a block that is split already, up to the end of the set."""
        segments = block.segments
        self.marks = block.marks
        stop = len(segments) if only is None else i + only
        end = i
        for end in range(i, stop):
            if segments[end][:2] in _ENDING and self._ends(segments[end], self.count + end - i):
                end += segments[end][:2] == "SE"
                self.done = True
                break
        else:
            end = stop
        self._take(block, block.offset(i), block.offset(end))
        return [], end

    def _ends(self, text: str, count: int) -> bool:
        """Whether a segment ends the set; an ST that is sent twice does not."""
        segment_id = text.split(ELEMENT, 1)[0]
        if segment_id in ENDS:
            return count > 0 and not (count == 1 and text == self.head.text)
        return segment_id == "SE"

    def _take(self, block: Block, first: int, last: int) -> None:
        if last <= first:
            return
        raw = block.raw
        newline = raw.rfind(b"\n", 0, first)
        line_start = block.start + newline + 1 if newline >= 0 else block.line_start
        lines = block.lines + raw.count(b"\n", 0, first)
        self.pieces.append(_Piece(raw[first:last], block.start + first, lines, line_start))
        self.size += last - first
        assert self.marks is not None
        self.count += raw.count(self.marks.segment, first, last)
        if last == len(raw) and raw[raw.rfind(self.marks.segment) + 1 :].strip(BLANKS):
            self.count += 1

    def _send(self, *, last: bool, cut: bool = False) -> None:
        group, interchange = self.head.group, self.head.group.interchange
        assert self.marks is not None
        job = _Job(
            head=(
                interchange.number,
                interchange.text,
                interchange.marks,
                group.number,
                group.text,
                self.head.number,
                self.head.text,
            ),
            version=group.element(8) or self.head.element(3),
            set_id=self.head.element(1),
            marks=self.marks,
            count=self.sent,
            pieces=self.pieces,
            last=last,
            cut=cut,
        )
        self.pieces, self.size, self.sent = [], 0, self.count
        self.queue.submit(self.sums, job, self.spot() if last else (0, 0, 0))

    def finish(self, *, cut: bool = False) -> Iterator[Event]:
        """The set is over: the rest of it goes away."""
        self._send(last=True, cut=cut)
        yield from ()
