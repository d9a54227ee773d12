"""ENC: doses from which billing units cannot be worked out."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

from edi.codes import dose
from edi.coding.timeline import Given
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE

Fault = Literal["missing", "not_positive", "unit_unknown", "unit_does_not_fit"]
_RECORD = "encounter record (contract, section 2); HCPCS (billing units of drug codes)"


def dose_fault(given: Given) -> Fault | None:
    """Why the billing units of a dose cannot be worked out; None when they can, or the code needs no dose.

    Fluids that are billed by volume may give the volume in the place of the dose.
    """
    stated, drug = given.source.dose, given.drug
    if stated is not None:
        if stated.value <= 0:
            return "not_positive"
        if dose.problem(stated.unit):
            return "unit_unknown"
    if drug is None or drug.unit is None:
        return None
    if stated is None:
        volume = given.source.volume_ml
        by_volume = volume is not None and dose.convert(volume, "mL", drug.unit) is not None
        return None if by_volume else "missing"
    return None if dose.convert(stated.value, stated.unit, drug.unit) is not None else "unit_does_not_fit"


def _unit(given: Given) -> str:
    """The unit of the dose; nothing where there is no dose."""
    return given.source.dose.unit if given.source.dose else ""


def _billed(case: Case, given: Given) -> bool:
    """Whether a drug line without units stands for this administration."""
    return any(
        line.kind == "drug" and line.units is None and given.id in line.administrations
        for line in case.claim.lines
    )


def awaits_dose(case: Case, given: Given) -> bool:
    """Whether a drug line of an administration has no units because the record has no dose."""
    return dose_fault(given) == "missing" and _billed(case, given)


@rule(
    "ENC-DOSE-001",
    "dose-missing",
    message="administration {id} of {hcpcs} has no dose, so its billing units are not known",
    help="Write the dose that was given, with its unit.",
    source=_RECORD,
    severity="error",
    snip=6,
    also=("DOC-DRUG-001",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/dose": None},
        {
            "/administrations/0/dose": None,
            "/administrations/-": {"id": "A2", "hcpcs": "J2405", "start": "2026-03-03T11:15"},
        },
        {"/administrations/0/dose": None, "/administrations/0/volume_ml": "100"},
        {
            BASE: "hydration-facility",
            "/administrations/1/dose": None,
            "/administrations/1/volume_ml": None,
            "/services/3": {"hcpcs": "J7030", "administrations": ["A2"]},
        },
    ],
    keeps=[
        {"/administrations/0/dose": None, "/administrations/0/patient_supplied": True},
        {"/administrations/0/dose": None, "/administrations/0/hcpcs": None},
        {
            "/administrations/0/dose": None,
            "/administrations/0/hcpcs": "J7030",
            "/administrations/0/volume_ml": "1000",
            "/administrations/0/containers": [],
        },
        {"/administrations/0/dose/unit": "mL"},
        {
            BASE: "hydration-facility",
            "/administrations/1/dose": None,
            "/services/3": {"hcpcs": "J7030", "administrations": ["A2"]},
        },
        {
            BASE: "coded-professional",
            "/administrations/0/dose": None,
            "/administrations/0/hcpcs": "J3490",
            "/services/1": {"hcpcs": "J3490", "administrations": ["A1"]},
        },
    ],
)
def dose_missing(case: Case) -> Iterator[Hit]:
    """A drug code is billed in units of its dose."""
    for given in case.timeline.given:
        if awaits_dose(case, given):
            yield Hit(f"/administrations/{given.index}/dose", id=given.id, hcpcs=given.source.hcpcs)


@rule(
    "ENC-DOSE-002",
    "dose-not-positive",
    message="administration {id} has a dose of {value} {unit}",
    help="Write the dose that was given; leave out an administration that was not given.",
    source=_RECORD,
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/dose/value": "0"},
        {"/administrations/0/dose/value": "-200"},
        {
            "/administrations/0/dose/value": "0",
            "/administrations/-": {"id": "A2", "dose": {"value": "0", "unit": "mg"}},
        },
    ],
    keeps=[
        {"/administrations/0/dose/value": "0.001"},
        {"/administrations/-": {"id": "A2"}},
    ],
)
def dose_not_positive(case: Case) -> Iterator[Hit]:
    """A dose that was given is more than nothing."""
    for given in case.timeline.given:
        stated = given.source.dose
        if stated is not None and stated.value <= 0:
            path = f"/administrations/{given.index}/dose/value"
            yield Hit(path, id=given.id, value=f"{stated.value:f}", unit=stated.unit)


@rule(
    "ENC-DOSE-003",
    "dose-unit-unknown",
    message="administration {id}: {problem}",
    help="Write the dose in mg, g, mcg, mL, units, mEq or mmol.",
    source=_RECORD,
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/dose/unit": "vials"},
        {"/administrations/0/dose/unit": "vials", "/administrations/0/start": ""},
        {
            "/administrations/0/dose/unit": "vials",
            "/administrations/-": {"id": "A2", "dose": {"value": "200", "unit": "vials"}},
        },
        {
            BASE: "coded-professional",
            "/administrations/0/dose/unit": "vials",
            "/services/0/units": None,
            "/services/0/administrations": ["A1"],
        },
        {
            BASE: "coded-professional",
            "/administrations/0/dose/unit": "vials",
            "/services/1/administrations": ["A1"],
        },
    ],
    keeps=[
        {"/administrations/0/dose": {"value": "0.2", "unit": "g"}},
        {"/administrations/0/dose": None},
    ],
)
def dose_unit_unknown(case: Case) -> Iterator[Hit]:
    """Billing units are counted from a dose in a unit of mass, volume or activity.

    A warning where no line depends on the dose.
    """
    for given in case.timeline.given:
        unit = _unit(given)
        if dose_fault(given) == "unit_unknown":
            yield Hit(
                f"/administrations/{given.index}/dose/unit",
                severity=None if _billed(case, given) else "warning",
                id=given.id,
                problem=dose.problem(unit),
            )


@rule(
    "ENC-DOSE-004",
    "dose-unit-does-not-fit",
    message="administration {id}: {hcpcs} is billed by the {wanted}, its dose is in {unit}",
    help="Write the dose in the kind of unit by which the code is billed.",
    source=_RECORD,
    severity="error",
    snip=6,
    also=("DRUG-UNIT-002",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/dose": {"value": "10", "unit": "mL"}},
        {"/administrations/0/dose": {"value": "10", "unit": "mL"}, "/administrations/0/start": ""},
        {
            "/administrations/0/dose": {"value": "10", "unit": "mL"},
            "/administrations/-": {"id": "A2", "hcpcs": "J1756", "dose": {"value": "10", "unit": "mL"}},
        },
        {"/administrations/0/dose": {"value": "0.5", "unit": "mL"}},
    ],
    keeps=[
        {"/administrations/0/dose": {"value": "200000", "unit": "mcg"}},
        {"/administrations/0/dose": {"value": "10", "unit": "mL"}, "/administrations/0/hcpcs": None},
        {"/administrations/0/dose": {"value": "0", "unit": "mL"}},
        {"/administrations/0/dose": None},
    ],
)
def dose_unit_does_not_fit(case: Case) -> Iterator[Hit]:
    """Millilitres do not become milligrams without a concentration that the record does not hold."""
    for given in case.timeline.given:
        unit, wanted = _unit(given), given.drug.unit if given.drug else None
        if dose_fault(given) == "unit_does_not_fit":
            yield Hit(
                f"/administrations/{given.index}/dose/unit",
                severity=None if _billed(case, given) else "warning",
                id=given.id,
                hcpcs=given.source.hcpcs,
                wanted=wanted,
                unit=unit,
            )


@rule(
    "ENC-DOSE-005",
    "dose-exceeds-containers",
    message="administration {id}: the dose is {dose} {unit}, the opened containers held {opened} {unit}",
    help="Correct the dose, the number of containers or their size; list every container that was opened.",
    source="CMS Pub. 100-04 ch. 17 §40: dose and discarded amount together are what was opened",
    severity="warning",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/dose/value": "201"},
        {"/administrations/0/dose/value": "0.3", "/administrations/0/dose/unit": "g"},
        {"/administrations/0/dose/unit": "g", "/administrations/0/hcpcs": "J9999"},
        {
            "/administrations/0/dose/value": "201",
            "/administrations/-": {
                "id": "A2",
                "dose": {"value": "201", "unit": "mg"},
                "containers": [{"size": {"value": "200", "unit": "mg"}}],
            },
        },
        {
            "/administrations/-": {
                "id": "A2",
                "dose": {"value": "201", "unit": "mg"},
                "containers": [{"size": {"value": "200", "unit": "mg"}}],
            },
            "/administrations/0/containers/0/size/value": "0",
        },
        {
            "/administrations/0/containers/0/single_dose": False,
            "/administrations/-": {
                "id": "A2",
                "dose": {"value": "400", "unit": "mg"},
                "containers": [{"size": {"value": "200", "unit": "mg"}}],
            },
        },
    ],
    keeps=[
        {"/administrations/0/dose/value": "200"},
        {"/administrations/0/dose/value": "400", "/administrations/0/containers/0/count": 2},
        {"/administrations/0/dose/value": "400", "/administrations/0/containers/0/single_dose": False},
        {"/administrations/0/containers/0/count": 0},
        {"/administrations/0/dose/unit": "mL"},
        {"/administrations/0/containers/0/size/unit": "mL"},
        {"/administrations/0/containers/0": None},
        {"/administrations/0/hcpcs": None},
        {"/administrations/0/dose": None},
        {
            "/administrations/0/dose/value": "400",
            "/administrations/0/containers/0/single_dose": False,
            "/administrations/0/containers/-": {"size": {"value": 4, "unit": "mg"}},
        },
    ],
)
def dose_exceeds_containers(case: Case) -> Iterator[Hit]:
    """No more can be given of a drug than its containers held.

    Containers that are not single-dose may have been opened for another dose; they are left alone.
    """
    for given in case.timeline.given:
        stated, containers = given.source.dose, given.source.containers
        if stated is None or not containers or any(c.single_dose is False for c in containers):
            continue
        unit = given.drug.unit if given.drug and given.drug.unit else stated.unit
        amount = dose.convert(stated.value, stated.unit, unit)
        sizes = [dose.convert(c.size.value * c.count, c.size.unit, unit) for c in containers]
        known = [s for s in sizes if s is not None and s > 0]
        if amount is None or len(known) < len(sizes):
            continue
        opened = sum(known, Decimal(0))
        if amount > opened:
            yield Hit(
                f"/administrations/{given.index}/dose/value",
                id=given.id,
                dose=f"{amount.normalize():f}",
                opened=f"{opened.normalize():f}",
                unit=unit,
            )
