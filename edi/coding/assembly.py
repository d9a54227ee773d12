"""Encounter and proposed lines -> Claim. Copies and adds up; judges nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from edi.codes import hcpcs
from edi.coding import revenue
from edi.coding.drugs import pointers
from edi.coding.family import codes
from edi.coding.proposal import propose
from edi.coding.timeline import Proposal
from edi.model.claim import (
    Claim,
    ClaimHeader,
    LineKind,
    Service,
    ServiceLine,
    Setting,
    ValueCode,
    billed_coverage,
    claim_diagnoses,
    effective_bill_to,
    other_coverages,
)
from edi.model.encounter import Coding, Encounter
from edi.payers import Overlay, Policies
from edi.refdata import Lists

MSP_VALUE_CODES = ("12", "13", "14", "15", "16", "41", "42", "43", "47")
_HEADER = tuple(f.name for f in fields(ClaimHeader))
_SERVICE = tuple(f.name for f in fields(Service))


@dataclass(slots=True, kw_only=True)
class Assembled:
    """A claim with what it was made of."""

    claim: Claim
    proposal: Proposal
    sources: tuple[str, ...]
    """For each line the JSON Pointer in the encounter of what it came from."""
    coding: Literal["propose", "as_coded", "both"]


def resolve_setting(header: ClaimHeader) -> tuple[Setting | None, str]:
    """The setting of a record and how it is known; None when nothing tells it."""
    if header.setting is not None:
        return header.setting, "stated"
    owner = header.ownership
    by_owner: Setting | None = None
    if owner is not None:
        by_owner = "professional" if owner in ("practice", "freestanding_center") else "facility"
    if header.type_of_bill and not header.place_of_service:
        return "facility", f"from the type of bill {header.type_of_bill}"
    if header.place_of_service and not header.type_of_bill:
        return "professional", f"from the place of service {header.place_of_service}"
    if by_owner is not None:
        return by_owner, f"from the ownership {owner}"
    return None, "neither setting, type of bill, place of service nor ownership is given"


def resolve_coding(encounter: Encounter) -> Coding:
    """How an encounter is coded: as it says, else as coded where an administration is coded already."""
    if encounter.coding is not None:
        return encounter.coding
    return "as_coded" if any(_code(s) in codes() for s in encounter.services) else "propose"


def proposed_claim(encounter: Encounter, *, overlay: Overlay, policies: Policies, lists: Lists) -> Assembled:
    """Code an encounter and put the claim together.

    `policies` are the overlay's with whatever the user or the encounter set; they are settled here.
    """
    setting = resolve_setting(encounter)[0] or "professional"
    coverage = billed_coverage(encounter)
    settled = policies.settled(setting=setting, claim_filing=coverage.claim_filing if coverage else None)
    proposal = propose(encounter, setting=setting, overlay=overlay, policies=settled, lists=lists)
    return assemble(encounter, proposal, lists)


def assemble(encounter: Encounter, proposal: Proposal, lists: Lists) -> Assembled:
    """The claim of an encounter from its proposal, in the way that `resolve_coding` says."""
    coding = resolve_coding(encounter)
    kept = [(i, s) for i, s in enumerate(encounter.services) if coding != "propose" or _is_other(s)]
    lines = [(_coded_line(encounter, proposal, s, lists), f"/services/{i}") for i, s in kept]
    if coding != "as_coded":
        position = {a.id: i for i, a in enumerate(encounter.administrations)}
        for item in proposal.lines:
            if _is_coded(item.line, [s for _, s in kept]):
                continue
            lines.append((replace(item.line), f"/administrations/{position[item.line.administrations[0]]}"))
    header = {name: getattr(encounter, name) for name in _HEADER}
    claim = Claim(**header)
    claim.claim_id = (
        encounter.patient.account_number if encounter.patient else None
    ) or encounter.encounter_id
    claim.setting = proposal.timeline.setting
    claim.bill_to = effective_bill_to(encounter) if encounter.bill_to is None else encounter.bill_to
    claim.lines = tuple(line for line, _ in lines)
    _renumber_pointers(claim)
    claim.total_charge = sum((line.charge for line in claim.lines if line.charge is not None), Decimal(0))
    if claim.setting == "facility":
        claim.value_codes = (*claim.value_codes, *secondary_values(encounter))
    return Assembled(claim=claim, proposal=proposal, sources=tuple(s for _, s in lines), coding=coding)


def _renumber_pointers(claim: Claim) -> None:
    """Turn numbers of the record's list of diagnoses into numbers of the claim's order, principal first."""
    order = claim_diagnoses(claim)
    if order == list(range(len(order))):
        return
    position = {index + 1: k + 1 for k, index in enumerate(order)}
    for line in claim.lines:
        line.diagnosis_pointers = tuple(position.get(p, p) for p in line.diagnosis_pointers)


def _code(service: Service) -> str:
    """The procedure code of a service in capitals, without blanks around it."""
    return hcpcs.compact(service.hcpcs or "")


def _is_other(service: Service) -> bool:
    """Whether a service is none of the administration family: those are proposed afresh."""
    return _code(service) not in codes()


def _is_coded(line: ServiceLine, services: Sequence[Service]) -> bool:
    """Whether a coded service already bills a proposed line."""
    return any(
        _code(s) == hcpcs.compact(line.hcpcs or "")
        and (s.service_date is None or s.service_date == line.service_date)
        and (not s.administrations or set(s.administrations) & set(line.administrations))
        for s in services
    )


def line_kind(code: str | None, lists: Lists) -> LineKind:
    """What a line is by its code."""
    if code is None:
        return "service"
    known = hcpcs.compact(code)
    if known in codes():
        return "administration"
    return "drug" if lists.drug_rows(known) else "service"


def _coded_line(encounter: Encounter, proposal: Proposal, service: Service, lists: Lists) -> ServiceLine:
    """A line as coded; what is absent and follows from the encounter is filled in."""
    timeline = proposal.timeline
    line = ServiceLine(**{name: getattr(service, name) for name in _SERVICE})
    line.kind = line_kind(service.hcpcs, lists)
    if line.service_date is None:
        line.service_date = _only_date(proposal, service)
    if line.charge is None and service.hcpcs is not None and service.units is not None:
        price = encounter.charges.get(_code(service))
        line.charge = None if price is None else price * service.units
    if timeline.setting == "facility":
        line.revenue_code = line.revenue_code or (
            revenue.of_drug(service.hcpcs)
            if line.kind == "drug"
            else revenue.of_service(_code(service) or None, timeline.policies)
        )
    elif not line.diagnosis_pointers and encounter.diagnoses:
        line.diagnosis_pointers = pointers(timeline, ())
    return line


def _only_date(proposal: Proposal, service: Service) -> date | None:
    """The day of the administrations that a service bills, or of all of them, when that is one day."""
    wanted = set(service.administrations)
    days = {g.service_date for g in proposal.timeline.given if not wanted or g.id in wanted}
    return days.pop() if len(days) == 1 else None


def secondary_values(header: ClaimHeader) -> tuple[ValueCode, ...]:
    """Value code of the reason why Medicare is not primary, with what the payers before it paid.

    The 837I has no SBR05; the reason and the amount travel as a value code.
    """
    coverage = billed_coverage(header)
    reason = coverage.secondary_reason if coverage else None
    if reason is None or reason not in MSP_VALUE_CODES or any(v.code == reason for v in header.value_codes):
        return ()
    paid = [c.adjudication.paid for _, c in other_coverages(header) if c.adjudication is not None]
    known = [p for p in paid if p is not None]
    return (ValueCode(code=reason, amount=sum(known, Decimal(0))),) if known else ()
