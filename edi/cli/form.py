"""cleanclaim form: claims on paper, as PDF."""

import sys
import tempfile
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from edi.cli import common, printers

if TYPE_CHECKING:
    from edi.finding import Report


class Kind(StrEnum):
    """The two forms."""

    CMS1500 = "cms1500"
    UB04 = "ub04"


SPOOLED = 16 * 1024 * 1024
"""Most bytes of a PDF for standard output that are held in memory."""


def command(
    files: Annotated[
        list[str] | None,
        typer.Argument(metavar="FILE...", help="Files, folders or patterns; - is standard input."),
    ] = None,
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE", help="The PDF; - or nothing is standard output."),
    ] = None,
    proof: Annotated[
        bool,
        typer.Option(
            "--proof/--preprinted",
            help="Draw the form and mark findings, or print values alone for bought forms.",
        ),
    ] = True,
    form: Annotated[
        Kind | None, typer.Option("--form", help="The form; default that of each claim's setting.")
    ] = None,
    truncate: Annotated[bool, typer.Option("--truncate", help="Cut what is longer than its box.")] = False,
    offset_x: Annotated[
        float | None,
        typer.Option(
            "--offset-x", metavar="INCHES", help="Move everything to the right; minus: to the left."
        ),
    ] = None,
    offset_y: Annotated[
        float | None,
        typer.Option("--offset-y", metavar="INCHES", help="Move everything down; minus: up."),
    ] = None,
    printer: Annotated[
        str | None, typer.Option("--printer", metavar="NAME", help="Use the offsets saved for a printer.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Save the offsets for the printer that is named.")
    ] = False,
    both_sides: Annotated[
        bool,
        typer.Option(
            "--side-by-side",
            help="Each claim beside its form of the other side, on a page of double width, with what differs "
            "marked and explained.",
        ),
    ] = False,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers",
            metavar="FILE",
            help="With --side-by-side: what the claims do not say, as TOML or JSON; as for convert.",
        ),
    ] = None,
    calibrate: Annotated[
        bool, typer.Option("--calibrate", help="Print the page by which a printer is measured.")
    ] = False,
    payer: common.Payer = None,
    policy: common.PolicyList = None,
    fail_on: common.FailOn = common.Level.ERROR,
    snip: common.Snip = 7,
    received: common.Received = None,
    created: Annotated[
        str | None,
        typer.Option(
            "--created", metavar="INSTANT", help="Day on which the forms are made; default the clock."
        ),
    ] = None,
    settings: common.SettingsFile = None,
    show_values: common.ShowValues = False,
    quiet: common.Quiet = False,
) -> None:
    """Print claims on the CMS-1500 or the UB-04, all in one PDF.

    Takes what `check` takes; encounters are coded first. A proof copy shows the form, a number at the box of
    each finding, and a page that explains the numbers; it is not for submission. With --preprinted the PDF
    holds values alone, on the grid of ten characters and six lines an inch, for forms bought from a supplier.
    Findings go to standard error.

    With --side-by-side a page shows the CMS-1500 on the left and the UB-04 on the right: the claim, and what
    `convert` makes of it on the other side. What is needed, changed or dropped has a number on both.
    """
    offset = _offset(printer, offset_x, offset_y, save=save, moved=calibrate or not proof)
    if calibrate:
        if files:
            raise typer.BadParameter("the calibration page takes no files", param_hint="FILE...")
        _write(_calibration(form, offset, printer), output)
        return
    if not files:
        if save:
            return
        raise typer.BadParameter("name at least one file", param_hint="FILE...")
    from edi.finding import Report
    from edi.pipeline import inputs, judge_inputs
    from edi.pipeline.printing import Printing, print_forms

    _separate(output, files)
    options = common.options(
        payer=payer,
        policy=policy,
        received=received,
        snip=snip,
        show_values=show_values,
        settings=settings,
    )
    if both_sides and not proof:
        raise typer.BadParameter("both forms are proof copies", param_hint="--side-by-side")
    if answers is not None and not both_sides:
        raise typer.BadParameter("goes with --side-by-side", param_hint="--answers")
    how = Printing(
        proof=proof,
        offset=offset,
        form=form.value if form else None,
        truncate=truncate,
        created=common.instant(created).date(),
    )
    given = inputs(files, stdin=sys.stdin.buffer)
    if both_sides:
        from edi.conversion import AnswerBook, load
        from edi.pipeline.facing import face_forms

        seen = common.watched(given, quiet=quiet, what="files read")
        faced = face_forms(seen, load(answers) if answers else AnswerBook(), options, how)
        _write(faced.chunks, output)
        raise typer.Exit(_told(Report(files=faced.reports), faced.claims, fail_on, quiet=quiet))
    judged = common.watched(judge_inputs(given, options), quiet=quiet, what="claims printed")
    printed = print_forms(judged, how)
    _write(printed.chunks, output)
    raise typer.Exit(_told(printed.run.report(), printed.claims, fail_on, quiet=quiet))


def _told(report: "Report", claims: int, fail_on: common.Level, *, quiet: bool) -> int:
    """Say what was found, on standard error; the exit code."""
    from edi.cli import render

    code = common.exit_code(report, fail_on)
    if not claims:
        code = common.UNUSABLE
        if not report.findings:
            sys.stderr.write("cleanclaim: no claim to print\n")
    if code != common.CLEAN or (not quiet and common.is_worth_a_word(report)):
        sys.stderr.write(render.as_text(lambda console: render.report(console, report)))
    return code


def _offset(
    printer: str | None, right: float | None, down: float | None, *, save: bool, moved: bool
) -> tuple[float, float]:
    """The offset in use: what is given, else what is saved for the printer.

    Raises:
        typer.BadParameter: nothing is saved for the printer, or the options do not go together.
    """
    for name, value in (("--offset-x", right), ("--offset-y", down)):
        if value is not None and not abs(value) <= printers.MOST:
            raise typer.BadParameter(f"from -{printers.MOST:g} to {printers.MOST:g} inches", param_hint=name)
    given = right is not None or down is not None
    if save and (printer is None or not given):
        raise typer.BadParameter("name the printer and at least one offset", param_hint="--save")
    if (given or printer is not None) and not (moved or save):
        raise typer.BadParameter(
            "a proof copy is not moved: use --preprinted", param_hint="--printer" if printer else "--offset-x"
        )
    known = printers.load() if printer is not None else {}
    if printer is not None and printer not in known and not given:
        there = f" (there are: {', '.join(sorted(known))})" if known else ""
        raise typer.BadParameter(f"no offsets are saved for {printer}{there}", param_hint="--printer")
    was = known.get(printer or "", (0.0, 0.0))
    offset = (was[0] if right is None else right, was[1] if down is None else down)
    if save and printer is not None:
        printers.save(printer, offset)
    return offset


def _calibration(form: Kind | None, offset: tuple[float, float], printer: str | None) -> Iterator[bytes]:
    from forms.calibration import calibration
    from forms.layout import FORMS

    yield calibration((form.value,) if form else FORMS, offset, printer=printer)


def _separate(output: str | None, files: list[str]) -> None:
    """Refuse to replace an input."""
    if output not in (None, "-"):
        path = Path(str(output))
        if path.exists() and any(Path(file).exists() and path.samefile(file) for file in files):
            raise typer.BadParameter("the output would replace the input", param_hint="--output")


def _write(chunks: Iterator[bytes], output: str | None) -> None:
    """Write a PDF whole or not at all; nothing where there is none.

    What goes to standard output is finished in a temporary file first: a reader never gets half of it.
    """
    first = next(chunks, None)
    if first is None:
        return
    if output is not None and output != "-":
        from edi.pipeline.building import write

        path = Path(output)
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, (chunk for part in ((first,), chunks) for chunk in part))
        return
    if sys.stdout.isatty():
        raise typer.BadParameter("name the file: a terminal cannot show a PDF", param_hint="--output")
    with tempfile.SpooledTemporaryFile(max_size=SPOOLED) as file:
        file.write(first)
        file.writelines(chunks)
        file.seek(0)
        while chunk := file.read(1 << 20):
            common.emit_bytes(chunk)
