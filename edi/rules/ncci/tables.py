"""What the NCCI rules ask of the tables: one place for every look-up, and for what rests on it.

An edit is an error only where the edition that holds it was published for the date of service.
"""

from datetime import date
from functools import lru_cache
from typing import NamedTuple

from edi.coding.edits import pair
from edi.finding import Severity
from edi.model.claim import ServiceLine
from edi.refdata import Lists, PairEdit
from edi.refdata.answers import Answer
from edi.rules.about import code_of, edits_setting
from edi.rules.asks import one_practitioner
from edi.rules.base import Case, per_case

Line = tuple[int, ServiceLine, str]
"""Index, line, procedure code in capitals."""
PAIRS = "CMS NCCI procedure-to-procedure edits (shipped: infusion family, 2024 Q3)"
LIMITS = "CMS NCCI medically unlikely edits (shipped: infusion family, 2024 Q3)"
ADD_ONS = "CMS NCCI add-on code edits (shipped: infusion family, 2024)"


def severity(answer: Answer) -> Severity | None:
    """Warning where the edition was not published for the date of service, else that of the rule."""
    return None if answer.covers else "warning"


def edition(answer: Answer) -> str:
    """The edition, and that it is not that of the date where it is not: `2024 Q3`."""
    name = answer.edition.name
    return name if answer.covers else f"{name}, the nearest to the date of service"


@per_case
def coded(case: Case) -> dict[date, list[Line]]:
    """Lines with a procedure code, a day and more than no unit, by day."""
    found: dict[date, list[Line]] = {}
    for i, line in enumerate(case.claim.lines):
        code = code_of(line)
        if code and line.service_date is not None and (line.units is None or line.units > 0):
            found.setdefault(line.service_date, []).append((i, line, code))
    return found


def liftable(edit: PairEdit) -> bool:
    """Whether a modifier lifts an edit."""
    return edit.indicator == 1


class Joined(NamedTuple):
    """Two lines of one day and practitioner that a pair edit joins."""

    edit: PairEdit
    first: Line
    """The line of column 1."""
    second: Line
    """The line of column 2, which is not paid beside it."""


@per_case
def joined(case: Case) -> list[Joined]:
    """Every two lines of a day and practitioner that a pair edit joins, whatever their modifiers."""
    setting = edits_setting(case)
    found = []
    for day, lines in coded(case).items():
        for k, m in _pairs(case.lists, tuple([code for _, _, code in lines]), setting):
            first, second = lines[k], lines[m]
            edit = pair(case.lists, first[2], second[2], setting, day)
            if edit is not None and one_practitioner(case, first[1], second[1]):
                found.append(Joined(edit, first, second))
    return found


@lru_cache(maxsize=4096)
def _pairs(lists: Lists, codes: tuple[str, ...], setting: str) -> tuple[tuple[int, int], ...]:
    """Which codes a pair edit joins on any day: position of that in column 1, and of that in column 2."""
    return tuple(
        (k, m)
        for m, second in enumerate(codes)
        for k, first in enumerate(codes)
        if _ever_joined(lists, first, second, setting)
    )


@lru_cache(maxsize=4096)
def _ever_joined(lists: Lists, first: str, second: str, setting: str) -> bool:
    return bool(lists.ever("ptp", (first, second), setting))
