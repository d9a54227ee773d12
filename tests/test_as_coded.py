"""A record that is coded by a person exactly as it supports gives no finding that its proposal has not.

A false alarm on a good claim is worse than a miss, so every comparison of coded and supported lines is run
over all worked cases and all samples, with and without the links from lines to administrations.
"""

import dataclasses
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from edi import payers
from edi.coding import proposed_claim
from edi.finding import Finding
from edi.model import contract
from edi.model.claim import Service
from edi.model.encounter import Administration, Encounter
from edi.refdata.lists import shipped
from edi.rules import Case
from rule_cases import build, findings
from test_worked_cases import CASES, SETTING, TOLD_IN_WORDS, ZONE, _administration

SAMPLES = sorted((Path(__file__).parents[1] / "samples" / "encounters").glob("*.json"))
LINKS = ("named", "open", "undated")
SHARED_CODES = ("96365", "96413", "96360", "96374", "96409")


def _services(case: Case, links: str) -> tuple[Service, ...]:
    """The proposed lines as a person would have coded them."""
    found = []
    for line in case.claim.lines:
        values = {f.name: getattr(line, f.name) for f in dataclasses.fields(Service)}
        if links != "named":
            values["administrations"] = ()
        if links == "undated":
            values["service_date"] = None
        found.append(Service(**values))
    return tuple(found)


def _case(encounter: Encounter, policies: dict[str, Any] | None) -> Case:
    if policies is None:
        return build(encounter)
    overlay = payers.load("commercial")
    chosen = payers.with_policies(overlay.policies, policies, where="test")
    assembled = proposed_claim(encounter, overlay=overlay, policies=chosen, lists=shipped())
    return Case(
        claim=assembled.claim,
        policies=assembled.proposal.timeline.policies,
        overlay=overlay,
        lists=shipped(),
        assembled=assembled,
    )


def _said(found: list[Finding]) -> set[tuple[str, str]]:
    return {(f.rule, f.message) for f in found if f.severity != "info" and f.rule.startswith("INF-")}


def _compare(encounter: Encounter, policies: dict[str, Any] | None, links: str) -> None:
    proposal = _case(encounter, policies)
    services = _services(proposal, links)
    if not any(line.kind == "administration" for line in proposal.claim.lines):
        return
    coded = dataclasses.replace(encounter, services=services, coding="as_coded")
    assert _said(findings(_case(coded, policies))) <= _said(findings(proposal))


def _worked(case: dict[str, Any]) -> tuple[Encounter, dict[str, Any]]:
    administrations: tuple[Administration, ...] = TOLD_IN_WORDS.get(
        case["id"], tuple(_administration(i, a) for i, a in enumerate(case["administrations"], 1))
    )
    policies = {{"distinct": "distinct_modifier"}.get(k, k): v for k, v in case["policy"].items()}
    encounter = Encounter(
        encounter_id=case["id"],
        setting=SETTING[case["setting"]],
        time_zone=ZONE,
        administrations=administrations,
    )
    return encounter, policies


@pytest.mark.parametrize("links", LINKS)
@pytest.mark.parametrize("case", [c for c in CASES if c["id"].startswith("C")], ids=lambda c: c["id"])
def test_right_coding_of_a_worked_case_is_silent(case: dict[str, Any], links: str) -> None:
    encounter, policies = _worked(case)
    _compare(encounter, policies, links)


@pytest.mark.parametrize("links", LINKS)
@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_right_coding_of_a_sample_is_silent(path: Path, links: str) -> None:
    for record in contract.read_records(path.read_bytes(), path.name):
        if isinstance(record.value, Encounter):
            plain = dataclasses.replace(record.value, services=(), coding=None)
            _compare(plain, None, links)


@pytest.mark.parametrize("links", LINKS)
@pytest.mark.parametrize("case", [c for c in CASES if c["id"].startswith("C")], ids=lambda c: c["id"])
def test_one_unit_more_is_found(case: dict[str, Any], links: str) -> None:
    """An initial code, a concurrent infusion or an hour that is billed once too often never passes."""
    encounter, policies = _worked(case)
    proposal = _case(encounter, policies)
    services = _services(proposal, links)
    for i, service in enumerate(services):
        if service.hcpcs not in (*SHARED_CODES, "96366", "96415", "96368"):
            continue
        more = dataclasses.replace(service, units=(service.units or Decimal(1)) + 1)
        coded = dataclasses.replace(
            encounter, services=(*services[:i], more, *services[i + 1 :]), coding="as_coded"
        )
        held = any(g.excluded is not None or g.stop_fallback for g in proposal.timeline.given)
        found = _said(findings(_case(coded, policies))) - _said(findings(proposal))
        assert found or held, service.hcpcs
