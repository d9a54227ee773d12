"""The worked cases C (coding) and D (drug units and waste).

`data/worked_cases.json` is a copy of `../shared/cases/worked_cases.json`; the file's form is described in
`../shared/README.md` under "Worked cases".
"""

import json
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from dateutil import tz

from coding_cases import DAY, Setting, codes, proposal, quantity, vials
from edi.model.encounter import Administration

CASES: list[dict[str, Any]] = json.loads(
    (Path(__file__).parent / "data/worked_cases.json").read_text("utf-8")
)
ZONE = "America/Chicago"
CATEGORY: dict[str, Any] = {
    "ther": "therapeutic",
    "chemo": "chemotherapy",
    "hyd": "hydration",
    "hormone": "hormonal_antineoplastic",
}
TECHNIQUE: dict[str, Any] = {
    "inf": "infusion",
    "push": "push",
    "inj": "injection",
    "pump8": "pump",
    "obi": "on_body_injector",
}
SETTING: dict[str, Setting] = {"prof": "professional", "fac": "facility"}
HUNDRED_MG_DRUG = "J2185"
"""A drug code of the table with a unit of 100 mg, for the case that names no code."""

# Two cases are told in their titles only.
TOLD_IN_WORDS = {
    "C029": (
        Administration(id="A1", technique="infusion", start=f"{DAY}T10:00", stop=f"{DAY}T09:00", drug="iron"),
    ),
    "C087": (Administration(id="A1", technique="flush", access_site="implanted port", start=f"{DAY}T09:00"),),
}


def _of(kind: str) -> list[Any]:
    return [pytest.param(c, id=c["id"]) for c in CASES if c["id"].startswith(kind)]


def _instant(text: str | None) -> str | None:
    """Local time of Chicago; `*` is the second pass of an hour that the clocks show twice."""
    if text is None:
        return None
    second = text.endswith("*")
    local = text.rstrip("*")
    if "T" not in local:
        local = f"{DAY}T{local}"
    moment = tz.enfold(datetime.fromisoformat(local).replace(tzinfo=tz.gettz(ZONE)), int(second))
    return moment.isoformat() if second else local


def _administration(number: int, given: dict[str, Any]) -> Administration:
    calculated = given.get("calc")
    technique = TECHNIQUE[given["tech"]]
    return Administration(
        id=f"A{number}",
        drug=given["drug"],
        category=CATEGORY[given["cat"]],
        technique=technique,
        start=_instant(given.get("start")),
        stop=_instant(given.get("stop")),
        access_site=given.get("site"),
        site_reason="documented" if given.get("site") == "B" else None,
        route=given.get("route"),
        visit=given.get("enc"),
        planned_minutes=given.get("planned") or (46 * 60 if technique == "pump" else None),
        purpose="keep_vein_open" if given.get("kvo") else "blood_line" if given.get("blood") else None,
        diluent_of=given.get("diluent"),
        volume_ml=Decimal(calculated * 5) if calculated else None,
        rate_ml_per_hour=Decimal(300) if calculated else None,
    )


@pytest.mark.parametrize("case", _of("C"))
def test_coding_case(case: dict[str, Any]) -> None:
    administrations = tuple(_administration(i, a) for i, a in enumerate(case["administrations"], 1))
    policies = {{"distinct": "distinct_modifier"}.get(k, k): v for k, v in case["policy"].items()}
    primary = case["primary"]
    primary_id = next(
        (
            a.id
            for a, told in zip(administrations, case["administrations"], strict=True)
            if primary and [told.get("site"), told["drug"]] == primary
        ),
        None,
    )
    found = proposal(
        administrations or TOLD_IN_WORDS.get(case["id"], ()),
        SETTING[case["setting"]],
        policies=policies,
        time_zone=ZONE,
        primary_reason=primary_id,
    )
    assert codes(found) == sorted(case["expected"]), case["title"]


@pytest.mark.parametrize("case", _of("D"))
def test_drug_case(case: dict[str, Any]) -> None:
    drug = Administration(
        id="A1",
        hcpcs=HUNDRED_MG_DRUG if case["hcpcs"] == "any" else case["hcpcs"],
        dose=quantity(case["dose_mg"]),
        containers=vials(*case["containers_mg"], single_dose=True),
        technique="infusion",
        start=f"{DAY}T09:00",
        stop=f"{DAY}T10:00",
    )
    lines = [p.line for p in proposal([drug]).lines if p.line.kind == "drug"]
    assert [(line.units, "".join(line.modifiers)) for line in lines] == [
        (Decimal(e["units"]), e["mod"]) for e in case["expected"]
    ], case["title"]


def test_the_file_is_whole() -> None:
    assert len(_of("C")) >= 60
    assert len(_of("D")) >= 13
