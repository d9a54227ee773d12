"""ENC: references from one part of a record to another that lead nowhere."""

from collections.abc import Iterator

from edi.rules import Case, Hit, rule
from edi.rules.asks import pointed

_RECORD = "encounter record (contract, section 2)"


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


@rule(
    "ENC-REF-001",
    "primary-reason-unknown",
    message="the primary reason names no administration of this record",
    help="Write the id of the administration that was the main reason for the visit, or leave it out.",
    source=f"{_RECORD}; CMS Pub. 100-04 ch. 12 §30.5",
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[{"/primary_reason": "A9"}],
    keeps=[{"/primary_reason": "A1"}, {"/primary_reason": None}],
)
def primary_reason_unknown(case: Case) -> Iterator[Hit]:
    """The primary reason decides which service is initial, so it has to name one."""
    encounter = case.timeline.encounter
    if encounter.primary_reason and case.timeline.of(encounter.primary_reason) is None:
        yield Hit("/primary_reason")


@rule(
    "ENC-REF-002",
    "diluent-of-unknown",
    message="administration {id} is the diluent of something that this record does not hold",
    help="Write the id or the name of the drug that the fluid carries. A diluent is never billed as "
    "hydration.",
    source=f"{_RECORD}; CPT guidelines: a fluid that carries a drug is not reported apart",
    severity="warning",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/-": {"id": "A2", "drug": "saline", "diluent_of": "A7"}},
        {"/administrations/-": {"id": "A2", "drug": "saline", "diluent_of": "A2"}},
        {"/administrations/-": {"id": "A2", "diluent_of": "A7"}, "/administrations/0/diluent_of": "A7"},
    ],
    keeps=[
        {"/administrations/-": {"id": "A2", "drug": "saline", "diluent_of": "A1"}},
        {"/administrations/-": {"id": "A2", "drug": "saline", "diluent_of": "Iron Sucrose"}},
        {"/administrations/-": {"id": "A2", "drug": "saline", "diluent_of": "J1756"}},
        {"/administrations/-": {"id": "A2", "diluent_of": "Iron Sucrose"}, "/administrations/0/drug": "iron"},
    ],
)
def diluent_of_unknown(case: Case) -> Iterator[Hit]:
    """A diluent belongs to another administration: by its id, its drug or its code."""
    for given in case.timeline.given:
        wanted = given.source.diluent_of
        if not wanted:
            continue
        names = set()
        for other in case.timeline.given:
            if other is not given:
                texts = [other.id, other.source.drug, other.source.hcpcs]
                texts += other.drug.names if other.drug else ()
                names |= {_key(t) for t in texts if t}
        if _key(wanted) not in names:
            yield Hit(f"/administrations/{given.index}/diluent_of", id=given.id)


@rule(
    "ENC-REF-003",
    "service-bills-unknown-administration",
    message="service {number} bills an administration that this record does not hold",
    help="Write ids of administrations of this record, or leave the list out.",
    source=_RECORD,
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {
            "/coding": "as_coded",
            "/services": [
                {"hcpcs": "96365", "units": 1, "charge": "250.00", "administrations": ["A1", "A9"]}
            ],
        },
        {"/services": [{"administrations": ["A1", "A9"]}], "/administrations/0/id": "A2"},
    ],
    keeps=[
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "96365", "units": 1, "charge": "250.00", "administrations": ["A1"]}],
        },
        {"/coding": "as_coded", "/services": [{"hcpcs": "96365", "units": 1, "charge": "250.00"}]},
    ],
)
def service_bills_unknown(case: Case) -> Iterator[Hit]:
    """A coded service is compared with the administrations that it bills."""
    known = {given.id for given in case.timeline.given}
    for i, service in enumerate(case.timeline.encounter.services):
        for k, id_ in enumerate(service.administrations):
            if id_ not in known:
                yield Hit(f"/services/{i}/administrations/{k}", number=i + 1)


@rule(
    "ENC-REF-004",
    "administration-points-to-no-diagnosis",
    message="administration {id} points to diagnosis {pointer}; there are {count}",
    help="Point to a diagnosis of this record, counted from 1, or add the diagnosis.",
    source=f"{_RECORD}; 005010X222A1, 2400 SV107",
    severity="error",
    snip=6,
    also=("PRO-DX-001",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/diagnosis_pointers": [3]},
        {"/administrations/0/diagnosis_pointers": [0]},
        {"/administrations/0/diagnosis_pointers": [0, 3]},
    ],
    keeps=[{"/administrations/0/diagnosis_pointers": [2, 1]}],
)
def points_to_no_diagnosis(case: Case) -> Iterator[Hit]:
    """A pointer is the number of a diagnosis, from 1."""
    count = len(pointed(case))
    for given in case.timeline.given:
        for k, pointer in enumerate(given.source.diagnosis_pointers):
            if not 1 <= pointer <= count:
                path = f"/administrations/{given.index}/diagnosis_pointers/{k}"
                yield Hit(path, id=given.id, pointer=pointer, count=count)
