"""Drug lines: units rounded per dose, waste from opened containers, NDC quantity.

Source: rules catalogue B.3 to B.5.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from functools import cache
from typing import Literal

from edi import tables
from edi.codes import dose, hcpcs, ndc
from edi.coding import revenue
from edi.coding.timeline import HELD, INCLUDED, Dosing, Given, ProposedLine, Refusal, Timeline
from edi.model.claim import ServiceLine, billed_coverage, claim_diagnoses
from edi.model.encounter import Quantity
from edi.payers import MEDICARE_FILING

JW_FROM = date(2017, 1, 1)
JZ_FROM = date(2023, 7, 1)
TB_FROM = date(2024, 1, 1)
_THOUSANDTH = Decimal("0.001")


@dataclass(slots=True, kw_only=True)
class _Dose:
    given: Given
    dosing: Dosing | None
    containers: Decimal | None
    """How many containers were opened."""
    volume: Decimal | None
    """Millilitres that were opened."""


@dataclass(slots=True, kw_only=True)
class _Product:
    """All doses of one drug code and NDC on one day."""

    doses: list[_Dose] = field(default_factory=list)


def whole_units(amount: Decimal, unit_value: Decimal) -> int:
    """Billing units of a dose: a started unit counts."""
    return int((amount / unit_value).to_integral_value(ROUND_CEILING))


def discarded_units(opened: Decimal, amount: Decimal, unit_value: Decimal) -> int:
    """Billing units that were thrown away; what is lost inside the last billed unit does not count."""
    full = int((opened / unit_value).to_integral_value(ROUND_FLOOR))
    return max(0, full - whole_units(amount, unit_value))


@cache
def _volumes() -> tuple[tuple[str, Decimal, str, Decimal], ...]:
    """Code, content, its unit and millilitres of the labelled containers."""
    return tuple(
        (row["code"], Decimal(row["size"]), row["unit"], Decimal(row["volume_ml"]))
        for row in tables.rows("coding/container_volumes.csv")
    )


def _labelled_volume(code: str, content: Quantity) -> Decimal | None:
    """Millilitres of a container of a content; None where no label is known, or labels differ."""
    base = dose.base(content.unit) or ""
    in_base = dose.convert(content.value, content.unit, base)
    found = {
        volume
        for of, size, unit, volume in _volumes()
        if of == code and in_base == dose.convert(size, unit, base)
    }
    return found.pop() if len(found) == 1 else None


def _amount(quantity: Quantity | None, unit: str) -> Decimal | None:
    return None if quantity is None else dose.convert(quantity.value, quantity.unit, unit)


def _dose_of(given: Given) -> Decimal | None:
    """Dose in the unit of the drug code; for fluids that are billed by volume the volume will do."""
    drug = given.drug
    if drug is None or drug.unit is None or drug.unit_value is None:
        return None
    stated = given.source.dose
    if stated is None and given.source.volume_ml is not None:
        stated = Quantity(value=given.source.volume_ml, unit="mL")
    amount = _amount(stated, drug.unit)
    return amount if amount is not None and amount > 0 else None


def _single_dose(given: Given) -> bool | None:
    """Whether the opened containers are single-dose: by the record, else by the drug table."""
    stated = {c.single_dose for c in given.source.containers} - {None}
    if stated:
        return stated == {True}
    if given.drug is None or given.drug.container in (None, "both", "bag"):
        return None
    return given.drug.container == "single"


def _opened(given: Given, amount: Decimal, unit: str) -> Decimal | None:
    """Content of all opened containers, from the containers or the record of what was discarded."""
    sizes = [(_amount(c.size, unit), c.count) for c in given.source.containers]
    if sizes:
        if any(size is None for size, _ in sizes):
            return None
        return sum((size * count for size, count in sizes if size is not None), Decimal(0))
    discard = given.source.discard
    if discard is not None:
        thrown = dose.convert(discard.value, discard.unit, unit)
        return None if thrown is None else amount + thrown
    return None


def _dosing(given: Given) -> Dosing | None:
    drug, amount = given.drug, _dose_of(given)
    if drug is None or drug.unit is None or drug.unit_value is None or amount is None:
        return None
    single = _single_dose(given)
    opened = _opened(given, amount, drug.unit)
    discarded = discarded_units(opened, amount, drug.unit_value) if single and opened is not None else 0
    return Dosing(
        administration=given.id,
        billed=whole_units(amount, drug.unit_value),
        discarded=discarded,
        opened=opened,
        dose=amount,
        unit=drug.unit,
        unit_value=drug.unit_value,
        single_dose=single,
    )


def _opened_volume(given: Given) -> Decimal | None:
    """Millilitres in the opened containers."""
    drug = given.drug
    total = Decimal(0)
    for container in given.source.containers:
        volume = container.volume_ml
        if volume is None:
            volume = dose.convert(container.size.value, container.size.unit, "mL")
        if volume is None and drug is not None and drug.unit is not None:
            volume = _labelled_volume(drug.code, container.size)
        if volume is None:
            return None
        total += volume * container.count
    return total if given.source.containers else None


def drug_lines(timeline: Timeline) -> tuple[list[ProposedLine], list[Dosing], list[Refusal]]:
    """Lines of the drugs, in the order of their first dose.

    Doses of one code, NDC and day make one line, and one more with JW when something was discarded. A drug
    that the patient brought, or that carries another one, has none.
    """
    products: dict[tuple[object, ...], _Product] = {}
    dosings: list[Dosing] = []
    refusals: list[Refusal] = []
    for given in sorted(timeline.given, key=lambda g: (g.begin or 0, g.id)):
        code = given.source.hcpcs
        if not code:
            continue
        why = _why_no_line(given)
        if why:
            refusals.append(Refusal(code=code, administrations=(given.id,), why=why, reason="no_drug_line"))
            continue
        dosing = _dosing(given)
        if dosing is not None:
            dosings.append(dosing)
        counted = given.source.containers
        used = _used_share(dosing)
        key = (
            given.service_date,
            hcpcs.compact(code),
            ndc.compact(given.source.ndc) if given.source.ndc else None,
            _program_modifiers(timeline, given),
        )
        products.setdefault(key, _Product()).doses.append(
            _Dose(
                given=given,
                dosing=dosing,
                containers=Decimal(sum(c.count for c in counted)) * used if counted else None,
                volume=None if (volume := _opened_volume(given)) is None else volume * used,
            )
        )
    lines = [line for product in products.values() for line in _lines(timeline, product)]
    return lines, dosings, refusals


def _used_share(dosing: Dosing | None) -> Decimal:
    """What of the opened containers belongs to the dose: all of single-dose ones, else what was drawn."""
    if dosing is None or dosing.single_dose is not False or not dosing.opened:
        return Decimal(1)
    return min(Decimal(1), dosing.dose / dosing.opened)


def _why_no_line(given: Given) -> str | None:
    if given.excluded in HELD:
        return f"{given.name} is held until the record is corrected."
    if given.excluded in INCLUDED and given.excluded != "integral":
        return f"{given.name} is supplied as part of another service."
    if given.source.patient_supplied:
        return f"{given.name} was not bought by this provider."
    return None


def _lines(timeline: Timeline, product: _Product) -> list[ProposedLine]:
    doses = product.doses
    known = [d.dosing for d in doses if d.dosing is not None]
    complete = len(known) == len(doses)
    billed = sum(d.billed for d in known) if complete else None
    wasted = sum(d.discarded for d in known)
    day = doses[0].given.service_date
    if wasted and day is not None and day < JW_FROM:
        wasted = 0
    # Less opened than given is a fault of the record: nothing can be attested.
    accounted = complete and all(d.single_dose and d.opened is not None and d.opened >= d.dose for d in known)
    modifiers: tuple[str, ...] = ()
    if accounted and not wasted and (day is None or day >= JZ_FROM):
        modifiers = ("JZ",)
    first = doses[0].given
    if first.drug is not None and first.drug.unit is None:
        billed = len(doses) if first.drug.drug_class == "unclassified" else _container_count(doses)
    lines = [
        _line(timeline, product, billed, modifiers, _why_units(product, billed), share=_share(billed, wasted))
    ]
    if wasted:
        noun = "unit" if wasted == 1 else "units"
        verb = "was" if wasted == 1 else "were"
        why = f"{wasted} {noun} of opened single-dose containers of {first.name} {verb} discarded."
        lines.append(_line(timeline, product, wasted, ("JW",), why, share=_share(wasted, billed or 0)))
    return lines


def _container_count(doses: Sequence[_Dose]) -> int:
    """Units of a code that is billed by the container: the opened ones, one where they are not recorded."""
    return sum(int(d.containers) if d.containers is not None and d.containers > 0 else 1 for d in doses)


def _share(part: int | None, other: int) -> Decimal:
    """The part of the opened amount that a line stands for."""
    return Decimal(part) / (part + other) if part and part + other else Decimal(1)


def _why_units(product: _Product, billed: int | None) -> str:
    first = product.doses[0].given
    drug = first.drug
    if billed is None:
        return f"The units of {first.name} cannot be worked out: dose or unit is missing."
    if drug is None or drug.drug_class == "unclassified":
        return f"{first.name} has no code of its own; it is billed by dose and described in words."
    if drug.unit_value is None:
        return f"{first.name} is billed by the opened container."
    doses = [d.dosing for d in product.doses if d.dosing is not None]
    given = " + ".join(f"{d.dose.normalize():f}" for d in doses)
    return f"{given} {drug.unit} of {first.name} in units of {drug.unit_value.normalize():f} {drug.unit}."


def _line(
    timeline: Timeline,
    product: _Product,
    units: int | None,
    modifiers: tuple[str, ...],
    why: str,
    *,
    share: Decimal,
) -> ProposedLine:
    first = product.doses[0].given
    source = first.source
    code = hcpcs.compact(source.hcpcs or "")
    drug = first.drug
    price = timeline.encounter.charges.get(code)
    quantity, unit = _ndc_quantity(product, share)
    unlisted = drug is None or drug.drug_class == "unclassified"
    line = ServiceLine(
        kind="drug",
        hcpcs=code,
        modifiers=(*modifiers, *_program_modifiers(timeline, first)),
        units=None if units is None else Decimal(units),
        unit="UN",
        charge=None if price is None or units is None else price * units,
        service_date=first.service_date,
        revenue_code=revenue.of_drug(code) if timeline.setting == "facility" else None,
        diagnosis_pointers=pointers(timeline, [d.given for d in product.doses]),
        description=_words(first) if unlisted else None,
        # an NDC without its quantity cannot be sent (LIN needs CTP): then the line carries none
        ndc=ndc.compact(source.ndc) if source.ndc and quantity is not None else None,
        ndc_quantity=quantity if source.ndc else None,
        ndc_unit=unit if source.ndc and quantity is not None else None,
        administrations=tuple(d.given.id for d in product.doses),
        why=why,
    )
    return ProposedLine(line=line, visit=first.visit, site=first.site)


def _program_modifiers(timeline: Timeline, given: Given) -> tuple[str, ...]:
    coverage = billed_coverage(timeline.encounter)
    medicare = coverage is not None and coverage.claim_filing in MEDICARE_FILING
    recent = given.service_date is None or given.service_date >= TB_FROM
    return ("TB",) if given.source.acquired_340b and medicare and recent else ()


def _words(given: Given) -> str | None:
    """Description of a drug without a code of its own: name, dose, route."""
    amount = given.source.dose
    parts = [
        given.source.drug,
        f"{amount.value.normalize():f} {amount.unit}" if amount else None,
        given.route,
    ]
    text = " ".join(p for p in parts if p)
    return text[:80] or None


def pointers(timeline: Timeline, given: Sequence[Given]) -> tuple[int, ...]:
    """Up to four diagnosis pointers of a professional line, in the order of its administrations."""
    if timeline.setting == "facility":
        return ()
    stated = dict.fromkeys(p for g in given for p in g.source.diagnosis_pointers)
    if stated:
        return tuple(stated)[:4]
    order = claim_diagnoses(timeline.encounter)
    return (order[0] + 1,) if order else ()


def _shortest(value: Decimal) -> Decimal:
    """The same number without zeros at its end and without an exponent."""
    return Decimal(f"{value.normalize():f}")


def _ndc_quantity(product: _Product, share: Decimal) -> tuple[Decimal | None, Literal["UN", "ML"] | None]:
    """Quantity of the NDC for a line's share of the opened containers: UN containers, ML volume."""
    drug = product.doses[0].given.drug
    if drug is None or drug.ndc_unit not in ("UN", "ML"):
        return None, None
    unit: Literal["UN", "ML"] = "UN" if drug.ndc_unit == "UN" else "ML"
    counted = [d.containers if unit == "UN" else d.volume for d in product.doses]
    if any(c is None for c in counted):
        return None, None
    total = sum((c for c in counted if c is not None), Decimal(0)) * share
    return _shortest(total.quantize(_THOUSANDTH)), unit
