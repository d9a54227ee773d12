"""NCCI procedure-to-procedure edits: tab separated text or CSV, a preamble, some 2.6 million rows a quarter.

Columns: column 1, column 2, "*=in existence prior to 1996", effective date, deletion date or `*`, modifier
indicator 0, 1 or 9, rationale (dropped). Rows are told by their dates, not by their number. Up to four files
a quarter; the name holds version, release and part (`ccipra-v323r0-f1`: version 32.3 is 2026 Q4).
Source: CMS, PTP coding edits files.
"""

import re
from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import Final

from edi.errors import NotReadable
from edi.refdata.editions import period_end
from edi.refdata.loaders.content import Content, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

ROW: Final = re.compile(
    r'"?([0-9A-Z]{5})"?[\t,]"?([0-9A-Z]{5})"?[\t,]"?[* ]*"?[\t,]'
    r'"?(\d{8})"?[\t,]"?(\d{8}|\*| *)"?[\t,]"?([019])"?(?:[\t,]|$)'
)
_VERSION: Final = re.compile(r"v(\d\d)(\d)r(\d+)(?:[-_]?f(\d+))?", re.I)
_NAMES: Final = ("COLUMN 1", "COLUMN 2", "EFFECTIVE", "DELETION", "MODIFIER")
_FIRST_YEAR: Final = 1994
"""Version 30.0 is the first quarter of 2024."""


def looks(content: Content) -> bool:
    """Whether the preamble names column 1, column 2 and the deletion date."""
    head = plain("\n".join(content.head.splitlines()[:60]))
    return all(name in head for name in ("COLUMN 1", "COLUMN 2", "DELETION"))


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The edits of one file.

    Raises:
        NotReadable: the header is not there, the setting or the quarter cannot be told.
    """
    version = _VERSION.search(content.name)
    release, part = (int(version[3]), version[4] or "") if version else (0, "")
    setting = asked.setting or _setting(content.name)
    if setting not in ("practitioner", "hospital"):
        raise NotReadable(
            f"{content.label}: neither name nor content says whose edits these are; "
            "add --setting practitioner or --setting hospital"
        )
    dated = _dated(asked, version)
    return kind.parsed(content, dated, _rows(content), setting=setting, release=release, part=part)


def _setting(name: str) -> str | None:
    low = name.lower()
    if "ccipra" in low or "practitioner" in low:
        return "practitioner"
    return "hospital" if "ccioph" in low or "hospital" in low else None


def _dated(asked: Asked, version: re.Match[str] | None) -> Asked:
    """The quarter of a version in the name, where none was asked for."""
    if asked.start is not None or version is None or int(version[2]) > 3:
        return asked
    start = date(_FIRST_YEAR + int(version[1]), 1 + 3 * int(version[2]), 1)
    return Asked(
        kind=asked.kind,
        setting=asked.setting,
        start=start,
        through=asked.through or period_end(start, "quarter"),
        whole=asked.whole,
    )


def _rows(content: Content) -> Iterator[Row]:
    """(column 1, column 2, start, end or 0, indicator), as numbers YYYYMMDD."""
    match = ROW.match
    lines = content.lines()
    preamble: list[str] = []
    first = (1, "")
    for first in lines:
        if match(first[1]) or first[0] >= 60:
            break
        preamble.append(first[1])
    found = match(first[1])
    said = plain(" ".join(preamble))
    missing = [name for name in _NAMES if name not in said]
    if found is None or missing:
        last = next((text for text in reversed(preamble) if text.strip()), "")[:120]
        lacks = (
            f"its header lacks {', '.join(missing).lower()}"
            if missing
            else "no row of edits follows its header"
        )
        raise NotReadable(f"{content.label}: line {max(first[0] - 1, 1)}: {lacks}; it says: {last}")
    for number, line in chain((first,), lines):
        found = match(line)
        if found is None:
            if not line.strip("\t, \x1a"):
                continue
            raise NotReadable(
                f"{content.label}: line {number} is no pair edit (two codes, *, two dates, indicator); "
                f"it says: {line[:80]!r}"
            )
        code1, code2, start, end, indicator = found.groups()
        if not "19800101" <= start <= "20991231":
            raise NotReadable(f"{content.label}: line {number}: {start} is no date")
        yield code1, code2, int(start), int(end) if end and end.isdecimal() else 0, int(indicator)
