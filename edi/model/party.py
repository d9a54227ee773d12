"""People, organizations and payers, as encounters and claims name them.

Every record of `edi.model` is a slotted dataclass that is treated as immutable. Text that is absent is
None; amounts are `Decimal`; a value that is wrong can be written down, so that rules can report it.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal


@dataclass(slots=True, kw_only=True)
class Address:
    """A postal address: N3 and N4; CMS-1500 items 5, 7, 32, 33; UB-04 FL 1, 2, 9."""

    line1: str | None = None
    """Street and number."""
    line2: str | None = None
    """Suite, floor or building."""
    city: str | None = None
    """City."""
    state: str | None = None
    """State or province, two letters."""
    zip: str | None = None
    """ZIP code, five or nine digits, hyphen allowed."""
    country: str | None = None
    """Country, two letters; absent for the United States."""


@dataclass(slots=True, kw_only=True)
class Person:
    """A subscriber who is not the patient: loop 2010BA or 2330A."""

    last_name: str | None = None
    """Family name."""
    first_name: str | None = None
    """Given name."""
    middle_name: str | None = None
    """Middle name or initial."""
    suffix: str | None = None
    """Generation, such as JR or III."""
    birth_date: date | None = None
    """Date of birth."""
    sex: str | None = None
    """F, M or U (unknown)."""
    address: Address | None = None
    """Home address."""
    phone: str | None = None
    """Telephone, ten digits."""


@dataclass(slots=True, kw_only=True)
class Patient(Person):
    """The patient: loop 2010CA, or 2010BA when patient and subscriber are one person."""

    account_number: str | None = None
    """Account number of the provider: CLM01, item 26, FL 3a."""
    medical_record_number: str | None = None
    """Medical record number: REF*EA, FL 3b."""
    death_date: date | None = None
    """Date of death: PAT06."""
    weight_kg: Decimal | None = None
    """Body weight in kilograms; written in pounds (PAT08) where a claim asks for it."""


@dataclass(slots=True, kw_only=True)
class SecondaryId:
    """An identifier beside the NPI: a REF segment."""

    qualifier: str | None = None
    """REF01: 0B state licence, 1G UPIN, G2 number given by the payer, LU location."""
    id: str | None = None
    """The identifier itself."""


@dataclass(slots=True, kw_only=True)
class Provider:
    """A person or an organization in one role of the claim: an NM1 loop."""

    organization_name: str | None = None
    """Name of an organization; a person has `last_name` instead."""
    last_name: str | None = None
    """Family name of a person."""
    first_name: str | None = None
    """Given name."""
    middle_name: str | None = None
    """Middle name or initial."""
    suffix: str | None = None
    """Generation, such as JR or III."""
    npi: str | None = None
    """National Provider Identifier, ten digits."""
    tax_id: str | None = None
    """Federal tax number, nine digits, hyphen allowed."""
    tax_id_type: str | None = None
    """EI (employer) or SY (social security)."""
    taxonomy: str | None = None
    """Taxonomy code of the provider's specialty, ten characters."""
    address: Address | None = None
    """Street address (a pay-to address may be a post office box)."""
    phone: str | None = None
    """Telephone, ten digits."""
    contact_name: str | None = None
    """Person to speak to."""
    secondary_ids: tuple[SecondaryId, ...] = ()
    """Further identifiers."""

    @property
    def is_person(self) -> bool:
        """Whether this names a person (NM102 = 1) and not an organization (NM102 = 2)."""
        return self.organization_name is None and self.last_name is not None


@dataclass(slots=True, kw_only=True)
class Payer:
    """An insurer or plan: loop 2010BB or 2330B; FL 50, 51."""

    name: str | None = None
    """Name."""
    id: str | None = None
    """Payer id that the receiver knows (NM109, qualifier PI)."""
    address: Address | None = None
    """Postal address; printed at the top of the CMS-1500."""


@dataclass(slots=True, kw_only=True)
class BillingSide:
    """Who bills one side of a visit that a practitioner and a facility both bill."""

    billing_provider: Provider | None = None
    """The group, practitioner or facility that bills this side."""
    pay_to: Provider | None = None
    """Where its payment goes, when the address differs."""
    rendering_provider: Provider | None = None
    """Who performed the practitioner's services, where no line says so (professional side)."""
    place_of_service: str | None = None
    """Two digits, where the type of bill of the facility does not tell it (professional side)."""
    medicare_contractor: Payer | None = None
    """Who pays this side where Medicare is billed: contractor for Part B (professional) or A (facility)."""


@dataclass(slots=True, kw_only=True)
class TradingPartner:
    """Sender or receiver of the file: loops 1000A and 1000B."""

    name: str | None = None
    """Name."""
    id: str | None = None
    """Electronic transmitter id (NM109, qualifier 46)."""
    contact_name: str | None = None
    """Person to call about the file (submitter only)."""
    phone: str | None = None
    """Telephone, ten digits."""
    email: str | None = None
    """E-mail address."""


@dataclass(slots=True, kw_only=True)
class Adjustment:
    """One reason why a payer paid less than was billed: a trio of CAS."""

    group: str | None = None
    """CO, CR, OA, PI or PR."""
    reason: str | None = None
    """Claim adjustment reason code (CARC)."""
    amount: Decimal | None = None
    """US dollars; positive lowers the payment."""
    quantity: Decimal | None = None
    """Units, where units were adjusted."""


@dataclass(slots=True, kw_only=True)
class LineAdjudication:
    """What another payer decided on one line: loop 2430."""

    line: int | None = None
    """Number of the claim line, from 1."""
    paid: Decimal | None = None
    """US dollars paid for the line: SVD02."""
    paid_date: date | None = None
    """Date of the decision or the check: DTP*573."""
    hcpcs: str | None = None
    """Procedure code that was paid, as the payer saw it."""
    revenue_code: str | None = None
    """Revenue code that was paid (facility)."""
    modifiers: tuple[str, ...] = ()
    """Modifiers that were paid."""
    units: Decimal | None = None
    """Units that were paid: SVD05."""
    bundled_into: int | None = None
    """Number of the line into which the payer bundled this one: SVD06."""
    adjustments: tuple[Adjustment, ...] = ()
    """Adjustments of the line."""
    patient_liability: Decimal | None = None
    """US dollars that the patient still owes for the line: AMT*EAF."""


@dataclass(slots=True, kw_only=True)
class Adjudication:
    """What another payer decided on the claim: loops 2320, 2330B and 2430."""

    paid: Decimal | None = None
    """US dollars paid for the claim: AMT*D."""
    paid_date: date | None = None
    """Date of the decision or the check: DTP*573 in 2330B."""
    payer_claim_number: str | None = None
    """Claim control number of that payer: REF*F8 in 2330B."""
    non_covered: Decimal | None = None
    """US dollars not covered at all: AMT*A8."""
    remark_codes: tuple[str, ...] = ()
    """Remittance remarks (RARC): MOA03 to MOA07."""
    adjustments: tuple[Adjustment, ...] = ()
    """Adjustments at the level of the claim."""
    lines: tuple[LineAdjudication, ...] = ()
    """Decisions line by line."""
    patient_liability: Decimal | None = None
    """US dollars that the patient still owes: AMT*EAF."""


@dataclass(slots=True, kw_only=True)
class Authorization:
    """A prior authorization: REF*G1, item 23, FL 63."""

    number: str | None = None
    """Number that the payer gave."""
    hcpcs: str | None = None
    """Procedure or drug code it covers; absent for the whole claim."""
    from_date: date | None = None
    """First day it covers."""
    through_date: date | None = None
    """Last day it covers."""
    units: Decimal | None = None
    """Billing units it covers."""
    place_of_service: str | None = None
    """Where it lets the service be given, as a place of service code; absent for anywhere."""
    provider_npi: str | None = None
    """Whom it lets give or bill the service; absent for anybody."""


@dataclass(slots=True, kw_only=True)
class Coverage:
    """One insurance of the patient: loops 2000B, 2010BA and 2010BB, or 2320, 2330A and 2330B."""

    responsibility: str | None = None
    """SBR01: P primary, S secondary, T tertiary, A to H further, U unknown."""
    payer: Payer | None = None
    """Who pays."""
    claim_filing: str | None = None
    """SBR09: MB Medicare Part B, MA Part A, MC Medicaid, CI commercial, BL Blue, 16 Medicare Advantage ..."""
    member_id: str | None = None
    """Member id as on the card."""
    group_number: str | None = None
    """Group or policy number: SBR03."""
    group_name: str | None = None
    """Group or plan name: SBR04."""
    relationship: str | None = None
    """Patient to subscriber: 18 self, 01 spouse, 19 child, 20 employee, 21 unknown, 39, 40, 53, G8 other."""
    subscriber: Person | None = None
    """The subscriber, when that is not the patient."""
    effective_from: date | None = None
    """First day of coverage."""
    effective_through: date | None = None
    """Last day of coverage."""
    secondary_reason: str | None = None
    """Why Medicare is not primary: SBR05 of the 837P (12 to 47), value code of the 837I."""
    authorizations: tuple[Authorization, ...] = ()
    """Prior authorizations of this payer."""
    authorization_required: tuple[str, ...] = ()
    """Procedure codes for which this payer asks for prior authorization."""
    referral_number: str | None = None
    """Referral number: REF*9F."""
    adjudication: Adjudication | None = None
    """What this payer already decided; absent while it has not."""
