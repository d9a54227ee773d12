"""Which administrations a line bills, and what the record supports for them.

A line that names its administrations is linked to those. Else it is linked by its code where the record
supports that code, and at last by elimination: one line that is left and one substance that is left belong
together. Where that is ambiguous a line stays unlinked, and rules compare totals or stay silent.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from edi.coding.family import INITIALS, codes
from edi.coding.spans import Spans, intersect, minutes, union
from edi.coding.timeline import HELD, Given, ProposedLine
from edi.model.claim import ServiceLine
from edi.rules.about import administrations
from edi.rules.base import Case, per_case
from edi.rules.days import repeated_lines

DISTINCT = frozenset({"59", "XE", "XS", "XP", "XU"})
"""Modifiers that say that two services are distinct."""
HYDRATION = ("96360", "96361")
FIRST_INFUSIONS = ("96365", "96367", "96413", "96417")
"""First blocks of a drug that is infused into a vein."""
NEXT_INFUSIONS = ("96367", "96417")
PUSHES = ("96374", "96375", "96409", "96411")
HOURS = ("96366", "96415")
"""Further hours of a drug that is infused into a vein."""
PROLONGED = ("96416", "96425", "C8957")

Relation = Literal["same", "site", "visit", "unknown"]


@dataclass(slots=True, frozen=True, kw_only=True)
class Linked:
    """One line of the administration family with the administrations that it bills."""

    index: int
    """Position among the lines of the claim."""
    line: ServiceLine
    code: str
    """Procedure code, upper case."""
    coded: bool
    """Coded by a person, not proposed by the program."""
    given: tuple[Given, ...]
    """Empty where it is not known what the line bills."""

    @property
    def number(self) -> int:
        """Line number, from 1."""
        return self.index + 1

    @property
    def ids(self) -> frozenset[str]:
        """Ids of the administrations."""
        return frozenset(g.id for g in self.given)

    @property
    def names(self) -> str:
        """What was given, for a sentence."""
        return names(self.given)


@dataclass(slots=True, frozen=True, kw_only=True)
class Second:
    """A further initial service of one date."""

    index: int
    line: ServiceLine
    code: str
    base_index: int
    """The initial service beside which it stands: the highest-ranked one without a modifier."""
    base_code: str
    modified: bool
    """Whether it carries a modifier that says that it is distinct."""
    relation: Relation
    """What tells the two apart in the record."""
    given: tuple[Given, ...]
    base_given: tuple[Given, ...]


def names(given: Iterable[Given]) -> str:
    """Names of administrations, each once, for a sentence."""
    return " and ".join(dict.fromkeys(g.name for g in given))


def units_of(line: ServiceLine) -> Decimal:
    """Units of a line; absent ones count as one."""
    return Decimal(1) if line.units is None else line.units


def distinct(line: ServiceLine) -> bool:
    """Whether a line carries 59 or one of XE, XS, XP, XU."""
    return not DISTINCT.isdisjoint(m.upper() for m in line.modifiers)


FamilyLine = tuple[int, ServiceLine, str]
"""Index, line, code in capitals."""


def family_lines(case: Case, wanted: Collection[str] | None = None) -> Sequence[FamilyLine]:
    """Lines of the administration family with their codes, upper case; lines of zero units are left out."""
    if wanted is None:
        return _family(case)
    return [entry for entry in _family(case) if entry[2] in wanted]


@per_case
def _family(case: Case) -> Sequence[FamilyLine]:
    return [entry for entry in administrations(case) if units_of(entry[1]) > 0]


@per_case
def initial_lines(case: Case) -> Sequence[FamilyLine]:
    """Lines of initial services."""
    return [entry for entry in _family(case) if entry[2] in _INITIALS]


_INITIALS = frozenset(INITIALS)


def by_date(case: Case, wanted: Collection[str] | None = None) -> Mapping[date | None, list[FamilyLine]]:
    """Lines of the administration family by service date."""
    return _grouped(family_lines(case, wanted))


def _grouped(lines: Iterable[FamilyLine]) -> Mapping[date | None, list[FamilyLine]]:
    found: dict[date | None, list[FamilyLine]] = {}
    for entry in lines:
        found.setdefault(entry[1].service_date, []).append(entry)
    return found


def by_a_person(case: Case, index: int) -> bool:
    """Whether a person coded the line: it came of `services`, or the claim came without a record."""
    return case.assembled is None or case.assembled.sources[index].startswith("/services/")


def proposed(case: Case) -> Iterator[ProposedLine]:
    """The administration lines that the record supports."""
    return (p for p in case.proposal.lines if p.line.kind == "administration")


def supported(case: Case, given: Iterable[Given]) -> frozenset[str]:
    """Codes that the record supports for any of some administrations."""
    ids = {g.id for g in given}
    return frozenset(p.line.hcpcs or "" for p in proposed(case) if ids & set(p.line.administrations))


def supported_units(case: Case, wanted: Collection[str]) -> Decimal:
    """Units of some codes that the record supports on the whole claim."""
    return sum((units_of(p.line) for p in proposed(case) if p.line.hcpcs in wanted), Decimal(0))


def refused(case: Case, given: Iterable[Given]) -> frozenset[str]:
    """Reasons for which codes were refused for any of some administrations."""
    ids = {g.id for g in given}
    return frozenset(r.reason for r in case.timeline.refusals if ids & set(r.administrations))


def shared_minutes(given: Iterable[Given], others: Iterable[Given]) -> int:
    """Whole minutes in which administrations of both groups ran."""
    return minutes(shared(given, others))


def shared(given: Iterable[Given], others: Iterable[Given]) -> Spans:
    """The time in which administrations of both groups ran."""
    return intersect(union(s for g in given for s in g.spans), union(s for g in others for s in g.spans))


@per_case
def drug_infusions(case: Case) -> list[Given]:
    """Drugs that ran into a vein by drip or pump."""
    return [
        g
        for g in case.timeline.given
        if g.excluded is None
        and g.route in (None, "IV")
        and g.klass != "hydration"
        and g.documented in ("infusion", "pump")
    ]


def same_place(one: Given, other: Given) -> bool:
    """Whether two administrations share visit and access site."""
    return (one.visit, one.site) == (other.visit, other.site)


def times_unknown(case: Case) -> bool:
    """Whether something that was given could not be timed, so that totals cannot be compared."""
    return any(g.excluded in HELD or g.stop_fallback for g in case.timeline.given)


@per_case
def coded_links(case: Case) -> list[Linked]:
    """Lines that a person coded, linked; empty where the lines are the program's own proposal."""
    return [found for found in links(case) if found.coded]


@per_case
def links(case: Case) -> list[Linked]:
    """All lines of the administration family, linked to their administrations. Needs the record."""
    given = {g.id: g for g in case.timeline.given}
    lines = list(family_lines(case))
    found: dict[int, tuple[Given, ...]] = {}
    for i, line, _ in lines:
        stated = tuple(given[id_] for id_ in line.administrations if id_ in given)
        if stated:
            found[i] = stated
    _link_by_code(case, [entry for entry in lines if entry[0] not in found], given, found)
    _link_by_elimination(case, [entry for entry in lines if entry[0] not in found], found)
    _link_hours_of_other_class(case, lines, given, found)
    return [
        Linked(index=i, line=line, code=code, coded=by_a_person(case, i), given=found.get(i, ()))
        for i, line, code in lines
    ]


def _link_by_code(
    case: Case,
    open_: Sequence[tuple[int, ServiceLine, str]],
    given: Mapping[str, Given],
    found: dict[int, tuple[Given, ...]],
) -> None:
    """Lines of a code and date that the record supports as often as it is coded, in their order."""
    taken = {g.id for linked in found.values() for g in linked}
    groups: dict[tuple[str, date | None], list[tuple[int, ServiceLine]]] = {}
    for i, line, code in open_:
        groups.setdefault((code, line.service_date), []).append((i, line))
    for (code, day), members in groups.items():
        fitting = [
            p.line
            for p in proposed(case)
            if p.line.hcpcs == code
            and (day is None or p.line.service_date == day)
            and not taken & set(p.line.administrations)
        ]
        if len(fitting) != len(members):
            continue
        by_modifier = {p.modifiers: p for p in fitting}
        stated = [line.modifiers for _, line in members]
        matched = len(by_modifier) == len(fitting) and set(by_modifier) == set(stated)
        for (i, line), other in zip(members, fitting, strict=True):
            target = by_modifier[line.modifiers] if matched else other
            found[i] = tuple(given[id_] for id_ in target.administrations)


def _link_by_elimination(
    case: Case, open_: Sequence[tuple[int, ServiceLine, str]], found: dict[int, tuple[Given, ...]]
) -> None:
    """One line and one substance that are left over belong together."""
    hours = {i for i, _, _ in family_lines(case, HOURS)}
    linked = {g.id for i, members in found.items() if i not in hours for g in members}
    rest = [g for g in case.timeline.given if g.id not in linked]
    billed_as_fluid = {g.id for i, _, code in family_lines(case, HYDRATION) for g in found.get(i, ())}
    fluids = [g for g in case.timeline.given if g.klass == "hydration" and g.id not in billed_as_fluid]
    groups: tuple[tuple[Collection[str], list[Given]], ...] = (
        (HYDRATION, fluids),
        (("96369",), [g for g in rest if g.route == "SC" and g.documented == "infusion"]),
        (
            (*FIRST_INFUSIONS, *PUSHES, *HOURS, *PROLONGED, "96376", "96368"),
            [
                g
                for g in rest
                if g.route in (None, "IV")
                and g.klass != "hydration"
                and (g.excluded is None or g.excluded in HELD)
                and g.documented != "injection"
            ],
        ),
    )
    for wanted, candidates in groups:
        lines = [entry for entry in open_ if entry[2] in wanted]
        lines = [entry for entry in lines if entry[2] not in HOURS] or lines
        if len(lines) != 1:
            continue
        index, _, code = lines[0]
        if not candidates and code == "96368":
            candidates = fluids
        if not candidates and code not in HYDRATION:
            candidates = [g for g in rest if g.excluded == "not_injected"]
        if len({(g.substance, g.excluded) for g in candidates}) == 1:
            found[index] = tuple(candidates)


def _link_hours_of_other_class(
    case: Case,
    lines: Sequence[tuple[int, ServiceLine, str]],
    given: Mapping[str, Given],
    found: dict[int, tuple[Given, ...]],
) -> None:
    """A further hour that the record supports under the code of the other class only."""
    coded = {code for _, _, code in lines}
    open_ = [(i, code) for i, _, code in lines if code in HOURS and i not in found]
    if len(open_) != 1:
        return
    index, code = open_[0]
    (other,) = (c for c in HOURS if c != code)
    fitting = [p.line for p in proposed(case) if p.line.hcpcs == other]
    if len(fitting) == 1 and other not in coded and not supported_units(case, (code,)):
        found[index] = tuple(given[id_] for id_ in fitting[0].administrations)


@per_case
def second_initials(case: Case) -> Sequence[Second]:
    """Initial services beyond the first of each date.

    The first is the highest-ranked one without a distinct modifier. `relation` says what the record knows:
    another visit, another access site, neither (`same`), or nothing (`unknown`). A line that looks like an
    earlier one of its day, and is told apart by nothing, is PRO-DUP-001.
    """
    return list(_second_initials(case))


def _second_initials(case: Case) -> Iterator[Second]:
    for day, lines in _grouped(initial_lines(case)).items():
        ranked = sorted(lines, key=lambda entry: (codes()[entry[2]].rank or 0, entry[0]))
        base = next((entry for entry in ranked if not distinct(entry[1])), ranked[0])
        for i, line, code in ranked:
            if i == base[0]:
                continue
            given, base_given = _given_of(case, i), _given_of(case, base[0])
            relation = _relation(case, day, given, base_given)
            if relation in ("same", "unknown") and any(i == again for again, _ in repeated_lines(case)):
                continue
            yield Second(
                index=i,
                line=line,
                code=code,
                base_index=base[0],
                base_code=base[2],
                modified=distinct(line),
                relation=relation,
                given=given,
                base_given=base_given,
            )


def _given_of(case: Case, index: int) -> tuple[Given, ...]:
    """What a line of the family bills, as far as it is known."""
    if case.assembled is None:
        return ()
    return next(found.given for found in links(case) if found.index == index)


def _relation(case: Case, day: date | None, given: Sequence[Given], base_given: Sequence[Given]) -> Relation:
    if case.assembled is None:
        return "unknown"
    if given and base_given:
        if {g.visit for g in given}.isdisjoint(g.visit for g in base_given):
            return "visit"
        return "site" if {g.site for g in given}.isdisjoint(g.site for g in base_given) else "same"
    places = {
        (g.visit, g.site)
        for g in case.timeline.given
        if g.excluded is None
        and g.route in (None, "IV")
        and g.mode in ("infusion", "push")
        and (day is None or g.service_date == day)
    }
    return "same" if len(places) == 1 else "unknown"


def unproven_sequence(case: Case) -> dict[int, tuple[Given, ...]]:
    """Coded lines of further drugs whose times are not documented, with what lacks them."""
    found: dict[int, tuple[Given, ...]] = {}
    for linked in coded_links(case):
        if linked.code not in (*NEXT_INFUSIONS, "96368"):
            continue
        places = {(g.visit, g.site) for g in linked.given}
        held = tuple(
            g
            for g in case.timeline.given
            if (g.visit, g.site) in places
            and g.documented == "infusion"
            and g.klass != "hydration"
            and (g.stop_fallback or g.excluded in ("start_missing", "stop_missing"))
        )
        if held:
            found[linked.index] = held
    return found
