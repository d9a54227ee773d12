"""NDC to HCPCS crosswalk: four files (ASP, AWP, OPPS, PrEP) that must not be merged.

Columns: `_2026_CODE`, NDC (earlier NDC2), HCPCS dosage, PKG SIZE, PKG QTY, BILLUNITS, BILLUNITSPKG, after
title lines; names of drug and labeler are dropped. Source: CMS.
"""

import re
from collections.abc import Iterator

from edi.codes import ndc as ndc_code
from edi.errors import NotReadable
from edi.refdata.loaders.content import Content, OtherRows, amount, code_of, find_header, plain
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

COLUMNS = {
    "_YYYY_CODE": r"(20\d\d )?CODE|HCPCS( CODE)?",
    "NDC": r"NDC2?",
    "HCPCS dosage": r"HCPCS DOSAGE|DOSAGE",
    "PKG SIZE": r"PKG SIZE",
    "PKG QTY": r"PKG QTY",
    "BILLUNITS": r"BILL ?UNITS",
    "BILLUNITSPKG": r"BILL ?UNITS ?PKG",
}
_PROGRAMMES = ("AWP", "OPPS", "PREP", "ASP")


def looks(content: Content) -> bool:
    """Whether the head names NDC and billing units."""
    head = plain(content.head[:16384])
    return re.search(r"\bNDC2?\b", head) is not None and re.search(r"\bBILL ?UNITS\b", head) is not None


def parse(kind: Kind, content: Content, asked: Asked) -> Parsed:
    """The products of one of the four files.

    Raises:
        NotReadable: the header is not there, or nothing says which of the four it is.
    """
    columns, rows = find_header(content, COLUMNS)
    setting = asked.setting or _programme(content)
    if setting is None or setting.upper() not in _PROGRAMMES:
        raise NotReadable(
            f"{content.label}: it does not say which crosswalk it is; add --setting asp, awp, opps or prep"
        )
    warnings: list[str] = []
    listed = _rows(content, columns, rows, warnings)
    return kind.parsed(content, asked, listed, setting=setting.lower(), warnings=warnings)


def _programme(content: Content) -> str | None:
    # the zip and every title may say ASP, so the others go first, and the member's own name before its titles
    for text in (plain(content.name.split("\n")[0]), plain(content.name), plain(content.head[:2048])):
        for word in _PROGRAMMES:
            if re.search(rf"\b{word}\b", text):
                return word
    return None


def _rows(
    content: Content, columns: dict[str, int], rows: Iterator[tuple[int, list[str]]], warnings: list[str]
) -> Iterator[Row]:
    """(NDC, code, dosage, package size, package quantity, units, units of the package)."""
    others = OtherRows(content)
    other_numbers = 0
    for number, row in rows:
        code = code_of(row[columns["_YYYY_CODE"]]) if len(row) > max(columns.values()) else None
        if code is None:
            others.add(number, row)
            continue
        others.kept += 1
        ndc = ndc_code.compact(row[columns["NDC"]]).replace("-", "")
        if not re.fullmatch(r"\d{11}", ndc):
            other_numbers += 1
            if not re.fullmatch(r"\d{12}", ndc):
                continue
        where = f"{content.label}: line {number}: {code}"
        amounts = (
            amount(row[columns[key]], where) for key in ("PKG SIZE", "PKG QTY", "BILLUNITS", "BILLUNITSPKG")
        )
        yield ndc, code, " ".join(row[columns["HCPCS dosage"]].split()), *amounts
    others.judge()
    if other_numbers > max(5, others.kept // 50):
        raise NotReadable(f"{content.label}: {other_numbers} of {others.kept} rows have no NDC of 11 digits")
    if other_numbers:
        warnings.append(f"{other_numbers} rows have a product number that is no NDC of 11 digits")
