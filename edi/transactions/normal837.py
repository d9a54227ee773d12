"""The form in which an 837 carries a claim: `read(write(claim)) == normal(claim)`.

What the set has no home for is gone, codes are compact, coverages stand in the order of responsibility, and
what the writer fills in or leaves out is filled in or left out here too. Two claims that have one normal form
are one claim on the wire.
"""

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace

from edi.codes import ndc, tax_id
from edi.model.claim import (
    Accident,
    Admission,
    Attachment,
    Claim,
    ClaimDate,
    Diagnosis,
    DiagnosisKind,
    OccurrenceCode,
    OccurrenceSpan,
    ServiceLine,
    Signatures,
    Statement,
    TestResult,
    Unmapped,
    ValueCode,
    claim_diagnoses,
    coverage_order,
    effective_bill_to,
    effective_kind,
    effective_rendering_provider,
    other_coverages,
    statement_period,
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
from edi.transactions import parts837 as parts
from edi.transactions import parts837_read as read
from edi.transactions import t837i, t837p
from edi.x12.segment import ELEMENT, tm
from edi.x12.taking import plain

DATES = {"professional": parts.PROFESSIONAL_DATES, "facility": ("050",)}
"""Qualifiers of the claim dates that each set holds, in its order."""
DIAGNOSES: tuple[DiagnosisKind, ...] = (
    "principal", "admitting", "reason_for_visit", "external_cause", "other",
)  # fmt: skip
"""Kinds of diagnoses in the order of the 837I."""


def normal(
    claim: Claim, submitter: TradingPartner | None = None, receiver: TradingPartner | None = None
) -> Claim:
    """A claim as the 837 of its setting carries it; `submitter` and `receiver` are those of the file."""
    return _Normal(claim).claim(submitter or claim.submitter, receiver or claim.receiver)


def text(value: str | None) -> str | None:
    """A text as an element holds it: without blanks at its ends, None where nothing is left."""
    return (value.strip() or None) if value else None


def texts(values: Sequence[str]) -> tuple[str, ...]:
    """Several texts; empty ones are left out."""
    return tuple(t for t in map(text, values) if t)


def address(one: Address | None) -> Address | None:
    """An address with compact ZIP; None where it says nothing."""
    if one is None:
        return None
    made = Address(
        line1=text(one.line1), line2=text(one.line2), city=text(one.city), state=text(one.state),
        zip=text(parts.zip_code(one.zip)), country=text(one.country),
    )  # fmt: skip
    return None if made == Address() else made


def person(one: Person, *, home: bool, birth: bool) -> Person:
    """Name of a person, with address and with birth date and sex where asked for."""
    return Person(
        last_name=text(one.last_name), first_name=text(one.first_name), middle_name=text(one.middle_name),
        suffix=text(one.suffix), address=address(one.address) if home else None,
        birth_date=one.birth_date if birth else None, sex=text(one.sex) if birth else None,
    )  # fmt: skip


def payer(one: Payer | None) -> Payer:
    """A payer with compact address."""
    one = one or Payer()
    return Payer(name=text(one.name), id=text(one.id), address=address(one.address))


def named(one: Provider) -> Provider:
    """Name and NPI of a provider."""
    if one.is_person:
        return Provider(
            last_name=text(one.last_name), first_name=text(one.first_name),
            middle_name=text(one.middle_name), suffix=text(one.suffix), npi=text(one.npi),
        )  # fmt: skip
    return Provider(organization_name=text(one.organization_name), npi=text(one.npi))


def secondary_ids(one: Provider, allowed: Sequence[str]) -> tuple[SecondaryId, ...]:
    """The ids of a provider that a loop holds."""
    return tuple(
        SecondaryId(qualifier=s.qualifier, id=text(s.id))
        for s in one.secondary_ids
        if s.qualifier in allowed and text(s.id)
    )


def provider(
    one: Provider | None,
    *,
    specialty: bool = False,
    qualifiers: Sequence[str] = parts.ID_QUALIFIERS,
    place: bool = False,
    phone: bool = False,
) -> Provider | None:
    """A provider as its loop holds it."""
    if one is None:
        return None
    made = named(one)
    made.secondary_ids = secondary_ids(one, qualifiers)
    if specialty:
        made.taxonomy = text(one.taxonomy)
    if place:
        made.address = address(one.address)
    if phone and one.phone:
        made.phone, made.contact_name = text(parts.telephone(one.phone)), text(one.contact_name)
    return made


def adjustments(given: Sequence[Adjustment]) -> tuple[Adjustment, ...]:
    """Adjustments by group."""
    groups: dict[str | None, list[Adjustment]] = {}
    for one in given:
        made = Adjustment(
            group=text(one.group), reason=text(one.reason), amount=one.amount, quantity=one.quantity
        )
        groups.setdefault(made.group, []).append(made)
    return tuple(one for members in groups.values() for one in members)


def sender(one: TradingPartner | None) -> TradingPartner | None:
    """A submitter; its contact only with a telephone or e-mail."""
    if one is None:
        return None
    call, mail = text(parts.telephone(one.phone)), text(one.email)
    who = text(one.contact_name) if call or mail else None
    return TradingPartner(name=text(one.name), id=text(one.id), contact_name=who, phone=call, email=mail)


class _Normal:
    """One claim with what its normal form depends on."""

    def __init__(self, claim: Claim) -> None:
        self.given = claim
        self.facility = claim.setting == "facility"
        self.guide = (t837i if self.facility else t837p).GUIDE
        self.stated = parts.is_stated(claim)
        self.extra: list[Unmapped] = []

    def claim(self, submitter: TradingPartner | None, receiver: TradingPartner | None) -> Claim:
        given = self.given
        made = Claim(
            setting=given.setting,
            claim_id=text(given.claim_id),
            submitter=sender(submitter),
            receiver=TradingPartner(name=text(receiver.name), id=text(receiver.id)) if receiver else None,
            total_charge=parts.total_charge(given),
            original_reference=text(given.original_reference),
            property_casualty_claim_number=text(given.property_casualty_claim_number),
            clinical_trial_number=text(given.clinical_trial_number),
            delay_reason=text(given.delay_reason),
            note=text(given.note),
            condition_codes=texts(given.condition_codes),
            attachments=tuple(
                Attachment(
                    type=text(a.type),
                    transmission=text(a.transmission),
                    control_number=text(a.control_number),
                )
                for a in given.attachments
            ),
            billing_provider=self.billing(submitter),
            pay_to=self.pay_to(),
            patient=self.patient(),
            signatures=self.signatures(),
        )
        made.lines = tuple(self.line(one) for one in given.lines)
        self.dates(made)
        if self.facility:
            self.facility_data(made)
        else:
            made.place_of_service = text(given.place_of_service)
            made.frequency = text(given.frequency) or (None if self.stated else "1")
            made.patient_paid = given.patient_paid
            made.clia_number = text(given.clia_number)
            made.diagnoses = self.professional_diagnoses()
        self.providers(made)
        self.coverages(made)
        made.unmapped = tuple(sorted((*given.unmapped, *self.extra), key=lambda u: (u.address, u.text)))
        return made

    def billing(self, submitter: TradingPartner | None) -> Provider:
        one = self.given.billing_provider or Provider()
        made = named(one)
        made.taxonomy = text(one.taxonomy)
        made.address = address(one.address)
        made.tax_id = text(tax_id.compact(one.tax_id)) if one.tax_id else None
        made.tax_id_type = (one.tax_id_type or "EI") if made.tax_id else None
        made.secondary_ids = (
            *secondary_ids(one, self.guide.license_qualifiers), *secondary_ids(one, ("G2", "LU")),
        )  # fmt: skip
        call = text(parts.telephone(one.phone))
        known = submitter is not None and (call, one.contact_name) == (
            text(parts.telephone(submitter.phone)),
            submitter.contact_name,
        )
        if call and (not known or self.stated):
            made.phone, made.contact_name = call, text(one.contact_name)
        return made

    def pay_to(self) -> Provider | None:
        one, billing = self.given.pay_to, self.given.billing_provider or Provider()
        if one is None or one.address is None:
            return None
        if not self.stated and parts.same_address(one.address, billing.address):
            return None
        return Provider(address=address(one.address))

    def patient(self) -> Patient:
        one = self.given.patient or Patient()
        known = person(one, home=True, birth=True)
        return Patient(
            last_name=known.last_name, first_name=known.first_name, middle_name=known.middle_name,
            suffix=known.suffix, address=known.address, birth_date=known.birth_date, sex=known.sex,
            medical_record_number=text(one.medical_record_number),
            death_date=one.death_date if self.guide.subscriber_pat else None,
        )  # fmt: skip

    def signatures(self) -> Signatures | None:
        one = self.given.signatures
        if one is None:
            return None
        made = Signatures(
            assignment_of_benefits=text(one.assignment_of_benefits),
            release_of_information=text(one.release_of_information),
            accept_assignment=text(one.accept_assignment),
        )
        if not self.facility:
            made.provider_on_file = one.provider_on_file
            made.patient_on_file = False if one.patient_on_file is False else None
        return None if made == Signatures() else made

    def dates(self, made: Claim) -> None:
        """Accident, admission, and the dates that have no record of their own."""
        given = self.given
        found = parts.claim_dates(parts.lenient(), given)
        accident, admitted = given.accident, given.admission
        if self.facility:
            if accident is not None and "auto" in accident.kinds and text(accident.state):
                made.accident = Accident(kinds=("auto",), state=text(accident.state))
        elif accident is not None or "439" in found:
            accident = accident or Accident()
            there = self.stated or "auto" in accident.kinds
            one = Accident(
                kinds=accident.kinds[:2],
                date=_single(found, "439"),
                state=text(accident.state) if there else None,
                country=text(accident.country) if there else None,
            )
            made.accident = None if one == Accident() else one
        admission = Admission(date=_single(found, "435"))
        if self.facility and admitted is not None:
            admission.type, admission.source = text(admitted.type), text(admitted.source)
            admission.patient_status = text(admitted.patient_status)
            admission.discharge_hour = text(tm(admitted.discharge_hour))
            admission.hour = text(tm(admitted.hour)) if admitted.date is not None else None
        made.admission = None if admission == Admission() else admission
        made.dates = tuple(
            ClaimDate(qualifier=q, date=found[q][1], through_date=found[q][2])
            for q in DATES["facility" if self.facility else "professional"]
            if q in found and not (q in ("439", "435") and found[q][2] is None)
        )

    def facility_data(self, made: Claim) -> None:
        """What only a facility claim holds."""
        given = self.given
        place, frequency = t837i.bill_type(given)
        made.frequency = frequency or None
        made.type_of_bill = f"0{place}{frequency}" if place else None
        period = (given.statement or Statement()) if self.stated else statement_period(given)
        first, last = period.from_date or period.through_date, period.through_date or period.from_date
        if first is not None and last is not None:
            made.statement = Statement(from_date=first, through_date=last)
        made.occurrence_codes = tuple(
            OccurrenceCode(code=text(o.code), date=o.date) for o in given.occurrence_codes
        )
        made.occurrence_spans = tuple(
            OccurrenceSpan(
                code=text(o.code),
                from_date=o.from_date if o.through_date else None,
                through_date=o.through_date if o.from_date else None,
            )
            for o in given.occurrence_spans
        )
        made.value_codes = tuple(ValueCode(code=text(v.code), amount=v.amount) for v in given.value_codes)
        made.diagnoses = self.facility_diagnoses()

    def professional_diagnoses(self) -> tuple[Diagnosis, ...]:
        old = parts.icd9(self.given)
        found = self.given.diagnoses
        return tuple(
            Diagnosis(code=text(parts.diagnosis_code(found[i].code, old)))
            for i in claim_diagnoses(self.given)[:12]
        )

    def facility_diagnoses(self) -> tuple[Diagnosis, ...]:
        old = parts.icd9(self.given)
        found: list[Diagnosis] = []
        kinds: list[DiagnosisKind] = []
        for kind in DIAGNOSES:
            for i, one in enumerate(self.given.diagnoses):
                if effective_kind(self.given, i) == kind:
                    present = None if kind in read.PLAIN_KINDS else text(one.present_on_admission)
                    code = text(parts.diagnosis_code(one.code, old))
                    found.append(Diagnosis(code=code, present_on_admission=present))
                    kinds.append(kind)
        read.settled_kinds(found, kinds)
        return tuple(found)

    def providers(self, made: Claim) -> None:
        given, stated = self.given, self.stated
        rendering, place, referring = (
            given.rendering_provider, given.service_facility, given.referring_provider,
        )  # fmt: skip
        if place is not None and (stated or parts.elsewhere(given, place)):
            made.service_facility = provider(
                place, qualifiers=parts.PLACE_QUALIFIERS, place=True, phone=not self.facility
            )
        if self.facility:
            attending = given.attending_provider
            made.attending_provider = provider(attending, specialty=True)
            made.operating_provider = provider(given.operating_provider)
            if stated or not parts.same_provider(rendering, attending):
                made.rendering_provider = provider(rendering)
            if stated or not parts.same_provider(referring, attending):
                made.referring_provider = provider(referring, qualifiers=parts.REFERRING_QUALIFIERS)
            return
        if stated or not parts.same_provider(rendering, given.billing_provider):
            made.rendering_provider = provider(rendering, specialty=True)
        made.referring_provider = provider(referring, qualifiers=parts.REFERRING_QUALIFIERS)
        made.supervising_provider = provider(given.supervising_provider)

    def line(self, one: ServiceLine) -> ServiceLine:
        """One line."""
        unit = text(one.unit) or ("UN" if one.units is not None and not self.stated else None)
        code = text(one.hcpcs)
        last = one.service_through
        made = ServiceLine(
            hcpcs=code,
            modifiers=texts(one.modifiers),
            units=one.units,
            unit=unit,
            charge=one.charge,
            service_date=one.service_date,
            service_through=last
            if one.service_date is not None and (self.stated or last != one.service_date)
            else None,
            line_control_number=text(one.line_control_number),
            description=text(one.description) if code or not self.facility else None,
        )
        number = text(ndc.compact(one.ndc)) if one.ndc else None
        if number is not None:
            made.ndc, made.ndc_quantity, made.ndc_unit = number, one.ndc_quantity, text(one.ndc_unit)
            made.prescription_number = text(one.prescription_number)
        if self.facility:
            made.revenue_code, made.non_covered = text(one.revenue_code), one.non_covered
            self.facility_line(made, one)
        else:
            place = text(one.place_of_service)
            made.place_of_service = (
                place if self.stated or place != text(self.given.place_of_service) else None
            )
            made.diagnosis_pointers = one.diagnosis_pointers
            made.emergency = one.emergency or (one.emergency if self.stated else None)
            made.test_results = tuple(TestResult(type=text(t.type), value=t.value) for t in one.test_results)
            self.professional_line(made, one)
        return made

    def professional_line(self, made: ServiceLine, one: ServiceLine) -> None:
        given, stated = self.given, self.stated
        who = one.rendering_provider
        if stated or not parts.same_provider(who, given.rendering_provider or given.billing_provider):
            made.rendering_provider = provider(who, specialty=True)
        where = one.service_facility
        if where is not None and (stated or not t837p.same_place(where, given)):
            made.service_facility = provider(where, qualifiers=("G2", "LU"), place=True)
        if stated or not parts.same_provider(one.supervising_provider, given.supervising_provider):
            made.supervising_provider = provider(one.supervising_provider)
        who = one.ordering_provider or given.ordering_provider
        if stated or not parts.same_provider(who, effective_rendering_provider(given, one)):
            made.ordering_provider = provider(
                who, qualifiers=parts.REFERRING_QUALIFIERS, place=True, phone=True
            )
        if stated or not parts.same_provider(one.referring_provider, given.referring_provider):
            made.referring_provider = provider(one.referring_provider, qualifiers=parts.REFERRING_QUALIFIERS)

    def facility_line(self, made: ServiceLine, one: ServiceLine) -> None:
        given, stated = self.given, self.stated
        if stated or not parts.same_provider(one.operating_provider, given.operating_provider):
            made.operating_provider = provider(one.operating_provider)
        made.other_operating_provider = provider(one.other_operating_provider)
        who = one.rendering_provider
        if stated or not parts.same_provider(who, given.rendering_provider or given.attending_provider):
            made.rendering_provider = provider(who)
        if stated or not parts.same_provider(one.referring_provider, given.referring_provider):
            made.referring_provider = provider(one.referring_provider, qualifiers=parts.REFERRING_QUALIFIERS)

    # --- coverages ---

    def coverages(self, made: Claim) -> None:
        """The billed coverage and the others, by responsibility."""
        given = self.given
        index = effective_bill_to(given)
        billed = given.coverages[index] if index is not None else Coverage()
        found = [self.billed(made, billed)]
        for _, one in other_coverages(given):
            found.append(self.other(made, one))
        order = coverage_order(tuple(found))
        made.coverages = tuple(found[k] for k in order)
        made.bill_to = order.index(0)

    def coverage(self, one: Coverage) -> Coverage:
        """What SBR, NM1*IL and NM1*PR say."""
        number = text(one.group_number)
        return Coverage(
            responsibility=text(one.responsibility),
            payer=payer(one.payer),
            claim_filing=text(one.claim_filing),
            member_id=text(one.member_id),
            relationship=text(one.relationship),
            group_number=number,
            group_name=text(one.group_name) if self.stated or not one.group_number else None,
            secondary_reason=text(one.secondary_reason) if self.guide.secondary_reason else None,
            referral_number=text(one.referral_number),
        )

    def billed(self, made: Claim, one: Coverage) -> Coverage:
        coverage = self.coverage(one)
        if not parts.is_self(one):
            stated = self.stated
            coverage.subscriber = person(one.subscriber or Person(), home=stated, birth=stated)
        sorted_ = parts.authorizations(parts.lenient(), self.given, by_line=not self.facility)
        general: tuple[Authorization, ...] = ()
        if sorted_.claim is not None:
            general = (Authorization(number=text(one.authorizations[sorted_.claim].number)),)
        coverage.authorizations = general
        if sorted_.lines and not self.facility:
            numbers = {at: text(one.authorizations[i].number) or "" for at, i in sorted_.lines.items()}
            kept = read.line_authorizations(general, numbers, made.lines)
            if kept is not None:
                coverage.authorizations = kept
            else:
                self.extra += [
                    Unmapped(address=f"2400[{at}]/REF", text=plain(f"REF{ELEMENT}G1{ELEMENT}{value}"))
                    for at, value in numbers.items()
                ]
        return coverage

    def other(self, made: Claim, one: Coverage) -> Coverage:
        coverage = self.coverage(one)
        if not parts.is_self(one) or (self.stated and one.subscriber is not None):
            coverage.subscriber = person(one.subscriber or Person(), home=True, birth=False)
        number = next((text(a.number) for a in one.authorizations if a.number), None)
        if number is not None:
            coverage.authorizations = (Authorization(number=number),)
        coverage.adjudication = self.adjudication(made, one.adjudication)
        return coverage

    def adjudication(self, made: Claim, one: Adjudication | None) -> Adjudication | None:
        if one is None:
            return None
        decisions = [d for d in one.lines if d.line is not None and 1 <= d.line <= len(made.lines)]
        decided = Adjudication(
            paid=one.paid,
            paid_date=one.paid_date if self.stated or not one.lines else None,
            payer_claim_number=text(one.payer_claim_number),
            non_covered=one.non_covered,
            remark_codes=texts(one.remark_codes[:5]),
            adjustments=adjustments(one.adjustments),
            patient_liability=one.patient_liability,
            lines=tuple(
                self.decision(made.lines[(d.line or 1) - 1], d, one.paid_date)
                for d in sorted(decisions, key=lambda d: d.line or 0)
            ),
        )
        return None if decided == Adjudication() else decided

    def decision(self, line: ServiceLine, one: LineAdjudication, day: dt.date | None) -> LineAdjudication:
        own = LineAdjudication() if self.stated else line
        modifiers = one.modifiers if one.hcpcs or one.modifiers else own.modifiers
        revenue = text(one.revenue_code) or own.revenue_code
        return replace(
            one,
            hcpcs=text(one.hcpcs) or own.hcpcs,
            modifiers=texts(modifiers),
            revenue_code=revenue if self.guide.facility_codes else None,
            units=one.units if one.units is not None else own.units,
            paid_date=one.paid_date or (None if self.stated else day),
            adjustments=adjustments(one.adjustments),
        )


def _single(found: parts.Dates, qualifier: str) -> dt.date | None:
    """The day of a claim date that is one day."""
    held = found.get(qualifier)
    return held[1] if held is not None and held[2] is None else None
