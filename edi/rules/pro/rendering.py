"""PRO-REND: who performed the services of a group."""

from collections.abc import Iterator

from edi.model.claim import effective_rendering_provider
from edi.rules import Case, Hit, rule


@rule(
    "PRO-REND-001",
    "rendering-provider-missing",
    message="the billing provider is an organization, and {what} (item 24J)",
    help="Name the practitioner who performed or supervised the services, with NPI.",
    source="005010X222A1, 2310B NM1*82 and 2420A; CMS-1500 item 24J; rules catalogue 0.5 no. 11 (medium "
    "confidence: a published example of the guide has none)",
    severity="warning",
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
        {"/rendering_provider": None, "/lines/0/rendering_provider": {}, "/lines/-": {}},
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
        {"/rendering_provider": None, "/billing_provider": None},
        {"/rendering_provider": None, "/lines": None},
        {"/rendering_provider": None, "/billing_provider/organization_name": None},
    ],
)
def rendering_missing(case: Case) -> Iterator[Hit]:
    """A group bills for its members, and each line has the one who performed it.

    Centers, agencies, pharmacies and laboratories bill for themselves, and no claim says for certain that its
    billing provider is none of them.
    """
    claim = case.claim
    billing = claim.billing_provider
    if billing is None or not billing.organization_name:
        return
    without = [i for i, line in enumerate(claim.lines) if effective_rendering_provider(claim, line) is None]
    if not without:
        return
    if len(without) == len(claim.lines):
        yield Hit("/rendering_provider", what="no rendering provider is named")
        return
    for i in without:
        yield Hit(f"/lines/{i}/rendering_provider", what=f"line {i + 1} has no rendering provider")
