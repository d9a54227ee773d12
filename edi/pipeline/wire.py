"""X12 inputs: what the guide says of each segment, and what the rules say of each claim, in one pass."""

import contextlib
import io
import re
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, BinaryIO

from edi import payers
from edi.checking import check_case, wire_finding
from edi.finding import SEVERITIES, Finding
from edi.model import crosswalk
from edi.model.claim import Claim
from edi.pipeline.judging import Judged, Noting, Options, Terms, mask
from edi.pipeline.notices import notice
from edi.pipeline.paper import put_on_form
from edi.pipeline.sisters import Gatherer
from edi.rules import all_rules
from edi.transactions.reading import ClaimReader, ReadClaim, read_claims, segment_at, trace_absent, trace_read
from edi.x12 import parallel
from edi.x12.findings import Fault
from edi.x12.reader import Event, GroupHead, SetEnd, SetHead, Unit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

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
    judging = _Judging(Terms(options), file)
    for event in read_claims(stream):
        judged = judging.take(event)
        if judged is not None:
            yield judged


class _Judging:
    """Judges the events of one input, in their order."""

    def __init__(self, terms: Terms, file: str = "") -> None:
        self.terms = terms
        self.file = file
        self.current = _Set()
        self.index = -1
        """Index of the last claim."""

    def take(self, event: Event | ReadClaim) -> Judged | None:
        """What there is to say of an event; None: nothing."""
        current, options = self.current, self.terms.options
        if isinstance(event, ReadClaim):
            self.index += 1
            return _claim(event, self.index, current, self.terms, self.file)
        if isinstance(event, Unit):
            if event.level is not None:
                depth = event.level[2]
                for deeper in [d for d in current.levels if d >= depth]:
                    del current.levels[deeper]
                # what the levels before it lack is told here too
                current.levels[depth] = [f for f in event.faults if f.ordinal >= event.ordinal]
            elif event.ordinal == 1:
                current.header = event.faults
            if event.faults:
                findings = [wire_finding(f, guide=current.guide) for f in event.faults]
                return _without_claim(self.file, current.guide, findings, options)
        elif isinstance(event, Fault):
            return _outside_units(event, self.file, current.guide if event.set else None, options)
        elif isinstance(event, SetHead):
            self.current = _Set(_guide_name(event))
            return Judged(file=self.file, kind=None, surface="x12", guide=self.current.guide)
        elif isinstance(event, GroupHead):
            self.current = _Set()
        return None


# ---------------------------------------------------------------- several processes

SMALL = 2 * parallel.RANGE
"""Inputs of no more bytes are judged in one process: workers would only begin when it is done."""


@contextlib.contextmanager
def judging(options: Options) -> Iterator[Callable[[BinaryIO, str], Iterator[Judged]]]:
    """A function that judges inputs (stream, name) one after the other, in `options.jobs` processes.

    With `options.jobs` above 1 the claims and cases of large inputs stay in other processes.
    """
    if options.jobs == 1:
        yield lambda stream, file: judge_x12(stream, options, file=file)
    elif options.snip <= 2:
        yield lambda stream, file: judge_structure(stream, options, file=file)
    else:
        with _Workers(options) as workers:
            yield workers.judge


class _Workers:
    """Processes that judge claims; they begin with the first input that is large enough for them."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._pool: Executor | None = None

    def judge(self, stream: BinaryIO, file: str) -> Iterator[Judged]:
        """As `judge_x12`: the same findings in the same order."""
        begin = stream.read(SMALL)
        if len(begin) < SMALL:
            return judge_x12(io.BytesIO(begin), self._options, file=file)
        if self._pool is None:
            self._pool = parallel.workers(self._options.jobs, all_rules)
        whole = io.BufferedReader(_Joined(begin, stream), len(begin))
        return judge_with(self._pool, whole, self._options, file=file)

    def __enter__(self) -> "_Workers":
        return self

    def __exit__(self, *_: object) -> None:
        if self._pool is not None:
            self._pool.shutdown(cancel_futures=True)


class _Joined(io.RawIOBase):
    """What was read of a stream already, and the rest of it."""

    def __init__(self, begin: bytes, stream: BinaryIO) -> None:
        self._begin = begin
        self._stream = stream

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """The next bytes."""
        room = memoryview(buffer)
        found = self._begin or self._stream.read(len(room))
        taken = found[: len(room)]
        if self._begin:
            self._begin = self._begin[len(taken) :]
        room[: len(taken)] = taken
        return len(taken)


def judge_with(
    pool: Executor, stream: BinaryIO, options: Options, *, file: str = "", most: int | None = None
) -> Iterator[Judged]:
    """As `judge_x12`, with workers of one's own; `most` ranges are under way at a time."""
    judging = _Judging(Terms(options), file)
    claims = 0
    make = partial(judge_range, options)
    for told in parallel.judge_with(pool, stream, most=most or 2 * options.jobs, make=make):
        if not isinstance(told, Judged):
            judged = judging.take(told)
            if judged is not None:
                yield judged
            continue
        told.file = file
        if told.kind == "claim":
            claims = _counted(told, claims, options)
        yield told


def _counted(judged: Judged, claims: int, options: Options) -> int:
    """Give a claim of a range its place in the input and its payer rules; returns how many there are now."""
    noted = judged.noted
    assert noted is not None
    index = judged.index = claims
    for one in judged.findings:
        one.index = index
    for view in (noted.forecast, noted.prices):
        if view is not None:
            view.index = index
    if noted.overlay is not None:
        judged.overlay = payers.load(options.payer or noted.overlay)
    return claims + 1


def judge_range(
    options: Options, head: SetHead, header: Unit | None, events: Iterable[Event]
) -> list[Judged]:
    """What there is to say of the events of a range; runs in a worker."""
    judging, noting = _Judging(Terms(options)), Noting(Gatherer())
    maker = ClaimReader()
    maker.take(head)
    judging.take(head)
    if header is not None:
        maker.take(header)
        judging.current.header = header.faults
    found = []
    for event in events:
        claim = maker.take(event)
        if claim is not None:
            assert isinstance(event, Unit)
            judged = judging.take(ReadClaim(claim, event, head))
        else:
            judged = judging.take(event)
        if judged is None:
            continue
        judged.noted = noting.of(judged)
        judged.claim = judged.case = judged.overlay = None
        found.append(judged)
    return found


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


def _claim(read: ReadClaim, index: int, current: _Set, terms: Terms, file: str) -> Judged:
    claim, unit, options = read.claim, read.unit, terms.options
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
        findings=[wire_finding(f, guide=current.guide, index=index) for f in unit.faults]
        if unit.faults
        else [],
    )
    # what is missing from a claim that was cut off says nothing about the claim
    if options.snip > 2 and not unit.cut:
        chosen = terms.case(claim, index)
        if isinstance(chosen, list):
            found.findings += chosen
            return found
        found.case, found.reason = chosen
        found.overlay = found.case.overlay
        if options.surface == "paper":
            put_on_form(found.case)
        judged = check_case(found.case, record="x12", index=index, snip=options.snip)
        if judged:
            places = trace_read(claim, {one.claim_path or "" for one in judged})
            for one in judged:
                place = one.place.x12
                if place is None:
                    one.place.x12 = places.get(one.claim_path or "")
                elif place.segment is None:
                    one.place.x12 = trace_absent(claim, place.address)
            judged = _together(judged, claim)
            faults = [*current.header, *(f for held in current.levels.values() for f in held), *unit.faults]
            name = crosswalk.set_of(claim.setting)
            found.findings += _unsaid(judged, faults, name) if faults else judged
    if unit.faults:
        found.findings.sort(key=lambda f: SEVERITIES.index(f.severity))
    if not options.show_values:
        mask(found.findings)
    return found


def _together(findings: list[Finding], claim: Claim) -> list[Finding]:
    """The findings, those of one rule joined that speak of elements of one segment that is not there."""
    kept: list[Finding] = []
    absent: dict[tuple[str, str, str, int | None], Finding] = {}
    for one in findings:
        place = one.place.x12
        if place is None or one.claim_path is None or place.address.count("/") < 2:
            kept.append(one)
            continue
        loop, segment, _ = place.address.split("/", 2)
        if segment_at(claim, place.segment).startswith(segment.partition("[")[0]):
            kept.append(one)
            continue
        first = absent.setdefault((one.rule, one.severity, f"{loop}/{segment}", place.segment), one)
        if first is one:
            kept.append(one)
            continue
        first.message = f"{first.message}; {one.message}"
        if first.place.x12 is not None:
            first.place.x12.address = f"{loop}/{segment}"
    return kept


def _unsaid(findings: list[Finding], faults: list[Fault], name: crosswalk.SetName) -> list[Finding]:
    """The findings that no fault of the wire says already: one fault gives one finding."""
    at: dict[int, list[Fault]] = {}
    anywhere: dict[int | None, dict[tuple[str, str, str, str], Fault]] = {}
    """For each service line, and None for what is of none."""
    for fault in faults:
        if fault.about.severity == "error":
            at.setdefault(fault.ordinal, []).append(fault)
            if fault.kind in MISSING or fault.kind in MISPLACED or _miscoded(fault):
                # these count wherever they stand, so that one of each is enough
                known = anywhere.setdefault(fault.line, {})
                known.setdefault((fault.kind, fault.loop, fault.segment, fault.address), fault)
    if not at:
        return findings
    kept = []
    for finding in findings:
        place = finding.place.x12
        line = finding.place.line
        of_lines = anywhere if line is None else dict.fromkeys((None, line))
        wide = chain.from_iterable(anywhere.get(n, {}).values() for n in of_lines)
        near = faults if place is None else chain(at.get(place.segment or 0, ()), wide)
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
        inside = fault.kind == "segment_missing" and _is_at(place.address, fault.address)
        return place.loop == fault.loop and (inside or (snip <= 2 and held))
    if _miscoded(fault) and place.segment != fault.ordinal:
        return _is_at(place.address, f"{fault.address.partition('/')[0]}/{fault.meant}")
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
    exact = same and (component is None or int(component) == (fault.component or int(component)))
    if snip > 2:
        # no value, or one that the guide does not know: what rules say of it says the same
        said = ("element_missing", "code_not_allowed", "character")
        return exact and (fault.kind in said or fault.kind == "punctuation" and "malformed" in finding.name)
    one_of_list = finding.claim_path.rpartition("/")[2].isdecimal()
    kind_of_entity = fault.segment == "NM1" and fault.element == 2  # says how the names are to be read
    return (exact if one_of_list else same) or fault.kind in TOGETHER or kind_of_entity


def _miscoded(fault: Fault) -> bool:
    """Whether the code that says what a segment is about is wrong, so that its values were not read."""
    return fault.kind == "code_not_allowed" and fault.element == 1 and "[" in fault.meant


def _is_at(address: str, line: str) -> bool:
    """Whether an address, as `2400[1]/DTP[472]/03`, is one of a segment, as `2400/DTP[472|573]`."""
    loop, _, rest = address.partition("/")
    own_loop, _, own = line.partition("/")
    if "[" in loop and "[" in own_loop:
        same = loop == own_loop
    else:
        same = loop.partition("[")[0] == own_loop.partition("[")[0]
    segment, _, code = rest.partition("/")[0].partition("[")
    own_segment, _, own_codes = own.partition("[")
    codes = own_codes.rstrip("]").split("|")
    return same and segment == own_segment and (not own_codes or code.rstrip("]") in codes)
