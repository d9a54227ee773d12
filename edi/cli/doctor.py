"""cleanclaim doctor: what is installed, and from where."""

import importlib.metadata
import importlib.util
import platform
import sys
from pathlib import Path
from typing import Annotated

import typer

from edi.cli import common

NEEDED = (
    "fontpkg-ibm-plex-mono",
    "jsonschema",
    "lxml",
    "platformdirs",
    "pydantic",
    "python-dateutil",
    "reportlab",
    "rich",
    "typer",
    "tzdata",
)
OPTIONAL = {"pyx12": "an outside opinion on 837 files, for tests"}


def command(
    form: Annotated[common.Plain, typer.Option("--format", help="Format.")] = common.Plain.TEXT,
) -> None:
    """Say which versions, tables and folders are in use."""
    found = facts()
    if form is common.Plain.JSON:
        common.emit_json(found)
        return
    lines: list[str] = []
    for heading, rows in found.items():
        lines.append(heading)
        width = max(len(name) for name in rows)
        lines += [f"  {name.ljust(width)}  {text}" for name, text in rows.items()]
        lines.append("")
    # not wrapped: paths are copied whole
    common.emit("\n".join(lines))


def facts() -> dict[str, dict[str, str]]:
    """Headings, and under each its facts."""
    import edi
    from edi import payers, tables
    from edi.rules import all_rules

    settings = common.settings_file()
    return {
        "Versions": {
            "cleanclaim": edi.__version__,
            "Python": f"{platform.python_version()} ({sys.executable})",
            **{name: _version(name) or "missing" for name in NEEDED},
        },
        "Optional packages": {
            name: f"{_version(name) or 'not installed'} ({what})" for name, what in OPTIONAL.items()
        },
        "Loaded from": {
            "edi": str(Path(edi.__file__).resolve().parent),
            "forms": _place("forms"),
            "tables": str(tables.root()),
            "settings": str(settings.resolve()) if settings else "none found",
        },
        "Reference data of the user": _reference(),
        "Rules and payers": {
            "rules": str(len(all_rules())),
            "payer rules": ", ".join(payers.shipped()),
        },
        "Tables": {
            f"{folder}/{name}.csv": _edition(f"{folder}/{name}.csv")
            for folder in ("codes", "coding")
            for name in tables.names(folder, ".csv")
        },
    }


def _reference() -> dict[str, str]:
    """The data folder, and what is loaded by kind."""
    from edi.errors import EdiError
    from edi.pipeline import reference

    found = {"folder": str(reference.data_folder())}
    try:
        loaded = [one for one in reference.sources() if one.superseded_by is None]
    except EdiError as problem:
        return found | {"store": str(problem)}
    if not loaded:
        return found | {"store": "nothing is loaded"}
    for one in sorted(loaded, key=lambda each: (each.kind, each.setting, each.start)):
        name = f"{one.kind} {one.setting}".strip()
        known = f"{found[name]}, " if name in found else ""
        if one.edition not in known:
            found[name] = known + one.edition
    return found


def _version(name: str) -> str | None:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


def _place(name: str) -> str:
    """Folder from which a package would be imported."""
    found = importlib.util.find_spec(name)
    return str(Path(found.origin).resolve().parent) if found and found.origin else "missing"


def _edition(name: str) -> str:
    from edi import tables

    notes = tables.notes(name)
    complete = {"yes": ", complete", "no": ", in part"}.get(notes.get("complete", ""), "")
    return f"{notes.get('edition', 'edition not named')} (looked at {notes.get('date', '?')}{complete})"
