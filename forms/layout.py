"""Where each box of the CMS-1500 and of the UB-04 stands on the sheet: `schemas/forms/*.csv`.

A sheet is 8.5 by 11 inches with a grid of 10 characters and 6 lines an inch. Line n reaches from (n - 1) / 6
to n / 6 inch below the upper edge; its text stands on the lower end.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal

from edi import tables
from edi.errors import TableError

Form = Literal["cms1500", "ub04"]
Align = Literal["left", "right"]
Offset = tuple[float, float]
"""Inches by which a sheet is moved to the right and down."""
FORMS: tuple[Form, ...] = ("cms1500", "ub04")

SHEET_WIDTH = 8.5
"""Width of the sheet in inches."""
SHEET_HEIGHT = 11.0
"""Height of the sheet in inches."""
PITCH = 0.1
"""Width of a character in inches."""
LEADING = 1 / 6
"""Height of a line in inches."""
BASELINE = 0.035
"""Inches from the lower end of a line up to the foot of its letters."""
FIRST_COLUMN: dict[Form, float] = {"cms1500": 0.30, "ub04": 0.15}
"""Inches from the left edge to the first column."""
COLUMNS: dict[Form, int] = {"cms1500": 79, "ub04": 82}
"""Columns of the grid."""
DETAIL_ROWS: dict[Form, int] = {"cms1500": 6, "ub04": 22}
"""Service lines of one sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One box of a form, or one row of a box that has several."""

    form: Form
    key: str
    """Its name in `{box: text}`, row last: `1a`, `24D.1`, `FL50.A`."""
    name: str
    """Its name without the row: `24D`."""
    row: str
    """Its row, "" for a box without rows: `1` to `22`, `a` to `d`, `A` to `C`."""
    item: str
    """Item number or form locator as a biller calls it: `24D`, `FL 44`."""
    label: str
    """What it holds, in our own words."""
    line: int
    """Line of the grid, from 1."""
    column: int
    """First column of the grid, from 1."""
    width: int
    """Room on the paper in characters."""
    limit: int
    """The most characters that the box takes."""
    align: Align
    format: str
    """How a value is written here; `schemas/README.md` lists the formats."""

    @property
    def x(self) -> float:
        """Inches from the left edge of the sheet to the left side of its first character."""
        return FIRST_COLUMN[self.form] + PITCH * (self.column - 1)

    @property
    def baseline(self) -> float:
        """Inches from the upper edge of the sheet down to the foot of its letters."""
        return LEADING * self.line - BASELINE


@cache
def boxes(form: Form) -> dict[str, Box]:
    """Every box of a form by its key, rows told apart, in the order of the table.

    Raises:
        TableError: the table says something twice or something that is not on the sheet.
    """
    found: dict[str, Box] = {}
    for row in tables.rows(f"forms/{form}.csv"):
        for k, name in enumerate(_rows(row["rows"])):
            key = f"{row['box']}.{name}" if name else row["box"]
            box = Box(
                form=form,
                key=key,
                name=row["box"],
                row=name,
                item=row["item"],
                label=row["label"],
                line=int(row["line"]) + k * int(row["step"] or 0),
                column=int(row["column"]),
                width=int(row["width"]),
                limit=int(row["limit"]),
                align="right" if row["align"] == "right" else "left",
                format=row["format"],
            )
            if key in found:
                raise TableError(f"forms/{form}.csv: the box {key} stands twice")
            if box.column + box.width - 1 > COLUMNS[form]:
                raise TableError(f"forms/{form}.csv: the box {key} leaves the sheet")
            found[key] = box
    return found


def _rows(text: str) -> list[str]:
    """Names of the rows: `1-6`, `a-d`, `A-C`; one nameless row where the cell is empty."""
    if not text:
        return [""]
    first, _, last = text.partition("-")
    if first.isdecimal():
        return [str(n) for n in range(int(first), int(last) + 1)]
    return [chr(n) for n in range(ord(first), ord(last) + 1)]
