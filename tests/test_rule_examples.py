"""Every rule fires on its own examples that break it, and not on those that keep it."""

import dataclasses
from pathlib import Path

import pytest

from edi import tables
from edi.pipeline.explaining import example_text
from edi.rules import Rule, all_rules
from edi.rules.denials import denials
from rule_cases import (
    build,
    cases_of,
    findings,
    fires,
    judged,
    lines_of,
    sample,
    sample_names,
    silent_cases,
)

GOLDEN = Path(__file__).parent / "golden" / "rules"


def _ids(value: object) -> str | None:
    return value.id if isinstance(value, Rule) else None


@pytest.mark.parametrize("rule", all_rules(), ids=_ids)
def test_breaks(rule: Rule) -> None:
    for i, example in enumerate(rule.breaks):
        assert fires(rule, example), f"breaks[{i}] of {rule.id} gives no finding: {dict(example)}"


@pytest.mark.parametrize("rule", all_rules(), ids=_ids)
def test_keeps(rule: Rule) -> None:
    for i, example in enumerate(rule.keeps):
        found = [finding.message for finding in fires(rule, example)]
        assert not found, f"keeps[{i}] of {rule.id} gives {found}: {dict(example)}"


@pytest.mark.parametrize("rule", all_rules(), ids=_ids)
def test_findings_explain_themselves(rule: Rule) -> None:
    """A message has its values, and a finding leads to a place of the record or the claim."""
    for example in rule.breaks:
        for found in fires(rule, example):
            assert found.message and "{" not in found.message and "None" not in found.message.split()
            assert found.path == "" or found.path.startswith("/")


@pytest.mark.parametrize("rule", all_rules(), ids=_ids)
def test_silent_where_it_is_not_asked(rule: Rule) -> None:
    """Another setting or policy, or a need that is not met."""
    for words, case in silent_cases(rule):
        assert not judged(rule, [case]), words


@pytest.mark.parametrize("area", sorted({rule.area for rule in all_rules()}))
def test_findings_are_those_of_the_golden_files(area: str, update: bool) -> None:
    """Where each example breaks its rule, how severely, and what is said."""
    golden = GOLDEN / f"{area}.txt"
    text = "".join(_found(rule) for rule in all_rules() if rule.area == area)
    if update:
        golden.parent.mkdir(exist_ok=True)
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def _found(rule: Rule) -> str:
    lines = [f"{rule.id} {rule.name}"]
    for example in rule.breaks:
        lines.append("  " + example_text(example))
        lines += [f"    {line}" for line in lines_of(rule, cases_of(rule, example))]
    return "\n".join(lines) + "\n"


@pytest.mark.parametrize("name", sample_names())
def test_clean_samples_are_clean(name: str) -> None:
    """No error and no warning on what the examples start from, with the record and without."""
    case = build(sample(name))
    assert [f"{f.rule} {f.message}" for f in findings(case) if f.severity != "info"] == []
    alone = dataclasses.replace(case, assembled=None)
    assert [f"{f.rule} {f.message}" for f in findings(alone) if f.severity != "info"] == []


def test_denials_name_rules_and_known_codes() -> None:
    rules = {rule.id for rule in all_rules()}
    carcs = {row["code"] for row in tables.rows("codes/carc.csv")}
    rarcs = {row["code"] for row in tables.rows("codes/rarc.csv")}
    groups = {row["code"] for row in tables.rows("codes/group.csv")}
    for id_, rows in denials().items():
        assert id_ in rules, id_
        assert len({(row.group, row.code, row.basis) for row in rows}) == len(rows), f"{id_} repeats a denial"
        for row in rows:
            assert row.code in carcs, f"{id_}: CARC {row.code}"
            assert set(row.remarks) <= rarcs, f"{id_}: RARC {row.remarks}"
            assert row.group in groups and row.basis in ("textbook", "official")
            assert row.likelihood in ("high", "medium", "low") and row.first_action.endswith(".")


def test_remarks_are_not_denied() -> None:
    assert not [rule.id for rule in all_rules() if rule.severity == "info" and rule.id in denials()]
