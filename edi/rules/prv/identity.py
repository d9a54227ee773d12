"""Providers beside the billing provider: names, NPIs, taxonomy codes, addresses of places."""

from collections.abc import Iterator

from edi.codes import npi, taxonomy
from edi.finding import Severity
from edi.model.party import Address
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, FORM, medicare
from edi.rules.asks import (
    absent,
    address_problems,
    all_providers,
    is_po_box,
    npi_due,
    short_zip,
    unread,
)

PERFORMERS = ("rendering_provider", "attending_provider")
PEOPLE = (
    "referring_provider",
    "ordering_provider",
    "supervising_provider",
    "operating_provider",
    "other_operating_provider",
)


@rule(
    "PRV-NAME-001",
    "provider-not-named",
    message="the {title} has no name",
    help="Write the last and first name of a person, or the name of an organization.",
    source="005010X222A1 and 005010X223A2, NM103 of loops 2310 and 2420 (required)",
    severity="error",
    snip=2,
    sees="provider",
    also=("SNIP2-002",),
    base="professional",
    breaks=[
        {"/rendering_provider/last_name": None},
        {"/service_facility": {"npi": "1245319599"}},
        {"/lines/0/ordering_provider": {"npi": "1245319599"}},
        {"/rendering_provider/last_name": None, "/ordering_provider/last_name": None},
    ],
    keeps=[
        {"/rendering_provider/first_name": None},
        {"/billing_provider/organization_name": None},
        {"/service_facility": {"organization_name": "X"}},
        {
            "/rendering_provider/last_name": None,
            "/unread/-": {"path": "/rendering_provider/last_name", "text": "?"},
        },
    ],
)
def not_named(case: Case) -> Iterator[Hit]:
    """A provider that is named at all has a name."""
    for path, key, title, one in all_providers(case):
        if key != "billing_provider" and not one.organization_name and not one.last_name:
            where = "organization_name" if key == "service_facility" else "last_name"
            if not unread(case, f"{path}/{where}"):
                yield Hit(f"{path}/{where}", title=title)


@rule(
    "PRV-NPI-001",
    "provider-npi-unusable",
    message="the {title} has {problem}",
    help="Take the NPI from the national registry: ten digits, the first 1 or 2, the last a check digit.",
    source="005010X222A1 and 005010X223A2, NM109 of loops 2310 and 2420; CMS, NPI check digit; CMS-1500 "
    "items 17b, "
    "24J, 32a; UB-04 FL 76 to 79",
    severity="error",
    snip=2,
    sees="provider",
    also=("P46", "I31", "F15-17-001"),
    breaks=[
        {"/rendering_provider/npi": None},
        {"/rendering_provider/npi": "1245319590"},
        {"/ordering_provider/npi": None},
        {"/ordering_provider/npi": "12453195"},
        {"/lines/0/rendering_provider": {"last_name": "DOCTOR"}},
        {
            "/rendering_provider/npi": None,
            "/lines/0/service_date": "2007-05-23",
            "/lines/1/service_date": "2007-05-23",
        },
        {"/rendering_provider/npi": None, "/ordering_provider/npi": "12453195"},
        {"/ordering_provider/npi": "12453195", "/rendering_provider/npi": "0"},
        {
            BASE: "facility",
            "/attending_provider/npi": None,
            "/operating_provider": {"last_name": "OTHER"},
            "/lines/0/other_operating_provider": {"last_name": "OTHER"},
        },
        {
            "/referring_provider": {"last_name": "OTHER"},
            "/supervising_provider": {"last_name": "OTHER"},
            "/ordering_provider/npi": None,
        },
        {"/lines/0/ordering_provider": {"last_name": "O"}, "/lines/1/ordering_provider": {"last_name": "O"}},
    ],
    keeps=[
        {"/rendering_provider/npi": "1234567893"},
        {
            "/rendering_provider/npi": None,
            "/lines/0/service_date": "2007-05-22",
            "/lines/1/service_date": "2007-05-22",
        },
        {"/service_facility": {"organization_name": "X"}},
        {"/billing_provider/npi": "1234567890"},
        {"/rendering_provider/npi": None, "/unread/-": {"path": "/rendering_provider/npi", "text": "?"}},
        {
            BASE: "facility",
            "/ordering_provider": {"last_name": "O"},
            "/lines/0/supervising_provider": {"last_name": "O"},
        },
        {"/attending_provider": {"last_name": "O"}, "/lines/0/operating_provider": {"last_name": "O"}},
    ],
)
def npi_unusable(case: Case) -> Iterator[Hit]:
    """A wrong check digit is a wrong number; performing practitioners always have one.

    A missing NPI of a person who only ordered, referred or supervised is a warning. Services before
    2007-05-23 may lack it; in the year after, its absence is a warning.
    """
    for path, key, title, one in all_providers(case):
        if key == "billing_provider":
            continue
        if one.npi is None:
            due = npi_due(case)
            if due and key in (*PERFORMERS, *PEOPLE) and absent(case, one.npi, f"{path}/npi"):
                severity: Severity = due if key in PERFORMERS else "warning"
                yield Hit(f"{path}/npi", severity=severity, title=title, problem="no NPI")
        elif problem := npi.problem(one.npi):
            yield Hit(f"{path}/npi", title=title, problem=f"an NPI that cannot be right: {problem}")


@rule(
    "PRV-TAX-002",
    "taxonomy-malformed",
    message="the {title} has a taxonomy code that cannot be right: {problem}",
    help="Take the ten characters from the provider's entry in the national registry.",
    source="NUCC Health Care Provider Taxonomy (shape of the codes); 005010X222A1 and 005010X223A2, PRV03; "
    "rules catalogue SNIP5-007",
    severity="warning",
    snip=5,
    sees="provider",
    also=("SNIP5-007", "P04", "I02", "I32"),
    breaks=[
        {"/rendering_provider/taxonomy": "207RG0100"},
        {"/billing_provider/taxonomy": "207RG01000"},
        {"/rendering_provider/taxonomy": "207RG0100", "/billing_provider/taxonomy": "207RG01000"},
    ],
    keeps=[{"/rendering_provider/taxonomy": "207rg0100x"}, {"/rendering_provider/taxonomy": None}],
)
def taxonomy_malformed(case: Case) -> Iterator[Hit]:
    """Taxonomy codes have ten characters and end with X."""
    for path, _, title, one in all_providers(case):
        if one.taxonomy and (problem := taxonomy.problem(one.taxonomy)):
            yield Hit(f"{path}/taxonomy", title=title, problem=problem)


@rule(
    "F15-32-001",
    "place-address-unusable",
    message="the {title} {problem}",
    help="Write street, city, state and all nine digits of the ZIP code of the place; no post office box.",
    source="005010X222A1, 2310C N3 and N4; 005010X223A2, 2310E N3 and N4; 2010AB N3 and N4 of a pay-to "
    "address; "
    "CMS-1500 item 32; rules catalogue 0.5 no. 10",
    severity="error",
    snip=2,
    sees="provider",
    also=("P47", "P72", "I36", "SNIP5-006"),
    breaks=[
        {
            "/service_facility": {
                "organization_name": "X",
                "npi": "1245319599",
                "address": {"line1": "1 A STREET"},
            }
        },
        {
            "/service_facility": {
                "organization_name": "X",
                "address": {"line1": "PO BOX 1", "city": "X", "state": "IL", "zip": "62701-0009"},
            }
        },
        {
            "/service_facility": {
                "organization_name": "X",
                "address": {"line1": "1 A STREET", "city": "X", "state": "IL", "zip": "62701"},
            }
        },
        {"/pay_to": {"organization_name": "X", "address": {"line1": "PO BOX 1", "city": "X"}}},
        {"/pay_to": {}},
        {"/pay_to": {}, "/service_facility/address/line1": "PO BOX 1"},
        {"/pay_to": {}, "/service_facility": {}},
        {"/service_facility": {"address": {"zip": "62701"}}, "/pay_to/address/zip": "62701"},
        {
            "/service_facility": {
                "organization_name": "X",
                "address": {"line1": "1 A STREET", "city": "X", "state": "IL", "zip": "62701"},
            },
            "/coverages/0/claim_filing": "CI",
        },
        {
            "/service_facility": {
                "organization_name": "X",
                "address": {"line1": "1 A STREET", "city": "X", "state": "IL", "zip": "62701"},
            },
            FORM: True,
        },
    ],
    keeps=[
        {
            "/service_facility": {
                "organization_name": "X",
                "address": {"line1": "1 A STREET", "city": "X", "state": "IL", "zip": "62701-0009"},
            }
        },
        {
            "/pay_to": {
                "organization_name": "X",
                "address": {"line1": "PO BOX 1", "city": "X", "state": "IL", "zip": "62701"},
            }
        },
        {"/service_facility": {}},
        {"/billing_provider/address/state": None},
        {
            "/service_facility": {
                "organization_name": "X",
                "address": {"line1": "1 A STREET", "city": "SPRINGFIELD", "state": "IL"},
            },
            "/unread/-": {"path": "/service_facility/address/zip", "text": "?"},
        },
    ],
)
def place_unusable(case: Case) -> Iterator[Hit]:
    """A place that is named has its whole address; a place of service is no post office box.

    A ZIP code of five digits is an error where Medicare is billed electronically, else a warning. A pay-to
    address may be a post office box.
    """
    for base, key, title, one in all_providers(case):
        if key != "service_facility" or one.address is None:
            continue
        yield from _incomplete(case, base, title, one.address)
        if is_po_box(one.address):
            yield Hit(f"{base}/address/line1", title=title, problem="is a post office box")
        if short_zip(one.address):
            problem = "has a ZIP code of five digits; electronic claims want nine"
            sure: Severity | None = None if medicare(case) and case.paper is None else "warning"
            yield Hit(f"{base}/address/zip", severity=sure, title=title, problem=problem)
    if case.claim.pay_to is not None:
        yield from _incomplete(case, "/pay_to", "pay-to address", case.claim.pay_to.address)


def _incomplete(case: Case, base: str, title: str, address: Address | None) -> Iterator[Hit]:
    for path, problem in address_problems(address, f"{base}/address", case.lists):
        if not unread(case, path):
            yield Hit(path, title=title, problem=problem)
