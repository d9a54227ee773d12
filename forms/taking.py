"""A form becomes a claim: each text is read by the format of its box and put where the crosswalk has it.

Reading is lenient, in what people type and in what they leave out. A text that its box cannot mean is kept in
`unread`, so that rules speak of it; a text for which a claim has no place gives a `BoxProblem`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

from edi.model.boxes import BoxProblem, ProblemKind
from edi.model.claim import Claim, Unread
from edi.model.contract import convert
from forms import cms1500_read, ub04_read
from forms.formats import FORMATS, Odd
from forms.layout import DETAIL_ROWS, Form, boxes
from forms.plan import Leaf, kinds, leaves, record_of, ticks
from forms.style import foreign


@dataclass(slots=True, kw_only=True)
class Taken:
    """What a form says."""

    claim: Claim
    problems: list[BoxProblem] = field(default_factory=list)
    """Texts that are not in the claim, or say different things on different sheets."""
    places: dict[str, tuple[int, str]] = field(default_factory=dict)
    """JSON Pointer into the claim -> sheet, from 1, and box."""
    created: date | None = None
    """Day on which the form was made (item 31, FL 45 line 23)."""

    def sources(self, pages: int) -> list[dict[str, tuple[str, ...]]]:
        """For each of so many sheets: box key -> JSON Pointers of the claim that came of it."""
        found: list[dict[str, tuple[str, ...]]] = [{} for _ in range(pages)]
        for pointer, (page, key) in self.places.items():
            found[page - 1][key] = (*found[page - 1].get(key, ()), pointer)
        return found


class Entry(NamedTuple):
    """A datum that a box may hold."""

    leaf: Leaf
    kind: str
    """Code that stands beside it, "" for none."""
    ordinal: int | None
    """Which of the boxes of its name this is, from 0; None for the only one."""
    name: str
    """The box as the crosswalk names it."""


@cache
def entries(form: Form) -> dict[str, tuple[Entry, ...]]:
    """For each box the data that it may hold, in the order of the crosswalk; ticks by their group."""
    found: dict[str, list[Entry]] = {}
    for leaf in leaves(form):
        for target in leaf.targets:
            if not target.read:
                continue
            several = len(target.boxes) > 1
            for n, key in enumerate(target.boxes):
                found.setdefault(key, []).append(
                    Entry(leaf, target.kind, n if several else None, target.name)
                )
    return {key: tuple(members) for key, members in found.items()}


@cache
def _groups(form: Form) -> dict[str, tuple[str, str]]:
    """Tick -> its group and the code that it says."""
    return {tick.key: (group, tick.read) for group, members in ticks(form).items() for tick in members}


def take(form: Form, pages: Sequence[Mapping[str, str]]) -> Taken:
    """The claim of a form's sheets, one after the other.

    Args:
        form: which form it is.
        pages: box key -> text for each sheet; keys that the form does not have are left aside.
    """
    return Taking(form, pages).run()


class Taking:
    """A form that is being read. The functions of `forms.cms1500_read` and `forms.ub04_read` work on it."""

    def __init__(self, form: Form, pages: Sequence[Mapping[str, str]]) -> None:
        self.form: Form = form
        self.boxes = boxes(form)
        self.rows = DETAIL_ROWS[form]
        known = [
            {key: " ".join(text.split()) for key, text in page.items() if key in self.boxes and text.strip()}
            for page in pages
        ]
        self.pages = known
        self.header: dict[str, str] = {}
        """Boxes that are the same on all sheets."""
        self.header_page: dict[str, int] = {}
        self.draft: dict[str, Any] = {"setting": "professional" if form == "cms1500" else "facility"}
        """The claim as plain values."""
        self.unread: list[Unread] = []
        self.problems: list[BoxProblem] = []
        self.places: dict[str, tuple[int, str]] = {}
        self.created: date | None = None
        self.used: list[tuple[int, int]] = []
        """Sheet and row, from 0, of each line."""
        self._slots: dict[tuple[str, str, int | None], int] = {}
        self.own: cms1500_read.Own | ub04_read.Own = (
            cms1500_read.Own(self) if form == "cms1500" else ub04_read.Own(self)
        )

    def run(self) -> Taken:
        """Read everything."""
        self._merge()
        self.own.prepare()
        for key in _in_order(self.form):
            if key in self.header:
                self._read(self.header_page[key], key, self.header[key], None)
        for line, (page, row) in enumerate(self.used):
            for key in self._row_keys(row):
                if key in self.pages[page]:
                    self._read(page, key, self.pages[page][key], line)
        self.own.finish()
        self._judge_texts()
        if self.unread:
            self.draft["unread"] = self.unread
        claim: Claim = convert(self.draft, Claim)
        return Taken(claim=claim, problems=self.problems, places=self.places, created=self.created)

    # ------------------------------------------------------------ sheets and rows

    def _merge(self) -> None:
        """Take apart what all sheets repeat and what each has of its own."""
        own = self.own.own_of_sheet
        for number, page in enumerate(self.pages):
            for key, text in page.items():
                if self._is_row(key) or key in own:
                    continue
                if key not in self.header:
                    self.header[key], self.header_page[key] = text, number
                elif self.header[key] != text:
                    self.problem("differs", number, key, text=text)
        for number, page in enumerate(self.pages):
            filled = {int(self.boxes[key].row) - 1 for key in page if self._is_row(key)}
            self.used += [(number, row) for row in sorted(filled) if not self.own.is_total(number, row)]
        if self.used:
            self.draft["lines"] = [{} for _ in self.used]

    def _is_row(self, key: str) -> bool:
        """Whether a box is in a row of a line."""
        return key in _rows_of(self.form)

    def _row_keys(self, row: int) -> Iterable[str]:
        return _keys_of_row(self.form, row)

    # ------------------------------------------------------------ one box

    def _read(self, page: int, key: str, text: str, line: int | None) -> None:
        """One text: by a function of the form, by its tick, or by the table."""
        box = self.boxes[key]
        function = self.own.special.get(box.name)
        if function is not None:
            function(page, key, text, line)
            return
        group = _groups(self.form).get(key)
        if group is not None:
            name, code = group
            found = self.admitted(name)
            if code and found:
                self.set(found[0].leaf.path, code, page, key)
            return
        self.read_entries(page, key, text, self.admitted(key), line)

    def admitted(self, key: str) -> list[Entry]:
        """The data that a box, or a group of ticks, may hold on this form."""
        return [entry for entry in entries(self.form).get(key, ()) if self.own.admits(key, entry)]

    def box_entries(self, key: str, start: str) -> list[Entry]:
        """The data of a box whose paths begin so, whatever the form admits."""
        return [entry for entry in entries(self.form).get(key, ()) if entry.leaf.path.startswith(start)]

    def read_entries(self, page: int, key: str, text: str, found: Sequence[Entry], line: int | None) -> None:
        """Read a text as one of several records; the code beside it says which, else the first is meant."""
        if not found:
            if not self.own.repeats(key, text):
                self.problem("no_home", page, key, text=text)
            return
        beside = kinds(self.form).get(key)
        chosen = list(found)
        kind: str | None = None
        if beside is not None and any(entry.kind for entry in found):
            if beside == "+":
                kind = next((e.kind for e in found if e.kind and text.startswith(e.kind)), "")
                text = text.removeprefix(kind).lstrip()
            else:
                kind = (self.pages[page] if self._is_row(key) else self.header).get(beside, "").upper()
            mine = [entry for entry in found if entry.kind == kind]
            listed = [entry for entry in found if _is_listed(entry)]
            if mine:
                chosen, kind = mine, None
            elif listed:
                # an entry of a list keeps whatever stands beside it, so that rules can speak of it
                chosen = listed
            elif kind and key not in self.own.whatever_kind:
                self.problem("no_home", page, key, text=text, what=f"the kind {kind}")
                return
            else:
                kind = None
        record = record_of(chosen[0].leaf.path)
        chosen = [entry for entry in chosen if record_of(entry.leaf.path) == record]
        box = self.boxes[key]
        try:
            values = FORMATS[box.format].read(text, box, [entry.leaf.field for entry in chosen])
        except ValueError:
            pointer = self._pointer(chosen[0], line, kind)
            self.unread.append(Unread(path=pointer, text=text))
            self.places.setdefault(pointer, (page + 1, key))
            return
        for name, value in values:
            entry = next((e for e in chosen if e.leaf.field == name), None)
            if entry is not None:
                self.set(entry.leaf.path, value, page, key, ordinal=self._ordinal(entry, line), kind=kind)

    @staticmethod
    def _ordinal(entry: Entry, line: int | None) -> int | None:
        return line if entry.leaf.path.startswith("/lines/") else entry.ordinal

    def _pointer(self, entry: Entry, line: int | None, kind: str | None) -> str:
        return self.set(entry.leaf.path, None, None, "", ordinal=self._ordinal(entry, line), kind=kind)

    # ------------------------------------------------------------ the claim that comes of it

    def set(
        self,
        path: str,
        value: Any,
        page: int | None,
        key: str,
        *,
        ordinal: int | None = None,
        kind: str | None = None,
    ) -> str:
        """Put a value into the claim.

        Args:
            path: as the crosswalk writes it.
            value: the value; None makes the records around it only.
            page: sheet, from 0, that it came from.
            key: box that it came from.
            ordinal: which entry of the list is meant, from 0.
            kind: qualifier of the entry where it is another than that of the path.

        Returns:
            The JSON Pointer of the value.
        """
        node: Any = self.draft
        pointer = ""
        parts = path.split("/")[1:]
        i = 0
        while i < len(parts):
            name = parts[i]
            after = parts[i + 1] if i + 1 < len(parts) else None
            if after is None:
                if value is not None:
                    node[name] = value
                pointer += f"/{name}"
            elif after.isdecimal() or (after.startswith("{") and i + 2 == len(parts)):
                entries_ = node.setdefault(name, [])
                pointer += f"/{name}/{len(entries_)}"
                if value is not None:
                    entries_.append(value)
                break
            elif after.startswith("{"):
                index = self._index(node, f"{pointer}/{name}", name, after.strip("{}"), ordinal, kind)
                node = node[name][index]
                pointer += f"/{name}/{index}"
                i += 1
            else:
                node = node.setdefault(name, {})
                pointer += f"/{name}"
            i += 1
        if page is not None:
            self.places.setdefault(pointer, (page + 1, key))
        return pointer

    def _index(
        self, node: dict[str, Any], base: str, name: str, pick: str, ordinal: int | None, kind: str | None
    ) -> int:
        """Index of the entry that a name in braces picks; it is made where it is not there."""
        known = self.own.index_of(name, pick, ordinal)
        if known is not None:
            listed = node.setdefault(name, [])
            while len(listed) <= known:
                listed.append({})
            return known
        slot = (base, pick if kind is None else f"={kind}", ordinal if pick in _NUMBERED else None)
        if slot not in self._slots:
            listed = node.setdefault(name, [])
            self._slots[slot] = len(listed)
            entry: dict[str, Any] = {}
            if name in _QUALIFIED:
                if kind is None or kind:
                    entry["qualifier"] = pick if kind is None else kind
            elif name == "diagnoses":
                entry["kind"] = pick
            listed.append(entry)
        return self._slots[slot]

    def _rewritten(self, key: str, text: str) -> str:
        """A text as the form writes what it says: dates without slashes, codes without dots."""
        box = self.boxes[key]
        form = FORMATS.get("procedure" if box.name == "24D" else box.format)
        if form is None or box.format in ("note", "supplement"):
            return text
        fields = [entry.leaf.field for entry in entries(self.form).get(key, ())] or ["text"]
        try:
            values = form.read(text, box, fields)
            if box.name == "24D":
                values = values[:1]
            return form.write(values, box) if values else text
        except (ValueError, Odd):
            return text

    def problem(
        self,
        kind: ProblemKind,
        page: int,
        key: str,
        *,
        text: str = "",
        what: str = "",
        path: str | None = None,
    ) -> None:
        """Note what a claim does not hold of the form."""
        box = self.boxes[key]
        self.problems.append(
            BoxProblem(
                kind=kind,
                page=page + 1,
                key=key,
                item=box.item,
                format=box.format,
                path=path,
                text=text,
                limit=box.limit if kind == "too_long" else None,
                what=what,
            )
        )

    def _judge_texts(self) -> None:
        """Texts that do not fit their boxes, and characters that no form takes."""
        held = {place: pointer for pointer, place in reversed(self.places.items())}
        for page, texts in enumerate(self.pages):
            for key, text in texts.items():
                if self.header_page.get(key, page) != page:
                    continue
                path = held.get((page + 1, key))
                if len(self._rewritten(key, text)) > self.boxes[key].limit:
                    self.problem("too_long", page, key, text=text, path=path)
                if not text.isascii():
                    self.problem("letters", page, key, text=text, path=path, what=foreign(text))


def _is_listed(entry: Entry) -> bool:
    """Whether a datum is in an entry of a list that has a qualifier."""
    record = entry.leaf.path.split("/")[-2]
    return record.startswith("{") and entry.leaf.path.split("/")[-3] in _QUALIFIED


_QUALIFIED = ("dates", "secondary_ids")
_NUMBERED = frozenset(("n", "principal", "other", "admitting", "reason_for_visit", "external_cause"))
"""Names in braces whose entries are told apart by their number."""


@cache
def _in_order(form: Form) -> tuple[str, ...]:
    """The boxes so that those of one list come in the order in which they are filled."""

    def turn(key: str) -> int:
        found = entries(form).get(key)
        return (found[0].ordinal or 0) if found else 0

    return tuple(sorted(boxes(form), key=turn))


@cache
def _rows_of(form: Form) -> frozenset[str]:
    """Boxes of the rows of lines."""
    count: dict[str, int] = {}
    for box in boxes(form).values():
        count[box.name] = count.get(box.name, 0) + 1
    return frozenset(
        key
        for key, box in boxes(form).items()
        if box.row.isdecimal() and count[box.name] == DETAIL_ROWS[form]
    )


@cache
def _keys_of_row(form: Form, row: int) -> tuple[str, ...]:
    """Boxes of one row, from 0."""
    return tuple(key for key in boxes(form) if key in _rows_of(form) and boxes(form)[key].row == str(row + 1))
