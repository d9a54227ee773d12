"""Doses: amounts of substance in the units that charts use.

Source of the factors: schemas/codes/dose_units.csv.
"""

from decimal import Decimal
from functools import cache

from edi import tables


@cache
def _units() -> dict[str, tuple[str, Decimal]]:
    """Spelling, case folded, to base unit and how many of it one is."""
    rows = tables.rows("codes/dose_units.csv")
    return {row["spelling"].casefold(): (row["unit"], Decimal(row["factor"])) for row in rows}


def _unit(text: str) -> tuple[str, Decimal] | None:
    return _units().get(" ".join(text.split()).casefold())


def problem(unit: str) -> str | None:
    """Why this is no unit of a dose, or None."""
    return (
        None
        if _unit(unit)
        else f"{unit.strip() or 'an empty text'} is no unit of a dose that this program knows"
    )


def base(unit: str) -> str | None:
    """The base unit of its kind (mg, mL, units, mEq or mmol); None for an unknown unit."""
    found = _unit(unit)
    return found[0] if found else None


def convert(value: Decimal, unit: str, to: str) -> Decimal | None:
    """The same amount in another unit; None when a unit is unknown or the two do not measure the same thing.

    Exact as long as the quotient of the factors is a power of ten, which every pair of the table has.
    """
    source, target = _unit(unit), _unit(to)
    if source is None or target is None or source[0] != target[0]:
        return None
    return value * (source[1] / target[1])
