"""Diagnoses: present, well formed, each once, in the room that the claim has."""

from collections.abc import Iterator

from edi.codes import icd10
from edi.model.claim import DiagnosisKind
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE
from edi.rules.asks import (
    ICD10_FROM,
    box,
    compact_codes,
    day_one,
    diagnosis_box,
    kinds,
    pointed,
    stated_codes,
    unread,
)

_FACILITY_ROOM: dict[DiagnosisKind, int] = {
    "principal": 1,
    "other": 24,
    "admitting": 1,
    "reason_for_visit": 3,
    "external_cause": 12,
}
_WORDS = {
    "principal": "principal diagnoses",
    "other": "other diagnoses",
    "admitting": "admitting diagnoses",
    "reason_for_visit": "reasons for the visit",
    "external_cause": "external causes",
}
_PROFESSIONAL_ROOM = 12
_EXTERNAL = frozenset("VWXY")


@rule(
    "FAC-DX-001",
    "principal-diagnosis-missing",
    message="the claim has no principal diagnosis (FL 67)",
    help="Write the diagnosis that was chiefly responsible for the visit.",
    source="005010X223A2, 2300 HI*ABK (required); UB-04 FL 67",
    severity="error",
    snip=2,
    sees="diagnoses",
    also=("I21", "F04-67-001"),
    setting="facility",
    breaks=[{"/diagnoses": []}, {"/diagnoses": [{"code": "R50.9", "kind": "reason_for_visit"}]}],
    keeps=[{"/diagnoses": [{"code": "D50.9"}]}, {"/diagnoses": [{"code": "D50.9", "kind": "principal"}]}],
)
def principal_missing(case: Case) -> Iterator[Hit]:
    """A facility claim has one principal diagnosis."""
    if "principal" not in kinds(case):
        yield Hit("/diagnoses")


@rule(
    "F15-21-001",
    "diagnosis-malformed",
    message="diagnosis {number} ({box}): {problem}",
    help="Write the whole ICD-10-CM code: a letter, a digit, and up to five more characters.",
    source="ICD-10-CM Official Guidelines, section I.A; 005010X222A1 and 005010X223A2, 2300 HI",
    severity="error",
    snip=5,
    also=("F04-67-001", "SNIP5-002", "P43"),
    breaks=[
        {"/diagnoses/1/code": "E8"},
        {"/diagnoses/1/code": "E86..0"},
        {"/diagnoses/1/code": "250.00"},
        {"/diagnoses/1/code": "E86.00000"},
        {"/diagnoses/1/code": None},
        {"/diagnoses/1/code": "E8", "/diagnoses/0": {}},
        {"/diagnoses/1/code": "E86..0", "/diagnoses/0/code": "E8"},
        {"/diagnoses/1/code": "E8", "/lines/0/service_date": "2015-10-01"},
        {"/diagnoses/1/code": "E8", "/lines": None},
    ],
    keeps=[
        {"/diagnoses/1/code": "E860"},
        {"/diagnoses/1/code": "T45.1X5A"},
        {"/diagnoses/1/code": "e86.0"},
        {"/diagnoses/1/code": "E8", "/lines/1/service_date": "2007-05-22"},
        {"/lines": None},
        {"/diagnoses/0/code": None, "/unread/-": {"path": "/diagnoses/0/code", "text": "?"}},
    ],
)
def malformed(case: Case) -> Iterator[Hit]:
    """A diagnosis code has the shape of ICD-10-CM; codes of services before 2015-10-01 are not judged."""
    problems = list(map(icd10.problem, stated_codes(case)))
    if not any(problems):
        return
    day = day_one(case)
    if day is not None and day < ICD10_FROM:
        return
    for i, problem in enumerate(problems):
        if problem is None:
            continue
        if case.claim.diagnoses[i].code is None:
            problem = "no code"
        path = f"/diagnoses/{i}/code"
        if not unread(case, path):
            yield Hit(path, number=i + 1, box=diagnosis_box(case, i), problem=problem)


@rule(
    "PRO-DX-002",
    "too-many-diagnoses",
    message="{what}",
    help="Keep the diagnoses that the services treat, the most important first.",
    source="005010X222A1, 2300 HI (12 diagnoses) and 2400 SV107 (4 pointers); 005010X223A2, 2300 HI",
    severity="error",
    snip=2,
    sees="diagnoses",
    also=("I21", "I23", "I24", "I26", "SNIP2-005"),
    breaks=[
        {"/diagnoses": [{"code": f"E86.{n}"} for n in range(13)]},
        {
            "/lines/0/diagnosis_pointers": [1, 2, 3, 4, 5],
            "/diagnoses": [{"code": f"E86.{n}"} for n in range(5)],
        },
        {"/lines/0/diagnosis_pointers": [1, 2, 3, 4, 5], "/lines/1/diagnosis_pointers": [1, 2, 3, 4, 5]},
        {BASE: "facility", "/diagnoses": [{"code": "D50.9"}] * 26},
        {
            BASE: "facility",
            "/diagnoses": [
                {"code": "D50.9"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "W01.0XXA", "kind": "external_cause"},
                {"code": "R50.9", "kind": "reason_for_visit"},
                {"code": "R50.9", "kind": "reason_for_visit"},
                {"code": "R50.9", "kind": "reason_for_visit"},
                {"code": "R50.9", "kind": "reason_for_visit"},
            ],
        },
        {
            BASE: "facility",
            "/diagnoses": [
                {"code": "D50.9"},
                {"code": "D50.9", "kind": "principal"},
                {"code": "E86.0", "kind": "admitting"},
                {"code": "E86.0", "kind": "admitting"},
            ],
        },
        {
            BASE: "facility",
            "/diagnoses": [{"code": code, "kind": "principal"} for code in ("D50.9", "E86.0")],
        },
    ],
    keeps=[
        {"/diagnoses": [{"code": f"E86.{n}"} for n in range(12)]},
        {"/lines/0/diagnosis_pointers": [1, 2, 3, 4], "/diagnoses": [{"code": f"E86.{n}"} for n in range(5)]},
        {"/setting": "facility"},
        {"/lines/0/diagnosis_pointers": [1, 2, 3, 4, 5], "/setting": "facility"},
    ],
)
def too_many(case: Case) -> Iterator[Hit]:
    """The claim has room for a fixed number of diagnoses, and a professional line for four pointers."""
    claim = case.claim
    if claim.setting == "facility":
        found = kinds(case)
        for kind, room in _FACILITY_ROOM.items():
            if found.count(kind) > room:
                own = [i for i, k in enumerate(found) if k == kind]
                yield Hit(
                    f"/diagnoses/{own[room]}",
                    what=f"{len(own)} {_WORDS[kind]}; the claim has room for {room}",
                )
        return
    order = pointed(case)
    if len(order) > _PROFESSIONAL_ROOM:
        what = f"{len(order)} diagnoses; item 21 has room for {_PROFESSIONAL_ROOM}"
        yield Hit(f"/diagnoses/{order[_PROFESSIONAL_ROOM]}", what=what)
    for i, line in enumerate(claim.lines):
        if len(line.diagnosis_pointers) > 4:
            what = f"line {i + 1} points to {len(line.diagnosis_pointers)} diagnoses; item 24E has room for 4"
            yield Hit(f"/lines/{i}/diagnosis_pointers/4", what=what)


@rule(
    "PRO-DX-005",
    "diagnosis-repeated",
    message="the diagnosis {code} stands twice ({box})",
    help="Remove the second one and let the lines point to the first.",
    source="005010X222A1 and 005010X223A2, 2300 HI; CMS front-end edits X222.226.2300.HI",
    severity="error",
    snip=2,
    also=("P43", "I30", "F15-21-001"),
    breaks=[
        {"/diagnoses/1/code": "D50.9"},
        {"/diagnoses/1/code": "d509"},
        {"/diagnoses/1/code": "d509", "/setting": "facility"},
        {"/diagnoses/1": {}, "/diagnoses/-": {"code": "D50.9"}},
        {"/diagnoses/1/code": "d509", "/diagnoses/-": {"code": "d509"}},
    ],
    keeps=[
        {"/diagnoses/1/code": "D50.8"},
        {"/diagnoses/0": {}},
        {"/diagnoses/1/code": "d509", BASE: "inpatient"},
    ],
)
def repeated(case: Case) -> Iterator[Hit]:
    """Each diagnosis stands once among those of its kind; on a facility claim a second one is a warning."""
    claim = case.claim
    stated = compact_codes(case)
    if len(set(stated)) == len(stated):
        return
    seen: set[tuple[str, str]] = set()
    for i, diagnosis in enumerate(claim.diagnoses):
        if not diagnosis.code:
            continue
        kind = kinds(case)[i]
        key = ("coded" if kind in ("principal", "other") else kind, icd10.compact(diagnosis.code))
        if key in seen:
            yield Hit(
                f"/diagnoses/{i}/code",
                severity="warning" if claim.setting == "facility" else None,
                code=icd10.formatted(diagnosis.code),
                box=diagnosis_box(case, i),
            )
        seen.add(key)


@rule(
    "FAC-DX-005",
    "external-cause-first",
    message="the first diagnosis, {code}, is an external cause ({box})",
    help="Put the injury or illness first and the external cause after it.",
    source="ICD-10-CM Official Guidelines, section I.C.20 (an external cause is never listed first)",
    severity="error",
    snip=5,
    also=("PRO-DX-005",),
    breaks=[
        {"/diagnoses/0/code": "V43.52XA"},
        {"/diagnoses/0/code": "W01.0XXA"},
        {"/diagnoses/0/code": "X30.XXXA"},
        {"/diagnoses/0/code": "Y92.9"},
        {"/diagnoses/0/code": "Y92.9", "/lines/0/service_date": "2015-10-01"},
        {"/diagnoses/0/code": "Y92.9", "/lines": None},
    ],
    keeps=[
        {"/diagnoses/1/code": "V43.52XA"},
        {"/diagnoses/0/code": "Z51.11"},
        {"/diagnoses/0": {}},
        {BASE: "facility", "/diagnoses": [{"code": "W01.0XXA", "kind": "external_cause"}]},
        {"/diagnoses/0/code": "Y92.9", "/lines/0/service_date": "2007-05-23"},
        {"/diagnoses": None},
    ],
)
def external_cause_first(case: Case) -> Iterator[Hit]:
    """V, W, X and Y codes say how something happened, not what it was."""
    claim = case.claim
    if _EXTERNAL.isdisjoint([code[:1] for code in compact_codes(case)]):
        return
    order = pointed(case)
    if order and (code := claim.diagnoses[order[0]].code) and code.strip().upper()[:1] in _EXTERNAL:
        day = day_one(case)
        if day is None or day >= ICD10_FROM:
            yield Hit(f"/diagnoses/{order[0]}/code", code=icd10.formatted(code), box=box(case, "21", "67"))
