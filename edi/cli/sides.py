"""cleanclaim convert --to facility|professional: claims on the other side, and what could not be carried."""

import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer
from rich.console import Console
from rich.text import Text

from edi.cli import common, render
from edi.conversion import AnswerBook, Answers, line_side, load
from edi.errors import NotReadable
from edi.finding import FileReport, Report
from edi.model.claim import Setting
from edi.pipeline import Envelope, Input, Options
from edi.pipeline.prose import runs
from edi.pipeline.switching import (
    Switching,
    Told,
    encounters_behind,
    into_folder,
    switch_input,
    switching_json,
    together,
)

if TYPE_CHECKING:
    from edi.conversion import NotCarried
    from edi.pipeline.converting import Target


def run(
    given: Input,
    to: Setting,
    options: Options,
    envelope: Envelope,
    *,
    book: AnswerBook,
    record: Input | None,
    surface: "Target",
    output: str | None,
    form: common.Plain,
    fail_on: common.Level,
    quiet: bool,
) -> int:
    """Convert an input, write the claims, say what was not carried; the exit code."""
    report = FileReport(file=given.name, kind="unknown")
    switching = Switching(report=report)
    known = encounters_behind(record, report) if record is not None else {}
    switched = switch_input(given, to, book, options, report, known=known)
    if output is not None and is_folder(output):
        source = None if given.name == "-" else Path(given.name)
        into_folder(switched, switching, Path(output), surface, options, envelope, source=source)
    else:
        chunks = together(switched, switching, surface, options, envelope)
        first = next(chunks, None)
        if first is not None and output is not None:
            from edi.pipeline.building import write

            path = Path(output)
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, (chunk for part in ((first,), chunks) for chunk in part))
        elif first is not None:
            common.emit_bytes(first)
            for chunk in chunks:
                common.emit_bytes(chunk)
    code = common.exit_code(Report(files=[report]), fail_on)
    if code == common.CLEAN and fail_on is not common.Level.NONE and not switching.carried:
        code = common.FINDINGS
    if form is common.Plain.JSON:
        _say_json(switching_json(switching, to), aside=output is None)
    elif code != common.CLEAN or not quiet:
        _say(switching, to, aside=output is None)
    return code


def is_folder(output: str) -> bool:
    """Whether an output is a folder: it exists as one, or ends in a slash."""
    return output.endswith(("/", "\\")) or Path(output).is_dir()


# ---------------------------------------------------------------- answers


def answers(said: Sequence[str], lines: Sequence[str], file: Path | None, to: Setting) -> AnswerBook:
    """The answers of the command line, which win over those of a file.

    Raises:
        NotReadable: the file cannot be used, or an answer has another form.
    """
    values: dict[Setting, dict[str, Any]] = {"professional": {}, "facility": {}}
    for text in said:
        setting, path, value = _said(text, to)
        values[setting][path] = value
    sides = {}
    for text in lines:
        number, equals, side = text.partition("=")
        if not equals:
            raise typer.BadParameter("write a line as N=professional or N=facility", param_hint="--line")
        at, setting = line_side(number.strip(), side.strip(), "--line")
        sides[at] = setting
    own = Answers(professional=values["professional"], facility=values["facility"], lines=sides)
    book = load(file) if file is not None else AnswerBook()
    return book.beside(own)


def _said(text: str, to: Setting) -> tuple[Setting, str, Any]:
    """`/path=value` for the claim that is asked for, `professional:/path=value` for one of the two."""
    path, equals, value = text.partition("=")
    name, colon, rest = path.partition(":")
    setting: Setting = to
    if colon and name in ("professional", "facility"):
        setting, path = ("professional" if name == "professional" else "facility"), rest
    if not equals or not path.startswith("/"):
        raise typer.BadParameter("write an answer as /path=value", param_hint="--set")
    return setting, path.strip(), _value(value.strip(), path)


def _value(text: str, path: str) -> Any:
    """The value of an answer: JSON where it begins as an object or a list, true or false, else text."""
    import json
    from decimal import Decimal

    if text in ("true", "false"):
        return text == "true"
    if text[:1] not in ("{", "["):
        return text
    try:
        return json.loads(text, parse_float=Decimal)
    except (ValueError, RecursionError) as problem:
        raise NotReadable(f"--set {path}: not JSON: {problem}") from problem


# ---------------------------------------------------------------- what is said


def _say_json(body: dict[str, Any], *, aside: bool) -> None:
    import json

    text = json.dumps(body, indent=2, ensure_ascii=False) + "\n"
    if aside:
        sys.stderr.write(text)
    else:
        common.emit(text, encoding="utf-8")


def _say(switching: Switching, to: Setting, *, aside: bool) -> None:
    if aside:
        sys.stderr.write(render.as_text(lambda console: show(console, switching, to)))
    else:
        common.printed(lambda console: show(console, switching, to))


def show(console: Console, switching: Switching, to: Setting) -> None:
    """Each claim with what it became and what was not carried, then the findings."""
    for one in switching.told:
        _claim(console, one, to)
    report = switching.report
    if report.findings:
        console.print(Text("findings", style="bold"))
        render.findings(console, report.findings)
    rows = [row for one in switching.told for row in one.not_carried]
    counts = ", ".join(f"{sum(row.kind == kind for row in rows)} {kind}" for kind in STYLES)
    number = len(switching.told)
    console.print(Text(f"{number} claim{'' if number == 1 else 's'}: {counts}"))
    if any(row.kind == "needed" for row in rows):
        other = "professional" if to == "facility" else "facility"
        shared = any(len(one.parts) > 1 for one in switching.told)
        beside = f", --set {other}:PATH=VALUE for the other claim," if shared else ""
        hint = f"Answer with --set PATH=VALUE{beside} or --answers FILE."
        console.print(Text(hint, style=render.DIM))


STYLES = {"needed": "bold red", "changed": "yellow", "dropped": "cyan"}
"""Kinds of rows, in their order, with their colours."""


def _claim(console: Console, one: Told, to: Setting) -> None:
    became = []
    for part in one.parts:
        words = " ".join(text for text in (part.setting, part.code) if text)
        became.append(f"{words} ({part.file})" if part.file else words)
    name = one.id or f"record {one.index + 1}"
    what = ", ".join(became) or "stays as it is"
    console.print(Text(render.safe(f"{name}: {what}"), style="bold"))
    for kind, style in STYLES.items():
        members = [row for row in one.not_carried if row.kind == kind]
        if not members:
            continue
        console.print(Text(f"  {kind}", style=style))
        for path, row in _joined(members, to):
            render.grid(console, 4, [(Text(render.safe(path)), "")], 74)
            details: list[tuple[Text | str, Text | str]] = [(Text("why", style=render.DIM), row.why)]
            if row.enter:
                details.append((Text("enter", style=render.DIM), row.enter))
            if row.value is not None and row.value != "***":
                details.append((Text("was", style=render.DIM), row.value))
            if row.rule:
                details.append((Text("rule", style=render.DIM), row.rule))
            render.grid(console, 6, details, 5)


def _joined(rows: Iterable["NotCarried"], to: Setting) -> list[tuple[str, "NotCarried"]]:
    """Rows with their pointers in words; rows that say the same about several lines are joined."""
    found: dict[tuple[str, str, str, str | None], tuple[list[int], list[NotCarried]]] = {}
    for row in rows:
        key, line = _key(row, to)
        numbers, members = found.setdefault((key, row.why, row.enter, row.rule), ([], []))
        members.append(row)
        if line is not None:
            numbers.append(line)
    joined = []
    for (key, *_), (numbers, members) in found.items():
        text = key.replace("{}", runs(numbers))
        joined.append((text, members[0]))
    return joined


def _key(row: "NotCarried", to: Setting) -> tuple[str, int | None]:
    """What a row is about, and the position of its line, for which `{}` stands."""
    target = row.target
    if target and row.setting != to:
        target = f"{row.setting}:{target}"
    if row.kind == "needed":
        shown = target
    elif row.source and target and row.source != row.target:
        shown = f"{row.source} -> {target}"
    else:
        shown = row.source or target
    parts = shown.split("/")
    if len(parts) > 2 and parts[1] == "lines" and parts[2].isdecimal() and " -> " not in shown:
        return "/".join((*parts[:2], "{}", *parts[3:])), int(parts[2])
    return shown, None
