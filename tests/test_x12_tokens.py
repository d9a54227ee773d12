"""Bytes to segments: delimiters, line breaks, garbage, truncation; every byte is accounted for."""

import io
from collections.abc import Iterator
from typing import IO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.x12 import tokens as module
from edi.x12.findings import Fault
from edi.x12.reader import GroupHead, InterchangeHead, Reader, SetEnd, Unit
from edi.x12.segment import ELEMENT
from edi.x12.tokens import Block, Ended, Opened, Stray, Token, tokens
from x12_bases import BASES, ISA, PROFESSIONAL, faults, said, wrapped

BASE = wrapped(PROFESSIONAL)
BLANKS = b" \t\r\n\x00"


def cut(data: bytes) -> list[Token]:
    return list(tokens(io.BytesIO(data)))


def gaps(data: bytes) -> bytes:
    """What lies in no token, after checking that tokens neither overlap nor go back."""
    at, rest = 0, b""
    for token in cut(data):
        if isinstance(token, Ended):
            assert token.start <= len(data)
            continue
        assert token.start >= at
        rest += data[at : token.start]
        size = token.size if isinstance(token, Stray) else len(getattr(token, "raw", b""))
        at = token.start + size
    return rest + data[at:]


def segments(data: bytes) -> list[str]:
    found: list[str] = []
    for token in cut(data):
        if isinstance(token, Opened):
            found.append(token.text)
        elif isinstance(token, Block):
            found += token.segments
    return found


def dressed(
    element: str = "*", component: str = ":", repetition: str = "^", segment: str = "~", ending: str = ""
) -> bytes:
    """The professional file with other delimiters."""
    marks: dict[str, str | int | None] = {
        "*": element,
        ":": component,
        "^": repetition,
        "~": segment + ending,
    }
    return BASE.decode().translate(str.maketrans(marks)).encode("latin-1")


WANTED = segments(BASE)
MARKS = [
    ("*", ":", "^", "~"), ("|", ">", "!", "~"), ("|", "^", "~", "\\"), ("\x1d", "\x1f", "\x1e", "\x1c"),
    ("*", ":", "^", "\n"), ("*", ":", "^", "\r"), (",", ";", "%", "'"), ("\xa7", "\xb6", "\xac", "\xa4"),
    ("\t", ":", "^", "~"), ("+", "<", "[", "]"), ("*", "\\", "{", "}"),
]  # fmt: skip


@pytest.mark.parametrize("marks", MARKS, ids=repr)
@pytest.mark.parametrize("ending", ["", "\n", "\r\n"], ids=repr)
def test_any_delimiters(marks: tuple[str, str, str, str], ending: str) -> None:
    if marks[3] in "\r\n" and ending:
        ending = ""
    data = dressed(*marks, ending)
    assert segments(data)[1:] == WANTED[1:]
    assert said(data) == []
    assert gaps(data).strip(BLANKS) == b""


def test_a_terminator_of_two_characters() -> None:
    assert said(dressed(segment="\r\n")) == []
    assert segments(dressed(segment="\r\n"))[1:] == WANTED[1:]


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\r", "\n\n", "\r\n\r\n", "  \n", "\n  ", "\t", "\x00"])
def test_line_breaks_and_blanks_between_segments(ending: str) -> None:
    data = wrapped(PROFESSIONAL, ending=ending)
    assert segments(data) == WANTED
    assert said(data) == []
    assert gaps(data).strip(BLANKS) == b""


def test_mixed_line_breaks() -> None:
    endings = ["", "\n", "\r\n", " ", "\r"]
    parts = BASE.split(b"~")[:-1]
    data = b"".join(p + b"~" + endings[i % 5].encode() for i, p in enumerate(parts))
    assert segments(data) == WANTED
    assert said(data) == []


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b"\r\n", b"\x00\x00", b"   "])
@pytest.mark.parametrize("after", [b"", b"\r\n", b"   ", b"\x00" * 700, b"\x1a"])
def test_what_stands_around_the_data_without_meaning(before: bytes, after: bytes) -> None:
    data = before + BASE + after
    assert segments(data) == WANTED
    assert [f[0] for f in said(data)] == (["stray_bytes"] if after == b"\x1a" else [])


def test_several_interchanges_with_delimiters_of_their_own() -> None:
    other = dressed("|", ">", "!", "'").replace(b"000000001", b"000000002")
    third = dressed(segment="\n").replace(b"000000001", b"000000003")
    data = BASE + b"\r\n" + other + b"\n\n" + third
    assert [t.interchange for t in cut(data) if isinstance(t, Opened)] == [1, 2, 3]
    assert said(data) == []


def test_an_interchange_that_begins_before_the_other_ended() -> None:
    other = dressed("|", ">", "!", "'").replace(b"000000001", b"000000002")
    unended = BASE[: BASE.index(b"GE*1")]
    kinds = sorted(f.kind for f in faults(unended + other))
    assert kinds == ["ge_missing", "iea_missing"]


@pytest.mark.parametrize(
    "junk", [b"junk", b"ISA", b"ISA*00", b"<html>", b"\xff\xfe", b"ISAISA*", b"PK\x03\x04" * 50]
)
def test_garbage_is_one_finding_and_nothing_is_lost(junk: bytes) -> None:
    second = BASE.replace(b"000000001", b"000000002")
    for data, kind in ((junk + BASE, "before"), (BASE + junk, "after"), (BASE + junk + second, "between")):
        strays = [t for t in cut(data) if isinstance(t, Stray)]
        assert [(t.kind, t.size) for t in strays] == [(kind, len(junk))]
        assert data[strays[0].start :].startswith(junk)
        assert [f.kind for f in faults(data)] == ["stray_bytes"]
        assert gaps(data).strip(BLANKS) == b""


@pytest.mark.parametrize(
    "data", [b"", b" ", b"\n", b"\xef\xbb\xbf", b"ISA", b"ISA*", ISA.encode(), b"junk", b"{}", b"\x00" * 300]
)
def test_without_an_interchange_there_is_one_finding(data: bytes) -> None:
    assert [f.kind for f in faults(data)] == ["no_isa"]
    assert gaps(data).strip(BLANKS + b"\xef\xbb\xbf") == b""


@pytest.mark.parametrize("ending", ["", "\r\n"])
def test_every_prefix_of_a_file_has_a_fault(ending: str) -> None:
    data = wrapped(PROFESSIONAL, ending=ending)
    whole = len(data.rstrip(BLANKS))
    for size in range(whole):
        found = faults(data[:size])
        assert found, size
        assert all(f.message and f.help for f in found)
        if size < 106:
            assert [f.kind for f in found] == ["no_isa"]
    for size in range(whole, len(data) + 1):
        assert faults(data[:size]) == []


@pytest.mark.parametrize("name", BASES)
def test_a_file_that_is_cut_off_in_a_segment_says_so_and_blames_nothing_else(name: str) -> None:
    data = wrapped(BASES[name])
    for size in range(107, len(data)):
        if data[size - 1 : size] != b"~":
            kinds = {f.kind for f in faults(data[:size])}
            # a whole IEA that only lacks its terminator is no sign that anything was cut off
            whole = data[:size] == data.rstrip()[:-1]
            assert kinds == {"no_terminator" if whole else "isa_truncated"}, (size, kinds)


def events(data: bytes) -> list[object]:
    """What reading yields, without the blocks in which it stood."""
    found: list[object] = []
    for event in Reader(io.BytesIO(data)):
        if isinstance(event, Unit):
            found.append((event.loop, event.nodes, event.segments, event.ordinal, event.cuts, event.level))
            found += event.faults
        elif isinstance(event, InterchangeHead | GroupHead | Fault):
            found.append(event)
        elif isinstance(event, SetEnd):
            found.append((event.segments, event.claims))
        else:
            found.append(type(event).__name__)
    return found


BROKEN = (
    BASE.replace(b"HI*ABK", b"HI*QQQ").replace(b"CLM*P2", b"CLM*P\xe92").replace(b"SE*67", b"SE*66")
    + b" junk\n"
    + dressed("|", ">", "!", "'", "\n").replace(b"DTP|472", b"DTP|4722").replace(b"000000001", b"000000002")
    + dressed(segment="\n").replace(b"LX*2\n", b"\n")[:-400]
)


@pytest.mark.parametrize("size", [*range(1, 40), 63, 64, 65, 105, 106, 107, 150, 170, 171, 250, 300, 1000])
def test_blocks_change_nothing(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = events(BROKEN), [t for t in cut(BROKEN) if isinstance(t, Stray)]
    monkeypatch.setattr(module, "BLOCK", size)
    assert events(BROKEN) == expected[0]
    assert [t for t in cut(BROKEN) if isinstance(t, Stray)] == expected[1]
    assert gaps(BROKEN).strip(BLANKS) == b""


class Pipe(io.RawIOBase):
    """A stream that gives a few bytes at a time and cannot go back."""

    def __init__(self, data: bytes, most: int) -> None:
        self.data, self.most, self.given = data, most, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return False

    def read(self, size: int = -1) -> bytes:
        wanted = self.most if size < 0 else min(size, self.most)
        part = self.data[self.given : self.given + wanted]
        self.given += len(part)
        return part


@pytest.mark.parametrize("most", [1, 7, 4096])
def test_a_stream_that_cannot_go_back(most: int) -> None:
    pipe = Pipe(BROKEN, most)
    assert not pipe.seekable()
    found = [e for e in Reader(cast(IO[bytes], pipe)) if isinstance(e, Fault)]
    assert [f.kind for f in found] == [f.kind for f in Reader(io.BytesIO(BROKEN)) if isinstance(f, Fault)]


def test_reading_is_lazy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BLOCK", 512)
    pipe = Pipe(BASE * 50, 512)
    reader: Iterator[object] = iter(Reader(cast(IO[bytes], pipe)))
    while not isinstance(next(reader), Unit):
        pass
    assert pipe.given < 4096


@pytest.mark.parametrize(
    ("old", "new", "widths"),
    [
        ("*SENDER         *", "*SENDER*", {6: 6}),
        ("*SENDER         *", "*SENDER                   *", {6: 25}),
        ("*00*          *00*", "*00**00*", {2: 0}),
        ("*000000001*", "*1*", {13: 1}),
        ("*00501*", "*005010*", {12: 6}),
    ],
)
def test_an_isa_of_other_widths_is_read(old: str, new: str, widths: dict[int, int]) -> None:
    data = BASE.replace(old.encode(), new.encode(), 1)
    opened = next(t for t in cut(data) if isinstance(t, Opened))
    for place, width in widths.items():
        assert opened.widths[place - 1] == width
    found = [f for f in faults(data) if f.kind == "isa_width"]
    assert [f.element for f in found] == list(widths)
    assert segments(data)[1:] == WANTED[1:]


def test_an_isa_without_repetition_separator() -> None:
    data = BASE.replace(b"*^*", b"*U*", 1)
    assert said(data) == [("isa_delimiters", "ISA/11", 0)]


@pytest.mark.parametrize("control", ["\x1c", "\x1d", "\x1e", "\x1f", "\xe9"])
def test_an_isa_with_characters_of_the_programs_own_form(control: str) -> None:
    data = BASE.replace(b"SENDER         ", f"SEN{control}DER        ".encode("latin-1"), 1)
    assert {f.kind for f in faults(data)} <= {"isa_value"}
    assert segments(data)[1:] == WANTED[1:]


@given(data=st.binary(max_size=600))
def test_random_bytes(data: bytes) -> None:
    assert faults(data)
    assert gaps(data).strip(BLANKS + b"\xef\xbb\xbf") == b""


@given(data=st.data(), size=st.integers(1, 400))
def test_spoilt_files(data: st.DataObject, size: int) -> None:
    """Bytes changed, removed or put in anywhere: every byte is accounted for, whatever the size of blocks."""
    text = bytearray(BASE + dressed("|", ">", "!", "'", "\n"))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(text) - 1))
        length = data.draw(st.integers(0, 12))
        text[at : at + length] = data.draw(
            st.one_of(
                st.binary(max_size=12),
                st.sampled_from([b"~", b"~~", b"*", b"ISA*", b"~IEA*", b"~SE*", b"ISA"]),
            )
        )
    spoilt = bytes(text)
    assert gaps(spoilt).strip(BLANKS + b"\xef\xbb\xbf") == b""
    expected = events(spoilt)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "BLOCK", size)
        assert events(spoilt) == expected


def test_positions_are_those_of_the_raw_text() -> None:
    for token in cut(BROKEN):
        if isinstance(token, Block):
            for i, segment in enumerate(token.segments):
                at = token.byte(i)
                start = segment.split(ELEMENT)[0].encode("latin-1")
                assert BROKEN[at : at + len(start)] == start
                line, column = token.position(at)
                assert line == BROKEN[:at].count(b"\n") + 1
                assert column == at - BROKEN.rfind(b"\n", 0, at)
