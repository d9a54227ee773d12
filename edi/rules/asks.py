"""What the rules of several topics ask of a case: absence, providers, addresses, dates, names of boxes."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from operator import attrgetter

from edi.codes import bill_type, icd10, zipcode
from edi.finding import Severity
from edi.model.claim import (
    Claim,
    DiagnosisKind,
    ServiceLine,
    Setting,
    Statement,
    claim_diagnoses,
    effective_kinds,
    effective_rendering_provider,
    statement_period,
)
from edi.model.crosswalk import item_at
from edi.model.party import Address, Adjudication, Provider
from edi.refdata import Lists
from edi.rules.base import Case, per_case, per_lines
from edi.rules.views import names_somebody

ICD10_FROM = date(2015, 10, 1)
"""First service date on which diagnoses are ICD-10-CM."""
NPI_FROM = date(2007, 5, 23)
"""First service date on which the NPI is the standard identifier (45 CFR 162.404)."""
NPI_ONLY_FROM = date(2008, 5, 23)
"""First service date on which Medicare takes no older number in its place (end of the contingency)."""
_PO_BOX = re.compile(r"\b(P\.?\s*O\.?\s*BOX|POST OFFICE BOX|LOCK\s*BOX)\b", re.IGNORECASE)
_HOME = (None, "US", "USA")
_REMEMBERED = 1024
SHOWN = 5
"""Lines and codes that one finding names at most."""

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


_of_line = attrgetter(*(key for key, _ in LINE_ROLES))


def unread(case: Case, path: str) -> bool:
    """Whether a value stood at this place of the claim that could not be parsed."""
    return any(u.path == path for u in case.claim.unread)


def was_sent(claim: Claim) -> bool:
    """Whether the claim was read from a file, so that it says what was sent."""
    return claim.origin is not None


def split_groups(claim: Claim) -> tuple[str, ...]:
    """Pointers to the groups of adjustments that were sent in a further CAS though the first has room."""
    return tuple(getattr(claim.origin, "split_groups", ()))


def bypassed(claim: Claim, decision: Adjudication) -> bool:
    """Whether a payer was passed over: the whole charge is not covered (AMT*A8), and nothing else is said.

    Some payers let claims go past another payer that would pay nothing anyway; that one has decided nothing.
    """
    silent = decision.paid is None and not decision.adjustments and not decision.lines
    return silent and decision.non_covered is not None and decision.non_covered == claim.total_charge


def absent(case: Case, value: object, path: str) -> bool:
    """Whether the input says nothing here; a value that could not be parsed is another rule's matter."""
    return value is None and not unread(case, path)


def listed(words: Sequence[str]) -> str:
    """Words for a sentence: `a`, `a and b`, `a, b and c`."""
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else words[0]


def lines_at(indexes: Sequence[int]) -> str:
    """Lines by their numbers, for a sentence: `line 1`, `lines 1 and 3`; of many the first ones."""
    numbers = [str(i + 1) for i in indexes]
    if len(numbers) > SHOWN:
        numbers[SHOWN - 1 :] = [f"{len(numbers) - SHOWN + 1} more"]
    return f"{'lines' if len(indexes) > 1 else 'line'} {listed(numbers)}"


def in_parts(line: ServiceLine) -> bool:
    """Whether a line bills a part of a unit of an administration or a drug (FAC-UNIT-001)."""
    if line.units is None or line.kind not in ("administration", "drug"):
        return False
    return line.units != line.units.to_integral_value()


def count_of(number: Decimal | int, noun: str) -> str:
    """A number with its noun: `1 unit`, `1.5 units`, `200 units`."""
    return f"{Decimal(number).normalize():f} {noun}{'' if number == 1 else 's'}"


def box(case: Case, item: str, locator: str) -> str:
    """The box of a datum on the form of the claim's setting, as a biller calls it."""
    return f"FL {locator}" if case.claim.setting == "facility" else f"item {item}"


def diagnosis_box(case: Case, index: int) -> str:
    """The box of a diagnosis, which on the UB-04 goes by its kind: FL 67, 69, 70 or 72."""
    found = item_at("ub04", case.claim, f"/diagnoses/{index}") if case.claim.setting == "facility" else "21"
    return f"item {found}" if found == "21" else str(found)


@lru_cache(maxsize=16384)
def missing_from(lists: Lists, name: str, code: str, on: date | None) -> tuple[Severity, str] | None:
    """How bad it is that a list lacks a code on a day, and which edition says so; None: nothing against it.

    An edition that was published for the day makes an error, an older one a warning.
    """
    if on is None:
        return None
    answer = lists.listed(name, code, on)
    if answer.edition is None:
        return None
    if answer.covers:
        return ("error", answer.edition.name) if answer.known is False else None
    if answer.entry is None and on > answer.edition.through and answer.edition.complete:
        return "warning", answer.edition.name
    return None


ELSEWHERE = {
    "facility": ("ordering_provider", "supervising_provider"),
    "professional": ("attending_provider", "operating_provider", "other_operating_provider"),
}
"""Roles that a claim of a setting has no place for; they are not sent."""


Role = tuple[str, str, str]
"""JSON Pointer of a provider, key of its role, what to call it."""


@per_case
def named_on_lines(case: Case) -> list[tuple[int, tuple[Provider | None, ...]]]:
    """Lines that name a provider: index, and for each of `LINE_ROLES` who it is."""
    lines = case.claim.lines
    return [(i, _of_line(lines[i])) for i in _naming(case)]


@per_lines
def _naming(case: Case) -> list[int]:
    return [i for i, line in enumerate(case.claim.lines) if names_somebody(line)]


@cache
def _sent(setting: Setting | None) -> tuple[Callable[[Claim], tuple[Provider | None, ...]], Sequence[Role]]:
    """The providers of a claim of a setting that are sent, in these roles: pointer, key, what to call it."""
    unsent = ELSEWHERE.get(setting or "", ())
    roles = [(f"/{key}", key, title) for key, title in CLAIM_ROLES if key not in unsent]
    return attrgetter(*(key for _, key, _ in roles)), roles


def sent_above_lines(claim: Claim) -> tuple[Provider | None, ...]:
    """The providers that the claim sends, without those of its lines."""
    return _sent(claim.setting)[0](claim)


@per_case
def all_providers(case: Case) -> list[tuple[str, str, str, Provider]]:
    """Every provider that the claim sends: pointer, key of the role, what to call it, the provider."""
    claim = case.claim
    held, roles = _sent(claim.setting)
    found = [(*role, one) for role, one in zip(roles, held(claim), strict=True) if one is not None]
    unsent = ELSEWHERE.get(claim.setting or "", ())
    for i, named in named_on_lines(case):
        found += [
            (f"/lines/{i}/{key}", key, f"{title} of line {i + 1}", one)
            for (key, title), one in zip(LINE_ROLES, named, strict=True)
            if one is not None and key not in unsent
        ]
    return found


def is_home(address: Address) -> bool:
    """Whether an address is in the United States."""
    return address.country in _HOME


def is_po_box(address: Address) -> bool:
    """Whether the street of an address is a post office box or lock box."""
    return any(_names_po_box(line) for line in (address.line1, address.line2) if line)


@lru_cache(maxsize=_REMEMBERED)
def _names_po_box(text: str) -> bool:
    return _PO_BOX.search(text) is not None


def address_problems(address: Address | None, path: str, lists: Lists) -> Sequence[tuple[str, str]]:
    """What is missing or impossible in an address that a segment N3 and N4 has to carry: pointer, words."""
    if address is None:
        return ((path, "has no address"),)
    found = []
    if not address.line1:
        found.append((f"{path}/line1", "has no street"))
    if not address.city:
        found.append((f"{path}/city", "has no city"))
    if not is_home(address):
        return found
    state, code = address.state, address.zip
    if not state:
        found.append((f"{path}/state", "has no state"))
    elif lists.known("states", state.upper(), None) is False:
        found.append((f"{path}/state", "has a state that does not exist"))
    if not code:
        found.append((f"{path}/zip", "has no ZIP code"))
    elif problem := zipcode.problem(code):
        found.append((f"{path}/zip", f"has a ZIP code that cannot be right: {problem}"))
    return found


def short_zip(address: Address | None) -> bool:
    """Whether the ZIP code is right and has five digits where nine are wanted."""
    if address is None or not address.zip or not is_home(address):
        return False
    return zipcode.problem(address.zip) is None and len(zipcode.compact(address.zip)) != 9


@per_case
def day_one(case: Case) -> date | None:
    """The first service date of the claim, else the first day of the statement period."""
    claim = case.claim
    days = [line.service_date for line in claim.lines if line.service_date is not None]
    if days:
        return min(days)
    return claim.statement.from_date if claim.statement else None


def npi_due(case: Case) -> Severity | None:
    """What a missing NPI is on the first service date: error, in the first year a warning, before None."""
    day = day_one(case)
    if day is None or day >= NPI_ONLY_FROM:
        return "error"
    return "warning" if day >= NPI_FROM else None


def one_practitioner(case: Case, one: ServiceLine, other: ServiceLine) -> bool:
    """Whether nothing says that two lines were performed by two practitioners."""
    if case.claim.setting == "facility" or one.rendering_provider is other.rendering_provider is None:
        return True
    performers = _performers(case, one, other)
    return len({performer.npi for performer in performers} - {None}) < 2


def paid_by_themselves(case: Case, one: ServiceLine, other: ServiceLine) -> bool:
    """Whether two practitioners performed two lines, and nothing says that they have one specialty.

    Practitioners of one group and one specialty are paid as if they were one (CMS Pub. 100-04 ch. 12
    section 30.6.5).
    """
    if one_practitioner(case, one, other):
        return False
    first, second = (performer.taxonomy for performer in _performers(case, one, other))
    return first is None or first != second


def _performers(case: Case, *lines: ServiceLine) -> list[Provider]:
    """Who performed lines, as far as that is known."""
    known = (effective_rendering_provider(case.claim, line) for line in lines)
    return [performer for performer in known if performer is not None]


OTHER_PRACTITIONER = " of another practitioner"
"""How a finding calls the service that `paid_by_themselves` tells apart."""
TWO_PRACTITIONERS = (
    "Nothing to do where the two practitioners have different specialties; practitioners of one group and "
    "specialty count as one."
)


IN_LINE_NOTE = (
    "the words stand in the note of the line; some Medicare contractors read the description (SV101-7) only"
)
"""What is said to Medicare's billers of words that the line itself lacks."""
_LINE_NOTE = re.compile(r"2400\[(\d+)\]/NTE")


@per_case
def line_notes(case: Case) -> dict[int, str]:
    """Words of the notes on lines (2400 NTE), by index of the line; those of the repricer (TPO) are left out.

    A claim has no place for them, so they lie in what is carried along.
    """
    found: dict[int, str] = {}
    for one in case.claim.unmapped:
        place = _LINE_NOTE.fullmatch(one.address)
        if place is not None and not one.text.startswith("NTE*TPO"):
            index = int(place[1]) - 1
            found[index] = f"{found.get(index, '')} {one.text[len('NTE*ADD*') :]}".strip()
    return found


def last_days(claim: Claim) -> Iterator[tuple[int, str, date]]:
    """The last day of each line: index of the line, key of the date, the day."""
    for i, line in enumerate(claim.lines):
        if line.service_through is not None:
            yield i, "service_through", line.service_through
        elif line.service_date is not None:
            yield i, "service_date", line.service_date


@per_case
def frequency_of(case: Case) -> str:
    """Claim frequency: the stated one, else that of the type of bill, else 1."""
    claim = case.claim
    if claim.frequency:
        return claim.frequency.upper()
    if claim.setting == "facility" and claim.type_of_bill:
        return bill_type.frequency(claim.type_of_bill) or "1"
    return "1"


@per_case
def is_outpatient(case: Case) -> bool:
    """Whether the type of bill is an outpatient one, of which every line needs a date."""
    if not case.claim.type_of_bill:
        return False
    entry = case.lists.entry("type_of_bill", bill_type.facility(case.claim.type_of_bill))
    return entry is not None and entry.fields.get("outpatient") == "yes"


@per_case
def pointed(case: Case) -> list[int]:
    """Indexes of the diagnoses that the lines may point to, the principal one first."""
    return claim_diagnoses(case.claim)


@per_case
def stated_codes(case: Case) -> list[str]:
    """The codes of the diagnoses as they stand; "" for one without a code."""
    return [one.code or "" for one in case.claim.diagnoses]


@per_case
def compact_codes(case: Case) -> list[str]:
    """The codes of the diagnoses in capitals and without dot; "" for one without a code."""
    return list(map(icd10.compact, stated_codes(case)))


@per_case
def kinds(case: Case) -> list[DiagnosisKind]:
    """What kind each diagnosis is."""
    return effective_kinds(case.claim)


@per_case
def period(case: Case) -> Statement:
    """The statement period."""
    return statement_period(case.claim)


@per_case
def charged(case: Case) -> Decimal | None:
    """The sum of the charges; None where a line has none."""
    charges = [line.charge for line in case.claim.lines if line.charge is not None]
    return sum(charges, Decimal()) if len(charges) == len(case.claim.lines) else None
