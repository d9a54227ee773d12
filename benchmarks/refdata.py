"""How long it takes to load a quarter of pair edits and to look one up.

    python benchmarks/refdata.py [ROWS]

Makes a file of invented codes in the published layout (default 2,600,000 rows, as the practitioner file of
late 2026 has), loads it into a temporary store as four parts, as they are published, and looks up pairs.
"""

import random
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

from edi.refdata import Lists
from edi.refdata.loaders import Asked
from edi.refdata.store import Store, StoreSource

ROWS = 2_600_000
PARTS = 4
LOOKUPS = 100_000
ON = date(2026, 11, 2)
PREAMBLE = (
    "CPT only copyright: a notice\r\n\r\nColumn1/Column2 Edits\r\n"
    "Column 1\tColumn 2\t*=in existence\tEffective\tDeletion\tModifier\tPTP Edit Rationale\r\n"
    "\t\tprior to 1996\tDate\tDate\t0=not allowed\r\n\t\t\t\t*=no data\t1=allowed\r\n"
)


def pairs(rows: int) -> Iterator[tuple[str, str]]:
    """Pairs of invented codes in order: 1,300 second codes for each first code."""
    for number in range(rows):
        first, second = divmod(number, 1300)
        yield f"{10000 + first * 7:05}", f"{20000 + second * 11:05}"


def write(folder: Path, rows: int) -> list[Path]:
    """The four parts of a quarter."""
    chance = random.Random(1)
    each = -(-rows // PARTS)
    source = pairs(rows)
    found = []
    for part in range(1, PARTS + 1):
        path = folder / f"ccipra-v323r0-f{part}.TXT"
        with path.open("w", encoding="latin-1", newline="") as stream:
            stream.write(PREAMBLE)
            for _, (code1, code2) in zip(range(each), source, strict=False):
                end = "*" if chance.random() < 0.7 else "20231231"
                stream.write(f"{code1}\t{code2}\t\t20130101\t{end}\t{chance.choice('0119')}\tStandards\r\n")
        found.append(path)
    return found


def main(rows: int) -> None:
    """Print the figures."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        files = write(folder, rows)
        size = sum(path.stat().st_size for path in files)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        store = Store(folder / "refdata.sqlite")
        begun = time.perf_counter()
        loaded = 0
        for path in files:
            added, _ = store.add(path, asked=Asked(), added=datetime(2026, 10, 1))
            loaded += added[0].source.rows
        seconds = time.perf_counter() - begun
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(
            f"{loaded:,} rows, {size / 1e6:.0f} MB of text, {store.path.stat().st_size / 1e6:.0f} MB of store"
        )
        print(f"load: {seconds:.1f} s, {loaded / seconds:,.0f} rows a second")
        print(f"memory: {after / 1024:.0f} MB at most, {before / 1024:.0f} MB before the load")
        own = StoreSource(store.path)
        lists = Lists((own,), (own,))
        chance = random.Random(2)
        firsts = [f"{10000 + chance.randrange(2000) * 7:05}" for _ in range(LOOKUPS)]
        asked = [(first, f"{20000 + chance.randrange(2600) * 11:05}") for first in firsts]
        for what, some in (("anywhere", asked), ("1,000 pairs again and again", asked[:1000] * 100)):
            begun = time.perf_counter()
            hits = sum(lists.pair(*pair, "professional", ON) is not None for pair in some)
            seconds = time.perf_counter() - begun
            each = seconds / len(some) * 1e6
            print(f"look-up, {what}: {each:.1f} microseconds ({hits:,} of {len(some):,} have an edit)")
        own.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else ROWS)
