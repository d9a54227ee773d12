"""Which rules run on a claim: what they say wakes them, and what they say they look at, is true.

The cases are those of all examples of all rules, each judged by every rule and not by its own alone.
"""

import dataclasses
from collections.abc import Iterator
from decimal import Decimal
from functools import cache

import pytest

from edi.checking import check_case
from edi.errors import TableError
from edi.model.claim import Claim, ServiceLine
from edi.rules import Case, Hit, Rule, all_rules, rule
from edi.rules.base import per_case
from edi.rules.triggers import FIELDS, words
from rule_cases import case_of

WOKEN = [one for one in all_rules() if one.triggers and "record" not in one.needs]
BY_LINE = [one for one in all_rules() if one.sees == "line"]


@cache
def cases_by_rule() -> dict[str, list[Case]]:
    """The claims of all examples that patch a claim, by the rule that states them."""
    return {
        one.id: [case_of(one, example) for example in (*one.breaks, *one.keeps)]
        for one in all_rules()
        if one.on == "claim"
    }


@cache
def cases() -> tuple[Case, ...]:
    """The claims of all examples that patch a claim."""
    return tuple(case for found in cases_by_rule().values() for case in found)


def holding(one: Rule, every: int = 1) -> Iterator[Case]:
    """The cases to which a rule applies: its own, and each or every so-manieth one of the others."""
    for case in (*cases_by_rule().get(one.id, ()), *cases()[::every]) if every > 1 else cases():
        needs = {"received": case.received, "paper": case.paper, "prices": case.prices or None}
        applies = one.setting in (None, case.claim.setting) and one.holds(case.policies)
        if applies and all(needs[need] is not None for need in one.needs):
            yield case


def hits(one: Rule, case: Case) -> list[Hit]:
    case.forget()
    return list(one.check(case))


def asleep(one: Rule) -> list[Case]:
    """The cases on which nothing wakes a rule."""
    return [case for case in holding(one) if one.triggers.isdisjoint(words(case.claim))]


def test_most_rules_that_something_wakes_sleep_on_many_claims() -> None:
    assert len(WOKEN) > 80
    assert sum(len(asleep(one)) > 100 for one in WOKEN) > 0.9 * len(WOKEN)


@pytest.mark.parametrize("one", WOKEN, ids=lambda one: one.id)
def test_a_rule_is_silent_where_nothing_wakes_it(one: Rule) -> None:
    assert [hit.path for case in asleep(one) for hit in hits(one, case)] == []


OF_EDITIONS = [one for one in all_rules() if one.editions]


@pytest.mark.parametrize("one", OF_EDITIONS, ids=lambda one: one.id)
def test_a_rule_is_silent_where_it_has_no_list_to_compare_with(one: Rule) -> None:
    without = [case for case in holding(one) if not any(map(case.lists.has_editions, one.editions))]
    assert len(without) > 100
    assert [hit.path for case in without for hit in hits(one, case)] == []


@pytest.mark.parametrize("one", OF_EDITIONS, ids=lambda one: one.id)
def test_each_of_its_lists_is_enough(one: Rule) -> None:
    enough = set()
    for case in cases_by_rule()[one.id]:
        held = [name for name in one.editions if case.lists.has_editions(name)]
        if len(held) == 1 and one.id in {found.rule for found in check_case(case, record="claim")}:
            enough.update(held)
    assert enough == set(one.editions)


def alone(case: Case, line: ServiceLine) -> Case:
    """A line on a claim that says no more than what rules of single lines may look at beside it."""
    claim = case.claim
    bare = Claim(
        setting=claim.setting,
        place_of_service=claim.place_of_service,
        type_of_bill=claim.type_of_bill,
        lines=(line,),
    )
    return Case(claim=bare, policies=case.policies, overlay=case.overlay, lists=case.lists)


def with_other_numbers(line: ServiceLine) -> ServiceLine:
    """A line of the same shape: its numbers differ, but for their signs and whether units are whole."""

    def moved(number: Decimal | None) -> Decimal | None:
        return number if number is None or number <= 0 else number + 7

    return dataclasses.replace(
        line,
        charge=moved(line.charge),
        units=moved(line.units),
        ndc_quantity=moved(line.ndc_quantity),
        line_control_number="OTHER",
        diagnosis_pointers=(),
        administrations=(),
        rendering_provider=None,
        ordering_provider=None,
    )


@pytest.mark.parametrize("one", BY_LINE, ids=lambda one: one.id)
def test_a_rule_by_line_looks_at_shapes_only(one: Rule) -> None:
    """A claim breaks it where one of its lines does, whatever else the claim says."""
    spoke = 0
    for case in holding(one):
        # with a record, or a value that could not be read, no rule is run by the shapes of lines
        if case.claim.unread or case.assembled is not None or not case.claim.lines:
            continue
        lines = [hits(one, alone(case, with_other_numbers(line))) for line in case.claim.lines]
        whole = hits(one, case)
        assert bool(whole) == any(lines), case.claim
        spoke += bool(whole)
    assert spoke, "an example breaks it"


def test_a_shape_that_was_judged_before_hides_nothing() -> None:
    """The second claim with the same lines is judged as the first."""
    for case in cases():
        first = check_case(case, record="claim")
        again = dataclasses.replace(case, claim=dataclasses.replace(case.claim))
        assert check_case(again, record="claim") == first


def test_an_answer_belongs_to_one_claim() -> None:
    @per_case
    def count(case: Case) -> int:
        return len(case.claim.lines)

    case = dataclasses.replace(cases()[0])
    assert count(case) == len(case.claim.lines) > 0
    case.claim = dataclasses.replace(case.claim, lines=())
    assert count(case) == 0
    assert case.by_code == {}


def test_a_rule_says_what_it_needs() -> None:
    """What is known of a few cases only is asked for by name."""
    case = dataclasses.replace(cases()[0], assembled=None, received=None)
    with pytest.raises(TableError, match="record"):
        _ = case.proposal
    with pytest.raises(TableError, match="received"):
        _ = case.receipt


def test_a_rule_names_values_that_can_wake_it() -> None:
    assert "coverages.adjudication" in FIELDS
    with pytest.raises(TableError, match="lines.colour"):
        rule("X", "x", message="", help="", source="", severity="error", snip=1, given=("lines.colour",))


def test_what_is_not_in_its_view_wakes_no_rule() -> None:
    """Otherwise it would be left out of a claim on which it has something to say."""
    with pytest.raises(TableError, match="it sees codes"):
        rule(
            "X",
            "x",
            message="",
            help="",
            source="",
            severity="error",
            snip=1,
            given=("unmapped",),
            sees="codes",
        )
