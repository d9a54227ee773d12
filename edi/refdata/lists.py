"""The one door to every code look-up by date of service.

A `Source` holds code lists; `Lists` asks its sources in order. A list that ships in part (`# complete: no` at
its head) can say that a code is known, but never that it is not.
"""

import re
from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation
from functools import cache
from types import MappingProxyType
from typing import Any, Final, Literal, Protocol, TypeVar, cast, runtime_checkable

from edi import tables
from edi.errors import TableError
from edi.refdata.answers import (
    AddOn,
    ApcRow,
    DrugPrice,
    Listing,
    LocalityIndex,
    NdcCode,
    PairEdit,
    RelativeValue,
    UnitLimit,
)
from edi.refdata.editions import Edition
from edi.refdata.shipped_edits import ShippedEdits

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
_LEVEL_II: Final = re.compile(r"[A-CE-Z]\d{4}")
_MOST_CHOSEN: Final = 4096
"""Dates for which the choice of an edition is remembered."""
_MOST_LISTINGS: Final = 16384
"""Codes and dates of which an answer is remembered, for each kind of question."""
Answer = TypeVar("Answer")
_Asked = tuple[str, str, date | None]
_UNASKED: Final = object()
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


def _remember(held: dict[Any, Any], asked: object, answer: Answer) -> Answer:
    """Remember an answer; those before it are forgotten when there are many."""
    if len(held) >= _MOST_LISTINGS:
        held.clear()
    held[asked] = answer
    return answer


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

    def __hash__(self) -> int:
        # code and first day tell rows apart; the hash of all values takes ten times as long
        return hash((self.code, self.start))

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


@runtime_checkable
class DatedSource(Source, Protocol):
    """A source with several editions of a list, each for its dates of service."""

    def coverage_on(self, list_name: str, on: date | None) -> Coverage:
        """How much of a list the edition for a date holds."""

    def find_on(self, list_name: str, code: str, on: date | None) -> Sequence[Entry]:
        """The rows of a code in the edition for a date."""

    def entries(self, edition: Edition, list_name: str, code: str) -> Sequence[Entry]:
        """The rows of a code in one edition."""

    def editions(self, kind: str) -> Sequence[Edition]:
        """The editions of a list."""


@runtime_checkable
class Turning(Protocol):
    """A source or reference of few dates, all of which are known."""

    def turns(self) -> Iterable[date]:
        """The first and the last days of all that it holds."""


class Reference(Protocol):
    """Something that holds editions of edits, prices and crosswalks."""

    def editions(self, kind: str) -> Sequence[Edition]:
        """The editions of a kind."""

    def rows(self, edition: Edition, key: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        """The rows of a key in one edition, in the columns of `edi.refdata.store`."""


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

    def turns(self) -> Iterable[date]:
        """Every date that stands in a table."""
        return tables.dates()

    def _list(self, name: str) -> tuple[Coverage, dict[str, tuple[Entry, ...]]]:
        found = self._lists.get(name)
        if found is None:
            found = self._lists[name] = _read(name)
        return found


class Lists:
    """Code look-ups by date of service. Lists are named as their tables: pos, revenue, modifiers ..."""

    __slots__ = (
        "_chosen_editions",
        "_dated",
        "_drug_rows",
        "_drugs",
        "_empty",
        "_entries",
        "_known",
        "_listings",
        "_named",
        "_references",
        "_since",
        "_sources",
    )

    def __init__(self, sources: Sequence[Source], references: Sequence[Reference] = ()) -> None:
        """Both in the order in which they are asked: what a user loaded before what ships."""
        self._sources = tuple(sources)
        # asked once: a protocol is slow to ask
        self._dated = tuple(source if isinstance(source, DatedSource) else None for source in sources)
        self._references = tuple(references)
        self._chosen_editions: dict[tuple[str, tuple[str, ...], date], tuple[Reference, Edition] | None] = {}
        self._listings: dict[_Asked, Listing] = {}
        self._known: dict[_Asked, bool | None] = {}
        self._entries: dict[_Asked, Entry | None] = {}
        self._drug_rows: dict[tuple[str, date | None], Drug | None] = {}
        self._empty: dict[tuple[str, int], Mapping[str, str]] = {}
        self._drugs: dict[str, tuple[Drug, ...]] | None = None
        self._named: dict[str, tuple[Drug, ...]] = {}
        self._since: _Since | None = None

    def entry(self, list_name: str, code: str, on: date | None = None) -> Entry | None:
        """The row of a code that is valid on the date, the latest where several are; None: no such row.

        A row of the user's has the columns of the shipped table too: what only the program knows of the code
        (its label where texts are not stored, its group) is kept.
        """
        asked = (list_name, code, on)
        found = self._entries.get(asked, _UNASKED)
        if found is _UNASKED:
            found = _remember(self._entries, asked, self._entry(list_name, code, on))
        return cast("Entry | None", found)

    def _entry(self, list_name: str, code: str, on: date | None) -> Entry | None:
        for place, (source, dated) in enumerate(zip(self._sources, self._dated, strict=True)):
            rows = dated.find_on(list_name, code, on) if dated else source.find(list_name, code)
            valid = [entry for entry in rows if entry.valid(on)]
            if valid:
                latest = max(valid, key=lambda entry: entry.start or date.min)
                return self._completed(latest, list_name, place) if place + 1 < len(self._sources) else latest
        return None

    def _completed(self, entry: Entry, list_name: str, place: int) -> Entry:
        """A row with the columns and, where it has none of its own, the values of the next source's row."""
        for other in range(place + 1, len(self._sources)):
            known = self._sources[other].find(list_name, entry.code)
            columns = known[-1].fields if known else self._columns(list_name, other)
            if not columns:
                continue
            own = {key: value for key, value in entry.fields.items() if value or key in ("start", "end")}
            label = entry.label or (known[-1].label if known else "")
            return replace(entry, label=label, fields=MappingProxyType({**columns, **own}))
        return entry

    def _columns(self, list_name: str, place: int) -> Mapping[str, str]:
        """The columns that a source has for a list, all of them empty; none where it has no such list."""
        found = self._empty.get((list_name, place))
        if found is None:
            source = self._sources[place]
            code = next(iter(source.codes(list_name)), None)
            names = source.find(list_name, code)[0].fields if code is not None else ()
            found = self._empty[list_name, place] = dict.fromkeys(names, "")
        return found

    def label(self, list_name: str, code: str) -> str | None:
        """Our own short label of a code at any date; None: not in the list, or the list is not loaded."""
        found = self.entry(list_name, code)
        return found.label if found else None

    def known(self, list_name: str, code: str, on: date | None) -> bool | None:
        """Whether a code is valid on the date of service.

        None: not checked, because the list is not loaded for that date, or only a part of it that lacks the
        code. The first source that holds the whole list for the date decides.
        """
        asked = (list_name, code, on)
        found = self._known.get(asked, _UNASKED)
        if found is _UNASKED:
            found = _remember(self._known, asked, self._is_known(list_name, code, on))
        return cast("bool | None", found)

    def _is_known(self, list_name: str, code: str, on: date | None) -> bool | None:
        listed = False
        for source, dated in zip(self._sources, self._dated, strict=True):
            entries = dated.find_on(list_name, code, on) if dated else source.find(list_name, code)
            if any(entry.valid(on) for entry in entries):
                return True
            listed = listed or bool(entries)
            whole = dated.coverage_on(list_name, on) if dated else source.coverage(list_name)
            if whole == "complete" and not _elsewhere(list_name, code):
                return False
        return False if listed else None

    def listed(self, list_name: str, code: str, on: date) -> Listing:
        """Whether a code is valid on the date, by which edition, and whether that was published for the date.

        Where no edition was, `known` is what the shipped tables say (None where they lack the code), and
        `entry` is the row of the nearest edition: it may stand in a warning, never in an error.
        """
        asked = (list_name, code, on)
        found = self._listings.get(asked)
        if found is None:
            found = _remember(self._listings, asked, self._listed(list_name, code, on))
        return found

    def _listed(self, list_name: str, code: str, on: date) -> Listing:
        known, entry = self.known(list_name, code, on), self.entry(list_name, code, on)
        held = [(one, edition) for one in self._dated if one for edition in one.editions(list_name)]
        if not held:
            return Listing(known=known, entry=entry, edition=None, covers=known is not None)
        best = nearest([edition for _, edition in held], on)
        if entry is None:
            source = next(one for one, edition in held if edition is best)
            entry = next((row for row in source.entries(best, list_name, code) if row.valid(on)), None)
        return Listing(known=known, entry=entry, edition=best, covers=best.covers(on))

    def has_editions(self, list_name: str) -> bool:
        """Whether any edition of a list with dates of service of its own is at hand."""
        return any(one.editions(list_name) for one in self._dated if one)

    def turns(self) -> Iterable[date] | None:
        """The first and the last days of all that is held; None where they are too many, as a user's are."""
        held = [one for one in (*self._sources, *self._references) if isinstance(one, Turning)]
        if len(held) < len(self._sources) + len(self._references):
            return None
        return {day for one in held for day in one.turns()}

    def since(self, day: date) -> date:
        """The first day since which everything that is held answers as on this day.

        The day itself where the dates of what is held are too many to know (`turns`).
        """
        if self._since is None:
            self._since = _Since(self.turns())
        return self._since[day]

    def coverage(self, list_name: str) -> Coverage:
        """How much of a list is loaded."""
        found = {source.coverage(list_name) for source in self._sources}
        return "complete" if "complete" in found else "partial" if "partial" in found else "absent"

    def codes(self, list_name: str) -> tuple[str, ...]:
        """All codes that are loaded of a list, each once."""
        return tuple(dict.fromkeys(code for source in self._sources for code in source.codes(list_name)))

    # ---- edits, prices, crosswalks

    def edition(self, kind: str, on: date, setting: str = "") -> Edition | None:
        """The edition that answers for a date: one that covers it, else the nearest; None: there is none.

        `kind` is ptp, mue, addon, asp, ndc, addendum-b, rvu or gpci; `setting` as in the look-ups below.
        """
        found = self._chosen(kind, on, *_settings(kind, setting))
        return found[1] if found else None

    def has_edits(self, kind: str) -> bool:
        """Whether any edition of a kind of edits, prices or crosswalks is at hand."""
        return any(reference.editions(kind) for reference in self._references)

    def ever(self, kind: str, key: tuple[str, ...], setting: str = "") -> list[tuple[Any, ...]]:
        """The rows of a key in all editions of a kind; kind and setting as for `edition`."""
        settings = _settings(kind, setting)
        return [
            row
            for reference in self._references
            for edition in reference.editions(kind)
            if edition.setting in settings
            for row in reference.rows(edition, key)
        ]

    def pair(self, code1: str, code2: str, setting: str, on: date) -> PairEdit | None:
        """The pair edit that is in force on a date with `code1` in column 1; `setting` is that of the claim.

        None: no edit in the edition that `edition("ptp", on, setting)` names; where that is not complete, the
        pair was not checked. An indicator of 9, or an end on the first day, is a deleted edit.
        """
        found = self._held("ptp", (code1, code2), on, _practice(setting))
        if found is None:
            return None
        edition, rows = found
        day = _number_of(on)
        for start, end, indicator in rows:
            if indicator != 9 and start <= day and (not end or (day <= end and start != end)):
                return PairEdit(
                    code1=code1,
                    code2=code2,
                    indicator=indicator,
                    start=_day_of(start),
                    end=_day_of(end),
                    edition=edition,
                    covers=edition.covers(on),
                )
        return None

    def unit_limit(self, code: str, setting: str, on: date) -> UnitLimit | None:
        """Most units of a code; `setting` professional, facility or dme. None: no limit, or not checked."""
        found = self._row("mue", (code,), on, _practice(setting))
        if found is None:
            return None
        edition, (units, adjudication) = found
        return UnitLimit(
            code=code, units=units, adjudication=adjudication, edition=edition, covers=edition.covers(on)
        )

    def addon(self, code: str, on: date) -> AddOn | None:
        """The primary codes of an add-on code on a date; None: it is no add-on code, or was not checked."""
        found = self._held("addon", (code,), on, "")
        if found is None:
            return None
        edition, listed = found
        day = _number_of(on)
        rows = [
            (parent, kind) for parent, kind, start, end in listed if start <= day and (not end or day <= end)
        ]
        if not rows:
            return None
        return AddOn(
            code=code,
            parents=frozenset(parent for parent, _ in rows if parent),
            closed=all(kind == 1 for _, kind in rows),
            edition=edition,
            covers=edition.covers(on),
        )

    def price_asp(self, code: str, on: date) -> DrugPrice | None:
        """The payment limit of a drug code; None: none is published (no denial), or nothing is loaded."""
        found = self._row("asp", (code,), on, "")
        if found is None:
            return None
        edition, (dosage, price, coinsurance) = found
        return DrugPrice(
            code=code,
            dosage=dosage,
            limit=_decimal(price),
            coinsurance=_decimal(coinsurance),
            edition=edition,
            covers=edition.covers(on),
        )

    def rvu(self, code: str, modifier: str, on: date, *, qpp: bool = False) -> RelativeValue | None:
        """The relative values of a code with a modifier (empty, 26, TC, 53), `qpp` with that factor."""
        found = self._row("rvu", (code, modifier), on, "qpp" if qpp else "nonqpp", "all")
        if found is None:
            return None
        edition, (status, *amounts, pctc, global_days, multiple, factor) = found
        work, nonfacility, facility, malpractice, total, total_facility = map(Decimal, amounts)
        return RelativeValue(
            code=code,
            modifier=modifier,
            status=status,
            work=work,
            pe_nonfacility=nonfacility,
            pe_facility=facility,
            malpractice=malpractice,
            total_nonfacility=total,
            total_facility=total_facility,
            professional_technical=pctc,
            global_days=global_days,
            multiple_procedure=multiple,
            conversion_factor=Decimal(factor),
            edition=edition,
            covers=edition.covers(on),
        )

    def gpci(self, mac: str, locality: str, on: date) -> LocalityIndex | None:
        """The indices of a locality: contractor of five digits, locality of two."""
        found = self._row("gpci", (mac, locality), on, "")
        if found is None:
            return None
        edition, (state, name, work, bare, pe, malpractice) = found
        return LocalityIndex(
            mac=mac,
            locality=locality,
            state=state,
            name=name,
            work=Decimal(work),
            work_without_floor=_decimal(bare),
            pe=Decimal(pe),
            malpractice=Decimal(malpractice),
            edition=edition,
            covers=edition.covers(on),
        )

    def apc(self, code: str, on: date) -> ApcRow | None:
        """The row of Addendum B of a code."""
        found = self._row("addendum-b", (code,), on, "")
        if found is None:
            return None
        edition, (status, apc, weight, rate, national, minimum, adjusted) = found
        return ApcRow(
            code=code,
            status=status,
            apc=apc,
            weight=_decimal(weight),
            rate=_decimal(rate),
            copayment=_decimal(national or minimum),
            adjusted_copayment=_decimal(adjusted),
            edition=edition,
            covers=edition.covers(on),
        )

    def ndc_codes(self, ndc: str, on: date, programme: str = "asp") -> tuple[NdcCode, ...]:
        """The billing codes of a product (NDC of 11 digits) in one crosswalk: asp, awp, opps or prep."""
        found = self._chosen("ndc", on, programme)
        if found is None:
            return ()
        reference, edition = found
        return tuple(
            NdcCode(
                ndc=ndc,
                code=code,
                dosage=dosage,
                package_size=_decimal(size),
                package_quantity=_decimal(quantity),
                units=_decimal(units),
                units_package=_decimal(package),
                edition=edition,
                covers=edition.covers(on),
            )
            for code, dosage, size, quantity, units, package in reference.rows(edition, (ndc,))
        )

    def _chosen(self, kind: str, on: date, *settings: str) -> tuple[Reference, Edition] | None:
        """The edition for a date, and who holds it: what was loaded goes before what ships."""
        asked = (kind, settings, on)
        if asked in self._chosen_editions:
            return self._chosen_editions[asked]
        held = [
            (reference, edition)
            for reference in self._references
            for edition in reference.editions(kind)
            if edition.setting in settings
        ]
        best = nearest([edition for _, edition in held], on) if held else None
        found = next((one for one in held if one[1] is best), None)
        if len(self._chosen_editions) > _MOST_CHOSEN:
            self._chosen_editions.clear()
        self._chosen_editions[asked] = found
        return found

    def _row(
        self, kind: str, key: tuple[str, ...], on: date, *settings: str
    ) -> tuple[Edition, tuple[Any, ...]] | None:
        found = self._held(kind, key, on, *settings)
        return (found[0], found[1][0]) if found else None

    def _held(
        self, kind: str, key: tuple[str, ...], on: date, *settings: str
    ) -> tuple[Edition, Sequence[tuple[Any, ...]]] | None:
        """The edition for a date with its rows of a key; None: it has none.

        A part of a list that a user loaded cannot say that a code is not there: then what ships is asked.
        """
        found = self._chosen(kind, on, *settings)
        if found is None:
            return None
        reference, edition = found
        rows = reference.rows(edition, key)
        if rows or edition.complete or edition.origin == "shipped":
            return (edition, rows) if rows else None
        shipped = [
            (edition, rows)
            for reference in self._references
            for edition in reference.editions(kind)
            if edition.origin == "shipped" and edition.setting in settings
            if (rows := reference.rows(edition, key))
        ]
        return shipped[0] if shipped else None

    # ---- drugs

    def drug(self, code: str, on: date | None) -> Drug | None:
        """The row of a drug code that is valid on the date; unknown dates speak against no date."""
        asked = (code, on)
        found = self._drug_rows.get(asked, _UNASKED)
        if found is _UNASKED:
            valid = [drug for drug in self.drug_rows(code) if drug.valid(on)]
            latest = max(valid, key=lambda drug: drug.start or date.min, default=None)
            found = _remember(self._drug_rows, asked, latest)
        return cast("Drug | None", found)

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
    return Lists(shipped_sources(), (ShippedEdits(),))


def shipped_sources() -> tuple[Source, ...]:
    """The code lists that ship with the program, as sources of `Lists`."""
    from edi.refdata.shipped_diagnoses import ShippedDiagnoses

    return ShippedTables(), ShippedDiagnoses()


class _Since(dict[date, date]):
    """Day -> the first day since which nothing has turned; the day itself where the turns are not known."""

    def __init__(self, turns: Iterable[date] | None) -> None:
        self._turns = None if turns is None else sorted(turns)

    def __missing__(self, day: date) -> date:
        return _remember(self, day, day if self._turns is None else first_alike(self._turns, day))


def first_alike(turns: Sequence[date], day: date) -> date:
    """The first day since which nothing has turned; `turns` are first and last days, in their order.

    Such a day stands for itself.
    """
    place = bisect_left(turns, day)
    if place < len(turns) and turns[place] == day:
        return day
    return turns[place - 1] + timedelta(days=1) if place else date.min


def nearest(editions: Sequence[Edition], on: date) -> Edition:
    """The edition that covers a date, loaded before shipped, newest first; else the nearest to it."""

    def order(edition: Edition) -> tuple[int, bool, int, int, int]:
        last = max(edition.ids, default=0)
        return (
            edition.days_from(on),
            edition.origin == "shipped",
            -edition.start.toordinal(),
            -edition.release,
            -last,
        )

    return min(editions, key=order)


def _elsewhere(list_name: str, code: str) -> bool:
    """Whether a code belongs to another list: the HCPCS file has neither CPT nor dental codes."""
    return list_name == "hcpcs" and _LEVEL_II.fullmatch(code) is None


def _practice(setting: str) -> str:
    return {"professional": "practitioner", "facility": "hospital"}.get(setting, setting)


def _settings(kind: str, setting: str) -> tuple[str, ...]:
    if kind == "rvu":
        return (setting or "nonqpp", "all")
    return ((setting or "asp") if kind == "ndc" else _practice(setting),)


def _number_of(on: date) -> int:
    return on.year * 10000 + on.month * 100 + on.day


def _day_of(number: int) -> date | None:
    return date(number // 10000, number // 100 % 100, number % 100) if number else None


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


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
