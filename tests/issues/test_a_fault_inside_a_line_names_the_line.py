"""A fault of the wire inside a service line says the number of the line, and the box in which it shows."""

from collections.abc import Sequence
from pathlib import Path

import pytest

import edi
from edi.finding import Place
from x12_bases import BASES, counted, faults, wrapped

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "x12"
OFFICE = "antibiotic-70-min"
HOSPITAL = "ivig-165-min"


def places(name: str, before: str, after: str | None, nth: int = 1) -> list[Place]:
    """Places of the faults of a sample in which the n-th segment that begins so is another, or not there."""
    text = (SAMPLES / f"{name}.837").read_text("ascii").replace("\n", "")
    segments = text.split("~")
    at = [i for i, s in enumerate(segments) if s.startswith(before)][nth - 1]
    segments[at : at + 1] = [] if after is None else [segments[at].replace(before, after, 1)]
    for i, segment in enumerate(segments):
        if segment.startswith("ST*"):
            first = i
        if segment.startswith("SE*"):
            segments[i] = f"SE*{i - first + 1}*{segment.split('*')[2]}"
    return [f.place for f in edi.check("~".join(segments).encode()).findings if f.rule.startswith("X12-")]


def said(found: Sequence[Place]) -> list[tuple[str, int | None, str | None]]:
    """Address, line and box of places."""
    return [(one.x12.address, one.line, one.box) for one in found if one.x12 is not None]


def test_an_element_that_is_missing_as_a_whole_has_the_box_of_its_components() -> None:
    line = "SV1*HC:J3373:JZ*118.75*UN*125"
    assert said(places(OFFICE, f"{line}***1", line)) == [("2400[2]/SV1/07", 2, "24E")]


@pytest.mark.parametrize(
    ("name", "box", "nth"), [(OFFICE, "24A", 1), (OFFICE, "24A", 2), ("home-visit", "24A", 1)]
)
def test_a_segment_that_is_missing_names_the_line_that_lacks_it(name: str, box: str, nth: int) -> None:
    assert said(places(name, "DTP*472", None, nth)) == [(f"2400[{nth}]/DTP[472]", nth, box)]


def test_the_line_of_a_drug_is_named_though_its_loop_counts_for_itself() -> None:
    (one,) = said(places(OFFICE, "LIN**N4", "LIN**XX"))
    assert one == ("2410[1]/LIN/02", 2, "24 shaded")


def test_a_component_without_a_box_has_that_of_its_element() -> None:
    assert said(places(HOSPITAL, "SV2*0260*HC", "SV2*0260*ZZ")) == [("2400[1]/SV2/02-1", 1, "FL 44")]


@pytest.mark.parametrize(("name", "box"), [(OFFICE, "21"), (HOSPITAL, "FL 67")])
def test_diagnoses_that_are_missing_are_of_no_line(name: str, box: str) -> None:
    assert ("2300/HI[ABK|BK]", None, box) in said(places(name, "HI*ABK", None))


@pytest.mark.parametrize("name", BASES)
def test_every_segment_of_a_line_that_cannot_stand_there_has_its_line(name: str) -> None:
    base = list(BASES[name])
    lines = {"LX": 0}
    for i, segment in enumerate(base):
        key = segment.split("*")[0]
        if key in ("HL", "CLM"):
            lines["LX"] = 0
        if key == "LX":
            lines["LX"] += 1
        if not lines["LX"] or key in ("SE", "HL"):
            continue
        broken = [*base[: i + 1], "QQQ*1", *base[i + 1 :]]
        found = [f for f in faults(wrapped(counted(broken))) if f.kind == "segment_unknown"]
        assert [f.line for f in found] == [lines["LX"]], segment
