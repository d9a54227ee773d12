"""A claim becomes the CMS-1500 or the UB-04: text by box, sheet by sheet.

The crosswalk says which datum stands in which box, `schemas/forms` how it is written there; what tables
cannot say is a function of `forms.cms1500` or `forms.ub04`. Nothing is cut or left off without a
`BoxProblem`.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

from edi.model.boxes import BoxProblem, ProblemKind
from edi.model.claim import Claim
from edi.model.crosswalk import Target
from forms import cms1500, ub04
from forms.formats import FORMATS, Odd
from forms.layout import DETAIL_ROWS, Box, Form, boxes
from forms.plan import Datum, Leaf, Walk, beyond_four, kinds, record_of, ticked
from forms.style import foreign

Page = dict[str, str]
"""One sheet: box key -> text. Only boxes that are filled."""
Totals = Literal["last", "each"]
TICK = "X"


@dataclass(slots=True)
class Filled:
    """A claim on paper."""

    form: Form
    pages: list[Page]
    """Sheets in their order."""
    problems: list[BoxProblem] = field(default_factory=list)
    """What the form does not hold as it should."""
    sources: list[dict[str, tuple[str, ...]]] = field(default_factory=list)
    """For each sheet: box key -> JSON Pointers of the claim's data that stand there."""


def form_of(claim: Claim) -> Form:
    """The form of a claim's setting; a claim without one is professional unless it has a type of bill."""
    facility = claim.setting == "facility" or (claim.setting is None and claim.type_of_bill is not None)
    return "ub04" if facility else "cms1500"


def fill(
    claim: Claim,
    *,
    form: Form | None = None,
    truncate: bool = False,
    created: date | None = None,
    totals: Totals = "last",
) -> Filled:
    """The boxes of a claim.

    Args:
        claim: any claim, however incomplete.
        form: default that of the claim's setting.
        truncate: cut what is longer than its box; else it stays whole. A problem says so either way.
        created: day on which the form is made (item 31, FL 45 line 23); absent: left empty.
        totals: where the total stands when a claim fills several sheets: on the last one, or on each its own.
    """
    filling = Filling(claim, form or form_of(claim), truncate=truncate, created=created, totals=totals)
    filling.gather()
    filling.write()
    return filling.result()


def cut(text: str, limit: int) -> str:
    """A text cut to the characters of a box, without the marks that it would then end in."""
    return text[:limit].rstrip(" ,.")


def _cut_for(box: Box, text: str) -> str:
    """A text cut so that reading the box and writing it again gives the same text."""
    text = cut(text, box.limit)
    if box.format == "name":
        name = FORMATS["name"]
        again = name.write(name.read(text, box, ()), box)
        while again != text:
            text = cut(again, box.limit)
            again = name.write(name.read(text, box, ()), box)
    return text


class Filling:
    """A form that is being filled. The functions of `forms.cms1500` and `forms.ub04` work on it."""

    def __init__(
        self, claim: Claim, form: Form, *, truncate: bool, created: date | None, totals: Totals
    ) -> None:
        self.claim = claim
        self.form: Form = form
        self.truncate = truncate
        self.created = created
        self.totals = totals
        self.walk = Walk(claim, form)
        self.boxes = boxes(form)
        self.rows = DETAIL_ROWS[form]
        self.sheets = max(1, -(-len(claim.lines) // self.rows))
        """Number of sheets."""
        self.data: dict[str, list[Datum]] = {}
        """Data of the boxes that are the same on all sheets."""
        self.detail: list[dict[str, list[Datum]]] = [{} for _ in range(self.sheets)]
        """Data of the rows of lines, by sheet."""
        self.loose: dict[str, list[Datum]] = {}
        """Data of several boxes that are not told apart by their place in a list, by name with ranges."""
        self.spilled: list[tuple[Target, Datum, int]] = []
        """Data for which there are no more boxes, with their place in their list."""
        self.header: Page = {}
        self.pages: list[Page] = [{} for _ in range(self.sheets)]
        self.header_sources: dict[str, tuple[str, ...]] = {}
        self.page_sources: list[dict[str, tuple[str, ...]]] = [{} for _ in range(self.sheets)]
        self.problems: dict[tuple[ProblemKind, str | None, int, str], BoxProblem] = {}
        self.own: cms1500.Own | ub04.Own = cms1500.Own(self) if form == "cms1500" else ub04.Own(self)

    # ------------------------------------------------------------ gathering

    def gather(self) -> None:
        """Take the data of the claim, each to its box."""
        self.walk.run(self)

    def emit(self, leaf: Leaf, value: Any, pointer: str, ordinal: int | None) -> None:
        """Take one datum to the boxes that it may stand in."""
        admits = self.own.admits
        for target in leaf.targets:
            admit = admits.get(target.name)
            if admit is not None and not admit(pointer):
                continue
            datum = Datum(leaf.field, value, pointer, target.kind)
            names = target.boxes
            if len(names) == 1:
                self.data.setdefault(names[0], []).append(datum)
            elif ordinal is None or target.name in self.own.shared:
                self.loose.setdefault(target.name, []).append(datum)
            elif len(names) == self.rows:
                page, row = divmod(ordinal, self.rows)
                self.detail[page].setdefault(names[row], []).append(datum)
            elif ordinal < len(names):
                self.data.setdefault(names[ordinal], []).append(datum)
            else:
                self.spilled.append((target, datum, ordinal))

    # ------------------------------------------------------------ writing

    def write(self) -> None:
        """Write the boxes: those of the tables, then those that only functions know."""
        special = self.own.special
        self.own.prepare()
        for key, data in self.data.items():
            self._write_box(None, key, data, special)
        for page, detail in enumerate(self.detail):
            for key, data in detail.items():
                self._write_box(page, key, data, special)
        for path, what in beyond_four(self.claim):
            position = self.walk.order.index(int(path.split("/")[2]))
            page, row = divmod(position, self.rows)
            column = self.own.column_of("pointers" if "pointer" in path else "modifiers")
            self.problem("no_room", page, f"{column}.{row + 1}", path, what=what)
        self.own.finish()

    def _write_box(
        self,
        page: int | None,
        key: str,
        data: list[Datum],
        special: Mapping[str, Callable[[int | None, str, list[Datum]], None]],
    ) -> None:
        name = key if key.endswith(".*") else self.boxes[key].name
        function = special.get(name)
        if function is not None:
            function(page, key, data)
        elif key.endswith(".*"):
            self.tick(page, key, data)
        else:
            self.put_data(page, key, data)

    def tick(self, page: int | None, group: str, data: list[Datum]) -> None:
        """Tick the box of a group that the first datum says."""
        key = ticked(self.form, group, str(data[0].value))
        if key is not None:
            self.put(page, key, TICK, data[:1])

    def put_data(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Write the data of one record into a box; those of other records are left off."""
        box = self.boxes[key]
        if len(data) > 1:
            record = record_of(data[0].pointer)
            mine = [d for d in data if record_of(d.pointer) == record]
            if len(mine) < len(data):
                self._left_off(page, box, mine, [d for d in data if record_of(d.pointer) != record])
                data = mine
            if len(data) > 1 and not FORMATS[box.format].joint:
                for datum in data[1:]:
                    self.problem("no_room", page, key, datum.pointer)
                data = data[:1]
        text = self.text(page, box, data)
        beside = kinds(self.form).get(key) if data[0].kind else None
        if beside == "+":
            text = f"{data[0].kind}{text}" if text else ""
        elif beside is not None and text:
            self.put(page, beside, data[0].kind, data)
        self.put(page, key, text, data)

    def _left_off(self, page: int | None, box: Box, mine: list[Datum], others: list[Datum]) -> None:
        """Say which records have no room in a box beside the one that stands there."""
        text = self.text(page, box, mine)
        told: set[str] = set()
        for datum in others:
            record = record_of(datum.pointer)
            if record not in told:
                told.add(record)
                group = [d for d in others if record_of(d.pointer) == record]
                if (self.text(page, box, group), group[0].kind) != (text, mine[0].kind):
                    self.problem("no_room", page, box.key, datum.pointer)

    def text(self, page: int | None, box: Box, data: Sequence[Datum]) -> str:
        """The text of a box by its format."""
        try:
            return FORMATS[box.format].write([(d.field, d.value) for d in data], box)
        except Odd as odd:
            datum = next((d for d in data if d.field == odd.field), data[0])
            self.problem(odd.kind, page, box.key, datum.pointer, text=odd.text)
            return odd.text

    def put(self, page: int | None, key: str, text: str, data: Iterable[Datum] | Sequence[str] = ()) -> None:
        """Write a text into a box, on one sheet or (None) on all.

        Args:
            page: number of the sheet from 0; None for all sheets.
            key: the box.
            text: what stands there; nothing is written for "".
            data: what it came from, as data or as JSON Pointers.
        """
        if not text:
            return
        box = self.boxes[key]
        paths = tuple(d if isinstance(d, str) else d.pointer for d in data)
        first = paths[0] if paths else None
        if not text.isascii():
            self.problem("letters", page, key, first, text=text, what=foreign(text))
        if len(text) > box.limit:
            self.problem("cut" if self.truncate else "too_long", page, key, first, text=text, limit=box.limit)
            if self.truncate:
                text = _cut_for(box, text)
        target, sources = (
            (self.header, self.header_sources)
            if page is None
            else (self.pages[page], self.page_sources[page])
        )
        target[key] = text
        sources[key] = paths

    def put_wrapped(
        self, page: int | None, keys: Sequence[str], text: str, data: Sequence[Datum], *, limit: int
    ) -> None:
        """Write a free text over several boxes, broken at blanks.

        What has no room behind the last of them stays at its end; `limit` is what they take together.
        """
        rest = text
        for k, key in enumerate(keys):
            width = self.boxes[key].limit
            at = len(rest)
            if k < len(keys) - 1 and len(rest) > width:
                at = rest.rfind(" ", 0, width + 1)
                at = width if at <= 0 else at
            part, rest = rest[:at], rest[at:].lstrip()
            last = k == len(keys) - 1
            if last and len(part) > width:
                kind: ProblemKind = "cut" if self.truncate else "too_long"
                first = data[0].pointer if data else None
                self.problem(kind, page, keys[0], first, text=text, limit=limit)
                part = cut(part, width) if self.truncate else part
                self._set(page, key, part, data)
                if not part.isascii():
                    self.problem("letters", page, key, first, text=part, what=foreign(part))
            else:
                self.put(page, key, part, data)

    def _set(self, page: int | None, key: str, text: str, data: Sequence[Datum]) -> None:
        target = self.header if page is None else self.pages[page]
        sources = self.header_sources if page is None else self.page_sources[page]
        target[key], sources[key] = text, tuple(d.pointer for d in data)

    def problem(
        self,
        kind: ProblemKind,
        page: int | None,
        key: str,
        path: str | None,
        *,
        text: str = "",
        limit: int | None = None,
        what: str = "",
    ) -> None:
        """Note what a box does not hold; the same about one datum and one kind of box is noted once."""
        box = self.boxes[key]
        number = 1 if page is None else page + 1
        same = (kind, path, number if kind != "no_room" else 0, box.item)
        if same not in self.problems:
            self.problems[same] = BoxProblem(
                kind=kind,
                page=number,
                key=key,
                item=box.item,
                format=box.format,
                path=path,
                text=text,
                limit=limit,
                what=what,
            )

    # ------------------------------------------------------------ the result

    def result(self) -> Filled:
        """The sheets with what all of them repeat."""
        order = {key: n for n, key in enumerate(self.boxes)}
        pages, sources = [], []
        for page, origin in zip(self.pages, self.page_sources, strict=True):
            whole = self.header | page
            origins = self.header_sources | origin
            pages.append({key: whole[key] for key in sorted(whole, key=order.__getitem__)})
            sources.append(origins)
        held = {path for origins in sources for paths in origins.values() for path in paths}
        # what stands in another box is not left off
        problems = [p for p in self.problems.values() if p.kind != "no_room" or p.path not in held]
        return Filled(form=self.form, pages=pages, problems=problems, sources=sources)
