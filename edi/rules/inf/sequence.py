"""INF-SEQ: one drug after the other, against the same time and against the same drug."""

from collections.abc import Iterator
from decimal import Decimal

from edi.rules.about import BASE, POLICIES
from edi.rules.asks import count_of
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_drug, a_line, at
from edi.rules.inf.linking import (
    FIRST_INFUSIONS,
    HOURS,
    NEXT_INFUSIONS,
    Linked,
    coded_links,
    drug_infusions,
    links,
    names,
    proposed,
    same_place,
    shared,
    shared_minutes,
    supported,
    times_unknown,
    units_of,
    unproven_sequence,
)
from edi.rules.inf.sources import ARTICLES, CPT, MAC

_FURTHER = {*NEXT_INFUSIONS, "96368"}
"""Codes of a further drug."""
_SECOND = {
    "id": "A2",
    "drug": "ondansetron",
    "hcpcs": "J2405",
    "dose": {"value": "4", "unit": "mg"},
    "route": "IV",
    "technique": "infusion",
    "start": "2026-03-03T09:10",
    "stop": "2026-03-03T09:30",
    "access_site": "left forearm",
}


@rule(
    "INF-SEQ-001",
    "sequential-billed-for-concurrent",
    message="line {line} bills {hcpcs} for {names}, which ran {minutes} minutes together with "
    "another infusion",
    help="Bill 96368, once per visit: less than 16 minutes lie outside the other infusion.",
    source=f"{ARTICLES}; {MAC}; rules catalogue 0.5 no. 1",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {"/administrations/1/start": "2026-03-03T09:10", "/administrations/1/stop": "2026-03-03T09:30"},
        {"/administrations/1/start": "2026-03-03T09:29", "/administrations/1/stop": "2026-03-03T10:00"},
        {
            "/administrations/1/start": "2026-03-03T09:29",
            "/administrations/1/stop": "2026-03-03T10:00",
            "/services/1/administrations": ["A1"],
            "/services/-": {"hcpcs": "96367", "administrations": ["A2"]},
        },
        {
            "/administrations/1/start": "2026-03-03T09:29",
            "/administrations/1/stop": "2026-03-03T10:00",
            "/services/-": {"hcpcs": "96367", "administrations": ["A2"]},
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:29",
                "stop": "2026-03-03T10:00",
                "access_site": "abdomen",
            },
        },
        {
            "/administrations/1/start": "2026-03-03T09:29",
            "/administrations/1/stop": "2026-03-03T10:00",
            "/services/1/administrations": ["A2"],
            "/services/-": {"hcpcs": "96367", "administrations": ["A2"]},
        },
    ],
    keeps=[
        {},
        {"/administrations/1/start": "2026-03-03T09:29", "/administrations/1/stop": "2026-03-03T10:01"},
        {
            "/administrations/1/start": "2026-03-03T09:10",
            "/administrations/1/stop": "2026-03-03T09:30",
            "/services/1/hcpcs": "96368",
        },
        {
            "/administrations/1/start": "2026-03-03T09:29",
            "/administrations/1/stop": "2026-03-03T10:00",
            "/services/1/administrations": ["A1"],
        },
        {"/administrations/-": {"id": "A2", "start": "2026-03-03T09:50", "stop": "2026-03-03T10:10"}},
    ],
)
def sequential_for_concurrent(case: Case) -> Iterator[Hit]:
    """A drug with 16 minutes or more of its own is sequential, one with fewer is concurrent.

    Time is counted once. Lines are linked by id, by code, or by elimination.
    """
    for found in coded_links(case):
        right = supported(case, found.given)
        if found.code not in NEXT_INFUSIONS or found.code in right or "96368" not in right:
            continue
        others = [g for g in drug_infusions(case) if g.id not in found.ids and same_place(g, found.given[0])]
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            line=found.number,
            hcpcs=found.code,
            names=found.names,
            minutes=shared_minutes(found.given, others),
            expected="96368",
            actual=found.code,
        )


@rule(
    "INF-SEQ-002",
    "concurrent-billed-for-sequential",
    message="line {line} bills 96368 for {names}, which ran beside no other infusion",
    help="Bill 96367: the drugs ran one after the other.",
    source=ARTICLES,
    severity="error",
    snip=7,
    codes=("96368",),
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {"/services/1/hcpcs": "96368"},
        {
            "/services/1/hcpcs": "96368",
            "/administrations/1/start": "2026-03-03T09:45",
            "/administrations/1/stop": "2026-03-03T10:05",
        },
        {
            "/services/1/hcpcs": "96368",
            "/services/1/administrations": ["A2"],
            "/administrations/-": [
                a_drug("A3", "D5W 50 mL", None, "09:50", "10:10", purpose="vehicle"),
                a_drug("A4", "famotidine", "S0028", "09:55", "09:57", technique="push"),
                a_drug("A5", "Hizentra", "J1559", "09:50", "10:30", route="SC", access_site=None),
            ],
        },
        {
            "/services/1": a_line("96368", administrations=["A2"]),
            "/administrations/0/access_site": None,
            "/administrations/1/access_site": None,
            "/administrations/-": a_drug("A3", "Hizentra", "J1559", "09:50", "10:30", route="SC"),
        },
        {
            "/administrations/-": a_drug("A3", "normal saline", "J7030", "10:15", "10:45"),
            "/services/1": a_line("96368", administrations=["A3"]),
            "/services/-": [
                a_line("96368", administrations=["A2"]),
                a_line("96368", administrations=["A2"]),
            ],
        },
        {
            "/services/1": a_line("96368", administrations=["A2"]),
            "/administrations/-": a_drug("A3", "ondansetron", "J2405", "10:30", "10:50"),
        },
        {"/services/1/hcpcs": "96368", "/administrations/1/bag": "B2"},
    ],
    keeps=[
        {
            "/services/1/hcpcs": "96368",
            "/administrations/1/start": "2026-03-03T09:10",
            "/administrations/1/stop": "2026-03-03T09:30",
        },
        {
            "/services/1/hcpcs": "96368",
            "/administrations/1/start": "2026-03-03T09:44",
            "/administrations/1/stop": "2026-03-03T10:05",
        },
        {"/services/1/hcpcs": "96368", "/administrations/0/hcpcs": "J7120"},
        {
            "/services/1/hcpcs": "96368",
            "/administrations/-": {"id": "A2", "hcpcs": "J2405", "start": "2026-03-03T11:15"},
        },
        {"/services/1/hcpcs": "96368", "/services/0/hcpcs": "J2405"},
        {
            "/services/1/hcpcs": "96368",
            "/administrations/1/start": "2026-03-03T09:10",
            "/administrations/0/id": "A2",
        },
        {"/services/1/hcpcs": "96368", "/administrations/1/route": "PO"},
        {
            "/services/1/hcpcs": "96368",
            "/administrations/1/start": at("09:10"),
            "/administrations/1/stop": at("09:40"),
            "/administrations/1/access_site": "right forearm",
        },
        {
            "/services/1": a_line("96368", administrations=["A2"]),
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
        },
        {
            "/services/1": a_line("96368", administrations=["A2"]),
            "/services/-": a_line("96416"),
            "/administrations/-": a_drug(
                "A3",
                "fluorouracil",
                "J9190",
                "10:15",
                "10:15",
                stop=None,
                technique="pump",
                planned_minutes=2760,
                access_site="chest port",
            ),
        },
        {
            "/administrations/1/start": at("09:10"),
            "/administrations/1/stop": at("09:30"),
            "/administrations/-": a_drug("A3", "famotidine", "S0028", "10:15", "10:35"),
            "/services/1": a_line("96368", administrations=["A2"]),
        },
    ],
)
def concurrent_for_sequential(case: Case) -> Iterator[Hit]:
    """Concurrent means at the same time: a drug that starts when the other has stopped is sequential."""
    for found in coded_links(case):
        if found.code != "96368" or not found.given or "96368" in supported(case, found.given):
            continue
        if any(g.excluded is not None or g.klass == "hydration" or not g.spans for g in found.given):
            continue
        others = [g for g in drug_infusions(case) if g.id not in found.ids]
        pumped = any(g.mode == "pump" for g in case.timeline.given)
        if not (pumped or shared(found.given, others) or _shares_bag(case, found)):
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                names=found.names,
                expected="96367",
                actual="96368",
            )


def _shares_bag(case: Case, found: Linked) -> bool:
    """Whether something else ran in the bag of the line's drug: INF-CONC-003 says that."""
    keys = {g.substance for g in found.given if g.source.bag}
    return any(g.substance in keys and g.id not in found.ids for g in case.timeline.given)


def same_drug_lines(case: Case) -> list[Linked]:
    """Coded lines of another drug that bill a drug which is infused already.

    By the administrations that they name or are linked to; a line that is left over while everything that
    was given through a vein is billed by other lines has no other drug to bill.
    """
    found = []
    every = links(case)
    linked = {id_ for link in every if link.code not in HOURS for id_ in link.ids}
    venous = [
        g
        for g in case.timeline.given
        if g.route in (None, "IV") and g.klass != "hydration" and g.excluded is None
    ]
    nothing_left = bool(drug_infusions(case)) and all(g.id in linked for g in venous)
    for link in every:
        if link.code not in NEXT_INFUSIONS or link.code in supported(case, link.given):
            continue
        if _another_first(every, link) if link.given else nothing_left and not times_unknown(case):
            found.append(link)
    return found


def _another_first(every: list[Linked], link: Linked) -> bool:
    return any(
        other.index != link.index
        and other.code in FIRST_INFUSIONS
        and any(g.substance == o.substance and same_place(g, o) for g in link.given for o in other.given)
        for other in every
    )


_AGAIN = {
    "/administrations/1/drug": "iron sucrose",
    "/administrations/1/hcpcs": "J1756",
    "/administrations/1/start": "2026-03-03T10:30",
    "/administrations/1/stop": "2026-03-03T11:10",
}


@rule(
    "INF-SEQ-003",
    "same-drug-as-another-drug",
    message="line {line} bills {hcpcs} for {names}, which is infused already on this claim",
    help="Bill the further hour of that drug where a separate infusion has run 31 minutes or "
    "more, else nothing.",
    source=f"{ARTICLES}; {CPT}",
    severity="error",
    snip=7,
    codes=NEXT_INFUSIONS,
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        _AGAIN,
        {**_AGAIN, "/services/0/administrations": ["A1"], "/services/1/administrations": ["A2"]},
        {"/administrations/1/hcpcs": "J7030"},
        {"/administrations/1/hcpcs": "J1756", "/administrations/1/start": "2026-03-03T10:30"},
        {"/administrations/1/hcpcs": "J1756", "/services/1/hcpcs": "96417"},
        {
            "/administrations/1/hcpcs": "J1756",
            "/services/1/administrations": ["A2"],
            "/services/0/hcpcs": "96417",
        },
        {"/administrations/1": a_drug("A2", "D5W 50 mL", None, "09:00", "09:45", purpose="vehicle")},
        {
            "/administrations/-": a_drug("A3", "iron sucrose", "J1756", "10:30", "11:10"),
            "/services/-": a_line("96367", administrations=["A3"]),
        },
        {
            **_AGAIN,
            "/administrations/-": a_drug("A3", "famotidine", "S0028", "09:50", "10:10"),
            "/services/0/administrations": ["A1", "A3"],
            "/services/1/administrations": ["A2"],
        },
    ],
    keeps=[
        {},
        {**_AGAIN, "/services/1/hcpcs": "96366"},
        {
            **_AGAIN,
            "/services/0": a_line("96374", administrations=["A1"]),
            "/services/1/administrations": ["A2"],
        },
        {
            **_AGAIN,
            "/administrations/1/start": at("09:10"),
            "/administrations/1/stop": at("09:50"),
            "/administrations/1/access_site": "right forearm",
            "/services/0/administrations": ["A1"],
            "/services/1/administrations": ["A2"],
        },
        {BASE: "pushes-facility", "/services/-": a_line("96367")},
        {"/services/-": [a_line("96375"), a_line("96366", administrations=["A2"])]},
        {
            "/administrations/1/start": None,
            "/administrations/-": a_drug("A3", "famotidine", "S0028", "10:15", "10:35", start=None),
        },
        {
            "/administrations/1/route": None,
            "/administrations/1/technique": None,
            "/administrations/-": a_drug(
                "A3", "study drug", None, "10:15", "10:35", route=None, technique=None
            ),
            "/services/-": a_line("96367"),
        },
    ],
)
def same_drug(case: Case) -> Iterator[Hit]:
    """The code of another drug is for another drug."""
    for found in same_drug_lines(case):
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            line=found.number,
            hcpcs=found.code,
            names=found.names or names(drug_infusions(case)),
            actual=found.code,
        )


def hours_of_another_drug(case: Case) -> list[Linked]:
    """Lines of further hours that bill the first block of another drug.

    The line must be linked to that drug, and no line may bill its first block.
    """
    first = {id_ for link in links(case) if link.code in (*FIRST_INFUSIONS, "96368") for id_ in link.ids}
    found = []
    for link in links(case):
        right = supported(case, link.given)
        if link.code in HOURS and link.code not in right and right & _FURTHER and not link.ids & first:
            found.append(link)
    return found


@rule(
    "INF-SEQ-004",
    "other-drug-as-further-hour",
    message="line {line} bills the further hour {hcpcs} for {names}, which is another drug",
    help="Bill the code of another drug; further hours belong to a drug that is billed already.",
    source=ARTICLES,
    severity="error",
    snip=7,
    codes=HOURS,
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {"/services/1/hcpcs": "96366"},
        {"/services/1/hcpcs": "96366", "/services/1/administrations": ["A2"]},
        {"/services/1/hcpcs": "96415"},
        {"/services/1/hcpcs": "96366", "/administrations/0/stop": "2026-03-03T10:10"},
        {"/services/1/hcpcs": "96366", "/services/1/administrations": ["A2"], "/services/3/hcpcs": "96366"},
        {
            "/administrations/-": a_drug("A3", "famotidine", "S0028", "10:15", "10:35"),
            "/services/-": [
                a_line("96366", administrations=["A2"]),
                a_line("96366", administrations=["A3"]),
            ],
        },
    ],
    keeps=[
        {},
        {
            "/administrations/0/stop": "2026-03-03T10:31",
            "/administrations/1/start": "2026-03-03T10:40",
            "/administrations/1/stop": "2026-03-03T11:00",
            "/services/-": {"hcpcs": "96366", "units": 1, "service_date": "2026-03-03"},
        },
        {"/administrations/1/stop": at("11:30"), "/services/1": a_line("96366", administrations=["A2"])},
        {
            "/administrations/1/start": at("09:10"),
            "/administrations/1/stop": at("09:30"),
            "/services/1": a_line("96368", administrations=["A2"]),
            "/services/-": a_line("96366", administrations=["A2"]),
        },
        {
            "/services/1": a_line("96374", administrations=["A2"]),
            "/services/-": a_line("96366", administrations=["A1"]),
        },
        {"/services/1/administrations": ["A2"], "/services/-": a_line("96366", administrations=["A2"])},
    ],
)
def other_drug_as_hour(case: Case) -> Iterator[Hit]:
    """A further hour continues a drug; the first block of another drug has its own code."""
    for found in hours_of_another_drug(case):
        right = sorted(_FURTHER & supported(case, found.given))
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            line=found.number,
            hcpcs=found.code,
            names=found.names,
            expected=" or ".join(right),
            actual=found.code,
        )


@rule(
    "INF-SEQ-005",
    "one-drug-billed-more-than-once",
    message="line {line} bills {units} units of {hcpcs} for {count}",
    help="Bill one unit for each further drug; its further hours have their own code.",
    source=CPT,
    severity="warning",
    snip=7,
    codes=NEXT_INFUSIONS,
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {"/services/1/units": 2},
        {"/services/1/units": 2, "/services/1/administrations": ["A2"]},
        {"/services/-": {"hcpcs": "96367", "units": 20}},
        {"/services/1/units": 2, "/administrations/0/stop": "2026-03-03T10:10"},
        {
            "/administrations/-": {"id": "A3", "start": "2026-03-03T10:15"},
            "/services/-": {"hcpcs": "96367", "units": 2},
        },
        {
            "/services/1/units": 2,
            "/services/1/administrations": ["A2"],
            "/services/-": {"hcpcs": "96367", "units": 2, "administrations": ["A2"]},
        },
        {
            BASE: "chemo-facility",
            "/administrations/0": a_drug(
                "A1", "etoposide", "J9181", "10:20", "11:20", access_site="chest port"
            ),
            "/services/1": a_line("96417", units=2),
        },
        {
            "/encounter_end": None,
            "/administrations/-": [
                a_drug("A3", "iron sucrose", "J1756", "09:00", "09:45", day=4),
                a_drug("A4", "famotidine", "S0028", "09:50", "10:10", day=4),
            ],
            "/services/1/units": 2,
            "/services/-": a_line("96367"),
        },
    ],
    keeps=[
        {},
        {
            "/services/1/units": 2,
            "/administrations/-": {
                **_SECOND,
                "id": "A3",
                "drug": "famotidine",
                "hcpcs": "S0028",
                "start": "2026-03-03T10:15",
                "stop": "2026-03-03T10:35",
            },
        },
        {"/services/0/units": 21},
        {"/services/1/units": 2, "/administrations/1/access_site": "PICC left arm"},
        {"/services/1/units": 2, "/services/1/administrations": ["A2"], "/administrations/1/hcpcs": "J1756"},
    ],
)
def one_drug_more_than_once(case: Case) -> Iterator[Hit]:
    """The first block of a further drug is billed once per drug and visit."""
    same = {link.index for link in same_drug_lines(case)}
    for found in coded_links(case):
        if found.code not in NEXT_INFUSIONS or found.index in same:
            continue
        ids = {
            id_
            for p in proposed(case)
            if p.line.hcpcs == found.code and p.line.service_date == found.line.service_date
            for id_ in p.line.administrations
        }
        given = found.given or tuple(g for g in case.timeline.given if g.id in ids)
        count = len({(g.visit, g.substance) for g in given})
        if given and units_of(found.line) > Decimal(count):
            yield Hit(
                f"/lines/{found.index}/units",
                line=found.number,
                hcpcs=found.code,
                units=f"{units_of(found.line):f}",
                count=count_of(count, "drug"),
                expected=count,
                actual=f"{units_of(found.line):f}",
            )


@rule(
    "INF-SEQ-006",
    "sequence-not-provable",
    message="line {line} bills {hcpcs}, and the record lacks the {what} of {names}",
    help="Add the missing time: whether drugs ran one after the other or together cannot be shown "
    "without it.",
    source=ARTICLES,
    severity="error",
    snip=7,
    codes=(*NEXT_INFUSIONS, "96368"),
    needs=("record",),
    on="encounter",
    base="coded-facility",
    breaks=[
        {"/administrations/0/stop": None, "/services/1/administrations": ["A2"]},
        {"/administrations/1/start": None, "/services/1/administrations": ["A2"]},
        {"/administrations/0/stop": None, "/services/1": {"hcpcs": "96368"}},
        {
            "/administrations/0/stop": None,
            "/services/1/administrations": ["A2"],
            "/administrations/1/start": "",
        },
        {
            "/administrations/1/start": None,
            "/services/1/administrations": ["A2"],
            "/services/0/hcpcs": "96368",
        },
        {"/administrations/1/start": None, "/services/1/hcpcs": "96417"},
        {
            "/administrations/0/stop": None,
            "/services/1/administrations": ["A2"],
            POLICIES: {"missing_stop": "hold"},
        },
    ],
    keeps=[
        {},
        {
            "/administrations/0/stop": None,
            "/administrations/0/volume_ml": "100",
            "/administrations/0/rate_ml_per_hour": "150",
            "/services/1/administrations": ["A2"],
        },
        {"/administrations/0/stop": None, "/services/1": None},
        {
            BASE: "facility",
            "/administrations/-": [
                a_drug("A2", "ondansetron", "J2405", "09:50", "10:10"),
                a_drug("A3", "famotidine", "S0028", "10:15", "10:35", start=None),
            ],
        },
        {
            "/services/1/administrations": ["A2"],
            "/administrations/-": a_drug(
                "A3", "famotidine", "S0028", "10:15", "10:35", start=None, access_site="hand"
            ),
        },
        {
            "/services/1/administrations": ["A2"],
            "/administrations/-": a_drug("A3", "normal saline", "J7030", "10:15", "10:45", start=None),
        },
        {
            "/services/1/administrations": ["A2"],
            "/administrations/0/start": None,
            "/administrations/0/technique": "push",
        },
    ],
)
def not_provable(case: Case) -> Iterator[Hit]:
    """One after the other, or at the same time: both are read from the clock.

    Where this holds, INF-TIME-007 and INF-TIME-008 do not repeat the missing time.
    """
    for index, held in unproven_sequence(case).items():
        no_start = any(g.excluded == "start_missing" for g in held)
        line = case.claim.lines[index]
        yield Hit(
            f"/lines/{index}/hcpcs",
            line=index + 1,
            hcpcs=(line.hcpcs or "").upper(),
            what="start" if no_start else "stop",
            names=names(held),
        )
