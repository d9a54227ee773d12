"""FAC-TOB and FAC-ADM: which type of bill fits, what its frequency asks for, and the admission on it."""

import re
from collections.abc import Iterator
from functools import cache

from edi import tables
from edi.finding import Severity
from edi.model.claim import Admission
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, administrations, facility_code, is_drug, is_inpatient, medicare
from edi.rules.asks import absent, frequency_of, is_outpatient, period

CHANGES = tuple(f"D{n}" for n in range(10)) + ("E0",)
"""Condition codes that say what was changed."""
ADMITTED = ("11", "18", "21")
_REPLACES = {"/type_of_bill": "0137", "/original_reference": "X1"}


@cache
def _fits() -> dict[str, str]:
    return {row["code"]: row["infusion"] for row in tables.rows("coding/bill_types.csv")}


@rule(
    "FAC-TOB-001",
    "type-of-bill-without-infusions",
    message="line {line} bills {hcpcs} on type of bill {bill}, which carries no such services (FL 4)",
    help="Bill outpatient infusions on 013x, of critical access hospitals on 085x, of inpatients under Part "
    "B on 012x.",
    source="CMS Pub. 100-04 ch. 4 and 25; rules catalogue C.1 and FAC-TOB-001",
    severity="error",
    sees="line",
    snip=6,
    also=("I08",),
    setting="facility",
    breaks=[{"/type_of_bill": "0211"}, {"/type_of_bill": "0181"}, {"/type_of_bill": "0321"}],
    keeps=[
        {"/type_of_bill": "0851"},
        {"/type_of_bill": "0121"},
        {"/type_of_bill": "0721"},
        {"/type_of_bill": "0711"},
        {"/type_of_bill": "0211", "/lines/0/hcpcs": None},
        {"/type_of_bill": "0141"},
    ],
)
def type_without_infusions(case: Case) -> Iterator[Hit]:
    """Infusions of outpatients are billed on few types of bill; an unusual one is a warning.

    Said once per claim. Bills of hospital inpatients are INF-ENC-005, bills of non-patients FAC-TOB-003.
    """
    code = facility_code(case)
    fit = _fits().get(code)
    if fit not in ("no", "unusual") or code == "14":
        return
    for i, _, hcpcs in administrations(case):
        severity: Severity | None = "warning" if fit == "unusual" else None
        yield Hit("/type_of_bill", severity=severity, line=i + 1, hcpcs=hcpcs, bill=case.claim.type_of_bill)
        return


@rule(
    "FAC-TOB-003",
    "infusion-on-bill-of-non-patients",
    message="line {line} bills {hcpcs} on type of bill 014x, which is for specimens of people who did not "
    "come (FL 4)",
    help="Bill on 013x.",
    source="CMS Pub. 100-04 ch. 16 and 25 (014x); rules catalogue FAC-TOB-003",
    severity="warning",
    sees="line",
    snip=6,
    setting="facility",
    breaks=[{"/type_of_bill": "0141"}],
    keeps=[{"/type_of_bill": "0131"}, {"/type_of_bill": "0141", "/lines/0/hcpcs": "85025"}],
)
def infusion_of_non_patient(case: Case) -> Iterator[Hit]:
    """Who gets an infusion is there. Said once per claim."""
    if facility_code(case) != "14":
        return
    for i, _, hcpcs in administrations(case):
        yield Hit("/type_of_bill", line=i + 1, hcpcs=hcpcs)
        return


@rule(
    "FAC-TOB-004",
    "change-reason-missing",
    message="the bill replaces or voids another one (frequency {frequency}), and no condition code says "
    "what was changed (FL 18)",
    help="Add one of D0 to D9 or E0: D1 charges, D2 codes, D5 or D6 to cancel, D9 other changes.",
    source="CMS Pub. 100-04 ch. 1 and 25 (claim change reason codes); rules catalogue FAC-TOB-004",
    severity="error",
    snip=7,
    sees="bill",
    also=("I59", "FAC-CC-001"),
    setting="facility",
    breaks=[
        _REPLACES,
        {**_REPLACES, "/type_of_bill": "0138"},
        {**_REPLACES, "/condition_codes": ["08"]},
        {**_REPLACES, "/condition_codes": ["D10"]},
    ],
    keeps=[
        {**_REPLACES, "/condition_codes": ["D1"]},
        {**_REPLACES, "/condition_codes": ["08", "e0"]},
        {**_REPLACES, "/coverages/0/claim_filing": "CI"},
        {"/type_of_bill": "0131"},
        {BASE: "professional", "/frequency": "7"},
        {**_REPLACES, "/condition_codes": ["D9"]},
    ],
)
def change_reason_missing(case: Case) -> Iterator[Hit]:
    """Medicare wants to know why a bill is sent again."""
    code = frequency_of(case)
    given = {one.strip().upper() for one in case.claim.condition_codes}
    if code in ("7", "8") and medicare(case) and given.isdisjoint(CHANGES):
        yield Hit("/condition_codes", frequency=code)


@rule(
    "FAC-NOTE-001",
    "change-without-remarks",
    message="condition code {code} says that something was changed, and no remarks say what (FL 80)",
    help="Write in the note what was changed.",
    source="CMS Pub. 100-04 ch. 1 section 130 (D9 with remarks); rules catalogue I76",
    severity="warning",
    given=("condition_codes",),
    snip=7,
    also=("I76",),
    setting="facility",
    breaks=[{**_REPLACES, "/condition_codes": ["D9"]}],
    keeps=[
        {**_REPLACES, "/condition_codes": ["D9"], "/note": "SECOND DRUG ADDED"},
        {**_REPLACES, "/condition_codes": ["D1"]},
        {"/condition_codes": ["D9"], "/coverages/0/claim_filing": "CI"},
    ],
)
def change_without_remarks(case: Case) -> Iterator[Hit]:
    """D9 stands for changes that have no code, so words have to tell them."""
    codes = [one.strip().upper() for one in case.claim.condition_codes]
    if "D9" in codes and not case.claim.note and medicare(case):
        yield Hit(f"/condition_codes/{codes.index('D9')}", code="D9")


@rule(
    "FAC-TOB-005",
    "late-charge-bill",
    message="frequency 5 (late charges) is not taken for outpatient services that Medicare prices together "
    "(FL 4)",
    help="Send a replacement of the whole bill with frequency 7.",
    source="CMS Pub. 100-04 ch. 1 and 4 (no late charge bills under the outpatient payment system); rules "
    "catalogue FAC-TOB-005",
    severity="warning",
    snip=7,
    sees="bill",
    setting="facility",
    breaks=[
        {"/type_of_bill": "0135"},
        {"/type_of_bill": "0125"},
        {"/type_of_bill": "0145"},
    ],
    keeps=[
        {"/type_of_bill": "0135", "/coverages/0/claim_filing": "CI"},
        {"/type_of_bill": "0131"},
        {"/setting": "professional", "/frequency": "5"},
        {"/type_of_bill": "0855"},
    ],
)
def late_charges(case: Case) -> Iterator[Hit]:
    """Packaging is worked out over the whole day, so the whole bill is sent again."""
    if facility_code(case) in ("12", "13", "14") and frequency_of(case) == "5" and medicare(case):
        yield Hit("/type_of_bill")


def _admission(case: Case) -> Admission:
    return case.claim.admission or Admission()


@rule(
    "FAC-ADM-004",
    "patient-status-against-frequency",
    message="the patient status is {status}, but the frequency is {frequency} (FL 17 and FL 4)",
    help="Write 30 (still a patient) on interim bills 2 and 3, and the true status on final ones.",
    source="UB-04 FL 4 and FL 17; CMS Pub. 100-04 ch. 25 (30: still a patient, or expected to return for "
    "outpatient services; not read in the original); rules catalogue FAC-ADM-004",
    severity="warning",
    snip=4,
    sees="bill",
    also=("I65",),
    setting="facility",
    breaks=[
        {BASE: "inpatient", "/admission/patient_status": "30"},
        {"/admission/patient_status": "30", "/type_of_bill": "0134"},
        {"/type_of_bill": "0132"},
        {"/type_of_bill": "0133", "/admission/patient_status": "20"},
        {BASE: "inpatient", "/type_of_bill": "0181", "/admission/patient_status": "30"},
        {BASE: "inpatient", "/type_of_bill": "11", "/admission/patient_status": "30"},
    ],
    keeps=[
        {"/admission/patient_status": "01"},
        {"/admission/patient_status": "30"},
        {"/admission/patient_status": "30", "/type_of_bill": "0851"},
        {"/admission/patient_status": "30", "/type_of_bill": "0132"},
        {"/admission/patient_status": "30", "/type_of_bill": "0137", "/original_reference": "X1"},
        {"/type_of_bill": "0132", "/admission": None},
    ],
)
def status_against_frequency(case: Case) -> Iterator[Hit]:
    """A bill for the whole stay ends it; an interim bill does not.

    The bill of a visit may have 30 where the patient will come again.
    """
    status, code = _admission(case).patient_status, frequency_of(case)
    if status is None or (code == "1" and is_outpatient(case)):
        return
    if (status == "30") != (code in ("2", "3")) and code in ("1", "2", "3", "4"):
        yield Hit("/admission/patient_status", status=status, frequency=code)


@rule(
    "FAC-ADM-005",
    "admission-date-misplaced",
    message="the claim {problem} (FL {locator})",
    help="Write the day of admission on bills of admitted patients; Medicare does not want it on 013x.",
    source="005010X223A2, 2300 DTP*435 (inpatient); rules catalogue 0.5 no. 31",
    severity="error",
    snip=4,
    sees="bill",
    also=("I15", "I58"),
    setting="facility",
    base="inpatient",
    breaks=[
        {"/admission/date": None},
        {"/type_of_bill": "0131"},
        {"/admission/hour": None},
        {"/type_of_bill": "0181", "/admission/date": None},
        {"/type_of_bill": "0211", "/admission/date": None},
    ],
    keeps=[
        {},
        {"/type_of_bill": "0131", "/coverages/0/claim_filing": "CI"},
        {"/type_of_bill": "0131", "/admission/date": None},
        {"/type_of_bill": "0211", "/admission/hour": None},
        {"/type_of_bill": "0121"},
        {
            "/admission/date": None,
            "/admission/hour": None,
            "/unread/-": {"path": "/admission/date", "text": "?"},
        },
    ],
)
def admission_date_misplaced(case: Case) -> Iterator[Hit]:
    """An admission has its day and hour.

    A missing hour, and a date on an outpatient bill to Medicare, are warnings.
    """
    admission, code = _admission(case), facility_code(case)
    if code in ADMITTED:
        if absent(case, admission.date, "/admission/date"):
            problem = "bills an admitted patient and has no admission date"
            yield Hit("/admission/date", problem=problem, locator="12")
        elif code == "11" and not admission.hour and admission.date is not None:
            problem = "bills an admitted patient and has no admission hour"
            yield Hit("/admission/hour", severity="warning", problem=problem, locator="13")
    elif code == "13" and admission.date is not None and medicare(case):
        problem = "has an admission date, which Medicare does not want on an outpatient bill"
        yield Hit("/admission/date", severity="warning", problem=problem, locator="12")


@rule(
    "FAC-ADM-006",
    "admission-after-statement",
    message="the admission date lies after the statement period (FL 12 and FL 6)",
    help="Correct the admission date or the period.",
    source="005010X223A2, 2300 DTP*435 and DTP*434; UB-04 FL 6 and FL 12",
    severity="error",
    snip=4,
    sees="days",
    also=("I15", "SNIP4-003"),
    setting="facility",
    base="inpatient",
    breaks=[{"/admission/date": "2026-03-05"}],
    keeps=[
        {"/admission/date": "2026-03-04"},
        {"/admission/date": "2026-02-01"},
        {"/admission": None},
        {"/statement/through_date": None},
    ],
)
def admission_after_statement(case: Case) -> Iterator[Hit]:
    """Nobody is billed for a stay before it began; services shortly before the admission may be on the
    bill."""
    day, last = _admission(case).date, period(case).through_date
    if day is not None and last is not None and day > last:
        yield Hit("/admission/date", actual=day)


@rule(
    "FAC-HOUR-001",
    "discharge-hour-missing",
    message="the bill ends the stay and has no discharge hour (FL 16)",
    help="Write the hour of the discharge, 00 to 23.",
    source="005010X223A2, 2300 DTP*096 (final inpatient claims); UB-04 FL 16; rules catalogue I13",
    severity="error",
    snip=4,
    sees="bill",
    also=("I13", "SNIP4-001"),
    setting="facility",
    base="inpatient",
    breaks=[
        {"/admission/discharge_hour": None},
        {"/admission/discharge_hour": None, "/type_of_bill": "0114"},
    ],
    keeps=[
        {},
        {"/admission/discharge_hour": None, "/type_of_bill": "0112", "/admission/patient_status": "30"},
        {"/admission/discharge_hour": None, "/type_of_bill": "0131"},
        {"/admission": None},
        {"/admission/discharge_hour": None, "/frequency": "5"},
        {"/admission/discharge_hour": None, "/admission/patient_status": "30"},
    ],
)
def discharge_hour_missing(case: Case) -> Iterator[Hit]:
    """A final inpatient bill says when the patient left."""
    admission = _admission(case)
    final = frequency_of(case) in ("1", "4") and admission.patient_status not in (None, "30")
    if facility_code(case) == "11" and final and not admission.discharge_hour:
        yield Hit("/admission/discharge_hour")


_HOUR = re.compile(r"([01]\d|2[0-3])([0-5]\d)?", re.ASCII)


@rule(
    "FAC-HOUR-002",
    "hour-impossible",
    message="{hour} is no hour of the day (FL {locator})",
    help="Write two digits from 00 to 23, or hours and minutes.",
    source="005010X223A2, 2300 DTP*435 and DTP*096; UB-04 FL 13 and FL 16; rules catalogue I15",
    severity="error",
    snip=2,
    sees="bill",
    also=("I15", "I13"),
    setting="facility",
    base="inpatient",
    breaks=[
        {"/admission/hour": "24"},
        {"/admission/hour": "9"},
        {"/admission/discharge_hour": "2360"},
        {"/admission/discharge_hour": "AM"},
        {"/admission/discharge_hour": "AM", BASE: "pushes-facility"},
        {"/admission/hour": "9", "/admission/discharge_hour": "2360"},
        {"/admission/hour": "٠٩"},
    ],
    keeps=[
        {"/admission/hour": "00"},
        {"/admission/hour": "2359"},
        {"/admission/discharge_hour": "23"},
        {"/admission/hour": "99"},
    ],
)
def hour_impossible(case: Case) -> Iterator[Hit]:
    """The day has hours from 00 to 23; 99 stands for unknown on paper."""
    for key, locator in (("hour", 13), ("discharge_hour", 16)):
        hour = getattr(_admission(case), key)
        if hour is None or hour == "99":
            continue
        if not _HOUR.fullmatch(hour):
            yield Hit(f"/admission/{key}", hour=hour, locator=locator)


@rule(
    "FAC-CONS-001",
    "resident-of-nursing-facility",
    message="the patient came from a nursing or assisted living facility (FL 15), and the claim bills {what} "
    "that the payment of a nursing facility may include",
    help="Find out whether the patient is in a stay covered by Part A: if so the nursing facility is billed, "
    "except for excluded chemotherapy.",
    source="Social Security Act 1888(e) (consolidated billing; 42 CFR 411.15(p)(3)(iii): not emergency "
    "services); UB-04 FL 15; rules catalogue FAC-CONS-001",
    severity="info",
    snip=7,
    setting="facility",
    breaks=[
        {"/admission/source": "5"},
        {"/admission/source": "5", "/lines": [{"hcpcs": "96365"}, {"hcpcs": "C9399"}]},
        {"/admission/source": "5", "/lines": [{"hcpcs": "96365"}, {"hcpcs": "J0001"}]},
    ],
    keeps=[
        {"/admission/source": "1"},
        {"/admission/source": "5", "/coverages/0/claim_filing": "CI"},
        {"/admission/source": "5", "/lines/0/hcpcs": "96413", "/lines/1/hcpcs": "J9271"},
        {"/admission/source": "5", "/type_of_bill": "111"},
        {"/admission/source": "5", "/lines/-": {"hcpcs": "99284", "revenue_code": "0450"}},
        {"/admission/source": "5", "/lines/1/kind": "service"},
        {"/coverages": [], "/admission/source": "5"},
    ],
)
def nursing_resident(case: Case) -> Iterator[Hit]:
    """What a resident of a skilled nursing facility gets elsewhere is mostly part of its payment.

    The point of origin does not tell such a facility from assisted living, nor whether the stay is covered.
    Emergency services of a hospital are not part of the payment.
    """
    if _admission(case).source != "5" or is_inpatient(case) or not medicare(case):
        return
    if any((line.revenue_code or "").startswith("045") for line in case.claim.lines):
        return
    chemotherapy = [code for _, _, code in administrations(case) if code.startswith("964")]
    if not chemotherapy and any(is_drug(case, line) for line in case.claim.lines):
        yield Hit("/admission/source", what="drugs and their administration")
