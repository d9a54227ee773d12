"""NCCI rules: severities by edition, one finding for one fault, the user's tables before the shipped ones."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from edi.finding import Finding
from edi.model.claim import Claim, ServiceLine
from edi.rules import Case
from rule_cases import build, findings, loaded, sample

IN_QUARTER = date(2024, 8, 5)
LATER = date(2026, 3, 3)


def _case(*codes: str, setting: str = "professional", on: date = LATER, rows: Any = ()) -> Case:
    """A claim without a record whose lines bill these codes: `96365`, `96365-59`, `96366x9`."""
    case = build(sample(setting))
    case.assembled = None
    case.claim = _lined(case.claim, codes, on)
    if rows:
        case.lists = loaded(rows)
    return case


def _lined(claim: Claim, codes: tuple[str, ...], on: date) -> Claim:
    base = replace(claim.lines[0], administrations=(), minutes=None, why=None, service_date=on)
    lines: list[ServiceLine] = []
    for text in codes:
        code, _, units = text.partition("x")
        code, *modifiers = code.split("-")
        lines.append(
            replace(base, hcpcs=code, modifiers=tuple(modifiers), units=Decimal(units or 1), kind=None)
        )
    return replace(claim, lines=tuple(lines))


def _said(case: Case) -> list[Finding]:
    """Findings about pairs, units, add-ons and duplicates that are no remarks."""
    return [
        f
        for f in findings(case)
        if f.severity != "info"
        and (
            f.rule.startswith(("NCCI", "INF", "PRO-DUP", "MOD-25", "DRUG-UNIT"))
            or any(one.startswith("NCCI") for one in f.also)
        )
    ]


@pytest.mark.parametrize(
    ("codes", "rule"),
    [
        (("96425", "96375"), "NCCI-PTP-001"),
        (("96365", "36591"), "NCCI-PTP-002"),
        (("96405x2",), "NCCI-MUE-002"),
    ],
)
def test_an_edit_is_an_error_in_its_quarter_only(codes: tuple[str, ...], rule: str) -> None:
    for day, severity in ((date(2024, 6, 30), "warning"), (date(2024, 7, 1), "error")):
        (found,) = (f for f in findings(_case(*codes, on=day)) if f.rule == rule)
        assert found.severity == severity and "2024 Q3" in found.message
    for day, severity in ((date(2024, 9, 30), "error"), (date(2024, 10, 1), "warning")):
        (found,) = (f for f in findings(_case(*codes, on=day)) if f.rule == rule)
        assert found.severity == severity


def test_units_that_a_record_may_support_stay_a_warning() -> None:
    (found,) = (f for f in findings(_case("96365", "96366x9", on=IN_QUARTER)) if f.rule == "NCCI-MUE-001")
    assert found.severity == "warning"


@pytest.mark.parametrize(
    ("setting", "codes", "rule"),
    [
        ("professional", ("96365", "96374"), "INF-INIT-001"),
        ("professional", ("96365", "96360"), "INF-HYD-SEC"),
        ("professional", ("96413", "96365"), "INF-INIT-006"),
        ("facility", ("96374", "96360"), "INF-INIT-007"),
        ("professional", ("96365", "36000"), "INF-HYD-004"),
        ("professional", ("96365", "96372"), "INF-PUSH-005"),
        ("professional", ("96365", "99211"), "INF-ENC-004"),
        ("professional", ("96365", "99213"), "MOD-25-001"),
        ("professional", ("96365", "96523"), "INF-CHEMO-007"),
        ("professional", ("96416", "96521"), "INF-CHEMO-006"),
        ("professional", ("96366",), "INF-INIT-008"),
        ("professional", ("96365x2",), "INF-INIT-009"),
        ("professional", ("96365", "96365-XE"), "INF-SITE-005"),
        ("professional", ("96369", "96371x2"), "INF-SC-002"),
        ("facility", ("96365", "96368x2"), "INF-CONC-001"),
        ("professional", ("96365", "96365"), "PRO-DUP-001"),
        ("professional", ("96405", "96405"), "PRO-DUP-001"),
    ],
)
def test_one_fault_gives_one_finding(setting: str, codes: tuple[str, ...], rule: str) -> None:
    """Where a rule of the infusion family speaks, the NCCI rule is silent and stands in `also`."""
    assert [f.rule for f in _said(_case(*codes, setting=setting, on=IN_QUARTER))] == [rule]


def test_pairs_that_no_other_rule_knows_are_not_lost() -> None:
    """Each pair of the shipped table gives a finding without modifiers, in each setting that has the edit."""
    from edi.coding.family import pair_edits

    for (one, two), indicators in pair_edits().items():
        for setting, indicator in zip(("professional", "facility"), indicators, strict=True):
            if indicator is None:
                continue
            found = _said(_case(one, two, setting=setting, on=IN_QUARTER))
            assert found, f"{one} and {two}, {setting}"
            pairs = [f for f in found if f.rule.startswith("NCCI-PTP")]
            assert len(pairs) <= 1


def test_a_modifier_lifts_indicator_1_and_not_0() -> None:
    assert not [f for f in _said(_case("96425", "96375-59")) if f.rule.startswith("NCCI-PTP")]
    assert [f.rule for f in _said(_case("96425", "96521-59")) if "NCCI-PTP-002" in (f.rule, *f.also)]


def test_what_the_user_loaded_goes_before_what_ships() -> None:
    rows = [["mue", "practitioner", ["96366"], [3, 3]]]
    (found,) = (f for f in findings(_case("96365", "96366x4", rows=rows)) if f.rule == "NCCI-MUE-001")
    assert "the limit is 3 (edits of 2026)" in found.message
    rows = [["ptp", "practitioner", ["96425", "96375"], [20260101, 20260228, 1]]]
    assert not [f for f in findings(_case("96425", "96375", rows=rows)) if f.rule == "NCCI-PTP-001"]


def test_the_edition_is_named_once_per_claim() -> None:
    found = [f for f in findings(_case("96365", "96366", "96367")) if f.rule == "NCCI-VER-001"]
    assert len(found) == 1 and found[0].severity == "info"
    assert not [f for f in findings(_case("96365", on=IN_QUARTER)) if f.rule == "NCCI-VER-001"]


def test_lines_without_a_day_are_not_judged() -> None:
    case = _case("96425", "96375", "96405x9")
    case.claim = replace(case.claim, lines=tuple(replace(x, service_date=None) for x in case.claim.lines))
    assert not [f for f in findings(case) if f.rule.startswith("NCCI")]
