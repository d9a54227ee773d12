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
    codes=(*INITIALS, "96366", "96523"),
    snip=7,
    sees="codes",
    breaks=[
        {"/lines/-": {**_LINE, "hcpcs": "96413"}},
        {"/lines/-": {**_LINE, "hcpcs": "96366", "units": 5}},
        {"/lines/-": {**_LINE, "hcpcs": "96365", "modifiers": ["59"]}},
        {"/lines/-": {**_LINE, "hcpcs": "96523"}},
        {"/lines/-": {"units": 10000, "hcpcs": "96523"}},
        {"/lines/-": {"service_date": "2026-03-03", "hcpcs": "96365"}},
        {"/lines/0/units": 0, "/lines/-": {**_LINE, "hcpcs": "96366", "units": 5}},
        {"/lines": [{**_LINE, "hcpcs": "96366", "units": 3}, {**_LINE, "hcpcs": "96366", "units": 3}]},
        *(
            {"/lines/1": {**_LINE, "hcpcs": "96365", "service_date": "2026-03-04"}, "/lines/-": line}
            for line in ({**_LINE, "hcpcs": "96413"}, {**_LINE, "hcpcs": "96365", "modifiers": ["59"]})
        ),
        *(
            {"/lines": [{**_LINE, "hcpcs": code, "units": 5}]}
            for code in ("96360", "96366", "96374", "96409", "96413", "96523")
        ),
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
    """Chemotherapy beside therapeutic infusion, many hours, two first hours, a port flush.

    Said once per claim.
    """
    firsts: dict[object, Decimal] = {}
    hours: dict[object, Decimal] = {}
    codes: set[tuple[object, str]] = set()
    flushed = False
    for _, line, code in administrations(case):
        day, units = line.service_date, Decimal(1) if line.units is None else line.units
        if units <= 0:
            continue
        if code in INITIALS:
            firsts[day] = firsts[day] + units if day in firsts else units
            codes.add((day, code))
        elif code == "96366":
            hours[day] = hours[day] + units if day in hours else units
        elif code == "96523":
            flushed = True
    themes = []
    if any((day, "96413") in codes and (day, "96365") in codes for day in firsts):
        themes.append("96413 and 96365 on one day")
    if any(count > MOST_HOURS for count in hours.values()):
        themes.append(f"more than {MOST_HOURS} units of 96366")
    if any(count > 1 for count in firsts.values()) and "96413 and 96365 on one day" not in themes:
        themes.append("two first services on one day")
    if flushed:
        themes.append("96523")
    if themes:
        yield Hit("/lines", themes=", ".join(themes))
