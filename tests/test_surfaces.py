"""The same fault gives the same rule with the right place on every surface.

Faults are the rules' own breaking examples, planted in an encounter that is coded already, in claim JSON, in
XML and in an 837. Where a fault cannot stand on a surface, `data/surface_exceptions.csv` says why.
"""

import csv
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

from edi.finding import Finding
from edi.model import pointer
from edi.model.contract import read_records
from edi.rules import Example, Rule, all_rules, rule_by_id
from rule_cases import build, sample
from surface_cases import SURFACES, Judged, as_837, judged, planted, read_back, same_element, x12_problem

TABLE = Path(__file__).parent / "data" / "surface_exceptions.csv"
RULES = [rule for rule in all_rules() if rule.on == "claim" and not {"record", "paper"} & rule.needs]
MOST_PLACES = 100
"""Findings of a file that are looked at one by one."""


class Excepted(NamedTuple):
    """A row of the table: why a fault cannot stand on a surface, and what is said there in its place."""

    rule: str
    surface: str
    where: str
    """A pointer that the example patches; with ! at its end the value lacks it."""
    instead: str
    """Findings, with | between, of which one is said."""
    reason: str


@cache
def exceptions() -> tuple[Excepted, ...]:
    """All rows of the table."""
    with TABLE.open(encoding="utf-8") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return tuple(Excepted(**row) for row in rows)


def row_of(rule_id: str, surface: str, example: Example) -> Excepted | None:
    """The row that excepts an example of a rule from a surface."""
    for row in exceptions():
        if (row.rule, row.surface) == (rule_id, surface) and _speaks_of(example, row.where):
            return row
    return None


def _speaks_of(example: Example, where: str) -> bool:
    """Whether an example patches a place, or, with ! at its end, gives a value that lacks it."""
    if where.endswith("!"):
        base, _, name = where[:-1].rpartition("/")
        return isinstance(value := example.get(base), dict) and name not in value
    return any(f"{key}/".startswith(f"{where}/") for key in example)


class Outcome(NamedTuple):
    """What became of one example on all surfaces."""

    problems: list[str]
    used: set[Excepted]


@cache
def outcome(rule_id: str, number: int) -> Outcome:
    """Plant one example of a rule and compare the surfaces."""
    rule = rule_by_id(rule_id)
    assert rule is not None
    example = rule.breaks[number]
    found = planted(rule, example)
    rows = {
        str(surface): None if found[surface].of(rule.id) else row_of(rule.id, surface, example)
        for surface in SURFACES
    }
    kept = [surface for surface in rows if rows[surface] is None]
    used = {row for row in rows.values() if row is not None}
    problems = [
        *_silent(rule, found, rows),
        *_said_twice(rule, found["x12"]),
        *_differences(found, kept, example, used),
        *_misplaced(found),
    ]
    return Outcome(problems, used)


def _silent(rule: Rule, found: Mapping[str, Judged], rows: Mapping[str, Excepted | None]) -> list[str]:
    """Surfaces on which the rule is silent without a reason."""
    problems = []
    wire = _faults(found["x12"])
    for surface in SURFACES:
        row = rows[surface]
        if row is not None:
            if row.instead and not any(found[surface].of(one) for one in row.instead.split("|")):
                problems.append(f"{surface}: {row.instead} is not said in its place")
        elif not found[surface].of(rule.id):
            wanted = found["claim"].of(rule.id)
            if surface == "x12" and any(_by_wire(f, wire) for f in wanted):
                continue
            there = sorted({f"{f.rule} {f.path}" for f in found[surface].findings if f.severity != "info"})
            problems.append(f"{surface}: {rule.id} is not said; there is {there}")
    return problems


def _faults(x12: Judged) -> list[Finding]:
    """The errors of the guide."""
    return [f for f in x12.findings if f.rule.startswith("X12-") and f.severity == "error"]


def _by_wire(finding: Finding, faults: list[Finding]) -> bool:
    """Whether the guide says of an 837 what a rule says of the claim: one fault gives one finding."""
    return (finding.snip or 0) <= 5 and any(
        same_element(fault.place.x12, finding.place.x12) for fault in faults if fault.index == finding.index
    )


def _said_twice(rule: Rule, x12: Judged) -> list[str]:
    """Elements of an 837 for which both the guide and the rule are sorry."""
    return [
        f"x12: {rule.id} and {fault.rule} say the same of {fault.place.x12.address}"
        for finding in x12.of(rule.id)
        for fault in _faults(x12)
        if finding.place.x12 and fault.place.x12 and finding.snip is not None and finding.snip <= 5
        if (finding.index, finding.place.x12.address) == (fault.index, fault.place.x12.address)
    ]


def _errors(judged: Judged) -> dict[tuple[str, int, int | None], Finding]:
    """Errors of rules by rule, record and line; an 837P names the ordering provider in each line."""
    return {
        (f.rule, f.index, None if "ordering_provider" in (f.claim_path or "") else f.place.line): f
        for f in judged.findings
        if f.severity == "error" and not f.rule.startswith("X12-")
    }


def _differences(
    found: Mapping[str, Judged], kept: list[str], example: Example, used: set[Excepted]
) -> list[str]:
    """Errors that one surface has and another has not; rows that excuse one are added to `used`."""
    problems = []
    claim = found["claim"]

    def told(judged: Judged) -> list[tuple[object, ...]]:
        return [(f.rule, f.severity, f.message, f.index, f.path, f.place) for f in judged.findings]

    if "xml" in kept and told(claim) != told(found["xml"]):
        problems.append("xml: other findings than in claim JSON")
    own = _errors(claim)
    if "x12" in kept:
        x12, faults = _errors(found["x12"]), _faults(found["x12"])
        for key in x12.keys() - own.keys():
            row = row_of(key[0], "x12 alone", example)
            if row is not None:
                used.add(row)
            else:
                problems.append(f"x12 alone has {key}")
        gone = [key for key in own if key not in x12][:MOST_PLACES]
        for key in gone:
            row = row_of(key[0], "x12", example)
            if row is not None:
                used.add(row)
            elif not _by_wire(own[key], faults):
                problems.append(f"x12 has lost {key}")
    if "alone" in found:
        encounter, alone = _errors(found["encounter"]), _errors(found["alone"])
        by_record = [key for key in encounter if (rule := rule_by_id(key[0])) and "record" in rule.needs]
        more = encounter.keys() - alone.keys() - set(by_record)
        less = alone.keys() - encounter.keys()
        for said, keys in (("alone has", more), ("has lost", less)):
            for key in keys:
                row = row_of(key[0], "record", example)
                if row is not None:
                    used.add(row)
                else:
                    problems.append(f"the encounter {said} {key}")
    return problems


def _misplaced(found: Mapping[str, Judged]) -> list[str]:
    """Findings whose place is wrong on their surface."""
    problems = []
    for surface in ("encounter", "claim"):
        records = [record.value for record in read_records(found[surface].data, surface)]
        for finding in found[surface].findings[:MOST_PLACES]:
            record = records[finding.index]
            problem = _json_problem(record, finding) if record is not None else None
            if problem:
                problems.append(f"{surface}: {finding.rule} {finding.path}: {problem}")
    claims = read_back(found["x12"].data)
    for finding in found["x12"].findings[:MOST_PLACES]:
        if finding.claim_path is not None:
            problem = x12_problem(found["x12"].data, finding, claims)
            if problem:
                problems.append(f"x12: {finding.rule} {finding.claim_path}: {problem}")
    return problems


def _json_problem(record: object, finding: Finding) -> str | None:
    """What is wrong with a pointer: it leads to what a record has no key for, or not to what it names."""
    here = record
    for part in pointer.split(finding.path):
        if here is None:
            break
        if isinstance(here, tuple):
            if not part.isdecimal() or int(part) >= len(here):
                return f"there is no entry {part}"
            here = here[int(part)]
        elif isinstance(here, dict):
            here = here.get(part)
        elif not hasattr(here, part):
            return f"there is no {part}"
        else:
            here = getattr(here, part)
    line = finding.place.line
    head = "/".join(finding.path.split("/")[:3])
    if (
        line is not None
        and head.startswith(("/lines/", "/services/"))
        and int(head.split("/")[2]) != line - 1
    ):
        return f"the finding is about line {line}"
    return None


@pytest.mark.parametrize(
    ("rule", "base", "before", "after", "fault", "address"),
    [
        (
            "PRO-DX-002",
            "professional",
            "HI*ABK:D509",
            "HI*ABK:D509" + "*ABF:E860" * 12,
            "X12-ELE-TOO-MANY",
            "2300/HI[ABK]/13",
        ),
        (
            "CLM-CODES-001",
            "facility",
            "HI*ABK",
            "HI*BG:08~HI*BG:09~HI*BG:10~HI*ABK",
            "X12-SEG-REPEATED",
            "2300/HI[BG]#3",
        ),
        (
            "F15-24D-001",
            "professional",
            "HC:96365*",
            "HC:96365:59 *",
            "X12-ELE-TRAILING-BLANK",
            "2400[1]/SV1/01-3",
        ),
        (
            "F15-14-001",
            "professional",
            "HI*ABK",
            "DTP**D8*20260301~HI*ABK",
            "X12-SEG-NOT-HERE",
            "2300/DTP",
        ),
    ],
)
def test_what_the_writer_leaves_out_is_a_fault_of_the_guide(
    rule: str, base: str, before: str, after: str, fault: str, address: str
) -> None:
    """Faults that the tables except: a file of somebody else's can hold them, and the guide says so."""
    case = build(sample(base))
    text = as_837([case.claim]).decode()
    assert text.count(before) == 1, rule
    found = judged(text.replace(before, after).encode(), case).findings
    said = [(f.rule, f.place.x12.address) for f in found if f.severity == "error" and f.place.x12]
    assert (fault, address) in said
    assert rule not in {f.rule for f in found}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_the_rule_is_said_on_every_surface(rule: Rule) -> None:
    for number, example in enumerate(rule.breaks):
        assert outcome(rule.id, number).problems == [], f"breaks[{number}]: {dict(example)}"


def _excuses(row: Excepted) -> bool:
    """Whether a row excepts an example: of its own rule, or of another whose claim breaks that rule too."""
    rules = sorted(RULES, key=lambda rule: rule.id != row.rule)
    return any(
        row in outcome(rule.id, number).used
        for rule in rules
        for number, example in enumerate(rule.breaks)
        if _speaks_of(example, row.where)
    )


def test_no_exception_is_stale() -> None:
    """Every row of the table excepts an example, and only rules that there are."""
    assert [row for row in exceptions() if not _excuses(row)] == []
    assert all(row.reason and row.surface in (*SURFACES, "record", "x12 alone") for row in exceptions())
