"""Conversion of made-up claims: nothing is lost without a word, and what both sides carry comes back."""

import datetime as dt
import re
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import edi
from claim_strategies import claims
from edi.conversion import Answers, Conversion, leaves
from edi.errors import NotWritable
from edi.model import crosswalk
from edi.model.claim import Claim, Setting

HOSPITAL = {
    "organization_name": "SAINT ORVELL",
    "npi": "1245319599",
    "tax_id": "005550106",
    "tax_id_type": "EI",
    "address": {"line1": "1 PLAZA", "city": "COLUMBUS", "state": "OH", "zip": "432150001"},
}
ANSWERS: dict[Setting, dict[str, Any]] = {
    "facility": {
        "/ownership": "hospital_department",
        "/type_of_bill": "0131",
        "/admission/type": "3",
        "/admission/source": "1",
        "/admission/patient_status": "01",
    },
    "professional": {
        "/ownership": "practice",
        "/place_of_service": "11",
        "/rendering_provider": "@/attending_provider",
    },
}


def named(path: str, conversion: Conversion) -> bool:
    """Whether a row speaks of a value, by its pointer or that of a record around it."""
    return any(row.source and (path + "/").startswith(row.source + "/") for row in conversion.not_carried)


def values(claim: Claim) -> set[tuple[str, Any]]:
    """Every value of a claim with the last key of its pointer that is no number."""
    return {(key(path), value) for path, value in leaves(claim)}


def key(path: str) -> str:
    """The last part of a pointer that is no position."""
    return next(part for part in reversed(path.split("/")) if not part.isdecimal())


def lost(source: Claim, conversion: Conversion) -> list[str]:
    """Values that neither stand in a resulting claim nor are named."""
    kept = set().union(*(values(claim) for claim in conversion.claims))
    return [
        path
        for path, value in leaves(source)
        if path != "/setting" and not named(path, conversion) and (key(path), value) not in kept
    ]


@pytest.mark.parametrize("answered", [False, True])
@given(claim=claims())
def test_nothing_is_lost_without_a_word(claim: Claim, answered: bool) -> None:
    to: Setting = "professional" if claim.setting == "facility" else "facility"
    conversion = edi.convert(claim, to=to, answers=ANSWERS[to] if answered else None)
    assert lost(claim, conversion) == []


# ---------------------------------------------------------------- there and back


def on_both_sides(path: str, claim: Claim) -> bool:
    """Whether the 837P and the 837I have a place for a value, by the crosswalk."""
    parts = path.split("/")
    if parts[1] == "billing_provider" and "secondary_ids" in parts:
        # a licence of the billing provider stands in the 837P only
        one = claim.billing_provider.secondary_ids[int(parts[3])] if claim.billing_provider else None
        return one is not None and one.qualifier in ("G2", "LU")
    if parts[1] == "dates":
        # 431 and 484 are occurrence codes 11 and 10 there
        return claim.dates[int(parts[2])].qualifier in ("050", "431", "484")
    return any(row.professional and row.facility for row in crosswalk.by_path(path))


def missing(first: Claim, last: Claim) -> list[str]:
    """Values that both sides carry and that did not come back; entries of lists at another position count."""
    now: dict[str, list[Any]] = {}
    for path, value in leaves(last):
        now.setdefault(without_ids(path), []).append(value)
    return [
        path
        for path, value in leaves(first)
        if on_both_sides(path, first) and value not in now.get(without_ids(path), ())
    ]


def without_ids(path: str) -> str:
    """A pointer without the positions of secondary ids and dates, of which the other side leaves some out."""
    return re.sub(r"/(secondary_ids|dates)/\d+", r"/\1/-", path)


@given(claim=claims(facility=False))
def test_from_professional_to_facility_and_back(claim: Claim) -> None:
    # 26 is the practitioner's part of a service; hospitals do not use 53, practices neither 27 nor, here, 51
    assume(not any({"26", "27", "51", "53"} & set(line.modifiers) for line in claim.lines))
    claim = replace(claim, place_of_service="11")
    there = edi.convert(claim, to="facility", answers=ANSWERS["facility"])
    back = edi.convert(there.claims[0], to="professional", answers=ANSWERS["professional"])
    assert len(there.claims) == len(back.claims) == 1
    assert missing(claim, back.claims[0]) == []


def writable(claim: Claim) -> bool:
    """Whether an 837 of a claim can be written and reads back as the same."""
    try:
        edi.write_837([claim], created=dt.datetime(2026, 11, 2, 8, 0))
    except NotWritable:
        return False
    return True


@given(claim=claims())
def test_what_comes_of_a_writable_claim_can_be_written(claim: Claim) -> None:
    assume(writable(claim))
    to: Setting = "professional" if claim.setting == "facility" else "facility"
    answers = ANSWERS[to] | {"/billing_provider": HOSPITAL}
    if to == "professional":
        answers |= {f"/lines/{i}/diagnosis_pointers": [1] for i in range(len(claim.lines))}
    conversion = edi.convert(claim, to=to, answers=answers)
    told = any(row.rule and row.rule.startswith("X12-WRITE") for row in conversion.not_carried)
    assert told or all(writable(made) for made in conversion.claims)


SIDES: tuple[Setting, ...] = ("professional", "facility")
CODES = ("96365", "J1745", "99213", "36561", "G0463", "85025", "96376", "C8957", "G0378", None)


@given(claim=claims(), data=st.data())
def test_a_split_loses_nothing_and_puts_each_line_on_one_claim(claim: Claim, data: st.DataObject) -> None:
    lines = tuple(
        replace(
            line,
            hcpcs=data.draw(st.sampled_from(CODES)),
            revenue_code=data.draw(st.sampled_from(("0260", "0510", "0983", None)))
            if claim.setting == "facility"
            else None,
            separate_note=data.draw(st.booleans()),
            charge=Decimal(1000 + i),  # tells the lines apart
        )
        for i, line in enumerate(claim.lines)
    )
    claim = replace(claim, lines=lines)
    to: Setting = "professional" if claim.setting == "facility" else "facility"
    sides: dict[int, Setting] = {
        i + 1: data.draw(st.sampled_from(SIDES)) for i in range(len(lines)) if data.draw(st.booleans())
    }
    chosen: dict[Setting, dict[str, Any]] = {to: ANSWERS[to] if data.draw(st.booleans()) else {}}
    answers = Answers(
        professional=chosen.get("professional", {}), facility=chosen.get("facility", {}), lines=sides
    )
    conversion = edi.convert(claim, to=to, answers=answers)
    assert lost(claim, conversion) == []
    dropped = {row.source for row in conversion.not_carried if row.kind == "dropped"}
    kept = [line.charge for i, line in enumerate(lines) if f"/lines/{i}" not in dropped]
    assert sorted(line.charge or 0 for made in conversion.claims for line in made.lines) == kept
    assert len({made.setting for made in conversion.claims}) == len(conversion.claims)
