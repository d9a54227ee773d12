"""Claims for the proofs of the forms: everything is there, in values that fit their boxes, no two alike.

They come of the sentinels of `claim_strategies`, with what only paper shows (telephones, the insured person's
address) and the cases in which a form wants other data in its boxes.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, TypeVar

from claim_strategies import sentinel
from edi.model import pointer
from edi.model.claim import Accident, Claim, ClaimDate, TestResult
from edi.model.party import Address, Person, Provider, SecondaryId

R = TypeVar("R")


def professional(**changes: Any) -> Claim:
    """A professional claim with values that fit the boxes, for a patient insured through somebody else."""
    claim = sentinel(facility=False, dependent=True)
    insured = Person(
        last_name="QINS", first_name="HOLDER", middle_name="ZOE", suffix="SR",
        birth_date=dt.date(1961, 5, 6), sex="F", phone="2125550188",
        address=Address(line1="7 QINS ROAD", line2="UNIT 8", city="QTOWN", state="NJ", zip="070011234"),
    )  # fmt: skip
    first, second, billed = claim.coverages
    assert claim.patient is not None and first.payer is not None and first.adjudication is not None
    claim = replace(
        claim,
        place_of_service="11",
        patient=replace(
            claim.patient, suffix="JR", phone="2125550177", sex="M",
            address=replace(_home(claim.patient.address), country=None),
        ),
        ordering_provider=claim.lines[0].ordering_provider,
        coverages=(
            replace(
                billed,
                responsibility="P",
                claim_filing="CI",
                relationship="19",
                group_number="QGRP1",
                subscriber=insured,
                secondary_reason=None,
            ),
            replace(
                first,
                responsibility="S",
                relationship="01",
                group_number="QGRP2",
                subscriber=replace(
                    insured, last_name="QOTH", first_name="KIM", middle_name="LEE", suffix="II",
                    birth_date=dt.date(1962, 7, 8), sex="M", phone="2125550199",
                    address=Address(line1="9 QO WAY", line2="APT 3", city="QVILLE", state="PA", zip="19101"),
                ),
                secondary_reason=None,
                adjudication=replace(first.adjudication, lines=()),
            ),
        ),
        bill_to=0,
        accident=replace(claim.accident, kinds=("employment", "auto"), country=None),  # type: ignore[type-var]
        dates=tuple(d for d in claim.dates if d.qualifier in ("431", "314", "096", "454")),
        condition_codes=claim.condition_codes[:2],
        diagnoses=claim.diagnoses[:12],
        lines=tuple(
            replace(
                line,
                place_of_service=None,
                diagnosis_pointers=(1, 2, 3, 4),
                rendering_provider=None,
                ordering_provider=None,
                referring_provider=None,
                supervising_provider=None,
                service_facility=None,
                test_results=(TestResult(type="R1", value=Decimal("9.8")),) if not n else (),
                emergency=True,
            )
            for n, line in enumerate(claim.lines)
        ),
        total_charge=Decimal("4321.09"),
    )  # fmt: skip
    return replace(claim, **changes)


def facility(**changes: Any) -> Claim:
    """A facility claim with values that fit the boxes."""
    claim = sentinel(facility=True, dependent=True)
    first, second, billed = claim.coverages
    assert claim.patient is not None and billed.subscriber is not None and first.adjudication is not None
    claim = replace(
        claim,
        type_of_bill="0131",
        frequency="1",
        patient=replace(
            claim.patient, suffix="JR", address=replace(_home(claim.patient.address), country="CA")
        ),
        pay_to=Provider(
            organization_name="QPAYTO",
            address=Address(line1="PO BOX 5", line2="QBOX", city="QPAY", state="NY", zip="10001"),
        ),
        coverages=(
            replace(first, adjudication=replace(first.adjudication, lines=())),
            replace(second, adjudication=None),
            replace(billed, group_number="QGRP", authorizations=billed.authorizations),
        ),
        bill_to=2,
        condition_codes=claim.condition_codes[:11],
        occurrence_codes=claim.occurrence_codes[:8],
        value_codes=claim.value_codes[:12],
        lines=tuple(
            replace(
                line,
                rendering_provider=None,
                referring_provider=None,
                operating_provider=None,
                other_operating_provider=None,
                service_through=None,
                description=line.description if n else None,
                ndc=None if n else line.ndc,
                ndc_quantity=None if n else line.ndc_quantity,
                ndc_unit=None if n else line.ndc_unit,
                prescription_number=None,
                revenue_code=f"0{300 + n}",
            )
            for n, line in enumerate(claim.lines)
        ),
        total_charge=Decimal("4321.09"),
    )  # fmt: skip
    return replace(claim, **changes)


def _home(address: Address | None) -> Address:
    assert address is not None
    return replace(address, zip="100011234")


def _medicare(claim: Claim, *, second: bool) -> Claim:
    """The claim billed to Medicare, first or behind the other plan."""
    mine, other = claim.coverages
    mine = replace(
        mine, claim_filing="MB", relationship="18", subscriber=None, responsibility="S" if second else "P",
        group_number=None, group_name=None,
    )  # fmt: skip
    other = replace(other, responsibility="P" if second else "S")
    return replace(claim, coverages=(mine, other) if second else (mine,), accident=None)


@dataclass(frozen=True, slots=True)
class FormCase:
    """A claim, and which of its data the case is about."""

    claim: Claim
    about: str = ".*"
    """Pattern of their paths."""


def professional_cases() -> Iterator[FormCase]:
    """Professional claims in all the cases in which the form wants other data."""
    claim = professional()
    mine, other = claim.coverages
    yield FormCase(claim)
    own = replace(mine, relationship="18", subscriber=None)
    yield FormCase(
        replace(claim, coverages=(own, replace(other, relationship="18", subscriber=None))),
        "/(patient|coverages)/.*",
    )
    bare = replace(other, group_number=None, payer=None)
    yield FormCase(replace(claim, coverages=(mine, bare)), "/coverages/.*")
    yield FormCase(_medicare(claim, second=False))
    yield FormCase(_medicare(claim, second=True))
    yield FormCase(
        _medicare(
            replace(claim, coverages=(mine, replace(bare, relationship="18", subscriber=None))), second=True
        ),
        "/(patient|coverages)/.*",
    )
    assert claim.billing_provider is not None and claim.signatures is not None
    # a practitioner alone, also where Medicare is billed
    alone = replace(
        claim.billing_provider, organization_name=None, last_name="QSOLO", first_name="PAT",
        middle_name="X", suffix="III", tax_id_type="SY",
    )  # fmt: skip
    solo = replace(claim, billing_provider=alone, rendering_provider=None, service_facility=None)
    biller = "/billing_provider/.*"
    yield FormCase(solo, biller)
    yield FormCase(_medicare(solo, second=False), biller)
    yield FormCase(_medicare(replace(claim, service_facility=None), second=False), biller)
    yield FormCase(replace(claim, billing_provider=replace(claim.billing_provider, secondary_ids=())), biller)
    yield from _each_id(claim, "billing_provider", ("G2", "0B", "1G", "LU"))
    yield from _each_id(claim, "service_facility", ("0B", "G2", "LU"))
    # who ordered, referred or supervised; who performed and where, also line by line
    full = sentinel(facility=False, dependent=True).lines[0]
    roles = ("referring_provider", "ordering_provider", "supervising_provider")
    nobody = replace(claim, referring_provider=None, ordering_provider=None, supervising_provider=None)
    for role in roles:
        for one in _with_each_id(getattr(full, role), ("0B", "1G", "G2", "LU")):
            yield FormCase(_with(nobody, role, one), f"/{role}/.*")
            line = _with(claim.lines[0], role, one)
            yield FormCase(replace(nobody, lines=(line, *claim.lines[1:])), f"/lines/0/{role}/.*")
    assert full.rendering_provider is not None
    taxonomy_first = replace(full.rendering_provider, taxonomy="207RH0003X")
    for one in (taxonomy_first, *_with_each_id(taxonomy_first, ("0B", "1G", "G2", "LU"), taxonomy=True)):
        yield FormCase(replace(claim, rendering_provider=one), "/rendering_provider/.*")
        lines = tuple(replace(line, rendering_provider=one) for line in claim.lines)
        yield FormCase(replace(claim, rendering_provider=None, lines=lines), "/lines/0/rendering_provider/.*")
    yield FormCase(
        replace(claim, rendering_provider=Provider(organization_name="QRENDER", npi="1234567893")),
        "/rendering_provider/.*",
    )
    for one in _with_each_id(full.service_facility, ("0B", "G2", "LU")):
        line = replace(claim.lines[0], service_facility=one, place_of_service="12")
        yield FormCase(
            replace(claim, service_facility=None, lines=(line, *claim.lines[1:])),
            "/lines/0/(service|place).*",
        )
    # one of several that share a box
    for qualifier in ("431", "484", "454", "304", "453", "455", "471", "090", "091", "444", "360", "361"):
        day = ClaimDate(qualifier=qualifier, date=dt.date(2026, 1, 9))
        yield FormCase(replace(claim, dates=(day,), accident=None), "/dates/.*")
    for kinds in (("auto", "other"), ("other", "employment")):
        accident = Accident(kinds=kinds, date=dt.date(2026, 1, 9), state="NY")
        yield FormCase(replace(claim, accident=accident), "/accident/.*")
    yield FormCase(replace(claim, coverages=(replace(mine, authorizations=()), other)), "/coverages/0/ref.*")
    unauthorized = replace(mine, authorizations=(), referral_number=None)
    yield FormCase(replace(claim, coverages=(unauthorized, other), clia_number="12D3456789"), "/clia_number")
    yield FormCase(
        replace(claim, signatures=replace(claim.signatures, release_of_information=None)), "/signatures/.*"
    )
    days = tuple(replace(line, service_through=None) for line in claim.lines)
    yield FormCase(replace(claim, lines=days), "/lines/.*/service_date")


def facility_cases() -> Iterator[FormCase]:
    """Facility claims in all the cases in which the form wants other data."""
    claim = facility()
    yield FormCase(claim)
    yield FormCase(
        replace(
            claim,
            coverages=tuple(
                replace(c, relationship="18", subscriber=None, authorizations=()) for c in claim.coverages
            ),
        ),
        "/(patient|coverages)/.*",
    )
    full = sentinel(facility=True, dependent=True)
    yield FormCase(full, "/(condition|occurrence|value)_.*|/diagnoses/.*")
    people = ("rendering_provider", "referring_provider", "operating_provider", "other_operating_provider")
    nobody = replace(claim, rendering_provider=None, referring_provider=None, operating_provider=None)
    for role in people:
        for one in _with_each_id(getattr(full.lines[0], role), ("0B", "1G", "G2", "LU")):
            line = _with(claim.lines[0], role, one)
            yield FormCase(replace(nobody, lines=(line, *claim.lines[1:])), f"/lines/0/{role}/.*")
            if role != "other_operating_provider":
                yield FormCase(_with(nobody, role, one), f"/{role}/.*")
    for one in _with_each_id(full.attending_provider, ("0B", "1G", "G2", "LU")):
        yield FormCase(replace(claim, attending_provider=one), "/attending_provider/.*")
    organization = Provider(organization_name="QRENDER", npi="1234567893")
    line = replace(claim.lines[0], rendering_provider=organization)
    yield FormCase(replace(nobody, rendering_provider=organization), "/rendering_provider/.*")
    yield FormCase(replace(nobody, lines=(line, *claim.lines[1:])), "/lines/0/rendering_provider/.*")
    assert claim.billing_provider is not None
    alone = replace(
        claim.billing_provider, organization_name=None, last_name="QSOLO", first_name="PAT",
        middle_name="X", suffix="III",
    )  # fmt: skip
    yield FormCase(replace(claim, billing_provider=alone), "/billing_provider/.*")
    yield from _each_id(claim, "billing_provider", ("G2", "LU"))


def _with(record: R, role: str, one: Provider) -> R:
    """A claim or a line with a provider in a role."""
    changes: dict[str, Any] = {role: one}
    return replace(record, **changes)  # type: ignore[type-var]


def _with_each_id(
    one: Provider | None, qualifiers: tuple[str, ...], *, taxonomy: bool = False
) -> Iterator[Provider]:
    """A provider with each of several identifiers alone."""
    assert one is not None
    for qualifier in qualifiers:
        alone = (SecondaryId(qualifier=qualifier, id=f"Q{qualifier}77"),)
        yield replace(one, secondary_ids=alone, taxonomy=None if taxonomy else one.taxonomy)
    if taxonomy:
        yield replace(one, secondary_ids=())


def _each_id(claim: Claim, role: str, qualifiers: tuple[str, ...]) -> Iterator[FormCase]:
    for one in _with_each_id(getattr(claim, role), qualifiers):
        one.taxonomy = None
        yield FormCase(_with(claim, role, one), f"/{role}/secondary_ids/.*")


# ---------------------------------------------------------------- another value

CHOICES: tuple[tuple[str, tuple[Any, ...]], ...] = (
    (r"/setting", ("professional", "facility")),
    (r"/diagnoses/\d+/kind", ("other", "external_cause")),
    (r"/patient/sex|.*/subscriber/sex", ("M", "F")),
    (r".*/relationship", ("01", "19", "G8")),
    (r".*/claim_filing", ("CI", "VA")),
    (r".*/tax_id_type", ("EI", "SY")),
    (r"/signatures/accept_assignment", ("A", "C")),
    (r"/signatures/assignment_of_benefits", ("Y", "W")),
    (r"/signatures/release_of_information", ("Y", "I")),
    (r"/frequency", ("7", "8")),
    (r"/type_of_bill", ("0131", "0851")),
    (r".*/suffix", ("JR", "SR", "II")),
    (r".*/ndc_unit", ("ML", "UN")),
    (r".*/state", ("NY", "CA", "TX")),
    (r".*/zip", ("606111234", "60612")),
    (r"/accident/kinds/\d", ("employment", "auto", "other")),
    (r".*/test_results/\d+/type", ("R1", "R2")),
    (r".*/revenue_code", ("0301", "0302", "0303", "0304")),
    (r".*/present_on_admission", ("Y", "N")),
    (r"/admission/(hour|discharge_hour)", ("07", "19")),
    (r"/clinical_trial_number", ("12345678", "87654321")),
    (r"/admission/(type|source)", ("2", "5")),
    (r"/admission/patient_status", ("02", "30")),
)
"""Values of data that are codes, by their path."""


def other_value(path: str, value: Any) -> Any:
    """A value of the same kind that is not this one."""
    for pattern, choices in CHOICES:
        if re.fullmatch(pattern, path):
            return next(choice for choice in choices if choice != value)
    if isinstance(value, bool):
        return not value
    if isinstance(value, dt.date):
        return value + dt.timedelta(1)
    if isinstance(value, Decimal):
        return value + 1
    if isinstance(value, int):
        return value % 4 + 1
    text = str(value)
    if text.isdecimal():
        return text[:-1] + str((int(text[-1]) + 1) % 10)
    return ("V" if text[0] != "V" else "X") + text[1:]


def changed(claim: Claim, path: str, value: Any) -> Claim:
    """The claim with another value of one datum."""
    return pointer.replace(claim, path, other_value(path, value))
