"""What was paid, whole cents, and the reasons that other payers gave."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from edi.finding import Severity
from edi.model.claim import other_coverages
from edi.rules import Case, Hit, rule
from edi.rules.about import CODES
from edi.rules.asks import box, charged, day_one

_OTHER = {
    "responsibility": "P",
    "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
    "claim_filing": "CI",
    "member_id": "E1",
    "relationship": "18",
}
_REASON = re.compile(r"[1-9]\d{0,2}|[ABDPWY]\d{1,2}")
_REMARK = re.compile(r"M\d{1,3}|MA\d{1,3}|N\d{1,3}")


def _decided(**decision: object) -> dict[str, object]:
    first = {**_OTHER, "adjudication": {"paid_date": "2026-04-01", "paid": "500.00", **decision}}
    return {
        "/coverages/0/responsibility": "S",
        "/coverages/0/secondary_reason": "12",
        "/bill_to": 0,
        "/coverages/-": first,
    }


def _cut(reason: str) -> list[dict[str, str]]:
    return [{"group": "CO", "reason": reason, "amount": "150.00"}]


@rule(
    "F15-29-001",
    "paid-exceeds-total",
    message="{what} of {paid}, the total charge is {total} ({box})",
    help="Write what was paid for this very claim.",
    source="005010X222A1, 2300 AMT*F5; CMS-1500 item 29; rules catalogue F15-29-001",
    severity="error",
    given=("patient_paid", "coverages.adjudication"),
    snip=3,
    also=("P37", "I18"),
    breaks=[
        {"/patient_paid": "650.01"},
        {"/patient_paid": "-0.01"},
        _decided(paid="650.01", adjustments=_cut("45")),
        {
            "/coverages": [
                {"responsibility": "P", "adjudication": {"paid": "1000.00"}},
                {"responsibility": "S", "adjudication": {"paid": "1000.00"}},
                {"responsibility": "T"},
            ],
            "/bill_to": 2,
        },
    ],
    keeps=[
        {"/patient_paid": "650.00"},
        {"/patient_paid": "0.00"},
        _decided(adjustments=_cut("45")),
        {"/patient_paid": "0.00", "/total_charge": None},
        {"/coverages/-": {}},
        {"/coverages/-": {"adjudication": {}}},
        {"/coverages/-": {"adjudication": {"paid": "650.01"}}, "/total_charge": "650.01"},
    ],
)
def paid_exceeds(case: Case) -> Iterator[Hit]:
    """Nobody pays more for a claim than it charges.

    That another payer paid more is a warning, for some pay by case.
    """
    claim, total = case.claim, case.claim.total_charge
    if total is None:
        return
    paid = claim.patient_paid
    if paid is not None and (paid > total or paid < 0):
        where = box(case, "29", "39-41")
        yield Hit(
            "/patient_paid",
            what="the patient has a payment",
            paid=f"{paid:.2f}",
            total=f"{total:.2f}",
            box=where,
        )
    severity: Severity = "warning"
    for i, coverage in other_coverages(claim):
        decision = coverage.adjudication
        if decision is not None and decision.paid is not None and decision.paid > total:
            yield Hit(
                f"/coverages/{i}/adjudication/paid",
                severity=severity,
                what=f"coverage {i + 1} has a payment",
                paid=f"{decision.paid:.2f}",
                total=f"{total:.2f}",
                box=box(case, "29", "54"),
            )


TOO_LARGE = Decimal(10) ** 8
"""US dollars from which an amount has more than the ten digits that there is room for."""


def _whole(case: Case) -> bool:
    """Whether the claim states no amount but its charges and these are whole cents, as on most claims.

    Their sum has the places of the one that has most of them, as long as nothing is rounded off.
    """
    claim, charges = case.claim, charged(case)
    if charges is None or claim.total_charge is None or claim.patient_paid is not None:
        return False
    if any(coverage.adjudication is not None for coverage in claim.coverages):
        return False
    if any(line.non_covered is not None for line in claim.lines):
        return False
    added = charges + claim.total_charge
    exponent = added.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= -2 and abs(added) < TOO_LARGE


def _amounts(case: Case) -> Iterator[tuple[str, str, Decimal | None]]:
    claim = case.claim
    yield "/total_charge", "the total charge", claim.total_charge
    yield "/patient_paid", "the patient's payment", claim.patient_paid
    for i, line in enumerate(claim.lines):
        yield f"/lines/{i}/charge", f"the charge of line {i + 1}", line.charge
        yield f"/lines/{i}/non_covered", f"the non-covered amount of line {i + 1}", line.non_covered
    for i, coverage in enumerate(claim.coverages):
        decision = coverage.adjudication
        if decision is None:
            continue
        base = f"/coverages/{i}/adjudication"
        yield f"{base}/paid", f"the payment of coverage {i + 1}", decision.paid
        for k, one in enumerate(decision.lines):
            yield f"{base}/lines/{k}/paid", f"a line payment of coverage {i + 1}", one.paid


@rule(
    "P62",
    "amount-with-part-of-a-cent",
    message="{what} is {amount}: an amount has at most {most}",
    help="Round to the cent, and let total and lines agree. An amount that is too large is billed on several "
    "claims.",
    source="005010X222A1 and 005010X223A2, amounts (data element 782: ten digits, two of them decimals); X12 "
    "request for interpretation 2204; rules catalogue P62 and ENV-09",
    severity="error",
    snip=1,
    also=("I46", "I64", "ENV-09"),
    breaks=[
        {"/lines/0/charge": "250.005", "/total_charge": "650.005"},
        {"/total_charge": "650.001"},
        {
            "/coverages": [
                {},
                {
                    "adjudication": {
                        "paid": "1.005",
                        "lines": [{"line": 1, "paid": "1.005"}, {"line": 2, "paid": "1.005"}],
                    }
                },
                {"adjudication": {"paid": "1.005"}},
            ],
            "/bill_to": 0,
        },
        {
            "/lines/0/charge": "1.005",
            "/lines/0/non_covered": "1.005",
            "/lines/1/charge": "1.005",
            "/lines/1/non_covered": "1.005",
            "/total_charge": "1.005",
            "/patient_paid": "1.005",
        },
        {"/lines/0/charge": "100000000.00", "/lines/1/charge": "100000000.00"},
        {"/total_charge": "100000000.00"},
        {"/lines/0/charge": "100000000", "/lines/1/charge": "100000000", "/total_charge": "200000000"},
        {"/patient_paid": "-100000000.00"},
    ],
    keeps=[
        {"/lines/0/charge": "250.00"},
        {"/lines/0/charge": "250.000"},
        {"/lines/0/charge": "99999999.99", "/total_charge": "99999999.99"},
    ],
)
def part_of_a_cent(case: Case) -> Iterator[Hit]:
    """There is no smaller amount than a cent on a claim, and none of more than ten digits."""
    if _whole(case):
        return
    for path, what, amount in _amounts(case):
        if amount is None:
            continue
        if amount != round(amount, 2):
            yield Hit(path, what=what, amount=f"{amount:f}", most="two decimals")
        elif abs(amount) >= TOO_LARGE:
            yield Hit(path, what=what, amount=f"{amount:f}", most="ten digits, two of them cents")


@rule(
    "SNIP5-008",
    "adjustment-code-impossible",
    message="coverage {number}: {code} is no {what}",
    help="Copy the code from the other payer's remittance.",
    source="X12 claim adjustment reason codes and remittance advice remark codes (shape of the codes); "
    "005010X222A1 and 005010X223A2, CAS02 and MOA03",
    severity="error",
    given=("coverages.adjudication",),
    snip=5,
    also=("P57", "I67"),
    breaks=[
        _decided(adjustments=_cut("045")),
        _decided(adjustments=_cut("CO45")),
        _decided(adjustments=_cut("45"), remark_codes=["CO45"]),
        {CODES: {"carc": ["2026-01-01", "2026-12-31", "1", "2"]}, **_decided(adjustments=_cut("45"))},
        {
            CODES: {"carc": ["2026-01-01", "2026-12-31"]},
            "/coverages/-": {
                "adjudication": {
                    "lines": [{"adjustments": [{"reason": "45"}]}, {"adjustments": [{"reason": "45"}]}]
                }
            },
        },
        {"/coverages/-": {}, "/coverages/1/adjudication/remark_codes": ["CO45", "path"]},
        {"/coverages": [{}, {"adjudication": {"remark_codes": ["XXX"]}}, {}], "/bill_to": 2},
        {
            "/coverages/-": {"adjudication": {"paid_date": "2026-04-01", "remark_codes": ["N362"]}},
            CODES: {"rarc": ["2026-01-01", "2026-12-31", "M15"]},
        },
    ],
    keeps=[
        _decided(adjustments=_cut("45"), remark_codes=["MA130"]),
        _decided(adjustments=_cut("B7"), remark_codes=["N822", "M15"]),
        _decided(adjustments=_cut("P12")),
        {CODES: {"carc": ["2026-01-01", "2026-12-31", "1", "45"]}, **_decided(adjustments=_cut("45"))},
        {"/coverages/-": {}},
        {"/coverages/-": {"adjudication": {"adjustments": [{}]}}},
        {"/coverages/-": {}, "/coverages/1/adjudication/remark_codes": [""]},
        {
            CODES: {"carc": ["2026-01-01", "2026-12-31"]},
            "/coverages/-": {"adjudication": {"paid_date": "2025-03-31", "adjustments": [{"reason": "45"}]}},
        },
        {
            "/coverages/-": {"adjudication": {"remark_codes": ["N362"]}},
            CODES: {"rarc": ["2026-01-01", "2026-12-31", "M15"]},
            "/lines": [],
        },
    ],
)
def adjustment_code_impossible(case: Case) -> Iterator[Hit]:
    """Reasons and remarks of another payer have the shape of the official lists, and stand in a loaded one.

    The day of the payer's decision decides.
    """
    for i, coverage in other_coverages(case.claim):
        decision = coverage.adjudication
        if decision is None:
            continue
        base = f"/coverages/{i}/adjudication"
        given = [(f"{base}/adjustments/{k}/reason", one.reason) for k, one in enumerate(decision.adjustments)]
        for n, line in enumerate(decision.lines):
            given += [
                (f"{base}/lines/{n}/adjustments/{k}/reason", one.reason)
                for k, one in enumerate(line.adjustments)
            ]
        day = decision.paid_date or day_one(case)
        for path, code in given:
            if code and (not _REASON.fullmatch(code.upper()) or _unlisted(case, "carc", code, day)):
                yield Hit(path, number=i + 1, code=code, what="adjustment reason")
        for k, code in enumerate(decision.remark_codes):
            if code and (not _REMARK.fullmatch(code.upper()) or _unlisted(case, "rarc", code, day)):
                yield Hit(f"{base}/remark_codes/{k}", number=i + 1, code=code, what="remittance remark")


def _unlisted(case: Case, name: str, code: str, day: date | None) -> bool:
    """Whether a whole list of that day, which only a user can load, does not hold the code."""
    return day is not None and case.lists.listed(name, code.upper(), day).known is False


@rule(
    "I56",
    "bundled-into-no-line",
    message="coverage {number} bundled line {line} into {target}",
    help="Copy the number of the line from the other payer's remittance, counted as on this claim.",
    source="005010X222A1 and 005010X223A2, 2430 SVD06",
    severity="error",
    given=("coverages.adjudication",),
    snip=2,
    also=("P56", "I55"),
    breaks=[
        _decided(lines=[{"line": 1, "paid": "0.00", "bundled_into": 3}]),
        _decided(lines=[{"line": 1, "paid": "0.00", "bundled_into": 1}]),
        {
            "/coverages/-": {"adjudication": {"lines": [{"bundled_into": 3}]}},
            "/coverages/1/adjudication/lines/-": {"bundled_into": 0},
        },
        {"/coverages/-": {"adjudication": {"lines": [{"bundled_into": 3}]}}},
        {
            "/coverages/-": {"adjudication": {"lines": [{}]}},
            "/coverages/1/adjudication/lines/-": {"bundled_into": 3},
        },
    ],
    keeps=[
        _decided(lines=[{"line": 1, "paid": "0.00", "bundled_into": 2}]),
        {"/coverages/-": {}},
        {"/coverages/-": {"adjudication": {"lines": [{"bundled_into": 1}]}}},
        {"/coverages/-": {"adjudication": {"lines": [{}]}}},
    ],
)
def bundled_into_no_line(case: Case) -> Iterator[Hit]:
    """A line is bundled into another line of the same claim."""
    count = len(case.claim.lines)
    for i, coverage in other_coverages(case.claim):
        for k, one in enumerate(coverage.adjudication.lines if coverage.adjudication else ()):
            target = one.bundled_into
            if target is None or (1 <= target <= count and target != one.line):
                continue
            words = "itself" if target == one.line else f"line {target}, which the claim has not"
            path = f"/coverages/{i}/adjudication/lines/{k}/bundled_into"
            yield Hit(path, number=i + 1, line=one.line or "?", target=words)
