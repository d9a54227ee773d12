"""Taking segments apart by the layouts with which they are written, and the values that stand in them."""

import datetime as dt
from collections.abc import Callable, Sequence
from contextlib import suppress
from decimal import Decimal
from operator import itemgetter

from edi.x12.segment import COMPONENT, ELEMENT, REPETITION, Layout

REMEMBERED = 8192
"""Texts of which the value is remembered, for each kind of value."""
REMEMBERED_SEGMENTS = 256
"""Segments of which the parts are remembered, for each layout whose segments come again often enough."""
_TRIED = 512
"""Segments after which a layout shows whether they do."""

Taken = tuple[tuple[str, ...], tuple[tuple[int, int | None, str], ...]]
"""Values in the order of the layout's slots, "" where absent, and what the layout has no slot for: element,
component, text."""


class Take:
    """Takes segments of one layout apart; what the layout neither holds nor states is handed back too."""

    __slots__ = (
        "_asked", "_composites", "_constants", "_due", "_known", "_missed", "_plan", "_values", "_width",
        "count", "layout",
    )  # fmt: skip

    def __init__(self, layout: Layout) -> None:
        self.layout = layout
        self._known: dict[str, Taken] = {}
        self._asked = self._missed = 0
        held: dict[int, dict[int | None, int]] = {}
        for i, slot in enumerate(layout.slots):
            held.setdefault(slot.element, {})[slot.component] = i
        self.count = len(layout.slots)
        plan: list[str | int | list[str | int]] = []
        for element, text in enumerate(layout.template.replace("%%", "%").split(ELEMENT)):
            slots = held.get(element, {})
            if None in slots:
                plan.append(slots[None])
            elif COMPONENT in text or slots:
                plan.append([slots.get(c, t) for c, t in enumerate(text.split(COMPONENT), 1)])
            else:
                plan.append(text)
        self._plan = plan
        # elements, and behind them the components of each composite, as one list
        self._width = len(plan)
        self._composites: list[tuple[int, int]] = []
        values: dict[int, int] = {}
        constants: dict[int, str] = {}
        width = self._width
        for element, due in enumerate(plan):
            if isinstance(due, list):
                self._composites.append((element, len(due)))
                for place, one in enumerate(due, width):
                    if isinstance(one, int):
                        values[place] = one
                    else:
                        constants[place] = one
                width += len(due)
            elif isinstance(due, int):
                values[element] = due
            elif element:
                constants[element] = due
        self._values = _getter(sorted(values, key=values.__getitem__))
        self._constants = _getter(list(constants))
        self._due = tuple(constants.values())

    def __call__(self, text: str) -> Taken:
        """Values and what is left over of a segment in the program's own form."""
        if self._missed > _TRIED // 2:
            return self._take(text)
        known = self._known.get(text)
        if self._asked < _TRIED:
            self._asked += 1
            self._missed += known is None
        if known is None:
            known = self._take(text)
            if len(self._known) >= REMEMBERED_SEGMENTS:
                self._known.clear()
            self._known[text] = known
        return known

    def _take(self, text: str) -> Taken:
        parts = text.split(ELEMENT)
        missing = self._width - len(parts)
        if missing >= 0:
            if missing:
                parts += [""] * missing
            for element, size in self._composites:
                pieces = parts[element].split(COMPONENT)
                absent = size - len(pieces)
                if absent < 0:
                    break
                parts += pieces
                if absent:
                    parts += [""] * absent
            else:
                if self._constants(parts) == self._due:
                    return self._values(parts), ()
        return self._with_rest(text)

    def _with_rest(self, text: str) -> Taken:
        """Values, and what the layout neither holds nor states."""
        values = [""] * self.count
        left: list[tuple[int, int | None, str]] = []
        parts = text.split(ELEMENT)
        plan = self._plan
        for element in range(1, max(len(parts), len(plan))):
            value = parts[element] if element < len(parts) else ""
            due = plan[element] if element < len(plan) else ""
            if isinstance(due, int):
                values[due] = value
            elif isinstance(due, str):
                if value != due:
                    left.append((element, None, value))
            else:
                pieces = value.split(COMPONENT)
                for component in range(1, max(len(pieces), len(due)) + 1):
                    piece = pieces[component - 1] if component <= len(pieces) else ""
                    wanted = due[component - 1] if component <= len(due) else ""
                    if isinstance(wanted, int):
                        values[wanted] = piece
                    elif piece != wanted:
                        left.append((element, component, piece))
        return tuple(values), tuple(left)


def _getter(places: Sequence[int]) -> Callable[[list[str]], tuple[str, ...]]:
    """Takes some places of a list out, always as a tuple."""
    if len(places) > 1:
        return itemgetter(*places)
    if places:
        place = places[0]
        return lambda parts: (parts[place],)
    return lambda _: ()


def set_element(text: str, element: int, component: int | None, value: str) -> str:
    """A segment in the program's own form with one element or component replaced, trimmed again."""
    parts = text.split(ELEMENT)
    parts += [""] * (element + 1 - len(parts))
    if component is None:
        parts[element] = value
    else:
        pieces = parts[element].split(COMPONENT)
        pieces += [""] * (component - len(pieces))
        pieces[component - 1] = value
        parts[element] = COMPONENT.join(pieces).rstrip(COMPONENT)
    return ELEMENT.join(parts).rstrip(ELEMENT + COMPONENT)


class _Numbers(dict[str, Decimal | None]):
    """Texts and their values; the same texts come again."""

    def __missing__(self, text: str) -> Decimal | None:
        if len(self) >= REMEMBERED:
            self.clear()
        digits = text.removeprefix("-").replace(".", "", 1)
        value = self[text] = Decimal(text) if digits.isascii() and digits.isdigit() else None
        return value


class _Days(dict[str, dt.date | None]):
    """Texts and their values; the same texts come again."""

    def __missing__(self, text: str) -> dt.date | None:
        if len(self) >= REMEMBERED:
            self.clear()
        value = None
        if len(text) == 8 and text.isascii() and text.isdigit():
            with suppress(ValueError):
                value = dt.date(int(text[:4]), int(text[4:6]), int(text[6:]))
        self[text] = value
        return value


read_number: Callable[[str], Decimal | None] = _Numbers().__getitem__
"""Value of a number of type R or N0; None for what is none."""
read_day: Callable[[str], dt.date | None] = _Days().__getitem__
"""Value of a date CCYYMMDD; None for what is none, such as the 31st of February."""


def read_period(text: str) -> tuple[dt.date, dt.date] | None:
    """Value of a period CCYYMMDD-CCYYMMDD; None for what is none."""
    first, mark, last = text.partition("-")
    start, end = read_day(first), read_day(last)
    return (start, end) if mark and start is not None and end is not None else None


_OWN = str.maketrans({ELEMENT: "*", COMPONENT: ":", REPETITION: "^"})


def plain(text: str) -> str:
    """A segment or element with `*`, `:` and `^` for the program's own separators.

    Where its data hold one of these characters it stays in the program's own form.
    """
    return text if any(mark in text for mark in "*:^") else text.translate(_OWN)
