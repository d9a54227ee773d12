"""Which code lists a claim would have needed, and which nobody has loaded for its service dates."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from edi.codes import bill_type, hcpcs, icd10, modifier, taxonomy
from edi.coding.family import codes as family
from edi.model.claim import Claim, other_coverages
from edi.model.party import Adjudication
from edi.refdata import Lists
from edi.rules.asks import all_providers, day_one
from edi.rules.base import Case

WORDS = {
    "icd10cm": "ICD-10-CM diagnoses",
    "hcpcs": "HCPCS Level II codes",
    "cpt": "CPT codes",
    "modifiers": "modifiers",
    "revenue": "revenue codes",
    "type_of_bill": "types of bill",
    "admission_source": "points of origin",
    "patient_status": "patient status codes",
    "condition": "condition codes",
    "occurrence": "occurrence codes",
    "occurrence_span": "occurrence span codes",
    "value": "value codes",
    "taxonomy": "provider taxonomy codes",
    "carc": "adjustment reasons",
    "rarc": "remittance remarks",
}
"""Lists that ship in part or for some years only, as a message names them, in the order in which it does."""
_NONE = frozenset[str]()


def unchecked(case: Case, known: set[str]) -> set[str]:
    """Names of lists by which a code of the claim is neither valid nor invalid on its date.

    A code of the infusion family, or a drug code of the shipped table, is judged by that table. `known` are
    names that need not be looked at again.
    """
    claim, lists = case.claim, case.lists
    found: set[str] = set()
    day = day_one(case)
    if "icd10cm" not in known:
        for diagnosis in claim.diagnoses:
            if diagnosis.code:
                found |= _of_diagnosis(lists, diagnosis.code, day)
    for line in claim.lines:
        on = line.service_date or day
        found |= _of_line(lists, line.hcpcs, tuple(line.modifiers), line.revenue_code, on)
    if "taxonomy" not in known:
        for _, _, _, provider in all_providers(case):
            if provider.taxonomy:
                found |= _of_provider(lists, provider.taxonomy, day)
    for name, code, on in _further(claim, day):
        if name not in known and name not in found:
            found |= _lacking(lists, name, code, on)
    return found - known


@lru_cache(maxsize=16384)
def _lacking(lists: Lists, name: str, code: str, day: date | None) -> frozenset[str]:
    """The name of a list, if it can not say whether the code is valid on the day."""
    if not code:
        return _NONE
    answer = lists.known(name, code, day) if day is None else lists.listed(name, code, day).known
    return frozenset((name,)) if answer is None and not _shipped(name, code, lists) else _NONE


def _shipped(name: str, code: str, lists: Lists) -> bool:
    if name == "hcpcs" and lists.drug_rows(code):
        return True
    return name in ("hcpcs", "cpt") and code in family()


@lru_cache(maxsize=4096)
def _of_diagnosis(lists: Lists, code: str, day: date | None) -> frozenset[str]:
    """A code that has no shape of its kind is another matter here and below."""
    return _NONE if icd10.problem(code) else _lacking(lists, "icd10cm", icd10.compact(code), day)


@lru_cache(maxsize=4096)
def _of_line(
    lists: Lists, procedure: str | None, modifiers: tuple[str, ...], revenue: str | None, day: date | None
) -> frozenset[str]:
    found = _lacking(lists, "revenue", revenue or "", day)
    kind = hcpcs.kind(procedure) if procedure else None
    if kind is not None:
        name = "hcpcs" if kind == "level_two" else "cpt"
        found |= _lacking(lists, name, hcpcs.compact(procedure or ""), day)
    for one in modifiers:
        if modifier.problem(one) is None:
            found |= _lacking(lists, "modifiers", modifier.compact(one), day)
    return found


@lru_cache(maxsize=4096)
def _of_provider(lists: Lists, code: str, day: date | None) -> frozenset[str]:
    return _NONE if taxonomy.problem(code) else _lacking(lists, "taxonomy", taxonomy.compact(code), day)


Coded = tuple[str, str, date | None]
"""Name of a list, a code as the list writes it, the date by which it is judged."""


def _further(claim: Claim, day: date | None) -> Iterator[Coded]:
    """Further codes of a claim; where a shape is known, only a code that has it."""
    for code in claim.condition_codes:
        yield "condition", code.upper(), day
    if claim.setting == "facility":
        yield from _of_facility(claim, day)
    for _, coverage in other_coverages(claim):
        if coverage.adjudication is not None:
            yield from _of_decision(coverage.adjudication, coverage.adjudication.paid_date or day)


def _of_facility(claim: Claim, day: date | None) -> Iterator[Coded]:
    if claim.type_of_bill and bill_type.problem(claim.type_of_bill) is None:
        yield "type_of_bill", bill_type.facility(claim.type_of_bill), day
    if claim.admission is not None:
        yield "admission_source", (claim.admission.source or "").upper(), day
        yield "patient_status", claim.admission.patient_status or "", day
    for occurrence in claim.occurrence_codes:
        yield "occurrence", (occurrence.code or "").upper(), day
    for span in claim.occurrence_spans:
        yield "occurrence_span", (span.code or "").upper(), day
    for value in claim.value_codes:
        yield "value", (value.code or "").upper(), day


def _of_decision(decision: Adjudication, day: date | None) -> Iterator[Coded]:
    for one in (*decision.adjustments, *(a for line in decision.lines for a in line.adjustments)):
        yield "carc", (one.reason or "").upper(), day
    for remark in decision.remark_codes:
        yield "rarc", remark.upper(), day
