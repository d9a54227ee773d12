"""Rules that look at several claims: duplicates, daily limits, parents and stays across a run."""

import json
import random
import tracemalloc
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import edi
from edi.finding import Finding, Report
from edi.model.claim import Claim, ServiceLine
from edi.model.contract import to_json
from edi.pipeline import Envelope, Options, Run, build, inputs, judge_inputs
from edi.pipeline.sisters import Sisters
from edi.rules import Rule, all_rules
from edi.rules.about import SISTER
from rule_cases import build as built
from rule_cases import sample

CREATED = datetime(2026, 11, 2, 8, 0)
ACROSS = [rule for rule in all_rules() if rule.across is not None]


def _claim(id_: str, *lines: ServiceLine) -> Claim:
    claim = built(sample("professional")).claim
    return replace(claim, claim_id=id_, lines=lines or claim.lines)


def _with(id_: str, *codes: str, **changes: Any) -> Claim:
    """A claim of the sample's patient whose lines bill these codes, as its first line is billed."""
    first = built(sample("professional")).claim.lines[0]
    return _claim(id_, *(replace(first, hcpcs=code, administrations=(), **changes) for code in codes))


def _of(report: Report, rule: str) -> list[Finding]:
    return [f for f in report.findings if f.rule == rule]


def _written(claim: Claim, path: Path) -> str:
    path.write_text(to_json(claim), encoding="utf-8")
    return str(path)


def _checked(*paths: str) -> Report:
    run = Run()
    for judged in judge_inputs(inputs(paths), Options()):
        run.add(judged)
    return run.report()


def test_a_line_billed_on_two_claims_is_said_on_both(tmp_path: Path) -> None:
    files = [_written(_claim(f"C{i}"), tmp_path / f"{i}.json") for i in (1, 2)]
    report = _checked(*files)
    found = _of(report, "PRO-DUP-001")
    assert [(f.place.claim, f.claim_path, f.severity) for f in found] == [
        (claim, f"/lines/{line}/hcpcs", "error") for claim in ("C1", "C2") for line in (0, 1)
    ]
    assert f"line 1 of record 1 of {files[1]}" in found[0].message
    assert [f.place.claim for f in _of(report, "NCCI-MUE-001")] == [], "one fault gives one finding"
    assert {d.code for d in found[0].denials} == {"18"}


def test_the_order_of_the_inputs_does_not_matter(tmp_path: Path) -> None:
    claims = [
        _claim("C1"),
        _claim("C2"),
        _with("C3", "96366"),
        _with("C4", "96405"),
        _with("C5", "96405", modifiers=("XE",)),
    ]
    files = [_written(claim, tmp_path / f"{claim.claim_id}.json") for claim in claims]

    def said(order: list[str]) -> set[tuple[str | None, str, str | None]]:
        report = _checked(*order)
        return {(f.place.claim, f.rule, f.claim_path) for f in report.findings if f.rule != "RECORD-ABSENT"}

    wanted = said(files)
    assert {"PRO-DUP-001", "NCCI-MUE-002"} <= {rule for _, rule, _ in wanted}
    for seed in range(5):
        random.Random(seed).shuffle(files)
        assert said(files) == wanted


def test_claims_of_one_id_are_not_counted_twice() -> None:
    report = edi.check([_claim("C1"), _claim("C1")])
    assert _of(report, "INPUT-DUPLICATE") and not _of(report, "PRO-DUP-001")


def test_an_encounter_and_its_own_claim_are_one_claim() -> None:
    encounter = sample("professional")
    report = edi.check([encounter, edi.claim(encounter)])
    assert not _of(report, "PRO-DUP-001")


def test_a_parent_on_a_sister_claim_answers_the_add_on() -> None:
    alone = edi.check([_with("C1", "96366")])
    assert [f.severity for f in _of(alone, "INF-INIT-008")] == ["error"]
    together = edi.check([_with("C1", "96366"), _with("C2", "96365")])
    assert not _of(together, "INF-INIT-008")
    other_day = edi.check([_with("C1", "96366"), _with("C2", "96365", service_date=date(2026, 3, 4))])
    assert len(_of(other_day, "INF-INIT-008")) == 1


def test_only_the_answered_finding_goes() -> None:
    """The finding of another record with the same path stays."""
    stranger = _with("C3", "96366")
    assert stranger.patient is not None
    stranger = replace(stranger, patient=replace(stranger.patient, birth_date=date(1960, 1, 1)))
    report = edi.check([_with("C1", "96366"), _with("C2", "96365"), stranger])
    assert [f.index for f in _of(report, "INF-INIT-008")] == [2]


def test_daily_limits_count_the_claims_of_the_run() -> None:
    one = _with("C1", "96366", units=Decimal(5))
    two = _with("C2", "96366", units=Decimal(4), modifiers=("59",))
    found = _of(edi.check([one, two]), "NCCI-MUE-001")
    assert [f.place.claim for f in found] == ["C1", "C2"]
    assert "9 units of 96366" in found[0].message and "2 claims" in found[0].message
    assert not _of(
        edi.check([one, replace(two, lines=(replace(two.lines[0], units=Decimal(3)),))]), "NCCI-MUE-001"
    )


def test_a_run_finding_has_its_place_in_the_encounter() -> None:
    first, second = sample("coded-professional"), sample("coded-professional")
    second = replace(second, encounter_id="OTHER-1")
    found = _of(edi.check([first, second]), "PRO-DUP-001")
    assert {f.record for f in found} == {"encounter"}
    assert all(f.path.startswith(("/services/", "/administrations/")) for f in found)
    assert [f.index for f in found] == sorted(f.index for f in found)


def test_across_files_of_different_kinds(tmp_path: Path) -> None:
    """The same lines in an 837 and in a claim of another id."""
    claim = _claim("C1")
    wire = tmp_path / "one.837"
    wire.write_bytes(
        edi.write_837([claim], submitter=claim.submitter, receiver=claim.receiver, created=CREATED)
    )
    report = _checked(str(wire), _written(_claim("C2"), tmp_path / "two.json"))
    found = _of(report, "PRO-DUP-001")
    assert {f.record for f in found} == {"x12", "claim"}
    assert [f.place.x12.address for f in found if f.record == "x12" and f.place.x12] == ["2400[1]", "2400[2]"]


def test_build_holds_back_a_claim_that_another_one_repeats(tmp_path: Path) -> None:
    source = json.loads((Path(__file__).parents[1] / "samples/rules/professional.json").read_text("utf-8"))
    (tmp_path / "a.json").write_text(json.dumps({**source, "encounter_id": "A1"}), "utf-8")
    (tmp_path / "b.json").write_text(json.dumps({**source, "encounter_id": "B1"}), "utf-8")
    done = build(inputs([str(tmp_path)]), tmp_path / "out", Options(), Envelope(created=CREATED))
    assert not done.batches
    assert {f.rule for f in done.report.findings if f.severity == "error"} == {"PRO-DUP-001"}


@pytest.mark.parametrize("rule", ACROSS, ids=lambda rule: rule.id)
def test_every_such_rule_shows_two_claims(rule: Rule) -> None:
    """Its examples hold a second claim, once so that the rule speaks and once so that it does not."""
    assert any(SISTER in example for example in rule.breaks)
    assert any(SISTER in example for example in rule.keeps)


def test_memory_stays_flat_and_groups_are_found_in_the_file() -> None:
    """Ten times as many claims do not take ten times the memory; pairs far apart are still found."""
    case = built(sample("professional"))
    case.assembled = None
    claim = case.claim
    person = claim.patient
    assert person is not None

    def peak(count: int) -> tuple[int, int]:
        sisters = Sisters()
        tracemalloc.start()
        for i in range(count):
            patient = replace(person, first_name=f"N{i % (count - 1)}")  # the last one repeats the first
            case.claim = replace(claim, claim_id=f"C{i}", patient=patient)
            sisters.add(case, file="f", index=i, record="claim", x12=False, snip=7)
        held = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return held, len([c for c in sisters.changes(case.lists) if c.rule == "PRO-DUP-001"])

    small, found = peak(6000)
    assert found == 4
    large, found = peak(24000)
    assert found == 4
    assert large < 1.5 * small


def test_times_that_are_all_alike_are_said_once_for_who_charted_them() -> None:
    """Sixteen records of two nurses: those of one last equally long, whatever the drug."""
    records = []
    for number in range(16):
        drug: dict[str, Any] = {"drug": "ondansetron", "hcpcs": "J2405"} if number % 4 < 2 else {}
        stop = f"2026-03-03T09:{45 + number if number % 2 else 45}"
        nurse = "O. NURSE" if number % 2 else "N. NURSE"
        encounter = replace(sample("professional"), encounter_id=f"E{number}")
        (given,) = encounter.administrations
        given = replace(given, stop=stop, recorded_by=nurse, **drug)
        records.append(replace(encounter, administrations=(given,)))
    found = _of(edi.check(records), "INF-TIME-015")
    assert [(f.severity, f.record, f.index, f.path, f.claim_path) for f in found] == [
        ("warning", "encounter", 0, "/administrations/0/start", None)
    ]
    assert "8 infusions" in found[0].message and "exactly 45 minutes" in found[0].message
    assert not _of(edi.check([edi.claim(one) for one in records]), "INF-TIME-015")


def _bill(id_: str, day: date, **changes: Any) -> Claim:
    """A bill of the hospital's patient, with all lines on one day."""
    claim = built(sample("facility")).claim
    lines = tuple(replace(line, service_date=day, administrations=()) for line in claim.lines)
    return replace(claim, claim_id=id_, lines=lines, statement=None, **changes)


def test_a_stay_reaches_back_to_each_visit_in_its_window() -> None:
    """Also to those that come behind it in the run."""
    admission = built(sample("inpatient")).claim.admission
    assert admission is not None
    admission = replace(admission, date=date(2026, 3, 6), hour="10")
    stay = _bill("STAY", date(2026, 3, 6), type_of_bill="0111", admission=admission)
    visits = [_bill(f"V{n}", date(2026, 3, n)) for n in (2, 3, 5)]
    found = _of(edi.check([visits[0], visits[1], stay, visits[2]]), "FAC-3DAY-001")
    assert {f.place.claim for f in found} == {"V3", "V5"}


def test_every_bill_that_spans_another_visit_is_told() -> None:
    def spanning(id_: str, first: int, last: int) -> Claim:
        claim = _bill(id_, date(2026, 3, first))
        lines = (*claim.lines[:-1], replace(claim.lines[-1], service_date=date(2026, 3, last)))
        return replace(claim, lines=lines)

    claims = [spanning("A", 1, 9), spanning("B", 2, 8), _bill("C", date(2026, 3, 5))]
    found = _of(edi.check(claims), "FAC-DATE-005")
    assert {f.place.claim for f in found} == {"A", "B"}
