"""The one door to every code look-up by date of service.

A `Source` holds code lists; `Lists` asks its sources in order. A list that ships in part (`# complete: no` at
its head) can say that a code is known, but never that it is not.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Final, Literal, Protocol, cast

from edi import tables
from edi.errors import TableError

Coverage = Literal["absent", "partial", "complete"]
DrugClass = Literal[
    "therapeutic",
    "complex_biologic",
    "chemotherapy",
    "hormonal_antineoplastic",
    "hydration",
    "flush",
    "unclassified",
]
ContainerKind = Literal["single", "multi", "both", "bag"]

_DRUGS: Final = "hcpcs_drugs"
_CLASSES: Final = frozenset(
    {
        "therapeutic",
        "complex_biologic",
        "chemotherapy",
        "hormonal_antineoplastic",
        "hydration",
        "flush",
        "unclassified",
    }
)
_CONTAINERS: Final = frozenset({"single", "multi", "both", "bag"})


def _within(start: date | None, end: date | None, on: date | None) -> bool:
    """Whether nothing that is known of the window speaks against the date."""
    return on is None or ((start is None or start <= on) and (end is None or on <= end))


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of a code list."""

    code: str
    """The code."""
    label: str
    """Our own short label."""
    start: date | None
    """First date of service; None: not known."""
    end: date | None
    """Last date of service; None: not known, or still in force."""
    fields: Mapping[str, str]
    """All columns of the row by name."""

    def valid(self, on: date | None) -> bool:
        """Whether nothing that is known of its dates speaks against this date of service."""
        return _within(self.start, self.end, on)


@dataclass(frozen=True, slots=True)
class Size:
    """Labelled content of one container."""

    value: Decimal
    """The number."""
    unit: str
    """mg, g, mcg, mL, units or mEq."""


@dataclass(frozen=True, slots=True)
class Drug:
    """One row of the drug table: a drug code in one window of dates."""

    code: str
    """HCPCS code."""
    start: date | None
    """First date of service; None: not known."""
    end: date | None
    """Last date of service; None: not known."""
    drug: str
    """What the code is for, in our own words."""
    unit_value: Decimal | None
    """Amount that one billing unit stands for; None for unclassified codes and codes billed per container."""
    unit: str | None
    """Unit of that amount: mg, g, mcg, mL, units or mEq."""
    drug_class: DrugClass
    """Class for the choice of the administration code."""
    textbook_class: DrugClass | None
    """Class under the textbook policy where it is another."""
    route: str | None
    """SC for products that are given under the skin only; else None."""
    container: ContainerKind | None
    """Single-dose, multiple-dose, both, or a bag of fluid, by the label; None: not known."""
    sizes: tuple[Size, ...]
    """Labelled sizes that are known; there may be others."""
    ndc_unit: str | None
    """Usual unit of the NDC quantity: UN or ML."""
    replaced_by: str | None
    """Code that took its place."""
    names: tuple[str, ...]
    """Lower-case names by which a chart may name the drug."""
    verify: str | None
    """What in this row has to be verified; None: nothing."""

    @property
    def dated(self) -> bool:
        """Whether both dates of the code are known, so that every date of service can be judged."""
        return self.start is not None and self.end is not None

    def valid(self, on: date | None) -> bool:
        """Whether nothing that is known of its dates speaks against this date of service."""
        return _within(self.start, self.end, on)

    def in_force(self, on: date) -> bool | None:
        """Whether the code is in force on the date; None when a date that decides it is not known."""
        if not self.valid(on):
            return False
        return True if self.dated else None

    def named(self, name: str) -> bool:
        """Whether a chart that writes this name may mean this code."""
        return _plain(name) in self.names


class Source(Protocol):
    """Something that holds code lists: the shipped tables, or a user's file."""

    def coverage(self, list_name: str) -> Coverage:
        """How much of a list it holds."""

    def find(self, list_name: str, code: str) -> Sequence[Entry]:
        """The rows of a code, one for each window of dates."""

    def codes(self, list_name: str) -> Sequence[str]:
        """All codes that it holds of a list, each once."""


class ShippedTables:
    """The tables under schemas/codes."""

    __slots__ = ("_lists",)

    def __init__(self) -> None:
        self._lists: dict[str, tuple[Coverage, dict[str, tuple[Entry, ...]]]] = {}

    def coverage(self, list_name: str) -> Coverage:
        """How much of a list ships: `# complete: yes` or `no` at the head of its table."""
        return self._list(list_name)[0]

    def find(self, list_name: str, code: str) -> Sequence[Entry]:
        """The rows of a code, in the order of the table."""
        return self._list(list_name)[1].get(code, ())

    def codes(self, list_name: str) -> Sequence[str]:
        """All codes of a table in its order, each once."""
        return tuple(self._list(list_name)[1])

    def _list(self, name: str) -> tuple[Coverage, dict[str, tuple[Entry, ...]]]:
        found = self._lists.get(name)
        if found is None:
            found = self._lists[name] = _read(name)
        return found


class Lists:
    """Code look-ups by date of service. Lists are named as their tables: pos, revenue, modifiers ..."""

    __slots__ = ("_drugs", "_named", "_sources")

    def __init__(self, sources: Sequence[Source]) -> None:
        """`sources` in the order in which they are asked: a user's file before the shipped tables."""
        self._sources = tuple(sources)
        self._drugs: dict[str, tuple[Drug, ...]] | None = None
        self._named: dict[str, tuple[Drug, ...]] = {}

    def entry(self, list_name: str, code: str, on: date | None = None) -> Entry | None:
        """The row of a code that is valid on the date, the latest where several are; None: no such row."""
        for source in self._sources:
            valid = [entry for entry in source.find(list_name, code) if entry.valid(on)]
            if valid:
                return max(valid, key=lambda entry: entry.start or date.min)
        return None

    def label(self, list_name: str, code: str) -> str | None:
        """Our own short label of a code at any date; None: not in the list, or the list is not loaded."""
        found = self.entry(list_name, code)
        return found.label if found else None

    def known(self, list_name: str, code: str, on: date | None) -> bool | None:
        """Whether a code is valid on the date of service.

        None: not checked, because the list is not loaded, or only a part of it that lacks the code. The first
        source that holds the whole list decides.
        """
        listed = False
        for source in self._sources:
            entries = source.find(list_name, code)
            if any(entry.valid(on) for entry in entries):
                return True
            listed = listed or bool(entries)
            if source.coverage(list_name) == "complete":
                return False
        return False if listed else None

    def coverage(self, list_name: str) -> Coverage:
        """How much of a list is loaded."""
        found = {source.coverage(list_name) for source in self._sources}
        return "complete" if "complete" in found else "partial" if "partial" in found else "absent"

    def codes(self, list_name: str) -> tuple[str, ...]:
        """All codes that are loaded of a list, each once."""
        return tuple(dict.fromkeys(code for source in self._sources for code in source.codes(list_name)))

    def drug(self, code: str, on: date | None) -> Drug | None:
        """The row of a drug code that is valid on the date; unknown dates speak against no date."""
        valid = [drug for drug in self.drug_rows(code) if drug.valid(on)]
        return max(valid, key=lambda drug: drug.start or date.min, default=None)

    def drug_rows(self, code: str) -> tuple[Drug, ...]:
        """All rows of a drug code, whatever the date."""
        return self._drug_table().get(code, ())

    def drugs_named(self, name: str, on: date | None) -> tuple[Drug, ...]:
        """The rows valid on the date that a charted name may mean: first those not replaced, then by code."""
        plain = _plain(name)
        found = self._named.get(plain)
        if found is None:
            rows = [drug for drugs in self._drug_table().values() for drug in drugs if plain in drug.names]
            found = tuple(sorted(rows, key=lambda drug: (drug.replaced_by is not None, drug.code)))
            self._named[plain] = found
        return tuple(drug for drug in found if drug.valid(on))

    def _drug_table(self) -> dict[str, tuple[Drug, ...]]:
        if self._drugs is None:
            table: dict[str, tuple[Drug, ...]] = {}
            for code in self.codes(_DRUGS):
                entries = next(found for s in self._sources if (found := s.find(_DRUGS, code)))
                table[code] = tuple(_drug(entry) for entry in entries)
            self._drugs = table
        return self._drugs


@cache
def shipped() -> Lists:
    """The lists that ship with the program."""
    return Lists((ShippedTables(),))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def _read(name: str) -> tuple[Coverage, dict[str, tuple[Entry, ...]]]:
    """A table of schemas/codes as a list; one that is not there, or is no list of codes, is absent."""
    if name not in set(tables.names("codes", ".csv")):
        return "absent", {}
    file = f"codes/{name}.csv"
    rows = tables.rows(file)
    if not rows or "code" not in rows[0]:
        return "absent", {}
    complete = tables.notes(file).get("complete")
    if complete not in ("yes", "no"):
        raise TableError(f"{file}: the notes must say `# complete: yes` or `no`")
    entries: dict[str, tuple[Entry, ...]] = {}
    for row in rows:
        entry = Entry(
            code=row["code"],
            label=row["label"] if "label" in row else row["drug"],
            start=_date(file, row["start"]),
            end=_date(file, row["end"]),
            fields=MappingProxyType(row),
        )
        entries[entry.code] = (*entries.get(entry.code, ()), entry)
    return "complete" if complete == "yes" else "partial", entries


def _date(file: str, text: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as problem:
        raise TableError(f"{file}: {text} is no date") from problem


def _number(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation as problem:
        raise TableError(f"codes/{_DRUGS}.csv: {text} is no number") from problem


def _size(text: str) -> Size:
    digits = text.rstrip("abcdefghijklmnopqrstuvwxyzELM")
    return Size(_number(digits), text[len(digits) :])


def _drug(entry: Entry) -> Drug:
    """The typed row.

    Raises:
        TableError: a value that the table does not allow.
    """
    row = entry.fields
    for value, allowed in (
        (row["class"], _CLASSES),
        (row["textbook_class"] or row["class"], _CLASSES),
        (row["container"] or "single", _CONTAINERS),
    ):
        if value not in allowed:
            raise TableError(f"codes/{_DRUGS}.csv: {entry.code}: {value} is not allowed")
    return Drug(
        code=entry.code,
        start=entry.start,
        end=entry.end,
        drug=row["drug"],
        unit_value=_number(row["unit_value"]) if row["unit_value"] else None,
        unit=row["unit"] or None,
        drug_class=cast(DrugClass, row["class"]),
        textbook_class=cast(DrugClass, row["textbook_class"]) if row["textbook_class"] else None,
        route=row["route"] or None,
        container=cast(ContainerKind, row["container"]) if row["container"] else None,
        sizes=tuple(_size(text.strip()) for text in row["sizes"].split(";") if text.strip()),
        ndc_unit=row["ndc_unit"] or None,
        replaced_by=row["replaced_by"] or None,
        names=tuple(_plain(text) for text in row["names"].split(";") if text.strip()),
        verify=row["verify"] or None,
    )
