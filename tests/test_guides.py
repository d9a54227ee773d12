"""The guide tables: text and objects are one, they are sound, and they agree with pyx12's maps cell by cell.

What is compared with pyx12, and how:

- Its maps wrap the transaction set in loops of the envelope and of tables (ISA_LOOP ... DETAIL, FOOTER).
  They hold nothing that travels, so they are dropped, and their loops hang below ST. Here SE has a loop.
- A loop that the maps give twice (2300 below 2000B and 2000C) is compared twice.
- A syntax note stands in a guide only if a segment can break it although every required element is there
  and every not-used one is absent: any other fault would be told twice. The same rule holds for pyx12's
  notes. Notes of letter D (formats of dates) are our own and are tested apart.
- A list of codes outside the guide is compared where pyx12 names one.
- Every difference stands in data/guide_differences.csv with who is right and why; a row without a difference
  fails.
"""

import csv
import itertools
import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from edi import tables
from edi.x12.guide import (
    KEYS,
    UNBOUNDED,
    ElementLine,
    Guide,
    Loop,
    Note,
    SegmentLine,
    for_version,
    load,
    parse,
    render,
)
from edi.x12.segment import QUALIFIERS

GUIDES = sorted(tables.names("guides", ".guide"))
CLAIMS = ["837i", "837p"]
DIFFERENCES = Path(__file__).parent / "data" / "guide_differences.csv"
MAPS = [
    ("837P", "837p", "837.5010.X222.A1.xml"),
    ("837I", "837i", "837Q3.I.5010.X223.A1.xml"),
    ("837I", "837i", "837Q3.I.5010.X223.A1.v2.xml"),
]
WRAPPERS = {"ISA_LOOP", "GS_LOOP", "ST_LOOP", "HEADER", "DETAIL", "FOOTER"}
ENVELOPE = {"ISA", "GS", "GE", "IEA", "TA1"}
LISTS = {
    "pos": "pos",
    "states": "states",
    "country": "countries",
    "currency": "currencies",
    "remark_code": "rarc",
}
"""Lists of pyx12's codes.xml and ours."""

Cells = dict[tuple[str, str], str]

# ---------------------------------------------------------------- what holds for every guide


@pytest.mark.parametrize("name", GUIDES)
def test_text_and_objects_are_the_same(name: str) -> None:
    text = tables.text(f"guides/{name}.guide")
    assert render(parse(text)) == text


@pytest.mark.parametrize("name", GUIDES)
def test_head_names_source_edition_and_date(name: str) -> None:
    keys = [re.sub(r"# (\w+): .+", r"\1", line) for line in load(name).comments]
    assert keys[:3] == ["source", "edition", "date"]


def lines(guide: Guide) -> Iterator[tuple[SegmentLine, ElementLine]]:
    """All elements and components, with those that replace them for a version."""
    for segment in guide.segment_lines():
        for element in segment.elements:
            for line in (element, *element.components):
                for each in (line, *line.alternatives):
                    yield segment, each


@pytest.mark.parametrize("name", GUIDES)
def test_elements_are_sound(name: str) -> None:
    guide = load(name)
    endings = {ending for version in guide.versions for ending in (version, version[-2:])}
    for segment, line in lines(guide):
        where = f"{segment.address} {line.name}"
        assert re.fullmatch(rf"{segment.id}\d\d(-\d+)?", line.name), where
        assert line.versions is None or line.versions in endings, where
        if line.type == "comp":
            assert line.components and line.component is None and not line.codes, where
            assert all(c.type != "comp" for c in line.components), where
            assert line.usage == "S" or any(c.usage == "R" for c in line.components), where
            continue
        assert 1 <= line.least <= line.most <= 1000, where
        assert len(line.codes) == len(line.code_set), f"{where}: a code stands twice"
        if line.type in ("ID", "AN"):
            assert all(line.least <= len(code) <= line.most for code in line.codes), where
        if line.type == "DT":
            assert (line.least, line.most) in {(8, 8), (6, 6)}, where
        assert 0 < len(line.label) <= 40, where


def coded(segment: SegmentLine) -> dict[str, frozenset[str]]:
    """Codes of the required elements, first components included."""
    found = {}
    for element in segment.elements:
        for line in (element, *element.components[:1]):
            if element.usage == "R" and line.code_set:
                found[line.name] = line.code_set
    return found


def told_apart(one: SegmentLine, other: SegmentLine) -> bool:
    ours, theirs = coded(one), coded(other)
    return any(not ours[name] & theirs[name] for name in ours.keys() & theirs.keys())


@pytest.mark.parametrize("name", CLAIMS)
def test_segments_of_a_loop_can_be_told_apart(name: str) -> None:
    for loop in load(name).loops.values():
        assert len({line.name for line in loop.segments}) == len(loop.segments), loop.id
        for one, other in itertools.combinations(loop.segments, 2):
            if one.id == other.id:
                assert told_apart(one, other), f"{one.address} and {other.address}"


@pytest.mark.parametrize("name", CLAIMS)
def test_loops_of_a_parent_can_be_told_apart(name: str) -> None:
    for loop in load(name).loops.values():
        for one, other in itertools.combinations(loop.children, 2):
            if one.first.id == other.first.id:
                assert told_apart(one.first, other.first), f"{one.id} and {other.id}"


@pytest.mark.parametrize("name", CLAIMS)
def test_brackets_hold_the_codes_that_tell_apart(name: str) -> None:
    for line in load(name).segment_lines():
        if line.id in QUALIFIERS and line.id != "MEA":
            assert KEYS[line.id] == QUALIFIERS[line.id]
            assert line.key_codes == frozenset(line.qualifiers) != frozenset(), line.address
        elif line.qualifiers:
            assert line.elements[0].codes == line.qualifiers, line.address


@pytest.mark.parametrize("name", CLAIMS)
def test_dates_have_their_format(name: str) -> None:
    """Data element 1251 is read by the format qualifier (1250) before it; both are found by their codes."""
    formats = {"D8", "RD8", "TM", "DT"}
    found = 0
    for segment in load(name).segment_lines():
        expected = pairs(segment.elements, formats)
        assert [n for n in segment.notes if n.kind == "D"] == expected, segment.address
        found += len(expected)
        for element in segment.elements:
            expected = pairs(element.components, formats)
            at = f"{segment.address} {element.name}"
            assert [n for n in element.notes if n.kind == "D"] == expected, at
            found += len(expected)
    assert found > 20


def pairs(row: Sequence[ElementLine], formats: set[str]) -> list[Note]:
    """D notes that a row of elements or components needs."""
    return [
        Note(kind="D", places=(number(one), number(other)))
        for one, other in itertools.pairwise(row)
        if one.code_set and one.code_set <= formats and (other.type, other.most) == ("AN", 35)
    ]


def number(line: ElementLine) -> int:
    return line.component if line.component is not None else line.position


@pytest.mark.parametrize("name", GUIDES)
def test_lists_are_shipped_or_said_to_be_missing(name: str) -> None:
    text = tables.text("README.md")
    for segment, line in lines(load(name)):
        if line.list_name is not None:
            row = re.search(rf"^\| @{line.list_name} \|.*\|$", text, re.M)
            assert row, f"{segment.address} {line.name}: schemas/README.md does not name @{line.list_name}"
            shipped = any((tables.root() / "codes").glob(f"{line.list_name}.*"))
            assert ("not shipped" in row[0]) != shipped, row[0]


@pytest.mark.parametrize("name", CLAIMS)
def test_every_version_has_the_same_shape(name: str) -> None:
    guide = load(name)
    for version in guide.versions:
        shape = for_version(guide, version)
        assert [s.address for s in shape.segment_lines()] == [s.address for s in guide.segment_lines()]


def test_admission_type_became_required_with_an_erratum() -> None:
    guide = load("837i")
    usage = {v: for_version(guide, v).loops["2300"].segments for v in guide.versions}
    found = {v: s.element(1) for v, all_ in usage.items() for s in all_ if s.id == "CL1"}
    assert {v: e.usage for v, e in found.items() if e} == {
        "005010X223": "S",
        "005010X223A1": "S",
        "005010X223A2": "R",
        "005010X223A3": "R",
    }


def test_limits_of_a_claim() -> None:
    professional, institutional = load("837p"), load("837i")
    assert (professional.loops["2400"].most, institutional.loops["2400"].most) == (50, 999)
    diagnoses = next(s for s in professional.segment_lines() if s.address == "2300/HI[ABK|BK]")
    assert [e.components[0].codes for e in diagnoses.elements] == [("ABK", "BK")] + [("ABF", "BF")] * 11


# ---------------------------------------------------------------- conformance with pyx12


def breakable(kind: str, places: Sequence[int], usage: dict[int, str]) -> bool:
    """Whether a note can be broken while required elements are there and not-used ones are absent."""
    free = [p for p in places if usage.get(p) == "S"]
    for chosen in itertools.product((False, True), repeat=len(free)):
        there = {p: usage.get(p) == "R" for p in places} | dict(zip(free, chosen, strict=True))
        row = [there[p] for p in places]
        broken = {
            "P": any(row) and not all(row),
            "R": not any(row),
            "E": sum(row) > 1,
            "C": row[0] and not all(row),
            "L": row[0] and not any(row[1:]),
        }
        if broken[kind]:
            return True
    return False


@pytest.mark.parametrize("name", CLAIMS)
def test_every_note_can_be_broken(name: str) -> None:
    for segment in load(name).segment_lines():
        rows = [(segment.notes, segment.elements)] + [(e.notes, e.components) for e in segment.elements]
        for notes, row in rows:
            usage = {number(line): str(line.usage) for line in row}
            for note in notes:
                at = f"{segment.address} {note}"
                assert note.kind == "D" or breakable(note.kind, note.places, usage), at


def counted(most: int) -> str:
    return ">1" if most == UNBOUNDED else str(most)


def ours(guide: Guide) -> Cells:
    """All cells of a guide."""
    cells: Cells = {}
    for loop in guide.loops.values():
        if loop.id not in ("ST", "TRAILER"):
            cells.update({(loop.id, f"usage in {parent}"): usage for parent, usage in loop.usage.items()})
            cells[loop.id, "repeat"] = counted(loop.most)
        cells[loop.id, "segments"] = " ".join(line.name for line in loop.segments)
        cells[loop.id, "loops"] = " ".join(child.id for child in below(loop))
        for segment in loop.segments:
            at = segment.address
            cells[at, "usage"], cells[at, "max use"] = segment.usage, counted(segment.most)
            cells[at, "notes"] = " ".join(sorted(str(n) for n in segment.notes if n.kind != "D"))
            for element in segment.elements:
                cells[f"{at}/{element.name}", "notes"] = " ".join(
                    sorted(str(n) for n in element.notes if n.kind != "D")
                )
                for line in (element, *element.components):
                    cells.update(our_element(f"{at}/{line.name}", line))
    return cells


def below(loop: Loop) -> list[Loop]:
    """The loops of a loop but the trailer, which is ours."""
    return [child for child in loop.children if child.id != "TRAILER"]


def our_element(at: str, line: ElementLine) -> Cells:
    return {
        (at, "usage"): line.usage,
        (at, "type"): line.type,
        (at, "length"): f"{line.least}/{line.most}",
        (at, "repeat"): str(line.repeat),
        (at, "codes"): "|".join(sorted(line.codes)),
        (at, "list"): line.list_name or "",
        (at, "pattern"): "",
    }


def field(node: ET.Element, key: str) -> str:
    """A property, which the older maps write as a child and the later ones as an attribute."""
    return node.get(key) or node.findtext(key) or ""


@cache
def map_folder() -> Path:
    spec = find_spec("pyx12")
    if spec is None or spec.origin is None:
        pytest.skip("pyx12 is not installed")
    return Path(spec.origin).parent / "map"


@cache
def data_elements() -> dict[str, tuple[str, str]]:
    """Type and length by data element number."""
    root = ET.parse(map_folder() / "dataele.xml").getroot()
    return {
        e.attrib["ele_num"]: (e.attrib["data_type"], f"{int(e.attrib['min_len'])}/{int(e.attrib['max_len'])}")
        for e in root.iter("data_ele")
    }


def theirs(name: str) -> Cells:
    """All cells of a map of pyx12."""
    cells: Cells = {}
    segments: dict[str, list[str]] = {"ST": []}
    loops: dict[str, list[str]] = {"ST": []}

    def put(at: str, cell: str, value: str) -> None:
        assert cells.setdefault((at, cell), value) == value, f"{name}: {at} {cell} twice, and not alike"

    def walk(node: ET.Element, home: str) -> None:
        for child in node:
            xid = child.get("xid", "")
            if child.tag == "loop" and xid in WRAPPERS:
                walk(child, "ST")
            elif child.tag == "loop" and field(child, "usage") != "N":
                loops.setdefault(home, []).append(xid)
                put(xid, f"usage in {home}", field(child, "usage"))
                put(xid, "repeat", field(child, "repeat"))
                before = segments.pop(xid, None), loops.pop(xid, None)
                segments[xid], loops[xid] = [], []
                walk(child, xid)
                assert before[0] in (None, segments[xid]) and before[1] in (None, loops[xid]), xid
            elif child.tag == "segment" and xid not in ENVELOPE and field(child, "usage") != "N":
                at = "TRAILER" if xid == "SE" else home
                title = segment(child, at)
                segments.setdefault(at, []).append(title)

    def segment(node: ET.Element, home: str) -> str:
        used = [e for e in node if e.tag in ("element", "composite") and field(e, "usage") != "N"]
        title = node.get("xid", "")
        if title in QUALIFIERS and title != "MEA":
            key = used[0].findall("element")[0] if used[0].tag == "composite" else used[0]
            title += f"[{'|'.join(codes(key))}]"
        elif title == "PWK" and codes(used[0]) == ["CT"]:
            title = "PWK[CT]"
        at = f"{home}/{title}"
        put(at, "usage", field(node, "usage"))
        put(at, "max use", field(node, "max_use"))
        put(at, "notes", notes(node, used))
        for each in used:
            place = f"{at}/{node.get('xid')}{int(field(each, 'seq')):02}"
            if each.tag == "composite":
                parts = [c for c in each.findall("element") if field(c, "usage") != "N"]
                put(place, "usage", field(each, "usage"))
                put(place, "repeat", field(each, "repeat") or "1")
                for cell, value in (("type", "comp"), ("length", "0/0"), ("codes", ""), ("pattern", "")):
                    put(place, cell, value)
                put(place, "notes", notes(each, parts))
                for part in parts:
                    element(part, f"{place}-{int(field(part, 'seq'))}")
            else:
                put(place, "notes", "")
                element(each, place)
        return title

    def element(node: ET.Element, at: str) -> None:
        kind, length = data_elements()[field(node, "data_ele")]
        put(at, "usage", field(node, "usage"))
        put(at, "type", kind)
        put(at, "length", length)
        put(at, "repeat", field(node, "repeat") or "1")
        put(at, "codes", "|".join(sorted(codes(node))))
        put(at, "pattern", node.findtext("regex") or "")
        valid = node.find("valid_codes")
        if valid is not None and valid.get("external"):
            put(at, "list", LISTS[valid.attrib["external"]])

    walk(ET.parse(map_folder() / name).getroot(), "ST")
    for home in segments:
        put(home, "segments", " ".join(segments[home]))
        put(home, "loops", " ".join(loops.get(home, [])))
    return cells


def codes(node: ET.Element) -> list[str]:
    return [code.text or "" for code in node.findall("valid_codes/code")]


def notes(node: ET.Element, used: Sequence[ET.Element]) -> str:
    """The syntax notes that can be broken."""
    usage = {int(field(e, "seq")): field(e, "usage") for e in used}
    found = []
    for text in (syntax.text or "" for syntax in node.findall("syntax")):
        places = [int(text[i : i + 2]) for i in range(1, len(text), 2)]
        if breakable(text[0], places, usage):
            found.append(text)
    return " ".join(sorted(found))


def differences() -> list[dict[str, str]]:
    with DIFFERENCES.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(line for line in file if not line.startswith("#")))


@pytest.mark.parametrize(("title", "name", "xml"), MAPS, ids=[xml for _, _, xml in MAPS])
def test_guide_and_map_agree_but_for_what_is_listed(title: str, name: str, xml: str) -> None:
    guide = load(name)
    left, right = ours(for_version(guide, guide.versions[0])), theirs(xml)
    assert len(right) > 7_000, "the map was not read"
    for key in left.keys() - right.keys():
        if key[1] == "list":  # pyx12 names no list here
            del left[key]
    found = {
        (*key, left.get(key, "(absent)"), right.get(key, "(absent)"))
        for key in left.keys() | right.keys()
        if left.get(key) != right.get(key)
    }
    listed = {
        (row["address"], row["cell"], row["ours"], row["pyx12"])
        for row in differences()
        if (row["guide"], row["map"]) == (title, xml)
    }
    assert found - listed == set(), "not explained in guide_differences.csv"
    assert listed - found == set(), "stale rows of guide_differences.csv"


def test_every_difference_is_settled() -> None:
    rows = differences()
    known = {(title, xml) for title, _, xml in MAPS}
    assert rows
    for row in rows:
        assert (row["guide"], row["map"]) in known, row
        # where pyx12 is right the guide is mended, so that no row is left
        assert row["who_is_right"] in ("ours", "both") and row["why"], row


def test_labels_are_not_the_names_of_the_published_guide() -> None:
    """Words such as `City` are anybody's; a label of three words or more is never the name in the maps."""
    names = set()
    for _, _, xml in MAPS:
        for node in ET.parse(map_folder() / xml).getroot().iter():
            names.add(field(node, "name").casefold())
    for name in CLAIMS:
        guide = load(name)
        labels = [loop.label for loop in guide.loops.values()]
        labels += [segment.label for segment in guide.segment_lines()]
        labels += [line.label for _, line in lines(guide)]
        for label in labels:
            assert len(label.split()) < 3 or label.casefold() not in names, label
