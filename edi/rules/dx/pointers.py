"""Diagnosis pointers of professional lines."""

from collections.abc import Iterator

from edi.rules import Case, Hit, rule
from edi.rules.about import ON
from edi.rules.asks import pointed, unread


@rule(
    "PRO-DX-001",
    "diagnosis-pointer-impossible",
    message="{what}",
    help="Give the claim at least one diagnosis, and let every line point to one, counted from 1 (A in "
    "item 24E).",
    source="005010X222A1, 2300 HI*ABK and 2400 SV107 (required); CMS-1500 items 21 and 24E",
    severity="error",
    snip=2,
    sees="diagnoses",
    also=("P43", "P65", "F15-24E-001"),
    setting="professional",
    breaks=[
        {"/diagnoses": []},
        {"/lines/0/diagnosis_pointers": [3]},
        {"/lines/0/diagnosis_pointers": [0]},
        {"/lines/0/diagnosis_pointers": []},
        {"/lines/0/diagnosis_pointers": [5, 0]},
        {"/lines/0/diagnosis_pointers": [], "/lines/1/diagnosis_pointers": []},
        {
            ON: "encounter",
            "/administrations/0/diagnosis_pointers": [9],
            "/administrations/-": {
                "id": "A2",
                "drug": "ceftriaxone",
                "hcpcs": "J0696",
                "start": "2026-03-03T10:00",
                "stop": "2026-03-03T10:30",
            },
            "/services/-": {"hcpcs": "99213", "diagnosis_pointers": [9]},
        },
        {
            ON: "encounter",
            "/services/-": {"hcpcs": "99213", "diagnosis_pointers": [9], "administrations": ["A1"]},
        },
        {
            ON: "encounter",
            "/services/-": {"hcpcs": "99213", "diagnosis_pointers": [9], "administrations": ["A9"]},
        },
        {
            ON: "encounter",
            "/administrations/0/diagnosis_pointers": [1],
            "/services": [
                {"hcpcs": "99213", "administrations": ["A1"]},
                {"hcpcs": "99214", "diagnosis_pointers": [9]},
            ],
        },
    ],
    keeps=[
        {"/lines/0/diagnosis_pointers": [2]},
        {"/lines/0/diagnosis_pointers": [1, 2]},
        {
            "/lines/0/diagnosis_pointers": [],
            "/unread/-": {"path": "/lines/0/diagnosis_pointers", "text": "?"},
        },
        {ON: "encounter", "/administrations/0/diagnosis_pointers": [9]},
    ],
)
def pointer_impossible(case: Case) -> Iterator[Hit]:
    """Every line says which diagnosis it treats; the first pointer is the main one."""
    count = len(pointed(case))
    if not count:
        yield Hit("/diagnoses", what="the claim has no diagnosis (item 21)")
        return
    for i, line in enumerate(case.claim.lines):
        path = f"/lines/{i}/diagnosis_pointers"
        if not line.diagnosis_pointers and not unread(case, path):
            yield Hit(path, what=f"line {i + 1} points to no diagnosis (item 24E)")
        for k, pointer in enumerate(line.diagnosis_pointers):
            if not (1 <= pointer <= count or _of_record(case, line.administrations)):
                what = f"line {i + 1} points to diagnosis {pointer}; there are {count} (item 24E)"
                yield Hit(f"{path}/{k}", what=what)


def _of_record(case: Case, administrations: tuple[str, ...]) -> bool:
    """Whether the pointers of a proposed line are those of the record, where ENC-REF-004 judges them."""
    if not case.billed_by_record():
        return False
    given = [case.timeline.of(id_) for id_ in administrations]
    return any(g is not None and g.source.diagnosis_pointers for g in given)


@rule(
    "F15-24E-001",
    "diagnosis-pointer-repeated",
    message="line {line} points to diagnosis {pointer} twice (item 24E)",
    help="Remove the second pointer.",
    source="005010X222A1, 2400 SV107; CMS-1500 item 24E",
    severity="error",
    snip=2,
    sees="diagnoses",
    also=("P65",),
    setting="professional",
    breaks=[
        {"/lines/0/diagnosis_pointers": [1, 1]},
        {"/lines/0/diagnosis_pointers": [1, 1, 1]},
    ],
    keeps=[{"/lines/0/diagnosis_pointers": [2, 1]}],
)
def pointer_repeated(case: Case) -> Iterator[Hit]:
    """A line points to each of its diagnoses once."""
    for i, line in enumerate(case.claim.lines):
        seen: set[int] = set()
        for k, pointer in enumerate(line.diagnosis_pointers):
            if pointer in seen:
                yield Hit(f"/lines/{i}/diagnosis_pointers/{k}", line=i + 1, pointer=pointer)
            seen.add(pointer)
