"""DRUG: units of drug codes that are no billing units, or more than the limit of a day."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from edi.codes import dose
from edi.coding.timeline import Given
from edi.refdata import Lists
from edi.rules.about import BASE, LOADED, edits_setting
from edi.rules.asks import box, count_of
from edi.rules.base import Case, Hit, per_lines, rule
from edi.rules.drug.facts import (
    Group,
    administrations_of,
    by_drug,
    drug_lines,
    limit_of_day,
    modifiers_of,
    number,
    shipped_limits,
    shipped_limits_edition,
    units_of,
)

_FIVE_VIALS = [{"size": {"value": "100", "unit": "mg"}, "count": 5, "single_dose": True}]
_INFLIXIMAB = {
    "/coding": "as_coded",
    "/administrations/0/drug": "infliximab",
    "/administrations/0/hcpcs": "J1745",
    "/administrations/0/containers": _FIVE_VIALS,
    "/administrations/0/dose/value": "500",
    "/administrations/0/volume_ml": "250",
}


_FLUID = {
    "/administrations/0/drug": "d5w",
    "/administrations/0/hcpcs": "J7060",
    "/administrations/0/volume_ml": "500",
    "/administrations/0/dose": None,
}


def _billed(units: int) -> dict[str, object]:
    return {
        **_INFLIXIMAB,
        "/services": [{"hcpcs": "J1745", "modifiers": ["JZ"], "units": units, "charge": "3000"}],
    }


def units_mistaken(case: Case, group: Group) -> str | None:
    """What the units of a drug seem to count in the place of billing units; None where that is not plain.

    One dose with a record, whose billing units differ from the billed ones and whose amount, volume or
    containers do not.
    """
    lines = by_drug(case).get(group, [])
    given = {g.id: g for _, line in lines for g in administrations_of(case, line)}
    if len(given) != 1:
        return None
    (one,) = given.values()
    counted = next((d for d in case.timeline.dosing if d.administration == one.id), None)
    billed = sum((units_of(line) for _, line in lines if "JW" not in modifiers_of(line)), Decimal(0))
    if counted is None or billed <= 0 or billed == counted.billed:
        return None
    return next((words for amount, words in _amounts(one) if amount == billed), None)


def _amounts(given: Given) -> Iterator[tuple[Decimal | None, str]]:
    source = given.source
    if source.dose is not None:
        yield dose.convert(source.dose.value, source.dose.unit, "mg"), "milligrams"
        yield dose.convert(source.dose.value, source.dose.unit, "mL"), "millilitres"
    yield source.volume_ml, "millilitres"
    yield Decimal(sum(c.count for c in source.containers)), "containers"


@rule(
    "DRUG-UNIT-002",
    "amount-billed-as-units",
    message="line {line}: {hcpcs} is billed with {stated}, the {what} of the dose; its "
    "billing units are {due} ({box})",
    help="Divide the dose by the amount of one billing unit of the code and round up.",
    source="HCPCS (billing units of drug codes); CARC 153",
    severity="error",
    snip=6,
    also=("DRUG-UNIT-001", "F15-24G-001"),
    needs=("record",),
    on="encounter",
    breaks=[
        _billed(500),
        _billed(5),
        _billed(250),
        {
            "/administrations/0/hcpcs": "J1745",
            "/administrations/0/volume_ml": "250",
            "/services": [{"hcpcs": "J2405"}, {"hcpcs": "J1745", "units": 250}],
        },
        {
            "/administrations/0/hcpcs": "J1745",
            "/administrations/0/volume_ml": "250",
            "/services": [
                {"hcpcs": "J1745", "units": 250},
                {"hcpcs": "J1745", "modifiers": ["JW"], "units": 5},
            ],
        },
        {
            "/services": [{"hcpcs": "J1756"}, {"hcpcs": "J2405", "units": 4}],
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J2405",
                "dose": {"value": "4", "unit": "mg"},
                "volume_ml": "200",
                "start": "2026-03-03T10:30",
            },
            "/services/1/units": 200,
        },
        {**_FLUID, "/services": [{"hcpcs": "J7060", "units": 500}]},
        {BASE: "two-sites-coded", "/services/2/units": "1", "/services/3/units": "1"},
    ],
    keeps=[
        _billed(50),
        _billed(49),
        {},
        {**_billed(500), "/administrations/0/dose": None},
        {**_billed(0), "/administrations/0/volume_ml": "0"},
    ],
)
def amount_as_units(case: Case) -> Iterator[Hit]:
    """A drug is counted in units of its code, not in milligrams, millilitres or vials."""
    for group, lines in by_drug(case).items():
        what = units_mistaken(case, group)
        if what is None:
            continue
        billed = [(i, line) for i, line in lines if "JW" not in modifiers_of(line)]
        ids = {g.id for _, line in billed for g in administrations_of(case, line)}
        due = next(d.billed for d in case.timeline.dosing if d.administration in ids)
        stated = sum((units_of(line) for _, line in billed), Decimal(0))
        i = billed[-1][0]
        yield Hit(
            f"/lines/{i}/units",
            line=i + 1,
            hcpcs=group[0],
            stated=count_of(stated, "unit"),
            what=what,
            due=due,
            box=box(case, "24G", "46"),
            expected=due,
            actual=number(stated),
        )


@per_lines
def _limited(case: Case) -> list[tuple[int, str, int, str]]:
    """Drug lines whose units count against a limit: index, code, most units of the day, edition."""
    setting = edits_setting(case)
    return [
        (i, code, *found)
        for i, line, code in drug_lines(case)
        if "JW" not in modifiers_of(line)
        and line.service_through in (None, line.service_date)
        and (found := _limit(case.lists, setting, code, line.service_date)) is not None
    ]


def _limit(lists: Lists, setting: str, code: str, day: date | None) -> tuple[int, str] | None:
    """Most units of a drug code on a day, and the edition that says so; None where it is not known.

    What has no day is judged by the limits that ship.
    """
    if day is None:
        units = shipped_limits().get((setting, code))
        return None if units is None else (units, shipped_limits_edition().name)
    found = limit_of_day(lists, code, setting, day)
    return None if found is None else (found.units, found.edition.name)


def _limit_row(setting: str) -> list[list[object]]:
    """A limit of 100 units for J1756 that the user loaded."""
    return [["mue", setting, ["J1756"], [100, 3]]]


@rule(
    "DRUG-UNIT-003",
    "over-the-daily-limit",
    message="{hcpcs} is billed with {stated} on one day; the limit ({edition}) is {limit} ({box})",
    help="Check the units. Where they are right, keep the record at hand: splitting the lines does not help, "
    "because the limit counts the day.",
    source="NCCI medically unlikely edits: those of the user, else the practitioner file of 2024 Q3",
    severity="warning",
    snip=7,
    also=("DRUG-MUE-LINE", "NCCI-MUE-001"),
    breaks=[
        {"/lines/1/units": "501"},
        {
            "/lines/1/units": "300",
            "/lines/-": {"hcpcs": "J1756", "units": "201", "service_date": "2026-03-03"},
        },
        {
            "/lines/1/units": "501",
            "/lines/-": {"hcpcs": "96372", "units": "501", "service_date": "2026-03-03", "kind": "drug"},
        },
        {"/lines/1/hcpcs": "J3490", "/lines/-": {"hcpcs": "J1745", "units": "9999"}},
        {"/setting": None, "/lines/1/units": "501"},
        {"/lines/1/units": "501", "/lines/-": {"hcpcs": "J1756", "service_date": "2026-03-03"}},
        {"/lines/1/units": "501", "/lines/1/service_through": "2026-03-03"},
        {LOADED: _limit_row("practitioner")},
        {BASE: "facility", LOADED: _limit_row("hospital")},
        {LOADED: _limit_row("practitioner"), "/lines/1/service_date": None, "/lines/1/units": "501"},
        {LOADED: _limit_row("practitioner"), "/lines/1/service_date": "2024-08-01", "/lines/1/units": "501"},
    ],
    keeps=[
        {"/lines/1/units": "500"},
        {
            "/lines/1/units": "300",
            "/lines/-": {"hcpcs": "J1756", "units": "300", "service_date": "2026-03-04"},
        },
        {
            "/lines/1/units": "500",
            "/lines/-": {"hcpcs": "J1756", "modifiers": ["JW"], "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/1/hcpcs": "J3490", "/lines/1/units": "9999"},
        {"/lines/1/hcpcs": "J3490", "/lines/1/units": "9999", "/lines/1/service_date": None},
        {"/lines/1/units": "501", "/lines/1/service_through": "2026-03-04"},
        {BASE: "coded-facility", "/lines/2/units": "501"},
    ],
)
def over_the_limit(case: Case) -> Iterator[Hit]:
    """Units of a day beyond the limit are denied, and paid on appeal where the record supports them.

    Discarded units are not counted here, nor are lines over several days, which do not say how many units
    each day had. Limits of hospitals are known only where the user loaded them.
    """
    lines = case.claim.lines
    billed: dict[tuple[str, date | None, int, str], tuple[Decimal, int]] = {}
    for i, code, limit, edition in _limited(case):
        key = (code, lines[i].service_date, limit, edition)
        stated, _ = billed.get(key, (Decimal(0), i))
        billed[key] = (stated + units_of(lines[i]), i)
    for (code, _, limit, edition), (stated, i) in billed.items():
        if stated > limit:
            yield Hit(
                f"/lines/{i}/units",
                hcpcs=code,
                stated=count_of(stated, "unit"),
                edition=edition,
                limit=limit,
                box=box(case, "24G", "46"),
                actual=number(stated),
            )
