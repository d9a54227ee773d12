"""Average sales price: payment limits of Part B drugs. CSV with title lines, header by names.

Source: CMS, ASP pricing files. That a code stands here is no coverage.
"""

from collections.abc import Iterator

from edi.refdata.loaders.content import Content, OtherRows, amount, code_of, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "HCPCS Code": r"HCPCS( CODE)?",
    "HCPCS Code Dosage": r"HCPCS CODE DOSAGE|DOSAGE",
    "Payment Limit": r"PAYMENT LIMIT",
}
OPTIONAL = {"Co-insurance Percentage": r"CO ?INSURANCE PERCENT(AGE)?"}


def looks(content: Content) -> bool:
    """Whether the head names dosage and payment limit."""
    head = plain(content.head[:16384])
    return "PAYMENT LIMIT" in head and "DOSAGE" in head and "HCPCS CODE" in head


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The limits of one quarter.

    Raises:
        NotReadable: the header is not there, or the quarter cannot be told.
    """
    columns, rows = find_header(content, COLUMNS, OPTIONAL)
    return kind.parsed(content, asked, _rows(content, columns, rows))


def _rows(content: Content, columns: dict[str, int], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """(code, dosage, limit, coinsurance)."""
    others = OtherRows(content)
    for number, row in rows:
        code = code_of(row[columns["HCPCS Code"]]) if len(row) > max(columns.values()) else None
        if code is None:
            others.add(number, row)
            continue
        where = f"{content.label}: line {number}: {code}"
        share = columns.get("Co-insurance Percentage")
        others.kept += 1
        yield (
            code,
            " ".join(row[columns["HCPCS Code Dosage"]].split()),
            amount(row[columns["Payment Limit"]], where),
            amount(row[share], where) if share is not None else None,
        )
    others.judge()
