"""277CA: the answer to the claims of a transaction set.

Source: guide schemas/guides/277ca.guide (005010X214).

Levels: information source, submitter with the totals of the set, billing provider with its totals, patient
with the claims (rules catalogue 0.5 no. 24).
"""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal

from edi.x12.segment import Layout, d8, number, rd8
from edi.x12.writer import Cursor

VERSION = "005010X214"
GROUP = "HN"
MOST_STATUSES = 3
"""Statuses that one STC has room for; a service line has one STC only."""

LONGEST_TEXT = 264
"""Characters of the words that go with a status."""

Period = tuple[dt.date, dt.date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """A claim status: category (code source 507), status (508) and whom it concerns."""

    category: str
    code: str
    entity: str = ""
    second: "Status | None" = None
    """A status that says more of the same fault."""
    text: str = ""
    """Own words, at most 264 characters."""


ACCEPTED = Status(category="A2", code="20")
"""The claim goes on to be processed."""
LINES_AT_FAULT = Status(category="A7", code="247")
"""The fault is in the service lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Name:
    """NM1: a person or an organization with an id."""

    role: str
    """NM101."""
    person: bool = False
    last: str
    """Last name, or the name of the organization."""
    first: str = ""
    middle: str = ""
    prefix: str = ""
    suffix: str = ""
    id_kind: str
    """NM108."""
    id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A service line with a status of its own: loop 2220D."""

    code_set: str
    """SVC01-1; NU for a revenue code without a procedure."""
    code: str
    modifiers: tuple[str, ...] = ()
    charge: Decimal
    revenue: str = ""
    units: Decimal | None = None
    statuses: tuple[Status, ...]
    control: str = ""
    """Line item control number, else the number of the line."""
    prescription: str = ""
    period: Period | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimAnswer:
    """A claim: loop 2200D."""

    id: str
    """CLM01 as it was sent."""
    charge: Decimal
    """US dollars."""
    statuses: tuple[Status, ...] = (ACCEPTED,)
    rejected: bool = False
    clearinghouse: str = ""
    """REF*D9 of the claim."""
    bill_type: str = ""
    """Type of bill, facility claims only."""
    period: Period | None = None
    """First and last day of service."""
    lines: tuple[Line, ...] = ()


@dataclass(slots=True, kw_only=True)
class Patient:
    """A patient: loop 2000D."""

    name: Name
    claims: list[ClaimAnswer] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Provider:
    """A billing provider: loop 2000C."""

    name: Name
    patients: list[Patient] = field(default_factory=list)

    def claims(self) -> list[ClaimAnswer]:
        """All claims of the provider."""
        return [claim for patient in self.patients for claim in patient.claims]


@dataclass(slots=True, kw_only=True)
class Batch:
    """A transaction set of claims: loops 2000A and 2000B."""

    source: Name
    """Who answers."""
    submitter: Name
    trace: str
    """Our number of the receipt."""
    reference: str
    """BHT03 of the 837."""
    received: dt.date
    processed: dt.date
    providers: list[Provider] = field(default_factory=list)

    def claims(self) -> list[ClaimAnswer]:
        """All claims of the set."""
        return [claim for provider in self.providers for claim in provider.claims()]


_ST = Layout("ST", "01=277 02 03=" + VERSION)
_BHT = Layout("BHT", "01=0085 02=08 03 04 05 06=TH")
_HL = Layout("HL", "01 02 03 04")
_NM1 = Layout("NM1", "01 02 03 04 05 06 07 08 09")
_TRN = Layout("TRN", "01 02")
_DTP = Layout("DTP", "01 02 03")
_STC = Layout("STC", "01-1 01-2 01-3 02 03 04 10-1 10-2 10-3 11-1 11-2 11-3 12")
_QTY = Layout("QTY", "01 02")
_AMT = Layout("AMT", "01 02")
_REF = Layout("REF", "01 02")
_SVC = Layout("SVC", "01-1 01-2 01-3 01-4 01-5 01-6 02 04 07")
_SE = Layout("SE", "01 02")


def write(w: Cursor, batch: Batch, control: str, created: dt.datetime, batch_id: str) -> None:
    """Write one 277CA, ST to SE.

    Args:
        w: takes the segments.
        batch: the claims and what became of them; at least one.
        control: ST02, four to nine characters.
        created: when the answer is made.
        batch_id: BHT03 of the answer.

    Raises:
        NotWritable: a value holds a delimiter or a character that X12 does not know.
    """
    start = len(w.segments)
    w.enter("ST")
    w.segment(_ST, control)
    w.segment(_BHT, batch_id, d8(created.date()), created.strftime("%H%M"))
    w.enter("2000A")
    w.segment(_HL, "1", "", "20", "1")
    _name(w, "2100A", batch.source)
    w.enter("2200A")
    w.segment(_TRN, "1", batch.trace)
    w.segment(_DTP, "050", "D8", d8(batch.received))
    w.segment(_DTP, "009", "D8", d8(batch.processed))
    w.enter("2000B")
    w.segment(_HL, "2", "1", "21", "1" if batch.providers else "0")
    _name(w, "2100B", batch.submitter)
    w.enter("2200B")
    w.segment(_TRN, "2", batch.reference)
    day = d8(batch.processed)
    claims = batch.claims()
    seen = Status(category="A1", code="19", entity=batch.source.role)
    _status(w, (seen,), day, "WQ", number(_total(claims)))
    _totals(w, claims, "90", "AA")
    level = 2
    for position, provider in enumerate(batch.providers, 1):
        level += 1
        level = _provider(w, batch, provider, level, position, day)
    w.enter("TRAILER")
    w.segment(_SE, str(len(w.segments) - start + 1), control)


def _provider(w: Cursor, batch: Batch, provider: Provider, level: int, position: int, day: str) -> int:
    """Loop 2000C with its patients; returns the number of its last level."""
    own = level
    w.enter("2000C")
    w.segment(_HL, str(own), "2", "19", "1" if provider.patients else "0")
    _name(w, "2100C", provider.name)
    w.enter("2200C")
    claims = provider.claims()
    w.segment(_TRN, "1", f"{batch.trace[:44]}P{position}")
    seen = Status(category="A1", code="19", entity=batch.source.role)
    _status(w, (seen,), "", "WQ", number(_total(claims)))
    _totals(w, claims, "QA", "QC")
    for patient in provider.patients:
        level += 1
        w.enter("2000D")
        w.segment(_HL, str(level), str(own), "PT", "")
        _name(w, "2100D", patient.name)
        for claim in patient.claims:
            _claim(w, claim, day)
    return level


def _claim(w: Cursor, claim: ClaimAnswer, day: str) -> None:
    w.enter("2200D")
    w.segment(_TRN, "2", claim.id)
    action = "U" if claim.rejected else "WQ"
    for status in claim.statuses:
        _status(w, (status,), day, action, number(claim.charge))
    for qualifier, value in (("D9", claim.clearinghouse), ("BLT", claim.bill_type)):
        if value:
            w.segment(_REF, qualifier, value)
    _period(w, claim.period)
    for line in claim.lines:
        w.enter("2220D")
        modifiers = [*line.modifiers[:4], *[""] * (4 - len(line.modifiers))]
        charge, units = number(line.charge), number(line.units)
        w.segment(_SVC, line.code_set, line.code, *modifiers, charge, line.revenue, units)
        # the guides disagree on the date and the text of this STC; a date and no text suits both readings
        _status(w, tuple(replace(s, text="") for s in line.statuses), day, "U", "")
        for qualifier, value in (("FJ", line.control), ("XZ", line.prescription)):
            if value:
                w.segment(_REF, qualifier, value)
        _period(w, line.period)


def _status(w: Cursor, statuses: tuple[Status, ...], day: str, action: str, charge: str) -> None:
    """One STC; what else is known stands behind the first status as far as there is room."""
    flat: list[Status] = []
    for status in statuses:
        for one in (status, status.second):
            if one is not None and (one.category, one.code, one.entity) not in {
                (f.category, f.code, f.entity) for f in flat
            }:
                flat.append(one)
    first, *more = flat[:MOST_STATUSES]
    rest = [text for one in more for text in (one.category, one.code, one.entity)]
    text = next((s.text for s in statuses if s.text), "")
    blanks = [""] * (6 - len(rest))
    w.segment(_STC, first.category, first.code, first.entity, day, action, charge, *rest, *blanks, text)


def _totals(w: Cursor, claims: list[ClaimAnswer], accepted: str, rejected: str) -> None:
    """QTY and AMT of the accepted and the rejected claims; what is nothing is left out."""
    sides = (
        (accepted, "YU", [c for c in claims if not c.rejected]),
        (rejected, "YY", [c for c in claims if c.rejected]),
    )
    for qualifier, _, held in sides:
        if held:
            w.segment(_QTY, qualifier, str(len(held)))
    for _, qualifier, held in sides:
        if held:
            w.segment(_AMT, qualifier, number(_total(held)))


def _total(claims: list[ClaimAnswer]) -> Decimal:
    return sum((claim.charge for claim in claims), Decimal(0))


def _name(w: Cursor, loop: str, name: Name) -> None:
    w.enter(loop)
    w.segment(
        _NM1,
        name.role,
        "1" if name.person else "2",
        name.last,
        name.first,
        name.middle,
        name.prefix,
        name.suffix,
        name.id_kind,
        name.id,
    )


def _period(w: Cursor, period: Period | None) -> None:
    if period is not None:
        first, last = period
        form, text = ("D8", d8(first)) if first == last else ("RD8", rd8(first, last))
        w.segment(_DTP, "472", form, text)
