"""Findings: what is wrong, where, what it will be denied with, and what to do. Values, never exceptions."""

from dataclasses import dataclass, field
from typing import Literal

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")

RecordKind = Literal["encounter", "claim", "x12", "boxes", "xml", "file"]


@dataclass(slots=True, kw_only=True)
class Denial:
    """How a payer is likely to answer: group, CARC and RARCs."""

    group: str
    """CO, OA, PI or PR."""
    code: str
    """Claim adjustment reason code."""
    remarks: tuple[str, ...] = ()
    """Remittance advice remark codes that go with it."""
    basis: Literal["textbook", "official"] = "official"
    """Whether the source articles say so or the official lists do."""
    likelihood: Literal["high", "medium", "low"] = "medium"
    """How likely the denial is."""
    first_action: str = ""
    """What to do first when it comes back."""


@dataclass(slots=True, kw_only=True)
class X12Place:
    """A place in an X12 file."""

    address: str
    """As `2400[2]/SV1/01-2`."""
    loop: str | None = None
    segment: int | None = None
    """Ordinal of the segment in its transaction set, ST = 1."""
    text_line: int | None = None
    column: int | None = None
    byte: int | None = None


@dataclass(slots=True, kw_only=True)
class Place:
    """Where a fault shows on the surfaces of the claim."""

    claim: str | None = None
    """Id of the claim or the encounter."""
    line: int | None = None
    """Number of the service line, from 1."""
    box: str | None = None
    """CMS-1500 item, or `FL 44`."""
    x12: X12Place | None = None


@dataclass(slots=True, kw_only=True)
class Repair:
    """A change that was made or can be made without touching clinical or billed content."""

    path: str
    before: str
    after: str
    why: str


@dataclass(slots=True, kw_only=True)
class Finding:
    """One fault or remark.

    `path` points into the record that was given, `claim_path` into the claim that came of it.
    """

    rule: str
    name: str
    severity: Severity
    message: str
    help: str
    record: RecordKind = "file"
    index: int = 0
    """Which record of the file, from 0."""
    path: str = ""
    claim_path: str | None = None
    place: Place = field(default_factory=Place)
    also: tuple[str, ...] = ()
    """Other ids under which catalogues know the same fault."""
    snip: int | None = None
    """SNIP type 1 to 7."""
    setting: Literal["professional", "facility"] | None = None
    denials: tuple[Denial, ...] = ()
    source: str = ""
    policy: str | None = None
    """The policy value under which the rule fired, as `jwjz_required = yes`."""
    repair: Repair | None = None
    expected: str | None = None
    actual: str | None = None


@dataclass(slots=True, kw_only=True)
class FileReport:
    """All findings of one input."""

    file: str
    kind: str
    guide: str | None = None
    payer_overlay: str | None = None
    overlay_reason: str | None = None
    claims: int = 0
    findings: list[Finding] = field(default_factory=list)
    unreadable: bool = False
    """The input, or a record in it, could not be read; not part of the JSON."""

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return not any(f.severity == "error" for f in self.findings)


@dataclass(slots=True, kw_only=True)
class Report:
    """All findings of one run."""

    files: list[FileReport] = field(default_factory=list)

    @property
    def findings(self) -> list[Finding]:
        """The findings of all files, in the order of the files."""
        return [f for file in self.files for f in file.findings]

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return all(file.ok for file in self.files)

    def count(self, severity: Severity) -> int:
        """Number of findings of one severity."""
        return sum(f.severity == severity for f in self.findings)
