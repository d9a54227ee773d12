"""Proposed against billed: the lines that a person coded beside those that the record supports."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from edi.codes import hcpcs
from edi.coding.assembly import Assembled
from edi.coding.timeline import ProposedLine
from edi.finding import ComparedLine, Comparison
from edi.model.claim import ServiceLine

CENT: Final = Decimal("0.01")
WASTE: Final = frozenset(("JW", "JZ"))
"""Modifiers that tell the lines of one drug code apart."""


def compared(assembled: Assembled, *, index: int = 0) -> Comparison | None:
    """The comparison of an encounter; None where the program codes it, or the record has no administration.

    Lines of administrations and drugs are compared; other services are no matter of the record of drugs.
    """
    if assembled.coding == "propose" or not assembled.proposal.timeline.encounter.administrations:
        return None
    coded = [
        (number, line)
        for number, (line, source) in enumerate(zip(assembled.claim.lines, assembled.sources, strict=True), 1)
        if source.startswith("/services/") and line.kind in ("administration", "drug")
    ]
    supported = list(assembled.proposal.lines)
    if not coded and not supported:
        return None
    rows = [
        *_paired(coded, supported, assembled),
        *(_extra(number, line, assembled) for number, line in coded),
        *(_missing(item, assembled) for item in supported),
    ]
    rows.sort(key=lambda row: (row.line is None, row.line or 0))
    billed = sum((row.billed_charge for row in rows if row.billed_charge is not None), Decimal(0))
    known = [row.supported_charge for row in rows if row.state != "extra"]
    total = None if None in known else sum((one for one in known if one is not None), Decimal(0))
    return Comparison(
        claim=assembled.claim.claim_id,
        index=index,
        lines=tuple(rows),
        billed=billed,
        supported=total,
        difference=None if total is None else total - billed,
    )


def _paired(
    coded: list[tuple[int, ServiceLine]], supported: list[ProposedLine], assembled: Assembled
) -> Iterator[ComparedLine]:
    """Lines that belong together, taken out of both lists; the surest pairs first."""
    for closeness in (4, 3, 2, 1):
        for number, line in list(coded):
            found = next((item for item in supported if _closeness(line, item.line) >= closeness), None)
            if found is None:
                continue
            coded.remove((number, line))
            supported.remove(found)
            yield _both(number, line, found, assembled)


def _closeness(coded: ServiceLine, supported: ServiceLine) -> int:
    """4 the same service in all, 3 but for units or modifiers, 2 on no stated day, 1 another code; 0 none."""
    shared = set(coded.administrations) & set(supported.administrations)
    if _code(coded) != _code(supported):
        return 1 if shared and coded.kind == supported.kind else 0
    if coded.administrations and not shared:
        return 0
    if coded.service_date is not None and coded.service_date != supported.service_date:
        return 2 if shared else 0
    if WASTE & set(coded.modifiers) != WASTE & set(supported.modifiers):
        return 2
    return 4 if coded.units == supported.units else 3


def _code(line: ServiceLine) -> str:
    return hcpcs.compact(line.hcpcs or "")


def _both(number: int, coded: ServiceLine, item: ProposedLine, assembled: Assembled) -> ComparedLine:
    """A pair of lines. JZ, which says that nothing was lost, may be absent where the payer does not ask."""
    line = item.line
    differences = []
    if _code(coded) != _code(line):
        differences.append(f"code {_code(coded) or 'none'}, the record supports {_code(line)}")
    if coded.units != line.units:
        differences.append(f"units {_number(coded.units)}, the record supports {_number(line.units)}")
    free = assembled.proposal.timeline.policies.jwjz_required == "no" and not WASTE & set(coded.modifiers)
    wanted = [m for m in line.modifiers if not (free and m == "JZ")]
    if set(coded.modifiers) != set(wanted):
        stated = " ".join(coded.modifiers) or "none"
        differences.append(f"modifiers {stated}, the record supports {' '.join(wanted) or 'none'}")
    if coded.service_date != line.service_date:
        differences.append(f"date {coded.service_date}, the record supports {line.service_date}")
    charge = _charge(line, assembled, coded)
    if coded.charge != charge and charge is not None:
        differences.append(f"charge {_number(coded.charge)}, by the fee schedule {_number(charge)}")
    return ComparedLine(
        state="differs" if differences else "same",
        line=number,
        billed=_named(coded),
        supported=_named(line),
        differences=tuple(differences),
        billed_charge=coded.charge,
        supported_charge=charge,
        difference=None if charge is None or coded.charge is None else charge - coded.charge,
        why=line.why,
    )


def _extra(number: int, line: ServiceLine, assembled: Assembled) -> ComparedLine:
    refusals = assembled.proposal.timeline.refusals
    mine = [r for r in refusals if hcpcs.compact(r.code or "") == _code(line)]
    close = [r for r in mine if set(r.administrations) & set(line.administrations)] or mine
    why = close[0].why if close else "nothing in the record stands for this line"
    return ComparedLine(
        state="extra",
        line=number,
        billed=_named(line),
        billed_charge=line.charge,
        supported_charge=Decimal(0),
        difference=None if line.charge is None else -line.charge,
        why=why,
    )


def _missing(item: ProposedLine, assembled: Assembled) -> ComparedLine:
    line = item.line
    # where both are billed, what nobody coded is on the claim all the same
    number = next(
        (
            n
            for n, (own, source) in enumerate(zip(assembled.claim.lines, assembled.sources, strict=True), 1)
            if source.startswith("/administrations/")
            and (own.hcpcs, own.administrations) == (line.hcpcs, line.administrations)
        ),
        None,
    )
    charge = _charge(line, assembled, None)
    return ComparedLine(
        state="missing",
        line=number,
        supported=_named(line),
        supported_charge=charge,
        difference=charge,
        why=line.why,
    )


def _charge(line: ServiceLine, assembled: Assembled, coded: ServiceLine | None) -> Decimal | None:
    """Dollars of a supported line: by the fee schedule, else by what the coded line charges for a unit."""
    if line.charge is not None:
        return line.charge
    price = assembled.proposal.timeline.encounter.charges.get(_code(line))
    if price is not None and line.units is not None:
        return price * line.units
    if coded is None or coded.charge is None or not coded.units or line.units is None:
        return None
    if _code(coded) != _code(line):
        return None
    return (coded.charge / coded.units * line.units).quantize(CENT, ROUND_HALF_UP)


def _named(line: ServiceLine) -> str:
    """`96365-59 x1`."""
    return f"{'-'.join((_code(line) or '(no code)', *line.modifiers))} x{_number(line.units)}"


def _number(value: Decimal | None) -> str:
    return "none" if value is None else f"{value:f}"
