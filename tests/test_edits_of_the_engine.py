"""The coding engine decides by the NCCI edits of the date of service, as the rules do."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import edi
import refdata_files as files
from edi.model.encounter import Administration, Encounter
from edi.pipeline import reference
from rule_cases import sample

Q1, END = date(2026, 1, 1), date(2026, 3, 31)
Loading = Callable[..., None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Loading:
    """Loads a file of reference data for the first quarter of 2026 into a store of the test's own."""
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "own"))

    def load(name: str, data: bytes | str, *, whole: bool = True, setting: str | None = None) -> None:
        path = files.put(tmp_path, name, data)
        (found,) = reference.add(
            [str(path)], added=files.ADDED, setting=setting, start=Q1, through=END, whole=whole
        )
        assert found.added, found.refused

    return load


def visit(*more: Administration, day: str = "2026-03-03", base: str = "facility") -> Encounter:
    """The sample's infusion of iron, and further administrations, on a day."""
    encounter = sample(base)
    given = []
    for one in (*encounter.administrations, *more):
        times = {key: getattr(one, key) for key in ("start", "stop", "signed_at")}
        moved = {key: text and text.replace("2026-03-03", day) for key, text in times.items()}
        given.append(replace(one, **moved))
    return replace(
        encounter,
        administrations=tuple(given),
        encounter_start=f"{day}T08:45",
        encounter_end=f"{day}T13:30",
    )


def administered(id_: str, drug: str, hcpcs: str, start: str, stop: str | None, how: str) -> Administration:
    """One more administration through the access of the sample, or under the skin."""
    base = sample("facility").administrations[0]
    return replace(
        base,
        id=id_,
        drug=drug,
        hcpcs=hcpcs,
        ndc=None,
        technique="injection" if how == "SC" else how,  # type: ignore[arg-type]
        route="SC" if how == "SC" else "IV",
        access_site=None if how == "SC" else base.access_site,
        start=f"2026-03-03T{start}",
        stop=None if stop is None else f"2026-03-03T{stop}",
        documented_type=None,
    )


INJECTION = administered("A2", "octreotide", "J2354", "10:00", None, "SC")
PUSH = administered("A2", "ondansetron", "J2405", "10:00", "10:02", "push")


def services(encounter: Encounter) -> list[str]:
    """The administrations that are proposed, as `96372-59`."""
    lines = (item.line for item in edi.code(encounter).lines)
    return ["-".join([line.hcpcs or "", *line.modifiers]) for line in lines if line.kind == "administration"]


def _units(encounter: Encounter, code: str) -> int:
    lines = (item.line for item in edi.code(encounter).lines)
    return sum(int(line.units or 0) for line in lines if line.hcpcs == code)


def test_an_edit_that_has_ended_needs_no_modifier(add: Loading) -> None:
    assert services(visit(INJECTION)) == ["96365", "96372-XU"]
    rows = [("96365", "96372", "", "20200101", "20251231", "1"), ("96413", "96372", "", "20200101", "*", "1")]
    add("ccioph-v321r0-f1.TXT", files.ptp(rows))
    assert services(visit(INJECTION)) == ["96365", "96372"]
    coded = edi.claim(visit(INJECTION))
    assert not [f for f in edi.check(coded).findings if f.rule in ("INF-PUSH-005", "NCCI-PTP-001")]


def test_the_date_of_service_chooses_the_edition(add: Loading) -> None:
    add("ccioph-v321r0-f1.TXT", files.ptp([("96365", "96372", "", "20200101", "20251231", "1")]))
    assert services(visit(INJECTION, day="2024-08-01")) == ["96365", "96372-XU"], "the shipped quarter"
    assert services(visit(INJECTION, day="2026-03-03")) == ["96365", "96372"]
    assert services(visit(INJECTION, day="2026-06-01")) == ["96365", "96372"], "the nearest quarter"


def test_the_edits_of_the_other_setting_do_not_count(add: Loading) -> None:
    add("ccipra-v321r0-f1.TXT", files.ptp([("96365", "96372", "", "20200101", "20251231", "1")]))
    assert services(visit(INJECTION)) == ["96365", "96372-XU"]
    assert services(visit(INJECTION, base="professional")) == ["96365", "96372"]


def test_a_part_of_the_edits_does_not_say_that_there_are_no_others(add: Loading) -> None:
    """Who has loaded one of the four files of a quarter keeps the shipped edits for what it lacks."""
    add("ccioph-v321r0-f1.TXT", files.ptp([("00AA1", "00AA2", "", "20200101", "*", "1")]), whole=False)
    assert services(visit(INJECTION)) == ["96365", "96372-XU"]
    add("ccioph-v321r0-f2.TXT", files.ptp([("96365", "96372", "", "20200101", "20251231", "1")]), whole=False)
    assert services(visit(INJECTION)) == ["96365", "96372"]


def test_a_pair_that_no_modifier_lifts_any_more_is_refused(add: Loading) -> None:
    add("ccioph-v321r0-f1.TXT", files.ptp([("96365", "96372", "", "20260101", "*", "0")]))
    proposal = edi.code(visit(INJECTION))
    assert services(visit(INJECTION)) == ["96365"]
    assert ("96372", "never_together") in [(r.code, r.reason) for r in proposal.timeline.refusals]


def test_a_limit_that_was_raised_lets_a_second_visit_have_its_own(add: Loading) -> None:
    """96368 is paid once per date by the shipped limits; by others twice, with records."""
    first = (
        administered("A2", "ondansetron", "J2405", "09:00", "09:45", "infusion"),
        *(
            replace(
                administered(id_, drug, code, "12:00", "12:45", "infusion"), visit=2, access_site="right arm"
            )
            for id_, drug, code in (("A3", "ceftriaxone", "J0696"), ("A4", "famotidine", "J3490"))
        ),
    )
    encounter = visit(*first)
    shown = replace(
        encounter,
        administrations=tuple(replace(g, visit=g.visit or 1) for g in encounter.administrations),
    )
    assert _units(shown, "96368") == 1
    add(
        "MCR_MUE_OutpatientHospitalServices_Eff_01-01-2026.csv",
        files.mue("Outpatient Hospital Services", {"96368": (2, "3 Date of Service Edit: Clinical")}),
    )
    assert _units(shown, "96368") == 2


def test_a_parent_that_is_no_parent_any_more_leaves_the_add_on_unbilled(add: Loading) -> None:
    assert services(visit(PUSH)) == ["96365", "96375"]
    add("AOC_V2026Q1-MCR.txt", files.AOC_HEAD + "1\t96375\t\t96413\t\t2020001\t\t\n")
    proposal = edi.code(visit(PUSH))
    assert services(visit(PUSH)) == ["96365"]
    assert ("96375", "no_parent") in [(r.code, r.reason) for r in proposal.timeline.refusals]
    coded = edi.claim(sample("professional"))
    line = replace(coded.lines[0], hcpcs="96375", administrations=())
    found = edi.check(replace(coded, lines=(*coded.lines, line))).findings
    assert [f.message for f in found if f.rule == "INF-INIT-008"] == [
        "line 3 bills the add-on 96375; 96413 is not on the claim"
    ]


@pytest.mark.parametrize(
    ("base", "codes", "pair", "rule"),
    [
        ("professional", ("96365", "99213"), ("96365", "99213"), "MOD-25-001"),
        ("professional", ("96365", "99211"), ("96365", "99211"), "INF-ENC-004"),
        ("professional", ("96365", "36000"), ("96365", "36000"), "INF-HYD-004"),
        ("professional", ("96365", "96372"), ("96365", "96372"), "INF-PUSH-005"),
    ],
)
def test_rules_of_the_family_ask_the_same_door(
    add: Loading, base: str, codes: tuple[str, ...], pair: tuple[str, str], rule: str
) -> None:
    claim = edi.claim(sample(base))
    lines = tuple(replace(claim.lines[0], hcpcs=code, administrations=()) for code in codes)
    claim = replace(claim, lines=lines)
    assert rule in {f.rule for f in edi.check(claim).findings}
    add("ccipra-v321r0-f1.TXT", files.ptp([(*pair, "", "20200101", "20251231", "1")]))
    assert rule not in {f.rule for f in edi.check(claim).findings}
