"""What the rules of drugs and their modifiers ask of a case: drug lines, containers, payers, small tables."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from edi import tables
from edi.codes import bill_type, hcpcs, modifier
from edi.coding.edits import unit_limit
from edi.coding.family import codes
from edi.coding.timeline import Dosing, Given
from edi.model.claim import ServiceLine, effective_place_of_service
from edi.refdata import Edition, Lists, UnitLimit
from edi.refdata.editions import shipped_window
from edi.rules.about import code_of, coded_lines
from edi.rules.base import Case, per_case, per_lines

JZ_REQUIRED = date(2023, 7, 1)
"""First service date on which Medicare wants JZ where nothing was discarded."""
MEDICAID_FILING = "MC"
OFFICE_PLACES = frozenset({"03", "11", "12", "15", "20", "49"})
"""Places in which a practice buys the drugs that it gives; elsewhere the facility does."""
OUTPATIENT_DRUGS = frozenset({"13", "85"})
"""Facility codes of bills on which Part B pays drugs apart; clinics with an encounter rate do not count."""
CRITICAL_ACCESS = "85"
DIALYSIS = "72"
_LIMITS = "coding/drug_mue.csv"
_BY_DAY = 3
"""Adjudication indicator: the limit counts the day."""

Group = tuple[str, date | None]
"""A drug code on one day."""


def modifiers_of(line: ServiceLine) -> frozenset[str]:
    """Modifiers, upper case."""
    return _compact(tuple(line.modifiers)) if line.modifiers else _NONE


_NONE = frozenset[str]()


@lru_cache(maxsize=4096)
def _compact(modifiers: tuple[str, ...]) -> frozenset[str]:
    return frozenset(modifier.compact(m) for m in modifiers)


def units_of(line: ServiceLine) -> Decimal:
    """Units; absent ones count as none, because a line without units is another rule's matter."""
    return line.units if line.units is not None else Decimal(0)


def is_drug(case: Case, line: ServiceLine) -> bool:
    """Whether a line bills a drug: by its kind, or by its code where the claim came without kinds."""
    if line.kind is not None:
        return line.kind == "drug"
    return bool(case.lists.drug_rows(code_of(line)))


def is_administration(line: ServiceLine) -> bool:
    """Whether a line bills an infusion, injection or push."""
    return code_of(line) in codes()


@per_case
def drug_lines(case: Case) -> list[tuple[int, ServiceLine, str]]:
    """Drug lines with their indexes and codes."""
    lines = case.claim.lines
    return [(i, lines[i], code) for i, code in drugs_at(case)]


@per_lines
def drugs_at(case: Case) -> list[tuple[int, str]]:
    """Indexes and codes of the drug lines."""
    return [(i, code) for i, line, code in coded_lines(case) if code and is_drug(case, line)]


@per_case
def by_drug(case: Case) -> dict[Group, list[tuple[int, ServiceLine]]]:
    """Drug lines by code and day."""
    found: dict[Group, list[tuple[int, ServiceLine]]] = {}
    for i, line, code in drug_lines(case):
        found.setdefault((code, line.service_date), []).append((i, line))
    return found


@per_case
def facility_code(case: Case) -> str | None:
    """Second and third digit of the type of bill; None on professional claims and where it is not known."""
    stated = case.claim.type_of_bill
    return bill_type.facility(stated) if case.claim.setting == "facility" and stated else None


def pays_drugs_apart(case: Case, line: ServiceLine) -> bool:
    """Whether the place is one in which Part B pays for the drug of this line by itself."""
    if case.claim.setting == "facility":
        return facility_code(case) in OUTPATIENT_DRUGS
    return effective_place_of_service(case.claim, line) in OFFICE_PLACES


@cache
def _hospital_status() -> dict[str, str]:
    return {row["code"]: row["status"] for row in tables.rows("coding/opps_drugs.csv")}


_STATUS = {"N": "packaged", "G": "separate", "K": "separate"}
"""Status indicators of Addendum B that tell how a drug is paid."""


def hospital_status(case: Case, code: str, day: date | None) -> str | None:
    """How hospitals are paid for a drug code: packaged or separate; None where it is not known.

    The Addendum B that a user loaded for the date decides, else the table of well-known drugs.
    """
    row = case.lists.apc(code, day) if day is not None else None
    if row is not None and row.covers:
        return _STATUS.get(row.status)
    return _hospital_status().get(code)


@cache
def shipped_limits() -> dict[tuple[str, str], int]:
    """Most units of drug codes on a day, by setting and code: the limits that ship, all of practitioners."""
    return {("professional", row["code"]): int(row["practitioner"]) for row in tables.rows(_LIMITS)}


@cache
def shipped_limits_edition() -> Edition:
    """The edition of the limits that ship."""
    name = tables.notes(_LIMITS)["edition"]
    start, through = shipped_window(name)
    return Edition(
        kind="mue",
        setting="practitioner",
        name=name,
        start=start,
        through=through,
        origin="shipped",
        complete=False,
    )


def limit_of_day(lists: Lists, code: str, setting: str, day: date) -> UnitLimit | None:
    """Most units of a code on a day; None where it is not known.

    What the user loaded goes before the limits that ship.
    """
    found = unit_limit(lists, code, setting, day)
    units = shipped_limits().get((setting, code))
    if found is not None or units is None:
        return found
    edition = shipped_limits_edition()
    return UnitLimit(
        code=code, units=units, adjudication=_BY_DAY, edition=edition, covers=edition.covers(day)
    )


def administrations_of(case: Case, line: ServiceLine, *, any_day: bool = False) -> list[Given]:
    """What a drug line bills: by the ids that it names, else by code and day. Empty without a record.

    With `any_day` the day does not count.
    """
    if case.assembled is None:
        return []
    given = case.timeline.given
    if line.administrations:
        return [g for g in given if g.id in line.administrations]
    code = code_of(line)
    if not code:
        return []
    found = [g for g in given if hcpcs.compact(g.source.hcpcs or "") == code]
    if any_day or line.service_date is None:
        return found
    return [g for g in found if g.service_date in (None, line.service_date)]


def recorded_single_dose(given: Iterable[Given]) -> bool | None:
    """Whether all opened containers are recorded as single-dose; None where the record does not say."""
    stated = {c.single_dose for g in given for c in g.source.containers}
    if stated == {True}:
        return True
    return False if stated == {False} else None


def single_dose(case: Case, line: ServiceLine) -> bool | None:
    """Whether a drug line comes of single-dose containers.

    The record says so; where it is silent, or there is none, a drug code whose product comes in one kind of
    container only; else None.
    """
    given = administrations_of(case, line)
    recorded = recorded_single_dose(given)
    if recorded is not None:
        return recorded
    if any(c.single_dose is not None for g in given for c in g.source.containers):
        return None
    row = case.lists.drug(code_of(line), line.service_date)
    if row is None or row.container not in ("single", "multi"):
        return None
    return row.container == "single"


def _counted(case: Case, group: Group) -> list[Dosing]:
    """The doses of a drug on a day; none where the record of one does not tell what was thrown away.

    Every administration of the code must have a dose and single-dose containers that held no less.
    """
    code, day = group
    doses = {d.administration: d for d in case.timeline.dosing}
    found = []
    for given in case.timeline.given:
        row = given.drug
        if row is None or row.code != code or day not in (None, given.service_date):
            continue
        if given.source.patient_supplied:
            continue
        counted = doses.get(given.id)
        if counted is None or not counted.single_dose or counted.opened is None:
            return []
        if counted.opened < counted.dose:
            return []
        found.append(counted)
    return found


def discarded(case: Case, group: Group) -> int | None:
    """Billing units of a drug that were thrown away on a day, by the record; None where it does not tell."""
    counted = _counted(case, group)
    return sum(d.discarded for d in counted) if counted else None


def left_over(case: Case, group: Group) -> bool:
    """Whether something was left in the containers of a drug, be it less than a billing unit.

    Only where `discarded` tells what was.
    """
    return any(d.opened != d.dose for d in _counted(case, group))


@cache
def national(topic: str, part: str) -> tuple[str, ...]:
    """Codes of one part of a national coverage determination, in the order of the table."""
    return tuple(
        row["code"]
        for row in tables.rows("coding/ncd_codes.csv")
        if (row["topic"], row["part"]) == (topic, part)
    )


def number(value: Decimal) -> str:
    """A number as people write it."""
    return f"{value.normalize():f}"
