"""Guides of the envelope, TA1, 999, 277CA and 835: text, versions, pyx12's maps cell by cell, real files."""

import csv
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest
import pyx12

from edi import tables
from edi.x12.guide import (
    UNBOUNDED,
    ElementLine,
    Guide,
    Loop,
    SegmentLine,
    guide_for,
    load,
    parse,
    render,
)

NAMES = ("envelope", "ta1", "999", "277ca", "835")
ACKS = Path(__file__).parents[1].parent / "shared" / "corpora" / "acks"
MAPS = Path(pyx12.__file__).parent / "map"
DIFFERENCES = Path(__file__).parent / "data" / "guide_differences_answers.csv"


@pytest.mark.parametrize("name", NAMES)
def test_text_and_objects_are_the_same(name: str) -> None:
    text = tables.text(f"guides/{name}.guide")
    assert render(parse(text)) == text


@pytest.mark.parametrize("name", NAMES)
def test_a_guide_names_its_source(name: str) -> None:
    heads = [line.split(":")[0] for line in load(name).comments]
    assert heads[:3] == ["# source", "# edition", "# date"]


@pytest.mark.parametrize(
    ("version", "set_id", "group", "name"),
    [
        ("005010X231A1", "999", "FA", "999"),
        ("005010X231", "999", "FA", "999"),
        ("005010X214", "277", "HN", "277CA"),
        ("005010X221A1", "835", "HP", "835"),
        ("005010X221", "835", "HP", "835"),
    ],
)
def test_a_version_finds_its_guide(version: str, set_id: str, group: str, name: str) -> None:
    guide, exact = guide_for(version, set_id)
    assert guide is not None and exact
    assert (guide.name, guide.group, guide.set) == (name, group, set_id)


def test_the_reader_is_told_where_to_cut() -> None:
    assert load("835").loops["2100"].unit == "CLP01"
    levels = {loop.id: loop.level for loop in load("277ca").loops.values() if loop.level}
    assert levels == {"2000A": "20", "2000B": "21", "2000C": "19", "2000D": "PT"}
    assert not any(loop.unit or loop.level for loop in load("999").loops.values())


@pytest.mark.parametrize("name", ("999", "277ca", "835"))
def test_the_trailer_comes_last(name: str) -> None:
    guide = load(name)
    assert guide.root.children[-1].id == "TRAILER"
    assert guide.loops["TRAILER"].segments[-1].id == "SE"


@pytest.mark.parametrize("name", NAMES)
def test_segments_of_one_id_are_told_apart_by_their_codes(name: str) -> None:
    for loop in load(name).loops.values():
        seen: dict[str, set[str]] = {}
        alone = [line.id for line in loop.segments]
        for line in loop.segments:
            if alone.count(line.id) == 1:
                continue
            codes = line.key_codes
            assert codes, line.address
            assert not codes & seen.setdefault(line.id, set()), line.address
            seen[line.id] |= codes
            assert set(line.qualifiers) == codes, line.address


@pytest.mark.parametrize("name", NAMES)
def test_a_date_period_says_which_element_names_its_format(name: str) -> None:
    for line in load(name).segment_lines():
        assert (str(line.notes[-1]) if line.id == "DTP" else "D0203") == "D0203"
        assert not any(note.kind == "D" for note in line.notes) or line.id == "DTP"


def test_the_code_lists_of_the_answers() -> None:
    """Rules catalogue 0.5 no. 25: P in AK901 only; IK304, IK403, IK502, AK905 and TA105 as printed there."""
    guide = load("999")

    def codes(loop: str, name: str) -> set[str]:
        return next(set(e.codes) for s in guide.loops[loop].segments for e in s.elements if e.name == name)

    def upto(*spans: tuple[int, int]) -> set[str]:
        return {str(n) for first, last in spans for n in range(first, last + 1)}

    assert codes("2000-TRAILER", "IK501") == set("AEMRWX")
    assert codes("TRAILER", "AK901") == set("AEMRWXP")
    assert codes("2100", "IK304") == upto((1, 8)) | {"I4", "I6", "I7", "I8", "I9"}
    assert codes("2110", "IK403") == upto((1, 10), (12, 13)) | {"I6", "I9", "I10", "I11", "I12", "I13"}
    for n in range(2, 7):
        assert codes("2000-TRAILER", f"IK50{n}") == upto((1, 13), (15, 19), (23, 27)) | {"I5", "I6"}
    for n in range(5, 10):
        assert codes("TRAILER", f"AK90{n}") == upto((1, 6), (10, 19), (23, 26))
    note = load("ta1").root.first.element(5)
    assert note is not None and note.codes == tuple(f"{n:03}" for n in range(32))


@pytest.mark.parametrize("name", NAMES)
def test_every_list_is_explained(name: str) -> None:
    text = tables.text("README.md")
    for line in load(name).segment_lines():
        for element in (part for e in line.elements for part in (e, *e.components)):
            if element.list_name is not None:
                assert re.search(rf"^\| @{element.list_name} \|", text, re.M), (
                    f"{line.address} {element.name}"
                )


# ---------------------------------------------------------------- pyx12, cell by cell


class Cell(NamedTuple):
    """One fact of a guide: `2100/CLP`, `use`."""

    address: str
    what: str


Cells = dict[Cell, str]


def _kept(note: str, use: dict[int, str]) -> bool:
    """Whether a syntax note can be broken while required elements are present and not-used ones absent."""
    kind, places = note[0], [int(note[i : i + 2]) for i in range(1, len(note), 2)]
    used = [p for p in places if p in use]
    if kind == "P":
        return len(used) > 1 and any(use[p] == "S" for p in used)
    if kind == "R":
        return bool(used) and all(use[p] == "S" for p in used)
    if kind == "E":
        return len(used) > 1
    return places[0] in use and not any(use.get(p) == "R" for p in places[1:])


def _our_element(line: ElementLine, address: str, cells: Cells) -> None:
    cells[Cell(address, "use")] = line.usage
    cells[Cell(address, "repeat")] = str(line.repeat)
    if line.type != "comp":
        cells[Cell(address, "type")] = line.type
        cells[Cell(address, "length")] = f"{line.least}/{line.most}"
        cells[Cell(address, "codes")] = "|".join(sorted(line.codes))
        cells[Cell(address, "list")] = line.list_name or ""


def _ours(guide: Guide) -> Cells:
    cells: Cells = {}
    for loop in guide.loops.values():
        cells[Cell(loop.id, "use")] = ",".join(sorted(set(loop.usage.values())))
        cells[Cell(loop.id, "max")] = str(loop.most)
        counts: dict[str, int] = {}
        for line in loop.segments:
            counts[line.id] = counts.get(line.id, 0) + 1
            address = f"{loop.id}/{line.id}#{counts[line.id]}"
            cells[Cell(address, "use")] = line.usage
            cells[Cell(address, "max")] = str(line.most)
            cells[Cell(address, "notes")] = " ".join(str(n) for n in line.notes if n.kind != "D")
            for element in line.elements:
                _our_element(element, f"{address}/{element.position:02}", cells)
                for part in element.components:
                    _our_element(part, f"{address}/{element.position:02}-{part.component}", cells)
    return cells


LISTS = {
    "states": "states",
    "country": "countries",
    "currency": "currencies",
    "remark_code": "rarc",
    "claim_status_cat": "claim_status_category",
    "claim_status": "claim_status",
    "entity_id": "entity",
}


@cache
def _dictionary() -> dict[str, tuple[str, str]]:
    """Data element number -> type and length."""
    root = ElementTree.parse(MAPS / "dataele.xml").getroot()
    return {
        e.attrib["ele_num"]: (e.attrib["data_type"], f"{e.attrib['min_len']}/{e.attrib['max_len']}")
        for e in root.iter("data_ele")
    }


def _said(node: ElementTree.Element, tag: str) -> str:
    return (node.findtext(tag) or "").strip()


def _their_element(node: ElementTree.Element, address: str, cells: Cells) -> None:
    kind, length = _dictionary()[_said(node, "data_ele")]
    valid = node.find("valid_codes")
    codes = set() if valid is None else {code.text or "" for code in valid.findall("code")}
    external = "" if valid is None else valid.get("external") or ""
    cells[Cell(address, "use")] = _said(node, "usage")
    cells[Cell(address, "repeat")] = _said(node, "repeat") or "1"
    cells[Cell(address, "type")] = kind
    cells[Cell(address, "length")] = length
    cells[Cell(address, "codes")] = "|".join(sorted(codes))
    cells[Cell(address, "list")] = LISTS[external] if external else ""


def _their_segment(node: ElementTree.Element, address: str, cells: Cells) -> None:
    cells[Cell(address, "use")] = _said(node, "usage")
    cells[Cell(address, "max")] = _said(node, "max_use").replace(">1", str(UNBOUNDED))
    use: dict[int, str] = {}
    for child in node:
        if child.tag not in ("element", "composite") or _said(child, "usage") == "N":
            continue
        position = int(_said(child, "seq"))
        use[position] = _said(child, "usage")
        place = f"{address}/{position:02}"
        if child.tag == "element":
            _their_element(child, place, cells)
            continue
        cells[Cell(place, "use")] = use[position]
        cells[Cell(place, "repeat")] = _said(child, "repeat") or "1"
        for part in child.findall("element"):
            if _said(part, "usage") != "N":
                _their_element(part, f"{place}-{int(_said(part, 'seq'))}", cells)
    notes = [n.text or "" for n in node.findall("syntax")]
    cells[Cell(address, "notes")] = " ".join(n for n in notes if _kept(n, use))


HOME = {
    # pyx12 keeps what follows the child loops in the loop itself, and tells header, detail and footer apart
    **dict.fromkeys(("ST_LOOP", "HEADER", "FOOTER"), "ST"),
    "ISA_LOOP": "ISA",
    "GS_LOOP": "GS",
}
LAST = {"IK5": "2000-TRAILER", "AK9": "TRAILER", "PLB": "TRAILER", "SE": "TRAILER", "IEA": "TRAILER"}


def _theirs(file: str, wanted: set[str]) -> Cells:
    cells: Cells = {}
    for loop in ElementTree.parse(MAPS / file).getroot().iter("loop"):
        name = HOME.get(loop.attrib["xid"], loop.attrib["xid"])
        if name not in wanted:
            continue
        if name != "ST":
            cells[Cell(name, "use")] = _said(loop, "usage")
            cells[Cell(name, "max")] = _said(loop, "repeat").replace(">1", str(UNBOUNDED))
        counts: dict[str, int] = {}
        for node in loop.findall("segment"):
            segment_id = node.attrib["xid"]
            counts[segment_id] = counts.get(segment_id, 0) + 1
            home = LAST.get(segment_id, name)
            _their_segment(node, f"{home}/{segment_id}#{counts[segment_id]}", cells)
    return cells


FILES = {
    "envelope": "x12.control.00501.xml",
    "ta1": "x12.control.00501.xml",
    "999": "999.5010X231.A1.xml",
    "277ca": "277.5010.X214.xml",
    "835": "835.5010.X221.A1.xml",
}


def _compared(name: str) -> Iterator[tuple[Cell, str, str]]:
    """Cells in which a guide and the map differ: cell, theirs, ours; "absent" where one has no such thing."""
    guide = load(name)
    ours, theirs = _ours(guide), _theirs(FILES[name], set(guide.loops))
    # the frame is ours: loops that pyx12 has under another name, or as places in the parent loop
    frame = {"ST", "TRAILER", "2000-TRAILER", "ISA", "GS"}
    if name == "envelope":  # TA1 has a table of its own
        theirs = {cell: value for cell, value in theirs.items() if not cell.address.startswith("ISA/TA1")}
    elif name == "ta1":
        theirs = {cell: value for cell, value in theirs.items() if cell.address.startswith("ISA/TA1")}
    lone = {c.address for c in ours} ^ {c.address for c in theirs}
    for address in sorted(lone - frame):
        yield (
            Cell(address, "line"),
            *(("absent", "present") if Cell(address, "use") in ours else ("present", "absent")),
        )
    for cell in sorted(set(ours) & set(theirs)):
        if ours[cell] != theirs[cell]:
            yield cell, theirs[cell], ours[cell]


def _rows() -> list[dict[str, str]]:
    text = DIFFERENCES.read_text(encoding="utf-8").splitlines()
    return list(csv.DictReader([line for line in text if not line.startswith("#")], strict=True))


def _covers(row: dict[str, str], name: str, cell: Cell, theirs: str, ours: str) -> bool:
    """`*` stands for anything, within one row of the list."""
    pattern = ".*".join(re.escape(part) for part in row["address"].split("*"))
    return (
        row["guide"] == name
        and row["cell"] == cell.what
        and re.fullmatch(pattern, cell.address) is not None
        and row["pyx12"] in (theirs, "*")
        and row["ours"] in (ours, "*")
    )


@pytest.mark.parametrize("name", NAMES)
def test_every_difference_from_pyx12_is_explained(name: str) -> None:
    rows = [row for row in _rows() if row["guide"] == name]
    unexplained = [
        (cell.address, cell.what, theirs, ours)
        for cell, theirs, ours in _compared(name)
        if not any(_covers(row, name, cell, theirs, ours) for row in rows)
    ]
    assert unexplained == []


@pytest.mark.parametrize("name", NAMES)
def test_the_comparison_compares(name: str) -> None:
    guide = load(name)
    shared = set(_ours(guide)) & set(_theirs(FILES[name], set(guide.loops)))
    assert len(shared) > 5 * sum(1 for _ in guide.segment_lines())


def test_no_explanation_is_stale_or_empty() -> None:
    found = {name: list(_compared(name)) for name in NAMES}
    for row in _rows():
        assert row["right"] in ("cleanclaim", "pyx12", "both") and row["why"]
        assert any(_covers(row, row["guide"], *difference) for difference in found[row["guide"]]), row


# ---------------------------------------------------------------- published files


class Wire(NamedTuple):
    """A file taken apart in the simplest way."""

    segments: list[list[str]]
    component: str
    repetition: str


def _read(path: Path) -> Wire:
    text = path.read_text(encoding="utf-8-sig").lstrip()
    element, repetition, component, end = text[3], text[82], text[104], text[105]
    parts = (part.strip("\r\n") for part in text.split(end))
    return Wire([part.split(element) for part in parts if part], component, repetition)


def _is(kind: str, value: str) -> bool:
    if kind == "DT":
        try:
            return bool(date.fromisoformat(value if len(value) == 8 else "20" + value))
        except ValueError:
            return False
    if kind == "TM":
        return re.fullmatch(r"([01]\d|2[0-3])[0-5]\d([0-5]\d\d{0,2})?", value) is not None
    if kind == "N0":
        return re.fullmatch(r"-?\d+", value) is not None
    if kind == "R":
        return re.fullmatch(r"-?(\d+\.?\d*|\.\d+)", value) is not None
    return True


def _judged(line: ElementLine, value: str, where: str) -> Iterator[str]:
    if not value:
        if line.usage == "R":
            yield f"{where} absent"
        return
    size = len(value.lstrip("-").replace(".", "")) if line.type in ("R", "N0") else len(value)
    if not line.least <= size <= line.most or not _is(line.type, value):
        yield f"{where} {value}"
    if line.codes and value not in line.codes:
        yield f"{where} code {value}"


def _values(line: SegmentLine, segment: list[str], wire: Wire) -> Iterator[str]:
    """What is wrong with the elements of one segment."""
    for position, text in enumerate(segment[1:], 1):
        if text and line.element(position) is None:
            yield f"{line.address}/{position:02} not used"
    for element in line.elements:
        text = segment[element.position] if element.position < len(segment) else ""
        where = f"{line.address}/{element.position:02}"
        if line.id == "ISA" or element.type != "comp":
            yield from _judged(element, text, where)
            continue
        if not text and element.usage == "R":
            yield f"{where} absent"
        for turn in text.split(wire.repetition) if text else ():
            parts = turn.split(wire.component)
            if len(parts) > max(c.component or 0 for c in element.components):
                yield f"{where} has {len(parts)} components"
            for part in element.components:
                at = (part.component or 1) - 1
                value = parts[at] if at < len(parts) else ""
                yield from _judged(part, value, f"{where}-{part.component}")


def _matches(line: SegmentLine, segment: list[str], wire: Wire) -> bool:
    if line.id != segment[0]:
        return False
    place = 3 if line.id == "HL" else 1
    key = segment[place].split(wire.component)[0] if len(segment) > place else ""
    return line.key_codes is None or key in line.key_codes


class Walk:
    """Places the segments of a file in a guide, from the first to the last, without going back."""

    def __init__(self, wire: Wire, segments: list[list[str]]) -> None:
        self.wire = wire
        self.segments = segments
        self.at = 0
        self.faults: list[str] = []

    def now(self, line: SegmentLine) -> bool:
        return self.at < len(self.segments) and _matches(line, self.segments[self.at], self.wire)

    def loop(self, loop: Loop) -> None:
        counts = [0] * len(loop.segments)
        group = 0
        while True:
            line = next((s for s in loop.segments if s.group >= group and self.now(s)), None)
            if line is None or (line.order == 0 and counts[0] == line.most):
                break
            group = line.group
            counts[line.order] += 1
            self.faults += _values(line, self.segments[self.at], self.wire)
            self.at += 1
        for line, count in zip(loop.segments, counts, strict=True):
            if count > line.most or (line.usage == "R" and not count):
                self.faults.append(f"{line.address} stands {count} times")
        for child in loop.children:
            turns = 0
            while self.now(child.first) or (child.first.usage == "S" and any(map(self.now, child.segments))):
                turns += 1
                self.loop(child)
            if turns > child.most or (child.usage[loop.id] == "R" and not turns):
                self.faults.append(f"{child.id} stands {turns} times in {loop.id}")


KNOWN = {
    # what is wrong in a published file, below the structure for which the corpus vouches
    "999-accepted.edi": ["GS/GS/05 102497"],
}


@pytest.mark.skipif(not ACKS.exists(), reason="the published files are not here")
@pytest.mark.parametrize("name", sorted(p.name for p in ACKS.glob("*.edi")))
def test_published_answers_fit_their_guides(name: str) -> None:
    wire = _read(ACKS / name)
    faults: list[str] = []
    outside: list[list[str]] = []
    version = ""
    inside: list[list[str]] = []
    for segment in wire.segments:
        if segment[0] == "GS":
            version = segment[8]
        if segment[0] == "ST" or inside:
            inside.append(segment)
        else:
            outside.append(segment)
        if segment[0] == "SE":
            guide, exact = guide_for(version, inside[0][1])
            assert guide is not None and exact
            walk = Walk(wire, inside)
            walk.loop(guide.root)
            assert walk.at == len(inside), f"{inside[walk.at]} has no place"
            faults += walk.faults
            inside = []
    envelope = Walk(wire, outside)
    envelope.loop(load("envelope").root)
    assert envelope.at == len(outside)
    assert faults + envelope.faults == KNOWN.get(name, [])


def test_the_walk_finds_what_is_wrong() -> None:
    wire = Wire([], ":", "^")
    good = ["ST*999*0001*005010X231A1", "AK1*HC*1*005010X222A1", "AK9*A*1*1*1", "SE*4*0001"]
    for plant, expected in (
        ((2, "AK9*A*1*1*1*7"), "TRAILER/AK9/05 code 7"),
        ((1, "AK1*HC*x*005010X222A1"), "ST/AK1/02 x"),
        ((1, "AK1*HC*1*005010X222A1*1"), "ST/AK1/04 not used"),
        ((2, "AK9*A**1*1"), "TRAILER/AK9/02 absent"),
    ):
        lines = list(good)
        lines[plant[0]] = plant[1]
        walk = Walk(wire, [line.split("*") for line in lines])
        walk.loop(load("999").root)
        assert walk.faults == [expected]
