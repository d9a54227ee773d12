"""The examples of the rules notice every change of a condition.

`mutation.py` says what is changed. A mutant that no example can notice, because it does the same as the
original, is a row of `data/equivalent_mutants.csv` with the reason; rows that are not true fail.
"""

import csv
from functools import cache
from pathlib import Path

import pytest

import mutation
from edi.rules import rule_by_id

TABLE = Path(__file__).parent / "data" / "equivalent_mutants.csv"


@cache
def explained() -> dict[str, dict[str, str]]:
    """Owner -> change -> why it makes no difference."""
    found: dict[str, dict[str, str]] = {}
    with TABLE.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            assert row["reason"].strip(), row
            assert row["change"] not in found.setdefault(row["owner"], {}), row
            found[row["owner"]][row["change"]] = row["reason"]
    return found


@pytest.mark.parametrize("owner", mutation.owners())
def test_examples_notice_every_mutant(owner: str) -> None:
    survivors = [mutant.change for mutant in mutation.owners()[owner]() if mutant.noticed_by() is None]
    assert sorted(survivors) == sorted(explained().get(owner, {})), "unexplained, or explained and noticed"


def test_what_is_explained_exists() -> None:
    assert [owner for owner in explained() if owner not in mutation.owners()] == []


def _mutants(owner: str) -> dict[str, mutation.Mutant]:
    return {mutant.change: mutant for mutant in mutation.owners()[owner]()}


def test_a_mutant_changes_one_condition_for_a_while() -> None:
    """INF-TIME-004 speaks of 61 to 90 minutes; without the end of the window it speaks of 91."""
    (mutant,) = [m for change, m in _mutants("INF-TIME-004").items() if change.endswith("< LAST_OF_FIRST")]
    sixty_one, ninety, *_ = mutation.trials("INF-TIME-004")
    usual = ninety.usual
    assert usual and ninety.outcome() == usual
    with mutant.applied():
        assert ninety.outcome() != usual
        assert sixty_one.outcome() == sixty_one.usual
    assert ninety.outcome() == usual
    noticed = mutant.noticed_by()
    assert noticed is not None and noticed.words == "breaks[1]"


def test_a_constant_is_changed_wherever_it_is_used() -> None:
    """The end of the window is a constant; its mutants are tried on the examples of both rules."""
    mutants = _mutants("inf.time.FIRST_HOUR")
    assert set(mutants) == {"60 -> 61", "60 -> 59"}
    tried = {trial.rule.id for trial in mutants["60 -> 61"].trials()}
    assert {"INF-TIME-003", "INF-TIME-004"} <= tried


def test_a_mutant_without_an_example_survives() -> None:
    """Without the example at the boundary the mutant of the boundary is not noticed."""
    (mutant,) = [m for change, m in _mutants("INF-TIME-004").items() if change.endswith("< LAST_OF_FIRST")]
    rule = rule_by_id("INF-TIME-004")
    assert rule is not None
    away = [trial for trial in mutation.trials(rule.id) if trial.words != "breaks[1]"]
    with mutant.applied():
        assert all(trial.outcome() == trial.usual for trial in away)


def test_statements_of_a_rule_are_mutated_too() -> None:
    assert {"setting without facility"} <= set(_mutants("F04-04-001"))
    assert {"when without jwjz_required"} <= set(_mutants("MOD-JW-001"))
    assert {"codes without 96413"} <= set(_mutants("INF-SITE-005"))
