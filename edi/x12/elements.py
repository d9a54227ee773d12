"""Judging one segment against its guide line, element by element, with reasons: the slow way."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from edi import tables
from edi.x12.guide import ElementLine, Note, SegmentLine
from edi.x12.patterns import DAY, FORMATS, SHORT_DAY, TIME
from edi.x12.segment import COMPONENT, ELEMENT, REPETITION


@dataclass(slots=True, kw_only=True)
class ElementFault:
    """One fault of a segment's elements."""

    kind: str
    """Key of the fault table."""
    element: int
    component: int | None = None
    repetition: int | None = None
    line: ElementLine | None = None
    expected: str | None = None
    actual: str | None = None


_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)")
_WHOLE = re.compile(r"-?\d+")


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text)


@cache
def _last_elements() -> dict[str, int]:
    """Segment id -> the number of elements that the standard gives it, whatever a guide uses."""
    found: dict[str, int] = {}
    for row in tables.rows("guides/data_elements.csv"):
        found[row["segment"]] = max(found.get(row["segment"], 0), int(row["element"]))
    return found


def judge(line: SegmentLine, text: str) -> Iterator[ElementFault]:
    """All faults of a segment's elements against its guide line, each once, in the order of the elements."""
    parts = text.split(ELEMENT)[1:]
    by_place = {e.position: e for e in line.elements}
    most = max(by_place, default=0)
    # where the last value is one that must be there, its absence is the fault
    if parts and not parts[-1] and not _required(by_place, len(parts)):
        yield ElementFault(kind="trailing_separator", element=len(parts))
    while parts and not parts[-1]:
        parts.pop()
    formats = {n.places[1]: n.places[0] for n in line.notes if n.kind == "D"}
    for place in range(1, max(most, len(parts)) + 1):
        value = parts[place - 1] if place <= len(parts) else ""
        element = by_place.get(place)
        if element is None:
            if value:
                standard = _last_elements().get(line.id, most)
                kind = "too_many_elements" if place > max(most, standard) else "element_not_used"
                yield ElementFault(kind=kind, element=place, actual=value)
            continue
        if not value:
            if element.usage == "R":
                yield ElementFault(kind="element_missing", element=place, line=element)
            continue
        form = parts[formats[place] - 1] if place in formats and formats[place] <= len(parts) else None
        yield from _element(element, value, form)
    for note in line.notes:
        yield from _note(note, parts, by_place, None)


def _element(line: ElementLine, value: str, form: str | None) -> Iterator[ElementFault]:
    repetitions = value.split(REPETITION)
    if len(repetitions) > line.repeat:
        yield ElementFault(
            kind="too_many_repetitions",
            element=line.position,
            line=line,
            expected=str(line.repeat),
            actual=str(len(repetitions)),
        )
        return
    for n, one in enumerate(repetitions, 1):
        number = n if len(repetitions) > 1 else None
        if line.type == "comp":
            yield from _composite(line, one, number)
        else:
            yield from _simple(line, one, form, number)


def _composite(line: ElementLine, value: str, repetition: int | None) -> Iterator[ElementFault]:
    parts = value.split(COMPONENT)
    if parts and not parts[-1]:
        yield ElementFault(
            kind="trailing_component",
            element=line.position,
            component=len(parts),
            repetition=repetition,
            line=line,
        )
    while parts and not parts[-1]:
        parts.pop()
    by_place = {c.component or 0: c for c in line.components}
    most = max(by_place, default=0)
    formats = {n.places[1]: n.places[0] for n in line.notes if n.kind == "D"}
    if len(parts) == 1 and _lacks_qualifier(by_place, parts[0]):
        most = 1
    for place in range(1, max(most, len(parts)) + 1):
        one = parts[place - 1] if place <= len(parts) else ""
        component = by_place.get(place)
        if component is None:
            if one:
                kind = "too_many_components" if place > most else "element_not_used"
                yield ElementFault(
                    kind=kind, element=line.position, component=place, repetition=repetition, actual=one
                )
            continue
        if not one:
            if component.usage == "R":
                yield ElementFault(
                    kind="element_missing",
                    element=line.position,
                    component=place,
                    repetition=repetition,
                    line=component,
                )
            continue
        form = parts[formats[place] - 1] if place in formats and formats[place] <= len(parts) else None
        yield from _simple(component, one, form, repetition)
    for note in line.notes:
        yield from _note(note, parts, by_place, line.position)


def _lacks_qualifier(by_place: dict[int, ElementLine], only: str) -> bool:
    """Whether the only component is too long for the qualifier whose place it has: it is the value itself."""
    first = by_place.get(1)
    return first is not None and bool(first.codes) and len(only) > first.most


def _simple(
    line: ElementLine, value: str, form: str | None, repetition: int | None
) -> Iterator[ElementFault]:
    def fault(kind: str, expected: str | None = None) -> ElementFault:
        return ElementFault(
            kind=kind,
            element=line.position,
            component=line.component,
            repetition=repetition,
            line=line,
            expected=expected,
            actual=value,
        )

    if COMPONENT in value:
        yield fault("component_in_simple")
        return
    if REPETITION in value:
        yield fault("too_many_repetitions", "1")
        return
    if line.codes:
        if value not in line.code_set:
            yield fault("code_not_allowed", "|".join(line.codes))
        return
    if form in FORMATS:
        if not _pattern(FORMATS[form]).fullmatch(value):
            yield fault("bad_time" if form == "TM" else "bad_date", form)
        return
    match line.type:
        case "R":
            if not _NUMBER.fullmatch(value):
                yield fault("bad_number")
                return
            length = sum(c.isdecimal() for c in value)
        case "N0" | "N2":
            if not _WHOLE.fullmatch(value):
                yield fault("bad_number")
                return
            length = len(value.lstrip("-"))
        case "DT":
            wanted = [p for p, n in ((DAY, 8), (SHORT_DAY, 6)) if line.least <= n <= line.most]
            if not any(_pattern(p).fullmatch(value) for p in wanted):
                yield fault("bad_date")
            return
        case "TM":
            if not _pattern(TIME).fullmatch(value) or not line.least <= len(value) <= line.most:
                yield fault("bad_time")
            return
        case _:
            if not value.strip(" "):
                yield fault("only_blanks")
                return
            if value.endswith(" "):
                yield fault("trailing_blank")
                return
            # a sign beyond ASCII is a fault of its own
            if line.is_plain and not all(c.isalnum() for c in value if c.isascii()):
                yield fault("punctuation")
                return
            length = len(value)
    if length < line.least:
        yield fault("too_short", str(line.least))
    elif length > line.most:
        yield fault("too_long", str(line.most))


def _note(
    note: Note, parts: list[str], by_place: dict[int, ElementLine], composite: int | None
) -> Iterator[ElementFault]:
    """A violated syntax note, reported at the place that is missing or too much."""
    held = {p: p <= len(parts) and bool(parts[p - 1]) for p in note.places}

    def at(place: int, kind: str) -> ElementFault:
        return ElementFault(
            kind=kind,
            element=composite if composite is not None else place,
            component=place if composite is not None else None,
            line=by_place.get(place),
            expected=str(note),
        )

    first, *rest = note.places
    match note.kind:
        case "P":
            if any(held.values()) and not all(held.values()):
                for place in note.places:
                    if not held[place] and not _required(by_place, place):
                        yield at(place, "partner_missing")
        case "R":
            if not any(held.values()) and not any(_required(by_place, p) for p in note.places):
                yield at(first, "one_of_missing")
        case "E":
            if sum(held.values()) > 1:
                yield at([p for p in note.places if held[p]][1], "excluded_together")
        case "C":
            if held[first]:
                for place in rest:
                    if not held[place] and not _required(by_place, place):
                        yield at(place, "partner_missing")
        case "L":
            if held[first] and not any(held[p] for p in rest):
                yield at(rest[0], "partner_missing")


def _required(by_place: dict[int, ElementLine], place: int) -> bool:
    """Whether the absence of a place is reported already."""
    line = by_place.get(place)
    return line is not None and line.usage == "R"
