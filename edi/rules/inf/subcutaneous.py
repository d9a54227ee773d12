"""INF-SC: infusions under the skin."""

from collections.abc import Iterator
from decimal import Decimal

from edi.coding.family import PUSH_LIMIT
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_drug, at
from edi.rules.inf.linking import by_date, coded_links, units_of
from edi.rules.inf.sources import CPT, LIMITS


@rule(
    "INF-SC-001",
    "subcutaneous-infusion-too-short",
    message="line {line} bills 96369 for {names}, which ran {minutes} minutes",
    help="Bill 96372: 15 minutes or less under the skin are an injection.",
    source=CPT,
    severity="error",
    snip=7,
    codes=("96369",),
    needs=("record",),
    on="encounter",
    base="subcutaneous-professional",
    breaks=[
        {"/administrations/0/stop": "2026-03-03T09:15"},
        {"/administrations/0/stop": "2026-03-03T09:05", "/services/0/administrations": ["A1"]},
        {
            "/administrations/0/stop": "2026-03-03T09:05",
            "/services/0/administrations": ["A1"],
            "/services/-": {"hcpcs": "96369", "administrations": ["A1"]},
        },
        {
            "/administrations/0/stop": "2026-03-03T09:05",
            "/services/-": {"hcpcs": "96369", "administrations": ["A1"]},
        },
        {
            "/administrations/0/stop": "2026-03-03T09:15",
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1559",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:10",
            },
        },
        {
            "/administrations/0/stop": "2026-03-03T09:05",
            "/services/-": {"hcpcs": "96369", "administrations": ["A1"]},
            "/administrations/-": {"id": "A2", "route": "PO"},
        },
        {
            "/administrations/0/stop": at("09:15"),
            "/administrations/-": [
                a_drug("A2", "iron sucrose", "J1756", "09:20", "09:50"),
                a_drug("A3", "heparin", "J1644", "09:20", "09:20", route="SC", technique="injection"),
            ],
        },
    ],
    keeps=[
        {},
        {"/administrations/0/stop": "2026-03-03T09:16"},
        {"/administrations/0/stop": "2026-03-03T09:15", "/services/0/hcpcs": "96372"},
        {"/administrations/0/route": "96415"},
        {"/administrations/0/stop": "2026-03-03T09:00"},
        {"/administrations/0/hcpcs": "J9045"},
        {
            "/administrations/0/stop": "2026-03-03T09:15",
            "/services/0/hcpcs": "96372",
            "/services/1/hcpcs": "96369",
        },
        {
            "/administrations/0/stop": "2026-03-03T09:15",
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1559",
                "technique": "infusion",
                "start": "2026-03-03T09:00",
            },
        },
        {
            "/services/-": {"hcpcs": "96369", "administrations": ["A1"]},
            "/administrations": [{"id": "A1", "technique": "injection"}],
        },
    ],
)
def too_short(case: Case) -> Iterator[Hit]:
    """An infusion under the skin begins at minute 16."""
    for found in coded_links(case):
        if found.code != "96369" or not found.given:
            continue
        if any(g.excluded is not None or g.minutes is None for g in found.given):
            continue
        ran = max(g.minutes or 0 for g in found.given)
        if ran <= PUSH_LIMIT:
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                names=found.names,
                minutes=ran,
                expected="96372",
                actual="96369",
            )


@rule(
    "INF-SC-002",
    "pump-set-up-more-than-once",
    message="{units} units of 96371 are billed for {day}; one is paid",
    help="Leave one unit of 96371, however many further sites were set up.",
    source=LIMITS,
    severity="error",
    snip=7,
    sees="services",
    codes=("96371",),
    also=("NCCI-MUE-001",),
    base="subcutaneous-professional",
    breaks=[
        {"/lines/-": {"hcpcs": "96371", "units": "2", "service_date": "2026-03-03"}},
        {
            "/lines/0": {"hcpcs": "96371", "units": "1", "service_date": "2026-03-03"},
            "/lines/-": {"hcpcs": "96371", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/-": {"hcpcs": "96371", "units": "2"}},
        {"/lines/-": {"hcpcs": "96371", "units": "2"}, "/lines/1/hcpcs": "96371"},
    ],
    keeps=[{}, {"/lines/-": {"hcpcs": "96371", "units": "1", "service_date": "2026-03-03"}}],
)
def set_up_more_than_once(case: Case) -> Iterator[Hit]:
    """A further pump set-up is billed once per date."""
    for day, lines in by_date(case, ("96371",)).items():
        total = sum((units_of(line) for _, line, _ in lines), Decimal(0))
        if total > 1:
            yield Hit(
                f"/lines/{lines[-1][0]}/units",
                units=f"{total:f}",
                day=day.isoformat() if day else "one date",
                expected=1,
                actual=f"{total:f}",
            )
