"""837I, 005010X223A2: what a facility claim says below its patient (rules.md section E.3, appendix X2)."""

from collections.abc import Sequence

from edi.model.claim import (
    Accident,
    Admission,
    Claim,
    DiagnosisKind,
    OccurrenceCode,
    OccurrenceSpan,
    ServiceLine,
    Signatures,
    Statement,
    Unread,
    ValueCode,
    effective_kind,
    statement_period,
)
from edi.transactions import parts837 as parts
from edi.transactions import parts837_read as read
from edi.transactions.parts837 import Guide
from edi.transactions.parts837_read import Reading
from edi.x12.segment import COMPONENT, ELEMENT, Layout, d8, number, rd8, tm
from edi.x12.taking import Take, read_day, read_period
from edi.x12.writer import Base, Cursor, pointer

GUIDE = Guide(
    name="837i",
    version="005010X223A2",
    setting="facility",
    most_lines=999,
    subscriber_pat=False,
    secondary_reason=False,
    oi_signature=False,
    facility_codes=True,
    inpatient_remarks=True,
    amounts=("D", "EAF", "A8"),
    license_qualifiers=(),
)

CLM = Layout(
    "CLM",
    "01:claim_id 02:total_charge 05-1:type_of_bill 05-2=A 05-3:frequency 07:signatures/accept_assignment "
    "08:signatures/assignment_of_benefits 09:signatures/release_of_information 20:delay_reason",
)
DISCHARGE_HOUR = Layout("DTP", "01=096 02=TM 03:discharge_hour")
STATEMENT = Layout("DTP", "01=434 02=RD8 03:from_date")
ADMISSION_HOUR = Layout("DTP", "01=435 02=DT 03:date")
CL1 = Layout("CL1", "01:type 02:source 03:patient_status")
ACCIDENT_STATE = parts.reference("LU", "state")
ATTENDING = parts.role("71")
ATTENDING_PRV = parts.specialty("AT")
OPERATING = parts.role("72")
OTHER_OPERATING = parts.role("ZZ")
SV2 = Layout(
    "SV2",
    "01:revenue_code 02-1 02-2:hcpcs 02-3:modifiers/0 02-4:modifiers/1 02-5:modifiers/2 02-6:modifiers/3 "
    "02-7:description 03:charge 04:unit 05:units 07:non_covered",
)
OCCURRENCE_SPAN = Layout("HI", "01-1=BI 01-2:code 01-3=RD8 01-4:from_date", first=1)
OCCURRENCE = Layout("HI", "01-1=BH 01-2:code 01-3=D8 01-4:date", first=1)
VALUE = Layout("HI", "01-1=BE 01-2:code 01-5:amount", first=1)


def write_claim(w: Cursor, claim: Claim) -> None:
    """2300 and everything below it."""
    w.enter("2300")
    claim_information(w, claim)
    claim_dates(w, claim)
    admission(w, claim)
    parts.attachments(w, claim)
    authorizations = parts.authorizations(w, claim, by_line=False)
    references(w, claim, authorizations)
    if claim.note:
        w.segment(parts.NOTE, claim.note)
    diagnoses(w, claim)
    occurrences(w, claim)
    values(w, claim)
    parts.conditions(w, claim)
    providers(w, claim)
    parts.other_payers(w, GUIDE, claim)
    decisions = parts.decisions_by_line(w, claim)
    parts.limited(w, claim.lines, GUIDE.most_lines, "a facility claim holds at most 999 lines", "lines")
    for i, line in enumerate(claim.lines):
        service_line(w, claim, i, line)
        if i + 1 in decisions:
            parts.line_decisions(w, GUIDE, claim, i, decisions[i + 1])


def bill_type(claim: Claim) -> tuple[str, str]:
    """Facility code and frequency of the type of bill: `0131` is 13 and 1; a stated frequency wins."""
    bill = claim.type_of_bill or ""
    if parts.is_stated(claim):
        frequency = claim.frequency or ""
        return bill.removeprefix("0").removesuffix(frequency), frequency
    if len(bill) == 4 and bill[0] == "0":
        bill = bill[1:]
    return bill[:2], claim.frequency or bill[2:] or "1"


def claim_information(w: Cursor, claim: Claim) -> None:
    """CLM."""
    signatures = claim.signatures
    facility, frequency = bill_type(claim)
    w.segment(
        CLM,
        claim.claim_id or "", number(parts.total_charge(claim)), facility, frequency,
        signatures.accept_assignment or "" if signatures else "",
        signatures.assignment_of_benefits or "" if signatures else "",
        signatures.release_of_information or "" if signatures else "",
        claim.delay_reason or "",
    )  # fmt: skip


def claim_dates(w: Cursor, claim: Claim) -> None:
    """DTP: discharge hour, statement period, admission, and what is stated by qualifier."""
    given = parts.claim_dates(w, claim)
    if "434" in given:
        w.refuse("the period of a facility claim stands in statement", *given["434"][0], "qualifier")
    admitted = claim.admission
    if admitted is not None and admitted.discharge_hour:
        w.base = ("admission",)
        w.segment(DISCHARGE_HOUR, tm(admitted.discharge_hour))
    period = claim.statement or Statement() if parts.is_stated(claim) else statement_period(claim)
    first, last = period.from_date or period.through_date, period.through_date or period.from_date
    if first is not None and last is not None:
        w.base = ("statement",)
        w.segment(STATEMENT, rd8(first, last))
        w.also(3, "statement", "through_date")
    if admitted is not None and admitted.date is not None and admitted.hour:
        w.base = ("admission",)
        w.segment(ADMISSION_HOUR, d8(admitted.date) + tm(admitted.hour))
        w.also(3, "admission", "hour")
        given.pop("435", None)
    parts.dates(w, given, ("435", "050"))
    w.base = ()


def admission(w: Cursor, claim: Claim) -> None:
    """CL1."""
    one = claim.admission
    if one is not None and (one.type or one.source or one.patient_status):
        w.base = ("admission",)
        w.segment(CL1, one.type or "", one.source or "", one.patient_status or "")
        w.base = ()


def references(w: Cursor, claim: Claim, authorizations: parts.Authorizations) -> None:
    """REF of the claim: referral, authorization, original claim, accident state, medical record, trial."""
    parts.referral(w, claim)
    parts.authorization(w, claim, authorizations)
    if claim.original_reference:
        w.segment(parts.ORIGINAL_REFERENCE, claim.original_reference)
    accident = claim.accident
    if accident is not None and "auto" in accident.kinds and accident.state:
        w.base = ("accident",)
        w.segment(ACCIDENT_STATE, accident.state)
        w.base = ()
    parts.medical_record(w, claim)
    if claim.clinical_trial_number:
        w.segment(parts.TRIAL, claim.clinical_trial_number)


def diagnoses(w: Cursor, claim: Claim) -> None:
    """HI: principal, admitting, reason for visit, external cause, other; each kind begins a segment."""
    old = parts.icd9(claim)
    by_kind: dict[str, list[int]] = {}
    for i in range(len(claim.diagnoses)):
        by_kind.setdefault(effective_kind(claim, i), []).append(i)
    for kind, code, old_code, most in (
        ("principal", "ABK", "BK", 1),
        ("admitting", "ABJ", "BJ", 1),
        ("reason_for_visit", "APR", "PR", 3),
        ("external_cause", "ABN", "BN", 12),
        ("other", "ABF", "BF", 24),
    ):
        found = by_kind.get(kind, [])
        if len(found) > most:
            w.refuse(
                f"a facility claim holds at most {most} diagnoses of the kind {kind}",
                "diagnoses",
                found[most],
            )
        qualifier = old_code if old else code
        if kind in ("admitting", "reason_for_visit"):
            part = parts.DIAGNOSIS
            items: list[tuple[Base | None, Sequence[str]]] = [
                (("diagnoses", i), (qualifier, parts.diagnosis_code(claim.diagnoses[i].code, old)))
                for i in found[:most]
            ]
        else:
            part = parts.DIAGNOSIS_POA
            items = [
                (
                    ("diagnoses", i),
                    (
                        qualifier,
                        parts.diagnosis_code(claim.diagnoses[i].code, old),
                        claim.diagnoses[i].present_on_admission or "",
                    ),
                )
                for i in found[:most]
            ]
        parts.health_codes(w, part, items)


def occurrences(w: Cursor, claim: Claim) -> None:
    """HI*BI and HI*BH."""
    spans = claim.occurrence_spans
    most = parts.limited(w, spans, 24, "a claim holds at most 24 occurrence spans", "occurrence_spans")
    parts.health_codes(
        w,
        OCCURRENCE_SPAN,
        [
            (
                ("occurrence_spans", i),
                (s.code or "", rd8(s.from_date, s.through_date) if s.from_date and s.through_date else ""),
            )
            for i, s in enumerate(spans[:most])
        ],
    )
    codes = claim.occurrence_codes
    most = parts.limited(w, codes, 24, "a claim holds at most 24 occurrence codes", "occurrence_codes")
    parts.health_codes(
        w,
        OCCURRENCE,
        [(("occurrence_codes", i), (c.code or "", d8(c.date))) for i, c in enumerate(codes[:most])],
    )


def values(w: Cursor, claim: Claim) -> None:
    """HI*BE. The reason for which Medicare pays second is one of them, where the claim states it."""
    codes = claim.value_codes
    most = parts.limited(w, codes, 24, "a claim holds at most 24 value codes", "value_codes")
    items: list[tuple[Base | None, Sequence[str]]] = [
        (("value_codes", i), (c.code or "", number(c.amount))) for i, c in enumerate(codes[:most])
    ]
    parts.health_codes(w, VALUE, items)


def providers(w: Cursor, claim: Claim) -> None:
    """2310A, 2310B, 2310D to 2310F; rendering and referring only where they are not the attending one."""
    attending = claim.attending_provider
    if attending is not None:
        parts.provider(w, "2310A", ("attending_provider",), ATTENDING, attending, taxonomy=ATTENDING_PRV)
    if claim.operating_provider is not None:
        parts.provider(w, "2310B", ("operating_provider",), OPERATING, claim.operating_provider)
    stated = parts.is_stated(claim)
    rendering = claim.rendering_provider
    if rendering is not None and (stated or not parts.same_provider(rendering, attending)):
        parts.provider(w, "2310D", ("rendering_provider",), parts.RENDERING, rendering)
    facility = claim.service_facility
    if facility is not None and (stated or parts.elsewhere(claim, facility)):
        parts.provider(
            w,
            "2310E",
            ("service_facility",),
            parts.FACILITY,
            facility,
            qualifiers=parts.PLACE_QUALIFIERS,
            place=True,
        )
    referring = claim.referring_provider
    if referring is not None and (stated or not parts.same_provider(referring, attending)):
        parts.provider(
            w,
            "2310F",
            ("referring_provider",),
            parts.REFERRING,
            referring,
            qualifiers=parts.REFERRING_QUALIFIERS,
        )


def service_line(w: Cursor, claim: Claim, i: int, line: ServiceLine) -> None:
    """2400, 2410 and 2420 of one line."""
    w.enter("2400", "lines", i)
    stated = parts.is_stated(claim)
    w.segment(parts.LX, str(i + 1))
    w.segment(
        SV2,
        line.revenue_code or "",
        *parts.procedure(w, line, i), line.description or "" if line.hcpcs else "", number(line.charge),
        line.unit or ("UN" if line.units is not None and not stated else ""), number(line.units),
        number(line.non_covered),
    )  # fmt: skip
    parts.service_date(w, line, stated=stated)
    if line.line_control_number:
        w.segment(parts.LINE_CONTROL, line.line_control_number)
    parts.drug(w, line, i)
    line_providers(w, claim, i, line)


def line_providers(w: Cursor, claim: Claim, i: int, line: ServiceLine) -> None:
    """2420A to 2420D, where they are not the claim's own."""
    base: Base = ("lines", i)
    stated = parts.is_stated(claim)
    one = line.operating_provider
    if one is not None and (stated or not parts.same_provider(one, claim.operating_provider)):
        parts.provider(w, "2420A", (*base, "operating_provider"), OPERATING, one)
    one = line.other_operating_provider
    if one is not None:
        parts.provider(w, "2420B", (*base, "other_operating_provider"), OTHER_OPERATING, one)
    one = line.rendering_provider
    if one is not None and (
        stated or not parts.same_provider(one, claim.rendering_provider or claim.attending_provider)
    ):
        parts.provider(w, "2420C", (*base, "rendering_provider"), parts.RENDERING, one)
    one = line.referring_provider
    if one is not None and (stated or not parts.same_provider(one, claim.referring_provider)):
        parts.provider(
            w,
            "2420D",
            (*base, "referring_provider"),
            parts.REFERRING,
            one,
            qualifiers=parts.REFERRING_QUALIFIERS,
        )


# --- reading ---

TAKE_CLM = Take(CLM)
TAKE_CL1 = Take(CL1)
TAKE_SV2 = Take(SV2)
TAKE_STATE = Take(ACCIDENT_STATE)


def read_claim_information(r: Reading, text: str) -> None:
    """CLM: the type of bill is the facility code and the frequency."""
    claim_id, charge, place, frequency, assignment, benefits, release, delay = r.take(TAKE_CLM, text, ())
    claim = r.claim
    claim.claim_id = claim_id or None
    claim.total_charge = r.number(charge, (), "total_charge")
    claim.type_of_bill = f"0{place}{frequency}" if place else None
    claim.frequency = frequency or None
    claim.delay_reason = delay or None
    if assignment or benefits or release:
        claim.signatures = Signatures(
            assignment_of_benefits=benefits or None,
            release_of_information=release or None,
            accept_assignment=assignment or None,
        )


def read_date(r: Reading, text: str) -> None:
    """DTP of 2300: discharge hour, statement period, admission, received."""
    elements = text.split(ELEMENT)
    if len(elements) != 4 or not elements[3]:
        r.carry(text)
        return
    _, qualifier, form, value = elements
    claim = r.claim
    if qualifier == "096" and form == "TM":
        one = claim.admission = claim.admission or Admission()
        if one.discharge_hour is None:
            one.discharge_hour = value
            _note(r, "/admission/discharge_hour")
            return
    elif qualifier == "434" and form == "RD8" and claim.statement is None:
        period = read_period(value)
        if period is None:
            claim.statement = Statement()
            r.unread.append(Unread(path="/statement/from_date", text=value))
        else:
            claim.statement = Statement(from_date=period[0], through_date=period[1])
            _note(r, "/statement/from_date", "/statement/through_date")
        return
    elif qualifier == "435" and form in ("D8", "DT"):
        one = claim.admission = claim.admission or Admission()
        if one.date is None:
            day, hour = (value[:8], value[8:]) if form == "DT" else (value, "")
            one.date = read_day(day)
            if one.date is None or (form == "DT" and not hour):
                one.date = None
                r.unread.append(Unread(path="/admission/date", text=value))
            else:
                one.hour = hour or None
                _note(r, "/admission/date", *["/admission/hour"][: len(hour)])
            return
    elif qualifier == "050" and form == "D8":
        read.claim_date(r, text, (qualifier, read_day(value), None))
        return
    r.carry(text)


def _note(r: Reading, *paths: str) -> None:
    if r.trace is not None:
        for path in paths:
            r.trace.setdefault(path, (r.i, 3, None))


def read_admission(r: Reading, text: str) -> None:
    """CL1."""
    one = r.claim.admission = r.claim.admission or Admission()
    if one.type or one.source or one.patient_status:
        r.carry(text)
        return
    kind, source, status = r.take(TAKE_CL1, text, ("admission",))
    one.type, one.source, one.patient_status = kind or None, source or None, status or None


def read_reference(r: Reading, text: str) -> None:
    """REF of 2300: state of the auto accident, and what both guides have."""
    elements = text.split(ELEMENT)
    if len(elements) == 3 and elements[1] == "LU" and elements[2] and r.claim.accident is None:
        r.take(TAKE_STATE, text, ("accident",))
        r.claim.accident = Accident(kinds=("auto",), state=elements[2])
    else:
        read.claim_reference(r, text)


KINDS: dict[str, tuple[DiagnosisKind, str]] = {
    "ABK": ("principal", "BK"),
    "ABJ": ("admitting", "BJ"),
    "APR": ("reason_for_visit", "PR"),
    "ABN": ("external_cause", "BN"),
    "ABF": ("other", "BF"),
}
ICD9_KINDS: dict[str, DiagnosisKind] = {old: kind for kind, old in KINDS.values()}


def read_health_codes(r: Reading, text: str) -> None:
    """HI: diagnoses, occurrences, values, conditions; procedures, DRG and the like are carried along."""
    qualifier = text.partition(ELEMENT)[2].partition(ELEMENT)[0].partition(COMPONENT)[0]
    kind = KINDS[qualifier][0] if qualifier in KINDS else ICD9_KINDS.get(qualifier)
    if kind is not None:
        old = qualifier in ICD9_KINDS
        if (r.diagnoses and r.icd9 != old) or (kind != "other" and kind in r.kinds):
            r.carry(text)
            return
        r.icd9 = old
        read.diagnoses(r, text, (kind,), (qualifier,))
    elif qualifier == "BG":
        read.conditions(r, text)
    elif qualifier == "BH":
        read_occurrences(r, text)
    elif qualifier == "BI":
        read_spans(r, text)
    elif qualifier == "BE":
        read_values(r, text)
    else:
        r.carry(text)


def _pieces(r: Reading, text: str, qualifier: str, most: int) -> list[tuple[int, list[str]]]:
    """Components 2 to `most` of each part of a HI; what stands elsewhere is left over."""
    found = []
    for at, part in enumerate(text.split(ELEMENT)[1:], 1):
        pieces = part.split(COMPONENT)
        if pieces[0] != qualifier:
            r.left(at, 1, pieces[0])
        for component, piece in enumerate(pieces[most:], most + 1):
            if piece:
                r.left(at, component, piece)
        found.append((at, [*pieces[1:most], *[""] * (most - len(pieces))]))
    return found


def read_occurrences(r: Reading, text: str) -> None:
    """HI*BH."""
    for at, (code, form, value) in _pieces(r, text, "BH", 4):
        base: Base = ("occurrence_codes", len(r.occurrences))
        if form != "D8":
            r.left(at, 3, form)
        r.occurrences.append(OccurrenceCode(code=code or None, date=r.day(value, base, "date")))
        if r.trace is not None:
            r.note(base, [s.offset(at - 1) for s in OCCURRENCE.slots], (code, value))


def read_spans(r: Reading, text: str) -> None:
    """HI*BI."""
    for at, (code, form, value) in _pieces(r, text, "BI", 4):
        base: Base = ("occurrence_spans", len(r.spans))
        if form != "RD8":
            r.left(at, 3, form)
        first, last = (read_period(value) or (None, None)) if value else (None, None)
        if value and first is None:
            r.unread.append(Unread(path=pointer(base, "from_date"), text=value))
        r.spans.append(OccurrenceSpan(code=code or None, from_date=first, through_date=last))
        if r.trace is not None:
            r.note(base, [s.offset(at - 1) for s in OCCURRENCE_SPAN.slots], (code, value))
            if last is not None:
                r.trace.setdefault(pointer(base, "through_date"), (r.i, at, 4))


def read_values(r: Reading, text: str) -> None:
    """HI*BE."""
    for at, (code, form, value, amount) in _pieces(r, text, "BE", 5):
        base: Base = ("value_codes", len(r.values))
        for component, piece in ((3, form), (4, value)):
            if piece:
                r.left(at, component, piece)
        r.values.append(ValueCode(code=code or None, amount=r.number(amount, base, "amount")))
        if r.trace is not None:
            r.note(base, [s.offset(at - 1) for s in VALUE.slots], (code, amount))


def read_service(r: Reading, text: str) -> None:
    """SV2."""
    line = r.line
    elements = text.split(ELEMENT)
    n = len(elements)
    base = r.line_base
    if n > 1:
        line.revenue_code = elements[1] or None
    if n > 2 and elements[2]:
        read.procedure(r, 2, elements[2])
    if n > 3:
        line.charge = r.number(elements[3], base, "charge")
    if n > 4:
        line.unit = elements[4] or None
    if n > 5:
        line.units = r.number(elements[5], base, "units")
    for at in range(6, n):
        if at == 7:
            line.non_covered = r.number(elements[7], base, "non_covered")
        elif elements[at]:
            r.left(at, None, elements[at])
    if r.trace is not None:
        r.note(base, SV2.slots, TAKE_SV2(text)[0])


_shared = read.claim_loops()
LOOPS: read.Loops = {
    **read.HEADER,
    **read.level_loops(GUIDE),
    **_shared,
    "2300": {
        "CLM": read_claim_information, "DTP": read_date, "CL1": read_admission, "PWK": read.attachment,
        "REF": read_reference, "NTE": read.note, "HI": read_health_codes,
    },
    "2310A": read.provider_loop("attending_provider", ATTENDING, "71", taxonomy=ATTENDING_PRV),
    "2310B": read.provider_loop("operating_provider", OPERATING, "72"),
    "2310D": read.provider_loop("rendering_provider", parts.RENDERING, "82"),
    "2310E": read.provider_loop(
        "service_facility", parts.FACILITY, "77", qualifiers=parts.PLACE_QUALIFIERS, place=True
    ),
    "2310F": read.provider_loop(
        "referring_provider", parts.REFERRING, "DN", qualifiers=parts.REFERRING_QUALIFIERS
    ),
    "2400": {**_shared["2400"], "SV2": read_service},
    "2420A": read.provider_loop("operating_provider", OPERATING, "72", line=True),
    "2420B": read.provider_loop("other_operating_provider", OTHER_OPERATING, "ZZ", line=True),
    "2420C": read.provider_loop("rendering_provider", parts.RENDERING, "82", line=True),
    "2420D": read.provider_loop(
        "referring_provider", parts.REFERRING, "DN", line=True, qualifiers=parts.REFERRING_QUALIFIERS
    ),
}  # fmt: skip
