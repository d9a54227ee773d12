"""Paper as plain data: forms as sheets of boxes, and what a form cannot hold of a claim."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from edi import tables
from edi.model.crosswalk import FormName, span

NO_BOX = "FORM-FIT-007"
"""The rule that says what a form has no box for; its findings are of no box."""
FORMS: tuple[FormName, ...] = ("cms1500", "ub04")
Page = Mapping[str, str]
"""One sheet: box key -> text. Only boxes that are filled."""
ProblemKind = Literal[
    "too_long", "cut", "letters", "negative", "rounded", "unwritable", "no_room", "no_box", "not_wanted",
    "no_home", "differs",
]  # fmt: skip
"""too_long: more characters than the box takes; cut: the same, and cut off as asked; letters: characters that
no form takes; negative: an amount below zero; rounded: fractions of a cent; unwritable: a value that the box
has no way to write; no_room: the box holds something else; no_box: the form has none for it; not_wanted: the
payer wants the box empty; no_home: a text that a claim has no place for; differs: sheets of one claim say
different things."""


@dataclass(slots=True, kw_only=True)
class Boxes:
    """A form as typed or scanned: its sheets in their order."""

    form: FormName
    """cms1500 or ub04."""
    pages: tuple[dict[str, str], ...]
    """For each sheet the boxes that are filled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxProblem:
    """What a form does not hold of a claim, or a claim not of a form."""

    kind: ProblemKind
    page: int
    """Sheet, from 1."""
    key: str
    """Box, as in `schemas/forms`; "" for no box."""
    item: str
    """The box as a biller calls it: `24D`, `FL 44`; "" for no box."""
    format: str = ""
    """How its value is written, as in `schemas/forms`."""
    path: str | None = None
    """JSON Pointer into the claim, where the datum is one of the claim."""
    text: str = ""
    """What stands in the box, or would."""
    limit: int | None = None
    """Most characters of the box."""
    runs_into: str = ""
    """Item over whose text a text that is too long would be printed."""
    what: str = ""
    """What is left off, in words without a person's data; a number or a code at most."""
    light: bool = False
    """Whether a payer can do without it."""


@cache
def box_rows(form: FormName) -> dict[str, dict[str, str]]:
    """The rows of `schemas/forms` by box, without the names of its rows."""
    return {row["box"]: row for row in tables.rows(f"forms/{form}.csv")}


@cache
def box_keys(form: FormName) -> frozenset[str]:
    """Every box of a form, rows told apart."""
    found = set()
    for box, row in box_rows(form).items():
        first, _, last = row["rows"].partition("-")
        found.update([f"{box}.{name}" for name in span(first, last)] if first else [box])
    return frozenset(found)
