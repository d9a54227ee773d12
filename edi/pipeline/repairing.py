"""Repairs of a file: what was mended, what is written, and what is left to a person."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from edi.errors import NotReadable
from edi.x12.findings import Fault
from edi.x12.reader import Reader
from edi.x12.repairing import Mended, repaired
from edi.x12.units import Unit

MASK = "***"
"""Stands for a value that is not shown."""


def repair(source: IO[bytes], out: IO[bytes]) -> Iterator[Mended | Fault]:
    """Repair an X12 file: write it to `out` and yield each repair, then each fault that is left.

    What is left is judged at SNIP types 1 and 2, in what was written: `out` must be readable and seekable,
    and stands at its end afterwards. Memory does not grow with the file.

    Raises:
        NotReadable: the input holds no interchange.
    """
    for piece in repaired(source):
        if isinstance(piece, Mended):
            yield piece
        else:
            out.write(piece)
    out.seek(0)
    for fault in faults(out):
        if fault.kind == "no_isa":
            raise NotReadable(fault.message)
        yield fault
    out.seek(0, os.SEEK_END)


def faults(stream: IO[bytes]) -> Iterator[Fault]:
    """All faults of an X12 file at SNIP types 1 and 2, in the order of the file."""
    for event in Reader(stream):
        if isinstance(event, Fault):
            yield event
        elif isinstance(event, Unit):
            yield from event.faults


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """A file that appears whole or not at all: under a temporary name in the same folder, then renamed.

    Raises:
        OSError: it cannot be written; names the file that was asked for.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with temporary.open("xb+") as file:
            yield file
        if path.exists():
            shutil.copymode(path, temporary)
        temporary.replace(path)
    except BaseException as problem:
        temporary.unlink(missing_ok=True)
        if isinstance(problem, OSError) and problem.filename == str(temporary):
            raise OSError(problem.errno, problem.strerror, str(path)) from problem
        raise


def mended_dict(mended: Mended, *, show_values: bool) -> dict[str, object]:
    """A repair as JSON has it; values that may tell something about a person only with `show_values`."""
    hidden = mended.private and not show_values
    return {
        "kind": mended.kind,
        "path": mended.repair.path,
        "before": MASK if hidden else mended.repair.before,
        "after": MASK if hidden else mended.repair.after,
        "why": mended.repair.why,
        "interchange": mended.interchange,
        "group": mended.group or None,
        "set": mended.set or None,
        "segment": mended.ordinal or None,
        "claim": mended.claim,
        "byte": mended.byte,
    }


def fault_dict(fault: Fault) -> dict[str, object]:
    """A fault that is left, as JSON has it."""
    return {
        "rule": fault.about.rule,
        "severity": fault.about.severity,
        "snip": fault.about.snip,
        "message": fault.message,
        "help": fault.help,
        "claim": fault.claim,
        "x12": {
            "address": fault.address or fault.segment,
            "loop": fault.loop or None,
            "segment": fault.ordinal or None,
            "text_line": fault.text_line,
            "column": fault.column,
            "byte": fault.byte,
        },
    }
