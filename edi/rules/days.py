"""What a claim tells about each of its days, for rules that look at several claims."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from itertools import repeat

from edi.codes import modifier, ndc
from edi.model.claim import Claim, billed_coverage, usual_rendering_provider
from edi.rules.about import code_of, codes_of_lines
from edi.rules.across import Fact, Key, Told
from edi.rules.asks import frequency_of, named_on_lines
from edi.rules.base import Case, per_case, per_lines

REPEATED = frozenset({"59", "76", "77", "91", "XE", "XP", "XS", "XU"})
"""Modifiers that say that a service was done again, or apart."""
REPLACES = frozenset({"7", "8"})
"""Claim frequencies of a claim that takes the place of another one, or takes it back."""


@dataclass(frozen=True, slots=True)
class DayLine:
    """One line of a claim on one day, without anything of a person."""

    index: int
    """Position among the lines of the claim."""
    code: str
    """Procedure code, upper case."""
    modifiers: tuple[str, ...]
    """Upper case, sorted."""
    units: str | None
    """A decimal number; None: not stated."""
    charge: str | None
    rendering: str | None
    """NPI of who performed it."""
    place: str
    """Place of service and revenue code."""
    product: str
    """NDC and description: what tells two lines of one code apart."""
    spans: bool
    """Whether the line covers more than one day."""

    @property
    def number(self) -> Decimal:
        """Units; absent ones count as one."""
        return Decimal(self.units or 1)

    @property
    def stands_for_itself(self) -> bool:
        """Whether a second line that looks the same is a duplicate: one day, some units, not repeated."""
        return self.number > 0 and not self.spans and REPEATED.isdisjoint(self.modifiers)

    @property
    def looks(self) -> tuple[object, ...]:
        """What a payer sees of the line beside its day; lines that look alike are one billed twice."""
        return (
            self.code,
            self.modifiers,
            self.units,
            self.charge,
            self.rendering,
            self.place,
            self.product,
            self.spans,
        )


@per_case
def patient_key(case: Case) -> Key | None:
    """Who was treated: member id, date of birth, given name; None where one of the first two is not known.

    The given name tells twins apart who are insured by one member.
    """
    coverage, patient = billed_coverage(case.claim), case.claim.patient
    member = "".join((coverage.member_id or "").split()).replace("-", "").upper() if coverage else ""
    if not member or patient is None or patient.birth_date is None:
        return None
    first = (patient.first_name or "").split()
    return (member, patient.birth_date.isoformat(), first[0].upper() if first else "")


def billing_npi(claim: Claim) -> str | None:
    """NPI of the billing provider."""
    return claim.billing_provider.npi if claim.billing_provider else None


_Text = str | None
_Written = tuple[int, str, tuple[str, ...], str, _Text, _Text, _Text, bool]
"""Index, code, modifiers, place, revenue code, NDC, description, whether the line spans days."""
_Entry = tuple[_Written, _Text, _Text, _Text]
"""A line: what its shape tells, units, charge, who performed it."""


def _line(entry: _Entry) -> DayLine:
    (index, code, modifiers, place, revenue, product, description, spans), units, charge, rendering = entry
    return DayLine(
        index=index,
        code=code,
        modifiers=modifiers,
        units=_plain(units),
        charge=_plain(charge),
        rendering=rendering,
        place=f"{place} {revenue or ''}",
        product=f"{product or ''} {description or ''}",
        spans=spans,
    )


@per_lines
def _written(case: Case) -> list[_Written]:
    """What the shapes tell of the lines that have a procedure code and a day."""
    place = case.claim.place_of_service or ""
    return [
        (
            i,
            code_of(line),
            _sorted(tuple(line.modifiers)),
            line.place_of_service or place,
            line.revenue_code,
            None if line.ndc is None else ndc.compact(line.ndc),
            line.description,
            line.service_through is not None and line.service_through != line.service_date,
        )
        for i, line in enumerate(case.claim.lines)
        if line.service_date is not None and line.hcpcs
    ]


Amounts = tuple[list[str | None], list[str | None]]
"""Units and charges of the lines as text."""


def amounts_of(claim: Claim) -> Amounts:
    """Units and charges of the lines, as they stand."""
    lines = claim.lines
    return (
        [None if line.units is None else str(line.units) for line in lines],
        [None if line.charge is None else str(line.charge) for line in lines],
    )


@per_case
def stated_amounts(case: Case) -> Amounts:
    """Units and charges of the lines, as they stand."""
    return amounts_of(case.claim)


def _entries(case: Case) -> dict[str, list[_Entry]]:
    """Lines with a procedure code and a day, by day (ISO)."""
    found: dict[date, list[_Entry]] = {}
    lines, usual = case.claim.lines, usual_rendering_provider(case.claim)
    all_written, (units, charges) = _written(case), stated_amounts(case)
    days = {line.service_date for line in lines}
    if len(days) == 1 and len(all_written) == len(lines) and not named_on_lines(case):
        # most claims: one day, and nobody is named on a line
        (only,) = days
        assert only is not None
        npi = usual.npi if usual else None
        return {only.isoformat(): list(zip(all_written, units, charges, repeat(npi), strict=False))}
    for written in all_written:
        i = written[0]
        line = lines[i]
        day, performer = line.service_date, line.rendering_provider or usual
        assert day is not None
        entry = (written, units[i], charges[i], performer.npi if performer else None)
        found.setdefault(day, []).append(entry)
    return {day.isoformat(): entries for day, entries in found.items()}


@lru_cache(maxsize=1024)
def _sorted(modifiers: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(sorted(modifier.compact(m) for m in modifiers))


def _repeats(case: Case) -> Iterator[tuple[int, int]]:
    codes = [code for code in codes_of_lines(case) if code]
    if len(set(codes)) == len(codes):
        return  # most claims: no code twice
    for entries in _entries(case).values():
        seen: dict[tuple[object, ...], int] = {}
        for line in map(_line, entries):
            if line.stands_for_itself and seen.setdefault(line.looks, line.index) != line.index:
                yield line.index, seen[line.looks]


@per_case
def repeated_lines(case: Case) -> tuple[tuple[int, int], ...]:
    """Lines that look like an earlier one of their day: index, index of the earlier line."""
    return tuple(_repeats(case))


@lru_cache(maxsize=4096)
def _plain(text: str | None) -> str | None:
    """A number as text, 1 and 1.00 alike."""
    return None if text is None else format(Decimal(text).normalize(), "f")


def by_day(case: Case) -> Iterator[tuple[Key, Fact]]:
    """The lines of a claim under patient, billing provider, setting and day.

    Silent for claims that do not say whose they are.
    """
    claim = case.claim
    who, npi = patient_key(case), billing_npi(claim)
    if who is None or not npi:
        return
    replaces = frequency_of(case) in REPLACES
    for day, entries in _entries(case).items():
        yield (*who, npi, claim.setting or "", day), (day, claim.setting or "", replaces, tuple(entries))


def billed_by(told: Sequence[Told]) -> dict[str, set[str]]:
    """Procedure codes of facts of `by_day`, each with the claims that bill it, as `Told.same_id`."""
    found: dict[str, set[str]] = {}
    for one in told:
        for line in lines_of(one):
            if line.number > 0:
                found.setdefault(line.code, set()).add(one.same_id)
    return found


def day_of(told: Told) -> str:
    """The day of a fact of `by_day`, ISO."""
    return str(told.fact[0])


def setting_of(told: Told) -> str:
    """The setting of a fact of `by_day`; empty where it is not known."""
    return str(told.fact[1])


def replaces(told: Told) -> bool:
    """Whether the claim replaces another one, or takes it back."""
    return bool(told.fact[2])


def lines_of(told: Told) -> list[DayLine]:
    """The lines of a fact of `by_day`."""
    return [_line(entry) for entry in told.fact[3]]
