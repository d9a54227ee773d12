"""F15, items 25 and 33: the billing provider; items 12, 13, 27 and 31: signatures and assignment."""

from collections.abc import Iterator

from edi.codes import npi, tax_id
from edi.model.claim import Signatures
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, READ
from edi.rules.asks import absent, address_problems, box, is_po_box, npi_due, short_zip, unread, was_sent

_NAME = "Write the legal name, as it is enrolled."
_NPI = "Write the NPI of the group, or of the person who bills alone."
_STREET = "Write the street address; a post office box belongs to the pay-to address."
_PART = {
    "city": "Write the city of the street address.",
    "state": "Write the two letters of the state.",
    "zip": "Write all nine digits of the ZIP code.",
}
"""What to do, by the part of the address that is wrong."""


@rule(
    "F15-33-001",
    "billing-provider-unusable",
    message="the billing provider {problem} ({box})",
    help="Write the legal name, the group's NPI, and the street address with all nine digits of the ZIP "
    "code.",
    source="005010X222A1 and 005010X223A2, 2010AA NM1, N3, N4 (no post office box, ZIP with nine digits); "
    "CMS-1500 items 33 and 33a, UB-04 FL 1 and 56",
    severity="error",
    snip=2,
    sees="billing",
    also=("P05", "P06", "P07", "I03", "I04"),
    breaks=[
        {"/billing_provider": None},
        {"/billing_provider/organization_name": None},
        {"/billing_provider/npi": None},
        {
            "/billing_provider/npi": None,
            "/lines/0/service_date": "2007-05-23",
            "/lines/1/service_date": "2007-05-23",
        },
        {"/billing_provider/npi": "1234567890"},
        {"/billing_provider/npi": "123456789"},
        {"/billing_provider/npi": "3234567891"},
        {"/billing_provider/address": None},
        {"/billing_provider/address/line1": "P.O. Box 12"},
        {"/billing_provider/address/line1": "PO BOX 12"},
        {"/billing_provider/address/city": None},
        {"/billing_provider/address/state": "XX"},
        {"/billing_provider/address/zip": "62701"},
        {"/billing_provider/address": None, "/billing_provider/address/state": "NE"},
        {"/billing_provider": None, "/billing_provider/last_name": "DOCTOR"},
        {"/billing_provider/address/zip": "6270X"},
        {"/billing_provider/npi": None, "/lines": []},
        {
            "/billing_provider/npi": None,
            "/lines/0/service_date": "2008-05-23",
            "/lines/1/service_date": "2008-05-23",
        },
        {
            BASE: "facility",
            "/billing_provider/npi": None,
            "/lines": [],
            "/statement": {"from_date": "2008-05-22"},
        },
    ],
    keeps=[
        {"/billing_provider/npi": "1245319599"},
        {
            "/billing_provider/npi": None,
            "/lines/0/service_date": "2007-05-22",
            "/lines/1/service_date": "2007-05-22",
        },
        {"/billing_provider/address/zip": "627010002"},
        {"/billing_provider/address/line1": "12 POBOXER LANE"},
        {"/billing_provider/npi": None, "/unread/-": {"path": "/billing_provider/npi", "text": "?"}},
        {
            "/billing_provider/address/zip": None,
            "/unread/-": {"path": "/billing_provider/address/zip", "text": "?"},
        },
        {"/billing_provider/address/country": "CA", "/billing_provider/address/zip": "62701"},
    ],
)
def billing_provider_unusable(case: Case) -> Iterator[Hit]:
    """The payer pays whom it knows by NPI, name and street address.

    Services before 2007-05-23 may lack the NPI; in the year after, its absence is a warning.
    A ZIP code of five digits is a warning: the guide wants nine.
    """
    provider = case.claim.billing_provider
    where = box(case, "33", "1")
    if provider is None:
        yield Hit("/billing_provider", box=where, problem="is not named")
        return
    if not provider.organization_name and not provider.last_name:
        yield Hit("/billing_provider/organization_name", box=where, problem="has no name", help=_NAME)
    path, npi_box = "/billing_provider/npi", box(case, "33a", "56")
    if absent(case, provider.npi, path):
        if due := npi_due(case):
            yield Hit(path, severity=due, box=npi_box, problem="has no NPI", help=_NPI)
    elif provider.npi is not None and (problem := npi.problem(provider.npi)):
        yield Hit(path, box=npi_box, problem=f"has an NPI that cannot be right: {problem}", help=_NPI)
    base = "/billing_provider/address"
    for path, problem in address_problems(provider.address, base, case.lists):
        if not unread(case, path):
            todo = _PART.get(path.rpartition("/")[2], _STREET)
            yield Hit(path, box=where, problem=problem, help=todo)
    if provider.address is not None and is_po_box(provider.address):
        problem = "has a post office box as its street address"
        yield Hit(f"{base}/line1", box=where, problem=problem, help=_STREET)
    if short_zip(provider.address):
        problem = "has a ZIP code of five digits; electronic claims want nine"
        yield Hit(f"{base}/zip", severity="warning", box=where, problem=problem, help=_PART["zip"])


@rule(
    "F15-25-001",
    "tax-id-unusable",
    message="the billing provider {problem} ({box})",
    help="Write the federal tax number, nine digits, and EI for an employer's or SY for a person's number.",
    source="005010X222A1, 2010AA REF*EI or REF*SY; 005010X223A2, 2010AA REF*EI; CMS-1500 item 25, UB-04 FL 5",
    severity="error",
    snip=2,
    sees="billing",
    also=("P08", "I05"),
    breaks=[
        {"/billing_provider/tax_id": None},
        {"/billing_provider/tax_id": "12345678"},
        {"/billing_provider/tax_id": "000000000"},
        {"/billing_provider/tax_id": "12-3456789", READ: "837"},
        {"/billing_provider/tax_id_type": None},
        {"/billing_provider/tax_id_type": "XX"},
        {"/billing_provider/tax_id_type": "SY", "/setting": "facility"},
    ],
    keeps=[
        {"/billing_provider/tax_id": "12-3456789"},
        {READ: "837"},
        {"/billing_provider/tax_id_type": "SY"},
        {"/setting": "facility"},
        {"/billing_provider": None},
        {"/billing_provider/tax_id": None, "/unread/-": {"path": "/billing_provider/tax_id", "text": "?"}},
        {
            "/billing_provider/tax_id_type": None,
            "/unread/-": {"path": "/billing_provider/tax_id_type", "text": "?"},
        },
    ],
)
def tax_id_unusable(case: Case) -> Iterator[Hit]:
    """The payer reports its payments under the tax number.

    Without a type the number is taken for an employer's: a warning. A facility has an employer's number.
    """
    provider = case.claim.billing_provider
    if provider is None:
        return
    where, path = box(case, "25", "5"), "/billing_provider/tax_id"
    if absent(case, provider.tax_id, path):
        yield Hit(path, box=where, problem="has no tax number")
        return
    if provider.tax_id is not None:
        if problem := tax_id.problem(provider.tax_id):
            yield Hit(path, box=where, problem=f"has a tax number that cannot be right: {problem}")
        elif was_sent(case.claim) and not provider.tax_id.isdigit():
            # published examples have it with a hyphen, so not every receiver turns it down
            problem = "has a tax number that is not written as nine digits alone"
            yield Hit(path, severity="warning", box=where, problem=problem)
    kind, path = provider.tax_id_type, "/billing_provider/tax_id_type"
    if absent(case, kind, path):
        problem = "has a tax number of no stated type; it is taken for an employer's (EI)"
        yield Hit(path, severity="warning", box=where, problem=problem)
    elif kind is not None and kind not in ("EI", "SY"):
        yield Hit(
            path, box=where, problem="has a tax number that is neither an employer's (EI) nor a person's (SY)"
        )
    elif kind == "SY" and case.claim.setting == "facility":
        yield Hit(path, box=where, problem="is a facility, so its tax number is an employer's (EI)")


def _signatures(case: Case) -> Signatures:
    return case.claim.signatures or Signatures()


@rule(
    "PRO-SIGN-001",
    "provider-signature-missing",
    message="the claim does not say whether the provider's signature is on file (item 31)",
    help="Write true once the provider has signed, or has a signature on file.",
    source="005010X222A1, 2300 CLM06 (required); CMS-1500 item 31; rules catalogue P28",
    severity="error",
    snip=2,
    also=("P28",),
    sees="bill",
    setting="professional",
    breaks=[{"/signatures/provider_on_file": None}, {"/signatures": None}],
    keeps=[{"/signatures/provider_on_file": False}],
)
def provider_signature_missing(case: Case) -> Iterator[Hit]:
    """A professional claim says whether the provider has signed."""
    path = "/signatures/provider_on_file"
    if absent(case, _signatures(case).provider_on_file, path):
        yield Hit(path)


@rule(
    "PRO-ASG-001",
    "assignment-missing",
    message="the claim {problem} ({box})",
    help="Write A where the provider accepts assignment, C where not, B for laboratory services only.",
    source="005010X222A1 and 005010X223A2, 2300 CLM07 (required); CMS-1500 item 27",
    severity="error",
    snip=2,
    sees="bill",
    also=("P29", "I11"),
    breaks=[
        {"/signatures/accept_assignment": None},
        {"/signatures/accept_assignment": "Y"},
        {"/signatures/accept_assignment": "Y", "/setting": "facility"},
    ],
    keeps=[
        {"/signatures/accept_assignment": "C"},
        {"/signatures/accept_assignment": "B"},
        {},
        {
            "/signatures/accept_assignment": None,
            "/unread/-": {"path": "/signatures/accept_assignment", "text": "?"},
        },
    ],
)
def assignment_missing(case: Case) -> Iterator[Hit]:
    """Every claim says whether the provider accepts the payer's amount as payment in full."""
    path, value = "/signatures/accept_assignment", _signatures(case).accept_assignment
    where = "item 27" if case.claim.setting != "facility" else "837I CLM07"
    if absent(case, value, path):
        yield Hit(path, box=where, problem="does not say whether assignment is accepted")
    elif value is not None and value not in ("A", "B", "C"):
        yield Hit(path, box=where, problem=f"has {value} for the assignment, which is none of A, B and C")


@rule(
    "CLM-ASG-001",
    "benefit-assignment-missing",
    message="the claim {problem} ({box})",
    help="Write Y where the insured person has assigned the benefits, N where not, W where it does not "
    "apply.",
    source="005010X222A1 and 005010X223A2, 2300 CLM08 (required); CMS-1500 item 13, UB-04 FL 53; rules "
    "catalogue P30",
    severity="error",
    snip=2,
    sees="bill",
    also=("P30", "I11"),
    breaks=[{"/signatures/assignment_of_benefits": None}, {"/signatures/assignment_of_benefits": "A"}],
    keeps=[
        {"/signatures/assignment_of_benefits": "N"},
        {"/signatures/assignment_of_benefits": "W"},
        {},
        {
            "/signatures/assignment_of_benefits": None,
            "/unread/-": {"path": "/signatures/assignment_of_benefits", "text": "?"},
        },
    ],
)
def benefit_assignment_missing(case: Case) -> Iterator[Hit]:
    """Every claim says whether the payer may pay the provider directly."""
    path, value = "/signatures/assignment_of_benefits", _signatures(case).assignment_of_benefits
    where = box(case, "13", "53")
    if absent(case, value, path):
        yield Hit(path, box=where, problem="does not say whether benefits are assigned")
    elif value is not None and value not in ("Y", "N", "W"):
        problem = f"has {value} for the assignment of benefits, which is none of Y, N and W"
        yield Hit(path, box=where, problem=problem)


@rule(
    "F15-12-001",
    "release-missing",
    message="the claim {problem} ({box})",
    help="Write Y where the patient has signed the release of information, I where consent is informed by "
    "law.",
    source="005010X222A1 and 005010X223A2, 2300 CLM09 (required); CMS-1500 item 12, UB-04 FL 52",
    severity="error",
    snip=2,
    sees="bill",
    also=("P30", "I11"),
    breaks=[
        {"/signatures": None},
        {"/signatures/release_of_information": None},
        {"/signatures/release_of_information": "N"},
    ],
    keeps=[
        {"/signatures/release_of_information": "I"},
        {},
        {
            "/signatures/release_of_information": None,
            "/unread/-": {"path": "/signatures/release_of_information", "text": "?"},
        },
    ],
)
def release_missing(case: Case) -> Iterator[Hit]:
    """Every claim says that information may be released."""
    path, value = "/signatures/release_of_information", _signatures(case).release_of_information
    where = box(case, "12", "52")
    if absent(case, value, path):
        yield Hit(path, box=where, problem="does not say whether information may be released")
    elif value is not None and value not in ("Y", "I"):
        yield Hit(
            path, box=where, problem=f"has {value} for the release of information, which is neither Y nor I"
        )
