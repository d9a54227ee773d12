"""999: the answer to a functional group. Source: guide schemas/guides/999.guide (005010X231A1)."""

from dataclasses import dataclass, field
from typing import Literal

from edi.x12.segment import Layout
from edi.x12.writer import Cursor

VERSION = "005010X231A1"
GROUP = "FA"
MOST_CODES = 5
"""Codes that IK5 and AK9 have room for."""
MOST_TRIGGERS = 9
"""CTX that may follow a segment or an element."""

SetVerdict = Literal["A", "E", "R"]
"""A accepted, E accepted with errors, R rejected."""
GroupVerdict = Literal["A", "E", "P", "R"]
"""P: some sets are accepted and some are rejected."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """An element within a segment, each number from 1."""

    element: int
    component: int | None = None
    repetition: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What made a segment or an element necessary or forbidden."""

    segment: str
    ordinal: int
    loop: str = ""
    spot: Spot | None = None
    number: int | None = None
    """Data element number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementNote:
    """One fault of an element: IK4."""

    spot: Spot
    code: str
    number: int | None = None
    """Data element number, where it is known."""
    value: str = ""
    """Copy of the value at fault, at most 99 characters; "" where it cannot or need not be repeated."""
    triggers: tuple[Trigger, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SegmentNote:
    """One fault of a segment, or the faults of its elements: IK3."""

    segment: str
    ordinal: int
    """Number of the segment in its set, ST = 1."""
    code: str
    loop: str = ""
    """At most four characters; "" in the header and the trailer."""
    claim: str = ""
    """CLM01 of the claim."""
    triggers: tuple[Trigger, ...] = ()
    elements: tuple[ElementNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetNote:
    """The answer to one transaction set: AK2 to IK5."""

    id: str
    """ST01."""
    control: str
    """ST02."""
    version: str = ""
    """ST03."""
    verdict: SetVerdict
    codes: tuple[str, ...] = ()
    segments: tuple[SegmentNote, ...] = ()


@dataclass(slots=True, kw_only=True)
class GroupNote:
    """The answer to one functional group: AK1 to AK9."""

    kind: str
    """GS01."""
    control: str
    """GS06."""
    version: str
    """GS08."""
    verdict: GroupVerdict
    stated: int
    """Sets that GE01 counts."""
    received: int
    accepted: int
    codes: tuple[str, ...] = ()
    sets: list[SetNote] = field(default_factory=list)


_ST = Layout("ST", "01=999 02 03=" + VERSION)
_AK1 = Layout("AK1", "01 02 03")
_AK2 = Layout("AK2", "01 02 03")
_IK3 = Layout("IK3", "01 02 03 04")
_SITUATION = Layout("CTX", "01-1 02 03 04 05-1 05-2 05-3 06-1")
_BUSINESS = Layout("CTX", "01-1=CLM01 01-2")
_IK4 = Layout("IK4", "01-1 01-2 01-3 02 03 04")
_IK5 = Layout("IK5", "01 02 03 04 05 06")
_AK9 = Layout("AK9", "01 02 03 04 05 06 07 08 09")
_SE = Layout("SE", "01 02")


def write(w: Cursor, group: GroupNote, control: str) -> None:
    """Write one 999, ST to SE.

    Args:
        w: takes the segments.
        group: what is said.
        control: ST02, four to nine characters.

    Raises:
        NotWritable: a value holds a delimiter or a character that X12 does not know.
    """
    start = len(w.segments)
    w.enter("ST")
    w.segment(_ST, control)
    w.segment(_AK1, group.kind, group.control, group.version)
    for note in group.sets:
        _set(w, note)
    w.enter("TRAILER")
    counts = (str(group.stated), str(group.received), str(group.accepted))
    w.segment(_AK9, group.verdict, *counts, *_codes(group.codes))
    w.segment(_SE, str(len(w.segments) - start + 1), control)


def _set(w: Cursor, note: SetNote) -> None:
    w.enter("2000")
    w.segment(_AK2, note.id, note.control, note.version)
    for segment in note.segments:
        w.enter("2100")
        w.segment(_IK3, segment.segment, str(segment.ordinal), segment.loop, segment.code)
        _triggers(w, segment.triggers)
        if segment.claim:
            w.segment(_BUSINESS, segment.claim)
        for element in segment.elements:
            w.enter("2110")
            number = "" if element.number is None else str(element.number)
            w.segment(_IK4, *_spot(element.spot), number, element.code, element.value)
            _triggers(w, element.triggers)
    w.enter("2000-TRAILER")
    w.segment(_IK5, note.verdict, *_codes(note.codes))


def _triggers(w: Cursor, triggers: tuple[Trigger, ...]) -> None:
    for trigger in triggers[:MOST_TRIGGERS]:
        spot = _spot(trigger.spot) if trigger.spot else ("", "", "")
        number = "" if trigger.number is None else str(trigger.number)
        w.segment(
            _SITUATION,
            "SITUATIONAL TRIGGER",
            trigger.segment,
            str(trigger.ordinal),
            trigger.loop,
            *spot,
            number,
        )


def _spot(spot: Spot) -> tuple[str, str, str]:
    component = "" if spot.component is None else str(spot.component)
    return str(spot.element), component, "" if spot.repetition is None else str(spot.repetition)


def _codes(codes: tuple[str, ...]) -> list[str]:
    return [*codes[:MOST_CODES], *[""] * (MOST_CODES - len(codes))]
