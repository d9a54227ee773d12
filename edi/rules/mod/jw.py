"""MOD-JW: JW and JZ, discarded amounts of single-dose containers."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from edi.codes import dose
from edi.coding.drugs import JW_FROM, discarded_units
from edi.coding.timeline import Dosing, Given
from edi.finding import Severity
from edi.model.claim import ServiceLine
from edi.refdata import Drug
from edi.rules.about import BASE, LOADED, ON, code_of
from edi.rules.asks import box, count_of
from edi.rules.base import Case, Hit, per_case, rule
from edi.rules.drug.facts import (
    CRITICAL_ACCESS,
    JZ_REQUIRED,
    Group,
    administrations_of,
    by_drug,
    discarded,
    drug_lines,
    facility_code,
    hospital_status,
    left_over,
    modifiers_of,
    number,
    pays_drugs_apart,
    recorded_single_dose,
    single_dose,
    units_of,
)
from edi.rules.mod.reduced import stopped_early
from edi.rules.mod.use import contradicted

_MANUAL = "CMS Pub. 100-04 ch. 17 §40"
_FAQ = "CMS JW and JZ frequently asked questions (read second-hand)"
NOT_BOUGHT = Decimal("0.01")
"""Charge, US dollars, up to which a drug line only tells that a drug was given."""
_OTHER_WASTE = {"hcpcs": "J1439", "modifiers": ["JW"], "units": 20, "service_date": "2026-03-03"}
_WASTE = {
    "hcpcs": "J1756",
    "modifiers": ["JW"],
    "units": "20",
    "charge": "40",
    "service_date": "2026-03-03",
    "kind": "drug",
}


def _coded(*lines: tuple[list[str], int], dose_mg: str = "200") -> dict[str, object]:
    """An example whose drug lines a person coded."""
    return {
        "/coding": "as_coded",
        "/administrations/0/dose/value": dose_mg,
        "/services": [
            {"hcpcs": "J1756", "modifiers": modifiers, "units": units, "charge": str(2 * units)}
            for modifiers, units in lines
        ],
    }


_UNMARKED: dict[str, object] = {"/lines/1/modifiers": []}
_HOSPITAL = {**_UNMARKED, BASE: "facility", "/lines/1/hcpcs": "J9312"}


_CODED = {ON: "encounter", BASE: "coded-professional", "/services/1/modifiers": []}
_VIAL = {"size": {"value": "100", "unit": "mg"}, "single_dose": True}


def _status(status: str) -> list[list[object]]:
    """How Addendum B has J9312 paid."""
    return [["addendum-b", "", ["J9312"], [status, *[None] * 6]]]


def _vials(
    hcpcs: str, amount: str, *sizes: str, id_: str = "A2", unit: str = "mg", **more: object
) -> dict[str, object]:
    """An administration of a dose out of opened containers of these sizes, one each."""
    return {
        "id": id_,
        "hcpcs": hcpcs,
        "dose": {"value": amount, "unit": unit},
        "containers": [{"size": {"value": size, "unit": unit}} for size in sizes],
        "start": "2026-03-03T09:00",
        **more,
    }


def _less(amount: str, *, ordered: bool = True) -> dict[str, object]:
    """Less is given than the 200 mg of the container, as it was ordered or not."""
    order = {"/administrations/0/order/dose/value": amount} if ordered else {}
    return {"/administrations/0/dose/value": amount, **order}


def _same_product(one: ServiceLine, other: ServiceLine) -> bool:
    """Whether nothing tells two lines of a drug apart: NDCs differ only where both are stated."""
    return not one.ndc or not other.ndc or one.ndc.replace("-", "") == other.ndc.replace("-", "")


_Lines = list[tuple[int, ServiceLine]]


def _with(modifier: str, lines: _Lines) -> _Lines:
    """The lines that carry a modifier."""
    return [(i, line) for i, line in lines if modifier in modifiers_of(line)]


def _units(lines: _Lines) -> Decimal:
    return sum((units_of(line) for _, line in lines), Decimal(0))


@per_case
def _unmarked(case: Case) -> list[tuple[int, ServiceLine, str]]:
    """Lines of single-dose drugs that may be paid apart, with neither JW nor JZ, and no JW line beside them.

    Fluids in bags are left alone. Vaccines stand in no drug table: JW and JZ do not apply to them.
    """
    return list(_without_modifier(case))


def _without_modifier(case: Case) -> Iterator[tuple[int, ServiceLine, str]]:
    for (code, day), lines in by_drug(case).items():
        row = case.lists.drug(code, day)
        if row is not None and row.drug_class in ("hydration", "flush"):
            continue
        waste = _with("JW", lines)
        for i, line in lines:
            if "JZ" in modifiers_of(line) or units_of(line) <= 0:
                continue
            if "GY" in modifiers_of(line):
                continue
            if line.charge is not None and line.charge <= NOT_BOUGHT:
                continue
            if any(_same_product(line, other) for _, other in waste):
                continue
            if pays_drugs_apart(case, line) and single_dose(case, line):
                yield i, line, code


@rule(
    "MOD-JW-001",
    "waste-modifier-missing",
    message="line {line} bills single-dose {hcpcs} with neither JW nor JZ ({box})",
    help="Nothing discarded: add JZ. Some discarded: bill that amount on a line of its own with JW.",
    source=f"{_MANUAL}; JZ required for dates of service from 2023-07-01",
    severity="error",
    snip=7,
    when={"jwjz_required": "yes"},
    breaks=[
        {"/lines/1/modifiers": []},
        {"/lines/1/modifiers": [], "/lines/1/service_date": "2023-07-01"},
        {"/lines/1/modifiers": ["TB"]},
        {"/lines/1/modifiers": ["GZ"]},
        {"/lines/0": {**_WASTE, "modifiers": ["GY"]}, "/lines/1/modifiers": []},
        {"/lines/1/modifiers": [], "/lines/-": {**_WASTE, "hcpcs": "J1439"}},
        {"/lines/1/modifiers": [], "/lines/1/kind": None},
        {"/lines/1/modifiers": [], "/lines/1/units": "1"},
        {"/lines/1/modifiers": [], "/lines/0": {**_WASTE, "hcpcs": "J7030", "modifiers": []}},
        {
            "/lines": [
                {**_WASTE, "modifiers": ["JZ"]},
                {**_WASTE, "modifiers": [], "charge": "0.01"},
                {**_WASTE, "modifiers": [], "ndc": "99999-0777-01"},
                {**_WASTE, "ndc": "99999-0777-01"},
                {**_WASTE, "modifiers": [], "ndc": "99999-0101-01"},
            ]
        },
        {"/lines/1/modifiers": [], BASE: "facility"},
        {
            "/lines/1/modifiers": [],
            "/lines/0": {"hcpcs": "J1756", "units": "201", "service_date": "2026-03-03"},
        },
        {
            "/lines/1/modifiers": [],
            "/lines/1/service_date": "2023-06-30",
            "/lines/-": {"hcpcs": "J1756", "units": "201", "service_date": "2026-03-03"},
        },
        {"/lines/1/modifiers": [], BASE: "facility", "/lines/1/hcpcs": "J9312"},
        *({**_UNMARKED, "/place_of_service": place} for place in ("03", "12", "15", "20", "49")),
        {**_UNMARKED, BASE: "facility", "/type_of_bill": "0851"},
        *({**_HOSPITAL, LOADED: _status(status)} for status in ("G", "K", "S")),
        {**_HOSPITAL, LOADED: _status("N"), "/lines/1/service_date": "2025-12-31"},
        {**_CODED, "/services/1/hcpcs": "J1580", "/administrations/0/hcpcs": "J1580"},
        {
            "/lines/1/modifiers": [],
            BASE: "secondary-facility",
            "/lines/1/hcpcs": "J2919",
            "/lines/-": {"hcpcs": "J1756", "units": "300", "service_date": "2026-03-04"},
        },
    ],
    keeps=[
        {"/lines/1/modifiers": [], "/lines/1/service_date": "2023-06-30"},
        {"/lines/1/modifiers": ["jz"]},
        {"/lines/1/modifiers": ["GY"]},
        {"/lines/1/modifiers": [], "/lines/-": _WASTE},
        {"/lines/1/modifiers": [], "/lines/1/hcpcs": "J9045"},
        {"/lines/1/modifiers": [], "/lines/1/hcpcs": "J2405"},
        {"/lines/1/modifiers": [], "/lines/1/hcpcs": "90686"},
        {"/lines/1/modifiers": [], "/lines/1/hcpcs": "J0588"},
        {ON: "encounter", "/administrations/0/hcpcs": "J7030", "/services": [{"hcpcs": "J7030", "units": 1}]},
        {ON: "encounter", "/administrations/0/hcpcs": "J1642", "/services": [{"hcpcs": "J1642", "units": 1}]},
        {"/lines/1/modifiers": [], "/lines/1/charge": "0.01"},
        {"/lines/1/modifiers": [], "/place_of_service": "50"},
        {**_HOSPITAL, LOADED: _status("N")},
        {**_UNMARKED, "/lines/1/hcpcs": "J1234"},
        {**_CODED, "/administrations/0/containers": [_VIAL, {**_VIAL, "single_dose": False}]},
        {"/lines/1/modifiers": [], "/lines/1/units": "0"},
        {"/lines/1/modifiers": [], BASE: "secondary-facility", "/lines/1/hcpcs": "J2919"},
        {"/lines/-": {"hcpcs": "J1756", "units": "200"}},
    ],
)
def waste_modifier_missing(case: Case) -> Iterator[Hit]:
    """Medicare Part B pays for the dose given and for the part thrown away, and wants to know which is which.

    A drug that Part B never pays (GY) needs neither; one that is expected to be denied (GZ) is a drug of
    Part B all the same. Without a record only drugs whose product comes in single-dose containers alone are
    judged. On hospital claims a drug of unknown payment status gives a warning, a packaged one MOD-JW-008.
    """
    for i, line, code in _unmarked(case):
        if line.service_date is None or line.service_date < JZ_REQUIRED:
            continue
        severity: Severity | None = None
        if case.claim.setting == "facility":
            status = hospital_status(case, code, line.service_date)
            if status == "packaged":
                continue
            severity = None if status == "separate" else "warning"
        yield Hit(
            f"/lines/{i}/modifiers",
            severity=severity,
            line=i + 1,
            hcpcs=code,
            box=box(case, "24D", "44"),
        )


@rule(
    "MOD-JW-002",
    "discarded-units-wrong",
    message="line {line}: {hcpcs} is billed with {stated}, the opened containers leave {due}",
    help="Bill with JW what the opened single-dose containers held, in whole units, less those of the dose.",
    source=f"{_MANUAL}; rules catalogue B.3",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        _coded(([], 180), (["JW"], 19), dose_mg="180"),
        _coded(([], 180), (["JW"], 21), dose_mg="180"),
        _coded((["JZ"], 180), dose_mg="180"),
        _coded(([], 200), (["JW"], 1)),
        _coded((["JW"], 180), dose_mg="180"),
        {
            "/administrations/0/dose/value": "180",
            "/services": [{"hcpcs": "J1439"}, {"hcpcs": "J1756", "modifiers": ["JZ"]}],
        },
        {
            "/services": [{"hcpcs": "J1756", "modifiers": ["JZ"]}],
            "/administrations/0/dose": {"value": "199", "unit": "mg"},
        },
        {
            **_coded(([], 180), (["JW"], 19), dose_mg="180"),
            "/administrations": [
                {"id": "A1", "drug": "saline", "start": "2026-03-03T09:00"},
                _vials("J2405", "2", "4"),
                _vials("J1756", "100", "200", id_="A3", patient_supplied=True),
                _vials("J1756", "100", "200", id_="A4", start="2026-03-04T09:00"),
                _vials("J1756", "180", "200", id_="A5"),
            ],
            "/services/0/service_date": "2026-03-03",
            "/services/1/service_date": "2026-03-03",
        },
        {
            "/administrations": [
                _vials("J1756", "200", "200", id_="A1"),
                _vials("J1439", "700", "750"),
                _vials("J9271", "150", "100", "100", id_="A3"),
            ],
            "/services": [{"hcpcs": code, "modifiers": ["JZ"]} for code in ("J1756", "J1439", "J9271")],
        },
        {**_coded((["JZ"], 180), dose_mg="180"), "/administrations/0/start": "2017-01-01T09:00"},
        {
            "/administrations/0/dose/value": "180",
            "/services": [{"hcpcs": "J1756", "modifiers": ["JZ"], "administrations": ["A9"]}],
        },
        _coded((["JZ"], 90), (["JZ"], 90), dose_mg="180"),
    ],
    keeps=[
        _coded(([], 180), (["JW"], 20), dose_mg="180"),
        _coded((["JZ"], 200)),
        _coded((["JW"], 200)),
        _coded(([], 200), (["JW"], 1), dose_mg="199.5"),
        _coded(([], 180), dose_mg="180"),
        {**_coded(([], 180), (["JW"], 19), dose_mg="180"), "/administrations/0/containers": []},
        {**_coded(([], 200), (["JW"], 1)), "/administrations/0/containers/0/single_dose": False},
        {
            **_coded((["JZ"], 180), dose_mg="180"),
            "/administrations/-": {"id": "A2", "hcpcs": "J1756", "start": "2026-03-03T10:30"},
        },
        {**_coded((["JZ"], 180), dose_mg="180"), "/administrations/0/start": "2016-12-31T09:00"},
        {
            "/services": [{"hcpcs": "J1756", "modifiers": ["JW"], "units": 1}],
            "/administrations/0/dose": {"value": "199.99", "unit": "mg"},
        },
    ],
)
def discarded_units_wrong(case: Case) -> Iterator[Hit]:
    """What is billed as discarded is what the containers held less what was given.

    JZ although units were left is the same fault. Lines with neither are MOD-JW-001; waste inside the last
    billed unit is MOD-JW-003; a line of the dose that has JW although nothing was left is MOD-JW-006.
    """
    for group, lines in by_drug(case).items():
        due = discarded(case, group)
        if due is None or (group[1] is not None and group[1] < JW_FROM):
            continue
        waste = _with("JW", lines)
        stated = _units(waste)
        if stated == due or (not due and left_over(case, group)):
            continue
        for where, _ in waste[-1:] or _with("JZ", lines)[:1]:
            if due or where not in _without_dose(case):
                yield Hit(
                    f"/lines/{where}/units",
                    line=where + 1,
                    hcpcs=group[0],
                    stated=count_of(stated, "discarded unit"),
                    due=due,
                    expected=due,
                    actual=number(stated),
                )


_ROUNDED = {
    "/coding": "as_coded",
    "/administrations/0/drug": "infliximab",
    "/administrations/0/hcpcs": "J1745",
    "/administrations/0/containers": [
        {"size": {"value": "100", "unit": "mg"}, "count": 4, "single_dose": True}
    ],
}


@rule(
    "MOD-JW-003",
    "rounding-covers-the-waste",
    message="line {line} bills {stated} of {hcpcs}; rounding up the dose covers them",
    help="Bill one line with JZ: the last started unit already pays for what was left.",
    source=f"{_MANUAL}; Noridian on JZ (read second-hand)",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {
            **_ROUNDED,
            "/administrations/0/dose/value": "395",
            "/services": [
                {"hcpcs": "J1745", "units": 40, "charge": "2400"},
                {"hcpcs": "J1745", "modifiers": ["JW"], "units": 1, "charge": "60"},
            ],
        },
        {
            **_ROUNDED,
            "/administrations/0/dose/value": "395",
            "/administrations/-": _vials("J1745", "100", "100"),
            "/services": [
                {"hcpcs": "J1745", "units": 50},
                {"hcpcs": "J1745", "modifiers": ["JW"], "units": 1},
            ],
        },
        {
            "/administrations": [_vials("J1745", "95", "100"), _vials("J9271", "99.5", "100", id_="A3")],
            "/services": [{"hcpcs": code, "modifiers": ["JW"], "units": 1} for code in ("J1745", "J9271")],
        },
    ],
    keeps=[
        {
            **_ROUNDED,
            "/administrations/0/dose/value": "390",
            "/services": [
                {"hcpcs": "J1745", "units": 39, "charge": "2340"},
                {"hcpcs": "J1745", "modifiers": ["JW"], "units": 1, "charge": "60"},
            ],
        },
        {
            **_ROUNDED,
            "/administrations/0/dose/value": "395",
            "/services": [{"hcpcs": "J1745", "modifiers": ["JZ"], "units": 40, "charge": "2400"}],
        },
        {
            **_ROUNDED,
            "/administrations/0/dose/value": "405",
            "/services": [{"hcpcs": "J1745", "modifiers": ["JW"], "units": 1}],
        },
        {
            "/administrations/0/hcpcs": "J1745",
            "/administrations/0/containers": [{"size": {"value": "100", "unit": "mg"}, "count": 4}],
            "/administrations/0/dose/value": "395",
            "/services": [{"hcpcs": "J1745", "modifiers": ["JW"]}],
        },
        {"/services": [{"hcpcs": "J1745", "modifiers": ["JW"], "units": 1}]},
        {
            "/administrations/0/hcpcs": "J1745",
            "/administrations/0/containers": [{"size": {"value": "100", "unit": "mg"}, "count": 4}],
            "/administrations/0/dose/value": 400,
            "/services": [{"hcpcs": "J1745", "modifiers": ["JW"], "units": 1}],
        },
    ],
)
def rounding_covers(case: Case) -> Iterator[Hit]:
    """Less than a unit was left, and it is paid with the last started unit of the dose."""
    for group, lines in by_drug(case).items():
        waste = _with("JW", lines)
        stated = _units(waste)
        if stated > 0 and discarded(case, group) == 0 and left_over(case, group):
            where, _ = waste[-1]
            yield Hit(
                f"/lines/{where}/units",
                line=where + 1,
                hcpcs=group[0],
                stated=count_of(stated, "discarded unit"),
                expected=0,
                actual=number(stated),
            )


def _other_containers(case: Case, one: ServiceLine, other: ServiceLine) -> bool:
    """Whether the record shows that two lines of a drug come of different products."""
    first, second = ({g.source.ndc for g in administrations_of(case, line)} for line in (one, other))
    return bool(first and second) and first.isdisjoint(second)


_LINE = {"hcpcs": "J1756", "service_date": "2026-03-03"}


def _two_vials(ndc: str, attested: str = "A1", discarded: str = "A2") -> dict[str, object]:
    """An example with a record: one container is used up, of another one something is left."""
    return {
        ON: "encounter",
        "/administrations/-": _vials("J1756", "80", "100", ndc=ndc),
        "/services": [
            {**_LINE, "modifiers": ["JZ"], "units": 200, "administrations": [attested]},
            {**_LINE, "modifiers": ["JW"], "units": 20, "administrations": [discarded]},
        ],
    }


@rule(
    "MOD-JW-004",
    "discarded-and-not-discarded",
    message="line {line}: {hcpcs} has {problem}",
    help="Something was discarded: take JZ off the other line. Nothing was discarded: remove JW.",
    source=f"{_MANUAL}; {_FAQ}",
    severity="error",
    modifiers=("JW",),
    snip=7,
    breaks=[
        {"/lines/1/modifiers": ["JW", "JZ"]},
        {"/lines/-": _WASTE},
        {"/lines/-": {**_WASTE, "ndc": "99999-0101-01", "ndc_quantity": "1", "ndc_unit": "ML"}},
        {"/lines/1/modifiers": ["JW", "JZ"], "/lines/1/hcpcs": None},
        {
            "/lines/1/modifiers": ["JW", "JZ"],
            "/lines/0": {"hcpcs": "J1756", "modifiers": ["JW"], "service_date": "2026-03-03"},
        },
        {
            "/lines/-": {"hcpcs": "J1756", "modifiers": ["JZ"], "service_date": "2026-03-03"},
            "/lines/0": {"hcpcs": "J1756", "modifiers": ["JW"], "service_date": "2026-03-03"},
        },
        {"/lines/-": {"hcpcs": "J1756", "service_date": "2026-03-03"}, "/lines/2/modifiers": ["JW", "JZ"]},
        {
            "/lines/-": {"hcpcs": "J1756", "modifiers": ["JW"], "service_date": "2026-03-03"},
            "/lines/0": {"hcpcs": "J1756", "modifiers": ["JW"], "service_date": "2026-03-03"},
        },
        {"/lines/1/modifiers": ["JW", "JZ"], "/lines/-": {"modifiers": ["JW", "JZ"]}},
        _two_vials("99999-0101-01"),
        _two_vials("99999-0777-01", attested="A9"),
        _two_vials("99999-0777-01", discarded="A9"),
    ],
    keeps=[
        {"/lines/1/modifiers": [], "/lines/-": _WASTE},
        {"/lines/-": {**_WASTE, "hcpcs": "J1439"}},
        {"/lines/-": {**_WASTE, "service_date": "2026-03-04"}},
        {"/lines/-": {**_WASTE, "ndc": "99999-0777-01", "ndc_quantity": "1", "ndc_unit": "ML"}},
        _two_vials("99999-0777-01"),
    ],
)
def waste_and_none(case: Case) -> Iterator[Hit]:
    """JZ attests that nothing of a drug was discarded on a day, JW bills what was.

    Two products, told apart by their NDC, may differ.
    """
    same_line = dict(contradicted(case, "MOD-JW-004"))
    for i, values in same_line.items():
        code = code_of(case.claim.lines[i]) or "no procedure code"
        yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code, problem=f"JW and JZ: {values['reason']}")
    for (code, _), lines in by_drug(case).items():
        attested = [(k, line) for k, line in lines if "JZ" in modifiers_of(line) and k not in same_line]
        for i, line in lines:
            if "JW" not in modifiers_of(line) or i in same_line:
                continue
            for k, other in attested:
                if _same_product(line, other) and not _other_containers(case, line, other):
                    problem = f"JW, and line {k + 1} says with JZ that nothing was discarded"
                    yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code, problem=problem)
                    break


@rule(
    "MOD-JW-005",
    "waste-modifier-on-multiple-dose",
    message="line {line} bills {hcpcs} with {modifier}, and its container is not single-dose ({box})",
    help="Remove JW or JZ: the rest of a multiple-dose container is not paid.",
    source=f"{_MANUAL}; {_FAQ}",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/administrations/0/containers/0/single_dose": False},
        {"/administrations/0/containers/0/single_dose": False, "/services/1/modifiers": ["JW"]},
        {
            "/administrations/0/containers/0/single_dose": None,
            "/administrations/0/drug": "carboplatin",
            "/administrations/0/hcpcs": "J9045",
            "/services/1/hcpcs": "J9045",
        },
        {"/administrations/0/containers/0/single_dose": False, "/services/1/modifiers": ["JZ", "JW"]},
        {"/administrations/0/containers/0/single_dose": False, "/services/0/hcpcs": "J0696"},
        {
            "/administrations/0/containers/0/single_dose": False,
            "/services/0": {"hcpcs": "J1756", "modifiers": ["JZ"]},
        },
    ],
    keeps=[
        {},
        {"/administrations/0/containers/0/single_dose": False, "/services/1/modifiers": []},
        {"/administrations/0/containers/0/single_dose": None},
        {"/services/1/hcpcs": "J9045"},
        {
            "/administrations/0/containers/0/single_dose": None,
            "/administrations/0/hcpcs": "J1580",
            "/services/1/hcpcs": "J1580",
        },
    ],
)
def on_multiple_dose(case: Case) -> Iterator[Hit]:
    """Only what a single-dose container leaves over has to be thrown away.

    Where the record does not name the kind of container and the drug table says multiple-dose: a warning.
    """
    for i, line, code in drug_lines(case):
        present = modifiers_of(line) & {"JW", "JZ"}
        given = administrations_of(case, line)
        if not present or not given or single_dose(case, line) is not False:
            continue
        yield Hit(
            f"/lines/{i}/modifiers",
            severity=None if recorded_single_dose(given) is False else "warning",
            line=i + 1,
            hcpcs=code,
            modifier=min(present),
            box=box(case, "24D", "44"),
            actual=min(present),
        )


@rule(
    "MOD-JW-006",
    "waste-without-dose",
    message="line {line} bills discarded {hcpcs}, and no line bills the dose of that day",
    help="Add the line of the dose that was given; where nothing was given, nothing can be billed.",
    source=f"{_MANUAL}; rules catalogue 0.5 no. 32",
    severity="error",
    modifiers=("JW",),
    snip=7,
    breaks=[
        {"/lines/1/modifiers": ["JW"]},
        {"/lines/1/modifiers": [], "/lines/-": {**_WASTE, "service_date": "2026-03-04"}},
        {"/lines/1/modifiers": [], "/lines/1/units": "0", "/lines/-": _WASTE},
        {"/lines/1/modifiers": ["JW"], "/lines/0/modifiers": ["JW"]},
        {ON: "encounter", **_coded((["JW"], 20), dose_mg="180")},
        {ON: "encounter", **_coded((["JW"], 19), dose_mg="180")},
        {ON: "encounter", **_coded((["JW"], 200)), "/services/-": _OTHER_WASTE},
        {ON: "encounter", **_coded((["JW"], 200))},
        {ON: "encounter", **_coded((["JW"], 200)), "/administrations/0/dose/value": "199.5"},
        {
            "/lines/1/modifiers": ["JW"],
            "/lines/-": {"hcpcs": "J1756", "modifiers": ["JW"], "service_date": "2026-03-03"},
        },
    ],
    keeps=[
        {"/lines/1/modifiers": [], "/lines/-": _WASTE},
        {"/lines/1/modifiers": ["JW"], "/lines/-": {**_WASTE, "modifiers": []}},
        {"/lines/1/modifiers": ["JW"], "/lines/1/service_date": None},
        {"/lines/1/modifiers": ["JW", "JZ"]},
        {"/lines/1/modifiers": ["JW"], "/lines/0/hcpcs": "J1756"},
        {"/lines/1/modifiers": ["JW"], "/lines/-": {**_WASTE, "modifiers": [], "service_date": None}},
        {
            "/lines/1/modifiers": [],
            "/lines/1/service_through": "2026-03-04",
            "/lines/-": {**_WASTE, "service_date": "2026-03-04"},
        },
        {"/lines/0/hcpcs": "C8957", "/lines/0/modifiers": ["JW"]},
        {"/lines/-": {**_WASTE, "hcpcs": "96372", "kind": None}},
        {"/lines/0": {}},
    ],
)
def waste_without_dose(case: Case) -> Iterator[Hit]:
    """Waste is paid beside the dose, in any order of the lines.

    Where the record shows that nothing was left, the line with JW is that of the dose.
    """
    for i in _without_dose(case):
        line = case.claim.lines[i]
        code = code_of(line)
        words: dict[str, Any] = {}
        if case.assembled is not None and _nothing_left(case, (code, line.service_date)):
            words["help"] = "The record shows that nothing was left: write JZ in place of JW."
        yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code, **words)


def _nothing_left(case: Case, group: Group) -> bool:
    """Whether the record shows that the containers of a drug were used up."""
    return discarded(case, group) == 0 and not left_over(case, group)


@per_case
def _without_dose(case: Case) -> list[int]:
    """Indexes of the lines of waste beside which no line bills the dose of their day."""
    found = []
    doses = [
        line
        for line in case.claim.lines
        if line.units is None or line.units > 0
        if "JW" not in modifiers_of(line)
    ]
    for i, line in enumerate(case.claim.lines):
        code = code_of(line)
        if "JW" not in modifiers_of(line) or "JZ" in modifiers_of(line):
            continue
        if line.service_date is None or not _is_dose_line(line):
            continue
        if not any(code_of(other) == code and _covers(other, line.service_date) for other in doses):
            found.append(i)
    return found


def _is_dose_line(line: ServiceLine) -> bool:
    """Whether a line with JW is a drug line at all; on an administration it is MOD-KIND-001."""
    return line.kind != "administration" and code_of(line)[:1].isalpha()


def _covers(line: ServiceLine, day: date) -> bool:
    """Whether the dates of a line, as far as they are known, take in a day."""
    first = line.service_date
    return first is None or first <= day <= (line.service_through or first)


@rule(
    "MOD-JW-007",
    "discard-not-recorded",
    message="line {line} bills discarded {hcpcs}, and the record of administration {id} {lack}",
    help="Have amount, reason and the person who discarded it written down, with date and time.",
    source=f"{_MANUAL}; two source articles on 96365",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/dose/value": "180"},
        {
            "/administrations/0/dose/value": "180",
            "/administrations/0/discard": {"value": "20", "unit": "mg", "reason": "rest of the vial"},
        },
        {
            "/administrations/0/dose/value": "180",
            "/administrations/0/discard": {"value": "20", "unit": "mg", "recorded_by": "N. NURSE"},
        },
        {"/administrations/-": _vials("J1756", "4", "200", ndc="99999-0101-01")},
        {
            "/administrations/0/dose/value": "180",
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "ndc": "99999-0101-01",
                "start": "2026-03-03T09:00",
            },
        },
        {
            "/administrations/0/dose/value": "180",
            "/administrations/-": _vials("J1756", "180", "200"),
        },
    ],
    keeps=[
        {},
        {
            "/administrations/0/dose/value": "180",
            "/administrations/0/discard": {
                "value": "20",
                "unit": "mg",
                "reason": "rest of the vial",
                "recorded_by": "N. NURSE",
            },
        },
    ],
)
def discard_not_recorded(case: Case) -> Iterator[Hit]:
    """What is billed as discarded has to be documented. Said for administrations that left something over."""
    doses = {d.administration: d for d in case.timeline.dosing}
    for i, line, code in drug_lines(case):
        if "JW" not in modifiers_of(line):
            continue
        for given in administrations_of(case, line):
            counted = doses.get(given.id)
            if counted is None or not counted.discarded:
                continue
            lack = _lack(given)
            if lack:
                path = f"/administrations/{given.index}/discard"
                yield Hit(path, line=i + 1, hcpcs=code, id=given.id, lack=lack)


def _lack(given: Given) -> str | None:
    """What the record of discarded drug lacks."""
    record = given.source.discard
    if record is None:
        return "does not say that anything was discarded"
    if not record.reason:
        return "does not say why it was discarded"
    return None if record.recorded_by else "does not say who discarded it"


@rule(
    "MOD-JW-008",
    "packaged-drug-without-waste-modifier",
    message="line {line}: {hcpcs} is packaged in hospital outpatient payment, so JW or JZ is not required",
    help="Nothing to do.",
    source="NAHRI on JW and JZ (read second-hand); schemas/coding/opps_drugs.csv (to be verified)",
    severity="info",
    snip=7,
    setting="facility",
    when={"jwjz_required": "yes"},
    breaks=[
        {"/lines/1/hcpcs": "J0696", "/lines/1/modifiers": []},
        {"/lines/1/hcpcs": "J0696", "/lines/1/modifiers": [], "/lines/-": {"hcpcs": "J0696", "units": "200"}},
        {**_UNMARKED, "/lines/1/hcpcs": "J0696", "/lines/1/service_date": None, LOADED: _status("N")},
    ],
    keeps=[
        {"/lines/1/hcpcs": "J0696"},
        {"/lines/1/hcpcs": "J1439", "/lines/1/modifiers": []},
        {"/lines/1/hcpcs": "J0696", "/lines/1/modifiers": [], "/type_of_bill": "0851"},
        {"/lines/1/hcpcs": "J0696", "/lines/1/modifiers": [], BASE: "coded-professional"},
    ],
)
def packaged_without(case: Case) -> Iterator[Hit]:
    """Only drugs that are paid apart need JW or JZ."""
    if facility_code(case) == CRITICAL_ACCESS:
        return
    for i, line, code in _unmarked(case):
        if hospital_status(case, code, line.service_date) == "packaged":
            yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code)


def _smallest(needed: Decimal, sizes: list[Decimal]) -> Decimal:
    """The least content of containers of these sizes, any number of each, that holds what is needed."""
    enough: set[Decimal] = set()
    reached = latest = {Decimal(0)}
    while latest:
        latest = {held + size for held in latest for size in sizes} - reached
        reached = reached | latest
        enough |= {held for held in latest if held >= needed}
        latest -= enough
    return min(enough)


def _least(row: Drug, counted: Dosing, given: Given) -> Decimal | None:
    """The least content that known and opened sizes could have made; None where too little is known."""
    stated = [(size.value, size.unit) for size in row.sizes]
    stated += [(one.size.value, one.size.unit) for one in given.source.containers]
    found = {dose.convert(value, unit, counted.unit) for value, unit in stated}
    sizes = [size for size in found if size is not None and size > 0]
    if not sizes or counted.dose / min(sizes) > _MANY:
        return None
    return _smallest(counted.dose, sizes)


_MANY = 1000
"""More containers than these are not tried."""


@rule(
    "MOD-JW-009",
    "avoidable-waste",
    message="administration {id}: {opened} {unit} opened for {dose} {unit} of {name}; {least} would do",
    help="Check whether smaller containers were in stock; payers question waste that other sizes avoid.",
    source=f"{_MANUAL} (the amount discarded should be the least); sizes by the drug table, to be checked",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {**_less("50"), "/administrations/0/containers/0/size/value": "200"},
        {"/administrations/0/containers/0/size/value": "201"},
        {**_less("180"), "/administrations/0/containers/-": {"size": {"value": 4, "unit": "mg"}}},
        {"/administrations/-": _vials("J1756", "200", "100", "100", "100", "100")},
        {**_less("50"), "/administrations/-": _vials("J1756", "50", "200")},
        {**_less("50", ordered=False), "/administrations/-": _vials("J1756", "50", "200")},
        {"/administrations/-": _vials("J9208", "1", "1", "3", unit="g")},
        {"/administrations/0/hcpcs": None, "/administrations/-": _vials("J1756", "50", "200")},
        {**_less("50"), "/administrations/0/order/dose": {"value": "10", "unit": "mL"}},
        {"/administrations/-": _vials("J1756", "200", "400", "0.2")},
        {**_less("50"), "/administrations/0/planned_minutes": 45},
        {**_less("50"), "/administrations/0/planned_minutes": 45, "/administrations/0/stop": None},
    ],
    keeps=[
        _less("180"),
        _less("50", ordered=False),
        {**_less("50"), "/administrations/0/stop_reason": "reaction"},
        {**_less("50"), "/administrations/0/planned_minutes": 60},
        {**_less("50"), "/administrations/0/containers/0/single_dose": False},
        {**_less("50"), "/administrations/0/containers/0/size": {"value": "10", "unit": "mL"}},
        {
            **_less("50"),
            "/administrations/0/containers": [],
            "/administrations/0/discard": {"value": "150", "unit": "mg"},
        },
        {"/administrations/0/start": "2026-03-08T02:30"},
        {**_less("180"), "/administrations/0/hcpcs": "J9217"},
        {**_less("50", ordered=False), "/administrations/-": _vials("96365", "50", "200", id_="A1")},
        {"/administrations/-": _vials("J1756", "10", "10", id_="A1", unit="mL")},
        {"/administrations/-": _vials("J9208", "1", "0", unit="g")},
        {"/administrations/-": _vials("J1756", "200.2", "400", "0.2")},
    ],
)
def avoidable_waste(case: Case) -> Iterator[Hit]:
    """The combination of containers that leaves the least over is the one to open.

    Silent where the infusion was stopped or less was given than ordered: then the waste was not planned.
    """
    doses = {d.administration: d for d in case.timeline.dosing}
    for given in case.timeline.given:
        counted, row = doses.get(given.id), given.drug
        if counted is None or row is None or counted.opened is None or not counted.single_dose:
            continue
        if not given.source.containers or _cut_short(given, counted):
            continue
        least = _least(row, counted, given)
        if least is not None and discarded_units(counted.opened, least, counted.unit_value):
            yield Hit(
                f"/administrations/{given.index}/containers",
                id=given.id,
                opened=number(counted.opened),
                dose=number(counted.dose),
                least=number(least),
                unit=counted.unit,
                name=given.name,
            )


def _cut_short(given: Given, counted: Dosing) -> bool:
    """Whether more was prepared than could be given."""
    if given.source.stop_reason or stopped_early(given):
        return True
    ordered = given.source.order.dose if given.source.order else None
    wanted = dose.convert(ordered.value, ordered.unit, counted.unit) if ordered else None
    return wanted is not None and wanted > counted.dose


@rule(
    "MOD-JW-010",
    "discarded-drug-not-billed",
    message="{due} of {hcpcs} left over and not billed; this payer's rules do not ask for JW",
    help="Ask the payer whether it pays for discarded drug, and set jwjz_required for it.",
    source="two source articles on 96365 (JW and JZ are Medicare's); rules catalogue B.3",
    severity="info",
    snip=7,
    needs=("record",),
    when={"jwjz_required": "no"},
    on="encounter",
    breaks=[
        _coded(([], 180), dose_mg="180"),
        {
            "/administrations": [_vials("J1756", "180", "200"), _vials("J1439", "700", "750", id_="A3")],
            "/services": [{"hcpcs": "J1756", "units": 180}, {"hcpcs": "J1439", "units": 700}],
        },
    ],
    keeps=[
        _coded(([], 180), (["JW"], 20), dose_mg="180"),
        _coded(([], 200)),
        {},
        {"/administrations/0/dose/value": "180", "/services": [{"hcpcs": "J1756", "modifiers": ["JZ"]}]},
    ],
)
def not_billed(case: Case) -> Iterator[Hit]:
    """Other payers than Medicare pay for discarded drug where their contract says so."""
    for group, lines in by_drug(case).items():
        due = discarded(case, group)
        if due and all(modifiers_of(line).isdisjoint({"JW", "JZ"}) for _, line in lines):
            yield Hit(f"/lines/{lines[-1][0]}/modifiers", hcpcs=group[0], due=count_of(due, "unit"))


@rule(
    "MOD-JW-011",
    "before-the-duty",
    message="line {line} bills single-dose {hcpcs} without JZ, which was not yet required on its date",
    help="Nothing to do: JZ is required for dates of service from 2023-07-01.",
    source=f"{_MANUAL}; two source articles on 96365",
    severity="info",
    snip=7,
    when={"jwjz_required": "yes"},
    breaks=[
        {"/lines/1/modifiers": [], "/lines/1/service_date": "2023-06-30"},
        {"/lines/1/modifiers": [], "/lines/1/service_date": "2023-01-01"},
        {
            "/lines/1/modifiers": [],
            "/lines/1/service_date": "2023-06-30",
            "/lines/-": {"hcpcs": "J1756", "units": "200", "service_date": "2023-06-30"},
        },
    ],
    keeps=[
        {"/lines/1/modifiers": [], "/lines/1/service_date": "2023-07-01"},
        {"/lines/1/modifiers": [], "/lines/1/service_date": "2022-12-31"},
        {"/lines/1/service_date": "2023-06-30"},
        {"/lines/-": {"hcpcs": "J1756", "units": "200"}},
    ],
)
def before_the_duty(case: Case) -> Iterator[Hit]:
    """JZ could be used from 2023-01-01 and had to be from 2023-07-01."""
    for i, line, code in _unmarked(case):
        if line.service_date is not None and date(2023, 1, 1) <= line.service_date < JZ_REQUIRED:
            yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code)


@rule(
    "MOD-JW-012",
    "drug-that-was-not-bought",
    message="line {line} bills {hcpcs} for {charge} dollars, and by the record it was not bought ({box})",
    help="Remove the line, or bill it for 0.00 or 0.01 where the payer wants to see the drug.",
    source="rules catalogue B.3 (white-bagged drugs, to be verified)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/administrations/0/patient_supplied": True},
        {"/administrations/0/patient_supplied": True, "/services/1/charge": "0.02"},
        {"/administrations/0/patient_supplied": True, "/services/0/hcpcs": "J7040"},
        {"/administrations/0/patient_supplied": True, "/services/0/hcpcs": "J1756"},
    ],
    keeps=[
        {},
        {"/administrations/0/patient_supplied": True, "/services/1/charge": "0.01"},
        {"/services/1/hcpcs": "J1745"},
        {"/administrations/0/patient_supplied": True, "/services/1/units": None},
        {"/administrations/0/patient_supplied": True, BASE: "pushes-facility"},
    ],
)
def not_bought(case: Case) -> Iterator[Hit]:
    """A drug that the patient or a pharmacy brought costs this provider nothing."""
    for i, line, code in drug_lines(case):
        given = administrations_of(case, line)
        if not given or not all(g.source.patient_supplied for g in given):
            continue
        if line.charge is not None and line.charge > NOT_BOUGHT:
            where = box(case, "24F", "47")
            yield Hit(f"/lines/{i}/charge", line=i + 1, hcpcs=code, charge=f"{line.charge:f}", box=where)
