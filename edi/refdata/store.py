"""The user's reference data: one SQLite file with every edition that was loaded.

Rows are keyed by their source first, so a load appends at the end of a table and a look-up is one step down a
tree. Nothing is deleted: a file that restates an edition supersedes the one before, older quarters stay for
older dates of service. A load is one transaction.
"""

import json
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, Literal

from edi.errors import NotReadable
from edi.refdata.editions import Edition
from edi.refdata.lists import Coverage, Entry
from edi.refdata.loaders import KINDS, LIST_KINDS, Asked, Content, Kind, contents, kind_of

LAYOUT: Final = 1
"""Version of the tables below; `PRAGMA user_version`."""
APPLICATION: Final = 0x636C6561
BUSY_SECONDS: Final = 30.0
CACHE_KIB: Final = 64 * 1024
"""Most memory of a load for pages, in KiB."""
MOST_REMEMBERED: Final = 65536
"""Look-ups whose rows are remembered: the same pairs come again and again in a file of claims."""
MAPPED_BYTES: Final = 1024**3
"""Most bytes of the file that look-ups map into memory: the system reads its pages when they are needed."""

TABLES: Final[dict[str, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    "ptp": (("code1", "code2", "start"), ("end", "indicator")),
    "mue": (("code",), ("units", "adjudication")),
    "addon": (("code", "parent", "type", "start"), ("end",)),
    "asp": (("code",), ("dosage", "price", "coinsurance")),
    "ndc": (("ndc", "code"), ("dosage", "size", "quantity", "units", "units_package")),
    "apc": (
        ("code",),
        ("status", "apc", "weight", "rate", "copay_national", "copay_minimum", "copay_adjusted"),
    ),
    "rvu": (
        ("code", "modifier"),
        (
            "status",
            "work",
            "pe_nonfacility",
            "pe_facility",
            "malpractice",
            "total_nonfacility",
            "total_facility",
            "pctc",
            "global_days",
            "multiple",
            "factor",
        ),
    ),
    "gpci": (("mac", "locality"), ("state", "name", "work", "work_bare", "pe", "malpractice")),
    "code": (("list", "code", "start"), ("end", "label", "fields")),
}
"""Columns of the key after the source, and the others. A loader yields them in the order of `_ORDERS`."""
_ORDERS: Final = {"addon": ("code", "parent", "type", "start", "end")}
_INTEGER: Final = frozenset({"start", "end", "indicator", "units", "adjudication", "type"})
_LOOKED_UP: Final = {
    "ptp": ("code1", "code2"),
    "mue": ("code",),
    "addon": ("code",),
    "asp": ("code",),
    "ndc": ("ndc",),
    "apc": ("code",),
    "rvu": ("code", "modifier"),
    "gpci": ("mac", "locality"),
}
_ANSWERED: Final = {
    "ptp": ("start", "end", "indicator"),
    "addon": ("parent", "type", "start", "end"),
    "ndc": ("code", *TABLES["ndc"][1]),
}


def _look_up(table: str) -> str:
    columns = ", ".join(f'"{column}"' for column in _ANSWERED.get(table) or TABLES[table][1])
    where = " AND ".join(f'"{column}" = ?' for column in _LOOKED_UP[table])
    return f"SELECT {columns} FROM {table} WHERE source = ? AND {where}"


_LOOK_UPS: Final = {kind.name: _look_up(kind.table) for kind in KINDS.values() if kind.table in _LOOKED_UP}
_SOURCES: Final = """
CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL, path TEXT NOT NULL, file_sha256 TEXT NOT NULL,
    sha256 TEXT NOT NULL, kind TEXT NOT NULL, setting TEXT NOT NULL, part TEXT NOT NULL,
    release INTEGER NOT NULL,
    edition TEXT NOT NULL,
    start TEXT NOT NULL, through TEXT NOT NULL,
    rows INTEGER NOT NULL, lists TEXT NOT NULL, first TEXT, last TEXT,
    whole INTEGER NOT NULL, added TEXT NOT NULL, layout INTEGER NOT NULL, warnings TEXT NOT NULL,
    superseded_by INTEGER REFERENCES sources (id),
    UNIQUE (sha256, kind)
)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """One source of the store."""

    id: int
    name: str
    """File, or `zip: member`."""
    path: str
    """Where the file was when it was loaded."""
    file_sha256: str
    """Of the file."""
    sha256: str
    """Of the table within it."""
    kind: str
    setting: str
    part: str
    release: int
    edition: str
    start: date
    through: date
    rows: int
    lists: tuple[str, ...]
    first: str | None
    last: str | None
    whole: bool
    added: str
    layout: int
    warnings: tuple[str, ...]
    superseded_by: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Added:
    """What became of one table of a file."""

    status: Literal["loaded", "known"]
    """known: it stands in the store already; nothing was changed."""
    source: Loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """What became of one source since it was loaded."""

    source: Loaded
    rows: int
    """Rows in the store now."""
    file: Literal["same", "changed", "absent"]

    @property
    def ok(self) -> bool:
        """Whether the rows are those that were loaded, and the file, where it still is, the same."""
        return self.rows == self.source.rows and self.file != "changed"


class Store:
    """The file. It is opened for each task and closed after it."""

    def __init__(self, path: Path) -> None:
        """`path` of the SQLite file; it need not exist."""
        self.path = path

    def exists(self) -> bool:
        """Whether anything was ever loaded."""
        try:
            return self.path.stat().st_size > 0
        except OSError:
            return False

    def add(self, file: Path, *, asked: Asked, added: datetime) -> tuple[list[Added], list[str]]:
        """Load one file, all of its tables or none; also the members of a zip that are no tables.

        Args:
            file: text, CSV or zip.
            asked: what the user says beside it.
            added: when, for the record.

        Raises:
            NotReadable: it is no reference table, or one with another layout.
            OSError: it cannot be opened.
        """
        tables, left_out = _tables(file, asked)
        digest = _digest(file)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self._writing() as connection:
            found = [_load(connection, kind, content, file, digest, asked, added) for kind, content in tables]
        return found, left_out

    def sources(self) -> list[Loaded]:
        """Everything that was loaded, in that order."""
        if not self.exists():
            return []
        with closing(connect(self.path)) as connection, _faults(self.path):
            return sources(connection)

    def verify(self) -> tuple[list[Checked], list[str]]:
        """Every source with its rows and its file, and what SQLite says against the store."""
        if not self.exists():
            return [], []
        with closing(connect(self.path)) as connection, _faults(self.path):
            problems = [row[0] for row in connection.execute("PRAGMA integrity_check(20)") if row[0] != "ok"]
            checked = []
            for one in sources(connection):
                table = KINDS[one.kind].table
                rows = connection.execute(
                    f"SELECT count(*) FROM {table} WHERE source = ?", (one.id,)
                ).fetchone()[0]
                checked.append(Checked(source=one, rows=rows, file=_compared(one)))
        return checked, problems

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction over the file, tables made where there are none."""
        with (
            _faults(self.path),
            closing(sqlite3.connect(self.path, timeout=BUSY_SECONDS, isolation_level=None)) as connection,
        ):
            connection.execute(f"PRAGMA cache_size = -{CACHE_KIB}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                version = _version(connection, self.path)
                if version == 0:
                    _create(connection)
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")


def connect(path: Path) -> sqlite3.Connection:
    """A connection that only reads; may be handed from thread to thread.

    Raises:
        NotReadable: the file is no store of this program, or of a newer one.
    """
    with _faults(path):
        connection = sqlite3.connect(
            f"{path.resolve().as_uri()}?mode=ro",
            uri=True,
            timeout=BUSY_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
        try:
            connection.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
            if _version(connection, path) == 0:
                raise NotReadable(
                    f"{path}: not a store of reference data; remove it and load the files again"
                )
        except BaseException:
            connection.close()
            raise
        return connection


@contextmanager
def _faults(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as problem:
        raise _fault(path, problem) from problem


def _fault(path: Path, problem: sqlite3.DatabaseError) -> NotReadable:
    """What SQLite cannot do, as one plain sentence."""
    said = str(problem)
    if "locked" in said or "busy" in said:
        return NotReadable(f"{path}: another load is running; try again when it is done")
    if isinstance(problem, sqlite3.OperationalError):
        return NotReadable(f"{path}: the store of reference data cannot be used ({said})")
    return NotReadable(
        f"{path}: the store of reference data is damaged ({said}); remove it and load the files again"
    )


def _version(connection: sqlite3.Connection, path: Path) -> int:
    """Layout of the store; 0: it is empty."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    application = int(connection.execute("PRAGMA application_id").fetchone()[0])
    tables = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]
    if tables and application != APPLICATION:
        raise NotReadable(f"{path}: not a store of reference data")
    if version > LAYOUT:
        raise NotReadable(f"{path}: made by a later version of this program")
    return version


def _create(connection: sqlite3.Connection) -> None:
    connection.execute(_SOURCES)
    for name, (key, others) in TABLES.items():
        columns = ", ".join(
            f'"{column}" {"INTEGER" if column in _INTEGER and name != "ndc" else "TEXT"}'
            for column in (*key, *others)
        )
        keys = ", ".join(f'"{column}"' for column in key)
        connection.execute(
            f"CREATE TABLE {name} (source INTEGER NOT NULL, {columns}, PRIMARY KEY (source, {keys})) "
            "WITHOUT ROWID"
        )
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute(f"PRAGMA user_version = {LAYOUT}")


def sources(connection: sqlite3.Connection) -> list[Loaded]:
    """All sources in the order in which they were loaded."""
    names = list(Loaded.__dataclass_fields__)
    found = []
    for row in connection.execute(f"SELECT {', '.join(names)} FROM sources ORDER BY id"):
        values = dict(zip(names, row, strict=True))
        values["start"], values["through"] = (
            date.fromisoformat(values["start"]),
            date.fromisoformat(values["through"]),
        )
        values["lists"] = tuple(json.loads(values["lists"]))
        values["warnings"] = tuple(json.loads(values["warnings"]))
        values["whole"] = bool(values["whole"])
        found.append(Loaded(**values))
    return found


# ---------------------------------------------------------------- loading


def _tables(file: Path, asked: Asked) -> tuple[list[tuple[Kind, Content]], list[str]]:
    """The tables of a file with their kinds, and the members of a zip that are none.

    Raises:
        NotReadable: there is none.
    """
    found, left_out = contents(file)
    if len(found) == 1:
        kind = kind_of(found[0], asked)
        if kind is not None:
            return [(kind, found[0])], left_out
        first = next((line for line in found[0].head.splitlines() if line.strip()), "")
        raise NotReadable(
            f"{found[0].label}: not recognised by its content; its first line says: {first.strip()[:120]}; "
            f"add --kind ({', '.join(KINDS)})"
        )
    tables = []
    for content in found:
        # a forced kind cannot force the notes that travel in the same zip
        own = next((kind for kind in KINDS.values() if kind.looks(content)), None)
        if own is not None and asked.kind in (None, own.name):
            tables.append((own, content))
        else:
            left_out.append(content.label.removeprefix(f"{file.name}: "))
    if not tables:
        raise NotReadable(
            f"{file.name}: no member is recognised by its content ({', '.join(left_out[:6])}); "
            "unpack it and add the right one with --kind"
        )
    return tables, left_out


def _load(
    connection: sqlite3.Connection,
    kind: Kind,
    content: Content,
    file: Path,
    digest: str,
    asked: Asked,
    added: datetime,
) -> Added:
    """One table into the store, within the transaction of its file."""
    for one in sources(connection):
        if (one.sha256, one.kind) == (content.sha256, kind.name):
            return Added(status="known", source=one)
    parsed = kind.parse(kind, content, asked)
    whole = asked.whole
    marks = ", ".join("?" * 20)
    values = (
        *(content.label, str(file.resolve()), digest, content.sha256, kind.name, parsed.setting, parsed.part),
        *(
            parsed.release,
            parsed.edition,
            parsed.start.isoformat(),
            parsed.through.isoformat(),
            0,
            "[]",
            None,
            None,
        ),
        *(int(whole), added.isoformat(timespec="seconds"), LAYOUT, "[]", None),
    )
    names = (
        "name, path, file_sha256, sha256, kind, setting, part, release, edition, start, through, rows, "
        "lists, first, last, whole, added, layout, warnings, superseded_by"
    )
    number = connection.execute(f"INSERT INTO sources ({names}) VALUES ({marks})", values).lastrowid
    assert number is not None
    key, others = TABLES[kind.table]
    columns = _ORDERS.get(kind.table, (*key, *others))
    listed = ", ".join(f'"{column}"' for column in columns)
    read = 0

    def numbered() -> Iterator[tuple[Any, ...]]:
        nonlocal read
        for row in parsed.rows:
            read += 1
            yield (number, *row)

    connection.executemany(
        f"INSERT OR IGNORE INTO {kind.table} (source, {listed}) VALUES (?, {', '.join('?' * len(columns))})",
        numbered(),
    )
    first_key = key[0] if kind.table != "code" else "code"
    rows, first, last = connection.execute(
        f"SELECT count(*), min({first_key}), max({first_key}) FROM {kind.table} WHERE source = ?", (number,)
    ).fetchone()
    lists: list[str] = []
    if kind.table == "code":
        lists = [
            r[0] for r in connection.execute("SELECT DISTINCT list FROM code WHERE source = ?", (number,))
        ]
    if read > rows:
        parsed.warnings.append(f"{read - rows} rows repeat another one; the first counts")
    if kind.usual and not whole and kind.name != "ptp" and not kind.usual[0] <= rows <= kind.usual[1]:
        parsed.warnings.append(
            f"{rows} rows where {kind.usual[0]} to {kind.usual[1]} are usual: what it lacks is not judged "
            "(--whole where it is complete)"
            if rows < kind.usual[0]
            else f"{rows} rows where {kind.usual[0]} to {kind.usual[1]} are usual"
        )
    if kind.asked_for and not whole:
        parsed.warnings.append(
            "taken for a part of the list: what it lacks is not judged (--whole where it is complete)"
        )
    connection.execute(
        "UPDATE sources SET superseded_by = ? WHERE kind = ? AND setting = ? AND start = ? AND through = ? "
        "AND release = ? AND part = ? AND file_sha256 <> ? AND superseded_by IS NULL",
        (
            *(number, kind.name, parsed.setting, parsed.start.isoformat(), parsed.through.isoformat()),
            *(parsed.release, parsed.part, digest),
        ),
    )
    connection.execute(
        "UPDATE sources SET rows = ?, lists = ?, first = ?, last = ?, warnings = ? WHERE id = ?",
        (rows, json.dumps(lists), first, last, json.dumps(parsed.warnings), number),
    )
    return Added(status="loaded", source=next(one for one in sources(connection) if one.id == number))


def _digest(file: Path) -> str:
    digest = sha256()
    with file.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def _compared(source: Loaded) -> Literal["same", "changed", "absent"]:
    path = Path(source.path)
    if not path.is_file():
        return "absent"
    return "same" if _digest(path) == source.file_sha256 else "changed"


# ---------------------------------------------------------------- looking up


class StoreSource:
    """A store as a source of `Lists`. Its file is opened with the first look-up."""

    __slots__ = ("_answered", "_connection", "_editions", "_loaded", "_path", "_process", "_ranges")

    def __init__(self, path: Path) -> None:
        """`path` of a store that exists."""
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._process = 0
        self._loaded: tuple[Loaded, ...] | None = None
        self._editions: dict[str, tuple[Edition, ...]] = {}
        self._ranges: dict[int, tuple[str, str]] = {}
        self._answered: dict[tuple[tuple[int, ...], tuple[str, ...]], list[tuple[Any, ...]]] = {}

    def close(self) -> None:
        """Close the file; the next look-up opens it again."""
        if self._connection is not None and self._process == os.getpid():
            self._connection.close()
        self._connection = None

    def __del__(self) -> None:
        # while Python ends, the modules that `close` needs are emptied; contextlib too, so no suppress
        try:  # noqa: SIM105
            self.close()
        except AttributeError:
            pass

    # ---- editions

    def editions(self, kind: str) -> Sequence[Edition]:
        """The editions of a kind, or of a code list, that are not superseded."""
        found = self._editions.get(kind)
        if found is None:
            found = self._editions[kind] = tuple(self._grouped(kind))
        return found

    def rows(self, edition: Edition, key: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        """The rows of a key in one edition."""
        asked = (edition.ids, key)
        known = self._answered.get(asked)
        if known is not None:
            return known
        sql = _LOOK_UPS[edition.kind]
        found: list[tuple[Any, ...]] = []
        for number in edition.ids:
            first, last = self._ranges[number]
            if first <= key[0] <= last:
                found += self._ask(sql, (number, *key))
        if len(edition.ids) > 1:
            found = list(dict.fromkeys(found))
        if len(self._answered) >= MOST_REMEMBERED:
            self._answered.clear()
        self._answered[asked] = found
        return found

    def _grouped(self, kind: str) -> Iterator[Edition]:
        groups: dict[tuple[Any, ...], list[Loaded]] = {}
        for one in self._all():
            if one.superseded_by is None and (one.kind == kind or kind in one.lists):
                # parts, and tables of one zip, are one edition; other files are editions of their own
                apart = (
                    one.kind,
                    one.setting,
                    one.start,
                    one.through,
                    one.release,
                    "" if one.part else one.file_sha256,
                )
                groups.setdefault(apart, []).append(one)
        for members in groups.values():
            first = members[0]
            usual = KINDS[first.kind].usual
            enough = usual is None or sum(one.rows for one in members) >= usual[0]
            complete = any(one.whole for one in members) or (enough and not KINDS[first.kind].asked_for)
            if first.kind != kind and kind == "modifiers":
                # HCPCS Level II has no modifiers of CPT
                complete = False
            for one in members:
                self._ranges[one.id] = (one.first or "", one.last or "")
            yield Edition(
                kind=first.kind,
                setting=first.setting,
                name=first.edition,
                start=first.start,
                through=first.through,
                origin="loaded",
                complete=complete,
                release=first.release,
                ids=tuple(one.id for one in members),
            )

    # ---- code lists

    def coverage(self, list_name: str) -> Coverage:
        """How much of a list is loaded, whatever the date."""
        return self.coverage_on(list_name, None)

    def find(self, list_name: str, code: str) -> Sequence[Entry]:
        """The rows of a code in all editions."""
        return self.find_on(list_name, code, None)

    def codes(self, list_name: str) -> Sequence[str]:
        """All codes of a list in all editions, each once."""
        found: dict[str, None] = {}
        for edition in self.editions(list_name):
            for number in edition.ids:
                asked = "SELECT DISTINCT code FROM code WHERE source = ? AND list = ?"
                found |= dict.fromkeys(row[0] for row in self._ask(asked, (number, list_name)))
        return tuple(found)

    def coverage_on(self, list_name: str, on: date | None) -> Coverage:
        """How much of a list the edition for a date holds."""
        editions = self._for(list_name, on)
        if not editions:
            return "absent"
        return "complete" if any(edition.complete for edition in editions) else "partial"

    def find_on(self, list_name: str, code: str, on: date | None) -> Sequence[Entry]:
        """The rows of a code in the edition for a date; in all editions where there is no date."""
        found: list[Entry] = []
        for edition in self._for(list_name, on):
            found += self.entries(edition, list_name, code)
        return found

    def entries(self, edition: Edition, list_name: str, code: str) -> Sequence[Entry]:
        """The rows of a code in one edition."""
        asked = 'SELECT start, "end", label, fields FROM code WHERE source = ? AND list = ? AND code = ?'
        return [
            _entry(code, row) for number in edition.ids for row in self._ask(asked, (number, list_name, code))
        ]

    def _for(self, list_name: str, on: date | None) -> Sequence[Edition]:
        editions = self.editions(list_name)
        if on is None or not editions:
            return editions
        covering = [edition for edition in editions if edition.covers(on)]
        return covering and [max(covering, key=newest)]

    # ---- the file

    def _all(self) -> tuple[Loaded, ...]:
        if self._loaded is None:
            with _faults(self._path):
                self._loaded = tuple(sources(self._opened()))
        return self._loaded

    def _ask(self, sql: str, values: tuple[Any, ...]) -> list[tuple[Any, ...]]:
        try:
            return self._opened().execute(sql, values).fetchall()
        except sqlite3.DatabaseError as problem:
            raise _fault(self._path, problem) from problem

    def _opened(self) -> sqlite3.Connection:
        process = os.getpid()
        if self._connection is None or self._process != process:
            # a connection must not be carried into a child process
            self._connection = connect(self._path)
            self._process = process
        return self._connection


def newest(edition: Edition) -> tuple[date, int, int]:
    """Order of editions that cover a date: the one that begins last, its last release, loaded last."""
    return edition.start, edition.release, max(edition.ids, default=0)


def _entry(code: str, row: tuple[Any, ...]) -> Entry:
    start, end, label, fields = row
    more = dict(part.split("=", 1) for part in fields.split(";")) if fields else {}
    days = {"code": code, "label": label, "start": _text(start), "end": _text(end)}
    return Entry(
        code=code,
        label=label,
        start=date.fromisoformat(days["start"]) if start else None,
        end=date.fromisoformat(days["end"]) if end else None,
        fields=MappingProxyType({**days, **more}),
    )


def _text(day: int) -> str:
    return f"{day // 10000:04}-{day // 100 % 100:02}-{day % 100:02}" if day else ""


def is_list(kind: str) -> bool:
    """Whether a kind is a code list."""
    return kind in LIST_KINDS
