"""Place of service and type of bill: what one tells about the other, and what only the user can say."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from edi import tables
from edi.codes import bill_type
from edi.model.claim import Claim, ClaimHeader, OffCampus, Service
from edi.refdata import Lists

CRITICAL_ACCESS = "85"
HOSPITAL_OWNERS = ("hospital_department", "critical_access_hospital")
PRACTICE_OWNERS = ("practice", "freestanding_center")
EMERGENCY_ROOM = "23"
OFF_CAMPUS_PLACE = "19"
HOSPITAL_PLACES = ("19", "21", "22", "23")
"""Places of service in a hospital."""
_BY_MODIFIER: dict[str, OffCampus] = {"PO": "excepted", "PN": "non_excepted", "ER": "emergency"}


@dataclass(frozen=True, slots=True)
class Site:
    """What a place of service means for a facility claim: a row of `coding/conversion_places.csv`."""

    bill: str
    """Second and third digit of the type of bill; "" where the place does not tell it."""
    word: str
    """Key of the claim that only the user can give first; "" where none is."""
    why: str
    enter: str


@cache
def _sites() -> dict[str, Site]:
    return {
        row["place"]: Site(row["bill"], row["word"], row["why"], row["enter"])
        for row in tables.rows("coding/conversion_places.csv")
    }


def site(place: str | None) -> Site:
    """What a place of service means for a facility claim."""
    if place is None:
        return Site("", "type_of_bill", "the claim has no place of service", "")
    found = _sites().get(place)
    if found is not None:
        return found
    return Site("", "type_of_bill", f"no facility claim follows from place of service {place}", "")


@cache
def _places() -> dict[tuple[str, str], str]:
    return {
        (row["bill"], row["off_campus"]): row["place"] for row in tables.rows("coding/conversion_bills.csv")
    }


def place_beside(bill: str | None, off_campus: str | None) -> str | None:
    """Place of service of a practitioner's claim beside a facility claim; None where nothing tells it.

    Args:
        bill: type of bill, four characters.
        off_campus: what kind of off-campus department it is, as on the claim.
    """
    if not bill or bill_type.problem(bill) is not None:
        return None
    code = bill_type.facility(bill)
    return _places().get((code, off_campus or "")) or _places().get((code, ""))


def campus(claim: Claim) -> OffCampus | None:
    """What off-campus department a facility claim is of: as stated, else by PO, PN or ER on its lines."""
    if claim.off_campus is not None:
        return claim.off_campus
    found = {_BY_MODIFIER[m] for line in claim.lines for m in line.modifiers if m in _BY_MODIFIER}
    return found.pop() if len(found) == 1 else None


def in_emergency(line: Service) -> bool:
    """Whether a service was given in the emergency department, by its revenue code or its own code."""
    code = (line.hcpcs or "").strip()
    return (line.revenue_code or "").startswith("045") or "99281" <= code <= "99285"


def emergency(lines: Sequence[Service]) -> list[bool]:
    """For each line whether it was given in the emergency department, or on the day of a visit to it."""
    days = {line.service_date for line in lines if in_emergency(line)}
    return [in_emergency(line) or line.service_date in days for line in lines]


def is_facility(place: str | None, lists: Lists) -> bool:
    """Whether Medicare pays a practitioner at this place at the facility rate."""
    entry = lists.entry("pos", place) if place else None
    return entry is not None and entry.fields.get("facility") == "yes"


def is_hospital(header: ClaimHeader) -> bool:
    """Whether a claim itself says that a hospital runs the place."""
    return header.ownership in HOSPITAL_OWNERS
