"""What a loader is: how it knows its files, what it makes of them, what is usual for them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from edi.errors import NotReadable
from edi.refdata.editions import Period, edition_name, period_end, window
from edi.refdata.loaders.content import Content

Row = tuple[Any, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What the user says about files beside their names."""

    kind: str | None = None
    setting: str | None = None
    start: date | None = None
    through: date | None = None
    whole: bool = False
    """A code list holds every code there is, however short it looks."""


@dataclass(slots=True, kw_only=True)
class Parsed:
    """A file as rows of one table of the store. Rows are made while they are read; warnings too."""

    start: date
    through: date
    edition: str
    rows: Iterator[Row]
    setting: str = ""
    part: str = ""
    """Which part of an edition; the same part again replaces it."""
    release: int = 0
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One kind of reference file."""

    name: str
    title: str
    """For people."""
    table: str
    period: Period
    looks: Callable[[Content], bool]
    """Whether a file is of this kind, by the lines at its head."""
    parse: Callable[["Kind", Content, Asked], Parsed]
    usual: tuple[int, int] | None = None
    """Rows that a whole file has; others are worth a warning. None: not known."""
    asked_for: bool = False
    """Whether only the user can say that the list is whole."""

    def window(self, content: Content, asked: Asked) -> tuple[date, date]:
        """The effective window: what was asked for, else what name or head state.

        Raises:
            NotReadable: neither says it, or the dates that were asked for are turned round.
        """
        if asked.start is None:
            found = window(content.name, content.head, self.period)
            if found is None:
                raise NotReadable(
                    f"{content.label}: neither its name nor its head says from when it holds; "
                    "add --from YYYY-MM-DD (the first date of service)"
                )
            start, through = found
        else:
            start, through = asked.start, period_end(asked.start, self.period)
        if asked.through is not None:
            through = asked.through
        if through < start:
            raise NotReadable(f"{content.label}: the window {start} to {through} ends before it begins")
        return start, through

    def parsed_fiscal(self, asked: Asked, rows: Iterator[Row], *, year: int, april: bool) -> Parsed:
        """The result for a release of a fiscal year: from October, or from April, until September."""
        start = date(year, 4, 1) if april else date(year - 1, 10, 1)
        through = asked.through or date(year, 9, 30)
        return Parsed(
            start=start, through=through, edition=edition_name(start, through, self.period), rows=rows
        )

    def parsed(self, content: Content, asked: Asked, rows: Iterator[Row], **more: Any) -> Parsed:
        """The usual result: window and name of the edition from the file."""
        start, through = self.window(content, asked)
        name = edition_name(start, through, self.period)
        return Parsed(start=start, through=through, edition=name, rows=rows, **more)
