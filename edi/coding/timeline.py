"""What the engine makes of a record: administrations understood, lines proposed, codes refused."""

from dataclasses import dataclass, field
from datetime import date, tzinfo
from decimal import Decimal
from typing import Literal

from edi.coding.clock import PauseReading, Reading
from edi.coding.family import Klass
from edi.coding.spans import Spans
from edi.model.claim import ServiceLine
from edi.model.encounter import Administration, Encounter
from edi.payers import Policies
from edi.refdata import Drug, Lists

Mode = Literal["infusion", "push", "injection", "pump", "on_body", "flush", "none"]
ClassBasis = Literal["stated", "table", "policy", "assumed", "unknown"]
Excluded = Literal[
    "vehicle",
    "keep_vein_open",
    "flush",
    "blood_line",
    "integral",
    "not_injected",
    "no_code",
    "no_class",
    "start_missing",
    "start_unreadable",
    "stop_unreadable",
    "stop_before_start",
    "stop_missing",
]
HELD: tuple[Excluded, ...] = (
    "no_class",
    "start_missing",
    "start_unreadable",
    "stop_unreadable",
    "stop_before_start",
    "stop_missing",
)
"""Exclusions that a correction of the record lifts; the others are final."""
INCLUDED: tuple[Excluded, ...] = ("vehicle", "keep_vein_open", "flush", "blood_line", "integral")
"""Exclusions of fluids that belong to another service."""


@dataclass(slots=True, kw_only=True)
class Given:
    """One administration as the engine understood it."""

    index: int
    """Position in the encounter."""
    source: Administration
    drug: Drug | None
    """Row of the drug table on the service date."""
    klass: Klass | None
    klass_basis: ClassBasis
    route: str | None
    """Canonical route; None when the record names none."""
    mode: Mode
    """What it is coded as."""
    documented: Mode
    """What it was documented as."""
    substance: str
    """Key that administrations of one drug, or of one bag, share."""
    start: Reading
    stop: Reading
    begin: int | None
    """Start in seconds since the epoch."""
    end: int | None
    pauses: tuple[PauseReading, ...]
    spans: Spans
    """Stretches in which the drug ran."""
    minutes: int | None
    """Whole minutes in which the drug ran; None when they are not known."""
    service_date: date | None
    visit: str
    site: str
    """Key of the access site; "" when none is recorded."""
    excluded: Excluded | None
    stop_derived: bool = False
    """The stop was calculated from volume and rate."""
    stop_fallback: bool = False
    """Without a stop the infusion is coded as a push."""
    aborted_as_planned: bool = False
    """15 minutes or less, coded by intent."""

    @property
    def id(self) -> str:
        """Id of the administration."""
        return self.source.id

    @property
    def name(self) -> str:
        """What to call the drug in a sentence."""
        return (
            self.source.drug or (self.drug.drug if self.drug else None) or self.source.hcpcs or self.source.id
        )


@dataclass(slots=True, frozen=True, kw_only=True)
class Refusal:
    """A code that was considered and not proposed."""

    code: str | None
    administrations: tuple[str, ...]
    why: str
    reason: str
    """Short key, such as vehicle, third_concurrent, under_minimum."""


@dataclass(slots=True, kw_only=True)
class ProposedLine:
    """One proposed line with the codes that were refused for the same administrations."""

    line: ServiceLine
    visit: str = ""
    site: str = ""
    refused: tuple[Refusal, ...] = ()


@dataclass(slots=True, frozen=True, kw_only=True)
class Dosing:
    """Units of one drug dose."""

    administration: str
    billed: int
    """Billing units of the dose, rounded up."""
    discarded: int
    """Billing units that were thrown away (JW)."""
    opened: Decimal | None
    """Content of the opened containers in the unit of the code; None when not recorded."""
    dose: Decimal
    """Dose in the unit of the code."""
    unit: str
    """The unit of the code: mg, g, mcg, mL, units or mEq."""
    unit_value: Decimal
    """What one billing unit stands for."""
    single_dose: bool | None


@dataclass(slots=True, kw_only=True)
class Timeline:
    """All that was given, in one place."""

    encounter: Encounter
    setting: Literal["professional", "facility"]
    zone: tzinfo
    policies: Policies
    given: tuple[Given, ...]
    """By position in the encounter."""
    lists: Lists = field(repr=False, compare=False)
    """Reference data by which it is coded."""
    initial_fallback: Literal["no_primary", "no_parent", "not_eligible"] | None = None
    """Why the hierarchy chose the initial service of a professional visit."""
    initial_differs: bool = False
    """The primary reason made another service initial than the hierarchy would."""
    dosing: tuple[Dosing, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    def of(self, id_: str) -> Given | None:
        """The administration of an id."""
        return next((g for g in self.given if g.id == id_), None)


@dataclass(slots=True, kw_only=True)
class Proposal:
    """The timeline and the lines that it supports."""

    timeline: Timeline
    lines: tuple[ProposedLine, ...] = field(default=())
