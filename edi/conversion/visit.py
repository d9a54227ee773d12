"""One encounter of a facility, billed on both sides: the facility's record and the practitioner's."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from edi.codes import bill_type
from edi.coding.assembly import Assembled, resolve_setting
from edi.conversion import sides
from edi.conversion.account import Account
from edi.conversion.crossing import Crossing
from edi.conversion.header import head_of
from edi.conversion.homes import settled_line
from edi.conversion.places import CRITICAL_ACCESS, is_facility
from edi.model.claim import Claim, ClaimHeader, Service, ServiceLine, Setting
from edi.model.encounter import Encounter
from edi.model.party import BillingSide
from edi.refdata import Lists

_HEADER = tuple(f.name for f in fields(ClaimHeader))
_SERVICE = tuple(f.name for f in fields(Service))


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one side bills of a visit."""

    setting: Setting
    record: Encounter
    """The record as this side has it."""
    services: tuple[int, ...]
    """For each of its services the position in the record that was given."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Both sides of a visit, the facility first; or one side, and why there is no other."""

    parts: tuple[Part, ...]
    why: str = ""
    """Why there is one side only."""
    without_visit: tuple[int, ...] = ()
    """Positions of visits that the practitioner bills, where the record holds none of the hospital's own."""


def both_sides(record: Encounter, assembled: Assembled, billing: BillingSide, lists: Lists) -> Visit:
    """Divide an encounter: what the facility bills, and what the practitioner bills.

    Administrations, drugs, supplies and what carries a revenue code are the facility's; visits and
    procedures, and what names its place of service or who rendered it, are the practitioner's. Fees under
    096x to 098x of a critical access hospital (method II) stay on the facility claim.

    Args:
        record: the encounter.
        assembled: its claim, coded for its own setting.
        billing: who bills the practitioner's side, as encounter and settings say.
        lists: code lists.
    """
    setting = resolve_setting(record)[0] or "professional"
    whole = Part(setting=setting, record=record, services=tuple(range(len(record.services))))
    if setting == "professional":
        return Visit(parts=(whole,), why=_why_professional(record, lists))
    method_two = _is_critical_access(record)
    fees = [i for i, one in enumerate(record.services) if sides.is_fee(one)]
    going = [
        i
        for i, one in enumerate(record.services)
        if sides.of_record(one, lists).setting == "professional" and not (method_two and sides.is_fee(one))
    ]
    if not going:
        why = "no service of the encounter is a practitioner's: the facility bills all of it"
        if method_two and fees:
            why = "a critical access hospital (method II) bills its practitioners' fees on the facility claim"
        return Visit(parts=(whole,), why=why)
    staying = [i for i in range(len(record.services)) if i not in going]
    facility = replace(record, services=tuple(record.services[i] for i in staying))
    lines = dict(zip(assembled.sources, assembled.claim.lines, strict=True))
    coded = [lines.get(f"/services/{i}") for i in going]
    professional = _professional(record, assembled.claim, going, coded, billing, lists)
    visits = tuple(i for i in going if _is_visit(record.services[i]))
    return Visit(
        parts=(
            Part(setting="facility", record=facility, services=tuple(staying)),
            Part(setting="professional", record=professional, services=tuple(going)),
        ),
        without_visit=() if _has_visit(facility) else visits,
    )


def _why_professional(record: Encounter, lists: Lists) -> str:
    if is_facility(record.place_of_service, lists):
        return "the encounter is the practitioner's alone; the facility's has a type of bill"
    return "the visit is a practice's: it bills everything on one professional claim"


def _is_critical_access(record: Encounter) -> bool:
    bill = record.type_of_bill
    by_bill = bool(bill) and bill_type.problem(bill or "") is None
    return record.ownership == "critical_access_hospital" or (
        by_bill and bill_type.facility(bill or "") == CRITICAL_ACCESS
    )


def _is_visit(service: Service) -> bool:
    row = sides.row_of(sides.code_of(service))
    return row is not None and (row.visit != "" or "99281" <= sides.code_of(service) <= "99285")


def _has_visit(record: Encounter) -> bool:
    return any(sides.code_of(one) == "G0463" or _is_visit(one) for one in record.services)


def _professional(
    record: Encounter,
    claim: Claim,
    going: Sequence[int],
    coded: Sequence[ServiceLine | None],
    billing: BillingSide,
    lists: Lists,
) -> Encounter:
    """The practitioner's record: the head changed to the other side, and the services that go there."""
    account = Account()
    crossing = Crossing(
        given=claim, to="professional", said={}, account=account, lists=lists, billing=billing
    )
    services = [record.services[i] for i in going]
    head = head_of(crossing, [one or ServiceLine() for one in coded])
    position = {
        i + 1: int(place.rsplit("/", 1)[1]) + 1
        for i in range(len(record.diagnoses))
        for place in account.places(f"/diagnoses/{i}", "professional")
    }
    made = [
        _service(one, line, position, i, crossing)
        for i, (one, line) in enumerate(zip(services, coded, strict=True))
    ]
    return Encounter(
        **{name: getattr(head, name) for name in _HEADER},
        encounter_id=record.encounter_id,
        policies=record.policies,
        services=tuple(made),
        charges=record.charges,
        professional_billing=record.professional_billing,
    )


def _service(
    one: Service, line: ServiceLine | None, position: dict[int, int], index: int, crossing: Crossing
) -> Service:
    """A service with the day and the charge that its line has, without what only a facility says of it."""
    made = ServiceLine(**{name: getattr(one, name) for name in _SERVICE})
    made = settled_line(made, index, "professional", crossing.account)
    if line is not None:
        made = replace(made, service_date=line.service_date, charge=line.charge)
    pointers = tuple(position[p] for p in one.diagnosis_pointers if p in position)
    made = replace(made, diagnosis_pointers=pointers, administrations=())
    return Service(**{name: getattr(made, name) for name in _SERVICE})
