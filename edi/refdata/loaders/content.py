"""Reference files as they come: plain or zipped, in any of the usual encodings, within limits."""

import csv
import hashlib
import io
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from decimal import Decimal, InvalidOperation
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Final, cast

from edi.errors import NotReadable

MOST_BYTES: Final = 2 * 1024**3
"""Most bytes of one file, unpacked; the largest published one has about 160 million."""
MOST_TEXT: Final = 256 * 1024**2
"""Most bytes of a file that is read as a whole: all but the pair edits."""
MOST_RATIO: Final = 200
"""How many times larger than packed a member of a zip may be; code tables shrink to a twentieth."""
RATIO_FROM: Final = 10 * 1024**2
"""Size from which the ratio counts."""
MOST_MEMBERS: Final = 1000
LONGEST_LINE: Final = 1024 * 1024
HEAD: Final = 64 * 1024
"""Bytes at the head by which a file is recognised."""
HEADER_LINES: Final = 60
"""Rows among which the header must stand."""
_OTHER: Final = frozenset({".pdf", ".doc", ".docx", ".rtf", ".htm", ".html", ".jpg", ".png", ".xml"})
_SHEETS: Final = frozenset({".xls", ".xlsx", ".xlsm"})


class Content:
    """One text file, on its own or within a zip; it can be read several times."""

    __slots__ = ("_open", "head", "label", "name", "sha256", "size")

    def __init__(
        self, label: str, name: str, opened: Callable[[], AbstractContextManager[IO[bytes]]]
    ) -> None:
        """Read it once: its SHA-256, its size, the lines at its head.

        Raises:
            NotReadable: it is no text, or cannot be read whole.
        """
        self.label = label
        """How messages call it: the file, or `zip: member`."""
        self.name = name
        """Its own name, and on another line that of its zip, for editions that only a name states."""
        self._open = opened
        digest, size, head = hashlib.sha256(), 0, b""
        with self._opened() as stream:
            while block := stream.read(1 << 20):
                if len(head) < HEAD:
                    head += block[: HEAD - len(head)]
                digest.update(block)
                size += len(block)
                if size > MOST_BYTES:
                    raise NotReadable(f"{label}: larger than {MOST_BYTES // 1024**3} GB")
        self.sha256, self.size = digest.hexdigest(), size
        if head[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in head:
            raise NotReadable(f"{label}: not plain text (UTF-16 or binary); save it as CSV or text in UTF-8")
        if not head.strip():
            raise NotReadable(f"{label}: empty")
        self.head = head.decode("utf-8-sig" if head[:3] == b"\xef\xbb\xbf" else "latin-1", errors="replace")

    @contextmanager
    def _opened(self) -> Iterator[IO[bytes]]:
        try:
            with self._open() as stream:
                yield stream
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as problem:
            raise NotReadable(f"{self.label}: the zip is damaged or protected ({problem})") from problem

    def lines(self) -> Iterator[tuple[int, str]]:
        """Line numbers and lines without their ends, one by one; for files that must not be held whole.

        Every byte is one character: codes and dates are ASCII, texts are dropped.

        Raises:
            NotReadable: a line is longer than any table has.
        """
        with self._opened() as stream:
            # a member of a zip is slow line by line
            reader = io.BufferedReader(cast(io.RawIOBase, stream), 1 << 20)
            try:
                lines = iter(partial(reader.readline, LONGEST_LINE), b"")
                for number, line in enumerate(lines, 1):
                    if len(line) == LONGEST_LINE:
                        raise NotReadable(f"{self.label}: line {number} is longer than {LONGEST_LINE} bytes")
                    yield number, line.decode("latin-1").rstrip("\r\n")
            finally:
                reader.detach()

    def text(self) -> str:
        """All of it: UTF-8 where it is that, else Windows-1252, else Latin-1.

        Raises:
            NotReadable: it is too large for a file of its kind.
        """
        if self.size > MOST_TEXT:
            raise NotReadable(f"{self.label}: {self.size} bytes are too many for a file of this kind")
        with self._opened() as stream:
            data = stream.read()
        for encoding in ("utf-8-sig", "cp1252"):
            try:
                return data.decode(encoding)
            except UnicodeDecodeError:
                continue
        return data.decode("latin-1")

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Line numbers and cells, of comma or tab separated text; quoted cells may run over several lines.

        Raises:
            NotReadable: a quote is never closed, or the like.
        """
        text = self.text()
        first = text[:HEAD]
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter="\t" if first.count("\t") > first.count(",") else ","
        )
        begun = 1
        try:
            for row in reader:
                yield begun, row
                begun = reader.line_num + 1
        except csv.Error as problem:
            raise NotReadable(f"{self.label}: line {begun}: {problem}") from problem


def contents(path: Path) -> tuple[list[Content], list[str]]:
    """The text files at a path: the file itself, or the members of a zip; and the members that are left out.

    Raises:
        NotReadable: there is none, or the zip cannot be read or asks for too much.
        OSError: the file cannot be opened.
    """
    if path.suffix.lower() in _SHEETS:
        raise NotReadable(
            f"{path.name}: a workbook; bring the text or CSV of the same table, or save it as CSV"
        )
    with path.open("rb") as stream:
        packed = stream.read(4) in (b"PK\x03\x04", b"PK\x05\x06")
    if not packed:
        if path.suffix.lower() == ".zip":
            raise NotReadable(f"{path.name}: not a zip, or cut off at its head")
        return [Content(path.name, path.name, lambda: path.open("rb"))], []
    try:
        with zipfile.ZipFile(path) as archive:
            members = [one for one in archive.infolist() if not one.is_dir()]
    except (zipfile.BadZipFile, EOFError, ValueError) as problem:
        raise NotReadable(f"{path.name}: the zip is cut off or damaged ({problem})") from problem
    if any(one.filename == "[Content_Types].xml" for one in members):
        raise NotReadable(
            f"{path.name}: a workbook; bring the text or CSV of the same table, or save it as CSV"
        )
    if len(members) > MOST_MEMBERS:
        raise NotReadable(f"{path.name}: the zip has {len(members)} members, more than {MOST_MEMBERS}")
    found, left_out = [], []
    for one in members:
        inner = PurePosixPath(one.filename.replace("\\", "/"))
        suffix = inner.suffix.lower()
        if suffix in _OTHER or suffix in _SHEETS or suffix == ".zip" or inner.name.startswith("."):
            left_out.append(inner.name)
            continue
        if one.file_size > MOST_BYTES or (
            one.file_size > RATIO_FROM and one.file_size > MOST_RATIO * max(one.compress_size, 1)
        ):
            raise NotReadable(
                f"{path.name}: {inner.name} would unpack to {one.file_size} bytes from {one.compress_size}; "
                "no reference table does"
            )
        found.append(
            Content(f"{path.name}: {inner.name}", f"{inner.name}\n{path.name}", _member(path, one.filename))
        )
    if not found:
        raise NotReadable(f"{path.name}: the zip holds no text file ({', '.join(left_out[:5]) or 'nothing'})")
    return found, left_out


def _member(path: Path, name: str) -> Callable[[], AbstractContextManager[IO[bytes]]]:
    @contextmanager
    def opened() -> Iterator[IO[bytes]]:
        with zipfile.ZipFile(path) as archive, archive.open(name) as stream:
            yield stream

    return opened


# ---------------------------------------------------------------- headers


def plain(cell: str) -> str:
    """The name of a column as it is compared: capitals, digits, single blanks."""
    return " ".join(re.sub(r"[^A-Z0-9]+", " ", cell.upper()).split())


def find_header(
    content: Content,
    wanted: Mapping[str, str],
    optional: Mapping[str, str] | None = None,
    *,
    stacked: str | None = None,
) -> tuple[dict[str, int], Iterator[tuple[int, list[str]]]]:
    """Where each column stands, and the rows after the header.

    Args:
        content: the file.
        wanted: our name of a column -> pattern that the plain name of the column matches in whole.
        optional: the same, for columns that may be absent.
        stacked: where the header is spread over several rows, the pattern of the first cell of the last one.

    Raises:
        NotReadable: no row has all columns that are wanted; says which row came nearest, and what it lacks.
    """
    rows = content.rows()
    best: tuple[int, int, list[str], list[str]] = (0, 1, list(wanted), [])
    above: list[list[str]] = []
    for count, (number, row) in enumerate(rows):
        if count >= HEADER_LINES:
            break
        names = [plain(cell) for cell in row]
        if stacked is not None:
            if not names or not re.fullmatch(stacked, names[0]):
                above.append(names)
                if best[1] == 1 and not best[3]:
                    best = (0, number, list(wanted), row)
                continue
            width = len(names)
            # a title stands in a single cell; rows of a header fill several
            stack = [line for line in above[-8:] if sum(map(bool, line)) > 1]
            names = [
                " ".join(part for line in (*stack, names) if i < len(line) and (part := line[i]))
                for i in range(width)
            ]
        found = {key: i for key, pattern in wanted.items() if (i := _column(names, pattern)) is not None}
        if len(found) == len(wanted):
            for key, pattern in (optional or {}).items():
                if (i := _column(names, pattern)) is not None:
                    found[key] = i
            return found, rows
        if len(found) > best[0] or not best[3]:
            best = (len(found), number, [key for key in wanted if key not in found], row)
    _, number, missing, row = best
    said = " | ".join(" ".join(cell.split()) for cell in row if cell.strip())[:160]
    raise NotReadable(
        f"{content.label}: no header with all columns in the first {HEADER_LINES} rows; line {number} lacks "
        f"{', '.join(missing)} and says: {said}"
    )


def _column(names: list[str], pattern: str) -> int | None:
    compiled = re.compile(pattern)
    return next((i for i, name in enumerate(names) if compiled.fullmatch(name)), None)


# ---------------------------------------------------------------- cells

_CODE: Final = re.compile(r"[0-9A-Z]{5}")


def code_of(cell: str) -> str | None:
    """A procedure code, freed of stray bytes; None where the cell holds none."""
    text = cell.replace("\u00ff", "").replace("\u00a0", " ").strip().upper()
    return text if _CODE.fullmatch(text) else None


def amount(cell: str, where: str) -> str | None:
    """A number or an amount of money as canonical text; None where the cell is empty or `.`.

    Raises:
        NotReadable: it is something else.
    """
    text = cell.replace("$", "").replace(",", "").replace("\u00a0", " ").strip().rstrip("%").strip()
    if text in ("", ".", "-", "N/A", "NA"):
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or abs(value) >= 10**12:
        raise NotReadable(f"{where}: {cell.strip()[:40]!r} is no number")
    return format(value, "f")


class OtherRows:
    """Counts rows that hold no code: blank ones and footnotes are usual, many of them are a wrong layout."""

    __slots__ = ("_content", "_first", "_other", "kept")

    def __init__(self, content: Content) -> None:
        self._content = content
        self._other = 0
        self._first: tuple[int, str] | None = None
        self.kept = 0
        """Rows with a code."""

    def add(self, number: int, row: list[str]) -> None:
        """Count a row without a code."""
        said = " | ".join(cell.strip() for cell in row if cell.strip())
        if said:
            self._other += 1
            self._first = self._first or (number, said[:120])

    def judge(self) -> None:
        """To be called at the end.

        Raises:
            NotReadable: no row holds a code, or too many do not.
        """
        limit = max(20, self.kept // 50)
        if self.kept and self._other <= limit:
            return
        number, said = self._first or (1, "nothing")
        what = "no row holds a code" if not self.kept else f"{self._other} rows hold no code"
        raise NotReadable(f"{self._content.label}: {what}; line {number} says: {said}")
