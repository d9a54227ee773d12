"""What the guide wants left out because the claim says it already: judged on claims as they were read.

The program leaves these out of the files that it writes, so a claim that has not been sent is not blamed.
"""

import re
from collections.abc import Iterator

from edi.model.claim import Claim, billed_coverage, effective_rendering_provider
from edi.model.party import Address, Provider
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, READ
from edi.rules.asks import box, named_on_lines, was_sent

_SENT = {READ: "837"}
_PERSON = {"last_name": "DOCTOR", "first_name": "DANA", "npi": "1245319599"}
_LINE_NUMBER = re.compile(r"2400\[(\d+)\]/REF")
_ALLOWED = {READ: "837", "/coverages/0/authorizations": [{"number": "PA1"}]}
_STREET = {"line1": "200 CLINIC AVENUE", "city": "SPRINGFIELD", "state": "IL", "zip": "62701-0002"}


def _same(one: Provider | None, other: Provider | None) -> bool:
    """Whether two providers have one NPI."""
    return one is not None and other is not None and bool(one.npi) and one.npi == other.npi


def _plain(place: Address) -> tuple[str, ...]:
    parts = (place.line1, place.line2, place.city, place.state, place.zip)
    return tuple("".join(c for c in (part or "").upper() if c.isalnum()) for part in parts)


def _same_place(one: Address | None, other: Address | None) -> bool:
    return one is not None and other is not None and bool(one.line1) and _plain(one) == _plain(other)


@rule(
    "PRO-REND-002",
    "rendering-repeats-billing",
    message="the rendering provider is the billing provider, a person; the guide wants the loop left out "
    "(2310B)",
    help="Send no rendering provider where the person who bills performed the services.",
    source="005010X222A1, 2310B NM1*82 (only where it differs from the billing provider; else do not send)",
    severity="info",
    snip=4,
    also=("P46", "P78", "SNIP4-002"),
    setting="professional",
    breaks=[
        {
            **_SENT,
            "/billing_provider/organization_name": None,
            "/billing_provider/last_name": "DOCTOR",
            "/billing_provider/npi": "1245319599",
        }
    ],
    keeps=[
        _SENT,
        {**_SENT, "/rendering_provider/npi": "1234567893"},
        {
            "/billing_provider/organization_name": None,
            "/billing_provider/last_name": "DOCTOR",
            "/billing_provider/npi": "1245319599",
        },
        {READ: "837", "/billing_provider": None},
        {READ: "837", "/billing_provider/organization_name": None, "/billing_provider/last_name": "DOCTOR"},
    ],
)
def rendering_repeats_billing(case: Case) -> Iterator[Hit]:
    """A person who bills for his or her own work is named once.

    A remark: published examples of the guide itself name such a person twice, and no payer is known to reject
    it.
    """
    claim = case.claim
    billing = claim.billing_provider
    if (
        was_sent(claim)
        and billing is not None
        and billing.is_person
        and _same(claim.rendering_provider, billing)
    ):
        yield Hit("/rendering_provider/npi")


def _authorizations(claim: Claim) -> Iterator[tuple[str, str, str]]:
    """Lines that have the prior authorization of the claim: pointer, words, segment. Said once.

    A number that repeats that of the claim is kept as it was sent.
    """
    billed = billed_coverage(claim)
    general = {one.number for one in billed.authorizations if one.hcpcs is None} if billed else set()
    for k, one in enumerate(claim.unmapped):
        line = _LINE_NUMBER.fullmatch(one.address)
        segment, qualifier, number, *_ = (*one.text.split("*"), "", "")
        if line and (segment, qualifier) == ("REF", "G1") and number in general:
            words = f"line {line[1]} repeats the prior authorization of the claim"
            yield f"/unmapped/{k}", words, "2400 REF*G1"
            return


def _repeated(case: Case) -> Iterator[tuple[str, str, str]]:
    """What repeats something of the claim: pointer, words, loop."""
    claim = case.claim
    professional = claim.setting != "facility"
    billing, facility = claim.billing_provider, claim.service_facility
    if billing is not None:
        if facility is not None and _same_place(facility.address, billing.address):
            loop = "2310C" if professional else "2310E"
            yield "/service_facility", "the service facility has the address of the billing provider", loop
        if claim.pay_to is not None and _same_place(claim.pay_to.address, billing.address):
            yield "/pay_to", "the pay-to address is that of the billing provider", "2010AB"
        sender = claim.submitter
        if (
            sender is not None
            and billing.phone
            and billing.phone == sender.phone
            and billing.contact_name == sender.contact_name
        ):
            yield "/billing_provider/phone", "the contact is that of the submitter", "2010AA PER"
    if not professional:
        attending = claim.attending_provider
        for key, loop in (("rendering_provider", "2310D"), ("referring_provider", "2310F")):
            if _same(getattr(claim, key), attending):
                yield f"/{key}", f"the {key.replace('_', ' ')} is the attending provider", loop
    for i, coverage in enumerate(claim.coverages):
        if coverage.group_number and coverage.group_name:
            yield (
                f"/coverages/{i}/group_name",
                "a group has a number, so its name is not needed",
                "2000B or 2320 SBR04",
            )
    place = claim.place_of_service
    for i, line in enumerate(claim.lines):
        if professional and place and line.place_of_service == place:
            what = "a line repeats the place of service of the claim"
            yield f"/lines/{i}/place_of_service", what, "2400 SV105"
            break
    yield from _authorizations(claim)
    for i, _ in named_on_lines(case):
        line = claim.lines[i]
        where = f"of line {i + 1}"
        if _same(line.rendering_provider, claim.rendering_provider):
            loop = "2420A" if professional else "2420C"
            yield (
                f"/lines/{i}/rendering_provider",
                f"the rendering provider {where} is that of the claim",
                loop,
            )
        if _same(line.service_facility, claim.service_facility):
            yield (
                f"/lines/{i}/service_facility",
                f"the service facility {where} is that of the claim",
                "2420C",
            )
        if _same(line.supervising_provider, claim.supervising_provider):
            yield f"/lines/{i}/supervising_provider", f"the supervisor {where} is that of the claim", "2420D"
        if _same(line.referring_provider, claim.referring_provider):
            yield (
                f"/lines/{i}/referring_provider",
                f"the referring provider {where} is that of the claim",
                "2420F",
            )
        if professional and _same(line.ordering_provider, effective_rendering_provider(claim, line)):
            yield (
                f"/lines/{i}/ordering_provider",
                f"the ordering provider {where} is the rendering one",
                "2420E",
            )


@rule(
    "CLM-REPEAT-001",
    "repeated-without-need",
    message="{what}; the guide wants it left out ({loop})",
    help="Leave it out: the guide asks for it only where it differs.",
    source="005010X222A1 and 005010X223A2, situational loops and elements that are not sent when their "
    "condition is false; rules catalogue P78, P09, P10, P14, P47, P64, P68, P71 to P73, I34 to I37, I54",
    severity="info",
    snip=4,
    also=(
        "P78",
        *("P09", "P10", "P14", "P47", "P64", "P68", "P71", "P72", "P73", "I35", "I36", "I37", "I54"),
        *("FAC-PROV-004", "SNIP4-002"),
    ),
    breaks=[
        {**_SENT, "/service_facility": {"organization_name": "SAMPLE INFUSION PRACTICE", "address": _STREET}},
        {**_SENT, "/pay_to": {"organization_name": "SAMPLE INFUSION PRACTICE", "address": _STREET}},
        {**_SENT, "/service_facility": {"address": {**_STREET, "line1": "200 Clinic Avenue."}}},
        {
            **_SENT,
            "/service_facility": {"address": _STREET},
            "/billing_provider/address": _STREET,
            BASE: "facility",
        },
        {**_SENT, "/lines/0/place_of_service": "11"},
        {**_SENT, "/coverages/0/group_number": "G1", "/coverages/0/group_name": "PLAN"},
        {**_SENT, "/lines/0/rendering_provider": _PERSON},
        {**_SENT, "/lines/0/ordering_provider": _PERSON},
        {**_SENT, "/billing_provider/phone": "2175550100", "/billing_provider/contact_name": "PAT BILLER"},
        {
            READ: "837",
            "/lines/0/place_of_service": "11",
            "/lines/0/rendering_provider": {"npi": "1245319599"},
        },
        {
            READ: "837",
            BASE: "facility",
            "/rendering_provider": {"last_name": "D", "npi": "1245319599"},
            "/referring_provider": {"last_name": "D", "npi": "1245319599"},
            "/attending_provider": {"last_name": "D", "npi": "1245319599"},
        },
        {
            READ: "837",
            "/coverages": [
                {"group_number": "1", "group_name": "A"},
                {"group_number": "1", "group_name": "A"},
                {"group_number": "1"},
                {"group_name": "A"},
            ],
        },
        {READ: "837", "/lines/0/place_of_service": "11", "/lines/1/place_of_service": "11"},
        {
            **_ALLOWED,
            "/unmapped": [
                {"address": "2400[1]/REF", "text": "REF*G1*PA1"},
                {"address": "2400[2]/REF", "text": "REF*G1*PA1"},
            ],
        },
        {
            READ: "837",
            "/supervising_provider": {"last_name": "D", "npi": "1245319599"},
            "/referring_provider": {"last_name": "D", "npi": "1245319599"},
            "/service_facility": {"organization_name": "S", "npi": "1234567893"},
            "/lines/0/service_facility": {"organization_name": "S", "npi": "1234567893"},
            "/lines/0/supervising_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/0/referring_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/0/rendering_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/0/ordering_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/1/service_facility": {"organization_name": "S", "npi": "1234567893"},
            "/lines/1/supervising_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/1/referring_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/1/rendering_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/1/ordering_provider": {"last_name": "D", "npi": "1245319599"},
        },
        {
            READ: "837",
            BASE: "facility",
            "/rendering_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/0/rendering_provider": {"last_name": "D", "npi": "1245319599"},
            "/lines/0/ordering_provider": {"last_name": "D", "npi": "1245319599"},
        },
    ],
    keeps=[
        _SENT,
        {"/lines/0/place_of_service": "11"},
        {**_SENT, "/lines/0/place_of_service": "12"},
        {**_SENT, "/pay_to": {"organization_name": "X", "address": {**_STREET, "line1": "PO BOX 1"}}},
        {**_SENT, "/billing_provider/phone": "2175550101"},
        {**_SENT, "/billing_provider/phone": "2175550101", "/billing_provider/contact_name": "PAT BILLER"},
        {**_SENT, "/billing_provider/phone": "2175550101", "/submitter": None},
        {**_SENT, "/rendering_provider": None, "/lines/0/rendering_provider": _PERSON},
        {**_SENT, "/billing_provider/address": None, "/pay_to": {"address": _STREET}},
        {**_SENT, "/billing_provider/address": {"city": "X"}, "/pay_to": {"address": {"city": "X"}}},
        {READ: "837", "/billing_provider": None},
        {
            READ: "837",
            "/service_facility": {
                "organization_name": "X",
                "address": {"line1": "1 OTHER STREET", "city": "SPRINGFIELD", "state": "IL", "zip": "62701"},
            },
        },
        {
            READ: "837",
            BASE: "facility",
            "/service_facility": {
                "organization_name": "X",
                "address": {**_STREET, "line1": "200 Clinic Avenue."},
            },
        },
        {READ: "837", "/billing_provider/phone": "2175550100"},
        {READ: "837", "/submitter/phone": None, "/submitter/contact_name": None},
        {
            READ: "837",
            "/rendering_provider": {"last_name": "D", "npi": "1245319599"},
            "/attending_provider": {"last_name": "D", "npi": "1245319599"},
        },
        {READ: "837", "/rendering_provider/npi": None, "/lines/0/rendering_provider": {"last_name": "D"}},
        {READ: "837", BASE: "facility", "/place_of_service": "22", "/lines/0/place_of_service": "22"},
        {READ: "837", "/place_of_service": None},
        {**_ALLOWED, "/unmapped": [{"address": "2400[1]/REF", "text": "REF*G1*PA2"}]},
        {**_ALLOWED, "/unmapped": [{"address": "2400[1]/REF", "text": "REF*9F*PA1"}]},
        {**_ALLOWED, "/unmapped": [{"address": "2400[1]/LIN", "text": "REF*G1*PA1"}]},
        {**_ALLOWED, "/unmapped": [{"address": "2400[1]/REF", "text": "REF"}]},
        {
            READ: "837",
            "/coverages/0/authorizations": [{"number": "PA1", "hcpcs": "J1756"}],
            "/unmapped": [{"address": "2400[1]/REF", "text": "REF*G1*PA1"}],
        },
        {
            READ: "837",
            "/coverages": [],
            "/unmapped": [{"address": "2400[1]/REF", "text": "REF*G1*PA1"}],
        },
    ],
)
def repeated_without_need(case: Case) -> Iterator[Hit]:
    """What is the same as above is not said again. No payer is known to reject it, so a remark."""
    if not was_sent(case.claim):
        return
    for path, what, loop in _repeated(case):
        yield Hit(path, what=what, loop=loop)


@rule(
    "FAC-PROV-004",
    "facility-practitioner-named-twice",
    message="the {title} is the attending practitioner (FL 78-79)",
    help="Leave it out; only another practitioner is named there.",
    source="005010X223A2, 2310D and 2310F (only where they differ from the attending provider); UB-04 FL 78 "
    "and 79",
    severity="info",
    snip=4,
    also=("I35", "I37"),
    setting="facility",
    breaks=[
        {"/rendering_provider": _PERSON},
        {"/referring_provider": _PERSON},
        {"/referring_provider": {"npi": "1245319599"}, "/rendering_provider/npi": "1245319599"},
    ],
    keeps=[
        {"/rendering_provider": {**_PERSON, "npi": "1234567893"}},
        {**_SENT, "/rendering_provider": _PERSON},
    ],
)
def named_twice(case: Case) -> Iterator[Hit]:
    """The attending practitioner is named once; a file that the program writes leaves the others out."""
    claim = case.claim
    if was_sent(claim):
        return  # CLM-REPEAT-001 says so
    for key in ("rendering_provider", "referring_provider"):
        if _same(getattr(claim, key), claim.attending_provider):
            yield Hit(f"/{key}", title=key.replace("_", " "))


@rule(
    "PRV-ID-001",
    "identifier-of-former-days",
    message="the {title} has a {what} beside the NPI, which payers use no longer",
    help="Remove it, unless this payer has asked for it.",
    source="005010X222A1 and 005010X223A2, REF*1G in 2310 and 2420 and REF*G2 in 2010BB (before the NPI, or "
    "for providers without one); rules catalogue P22",
    severity="info",
    snip=4,
    also=("P22",),
    sees="provider",
    breaks=[
        {"/rendering_provider/secondary_ids": [{"qualifier": "1G", "id": "B12345"}]},
        {
            "/rendering_provider/secondary_ids": [
                {"qualifier": "1G", "id": "B12345"},
                {"qualifier": "1G", "id": "B12345"},
            ]
        },
        {
            "/rendering_provider/secondary_ids": [{"qualifier": "1G", "id": "B12345"}],
            "/billing_provider": None,
        },
        {
            "/billing_provider/secondary_ids": [{"qualifier": "1G", "id": "A12345"}],
            "/referring_provider": {
                "npi": "1245319599",
                "secondary_ids": [{"qualifier": "1G", "id": "A12345"}],
            },
            "/attending_provider": {
                "npi": "1245319599",
                "secondary_ids": [{"qualifier": "1G", "id": "A12345"}],
            },
        },
    ],
    keeps=[
        {"/rendering_provider/secondary_ids": [{"qualifier": "0B", "id": "B12345"}]},
        {
            "/rendering_provider/secondary_ids": [{"qualifier": "1G", "id": "B12345"}],
            "/rendering_provider/npi": None,
        },
    ],
)
def former_identifier(case: Case) -> Iterator[Hit]:
    """The UPIN ended with the NPI."""
    for key in ("billing_provider", "rendering_provider", "referring_provider", "attending_provider"):
        one = getattr(case.claim, key)
        if one is None or not one.npi:
            continue
        for k, other in enumerate(one.secondary_ids):
            if other.qualifier == "1G":
                yield Hit(f"/{key}/secondary_ids/{k}", title=key.replace("_", " "), what="UPIN (1G)")


@rule(
    "CLM-K3-001",
    "fixed-format-segment",
    message="the claim carries a K3 segment, which needs the consent of X12 or a law ({address})",
    help="Leave it out unless this payer has told you to send it.",
    source="005010X222A1 and 005010X223A2, 2300 and 2400 K3 (only where X12 has approved the use); rules "
    "catalogue P75",
    severity="info",
    given=("unmapped",),
    snip=4,
    also=("P75", "I20"),
    breaks=[
        {"/unmapped": [{"address": "2300/K3", "text": "K3*STATE DATA"}]},
        {
            "/unmapped": [
                {"address": "2300/K3", "text": "K3*STATE DATA"},
                {"address": "2300/K3", "text": "K3*STATE DATA"},
            ]
        },
    ],
    keeps=[{"/unmapped": [{"address": "2300/CN1", "text": "CN1*09"}]}],
)
def fixed_format(case: Case) -> Iterator[Hit]:
    """K3 is a place for what the standard has no place for."""
    for i, one in enumerate(case.claim.unmapped):
        if one.text.startswith("K3*"):
            yield Hit(f"/unmapped/{i}", address=one.address)


@rule(
    "PRV-NAME-002",
    "person-and-organization-in-one",
    message="the {title} has the name of an organization and the name of a person ({box})",
    help="Write organization_name, or last_name and first_name, not both.",
    source="005010X222A1 and 005010X223A2, NM102 (1 person, 2 organization) and NM104 (persons only)",
    severity="warning",
    snip=2,
    sees="provider",
    also=("P05", "P77"),
    base="professional",
    breaks=[
        {"/rendering_provider/organization_name": "SAMPLE CLINIC"},
        {"/billing_provider/last_name": "DOCTOR"},
        {"/rendering_provider/organization_name": "SAMPLE CLINIC", "/billing_provider/last_name": "DOCTOR"},
        {"/rendering_provider/organization_name": "SAMPLE CLINIC", "/rendering_provider/last_name": None},
        {BASE: "facility", "/attending_provider/organization_name": "GROUP"},
        {"/service_facility": {"organization_name": "SITE", "last_name": "DOCTOR"}},
        {BASE: "facility", "/service_facility": {"organization_name": "SITE", "last_name": "DOCTOR"}},
    ],
    keeps=[{"/rendering_provider/last_name": "OTHER"}],
)
def person_and_organization(case: Case) -> Iterator[Hit]:
    """A provider is a person or an organization; the organization's name is the one that is sent."""
    claim = case.claim
    boxes = {
        "billing_provider": box(case, "33", "1"),
        "rendering_provider": box(case, "24J", "78"),
        "attending_provider": "FL 76",
        "service_facility": "2310E" if claim.setting == "facility" else "item 32",
    }
    for key in boxes:
        one = getattr(claim, key)
        if one is not None and one.organization_name and (one.last_name or one.first_name):
            yield Hit(f"/{key}", title=key.replace("_", " "), box=boxes[key])
