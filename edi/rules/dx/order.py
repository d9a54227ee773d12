"""Diagnoses in their order, and diagnoses that do not fit the patient."""

from collections.abc import Iterator
from datetime import date
from functools import cache, lru_cache
from itertools import chain

from edi import tables
from edi.codes import icd10
from edi.coding.family import codes
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, administrations, code_of, is_drug
from edi.rules.asks import ICD10_FROM, box, compact_codes, day_one, diagnosis_box, pointed
from edi.rules.base import per_lines
from edi.rules.drug.facts import drug_lines, modifiers_of
from edi.rules.inf.hydration import unexplained
from edi.rules.inf.linking import HYDRATION, family_lines

_TREATMENT = ("Z5111", "Z5112")
_VISIT = "the visit is for antineoplastic treatment only, and "
_FLUID = {
    BASE: "professional",
    "/diagnoses": [{"code": "C50.911"}, {"code": "E86.0"}, {"code": "Z51.11"}],
    "/lines/0/hcpcs": "96360",
}
_PRACTICE = {"/setting": "professional", "/coverages/0/claim_filing": "MB"}
_INFLIXIMAB = {
    **_PRACTICE,
    "/lines": [
        {"hcpcs": "96413", "units": "1", "service_date": "2026-03-03", "diagnosis_pointers": [1]},
        {"hcpcs": "J1745", "units": "50", "service_date": "2026-03-03", "diagnosis_pointers": [1]},
    ],
}
_HYDRATED = {"hcpcs": "96361", "units": "1", "service_date": "2026-03-03"}
_KINDS = ("chemotherapy", "hormonal_antineoplastic")
"""Classes of the drug table whose drugs are antineoplastic."""
_ANTINEOPLASTIC = ("96409", "96411", "96413", "96415", "96416", "96417")


def _is_neoplasm(code: str) -> bool:
    """C00 to D49, in the order of the code book, in which D3A follows D36."""
    return "C00" <= code[:3] <= "D49"


def _is_benign(code: str) -> bool:
    """D10 to D36: many people have one that nobody treats with antineoplastic drugs."""
    return "D10" <= code[:3] <= "D36"


def _ordered(case: Case) -> list[tuple[int, str]]:
    """Index and code, without dot, of the diagnoses that lines may point to, the principal one first."""
    codes = compact_codes(case)
    return [(i, codes[i]) for i in pointed(case)]


def _points(*pointers: int) -> dict[str, object]:
    return {"/lines/0/diagnosis_pointers": list(pointers)}


def _pushed(code: str, pointer: int) -> dict[str, object]:
    return {"hcpcs": code, "units": "1", "service_date": "2026-03-03", "diagnosis_pointers": [pointer]}


@per_lines
def _only_treatment(case: Case) -> bool:
    """Whether nothing but drugs and their administration is billed."""
    family = codes()
    return all(code_of(line) in family or is_drug(case, line) for line in case.claim.lines if line.hcpcs)


@rule(
    "PRO-DX-004",
    "chemotherapy-diagnosis-order",
    message="{problem} ({box})",
    help="Put Z51.11 (chemotherapy) or Z51.12 (immunotherapy) first and the neoplasm after it, and point "
    "hydration to what the fluid was for, as the record supports it.",
    source="ICD-10-CM Official Guidelines, section I.C.2 (admission or visit solely for chemotherapy or "
    "immunotherapy); rules catalogue 0.5 no. 27",
    severity="warning",
    snip=6,
    codes=(*_ANTINEOPLASTIC, *HYDRATION),
    base="chemo-facility",
    breaks=[
        {"/diagnoses": [{"code": "C50.911"}, {"code": "Z51.11"}]},
        {"/diagnoses": [{"code": "C50.911"}]},
        {"/diagnoses": [{"code": "C00.0"}]},
        {"/diagnoses": [{"code": "D3A.00"}]},
        {"/diagnoses": [{"code": "D49.0"}]},
        {**_PRACTICE, "/lines/0/diagnosis_pointers": [2]},
        {"/diagnoses": [{"code": "D49.0"}], "/lines/0/hcpcs": "96415"},
        {"/diagnoses": [{"code": "D49.0"}], "/lines/0/hcpcs": "96416"},
        {"/diagnoses": [{"code": "D49.0"}], "/lines/0/hcpcs": "96417"},
        {"/diagnoses": [{"code": "D49.0"}], "/lines/0/hcpcs": "96409"},
        {"/diagnoses": [{"code": "D49.0"}], "/lines/3/service_date": "2015-10-01"},
        {"/diagnoses": [{"code": "D49.0"}], "/lines/0/hcpcs": "96411"},
        {"/diagnoses": [{"code": "D4"}]},
        {"/diagnoses": [{}, {"code": "C50.911"}]},
        {"/diagnoses": [{"code": "C50.911"}], "/lines/-": {}},
        {"/diagnoses": [{"code": "C50.911"}], "/lines": [{"hcpcs": "96413"}]},
        *(
            {
                "/setting": "professional",
                "/diagnoses": [{"code": "Z51.11"}, {"code": "C50.911"}],
                "/lines": [
                    {"hcpcs": "96413", "service_date": "2026-03-03"},
                    {"hcpcs": code, "service_date": "2026-03-03", "diagnosis_pointers": [2]},
                ],
            }
            for code in ("96409", "96411", "96415", "96416", "96417")
        ),
        {**_PRACTICE, "/lines/0/diagnosis_pointers": [2], "/diagnoses/-": {"code": "Z51.11"}},
        {**_INFLIXIMAB, "/diagnoses": [{"code": "C50.911"}, {"code": "K50.90"}]},
        {**_INFLIXIMAB, "/diagnoses": [{"code": "K50.90"}, {"code": "D12.6"}], **_points(2)},
        {"/diagnoses": [{"code": "M06.9"}, {"code": "C50.911"}]},
        {"/diagnoses": [{"code": "M06.9"}, {"code": "D09.9"}]},
        {"/diagnoses": [{"code": "M06.9"}, {"code": "D37.1"}]},
        {
            **_INFLIXIMAB,
            "/diagnoses": [{"code": "K50.90"}, {"code": "C50.911"}],
            "/lines/1": _pushed("J9217", 1),
        },
        {**_FLUID, "/lines/0/diagnosis_pointers": [1]},
        {**_FLUID, "/lines/0/diagnosis_pointers": [3, 1], "/lines/0/hcpcs": "96361"},
        {
            **_FLUID,
            "/lines/0/diagnosis_pointers": [1, 9],
            "/lines/1": {**_HYDRATED, "diagnosis_pointers": [1]},
        },
        {
            **_FLUID,
            "/diagnoses": [{"code": "C50.911"}],
            "/lines/0/diagnosis_pointers": [1],
            "/coverages/0/claim_filing": "CI",
        },
    ],
    keeps=[
        {"/diagnoses": [{"code": "Z51.11"}, {"code": "C50.911"}]},
        {"/diagnoses": [{"code": "Z51.12"}, {"code": "C50.911"}]},
        {"/diagnoses": [{"code": "D50.9"}]},
        {"/diagnoses": [{"code": "M06.9"}]},
        {
            "/diagnoses": [{"code": "C50.911"}],
            "/lines/-": {"hcpcs": "99213", "units": 1, "revenue_code": "0510", "service_date": "2026-03-03"},
        },
        {"/setting": None},
        {"/lines/0/diagnosis_pointers": [2]},
        {"/setting": None, "/lines/0/diagnosis_pointers": [0]},
        {"/diagnoses": [{"code": "D49.0"}], "/lines/0/service_date": "2007-05-22"},
        {"/diagnoses": [{"code": "Z51.11"}, {"code": "C50.911"}], BASE: "biologic-coded"},
        {**_INFLIXIMAB, "/diagnoses": [{"code": "K50.90"}, {"code": "C50.911"}]},
        {**_INFLIXIMAB, "/diagnoses": [{"code": "K50.90"}, {"code": "D12.6"}], "/setting": "facility"},
        {**_INFLIXIMAB, "/diagnoses": [{"code": "K50.90"}, {"code": "C50.911"}], **_points(0)},
        {**_INFLIXIMAB, "/diagnoses": [{"code": "K50.90"}, {"code": "C50.911"}], **_points(3)},
        {**_INFLIXIMAB, "/diagnoses": [{"code": "K50.90"}, {"code": "C50.911"}], **_points(1, 2)},
        {
            **_INFLIXIMAB,
            "/diagnoses": [{"code": "K50.90"}, {"code": "C50.911"}],
            "/lines/0": _pushed("96375", 2),
            "/lines/1": _pushed("96413", 1),
        },
        {
            **_INFLIXIMAB,
            "/diagnoses": [{"code": "K50.90"}, {"code": "C50.911"}],
            "/lines/1": {**_pushed("J9998", 1), "kind": "drug"},
        },
        {"/diagnoses": [{"code": "M06.9"}, {"code": "D10.1"}], "/lines/0/diagnosis_pointers": [1]},
        {"/diagnoses": [{"code": "M06.9"}, {"code": "D36.9"}]},
        {"/setting": None, "/lines/1/diagnosis_pointers": [2]},
        {"/diagnoses": [{"code": "DXX.0"}]},
        {
            "/setting": "professional",
            "/diagnoses": [{"code": "Z51.11"}, {"code": "C50.911"}, {"code": "D50.9"}],
            "/lines": [{"hcpcs": "96413", "service_date": "2026-03-03", "diagnosis_pointers": [3]}],
        },
        {"/lines": [{"hcpcs": "96365", "service_date": "2026-03-03"}], "/diagnoses": [{"code": "C50.911"}]},
        {**_FLUID, "/lines/0/diagnosis_pointers": [1, 2]},
        {**_FLUID, "/lines/0/diagnosis_pointers": [2]},
        {**_FLUID, "/lines/0/diagnosis_pointers": [3]},
        {**_FLUID, "/lines/0/diagnosis_pointers": [9]},
        {
            **_FLUID,
            "/diagnoses": [{"code": "E86.0"}, {"code": "C50.911"}],
            "/lines/0/diagnosis_pointers": [0],
        },
        {**_FLUID, "/lines/0/diagnosis_pointers": [1], "/lines/0/service_date": "2015-09-30"},
        {**_FLUID, "/lines/0/diagnosis_pointers": [1], "/setting": "facility"},
        {**_FLUID, "/diagnoses": [{"code": "C50.911"}], "/lines/0/diagnosis_pointers": [1]},
    ],
)
def chemotherapy_order(case: Case) -> Iterator[Hit]:
    """Who comes for the treatment of a tumour only is there for the treatment first.

    Without a neoplasm on the claim the drug is not given for one, and the rule is silent. So it is where the
    drug is no antineoplastic one, or the neoplasm is benign, and another diagnosis is first: infliximab and
    ocrelizumab are billed with the same codes. A practice's
    hydration that points to the neoplasm alone is named too; where no diagnosis explains the fluid that is
    INF-HYD-008.
    """
    treated = not case.by_code.keys().isdisjoint(_ANTINEOPLASTIC) and _only_treatment(case)
    fluid = case.claim.setting != "facility" and not case.by_code.keys().isdisjoint(HYDRATION)
    day = day_one(case)
    if not (treated or fluid) or (day is not None and day < ICD10_FROM):
        return
    ordered = _ordered(case)
    codes = [code for _, code in ordered]
    if fluid:
        yield from _fluid_for_neoplasm(case, codes)
    if treated and _for_neoplasm(case, codes):
        yield from _not_treatment_first(case, ordered)


def _fluid_for_neoplasm(case: Case, ordered: list[str]) -> Iterator[Hit]:
    """Hydration of a practice whose pointers lead to a neoplasm and its treatment only."""
    if unexplained(case):
        return
    for i, line, code in family_lines(case, HYDRATION):
        codes = [ordered[p - 1] for p in line.diagnosis_pointers if 1 <= p <= len(ordered)]
        others = [one for one in codes if one not in _TREATMENT and not _is_neoplasm(one)]
        if any(_is_neoplasm(one) for one in codes) and not others:
            problem = f"line {i + 1} bills {code} and points to a neoplasm only"
            yield Hit(f"/lines/{i}/diagnosis_pointers", problem=problem, box="item 24E")


def _for_neoplasm(case: Case, ordered: list[str]) -> bool:
    """Whether a neoplasm is treated: the first diagnosis, a line's first pointer or a drug says so."""
    meant = [
        line.diagnosis_pointers[:1] for _, line, code in administrations(case) if code in _ANTINEOPLASTIC
    ]
    numbers = {1, *chain.from_iterable(meant)}
    if any(number in numbers and _is_neoplasm(code) for number, code in enumerate(ordered, 1)):
        return True
    rows = [case.lists.drug(code, line.service_date) for _, line, code in drug_lines(case)]
    treats = any(row is not None and row.drug_class in _KINDS for row in rows)
    return treats and any(_is_neoplasm(code) and not _is_benign(code) for code in ordered)


def _not_treatment_first(case: Case, ordered: list[tuple[int, str]]) -> Iterator[Hit]:
    """Where the treatment is not the first diagnosis of a visit for it; said once."""
    claim = case.claim
    treatment = [k for k, (_, code) in enumerate(ordered) if code in _TREATMENT]
    where = box(case, "21", "67")
    if not treatment:
        problem = f"{_VISIT}neither Z51.11 nor Z51.12 is on the claim"
        yield Hit(f"/diagnoses/{ordered[0][0]}/code", problem=problem, box=where)
        return
    if treatment[0] != 0:
        found = icd10.formatted(ordered[0][1])
        yield Hit(
            f"/diagnoses/{ordered[0][0]}/code", problem=f"{_VISIT}{found} is the first diagnosis", box=where
        )
        return
    if claim.setting == "facility":
        return
    for i, line, code in administrations(case):
        if code not in _ANTINEOPLASTIC or not line.diagnosis_pointers:
            continue
        first = line.diagnosis_pointers[0]
        named = ordered[first - 1 : first]
        if any(_is_neoplasm(diagnosis) for _, diagnosis in named):
            problem = f"{_VISIT}line {i + 1} points to {icd10.formatted(named[0][1])} first"
            yield Hit(f"/lines/{i}/diagnosis_pointers/0", problem=problem, box="item 24E")
            return


@cache
def _limits() -> tuple[tuple[str, str, int | None, int | None, str], ...]:
    return tuple(
        (
            row["prefix"],
            row["sex"],
            int(row["youngest"]) if row["youngest"] else None,
            int(row["oldest"]) if row["oldest"] else None,
            row["label"],
        )
        for row in tables.rows("coding/sex_age.csv")
    )


@lru_cache(maxsize=4096)
def _limit(code: str) -> tuple[str, str, int | None, int | None, str] | None:
    """The row of the table that holds for a code, the first one."""
    return next((row for row in _limits() if code.startswith(row[0])), None)


def _age(born: date, day: date) -> int:
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _sex_confirmed(case: Case) -> bool:
    """Whether the claim says that diagnosis and sex are both right: condition code 45, or KX on a line."""
    if case.claim.setting == "facility":
        return "45" in [code.strip() for code in case.claim.condition_codes]
    return any("KX" in modifiers_of(line) for line in case.claim.lines)


@rule(
    "DX-FIT-001",
    "diagnosis-against-sex-or-age",
    message="diagnosis {code} ({label}) does not fit the patient's {what} ({box})",
    help="Check sex and birth date against the patient's papers, and the diagnosis against the record.",
    source="ICD-10-CM chapters (chapter 15: record of the mother only); CMS Medicare code editor; CMS Pub. "
    "100-04 ch. 32 section 240 (condition code 45 and modifier KX); rules catalogue SNIP4-004",
    severity="warning",
    snip=4,
    also=("SNIP4-004",),
    breaks=[
        {"/diagnoses/1/code": "C61"},
        {"/diagnoses/1/code": "O99.012"},
        {"/patient/sex": "M", "/diagnoses/1/code": "C50.911", "/diagnoses/0/code": "N80.00"},
        {"/diagnoses/1/code": "O99.012", "/patient/birth_date": "2017-03-04"},
        {"/diagnoses/1/code": "Z38.00"},
        {"/diagnoses/1/code": "O99.012", "/diagnoses/0/code": "C61"},
        {"/diagnoses/1/code": "C61", "/lines/0/service_date": "2015-10-01"},
        {"/diagnoses/1/code": "C61", "/condition_codes": ["45"]},
        {"/diagnoses/1/code": "C61", "/condition_codes": ["44"], BASE: "facility"},
        {"/diagnoses/1/code": "C61", "/lines/0/modifiers": ["KX"], BASE: "facility"},
        {"/diagnoses/1/code": "Z38.00", "/lines/0/modifiers": ["KX"]},
    ],
    keeps=[
        {"/diagnoses/1/code": "C61", "/patient/sex": "M"},
        {"/diagnoses/1/code": "C61", "/patient/sex": "U"},
        {"/diagnoses/1/code": "C50.911", "/patient/sex": "M"},
        {"/diagnoses/1/code": "O99.012", "/patient/birth_date": "1990-01-01"},
        {"/diagnoses/1/code": "O99.012", "/patient/birth_date": "2017-03-03"},
        {"/diagnoses/1/code": "C61", "/lines/1/service_date": "2007-05-22"},
        {"/diagnoses/1/code": "Z38.00", "/patient/birth_date": None},
        {"/diagnoses/0": {}},
        {"/patient": None, "/diagnoses/1/code": "C61"},
        {"/patient/sex": None, "/diagnoses/1/code": "C61"},
        {"/diagnoses/1/code": "Z38.00", "/patient/birth_date": "2026-03-03"},
        {"/lines": [], "/diagnoses/1/code": "C61"},
        {"/diagnoses/1/code": "C61", "/condition_codes": ["07", "45 "], BASE: "facility"},
        {"/diagnoses/1/code": "C61", "/lines/1/modifiers": ["JZ", "KX"]},
    ],
)
def against_sex_or_age(case: Case) -> Iterator[Hit]:
    """Some diagnoses are of one sex or one age; the fault may lie in the patient's data.

    Condition code 45 on a hospital's claim, or KX on a line of a practice, says that the sex is right.
    """
    patient, codes = case.claim.patient, compact_codes(case)
    limits = list(map(_limit, codes))
    if not any(limits):
        return
    day = day_one(case)
    if patient is None or day is None or day < ICD10_FROM:
        return
    sex = "" if _sex_confirmed(case) else (patient.sex or "").upper()
    age = _age(patient.birth_date, day) if patient.birth_date is not None else None
    for i, (code, limit) in enumerate(zip(codes, limits, strict=True)):
        if limit is None:
            continue
        _, only_sex, youngest, oldest, label = limit
        what = None
        if only_sex and sex in ("F", "M") and sex != only_sex:
            what = "sex"
        elif age is not None and (age < (youngest or 0) or (oldest is not None and age > oldest)):
            what = "age"
        if what:
            written = icd10.formatted(code)
            where = diagnosis_box(case, i)
            yield Hit(f"/diagnoses/{i}/code", code=written, label=label, what=what, box=where)
