"""Add-on code edits: which primary codes an add-on code needs beside it.

Columns: AOC_Edit_Type (1, 2, 3), Add-On_Code, AOC_DelDT, Primary_Code (`CCCCC`: the contractor's list),
Primary_Code_DelDT, AOC_Edit_EffDT, AOC_Edit_DelDT; dates are year and day of the year (2026091) or YYYYMMDD.
Source: CMS, AOC files; names of the columns as in the published workbooks (verify against the text file).
"""

import re
from collections.abc import Iterator
from datetime import date, timedelta

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content, OtherRows, code_of, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "AOC_Edit_Type": r"(AOC )?(EDIT )?TYPE",
    "Add-On_Code": r"ADD ON CODE|ADDON CODE|AOC",
    "Primary_Code": r"PRIMARY( PROCEDURE)? CODE",
}
OPTIONAL = {
    "AOC_Edit_EffDT": r"(AOC )?(EDIT )?EFF(ECTIVE)? ?(DT|DATE)( JULIAN)?",
    "AOC_Edit_DelDT": r"(AOC )?EDIT DEL(ETION|ETE)? ?(DT|DATE)( JULIAN)?",
    "AOC_DelDT": r"(AOC|ADD ON CODE) DEL(ETION|ETE)? ?(DT|DATE)( JULIAN)?",
    "Primary_Code_DelDT": r"PRIMARY CODE DEL(ETION|ETE)? ?(DT|DATE)( JULIAN)?",
}
_TYPES = {"1": 1, "2": 2, "3": 3, "I": 1, "II": 2, "III": 3}
_CONTRACTOR = "CCCCC"


def looks(content: Content) -> bool:
    """Whether the head names add-on and primary code."""
    head = plain(content.head[:8192])
    return "PRIMARY CODE" in head and ("ADD ON CODE" in head or "AOC EDIT TYPE" in head)


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The pairs of add-on code and primary code.

    Raises:
        NotReadable: the header is not there, or the window cannot be told.
    """
    columns, rows = find_header(content, COLUMNS, OPTIONAL)
    return kind.parsed(content, asked, _rows(content, columns, rows))


def _rows(content: Content, columns: dict[str, int], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """(add-on code, primary code or empty, type, start or 0, end or 0), dates as numbers YYYYMMDD."""
    others = OtherRows(content)
    for number, row in rows:
        code = code_of(row[columns["Add-On_Code"]]) if len(row) >= len(COLUMNS) else None
        if code is None:
            others.add(number, row)
            continue
        row += [""] * (max(columns.values()) + 1 - len(row))
        where = f"{content.label}: line {number}: {code}"
        kind = _TYPES.get(row[columns["AOC_Edit_Type"]].strip().upper().removesuffix(".0"))
        primary = code_of(row[columns["Primary_Code"]])
        if kind is None or (primary is None and row[columns["Primary_Code"]].strip()):
            raise NotReadable(f"{where} has no type 1, 2 or 3, or no primary code")
        dates = {key: _day(row[i], where) for key, i in columns.items() if key in OPTIONAL}
        ends = [day for key, day in dates.items() if key != "AOC_Edit_EffDT" and day]
        others.kept += 1
        parent = "" if primary in (None, _CONTRACTOR) else primary
        yield code, parent, kind, dates.get("AOC_Edit_EffDT", 0), min(ends, default=0)
    others.judge()


def _day(cell: str, where: str) -> int:
    """A date as YYYYMMDD; 0 where there is none.

    Raises:
        NotReadable: it is written in no form that is known.
    """
    text = cell.strip().removesuffix(".0")
    if text in ("", "*", "0"):
        return 0
    try:
        if re.fullmatch(r"\d{7}", text):
            day = date(int(text[:4]), 1, 1) + timedelta(days=int(text[4:]) - 1)
        elif re.fullmatch(r"\d{8}", text):
            day = date(int(text[:4]), int(text[4:6]), int(text[6:]))
        else:
            raise ValueError
    except (ValueError, OverflowError) as problem:
        raise NotReadable(f"{where}: {text[:20]!r} is no date (2026091 or 20260401)") from problem
    return int(f"{day:%Y%m%d}")
