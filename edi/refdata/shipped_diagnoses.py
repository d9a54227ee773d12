"""ICD-10-CM as it ships: `schemas/codes/icd10cm.txt.xz`, every code and heading of the fiscal years it names.

The list is one table of bytes with rows of one length, sorted by code, so that nothing is parsed: unpacking
takes some 12 ms and 1 MB, and only the first look-up does it. A code is then found by halving, in some
microseconds.
"""

import lzma
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from functools import cached_property
from types import MappingProxyType
from typing import Final

from edi import tables
from edi.errors import TableError
from edi.refdata.editions import Edition
from edi.refdata.lists import Coverage, Entry

LIST: Final = "icd10cm"
"""Name of the list."""
FILE: Final = "codes/icd10cm.txt.xz"
_LONGEST: Final = 7
_LONGEST_HEAD: Final = 4096
_MOST_CODES: Final = 4096
"""Codes of which the windows are remembered: a practice bills some hundreds."""
_BILLABLE, _HEADING, _ABSENT = b"BH-"
_LABELS: Final = {_BILLABLE: "diagnosis", _HEADING: "heading of diagnoses"}


class ShippedDiagnoses:
    """The shipped editions of ICD-10-CM, as a source of `Lists`; of other lists it holds nothing."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[Entry, ...]] = {}

    @cached_property
    def _table(self) -> tuple[tuple[Edition, ...], bytes, int]:
        """Editions in the order of their columns, rows, length of a row with its line feed.

        Raises:
            TableError: the file is not as its head says.
        """
        text = lzma.decompress(tables.path(FILE).read_bytes())
        # rows begin after the last line of the head: codes begin with a letter
        body = text.index(b"\n", text.rindex(b"\n#") + 1) + 1
        if body > _LONGEST_HEAD:
            raise TableError(f"{FILE}: its head is longer than {_LONGEST_HEAD} characters")
        editions = tuple(_editions(text[:body].decode("ascii")))
        width = _LONGEST + len(editions) + 1
        if not editions or (len(text) - body) % width:
            raise TableError(f"{FILE}: its rows have not one letter for each of {len(editions)} editions")
        return editions, text[body:], width

    def editions(self, kind: str) -> Sequence[Edition]:
        """The fiscal years that ship, oldest first."""
        return self._table[0] if kind == LIST else ()

    def coverage(self, list_name: str) -> Coverage:
        """Complete for the years that ship."""
        return "complete" if list_name == LIST else "absent"

    def coverage_on(self, list_name: str, on: date | None) -> Coverage:
        """Complete where an edition covers the date, else absent: other years may have other codes."""
        if list_name != LIST or (on is not None and not any(e.covers(on) for e in self._table[0])):
            return "absent"
        return "complete"

    def find(self, list_name: str, code: str) -> Sequence[Entry]:
        """The windows of a code, oldest first; `billable` says whether it may be billed or is a heading."""
        if list_name != LIST:
            return ()
        found = self._windows.get(code)
        if found is None:
            if len(self._windows) >= _MOST_CODES:
                self._windows.clear()
            found = self._windows[code] = self._find(code)
        return found

    def _find(self, code: str) -> tuple[Entry, ...]:
        editions, _, _ = self._table
        states = self._states(code)
        found: list[Entry] = []
        begin = 0
        for k in range(1, len(states) + 1):
            if k == len(states) or states[k] != states[begin]:
                if states[begin] != _ABSENT:
                    found.append(_entry(code, states[begin], editions, begin, k))
                begin = k
        return tuple(found)

    def find_on(self, list_name: str, code: str, on: date | None) -> Sequence[Entry]:
        """The windows of a code that hold on a date which an edition covers."""
        if on is None:
            return self.find(list_name, code)
        if self.coverage_on(list_name, on) == "absent":
            return ()
        return [entry for entry in self.find(list_name, code) if entry.valid(on)]

    def entries(self, edition: Edition, list_name: str, code: str) -> Sequence[Entry]:
        """The state of a code in one edition."""
        if list_name != LIST:
            return ()
        editions, _, _ = self._table
        states, k = self._states(code), editions.index(edition)
        return [_entry(code, states[k], editions, k, k + 1, bounded=False)] if states[k] != _ABSENT else []

    def turns(self) -> Iterable[date]:
        """The first and the last days of the years that ship, by the head of the file alone."""
        head = lzma.LZMADecompressor().decompress(tables.path(FILE).read_bytes(), max_length=_LONGEST_HEAD)
        return [day for one in _editions(head.decode("ascii")) for day in (one.start, one.through)]

    def codes(self, list_name: str) -> Sequence[str]:
        """Every code and heading of any edition."""
        return self._codes if list_name == LIST else ()

    @cached_property
    def _codes(self) -> tuple[str, ...]:
        _, rows, width = self._table
        return tuple(rows[at : at + _LONGEST].decode("ascii").rstrip() for at in range(0, len(rows), width))

    def _states(self, code: str) -> bytes:
        """One letter for each edition."""
        editions, rows, width = self._table
        if len(code) > _LONGEST or not code.isascii():
            return b"-" * len(editions)
        wanted = code.encode("ascii").ljust(_LONGEST)
        place = bisect_left(
            range(len(rows) // width), wanted, key=lambda k: rows[k * width : k * width + _LONGEST]
        )
        row = rows[place * width : (place + 1) * width]
        return row[_LONGEST:-1] if row[:_LONGEST] == wanted else b"-" * len(editions)


def _editions(head: str) -> list[Edition]:
    """The lines `# edition: FY2026 2025-10-01 2026-09-30`.

    Raises:
        TableError: a line is written otherwise, or the years do not follow each other.
    """
    found: list[Edition] = []
    for line in head.splitlines():
        if not line.startswith("# edition:"):
            continue
        try:
            name, start, through = line.removeprefix("# edition:").split()
            edition = Edition(
                kind=LIST,
                setting="",
                name=name,
                start=date.fromisoformat(start),
                through=date.fromisoformat(through),
                origin="shipped",
                complete=True,
            )
        except ValueError as problem:
            raise TableError(f"{FILE}: {line}: a name, the first and the last day are needed") from problem
        if found and edition.start != found[-1].through + timedelta(days=1):
            raise TableError(f"{FILE}: {name} does not begin where {found[-1].name} ends")
        found.append(edition)
    return found


def _entry(
    code: str, state: int, editions: Sequence[Edition], first: int, after: int, *, bounded: bool = True
) -> Entry:
    """The window from edition `first` up to `after`.

    What holds in the oldest edition may be older, and what holds in the newest may last: no such bound is
    stated.
    """
    start = editions[first].start if bounded and first else None
    end = editions[after - 1].through if bounded and after < len(editions) else None
    fields = {
        "code": code,
        "label": _LABELS[state],
        "start": start.isoformat() if start else "",
        "end": end.isoformat() if end else "",
        "billable": "yes" if state == _BILLABLE else "no",
    }
    return Entry(code=code, label=_LABELS[state], start=start, end=end, fields=MappingProxyType(fields))
