"""Medicare as a secondary payer: why it is not primary."""

from collections.abc import Iterator

from edi.coding.assembly import MSP_VALUE_CODES
from edi.model.claim import billed_coverage, effective_bill_to
from edi.payers import MEDICARE_FILING
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE

_EMPLOYER_PLAN = {
    "responsibility": "P",
    "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
    "claim_filing": "CI",
    "member_id": "E1",
    "relationship": "18",
    "adjudication": {"paid": "0.00", "paid_date": "2026-04-01"},
}


@rule(
    "PRO-MSP-001",
    "secondary-reason-missing",
    message="Medicare is billed after another payer, but {problem}",
    help="Write why Medicare is not primary: 12 working aged, 13, 14, 15, 16, 41, 42, 43 or 47.",
    source="005010X222A1, 2000B SBR05; 005010X223A2 has none: value codes 12-16, 41-43, 47 (UB-04 FL "
    "39-41); CMS Pub. 100-05",
    severity="error",
    snip=4,
    sees="payers",
    also=("P15", "I06"),
    breaks=[
        {"/coverages/-": _EMPLOYER_PLAN, "/coverages/0/responsibility": "S", "/bill_to": 0},
        {
            "/coverages/-": _EMPLOYER_PLAN,
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "99",
            "/bill_to": 0,
        },
        {"/coverages/-": {}, "/coverages/0/responsibility": "S", "/setting": "facility"},
        {"/coverages/-": {}, "/coverages/0/responsibility": "S", "/value_codes/-": {"code": "12"}},
        {"/coverages/-": {}, "/coverages/0/responsibility": "S", BASE: "inpatient"},
    ],
    keeps=[
        {
            "/coverages/-": _EMPLOYER_PLAN,
            "/coverages/0/responsibility": "S",
            "/coverages/0/secondary_reason": "12",
            "/bill_to": 0,
        },
        {"/coverages/0/responsibility": "S", "/coverages/0/claim_filing": "CI"},
        {"/coverages/-": {}},
        {"/coverages": None},
        {"/coverages/0/responsibility": "S"},
        {"/coverages/0/responsibility": "S", "/coverages/0/claim_filing": "CI", "/coverages/-": {}},
        {"/coverages/-": {}, "/coverages/0/responsibility": "U"},
        {"/coverages/-": {}, "/coverages/0/responsibility": None},
        {
            "/coverages/-": {},
            "/coverages/0/responsibility": "S",
            BASE: "facility",
            "/value_codes/-": {"code": "12"},
        },
    ],
)
def secondary_reason_missing(case: Case) -> Iterator[Hit]:
    """Medicare pays second for one of nine reasons, and the claim has to say which."""
    claim = case.claim
    coverage, index = billed_coverage(claim), effective_bill_to(claim)
    if coverage is None or coverage.claim_filing not in MEDICARE_FILING:
        return
    if coverage.responsibility in (None, "P", "U") or len(claim.coverages) < 2:
        return
    path = f"/coverages/{index}/secondary_reason"
    reason = coverage.secondary_reason
    if reason is None:
        if claim.setting != "facility":
            yield Hit(path, problem="no reason is stated")
        elif not any(v.code in MSP_VALUE_CODES for v in claim.value_codes):
            yield Hit(path, problem="no value code says why (FL 39-41)").wanting("/value_codes/{n}/code")
    elif case.lists.known("medicare_secondary", reason, None) is False:
        yield Hit(path, problem=f"{reason} is no reason that the guide knows")
