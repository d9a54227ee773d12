"""Balances of what other payers have decided: per payer, per line, per adjustment."""

from collections.abc import Iterator
from decimal import Decimal

from edi.model.claim import other_coverages
from edi.model.party import Adjudication, Adjustment
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, FORM, READ
from edi.rules.asks import absent, bypassed, split_groups
from edi.rules.base import per_case
from edi.rules.sbr.strays import stray_decisions

_PAID = {
    "responsibility": "P",
    "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
    "claim_filing": "CI",
    "member_id": "E1",
    "relationship": "18",
}
_RANKS = "PSTABC"
_DATE = "2026-04-01"
_STRAY = {"address": "2400[1]/2430[2]/SVD", "text": "SVD*99*1*HC:J1756**1"}


def _other(adjudication: object) -> dict[str, object]:
    """An example: Medicare after a plan that has decided so."""
    return {
        "/coverages/0/responsibility": "S",
        "/coverages/0/secondary_reason": "12",
        "/bill_to": 0,
        "/coverages/-": {**_PAID, "adjudication": adjudication},
    }


def behind(*decisions: object) -> dict[str, object]:
    """An example: Medicare after several plans; what each of them decided, None for one that did not."""
    plans = [
        {
            **_PAID,
            "responsibility": _RANKS[i],
            "payer": {"name": "EMPLOYER PLAN", "id": f"7700{i + 1}"},
            "adjudication": decision,
        }
        for i, decision in enumerate(decisions)
    ]
    billed = {
        "responsibility": _RANKS[len(plans)],
        "payer": {"name": "MEDICARE PART B", "id": "99001"},
        "claim_filing": "MB",
        "member_id": "1EG4TE5MK73",
        "relationship": "18",
        "secondary_reason": "12",
    }
    return {"/coverages": [*plans, billed], "/bill_to": len(plans)}


def _line(number: int, paid: str, adjusted: str) -> dict[str, object]:
    adjustments = [{"group": "CO", "reason": "45", "amount": adjusted}]
    return {"line": number, "paid": paid, "paid_date": _DATE, "adjustments": adjustments}


_BALANCED = {"paid": "500.00", "lines": [_line(1, "200.00", "50.00"), _line(2, "300.00", "100.00")]}
_BY_CLAIM = {
    "paid": "500.00",
    "paid_date": _DATE,
    "adjustments": [{"group": "CO", "reason": "45", "amount": "150.00"}],
}


_THIRDS = [{"group": "CO", "reason": reason, "amount": "50.00"} for reason in ("45", "97", "131")]


def _sum(adjustments: tuple[Adjustment, ...]) -> Decimal:
    return sum((a.amount for a in adjustments if a.amount is not None), Decimal(0))


def _decided(case: Case) -> Iterator[tuple[int, Adjudication]]:
    for i, coverage in other_coverages(case.claim):
        if coverage.adjudication is not None:
            yield i, coverage.adjudication


def _line_differences(case: Case, decision: Adjudication) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Lines on which paid and adjusted are not the charge: index, what was decided, the charge."""
    for i, line in enumerate(case.claim.lines):
        own = [d for d in decision.lines if d.line == i + 1]
        paid = [d.paid for d in own if d.paid is not None]
        if not own or line.charge is None or len(paid) < len(own):
            continue
        decided = sum(paid, Decimal(0)) + sum((_sum(d.adjustments) for d in own), Decimal(0))
        if decided != line.charge:
            yield i, decided, line.charge


def _paid_by_lines(decision: Adjudication) -> Decimal | None:
    """What the lines were paid, less what was adjusted at the claim; None without line decisions."""
    paid = [d.paid for d in decision.lines if d.paid is not None]
    if not decision.lines or len(paid) < len(decision.lines):
        return None
    return sum(paid, Decimal(0)) - _sum(decision.adjustments)


@rule(
    "COB-BAL-002",
    "other-payer-line-unbalanced",
    message="line {line}: coverage {number} decided on {decided}, the charge is {charge}",
    help="Copy paid amount and adjustments of the line from the other payer's remittance; together they "
    "are the charge.",
    source="005010X222A1 and 005010X223A2, 2430: SVD02 and CAS add up to SV102 or SV203; rules catalogue "
    "P51, 0.5 no. 33",
    severity="error",
    given=("coverages.adjudication",),
    snip=3,
    also=("P51", "I39", "SNIP3-003"),
    breaks=[
        _other({"paid": "499.99", "lines": [_line(1, "199.99", "50.00"), _line(2, "300.00", "100.00")]}),
        _other({"paid": "500.01", "lines": [_line(1, "200.01", "50.00"), _line(2, "300.00", "100.00")]}),
        {
            "/coverages/-": {
                "adjudication": {"lines": [{"line": 1, "paid": "199.99"}, {"line": 2, "paid": "300.00"}]}
            }
        },
    ],
    keeps=[
        _other(_BALANCED),
        _other(_BY_CLAIM),
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {
                **_PAID,
                "adjudication": {
                    "paid": "500.00",
                    "lines": [
                        {"line": 1, "paid": None},
                        {
                            "line": 1,
                            "paid": "200.00",
                            "paid_date": "2026-04-01",
                            "adjustments": [{"group": "CO", "reason": "45", "amount": "49.00"}],
                        },
                        {
                            "line": 2,
                            "paid": "300.00",
                            "paid_date": "2026-04-01",
                            "adjustments": [{"group": "CO", "reason": "45", "amount": "100.00"}],
                        },
                    ],
                },
            },
        },
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {**_PAID, "adjudication": _BALANCED},
            "/lines/0/charge": None,
        },
    ],
)
def line_unbalanced(case: Case) -> Iterator[Hit]:
    """What another payer paid and adjusted on a line is what was charged for it."""
    for i, decision in _decided(case):
        for k, decided, charge in _line_differences(case, decision):
            yield Hit(
                f"/coverages/{i}/adjudication/lines",
                line=k + 1,
                number=i + 1,
                decided=f"{decided:.2f}",
                charge=f"{charge:.2f}",
            )


@rule(
    "COB-BAL-003",
    "other-payer-paid-differs-from-lines",
    message="coverage {number} paid {stated} for the claim, its lines make {added}",
    help="Copy the paid amounts from the other payer's remittance.",
    source="005010X222A1 and 005010X223A2, 2320 AMT*D = sum of SVD02 less CAS of the claim; rules catalogue "
    "P52, 0.5 no. 33",
    severity="error",
    given=("coverages.adjudication",),
    snip=3,
    also=("P52", "I39", "SNIP3-002"),
    breaks=[
        _other({**_BALANCED, "paid": "499.99"}),
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {
                **_PAID,
                "adjudication": {
                    "paid": "500.00",
                    "lines": [
                        {
                            "line": 1,
                            "paid": "0.00",
                            "paid_date": "2026-04-01",
                            "adjustments": [{"group": "CO", "reason": "45", "amount": "250.00"}],
                        },
                        {
                            "line": 2,
                            "paid": "400.00",
                            "paid_date": "2026-04-01",
                            "adjustments": [{"group": "CO", "reason": "45", "amount": "0.00"}],
                        },
                    ],
                },
            },
        },
        behind({"paid_date": _DATE}, {**_BALANCED, "paid": "400.00"}, {**_BALANCED, "paid": "400.00"}),
    ],
    keeps=[
        {**_other({**_BALANCED, "paid": "499.99"}), "/unmapped/-": _STRAY},
        _other(_BALANCED),
        _other(_BY_CLAIM),
        {"/coverages/-": {"adjudication": {"lines": [{"paid": "300.00"}]}}},
        {
            "/coverages/-": {"adjudication": {"paid": "499.99", "lines": [{"paid": "200.00"}]}},
            "/coverages/1/adjudication/lines/0/line": 2,
        },
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {
                **_PAID,
                "adjudication": {
                    "paid": "400.00",
                    "lines": [
                        {"line": 1},
                        {
                            "line": 2,
                            "paid": "300.00",
                            "paid_date": "2026-04-01",
                            "adjustments": [{"group": "CO", "reason": "45", "amount": "100.00"}],
                        },
                    ],
                },
            },
        },
    ],
)
def paid_differs(case: Case) -> Iterator[Hit]:
    """What a payer paid for a claim is what it paid for its lines, less what it took off the claim."""
    for i, stated, added in _off_lines(case):
        path = f"/coverages/{i}/adjudication/paid"
        yield Hit(path, number=i + 1, stated=f"{stated:.2f}", added=f"{added:.2f}")


def _off_lines(case: Case) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Coverages whose paid amount is not that of its lines: index, what is stated, what the lines make."""
    if stray_decisions(case):
        return  # SBR-COV-006 says so
    for i, decision in _decided(case):
        added = _paid_by_lines(decision)
        if added is None or decision.paid is None or any(_line_differences(case, decision)):
            continue
        if added != decision.paid:
            yield i, decision.paid, added


@rule(
    "COB-BAL-001",
    "other-payer-claim-unbalanced",
    message="coverage {number} decided on {decided} in all, the total charge is {charge}",
    help="Copy paid amount and all adjustments from the other payer's remittance; together they are the "
    "total.",
    source="005010X222A1 and 005010X223A2, 2320: AMT*D and all CAS add up to CLM02; rules catalogue P50, 0.5 "
    "no. 33",
    severity="error",
    given=("coverages.adjudication",),
    snip=3,
    also=("P50", "I39", "SNIP3-002"),
    breaks=[
        _other({**_BY_CLAIM, "paid": "500.01"}),
        _other({**_BY_CLAIM, "adjustments": []}),
        {FORM: True, **_other({**_BY_CLAIM, "paid": "500.01"})},
        {FORM: True, **_other({"paid": "200.00", "lines": [_line(1, "200.00", "50.00")]})},
        {
            FORM: True,
            "/coverages": [
                {"adjudication": {"paid": "500.00"}},
                {"adjudication": {**_BY_CLAIM, "paid": "500.01"}},
                {"claim_filing": "MB"},
            ],
            "/bill_to": 2,
        },
        {
            "/coverages/-": {
                "adjudication": {"paid": "500.00", "lines": [{"paid": "200.00"}, {"paid": "300.00"}]}
            }
        },
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {
                **_PAID,
                "adjudication": {
                    "paid": "500.00",
                    "paid_date": "2026-04-01",
                    "adjustments": [{"group": "CO", "reason": "45"}],
                },
            },
        },
        {
            "/coverages": [
                {"adjudication": {}},
                {
                    "adjudication": {
                        "paid": "400.00",
                        "paid_date": "2026-04-01",
                        "adjustments": [{"group": "CO", "reason": "45", "amount": "150.00"}],
                    }
                },
                {
                    "adjudication": {
                        "paid": "400.00",
                        "paid_date": "2026-04-01",
                        "adjustments": [{"group": "CO", "reason": "45", "amount": "150.00"}],
                    }
                },
                {"claim_filing": "MB"},
            ],
            "/bill_to": 3,
        },
        behind({**_BALANCED, "paid": "400.00"}, {**_BY_CLAIM, "paid": "400.00"}),
    ],
    keeps=[
        {**_other({**_BY_CLAIM, "paid": "499.99"}), "/unmapped/-": _STRAY},
        _other(_BALANCED),
        _other(_BY_CLAIM),
        {"/coverages/-": {"adjudication": {}}},
        {"/coverages/-": {"adjudication": {"paid": "0", "lines": [{"paid": "300.00"}]}}},
        {FORM: True, **_other({"paid": "500.00"})},
        {"/coverages/-": {"adjudication": {"paid": "500.00"}}, "/total_charge": None},
        {"/coverages/-": {"adjudication": {"paid": "499.99", "lines": [{"line": 1, "paid": "199.99"}, {}]}}},
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {**_PAID, "adjudication": _BY_CLAIM},
            "/coverages/1/adjudication": None,
        },
    ],
)
def claim_unbalanced(case: Case) -> Iterator[Hit]:
    """What another payer paid and adjusted is the total charge of the claim.

    Silent where its lines are already at odds.
    """
    for i, decided, total in _off_total(case):
        path = f"/coverages/{i}/adjudication"
        yield Hit(path, number=i + 1, decided=f"{decided:.2f}", charge=f"{total:.2f}")


def _off_total(case: Case) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Coverages that did not decide on the total charge: index, what was decided, the total charge."""
    if stray_decisions(case):
        return  # SBR-COV-006 says so
    total = case.claim.total_charge
    for i, decision in _decided(case):
        if total is None or decision.paid is None or any(_line_differences(case, decision)):
            continue
        if case.paper is not None and not (decision.adjustments or decision.lines):
            continue  # a form has a box for what was paid, and none for why
        added = _paid_by_lines(decision)
        if added is not None and added != decision.paid:
            continue
        adjusted = _sum(decision.adjustments) + sum((_sum(d.adjustments) for d in decision.lines), Decimal(0))
        if decision.paid + adjusted != total:
            yield i, decision.paid + adjusted, total


@per_case
def out_of_balance(case: Case) -> frozenset[int]:
    """Indexes of the coverages of whose decisions COB-BAL-001, COB-BAL-002 or COB-BAL-003 speaks: their
    amounts are not reliable.
    """
    off = {i for i, _, _ in (*_off_total(case), *_off_lines(case))}
    return frozenset(off | {i for i, one in _decided(case) if any(_line_differences(case, one))})


@rule(
    "COB-PAID-001",
    "other-payer-decision-incomplete",
    message="coverage {number}: {problem}",
    help="Copy paid amount, line number and date from the other payer's remittance.",
    source="005010X222A1 and 005010X223A2, 2320 AMT*D, 2330B DTP*573, 2430 SVD and DTP*573 (required); X12 "
    "RFI 1353 and 1603 (AMT*A8 of a payer that was passed over: the total charge, and nothing else); rules "
    "catalogue P56",
    severity="error",
    given=("coverages.adjudication",),
    snip=2,
    also=("P56", "P54", "I40", "I55"),
    breaks=[
        _other({**_BY_CLAIM, "paid": None}),
        _other({**_BY_CLAIM, "paid_date": None}),
        _other({"paid": "500.00", "lines": [_line(1, "200.00", "50.00"), _line(3, "300.00", "100.00")]}),
        _other({"paid": "500.00", "paid_date": _DATE, "lines": [{"line": 1}]}),
        {"/coverages/-": {"adjudication": {"lines": [{}]}}},
        {"/coverages/-": {"adjudication": {"lines": [{}]}}, "/coverages/1/adjudication/lines/0": {}},
        {"/coverages/-": {"adjudication": {}}},
        {"/coverages/-": {"adjudication": {"lines": [{}]}}, "/coverages/1/adjudication/lines/0/line": 0},
        {
            "/bill_to": 0,
            "/coverages/-": {"adjudication": {}},
            "/coverages/1/adjudication/lines": [],
            BASE: "secondary-facility",
        },
        {"/coverages/-": {"adjudication": {"lines": [{}, {}]}}},
        {"/coverages": [{}, {"adjudication": {}}, {"claim_filing": "MB"}], "/bill_to": 2},
        behind({"non_covered": "650.00"}, {**_BY_CLAIM, "paid": None}),
        _other({"non_covered": "649.99"}),
        _other({"non_covered": "650.00", "paid": "0.00"}),
        _other({"non_covered": "650.00", "adjustments": _BY_CLAIM["adjustments"]}),
        _other({"non_covered": "650.00", "lines": [_line(1, "0.00", "250.00")], "paid_date": _DATE}),
        {"/coverages/-": {"adjudication": {}}, "/total_charge": None},
    ],
    keeps=[
        _other(_BALANCED),
        _other(_BY_CLAIM),
        _other({"non_covered": "650.00"}),
        {**_other({"non_covered": "650"}), BASE: "secondary-facility"},
    ],
)
def decision_incomplete(case: Case) -> Iterator[Hit]:
    """A decision says how much was paid, when, and on which line.

    A payer that was passed over has decided nothing: the total charge is not covered, and that is all.
    """
    count = len(case.claim.lines)
    for i, decision in _decided(case):
        if bypassed(case.claim, decision):
            continue
        base = f"/coverages/{i}/adjudication"
        if absent(case, decision.paid, f"{base}/paid"):
            yield Hit(f"{base}/paid", number=i + 1, problem="the decision has no paid amount")
        if not decision.lines and absent(case, decision.paid_date, f"{base}/paid_date"):
            yield Hit(f"{base}/paid_date", number=i + 1, problem="the decision has no date")
        for k, one in enumerate(decision.lines):
            path, what = f"{base}/lines/{k}", f"decision {k + 1} on a line"
            if one.line is None or not 1 <= one.line <= count:
                yield Hit(f"{path}/line", number=i + 1, problem=f"{what} names no line of this claim")
            if absent(case, one.paid, f"{path}/paid"):
                yield Hit(f"{path}/paid", number=i + 1, problem=f"{what} has no paid amount")
            if one.paid_date is None and decision.paid_date is None:
                yield Hit(f"{path}/paid_date", number=i + 1, problem=f"{what} has no date")


def _adjustments(case: Case) -> Iterator[tuple[str, int, Adjustment]]:
    for i, decision in _decided(case):
        base = f"/coverages/{i}/adjudication"
        for k, one in enumerate(decision.adjustments):
            yield f"{base}/adjustments/{k}", i + 1, one
        for n, line in enumerate(decision.lines):
            for k, one in enumerate(line.adjustments):
                yield f"{base}/lines/{n}/adjustments/{k}", i + 1, one


@rule(
    "COB-ADJ-001",
    "adjustment-incomplete",
    message="coverage {number}: an adjustment {problem}",
    help="Copy group (CO, CR, OA, PI or PR), reason and amount from the other payer's remittance.",
    source="005010X222A1 and 005010X223A2, CAS01 to CAS03 in 2320 and 2430 (no zero amounts; a group stands "
    "once at a level, more often only for more than six reasons); rules catalogue P57",
    severity="error",
    given=("coverages.adjudication",),
    snip=2,
    also=("P57", "I67"),
    breaks=[
        _other({**_BY_CLAIM, "adjustments": [{"group": "XX", "reason": "45", "amount": "150.00"}]}),
        _other({**_BY_CLAIM, "adjustments": [{"reason": "45", "amount": "150.00"}]}),
        _other({**_BY_CLAIM, "adjustments": [{"group": "CO", "amount": "150.00"}]}),
        _other({**_BY_CLAIM, "adjustments": [{"group": "CO", "reason": "45"}]}),
        _other({**_BY_CLAIM, "adjustments": [{"group": "CO", "reason": "45", "amount": "0.00"}]}),
        {
            READ: {
                "split_groups": [f"/coverages/1/adjudication/adjustments/{k}/group" for k in (1, 2)],
            },
            **_other({**_BY_CLAIM, "adjustments": _THIRDS}),
        },
        {
            "/coverages/-": {"adjudication": {"adjustments": [{}]}},
            "/coverages/1/adjudication/adjustments/-": {},
        },
        {"/coverages/-": {}, "/coverages/1/adjudication/adjustments/-": {"group": "XX"}},
        {
            "/coverages/-": {"adjudication": {"adjustments": [{"amount": "0.00"}]}},
            "/coverages/1/adjudication/adjustments/-": {},
        },
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {
                **_PAID,
                "adjudication": {
                    "lines": [
                        {
                            "line": 1,
                            "adjustments": [
                                {"group": "XX", "reason": "45", "amount": "1.00"},
                                {"group": "XX", "reason": "45", "amount": "1.00"},
                            ],
                        }
                    ]
                },
            },
        },
    ],
    keeps=[
        _other(_BY_CLAIM),
        _other({**_BY_CLAIM, "adjustments": _THIRDS}),
        {READ: {"split_groups": ["/coverages/2/adjudication/adjustments/1/group"]}, **_other(_BY_CLAIM)},
        _other({**_BY_CLAIM, "adjustments": [{"group": "PR", "reason": "1", "amount": "-0.01"}]}),
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
            "/coverages/-": {**_PAID, "adjudication": {"adjustments": [{"reason": "45", "amount": "1.00"}]}},
            "/unread/-": {"path": "/coverages/1/adjudication/adjustments/0/group", "text": "?"},
        },
    ],
)
def adjustment_incomplete(case: Case) -> Iterator[Hit]:
    """An adjustment says who bears it, why, and how much it is, all of a group in one segment.

    A group that is begun again is a remark: no payer is known to reject it.
    """
    for path, number, one in _adjustments(case):
        if absent(case, one.group, f"{path}/group"):
            yield Hit(f"{path}/group", number=number, problem="has no group")
        elif one.group is not None and case.lists.known("group", one.group, None) is False:
            yield Hit(
                f"{path}/group", number=number, problem=f"has the group {one.group}, which does not exist"
            )
        if absent(case, one.reason, f"{path}/reason"):
            yield Hit(f"{path}/reason", number=number, problem="has no reason code")
        if absent(case, one.amount, f"{path}/amount"):
            yield Hit(f"{path}/amount", number=number, problem="has no amount")
        elif one.amount == 0:
            yield Hit(f"{path}/amount", number=number, problem="is 0.00")
        if f"{path}/group" in split_groups(case.claim):
            problem = (
                f"of the group {one.group} stands in a segment (CAS) of its own; the first has room for it"
            )
            yield Hit(f"{path}/group", severity="info", number=number, problem=problem)
