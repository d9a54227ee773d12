"""cleanclaim rules: the catalogue."""

from typing import Annotated

import typer

from edi.cli import common


def command(
    area: Annotated[
        str | None, typer.Option("--area", help="Topic, the first part of most ids: inf, enc, mod ...")
    ] = None,
    setting: Annotated[
        str | None, typer.Option("--setting", help="professional or facility; rules for both are in either.")
    ] = None,
    severity: Annotated[str | None, typer.Option("--severity", help="error, warning or info.")] = None,
    snip: Annotated[int | None, typer.Option("--snip", min=1, max=7, help="SNIP type.")] = None,
    policy: Annotated[
        str | None, typer.Option("--policy", help="Rules that depend on this policy, or on NAME=VALUE.")
    ] = None,
    form: Annotated[common.Catalogue, typer.Option("--format", help="Format.")] = common.Catalogue.TEXT,
    no_color: common.NoColor = False,
) -> None:
    """List the rules, all of them or those that are asked for."""
    from edi.cli import render
    from edi.pipeline.catalogue import select, to_dict

    found = select(area=area, setting=setting, severity=severity, snip=snip, policy=policy)
    if form is common.Catalogue.JSON:
        body = {"rules": [to_dict(rule) for rule in found]}
        common.emit_json(body)
    elif form is common.Catalogue.MARKDOWN:
        common.emit(render.rules_markdown(found))
    else:
        common.printed(lambda console: render.rules(console, found), no_color=no_color)
