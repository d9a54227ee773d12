"""Which administrations the documentation rules look at, and how sure they can be."""

from collections.abc import Iterator

from edi.coding.timeline import INCLUDED, Given
from edi.finding import Severity
from edi.rules.base import Case

ARTICLES = "two source articles on 96365 (rules catalogue H.1)"
_KEPT = ("iv_rationale", "recorded_by", "signed_by", "signer_credential", "signed_at")


def charted(case: Case) -> Iterator[Given]:
    """Drugs and fluids that were given for themselves: neither vehicles nor flushes."""
    for given in case.timeline.given:
        if given.excluded not in (*INCLUDED, "not_injected"):
            yield given


def severity(case: Case) -> Severity | None:
    """Warning where the record holds no order and no signature at all, else that of the rule.

    Such a record is an extract for coding: what it lacks may well stand in the chart.
    """
    for given in case.timeline.given:
        order = given.source.order
        if order is not None and (order.id or order.by_npi or order.indication):
            return None
        if any(getattr(given.source, name) for name in _KEPT):
            return None
    return "warning"


def by_vein(given: Given) -> bool:
    """Whether it ran or was pushed into a vein, as far as the record says."""
    return given.route in (None, "IV") and given.documented in ("infusion", "push", "pump")


def at(given: Given, key: str) -> str:
    """Pointer to a value of an administration."""
    return f"/administrations/{given.index}/{key}"
