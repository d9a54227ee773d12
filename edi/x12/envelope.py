"""Interchange and functional group: ISA, GS, ST, SE, GE, IEA (rules.md section E.1)."""

import datetime as dt
from dataclasses import dataclass, field

from edi.errors import NotWritable
from edi.x12.segment import ELEMENT, SEGMENT, Delimiters

MOST = 999_999_999
"""Largest control number of an interchange or a group."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the control segments of one interchange say.

    `control_number` is ISA13; groups count on from it (GS06), transaction sets from 0001 (ST02).
    Identifiers of the interchange are at most 15 characters, of the group 2 to 15.
    """

    sender_id: str
    receiver_id: str
    created: dt.datetime
    control_number: int = 1
    usage: str = "T"
    sender_qualifier: str = "ZZ"
    receiver_qualifier: str = "ZZ"
    application_sender: str | None = None
    """GS02; default the sender of the interchange."""
    application_receiver: str | None = None
    """GS03; default the receiver of the interchange."""
    acknowledgment: str = "0"
    """ISA14: 1 asks for a TA1."""
    delimiters: Delimiters = field(default_factory=Delimiters)

    def __post_init__(self) -> None:
        if not 1 <= self.control_number <= MOST:
            raise ValueError("the control number has one to nine digits")
        if self.usage not in ("T", "P"):
            raise ValueError("usage is T (test) or P (production)")
        if self.acknowledgment not in ("0", "1"):
            raise ValueError("acknowledgment is 0 or 1")
        if len(self.sender_qualifier) != 2 or len(self.receiver_qualifier) != 2:
            raise ValueError("the qualifiers of sender and receiver have two characters")
        refused = self.delimiters.refused().search
        for text, path in (
            (self.sender_id, "/submitter/id"),
            (self.receiver_id, "/receiver/id"),
            (self.application_sender, "/submitter/id"),
            (self.application_receiver, "/receiver/id"),
        ):
            if text is None:
                continue
            if not text.strip():
                raise NotWritable(f"{path}: the interchange needs an id", path=path)
            if len(text) > 15:
                raise NotWritable(
                    f"{path}: the id in the interchange header has at most 15 characters", path=path
                )
            if refused(text):
                raise NotWritable(
                    f"{path}: the id holds a delimiter or a character that X12 does not know", path=path
                )

    def isa(self) -> str:
        """ISA, 106 characters with its terminator."""
        d = self.delimiters
        return d.element.join(
            (
                "ISA", "00", " " * 10, "00", " " * 10,
                self.sender_qualifier, self.sender_id.ljust(15),
                self.receiver_qualifier, self.receiver_id.ljust(15),
                self.created.strftime("%y%m%d"), self.created.strftime("%H%M"), d.repetition, "00501",
                f"{self.control_number:09d}", self.acknowledgment, self.usage, d.component,
            )
        ) + d.segment + d.line_break  # fmt: skip

    def iea(self, groups: int) -> str:
        """IEA; `groups` is the number of functional groups."""
        return self._line("IEA", str(groups), f"{self.control_number:09d}")

    def group_number(self, index: int) -> int:
        """GS06 of a functional group, counted from 0; begins again at 1 behind the largest number."""
        return (self.control_number + index - 1) % MOST + 1

    def gs(self, index: int, version: str) -> str:
        """GS of a claim group; `version` is GS08."""
        return self._line(
            "GS", "HC",
            self.application_sender or self.sender_id, self.application_receiver or self.receiver_id,
            f"{self.created:%Y%m%d}", f"{self.created:%H%M}", str(self.group_number(index)), "X", version,
        )  # fmt: skip

    def ge(self, index: int, sets: int) -> str:
        """GE; `sets` is the number of transaction sets in the group."""
        return self._line("GE", str(sets), str(self.group_number(index)))

    def se(self, segments: int, set_number: int) -> str:
        """SE; `segments` counts from ST to SE, both included."""
        return self._line("SE", str(segments), set_control(set_number))

    def _line(self, *elements: str) -> str:
        return self.delimiters.dress(ELEMENT.join(elements) + SEGMENT)


def set_control(number: int) -> str:
    """ST02 and SE02: four digits, more where the count needs them."""
    return f"{number:04d}"
