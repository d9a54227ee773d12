"""INF-INIT: one initial service per access site and visit, and add-ons with a parent."""

from collections.abc import Iterator, Sequence
from datetime import date

from edi.coding.edits import most_units, parents_of
from edi.coding.family import INITIALS, codes, parents
from edi.refdata import Lists
from edi.rules.about import BASE, ON, POLICIES, administrations, edits_setting
from edi.rules.across import Across, Settled, Told
from edi.rules.asks import in_parts, unread
from edi.rules.base import Case, Hit, rule
from edi.rules.days import billed_by, by_day, day_of, lines_of
from edi.rules.inf.examples import a_line, at
from edi.rules.inf.linking import (
    Second,
    by_a_person,
    by_date,
    distinct,
    family_lines,
    initial_lines,
    second_initials,
    units_of,
)
from edi.rules.inf.sources import (
    ADD_ONS,
    ARTICLES,
    CPT,
    HOSPITAL,
    LIMITS,
    NORIDIAN_CHEMO,
    PAIRS,
    PRACTICE,
    RAC,
)

CHEMO = ("96409", "96413")
THERAPEUTIC = ("96365", "96374")
_LINE = {"units": "1", "service_date": "2026-03-03"}
_CODE_UNREAD = {"/lines/0/hcpcs": None, "/unread/-": {"path": "/lines/0/hcpcs", "text": "96365"}}


def _through_one_line(case: Case) -> Iterator[Second]:
    """Further initial services that carry no modifier, where the record knows no other visit or site."""
    for second in second_initials(case):
        if not second.modified and second.relation in ("same", "unknown"):
            yield second


def _kind(case: Case, second: Second) -> str:
    """Which rule speaks of a pair of initial services: each pair has one."""
    pair = {second.code, second.base_code}
    if pair == {"96360", "96374"} and case.claim.setting == "facility":
        return "INF-INIT-007"
    if "96360" in pair and second.code != second.base_code:
        return "INF-HYD-SEC"
    if pair & set(CHEMO) and pair & set(THERAPEUTIC):
        return "INF-INIT-006"
    return "INF-INIT-001"


def pairs(case: Case, rule_id: str) -> Iterator[Second]:
    """The pairs of initial services through one line of which a rule speaks."""
    return (second for second in _through_one_line(case) if _kind(case, second) == rule_id)


def _hit(second: Second) -> Hit:
    return Hit(
        f"/lines/{second.index}/hcpcs",
        line=second.index + 1,
        hcpcs=second.code,
        base_line=second.base_index + 1,
        base=second.base_code,
        actual=second.code,
    )


@rule(
    "INF-INIT-001",
    "two-initial-services",
    message="line {line} bills the initial code {hcpcs} beside {base} on line {base_line}",
    help="Keep one initial code for each access site and visit; the lower-ranked service becomes its add-on. "
    "Where there were two sites or visits, add 59 or XS, XE and say so in the record.",
    source=f"{ARTICLES}; {PRACTICE}; {RAC}; {HOSPITAL}",
    severity="error",
    snip=7,
    sees="codes",
    codes=INITIALS,
    also=("NCCI-PTP-001",),
    breaks=[
        {"/lines/-": {"hcpcs": "96374", **_LINE}},
        {"/lines/-": {"hcpcs": "96365", **_LINE}},
        {"/lines/0/hcpcs": "96413", "/lines/-": {"hcpcs": "96409", **_LINE}},
        {"/lines/0/modifiers": ["76"], "/lines/-": {"hcpcs": "96365", **_LINE}},
        {"/lines/-": {"hcpcs": "96365", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "96365"},
        {"/lines/-": {"hcpcs": "96374", "service_date": "2026-03-03"}, "/lines/0/hcpcs": "96374"},
        {"/lines/0/hcpcs": "96413", "/lines/-": {"hcpcs": "96413", "service_date": "2026-03-03"}},
        {"/lines/0/hcpcs": "96409", "/lines/-": {"hcpcs": "96409", "service_date": "2026-03-03"}},
        {"/lines/-": a_line("96365", charge="250.00"), "/lines/1/hcpcs": "96374"},
        {"/lines/0/hcpcs": "96360", "/lines/-": a_line("96360")},
        {"/setting": "facility", "/lines/-": a_line("96365")},
        {ON: "encounter", BASE: "coded-professional", "/services/-": a_line("96374")},
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "96375", **_LINE}},
        {"/lines/-": {"hcpcs": "96374", "modifiers": ["XS"], **_LINE}},
        {"/lines/0/modifiers": ["59"], "/lines/-": {"hcpcs": "96365", **_LINE}},
        {"/lines/-": {"hcpcs": "96365", "units": "1", "service_date": "2026-03-04"}},
        {ON: "encounter", BASE: "two-sites-coded", "/services/1/modifiers": []},
    ],
)
def two_initials(case: Case) -> Iterator[Hit]:
    """One initial code per access site and visit.

    INF-INIT-006, INF-INIT-007 and INF-HYD-SEC speak of their own pairs; INF-SITE-003 and INF-ENC-001 where
    the record shows two sites or visits. Either of the two lines may carry the modifier.
    """
    for second in pairs(case, "INF-INIT-001"):
        yield _hit(second)


def _may_outrank() -> list[str]:
    """Add-ons that rank above an initial service to which they may belong."""
    ranks = {code: row.rank for code, row in codes().items() if row.rank is not None}
    return [
        code
        for code, allowed in parents().items()
        if any(ranks.get(code, 0) < ranks.get(parent, 0) for parent in allowed if code in ranks)
    ]


def _initial_ranks(case: Case) -> list[int]:
    """Ranks of the services on the claim that can be the first of a visit."""
    rows = [codes()[code] for _, _, code in family_lines(case)]
    return [row.rank for row in rows if row.kind in ("initial", "prolonged") and row.rank is not None]


@rule(
    "INF-INIT-002",
    "initial-not-the-highest",
    message="line {line} bills {hcpcs} as an add-on to {base}, which ranks lower",
    help="Make the higher-ranked service the initial one: chemotherapy, then therapeutic, then hydration; "
    "infusion before push.",
    source=f"{ARTICLES}; {NORIDIAN_CHEMO}",
    severity="error",
    codes=_may_outrank(),
    snip=7,
    sees="services",
    setting="facility",
    breaks=[
        {"/lines/0/hcpcs": "96374", "/lines/-": {"hcpcs": "96367", **_LINE}},
        {"/lines/0/hcpcs": "96360", "/lines/-": {"hcpcs": "96375", **_LINE}},
        {"/lines/0/hcpcs": "96360", "/lines/-": {"hcpcs": "96375"}, BASE: "pushes-facility"},
        {"/lines": [{"hcpcs": "96367"}, {"hcpcs": "96374"}]},
        {"/lines/0/hcpcs": "96425", "/lines/-": [a_line("96360"), a_line("96375")]},
        {"/lines/0/hcpcs": "96360", "/lines/-": a_line("96366")},
        {"/lines/0/hcpcs": "96360", "/lines/-": a_line("96368")},
    ],
    keeps=[
        {"/lines/-": {"hcpcs": "96367", **_LINE}},
        {"/lines/-": {"hcpcs": "96375", **_LINE}},
        {"/lines/0/hcpcs": "96374", "/lines/-": {"hcpcs": "96361", **_LINE}},
        {"/lines/0/hcpcs": "96417"},
        {
            "/lines/0/hcpcs": "96416",
            "/lines/-": {"hcpcs": "96368", **_LINE},
        },
        {"/lines/0/hcpcs": "96425"},
        {"/lines/1/hcpcs": "96401"},
        {"/lines/0/hcpcs": "96374", "/lines/-": {"hcpcs": "96367"}, "/lines/1/hcpcs": "96413"},
        {"/lines/0/hcpcs": "96416", "/lines/-": [a_line("96360"), a_line("96375")]},
        {"/lines/-": [a_line("96370"), a_line("96367")]},
        {"/lines/0/hcpcs": "96367"},
    ],
)
def initial_not_highest(case: Case) -> Iterator[Hit]:
    """A hospital reports the highest-ranked service as the initial one, whatever came first on the clock.

    An add-on without any legal parent is INF-INIT-008.
    """
    ranks = _initial_ranks(case)
    if not ranks:
        return
    lowest = min(ranks)
    present = {code for _, _, code in family_lines(case)}
    base = next(code for _, _, code in family_lines(case) if codes()[code].rank == lowest)
    for i, line, code in family_lines(case):
        rank, parents = codes()[code].rank, parents_of(case.lists, code, line.service_date) or frozenset()
        if rank is not None and rank < lowest and parents & present:
            yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, base=base, actual=code)


@rule(
    "INF-INIT-003",
    "no-primary-reason",
    message="{why}: the order of the hospital codes chose the initial service",
    help="Name the administration that was the main reason for the visit: primary_reason.",
    source=f"{PRACTICE}; {CPT}",
    severity="info",
    snip=7,
    setting="professional",
    needs=("record",),
    on="encounter",
    breaks=[
        {
            "/administrations/-": {
                "id": "A2",
                "drug": "ondansetron",
                "hcpcs": "J2405",
                "route": "IV",
                "technique": "push",
                "start": "2026-03-03T09:50",
                "access_site": "left forearm",
            }
        },
        {"/primary_reason": "A2", "/administrations/-": {"id": "A2"}},
    ],
    keeps=[
        {},
        {
            "/primary_reason": "A2",
            "/administrations/-": {
                "id": "A2",
                "drug": "ondansetron",
                "hcpcs": "J2405",
                "route": "IV",
                "technique": "push",
                "start": "2026-03-03T09:50",
                "access_site": "left forearm",
            },
        },
        {"/primary_reason": "A2", "/administrations/-": {"id": "A2"}, "/administrations/0/start": ""},
        {"/administrations/-": {"id": "A2", "start": "2026-03-03T09:50"}, "/coding": "as_coded"},
    ],
)
def no_primary_reason(case: Case) -> Iterator[Hit]:
    """In a practice the main reason for the visit decides the initial service."""
    why = {
        "no_primary": "no main reason for the visit is given",
        "not_eligible": "the main reason for the visit cannot be an initial service",
    }.get(case.timeline.initial_fallback or "")
    if why is not None and _chosen_here(case):
        yield Hit("/primary_reason", why=why)


def _chosen_here(case: Case) -> bool:
    """Whether an initial service of this claim is the program's own choice."""
    return any(not by_a_person(case, i) for i, _, _ in initial_lines(case))


@rule(
    "INF-INIT-004",
    "primary-reason-without-parent",
    message="the main reason {id} would leave an add-on without its parent: the order of the "
    "hospital codes is used",
    help="Check which service was the main reason; the proposed lines follow the order of the codes.",
    source=ADD_ONS,
    severity="warning",
    snip=7,
    setting="professional",
    needs=("record",),
    on="encounter",
    breaks=[
        {
            "/primary_reason": "A2",
            "/administrations/0/drug": "carboplatin",
            "/administrations/0/hcpcs": "J9045",
            "/administrations/0/stop": "2026-03-03T11:10",
            "/administrations/-": {
                "id": "A2",
                "drug": "ondansetron",
                "hcpcs": "J2405",
                "route": "IV",
                "technique": "push",
                "start": "2026-03-03T11:15",
                "access_site": "left forearm",
            },
        }
    ],
    keeps=[
        {
            "/primary_reason": "A2",
            "/administrations/-": {
                "id": "A2",
                "drug": "ondansetron",
                "hcpcs": "J2405",
                "route": "IV",
                "technique": "push",
                "start": "2026-03-03T09:50",
                "access_site": "left forearm",
            },
        },
        {
            "/primary_reason": "A2",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:50"},
            BASE: "biologic-coded",
        },
    ],
)
def primary_without_parent(case: Case) -> Iterator[Hit]:
    """The main reason decides only where every add-on keeps a legal parent."""
    if case.timeline.initial_fallback == "no_parent" and _chosen_here(case):
        yield Hit("/primary_reason", id=case.timeline.encounter.primary_reason)


@rule(
    "INF-INIT-005",
    "primary-reason-against-the-order",
    message="the main reason {id} makes another service initial than a hospital would bill",
    help="Nothing to do in a practice; let the record say why this was the main reason.",
    source=CPT,
    severity="info",
    snip=7,
    setting="professional",
    needs=("record",),
    on="encounter",
    breaks=[
        {
            "/primary_reason": "A2",
            "/administrations/-": {
                "id": "A2",
                "drug": "ondansetron",
                "hcpcs": "J2405",
                "route": "IV",
                "technique": "push",
                "start": "2026-03-03T09:50",
                "access_site": "left forearm",
            },
        }
    ],
    keeps=[
        {"/primary_reason": "A1"},
        {},
        {
            "/primary_reason": "A2",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:50"},
            "/coding": "as_coded",
        },
    ],
)
def primary_against_order(case: Case) -> Iterator[Hit]:
    """Allowed in a practice, and worth a line in the record."""
    if case.timeline.initial_differs and _chosen_here(case):
        yield Hit("/primary_reason", id=case.timeline.encounter.primary_reason)


@rule(
    "INF-INIT-006",
    "chemotherapy-and-therapeutic-both-initial",
    message="line {line} bills the initial code {hcpcs} beside {base} on line {base_line}",
    help="Keep the chemotherapy code; the other drug becomes 96367, 96368 or 96375 unless it had "
    "a site of its own.",
    source=ARTICLES,
    severity="error",
    snip=7,
    sees="codes",
    codes=CHEMO,
    also=("INF-INIT-001", "NCCI-PTP-001"),
    breaks=[
        {"/lines/-": {"hcpcs": "96413", **_LINE}},
        {"/lines/0/hcpcs": "96409", "/lines/-": {"hcpcs": "96374", **_LINE}},
        {"/lines/-": {"hcpcs": "96413", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "96365"},
    ],
    keeps=[
        {"/lines/0/modifiers": ["XS"], "/lines/-": {"hcpcs": "96413", **_LINE}},
        {"/lines/0/hcpcs": "96367", "/lines/-": {"hcpcs": "96413", **_LINE}},
        {"/lines/0/hcpcs": "96413", "/lines/-": a_line("96409")},
    ],
)
def chemo_and_therapeutic(case: Case) -> Iterator[Hit]:
    """Through one line chemotherapy is the initial service, and a therapeutic drug is added to it."""
    for second in pairs(case, "INF-INIT-006"):
        yield _hit(second)


@rule(
    "INF-INIT-007",
    "push-and-hydration-both-initial",
    message="{hcpcs} on line {line} and {base} on line {base_line} are both initial services",
    help="Bill 96374 and 96361: a push outranks hydration.",
    source=f"{NORIDIAN_CHEMO}; {PAIRS}",
    severity="error",
    snip=7,
    sees="codes",
    setting="facility",
    codes=("96360",),
    also=("INF-INIT-001", "INF-HYD-SEC", "NCCI-PTP-001"),
    breaks=[
        {"/lines/0/hcpcs": "96374", "/lines/-": {"hcpcs": "96360", **_LINE}},
        {
            "/lines/0/hcpcs": "96374",
            "/lines/-": {"hcpcs": "96360", "service_date": "2026-03-03"},
            "/lines/1/hcpcs": "96360",
        },
    ],
    keeps=[
        {"/lines/0/hcpcs": "96374", "/lines/-": {"hcpcs": "96361", **_LINE}},
        {"/lines/0/hcpcs": "96374", "/lines/-": {"hcpcs": "96360", "modifiers": ["59"], **_LINE}},
    ],
)
def push_and_hydration(case: Case) -> Iterator[Hit]:
    """The pair edit lists 96360 first, but the hierarchy of hospitals puts the push first."""
    for second in pairs(case, "INF-INIT-007"):
        yield _hit(second)


def _parent_elsewhere(told: Sequence[Told], lists: Lists) -> Iterator[Settled]:
    """Add-ons whose parent stands on another claim of the day."""
    billed = billed_by(told)
    for own in told:
        for line in lines_of(own):
            allowed = parents_of(lists, line.code, date.fromisoformat(day_of(own))) or frozenset()
            if any(billed.get(code, set()) - {own.same_id} for code in allowed):
                yield Settled(own.claim, f"/lines/{line.index}/hcpcs")


@rule(
    "INF-INIT-008",
    "add-on-without-parent",
    message="line {line} bills the add-on {hcpcs}; {what}",
    help="Add the service to which it belongs, or remove the line.",
    source=f"{ARTICLES}; {ADD_ONS}",
    severity="error",
    codes=parents(),
    snip=7,
    sees="services",
    also=("NCCI-AOC-001",),
    across=Across(by_day, _parent_elsewhere),
    base="professional",
    breaks=[
        {"/lines/0/hcpcs": "96366"},
        {"/lines/-": {"hcpcs": "96415", **_LINE}},
        {"/lines/-": {"hcpcs": "96366", "units": "1", "service_date": "2026-03-04"}},
        {
            "/setting": "facility",
            "/lines/-": {"hcpcs": "96366", "units": "1", "service_date": "2026-03-04"},
        },
        {
            "/lines/0/hcpcs": "96366",
            "sister": {"/claim_id": "OTHER-1", "/lines/0/service_date": "2026-03-04"},
        },
        {"/lines/0/hcpcs": "96366", "sister": {"/claim_id": "OTHER-1", "/patient/birth_date": "1955-04-13"}},
        {"/lines/0/hcpcs": "96366", BASE: "chemo-facility"},
        {"/lines/0/hcpcs": "96366", "/unread/-": {"path": "/lines/0/service_date", "text": "?"}},
        {"/lines": [{"hcpcs": "96375"}, {"hcpcs": "96375"}]},
        {"/lines/0/hcpcs": "96361"},
        {"/lines/0/hcpcs": "96423"},
        {"/lines/0/hcpcs": "96411"},
        {"/lines/0/hcpcs": "96366", "sister": {"/claim_id": "OTHER-1", "/lines/0/units": "0"}},
    ],
    keeps=[
        {"/lines/0/hcpcs": "96366", "sister": {"/claim_id": "OTHER-1"}},
        {
            "/lines/0/hcpcs": "96366",
            "/lines/-": {"hcpcs": "96367", "units": "1", "service_date": "2026-03-03"},
            "sister": {"/claim_id": "OTHER-1"},
        },
        {"/lines/-": {"hcpcs": "96366", **_LINE}},
        {"/lines/-": {"hcpcs": "96366", **_LINE}, "/lines/0/units": "0"},
        {"/lines/-": {"hcpcs": "96366", **_LINE}, "/lines/0/units": "0", "/setting": "facility"},
        {"/lines/-": {"hcpcs": "96366", **_LINE}, **_CODE_UNREAD},
        {"/lines/-": {"hcpcs": "96375", **_LINE}},
        {"/lines/0/hcpcs": "96413", "/lines/-": {"hcpcs": "96415", **_LINE}},
        {"/lines/-": {"hcpcs": "96375"}},
        {
            ON: "encounter",
            BASE: "facility",
            POLICIES: {"midnight_dos": "by_increment"},
            "/administrations/0/start": at("23:00"),
            "/administrations/0/stop": at("02:00", 4),
            "/encounter_end": None,
        },
    ],
)
def add_on_without_parent(case: Case) -> Iterator[Hit]:
    """An add-on is paid beside one of its listed parents.

    Professional: on the same date. Facility: anywhere on the claim; a parent on another date is a remark.
    A parent on another claim of the run, of that patient, provider and date, answers the finding. A line
    without usable units is a parent all the same: F15-24G-001 speaks of it.
    """
    stated: dict[date | None, set[str]] = {}
    for _, line, code in administrations(case):
        stated.setdefault(line.service_date, set()).add(code)
    everywhere = {code for codes_of_day in stated.values() for code in codes_of_day}
    facility = case.claim.setting == "facility"
    if any(unread(case, f"/lines/{i}/hcpcs") for i in range(len(case.claim.lines))):
        return  # it may be the parent
    for day, lines in by_date(case).items():
        near = stated.get(day, set()) | stated.get(None, set())
        for i, _, code in lines:
            allowed = parents_of(case.lists, code, day)
            if allowed is None or not by_a_person(case, i):
                continue
            elsewhere = bool(allowed & everywhere)
            if allowed & near or (day is None and elsewhere):
                continue
            parent = ", ".join(sorted(allowed))
            none = f"none of {parent} is" if len(allowed) > 1 else f"{parent} is not"
            yield Hit(
                f"/lines/{i}/hcpcs",
                severity="info" if elsewhere and facility else None,
                line=i + 1,
                hcpcs=code,
                what=f"{parent}: only on another date" if elsewhere else f"{none} on the claim",
                actual=code,
            )


@rule(
    "INF-INIT-009",
    "initial-units",
    message="line {line} bills {units} units of the initial code {hcpcs}",
    help="Bill one unit; further hours have their own code. A second site or visit is a line of its own with "
    "59 or XS, XE.",
    source=f"{ARTICLES}; {LIMITS}",
    severity="error",
    snip=7,
    sees="codes",
    codes=(*INITIALS, "96369"),
    also=("NCCI-MUE-001",),
    breaks=[
        {"/lines/0/units": "2"},
        {"/lines/0/units": "3", "/setting": "facility"},
        {"/lines/0/units": 2, "/setting": "facility"},
        {"/lines/1/hcpcs": "96369"},
        {"/lines/0/units": "2", "/lines/0/modifiers": ["XU"]},
        {"/lines/0/units": "2", "/lines/1/hcpcs": "96409"},
        {"/lines/0/units": "2", "/lines/0/hcpcs": "96360"},
        {"/lines/0/units": "2", "/lines/0/hcpcs": "96409"},
        {"/lines/0/units": "2", "/lines/0/hcpcs": "96413"},
        {"/lines/0/units": "2", "/lines/0/hcpcs": "96374"},
        {"/lines/0/units": "2", "/lines/0/hcpcs": "96369"},
    ],
    keeps=[
        {},
        {"/lines/0/units": None},
        {"/lines/0/units": "1.5"},
        {"/lines/-": a_line("96366", units="2")},
    ],
)
def initial_units(case: Case) -> Iterator[Hit]:
    """An initial code is one unit per line.

    A hospital may be paid two on a date, and several sites or visits may share a line: then it is a warning.
    Parts of a unit are FAC-UNIT-001.
    """
    for i, line, code in family_lines(case):
        units = units_of(line)
        if units <= 1 or (code not in INITIALS and code != "96369") or in_parts(line):
            continue
        setting = edits_setting(case)
        within = units <= (most_units(case.lists, code, setting, line.service_date) or 1)
        yield Hit(
            f"/lines/{i}/units",
            severity="warning" if within or distinct(line) else None,
            line=i + 1,
            hcpcs=code,
            units=f"{units:f}",
            expected=1,
            actual=f"{units:f}",
        )
