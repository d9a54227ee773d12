"""The 33 conflicts between sources (rules catalogue, section 0.4), and what the program does about each.

Rows are those of `test_catalogue_corrections.py`; the number is that behind the K. Conflicts that are about
what sources say, and not about a claim, are named in `OF_NO_CLAIM` with the place where they are settled.
"""

from datetime import date
from typing import Any

import pytest

import edi
from catalogue_rows import (
    CHEMO,
    DAY,
    FLUID,
    IRON,
    Row,
    billed,
    coded,
    drug,
    given,
    holds,
)
from edi.coding.edits import parents_of, unit_limit
from edi.model.contract import to_json
from edi.refdata.lists import shipped
from edi.rules.denials import denials
from rule_cases import sample

COUNT = 33
OF_NO_CLAIM = {
    7: "times are on no claim, and no rule asks one for them: tests below, K06 and K07",
    9: "the parents of 96361 are those of the CMS file: test below",
    10: "the parents of 96366 are those of the CMS file: test below",
    13: "the limits of both settings are those of the CMS files: test below",
    23: "both readings of reason 4 are in codes/carc.csv and the denials of MOD rules",
    30: "wording of pages that could not be confirmed: the sources of the rules say what was read, and when",
}
IV = drug("A1", "iron", "09:00", "09:45")
SUBCUTANEOUS: dict[str, Any] = {"route": "SC", "technique": "injection"}
ABORTED = {
    "/administrations/0/planned_minutes": 60,
    "/administrations/0/stop": f"{DAY}T09:25",
    "/administrations/0/stop_reason": "reaction",
}
INFLIXIMAB = {
    "/administrations/0/hcpcs": "J1745",
    "/administrations/0/drug": "infliximab",
    "/administrations/0/containers": [],
}


def _infused(minutes: int) -> dict[str, Any]:
    hours, rest = divmod(9 * 60 + minutes, 60)
    return {"/administrations/0/stop": f"{DAY}T{hours:02}:{rest:02}", "/encounter_end": None}


ROWS = [
    Row(number=1, what="split", base="facility", said={"FAC-REV-003": None, "FAC-REV-004": None}),
    Row(
        number=1,
        what="the other policy says so",
        base="facility",
        said={"FAC-REV-004": "warning"},
        options={"policies": {"rev_admin_policy": "admin_0636"}},
    ),
    *(
        Row(number=2, what=f"{minutes} minutes", patch=_infused(minutes), lines=lines, said=said)
        for minutes, lines, said in (
            (60, ("96365x1",), {"INF-TIME-003": "info", "INF-TIME-004": None}),
            (61, ("96365x1",), {"INF-TIME-003": None, "INF-TIME-004": "info"}),
            (90, ("96365x1",), {"INF-TIME-004": "info", "INF-TIME-005": None}),
            (91, ("96365x1", "96366x1"), {"INF-TIME-004": None}),
        )
    ),
    Row(
        number=2,
        what="an hour that is not billed",
        base="coded-professional",
        patch=_infused(91),
        said={"INF-TIME-005": "warning"},
    ),
    *(
        Row(
            number=3,
            what=policy,
            patch=ABORTED,
            lines=lines,
            said=said,
            options={"policies": {"mod52_policy": policy}},
        )
        for policy, lines, said in (
            ("cpt_time", ("96365x1",), {"MOD-52-004": "info", "MOD-52-001": None}),
            ("textbook", ("96365-52x1",), {"MOD-52-004": None, "MOD-52-001": "info"}),
            ("ask", ("96365x1",), {"MOD-52-004": "warning"}),
        )
    ),
    Row(
        number=3,
        what="52 although the time is met",
        base="coded-professional",
        patch={**ABORTED, "/services/0/modifiers": ["52"]},
        said={"MOD-52-002": "warning"},
    ),
    *(
        Row(
            number=4,
            what=policy,
            patch=INFLIXIMAB,
            lines=lines,
            options={"policies": {"complex_biologic_policy": policy}},
        )
        for policy, lines in (("textbook", ("96365x1",)), ("cpt_mac", ("96413x1",)), ("ask", ()))
    ),
    Row(
        number=4,
        what="nothing that made it complex",
        patch=INFLIXIMAB,
        said={"INF-CHEMO-003": "warning"},
        options={"policies": {"complex_biologic_policy": "cpt_mac"}},
    ),
    Row(
        number=5,
        what="neither JW nor JZ",
        on="claim",
        patch={"/lines/1/modifiers": []},
        said={"MOD-JW-001": "error"},
    ),
    Row(
        number=6,
        what="no stop",
        patch={"/administrations/0/stop": None},
        said={"INF-TIME-008": "warning"},
        options={"payer": "commercial"},
    ),
    Row(
        number=7, what="a claim without times", on="claim", said={"INF-TIME-007": None, "INF-TIME-008": None}
    ),
    Row(
        number=8,
        what="hydration after a drug",
        base="facility",
        patch=given(IV, drug("A2", "saline", "10:00", "11:00", **FLUID)),
        lines=("96361x1", "96365x1"),
    ),
    Row(
        number=8,
        what="96360 after a drug",
        base="facility",
        on="claim",
        patch=billed(coded("96365"), coded("96360"), IRON),
        said={"INF-HYD-SEC": "error"},
    ),
    Row(
        number=11,
        what="three drugs at a time",
        base="facility",
        patch=given(
            IV, drug("A2", "ceftriaxone", "09:10", "09:40"), drug("A3", "ondansetron", "09:10", "09:40")
        ),
        lines=("96365x1", "96368x1"),
        said={"INF-CONC-005": "info"},
    ),
    Row(
        number=11,
        what="96368 in two visits of a day",
        base="facility",
        on="claim",
        patch=billed(coded("96365"), coded("96368"), coded("96368", 1, "XE"), IRON),
        said={"INF-CONC-001": "error"},
    ),
    Row(
        number=12,
        what="two sites with a reason",
        base="facility",
        patch=given(
            IV,
            {
                **drug("A2", "ceftriaxone", "09:00", "09:45"),
                "access_site": "left arm",
                "site_reason": "incompatible",
            },
        ),
        lines=("96365-59x1", "96365x1"),
        said={"INF-SITE-002": None},
        options={"policies": {"distinct_modifier": "59"}},
    ),
    Row(
        number=12,
        what="two sites without a reason",
        base="facility",
        patch=given(IV, {**drug("A2", "ceftriaxone", "09:00", "09:45"), "access_site": "left arm"}),
        said={"INF-SITE-002": "error"},
    ),
    *(
        Row(
            number=13,
            what=f"two units of 96365, {base}",
            base=base,
            on="claim",
            patch=billed(coded("96365", 2), IRON),
            said={"INF-INIT-009": severity},
        )
        for base, severity in (("professional", "error"), ("facility", "warning"))
    ),
    Row(
        number=14,
        what="96374 with 59 through one line",
        base="coded-professional",
        patch={
            **given(
                drug("A1", "iron sucrose", "09:00", "09:45", hcpcs="J1756"),
                drug("A2", "ondansetron", "09:50", hcpcs="J2405"),
            ),
            "/services": [coded("96365"), coded("96374", 1, "59"), IRON, coded("J2405", 4, "JZ")],
        },
        said={"INF-PUSH-001": "error"},
    ),
    Row(
        number=15,
        what="a push and hydration",
        base="facility",
        patch=given(drug("A1", "morphine", "09:00"), drug("A2", "saline", "09:05", "10:05", **FLUID)),
        lines=("96361x1", "96374x1"),
    ),
    Row(
        number=15,
        what="both as initial services",
        base="facility",
        on="claim",
        patch=billed(coded("96374"), coded("96360"), IRON),
        said={"INF-INIT-007": "error"},
    ),
    *(
        Row(
            number=16,
            what=f"the modifier on the {place} line",
            on="claim",
            patch=billed(coded("96365", 1, *first), coded("96372", 1, *second), IRON),
            said={"INF-PUSH-005": None, "NCCI-PTP-001": None},
        )
        for place, first, second in (("lower", (), ("59",)), ("higher", ("59",), ()))
    ),
    Row(
        number=17,
        what="place 22 on a professional claim",
        on="claim",
        patch={"/place_of_service": "22"},
        said={"PRO-POS-001": "error"},
    ),
    Row(number=17, what="013x on a hospital's", base="facility", said={"FAC-TOB-001": None}),
    Row(
        number=18,
        what="a freestanding center bills as a practice",
        patch={"/setting": None, "/ownership": "freestanding_center"},
        said={"ENC-SET-001": None, "PRO-POS-001": None},
    ),
    *(
        Row(
            number=19,
            what=f"no stop, {policy}",
            patch={
                "/administrations/0/stop": None,
                "/administrations/0/volume_ml": "250",
                "/administrations/0/rate_ml_per_hour": "250",
            },
            lines=lines,
            said={"INF-TIME-008": severity},
            options={"policies": {"missing_stop": policy}},
        )
        for policy, lines, severity in (
            ("push", ("96374x1",), "warning"),
            ("calculate", ("96365x1",), "warning"),
            ("hold", (), "error"),
        )
    ),
    Row(
        number=20,
        what="past midnight",
        base="facility",
        patch=given({**IV, "start": f"{DAY}T23:00", "stop": "2026-03-04T01:00"}),
        lines=("96365x1", "96366x1"),
        said={"INF-TIME-016": "info"},
    ),
    Row(
        number=21,
        what="ondansetron is coded by technique",
        base="facility",
        patch=given(drug("A1", "carboplatin", "09:00", "10:00", **CHEMO), drug("A2", "ondansetron", "08:55")),
        lines=("96375x1", "96413x1"),
    ),
    *(
        Row(
            number=22,
            what=f"99211 beside 96365, {base}",
            base=base,
            on="claim",
            patch=billed(coded("96365"), coded("99211", 1, "25"), IRON),
            said={"INF-ENC-004": severity},
        )
        for base, severity in (("professional", "error"), ("facility", None))
    ),
    Row(
        number=24,
        what="supervision is a matter of practices",
        base="facility",
        patch={"/supervision": None},
        said={"PRO-SUP-001": None},
    ),
    Row(
        number=25,
        what="XP of one practitioner",
        on="claim",
        patch=billed(coded("96365"), coded("96375", 1, "XP"), IRON),
        said={"MOD-XP-001": "warning"},
    ),
    *(
        Row(
            number=26,
            what=f"JG on {day}",
            on="claim",
            patch=billed(coded("96365", service_date=day), coded("J1756", 200, "JZ", "JG", service_date=day)),
            said={"MOD-340B-002": severity},
        )
        for day, severity in (("2024-12-31", None), ("2025-01-01", "warning"))
    ),
    Row(
        number=27,
        what="a code with a successor",
        on="claim",
        patch={"/lines/1/hcpcs": "J3370"},
        said={"DRUG-HCPCS-DATE": "warning"},
    ),
    *(
        Row(
            number=28,
            what=policy,
            base="facility",
            patch=given(
                drug("A1", "vancomycin", "08:00", "08:50"), drug("A2", "vancomycin", "12:00", "12:25")
            ),
            lines=lines,
            options={"policies": {"same_drug_repeat": policy}},
        )
        for policy, lines in (("each_interval", ("96365x1",)), ("sum", ("96365x1",)))
    ),
    Row(
        number=28,
        what="sum past 90 minutes",
        base="facility",
        patch=given(drug("A1", "vancomycin", "08:00", "09:10"), drug("A2", "vancomycin", "12:00", "12:25")),
        lines=("96365x1", "96366x1"),
        options={"policies": {"same_drug_repeat": "sum"}},
    ),
    Row(
        number=29,
        what="96368 for each drug",
        base="facility",
        on="claim",
        patch=billed(coded("96365"), coded("96368", 2), IRON),
        said={"INF-CONC-001": "error"},
    ),
    *(
        Row(
            number=31,
            what=f"{minutes} minutes of hydration, least {least}",
            base="facility",
            patch=given(drug("A1", "saline", "09:00", f"09:{minutes}", **FLUID)),
            lines=lines,
            options={"policies": {"hydration_minimum": least}},
        )
        for minutes, least, lines in ((30, 31, ()), (31, 31, ("96360x1",)), (16, 16, ("96360x1",)))
    ),
    Row(
        number=32,
        what="two initial codes",
        on="claim",
        patch=billed(coded("96365"), coded("96374"), IRON),
        said={"INF-INIT-001": "error"},
    ),
    Row(
        number=33,
        what="a line twice",
        on="claim",
        patch=billed(coded("96365"), IRON, IRON),
        said={"PRO-DUP-001": "error"},
    ),
]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"K{row}")
def test_the_conflict_is_settled(row: Row) -> None:
    holds(row)


def test_every_conflict_has_its_row() -> None:
    assert sorted({row.number for row in ROWS} | set(OF_NO_CLAIM)) == list(range(1, COUNT + 1))


def test_k05_k06_k23_k32_k33_reasons_that_are_foretold() -> None:
    """Rule -> group and reason, by the articles and by the official lists."""
    for rule, official, textbook in (
        ("MOD-JW-001", {("CO", "16"), ("CO", "4")}, {("CO", "16"), ("CO", "4")}),
        ("INF-TIME-007", {("CO", "252")}, {("CO", "16")}),
        ("INF-INIT-001", {("CO", "236")}, {("CO", "97")}),
        ("PRO-DUP-001", {("OA", "18")}, set()),
    ):
        found = {(one.basis, one.group, one.code) for one in denials()[rule]}
        assert {(g, c) for basis, g, c in found if basis == "official"} & official, rule
        assert {(g, c) for basis, g, c in found if basis == "textbook"} & textbook or not textbook, rule


def test_k09_k10_k13_parents_and_limits_of_the_files() -> None:
    lists, day = shipped(), date(2024, 8, 5)
    assert sorted(parents_of(lists, "96361", day) or ()) == ["96360", "96365", "96374", "96409", "96413"]
    assert sorted(parents_of(lists, "96366", day) or ()) == ["96360", "96365", "96367", "96413"]
    for setting, units in (("professional", 1), ("facility", 2)):
        limit = unit_limit(lists, "96365", setting, day)
        assert limit is not None and limit.units == units


def test_k07_no_claim_carries_times() -> None:
    assert b"T09:00" not in to_json(edi.claim(sample("professional"))).encode()
