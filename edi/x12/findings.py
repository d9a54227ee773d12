"""Faults of the wire as values, and the table that names them."""

from dataclasses import dataclass, field
from functools import cache
from typing import Literal, cast

from edi import tables
from edi.finding import Severity

Level = Literal["ta1", "ak9", "ik5", "ik3", "ik4"]


@dataclass(slots=True, frozen=True)
class FaultKind:
    """One row of `schemas/guides/faults.csv`."""

    kind: str
    rule: str
    snip: int
    severity: Severity
    level: Level
    code: str
    message: str
    help: str


@cache
def fault_kinds() -> dict[str, FaultKind]:
    """All kinds of faults by their key."""
    return {
        row["kind"]: FaultKind(
            kind=row["kind"],
            rule=row["rule"],
            snip=int(row["snip"]),
            severity=cast(Severity, row["severity"]),
            level=cast(Level, row["level"]),
            code=row["code"],
            message=row["message"],
            help=row["help"],
        )
        for row in tables.rows("guides/faults.csv")
    }


@dataclass(slots=True, kw_only=True)
class Fault:
    """One fault of the wire with its place."""

    kind: str
    interchange: int = 0
    """Number of the interchange in the input, from 1."""
    group: int = 0
    """Number of the group in the interchange, from 1; 0 for a fault of the interchange."""
    set: int = 0
    """Number of the transaction set in the group, from 1; 0 outside one."""
    ordinal: int = 0
    """Ordinal of the segment in its set, ST = 1; for a missing segment that of the one before which it
    should stand."""
    segment: str = ""
    """Segment id."""
    address: str = ""
    """As `2400[3]/SV1/01-2`."""
    loop: str = ""
    """Id of the loop."""
    meant: str = ""
    """Line of the guide by which the segment was judged, as `DTP[472]`."""
    element: int | None = None
    component: int | None = None
    repetition: int | None = None
    claim: str | None = None
    """CLM01 of the claim."""
    line: int | None = None
    """Number of the service line, from 1."""
    byte: int | None = None
    text_line: int | None = None
    column: int | None = None
    values: dict[str, object] = field(default_factory=dict)
    """What fills the message."""
    expected: str | None = None
    actual: str | None = None

    @property
    def about(self) -> FaultKind:
        """The row of the fault table."""
        return fault_kinds()[self.kind]

    @property
    def code(self) -> str:
        """The code that the acknowledgement gives."""
        return self.about.code.format(**{"code": "", **self.values})

    @property
    def message(self) -> str:
        """What is wrong."""
        return self.about.message.format(**self.values)

    @property
    def help(self) -> str:
        """What to do."""
        return self.about.help.format(**self.values)
