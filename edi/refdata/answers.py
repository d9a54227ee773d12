"""What look-ups in reference data answer: each with its edition, and whether that covers the date."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from edi.refdata.editions import Edition

if TYPE_CHECKING:
    from edi.refdata.lists import Entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Base: where an answer comes from."""

    edition: Edition
    covers: bool
    """Whether the edition was published for the date of service; False: it is the nearest one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairEdit(Answer):
    """An NCCI procedure-to-procedure edit that is in force: column 2 is not paid beside column 1."""

    code1: str
    code2: str
    indicator: int
    """0 no modifier lifts it, 1 a modifier may."""
    start: date | None
    """First date of service of the edit; None: not known."""
    end: date | None
    """Last one; None: still in force, or not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitLimit(Answer):
    """A medically unlikely edit."""

    code: str
    units: int
    """Most units of the code."""
    adjudication: int
    """1 by line, 2 by date and absolute, 3 by date."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AddOn(Answer):
    """The primary codes beside which an add-on code may be billed."""

    code: str
    parents: frozenset[str]
    """Primary codes; empty for type 2, whose list the contractor keeps."""
    closed: bool
    """Whether the list is the whole of it (type 1); of type 3 the contractor may know more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DrugPrice(Answer):
    """A payment limit of Medicare Part B, average sales price file. That a price exists is no coverage."""

    code: str
    dosage: str
    """What one billing unit stands for, as the file writes it: `10 MG`."""
    limit: Decimal | None
    """US dollars for one billing unit."""
    coinsurance: Decimal | None
    """Percent of the limit, where it is not 20."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeValue(Answer):
    """A row of the physician fee schedule, relative value units and conversion factor."""

    code: str
    modifier: str
    status: str
    work: Decimal
    pe_nonfacility: Decimal
    pe_facility: Decimal
    malpractice: Decimal
    total_nonfacility: Decimal
    total_facility: Decimal
    professional_technical: str
    global_days: str
    multiple_procedure: str
    conversion_factor: Decimal
    """US dollars for one relative value unit."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalityIndex(Answer):
    """Geographic practice cost indices of one locality of one contractor."""

    mac: str
    locality: str
    state: str
    name: str
    work: Decimal
    """With the floor of 1.0 where the file has one."""
    work_without_floor: Decimal | None
    pe: Decimal
    malpractice: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class ApcRow(Answer):
    """A row of Addendum B of the outpatient prospective payment system."""

    code: str
    status: str
    """Status indicator."""
    apc: str | None
    weight: Decimal | None
    rate: Decimal | None
    """US dollars."""
    copayment: Decimal | None
    """National unadjusted, else minimum unadjusted copayment."""
    adjusted_copayment: Decimal | None
    """Where the price rose faster than inflation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NdcCode(Answer):
    """A product of the NDC to HCPCS crosswalk under one billing code."""

    ndc: str
    """11 digits; 12 where the file has 12."""
    code: str
    dosage: str
    package_size: Decimal | None
    package_quantity: Decimal | None
    units: Decimal | None
    """Billing units of one item."""
    units_package: Decimal | None
    """Billing units of the whole package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Whether a code stands in a list on a date of service, and who says so."""

    known: bool | None
    """None: not checked."""
    entry: "Entry | None"
    """The row that is valid on the date, else that of the nearest edition."""
    edition: Edition | None
    """The loaded edition that answered; None: only what ships was asked."""
    covers: bool
    """Whether that edition was published for the date."""
