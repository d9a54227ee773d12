"""cleanclaim ack: the answers to an 837."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from edi.cli import common

VERDICTS = {"A": "accepted", "E": "accepted with errors", "P": "accepted in part", "R": "rejected"}


class Kind(StrEnum):
    """Kinds of answers."""

    TA1 = "ta1"
    A999 = "999"
    A277CA = "277ca"


def command(
    file: Annotated[str, typer.Argument(metavar="FILE", help="An X12 file; - is standard input.")],
    kind: Annotated[
        list[Kind] | None,
        typer.Option("--kind", help="Which answer; may be given several times. Default: all that apply."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Folder for the answers; default standard output."
        ),
    ] = None,
    payer: common.Payer = None,
    policy: common.PolicyList = None,
    received: common.Received = None,
    created: Annotated[
        str | None,
        typer.Option("--created", metavar="INSTANT", help="Date of the answers; default the clock."),
    ] = None,
    control_number: Annotated[
        int,
        typer.Option(
            "--control-number",
            min=1,
            max=999_999_999,
            help="Control number of the first answer; the others count on.",
        ),
    ] = 1,
    settings: common.SettingsFile = None,
    quiet: common.Quiet = False,
) -> None:
    """Write the TA1, 999 and 277CA that answer an 837.

    The exit code is 1 where an interchange, a transaction set or a claim is rejected.
    """
    from edi.pipeline import ack, inputs
    from edi.pipeline.building import file_name, make_folder, write

    options = common.options(payer=payer, policy=policy, received=received, settings=settings)
    given = next(inputs([file], stdin=sys.stdin.buffer))
    made = ack(
        given,
        options,
        kinds=None if not kind else [one.value for one in kind],
        created=common.instant(created),
        control_number=control_number,
    )
    stem = "" if file == "-" else file_name(Path(given.name).stem) + "."
    if output is not None:
        make_folder(output)
    for answer in made:
        if output is None:
            common.emit(answer.data.decode("ascii") + "\n")
            continue
        write(output / (stem + answer.name), answer.data)
        if not quiet:
            common.emit(f"{stem}{answer.name}: {VERDICTS[answer.verdict]}\n")
    if not made and not quiet:
        sys.stderr.write("cleanclaim: no answer applies\n")
    rejected = any(answer.verdict in ("P", "R") for answer in made)
    raise typer.Exit(common.FINDINGS if rejected else common.CLEAN)
