"""Repairs of one segment: separators, blanks, punctuation of identifiers, ICD qualifiers, widths of the ISA.

Which elements hold such identifiers stands in `schemas/guides/repairs.csv`. Nothing here changes what a value
says: a repair takes away or adds punctuation, padding and separators, or names the code set that the code and
the dates of the claim belong to.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from edi import tables
from edi.codes import icd10, ndc, phone
from edi.errors import TableError
from edi.x12.elements import judge
from edi.x12.guide import Guide, SegmentLine
from edi.x12.segment import COMPONENT, ELEMENT, REPETITION
from edi.x12.tokens import ISA_WIDTHS, Marks

Kind = Literal[
    "isa_width", "trailing_separator", "trailing_component", "trailing_blank", "empty_segment",
    "hl_number", "hl_parent", "hl_child", "lx_number",
    "se_count", "se_control", "se_missing", "ge_count", "ge_control", "ge_missing",
    "iea_count", "iea_control", "iea_missing", "terminator",
    "icd", "icd_version", "ndc", "zip", "tax_id", "phone",
]  # fmt: skip

WHY: dict[Kind, str] = {
    "isa_width": "the elements of the ISA have fixed widths",
    "trailing_separator": "nothing follows the last element",
    "trailing_component": "nothing follows the last component",
    "trailing_blank": "blanks at the end are no part of a value",
    "empty_segment": "an empty segment says nothing",
    "hl_number": "HL01 counts the levels of the set from 1",
    "hl_parent": "HL02 is the HL01 of the level above",
    "hl_child": "HL04 says whether a lower level follows",
    "lx_number": "LX01 counts the parts from 1",
    "se_count": "SE01 counts the segments from ST to SE",
    "se_control": "SE02 repeats ST02",
    "se_missing": "the set ends here",
    "ge_count": "GE01 counts the sets of the group",
    "ge_control": "GE02 repeats GS06",
    "ge_missing": "the group ends here",
    "iea_count": "IEA01 counts the groups of the interchange",
    "iea_control": "IEA02 repeats ISA13",
    "iea_missing": "the interchange ends here",
    "terminator": "every segment has its terminator, the last one too",
    "icd": "a diagnosis code carries no dot on the wire",
    "icd_version": "the codes and the dates of the claim are of ICD-10-CM",
    "ndc": "an NDC carries eleven digits without hyphens (5-4-2)",
    "zip": "a ZIP code carries no hyphen on the wire",
    "tax_id": "a tax id carries no hyphen on the wire",
    "phone": "a telephone number carries its ten digits only",
}
"""Why each repair is made."""
PRIVATE: frozenset[Kind] = frozenset({"trailing_blank", "icd", "ndc", "zip", "tax_id", "phone"})
"""Repairs whose values may tell something about a person."""

ICD10_FROM = dt.date(2015, 10, 1)
"""First day of ICD-10-CM: 45 CFR 162.1002."""
ICD10_QUALIFIERS = {"BK": "ABK", "BF": "ABF", "BJ": "ABJ", "PR": "APR", "BN": "ABN"}
"""Diagnosis qualifiers of ICD-9-CM and ICD-10-CM: code list 1270."""


# --- the table --------------------------------------------------------------------------------------


@dataclass(slots=True, frozen=True)
class Place:
    """One row of the table for a segment line."""

    repair: str
    """`day` marks a date that tells the version of ICD, `part_reference` the number of another part of the
    unit (such as LX01 in SVD06); any other is a `Kind`."""
    element: int | None
    """None: every element."""
    component: int | None
    condition: tuple[int | None, int | None, frozenset[str]] | None
    """Element (None: the same), component and the codes of which it holds one."""

    def elements(self, parts: list[str]) -> Iterable[int]:
        """The elements that it speaks of, as far as the segment goes."""
        if self.element is None:
            return range(1, len(parts))
        return (self.element,) if self.element < len(parts) else ()

    def holds(self, parts: list[str], element: int, component: str) -> bool:
        """Whether its condition is met."""
        if self.condition is None:
            return True
        at, part, codes = self.condition
        position = element if at is None else at
        value = parts[position] if position < len(parts) else ""
        if part is not None:
            pieces = value.split(component)
            value = pieces[part - 1] if part <= len(pieces) else ""
        return value in codes


_ADDRESS = re.compile(r"(?P<loop>[^/]+)/(?P<segment>[^/]+)/(?P<element>\*|\d\d)(?:-(?P<component>\d+))?")
_WHEN = re.compile(r"(?P<element>\*|\d\d)(?:-(?P<component>\d+))?=(?P<codes>.*)")


@cache
def places(guide: Guide) -> dict[SegmentLine, tuple[Place, ...]]:
    """The table by the segment lines of one guide.

    Raises:
        TableError: a row cannot be read or speaks of no line of the guide.
    """
    found: dict[SegmentLine, tuple[Place, ...]] = {}
    for row in tables.rows("guides/repairs.csv"):
        if guide.name not in row["guides"].split():
            continue
        match = _ADDRESS.fullmatch(row["address"])
        if match is None:
            raise TableError(f"guides/repairs.csv: {row['address']}")
        place = Place(
            row["repair"],
            None if match["element"] == "*" else int(match["element"]),
            int(match["component"]) if match["component"] else None,
            _condition(row["when"]),
        )
        lines = [
            line
            for line in guide.segment_lines()
            if line.name == match["segment"] and match["loop"] in ("*", line.loop.id)
        ]
        if not lines:
            raise TableError(f"guides/repairs.csv: {guide.name} has no {row['address']}")
        for line in lines:
            found[line] = (*found.get(line, ()), place)
    return found


def _condition(text: str) -> tuple[int | None, int | None, frozenset[str]] | None:
    if not text:
        return None
    match = _WHEN.fullmatch(text)
    if match is None:
        raise TableError(f"guides/repairs.csv: when {text}")
    return (
        None if match["element"] == "*" else int(match["element"]),
        int(match["component"]) if match["component"] else None,
        frozenset(match["codes"].split("|")),
    )


# --- identifiers ------------------------------------------------------------------------------------

_ZIP = re.compile(r"\d{5}-\d{4}", re.ASCII)
_TAX_ID = re.compile(r"\d\d-\d{7}|\d{3}-\d\d-\d{4}", re.ASCII)
_PHONE = re.compile(r"[0-9 ().+/-]+")


def _icd(value: str) -> str:
    """Without the dot behind the third character (the fourth of an E code of ICD-9-CM)."""
    if icd10.problem(value) is None or _dotted_nine(value):
        return value.replace(".", "")
    return value


def _dotted_nine(value: str) -> bool:
    return re.fullmatch(r"\d{3}\.\d\d?|V\d\d\.\d\d?|E\d{3}\.\d", value, re.ASCII) is not None


def _ndc(value: str) -> str:
    return ndc.compact(value) if "-" in value and ndc.problem(value) is None else value


def _plain(pattern: re.Pattern[str]) -> Callable[[str], str]:
    return lambda value: value.replace("-", "") if pattern.fullmatch(value) else value


def _phone(value: str) -> str:
    if _PHONE.fullmatch(value) is None or value.isdecimal() or phone.problem(value) is not None:
        return value
    return phone.compact(value)


IDENTIFIERS: dict[str, Callable[[str], str]] = {
    "icd": _icd,
    "ndc": _ndc,
    "zip": _plain(_ZIP),
    "tax_id": _plain(_TAX_ID),
    "phone": _phone,
}
"""What is made of a value of each kind; a value that is not of a known shape comes back as it is."""


# --- ICD-9-CM or ICD-10-CM --------------------------------------------------------------------------

_NINE = re.compile(r"\d{3,5}", re.ASCII)
_EITHER = re.compile(r"V\d{2,4}|E(?:0[0-3]|[89]\d)\d{1,2}", re.ASCII)


def icd_shape(code: str) -> Literal["9", "10", "either", "none"]:
    """The code set that the shape of a diagnosis code speaks for.

    ICD-9-CM: three to five digits, V01 to V91, E000 to E030 and E800 to E999; ICD-10-CM: `edi.codes.icd10`.
    """
    value = code.replace(".", "").upper()
    if _NINE.fullmatch(value):
        return "9"
    if _EITHER.fullmatch(value):
        return "either"
    return "10" if icd10.problem(value) is None else "none"


def days(value: str) -> tuple[dt.date, ...]:
    """The days of a D8 or RD8 value; none where one of them does not exist."""
    parts = value.split("-")
    if not all(len(part) == 8 and part.isascii() and part.isdecimal() for part in parts):
        return ()
    try:
        return tuple(dt.date(int(part[:4]), int(part[4:6]), int(part[6:])) for part in parts)
    except ValueError:
        return ()


def is_icd10(codes: Iterable[str], dates: Iterable[dt.date]) -> bool:
    """Whether the diagnosis codes and the days of a claim are those of ICD-10-CM, beyond doubt.

    Every day is on or after 2015-10-01, at least one code can only be of ICD-10-CM and none only of ICD-9-CM.
    """
    shapes = {icd_shape(code) for code in codes}
    known = list(dates)
    return bool(known) and min(known) >= ICD10_FROM and "10" in shapes and not shapes & {"9", "none"}


# --- separators and blanks --------------------------------------------------------------------------

_LOOSE = re.compile(f"(?: |{COMPONENT})(?=[{ELEMENT}{COMPONENT}{REPETITION}]|$)|[{ELEMENT}{REPETITION}]$")


def is_loose(text: str) -> bool:
    """Whether a segment in the program's own form ends, or an element ends, with separators or blanks."""
    return _LOOSE.search(text) is not None


@dataclass(slots=True)
class Change:
    """One change of an element, before it has a place in the file."""

    kind: Kind
    element: int
    component: int | None
    before: str
    after: str


def tightened(line: SegmentLine, raw: str, marks: Marks) -> tuple[str, list[Change]]:
    """A segment without the separators and blanks at ends that its guide line objects to.

    A change is made only where it leaves fewer faults: a blank in an element that must not be empty stays.
    """
    element, component = marks.element.decode("latin-1"), marks.component.decode("latin-1")
    repetition = marks.repetition.decode("latin-1") if marks.repetition else None
    table = marks.table()

    def faults(text: str) -> int:
        return sum(1 for _ in judge(line, text.encode("latin-1").translate(table).decode("latin-1")))

    best = faults(raw)
    changes: list[Change] = []
    parts = raw.split(element)
    for place in range(1, len(parts)):
        for kind, after in _steps(parts[place], component, repetition):
            tried = [*parts[:place], after, *parts[place + 1 :]]
            left = faults(element.join(tried))
            if after != parts[place] and left < best:
                changes.append(Change(kind, place, None, parts[place], after))
                parts, best = tried, left
    for blanks in ("", " "):
        last = len(parts)
        while last > 1 and not parts[last - 1].strip(blanks):
            last -= 1
        left = faults(element.join(parts[:last]))
        if left < best:
            extra = element + element.join(parts[last:])
            changes.append(Change("trailing_separator", last, None, extra, ""))
            parts, best = parts[:last], left
    return element.join(parts), changes


def _steps(value: str, component: str, repetition: str | None) -> Iterator[tuple[Kind, str]]:
    """An element without blanks at the end of its values, then without needless component separators."""
    if not value:
        return
    turns = value.split(repetition) if repetition else [value]
    split = [[part.rstrip(" ") for part in turn.split(component)] for turn in turns]
    yield "trailing_blank", (repetition or "").join(component.join(turn) for turn in split)
    whole = [turn.split(component) for turn in turns]
    for cut in (whole, split):
        yield "trailing_component", (repetition or "").join(_cut(turn, component) for turn in cut)


def _cut(turn: list[str], component: str) -> str:
    last = len(turn)
    while last > 1 and not turn[last - 1]:
        last -= 1
    return component.join(turn[:last])


# --- ISA --------------------------------------------------------------------------------------------

_PADDED = (2, 4, 6, 8)


def isa_widths(parts: list[str]) -> Iterator[Change]:
    """Padding that gives the elements of an ISA their widths: blanks behind texts, zeros before ISA13.

    `parts` are the segment id and the elements. What is too wide loses only its padding.
    """
    for place in (*_PADDED, 13):
        value, width = parts[place], ISA_WIDTHS[place - 1]
        after = value
        if place == 13 and value.strip(" ").isdecimal():
            after = value.strip(" ").lstrip("0").zfill(width)
        elif place in _PADDED:
            after = value.rstrip(" ").ljust(width)
        if len(value) != width and len(after) == width:
            yield Change("isa_width", place, None, value, after)
