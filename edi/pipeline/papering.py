"""What a form cannot hold of a claim, as findings at its boxes."""

from collections.abc import Iterator

from edi.checking import paths
from edi.finding import Finding
from edi.model.boxes import BoxProblem, ProblemKind
from edi.pipeline.judging import Judged
from edi.pipeline.notices import notice
from forms.filling import Filled
from forms.layout import Box, boxes

NOTICES: dict[ProblemKind, str] = {
    "too_long": "FORM-WIDTH",
    "cut": "FORM-CUT",
    "letters": "FORM-LETTER",
    "negative": "FORM-VALUE",
    "rounded": "FORM-ROUNDED",
    "unwritable": "FORM-VALUE",
    "no_room": "FORM-ROOM",
    "not_wanted": "FORM-EMPTY",
    "no_home": "FORM-HOME",
    "differs": "FORM-SHEETS",
}
"""The kind of finding for each kind of problem."""


def paper_findings(filled: Filled, judged: Judged) -> Iterator[Finding]:
    """What a form cannot hold, as findings of the record that it was filled from."""
    for problem in filled.problems:
        struck = run_into(filled, problem) if problem.kind == "too_long" else None
        path = problem.path or ""
        own, claim_path = paths(judged.case, path, judged.record) if judged.case else (path, path)
        found = notice(
            "FORM-OVERPRINT" if struck else NOTICES[problem.kind],
            f"{_message(problem)}, and the rest runs into {struck}" if struck else _message(problem),
            record=judged.record,
            index=judged.index,
            path=own,
            claim_path=claim_path,
            claim=judged.claim.claim_id if judged.claim else judged.id,
        )
        found.place.box = problem.item
        if claim_path and claim_path.startswith("/lines/"):
            found.place.line = int(claim_path.split("/")[2]) + 1
        found.setting = judged.claim.setting if judged.claim else None
        yield found


def run_into(filled: Filled, problem: BoxProblem) -> str | None:
    """The item whose value a text that is too long runs into; None where it only leaves its box."""
    known = boxes(filled.form)
    page = filled.pages[problem.page - 1]
    # a text that is broken over several boxes stays too long in the last of them
    long = [
        known[k] for k, text in page.items() if known[k].item == problem.item and len(text) > known[k].limit
    ]
    for box in long:
        start, end = _columns(box, page[box.key])
        # what is beyond the box
        start, end = (start, end - box.limit) if box.align == "right" else (start + box.limit, end)
        for key, text in page.items():
            first, last = _columns(known[key], text)
            if known[key].line == box.line and key != box.key and first < end and start < last:
                return known[key].item
    return None


def _columns(box: Box, text: str) -> tuple[int, int]:
    """First column of a text, and the one behind its last."""
    start = box.column + (box.width - len(text) if box.align == "right" else 0)
    return start, start + len(text)


def _message(problem: BoxProblem) -> str:
    """What is wrong, in words that show no value but single letters."""
    length, limit = len(problem.text), problem.limit
    says = {
        "too_long": f"the text has {length} characters, and the box takes {limit}",
        "cut": f"the text is cut from {length} to {limit} characters",
        "letters": f"the text has letters that no form takes: {problem.what}",
        "negative": "an amount below zero cannot be written",
        "rounded": "fractions of a cent are rounded",
        "unwritable": "the box has no way to write the value",
        "no_room": f"the box holds something else; left off: {problem.what or 'the value'}",
        "not_wanted": f"the payer wants the box empty; left off: {problem.what or 'the value'}",
        "no_home": "a claim has no place for the text",
        "differs": "the sheets of one claim say different things",
    }
    return f"{problem.item}: {says[problem.kind]}"
