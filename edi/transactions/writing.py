"""Claims to 837 bytes: interchange, groups, transaction sets of at most 5,000 claims."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from edi.errors import NotWritable
from edi.model.claim import Claim
from edi.model.party import TradingPartner
from edi.transactions import parts837 as parts
from edi.transactions import t837i, t837p
from edi.x12.envelope import Envelope, set_control
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
    **envelope: Any,
) -> Iterator[bytes]:
    """The bytes of `write_837` in chunks of one claim; memory does not grow with claims of one setting.

    Claims of the other setting than the first one's are held back until its group is complete. A claim that
    cannot be written raises before any byte of it is given; the bytes before it make no whole interchange.
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
        sender_id=envelope.pop("sender_id", None) or submitter.id or "",
        receiver_id=envelope.pop("receiver_id", None) or receiver.id or "",
        created=created,
        control_number=control_number,
        usage=usage,
        **envelope,
    )
    file = _File(head, submitter, receiver, claims_per_set)
    yield head.isa().encode("ascii")
    held: list[tuple[int, Claim]] = []
    own = _setting(first[0], first[1])
    yield from file.group(own, _of_setting(own, chain([first], numbered), held))
    if held:
        yield from file.group("facility" if own == "professional" else "professional", held)
    yield head.iea(file.groups).encode("ascii")


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
    groups: int = 0
    sets: int = 0
    delimiters: Delimiters = field(init=False)

    def __post_init__(self) -> None:
        self.delimiters = self.envelope.delimiters

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
