"""INF-CHEMO: the chemotherapy codes against the class of the drug, pumps and port care."""

from collections.abc import Collection, Iterator
from functools import cache

from edi import tables
from edi.coding.edits import parents_of
from edi.coding.family import PROLONGED_MINUTES, codes
from edi.coding.timeline import Given
from edi.rules.about import BASE
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_drug, a_line, at
from edi.rules.inf.linking import (
    HOURS,
    PROLONGED,
    Linked,
    by_date,
    coded_links,
    distinct,
    family_lines,
    links,
    supported,
)
from edi.rules.inf.sources import ARTICLES, CPT, NORIDIAN_CHEMO, NORIDIAN_CLASS, PAIRS, PRACTICE

CHEMO_CODES = ("96401", "96409", "96411", "96413", "96415", "96416", "96417")
THERAPEUTIC_CODES = ("96365", "96366", "96367", "96374", "96375")
INFUSED_AS_CHEMO = ("96409", "96411", "96413", "96415", "96417")
REFILLS = ("96521", "96522")
_PUMPS = ("96416", "C8957")
_BESIDE_PUMP = ("96360", "96365", "96374")
INJECTIONS = ("96401", "96402")


@cache
def _clear() -> dict[str, str]:
    """Drugs that are therapeutic beyond doubt, with their group."""
    return {row["code"]: row["group"] for row in tables.rows("coding/clear_classes.csv")}


def _clearly_therapeutic(given: Given) -> bool:
    return (given.source.hcpcs or "").upper() in _clear()


def _clearly_chemo(given: Given) -> bool:
    return given.drug is not None and given.drug.drug_class == "chemotherapy"


def _known_lines(case: Case, wanted: Collection[str]) -> Iterator[Linked]:
    """Coded lines with one of some codes, where it is known what they bill.

    A further hour counts only where its first block is right and it has a legal parent (INF-INIT-008).
    """
    present = {code for _, _, code in family_lines(case)}
    found = [link for link in coded_links(case) if link.code in wanted and link.given]
    firsts = {id_ for link in found if link.code not in HOURS for id_ in link.ids}
    return (
        link
        for link in found
        if link.code not in HOURS or (_has_parent(case, link, present) and not link.ids & firsts)
    )


def _has_parent(case: Case, link: Linked, present: Collection[str]) -> bool:
    allowed = parents_of(case.lists, link.code, case.claim.lines[link.index].service_date) or frozenset()
    return not allowed.isdisjoint(present)


def _complex(given: Given) -> bool:
    return given.drug is not None and given.drug.drug_class == "complex_biologic"


@rule(
    "INF-CHEMO-001",
    "chemotherapy-code-for-therapeutic-drug",
    message="line {line} bills the chemotherapy code {hcpcs} for {names}, a therapeutic drug{group}",
    help="Bill the therapeutic code of the same kind: 96365, 96366, 96367, 96374, 96375 or 96372.",
    source=f"{ARTICLES}; {NORIDIAN_CHEMO}; rules catalogue 0.5 no. 29",
    severity="error",
    snip=7,
    codes=[code for code in CHEMO_CODES if code not in HOURS],  # an hour is judged beside its first block
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/services/0/hcpcs": "96413"},
        {"/services/0/hcpcs": "96413", "/services/0/administrations": ["A1"]},
        {
            "/services/0/hcpcs": "96413",
            "/administrations/0/drug": "agalsidase beta",
            "/administrations/0/hcpcs": "J0180",
        },
        {"/services/0/hcpcs": "96413", "/administrations/0/hcpcs": "96361"},
        {"/services/0/hcpcs": "96416"},
        {"/services/0/hcpcs": "96409"},
        {
            "/services/0/hcpcs": "96413",
            "/services/0/administrations": ["A1"],
            "/services/-": {"hcpcs": "96413", "administrations": ["A1"]},
        },
        {
            "/services/0/hcpcs": "96413",
            "/administrations/0/drug": "agalsidase beta",
            "/administrations/0/hcpcs": "J0180",
            "/administrations/-": {
                "id": "A2",
                "drug": "agalsidase beta",
                "hcpcs": "J1439",
                "start": "2026-03-03T09:00",
            },
        },
        {"/services/0/hcpcs": "96411"},
        {
            "/services/0/hcpcs": "96413",
            "/administrations/-": {"id": "A2", "drug": "iron sucrose", "start": "2026-03-03T09:00"},
        },
        {
            "/services/0/hcpcs": "96413",
            "/administrations/-": {"id": "A2"},
            "/services/1": {"hcpcs": "96413", "administrations": ["A1"]},
        },
        {"/services/0": a_line("96401", administrations=["A1"])},
        {"/services/0": a_line("96417", administrations=["A1"])},
        {
            BASE: "chemo-facility",
            "/administrations/0/stop": at("10:25"),
            "/administrations/1/start": at("10:30"),
            "/administrations/1/stop": at("11:30"),
            "/services/-": a_line("96415", administrations=["A1"]),
        },
    ],
    keeps=[
        {},
        {
            "/services/0/hcpcs": "96413",
            "/administrations/0/drug": "infliximab",
            "/administrations/0/hcpcs": "J1745",
        },
        {
            "/services/0/hcpcs": "96413",
            "/administrations/0/drug": "study drug",
            "/administrations/0/hcpcs": "J3490",
        },
        {
            "/services/0/hcpcs": "96413",
            "/administrations/0/drug": "study drug",
            "/administrations/0/hcpcs": None,
        },
        {"/services/0/hcpcs": "96413", "/administrations/0/start": "2026-03-03T10:30"},
        {
            "/services/0/hcpcs": "96413",
            "/services/0/administrations": ["A1"],
            "/administrations/0/hcpcs": "J7120",
        },
        {"/services/0/hcpcs": "96413", "/administrations/0/hcpcs": "J9999"},
        {
            "/services/0/hcpcs": "96413",
            "/administrations/-": {
                "id": "A2",
                "drug": "iron sucrose",
                "hcpcs": "J3490",
                "start": "2026-03-03T09:00",
            },
        },
        {"/administrations/0/stop": at("10:31"), "/services/-": [a_line("96415"), a_line("96401")]},
    ],
)
def chemo_code_for_therapeutic(case: Case) -> Iterator[Hit]:
    """The chemotherapy codes are for antineoplastics and complex biologics.

    An error for antiemetics, antibiotics, iron and immune globulins; a warning for other drugs that the drug
    table or the policy calls therapeutic; silent for drugs that are not known.
    """
    for found in _known_lines(case, CHEMO_CODES):
        if any(
            g.excluded is not None
            or g.klass != "therapeutic"
            or g.klass_basis == "unknown"
            or (g.drug is not None and g.drug.drug_class == "unclassified")
            for g in found.given
        ):
            continue
        clear = all(_clearly_therapeutic(g) for g in found.given)
        group = _clear().get((found.given[0].source.hcpcs or "").upper()) if clear else None
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            severity=None if clear else "warning",
            line=found.number,
            hcpcs=found.code,
            names=found.names,
            group=f" ({group})" if group else "",
            actual=found.code,
        )


@rule(
    "INF-CHEMO-002",
    "therapeutic-code-for-antineoplastic",
    message="line {line} bills {hcpcs} for {names}, an antineoplastic",
    help="Bill the chemotherapy code of the same kind: 96413, 96415, 96417, 96409 or 96411.",
    source=f"{ARTICLES}; rules catalogue 0.5 no. 29",
    severity="error",
    snip=7,
    also=("DOC-QUAL-001",),
    codes=THERAPEUTIC_CODES,
    needs=("record",),
    on="encounter",
    base="chemo-facility",
    breaks=[
        {"/services/0/hcpcs": "96365"},
        {"/services/0/hcpcs": "96365", "/services/0/administrations": ["A2"]},
        {
            "/administrations/1/stop": "2026-03-03T10:46",
            "/services/-": {"hcpcs": "96366", "units": 1, "service_date": "2026-03-03"},
        },
        {
            "/services/0/hcpcs": "96365",
            "/services/0/administrations": ["A2"],
            "/administrations/1/drug": "study drug",
            "/administrations/1/hcpcs": "J9999",
            "/administrations/1/category": "chemotherapy",
        },
        {"/services/0/hcpcs": "96365", "/services/0/administrations": ["A2"], "/services/1/hcpcs": "96416"},
        {
            "/administrations/1/stop": "2026-03-03T10:46",
            "/services/-": {"hcpcs": "96366"},
            "/administrations/0/route": "PO",
        },
        {
            "/services/0/hcpcs": "96365",
            "/services/0/administrations": ["A2"],
            "/services/-": {"hcpcs": "96365", "administrations": ["A2"]},
        },
        {"/services/0/hcpcs": "96365", "/administrations/1/hcpcs": "J9217"},
        {
            "/administrations/1/stop": "2026-03-03T10:46",
            "/services/-": {"hcpcs": "96366"},
            "/services/1/hcpcs": "96416",
        },
        {
            "/services/0/hcpcs": "96365",
            "/administrations/-": {"id": "A2", "drug": "carboplatin", "start": "2026-03-03T09:15"},
        },
        {
            "/administrations/1/stop": at("11:16"),
            "/services/-": [a_line("96366", administrations=["A2"]), a_line("96366")],
        },
        *({"/services": [a_line(code, administrations=["A2"])]} for code in ("96367", "96374", "96375")),
    ],
    keeps=[
        {},
        {
            "/services/0/hcpcs": "96365",
            "/administrations/1/drug": "iron sucrose",
            "/administrations/1/hcpcs": "J1756",
        },
        {"/administrations/1/access_site": "left buttock"},
        {"/services/0/hcpcs": "96365", "/administrations/1/start": "2026-03-03T23:30"},
        {"/services/0/hcpcs": "96365", "/administrations/1/hcpcs": "J1745"},
        {
            "/services/0/hcpcs": "96365",
            "/administrations/-": {
                "id": "A2",
                "drug": "carboplatin",
                "hcpcs": "J1439",
                "start": "2026-03-03T09:15",
            },
        },
        {
            "/administrations/1/stop": at("11:16"),
            "/services/-": [a_line("96415"), a_line("96366")],
        },
        {
            "/administrations/0/stop": at("10:25"),
            "/administrations/1/start": at("10:30"),
            "/administrations/1/stop": at("12:05"),
            "/encounter_end": None,
            "/services/-": a_line("96366", day=4),
        },
        {
            "/administrations/1/stop": at("11:16"),
            "/administrations/-": a_drug("A3", "carboplatin", "J9045", "09:15", "11:16", day=4),
            "/encounter_end": None,
            "/services/-": [a_line("96413", day=4), a_line("96366", day=4)],
        },
        {"/services/0": a_line("96416", administrations=["A2"])},
        {"/services/0/hcpcs": "96365", "/services/-": a_line("96374")},
    ],
)
def therapeutic_code_for_chemo(case: Case) -> Iterator[Hit]:
    """Antineoplastics have codes of their own.

    An error where the drug table calls the drug an antineoplastic; a warning where only the record does.
    """
    for found in _known_lines(case, THERAPEUTIC_CODES):
        if any(
            g.excluded is not None or g.klass not in ("chemo", "hormonal") or _complex(g) for g in found.given
        ):
            continue
        clear = all(_clearly_chemo(g) for g in found.given)
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            severity=None if clear else "warning",
            line=found.number,
            hcpcs=found.code,
            names=found.names,
            actual=found.code,
        )


@rule(
    "INF-CHEMO-003",
    "complexity-not-recorded",
    message="line {line} bills {hcpcs} for {names}, and the record names nothing that made it complex",
    help="Record what was done beyond a plain infusion: rate steps, monitoring, risk of reaction; "
    "or bill 96365.",
    source=f"{PRACTICE}; {NORIDIAN_CLASS}",
    severity="warning",
    snip=7,
    codes=INFUSED_AS_CHEMO,
    needs=("record",),
    on="encounter",
    base="biologic-coded",
    breaks=[
        {"/administrations/0/intensity_factors": []},
        {"/administrations/0/intensity_factors": [], "/services/0/hcpcs": "96416"},
        {"/administrations/0/intensity_factors": [], "/services/1/hcpcs": "96367"},
        {
            "/administrations/0/intensity_factors": [],
            "/administrations/-": a_drug("A2", "infliximab", "J1745", "09:00", "10:00", day=4),
            "/services/-": a_line("96413", day=4),
            "/encounter_end": None,
        },
        {
            "/administrations/0/intensity_factors": [],
            "/administrations/-": a_drug("A2", "infliximab", "J1745", "09:00", "10:00", day=4),
            "/services/0/service_date": None,
            "/services/-": a_line("96413", service_date=None),
            "/encounter_end": None,
        },
        *(
            {"/administrations/0/intensity_factors": [], "/services": [a_line(code, administrations=["A1"])]}
            for code in ("96409", "96411", "96417")
        ),
    ],
    keeps=[
        {},
        {
            "/administrations/0/intensity_factors": [],
            "/administrations/0/drug": "carboplatin",
            "/administrations/0/hcpcs": "J9045",
        },
        {"/administrations/0/intensity_factors": [], "/administrations/0/route": "PO"},
    ],
)
def complexity_not_recorded(case: Case) -> Iterator[Hit]:
    """A biologic that is no antineoplastic earns the chemotherapy codes by what it demands.

    Said once per administration, on the line of its first block.
    """
    told: set[str] = set()
    for found in links(case):
        if found.code not in INFUSED_AS_CHEMO:
            continue
        bare = [
            g
            for g in found.given
            if _complex(g) and g.excluded is None and not g.source.intensity_factors and g.id not in told
        ]
        if bare:
            told |= {g.id for g in bare}
            yield Hit(
                f"/administrations/{bare[0].index}/intensity_factors",
                line=found.number,
                hcpcs=found.code,
                names=" and ".join(dict.fromkeys(g.name for g in bare)),
            )


@rule(
    "INF-CHEMO-004",
    "complex-biologic-billed-as-therapeutic",
    message="line {line} bills {hcpcs} for {names}, which this payer takes as a complex biologic",
    help="Check whether the record supports the chemotherapy code; it pays more and must be documented.",
    source=NORIDIAN_CLASS,
    severity="warning",
    snip=7,
    codes=THERAPEUTIC_CODES,
    needs=("record",),
    when={"complex_biologic_policy": "cpt_mac"},
    on="encounter",
    base="biologic-coded",
    breaks=[
        {"/services/0/hcpcs": "96365", "/services/1/hcpcs": "96366"},
        {"/services/0/hcpcs": "96367"},
        {"/services/0/hcpcs": "96374"},
        {"/services/0/hcpcs": "96375"},
        {"/services/1/hcpcs": "96366"},
        {"/services/0/hcpcs": "96365"},
        {"/services": [a_line("96365", administrations=["A1"]), a_line("96374", administrations=["A1"])]},
    ],
    keeps=[
        {},
        {
            "/services/0/hcpcs": "96365",
            "/services/1/hcpcs": "96366",
            "/administrations/0/category": "therapeutic",
        },
        {"/services/1/hcpcs": "96366", "/administrations/0/hcpcs": "J9045"},
        {"/services/0/hcpcs": "96365", "/administrations/0/start": ""},
        {"/services/0/hcpcs": "96367", "/administrations/0/category": "therapeutic"},
        {
            "/services/1/hcpcs": "96366",
            "/administrations/-": {
                "id": "A2",
                "drug": "infliximab",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T11:05",
            },
        },
    ],
)
def complex_as_therapeutic(case: Case) -> Iterator[Hit]:
    """Possible under-coding, for a person to judge."""
    for found in _known_lines(case, THERAPEUTIC_CODES):
        if all(g.excluded is None and g.klass == "chemo" and _complex(g) for g in found.given):
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                hcpcs=found.code,
                names=found.names,
                actual=found.code,
            )


@rule(
    "INF-CHEMO-005",
    "prolonged-infusion-not-shown",
    message="line {line} bills {hcpcs} for {names}: {what}",
    help="Bill the infusion codes by the hour: a prolonged infusion takes a pump and more than eight hours.",
    source=CPT,
    severity="error",
    snip=7,
    codes=PROLONGED,
    needs=("record",),
    on="encounter",
    base="chemo-facility",
    breaks=[
        {"/services/0/hcpcs": "96416", "/services/0/administrations": ["A2"]},
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/administrations/1/technique": "pump",
            "/administrations/1/stop": "2026-03-03T17:15",
            "/encounter_end": None,
        },
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/services/-": {"hcpcs": "96416", "administrations": ["A2"]},
        },
        {"/services/0/hcpcs": "96425"},
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/administrations/1/start": "about nine",
        },
        {
            "/services/0/hcpcs": "96416",
            "/administrations/1/stop": None,
            "/administrations/1/planned_minutes": 0,
        },
        {"/services/0/hcpcs": "C8957"},
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/services/1/hcpcs": "C8957",
            "/administrations/-": {"id": "A2"},
        },
    ],
    keeps=[
        {},
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/administrations/1/technique": "pump",
            "/administrations/1/stop": "2026-03-03T17:16",
            "/encounter_end": None,
        },
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/administrations/1/technique": "pump",
            "/administrations/1/stop": None,
            "/administrations/1/planned_minutes": 2760,
        },
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/administrations/-": {"id": "A2"},
        },
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A2"],
            "/administrations/1/technique": "pump",
            "/administrations/1/stop": "2026-03-03T08:30",
            "/administrations/1/planned_minutes": 2760,
        },
        {"/services/2/hcpcs": "96416"},
        {
            "/services/0/hcpcs": "96416",
            "/services/0/administrations": ["A1", "A2"],
            "/administrations/1/technique": "pump",
            "/administrations/1/stop": None,
            "/administrations/1/planned_minutes": 2760,
        },
    ],
)
def prolonged_not_shown(case: Case) -> Iterator[Hit]:
    """More than 480 minutes by pump, by its times or by its plan."""
    for found in coded_links(case):
        if found.code not in PROLONGED or not found.given or found.code in supported(case, found.given):
            continue
        given = found.given[0]
        ran = given.minutes if given.minutes is not None else given.source.planned_minutes
        if ran is not None and ran <= PROLONGED_MINUTES:
            what = f"{ran} minutes, and it takes more than {PROLONGED_MINUTES}"
        elif given.source.technique not in (None, "pump"):
            what = "no pump is charted"
        else:
            continue
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            line=found.number,
            hcpcs=found.code,
            names=found.names,
            what=what,
            actual=found.code,
        )


@rule(
    "INF-CHEMO-006",
    "pump-start-and-refill",
    message="line {line} bills the refill {hcpcs} on the day of {other}",
    help="Remove the refill: filling the pump is part of starting it, and no modifier lifts the edit.",
    source=f"{PAIRS}: indicator 0",
    severity="error",
    snip=7,
    sees="services",
    codes=REFILLS,
    also=("NCCI-PTP-002",),
    breaks=[
        {
            "/lines/0/hcpcs": "96416",
            "/lines/-": {"hcpcs": "96521", "units": "1", "service_date": "2026-03-03"},
        },
        {
            "/lines/0/hcpcs": "96416",
            "/lines/-": {"hcpcs": "96522", "modifiers": ["59"], "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/0/hcpcs": "96521", "/lines/1/hcpcs": "96425"},
        {
            "/lines/0/hcpcs": "96416",
            "/lines/-": {"hcpcs": "96521", "service_date": "2026-03-03"},
            "/lines/1/hcpcs": "96522",
        },
    ],
    keeps=[
        {
            "/lines/0/hcpcs": "96416",
            "/lines/-": {"hcpcs": "96521", "units": "1", "service_date": "2026-03-05"},
        },
        {"/lines/0/hcpcs": "96521"},
    ],
)
def start_and_refill(case: Case) -> Iterator[Hit]:
    """Starting a prolonged infusion includes filling the pump."""
    for lines in by_date(case).values():
        other = next((code for _, _, code in lines if code in ("96416", "96425")), None)
        for i, _, code in lines:
            if other is not None and code in REFILLS:
                yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, other=other, actual=code)


@rule(
    "INF-CHEMO-007",
    "port-flush-beside-other-services",
    message="line {line} bills 96523 on a day with {other}",
    help="Remove the line: the flush of a port is paid only when nothing else of this family is "
    "done that day.",
    source=f"{PAIRS}: indicator 0",
    severity="error",
    snip=7,
    sees="services",
    codes=("96523",),
    also=("INF-HYD-004", "NCCI-PTP-002"),
    breaks=[
        {"/lines/-": {"hcpcs": "96523", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96523", "modifiers": ["59"], "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96523", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "96523"},
    ],
    keeps=[
        {"/lines/0/hcpcs": "96523"},
        {"/lines/-": {"hcpcs": "96523", "units": "1", "service_date": "2026-03-04"}},
    ],
)
def port_flush(case: Case) -> Iterator[Hit]:
    """96523 stands alone."""
    for lines in by_date(case).values():
        other = next((code for _, _, code in lines if code != "96523"), None)
        for i, _, code in lines:
            if other is not None and code == "96523":
                yield Hit(f"/lines/{i}/hcpcs", line=i + 1, other=other, actual=code)


@rule(
    "INF-CHEMO-008",
    "chemotherapy-injection-stands-alone",
    message="line {line} bills {hcpcs} beside {other}: it is a service of its own",
    help="Nothing to do: an injection of chemotherapy neither needs nor displaces an initial service.",
    source=CPT,
    severity="info",
    snip=7,
    sees="codes",
    codes=INJECTIONS,
    breaks=[
        {"/lines/-": {"hcpcs": "96401", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/1/hcpcs": "96402"},
    ],
    keeps=[{}, {"/lines/0/hcpcs": "96402"}],
)
def injection_stands_alone(case: Case) -> Iterator[Hit]:
    """Injections of chemotherapy are billed apart from services through a vein. Said once per claim."""
    other = next((code for _, _, code in family_lines(case) if codes()[code].route == "IV"), None)
    if other is None:
        return
    for i, _, code in family_lines(case, INJECTIONS):
        yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, other=other)
        return


@rule(
    "INF-CHEMO-009",
    "initial-service-beside-a-pump",
    message="line {line} bills the initial code {hcpcs} beside the pump {pump} on line {other}",
    help="Check that the payer takes both: some count the pump as the first service of the day and the other "
    "as an add-on.",
    source="rules catalogue 0.5 no. 18 (medium confidence); CMS NCCI edits of 96416, indicator 1",
    severity="warning",
    snip=7,
    codes=_PUMPS,
    base="chemo-facility",
    breaks=[
        {"/lines/0/hcpcs": "96416", "/lines/1/hcpcs": "96365", "/lines/1/modifiers": ["59"]},
        {"/lines/0/hcpcs": "C8957", "/lines/1/hcpcs": "96360", "/lines/1/modifiers": ["XU"]},
        {
            "/lines/0/hcpcs": "96416",
            "/lines/1/hcpcs": "96374",
            "/lines/1/modifiers": ["59"],
            "/lines/-": {"hcpcs": "96365", "modifiers": ["XE"], "units": "1", "service_date": "2026-03-03"},
        },
    ],
    keeps=[
        {"/lines/0/hcpcs": "96416", "/lines/1/hcpcs": "96413", "/lines/1/modifiers": ["59"]},
        {"/lines/0/hcpcs": "96416", "/lines/1/hcpcs": "96365"},
        {"/lines/0/hcpcs": "96416", "/lines/1/hcpcs": "96375", "/lines/1/modifiers": ["59"]},
        {
            "/lines/0/hcpcs": "96416",
            "/lines/1/hcpcs": "96365",
            "/lines/1/modifiers": ["59"],
            "/lines/1/service_date": "2026-03-04",
        },
    ],
)
def initial_beside_pump(case: Case) -> Iterator[Hit]:
    """A prolonged pump is an initial service for what runs beside it only; other services keep their own.

    Without a modifier the pair is NCCI-PTP-001. Chemotherapy beside its pump is joined by no edit.
    """
    for lines in by_date(case).values():
        pump = next(((i, code) for i, _, code in lines if code in _PUMPS), None)
        for i, line, code in lines:
            if pump is not None and code in _BESIDE_PUMP and distinct(line):
                yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, pump=pump[1], other=pump[0] + 1)
