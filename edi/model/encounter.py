"""The encounter: what was given to a patient in one visit or one course of visits, as documented.

Instants stay text here: a clock time means something only with the encounter's time zone, and a vague one
must be reportable. `edi.coding.clock` reads them.
"""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from edi.model.claim import ClaimHeader, Service
from edi.model.party import BillingSide

Category = Literal["therapeutic", "chemotherapy", "complex_biologic", "hormonal_antineoplastic", "hydration"]
Technique = Literal["infusion", "push", "injection", "pump", "on_body_injector", "flush"]
Purpose = Literal[
    "treatment", "vehicle", "keep_vein_open", "flush", "blood_line", "pre_hydration", "post_hydration"
]
TimesSource = Literal["mar", "note", "pump", "derived"]
DocumentedType = Literal["initial", "sequential", "concurrent", "additional_hour"]
Coding = Literal["propose", "as_coded", "both"]


@dataclass(slots=True, kw_only=True)
class Quantity:
    """An amount of substance."""

    value: Decimal
    """The number."""
    unit: str
    """mg, g, mcg, mL, units, IU, mEq ..."""


@dataclass(slots=True, kw_only=True)
class Container:
    """Containers of one size that were opened for one administration."""

    size: Quantity
    """Labelled content of one container."""
    count: int = 1
    """How many were opened."""
    single_dose: bool | None = None
    """Single-dose by its label; absent: the drug table decides."""
    volume_ml: Decimal | None = None
    """Volume of one container in millilitres, for NDC quantities of liquids; absent: the drug table's."""


@dataclass(slots=True, kw_only=True)
class Pause:
    """A time in which the drug did not run."""

    start: str | None = None
    """Instant at which the flow stopped."""
    stop: str | None = None
    """Instant at which it went on."""


@dataclass(slots=True, kw_only=True)
class Order:
    """The order behind an administration."""

    id: str | None = None
    """Order number."""
    by_npi: str | None = None
    """NPI of the practitioner who ordered."""
    indication: str | None = None
    """Reason for the drug, in words or as a diagnosis code."""
    dose: Quantity | None = None
    """Ordered dose."""


@dataclass(slots=True, kw_only=True)
class Discard:
    """The record of what was thrown away from single-dose containers."""

    value: Decimal
    """Amount."""
    unit: str
    """Unit of the amount."""
    reason: str | None = None
    """Why it was discarded."""
    recorded_by: str | None = None
    """Who recorded it."""


@dataclass(slots=True, kw_only=True)
class Administration:
    """One drug or fluid given by one technique at one access site."""

    id: str
    """Name of this administration within the encounter."""
    drug: str | None = None
    """Name of the drug as charted."""
    hcpcs: str | None = None
    """Drug code; absent for a drug that is not billed by this provider."""
    ndc: str | None = None
    """National Drug Code of the container, with hyphens or eleven digits."""
    dose: Quantity | None = None
    """Dose given to the patient."""
    containers: tuple[Container, ...] = ()
    """Containers that were opened for this dose."""
    category: Category | None = None
    """Class after policy; absent: the drug table and the policy decide."""
    route: str | None = None
    """IV, SC, IM, IA intra-arterial, IT intrathecal, IC intracavitary, IL intralesional, PO, OBI ..."""
    technique: Technique | None = None
    """How it was given."""
    start: str | None = None
    """Instant at which it began."""
    stop: str | None = None
    """Instant at which it ended."""
    pauses: tuple[Pause, ...] = ()
    """Interruptions."""
    planned_minutes: int | None = None
    """Ordered duration."""
    stop_reason: str | None = None
    """Why it was stopped early."""
    times_source: TimesSource | None = None
    """Where the times were documented."""
    access_site: str | None = None
    """Vascular access site; lumens of one catheter are one site."""
    site_reason: str | None = None
    """Clinical reason for a second site."""
    bag: str | None = None
    """Drugs with the same bag are one infusion."""
    diluent_of: str | None = None
    """Drug or administration id that this fluid carries."""
    purpose: Purpose | None = None
    """What it was for; default treatment."""
    new_pump_site: bool | None = None
    """A new subcutaneous pump site was set up."""
    volume_ml: Decimal | None = None
    """Volume in millilitres."""
    rate_ml_per_hour: Decimal | None = None
    """Rate in millilitres per hour."""
    order: Order | None = None
    """The order behind it."""
    iv_rationale: str | None = None
    """Why intravenous and not oral."""
    documented_type: DocumentedType | None = None
    """Kind of infusion as the record names it."""
    recorded_by: str | None = None
    """Clinician who charted the times."""
    signed_by: str | None = None
    """Clinician who signed."""
    signer_credential: str | None = None
    """Credential of the signer, such as RN."""
    signed_at: str | None = None
    """Instant of the signature."""
    lot: str | None = None
    """Lot number."""
    intensity_factors: tuple[str, ...] = ()
    """What made it complex: monitoring, rate titration, reaction risk ..."""
    discard: Discard | None = None
    """Record of discarded drug."""
    patient_supplied: bool | None = None
    """Patient or specialty pharmacy brought the drug: no drug line."""
    acquired_340b: bool | None = None
    """Bought under the 340B program."""
    diagnosis_pointers: tuple[int, ...] = ()
    """Numbers, from 1, of the diagnoses that this treats; default the first."""
    visit: int | None = None
    """Which visit of the day, from 1."""


@dataclass(slots=True, kw_only=True)
class Encounter(ClaimHeader):
    """One documented encounter, coded or not yet coded."""

    encounter_id: str
    """Id of the encounter; becomes the claim id unless the patient has an account number."""
    policies: dict[str, str | int | dict[str, str]] = field(default_factory=dict)
    """Policies of the payer rules that are set for this encounter alone."""
    administrations: tuple[Administration, ...] = ()
    """What was given."""
    services: tuple[Service, ...] = ()
    """Services that are coded already."""
    charges: dict[str, Decimal] = field(default_factory=dict)
    """Fee schedule: procedure code to US dollars per unit."""
    primary_reason: str | None = None
    """Id of the administration that was the main reason for the visit (professional)."""
    coding: Coding | None = None
    """propose, as_coded or both; default as_coded where `services` holds an administration, else propose."""
    professional_billing: BillingSide | None = None
    """Who bills the practitioner's services of a facility's visit (`build --both`)."""
