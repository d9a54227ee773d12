"""Between claims and forms: a claim put on its form, a form read as a claim, and what rules say of both."""

from datetime import date

from edi.checking import check_case
from edi.coding.assembly import line_kind
from edi.finding import Finding, RecordKind
from edi.model.boxes import Boxes
from edi.refdata import Lists
from edi.rules import Case
from forms.filling import Filled, fill
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
    case.paper_sources = tuple(taken.sources(len(boxes.pages)))
    case.paper_problems = tuple(taken.problems)


def put_on_form(case: Case, *, created: date | None = None, truncate: bool = False) -> Filled:
    """Fill the form of a case's claim, and let the rules of paper judge it."""
    filled = fill(case.claim, truncate=truncate, created=created, totals=case.policies.form_totals)
    case.paper = tuple(filled.pages)
    case.paper_sources = tuple(filled.sources)
    case.paper_problems = tuple(filled.problems)
    case.forget_places()
    return filled


def paper_findings(case: Case, record: RecordKind, index: int) -> list[Finding]:
    """What the rules of paper say of a case, and no other rule."""
    return check_case(case, record=record, index=index, need="paper")
