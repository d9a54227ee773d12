"""NCD-AMYLOID: antibodies against amyloid, which Medicare covers in a registry or trial only."""

from collections.abc import Callable, Iterator
from typing import Any

from edi.codes import icd10
from edi.rules.about import BASE, code_of, medicare
from edi.rules.asks import box
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import facility_code, modifiers_of, national

_TOPIC = "amyloid"
_DRUGS = national(_TOPIC, "drug")
_WHOLE: dict[str, Any] = {
    "/lines/1/hcpcs": "J0174",
    "/lines/1/modifiers": ["JZ", "Q0"],
    "/diagnoses": [{"code": "G30.9"}, {"code": "Z00.6"}],
    "/clinical_trial_number": "12345678",
}
_HOSPITAL: dict[str, Any] = {
    **_WHOLE,
    "/condition_codes": ["30"],
    "/value_codes": [{"code": "D4", "amount": "12345678"}],
}


def _problems(case: Case, i: int) -> Iterator[tuple[str, str]]:
    """What a line of such a drug lacks on its claim: pointer and words."""
    claim, line = case.claim, case.claim.lines[i]
    if modifiers_of(line).isdisjoint(national(_TOPIC, "modifier")):
        yield f"/lines/{i}/modifiers", f"it has neither Q0 nor Q1 ({box(case, '24D', '44')})"
    stated = {icd10.compact(d.code) for d in claim.diagnoses if d.code}
    trial = [icd10.compact(code) for code in national(_TOPIC, "trial_diagnosis")]
    disease = [icd10.compact(code) for code in national(_TOPIC, "diagnosis")]
    if stated.isdisjoint(trial):
        yield "/diagnoses", f"Z00.6 is missing ({box(case, '21', '67')})"
    if stated.isdisjoint(disease):
        yield "/diagnoses", f"no diagnosis of Alzheimer disease or G31.84 ({box(case, '21', '67')})"
    if not claim.clinical_trial_number:
        where = "REF*P4" if claim.setting == "facility" else "REF*P4, item 19"
        yield "/clinical_trial_number", f"the trial number is missing ({where})"


def _hospital_problems(case: Case, i: int) -> Iterator[tuple[str, str]]:
    """What the UB-04 of such a drug lacks beside that: pointer and words."""
    claim, line = case.claim, case.claim.lines[i]
    if {v.code for v in claim.value_codes}.isdisjoint(national(_TOPIC, "value")):
        yield "/value_codes", "value code D4 with the trial number is missing (FL 39)"
    if set(claim.condition_codes).isdisjoint(national(_TOPIC, "condition")):
        yield "/condition_codes", "condition code 30 is missing (FL 18)"
    kind = facility_code(case)
    if kind is not None and kind not in national(_TOPIC, "bill_type"):
        yield "/type_of_bill", "the type of bill is none of 12x, 13x and 85x (FL 4)"
    if line.revenue_code is not None and line.revenue_code not in national(_TOPIC, "revenue"):
        yield f"/lines/{i}/revenue_code", "the revenue code is not 0636 (FL 42)"


def _once(case: Case, problems: Callable[[Case, int], Iterator[tuple[str, str]]]) -> Iterator[Hit]:
    """The problems of all lines of such drugs, each said once. Lines of discarded drug are left alone."""
    if not medicare(case):
        return
    told: set[tuple[str, str]] = set()
    for i, line in case.lines(*_DRUGS):
        if "JW" in modifiers_of(line):
            continue
        for path, problem in problems(case, i):
            if (path, problem) not in told:
                told.add((path, problem))
                yield Hit(path, line=i + 1, hcpcs=code_of(line), problem=problem)


@rule(
    "NCD-AMYLOID",
    "registry-facts-missing",
    message="line {line} bills {hcpcs}, which Medicare covers in a registry or trial only: {problem}",
    help="Write Q0 or Q1 on the line, Z00.6 beside G30.0, G30.1, G30.8, G30.9 or G31.84, and the trial "
    "number; on hospital claims condition code 30 and value code D4 as well.",
    source="Medicare NCD 200.3 (antibodies against amyloid); rules catalogue 0.5 no. 20",
    severity="error",
    snip=7,
    codes=_DRUGS,
    breaks=[
        {**_WHOLE, "/lines/1/modifiers": ["JZ"]},
        {**_WHOLE, "/diagnoses": [{"code": "G30.9"}]},
        {**_WHOLE, "/diagnoses": [{"code": "Z00.6"}]},
        {**_WHOLE, "/diagnoses": [{"code": "G30.4"}, {"code": "Z00.6"}]},
        {**_WHOLE, "/clinical_trial_number": None},
        {"/lines/1/hcpcs": "J0175"},
        {BASE: "facility", "/lines/1/hcpcs": "J0174", "/diagnoses/-": {}},
        {
            "/lines/1/hcpcs": "J0174",
            "/lines/0/hcpcs": "J0174",
            "/lines/0/kind": "drug",
            "/lines/0/modifiers": ["JW"],
        },
        {"/lines/1/hcpcs": "J0174", "/lines/0/hcpcs": "J0175", "/lines/0/kind": "drug"},
    ],
    keeps=[
        _WHOLE,
        {**_WHOLE, "/lines/1/hcpcs": "J0175", "/lines/1/modifiers": ["Q1"]},
        {**_WHOLE, "/diagnoses": [{"code": "Z006"}, {"code": "G3184"}]},
        {**_WHOLE, "/lines/1/modifiers": [], "/coverages/0/claim_filing": "CI"},
        {**_WHOLE, "/lines/1/hcpcs": "J3380", "/lines/1/modifiers": []},
    ],
)
def registry_facts(case: Case) -> Iterator[Hit]:
    """Coverage with evidence development: the claim has to show that the patient is in a registry.

    Every missing fact is a finding of its own, said once per claim.
    """
    yield from _once(case, _problems)


@rule(
    "NCD-AMYLOID-UB",
    "registry-codes-missing",
    message="line {line} bills {hcpcs}, which Medicare covers in a registry or trial only: {problem}",
    help="Write condition code 30, value code D4 with the trial number, type of bill 12x, 13x or 85x, and "
    "bill the drug under 0636.",
    source="Medicare NCD 200.3 (antibodies against amyloid); rules catalogue 0.5 no. 20",
    severity="error",
    snip=7,
    setting="facility",
    codes=_DRUGS,
    also=("NCD-AMYLOID",),
    breaks=[
        {**_HOSPITAL, "/condition_codes": []},
        {**_HOSPITAL, "/value_codes": []},
        {**_HOSPITAL, "/type_of_bill": "0231"},
        {**_HOSPITAL, "/lines/1/revenue_code": "0250"},
        {"/lines/0/hcpcs": "J0175", "/lines/0/kind": "drug"},
    ],
    keeps=[
        _HOSPITAL,
        {**_HOSPITAL, "/type_of_bill": "0851"},
        {**_HOSPITAL, "/type_of_bill": "0121"},
        {**_HOSPITAL, "/condition_codes": [], "/coverages/0/claim_filing": "CI"},
        {**_HOSPITAL, "/type_of_bill": None},
        {**_HOSPITAL, "/lines/1/revenue_code": None},
    ],
)
def registry_codes(case: Case) -> Iterator[Hit]:
    """Hospitals tell the trial by codes of the UB-04 beside what every claim carries."""
    yield from _once(case, _hospital_problems)
