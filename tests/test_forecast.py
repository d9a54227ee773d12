"""The denial forecast: likely answers, whose view comes first, dollars that count once; and the way back."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import edi
from edi import tables
from edi.cli import render
from edi.errors import EdiError
from edi.finding import Denial, Finding, Forecast, Place, Report
from edi.forecast import LIKELIHOODS, Stake, forecast
from edi.model import pointer
from edi.model.claim import Claim
from edi.pipeline import explain, report_json
from edi.rules.denials import denials

ROOT = Path(__file__).resolve().parents[1]
CLEAN = ROOT / "samples" / "rules" / "professional.json"
STAKE = Stake("C1", (Decimal(100), Decimal(40), None, Decimal(7)), Decimal(147), textbook=False)


def finding(rule: str, line: int | None, *denied: Denial, severity: Any = "error", snip: int = 6) -> Finding:
    return Finding(
        rule=rule,
        name="x",
        severity=severity,
        message="x",
        help="x",
        place=Place(claim="C1", line=line),
        snip=snip,
        denials=denied,
    )


def denied(code: str, likelihood: Any = "medium", basis: Any = "official", *remarks: str) -> Denial:
    return Denial(
        group="CO",
        code=code,
        remarks=remarks,
        basis=basis,
        likelihood=likelihood,
        first_action=f"Do {code}.",
    )


def made(*found: Finding, textbook: bool = False) -> Forecast:
    result = forecast(found, Stake(STAKE.claim, STAKE.lines, STAKE.total, textbook))
    assert result is not None
    return result


def claim_of(**at: Any) -> Claim:
    claim = edi.claim(edi.read_encounter(CLEAN))
    for where, value in at.items():
        claim = pointer.replace(claim, where, value)
    return claim


# ---------------------------------------------------------------- one claim


def test_each_dollar_counts_once() -> None:
    result = made(
        finding("A-1", 1, denied("97")), finding("A-2", 1, denied("16")), finding("A-3", 2, denied("97"))
    )
    assert [(d.code, d.lines, d.at_stake) for d in result.denials] == [
        ("97", (1, 2), Decimal(140)),
        ("16", (1,), Decimal(100)),
    ]
    assert result.at_stake == Decimal(140) and result.charge == Decimal(147)


def test_a_denial_of_the_claim_puts_all_of_it_at_stake() -> None:
    result = made(finding("A-1", 2, denied("97")), finding("A-2", None, denied("29")))
    assert {d.code: d.at_stake for d in result.denials} == {"97": Decimal(40), "29": Decimal(147)}
    assert result.at_stake == result.charge == Decimal(147)
    mixed = made(finding("A-1", 2, denied("97")), finding("A-2", None, denied("97")))
    assert mixed.denials[0].lines == () and mixed.at_stake == Decimal(147)


def test_lines_without_a_charge_or_beyond_the_claim_cost_nothing() -> None:
    result = made(finding("A-1", 3, denied("97")), finding("A-2", 9, denied("16")))
    assert result.at_stake == 0


@pytest.mark.parametrize(
    ("given", "textbook", "first", "instead"),
    [
        # likelier first; of equals the official; under textbook its own in any case
        (
            (("97", "high", "textbook"), ("236", "medium", "official")),
            False,
            "97",
            "CO-236 (official, medium)",
        ),
        (
            (("97", "high", "textbook"), ("236", "medium", "official")),
            True,
            "97",
            "CO-236 (official, medium)",
        ),
        (
            (("16", "medium", "textbook"), ("252", "medium", "official")),
            False,
            "252",
            "CO-16 (textbook, medium)",
        ),
        (
            (("16", "medium", "textbook"), ("252", "medium", "official")),
            True,
            "16",
            "CO-252 (official, medium)",
        ),
        ((("16", "low", "textbook"), ("252", "high", "official")), True, "16", "CO-252 (official, high)"),
        ((("16", "low", "textbook"), ("252", "high", "official")), False, "252", "CO-16 (textbook, low)"),
    ],
)
def test_whose_view_comes_first(given: Any, textbook: bool, first: str, instead: str) -> None:
    (one,) = made(finding("A-1", 1, *(denied(*row) for row in given)), textbook=textbook).denials
    assert (one.code, one.instead) == (first, (instead,))


def test_the_likeliest_stands_first_and_a_row_is_as_likely_as_its_likeliest_rule() -> None:
    result = made(
        finding("A-1", 1, denied("16", "low")),
        finding("A-2", 2, denied("97", "medium", "official", "M15")),
        finding("A-3", 1, denied("97", "high", "textbook", "N19")),
    )
    assert [d.code for d in result.denials] == ["97", "16"]
    row = result.denials[0]
    assert (row.likelihood, row.basis, row.remarks) == ("high", "textbook", ("M15", "N19"))
    assert row.rules == ("A-2", "A-3") and row.first_actions == ("Do 97.",)


def test_what_is_no_denial() -> None:
    assert forecast([], STAKE) is None
    assert forecast([finding("A-1", 1, denied("97"), severity="info")], STAKE) is None
    assert forecast([finding("A-1", 1, severity="warning", snip=1)], STAKE) is None
    assert forecast([finding("A-1", 1)], STAKE) is None, (
        "an error without a known answer says nothing of money"
    )


def test_structural_errors_send_the_claim_back() -> None:
    result = made(finding("X12-SEG-MISSING", None, snip=2), finding("A-1", 2, denied("97")))
    assert result.returned_for == ("X12-SEG-MISSING",) and result.at_stake == result.charge


# ---------------------------------------------------------------- through the doors


def only(report: Report) -> Forecast:
    (file,) = report.files
    (one,) = file.forecast
    return one


def test_a_clean_claim_has_no_forecast() -> None:
    assert edi.check(CLEAN).files[0].forecast == []


@pytest.mark.parametrize(
    ("payer", "code", "basis", "instead"),
    [("medicare", "16", "official", ("CO-4",)), ("textbook", "4", "textbook", ("CO-16",))],
)
def test_the_policy_says_how_a_missing_jz_is_denied(
    payer: str, code: str, basis: str, instead: tuple[str, ...]
) -> None:
    """K05: CARC 16 with N822 for Medicare, CARC 4 by the article, each beside the other."""
    claim = claim_of(**{"/lines/1/modifiers": []})
    result = only(edi.check(claim, payer=payer))
    (row,) = [d for d in result.denials if "MOD-JW-001" in d.rules]
    assert (row.group, row.code, row.basis, row.lines) == ("CO", code, basis, (2,))
    assert row.at_stake == claim.lines[1].charge == result.at_stake
    assert tuple(text.split(" ")[0] for text in row.instead) == instead
    if code == "16":
        assert "N822" in row.remarks


def test_the_same_forecast_on_the_wire() -> None:
    import datetime as dt

    claim = claim_of(**{"/lines/1/modifiers": []})
    raw = edi.write_837([claim], created=dt.datetime(2026, 3, 4), control_number=1)
    assert only(edi.check(raw, payer="medicare")) == only(edi.check(claim, payer="medicare"))


def test_what_several_claims_show_is_forecast_too() -> None:
    """Two claims for one service: OA-18, and the dollars of its lines."""
    one, two = claim_of(), claim_of(**{"/claim_id": "OTHER"})
    (file,) = edi.check([one, two], payer="medicare").files
    assert [f.claim for f in file.forecast] == ["RULE-PROF", "OTHER"]
    for result in file.forecast:
        (row,) = result.denials
        assert (row.group, row.code) == ("OA", "18")
        assert result.at_stake == row.at_stake == sum(one.lines[n - 1].charge or 0 for n in row.lines)


def test_json_and_text() -> None:
    report = edi.check(claim_of(**{"/lines/1/modifiers": []}), payer="medicare")
    body = json.loads(report_json(report))
    schema = json.loads((ROOT / "schemas/contracts/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(body)
    (row,) = body["files"][0]["forecast"][0]["denials"]
    assert row["code"] == "16" and isinstance(row["at_stake"], str)
    text = render.as_text(lambda console: render.report(console, report))
    assert "forecast:" in text and "at stake" in text and "CO-16" in text


# ---------------------------------------------------------------- the way back


@pytest.mark.parametrize("word", ["CO-97", "co 97", "CARC 97", "97", "CARC-97"])
def test_from_an_answer_to_its_rules(word: str) -> None:
    page = explain(word)
    wanted = {id_ for id_, rows in denials().items() if any(d.code == "97" for d in rows)}
    assert wanted and all(id_ in page for id_ in wanted)
    assert "included in another paid service" in page and "K32" in page
    for row in (d for id_ in wanted for d in denials()[id_] if d.code == "97"):
        assert row.likelihood in LIKELIHOODS and row.first_action[:20] in " ".join(page.split())


def test_a_remark_code_and_its_rules() -> None:
    page = explain("N822")
    assert "CO-16" in page and "MOD-JW-001" in page and "modifier missing" in page


def test_a_number_that_is_a_box_too() -> None:
    assert "CMS-1500" in explain("16") and "explain CARC-16" in explain("16")
    assert explain("CARC-16").startswith("# CARC 16") and "K06" in explain("CO-16")


def test_a_group_that_no_rule_has() -> None:
    assert "No rule leads to PR-97" in " ".join(explain("PR-97").split())
    with pytest.raises(EdiError):
        explain("CO-999")


@pytest.mark.parametrize("row", tables.rows("coding/denial_views.csv"), ids=lambda row: row["conflict"])
def test_views_stand_on_the_pages_of_their_codes(row: dict[str, str]) -> None:
    for code in row["codes"].split():
        assert row["conflict"] in explain(f"CARC {code}")
