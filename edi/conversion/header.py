"""The head of a claim on the other side: place, payers, providers, codes, diagnoses."""

from collections.abc import Sequence
from dataclasses import replace

from edi.codes import bill_type
from edi.coding.assembly import MSP_VALUE_CODES, secondary_values
from edi.conversion import events
from edi.conversion.answers import applied
from edi.conversion.crossing import Crossing, medicare
from edi.conversion.homes import settled_header
from edi.conversion.places import (
    CRITICAL_ACCESS,
    EMERGENCY_ROOM,
    HOSPITAL_PLACES,
    OFF_CAMPUS_PLACE,
    PRACTICE_OWNERS,
    campus,
    emergency,
    is_facility,
    is_hospital,
    place_beside,
    site,
)
from edi.model.claim import (
    Admission,
    Claim,
    ServiceLine,
    Setting,
    claim_diagnoses,
    effective_bill_to,
    effective_rendering_provider,
)
from edi.model.party import Coverage, Provider, SecondaryId
from edi.payers import MEDICARE_FILING
from edi.transactions.parts837 import PLACE_QUALIFIERS, same_address, same_provider

FILING: dict[Setting, tuple[str, str]] = {"facility": ("MB", "MA"), "professional": ("MA", "MB")}
"""Claim filing code of Medicare on the given side, and on the other one."""
MOST_DIAGNOSES: dict[Setting, int] = {"facility": 25, "professional": 12}
"""Principal and other diagnoses of a claim (837I: 1 and 24; 837P: 12)."""
FREQUENCIES = ("1", "7", "8")
"""Claim frequencies of both sides."""
_IDENTITY = "Name, NPI, tax number and address"


def head_of(c: Crossing, lines: Sequence[ServiceLine]) -> Claim:
    """The head of the resulting claim, still without lines; what only the user can say is asked for.

    `lines` are the lines of the given claim that go to it.
    """
    made = replace(settled_header(c.given, c.to, c.account), setting=c.to, lines=(), origin=None)
    said = {path: value for path, value in c.said.items() if not path.startswith("/lines/")}
    made = applied(made, {path: value for path, value in said.items() if not path.endswith("/-")})
    made = _coverages(c, made)
    if c.to == "facility":
        made = _type_of_bill(c, made)
        made = _attending(c, made)
        made = _facility_biller(c, made)
        made = _secondary_value(c, made)
        made = events.to_facility(c, made)
        _admission(c, made)
    else:
        made = _place_of_service(c, made, lines)
        made = _rendering(c, made)
        made = _professional_biller(c, made)
        made = _secondary_reason(c, made)
        made = events.to_professional(c, made)
    # what is said about a record that has only come now is said again
    return _diagnoses(c, applied(made, said))


# ---------------------------------------------------------------- place


def _type_of_bill(c: Crossing, made: Claim) -> Claim:
    place = c.given.place_of_service
    found, source = site(place), "/place_of_service" if place else ""
    if found.word == "ownership" and not is_hospital(made):
        enter = "hospital_department or critical_access_hospital; if neither, the claim stays professional"
        c.ask("/ownership", found.why, enter, source=source)
        return made
    if made.ownership in PRACTICE_OWNERS and place in HOSPITAL_PLACES:
        c.change("/ownership", "/ownership", "the place belongs to a hospital and not to the practice")
        made = replace(made, ownership="hospital_department")
    elif made.ownership in PRACTICE_OWNERS and not c.says("/ownership"):
        c.drop("/ownership", "a facility runs the place and not the practice")
        made = replace(made, ownership=None)
    if c.says("/type_of_bill"):
        if source:
            c.change(source, "/type_of_bill", "the type of bill tells the place on a facility claim")
    elif not found.bill:
        c.ask("/type_of_bill", found.why, found.enter or "Four characters, such as 0131", source=source)
        return made
    else:
        bill, why = found.bill, found.why
        if found.word == "ownership":
            why = "a provider-based department of a hospital bills with a type of bill"
        if bill == "13" and made.ownership == "critical_access_hospital":
            bill = CRITICAL_ACCESS
        made = replace(made, type_of_bill=bill_type.formatted(bill, made.frequency or "1"))
        c.change(source, "/type_of_bill", why, found.enter)
    other = bill_type.facility(made.type_of_bill or "") == CRITICAL_ACCESS or not medicare(made)
    if place == OFF_CAMPUS_PLACE and made.off_campus is None and not other:
        why = "Medicare wants PO, PN or ER on every line of an off-campus department"
        c.ask("/off_campus", why, "excepted (PO), non_excepted (PN) or emergency (ER)")
    return made


def _place_of_service(c: Crossing, made: Claim, lines: Sequence[ServiceLine]) -> Claim:
    given = c.given
    source = "/type_of_bill" if given.type_of_bill else ""
    if made.frequency is None and given.type_of_bill and bill_type.problem(given.type_of_bill) is None:
        made = replace(made, frequency=bill_type.frequency(given.type_of_bill))
    if made.frequency not in (None, *FREQUENCIES):
        why = f"frequency {made.frequency} is for facility claims only"
        c.ask("/frequency", why, "1 for a new claim, 7 to replace one, 8 to void one", source="/frequency")
    office = made.ownership in PRACTICE_OWNERS
    if office and made.off_campus is not None and not c.says("/off_campus"):
        c.drop("/off_campus", "the place is no department of a hospital")
        made = replace(made, off_campus=None)
    if c.says("/place_of_service"):
        if source:
            c.change(source, "/place_of_service", "the place of service takes the place of the type of bill")
        return made
    if office:
        why = "the place is run by a practice or a freestanding center"
        c.ask("/place_of_service", why, "11 office, 49 independent clinic, or as the place is", source=source)
        return made
    place = c.billing.place_of_service or place_beside(given.type_of_bill, campus(given))
    if place is not None and lines and all(emergency(lines)):
        place = EMERGENCY_ROOM
    if place is None:
        why = "the type of bill does not tell the place of service"
        c.ask("/place_of_service", why, "Two digits, such as 22 or 19", source=source)
        return made
    c.change(source, "/place_of_service", f"the practitioner worked at place of service {place}")
    return replace(made, place_of_service=place)


def _admission(c: Crossing, made: Claim) -> None:
    """Ask for what a facility says of each visit and a practice does not."""
    known = made.admission or Admission()
    for key, locator, enter in (
        ("type", 14, "1 emergency, 2 urgent, 3 elective, 5 trauma, 9 not known"),
        ("source", 15, "1 from home or work, or another point of origin"),
        ("patient_status", 17, "01 for a patient who went home, or as it was"),
    ):
        if getattr(known, key) is None:
            c.ask(f"/admission/{key}", f"every facility claim says it (FL {locator})", enter)


# ---------------------------------------------------------------- payers


def _coverages(c: Crossing, made: Claim) -> Claim:
    """Medicare's Part A and Part B, and the contractor where it is known."""
    before, after = FILING[c.to]
    part = "A" if c.to == "facility" else "B"
    found: list[Coverage] = []
    for i, one in enumerate(made.coverages):
        if one.claim_filing != before or c.says(f"/coverages/{i}/claim_filing"):
            found.append(one)
            continue
        one = replace(one, claim_filing=after)
        path, contractor = f"/coverages/{i}", c.billing.medicare_contractor
        enter = (
            "" if contractor else f"The payer id of the contractor for Part {part}, where it is another one"
        )
        c.change(f"{path}/claim_filing", f"{path}/claim_filing", f"this side is Part {part} ({after})", enter)
        if contractor is not None and not c.says(f"{path}/payer") and contractor != one.payer:
            one = replace(one, payer=contractor)
            c.change(f"{path}/payer", f"{path}/payer", f"the contractor for Part {part} pays this side")
        found.append(one)
    return replace(made, coverages=tuple(found))


def _secondary_value(c: Crossing, made: Claim) -> Claim:
    """Why Medicare pays second: SBR05 of the 837P is a value code with an amount in the 837I."""
    index = effective_bill_to(c.given)
    coverage = c.given.coverages[index] if index is not None else None
    reason = coverage.secondary_reason if coverage else None
    if reason not in MSP_VALUE_CODES or c.says("/value_codes"):
        return made
    source = f"/coverages/{index}/secondary_reason"
    stated = next((n for n, v in enumerate(made.value_codes) if v.code == reason), None)
    more = secondary_values(c.given)
    if stated is None and not more:
        why = "the 837I says by a value code why Medicare pays second, with what was paid before"
        c.ask("/value_codes", why, f"Value code {reason} with the amount that was paid before", source=source)
        return made
    at = len(made.value_codes) if stated is None else stated
    c.change(source, f"/value_codes/{at}", "the 837I says by a value code why Medicare pays second")
    return replace(made, value_codes=(*made.value_codes, *more))


def _secondary_reason(c: Crossing, made: Claim) -> Claim:
    """The value code that says why Medicare pays second, as SBR05."""
    index = effective_bill_to(made)
    if index is None or made.coverages[index].claim_filing not in MEDICARE_FILING:
        return made
    for i, one in enumerate(c.given.value_codes):
        if one.code not in MSP_VALUE_CODES:
            continue
        coverage = made.coverages[index]
        if coverage.secondary_reason not in (None, one.code):
            continue
        path = f"/coverages/{index}/secondary_reason"
        c.change(f"/value_codes/{i}", path, "the 837P says in SBR05 why Medicare pays second")
        coverages = list(made.coverages)
        coverages[index] = replace(coverage, secondary_reason=one.code)
        made = replace(made, coverages=tuple(coverages))
    return made


# ---------------------------------------------------------------- practitioners


def _attending(c: Crossing, made: Claim) -> Claim:
    """Who rendered the services attends; a person."""
    given = c.given
    source = "/rendering_provider"
    if c.states("/attending_provider") or given.attending_provider is not None:
        if given.rendering_provider is not None and same_provider(
            made.attending_provider, given.rendering_provider
        ):
            c.move(source, "/attending_provider")
            return replace(made, rendering_provider=None)
        return made
    one = given.rendering_provider
    if one is None:
        own = [effective_rendering_provider(given, line) for line in given.lines]
        if own and own[0] is not None and all(same_provider(own[0], other) for other in own):
            one, source = own[0], ""
    enter = "Who was responsible for the patient's care: last and first name, and NPI"
    if one is None:
        c.ask("/attending_provider", "every facility claim names an attending practitioner", enter)
    elif not one.is_person:
        c.ask("/attending_provider", "the attending practitioner is a person", enter, source=source)
        return replace(made, rendering_provider=None)
    else:
        c.change(source, "/attending_provider", "who rendered the services is the attending practitioner")
        if source:
            c.move(source, "/attending_provider")
        return replace(made, attending_provider=_practitioner(one), rendering_provider=None)
    return made


def _practitioner(one: Provider) -> Provider:
    """A practitioner without what only a biller has."""
    return Provider(
        last_name=one.last_name,
        first_name=one.first_name,
        middle_name=one.middle_name,
        suffix=one.suffix,
        npi=one.npi,
        taxonomy=one.taxonomy,
        secondary_ids=one.secondary_ids,
    )


def _rendering(c: Crossing, made: Claim) -> Claim:
    """Who rendered the services; the attending practitioner only by the user's word."""
    given = c.given
    source = "/attending_provider" if given.attending_provider is not None else ""
    named = c.states("/rendering_provider") or given.rendering_provider is not None
    if not named and c.billing.rendering_provider is not None:
        made = replace(made, rendering_provider=c.billing.rendering_provider)
        named = True
    if named:
        if source and same_provider(made.rendering_provider, given.attending_provider):
            c.move(source, "/rendering_provider")
        elif source:
            c.drop(
                source, "a professional claim names who rendered the services and no attending practitioner"
            )
        return made
    enter = "Who performed the services, with NPI"
    if source:
        enter += "; `@/attending_provider` where it was the attending practitioner"
    c.ask(
        "/rendering_provider",
        "the attending practitioner need not have rendered the services",
        enter,
        source=source,
    )
    return made


# ---------------------------------------------------------------- billing


def _facility_biller(c: Crossing, made: Claim) -> Claim:
    given = c.given
    if c.states("/billing_provider"):
        return _paid_to(c, made)
    if c.billing.billing_provider is not None:
        why = "the facility bills this claim, as the settings name it"
        if not same_provider(c.billing.billing_provider, given.billing_provider):
            c.change("/billing_provider", "/billing_provider", why)
        return _paid_to(c, replace(made, billing_provider=c.billing.billing_provider))
    if is_hospital(given):
        return made
    billing, where = given.billing_provider, given.service_facility
    elsewhere = where is not None and where.organization_name and not same_provider(where, billing)
    if where is not None and elsewhere and is_facility(given.place_of_service, c.lists):
        c.change("/service_facility", "/billing_provider", "the facility where it was done bills the claim")
        c.drop("/billing_provider", "the facility bills this claim, not the practice", "")
        kept = tuple(one for one in where.secondary_ids if one.qualifier in ("G2", "LU"))
        hospital = Provider(
            organization_name=where.organization_name,
            npi=where.npi,
            address=where.address,
            secondary_ids=kept,
        )
        c.ask("/billing_provider/tax_id", "the facility's tax number is not on the claim", "Nine digits (EI)")
        made = replace(made, billing_provider=hospital, service_facility=None)
        return _paid_to(c, made)
    enter = f"{_IDENTITY} of the facility; `@/billing_provider` where it is the one on this claim"
    if billing is None or billing.is_person:
        why = "a facility claim is billed by an organization"
        source = "/billing_provider" if billing is not None else ""
        c.ask("/billing_provider", why, enter, source=source)
        return _paid_to(c, replace(made, billing_provider=None))
    c.ask("/billing_provider", "the facility bills this claim, which may be another one", enter)
    return made


def _professional_biller(c: Crossing, made: Claim) -> Claim:
    given = c.given
    office = made.ownership in PRACTICE_OWNERS
    if not office:
        made = _performed_at(c, made)
    if c.states("/billing_provider"):
        return _paid_to(c, made)
    if c.billing.billing_provider is not None:
        if office and not same_provider(c.billing.billing_provider, given.billing_provider):
            why = "the practice bills this claim, as the settings name it"
            c.change("/billing_provider", "/billing_provider", why)
        return _paid_to(c, replace(made, billing_provider=c.billing.billing_provider))
    if office:
        if given.ownership not in PRACTICE_OWNERS:
            enter = f"{_IDENTITY} of the practice; `@/billing_provider` where it is the one on this claim"
            c.ask("/billing_provider", "the practice bills this claim, which may be another one", enter)
        return made
    why = "the practitioner's group bills this claim, not the facility"
    c.ask("/billing_provider", why, f"{_IDENTITY} of the group, or [professional_billing] in the settings")
    return _paid_to(c, replace(made, billing_provider=None))


def _performed_at(c: Crossing, made: Claim) -> Claim:
    """The facility that bills its own side is where the practitioner worked."""
    facility = c.given.billing_provider
    if facility is None or facility.organization_name is None:
        return made
    if made.service_facility is not None or c.says("/service_facility"):
        c.drop("/billing_provider", "the practitioner's group bills this claim, not the facility")
        return made
    ids: tuple[SecondaryId, ...] = tuple(
        one for one in facility.secondary_ids if one.qualifier in PLACE_QUALIFIERS
    )
    place = Provider(
        organization_name=facility.organization_name,
        npi=facility.npi,
        address=facility.address,
        secondary_ids=ids,
    )
    c.change("/billing_provider", "/service_facility", "the facility is where the practitioner worked")
    return replace(made, service_facility=place)


def _paid_to(c: Crossing, made: Claim) -> Claim:
    """The address of payment belongs to who bills."""
    given = c.given.pay_to
    if c.says("/pay_to") or same_provider(made.billing_provider, c.given.billing_provider):
        return made
    named = c.billing.pay_to
    if given is not None and not (named and same_address(named.address, given.address)):
        c.drop("/pay_to", "it was the address of another biller", "")
    return replace(made, pay_to=named)


# ---------------------------------------------------------------- diagnoses


def _diagnoses(c: Crossing, made: Claim) -> Claim:
    """Leave out the diagnoses behind the last one that the side holds."""
    most = MOST_DIAGNOSES[c.to]
    extra = set(claim_diagnoses(made)[most:])
    if not extra or c.says("/diagnoses"):
        return made
    sources = _sources(c, len(c.given.diagnoses))
    why = f"a {c.to} claim holds {most} diagnoses"
    enter = "Put it among the first ones where a line treats it" if c.to == "professional" else ""
    kept = [i for i in range(len(made.diagnoses)) if i not in extra]
    for i in sorted(extra):
        if i in sources:
            c.account.gone(f"/diagnoses/{sources[i]}", c.to)
            c.drop(f"/diagnoses/{sources[i]}", why, enter)
    for n, i in enumerate(kept):
        if i in sources:
            c.move(f"/diagnoses/{sources[i]}", f"/diagnoses/{n}")
    return replace(made, diagnoses=tuple(made.diagnoses[i] for i in kept))


def _sources(c: Crossing, count: int) -> dict[int, int]:
    """Position of each diagnosis in the resulting claim -> its position in the given one."""
    found: dict[int, int] = {}
    for i in range(count):
        for place in c.account.places(f"/diagnoses/{i}", c.to):
            found[int(place.rsplit("/", 1)[1])] = i
    return found
