"""Payer rules of the user: severities, tightened guide lines, own rules, and what a wrong file is told."""

import dataclasses
import datetime as dt
import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import edi
from edi import payers, tables
from edi.errors import UnknownPayer
from edi.finding import Finding
from edi.model import pointer
from edi.model.claim import Claim
from edi.payers import CONDITIONS
from edi.pipeline import explain
from edi.rules import all_rules

ROOT = Path(__file__).resolve().parents[1]
CLEAN = ROOT / "samples" / "rules" / "professional.json"
FACILITY = ROOT / "samples" / "rules" / "facility.json"
REASON = 'reason = "because the plan says so"'


def overlay(folder: Path, body: str, name: str = "mine.toml") -> str:
    path = folder / name
    path.write_text(body, encoding="utf-8")
    return str(path)


def claim_of(path: Path = CLEAN, **changes: Any) -> Claim:
    made = edi.claim(edi.read_encounter(path))
    for where, value in changes.pop("at", {}).items():
        made = pointer.replace(made, where, value)
    return made


def of_rule(source: Any, rule: str, payer: str, **more: Any) -> list[Finding]:
    return [f for f in edi.check(source, payer=payer, show_values=True, **more).findings if f.rule == rule]


def x12(claim: Claim) -> bytes:
    return edi.write_837([claim], created=dt.datetime(2026, 3, 4), control_number=1)


# ---------------------------------------------------------------- what ships


@pytest.mark.parametrize("name", payers.shipped())
def test_shipped_payer_rules_keep_the_schema_and_name_rules_that_exist(name: str) -> None:
    Draft202012Validator(payers.overlay_schema()).validate(tables.toml(f"payers/{name}.toml"))
    assert edi.check(CLEAN, payer=name).files[0].payer_overlay == name


def test_strict_is_never_milder_than_the_rules_themselves() -> None:
    usual = {rule.id: rule.severity for rule in all_rules()}
    order = ("error", "warning", "info")
    changes = payers.load("strict").severities
    assert changes
    for id_, change in changes.items():
        assert change.to in order and order.index(change.to) < order.index(usual[id_]), id_


def test_a_strict_finding_says_who_made_it_an_error_and_why() -> None:
    given = json.loads(CLEAN.read_text(encoding="utf-8"))
    given["administrations"][0]["order"].pop("indication")
    text = json.dumps(given)
    for payer, severity in (("medicare", "warning"), ("strict", "error")):
        (found,) = of_rule(text, "DOC-NEC-004", payer)
        assert found.severity == severity
        assert found.overlay == ("strict" if payer == "strict" else None)
        assert (found.severity_reason is not None) == (payer == "strict")


# ---------------------------------------------------------------- policies


def test_a_finding_names_the_payer_rules_that_set_its_policy(tmp_path: Path) -> None:
    claim = claim_of(at={"/lines/1/modifiers": []})
    (found,) = of_rule(claim, "MOD-JW-001", "medicare")
    assert (found.policy, found.overlay) == ("jwjz_required = yes", "medicare")
    mine = overlay(tmp_path, 'inherits = "medicare"\n')
    (found,) = of_rule(claim, "MOD-JW-001", mine)
    assert found.overlay == "medicare", "inherited"
    (found,) = of_rule(claim, "MOD-JW-001", "commercial", policies={"jwjz_required": "yes"})
    assert found.overlay is None, "set by the call"
    (found,) = of_rule(claim, "MOD-JW-001", "textbook")
    assert found.overlay == "textbook"


def test_an_overlay_is_read_again_when_it_or_its_parent_changes(tmp_path: Path) -> None:
    parent = tmp_path / "parent.toml"
    parent.write_text('[policies]\nmissing_stop = "hold"\n', encoding="utf-8")
    child = overlay(tmp_path, 'inherits = "parent.toml"\n')
    first = payers.load(child)
    assert first.policies.missing_stop == "hold" and payers.load(child) is first
    assert first.ancestry == ("parent", "commercial")
    parent.write_text('[policies]\nmissing_stop = "calculate"\n# longer\n', encoding="utf-8")
    assert payers.load(child).policies.missing_stop == "calculate"


# ---------------------------------------------------------------- severities


@pytest.mark.parametrize("to", ["error", "warning", "info", "off"])
def test_severity_changes_apply_on_every_surface(tmp_path: Path, to: str) -> None:
    mine = overlay(tmp_path, f'inherits = "medicare"\n[severity.MOD-JW-001]\nto = "{to}"\n{REASON}\n')
    claim = claim_of(at={"/lines/1/modifiers": []})
    for source in (claim, x12(claim)):
        found = of_rule(source, "MOD-JW-001", mine)
        if to == "off":
            assert not found
            continue
        (one,) = found
        assert one.severity == to and one.policy
        changed = to != "error"
        assert one.overlay == ("mine" if changed else "medicare")
        assert one.severity_reason == ("because the plan says so" if changed else None)


def test_severity_of_a_rule_across_claims(tmp_path: Path) -> None:
    one, two = claim_of(), claim_of(at={"/claim_id": "OTHER"})
    assert any(f.rule == "PRO-DUP-001" for f in edi.check([one, two], payer="medicare").findings)
    text = 'inherits = "medicare"\n[severity.PRO-DUP-001]\nto = "{}"\n' + REASON
    softer = edi.check([one, two], payer=overlay(tmp_path, text.format("info")))
    assert {f.severity for f in softer.findings if f.rule == "PRO-DUP-001"} == {"info"}
    off = edi.check([one, two], payer=overlay(tmp_path, text.format("off"), "off.toml"))
    assert not [f for f in off.findings if f.rule == "PRO-DUP-001"]


def test_what_a_rule_says_mildly_is_not_made_graver(tmp_path: Path) -> None:
    """A rule may give warnings where it is usually an error: an overlay that says error leaves them."""
    mild = [
        (rule, f)
        for rule in all_rules()
        if rule.severity == "error"
        for f in edi.check(FACILITY, payer="commercial").findings
        if f.rule == rule.id and f.severity != "error"
    ]
    for rule, _ in mild:
        mine = overlay(tmp_path, f'[severity.{rule.id}]\nto = "error"\n{REASON}\n')
        assert {f.severity for f in of_rule(FACILITY, rule.id, mine)} != {"error"}


# ---------------------------------------------------------------- guide lines

LINES: list[tuple[str, dict[str, Any], str, str]] = [
    # line of the file, changes of the claim that break it, X12 address, JSON Pointer
    ('[guide."837P 2310B"]\nusage = "R"', {"/rendering_provider": None}, "2310B", "/rendering_provider"),
    (
        '[guide."2300/REF[G1]"]\nusage = "R"',
        {"/coverages/0/authorizations": None},
        "2300/REF[G1]",
        "/coverages/0/authorizations",
    ),
    ('[guide."2300/CLM/01"]\nmost = 5', {}, "2300/CLM/01", "/claim_id"),
    ('[guide."2010AA/N4/03"]\nleast = 9', {"/billing_provider/address/zip": "62701"}, "2010AA/N4/03",
     "/billing_provider/address/zip"),
    ('[guide."2000B/SBR/09"]\ncodes = ["CI"]', {}, "2000B/SBR/09", "/coverages/0/claim_filing"),
    ('[guide."2010BA/NM1/05"]\nusage = "R"', {}, "2010BA/NM1/05", "/patient"),
    ('[guide."2400"]\ncount = 1', {}, "2400", ""),
]  # fmt: skip


def guide_findings(source: Any, payer: str) -> list[Finding]:
    return of_rule(source, "PAYER-GUIDE", payer)


@pytest.mark.parametrize(("line", "changes", "address", "path"), LINES, ids=[line[0] for line in LINES])
def test_tightened_lines_hold_on_every_surface(
    tmp_path: Path, line: str, changes: dict[str, Any], address: str, path: str
) -> None:
    mine = overlay(tmp_path, f'inherits = "medicare"\n{line}\n{REASON}\n')
    claim = claim_of(at=changes)
    for source in (claim, x12(claim)):
        (found,) = guide_findings(source, mine)
        assert found.severity == "error" and found.snip == 7 and found.overlay == "mine"
        assert found.help == "because the plan says so."
        assert found.place.x12 is not None and found.place.x12.address == address
        assert (found.claim_path or "").startswith(path)
        assert found.message and found.source == "payer rules mine"
    assert guide_findings(x12(claim), mine)[0].record == "x12"


def test_tightened_lines_that_are_kept_say_nothing(tmp_path: Path) -> None:
    body = """
inherits = "medicare"
[guide."837P 2310B"]
usage = "R"
reason = "x"
[guide."2300/CLM/01"]
most = 20
reason = "x"
[guide."2010AA/N4/03"]
least = 9
reason = "x"
[guide."2000B/SBR/09"]
codes = ["MB", "MA"]
reason = "x"
[guide."2400"]
count = 9
reason = "x"
[guide."837I 2310A"]
usage = "R"
reason = "another guide"
"""
    mine = overlay(tmp_path, body)
    claim = claim_of()
    for source in (CLEAN, claim, x12(claim)):
        assert not guide_findings(source, mine)


def test_a_line_of_each_service_line_names_the_line(tmp_path: Path) -> None:
    body = f'inherits = "medicare"\n[guide."837P 2420A"]\nusage = "R"\nseverity = "warning"\n{REASON}\n'
    mine = overlay(tmp_path, body)
    claim = claim_of()
    for source in (claim, x12(claim)):
        found = guide_findings(source, mine)
        assert [f.place.line for f in found] == list(range(1, len(claim.lines) + 1))
        assert [f.claim_path for f in found] == [
            f"/lines/{i}/rendering_provider" for i in range(len(claim.lines))
        ]
        assert {f.severity for f in found} == {"warning"}


def test_one_fault_gives_one_finding(tmp_path: Path) -> None:
    """What the guide itself refuses is said by the guide alone."""
    mine = overlay(tmp_path, f'[guide."2300/CLM/01"]\nmost = 20\n{REASON}\n')
    raw = x12(claim_of()).replace(b"CLM*RULE-PROF*", b"CLM*" + b"A" * 39 + b"*")
    assert not guide_findings(raw, mine)
    raw = raw.replace(b"A" * 39, b"A" * 21)
    assert len(guide_findings(raw, mine)) == 1


def test_a_lower_snip_leaves_tightened_lines_out(tmp_path: Path) -> None:
    mine = overlay(tmp_path, f'[guide."2300/CLM/01"]\nmost = 5\n{REASON}\n')
    assert of_rule(CLEAN, "PAYER-GUIDE", mine) and not of_rule(CLEAN, "PAYER-GUIDE", mine, snip=6)


# ---------------------------------------------------------------- rules of the user

CASES: list[tuple[str, dict[str, Any], list[str]]] = [
    # conditions, changes of the claim, where it fires
    ('code = "96365"', {}, ["/lines/0/hcpcs"]),
    ('code = "9636*"', {}, ["/lines/0/hcpcs"]),
    ('code = ["j17*", "96365"]', {}, ["/lines/0/hcpcs", "/lines/1/hcpcs"]),
    ('code = "96366"', {}, []),
    ('not_code = ["9*"]', {}, ["/lines/1/hcpcs"]),
    ('modifier = "JZ"', {}, ["/lines/1/modifiers"]),
    ('code = "J*", not_modifier = ["JW", "JZ"]', {}, []),
    ('code = "J*", not_modifier = ["JW", "JZ"]', {"/lines/1/modifiers": []}, ["/lines/1/modifiers"]),
    ('place = "11", setting = "professional", code = "96365"', {}, ["/lines/0/hcpcs"]),
    ('code = "96365", place = "11"', {"/lines/0/place_of_service": "11"}, ["/lines/0/place_of_service"]),
    ('code = "96365", not_place = "11"', {}, []),
    ('code = "96365", not_place = ["12", "22"]', {}, ["/lines/0/hcpcs"]),
    ('code = "96365", amount_over = 100', {"/lines/0/charge": "100.01"}, ["/lines/0/charge"]),
    ('code = "96365", amount_over = 100', {"/lines/0/charge": "100.00"}, []),
    ('code = "96365", amount_over = 99.99', {"/lines/0/charge": "100.00"}, ["/lines/0/charge"]),
    ('code = "96365", amount_under = "100.00"', {"/lines/0/charge": "99.99"}, ["/lines/0/charge"]),
    ('code = "96365", amount_under = "100.00"', {"/lines/0/charge": "100"}, []),
    ('code = "96365", units_over = 1', {"/lines/0/units": "2"}, ["/lines/0/units"]),
    ('code = "96365", units_over = 1', {"/lines/0/units": "1"}, []),
    ('code = "J*", missing = "ndc"', {"/lines/1/ndc": None}, ["/lines/1/ndc"]),
    ('code = "J*", not_missing = "ndc"', {}, ["/lines/1/ndc"]),
    ('code = "J*", missing = "rendering_provider"', {}, []),
    ('code = "96365", missing = "authorization"', {}, ["/coverages/0/authorizations"]),
    ('missing = "note"', {}, ["/note"]),
    ('missing = "note"', {"/note": "SEEN"}, []),
    ('missing = ["rendering_provider", "referring_provider"]', {}, ["/referring_provider"]),
    ('total_over = 1', {}, ["/total_charge"]),
    ('setting = "facility"', {}, []),
    ('setting = "professional", claim_code = "J*"', {}, ["/lines/1/hcpcs"]),
    ('code = "96365", not_claim_code = "J*"', {}, []),
    ('code = "96365", not_claim_code = "Q*"', {}, ["/lines/0/hcpcs"]),
    ('diagnosis = "D50*"', {}, ["/diagnoses/0/code"]),
    ('diagnosis = "D509"', {}, ["/diagnoses/0/code"]),
    ('claim_filing = ["MA", "MB"]', {}, ["/coverages/0/claim_filing"]),
    ('payer_id = "99001"', {}, ["/coverages/0/payer/id"]),
    ('provider_npi = "1234567893"', {}, ["/billing_provider/npi"]),
    ('not_provider_npi = "1999999999", setting = "professional"', {}, ["/billing_provider/npi"]),
    ('provider_taxonomy = "207R*"', {}, ["/billing_provider/taxonomy"]),
    ('bill_type = "13*"', {}, []),
]  # fmt: skip


def own_rule(when: str, more: str = "") -> str:
    return (
        'inherits = "medicare"\n[[rule]]\nid = "MINE-001"\nmessage = "it is {line} {code}"\n'
        f'help = "Mend it."\nseverity = "warning"\n{more}\nwhen = {{ {when} }}\n'
    )


@pytest.mark.parametrize(("when", "changes", "paths"), CASES, ids=[f"{c[0]}-{len(c[1])}" for c in CASES])
def test_conditions(tmp_path: Path, when: str, changes: dict[str, Any], paths: list[str]) -> None:
    mine = overlay(tmp_path, own_rule(when))
    claim = claim_of(at=changes)
    found = of_rule(claim, "MINE-001", mine)
    assert sorted({f.claim_path or "" for f in found}) == paths
    for one in found:
        assert (one.overlay, one.severity, one.snip, one.help) == ("mine", "warning", 7, "Mend it.")
        assert one.source == "payer rules mine"
    assert len(of_rule(x12(claim), "MINE-001", mine)) == len(found), "the same on the wire"


def test_every_condition_is_tried_and_documented() -> None:
    tried = {name for when, _, _ in CASES for name in re.findall(r"(\w+) =", when)}
    page = (ROOT / "docs" / "payers.md").read_text(encoding="utf-8")
    for one in CONDITIONS:
        assert f"`{one.name}`" in page, one.name
    by_hand = {"revenue_code", "ndc", "units_under"}
    assert {c.name for c in CONDITIONS} - tried - {n.removeprefix("not_") for n in tried} <= by_hand


def test_conditions_of_facility_lines(tmp_path: Path) -> None:
    mine = overlay(
        tmp_path, own_rule('revenue_code = "026*", units_under = 2, not_ndc = "0*", bill_type = "013*"')
    )
    claim = claim_of(FACILITY)
    wanted = [
        i
        for i, line in enumerate(claim.lines)
        if (line.revenue_code or "").startswith("026") and line.units == 1
    ]
    assert wanted and [f.place.line for f in of_rule(claim, "MINE-001", mine)] == [i + 1 for i in wanted]


def test_a_rule_per_claim_and_the_values_of_a_message(tmp_path: Path) -> None:
    mine = overlay(tmp_path, own_rule('code = ["96365", "J*"]', 'per = "claim"'))
    (found,) = of_rule(claim_of(), "MINE-001", mine)
    assert found.place.line is None and found.message == "it is 1 96365"
    mine = overlay(
        tmp_path, own_rule('code = "J*"').replace("{line} {code}", "{charge} {units} {modifiers} {place}")
    )
    (found,) = of_rule(claim_of(), "MINE-001", mine)
    line = claim_of().lines[1]
    assert found.message == f"it is {line.charge} {line.units} JZ 11"


def test_paths_of_encounters_lead_into_the_encounter(tmp_path: Path) -> None:
    mine = overlay(tmp_path, own_rule('code = "96365", amount_over = 1'))
    (found,) = of_rule(CLEAN, "MINE-001", mine)
    assert found.record == "encounter" and found.path == "/administrations/0"


def test_rules_are_inherited_and_replaced(tmp_path: Path) -> None:
    overlay(tmp_path, own_rule('code = "96365"'), "parent.toml")
    child = overlay(tmp_path, 'inherits = "parent.toml"\n')
    (found,) = of_rule(CLEAN, "MINE-001", child)
    assert found.overlay == "parent"
    own = own_rule('code = "J*"').replace('"medicare"', '"parent.toml"')
    (found,) = of_rule(CLEAN, "MINE-001", overlay(tmp_path, own, "other.toml"))
    assert found.overlay == "other" and found.place.line == 2
    off = f'inherits = "parent.toml"\n[severity.MINE-001]\nto = "off"\n{REASON}\n'
    assert not of_rule(CLEAN, "MINE-001", overlay(tmp_path, off, "off.toml"))


# ---------------------------------------------------------------- wrong files

WRONG = [
    ('titel = "x"', "titel: there is no such key; did you mean title?"),
    ("[policies]\nmissing_stop = 'guess'", "policies.missing_stop is one of push, calculate, hold"),
    ("[policies]\nmising_stop = 'push'", "policies.mising_stop: there is no such key; did you mean missing_"),
    ("[policies]\nhydration_minimum = 300", "policies.hydration_minimum is a number from 1 to 240"),
    ("[policies.rev_admin_policy]\n96365 = '26'", "policies.rev_admin_policy"),
    ("policies = 3", "policies must be a table"),
    ("[match]\npayer = ['1']", "match.payer: there is no such key; did you mean payer_id?"),
    ("[match]\npayer_id = '1'", "match.payer_id must be a list in brackets"),
    ("[severity.INF-TIME-008]\nto = 'warn'\n" + REASON, "severity.INF-TIME-008.to is one of"),
    ("[severity.INF-TIME-008]\nto = 'error'", "severity.INF-TIME-008: reason is missing"),
    ("[severity.INF-TIME-008]\nto = 'error'\nreason = ' '", "severity.INF-TIME-008.reason is empty"),
    ("[severity.INF-TIM-008]\nto = 'error'\n" + REASON, "did you mean INF-TIME-008?"),
    ("[severity.X12-SEG-MISSING]\nto = 'info'\n" + REASON, "there is no such rule"),
    ("[guide.'2310Z']\nusage = 'R'\n" + REASON, "no guide has this address; did you mean 2310"),
    ("[guide.'2300/REF']\nusage = 'R'\n" + REASON, "several segments are REF there"),
    ("[guide.'837X 2310B']\nusage = 'R'\n" + REASON, "write 837P or 837I"),
    ("[guide.'2310B NM1']\nusage = 'R'\n" + REASON, "write 837P or 837I"),
    ("[guide.'2300/CLM']\nusage = 'S'\n" + REASON, "usage S would loosen what is required"),
    ("[guide.'2300/CLM/01']\nmost = 39\n" + REASON, "most 39 would loosen what is 38"),
    ("[guide.'2010AA/N4/03']\nleast = 2\n" + REASON, "least 2 would loosen what is 3"),
    ("[guide.'2010AA/N4/03']\nleast = 9\nmost = 5\n" + REASON, "no value is 9 or more and 5 or fewer"),
    ("[guide.'837P 2400']\ncount = 51\n" + REASON, "count 51 would loosen what is 50"),
    ("[guide.'837P 2000B/SBR/01']\ncodes = ['P', '!']\n" + REASON, "code ! would loosen the line"),
    ("[guide.'2300/CLM/05']\nmost = 5\n" + REASON, "only an element has a length"),
    ("[guide.'2300']\nusage = 'R'\n" + REASON, "loops that hold claims or levels cannot be asked for"),
    ("[guide.'2300/CLM/01']\nmost = 5", "reason is missing"),
    (own_rule("cod = '96365'"), "rule[1].when.cod: there is no such key; did you mean code?"),
    (own_rule(""), "rule[1].when is empty"),
    (own_rule("code = 96365"), "rule[1].when.code must be text in quotes or a list in brackets"),
    (own_rule("amount_over = 'much'"), "rule[1].when.amount_over is a number"),
    (own_rule("not_amount_over = 3"), "rule[1].when.not_amount_over: there is no such key"),
    (own_rule("missing = 'ndcc'"), "there is no key ndcc; did you mean ndc?"),
    (own_rule("code = 'J*'").replace("{code}", "{cod}"), "rule[1].message: there is no {cod}; did you mean"),
    (own_rule("code = 'J*'").replace("{code}", "{code"), "rule[1].message"),
    (own_rule("code = 'J*'").replace("MINE-001", "mine"), "rule[1].id is capitals and digits"),
    (own_rule("code = 'J*'").replace("MINE-001", "MOD-JW-001"), "a rule of the program has this id"),
    (own_rule("code = 'J*'") + own_rule("code = 'Q*'").partition("\n")[2], "two rules have one id"),
    ("inherits = 'medicair'", "did you mean medicare?"),
    ("inherits = 'mine.toml'", "inherit from themselves"),
    ("= 3", "not a TOML file"),
]  # fmt: skip


@pytest.mark.parametrize(("body", "words"), WRONG, ids=range(len(WRONG)))
def test_a_wrong_file_is_told_what_is_wrong(tmp_path: Path, body: str, words: str) -> None:
    with pytest.raises(UnknownPayer) as caught:
        edi.check(CLEAN, payer=overlay(tmp_path, body))
    assert words in str(caught.value) and "mine" in str(caught.value)


def test_all_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    body = "titel = 'x'\n[policies]\nmissing_stop = 'guess'\n"
    with pytest.raises(UnknownPayer) as caught:
        edi.check(CLEAN, payer=overlay(tmp_path, body))
    assert "titel" in str(caught.value) and "missing_stop" in str(caught.value)


def test_a_record_that_names_a_wrong_file_is_a_finding(tmp_path: Path) -> None:
    given = json.loads(CLEAN.read_text(encoding="utf-8"))
    wrong = overlay(tmp_path, f'[guide."2300/CLM/01"]\nmost = 50\n{REASON}\n')
    report = edi.check(json.dumps({**given, "payer_overlay": wrong}))
    assert [f.rule for f in report.findings] == ["INPUT-PAYER"] and "loosen" in report.findings[0].message


def test_a_child_cannot_loosen_what_its_parent_tightened(tmp_path: Path) -> None:
    overlay(tmp_path, f'[guide."2300/CLM/01"]\nmost = 10\n{REASON}\n', "parent.toml")
    child = f'inherits = "parent.toml"\n[guide."2300/CLM/01"]\nmost = {{}}\n{REASON}\n'
    edi.check(CLEAN, payer=overlay(tmp_path, child.format(9)))
    with pytest.raises(UnknownPayer, match="most 12 would loosen what is 10"):
        edi.check(CLEAN, payer=overlay(tmp_path, child.format(12), "wider.toml"))


# ---------------------------------------------------------------- pages


def test_the_page_of_payer_rules_shows_it_all(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "payers.md").read_text(encoding="utf-8")
    match = re.search(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert match is not None
    mine = overlay(tmp_path, match[1])
    page = explain(mine)
    for word in ("commercial", "INF-TIME-008", "837P 2310B", "2300/CLM/01", "PLAN-001", "PLAN-002", "J1745"):
        assert word in page
    assert "DOC-NEC-004" in explain("strict") and "set by" in explain("medicare")


def test_the_example_of_the_page_does_what_it_says(tmp_path: Path) -> None:
    text = (ROOT / "docs" / "payers.md").read_text(encoding="utf-8")
    match = re.search(r"^```toml\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    assert match is not None
    mine = overlay(tmp_path, match[1])
    changes = {"/lines/1/hcpcs": "J1745", "/lines/1/charge": "1000.01", "/rendering_provider": None}
    claim = claim_of(at={**changes, "/place_of_service": "22", "/claim_id": "A" * 21})
    said = {f.rule: f for f in edi.check(claim, payer=mine).findings if f.overlay == "mine"}
    assert said["PLAN-001"].message == "line 2: J1745 of 1000.01 dollars has no authorization"
    assert said["PLAN-002"].severity == "warning" and said["PAYER-GUIDE"].severity == "error"
    kept = claim_of(at={"/lines/1/hcpcs": "J1745", "/lines/1/charge": "1000.00"})
    assert not [f for f in edi.check(kept, payer=mine).findings if f.rule.startswith(("PLAN", "PAYER"))]


def test_policies_are_settled_once() -> None:
    """A claim costs no type hints, no TOML and no schema: the same objects come back."""
    medicare = payers.load("medicare")
    assert payers.load("medicare") is medicare
    assert payers.with_policies(medicare.policies, {}, where="test") is medicare.policies
    settled = medicare.policies.settled(setting="facility", claim_filing="MB")
    assert settled.settled(setting="facility", claim_filing="MB") is settled
    assert dataclasses.asdict(settled) != dataclasses.asdict(medicare.policies)
    assert Decimal(medicare.policies.hydration_minimum) == 31
