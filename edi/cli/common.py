"""What the commands share: options, output, settings, exit codes. Imports nothing that is slow to load."""

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from datetime import date, datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, TypeVar

import typer

if TYPE_CHECKING:
    from rich.console import Console

    from edi.finding import Report
    from edi.pipeline import Options

T = TypeVar("T")


class Format(StrEnum):
    """Formats of a report."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"
    SARIF = "sarif"
    JUNIT = "junit"
    HTML = "html"


class Plain(StrEnum):
    """Formats of the commands that have two."""

    TEXT = "text"
    JSON = "json"


class Catalogue(StrEnum):
    """Formats of the catalogue of rules."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


class Level(StrEnum):
    """Severities, for options."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"
    NONE = "none"


class Surface(StrEnum):
    """What a claim is judged as."""

    X12 = "x12"
    PAPER = "paper"


class Usage(StrEnum):
    """Test or production."""

    TEST = "T"
    PRODUCTION = "P"


Encounters = Annotated[
    list[str], typer.Argument(metavar="ENCOUNTER...", help="Files, folders or patterns; - is standard input.")
]
Files = Annotated[
    list[str], typer.Argument(metavar="FILE...", help="Files, folders or patterns; - is standard input.")
]
Payer = Annotated[
    str | None,
    typer.Option("--payer", metavar="KEY|FILE.toml", help="Payer rules; they win over the record."),
]
PolicyList = Annotated[
    list[str] | None,
    typer.Option("--policy", metavar="NAME=VALUE", help="Set a policy; may be given several times."),
]
FailOn = Annotated[
    Level, typer.Option("--fail-on", help="Least severity of a finding that makes the exit code 1.")
]
Snip = Annotated[int, typer.Option("--snip", min=1, max=7, help="Judge up to this SNIP type.")]
Received = Annotated[
    str | None, typer.Option("--received", metavar="DATE", help="Day on which the payer gets the claims.")
]
SettingsFile = Annotated[
    Path | None,
    typer.Option(
        "--settings",
        metavar="FILE",
        help="Settings; default cleanclaim.toml of the current folder, then the user's own.",
    ),
]
ShowValues = Annotated[
    bool, typer.Option("--show-values", help="Show expected and actual values instead of ***.")
]
Prices = Annotated[
    bool, typer.Option("--prices", help="Estimate what Medicare would allow, by the tables that are loaded.")
]
Locality = Annotated[
    str | None,
    typer.Option(
        "--locality",
        metavar="MAC-LOCALITY",
        help="Contractor and locality of the prices, as 05102-18; default the national amounts.",
    ),
]
NoColor = Annotated[bool, typer.Option("--no-color", help="No colours on a terminal.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress bar, and no text where all is well.")]


def options(
    *,
    payer: str | None = None,
    policy: list[str] | None = None,
    received: str | None = None,
    snip: int = 7,
    jobs: int = 1,
    show_values: bool = False,
    settings: Path | None = None,
    prices: bool = False,
    locality: str | None = None,
    surface: 'Literal["x12", "paper"] | None' = None,
    truncate: bool = False,
) -> "Options":
    """The options of the library from those of the command line.

    Raises:
        EdiError: payer rules, a policy or the settings cannot be used.
        typer.BadParameter: a value has another form.
    """
    from edi import settings as files
    from edi.pipeline import Options

    found = settings or settings_file()
    return Options(
        payer=payer,
        policies=dict(_policy(text) for text in policy or ()),
        received=_day(received),
        snip=snip,
        jobs=jobs,
        show_values=show_values,
        settings=files.load(found) if found else files.Settings(),
        prices=prices or locality is not None,
        locality=_locality(locality),
        surface=surface,
        truncate=truncate,
    ).verified()


def _locality(text: str | None) -> str | None:
    mac, dash, number = (text or "").partition("-")
    if text is not None and not (dash and mac.isdecimal() and len(mac) == 5 and number.isalnum()):
        raise typer.BadParameter("write contractor and locality as 05102-18", param_hint="--locality")
    return text


def _policy(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip() or not value.strip():
        raise typer.BadParameter("write a policy as name=value", param_hint="--policy")
    return name.strip(), value.strip()


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write a date as YYYY-MM-DD", param_hint="--received") from None


def instant(text: str | None) -> datetime:
    """The creation date of written files: the one that was given, else the clock."""
    if text is None:
        return datetime.now()
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("write an instant as YYYY-MM-DDTHH:MM", param_hint="--created") from None


def settings_file() -> Path | None:
    """cleanclaim.toml of the current folder, else that of the user, else none."""
    name = "cleanclaim.toml"
    for path in (Path(name), Path(typer.get_app_dir("cleanclaim")) / name):
        if path.is_file():
            return path
    return None


# ---------------------------------------------------------------- output


def emit(text: str, *, encoding: str | None = None) -> None:
    """Write to standard output; what the console cannot show becomes `?`.

    A file format has an encoding of its own, whatever that of the console. A pipe that the reader has closed
    ends the output, not the program.
    """
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode(encoding or sys.stdout.encoding or "utf-8", errors="replace"))
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        # what is still in the buffer goes nowhere, so that the interpreter does not complain at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit_bytes(data: bytes) -> None:
    """Write bytes to standard output as they are; a closed pipe ends the output, not the program."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def emit_json(body: object) -> None:
    """Write a JSON value to standard output, in UTF-8."""
    import json

    emit(json.dumps(body, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def printed(render: "Callable[[Console], None]", *, no_color: bool = False) -> None:
    """Print what a function puts on a console: colours on a terminal only, 80 columns or more."""
    import io

    from rich.console import Console

    terminal = sys.stdout.isatty()
    buffer = io.StringIO()
    width = max(80, Console(file=sys.stdout).width)
    console = Console(
        file=buffer,
        width=width,
        force_terminal=terminal,
        no_color=no_color or None,
        color_system="auto" if terminal and not no_color else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    render(console)
    emit("".join(line.rstrip() + "\n" for line in buffer.getvalue().splitlines()))


def save(text: str, path: Path | None) -> None:
    """Write a report to a file, whole or not at all, or to standard output."""
    if path is None:
        emit(text, encoding="utf-8")
        return
    from edi.pipeline.building import write

    write(path, text.encode("utf-8", errors="backslashreplace"))


def watched(work: Iterable[T], *, quiet: bool, what: str) -> Iterator[T]:
    """The same items, with a count of them on a terminal while the work goes on."""
    if quiet or not sys.stderr.isatty():
        yield from work
        return
    from rich.console import Console
    from rich.progress import Progress, SpinnerColumn, TextColumn

    columns = (SpinnerColumn(), TextColumn("{task.completed} {task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None)
        for item in work:
            yield item
            progress.advance(task)


# ---------------------------------------------------------------- exit codes

CLEAN, FINDINGS, UNUSABLE = 0, 1, 2


def exit_code(report: "Report", fail_on: Level) -> int:
    """2 where an input was unreadable, 1 where a finding is at or above the level, else 0."""
    if any(file.unreadable for file in report.files):
        return UNUSABLE
    if fail_on is Level.NONE:
        return CLEAN
    order = ("error", "warning", "info")
    counted = order[: order.index(fail_on.value) + 1]
    return FINDINGS if any(f.severity in counted for f in report.findings) else CLEAN


def is_worth_a_word(report: "Report") -> bool:
    """Whether findings are shown by a command that does not judge: remarks alone are left to `check`.

    What a form has no box for is shown, as only the form shows the claim afterwards.
    """
    from edi.model.boxes import NO_BOX

    return any(f.severity != "info" or f.rule == NO_BOX for f in report.findings)
