"""Rows under keys, kept until the end of a run: few of them in memory, many in a temporary file.

The file is SQLite's own and goes away with the connection, so memory does not grow with the number of rows.
"""

import hashlib
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import sqlite3

BUFFERED = 4096
"""Rows that are held before they go into the file."""
_TABLES = """
create table row (kind integer, key blob, number integer, body blob);
create table record (number integer primary key, body blob);
"""
_REPEATED = """
select kind, key, number, body from row where (kind, key) in
(select kind, key from row group by kind, key having count(distinct number) > 1) order by kind, key, number
"""


_HASH: Final = hashlib.blake2b(digest_size=16, key=os.urandom(16))
_KEY = itemgetter(0, 1)


def hashed(key: Sequence[str]) -> bytes:
    """A key as it is kept: hashed with a value of this process."""
    found = _HASH.copy()
    found.update("\x1f".join(key).encode("utf-8", "surrogatepass"))
    return found.digest()


class Spill:
    """Rows of numbered records under (kind, key), and one body for each record."""

    def __init__(self) -> None:
        self._rows: list[tuple[int, bytes, int, bytes]] = []
        self._records: list[tuple[int, bytes]] = []
        self._store: sqlite3.Connection | None = None

    def add(self, number: int, body: bytes, rows: Iterable[tuple[int, bytes, bytes]]) -> None:
        """Keep a record and its rows (kind, key, body); numbers are given in ascending order from 0."""
        self._records.append((number, body))
        self._rows += [(kind, key, number, row) for kind, key, row in rows]
        if len(self._rows) >= BUFFERED:
            self._spill()

    def _spill(self) -> None:
        if self._store is None:
            import sqlite3  # only runs of many claims need it

            self._store = sqlite3.connect("")
            self._store.executescript(_TABLES)
        self._store.executemany("insert into row values (?, ?, ?, ?)", self._rows)
        self._store.executemany("insert into record values (?, ?)", self._records)
        self._rows, self._records = [], []

    def repeated(self) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
        """Kind and rows (number, body) of each key that two records have, by kind, key and number."""
        rows: Iterable[tuple[int, bytes, int, bytes]]
        if self._store is None:
            times = Counter(map(_KEY, self._rows))
            rows = sorted([row for row in self._rows if times[_KEY(row)] > 1])
        else:
            self._spill()
            self._store.execute("create index if not exists of_key on row (kind, key, number)")
            rows = self._store.execute(_REPEATED)
        for (kind, _), members in groupby(rows, key=_KEY):
            found = [(number, body) for _, _, number, body in members]
            if len({number for number, _ in found}) > 1:
                yield kind, found

    def record(self, number: int) -> bytes:
        """The body of a record."""
        if self._store is None:
            return self._records[number][1]
        row: tuple[bytes] = self._store.execute(
            "select body from record where number = ?", (number,)
        ).fetchone()
        return row[0]

    def close(self) -> None:
        """Forget everything."""
        if self._store is not None:
            self._store.close()
            self._store = None
        self._rows, self._records = [], []
