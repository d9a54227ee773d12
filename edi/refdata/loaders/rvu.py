"""Physician fee schedule: relative value units by code and modifier, with the conversion factor.

CSV; the header is stacked over several rows, so names are put together by column. Since 2026 there are two
files with two factors (QPP and nonQPP). The factor must be the same on every row, and the totals the sums of
their parts: a column that was taken for another one shows there. Descriptors are dropped. Source: CMS, PPRRVU
files.
"""

import re
from collections.abc import Iterator
from decimal import Decimal

from edi.errors import NotReadable
from edi.refdata.loaders.content import Content, OtherRows, amount, code_of, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "HCPCS": r"HCPCS( CODE)?",
    "MOD": r"MOD(IFIER)?",
    "STATUS CODE": r"STATUS( CODE)?",
    "WORK RVU": r"WORK RVU",
    "NON-FAC PE RVU": r"NON ?FAC(ILITY)? PE RVU",
    "FACILITY PE RVU": r"FAC(ILITY)? PE RVU",
    "MP RVU": r"MP RVU",
    "NON-FACILITY TOTAL": r"NON ?FAC(ILITY)? TOTAL",
    "FACILITY TOTAL": r"FAC(ILITY)? TOTAL",
    "PCTC IND": r"PCTC( IND)?",
    "GLOB DAYS": r"GLOB(AL)?( DAYS)?",
    "MULT PROC": r"MULT PROC",
    "CONV FACTOR": r"CONV(ERSION)? FACTOR",
}
KNOWN_FACTORS = {(2026, "nonqpp"): Decimal("33.4009"), (2026, "qpp"): Decimal("33.5675")}
"""By year and programme; final rule of calendar year 2026."""
_NUMBERS = ("WORK RVU", "NON-FAC PE RVU", "FACILITY PE RVU", "MP RVU", "NON-FACILITY TOTAL", "FACILITY TOTAL")
_ROUNDING = Decimal("0.011")


def looks(content: Content) -> bool:
    """Whether the head names a conversion factor and work units."""
    return re.search(r"^\W*HCPCS\W+MOD", content.head, re.M) is not None and "CONV" in content.head.upper()


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The rows of one release.

    Raises:
        NotReadable: the header is not there, or the quarter cannot be told.
    """
    columns, rows = find_header(content, COLUMNS, stacked="HCPCS( CODE)?")
    low = content.name.split("\n")[0].lower()
    setting = asked.setting or (
        "nonqpp" if "nonqpp" in low or "non-qpp" in low else "qpp" if "qpp" in low else "all"
    )
    if setting not in ("nonqpp", "qpp", "all"):
        raise NotReadable(f"{content.label}: --setting must be nonqpp, qpp or all")
    warnings: list[str] = []
    found = kind.parsed(content, asked, iter(()), setting=setting, warnings=warnings)
    if found.start.year == 2026 and setting == "all":
        raise NotReadable(
            f"{content.label}: two files hold in 2026, and the name does not say which this is; "
            "add --setting nonqpp or --setting qpp"
        )
    found.rows = _rows(content, columns, rows, warnings, KNOWN_FACTORS.get((found.start.year, setting)))
    return found


def _rows(
    content: Content,
    columns: dict[str, int],
    rows: Iterator[tuple[int, list[str]]],
    warnings: list[str],
    known: Decimal | None,
) -> Iterator[Row]:
    """(code, modifier, status, the amounts of _NUMBERS, PC/TC, global days, multiple procedure, factor)."""
    others = OtherRows(content)
    factor: str | None = None
    apart = 0
    for number, row in rows:
        code = code_of(row[columns["HCPCS"]]) if len(row) > max(columns.values()) else None
        if code is None:
            others.add(number, row)
            continue
        where = f"{content.label}: line {number}: {code}"
        amounts = [amount(row[columns[key]], where) or "0" for key in _NUMBERS]
        own = amount(row[columns["CONV FACTOR"]], where)
        if own is None or not 20 < Decimal(own) < 60 or (factor is not None and own != factor):
            raise NotReadable(
                f"{where} has the conversion factor {row[columns['CONV FACTOR']].strip()[:12]!r}"
                + (f", the rows before it {factor}" if factor else "")
                + "; is another column in its place?"
            )
        factor = own
        work, nonfacility, facility, malpractice, *totals = map(Decimal, amounts)
        sums = (work + nonfacility + malpractice, work + facility + malpractice)
        # a setting in which the service is not furnished has no practice expense and may have no total
        wrong = [
            total for total, sum_ in zip(totals, sums, strict=True) if total and abs(total - sum_) > _ROUNDING
        ]
        apart += bool(wrong)
        others.kept += 1
        modifier = plain(row[columns["MOD"]])
        texts = [row[columns[key]].strip() for key in ("PCTC IND", "GLOB DAYS", "MULT PROC")]
        yield code, modifier, row[columns["STATUS CODE"]].strip(), *amounts, *texts, own
    others.judge()
    if apart > max(2, others.kept // 50):
        raise NotReadable(
            f"{content.label}: in {apart} of {others.kept} rows the totals are not the sums of their parts: "
            "the columns are not those that the header names"
        )
    if apart:
        warnings.append(f"in {apart} rows a total is not the sum of its parts")
    if known is not None and factor is not None and Decimal(factor) != known:
        warnings.append(f"the conversion factor is {factor}; {known} was expected")
