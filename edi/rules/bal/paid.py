"""What was paid, whole cents, and the reasons that other payers gave."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from functools import lru_cache

from edi.finding import Severity
from edi.model.claim import Claim, other_coverages
from edi.rules import Case, Hit, rule
from edi.rules.about import CODES
from edi.rules.asks import box, charged, day_one, missing_from
from edi.rules.bal.other_payers import behind
from edi.rules.base import per_lines

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
        {"/coverages": [{}, {"adjudication": {"paid": "1000.00"}}, {"claim_filing": "MB"}], "/bill_to": 2},
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


def _amounts(claim: Claim) -> Iterator[tuple[Decimal | None, str, str, tuple[int, ...]]]:
    """Every amount with path and words, in which its positions are still to be filled in."""
    yield claim.total_charge, "/total_charge", "the total charge", ()
    yield claim.patient_paid, "/patient_paid", "the patient's payment", ()
    for i, line in enumerate(claim.lines):
        yield line.charge, "/lines/{}/charge", "the charge of line {}", (i,)
        yield line.non_covered, "/lines/{}/non_covered", "the non-covered amount of line {}", (i,)
    for i, coverage in enumerate(claim.coverages):
        decision = coverage.adjudication
        if decision is None:
            continue
        base = "/coverages/{}/adjudication"
        yield decision.paid, f"{base}/paid", "the payment of coverage {}", (i,)
        for k, one in enumerate(decision.lines):
            yield one.paid, f"{base}/lines/{{}}/paid", "a line payment of coverage {}", (i, k)


_CENT = Decimal("0.01")


@per_lines
def _only_charges(case: Case) -> bool:
    """Whether each line has a charge above zero and no other amount."""
    return all((line.charge or 0) > 0 and not line.non_covered for line in case.claim.lines)


def _is_plain(case: Case) -> bool:
    """Whether a claim states no amounts but charges, small ones in cents, as most claims do.

    A sum has the places of the amount that has most of them, and is not less than any.
    """
    claim, total = case.claim, charged(case) or Decimal()
    return (
        total == claim.total_charge
        and total < TOO_LARGE
        and total.same_quantum(_CENT)
        and _only_charges(case)
        and not claim.patient_paid
        and not any(one.adjudication for one in claim.coverages)
    )


@lru_cache(maxsize=16384)
def _room(amount: Decimal | None) -> str | None:
    """How much there is room for where an amount has more; the same amounts come again."""
    if amount is None:
        return None
    if amount != round(amount, 2):
        return "two decimals"
    return "ten digits, two of them cents" if abs(amount) >= TOO_LARGE else None


@rule(
    "CLM-AMT-001",
    "amount-with-part-of-a-cent",
    message="{what} is {amount}: an amount has at most {most}",
    help="Round to the cent, and let total and lines agree. An amount that is too large is billed on several "
    "claims.",
    source="005010X222A1 and 005010X223A2, amounts (data element 782: ten digits, two of them decimals); X12 "
    "request for interpretation 2204; rules catalogue P62 and ENV-09",
    severity="error",
    snip=1,
    also=("P62", "I46", "I64", "ENV-09"),
    breaks=[
        {"/lines/0/charge": "250.005", "/total_charge": "650.005"},
        {"/total_charge": "650.001"},
        behind(
            None,
            {"paid": "1.005", "lines": [{"line": 1, "paid": "1.005"}, {"line": 2, "paid": "1.005"}]},
            {"paid": "1.005"},
        ),
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
        {"/lines/0/non_covered": "1.005"},
        {"/total_charge": "0.00", "/lines/0/charge": "100000000.00", "/lines/1/charge": None},
        {"/total_charge": "100000000.00", "/lines": [{"charge": "100000000.00"}]},
        {
            "/lines/0/charge": "100000000.50",
            "/lines/1/charge": "-0.60",
            "/total_charge": "99999999.90",
        },
    ],
    keeps=[
        {"/lines/0/charge": "250.05"},
        {"/lines/0/charge": "250.000"},
        {"/coverages": [{}, {"adjudication": {"paid": "1.00"}}], "/bill_to": 0},
        {"/lines/0/charge": "99999999.99", "/total_charge": "99999999.99"},
    ],
)
def part_of_a_cent(case: Case) -> Iterator[Hit]:
    """There is no smaller amount than a cent on a claim, and none of more than ten digits."""
    if _is_plain(case):
        return
    for amount, path, what, at in _amounts(case.claim):
        most = _room(amount)
        if most is not None:
            what = what.format(*(i + 1 for i in at))
            yield Hit(path.format(*at), what=what, amount=f"{amount:f}", most=most)


@rule(
    "COB-ADJ-002",
    "adjustment-code-impossible",
    message="coverage {number}: {code} is no {what}",
    help="Copy the code from the other payer's remittance.",
    source="X12 claim adjustment reason codes and remittance advice remark codes (shape of the codes); "
    "005010X222A1 and 005010X223A2, CAS02 and MOA03; rules catalogue SNIP5-008",
    severity="error",
    given=("coverages.adjudication",),
    snip=5,
    also=("SNIP5-008", "P57", "I67"),
    breaks=[
        _decided(adjustments=_cut("045")),
        _decided(adjustments=_cut("CO45")),
        _decided(adjustments=_cut("45"), remark_codes=["CO45"]),
        {CODES: {"carc": ["2026-01-01", "2026-01-31", "1"]}, **_decided(adjustments=_cut("444"))},
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
        behind(None, {"remark_codes": ["XXX"]}),
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

    The day of the payer's decision decides; a list that ended before it makes a warning.
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
        remarks = [(f"{base}/remark_codes/{k}", code) for k, code in enumerate(decision.remark_codes)]
        for name, what, shape, codes in (
            ("carc", "adjustment reason", _REASON, given),
            ("rarc", "remittance remark", _REMARK, remarks),
        ):
            for path, code in codes:
                if code and (found := _against(case, name, shape, code.upper(), day)):
                    yield Hit(path, severity=found[0], number=i + 1, code=code, what=what + found[1])


def _against(
    case: Case, name: str, shape: re.Pattern[str], code: str, day: date | None
) -> tuple[Severity, str] | None:
    """How bad a code is, and the edition by which it is so; None: nothing is against it."""
    if not shape.fullmatch(code):
        return "error", ""
    found = missing_from(case.lists, name, code, day)
    return None if found is None else (found[0], f" of the list {found[1]} that is loaded")


@rule(
    "COB-LINE-001",
    "bundled-into-no-line",
    message="coverage {number} bundled line {line} into {target}",
    help="Copy the number of the line from the other payer's remittance, counted as on this claim.",
    source="005010X222A1 and 005010X223A2, 2430 SVD06; rules catalogue I56",
    severity="error",
    given=("coverages.adjudication",),
    snip=2,
    also=("I56", "P56", "I55"),
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
        behind(None, {"lines": [{"line": 1, "bundled_into": 3}]}),
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
