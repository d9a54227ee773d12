"""The cases that the rules' own examples make: a clean sample with some values patched."""

import dataclasses
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar

from edi import payers
from edi.checking import check_case
from edi.coding import proposed_claim
from edi.coding.assembly import Assembled
from edi.finding import Finding, RecordKind
from edi.model import contract, pointer
from edi.model.boxes import BoxProblem
from edi.model.claim import Claim, ClaimHeader, Setting, billed_coverage
from edi.model.encounter import Encounter
from edi.pipeline.paper import run_into
from edi.pipeline.sisters import Sisters
from edi.refdata import Edition, Lists, ShippedEdits, ShippedTables
from edi.refdata.lists import Coverage, Entry, shipped, shipped_sources
from edi.rules import Case, Example, Rule
from edi.rules.about import BASE, CODES, FORM, LOADED, LOCALITY, ON, PAPER, POLICIES, READ, SISTER
from forms.boxless import without_box
from forms.filling import fill
from forms.taking import take

FOLDER = Path(__file__).parents[1] / "samples" / "rules"
NONE: Mapping[str, object] = {}
Patched = TypeVar("Patched", Claim, Encounter)
_FIELDS = {"record": "assembled", "received": "received", "paper": "paper", "prices": "prices"}
"""What a rule may need -> the field of a case that holds it."""


def sample_names() -> list[str]:
    """Names of the samples that examples may patch."""
    return sorted(path.stem for path in FOLDER.glob("*.json"))


@cache
def sample(name: str) -> Encounter:
    """A clean sample."""
    (record,) = contract.read_records((FOLDER / f"{name}.json").read_bytes(), name)
    assert isinstance(record.value, Encounter), record
    return record.value


def case_of(rule: Rule, example: Example) -> Case:
    """The case of one example, under the policies for which the rule holds."""
    encounter = record_of(rule, example)
    others = example.get(POLICIES, NONE)
    case = build(encounter, rule, others)
    if patches_record(rule, example):
        return case
    claim = case.claim
    for path, value in example.items():
        if path == PAPER:
            case.paper = tuple(value)
        elif path == READ:
            origin = SimpleNamespace(**value) if isinstance(value, dict) else value
            claim = dataclasses.replace(claim, origin=origin)
        elif path == LOADED:
            case.lists = loaded(value)
        elif path == LOCALITY:
            case.locality = value
        elif path == CODES:
            case.lists = with_codes(value)
        elif path in (SISTER, BASE, ON, POLICIES, FORM):
            continue
        else:
            claim = _patched(claim, path, value)
    assert "record" not in rule.needs or ON in example, f"{rule.id} needs the record: patch the encounter"
    case.claim, case.assembled = claim, None
    if FORM in example:
        on_form(case, example[FORM])
        case.paper_problems = tuple(_run_into(case, problem) for problem in case.paper_problems)
    return case


def patches_record(rule: Rule, example: Example) -> bool:
    """Whether an example patches the encounter, not the claim that is made of it."""
    patched: str = example.get(ON, rule.on)
    return patched == "encounter"


def record_of(rule: Rule, example: Example) -> Encounter:
    """The encounter of one example: its sample, patched where the example speaks of the encounter."""
    encounter = sample(example.get(BASE) or rule.base or rule.setting or "professional")
    if patches_record(rule, example):
        for path, value in example.items():
            if path not in (BASE, ON, POLICIES, SISTER):
                encounter = _patched(encounter, path, value)
    return encounter


def _run_into(case: Case, problem: BoxProblem) -> BoxProblem:
    """A problem of a form; that of a long text with the item that it runs into."""
    if problem.kind != "too_long" or case.paper is None:
        return problem
    page = case.paper[problem.page - 1]
    return dataclasses.replace(problem, runs_into=run_into(case.form, page, problem))


def _patched(record: Patched, path: str, value: object) -> Patched:
    """A record with one value patched; a list at `-` appends each of its members."""
    if path.endswith("/-") and isinstance(value, list):
        for one in value:
            record = pointer.replace(record, path, one)
        return record
    return pointer.replace(record, path, value)


def on_form(case: Case, given: Any) -> None:
    """The claim of a case on its form, or the claim of a form's pages in its place."""
    if isinstance(given, list):
        taken = take("cms1500", given)
        case.claim, case.paper, case.paper_form = taken.claim, tuple(given), "cms1500"
        case.paper_sources = tuple(taken.sources(len(given)))
        case.paper_problems = tuple(taken.problems)
        return
    filled = fill(case.claim, truncate=given == "truncate")
    case.paper, case.paper_sources = tuple(filled.pages), tuple(filled.sources)
    case.paper_form = filled.form
    case.paper_problems = (*filled.problems, *without_box(case.claim, filled))


def build(encounter: Encounter, rule: Rule | None = None, others: Mapping[str, object] = NONE) -> Case:
    """Code an encounter as a rule wants it: overlay by the payer, then the rule's policies, then others."""
    overlay = _overlay(encounter)
    stated: dict[str, object] = {**encounter.policies, **(rule.policies if rule else {}), **others}
    assembled = _assembled(
        encounter, overlay, payers.with_policies(overlay.policies, stated, where="example")
    )
    settled = assembled.proposal.timeline.policies
    wanted = {
        name: values[0]
        for name, values in (rule.when.items() if rule else ())
        if name not in others and str(getattr(settled, name)) not in values
    }
    if wanted:
        policies = payers.with_policies(overlay.policies, {**stated, **wanted}, where="example")
        assembled = _assembled(encounter, overlay, policies)
    return Case(
        claim=assembled.claim,
        policies=assembled.proposal.timeline.policies,
        overlay=overlay,
        lists=shipped(),
        assembled=assembled,
        received=rule.received if rule else None,
        prices=rule is not None and "prices" in rule.needs,
    )


def _overlay(header: ClaimHeader) -> payers.Overlay:
    coverage = billed_coverage(header)
    payer = coverage.payer if coverage else None
    return payers.choose(
        asked=None,
        stated=header.payer_overlay,
        claim_filing=coverage.claim_filing if coverage else None,
        payer_id=payer.id if payer else None,
    )[0]


def _assembled(encounter: Encounter, overlay: payers.Overlay, policies: payers.Policies) -> Assembled:
    return proposed_claim(encounter, overlay=overlay, policies=policies, lists=shipped())


def findings(case: Case) -> list[Finding]:
    """All findings of a case."""
    return check_case(case, record="claim" if case.assembled is None else "encounter")


def cases_of(rule: Rule, example: Example) -> tuple[Case, ...]:
    """The case of one example, and those of its sister claims where it has any."""
    case = case_of(rule, example)
    more = example.get(SISTER, [])
    same = {LOADED: example[LOADED]} if LOADED in example else {}
    sisters = more if isinstance(more, list) else [more]
    return case, *(case_of(rule, {**one, **same}) for one in sisters)


def judged(rule: Rule, cases: Sequence[Case]) -> list[Finding]:
    """The findings of a rule for the first of some cases, through the doors that everybody uses."""
    found = findings(cases[0]) if len(cases) == 1 else run_findings(cases)[0]
    return [one for one in found if one.rule == rule.id]


def fires(rule: Rule, example: Example) -> list[Finding]:
    """The findings of the rule for one example."""
    return judged(rule, cases_of(rule, example))


def lines_of(rule: Rule, cases: Sequence[Case]) -> list[str]:
    """The same findings, a line of text each."""
    return [
        f"{one.severity} {one.path or '-'}{_box_of(one)}: {one.message}"
        + (f" [{one.actual} -> {one.expected}]" if one.actual or one.expected else "")
        + (f" Do: {one.help}" if one.help != rule.help else "")
        for one in judged(rule, cases)
    ]


def _box_of(finding: Finding) -> str:
    """Where a finding of a form that is judged stands on it."""
    place = finding.place
    return f" ({place.box_key} of sheet {place.page})" if place.box_key else ""


def silent_cases(rule: Rule) -> Iterator[tuple[str, Case]]:
    """The breaking examples in another setting, under another policy, or without what the rule needs."""
    other: Setting = "facility" if rule.setting == "professional" else "professional"
    for i, example in enumerate(rule.breaks):
        case = case_of(rule, example)
        if rule.setting is not None:
            claim = dataclasses.replace(case.claim, setting=other)
            yield f"breaks[{i}] as {other}", dataclasses.replace(case, claim=claim)
        for need in sorted(rule.needs):
            absent: Any = {_FIELDS[need]: False if need == "prices" else None}
            yield f"breaks[{i}] without {need}", dataclasses.replace(case, **absent)
        for name, values in rule.when.items():
            for value in payers.allowed_values(name):
                if value not in values:
                    changed: Any = {name: value}
                    policies = dataclasses.replace(case.policies, **changed)
                    yield f"breaks[{i}] under {name} {value}", dataclasses.replace(case, policies=policies)


def run_findings(cases: Sequence[Case]) -> list[list[Finding]]:
    """The findings of each of several claims that are judged in one run."""
    gathered = Sisters()
    found = []
    for i, case in enumerate(cases):
        record: RecordKind = "claim" if case.assembled is None else "encounter"
        found.append(check_case(case, record=record, index=i))
        gathered.add(case, file="", index=i, record=record, x12=False, snip=7)
    for change in gathered.changes(cases[0].lists):
        found[change.index] = change.applied(found[change.index])
    return found


class _Loaded:
    """Rows of reference data as if a user had loaded them, for the dates of service of 2026.

    A row with a fifth member `part` comes of a file that holds a part of its list only.
    """

    def __init__(self, rows: Sequence[Sequence[Any]]) -> None:
        self._rows = rows

    def editions(self, kind: str) -> Sequence[Edition]:
        return [
            Edition(
                kind=kind,
                setting=setting,
                name="2026",
                start=date(2026, 1, 1),
                through=date(2026, 12, 31),
                origin="loaded",
                complete=all(
                    "part" not in rest for k, s, _, _, *rest in self._rows if (k, s) == (kind, setting)
                ),
            )
            for setting in sorted({s for k, s, *_ in self._rows if k == kind})
        ]

    def rows(self, edition: Edition, key: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        place = (edition.kind, edition.setting)
        return [
            tuple(row)
            for kind, setting, k, row, *_ in self._rows
            if (kind, setting) == place and tuple(k) == key
        ]


def loaded(rows: Sequence[Sequence[Any]]) -> Lists:
    """The shipped lists with rows of a user before them: kind, setting, key, and the columns of the store."""
    return Lists((ShippedTables(),), (_Loaded(rows), ShippedEdits())) if rows else shipped()


class _Codes:
    """Whole code lists as if a user had loaded them, each for its dates of service."""

    def __init__(self, lists: Mapping[str, Sequence[Any]]) -> None:
        self._lists = {name: rows[:2] for name, rows in lists.items()}
        self._rows = {
            name: [_row(name, row) for row in rows[2:] if row != "..."] for name, rows in lists.items()
        }
        self._parts = {name for name, rows in lists.items() if "..." in rows}

    def editions(self, kind: str) -> Sequence[Edition]:
        if kind not in self._lists:
            return ()
        first, last = (date.fromisoformat(day) for day in self._lists[kind])
        return [
            Edition(
                kind=kind,
                setting="",
                name="2026",
                start=first,
                through=last,
                origin="loaded",
                complete=kind not in self._parts,
            )
        ]

    def coverage(self, list_name: str) -> Coverage:
        if list_name not in self._lists:
            return "absent"
        return "partial" if list_name in self._parts else "complete"

    def coverage_on(self, list_name: str, on: date | None) -> Coverage:
        covers = on is None or any(edition.covers(on) for edition in self.editions(list_name))
        return self.coverage(list_name) if covers else "absent"

    def find(self, list_name: str, code: str) -> Sequence[Entry]:
        return [row for row in self._rows.get(list_name, ()) if row.code == code]

    def find_on(self, list_name: str, code: str, on: date | None) -> Sequence[Entry]:
        if self.coverage_on(list_name, on) == "absent":
            return ()
        return [row for row in self.find(list_name, code) if row.valid(on)]

    def entries(self, edition: Edition, list_name: str, code: str) -> Sequence[Entry]:
        return self.find(list_name, code) if edition in self.editions(list_name) else ()

    def codes(self, list_name: str) -> Sequence[str]:
        return tuple(row.code for row in self._rows.get(list_name, ()))


def _row(list_name: str, stated: Any) -> Entry:
    """A code, or its columns; those that are not stated are as in the shipped row of the code, or empty."""
    if isinstance(stated, str):
        return Entry(stated, "", None, None, {"code": stated})
    lists = shipped()
    some = next((lists.entry(list_name, code) for code in lists.codes(list_name)), None)
    known = lists.entry(list_name, stated["code"])
    empty = dict.fromkeys(some.fields if some else (), "")
    columns = {**empty, **(known.fields if known else {}), **stated}
    start, end = (date.fromisoformat(day) if (day := columns.get(k)) else None for k in ("start", "end"))
    return Entry(stated["code"], columns.get("label", ""), start, end, columns)


def with_codes(lists: Mapping[str, Sequence[Any]]) -> Lists:
    """The shipped lists with whole lists of a user before them: name -> first day, last day, codes."""
    return Lists((_Codes(lists), *shipped_sources()), (ShippedEdits(),))
