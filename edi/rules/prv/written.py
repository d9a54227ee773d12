"""PRV-SIGN, PRV-PAYER: addresses and telephone numbers as they were sent, judged on claims that were read.

The program writes digits alone, so a claim that has not been sent is not blamed.
"""

from collections.abc import Iterator

from edi.codes import zipcode
from edi.model.claim import Claim
from edi.model.party import Address
from edi.rules import Case, Hit, rule
from edi.rules.about import READ
from edi.rules.asks import is_home, was_sent

_SENT = {READ: "837", "/patient/address/zip": "627041234", "/billing_provider/address/zip": "627010001"}
_MAIN = {"line1": "1 MAIN", "city": "FARGO", "state": "ND"}
_MADE_UP = {**_MAIN, "zip": "000000000"}
_MARKS = frozenset("-().+/ ")
_ROLES = (
    ("billing_provider", "/billing_provider/address/zip", "the billing provider"),
    ("pay_to", "/pay_to/address/zip", "the pay-to provider"),
    ("patient", "/patient/address/zip", "the patient"),
    ("service_facility", "/service_facility/address/zip", "the service facility"),
)


def _codes(claim: Claim) -> Iterator[tuple[str, str, Address]]:
    """The addresses of a claim: pointer of the ZIP code, whose it is, the address."""
    for key, path, title in _ROLES:
        one = getattr(claim, key)
        if one is not None and one.address is not None:
            yield path, title, one.address
    for i, coverage in enumerate(claim.coverages):
        payer, insured = coverage.payer, coverage.subscriber
        if payer is not None and payer.address is not None:
            yield f"/coverages/{i}/payer/address/zip", f"payer {i + 1}", payer.address
        if insured is not None and insured.address is not None:
            yield f"/coverages/{i}/subscriber/address/zip", f"insured person {i + 1}", insured.address


@rule(
    "PRV-SIGN-001",
    "number-with-hyphens",
    message="the {what} of {whose} was sent with {sign}",
    help="Send digits alone: `cleanclaim repair` takes the other signs out.",
    source="rules catalogue 0.5 (23): no hyphen in the 837; 005010X222A1 and 005010X223A2, PER04: ten digits",
    severity="warning",
    snip=2,
    breaks=[
        {**_SENT, "/billing_provider/address/zip": "62701-0001"},
        {**_SENT, "/patient/address/zip": "62704-1234"},
        {**_SENT, "/coverages/0/payer/address": {**_MAIN, "zip": "62704-1234"}},
        {**_SENT, "/coverages/0/subscriber": {"address": {**_MAIN, "zip": "62704-1234"}}},
        {
            **_SENT,
            "/pay_to": {"address": {**_MAIN, "zip": "62704-1234"}},
            "/service_facility": {"address": {**_MAIN, "zip": "62704-1235"}},
        },
        {
            **_SENT,
            "/coverages/0/subscriber": {"address": {**_MAIN, "zip": "62704-1234"}},
            "/coverages/-": {"payer": {"address": {**_MAIN, "zip": "62704-1235"}}},
        },
        {
            **_SENT,
            "/coverages/0/payer/address": {**_MAIN, "zip": "62704-1234"},
            "/coverages/0/subscriber": {"address": {**_MAIN, "zip": "62704-1235"}},
        },
        {READ: "837"},
        {**_SENT, "/billing_provider/phone": "217-555-0100"},
        {**_SENT, "/billing_provider/phone": "(217)5550100"},
        {**_SENT, "/submitter/phone": "217-555-0100"},
        {**_SENT, "/submitter/phone": "217-555-0100", "/billing_provider/phone": "217-555-0100"},
    ],
    keeps=[
        {**_SENT, "/billing_provider/address/zip": "627010001", "/billing_provider/phone": "2175550100"},
        {**_SENT, "/billing_provider": None, "/submitter": None, "/coverages/0/payer": None},
        {**_SENT, "/patient/address/zip": None, "/billing_provider/phone": None, "/submitter/phone": None},
        {**_SENT, "/patient/address": {"zip": "K1A-0B1", "country": "CA"}},
        {**_SENT, "/patient/address": None, "/coverages/0/subscriber": {"last_name": "EXAMPLE"}},
        {"/billing_provider/address/zip": "62701-0001", "/billing_provider/phone": "217-555-0100"},
    ],
)
def number_with_hyphens(case: Case) -> Iterator[Hit]:
    """Hyphens and brackets are for people; what reads the file may take them for part of the number.

    A warning: receivers differ in what they let pass.
    """
    claim = case.claim
    if not was_sent(claim):
        return
    for path, whose, address in _codes(claim):
        if address.zip and "-" in address.zip and is_home(address):
            yield Hit(path, what="ZIP code", whose=whose, sign="a hyphen")
    for key, whose in (("billing_provider", "the billing provider"), ("submitter", "the submitter")):
        one = getattr(claim, key)
        phone = one.phone if one is not None else None
        if phone and not _MARKS.isdisjoint(phone):
            yield Hit(f"/{key}/phone", what="telephone number", whose=whose, sign="other signs than digits")


@rule(
    "PRV-PAYER-001",
    "payer-address-made-up",
    message="payer {number}: the address {problem}",
    help="Send the payer's own address or none: the guide asks for one only where it is known.",
    source="005010X222A1 and 005010X223A2, 2010BB N4 (situational; state of code source 22, ZIP code of 51)",
    severity="warning",
    snip=5,
    sees="payers",
    breaks=[
        {"/coverages/0/payer/address": {**_MAIN, "state": "NA", "zip": "58102"}},
        {"/coverages/0/payer/address": _MADE_UP},
        {"/coverages/-": {"payer": {"name": "OTHER", "address": _MADE_UP}}},
        {
            "/coverages/0/payer/address": {**_MAIN, "state": "NA"},
            "/coverages/-": {"payer": {"name": "OTHER", "address": {**_MAIN, "state": "XX"}}},
        },
        {
            "/coverages/0/payer/address": _MADE_UP,
            "/coverages/-": {"payer": {"name": "OTHER", "address": _MADE_UP}},
        },
        {
            "/coverages/0/payer/address": {"line1": "1 MAIN", "country": "CA"},
            "/coverages/-": {"payer": {"name": "OTHER", "address": _MADE_UP}},
        },
    ],
    keeps=[
        {"/coverages/0/payer/address": {"line1": "1 MAIN", "city": "FARGO", "state": "nd", "zip": "58102"}},
        {"/coverages/0/payer/address": {"line1": "1 MAIN", "state": "NA", "zip": "0", "country": "CA"}},
        {"/coverages/0/payer": None},
        {"/coverages/0/payer/address": {"line1": "1 MAIN"}},
    ],
)
def payer_address_made_up(case: Case) -> Iterator[Hit]:
    """A state that does not exist and a ZIP code of zeros stand for an address that nobody knew."""
    for i, coverage in enumerate(case.claim.coverages):
        address = coverage.payer.address if coverage.payer is not None else None
        if address is None or not is_home(address):
            continue
        path = f"/coverages/{i}/payer/address"
        if address.state and case.lists.known("states", address.state.upper(), None) is False:
            yield Hit(f"{path}/state", number=i + 1, problem="has a state that does not exist")
        elif address.zip and zipcode.compact(address.zip).startswith("00000"):
            yield Hit(f"{path}/zip", number=i + 1, problem="has a ZIP code that is none: 00000")
