"""NCCI edits of a date of service: what the coding engine and the rules ask, through one door.

The edition that the user loaded for the date answers, else the nearest one; what ships is the infusion
family of one quarter. What has no day is judged by the newest edition.
"""

from datetime import date
from functools import lru_cache

from edi.coding import family
from edi.refdata import AddOn, Lists, PairEdit, UnitLimit

UNDATED = date.max
"""Day of what has none."""


@lru_cache(maxsize=65536)
def pair(lists: Lists, code1: str, code2: str, setting: str, on: date) -> PairEdit | None:
    """The pair edit with `code1` in column 1, in force on the date; None: none, or not checked."""
    return lists.pair(code1, code2, setting, on)


@lru_cache(maxsize=8192)
def unit_limit(lists: Lists, code: str, setting: str, on: date) -> UnitLimit | None:
    """Most units of a code; None: no limit, or not checked."""
    return lists.unit_limit(code, setting, on)


@lru_cache(maxsize=8192)
def add_on(lists: Lists, code: str, on: date) -> AddOn | None:
    """The primary codes of an add-on code; None: it is none, or not checked."""
    return lists.addon(code, on)


def pair_indicator(lists: Lists, code1: str, code2: str, setting: str, on: date | None) -> int | None:
    """Modifier indicator of a pair edit in one setting; None when there is no edit."""
    found = pair(lists, code1, code2, setting, on or UNDATED)
    return None if found is None else found.indicator


def most_units(lists: Lists, code: str, setting: str, on: date | None) -> int | None:
    """Most units of a code on a date; None: there is no limit, or it was not checked."""
    found = unit_limit(lists, code, setting, on or UNDATED)
    return None if found is None else found.units


def once_per_date(lists: Lists, code: str, setting: str, on: date | None) -> bool:
    """Whether one unit a date is the limit of a code that nothing lifts (adjudication indicator 2)."""
    found = unit_limit(lists, code, setting, on or UNDATED)
    return found is not None and (found.units, found.adjudication) == (1, 2)


def parents_of(lists: Lists, code: str, on: date | None) -> frozenset[str] | None:
    """The codes beside one of which an add-on of the family is paid; None: it is no add-on.

    Where an edition does not know the add-on, or leaves its list to the contractor, the shipped list holds.
    """
    shipped = family.parents().get(code)
    if shipped is None:
        return None
    found = add_on(lists, code, on or UNDATED)
    return found.parents if found is not None and found.closed else shipped
