"""PRV-PLAN-001: the plan to pay back, which is of demands between payers."""

from collections.abc import Iterator

from edi.rules.base import Case, Hit, rule

LOOP = "2010AC"


@rule(
    "PRV-PLAN-001",
    "plan-to-pay-back-on-a-claim",
    message="the claim names a plan to pay back (2010AC), which is for demands of one payer on another",
    help="Leave the loop out unless a payer sends the file to get its money back (BHT06 = 31).",
    source="005010X222A1 and 005010X223A2, 2010AC NM1*PE (only for subrogation demands); rules catalogue P11",
    severity="info",
    snip=4,
    given=("unmapped",),
    also=("P11", "SNIP4-002"),
    breaks=[{"/unmapped": [{"address": "2010AC/NM1", "text": "NM1*PE*2*STATE PLAN*****PI*12345"}]}],
    keeps=[{"/unmapped": [{"address": "2010AB/REF", "text": "REF*0B*12345"}]}],
)
def plan_to_pay_back(case: Case) -> Iterator[Hit]:
    """A provider's claim is paid to the provider. A remark: a payer's own file may be checked too."""
    for i, one in enumerate(case.claim.unmapped):
        if one.address.startswith(LOOP):
            yield Hit(f"/unmapped/{i}")
            return
