"""Bytes -> segments: delimiters from the ISA, line breaks or none, several interchanges, garbage between.

Segments leave here in the program's own form (see `edi.x12.segment`): control characters part elements,
components and repetitions, so that a file's own delimiters play no part further on. Text is Latin-1, one
character per byte, so that nothing is lost and every column is a byte.
"""

import re
from bisect import bisect_left
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from functools import cache
from itertools import accumulate, count
from operator import add
from typing import IO, Literal

from edi.x12.segment import COMPONENT, ELEMENT, REPETITION, SEGMENT

BLOCK = 1 << 17
MOST_SEGMENT = 1 << 16
"""A segment longer than this is taken for text without terminators."""
BLANKS = b" \t\r\n\x00"
_CONTROL = (ELEMENT + COMPONENT + REPETITION + SEGMENT).encode("latin-1")
STRAY = "\x1a"
"""Stands for a control character of the data that the program's own form needs."""
_STRAYS = dict.fromkeys(_CONTROL, STRAY)
_BREAK = re.compile(rb"\n")
ISA_LENGTH = 106
ISA_WIDTHS = (2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1)


@dataclass(slots=True, frozen=True)
class Marks:
    """The delimiters of one interchange, as bytes."""

    element: bytes
    component: bytes
    repetition: bytes | None
    segment: bytes

    def table(self) -> bytes:
        """Translation from the file's characters to the program's own."""
        return _table(self)


@cache
def _table(marks: Marks) -> bytes:
    table = bytearray(range(256))
    for control in _CONTROL:
        table[control] = ord(STRAY)
    table[marks.component[0]] = ord(COMPONENT)
    if marks.repetition is not None:
        table[marks.repetition[0]] = ord(REPETITION)
    table[marks.element[0]] = ord(ELEMENT)
    table[marks.segment[0]] = ord(SEGMENT)
    return bytes(table)


@dataclass(slots=True)
class Block:
    """Segments that stand together in the input."""

    start: int
    """Byte at which `raw` begins."""
    raw: bytes
    marks: Marks
    interchange: int
    """Number of the interchange, from 1."""
    lines: int = 0
    """Line breaks of the input before `start`."""
    line_start: int = 0
    """Byte at which the line begins in which `start` lies."""
    cut: bool = False
    """The last segment is incomplete, for the input ends in it; `segments` is without it."""
    _offsets: list[int] = field(default_factory=list)
    _breaks: list[int] | None = None
    """Where in `raw` its line breaks are; worked out when first asked for."""
    _segments: list[str] | None = None
    _clean: bool = True

    @property
    def segments(self) -> list[str]:
        """The segments in the program's own form, without blanks before them; made when first asked for."""
        if self._segments is None:
            self._segments, self._clean = _split(self.raw, self.marks)
            if self.cut:
                self._segments.pop()
        return self._segments

    @property
    def clean(self) -> bool:
        """Every character is printable ASCII."""
        if self._segments is None:
            self._segments = self.segments
        return self._clean

    def index(self, offset: int) -> int:
        """Number of the segment that begins at an offset of `raw`."""
        self.offset(0)
        return bisect_left(self._offsets, offset)

    def offset(self, index: int) -> int:
        """Where in `raw` a segment begins, with the blanks before it."""
        if not self._offsets:
            sizes = map(len, self.raw.split(self.marks.segment))
            # each segment before it has a terminator too
            self._offsets = list(map(add, accumulate(sizes, initial=0), count()))
        return self._offsets[index]

    def byte(self, index: int) -> int:
        """Byte of the input at which a segment begins."""
        raw, end = self.raw, self.marks.segment[0]
        at = self.offset(index)
        while at < len(raw) and raw[at] in BLANKS and raw[at] != end:
            at += 1
        return self.start + at

    def position(self, byte: int) -> tuple[int, int]:
        """Line of text and column, both from 1, of a byte of the input that lies in the block."""
        if self._breaks is None:
            self._breaks = [found.start() for found in _BREAK.finditer(self.raw)]
        before = bisect_left(self._breaks, byte - self.start)
        begin = self.start + self._breaks[before - 1] + 1 if before else self.line_start
        return self.lines + before + 1, byte - begin + 1


@dataclass(slots=True)
class Opened:
    """An ISA: a new interchange begins."""

    start: int
    text: str
    """The ISA in the program's own form, its elements at full width."""
    marks: Marks
    interchange: int
    widths: tuple[int, ...]
    """Length of each element as it stands."""
    raw: bytes
    """The ISA as it stands, with its terminator."""
    place: tuple[int, int]
    """Line of text and column at which it begins, both from 1."""


@dataclass(slots=True)
class Stray:
    """Bytes outside any interchange."""

    start: int
    size: int
    kind: Literal["between", "before", "after", "all"]
    place: tuple[int, int]
    """Line of text and column of `start`, both from 1."""


@dataclass(slots=True)
class Ended:
    """The input ends. `inside` says where: in an interchange without its IEA, in the middle of a segment, or
    behind a whole IEA that only lacks its terminator."""

    start: int
    place: tuple[int, int]
    """Line of text and column of `start`, both from 1."""
    inside: Literal["interchange", "segment", "terminator"] | None = None


Token = Block | Opened | Stray | Ended


@dataclass(slots=True)
class _Source:
    """Input that can be looked at before it is taken."""

    stream: IO[bytes]
    held: bytes = b""
    start: int = 0
    """Byte of the input at which `held` begins."""
    done: bool = False
    lines: int = 0
    """Line breaks before `start`."""
    line_start: int = 0
    """Byte at which the line of `start` begins."""

    def place(self) -> tuple[int, int]:
        """Line of text and column of `start`, both from 1."""
        return self.lines + 1, self.start - self.line_start + 1

    def more(self) -> bool:
        if self.done:
            return False
        read = self.stream.read(BLOCK)
        if not read:
            self.done = True
            return False
        self.held += read
        return True

    def drop(self, count: int) -> bytes:
        taken, self.held = self.held[:count], self.held[count:]
        newline = taken.rfind(b"\n")
        if newline >= 0:
            self.lines += taken.count(b"\n")
            self.line_start = self.start + newline + 1
        self.start += count
        return taken


_ISA = re.compile(rb"ISA[^0-9A-Za-z \r\n]")


def tokens(stream: IO[bytes]) -> Iterator[Token]:
    """All of the input: interchanges as an `Opened` and its `Block`s, whatever else as `Stray`, then `Ended`.

    Every byte of the input lies in exactly one of them, but for blanks between segments. Memory holds one
    block. Nothing is raised whatever the bytes are.
    """
    source = _Source(stream)
    source.more()
    if source.held.startswith(b"\xef\xbb\xbf"):
        source.drop(3)
    number = 0
    first, place, size, text = source.start, source.place(), 0, False
    while True:
        found = _ISA.search(source.held)
        if found is not None:
            take = found.start()
        else:
            take = len(source.held) if source.done else max(0, len(source.held) - 3)
        junk = source.drop(take)
        size += len(junk)
        text = text or bool(junk.strip(BLANKS))
        if found is None:
            if not source.done:
                source.more()
                continue
            if text:
                yield Stray(first, size, "after" if number else "all", place)
            yield Ended(source.start, source.place())
            return
        while len(source.held) < ISA_LENGTH + 64 and source.more():
            pass
        opened = _open(source, number + 1)
        if opened is None:
            size += len(source.drop(3))
            text = True
            continue
        if text:
            yield Stray(first, size, "between" if number else "before", place)
        number += 1
        yield opened
        ended = yield from _interchange(source, opened)
        if ended is not None:
            yield ended
            return
        first, place, size, text = source.start, source.place(), 0, False


def _open(source: _Source, number: int) -> Opened | None:
    """Take the ISA at the head of what is held; None when its delimiters cannot be told."""
    held = source.held
    mark = held[3:4]
    parts = held[: ISA_LENGTH + 64].split(mark, 16)
    if len(parts) < 17 or len(parts[16]) < 2:
        return None
    component, segment = parts[16][:1], parts[16][1:2]
    if segment in b"\r\n" and parts[16][1:3] == b"\r\n":
        segment = b"\n"
    repetition: bytes | None = parts[11] if len(parts[11]) == 1 else None
    if repetition is not None and (repetition.isalnum() or repetition == b" "):
        repetition = None
    distinct = (mark, component, segment)
    if len(set(distinct)) < 3 or any(m.isalnum() or m == b" " for m in distinct):
        return None
    length = held.index(segment, sum(len(p) + 1 for p in parts[:16])) + 1
    widths = (*(len(p) for p in parts[1:16]), len(component))
    marks = Marks(mark, component, repetition, segment)
    start, place = source.start, source.place()
    raw = source.drop(length)
    values = [p.decode("latin-1") for p in raw[: length - 1].split(mark)]
    text = ELEMENT.join(v.rstrip("\r").translate(_STRAYS) for v in values)
    return Opened(start, text, marks, number, widths, raw, place)


def _interchange(source: _Source, opened: Opened) -> Generator[Token, None, Ended | None]:
    """Blocks up to and with the IEA; returns an `Ended` when the input is over before it."""
    marks = opened.marks
    mark = re.escape(marks.element)
    # an ISA may bring delimiters of its own; sixteen of its mark tell it from other segments
    opening = rb"ISA(?=([^0-9A-Za-z \r\n])(?:(?:(?!\2)[^\r\n]){0,60}\2){15})"
    begin = rb"[ \t\r\n\x00]*(IEA(?=" + mark + rb")|" + opening + rb")"
    first = re.compile(begin)
    whole = re.compile(rb"[ \t\r\n\x00]*IEA" + mark + rb"\d{1,5}" + mark + rb"\d{9}[ \t\r\n\x00]*")
    # the terminator in front, a literal, makes the search fast
    later = re.compile(re.escape(marks.segment) + begin)
    while True:
        found = first.match(source.held) or later.search(source.held)
        if found is not None:
            if found[1] == b"ISA":
                if found.start(1):
                    yield _block(source, found.start(1), opened)
                return None
            close = source.held.find(marks.segment, found.end())
            if close >= 0:
                yield _block(source, close + 1, opened)
                return None
        # what could be the start of an IEA or ISA stays
        margin = 0 if source.done else ISA_LENGTH + 64
        last = source.held.rfind(marks.segment, 0, max(0, len(source.held) - margin)) + 1
        if found is not None:
            last = min(last, found.start(1))
        if last > 0:
            yield _block(source, last, opened)
        elif len(source.held) > MOST_SEGMENT:
            yield _block(source, len(source.held), opened)
            return None
        if not source.more():
            if margin:
                continue
            rest = source.held
            if rest.strip(BLANKS):
                start, place = source.start, source.place()
                complete = whole.fullmatch(rest) is not None
                block = _block(source, len(rest.rstrip(BLANKS)) if complete else len(rest), opened)
                block.cut = not complete
                yield block
                source.drop(len(source.held))
                return Ended(start, place, "terminator" if complete else "segment")
            source.drop(len(rest))
            return Ended(source.start, source.place(), "interchange")


_PLAIN = bytes(range(0x20, 0x7F))
"""Printable ASCII."""


def _block(source: _Source, size: int, opened: Opened) -> Block:
    start, lines, line_start = source.start, source.lines, source.line_start
    return Block(start, source.drop(size), opened.marks, opened.interchange, lines, line_start)


def _split(raw: bytes, marks: Marks) -> tuple[list[str], bool]:
    """Segments of bytes, and whether all their characters are printable ASCII."""
    end = marks.segment
    body = raw
    if b"\n" in raw or b"\r" in raw:
        if end == b"\n":
            body = raw.replace(b"\r\n", b"\n")
        else:
            body = raw.replace(end + b"\r\n", end).replace(end + b"\n", end).lstrip(b"\r\n")
    held = (marks.element, marks.component, marks.repetition or b"", end)
    clean = not body.translate(None, _PLAIN + b"".join(held))
    segments = body.translate(_table(marks)).decode("latin-1").split(SEGMENT)
    if not segments[-1].strip(" \t\r\n\x00"):
        segments.pop()
    if not clean or body[:1] == b" " or end + b" " in body:
        segments = [s.lstrip(" \t\r\n\x00") for s in segments]
    return segments, clean
