"""Findings: what is wrong, where, what it will be denied with, and what to do. Values, never exceptions."""

from dataclasses import dataclass, field
from decimal import Decimal
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
    """Ordinal of the segment in its transaction set, ST = 1; of a segment that a rule misses that of the
    segment at which the loop around it begins."""
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
    page: int | None = None
    """Sheet of the form, from 1, where a form is judged."""
    box_key: str | None = None
    """Box of the sheet as in `schemas/forms`, with its row, where a form is judged: `24D.1`."""
    x12: X12Place | None = None

    @property
    def box_words(self) -> str:
        """The box as a biller calls it, `item 24D` or `FL 44, sheet 2`; "" for none."""
        if self.box is None:
            return ""
        name = self.box if self.box.startswith("FL ") else f"item {self.box}"
        return f"{name}, sheet {self.page}" if self.page is not None and self.page > 1 else name


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
    overlay: str | None = None
    """The payer rules that set that policy, changed the severity, or hold the rule; None: no payer rules did,
    or the policy was set by the record or the command line."""
    severity_reason: str | None = None
    """Why payer rules gave the finding another severity than the rule has."""
    repair: Repair | None = None
    expected: str | None = None
    actual: str | None = None


@dataclass(slots=True, kw_only=True)
class LikelyDenial:
    """One answer that a payer is likely to give to a claim, with all rules that lead there."""

    group: str
    """CO, OA, PI or PR."""
    code: str
    """Claim adjustment reason code."""
    remarks: tuple[str, ...] = ()
    """Remittance advice remark codes that go with it."""
    basis: Literal["textbook", "official"] = "official"
    """Whether the source articles say so or the official lists do."""
    likelihood: Literal["high", "medium", "low"] = "medium"
    """How likely the denial is: that of its likeliest rule."""
    lines: tuple[int, ...] = ()
    """Numbers of the service lines, from 1; empty: the claim as a whole."""
    at_stake: Decimal = Decimal(0)
    """US dollars charged for what it would deny."""
    rules: tuple[str, ...] = ()
    """Rules that lead there."""
    first_actions: tuple[str, ...] = ()
    """What to do first when it comes back, once for each way of saying it."""
    instead: tuple[str, ...] = ()
    """What other payers answer to the same, as `CO-236 M80 (official, medium)`."""


@dataclass(slots=True, kw_only=True)
class Forecast:
    """What is likely to become of one claim, from its errors and warnings."""

    claim: str | None = None
    """Id of the claim or the encounter."""
    index: int = 0
    """Which record of the file, from 0."""
    charge: Decimal = Decimal(0)
    """US dollars charged on the claim."""
    at_stake: Decimal = Decimal(0)
    """US dollars of the charge that a denial or a rejection would touch; each dollar counts once."""
    denials: tuple[LikelyDenial, ...] = ()
    """Likely denials, the likeliest first."""
    returned_for: tuple[str, ...] = ()
    """Rules whose errors send the whole claim back before anybody judges it."""


@dataclass(slots=True, kw_only=True)
class ComparedLine:
    """One line as it was coded beside what the record supports."""

    state: Literal["same", "differs", "missing", "extra"]
    """missing: supported and not billed; extra: billed and not supported."""
    line: int | None = None
    """Number of the claim line, from 1; null for a missing one that the claim has not."""
    billed: str | None = None
    """What was coded, as `96365-59 x1`."""
    supported: str | None = None
    """What the record supports."""
    differences: tuple[str, ...] = ()
    """In what they differ, in words."""
    billed_charge: Decimal | None = None
    """US dollars of the coded line."""
    supported_charge: Decimal | None = None
    """US dollars of the supported line, by the fee schedule or the coded line's charge for each unit."""
    difference: Decimal | None = None
    """Supported less billed, in US dollars; null where a charge is not known."""
    why: str | None = None
    """Why the record supports the line, or does not."""


@dataclass(slots=True, kw_only=True)
class Comparison:
    """The coded lines of one encounter beside those that its record supports."""

    claim: str | None = None
    """Id of the claim or the encounter."""
    index: int = 0
    """Which record of the file, from 0."""
    lines: tuple[ComparedLine, ...] = ()
    """Line by line."""
    billed: Decimal = Decimal(0)
    """US dollars of the coded lines that were compared."""
    supported: Decimal | None = None
    """US dollars of what the record supports; null where a charge is not known."""
    difference: Decimal | None = None
    """Supported less billed, in US dollars."""


@dataclass(slots=True, kw_only=True)
class PricedLine:
    """What Medicare would allow for one service line: an estimate."""

    line: int
    """Number of the line, from 1."""
    code: str | None = None
    """Procedure code."""
    system: Literal["PFS", "OPPS", "ASP"] | None = None
    """Physician fee schedule, outpatient prospective payment, or average sales price; null: no price."""
    amount: Decimal | None = None
    """US dollars for the whole line, before deductible, coinsurance and sequestration."""
    qualifying_amount: Decimal | None = None
    """The same with the factor of qualifying alternative payment models, where there is one."""
    basis: str = ""
    """How the amount comes about, or why there is none."""
    reservation: str | None = None
    """Why the amount is less than certain."""
    charge: Decimal | None = None
    """US dollars charged for the line."""


@dataclass(slots=True, kw_only=True)
class PricePanel:
    """What Medicare would allow for a claim, line by line: an estimate, not a promise."""

    claim: str | None = None
    """Id of the claim or the encounter."""
    index: int = 0
    """Which record of the file, from 0."""
    locality: str | None = None
    """Contractor and locality, as `05102-18`; null: the national amount."""
    lines: tuple[PricedLine, ...] = ()
    """Line by line."""
    total: Decimal = Decimal(0)
    """US dollars of the lines that have a price."""
    unpriced: int = 0
    """Number of lines without a price."""


@dataclass(slots=True, kw_only=True)
class Query:
    """A question to somebody whose answer completes the record."""

    element: str
    """What is missing."""
    ask: str
    """Whom to ask: nurse, physician, pharmacy or billing."""
    question: str
    """The question, in plain words."""
    rule: str
    """Rule that judges the element."""


@dataclass(slots=True, kw_only=True)
class Documentation:
    """How well one administration is documented."""

    claim: str | None = None
    """Id of the claim or the encounter."""
    index: int = 0
    """Which record of the file, from 0."""
    administration: str
    """Id of the administration."""
    drug: str
    """What was given, as the record names it."""
    score: int
    """Part of the elements that apply and are there, by weight, in percent."""
    elements: dict[str, Literal["present", "missing", "not applicable"]]
    """Every element of the rules catalogue, section H, in its order."""
    queries: tuple[Query, ...] = ()
    """What to ask for each value that is missing."""


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
    forecast: list[Forecast] = field(default_factory=list)
    """For each claim with errors or warnings what is likely to become of it."""
    comparison: list[Comparison] = field(default_factory=list)
    """For each encounter that is coded already its lines beside what the record supports."""
    prices: list[PricePanel] = field(default_factory=list)
    """For each claim what Medicare would allow, where that was asked for."""
    documentation: list[Documentation] = field(default_factory=list)
    """For each administration of an encounter how well it is documented, and what to ask."""
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
