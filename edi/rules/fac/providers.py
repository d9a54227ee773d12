"""FAC-PROV: the attending practitioner, and the facility as an organization."""

from collections.abc import Iterator

from edi.rules import Case, Hit, rule

TRANSPORT = "054"
"""Beginning of the revenue codes of transport."""


@rule(
    "FAC-PROV-001",
    "attending-missing",
    message="the claim names no attending practitioner (FL 76)",
    help="Name the practitioner who was responsible for the patient's care, with NPI.",
    source="005010X223A2, 2310A NM1*71 (required but for non-emergency transport); UB-04 FL 76",
    severity="error",
    snip=2,
    also=("I31", "F04-76-001"),
    setting="facility",
    breaks=[
        {"/attending_provider": None},
        {"/attending_provider": None, "/lines/0/revenue_code": "0540"},
        {"/attending_provider": None, "/lines": []},
        {"/attending_provider": None, "/lines": [{"hcpcs": "A0428"}]},
    ],
    keeps=[
        {"/attending_provider/taxonomy": None},
        {"/attending_provider": None, "/lines": [{"revenue_code": "0540"}, {"revenue_code": "0541"}]},
    ],
)
def attending_missing(case: Case) -> Iterator[Hit]:
    """Every facility claim names the attending practitioner, but one that bills transport alone."""
    if case.claim.attending_provider is not None:
        return
    lines = case.claim.lines
    rides = [line for line in lines if (line.revenue_code or "").startswith(TRANSPORT)]
    if not lines or len(rides) < len(lines):
        yield Hit("/attending_provider")


@rule(
    "FAC-PROV-002",
    "attending-not-a-person",
    message="the attending practitioner is an organization (FL 76)",
    help="Name the person who was responsible for the patient's care.",
    source="005010X223A2, 2310A NM102 = 1; UB-04 FL 76",
    severity="error",
    snip=2,
    sees="provider",
    also=("I31",),
    setting="facility",
    breaks=[
        {"/attending_provider/organization_name": "SAMPLE HOSPITAL", "/attending_provider/last_name": None}
    ],
    keeps=[
        {"/attending_provider/first_name": None},
        {"/attending_provider": None},
    ],
)
def attending_not_a_person(case: Case) -> Iterator[Hit]:
    """Attending is a person, never the hospital."""
    attending = case.claim.attending_provider
    if attending is not None and attending.organization_name:
        yield Hit("/attending_provider/organization_name")


@rule(
    "PRV-NAME-004",
    "facility-billed-as-person",
    message="the billing provider of a facility claim is a person (FL 1)",
    help="Write the name of the facility as organization_name.",
    source="005010X223A2, 2010AA NM102 = 2; rules catalogue I03",
    severity="error",
    snip=2,
    also=("I03",),
    sees="billing",
    setting="facility",
    breaks=[{"/billing_provider/organization_name": None, "/billing_provider/last_name": "DOCTOR"}],
    keeps=[
        {"/billing_provider/organization_name": "OTHER HOSPITAL"},
        {"/billing_provider": None},
    ],
)
def facility_as_person(case: Case) -> Iterator[Hit]:
    """A facility claim is billed by an organization."""
    billing = case.claim.billing_provider
    if billing is not None and billing.is_person:
        yield Hit("/billing_provider/last_name")
