"""Balances of the claim and its lines."""

from collections.abc import Iterator

from edi.rules import Case, Hit, rule
from edi.rules.asks import absent, box, charged


@rule(
    "F15-28-001",
    "total-differs-from-lines",
    message="the total charge ({box}) is {stated}, the lines add up to {added}",
    help="Write the sum of the line charges as the total.",
    source="005010X222A1, CLM02 = sum of SV102; 005010X223A2, CLM02 = sum of SV203; CMS-1500 item 28, UB-04 "
    "line 23",
    severity="error",
    snip=3,
    also=("P26", "I09", "SNIP3-001", "F04-47-001"),
    breaks=[{"/total_charge": "649.99"}, {"/total_charge": "650.01"}, {"/lines/0/charge": "250.01"}],
    keeps=[
        {"/total_charge": "650"},
        {"/total_charge": "650.00"},
        {"/lines/0": {}},
        {"/total_charge": None},
    ],
)
def total_differs(case: Case) -> Iterator[Hit]:
    """The total of a claim is the sum of its lines, to the cent."""
    claim, total = case.claim, charged(case)
    if claim.total_charge is None or total is None:
        return
    if total != claim.total_charge:
        yield Hit(
            "/total_charge",
            expected=f"{total:.2f}",
            actual=f"{claim.total_charge:.2f}",
            added=f"{total:.2f}",
            stated=f"{claim.total_charge:.2f}",
            box=box(case, "28", "47, line 23"),
        )


@rule(
    "CLM-TOTAL-001",
    "total-missing",
    message="the claim has no total charge ({box})",
    help="Write the sum of the line charges as the total.",
    source="005010X222A1 and 005010X223A2, 2300 CLM02 (required); CMS-1500 item 28, UB-04 line 23; rules "
    "catalogue P26",
    severity="error",
    snip=2,
    also=("P26", "I09"),
    breaks=[{"/total_charge": None}],
    keeps=[{"/total_charge": "650.00"}],
)
def total_missing(case: Case) -> Iterator[Hit]:
    """Every claim states its total."""
    if absent(case, case.claim.total_charge, "/total_charge"):
        yield Hit("/total_charge", box=box(case, "28", "47, line 23"))


@rule(
    "FAC-NC-001",
    "non-covered-exceeds-charge",
    message="line {line} has {non_covered} not covered of a charge of {charge} (FL 48)",
    help="Lower the non-covered amount to the charge of the line or less.",
    source="005010X223A2, 2400 SV207; UB-04 FL 48",
    severity="error",
    given=("lines.non_covered",),
    snip=3,
    also=("I48", "SNIP3-004"),
    setting="facility",
    breaks=[
        {"/lines/0/non_covered": "250.01"},
        {"/lines/0/non_covered": "-0.01"},
        {"/lines/0/non_covered": "-0.01", "/lines/1/non_covered": "-0.01"},
    ],
    keeps=[
        {"/lines/0/non_covered": "250.00"},
        {"/lines/0/non_covered": "0.00"},
        {"/lines/0/non_covered": "0.00", "/lines/0/charge": None},
    ],
)
def non_covered_exceeds(case: Case) -> Iterator[Hit]:
    """No more of a line can be non-covered than was charged for it, and no less than nothing."""
    for i, line in enumerate(case.claim.lines):
        part, charge = line.non_covered, line.charge
        if part is not None and charge is not None and (part > charge or part < 0):
            path = f"/lines/{i}/non_covered"
            yield Hit(path, line=i + 1, non_covered=f"{part:.2f}", charge=f"{charge:.2f}")
