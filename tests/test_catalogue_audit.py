"""The rules beside the rules catalogue, row by row: severity, confidence, what differs and why, denials.

The outcome of the comparison is `schemas/rule_ids.csv`; these tests keep it true. Those that read the
catalogue itself are left out where it is not beside the project.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from edi import tables
from edi.rules import all_rules, rule_by_id
from edi.rules.denials import denials

CATALOGUE = Path(__file__).parents[1].parent / "shared/reference/rules.md"
GOLDEN = Path(__file__).parent / "golden" / "rules"
ROWS = tables.rows("rule_ids.csv")
SEVERITIES = ("error", "warning", "info", "policy", "")
JUDGED = ("same", "differs", "part", "none")
TABLE_ID = re.compile(r"(INF|MOD|DRUG|FAC|PRO|F15|F04)-[A-Z0-9]+(-[A-Z0-9]+)*|ENV-\d\d|[PI]\d\d")
CORRECTED = {
    "INF-SEQ-001": "0.5 no. 1",
    "FAC-CC-001": "0.5 no. 30",
    "FAC-REV-008": "0.5 no. 30",
    "FAC-REV-009": "0.5 no. 30",
    "FAC-OFF-001": "0.5 no. 36",
    "INF-ENC-004": "PRO-GAP-001 is a remark, INF-ENC-004 and MOD-25-003 the error",
}
"""Rules whose severity a correction changed."""
NOT_FORETOLD = {
    "INF-HYD-010": "a remark",
    "INF-HYD-011": "a remark",
    "INF-ENC-002": "a remark",
    "MOD-52-001": "a remark",
    "PRO-POS-006": "a remark",
    "FAC-CONS-001": "a remark: the point of origin does not tell a covered stay",
    "FAC-OFF-001": "a remark",
    "PRO-REND-002": "returned by 999 or 277CA, not denied",
    "PRO-DX-002": "returned by 999, not denied",
    "PRO-DX-005": "returned by 999 or 277CA, not denied",
    "PRO-LINE-002": "returned by 999, not denied",
    "FAC-LINE-001": "returned by 999, not denied",
    "PRO-TAX-001": "N288 is about the rendering provider, the rule about the billing one",
    "PRO-AUTH-002": "15 is an older text of 198",
}
"""Rows of the catalogue whose reason or remark codes are not all foretold, and why."""


@cache
def worst() -> dict[str, set[str]]:
    """Rule -> severities that its examples give, by the golden files."""
    found: dict[str, set[str]] = {}
    for path in GOLDEN.glob("*.txt"):
        rule = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith(" "):
                rule = line.split()[0]
            elif line.startswith("    "):
                found.setdefault(rule, set()).add(line.split()[0])
    return found


def naming(rule: str) -> list[dict[str, str]]:
    """Rows that map to a rule."""
    return [row for row in ROWS if rule in row["our_id"].split()]


def test_rows_are_judged() -> None:
    for row in ROWS:
        assert row["severity"] in SEVERITIES and row["confidence"] in ("H", "M", "L", ""), row
        assert row["judged"] in (JUDGED if row["catalogue_id"] else ("",)), row
        if row["judged"] != "same":
            assert row["reason"], f"{row['catalogue_id']} does not say what differs"
        if row["status"] in ("later", "not built"):
            assert row["judged"] == "none", row


def test_only_what_is_of_high_confidence_is_an_error() -> None:
    """A rule of lower confidence, or of none, says in its row why it gives errors all the same."""
    assert len(worst()) > 300
    for rule, severities in worst().items():
        if "error" in severities:
            assert any(row["confidence"] == "H" or row["reason"] for row in naming(rule)), rule


def test_a_row_that_is_the_same_has_the_severity_of_the_catalogue() -> None:
    wrong = []
    for row in ROWS:
        ours = row["our_id"].split()
        if row["judged"] != "same" or row["severity"] not in ("error", "warning", "info") or len(ours) != 1:
            continue
        rule = rule_by_id(ours[0])
        if rule is not None and rule.id not in CORRECTED and row["severity"] != rule.severity:
            wrong.append((row["catalogue_id"], row["severity"], rule.id, rule.severity))
    assert wrong == []


SOURCES = re.compile(
    r"005010|CMS|rules catalogue|UB-04|HCPCS|CPT|CFR|ICD-10|X12|NCCI|Noridian|MAC article|NAHRI|contract|"
    r"[Nn]ational|source article"
)


def test_every_rule_names_its_source() -> None:
    assert [rule.id for rule in all_rules() if not SOURCES.search(rule.source)] == []


def _table_rows() -> Iterator[tuple[list[str], list[str]]]:
    """Rows of the catalogue's tables of rules with the names of their columns."""
    head: list[str] = []
    for line in CATALOGUE.read_text(encoding="utf-8").splitlines():
        if not line.startswith("|"):
            head = []
            continue
        cells = [cell.strip() for cell in line.split("|")[1:-1]]
        if cells[0] == "ID":
            head = cells
        elif head and TABLE_ID.fullmatch(cells[0]):
            yield head, cells


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the rules catalogue is not here")
def test_severity_and_confidence_are_those_of_the_catalogue() -> None:
    ours = {row["catalogue_id"]: row for row in ROWS}
    count = 0
    for head, cells in _table_rows():
        row = ours[cells[0]]
        assert row["confidence"] == cells[-1][0], cells[0]
        if "Sev" in head:
            stated = re.split(r"[ (]", cells[head.index("Sev")])[0]
            assert row["severity"] == {"per": "policy"}.get(stated, stated), cells[0]
        count += 1
    assert count > 400


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the rules catalogue is not here")
def test_denials_of_the_catalogue_are_foretold() -> None:
    ours = {row["catalogue_id"]: row["our_id"].split() for row in ROWS}
    missing = {}
    for head, cells in _table_rows():
        at = next((i for i, name in enumerate(head) if name.startswith("CARC")), None)
        if at is None or at >= len(cells):
            continue
        text = re.sub(r"277CA[^;|]*|A7/\d+\S*|X22\S*|ind\. \d", "", cells[at])
        remarks = set(re.findall(r"\b(?:M|MA|N)\d{1,3}\b", text))
        reasons = set(
            re.findall(r"(?<![A-Z\d.])(?:\d{1,3}|B\d{1,2})(?!\d)", re.sub(r"\b[MN]A?\d+\b", "", text))
        )
        foretold = [one for rule in ours[cells[0]] for one in denials().get(rule, ())]
        lack = (reasons - {one.code for one in foretold}) | (
            remarks - {code for one in foretold for code in one.remarks}
        )
        if lack:
            missing[cells[0]] = sorted(lack)
    assert {id_: lack for id_, lack in missing.items() if id_ not in NOT_FORETOLD} == {}
    assert set(NOT_FORETOLD) <= set(missing), "no longer missing"
