"""What holds for every encounter, however odd: searched with hypothesis."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import ROUND_CEILING, Decimal
from itertools import combinations
from typing import Any, get_args, get_type_hints

import pytest
from dateutil import tz
from hypothesis import given as searched
from hypothesis import strategies as st

from coding_cases import Setting, proposed
from edi.coding import Proposal
from edi.coding.edits import pair_indicator
from edi.coding.family import INITIALS, parents
from edi.coding.spans import minutes, union
from edi.model import contract
from edi.model.encounter import Administration, Container, Discard, Encounter, Pause, Quantity
from edi.payers import Policies
from edi.refdata.lists import shipped

ZONE = "America/Chicago"
MIDNIGHT = datetime(2026, 3, 3, 6, tzinfo=UTC)
"""03-03 00:00 in Chicago; the clocks change five days later."""

SETTINGS: st.SearchStrategy[Setting] = st.sampled_from(["professional", "facility"])


def _choices(kind: Any) -> list[Any]:
    found: list[Any] = []
    for member in get_args(kind) or (kind,):
        found += _choices(member) if get_args(member) else [member]
    return [c for c in found if isinstance(c, str)]


POLICIES = st.fixed_dictionaries(
    {},
    optional={
        name: st.sampled_from([16, 31, 60]) if kind is int else st.sampled_from(_choices(kind))
        for name, kind in get_type_hints(Policies).items()
    },
)

DRUGS: list[dict[str, Any]] = [
    {"drug": "vancomycin", "category": "therapeutic"},
    {"drug": "cefepime"},
    {"drug": "ondansetron", "category": "therapeutic"},
    {"drug": "famotidine"},
    {"drug": "carboplatin", "category": "chemotherapy"},
    {"drug": "doxorubicin", "category": "chemotherapy"},
    {"drug": "leuprolide", "category": "hormonal_antineoplastic"},
    {"drug": "saline", "category": "hydration"},
    {"drug": "Ringer", "category": "hydration"},
    {"drug": "infliximab", "hcpcs": "J1745"},
    {"drug": "nivolumab", "hcpcs": "J9299"},
    {"hcpcs": "J2185"},
    {"drug": "anything", "hcpcs": "J3490"},
    {},
]


@st.composite
def administrations(draw: st.DrawFn, number: int) -> Administration:
    """One administration, clock times in minutes since midnight of the first day as text."""
    start = draw(
        st.one_of(
            st.none(),
            st.integers(480, 900),
            st.integers(480, 900),
            st.integers(1300, 1600),
            st.integers(0, 4300),
        )
    )
    length = draw(st.one_of(st.none(), st.integers(1, 120), st.integers(10, 40), st.integers(0, 700)))
    stop = (
        None if start is None or length is None else start + length - draw(st.sampled_from([0] * 20 + [300]))
    )
    pauses = []
    if start is not None:
        for offset, run in draw(st.lists(st.tuples(st.integers(0, 90), st.integers(0, 60)), max_size=2)):
            open_end = draw(st.sampled_from([False, False, False, True]))
            pauses.append(
                Pause(start=str(start + offset), stop=None if open_end else str(start + offset + run))
            )
    dose = draw(st.one_of(st.none(), st.integers(-1, 1000)))
    sizes = draw(st.lists(st.tuples(st.sampled_from([0, 1, 40, 100, 500]), st.integers(-1, 4)), max_size=2))
    return Administration(
        id=f"A{number}",
        technique=draw(
            st.sampled_from(
                ["infusion"] * 5 + ["push"] * 2 + ["injection", "pump", "on_body_injector", "flush", None]
            )
        ),
        route=draw(
            st.sampled_from([None] * 6 + ["IV", "IV", "SC", "IM", "IA", "IT", "IL", "OBI", "PO", "IC", "odd"])
        ),
        start=None if start is None else str(start),
        stop=None if stop is None else str(stop),
        pauses=tuple(pauses),
        planned_minutes=draw(st.sampled_from([None, None, None, -1, 0, 60, 600])),
        access_site=draw(
            st.sampled_from([None, "left", "left", "right", "PICC red lumen", "PICC blue lumen", "port"])
        ),
        bag=draw(st.sampled_from([None] * 6 + ["1", "2"])),
        diluent_of=draw(st.sampled_from([None] * 12 + ["vancomycin"])),
        purpose=draw(
            st.sampled_from(
                [None] * 12 + ["keep_vein_open", "blood_line", "pre_hydration", "vehicle", "flush"]
            )
        ),
        new_pump_site=draw(st.sampled_from([None, True])),
        volume_ml=draw(st.sampled_from([None, None, Decimal(0), Decimal(100), Decimal(-5)])),
        rate_ml_per_hour=draw(st.sampled_from([None, Decimal(0), Decimal(150)])),
        visit=draw(st.sampled_from([None] * 5 + [1, 2])),
        dose=None
        if dose is None
        else Quantity(value=Decimal(dose), unit=draw(st.sampled_from(["mg", "g", "mL", "x"]))),
        containers=tuple(
            Container(
                size=Quantity(value=Decimal(size), unit="mg"),
                count=count,
                single_dose=draw(st.sampled_from([None, True, False])),
            )
            for size, count in sizes
        ),
        discard=draw(st.sampled_from([None, None, Discard(value=Decimal(30), unit="mg")])),
        patient_supplied=draw(st.sampled_from([None, None, True])),
        acquired_340b=draw(st.sampled_from([None, None, True])),
        **draw(st.sampled_from(DRUGS)),
    )


@st.composite
def encounters(draw: st.DrawFn) -> Encounter:
    """A visit or a course of visits; times are minutes as text, for `_timed`."""
    found = tuple(draw(administrations(i)) for i in range(draw(st.integers(1, 8))))
    window = draw(st.sampled_from([None, None, ("470", "1700")]))
    return Encounter(
        encounter_id="E1",
        time_zone=ZONE,
        administrations=found,
        primary_reason=draw(st.sampled_from([None, *[a.id for a in found]])),
        encounter_start=window and window[0],
        encounter_end=window and window[1],
    )


def _timed(encounter: Encounter, write: Callable[[datetime], str]) -> Encounter:
    """The encounter with every number of minutes as an instant."""

    def text(minutes: str | None) -> str | None:
        return None if minutes is None else write(MIDNIGHT + timedelta(minutes=int(minutes)))

    return replace(
        encounter,
        encounter_start=text(encounter.encounter_start),
        encounter_end=text(encounter.encounter_end),
        administrations=tuple(
            replace(
                a,
                start=text(a.start),
                stop=text(a.stop),
                pauses=tuple(Pause(start=text(p.start), stop=text(p.stop)) for p in a.pauses),
            )
            for a in encounter.administrations
        ),
    )


def _local(moment: datetime) -> str:
    return moment.astimezone(tz.gettz(ZONE)).replace(tzinfo=None).isoformat()


def _answer(found: Proposal) -> tuple[object, object]:
    """All that a proposal says."""
    return [(p.line, p.visit, p.site, p.refused) for p in found.lines], found.timeline.refusals


WRITTEN = encounters().map(lambda e: _timed(e, _local))


@searched(WRITTEN, SETTINGS, POLICIES, st.randoms(use_true_random=False))
def test_order_of_the_record_does_not_matter(
    encounter: Encounter, setting: Setting, policies: dict[str, Any], random: Any
) -> None:
    shuffled = list(encounter.administrations)
    random.shuffle(shuffled)
    other = replace(encounter, administrations=tuple(shuffled))
    assert _answer(proposed(encounter, setting, policies=policies)) == _answer(
        proposed(other, setting, policies=policies)
    )


@searched(WRITTEN, SETTINGS, POLICIES)
def test_every_line_is_explained(encounter: Encounter, setting: Setting, policies: dict[str, Any]) -> None:
    ids = {a.id for a in encounter.administrations}
    found = proposed(encounter, setting, policies=policies)
    for line in (p.line for p in found.lines):
        assert line.administrations and set(line.administrations) <= ids
        assert len(set(line.administrations)) == len(line.administrations)
        assert line.why and line.why.endswith(".")
        assert line.units is None or line.units > 0
        assert line.units is not None or line.kind == "drug"
        assert len(line.modifiers) <= 4 and len(set(line.modifiers)) == len(line.modifiers)
        assert (line.revenue_code is not None) == (setting == "facility")
    for refusal in found.timeline.refusals:
        assert set(refusal.administrations) <= ids
        assert refusal.why.endswith(".")
    billed = {i for p in found.lines if p.line.kind == "administration" for i in p.line.administrations}
    explained = billed.union(*(r.administrations for r in found.timeline.refusals))
    assert explained == ids, "every administration is billed or refused"


@searched(WRITTEN, SETTINGS, POLICIES)
def test_no_two_equal_lines(encounter: Encounter, setting: Setting, policies: dict[str, Any]) -> None:
    lines = [p.line for p in proposed(encounter, setting, policies=policies).lines]
    keys = Counter((x.service_date, x.hcpcs, x.modifiers, x.ndc) for x in lines)
    assert not [k for k, n in keys.items() if n > 1]


@searched(WRITTEN, SETTINGS, POLICIES)
def test_one_initial_per_site_and_visit(
    encounter: Encounter, setting: Setting, policies: dict[str, Any]
) -> None:
    found = proposed(encounter, setting, policies=policies)
    places: Counter[tuple[str, str]] = Counter()
    for line in (p.line for p in found.lines if p.line.hcpcs in INITIALS):
        here = {(g.visit, g.site) for g in map(found.timeline.of, line.administrations) if g is not None}
        assert len(here) == line.units
        places.update(here)
    assert not [place for place, count in places.items() if count > 1]


@searched(WRITTEN, SETTINGS, POLICIES)
def test_every_add_on_has_a_parent(encounter: Encounter, setting: Setting, policies: dict[str, Any]) -> None:
    lines = [p.line for p in proposed(encounter, setting, policies=policies).lines]
    for line in lines:
        if line.hcpcs in parents():
            beside = {o.hcpcs for o in lines if setting == "facility" or o.service_date == line.service_date}
            assert beside & parents()[line.hcpcs]


@searched(WRITTEN, SETTINGS, POLICIES)
def test_no_pair_that_is_never_paid(encounter: Encounter, setting: Setting, policies: dict[str, Any]) -> None:
    lines = [p.line for p in proposed(encounter, setting, policies=policies).lines]
    for a, b in combinations(lines, 2):
        if a.service_date == b.service_date:
            pair = (a.hcpcs or "", b.hcpcs or "")
            assert pair_indicator(shipped(), pair[0], pair[1], setting, a.service_date) != 0
            assert pair_indicator(shipped(), pair[1], pair[0], setting, a.service_date) != 0


@searched(WRITTEN, SETTINGS, POLICIES)
def test_units_stay_below_what_time_allows(
    encounter: Encounter, setting: Setting, policies: dict[str, Any]
) -> None:
    """At most one unit for each administration, one for each started hour, one for each further pump site."""
    found = proposed(encounter, setting, policies=policies)
    units = sum(int(p.line.units or 0) for p in found.lines if p.line.kind == "administration")
    bound = sum(1 + (g.minutes or 0) // 60 + bool(g.source.new_pump_site) for g in found.timeline.given)
    assert units <= bound


FIRST_BLOCKS = ("96365", "96367", "96413", "96417")
FURTHER_HOURS = ("96366", "96415", "96360", "96361")


@searched(WRITTEN, SETTINGS)
def test_time_is_counted_once(encounter: Encounter, setting: Setting) -> None:
    """First blocks take 16 minutes at least, everything else 31, and no minute of an access serves two."""
    found = proposed(encounter, setting)
    units: Counter[str] = Counter()
    for line in (p.line for p in found.lines):
        units[line.hcpcs or ""] += int(line.units or 0)
    needed = 16 * sum(units[c] for c in FIRST_BLOCKS) + 31 * sum(units[c] for c in FURTHER_HOURS)
    running: dict[str, list[tuple[int, int]]] = {}
    for g in found.timeline.given:
        if g.mode == "infusion" and g.route in (None, "IV") and g.excluded is None:
            running.setdefault(g.site, []).extend(g.spans)
    assert needed <= sum(minutes(union(spans)) for spans in running.values())


@searched(WRITTEN, SETTINGS, POLICIES)
def test_midnight_moves_units_and_loses_none(
    encounter: Encounter, setting: Setting, policies: dict[str, Any]
) -> None:
    def units(midnight: str) -> Counter[str]:
        total: Counter[str] = Counter()
        for p in proposed(encounter, setting, policies={**policies, "midnight_dos": midnight}).lines:
            total[p.line.hcpcs or ""] += int(p.line.units or 0)
        return total

    whole = units("start")
    if "C8957" not in whole:  # its day decides what is never paid beside it
        assert whole == units("by_increment")


@searched(
    encounters(),
    SETTINGS,
    POLICIES,
    st.sampled_from(["offset", "Z", "elsewhere"]),
)
def test_how_a_time_is_written_does_not_matter(
    encounter: Encounter, setting: Setting, policies: dict[str, Any], how: str
) -> None:
    def other(moment: datetime) -> str:
        if how == "offset":
            return moment.astimezone(tz.gettz(ZONE)).isoformat()
        if how == "Z":
            return moment.strftime("%Y-%m-%dT%H:%MZ")
        return moment.astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()

    local, written = _timed(encounter, _local), _timed(encounter, other)
    assert _answer(proposed(local, setting, policies=policies)) == _answer(
        proposed(written, setting, policies=policies)
    )


@searched(WRITTEN, SETTINGS, POLICIES)
def test_no_more_drug_than_was_opened(
    encounter: Encounter, setting: Setting, policies: dict[str, Any]
) -> None:
    found = proposed(encounter, setting, policies=policies)
    for dosing in found.timeline.dosing:
        given = found.timeline.of(dosing.administration)
        assert given is not None and given.drug is not None and given.drug.unit_value is not None
        assert dosing.billed > 0 and dosing.discarded >= 0
        if dosing.opened is not None and dosing.opened >= dosing.dose:
            most = (dosing.opened / given.drug.unit_value).to_integral_value(ROUND_CEILING)
            assert dosing.billed + dosing.discarded <= most
    for line in (p.line for p in found.lines if p.line.kind == "drug"):
        assert not {"JW", "JZ"} <= set(line.modifiers)


@searched(WRITTEN, SETTINGS, POLICIES)
def test_json_changes_nothing(encounter: Encounter, setting: Setting, policies: dict[str, Any]) -> None:
    record = contract.from_dict(json.loads(contract.to_json(encounter)), kind="encounter")
    again = record.value
    assert isinstance(again, Encounter), record.problems
    assert _answer(proposed(encounter, setting, policies=policies)) == _answer(
        proposed(again, setting, policies=policies)
    )


@searched(
    st.sampled_from(["therapeutic", "chemotherapy", "hydration"]),
    SETTINGS,
    st.integers(0, 1400),
    st.integers(0, 900),
    st.lists(st.tuples(st.integers(0, 300), st.integers(0, 60)), max_size=2),
    POLICIES,
)
def test_one_more_minute_never_lowers_the_further_hours(
    category: Any,
    setting: Setting,
    start: int,
    ran: int,
    pauses: list[tuple[int, int]],
    policies: dict[str, Any],
) -> None:
    def further(minutes: int) -> int:
        alone = Administration(
            id="A1",
            drug="d",
            category=category,
            technique="infusion",
            start=str(start),
            stop=str(start + minutes),
            pauses=tuple(Pause(start=str(start + a), stop=str(start + a + b)) for a, b in pauses),
        )
        encounter = _timed(Encounter(encounter_id="E", time_zone=ZONE, administrations=(alone,)), _local)
        lines = proposed(encounter, setting, policies=policies).lines
        return sum(int(p.line.units or 0) for p in lines if p.line.hcpcs in ("96366", "96415", "96361"))

    assert further(ran) <= further(ran + 1)


@pytest.mark.parametrize("setting", ["professional", "facility"])
@pytest.mark.parametrize("kind", ["infusions", "one drug", "pushes", "hydration between drugs", "doses"])
def test_two_thousand_administrations(kind: str, setting: Setting) -> None:
    """A huge record is coded in the same way; the suite would hang on anything worse than some seconds."""
    made = []
    for i in range(2000):
        start = MIDNIGHT + timedelta(minutes=i * (3 if kind == "infusions" else 60))
        stop = start + timedelta(minutes=40)
        drug = "d" if kind == "one drug" else f"d{i}"
        made.append(
            Administration(
                id=f"A{i}",
                drug=drug,
                category="hydration" if kind == "hydration between drugs" and i % 2 else "therapeutic",
                technique="push" if kind in ("pushes", "doses") else "infusion",
                hcpcs="J1885" if kind == "doses" else None,
                dose=Quantity(value=Decimal(15), unit="mg"),
                start=start.isoformat(),
                stop=None if kind == "pushes" else stop.isoformat(),
            )
        )
    assert proposed(Encounter(encounter_id="E", administrations=tuple(made)), setting).lines
    assert shipped().drug("J1885", None)
