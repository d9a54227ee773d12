"""PRO-TF: the time within which a claim has to be with the payer."""

from collections.abc import Iterator
from datetime import date, timedelta

from edi.finding import Severity
from edi.model.claim import statement_period
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, POLICIES, medicare

SOON = 30
"""Days before the limit from which a claim is pressing."""


def _payer(case: Case) -> tuple[str, str] | None:
    """Who wants the claim in time, and within what time; None where that is not known."""
    if medicare(case):
        return "Medicare", "a calendar year"
    days = case.policies.filing_days
    return ("the payer", f"{days} days") if days else None


def _limit(case: Case, day: date) -> date:
    """The last day on which a payer takes a claim for a service of this day.

    Medicare: one calendar year later. Others: as many days as their policy says.
    """
    if not medicare(case):
        return day + timedelta(case.policies.filing_days)
    try:
        return day.replace(year=day.year + 1)
    except ValueError:  # 29 February
        return date(day.year + 1, 2, 28)


def _deadlines(case: Case) -> Iterator[tuple[str, str, date]]:
    """What has to be filed in time: pointer, words, the last day. A facility claim counts as a whole."""
    claim = case.claim
    if claim.setting == "facility":
        last = statement_period(claim).through_date
        if last is not None:
            stated = claim.statement is not None and claim.statement.through_date is not None
            yield ("/statement/through_date" if stated else "/lines"), "the claim", _limit(case, last)
        return
    for i, line in enumerate(claim.lines):
        if line.service_date is not None:
            yield (
                f"/lines/{i}/service_date",
                f"line {i + 1}",
                _limit(case, line.service_date),
            )


@rule(
    "PRO-TF-001",
    "filed-too-late",
    message="{what} gets to {payer} more than {span} after the service",
    help="Send proof that it was received in time, or ask for one of the payer's exceptions (of Medicare's: "
    "42 CFR 424.44); it is not paid otherwise, and the patient may not be billed.",
    source="42 CFR 424.44 (one calendar year; 837P from the line's first day, 837I from the claim's last "
    "day); rules catalogue 0.5 no. 34; days of a contract: policy filing_days",
    severity="error",
    snip=7,
    also=("P33", "I12"),
    needs=("received",),
    received=date(2027, 3, 4),
    breaks=[
        {},
        {"/lines/0/service_date": "2026-03-03", "/lines/1/service_date": "2026-03-04"},
        {"/delay_reason": "1"},
        {BASE: "facility"},
        {"/lines/0/service_date": "2024-02-29"},
        {"/coverages/0/claim_filing": "CI", POLICIES: {"filing_days": 365}},
    ],
    keeps=[
        {"/lines/0/service_date": "2026-03-04", "/lines/1/service_date": "2026-03-04"},
        {"/coverages/0/claim_filing": "CI"},
        {"/coverages/0/claim_filing": "CI", POLICIES: {"filing_days": 366}},
        {
            "/lines/0/service_date": "2026-03-04",
            "/lines/1/service_date": "2026-03-04",
            POLICIES: {"filing_days": 90},
        },
    ],
)
def filed_too_late(case: Case) -> Iterator[Hit]:
    """A payer does not pay what it gets too late: Medicare after a calendar year, others as agreed.

    With a delay reason on the claim it is a warning. Said once per claim.
    """
    term = _payer(case)
    if term is None:
        return
    severity: Severity | None = "warning" if case.claim.delay_reason else None
    for path, what, limit in _deadlines(case):
        if case.receipt > limit:
            payer, span = term
            days: dict[str, object] = {"expected": limit, "actual": case.receipt}
            yield Hit(path, severity=severity, what=what, payer=payer, span=span, **days)
            return


@rule(
    "PRO-TF-002",
    "filing-limit-near",
    message="{what} has to be with {payer} within {span} of the service: {days} days are left",
    help="Send this claim first.",
    source="42 CFR 424.44; rules catalogue PRO-TF-002",
    severity="warning",
    snip=7,
    needs=("received",),
    received=date(2027, 2, 1),
    breaks=[
        {},
        {"/lines/0/service_date": "2026-02-01"},
        {BASE: "facility", "/statement": {"through_date": "2026-02-01"}},
        {
            BASE: "facility",
            "/statement": {"from_date": "2026-02-01"},
            "/lines/0/service_date": "2026-02-01",
            "/lines/1/service_date": "2026-02-01",
        },
        {"/lines/0/service_date": None, "/lines/1/service_date": "2026-02-01"},
        {"/lines/0/service_date": "2026-02-10", "/lines/1/service_date": "2026-02-01"},
        {"/coverages/0/claim_filing": "CI", POLICIES: {"filing_days": 365}},
    ],
    keeps=[
        {"/lines/0/service_date": "2026-03-04", "/lines/1/service_date": "2026-03-04"},
        {"/coverages/0/claim_filing": "CI"},
        {"/coverages/0/claim_filing": "CI", "/lines/0/service_date": "2027-02-01"},
        {BASE: "facility", "/statement": None, "/lines": []},
    ],
)
def limit_near(case: Case) -> Iterator[Hit]:
    """Thirty days and less before the limit a claim goes first. Said once per claim."""
    term = _payer(case)
    if term is None:
        return
    open_ = [one for one in _deadlines(case) if case.receipt <= one[2] <= case.receipt + timedelta(SOON)]
    if open_:
        path, what, limit = min(open_, key=lambda one: one[2])
        left, (payer, span) = (limit - case.receipt).days, term
        yield Hit(path, what=what, days=left, payer=payer, span=span, expected=limit)
