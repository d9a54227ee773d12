"""Judging one input in several processes: the same as one process finds, in the order of the input.

The main process finds interchanges, groups and transaction sets as `Reader` does, but hands the inside of a
set to workers: as a whole, or in ranges that begin with a level of the highest kind (HL of code 20), where
no other level stays open. A worker reads its range as `SetReader` does and makes something of its events:
faults here, findings of claims in `edi.pipeline.wire`. What a range cannot know is settled when the ranges
come back in order: whether its first HL01 follows the last one before it, and how many claims the set holds.
In the rare case that this makes a difference the range is judged again.
"""

import gc
import multiprocessing
import re
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from dataclasses import dataclass, field
from typing import IO, Any

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

Told = InterchangeHead | GroupHead | SetHead | Fault | SetEnd | GroupEnd | InterchangeEnd
Make = Callable[[SetHead, Unit | None, Iterable[Event]], list[Any]]
"""What a worker makes of the events of a range; but for the first range, which holds it, it gets the head of
the set as a unit too."""
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
    header: list[_Piece]
    """The head of the set, where the range is not its first."""
    spot: tuple[int, int, int]
    """Where the set ended: the place of what is missing there."""
    end: Fault | None = None
    """That the input ends in the middle of the range."""
    numbers: tuple[int, int] | None = None
    """From which the count of levels goes on, where it is known."""
    claims: int = 0
    """Claims of the set before the range, as far as they are known."""


@dataclass(slots=True)
class _Done:
    """What a worker found."""

    made: list[Any]
    claims: int
    first_number: str | None
    numbers: tuple[int, int]
    """From which the count of levels goes on."""


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


@dataclass(slots=True)
class _Queue:
    """Events and ranges in the order of the input, not more ranges than `most` at a time."""

    pool: Executor
    most: int
    make: Make
    sums: dict[int, _Sums] = field(default_factory=dict)
    """By the id of the set's head, as long as the set is not over."""
    waiting: deque[Told | _Pending] = field(default_factory=deque)
    running: int = 0

    def submit(self, sums: _Sums, job: _Job) -> None:
        """Hand a range to a worker."""
        self.waiting.append(_Pending(sums, job, self.pool.submit(_work, job, self.make)))
        self.running += 1

    def ready(self, most: int) -> Iterator[Any]:
        """Give what is ready; wait as long as more than `most` ranges are under way."""
        while self.waiting:
            first = self.waiting[0]
            if isinstance(first, _Pending):
                if self.running <= most and not first.future.done():
                    return
                self.running -= 1
                yield from self._settled(first.sums, first.job, first.future.result())
            else:
                if isinstance(first, SetEnd) and id(first.head) in self.sums:
                    first.claims = self.sums.pop(id(first.head)).claims
                yield first
            self.waiting.popleft()

    def _settled(self, sums: _Sums, job: _Job, done: _Done) -> list[Any]:
        """What was made of a range; judged again here in the rare case that what stands before it matters."""
        follows = done.first_number in (None, *(str(n + 1) for n in sums.numbers))
        too_many = job.last and sums.claims > 0 and sums.claims + done.claims > MOST_CLAIMS
        if not follows or too_many:
            job.numbers, job.claims = sums.numbers, sums.claims
            done = _work(job, self.make)
        sums.claims += done.claims
        sums.numbers = done.numbers
        return done.made


def faults(_head: SetHead, _unit: Unit | None, events: Iterable[Event]) -> list[Fault]:
    """The faults among the events of a range, those of its units in their place."""
    found: list[Fault] = []
    for event in events:
        if isinstance(event, Unit):
            found += event.faults
        elif isinstance(event, Fault):
            found.append(event)
    return found


def judge(stream: IO[bytes], *, jobs: int) -> Iterator[Told]:
    """All events of an input but units; the faults of units stand in their place.

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
            else:
                yield event
        return
    with workers(jobs) as pool:
        yield from judge_with(pool, stream, most=2 * jobs)


def workers(jobs: int, start: Callable[[], object] | None = None) -> ProcessPoolExecutor:
    """Processes that judge ranges; each begins with a call of `start`."""
    context = multiprocessing.get_context("spawn")
    pool = ProcessPoolExecutor(jobs, mp_context=context, initializer=_warm, initargs=(start,))
    _start(pool, jobs)
    return pool


def judge_with(pool: Executor, stream: IO[bytes], *, most: int, make: Make = faults) -> Iterator[Any]:
    """As `judge`, with workers of one's own: `most` ranges are under way at a time.

    What `make` makes of the events of each range stands in the place of these events.
    """
    queue = _Queue(pool, most, make)
    for event in _Splitter(stream, queue):
        if not isinstance(event, Unit):
            queue.waiting.append(event)
        yield from queue.ready(queue.most)
    yield from queue.ready(0)


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


def _warm(start: Callable[[], object] | None) -> None:
    """A worker reads the guides once."""
    shipped()
    if start is not None:
        start()
    at_full_speed()


def at_full_speed() -> None:
    """Keep the search for cycles out of the way; for a process that does nothing but judge.

    What is loaded by now lives to the end, and judging a claim leaves no cycles behind.
    """
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


def _work(job: _Job, make: Make) -> _Done:
    """Judge a range; runs in a worker."""
    number, text, marks, group, group_text, set_number, set_text = job.head
    guide, exact, _ = guide_of_set(job.version, job.set_id, [*set_text.split(ELEMENT), "", "", ""][3])
    assert guide is not None
    group_head = GroupHead(InterchangeHead(number, text, marks), group, group_text)
    head = SetHead(group_head, set_number, set_text, compiled(guide), exact)
    reader = SetReader(head)
    if job.count:
        reader.resume(job.count, job.numbers or (RANGE_START, RANGE_START))
    reader.claims = job.claims
    made = make(head, _header(head, job), _events(reader, job))
    return _Done(made, reader.claims - job.claims, reader.first_number, (reader.hl, reader.hl_also))


def _header(head: SetHead, job: _Job) -> Unit | None:
    """The head of a set as a unit."""
    reader = SetReader(head)
    for block in _blocks(job, job.header):
        for event in reader.feed(block, 0)[0]:
            if isinstance(event, Unit):
                return event
    return (
        next((event for event in reader.end_range() if isinstance(event, Unit)), None) if job.header else None
    )


def _events(reader: SetReader, job: _Job) -> Iterator[Event]:
    """The events of a range."""
    for block in _blocks(job, job.pieces):
        yield from reader.feed(block, 0)[0]
    if job.end is not None:
        yield job.end
    for event in reader.finish(cut=job.cut) if job.last else reader.end_range():
        if isinstance(event, Fault) and event.byte is None:
            event.byte, event.text_line, event.column = job.spot
        yield event


def _blocks(job: _Job, pieces: Iterable[_Piece]) -> Iterator[Block]:
    for piece in pieces:
        yield Block(piece.start, piece.raw, job.marks, job.head[0], piece.lines, piece.line_start)


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

    def _cut_off(self, fault: Fault) -> Iterator[Event]:
        """Within a set it is said where the set's last range is judged."""
        if isinstance(self._set, _Collector):
            self._set.fault = fault
        else:
            yield fault

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
        self.header: list[_Piece] = []
        """What stands before the first level of the highest kind, once it is known."""
        self.fault: Fault | None = None
        """That the input ends within the set."""
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
                if not self.header:
                    self.header = [*self.pieces, *self._cut_out(block, begin, at)]
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
        if not self.header:
            begin = next((k for k in range(i, end) if self._is_highest(segments[k])), None)
            if begin is not None:
                self.header = [*self.pieces, *self._cut_out(block, block.offset(i), block.offset(begin))]
        self._take(block, block.offset(i), block.offset(end))
        return [], end

    def _is_highest(self, text: str) -> bool:
        """Whether a segment begins a level of the highest kind."""
        return text.startswith("HL" + ELEMENT) and text.split(ELEMENT)[3:4] == [self.level]

    def _ends(self, text: str, count: int) -> bool:
        """Whether a segment ends the set; an ST that is sent twice does not."""
        segment_id = text.split(ELEMENT, 1)[0]
        if segment_id in ENDS:
            return count > 0 and not (count == 1 and text == self.head.text)
        return segment_id == "SE"

    @staticmethod
    def _cut_out(block: Block, first: int, last: int) -> list[_Piece]:
        """A part of a block; none where it is empty."""
        if last <= first:
            return []
        raw = block.raw
        newline = raw.rfind(b"\n", 0, first)
        line_start = block.start + newline + 1 if newline >= 0 else block.line_start
        lines = block.lines + raw.count(b"\n", 0, first)
        return [_Piece(raw[first:last], block.start + first, lines, line_start)]

    def _take(self, block: Block, first: int, last: int) -> None:
        if last <= first:
            return
        raw = block.raw
        self.pieces += self._cut_out(block, first, last)
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
            header=self.header if self.sent else [],
            spot=self.spot() if last else (0, 0, 0),
            end=self.fault,
        )
        self.pieces, self.size, self.sent = [], 0, self.count
        self.queue.submit(self.sums, job)

    def finish(self, *, cut: bool = False) -> Iterator[Event]:
        """The set is over: the rest of it goes away."""
        self._send(last=True, cut=cut)
        yield from ()
