"""Delimiters, the text of numbers and dates, and the layout of segments.

A `Layout` says once which element of a segment holds which value of a record: it is what a writer fills in
and what a reader takes apart. Sources: X12.5 and X12.6 as the 005010 guides use them (rules.md section E.1).
"""

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

# Within the program a segment is held with these control characters, which data never hold; a surface's
# own delimiters take their place when the segment leaves the program.
ELEMENT = "\x1d"
COMPONENT = "\x1f"
REPETITION = "\x1e"
SEGMENT = "\x1c"
UNWRITABLE = "\x00"
"""Put before a text that must not leave the program, such as the number NaN."""

CHARACTERS = frozenset(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789 !\"&'()*+,-./:;?=%~@[]_{}\\|<>^`#$"
)
"""The basic and the extended character set of the 005010 guides, delimiters included."""


@dataclass(frozen=True, slots=True)
class Delimiters:
    """The characters that part segments, elements, components and repetitions.

    `line_break` follows each segment terminator; it is "" or a line break.
    """

    element: str = "*"
    component: str = ":"
    repetition: str = "^"
    segment: str = "~"
    line_break: str = ""

    def __post_init__(self) -> None:
        marks = self.marks
        if len(marks) != 4 or len(set(marks)) != 4 or any(m.isalnum() or m == " " for m in marks):
            raise ValueError("delimiters are four different characters, no letters, digits or blanks")
        if self.line_break not in ("", "\n", "\r\n"):
            raise ValueError("line_break is empty, \\n or \\r\\n")

    @property
    def marks(self) -> str:
        """Element, component, repetition and segment delimiter, in this order."""
        return self.element + self.component + self.repetition + self.segment

    def refused(self) -> re.Pattern[str]:
        """Pattern of one character that no value may hold."""
        return re.compile("[^" + re.escape("".join(sorted(CHARACTERS - set(self.marks)))) + "]")

    def dress(self, text: str) -> str:
        """Text with the program's own separators turned into these delimiters."""
        return (
            text.replace(ELEMENT, self.element)
            .replace(COMPONENT, self.component)
            .replace(REPETITION, self.repetition)
            .replace(SEGMENT, self.segment + self.line_break)
        )

    def name(self, mark: str) -> str:
        """What a delimiter parts: `element separator` and so on."""
        at = self.marks.index(mark)
        return ("element separator", "component separator", "repetition separator", "segment terminator")[at]


def number(value: Decimal | int | None) -> str:
    """A number of type R as X12 writes it: no exponent, no needless zero: `1234.5`, `44`, `.5`.

    Absent is "". X12.6 has leading zeros and zeros behind the decimal point suppressed.
    """
    if value is None:
        return ""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
        if text.startswith("0."):
            return text[1:]
        if text.startswith("-0"):
            return "-" + text[2:] if len(text) > 2 else "0"
        return text or "0"
    if text[-1].isdigit():
        return "0" if text == "-0" else text
    return UNWRITABLE + text  # NaN or Infinity


def d8(value: dt.date | None) -> str:
    """A day in format D8: CCYYMMDD; absent is ""."""
    return "" if value is None else value.isoformat().replace("-", "")


def rd8(first: dt.date, last: dt.date) -> str:
    """A period in format RD8: CCYYMMDD-CCYYMMDD."""
    return f"{d8(first)}-{d8(last)}"


def tm(hour: str | None) -> str:
    """A time in format TM: HHMM of `14` or `1430`; anything else stays as it was given."""
    if hour is None:
        return ""
    compact = hour.replace(":", "")
    return compact + "00" if len(compact) == 2 else compact


class Slot(NamedTuple):
    """One value of a layout."""

    element: int
    component: int | None
    """Component from 1, None for a simple element."""
    pointer: str | None
    """Relative JSON Pointer of the value without its first slash, "." for the record itself, None for a
    value that has no place of its own."""

    def offset(self, elements: int) -> "Slot":
        """The same slot some elements further on."""
        return self._replace(element=self.element + elements)


_TOKEN = re.compile(r"(\d\d)(?:-(\d\d?))?(?:=([^\s]+)|:([^\s]+))?$")


class Layout:
    """Which element of a segment holds what.

    In `Layout("SV1", "01-1=HC 01-2:hcpcs 02:charge 06")` `=` is a constant and `:` the relative pointer of a
    value; a bare number is a value that the writer derives, such as the qualifier that goes with another
    value. Values are given in the order of the text, which is the order of the segment. With `first` the
    layout is a part of a segment that begins at that element (see `Cursor.repeat`).
    """

    __slots__ = ("composite", "id", "slots", "template", "text")

    def __init__(self, segment_id: str, text: str, *, first: int = 0) -> None:
        self.id = segment_id
        self.text = text
        elements: dict[int, dict[int | None, str]] = {}
        slots: list[Slot] = []
        for token in text.split():
            match = _TOKEN.match(token)
            if match is None:
                raise ValueError(f"layout of {segment_id}: {token}")
            element = int(match[1])
            component = int(match[2]) if match[2] else None
            if match[3] is not None:
                elements.setdefault(element, {})[component] = match[3].replace("%", "%%")
            else:
                slots.append(Slot(element, component, match[4]))
                elements.setdefault(element, {})[component] = "%s"
        if [(s.element, s.component or 0) for s in slots] != sorted(
            (s.element, s.component or 0) for s in slots
        ):
            raise ValueError(f"layout of {segment_id}: out of order")
        parts = []
        self.composite = False
        for element in range(first or 1, max(elements, default=0) + 1):
            held = elements.get(element, {})
            if None in held:
                parts.append(held[None])
            elif held:
                self.composite = True
                last = max(c for c in held if c is not None)
                parts.append(COMPONENT.join(held.get(c, "") for c in range(1, last + 1)))
            else:
                parts.append("")
        self.template = ELEMENT.join(([] if first else [segment_id]) + parts)
        self.slots = tuple(slots)


QUALIFIERS: dict[str, tuple[int, int | None]] = {
    "REF": (1, None),
    "DTP": (1, None),
    "AMT": (1, None),
    "HI": (1, 1),
    "NTE": (1, None),
    "QTY": (1, None),
    "CRC": (1, None),
    "MEA": (2, None),
}
"""Segments whose address names a qualifier, and the element (and component) that holds it."""


def qualifier_of(text: str) -> tuple[str, str | None]:
    """Segment id and qualifier of a segment in the program's own form."""
    elements = text.split(ELEMENT)
    where = QUALIFIERS.get(elements[0])
    if where is None or len(elements) <= where[0]:
        return elements[0], None
    element = elements[where[0]]
    return elements[0], element.split(COMPONENT)[0] if where[1] else element
