"""837P, 005010X222A1: what a professional claim says below its patient (rules.md E.2, X1)."""

from edi.model.claim import (
    Accident,
    AccidentKind,
    Admission,
    Claim,
    DiagnosisKind,
    ServiceLine,
    Signatures,
    TestResult,
    Unread,
    claim_diagnoses,
    effective_rendering_provider,
)
from edi.model.party import Provider
from edi.transactions import parts837 as parts
from edi.transactions import parts837_read as read
from edi.transactions.parts837 import Guide
from edi.transactions.parts837_read import Reading
from edi.x12.segment import COMPONENT, ELEMENT, Layout, number
from edi.x12.taking import Take, plain
from edi.x12.writer import Cursor, pointer

GUIDE = Guide(name="837p", version="005010X222A1", setting="professional")

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
    if one is not None and (stated or not same_place(one, claim)):
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


def same_place(one: Provider, claim: Claim) -> bool:
    """Whether a line's place is the claim's: that of its service facility, else of the billing provider."""
    if claim.service_facility is not None:
        if one.address is None:
            return parts.same_provider(one, claim.service_facility)
        return parts.same_address(one.address, claim.service_facility.address)
    return not parts.elsewhere(claim, one)


# --- reading ---

ACCIDENT_KINDS: dict[str, AccidentKind] = {"AA": "auto", "EM": "employment", "OA": "other"}
YES_OR_NO: dict[str, bool | None] = {"": None, "Y": True, "N": False}
TAKE_CLM = Take(CLM)
TAKE_SV1 = Take(SV1)
TAKE_PAID = Take(PATIENT_PAID)
TAKE_RESULT = Take(TEST_RESULT)


def read_claim_information(r: Reading, text: str) -> None:
    """CLM."""
    (
        claim_id, charge, place, frequency, provider, assignment, benefits, release, by_provider,
        first, second, state, country, delay,
    ) = r.take(TAKE_CLM, text, ())  # fmt: skip
    claim = r.claim
    claim.claim_id = claim_id or None
    claim.total_charge = r.number(charge, (), "total_charge")
    claim.place_of_service = place or None
    claim.frequency = frequency or None
    claim.delay_reason = delay or None
    if provider not in YES_OR_NO:
        r.left(6, None, provider)
    if by_provider not in ("", "P"):
        r.left(10, None, by_provider)
    if provider or assignment or benefits or release or by_provider:
        claim.signatures = Signatures(
            patient_on_file=False if by_provider == "P" else None,
            provider_on_file=YES_OR_NO.get(provider),
            assignment_of_benefits=benefits or None,
            release_of_information=release or None,
            accept_assignment=assignment or None,
        )
    if first or second or state or country:
        kinds: list[AccidentKind] = []
        for component, cause in ((1, first), (2, second)):
            kind = ACCIDENT_KINDS.get(cause)
            if cause and (kind is None or (component == 2 and not kinds)):
                r.left(11, component, cause)
            elif kind is not None:
                kinds.append(kind)
        claim.accident = Accident(kinds=tuple(kinds), state=state or None, country=country or None)


def read_date(r: Reading, text: str) -> None:
    """DTP of 2300: accident, admission, and dates by qualifier."""
    found = read.day_or_period(text)
    if found is None or found[0] not in parts.PROFESSIONAL_DATES:
        r.carry(text)
        return
    qualifier, first, last = found
    claim = r.claim
    if qualifier in ("439", "435") and last is None:
        base = "accident" if qualifier == "439" else "admission"
        holder: Accident | Admission
        if qualifier == "439":
            holder = claim.accident = claim.accident or Accident()
        else:
            holder = claim.admission = claim.admission or Admission()
        if holder.date is None:
            holder.date = first
            if first is None:
                r.unread.append(Unread(path=f"/{base}/date", text=text.rpartition(ELEMENT)[2]))
            elif r.trace is not None:
                r.trace.setdefault(f"/{base}/date", (r.i, 3, None))
            return
    read.claim_date(r, text, found)


def read_amount(r: Reading, text: str) -> None:
    """AMT of 2300: what the patient paid."""
    (value,), left = TAKE_PAID(text)
    if left or not value or r.claim.patient_paid is not None:
        r.carry(text)
        return
    r.take(TAKE_PAID, text, ())
    r.claim.patient_paid = r.number(value, (), "patient_paid")


DIAGNOSIS_KINDS: tuple[DiagnosisKind, DiagnosisKind] = ("principal", "other")


def read_health_codes(r: Reading, text: str) -> None:
    """HI: diagnoses, conditions; what else there is, such as surgery under anaesthesia, is carried along."""
    qualifier = text.partition(ELEMENT)[2].partition(ELEMENT)[0].partition(COMPONENT)[0]
    if qualifier in ("ABK", "BK") and not r.diagnoses:
        r.icd9 = qualifier == "BK"
        read.diagnoses(r, text, DIAGNOSIS_KINDS, ("BK", "BF") if r.icd9 else ("ABK", "ABF"))
    elif qualifier == "BG":
        read.conditions(r, text)
    else:
        r.carry(text)


_POINTERS: dict[str, tuple[int, ...] | None] = {}


def _pointers(text: str) -> tuple[int, ...] | None:
    """Diagnosis pointers of SV107; None where they are no four numbers without gaps."""
    found = _POINTERS.get(text)
    if found is None and text not in _POINTERS:
        pieces = text.split(COMPONENT)
        plain = len(pieces) <= MOST_POINTERS and all(
            p.isascii() and p.isdigit() and p[0] != "0" and len(p) < 3 for p in pieces
        )
        found = tuple(map(int, pieces)) if plain else None
        if len(_POINTERS) < 4096:
            _POINTERS[text] = found
    return found


def read_service(r: Reading, text: str) -> None:
    """SV1."""
    line = r.line
    elements = text.split(ELEMENT)
    n = len(elements)
    base = r.line_base
    if n > 1:
        read.procedure(r, 1, elements[1])
    if n > 2:
        line.charge = r.number(elements[2], base, "charge")
    if n > 3:
        line.unit = elements[3] or None
    if n > 4:
        line.units = r.number(elements[4], base, "units")
    if n > 5:
        line.place_of_service = elements[5] or None
        if n > 6:
            if elements[6]:
                r.left(6, None, elements[6])
            if n > 7 and elements[7]:
                found = _pointers(elements[7])
                if found is None:
                    _odd_pointers(r, elements[7])
                else:
                    line.diagnosis_pointers = found
                for at in range(8, n):
                    if not elements[at]:
                        continue
                    if at == 9 and elements[at] in ("Y", "N"):
                        line.emergency = elements[at] == "Y"
                        if not line.emergency:
                            r.left(9, None, "N")
                    else:
                        r.left(at, None, elements[at])
            elif n > 8:
                for at in range(8, n):
                    if at == 9 and elements[at] == "Y":
                        line.emergency = True
                    elif elements[at]:
                        r.left(at, None, elements[at])
    if r.trace is not None:
        r.note(base, SV1.slots, TAKE_SV1(text)[0])


def _odd_pointers(r: Reading, text: str) -> None:
    """Diagnosis pointers that are no plain list: what can be read is kept in order."""
    pieces = text.split(COMPONENT)
    good = [p for p in pieces if p.isascii() and p.isdigit() and p.strip("0") and len(p) < 9]
    if len(good) == len([p for p in pieces if p]):
        r.line.diagnosis_pointers = tuple(map(int, good))
        r.left(7, None, text)
        return
    r.unread.append(Unread(path=pointer(r.line_base, "diagnosis_pointers"), text=plain(text)))


def read_result(r: Reading, text: str) -> None:
    """MEA."""
    line = r.line
    base = (*r.line_base, "test_results", len(line.test_results))
    kind, value = r.take(TAKE_RESULT, text, base)
    result = TestResult(type=kind or None, value=r.number(value, base, "value"))
    line.test_results = (*line.test_results, result)


_shared = read.claim_loops()
LOOPS: read.Loops = {
    **read.HEADER,
    **read.level_loops(GUIDE),
    **_shared,
    "2300": {
        "CLM": read_claim_information, "DTP": read_date, "PWK": read.attachment, "AMT": read_amount,
        "REF": read.claim_reference, "NTE": read.note, "HI": read_health_codes,
    },
    "2310A": read.provider_loop(
        "referring_provider", parts.REFERRING, "DN", qualifiers=parts.REFERRING_QUALIFIERS
    ),
    "2310B": read.provider_loop("rendering_provider", parts.RENDERING, "82", taxonomy=parts.RENDERING_PRV),
    "2310C": read.provider_loop(
        "service_facility", parts.FACILITY, "77", qualifiers=parts.PLACE_QUALIFIERS, place=True, phone=True
    ),
    "2310D": read.provider_loop("supervising_provider", SUPERVISING, "DQ"),
    "2400": {**_shared["2400"], "SV1": read_service, "MEA": read_result},
    "2420A": read.provider_loop(
        "rendering_provider", parts.RENDERING, "82", line=True, taxonomy=parts.RENDERING_PRV
    ),
    "2420C": read.provider_loop(
        "service_facility", parts.FACILITY, "77", line=True, qualifiers=("G2", "LU"), place=True
    ),
    "2420D": read.provider_loop("supervising_provider", SUPERVISING, "DQ", line=True),
    "2420E": read.provider_loop(
        "ordering_provider", ORDERING, "DK", line=True, qualifiers=parts.REFERRING_QUALIFIERS, place=True,
        phone=True,
    ),
    "2420F": read.provider_loop(
        "referring_provider", parts.REFERRING, "DN", line=True, qualifiers=parts.REFERRING_QUALIFIERS
    ),
}  # fmt: skip
