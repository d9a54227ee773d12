"""Diagnoses that need no indicator of what was present on admission: the list of exempt codes of CMS.

Tab separated, `POAexemptCodesFY25.txt`: order number, code with its dot, description (dropped). A list of
April has its month in the name (`Apr23`). The files of codes that were added, deleted or revised are others
of the same zip. Source: CMS, hospital-acquired conditions, coding.
"""

import re
from collections.abc import Iterator

from edi.refdata.loaders.content import Content, OtherRows, find_header
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

NAME = "poa_exempt"
"""Kind and list."""
COLUMNS = {"code": r"POA ?EXEMPT ?CODE"}
_CODE = re.compile(r"[A-Z]\d[0-9A-Z](\.?[0-9A-Z]{1,4})?")
_CHANGES = re.compile(r"(add|delete|revise)d?[-_ ]*codes", re.I)
_RELEASE = re.compile(r"(apr(?:il)?)?(?:fy)?[-_ ]*(20\d\d|(?<!\d)\d\d)(?!\d)", re.I)


def looks(content: Content) -> bool:
    """Whether the first line names the exempt codes, and the file is not one of the changes."""
    header = content.head.split("\n", 1)[0].upper()
    return "POAEXEMPTCODE" in header.replace(" ", "") and not _CHANGES.search(content.name.split("\n")[0])


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The codes of one release.

    Raises:
        NotReadable: the header is not there, rows hold no code, or the fiscal year cannot be told.
    """
    columns, rows = find_header(content, COLUMNS)
    listed = _rows(content, columns["code"], rows)
    release = _RELEASE.search(content.name.split("\n")[0])
    if asked.start is None and release is not None:
        year = int(release[2]) if len(release[2]) == 4 else 2000 + int(release[2])
        return kind.parsed_fiscal(asked, listed, year=year, april=release[1] is not None)
    return kind.parsed(content, asked, listed)


def _rows(content: Content, place: int, rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """(list, code without its dot, start, end, label, fields)."""
    others = OtherRows(content)
    for number, row in rows:
        code = row[place].strip().upper() if len(row) > place else ""
        if not _CODE.fullmatch(code):
            others.add(number, row)
            continue
        others.kept += 1
        yield NAME, code.replace(".", ""), 0, 0, "", ""
    others.judge()
