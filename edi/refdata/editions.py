"""Editions of reference data: which file, from when through when, and how a file says so."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal

Origin = Literal["loaded", "shipped"]
Period = Literal["quarter", "year", "fiscal", "july", "taxonomy", "triannual"]

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH: Final = (
    r"(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DAY: Final = rf"{_MONTH}\.?\s+(\d{{1,2}}),?\s+(20\d\d)"
_SPAN: Final = re.compile(rf"{_DAY}\s*(?:through|thru|to|-|\u2013)\s*{_DAY}", re.I)
_STAMP: Final = re.compile(r"(?<!\d)(20\d\d)[-_.]?(0[1-9]|1[0-2])[-_.]?(0[1-9]|[12]\d|3[01])(?!\d)")
_US_STAMP: Final = re.compile(r"eff[-_. ]*(0?[1-9]|1[0-2])[-_.](0?[1-9]|[12]\d|3[01])[-_.](20\d\d)", re.I)
_QUARTER: Final = re.compile(r"(20\d\d)[-_ ]?q([1-4])(?!\d)|(?<![a-z\d])q([1-4])[-_ ]?(20\d\d)", re.I)
_MONTH_YEAR: Final = re.compile(rf"(?<![a-z]){_MONTH}[-_ ]*(20\d\d|\d\d(?!\d))", re.I)
_YEAR_MONTH: Final = re.compile(rf"(20\d\d|(?<!\d)\d\d)[-_ ]*{_MONTH}(?![a-z])", re.I)
_RVU: Final = re.compile(r"rvu(\d\d)([a-d])(?![a-z\d])", re.I)
_YEAR: Final = re.compile(r"(?<!\d)(20\d\d)(?!\d)")
_CALENDAR_YEAR: Final = re.compile(r"\b(?:CY|calendar year)\s*(20\d\d)\b", re.I)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edition:
    """One edition of one kind of reference data: what answers a look-up, and for which dates of service."""

    kind: str
    """ptp, mue, addon, asp ... or the name of a code list."""
    setting: str
    """practitioner, hospital, dme; the programme of a crosswalk; qpp or nonqpp; empty where there is none."""
    name: str
    """`2026 Q4`."""
    start: date
    """First date of service for which it was published."""
    through: date
    """Last one."""
    origin: Origin
    complete: bool
    """Whether what it lacks does not exist; the shipped rows are those of the infusion family only."""
    release: int = 0
    """A later release of the same window goes first."""
    ids: tuple[int, ...] = ()
    """Sources of the store that make it up."""

    def covers(self, on: date) -> bool:
        """Whether it was published for this date of service."""
        return self.start <= on <= self.through

    def days_from(self, on: date) -> int:
        """Days between a date of service and the window; 0 within it."""
        return max((self.start - on).days, (on - self.through).days, 0)


def period_end(start: date, period: Period) -> date:
    """Last day of the period of publication that begins on a day, or in which the day lies."""
    year, month = start.year, start.month
    if period == "quarter":
        after = date(year + (month > 9), {1: 4, 4: 7, 7: 10, 10: 1}[(month - 1) // 3 * 3 + 1], 1)
    elif period == "year":
        after = date(year + 1, 1, 1)
    elif period == "fiscal":
        after = date(year + (month > 9), 10, 1)
    elif period == "july":
        after = date(year + (month > 6), 7, 1)
    elif period == "taxonomy":
        after = date(year, 4, 1) if month < 4 else date(year + (month > 9), 10 if month < 10 else 4, 1)
    else:
        after = next(
            d
            for d in (date(year, 3, 1), date(year, 7, 1), date(year, 11, 1), date(year + 1, 3, 1))
            if d > start
        )
    return after - timedelta(days=1)


def edition_name(start: date, through: date, period: Period) -> str:
    """`2026 Q4`, `FY 2027`, `2026`; the first day where the window is no whole period."""
    if period_end(start, period) == through:
        if period == "quarter" and start.day == 1 and start.month % 3 == 1:
            return f"{start.year} Q{start.month // 3 + 1}"
        if period == "year" and (start.month, start.day) == (1, 1):
            return str(start.year)
        if period == "fiscal":
            return f"FY {through.year}" + ("" if start.month == 10 else f" from {start:%Y-%m-%d}")
    return f"from {start:%Y-%m-%d}"


def shipped_window(edition: str) -> tuple[date, date]:
    """The window of a shipped table from its `# edition:` line, `2024 Q3` or `2024`.

    Raises:
        ValueError: it is written otherwise.
    """
    found = re.fullmatch(r"(20\d\d)(?: Q([1-4]))?", edition)
    if found is None:
        raise ValueError(edition)
    year, quarter = int(found[1]), found[2]
    if quarter is None:
        return date(year, 1, 1), date(year, 12, 31)
    start = date(year, 3 * int(quarter) - 2, 1)
    return start, period_end(start, "quarter")


def window(name: str, head: str, period: Period) -> tuple[date, date] | None:
    """The window that the name of a file or the lines at its head state; None: they state none.

    A span that is written out goes first, then the name, then a month or a calendar year at the head.
    """
    span = _SPAN.search(head)
    if span:
        start, through = _date(span[3], span[1], span[2]), _date(span[6], span[4], span[5])
        if start and through and start <= through:
            return start, through
    for look in (_stamp, _us_stamp, _rvu, _quarter, _month):
        start = look(name)
        if start:
            return start, period_end(start, period)
    years = _YEAR.findall(name)
    if period == "year" and len(set(years)) == 1:
        start = date(int(years[0]), 1, 1)
        return start, period_end(start, period)
    if period == "year" and (found := _CALENDAR_YEAR.search(head)):
        start = date(int(found[1]), 1, 1)
        return start, period_end(start, period)
    if period == "quarter" and (start := _month(head)):
        return start, period_end(start, period)
    return None


def _date(year: str, month: str, day: str) -> date | None:
    number = int(month) if month.isdecimal() else _MONTHS.index(month[:3].lower()) + 1
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), number, int(day))
    except ValueError:
        return None


def _stamp(name: str) -> date | None:
    found = _STAMP.search(name)
    return _date(found[1], found[2], found[3]) if found else None


def _us_stamp(name: str) -> date | None:
    found = _US_STAMP.search(name)
    return _date(found[3], found[1], found[2]) if found else None


def _rvu(name: str) -> date | None:
    found = _RVU.search(name)
    return date(2000 + int(found[1]), 1 + 3 * "abcd".index(found[2].lower()), 1) if found else None


def _quarter(name: str) -> date | None:
    found = _QUARTER.search(name)
    if not found:
        return None
    return date(int(found[1] or found[4]), 3 * int(found[2] or found[3]) - 2, 1)


def _month(text: str) -> date | None:
    """A month with its year; only months in which a quarter begins say from when a file holds."""
    parts: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], tuple[str, str]]], ...] = (
        (_MONTH_YEAR, lambda m: (m[2], m[1])),
        (_YEAR_MONTH, lambda m: (m[1], m[2])),
    )
    for pattern, order in parts:
        for found in pattern.finditer(text):
            day = _date(*order(found), "1")
            if day and day.month in (1, 4, 7, 10):
                return day
    return None
