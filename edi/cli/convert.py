"""cleanclaim convert: the claims of a file on another surface."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal

import typer

from edi.cli import common


class Target(StrEnum):
    """Surfaces that a claim can be written on."""

    JSON = "json"
    NDJSON = "ndjson"
    XML = "xml"
    X837 = "837"
    BOXES = "boxes"
    FORM = "form"
    PROFESSIONAL = "professional"
    FACILITY = "facility"


class Surface(StrEnum):
    """Surfaces of claims that were changed to the other side."""

    JSON = "json"
    NDJSON = "ndjson"
    XML = "xml"
    X837 = "837"
    BOXES = "boxes"
    FORM = "form"


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
    surface: Annotated[
        Surface,
        typer.Option("--as", help="With --to professional or facility: the surface to write on."),
    ] = Surface.JSON,
    said: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="PATH=VALUE",
            help="With --to professional or facility: what the claim does not say, such as "
            "/admission/type=3; professional:/path=value for the other claim of a split; /lines/J0696/charge "
            "names a line by its code; @/path copies from the given claim. May be given several times.",
        ),
    ] = None,
    line: Annotated[
        list[str] | None,
        typer.Option(
            "--line",
            metavar="N=SIDE",
            help="With --to professional or facility: which side bills line N of the given claim.",
        ),
    ] = None,
    answers: Annotated[
        Path | None,
        typer.Option(
            "--answers", metavar="FILE", help="With --to professional or facility: answers as TOML or JSON."
        ),
    ] = None,
    record: Annotated[
        str | None,
        typer.Option(
            "--record",
            metavar="ENCOUNTER",
            help="With --to professional or facility: the encounters behind the claims, to code them afresh.",
        ),
    ] = None,
    form: Annotated[
        common.Plain,
        typer.Option("--format", help="With --to professional or facility: how to say what was not carried."),
    ] = common.Plain.TEXT,
    settings: common.SettingsFile = None,
    show_values: common.ShowValues = False,
    quiet: common.Quiet = False,
) -> None:
    """Write the claims of a file as JSON, NDJSON, XML, 837, boxes or PDF, or change them to the other side.

    Encounters are coded first. What is wrong goes to standard error. In a folder the file is named after
    the input: NAME.claim.json, NAME.claim.ndjson, NAME.claim.xml, NAME.837, NAME.boxes.json or NAME.pdf.

    With --to professional or facility the claims change their setting: type of bill and place of service,
    who bills and who attends, revenue codes, pointers, the hierarchy of services. What the other side wants
    and the claim does not say is asked for; what has no place there is named. A visit that both sides bill
    becomes two claims, each line on one of them. In a folder there is a file for each claim,
    ID.facility.claim.json and ID.professional.claim.json, and what was not carried goes to standard output,
    else to standard error. The exit code is 1 where anything was not carried.
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
    other_side = to in (Target.PROFESSIONAL, Target.FACILITY)
    path = _path(output, file, surface.value if other_side else to.value)
    if path is not None and path.exists() and Path(file).exists() and path.samefile(file):
        raise typer.BadParameter("the output would replace the input", param_hint="--output")
    if other_side:
        from edi.cli import sides

        setting: Literal["professional", "facility"]
        setting = "facility" if to is Target.FACILITY else "professional"
        code = sides.run(
            given[0],
            setting,
            options,
            envelope,
            book=sides.answers(said or (), line or (), answers, setting),
            record=next(inputs([record]), None) if record is not None else None,
            surface=surface.value,
            output=None if output == "-" else output,
            form=form,
            fail_on=fail_on,
            quiet=quiet,
        )
        raise typer.Exit(code)
    if said or line or answers or record:
        raise typer.BadParameter("answers are for --to professional and --to facility", param_hint="--to")
    target: Literal["json", "ndjson", "xml", "837", "boxes", "form"] = to.value  # type: ignore[assignment]
    converted = convert_surface(given[0], target, options, envelope)
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
    if code != common.CLEAN or (not quiet and common.is_worth_a_word(report)):
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
