"""One visit on both forms: a claim beside what it becomes on the other side, with what differs marked."""

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
        return where(places[on[form]], sheets[on[form]]) if form in on else ""

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
    """The rows of a conversion with their places, numbered down the given form."""
    crossed = len(sheets) > 1
    to = switched.conversion.claims[0].setting
    rows = []
    for row in switched.conversion.not_carried:
        places = [place_of(row.source, sheets[0]) if row.source else ()]
        if crossed:
            places.append(place_of(row.target, sheets[1]) if row.target and row.setting == to else ())
        rows.append((row, tuple(places)))
    orders = [{key: (box.line, box.column) for key, box in boxes(filled.form).items()} for filled in sheets]
    rows.sort(key=lambda pair: _order(pair[1], orders))
    return [(_note(n, row, show_values), places) for n, (row, places) in enumerate(rows, 1)]


def _order(
    places: tuple[tuple[Place, ...], ...], orders: Sequence[Mapping[str, tuple[int, int]]]
) -> tuple[object, ...]:
    """Those with a place on the given form first, from its upper end, then those on the other one."""
    for n, found in enumerate(places):
        if found:
            page, key = found[0]
            return n, page, orders[n][key]
    return (len(places),)


def _note(number: int, row: NotCarried, show_values: bool) -> Note:
    value = row.value if row.value is not None and row.value != MASK and show_values else None
    path = " -> ".join(dict.fromkeys(part for part in (row.source, row.target) if part))
    detail = "; ".join(part for part in (path, f"was {value}" if value else "", row.rule or "") if part)
    return Note(
        number=number,
        severity=MARKS[row.kind],
        where="",
        second="",
        message=row.why,
        help=row.enter.replace("`", ""),
        detail=detail,
    )
