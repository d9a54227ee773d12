"""MOD-JAB: JA and JB, which tell whether a drug went into a vein or under the skin."""

from collections.abc import Iterator
from functools import cache

from edi import tables
from edi.coding.family import codes
from edi.rules.about import medicare
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
    ],
    keeps=[
        {"/lines/1/modifiers": ["JZ", "JA"]},
        {"/lines/1/modifiers": ["JZ", "JB"], "/lines/0": _INJECTION},
        {"/lines/1/modifiers": ["JZ", "JB"], "/lines/-": _INJECTION},
        {"/lines/1/modifiers": ["JZ", "JB"], "/lines/0/service_date": "2026-03-04"},
        {"/lines/1/modifiers": ["JB"], "/lines/-": {"hcpcs": "96521", "service_date": "2026-03-03"}},
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
            if modifier not in present:
                continue
            recorded = {g.route for g in administrations_of(case, line)} - {None}
            if recorded:
                wrong = meant not in recorded and recorded <= WORDS.keys()
                problem = f"the record says {WORDS.get(min(str(r) for r in recorded), 'otherwise')}"
            else:
                billed = _routes_billed(case, line.service_date)
                wrong = bool(billed) and "" not in billed and meant not in billed
                problem = "no administration of that route is billed on its day"
            if wrong:
                yield Hit(
                    f"/lines/{i}/modifiers",
                    line=i + 1,
                    hcpcs=code,
                    modifier=modifier,
                    problem=problem,
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
