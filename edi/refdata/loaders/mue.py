"""Medically unlikely edits: a quoted notice over several lines, then a header found by its names.

Columns: HCPCS/CPT code, `<Service> MUE Values`, adjudication indicator (`3 Date of Service Edit: Clinical`),
rationale (dropped). Source: CMS, MUE files.
"""

import re
from collections.abc import Iterator

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content, OtherRows, code_of, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "HCPCS/CPT Code": r"(HCPCS )?(CPT )?(CODE|HCPCS CPT CODE)",
    "MUE Values": r".*MUE VALUES?",
    "MUE Adjudication Indicator": r".*ADJUDICATION INDICATOR.*|MAI",
}


def looks(content: Content) -> bool:
    """Whether the head names MUE values and the adjudication indicator."""
    head = plain(content.head)
    return "MUE VALUE" in head and "ADJUDICATION INDICATOR" in head


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The limits of one service type.

    Raises:
        NotReadable: the header is not there, or nothing says whose limits these are.
    """
    columns, rows = find_header(content, COLUMNS)
    head = plain(content.head)
    setting = asked.setting or _setting(head) or _setting(plain(_apart(content.name)), named="")
    if setting not in ("practitioner", "hospital", "dme"):
        raise NotReadable(
            f"{content.label}: neither header nor name says whose limits these are; "
            "add --setting practitioner, hospital or dme"
        )
    return kind.parsed(content, asked, _rows(content, columns, rows), setting=setting)


_SERVICE = r"\b(PRACTITIONER|OUTPATIENT ?HOSPITAL|DME)( SUPPLIER)?( SERVICES?)?"


def _setting(text: str, *, named: str = " MUE VALUES?") -> str | None:
    found = re.search(_SERVICE + named, text)
    return {"P": "practitioner", "O": "hospital", "D": "dme"}[found[1][0]] if found else None


def _apart(name: str) -> str:
    """`MCR_MUE_OutpatientHospitalServices` with its words apart."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)


def _rows(content: Content, columns: dict[str, int], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """(code, units, adjudication indicator)."""
    place, units_at, mai_at = columns.values()
    others = OtherRows(content)
    for number, row in rows:
        code = code_of(row[place]) if len(row) > max(columns.values()) else None
        if code is None:
            others.add(number, row)
            continue
        units, mai = row[units_at].strip(), row[mai_at].strip()[:1]
        if not (units.isascii() and units.isdecimal() and mai in ("1", "2", "3")):
            raise NotReadable(
                f"{content.label}: line {number}: {code} has no limit with an indicator 1, 2 or 3 but "
                f"{units[:20]!r} and {row[mai_at].strip()[:20]!r}"
            )
        others.kept += 1
        yield code, int(units), int(mai)
    others.judge()
