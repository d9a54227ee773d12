"""`explain` of ids of the rules catalogue: which of our rules judge one, or why none does."""

import re

import pytest

from edi import tables
from edi.pipeline import addresses, denied, explain, numbers
from edi.rules import all_rules, rule_by_id

ROWS = {row["catalogue_id"]: row for row in tables.rows("rule_ids.csv") if row["catalogue_id"]}
NUMBER = re.compile(r"[PI]\d\d|SNIP\d-\d+")


def words(text: str) -> str:
    return " ".join(text.split())


def headings(page: str) -> list[str]:
    return re.findall("^# (.*?):", page, re.MULTILINE)


@pytest.mark.parametrize("id_", ROWS)
def test_every_id_of_the_catalogue_leads_to_what_judges_it(id_: str) -> None:
    page = explain(id_.lower())
    row = ROWS[id_]
    assert page.startswith(f"# {id_}:") and page.endswith("\n") and "\n\n\n" not in page
    assert all(one in page for one in row["our_id"].split())
    assert words(row["reason"]) in words(page)
    if not row["our_id"]:
        assert row["reason"] and row["status"] in ("later", "not built", "report")


@pytest.mark.parametrize("id_", ROWS)
def test_an_id_of_the_catalogue_means_nothing_else(id_: str) -> None:
    others = (denied.reason_page, denied.remark_page, addresses.address_page, addresses.box_page)
    assert [ask.__name__ for ask in others if ask(id_)] == []


def test_one_or_two_rules_are_shown_with_it_and_more_are_named() -> None:
    assert headings(explain("P12")) == ["P12", rule_named("responsibility-impossible")]
    assert headings(explain("P56"))[:2] == ["P56", rule_named("other-payer-decision-incomplete")]
    assert len(headings(explain("P56"))) == 3
    assert headings(explain("I39")) == ["I39"] and rule_named("other-payer-claim-unbalanced") in explain(
        "I39"
    )
    assert "NCCI-PTP-002 pair-never-paid (error)" in explain("MOD-59-003")


def rule_named(name: str) -> str:
    (found,) = (rule.id for rule in all_rules() if rule.name == name)
    return found


def test_what_a_page_says() -> None:
    page = words(explain("PRO-GAP-001"))
    assert "by decision" in page and "Severity there: info, confidence high" in page
    assert "Why: said where 99211 is billed" in page and "INF-ENC-004 nurse-visit" in page
    assert "in part" in explain("I61") and "DRUG-ADMIN-001 drug-without-line (warning)" in explain("I61")
    page = words(explain("P41"))
    assert "What became of it: not judged" in page and "for the clearinghouse alone" in page
    assert "What judges it" not in page
    assert "not judged yet" in explain("ACK-001")
    assert "MOD-JW-*: every rule whose id begins so (" in explain("SNIP7-001")
    assert "X12-GS-VALUE: Correct the element of the group header. (error)" in explain("ENV-05")


def test_an_id_that_is_ours_too_has_the_rest_behind_it() -> None:
    page = explain("F15-24G-001")
    assert "## In the rules catalogue" in page and "- F15-24G-002 " in page
    assert "## In the rules catalogue" not in explain("INF-CONC-001")
    assert "said in every report" in explain("PAYER-PROF-001")


def test_rules_have_ids_by_topic_and_keep_their_number() -> None:
    """Who knows a number of the catalogue finds its rule by `explain`."""
    assert [rule.id for rule in all_rules() if NUMBER.fullmatch(rule.id)] == []
    for rule in all_rules():
        numbers_of_it = [number for number in rule.also if rule_by_id(number) is None]
        assert [number for number in numbers_of_it if rule.id not in explain(number)] == []
    for number, name in (
        ("P56", "other-payer-decision-incomplete"),
        ("I13", "discharge-hour-missing"),
        ("SNIP5-001", "procedure-not-in-force"),
    ):
        found = rule_by_id(rule_named(name))
        assert found is not None
        assert number in found.also and number in found.source.partition("rules catalogue ")[2]


def test_every_id_of_the_catalogue_is_a_topic() -> None:
    assert set(numbers.known()) == set(ROWS)
