"""MOD-JAB: JA and JB, which tell whether a drug went into a vein or under the skin."""

from collections.abc import Iterator
from functools import cache

from edi import tables
from edi.coding.family import codes
from edi.model.claim import ServiceLine
from edi.rules.about import ON, medicare
from edi.rules.asks import box
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import administrations_of, drug_lines, modifiers_of
from edi.rules.inf.linking import family_lines
from edi.rules.mod.use import contradicted

MEANT = {"JA": "IV", "JB": "SC"}
_ROUTES = {"OBI": "SC"}
"""Routes of the family's table that mean another one: an on-body injector works under the skin."""
WORDS = {"IV": "into a vein", "SC": "under the skin", "IM": "into a muscle"}
_INJECTION = {"hcpcs": "96372", "units": "1", "service_date": "2026-03-03"}


@cache
def _both_routes() -> frozenset[str]:
    return frozenset(row["code"] for row in tables.rows("coding/route_modifiers.csv"))


def _routes_billed(case: Case, day: object) -> frozenset[str]:
    """Routes of the administrations that the claim bills on a day, by the table of the family; "" is any."""
    found = (codes()[code] for _, line, code in family_lines(case) if line.service_date == day)
    return frozenset("" if one.kind == "unlisted" else _ROUTES.get(one.route, one.route) for one in found)


def _problem(case: Case, line: ServiceLine, meant: str) -> str | None:
    """What speaks against the route that a modifier of a drug line means."""
    recorded = {g.route for g in administrations_of(case, line) if g.route}
    if recorded:
        if meant in recorded or recorded - WORDS.keys():
            return None
        return f"the record says {' and '.join(sorted(WORDS[route] for route in recorded))}"
    billed = _routes_billed(case, line.service_date)
    if not billed or "" in billed or meant in billed:
        return None
    return "no administration of that route is billed on its day"


def _recorded(modifier: str, *routes: str | None, injected: bool = False) -> dict[str, object]:
    """An example with a record of these routes of one drug, infused or injected by what is billed."""
    given = {"hcpcs": "J1756", "start": "2026-03-03T09:00"}
    return {
        ON: "encounter",
        "/administrations": [{**given, "id": f"A{n}", "route": route} for n, route in enumerate(routes)],
        "/services": [
            {"hcpcs": "96372" if injected else "96365", "service_date": "2026-03-03"},
            {"hcpcs": "J1756", "modifiers": [modifier], "service_date": "2026-03-03"},
        ],
    }


@rule(
    "MOD-JAB-001",
    "route-modifier-wrong",
    message="line {line} ({hcpcs}) has {modifier}: {problem} ({box})",
    help="JA is for drugs given into a vein, JB for drugs given under the skin; correct the modifier or the "
    "administration.",
    source="rules catalogue B.1 and B.2 (to be verified)",
    severity="warning",
    modifiers=("JA", "JB"),
    snip=7,
    sees="services",
    breaks=[
        {"/lines/1/modifiers": ["JZ", "JB"]},
        {"/lines/1/modifiers": ["JZ", "JA"], "/lines/0": _INJECTION},
        {"/lines/1/modifiers": ["JA", "JB"]},
        {"/lines/1/modifiers": ["JA", "JB"], "/lines/-": {"hcpcs": "J1756", "modifiers": ["JA", "JB"]}},
        {
            "/lines/1/modifiers": ["JB"],
            "/lines/-": {"hcpcs": "J1756", "modifiers": ["JB"], "service_date": "2026-03-03"},
        },
        _recorded("JB", "IV", injected=True),
        _recorded("JA", "SC"),
        _recorded("JB", "IV", "IM", injected=True),
        _recorded("JA", None, injected=True),
    ],
    keeps=[
        {"/lines/1/modifiers": ["JZ", "JA"]},
        {"/lines/1/modifiers": ["JZ", "JB"], "/lines/0": _INJECTION},
        {"/lines/1/modifiers": ["JZ", "JB"], "/lines/-": _INJECTION},
        {"/lines/1/modifiers": ["JZ", "JB"], "/lines/0/service_date": "2026-03-04"},
        {"/lines/1/modifiers": ["JB"], "/lines/-": {"hcpcs": "96521", "service_date": "2026-03-03"}},
        {"/lines/1/modifiers": ["JB"], "/lines/0/hcpcs": "96377"},
        {"/lines/1/modifiers": ["JB"], "/lines/0/hcpcs": "96379"},
        _recorded("JB", "SC"),
        _recorded("JA", "IT"),
    ],
)
def route_modifier_wrong(case: Case) -> Iterator[Hit]:
    """The route of the drug and the administration that is billed agree.

    With a record its route decides; else the administrations of the day, where all have another route.
    """
    where = box(case, "24D", "44")
    both = dict(contradicted(case, "MOD-JAB-001"))
    for i, line, code in drug_lines(case):
        present = modifiers_of(line)
        if i in both:
            problem = f"JB stands beside it, and {both[i]['reason']}"
            yield Hit(
                f"/lines/{i}/modifiers", line=i + 1, hcpcs=code, modifier="JA", problem=problem, box=where
            )
            continue
        for modifier, meant in MEANT.items():
            found = _problem(case, line, meant) if modifier in present else None
            if found:
                yield Hit(
                    f"/lines/{i}/modifiers",
                    line=i + 1,
                    hcpcs=code,
                    modifier=modifier,
                    problem=found,
                    box=where,
                    actual=modifier,
                )


@rule(
    "MOD-JAB-002",
    "route-modifier-missing",
    message="line {line} ({hcpcs}) tells no route; many Medicare contractors want JA or JB for it",
    help="Add JA where it went into a vein, JB where it went under the skin, if the contractor asks for it.",
    source="rules catalogue B.1 (policies of Medicare contractors, to be verified)",
    severity="info",
    snip=7,
    sees="lines",
    breaks=[
        {"/lines/1/hcpcs": "J3262"},
        {"/lines/1/hcpcs": "J0129"},
        {"/lines/1/hcpcs": "J3262", "/lines/-": {"hcpcs": "J3262"}},
    ],
    keeps=[
        {"/lines/1/hcpcs": "J3262", "/lines/1/modifiers": ["JZ", "JA"]},
        {"/lines/1/hcpcs": "J3380"},
        {"/lines/1/hcpcs": "J3262", "/coverages/0/claim_filing": "CI"},
    ],
)
def route_modifier_missing(case: Case) -> Iterator[Hit]:
    """One code stands for both routes, and only one of them is covered as a physician's service."""
    if not medicare(case):
        return
    for i, line, code in drug_lines(case):
        if code in _both_routes() and MEANT.keys().isdisjoint(modifiers_of(line)):
            yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code)
