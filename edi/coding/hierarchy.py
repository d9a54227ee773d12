"""Codes of one visit: rules catalogue A.2 steps 4 to 9, with the corrections of its section 0.5.

Administrations of one substance at one access site form a `Run`. Infusions are accepted one after the other
(chemotherapy first, then the longest); each keeps the minutes in which no accepted one ran. What is left
decides whether it is sequential or concurrent. One run of each site is the initial service.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal, cast

from edi.coding import clock
from edi.coding.edits import parents_of
from edi.coding.family import (
    INFUSION_GATE,
    REPEAT_PUSH_GAP,
    FamilyCode,
    codes,
    initial_codes,
)
from edi.coding.spans import Span, Spans, intersect, minutes, seconds, subtract, union
from edi.coding.timeline import INCLUDED, Given, Refusal, Timeline
from edi.coding.units import further_hours, repeat_units

CONTINUES_WITHIN = 15 * 60
"""Seconds within which a restart of the same drug is the same infusion: a change of bag or bottle."""

Technique = Literal["infusion", "push"]
_CLASS_ORDER = {"chemo": 0, "hormonal": 0, "therapeutic": 1, "hydration": 2}


@dataclass(slots=True, kw_only=True)
class Billed:
    """One code with its units for some administrations, before equal ones are joined to a line."""

    code: str
    units: int
    given: tuple[Given, ...]
    minutes: int | None
    day: date | None
    why: str
    visit: str
    site: str
    begin: int
    modifiers: tuple[str, ...] = ()

    @property
    def family(self) -> FamilyCode:
        """The code's row of the family table."""
        return codes()[self.code]


@dataclass(slots=True, kw_only=True)
class Run:
    """All that was given of one substance by one technique at one site in one visit."""

    klass: str
    technique: Technique
    given: tuple[Given, ...]
    parts: tuple[Spans, ...]
    """Separate infusions in time order, each the stretches in which the drug ran."""
    begin: int
    key: str
    own: list[Spans] = field(default_factory=list)
    """What of each part lies outside the accepted infusions."""
    together_with: "Run | None" = None
    """The accepted run beside which this one is concurrent."""

    @property
    def spans(self) -> Spans:
        """All the time in which the substance ran."""
        return union(s for part in self.parts for s in part)

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        names = sorted({g.name for g in self.given if g.klass == self.klass} or {g.name for g in self.given})
        return " and ".join(names)


@dataclass(slots=True, kw_only=True)
class VisitCodes:
    """What a visit comes to."""

    billed: list[Billed] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    choices: int = 0
    """Most services of one site that could have been initial."""
    initial: set[str] = field(default_factory=set)
    """Ids of the administrations of the initial services."""
    fallback: Literal["no_primary", "no_parent", "not_eligible"] | None = None
    """Why the hierarchy chose although the primary reason should."""
    differs: bool = False
    """The primary reason made another service initial than the hierarchy would."""


def code_visit(timeline: Timeline, visit: Sequence[Given]) -> VisitCodes:
    """Codes of one visit.

    The hierarchy chooses the initial service of a facility; a professional visit follows its primary reason
    as long as every add-on keeps a legal parent.
    """
    by_rank = _code(timeline, visit, None)
    if timeline.policies.initial_rule != "primary_reason":
        return by_rank
    wanted = timeline.encounter.primary_reason
    if wanted is None or all(g.id != wanted for g in visit):
        if by_rank.choices > 1:
            by_rank.fallback = "no_primary"
        return by_rank
    by_reason = _code(timeline, visit, wanted)
    if wanted not in by_reason.initial:
        by_rank.fallback = "not_eligible"
        return by_rank
    if _lost(by_rank, by_reason):
        by_rank.fallback = "no_parent"
        return by_rank
    by_reason.differs = _initials(by_rank) != _initials(by_reason)
    return by_reason


def _initials(coded: VisitCodes) -> list[tuple[str, tuple[str, ...]]]:
    return sorted((b.code, tuple(g.id for g in b.given)) for b in coded.billed if b.family.kind == "initial")


def _lost(by_rank: VisitCodes, by_reason: VisitCodes) -> bool:
    """Whether the primary reason would leave something unbilled for want of a parent."""
    by_rank_too = {(r.code, r.administrations) for r in by_rank.refusals if r.reason == "no_parent"}
    return any(
        r.reason == "no_parent" and (r.code, r.administrations) not in by_rank_too for r in by_reason.refusals
    )


def _drop_orphans(timeline: Timeline, coded: VisitCodes) -> None:
    """Refuse add-ons of which no legal parent is billed, and then those whose parent was refused."""
    while True:
        present = {b.code for b in coded.billed}
        wanted = [(b, parents_of(timeline.lists, b.code, b.day)) for b in coded.billed]
        kept = [b for b, allowed in wanted if allowed is None or allowed & present]
        orphans = [(b, allowed) for b, allowed in wanted if allowed is not None and not allowed & present]
        if not orphans:
            return
        for orphan, listed in orphans:
            allowed = ", ".join(sorted(listed))
            coded.refusals.append(
                Refusal(
                    code=orphan.code,
                    administrations=tuple(g.id for g in orphan.given),
                    why=f"{orphan.code} needs one of {allowed} beside it, and none is supported here.",
                    reason="no_parent",
                )
            )
        coded.billed = kept


def _join_days(timeline: Timeline, coded: VisitCodes) -> None:
    """A practice's add-on stands on the day of its parent: a visit past midnight has the day it began."""
    if timeline.setting != "professional":
        return
    days: dict[str, set[date]] = {}
    for billed in coded.billed:
        if billed.day is not None and parents_of(timeline.lists, billed.code, billed.day) is None:
            days.setdefault(billed.code, set()).add(billed.day)
    for billed in coded.billed:
        listed = parents_of(timeline.lists, billed.code, billed.day)
        if listed is None or billed.day is None:
            continue
        allowed = set().union(*(days.get(code, set()) for code in listed))
        if allowed and billed.day not in allowed:
            billed.day = max((d for d in allowed if d < billed.day), default=min(allowed))


def _code(timeline: Timeline, visit: Sequence[Given], primary: str | None) -> VisitCodes:
    """Codes of one visit; `primary` is the id of the administration that is to be initial."""
    coded = VisitCodes()
    for given in visit:
        if given.excluded is not None:
            coded.refusals.append(_refuse_excluded(given))
    active = [g for g in visit if g.excluded is None]
    _on_body(active, coded)
    _injections(active, coded)
    _subcutaneous(timeline, active, coded)
    _other_routes(timeline, active, coded)
    pumps = _pumps(timeline, active, coded)
    venous = [g for g in active if g.route in (None, "IV") and g.mode in ("infusion", "push")]
    concurrent: list[Run] = []
    for site in sorted({g.site for g in venous}):
        here = [g for g in venous if g.site == site]
        pumped = union(s for p in pumps if p.site == site for s in p.spans)
        choices = _code_site(timeline, here, pumped, primary, coded, concurrent)
        coded.choices = max(coded.choices, choices)
    _concurrent(timeline, concurrent, coded)
    _drop_orphans(timeline, coded)
    _join_days(timeline, coded)
    return coded


# --- what is no service of its own -----------------------------------------------------------------------


def _refuse_excluded(given: Given) -> Refusal:
    name, excluded = given.name, cast(str, given.excluded)
    code = "96360" if excluded in INCLUDED and given.klass == "hydration" else None
    carried = given.source.diluent_of
    why = {
        "vehicle": f"{name} carries {carried or 'a drug'}: a vehicle is part of the drug's administration.",
        "keep_vein_open": f"{name} only kept the vein open, which is never reported.",
        "flush": f"{name} is a flush, which is part of the other services.",
        "blood_line": f"{name} ran with or between blood units and is part of the transfusion.",
        "integral": f"{name} is hydration that the drug itself needs; this payer does not pay it apart.",
        "not_injected": f"{name} was not given by injection or infusion: no administration code.",
        "no_code": f"{name}: there is no code of this family for route {given.route} and its class.",
        "no_class": f"{name}: this payer wants to be told its class; give the category.",
        "start_missing": f"{name} has no start time and cannot be timed.",
        "start_unreadable": f"the start of {name} is no exact clock time.",
        "stop_unreadable": f"the stop of {name} is no exact clock time.",
        "stop_before_start": f"{name} stops before or when it starts.",
        "stop_missing": f"{name} has no stop time.",
    }[excluded]
    return Refusal(code=code, administrations=(given.id,), why=why, reason=excluded)


# --- routes with one code --------------------------------------------------------------------------------


def _single(coded: VisitCodes, code: str, given: Sequence[Given], why: str) -> Billed:
    first = min(given, key=_when)
    minutes_known = [g.minutes for g in given if g.minutes is not None]
    billed = Billed(
        code=code,
        units=1,
        given=tuple(given),
        minutes=sum(minutes_known) if minutes_known and codes()[code].gate else None,
        day=first.service_date,
        why=why,
        visit=first.visit,
        site=first.site,
        begin=first.begin or 0,
    )
    coded.billed.append(billed)
    return billed


def _when(given: Given) -> tuple[str, int, str]:
    day = given.service_date.isoformat() if given.service_date else ""
    return day, given.begin or 0, given.id


def _on_body(active: Sequence[Given], coded: VisitCodes) -> None:
    found = sorted((g for g in active if g.mode == "on_body"), key=_when)
    if not found:
        return
    _single(coded, "96377", found, f"An on-body injector with {found[0].name} was applied.")


_INJECTION = {"therapeutic": "96372", "chemo": "96401", "hormonal": "96402"}


def _injections(active: Sequence[Given], coded: VisitCodes) -> None:
    """Injections under the skin or into muscle: each one is a service; none displaces an initial one."""
    for given in active:
        chemo_infusion = (
            given.route == "SC" and given.mode == "infusion" and given.klass in ("chemo", "hormonal")
        )
        if given.mode != "injection" and not chemo_infusion:
            continue
        if given.route not in (None, "SC", "IM"):
            continue
        code = _INJECTION[cast(str, given.klass)]
        how = {"SC": "under the skin", "IM": "into muscle"}.get(given.route or "", "by injection")
        drip = (
            f", {given.minutes} minutes: 15 minutes or less are an injection"
            if given.documented == "infusion" and given.minutes is not None and not chemo_infusion
            else ""
        )
        _single(coded, code, [given], f"{given.name} was given {how}{drip}.")
        if drip:
            coded.refusals.append(_short(given, "96369"))


def _short(given: Given, code: str) -> Refusal:
    return Refusal(
        code=code,
        administrations=(given.id,),
        why=f"{given.name} ran {given.minutes} minutes; {code} begins at minute {INFUSION_GATE}.",
        reason="under_gate",
    )


def _subcutaneous(timeline: Timeline, active: Sequence[Given], coded: VisitCodes) -> None:
    """Infusions under the skin: one first block per visit, however many pumps."""
    found = [g for g in active if g.route == "SC" and g.mode == "infusion" and g.klass == "therapeutic"]
    if not found:
        return
    found.sort(key=_when)
    spans = union(s for g in found for s in g.spans)
    ran = minutes(spans)
    names = " and ".join(sorted({g.name for g in found}))
    _single(coded, "96369", found, f"{names} ran under the skin for {ran} minutes, pump set-up included.")
    coded.billed[-1].minutes = ran
    _add_hours(timeline, coded, "96370", found, names, ran, [spans])
    if any(g.source.new_pump_site for g in found):
        _single(coded, "96371", found, "A further pump site under the skin was set up.")


_BY_ROUTE = {"IL": "96405", "IT": "96450", "IP": "96446", "IPL": "96440", "ICV": "96542"}


def _other_routes(timeline: Timeline, active: Sequence[Given], coded: VisitCodes) -> None:
    """Arteries, lesions, body cavities, spinal canal."""
    for route, code in _BY_ROUTE.items():
        found = sorted((g for g in active if g.route == route and g.mode != "on_body"), key=_when)
        if found:
            # One puncture or instillation, whatever the number of drugs.
            names = " and ".join(sorted({g.name for g in found}))
            extra = " (96406 when more than seven lesions were treated)" if code == "96405" else ""
            _single(coded, code, found, f"{names}: {codes()[code].label}{extra}.")
    for given in active:
        if given.route == "IA" and given.mode in ("push", "infusion"):
            _arterial(timeline, given, coded)


def _arterial(timeline: Timeline, given: Given, coded: VisitCodes) -> None:
    name, ran = given.name, given.minutes
    if given.klass == "therapeutic":
        if given.mode == "push":
            _single(coded, "96373", [given], f"{name} was injected into an artery.")
        else:
            _single(
                coded, "96379", [given], f"{name} ran into an artery, for which there is no code of its own."
            )
    elif given.mode == "push":
        _single(coded, "96420", [given], f"{name} was pushed into an artery.")
    else:
        _single(coded, "96422", [given], f"{name} ran into an artery for {ran} minutes.")
        _add_hours(timeline, coded, "96423", [given], name, ran or 0, [given.spans])


def _pumps(timeline: Timeline, active: Sequence[Given], coded: VisitCodes) -> list[Given]:
    """Prolonged infusions by pump: one of a kind per visit; they are no initial for other infusions."""
    found = sorted((g for g in active if g.mode == "pump"), key=_when)
    groups: dict[str, list[Given]] = {}
    for given in found:
        if given.klass in ("chemo", "hormonal"):
            code = "96425" if given.route == "IA" else "96416"
        else:
            code = "C8957" if timeline.setting == "facility" and given.route != "IA" else "96379"
        groups.setdefault(code, []).append(given)
    for code, members in groups.items():
        names = " and ".join(sorted({g.name for g in members}))
        why = f"A pump for more than eight hours was started with {names}."
        if code == "96379":
            why += " A practice has no code of its own for that."
        _single(coded, code, members, why)
    return found


# --- veins -----------------------------------------------------------------------------------------------


def _code_site(
    timeline: Timeline,
    here: Sequence[Given],
    pumped: Spans,
    primary: str | None,
    coded: VisitCodes,
    concurrent: list[Run],
) -> int:
    """Codes of one access site; returns how many services could have been initial."""
    infusions, pushes, drips = _runs(timeline, here, coded)
    hydration = _hydration(timeline, here, union((*drips, *pumped)), coded)
    _accept(timeline, infusions, pumped, primary)
    sequential = [r for r in infusions if r.own]
    unlisted = [r for r in infusions if not r.own and r.klass == "chemo"]
    concurrent += [r for r in infusions if not r.own and r.klass != "chemo"]
    candidates = sequential + pushes + ([hydration] if hydration else [])
    initial = _choose_initial(candidates, primary)
    if initial is not None:
        coded.initial.update(g.id for g in initial.given)
    for run in sequential:
        _bill_infusion(timeline, run, run is initial, coded)
    for run in unlisted:
        other = run.together_with.name if run.together_with else "another antineoplastic"
        _bill(
            coded,
            "96549",
            1,
            run,
            minutes(run.spans),
            f"{run.name} ran at the same time as {other}; two antineoplastics at once have no code.",
        )
    for run in pushes:
        _bill_push(timeline, run, run is initial, coded)
    if hydration:
        _bill_hydration(timeline, hydration, hydration is initial, coded)
    return len(candidates)


def _group_class(given: Iterable[Given]) -> str:
    """Class of a substance: the highest among what shares its bag."""
    found = min((cast(str, g.klass) for g in given), key=lambda k: _CLASS_ORDER[k])
    return "chemo" if found == "hormonal" else found


def _runs(timeline: Timeline, here: Sequence[Given], coded: VisitCodes) -> tuple[list[Run], list[Run], Spans]:
    """Infusions and pushes of drugs, and all the time in which a drug dripped."""
    infusions: list[Run] = []
    pushes: list[Run] = []
    dripping: list[Span] = []
    for key in sorted({g.substance for g in here}):
        members = sorted((g for g in here if g.substance == key), key=_when)
        klass = _group_class(members)
        if klass == "hydration":
            continue
        drips = [g for g in members if g.documented in ("infusion", "pump") and g.spans]
        dripped = {g.index for g in drips}
        hands = [g for g in members if g.index not in dripped]
        dripping += [s for g in drips for s in g.spans]
        parts = _parts(drips)
        intent = any(g.aborted_as_planned for g in drips)
        if intent or any(minutes(part) >= INFUSION_GATE for part in parts):
            if timeline.policies.same_drug_repeat == "sum":
                parts = [union(s for part in parts for s in part)]
            infusions.append(
                Run(
                    klass=klass,
                    technique="infusion",
                    given=tuple(drips),
                    parts=tuple(parts),
                    begin=parts[0][0][0],
                    key=key,
                )
            )
            for hand in hands:
                coded.refusals.append(
                    Refusal(
                        code="96375" if klass == "therapeutic" else "96411",
                        administrations=(hand.id,),
                        why=f"{hand.name} is also infused through this access: the push is no new substance.",
                        reason="push_of_infused_drug",
                    )
                )
        else:
            pushes.append(
                Run(
                    klass=klass,
                    technique="push",
                    given=tuple(members),
                    parts=(),
                    begin=min(g.begin or 0 for g in members),
                    key=key,
                )
            )
            for drip in drips:
                coded.refusals.append(_short(drip, "96413" if klass == "chemo" else "96365"))
    return infusions, pushes, union(dripping)


def _parts(drips: Sequence[Given]) -> list[Spans]:
    """Separate infusions of one substance; a restart within a quarter of an hour goes on with the last."""
    parts: list[Spans] = []
    pauses = union((a[1], b[0]) for g in drips for a, b in pairwise(g.spans))
    for span in union(s for g in drips for s in g.spans):
        previous_end = parts[-1][-1][1] if parts else None
        paused = previous_end is not None and seconds(intersect(((previous_end, span[0]),), pauses)) > 0
        if previous_end is not None and (paused or span[0] - previous_end <= CONTINUES_WITHIN):
            parts[-1] = (*parts[-1], span)
        else:
            parts.append((span,))
    return parts


def _accept(timeline: Timeline, infusions: list[Run], pumped: Spans, primary: str | None) -> None:
    """Give each infusion the minutes in which no accepted one ran."""
    policy = timeline.policies.partial_overlap

    def order(run: Run) -> tuple[bool, int, int, int, str]:
        first = primary is not None and any(g.id == primary for g in run.given)
        return not first, _CLASS_ORDER[run.klass], -minutes(run.spans), run.begin, run.key

    accepted: list[Run] = []
    running: Spans = ()
    for run in sorted(infusions, key=order):
        # Beside a prolonged pump only a therapeutic drug is concurrent; chemotherapy keeps its own initial.
        taken = running if run.klass == "chemo" else union((*running, *pumped))
        aborted = any(g.aborted_as_planned for g in run.given)
        own = [subtract(part, taken) for part in run.parts]
        shared = minutes(intersect(run.spans, taken))
        left = any(minutes(part) >= INFUSION_GATE for part in own) or (aborted and not shared)
        if policy == "any_overlap" and shared > 0:
            left = False
        if policy == "concurrent_if_16" and shared >= INFUSION_GATE:
            left = False
        if left:
            run.own = own
            accepted.append(run)
            running = union((*running, *run.spans))
        else:
            beside = [a for a in accepted if intersect(a.spans, run.spans)]
            run.together_with = max(
                beside, key=lambda a: minutes(intersect(a.spans, run.spans)), default=None
            )


def _choose_initial(candidates: Sequence[Run], primary: str | None) -> Run | None:
    """The initial service of a site: the primary reason where it is one, else by rank, then the earliest."""
    if primary is not None:
        for run in candidates:
            if any(g.id == primary for g in run.given):
                return run

    def order(run: Run) -> tuple[int, int, str]:
        return cast(int, initial_codes()[run.klass, run.technique].rank), run.begin, run.key

    return min(candidates, key=order, default=None)


def _bill(
    coded: VisitCodes, code: str, units: int, run: Run, ran: int | None, why: str, at: int | None = None
) -> Billed:
    first = min(run.given, key=_when)
    billed = Billed(
        code=code,
        units=units,
        given=run.given,
        minutes=ran,
        day=first.service_date,
        why=why,
        visit=first.visit,
        site=first.site,
        begin=run.begin if at is None else at,
    )
    coded.billed.append(billed)
    return billed


def _days_of(timeline: Timeline, parts: Sequence[Spans], units: int, first_minute: int) -> dict[date, int]:
    """Units by day: unit k is reached in minute `first_minute + 60 k`.

    The policy dates it by the start of the stretch in which that minute runs, or by that minute.
    """
    by_increment = timeline.policies.midnight_dos == "by_increment"
    days: dict[date, int] = {}
    k, elapsed = 0, 0
    for part in parts:
        for start, stop in part:
            # Units whose first second lies in this span: those up to `last` seconds of running time.
            last = elapsed + stop - start - 1
            reached = min(units, max(0, (last - (first_minute - 1) * 60) // 3600 + 1))
            moments = range(k, reached) if by_increment else range(k, min(k + 1, reached))
            for unit in moments:
                moment = start + (first_minute - 1) * 60 + 3600 * unit - elapsed
                day = clock.local_date(moment if by_increment else part[0][0], timeline.zone)
                days[day] = days.get(day, 0) + (1 if by_increment else reached - k)
            k = max(k, reached)
            elapsed += stop - start
    return days


def _bill_infusion(timeline: Timeline, run: Run, is_initial: bool, coded: VisitCodes) -> None:
    row = initial_codes()[run.klass, "infusion"]
    base = next((i for i, part in enumerate(run.own) if minutes(part) >= INFUSION_GATE), 0)
    ran = minutes(run.own[base])
    whole = minutes(run.spans)
    kind = "chemotherapy or complex biologic" if run.klass == "chemo" else "drug"
    outside = f", {ran} of them outside the other infusions" if ran < minutes(run.parts[base]) else ""
    if any(g.aborted_as_planned for g in run.given):
        start = f"{run.name} was stopped after {whole} minutes of a planned infusion and is coded by intent"
    else:
        start = f"{run.name} ran {minutes(run.parts[base])} minutes{outside}"
    if is_initial:
        why = f"{start}: the initial {kind} infusion of this access."
        billed = _bill(coded, row.code, 1, run, ran, why)
    else:
        why = f"{start}: another {kind} through the same access, one after the other."
        billed = _bill(coded, cast(str, row.next), 1, run, ran, why)
    billed.day = clock.local_date(run.parts[base][0][0], timeline.zone)
    billed.given = _within(run.given, [run.parts[base]])
    further = cast(str, row.further)
    # The stretch begins where the drug began, also when another one ran at first.
    hours = [run.own[base]] if timeline.policies.midnight_dos == "by_increment" else [run.parts[base]]
    _add_hours(timeline, coded, further, billed.given, run.name, ran, hours, begin=run.begin)
    name = run.name
    for i, part in enumerate(run.own):
        if i == base:
            continue
        again = minutes(part)
        units = repeat_units(again)
        members = _within(run.given, [run.parts[i]])
        if units:
            why = f"{name} was infused again, separately, for {again} minutes."
            for day, count in _days_of(timeline, [part], units, 31).items():
                billed = _bill(coded, cast(str, row.again), count, run, again, why, at=part[0][0])
                billed.given, billed.day = members, day
        else:
            coded.refusals.append(
                Refusal(
                    code=row.again,
                    administrations=tuple(g.id for g in members),
                    why=f"{name} was infused again for {again} minutes; that counts from 31 minutes on.",
                    reason="repeat_under_31",
                )
            )


def _within(given: Sequence[Given], parts: Sequence[Spans]) -> tuple[Given, ...]:
    """The administrations that run in some of the parts."""
    whole = union(s for part in parts for s in part)
    if not whole:
        return ()
    begin, end = whole[0][0], whole[-1][1]
    near = [g for g in given if g.spans and g.spans[0][0] < end and begin < g.spans[-1][1]]
    return tuple(g for g in near if intersect(g.spans, whole))


def _add_hours(
    timeline: Timeline,
    coded: VisitCodes,
    code: str,
    given: Sequence[Given],
    name: str,
    ran: int,
    parts: Sequence[Spans],
    begin: int | None = None,
) -> None:
    """Further hours of one infusion, on the days that the policy says, and what the next one would need."""
    units = further_hours(ran)
    next_minute = 60 * (units + 1) + 31
    coded.refusals.append(
        Refusal(
            code=code,
            administrations=tuple(g.id for g in given),
            why=f"{name} ran {ran} minutes; unit {units + 1} of {code} begins at minute {next_minute}.",
            reason="hour_not_reached",
        )
    )
    if not units:
        return
    first = min(given, key=_when)
    days = _days_of(timeline, parts, units, 91)
    hours = "hour" if units == 1 else "hours"
    for day, count in days.items():
        coded.billed.append(
            Billed(
                code=code,
                units=count,
                given=tuple(given),
                minutes=ran,
                day=day,
                why=f"{name} ran {ran} minutes: {units} further {hours}, each from its 31st minute on.",
                visit=first.visit,
                site=first.site,
                begin=begin if begin is not None else first.begin or 0,
            )
        )


def _bill_push(timeline: Timeline, run: Run, is_initial: bool, coded: VisitCodes) -> None:
    row = initial_codes()[run.klass, "push"]
    events = sorted(run.given, key=_when)
    first = events[0]
    how = _how_pushed(first)
    if is_initial:
        why, code = f"{first.name} {how}: the initial service of this access.", row.code
    else:
        why, code = f"{first.name} {how}: another drug than the initial one.", cast(str, row.next)
    billed = _bill(coded, code, 1, run, None, why)
    billed.given = (first,)
    reported = first.begin
    for event in events[1:]:
        gap = (event.begin - reported) // 60 if event.begin is not None and reported is not None else None
        if row.again is None or timeline.setting == "professional":
            why = f"{event.name} was pushed again; " + (
                "only a facility reports that." if row.again else "the same antineoplastic is reported once."
            )
            reason = "repeat_push_professional" if row.again else "repeat_push"
        elif gap is None or gap <= REPEAT_PUSH_GAP:
            after = f"{gap} minutes after the last reported push" if gap is not None else "at an unknown time"
            why = f"{event.name} was pushed again {after}; more than {REPEAT_PUSH_GAP} are needed."
            reason = "repeat_push_too_soon"
        else:
            extra = _bill(
                coded,
                row.again,
                1,
                run,
                None,
                f"{event.name} was pushed again {gap} minutes after the last reported push.",
                at=event.begin,
            )
            extra.given, extra.day = (event,), event.service_date
            reported = event.begin
            continue
        coded.refusals.append(
            Refusal(code=row.again or row.next, administrations=(event.id,), why=why, reason=reason)
        )


def _how_pushed(given: Given) -> str:
    if given.stop_fallback:
        return "has no stop time, and without one it is paid as a push"
    if given.documented == "infusion":
        return f"ran {given.minutes} minutes, and 15 minutes or less are a push"
    return "was pushed"


# --- hydration -------------------------------------------------------------------------------------------


def _hydration(timeline: Timeline, here: Sequence[Given], drips: Spans, coded: VisitCodes) -> Run | None:
    """The hydration of a site that is left when drug time is taken away."""
    members = [g for g in here if g.klass == "hydration" and _alone_in_bag(g, here)]
    if not members:
        return None
    members.sort(key=_when)
    least = timeline.policies.hydration_minimum
    segments: list[Spans] = []
    for part in _parts(members):
        envelope: Spans = ((part[0][0], part[-1][1]),)
        for window in subtract(envelope, drips):
            segment = intersect(part, (window,))
            if seconds(segment):
                segments.append(segment)
    counted = segments
    if timeline.policies.hyd_segments == "each_31":
        counted = [s for s in segments if minutes(s) >= least]
    spans = union(x for s in counted for x in s)
    left = minutes(spans)
    if left < least:
        whole = minutes(union(s for g in members for s in g.spans))
        names = " and ".join(sorted({g.name for g in members}))
        remaining = minutes(union(x for s in segments for x in s))
        overlap = f", {remaining} of them outside drug time" if remaining < whole else ""
        coded.refusals.append(
            Refusal(
                code="96360",
                administrations=tuple(g.id for g in members),
                why=f"{names} ran {whole} minutes{overlap}; hydration is billable from {least} minutes on.",
                reason="overlaps_drug" if overlap else "under_minimum",
            )
        )
        return None
    billable = _within(members, counted)
    counted_in = {g.index for g in billable}
    for given in members:
        if given.index not in counted_in:
            coded.refusals.append(
                Refusal(
                    code="96361",
                    administrations=(given.id,),
                    why=f"{given.name} has no {least} minutes outside drug time, as hydration needs.",
                    reason="under_minimum",
                )
            )
    return Run(
        klass="hydration",
        technique="infusion",
        given=billable,
        parts=tuple(counted),
        begin=spans[0][0],
        key="hydration",
    )


def _alone_in_bag(given: Given, here: Sequence[Given]) -> bool:
    """Whether a fluid is not the vehicle of a drug in the same bag."""
    return not any(o.substance == given.substance and o.klass != "hydration" for o in here)


def _bill_hydration(timeline: Timeline, run: Run, is_initial: bool, coded: VisitCodes) -> None:
    ran = minutes(run.spans)
    whole = minutes(union(s for g in run.given for s in g.spans))
    left = f"{ran} minutes of it lie outside drug time" if ran < whole else f"it ran {ran} minutes"
    if is_initial:
        why = f"{run.name} is hydration and {left}; it is the initial service of this access."
        billed = _bill(coded, "96360", 1, run, ran, why)
        billed.day = clock.local_date(run.begin, timeline.zone)
        _add_hours(timeline, coded, "96361", run.given, run.name, ran, run.parts, begin=run.begin)
    else:
        units = max(1, repeat_units(ran))
        why = f"{run.name} is hydration and {left}; another service of this access is the initial one."
        # With a minimum under 31 minutes the only unit may be reached before its 31st minute.
        mark = 31 if repeat_units(ran) else ran
        for day, count in _days_of(timeline, run.parts, units, mark).items():
            _bill(coded, "96361", count, run, ran, why).day = day
        coded.refusals.append(
            Refusal(
                code="96360",
                administrations=tuple(g.id for g in run.given),
                why="96360 is an initial code, and this access has another initial service.",
                reason="secondary_hydration",
            )
        )


# --- at the same time ------------------------------------------------------------------------------------


def _concurrent(timeline: Timeline, runs: Sequence[Run], coded: VisitCodes) -> None:
    """One concurrent infusion per visit, whatever the number of drugs."""
    day = min((b.day for b in coded.billed if b.day is not None), default=None)
    allowed = parents_of(timeline.lists, "96368", day) or frozenset()
    present = {b.code for b in coded.billed}
    chosen: Run | None = None
    for run in sorted(runs, key=lambda r: (r.begin, r.key)):
        ids = tuple(g.id for g in run.given)
        if chosen is None and allowed & present:
            chosen = run
            beside = run.together_with.name if run.together_with else "another infusion"
            _bill(
                coded,
                "96368",
                1,
                run,
                minutes(run.spans),
                f"{run.name} ran at the same time as {beside} through the same access, in a bag of its own.",
            )
        elif chosen is None:
            coded.refusals.append(
                Refusal(
                    code="96368",
                    administrations=ids,
                    why=f"96368 for {run.name} needs one of {', '.join(sorted(allowed))} beside it.",
                    reason="no_parent",
                )
            )
        else:
            coded.refusals.append(
                Refusal(
                    code="96368",
                    administrations=ids,
                    why=f"{run.name} ran at the same time too; 96368 is billed once, however many drugs.",
                    reason="third_concurrent",
                )
            )
