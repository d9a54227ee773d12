"""The edits of the infusion family that ship, in the form in which loaded editions answer."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, Final

from edi import tables
from edi.errors import TableError
from edi.refdata.editions import Edition, shipped_window

_FILES: Final = {"ptp": "coding/ptp.csv", "mue": "coding/mue.csv", "addon": "coding/parents.csv"}
_SETTINGS: Final = {"ptp": ("practitioner", "hospital"), "mue": ("practitioner", "hospital"), "addon": ("",)}


class ShippedEdits:
    """NCCI rows of schemas/coding: part of one edition, with its date."""

    __slots__ = ("_editions", "_rows")

    def __init__(self) -> None:
        self._editions: dict[str, tuple[Edition, ...]] = {}
        self._rows: dict[tuple[str, str], dict[tuple[str, ...], tuple[tuple[Any, ...], ...]]] = {}

    def editions(self, kind: str) -> Sequence[Edition]:
        """The one edition of each setting.

        Raises:
            TableError: the table does not say which edition it is.
        """
        if kind not in _FILES:
            return ()
        found = self._editions.get(kind)
        if found is None:
            name = tables.notes(_FILES[kind]).get("edition", "")
            try:
                start, through = shipped_window(name)
            except ValueError as problem:
                raise TableError(f"{_FILES[kind]}: `# edition:` must be a year or a quarter") from problem
            found = tuple(
                Edition(
                    kind=kind,
                    setting=setting,
                    name=name,
                    start=start,
                    through=through,
                    origin="shipped",
                    complete=False,
                )
                for setting in _SETTINGS[kind]
            )
            self._editions[kind] = found
        return found

    def turns(self) -> Iterable[date]:
        """The first and the last days of the editions; rows have no others."""
        return [day for kind in _FILES for one in self.editions(kind) for day in (one.start, one.through)]

    def rows(self, edition: Edition, key: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        """The rows of a key, in the columns of the store."""
        place = (edition.kind, edition.setting)
        found = self._rows.get(place)
        if found is None:
            gathered: dict[tuple[str, ...], list[tuple[Any, ...]]] = {}
            for row_key, row in _read(*place):
                gathered.setdefault(row_key, []).append(row)
            found = self._rows[place] = {row_key: tuple(rows) for row_key, rows in gathered.items()}
        return found.get(key, ())


def _read(kind: str, setting: str) -> list[tuple[tuple[str, ...], tuple[Any, ...]]]:
    rows = tables.rows(_FILES[kind])
    if kind == "ptp":
        return [((r["code1"], r["code2"]), (0, 0, int(r[setting]))) for r in rows if r[setting]]
    if kind == "mue":
        return [((r["code"],), (int(r[setting]), int(r[f"{setting}_mai"]))) for r in rows if r[setting]]
    return [((r["code"],), (r["parent"], 1, 0, 0)) for r in rows]
