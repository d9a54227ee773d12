"""From one surface of the claim to another: JSON, NDJSON, XML, 837, boxes and PDF, claim by claim."""

import json
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Literal

from edi.checking import put_on_paper, wire_finding
from edi.errors import NotWritable
from edi.finding import FileReport, Finding, RecordKind
from edi.model.boxes import Boxes
from edi.model.claim import Claim, effective_bill_to
from edi.model.contract import Record, to_dict, to_json
from edi.model.crosswalk import is_held
from edi.model.xml import to_xml, to_xml_list
from edi.pipeline import reference
from edi.pipeline.building import Envelope, interchange
from edi.pipeline.judging import (
    Options,
    case_of,
    chosen_for,
    judge,
    judge_inputs,
    mask,
    not_writable,
    refusal,
)
from edi.pipeline.notices import notice
from edi.pipeline.paper import as_read, paper_findings, paper_rules, put_on_form, read_form
from edi.pipeline.reading import Input, records
from edi.rules import Case
from edi.transactions.writing import stream_837, write_837
from forms.boxes import to_boxes
from forms.filling import Filled

Target = Literal["json", "ndjson", "xml", "837", "boxes", "form"]
ENDINGS: dict[Target, str] = {
    "json": ".claim.json",
    "ndjson": ".claim.ndjson",
    "xml": ".claim.xml",
    "837": ".837",
    "boxes": ".boxes.json",
    "form": ".pdf",
}
"""Endings of the files that are written for each target."""
NO_BOX = (
    "The form has no box for this: give it in cleanclaim.toml, a payer's id in [[payers]], signatures in "
    "[defaults.signatures]; or convert the form to JSON, add it there, and convert that."
)
"""What to do about a datum that the 837 needs and a form does not have."""


@dataclass(slots=True, kw_only=True)
class Converted:
    """What comes of one input."""

    report: FileReport
    """What could not be read or written, and what was found while an encounter was coded; complete when
    `chunks` are used up."""
    chunks: Iterator[bytes]
    """The file in pieces; none where no claim could be written."""


@dataclass(slots=True, kw_only=True)
class Taken:
    """A claim on its way."""

    claim: Claim
    kind: RecordKind
    index: int
    case: Case | None = None
    """What the claim of an encounter or a form came of."""


def convert_surface(given: Input, to: Target, options: Options, envelope: Envelope) -> Converted:
    """The claims of an input on another surface; claims that cannot be written become findings.

    Encounters are coded first. One claim is written as it is, several as `{"claims": [...]}` or `<claims>`.
    An 837 has one interchange for each run of claims with the same sender and receiver.

    Args:
        given: encounters or claims as JSON, NDJSON or XML, or an 837.
        to: json, ndjson, xml, 837, boxes, or form: proof copies of the forms as PDF.
        options: payer rules and policies for the coding of encounters, settings, whether to show values.
        envelope: date, control number of the first interchange, and usage, for an 837.

    Raises:
        UnknownPayer: payer rules or a policy that the options name do not exist.
    """
    report = FileReport(file=given.name, kind="unknown")
    if to == "form":
        return Converted(report=report, chunks=_as_form(given, options.verified(), envelope, report))
    return Converted(report=report, chunks=_chunks(given, to, options.verified(), envelope, report))


def _chunks(
    given: Input, to: Target, options: Options, envelope: Envelope, report: FileReport
) -> Iterator[bytes]:
    def tried(write: Callable[[Claim], object]) -> Iterator[Taken]:
        """The claims that can be written."""
        for one in _taken(given, options, report):
            try:
                write(one.claim)
            except NotWritable as problem:
                report.findings.append(_refused(problem, one, to))
            else:
                report.claims += 1
                yield one

    yield from written(tried(trial(to, options, envelope)), to, options, envelope, report)


def trial(to: Target, options: Options, envelope: Envelope) -> Callable[[Claim], object]:
    """A function that writes one claim on a surface, to see whether it can be; else it raises NotWritable."""
    if to == "837":
        return lambda claim: _alone(claim, options, envelope)
    if to in ("boxes", "form"):
        return lambda _: None  # a form takes any claim, and rules say what it does not hold
    return to_xml if to == "xml" else to_dict


def written(
    taken: Iterator[Taken], to: Target, options: Options, envelope: Envelope, report: FileReport
) -> Iterator[bytes]:
    """Claims on a surface, in pieces; each can be written. What paper cannot hold joins the report."""
    claims = (one.claim for one in taken)
    if to == "boxes":
        yield from _as_boxes(_on_paper(taken, options, envelope, report))
    elif to == "form":
        yield from _as_proofs(taken, options, envelope, report)
    elif to == "ndjson":
        for claim in claims:
            yield (json.dumps(to_dict(claim), ensure_ascii=False) + "\n").encode()
    elif to == "json":
        yield from _as_json(claims)
    elif to == "xml":
        yield from _as_xml(claims)
    else:
        yield from _as_837(claims, options, envelope)


# ---------------------------------------------------------------- reading


def _taken(given: Input, options: Options, report: FileReport) -> Iterator[Taken]:
    """The claims of an input; what is wrong with it goes into the report."""
    if given.is_x12:
        yield from from_x12(given, options, report)
        return
    for record in records(given):
        if isinstance(record.value, Boxes):
            report.kind = "boxes" if report.kind in ("unknown", "boxes") else "mixed"
            one = from_boxes(record, record.value, options, report)
            if one is not None:
                yield one
            continue
        if isinstance(record.value, Claim):
            report.kind = "claim" if report.kind in ("unknown", "claim") else "mixed"
            kind: RecordKind = "xml" if record.syntax == "xml" else "claim"
            yield Taken(claim=record.value, kind=kind, index=record.index)
            continue
        judged = judge(record, options, file=given.name)
        if record.kind is not None:
            report.kind = record.kind if report.kind in ("unknown", record.kind) else "mixed"
        report.unreadable = report.unreadable or judged.unreadable
        # whether the claim can be an 837 matters only where that is asked for, and is found out then
        report.findings += [f for f in judged.findings if not f.rule.startswith("X12-WRITE")]
        if judged.claim is not None and not judged.unreadable:
            yield Taken(claim=judged.claim, kind="encounter", index=record.index, case=judged.case)


def from_boxes(record: Record, boxes: Boxes, options: Options, report: FileReport) -> Taken | None:
    """The claim of a form, with what the settings add; what is wrong with the form goes into the report."""
    taken = read_form(boxes, reference.lists())
    case = _case(taken.claim, record, "boxes", options, report)
    if case is None:
        return None
    as_read(case, boxes, taken)
    _said(paper_findings(case, "boxes", record.index), options, report)
    case.claim = options.settings.completed(case.claim)
    return Taken(claim=case.claim, kind="boxes", index=record.index, case=case)


def _case(
    claim: Claim, record: Record, kind: RecordKind, options: Options, report: FileReport
) -> Case | None:
    """A claim as the rules look at it; None where the payer rules that it names do not exist."""
    chosen = chosen_for(claim, options, kind, record)
    if isinstance(chosen, list):
        report.unreadable = True
        report.findings += chosen
        return None
    return case_of(claim, chosen[0], chosen[2], options)


def _said(found: list[Finding], options: Options, report: FileReport) -> None:
    """Findings for the report, masked unless values are asked for."""
    if not options.show_values:
        mask(found)
    report.findings += found


def from_x12(given: Input, options: Options, report: FileReport) -> Iterator[Taken]:
    """The claims of an 837, and the faults of its wire."""
    # the reader and its guides are loaded only where they are needed
    from edi.transactions.reading import ReadClaim, read_claims
    from edi.x12.findings import Fault
    from edi.x12.units import Unit

    report.kind = "x12"
    index = 0
    with given.stream() as stream:
        for event in read_claims(stream):
            unit = event.unit if isinstance(event, ReadClaim) else event
            faults = [unit] if isinstance(unit, Fault) else unit.faults if isinstance(unit, Unit) else []
            found = [wire_finding(fault, index=index) for fault in faults]
            if not options.show_values:
                mask(found)
            report.findings += found
            report.unreadable = report.unreadable or any(fault.kind == "no_isa" for fault in faults)
            if isinstance(event, ReadClaim):
                yield Taken(claim=event.claim, kind="x12", index=index)
                index += 1
    if not index and not report.findings:
        report.findings.append(notice("CONVERT-EMPTY", "the file holds no claim"))


def _refused(problem: NotWritable, one: Taken, to: Target) -> Finding:
    """The finding for a claim that cannot be written."""
    if to != "837":
        found = notice(
            "CONVERT-VALUE",
            str(problem),
            record=one.kind,
            index=one.index,
            path=problem.path,
            claim_path=problem.path,
            claim=one.claim.claim_id,
        )
        if one.kind == "boxes" and one.case is not None:
            put_on_paper(found, one.case)
        return found
    if one.case is not None:
        found = not_writable(problem, one.case, one.kind, one.index)
        if one.kind == "boxes":
            put_on_paper(found, one.case)
            if is_held(one.case.form, problem.path, billed=effective_bill_to(one.claim)) is False:
                found.help = NO_BOX
        return found
    return refusal(problem, one.claim, one.kind, one.index, problem.path, problem.path)


# ---------------------------------------------------------------- writing


def _as_json(claims: Iterator[Claim]) -> Iterator[bytes]:
    """One claim as an object, several as a list in an object; indented by two."""
    first, second = next(claims, None), next(claims, None)
    if first is None:
        return
    if second is None:
        yield to_json(first).encode()
        return
    yield b'{\n  "claims": [\n'
    for i, claim in enumerate(chain([first, second], claims)):
        text = textwrap.indent(to_json(claim).rstrip("\n"), "    ")
        yield ((",\n" if i else "") + text).encode()
    yield b"\n  ]\n}\n"


def _as_xml(claims: Iterator[Claim]) -> Iterator[bytes]:
    """One claim as the root, several in `claims`."""
    first, second = next(claims, None), next(claims, None)
    if first is None:
        return
    several = (to_xml(first),) if second is None else to_xml_list(chain([first, second], claims))
    for text in several:
        yield text.encode()


def _on_paper(
    taken: Iterator[Taken], options: Options, envelope: Envelope, report: FileReport
) -> Iterator[Filled]:
    """The forms of claims; what they do not hold as they should goes into the report."""
    for one in taken:
        case = one.case
        if case is None:
            record = Record(index=one.index, kind="claim", value=one.claim, id=one.claim.claim_id)
            case = _case(one.claim, record, one.kind, options, report)
        if case is None:
            continue
        read = one.kind == "boxes"
        filled = put_on_form(case, created=envelope.created.date(), truncate=options.truncate)
        if not read:
            # a form that was read has been judged as it was given
            _said(paper_findings(case, one.kind, one.index), options, report)
        yield filled


def _as_boxes(forms: Iterator[Filled]) -> Iterator[bytes]:
    """One form as an object, several as a list; indented by two."""
    first, second = next(forms, None), next(forms, None)
    if first is None:
        return
    if second is None:
        yield to_boxes(first).encode()
        return
    yield b"[\n"
    for i, filled in enumerate(chain([first, second], forms)):
        text = textwrap.indent(to_boxes(filled).rstrip("\n"), "  ")
        yield ((",\n" if i else "") + text).encode()
    yield b"\n]\n"


def _as_proofs(
    taken: Iterator[Taken], options: Options, envelope: Envelope, report: FileReport
) -> Iterator[bytes]:
    """Proof copies of claims that are made, with all that is found in them; in the report what paper says."""
    # the drawing of PDFs is loaded only where it is needed
    from edi.pipeline.printing import Printing, drawn, on_paper, printout
    from forms.pdf import Printout

    how = Printing(created=envelope.created.date(), truncate=options.truncate)

    def printouts() -> Iterator[Printout]:
        for one in taken:
            record = Record(index=one.index, kind="claim", value=one.claim, id=one.claim.claim_id)
            judged = judge(record, replace(options, surface="paper"), file=report.file)
            filled, findings = on_paper(judged, how)
            report.findings += [found for found in findings if found.rule in paper_rules()]
            if filled is not None:
                yield printout(filled, judged, findings, how)

    yield from drawn(printouts(), how)


def _as_form(given: Input, options: Options, envelope: Envelope, report: FileReport) -> Iterator[bytes]:
    """Proof copies, which show all that is found in the claims."""
    # the drawing of PDFs is loaded only where it is needed
    from edi.pipeline.printing import Printing, print_forms

    printed = print_forms(judge_inputs([given], options), Printing(created=envelope.created.date()))
    yield from printed.chunks
    for found in printed.run.report().files:
        for name in FileReport.__slots__:
            setattr(report, name, getattr(found, name))
    if not printed.claims and not report.findings:
        report.findings.append(notice("CONVERT-EMPTY", "the file holds no claim"))


def _as_837(claims: Iterator[Claim], options: Options, envelope: Envelope) -> Iterator[bytes]:
    """One interchange for each run of claims with the same sender and receiver."""
    runs = groupby(claims, key=lambda claim: (claim.submitter, claim.receiver))
    for number, (_, run) in enumerate(runs, envelope.control_number):
        first = next(run)
        yield from stream_837(
            chain([first], run),
            created=envelope.created,
            control_number=number,
            usage=envelope.usage,
            **interchange(first, options),
        )


def _alone(claim: Claim, options: Options, envelope: Envelope) -> bytes:
    """A claim in an interchange of its own, to see whether it can be written."""
    return write_837([claim], created=envelope.created, usage=envelope.usage, **interchange(claim, options))
