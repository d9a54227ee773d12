"""INFO-AUDIT: patterns that recovery auditors and inspectors select for review."""

from collections.abc import Iterator
from decimal import Decimal

from edi.coding.family import INITIALS
from edi.rules import Case, Hit, rule
from edi.rules.about import administrations

MOST_HOURS = 4
"""Further hours of one code above which a claim is a theme of audits (rules catalogue H.1)."""
_LINE = {"units": 1, "service_date": "2026-03-03", "charge": "1.00"}


@rule(
    "INFO-AUDIT-001",
    "audit-theme",
    message="the claim shows what auditors select: {themes}",
    help="Nothing to do; keep times, orders and signatures of this visit at hand.",
    source="source article S2 (themes of OIG and recovery auditors); CMS recovery audit topic 0071; rules "
    "catalogue H.1",
    severity="info",
    snip=7,
    breaks=[
        {"/lines/-": {**_LINE, "hcpcs": "96413"}},
        {"/lines/-": {**_LINE, "hcpcs": "96366", "units": 5}},
        {"/lines/-": {**_LINE, "hcpcs": "96365", "modifiers": ["59"]}},
        {"/lines/-": {**_LINE, "hcpcs": "96523"}},
        {"/lines/-": {"units": 10000, "hcpcs": "96523"}},
        {"/lines/-": {"service_date": "2026-03-03", "hcpcs": "96365"}},
    ],
    keeps=[
        {},
        {"/lines/-": {**_LINE, "hcpcs": "96366", "units": 4}},
        {"/lines/-": {**_LINE, "hcpcs": "96365", "modifiers": ["59"], "service_date": "2026-03-04"}},
        {"/lines/-": {**_LINE, "hcpcs": "96367"}},
        {"/lines/-": {"hcpcs": "96365"}},
        {"/lines/-": {"units": 0, "service_date": "2026-03-03", "hcpcs": "96413"}},
        {"/lines/0/hcpcs": "J2310"},
        {"/lines/-": {"hcpcs": "96413"}},
    ],
)
def audit_theme(case: Case) -> Iterator[Hit]:
    """Chemotherapy beside therapeutic infusion, many hours, two first hours, a port flush. Said once per "
    "claim."""
    units: dict[tuple[object, str], Decimal] = {}
    for _, line, code in administrations(case):
        if line.units is None or line.units > 0:
            key = (line.service_date, code)
            units[key] = units.get(key, Decimal(0)) + (line.units or Decimal(1))
    days = {day for day, _ in units}
    themes = []
    if any((day, "96413") in units and (day, "96365") in units for day in days):
        themes.append("96413 and 96365 on one day")
    if any(count > MOST_HOURS for (_, code), count in units.items() if code == "96366"):
        themes.append(f"more than {MOST_HOURS} units of 96366")
    firsts = {
        day: sum(count for (d, code), count in units.items() if d == day and code in INITIALS) for day in days
    }
    if any(count > 1 for count in firsts.values()) and "96413 and 96365 on one day" not in themes:
        themes.append("two first services on one day")
    if any(code == "96523" for _, code in units):
        themes.append("96523")
    if themes:
        yield Hit("/lines", themes=", ".join(themes))
