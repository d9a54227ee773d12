"""The 39 corrections of the rules catalogue (section 0.5), one row or more each, through the public doors.

A row plants a fact in a clean sample and names what must be said of it, or that nothing is said. Corrections
that are about a list or an answer and not about a claim are functions at the end. `DIFFERS` names the
corrections that the program does not follow to the letter, with the reason.
"""

from datetime import date
from decimal import Decimal

import pytest

import edi
from catalogue_rows import (
    AMYLOID,
    AMYLOID_HOSPITAL,
    CHEMO,
    DAY,
    FLUID,
    HERE,
    IRON,
    OVERLAP,
    PLACE,
    PUMP,
    TWO_CHEMO,
    Row,
    billed,
    coded,
    cut,
    decided,
    drug,
    given,
    holds,
    pushes,
    severities,
)
from edi.codes import npi
from edi.model import pointer
from edi.model.contract import to_json
from edi.refdata.lists import shipped
from edi.x12.guide import load
from forms.filling import fill
from rule_cases import sample
from surface_cases import as_837

COUNT = 39
DIFFERS = {
    10: "five digits of the ZIP code of a place are an error where Medicare is billed electronically, else a "
    "warning: five of six published examples of the guide that name a place have five",
    11: "always a warning: no claim says for certain that its biller does not bill for itself",
    18: "neither 59 nor a warning for chemotherapy beside 96416: no pair edit joins the two, and both are "
    "the usual claim of a regimen with a pump",
}
OF_NO_CLAIM = (23, 24, 25, 35, 38)
"""Corrections of answers and of lists: tested by functions below."""


ROWS = [
    # 1 overlap
    Row(
        number=1,
        what="carboplatin and IVIG from the same start",
        base="facility",
        patch=OVERLAP,
        lines=("96366x2", "96367x1", "96413x1"),
        said={"INF-SEQ-001": None},
    ),
    Row(
        number=1,
        what="15 minutes of its own are concurrent",
        base="facility",
        patch=given(drug("A1", "iron", "09:00", "10:00"), drug("A2", "ceftriaxone", "09:40", "10:15")),
        lines=("96365x1", "96368x1"),
    ),
    Row(
        number=1,
        what="16 minutes of its own are sequential",
        base="facility",
        patch=given(drug("A1", "iron", "09:00", "10:00"), drug("A2", "ceftriaxone", "09:40", "10:16")),
        lines=("96365x1", "96367x1"),
    ),
    Row(
        number=1,
        what="another reading of the overlap",
        base="facility",
        patch=given(drug("A1", "iron", "09:00", "10:00"), drug("A2", "ceftriaxone", "09:40", "10:16")),
        lines=("96365x1", "96368x1"),
        options={"policies": {"partial_overlap": "concurrent_if_16"}},
    ),
    Row(
        number=1,
        what="sequential billed for concurrent",
        base="coded-facility",
        patch={"/administrations/1/start": f"{DAY}T09:10", "/administrations/1/stop": f"{DAY}T09:30"},
        said={"INF-SEQ-001": "warning"},
    ),
    # 2 antineoplastics together
    Row(
        number=2,
        what="16 minutes of its own",
        base="facility",
        patch=given(TWO_CHEMO, drug("A2", "etoposide", "09:30", "10:16", **CHEMO)),
        lines=("96413x1", "96417x1"),
        said={"INF-CONC-004": "warning"},
    ),
    Row(
        number=2,
        what="15 minutes of its own",
        base="facility",
        patch=given(TWO_CHEMO, drug("A2", "etoposide", "09:30", "10:15", **CHEMO)),
        lines=("96413x1", "96549x1"),
        said={"INF-CONC-004": "warning"},
    ),
    # 3 repeated pushes
    Row(
        number=3,
        what="pushes at 0, 20 and 40",
        base="facility",
        patch=pushes("09:00", "09:20", "09:40"),
        lines=("96374x1", "96376x1"),
    ),
    Row(
        number=3,
        what="pushes at 0, 30 and 60",
        base="facility",
        patch=pushes("09:00", "09:30", "10:00"),
        lines=("96374x1", "96376x1"),
    ),
    Row(
        number=3,
        what="pushes at 0, 31 and 62",
        base="facility",
        patch=pushes("09:00", "09:31", "10:02"),
        lines=("96374x1", "96376x2"),
    ),
    Row(
        number=3,
        what="one push too many is billed",
        base="facility",
        patch={
            **pushes("09:00", "09:20", "09:40"),
            "/services": [coded("96374"), coded("96376", 2)],
        },
        said={"INF-PUSH-003": "error"},
    ),
    # 4 the same drug again
    Row(
        number=4,
        what="each interval by its own minutes",
        base="facility",
        patch=given(
            drug("A1", "vancomycin", "08:00", "09:00"),
            drug("A2", "vancomycin", "11:00", "11:31"),
            drug("A3", "vancomycin", "13:00", "14:31"),
            drug("A4", "vancomycin", "16:00", "16:30"),
        ),
        lines=("96365x1", "96366x3"),
    ),
    Row(
        number=4,
        what="the sum as a switch",
        base="facility",
        patch=given(drug("A1", "vancomycin", "08:00", "09:00"), drug("A2", "vancomycin", "11:00", "11:31")),
        lines=("96365x1", "96366x1"),
        options={"policies": {"same_drug_repeat": "sum"}},
    ),
    Row(
        number=4,
        what="an excess that rests on separate intervals",
        base="facility",
        patch={
            **given(drug("A1", "vancomycin", "08:00", "09:10"), drug("A2", "vancomycin", "11:00", "11:25")),
            "/services": [coded("96365"), coded("96366")],
        },
        said={"INF-TIME-006": "warning"},
    ),
    Row(
        number=4,
        what="hours of all drugs are one sum",
        base="facility",
        patch={
            **given(drug("A1", "vancomycin", "08:00", "09:31"), drug("A2", "ceftriaxone", "10:00", "11:31")),
            "/services": [coded("96365"), coded("96367"), coded("96366", 2)],
        },
        said={"INF-TIME-006": None, "INF-TIME-005": None},
    ),
    # 5 times
    Row(
        number=5,
        what="an infusion of no minutes",
        patch=given(drug("A1", "iron", "09:00", "09:00")),
        said={"INF-TIME-009": "error"},
    ),
    Row(
        number=5,
        what="a push with one time",
        patch=given(drug("A1", "iron", "09:00", "09:00", technique="push")),
        said={"INF-TIME-009": None},
    ),
    Row(
        number=5,
        what="a push that stops before it starts",
        patch=given(drug("A1", "iron", "09:00", "08:59", technique="push")),
        said={"INF-TIME-009": "error"},
    ),
    *(
        Row(
            number=5,
            what=f"{technique} {route} without a start",
            patch=given(drug("A1", "drug", None, technique=technique, route=route)),
            said={"INF-TIME-007": None},
        )
        for technique, route in (("injection", "IM"), ("injection", "SC"), ("on_body_injector", "OBI"))
    ),
    Row(
        number=5,
        what="a drip without a start",
        patch=given({**drug("A1", "iron", None, "10:00"), "start": None}),
        said={"INF-TIME-007": "error"},
    ),
    # 6 parents
    *(
        Row(
            number=6,
            what=f"a parent on another date, {base}",
            base=base,
            on="claim",
            patch=billed(coded("96365"), IRON, coded("96366", service_date="2026-03-04")),
            said={"INF-INIT-008": severity},
        )
        for base, severity in (("facility", "info"), ("professional", "error"))
    ),
    Row(
        number=6,
        what="no parent at all",
        base="facility",
        on="claim",
        patch=billed(coded("96366"), IRON),
        said={"INF-INIT-008": "error"},
    ),
    # 7 rules of the record
    Row(
        number=7,
        what="said once for a claim without its record",
        on="claim",
        patch=billed(coded("96365", 1), coded("96366", 9), coded("J1756", 7)),
        said={
            "RECORD-ABSENT": "info",
            **dict.fromkeys(
                ("INF-TIME-006", "INF-SEQ-001", "MOD-59-001", "MOD-JW-002", "MOD-JW-007", "DRUG-UNIT-001"),
                None,
            ),
        },
    ),
    Row(number=7, what="not said for a record", said={"RECORD-ABSENT": None}),
    # 8 revenue code 0636
    *(
        Row(
            number=8,
            what=f"{code} under 0636",
            base="facility",
            on="claim",
            patch=billed(coded("96365", revenue_code="0260"), coded(code, revenue_code="0636")),
            said={"FAC-REV-002": None},
        )
        for code in ("P9047", "90283", "S0091", "J1756")
    ),
    Row(
        number=8,
        what="nothing under 0636",
        base="facility",
        on="claim",
        patch={"/lines/1/hcpcs": None},
        said={"FAC-REV-002": "error"},
    ),
    Row(
        number=8,
        what="96365 under 0636 by policy",
        base="facility",
        patch={},
        said={"FAC-REV-002": None, "FAC-REV-004": "warning"},
        options={"policies": {"rev_admin_policy": "admin_0636"}},
    ),
    # 9 units over 999
    Row(
        number=9,
        what="1000 units electronically",
        on="claim",
        patch={"/lines/1/units": "1000"},
        said={"F15-24G-001": None, "F15-24G-002": None},
        options={"surface": "x12"},
    ),
    Row(
        number=9,
        what="1000 units on paper",
        on="claim",
        patch={"/lines/1/units": "1000"},
        said={"F15-24G-002": "error"},
        options={"surface": "paper"},
    ),
    # 10 item 32
    *(
        Row(
            number=10,
            what=f"place {place}, biller's own, on paper",
            on="claim",
            patch={"/place_of_service": place},
            said={"F15-32-002": None},
            options={"surface": "paper"},
        )
        for place in ("11", "12")
    ),
    Row(
        number=10,
        what="the place of the biller is not sent again",
        on="837",
        patch={
            "/service_facility": {
                **PLACE,
                "organization_name": "SAMPLE INFUSION PRACTICE",
                "npi": "1234567893",
                "address": {
                    "line1": "200 CLINIC AVENUE",
                    "city": "SPRINGFIELD",
                    "state": "IL",
                    "zip": "62701-0002",
                },
            }
        },
        said={"CLM-REPEAT-001": None, "F15-32-001": None},
    ),
    *(
        Row(
            number=10,
            what=f"five digits of the ZIP code, {filing}, {surface}",
            on="claim",
            patch={
                "/coverages/0/claim_filing": filing,
                "/service_facility": {**PLACE, "address": {**HERE, "zip": "62701"}},
            },
            said={"F15-32-001": severity},
            options={"surface": surface},
        )
        for filing, surface, severity in (
            ("MB", "x12", "error"),
            ("MB", "paper", "warning"),
            ("CI", "x12", "warning"),
        )
    ),
    # 11 rendering provider
    *(
        Row(
            number=11,
            what=f"{ownership} without a rendering provider",
            on="claim",
            patch={"/rendering_provider": None, "/ownership": ownership},
            said={"PRO-REND-001": "warning"},
        )
        for ownership in ("practice", "freestanding_center")
    ),
    # 12 SBR05 in the 837I
    Row(
        number=12,
        what="the reason stands in a value code",
        base="secondary-facility",
        on="837",
        said={"PRO-MSP-001": None, "X12-ELE-NOT-USED": None},
    ),
    Row(
        number=12,
        what="SBR05 in an 837I",
        base="facility",
        on="837",
        swap={"SBR*P*18*******MA": "SBR*P*18***12****MA"},
        said={"X12-ELE-NOT-USED": "error"},
    ),
    # 13 RD8
    *(
        Row(
            number=13,
            what=f"a range of one day, {base}",
            base=base,
            on="837",
            swap={f"DTP*472*D8*{DAY.replace('-', '')}": "DTP*472*RD8*20260303-20260303"},
            said={"F15-24A-001": None, "FAC-DATE-001": None, "F15-24A-003": None, "X12-ELE-DATE": None},
        )
        for base in ("professional", "facility")
    ),
    # 14 accidents
    Row(
        number=14,
        what="an auto accident without its state",
        on="claim",
        patch={"/accident": {"kinds": ["auto"], "date": "2026-03-01"}},
        said={"F15-10-001": "error"},
    ),
    Row(
        number=14,
        what="a fall without a state",
        on="claim",
        patch={"/accident": {"kinds": ["other"], "date": "2026-03-01"}},
        said={"F15-10-001": None},
    ),
    Row(
        number=14,
        what="the day of the accident by DTP*439",
        on="claim",
        patch={
            "/accident": {"kinds": ["other"]},
            "/dates": [{"qualifier": "439", "date": "2026-03-01"}],
        },
        said={"F15-10-001": None},
    ),
    # 15 codes by date
    Row(
        number=15,
        what="J1300 after an end that a second source confirms",
        on="claim",
        patch={"/lines/1/hcpcs": "J1300"},
        said={"DRUG-HCPCS-DATE": "error"},
    ),
    Row(
        number=15,
        what="J2920 after an end that is inferred",
        on="claim",
        patch={"/lines/1/hcpcs": "J2920"},
        said={"DRUG-HCPCS-DATE": "warning"},
    ),
    Row(
        number=15,
        what="J2310 has no successor",
        on="claim",
        patch={"/lines/1/hcpcs": "J2310"},
        said={"DRUG-HCPCS-DATE": None},
    ),
    # 16 quarter of the edits
    *(
        Row(
            number=16,
            what=f"{what}, {day}",
            on="claim",
            patch=billed(*(coded(code, units, service_date=day) for code, units in codes)),
            said={rule: severity},
        )
        for what, codes, rule in (
            ("a pair that a modifier lifts", (("96405", 1), ("96365", 1)), "NCCI-PTP-001"),
            ("a pair that no modifier lifts", (("96406", 1), ("96405", 1)), "NCCI-PTP-002"),
            ("an absolute limit", (("96405", 2),), "NCCI-MUE-002"),
        )
        for day, severity in (("2024-08-05", "error"), (DAY, "warning"))
    ),
    # 17 96372 beside 96365
    Row(
        number=17,
        what="the engine writes 59",
        base="facility",
        patch=given(
            drug("A1", "iron", "09:00", "09:45"),
            drug("A2", "B12", "10:00", technique="injection", route="IM"),
        ),
        lines=("96365x1", "96372-59x1"),
        options={"policies": {"distinct_modifier": "59"}},
    ),
    Row(
        number=17,
        what="or XU",
        base="facility",
        patch=given(
            drug("A1", "iron", "09:00", "09:45"),
            drug("A2", "B12", "10:00", technique="injection", route="IM"),
        ),
        lines=("96365x1", "96372-XUx1"),
        options={"policies": {"distinct_modifier": "X"}},
    ),
    Row(
        number=17,
        what="one finding without it",
        on="claim",
        patch=billed(coded("96365"), IRON, coded("96372")),
        said={"INF-PUSH-005": "warning", "NCCI-PTP-001": None},
    ),
    # 18 prolonged pumps
    Row(
        number=18,
        what="beside a pump chemotherapy keeps its initial code",
        base="facility",
        patch=given(
            PUMP,
            drug("A2", "oxaliplatin", "07:00", "08:45", **CHEMO),
        ),
        lines=("96413x1", "96415x1", "96416x1"),
        said={"INF-CHEMO-009": None},
    ),
    *(
        Row(
            number=18,
            what=f"{code} beside a pump",
            base="facility",
            patch=given(PUMP, other),
            lines=(f"{code}-59x1", "96416x1"),
            said={"INF-CHEMO-009": "warning", "NCCI-PTP-001": None},
            options={"policies": {"distinct_modifier": "59"}},
        )
        for code, other in (
            ("96360", drug("A2", "saline", "08:00", "08:45", **FLUID)),
            ("96365", drug("A2", "ondansetron", "07:00", "07:30")),
            ("96374", drug("A2", "ondansetron", "07:00")),
        )
    ),
    Row(
        number=18,
        what="a drug at the same time is concurrent",
        base="facility",
        patch=given({**PUMP, "stop": "2026-03-05T07:00"}, drug("A2", "ondansetron", "09:30", "10:00")),
        lines=("96368x1", "96416x1"),
    ),
    # 19 virtual supervision
    Row(number=19, what="virtual in 2026", patch={"/supervision": "virtual"}, said={"PRO-SUP-001": None}),
    Row(
        number=19,
        what="virtual in 2025",
        patch={
            "/supervision": "virtual",
            "/administrations/0/start": "2025-12-31T09:00",
            "/administrations/0/stop": "2025-12-31T09:45",
        },
        said={"PRO-SUP-001": "warning"},
    ),
    Row(number=19, what="not recorded", patch={"/supervision": None}, said={"PRO-SUP-001": "warning"}),
    # 20 antibodies against amyloid
    Row(number=20, what="all that a practice tells", on="claim", patch=AMYLOID, said={"NCD-AMYLOID": None}),
    *(
        Row(
            number=20,
            what=f"without {what}",
            on="claim",
            patch={**AMYLOID, **less},
            said={"NCD-AMYLOID": "error"},
        )
        for what, less in (
            ("Q0 and Q1", {"/lines/1/modifiers": ["JZ"]}),
            ("Z00.6", {"/diagnoses": [{"code": "G30.9"}]}),
            ("a diagnosis of the disease", {"/diagnoses": [{"code": "Z00.6"}]}),
            ("the number of the trial", {"/clinical_trial_number": None}),
        )
    ),
    Row(
        number=20,
        what="all that a hospital tells",
        base="facility",
        on="claim",
        patch=AMYLOID_HOSPITAL,
        said={"NCD-AMYLOID": None, "NCD-AMYLOID-UB": None},
    ),
    *(
        Row(
            number=20,
            what=f"a hospital {what}",
            base="facility",
            on="claim",
            patch={**AMYLOID_HOSPITAL, **less},
            said={"NCD-AMYLOID": None, "NCD-AMYLOID-UB": "error"},
        )
        for what, less in (
            ("without condition code 30", {"/condition_codes": []}),
            ("without value code D4", {"/value_codes": []}),
            ("on bill 071x", {"/type_of_bill": "0711"}),
            ("outside 0636", {"/lines/1/revenue_code": "0250"}),
        )
    ),
    # 21 drugs against anaemia
    *(
        Row(
            number=21,
            what=f"{code} with {' '.join(modifiers) or 'none'} of EA, EB, EC",
            on="claim",
            patch={
                "/lines/1/hcpcs": code,
                "/lines/1/modifiers": ["JZ", *modifiers],
                "/lines/1/test_results": [{"type": "R1", "value": "9.4"}],
            },
            said={"ESA-001": severity, "ESA-002": None},
        )
        for code, modifiers, severity in (
            ("J0881", ("EA",), None),
            ("J0885", ("EB",), None),
            ("Q5106", ("EC",), None),
            ("J0885", (), "error"),
            ("J0885", ("EA", "EC"), "error"),
        )
    ),
    Row(
        number=21,
        what="without a blood value",
        on="claim",
        patch={"/lines/1/hcpcs": "J0885", "/lines/1/modifiers": ["JZ", "EA"]},
        said={"ESA-001": None, "ESA-002": "warning"},
    ),
    Row(
        number=21,
        what="a hospital's blood value by value code 48",
        base="facility",
        on="claim",
        patch={
            "/lines/1/hcpcs": "J0885",
            "/lines/1/modifiers": ["JZ", "EA"],
            "/value_codes": [{"code": "48", "amount": "9.4"}],
        },
        said={"ESA-001": None, "ESA-002": None},
    ),
    Row(
        number=21,
        what="a patient with kidney failure",
        on="claim",
        patch={"/lines/1/hcpcs": "J0885", "/diagnoses/1/code": "N18.6"},
        said={"ESA-001": None, "ESA-002": None},
    ),
    # 22 NDC on the UB-04
    *(
        Row(
            number=22,
            what=f"{pages} on the form",
            base="facility",
            on="boxes",
            swap={"FL43.2": pages},
            said={"F04-43-001": severity},
        )
        for pages, severity in (
            ("N499999010101UN1234.567", None),
            ("N499999010101ML12345.678", None),
            ("N499999010101ML123456.789", "error"),
            ("N499999010101UN1.2345", "error"),
            ("N49999901010UN1", "error"),
        )
    ),
    # 26 PO and PN
    Row(
        number=26,
        what="on every line with a code",
        base="facility",
        on="claim",
        patch={"/off_campus": "excepted", "/lines/0/modifiers": ["PO"], "/lines/1/modifiers": ["JZ", "PO"]},
        said={"MOD-PX-001": None},
    ),
    Row(
        number=26,
        what="missing on one of them",
        base="facility",
        on="claim",
        patch={"/off_campus": "excepted", "/lines/0/modifiers": ["PO"]},
        said={"MOD-PX-001": "error"},
    ),
    Row(
        number=26,
        what="PO and PN of different departments",
        base="facility",
        on="claim",
        patch={"/lines/0/modifiers": ["PO"], "/lines/1/modifiers": ["JZ", "PN"]},
        said={"MOD-PX-001": None},
    ),
    Row(
        number=26,
        what="none for a critical access hospital",
        base="facility",
        on="claim",
        patch={"/type_of_bill": "0851", "/off_campus": "excepted"},
        said={"MOD-PX-001": None},
    ),
    Row(
        number=26,
        what="a line without a code",
        base="facility",
        on="claim",
        patch={
            "/off_campus": "excepted",
            "/lines/0/modifiers": ["PO"],
            "/lines/1/modifiers": ["JZ", "PO"],
            "/lines/-": {"revenue_code": "0250", "units": "1", "charge": "1.00", "service_date": DAY},
            "/total_charge": "651.00",
        },
        said={"MOD-PX-001": None},
    ),
    # 27 no neoplasm
    Row(
        number=27,
        what="96413 without a neoplasm",
        base="facility",
        on="claim",
        patch=billed(coded("96413", revenue_code="0335"), coded("J1745", 40, "JZ", revenue_code="0636")),
        said={"PRO-DX-004": None},
    ),
    Row(
        number=27,
        what="96413 with a neoplasm first",
        base="chemo-facility",
        on="claim",
        patch={"/diagnoses": [{"code": "C50.911"}, {"code": "Z51.11"}]},
        said={"PRO-DX-004": "warning"},
    ),
    # 28 zero charge
    Row(
        number=28,
        what="a drug for nothing",
        on="claim",
        patch={"/lines/1/charge": "0.00", "/total_charge": "250.00"},
        said={"DRUG-CHG-001": "warning"},
    ),
    Row(
        number=28,
        what="a service for nothing",
        on="claim",
        patch={"/lines/0/charge": "0.00", "/total_charge": "400.00"},
        said={"F15-24F-001": "warning"},
    ),
    # 29 class of the drug
    Row(
        number=29,
        what="96413 for iron",
        base="coded-professional",
        patch={"/services/0/hcpcs": "96413"},
        said={"INF-CHEMO-001": "error"},
    ),
    Row(
        number=29,
        what="96413 for a therapeutic drug of no clear class",
        base="coded-professional",
        patch={
            "/services/0/hcpcs": "96413",
            "/administrations/0/hcpcs": "J2270",
            "/administrations/0/drug": "morphine",
        },
        said={"INF-CHEMO-001": "warning"},
    ),
    Row(
        number=29,
        what="96365 for an antineoplastic",
        base="chemo-facility",
        patch={"/services/0/hcpcs": "96365"},
        said={"INF-CHEMO-002": "error"},
    ),
    Row(
        number=29,
        what="96365 for what only the record calls chemotherapy",
        base="coded-professional",
        patch={"/administrations/0/category": "chemotherapy"},
        said={"INF-CHEMO-002": "warning"},
    ),
    # 30 warnings
    *(
        Row(
            number=30,
            what=f"on paper {what}",
            base="facility",
            on="boxes",
            swap=swap,
            said={"FAC-REV-009": severity},
        )
        for what, swap, severity in (
            ("revenue codes that do not ascend", {"FL42.1": "0636", "FL42.2": "0260"}, "warning"),
            ("no line 0001", {"FL42.23": ""}, "error"),
        )
    ),
    Row(
        number=30,
        what="condition code of an accident at work",
        base="facility",
        on="claim",
        patch={"/accident": {"kinds": ["employment"], "date": "2026-03-01"}},
        said={"FAC-CC-001": "warning"},
    ),
    Row(
        number=30,
        what="0637 as covered",
        base="facility",
        on="claim",
        patch={"/lines/1/revenue_code": "0637"},
        said={"FAC-REV-008": "warning"},
    ),
    # 31 admission date
    Row(
        number=31,
        what="missing on an inpatient bill",
        base="inpatient",
        on="claim",
        patch={"/admission/date": None},
        said={"FAC-ADM-005": "error"},
    ),
    Row(
        number=31,
        what="present on 013x",
        base="facility",
        on="claim",
        patch={"/admission/date": DAY},
        said={"FAC-ADM-005": "warning"},
    ),
    # 32 waste
    Row(
        number=32,
        what="waste before the dose",
        on="claim",
        patch=billed(coded("96365"), coded("J1756", 20, "JW"), coded("J1756", 180)),
        said={"MOD-JW-006": None},
    ),
    Row(
        number=32,
        what="waste without a dose",
        on="claim",
        patch=billed(coded("96365"), coded("J1756", 20, "JW")),
        said={"MOD-JW-006": "error"},
    ),
    *(
        Row(
            number=32,
            what=f"{code} needs no JZ",
            on="claim",
            patch=billed(coded("90471"), coded(code, kind="drug")),
            said={"MOD-JW-001": None},
        )
        for code in ("90662", "90677", "90746", "91320")
    ),
    # 33 balances
    Row(
        number=33,
        what="decided by the claim alone and unbalanced",
        on="claim",
        patch=decided(paid="500.00", adjustments=cut("100.00")),
        said={"COB-BAL-001": "error", "COB-BAL-002": None, "COB-BAL-003": None},
    ),
    Row(
        number=33,
        what="two decisions of one line are added",
        on="claim",
        patch=decided(
            paid="500.00",
            lines=[
                {"line": 1, "paid": "100.00", "adjustments": cut("50.00")},
                {"line": 1, "paid": "100.00", "adjustments": []},
                {"line": 2, "paid": "300.00", "adjustments": cut("100.00")},
            ],
        ),
        said={"COB-BAL-001": None, "COB-BAL-002": None, "COB-BAL-003": None},
    ),
    Row(
        number=33,
        what="a line that does not add up",
        on="claim",
        patch=decided(
            paid="500.00",
            lines=[
                {"line": 1, "paid": "200.00", "adjustments": cut("40.00")},
                {"line": 2, "paid": "300.00", "adjustments": cut("100.00")},
            ],
        ),
        said={"COB-BAL-001": None, "COB-BAL-002": "error", "COB-BAL-003": None},
    ),
    Row(
        number=33,
        what="the payment that is not that of the lines",
        on="claim",
        patch=decided(
            paid="490.00",
            lines=[
                {"line": 1, "paid": "200.00", "adjustments": cut("50.00")},
                {"line": 2, "paid": "300.00", "adjustments": cut("100.00")},
            ],
        ),
        said={"COB-BAL-001": None, "COB-BAL-002": None, "COB-BAL-003": "error"},
    ),
    # 34 the clock of Medicare
    Row(
        number=34,
        what="a year after the line",
        on="claim",
        said={"PRO-TF-001": None},
        options={"received": date(2027, 3, 3)},
    ),
    Row(
        number=34,
        what="a year and a day after the line",
        on="claim",
        said={"PRO-TF-001": "error"},
        options={"received": date(2027, 3, 4)},
    ),
    *(
        Row(
            number=34,
            what=f"a facility claim by its last day, {received}",
            base="facility",
            on="claim",
            patch={"/statement": {"from_date": DAY, "through_date": "2026-03-05"}},
            said={"PRO-TF-001": severity},
            options={"received": received},
        )
        for received, severity in ((date(2027, 3, 5), None), (date(2027, 3, 6), "error"))
    ),
    # 36
    Row(
        number=36,
        what="an excepted department",
        base="facility",
        on="claim",
        patch={"/off_campus": "excepted", "/lines/0/modifiers": ["PO"], "/lines/1/modifiers": ["JZ", "PO"]},
        said={"FAC-OFF-001": "info"},
    ),
    Row(
        number=36,
        what="two 96365 of one practitioner",
        on="claim",
        patch=billed(coded("96365"), coded("96365", 1, "XE"), IRON),
        said={"INF-SITE-005": "warning"},
    ),
    # 37 potassium
    Row(
        number=37,
        what="10 mEq in 100 mL over an hour",
        base="facility",
        patch=given(drug("A1", "potassium chloride", "09:00", "10:00", hcpcs="J3480", volume_ml="100")),
        lines=("96365x1",),
    ),
    Row(
        number=37,
        what="premixed fluid given for volume",
        base="facility",
        patch=given(drug("A1", "normal saline with potassium", "09:00", "10:00", **FLUID)),
        lines=("96360x1",),
    ),
    # 39 switches
    *(
        Row(
            number=39,
            what=f"hydration that the drug needs, {value}",
            base="facility",
            patch=given(
                drug("A1", "cisplatin", "10:00", "11:00", **CHEMO),
                drug("A2", "saline", "08:30", "09:30", purpose="pre_hydration", **FLUID),
            ),
            lines=lines,
            options={"policies": {"pre_post_hydration": value}},
        )
        for value, lines in (("payable", ("96361x1", "96413x1")), ("integral", ("96413x1",)))
    ),
    *(
        Row(
            number=39,
            what=f"hydration of 20 minutes, least {least}",
            base="facility",
            patch=given(drug("A1", "saline", "09:00", "09:20", **FLUID)),
            lines=lines,
            options={"policies": {"hydration_minimum": least}},
        )
        for least, lines in ((31, ()), (16, ("96360x1",)))
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_the_correction_holds(row: Row) -> None:
    holds(row)


def test_every_correction_has_its_rows() -> None:
    assert sorted({row.number for row in ROWS} | set(OF_NO_CLAIM)) == list(range(1, COUNT + 1))
    assert set(DIFFERS) <= {row.number for row in ROWS}


def _segments(name: str, loop: str) -> list[str]:
    """Segments of a loop of a guide, with the code that tells them apart."""
    return [line.address.rpartition("/")[2] for line in load(name).loops[loop].segments]


def test_24_the_loops_of_the_277ca() -> None:
    assert _segments("277ca", "2200A") == ["TRN", "DTP[050]", "DTP[009]"]
    assert [s.partition("[")[0] for s in _segments("277ca", "2200B")] == [
        "TRN",
        "STC",
        "QTY",
        "QTY",
        "AMT",
        "AMT",
    ]
    third = [s.partition("[")[0] for s in _segments("277ca", "2200C")]
    assert third == ["TRN", "STC", "REF", "QTY", "QTY", "AMT", "AMT"]


def test_25_the_codes_of_the_999() -> None:
    """`tests/test_guides_answers.py` holds the lists; here that P is none of a transaction set."""
    codes = {
        element.name: element.codes
        for loop in load("999").loops.values()
        for line in loop.segments
        for element in line.elements
    }
    assert "P" in codes["AK901"] and "P" not in codes["IK501"]


def test_35_diagnoses_encounter_reports_and_npis() -> None:
    twelve = [{"code": f"K50.0{n}" if n < 2 else f"E11.{n}"} for n in range(12)]
    for count, severity in ((12, None), (13, "error")):
        claim = pointer.replace(
            edi.claim(sample("professional")), "/diagnoses", (twelve + twelve[:1])[:count]
        )
        assert severities(edi.check(to_json(claim)).findings).get("PRO-DX-002") == severity
    text = as_837([edi.claim(sample("professional"))])
    for code, wrong in (("CH", False), ("RP", False), ("31", False), ("XX", True)):
        found = severities(edi.check(text.replace(b"*CH~", f"*{code}~".encode())).findings)
        assert ("X12-ELE-CODE" in found) == wrong, code
    assert npi.problem("1234567893") is None and npi.problem("2234567891") is None
    assert npi.problem("3234567899") is not None


UNITS = {
    **dict.fromkeys(("J3032", "J2327", "J2267", "J0491", "J2329", "J1301", "J9042"), ("1", "mg")),
    "J0222": ("0.1", "mg"),
    "J2357": ("5", "mg"),
    "J2506": ("0.5", "mg"),
    "J1442": ("1", "mcg"),
    "J0881": ("1", "mcg"),
    "J0885": ("1000", "unit"),
    "J9217": ("7.5", "mg"),
    "J9395": ("25", "mg"),
}


@pytest.mark.parametrize("code", UNITS)
def test_38_drugs_of_the_table(code: str) -> None:
    row = shipped().drug(code, date(2026, 3, 3))
    assert row is not None and row.unit is not None
    assert (row.unit_value, row.unit.lower().rstrip("s")) == (Decimal(UNITS[code][0]), UNITS[code][1])


def test_22_the_quantity_fills_the_box_of_the_ndc() -> None:
    claim = edi.claim(sample("facility"))
    for key, value in (("ndc", "12345678901"), ("ndc_unit", "UN"), ("ndc_quantity", "1234.567")):
        claim = pointer.replace(claim, f"/lines/1/{key}", value)
    assert fill(claim).pages[0]["FL43.2"] == "N412345678901UN1234.567"


def test_23_zip_and_telephone() -> None:
    claim = pointer.replace(edi.claim(sample("professional")), "/patient/phone", "217-555-0199")
    page = fill(claim).pages[0]
    assert (page["5.zip"], page["5.phone"]) == ("62701-0001", "217 5550199")
    assert b"*627010001~" in as_837([claim])
