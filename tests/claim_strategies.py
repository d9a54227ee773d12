"""Made-up claims that use everything an 837 can hold: drawn by hypothesis, or with every value its own.

One function builds both kinds; it asks a source for each value. Values keep to the guide (lengths, codes,
required segments), so that what is written of them has no structural fault.
"""

import datetime as dt
import string
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Protocol, TypeVar

from hypothesis import strategies as st

from edi.model.claim import (
    Accident,
    Admission,
    Attachment,
    Claim,
    ClaimDate,
    Diagnosis,
    OccurrenceCode,
    OccurrenceSpan,
    ServiceLine,
    Signatures,
    Statement,
    TestResult,
    ValueCode,
)
from edi.model.party import (
    Address,
    Adjudication,
    Adjustment,
    Authorization,
    Coverage,
    LineAdjudication,
    Patient,
    Payer,
    Person,
    Provider,
    SecondaryId,
    TradingPartner,
)

T = TypeVar("T")
LETTERS = string.ascii_letters + string.digits + " '-./,#&()"
DATES = (
    "431", "454", "304", "453", "484", "455", "471", "314", "297", "296", "096", "090", "091",
    "444", "050",
)  # fmt: skip
"""Qualifiers of the dates of a professional claim that have no record of their own."""


class Source(Protocol):
    """Where values come from."""

    def text(self, most: int, least: int = 1) -> str: ...
    def digits(self, size: int) -> str: ...
    def amount(self) -> Decimal: ...
    def count(self, most: int) -> int: ...
    def day(self) -> dt.date: ...
    def pick(self, options: Sequence[T]) -> T: ...
    def there(self) -> bool: ...
    def many(self, most: int) -> int: ...


class Drawn:
    """Values drawn by hypothesis."""

    def __init__(self, draw: Callable[..., Any]) -> None:
        self._draw = draw

    def text(self, most: int, least: int = 1) -> str:
        size = min(most, 12)
        found: str = self._draw(st.text(alphabet=LETTERS, min_size=least, max_size=max(size, least)))
        return (found.strip() + "Q" * least)[: max(size, least)] if len(found.strip()) < least else found

    def digits(self, size: int) -> str:
        return str(self._draw(st.integers(10 ** (size - 1), 10**size - 1)))

    def amount(self) -> Decimal:
        found: Decimal = self._draw(st.decimals(0, 99999, places=2))
        return found

    def count(self, most: int) -> int:
        found: int = self._draw(st.integers(1, most))
        return found

    def day(self) -> dt.date:
        found: dt.date = self._draw(st.dates(dt.date(2016, 1, 1), dt.date(2029, 12, 31)))
        return found

    def pick(self, options: Sequence[T]) -> T:
        found: T = self._draw(st.sampled_from(options))
        return found

    def there(self) -> bool:
        found: bool = self._draw(st.booleans())
        return found

    def many(self, most: int) -> int:
        found: int = self._draw(st.integers(0, min(most, 3)))
        return found


class Counted:
    """Everything is there, and no two free values are the same."""

    def __init__(self) -> None:
        self._next = 100

    def _number(self) -> int:
        self._next += 1
        return self._next

    def text(self, most: int, least: int = 1) -> str:
        return f"Q{self._number()}"[:most].ljust(least, "Z")

    def digits(self, size: int) -> str:
        return str(self._number()).rjust(size, "8")[-size:]

    def amount(self) -> Decimal:
        return Decimal(f"{self._number()}.37")

    def count(self, most: int) -> int:
        return min(self._number(), most)

    def day(self) -> dt.date:
        return dt.date(2016, 1, 1) + dt.timedelta(self._number() * 3)

    def pick(self, options: Sequence[T]) -> T:
        return options[0]

    def there(self) -> bool:
        return True

    def many(self, most: int) -> int:
        return most


def address(m: Source) -> Address:
    """A full address."""
    return Address(
        line1=m.text(55),
        line2=m.text(55) if m.there() else None,
        city=m.text(30, 2),
        state=m.pick(("NY", "CA", "TX")),
        zip=m.digits(m.pick((9, 5))),
        country=m.pick(("CA", None, None)),
    )


def npi(m: Source) -> str:
    return "1" + m.digits(9)


def person(m: Source, *qualifiers: str, place: bool = False, taxonomy: bool = False) -> Provider:
    """A practitioner."""
    return Provider(
        last_name=m.text(60),
        first_name=m.text(35) if m.there() else None,
        middle_name=m.text(25) if m.there() else None,
        suffix=m.text(10) if m.there() else None,
        npi=npi(m),
        taxonomy="207R" + m.digits(6) if taxonomy and m.there() else None,
        address=address(m) if place and m.there() else None,
        phone=m.digits(10) if place and m.there() else None,
        contact_name=m.text(60) if place and m.there() else None,
        secondary_ids=tuple(SecondaryId(qualifier=q, id=m.text(50)) for q in qualifiers if m.there()),
    )


def organization(m: Source, *qualifiers: str, phone: bool = False) -> Provider:
    """An organization with an address."""
    return Provider(
        organization_name=m.text(60),
        npi=npi(m),
        address=address(m),
        phone=m.digits(10) if phone and m.there() else None,
        contact_name=m.text(60) if phone and m.there() else None,
        secondary_ids=tuple(SecondaryId(qualifier=q, id=m.text(50)) for q in qualifiers if m.there()),
    )


def payer(m: Source) -> Payer:
    return Payer(name=m.text(60), id=m.text(20, 2), address=address(m) if m.there() else None)


def names(m: Source) -> dict[str, Any]:
    return {
        "last_name": m.text(60),
        "first_name": m.text(35),
        "middle_name": m.text(25) if m.there() else None,
        "suffix": m.text(10) if m.there() else None,
    }


def adjustments(m: Source, most: int) -> tuple[Adjustment, ...]:
    """Adjustments of several groups."""
    return tuple(
        Adjustment(
            group=m.pick(("CO", "PR", "OA")),
            reason=m.digits(3),
            amount=m.amount(),
            quantity=Decimal(m.count(900)) if m.there() else None,
        )
        for _ in range(most and m.many(most))
    )


def line(m: Source, *, facility: bool) -> ServiceLine:
    """One line."""
    first = m.day()
    made = ServiceLine(
        hcpcs=m.pick(("96365", "96366", "J1745")) if not isinstance(m, Counted) else m.text(5),
        modifiers=tuple(m.digits(2) for _ in range(m.many(4))),
        units=Decimal(m.count(999)),
        unit=m.pick(("UN", None)),
        charge=m.amount(),
        service_date=first,
        service_through=first + dt.timedelta(m.count(9)) if m.there() else None,
        line_control_number=m.text(30) if m.there() else None,
        description=m.text(80) if m.there() else None,
    )
    if m.there():
        made.ndc, made.ndc_quantity = m.digits(11), m.amount() + 1
        made.ndc_unit = m.pick(("ML", "UN", "F2"))
        made.prescription_number = m.text(30) if m.there() else None
    if facility:
        made.revenue_code = m.digits(4)
        made.non_covered = m.amount() if m.there() else None
        if m.there():
            made.operating_provider = person(m, "0B", "1G", "G2", "LU")
            made.other_operating_provider = person(m, "0B", "1G", "G2", "LU")
        if m.there():
            made.rendering_provider = person(m, "0B", "1G", "G2", "LU")
            made.referring_provider = person(m, "0B", "1G", "G2")
        return made
    made.place_of_service = m.digits(2) if m.there() else None
    made.diagnosis_pointers = (1,) if m.there() and not isinstance(m, Counted) else (1, 2, 3, 2)
    made.emergency = m.pick((True, None, False))
    made.test_results = tuple(
        TestResult(type=m.pick(("R1", "HT")), value=m.amount()) for _ in range(m.many(2))
    )
    if m.there():
        made.rendering_provider = person(m, "0B", "1G", "G2", "LU", taxonomy=True)
        made.service_facility = organization(m, "G2", "LU")
    if m.there():
        made.supervising_provider = person(m, "0B", "1G", "G2", "LU")
        made.ordering_provider = person(m, "0B", "1G", "G2", place=True)
        made.referring_provider = person(m, "0B", "1G", "G2")
    return made


def decision(m: Source, lines: int) -> Adjudication:
    """What another payer decided."""
    by_line = m.there()
    return Adjudication(
        paid=m.amount(),
        paid_date=m.day() if m.there() or by_line else None,
        payer_claim_number=m.text(50) if m.there() else None,
        non_covered=m.amount() if m.there() else None,
        patient_liability=m.amount() if m.there() else None,
        remark_codes=tuple("N" + m.digits(3) for _ in range(m.many(5))),
        adjustments=adjustments(m, 3),
        lines=tuple(
            LineAdjudication(
                line=n,
                paid=m.amount(),
                paid_date=m.day() if m.there() else None,
                hcpcs=m.text(5) if m.there() else None,
                revenue_code=m.digits(4) if m.there() else None,
                modifiers=tuple(m.digits(2) for _ in range(m.many(4))),
                units=Decimal(m.count(999)) if m.there() else None,
                bundled_into=m.count(lines) if m.there() else None,
                adjustments=adjustments(m, 3),
                patient_liability=m.amount() if m.there() else None,
            )
            for n in range(1, lines + 1)
            if by_line
        ),
    )


def coverages(m: Source, lines: int, *, facility: bool, dependent: bool) -> tuple[Coverage, ...]:
    """The billed coverage last, those that decided before it."""
    found = []
    for k in range(m.many(2)):
        own = m.pick((False, True))
        found.append(
            Coverage(
                responsibility="PS"[k],
                payer=payer(m),
                claim_filing=m.pick(("CI", "MB")),
                member_id=m.text(80, 2),
                relationship="18" if own else m.pick(("01", "19", "G8")),
                subscriber=None if own else Person(**names(m), address=address(m) if m.there() else None),
                group_number=m.text(50) if k or m.there() else None,
                group_name=m.text(60) if m.there() else None,
                secondary_reason=m.pick(("12", None)) if not facility else None,
                referral_number=m.text(50) if m.there() else None,
                authorizations=(Authorization(number=m.text(50)),) if m.there() else (),
                adjudication=decision(m, lines) if not k or m.there() else None,
            )
        )
    billed = Coverage(
        responsibility="T",
        payer=payer(m),
        claim_filing=m.pick(("MB", "CI")),
        member_id=m.text(80, 2),
        relationship=m.pick(("19", "01")) if dependent else "18",
        subscriber=Person(**names(m)) if dependent else None,
        group_number=m.text(50) if m.there() and not isinstance(m, Counted) else None,
        group_name=m.text(60) if m.there() else None,
        secondary_reason=m.pick(("13", None)) if not facility else None,
        referral_number=m.text(50) if m.there() else None,
        authorizations=(Authorization(number=m.text(50)),) if m.there() else (),
    )
    return (*found, billed)


def diagnoses(m: Source, *, facility: bool) -> tuple[Diagnosis, ...]:
    """Diagnoses, the principal one first."""

    def one(kind: Any = None, *, present: bool = True) -> Diagnosis:
        return Diagnosis(
            code="K" + m.digits(2) + m.pick(("", ".")) + m.digits(3),
            kind=kind,
            present_on_admission=m.pick(("Y", "N")) if facility and present and m.there() else None,
        )

    found = [one(), *(one() for _ in range(2 + m.many(9)))]
    if facility:
        found += [one("admitting", present=False) for _ in range(m.many(1))]
        found += [one("reason_for_visit", present=False) for _ in range(m.many(3))]
        found += [one("external_cause") for _ in range(m.many(3))]
    return tuple(found)


def claim(m: Source, *, facility: bool, dependent: bool) -> Claim:
    """A claim with everything the source gives it."""
    lines = tuple(line(m, facility=facility) for _ in range(1 + m.many(2)))
    made = Claim(
        setting="facility" if facility else "professional",
        claim_id=m.text(38),
        frequency=m.pick(("7", "1", None)),
        original_reference=m.text(50) if m.there() else None,
        patient=Patient(
            **names(m),
            address=address(m),
            birth_date=m.day(),
            sex=m.pick(("F", "M", "U")),
            medical_record_number=m.text(50) if m.there() else None,
            death_date=m.day() if not facility and m.there() else None,
        ),
        submitter=TradingPartner(
            name=m.text(60),
            id=m.text(15, 2),
            contact_name=m.text(60),
            phone=m.digits(10),
            email=m.text(60) if m.there() else None,
        ),
        receiver=TradingPartner(name=m.text(60), id=m.text(15, 2)),
        billing_provider=organization(m, *(() if facility else ("0B", "1G")), "G2", phone=True),
        pay_to=Provider(address=address(m)) if m.there() else None,
        referring_provider=person(m, "0B", "1G", "G2") if m.there() else None,
        service_facility=organization(m, "0B", "G2", "LU", phone=not facility) if m.there() else None,
        diagnoses=diagnoses(m, facility=facility),
        condition_codes=tuple(m.digits(2) for _ in range(m.many(12))),
        signatures=Signatures(
            patient_on_file=m.pick((False, True, None)),
            provider_on_file=m.pick((True, False)),
            assignment_of_benefits=m.pick(("Y", "N", "W")),
            release_of_information=m.pick(("Y", "I")),
            accept_assignment=m.pick(("A", "C")),
        ),
        note=m.text(80) if m.there() else None,
        attachments=tuple(
            Attachment(type="OZ", transmission="EL", control_number=m.text(50, 2)) for _ in range(m.many(2))
        ),
        clinical_trial_number=m.text(50) if m.there() else None,
        property_casualty_claim_number=m.text(50) if m.there() else None,
        delay_reason=m.pick(("7", None)),
        lines=lines,
        total_charge=m.amount() if m.there() else None,
        coverages=coverages(m, len(lines), facility=facility, dependent=dependent),
    )
    provider = made.billing_provider
    assert provider is not None
    provider.tax_id, provider.tax_id_type = m.digits(9), "EI" if facility else m.pick(("EI", "SY"))
    provider.taxonomy = "261Q" + m.digits(6) if m.there() else None
    made.bill_to = len(made.coverages) - 1
    if facility:
        _facility(m, made)
    else:
        _professional(m, made)
    return made


def _professional(m: Source, made: Claim) -> None:
    made.place_of_service = m.digits(2)
    made.patient_paid = m.amount() if m.there() else None
    made.clia_number = m.text(50) if m.there() else None
    made.rendering_provider = person(m, "0B", "1G", "G2", "LU", taxonomy=True) if m.there() else None
    made.supervising_provider = person(m, "0B", "1G", "G2", "LU") if m.there() else None
    if m.there():
        made.accident = Accident(kinds=("auto", "other"), date=m.day(), state="NJ", country="CA")
    if m.there():
        made.admission = Admission(date=m.day())
    first = m.day()
    made.dates = tuple(
        ClaimDate(qualifier=q, date=first if q == "314" else m.day(),
                  through_date=first + dt.timedelta(3) if q == "314" else None)
        for q in DATES
        if m.there()
    )  # fmt: skip


def _facility(m: Source, made: Claim) -> None:
    made.type_of_bill = "013" + m.pick(("7", "1"))
    made.attending_provider = person(m, "0B", "1G", "G2", "LU", taxonomy=True)
    made.operating_provider = person(m, "0B", "1G", "G2", "LU") if m.there() else None
    made.rendering_provider = person(m, "0B", "1G", "G2", "LU") if m.there() else None
    if m.there():
        made.accident = Accident(kinds=("auto",), state="NJ")
    made.admission = Admission(
        type="3",
        source="1",
        patient_status="01",
        date=m.day(),
        hour="14" if m.there() else None,
        discharge_hour="11:30" if m.there() else None,
    )
    first = m.day()
    made.statement = Statement(from_date=first, through_date=first + dt.timedelta(m.count(20)))
    made.dates = (ClaimDate(qualifier="050", date=m.day()),) if m.there() else ()
    made.occurrence_codes = tuple(OccurrenceCode(code=m.digits(2), date=m.day()) for _ in range(m.many(12)))
    made.occurrence_spans = tuple(
        OccurrenceSpan(code=m.digits(2), from_date=d, through_date=d + dt.timedelta(2))
        for d in (m.day() for _ in range(m.many(3)))
    )
    made.value_codes = tuple(ValueCode(code=m.digits(2), amount=m.amount()) for _ in range(m.many(12)))


@st.composite
def claims(draw: Callable[..., Any], facility: bool | None = None) -> Claim:
    """Made-up claims of one setting or of both, for the patient as subscriber or as dependent."""
    m = Drawn(draw)
    chosen = m.there() if facility is None else facility
    return claim(m, facility=chosen, dependent=m.there())


def sentinel(*, facility: bool, dependent: bool) -> Claim:
    """A claim in which everything is there and every free value stands once."""
    return claim(Counted(), facility=facility, dependent=dependent)
