"""Between claims and forms: a claim put on its form, a form read as a claim, and what rules say of both."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cache

from edi.checking import check_case
from edi.coding.assembly import line_kind
from edi.finding import Finding, RecordKind
from edi.model.boxes import Boxes, BoxProblem
from edi.refdata import Lists
from edi.rules import Case, all_rules
from forms.boxless import without_box
from forms.filling import Filled, fill
from forms.layout import Box, Form, boxes
from forms.taking import Taken, take


def read_form(boxes: Boxes, lists: Lists) -> Taken:
    """The claim of a form; what kind a line is its code says, as the form has no box for it."""
    taken = take(boxes.form, boxes.pages)
    for line in taken.claim.lines:
        line.kind = line_kind(line.hcpcs, lists)
    return taken


def as_read(case: Case, boxes: Boxes, taken: Taken) -> None:
    """Let the rules of paper judge a form as it was given."""
    case.paper = boxes.pages
    case.paper_form = boxes.form
    case.paper_sources = tuple(taken.sources(len(boxes.pages)))
    case.paper_problems = _told_apart(taken.problems, boxes.form, boxes.pages)


def put_on_form(
    case: Case, *, form: Form | None = None, created: date | None = None, truncate: bool = False
) -> Filled:
    """Fill the form of a case's claim, or another one, and let the rules of paper judge it."""
    filled = fill(case.claim, form=form, truncate=truncate, created=created, totals=case.policies.form_totals)
    case.paper = tuple(filled.pages)
    case.paper_form = filled.form
    case.paper_sources = tuple(filled.sources)
    problems = (*filled.problems, *without_box(case.claim, filled))
    case.paper_problems = _told_apart(problems, filled.form, filled.pages)
    case.forget_places()
    return filled


@cache
def paper_rules() -> frozenset[str]:
    """Ids of the rules of paper."""
    return frozenset(rule.id for rule in all_rules() if "paper" in rule.needs)


def paper_findings(case: Case, record: RecordKind, index: int) -> list[Finding]:
    """What the rules of paper say of a case, and no other rule."""
    return check_case(case, record=record, index=index, need="paper")


def _told_apart(
    problems: Iterable[BoxProblem], form: Form, pages: Sequence[Mapping[str, str]]
) -> tuple[BoxProblem, ...]:
    """The problems, those of long texts with the item that they run into."""
    return tuple(
        replace(one, runs_into=run_into(form, pages[one.page - 1], one)) if one.kind == "too_long" else one
        for one in problems
    )


def run_into(form: Form, page: Mapping[str, str], problem: BoxProblem) -> str:
    """The item whose value a text that is too long runs into; "" where it only leaves its box."""
    known = boxes(form)
    # a text that is broken over several boxes stays too long in the last of them
    long = [
        known[k]
        for k, text in page.items()
        if k in known and known[k].item == problem.item and len(text) > known[k].limit
    ]
    for box in long:
        start, end = _columns(box, page[box.key])
        # what is beyond the box
        start, end = (start, end - box.limit) if box.align == "right" else (start + box.limit, end)
        for key, text in page.items():
            if key not in known:
                continue
            first, last = _columns(known[key], text)
            if known[key].line == box.line and key != box.key and first < end and start < last:
                return known[key].item
    return ""


def _columns(box: Box, text: str) -> tuple[int, int]:
    """First column of a text, and the one behind its last."""
    start = box.column + (box.width - len(text) if box.align == "right" else 0)
    return start, start + len(text)
