"""Claims on paper: judged, filled in, and printed as one PDF, proof copies or values for bought forms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from edi.finding import Finding
from edi.pipeline.judging import Judged, Run, mask
from edi.pipeline.paper import paper_findings, paper_rules, put_on_form
from forms.filling import Filled
from forms.layout import Form, Offset
from forms.pdf import Printout, preprinted, proof
from forms.placing import notes


@dataclass(frozen=True, slots=True, kw_only=True)
class Printing:
    """How claims are printed."""

    proof: bool = True
    """Draw the form and mark findings; else values alone, for bought forms."""
    offset: Offset = (0.0, 0.0)
    """Inches by which the values are moved to the right and down; a proof copy is not moved."""
    form: Form | None = None
    """The form; default that of each claim's setting."""
    truncate: bool = False
    """Cut what is longer than its box."""
    created: date | None = None
    """Day on which the forms are made."""


@dataclass(slots=True, kw_only=True)
class Printed:
    """What was printed; complete when `chunks` are used up."""

    run: Run
    """The findings."""
    chunks: Iterator[bytes]
    """The PDF in pieces; none where there is no claim."""
    claims: int = 0
    sheets: int = 0


def print_forms(judged: Iterable[Judged], how: Printing) -> Printed:
    """One PDF for all claims, one after the other; what a form cannot hold becomes findings.

    Records without a claim have findings only. What several claims show together, such as duplicates, is
    known at the end of the run, so it is in the report and not on a proof copy.
    """
    run = Run()
    printed = Printed(run=run, chunks=iter(()))

    def printouts() -> Iterator[Printout]:
        for one in judged:
            # whether the claim can be an 837 matters only where that is asked for
            one.findings = [f for f in one.findings if not f.rule.startswith("X12-WRITE")]
            filled, one.findings = on_paper(one, how)
            run.add(one)
            if filled is not None:
                printed.claims += 1
                printed.sheets += len(filled.pages)
                yield printout(filled, one, one.findings, how)

    printed.chunks = drawn(printouts(), how)
    return printed


def drawn(printouts: Iterator[Printout], how: Printing) -> Iterator[bytes]:
    """The PDF of printouts in pieces; none where there is nothing to print."""
    first = next(printouts, None)
    if first is None:
        return
    every = chain([first], printouts)
    yield from proof(every) if how.proof else preprinted(every, offset=how.offset)


def proof_copy(judged: Judged, how: Printing) -> bytes | None:
    """The proof copy of a record's claim as a PDF, None where it has none; its findings stay as they are."""
    filled, findings = on_paper(judged, how)
    return None if filled is None else b"".join(proof([printout(filled, judged, findings, how)]))


def on_paper(judged: Judged, how: Printing) -> tuple[Filled | None, list[Finding]]:
    """The form of a record's claim, and the findings of the record with those of that form.

    There is no form where there is no claim. A form that was given stays as it is, and so does what was said
    of it.
    """
    case = judged.case
    if judged.claim is None or case is None or judged.unreadable:
        return None, judged.findings
    given = judged.kind == "boxes" and case.paper is not None
    if given and how.form in (None, case.form):
        return (
            Filled(
                form=case.form,
                pages=[dict(page) for page in case.paper or ()],
                problems=list(case.paper_problems),
                sources=[dict(sources) for sources in case.paper_sources],
            ),
            judged.findings,
        )
    said = judged.findings
    if case.paper is not None and not given:
        # the claim was judged on its own form, and is printed as asked
        said = [found for found in said if found.rule not in paper_rules()]
    filled = put_on_form(case, form=how.form, truncate=how.truncate, created=how.created)
    # the boxes of the form that is made are not those of a form that was given
    found = paper_findings(case, "claim" if given else judged.record, judged.index)
    mask(found)
    return filled, [*said, *found]


def printout(filled: Filled, judged: Judged, findings: Iterable[Finding], how: Printing) -> Printout:
    """A filled form with findings, as it is printed."""
    name = (judged.claim.claim_id if judged.claim else None) or judged.id or f"record {judged.index + 1}"
    return Printout(
        name=name,
        form=filled.form,
        pages=filled.pages,
        notes=notes(findings, filled) if how.proof else (),
    )
