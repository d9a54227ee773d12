"""837P, 005010X222A1: what a professional claim says below its patient (rules.md E.2, X1)."""

from edi.model.claim import Claim, ServiceLine, claim_diagnoses, effective_rendering_provider
from edi.model.party import Provider
from edi.transactions import parts837 as parts
from edi.transactions.parts837 import Guide
from edi.x12.segment import Layout, number
from edi.x12.writer import Cursor

GUIDE = parts.with_orders(
    Guide(version="005010X222A1", setting="professional"),
    """
    2000A HL PRV CUR
    2010AA NM1 N3 N4 REF PER
    2010AB NM1 N3 N4
    2010AC NM1 N3 N4 REF
    2000B HL SBR PAT
    2010BA NM1 N3 N4 DMG REF PER
    2010BB NM1 N3 N4 REF
    2000C HL PAT
    2010CA NM1 N3 N4 DMG REF PER
    2300 CLM DTP PWK CN1 AMT REF K3 NTE CR1 CR2 CRC HI HCP
    2310A NM1 REF
    2310B NM1 PRV REF
    2310C NM1 N3 N4 REF PER
    2310D NM1 REF
    2310E NM1 N3 N4
    2310F NM1 N3 N4
    2320 SBR CAS AMT OI MOA
    2330A NM1 N3 N4 REF
    2330B NM1 N3 N4 DTP REF
    2330C NM1 REF
    2330D NM1 REF
    2330E NM1 REF
    2330F NM1 REF
    2330G NM1 REF
    2400 LX SV1 SV5 PWK CR1 CR3 CRC DTP QTY MEA CN1 REF AMT K3 NTE PS1 HCP
    2410 LIN CTP REF
    2420A NM1 PRV REF
    2420B NM1 REF
    2420C NM1 N3 N4 REF
    2420D NM1 REF
    2420E NM1 N3 N4 REF PER
    2420F NM1 REF
    2420G NM1 N3 N4
    2420H NM1 N3 N4
    2430 SVD CAS DTP AMT
    2440 LQ FRM
    """,
)

CLM = Layout(
    "CLM",
    "01:claim_id 02:total_charge 05-1:place_of_service 05-2=B 05-3:frequency 06:signatures/provider_on_file "
    "07:signatures/accept_assignment 08:signatures/assignment_of_benefits "
    "09:signatures/release_of_information 10:signatures/patient_on_file "
    "11-1:accident/kinds/0 11-2:accident/kinds/1 11-4:accident/state 11-5:accident/country 20:delay_reason",
)
ACCIDENT_CAUSES = {"auto": "AA", "employment": "EM", "other": "OA"}
PATIENT_PAID = parts.amount("F5", "patient_paid")
CLIA = parts.reference("X4", "clia_number")
SUPERVISING = parts.role("DQ")
ORDERING = parts.role("DK")
SV1 = Layout(
    "SV1",
    "01-1 01-2:hcpcs 01-3:modifiers/0 01-4:modifiers/1 01-5:modifiers/2 01-6:modifiers/3 01-7:description "
    "02:charge 03:unit 04:units 05:place_of_service 07-1:diagnosis_pointers/0 07-2:diagnosis_pointers/1 "
    "07-3:diagnosis_pointers/2 07-4:diagnosis_pointers/3 09:emergency",
)
TEST_RESULT = Layout("MEA", "01=TR 02:type 03:value")
MOST_POINTERS = 4


def write_claim(w: Cursor, claim: Claim) -> None:
    """2300 and everything below it."""
    w.enter("2300")
    claim_information(w, claim)
    parts.dates(w, parts.claim_dates(w, claim), parts.PROFESSIONAL_DATES)
    parts.attachments(w, claim)
    if claim.patient_paid is not None:
        w.segment(PATIENT_PAID, number(claim.patient_paid))
    authorizations = parts.authorizations(w, claim, by_line=True)
    references(w, claim, authorizations)
    if claim.note:
        w.segment(parts.NOTE, claim.note)
    diagnoses(w, claim)
    parts.conditions(w, claim)
    providers(w, claim)
    parts.other_payers(w, GUIDE, claim)
    decisions = parts.decisions_by_line(w, claim)
    parts.limited(w, claim.lines, GUIDE.most_lines, "a professional claim holds at most 50 lines", "lines")
    for i, line in enumerate(claim.lines):
        service_line(w, claim, i, line, authorizations)
        if i + 1 in decisions:
            parts.line_decisions(w, GUIDE, claim, i, decisions[i + 1])


def claim_information(w: Cursor, claim: Claim) -> None:
    """CLM."""
    signatures = claim.signatures
    provider = assignment = benefits = release = by_provider = ""
    if signatures is not None:
        provider = "" if signatures.provider_on_file is None else "Y" if signatures.provider_on_file else "N"
        assignment = signatures.accept_assignment or ""
        benefits = signatures.assignment_of_benefits or ""
        release = signatures.release_of_information or ""
        by_provider = "P" if signatures.patient_on_file is False else ""
    first = second = state = country = ""
    accident = claim.accident
    if accident is not None and accident.kinds:
        most = parts.limited(
            w, accident.kinds, 2, "a claim names at most two causes of an accident", "accident", "kinds"
        )
        causes = [ACCIDENT_CAUSES[kind] for kind in accident.kinds[:most]]
        first, second = (*causes, "")[:2]
    if accident is not None and ("auto" in accident.kinds or parts.is_stated(claim)):
        state, country = accident.state or "", accident.country or ""
    w.segment(
        CLM,
        claim.claim_id or "", number(parts.total_charge(claim)),
        claim.place_of_service or "", claim.frequency or ("" if parts.is_stated(claim) else "1"),
        provider, assignment, benefits, release, by_provider,
        first, second, state, country, claim.delay_reason or "",
    )  # fmt: skip


def references(w: Cursor, claim: Claim, authorizations: parts.Authorizations) -> None:
    """REF of the claim: referral, authorization, original claim, CLIA, medical record, trial."""
    parts.referral(w, claim)
    parts.authorization(w, claim, authorizations)
    if claim.original_reference:
        w.segment(parts.ORIGINAL_REFERENCE, claim.original_reference)
    if claim.clia_number:
        w.segment(CLIA, claim.clia_number)
    parts.medical_record(w, claim)
    if claim.clinical_trial_number:
        w.segment(parts.TRIAL, claim.clinical_trial_number)


def diagnoses(w: Cursor, claim: Claim) -> None:
    """HI*ABK: the diagnoses that lines may point to, principal first."""
    order = claim_diagnoses(claim)
    if not order:
        return
    if len(order) > 12:
        w.refuse("a professional claim holds at most 12 diagnoses", "diagnoses", order[12])
    old = parts.icd9(claim)
    principal, other = ("BK", "BF") if old else ("ABK", "ABF")
    w.repeat(
        parts.HI,
        (),
        parts.DIAGNOSIS,
        [
            (
                ("diagnoses", i),
                (other if k else principal, parts.diagnosis_code(claim.diagnoses[i].code, old)),
            )
            for k, i in enumerate(order[:12])
        ],
    )


def providers(w: Cursor, claim: Claim) -> None:
    """2310A to 2310D; rendering and service facility only where they are not the billing provider's own."""
    if claim.referring_provider is not None:
        parts.provider(
            w,
            "2310A",
            ("referring_provider",),
            parts.REFERRING,
            claim.referring_provider,
            qualifiers=parts.REFERRING_QUALIFIERS,
        )
    stated = parts.is_stated(claim)
    rendering = claim.rendering_provider
    if rendering is not None and (stated or not parts.same_provider(rendering, claim.billing_provider)):
        parts.provider(
            w, "2310B", ("rendering_provider",), parts.RENDERING, rendering, taxonomy=parts.RENDERING_PRV
        )
    facility = claim.service_facility
    if facility is not None and (stated or parts.elsewhere(claim, facility)):
        parts.provider(
            w,
            "2310C",
            ("service_facility",),
            parts.FACILITY,
            facility,
            qualifiers=parts.PLACE_QUALIFIERS,
            place=True,
        )
        if facility.phone:
            w.segment(parts.CONTACT, facility.contact_name or "", parts.telephone(facility.phone))
    if claim.supervising_provider is not None:
        parts.provider(w, "2310D", ("supervising_provider",), SUPERVISING, claim.supervising_provider)


def service_line(
    w: Cursor, claim: Claim, i: int, line: ServiceLine, authorizations: parts.Authorizations
) -> None:
    """2400, 2410 and 2420 of one line."""
    w.enter("2400", "lines", i)
    w.segment(parts.LX, str(i + 1))
    pointers = line.diagnosis_pointers
    most = parts.limited(
        w, pointers, MOST_POINTERS, "a line points to at most 4 diagnoses", "lines", i, "diagnosis_pointers"
    )
    place = line.place_of_service or ""
    stated = parts.is_stated(claim)
    w.segment(
        SV1,
        *parts.procedure(w, line, i), line.description or "", number(line.charge),
        line.unit or ("UN" if line.units is not None and not stated else ""), number(line.units),
        "" if place == claim.place_of_service and not stated else place,
        *map(str, pointers[:most]), *("", "", "", "")[most:],
        "Y" if line.emergency else "",
    )  # fmt: skip
    parts.service_date(w, line, stated=stated)
    for k, result in enumerate(line.test_results):
        if k == 5:
            w.refuse("a line holds at most 5 test results", "lines", i, "test_results", k)
        w.base = ("lines", i, "test_results", k)
        w.segment(TEST_RESULT, result.type or "", number(result.value))
        w.base = ("lines", i)
    if authorizations.lines:
        parts.authorization(w, claim, authorizations, i + 1)
    if line.line_control_number:
        w.segment(parts.LINE_CONTROL, line.line_control_number)
    parts.drug(w, line, i)
    line_providers(w, claim, i, line)


def line_providers(w: Cursor, claim: Claim, i: int, line: ServiceLine) -> None:
    """2420A, 2420C to 2420F, where they are not the claim's own.

    The claim's ordering provider has no loop of its own and goes to each line that names none.
    """
    base = ("lines", i)
    stated = parts.is_stated(claim)
    one = line.rendering_provider
    if one is not None and (
        stated or not parts.same_provider(one, claim.rendering_provider or claim.billing_provider)
    ):
        parts.provider(
            w, "2420A", (*base, "rendering_provider"), parts.RENDERING, one, taxonomy=parts.RENDERING_PRV
        )
    one = line.service_facility
    if one is not None and (stated or not _same_place(one, claim)):
        parts.provider(
            w, "2420C", (*base, "service_facility"), parts.FACILITY, one, qualifiers=("G2", "LU"), place=True
        )
    one = line.supervising_provider
    if one is not None and (stated or not parts.same_provider(one, claim.supervising_provider)):
        parts.provider(w, "2420D", (*base, "supervising_provider"), SUPERVISING, one)
    one = line.ordering_provider or claim.ordering_provider
    if one is not None and (
        stated or not parts.same_provider(one, effective_rendering_provider(claim, line))
    ):
        where = (*base, "ordering_provider") if line.ordering_provider is not None else ("ordering_provider",)
        parts.provider(w, "2420E", where, ORDERING, one, qualifiers=parts.REFERRING_QUALIFIERS, place=True)
        if one.phone:
            w.segment(parts.CONTACT, one.contact_name or "", parts.telephone(one.phone))
    one = line.referring_provider
    if one is not None and (stated or not parts.same_provider(one, claim.referring_provider)):
        parts.provider(
            w,
            "2420F",
            (*base, "referring_provider"),
            parts.REFERRING,
            one,
            qualifiers=parts.REFERRING_QUALIFIERS,
        )


def _same_place(one: Provider, claim: Claim) -> bool:
    """Whether a line's place is the claim's: that of its service facility, else of the billing provider."""
    if claim.service_facility is not None:
        if one.address is None:
            return parts.same_provider(one, claim.service_facility)
        return parts.same_address(one.address, claim.service_facility.address)
    return not parts.elsewhere(claim, one)
