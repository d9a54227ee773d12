"""F15, item 26: the id of the claim; and values of a claim that could not be read."""

from collections.abc import Iterator

from edi.rules import Case, Hit, rule
from edi.rules.asks import absent, box

SAFE_LENGTH = 20
"""Characters of a claim id that every payer returns."""
MOST_LENGTH = 38


@rule(
    "CLM-READ-001",
    "value-unreadable",
    message="the value at {field} could not be read",
    help="Write a date as CCYYMMDD, an amount or a number with digits and a point, a code as the guide "
    "lists it.",
    source="005010X222A1 and 005010X223A2, data types of elements; rules catalogue SNIP1-003",
    severity="error",
    given=("unread",),
    snip=1,
    also=("SNIP1-003",),
    breaks=[
        {"/unread": [{"path": "/lines/0/service_date", "text": "20260230"}], "/lines/0/service_date": None},
        {
            "/unread": [
                {"path": "/lines/0/service_date", "text": "20260230"},
                {"path": "/lines/0/service_date", "text": "20260230"},
            ],
            "/lines/0/service_date": None,
        },
    ],
    keeps=[{"/unread": []}],
)
def value_unreadable(case: Case) -> Iterator[Hit]:
    """A date that does not exist or an amount with letters cannot be judged any further."""
    for one in case.claim.unread:
        yield Hit(one.path, field=one.path)


@rule(
    "CLM-ID-001",
    "claim-id-unusable",
    message="the claim id ({box}) {problem}",
    help="Give the claim an account number of your own, at most 20 characters, and use it once.",
    source="005010X222A1 and 005010X223A2, 2300 CLM01; CMS-1500 item 26, UB-04 FL 3a; rules catalogue P25",
    severity="error",
    snip=2,
    also=("P25", "F04-03A-001"),
    breaks=[
        {"/claim_id": None},
        {"/claim_id": "A23456789012345678901"},
        {"/claim_id": "A23456789012345678901234567890123456789"},
        {"/claim_id": "A2345678901234567890123456789012345678"},
    ],
    keeps=[
        {"/claim_id": "A2345678901234567890"},
        {"/claim_id": None, "/unread/-": {"path": "/claim_id", "text": "?"}},
    ],
)
def claim_id_unusable(case: Case) -> Iterator[Hit]:
    """The payer returns the id with its answer; 20 characters are sure to come back, 38 can be sent.

    Over 20 characters is a warning.
    """
    id_ = case.claim.claim_id
    where = box(case, "26", "3a")
    if absent(case, id_, "/claim_id"):
        yield Hit("/claim_id", box=where, problem="is missing")
    elif id_ is not None and len(id_) > MOST_LENGTH:
        yield Hit("/claim_id", box=where, problem=f"has {len(id_)} characters; 38 can be sent")
    elif id_ is not None and len(id_) > SAFE_LENGTH:
        problem = f"has {len(id_)} characters; payers need return only the first 20"
        yield Hit("/claim_id", severity="warning", box=where, problem=problem)
