"""FAC-3DAY and FAC-DATE-005: outpatient bills beside other bills of the same hospital."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from edi.refdata import Lists
from edi.rules.about import administrations, facility_code, medicare
from edi.rules.across import Across, Fact, Found, Key, Told, nothing, once
from edi.rules.asks import period
from edi.rules.base import Case, Hit, rule
from edi.rules.days import patient_key
from edi.rules.fac.excluded import excluded_hospital
from edi.rules.fac.situations import repetitive_lines

ADMITTED = "11"
"""Facility code of a hospital bill for an admitted patient."""
OUTPATIENT = "13"
"""Facility code of an outpatient hospital bill; critical access hospitals (85) have no such window."""
OUTPATIENTS = ("13", "85")
"""Facility codes of outpatient bills of hospitals."""
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


_APART = {
    "/lines/0/service_date": "2026-03-02",
    "/lines/1/service_date": "2026-03-04",
}
_BETWEEN = {"/claim_id": "VISIT-2"}
_UNKNOWN = ("/billing_provider", "/billing_provider/tax_id", "/patient/birth_date")
"""What tells whose bills two claims are."""


def _key(case: Case, what: str) -> Key | None:
    """The patient and the tax id of the hospital; None where one of them is not known."""
    who = patient_key(case)
    owner = case.claim.billing_provider.tax_id if case.claim.billing_provider else None
    return None if who is None or not owner else (what, *who, owner.replace("-", ""))


def _stays(case: Case) -> Iterator[tuple[Key, Fact]]:
    """Admissions, and outpatient infusions, of Medicare patients under patient and tax id of the hospital."""
    claim = case.claim
    kind = facility_code(case)
    if kind not in (ADMITTED, OUTPATIENT) or not medicare(case):
        return
    key = _key(case, "stay")
    if key is None:
        return
    if kind == ADMITTED:
        day = claim.admission.date if claim.admission else None
        own = excluded_hospital(case)
        days = WINDOW_DAYS if own is None else own
        if day is not None and days:
            yield key, ("in", day.isoformat(), days)
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
    admitted = sorted((one.fact[1], one.where, one.fact[2]) for one in claims if one.fact[0] == "in")
    for one in claims:
        if one.fact[0] != "out":
            continue
        hit = next(
            (
                (index, where, days)
                for index, day in one.fact[2]
                for start, where, days in admitted
                if timedelta(0) <= date.fromisoformat(start) - date.fromisoformat(day) <= timedelta(days)
            ),
            None,
        )
        if hit is not None:
            index, where, days = hit
            span = "day" if days == 1 else f"{days} days"
            yield Found(
                one.claim,
                f"/lines/{index}/service_date",
                {"line": index + 1, "span": span, "where": where},
            )


@rule(
    "FAC-3DAY-001",
    "infusion-before-admission",
    message="line {line} lies in the {span} before the admission that {where} bills",
    help="Put the service on the bill of the stay, unless it had nothing to do with it: then add condition "
    "code 51. A cancer hospital has one day, which a claim does not show.",
    source="42 CFR 412.2(c)(5) and 413.40(c)(2), three days or one; rules catalogue FAC-3DAY-001",
    severity="warning",
    snip=7,
    sees="bill",
    setting="facility",
    across=Across(_stays, _before_admission),
    breaks=[
        {"sister": _STAY},
        {"sister": {**_STAY, "/admission/date": "2026-03-03"}},
        {"sister": {**_STAY, "/admission/date": "2026-03-04", "/billing_provider/taxonomy": "283Q00000X"}},
    ],
    keeps=[
        {},
        {"sister": {**_STAY, "/admission/date": "2026-03-05", "/billing_provider/taxonomy": "283Q00000X"}},
        {"sister": {**_STAY, "/admission/date": "2026-03-03", "/billing_provider/taxonomy": "282NC0060X"}},
        {"sister": {**_STAY, "/admission/date": "2026-03-07"}},
        {"sister": {**_STAY, "/admission/date": "2026-03-02"}},
        {"sister": {**_STAY, "/billing_provider/tax_id": "987654321"}},
        {"/billing_provider/tax_id": None, "sister": {**_STAY, "/billing_provider/tax_id": None}},
        {"sister": {**_STAY, "/admission": None}},
        {"sister": {**_STAY, "/admission/date": None}},
        {"/lines/0/service_date": None, "sister": _STAY},
        {"sister": {**_STAY, "/patient/birth_date": "1955-04-13"}},
        {"/condition_codes": ["51"], "sister": _STAY},
        {"/type_of_bill": "0851", "sister": _STAY},
        {"/setting": "professional", "sister": _STAY},
        {"/coverages/0/claim_filing": "CI", "sister": {**_STAY, "/coverages/0/claim_filing": "CI"}},
    ],
)
def before_admission(case: Case) -> Iterator[Hit]:
    """Outpatient services in the three days before an admission to the same owner belong to the stay.

    Shown by an outpatient claim and the claim of the stay in one run, for Medicare. Psychiatric,
    rehabilitation, long-term care and children's hospitals have one day, critical access hospitals none: the
    taxonomy tells.
    """
    return nothing(case)


def _visits(case: Case) -> Iterator[tuple[Key, Fact]]:
    """Periods of outpatient bills to Medicare without repeated services, under patient and hospital."""
    if facility_code(case) not in OUTPATIENTS or not medicare(case) or repetitive_lines(case):
        return
    if len({line.service_date for _, line, _ in administrations(case)}) > 1:
        return
    span = period(case)
    key, first, last = _key(case, "visit"), span.from_date, span.through_date
    if key is not None and first is not None and last is not None:
        yield key, (first.isoformat(), last.isoformat())


def _spanning(told: Sequence[Told], _: Lists) -> Iterator[Found]:
    """Bills in the midst of whose period another bill of the same patient and hospital lies.

    Said at the first line: of the other places of a claim a run does not keep where they stand in the file.
    """
    claims = once(told)
    for one in claims:
        first, last = one.fact
        other = next((o for o in claims if first < o.fact[0] and o.fact[1] < last), None)
        if other is not None:
            yield Found(
                one.claim, "/lines/0/service_date", {"where": other.where, "first": first, "last": last}
            )


@rule(
    "FAC-DATE-005",
    "bill-spans-another-visit",
    message="the bill covers {first} to {last}, and {where} bills a visit in between (FL 6)",
    help="Bill each visit by itself; only services that are repeated over the month stand on one bill.",
    source="CMS Pub. 100-04 ch. 1 section 50.2.2 (recurring services such as chemotherapy may stand on one "
    "bill; not read in the original); rules catalogue FAC-DATE-004 and F04-06-001",
    severity="warning",
    snip=7,
    sees="bill",
    setting="facility",
    also=("FAC-DATE-004", "F04-06-001"),
    across=Across(_visits, _spanning),
    breaks=[
        {**_APART, "sister": _BETWEEN},
        {
            "/statement": {"from_date": "2026-03-02", "through_date": "2026-03-04"},
            "/lines/0/service_date": "2026-03-02",
            "sister": _BETWEEN,
        },
        {**_APART, "/type_of_bill": "0851", "sister": {**_BETWEEN, "/type_of_bill": "0851"}},
        {
            **_APART,
            "/lines/0/revenue_code": None,
            "sister": [
                {**_BETWEEN, "/lines/1/service_date": "2026-03-04"},
                {**_BETWEEN, "/claim_id": "VISIT-3"},
            ],
        },
    ],
    keeps=[
        {},
        {**_APART},
        *({**_APART, path: None, "sister": {**_BETWEEN, path: None}} for path in _UNKNOWN),
        {**_APART, "sister": {}},
        {**_APART, "/setting": "professional", "sister": _BETWEEN},
        {"sister": _BETWEEN},
        {**_APART, "/lines/0/service_date": "2026-03-03", "sister": _BETWEEN},
        {**_APART, "/lines/1/service_date": "2026-03-03", "sister": _BETWEEN},
        {**_APART, "sister": {**_BETWEEN, "/billing_provider/tax_id": "987654321"}},
        {**_APART, "sister": {**_BETWEEN, "/patient/birth_date": "1955-04-13"}},
        {**_APART, "sister": {**_BETWEEN, "/lines": [], "/statement": None}},
        {**_APART, "/lines/0/revenue_code": "0420", "sister": _BETWEEN},
        {**_APART, "/lines/-": {"hcpcs": "96365", "service_date": "2026-03-04"}, "sister": _BETWEEN},
        {**_APART, "sister": {**_BETWEEN, "/lines/0/revenue_code": "0420"}},
        {**_APART, "/type_of_bill": "0121", "sister": {**_BETWEEN, "/type_of_bill": "0121"}},
        {
            **_APART,
            "/coverages/0/claim_filing": "CI",
            "sister": {**_BETWEEN, "/coverages/0/claim_filing": "CI"},
        },
    ],
)
def spans_another_visit(case: Case) -> Iterator[Hit]:
    """A bill of outpatient services stands for one visit, unless they are repeated over a month.

    So is a course of drugs, given on two or more days of the bill. Shown by two claims of a run, for
    Medicare.
    """
    return nothing(case)
