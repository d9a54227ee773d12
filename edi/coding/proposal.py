"""Encounter -> Timeline -> proposed lines."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Literal

from edi.coding import clock, revenue
from edi.coding.drugs import drug_lines, pointers
from edi.coding.edits import once_per_date, pair_indicator
from edi.coding.family import codes
from edi.coding.given import understand
from edi.coding.hierarchy import Billed, code_visit
from edi.coding.modifiers import department_modifier, distinguish, order, with_department
from edi.coding.timeline import Given, Proposal, ProposedLine, Refusal, Timeline
from edi.model.claim import Service, ServiceLine
from edi.model.encounter import Encounter
from edi.payers import Overlay, Policies
from edi.refdata import Lists

PORT_WORDS = ("port", "mediport", "portacath", "powerport", "implanted")
"""Words by which a record names an implanted access device."""


def propose(
    encounter: Encounter,
    *,
    setting: Literal["professional", "facility"],
    overlay: Overlay,
    policies: Policies,
    lists: Lists,
) -> Proposal:
    """The timeline of an encounter and the lines that its record supports.

    `policies` are settled (`Policies.settled`). Lines are in the order of the claim: administrations by day
    and rank, then drugs by their first dose. Minutes are whole minutes in which the substance ran.
    """
    given = understand(encounter, setting, overlay, policies, lists)
    timeline = Timeline(
        encounter=encounter,
        setting=setting,
        zone=clock.zone_of(encounter),
        policies=policies,
        given=given,
        lists=lists,
    )
    coded = [code_visit(timeline, visit) for visit in _visits(given)]
    billed = [b for visit in coded for b in visit.billed]
    refusals = [r for visit in coded for r in visit.refusals]
    billed = _once_per_date(timeline, billed, refusals)
    billed = _never_together(timeline, billed, refusals)
    _port_flush(timeline, billed, refusals)
    distinguish(timeline, billed)
    _off_campus(timeline, billed)
    drugs, dosings, not_billed = drug_lines(timeline)
    department = department_modifier(encounter, setting)
    for drug in drugs:
        drug.line.modifiers = with_department(drug.line.modifiers, department)
    refusals += not_billed
    timeline.refusals = tuple(
        sorted(refusals, key=lambda r: (r.administrations, r.code or "", r.reason, r.why))
    )
    timeline.dosing = tuple(dosings)
    timeline.initial_fallback = next((v.fallback for v in coded if v.fallback), None)
    timeline.initial_differs = any(v.differs for v in coded)
    lines = [*_join(timeline, billed), *drugs]
    for line in lines:
        own = set(line.line.administrations)
        line.refused = tuple(
            r for r in timeline.refusals if own & set(r.administrations) and r.code != line.line.hcpcs
        )
    return Proposal(timeline=timeline, lines=tuple(lines))


def _visits(given: Iterable[Given]) -> list[list[Given]]:
    """The administrations of each visit, visits in time order."""
    found: dict[str, list[Given]] = {}
    for g in sorted(given, key=lambda g: (g.begin or 0, g.id)):
        found.setdefault(g.visit, []).append(g)
    return [found[name] for name in sorted(found)]


def _once_per_date(timeline: Timeline, billed: list[Billed], refusals: list[Refusal]) -> list[Billed]:
    """96368 and the like are paid once per date, without exception: a second visit has none."""
    kept: list[Billed] = []
    seen: set[tuple[str, date | None]] = set()
    for item in sorted(billed, key=order):
        if once_per_date(timeline.lists, item.code, timeline.setting, item.day):
            if (item.code, item.day) in seen:
                refusals.append(
                    Refusal(
                        code=item.code,
                        administrations=tuple(g.id for g in item.given),
                        why=f"{item.code} is paid once per date, and an earlier visit has it.",
                        reason="third_concurrent" if item.code == "96368" else "once_per_date",
                    )
                )
                continue
            seen.add((item.code, item.day))
        kept.append(item)
    return kept


def _never_together(timeline: Timeline, billed: list[Billed], refusals: list[Refusal]) -> list[Billed]:
    """Refuse column 2 of pair edits that no modifier lifts: it would be denied."""
    by_day: dict[date | None, set[str]] = {}
    for item in billed:
        by_day.setdefault(item.day, set()).add(item.code)
    kept = []
    for item in billed:
        others = by_day[item.day] - {item.code}
        bars = sorted(
            c for c in others if pair_indicator(timeline.lists, c, item.code, timeline.setting, item.day) == 0
        )
        if not bars:
            kept.append(item)
            continue
        refusals.append(
            Refusal(
                code=item.code,
                administrations=tuple(g.id for g in item.given),
                why=f"{item.code} is never paid beside {bars[0]} on one day, with no modifier.",
                reason="never_together",
            )
        )
    return kept


def _port_flush(timeline: Timeline, billed: list[Billed], refusals: list[Refusal]) -> None:
    """96523 stands alone: the only service of its day is the flush of an implanted device."""
    by_day: dict[date | None, list[Given]] = {}
    for given in timeline.given:
        if given.excluded == "flush":
            by_day.setdefault(given.service_date, []).append(given)
    busy = {b.day for b in billed}
    beside = [s for s in timeline.encounter.services if _bars_flush(timeline, s)]
    if any(s.service_date is None for s in beside):
        return
    busy |= {s.service_date for s in beside}
    for day, flushes in by_day.items():
        device = sorted(
            (g for g in flushes if any(w in g.site.split() for w in PORT_WORDS)),
            key=lambda g: (g.begin or 0, g.id),
        )
        if not device or day in busy:
            continue
        first = device[0]
        billed.append(
            Billed(
                code="96523",
                units=1,
                given=tuple(device),
                minutes=None,
                day=day,
                why="An implanted access device was flushed and nothing else of this kind done that day.",
                visit=first.visit,
                site=first.site,
                begin=first.begin or 0,
            )
        )
        flushed = {g.id for g in device}
        refusals[:] = [r for r in refusals if not (r.reason == "flush" and flushed & set(r.administrations))]


def _bars_flush(timeline: Timeline, service: Service) -> bool:
    """Whether a coded service keeps 96523 from being paid on its day."""
    plain = (service.hcpcs or "").strip().upper()
    if plain in codes():
        # the flush itself, coded by a person, bars nothing
        return plain != "96523"
    return pair_indicator(timeline.lists, plain, "96523", timeline.setting, service.service_date) == 0


def _off_campus(timeline: Timeline, billed: list[Billed]) -> None:
    department = department_modifier(timeline.encounter, timeline.setting)
    for item in billed:
        item.modifiers = with_department(item.modifiers, department)


def _modifier_52(timeline: Timeline, item: Billed) -> tuple[str, ...]:
    """52 for an infusion that was stopped before its planned end, where the policy wants it."""
    if timeline.policies.mod52_policy != "textbook" or item.family.gate != 16:
        return ()
    short = [
        g
        for g in item.given
        if g.source.planned_minutes is not None
        and g.minutes is not None
        and g.minutes < g.source.planned_minutes
    ]
    return ("52",) if short and len(item.given) == 1 else ()


def _join(timeline: Timeline, billed: list[Billed]) -> list[ProposedLine]:
    """Equal codes of one day become one line: two equal lines would be denied as duplicates."""
    groups: dict[tuple[object, ...], list[Billed]] = {}
    for item in sorted(billed, key=order):
        item.modifiers = (*_modifier_52(timeline, item), *item.modifiers)
        groups.setdefault((item.day, item.code, item.modifiers), []).append(item)
    return [_line(timeline, members) for members in groups.values()]


def _line(timeline: Timeline, members: list[Billed]) -> ProposedLine:
    first = members[0]
    given = list(dict.fromkeys(g.id for b in members for g in b.given))
    by_id = {g.id: g for b in members for g in b.given}
    units = sum(b.units for b in members)
    minutes = [b.minutes for b in members if b.minutes is not None]
    price = timeline.encounter.charges.get(first.code)
    line = ServiceLine(
        kind="administration",
        hcpcs=first.code,
        modifiers=first.modifiers,
        units=Decimal(units),
        unit="UN",
        charge=None if price is None else price * units,
        service_date=first.day,
        revenue_code=(
            revenue.of_administration(first.code, timeline.policies)
            if timeline.setting == "facility"
            else None
        ),
        diagnosis_pointers=pointers(timeline, [by_id[i] for i in given]),
        description=_unlisted_words(first),
        administrations=tuple(given),
        minutes=sum(minutes) if minutes else None,
        why=" ".join(dict.fromkeys(b.why for b in members)),
    )
    return ProposedLine(line=line, visit=first.visit, site=first.site)


def _unlisted_words(item: Billed) -> str | None:
    if item.family.kind != "unlisted":
        return None
    names = ", ".join(dict.fromkeys(g.name for g in item.given))
    return f"{names}: {item.family.label}"[:80]
