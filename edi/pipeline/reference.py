"""The user's reference data: where it lies, what is loaded, and the `Lists` that use it.

The folder is the user's own data folder, or that which the environment variable CLEANCLAIM_DATA names.
"""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from edi.errors import NotReadable
from edi.refdata import Lists, ShippedEdits, shipped, shipped_sources

if TYPE_CHECKING:
    from edi.refdata.store import Added, Checked, Loaded, Store

VARIABLE: Final = "CLEANCLAIM_DATA"
FILE: Final = "refdata.sqlite"

_opened: dict[tuple[str, int, int, int], Lists] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered:
    """What became of one file that was to be loaded."""

    file: str
    added: "tuple[Added, ...]" = ()
    left_out: tuple[str, ...] = ()
    """Members of a zip that are no tables."""
    refused: str | None = None
    """Why nothing of it was loaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What a look at the whole store found."""

    sources: "list[Checked]" = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What SQLite says against the file itself."""

    @property
    def ok(self) -> bool:
        """Whether everything is as it was loaded."""
        return not self.problems and all(one.ok for one in self.sources)


def data_folder() -> Path:
    """The folder of the user's data; it need not exist."""
    named = os.environ.get(VARIABLE)
    if named:
        return Path(named)
    from platformdirs import user_data_path

    return user_data_path("cleanclaim", appauthor=False)


def store_path() -> Path:
    """The file with the user's reference data; it need not exist."""
    return data_folder() / FILE


def lists() -> Lists:
    """Every look-up: what the user loaded, then what ships. The store is opened with the first look-up."""
    path = store_path()
    try:
        state = path.stat()
    except OSError:
        return shipped()
    if not state.st_size:
        return shipped()
    key = (str(path), state.st_ino, state.st_mtime_ns, state.st_size)
    found = _opened.get(key)
    if found is None:
        from edi.refdata.store import StoreSource

        own = StoreSource(path)
        _opened.clear()
        found = _opened[key] = Lists((own, *shipped_sources()), (own, ShippedEdits()))
    return found


def add(
    files: Iterable[str],
    *,
    added: datetime,
    kind: str | None = None,
    setting: str | None = None,
    start: date | None = None,
    through: date | None = None,
    whole: bool = False,
) -> Iterator[Offered]:
    """Load reference files one by one; one that is refused leaves the others alone.

    Args:
        files: paths of text files, CSV files or zips.
        added: when, for the record.
        kind: which kind of table; default by content.
        setting: whose edits (practitioner, hospital, dme), which crosswalk, which conversion factor.
        start: first date of service; default by name or content.
        through: last date of service; default the end of the period in which such files are published.
        whole: the list holds every code there is.
    """
    from edi.refdata.loaders import Asked

    asked = Asked(kind=kind, setting=setting, start=start, through=through, whole=whole)
    store = _store()
    for name in files:
        try:
            found, left_out = store.add(Path(name), asked=asked, added=added)
        except NotReadable as problem:
            yield Offered(file=name, refused=str(problem))
        except OSError as problem:
            yield Offered(file=name, refused=f"{name}: {(problem.strerror or 'cannot be read').lower()}")
        else:
            yield Offered(file=name, added=tuple(found), left_out=tuple(left_out))


def sources() -> "list[Loaded]":
    """Everything that was loaded."""
    return _store().sources()


def verify() -> Verified:
    """The store against itself and against the files that were loaded, where they still are."""
    checked, problems = _store().verify()
    return Verified(sources=checked, problems=problems)


def to_dict(source: "Loaded") -> dict[str, Any]:
    """A source for JSON."""
    return {
        "id": source.id,
        "kind": source.kind,
        "setting": source.setting or None,
        "edition": source.edition,
        "release": source.release,
        "part": source.part or None,
        "from": source.start.isoformat(),
        "through": source.through.isoformat(),
        "rows": source.rows,
        "name": source.name,
        "file": source.path,
        "sha256": source.file_sha256,
        "added": source.added,
        "layout": source.layout,
        "superseded_by": source.superseded_by,
        "warnings": list(source.warnings),
    }


def _store() -> "Store":
    from edi.refdata.store import Store

    return Store(store_path())
