"""Conditions that the rules catalogue names beside the plain one of a rule are judged too."""

from datetime import date
from typing import Any

import pytest

from catalogue_rows import DAY, IRON, PLAN, Row, billed, coded, cut, decided, holds

MEDICAID: dict[str, Any] = {**PLAN, "responsibility": "S", "claim_filing": "MC"}
NO_NDC = {f"/lines/1/{key}": None for key in ("ndc", "ndc_quantity", "ndc_unit")}
TUMOUR = {"/diagnoses": [{"code": "C50.911"}, {"code": "E86.0"}]}

ROWS = [
    Row(
        what="a coded record without a line for its drug",
        base="coded-professional",
        patch={"/services": [coded("96365")]},
        said={"DRUG-ADMIN-001": "warning"},
    ),
    Row(
        what="a claim that gives a drug and bills none",
        on="837",
        patch=billed(coded("96365")),
        said={"DRUG-ADMIN-001": "warning"},
    ),
    Row(
        what="hydration needs no drug",
        on="837",
        patch=billed(coded("96360")),
        said={"DRUG-ADMIN-001": None},
    ),
    Row(
        what="an unlisted drug named without dose and route",
        on="837",
        patch={**NO_NDC, "/lines/1/hcpcs": "J3490", "/lines/1/description": "SAMPLE DRUG"},
        said={"DRUG-NOC-001": "warning"},
    ),
    Row(
        what="a self-administered drug of a practice",
        on="837",
        patch={"/lines/1/hcpcs": "J1438"},
        said={"DRUG-SAD-001": "warning"},
    ),
    Row(
        what="no NDC on a claim that goes on to Medicaid",
        on="claim",
        patch={**NO_NDC, "/coverages/-": MEDICAID},
        said={"NDC-REQ-002": "warning"},
    ),
    Row(
        what="Medicare Part A on a professional claim",
        on="837",
        patch={"/coverages/0/claim_filing": "MA"},
        said={"SBR-FILING-001": "error"},
    ),
    Row(
        what="Medicare Part B on a facility claim",
        base="facility",
        on="837",
        patch={"/coverages/0/claim_filing": "MB"},
        said={"SBR-FILING-001": "info"},
    ),
    Row(
        what="a title in the name",
        on="837",
        patch={"/patient/first_name": "DR PAULA"},
        said={"F15-02-001": "warning"},
    ),
    Row(
        what="an amount of eleven digits",
        on="837",
        patch={**billed(coded("96365", charge="100000000.00"), IRON), "/coverages/0/claim_filing": "CI"},
        said={"CLM-AMT-001": "error"},
    ),
    Row(
        what="hydration that points to the neoplasm",
        on="837",
        patch={**TUMOUR, **billed(coded("96360"))},
        said={"PRO-DX-004": "warning"},
    ),
    Row(
        what="hydration that points to dehydration",
        on="837",
        patch={**TUMOUR, **billed(coded("96360", diagnosis_pointers=[2]))},
        said={"PRO-DX-004": None},
    ),
    Row(
        what="an unknown frequency in the type of bill",
        base="facility",
        on="837",
        patch={"/type_of_bill": "013Z"},
        said={"FAC-TOB-002": "warning"},
    ),
    Row(
        what="a newborn without a point of origin",
        base="facility",
        on="claim",
        patch={"/admission/type": "4", "/admission/source": None},
        said={"FAC-ADM-002": None},
    ),
    Row(
        what="transport without an attending practitioner",
        base="facility",
        on="claim",
        patch={"/attending_provider": None, **billed(coded("A0428", revenue_code="0540"))},
        said={"FAC-PROV-001": None},
    ),
    Row(
        what="a sex for which the form has no tick",
        on="claim",
        patch={"/patient/sex": "U"},
        said={"F15-03-001": "warning"},
        options={"surface": "paper"},
    ),
    Row(
        what="self, and the patient named apart",
        on="837",
        swap={
            "HL*2*1*22*0": "HL*2*1*22*1",
            "CLM*RULE": "HL*3*2*23*0~PAT*19~NM1*QC*1*EXAMPLE*KIM~N3*1 A STREET~N4*SPRINGFIELD*IL*627010001~"
            "DMG*D8*20150412*F~CLM*RULE",
        },
        said={"SBR-COV-005": "error"},
    ),
    Row(
        what="a decision of a payer that is not named",
        on="837",
        patch=decided(
            paid="500.00",
            lines=[
                {"line": 1, "paid": "200.00", "paid_date": "2026-04-01", "adjustments": cut("50.00")},
                {"line": 2, "paid": "300.00", "paid_date": "2026-04-01", "adjustments": cut("100.00")},
            ],
        ),
        swap={"SVD*77001*200": "SVD*99999*200"},
        said={"SBR-COV-006": "error", "COB-BAL-001": None, "COB-BAL-003": None},
    ),
    Row(
        what="an organization with a first name",
        on="837",
        swap={"*SAMPLE INFUSION PRACTICE*": "*SAMPLE INFUSION PRACTICE*DANA"},
        said={"PRV-NAME-003": "warning"},
    ),
    *(
        Row(
            what=f"filed {days} days after the service, 90 agreed",
            on="837",
            patch={"/coverages/0/claim_filing": "CI"},
            said={"PRO-TF-001": severity},
            options={
                "policies": {"filing_days": 90},
                "received": date.fromordinal(date.fromisoformat(DAY).toordinal() + days),
            },
        )
        for days, severity in ((90, None), (91, "error"))
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_it_is_said(row: Row) -> None:
    holds(row)
