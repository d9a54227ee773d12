"""FAC-DX: reason for the visit, admitting diagnosis, present on admission; procedures of inpatients."""

import re
from collections.abc import Iterator

from edi.codes import icd10
from edi.model.claim import effective_kinds
from edi.refdata import Edition
from edi.rules import Case, Hit, rule
from edi.rules.about import CODES, facility_code
from edi.rules.asks import kinds, period
from edi.rules.fac.excluded import excluded_hospital

UNSCHEDULED = ("0450", "0451", "0452", "0456", "0459", "0516", "0526", "0762")
"""Revenue codes of emergency department, urgent care and observation."""
ADMITTED = ("11", "18", "21")
OUTPATIENTS = ("13", "14", "85")
"""Facility codes of outpatient bills of hospitals, those for patients who did not come among them."""
POA_EXEMPT = "poa_exempt"
"""List of the diagnoses that need no indicator, where the user has loaded it."""
UNREPORTED = "1"
"""Indicator of an exempt code before 5010, which leaves it out."""
_YEAR = ("2026-01-01", "2026-12-31")
_PROCEDURE = re.compile(r"HI\*(BBR|BBQ|BR|BQ):")
_VISIT = {"/admission/type": "1", "/lines/0/revenue_code": "0450"}


@rule(
    "FAC-DX-002",
    "reason-for-visit-missing",
    message="the visit was not scheduled (type {type}, revenue code {revenue}), and no reason for it is "
    "given (FL 70)",
    help="Add the diagnosis that the patient came with, as a reason_for_visit.",
    source="005010X223A2, 2300 HI*APR; UB-04 FL 70 (013x and 085x with type 1, 2 or 5 and revenue code "
    "045x, 0516, 0526 or 0762)",
    severity="error",
    snip=4,
    also=("I23", "F04-70-001"),
    setting="facility",
    breaks=[
        _VISIT,
        {"/admission/type": "2", "/lines/0/revenue_code": "0762"},
        {"/admission/type": "5", "/lines/0/revenue_code": "0516", "/type_of_bill": "0851"},
        {"/admission/type": "1", "/lines/0/revenue_code": "0451", "/diagnoses": [{"code": "D50.9"}]},
        {"/admission/type": "1", "/lines/0/revenue_code": "0452", "/diagnoses": [{"code": "D50.9"}]},
        {"/admission/type": "1", "/lines/0/revenue_code": "0456", "/diagnoses": [{"code": "D50.9"}]},
        {"/admission/type": "1", "/lines/0/revenue_code": "0459", "/diagnoses": [{"code": "D50.9"}]},
        {"/admission/type": "1", "/lines/0/revenue_code": "0526", "/diagnoses": [{"code": "D50.9"}]},
    ],
    keeps=[
        {**_VISIT, "/diagnoses/-": {"code": "R50.9", "kind": "reason_for_visit"}},
        {**_VISIT, "/admission/type": "3"},
        {**_VISIT, "/type_of_bill": "0121"},
        {"/admission/type": "1", "/lines/0/revenue_code": "0260"},
        {"/admission": None},
    ],
)
def reason_missing(case: Case) -> Iterator[Hit]:
    """Who comes unannounced came for a reason, and the payer judges the visit by it."""
    claim = case.claim
    visit = claim.admission.type if claim.admission else None
    if visit not in ("1", "2", "5") or facility_code(case) not in ("13", "85"):
        return
    revenue = next((line.revenue_code for line in claim.lines if line.revenue_code in UNSCHEDULED), None)
    if revenue is not None and "reason_for_visit" not in kinds(case):
        yield Hit("/diagnoses", type=visit, revenue=revenue).wanting("/diagnoses/{reason_for_visit}/code")


@rule(
    "FAC-DX-003",
    "admitting-diagnosis-misplaced",
    message="the claim {problem} (FL 69)",
    help="Write the admitting diagnosis on bills of admitted patients, and only there.",
    source="005010X223A2, 2300 HI*ABJ (inpatient admissions); UB-04 FL 69",
    severity="error",
    snip=4,
    sees="diagnoses",
    also=("I22",),
    setting="facility",
    base="inpatient",
    breaks=[
        {"/diagnoses/1": None},
        {"/type_of_bill": "0131"},
        {"/type_of_bill": "0141"},
        {"/type_of_bill": "0851"},
        {"/type_of_bill": "0181", "/diagnoses": [{"code": "D50.9"}]},
        {"/type_of_bill": "0211", "/diagnoses": [{"code": "D50.9"}]},
    ],
    keeps=[{}, {"/type_of_bill": "0121"}, {"/type_of_bill": "0131", "/diagnoses/1": None}],
)
def admitting_misplaced(case: Case) -> Iterator[Hit]:
    """An admission has a diagnosis at its beginning; on an outpatient bill it is not wanted: a warning."""
    found = kinds(case)
    if facility_code(case) in ADMITTED and "admitting" not in found:
        problem = "bills an admitted patient and has no admitting diagnosis"
        yield Hit("/diagnoses", problem=problem).wanting("/diagnoses/{admitting}/code")
    elif facility_code(case) in OUTPATIENTS and "admitting" in found:
        path = f"/diagnoses/{found.index('admitting')}"
        yield Hit(path, severity="warning", problem="bills an outpatient and has an admitting diagnosis")


@rule(
    "FAC-DX-004",
    "present-on-admission-misplaced",
    message="the claim {problem} (FL 67)",
    help="Say of each diagnosis of an admitted patient whether it was present on admission (Y, N, U, W); "
    "leave it out on outpatient bills.",
    source="005010X223A2, 2300 HI component 9; CMS Pub. 100-04 ch. 25; rules catalogue FAC-DX-004",
    severity="warning",
    snip=4,
    also=("I21", "I24"),
    setting="facility",
    base="inpatient",
    breaks=[
        {"/diagnoses/0/present_on_admission": None},
        {"/type_of_bill": "0131"},
        {"/diagnoses/0/present_on_admission": "X"},
        {"/diagnoses/0/present_on_admission": "X", "/type_of_bill": "0141"},
        {"/type_of_bill": "0851"},
        {"/diagnoses/0/present_on_admission": None, "/billing_provider": None},
        {CODES: {POA_EXEMPT: [*_YEAR, "Z990"]}, "/diagnoses": [{"code": "D50.9"}, {"code": "R53.1"}]},
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990"]},
            "/diagnoses": [
                {"code": "D50.9", "present_on_admission": "Y"},
                {"code": "Z99.0"},
                {"code": "R53.1"},
            ],
        },
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990"]},
            "/diagnoses": [
                {"code": "D50.9", "present_on_admission": "Y"},
                {"code": "Z99.0", "present_on_admission": "Y"},
                {"code": "Z99.0", "present_on_admission": "N"},
            ],
        },
        {
            CODES: {POA_EXEMPT: ["2026-01-01", "2026-03-02", "Z990"]},
            "/diagnoses": [
                {"code": "D50.9", "present_on_admission": "Y"},
                {"code": "R53.1", "kind": "principal"},
            ],
        },
        {CODES: {POA_EXEMPT: [*_YEAR, "Z990", "..."]}, "/diagnoses": [{"code": "D50.9"}]},
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990"]},
            "/diagnoses": [{"code": "R53.1", "kind": "admitting"}, {"code": "D50.9"}],
        },
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990"]},
            "/diagnoses": [{"code": "D50.9"}],
            "/statement": None,
            **{f"/lines/{i}/service_date": None for i in range(2)},
        },
    ],
    keeps=[
        {},
        {"/type_of_bill": "0131", "/diagnoses/0/present_on_admission": None},
        {"/diagnoses": None},
        {"/diagnoses/0/present_on_admission": "1"},
        {"/diagnoses/0/present_on_admission": "N"},
        {"/diagnoses/0/present_on_admission": "U"},
        {"/diagnoses/0/present_on_admission": "W"},
        {"/diagnoses/0/present_on_admission": None, "/billing_provider/taxonomy": "283q00000x"},
        {"/diagnoses/0/present_on_admission": None, "/type_of_bill": "0211"},
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990"]},
            "/diagnoses": [{"code": "Z99.0"}, {"code": "D50.9", "present_on_admission": "Y"}],
        },
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990"]},
            "/diagnoses": [
                {"code": "Z99.0", "present_on_admission": "1"},
                {"code": "R53.1", "kind": "admitting"},
                {"code": "R53.1", "kind": "reason_for_visit"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {},
            ],
        },
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990", "..."]},
            "/diagnoses": [{"code": "D50.9", "present_on_admission": "Y"}, {"code": "R53.1"}],
        },
        {
            CODES: {POA_EXEMPT: [*_YEAR, "Z990"]},
            "/diagnoses": [{"code": "D50.9"}],
            "/billing_provider/taxonomy": "282E00000X",
        },
    ],
)
def present_on_admission_misplaced(case: Case) -> Iterator[Hit]:
    """What was there before the admission is not the hospital's doing.

    Which codes are exempt is known where the user has loaded the list of CMS; without it an inpatient bill is
    judged as a whole. Hospitals outside the inpatient payment system say nothing of it.
    """
    claim, code = case.claim, facility_code(case)
    stated = [(i, d.present_on_admission) for i, d in enumerate(claim.diagnoses) if d.present_on_admission]
    for i, said in stated:
        value = said.upper()
        if value not in ("Y", "N", "U", "W", UNREPORTED):
            problem = f"has {value} for present on admission, which is none of Y, N, U and W"
            yield Hit(f"/diagnoses/{i}/present_on_admission", problem=problem)
    if code in OUTPATIENTS and stated:
        path = f"/diagnoses/{stated[0][0]}/present_on_admission"
        yield Hit(path, problem="bills an outpatient and says what was present on admission")
    elif code == "11" and claim.diagnoses and excluded_hospital(case) is None:
        edition = _exemptions(case)
        if edition is not None:
            yield from _by_exemption(case, edition)
        elif not stated:
            yield Hit(
                "/diagnoses",
                problem="bills an admitted patient and says of no diagnosis whether it was present",
            )


def _exemptions(case: Case) -> Edition | None:
    """The whole list of exempt codes that answers for the end of the stay, where the user has loaded one."""
    day = period(case).through_date
    edition = case.lists.listed(POA_EXEMPT, "", day).edition if day is not None else None
    return edition if edition is not None and edition.complete else None


def _by_exemption(case: Case, edition: Edition) -> Iterator[Hit]:
    """Diagnoses of an admitted patient that lack what the list of exempt codes asks for, or have too much."""
    by = f"by the list {edition.name}"
    for i, (one, kind) in enumerate(zip(case.claim.diagnoses, effective_kinds(case.claim), strict=True)):
        if not one.code or kind not in ("principal", "other"):
            continue
        code = icd10.compact(one.code)
        exempt = case.lists.listed(POA_EXEMPT, code, edition.start).entry is not None
        said = (one.present_on_admission or "").upper()
        path = f"/diagnoses/{i}/present_on_admission"
        if exempt and said not in ("", UNREPORTED):
            problem = f"says {said} of {icd10.formatted(code)}, which is exempt from it {by}"
            yield Hit(path, problem=problem, help="Leave the indicator out.")
        elif not exempt and not said:
            words = f"does not say of {icd10.formatted(code)} whether it was present on admission"
            yield Hit(path, problem=f"{words}, as it must {by}")


@rule(
    "FAC-PX-001",
    "inpatient-procedure-on-outpatient-bill",
    message="the claim bills an outpatient and carries an ICD procedure code (FL 74)",
    help="Remove the procedure; outpatient services are told by their HCPCS codes.",
    source="005010X223A2, 2300 HI*BBR and HI*BBQ (inpatient only); UB-04 FL 74; rules catalogue I27",
    severity="warning",
    given=("unmapped",),
    snip=4,
    also=("I27", "SNIP4-002"),
    setting="facility",
    breaks=[
        {"/unmapped": [{"address": "2300/HI", "text": "HI*BBR:3E03317:D8:20260303"}]},
        {
            "/unmapped": [{"address": "2300/HI", "text": "HI*BBR:3E03317:D8:20260303"}],
            "/type_of_bill": "0851",
        },
        {
            "/unmapped": [{"address": "2300/HI", "text": "HI*BBR:3E03317:D8:20260303"}],
            "/type_of_bill": "0141",
        },
    ],
    keeps=[
        {"/unmapped": [{"address": "2300/HI", "text": "HI*DR:123"}]},
        {
            "/unmapped": [{"address": "2300/HI", "text": "HI*BBR:3E03317:D8:20260303"}],
            "/type_of_bill": "0111",
        },
        {
            "/unmapped": [{"address": "2300/HI", "text": "HI*BBR:3E03317:D8:20260303"}],
            "/type_of_bill": "0031",
        },
        {
            "/unmapped": [{"address": "2300/HI", "text": "HI*BBR:3E03317:D8:20260303"}],
            "/unmapped/0/address": "2300/K3",
        },
    ],
)
def procedure_on_outpatient_bill(case: Case) -> Iterator[Hit]:
    """ICD-10-PCS is for admitted patients; some payers ask for it elsewhere, so a warning."""
    if facility_code(case) not in OUTPATIENTS:
        return
    for i, one in enumerate(case.claim.unmapped):
        if one.address.startswith("2300/HI") and _PROCEDURE.match(one.text):
            yield Hit(f"/unmapped/{i}")
            return


@rule(
    "FAC-DRG-001",
    "drg-on-outpatient-bill",
    message="the claim bills an outpatient and carries a diagnosis related group (FL 71)",
    help="Remove the group: it prices the stay of an admitted patient, and outpatient services are priced by "
    "their lines.",
    source="005010X223A2, 2300 HI*DR (inpatient, where the contract pays by group); UB-04 FL 71; rules "
    "catalogue I25",
    severity="warning",
    snip=4,
    given=("unmapped",),
    also=("I25", "SNIP4-002"),
    setting="facility",
    breaks=[
        {"/unmapped": [{"address": "2300/HI", "text": "HI*DR:470"}]},
        {"/unmapped": [{"address": "2300/HI", "text": "HI*DR:470"}], "/type_of_bill": "0851"},
        {"/type_of_bill": "0141", "/unmapped/-": {"address": "2300/HI", "text": "HI*DR:470"}},
    ],
    keeps=[
        {"/unmapped": [{"address": "2300/HI", "text": "HI*DR:470"}], "/type_of_bill": "0111"},
        {"/unmapped": [{"address": "2300/HI", "text": "HI*BBR:3E03317:D8:20260303"}]},
        {"/unmapped": [{"address": "2300/NTE", "text": "NTE*ADD*HI"}]},
    ],
)
def group_on_outpatient_bill(case: Case) -> Iterator[Hit]:
    """Groups are for stays; whether the contract of a stay pays by group only the parties know."""
    if facility_code(case) not in OUTPATIENTS:
        return
    for i, one in enumerate(case.claim.unmapped):
        if one.text.startswith("HI*DR:"):
            yield Hit(f"/unmapped/{i}")
            return
