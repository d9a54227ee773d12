"""`explain` of guide addresses and boxes."""

import re

import pytest

from edi.errors import EdiError
from edi.model import crosswalk
from edi.pipeline import explain
from edi.x12.guide import SegmentLine, load

FORMS: tuple[crosswalk.FormName, ...] = ("cms1500", "ub04")
LINES = [(name, line) for name in ("837p", "837i") for line in load(name).segment_lines()]


@pytest.mark.parametrize(("name", "line"), LINES, ids=lambda x: x if isinstance(x, str) else x.address)
def test_every_line_of_the_claim_guides_has_a_page(name: str, line: SegmentLine) -> None:
    page = explain(f"{name.upper()} {line.address}")
    assert page.startswith(f"# {name.upper()} {line.loop.id}/{line.id}")
    for element in line.elements:
        for one in (element, *element.components):
            assert f"| {one.name} | {one.label} | " in page


def headings(page: str) -> list[str]:
    return re.findall("^# (.*)$", page, re.MULTILINE)


def test_words_for_addresses() -> None:
    assert headings(explain("2400/SV1")) == ["837P 2400/SV1: Professional service"]
    assert explain("2400/SV1/01-2") == explain("SV101-2") == explain("2400[7]/sv1/01-2")
    assert headings(explain("2400/SV1/01-2")) == ["837P 2400/SV1/01-2: Procedure code"]
    assert headings(explain("2310B")) == ["837P 2310B: Rendering provider", "837I 2310B: Operating provider"]
    assert headings(explain("837I 2310B")) == ["837I 2310B: Operating provider"]
    assert headings(explain("837I 2300/HI[BH]")) == ["837I 2300/HI[BH]: Occurrences"]
    assert headings(explain("837P 2300/HI[ABF]/02-2")) == ["837P 2300/HI[ABK|BK]/02-2: Diagnosis code"]
    assert all(h.split(": ")[0].endswith("REF[G1]") for h in headings(explain("REF[G1]")))
    assert headings(explain("CLM05-1"))[0].startswith("837P 2300/CLM/05-1")
    assert headings(explain("ISA/13")) == ["envelope ISA/ISA/13: Control number"]
    assert headings(explain("999 2100/IK3"))[0].startswith("999 2100/IK3")
    assert "837I | 2010AA/N4" in explain("N4")
    assert headings(explain("837P")) == ["Guide 837P"]


def test_the_page_speaks_in_words() -> None:
    page = explain("837P 2400/SV1")
    assert "required in 2300, at most 50" in page
    assert "| SV102 | Line charge | required | decimal number | 1 to 18 |" in page
    assert "MJ, UN" in page and "list hcpcs" in page
    assert "PER05 and PER06: all of them or none" in explain("837P 1000A/PER")
    assert "DTP02 names the date format of DTP03" in explain("2400/DTP[472]/03")


def test_versions_are_told_apart() -> None:
    found = 0
    for name, line in LINES:
        for one in (x for e in line.elements for x in (e, *e.components)):
            for other in one.alternatives:
                found += 1
                page = explain(f"{name} {line.address}")
                assert f"{other.name} (versions ending {other.versions})" in page
    assert found


def test_what_fills_an_element() -> None:
    page = explain("2400/SV1/01-2")
    assert "/lines/{line}/hcpcs" in page and "24D" in page
    assert "/modifiers/" not in page
    page = explain("2400/SV2")
    assert "FL 44" in page and "/lines/{line}/revenue_code" in page


@pytest.mark.parametrize(
    "item", sorted({item for r in crosswalk.rows() for form in FORMS for item in r.items(form)})
)
def test_every_item_of_the_crosswalk_has_a_page(item: str) -> None:
    page = explain(item)
    paths = [r.path for r in crosswalk.rows() if item in (*r.items("cms1500"), *r.items("ub04"))]
    assert paths and all(path in page for path in paths)


def test_boxes_of_both_forms() -> None:
    assert headings(explain("FL44")) == headings(explain("FL 44")) == ["UB-04 FL 44"]
    assert "2400[n]/SV1/01-2" in explain("24d")
    assert len(headings(explain("4"))) == 2


@pytest.mark.parametrize(
    "word", ["2400/XYZ", "9999", "2400/SV1/99", "99Z", "FL 99", "2400/SV1/01-2/3", "/", "REF[ZZZ]"]
)
def test_what_is_not_there_is_said(word: str) -> None:
    with pytest.raises(EdiError, match="nothing is known about"):
        explain(word)
