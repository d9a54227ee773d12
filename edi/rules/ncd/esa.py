"""ESA: drugs against anaemia (erythropoiesis-stimulating agents) for patients without kidney failure."""

from collections.abc import Iterator
from typing import Any

from edi.codes import icd10
from edi.model.claim import ServiceLine, effective_place_of_service
from edi.rules.about import BASE, code_of, medicare
from edi.rules.asks import box
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import DIALYSIS, facility_code, modifiers_of, national

_TOPIC = "esa"
_DRUGS = national(_TOPIC, "drug")
_DIALYSIS_PLACE = "65"
_ESA: dict[str, Any] = {
    "/lines/1/hcpcs": "J0885",
    "/lines/1/modifiers": ["JZ", "EA"],
    "/lines/1/test_results": [{"type": "R1", "value": "9.4"}],
}


def _lines(case: Case) -> Iterator[tuple[int, ServiceLine]]:
    """Lines of such drugs for Medicare patients who are not known to have kidney failure."""
    if not medicare(case) or facility_code(case) == DIALYSIS:
        return
    failure = tuple(icd10.compact(code) for code in national(_TOPIC, "kidney_failure"))
    if any(d.code and icd10.compact(d.code).startswith(failure) for d in case.claim.diagnoses):
        return
    for i, line in case.lines(*_DRUGS):
        if effective_place_of_service(case.claim, line) != _DIALYSIS_PLACE and "JW" not in modifiers_of(line):
            yield i, line


@rule(
    "ESA-001",
    "anaemia-reason-missing",
    message="line {line} bills {hcpcs} with {count} of EA, EB and EC; exactly one is wanted ({box})",
    help="EA anaemia from chemotherapy, EB from radiotherapy, EC from another cause.",
    source="CMS Pub. 100-04 ch. 17 §80.12; rules catalogue 0.5 no. 21",
    severity="error",
    snip=7,
    also=("ESA",),
    codes=_DRUGS,
    breaks=[
        {**_ESA, "/lines/1/modifiers": ["JZ"]},
        {**_ESA, "/lines/1/modifiers": ["EA", "EC"]},
        {**_ESA, "/lines/1/hcpcs": "Q5106", "/lines/1/modifiers": []},
        {"/lines/0/hcpcs": "J0881"},
        {"/lines/1/hcpcs": "J0885", "/lines/1/modifiers": ["EA", "EC", "EB"]},
        {"/lines/1/hcpcs": "J0885", "/lines/0/hcpcs": "Q5106"},
        {"/lines/1/hcpcs": "J0885", "/diagnoses/-": {}},
        {"/lines/1/hcpcs": "J0885", "/type_of_bill": "0721"},
    ],
    keeps=[
        _ESA,
        {**_ESA, "/lines/1/modifiers": ["EB"]},
        {**_ESA, "/lines/1/modifiers": [], "/diagnoses/-": {"code": "N18.6"}},
        {**_ESA, "/lines/1/modifiers": [], "/coverages/0/claim_filing": "CI"},
        {**_ESA, "/lines/1/modifiers": [], "/lines/1/hcpcs": "J1756"},
        {BASE: "facility", "/lines/1/hcpcs": "J0885", "/type_of_bill": "0721"},
        {"/lines/1/hcpcs": "J0885", "/lines/1/place_of_service": "65"},
        {"/lines/1/hcpcs": "J0885", "/lines/1/modifiers": ["JW"]},
    ],
)
def reason_missing(case: Case) -> Iterator[Hit]:
    """Medicare pays these drugs outside dialysis only where the claim tells the cause of the anaemia."""
    wanted = national(_TOPIC, "modifier")
    for i, line in _lines(case):
        count = len(modifiers_of(line).intersection(wanted))
        if count != 1:
            words = ("none", "one", "two", "all three")[count]
            where = box(case, "24D", "44")
            yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code_of(line), count=words, box=where)


_WHERE = {
    "facility": ("FL 39, value code 48 or 49", "/value_codes/{n}/code"),
    "professional": ("2400 MEA, item 19", None),
}
"""Where a blood value stands, and the datum of the crosswalk where that is not the line's own."""


@rule(
    "ESA-002",
    "blood-value-missing",
    message="line {line} bills {hcpcs} without haemoglobin or haematocrit ({where})",
    help="Write the latest value before the dose: test_results R1 haemoglobin or R2 haematocrit; on hospital "
    "claims value code 48 or 49.",
    source="CMS Pub. 100-04 ch. 17 §80.12; rules catalogue 0.5 no. 21 (value: to be verified)",
    severity="warning",
    snip=7,
    also=("ESA",),
    codes=_DRUGS,
    breaks=[
        {**_ESA, "/lines/1/test_results": []},
        {**_ESA, "/lines/1/test_results": [{"type": "HT", "value": "170"}]},
        {"/lines/1/hcpcs": "J0885", "/note": "HGB 9.4", "/setting": "facility"},
        {"/lines/1/hcpcs": "Q5106"},
        {"/lines/1/hcpcs": "J0881"},
        {"/lines/1/hcpcs": "J0885", "/lines/1/test_results": [{"type": "R2"}]},
        {"/lines/1/hcpcs": "J0885", "/lines/0/hcpcs": "J0885"},
        {"/lines/1/hcpcs": "J0885", BASE: "inpatient"},
    ],
    keeps=[
        _ESA,
        {**_ESA, "/lines/1/test_results": [{"type": "R2", "value": "28.1"}]},
        {**_ESA, "/lines/1/test_results": [], "/note": "HGB 9.4"},
        {**_ESA, "/lines/1/test_results": [], "/diagnoses/-": {"code": "Z99.2"}},
        {BASE: "facility", "/lines/1/hcpcs": "J0885", "/value_codes": [{"code": "49", "amount": "30"}]},
    ],
)
def value_missing(case: Case) -> Iterator[Hit]:
    """The value stands beside the drug: MEA on the line, item 19 on paper, a value code on the UB-04."""
    claim = case.claim
    if claim.setting == "facility":
        if any(v.code in national(_TOPIC, "value") for v in claim.value_codes):
            return
    elif claim.note:
        return
    where, datum = _WHERE["facility" if claim.setting == "facility" else "professional"]
    for i, line in _lines(case):
        if not any(t.type in national(_TOPIC, "result") and t.value is not None for t in line.test_results):
            path = f"/lines/{i}/test_results"
            yield Hit(path, line=i + 1, hcpcs=code_of(line), where=where).wanting(datum)
