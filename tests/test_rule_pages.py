"""Every rule explains itself and stands in the module of its topic."""

import string

import pytest

from edi.rules import Rule, all_rules, rule_by_id


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.id)
def test_every_rule_explains_and_proves_itself(rule: Rule) -> None:
    assert rule.doc and rule.help.endswith(".") and rule.source
    assert rule.breaks and rule.keeps, "show one claim that breaks it and one that keeps it"
    assert rule.message and not rule.message.endswith("."), "a message is no sentence of its own"
    assert rule.name == rule.name.lower() and " " not in rule.name
    assert all(name for _, name, _, _ in string.Formatter().parse(rule.message) if name is not None)


def test_administration_rules_stand_together() -> None:
    """This area holds its own ids and no others; elsewhere a rule stands with the topic that it judges."""
    for rule in all_rules():
        assert (rule.area == "inf") == rule.id.startswith("INF-"), rule.id


@pytest.mark.parametrize("topic", sorted({r.id.rsplit("-", 1)[0] for r in all_rules() if r.area == "inf"}))
def test_a_topic_of_the_administration_rules_is_one_module(topic: str) -> None:
    assert len({rule.module for rule in all_rules() if rule.id.rsplit("-", 1)[0] == topic}) == 1


def test_ids_are_found_whatever_their_case() -> None:
    for rule in all_rules():
        assert rule_by_id(rule.id.lower()) is rule
    assert rule_by_id("INF-NONE-999") is None


def test_names_are_unique() -> None:
    names = [rule.name for rule in all_rules()]
    assert len(set(names)) == len(names), sorted({n for n in names if names.count(n) > 1})
