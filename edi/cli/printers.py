"""Offsets of printers, kept from one run to the next: `printers.toml` in the user's configuration folder.

["front desk"]
offset_x = 0.05
offset_y = -0.02
"""

import json
import os
import tomllib
from pathlib import Path

from edi.errors import NotReadable

Offset = tuple[float, float]
"""Inches to the right and down."""
FOLDER = "CLEANCLAIM_CONFIG"
"""Environment variable that names another folder."""
MOST = 1.0
"""Largest offset in inches: a form bears a tenth; more than an inch is a slip of the pen."""


def path() -> Path:
    """The file of the offsets, whether it exists or not."""
    folder = os.environ.get(FOLDER)
    if folder:
        return Path(folder) / "printers.toml"
    from platformdirs import user_config_path

    return user_config_path("cleanclaim") / "printers.toml"


def load() -> dict[str, Offset]:
    """Offsets by the name of their printer.

    Raises:
        NotReadable: the file is no such table.
    """
    try:
        text = path().read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as problem:
        raise NotReadable(f"{path()}: cannot be read") from problem
    try:
        printers = tomllib.loads(text)
    except tomllib.TOMLDecodeError as problem:
        raise NotReadable(f"{path()}: not TOML: {problem}") from problem
    found = {}
    for name, entry in printers.items():
        table = entry if isinstance(entry, dict) else {"": entry}
        right, down = table.get("offset_x", 0), table.get("offset_y", 0)
        numbers = all(isinstance(v, int | float) and abs(v) <= MOST for v in (right, down))
        if not numbers or not set(table) <= {"offset_x", "offset_y"}:
            what = f"offset_x and offset_y, inches from -{MOST:g} to {MOST:g}"
            raise NotReadable(f"{path()}: [{name}] holds {what}")
        found[name] = (float(right), float(down))
    return found


def save(name: str, offset: Offset) -> None:
    """Keep the offset of a printer; those of others stay.

    Raises:
        NotReadable: the file is there and is no such table.
        OSError: it cannot be written.
    """
    from edi.pipeline.building import write

    printers = {**load(), name: offset}
    # a name in quotes is written in TOML as in JSON
    parts = [
        f"[{json.dumps(name)}]\noffset_x = {x:.4f}\noffset_y = {y:.4f}\n"
        for name, (x, y) in sorted(printers.items())
    ]
    path().parent.mkdir(parents=True, exist_ok=True)
    write(path(), "\n".join(parts).encode())
