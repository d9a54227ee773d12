"""PRO-POS: which services a practitioner is paid for at which place."""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from edi import tables
from edi.finding import Severity
from edi.model.claim import ServiceLine, effective_place_of_service
from edi.rules import Case, Hit, rule
from edi.rules.about import administrations, code_of, is_drug
from edi.rules.asks import lines_at

NAMED = frozenset(("19", "21", "22", "23", "24", "26", "31", "51", "52", "53", "56", "61"))
"""Places that rules catalogue PRO-POS-001 names; at others with a facility rate the rule warns."""
HOSPITAL = frozenset(("19", "21", "22", "23"))
HOME = "12"
SURGICAL_CENTER = "24"
HOSPITAL_OWNERS = ("hospital_department", "critical_access_hospital")
_PUSH = {"hcpcs": "96375", "service_date": "2026-03-03"}
_INFUSED = ("96360", "96365", "96369", "96413", "96416")


@cache
def paid_to_facility() -> frozenset[str]:
    """Administration codes that are paid to the facility alone."""
    return frozenset(row["code"] for row in tables.rows("coding/facility_paid.csv"))


def _is_facility(case: Case, place: str | None) -> bool:
    entry = case.lists.entry("pos", place or "")
    return entry is not None and entry.fields.get("facility") == "yes"


@rule(
    "PRO-POS-001",
    "administration-billed-by-practitioner-in-facility",
    message="{what} at place of service {place}: the facility bills that, not the practitioner",
    help="Remove it from the practitioner's claim; the facility bills it on an 837I or UB-04. If the "
    "drug was given in the office, correct the place of service.",
    source="CMS physician fee schedule indicators 2024: PC/TC 5, no payment in facilities; CPT; source "
    "article S2; rules catalogue PRO-POS-001",
    severity="error",
    sees="line",
    snip=6,
    setting="professional",
    codes=paid_to_facility(),
    breaks=[
        {"/place_of_service": "22"},
        {"/place_of_service": "19"},
        {"/place_of_service": "02"},
        {"/lines/0/place_of_service": "23"},
        {"/place_of_service": "02", "/lines/1/hcpcs": "96523"},
        {"/place_of_service": "22", "/lines/0/hcpcs": "96360"},
        {"/place_of_service": "02", "/lines/0/hcpcs": "96523"},
        {"/place_of_service": "22", "/lines/0/place_of_service": "11", "/lines/1/hcpcs": "96413"},
        {"/lines/0/place_of_service": "61"},
        {"/place_of_service": "22", "/lines/-": [_PUSH, {**_PUSH, "place_of_service": "21"}]},
    ],
    keeps=[
        {"/place_of_service": "49"},
        {"/place_of_service": "22", "/lines/0/place_of_service": "11"},
        {"/place_of_service": "22", "/lines/0/hcpcs": "99213"},
        {"/place_of_service": "22", "/lines/0/hcpcs": "96379"},
        {"/place_of_service": "20"},
    ],
)
def administration_in_facility(case: Case) -> Iterator[Hit]:
    """In a facility its staff gives the drug, so the facility is paid for giving it.

    A place with a facility rate that the rules catalogue does not name is a warning. The place of the claim
    is told once, with all lines that have none of their own.
    """
    paid = paid_to_facility()
    concerned = [(i, line) for i, line, code in administrations(case) if code in paid]
    for path, place, lines in _by_place(case, concerned):
        if _is_facility(case, place):
            severity: Severity | None = None if place in NAMED else "warning"
            what = _billing(case, lines, "infusions and injections")
            yield Hit(path, severity=severity, what=what, place=place)


def _by_place(
    case: Case, lines: Iterable[tuple[int, ServiceLine]]
) -> Iterator[tuple[str, str | None, list[int]]]:
    """Lines by where their place is stated: pointer, place, indexes. A repeated place is the claim's."""
    found: dict[str, list[int]] = {}
    for i, line in lines:
        own = line.place_of_service and line.place_of_service != case.claim.place_of_service
        path = f"/lines/{i}/place_of_service" if own else "/place_of_service"
        found.setdefault(path, []).append(i)
    for path, indexes in found.items():
        yield path, effective_place_of_service(case.claim, case.claim.lines[indexes[0]]), indexes


def _billing(case: Case, lines: Sequence[int], what: str) -> str:
    """What lines bill, for a sentence: the code of one line, a word for those of several."""
    if len(lines) > 1:
        return f"{lines_at(lines)} bill {what}"
    return f"{lines_at(lines)} bills {code_of(case.claim.lines[lines[0]])}"


@rule(
    "PRO-POS-002",
    "office-place-in-hospital-department",
    message="place of service {place} is an office or the like, but the place of infusion belongs to a "
    "hospital",
    help="Find out whether the place is a department of the hospital: if so the hospital bills, and the "
    "place of service of a practitioner is 19 or 22.",
    source="rules catalogue PRO-POS-002; 42 CFR 413.65 (provider-based departments)",
    severity="warning",
    given=("ownership",),
    snip=6,
    setting="professional",
    breaks=[{"/ownership": "hospital_department"}, {"/ownership": "critical_access_hospital"}],
    keeps=[
        {"/ownership": "practice"},
        {"/ownership": None},
        {"/ownership": "hospital_department", "/place_of_service": "22"},
        {"/ownership": "hospital_department", "/place_of_service": None},
        {"/ownership": "critical_access_hospital", "/place_of_service": "12"},
        {"/ownership": "critical_access_hospital", "/place_of_service": "98"},
    ],
)
def office_in_hospital(case: Case) -> Iterator[Hit]:
    """A department of a hospital is no office, whoever works in it."""
    place = case.claim.place_of_service or ""
    if case.claim.ownership not in HOSPITAL_OWNERS or _is_facility(case, place):
        return
    if case.lists.known("pos", place, None) is not False and place != HOME:
        yield Hit("/place_of_service", place=place)


@rule(
    "PRO-POS-004",
    "infusion-at-home-by-office-code",
    message="{what} at the patient's home",
    help="Bill home infusion as the payer wants it: 99601 and 99602, S codes, or G0068 to G0070; or make "
    "sure that the contract pays this code at place of service 12.",
    source="rules catalogue PRO-POS-004 and C.1 (home)",
    severity="warning",
    sees="line",
    snip=7,
    setting="professional",
    codes=_INFUSED,
    breaks=[
        {
            "/lines/0/place_of_service": "12",
            "/lines/1/place_of_service": "12",
            "/lines/1/hcpcs": "96360",
        },
        {"/place_of_service": "12"},
        {"/lines/0/place_of_service": "12"},
        {"/place_of_service": "12", "/lines/1/hcpcs": "96360"},
        {"/place_of_service": "12", "/lines/0/hcpcs": "96360"},
        {"/place_of_service": "12", "/lines/0/hcpcs": "96413"},
        {"/place_of_service": "12", "/lines/0/hcpcs": "96416"},
        {"/place_of_service": "12", "/lines/0/hcpcs": "96369"},
        {"/lines/0/place_of_service": "12", "/place_of_service": "12", "/lines/1/hcpcs": "96360"},
    ],
    keeps=[{"/place_of_service": "11"}, {"/place_of_service": "12", "/lines/0/hcpcs": "96374"}],
)
def infusion_at_home(case: Case) -> Iterator[Hit]:
    """A nurse of a pharmacy who infuses at home is not billed with the codes of an office."""
    for path, place, lines in _by_place(case, case.lines(*_INFUSED)):
        if place == HOME:
            yield Hit(path, what=_billing(case, lines, "infusions"))


@rule(
    "PRO-POS-005",
    "drug-billed-by-practitioner-in-hospital",
    message="{what} at place of service {place}: the hospital supplies drugs there",
    help="Remove it; the hospital bills the drug. If it was given in the office, correct the place.",
    source="rules catalogue PRO-POS-005; CMS Pub. 100-04 ch. 12 section 30.5",
    severity="warning",
    sees="line",
    snip=6,
    setting="professional",
    breaks=[
        {"/place_of_service": "22"},
        {"/lines/1/place_of_service": "19"},
        {"/place_of_service": "21"},
        {"/place_of_service": "23"},
        {"/place_of_service": "22", "/lines/0/kind": "drug"},
        {"/place_of_service": "22", "/lines/0/kind": "drug", "/lines/1/place_of_service": "21"},
        {"/place_of_service": "22", "/lines/1": {"hcpcs": "S0028", "service_date": "2026-03-03"}},
    ],
    keeps=[{"/place_of_service": "24"}, {"/place_of_service": "22", "/lines/1/place_of_service": "11"}],
)
def drug_in_hospital(case: Case) -> Iterator[Hit]:
    """A practitioner bills the drugs that the practice paid for; in a hospital the hospital pays for them."""
    drugs = [(i, line) for i, line in enumerate(case.claim.lines) if is_drug(case, line)]
    for path, place, lines in _by_place(case, drugs):
        if place in HOSPITAL:
            yield Hit(path, what=_billing(case, lines, "drugs"), place=place)


@rule(
    "PRO-POS-006",
    "surgical-center",
    message="place of service 24: drugs and their administration are mostly part of the center's own payment",
    help="Nothing to do where the payer pays these codes apart.",
    source="rules catalogue PRO-POS-006 and C.1 (ambulatory surgical center)",
    severity="info",
    sees="line",
    snip=7,
    setting="professional",
    breaks=[
        {"/place_of_service": "24"},
        {"/place_of_service": "24", "/lines/1": {}},
        {"/place_of_service": "24", "/lines/0/hcpcs": "9636"},
    ],
    keeps=[{"/place_of_service": "11"}, {"/place_of_service": "24", "/lines": []}],
)
def surgical_center(case: Case) -> Iterator[Hit]:
    """What an ambulatory surgical center gives beside surgery is packaged. Said once per claim."""
    if case.claim.place_of_service != SURGICAL_CENTER:
        return
    if administrations(case) or any(is_drug(case, line) for line in case.claim.lines):
        yield Hit("/place_of_service")
