"""Values of a file that contradict who is insured and who decided, and so have no home in the claim."""

import re
from collections.abc import Iterator

from edi.rules.about import BASE
from edi.rules.base import Case, Hit, rule

SELF_HELD = "2000B/SBR/02"
"""Address of the relationship that is left over where the patient is named apart from the subscriber."""
_DECISION = re.compile(r"2400\[(\d+)\]/2430(?:\[\d+\])?/SVD")
_CHILD = {
    "/coverages/0/relationship": "19",
    "/coverages/0/subscriber": {
        "last_name": "EXAMPLE",
        "first_name": "PETRA",
        "birth_date": "1930-01-02",
        "sex": "F",
        "address": {"line1": "1 A STREET", "city": "SPRINGFIELD", "state": "IL", "zip": "62701-0001"},
    },
}


def stray_decisions(case: Case) -> list[tuple[int, int]]:
    """Line decisions whose payer the claim does not name: index among the unmapped, number of the line."""
    found = ((i, _DECISION.fullmatch(one.address)) for i, one in enumerate(case.claim.unmapped))
    return [(i, int(match[1])) for i, match in found if match is not None]


@rule(
    "SBR-COV-005",
    "self-and-another-patient",
    message="the relationship is 18 (self), and the patient is named apart from the insured person (2000C)",
    help="Leave the relationship of the insured person (SBR02) empty, or send the claim without the loop of "
    "the patient.",
    source="005010X222A1 and 005010X223A2, 2000B SBR02 (18: the patient is the subscriber; then no 2000C)",
    severity="error",
    given=("unmapped",),
    snip=2,
    also=("P13", "P23", "F15-06-001", "I06"),
    breaks=[{**_CHILD, "/unmapped/-": {"address": SELF_HELD, "text": "18"}}],
    keeps=[
        {"/unmapped/-": {"address": SELF_HELD, "text": "19"}},
        {"/unmapped/-": {"address": "2320[1]/SBR/02", "text": "18"}},
    ],
)
def self_and_another(case: Case) -> Iterator[Hit]:
    """Self means that the insured person is the patient, who then has no loop of his or her own."""
    for i, one in enumerate(case.claim.unmapped):
        if one.address == SELF_HELD and one.text == "18":
            yield Hit(f"/unmapped/{i}", actual="18")
            return


@rule(
    "SBR-COV-006",
    "decision-of-unknown-payer",
    message="a decision on line {line} is of a payer that the claim does not name (2430 SVD01)",
    help="Write the payer id of the other payer (2330B NM109) as the payer of the decision.",
    source="005010X222A1 and 005010X223A2, 2430 SVD01 = 2330B NM109",
    severity="error",
    given=("unmapped",),
    snip=2,
    also=("P56", "I55"),
    breaks=[
        {"/unmapped/-": {"address": "2400[2]/2430[1]/SVD", "text": "SVD*99*1*HC:J1756**1"}},
        {
            BASE: "secondary-facility",
            "/unmapped": [
                {"address": "2400[1]/2430[1]/SVD", "text": "SVD*99*1*HC:96365*0260*1"},
                {"address": "2400[1]/2430[1]/DTP", "text": "DTP*573*D8*20260401"},
                {"address": "2400[2]/2430[1]/SVD", "text": "SVD*99*1*HC:J1756*0636*1"},
                {"address": "2400[2]/2430[1]/DTP", "text": "DTP*573*D8*20260401"},
            ],
        },
    ],
    keeps=[
        {"/unmapped/-": {"address": "2400[1]/2430[1]/CAS", "text": "CAS*CO*45*1"}},
        {"/unmapped/-": {"address": "2400[1]/SVD", "text": "SVD*99*1"}},
    ],
)
def decision_of_unknown_payer(case: Case) -> Iterator[Hit]:
    """Who decided on a line is one of the other payers of the claim, else COB-BAL-001 and COB-BAL-003 add
    nothing up.
    """
    for i, line in stray_decisions(case):
        yield Hit(f"/unmapped/{i}", line=line)
