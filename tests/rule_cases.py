"""The cases that the rules' own examples make: a clean sample with some values patched."""

import dataclasses
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from edi import payers
from edi.checking import check_case
from edi.coding import proposed_claim
from edi.coding.assembly import Assembled
from edi.finding import Finding
from edi.model import contract, pointer
from edi.model.claim import ClaimHeader, billed_coverage
from edi.model.encounter import Encounter
from edi.pipeline.sisters import Sisters
from edi.refdata import Edition, Lists, ShippedEdits, ShippedTables
from edi.refdata.lists import Coverage, Entry, shipped, shipped_sources
from edi.rules import Case, Example, Rule
from edi.rules.about import CODES, FORM, LOADED, PAPER, READ, SISTER
from forms.filling import fill
from forms.taking import take

FOLDER = Path(__file__).parents[1] / "samples" / "rules"


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
    encounter = sample(rule.base or rule.setting or "professional")
    if rule.on == "encounter":
        for path, value in example.items():
            encounter = pointer.replace(encounter, path, value)
        return build(encounter, rule)
    case = build(encounter, rule)
    claim = case.claim
    for path, value in example.items():
        if path == PAPER:
            case.paper = tuple(value)
        elif path == READ:
            claim = dataclasses.replace(claim, origin=value)
        elif path == LOADED:
            case.lists = loaded(value)
        elif path == CODES:
            case.lists = with_codes(value)
        elif path in (SISTER, FORM):
            continue
        else:
            claim = pointer.replace(claim, path, value)
    assert "record" not in rule.needs, f"{rule.id} needs the record: let its examples patch the encounter"
    case.claim, case.assembled = claim, None
    if FORM in example:
        on_form(case, example[FORM])
    return case


def on_form(case: Case, given: Any) -> None:
    """The claim of a case on its form, or the claim of a form's pages in its place."""
    if isinstance(given, list):
        taken = take("cms1500", given)
        case.claim, case.paper = taken.claim, tuple(given)
        case.paper_sources = tuple(taken.sources(len(given)))
        case.paper_problems = tuple(taken.problems)
        return
    filled = fill(case.claim, truncate=given == "truncate")
    case.paper, case.paper_sources = tuple(filled.pages), tuple(filled.sources)
    case.paper_problems = tuple(filled.problems)


def build(encounter: Encounter, rule: Rule | None = None) -> Case:
    """Code an encounter as a rule wants it: overlay by the payer, the rule's policies on top."""
    overlay = _overlay(encounter)
    stated: dict[str, object] = {**encounter.policies, **(rule.policies if rule else {})}
    assembled = _assembled(
        encounter, overlay, payers.with_policies(overlay.policies, stated, where="example")
    )
    settled = assembled.proposal.timeline.policies
    wanted = {
        name: values[0]
        for name, values in (rule.when.items() if rule else ())
        if str(getattr(settled, name)) not in values
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


def fires(rule: Rule, example: Example) -> list[Finding]:
    """The findings of the rule for one example, through the doors that everybody uses."""
    case = case_of(rule, example)
    found = findings(case)
    if SISTER in example:
        found = run_findings([case, case_of(rule, {**example[SISTER], LOADED: example.get(LOADED, [])})])[0]
    return [one for one in found if one.rule == rule.id]


def run_findings(cases: Sequence[Case]) -> list[list[Finding]]:
    """The findings of each of several claims that are judged in one run."""
    sisters = Sisters()
    found = []
    for i, case in enumerate(cases):
        found.append(check_case(case, record="claim", index=i))
        sisters.add(case, file="", index=i, record="claim", x12=False, snip=7)
    for change in sisters.changes(cases[0].lists):
        found[change.index] = change.applied(found[change.index])
    return found


class _Loaded:
    """Rows of reference data as if a user had loaded them, for the dates of service of 2026."""

    def __init__(self, rows: Sequence[tuple[str, str, Sequence[str], Sequence[Any]]]) -> None:
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
                complete=True,
            )
            for setting in sorted({s for k, s, _, _ in self._rows if k == kind})
        ]

    def rows(self, edition: Edition, key: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        place = (edition.kind, edition.setting)
        return [
            tuple(row) for kind, setting, k, row in self._rows if (kind, setting) == place and tuple(k) == key
        ]


def loaded(rows: Sequence[tuple[str, str, Sequence[str], Sequence[Any]]]) -> Lists:
    """The shipped lists with rows of a user before them: kind, setting, key, and the columns of the store."""
    return Lists((ShippedTables(),), (_Loaded(rows), ShippedEdits())) if rows else shipped()


class _Codes:
    """Whole code lists as if a user had loaded them, each for its dates of service."""

    def __init__(self, lists: Mapping[str, Sequence[str]]) -> None:
        self._lists = lists

    def editions(self, kind: str) -> Sequence[Edition]:
        if kind not in self._lists:
            return ()
        first, last = (date.fromisoformat(day) for day in self._lists[kind][:2])
        return [
            Edition(
                kind=kind, setting="", name="2026", start=first, through=last, origin="loaded", complete=True
            )
        ]

    def coverage(self, list_name: str) -> Coverage:
        return "complete" if list_name in self._lists else "absent"

    def coverage_on(self, list_name: str, on: date | None) -> Coverage:
        covers = on is None or any(edition.covers(on) for edition in self.editions(list_name))
        return self.coverage(list_name) if covers else "absent"

    def find(self, list_name: str, code: str) -> Sequence[Entry]:
        if code not in self.codes(list_name):
            return ()
        return [Entry(code, "", None, None, {"code": code})]

    def find_on(self, list_name: str, code: str, on: date | None) -> Sequence[Entry]:
        return self.find(list_name, code) if self.coverage_on(list_name, on) == "complete" else ()

    def entries(self, edition: Edition, list_name: str, code: str) -> Sequence[Entry]:
        return self.find(list_name, code) if edition in self.editions(list_name) else ()

    def codes(self, list_name: str) -> Sequence[str]:
        return tuple(self._lists.get(list_name, ()))[2:]


def with_codes(lists: Mapping[str, Sequence[str]]) -> Lists:
    """The shipped lists with whole lists of a user before them: name -> first day, last day, codes."""
    return Lists((_Codes(lists), *shipped_sources()), (ShippedEdits(),))
