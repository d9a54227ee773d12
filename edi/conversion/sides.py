"""Who bills a line where a practitioner and a facility share a visit."""

from dataclasses import dataclass
from functools import cache

from edi import tables
from edi.coding.assembly import line_kind
from edi.coding.family import codes
from edi.model.claim import Service, Setting
from edi.refdata import Lists

FEES = ("096", "097", "098")
"""Revenue codes of practitioners' fees (critical access hospitals of method II) begin so."""
PROFESSIONAL_COMPONENT = "26"


@dataclass(frozen=True, slots=True)
class Row:
    """A row of `coding/conversion_services.csv`."""

    side: Setting
    visit: str
    """Code by which a hospital bills the visit to Medicare; "" for none."""
    only: str
    """What a practice does with the line of a code that only hospitals bill: ask, none, or "" for others."""
    why: str


@dataclass(frozen=True, slots=True)
class Side:
    """Who bills a line, and why."""

    setting: Setting
    why: str


@cache
def _rows() -> tuple[tuple[str, str, Row], ...]:
    return tuple(
        (
            row["first"],
            row["last"],
            Row(row["side"], row["visit"], row["only"], row["why"]),  # type: ignore[arg-type]
        )
        for row in tables.rows("coding/conversion_services.csv")
    )


@cache
def row_of(code: str) -> Row | None:
    """What the table says of a procedure code."""
    for first, last, row in _rows():
        same = len(code) == len(first) and code[:1].isdecimal() == first[:1].isdecimal()
        if same and first <= code <= last:
            return row
    return None


def code_of(line: Service) -> str:
    """Procedure code in capitals; "" where there is none."""
    return (line.hcpcs or "").strip().upper()


def is_fee(line: Service) -> bool:
    """Whether the revenue code of a line is that of a practitioner's fee."""
    return (line.revenue_code or "").startswith(FEES)


def by_code(line: Service, lists: Lists) -> Side:
    """Who bills a line by what it bills; administrations, drugs, supplies and tests are the facility's."""
    code = code_of(line)
    if code in codes():
        return Side("facility", "the facility gives the drug and bills giving it (PRO-POS-001)")
    if code and line_kind(code, lists) == "drug":
        return Side("facility", "the facility supplies the drug and bills it (PRO-POS-005)")
    if PROFESSIONAL_COMPONENT in line.modifiers:
        return Side("professional", "modifier 26 is the practitioner's part")
    row = row_of(code)
    if row is not None:
        return Side(row.side, row.why)
    return Side("facility", "supplies, tests and other services are the facility's")


def of_professional(line: Service, lists: Lists) -> Side:
    """Who bills a line of a professional claim where a facility bills too."""
    return by_code(line, lists)


def of_facility(line: Service, lists: Lists) -> Side:
    """Whose line of a facility claim it is: the facility's, unless the claim says a practitioner's."""
    found = by_code(line, lists)
    if is_fee(line):
        return Side("professional", f"revenue code {line.revenue_code} is a practitioner's fee")
    told = line.separate_note is True or line.rendering_provider is not None
    if found.setting == "professional" and not told:
        return Side("facility", "nothing says that a practitioner documented an own service")
    return found


def of_record(service: Service, lists: Lists) -> Side:
    """Who bills a service of an encounter that both sides bill: as the record says, else by what it is."""
    if is_fee(service):
        return Side("professional", f"revenue code {service.revenue_code} is a practitioner's fee")
    if service.revenue_code:
        return Side("facility", f"the record gives it revenue code {service.revenue_code}")
    found = by_code(service, lists)
    told = service.place_of_service is not None or service.rendering_provider is not None
    if told and code_of(service) not in codes() and line_kind(service.hcpcs, lists) != "drug":
        return Side("professional", "the record names its place of service or who rendered it")
    return found
