"""Names that a file gives to an organization and only a person has."""

import re
from collections.abc import Iterator

from edi.model import crosswalk
from edi.rules.about import BASE
from edi.rules.base import Case, Hit, rule

_NAME = re.compile(r"(?:[^/]+/)*(\w+)(?:\[\d+\])?/NM1(?:\[[^\]]*\])?(?:#\d+)?/0[457]")


@rule(
    "PRV-NAME-003",
    "first-name-of-an-organization",
    message="{who} has a part of a person's name ({address})",
    help="Leave first name, middle name and suffix of an organization empty, or send a person (NM102 = 1).",
    source="005010X222A1 and 005010X223A2, NM104, NM105 and NM107 (of persons only)",
    severity="warning",
    given=("unmapped",),
    snip=2,
    also=("P05", "P77", "SNIP2-003"),
    breaks=[
        {"/unmapped/-": {"address": "2010AA/NM1/04", "text": "DANA"}},
        {"/unmapped/-": {"address": "2010AA/NM1/05", "text": "D"}},
        {
            "/unmapped": [
                {"address": "2010AA/NM1/07", "text": "JR"},
                {"address": "2310C/NM1/04", "text": "DANA"},
            ],
        },
        {
            "/unmapped": [
                {"address": "2010AA/NM1/04", "text": "DANA"},
                {"address": "2400[1]/2420A[1]/NM1[82]/04", "text": "DANA"},
            ],
        },
        {
            BASE: "facility",
            "/unmapped": [
                {"address": "2010AA/NM1/04", "text": "DANA"},
                {"address": "2310E/NM1/04", "text": "DANA"},
            ],
        },
    ],
    keeps=[
        {"/unmapped/-": {"address": "2010AA/NM1/06", "text": "DR"}},
        {"/unmapped/-": {"address": "2010AA/PER/04", "text": "2175550100"}},
        {"/unmapped/-": {"address": "2010AA/NM1/04-1", "text": "X"}},
    ],
)
def first_name_of_organization(case: Case) -> Iterator[Hit]:
    """An organization has one name. Receivers read past the rest, so a warning."""
    for i, one in enumerate(case.claim.unmapped):
        found = _NAME.fullmatch(one.address)
        if found:
            yield Hit(f"/unmapped/{i}", who=_called(case, found[1]), address=one.address)


def _called(case: Case, loop: str) -> str:
    """Whom a loop of the claim names, where it is a provider of the whole claim."""
    record = crosswalk.record_of(crosswalk.set_of(case.claim.setting), loop) or ""
    role = record.removeprefix("/").replace("_", " ")
    return f"the {role}, an organization," if role.endswith(("provider", "facility")) else "an organization"
