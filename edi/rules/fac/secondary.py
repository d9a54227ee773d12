"""FAC-VC-002: what a hospital tells Medicare of the contract with the payer before it."""

from collections.abc import Iterator
from decimal import Decimal

from edi.model.claim import other_coverages
from edi.model.party import Adjudication
from edi.rules.about import medicare
from edi.rules.bal.other_payers import out_of_balance
from edi.rules.base import Case, Hit, rule

ACCEPTED = "44"
"""Value code: what the hospital has agreed to take from the payer before Medicare as payment in full."""


def _taken_off(contract: str, patient: str) -> list[dict[str, str]]:
    """Adjustments by the contract, and what is left to the patient."""
    return [
        {"group": "CO", "reason": "45", "amount": contract},
        {"group": "PR", "reason": "2", "amount": patient},
    ]


def _paid(amount: str, contract: str, patient: str) -> dict[str, object]:
    """An example: what the payer before Medicare paid and took off."""
    return {
        "/coverages/0/adjudication/paid": amount,
        "/coverages/0/adjudication/adjustments": _taken_off(contract, patient),
    }


_SHORT = _paid("400.00", "150.00", "100.00")
_OTHER = {"responsibility": "T", "adjudication": {"paid": "1", "adjustments": _taken_off("1", "648")}}


def _contract(decision: Adjudication) -> Decimal:
    """What a payer took off by its contract (group CO, reason 45), of the claim and its lines."""
    every = (*decision.adjustments, *(one for line in decision.lines for one in line.adjustments))
    taken = (one.amount for one in every if (one.group, one.reason) == ("CO", "45"))
    return sum((amount for amount in taken if amount is not None), Decimal(0))


@rule(
    "FAC-VC-002",
    "accepted-amount-missing",
    message="the payer before Medicare allows {accepted} by contract and paid {paid}; value code 44 does not "
    "say so (FL 39-41)",
    help="Add value code 44 with the amount that the hospital takes from that payer as payment in full.",
    source="CMS Pub. 100-05 ch. 3 (value code 44); rules catalogue FAC-VC-001, medium confidence",
    severity="warning",
    given=("coverages.adjudication",),
    snip=7,
    setting="facility",
    also=("FAC-VC-001",),
    base="secondary-facility",
    breaks=[
        _SHORT,
        _paid("499.99", "150.00", "0.01"),
        _paid("0", "150.00", "500.00"),
        {**_SHORT, "/value_codes/-": {"code": "45", "amount": "12"}},
        {**_SHORT, "/value_codes": []},
        {**_SHORT, "/coverages/0/adjudication/adjustments/-": {"group": "CO", "reason": "45"}},
        {
            **_SHORT,
            "/coverages/0/adjudication/adjustments": [{"group": "PR", "reason": "2", "amount": "249.50"}],
            "/coverages/0/adjudication/lines": [
                {"line": 1, "adjustments": [{"group": "CO", "reason": "45", "amount": "0.50"}]}
            ],
        },
        {"/coverages": [{"responsibility": "P"}, _OTHER, {"claim_filing": "MA"}], "/bill_to": 2},
        {**_SHORT, "/coverages/-": _OTHER, "/bill_to": 1},
    ],
    keeps=[
        {},
        {**_SHORT, "/value_codes/-": {"code": "44", "amount": "500.00"}},
        {**_SHORT, "/coverages/1/claim_filing": "CI"},
        {**_SHORT, "/total_charge": None},
        {"/coverages/0/adjudication/paid": None},
        _paid("400.00", "0.00", "250.00"),
        {"/coverages/0/adjudication/paid": "400.00"},
        {**_SHORT, "/coverages/0/adjudication": None},
        {**_SHORT, "/coverages/0/adjudication/adjustments/0/reason": "97"},
        {**_SHORT, "/coverages/0/adjudication/adjustments/0/group": "PR"},
        {**_SHORT, "/value_codes": [{"code": "44"}, {"code": "12"}]},
    ],
)
def accepted_missing(case: Case) -> Iterator[Hit]:
    """Medicare pays up to what the contract with the payer before it allows, so it has to know that.

    A decision that does not balance (COB-BAL-001 to COB-BAL-003) does not tell the contract.
    """
    claim = case.claim
    if not medicare(case) or claim.total_charge is None:
        return
    if any(one.code == ACCEPTED for one in claim.value_codes):
        return
    for i, coverage in other_coverages(claim):
        decision = coverage.adjudication
        if decision is None or decision.paid is None or i in out_of_balance(case):
            continue
        contract = _contract(decision)
        accepted = claim.total_charge - contract
        if contract > 0 and decision.paid < accepted:
            yield Hit(
                "/value_codes", accepted=f"{accepted:.2f}", paid=f"{decision.paid:.2f}", expected=accepted
            )
