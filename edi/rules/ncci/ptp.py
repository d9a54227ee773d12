"""NCCI-PTP: codes that are not paid together."""

from collections.abc import Iterator

from edi.coding.family import INITIALS, codes
from edi.rules.about import BASE, coded_lines, edits_setting
from edi.rules.base import Case, Hit, per_case, rule
from edi.rules.drug.facts import modifiers_of
from edi.rules.inf.chemo import REFILLS
from edi.rules.inf.hydration import VEIN_ACCESS
from edi.rules.inf.linking import DISTINCT
from edi.rules.mod.distinct import BYPASSES, EVALUATION
from edi.rules.ncci.tables import PAIRS, Joined, edition, joined, liftable, severity

INJECTIONS = ("96372", "96377")
PLACES = frozenset(
    {
        *("E1", "E2", "E3", "E4", "FA", "TA", "LT", "RT", "LC", "LD", "LM", "RC", "RI"),
        *("F1", "F2", "F3", "F4", "F5", "F6", "F7", "F8", "F9"),
        *("T1", "T2", "T3", "T4", "T5", "T6", "T7", "T8", "T9"),
    }
)
"""Modifiers that name a part of the body; they lift an edit of indicator 1."""
_DAY = {"units": "1", "service_date": "2026-03-03"}
_QUARTER = {"/lines/0/service_date": "2024-08-05"}
_THEN = {"units": "1", "service_date": "2024-08-05"}
_PAIR = [["ptp", "practitioner", ["11111", "22222"], [20260101, 0, 1]]]
_NEVER = [["ptp", "practitioner", ["11111", "22222"], [20260101, 0, 0]]]
_BOTH = {
    "/lines/0/hcpcs": "11111",
    "/lines/-": {"hcpcs": "22222", **_DAY},
}


_LIFTING = BYPASSES | PLACES


def lifted(found: Joined) -> bool:
    """Whether a modifier on one of the two lines says that the services were distinct."""
    present = modifiers_of(found.first[1]) | modifiers_of(found.second[1])
    return not present.isdisjoint(_LIFTING)


def _elsewhere(case: Case, found: Joined) -> bool:
    """Whether a rule of the infusion family, or of visits, judges this pair.

    Second initial services, access to the vein, injections, refills, port flushes and visits beside an
    administration each have a rule that knows more than the table.
    """
    one, two = found.first[2], found.second[2]
    family = codes()
    if one in INITIALS and two in INITIALS:
        return True
    if one in ("96416", "96425") and two in REFILLS:
        return True
    if two == "96523":
        day = found.second[1].service_date
        billed = {code for _, line, code in coded_lines(case) if line.service_date == day}
        return not family.keys().isdisjoint(billed - {two})
    if one not in family:
        return False
    if two == "99211":
        return edits_setting(case) == "professional" and not liftable(found.edit)
    return two in VEIN_ACCESS or two in INJECTIONS or (two in EVALUATION and liftable(found.edit))


@per_case
def broken(case: Case) -> tuple[Joined, ...]:
    """Pairs that are not paid and of which no other rule speaks; one for each line of column 2."""
    return tuple(_first_each(case, [one for one in joined(case) if not (liftable(one.edit) and lifted(one))]))


def _first_each(case: Case, found: list[Joined]) -> Iterator[Joined]:
    said = {one.second[0] for one in found if _elsewhere(case, one)}
    for one in sorted(found, key=lambda j: (j.edit.indicator, not j.edit.covers, j.second[0], j.first[0])):
        if one.second[0] not in said:
            said.add(one.second[0])
            yield one


def _hit(found: Joined) -> Hit:
    return Hit(
        f"/lines/{found.second[0]}/hcpcs",
        severity=severity(found.edit),
        line=found.second[0] + 1,
        hcpcs=found.second[2],
        other=found.first[2],
        base=found.first[0] + 1,
        edition=edition(found.edit),
    )


_MIXED = {"/lines/0/hcpcs": "96425", "/lines/-": {"hcpcs": "96375", **_DAY}}


@rule(
    "NCCI-PTP-001",
    "pair-without-modifier",
    message="line {line} bills {hcpcs} beside {other} on line {base}; the two are paid together only with a "
    "modifier (edits of {edition})",
    help="Where the services were distinct (another site, visit or organ), add 59 or the X modifier that "
    "says so; for a visit 25. Else remove the line.",
    source=f"{PAIRS}, indicator 1; NCCI Policy Manual ch. I",
    severity="error",
    snip=7,
    sees="services",
    breaks=[
        {"/lines/0/hcpcs": "96425", "/lines/-": {"hcpcs": "96375", **_DAY}},
        {**_QUARTER, "/lines/0/hcpcs": "96425", "/lines/-": {"hcpcs": "96375", **_THEN}},
        {"/setting": "facility", "/lines/-": {"hcpcs": "99211", **_DAY}},
        {"loaded": _PAIR, **_BOTH},
        {
            "/setting": "facility",
            "/lines/-": {"hcpcs": "99211", "service_date": "2026-03-03"},
            "/lines/1/hcpcs": "96425",
        },
        {"/lines/0/hcpcs": "90471", "/lines/-": {"hcpcs": "99213", **_DAY}},
        {"/lines/0/hcpcs": "96405", "/lines/-": {"hcpcs": "99211", **_DAY}},
        {
            **_MIXED,
            "/setting": "facility",
            "/lines/0/rendering_provider": {"last_name": "OTHER", "npi": "1234567893"},
        },
        {**_MIXED, "/lines/0/rendering_provider": {"last_name": "OTHER"}},
        {
            **_MIXED,
            "/rendering_provider": None,
            "/lines/0/rendering_provider": {"last_name": "OTHER", "npi": "1234567893"},
        },
        {
            "/lines": [{"hcpcs": code, **_DAY} for code in ("96425", "96413", "96375")],
            "loaded": [["ptp", "practitioner", ["96413", "96375"], [20260101, 0, 1], "part"]],
        },
    ],
    keeps=[
        {},
        {"/lines/0/hcpcs": "96425", "/lines/-": {"hcpcs": "96375", "modifiers": ["59"], **_DAY}},
        {"/lines/0/hcpcs": "96425", "/lines/0/modifiers": ["XS"], "/lines/-": {"hcpcs": "96375", **_DAY}},
        {
            "/lines/0/hcpcs": "96425",
            "/lines/-": {"hcpcs": "96375", "units": "1", "service_date": "2026-03-04"},
        },
        {
            "/lines/0/hcpcs": "96425",
            "/lines/-": {"hcpcs": "96375", "units": "0", "service_date": "2026-03-03"},
        },
        {"/lines/-": {"hcpcs": "96374", **_DAY}},
        {"/lines/-": {"hcpcs": "96372", **_DAY}},
        {"/lines/-": {"hcpcs": "96377", **_DAY}},
        {"/lines/-": {"hcpcs": "36000", **_DAY}},
        {"/lines/-": {"hcpcs": "99213", **_DAY}},
        *({"loaded": _PAIR, **_BOTH, "/lines/0/modifiers": [place]} for place in ("E1", "RT", "T9")),
        {"loaded": _PAIR, **_BOTH, "/setting": "facility"},
        {"loaded": _NEVER, **_BOTH},
        {
            "loaded": _PAIR,
            **_BOTH,
            "/lines/0/rendering_provider": {"last_name": "OTHER", "npi": "1234567893"},
        },
    ],
)
def without_modifier(case: Case) -> Iterator[Hit]:
    """The code of column 2 is not paid beside that of column 1 unless a modifier lifts the edit.

    A modifier on either line lifts it. Pairs of the infusion family that have a rule of their own are left to
    that rule.
    """
    for found in broken(case):
        if liftable(found.edit):
            yield _hit(found)


@rule(
    "NCCI-PTP-002",
    "pair-never-paid",
    message="line {line} bills {hcpcs} beside {other} on line {base}; no modifier lifts this edit (edits of "
    "{edition})",
    help="Remove the line: the service is part of the other one.",
    source=f"{PAIRS}, indicator 0; NCCI Policy Manual ch. I",
    severity="error",
    snip=7,
    sees="services",
    breaks=[
        {"/lines/-": {"hcpcs": "36591", **_DAY}},
        {"/lines/-": {"hcpcs": "36591", "modifiers": ["59"], **_DAY}},
        {**_QUARTER, "/lines/-": {"hcpcs": "36592", **_THEN}},
        {"/lines/0/hcpcs": "C8957", "/lines/-": {"hcpcs": "96415", **_DAY}},
        {"loaded": _NEVER, **_BOTH},
        {
            "/lines/0/hcpcs": "C8957",
            "/lines/-": {"hcpcs": "96415", "service_date": "2026-03-03"},
            BASE: "biologic-coded",
        },
        {"/lines/0/hcpcs": "C8957", "/lines/-": {"hcpcs": "96521", **_DAY}},
        {
            "/lines/0/hcpcs": "99213",
            "/lines/1": {"hcpcs": "96365", "units": "1", "service_date": "2026-03-04"},
            "/lines/-": {"hcpcs": "96523", **_DAY},
        },
        {
            "loaded": [["ptp", "hospital", ["96365", "99211"], [20260101, 0, 0]]],
            "/setting": "facility",
            "/lines/-": {"hcpcs": "99211", **_DAY},
        },
        {
            "loaded": [["ptp", "practitioner", ["96365", "99213"], [20260101, 0, 0]]],
            "/lines/-": {"hcpcs": "99213", **_DAY},
        },
    ],
    keeps=[
        {},
        {"/setting": "facility", "/lines/-": {"hcpcs": "36591", **_DAY}},
        {"/lines/-": {"hcpcs": "36591", "units": "1", "service_date": "2026-03-04"}},
        {"/lines/-": {"hcpcs": "96523", **_DAY}},
        {"/lines/0/hcpcs": "96416", "/lines/-": {"hcpcs": "96521", **_DAY}},
        {"/lines/0/hcpcs": "96425", "/lines/-": {"hcpcs": "96522", **_DAY}},
        {"/lines/-": {"hcpcs": "99211", **_DAY}},
        {"loaded": _PAIR, **_BOTH},
        {"loaded": [["ptp", "practitioner", ["11111", "22222"], [20260101, 20260101, 0]]], **_BOTH},
        {"loaded": [["ptp", "practitioner", ["11111", "22222"], [20260101, 0, 9]]], **_BOTH},
    ],
)
def never_paid(case: Case) -> Iterator[Hit]:
    """Indicator 0: the two codes are never paid together for one patient, provider and day."""
    for found in broken(case):
        if not liftable(found.edit):
            yield _hit(found)


_CODED = {"hcpcs": "36000", "units": 1, "charge": "40", "diagnosis_pointers": [1]}


def _next(start: str | None) -> dict[str, object]:
    """A push at another access site."""
    push = {"id": "A9", "drug": "ceftriaxone", "technique": "push", "route": "IV"}
    return {"/administrations/-": {**push, "start": start, "access_site": "right forearm"}}


@rule(
    "NCCI-PTP-003",
    "nothing-behind-the-modifier",
    message="line {line} bills {hcpcs} beside {other} with {modifier}, and the record shows one visit and "
    "one access site only",
    help="Record what was distinct, or remove the modifier and the line.",
    source=f"{PAIRS}, indicator 1; NCCI Policy Manual ch. I",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/services/-": {**_CODED, "modifiers": ["59"]}},
        {"/services/-": {**_CODED, "modifiers": ["XS"]}},
        {"/services/-": {"hcpcs": "36000", "modifiers": ["XS"]}, "/services/1/hcpcs": "96413"},
        {"/services/-": {"hcpcs": "36000"}, "/services/1/hcpcs": "96413", "/services/0/modifiers": ["XS"]},
        {
            "/services/-": {"hcpcs": "36000", "modifiers": ["XS"]},
            "/services/1/hcpcs": "36000",
            "/services/1/modifiers": ["XS"],
        },
        {
            "/services/-": {**_CODED, "modifiers": ["59"], "service_date": "2026-03-03"},
            **_next("2026-03-04T10:30"),
        },
    ],
    keeps=[
        {},
        {"/services/-": _CODED},
        {"/services/-": {**_CODED, "modifiers": ["XS"]}, **_next("2026-03-03T10:30")},
        {
            "/services/-": {**_CODED, "modifiers": ["XS"], "service_date": "2026-03-03"},
            **_next(None),
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {
            "/services/-": {**_CODED, "modifiers": ["XS"], "service_date": "2026-03-03"},
            "/administrations/0/start": "2026-03-04T09:00",
            "/administrations/0/stop": "2026-03-04T09:45",
        },
        {"/services/-": {"hcpcs": "36591", "modifiers": ["59"]}},
        {"/services/0/hcpcs": "36415", "/services/-": {"hcpcs": "99211", "modifiers": ["59"]}},
        {"/services/-": {**_CODED, "hcpcs": "99213", "modifiers": ["25"]}},
        {"/services/-": {"hcpcs": "99205", "modifiers": ["XS"]}},
        {"/services/-": {"hcpcs": "96374", "modifiers": ["XU"]}},
        {"/services/-": {"hcpcs": "36000", "modifiers": ["59"]}, "/administrations/0/route": " "},
    ],
)
def nothing_behind(case: Case) -> Iterator[Hit]:
    """A modifier that lifts an edit has to stand on something in the record.

    Two administrations against each other are MOD-59-001, INF-SITE-001 and INF-PUSH-001; visits MOD-25-004.
    """
    said: set[int] = set()
    for found in joined(case):
        line = found.second[1]
        present = sorted(DISTINCT & (modifiers_of(found.first[1]) | modifiers_of(line)))
        if not liftable(found.edit) or not present or found.second[0] in said:
            continue
        if found.second[2] in codes() or found.first[2] not in codes() or found.second[2] in EVALUATION:
            continue
        places = {
            (g.visit, g.site)
            for g in case.timeline.given
            if g.service_date is None or g.service_date == line.service_date
        }
        if len(places) == 1 and next(iter(places))[1]:
            said.add(found.second[0])
            yield Hit(
                f"/lines/{found.second[0]}/modifiers",
                line=found.second[0] + 1,
                hcpcs=found.second[2],
                other=found.first[2],
                modifier=present[0],
            )
