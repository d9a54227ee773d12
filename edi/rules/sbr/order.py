"""Coverages in their order: who pays before whom, and what the payer before has decided."""

from collections.abc import Iterator

from edi.coding.assembly import MSP_VALUE_CODES
from edi.finding import Severity
from edi.model.claim import (
    RESPONSIBILITY_ORDER,
    coverage_order,
    effective_bill_to,
    other_coverages,
)
from edi.payers import MEDICARE_FILING
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE
from edi.rules.asks import box, bypassed

CONDITIONAL = ("14", "15", "47")
"""Reasons for which Medicare pays before an insurer that has not decided (CMS Pub. 100-05 ch. 1)."""
_FIRST = {
    "responsibility": "P",
    "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
    "claim_filing": "CI",
    "member_id": "E1",
    "relationship": "18",
}
_SECOND = {"/coverages/0/responsibility": "S", "/coverages/0/secondary_reason": "12", "/bill_to": 0}
_DECIDED = {
    "paid": "500.00",
    "paid_date": "2026-04-01",
    "adjustments": [{"group": "CO", "reason": "45", "amount": "150.00"}],
}


@rule(
    "PRO-COB-001",
    "first-payer-not-decided",
    message="the claim goes to the payer with responsibility {code}, {problem}",
    help="Bill the payer before this one first, and copy its decision from the remittance; or correct the "
    "order of the coverages.",
    source="005010X222A1 and 005010X223A2, 2320 (every other payer, with its decision once it has made "
    "one); X12 reason 22; CMS-1500 items 9 and 29, UB-04 FL 50 and 54",
    severity="error",
    snip=4,
    sees="payers",
    also=("P49", "I38", "PRO-MSP-001"),
    breaks=[
        {**_SECOND, "/coverages/-": _FIRST},
        {"/coverages/0/responsibility": "S", "/coverages/0/secondary_reason": "12"},
        {"/coverages/0/responsibility": "T", "/coverages/0/claim_filing": "CI"},
        {"/coverages/0/responsibility": "STABCDEFGH"},
        {"/coverages/0/responsibility": "S", BASE: "secondary-facility"},
        {
            "/coverages/0/responsibility": "S",
            "/coverages/-": {"responsibility": "P"},
            "/value_codes": [{"code": "12"}],
        },
        {
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "47",
            "/coverages/-": {"responsibility": "P"},
        },
        {
            "/coverages/0/responsibility": "S",
            "/coverages/-": {"responsibility": "P"},
            "/value_codes": [{"amount": "0.00"}],
        },
        {
            "/coverages": [
                {"responsibility": "P"},
                {"responsibility": "S"},
                {"responsibility": "T", "claim_filing": "MB"},
            ],
            "/bill_to": 2,
        },
        {
            "/coverages": [
                {"responsibility": "P"},
                {"responsibility": "S", "claim_filing": "MB", "secondary_reason": "14"},
            ],
            "/bill_to": 1,
        },
        {
            "/coverages": [
                {"responsibility": "P"},
                {"responsibility": "S", "claim_filing": "MB", "secondary_reason": "15"},
            ],
            "/bill_to": 1,
        },
    ],
    keeps=[
        {**_SECOND, "/coverages/-": {**_FIRST, "adjudication": _DECIDED}},
        {**_SECOND, "/coverages/-": {**_FIRST, "adjudication": {"non_covered": "650.00"}}},
        {"/coverages/-": {**_FIRST, "responsibility": "S"}, "/bill_to": 0},
        {"/coverages/0/responsibility": "U"},
        {**_SECOND, "/coverages/-": _FIRST, "/value_codes": [{"code": "12", "amount": "0.00"}]},
        {
            **_SECOND,
            "/coverages/-": _FIRST,
            "/coverages/0/claim_filing": "CI",
            "/coverages/0/responsibility": "A",
            "/coverages/1/responsibility": "U",
        },
        {"/coverages/0/responsibility": "T", "/coverages/-": {}},
        {"/coverages/0/responsibility": None},
        {"/coverages": []},
    ],
)
def first_payer_not_decided(case: Case) -> Iterator[Hit]:
    """A payer that comes second pays only what the first has left, and must be told what that was.

    Medicare pays under condition where a liability, no-fault or work insurer is slow (a warning), and where
    the value code of the first payer says 0.00 (silent).
    """
    claim = case.claim
    index = effective_bill_to(claim)
    if index is None:
        return
    billed = claim.coverages[index]
    code = billed.responsibility or "U"
    if code not in "STABCDEFGH":
        return
    rank = RESPONSIBILITY_ORDER.index(code)
    before = [
        (i, other)
        for i, other in other_coverages(claim)
        if RESPONSIBILITY_ORDER.find(other.responsibility or "U") < rank
    ]
    if not before:
        if not any((c.responsibility or "U") == "U" for _, c in other_coverages(claim)):
            problem = "and no payer before it is named"
            yield Hit(f"/coverages/{index}/responsibility", code=billed.responsibility, problem=problem)
        return
    if any(one.code in MSP_VALUE_CODES and one.amount == 0 for one in claim.value_codes):
        return
    severity: Severity | None = "warning" if billed.secondary_reason in CONDITIONAL else None
    for i, other in before:
        if other.adjudication is None:
            problem = f"and the one with responsibility {other.responsibility} has not decided"
            path = f"/coverages/{i}/adjudication"
            yield Hit(path, severity=severity, code=billed.responsibility, problem=problem)


@rule(
    "F04-50-001",
    "payer-order-gap",
    message="the coverages have the responsibilities {codes}; {missing} is not among them ({box})",
    help="Number the payers P, S, T without a gap.",
    source="005010X222A1 and 005010X223A2, SBR01; UB-04 FL 50 lines A to C; rules catalogue F04-50-001",
    severity="warning",
    snip=4,
    sees="payers",
    also=("P12", "I06"),
    breaks=[{"/coverages/-": {**_FIRST, "responsibility": "T"}, "/bill_to": 0}],
    keeps=[
        {"/coverages/-": {**_FIRST, "responsibility": "S"}, "/bill_to": 0},
        {"/coverages/-": {**_FIRST, "responsibility": "U"}, "/bill_to": 0},
        {"/coverages/0/responsibility": "T"},
        {},
        {"/coverages/-": {"responsibility": "T"}, BASE: "secondary-facility"},
        {"/coverages": [{"responsibility": "P"}, {"responsibility": "T"}, {}], "/bill_to": 0},
        {"/coverages": [{"responsibility": "T"}, {"responsibility": "A"}], "/bill_to": 0},
        {"/coverages": [{"responsibility": "P"}, {"responsibility": "A"}], "/bill_to": 0},
    ],
)
def order_gap(case: Case) -> Iterator[Hit]:
    """A third payer without a second is a slip of the pen. A claim without a first is PRO-COB-001."""
    claim = case.claim
    codes = [claim.coverages[i].responsibility or "U" for i in coverage_order(claim.coverages)]
    if "P" in codes and "T" in codes and "S" not in codes and "U" not in codes:
        hit = Hit("/coverages", codes=", ".join(codes), missing="S", box=box(case, "11", "50"))
        yield hit.wanting("/coverages/{destination}/responsibility")


@rule(
    "SBR-MSP-001",
    "secondary-reason-not-wanted",
    message="coverage {number} says why Medicare pays second, but {problem}",
    help="Remove secondary_reason, or correct the claim filing code or the order of the coverages.",
    source="005010X222A1, 2000B and 2320 SBR05 (only where Medicare is not the first payer); rules "
    "catalogue P15, P78",
    severity="warning",
    given=("coverages.secondary_reason",),
    snip=4,
    also=("P15", "I06", "P78", "SNIP4-002"),
    setting="professional",
    breaks=[
        {"/coverages/0/secondary_reason": "12"},
        {"/coverages/0/secondary_reason": "12", "/coverages/0/claim_filing": "CI"},
        {
            "/coverages/0/secondary_reason": "12",
            "/coverages/-": {"responsibility": "P", "secondary_reason": "12"},
        },
        {"/coverages/-": {"claim_filing": "CI", "secondary_reason": "12"}},
        {
            "/coverages/0/secondary_reason": "12",
            "/coverages/0/claim_filing": "CI",
            "/coverages/-": {"claim_filing": "CI", "secondary_reason": "99"},
        },
    ],
    keeps=[{**_SECOND, "/coverages/-": {**_FIRST, "adjudication": _DECIDED}}],
)
def reason_not_wanted(case: Case) -> Iterator[Hit]:
    """Only Medicare as a later payer has such a reason.

    Medicare Advantage and other plans are not Medicare here.
    """
    for i, coverage in enumerate(case.claim.coverages):
        if not coverage.secondary_reason:
            continue
        path = f"/coverages/{i}/secondary_reason"
        if coverage.claim_filing is not None and coverage.claim_filing not in MEDICARE_FILING:
            yield Hit(path, number=i + 1, problem=f"its claim filing code is {coverage.claim_filing}")
        elif coverage.responsibility == "P":
            yield Hit(path, number=i + 1, problem="it pays first")


@rule(
    "COB-REF-001",
    "other-payer-claim-number-missing",
    message="coverage {number} has decided, and its own claim number is not given",
    help="Copy the claim control number from that payer's remittance, where it has one.",
    source="005010X222A1 and 005010X223A2, 2330B REF*F8 (where it is known); rules catalogue P55",
    severity="info",
    given=("coverages.adjudication",),
    snip=4,
    also=("P55", "I40"),
    breaks=[
        {**_SECOND, "/coverages/-": {**_FIRST, "adjudication": _DECIDED}},
        {
            "/coverages": [
                {"adjudication": {"paid": "1.00"}},
                {"adjudication": {"paid": "1.00"}},
                {"claim_filing": "MB"},
            ],
            "/bill_to": 2,
        },
    ],
    keeps=[
        {**_SECOND, "/coverages/-": {**_FIRST, "adjudication": {**_DECIDED, "payer_claim_number": "X"}}},
        {"/coverages/-": {}},
        {**_SECOND, "/coverages/-": {**_FIRST, "adjudication": {"non_covered": "650.00"}}},
    ],
)
def claim_number_missing(case: Case) -> Iterator[Hit]:
    """The number by which the other payer knows the claim helps to find its decision."""
    for i, coverage in other_coverages(case.claim):
        decision = coverage.adjudication
        if decision is not None and not decision.payer_claim_number and not bypassed(case.claim, decision):
            yield Hit(f"/coverages/{i}/adjudication/payer_claim_number", number=i + 1)
