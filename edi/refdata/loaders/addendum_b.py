"""Addendum B of the outpatient prospective payment system: status indicator, APC and rate by code.

CSV with preamble rows; money has `$` and commas, `.` means none, codes may carry a stray byte 0xFF.
Descriptors belong to the American Medical Association and are dropped. Source: CMS.
"""

import re
from collections.abc import Iterator

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content, OtherRows, amount, code_of, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "HCPCS Code": r"HCPCS( CODE)?",
    "SI": r"SI|STATUS INDICATOR",
    "APC": r"APC",
    "Relative Weight": r"RELATIVE WEIGHT",
    "Payment Rate": r"PAYMENT RATE",
    "National Unadjusted Copayment": r"NATIONAL UNADJUSTED CO ?PAYMENT",
    "Minimum Unadjusted Copayment": r"MINIMUM UNADJUSTED CO ?PAYMENT",
}
OPTIONAL = {"Adjusted Beneficiary Copayment": r"ADJUSTED BENEFICIARY CO ?PAYMENT"}


def looks(content: Content) -> bool:
    """Whether the head names APC, status indicator and unadjusted copayment beside codes."""
    head = plain(content.head[:16384])
    return (
        "UNADJUSTED" in head
        and "PAYMENT RATE" in head
        and re.search(r"HCPCS CODE\b.*\bAPC\b", head) is not None
    )


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The codes of one quarter.

    Raises:
        NotReadable: the header is not there, or the quarter cannot be told.
    """
    columns, rows = find_header(content, COLUMNS, OPTIONAL)
    return kind.parsed(content, asked, _rows(content, columns, rows))


def _rows(content: Content, columns: dict[str, int], rows: Iterator[tuple[int, list[str]]]) -> Iterator[Row]:
    """(code, status, APC, weight, rate, national copayment, minimum copayment, adjusted copayment)."""
    others = OtherRows(content)
    needed = max(columns[key] for key in COLUMNS)
    for number, row in rows:
        code = code_of(row[columns["HCPCS Code"]]) if len(row) > needed else None
        if code is None:
            others.add(number, row)
            continue
        where = f"{content.label}: line {number}: {code}"
        status, apc = row[columns["SI"]].strip().upper(), row[columns["APC"]].strip()
        if not re.fullmatch(r"[A-Z]\d?", status) or not re.fullmatch(r"\d{0,4}", apc):
            raise NotReadable(f"{where} has status {status[:8]!r} and APC {apc[:8]!r}")
        amounts = [
            amount(row[columns[key]], where)
            for key in ("Relative Weight", "Payment Rate", *list(COLUMNS)[5:], *OPTIONAL)
            if key in columns and columns[key] < len(row)
        ]
        others.kept += 1
        # a workbook may have dropped the zeros in front of an APC
        yield code, status, apc.zfill(4) if apc else None, *amounts, *[None] * (5 - len(amounts))
    others.judge()
