"""The fast path never changes a verdict: pattern and judgement by elements agree on every guide line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.x12.elements import judge
from edi.x12.guide import ElementLine, SegmentLine, shipped
from edi.x12.patterns import segment_pattern
from edi.x12.segment import COMPONENT, ELEMENT, REPETITION

LINES = [(guide.name, line) for guide in shipped() for line in guide.segment_lines()]
VALUES = st.sampled_from(
    ["", "", "", "A", "1", "12", "X1", " ", "A ", " A", "-1", "1.5", ".5", "5.", "--1", "1e5", "+1", "D8",
     "RD8",
     "20240229", "20230229", "20261399", "20260101-20260102", "20260101-20260101", "20260101", "1200", "2460",
     "120060", "99999999", "00000101", "HC", "XX", "MI", "Y", "UN", "B", "x" * 36, "9" * 19, "9" * 18 + ".5",
     "TM", "DT", "202601011200", "000", "0", "A" * 81, "A" + COMPONENT + "B", COMPONENT, REPETITION, "é"]
)  # fmt: skip


def fitting(line: ElementLine) -> st.SearchStrategy[str]:
    """Values that an element mostly allows."""
    if line.codes:
        return st.sampled_from(line.codes)
    if line.type in ("R", "N0", "N2"):
        return st.integers(0, 99).map(str)
    if line.type == "DT":
        return st.sampled_from(["20260303", "260303"])
    if line.type == "TM":
        return st.just("0930")
    return st.text("ABC123", min_size=max(1, line.least), max_size=min(line.most, line.least + 3))


def element(line: ElementLine | None) -> st.SearchStrategy[str]:
    if line is None:
        return st.one_of(st.just(""), st.just(""), st.just(""), VALUES)
    if line.type == "comp":
        last = max((c.component or 0 for c in line.components), default=0)
        by_place = {c.component: c for c in line.components}
        parts = st.tuples(*(element(by_place.get(i)) for i in range(1, last + 1)))
        whole = parts.map(lambda p: COMPONENT.join(p).rstrip(COMPONENT))
        return st.one_of(whole, whole, whole, parts.map(COMPONENT.join), VALUES)
    good = fitting(line)
    if line.usage == "S":
        return st.one_of(good, good, good, st.just(""), st.just(""), VALUES)
    return st.one_of(good, good, good, good, good, good, VALUES)


def segments(line: SegmentLine) -> st.SearchStrategy[str]:
    last = max((e.position for e in line.elements), default=0)
    parts = st.tuples(*(element(line.element(i)) for i in range(1, last + 1)))
    whole = parts.map(lambda p: ELEMENT.join((line.id, *p)))
    return st.one_of(whole.map(lambda t: t.rstrip(ELEMENT)), whole, whole.map(lambda t: t + ELEMENT + "X"))


@pytest.mark.parametrize(
    "line", [line for _, line in LINES], ids=[f"{g} {line.address}" for g, line in LINES]
)
@settings(
    max_examples=max(10, settings().max_examples // 5), derandomize=False
)  # a part for each of some 500
@given(data=st.data())
def test_pattern_and_judgement_agree(line: SegmentLine, data: st.DataObject) -> None:
    text = data.draw(segments(line))
    matched = segment_pattern(line).fullmatch(text) is not None
    faults = [(f.kind, f.element, f.component) for f in judge(line, text)]
    assert matched == (not faults), (text, faults)
