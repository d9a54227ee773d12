"""Claims on paper: judged, filled in, and printed as one PDF, proof copies or values for bought forms."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

from edi.finding import Finding
from edi.pipeline.judging import Judged, Run
from edi.pipeline.papering import paper_findings
from forms.filling import Filled, Totals, fill
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
    totals: Totals = "last"
    """Where the total of a claim of several sheets stands."""
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
            made = printout(one, how)
            run.add(one)
            if made is not None:
                printed.claims += 1
                printed.sheets += len(made.pages)
                yield made

    def chunks() -> Iterator[bytes]:
        found = printouts()
        first = next(found, None)
        if first is None:
            return
        every = chain([first], found)
        yield from proof(every) if how.proof else preprinted(every, offset=how.offset)

    printed.chunks = chunks()
    return printed


def printout(judged: Judged, how: Printing) -> Printout | None:
    """The claim of a record on paper, None where it has none; what the form lacks joins its findings."""
    claim = judged.claim
    # whether the claim can be an 837 matters only where that is asked for
    judged.findings = [f for f in judged.findings if not f.rule.startswith("X12-WRITE")]
    if claim is None or judged.unreadable:
        return None
    filled = fill(claim, form=how.form, truncate=how.truncate, created=how.created, totals=how.totals)
    judged.findings += paper_findings(filled, judged)
    return drawn(filled, claim.claim_id or judged.id or f"record {judged.index + 1}", judged.findings, how)


def drawn(filled: Filled, name: str, findings: Iterable[Finding], how: Printing) -> Printout:
    """A filled form with its findings, as it is printed."""
    return Printout(
        name=name,
        form=filled.form,
        pages=filled.pages,
        notes=notes(findings, filled) if how.proof else (),
    )
