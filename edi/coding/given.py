"""From administrations as documented to what they are: times, class, technique, visit, site."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, tzinfo
from itertools import pairwise
from typing import cast

from edi.coding import clock
from edi.coding.family import INFUSION_GATE, PROLONGED_MINUTES, PUSH_LIMIT, Klass, routes
from edi.coding.spans import minutes, union
from edi.coding.timeline import ClassBasis, Excluded, Given, Mode
from edi.model.encounter import Administration, Encounter
from edi.payers import Overlay, Policies
from edi.refdata import Drug, Lists

NOT_CLASSIFIED = ("J3490", "J3590", "J9999", "C9399")
"""Codes that stand for many drugs: they do not make two administrations one substance."""
UNCLASSIFIED_ANTINEOPLASTIC = "J9999"
"""The one of them that tells the class."""

_LUMEN = re.compile(r"\b((red|white|blue|purple|brown|grey|gray|distal|proximal|medial)\s+)?lumen(\s+\w+)?\b")
_BLANKS = re.compile(r"[\s,;()/-]+")

_CLASS_OF_CATEGORY: dict[str, Klass] = {
    "therapeutic": "therapeutic",
    "chemotherapy": "chemo",
    "complex_biologic": "chemo",
    "hormonal_antineoplastic": "hormonal",
    "hydration": "hydration",
    "flush": "flush",
}


@dataclass(slots=True, kw_only=True)
class _Times:
    start: clock.Reading
    stop: clock.Reading
    begin: int | None
    end: int | None
    pauses: tuple[clock.PauseReading, ...]
    spans: tuple[tuple[int, int], ...]
    minutes: int | None


def site_key(text: str | None) -> str:
    """Key of an access site: lumens of one catheter are one site."""
    if not text:
        return ""
    return _BLANKS.sub(" ", _LUMEN.sub(" ", text.casefold())).strip()


def understand(
    encounter: Encounter, setting: str, overlay: Overlay, policies: Policies, lists: Lists
) -> tuple[Given, ...]:
    """All administrations of an encounter as understood, by position."""
    zone = clock.zone_of(encounter)
    found = [
        _one(i, given, encounter, zone, overlay, policies, lists)
        for i, given in enumerate(encounter.administrations)
    ]
    _number_visits(found, encounter, setting)
    for visit in sorted({g.visit for g in found}):
        together = [g for g in found if g.visit == visit]
        _name_substances(together)
        _settle_sites(together)
    return tuple(found)


def _name_substances(visit: Iterable[Given]) -> None:
    """Give each administration of a visit the key of its substance: same name, drug code or bag are one."""
    groups: dict[str, set[str]] = {}
    own: list[tuple[Given, str]] = []
    for given in visit:
        source, keys = given.source, set()
        if source.drug and source.drug.strip():
            keys.add("name " + " ".join(source.drug.casefold().split()))
        code = (source.hcpcs or "").strip().upper()
        if code and code not in NOT_CLASSIFIED:
            keys.add("code " + code)
        if source.bag and source.bag.strip():
            keys.add("bag " + source.bag.strip().casefold())
        keys = keys or {"id " + source.id}
        joined = keys.union(*(groups[k] for k in keys if k in groups))
        for key in joined:
            groups[key] = joined
        own.append((given, min(keys)))
    for given, key in own:
        given.substance = min(groups[key])


THROUGH_A_VEIN: tuple[Mode, ...] = ("infusion", "push", "pump")


def _settle_sites(visit: Iterable[Given]) -> None:
    """One access for what names none, and one for a drug that went on through another access.

    A second initial service needs a second access that is recorded: an administration without one ran
    through the first that is. A drug that stops at one access and goes on at another, as when a line fails,
    is one service.
    """
    venous = sorted(
        (g for g in visit if g.excluded is None and g.route in (None, "IV") and g.mode in THROUGH_A_VEIN),
        key=lambda g: (g.begin or 0, g.site, g.id),
    )
    recorded = next((g.site for g in venous if g.site), "")
    for given in venous:
        given.site = given.site or recorded
    drugs: dict[str, list[Given]] = {}
    for given in venous:
        if given.mode != "pump" and given.klass != "hydration":
            drugs.setdefault(given.substance, []).append(given)
    for members in drugs.values():
        if all((a.end or a.begin or 0) <= (b.begin or 0) for a, b in pairwise(members)):
            for given in members[1:]:
                given.site = members[0].site


def _one(
    index: int,
    given: Administration,
    encounter: Encounter,
    zone: tzinfo,
    overlay: Overlay,
    policies: Policies,
    lists: Lists,
) -> Given:
    times = _times(given, zone)
    day = clock.local_date(times.begin, zone) if times.begin is not None else _day_of(given, encounter, zone)
    billed = lists.drug(given.hcpcs.strip().upper(), day) if given.hcpcs else None
    drug = billed
    if given.drug and (billed is None or billed.drug_class == "unclassified"):
        drug = _by_name(given, lists.drugs_named(given.drug, day)) or billed
    klass, basis = _classify(given, drug, overlay, policies)
    route = _route(given, drug)
    documented = _documented_mode(given, route, klass, times)
    excluded = _excluded(given, route, klass, documented, policies)
    found = Given(
        index=index,
        source=given,
        drug=billed,
        klass=klass,
        klass_basis=basis,
        route=route,
        mode=documented,
        documented=documented,
        substance="",
        start=times.start,
        stop=times.stop,
        begin=times.begin,
        end=times.end,
        pauses=times.pauses,
        spans=times.spans,
        minutes=times.minutes,
        service_date=day,
        visit="",
        site=site_key(given.access_site) if route in (None, "IV", "IA") else "",
        excluded=excluded,
    )
    if excluded is None:
        _judge_times(found, policies)
    if found.excluded is None and klass is None:
        found.excluded = "no_class"
    if found.excluded is None and found.mode == "infusion":
        _technique_by_minutes(found, policies)
    return found


def _by_name(given: Administration, named: Iterable[Drug]) -> Drug | None:
    """The row of the drug table that a charted name means, where all that it may mean are of one class.

    Products for under the skin are meant only where the record says so, or where there are no others.
    """
    meant = [d for d in named if d.drug_class != "unclassified"]
    under_skin = routes().get((given.route or "").strip().upper()) == "SC"
    fitting = [d for d in meant if (d.route == "SC") == under_skin] or meant
    return fitting[0] if len({d.drug_class for d in fitting}) == 1 else None


def _times(given: Administration, zone: tzinfo) -> _Times:
    start, stop = clock.read(given.start, zone), clock.read(given.stop, zone)
    begin, end = clock.settle(start, stop)
    pauses: tuple[clock.PauseReading, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    counted = None
    if begin is not None and end is not None and end >= begin:
        pauses = clock.read_pauses(given.pauses, begin, end, zone)
        spans = clock.running_time(begin, end, pauses)
        counted = minutes(spans)
    return _Times(start=start, stop=stop, begin=begin, end=end, pauses=pauses, spans=spans, minutes=counted)


def _day_of(given: Administration, encounter: Encounter, zone: tzinfo) -> date | None:
    """Service date of an administration without a start: a date alone, else its stop's, else the visit's."""
    for text in (given.start, given.stop, encounter.encounter_start):
        reading = clock.read(text, zone)
        if reading.seconds is not None:
            return clock.local_date(reading.seconds, zone)
        if reading.problem == "no_time" and text:
            try:
                return date.fromisoformat(text.strip())
            except ValueError:
                continue
    return None


def _classify(
    given: Administration, drug: Drug | None, overlay: Overlay, policies: Policies
) -> tuple[Klass | None, ClassBasis]:
    """Class of a substance after policy: a stated category is kept, else drug table and policy decide."""
    if given.category is not None:
        return _CLASS_OF_CATEGORY[given.category], "stated"
    if drug is None:
        if given.diluent_of:
            return "hydration", "assumed"
        return "therapeutic", "unknown"
    kind = drug.drug_class
    if kind == "unclassified":
        return ("chemo" if drug.code == UNCLASSIFIED_ANTINEOPLASTIC else "therapeutic"), "unknown"
    if kind != "complex_biologic":
        return _CLASS_OF_CATEGORY[kind], "table"
    match policies.complex_biologic_policy:
        case "cpt_mac":
            return "chemo", "policy"
        case "textbook":
            return _CLASS_OF_CATEGORY[drug.textbook_class or kind], "policy"
        case "drug_list":
            listed = overlay.complex_biologics is None or drug.code in overlay.complex_biologics
            return ("chemo" if listed else "therapeutic"), "policy"
        case "ask":
            return None, "policy"


def _route(given: Administration, drug: Drug | None) -> str | None:
    """Canonical route: the stated one, else what technique and drug table say."""
    if given.route:
        return routes().get(given.route.strip().upper(), given.route.strip().upper())
    if given.technique == "on_body_injector":
        return "OBI"
    if drug is not None and drug.route:
        return drug.route
    if given.technique in ("infusion", "push", "pump", "flush"):
        return "IV"
    return None


def _documented_mode(given: Administration, route: str | None, klass: Klass | None, times: _Times) -> Mode:
    """Technique as the record tells it; by route and times where it names none."""
    stated = given.technique
    if stated == "on_body_injector" or route == "OBI":
        return "on_body"
    if stated == "flush" or (given.purpose == "flush") or klass == "flush":
        return "flush"
    if route in ONE_CODE_ROUTES or route == "IM":
        return "injection"
    if stated == "pump":
        long_run = klass != "hydration" and route in (None, "IV", "IA") and _prolonged(given, times)
        return "pump" if long_run else "infusion"
    if stated == "injection":
        return "push" if route in ("IV", "IA") else "injection"
    if stated == "push":
        return "injection" if route == "SC" else "push"
    if stated is None and route == "SC" and times.end is None:
        return "injection"
    return "infusion"


def _prolonged(given: Administration, times: _Times) -> bool:
    """Whether a pump runs for more than eight hours, by its times or its plan."""
    if times.minutes is not None:
        return times.minutes > PROLONGED_MINUTES
    return given.planned_minutes is not None and given.planned_minutes > PROLONGED_MINUTES


def _excluded(
    given: Administration, route: str | None, klass: Klass | None, mode: Mode, policies: Policies
) -> Excluded | None:
    """Why an administration is no service of its own; None when it is one."""
    if given.diluent_of or given.purpose == "vehicle":
        return "vehicle"
    if given.purpose == "keep_vein_open":
        return "keep_vein_open"
    if given.purpose == "blood_line":
        return "blood_line"
    if mode == "flush":
        return "flush"
    around_drug = klass == "hydration" and given.purpose in ("pre_hydration", "post_hydration")
    if around_drug and policies.pre_post_hydration == "integral":
        return "integral"
    if route == "none":
        return "not_injected"
    if not _has_code(route, klass, mode):
        return "no_code"
    return None


def _has_code(route: str | None, klass: Klass | None, mode: Mode) -> bool:
    """Whether the family has a code for a route and a class at all."""
    if klass is None:
        return True
    if klass == "hydration":
        return route in (None, "IV") and mode == "infusion"
    if route in ONE_CODE_ROUTES:
        return klass in ("chemo", "hormonal")
    return route in (None, "IV", "SC", "IM", "IA", "OBI")


ONE_CODE_ROUTES = ("IT", "IP", "IPL", "ICV", "IL")
"""Routes with one code, whatever the technique and the time."""
NEEDS_NO_CLOCK: tuple[Mode, ...] = ("injection", "on_body")


def _judge_times(found: Given, policies: Policies) -> None:
    """Hold what cannot be timed; work out a missing stop by policy."""
    if found.mode in NEEDS_NO_CLOCK:
        if found.service_date is None:
            found.excluded = "start_missing"
        return
    if found.start.missing:
        found.excluded = "start_missing"
    elif found.start.seconds is None:
        found.excluded = "start_unreadable"
    elif found.stop.missing:
        if found.mode == "infusion":
            _missing_stop(found, policies)
    elif found.stop.seconds is None:
        found.excluded = "stop_unreadable"
    elif found.begin is not None and found.end is not None:
        backwards = found.end < found.begin or (found.end == found.begin and found.mode == "infusion")
        if backwards:
            found.excluded = "stop_before_start"


LONGEST_CALCULATED = 24 * 3600
"""Seconds beyond which volume and rate are no evidence of how long an infusion ran."""


def _missing_stop(found: Given, policies: Policies) -> None:
    given = found.source
    volume, rate = given.volume_ml, given.rate_ml_per_hour
    known = volume is not None and rate is not None and volume > 0 and rate > 0
    needed = int(volume * 3600 / rate) if known and volume and rate else 0
    if policies.missing_stop == "hold":
        found.excluded = "stop_missing"
    elif policies.missing_stop == "calculate" and 0 < needed <= LONGEST_CALCULATED:
        begin = cast(int, found.begin)
        found.end = begin + needed
        found.spans = union([(begin, found.end)])
        found.minutes = minutes(found.spans)
        found.stop_derived = True
    elif found.klass == "hydration":
        found.excluded = "stop_missing"
    else:
        found.stop_fallback = True
        found.mode = "push" if found.route != "SC" else "injection"


def _technique_by_minutes(found: Given, policies: Policies) -> None:
    """15 minutes or less of a drip are a push (SC: an injection); hydration is never a push."""
    if found.klass == "hydration" or found.minutes is None:
        return
    if found.minutes > PUSH_LIMIT:
        return
    planned = found.source.planned_minutes
    intended = planned is not None and planned >= INFUSION_GATE and planned > found.minutes
    if policies.aborted_policy == "intent" and intended:
        found.aborted_as_planned = True
        return
    found.mode = "push" if found.route != "SC" else "injection"


VISIT_GAP_HOURS = 12
"""Without a visit number or window, a facility patient who is away this long comes for a new visit."""


def _number_visits(found: Iterable[Given], encounter: Encounter, setting: str) -> None:
    """Give each administration its visit.

    A stated visit number wins, per day. Without one, an encounter with a documented beginning and end is one
    visit; else an office visit ends with the day, and a hospital visit when nothing was given for twelve
    hours and the day has changed. A visit does not end while a drug runs, unless by a pump that goes home
    with the patient.
    """
    zone = clock.zone_of(encounter)
    window = clock.read(encounter.encounter_start, zone), clock.read(encounter.encounter_end, zone)
    one_visit = all(r.seconds is not None for r in window)
    timed = sorted(
        (g for g in found if g.service_date is not None),
        key=lambda g: (cast(date, g.service_date), g.begin if g.begin is not None else 0),
    )
    name, last_end, last_day, last_number = "", 0, None, 1
    for given in timed:
        day = cast(date, given.service_date)
        begin = given.begin if given.begin is not None else last_end
        if last_day is None:
            new = True
        elif one_visit:
            new = False
        else:
            gap = VISIT_GAP_HOURS * 3600 if setting == "facility" else 0
            counted_anew = (given.source.visit or last_number) < last_number
            new = day != last_day and (begin - last_end >= gap or counted_anew)
        if new:
            name = day.isoformat()
        last_day, last_number = day, given.source.visit or 1
        last_end = max(last_end, begin if given.mode == "pump" else given.end or begin)
        given.visit = f"{name}#{given.source.visit or 1}"
    for given in found:
        if not given.visit:
            given.visit = f"#{given.source.visit or 1}"
