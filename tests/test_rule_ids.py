"""Every id of the rules catalogue has its answer in schemas/rule_ids.csv, and every rule stands in it."""

import re
from collections import Counter
from pathlib import Path

import pytest

from edi import tables
from edi.rules import all_rules

CATALOGUE = Path(__file__).parents[1].parent / "shared/reference/rules.md"
STATUSES = {"rule", "wire", "report", "own", "later", "not built"}
NAMED_IN_WORDS = {"DOC-NEC-002", "DOC-NEC-003", "DOC-NEC-004", "DOC-SIGN-002", "DOC-TYPE-002", "ESA"}
"""Ids that the catalogue writes as `-002` behind another one, or as a bare name."""
WITHOUT_NUMBER = {
    *("DRUG-HCPCS-DATE", "DRUG-MUE-LINE", "FAC-CC-G0", "INF-HYD-SEC", "NCD-AMYLOID"),
    *("DOC-TIME-START", "DOC-TIME-STOP", "DOC-TIME-CALC"),
}
_ID = re.compile(
    r"\b(?:INF|MOD|DRUG|NDC|NCD|NCCI|DOC|PRO|FAC|F15|F04|ENV|ACK|PRICE|SNIP[1-7]|INFO|PAYER)"
    r"-[A-Z0-9]+(?:-[A-Z0-9]+)*"
)
ROWS = tables.rows("rule_ids.csv")


def _exists(our_id: str) -> bool:
    rules = {rule.id for rule in all_rules()}
    if our_id.endswith("*"):
        return any(id_.startswith(our_id[:-1]) for id_ in rules)
    return our_id in rules or our_id in {row["rule"] for row in tables.rows("guides/faults.csv")}


def test_a_catalogue_id_stands_once() -> None:
    count = Counter(row["catalogue_id"] for row in ROWS if row["catalogue_id"])
    assert [id_ for id_, times in count.items() if times > 1] == []


def test_rows_say_what_their_status_asks_for() -> None:
    for row in ROWS:
        assert row["status"] in STATUSES, row
        assert bool(row["catalogue_id"]) == (row["status"] != "own"), row
        assert bool(row["our_id"]) == (row["status"] in ("rule", "wire", "own")), row
        if row["status"] in ("not built", "later", "report"):
            assert row["reason"], f"{row['catalogue_id']} gives no reason"


def test_our_ids_exist() -> None:
    missing = [
        (row["catalogue_id"], id_) for row in ROWS for id_ in row["our_id"].split() if not _exists(id_)
    ]
    assert missing == []


def test_wire_rows_name_faults_of_the_guide_first() -> None:
    faults = {row["rule"] for row in tables.rows("guides/faults.csv")}
    for row in ROWS:
        if row["status"] == "wire":
            assert set(row["our_id"].split()) <= faults, row
        if row["status"] == "rule":
            assert not set(row["our_id"].split()) <= faults, row


def test_every_rule_of_ours_is_listed() -> None:
    listed = {id_ for row in ROWS for id_ in row["our_id"].split()}
    assert [rule.id for rule in all_rules() if rule.id not in listed] == []


def test_every_other_name_of_a_rule_is_known() -> None:
    """What a rule calls itself elsewhere (`also`) is an id of the catalogue or of a rule."""
    known = {row["catalogue_id"] for row in ROWS} | {rule.id for rule in all_rules()}
    assert {(rule.id, id_) for rule in all_rules() for id_ in rule.also if id_ not in known} == set()


@pytest.mark.skipif(not CATALOGUE.is_file(), reason="the rules catalogue is not here")
def test_the_whole_catalogue_is_answered() -> None:
    text = CATALOGUE.read_text(encoding="utf-8")
    found = {
        id_
        for id_ in _ID.findall(text)
        if re.search(r"-\d{3}$", id_) or re.fullmatch(r"ENV-\d\d", id_) or id_ in WITHOUT_NUMBER
    }
    found |= set(re.findall(r"^\| ([PI]\d\d) \|", text, re.MULTILINE)) | NAMED_IN_WORDS
    assert len(found) > 400
    assert found - {row["catalogue_id"] for row in ROWS} == set()
