"""ICD-10-CM, order file: fixed width, sliced by position, because short and long text may run together.

Order number 1-5, code 7-13 without dot, 15 flag (0 header, 1 billable), short description 17-76 (kept: public
domain), long description from 78 (dropped). Source: NCHS and CMS.
"""

import re
from collections.abc import Iterator

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

_LINE = re.compile(r"\d{5} [A-Z][0-9A-Z]{2}[0-9A-Z ]{4} [01](?: |$)")
_YEAR = re.compile(r"order[-_ ]*(?:addenda[-_ ]*)?(?:april|apr|october|oct)?[-_ ]*(20\d\d)|(20\d\d)", re.I)


def looks(content: Content) -> bool:
    """Whether the first lines are those of an order file."""
    lines = [line for line in content.head.splitlines()[:5] if line.strip()]
    return bool(lines) and all(_LINE.match(line) for line in lines)


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The codes of one release.

    Raises:
        NotReadable: a line has another form, or the fiscal year cannot be told.
    """
    year = _YEAR.search(content.name)
    if asked.start is None and year is not None:
        april = re.search(r"apr(il)?(?![a-z])", content.name, re.I) is not None
        return kind.parsed_fiscal(asked, _rows(content), year=int(year[1] or year[2]), april=april)
    return kind.parsed(content, asked, _rows(content))


def record(line: str, where: str) -> Row:
    """(list, code, start, end, label, fields).

    Raises:
        NotReadable: the line has another form.
    """
    if not _LINE.match(line):
        raise NotReadable(f"{where} is no line of an order file (number, code, flag): {line[:24]!r}")
    billable = "yes" if line[14] == "1" else "no"
    return "icd10cm", line[6:13].strip(), 0, 0, line[16:76].strip(), f"billable={billable}"


def _rows(content: Content) -> Iterator[Row]:
    for number, line in content.lines():
        if line.strip("\x1a "):
            yield record(line, f"{content.label}: line {number}")
