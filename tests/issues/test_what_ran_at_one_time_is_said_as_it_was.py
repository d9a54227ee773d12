"""A fluid, or a drug, that ran beside another one is not called too short, or one after the other."""

from typing import Any

from edi.rules import rule_by_id
from edi.rules.inf.examples import a_drug, a_line, at
from rule_cases import fires


def said(rule_id: str, example: dict[str, Any]) -> list[str]:
    rule = rule_by_id(rule_id)
    assert rule is not None
    return [finding.message for finding in fires(rule, example)]


BESIDE_THE_DRUG = {
    "/administrations/-": a_drug("A3", "lactated Ringer", "J7120", "09:00", "09:45", category="hydration"),
    "/services/1/administrations": ["A2"],
    "/services/-": a_line("96361", administrations=["A3"]),
}
"""A second fluid that ran only while the drug did, where the first fluid is billable."""


def test_a_fluid_of_45_minutes_is_not_too_short() -> None:
    assert said("INF-HYD-001", BESIDE_THE_DRUG) == []
    (message,) = said("INF-HYD-006", BESIDE_THE_DRUG)
    assert "45 of 45 minutes ran while a drug ran" in message


def test_a_short_fluid_is_too_short_whatever_ran_beside_another_one() -> None:
    example = {
        **BESIDE_THE_DRUG,
        "/administrations/1/stop": at("10:20"),
        "/services/-": a_line("96360"),
    }
    assert said("INF-HYD-006", {**example, "/services/-": a_line("96379")}) == []
    (message,) = said("INF-HYD-001", example)
    assert "ran 30 minutes; it takes 31" in message


def test_drugs_at_two_sites_at_one_time_did_not_run_one_after_the_other() -> None:
    at_once = {
        "/services/1/hcpcs": "96368",
        "/administrations/1/start": at("09:10"),
        "/administrations/1/stop": at("09:40"),
    }
    assert said("INF-SEQ-002", {**at_once, "/administrations/1/access_site": "right forearm"}) == []
    assert said("INF-SEQ-002", {"/services/1/hcpcs": "96368"}) != []
