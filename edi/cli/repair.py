"""cleanclaim repair: mend what needs nobody's judgement."""

import json
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated

import typer

from edi.cli import common

if TYPE_CHECKING:
    from edi.x12.findings import Fault
    from edi.x12.repairing import Mended


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An X12 file; - is standard input.")],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Where to write the repaired file.")
    ] = None,
    in_place: Annotated[bool, typer.Option("--in-place", help="Write over the input.")] = False,
    only_list: Annotated[bool, typer.Option("--list", help="List the repairs and write nothing.")] = False,
    form: Annotated[common.Plain, typer.Option("--format", help="Format of the list.")] = common.Plain.TEXT,
    show_values: common.ShowValues = False,
) -> None:
    """Repair counts, numbers, padding, separators and punctuation of an X12 file, and list each repair.

    Without -o, --in-place and --list the repaired file goes to standard output and the list to standard
    error. No date, amount, code or name is changed. Exit codes: 0 nothing is left to find at SNIP types 1
    and 2, 1 faults are left, 2 the file cannot be read.
    """
    from edi.errors import NotReadable
    from edi.pipeline.repairing import repair, written

    if sum((output is not None, in_place, only_list)) > 1:
        raise typer.BadParameter("-o, --in-place and --list exclude each other")
    source_path = None if file == "-" else Path(file)
    if in_place and source_path is None:
        raise typer.BadParameter("standard input cannot be written over", param_hint="--in-place")
    if output is not None and source_path is not None and _same(output, source_path):
        raise typer.BadParameter("this is the input; use --in-place to write over it", param_hint="-o")
    # a link stays a link: what it points to is replaced
    target = source_path.resolve() if in_place and source_path is not None else output
    to_stdout = target is None and not only_list
    left = 0
    try:
        with ExitStack() as stack:
            source: IO[bytes] = (
                sys.stdin.buffer if source_path is None else stack.enter_context(source_path.open("rb"))
            )
            out = stack.enter_context(written(target) if target is not None else _scratch())
            listed = _text if form is common.Plain.TEXT else _json
            for count, text in listed(file, repair(source, out), show_values):
                left = count
                if to_stdout:
                    sys.stderr.write(text)
                else:
                    common.emit(text, encoding="utf-8")
            if to_stdout:
                out.seek(0)
                sys.stdout.flush()
                shutil.copyfileobj(out, sys.stdout.buffer)
                sys.stdout.buffer.flush()
    except NotReadable as problem:
        raise NotReadable(f"{file}: {problem}") from None
    raise typer.Exit(common.FINDINGS if left else common.CLEAN)


def _scratch() -> AbstractContextManager[IO[bytes]]:
    return tempfile.TemporaryFile()


def _same(one: Path, other: Path) -> bool:
    return one.exists() and other.exists() and one.samefile(other)


def _text(name: str, found: "Iterator[Mended | Fault]", show_values: bool) -> Iterator[tuple[int, str]]:
    """The list for people: faults so far, and a piece of text."""
    from edi.pipeline.repairing import mended_dict
    from edi.x12.repairing import Mended

    made = left = 0
    for one in found:
        if isinstance(one, Mended):
            made += 1
            told = mended_dict(one, show_values=show_values)
            where = _where(one.claim, one.ordinal, one.repair.path)
            line = f'repaired  {where}: "{told["before"]}" -> "{told["after"]}", {told["why"]}'
            yield left, _plain(line)
        else:
            left += 1
            where = _where(one.claim, one.ordinal, one.address or one.segment)
            line = f"line {one.text_line}" if one.text_line else ""
            place = ", ".join(part for part in (line, where) if part)
            yield left, _plain(f"left      {place or 'file'}: {one.message}")
    yield left, f"{name}: {_counted(made, 'repair')}, {_counted(left, 'fault')} left\n"


def _where(claim: str | None, ordinal: int, path: str) -> str:
    parts = [f"claim {claim}" if claim else "", f"segment {ordinal}" if ordinal else "", path]
    return ", ".join(part for part in parts if part)


def _plain(text: str) -> str:
    """One line, whatever the data hold."""
    return "".join(c if c.isprintable() else "?" for c in text) + "\n"


def _counted(number: int, word: str) -> str:
    return f"{number} {word}" + ("" if number == 1 else "s")


def _json(name: str, found: "Iterator[Mended | Fault]", show_values: bool) -> Iterator[tuple[int, str]]:
    """The list as JSON, piece by piece."""
    from edi.pipeline.repairing import fault_dict, mended_dict
    from edi.x12.repairing import Mended

    made = left = 0
    head = f'{{\n"version": 1,\n"file": {json.dumps(name, ensure_ascii=False)},\n"repairs": ['
    for one in found:  # input that cannot be read raises here, before anything is told
        if isinstance(one, Mended):
            comma, body = "," if made else "", mended_dict(one, show_values=show_values)
            made += 1
        else:
            comma, body = "," if left else '],\n"left": [', fault_dict(one)
            left += 1
        yield left, f"{head}{comma}\n{json.dumps(body, ensure_ascii=False)}"
        head = ""
    opened = "" if left else '],\n"left": ['
    yield left, f'{head}{opened}],\n"summary": {{"repairs": {made}, "left": {left}}}\n}}\n'
