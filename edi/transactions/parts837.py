"""What the 837P and the 837I share: hierarchy, names, other payers, line decisions.

Functions are named after what they write and take the cursor first. Layouts are module constants, so that a
reader can take the same segments apart. Sources: rules.md sections E.2, E.3 and appendix X.
"""

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache

from edi.codes import icd10, ndc, phone, tax_id, zipcode
from edi.model.claim import (
    Claim,
    ServiceLine,
    Unmapped,
    ValueCode,
    billed_coverage,
    effective_bill_to,
    other_coverages,
    statement_period,
)
from edi.model.party import (
    Address,
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
from edi.x12.guide import Guide as X12Guide
from edi.x12.guide import load
from edi.x12.placing import key_of
from edi.x12.segment import Layout, d8, number, qualifier_of, rd8
from edi.x12.taking import set_element
from edi.x12.writer import Base, Cursor, Segment, Tracing

CLAIMS_PER_PATIENT = 100
"""Loop 2300 may recur so often under one subscriber or patient."""
ICD10_FROM = dt.date(2015, 10, 1)


@dataclass(frozen=True, slots=True)
class Guide:
    """Where the two guides differ in what they share."""

    name: str
    """Name of the guide's table, which places the segments that a claim only carries along."""
    version: str
    setting: str
    bht_type: str = "CH"
    most_lines: int = 50
    subscriber_pat: bool = True
    """PAT in 2000B and PAT05 to PAT08 exist."""
    secondary_reason: bool = True
    """SBR05 exists."""
    oi_signature: bool = True
    """OI04 exists."""
    facility_codes: bool = False
    """Service lines hold revenue codes."""
    inpatient_remarks: bool = False
    """MIA exists."""
    amounts: tuple[str, ...] = ("D", "A8", "EAF")
    """Order of the AMT segments in 2320."""
    license_qualifiers: tuple[str, ...] = ("0B", "1G")
    """Secondary identifiers of the billing provider in 2010AA."""


# --- layouts ---

ST = Layout("ST", "01=837 02 03")
BHT = Layout("BHT", "01=0019 02=00 03 04 05 06")
SUBMITTER = Layout("NM1", "01=41 02=2 03:name 08=46 09:id")
SUBMITTER_PER = Layout("PER", "01=IC 02:contact_name 03 04 05 06")
RECEIVER = Layout("NM1", "01=40 02=2 03:name 08=46 09:id")
HL = Layout("HL", "01 02 03 04")
N3 = Layout("N3", "01:line1 02:line2")
N4 = Layout("N4", "01:city 02:state 03:zip 04:country")
CONTACT = Layout("PER", "01=IC 02:contact_name 03=TE 04:phone")
TAX_ID = Layout("REF", "01 02:tax_id")
SECONDARY_ID = Layout("REF", "01:qualifier 02:id")
SBR = Layout(
    "SBR",
    "01:responsibility 02:relationship 03:group_number 04:group_name 05:secondary_reason 09:claim_filing",
)
PATIENT_DEATH = Layout("PAT", "05=D8 06:death_date")
PATIENT_RELATION = Layout("PAT", "01 05 06:death_date")
PERSON_NAME = "03:last_name 04:first_name 05:middle_name 07:suffix"
SUBSCRIBER = Layout("NM1", f"01=IL 02=1 {PERSON_NAME} 08 09")
PATIENT = Layout("NM1", f"01=QC 02=1 {PERSON_NAME}")
DMG = Layout("DMG", "01=D8 02:birth_date 03:sex")
DMG_SEX = Layout("DMG", "03:sex")
PAYER = Layout("NM1", "01=PR 02=2 03:name 08 09:id")
PAY_TO = Layout("NM1", "01=87 02")
ATTACHMENT = Layout("PWK", "01:type 02:transmission 05 06:control_number")
NOTE = Layout("NTE", "01=ADD 02:note")
OI = Layout("OI", "03 04 06")
MOA = Layout("MOA", "03:0 04:1 05:2 06:3 07:4")
MIA = Layout("MIA", "01 05:0 20:1 21:2 22:3 23:4")
CAS_HEAD = Layout("CAS", "01:group")
CAS_TRIO = Layout("CAS", "02:reason 03:amount 04:quantity", first=2)
PAID_DATE = Layout("DTP", "01=573 02=D8 03:paid_date")
LX = Layout("LX", "01:.")
NDC = Layout("LIN", "02=N4 03:ndc")
NDC_QUANTITY = Layout("CTP", "04:ndc_quantity 05-1:ndc_unit")
LINE_DATE = Layout("DTP", "01=472 02=D8 03:service_date")
LINE_PERIOD = Layout("DTP", "01=472 02=RD8 03:service_date")
SVD = Layout(
    "SVD",
    "01 02:paid 03-1 03-2:hcpcs 03-3:modifiers/0 03-4:modifiers/1 03-5:modifiers/2 03-6:modifiers/3 "
    "04:revenue_code 05:units 06:bundled_into",
)


def reference(qualifier: str, name: str) -> Layout:
    """Layout of a REF that holds one value."""
    return Layout("REF", f"01={qualifier} 02:{name}")


def amount(qualifier: str, name: str) -> Layout:
    """Layout of an AMT that holds one value."""
    return Layout("AMT", f"01={qualifier} 02:{name}")


def role(code: str) -> tuple[Layout, Layout]:
    """Layouts of NM1 for a person and for an organization in one role."""
    return (
        Layout("NM1", f"01={code} 02=1 {PERSON_NAME} 08 09:npi"),
        Layout("NM1", f"01={code} 02=2 03:organization_name 08 09:npi"),
    )


def specialty(code: str) -> Layout:
    """Layout of PRV for a taxonomy code."""
    return Layout("PRV", f"01={code} 02=PXC 03:taxonomy")


BILLING = role("85")
BILLING_PRV = specialty("BI")
RENDERING = role("82")
RENDERING_PRV = specialty("PE")
FACILITY = role("77")
REFERRING = role("DN")
AUTHORIZATION = reference("G1", "number")
REFERRAL = reference("9F", "referral_number")
ORIGINAL_REFERENCE = reference("F8", "original_reference")
MEDICAL_RECORD = reference("EA", "medical_record_number")
TRIAL = reference("P4", "clinical_trial_number")
CASUALTY = reference("Y4", "property_casualty_claim_number")
LINE_CONTROL = reference("6R", "line_control_number")
PRESCRIPTION = reference("XZ", "prescription_number")
OTHER_CLAIM_NUMBER = reference("F8", "adjudication/payer_claim_number")
AMOUNTS = {
    "D": amount("D", "paid"),
    "A8": amount("A8", "non_covered"),
    "EAF": amount("EAF", "patient_liability"),
}

# --- transaction set, hierarchy ---


def header(
    w: Cursor,
    guide: Guide,
    *,
    control: str,
    reference: str,
    created: dt.datetime,
    submitter: TradingPartner,
    receiver: TradingPartner,
) -> None:
    """ST, BHT, submitter and receiver."""
    w.enter("HEADER")
    w.segment(ST, control, guide.version)
    w.segment(BHT, reference, f"{created:%Y%m%d}", f"{created:%H%M}", guide.bht_type)
    w.enter("1000A", "submitter")
    w.segment(SUBMITTER, submitter.name or "", submitter.id or "")
    call = telephone(submitter.phone)
    ways = [("TE", call)] if call else []
    if submitter.email:
        ways.append(("EM", submitter.email))
    if ways:
        names = ["phone" if kind == "TE" else "email" for kind, _ in ways]
        ways.append(("", ""))
        w.segment(SUBMITTER_PER, submitter.contact_name or "", *ways[0], *ways[1])
        for k, way in enumerate(names):
            w.also(4 + 2 * k, "submitter", way)
    w.enter("1000B", "receiver")
    w.segment(RECEIVER, receiver.name or "", receiver.id or "")


@dataclass(slots=True)
class Hierarchy:
    """Where the current transaction set stands: HL numbers and who they are for."""

    last: int = 0
    """Number of the last HL."""
    billing: int = 0
    subscriber: int = 0
    claims: int = 0
    """Claims under the current subscriber or patient."""
    billing_key: tuple[object, ...] | None = None
    subscriber_key: tuple[object, ...] | None = None
    patient_key: tuple[object, ...] | None = None

    def next(self) -> int:
        """Number of the next HL."""
        self.last += 1
        return self.last


def levels(w: Cursor, guide: Guide, at: Hierarchy, claim: Claim, submitter: TradingPartner) -> None:
    """The levels above a claim, as far as they are not those of the claim before.

    Claims that follow one another share a billing provider, a subscriber with payer, and a patient.
    """
    index = effective_bill_to(claim)
    if index is None:
        w.refuse("no insurance is left to be billed", "coverages")
        index = 0
    coverage = claim.coverages[index] if index < len(claim.coverages) else Coverage()
    payer = coverage.payer or Payer()
    self_insured = is_self(coverage)
    billing_key: tuple[object, ...] = (claim.billing_provider, claim.pay_to)
    subscriber_key = _subscriber_key(claim, coverage, self_insured)
    patient_key: tuple[object, ...] = (
        claim.patient,
        coverage.relationship,
        claim.property_casualty_claim_number,
    )
    if claim.unmapped:
        # a level is shared only by claims that carry the same segments along in it
        billing_key += _carried(claim, "A")
        subscriber_key += _carried(claim, "B")
        patient_key += _carried(claim, "C")

    if at.billing_key is None or at.billing_key != billing_key:
        at.billing_key = billing_key
        at.subscriber_key = at.patient_key = None
        at.billing = at.next()
        billing_level(w, guide, at.billing, claim, submitter)
    if at.subscriber_key != subscriber_key or (self_insured and at.claims >= CLAIMS_PER_PATIENT):
        at.subscriber_key = subscriber_key
        at.patient_key = None
        at.claims = 0
        at.subscriber = at.next()
        subscriber_level(w, guide, (at.subscriber, at.billing), claim, index, coverage, payer)
    if not self_insured and (at.patient_key != patient_key or at.claims >= CLAIMS_PER_PATIENT):
        at.patient_key = patient_key
        at.claims = 0
        patient_level(w, guide, (at.next(), at.subscriber), claim, index, coverage)
    at.claims += 1


def is_self(coverage: Coverage) -> bool:
    """Whether the patient is the subscriber: relationship 18, or none and no subscriber named."""
    return coverage.relationship == "18" or (coverage.relationship is None and coverage.subscriber is None)


def is_stated(claim: Claim) -> bool:
    """Whether the claim was read from an 837: then nothing is left out or filled in when it is written."""
    return claim.origin is not None


def pay_to_kind(guide: Guide, billing: Provider | None) -> str:
    """NM102 of the pay-to address, which is the billing provider's: 1 for a person, 2 for an organization."""
    return "1" if guide.setting == "professional" and billing is not None and billing.is_person else "2"


def _level_of(address: str) -> str | None:
    """The level of the hierarchy (A, B, C) to which an address belongs; None for the claim and below."""
    loop = address.split("/", 1)[0]
    return loop[4:5] if loop.startswith(("2000", "2010")) else None


def _carried(claim: Claim, level: str) -> tuple[object, ...]:
    """Segments that the claim carries along in one level of the hierarchy."""
    return tuple((u.address, u.text) for u in claim.unmapped if _level_of(u.address) == level)


def _subscriber_key(claim: Claim, coverage: Coverage, self_insured: bool) -> tuple[object, ...]:
    """What two claims have in common when they share a subscriber level."""
    person = (claim.patient, claim.property_casualty_claim_number) if self_insured else coverage.subscriber
    return (
        self_insured, person, coverage.payer, coverage.responsibility, coverage.claim_filing,
        coverage.member_id, coverage.group_number, coverage.group_name, coverage.secondary_reason,
    )  # fmt: skip


def billing_level(w: Cursor, guide: Guide, number_: int, claim: Claim, submitter: TradingPartner) -> None:
    """2000A, 2010AA and 2010AB."""
    provider = claim.billing_provider or Provider()
    w.enter("2000A", "billing_provider")
    w.segment(HL, str(number_), "", "20", "1")
    if provider.taxonomy:
        w.segment(BILLING_PRV, provider.taxonomy)
    w.enter("2010AA", "billing_provider")
    name(w, BILLING, provider)
    address(w, provider.address)
    if provider.tax_id:
        w.segment(TAX_ID, provider.tax_id_type or "EI", tax_id.compact(provider.tax_id))
    secondary_ids(w, provider.secondary_ids, guide.license_qualifiers, elsewhere=("G2", "LU"))
    call = telephone(provider.phone)
    # the guide wants no PER here where it would say the same as the submitter's
    known = call == telephone(submitter.phone) and provider.contact_name == submitter.contact_name
    if call and (not known or is_stated(claim)):
        w.segment(CONTACT, provider.contact_name or "", call)
    pay_to = claim.pay_to
    if (
        pay_to is not None
        and pay_to.address is not None
        and (is_stated(claim) or not same_address(pay_to.address, provider.address))
    ):
        w.enter("2010AB", "pay_to")
        w.segment(PAY_TO, pay_to_kind(guide, provider))
        address(w, pay_to.address)


def subscriber_level(
    w: Cursor,
    guide: Guide,
    numbers: tuple[int, int],
    claim: Claim,
    index: int,
    coverage: Coverage,
    payer: Payer,
) -> None:
    """2000B, 2010BA and 2010BB."""
    self_insured = is_self(coverage)
    patient = claim.patient or Patient()
    w.enter("2000B", "coverages", index)
    w.segment(HL, str(numbers[0]), str(numbers[1]), "22", "0" if self_insured else "1")
    relationship = "18" if coverage.relationship == "18" else ""
    w.segment(SBR, coverage.responsibility or "", relationship, *_group(guide, claim, coverage))
    if self_insured and guide.subscriber_pat and patient.death_date is not None:
        w.base = ("patient",)
        w.segment(PATIENT_DEATH, d8(patient.death_date))
    member(w, "2010BA", claim, index, coverage, full=self_insured or is_stated(claim))
    if self_insured:
        demographics(w, patient)
        casualty_number(w, claim)
    elif is_stated(claim) and coverage.subscriber is not None:
        demographics(w, coverage.subscriber)
    w.enter("2010BB", "coverages", index, "payer")
    payer_name(w, payer)
    provider = claim.billing_provider
    if provider is not None:
        w.base = ("billing_provider",)
        secondary_ids(w, provider.secondary_ids, ("G2", "LU"), elsewhere=guide.license_qualifiers)


def _group(guide: Guide, claim: Claim, coverage: Coverage) -> tuple[str, str, str, str]:
    """SBR03, SBR04, SBR05 and SBR09; the name of the group only where it has no number (rule P14)."""
    return (
        coverage.group_number or "",
        "" if coverage.group_number and not is_stated(claim) else coverage.group_name or "",
        coverage.secondary_reason or "" if guide.secondary_reason else "",
        coverage.claim_filing or "",
    )


def patient_level(
    w: Cursor, guide: Guide, numbers: tuple[int, int], claim: Claim, index: int, coverage: Coverage
) -> None:
    """2000C and 2010CA."""
    patient = claim.patient or Patient()
    w.enter("2000C", "patient")
    w.segment(HL, str(numbers[0]), str(numbers[1]), "23", "0")
    death = d8(patient.death_date) if guide.subscriber_pat else ""
    w.gathered(
        PATIENT_RELATION,
        (coverage.relationship or "", "D8" if death else "", death),
        {0: ("coverages", index, "relationship")},
    )
    w.enter("2010CA", "patient")
    w.segment(PATIENT, *person_name(patient))
    address(w, patient.address)
    demographics(w, patient)
    casualty_number(w, claim)


def member(w: Cursor, loop: str, claim: Claim, index: int, coverage: Coverage, *, full: bool) -> None:
    """NM1*IL of 2010BA or 2330A, with the address where `full`."""
    if is_self(coverage) and not (is_stated(claim) and coverage.subscriber is not None):
        person: Person = claim.patient or Patient()
        w.enter(loop, "patient")
    else:
        person = coverage.subscriber or Person()
        w.enter(loop, "coverages", index, "subscriber")
    member_id = coverage.member_id or ""
    w.gathered(
        SUBSCRIBER,
        (*person_name(person), "MI" if member_id else "", member_id),
        {5: ("coverages", index, "member_id")},
    )
    if full:
        address(w, person.address)


def demographics(w: Cursor, person: Person) -> None:
    """DMG: birth date and sex."""
    if person.birth_date is not None:
        w.segment(DMG, d8(person.birth_date), person.sex or "")
    elif person.sex:
        w.segment(DMG_SEX, person.sex)


def casualty_number(w: Cursor, claim: Claim) -> None:
    """REF*Y4 of the patient's loop."""
    if claim.property_casualty_claim_number:
        w.base = ()
        w.segment(CASUALTY, claim.property_casualty_claim_number)


# --- names ---


def telephone(text: str | None) -> str:
    """Ten digits; absent is ""."""
    return "" if text is None else text if text.isdigit() else phone.compact(text)


def zip_code(text: str | None) -> str:
    """Five or nine digits; absent is ""."""
    return "" if text is None else text if text.isdigit() else zipcode.compact(text)


def person_name(person: Person | Provider) -> tuple[str, str, str, str]:
    """NM103, NM104, NM105 and NM107 of a person."""
    return person.last_name or "", person.first_name or "", person.middle_name or "", person.suffix or ""


def name(w: Cursor, layouts: tuple[Layout, Layout], provider: Provider) -> None:
    """NM1 of a provider: name and NPI."""
    npi = provider.npi or ""
    if provider.is_person:
        w.segment(layouts[0], *person_name(provider), "XX" if npi else "", npi)
    else:
        w.segment(layouts[1], provider.organization_name or "", "XX" if npi else "", npi)


def address(w: Cursor, place: Address | None) -> None:
    """N3 and N4."""
    if place is None:
        return
    base = w.base
    w.base = (*base, "address")
    if place.line1 or place.line2:
        w.segment(N3, place.line1 or "", place.line2 or "")
    if place.city or place.state or place.zip or place.country:
        w.segment(N4, place.city or "", place.state or "", zip_code(place.zip), place.country or "")
    w.base = base


def payer_name(w: Cursor, payer: Payer) -> None:
    """NM1*PR with the address."""
    w.segment(PAYER, payer.name or "", "PI" if payer.id else "", payer.id or "")
    address(w, payer.address)


def secondary_ids(
    w: Cursor, ids: Sequence[SecondaryId], allowed: tuple[str, ...], *, elsewhere: tuple[str, ...] = ()
) -> None:
    """REF segments beside the NPI.

    Identifiers whose qualifier belongs to another loop (`elsewhere`) are left to it.

    Raises:
        NotWritable: the guide knows no such qualifier for this provider.
    """
    if not ids:
        return
    base = w.base
    for i, one in enumerate(ids):
        if one.qualifier in allowed:
            if one.id:
                w.base = (*base, "secondary_ids", i)
                w.segment(SECONDARY_ID, one.qualifier or "", one.id)
        elif one.qualifier not in elsewhere:
            w.refuse(
                f"an id with the qualifier {one.qualifier or '(none)'} has no place in loop {w.loop}; "
                f"the guide knows {', '.join(allowed + elsewhere) or 'none'}",
                *base, "secondary_ids", i, "qualifier",
            )  # fmt: skip
    w.base = base


ID_QUALIFIERS = ("0B", "1G", "G2", "LU")
REFERRING_QUALIFIERS = ("0B", "1G", "G2")
PLACE_QUALIFIERS = ("0B", "G2", "LU")


def provider(
    w: Cursor,
    loop: str,
    base: Base,
    layouts: tuple[Layout, Layout],
    one: Provider,
    *,
    taxonomy: Layout | None = None,
    qualifiers: tuple[str, ...] = ID_QUALIFIERS,
    place: bool = False,
) -> None:
    """A provider's loop: NM1, PRV, N3 and N4 where the loop has them, REF."""
    w.enter(loop, *base)
    name(w, layouts, one)
    if taxonomy is not None and one.taxonomy:
        w.segment(taxonomy, one.taxonomy)
    if place:
        address(w, one.address)
    secondary_ids(w, one.secondary_ids, qualifiers)


def same_provider(one: Provider | None, other: Provider | None) -> bool:
    """Whether both name the same provider: by NPI where both have one."""
    if one is other:
        return True
    if one is None or other is None:
        return False
    if one.npi and other.npi:
        return one.npi == other.npi
    return one == other


def same_address(one: Address | None, other: Address | None) -> bool:
    """Whether two addresses are one: case, blanks, full stops and the last four digits of a ZIP aside."""
    if one is other:
        return True
    if one is None or other is None:
        return False

    def plain(place: Address) -> tuple[str, ...]:
        texts = (place.line1, place.line2, place.city, place.state)
        return tuple("".join((t or "").replace(".", "").split()).upper() for t in texts) + (
            zip_code(place.zip)[:5],
        )

    return plain(one) == plain(other)


def elsewhere(claim: Claim, facility: Provider | None) -> bool:
    """Whether a service facility is to be named: its address is not the billing provider's."""
    if facility is None:
        return False
    billing = claim.billing_provider
    if billing is None:
        return True
    if facility.address is None:
        return not same_provider(facility, billing)
    return not same_address(facility.address, billing.address)


# --- claim ---


def total_charge(claim: Claim) -> Decimal | None:
    """CLM02: the stated total, else the sum of the lines."""
    if claim.total_charge is not None or is_stated(claim):
        return claim.total_charge
    charges = [line.charge for line in claim.lines if line.charge is not None]
    return sum((charge for charge in charges if charge.is_finite()), Decimal(0))


def icd9(claim: Claim) -> bool:
    """Whether the claim's diagnoses are ICD-9: services (facility: discharge) before 2015-10-01."""
    read: bool | None = getattr(claim.origin, "icd9", None)
    if read is not None:
        return read
    if claim.setting == "facility":
        day = statement_period(claim).through_date
    else:
        day = min((line.service_date for line in claim.lines if line.service_date), default=None)
    return day is not None and day < ICD10_FROM


def attachments(w: Cursor, claim: Claim) -> None:
    """PWK of the claim."""
    for i, one in enumerate(claim.attachments):
        if i == 10:
            w.refuse("a claim names at most 10 attachments", "attachments", i)
        w.base = ("attachments", i)
        known = one.control_number or ""
        w.segment(ATTACHMENT, one.type or "", one.transmission or "", "AC" if known else "", known)
    w.base = ()


PROFESSIONAL_DATES = (
    "431", "454", "304", "453", "439", "484", "455", "471", "314", "360", "361", "297", "296", "435", "096",
    "090", "091", "444", "050",
)  # fmt: skip
"""Qualifiers of claim dates in the order of the 837P."""
DATE_QUALIFIERS = frozenset((*PROFESSIONAL_DATES, "434"))
"""Qualifiers of claim dates in one guide or the other."""
PERIODS = frozenset(("314", "434"))
DATE = {code: Layout("DTP", f"01={code} 02=D8 03:date") for code in DATE_QUALIFIERS}
PERIOD = {code: Layout("DTP", f"01={code} 02=RD8 03:date") for code in DATE_QUALIFIERS}

Dates = dict[str, tuple[Base, dt.date, dt.date | None]]
"""Claim dates by qualifier: where the date stands, first day, last day."""


def claim_dates(w: Cursor, claim: Claim) -> Dates:
    """The dates of the claim by qualifier; accident and admission have records of their own.

    A date that only the other guide knows is not written.

    Raises:
        NotWritable: a qualifier that neither guide knows; two dates of one kind; a period where a day is due.
    """
    found: Dates = {}
    if claim.accident is not None and claim.accident.date is not None:
        found["439"] = (("accident",), claim.accident.date, None)
    if claim.admission is not None and claim.admission.date is not None:
        found["435"] = (("admission",), claim.admission.date, None)
    for i, one in enumerate(claim.dates):
        qualifier = one.qualifier or ""
        if qualifier not in DATE_QUALIFIERS:
            w.refuse(f"dates of a claim have no qualifier {qualifier or '(none)'}", "dates", i, "qualifier")
            continue
        if one.date is None:
            continue
        through = None if one.through_date == one.date and not is_stated(claim) else one.through_date
        if through is not None and qualifier not in PERIODS and not is_stated(claim):
            w.refuse(f"a date with the qualifier {qualifier} is one day", "dates", i, "through_date")
        if qualifier in found and found[qualifier][1:] != (one.date, through):
            w.refuse(f"a claim has one date with the qualifier {qualifier}", "dates", i)
        found.setdefault(qualifier, (("dates", i), one.date, through))
    return found


def dates(w: Cursor, found: Dates, order: Sequence[str]) -> None:
    """DTP of the claim in the order of the guide."""
    if not found:
        return
    base = w.base
    for qualifier in order:
        if qualifier in found:
            w.base, first, last = found[qualifier]
            if last is None:
                w.segment(DATE[qualifier], d8(first))
            else:
                w.segment(PERIOD[qualifier], rd8(first, last))
                w.also(3, *w.base, "through_date")
    w.base = base


def limited(w: Cursor, items: Sequence[object], most: int, message: str, *base: str | int) -> int:
    """How many of the items can be written; refuses the first one too many."""
    if len(items) > most:
        w.refuse(message, *base, most)
        return most
    return len(items)


@dataclass(frozen=True, slots=True)
class Authorizations:
    """Prior authorizations of the billed coverage by where they go.

    `claim` is the index of the one that holds for the whole claim; `lines` are the others by line number.
    """

    base: Base = ()
    claim: int | None = None
    lines: dict[int, int] = field(default_factory=dict)


def authorizations(w: Cursor, claim: Claim, *, by_line: bool) -> Authorizations:
    """Sort the prior authorizations of the billed coverage: claim or line.

    A single one, and several that name the same number, hold for the claim. Of several, those that name a
    procedure hold for the lines with that code (and date); those that fit no line are not needed.

    Args:
        by_line: the guide has REF*G1 for lines (837P).

    Raises:
        NotWritable: more numbers than the guide has room for.
    """
    index = effective_bill_to(claim)
    coverage = billed_coverage(claim)
    if coverage is None or not coverage.authorizations:
        return Authorizations()
    base: Base = ("coverages", index or 0, "authorizations")
    found = [(i, a) for i, a in enumerate(coverage.authorizations) if a.number]
    if not found:
        return Authorizations()
    if len({a.number for _, a in found}) == 1:
        return Authorizations(base, found[0][0])
    general = [i for i, a in found if a.hcpcs is None and any(_covers(a, line) for line in claim.lines)]
    lines: dict[int, int] = {}
    for at, line in enumerate(claim.lines, 1):
        for i, a in found:
            if a.hcpcs is not None and a.hcpcs == line.hcpcs and _covers(a, line):
                lines.setdefault(at, i)
    whole = general[0] if general else None
    for i in general[1:]:
        if coverage.authorizations[i].number != coverage.authorizations[general[0]].number:
            w.refuse("only one prior authorization holds for a whole claim: name its procedure", *base, i)
    used = sorted({*lines.values(), *general[:1]})
    different = [
        i for i in used if coverage.authorizations[i].number != coverage.authorizations[used[0]].number
    ]
    if used and not different:
        return Authorizations(base, used[0])
    if different and not by_line:
        w.refuse("a facility claim holds one prior authorization: split the claim", *base, different[0])
        return Authorizations(base, used[0])
    if whole is not None:
        number_ = coverage.authorizations[whole].number
        lines = {at: i for at, i in lines.items() if coverage.authorizations[i].number != number_}
    return Authorizations(base, whole, lines)


def _covers(authorization: Authorization, line: ServiceLine) -> bool:
    """Whether a line's day lies in the authorization's period, as far as both are known."""
    day = line.service_date
    if day is None:
        return True
    first, last = authorization.from_date, authorization.through_date
    return (first is None or first <= day) and (last is None or day <= last)


def authorization(w: Cursor, claim: Claim, sorted_: Authorizations, line: int | None = None) -> None:
    """REF*G1 of the claim or of a line (number from 1)."""
    index = sorted_.claim if line is None else sorted_.lines.get(line)
    coverage = billed_coverage(claim)
    if index is None or coverage is None:
        return
    base = w.base
    w.base = (*sorted_.base, index)
    w.segment(AUTHORIZATION, coverage.authorizations[index].number or "")
    w.base = base


def referral(w: Cursor, claim: Claim) -> None:
    """REF*9F of the claim."""
    coverage = billed_coverage(claim)
    if coverage is not None and coverage.referral_number:
        base = w.base
        w.base = ("coverages", effective_bill_to(claim) or 0)
        w.segment(REFERRAL, coverage.referral_number)
        w.base = base


def medical_record(w: Cursor, claim: Claim) -> None:
    """REF*EA."""
    if claim.patient is not None and claim.patient.medical_record_number:
        base = w.base
        w.base = ("patient",)
        w.segment(MEDICAL_RECORD, claim.patient.medical_record_number)
        w.base = base


def health_codes(w: Cursor, part: Layout, items: Sequence[tuple[Base | None, Sequence[str]]]) -> None:
    """HI segments of one kind, twelve codes in each."""
    for start in range(0, len(items), 12):
        w.repeat(HI, (), part, items[start : start + 12])


HI = Layout("HI", "")
DIAGNOSIS = Layout("HI", "01-1 01-2:code", first=1)
DIAGNOSIS_POA = Layout("HI", "01-1 01-2:code 01-9:present_on_admission", first=1)
CONDITION = Layout("HI", "01-1=BG 01-2:.", first=1)


def conditions(w: Cursor, claim: Claim) -> None:
    """HI*BG."""
    codes = claim.condition_codes
    most = limited(w, codes, 24, "a claim holds at most 24 condition codes", "condition_codes")
    health_codes(w, CONDITION, [(("condition_codes", i), (codes[i],)) for i in range(most)])


def diagnosis_code(code: str | None, old: bool) -> str:
    """A diagnosis code without its dot; `old` for ICD-9."""
    return "" if code is None else code.replace(".", "") if old else icd10.compact(code)


# --- other payers ---


def other_payers(w: Cursor, guide: Guide, claim: Claim) -> None:
    """2320, 2330A and 2330B for each coverage that is not billed."""
    for k, (i, coverage) in enumerate(other_coverages(claim)):
        if k == 10:
            w.refuse("a claim names at most 10 other payers", "coverages", i)
        w.enter("2320", "coverages", i)
        w.segment(
            SBR, coverage.responsibility or "", coverage.relationship or "", *_group(guide, claim, coverage)
        )
        decision = coverage.adjudication
        if decision is not None:
            w.base = ("coverages", i, "adjudication")
            adjustments(w, decision.adjustments)
            amounts = {"D": decision.paid, "A8": decision.non_covered, "EAF": decision.patient_liability}
            for code in guide.amounts:
                if amounts[code] is not None:
                    w.segment(AMOUNTS[code], number(amounts[code]))
        other_insurance(w, guide, claim)
        if decision is not None and decision.remark_codes:
            w.base = ("coverages", i, "adjudication", "remark_codes")
            remarks(w, guide, claim, decision.remark_codes)
        member(w, "2330A", claim, i, coverage, full=True)
        w.enter("2330B", "coverages", i, "payer")
        payer_name(w, coverage.payer or Payer())
        if (
            decision is not None
            and decision.paid_date is not None
            and (is_stated(claim) or not decision.lines)
        ):
            w.base = ("coverages", i, "adjudication")
            w.segment(PAID_DATE, d8(decision.paid_date))
        other_payer_references(w, i, coverage)


def other_insurance(w: Cursor, guide: Guide, claim: Claim) -> None:
    """OI: assignment, signature and release as the claim states them for all payers."""
    w.base = ("signatures",)
    w.segment(OI, *oi_values(guide, claim))


def oi_values(guide: Guide, claim: Claim) -> tuple[str, str, str]:
    """OI03, OI04 and OI06."""
    signatures = claim.signatures
    if signatures is None:
        return "", "", ""
    by_provider = "P" if guide.oi_signature and signatures.patient_on_file is False else ""
    return signatures.assignment_of_benefits or "", by_provider, signatures.release_of_information or ""


def remarks(w: Cursor, guide: Guide, claim: Claim, codes: Sequence[str]) -> None:
    """MOA, or MIA for an inpatient bill: remark codes of the other payer's decision."""
    most = limited(w, codes, 5, "a payer's decision holds at most 5 remark codes", *w.base)
    values = (*codes[:most], *[""] * (5 - most))
    if guide.inpatient_remarks and is_inpatient(claim):
        # MIA01 is the number of covered days, which a facility claim states in value code 80
        days = _covered_days(claim.value_codes)
        if days is None:
            w.segment(MIA, "", *values)
        else:
            w.gathered(
                MIA,
                (number(claim.value_codes[days].amount), *values),
                {0: ("value_codes", days, "amount")},
            )
    else:
        w.segment(MOA, *values)


def _covered_days(codes: Sequence[ValueCode]) -> int | None:
    return next((i for i, v in enumerate(codes) if v.code == COVERED_DAYS), None)


def covered_days(codes: Sequence[ValueCode]) -> str:
    """MIA01 of a claim with these value codes."""
    at = _covered_days(codes)
    return "" if at is None else number(codes[at].amount)


COVERED_DAYS = "80"
"""Value code of the days that the primary payer covers (NUBC; Medicare contractors' instructions)."""
INPATIENT = frozenset(("11", "12", "18", "21", "41"))


def is_inpatient(claim: Claim) -> bool:
    """Whether the type of bill is an inpatient one."""
    bill = claim.type_of_bill or ""
    return (bill[1:3] if len(bill) == 4 else bill[:2]) in INPATIENT


def other_payer_references(w: Cursor, index: int, coverage: Coverage) -> None:
    """REF of 2330B: prior authorization, referral, claim number of that payer."""
    w.base = ("coverages", index)
    numbers = [(i, a) for i, a in enumerate(coverage.authorizations) if a.number]
    if numbers:
        if len({a.number for _, a in numbers}) > 1:
            w.refuse(
                "another payer has at most one prior authorization", *w.base, "authorizations", numbers[1][0]
            )
        w.base = ("coverages", index, "authorizations", numbers[0][0])
        w.segment(AUTHORIZATION, numbers[0][1].number or "")
        w.base = ("coverages", index)
    if coverage.referral_number:
        w.segment(REFERRAL, coverage.referral_number)
    if coverage.adjudication is not None and coverage.adjudication.payer_claim_number:
        w.segment(OTHER_CLAIM_NUMBER, coverage.adjudication.payer_claim_number)


def adjustments(w: Cursor, given: Sequence[Adjustment]) -> None:
    """CAS: adjustments by group code, six reasons in each segment, five segments at most."""
    groups: dict[str, list[tuple[int, Adjustment]]] = {}
    for i, one in enumerate(given):
        groups.setdefault(one.group or "", []).append((i, one))
    written = 0
    for group, members in groups.items():
        for start in range(0, len(members), 6):
            written += 1
            if written == 6:
                w.refuse(
                    "adjustments fill more than 5 CAS segments", *w.base, "adjustments", members[start][0]
                )
            part = members[start : start + 6]
            w.repeat(
                CAS_HEAD,
                (group,),
                CAS_TRIO,
                [
                    (("adjustments", i), (one.reason or "", number(one.amount), number(one.quantity)))
                    for i, one in part
                ],
                stride=3,
                head_at=(*w.base, "adjustments", part[0][0]),
            )
            for i, _ in part[1:]:
                w.also(1, *w.base, "adjustments", i, "group")


# --- lines ---


def procedure(w: Cursor, line: ServiceLine, index: int) -> tuple[str, ...]:
    """Six components of a procedure: code set, code and four modifiers."""
    modifiers = line.modifiers
    if not modifiers:
        return ("HC" if line.hcpcs else "", line.hcpcs or "", "", "", "", "")
    most = limited(w, modifiers, 4, "a line holds at most 4 modifiers", "lines", index, "modifiers")
    return ("HC" if line.hcpcs else "", line.hcpcs or "", *modifiers[:most], *("", "", "", "")[most:])


def service_date(w: Cursor, line: ServiceLine, *, stated: bool = False) -> None:
    """DTP*472: the day, or the period where it covers several days."""
    first, last = line.service_date, line.service_through
    if first is None:
        return
    if last is None or (last == first and not stated):
        w.segment(LINE_DATE, d8(first))
    else:
        w.segment(LINE_PERIOD, f"{d8(first)}-{d8(last)}")
        w.also(3, *w.base, "service_through")


def drug(w: Cursor, line: ServiceLine, index: int) -> None:
    """2410: National Drug Code, quantity, prescription number."""
    if not line.ndc:
        if line.prescription_number:
            w.refuse(
                "a prescription number has its place beside an NDC only",
                "lines",
                index,
                "prescription_number",
            )
        return
    w.enter("2410", "lines", index)
    w.segment(NDC, ndc.compact(line.ndc))
    if line.ndc_quantity is not None or line.ndc_unit:
        w.segment(NDC_QUANTITY, number(line.ndc_quantity), line.ndc_unit or "")
    if line.prescription_number:
        w.segment(PRESCRIPTION, line.prescription_number)


def decisions_by_line(w: Cursor, claim: Claim) -> dict[int, list[tuple[int, int]]]:
    """Other payers' decisions by line number: coverage index and index of the decision.

    Raises:
        NotWritable: a decision is about a line that the claim does not have.
    """
    found: dict[int, list[tuple[int, int]]] = {}
    for i, coverage in other_coverages(claim):
        if coverage.adjudication is None:
            continue
        for j, one in enumerate(coverage.adjudication.lines):
            if one.line is None or not 1 <= one.line <= len(claim.lines):
                w.refuse(
                    "this decision is about a line that is not on the claim",
                    "coverages",
                    i,
                    "adjudication",
                    "lines",
                    j,
                    "line",
                )
                continue
            found.setdefault(one.line, []).append((i, j))
    _tell_apart(w, claim, found)
    return found


def _tell_apart(w: Cursor, claim: Claim, found: Mapping[int, Sequence[tuple[int, int]]]) -> None:
    """Refuse decisions of coverages with one payer id, where their order does not tell whose they are.

    An SVD names its payer by the id alone.

    Raises:
        NotWritable: which of two coverages decided on a line could not be read again.
    """
    by_id: dict[str, list[int]] = {}
    for i, coverage in other_coverages(claim):
        if coverage.adjudication is not None and coverage.payer is not None and coverage.payer.id:
            by_id.setdefault(coverage.payer.id, []).append(i)
    for members in by_id.values():
        for line, decisions in found.items() if len(members) > 1 else ():
            own = [i for i, _ in decisions if i in members]
            if own != members[: len(own)]:
                w.refuse(
                    "two other payers have this id, and an 837 cannot say which of them decided on line "
                    f"{line}: give the decision of each on every line, or ids that differ",
                    "coverages",
                    own[-1],
                    "payer",
                    "id",
                )


def line_decisions(
    w: Cursor, guide: Guide, claim: Claim, index: int, found: Iterable[tuple[int, int]]
) -> None:
    """2430: what other payers decided on one line.

    Procedure, revenue code and units are the line's own where the decision does not name others.
    """
    line = claim.lines[index]
    for k, (i, j) in enumerate(found):
        coverage = claim.coverages[i]
        if coverage.adjudication is None:
            continue
        if k == 15:
            w.refuse(
                "a line holds at most 15 decisions of other payers",
                "coverages",
                i,
                "adjudication",
                "lines",
                j,
            )
        one = coverage.adjudication.lines[j]
        base: Base = ("coverages", i, "adjudication", "lines", j)
        w.enter("2430", *base)
        own = LineAdjudication() if is_stated(claim) else line
        code = one.hcpcs or own.hcpcs or ""
        modifiers = one.modifiers if one.hcpcs or one.modifiers else own.modifiers
        most = limited(w, modifiers, 4, "a procedure holds at most 4 modifiers", *base, "modifiers")
        w.gathered(
            SVD,
            (
                coverage.payer.id or "" if coverage.payer else "",
                number(one.paid),
                "HC" if code else "",
                code,
                *modifiers[:most],
                *("", "", "", "")[most:],
                one.revenue_code or own.revenue_code or "" if guide.facility_codes else "",
                number(one.units if one.units is not None else own.units),
                "" if one.bundled_into is None else str(one.bundled_into),
            ),
            {0: ("coverages", i, "payer", "id")},
        )
        adjustments(w, one.adjustments)
        if one.paid_date is not None:
            w.segment(PAID_DATE, d8(one.paid_date))
        elif coverage.adjudication.paid_date is not None and not is_stated(claim):
            w.base = ("coverages", i, "adjudication")
            w.segment(PAID_DATE, d8(coverage.adjudication.paid_date))
            w.base = base
        if one.patient_liability is not None:
            w.segment(AMOUNTS["EAF"], number(one.patient_liability))


# --- segments that the claim only carries along ---


def carry_along(w: Cursor, guide: Guide, claim: Claim, taken: Sequence[Segment]) -> list[str]:
    """The claim's segments with `unmapped` put in at their place in the guide.

    An element goes into the segment that its address names. A segment goes behind the last one of its loop
    that does not follow it in the guide; a loop that the claim does not have otherwise goes behind the last
    loop that does not follow it.

    Args:
        w: cursor that checks the texts.
        guide: order of loops and segments.
        claim: gives `unmapped`; addresses as `2300/CN1`, `2400[3]/HCP`, `2400[3]/2440/LQ` of segments, and
            `2400[3]/SV1/11`, `2300/HI[BG]#2/01-3` of elements.
        taken: the claim's own segments in order, from 2000A down.
    """
    kept = list(taken)
    begun = {s.loop for s in taken}
    table = load(guide.name)
    whole = []
    for i, one in enumerate(claim.unmapped):
        level = _level_of(one.address)
        if level is not None and f"2000{level}" not in begun:
            continue  # the level is shared with the claim before, which carried the same segment
        element = _ELEMENT.search(one.address)
        if element is not None:
            _patch(w, kept, i, one, element)
        else:
            whole.append((i, one))
    for i, one in whole:
        text = w.raw(("unmapped", i), one.text)
        loops = _address(one.address)
        if loops is None or loops[-1][0] not in table.loops:
            w.refuse(f"{one.address} is no address of this guide", "unmapped", i, "address")
            continue
        kept.insert(_place(table, kept, loops, text), _segment(loops, text))
    return [s.text for s in kept]


_ELEMENT = re.compile(r"/([A-Z][A-Z0-9]{1,2})(?:\[([^\]]*)\])?(?:#(\d+))?/(\d\d)(?:-(\d+))?$")


def _patch(w: Cursor, kept: Sequence[Segment], index: int, one: Unmapped, match: re.Match[str]) -> None:
    """Put an element into the segment that its address names."""
    loops = _address(one.address[: match.start() + 1])
    found = None
    if loops is not None:
        mine = [s for s in kept if _is_in(s, loops)]
        if loops[-1][0] == "2430" and loops[-1][1]:
            turns = sorted({s.iteration for s in mine})
            turn = loops[-1][1] - 1
            mine = [s for s in mine if turn < len(turns) and s.iteration == turns[turn]]
        wanted = (match[1], match[2])
        same = [s for s in mine if qualifier_of(s.text) == wanted]
        nth = int(match[3] or 1) - 1
        found = same[nth] if nth < len(same) else None
    if found is None:
        w.refuse(
            f"the claim writes no segment at {one.address} into which this value could go",
            "unmapped",
            index,
            "address",
        )
        return
    component = int(match[5]) if match[5] else None
    value = w.raw_element(("unmapped", index), one.text)
    found.text = set_element(found.text, int(match[4]), component, value)


def _is_in(s: Segment, loops: Sequence[tuple[str, int]]) -> bool:
    """Whether a segment lies in a loop."""
    if s.loop != loops[-1][0]:
        return False
    return s.parent == loops[-2][1] if len(loops) > 1 else s.iteration == loops[-1][1]


def _address(text: str) -> list[tuple[str, int]] | None:
    """Loops of an address with their numbers (0 where it has none); the segment is left off."""
    loops = []
    for part in text.split("/")[:-1]:
        loop, bracket, rest = part.partition("[")
        if bracket and not rest.rstrip("]").isdigit():
            return None
        loops.append((loop, int(rest.rstrip("]")) if bracket else 0))
    return loops or None


def _segment(loops: Sequence[tuple[str, int]], text: str) -> Segment:
    loop, iteration = loops[-1]
    parent = loops[-2][1] if len(loops) > 1 else iteration
    return Segment(text, loop, iteration, parent)


def _place(table: X12Guide, kept: Sequence[Segment], loops: Sequence[tuple[str, int]], text: str) -> int:
    loop, iteration = loops[-1]
    rank = _rank(table, loop, text)
    mine = [k for k, s in enumerate(kept) if _is_in(s, loops)]
    if mine and rank == 0:
        return mine[-1] + 1  # the first segment of a loop begins one more of it
    if mine:
        before = [k for k in mine if _rank(table, loop, kept[k].text) <= rank]
        return (before[-1] if before else mine[0] - 1) + 1
    order = list(table.loops)
    at = order.index(loop)
    line = loops[-2][1] if len(loops) > 1 else iteration
    nested = loop.startswith(("24", "232", "233"))

    def precedes(s: Segment) -> bool:
        if s.loop not in table.loops:
            return True
        if nested and s.loop[:2] == loop[:2] and s.loop.startswith(("24", "232", "233")):
            number_ = s.iteration if s.loop in ("2400", "2320") else s.parent
            return number_ < line or (number_ == line and order.index(s.loop) <= at)
        return order.index(s.loop) <= at

    return max((k for k, s in enumerate(kept) if precedes(s)), default=len(kept) - 1) + 1


@cache
def _ranks(table: X12Guide, loop: str) -> dict[str, list[tuple[int, frozenset[str] | None]]]:
    """Places of the segments of a loop by segment id, with the codes that tell them apart."""
    found: dict[str, list[tuple[int, frozenset[str] | None]]] = {}
    for line in table.loops[loop].segments:
        found.setdefault(line.id, []).append((line.order, line.key_codes))
    return found


def _rank(table: X12Guide, loop: str, text: str) -> int:
    """Place of a segment in its loop; one that the guide does not know stands last."""
    name_, code = key_of(text)
    lines = _ranks(table, loop).get(name_)
    if not lines:
        return 999
    return next((order for order, codes in lines if codes is None or code in codes), lines[0][0])


def lenient() -> Cursor:
    """A cursor that refuses nothing, to see what would be written."""
    return Tracing(placed_loops())


def placed_loops() -> dict[str, str]:
    """Loops that can recur within a claim, with the loop that holds each."""
    loops = {"2310A": "", "2320": "", "2400": "", "2410": "2400", "2430": "2400", "2440": "2400"}
    loops.update((f"2330{letter}", "2320") for letter in "ABCDEFGHI")
    loops.update((f"2420{letter}", "2400") for letter in "ABCDEFGH")
    return loops
