"""The documentation score: which elements of a record stand behind each administration, and what to ask.

Elements, values, weights and questions are `schemas/coding/documentation.csv`; a test of the value decides
whether it is there, is missing, or does not apply to this administration.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from edi import tables
from edi.coding.timeline import Given
from edi.finding import Documentation, Query
from edi.model.claim import billed_coverage
from edi.rules.base import Case
from edi.rules.doc.charted import by_vein, charted
from edi.rules.doc.content import lacks_dose
from edi.rules.mod.distinct import EVALUATION

State = Literal["present", "missing", "not applicable"]
Test = Callable[[Case, Given], bool | None]
"""True: there; False: missing; None: does not apply."""


@dataclass(frozen=True, slots=True)
class Value:
    """One row of the table: a value that an element needs."""

    number: int
    element: str
    field: str
    rule: str
    weight: int
    ask: str
    question: str


@cache
def values() -> tuple[Value, ...]:
    """All rows of the table, by element."""
    return tuple(
        Value(
            number=int(row["number"]),
            element=row["element"],
            field=row["field"],
            rule=row["rule"],
            weight=int(row["weight"]),
            ask=row["ask"],
            question=row["question"],
        )
        for row in tables.rows("coding/documentation.csv")
    )


def _filled(text: str | None) -> bool:
    return bool((text or "").strip())


def _start(_: Case, given: Given) -> bool | None:
    if given.documented in ("injection", "on_body"):
        return True if given.start.seconds is not None else None
    return given.start.seconds is not None


def _stop(_: Case, given: Given) -> bool | None:
    if given.documented != "infusion":
        return None
    return given.stop.seconds is not None and given.excluded != "stop_before_start"


def _order(_: Case, given: Given) -> bool:
    order = given.source.order
    return order is not None and (_filled(order.id) or _filled(order.by_npi))


def _indication(_: Case, given: Given) -> bool:
    order = given.source.order
    return order is not None and _filled(order.indication)


def _iv_rationale(_: Case, given: Given) -> bool | None:
    if not by_vein(given) or given.klass not in ("therapeutic", "hydration"):
        return None
    return _filled(given.source.iv_rationale)


def _kind(_: Case, given: Given) -> bool | None:
    if given.documented != "infusion":
        return None
    # by the clock the kind is known as soon as both times are
    return given.source.documented_type is not None or (given.excluded is None and not given.stop_fallback)


def _site(_: Case, given: Given) -> bool | None:
    return _filled(given.source.access_site) if by_vein(given) else None


def _site_reason(case: Case, given: Given) -> bool | None:
    peers = [g for g in charted(case) if g.visit == given.visit and by_vein(g) and g.site]
    if not by_vein(given) or len({g.site for g in peers}) < 2 or peers[0].site == given.site:
        return None
    return _filled(given.source.site_reason)


def _discard(case: Case, given: Given) -> bool | None:
    if not any(d.administration == given.id and d.discarded for d in case.timeline.dosing):
        return None
    record = given.source.discard
    return record is not None and _filled(record.reason) and _filled(record.recorded_by)


def _intensity(_: Case, given: Given) -> bool | None:
    if given.klass != "chemo" or given.drug is None or given.drug.drug_class != "complex_biologic":
        return None
    return bool(given.source.intensity_factors)


def _pauses(_: Case, given: Given) -> bool | None:
    if not given.pauses:
        return None
    return all(p.start.seconds is not None and p.stop.seconds is not None for p in given.pauses)


def _weight(case: Case, given: Given) -> bool | None:
    if given.klass != "chemo":
        return None
    patient = case.claim.patient
    return patient is not None and patient.weight_kg is not None


def _ordered_dose(_: Case, given: Given) -> bool:
    return given.source.order is not None and given.source.order.dose is not None


def _billed_drug(given: Given) -> bool:
    return bool(given.source.hcpcs) and not given.source.patient_supplied and given.klass != "hydration"


def _ndc(_: Case, given: Given) -> bool | None:
    return _filled(given.source.ndc) if _billed_drug(given) else None


def _lot(_: Case, given: Given) -> bool | None:
    return _filled(given.source.lot) if _billed_drug(given) else None


def _supervision(case: Case, _: Given) -> bool | None:
    claim = case.claim
    if claim.setting != "professional" or claim.ownership != "practice" or claim.place_of_service != "11":
        return None
    return claim.supervision is not None or claim.supervising_provider is not None


def _separate_note(case: Case, given: Given) -> bool | None:
    notes = [
        line.separate_note is True
        for _, line in case.lines(*EVALUATION)
        if "25" in line.modifiers and given.service_date in (None, line.service_date)
    ]
    return all(notes) if notes else None


def _authorization(case: Case, given: Given) -> bool | None:
    coverage = billed_coverage(case.claim)
    if coverage is None:
        return None
    wanted = {code.strip().upper() for code in coverage.authorization_required}
    billed = {
        (line.hcpcs or "").upper() for line in case.claim.lines if given.id in line.administrations
    } & wanted
    if not billed:
        return None
    held = [(one.hcpcs or "").strip().upper() for one in coverage.authorizations if one.number]
    return all(code in held or "" in held for code in billed)


def _stop_reason(_: Case, given: Given) -> bool | None:
    planned = given.source.planned_minutes
    if given.documented != "infusion" or not planned or given.minutes is None or given.minutes >= planned:
        return None
    return _filled(given.source.stop_reason)


TESTS: dict[str, Test] = {
    "start": _start,
    "recorded_by": lambda _, g: _filled(g.source.recorded_by) or g.source.times_source is not None,
    "stop": _stop,
    "drug": lambda _, g: _filled(g.source.drug),
    "dose": lambda _, g: not lacks_dose(g),
    "route": lambda _, g: _filled(g.source.route),
    "order": _order,
    "indication": _indication,
    "iv_rationale": _iv_rationale,
    "signed_by": lambda _, g: _filled(g.source.signed_by),
    "signer_credential": lambda _, g: _filled(g.source.signer_credential),
    "kind": _kind,
    "access_site": _site,
    "site_reason": _site_reason,
    "discard": _discard,
    "intensity_factors": _intensity,
    "pauses": _pauses,
    "weight": _weight,
    "ordered_dose": _ordered_dose,
    "ndc": _ndc,
    "lot": _lot,
    "supervision": _supervision,
    "separate_note": _separate_note,
    "authorization": _authorization,
    "stop_reason": _stop_reason,
}
"""How to tell whether each value of the table is there."""


def documentation(case: Case, index: int = 0) -> Iterator[Documentation]:
    """The score of each administration that was given for itself; nothing where there is no encounter.

    Args:
        case: the claim with its record.
        index: position of the record in its file.
    """
    if case.assembled is None:
        return
    for given in charted(case):
        yield _scored(case, given, index)


def _scored(case: Case, given: Given, index: int) -> Documentation:
    elements: dict[str, State] = {}
    weights: dict[str, int] = {}
    queries: list[Query] = []
    for value in values():
        state = TESTS[value.field](case, given)
        weights[value.element] = value.weight
        known = elements.setdefault(value.element, "not applicable")
        if state is False:
            elements[value.element] = "missing"
            question = value.question.format(drug=given.name, id=given.id)
            queries.append(Query(element=value.element, ask=value.ask, question=question, rule=value.rule))
        elif state and known == "not applicable":
            elements[value.element] = "present"
    due = sum(weights[name] for name, state in elements.items() if state != "not applicable")
    there = sum(weights[name] for name, state in elements.items() if state == "present")
    return Documentation(
        claim=case.claim.claim_id,
        index=index,
        administration=given.id,
        drug=given.name,
        score=round(100 * there / due) if due else 100,
        elements=elements,
        queries=tuple(queries),
    )
