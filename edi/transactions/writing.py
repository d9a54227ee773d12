"""Claims to 837 bytes: interchange, groups, transaction sets of at most 5,000 claims."""

import datetime as dt
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields, is_dataclass, replace
from itertools import chain
from typing import Any

from edi.errors import NotWritable
from edi.model import crosswalk
from edi.model.claim import Claim
from edi.model.party import TradingPartner
from edi.transactions import parts837 as parts
from edi.transactions import t837i, t837p
from edi.transactions.normal837 import normal
from edi.transactions.reading import ReadClaim, read_claims
from edi.x12.envelope import Envelope, set_control
from edi.x12.findings import Fault
from edi.x12.reader import Unit
from edi.x12.segment import Delimiters
from edi.x12.writer import Cursor, Trace, Tracing

CLAIMS_PER_SET = 5000
"""Most claims that the guides advise for one transaction set."""
REPEATING = parts.placed_loops()


def write_837(
    claims: Iterable[Claim],
    *,
    submitter: TradingPartner | None = None,
    receiver: TradingPartner | None = None,
    created: dt.datetime,
    control_number: int = 1,
    usage: str = "T",
    claims_per_set: int = CLAIMS_PER_SET,
    verify: bool = True,
    **envelope: Any,
) -> bytes:
    """One 837 interchange with all claims; nothing is returned unless all of them can be written.

    Args:
        claims: professional claims become an 837P group, facility claims an 837I group, the first claim's
            setting first. Claims that follow one another share levels: billing provider, subscriber, patient.
        submitter: loop 1000A and, by default, ISA06; default the first claim's.
        receiver: loop 1000B and, by default, ISA08; default the first claim's.
        created: date and time of the interchange, to the minute.
        control_number: ISA13, 1 to 999999999; groups count on from it, transaction sets from 0001.
        usage: T test or P production.
        claims_per_set: claims in one transaction set, at most 5,000 by the guides' advice.
        verify: read back what was written: it must give no structural error and the same claims.
        **envelope: `sender_id`, `sender_qualifier`, `receiver_id`, `receiver_qualifier`,
            `application_sender`, `application_receiver`, `acknowledgment`, `delimiters`, as in
            `edi.x12.envelope.Envelope`.

    Raises:
        NotWritable: a claim cannot be written; its `path` and `claim_index` say where.
        ValueError: a number or code of the envelope is impossible.
    """
    return b"".join(
        stream_837(
            claims,
            submitter=submitter,
            receiver=receiver,
            created=created,
            control_number=control_number,
            usage=usage,
            claims_per_set=claims_per_set,
            verify=verify,
            **envelope,
        )
    )


def stream_837(
    claims: Iterable[Claim],
    *,
    submitter: TradingPartner | None = None,
    receiver: TradingPartner | None = None,
    created: dt.datetime,
    control_number: int = 1,
    usage: str = "T",
    claims_per_set: int = CLAIMS_PER_SET,
    verify: bool = True,
    **envelope: Any,
) -> Iterator[bytes]:
    """The bytes of `write_837` in chunks of one claim; memory does not grow with claims of one setting.

    Claims of the other setting than the first one's are held back until its group is complete. A claim that
    cannot be written raises before any byte of it is given; the bytes before it make no whole interchange.
    With `verify` a chunk is given when its claim has been read back; about a megabyte is held for that.
    """
    if claims_per_set < 1:
        raise ValueError("claims_per_set is at least 1")
    numbered = enumerate(claims)
    first = next(numbered, None)
    if first is None:
        raise NotWritable("there is no claim to write")
    submitter = submitter or first[1].submitter
    receiver = receiver or first[1].receiver
    if submitter is None:
        raise NotWritable("no submitter is named", path="/submitter")
    if receiver is None:
        raise NotWritable("no receiver is named", path="/receiver")
    head = Envelope(
        sender_id=(envelope.pop("sender_id", None) or submitter.id or "").strip(),
        receiver_id=(envelope.pop("receiver_id", None) or receiver.id or "").strip(),
        created=created,
        control_number=control_number,
        usage=usage,
        **envelope,
    )
    file = _File(head, submitter, receiver, claims_per_set, deque() if verify else None)
    chunks = file.chunks(chain([first], numbered))
    yield from _ReadBack(file, chunks).chunks() if verify else chunks


def trace_837(claim: Claim) -> dict[str, Trace]:
    """Where each value of a claim goes in the 837 of its setting: JSON Pointer to place.

    A value that is absent has the place at which it would stand, as far as its segment is written. Nothing
    is refused: a claim that cannot be written is traced as far as it goes. Ordinals are those of the claim
    alone in its transaction set.
    """
    module = t837i if claim.setting == "facility" else t837p
    w = Tracing(REPEATING)
    nobody = TradingPartner()
    submitter = claim.submitter or nobody
    parts.header(
        w,
        module.GUIDE,
        control="0001",
        reference="1",
        created=dt.datetime(2000, 1, 1),
        submitter=submitter,
        receiver=claim.receiver or nobody,
    )
    parts.levels(w, module.GUIDE, parts.Hierarchy(), claim, submitter)
    module.write_claim(w, claim)
    return w.traces()


def _setting(index: int, claim: Claim) -> str:
    if claim.setting is None:
        raise NotWritable(
            "the claim has no setting: professional or facility", path="/setting", claim_index=index
        )
    return claim.setting


def _of_setting(
    setting: str, claims: Iterable[tuple[int, Claim]], held: list[tuple[int, Claim]]
) -> Iterator[tuple[int, Claim]]:
    """The claims of one setting; the others are added to `held`."""
    for index, claim in claims:
        if _setting(index, claim) == setting:
            yield index, claim
        else:
            held.append((index, claim))


@dataclass(slots=True)
class _File:
    """One interchange while it is written."""

    envelope: Envelope
    submitter: TradingPartner
    receiver: TradingPartner
    claims_per_set: int
    written: deque[tuple[int, Claim]] | None = None
    """Claims that were written and not yet read back, with their indexes; None where nobody reads back."""
    claims: int = 0
    """Claims written so far."""
    groups: int = 0
    sets: int = 0
    delimiters: Delimiters = field(init=False)

    def __post_init__(self) -> None:
        self.delimiters = self.envelope.delimiters

    def chunks(self, claims: Iterator[tuple[int, Claim]]) -> Iterator[bytes]:
        """ISA to IEA."""
        yield self.envelope.isa().encode("ascii")
        held: list[tuple[int, Claim]] = []
        first = next(claims)
        own = _setting(*first)
        yield from self.group(own, _of_setting(own, chain([first], claims), held))
        if held:
            yield from self.group("facility" if own == "professional" else "professional", held)
        yield self.envelope.iea(self.groups).encode("ascii")

    def group(self, setting: str, claims: Iterable[tuple[int, Claim]]) -> Iterator[bytes]:
        """GS to GE with the transaction sets of one setting."""
        module = t837i if setting == "facility" else t837p
        guide = module.GUIDE
        yield self.envelope.gs(self.groups, guide.version).encode("ascii")
        sets = written = 0
        w = Cursor(self.delimiters)
        at = parts.Hierarchy()
        for index, claim in claims:
            if written == self.claims_per_set:
                yield self._end(w)
                written = 0
            if written == 0:
                sets += 1
                self.sets += 1
                w = Cursor(self.delimiters)
                at = parts.Hierarchy()
                self._begin(w, guide)
            try:
                self._claim(w, at, claim)
            except NotWritable as error:
                error.claim_index = index
                raise
            written += 1
            self.claims += 1
            if self.written is not None:
                self.written.append((index, claim))
            yield w.take().encode("ascii")
        yield self._end(w)
        yield self.envelope.ge(self.groups, sets).encode("ascii")
        self.groups += 1

    def _begin(self, w: Cursor, guide: parts.Guide) -> None:
        parts.header(
            w,
            guide,
            control=set_control(self.sets),
            reference=f"{self.envelope.control_number:09d}{set_control(self.sets)}",
            created=self.envelope.created,
            submitter=self.submitter,
            receiver=self.receiver,
        )

    def _claim(self, w: Cursor, at: parts.Hierarchy, claim: Claim) -> None:
        """One claim with the levels above it that it does not share with the one before."""
        if claim.unread:
            one = claim.unread[0]
            message = f"{one.path} could not be read where the claim came from: give its value"
            raise NotWritable(message, path=one.path)
        module = t837i if claim.setting == "facility" else t837p
        if not claim.unmapped:
            parts.levels(w, module.GUIDE, at, claim, self.submitter)
            module.write_claim(w, claim)
            return
        located = Tracing(REPEATING, self.delimiters, strict=True)
        parts.levels(located, module.GUIDE, at, claim, self.submitter)
        module.write_claim(located, claim)
        w.segments.extend(parts.carry_along(w, module.GUIDE, claim, located.taken))

    def _end(self, w: Cursor) -> bytes:
        return self.envelope.se(w.count + 1, self.sets).encode("ascii")


class _ReadBack(io.BytesIO):
    """Reads what is written, as a stream that draws its bytes from the writer."""

    def __init__(self, file: _File, chunks: Iterator[bytes]) -> None:
        super().__init__()
        self._file = file
        self._source = chunks
        self._held: deque[tuple[bytes, int]] = deque()
        """Chunks that are not given out yet, with the number of claims written up to their end."""
        self._rest = b""

    def read(self, size: int | None = -1) -> bytes:
        """Up to `size` bytes of what the writer gives."""
        size = -1 if size is None else size
        pieces, had = [self._rest], len(self._rest)
        while size < 0 or had < size:
            chunk = next(self._source, None)
            if chunk is None:
                break
            self._held.append((chunk, self._file.claims))
            pieces.append(chunk)
            had += len(chunk)
        data = b"".join(pieces)
        self._rest = data[size:] if size >= 0 else b""
        return data[:size] if size >= 0 else data

    def chunks(self) -> Iterator[bytes]:
        """The writer's chunks, each when its claims have been read back."""
        written = self._file.written
        assert written is not None
        seen = 0
        for event in read_claims(self):
            faults = [event] if isinstance(event, Fault) else []
            if isinstance(event, ReadClaim):
                faults = event.unit.faults
            elif isinstance(event, Unit):
                faults = event.faults
            for fault in faults:
                if fault.about.severity == "error":
                    raise _structural(fault, written, seen)
            if isinstance(event, ReadClaim):
                seen += 1
                _same(*written.popleft(), event.claim, self._file)
                while self._held and self._held[0][1] <= seen:
                    yield self._held.popleft()[0]
        if written:
            index, _ = written[0]
            raise NotWritable("the claim is not found again in what was written", claim_index=index)
        while self._held:
            yield self._held.popleft()[0]


def _structural(fault: Fault, written: deque[tuple[int, Claim]], seen: int) -> NotWritable:
    """A claim that breaks the guide: names the value at fault where one stands there."""
    index, claim = written[0] if written else (max(0, seen - 1), None)
    path = ""
    if claim is not None and fault.address:
        places = trace_837(claim)
        path = next((p for p, t in places.items() if t.address == fault.address), "")
        if not path:
            segment = fault.address.rsplit("/", 1)[0] if fault.element is not None else fault.address
            path = next((p for p, t in places.items() if t.address.startswith(segment + "/")), "")
        if not path:
            name = crosswalk.set_of(claim.setting)
            path = crosswalk.record_of(name, re.split(r"[\[/]", fault.address, maxsplit=1)[0]) or ""
    where = f"{path or fault.address or fault.segment}: " if path or fault.address or fault.segment else ""
    return NotWritable(f"{where}{fault.message}", path=path, claim_index=index)


def _same(index: int, given: Claim, read: Claim, file: _File) -> None:
    """Refuse where a claim came back as another one."""
    wanted = normal(given, file.submitter, file.receiver)
    if read.unmapped:
        read = replace(read, unmapped=tuple(sorted(read.unmapped, key=lambda u: (u.address, u.text))))
    if wanted == read:
        return
    path, lost, back = next(differences(wanted, read), ("", None, None))
    if path == "/unmapped":
        carried = next((u for u in given.unmapped if u not in read.unmapped), None)
        path, back = (f"/unmapped/{given.unmapped.index(carried)}", None) if carried else (path, lost)
    kind = "nothing" if back is None or back == () else "something else"
    message = f"{path} comes back as {kind} when the claim is read again: it has no place in this 837"
    raise NotWritable(message, path=path, claim_index=index)


def differences(one: object, other: object, path: str = "") -> Iterator[tuple[str, object, object]]:
    """Where two records differ: JSON Pointer and both values."""
    if is_dataclass(one) and type(one) is type(other):
        for f in fields(one):
            if f.compare:
                yield from differences(getattr(one, f.name), getattr(other, f.name), f"{path}/{f.name}")
    elif isinstance(one, tuple) and isinstance(other, tuple) and len(one) == len(other):
        for i, (a, b) in enumerate(zip(one, other, strict=True)):
            yield from differences(a, b, f"{path}/{i}")
    elif one != other:
        yield path, one, other
