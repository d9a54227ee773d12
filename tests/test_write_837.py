"""Claims to 837: both settings, every loop that a claim can express, judged by pyx12 as well."""

import datetime as dt
import re
import string
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from edi.errors import NotWritable
from edi.model import claim as records
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
    Unmapped,
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
from edi.transactions.writing import stream_837, trace_837, write_837
from edi.x12.segment import Delimiters, Layout, number
from pyx12_judge import differences, explains, judge, unexplained

DAY = dt.date(2026, 3, 3)
CREATED = dt.datetime(2026, 3, 4, 9, 30)
D = Decimal

OFFICE = Address(line1="100 Elm St", line2="Suite 2", city="Albany", state="NY", zip="12207-1234")
HOME = Address(line1="7 Oak Lane", city="Troy", state="NY", zip="12180")
SMITH = Provider(
    last_name="Smith", first_name="Ann", middle_name="B", npi="1881234567", taxonomy="207RH0003X"
)
JONES = Provider(
    last_name="Jones",
    first_name="Max",
    suffix="JR",
    npi="1882234565",
    secondary_ids=(SecondaryId(qualifier="0B", id="LIC77"), SecondaryId(qualifier="1G", id="U12345")),
)
BROWN = Provider(last_name="Brown", first_name="Lee", npi="1883234563", address=OFFICE, phone="518-555-0155")
PRACTICE = Provider(
    organization_name="Albany Infusion Group",
    npi="1234567893",
    tax_id="12-3456789",
    tax_id_type="EI",
    taxonomy="261QI0500X",
    address=OFFICE,
    phone="(518) 555-0199",
    contact_name="Pat Roe",
    secondary_ids=(SecondaryId(qualifier="0B", id="L1"), SecondaryId(qualifier="G2", id="PB1")),
)
HOSPITAL = replace(
    PRACTICE, organization_name="Albany Hospital", npi="1245319599", taxonomy="282N00000X", secondary_ids=()
)
PLACE = Provider(
    organization_name="North Center",
    npi="1992345676",
    phone="5185550111",
    address=Address(line1="9 River Rd", city="Colonie", state="NY", zip="122051111"),
    secondary_ids=(SecondaryId(qualifier="LU", id="N1"),),
)
JANE = Patient(
    last_name="Doe",
    first_name="Jane",
    middle_name="Q",
    birth_date=dt.date(1960, 5, 5),
    sex="F",
    address=HOME,
    medical_record_number="MR1",
    phone="5185550123",
)
JOHN = Person(last_name="Doe", first_name="John", birth_date=dt.date(1959, 1, 2), sex="M", address=HOME)
ACME = Payer(name="Acme Health", id="12345", address=OFFICE)
MEDICARE = Payer(name="Medicare", id="13282")
SIGNED = Signatures(
    patient_on_file=True,
    provider_on_file=True,
    assignment_of_benefits="Y",
    release_of_information="Y",
    accept_assignment="A",
)
PRIMARY = Coverage(
    responsibility="P", payer=ACME, claim_filing="CI", member_id="M123", relationship="18", group_number="G55"
)
PARTNERS: dict[str, Any] = {
    "submitter": TradingPartner(
        name="Billing Co", id="SUB1", contact_name="Ann Poe", phone="518-555-0100", email="edi@example.org"
    ),
    "receiver": TradingPartner(name="Clearing House", id="REC1"),
}


def line(hcpcs: str | None = "96365", charge: str = "200", **more: Any) -> ServiceLine:
    """A line with one unit on the day of service."""
    return ServiceLine(
        **{
            "hcpcs": hcpcs,
            "charge": D(charge),
            "units": D(1),
            "service_date": DAY,
            "diagnosis_pointers": (1,),
            **more,
        }
    )


def professional(**more: Any) -> Claim:
    """A plain professional claim."""
    return Claim(
        **{
            "setting": "professional",
            "claim_id": "P1",
            "place_of_service": "11",
            "patient": JANE,
            "coverages": (PRIMARY,),
            "billing_provider": PRACTICE,
            "rendering_provider": SMITH,
            "diagnoses": (Diagnosis(code="K50.90"), Diagnosis(code="Z79.899")),
            "signatures": SIGNED,
            "lines": (line(), line("J1745", "4000.50", units=D(50), modifiers=("JZ",))),
            **PARTNERS,
            **more,
        }
    )


def facility(**more: Any) -> Claim:
    """A plain facility claim."""
    return Claim(
        **{
            "setting": "facility",
            "claim_id": "F1",
            "type_of_bill": "0131",
            "patient": JANE,
            "coverages": (replace(PRIMARY, claim_filing="MA", payer=MEDICARE, group_number=None),),
            "billing_provider": HOSPITAL,
            "attending_provider": SMITH,
            "admission": Admission(type="3", source="1", patient_status="01"),
            "diagnoses": (Diagnosis(code="K50.90"), Diagnosis(code="Z79.899")),
            "signatures": SIGNED,
            "lines": (line(revenue_code="0260"), line("J1745", "4000.50", units=D(50), revenue_code="0636")),
            **PARTNERS,
            **more,
        }
    )


def dependent(**more: Any) -> Coverage:
    return replace(PRIMARY, relationship="01", subscriber=JOHN, **more)


def decided(**more: Any) -> Coverage:
    """A primary coverage that has decided on the two lines of the plain claims."""
    return dependent(
        group_number=None,
        group_name="Big Employer",
        adjudication=Adjudication(
            **{
                "paid": D("3300.50"),
                "paid_date": dt.date(2026, 4, 1),
                "payer_claim_number": "ICN1",
                "non_covered": D("0"),
                "remark_codes": ("N1", "MA18"),
                "patient_liability": D("900"),
                "lines": (
                    LineAdjudication(
                        line=1,
                        paid=D("100"),
                        hcpcs="96365",
                        units=D(1),
                        adjustments=(Adjustment(group="PR", reason="1", amount=D(100)),),
                    ),
                    LineAdjudication(
                        line=2,
                        paid=D("3200.50"),
                        paid_date=dt.date(2026, 4, 2),
                        bundled_into=1,
                        patient_liability=D("800"),
                        adjustments=(
                            Adjustment(group="CO", reason="45", amount=D(300), quantity=D(2)),
                            Adjustment(group="PR", reason="2", amount=D(200)),
                            Adjustment(group="PR", reason="3", amount=D(300)),
                        ),
                    ),
                ),
                **more,
            }
        ),
    )


SECOND = Coverage(
    responsibility="S",
    payer=MEDICARE,
    claim_filing="MB",
    member_id="1EG4TE5MK73",
    relationship="18",
    secondary_reason="12",
)
ALL_KINDS = (
    Diagnosis(code="C50.911", present_on_admission="Y"),
    Diagnosis(code="Z51.11", present_on_admission="N"),
    Diagnosis(code="C50.911", kind="admitting"),
    Diagnosis(code="R11.0", kind="reason_for_visit"),
    Diagnosis(code="R50.9", kind="reason_for_visit"),
    Diagnosis(code="V43.52XA", kind="external_cause", present_on_admission="Y"),
    *(Diagnosis(code=f"E11.{n}") for n in range(5, 10)),
    *(Diagnosis(code=f"I70.{n}") for n in range(201, 219)),
)


CLAIMS: dict[str, Claim] = {
    "professional plain": professional(),
    "professional dependent": professional(coverages=(dependent(),), property_casualty_claim_number="PC9"),
    "professional deceased": professional(patient=replace(JANE, death_date=DAY)),
    "professional deceased dependent": professional(
        patient=replace(JANE, death_date=DAY), coverages=(dependent(),)
    ),
    "professional Medicare second": professional(coverages=(decided(), SECOND)),
    "professional decided as a whole": professional(
        coverages=(
            decided(
                lines=(),
                adjustments=tuple(Adjustment(group="CO", reason=str(n), amount=D(n)) for n in range(1, 9)),
            ),
            SECOND,
        )
    ),
    "professional three payers": professional(
        coverages=(
            decided(),
            replace(SECOND, responsibility="S"),
            replace(
                PRIMARY,
                responsibility="T",
                payer=Payer(name="Third", id="777"),
                referral_number="R3",
                authorizations=(Authorization(number="A3"),),
            ),
        )
    ),
    "professional NDC": professional(
        lines=(
            line(
                "J9271", ndc="0006-3026-02", ndc_quantity=D("8.500"), ndc_unit="ML", prescription_number="RX1"
            ),
            line("J1745", ndc="57894003001", ndc_quantity=D(5), ndc_unit="UN", line_control_number="L2"),
            line(
                "J3490",
                ndc="63323-281-10",
                ndc_quantity=D("0.5"),
                ndc_unit="ML",
                description="odd drug 5 mg IV",
            ),
        )
    ),
    "professional accident": professional(
        accident=Accident(kinds=("auto", "employment"), date=dt.date(2026, 2, 1), state="NY"),
        dates=(
            ClaimDate(qualifier="431", date=dt.date(2026, 2, 1)),
            ClaimDate(qualifier="454", date=dt.date(2026, 2, 5)),
            ClaimDate(qualifier="314", date=dt.date(2026, 2, 1), through_date=dt.date(2026, 2, 9)),
            ClaimDate(qualifier="435", date=dt.date(2026, 2, 1)),
            ClaimDate(qualifier="096", date=dt.date(2026, 2, 3)),
            ClaimDate(qualifier="304", date=dt.date(2026, 2, 2)),
        ),
    ),
    "professional replacement": professional(
        frequency="7",
        original_reference="ICN123",
        note="Corrected units",
        delay_reason="7",
        attachments=(
            Attachment(type="OZ", transmission="EL", control_number="ACN1"),
            Attachment(type="B4", transmission="AA"),
        ),
        patient_paid=D("20.00"),
        clia_number="33D1234567",
        clinical_trial_number="12345678",
        condition_codes=("A1", "D4"),
    ),
    "professional all providers": professional(
        referring_provider=JONES,
        supervising_provider=BROWN,
        ordering_provider=BROWN,
        service_facility=PLACE,
        pay_to=Provider(organization_name="Lock box", address=replace(OFFICE, line1="PO Box 5")),
        lines=(
            line(),
            line(
                "J1745",
                rendering_provider=BROWN,
                ordering_provider=replace(JONES, address=HOME),
                supervising_provider=SMITH,
                referring_provider=SMITH,
                service_facility=replace(PLACE, address=HOME),
                place_of_service="12",
                emergency=True,
            ),
        ),
    ),
    "professional person bills": professional(
        billing_provider=replace(SMITH, tax_id="123456789", tax_id_type="SY", address=OFFICE)
    ),
    "professional 12 diagnoses": professional(
        diagnoses=tuple(Diagnosis(code=f"I70.{n}") for n in range(201, 213)),
        lines=(line(diagnosis_pointers=(12, 1, 2, 3)),),
    ),
    "professional 50 lines": professional(
        lines=tuple(line(units=D(n), charge=f"{n}.25") for n in range(1, 51))
    ),
    "professional lab values": professional(
        lines=(
            line(
                "J0885",
                modifiers=("EC", "59", "JW", "GA"),
                service_through=DAY + dt.timedelta(1),
                unit="UN",
                test_results=(
                    records.TestResult(type="R1", value=D("10.1")),
                    records.TestResult(type="R2", value=D(33)),
                ),
            ),
        )
    ),
    "professional authorizations by code": professional(
        coverages=(
            replace(
                PRIMARY,
                referral_number="REF9",
                authorizations=(
                    Authorization(number="ALL"),
                    Authorization(number="DRUG", hcpcs="J1745"),
                    Authorization(number="LATER", hcpcs="J1745", from_date=dt.date(2027, 1, 1)),
                    Authorization(number="OTHER", hcpcs="J9271"),
                ),
            ),
        )
    ),
    "professional ICD-9": professional(
        diagnoses=(Diagnosis(code="555.9"), Diagnosis(code="V58.69")),
        lines=(line(service_date=dt.date(2015, 9, 30)),),
    ),
    "professional patient in Canada": professional(
        patient=replace(
            JANE, address=Address(line1="1 Rue", city="Montreal", state="QC", zip="H3A 1A1", country="CA")
        )
    ),
    "professional blanks in a note": professional(note=" lead and trail "),
    "professional late remark code": professional(
        coverages=(decided(lines=(), remark_codes=("MA01", "N830")), SECOND)
    ),
    "facility plain": facility(),
    "facility dependent": facility(coverages=(dependent(),), property_casualty_claim_number="PC9"),
    "facility inpatient": facility(
        type_of_bill="0111",
        diagnoses=ALL_KINDS,
        admission=Admission(
            type="1",
            source="1",
            patient_status="01",
            date=dt.date(2026, 3, 1),
            hour="14",
            discharge_hour="11:30",
        ),
        statement=Statement(from_date=dt.date(2026, 3, 1), through_date=dt.date(2026, 3, 5)),
        value_codes=(ValueCode(code="80", amount=D(4)),),
        coverages=(decided(), replace(SECOND, claim_filing="MA", relationship="18")),
    ),
    "facility all codes": facility(
        admission=Admission(type="3", source="1", patient_status="01", date=DAY),
        condition_codes=tuple(f"{n:02d}" for n in range(1, 15)),
        occurrence_codes=(OccurrenceCode(code="11", date=DAY), OccurrenceCode(code="A1", date=DAY)),
        occurrence_spans=(OccurrenceSpan(code="72", from_date=DAY, through_date=DAY),),
        value_codes=(ValueCode(code="48", amount=D("10.10")), ValueCode(code="A0", amount=D("12207"))),
        diagnoses=ALL_KINDS[:10],
        note="Remarks here",
        clinical_trial_number="12345678",
        attachments=(Attachment(type="OZ", transmission="FX", control_number="ACN2"),),
        accident=Accident(kinds=("auto",), date=DAY, state="NY"),
        original_reference="DCN1",
        frequency="7",
    ),
    "facility Medicare second": facility(coverages=(decided(), replace(SECOND, claim_filing="MA"))),
    "facility all providers": facility(
        operating_provider=JONES,
        rendering_provider=BROWN,
        referring_provider=JONES,
        service_facility=PLACE,
        pay_to=Provider(organization_name="Lock box", address=replace(OFFICE, line1="PO Box 5")),
        lines=(
            line(
                revenue_code="0335",
                operating_provider=SMITH,
                other_operating_provider=BROWN,
                rendering_provider=JONES,
                referring_provider=SMITH,
                line_control_number="L1",
            ),
            line(None, revenue_code="0250", units=D("2.5"), non_covered=D("1.5")),
            line("J9271", revenue_code="0636", ndc="0006-3026-02", ndc_quantity=D(8), ndc_unit="ML"),
            line("G0378", revenue_code="0762", service_through=DAY + dt.timedelta(1), units=D(26)),
        ),
    ),
}


def written(*claims: Claim, **more: Any) -> bytes:
    return write_837(claims, **{"created": CREATED, **more})


def segments(data: bytes) -> list[list[str]]:
    """The segments of an interchange as lists of elements."""
    text = data.decode("ascii")
    return [s.split("*") for s in text.split("~") if s]


def ids(data: bytes, *names: str) -> list[str]:
    """Segments with these ids, as text."""
    return ["*".join(s) for s in segments(data) if s[0] in names]


def counts_hold(data: bytes) -> bool:
    """Whether SE01, GE01, IEA01 and all control numbers are right."""
    st_at = sets = groups = 0
    group = control = ""
    for at, s in enumerate(segments(data)):
        match s[0]:
            case "ISA":
                control = s[13]
            case "GS":
                group, sets = s[6], 0
            case "ST":
                st_at, sets, number_ = at, sets + 1, s[2]
            case "SE":
                if s[1:] != [str(at - st_at + 1), number_]:
                    return False
            case "GE":
                groups += 1
                if s[1:] != [str(sets), group]:
                    return False
            case "IEA":
                return s[1:] == [str(groups), control]
    return False


@pytest.mark.parametrize("name", CLAIMS)
def test_pyx12_finds_nothing(name: str) -> None:
    assert unexplained(written(CLAIMS[name])) == []


def test_pyx12_finds_nothing_in_all_claims_of_both_settings_in_one_file() -> None:
    data = written(*CLAIMS.values(), claims_per_set=7)
    assert unexplained(data) == []
    assert counts_hold(data)
    assert len(ids(data, "CLM")) == len(CLAIMS)
    assert [s.split("*")[8] for s in ids(data, "GS")] == ["005010X222A1", "005010X223A2"]


@pytest.mark.parametrize(
    "broken",
    [
        professional(place_of_service=None),
        professional(lines=(line(unit="XX"),)),
        professional(lines=()),
        facility(admission=None),
        professional(patient=replace(JANE, sex="Z")),
    ],
)
def test_the_judge_sees_faults(broken: Claim) -> None:
    assert judge(written(broken, verify=False))


def test_every_listed_difference_is_found_and_says_who_is_right() -> None:
    found = [fault for claim in CLAIMS.values() for fault in judge(written(claim))]
    for row in differences():
        assert row["right"] in ("pyx12", "cleanclaim")
        assert row["why"]
        assert any(explains(row, fault) for fault in found), f"{row['text']}: no longer needed"


# --- envelope


def test_the_envelope() -> None:
    data = written(
        professional(),
        control_number=417,
        usage="P",
        sender_qualifier="30",
        sender_id="999999999",
        application_receiver="PAYERSYS",
    )
    assert data[:106] == (
        b"ISA*00*          *00*          *30*999999999      *ZZ*REC1           "
        b"*260304*0930*^*00501*000000417*0*P*:~"
    )
    assert ids(data, "GS") == ["GS*HC*999999999*PAYERSYS*20260304*0930*417*X*005010X222A1"]
    assert ids(data, "ST", "BHT") == [
        "ST*837*0001*005010X222A1",
        "BHT*0019*00*0000004170001*20260304*0930*CH",
    ]
    assert ids(data, "GE", "IEA") == ["GE*1*417", "IEA*1*000000417"]


def test_the_largest_control_number_is_followed_by_one() -> None:
    data = written(professional(), facility(), control_number=999_999_999)
    assert [s[6] for s in segments(data) if s[0] == "GS"] == ["999999999", "1"]


@pytest.mark.parametrize("wrong", [{"control_number": 0}, {"control_number": 10**9}, {"usage": "X"}])
def test_an_impossible_envelope_is_misuse(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        written(professional(), **wrong)


def test_without_submitter_or_with_a_long_id_there_is_no_envelope() -> None:
    with pytest.raises(NotWritable) as caught:
        written(professional(submitter=None))
    assert caught.value.path == "/submitter"
    with pytest.raises(NotWritable) as caught:
        written(professional(receiver=TradingPartner(name="R", id="1" * 16)))
    assert caught.value.path == "/receiver/id"


def test_a_set_holds_no_more_claims_than_asked() -> None:
    many = [professional(claim_id=f"C{n}") for n in range(11)]
    data = written(*many, claims_per_set=5)
    assert [s[2] for s in segments(data) if s[0] == "ST"] == ["0001", "0002", "0003"]
    assert counts_hold(data)
    assert unexplained(data) == []


def test_streaming_takes_claims_one_by_one() -> None:
    taken = []

    def source() -> Iterator[Claim]:
        for n in range(3):
            taken.append(n)
            yield professional(claim_id=f"C{n}")

    chunks = stream_837(source(), created=CREATED, verify=False)
    seen = [next(chunks) for _ in range(3)]  # ISA, GS, first claim
    assert b"CLM*C0*" in seen[-1] and taken == [0]
    assert b"".join([*seen, *chunks]) == written(*(professional(claim_id=f"C{n}") for n in range(3)))


def test_authorizations_of_one_number_stand_at_the_claim() -> None:
    def numbers(*given: Authorization, make: Any = professional) -> list[str]:
        data = written(make(coverages=(replace(PRIMARY, authorizations=given),)))
        assert unexplained(data) == []
        return ids(data, "REF", "LX")

    one = Authorization(number="A", hcpcs="J1745")
    other = Authorization(number="B", hcpcs="J9271")
    tax = ["REF*EI*123456789"]
    extra = ["REF*0B*L1", "REF*G2*PB1"]
    assert numbers(one) == [*tax, *extra, "REF*G1*A", "REF*EA*MR1", "LX*1", "LX*2"]
    assert numbers(other, one) == [*tax, *extra, "REF*G1*A", "REF*EA*MR1", "LX*1", "LX*2"]
    assert numbers(other, one, make=facility) == [*tax, "REF*G1*A", "REF*EA*MR1", "LX*1", "LX*2"]
    both = numbers(one, Authorization(number="C", hcpcs="96365"))
    assert both == [*tax, *extra, "REF*EA*MR1", "LX*1", "REF*G1*C", "LX*2", "REF*G1*A"]


def test_an_occurrence_span_without_its_end_keeps_its_code() -> None:
    claim = facility(occurrence_spans=(OccurrenceSpan(code="72", from_date=DAY),))
    assert "HI*BI:72:RD8" in ids(written(claim, verify=False), "HI")


# --- hierarchy


def test_levels_are_shared_by_claims_that_follow_one_another() -> None:
    other = replace(JANE, first_name="Sue")
    data = written(
        professional(),
        professional(claim_id="P2"),
        professional(claim_id="P3", patient=other),
        professional(claim_id="P4", coverages=(dependent(),)),
        professional(claim_id="P5", coverages=(dependent(),)),
        professional(claim_id="P6", coverages=(dependent(),), patient=other),
        professional(claim_id="P7", billing_provider=replace(PRACTICE, npi="1992345676")),
    )
    assert ids(data, "HL", "CLM") == [
        "HL*1**20*1",
        "HL*2*1*22*0",
        "CLM*P1*4200.5***11:B:1*Y*A*Y*Y",
        "CLM*P2*4200.5***11:B:1*Y*A*Y*Y",
        "HL*3*1*22*0",
        "CLM*P3*4200.5***11:B:1*Y*A*Y*Y",
        "HL*4*1*22*1",
        "HL*5*4*23*0",
        "CLM*P4*4200.5***11:B:1*Y*A*Y*Y",
        "CLM*P5*4200.5***11:B:1*Y*A*Y*Y",
        "HL*6*4*23*0",
        "CLM*P6*4200.5***11:B:1*Y*A*Y*Y",
        "HL*7**20*1",
        "HL*8*7*22*0",
        "CLM*P7*4200.5***11:B:1*Y*A*Y*Y",
    ]
    assert unexplained(data) == []


@pytest.mark.parametrize("coverage", [PRIMARY, dependent()])
def test_a_patient_level_holds_100_claims(coverage: Coverage) -> None:
    data = written(*(professional(claim_id=f"C{n}", coverages=(coverage,)) for n in range(101)))
    assert len(ids(data, "CLM")) == 101
    level = "22" if coverage is PRIMARY else "23"
    assert sum(s[0] == "HL" and s[3] == level for s in segments(data)) == 2
    assert unexplained(data) == []


# --- what stands where: whole segments of the claims above

EXPECTED: dict[str, list[str]] = {
    "professional plain": [
        "PRV*BI*PXC*261QI0500X",
        "N4*Albany*NY*122071234",
        "REF*EI*123456789",
        "REF*0B*L1",
        "REF*G2*PB1",
        "PER*IC*Pat Roe*TE*5185550199",
        "SBR*P*18*G55******CI",
        "NM1*IL*1*Doe*Jane*Q***MI*M123",
        "DMG*D8*19600505*F",
        "NM1*PR*2*Acme Health*****PI*12345",
        "CLM*P1*4200.5***11:B:1*Y*A*Y*Y",
        "REF*EA*MR1",
        "HI*ABK:K5090*ABF:Z79899",
        "NM1*82*1*Smith*Ann*B***XX*1881234567",
        "PRV*PE*PXC*207RH0003X",
        "SV1*HC:96365*200*UN*1***1",
        "SV1*HC:J1745:JZ*4000.5*UN*50***1",
        "DTP*472*D8*20260303",
    ],
    "professional dependent": [
        "SBR*P**G55******CI",
        "NM1*IL*1*Doe*John****MI*M123",
        "PAT*01",
        "NM1*QC*1*Doe*Jane*Q",
        "REF*Y4*PC9",
    ],
    "professional deceased": ["PAT*****D8*20260303"],
    "professional deceased dependent": ["PAT*01****D8*20260303"],
    "professional Medicare second": [
        "SBR*S*18***12****MB",
        "SBR*P*01**Big Employer*****CI",
        "AMT*D*3300.5",
        "AMT*A8*0",
        "AMT*EAF*900",
        "OI***Y***Y",
        "MOA***N1*MA18",
        "REF*F8*ICN1",
        "SVD*12345*100*HC:96365**1",
        "CAS*PR*1*100",
        "DTP*573*D8*20260401",
        "SVD*12345*3200.5*HC:J1745:JZ**50*1",
        "CAS*CO*45*300*2",
        "CAS*PR*2*200**3*300",
        "DTP*573*D8*20260402",
        "AMT*EAF*800",
    ],
    "professional decided as a whole": [
        "CAS*CO*1*1**2*2**3*3**4*4**5*5**6*6",
        "CAS*CO*7*7**8*8",
        "DTP*573*D8*20260401",
    ],
    "professional three payers": ["REF*G1*A3", "REF*9F*R3", "SBR*T*18*G55******CI"],
    "professional NDC": [
        "LIN**N4*00006302602",
        "CTP****8.5*ML",
        "REF*XZ*RX1",
        "REF*6R*L2",
        "LIN**N4*63323028110",
        "CTP****.5*ML",
        "SV1*HC:J3490:::::odd drug 5 mg IV*200*UN*1***1",
    ],
    "professional accident": [
        "CLM*P1*4200.5***11:B:1*Y*A*Y*Y**AA:EM::NY",
        "DTP*439*D8*20260201",
        "DTP*314*RD8*20260201-20260209",
        "DTP*431*D8*20260201",
        "DTP*435*D8*20260201",
        "DTP*096*D8*20260203",
    ],
    "professional replacement": [
        "CLM*P1*4200.5***11:B:7*Y*A*Y*Y***********7",
        "PWK*OZ*EL***AC*ACN1",
        "PWK*B4*AA",
        "AMT*F5*20",
        "REF*F8*ICN123",
        "REF*X4*33D1234567",
        "REF*P4*12345678",
        "NTE*ADD*Corrected units",
        "HI*BG:A1*BG:D4",
    ],
    "professional all providers": [
        "NM1*87*2",
        "N3*PO Box 5*Suite 2",
        "NM1*DN*1*Jones*Max***JR*XX*1882234565",
        "REF*0B*LIC77",
        "REF*1G*U12345",
        "NM1*77*2*North Center*****XX*1992345676",
        "PER*IC**TE*5185550111",
        "NM1*DQ*1*Brown*Lee****XX*1883234563",
        "NM1*DK*1*Brown*Lee****XX*1883234563",
        "NM1*DK*1*Jones*Max***JR*XX*1882234565",
        "SV1*HC:J1745*200*UN*1*12**1**Y",
    ],
    "professional person bills": ["NM1*85*1*Smith*Ann*B***XX*1881234567", "REF*SY*123456789"],
    "professional 12 diagnoses": ["SV1*HC:96365*200*UN*1***12:1:2:3"],
    "professional lab values": [
        "SV1*HC:J0885:EC:59:JW:GA*200*UN*1***1",
        "DTP*472*RD8*20260303-20260304",
        "MEA*TR*R1*10.1",
        "MEA*TR*R2*33",
    ],
    "professional authorizations by code": ["REF*9F*REF9", "REF*G1*ALL", "REF*G1*DRUG"],
    "professional ICD-9": ["HI*BK:5559*BF:V5869"],
    "professional patient in Canada": ["N4*Montreal*QC*H3A1A1*CA"],
    "professional blanks in a note": ["NTE*ADD*lead and trail"],
    "facility plain": [
        "CLM*F1*4200.5***13:A:1**A*Y*Y",
        "DTP*434*RD8*20260303-20260303",
        "CL1*3*1*01",
        "HI*ABK:K5090",
        "HI*ABF:Z79899",
        "NM1*71*1*Smith*Ann*B***XX*1881234567",
        "PRV*AT*PXC*207RH0003X",
        "SV2*0260*HC:96365*200*UN*1",
    ],
    "facility inpatient": [
        "DTP*096*TM*1130",
        "DTP*434*RD8*20260301-20260305",
        "DTP*435*DT*202603011400",
        "MIA*4****N1***************MA18",
        "HI*ABK:C50911:::::::Y",
        "HI*ABJ:C50911",
        "HI*APR:R110*APR:R509",
        "HI*ABN:V4352XA:::::::Y",
        "HI*BE:80:::4",
    ],
    "facility all codes": [
        "CLM*F1*4200.5***13:A:7**A*Y*Y",
        "DTP*435*D8*20260303",
        "REF*LU*NY",
        "REF*F8*DCN1",
        "NTE*ADD*Remarks here",
        "HI*BI:72:RD8:20260303-20260303",
        "HI*BH:11:D8:20260303*BH:A1:D8:20260303",
        "HI*BE:48:::10.1*BE:A0:::12207",
        "HI*BG:13*BG:14",
    ],
    "facility Medicare second": [
        "SBR*S*18*******MA",
        "OI***Y***Y",
        "MOA***N1*MA18",
        "SVD*12345*100*HC:96365*0260*1",
        "SVD*12345*3200.5*HC:J1745*0636*50*1",
    ],
    "facility all providers": [
        "NM1*72*1*Jones*Max***JR*XX*1882234565",
        "NM1*82*1*Brown*Lee****XX*1883234563",
        "NM1*ZZ*1*Brown*Lee****XX*1883234563",
        "SV2*0250**200*UN*2.5**1.5",
        "REF*6R*L1",
        "SV2*0762*HC:G0378*200*UN*26",
        "DTP*472*RD8*20260303-20260304",
    ],
}


@pytest.mark.parametrize("name", EXPECTED)
def test_segments(name: str) -> None:
    found = ["*".join(s) for s in segments(written(CLAIMS[name]))]
    assert [s for s in EXPECTED[name] if s not in found] == []


def test_what_was_not_given_is_not_written() -> None:
    bare = Claim(setting="professional", claim_id="X", coverages=(Coverage(),), **PARTNERS)
    found = ids(written(bare, verify=False), "CLM", "SBR", "NM1", "HI", "DMG", "REF", "PAT")
    assert found == [
        "NM1*41*2*Billing Co*****46*SUB1",
        "NM1*40*2*Clearing House*****46*REC1",
        "NM1*85*2",
        "SBR",
        "NM1*IL*1",
        "NM1*PR*2",
        "CLM*X*0***:B:1",
    ]


def test_the_billing_provider_is_not_named_again() -> None:
    same = professional(
        billing_provider=replace(SMITH, address=OFFICE),
        ordering_provider=SMITH,
        service_facility=replace(PRACTICE, npi="1992345676"),
    )
    assert [s[1] for s in segments(written(same, verify=False)) if s[0] == "NM1"] == [
        "41",
        "40",
        "85",
        "IL",
        "PR",
    ]


def test_the_order_of_the_hi_segments_of_a_facility_claim() -> None:
    claim = facility(
        diagnoses=ALL_KINDS,
        condition_codes=("20",),
        value_codes=(ValueCode(code="80", amount=D(3)),),
        occurrence_codes=(OccurrenceCode(code="11", date=DAY),),
        occurrence_spans=(OccurrenceSpan(code="72", from_date=DAY, through_date=DAY),),
    )
    kinds = [s[1].split(":")[0] for s in segments(written(claim)) if s[0] == "HI"]
    assert kinds == ["ABK", "ABJ", "APR", "ABN", "ABF", "ABF", "BI", "BH", "BE", "BG"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("0", "0"),
        ("0.00", "0"),
        ("1234.50", "1234.5"),
        ("44.00", "44"),
        ("0.50", ".5"),
        ("-0.5", "-.5"),
        ("1E+3", "1000"),
        ("1E-7", ".0000001"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("-12.30", "-12.3"),
        ("100", "100"),
    ],
)
def test_numbers(value: str, text: str) -> None:
    assert number(Decimal(value)) == text
    assert Decimal(text) == Decimal(value)


# --- published examples: the same claim gives the same segments

EXAMPLES = Path(__file__).parents[1].parent / "shared" / "corpora" / "tr3_examples"


def person(last: str, first: str, **more: Any) -> Provider:
    return Provider(last_name=last, first_name=first, **more)


PUBLISHED = {
    "837p-medicare-secondary-payer-COB.edi": Claim(
        setting="professional",
        claim_id="101KEN6055",
        place_of_service="11",
        submitter=TradingPartner(name="SPECIALISTS", id="1111111", contact_name="SUE", phone="8005558888"),
        receiver=TradingPartner(name="MEDICARE PENNSYLVANIA", id="10234"),
        billing_provider=Provider(
            organization_name="SPECIALISTS",
            npi="0100000009",
            tax_id="890123456",
            tax_id_type="EI",
            address=Address(line1="5 MAP COURT", city="MAYNE", state="PA", zip="21236"),
            secondary_ids=(SecondaryId(qualifier="1G", id="110101"),),
        ),
        patient=Patient(
            last_name="MEDYUM",
            first_name="WAYNE",
            middle_name="M",
            birth_date=dt.date(1956, 1, 10),
            sex="M",
            address=Address(line1="1010 THOUSAND OAK LANE", city="MAYN", state="PA", zip="17089"),
        ),
        coverages=(
            Coverage(
                responsibility="S",
                relationship="18",
                group_name="MEDICARE",
                secondary_reason="12",
                claim_filing="MB",
                member_id="102200221B1",
                payer=Payer(
                    name="MEDICARE",
                    id="10234",
                    address=Address(line1="5232 MAYNE", city="LYGHT", state="PA", zip="17009"),
                ),
            ),
            Coverage(
                responsibility="P",
                relationship="01",
                group_name="COMMERCE",
                claim_filing="CI",
                member_id="COM188-404777",
                payer=Payer(name="COMMERCE", id="59999"),
                subscriber=Person(
                    last_name="MEDYUM",
                    first_name="CAROL",
                    address=Address(line1="PO BOX 45", city="MAYN", state="PA", zip="17089"),
                ),
                adjudication=Adjudication(
                    paid=D(80),
                    non_covered=D(15),
                    lines=(
                        LineAdjudication(
                            line=1,
                            paid=D(80),
                            hcpcs="99203",
                            modifiers=("25",),
                            units=D(1),
                            paid_date=dt.date(2005, 1, 28),
                            adjustments=(
                                Adjustment(group="CO", reason="42", amount=D(25)),
                                Adjustment(group="PR", reason="2", amount=D(15)),
                            ),
                        ),
                    ),
                ),
            ),
        ),
        signatures=replace(SIGNED, patient_on_file=False),
        diagnoses=(Diagnosis(code="715.16"), Diagnosis(code="719.06")),
        referring_provider=person(
            "BRYHT", "LEE", middle_name="T", secondary_ids=(SecondaryId(qualifier="1G", id="B01010"),)
        ),
        rendering_provider=person(
            "HENZES",
            "JACK",
            npi="9090909090",
            taxonomy="207X00000X",
            secondary_ids=(SecondaryId(qualifier="G2", id="110102XXX"),),
        ),
        lines=(
            ServiceLine(
                hcpcs="99203",
                modifiers=("25",),
                charge=D(120),
                units=D(1),
                service_date=dt.date(2005, 1, 19),
                diagnosis_pointers=(1, 2),
            ),
        ),
    ),
    "837i-automobile-accident.edi": Claim(
        setting="facility",
        claim_id="67236695521",
        type_of_bill="0131",
        submitter=TradingPartner(
            name="HALL OF FAME MEMORIAL HOSPITAL",
            id="737373737",
            contact_name="kate casey",
            phone="(715) 256-9877",
        ),
        receiver=TradingPartner(name="HEISMAN INSURANCE COMPANY", id="999888777"),
        billing_provider=Provider(
            organization_name="HALL OF FAME MEMORIAL HOSPITAL",
            npi="2365259638",
            tax_id="73-7373737",
            taxonomy="203BA0200N",
            address=Address(line1="1 CANTON ROAD", city="BROKEN FIELD", state="CA", zip="99998"),
        ),
        patient=Patient(
            last_name="MEXICO",
            first_name="RON",
            birth_date=dt.date(1948, 6, 1),
            sex="M",
            address=Address(line1="32 BUFFALO RUN", city="ROCKING HORSE", state="CA", zip="99666"),
        ),
        coverages=(
            Coverage(
                responsibility="P",
                relationship="21",
                claim_filing="AM",
                member_id="B999777791G",
                payer=Payer(name="HEISMAN INSURANCE COMPANY", id="999888777"),
                subscriber=Person(last_name="HOWLING", first_name="HAL"),
            ),
        ),
        property_casualty_claim_number="32323232",
        signatures=SIGNED,
        accident=Accident(kinds=("auto",), date=dt.date(2005, 10, 31), state="CA"),
        statement=Statement(from_date=dt.date(2005, 10, 31), through_date=dt.date(2005, 11, 1)),
        admission=Admission(type="3", source="7", patient_status="1"),
        diagnoses=(
            Diagnosis(code="884.2"),
            Diagnosis(code="884.2", kind="reason_for_visit"),
            Diagnosis(code="E975.0", kind="external_cause"),
            Diagnosis(code="E986.0", kind="external_cause"),
        ),
        attending_provider=person("LOMBARDO", "VINCENT", npi="2533698543"),
        lines=tuple(
            ServiceLine(
                revenue_code=revenue,
                hcpcs=code,
                charge=D(charge),
                units=D(units),
                service_date=dt.date(2005, 10, 31),
            )
            for revenue, code, charge, units in (
                ("0450", "98765", 150, 1),
                ("0360", "26591", 75, 1),
                ("0312", "86225", 100, 2),
                ("0360", "99283", 220, 1),
            )
        ),
    ),
}


@pytest.mark.skipif(not EXAMPLES.is_dir(), reason="the published examples are not at hand")
@pytest.mark.parametrize("name", PUBLISHED)
def test_a_published_example_is_written_as_published(name: str) -> None:
    text = (EXAMPLES / name).read_text(encoding="ascii").replace("\n", "")
    published = [s for s in text.split("~") if s]
    found = ["*".join(s) for s in segments(written(PUBLISHED[name]))]
    assert found[4:-3] == published[4:-3], "from the submitter to the last service line"


# --- segments that are carried along


def test_unmapped_segments_stand_at_their_place() -> None:
    claim = replace(
        CLAIMS["professional Medicare second"],
        referring_provider=JONES,
        unmapped=(
            Unmapped(address="2300/CN1", text="CN1*04*5"),
            Unmapped(address="2300/HCP", text="HCP*00*100"),
            Unmapped(address="2400[2]/HCP", text="HCP*00*50"),
            Unmapped(address="2400[1]/NTE", text="NTE*ADD*line note"),
            Unmapped(address="2400[1]/2420B/NM1", text="NM1*QB*2******XX*1234567893"),
            Unmapped(address="2320[1]/2330D/NM1", text="NM1*82*1"),
            Unmapped(address="2320[1]/2330D/REF", text="REF*G2*ABC"),
            Unmapped(address="2310A/NM1", text="NM1*P3*1*Care*Prima****XX*1992345676"),
            Unmapped(address="2310A/REF", text="REF*G2*P3ID"),
            Unmapped(address="2310E/NM1", text="NM1*PW*2"),
            Unmapped(address="2310E/N3", text="N3*1 Street"),
            Unmapped(address="2310E/N4", text="N4*Troy*NY*12180"),
            Unmapped(address="2010AC/NM1", text="NM1*PE*2*Plan*****PI*55"),
            Unmapped(address="2010AC/N3", text="N3*2 Street"),
            Unmapped(address="2010AC/N4", text="N4*Troy*NY*12180"),
            Unmapped(address="2010AC/REF", text="REF*EI*123456789"),
            Unmapped(address="2000A/CUR", text="CUR*85*CAD"),
        ),
    )
    data = written(claim, replace(claim, claim_id="P2"))
    assert unexplained(data) == []
    assert counts_hold(data)
    text = data.decode()
    assert text.count("CUR*85*CAD~NM1*85") == 1, "the second claim shares the level"
    assert "~CN1*04*5~REF*EA*MR1~" in text
    assert "~HCP*00*100~NM1*DN*1*Jones" in text
    assert "~REF*1G*U12345~NM1*P3*1*Care*Prima****XX*1992345676~REF*G2*P3ID~NM1*82*1*Smith" in text
    assert "~DTP*472*D8*20260303~NTE*ADD*line note~NM1*QB*2******XX*1234567893~SVD*" in text
    assert "~DTP*472*D8*20260303~HCP*00*50~SVD*" in text
    assert "~REF*F8*ICN1~NM1*82*1~REF*G2*ABC~LX*1~" in text


def test_an_unmapped_segment_of_no_known_place_is_refused() -> None:
    for wrong, path in (
        (Unmapped(address="2999/XX", text="XX*1"), "/unmapped/0/address"),
        (Unmapped(address="2300/K3", text="K3*a~b"), "/unmapped/0/text"),
        (Unmapped(address="2300/K3", text="no segment"), "/unmapped/0/text"),
    ):
        with pytest.raises(NotWritable) as caught:
            written(professional(unmapped=(wrong,)))
        assert caught.value.path == path


# --- refusals


def at(claim: Claim, path: str) -> Any:
    """The value at a pointer, None where there is none."""
    value: Any = claim
    for part in path.strip("/").split("/"):
        if isinstance(value, tuple):
            value = value[int(part)] if int(part) < len(value) else None
        elif value is not None:
            value = getattr(value, part)
    return value


def with_(claim: Claim, path: str, value: Any) -> Claim:
    """The claim with one value exchanged."""

    def put(node: Any, parts: list[str]) -> Any:
        if not parts:
            return value
        if isinstance(node, tuple):
            at = int(parts[0])
            return (*node[:at], put(node[at], parts[1:]), *node[at + 1 :])
        return replace(node, **{parts[0]: put(getattr(node, parts[0]), parts[1:])})

    changed: Claim = put(claim, path.strip("/").split("/"))
    return changed


RICH = replace(
    CLAIMS["professional Medicare second"],
    referring_provider=JONES,
    supervising_provider=BROWN,
    ordering_provider=BROWN,
    service_facility=PLACE,
    note="A note",
    original_reference="X1",
    clia_number="C1",
    clinical_trial_number="T1",
    attachments=(Attachment(type="OZ", transmission="EL", control_number="ACN1"),),
    condition_codes=("A1",),
    lines=(
        line(description="text", line_control_number="L1"),
        line(ndc="57894003001", ndc_quantity=D(5), ndc_unit="UN", prescription_number="RX"),
    ),
)
TEXTS = (
    "/claim_id",
    "/patient/last_name",
    "/patient/address/line1",
    "/patient/medical_record_number",
    "/coverages/0/subscriber/first_name",
    "/coverages/0/payer/name",
    "/coverages/0/payer/id",
    "/coverages/0/member_id",
    "/coverages/1/member_id",
    "/coverages/0/group_name",
    "/coverages/0/adjudication/payer_claim_number",
    "/coverages/0/adjudication/remark_codes/1",
    "/coverages/0/adjudication/lines/1/adjustments/2/reason",
    "/coverages/0/adjudication/lines/1/adjustments/2/group",
    "/coverages/0/adjudication/lines/0/hcpcs",
    "/billing_provider/organization_name",
    "/billing_provider/npi",
    "/billing_provider/secondary_ids/1/id",
    "/billing_provider/address/city",
    "/billing_provider/contact_name",
    "/rendering_provider/taxonomy",
    "/referring_provider/secondary_ids/0/id",
    "/supervising_provider/last_name",
    "/ordering_provider/first_name",
    "/service_facility/organization_name",
    "/service_facility/address/line1",
    "/note",
    "/original_reference",
    "/clia_number",
    "/clinical_trial_number",
    "/attachments/0/control_number",
    "/condition_codes/0",
    "/diagnoses/1/code",
    "/signatures/release_of_information",
    "/place_of_service",
    "/lines/0/hcpcs",
    "/lines/0/description",
    "/lines/0/line_control_number",
    "/lines/1/prescription_number",
    "/lines/1/ndc_unit",
    "/submitter/name",
    "/receiver/name",
    "/submitter/contact_name",
)


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("mark", ["*", ":", "^", "~", "\n", "\x1d", "é", "\x00"])
def test_a_separator_in_the_data_is_refused_with_its_pointer(path: str, mark: str) -> None:
    with pytest.raises(NotWritable) as caught:
        written(
            professional(),
            with_(RICH, path, f"A{mark}B"),
            **{key: getattr(with_(RICH, path, f"A{mark}B"), key) for key in ("submitter", "receiver")},
        )
    assert caught.value.path == path
    assert caught.value.claim_index == (0 if path.startswith(("/submitter", "/receiver")) else 1)


def test_the_message_names_the_delimiter() -> None:
    with pytest.raises(NotWritable, match=r"/note holds '\*', the element separator"):
        written(professional(note="5 * 3"))


def test_other_delimiters_let_the_text_pass() -> None:
    data = written(professional(note="5 * 3: ok"), delimiters=Delimiters("|", ">", "{", "\\", "\n"))
    assert b"NTE|ADD|5 * 3: ok\\\n" in data
    assert data[:3] == b"ISA" and chr(data[3]) == "|" and chr(data[104]) == ">" and chr(data[105]) == "\\"
    assert unexplained(data) == []


@pytest.mark.parametrize(
    ("claim", "path"),
    [
        (professional(lines=(line(),) * 51), "/lines/50"),
        (facility(lines=(line(revenue_code="0260"),) * 1000), "/lines/999"),
        (professional(diagnoses=(Diagnosis(code="I10"),) * 13), "/diagnoses/12"),
        (facility(diagnoses=(Diagnosis(code="I10"),) * 26), "/diagnoses/25"),
        (professional(lines=(line(modifiers=("A1",) * 5),)), "/lines/0/modifiers/4"),
        (professional(lines=(line(diagnosis_pointers=(1, 2, 3, 4, 5)),)), "/lines/0/diagnosis_pointers/4"),
        (professional(lines=(line(charge="NaN"),)), "/lines/0/charge"),
        (professional(total_charge=D("Infinity")), "/total_charge"),
        (professional(lines=(line(prescription_number="RX"),)), "/lines/0/prescription_number"),
        (professional(dates=(ClaimDate(qualifier="999", date=DAY),)), "/dates/0/qualifier"),
        (
            professional(
                dates=(
                    ClaimDate(qualifier="431", date=DAY),
                    ClaimDate(qualifier="431", date=dt.date(2026, 1, 1)),
                )
            ),
            "/dates/1",
        ),
        (professional(coverages=(decided(),)), "/coverages"),
        (
            professional(coverages=(decided(lines=(LineAdjudication(line=3, paid=D(1)),)), SECOND)),
            "/coverages/0/adjudication/lines/0/line",
        ),
        (
            professional(
                rendering_provider=replace(SMITH, secondary_ids=(SecondaryId(qualifier="ZZ", id="1"),))
            ),
            "/rendering_provider/secondary_ids/0/qualifier",
        ),
        (
            facility(
                coverages=(
                    replace(
                        PRIMARY,
                        authorizations=(
                            Authorization(number="A", hcpcs="96365"),
                            Authorization(number="B", hcpcs="J1745"),
                        ),
                    ),
                )
            ),
            "/coverages/0/authorizations/1",
        ),
        (professional(setting=None), "/setting"),
        (facility(dates=(ClaimDate(qualifier="434", date=DAY),)), "/dates/0/qualifier"),
        (
            professional(
                coverages=(
                    replace(
                        PRIMARY,
                        authorizations=(Authorization(number="A"), Authorization(number="B")),
                    ),
                )
            ),
            "/coverages/0/authorizations/1",
        ),
    ],
)
def test_what_does_not_fit_is_refused(claim: Claim, path: str) -> None:
    with pytest.raises(NotWritable) as caught:
        written(claim)
    assert caught.value.path == path
    assert trace_837(claim), "a claim that cannot be written can be traced"


# --- tracing


def test_addresses() -> None:
    traces = trace_837(RICH)
    expected = {
        "/lines/1/hcpcs": "2400[2]/SV1/01-2",
        "/lines/1/modifiers": "2400[2]/SV1/01-3",
        "/lines/1": "2400[2]/LX/01",
        "/diagnoses/0/code": "2300/HI[ABK]/01-2",
        "/diagnoses/1/code": "2300/HI[ABK]/02-2",
        "/coverages/0/payer/id": "2330B[1]/NM1/09",
        "/coverages/1/payer/id": "2010BB/NM1/09",
        "/coverages/1/member_id": "2010BA/NM1/09",
        "/coverages/0/adjudication/paid": "2320[1]/AMT[D]/02",
        "/coverages/0/adjudication/lines/1/paid": "2430[2]/SVD/02",
        "/coverages/0/adjudication/lines/1/adjustments/2/amount": "2430[2]/CAS#2/06",
        "/lines/1/ndc": "2410[1]/LIN/03",
        "/place_of_service": "2300/CLM/05-1",
        "/note": "2300/NTE[ADD]/02",
        "/frequency": "2300/CLM/05-3",
        "/billing_provider/tax_id": "2010AA/REF[EI]/02",
        "/lines": "2400[1]/LX/01",
        "/patient/suffix": "2010BA/NM1/07",
        "/coverages/1/secondary_reason": "2000B/SBR/05",
    }
    assert {k: traces[k].address for k in expected} == expected


@pytest.mark.parametrize("name", CLAIMS)
def test_the_trace_leads_to_the_written_value(name: str) -> None:
    claim = CLAIMS[name]
    found = segments(written(claim))[2:]  # from ST
    checked = 0
    for where, trace in trace_837(claim).items():
        value = at(claim, where)
        segment = found[trace.ordinal - 1]
        assert trace.address.split("/")[1].split("[")[0].split("#")[0] == segment[0]
        if not isinstance(value, str) or not value.isalnum():
            continue
        element = segment[trace.element] if trace.element < len(segment) else ""
        if trace.component is not None:
            pieces = element.split(":")
            element = pieces[trace.component - 1] if trace.component <= len(pieces) else ""
        if where == "/type_of_bill":
            assert value[1:3] == element
        elif where == "/admission/hour":
            assert element.endswith("1400")
        elif (
            where not in ("/coverages/0/relationship", "/frequency")
            and not where.startswith("/accident/kinds")
            and not (claim.setting == "facility" and where.endswith("/secondary_reason"))  # a value code
        ):
            assert value == element, where
        checked += 1
    assert checked > 20


def test_a_layout_out_of_order_is_misuse() -> None:
    with pytest.raises(ValueError):
        Layout("XX", "02:b 01:a")
    with pytest.raises(ValueError):
        Layout("XX", "1:a")


# --- properties

WRITABLE = string.ascii_letters + string.digits + " !\"&'()+,-./;?=%@[]_{}\\|<>`#$"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    text=st.text(
        alphabet=st.one_of(st.sampled_from(WRITABLE + "*:~^"), st.characters()), min_size=1, max_size=30
    ),
    path=st.sampled_from([p for p in TEXTS if p.endswith(("name", "line1", "note", "city", "description"))]),
)
@example(text="\x1f", path="/note")
@example(text="A`B", path="/patient/last_name")
def test_text_is_written_without_its_outer_blanks_or_refused(text: str, path: str) -> None:
    claim = with_(RICH, path, text)
    if set(text) <= set(WRITABLE):
        place = trace_837(claim)[path]
        segment = segments(written(claim, verify=False))[2:][place.ordinal - 1]
        element = segment[place.element] if place.element < len(segment) else ""
        if place.component is not None:
            element = element.split(":")[place.component - 1]
        assert element == text.strip(" ")
    else:
        with pytest.raises(NotWritable) as caught:
            written(claim)
        assert caught.value.path == path


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    names=st.lists(st.sampled_from(sorted(CLAIMS)), min_size=1, max_size=8),
    size=st.integers(1, 5),
    control=st.integers(1, 999_999_999),
)
def test_counts_and_hierarchy_always_hold(names: list[str], size: int, control: int) -> None:
    data = written(*(CLAIMS[n] for n in names), claims_per_set=size, control_number=control)
    assert counts_hold(data)
    hl: dict[str, str] = {}
    children: dict[str, int] = {}
    flags: dict[str, str] = {}
    for s in segments(data):
        if s[0] == "ST":
            hl, children, flags = {}, {}, {}
        elif s[0] == "HL":
            assert s[1] == str(len(hl) + 1)
            hl[s[1]] = s[3]
            flags[s[1]] = s[4]
            if s[3] != "20":
                assert hl[s[2]] == {"22": "20", "23": "22"}[s[3]]
                children[s[2]] = children.get(s[2], 0) + 1
        elif s[0] == "SE":
            assert all((flags[n] == "1") == (n in children) for n in hl)


@settings(max_examples=60, deadline=None)
@given(charges=st.lists(st.decimals(0, 99999, places=2), min_size=1, max_size=50), facility_=st.booleans())
def test_the_total_is_the_sum_of_the_lines(charges: list[Decimal], facility_: bool) -> None:
    make = facility if facility_ else professional
    lines = tuple(line(charge=str(c), revenue_code="0260" if facility_ else None) for c in charges)
    found = segments(written(make(lines=lines)))
    total = next(Decimal(s[2]) for s in found if s[0] == "CLM")
    each = [Decimal(s[3 if facility_ else 2]) for s in found if s[0] in ("SV1", "SV2")]
    assert each == charges
    assert total == sum(charges)
    assert [s[1] for s in found if s[0] == "LX"] == [str(n) for n in range(1, len(charges) + 1)]


def test_no_segment_ends_in_an_empty_element() -> None:
    data = written(*CLAIMS.values())
    for s in data.decode().split("~")[:-1]:
        assert re.fullmatch(r"[A-Z][A-Z0-9]{1,2}(\*.*[^*:])?", s) or s.startswith("ISA"), s
