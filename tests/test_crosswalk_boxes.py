"""The crosswalk of the forms, proven: a datum that changes changes its boxes and no others, and back.

Each datum of claims that hold everything gets another value. On the form exactly boxes that its rows name may
change; the claim that is read of the changed form differs exactly in data of the boxes that changed.
"""

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

import pytest

from edi.model import contract, crosswalk, pointer, xml
from edi.model.claim import Claim
from edi.model.crosswalk import Row, Target
from form_claims import changed, facility_cases, professional_cases
from forms.filling import fill
from forms.layout import Form
from forms.plan import kinds, ticks
from forms.taking import take

CASES = {"cms1500": tuple(professional_cases()), "ub04": tuple(facility_cases())}
FORMS: tuple[Form, ...] = ("cms1500", "ub04")

DERIVED = {
    # Medicare and commercial plans want other boxes; these follow from who is billed and insured
    r"/coverages/\d+/claim_filing": r"1\..*|11|11d.*|17a.*|24[IJ]\..*|29|32.*|33b",
    r"/coverages/\d+/(claim_filing|relationship)": r"4|6\..*|7\..*|9|9a|9d|11|11[acd]\b.*|FL58\..",
    # the order of the payers
    r"/coverages/\d+/responsibility": r"4|6\..*|7\..*|9.*|11.*|FL5\d.*|FL6\d.*",
    # item 1 tells a group plan by its number or name
    r"/coverages/\d+/group_(number|name)": r"1\.(group|other)",
    # ICD-9 or ICD-10 follows from the days
    r".*/(service_date|service_through|from_date|through_date)": r"21\.indicator|FL66|FL6\..*",
    r"/accident/kinds/\d": r"10[abc]\.(yes|no)",
    # the form sorts its lines, and its condition codes
    r"/lines/\d+/(revenue_code|service_date)": r"FL4[2-8]\.\d+",
    r"/condition_codes/\d+": r"FL(1[89]|2[0-8])|FL81\..*",
    # what is not covered is summed up
    r"/lines/\d+/non_covered": r"FL48\.23",
    # where the biller is the practitioner, and where item 32 repeats item 33
    r"/billing_provider/.*": r"24J\.\d|31\.signature\.2|32\..*|32a",
}
"""Data, and boxes that follow from them beside those of the crosswalk."""


def leaves(record: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Values of a record with their JSON Pointers."""
    if is_dataclass(record):
        for f in fields(record):
            if f.compare:
                yield from leaves(getattr(record, f.name), f"{path}/{f.name}")
    elif isinstance(record, tuple):
        for i, one in enumerate(record):
            yield from leaves(one, f"{path}/{i}")
    elif record is not None:
        yield path, record


def rows_of(claim: Claim, path: str) -> list[Row]:
    """The rows that hold for a datum of a claim."""
    found = []
    for row in crosswalk.by_path(path):
        if path.startswith("/coverages/"):
            other = int(path.split("/")[2]) != (claim.bill_to or 0)
            if (row.when == "other[n]") != other:
                continue
        found.append(row)
    return found


def keys_of(target: Target | None, form: Form) -> set[str]:
    """Every box of a target, with the boxes beside it and those for what has no more room."""
    found: set[str] = set()
    while target is not None:
        for key in target.boxes:
            if key.endswith(".*"):
                found |= {tick.key for tick in ticks(form)[key]}
            else:
                found |= {key, kinds(form).get(key, key)}
        target = target.further
    return found - {"+"}


@cache
def named(form: Form, cell: str) -> frozenset[str]:
    """Boxes of a cell of the crosswalk that hold its datum."""
    return frozenset().union(*(keys_of(t, form) for t in crosswalk.targets(cell) if t.held))


def cell(row: Row, form: Form) -> str:
    return row.cms1500 if form == "cms1500" else row.ub04


def differences(before: list[dict[str, str]], after: list[dict[str, str]]) -> set[str]:
    """Boxes that are not the same on two forms."""
    found: set[str] = set()
    for one, other in zip(before, after, strict=True):
        found |= {key for key in one.keys() | other.keys() if one.get(key) != other.get(key)}
    return found


def derived(path: str, key: str) -> bool:
    return any(re.fullmatch(data, path) and re.fullmatch(boxes, key) for data, boxes in DERIVED.items())


@cache
def moves(form: Form, n: int) -> tuple[tuple[str, frozenset[str], frozenset[str]], ...]:
    """For each datum of a case that may be on paper: boxes that change, and data that are read otherwise."""
    claim = CASES[form][n].claim
    before = fill(claim)
    read = dict(leaves(take(form, before.pages).claim))
    found = []
    for path, value in leaves(claim):
        if not rows_of(claim, path) or not re.fullmatch(CASES[form][n].about, path):
            continue
        after = fill(changed(claim, path, value))
        assert len(after.pages) == len(before.pages)
        boxes = differences(before.pages, after.pages)
        again = dict(leaves(take(form, after.pages).claim))
        data = {p for p in read.keys() | again.keys() if read.get(p) != again.get(p)}
        found.append((path, frozenset(boxes), frozenset(data)))
    return tuple(found)


@pytest.mark.parametrize(("form", "n"), [(f, n) for f in FORMS for n in range(len(CASES[f]))])
def test_a_datum_stands_in_the_boxes_of_its_rows_and_nowhere_else(form: Form, n: int) -> None:
    claim = CASES[form][n].claim
    wrong = []
    for path, boxes, _ in moves(form, n):
        own = frozenset().union(*(named(form, cell(row, form)) for row in rows_of(claim, path)))
        strange = {key for key in boxes - own if not derived(path, key)}
        if strange:
            wrong.append(f"{path} changes {sorted(strange)}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("form", FORMS)
def test_every_box_of_every_row_holds_its_datum(form: Form) -> None:
    """Each box that the table names for a datum is shown to hold it by one of the cases."""
    shown: set[tuple[str, str]] = set()
    for n in range(len(CASES[form])):
        for path, boxes, _ in moves(form, n):
            for row in rows_of(CASES[form][n].claim, path):
                for target in row.targets(form):
                    if target.held and keys_of(target, form) & boxes:
                        shown.add((row.path, target.name))
    missing = sorted(
        {
            f"{row.path} in {target.name}"
            for row in crosswalk.rows()
            for target in row.targets(form)
            if target.held and (row.path, target.name) not in shown
        }
    )
    assert not missing, "\n".join(missing)


DECIDES = re.compile(r"/coverages/\d+/(claim_filing|responsibility|relationship)|/bill_to")
"""Data that decide which data stand in the boxes."""
LOST = re.compile(
    r"/signatures/.*|/coverages/\d+/(group_number|group_name|payer/name)|/billing_provider/secondary_ids/\d/id"
)
"""Data of which the form says less than the claim: a signature is on file or not, items 1, 9 and 11 hold one
of several, FL 57 does not say what kind of number it holds."""
HOISTED = {
    r"/place_of_service|/lines/\d+/place_of_service": r"24B\.\d",
    r"(/lines/\d+)?/rendering_provider/.*": r"24[IJ]\..*|31\.signature\.2|33\.name",
    r"/billing_provider/.*_name|/billing_provider/suffix": r"33\.name|31\.signature\.2",
    r"/service_facility/.*": r"32.*|33.*",
    # a test result stands on the first line of a drug
    r"/lines/\d+/test_results/.*": r"19\..*|24D\..*",
}
"""What all lines have in common is read as the claim's; data, and the boxes that say so."""


@pytest.mark.parametrize(("form", "n"), [(f, n) for f in FORMS for n in range(len(CASES[f]))])
def test_a_box_says_the_data_of_its_rows_and_no_others(form: Form, n: int) -> None:
    wrong = []
    for path, boxes, data in moves(form, n):
        if DECIDES.fullmatch(path):
            continue
        if boxes and not data and not LOST.fullmatch(path):
            wrong.append(f"{path} in {sorted(boxes)} is not read")
        for read in data:
            own = frozenset().union(*(named(form, cell(row, form)) for row in crosswalk.by_path(read)))
            hoisted = any(
                re.fullmatch(where, read) and any(re.fullmatch(box, key) for key in boxes)
                for where, box in HOISTED.items()
            )
            if not own & boxes and not hoisted:
                wrong.append(f"{path} in {sorted(boxes)} is read as {read}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("form", FORMS)
def test_json_and_xml_hold_each_datum_at_its_path(form: Form) -> None:
    claim = CASES[form][0].claim
    for path, value in leaves(claim):
        other = changed(claim, path, value)
        as_json, as_xml = (
            contract.from_dict(contract.to_dict(other)).value,
            next(iter(xml.read_xml(xml.to_xml(other).encode()))).value,
        )
        for read in (as_json, as_xml):
            assert pointer.get(read, path) == pointer.get(other, path)
        assert as_json == as_xml == other
