"""TA1: the answer to an interchange.

Source: guide schemas/guides/ta1.guide; rules catalogue I and 0.5 no. 25.
"""

from dataclasses import dataclass
from typing import Literal

from edi.x12.segment import Layout
from edi.x12.writer import Cursor

Verdict = Literal["A", "E", "R"]
"""A accepted, E accepted with errors, R rejected."""

_TA1 = Layout("TA1", "01 02 03 04 05")


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """What a TA1 says of an interchange."""

    control: str
    """ISA13, nine digits."""
    date: str
    """ISA09, YYMMDD."""
    time: str
    """ISA10, HHMM."""
    verdict: Verdict
    reason: str = "000"
    """Note of the worst fault, 000 to 031."""


def write(w: Cursor, receipt: Receipt) -> None:
    """Write the one segment of a TA1; it stands between ISA and IEA, in no group."""
    w.segment(_TA1, receipt.control, receipt.date, receipt.time, receipt.verdict, receipt.reason)
