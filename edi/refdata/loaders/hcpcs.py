"""HCPCS Level II, the contractor's record of 320 characters.

Code 1-5 (a modifier stands in 4-5), sequence 6-10, record id 11 (3 and 4 a procedure and its next lines, 7
and 8 a modifier), texts 12-119 (dropped), coverage 230, betos 257-259, added 269-276, action effective
277-284, termination 285-292, action 293. Dental codes (D) belong to the American Dental Association and are
dropped. Source: CMS, HCPCS record layout.
"""

import re
from collections.abc import Iterator
from datetime import date

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

LEAST: int = 276
"""Shortest line that still holds the date on which a code was added."""
_START = re.compile(r"(?:[A-Z]\d{4}|   [0-9A-Z]{2}|[0-9A-Z]{2}   )\d{5}[3478]")


def looks(content: Content) -> bool:
    """Whether the first lines are records."""
    lines = [line for line in content.head.splitlines()[:5] if line.strip()]
    return bool(lines) and all(_START.match(line) and len(line) >= 100 for line in lines)


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """Codes and modifiers.

    Raises:
        NotReadable: a line is no record, or the quarter cannot be told.
    """
    return kind.parsed(content, asked, _rows(content))


def record(line: str, where: str) -> Row | None:
    """(list, code, start, end, label, fields) of the first line of a code; None for its other lines.

    Raises:
        NotReadable: the line is no record, or a date is none.
    """
    if not _START.match(line):
        raise NotReadable(
            f"{where} is no record (code, sequence, record id in columns 1 to 11): {line[:24]!r}"
        )
    if line[10] in "48":
        return None
    if len(line) < LEAST:
        raise NotReadable(f"{where}: a record of {len(line)} characters where 320 are expected")
    procedure = line[10] == "3"
    code = line[:5].strip()
    if procedure and code[0] == "D":
        return None
    start, end = _day(line[268:276], where), _day(line[284:292], where)
    fields = f"action={line[292:293].strip()};coverage={line[229:230].strip()};betos={line[256:259].strip()}"
    return "hcpcs" if procedure else "modifiers", code, start, end, "", fields


def _day(text: str, where: str) -> int:
    text = text.strip()
    if not text.strip("0"):
        return 0
    try:
        if len(text) != 8 or not text.isascii():
            raise ValueError
        return int(f"{date(int(text[:4]), int(text[4:6]), int(text[6:])):%Y%m%d}")
    except ValueError as problem:
        raise NotReadable(f"{where}: {text!r} is no date YYYYMMDD") from problem


def _rows(content: Content) -> Iterator[Row]:
    kept = 0
    for number, line in content.lines():
        if not line.strip("\x1a "):
            continue
        row = record(line, f"{content.label}: line {number}")
        if row is not None:
            kept += 1
            yield row
    if not kept:
        raise NotReadable(f"{content.label}: no code of HCPCS Level II")
