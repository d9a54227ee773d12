"""Dates that contradict each other: onset, admission, discharge, decisions of other payers, birth and
death."""

from collections.abc import Iterator
from datetime import date

from edi.model.claim import Claim, other_coverages
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE
from edi.rules.asks import day_one, last_days

BEFORE = {
    "431": "the onset of the illness",
    "484": "the last menstrual period",
    "454": "the first treatment",
    "304": "the last visit",
    "453": "the acute manifestation",
    "439": "the accident",
    "455": "the X-ray",
    "444": "the first contact",
}
"""Dates of the claim, by qualifier, that cannot lie after the last service."""
_PAID = {
    "responsibility": "P",
    "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
    "claim_filing": "CI",
    "member_id": "E1",
    "relationship": "18",
}


def _decided(day: str) -> dict[str, object]:
    adjustments = [{"group": "CO", "reason": "45", "amount": "150.00"}]
    return {
        "/coverages/0/responsibility": "S",
        "/coverages/0/secondary_reason": "12",
        "/bill_to": 0,
        "/coverages/-": {
            **_PAID,
            "adjudication": {"paid": "500.00", "paid_date": day, "adjustments": adjustments},
        },
    }


def _last(claim: Claim) -> date | None:
    days = [day for _, _, day in last_days(claim)]
    if days:
        return max(days)
    return claim.statement.through_date if claim.statement else None


@rule(
    "DATE-001",
    "event-after-service",
    message="{what} lies after the last service",
    help="Correct the date, or its qualifier.",
    source="005010X222A1 and 005010X223A2, 2300 DTP; CMS-1500 items 14 and 15; rules catalogue SNIP4-003",
    severity="warning",
    given=("dates", "occurrence_codes"),
    snip=4,
    also=("SNIP4-003", "F15-14-001"),
    breaks=[
        {"/dates": [{"qualifier": "431", "date": "2026-03-04"}]},
        {"/dates": [{"qualifier": "304", "date": "2026-03-04"}]},
        {"/occurrence_codes": [{"code": "11", "date": "2026-03-04"}]},
        {"/occurrence_codes": [{"code": "11", "date": "2026-03-04"}, {"code": "01", "date": "2026-10-03"}]},
        {"/dates": [{"qualifier": "431", "date": "2026-03-04"}, {"qualifier": "431", "date": "2026-03-04"}]},
        {"/occurrence_codes": [{"date": "2026-04-01"}], "/occurrence_codes/0/code": "05"},
        {"/occurrence_codes": [{"date": "2026-03-04"}], "/occurrence_codes/0/code": "04"},
        {"/occurrence_codes": [{"date": "2026-03-04"}], "/occurrence_codes/0/code": "06"},
        {"/occurrence_codes": [{"date": "2026-03-04"}], "/occurrence_codes/0/code": "03"},
        {"/occurrence_codes": [{"date": "2026-03-04"}], "/occurrence_codes/0/code": "02"},
        {
            BASE: "facility",
            "/dates": [{"qualifier": "431", "date": "2026-03-04"}],
            "/lines": [],
            "/statement": {"through_date": "2026-03-03"},
        },
        {
            "/dates": [
                {"qualifier": "484", "date": "2026-03-04"},
                {"qualifier": "454", "date": "2026-03-04"},
                {"qualifier": "304", "date": "2026-03-04"},
                {"qualifier": "453", "date": "2026-03-04"},
                {"qualifier": "455", "date": "2026-03-04"},
                {"qualifier": "444", "date": "2026-03-04"},
            ]
        },
        {"/dates": [{"qualifier": "431", "date": "2026-03-04"}], "/lines/0/service_date": None},
    ],
    keeps=[
        {"/dates": [{"qualifier": "431", "date": "2026-03-03"}]},
        {"/dates": [{"qualifier": "296", "date": "2026-03-10"}]},
        {"/occurrence_codes": [{"code": "11", "date": "2026-03-03"}]},
        {"/occurrence_codes": [{"code": "24", "date": "2026-04-01"}]},
        {"/occurrence_codes/-": {"code": "11"}},
        {"/dates": [{"qualifier": "431"}]},
        {"/occurrence_codes": [{"code": "11", "date": "2026-03-04"}], "/lines": None},
        {"/dates": [{"date": "2026-03-10"}], "/dates/0/qualifier": "439"},
        {"/dates": [{"qualifier": "431", "date": "2026-03-04"}], "/lines/0/service_through": "2026-03-04"},
        {
            "/dates": [{"qualifier": "431", "date": "2026-03-05"}],
            "/lines/0/service_through": "2026-03-04",
            "/lines/1/service_through": "2026-03-05",
        },
    ],
)
def event_after_service(case: Case) -> Iterator[Hit]:
    """An illness begins before it is treated."""
    claim, last = case.claim, _last(case.claim)
    if last is None:
        return
    for i, one in enumerate(claim.dates):
        what = BEFORE.get(one.qualifier or "")
        if what and one.qualifier != "439" and one.date is not None and one.date > last:
            yield Hit(f"/dates/{i}/date", what=what, actual=one.date)
    for i, event in enumerate(claim.occurrence_codes):
        if event.code in ("11", "01", "02", "03", "04", "05", "06") and event.date and event.date > last:
            what = "the onset" if event.code == "11" else "the accident"
            yield Hit(f"/occurrence_codes/{i}/date", what=what, actual=event.date)


@rule(
    "DATE-002",
    "discharge-before-admission",
    message="the patient is discharged before the admission",
    help="Correct one of the two dates.",
    source="005010X222A1, 2300 DTP*435 and DTP*096; CMS-1500 item 18",
    severity="error",
    given=("dates",),
    snip=4,
    also=("P35", "SNIP4-003"),
    breaks=[
        {"/dates": [{"qualifier": "435", "date": "2026-03-02"}, {"qualifier": "096", "date": "2026-03-01"}]},
        {"/dates": [{"qualifier": "096", "date": "2026-03-01"}], "/admission/date": "2026-03-04"},
        {
            "/dates": [
                {"qualifier": "096", "date": "2026-03-01"},
                {"qualifier": "435", "date": "2026-03-02"},
                {"qualifier": "096", "date": "2026-03-01"},
            ]
        },
    ],
    keeps=[
        {"/dates": [{"qualifier": "435", "date": "2026-03-02"}, {"qualifier": "096", "date": "2026-03-02"}]},
        {"/dates": [{"qualifier": "435", "date": "2026-03-02"}]},
        {"/dates": [{"date": "2026-03-02"}, {"qualifier": "096", "date": "2026-03-01"}]},
        {
            "/dates": [
                {"qualifier": "435", "date": "2026-03-02"},
                {"qualifier": "096", "date": "2026-03-02"},
            ],
            "/admission/date": "2026-03-07",
        },
        {"/dates": [{"date": "2026-03-01"}, {"qualifier": "435", "date": "2026-03-02"}]},
        {"/dates": [{"qualifier": "435", "date": "2026-03-02"}, {"qualifier": "096"}]},
    ],
)
def discharge_before_admission(case: Case) -> Iterator[Hit]:
    """A stay begins before it ends."""
    claim = case.claim
    admitted = next((one.date for one in claim.dates if one.qualifier == "435"), None)
    if admitted is None and claim.admission is not None:
        admitted = claim.admission.date
    for i, one in enumerate(claim.dates):
        if one.qualifier == "096" and one.date is not None and admitted is not None and one.date < admitted:
            yield Hit(f"/dates/{i}/date", actual=one.date)


@rule(
    "DATE-003",
    "decision-before-service",
    message="coverage {number} decided before the first service",
    help="Copy the date of the decision from the other payer's remittance.",
    source="005010X222A1 and 005010X223A2, 2330B and 2430 DTP*573; rules catalogue SNIP4-003",
    severity="warning",
    given=("coverages.adjudication",),
    snip=4,
    also=("P54", "P56", "SNIP4-003"),
    breaks=[
        _decided("2026-03-02"),
        {
            "/coverages": [
                {"adjudication": {}},
                {
                    "adjudication": {
                        "paid_date": "2026-03-02",
                        "lines": [{"line": 1, "paid_date": "2026-03-01"}],
                    }
                },
                {"adjudication": {"paid_date": "2026-03-02"}},
                {"claim_filing": "MB"},
            ],
            "/bill_to": 3,
        },
        {
            "/coverages": [
                {},
                {
                    "adjudication": {
                        "paid_date": "2026-03-02",
                        "lines": [{"line": 1, "paid_date": "2026-03-01"}],
                    }
                },
                {"adjudication": {"paid_date": "2026-03-02"}},
                {"claim_filing": "MB"},
            ],
            "/bill_to": 3,
        },
    ],
    keeps=[
        _decided("2026-03-03"),
        {"/coverages/-": {}},
        {"/coverages/-": {"adjudication": {}}},
        {"/coverages/-": {"adjudication": {"paid_date": "2026-03-02"}}, "/lines": None},
    ],
)
def decision_before_service(case: Case) -> Iterator[Hit]:
    """Nobody decides on what has not happened."""
    first = day_one(case)
    for i, coverage in other_coverages(case.claim):
        decision = coverage.adjudication
        if decision is None or first is None:
            continue
        days = [decision.paid_date, *(line.paid_date for line in decision.lines)]
        early = [day for day in days if day is not None and day < first]
        if early:
            path = f"/coverages/{i}/adjudication/paid_date"
            yield Hit(path, number=i + 1, actual=min(early))


@rule(
    "DATE-004",
    "date-of-the-future",
    message="{what} lies after the day on which the payer gets the claim",
    help="Correct the date.",
    source="rules catalogue SNIP4-003 (no date of the past lies in the future)",
    severity="error",
    snip=4,
    also=("SNIP4-003", "F15-03-001"),
    needs=("received",),
    received=date(2026, 4, 10),
    breaks=[
        {"/dates": [{"qualifier": "431", "date": "2026-04-11"}]},
        {"/patient/death_date": "2026-04-11"},
        {"/accident": {"kinds": ["other"], "date": "2026-04-11"}},
        _decided("2026-04-11"),
        {"/patient/death_date": "2026-04-11", "/accident/date": "2026-10-03"},
        {
            "/dates": [
                {"qualifier": "431", "date": "2026-04-11"},
                {"qualifier": "484", "date": "2026-04-11"},
                {"qualifier": "454", "date": "2026-04-11"},
                {"qualifier": "304", "date": "2026-04-11"},
                {"qualifier": "453", "date": "2026-04-11"},
                {"qualifier": "439", "date": "2026-04-11"},
                {"qualifier": "455", "date": "2026-04-11"},
                {"qualifier": "444", "date": "2026-04-11"},
            ]
        },
    ],
    keeps=[
        {"/dates": [{"qualifier": "431", "date": "2026-04-10"}]},
        {"/dates": [{"qualifier": "296", "date": "2026-05-01"}]},
        {"/patient/death_date": "2026-04-10"},
        _decided("2026-04-10"),
        {"/patient": None},
        {"/coverages/-": {}},
    ],
)
def date_of_the_future(case: Case) -> Iterator[Hit]:
    """What the claim tells of has happened. Service dates are F15-24A-002."""
    claim = case.claim
    told: list[tuple[str, str, date | None]] = []
    for i, one in enumerate(claim.dates):
        if one.qualifier in BEFORE:
            told.append((f"/dates/{i}/date", BEFORE[one.qualifier], one.date))
    if claim.accident is not None:
        told.append(("/accident/date", "the accident", claim.accident.date))
    if claim.patient is not None:
        told.append(("/patient/death_date", "the death of the patient", claim.patient.death_date))
    for i, coverage in other_coverages(claim):
        if coverage.adjudication is not None:
            path = f"/coverages/{i}/adjudication/paid_date"
            told.append((path, f"the decision of coverage {i + 1}", coverage.adjudication.paid_date))
    for path, what, day in told:
        if day is not None and day > case.receipt:
            yield Hit(path, what=what, actual=day)


@rule(
    "DATE-005",
    "death-before-birth",
    message="the patient died before being born",
    help="Correct the birth date or the date of death.",
    source="005010X222A1 and 005010X223A2, DMG02 and PAT06; rules catalogue P17, SNIP4-003",
    severity="error",
    given=("patient.death_date",),
    snip=4,
    also=("P17", "SNIP4-003"),
    breaks=[{"/patient/death_date": "1955-04-11"}],
    keeps=[
        {"/patient/death_date": "2026-03-20"},
        {"/patient/death_date": None},
        {"/patient": None},
        {"/patient/death_date": "1955-04-12"},
        {"/patient/death_date": "2026-03-20", "/patient/birth_date": None},
    ],
)
def death_before_birth(case: Case) -> Iterator[Hit]:
    """A life begins before it ends."""
    patient = case.claim.patient
    if patient is None or patient.birth_date is None or patient.death_date is None:
        return
    if patient.death_date < patient.birth_date:
        yield Hit("/patient/death_date")


@rule(
    "PAT-WEIGHT-001",
    "weight-implausible",
    message="the patient's weight of {weight} kg cannot be right",
    help="Write the weight in kilograms.",
    source="005010X222A1, PAT08 (written in pounds); rules catalogue P17",
    severity="warning",
    given=("patient.weight_kg",),
    snip=4,
    also=("P17",),
    breaks=[{"/patient/weight_kg": "0"}, {"/patient/weight_kg": "500.1"}],
    keeps=[
        {"/patient/weight_kg": "0.5"},
        {"/patient/weight_kg": "500"},
        {},
        {"/patient": None},
    ],
)
def weight_implausible(case: Case) -> Iterator[Hit]:
    """A weight in grams or pounds leads to a wrong dose."""
    patient = case.claim.patient
    if patient is not None and patient.weight_kg is not None and not 0 < patient.weight_kg <= 500:
        yield Hit("/patient/weight_kg", weight=f"{patient.weight_kg:f}")
