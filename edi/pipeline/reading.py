"""Inputs: from what a user names to bytes, and from bytes to records."""

import glob
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edi.errors import NotReadable
from edi.model.contract import Problem, Record, read_records

ENDINGS = (".json", ".ndjson", ".jsonl")
"""Endings of the files that are taken from a folder."""
STDIN = "-"


@dataclass(slots=True, kw_only=True)
class Input:
    """One input: its bytes, or why there are none."""

    name: str
    data: bytes = b""
    problem: Problem | None = None


def inputs(
    names: Iterable[str], *, stdin: BinaryIO | None = None, leave: Sequence[str] = ()
) -> Iterator[Input]:
    """The inputs that a user's words name: files, folders, patterns, `-` for `stdin`.

    Folders are searched with their subfolders, in the order of names; files there that end in one of `leave`,
    or in `.report.json`, are left out. A file that is named twice is read once. Files are opened one by one.
    """
    seen: set[Path] = set()
    for name in names:
        if name == STDIN and stdin is not None:
            yield Input(name=STDIN, data=stdin.read())
            continue
        found = _files(name, (*leave, ".report.json"))
        if not found:
            yield Input(name=name, problem=_nothing(name))
        for path in found:
            real = path.resolve()
            if real not in seen:
                seen.add(real)
                yield _read(path)


def _files(name: str, leave: tuple[str, ...]) -> list[Path]:
    """The files behind one name."""
    path = Path(name)
    if path.is_dir():
        return _folder(path, leave)
    if not path.exists() and glob.has_magic(name):
        # Path.glob takes no absolute patterns
        matched = [Path(match) for match in sorted(glob.glob(name, recursive=True))]  # noqa: PTH207
        return [file for match in matched for file in (_folder(match, leave) if match.is_dir() else [match])]
    return [path]


def _folder(path: Path, leave: tuple[str, ...]) -> list[Path]:
    return [
        file
        for file in sorted(path.rglob("*"))
        if file.is_file()
        and file.name.lower().endswith(ENDINGS)
        and not file.name.lower().endswith(leave)
        and not file.name.startswith(".")
    ]


def _nothing(name: str) -> Problem:
    where = "the folder holds" if Path(name).is_dir() else "the pattern matches"
    return Problem("", f"{where} no file to read", "", "INPUT-NOTHING")


def _read(path: Path) -> Input:
    name = path.as_posix()
    try:
        return Input(name=name, data=path.read_bytes())
    except FileNotFoundError:
        return Input(name=name, problem=Problem("", "there is no such file", "Check the name.", "INPUT-FILE"))
    except OSError as problem:
        reason = (problem.strerror or "unknown reason").lower()
        return Input(name=name, problem=Problem("", f"the file cannot be opened: {reason}", "", "INPUT-FILE"))


def records(given: Input) -> Iterator[Record]:
    """The records of an input; what is wrong with the input as a whole is a Record without a kind."""
    problem = given.problem or _foreign(given.data)
    if problem is not None:
        yield Record(index=0, problems=[problem])
        return
    try:
        yield from read_records(given.data, given.name)
    except NotReadable as problem_of_text:
        message = str(problem_of_text).removeprefix(f"{given.name}: ")
        yield Record(index=0, problems=[Problem(problem_of_text.path, message, "", "INPUT-JSON")])


def _foreign(data: bytes) -> Problem | None:
    """Inputs of other kinds that can be told by their first characters."""
    head = data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()
    if head[:3] == b"ISA" and head[3:4].strip() and not head[3:4].isalnum():
        what = "an X12 file"
    elif head[:1] == b"<":
        what = "XML or HTML"
    elif head[:4] == b"%PDF":
        what = "a PDF"
    else:
        return None
    message = f"this is {what}, which this version does not read"
    return Problem("", message, "Give the encounter or the claim as JSON.", "INPUT-KIND")
