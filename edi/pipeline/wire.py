"""X12 inputs: what the guide says of each segment, and what the rules say of each claim, in one pass."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from edi.checking import check_case, wire_finding
from edi.coding.assembly import line_kind
from edi.finding import SEVERITIES, Finding
from edi.model.contract import Record
from edi.pipeline.judging import Judged, Options, case_of, chosen_for, mask
from edi.pipeline.notices import notice
from edi.pipeline.paper import put_on_form
from edi.transactions.reading import ReadClaim, read_claims, trace_read
from edi.x12 import parallel
from edi.x12.findings import Fault
from edi.x12.reader import GroupHead, SetEnd, SetHead, Unit

UNREAD_RULE = "SNIP1-003"
"""The rule about values that could not be read: the guide's own judgement says it better."""
ABSENCES = ("segment_missing", "loop_missing", "element_missing", "partner_missing", "one_of_missing")


@dataclass(slots=True)
class _Set:
    """What is known of the transaction set that is being read."""

    guide: str | None = None
    header: list[Fault] = field(default_factory=list)
    levels: dict[int, list[Fault]] = field(default_factory=dict)
    """Depth of a level -> its faults."""


def judge_x12(stream: BinaryIO, options: Options, *, file: str = "") -> Iterator[Judged]:
    """Every claim of an X12 input with its findings, and what lies between the claims.

    Memory does not grow with the input. A claim's own `Judged` has the faults of its segments and the
    findings of the rules; faults of the envelope, of levels and of trailers come in a `Judged` without a
    claim. Other sets than the 837 are judged for structure only.
    """
    index = -1
    current = _Set()
    for event in read_claims(stream):
        if isinstance(event, SetHead):
            current = _Set(_guide_name(event))
            yield Judged(file=file, kind=None, surface="x12", guide=current.guide)
        elif isinstance(event, Fault):
            yield _outside_units(event, file, current.guide if event.set else None, options)
        elif isinstance(event, ReadClaim):
            index += 1
            yield _claim(event, index, current, options, file)
        elif isinstance(event, Unit):
            if event.level is not None:
                depth = event.level[2]
                for deeper in [d for d in current.levels if d >= depth]:
                    del current.levels[deeper]
                current.levels[depth] = event.faults
            elif event.ordinal == 1:
                current.header = event.faults
            if event.faults:
                findings = [wire_finding(f, guide=current.guide) for f in event.faults]
                yield _without_claim(file, current.guide, findings, options)
        elif isinstance(event, GroupHead):
            current = _Set()


def judge_structure(stream: BinaryIO, options: Options, *, file: str = "") -> Iterator[Judged]:
    """The faults of an X12 input at SNIP types 1 and 2, judged by `options.jobs` processes."""
    held: list[Fault] = []

    for event in parallel.judge(stream, jobs=options.jobs):
        if isinstance(event, Fault):
            held.append(event)
        elif isinstance(event, SetEnd):
            # the guide of a set is known for sure when it ends
            guide = _guide_name(event.head)
            yield from (_outside_units(fault, file, guide, options) for fault in held)
            held = []
            yield Judged(file=file, surface="x12", guide=guide, uncounted=event.claims)
    yield from (_outside_units(fault, file, None, options) for fault in held)


def _outside_units(fault: Fault, file: str, guide: str | None, options: Options) -> Judged:
    """One fault that comes by itself; an input without any interchange cannot be read."""
    absent = fault.kind == "no_isa"
    finding = wire_finding(fault, guide=guide)
    if absent:
        finding = notice("INPUT-X12", "this is not X12: it holds no interchange header (ISA)")
    made = _without_claim(file, guide, [finding], options)
    made.unreadable = absent
    return made


def _without_claim(file: str, guide: str | None, findings: list[Finding], options: Options) -> Judged:
    if not options.show_values:
        mask(findings)
    return Judged(file=file, surface="x12", guide=guide, findings=findings)


def _guide_name(head: SetHead) -> str | None:
    """`837P 005010X222A1`: the guide by which a set is judged, with the version id that was sent."""
    if head.guide is None:
        return None
    version = head.group.element(8) if head.exact else head.guide.versions[0]
    return f"{head.guide.name} {version}"


def _claim(read: ReadClaim, index: int, current: _Set, options: Options, file: str) -> Judged:
    claim, unit = read.claim, read.unit
    found = Judged(
        file=file,
        index=index,
        kind="claim",
        surface="x12",
        id=claim.claim_id,
        claim=claim,
        guide=current.guide,
        record="x12",
        snip=options.snip,
        findings=[wire_finding(f, guide=current.guide, index=index) for f in unit.faults],
    )
    if options.snip > 2:
        record = Record(index=index, kind="claim", value=claim, id=claim.claim_id)
        chosen = chosen_for(claim, options, "x12", record)
        if isinstance(chosen, list):
            found.findings += chosen
            return found
        found.overlay, found.reason, policies = chosen
        found.case = case_of(claim, found.overlay, policies, options)
        for line in claim.lines:
            # the wire does not say what kind a line is, its code does
            line.kind = line_kind(line.hcpcs, found.case.lists)
        if options.surface == "paper":
            put_on_form(found.case)
        judged = check_case(found.case, record="x12", index=index, snip=options.snip)
        if judged:
            places = trace_read(claim, {one.claim_path or "" for one in judged})
            for one in judged:
                if one.place.x12 is None:
                    one.place.x12 = places.get(one.claim_path or "")
            faults = [*current.header, *(f for held in current.levels.values() for f in held), *unit.faults]
            found.findings += [one for one in judged if not _said(one, faults)]
    found.findings.sort(key=lambda f: SEVERITIES.index(f.severity))
    if not options.show_values:
        mask(found.findings)
    return found


def _said(finding: Finding, faults: Iterable[Fault]) -> bool:
    """Whether a fault of the wire is the same fault: at the same segment, or an absence that explains it."""
    if finding.snip is None or finding.snip > 2:
        return False
    place = finding.place.x12
    for fault in faults:
        if fault.about.severity != "error":
            continue
        if finding.rule == UNREAD_RULE and fault.element is not None:
            return True
        if place is None:
            if fault.kind in ABSENCES or fault.kind in ("segment_misplaced", "segment_not_here"):
                return True
        elif place.segment == fault.ordinal:
            return True
    return False
