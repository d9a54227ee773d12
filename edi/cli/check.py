"""cleanclaim check: findings for encounters and claims."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from edi.cli import common


def command(
    files: common.Files,
    form: Annotated[
        common.Format, typer.Option("--format", help="Format of the report.")
    ] = common.Format.TEXT,
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write the report to a file.")
    ] = None,
    payer: common.Payer = None,
    policy: common.PolicyList = None,
    fail_on: common.FailOn = common.Level.ERROR,
    snip: common.Snip = 7,
    jobs: Annotated[
        int,
        typer.Option("--jobs", min=1, max=64, help="Processes that judge large X12 files."),
    ] = 1,
    surface: Annotated[
        common.Surface | None,
        typer.Option(
            "--surface",
            help="Judge the claims as sent (x12) or as printed (paper); default what the input is.",
        ),
    ] = None,
    received: common.Received = None,
    settings: common.SettingsFile = None,
    prices: common.Prices = False,
    locality: common.Locality = None,
    show_values: common.ShowValues = False,
    quiet: common.Quiet = False,
    no_color: common.NoColor = False,
) -> None:
    """Say what is wrong with encounters, claims, forms and X12 files, and how to mend it."""
    from edi.cli import render, render_files
    from edi.pipeline import Run, inputs, judge_inputs
    from edi.x12.parallel import at_full_speed

    options = common.options(
        payer=payer,
        policy=policy,
        received=received,
        snip=snip,
        jobs=jobs,
        show_values=show_values,
        settings=settings,
        prices=prices,
        locality=locality,
        surface=surface.value if surface else None,
    )
    at_full_speed()
    run = Run()
    given = inputs(files, stdin=sys.stdin.buffer)
    for judged in common.watched(judge_inputs(given, options), quiet=quiet, what="records checked"):
        run.add(judged)
    report = run.report()
    code = common.exit_code(report, fail_on)
    if form is common.Format.TEXT:
        if output is not None:
            common.save(render.as_text(lambda console: render.report(console, report)), output)
        elif not (quiet and code == common.CLEAN):
            common.printed(lambda console: render.report(console, report), no_color=no_color)
    else:
        common.save(render_files.FORMATS[form.value](report, fail_on.value), output)
    raise typer.Exit(code)
