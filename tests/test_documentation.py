"""What the record lacks: the score of each administration, the questions, and the rules behind them."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import edi
from edi import tables
from edi.finding import Documentation
from edi.model import pointer
from edi.model.contract import report_to_dict
from edi.rules import all_rules
from edi.rules.doc.score import TESTS, documentation, values
from rule_cases import build, findings, sample

ROOT = Path(__file__).resolve().parents[1]
SIX = ("start", "stop", "drug dose and route", "medical necessity", "signature", "kind of infusion")


def _scores(changes: dict[str, Any] | None = None) -> list[Documentation]:
    encounter = sample("professional")
    for path, value in (changes or {}).items():
        encounter = pointer.replace(encounter, path, value)
    return list(documentation(build(encounter)))


def _score(path: str, value: Any) -> Documentation:
    (found,) = _scores({path: value})
    return found


def test_a_whole_record_has_the_full_score_and_no_question() -> None:
    (found,) = _scores()
    assert (found.score, found.queries) == (100, ())
    assert set(found.elements.values()) == {"present", "not applicable"}
    assert all(found.elements[name] == "present" for name in SIX)


def test_sixteen_elements_in_the_order_of_the_catalogue() -> None:
    (found,) = _scores()
    assert len(found.elements) == 16 and tuple(found.elements)[:6] == SIX
    assert [v.number for v in values()] == sorted(v.number for v in values())


def test_every_value_of_the_table_has_a_test_a_rule_and_a_question() -> None:
    known = {rule.id for rule in all_rules()}
    assert {v.field for v in values()} == set(TESTS)
    for value in values():
        assert value.rule in known, value.rule
        assert value.ask in ("nurse", "physician", "pharmacy", "billing")
        assert value.question.endswith(("?", ".")) and "{id}" in value.question
    assert tables.notes("coding/documentation.csv")["source"]
    weights: dict[str, set[int]] = {}
    for value in values():
        weights.setdefault(value.element, set()).add(value.weight)
    assert all(len(of) == 1 for of in weights.values())


@pytest.mark.parametrize(
    ("path", "element", "ask"),
    [
        ("/administrations/0/start", "start", "nurse"),
        ("/administrations/0/stop", "stop", "nurse"),
        ("/administrations/0/dose", "drug dose and route", "nurse"),
        ("/administrations/0/route", "drug dose and route", "nurse"),
        ("/administrations/0/order", "medical necessity", "physician"),
        ("/administrations/0/iv_rationale", "medical necessity", "physician"),
        ("/administrations/0/signed_by", "signature", "nurse"),
        ("/administrations/0/access_site", "access site", "nurse"),
        ("/administrations/0/lot", "product", "pharmacy"),
        ("/supervision", "supervision", "physician"),
    ],
)
def test_what_is_missing_lowers_the_score_and_is_asked_for(path: str, element: str, ask: str) -> None:
    found = _score(path, None)
    assert found.elements[element] == "missing"
    assert 0 < found.score < 100
    assert (element, ask) in {(query.element, query.ask) for query in found.queries}
    assert all("A1" in query.question for query in found.queries)


def test_the_six_elements_weigh_more_than_the_others() -> None:
    assert _score("/administrations/0/signed_by", None).score < _score("/administrations/0/lot", None).score


def test_a_push_needs_no_stop_and_a_flush_no_score() -> None:
    push = _scores({"/administrations/0/technique": "push", "/administrations/0/stop": None})[0]
    assert push.elements["stop"] == "not applicable"
    assert _scores({"/administrations/0/purpose": "flush"}) == []


def test_a_discard_is_asked_for_where_there_was_waste() -> None:
    assert _scores()[0].elements["discarded drug"] == "not applicable"
    found = _score("/administrations/0/dose/value", "180")
    assert found.elements["discarded drug"] == "missing"


def test_a_claim_without_a_record_has_no_score() -> None:
    case = build(sample("professional"))
    case.assembled = None
    assert list(documentation(case)) == []
    assert edi.check(case.claim).files[0].documentation == []


def test_check_shows_it_in_json_and_the_schema_knows_it() -> None:
    encounter = pointer.replace(sample("professional"), "/administrations/0/signed_by", None)
    report = edi.check(encounter)
    value = json.loads(json.dumps(report_to_dict(report)))
    schema = json.loads((ROOT / "schemas/contracts/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(value)
    (score,) = value["files"][0]["documentation"]
    assert score["administration"] == "A1" and score["elements"]["signature"] == "missing"
    assert score["queries"][0]["question"].startswith("Please sign")
    assert "DOC-SIGN-001" in {f["rule"] for f in value["files"][0]["findings"]}


# ---------------------------------------------------------------- the worked cases


@pytest.mark.parametrize("setting", ["professional", "facility"])
@pytest.mark.parametrize(
    ("case", "path", "rule", "carc"),
    [
        ("F24", "/administrations/0/order", "DOC-NEC-001", "50"),
        ("F25", "/administrations/0/signed_by", "DOC-SIGN-001", "252"),
    ],
)
def test_worked_case(setting: str, case: str, path: str, rule: str, carc: str) -> None:
    encounter = pointer.replace(sample(setting), path, None)
    errors = [f for f in findings(build(encounter)) if f.severity == "error"]
    assert [f.rule for f in errors] == [rule], case
    assert carc in {d.code for d in errors[0].denials}


def test_an_extract_without_orders_and_signatures_gives_warnings() -> None:
    encounter = sample("professional")
    (given,) = encounter.administrations
    bare = replace(given, order=None, iv_rationale=None, recorded_by=None)
    bare = replace(bare, signed_by=None, signer_credential=None, signed_at=None)
    found = findings(build(replace(encounter, administrations=(bare,))))
    doc = {f.rule: f.severity for f in found if f.rule.startswith("DOC") and f.severity != "info"}
    assert doc == {"DOC-NEC-001": "warning", "DOC-NEC-003": "warning", "DOC-SIGN-001": "warning"}


def test_a_missing_time_is_one_finding() -> None:
    for path, rule in (("start", "INF-TIME-007"), ("stop", "INF-TIME-008")):
        encounter = pointer.replace(sample("professional"), f"/administrations/0/{path}", None)
        found = [f for f in findings(build(encounter)) if f.path.endswith(path) and f.severity != "info"]
        assert [f.rule for f in found] == [rule] and found[0].also == (f"DOC-TIME-{path.upper()}",)
