"""Guides: the tables of `schemas/guides` that say what a transaction set may hold, as text and as objects.

    guide 837P
    versions 005010X222A1 005010X222A2 005010X222
    group HC
    set 837

    loop 2300 in 2000B|2000C  S 100  Claim ; unit CLM01
      CLM        R 1    Claim
        CLM01    R AN   1/38   -            Claim id of the provider
        CLM05    R comp -      -            Place of service and frequency
        CLM05-1  R AN   1/2    @pos         Place of service
      REF[G1]    S 1    Prior authorization ; R0203
        REF01    R ID   2/3    G1           Qualifier

- Loops stand in column 0, segments two columns in, elements four. What is absent is not used.
- Usage is R (required) or S (situational); a count is a number or `>1`; a length is least/most.
- Types: AN ID R N0 N2 DT TM B comp; `ID*2` is an element that repeats twice.
- Codes are separated by `|` and judged at SNIP 2; `@name` is a list judged at SNIP 5; `-` is none.
  A blank within a code is written `_`: `SITUATIONAL_TRIGGER`.
- Notes of a segment or composite: P0304 (both or none), R0203 (at least one), E0207 (at most one), C0605
  (the first needs the others), L050607 (the first needs one of the others), D0203 (02 names the date format
  of 03).
- `unit CLM01` marks the loop by which a reader streams, `level 20` a loop that begins with HL of that code,
  `part LX01` a loop within a unit whose turns are numbered from 1.
- Lines of one segment id that follow each other may come in any order; so may sibling loops that follow
  each other and begin with the same segment.
- `{A2}` before a line: it replaces the line of the same name for the versions that end so.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Literal

from edi import tables
from edi.errors import TableError
from edi.x12.segment import QUALIFIERS

Usage = Literal["R", "S"]
UNBOUNDED = 1_000_000_000


@dataclass(slots=True, kw_only=True)
class Note:
    """One syntax note: a letter and element (or component) numbers."""

    kind: str
    places: tuple[int, ...]

    def __str__(self) -> str:
        return self.kind + "".join(f"{p:02}" for p in self.places)


PLAIN_LISTS = ("icd10cm", "ndc")
"""Lists whose codes the wire carries as letters and digits alone."""


@dataclass(slots=True, kw_only=True)
class ElementLine:
    """One element or component."""

    name: str
    """As the TR3 prints it: CLM05-1."""
    position: int
    component: int | None
    usage: Usage
    type: str
    """AN ID R N0 N2 DT TM B comp."""
    repeat: int
    least: int
    most: int
    codes: tuple[str, ...]
    list_name: str | None
    label: str
    notes: tuple[Note, ...] = ()
    versions: str | None = None
    components: list["ElementLine"] = field(default_factory=list)
    alternatives: list["ElementLine"] = field(default_factory=list)
    """The same element for certain versions."""
    code_set: frozenset[str] = frozenset()

    @property
    def is_plain(self) -> bool:
        """Whether its values are written without dots, hyphens and blanks, whatever people write."""
        return self.list_name in PLAIN_LISTS


@dataclass(slots=True, kw_only=True, eq=False)
class SegmentLine:
    """One segment of a loop."""

    id: str
    qualifiers: tuple[str, ...]
    """Codes in brackets: what tells it from its neighbours."""
    usage: Usage
    most: int
    label: str
    notes: tuple[Note, ...]
    loop: "Loop"
    elements: list[ElementLine] = field(default_factory=list)
    order: int = 0
    """Position among the segments of the loop."""
    group: int = 0
    """Lines of one group may come in any order."""

    @property
    def name(self) -> str:
        """`REF[G1]`, `CLM`."""
        return f"{self.id}[{'|'.join(self.qualifiers)}]" if self.qualifiers else self.id

    @property
    def address(self) -> str:
        """`2300/REF[G1]`."""
        return f"{self.loop.id}/{self.name}"

    def element(self, position: int) -> ElementLine | None:
        """The element at a position; None when it is not used."""
        return next((e for e in self.elements if e.position == position), None)

    @property
    def key_codes(self) -> frozenset[str] | None:
        """Codes of the element that tells segments of this id apart; None when it has none of its own."""
        place, component = KEYS.get(self.id, (1, None))
        line = self.element(place)
        if line is not None and line.type == "comp":
            line = line.components[(component or 1) - 1] if line.components else None
        return line.code_set if line is not None and line.code_set else None


KEYS: dict[str, tuple[int, int | None]] = {
    **QUALIFIERS,
    "HL": (3, None),
    "HI": (1, 1),
    "MEA": (1, None),
    "PWK": (2, None),
}
"""Element that tells segments of one id apart; the first where nothing is said."""


@dataclass(slots=True, kw_only=True, eq=False)
class Loop:
    """One loop."""

    id: str
    parents: tuple[str, ...]
    usage: dict[str, Usage]
    """Usage by parent."""
    most: int
    label: str
    unit: str | None = None
    level: str | None = None
    part: str | None = None
    """Element that numbers the loop's turns from 1 within its unit."""
    segments: list[SegmentLine] = field(default_factory=list)
    children: list["Loop"] = field(default_factory=list)

    @property
    def first(self) -> SegmentLine:
        """The segment with which the loop begins."""
        return self.segments[0]


@dataclass(slots=True, kw_only=True, eq=False)
class Guide:
    """One implementation guide."""

    name: str
    versions: tuple[str, ...]
    """The first is the one that is written."""
    group: str
    set: str
    loops: dict[str, Loop]
    comments: tuple[str, ...] = ()

    @property
    def root(self) -> Loop:
        """The transaction set."""
        return next(iter(self.loops.values()))

    def segment_lines(self) -> Iterator[SegmentLine]:
        """All segment lines, in the order of the text."""
        for loop in self.loops.values():
            yield from loop.segments


_LOOP = re.compile(
    r"loop (?P<id>\S+) in (?P<parents>\S+)\s+(?P<usage>[RS](?:,[RS])*) (?P<most>>1|\d+)  (?P<rest>.+)"
)
_SEGMENT = re.compile(
    r"  (?P<id>[A-Z][A-Z0-9]{1,2})(?:\[(?P<codes>[^\]]+)\])? +(?P<usage>[RS]) (?P<most>>1|\d+) +(?P<rest>.+)"
)
_ELEMENT = re.compile(
    r"(?:\{(?P<versions>\w+)\} )?    (?P<name>[A-Z][A-Z0-9]{1,2}\d\d(?:-\d+)?) +(?P<usage>[RS]) "
    r"(?P<type>[A-Z][A-Z0-9]|[A-Z]|comp)(?:\*(?P<repeat>\d+))? +(?P<length>-|\d+/\d+) +(?P<codes>\S+) +"
    r"(?P<rest>.+)"
)
_NOTE = re.compile(r"([PRECLD])((?:\d\d)+)$")


def _notes(text: str, where: str) -> tuple[Note, ...]:
    found = []
    for token in text.split():
        match = _NOTE.match(token)
        if match is None:
            raise TableError(f"{where}: {token} is no syntax note")
        digits = match[2]
        places = tuple(int(digits[i : i + 2]) for i in range(0, len(digits), 2))
        found.append(Note(kind=match[1], places=places))
    return tuple(found)


def _count(text: str) -> int:
    return UNBOUNDED if text == ">1" else int(text)


def parse(text: str) -> Guide:
    """Read a guide.

    Raises:
        TableError: a line that is none of the forms above; names the line.
    """
    heads: dict[str, str] = {}
    loops: dict[str, Loop] = {}
    comments: list[str] = []
    loop: Loop | None = None
    segment: SegmentLine | None = None
    for number, line in enumerate(text.splitlines(), 1):
        where = f"guide line {number}"
        if line.startswith("#"):
            comments.append(line)
        elif not line.strip():
            continue
        elif line.startswith("loop "):
            loop = _loop(line, where)
            segment = None
            if loop.id in loops:
                raise TableError(f"{where}: loop {loop.id} stands twice")
            loops[loop.id] = loop
        elif line.startswith(("    ", "{")):
            if segment is None:
                raise TableError(f"{where}: an element without a segment")
            _add_element(segment, line, where)
        elif line.startswith("  "):
            if loop is None:
                raise TableError(f"{where}: a segment without a loop")
            segment = _segment(loop, line, where)
            loop.segments.append(segment)
        else:
            key, _, value = line.partition(" ")
            if key not in ("guide", "versions", "group", "set"):
                raise TableError(f"{where}: {line}")
            heads[key] = value
    guide = Guide(
        name=heads["guide"],
        versions=tuple(heads["versions"].split()),
        group=heads["group"],
        set=heads["set"],
        loops=loops,
        comments=tuple(comments),
    )
    _link(guide)
    return guide


def _loop(line: str, where: str) -> Loop:
    match = _LOOP.fullmatch(line)
    if match is None:
        raise TableError(f"{where}: {line}")
    label, _, marks = match["rest"].partition(" ; ")
    parents = () if match["parents"] == "-" else tuple(match["parents"].split("|"))
    usages = match["usage"].split(",")
    if len(usages) == 1:
        usages *= max(1, len(parents))
    made = Loop(
        id=match["id"],
        parents=parents,
        usage=dict(zip(parents or ("",), usages, strict=True)),  # type: ignore[arg-type]
        most=_count(match["most"]),
        label=label,
    )
    words = marks.split()
    for key, value in zip(words[::2], words[1::2], strict=True):
        if key == "unit":
            made.unit = value
        elif key == "level":
            made.level = value
        elif key == "part":
            made.part = value
        else:
            raise TableError(f"{where}: {key}")
    return made


def _segment(loop: Loop, line: str, where: str) -> SegmentLine:
    match = _SEGMENT.fullmatch(line)
    if match is None:
        raise TableError(f"{where}: {line}")
    label, _, notes = match["rest"].partition(" ; ")
    previous = loop.segments[-1] if loop.segments else None
    group = 0
    if previous is not None:
        group = previous.group if previous.id == match["id"] else previous.group + 1
    return SegmentLine(
        id=match["id"],
        qualifiers=tuple(match["codes"].split("|")) if match["codes"] else (),
        usage=match["usage"],  # type: ignore[arg-type]
        most=_count(match["most"]),
        label=label,
        notes=_notes(notes, where),
        loop=loop,
        order=len(loop.segments),
        group=group,
    )


def _add_element(segment: SegmentLine, line: str, where: str) -> None:
    match = _ELEMENT.fullmatch(line)
    if match is None or not match["name"].startswith(segment.id):
        raise TableError(f"{where}: {line}")
    label, _, notes = match["rest"].partition(" ; ")
    numbers = match["name"].removeprefix(segment.id).split("-")
    least, most = (int(n) for n in match["length"].split("/")) if match["length"] != "-" else (0, 0)
    listed = match["codes"]
    codes = () if listed == "-" or listed.startswith("@") else tuple(listed.replace("_", " ").split("|"))
    made = ElementLine(
        name=match["name"],
        position=int(numbers[0]),
        component=int(numbers[1]) if len(numbers) > 1 else None,
        usage=match["usage"],  # type: ignore[arg-type]
        type=match["type"],
        repeat=int(match["repeat"] or 1),
        least=least,
        most=most,
        codes=codes,
        list_name=listed[1:] if listed.startswith("@") else None,
        label=label,
        notes=_notes(notes, where),
        versions=match["versions"],
        code_set=frozenset(codes),
    )
    siblings = segment.elements
    if made.component is not None:
        holder = segment.element(made.position)
        if holder is None or holder.type != "comp":
            raise TableError(f"{where}: a component without a composite")
        siblings = holder.components
    if made.versions is not None:
        base = next((s for s in siblings if s.name == made.name), None)
        if base is None:
            raise TableError(f"{where}: no line {made.name} that this could replace")
        base.alternatives.append(made)
        return
    if siblings and _place(siblings[-1]) >= _place(made):
        raise TableError(f"{where}: {made.name} is out of order")
    siblings.append(made)


def _place(line: ElementLine) -> int:
    return line.component if line.component is not None else line.position


def _link(guide: Guide) -> None:
    """Hang each loop under its parents; loops that begin with HL come last but for the TRAILER."""
    if guide.root.parents:
        raise TableError(f"guide {guide.name}: the first loop has a parent")
    for loop in guide.loops.values():
        if not loop.segments:
            raise TableError(f"guide {guide.name}: loop {loop.id} has no segment")
        for parent in loop.parents:
            if parent not in guide.loops:
                raise TableError(f"guide {guide.name}: loop {loop.id} is in {parent}, which does not exist")
            guide.loops[parent].children.append(loop)
    for loop in guide.loops.values():
        loop.children.sort(key=lambda child: (child.id == "TRAILER", child.level is not None))


def render(guide: Guide) -> str:
    """The text of a guide: `render(parse(text)) == text`."""
    lines = list(guide.comments)
    lines += [f"guide {guide.name}", f"versions {' '.join(guide.versions)}", f"group {guide.group}"]
    lines.append(f"set {guide.set}")
    for loop in guide.loops.values():
        usages = list(loop.usage.values())
        usage = usages[0] if len(set(usages)) == 1 else ",".join(usages)
        marks = "".join(
            f" {key} {v}" for key, v in (("unit", loop.unit), ("level", loop.level), ("part", loop.part)) if v
        )
        parents = "|".join(loop.parents) or "-"
        lines += [
            "",
            f"loop {loop.id} in {parents}  {usage} {_counted(loop.most)}  {loop.label}"
            + (f" ;{marks}" if marks else ""),
        ]
        for segment in loop.segments:
            notes = " ".join(map(str, segment.notes))
            behind = f" ; {notes}" if notes else ""
            count = _counted(segment.most)
            lines.append(f"  {segment.name:<10} {segment.usage} {count:<4} {segment.label}{behind}")
            for element in segment.elements:
                for line in (element, *element.components):
                    lines.append(_rendered(line))
                    lines += [f"{{{other.versions}}} {_rendered(other)}" for other in line.alternatives]
    return "\n".join(lines) + "\n"


def _counted(most: int) -> str:
    return ">1" if most == UNBOUNDED else str(most)


def _rendered(line: ElementLine) -> str:
    kind = line.type + (f"*{line.repeat}" if line.repeat > 1 else "")
    length = "-" if line.type == "comp" else f"{line.least}/{line.most}"
    codes = "|".join(line.codes).replace(" ", "_") or (f"@{line.list_name}" if line.list_name else "-")
    notes = " ".join(map(str, line.notes))
    behind = f" ; {notes}" if notes else ""
    return f"    {line.name:<8} {line.usage} {kind:<4} {length:<6} {codes:<12} {line.label}{behind}"


@cache
def for_version(guide: Guide, version: str) -> Guide:
    """The guide with the lines that hold for one version; the same object when there are none of its own."""
    marked = {
        a.versions
        for s in guide.segment_lines()
        for e in s.elements
        for x in (e, *e.components)
        for a in x.alternatives
    }
    if not any(m and version.endswith(m) for m in marked):
        return guide
    made = parse(render(guide))
    for segment in made.segment_lines():
        segment.elements = [_chosen(e, version) for e in segment.elements]
        for element in segment.elements:
            element.components = [_chosen(c, version) for c in element.components]
    return made


def _chosen(line: ElementLine, version: str) -> ElementLine:
    return next((a for a in line.alternatives if a.versions and version.endswith(a.versions)), line)


@cache
def load(name: str) -> Guide:
    """A shipped guide: 837p, 837i, 999, 277ca, 835, ta1, envelope."""
    try:
        return parse(tables.text(f"guides/{name}.guide"))
    except (KeyError, IndexError) as problem:
        raise TableError(f"guides/{name}.guide: {problem}") from problem


@cache
def shipped() -> tuple[Guide, ...]:
    """All guides of transaction sets."""
    names = [n for n in tables.names("guides", ".guide") if n not in ("envelope", "ta1")]
    return tuple(load(name) for name in names)


def guide_of_set(group_version: str, set_id: str, set_version: str) -> tuple[Guide | None, bool, bool]:
    """The guide by which a set is judged, whether it has exactly that version, and whether GS08 is known.

    ST03 wins over GS08 where it names a guide: the set says how it was made, the group speaks for many.
    """
    guide, exact = guide_for(group_version or set_version, set_id)
    known = exact
    if set_version and set_version != group_version:
        own, named = guide_for(set_version, set_id)
        if named:
            guide, exact = own, True
    return guide, exact, known


def guide_for(version: str, set_id: str) -> tuple[Guide | None, bool]:
    """The guide of a version id, and whether it is exactly that version.

    An unknown id gets the nearest guide: the one whose id has the longest beginning in common, of the same
    transaction set.
    """
    for guide in shipped():
        if version in guide.versions and guide.set == set_id:
            return for_version(guide, version), True

    def common(guide: Guide) -> int:
        best = 0
        for known in guide.versions:
            n = 0
            while n < min(len(known), len(version)) and known[n] == version[n]:
                n += 1
            best = max(best, n)
        return best

    same = [g for g in shipped() if g.set == set_id]
    return (max(same, key=common), False) if same else (None, False)
