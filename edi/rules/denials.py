"""How payers answer a broken rule: group, CARC, RARC, likelihood and first action, as a table."""

from functools import cache
from typing import Literal, cast

from edi import tables
from edi.finding import Denial


@cache
def denials() -> dict[str, tuple[Denial, ...]]:
    """The denials of each rule id."""
    found: dict[str, list[Denial]] = {}
    for row in tables.rows("coding/denials.csv"):
        found.setdefault(row["rule"], []).append(
            Denial(
                group=row["group"],
                code=row["code"],
                remarks=tuple(row["remarks"].split()),
                basis=cast(Literal["textbook", "official"], row["basis"]),
                likelihood=cast(Literal["high", "medium", "low"], row["likelihood"]),
                first_action=row["first_action"],
            )
        )
    return {rule: tuple(rows) for rule, rows in found.items()}
