"""cleanclaim explain: the page of a rule, a code, a policy, payer rules, a box, an address or a number."""

from typing import Annotated

import typer

from edi.cli import common


def command(
    what: Annotated[
        str,
        typer.Argument(help="INF-TIME-009, P56, 96367, J1745, missing_stop, medicare, CO-97, 24D, 2400/SV1"),
    ],
) -> None:
    """Print what the program knows about one thing."""
    from edi.pipeline import explain

    common.emit(explain(what))
