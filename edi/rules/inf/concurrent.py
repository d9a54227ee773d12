"""INF-CONC: drugs that run at the same time."""

from collections.abc import Iterator
from decimal import Decimal
from itertools import combinations

from edi.coding.family import INFUSION_GATE
from edi.coding.timeline import INCLUDED, Given
from edi.rules.about import BASE
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_drug
from edi.rules.inf.linking import (
    by_date,
    coded_links,
    drug_infusions,
    names,
    proposed,
    same_place,
    shared_minutes,
    supported,
    units_of,
)
from edi.rules.inf.sources import ARTICLES, CPT, LIMITS, MAC

_AT_ONCE = ("96368", "96549")
"""Codes of drugs that ran at the same time as another: of a therapeutic one, and of an antineoplastic."""
_TOGETHER = {
    "/administrations/1/start": "2026-03-03T09:10",
    "/administrations/1/stop": "2026-03-03T09:30",
    "/services/1/hcpcs": "96368",
}
_SALINE = {
    "id": "A3",
    "drug": "normal saline",
    "category": "hydration",
    "route": "IV",
    "technique": "infusion",
    "start": "2026-03-03T09:00",
    "stop": "2026-03-03T09:45",
    "access_site": "left forearm",
    "order": {"id": "O3", "by_npi": "1245319599"},
    "volume_ml": "500",
}
_ETOPOSIDE = {
    "/administrations/0/drug": "etoposide",
    "/administrations/0/hcpcs": "J9181",
    "/services/1/hcpcs": "96417",
}
_THIRD = {
    "id": "A3",
    "drug": "fluorouracil",
    "hcpcs": "J9190",
    "route": "IV",
    "technique": "infusion",
    "start": "2026-03-03T08:40",
    "stop": "2026-03-03T09:31",
    "access_site": "chest port",
}


@rule(
    "INF-CONC-001",
    "concurrent-more-than-once",
    message="{units} units of 96368 are billed for {day}; one is paid, however many drugs",
    help="Leave one unit of 96368 for the date.",
    source=f"{ARTICLES}; {LIMITS}: one unit per date, absolute",
    severity="error",
    snip=7,
    sees="services",
    also=("NCCI-MUE-002",),
    codes=("96368",),
    base="coded-facility",
    breaks=[
        {"/lines/1/hcpcs": "96368", "/lines/1/units": "2"},
        {
            "/lines/1/hcpcs": "96368",
            "/lines/-": {"hcpcs": "96368", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/1/hcpcs": "96368", "/lines/1/units": "2", "/lines/-": {"hcpcs": "96368", "units": "2"}},
    ],
    keeps=[
        {"/lines/1/hcpcs": "96368"},
        {
            "/lines/1/hcpcs": "96368",
            "/lines/-": {"hcpcs": "96368", "units": "1", "service_date": "2026-03-04"},
        },
    ],
)
def more_than_once(case: Case) -> Iterator[Hit]:
    """96368 is paid once per date of service, without exception."""
    for day, lines in by_date(case, ("96368",)).items():
        total = sum((units_of(line) for _, line, _ in lines), Decimal(0))
        if total > 1:
            i = lines[-1][0]
            yield Hit(
                f"/lines/{i}/units",
                units=f"{total:f}",
                day=day.isoformat() if day else "one date",
                expected=1,
                actual=f"{total:f}",
            )


@rule(
    "INF-CONC-002",
    "concurrent-fluid",
    message="line {line} bills 96368 for {names}, which is {what}",
    help="Remove the line: only drugs are billed as concurrent.",
    source=f"{ARTICLES}; {CPT}",
    severity="error",
    snip=7,
    codes=("96368",),
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {
            "/administrations/-": _SALINE,
            "/services/-": {"hcpcs": "96368", "units": 1, "administrations": ["A3"]},
        },
        {
            "/administrations/-": {**_SALINE, "diluent_of": "A1", "purpose": "vehicle"},
            "/services/-": {"hcpcs": "96368", "units": 1},
        },
        {
            "/administrations/-": {"id": "A3", "category": "hydration"},
            "/services/-": {"hcpcs": "96368", "administrations": ["A3"]},
            "/services/1/hcpcs": "96368",
        },
        {
            "/administrations/-": {"id": "A3", "category": "hydration"},
            "/services/-": {"hcpcs": "96368", "administrations": ["A3"]},
            "/services/1": {"hcpcs": "96368", "administrations": ["A3"]},
        },
        {
            "/administrations/-": {"id": "A3", "category": "hydration"},
            "/services/-": {"hcpcs": "96368", "administrations": ["A3", "A2"]},
            "/administrations/1/hcpcs": "J1642",
        },
    ],
    keeps=[
        _TOGETHER,
        {"/administrations/-": {**_SALINE, "diluent_of": "A1"}},
        {"/services/-": {"hcpcs": "96368"}},
        {"/services/1/hcpcs": "96368"},
        {"/administrations/-": {"id": "A2", "purpose": "flush"}, "/services/-": {"hcpcs": "96368"}},
        {**_TOGETHER, "/administrations/-": {"id": "A2", "diluent_of": "A1"}},
        {
            "/administrations/-": {"id": "A2", "purpose": "flush"},
            "/services/-": {"hcpcs": "96368"},
            "/services/4/administrations": ["A1", "A2"],
        },
    ],
)
def concurrent_fluid(case: Case) -> Iterator[Hit]:
    """Hydration is never concurrent, and a vehicle is part of its drug."""
    for found in coded_links(case):
        if found.code != "96368" or not found.given or "96368" in supported(case, found.given):
            continue
        if not all(g.klass == "hydration" or g.excluded in INCLUDED for g in found.given):
            continue
        carried = any(g.excluded in INCLUDED for g in found.given)
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            line=found.number,
            names=found.names,
            what="part of another service" if carried else "hydration",
            actual="96368",
        )


@rule(
    "INF-CONC-003",
    "one-bag-billed-as-concurrent",
    message="line {line} bills 96368 for {names}, which ran in one bag",
    help="Remove the line: drugs in one bag are one infusion.",
    source=CPT,
    severity="error",
    snip=7,
    codes=("96368",),
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {
            **_TOGETHER,
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/administrations/1/start": "2026-03-03T09:00",
            "/administrations/1/stop": "2026-03-03T09:45",
        },
        {
            **_TOGETHER,
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/services/1/administrations": ["A2"],
        },
        {
            "/services/1/hcpcs": "96368",
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/services/3/hcpcs": "96368",
        },
    ],
    keeps=[
        _TOGETHER,
        {**_TOGETHER, "/administrations/0/bag": "B1", "/administrations/1/bag": "B2"},
        {
            "/services/1/hcpcs": "96368",
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/administrations/-": {"id": "A9"},
        },
        {
            "/services/1/hcpcs": "96368",
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00", "stop": "2026-03-03T09:45"},
        },
        {
            "/services/1/hcpcs": "96368",
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/services/3/hcpcs": "96368",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00", "stop": "2026-03-03T09:45"},
        },
        {"/services/1/hcpcs": "96368", "/administrations/1/bag": "B2"},
    ],
)
def one_bag(case: Case) -> Iterator[Hit]:
    """Concurrent drugs run from bags of their own.

    A line that is not linked counts where drugs shared a bag and the record supports no concurrent infusion.
    """
    bags = _shared_bags(case)
    for found in coded_links(case):
        if found.code != "96368" or "96368" in supported(case, found.given):
            continue
        if found.given:
            shared = [m for m in bags if found.ids & {g.id for g in m}]
        else:
            shared = bags if not any(p.line.hcpcs == "96368" for p in proposed(case)) else []
        if shared:
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                names=names(shared[0]),
                actual="96368",
            )


def _shared_bags(case: Case) -> list[list[Given]]:
    """Drugs that ran from one bag, where it held several."""
    groups: dict[tuple[str, str], list[Given]] = {}
    for given in drug_infusions(case):
        if given.source.bag:
            groups.setdefault((given.visit, given.source.bag.casefold()), []).append(given)
    return [members for members in groups.values() if len({g.name for g in members}) > 1]


@rule(
    "INF-CONC-004",
    "antineoplastics-at-the-same-time",
    message="{names} ran at the same time as another antineoplastic, for which there is no code",
    help="Check the times. What ran beside another antineoplastic, and has fewer than 16 minutes of its own, "
    "is 96549 with a description; with more it is 96417 by those minutes.",
    source=f"{CPT}; rules catalogue 0.5 no. 2",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    base="chemo-facility",
    breaks=[
        {
            "/administrations/0/drug": "etoposide",
            "/administrations/0/hcpcs": "J9181",
            "/administrations/0/start": "2026-03-03T09:20",
            "/administrations/0/stop": "2026-03-03T10:00",
            "/services/1/hcpcs": "96417",
        },
        {
            "/administrations/0/drug": "etoposide",
            "/administrations/0/hcpcs": "J9181",
            "/administrations/0/start": "2026-03-03T09:00",
            "/administrations/0/stop": "2026-03-03T10:00",
            "/services/1/hcpcs": "96549",
        },
        {
            **_ETOPOSIDE,
            "/administrations/0/start": "2026-03-03T09:59",
            "/administrations/0/stop": "2026-03-03T10:31",
        },
        {
            **_ETOPOSIDE,
            "/administrations/0/start": "2026-03-03T09:59",
            "/administrations/0/stop": "2026-03-03T10:31",
            "/administrations/-": _THIRD,
        },
        {
            **_ETOPOSIDE,
            "/administrations/0/start": "2026-03-03T09:20",
            "/administrations/0/stop": "2026-03-03T10:00",
            "/administrations/-": {**_THIRD, "start": "2026-03-03T08:00", "stop": "2026-03-03T12:00"},
        },
    ],
    keeps=[
        {},
        {
            **_ETOPOSIDE,
            "/administrations/0/start": "2026-03-03T10:00",
            "/administrations/0/stop": "2026-03-03T10:31",
        },
        {
            **_ETOPOSIDE,
            "/administrations/0/start": "2026-03-03T09:30",
            "/administrations/0/stop": "2026-03-03T10:31",
            "/administrations/0/access_site": "left forearm",
            "/administrations/0/site_reason": "no blood return from the port",
        },
        {
            **_ETOPOSIDE,
            "/administrations/0/drug": "carboplatin",
            "/administrations/0/hcpcs": "J9045",
            "/administrations/0/start": "2026-03-03T09:30",
            "/administrations/0/stop": "2026-03-03T10:31",
        },
        {"/administrations/0/start": "2026-03-03T09:30", "/administrations/0/stop": "2026-03-03T10:45"},
        {
            **_ETOPOSIDE,
            "/administrations/0/technique": "pump",
            "/administrations/0/start": "2026-03-03T09:30",
            "/administrations/0/stop": "2026-03-03T19:30",
        },
        {
            "/administrations/0/drug": "etoposide",
            "/administrations/0/hcpcs": "J9181",
            "/administrations/0/start": "2026-03-03T08:45",
            "/administrations/0/stop": "2026-03-03T09:15",
            "/services/1/hcpcs": "96417",
        },
        {"/administrations/0/start": "2026-03-03T09:20", "/administrations/0/stop": "2026-03-03T10:00"},
    ],
)
def antineoplastics_together(case: Case) -> Iterator[Hit]:
    """The concurrent code is for therapeutic drugs only.

    Said too where an antineoplastic that ran 16 minutes or more beside another one has enough minutes of its
    own for 96417: what the two shared is in no code.
    """
    ids = {id_ for p in proposed(case) if p.line.hcpcs == "96549" for id_ in p.line.administrations}
    given = [g for g in case.timeline.given if g.id in ids]
    if given:
        yield Hit(f"/administrations/{given[0].index}/start", names=names(given))
    drips = [g for g in drug_infusions(case) if g.klass == "chemo" and g.mode == "infusion"]
    for one, other in combinations([g for g in drips if g.id not in ids], 2):
        together = one.substance != other.substance and same_place(one, other)
        if together and shared_minutes([one], [other]) >= INFUSION_GATE:
            yield Hit(f"/administrations/{other.index}/start", names=other.name)


@rule(
    "INF-CONC-005",
    "third-drug-at-the-same-time",
    message="{names} ran at the same time too; the drug is billed, its administration is not",
    help="Nothing to do: 96368 is billed once, however many drugs.",
    source=ARTICLES,
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {
            **_TOGETHER,
            "/administrations/-": {
                "id": "A3",
                "drug": "famotidine",
                "hcpcs": "S0028",
                "route": "IV",
                "technique": "infusion",
                "start": "2026-03-03T09:10",
                "stop": "2026-03-03T09:30",
                "access_site": "left forearm",
            },
        }
    ],
    keeps=[_TOGETHER, {}],
)
def third_drug(case: Case) -> Iterator[Hit]:
    """Third and later drugs at the same time earn no administration code. Said once per claim."""
    ids = {id_ for r in case.timeline.refusals if r.reason == "third_concurrent" for id_ in r.administrations}
    given = [g for g in case.timeline.given if g.id in ids]
    if given:
        yield Hit(f"/administrations/{given[0].index}", names=names(given))


@rule(
    "INF-CONC-006",
    "short-overlap",
    message="{names} overlap by {minutes} minutes only: they count as one after the other",
    help="Nothing to do; check the times if they were meant to run together.",
    source=MAC,
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {"/administrations/1/start": "2026-03-03T09:44"},
        {"/administrations/1/start": "2026-03-03T09:30", "/administrations/1/stop": "2026-03-03T10:10"},
        {
            "/administrations/1/start": "2026-03-03T09:44",
            "/administrations/-": {
                "id": "A4",
                "hcpcs": "J2405",
                "start": "2026-03-03T09:44",
                "stop": "2026-03-03T10:10",
            },
        },
        {
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:44", "stop": "2026-03-03T10:10"},
            "/administrations/1/access_site": "abdomen",
        },
    ],
    keeps=[
        {},
        {"/administrations/1/start": "2026-03-03T09:45"},
        {"/administrations/1/start": "2026-03-03T09:29", "/administrations/1/stop": "2026-03-03T10:10"},
        {"/administrations/0/stop": "2026-03-03T10:00"},
        {"/administrations/1/start": "2026-03-03T09:44", "/administrations/1/visit": -1},
        {"/administrations/1/start": "2026-03-03T09:44", "/administrations/1/drug": "iron sucrose"},
        {"/administrations/1/start": "2026-03-03T09:44", "/administrations/0/start": "2026-03-03T09:44"},
        {
            BASE: "chemo-facility",
            "/administrations/0": a_drug(
                "A1", "etoposide", "J9181", "09:05", "09:30", access_site="chest port"
            ),
        },
    ],
)
def short_overlap(case: Case) -> Iterator[Hit]:
    """An overlap of 1 to 15 minutes does not make two drugs concurrent. Said once per pair of neighbours."""
    given = [g for g in drug_infusions(case) if g.mode == "infusion"]
    for one, other in combinations(given, 2):
        if not same_place(one, other) or one.substance == other.substance:
            continue
        minutes = shared_minutes([one], [other])
        if 1 <= minutes <= 15 and supported(case, [one, other]).isdisjoint(_AT_ONCE):
            yield Hit(f"/administrations/{other.index}/start", names=names([one, other]), minutes=minutes)
