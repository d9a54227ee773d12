"""What of a claim a rule looks at.

Claims of one practice resemble each other: patients, amounts and drugs differ; admission data, dates, payers
and the codes beside each other come again. A rule that names its view (`Rule.sees`) looks at nothing but the
values of that view, so that it need not be asked again about a claim with values on which it said nothing.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from operator import attrgetter
from typing import Any, Literal

from edi.model.claim import Admission, Claim, ServiceLine, Signatures, Statement, billed_coverage
from edi.model.party import Address, Provider
from edi.refdata import Lists, first_alike

View = Literal[
    "line", "lines", "codes", "services", "provider", "bill", "billing", "days", "diagnoses", "payers"
]
"""The views.

- line: each line by itself, as `shape` has it, beside setting, place of service and type of bill.
- lines: all lines together, as `shape` has them, beside place of service, type of bill and kind of insurance.
- codes: the shapes of all lines but for their NDC and text, their days relative to each other, and the
  condition codes; not asked where lines share a code.
- services: the same, and in which stretches of days they are.
- provider: each provider by itself with its role and the setting; the days of the claim where one has no NPI.
- bill: admission, signatures, frequency and the like, and the kind of insurance.
- billing: who bills, and the kind of insurance; the days of the lines where an NPI is missing.
- days: the statement period, the admission, and the days of the lines.
- diagnoses: their kinds, and which lines point to them; not their codes.
- payers: the coverages, but for who is insured (a last name counts as there or not) and under which number.
"""
Key = tuple[Any, ...]
"""The values of a view."""

SEVERAL = 4
"""Most units that do not stand out: hours of infusion, above all."""
_CODES = ("hcpcs", "modifiers", "revenue_code", "place_of_service", "kind")
_SHAPE = (*_CODES, "unit", "ndc", "ndc_unit", "description", "non_covered")
_BILL = (
    "setting",
    "place_of_service",
    "type_of_bill",
    "frequency",
    "original_reference",
    "condition_codes",
)
_COVERAGE = ("responsibility", "claim_filing", "relationship", "secondary_reason")


def _all(record: type) -> Callable[[Any], Key]:
    return attrgetter(*(one.name for one in fields(record)))


_NUMBERS = ("test_results", "rendering_provider", "charge", "units", "ndc_quantity")
_line = attrgetter(*_SHAPE, "service_date", "service_through", *_NUMBERS)
_bill, _coverage = attrgetter(*_BILL), attrgetter(*_COVERAGE)
_admission, _signatures, _period = _all(Admission), _all(Signatures), _all(Statement)
_days = attrgetter("service_date", "service_through")
_kinds = attrgetter("kind", "present_on_admission")
_provider = attrgetter("npi", "last_name", "organization_name", "tax_id", "tax_id_type", "taxonomy")
_address = _all(Address)


def _roles(record: type) -> tuple[str, ...]:
    """Keys of the providers of a claim or line."""
    return tuple(
        one.name for one in fields(record) if one.name.endswith(("_provider", "_facility", "pay_to"))
    )


_CLAIM_ROLES, _LINE_ROLES = _roles(Claim), _roles(ServiceLine)
_NOBODY = (None,) * len(_LINE_ROLES)
_of_claim, _of_line = attrgetter(*_CLAIM_ROLES), attrgetter(*_LINE_ROLES)
_pointers = attrgetter("diagnosis_pointers")
_payer = attrgetter("id", "name")
_value = attrgetter("code", "amount")


class Stretches(dict[date | None, date | None]):
    """Day -> the first day since which rules have the same answers, asking tables and comparing constants.

    Claims of the days between two dates on which anything changes count as of one day.
    """

    __slots__ = ("_lists", "_own")

    def __init__(self, lists: Lists, own: Iterable[date]) -> None:
        """Of code lists, and of the dates with which rules compare."""
        self._lists, self._own = lists, sorted(own)

    def __missing__(self, day: date | None) -> date | None:
        if len(self) >= _MOST_DAYS:
            self.clear()
        found = None if day is None else max(self._lists.since(day), first_alike(self._own, day))
        self[day] = found
        return found


_MOST_DAYS = 4096
"""Days, and units, that are remembered."""


def shape(line: ServiceLine, stretches: Mapping[date | None, date | None]) -> Key:
    """The shape of a line: values that come again, and of each number what kind of number it is.

    Charge, units and NDC quantity only count as there or not, above zero or not, units as whole or not and as
    one, several or many; laboratory values and providers of the line as there or not. The day counts by its
    stretch, the last day by its distance.
    """
    *shown, day, through, results, performer, charge, units, quantity = _line(line)
    return (
        *shown,
        stretches[day],
        through if day is None or through is None else (through - day).days,
        names_somebody(line),
        bool(results),
        performer is None,
        charge is not None and charge > 0,
        _units[units],
        None if quantity is None else quantity > 0,
    )


_SIGNS = 5
"""The last values of a shape, which belong to the codes of the claim as the first ones do."""


def names_somebody(line: ServiceLine) -> bool:
    """Whether a line has a provider of its own, in whatever role."""
    return _of_line(line) != _NOBODY


class _Units(dict[Decimal | None, Key]):
    """Units -> what kind of number they are: above zero, whole, one or several or many."""

    def __missing__(self, units: Decimal | None) -> Key:
        if len(self) >= _MOST_DAYS:
            self.clear()
        kind: Key = ()
        if units is not None:
            kind = (units > 0, units == units.to_integral_value(), (units > 1) + (units > SEVERAL))
        self[units] = kind
        return kind


_units = _Units()


def coded(shape_of_line: Key) -> Key:
    """What of the shape of a line belongs to the codes of the claim."""
    return shape_of_line[: len(_CODES)] + shape_of_line[-_SIGNS:]


def days_apart(lines: Sequence[ServiceLine]) -> Key:
    """Days of lines relative to the first one that is known; empty where all are of that day alone."""
    pairs = list(map(_days, lines))
    first = pairs[0]
    if first[0] is not None and first[1] is None and pairs.count(first) == len(pairs):
        return ()
    known = next((day for pair in pairs for day in pair if day is not None), None)
    return tuple([None if day is None or known is None else (day - known).days for p in pairs for day in p])


def bill(claim: Claim, filing: str | None) -> Key:
    """Admission, signatures, frequency and the like, by the kind of insurance."""
    admission, signatures = claim.admission, claim.signatures
    found: Key = _bill(claim)
    return (
        *found,
        filing,
        None if admission is None else _admission(admission),
        None if signatures is None else _signatures(signatures),
    )


def days(claim: Claim, _filing: str | None) -> Key:
    """Statement period, day of admission, and the days of the lines."""
    statement, admission = claim.statement, claim.admission
    return (
        claim.type_of_bill,
        None if statement is None else _period(statement),
        None if admission is None else admission.date,
        frozenset(map(_days, claim.lines)),
    )


def diagnoses(claim: Claim, _filing: str | None) -> Key:
    """Kinds of diagnoses, and which lines point to them."""
    return (
        claim.type_of_bill,
        tuple(map(_kinds, claim.diagnoses)),
        tuple(map(_pointers, claim.lines)),
    )


def payers(claim: Claim, _filing: str | None) -> Key:
    """The coverages, but for who is insured and under which number."""
    found = []
    for one in claim.coverages:
        payer = one.payer
        found += [
            _coverage(one),
            None if payer is None else _payer(payer),
            None if payer is None or payer.address is None else _address(payer.address),
            None if one.subscriber is None else bool(one.subscriber.last_name),
            one.adjudication is None,
        ]
    return (claim.bill_to, *found, tuple(map(_value, claim.value_codes)))


def billing(claim: Claim, filing: str | None) -> Key:
    """Who bills, by the kind of insurance; whether the claim came by wire. Once there was no NPI."""
    provider = claim.billing_provider
    if provider is None:
        return (claim.setting, filing, claim.origin is None)
    address = provider.address
    found: Key = _provider(provider)
    return (
        claim.setting,
        filing,
        claim.origin is None,
        *found,
        None if address is None else _address(address),
        None if provider.npi else frozenset(map(_days, claim.lines)),
    )


def providers(claim: Claim, *, of_lines: bool) -> list[Key]:
    """Each provider of a claim, and of its lines, by itself."""
    found = [
        _alone(claim, role, one)
        for role, one in zip(_CLAIM_ROLES, _of_claim(claim), strict=True)
        if one is not None
    ]
    if of_lines:
        found += [
            _alone(claim, role, one)
            for line in claim.lines
            for role, one in zip(_LINE_ROLES, _of_line(line), strict=True)
            if one is not None
        ]
    return found


def _alone(claim: Claim, role: str, one: Provider) -> Key:
    address, statement = one.address, claim.statement
    found: Key = _provider(one)
    if not one.npi:
        first = None if statement is None else statement.from_date
        found = (*found, first, frozenset(map(_days, claim.lines)))
    return (
        claim.setting,
        role,
        *found,
        one.first_name,
        None if address is None else _address(address),
        tuple([other.qualifier for other in one.secondary_ids]) if one.secondary_ids else None,
    )


OF_CLAIM: Mapping[View, Callable[[Claim, str | None], Key]] = {
    "bill": bill,
    "billing": billing,
    "days": days,
    "diagnoses": diagnoses,
    "payers": payers,
}
"""Views that are taken of the claim as a whole; the others are taken of its lines."""


def filing_of(claim: Claim) -> str | None:
    """The kind of insurance that is billed."""
    coverage = billed_coverage(claim)
    return None if coverage is None else coverage.claim_filing
