"""cleanclaim build: the main job."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from edi.cli import common


def command(
    encounters: common.Encounters,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="Folder for the files.")],
    form: Annotated[
        common.Plain, typer.Option("--format", help="Format of the summary.")
    ] = common.Plain.TEXT,
    anyway: Annotated[
        str | None,
        typer.Option("--anyway", metavar="REASON", help="Put claims with errors into the batches too."),
    ] = None,
    both: Annotated[
        bool,
        typer.Option(
            "--both",
            help="For a facility's visit that a practitioner bills too: a facility claim and a professional "
            "claim, ID.facility.* and ID.professional.*.",
        ),
    ] = False,
    payer: common.Payer = None,
    policy: common.PolicyList = None,
    fail_on: common.FailOn = common.Level.ERROR,
    snip: common.Snip = 7,
    received: common.Received = None,
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
            help="Control number of the first batch; the other files count on.",
        ),
    ] = 1,
    usage: Annotated[common.Usage, typer.Option("--usage", help="T test, P production.")] = common.Usage.TEST,
    no_verify: Annotated[
        bool, typer.Option("--no-verify", help="Do not read back what was written to compare it.")
    ] = False,
    settings: common.SettingsFile = None,
    show_values: common.ShowValues = False,
    quiet: common.Quiet = False,
    no_color: common.NoColor = False,
) -> None:
    """Turn encounters into claims, 837 files, forms, reports and batches.

    For each encounter: ID.claim.json, ID.837, ID.pdf (a proof copy of the form) and ID.report.json. All
    claims without errors also go into 837p.edi (professional) and 837i.edi (facility), one file for each
    sender and receiver.

    With --both a visit to a hospital department becomes two claims, each line on one of them:
    administrations, drugs and supplies on the facility claim, visits and procedures of the practitioner on
    the professional claim. Who bills the latter stands in the encounter as professional_billing, or in the
    settings as [professional_billing].
    """
    from edi.cli import render
    from edi.pipeline import Envelope, build, inputs, report_json

    if anyway is not None and not anyway.strip():
        raise typer.BadParameter("say why", param_hint="--anyway")
    options = common.options(
        payer=payer,
        policy=policy,
        received=received,
        snip=snip,
        show_values=show_values,
        settings=settings,
    )
    envelope = Envelope(
        created=common.instant(created),
        control_number=control_number,
        usage=usage.value,
        verify=not no_verify,
    )
    given = inputs(encounters, stdin=sys.stdin.buffer, leave=(".claim.json", ".claim.ndjson", ".claim.xml"))
    seen = common.watched(given, quiet=quiet, what="files read")
    built = build(seen, output, options, envelope, anyway=anyway, both=both)
    code = common.exit_code(built.report, fail_on)
    if form is common.Plain.JSON:
        common.emit(report_json(built.report), encoding="utf-8")
    elif not (quiet and code == common.CLEAN):
        common.printed(lambda console: render.build(console, built, output), no_color=no_color)
    raise typer.Exit(code)
