"""Hospitals and units outside the inpatient payment system, told by the taxonomy of who bills."""

from functools import cache

from edi import tables
from edi.codes import taxonomy
from edi.rules.base import Case


@cache
def _windows() -> dict[str, int]:
    return {row["taxonomy"]: int(row["window_days"]) for row in tables.rows("coding/excluded_hospitals.csv")}


def excluded_hospital(case: Case) -> int | None:
    """Days before an admission whose outpatient services belong to the stay; None: no such hospital."""
    provider = case.claim.billing_provider
    code = provider.taxonomy if provider else None
    return _windows().get(taxonomy.compact(code)) if code else None
