"""What a reader found -> the answers to an input: TA1, 999 and 277CA.

The events of the reader are taken one by one; kept is only what the answers say. An answer is one
interchange for each interchange of the input, from its receiver to its sender, with its delimiters where
they can be used, so that ids are given back as they came.

- TA1 answers an interchange that asks for it (ISA14) or that has faults of its own.
- 999 answers each functional group of an interchange that is not rejected, but no group of 999s.
- 277CA answers each accepted transaction set of claims; a claim is rejected by findings of severity error
  and SNIP type 3 or higher. Claims of a rejected set do not appear: the 999 answers them.

Sources: rules catalogue 0.5 (24, 25) and I; faults and their codes: schemas/guides/faults.csv.
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import IO, Literal

from edi import tables
from edi.errors import NotReadable
from edi.finding import Finding
from edi.transactions import t277ca, t999, ta1
from edi.transactions.received import Received
from edi.transactions.t277ca import Status
from edi.x12.elements import judge
from edi.x12.envelope import MOST, Envelope, set_control
from edi.x12.findings import Fault
from edi.x12.guide import load
from edi.x12.reader import (
    GroupEnd,
    GroupHead,
    InterchangeEnd,
    InterchangeHead,
    Reader,
    SetEnd,
    SetHead,
    Unit,
)
from edi.x12.segment import CHARACTERS, COMPONENT, ELEMENT, REPETITION, Delimiters, Layout
from edi.x12.writer import Cursor

Kind = Literal["ta1", "999", "277ca"]
KINDS: tuple[Kind, ...] = ("ta1", "999", "277ca")
Verdict = Literal["A", "E", "P", "R"]

REJECTING_SNIP = 3
"""Lowest SNIP type of a finding that rejects a claim; faults of lower types are answered by the 999."""
TOLERATED = frozenset({"isa_width", "isa_delimiters", "stray_bytes", "interchange_segment"})
"""Faults of an interchange with which its groups are whole and can be processed all the same: the reader
takes a repetition separator that is none for no separator."""
LONGEST_COPY = 99
"""Characters of a value that IK404 has room for."""
_MISSING = frozenset({"element_missing", "partner_missing", "one_of_missing"})
"""Kinds of faults of elements that hold no value to repeat."""
_NOTE = re.compile(r"[PRECL]((?:\d\d)+)$")
_ENTITIES = {
    "submitter": "41",
    "receiver": "40",
    "billing_provider": "85",
    "pay_to": "87",
    "rendering_provider": "82",
    "attending_provider": "71",
    "operating_provider": "72",
    "other_operating_provider": "73",
    "referring_provider": "DN",
    "ordering_provider": "DK",
    "supervising_provider": "DQ",
    "service_facility": "77",
    "patient": "QC",
    "coverages": "IL",
    "subscriber": "IL",
    "payer": "PR",
}
"""Whom a status concerns, by the part of the claim that a finding points to."""
_SOME_PROVIDER = "1P"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer: an interchange of its own."""

    kind: Kind
    name: str
    """File name: control number of the interchange that is answered, and the kind."""
    data: bytes
    verdict: Verdict
    """The worst of the sets, groups or claims: A accepted, E with errors, P in part, R rejected."""


def answers(
    source: bytes | IO[bytes],
    *,
    kinds: Collection[Kind] | None = None,
    created: dt.datetime,
    control_number: int = 1,
    findings: Iterable[Finding] | None = None,
) -> list[Answer]:
    """The answers to an X12 input.

    Args:
        source: the input, read once and as a stream.
        kinds: which answers to make; TA1 is then made for every interchange. Default: those that apply.
        created: date and time of the answers and of the receipt.
        control_number: ISA13 of the first answer; the others count on. GS06 counts on from it.
        findings: business findings; `index` is the number of the claim in the input, from 0, and
            `place.line` that of the service line.

    Raises:
        NotReadable: the input holds no interchange.
    """
    if isinstance(source, bytes):
        source = io.BytesIO(source)
    by_claim: dict[int, list[Finding]] = {}
    for finding in findings or ():
        if finding.severity == "error" and (finding.snip or 0) >= REJECTING_SNIP:
            by_claim.setdefault(finding.index, []).append(finding)
    collector = _Collector(created, by_claim)
    for event in Reader(source):
        collector.take(event)
    if not collector.interchanges:
        raise NotReadable("no interchange header (ISA) was found")
    made: list[Answer] = []
    names: set[str] = set()
    for interchange in collector.interchanges:
        for kind in KINDS:
            if kinds is not None and kind not in kinds:
                continue
            found = _write(interchange, kind, created, control_number + len(made), asked=kinds is not None)
            if found is None:
                continue
            name, n = f"{interchange.control}.{kind}", 1
            while name in names:
                n += 1
                name = f"{interchange.control}-{n}.{kind}"
            names.add(name)
            made.append(Answer(kind=kind, name=name, data=found[0], verdict=found[1]))
    return made


# --- collecting ---------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Seen:
    """A fault of a set with what IK4 repeats."""

    fault: Fault
    value: str = ""
    triggers: tuple[int, ...] = ()
    """Elements (or components) that made the missing one necessary or forbid the other."""


@dataclass(slots=True)
class _Set:
    note: t999.SetNote
    known: bool
    """AK201 has a code for it."""
    batch: t277ca.Batch | None = None


@dataclass(slots=True)
class _Group:
    head: GroupHead
    faults: list[Fault] = field(default_factory=list)
    sets: list[_Set] = field(default_factory=list)
    stated: str = ""


@dataclass(slots=True)
class _Interchange:
    head: InterchangeHead
    delimiters: Delimiters
    faults: list[Fault] = field(default_factory=list)
    groups: list[_Group] = field(default_factory=list)

    @property
    def control(self) -> str:
        """ISA13 as nine digits."""
        return "".join(re.findall("[0-9]", self.head.element(13)))[-9:].rjust(9, "0")

    def clean(self, text: str) -> str:
        """A value without what the answer cannot hold; unchanged where it holds nothing of the kind."""
        return self.delimiters.refused().sub(" ", text).strip()

    @property
    def receipt(self) -> tuple[ta1.Verdict, str]:
        """TA104 and TA105."""
        errors = [f for f in self.faults if f.about.severity == "error"]
        fatal = [f for f in errors if f.kind not in TOLERATED]
        if fatal:
            return "R", _note_of(fatal[0])
        return ("E", _note_of(self.faults[0])) if self.faults else ("A", "000")


class _Collector:
    """Takes the events of a reader."""

    def __init__(self, created: dt.datetime, findings: dict[int, list[Finding]]) -> None:
        self.interchanges: list[_Interchange] = []
        self._created = created
        self._findings = findings
        self._claims = 0
        self._early: list[Fault] = []
        """Faults that were told before what they belong to."""
        self._open = False
        self._group: _Group | None = None
        self._set: SetHead | None = None
        self._seen: list[_Seen] = []
        self._received: Received | None = None

    def take(self, event: object) -> None:
        """Take one event."""
        match event:
            case InterchangeHead():
                self.interchanges.append(_Interchange(event, _delimiters(event.marks)))
                self._open = True
                early, self._early = self._early, []
                for fault in early:
                    self._fault(fault)
            case GroupHead():
                self._group = _Group(event)
                self.interchanges[-1].groups.append(self._group)
                self._release()
            case SetHead():
                self._begin(event)
            case Unit():
                self._unit(event)
            case Fault():
                self._fault(event)
            case SetEnd():
                self._end()
            case GroupEnd():
                if self._group is not None:
                    self._group.stated = event.stated_sets
                self._group = None
            case InterchangeEnd():
                self._open = False

    def _release(self) -> None:
        early, self._early = self._early, []
        for fault in early:
            self._fault(fault)

    def _fault(self, fault: Fault) -> None:
        """Put a fault where it belongs, or keep it until that is there."""
        level = fault.about.level
        if level == "ta1" or not fault.group:
            if not self.interchanges or fault.interchange > len(self.interchanges):
                self._early.append(fault)
            else:
                self.interchanges[(fault.interchange or len(self.interchanges)) - 1].faults.append(fault)
        elif level == "ak9" or not fault.set:
            groups = self.interchanges[-1].groups
            if fault.group > len(groups):
                self._early.append(fault)
            elif fault.kind not in {f.kind for f in groups[fault.group - 1].faults}:
                groups[fault.group - 1].faults.append(fault)
        elif self._set is None or self._set.number != fault.set:
            self._early.append(fault)
        else:
            self._note(_Seen(fault, fault.actual or "" if fault.element else ""))

    # --- transaction sets -------------------------------------------------------------------------------

    def _begin(self, head: SetHead) -> None:
        self._set = head
        self._seen = []
        self._received = None
        interchange = self.interchanges[-1]
        if head.guide is not None and head.guide.set == "837":
            control = (interchange.control, head.group.element(6), head.element(2))
            self._received = Received(
                head,
                trace=interchange.clean("".join(control))[:50],
                day=self._created.date(),
                clean=interchange.clean,
            )
        self._release()

    def _note(self, seen: _Seen) -> None:
        self._seen.append(seen)
        if seen.fault.about.severity == "error":
            self._received = None  # its claims will not be answered one by one

    def _unit(self, unit: Unit) -> None:
        for fault in unit.faults:
            self._note(_seen(unit, fault))
        guide = unit.head.guide
        if guide is None or guide.set != "837":
            return
        if unit.root.loop.unit:
            index, self._claims = self._claims, self._claims + 1
            if self._received is not None:
                whole, lines = _statuses(self._findings.get(index, ()), self._clean_text)
                self._received.claim(unit, whole, lines)
        elif self._received is not None:
            self._received.take(unit)

    def _clean_text(self, text: str) -> str:
        return self.interchanges[-1].clean(text)

    def _end(self) -> None:
        head, self._set = self._set, None
        if head is None or self._group is None:
            return
        clean = self.interchanges[-1].clean
        errors = [s for s in self._seen if s.fault.about.severity == "error"]
        note = t999.SetNote(
            id=clean(head.element(1)),
            control=_fit(clean(head.element(2)), 4, 9),
            version=clean(head.element(3))[:35].rstrip(),
            verdict="R" if errors else "E" if self._seen else "A",
            codes=_set_codes(self._seen),
            segments=_segments(self._seen, clean),
        )
        batch = self._received.finished() if self._received is not None else None
        known = note.id in _codes("2000", "AK201")
        self._group.sets.append(_Set(note, known, batch if batch and batch.providers else None))
        self._seen, self._received = [], None


def _seen(unit: Unit, fault: Fault) -> _Seen:
    """A fault with the value that it is about."""
    index = fault.ordinal - unit.ordinal
    if fault.element is None or not 0 <= index < len(unit.segments):
        return _Seen(fault, (fault.actual or "") if fault.element else "")
    parts = unit.segments[index].split(ELEMENT)
    value = parts[fault.element] if fault.element < len(parts) else ""
    if fault.repetition is not None:
        repeated = value.split(REPETITION)
        value = repeated[fault.repetition - 1] if fault.repetition <= len(repeated) else ""
    pieces = value.split(COMPONENT)
    if fault.component is not None:
        value = pieces[fault.component - 1] if fault.component <= len(pieces) else ""
    triggers: tuple[int, ...] = ()
    match = _NOTE.fullmatch(fault.expected or "")
    if match and fault.kind in ("partner_missing", "excluded_together"):
        places = [int(match[1][i : i + 2]) for i in range(0, len(match[1]), 2)]
        held = parts[1:] if fault.component is None else pieces
        own = fault.element if fault.component is None else fault.component
        triggers = tuple(p for p in places if p != own and p <= len(held) and held[p - 1])
    return _Seen(fault, "" if fault.kind in _MISSING else value, triggers)


# --- 999 ----------------------------------------------------------------------------------------------------

Clean = Callable[[str], str]


def _set_codes(seen: Sequence[_Seen]) -> tuple[str, ...]:
    """IK502 to IK506: faults of the set, then 5 and I5 for segments with faults of SNIP types 1 and 2."""
    codes = [s.fault.code for s in seen if s.fault.about.level == "ik5"]
    for snip, code in ((1, "5"), (2, "I5")):
        if any(s.fault.about.level in ("ik3", "ik4") and s.fault.about.snip == snip for s in seen):
            codes.append(code)
    return tuple(dict.fromkeys(codes))[: t999.MOST_CODES]


def _segments(seen: Sequence[_Seen], clean: Clean) -> tuple[t999.SegmentNote, ...]:
    """The segments with faults in the order of the set; faults of elements are gathered under code 8."""
    by_place: dict[tuple[int, str, str], list[_Seen]] = {}
    for one in seen:
        fault = one.fault
        if fault.about.level == "ik3":
            by_place.setdefault((fault.ordinal, fault.segment, fault.code), []).append(one)
        elif fault.about.level == "ik4":
            by_place.setdefault((fault.ordinal, fault.segment, "8"), []).append(one)
    notes = []
    for (ordinal, segment, code), held in sorted(by_place.items(), key=lambda item: item[0]):
        first = held[0].fault
        faulty = [s for s in held if s.fault.about.level == "ik4" and s.fault.element]
        elements = {
            (e.spot.element, e.spot.component or 0, e.spot.repetition or 0, e.code): e
            for e in (_element(s, clean) for s in faulty)
        }
        notes.append(
            t999.SegmentNote(
                segment=_segment_id(segment),
                ordinal=max(1, ordinal),
                code=code,
                loop=_loop(first.loop),
                claim=_claim_id(next((s.fault.claim for s in held if s.fault.claim), ""), clean),
                elements=tuple(elements[key] for key in sorted(elements)),
            )
        )
    return tuple(notes)


def _element(seen: _Seen, clean: Clean) -> t999.ElementNote:
    fault = seen.fault
    element = fault.element or 1
    value = seen.value
    if COMPONENT in value or REPETITION in value or clean(value) != value.strip():
        value = ""
    triggers = tuple(
        t999.Trigger(
            segment=_segment_id(fault.segment),
            ordinal=max(1, fault.ordinal),
            loop=_loop(fault.loop),
            spot=t999.Spot(element=place)
            if fault.component is None
            else t999.Spot(element=element, component=place),
            number=None,
        )
        for place in seen.triggers
    )
    return t999.ElementNote(
        spot=t999.Spot(element=min(element, 99), component=fault.component, repetition=fault.repetition),
        code=fault.code,
        number=data_element(fault.segment, element, fault.component),
        value=value[:LONGEST_COPY].strip(),
        triggers=triggers,
    )


@cache
def _numbers() -> dict[tuple[str, int, int | None], int]:
    return {
        (row["segment"], int(row["element"]), int(row["component"]) if row["component"] else None): int(
            row["number"]
        )
        for row in tables.rows("guides/data_elements.csv")
    }


def data_element(segment: str, element: int, component: int | None = None) -> int | None:
    """X12 data element number of an element or a component; None where the table does not know it."""
    return _numbers().get((segment, element, component))


def _segment_id(text: str) -> str:
    """IK301: a segment id; ZZZ for one that is none and cannot be repeated."""
    return text if re.fullmatch("[A-Z][A-Z0-9]{1,2}", text) else "ZZZ"


def _loop(text: str) -> str:
    """IK303: at most four characters of the id of the loop; "" in the header and the trailer."""
    return "" if text in ("ST", "TRAILER") else text[:4]


def _claim_id(text: str | None, clean: Clean) -> str:
    """CTX01-2: CLM01, at most 35 characters; "" for one that cannot be repeated as it is."""
    if not text or clean(text) != text:
        return ""
    return text[:35].rstrip()


@cache
def _codes(loop: str, name: str, guide: str = "999") -> frozenset[str]:
    """The codes that a guide allows in an element."""
    for line in load(guide).loops[loop].segments:
        for element in line.elements:
            if element.name == name:
                return element.code_set
    return frozenset()


def _group_note(group: _Group, clean: Clean) -> t999.GroupNote:
    head = group.head
    codes = [f.code for f in group.faults if f.about.severity == "error"]
    if any(not one.known for one in group.sets):
        codes.append("1")
    received = len(group.sets)
    accepted = 0 if codes else sum(one.note.verdict != "R" for one in group.sets)
    verdict: t999.GroupVerdict = "A"
    if not accepted:
        verdict = "R"
    elif accepted < received:
        verdict = "P"
    elif group.faults or any(one.note.verdict == "E" for one in group.sets):
        verdict = "E"
    kind = clean(head.element(1))
    stated = group.stated
    return t999.GroupNote(
        kind=kind if kind in _codes("ST", "AK101") else "HC",
        control=_group_control(head),
        version=clean(head.element(8))[:12].rstrip() or "NONE",
        verdict=verdict,
        stated=int(stated) if re.fullmatch("[0-9]{1,6}", stated) else received,
        received=received,
        accepted=accepted,
        codes=tuple(dict.fromkeys(codes))[: t999.MOST_CODES],
        sets=[one.note for one in group.sets if one.known],
    )


def _group_control(head: GroupHead) -> str:
    """GS06 as AK102 can hold it: its digits, 0 where it has none."""
    return "".join(re.findall("[0-9]", head.element(6)))[-9:] or "0"


# --- 277CA --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _StatusRow:
    rule: str
    category: str
    status: str
    entity: str
    second: str


@cache
def _status_rows() -> tuple[dict[str, _StatusRow], tuple[_StatusRow, ...]]:
    """Rows by whole rule id, and rows by beginning, the longest first."""
    rows = [
        _StatusRow(row["rule"], row["category"], row["status"], row["entity"], row["second"])
        for row in tables.rows("coding/claim_status.csv")
    ]
    begun = sorted((r for r in rows if r.rule.endswith("*")), key=lambda r: -len(r.rule))
    return {r.rule: r for r in rows if not r.rule.endswith("*")}, tuple(begun)


def status_of(finding: Finding, text: str = "") -> Status:
    """The claim status of a finding, by `schemas/coding/claim_status.csv`."""
    exact, begun = _status_rows()
    row = exact.get(finding.rule) or next(r for r in begun if finding.rule.startswith(r.rule[:-1]))
    entity = row.entity
    if entity == "@":
        words = [w for w in (finding.claim_path or finding.path).split("/") if w in _ENTITIES]
        entity = _ENTITIES[words[-1]] if words else _SOME_PROVIDER
    second = None
    if row.second:
        code, _, whom = row.second.partition(":")
        second = Status(category=row.category, code=code, entity=whom)
    return Status(category=row.category, code=row.status, entity=entity, second=second, text=text)


def _statuses(
    findings: Iterable[Finding], clean: Clean
) -> tuple[tuple[Status, ...], dict[int, tuple[Status, ...]]]:
    """Statuses of a claim and of its lines, each once."""
    whole: dict[tuple[str, ...], Status] = {}
    by_line: dict[int, dict[tuple[str, ...], Status]] = {}
    for finding in findings:
        message = " ".join(clean(f"{finding.rule} {finding.message}").split())
        status = status_of(finding, message[: t277ca.LONGEST_TEXT].rstrip())
        key = (status.category, status.code, status.entity)
        number = finding.place.line
        held = whole if number is None else by_line.setdefault(number, {})
        held.setdefault(key, status)
    return tuple(whole.values()), {n: tuple(held.values()) for n, held in by_line.items()}


def _batches(interchange: _Interchange) -> list[tuple[_Group, list[t277ca.Batch]]]:
    """The accepted sets of claims by group."""
    found = []
    for group in interchange.groups:
        if _group_note(group, interchange.clean).accepted:
            batches = [one.batch for one in group.sets if one.batch is not None and one.note.verdict != "R"]
            if batches:
                found.append((group, batches))
    return found


# --- writing ------------------------------------------------------------------------------------------------

_GS = Layout("GS", "01 02 03 04 05 06 07=X 08")
_GE = Layout("GE", "01 02")


def _write(
    interchange: _Interchange, kind: Kind, created: dt.datetime, number: int, *, asked: bool
) -> tuple[bytes, Verdict] | None:
    """One answer with its verdict; None where it does not apply."""
    verdict, reason = interchange.receipt
    w = Cursor(interchange.delimiters)
    groups = 0
    verdicts: list[Verdict] = []
    if kind == "ta1":
        if not (asked or interchange.head.element(14) == "1" or interchange.faults):
            return None
        ta1.write(w, _receipt(interchange, verdict, reason, created))
        verdicts.append(verdict)
    elif verdict == "R":
        return None
    elif kind == "999":
        for group in interchange.groups:
            if group.head.element(1) == t999.GROUP:
                continue
            note = _group_note(group, interchange.clean)
            control = _next(number, groups)
            _begin_group(w, interchange, group, t999.GROUP, t999.VERSION, created, control)
            t999.write(w, note, set_control(1))
            w.segment(_GE, "1", control)
            groups += 1
            verdicts.append(note.verdict)
    else:
        for group, batches in _batches(interchange):
            control = _next(number, groups)
            _begin_group(w, interchange, group, t277ca.GROUP, t277ca.VERSION, created, control)
            for n, batch in enumerate(batches, 1):
                t277ca.write(w, batch, set_control(n), created, f"{number:09d}{control}{set_control(n)}")
                verdicts.append(_claims_verdict(batch))
            w.segment(_GE, str(len(batches)), control)
            groups += 1
    if not verdicts:
        return None
    envelope = _envelope(interchange, created, number)
    data = envelope.isa() + w.take() + envelope.iea(groups)
    return data.encode("ascii"), _worst(verdicts)


def _receipt(
    interchange: _Interchange, verdict: ta1.Verdict, reason: str, created: dt.datetime
) -> ta1.Receipt:
    """The TA1; a date or time that is none gives way to that of the answer."""
    line = load("ta1").root.first
    day, time = interchange.head.element(9), interchange.head.element(10)
    text = ELEMENT.join(("TA1", interchange.control, day, time, verdict, reason))
    faulty = {fault.element for fault in judge(line, text)}
    return ta1.Receipt(
        control=interchange.control,
        date=created.strftime("%y%m%d") if 2 in faulty else day,
        time=created.strftime("%H%M") if 3 in faulty else time,
        verdict=verdict,
        reason=reason,
    )


def _begin_group(
    w: Cursor,
    interchange: _Interchange,
    group: _Group,
    kind: str,
    version: str,
    created: dt.datetime,
    control: str,
) -> None:
    head, clean = group.head, interchange.clean
    own = interchange.head
    sender = _fit(clean(head.element(3)) or clean(own.element(8)), 2, 15)
    receiver = _fit(clean(head.element(2)) or clean(own.element(6)), 2, 15)
    day, time = created.strftime("%Y%m%d"), created.strftime("%H%M")
    w.segment(_GS, kind, sender, receiver, day, time, control, version)


def _envelope(interchange: _Interchange, created: dt.datetime, number: int) -> Envelope:
    """Sender and receiver change places."""
    head, clean = interchange.head, interchange.clean
    kinds = _codes("ISA", "ISA05", "envelope")
    return Envelope(
        sender_id=clean(head.element(8))[:15] or "UNKNOWN",
        sender_qualifier=head.element(7) if head.element(7) in kinds else "ZZ",
        receiver_id=clean(head.element(6))[:15] or "UNKNOWN",
        receiver_qualifier=head.element(5) if head.element(5) in kinds else "ZZ",
        created=created,
        control_number=(number - 1) % MOST + 1,
        usage="P" if head.element(15) == "P" else "T",
        delimiters=interchange.delimiters,
    )


def _next(number: int, index: int) -> str:
    """GS06: counts on from the control number of the interchange."""
    return str((number + index - 1) % MOST + 1)


def _note_of(fault: Fault) -> str:
    """TA105; 024 for a fault of another level that belongs to no group."""
    return fault.code if fault.about.level == "ta1" else "024"


def _claims_verdict(batch: t277ca.Batch) -> Verdict:
    rejected = [claim.rejected for claim in batch.claims()]
    return "R" if all(rejected) else "P" if any(rejected) else "A"


def _worst(verdicts: Sequence[Verdict]) -> Verdict:
    if "R" in verdicts and any(v != "R" for v in verdicts):
        return "P"
    return next(v for v in ("R", "P", "E", "A") if v in verdicts)


def _fit(text: str, least: int, most: int) -> str:
    """A value with a least length: digits are filled with zeros, as control numbers are."""
    return text[:most].rstrip().rjust(least, "0")


def _delimiters(marks: tuple[str, str, str | None, str]) -> Delimiters:
    """Those of the input; the usual ones where they cannot be used."""
    element, component, repetition, segment = marks
    if repetition is None or repetition.isalnum() or repetition in (element, component, segment, " "):
        repetition = next(m for m in "^!|" if m not in (element, component, segment))
    used = {element, component, repetition, segment}
    if not used <= CHARACTERS | {"\n"} or used & {".", "-"}:
        return Delimiters()
    try:
        return Delimiters(element, component, repetition, segment)
    except ValueError:
        return Delimiters()
