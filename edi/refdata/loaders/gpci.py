"""Geographic practice cost indices by contractor and locality: banner lines, header by names, footnotes.

Since 2026 a file may hold the work index with and without its floor of 1.0. Source: CMS, GPCI file of the RVU
zip.
"""

import re
from collections.abc import Iterator

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content, OtherRows, amount, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "Medicare Administrative Contractor": r"(MEDICARE )?ADMINISTRATIVE CONTRACTOR.*|MEDICARE ADMINI.*|MAC",
    "Locality Number": r"LOCALITY (NUMBER|NO|NUM)",
    "Locality Name": r"LOCALITY NAME",
    "PW GPCI": r"(20\d\d )?PW GPCI(?! WITHOUT)( .*)?",
    "PE GPCI": r"(20\d\d )?PE GPCI( .*)?",
    "MP GPCI": r"(20\d\d )?MP GPCI( .*)?",
}
OPTIONAL = {"State": r"STATE", "without floor": r"(20\d\d )?PW GPCI WITHOUT.*"}


def looks(content: Content) -> bool:
    """Whether the head names GPCI and localities."""
    head = plain(content.head[:8192])
    return "GPCI" in head and "LOCALITY" in head


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The localities of one year.

    Raises:
        NotReadable: the header is not there, or the year cannot be told.
    """
    columns, rows = find_header(content, COLUMNS, OPTIONAL)
    return kind.parsed(content, asked, _rows(content, columns, rows))


def _rows(content: Content, columns: dict[str, int], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """(contractor, locality, state, name, work, work without floor, practice expense, malpractice)."""
    others = OtherRows(content)
    for number, row in rows:
        cells = [cell.strip() for cell in row]
        mac = cells[columns["Medicare Administrative Contractor"]] if len(row) > max(columns.values()) else ""
        if not re.fullmatch(r"\d{4,5}", mac):
            others.add(number, row)
            continue
        where = f"{content.label}: line {number}: contractor {mac}"
        locality = cells[columns["Locality Number"]]
        values = [amount(cells[columns[key]], where) for key in ("PW GPCI", "PE GPCI", "MP GPCI")]
        if not re.fullmatch(r"\d{1,2}", locality) or None in values:
            raise NotReadable(f"{where} has no locality of two digits, or lacks an index")
        bare = columns.get("without floor")
        others.kept += 1
        yield (
            mac.zfill(5),
            locality.zfill(2),
            cells[columns["State"]] if "State" in columns else "",
            cells[columns["Locality Name"]].rstrip("* "),
            values[0],
            amount(cells[bare], where) if bare is not None else None,
            values[1],
            values[2],
        )
    others.judge()
