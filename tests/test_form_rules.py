"""Every rule of paper fires through the door of `check`, on a form that is given, at its box."""

import json
from typing import Any

import pytest

import edi
from edi.finding import Finding
from edi.model.boxes import box_keys
from edi.rules import Rule, all_rules
from edi.rules.about import FORM, PAPER
from forms.filling import fill
from rule_cases import build, sample

PAPER_RULES = [rule for rule in all_rules() if "paper" in rule.needs]
CLEAN = {
    "cms1500": fill(build(sample("professional")).claim).pages[0],
    "ub04": fill(build(sample("facility")).claim).pages[0],
}
COMMERCIAL = {"1.medicare": None, "1.other": "X", "11": None, "4": "EXAMPLE, PAULA", "11d.no": "X"}
Case = tuple[str, list[dict[str, str | None]], str]
"""Form, changes of each sheet (None empties a box), and the box of the finding."""

CASES: dict[str, Case] = {
    "F15-TOP-001": ("cms1500", [dict.fromkeys(("carrier.1", "carrier.2", "carrier.4"))], "carrier.1"),
    "F15-01-001": ("cms1500", [{"1.other": "X"}], "1.medicare"),
    "F15-TICK-001": ("cms1500", [{"3.sex.m": "X", "3.sex.f": "X"}], "3.sex.f"),
    "F15-02-002": ("cms1500", [{"2": "EXAMPLE-EXAMPLE-EXAMPLE, PAULA"}], "2"),
    "F15-04-001": ("cms1500", [{"4": "EXAMPLE, PAULA", "2": "EXAMPLE, PAULA"}], "4"),
    "F15-09-001": ("cms1500", [COMMERCIAL | {"11d.no": None, "11d.yes": "X", "9": "A, B"}], "9a"),
    "F15-11-001": ("cms1500", [{"11": None}], "11"),
    "F15-11D-001": ("cms1500", [{"11d.no": "X"}], "11d.no"),
    "F15-17-001": ("cms1500", [{"17.name": "ANN SMITH", "17.qualifier": None, "17b": "1245319599"}],
                   "17.qualifier"),
    "F15-21-002": ("cms1500", [{"21.A": "D50.9"}], "21.A"),
    "F15-22-002": ("cms1500", [{"22.code": "7"}], "22.reference"),
    "F15-23-001": ("cms1500", [{"23": "A1 A2"}], "23"),
    "F15-24E-002": ("cms1500", [{"24E.2": "L"}], "24E.2"),
    "F15-24F-002": ("cms1500", [{"24F.2": "$12.00"}], "24F.2"),
    "F15-24G-002": ("cms1500", [{"24G.2": "1000"}], "24G.2"),
    "F15-32-002": ("cms1500", [dict.fromkeys(("32.name", "32.street", "32.city", "32a"))], "32.name"),
    "PRO-LINE-001": ("cms1500", [{f"24D.{n}": "96375" for n in range(1, 7)}, {}], "24D.1"),
    "F04-43-001": ("ub04", [{"FL43.2": "N412345678901"}], "FL43.2"),
    "FAC-REV-009": ("ub04", [{"FL42.1": "0999"}], "FL42.2"),
    "F04-18-002": ("ub04", [{"FL18": "D1", "FL19": "08"}], "FL18"),
    "F04-50-002": ("ub04", [{"FL50.C": "PLAN"}], "FL50.C"),
    "F04-66-001": ("ub04", [{"FL66": "9"}], "FL66"),
    "F04-67-002": ("ub04", [{"FL67.A": "E86.0"}], "FL67.A"),
    "F04-PAGE-001": ("ub04", [{f"FL42.{n}": "0260" for n in range(1, 23)}, {"FL42.2": "0636"}], "FL42.1"),
    "FORM-FIT-001": ("cms1500", [{"26": "A12345678901234"}], "26"),
    "FORM-FIT-003": ("ub04", [{"FL8b": "\u5f20, LI"}], "FL8b"),
    "FORM-READ-001": ("cms1500", [{"20.yes": "X"}], "20.yes"),
    "FORM-READ-002": ("ub04", [{}, {"FL3a": "ANOTHER"}], "FL3a"),
}  # fmt: skip
NOT_READ = {"FORM-FIT-002", "FORM-FIT-004", "FORM-FIT-005", "FORM-FIT-006", "FORM-FIT-007"}
"""Rules about what a claim loses on its way to the form; a form that is given has lost nothing."""


def found_on(form: str, *changes: dict[str, str | None]) -> list[Finding]:
    """The findings of a clean form with changes, one for each sheet."""
    pages = [
        {key: text for key, text in (CLEAN[form] | change).items() if text is not None} for change in changes
    ]
    return edi.check(json.dumps({"form": form, "pages": pages})).findings


@pytest.mark.parametrize("form", CLEAN)
def test_a_clean_form_is_clean(form: str) -> None:
    found = [f for f in found_on(form, {}) if f.severity != "info"]
    assert [(f.rule, f.message) for f in found] == []


def test_every_rule_of_paper_has_its_case() -> None:
    assert CASES.keys() | NOT_READ == {rule.id for rule in PAPER_RULES}


@pytest.mark.parametrize("rule", CASES)
def test_a_rule_of_paper_fires_at_its_box(rule: str) -> None:
    form, changes, box = CASES[rule]
    found = [f for f in found_on(form, *changes) if f.rule == rule]
    assert box in {f.place.box_key for f in found}, [(f.place.box_key, f.message) for f in found]
    for one in found:
        assert one.record == "boxes" and one.place.box and one.place.page is not None
        assert one.path == f"/pages/{one.place.page - 1}/{one.place.box_key}"


@pytest.mark.parametrize("rule", PAPER_RULES, ids=lambda rule: rule.id)
def test_examples_name_boxes_that_there_are(rule: Rule) -> None:
    form: Any = "ub04" if rule.setting == "facility" else "cms1500"
    for example in (*rule.breaks, *rule.keeps):
        pages = example.get(PAPER) or (example[FORM] if isinstance(example.get(FORM), list) else [])
        for page in pages:
            assert page.keys() <= box_keys(form), rule.id


@pytest.mark.parametrize("surface", ["paper", "x12", None])
def test_rules_of_paper_run_where_paper_is_judged(surface: Any, tmp_path: Any) -> None:
    from edi.pipeline import Options, Run, inputs, judge_inputs

    claim = build(sample("professional")).claim
    claim.claim_id = "A12345678901234"
    path = tmp_path / "c.claim.json"
    from edi.model.contract import to_json

    path.write_text(to_json(claim), encoding="utf-8")
    run = Run()
    for judged in judge_inputs(inputs([str(path)]), Options(surface=surface)):
        run.add(judged)
    rules = {f.rule for f in run.report().findings}
    assert ("FORM-FIT-001" in rules) == (surface == "paper")


def test_what_a_form_has_no_box_for_is_not_missing_on_it() -> None:
    """The payer's id and the address of the sender stand on the wire only."""
    found = found_on("cms1500", {"carrier.1": "PLAN"})
    assert not [f for f in found if (f.claim_path or "").startswith(("/submitter", "/receiver"))]
    assert not [f for f in found if (f.claim_path or "").endswith("/payer/id")]
