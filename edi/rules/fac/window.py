"""FAC-3DAY: outpatient infusions shortly before an admission to the same hospital."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from edi.refdata import Lists
from edi.rules.about import administrations, facility_code, medicare
from edi.rules.across import Across, Fact, Found, Key, Told, nothing, once
from edi.rules.base import Case, Hit, rule
from edi.rules.days import patient_key

ADMITTED = "11"
"""Facility code of a hospital bill for an admitted patient."""
OUTPATIENT = "13"
"""Facility code of an outpatient hospital bill; critical access hospitals (85) have no such window."""
WINDOW_DAYS = 3
"""Days before the day of admission."""
UNRELATED = "51"
"""Condition code: the outpatient services had nothing to do with the admission."""
_STAY = {
    "/claim_id": "STAY-1",
    "/type_of_bill": "0111",
    "/admission/date": "2026-03-06",
    "/admission/hour": "10",
    "/lines/0/service_date": "2026-03-06",
}


def _stays(case: Case) -> Iterator[tuple[Key, Fact]]:
    """Admissions, and outpatient infusions, of Medicare patients under patient and tax id of the hospital."""
    claim = case.claim
    kind = facility_code(case)
    if kind not in (ADMITTED, OUTPATIENT) or not medicare(case):
        return
    who = patient_key(claim)
    owner = claim.billing_provider.tax_id if claim.billing_provider else None
    if who is None or not owner:
        return
    key = ("stay", *who, owner.replace("-", ""))
    if kind == ADMITTED:
        day = claim.admission.date if claim.admission else None
        if day is not None:
            yield key, ("in", day.isoformat(), ())
        return
    if UNRELATED in {code.strip() for code in claim.condition_codes}:
        return
    lines = tuple(
        (i, line.service_date.isoformat()) for i, line, _ in administrations(case) if line.service_date
    )
    if lines:
        yield key, ("out", "", lines)


def _before_admission(told: Sequence[Told], _: Lists) -> Iterator[Found]:
    """The first infusion of each outpatient claim that lies in the window of an admission."""
    claims = once(told)
    admitted = sorted((one.fact[1], one.where) for one in claims if one.fact[0] == "in")
    for one in claims:
        if one.fact[0] != "out":
            continue
        hit = next(
            (
                (index, where)
                for index, day in one.fact[2]
                for start, where in admitted
                if timedelta(0)
                <= date.fromisoformat(start) - date.fromisoformat(day)
                <= timedelta(WINDOW_DAYS)
            ),
            None,
        )
        if hit is not None:
            index, where = hit
            yield Found(
                one.claim,
                f"/lines/{index}/service_date",
                {"line": index + 1, "where": where},
            )


@rule(
    "FAC-3DAY-001",
    "infusion-before-admission",
    message="line {line} lies in the three days before the admission that {where} bills",
    help="Put the service on the bill of the stay, unless it had nothing to do with it: then add condition "
    "code 51. Hospitals outside the inpatient payment system have one day.",
    source="CMS three-day payment window (rules catalogue C.3, to be verified)",
    severity="warning",
    snip=7,
    setting="facility",
    across=Across(_stays, _before_admission),
    breaks=[
        {"sister": _STAY},
        {"sister": {**_STAY, "/admission/date": "2026-03-03"}},
    ],
    keeps=[
        {},
        {"sister": {**_STAY, "/admission/date": "2026-03-07"}},
        {"sister": {**_STAY, "/admission/date": "2026-03-02"}},
        {"sister": {**_STAY, "/billing_provider/tax_id": "987654321"}},
        {"sister": {**_STAY, "/patient/birth_date": "1955-04-13"}},
        {"/condition_codes": ["51"], "sister": _STAY},
        {"/type_of_bill": "0851", "sister": _STAY},
        {"/setting": "professional", "sister": _STAY},
        {"/coverages/0/claim_filing": "CI", "sister": {**_STAY, "/coverages/0/claim_filing": "CI"}},
    ],
)
def before_admission(case: Case) -> Iterator[Hit]:
    """Outpatient services in the three days before an admission to the same owner belong to the stay.

    Shown by an outpatient claim and the claim of the stay in one run, for Medicare.
    """
    return nothing(case)
