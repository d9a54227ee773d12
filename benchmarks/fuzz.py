"""A bounded coverage-guided fuzz run over the public doors, with atheris.

    pip install atheris
    python benchmarks/fuzz.py --runs 20000 --seed 1

Spoilt 837 files go through the reader, through several ranges, and through `edi.check`. Nothing may escape
but `NotReadable`, reading must end, and every byte must be accounted for. Without atheris the program says
so and ends with code 3.
"""

import argparse
import io
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path

HOME = Path(__file__).parents[1]
sys.path[:0] = [str(HOME), str(HOME / "benchmarks")]

NO_ATHERIS = 3
"""Exit code where atheris is not installed."""


def seeds() -> list[bytes]:
    """Valid files from which mutation begins."""
    from generate import claims_837i, claims_837p

    return [b"".join(make(n, n)) for make in (claims_837p, claims_837i) for n in (1, 2)]


def reading(data: bytes) -> None:
    """The reader: never raises, always ends, reads all."""
    from edi.x12.findings import Fault
    from edi.x12.reader import Reader, Unit

    reader = Reader(io.BytesIO(data))
    found: list[Fault] = []
    for event in reader:
        found += event.faults if isinstance(event, Unit) else [event] if isinstance(event, Fault) else []
    for fault in found:
        assert fault.message and fault.help and fault.about
        assert fault.byte is not None and 0 <= fault.byte <= len(data)
    assert found or data.count(b"ISA")
    assert reader.bytes <= len(data)


def checking(data: bytes) -> None:
    """`edi.check` on bytes: a report, or NotReadable."""
    import edi
    from edi.errors import NotReadable

    try:
        edi.check(data)
    except NotReadable:
        return


DOORS: tuple[Callable[[bytes], None], ...] = (reading, checking)


def one_input(data: bytes) -> None:
    """All doors on one input: as it is, and spliced into a valid file."""
    for door in DOORS:
        door(data)
    if len(data) > 2:
        base = seeds_made()[data[0] % len(seeds_made())]
        at = int.from_bytes(data[:2], "big") % len(base)
        spliced = base[:at] + data[2:] + base[at + data[1] % 40 :]
        for door in DOORS:
            door(spliced)


_SEEDS: list[bytes] = []


def seeds_made() -> list[bytes]:
    """The seeds, made once."""
    if not _SEEDS:
        _SEEDS.extend(seeds())
    return _SEEDS


def main(arguments: Sequence[str] | None = None) -> int:
    """Run atheris for a number of inputs."""
    parser = argparse.ArgumentParser(description="Fuzz the public doors with atheris.")
    parser.add_argument("--runs", type=int, default=20_000, help="how many inputs (default 20000)")
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args(arguments)
    if find_spec("atheris") is None:
        print("atheris is not installed: pip install atheris, then run this again", file=sys.stderr)
        return NO_ATHERIS
    import atheris

    seeds_made()
    with atheris.instrument_imports(include=["edi"]):
        import edi.checking  # noqa: F401
        import edi.x12.reader  # noqa: F401
    options = [sys.argv[0], f"-runs={chosen.runs}", f"-seed={chosen.seed}", "-max_len=4096", "-timeout=20"]
    atheris.Setup(options, one_input)
    atheris.Fuzz()
    return 0


if __name__ == "__main__":
    sys.exit(main())
