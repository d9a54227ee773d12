"""X12 inputs: what the guide says of each segment, and what the rules say of each claim, in one pass."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from edi.checking import check_case, wire_finding
from edi.coding.assembly import line_kind
from edi.finding import SEVERITIES, Finding
from edi.model import crosswalk
from edi.model.contract import Record
from edi.pipeline.judging import Judged, Options, case_of, chosen_for, mask
from edi.pipeline.notices import notice
from edi.transactions.reading import ReadClaim, read_claims, trace_read
from edi.x12 import parallel
from edi.x12.findings import Fault
from edi.x12.reader import GroupHead, SetEnd, SetHead, Unit

MISSING = ("segment_missing", "loop_missing")
MISPLACED = ("segment_misplaced", "segment_not_here")
TOGETHER = ("partner_missing", "one_of_missing", "excluded_together")
"""Faults of several elements of a segment, of which they name one."""
ABSENCES = (*MISSING, "element_missing", "partner_missing", "one_of_missing")
_ADDRESS = re.compile(
    r"[^/]+(?:/(?P<segment>[A-Z0-9]+)(?:\[[^\]]*\])?(?:#\d+)?(?:/(?P<element>\d\d)(?:-(?P<component>\d+))?)?)?"
)
_CODES = re.compile(r"\[([^\]]*)\]$")


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
    stated = (head.group.element(8), head.element(3))
    version = next((v for v in stated if v in head.guide.versions), head.guide.versions[0])
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
    # what is missing from a claim that was cut off says nothing about the claim
    if options.snip > 2 and not unit.cut:
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
        judged = check_case(found.case, record="x12", index=index, snip=options.snip)
        if judged:
            places = trace_read(claim, {one.claim_path or "" for one in judged})
            for one in judged:
                if one.place.x12 is None:
                    one.place.x12 = places.get(one.claim_path or "")
            faults = [*current.header, *(f for held in current.levels.values() for f in held), *unit.faults]
            name: crosswalk.SetName = "837i" if claim.setting == "facility" else "837p"
            found.findings += _unsaid(judged, faults, name)
    found.findings.sort(key=lambda f: SEVERITIES.index(f.severity))
    if not options.show_values:
        mask(found.findings)
    return found


def _unsaid(findings: list[Finding], faults: list[Fault], name: crosswalk.SetName) -> list[Finding]:
    """The findings that no fault of the wire says already: one fault gives one finding."""
    at: dict[int, list[Fault]] = {}
    anywhere: dict[tuple[str, str, str, str], Fault] = {}
    for fault in faults:
        if fault.about.severity == "error":
            at.setdefault(fault.ordinal, []).append(fault)
            if fault.kind in MISSING or fault.kind in MISPLACED:
                # these count wherever they stand, so that one of each is enough
                anywhere.setdefault((fault.kind, fault.loop, fault.segment, fault.address), fault)
    if not at:
        return findings
    kept = []
    for finding in findings:
        place = finding.place.x12
        near = faults if place is None else (*at.get(place.segment or 0, ()), *anywhere.values())
        if (finding.snip or 9) > 5 or not any(_is_same(finding, fault, name) for fault in near):
            kept.append(finding)
    return kept


def _is_same(finding: Finding, fault: Fault, name: crosswalk.SetName) -> bool:
    """Whether a fault is of the element that a finding speaks of, or of the segment that holds it."""
    place, snip = finding.place.x12, finding.snip or 0
    if place is None or finding.claim_path is None:
        return snip <= 2 and (fault.kind in ABSENCES or fault.kind in MISPLACED)
    if fault.kind in MISSING:
        codes = _CODES.search(fault.address)
        shapes = crosswalk.shapes_at(name, fault.loop, fault.segment, codes[1] if codes else "")
        held = fault.kind == "loop_missing" or crosswalk.is_among(finding.claim_path, shapes)
        return snip <= 2 and held and place.loop == fault.loop
    named = _ADDRESS.fullmatch(place.address)
    segment, element, component = named.groups() if named else (None, None, None)
    if segment not in (None, fault.segment):
        return False
    if fault.kind in MISPLACED:
        return snip <= 2 and segment is not None
    if place.segment != fault.ordinal:
        return False
    if element is None or fault.element is None:
        return snip <= 2
    same = int(element) == fault.element
    if snip > 2:
        # no value, or one that the guide does not know: what rules say of it says the same
        exact = same and (component is None or int(component) == (fault.component or int(component)))
        return exact and fault.kind in ("element_missing", "code_not_allowed")
    kind_of_entity = fault.segment == "NM1" and fault.element == 2  # says how the names are to be read
    return same or fault.kind in TOGETHER or kind_of_entity
