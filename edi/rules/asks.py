"""What the rules of several topics ask of a case: absence, providers, addresses, dates, names of boxes."""

import re
from collections.abc import Iterator
from datetime import date

from edi.codes import bill_type, zipcode
from edi.finding import Severity
from edi.model.claim import Claim, claim_diagnoses
from edi.model.party import Address, Provider
from edi.refdata import Lists
from edi.rules.base import Case

ICD10_FROM = date(2015, 10, 1)
"""First service date on which diagnoses are ICD-10-CM."""
NPI_FROM = date(2007, 5, 23)
"""First service date on which the NPI is the standard identifier (45 CFR 162.404)."""
NPI_ONLY_FROM = date(2008, 5, 23)
"""First service date on which Medicare takes no older number in its place (end of the contingency)."""
_PO_BOX = re.compile(r"\b(P\.?\s*O\.?\s*BOX|POST OFFICE BOX|LOCK\s*BOX)\b", re.IGNORECASE)
_HOME = (None, "", "US", "USA")

CLAIM_ROLES = (
    ("billing_provider", "billing provider"),
    ("rendering_provider", "rendering provider"),
    ("attending_provider", "attending provider"),
    ("operating_provider", "operating provider"),
    ("referring_provider", "referring provider"),
    ("ordering_provider", "ordering provider"),
    ("supervising_provider", "supervising provider"),
    ("service_facility", "service facility"),
)
LINE_ROLES = (
    ("rendering_provider", "rendering provider"),
    ("ordering_provider", "ordering provider"),
    ("supervising_provider", "supervising provider"),
    ("referring_provider", "referring provider"),
    ("operating_provider", "operating provider"),
    ("other_operating_provider", "other operating provider"),
    ("service_facility", "service facility"),
)


def unread(case: Case, path: str) -> bool:
    """Whether a value stood at this place of the claim that could not be parsed."""
    return any(u.path == path for u in case.claim.unread)


def absent(case: Case, value: object, path: str) -> bool:
    """Whether the input says nothing here; a value that could not be parsed is another rule's matter."""
    return value is None and not unread(case, path)


def box(case: Case, item: str, locator: str) -> str:
    """The box of a datum on the form of the claim's setting, as a biller calls it."""
    return f"FL {locator}" if case.claim.setting == "facility" else f"item {item}"


ELSEWHERE = {
    "facility": ("ordering_provider", "supervising_provider"),
    "professional": ("attending_provider", "operating_provider", "other_operating_provider"),
}
"""Roles that a claim of a setting has no place for; they are not sent."""


def providers(claim: Claim) -> Iterator[tuple[str, str, str, Provider]]:
    """Every provider that the claim sends: pointer, key of the role, what to call it, the provider."""
    unsent = ELSEWHERE.get(claim.setting or "", ())
    for key, title in CLAIM_ROLES:
        one = getattr(claim, key)
        if one is not None and key not in unsent:
            yield f"/{key}", key, title, one
    for i, line in enumerate(claim.lines):
        for key, title in LINE_ROLES:
            one = getattr(line, key)
            if one is not None and key not in unsent:
                yield f"/lines/{i}/{key}", key, f"{title} of line {i + 1}", one


def is_home(address: Address) -> bool:
    """Whether an address is in the United States."""
    return address.country in _HOME


def is_po_box(address: Address) -> bool:
    """Whether the street of an address is a post office box or lock box."""
    return any(_PO_BOX.search(line) for line in (address.line1, address.line2) if line)


def address_problems(address: Address | None, path: str, lists: Lists) -> Iterator[tuple[str, str]]:
    """What is missing or impossible in an address that a segment N3 and N4 has to carry: pointer, words."""
    if address is None:
        yield path, "has no address"
        return
    if not address.line1:
        yield f"{path}/line1", "has no street"
    if not address.city:
        yield f"{path}/city", "has no city"
    if not is_home(address):
        return
    if not address.state:
        yield f"{path}/state", "has no state"
    elif lists.known("states", address.state.upper(), None) is False:
        yield f"{path}/state", "has a state that does not exist"
    if not address.zip:
        yield f"{path}/zip", "has no ZIP code"
    elif problem := zipcode.problem(address.zip):
        yield f"{path}/zip", f"has a ZIP code that cannot be right: {problem}"


def short_zip(address: Address | None) -> bool:
    """Whether the ZIP code is right and has five digits where nine are wanted."""
    if address is None or not address.zip or not is_home(address):
        return False
    return zipcode.problem(address.zip) is None and len(zipcode.compact(address.zip)) == 5


def first_day(claim: Claim) -> date | None:
    """The first service date of the claim, else the first day of the statement period."""
    days = [line.service_date for line in claim.lines if line.service_date is not None]
    if days:
        return min(days)
    return claim.statement.from_date if claim.statement else None


def npi_due(claim: Claim) -> Severity | None:
    """What a missing NPI is on the first service date: error, in the first year a warning, before None."""
    day = first_day(claim)
    if day is None or day >= NPI_ONLY_FROM:
        return "error"
    return "warning" if day >= NPI_FROM else None


def last_days(claim: Claim) -> Iterator[tuple[int, str, date]]:
    """The last day of each line: index of the line, key of the date, the day."""
    for i, line in enumerate(claim.lines):
        if line.service_through is not None:
            yield i, "service_through", line.service_through
        elif line.service_date is not None:
            yield i, "service_date", line.service_date


def frequency(claim: Claim) -> str:
    """Claim frequency: the stated one, else that of the type of bill, else 1."""
    if claim.frequency:
        return claim.frequency.upper()
    if claim.setting == "facility" and claim.type_of_bill:
        return bill_type.frequency(claim.type_of_bill) or "1"
    return "1"


def is_outpatient(case: Case) -> bool:
    """Whether the type of bill is an outpatient one, of which every line needs a date."""
    if not case.claim.type_of_bill:
        return False
    entry = case.lists.entry("type_of_bill", bill_type.facility(case.claim.type_of_bill))
    return entry is not None and entry.fields.get("outpatient") == "yes"


def pointed(claim: Claim) -> int:
    """How many diagnoses the lines may point to."""
    return len(claim_diagnoses(claim))
