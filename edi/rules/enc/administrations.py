"""ENC: administrations that cannot have been given as written."""

from collections.abc import Iterator

from edi.codes import dose
from edi.coding.assembly import resolve_coding
from edi.coding.timeline import Given
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE

_RECORD = "encounter record (contract, section 2)"
_BIOLOGIC = {"/administrations/0/drug": "infliximab", "/administrations/0/hcpcs": "J1745"}
_ANOTHER = {
    "id": "A2",
    "drug": "ocrelizumab",
    "hcpcs": "J2350",
    "route": "IV",
    "technique": "infusion",
    "start": "2026-03-03T10:00",
    "stop": "2026-03-03T11:00",
}


@rule(
    "ENC-ID-001",
    "administration-id-repeated",
    message="two administrations have the id {id}",
    help="Give each administration an id of its own: lines, diluents and the primary reason refer to it.",
    source=_RECORD,
    severity="error",
    snip=2,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/-": {"id": "A1", "drug": "saline", "purpose": "flush", "technique": "flush"}},
        {"/administrations": [{"id": "A1"}, {"id": "A1"}, {"id": "A1"}]},
    ],
    keeps=[{"/administrations/-": {"id": "A2", "drug": "saline", "purpose": "flush", "technique": "flush"}}],
)
def id_repeated(case: Case) -> Iterator[Hit]:
    """An id names one administration; two with the same id cannot be told apart."""
    seen: set[str] = set()
    for given in case.timeline.given:
        if given.id in seen:
            yield Hit(f"/administrations/{given.index}/id", id=given.id)
        seen.add(given.id)


@rule(
    "ENC-NAME-001",
    "drug-not-named",
    message="administration {id} names neither a drug nor a drug code",
    help="Write the drug or the fluid as charted; without it no code can be supported.",
    source=f"{_RECORD}; rules catalogue H.1",
    severity="warning",
    snip=6,
    also=("DOC-DRUG-001",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/drug": None, "/administrations/0/hcpcs": None},
        {
            "/administrations/0/drug": None,
            "/administrations/0/hcpcs": None,
            "/administrations/-": {"id": "A2"},
        },
    ],
    keeps=[
        {"/administrations/0/hcpcs": None},
        {"/administrations/0/drug": None},
        {"/administrations/-": {"id": "A2", "technique": "flush", "purpose": "flush"}},
        {"/administrations/-": {"id": "A2", "purpose": "keep_vein_open"}},
    ],
)
def not_named(case: Case) -> Iterator[Hit]:
    """What was given has to be known; a flush needs no name."""
    for given in case.timeline.given:
        source = given.source
        if not source.drug and not source.hcpcs and given.excluded not in ("flush", "keep_vein_open"):
            yield Hit(f"/administrations/{given.index}", id=given.id)


def _amounts(given: Given) -> Iterator[tuple[str, str, str]]:
    """Containers and discarded amounts that cannot be right: pointer, what it is, why."""
    base = f"/administrations/{given.index}"
    for i, one in enumerate(given.source.containers):
        where = f"{base}/containers/{i}"
        what = f"container {i + 1}"
        if one.count < 1:
            yield f"{where}/count", what, f"the number opened is {one.count}"
        if one.size.value <= 0:
            yield f"{where}/size/value", what, f"the size is {one.size.value:f}"
        if problem := dose.problem(one.size.unit):
            yield f"{where}/size/unit", what, problem
        if one.volume_ml is not None and one.volume_ml <= 0:
            yield f"{where}/volume_ml", what, f"the volume is {one.volume_ml:f} mL"
    discard = given.source.discard
    if discard is not None:
        if discard.value < 0:
            yield f"{base}/discard/value", "the discarded amount", f"it is {discard.value:f}"
        if problem := dose.problem(discard.unit):
            yield f"{base}/discard/unit", "the discarded amount", problem


@rule(
    "ENC-CLASS-001",
    "class-of-biologic-not-told",
    message="administration {id} ({drug}) {what}: this payer wants to be told its class",
    help="Write the category of the administration, complex_biologic or therapeutic, by the payer's policy "
    "for this drug.",
    source="rules catalogue 0.4 K04 (complex biologics: payers differ)",
    severity="error",
    snip=7,
    needs=("record",),
    when={"complex_biologic_policy": "ask"},
    on="encounter",
    breaks=[
        _BIOLOGIC,
        {**_BIOLOGIC, "/administrations/-": _ANOTHER},
        {BASE: "coded-professional", **_BIOLOGIC, "/services/1/hcpcs": "J1745"},
    ],
    keeps=[
        {},
        {**_BIOLOGIC, "/administrations/0/category": "complex_biologic"},
        {**_BIOLOGIC, "/administrations/0/category": "therapeutic"},
    ],
)
def class_not_told(case: Case) -> Iterator[Hit]:
    """Without the class an infusion is neither 96365 nor 96413.

    Where a person has coded it the code stands, and a warning says that it is not judged.
    """
    coded = resolve_coding(case.timeline.encounter) == "as_coded"
    for given in case.timeline.given:
        if given.excluded == "no_class":
            yield Hit(
                f"/administrations/{given.index}/category",
                severity="warning" if coded else None,
                id=given.id,
                drug=given.name,
                what="is not judged" if coded else "is not billed",
            )


@rule(
    "ENC-CONT-001",
    "container-impossible",
    message="administration {id}, {what}: {problem}",
    help="Write how many containers were opened (1 or more), the labelled content of one, and a unit such "
    "as mg.",
    source=f"{_RECORD}; CMS Pub. 100-04 ch. 17 §40 (waste is counted from opened containers)",
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/containers/0/count": 0},
        {"/administrations/0/containers/0/count": -1},
        {"/administrations/0/containers/0/size/value": "0"},
        {"/administrations/0/containers/0/size/unit": "boxes"},
        {"/administrations/0/containers/0/volume_ml": "0"},
        {"/administrations/0/discard": {"value": "-1", "unit": "mg"}},
        {"/administrations/0/discard": {"value": "5", "unit": "boxes"}},
        {
            "/administrations/0/containers/0/count": 0,
            "/administrations/0/discard": {"value": "-1", "unit": "mg"},
        },
        {
            "/administrations/0/containers/0": {
                "size": {"value": "0", "unit": "vials"},
                "count": 1,
                "volume_ml": "0",
            },
            "/administrations/0/containers/-": {
                "size": {"value": "0", "unit": "vials"},
                "count": 1,
                "volume_ml": "0",
            },
        },
    ],
    keeps=[
        {"/administrations/0/containers/0/count": 1},
        {"/administrations/0/containers": []},
        {"/administrations/0/containers/0/volume_ml": "10"},
        {"/administrations/0/discard": {"value": "0", "unit": "mg"}},
        {"/administrations/0/containers/0/size/value": "0.5"},
        {"/administrations/0/containers/0/volume_ml": "0.5"},
    ],
)
def container_impossible(case: Case) -> Iterator[Hit]:
    """Opened containers and discarded amounts are counted and measured; none is negative or empty."""
    for given in case.timeline.given:
        for path, what, problem in _amounts(given):
            yield Hit(path, id=given.id, what=what, problem=problem)


@rule(
    "ENC-PLAN-001",
    "planned-minutes-negative",
    message="administration {id} has {minutes} planned minutes",
    help="Write the ordered duration in minutes, or leave it out.",
    source=_RECORD,
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/planned_minutes": -1},
        {"/administrations/0/planned_minutes": -1, "/administrations/-": {"id": "A2", "planned_minutes": -1}},
    ],
    keeps=[
        {"/administrations/0/planned_minutes": 0},
        {"/administrations/0/planned_minutes": 45},
        {},
    ],
)
def planned_negative(case: Case) -> Iterator[Hit]:
    """An ordered duration is not negative."""
    for given in case.timeline.given:
        minutes = given.source.planned_minutes
        if minutes is not None and minutes < 0:
            yield Hit(f"/administrations/{given.index}/planned_minutes", id=given.id, minutes=minutes)


@rule(
    "ENC-FLOW-001",
    "volume-or-rate-not-positive",
    message="administration {id}: the {what} is {value}",
    help="Write the charted volume in millilitres and the rate in millilitres per hour, or leave them out.",
    source=_RECORD,
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/volume_ml": "0"},
        {"/administrations/0/rate_ml_per_hour": "0"},
        {"/administrations/0/rate_ml_per_hour": "-50"},
        {"/administrations/0/volume_ml": "0", "/administrations/-": {"id": "A2", "volume_ml": "0"}},
    ],
    keeps=[
        {"/administrations/0/volume_ml": "100", "/administrations/0/rate_ml_per_hour": "133.3"},
        {"/administrations/0/volume_ml": "1"},
    ],
)
def flow_not_positive(case: Case) -> Iterator[Hit]:
    """A stop time may be calculated from volume and rate, so both have to be real amounts."""
    for given in case.timeline.given:
        for key, what in (("volume_ml", "volume"), ("rate_ml_per_hour", "rate")):
            value = getattr(given.source, key)
            if value is not None and value <= 0:
                yield Hit(f"/administrations/{given.index}/{key}", id=given.id, what=what, value=f"{value:f}")


@rule(
    "ENC-VISIT-001",
    "visit-number-impossible",
    message="administration {id} has visit number {visit}",
    help="Number the visits of a day from 1, or leave the number out.",
    source=_RECORD,
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/visit": 0},
        {"/administrations/0/visit": -1},
        {"/administrations/0/visit": 0, "/administrations/-": {"id": "A2", "visit": 0}},
    ],
    keeps=[
        {"/administrations/0/visit": 1},
        {"/administrations/0/visit": 2},
        {},
    ],
)
def visit_impossible(case: Case) -> Iterator[Hit]:
    """Visits of a day are numbered from 1."""
    for given in case.timeline.given:
        visit = given.source.visit
        if visit is not None and visit < 1:
            yield Hit(f"/administrations/{given.index}/visit", id=given.id, visit=visit)
