"""Inputs: from what a user names to bytes, and from bytes to records."""

import glob
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from edi.errors import NotReadable
from edi.model.contract import Problem, Record, read_records
from edi.model.xml import is_xml, read_xml

X12_ENDINGS = (".837", ".edi", ".x12", ".999", ".835", ".277", ".277ca", ".ta1")
"""Endings by which a file is X12 even where its beginning is spoilt."""
ENDINGS = (".json", ".ndjson", ".jsonl", ".xml", *X12_ENDINGS)
"""Endings of the files that are taken from a folder."""
PERHAPS_X12 = (".txt", ".dat")
"""Endings that 837 files have too: such a file is taken from a folder where it begins with ISA."""
_ISA = re.compile(rb"ISA[^0-9A-Za-z\s]")
_WIDE = re.compile(rb"(?:\xff\xfeI\0S\0A\0|\xfe\xff\0I\0S\0A|I\0S\0A\0|\0I\0S\0A)")
"""X12 that was saved as UTF-16, as some editors and shells do."""
STDIN = "-"


@dataclass(slots=True, kw_only=True)
class Input:
    """One input: its bytes or its file, or why there is neither.

    A file that is X12 stays on disk and is read as a stream; any other is in memory.
    """

    name: str
    held: bytes = b""
    path: Path | None = None
    problem: Problem | None = None

    @property
    def data(self) -> bytes:
        """All bytes of the input."""
        return self.path.read_bytes() if self.path is not None else self.held

    @property
    def is_x12(self) -> bool:
        """Whether it is an X12 input, by its beginning or its name."""
        return self.problem is None and (self.path is not None or is_x12(self.held, self.name))

    def stream(self) -> BinaryIO:
        """The input as a stream; the caller closes it."""
        return self.path.open("rb") if self.path is not None else io.BytesIO(self.held)


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
            yield Input(name=STDIN, held=stdin.read())
            continue
        # an empty word is no name of the present folder
        found = _files(name, (*leave, ".report.json")) if name.strip() else []
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
        and not file.name.lower().endswith(leave)
        and not file.name.startswith(".")
        and (file.name.lower().endswith(ENDINGS) or _begins_as_x12(file))
    ]


def _begins_as_x12(file: Path) -> bool:
    """Whether a file of a folder whose name says nothing begins with an interchange header."""
    if not file.name.lower().endswith(PERHAPS_X12):
        return False
    try:
        with file.open("rb") as stream:
            head = stream.read(400)
    except OSError:
        return False
    return _ISA.match(_head(head)) is not None or _WIDE.match(head) is not None


def _nothing(name: str) -> Problem:
    if not name.strip():
        return Problem("", "the name of the input is empty", "", "INPUT-NOTHING")
    where = "the folder holds" if Path(name).is_dir() else "the pattern matches"
    return Problem("", f"{where} no file to read", "", "INPUT-NOTHING")


def _read(path: Path) -> Input:
    name = path.as_posix()
    try:
        with path.open("rb") as file:
            head = file.read(4096)
            if _WIDE.match(head):
                message = "the text is UTF-16, and X12 is plain text"
                help_text = "Save the file as ASCII or UTF-8."
                return Input(name=name, problem=Problem("", message, help_text, "INPUT-ENCODING"))
            if len(head) < 4096 and not head.strip():
                message, todo = "the file is empty", "Give a file with at least one encounter or claim."
                return Input(name=name, problem=Problem("", message, todo, "INPUT-EMPTY"))
            if is_x12(head, name):
                return Input(name=name, path=path)
            if not name.lower().endswith(ENDINGS) and not _is_record(head) and _foreign(head) is None:
                message = "this is neither X12, nor JSON, nor XML"
                todo = "Give an 837, or an encounter or a claim as JSON or XML."
                return Input(name=name, problem=Problem("", message, todo, "INPUT-KIND"))
            return Input(name=name, held=head + file.read())
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
    if is_xml(given.data):
        yield from read_xml(given.data)
        return
    try:
        yield from read_records(given.data, given.name)
    except NotReadable as problem_of_text:
        message = str(problem_of_text).removeprefix(f"{given.name}: ")
        yield Record(index=0, problems=[Problem(problem_of_text.path, message, "", "INPUT-JSON")])


def is_x12(data: bytes, name: str = "") -> bool:
    """Whether bytes are X12: they begin with ISA, or hold it near their beginning, or are named so."""
    head = _head(data)
    if head[:1] in (b"{", b"[", b"<"):
        return False
    return _ISA.search(head[:2000]) is not None or name.lower().endswith(X12_ENDINGS)


def _is_record(head: bytes) -> bool:
    """Whether a file begins as JSON or XML does, in some Unicode encoding."""
    return head.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")[:1] in (b"{", b"[", b"<")


def _head(data: bytes) -> bytes:
    return data[:200].removeprefix(b"\xef\xbb\xbf").lstrip()


def _foreign(data: bytes) -> Problem | None:
    """Inputs of other kinds that can be told by their first characters."""
    if is_x12(data):
        what = "an X12 file"
    elif _head(data)[:4] == b"%PDF":
        what = "a PDF"
    else:
        return None
    message = f"this is {what}, which this version does not read"
    return Problem("", message, "Give the encounter or the claim as JSON or XML.", "INPUT-KIND")
