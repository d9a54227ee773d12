"""The fast path never changes a verdict: pattern and judgement by elements agree on every guide line."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.x12.elements import judge
from edi.x12.guide import ElementLine, Note, SegmentLine, shipped
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


DATES = {
    "D8": "20260303", "RD8": "20260303-20260304", "TM": "0930", "DT": "202603030930", "D6": "260303"
}  # fmt: skip


def dates(notes: tuple[Note, ...], lines: list[ElementLine]) -> dict[int, list[str]]:
    """Place of each date that follows its format -> dates in the formats that the guide allows."""
    by_place = {line.component or line.position: line for line in lines}
    return {
        n.places[1]: [DATES[code] for code in by_place[n.places[0]].codes if code in DATES]
        for n in notes
        if n.kind == "D" and all(place in by_place for place in n.places)
    }


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


def weighed(*choices: tuple[int, st.SearchStrategy[str]]) -> st.SearchStrategy[str]:
    """One of several strategies by weight; `one_of` drops what is named twice."""
    return st.sampled_from([one for weight, one in choices for _ in range(weight)]).flatmap(lambda one: one)


def element(line: ElementLine | None, days: list[str] | None = None) -> st.SearchStrategy[str]:
    if line is None:
        return weighed((15, st.just("")), (1, VALUES))
    if line.type == "comp":
        last = max((c.component or 0 for c in line.components), default=0)
        by_place = {c.component: c for c in line.components}
        days_at = dates(line.notes, line.components)
        parts = st.tuples(*(element(by_place.get(i), days_at.get(i)) for i in range(1, last + 1)))
        whole = parts.map(lambda p: COMPONENT.join(p).rstrip(COMPONENT))
        return weighed((14, whole), (1, parts.map(COMPONENT.join)), (1, VALUES))
    good = st.sampled_from(days) if days else fitting(line)
    if line.usage == "S":
        return weighed((8, good), (7, st.just("")), (1, VALUES))
    return weighed((15, good), (1, VALUES))


def segments(line: SegmentLine) -> st.SearchStrategy[str]:
    last = max((e.position for e in line.elements), default=0)
    days_at = dates(line.notes, line.elements)
    parts = st.tuples(*(element(line.element(i), days_at.get(i)) for i in range(1, last + 1)))
    whole = parts.map(lambda p: ELEMENT.join((line.id, *p)))
    trimmed = whole.map(lambda t: t.rstrip(ELEMENT))
    return weighed((6, trimmed), (1, whole), (1, whole.map(lambda t: t + ELEMENT + "X")))


@pytest.mark.parametrize(
    "line", [line for _, line in LINES], ids=[f"{g} {line.address}" for g, line in LINES]
)
@settings(max_examples=max(10, settings().max_examples // 5))  # a part for each of some 500
@given(data=st.data())
def test_pattern_and_judgement_agree(line: SegmentLine, data: st.DataObject) -> None:
    text = data.draw(segments(line))
    matched = segment_pattern(line).fullmatch(text) is not None
    faults = [(f.kind, f.element, f.component) for f in judge(line, text)]
    assert matched == (not faults), (text, faults)
