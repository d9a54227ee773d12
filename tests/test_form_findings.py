"""A form says what its claim says: the same findings, less those about what a form cannot show.

The samples of both settings, every example of every rule that looks at the claim alone, and the worked cases
of paper go onto their forms and back, through the doors that everybody uses.
"""

import dataclasses
import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edi.checking import check_case
from edi.coding.assembly import line_kind
from edi.finding import Finding
from edi.model import pointer
from edi.model.claim import Claim
from edi.model.contract import to_json
from edi.pipeline import Options, inputs, judge_inputs
from edi.rules import Case, Rule, all_rules
from edi.rules.about import FORM, ON, PAPER, READ, SISTER
from forms.filling import fill
from forms.taking import take
from rule_cases import build, case_of, on_form, sample, sample_names

ROOT = Path(__file__).resolve().parents[1]
CLAIMS = sorted((ROOT / "samples" / "claims").glob("*.claim.json"))
WITHOUT_LINES = "stop-before-start"
"""A claim without lines: a form shows its place of service and its practitioner on the lines."""


def judged(path: Path, **options: Any) -> tuple[Counter[tuple[str, ...]], str | None]:
    """Rule, severity and box of the errors and warnings of one file, and the payer rules."""
    (found,) = judge_inputs(inputs([str(path)]), Options(**options))
    told: Counter[tuple[str, ...]] = Counter(
        (f.rule, f.severity, f.place.box or "") for f in found.findings if f.severity != "info"
    )
    return told, found.overlay.name if found.overlay else None


@pytest.mark.parametrize("path", CLAIMS, ids=lambda path: path.name.partition(".")[0])
def test_a_sample_has_the_same_findings_on_its_form(path: Path) -> None:
    name = path.name.removesuffix(".claim.json")
    of_claim, payer = judged(path, surface="paper")
    # the UB-04 does not say what kind of insurance it is, so the payer rules are named
    of_form, _ = judged(ROOT / "samples" / "forms" / f"{name}.boxes.json", payer=payer)
    more = of_form - of_claim
    assert of_claim - of_form == Counter()
    assert more == Counter() or name == WITHOUT_LINES


# ---------------------------------------------------------------- every rule

NO_BOX = """FAC-CC-001 FAC-OC-001 FAC-REV-002 F15-29-001 FAC-PX-001 MOD-PX-001 PAT-WEIGHT-001 COB-BAL-001
    COB-BAL-003 COB-PAID-001 CLM-K3-001 PRO-AUTH-001 PRO-AUTH-002 PRO-COB-001 PRO-ELIG-001 PRO-POS-002
    SBR-COV-002 SBR-COV-004 CLM-READ-001 PAT-DEATH-001 SBR-FILING-001 FAC-DRG-001 PRV-PLAN-001 PRO-TAX-001
    PRO-TF-001 PRV-NAME-003 SBR-COV-005 SBR-COV-006 FAC-VC-002"""
"""They look at what has no box: accident of a facility claim, department, weight, death, other payers'
decisions, dates of coverage, delay reason, filing code of a facility claim, what was not read before."""
MENDED = """F15-1A-001 F15-21-001 F15-24D-001 F15-25-001 F04-42-001 F04-50-001 FAC-HOUR-002 FAC-ACC-001
    CLM-TOTAL-001 CLM-AMT-001 FAC-TOB-002 NDC-QUAL-001 NDC-UOM-001 SBR-REL-001 SBR-COV-001 SBR-COV-003
    FAC-ADM-002 PRO-FREQ-003 PRO-POS-004"""
"""What they find is mended, or hidden, by how a form writes: no hyphens and dots, payers in rows, cents,
places on each line."""
LEFT_OFF = """DATE-002 F15-06-001 F15-12-001 F15-14-001 CLM-CODES-001 MOD-CNT-001 PRV-ID-001 SBR-NAME-001
    SBR-COUNT-001 PRO-DX-002 PRV-TAX-001 PRV-TAX-002 DATE-001 DATE-004 NDC-QTY-001 PRO-DX-001 PRO-POS-003
    PRV-NPI-001"""
"""What they find is left off: second dates, codes and names of a box, what Medicare wants empty."""
NAMES = "FAC-PROV-002 PRV-NAME-004 PRO-ORD-002 PRV-NAME-001 PRV-NAME-002"
"""A form shows a name and does not say whether it is that of a person or of an organization."""
KINDS = "DRUG-UNIT-003 FAC-CONS-001 FAC-REV-004 NDC-REQ-001 NDC-REQ-002 PRO-POS-005"
"""Whether a line is a drug a form does not say, but its code."""
LINE_NOTES = "DRUG-NOC-001 LINE-DESC-002"
"""A form has no notes of lines."""
SPECIALTIES = "INF-ENC-004 INF-PUSH-005 MOD-25-001"
"""A form does not say which specialty a practitioner has."""
EMPTY = "F04-31-001 F04-39-001 F04-44-001 FAC-PROV-003 SBR-PAYER-001 PRO-REND-001"
"""A record without any value leaves nothing on a form."""
OTHERWISE = frozenset(
    f"{NO_BOX} {MENDED} {LEFT_OFF} {NAMES} {KINDS} {LINE_NOTES} {SPECIALTIES} {EMPTY}".split()
)


def examples() -> list[Any]:
    """The examples that break a rule about the claim alone."""
    found = []
    for rule in all_rules():
        if rule.needs - {"received"} or rule.on != "claim" or rule.across:
            continue
        for n, example in enumerate(rule.breaks):
            if not example.keys() & {PAPER, FORM, READ, SISTER, ON}:
                found.append(pytest.param(rule, n, id=f"{rule.id}-{n}"))
    return found


def of_rule(case: Case, rule: Rule, record: Any) -> list[str]:
    return [f.severity for f in check_case(case, record=record) if f.rule == rule.id]


def paper_case(rule: Rule, n: int) -> Case:
    """The case of an example on its form; which form it is says the setting of a claim that does not."""
    case = case_of(rule, rule.breaks[n])
    on_form(case, True)
    if case.claim.setting is None:
        setting: Any = "facility" if case.form == "ub04" else "professional"
        case.claim = dataclasses.replace(case.claim, setting=setting)
    return case


def through_the_form(case: Case) -> Case:
    """The case of the claim that is read of the form of a claim."""
    filled = fill(case.claim)
    taken = take(filled.form, filled.pages)
    for line in taken.claim.lines:
        line.kind = line_kind(line.hcpcs, case.lists)
    return dataclasses.replace(
        case,
        claim=taken.claim,
        paper=tuple(filled.pages),
        paper_sources=tuple(taken.sources(len(filled.pages))),
        paper_problems=tuple(taken.problems),
    )


@pytest.mark.parametrize(("rule", "n"), examples())
def test_an_example_breaks_its_rule_on_the_form_too(rule: Rule, n: int) -> None:
    case = paper_case(rule, n)
    before = of_rule(case, rule, "claim")
    after = of_rule(through_the_form(case), rule, "boxes")
    if rule.id not in OTHERWISE:
        assert after == before
    else:
        assert len(after) <= len(before)


def test_the_list_of_what_is_otherwise_on_forms_is_no_longer_than_it_must_be() -> None:
    needed = set()
    for one in examples():
        rule, n = one.values
        case = paper_case(rule, n)
        if of_rule(case, rule, "claim") != of_rule(through_the_form(case), rule, "boxes"):
            needed.add(rule.id)
    assert needed == OTHERWISE


@pytest.mark.parametrize("name", sample_names())
def test_clean_samples_are_clean_on_their_forms(name: str) -> None:
    case = build(sample(name))
    case.assembled = None
    on_form(case, True)
    for one, record in ((case, "claim"), (through_the_form(case), "boxes")):
        found = [f for f in check_case(one, record=record) if f.severity != "info"]  # type: ignore[arg-type]
        # names of the samples that are longer than their boxes
        assert [(f.rule, f.message) for f in found if f.rule != "FORM-FIT-001"] == []


# ---------------------------------------------------------------- the worked cases of paper


def through_the_door(
    claim: Claim, tmp_path: Path, **options: Any
) -> tuple[list[dict[str, str]], list[Finding]]:
    """The pages of a claim, and the findings of these pages as an input."""
    filled = fill(claim)
    path = tmp_path / "form.boxes.json"
    path.write_text(json.dumps({"form": filled.form, "pages": filled.pages}), encoding="utf-8")
    (found,) = judge_inputs(inputs([str(path)]), Options(**options))
    return filled.pages, found.findings


def patched(base: str, **patch: Any) -> Claim:
    claim = build(sample(base)).claim
    for path, value in patch.items():
        claim = pointer.replace(claim, path, value)
    return claim


def rules_of(found: list[Finding]) -> dict[str, str]:
    return {f.rule: f.severity for f in found}


def test_f27_eight_lines_are_two_forms_of_six_and_two(tmp_path: Path) -> None:
    line = {
        "hcpcs": "99213", "units": "1", "unit": "UN", "charge": "10.00", "service_date": "2026-03-03",
        "diagnosis_pointers": [1],
    }  # fmt: skip
    codes = ("99213", "99214", "96372", "J1756", "36415", "85025", "80053", "81001")
    claim = patched(
        "professional", **{"/lines": [{**line, "hcpcs": c} for c in codes], "/total_charge": "80"}
    )
    pages, found = through_the_door(claim, tmp_path)
    assert [sum(f"24D.{n}" in page for n in range(1, 7)) for page in pages] == [6, 2]
    assert [page["28"] for page in pages] == ["CONTINUED", "80 00"]
    assert rules_of(found)["PRO-LINE-001"] == "info"
    assert pages[1]["2"] == pages[0]["2"] and pages[1]["24D.2"] == "81001"
    (taken,) = [take("cms1500", pages)]
    assert [one.hcpcs for one in taken.claim.lines] == list(codes) and taken.claim.total_charge == 80


def test_f27_two_sheets_that_are_typed_are_one_claim_of_eight_lines(tmp_path: Path) -> None:
    head = {key: text for key, text in fill(build(sample("professional")).claim).pages[0].items()
            if not key.startswith("24") and key != "28"}  # fmt: skip
    codes = ("99213", "99214", "96372", "J1756", "36415", "85025", "80053", "81001")

    def row(n: int, code: str) -> dict[str, str]:
        columns = {"24A.from": "03/03/2026", "24B": "11", "24D": code, "24E": "A", "24F": "10.00", "24G": "1"}
        return {f"{column}.{n}": text for column, text in columns.items()}

    pages = [head | {"28": "CONTINUED"}, head | {"28": "80 00"}]
    for n, code in enumerate(codes):
        pages[n // 6] |= row(n % 6 + 1, code)
    path = tmp_path / "typed.boxes.json"
    path.write_text(json.dumps({"form": "cms1500", "pages": pages}), encoding="utf-8")
    (found,) = judge_inputs(inputs([str(path)]), Options())
    assert found.claim is not None and found.claim.total_charge == 80
    assert [line.hcpcs for line in found.claim.lines] == list(codes)
    (one,) = [f for f in found.findings if f.rule == "PRO-LINE-001"]
    assert one.severity == "info" and one.path == "/pages/1/24D.1"
    assert not [f for f in found.findings if f.rule in ("FORM-READ-002", "F15-28-001")]
    again = fill(found.claim).pages
    assert [[page.get(f"24D.{n}") for n in range(1, 7)] for page in again] == [
        list(codes[:6]), [*codes[6:], None, None, None, None]
    ]  # fmt: skip
    # a sheet that says something else above its lines
    other = pages[1] | {"1a": "ANOTHER"}
    path.write_text(json.dumps({"form": "cms1500", "pages": [pages[0], other]}), encoding="utf-8")
    (found,) = judge_inputs(inputs([str(path)]), Options())
    (one,) = [f for f in found.findings if f.rule == "FORM-READ-002"]
    assert (one.path, one.place.page, one.place.box) == ("/pages/1/1a", 2, "1a")


@pytest.mark.parametrize(("base", "box", "text"), [
    ("professional", "24.shaded.2", "N400409123401   UN1"), ("facility", "FL43.2", "N400409123401UN1"),
])  # fmt: skip
def test_f32_an_ndc_of_four_four_two_is_padded(base: str, box: str, text: str, tmp_path: Path) -> None:
    patch = {"/lines/1/ndc": "0409-1234-01", "/lines/1/ndc_quantity": "1", "/lines/1/ndc_unit": "UN"}
    pages, found = through_the_door(patched(base, **patch), tmp_path)
    assert pages[0][box] == text
    assert not {rule for rule in rules_of(found) if rule.startswith(("NDC-FMT", "F04-43"))}
    # ten digits without hyphens are three different drugs
    pages, found = through_the_door(patched(base, **{**patch, "/lines/1/ndc": "0409123401"}), tmp_path)
    assert rules_of(found).get("NDC-FMT-002") == "error" or rules_of(found).get("F04-43-001") == "error"


def test_f34_an_mbi_has_no_hyphens_on_paper(tmp_path: Path) -> None:
    pages, found = through_the_door(
        patched("professional", **{"/coverages/0/member_id": "1EG4-TE5-MK73"}), tmp_path
    )
    assert pages[0]["1a"] == "1EG4TE5MK73"
    assert "F15-1A-001" not in rules_of(found)
    pages, found = through_the_door(
        patched("professional", **{"/coverages/0/member_id": "1SG4-TE5-MK73"}), tmp_path
    )
    assert rules_of(found)["F15-1A-001"] == "error"
    (one,) = [f for f in found if f.rule == "F15-1A-001"]
    assert (one.path, one.place.box, one.claim_path) == ("/pages/0/1a", "1a", "/coverages/0/member_id")


CASES: list[tuple[str, str, dict[str, Any], str | None, str]] = [
    ("F01", "professional", {}, None, ""),
    ("F02", "facility", {}, None, ""),
    ("F05", "professional", {"/place_of_service": "22"}, "PRO-POS-001", "error"),
    ("F07", "professional", {"/place_of_service": "49"}, None, ""),
    ("F12", "professional", {"/lines/0/hcpcs": "96366"}, "INF-INIT-008", "error"),
    ("F14", "professional", {"/lines/0/hcpcs": "96365", "/lines/0/units": "2"}, "INF-INIT-009", "error"),
    ("F16", "professional", {"/lines/1/modifiers": []}, "MOD-JW-001", "error"),
    ("F29", "replacement-facility", {"/condition_codes": []}, "FAC-TOB-004", "error"),
    ("F38", "professional", {"/lines/0/hcpcs": "96376"}, "INF-PUSH-002", "error"),
    ("F42", "chemo-facility", {"/diagnoses": [{"code": "C50.911"}, {"code": "Z51.11"}]}, "PRO-DX-004",
     "warning"),
    ("F44", "professional", {"/total_charge": "640.00"}, "F15-28-001", "error"),
    ("F44", "facility", {"/total_charge": "640.00"}, "F15-28-001", "error"),
    ("F45", "professional", {"/place_of_service": "12"}, "PRO-POS-004", "warning"),
]  # fmt: skip


@pytest.mark.parametrize(("case", "base", "patch", "rule", "severity"), CASES)
def test_the_worked_case_gives_its_finding_on_paper(
    case: str, base: str, patch: dict[str, Any], rule: str | None, severity: str, tmp_path: Path
) -> None:
    claim = patched(base, **patch)
    payer = "medicare" if claim.coverages[0].claim_filing in ("MA", "MB") else None
    _, found = through_the_door(claim, tmp_path, payer=payer)
    told = rules_of(found)
    if rule is not None:
        assert told.get(rule) == severity, (case, told)
    else:
        assert {r for r, s in told.items() if s == "error"} == set(), case
    (direct,) = judge_inputs(_held(claim, tmp_path), Options(surface="paper", payer=payer))
    others = {f.rule for f in direct.findings if f.severity != "info"}
    assert others == {r for r, s in told.items() if s != "info"}, case


def _held(claim: Claim, tmp_path: Path) -> Any:
    path = tmp_path / "c.claim.json"
    path.write_text(to_json(claim), encoding="utf-8")
    return inputs([str(path)])


def test_places_are_those_of_the_boxes() -> None:
    """A finding of a claim that goes to a form has its sheet and box."""
    line = build(sample("facility")).claim.lines[0]
    lines = tuple(dataclasses.replace(line, revenue_code=f"0{700 - n}") for n in range(30))
    case = build(sample("facility"))
    case.assembled = None
    case.claim = dataclasses.replace(case.claim, lines=lines, total_charge=Decimal(1))
    on_form(case, True)
    wrong = dataclasses.replace(lines[0], units=Decimal(0))
    case.claim = dataclasses.replace(case.claim, lines=(wrong, *lines[1:]))
    on_form(case, True)
    case.forget_places()
    (one,) = [f for f in check_case(case, record="claim") if f.claim_path == "/lines/0/units"]
    # the form sorts by revenue code, so the first line of the claim is the last of the bill
    assert (one.place.page, one.place.box_key, one.place.box) == (2, "FL46.8", "FL 46")
