"""Provider taxonomy of the National Uniform Claim Committee: codes only, names and definitions are dropped.

Version 23.0 is published in January and holds from April, 23.1 in July and holds from October; the file's
name has it (`nucc_taxonomy_230.csv`). Source: NUCC.
"""

import re
from collections.abc import Iterator
from datetime import date

from edi.errors import NotReadable
from edi.refdata.editions import period_end
from edi.refdata.loaders.content import Content, OtherRows, find_header
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "Code": r"CODE",
    "Grouping": r"GROUPING|TYPE",
    "Classification": r"CLASSIFICATION",
    "Specialization": r"SPECIALIZATION",
}
_VERSION = re.compile(r"taxonomy[-_ ]*(\d\d)[._]?([01])(?!\d)", re.I)


def looks(content: Content) -> bool:
    """Whether the first line names grouping or type, classification and specialization."""
    head = content.head[:4096].upper()
    return "CLASSIFICATION" in head and "SPECIALIZATION" in head


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The codes of one version.

    Raises:
        NotReadable: the header is not there, or the version cannot be told.
    """
    columns, rows = find_header(content, COLUMNS)
    version = _VERSION.search(content.name)
    listed = _rows(content, columns["Code"], rows)
    if asked.start is None and version is not None:
        start = date(2000 + int(version[1]), 10 if version[2] == "1" else 4, 1)
        through = asked.through or period_end(start, kind.period)
        return Parsed(start=start, through=through, edition=f"{version[1]}.{version[2]}", rows=listed)
    return kind.parsed(content, asked, listed)


def _rows(content: Content, place: int, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    others = OtherRows(content)
    for number, row in rows:
        code = row[place].strip().upper() if len(row) > place else ""
        if not re.fullmatch(r"[0-9A-Z]{9}X", code):
            others.add(number, row)
            continue
        others.kept += 1
        yield "taxonomy", code, 0, 0, "", ""
    if others.kept < 1:
        raise NotReadable(f"{content.label}: no taxonomy code of ten characters under the header")
    others.judge()
