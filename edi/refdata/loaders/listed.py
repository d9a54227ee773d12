"""Code lists of a licensee, and adjustment and remark codes: CSV with a header that names at least `code`.

Accepted columns, in any order and any case: `code`; `start` (also start date, effective date, from); `end`
(also end date, stop date, termination date, through); `description` (also label, name). One list a file.
Dates are YYYY-MM-DD, YYYYMMDD or MM/DD/YYYY. Descriptions of CPT and NUBC lists are kept, in the user's own
store only, because the user's licence allows it; those of adjustment and remark codes are dropped.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content, OtherRows, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS: Final = {"code": r"(.* )?CODE"}
OPTIONAL: Final = {
    "start": r"START( DATE)?|EFFECTIVE( DATE)?|FROM",
    "end": r"(END|STOP|TERMINATION)( DATE)?|THROUGH",
    "description": r"(SHORT |LONG |MEDIUM )?DESCRIPT(ION|OR)|LABEL|NAME",
}
SHAPES: Final = {
    "cpt": r"\d{4}[0-9AFMTU]",
    "carc": r"\d{1,3}|[A-Z]\d{1,2}",
    "rarc": r"(?:MA?|N)\d{1,4}",
    "revenue": r"\d{4}",
    "type_of_bill": r"\d{2}",
}
"""What a code of a list looks like; others: one to four letters and digits."""
_FILLED: Final = {
    "revenue": 4,
    "condition": 2,
    "occurrence": 2,
    "occurrence_span": 2,
    "value": 2,
    "patient_status": 2,
}
"""Lists whose codes have a fixed length: a workbook drops the zeros in front."""
_NAMES: Final = {
    "occurrence_span": r"OCC(URRENCE)? SPAN",
    "occurrence": r"OCC(URRENCE)?( CODES?)?",
    "condition": r"CONDITION",
    "value": r"VALUE",
    "revenue": r"REV(ENUE)?( CODES?)?",
    "type_of_bill": r"TYPE OF BILL|TOB|BILL TYPES?",
    "patient_status": r"PATIENT (DISCHARGE )?STATUS|DISCHARGE STATUS",
    "admission_type": r"(ADMISSION|PRIORITY) TYPE|TYPE OF ADMISSION",
    "admission_source": r"(ADMISSION|POINT OF ORIGIN) ?(SOURCE)?|POINT OF ORIGIN",
    "cpt": r"CPT",
}


def looks_like(kind: str, content: Content) -> bool:
    """Whether a file is this list: by its codes for adjustment and remark codes, else by its name."""
    lines = [line for line in content.head.splitlines()[:60] if line.strip()]
    header = next((line for line in lines[:10] if "code" in line.lower()), None)
    if header is None:
        return False
    if kind in ("carc", "rarc"):
        if not {"START DATE", "LAST MODIFIED"} & {plain(cell) for cell in re.split(r"[,\t]", header)}:
            return False
        firsts = [re.split(r"[,\t]", line)[0].strip('" ') for line in lines[lines.index(header) + 1 :]]
        remarks = sum(bool(re.fullmatch(SHAPES["rarc"], code)) for code in firsts)
        reasons = sum(bool(re.fullmatch(SHAPES["carc"], code)) for code in firsts)
        return remarks > reasons if kind == "rarc" else reasons >= remarks and reasons > 0
    name = " ".join(plain(re.sub(r"\.[a-z]+$", "", part, flags=re.I)) for part in content.name.split("\n"))
    named = next((key for key, pattern in _NAMES.items() if re.search(rf"\b(?:{pattern})\b", name)), None)
    return named == kind


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The codes of a list.

    Raises:
        NotReadable: no column is named code, a date is none, or nothing says from when the list holds.
    """
    columns, rows = find_header(content, COLUMNS, OPTIONAL)
    return kind.parsed(content, asked, _rows(kind.name, content, columns, rows))


def _rows(
    name: str, content: Content, columns: dict[str, int], rows: Iterator[tuple[int, list[str]]]
) -> Iterator[Row]:
    """(list, code, start, end, label, fields)."""
    others = OtherRows(content)
    shape = re.compile(SHAPES.get(name, r"[0-9A-Z]{1,4}"))
    own = name not in ("carc", "rarc")
    for number, row in rows:
        row += [""] * (max(columns.values()) + 1 - len(row))
        code = row[columns["code"]].strip().upper()
        if name in _FILLED and code.isdecimal():
            code = code.zfill(_FILLED[name])
        if not shape.fullmatch(code):
            others.add(number, row)
            continue
        where = f"{content.label}: line {number}: {code}"
        start, end = (_day(row[columns[key]], where) if key in columns else 0 for key in ("start", "end"))
        label = " ".join(row[columns["description"]].split()) if own and "description" in columns else ""
        others.kept += 1
        yield name, code, start, end, label, ""
    others.judge()


def _day(cell: str, where: str) -> int:
    text = cell.strip()
    if not text:
        return 0
    found = re.fullmatch(r"(\d{4})-?(\d\d)-?(\d\d)(?:[ T].*)?", text)
    year, month, day = found.groups() if found else ("", "", "")
    if found is None and (found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text)):
        month, day, year = found.groups()
    try:
        return int(f"{date(int(year), int(month), int(day)):%Y%m%d}")
    except ValueError as problem:
        raise NotReadable(f"{where}: {text[:20]!r} is no date (YYYY-MM-DD or MM/DD/YYYY)") from problem
