"""What a form cannot hold of a claim, as findings at its boxes."""

from collections.abc import Iterable, Iterator

from edi.checking import paths
from edi.finding import Finding
from edi.model.boxes import BoxProblem, ProblemKind
from edi.pipeline.judging import Judged
from edi.pipeline.notices import notice

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


def paper_findings(problems: Iterable[BoxProblem], judged: Judged) -> Iterator[Finding]:
    """The problems of a form as findings of the record that it was filled from."""
    for problem in problems:
        path = problem.path or ""
        own, claim_path = paths(judged.case, path, judged.record) if judged.case else (path, path)
        found = notice(
            NOTICES[problem.kind],
            _message(problem),
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
