"""A cursor that takes segments, and one that follows where each value goes.

Both are driven by the same functions of `edi.transactions`, so what is traced is what is written.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from edi.errors import NotWritable
from edi.x12.segment import (
    COMPONENT,
    ELEMENT,
    REPETITION,
    SEGMENT,
    UNWRITABLE,
    Delimiters,
    Layout,
    Slot,
    qualifier_of,
)

Base = tuple[str | int, ...]
"""Where in the record the values of a segment stand: ("lines", 0) is /lines/0."""

_EMPTY_COMPONENTS = re.compile(f"{COMPONENT}+(?={ELEMENT})")
_BLANKS = re.compile(f" +(?=[{ELEMENT}{COMPONENT}]|$)|(?<=[{ELEMENT}{COMPONENT}]) +")


def _trimmed(text: str, *, composite: bool) -> str:
    """A segment without blanks at the ends of its values and without empty elements at its end."""
    if " " in text:
        text = _BLANKS.sub("", text)
    text = text.rstrip(ELEMENT + COMPONENT)
    return _EMPTY_COMPONENTS.sub("", text) if composite else text


def pointer(base: Base, relative: str | None = None) -> str:
    """JSON Pointer of a value: a base, then a relative pointer."""
    text = "".join(f"/{part}" for part in base)
    return text if relative in (None, ".") else f"{text}/{relative}"


class Cursor:
    """Takes the segments of one transaction set, checks and trims them, and keeps them until they are taken.

    Attributes:
        segments: what was written since `take`, in the program's own form.
        count: segments of the current transaction set that were taken already.
        loop: id of the current loop.
        base: where in the record the current loop's values stand.
    """

    __slots__ = ("_refused", "base", "count", "delimiters", "loop", "segments")

    def __init__(self, delimiters: Delimiters | None = None) -> None:
        self.delimiters = delimiters or Delimiters()
        self._refused = self.delimiters.refused().search
        self.segments: list[str] = []
        self.count = 0
        self.loop = ""
        self.base: Base = ()

    def enter(self, loop: str, *base: str | int) -> None:
        """Begin a loop; `base` is where in the record its values stand."""
        self.loop = loop
        self.base = base

    def segment(self, layout: Layout, *values: str) -> None:
        """Write one segment; the values are those of the layout's slots, "" where absent.

        Blanks at the ends of a value are not written: the guides do not want them.

        Raises:
            NotWritable: a value holds a delimiter or a character that X12 does not know.
        """
        if self._refused("".join(values)) is not None:
            self._refuse(layout.slots, values, self.base)
        self.segments.append(_trimmed(layout.template % values, composite=layout.composite))

    def gathered(self, layout: Layout, values: Sequence[str], places: dict[int, Base]) -> None:
        """Write one segment whose values stand in several places of the record.

        `places` gives the absolute place of single values by their position; the others stand at the base.
        """
        if self._refused("".join(values)) is not None:
            for i, value in enumerate(values):
                slot = layout.slots[i]
                if i in places:
                    self._refuse((slot._replace(pointer=None),), (value,), places[i])
                else:
                    self._refuse((slot,), (value,), self.base)
        self.segments.append(_trimmed(layout.template % tuple(values), composite=layout.composite))

    def also(self, element: int, *base: str | int, component: int | None = None) -> None:
        """Say that an element of the last segment holds another value of the record too."""

    def repeat(
        self,
        head: Layout,
        values: Sequence[str],
        part: Layout,
        items: Sequence[tuple[Base | None, Sequence[str]]],
        *,
        stride: int = 1,
        head_at: Base | None = None,
    ) -> None:
        """Write one segment in which a part recurs: HI, CAS.

        Args:
            head: layout of the segment up to the first part.
            values: values of the head.
            part: layout of the part where it first occurs, without the segment id.
            items: for each part where its values stand, relative to the current base, and the values; None
                for a part that stands nowhere in the record as such.
            stride: elements from one part to the next.
            head_at: where the values of the head stand; default the current base.
        """
        if self._refused("".join(values)) is not None:
            self._refuse(head.slots, values, self.base if head_at is None else head_at)
        texts = [head.template % tuple(values)]
        for base, item in items:
            if self._refused("".join(item)) is not None:
                self._refuse(part.slots, item, self.base + (base or ()))
            text = part.template % tuple(item)
            # a part that is shorter than its stride keeps its empty elements, unless it is the last one
            texts.append(text.rstrip(COMPONENT) if stride == 1 else text)
        self.segments.append(_trimmed(ELEMENT.join(texts), composite=stride == 1))

    def raw(self, base: Base, text: str, marks: str = "*:^") -> str:
        """A segment given as text, in the program's own form; it is checked and not written.

        `marks` are the element, component and repetition separators of the text.
        """
        if ELEMENT in text:
            marks = ELEMENT + COMPONENT + REPETITION  # as it was read, because its data hold the usual ones
        data = re.sub("[" + re.escape(marks) + "]", "", text)
        if self._refused(data) is not None:
            self._refuse((Slot(1, None, "text"),), (data,), base)
        if re.match("[A-Z][A-Z0-9]{1,2}" + re.escape(marks[0]), text) is None:
            self.refuse("this is no segment: it begins with no segment id", *base, "text")
        own = str.maketrans(dict(zip(marks, (ELEMENT, COMPONENT, REPETITION), strict=True)))
        return text.translate(own)

    def raw_element(self, base: Base, text: str, marks: str = ":^") -> str:
        """An element given as text, in the program's own form; it is checked and not written."""
        if COMPONENT in text or REPETITION in text:
            marks = COMPONENT + REPETITION
        data = re.sub("[" + re.escape(marks) + "]", "", text)
        if self._refused(data) is not None:
            self._refuse((Slot(1, None, "text"),), (data,), base)
        own = str.maketrans(dict(zip(marks, (COMPONENT, REPETITION), strict=True)))
        return text.translate(own)

    def refuse(self, message: str, *base: str | int) -> None:
        """The record cannot be written; `base` is the absolute place of the value at fault."""
        raise NotWritable(message, path=pointer(base))

    def take(self) -> str:
        """What was written since the last call, with the delimiters of this surface; counts the segments."""
        self.count += len(self.segments)
        text = self.delimiters.dress(SEGMENT.join(self.segments) + SEGMENT) if self.segments else ""
        self.segments = []
        return text

    def _refuse(self, slots: Sequence[Slot], values: Sequence[str], base: Base) -> None:
        for slot, value in zip(slots, values, strict=True):
            found = self._refused(value)
            if found is None:
                continue
            mark = found.group()
            remedy = "change the value"
            if mark in self.delimiters.marks:
                why = f"holds {mark!r}, the {self.delimiters.name(mark)}"
                remedy += " or choose other delimiters"
            elif value.startswith(UNWRITABLE) and value[1:].lstrip("-s") in ("NaN", "Infinity"):
                why = "is no number that X12 can write"
            elif mark < " " or mark == "\x7f":
                why = f"holds the control character {mark!r}"
            else:
                why = f"holds {mark!r}, which is not in the X12 character set"
                remedy = "write it with plain letters and signs"
            where = pointer(base, slot.pointer)
            raise NotWritable(f"{where} {why}: {remedy}", path=where)


class Trace(NamedTuple):
    """Where a value of a record goes in an X12 file."""

    address: str
    """As `2400[2]/SV1/01-2`."""
    loop: str
    ordinal: int
    """Number of the segment in its transaction set when the record is written alone, ST = 1."""
    element: int
    component: int | None


@dataclass(slots=True)
class Segment:
    """A segment that a tracing cursor took."""

    text: str
    loop: str
    iteration: int
    """Number of the loop within the record, 0 where the loop cannot recur."""
    parent: int
    """Number of the enclosing loop within the record, 0 where there is none that can recur."""


class Tracing(Cursor):
    """A cursor that follows each value; it refuses nothing, so that a wrong record can be traced as well.

    Args:
        repeating: loops that can recur within a record, with the loop that holds each ("" for none).
        strict: refuse as a plain cursor does.
    """

    __slots__ = ("_counts", "_iteration", "_last", "_repeating", "_seen", "_strict", "found", "taken", "weak")

    def __init__(
        self, repeating: dict[str, str], delimiters: Delimiters | None = None, *, strict: bool = False
    ) -> None:
        super().__init__(delimiters)
        self._repeating = repeating
        self._strict = strict
        self._counts: dict[str, int] = {}
        self._seen: dict[tuple[str, int, str, str | None], int] = {}
        self._iteration = 0
        self._last = ""
        self.taken: list[Segment] = []
        self.found: dict[str, Trace] = {}
        self.weak: dict[str, Trace] = {}

    def enter(self, loop: str, *base: str | int) -> None:
        """Begin a loop and count it."""
        super().enter(loop, *base)
        self._iteration = 0
        if loop in self._repeating:
            self._iteration = self._counts[loop] = self._counts.get(loop, 0) + 1

    def segment(self, layout: Layout, *values: str) -> None:
        """Write one segment and note where its values went."""
        super().segment(layout, *values)
        self._note([(self.base, layout.slots, values)])

    def gathered(self, layout: Layout, values: Sequence[str], places: dict[int, Base]) -> None:
        """Write one segment whose values stand in several places and note where they went."""
        super().gathered(layout, values, places)
        self._note(
            [
                (places[i], (slot._replace(pointer="."),), (value,))
                if i in places
                else (self.base, (slot,), (value,))
                for i, (slot, value) in enumerate(zip(layout.slots, values, strict=True))
            ]
        )

    def also(self, element: int, *base: str | int, component: int | None = None) -> None:
        """Note one more value of an element of the last segment."""
        self._group(self._last, base, (Slot(element, component, "."),), ("1",))

    def repeat(
        self,
        head: Layout,
        values: Sequence[str],
        part: Layout,
        items: Sequence[tuple[Base | None, Sequence[str]]],
        *,
        stride: int = 1,
        head_at: Base | None = None,
    ) -> None:
        """Write one segment in which a part recurs and note where its values went."""
        super().repeat(head, values, part, items, stride=stride, head_at=head_at)
        self._note(
            [(self.base if head_at is None else head_at, head.slots, values)]
            + [
                (self.base + base, [slot.offset(i * stride) for slot in part.slots], item)
                for i, (base, item) in enumerate(items)
                if base is not None
            ]
        )

    def refuse(self, message: str, *base: str | int) -> None:
        """Refuse where asked to be strict; else go on."""
        if self._strict:
            super().refuse(message, *base)

    def _refuse(self, slots: Sequence[Slot], values: Sequence[str], base: Base) -> None:
        if self._strict:
            super()._refuse(slots, values, base)

    def _note(self, groups: list[tuple[Base, Sequence[Slot], Sequence[str]]]) -> None:
        text = self.segments[-1]
        holder = self._repeating.get(self.loop, "")
        self.taken.append(
            Segment(text, self.loop, self._iteration, self._counts.get(holder, 0) if holder else 0)
        )
        name, qualifier = qualifier_of(text)
        key = (self.loop, self._iteration, name, qualifier)
        k = self._seen[key] = self._seen.get(key, 0) + 1
        loop = f"{self.loop}[{self._iteration}]" if self._iteration else self.loop
        mark = (f"[{qualifier}]" if qualifier else "") + (f"#{k}" if k > 1 else "")
        self._last = f"{loop}/{name}{mark}"
        for base, slots, values in groups:
            self._group(self._last, base, slots, values)

    def _group(self, segment: str, base: Base, slots: Sequence[Slot], values: Sequence[str]) -> None:
        for slot, value in zip(slots, values, strict=True):
            if slot.pointer is None:
                continue
            component = "" if slot.component is None else f"-{slot.component}"
            trace = Trace(
                f"{segment}/{slot.element:02d}{component}",
                self.loop,
                self.count + len(self.segments),
                slot.element,
                slot.component,
            )
            (self.found if value else self.weak).setdefault(pointer(base, slot.pointer), trace)

    def traces(self) -> dict[str, Trace]:
        """JSON Pointer to place, for each value and for each record or list that holds one.

        A value that is absent has the place at which it would stand. The first place wins.
        """
        traces = dict(self.found)
        for where, trace in self.weak.items():
            traces.setdefault(where, trace)
        for where, trace in sorted(
            traces.items(), key=lambda t: (t[1].ordinal, t[1].element, t[1].component or 0)
        ):
            while where.count("/") > 1:
                where = where.rpartition("/")[0]
                traces.setdefault(where, trace)
        return traces
