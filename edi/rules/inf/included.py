"""INF-INCL: what is part of every administration."""

from collections.abc import Iterator
from functools import cache

from edi import tables
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_line
from edi.rules.inf.linking import by_date
from edi.rules.inf.sources import NORIDIAN_CHEMO

PORT_CARE = "96523"
"""Irrigation of a port, which is billed where nothing else is given."""


@cache
def _supplies() -> dict[str, tuple[str, bool]]:
    """Label of each supply that is included, and whether the code still has to be verified."""
    return {
        row["code"]: (row["label"], bool(row["verify"]))
        for row in tables.rows("coding/included_supplies.csv")
    }


@rule(
    "INF-INCL-001",
    "supplies-billed-apart",
    message="line {line} bills {hcpcs} ({label}) beside an administration, which includes it",
    help="Remove the line: supplies, tubing, flush and preparation are part of the administration.",
    source=NORIDIAN_CHEMO,
    severity="error",
    codes=_supplies(),
    snip=7,
    sees="services",
    setting="professional",
    breaks=[
        {"/lines/-": {"hcpcs": "J1642", "units": "10", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "A4216", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": [a_line("J1642"), a_line("A4216")]},
        {"/lines/-": a_line("99070")},
        {"/lines/0": a_line("96523"), "/lines/-": a_line("J1642")},
        {"/lines/-": [a_line("96523"), a_line("J1642")]},
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "J1642", "units": "10", "service_date": "2026-03-04"}},
        {"/lines/-": {"hcpcs": "J1644", "units": "10", "service_date": "2026-03-03"}},
        {"/lines/0": {}},
    ],
)
def supplies_apart(case: Case) -> Iterator[Hit]:
    """Supplies, tubing, local anaesthesia, start of the line, flush and preparation of the drug are included.

    The start of the line is INF-HYD-004, port care INF-CHEMO-007. Hospitals report packaged supplies, so the
    rule is for practices; codes that still have to be verified give a warning, and so does a supply beside
    the care of a port alone.
    """
    days = by_date(case)
    for i, line in enumerate(case.claim.lines):
        code = (line.hcpcs or "").upper()
        if code in _supplies() and line.service_date in days:
            label, verify = _supplies()[code]
            only_care = {given for _, _, given in days[line.service_date]} == {PORT_CARE}
            yield Hit(
                f"/lines/{i}/hcpcs",
                severity="warning" if verify or only_care else None,
                line=i + 1,
                hcpcs=code,
                label=label,
                actual=code,
            )
