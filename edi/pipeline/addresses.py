"""Pages of guide addresses (2400/SV1, 2310B, REF[G1], 837I 2300/HI[BH]) and of boxes (24D, FL 44)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from edi.errors import TableError
from edi.model import crosswalk
from edi.pipeline.prose import bullets, filled, table
from edi.x12.guide import UNBOUNDED, ElementLine, Guide, Loop, Note, SegmentLine, load

CLAIMS = ("837p", "837i")
"""Guides that are looked at first, and alone where they know the address."""
OTHERS = ("envelope", "ta1", "999", "277ca", "835")
MOST_PAGES = 6
"""Where an address fits more lines they are only listed."""

TYPES = {
    "AN": "text",
    "ID": "code",
    "R": "decimal number",
    "N0": "whole number",
    "N2": "number, two decimals implied",
    "DT": "date",
    "TM": "time",
    "B": "binary",
    "comp": "composite",
}
USAGES = {"R": "required", "S": "situational"}


@dataclass(slots=True, frozen=True)
class Address:
    """What a user's words name; None is not named."""

    guide: str | None
    loop: str | None
    segment: str | None
    qualifier: str | None = None
    element: int | None = None
    component: int | None = None


_GUIDE = re.compile(
    r"(?:(837P|837I|999|277CA|835|TA1|ENVELOPE)(?:[\s:/]+|$))?(.*)", re.IGNORECASE | re.DOTALL
)
_ELEMENT = re.compile(r"(?P<element>\d{1,2})(?:-(?P<component>\d{1,2}))?")
_TURN = re.compile(r"\[\d+\]$")


def parsed(text: str) -> Iterator[Address]:
    """The ways to read an address, the likeliest first; none where it has not the shape of one."""
    match = _GUIDE.fullmatch(text.strip())
    assert match is not None
    guide = match[1].lower() if match[1] else None
    words = [w for w in re.split(r"[\s/]+", match[2].strip().upper()) if w]
    if not words:
        if guide:
            yield Address(guide, None, None)
        return
    if len(words) > 3:
        return
    loop = _TURN.sub("", words[0])
    if len(words) == 1:
        yield Address(guide, loop, None)
    yield from _with_segment(guide, None, words)
    if len(words) > 1:
        yield from _with_segment(guide, loop, words[1:])


def _with_segment(guide: str | None, loop: str | None, words: list[str]) -> Iterator[Address]:
    """Segment and element; `SV101` may be element 01 of SV1, and `CLM05-1` component 1 of CLM05."""
    if len(words) > 2:
        return
    place = None
    if len(words) == 2:
        place = _ELEMENT.fullmatch(words[1])
        if place is None:
            return
    whole = re.fullmatch(r"([A-Z][A-Z0-9]{1,2})(?:\[([A-Z0-9|]+)\])?(?:#\d+)?", words[0])
    if whole is not None:
        element = int(place["element"]) if place else None
        component = int(place["component"]) if place and place["component"] else None
        yield Address(guide, loop, whole[1], whole[2], element, component)
    joined = re.fullmatch(r"([A-Z][A-Z0-9]{1,2}?)(?:\[([A-Z0-9|]+)\])?(\d\d)(?:-(\d{1,2}))?", words[0])
    if joined is not None and place is None:
        component = int(joined[4]) if joined[4] else None
        yield Address(guide, loop, joined[1], joined[2], int(joined[3]), component)


# --- looking up -------------------------------------------------------------------------------------


def address_page(text: str) -> str | None:
    """The page of a guide address, for each guide that knows it; None where none does."""
    for address in parsed(text):
        names = [(address.guide,)] if address.guide else [CLAIMS, *((name,) for name in OTHERS)]
        for group in names:
            guides = [load(name) for name in group if name]
            pages = _pages(guides, address)
            if pages:
                return "\n\n".join(pages) + "\n"
    return None


def _pages(guides: list[Guide], address: Address) -> list[str]:
    if address.segment is None:
        if address.loop is None:
            return [_guide_page(guide) for guide in guides]
        return [
            _loop_page(guide, guide.loops[address.loop]) for guide in guides if address.loop in guide.loops
        ]
    lines = [(guide, line) for guide in guides for line in guide.segment_lines()]
    found = [(guide, line) for guide, line in lines if _fits(line, address)]
    found = found or [(guide, line) for guide, line in lines if _fits(line, address, further=True)]
    if address.element is not None:
        found = [(guide, line) for guide, line in found if _elements(line, address)]
    if len(found) > MOST_PAGES:
        return [_list_page(found, address)]
    if address.element is None:
        return [_segment_page(guide, line) for guide, line in found]
    return [_element_page(guide, line, address) for guide, line in found]


def _fits(line: SegmentLine, address: Address, *, further: bool = False) -> bool:
    """Whether a line is meant; `further` looks for the qualifier behind the first element too (HI02-1)."""
    if line.id != address.segment or address.loop not in (None, line.loop.id):
        return False
    if address.qualifier is None:
        return True
    codes = (line.key_codes or frozenset()) | frozenset(line.qualifiers)
    if further:
        codes = codes.union(*(e.components[0].code_set for e in line.elements if e.components))
    return bool(codes & set(address.qualifier.split("|")))


def _elements(line: SegmentLine, address: Address) -> list[ElementLine]:
    """The element (with its components) or the component that an address names."""
    assert address.element is not None
    element = line.element(address.element)
    if element is None:
        return []
    if address.component is None:
        return [element, *element.components]
    return [c for c in element.components if c.component == address.component]


# --- pages ------------------------------------------------------------------------------------------


def _guide_page(guide: Guide) -> str:
    rows = [(loop.id, loop.label, ", ".join(loop.parents), _most(loop.most)) for loop in guide.loops.values()]
    facts = [("Versions", ", ".join(guide.versions)), ("Loops", str(len(rows)))]
    return "\n\n".join(
        (f"# Guide {guide.name}", bullets(facts), table(("loop", "label", "in", "at most"), rows))
    )


def _loop_page(guide: Guide, loop: Loop) -> str:
    facts = [
        ("Usage", _loop_usage(loop)),
        ("At most", _most(loop.most)),
        ("Level", f"begins with an HL whose HL03 is {loop.level}" if loop.level else ""),
        ("Numbered", f"{loop.part} counts its turns from 1" if loop.part else ""),
    ]
    rows = [(line.name, line.label, USAGES[line.usage], _most(line.most)) for line in loop.segments]
    parts = [
        f"# {guide.name} {loop.id}: {loop.label}",
        bullets(facts),
        table(("segment", "label", "usage", "at most"), rows),
    ]
    if loop.children:
        inner = [
            (child.id, child.label, USAGES[child.usage[loop.id]], _most(child.most))
            for child in loop.children
        ]
        parts += ["## Loops in it", table(("loop", "label", "usage", "at most"), inner)]
    return "\n\n".join(parts)


def _loop_usage(loop: Loop) -> str:
    if not loop.parents:
        return "required"
    return ", ".join(f"{USAGES[usage]} in {parent}" for parent, usage in loop.usage.items())


def _segment_page(guide: Guide, line: SegmentLine) -> str:
    loop = line.loop
    facts = [
        ("Loop", f"{loop.id} {loop.label}, {_loop_usage(loop)}, at most {_most(loop.most)}"),
        ("Usage", USAGES[line.usage]),
        ("At most", f"{_most(line.most)} in the loop"),
        *(("Syntax", _note(note, line.id, None)) for note in line.notes),
    ]
    elements = [x for e in line.elements for x in (e, *e.components)]
    parts = [
        f"# {guide.name} {line.address}: {line.label}",
        bullets(facts),
        _element_table(elements),
        *_notes_of(line, elements),
        *_filled_from(guide, line, None),
    ]
    return "\n\n".join(parts)


def _element_page(guide: Guide, line: SegmentLine, address: Address) -> str:
    found = _elements(line, address)
    one = found[0]
    behind = f"{address.element:02}" + (f"-{address.component}" if address.component is not None else "")
    facts = [
        ("Element", one.name),
        ("Segment", f"{line.label}, {USAGES[line.usage]}, at most {_most(line.most)} in loop {line.loop.id}"),
        ("Loop", f"{line.loop.id} {line.loop.label}"),
        ("Usage", USAGES[one.usage] + (f", at most {one.repeat} repetitions" if one.repeat > 1 else "")),
        ("Type", TYPES.get(one.type, one.type)),
        ("Length", _length(one)),
        ("Codes", _codes(one)),
        *((f"For versions that end {a.versions}", _differs(one, a)) for a in one.alternatives),
        *(("Syntax", _note(n, line.id, None)) for n in line.notes if address.element in n.places),
    ]
    parts = [f"# {guide.name} {line.address}/{behind}: {one.label}", bullets(facts)]
    if len(found) > 1:
        parts += [_element_table(found[1:]), *_notes_of(line, found)]
    parts += _filled_from(guide, line, address)
    return "\n\n".join(parts)


def _list_page(found: list[tuple[Guide, SegmentLine]], address: Address) -> str:
    rows = [(g.name, line.address, line.label, USAGES[line.usage]) for g, line in found]
    text = f"{address.segment} stands in {len(rows)} places. Name one of them for its elements."
    return "\n\n".join(
        (f"# {address.segment}", filled(text), table(("guide", "address", "label", "usage"), rows))
    )


def _element_table(lines: list[ElementLine]) -> str:
    rows = []
    for line in lines:
        rows.append(_row(line, line.name))
        rows += [_row(a, f"{a.name} (versions ending {a.versions})") for a in line.alternatives]
    return table(("element", "label", "usage", "type", "length", "codes"), rows)


def _row(line: ElementLine, name: str) -> tuple[str, ...]:
    kind = TYPES.get(line.type, line.type)
    kind += f", {line.repeat} times" if line.repeat > 1 else ""
    return (name, line.label, USAGES[line.usage], kind, _length(line), _codes(line))


def _differs(line: ElementLine, other: ElementLine) -> str:
    return ", ".join(x for x in _row(other, other.name)[2:] if x) + f" ({line.name})"


def _notes_of(line: SegmentLine, elements: list[ElementLine]) -> list[str]:
    """Syntax notes of the composites."""
    facts = [(e.name, _note(n, line.id, e.position)) for e in elements for n in e.notes]
    return [bullets(facts)] if facts else []


def _most(most: int) -> str:
    return "any number" if most == UNBOUNDED else str(most)


def _length(line: ElementLine) -> str:
    if line.type == "comp":
        return ""
    return str(line.most) if line.least == line.most else f"{line.least} to {line.most}"


def _codes(line: ElementLine) -> str:
    if line.codes:
        return ", ".join(line.codes)
    return f"list {line.list_name}" if line.list_name else ""


def _note(note: Note, segment: str, composite: int | None) -> str:
    """A syntax note in words."""
    names = [
        f"{segment}{place:02}" if composite is None else f"{segment}{composite:02}-{place}"
        for place in note.places
    ]
    first, rest = names[0], names[1:]
    match note.kind:
        case "P":
            return f"{_all(names)}: all of them or none"
        case "R":
            return f"at least one of {_all(names)}"
        case "E":
            return f"at most one of {_all(names)}"
        case "C":
            return f"where {first} stands, {_all(rest)} must stand"
        case "L":
            return f"where {first} stands, one of {_all(rest)} must stand"
        case "D":
            return f"{first} names the date format of {_all(rest)}"
    raise TableError(f"syntax note {note}")


def _all(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


# --- crosswalk --------------------------------------------------------------------------------------

_CELL = re.compile(
    r"(?P<loop>[^/\[]+)(?:\[n\])?/(?P<segment>[A-Z0-9]+)(?:\[(?P<code>[^\]]+)\])?(?:#n)?"
    r"/(?P<element>\d\d|\{[^}]+\})(?:-(?P<component>\d+))?"
)


def _filled_from(guide: Guide, line: SegmentLine, address: Address | None) -> list[str]:
    """Claim paths and boxes of the elements of a line; of one element where the address names one."""
    if guide.name.lower() not in CLAIMS:
        return []
    name: crosswalk.SetName = "837p" if guide.name.lower() == "837p" else "837i"
    rows = [
        (row.address(name), row.path, row.when, _items(row, "cms1500"), _items(row, "ub04"))
        for row in crosswalk.rows()
        if _is_of(row.address(name), line, address)
    ]
    if not rows:
        return []
    return ["## What fills it", _cross_table("element", rows)]


def _is_of(cell: str, line: SegmentLine, address: Address | None) -> bool:
    """Whether an address of the crosswalk lies in a segment line, and in the element that is asked for."""
    match = _CELL.fullmatch(cell)
    if match is None or not _fits(line, Address(None, match["loop"], match["segment"], match["code"])):
        return False
    if address is None:
        return True
    if not match["element"].startswith("{") and int(match["element"]) != address.element:
        return False
    asked = (address.component, match["component"])
    return None in asked or str(asked[0]) == asked[1]


def _items(row: crosswalk.Row, form: crosswalk.FormName) -> str:
    return ", ".join(row.items(form))


def _cross_table(first: str, rows: Sequence[tuple[str, ...]]) -> str:
    """A table of the crosswalk without the columns that are empty in all rows."""
    head = (first, "claim path", "when", "CMS-1500", "UB-04") if first == "element" else (
        first, "claim path", "when", "837P", "837I"
    )  # fmt: skip
    held = [i for i in range(len(head)) if any(row[i] for row in rows)]
    return table([head[i] for i in held], [tuple(row[i] for i in held) for row in rows])


def box_page(text: str) -> str | None:
    """The page of a box of the CMS-1500 (`24D`) or the UB-04 (`FL 44`); None where none has that name.

    A bare number is looked for on both forms.
    """
    match = _BOX.fullmatch(text.strip().upper())
    if match is None:
        return None
    named = (match["form"] or "").strip()
    parts = []
    form: crosswalk.FormName
    for form, title in (("cms1500", "CMS-1500 item"), ("ub04", "UB-04")):
        if named and named.startswith("FL") != (form == "ub04"):
            continue
        cells = [
            (box, row.path, row.when, row.professional, row.facility)
            for row in crosswalk.rows()
            if (box := _in_item(row, form, match["box"])) is not None
        ]
        if cells:
            shown = next((c[0] for c in cells if match["box"] in c[0].upper().split()), match["box"])
            parts.append(f"# {title} {shown}\n\n{_cross_table('box', cells)}")
    return "\n\n".join(parts) + "\n" if parts else None


_BOX = re.compile(r"(?P<form>FL|ITEM|BOX)?\s*0*(?P<box>\d{1,2}[A-Z]?(?:\.[A-Z0-9]+)?(?: SHADED)?|TOP)")


def _in_item(row: crosswalk.Row, form: crosswalk.FormName, asked: str) -> str | None:
    """The item of a datum that is meant, or whose part is: `24` has `24D` in it; None where none is."""
    wanted = asked.partition(".")[0]
    for item in row.items(form):
        bare = item.upper().removeprefix("FL ")
        number = bare.split()[0]
        if wanted in (bare, number, number.rstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")):
            return item
    return None
