"""Which code lists a claim would have needed, and which nobody has loaded for its service dates."""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from datetime import date
from typing import Any

from edi.codes import bill_type, hcpcs, icd10, modifier, taxonomy
from edi.coding.family import codes as family
from edi.model.claim import Claim, other_coverages
from edi.model.party import Adjudication
from edi.refdata import Lists
from edi.rules.asks import all_providers, day_one, named_on_lines, sent_above_lines, stated_codes
from edi.rules.base import Case, per_lines

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
    "poa_exempt": "diagnoses exempt from present on admission",
    "taxonomy": "provider taxonomy codes",
    "carc": "adjustment reasons",
    "rarc": "remittance remarks",
}
"""Lists that ship in part or for some years only, as a message names them, in the order in which it does."""
_MOST_SEEN = 65536
"""Codes with their dates that are remembered as judged."""
_MOST_DAYS = 64
"""Days, or stretches of days, of which the diagnoses are."""
_MOST_GROUPS = 2048
"""Groups of codes with their dates that are."""

Coded = tuple[str, str, date | None]
"""Name of a list, a code as it is stated, the date by which it is judged, None for that of the claim."""


class Unchecked:
    """The lists that claims would have needed: each list is told once, each code looked at once."""

    def __init__(self) -> None:
        self._told: set[str] = set()
        self._groups: set[tuple[Hashable, date | None]] = set()
        self._diagnoses: dict[date | None, set[str]] = {}
        self._seen: set[Coded] = set()

    def of(self, case: Case) -> set[str]:
        """Names of lists by which a code of the claim is neither valid nor invalid on its date.

        A code of the infusion family, or a drug code of the shipped table, is judged by that table.
        """
        claim, lists = case.claim, case.lists
        first = day_one(case)
        day = None if first is None else lists.since(first)
        coded: set[Coded] = set()
        if "icd10cm" not in self._told:
            if len(self._diagnoses) >= _MOST_DAYS:
                self._diagnoses.clear()
            known = self._diagnoses.setdefault(day, set())
            if not known.issuperset(codes := stated_codes(case)):
                _remember(known, codes)
                coded = {("icd10cm", code, day) for code in codes}
        if "taxonomy" not in self._told:
            coded.update([("taxonomy", code, day) for code in _taxonomies(case)])
        for group in (_of_lines(case), _further(claim)):
            if group and (group, day) not in self._groups:
                _remember(self._groups, ((group, day),), _MOST_GROUPS)
                coded |= {(name, code, day if on is None else lists.since(on)) for name, code, on in group}
        fresh = coded - self._seen
        if not fresh:
            return set()
        _remember(self._seen, fresh)
        found = {one[0] for one in fresh if one[1] and one[0] not in self._told and _lacks(lists, *one)}
        self._told |= found
        return found


def _remember(held: set[Any], more: Collection[object], most: int = _MOST_SEEN) -> None:
    if len(held) >= most:
        held.clear()
    held.update(more)


_SHAPES: Mapping[str, tuple[Callable[[str], str | None], Callable[[str], str]]] = {
    "icd10cm": (icd10.problem, icd10.compact),
    "poa_exempt": (icd10.problem, icd10.compact),
    "taxonomy": (taxonomy.problem, taxonomy.compact),
    "modifiers": (modifier.problem, modifier.compact),
    "type_of_bill": (bill_type.problem, lambda code: bill_type.facility(code) or ""),
}
"""Lists whose codes have a shape: what is wrong with one, and how the list writes it."""


def _lacks(lists: Lists, name: str, code: str, day: date | None) -> bool:
    """Whether a list can not say that the code is valid on the day; a malformed code is another matter."""
    if name in _SHAPES:
        problem, written = _SHAPES[name]
        if problem(code):
            return False
        code = written(code)
    answer = lists.known(name, code, day) if day is None else lists.listed(name, code, day).known
    return answer is None and not _shipped(name, code, lists)


def _shipped(name: str, code: str, lists: Lists) -> bool:
    if name == "hcpcs" and lists.drug_rows(code):
        return True
    return name in ("hcpcs", "cpt") and code in family()


@per_lines
def _of_lines(case: Case) -> frozenset[Coded]:
    """Codes of the lines; a line without a day is judged by that of its claim."""
    found: set[Coded] = set()
    for line in case.claim.lines:
        day = None if line.service_date is None else case.lists.since(line.service_date)
        if line.revenue_code:
            found.add(("revenue", line.revenue_code, day))
        kind = hcpcs.kind(line.hcpcs) if line.hcpcs else None
        if line.hcpcs and kind is not None:
            found.add(("hcpcs" if kind == "level_two" else "cpt", hcpcs.compact(line.hcpcs), day))
        found.update(("modifiers", one, day) for one in line.modifiers)
    return frozenset(found)


def _taxonomies(case: Case) -> list[str]:
    if named_on_lines(case):
        return [one.taxonomy for *_, one in all_providers(case) if one.taxonomy]
    return [one.taxonomy for one in sent_above_lines(case.claim) if one is not None and one.taxonomy]


def _further(claim: Claim) -> tuple[Coded, ...]:
    """Further codes of a claim, without a day where that of the claim decides."""
    found: list[Coded] = [("condition", code.upper(), None) for code in claim.condition_codes]
    if claim.setting == "facility":
        found += _of_facility(claim)
    if any(one.adjudication is not None for one in claim.coverages):
        for _, coverage in other_coverages(claim):
            if coverage.adjudication is not None:
                found += _of_decision(coverage.adjudication, coverage.adjudication.paid_date)
    return tuple(found)


def _of_facility(claim: Claim) -> list[Coded]:
    found: list[Coded] = []
    if claim.type_of_bill:
        found.append(("type_of_bill", claim.type_of_bill, None))
        if bill_type.facility(claim.type_of_bill) == "11":
            unsaid = [one for one in claim.diagnoses if not one.present_on_admission]
            found += [("poa_exempt", one.code or "", None) for one in unsaid]
    if claim.admission is not None:
        found.append(("admission_source", (claim.admission.source or "").upper(), None))
        found.append(("patient_status", claim.admission.patient_status or "", None))
    for name, held in (
        ("occurrence", claim.occurrence_codes),
        ("occurrence_span", claim.occurrence_spans),
        ("value", claim.value_codes),
    ):
        found += [(name, (one.code or "").upper(), None) for one in held]
    return found


def _of_decision(decision: Adjudication, day: date | None) -> Iterator[Coded]:
    for one in (*decision.adjustments, *(a for line in decision.lines for a in line.adjustments)):
        yield "carc", (one.reason or "").upper(), day
    for remark in decision.remark_codes:
        yield "rarc", remark.upper(), day
