"""The tables that ship with the program. Nothing else knows where they are.

A wheel carries them inside the package (`edi/schemas`); a checkout has them beside it (`schemas`). The
inner folder is looked at first, because a folder `schemas` beside an installed package is somebody else's.

CSV tables begin with `#` lines (`# source: ...`, `# edition: ...`, `# date: ...`), then one header line.
"""

import csv
import re
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from edi.errors import TableError

_DATE = re.compile(r"(?<![\d-])\d{4}-\d{2}-\d{2}(?![\d-])")


@cache
def root() -> Path:
    """Folder of the tables.

    Raises:
        TableError: the tables are neither in the package nor beside it.
    """
    package = Path(__file__).resolve().parent
    for folder in (package / "schemas", package.parent / "schemas"):
        if (folder / "coding" / "family.csv").is_file():
            return folder
    raise TableError(f"the tables are missing: no folder schemas in {package} or beside it")


def path(name: str) -> Path:
    """Path of one table, such as `codes/pos.csv`."""
    found = root() / name
    if not found.is_file():
        raise TableError(f"the table {name} is missing")
    return found


def text(name: str) -> str:
    """A table as text."""
    return path(name).read_text(encoding="utf-8")


@cache
def rows(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a CSV table as dictionaries by column name; blanks around values are dropped."""
    body = [line for line in text(name).splitlines() if line.strip() and not line.startswith("#")]
    reader = csv.DictReader(body, strict=True)
    found = []
    for number, row in enumerate(reader, 2):
        if None in row or None in row.values():
            raise TableError(f"{name}: row {number} has not as many columns as the header")
        found.append({key: value.strip() for key, value in row.items()})
    return tuple(found)


def notes(name: str) -> dict[str, str]:
    """The `# key: value` lines at the head of a table: source, edition, date and others."""
    found: dict[str, str] = {}
    for line in text(name).splitlines():
        if not line.startswith("#"):
            break
        key, colon, value = line.lstrip("# ").partition(":")
        if colon and key.isidentifier():
            found[key] = f"{found[key]} {value.strip()}" if key in found else value.strip()
    return found


@cache
def dates() -> frozenset[date]:
    """Every date that stands in a row of a CSV table."""
    found: set[date] = set()
    for folder in ("codes", "coding"):
        for name in names(folder, ".csv"):
            lines = text(f"{folder}/{name}.csv").splitlines()
            body = "\n".join(line for line in lines if not line.startswith("#"))
            found.update(date.fromisoformat(day) for day in _DATE.findall(body))
    return frozenset(found)


@cache
def toml(name: str) -> dict[str, Any]:
    """A TOML table."""
    try:
        return tomllib.loads(text(name))
    except tomllib.TOMLDecodeError as problem:
        raise TableError(f"{name}: {problem}") from problem


def names(folder: str, ending: str) -> Iterator[str]:
    """Names of the tables of a folder that end so, without the ending, sorted."""
    for found in sorted((root() / folder).glob(f"*{ending}")):
        yield found.name.removesuffix(ending)
