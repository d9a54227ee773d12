"""DOC-USE and DOC-QUAL: whether 96365 is the code for what was given."""

from collections.abc import Iterator

from edi.rules.about import BASE, POLICIES
from edi.rules.base import Case, Hit, rule
from edi.rules.doc.charted import ARTICLES, charted
from edi.rules.inf.linking import coded_links, links, names

THERAPEUTIC = ("96365", "96366", "96367", "96368")
_FLUID = {
    "/services/0/hcpcs": "96365",
    "/administrations/0/drug": "normal saline",
    "/administrations/0/hcpcs": "J7030",
    "/administrations/0/category": "hydration",
}


@rule(
    "DOC-USE-001",
    "use-of-the-therapeutic-code",
    message="line {line} bills 96365 for {names}: {use}",
    help="Nothing to do; the record should say the same.",
    source="source article S1 (eligible uses of 96365; rules catalogue H.1)",
    severity="info",
    snip=7,
    codes=("96365",),
    needs=("record",),
    on="encounter",
    breaks=[
        {},
        {"/administrations/0/intensity_factors": ["monitoring"]},
        {"/administrations/0/category": "chemotherapy", BASE: "two-sites-coded"},
        {"/administrations/0/hcpcs": "96411"},
        {"/administrations/0/category": "chemotherapy", BASE: "two-sites-facility"},
        {
            "/administrations/0/intensity_factors": ["monitoring"],
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
            },
        },
        {
            POLICIES: {"complex_biologic_policy": "textbook"},
            "/administrations/0/hcpcs": "J1745",
            "/administrations/0/drug": "infliximab",
        },
        {
            BASE: "coded-professional",
            POLICIES: {"complex_biologic_policy": "textbook"},
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1745",
                "drug": "infliximab",
                "route": "IV",
                "technique": "infusion",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
            },
            "/services/0/administrations": ["A1", "A2"],
        },
    ],
    keeps=[
        {"/administrations/0/stop": "2026-03-03T09:10"},
        {"/administrations/0/category": "chemotherapy"},
        {
            "/administrations/0/category": "chemotherapy",
            "/services": [{"hcpcs": "96365"}, {"hcpcs": "96367"}],
        },
        {"/administrations/-": {"id": "A1"}},
        {
            "/administrations/0/category": "chemotherapy",
            BASE: "two-sites-coded",
            "/services/1/hcpcs": "96369",
        },
        {
            "/administrations/-": {
                "id": "A2",
                "drug": "iron sucrose",
                "hcpcs": "J7030",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
            }
        },
    ],
)
def use(case: Case) -> Iterator[Hit]:
    """96365 is for biologics, immune therapy and other drugs that are no hydration. Said once per claim."""
    for found in links(case):
        if found.code != "96365" or not found.given:
            continue
        if not all(g.excluded is None and g.klass == "therapeutic" for g in found.given):
            continue
        biologic = all(g.drug is not None and g.drug.drug_class == "complex_biologic" for g in found.given)
        watched = any(g.source.intensity_factors for g in found.given)
        text = "a biologic" if biologic else "a drug that is neither hydration nor chemotherapy"
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            line=found.number,
            names=found.names,
            use=text + (", monitored" if watched else ""),
        )
        return


@rule(
    "DOC-QUAL-001",
    "therapeutic-code-for-hydration",
    message="line {line} bills {hcpcs} for {names}, which the record holds as hydration",
    help="Bill the hydration codes, 96360 and 96361, or have the purpose of the fluid corrected.",
    source=f"source article S1; {ARTICLES}",
    severity="error",
    snip=7,
    codes=THERAPEUTIC,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {**_FLUID},
        {**_FLUID, "/administrations/0/category": None},
        {
            "/services/0/hcpcs": "96360",
            "/administrations/0/category": "hydration",
            "/services/1/hcpcs": "96367",
        },
        {"/services/0/hcpcs": "96366", "/administrations/0/category": "hydration"},
        {"/services/0/hcpcs": "96368", "/administrations/0/category": "hydration"},
        {"/administrations/0/category": "hydration", "/services/-": {"hcpcs": "96368"}},
        {
            "/administrations/0/hcpcs": "J7030",
            "/administrations/-": {
                "id": "A3",
                "category": "hydration",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
            },
        },
    ],
    keeps=[
        {},
        {**_FLUID, "/services/0/hcpcs": "96360"},
        {**_FLUID, "/administrations/0/category": "therapeutic"},
        {"/administrations": []},
        {"/administrations/0/hcpcs": "J7030", "/administrations/0/route": "IM"},
        {"/administrations/0/category": "hydration", "/administrations/-": {"id": "A2", "route": "PO"}},
        {"/administrations/0/category": "hydration", BASE: "chemo-facility"},
    ],
)
def qualifies(case: Case) -> Iterator[Hit]:
    """The therapeutic codes are for a drug. An antineoplastic under them is INF-CHEMO-002.

    An error where the record itself calls it hydration; a warning where the drug table says so. A line whose
    administration is not known is judged where nothing but hydration was given.
    """
    everything = tuple(charted(case))
    for found in coded_links(case):
        if found.code not in THERAPEUTIC:
            continue
        given = found.given or everything
        if given and all(g.excluded is None and g.klass == "hydration" for g in given):
            stated = all(g.source.category == "hydration" for g in given)
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                severity=None if stated else "warning",
                line=found.number,
                hcpcs=found.code,
                names=names(given),
                actual=found.code,
            )
