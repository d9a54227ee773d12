"""PRO-REND: who performed the services of a group."""

from collections.abc import Iterator

from edi.finding import Severity
from edi.model.claim import effective_rendering_provider
from edi.rules import Case, Hit, rule

NO_PRACTITIONERS = ("251", "261Q", "291", "332", "3336")
"""Taxonomy codes of organizations that may bill without a rendering person: agencies and home infusion (251),
centers and ambulatory surgery (261Q), laboratories (291), suppliers (332), pharmacies (3336)."""


@rule(
    "PRO-REND-001",
    "rendering-provider-missing",
    message="the billing provider is an organization, and {what} (item 24J)",
    help="Name the practitioner who performed or supervised the services, with NPI.",
    source="005010X222A1, 2310B NM1*82 and 2420A; CMS-1500 item 24J; rules catalogue 0.5 no. 11",
    severity="error",
    snip=4,
    also=("P46", "P71"),
    setting="professional",
    breaks=[
        {"/rendering_provider": None},
        {"/rendering_provider": None, "/ownership": "freestanding_center"},
        {
            "/rendering_provider": None,
            "/lines/0/rendering_provider": {"last_name": "DOCTOR", "npi": "1245319599"},
        },
    ],
    keeps=[
        {
            "/rendering_provider": None,
            "/billing_provider/organization_name": None,
            "/billing_provider/last_name": "DOCTOR",
        },
        {
            "/rendering_provider": None,
            "/lines/0/rendering_provider": {"last_name": "DOCTOR", "npi": "1245319599"},
            "/lines/1/rendering_provider": {"last_name": "DOCTOR", "npi": "1245319599"},
        },
    ],
)
def rendering_missing(case: Case) -> Iterator[Hit]:
    """A group bills for its members, and each line has the one who performed it.

    Centers, agencies, pharmacies and laboratories may bill for themselves: a warning.
    """
    claim = case.claim
    billing = claim.billing_provider
    if billing is None or not billing.organization_name or claim.rendering_provider is not None:
        return
    without = [i for i, line in enumerate(claim.lines) if effective_rendering_provider(claim, line) is None]
    if not without:
        return
    organization = claim.ownership == "freestanding_center" or (billing.taxonomy or "").upper().startswith(
        NO_PRACTITIONERS
    )
    severity: Severity | None = "warning" if organization else None
    if len(without) == len(claim.lines):
        yield Hit("/rendering_provider", severity=severity, what="no rendering provider is named")
        return
    for i in without:
        what = f"line {i + 1} has no rendering provider"
        yield Hit(f"/lines/{i}/rendering_provider", severity=severity, what=what)
