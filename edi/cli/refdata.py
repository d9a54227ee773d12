"""cleanclaim refdata: the reference files that only the user may have."""

import sys
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edi.cli import common

if TYPE_CHECKING:
    from edi.pipeline.reference import Offered
    from edi.refdata.store import Loaded


class Action(StrEnum):
    """What to do with reference data."""

    ADD = "add"
    LIST = "list"
    VERIFY = "verify"


def command(
    action: Annotated[
        Action,
        typer.Argument(metavar="add|list|verify", help="Load files, show what is loaded, or check it."),
    ],
    files: Annotated[
        list[str] | None, typer.Argument(metavar="[FILE...]", help="Text, CSV or zip, as published; for add.")
    ] = None,
    kind: Annotated[
        str | None,
        typer.Option("--kind", help="Kind of table (ptp, mue, asp, cpt ...); default by content."),
    ] = None,
    setting: Annotated[
        str | None,
        typer.Option(
            "--setting",
            help="practitioner, hospital or dme; asp, awp, opps or prep; qpp or nonqpp. Default by name.",
        ),
    ] = None,
    begin: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First date of service; default by name or content."),
    ] = None,
    through: Annotated[
        str | None,
        typer.Option(
            "--through", metavar="DATE", help="Last date of service; default the end of its period."
        ),
    ] = None,
    whole: Annotated[
        bool, typer.Option("--whole", help="The list holds every code: what it lacks does not exist.")
    ] = False,
    form: Annotated[common.Plain, typer.Option("--format", help="Format.")] = common.Plain.TEXT,
    quiet: common.Quiet = False,
) -> None:
    """Load reference files into the user's data folder, list them, verify them.

    NCCI pair edits, unit limits and add-on edits, HCPCS, ICD-10-CM, drug prices, crosswalks, fee schedules,
    code lists under licence. Each is used for the dates of service that it covers; older editions stay. The
    folder is the user's own, or that of CLEANCLAIM_DATA. Exit code of verify: 1 where something is not as it
    was loaded.
    """
    if action is Action.ADD:
        if not files:
            raise typer.BadParameter("name the files to load", param_hint="FILE")
        _add(
            files,
            form,
            quiet,
            kind=kind,
            setting=setting,
            start=_day(begin, "--from"),
            through=_day(through, "--through"),
            whole=whole,
        )
    elif files:
        raise typer.BadParameter(f"{action.value} takes no files", param_hint="FILE")
    elif action is Action.LIST:
        _list(form)
    else:
        _verify(form)


def _day(text: str | None, option: str) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise typer.BadParameter("write a date as YYYY-MM-DD", param_hint=option) from None


def _add(files: list[str], form: common.Plain, quiet: bool, **asked: Any) -> None:
    from edi.pipeline import reference

    work = reference.add(files, added=datetime.now(), **asked)
    found = []
    for one in common.watched(work, quiet=quiet, what="files loaded"):
        found.append(one)
        if form is common.Plain.TEXT:
            _told(one, quiet)
    if form is common.Plain.JSON:
        added = [
            {"status": each.status, **reference.to_dict(each.source)} for one in found for each in one.added
        ]
        refused = [{"file": one.file, "message": one.refused} for one in found if one.refused]
        common.emit_json({"store": str(reference.store_path()), "added": added, "refused": refused})
    raise typer.Exit(common.UNUSABLE if any(one.refused for one in found) else common.CLEAN)


def _told(one: "Offered", quiet: bool) -> None:
    if one.refused:
        sys.stderr.write(f"cleanclaim: {one.refused}\n")
    for each in one.added:
        source = each.source
        if not quiet and each.status == "known":
            common.emit(
                f"{source.name}: already loaded on {source.added[:10]} as {_what(source)}; nothing changed\n"
            )
        elif not quiet:
            common.emit(f"{source.name}: {_what(source)}, {source.rows:,} rows\n")
        if each.status == "loaded":
            for warning in source.warnings:
                sys.stderr.write(f"cleanclaim: {source.name}: {warning}\n")
    if one.left_out and not quiet:
        common.emit(f"{one.file}: not used: {', '.join(one.left_out)}\n")


def _what(source: "Loaded") -> str:
    words = " ".join(word for word in (source.kind, source.setting, source.edition) if word)
    part = f" part {source.part}" if source.part else ""
    return f"{words}{part}, {source.start} to {source.through}"


def _list(form: common.Plain) -> None:
    from edi.pipeline import reference

    found = reference.sources()
    if form is common.Plain.JSON:
        common.emit_json(
            {"store": str(reference.store_path()), "sources": [reference.to_dict(one) for one in found]}
        )
    elif found:
        common.emit(_rows(found))
    else:
        common.emit(f"nothing is loaded in {reference.data_folder()}; what ships is used\n")


def _rows(found: "list[Loaded]") -> str:
    """Columns under headings; not wrapped, names of files are copied whole."""
    table = [("kind", "edition", "from", "through", "rows", "file")]
    for one in sorted(found, key=lambda each: (each.kind, each.setting, each.start, each.part, each.id)):
        by = f" (restated by {_by(one, found)})" if one.superseded_by else ""
        name = " ".join(word for word in (one.kind, one.setting, one.part) if word)
        table.append((name, one.edition, str(one.start), str(one.through), f"{one.rows:,}", one.name + by))
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "".join(
        "  ".join(
            cell.rjust(width) if heading == "rows" else cell.ljust(width)
            for heading, cell, width in zip(table[0], row, widths, strict=True)
        ).rstrip()
        + "\n"
        for row in table
    )


def _by(source: "Loaded", found: "list[Loaded]") -> str:
    return next((one.name for one in found if one.id == source.superseded_by), "another file")


def _verify(form: common.Plain) -> None:
    from edi.pipeline import reference

    found = reference.verify()
    if form is common.Plain.JSON:
        common.emit_json(
            {
                "store": str(reference.store_path()),
                "ok": found.ok,
                "problems": found.problems,
                "sources": [
                    {"name": one.source.name, "ok": one.ok, "file": one.file, "rows": one.rows}
                    for one in found.sources
                ],
            }
        )
    else:
        for one in found.sources:
            rows = (
                ""
                if one.rows == one.source.rows
                else f"; {one.rows:,} rows where {one.source.rows:,} were loaded"
            )
            common.emit(f"{one.source.name}: {'ok' if one.ok else 'NOT AS LOADED'}, file {one.file}{rows}\n")
        for problem in found.problems:
            common.emit(f"store: {problem}\n")
        if not found.sources and not found.problems:
            common.emit("nothing is loaded\n")
    raise typer.Exit(common.CLEAN if found.ok else common.FINDINGS)
