"""MOD-52: infusions that were stopped before their planned end."""

from collections.abc import Iterator

from edi.coding.family import INFUSION_GATE
from edi.coding.timeline import Given
from edi.rules.about import BASE, POLICIES
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import modifiers_of
from edi.rules.inf.linking import FIRST_INFUSIONS, Linked, coded_links, drug_infusions, links

_VIEWS = (
    "rules catalogue K03: a source article (52), CPT time rule (none), contractor and trade answers (52, 53)"
)


def stopped_early(given: Given) -> bool:
    """Whether an infusion ran shorter than it was planned."""
    planned = given.source.planned_minutes
    return planned is not None and given.minutes is not None and given.minutes < planned


def _first_with_52(found: Linked) -> bool:
    return found.code in FIRST_INFUSIONS and "52" in modifiers_of(found.line)


_REDUCED = {
    BASE: "coded-professional",
    "/services/0/modifiers": ["52"],
    "/services/0/administrations": ["A1"],
}
_SHORT = {"start": "2026-03-03T09:00", "stop": "2026-03-03T09:25", "planned_minutes": 60}


@rule(
    "MOD-52-001",
    "reduced-infusion",
    message="line {line} ({hcpcs}) carries 52: {minutes} of {planned} planned minutes; expect less payment",
    help="Nothing to do. Expect CARC 203 on the remittance; most payers want no 52 from 16 minutes on.",
    source=_VIEWS,
    severity="info",
    snip=7,
    needs=("record",),
    when={"mod52_policy": "textbook"},
    on="encounter",
    breaks=[
        {"/administrations/0/planned_minutes": 60, "/administrations/0/stop": "2026-03-03T09:25"},
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/-": {**_SHORT, "id": "A2", "access_site": "right hand"},
        },
        {"/administrations/-": {**_SHORT, "id": "A2", "access_site": "right hand"}},
        {
            **_REDUCED,
            "/administrations": [
                {**_SHORT, "id": "A1", "hcpcs": "J1756"},
                {**_SHORT, "id": "A2", "hcpcs": "J1756", "stop": "2026-03-03T09:30"},
            ],
            "/services/0/administrations": ["A1", "A2"],
        },
    ],
    keeps=[
        {},
        _REDUCED,
        {**_REDUCED, "/administrations/0/planned_minutes": 45},
        {**_REDUCED, "/administrations/0/planned_minutes": 45, "/administrations/0/stop": None},
        {"/administrations/0/planned_minutes": 25, "/administrations/0/stop": "2026-03-03T09:25"},
        {"/administrations/0/planned_minutes": 60, "/administrations/0/stop": "2026-03-03T09:05"},
        {"/administrations/0/planned_minutes": 60, "/administrations/-": {"id": "A1"}},
    ],
)
def reduced_infusion(case: Case) -> Iterator[Hit]:
    """Under the textbook rules 52 tells that the infusion was cut short, and the payment is reduced."""
    for found in links(case):
        if not _first_with_52(found):
            continue
        for given in found.given[:1]:
            if stopped_early(given):
                yield Hit(
                    f"/lines/{found.index}/modifiers",
                    line=found.number,
                    hcpcs=found.code,
                    minutes=given.minutes,
                    planned=given.source.planned_minutes,
                )


@rule(
    "MOD-52-002",
    "reduced-although-time-met",
    message="line {line} ({hcpcs}) carries 52, and its {minutes} minutes earn the code in full",
    help="Remove 52: from 16 minutes on the time of the code is met, whatever was planned.",
    source=_VIEWS,
    severity="warning",
    snip=7,
    needs=("record",),
    when={"mod52_policy": "cpt_time"},
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/services/0/modifiers": ["52"]},
        {"/services/0/modifiers": ["52"], "/administrations/0/stop": "2026-03-03T09:16"},
        {
            "/services/0/administrations": ["A1"],
            "/services/1": {"hcpcs": "96367", "modifiers": ["52"], "administrations": ["A1"]},
            "/services/-": {"hcpcs": "96367", "modifiers": ["52"], "administrations": ["A1"]},
        },
    ],
    keeps=[
        {},
        {"/services/0/modifiers": ["52"], "/administrations/0/stop": "2026-03-03T09:15"},
        {"/services/0/modifiers": ["59"]},
        {
            "/services/0/modifiers": ["52"],
            "/services/0/hcpcs": "96374",
            "/services/0/administrations": ["A1"],
        },
        {"/services/0/modifiers": ["52"], "/administrations/0/route": "IM"},
        {"/services/0/modifiers": ["52"], "/administrations/0/start": "about nine"},
        {
            "/services/0/modifiers": ["52"],
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "start": "2026-03-03T09:30",
                "stop": "2026-03-03T09:45",
            },
        },
    ],
)
def reduced_although_met(case: Case) -> Iterator[Hit]:
    """The unit of a first hour is earned at 16 minutes; 52 would give money away."""
    for found in coded_links(case):
        if not _first_with_52(found) or not found.given:
            continue
        ran = [g.minutes for g in found.given]
        if all(m is not None and m >= INFUSION_GATE for m in ran):
            yield Hit(
                f"/lines/{found.index}/modifiers",
                line=found.number,
                hcpcs=found.code,
                minutes=ran[0],
                actual="52",
            )


@rule(
    "MOD-52-003",
    "stopped-within-fifteen-minutes",
    message="{name} was planned for {planned} minutes and ran {minutes}: {coded}",
    help="Check the record: 15 minutes or less are a push by the actual time. Where the payer goes by what "
    "was planned, set aborted_policy to intent.",
    source="rules catalogue B.2 (Palmetto FAQ on an aborted infusion; trade answers)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/planned_minutes": 60, "/administrations/0/stop": "2026-03-03T09:15"},
        {
            "/administrations/0/planned_minutes": 16,
            "/administrations/0/stop": "2026-03-03T09:05",
            "/policies": {"aborted_policy": "intent"},
        },
        {
            "/administrations/0/planned_minutes": 16,
            "/administrations/0/stop": "2026-03-03T09:05",
            "/policies": {"aborted_policy": "intent"},
            BASE: "chemo-facility",
        },
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/0/stop": "2026-03-03T09:15",
            BASE: "biologic-coded",
            "/services/0/hcpcs": "99213",
        },
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/0/stop": "2026-03-03T09:15",
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:15",
                "planned_minutes": 60,
            },
        },
        {
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:15",
                "planned_minutes": 60,
            }
        },
    ],
    keeps=[
        {"/administrations/0/planned_minutes": 60, "/administrations/0/stop": "2026-03-03T09:16"},
        {"/administrations/0/planned_minutes": 15, "/administrations/0/stop": "2026-03-03T09:10"},
        {"/administrations/0/stop": "2026-03-03T09:10"},
        {"/administrations/0/planned_minutes": 60, "/administrations/0/stop": None},
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/0/stop": "2026-03-03T09:15",
            BASE: "biologic-coded",
        },
    ],
)
def stopped_within_fifteen(case: Case) -> Iterator[Hit]:
    """An infusion that was given up in its first quarter of an hour is coded in two ways.

    Where it is billed as an infusion against the policy, that is INF-TIME-001.
    """
    told = {
        g.id
        for found in coded_links(case)
        if found.code in FIRST_INFUSIONS and case.policies.aborted_policy == "actual_time"
        for g in found.given
    }
    for given in drug_infusions(case):
        planned, ran = given.source.planned_minutes, given.minutes
        if given.id in told or ran is None or planned is None:
            continue
        if planned >= INFUSION_GATE > ran:
            by_plan = case.policies.aborted_policy == "intent"
            yield Hit(
                f"/administrations/{given.index}/stop",
                name=given.name,
                planned=planned,
                minutes=ran,
                coded="an infusion by what was planned" if by_plan else "a push by the actual time",
            )


@rule(
    "MOD-52-004",
    "stopped-before-planned",
    message="{name} ran {minutes} of {planned} planned minutes and is billed without 52",
    help="From 16 minutes on the code is earned in full. One source article adds 52, a contractor calls 52 "
    "and 53 not mandatory, trade answers add 53 where a patient's safety was the reason, another bills the "
    "actual minutes alone. Follow the payer; the policy mod52_policy = textbook adds 52.",
    source=_VIEWS,
    severity="info",
    snip=7,
    needs=("record",),
    when={"mod52_policy": ("cpt_time", "ask")},
    on="encounter",
    breaks=[
        {"/administrations/0/planned_minutes": 60, "/administrations/0/stop": "2026-03-03T09:25"},
        {"/administrations/0/planned_minutes": 17, "/administrations/0/stop": "2026-03-03T09:16"},
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/0/stop": "2026-03-03T09:25",
            POLICIES: {"mod52_policy": "ask"},
        },
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T10:00",
                "stop": "2026-03-03T10:20",
                "planned_minutes": 30,
            },
        },
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/0/stop": "2026-03-03T09:25",
            BASE: "coded-professional",
        },
    ],
    keeps=[
        {},
        {"/administrations/0/planned_minutes": 45},
        {"/administrations/0/planned_minutes": 60, "/administrations/0/stop": "2026-03-03T09:15"},
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/0/stop": "2026-03-03T09:25",
            BASE: "coded-professional",
            "/services/0/modifiers": ["52"],
        },
        {
            "/administrations/0/planned_minutes": 60,
            "/administrations/0/stop": "2026-03-03T09:25",
            "/administrations/0/route": "SC",
        },
    ],
)
def stopped_before_planned(case: Case) -> Iterator[Hit]:
    """An infusion that was cut short after 16 minutes earns its code; whether 52 or 53 is added is open.

    Where the policy asks, a person has to decide: a warning. 15 minutes or less are MOD-52-003, a line that
    carries 52 is MOD-52-002.
    """
    marked = {g.id for found in links(case) if _first_with_52(found) for g in found.given}
    for given in drug_infusions(case):
        planned = given.source.planned_minutes or 0
        if given.id not in marked and given.minutes in range(INFUSION_GATE, planned):
            yield Hit(
                f"/administrations/{given.index}/stop",
                severity="warning" if case.policies.mod52_policy == "ask" else None,
                name=given.name,
                planned=planned,
                minutes=given.minutes,
            )
