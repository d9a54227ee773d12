"""What Medicare would allow for the lines of a claim: an estimate by the tables that are at hand.

Physician fee schedule: relative value units times conversion factor, by locality where its indices are
loaded; outpatient prospective payment by Addendum B; drugs by average sales price. Amounts are before
deductible, coinsurance and sequestration.
"""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from typing import Final, Literal

from edi import tables
from edi.finding import PricedLine, PricePanel
from edi.model.claim import Claim, ServiceLine, effective_place_of_service
from edi.refdata import Lists, LocalityIndex

CENT: Final = Decimal("0.01")
PAYABLE: Final = ("A", "R", "T")
"""Status codes of the fee schedule under which there is an amount."""
PARTS: Final = ("26", "TC", "53")
"""Modifiers that have rows of their own in the fee schedule."""
PACKAGED: Final = "N"
CONDITIONAL: Final = ("Q1", "Q2", "Q3", "Q4", "J1", "J2")
"""Status indicators under which a service is packaged with some others."""
UNPAID: Final = ("A", "B", "C", "D", "E1", "E2", "L", "M", "Y")
"""Status indicators under which the outpatient system has no amount."""


@dataclass(frozen=True, slots=True)
class _Amount:
    """US dollars for one unit, how they come about, and what speaks against them."""

    each: Decimal
    basis: str
    reservation: str | None = None
    qualifying: Decimal | None = None


@dataclass(frozen=True, slots=True)
class _Factor:
    start: date
    end: date
    programme: str
    factor: Decimal


@cache
def _factors() -> tuple[_Factor, ...]:
    return tuple(
        _Factor(
            date.fromisoformat(row["start"]),
            date.fromisoformat(row["end"]),
            row["programme"],
            Decimal(row["factor"]),
        )
        for row in tables.rows("coding/conversion_factors.csv")
    )


def conversion_factor(on: date, *, qualifying: bool = False) -> Decimal | None:
    """US dollars for one relative value unit on a date; None for years that the table has not.

    Args:
        on: date of service.
        qualifying: the factor for participants of a qualifying alternative payment model; None in years that
            have one factor for all.
    """
    wanted = ("qpp",) if qualifying else ("nonqpp", "all")
    held = (one for one in _factors() if one.start <= on <= one.end and one.programme in wanted)
    return next((one.factor for one in held), None)


@cache
def _relative_values() -> dict[str, dict[int, tuple[Decimal, str]]]:
    """Code -> year -> total value outside a facility, and what in it has to be verified."""
    found: dict[str, dict[int, tuple[Decimal, str]]] = {}
    for row in tables.rows("coding/rvu.csv"):
        found.setdefault(row["code"], {})[int(row["year"])] = (Decimal(row["total"]), row["verify"])
    return found


@cache
def _paid_to_facility() -> frozenset[str]:
    return frozenset(row["code"] for row in tables.rows("coding/facility_paid.csv"))


def panel(claim: Claim, lists: Lists, *, locality: str | None = None, index: int = 0) -> PricePanel:
    """What Medicare would allow, line by line.

    Args:
        claim: the claim; its setting decides between fee schedule and outpatient payment.
        lists: the user's fee schedule, Addendum B and average sales prices, where they are loaded.
        locality: contractor and locality as `05102-18`; default the national amount. Without loaded indices
            for it the amount is the national one, and the line says so.
        index: position of the record in its file.
    """
    lines = tuple(_priced(claim, number, line, lists, locality) for number, line in enumerate(claim.lines, 1))
    amounts = [line.amount for line in lines if line.amount is not None]
    return PricePanel(
        claim=claim.claim_id,
        index=index,
        locality=locality,
        lines=lines,
        total=sum(amounts, Decimal(0)),
        unpriced=len(lines) - len(amounts),
    )


def _priced(claim: Claim, number: int, line: ServiceLine, lists: Lists, locality: str | None) -> PricedLine:
    code = (line.hcpcs or "").strip().upper()
    priced = PricedLine(line=number, code=code or None, charge=line.charge)
    if not code or line.units is None or line.service_date is None:
        priced.basis = "code, units or date of the line are absent"
        return priced
    on = line.service_date
    found: _Amount | str
    system: Literal["PFS", "OPPS", "ASP"]
    drug = bool(lists.drug_rows(code)) or lists.price_asp(code, on) is not None
    if claim.setting == "facility":
        system, found = "OPPS", _outpatient(code, on, lists)
        if isinstance(found, str) and drug:
            system, found = "ASP", _drug(code, on, lists)
    elif drug:
        system, found = "ASP", _drug(code, on, lists)
    else:
        system, found = "PFS", _fee_schedule(claim, line, code, on, lists, locality)
    if isinstance(found, str):
        priced.basis = found
        return priced
    priced.system = system
    priced.amount = _dollars(found.each, line.units)
    if found.qualifying is not None:
        priced.qualifying_amount = _dollars(found.qualifying, line.units)
    priced.basis = found.basis if line.units == 1 else f"{found.basis}, times {line.units:f}"
    priced.reservation = found.reservation
    return priced


def _dollars(each: Decimal, units: Decimal) -> Decimal:
    """US dollars of a line: the amount of one unit in whole cents, times the units."""
    return (each.quantize(CENT, ROUND_HALF_UP) * units).quantize(CENT, ROUND_HALF_UP)


def _fee_schedule(
    claim: Claim, line: ServiceLine, code: str, on: date, lists: Lists, locality: str | None
) -> _Amount | str:
    place = effective_place_of_service(claim, line)
    entry = lists.entry("pos", place) if place else None
    in_facility = entry is not None and entry.fields.get("facility") == "yes"
    if in_facility and code in _paid_to_facility():
        return f"at place of service {place} the facility is paid, not the practitioner"
    modifier = next((m for m in line.modifiers if m in PARTS), "")
    loaded = lists.rvu(code, modifier, on)
    # of two editions the one of the date answers, whoever brought the other
    if loaded is None or (
        not loaded.covers and not in_facility and on.year in _relative_values().get(code, ())
    ):
        return _shipped(code, on, in_facility, locality)
    if loaded.status not in PAYABLE:
        return f"the fee schedule has no amount (status {loaded.status or 'none'})"
    total = loaded.total_facility if in_facility else loaded.total_nonfacility
    practice = loaded.pe_facility if in_facility else loaded.pe_nonfacility
    reservations = [] if loaded.covers else [f"fee schedule of {loaded.edition.name}"]
    indices = _indices(locality, on, lists)
    basis = f"{total:f}"
    if locality is not None and indices is None:
        reservations.append(f"national: no indices of {locality} are loaded")
    if indices is not None:
        total = loaded.work * indices.work + practice * indices.pe + loaded.malpractice * indices.malpractice
        basis = f"{total:f} in {indices.name or locality}"
        if not indices.covers:
            reservations.append(f"indices of {indices.edition.name}")
    # the factor is that of the date, where it is known
    factor = (None if loaded.covers else conversion_factor(on)) or loaded.conversion_factor
    other = lists.rvu(code, modifier, on, qpp=True)
    own = other is not None and other.edition.setting == "qpp" and other.covers
    apart = other.conversion_factor if other is not None and own else conversion_factor(on, qualifying=True)
    return _Amount(
        total * factor,
        f"{basis} x {factor:f}",
        "; ".join(reservations) or None,
        None if apart is None else total * apart,
    )


def _indices(locality: str | None, on: date, lists: Lists) -> LocalityIndex | None:
    if locality is None:
        return None
    mac, _, number = locality.partition("-")
    return lists.gpci(mac, number, on)


def _shipped(code: str, on: date, in_facility: bool, locality: str | None) -> _Amount | str:
    """By the few relative values that ship."""
    by_year = _relative_values().get(code)
    factor = conversion_factor(on)
    if by_year is None or in_facility:
        return "the fee schedule is not loaded (cleanclaim refdata add FILE)"
    if factor is None:
        return f"no conversion factor of {on.year} is known"
    year = min(by_year, key=lambda y: (abs(y - on.year), -y))
    value, verify = by_year[year]
    reservations = [f"relative value of {year}"] if year != on.year else []
    reservations += [f"relative value {verify}"] if verify else []
    if locality is not None:
        reservations.append(f"national: the fee schedule for {locality} is not loaded")
    apart = conversion_factor(on, qualifying=True)
    return _Amount(
        value * factor,
        f"{value:f} x {factor:f}",
        "; ".join(reservations) or None,
        None if apart is None else value * apart,
    )


def _outpatient(code: str, on: date, lists: Lists) -> _Amount | str:
    row = lists.apc(code, on)
    if row is None:
        if lists.edition("addendum-b", on) is None:
            return "Addendum B is not loaded (cleanclaim refdata add FILE)"
        return "Addendum B does not have the code"
    reservations = [] if row.covers else [f"Addendum B of {row.edition.name}"]
    if row.status == PACKAGED:
        return _Amount(Decimal(0), "packaged, status N", "; ".join(reservations) or None)
    if row.status in UNPAID or row.rate is None:
        return f"the outpatient system has no amount (status {row.status})"
    if row.status in CONDITIONAL:
        reservations.append(f"packaged beside some other services (status {row.status})")
    named = f"APC {row.apc}, status {row.status}" if row.apc else f"status {row.status}"
    return _Amount(row.rate, f"{named}: {row.rate:f}", "; ".join(reservations) or None)


def _drug(code: str, on: date, lists: Lists) -> _Amount | str:
    price = lists.price_asp(code, on)
    if price is None:
        if lists.edition("asp", on) is None:
            return "the average sales prices are not loaded (cleanclaim refdata add FILE)"
        return "no payment limit is published for the code"
    if price.limit is None:
        return "no payment limit is published for the code"
    reservation = None if price.covers else f"payment limits of {price.edition.name}"
    return _Amount(
        price.limit, f"payment limit {price.limit:f} for {price.dosage or 'one unit'}", reservation
    )
