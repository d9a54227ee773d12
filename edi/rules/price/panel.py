"""PRICE: what Medicare would allow, beside what is charged. Estimates, never errors."""

from collections.abc import Iterator

from edi.coding.family import codes
from edi.model.claim import billed_coverage
from edi.payers import MEDICARE_FILING
from edi.rules import Case, Hit, rule
from edi.rules.about import LOADED, LOCALITY

SOURCE = "rules catalogue J; source article S2"


_DRUG_PRICE = [["asp", "", ["J1756"], ["1 MG", "0.215", None]]]


@rule(
    "PRICE-001",
    "price-without-the-drug",
    message="Medicare's estimate for {codes} is {amount} dollars; drugs are paid apart from it",
    help="Nothing to do: the price of an administration never holds the drug.",
    source=SOURCE,
    severity="info",
    snip=7,
    needs=("prices",),
    breaks=[
        {},
        {"/lines/0/hcpcs": "96366", "/lines/0/service_date": "2024-06-03"},
        {LOADED: _DRUG_PRICE},
    ],
    keeps=[
        {"/lines/0/service_date": "2019-03-03"},
        {"/lines/0/hcpcs": "99213"},
        {"/place_of_service": "22"},
    ],
)
def price_without_the_drug(case: Case) -> Iterator[Hit]:
    """The amount of an administration code pays for nurse, chair and supplies.

    The drug has a code and a price of its own, by average sales price or contract.
    """
    family = codes()
    found = [(line.code, line.amount) for line in case.panel.lines if line.amount and line.code in family]
    if found:
        named = ", ".join(dict.fromkeys(code for code, _ in found))
        yield Hit("/lines", codes=named, amount=f"{sum(amount for _, amount in found):f}")


@rule(
    "PRICE-002",
    "national-amount",
    message="the amounts are those of the nation; the locality of ZIP {zip} has its own",
    help="For the amounts of the locality load the fee schedule and its indices with `cleanclaim refdata add "
    "FILE`, and name contractor and locality with --locality.",
    source=SOURCE + "; 42 CFR 414.26",
    severity="info",
    snip=7,
    needs=("prices",),
    breaks=[
        {},
        {"/service_facility/address/zip": "62701"},
    ],
    keeps=[
        {"/lines/0/hcpcs": "99213", LOADED: _DRUG_PRICE},
        {"/lines/0/service_date": "2019-03-03"},
        {LOCALITY: "05102-18"},
        {"/billing_provider/address": None},
        {"/billing_provider/address/zip": None},
    ],
)
def national_amount(case: Case) -> Iterator[Hit]:
    """Fees follow the cost of practice where the service is given: the service facility, else the biller.

    The indices of the locality move them some tenths up or down.
    """
    if case.locality is not None or all(line.system != "PFS" for line in case.panel.lines):
        return
    for path in ("service_facility", "billing_provider"):
        provider = getattr(case.claim, path)
        if provider is not None and provider.address is not None and provider.address.zip:
            yield Hit(f"/{path}/address/zip", zip=provider.address.zip[:5])
            return


@rule(
    "PRICE-003",
    "charge-under-the-price",
    message="line {line} charges {charge} for {code}; Medicare would allow about {amount}",
    help="Review the fee schedule: payers pay the lower of charge and allowed amount.",
    source=SOURCE + "; lower of actual charge and fee schedule, 42 CFR 414.21",
    severity="warning",
    snip=7,
    needs=("prices",),
    breaks=[
        {"/lines/0/charge": "67.13"},
        {"/lines/0/charge": "10.00"},
        {
            "/lines/0/charge": "67.13",
            "/lines/-": {"hcpcs": "96365", "units": "1", "charge": "0.01", "service_date": "2026-03-03"},
        },
    ],
    keeps=[
        {"/lines/0/charge": "67.14"},
        {"/lines/0/charge": "0"},
        {"/lines/0/charge": "10.00", "/lines/0/hcpcs": "99213"},
        {"/lines/0/charge": "10.00", "/lines/0/service_date": "2019-03-03"},
    ],
)
def charge_under_the_price(case: Case) -> Iterator[Hit]:
    """A charge under the allowed amount is paid as charged: the rest is lost.

    A charge of nothing is no price; other rules speak of it.
    """
    for line in case.panel.lines:
        if line.amount is not None and line.charge and line.charge < line.amount:
            yield Hit(
                f"/lines/{line.line - 1}/charge",
                line=line.line,
                charge=f"{line.charge:f}",
                code=line.code,
                amount=f"{line.amount:f}",
                expected=f"{line.amount:f}",
                actual=f"{line.charge:f}",
            )


@rule(
    "PRICE-004",
    "medicare-price-for-another-payer",
    message="the amounts are Medicare's; the payer of this claim pays by its contract",
    help="Compare with the contract: commercial payers usually allow more than Medicare.",
    source=SOURCE,
    severity="info",
    snip=7,
    needs=("prices",),
    breaks=[{"/coverages/0/claim_filing": "CI"}],
    keeps=[
        {},
        {"/coverages/0/claim_filing": "CI", "/lines/0/service_date": "2019-03-03"},
        {"/coverages": None},
    ],
)
def medicare_price_for_another_payer(case: Case) -> Iterator[Hit]:
    """Only Medicare's prices are public as tables; contracts are between payer and provider."""
    coverage = billed_coverage(case.claim)
    if coverage is None or coverage.claim_filing in MEDICARE_FILING:
        return
    if any(line.amount is not None for line in case.panel.lines):
        yield Hit("/coverages")


@rule(
    "PRICE-005",
    "two-conversion-factors",
    message="with the factor for qualifying payment models it is {qualifying} dollars, not {amount}",
    help="Nothing to do; participants of a qualifying alternative payment model have the higher factor.",
    source=SOURCE + "; 42 CFR 414.20: two conversion factors from 2026-01-01",
    severity="info",
    snip=7,
    needs=("prices",),
    breaks=[{}, {"/lines/0/service_date": "2026-01-01"}],
    keeps=[{"/lines/0/service_date": "2025-12-31"}, {"/lines/0/hcpcs": "99213"}],
)
def two_conversion_factors(case: Case) -> Iterator[Hit]:
    """From 2026 on the fee schedule has a factor for qualifying models and one for all others."""
    found = [line for line in case.panel.lines if line.qualifying_amount is not None]
    if found:
        usual = sum(filter(None, (line.amount for line in found)))
        other = sum(filter(None, (line.qualifying_amount for line in found)))
        yield Hit("/lines", qualifying=f"{other:f}", amount=f"{usual:f}")
