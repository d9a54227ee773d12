"""The program `cleanclaim`: its commands, and what becomes of errors."""

import importlib
import os
import sys
from typing import Annotated

import typer

from edi.cli.common import UNUSABLE, emit

COMMANDS = (
    "build",
    "code",
    "check",
    "convert",
    "form",
    "ack",
    "repair",
    "explain",
    "rules",
    "refdata",
    "doctor",
)
"""Commands in the order of the help text; each is a module of this package with a function `command`."""
_USAGE: type[Exception] = next(one for one in typer.BadParameter.__mro__ if one.__name__ == "ClickException")
"""What typer raises where the words of a command cannot be used; it keeps the class for itself."""
INTERRUPTED = 130
"""Exit code after Ctrl-C, as shells have it."""


def app() -> typer.Typer:
    """The command line, put together when it is run."""
    found = typer.Typer(
        name="cleanclaim",
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    found.callback()(program)
    for name in COMMANDS:
        found.command(name)(importlib.import_module(f"edi.cli.{name}").command)
    return found


def _version(wanted: bool) -> None:
    if wanted:
        from edi import __version__

        emit(f"cleanclaim {__version__}\n")
        raise typer.Exit


def program(
    _: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """From a coded infusion encounter to a clean claim.

    Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 an input could not be read or the command
    was not understood.
    """


def main() -> int:
    """Run the command of `sys.argv`; return its exit code."""
    from edi.errors import EdiError

    try:
        code = app()(prog_name="cleanclaim", standalone_mode=False)
        return code if isinstance(code, int) else 0
    except _USAGE as problem:
        return _misused(problem)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0 if end.code is None else UNUSABLE
    except EdiError as problem:
        return _sorry(str(problem))
    except KeyboardInterrupt:
        sys.stderr.write("cleanclaim: interrupted\n")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as problem:
        name = f"{problem.filename}: " if problem.filename else ""
        return _sorry(f"{name}{(problem.strerror or 'the operation failed').lower()}")
    except Exception as problem:  # a fault of the program; its text may hold data of patients
        if os.environ.get("CLEANCLAIM_DEBUG"):
            raise
        return _sorry(
            f"an internal error ({type(problem).__name__}); please report it "
            "(CLEANCLAIM_DEBUG=1 shows where, with data)"
        )


def _misused(problem: Exception) -> int:
    """What is wrong with the words of the command, as typer shows it."""
    if isinstance(message := getattr(problem, "message", None), str):
        # the validator behind typer says of each refusal that it is one
        problem.message = message.removeprefix("Value error, ")  # type: ignore[attr-defined]
    problem.show()  # type: ignore[attr-defined]
    return int(getattr(problem, "exit_code", UNUSABLE))


def _sorry(message: str) -> int:
    """One plain line on standard error."""
    sys.stderr.write(f"cleanclaim: {' '.join(message.split())}\n")
    return UNUSABLE
