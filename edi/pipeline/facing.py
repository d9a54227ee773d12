"""One visit on both forms: a claim beside what it becomes on the other side, with what differs marked."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Literal

from edi.coding.assembly import resolve_setting
from edi.conversion import AnswerBook, NotCarried
from edi.finding import FileReport
from edi.model.claim import Claim, Setting
from edi.model.encounter import Encounter
from edi.pipeline.judging import MASK, Judged, Options
from edi.pipeline.printing import Printing
from edi.pipeline.prose import runs
from edi.pipeline.reading import Input
from edi.pipeline.switching import Switched, claim_records, switch
from forms.filling import Filled, fill
from forms.layout import Form, boxes
from forms.marking import Note
from forms.pdf import Facing, Printout, side_by_side
from forms.placing import Place, place_of, where

OTHER: dict[Setting, Setting] = {"professional": "facility", "facility": "professional"}
MARKS: Mapping[str, Literal["error", "warning", "info"]] = {
    "needed": "error",
    "changed": "warning",
    "dropped": "info",
}
"""How each kind of difference is marked."""


@dataclass(slots=True, kw_only=True)
class Faced:
    """What was printed; complete when `chunks` are used up."""

    reports: list[FileReport]
    chunks: Iterator[bytes]
    """The PDF in pieces; none where there is no claim."""
    claims: int = 0


def face_forms(given: Iterable[Input], book: AnswerBook, options: Options, how: Printing) -> Faced:
    """One PDF of all claims, each beside its form of the other side.

    The CMS-1500 stands on the left and the UB-04 on the right, whichever of them was given. Where a claim is
    split between both sides, the given one is shown whole beside what went over.

    Args:
        given: encounters or claims as JSON, NDJSON or XML, or 837s.
        book: what only the user can say of the other side.
        options: payer rules, policies, settings, whether to show values.
        how: how forms are filled.

    Raises:
        NotReadable: an answer leads nowhere or does not fit.
    """
    faced = Faced(reports=[], chunks=iter(()))

    def pairs() -> Iterator[Facing]:
        for one in given:
            report = FileReport(file=one.name, kind="unknown")
            faced.reports.append(report)
            for switched in _switched(one, book, options, report):
                faced.claims += 1
                yield facing(switched, options, how)

    def chunks() -> Iterator[bytes]:
        found = pairs()
        first = next(found, None)
        if first is not None:
            yield from side_by_side(chain([first], found))

    faced.chunks = chunks()
    return faced


def _switched(given: Input, book: AnswerBook, options: Options, report: FileReport) -> Iterator[Switched]:
    """Each record on the other side than its own; what cannot be read goes into the report."""
    for record in claim_records(given, options, report):
        to: Setting = "facility"
        if isinstance(record.value, Claim | Encounter):
            setting = resolve_setting(options.settings.applied(record.value))[0]
            to = OTHER[setting or "professional"]
        found = switch(record, to, book, options)
        if isinstance(found, Judged):
            report.findings += found.findings
            report.unreadable = report.unreadable or found.unreadable
            continue
        report.claims += 1
        report.findings += found.findings
        yield found


def facing(switched: Switched, options: Options, how: Printing) -> Facing:
    """The form of a claim beside that of the other side; alone where nothing of it could go there."""
    given = switched.given
    crossed = switched.crossed[:1] if switched.crossed != (given,) else ()
    name = given.claim_id or switched.id or f"record {switched.index + 1}"
    sheets = [_filled(claim, how) for claim in (given, *crossed)]
    differences = _differences(switched, sheets, show_values=options.show_values)
    sides = {
        filled.form: Printout(
            name=name,
            form=filled.form,
            pages=filled.pages,
            notes=[replace(note, places=places[n]) for note, places in differences if places[n]],
        )
        for n, filled in enumerate(sheets)
    }
    on = {filled.form: n for n, filled in enumerate(sheets)}

    def named(places: tuple[tuple[Place, ...], ...], form: Form) -> str:
        if form not in on:
            return ""
        at = places[on[form]]
        rows = {(page, boxes(form)[key].row) for page, key in at}
        more = f", and {len(rows) - 1} more" if len(rows) > 1 else ""
        return where(at, sheets[on[form]]) + more

    return Facing(
        name=name,
        left=sides.get("cms1500"),
        right=sides.get("ub04"),
        differences=tuple(
            replace(note, where=named(places, "cms1500"), second=named(places, "ub04"))
            for note, places in differences
        ),
    )


def _filled(claim: Claim, how: Printing) -> Filled:
    return fill(claim, truncate=how.truncate, created=how.created)


Difference = tuple[Note, tuple[tuple[Place, ...], ...]]
"""A note without places, and its places on the given form and on the other one."""


def _differences(switched: Switched, sheets: list[Filled], *, show_values: bool) -> list[Difference]:
    """The rows of a conversion with their places, numbered down the given form.

    Rows that say the same of several lines are one.
    """
    crossed = len(sheets) > 1
    to = switched.conversion.claims[0].setting
    alike: dict[tuple[object, ...], list[NotCarried]] = {}
    for row in switched.conversion.not_carried:
        said = (row.kind, row.why, row.enter, row.rule, row.setting)
        key = (*said, _leveled(row.source), _leveled(row.target))
        alike.setdefault(key, []).append(row)
    joined = []
    for rows in alike.values():
        places = [_places((row.source for row in rows), sheets[0])]
        if crossed:
            places.append(_places((row.target for row in rows if row.setting == to), sheets[1]))
        joined.append((rows, tuple(places)))
    orders = [{key: (box.line, box.column) for key, box in boxes(filled.form).items()} for filled in sheets]
    joined.sort(key=lambda pair: _order(pair[1], orders))
    return [(_note(n, rows, show_values), places) for n, (rows, places) in enumerate(joined, 1)]


def _places(paths: Iterable[str], filled: Filled) -> tuple[Place, ...]:
    """Where data stand on a form, each place once; "" for no datum."""
    return tuple(dict.fromkeys(at for path in paths if path for at in place_of(path, filled)))


_LINE = re.compile(r"^/lines/(\d+)")


def _leveled(path: str) -> str:
    """A pointer with `{}` for the place of a line."""
    return _LINE.sub("/lines/{}", path)


def _path(paths: Sequence[str]) -> str:
    """One pointer for those of several lines: `/lines/0-2/charge`."""
    numbers = [int(match[1]) for path in paths if (match := _LINE.match(path))]
    return _leveled(paths[0]).format(runs(numbers)) if numbers else paths[0]


def _order(
    places: tuple[tuple[Place, ...], ...], orders: Sequence[Mapping[str, tuple[int, int]]]
) -> tuple[object, ...]:
    """Those with a place on the given form first, from its upper end, then those on the other one."""
    for n, found in enumerate(places):
        if found:
            page, key = found[0]
            return n, page, orders[n][key]
    return (len(places),)


def _note(number: int, rows: Sequence[NotCarried], show_values: bool) -> Note:
    row = rows[0]
    was = [r.value for r in rows if r.value is not None and r.value != MASK and show_values]
    values = ", ".join(dict.fromkeys(map(str, was)))
    ends = (_path([r.source for r in rows]), _path([r.target for r in rows]))
    path = " -> ".join(dict.fromkeys(part for part in ends if part))
    detail = "; ".join(part for part in (path, f"was {values}" if values else "", row.rule or "") if part)
    return Note(
        number=number,
        severity=MARKS[row.kind],
        where="",
        second="",
        message=row.why,
        help=row.enter.replace("`", ""),
        detail=detail,
    )
