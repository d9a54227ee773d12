"""FAC: codes that have to stand on the claim when something is true, and the size and span of a bill."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import cache

from edi import tables
from edi.coding.assembly import MSP_VALUE_CODES
from edi.model.claim import other_coverages
from edi.rules import Case, Hit, rule
from edi.rules.about import (
    BASE,
    INPATIENT,
    administrations,
    code_of,
    facility_code,
    is_inpatient,
    is_surgery,
    medicare,
)
from edi.rules.asks import box, is_outpatient, period
from edi.rules.bal.other_payers import out_of_balance
from edi.rules.base import per_lines

ACCIDENTS = frozenset(("01", "02", "03", "04", "05", "06"))
AT_WORK = "04"
MEDICARE_LINES = 449
COMPREHENSIVE_HOURS = 8
"""Hours of observation from which Medicare pays the comprehensive rate (CMS Pub. 100-04 ch. 4 section
290)."""
VISITS = (*("99281", "99282", "99283", "99284", "99285"), "G0463")
"""Visits to the emergency department and the clinic of a hospital."""
_VISIT = {"units": 1, "charge": "100.00", "revenue_code": "0450", "service_date": "2026-03-03"}
_FALL = {"kinds": ["other"], "date": "2026-03-01"}
_DECIDED = {
    "paid": "500.00",
    "paid_date": "2026-04-01",
    "adjustments": [{"group": "CO", "reason": "45", "amount": "150.00"}],
}
_PLAN = {
    "responsibility": "P",
    "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
    "claim_filing": "CI",
    "member_id": "E1",
    "relationship": "18",
    "adjudication": _DECIDED,
}
_AFTER_PLAN = {"/coverages/0/responsibility": "S", "/bill_to": 0, "/coverages/-": _PLAN}


_TRIAL = re.compile(r"(NCT)?\d{8}", re.ASCII | re.IGNORECASE)
"""How the number of a clinical trial is written; REF*P4 carries those of demonstration projects too."""
_UNPAID = {"/value_codes": [{"code": "12", "amount": "499.99"}]}


def _paid_line(paid: str, adjusted: str) -> dict[str, object]:
    """What the plan decided on the first line."""
    return {"line": 1, "paid": paid, "adjustments": [{"group": "CO", "reason": "45", "amount": adjusted}]}


def _codes(given: tuple[str, ...]) -> set[str]:
    return {one.strip().upper() for one in given}


@rule(
    "FAC-CC-001",
    "condition-code-missing",
    message="{what}, and condition code {code} is not on the claim (FL 18-28)",
    help="Add the condition code, or correct what the claim says.",
    source="UB-04 FL 18 to 28; CMS Pub. 100-04 ch. 25 and ch. 32 section 69 (trials have eight digits); "
    "rules catalogue FAC-CC-001 and 0.5 no. 30",
    severity="warning",
    given=("accident", "clinical_trial_number"),
    snip=4,
    setting="facility",
    breaks=[
        {"/accident": {"kinds": ["employment"], "date": "2026-03-01"}},
        {"/clinical_trial_number": "12345678"},
        {"/clinical_trial_number": "nct12345678"},
    ],
    keeps=[
        {"/accident": {"kinds": ["employment"], "date": "2026-03-01"}, "/condition_codes": ["02"]},
        {"/clinical_trial_number": "12345678", "/condition_codes": ["30"]},
        {"/clinical_trial_number": "86"},
        {"/clinical_trial_number": "123456789"},
        {"/accident": _FALL},
    ],
)
def condition_missing(case: Case) -> Iterator[Hit]:
    """What the claim says elsewhere has its condition code. That of a changed bill is FAC-TOB-004.

    A number of another form than that of a trial is one of another demonstration project.
    """
    claim = case.claim
    given = _codes(claim.condition_codes)
    if claim.accident is not None and "employment" in claim.accident.kinds and "02" not in given:
        yield Hit("/condition_codes", what="the accident was at work", code="02")
    if _TRIAL.fullmatch(claim.clinical_trial_number or "") and "30" not in given:
        yield Hit("/condition_codes", what="the claim names a clinical trial", code="30")


@rule(
    "FAC-OC-001",
    "occurrence-code-missing",
    message="{what}, and no occurrence code {codes} tells the day (FL 31-34)",
    help="Add the occurrence code with its date.",
    source="UB-04 FL 31 to 34; CMS Pub. 100-04 ch. 25; rules catalogue FAC-OC-001",
    severity="warning",
    given=("accident",),
    modifiers=("GA",),
    snip=4,
    setting="facility",
    breaks=[
        {"/accident": _FALL},
        {
            "/accident": {"kinds": ["employment"]},
            "/occurrence_codes": [{"code": "05", "date": "2026-03-01"}],
        },
        {"/lines/0/modifiers": ["GA"]},
        {"/lines/0/modifiers": ["GA"], "/lines/1/modifiers": ["GA"]},
    ],
    keeps=[
        {"/accident": _FALL, "/occurrence_codes": [{"code": "05", "date": "2026-03-01"}]},
        {
            "/accident": {"kinds": ["employment"]},
            "/occurrence_codes": [{"code": "04", "date": "2026-03-01"}],
        },
        {"/lines/0/modifiers": ["GA"], "/occurrence_codes": [{"code": "32", "date": "2026-03-01"}]},
        {"/lines/0/modifiers": ["GZ"]},
        {"/accident": {}},
        {"/occurrence_codes/-": {}},
        {"/lines/0/modifiers": ["GA"], "/coverages/0/claim_filing": "MC"},
        {"/accident": {"kinds": ["other"]}, "/occurrence_codes": [{"code": "01", "date": "2026-03-01"}]},
        {"/accident": {"kinds": ["other"]}, "/occurrence_codes": [{"code": "02", "date": "2026-03-01"}]},
        {"/accident": {"kinds": ["other"]}, "/occurrence_codes": [{"code": "03", "date": "2026-03-01"}]},
        {"/accident": {"kinds": ["other"]}, "/occurrence_codes": [{"code": "06", "date": "2026-03-01"}]},
    ],
)
def occurrence_missing(case: Case) -> Iterator[Hit]:
    """An accident and a notice to the patient have their day on the claim."""
    claim = case.claim
    given = {(one.code or "").strip().upper() for one in claim.occurrence_codes}
    if claim.accident is not None and claim.accident.kinds:
        if "employment" in claim.accident.kinds and AT_WORK not in given:
            yield Hit("/occurrence_codes", what="the accident was at work", codes=AT_WORK)
        elif given.isdisjoint(ACCIDENTS):
            yield Hit("/occurrence_codes", what="the claim tells of an accident", codes="01 to 06")
    if medicare(case) and "32" not in given:
        for i, line in enumerate(claim.lines):
            if "GA" in _codes(line.modifiers):
                what = f"line {i + 1} has GA (the patient signed a notice)"
                yield Hit("/occurrence_codes", what=what, codes="32")
                break


@rule(
    "FAC-VC-001",
    "value-code-implausible",
    message="value code {code} has {amount}: {problem} (FL 39-41)",
    help="Correct the amount.",
    source="UB-04 FL 39 to 41; CMS Pub. 100-05 (amount that the first payer paid); rules catalogue "
    "FAC-VC-001",
    severity="warning",
    given=("value_codes",),
    snip=4,
    also=("I64",),
    setting="facility",
    breaks=[
        {**_AFTER_PLAN, "/value_codes": [{"code": "12", "amount": "499.99"}]},
        {"/value_codes": [{"code": "45", "amount": "25"}]},
        {"/value_codes": [{"code": "80", "amount": "1.5"}]},
        {"/value_codes": [{"code": "A3", "amount": "-1.00"}]},
        {"/value_codes": [{}, {"code": "80", "amount": "1.5"}]},
        {"/value_codes": [{"code": "45", "amount": "25"}, {"code": "12", "amount": "499.99"}]},
        {"/value_codes": [{"code": "45", "amount": "25"}], "/value_codes/-": {"code": "45", "amount": "1.5"}},
        {"/value_codes": [{"code": "81", "amount": "1.5"}]},
        {"/value_codes": [{"code": "45"}], "/value_codes/0/amount": "24"},
        {"/value_codes": [{"amount": "1.5"}], "/value_codes/0/code": "83"},
        {"/value_codes": [{"amount": "1.5"}], "/value_codes/0/code": "82"},
    ],
    keeps=[
        {**_AFTER_PLAN, "/value_codes": [{"code": "12", "amount": "500.00"}]},
        {**_AFTER_PLAN, "/value_codes": [{"code": "12", "amount": "0.00"}]},
        {**_AFTER_PLAN, **_UNPAID, "/coverages/1/adjudication/paid": "450.00"},
        {**_AFTER_PLAN, **_UNPAID, "/coverages/1/adjudication/lines": [_paid_line("250.00", "200.00")]},
        {**_AFTER_PLAN, **_UNPAID, "/coverages/1/adjudication/lines": [_paid_line("400.00", "0.00")]},
        {"/value_codes": [{"code": "45", "amount": "23"}]},
        {"/value_codes": [{"code": "80", "amount": "2"}]},
        {"/value_codes": [{"code": "A3", "amount": "1.00"}]},
        {"/value_codes": [{"code": "45"}], "/value_codes/0/amount": "99"},
        {"/value_codes": [{}]},
        {"/value_codes": [{"amount": "2"}], BASE: "secondary-facility"},
        {"/coverages/-": {}},
        {"/coverages/-": {"adjudication": {}}, "/value_codes": [{"code": "12", "amount": "500.00"}]},
        {
            "/coverages/-": {"adjudication": _DECIDED},
            "/value_codes": [{"code": "12", "amount": "499.99"}],
            "/coverages/0/claim_filing": "ZZ",
        },
        {
            "/coverages": [
                {"claim_filing": "MB", "responsibility": "T"},
                {"adjudication": _DECIDED},
                {"adjudication": _DECIDED},
            ],
            "/bill_to": 0,
            "/value_codes": [{"code": "12", "amount": "30"}],
        },
    ],
)
def value_implausible(case: Case) -> Iterator[Hit]:
    """An amount is what its code says: the first payer's payment, whole days, an hour of the day.

    It is not compared with a decision that does not balance (COB-BAL-001 to COB-BAL-003).
    """
    claim = case.claim
    paid = [c.adjudication.paid for _, c in other_coverages(claim) if c.adjudication is not None]
    for i, one in enumerate(claim.value_codes):
        code, amount = (one.code or "").strip().upper(), one.amount
        if amount is None:
            continue
        problem = None
        if amount < 0:
            problem = "it cannot be less than nothing"
        elif code in MSP_VALUE_CODES and medicare(case) and len(paid) == 1 and paid[0] is not None:
            if amount not in (Decimal(0), paid[0]) and not out_of_balance(case):
                problem = f"the payer before Medicare paid {paid[0]:.2f}"
        elif code == "45" and amount != 99 and (amount > 23 or amount != amount.to_integral_value()):
            problem = "it is an hour from 00 to 23"
        elif code in ("80", "81", "82", "83") and amount != amount.to_integral_value():
            problem = "it is a number of whole days"
        if problem:
            yield Hit(f"/value_codes/{i}/amount", code=code, amount=f"{amount:f}", problem=problem)


@rule(
    "FAC-OBS-001",
    "short-observation",
    message="line {line} bills {units} hours of observation; {what}",
    help="Nothing to do where the hours are right.",
    source="CMS Pub. 100-04 ch. 4 section 290 (comprehensive observation); rules catalogue FAC-OBS-001",
    severity="info",
    snip=7,
    setting="facility",
    codes=("G0378",),
    breaks=[
        {"/lines/-": {"hcpcs": "G0378", "units": "7", "revenue_code": "0762", "service_date": "2026-03-03"}},
        {"/lines/0/hcpcs": "G0378"},
        {"/lines/-": {"hcpcs": "G0378"}, "/lines/0/hcpcs": "G0378"},
        {"/lines/-": {"hcpcs": "G0378", "units": "8", "revenue_code": "0762", "service_date": "2026-03-03"}},
    ],
    keeps=[
        {"/lines/0/hcpcs": "G0378", "/lines/0/units": "8"},
        {
            "/lines/-": {
                "hcpcs": "G0378",
                "units": "7",
                "revenue_code": "0762",
                "service_date": "2026-03-03",
            },
            "/coverages/0/claim_filing": "CI",
        },
        {"/lines/-": {"hcpcs": "G0378"}},
    ],
)
def short_observation(case: Case) -> Iterator[Hit]:
    """Fewer than eight hours of observation are packaged into the other services.

    Beside administrations their minutes with active monitoring are no observation. Said once per claim.
    """
    if not medicare(case):
        return
    hours = list(case.lines("G0378"))
    units = sum((line.units or Decimal(0) for _, line in hours), Decimal(0))
    if 0 < units < COMPREHENSIVE_HOURS:
        what = f"Medicare's comprehensive rate begins at {COMPREHENSIVE_HOURS}"
    elif units >= COMPREHENSIVE_HOURS and administrations(case):
        what = "minutes in which an infusion was actively monitored do not count"
    else:
        return
    first = hours[0][0]
    yield Hit(f"/lines/{first}/units", line=first + 1, units=f"{units.normalize():f}", what=what)


@rule(
    "FAC-PROV-003",
    "operating-practitioner-without-surgery",
    message="the claim names an operating practitioner and bills no surgery (FL 77)",
    help="Leave the operating practitioner out: infusions need none.",
    source="005010X223A2, 2310B NM1*72 (with surgical procedures); UB-04 FL 77",
    severity="info",
    given=("operating_provider",),
    snip=4,
    also=("I33",),
    setting="facility",
    breaks=[
        {"/operating_provider": {"last_name": "SURGEON", "npi": "1234567893"}},
        {"/operating_provider": {}, "/lines/-": {"hcpcs": "10003"}},
        {"/operating_provider": {}, "/lines/-": {"hcpcs": "69991"}},
        {"/operating_provider": {}, "/lines/-": {"hcpcs": "045378"}},
        {"/operating_provider": {}, "/lines/-": {"hcpcs": "٤٥٣٧٨"}},
    ],
    keeps=[
        {"/operating_provider": {"last_name": "SURGEON", "npi": "1234567893"}, "/lines/0/hcpcs": "36561"},
        {"/operating_provider": {"last_name": "SURGEON", "npi": "1234567893"}, "/type_of_bill": "0111"},
        {"/operating_provider": {}, "/lines/0/hcpcs": "J7030"},
        {},
        {"/operating_provider": {}, "/lines/1": {"hcpcs": "36000"}},
        {"/operating_provider": {}, "/lines/-": {"hcpcs": "10004"}},
        {"/operating_provider": {}, "/lines/-": {"hcpcs": "69990"}},
        *({"/operating_provider": {}, "/type_of_bill": f"0{code}1"} for code in sorted(INPATIENT)),
    ],
)
def operating_without_surgery(case: Case) -> Iterator[Hit]:
    """An operating practitioner is named where somebody operated."""
    if case.claim.operating_provider is None or is_inpatient(case):
        return
    if administrations(case) and not any(is_surgery(code_of(o)) for o in case.claim.lines):
        yield Hit("/operating_provider")


@rule(
    "FAC-DATE-003",
    "statement-spans-years",
    message="the outpatient bill covers two calendar years (FL 6)",
    help="Split the bill at the turn of the year.",
    source="X12 reasons 267 and 268; CMS Pub. 100-04 ch. 1 (outpatient bills and the turn of the year); "
    "rules catalogue FAC-DATE-003",
    severity="warning",
    snip=7,
    sees="days",
    setting="facility",
    breaks=[{"/statement": {"from_date": "2025-12-31", "through_date": "2026-01-01"}}],
    keeps=[
        {"/statement": {"from_date": "2026-01-01", "through_date": "2026-12-31"}},
        {
            "/statement": {"from_date": "2025-12-31", "through_date": "2026-01-01"},
            "/type_of_bill": "0111",
        },
        {"/statement": {"through_date": "2026-01-01"}, "/lines": []},
        {"/statement": {"from_date": "2026-01-01"}, "/lines": []},
    ],
)
def spans_years(case: Case) -> Iterator[Hit]:
    """Deductibles, codes and rates change with the year."""
    span = period(case)
    first, last = span.from_date, span.through_date
    if first is not None and last is not None and is_outpatient(case) and first.year != last.year:
        yield Hit("/statement", actual=f"{first} to {last}")


@cache
def _repetitive() -> tuple[str, ...]:
    """Beginnings of the revenue codes of services that are billed once a month."""
    return tuple(row["revenue"] for row in tables.rows("coding/repetitive_revenue.csv"))


@per_lines
def repetitive_lines(case: Case) -> list[tuple[int, str]]:
    """Lines of services that are billed once a month: index, revenue code."""
    stated = ((i, line.revenue_code or "") for i, line in enumerate(case.claim.lines))
    return [(i, code) for i, code in stated if code.startswith(_repetitive())]


@rule(
    "FAC-DATE-004",
    "repetitive-services-over-months",
    message="line {line}: services under revenue code {revenue} are billed month by month, and the bill "
    "covers more than one month",
    help="Send one bill for each calendar month of these services.",
    source="CMS Pub. 100-04 ch. 1 section 50.2.2 (repetitive services), not read in the original; rules "
    "catalogue FAC-DATE-004",
    severity="warning",
    snip=7,
    setting="facility",
    breaks=[
        {
            "/lines/0/revenue_code": "0420",
            "/statement": {"from_date": "2026-02-28", "through_date": "2026-03-03"},
        }
    ],
    keeps=[
        {
            "/lines/0/revenue_code": "0420",
            "/statement": {"from_date": "2026-03-01", "through_date": "2026-03-31"},
        },
        {"/statement": {"from_date": "2026-02-28", "through_date": "2026-03-03"}},
        {
            "/lines/0/revenue_code": "0420",
            "/statement": {"from_date": "2026-02-28", "through_date": "2026-03-03"},
            "/coverages/0/claim_filing": "CI",
        },
        {"/lines/0/revenue_code": "0420", "/statement": {"from_date": "2026-02-28"}, "/type_of_bill": "111"},
        {"/statement": {"from_date": "2026-02-28"}, "/lines": [{"revenue_code": "0420"}]},
        {"/statement": {"through_date": "2026-02-28"}, "/lines": [{"revenue_code": "0420"}]},
        {"/statement": {"from_date": "2026-02-28"}, "/lines/-": {}},
        {"/statement": {"from_date": "2026-02-28"}, BASE: "inpatient"},
        {"/statement": {"through_date": "2026-03-03"}, BASE: "inpatient"},
    ],
)
def repetitive_over_months(case: Case) -> Iterator[Hit]:
    """Therapies and the like are billed once a month. Said once per claim."""
    lines = repetitive_lines(case)
    if not lines or not is_outpatient(case) or not medicare(case):
        return
    span = period(case)
    first, last = span.from_date, span.through_date
    if first is None or last is None or _month(first) == _month(last):
        return
    i, revenue = lines[0]
    yield Hit(f"/lines/{i}/revenue_code", line=i + 1, revenue=revenue, actual=f"{first} to {last}")


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


@rule(
    "FAC-LINE-002",
    "too-many-lines-for-medicare",
    message="the claim has {count} lines; Medicare takes {most}",
    help="Join lines of the same revenue code, procedure and day, or bill by month.",
    source="rules catalogue I41 and FAC-LINE-001 (Medicare 449 lines)",
    severity="warning",
    snip=7,
    sees="lines",
    also=("I41", "FAC-LINE-001"),
    setting="facility",
    breaks=[
        {"/lines": [{"revenue_code": "0260"}] * 450},
        {"/lines": [{"revenue_code": "0260"}] * 999},
    ],
    keeps=[
        {"/lines": [{"revenue_code": "0260"}] * 449},
        {"/lines": [{"revenue_code": "0260"}] * 450, "/coverages/0/claim_filing": "CI"},
        {"/lines": [{"revenue_code": "0260"}] * 1000},
    ],
)
def too_many_for_medicare(case: Case) -> Iterator[Hit]:
    """Medicare's own system holds fewer lines than the guide. More than 999 are FAC-LINE-001."""
    count = len(case.claim.lines)
    if medicare(case) and MEDICARE_LINES < count <= 999:
        yield Hit(f"/lines/{MEDICARE_LINES}", count=count, most=MEDICARE_LINES)


@rule(
    "F04-18-001",
    "code-repeated",
    message="{what} {code} stands twice ({box})",
    help="Remove the second one.",
    source="005010X223A2, 2300 HI*BG, HI*BH, HI*BI and HI*BE; UB-04 FL 18 to 41; rules catalogue I30",
    severity="warning",
    given=("condition_codes", "occurrence_codes", "occurrence_spans", "value_codes"),
    snip=2,
    also=("I30",),
    breaks=[
        {"/condition_codes": ["08", "08"]},
        {"/value_codes": [{"code": "A3", "amount": "1"}, {"code": "A3", "amount": "2"}]},
        {
            "/occurrence_codes": [
                {"code": "11", "date": "2026-03-01"},
                {"code": "11", "date": "2026-03-01"},
            ]
        },
        {"/condition_codes": ["08", "08", "08"]},
        {
            BASE: "facility",
            "/occurrence_spans": [
                {"code": "74", "from_date": "2026-03-01", "through_date": "2026-03-02"},
                {"code": "74", "from_date": "2026-03-01", "through_date": "2026-03-02"},
            ],
        },
    ],
    keeps=[
        {"/condition_codes": ["08", "09"]},
        {
            "/occurrence_codes": [
                {"code": "11", "date": "2026-03-01"},
                {"code": "11", "date": "2026-03-02"},
            ]
        },
        {"/condition_codes": ["", ""]},
    ],
)
def code_repeated(case: Case) -> Iterator[Hit]:
    """A code says its fact once; the same event may have happened on several days."""
    claim = case.claim
    groups: tuple[tuple[str, str, str, str, list[tuple[object, ...]]], ...] = (
        (
            "condition_codes",
            "condition code",
            "10d",
            "18-28",
            [(one.upper(),) for one in claim.condition_codes],
        ),
        ("value_codes", "value code", "", "39-41", [(one.code,) for one in claim.value_codes]),
        (
            "occurrence_codes",
            "occurrence code",
            "",
            "31-34",
            [(o.code, o.date) for o in claim.occurrence_codes],
        ),
        (
            "occurrence_spans",
            "occurrence span",
            "",
            "35-36",
            [(o.code, o.from_date, o.through_date) for o in claim.occurrence_spans],
        ),
    )
    for key, what, item, locator, given in groups:
        for i, one in enumerate(given):
            if one[0] and one in given[:i]:
                where = box(case, item, locator) if item else f"FL {locator}"
                yield Hit(f"/{key}/{i}", what=what, code=one[0], box=where)


@rule(
    "FAC-PRIOR-001",
    "medicare-second-without-payment-of-first",
    message="Medicare is billed second with value code {code}, and no other payer is on the claim (FL 50)",
    help="Add the coverage that paid first, with its decision.",
    source="CMS Pub. 100-05; 005010X223A2, 2320; UB-04 FL 50 and FL 54",
    severity="warning",
    given=("value_codes",),
    snip=4,
    also=("PRO-COB-001", "PRO-MSP-001"),
    setting="facility",
    breaks=[
        {"/value_codes": [{"code": "12", "amount": "500.00"}]},
        {"/value_codes": [{"code": "12", "amount": "500.00"}], "/coverages/0/responsibility": "U"},
        {"/value_codes": [{"code": "12", "amount": "500.00"}], "/coverages/0/responsibility": None},
    ],
    keeps=[
        {**_AFTER_PLAN, "/value_codes": [{"code": "12", "amount": "500.00"}]},
        {"/value_codes": []},
        {"/value_codes": [{"amount": "500.00"}]},
        {"/value_codes": [{"code": "12", "amount": "500.00"}], "/coverages/0/claim_filing": "16"},
        {"/value_codes": [{"code": "12", "amount": "500.00"}], "/coverages/-": {}},
        {"/value_codes/-": {"code": "12"}},
        {"/value_codes": [{"code": "12", "amount": "500.00"}], "/coverages/0/responsibility": "T"},
        {"/value_codes": [{"code": "12", "amount": "500.00"}], "/type_of_bill": "13"},
    ],
)
def second_without_first(case: Case) -> Iterator[Hit]:
    """A value code that says what the first payer paid goes with that payer."""
    claim = case.claim
    if not medicare(case) or len(claim.coverages) > 1:
        return
    if claim.coverages[0].responsibility not in (None, "P", "U"):
        return  # PRO-COB-001 says so
    if facility_code(case):
        for i, one in enumerate(claim.value_codes):
            if one.code in MSP_VALUE_CODES and one.amount:
                yield Hit(f"/value_codes/{i}/code", code=one.code)
                return


@rule(
    "FAC-ACC-001",
    "accident-state-missing",
    message="the claim tells of an auto accident and not of its state (FL 29)",
    help="Write the state in which the accident happened.",
    source="005010X223A2, 2300 REF*LU; UB-04 FL 29; rules catalogue I19",
    severity="warning",
    given=("accident",),
    snip=4,
    also=("I19",),
    setting="facility",
    breaks=[
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01"}},
        {"/accident": {"kinds": ["auto"], "country": "US"}},
        {"/accident": {"kinds": ["auto"], "country": "USA"}},
    ],
    keeps=[
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01", "state": "IL"}},
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01", "country": "CA"}},
        {"/accident": _FALL},
        {},
    ],
)
def accident_state_missing(case: Case) -> Iterator[Hit]:
    """Which no-fault law holds depends on the state."""
    accident = case.claim.accident
    if accident is None or "auto" not in accident.kinds or accident.state:
        return
    if accident.country in (None, "US", "USA"):
        yield Hit("/accident/state")


@rule(
    "FAC-CC-G0",
    "distinct-visit-code-missing",
    message="lines {first} and {line} bill two visits of one day under revenue code {revenue}, and "
    "condition code G0 is not on the claim (FL 18-28)",
    help="Add condition code G0 where the visits were distinct, with 27 on the second; else remove one.",
    source="CMS Pub. 100-04 ch. 4 section 180.4 (G0), not read in the original; rules catalogue FAC-CC-G0",
    severity="warning",
    snip=7,
    sees="codes",
    also=("FAC-CC-001", "I62"),
    setting="facility",
    codes=VISITS,
    breaks=[
        {
            "/lines/0": {**_VISIT, "hcpcs": "99284", "modifiers": ["25"]},
            "/lines/-": {**_VISIT, "hcpcs": "99283", "modifiers": ["25", "27"]},
        },
        {
            "/lines/0": {"revenue_code": "0450", "service_date": "2026-03-04", "hcpcs": "99283"},
            "/lines/-": {"revenue_code": "0450", "service_date": "2026-03-04", "hcpcs": "99283"},
        },
        {
            "/lines/0": {"revenue_code": "0450", "service_date": "2026-03-03", "hcpcs": "99284"},
            "/lines/-": {"revenue_code": "0450", "service_date": "2026-03-03", "hcpcs": "99284"},
        },
        {
            "/lines/0": {"revenue_code": "0510", "service_date": "2026-03-03", "hcpcs": "G0463"},
            "/lines/-": {"revenue_code": "0510", "service_date": "2026-03-03", "hcpcs": "G0463"},
        },
        {
            "/lines": [
                {"hcpcs": "99281", "service_date": "2026-03-03", "revenue_code": "0450"},
                {"hcpcs": "99285", "service_date": "2026-03-03", "revenue_code": "0450"},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "99282", "service_date": "2026-03-03", "revenue_code": "0450"},
                {"hcpcs": "99285", "service_date": "2026-03-03", "revenue_code": "0450"},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "99281", "service_date": "2026-03-03", "revenue_code": "0450"},
                {"hcpcs": "99281", "service_date": "2026-03-03", "revenue_code": "0450"},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "99282", "service_date": "2026-03-03", "revenue_code": "0450"},
                {"hcpcs": "99282", "service_date": "2026-03-03", "revenue_code": "0450"},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "99285", "service_date": "2026-03-03", "revenue_code": "0450"},
                {"hcpcs": "99285", "service_date": "2026-03-03", "revenue_code": "0450"},
            ]
        },
    ],
    keeps=[
        {
            "/lines/0": {**_VISIT, "hcpcs": "99284", "modifiers": ["25"]},
            "/lines/-": {**_VISIT, "hcpcs": "99283", "modifiers": ["25", "27"]},
            "/condition_codes": ["G0"],
        },
        {
            "/lines/0": {**_VISIT, "hcpcs": "99284", "modifiers": ["25"]},
            "/lines/-": {**_VISIT, "hcpcs": "G0463", "modifiers": ["25", "27"], "revenue_code": "0510"},
        },
        {
            "/lines/0": {**_VISIT, "hcpcs": "99284", "modifiers": ["25"]},
            "/lines/-": {**_VISIT, "hcpcs": "99283", "service_date": "2026-03-04"},
        },
        {
            "/lines": [
                {"hcpcs": "99283", "service_date": "2026-03-03"},
                {"hcpcs": "99283", "service_date": "2026-03-03"},
            ]
        },
    ],
)
def distinct_visit_missing(case: Case) -> Iterator[Hit]:
    """Two visits to one department on one day are paid both only where the claim says that they were
    distinct."""
    if "G0" in _codes(case.claim.condition_codes):
        return
    seen: dict[tuple[date | None, str], int] = {}
    for i, line in case.lines(*VISITS):
        key = (line.service_date, line.revenue_code or "")
        if key[1] and key in seen:
            yield Hit("/condition_codes", first=seen[key] + 1, line=i + 1, revenue=key[1])
            return
        seen.setdefault(key, i)
