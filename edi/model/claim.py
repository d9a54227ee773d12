"""The claim: what is billed, in no payer's and no form's terms.

`Claim` and `Encounter` share `ClaimHeader`. A claim is *as stated*: a line's provider or place of service
is absent unless it was given on the line; the `effective_...` functions resolve what holds for a line.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from edi.model.party import Coverage, Patient, Provider, TradingPartner

if TYPE_CHECKING:
    from collections.abc import Iterator

Setting = Literal["professional", "facility"]
Ownership = Literal["practice", "hospital_department", "freestanding_center", "critical_access_hospital"]
OffCampus = Literal["excepted", "non_excepted", "emergency"]
DiagnosisKind = Literal["principal", "other", "admitting", "reason_for_visit", "external_cause"]
AccidentKind = Literal["auto", "employment", "other"]
LineKind = Literal["administration", "drug", "service"]
Supervision = Literal["in_person", "virtual"]

RESPONSIBILITY_ORDER = "PSTABCDEFGHU"


@dataclass(slots=True, kw_only=True)
class Diagnosis:
    """One diagnosis: HI; item 21; FL 67, 69, 70, 72."""

    code: str | None = None
    """ICD-10-CM code, dot allowed."""
    kind: DiagnosisKind | None = None
    """What it is for; the first diagnosis is the principal one by default, the others `other`."""
    present_on_admission: str | None = None
    """Y, N, U, W (facility, inpatient)."""


@dataclass(slots=True, kw_only=True)
class Accident:
    """The accident that caused the visit: CLM11 and DTP*439; item 10; FL 29, 31 to 34."""

    kinds: tuple[AccidentKind, ...] = ()
    """auto, employment, other."""
    date: dt.date | None = None
    """Day of the accident."""
    state: str | None = None
    """State of an auto accident, two letters."""
    country: str | None = None
    """Country of the accident where it was abroad."""


@dataclass(slots=True, kw_only=True)
class Admission:
    """Admission of a facility claim: CL1, DTP*435, DTP*096; FL 12 to 17."""

    type: str | None = None
    """Priority of the visit: FL 14, CL101."""
    source: str | None = None
    """Point of origin: FL 15, CL102."""
    patient_status: str | None = None
    """Discharge status: FL 17, CL103, two digits."""
    date: dt.date | None = None
    """Day of admission or start of care."""
    hour: str | None = None
    """Hour of admission, two digits, or HHMM."""
    discharge_hour: str | None = None
    """Hour of discharge, two digits, or HHMM."""


@dataclass(slots=True, kw_only=True)
class Statement:
    """The period that a facility claim covers: DTP*434; FL 6."""

    from_date: dt.date | None = None
    """First day."""
    through_date: dt.date | None = None
    """Last day."""


@dataclass(slots=True, kw_only=True)
class OccurrenceCode:
    """An event with its day: HI*BH; FL 31 to 34."""

    code: str | None = None
    """Two characters."""
    date: dt.date | None = None
    """Day of the event."""


@dataclass(slots=True, kw_only=True)
class OccurrenceSpan:
    """An event with its period: HI*BI; FL 35, 36."""

    code: str | None = None
    """Two characters."""
    from_date: dt.date | None = None
    """First day."""
    through_date: dt.date | None = None
    """Last day."""


@dataclass(slots=True, kw_only=True)
class ValueCode:
    """A code with an amount: HI*BE; FL 39 to 41."""

    code: str | None = None
    """Two characters."""
    amount: Decimal | None = None
    """US dollars, or the number that the code stands for."""


@dataclass(slots=True, kw_only=True)
class Signatures:
    """Signatures and consents: CLM06 to CLM10; items 12, 13, 27, 31; FL 52, 53."""

    patient_on_file: bool | None = None
    """The patient's signature is on file; false: the provider made it (CLM10 = P)."""
    provider_on_file: bool | None = None
    """The provider's signature is on file: CLM06."""
    assignment_of_benefits: str | None = None
    """Y, N or W (not applicable): CLM08."""
    release_of_information: str | None = None
    """Y signed statement, I informed consent: CLM09."""
    accept_assignment: str | None = None
    """A assigned, B lab services only, C not assigned: CLM07."""


@dataclass(slots=True, kw_only=True)
class Attachment:
    """Papers that support the claim: PWK."""

    type: str | None = None
    """PWK01, such as OZ support data or 77 ... of the guide's list."""
    transmission: str | None = None
    """PWK02: AA on request, BM by mail, EL electronic, EM e-mail, FT file transfer, FX fax."""
    control_number: str | None = None
    """PWK06, needed unless the transmission is AA."""


@dataclass(slots=True, kw_only=True)
class ClaimDate:
    """A date of the claim by its X12 qualifier: DTP; items 14 to 16, 18."""

    qualifier: str | None = None
    """DTP01: 431 onset, 454 first treatment, 304 last seen, 435 admission, 096 discharge, 439 accident ..."""
    date: dt.date | None = None
    """The day, or the first day."""
    through_date: dt.date | None = None
    """The last day, where the date is a period."""


@dataclass(slots=True, kw_only=True)
class TestResult:
    """A laboratory value that the line needs: MEA."""

    type: str | None = None
    """MEA02: R1 haemoglobin, R2 haematocrit, HT height, R3, R4."""
    value: Decimal | None = None
    """The value, in the unit of its type."""


@dataclass(slots=True, kw_only=True)
class Unread:
    """A value of the input that could not be parsed; its field is None."""

    path: str
    """JSON Pointer of the field."""
    text: str
    """What stood there."""


@dataclass(slots=True, kw_only=True)
class Unmapped:
    """A segment of the input that has no home in the claim; written back at its place in the guide."""

    address: str
    """Where it stood, as `2300/CN1` or `2400[3]/HCP`."""
    text: str
    """The segment, elements separated by `*`, components by `:`, repetitions by `^`."""


@dataclass(slots=True, kw_only=True)
class Service:
    """One service that is coded: loop 2400; item 24; FL 42 to 49."""

    hcpcs: str | None = None
    """HCPCS or CPT code."""
    modifiers: tuple[str, ...] = ()
    """Two characters each, at most four on a claim."""
    units: Decimal | None = None
    """Billing units of the code, not milligrams and not minutes."""
    unit: str | None = None
    """UN units (the default), MJ minutes of anaesthesia, DA days."""
    charge: Decimal | None = None
    """US dollars for the whole line."""
    non_covered: Decimal | None = None
    """US dollars of the charge that are not covered: SV207, FL 48."""
    service_date: dt.date | None = None
    """Day of the service, or the first day."""
    service_through: dt.date | None = None
    """Last day, where the line covers several."""
    revenue_code: str | None = None
    """Four digits (facility): SV201, FL 42."""
    place_of_service: str | None = None
    """Two digits, where it differs from the claim's: SV105."""
    diagnosis_pointers: tuple[int, ...] = ()
    """Up to four numbers, from 1, of the diagnoses that this line treats (professional): of an encounter in
    the order of its list, of a claim in the order in which it carries them, the principal one first."""
    description: str | None = None
    """Free text for unlisted codes: SV101-7, SV202-7."""
    ndc: str | None = None
    """National Drug Code, eleven digits or with hyphens: LIN03."""
    ndc_quantity: Decimal | None = None
    """Quantity of the drug in `ndc_unit`: CTP04."""
    ndc_unit: str | None = None
    """F2 international unit, GR gram, ME milligram, ML millilitre, UN unit: CTP05."""
    prescription_number: str | None = None
    """Prescription number: REF*XZ."""
    line_control_number: str | None = None
    """The provider's own number of the line, which the payer returns: REF*6R."""
    rendering_provider: Provider | None = None
    """Who performed this line, where that differs from the claim's."""
    ordering_provider: Provider | None = None
    """Who ordered this line."""
    supervising_provider: Provider | None = None
    """Who supervised this line."""
    referring_provider: Provider | None = None
    """Who referred for this line."""
    operating_provider: Provider | None = None
    """Who operated (facility)."""
    other_operating_provider: Provider | None = None
    """Who else operated (facility)."""
    service_facility: Provider | None = None
    """Where this line was performed, where that differs from the claim's."""
    administrations: tuple[str, ...] = ()
    """Ids of the administrations that this line bills."""
    emergency: bool | None = None
    """Emergency service: SV109."""
    separate_note: bool | None = None
    """An evaluation and management service that has documentation of its own."""
    test_results: tuple[TestResult, ...] = ()
    """Laboratory values that the line needs."""


@dataclass(slots=True, kw_only=True)
class ServiceLine(Service):
    """One line of a claim."""

    kind: LineKind | None = None
    """administration, drug or service."""
    minutes: int | None = None
    """Whole minutes of administration that the line stands for, where a record is known."""
    why: str | None = None
    """One sentence that explains the line, where the program proposed it."""


@dataclass(slots=True, kw_only=True)
class ClaimHeader:
    """What encounter and claim have in common."""

    setting: Setting | None = None
    """professional (CMS-1500, 837P) or facility (UB-04, 837I)."""
    place_of_service: str | None = None
    """Two digits (professional): CLM05-1, item 24B."""
    type_of_bill: str | None = None
    """Four digits with the leading zero (facility), such as 0131: CLM05, FL 4."""
    ownership: Ownership | None = None
    """Who runs the place of infusion."""
    off_campus: OffCampus | None = None
    """Off-campus hospital department: excepted (PO), non_excepted (PN), emergency (ER); absent on campus."""
    time_zone: str | None = None
    """IANA name; default America/New_York."""
    payer_overlay: str | None = None
    """Name of the payer rules to apply."""
    frequency: str | None = None
    """CLM05-3: 1 original, 7 replacement, 8 void."""
    original_reference: str | None = None
    """The payer's control number of the claim that is replaced: REF*F8, item 22, FL 64."""
    patient: Patient | None = None
    """The patient."""
    coverages: tuple[Coverage, ...] = ()
    """All insurances, in any order."""
    bill_to: int | None = None
    """Index of the coverage that is billed; default the first by responsibility without an adjudication."""
    submitter: TradingPartner | None = None
    """Who sends the file."""
    receiver: TradingPartner | None = None
    """Who gets the file."""
    billing_provider: Provider | None = None
    """Who bills: 2010AA, item 33, FL 1."""
    pay_to: Provider | None = None
    """Where the payment goes, when its address differs: 2010AB, FL 2."""
    rendering_provider: Provider | None = None
    """Who performed the services: 2310B (2310D of the 837I), item 24J."""
    attending_provider: Provider | None = None
    """Attending practitioner (facility): 2310A, FL 76."""
    operating_provider: Provider | None = None
    """Operating practitioner (facility): 2310B, FL 77."""
    referring_provider: Provider | None = None
    """Who referred: 2310A (2310F of the 837I), item 17 DN."""
    ordering_provider: Provider | None = None
    """Who ordered: 2420E of each line, item 17 DK."""
    supervising_provider: Provider | None = None
    """Who supervised: 2310D, item 17 DQ."""
    service_facility: Provider | None = None
    """Where, when that is not the billing address: 2310C (2310E of the 837I), item 32."""
    diagnoses: tuple[Diagnosis, ...] = ()
    """Diagnoses; the first is the principal one unless a kind says otherwise."""
    accident: Accident | None = None
    """The accident that caused the visit."""
    admission: Admission | None = None
    """Admission and discharge (facility)."""
    statement: Statement | None = None
    """Statement period (facility); default the first and last service date."""
    condition_codes: tuple[str, ...] = ()
    """Two characters each: HI*BG, item 10d, FL 18 to 28."""
    occurrence_codes: tuple[OccurrenceCode, ...] = ()
    """Occurrence codes (facility)."""
    occurrence_spans: tuple[OccurrenceSpan, ...] = ()
    """Occurrence spans (facility)."""
    value_codes: tuple[ValueCode, ...] = ()
    """Value codes (facility)."""
    signatures: Signatures | None = None
    """Signatures and consents."""
    note: str | None = None
    """Note to the payer, up to 80 characters: NTE*ADD, item 19, FL 80."""
    attachments: tuple[Attachment, ...] = ()
    """Papers that support the claim."""
    dates: tuple[ClaimDate, ...] = ()
    """Further dates by qualifier."""
    clinical_trial_number: str | None = None
    """Eight digits: REF*P4, item 19."""
    clia_number: str | None = None
    """Laboratory certificate: REF*X4, item 23."""
    property_casualty_claim_number: str | None = None
    """Claim number of a property and casualty insurer: REF*Y4, item 11b."""
    delay_reason: str | None = None
    """Why the claim is late: CLM20."""
    encounter_start: str | None = None
    """Instant at which the visit began."""
    encounter_end: str | None = None
    """Instant at which the visit ended."""
    supervision: Supervision | None = None
    """How incident-to services were supervised."""
    patient_paid: Decimal | None = None
    """US dollars that the patient paid on this claim: AMT*F5 (837P), item 29."""


@dataclass(slots=True, kw_only=True)
class Claim(ClaimHeader):
    """A claim, ready to be checked, written or converted."""

    claim_id: str | None = None
    """CLM01, item 26, FL 3a: at most 38 characters, 20 of which every payer returns."""
    lines: tuple[ServiceLine, ...] = ()
    """Service lines in the order of the claim."""
    total_charge: Decimal | None = None
    """US dollars of all lines: CLM02, item 28."""
    unread: tuple[Unread, ...] = ()
    """Values of the input that could not be parsed."""
    unmapped: tuple[Unmapped, ...] = ()
    """Segments of the input that have no home here."""
    origin: object | None = field(default=None, compare=False, repr=False)
    """Where the claim was read from; not part of its JSON."""


def effective_bill_to(header: ClaimHeader) -> int | None:
    """Index of the coverage that is billed, or None when there is none.

    The stated `bill_to` wins; else the first coverage in the order P, S, T, A to H, U that has no
    adjudication.
    """
    if header.bill_to is not None:
        return header.bill_to if 0 <= header.bill_to < len(header.coverages) else None
    if len(header.coverages) == 1:
        return 0 if header.coverages[0].adjudication is None else None
    for i in coverage_order(header.coverages):
        if header.coverages[i].adjudication is None:
            return i
    return None


def coverage_order(coverages: tuple[Coverage, ...]) -> list[int]:
    """Indexes of the coverages by responsibility P, S, T, A to H, U; equal ones keep their order."""

    def rank(i: int) -> int:
        code = coverages[i].responsibility or "U"
        return RESPONSIBILITY_ORDER.find(code) if code in RESPONSIBILITY_ORDER else len(RESPONSIBILITY_ORDER)

    return sorted(range(len(coverages)), key=rank)


def billed_coverage(header: ClaimHeader) -> Coverage | None:
    """The coverage that this claim goes to."""
    i = effective_bill_to(header)
    return None if i is None else header.coverages[i]


def other_coverages(header: ClaimHeader) -> "Iterator[tuple[int, Coverage]]":
    """The coverages that are not billed, with their indexes, by responsibility: the 2320 loops."""
    billed = effective_bill_to(header)
    for i in coverage_order(header.coverages):
        if i != billed:
            yield i, header.coverages[i]


def effective_place_of_service(claim: ClaimHeader, line: Service) -> str | None:
    """Place of service of a line: its own, else the claim's."""
    return line.place_of_service or claim.place_of_service


def usual_rendering_provider(claim: ClaimHeader) -> Provider | None:
    """Who performed lines that do not say so: the claim's rendering provider, else a billing person."""
    provider = claim.rendering_provider
    if provider is None and claim.billing_provider is not None and claim.billing_provider.is_person:
        return claim.billing_provider
    return provider


def effective_rendering_provider(claim: ClaimHeader, line: Service) -> Provider | None:
    """Who performed a line: its own rendering provider, else the usual one of the claim."""
    return line.rendering_provider or usual_rendering_provider(claim)


def effective_kind(header: ClaimHeader, index: int) -> DiagnosisKind:
    """Kind of a diagnosis: the stated one; else `principal` for the first without a kind, else `other`."""
    kind = header.diagnoses[index].kind
    if kind is not None:
        return kind
    if any(d.kind == "principal" for d in header.diagnoses):
        return "other"
    first = next(i for i, d in enumerate(header.diagnoses) if d.kind is None)
    return "principal" if index == first else "other"


def effective_kinds(header: ClaimHeader) -> list[DiagnosisKind]:
    """Kinds of all diagnoses, as `effective_kind` tells each."""
    usual: DiagnosisKind = "principal"
    for one in header.diagnoses:
        if one.kind == "principal":
            usual = "other"
            break
    found: list[DiagnosisKind] = []
    for one in header.diagnoses:
        if one.kind is not None:
            found.append(one.kind)
        else:
            found.append(usual)
            usual = "other"
    return found


def claim_diagnoses(header: ClaimHeader) -> list[int]:
    """Indexes of the diagnoses that lines may point to, principal first: HI ABK and ABF."""
    kinds = effective_kinds(header)
    principal = [i for i, k in enumerate(kinds) if k == "principal"]
    return principal + [i for i, k in enumerate(kinds) if k == "other"]


def statement_period(claim: Claim) -> Statement:
    """Statement period: the stated one, else from the first to the last service date of the lines."""
    stated = claim.statement
    if stated is not None and stated.from_date is not None and stated.through_date is not None:
        return stated
    starts = [line.service_date for line in claim.lines if line.service_date]
    ends = [line.service_through or line.service_date for line in claim.lines]
    last = max((d for d in ends if d), default=None)
    return Statement(
        from_date=stated.from_date if stated and stated.from_date else min(starts, default=None),
        through_date=stated.through_date if stated and stated.through_date else last,
    )
