"""Lines coded afresh from the record: the hierarchy, repeated pushes and departments of the other setting."""

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace

from edi.coding import proposed_claim
from edi.conversion.crossing import Crossing
from edi.conversion.sides import code_of
from edi.model.claim import Claim, ClaimHeader, Service, ServiceLine
from edi.model.encounter import Administration, Encounter
from edi.payers import Overlay, Policies

_HEADER = tuple(f.name for f in fields(ClaimHeader))
_SERVICE = tuple(f.name for f in fields(Service))


@dataclass(frozen=True, slots=True)
class Recoded:
    """Lines of the record in the resulting setting, and which line of the given claim each of them was."""

    lines: tuple[ServiceLine, ...]
    numbers: dict[int, int]
    """Position of a line in the given claim -> its position among `lines`."""


def recoded(
    c: Crossing,
    head: Claim,
    lines: Sequence[ServiceLine],
    numbers: dict[int, int],
    record: Encounter,
    overlay: Overlay,
    policies: Policies,
) -> Recoded:
    """The lines that the record supports on the resulting side, with what else the claim bills there.

    Args:
        c: the crossing.
        head: the head of the resulting claim.
        lines: its lines, carried over from the given claim.
        numbers: position in the given claim -> position among `lines`.
        record: what was given, with its administrations.
        overlay: payer rules.
        policies: their policies, with what the user set; not yet settled for the setting.
    """
    known = {a.id for a in record.administrations}
    own = [j for j, line in enumerate(lines) if not (set(line.administrations) & known) and not _given(line)]
    services = tuple(Service(**{name: getattr(lines[j], name) for name in _SERVICE}) for j in own)
    visit = Encounter(
        **{name: getattr(head, name) for name in _HEADER},
        encounter_id=head.claim_id or record.encounter_id,
        administrations=_pointing(c, record),
        services=services,
        charges=record.charges,
        primary_reason=record.primary_reason,
        coding="propose",
    )
    claim = proposed_claim(visit, overlay=overlay, policies=policies, lists=c.lists).claim
    made: list[ServiceLine] = []
    found: dict[int, int] = {}
    back = {at: i for i, at in numbers.items()}
    left = [j for j in range(len(lines)) if j not in own]
    for n, line in enumerate(claim.lines):
        if n < len(own):
            source: int | None = own[n]
            line = lines[own[n]]
        else:
            source = _same(line, lines, left)
            if source is not None:
                left.remove(source)
                line = _with_known(line, lines[source])
        if source is not None and source in back:
            found[back[source]] = len(made)
        made.append(line)
    c.account.renumber(c.to, {numbers[i]: at for i, at in found.items()})
    _tell(c, lines, made, found, left, back)
    return Recoded(tuple(made), found)


def _given(line: ServiceLine) -> bool:
    """Whether the record codes such a line afresh."""
    return line.kind == "administration"


def _pointing(c: Crossing, record: Encounter) -> tuple[Administration, ...]:
    """The administrations with the numbers of their diagnoses in the resulting claim."""
    position: dict[int, int] = {}
    for i in range(len(c.given.diagnoses)):
        for place in c.account.places(f"/diagnoses/{i}", c.to):
            position[i + 1] = int(place.rsplit("/", 1)[1]) + 1
    return tuple(
        replace(a, diagnosis_pointers=tuple(position[p] for p in a.diagnosis_pointers if p in position))
        for a in record.administrations
    )


def _same(line: ServiceLine, lines: Sequence[ServiceLine], left: Sequence[int]) -> int | None:
    """The line of the given claim that bills the same: code, day, and an administration in common."""
    waste = {"JW"} & set(line.modifiers)
    likely = [
        j
        for j in left
        if code_of(lines[j]) == code_of(line)
        and lines[j].service_date in (None, line.service_date)
        and {"JW"} & set(lines[j].modifiers) == waste
    ]
    shared = [j for j in likely if set(lines[j].administrations) & set(line.administrations)]
    return next(iter(shared or likely), None)


def _with_known(line: ServiceLine, before: ServiceLine) -> ServiceLine:
    """A line with what the given claim says beyond the record: its charge, its number, its providers."""
    kept = {
        name: getattr(before, name)
        for name in _SERVICE
        if getattr(line, name) in (None, ()) and getattr(before, name) not in (None, ()) and name != "charge"
    }
    line = replace(line, **kept)
    if line.charge is None and before.units == line.units:
        line = replace(line, charge=before.charge)
    if (before.units, before.minutes) == (line.units, line.minutes) and before.why:
        line = replace(line, why=before.why)
    return line


def _tell(
    c: Crossing,
    lines: Sequence[ServiceLine],
    made: Sequence[ServiceLine],
    found: dict[int, int],
    left: Sequence[int],
    back: dict[int, int],
) -> None:
    """Say which lines the record bills otherwise on this side."""
    for j in left:
        if j in back:
            why = f"{code_of(lines[j])}: the record does not support this line in a {_place(c)}"
            c.account.gone(f"/lines/{back[j]}", c.to)
            c.drop(f"/lines/{back[j]}", why)
    for i, at in found.items():
        c.move(f"/lines/{i}", f"/lines/{at}")
    taken = set(found.values())
    for n, line in enumerate(made):
        if n in taken:
            continue
        why = f"{code_of(line)}: the record supports this line in a {_place(c)}. {line.why or ''}".strip()
        c.change("", f"/lines/{n}", why)


def _place(c: Crossing) -> str:
    return "hospital" if c.to == "facility" else "practice"
