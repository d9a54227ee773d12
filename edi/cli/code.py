"""cleanclaim code: the service lines that a record supports, and why."""

import sys
from typing import Annotated

import typer

from edi.cli import common


def command(
    encounters: common.Encounters,
    form: Annotated[common.Plain, typer.Option("--format", help="Format.")] = common.Plain.TEXT,
    payer: common.Payer = None,
    policy: common.PolicyList = None,
    fail_on: common.FailOn = common.Level.ERROR,
    settings: common.SettingsFile = None,
    prices: common.Prices = False,
    locality: common.Locality = None,
    show_values: common.ShowValues = False,
    quiet: common.Quiet = False,
    no_color: common.NoColor = False,
) -> None:
    """Propose the service lines and say why, minute by minute."""
    from edi.cli import render
    from edi.pipeline import Run, inputs, judge_inputs
    from edi.pipeline.proposing import coded_to_dict

    options = common.options(
        payer=payer,
        policy=policy,
        show_values=show_values,
        settings=settings,
        prices=prices,
        locality=locality,
    )
    run = Run()
    given = inputs(encounters, stdin=sys.stdin.buffer, leave=(".claim.json", ".claim.ndjson", ".claim.xml"))
    work = judge_inputs(given, options, only="encounter")
    found = list(common.watched(work, quiet=quiet, what="encounters coded"))
    for judged in found:
        run.add(judged)
    by_place = {(judged.file, judged.index): judged for judged in found}
    for one, finding in run.duplicates():
        by_place[one.file, one.index].findings.append(finding)
    if form is common.Plain.JSON:
        body = {"encounters": [coded_to_dict(judged) for judged in found]}
        common.emit_json(body)
    else:
        common.printed(lambda console: render.coding(console, found), no_color=no_color)
    raise typer.Exit(common.exit_code(run.report(), fail_on))
