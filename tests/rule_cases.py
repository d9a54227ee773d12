"""The cases that the rules' own examples make: a clean sample with some values patched."""

from functools import cache
from pathlib import Path

from edi import payers
from edi.checking import check_case
from edi.coding import proposed_claim
from edi.coding.assembly import Assembled
from edi.finding import Finding
from edi.model import contract, pointer
from edi.model.claim import ClaimHeader, billed_coverage
from edi.model.encounter import Encounter
from edi.refdata.lists import shipped
from edi.rules import Case, Example, Rule

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
        claim = pointer.replace(claim, path, value)
    assert "record" not in rule.needs, f"{rule.id} needs the record: let its examples patch the encounter"
    case.claim, case.assembled = claim, None
    return case


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
    """The findings of the rule for one example, through the door that everybody uses."""
    return [found for found in findings(case_of(rule, example)) if found.rule == rule.id]
