"""cleanclaim convert: the claims of a file on another surface."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from edi.cli import common


class Target(StrEnum):
    """Surfaces that a claim can be written on."""

    JSON = "json"
    NDJSON = "ndjson"
    XML = "xml"
    X837 = "837"
    BOXES = "boxes"


def command(
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="Encounters, claims or boxes as JSON, NDJSON or XML, or an 837; - is standard input.",
        ),
    ],
    to: Annotated[Target, typer.Option("--to", help="What to write.")],
    output: Annotated[
        str | None,
        typer.Option("-o", "--output", metavar="FILE|DIR", help="Where to write; default standard output."),
    ] = None,
    payer: common.Payer = None,
    policy: common.PolicyList = None,
    fail_on: common.FailOn = common.Level.ERROR,
    created: Annotated[
        str | None,
        typer.Option("--created", metavar="INSTANT", help="Date of the interchange; default the clock."),
    ] = None,
    control_number: Annotated[
        int,
        typer.Option(
            "--control-number",
            min=1,
            max=999_999_999,
            help="Control number of the first interchange; others count on.",
        ),
    ] = 1,
    usage: Annotated[common.Usage, typer.Option("--usage", help="T test, P production.")] = common.Usage.TEST,
    truncate: Annotated[
        bool, typer.Option("--truncate", help="Cut what is longer than its box; what was cut is said.")
    ] = False,
    settings: common.SettingsFile = None,
    show_values: common.ShowValues = False,
    quiet: common.Quiet = False,
) -> None:
    """Write the claims of a file as JSON, NDJSON, XML, 837, or as the boxes of their forms.

    Encounters are coded first. What is wrong goes to standard error. In a folder the file is named after
    the input: NAME.claim.json, NAME.claim.ndjson, NAME.claim.xml, NAME.837 or NAME.boxes.json.
    """
    from edi.cli import render
    from edi.finding import Report
    from edi.pipeline import Envelope, convert_surface, inputs
    from edi.pipeline.building import write

    options = common.options(
        payer=payer, policy=policy, show_values=show_values, settings=settings, truncate=truncate
    )
    envelope = Envelope(created=common.instant(created), control_number=control_number, usage=usage.value)
    given = list(inputs([file], stdin=sys.stdin.buffer))
    if len(given) > 1:
        raise typer.BadParameter("name one file", param_hint="FILE")
    path = _path(output, file, to.value)
    if path is not None and path.exists() and Path(file).exists() and path.samefile(file):
        raise typer.BadParameter("the output would replace the input", param_hint="--output")
    converted = convert_surface(given[0], to.value, options, envelope)
    first = next(converted.chunks, None)
    if first is not None and path is not None:
        path.parent.mkdir(parents=True, exist_ok=True)
        write(path, (chunk for chunks in ((first,), converted.chunks) for chunk in chunks))
    elif first is not None:
        common.emit_bytes(first)
        for chunk in converted.chunks:
            common.emit_bytes(chunk)
    report = Report(files=[converted.report])
    code = common.exit_code(report, fail_on)
    # remarks alone are left to `check`
    if code != common.CLEAN or (not quiet and report.count("info") < len(report.findings)):
        sys.stderr.write(render.as_text(lambda console: render.report(console, report)))
    raise typer.Exit(code)


def _path(output: str | None, file: str, to: str) -> Path | None:
    """The file to write; None for standard output."""
    from edi.pipeline.building import file_name
    from edi.pipeline.converting import ENDINGS

    if output is None or output == "-":
        return None
    if not (output.endswith(("/", "\\")) or Path(output).is_dir()):
        return Path(output)
    name = "stdin" if file == "-" else Path(file).stem.removesuffix(".claim").removesuffix(".boxes")
    return Path(output) / (file_name(name) + ENDINGS[to])  # type: ignore[index]
