"""PRO: supervision, ordering practitioners, specialty, laboratory certificate, and what Medicare asks of
practices."""

from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache

from edi import tables
from edi.model.claim import billed_coverage, effective_rendering_provider
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, administrations, is_drug, medicare
from edi.rules.asks import all_providers, frequency_of

VIRTUAL_FROM = date(2026, 1, 1)
"""First day on which direct supervision may be virtual (rules catalogue 0.5 no. 19)."""
PEOPLE = ("referring_provider", "ordering_provider", "supervising_provider")


@rule(
    "PRO-SUP-001",
    "supervision-not-recorded",
    message="the record {problem}",
    help="Record who supervised: in_person, or virtual by real-time audio and video from 2026-01-01.",
    source="42 CFR 410.26 and 410.32 (incident-to services, direct supervision); rules catalogue "
    "PRO-SUP-001 and 0.5 no. 19; source article S2",
    severity="warning",
    snip=7,
    setting="professional",
    needs=("record",),
    on="encounter",
    breaks=[
        {"/supervision": None},
        {
            "/supervision": "virtual",
            "/administrations/0/start": "2025-12-31T09:00",
            "/administrations/0/stop": "2025-12-31T09:45",
            "/encounter_start": "2025-12-31T08:45",
            "/encounter_end": "2025-12-31T11:30",
        },
        {
            "/supervision": "virtual",
            "/administrations/0/start": "2025-12-31T09:00",
            "/administrations/-": {"id": "A2", "start": "2026-03-03T10:30", "access_site": "right forearm"},
        },
    ],
    keeps=[
        {"/supervision": "in_person"},
        {"/supervision": "virtual"},
        {"/supervision": None, "/supervising_provider": {"last_name": "DOCTOR", "npi": "1245319599"}},
        {"/supervision": None, "/ownership": "freestanding_center"},
        {"/supervision": None, "/place_of_service": "12"},
        {"/administrations/0/start": "2025-06-03T09:00"},
        {"/supervision": None, "/administrations/0/start": ""},
        {
            "/supervision": "virtual",
            "/administrations/0/start": "2026-01-01T09:00",
            "/administrations/0/stop": "2026-01-01T09:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {
            BASE: "coded-professional",
            "/supervision": "virtual",
            "/services/0/service_date": None,
            "/administrations/0/start": "09:00",
            "/administrations/0/stop": "09:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
    ],
)
def supervision_not_recorded(case: Case) -> Iterator[Hit]:
    """What a nurse of a practice gives is paid as the physician's own only while a physician supervises."""
    claim = case.claim
    if claim.ownership != "practice" or claim.place_of_service != "11":
        return
    given = [line for _, line, _ in administrations(case)]
    if not given:
        return
    if claim.supervision is None and claim.supervising_provider is None:
        yield Hit("/supervision", problem="does not say how the practice supervised the administration")
    elif claim.supervision == "virtual":
        days = [line.service_date for line in given if line.service_date is not None]
        if days and min(days) < VIRTUAL_FROM:
            yield Hit("/supervision", problem="says virtual supervision, which counts from 2026-01-01 only")


_ORDERED = {
    BASE: "coded-professional",
    "/ordering_provider": None,
    "/administrations/0/order/by_npi": "1234567893",
    "/services/0/administrations": ["A1"],
    "/services/1/administrations": ["A9"],
}
"""An order of another practitioner, and one coded line that bills what was ordered."""


@rule(
    "PRO-ORD-001",
    "ordering-practitioner-not-named",
    message="{what} was ordered by another practitioner than the one who rendered it, and the claim does "
    "not say who (item 17)",
    help="Name the practitioner of the order as ordering_provider.",
    source="005010X222A1, 2420E NM1*DK (where another than the rendering provider ordered); CMS Pub. 100-04 "
    "ch. 26, item 17",
    severity="warning",
    snip=4,
    also=("P73",),
    setting="professional",
    needs=("record",),
    on="encounter",
    breaks=[
        {"/ordering_provider": None, "/administrations/0/order/by_npi": "1234567893"},
        {
            **_ORDERED,
            "/services/0/ordering_provider": {"last_name": "OTHER", "npi": "1234567893"},
            "/services/1/administrations": ["A1"],
        },
    ],
    keeps=[
        {"/ordering_provider": None},
        {"/administrations/0/order/by_npi": "1234567893"},
        {
            "/ordering_provider": None,
            "/referring_provider": {"last_name": "OTHER", "npi": "1234567893"},
            "/administrations/0/order/by_npi": "1234567893",
        },
        {"/ordering_provider": None, "/rendering_provider/npi": None},
        {"/ordering_provider": None, "/administrations/0/order/by_npi": None},
        {
            "/ordering_provider": None,
            "/administrations/0/order/by_npi": "1234567893",
            "/supervising_provider/npi": "1245319599",
        },
        {"/ordering_provider": None, "/administrations/-": {"id": "A2", "start": "2026-03-03T10:30"}},
        {
            "/rendering_provider": None,
            "/ordering_provider": None,
            "/referring_provider": None,
            "/billing_provider/npi": None,
            "/administrations/0/order/by_npi": "1234567893",
        },
        {**_ORDERED, "/services/0/administrations": ["A9"]},
        {**_ORDERED, "/services/0/ordering_provider": {"last_name": "OTHER", "npi": "1234567893"}},
        {**_ORDERED, "/services/0/referring_provider": {"last_name": "OTHER", "npi": "1234567893"}},
    ],
)
def orderer_not_named(case: Case) -> Iterator[Hit]:
    """The payer wants to know who ordered a drug that somebody else's practice gave. Said once per claim."""
    claim = case.claim
    if claim.ordering_provider or claim.referring_provider or claim.supervising_provider:
        return
    for line in claim.lines:
        rendering = effective_rendering_provider(claim, line)
        if line.ordering_provider or line.referring_provider or rendering is None or not rendering.npi:
            continue
        for id_ in line.administrations:
            given = case.timeline.of(id_)
            order = given.source.order if given is not None else None
            if order is not None and order.by_npi and order.by_npi != rendering.npi:
                yield Hit("/ordering_provider", what=f"administration {id_}")
                return


@rule(
    "PRO-ORD-002",
    "orderer-not-a-person",
    message="the {title} is an organization (item 17)",
    help="Name the person who referred, ordered or supervised, with the NPI of that person.",
    source="005010X222A1, 2310A, 2310D, 2420D, 2420E and 2420F: NM102 = 1; CMS Pub. 100-04 ch. 26, item 17",
    severity="error",
    snip=2,
    sees="provider",
    also=("P45", "P48", "P73", "F15-17-001"),
    setting="professional",
    breaks=[
        {"/ordering_provider": {"organization_name": "SAMPLE CLINIC", "npi": "1234567893"}},
        {"/referring_provider": {"organization_name": "SAMPLE CLINIC", "npi": "1234567893"}},
        {"/lines/0/supervising_provider": {"organization_name": "SAMPLE CLINIC", "npi": "1234567893"}},
        {
            "/ordering_provider": {"organization_name": "SAMPLE CLINIC"},
            "/referring_provider/organization_name": "SAMPLE CLINIC",
        },
    ],
    keeps=[{"/referring_provider": {"last_name": "OTHER", "npi": "1234567893"}}],
)
def orderer_not_a_person(case: Case) -> Iterator[Hit]:
    """Orders and referrals come from people; whether the person is enrolled only the payer knows."""
    for path, key, title, one in all_providers(case):
        if key in PEOPLE and one.organization_name:
            yield Hit(f"{path}/organization_name", title=title)


@rule(
    "PRO-TAX-001",
    "billing-taxonomy-missing",
    message="Medicaid is billed, and the billing provider has no taxonomy code ({box})",
    help="Write the taxonomy code under which the provider is enrolled with the state.",
    source="005010X222A1 and 005010X223A2, 2000A PRV*BI (where the payer adjudicates by it); rules catalogue "
    "PRO-TAX-001",
    severity="warning",
    snip=4,
    sees="billing",
    also=("P04", "I02"),
    breaks=[
        {"/coverages/0/claim_filing": "MC", "/billing_provider/taxonomy": None},
        {"/coverages/0/claim_filing": "MC", "/billing_provider/taxonomy": None, "/setting": "facility"},
    ],
    keeps=[
        {"/coverages/0/claim_filing": "MC"},
        {"/billing_provider/taxonomy": None},
        {"/coverages/0/claim_filing": "MC", "/billing_provider": None},
        {"/coverages": [], "/billing_provider/taxonomy": None},
    ],
)
def taxonomy_missing(case: Case) -> Iterator[Hit]:
    """Medicaid programs pay by the specialty under which a provider is enrolled."""
    coverage, billing = billed_coverage(case.claim), case.claim.billing_provider
    if (
        coverage is not None
        and coverage.claim_filing == "MC"
        and billing is not None
        and not billing.taxonomy
    ):
        where = "FL 81" if case.claim.setting == "facility" else "item 33b"
        yield Hit("/billing_provider/taxonomy", box=where)


@rule(
    "PRO-FREQ-001",
    "replacement-sent-to-medicare",
    message="Medicare Part B is billed with frequency {frequency}: it takes no replacements and voids of "
    "practitioners' claims",
    help="Ask for a reopening or appeal, or send a new claim with frequency 1 for what was never processed.",
    source="rules catalogue PRO-FREQ-001; CMS Pub. 100-04 ch. 34 (reopenings)",
    severity="warning",
    snip=7,
    sees="bill",
    setting="professional",
    breaks=[
        {"/frequency": "7", "/original_reference": "X1"},
        {"/frequency": "8", "/original_reference": "X1"},
    ],
    keeps=[
        {"/frequency": "1"},
        {"/frequency": "7", "/original_reference": "X1", "/coverages/0/claim_filing": "CI"},
    ],
)
def replacement_to_medicare(case: Case) -> Iterator[Hit]:
    """The carriers of Part B correct a processed claim by reopening, not by replacement."""
    code = frequency_of(case)
    if code in ("7", "8") and medicare(case):
        yield Hit("/frequency", frequency=code)


@rule(
    "PRO-ASG-002",
    "drug-claim-not-assigned",
    message="Medicare is billed for drugs without assignment (item 27)",
    help="Write A: Medicare pays for drugs only on assigned claims.",
    source="Social Security Act 1842(o)(3); rules catalogue PRO-ASG-001",
    severity="warning",
    snip=7,
    sees="bill",
    also=("PRO-ASG-001",),
    setting="professional",
    breaks=[{"/signatures/accept_assignment": "C"}],
    keeps=[
        {"/signatures/accept_assignment": "C", "/coverages/0/claim_filing": "CI"},
        {"/signatures/accept_assignment": "C", "/lines": []},
        {"/signatures/accept_assignment": "A"},
        {"/signatures": None},
    ],
)
def drugs_not_assigned(case: Case) -> Iterator[Hit]:
    """Whoever bills drugs to Medicare takes its amount as payment in full."""
    signed = case.claim.signatures
    if signed is None or signed.accept_assignment != "C" or not medicare(case):
        return
    if any(is_drug(case, line) for line in case.claim.lines):
        yield Hit("/signatures/accept_assignment")


@cache
def _laboratory() -> tuple[tuple[int, int, bool], ...]:
    return tuple(
        (int(row["first"]), int(row["last"]), row["needed"] == "yes")
        for row in tables.rows("coding/clia.csv")
    )


@lru_cache(maxsize=4096)
def needs_certificate(code: str) -> bool:
    """Whether a procedure code is a laboratory test that goes with a certificate number."""
    if len(code) != 5 or not code.isascii() or not code.isdigit():
        return False
    found = [needed for first, last, needed in _laboratory() if first <= int(code) <= last]
    return bool(found) and all(found)


@rule(
    "PRO-CLIA-001",
    "laboratory-certificate-missing",
    message="line {line} bills the laboratory test {hcpcs}, and the claim has no laboratory certificate "
    "number (item 23)",
    help="Write the ten characters of the certificate (CLIA) as clia_number.",
    source="005010X222A1, 2300 REF*X4 (with tests under 42 CFR part 493); rules catalogue PRO-CLIA-001; "
    "which codes need it is not read in the original, so a warning",
    severity="warning",
    snip=4,
    also=("P40",),
    setting="professional",
    breaks=[
        {"/lines/-": {"hcpcs": "85025", "units": 1, "charge": "20.00", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "80047", "units": 1, "charge": "20.00", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "80047"}, "/unmapped/-": {"address": "2300/CN1", "text": "CN1*09"}},
        {"/lines/-": {"hcpcs": "85025"}, "/coverages/0/claim_filing": "MC"},
    ],
    keeps=[
        {
            "/lines/-": {"hcpcs": "85025", "units": 1, "charge": "20.00", "service_date": "2026-03-03"},
            "/clia_number": "12D3456789",
        },
        {"/lines/-": {"hcpcs": "86580", "units": 1, "charge": "20.00", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "36415", "units": 1, "charge": "5.00", "service_date": "2026-03-03"}},
        {
            "/lines/-": {"hcpcs": "85025", "units": 1, "charge": "20.00", "service_date": "2026-03-03"},
            "/coverages/0/claim_filing": "CI",
        },
        {"/lines/1/hcpcs": None},
        {"/coverages": [], "/lines/0/hcpcs": "80053"},
        {"/lines/0/hcpcs": "80053", "/unmapped/-": {"address": "2300/REF", "text": "REF*X4*11D1234567"}},
        {"/lines/0/hcpcs": "80053", "/unmapped/-": {"address": "2400/REF", "text": "REF*F4*11D1234567"}},
        {"/lines/0/hcpcs": "080053"},
        {"/lines/0/hcpcs": "٨٠٠٥٣"},
    ],
)
def certificate_missing(case: Case) -> Iterator[Hit]:
    """Medicare and Medicaid pay for tests of certified laboratories. Said once per claim."""
    coverage = billed_coverage(case.claim)
    if case.claim.clia_number or coverage is None or not (medicare(case) or coverage.claim_filing == "MC"):
        return
    if any("REF*X4" in one.text or "REF*F4" in one.text for one in case.claim.unmapped):
        return
    for i, line in enumerate(case.claim.lines):
        code = (line.hcpcs or "").strip()
        if needs_certificate(code):
            yield Hit("/clia_number", line=i + 1, hcpcs=code)
            return


_STAYS = frozenset(("21", "51", "61"))


@rule(
    "PRO-ADM-001",
    "hospital-stay-without-admission-date",
    message="place of service {place} is a hospital stay, and the claim has no admission date (item 18)",
    help="Add the day of admission as date 435.",
    source="005010X222A1, 2300 DTP*435 (with services to inpatients); CMS-1500 item 18; rules catalogue P35",
    severity="warning",
    snip=4,
    also=("P35",),
    setting="professional",
    breaks=[
        {"/place_of_service": "21"},
        {"/place_of_service": "51"},
        {"/place_of_service": "61"},
        {"/place_of_service": "51", "/admission/date": None},
        {"/lines/0/place_of_service": "21"},
    ],
    keeps=[
        {"/place_of_service": "21", "/dates": [{"qualifier": "435", "date": "2026-03-01"}]},
        {"/place_of_service": "22"},
        {"/place_of_service": "51", "/admission/date": "2026-03-06"},
    ],
)
def stay_without_admission(case: Case) -> Iterator[Hit]:
    """Services to an inpatient are tied to the stay by its first day."""
    claim = case.claim
    stay = sorted(_STAYS & {claim.place_of_service, *(line.place_of_service for line in claim.lines)})
    if not stay:
        return
    known = any(one.qualifier == "435" for one in claim.dates) or (claim.admission and claim.admission.date)
    if not known:
        yield Hit("/admission/date", place=stay[0])
