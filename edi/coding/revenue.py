"""Revenue codes of a facility's lines, by policy; rules catalogue K01 and C.3."""

from functools import cache

from edi import tables
from edi.coding.family import codes
from edi.payers import Policies

DRUGS = "0636"
"""Drugs that need a HCPCS code."""
PHARMACY = "0250"
"""Drugs without one."""


@cache
def _services() -> dict[str, str]:
    return {row["code"]: row["revenue"] for row in tables.rows("coding/service_revenue.csv")}


def of_administration(code: str, policies: Policies) -> str:
    """Revenue code of an administration: the payer's own table, else 0636 for the therapeutic codes under
    `admin_0636`, else the usual one."""
    policy = policies.rev_admin_policy
    if isinstance(policy, dict):
        return policy.get(code, codes()[code].revenue)
    if policy == "admin_0636" and code.startswith("963"):
        return DRUGS
    return codes()[code].revenue


def of_drug(code: str | None) -> str:
    """Revenue code of a drug line."""
    return DRUGS if code else PHARMACY


def of_service(code: str | None, policies: Policies) -> str | None:
    """Revenue code of another service, where it is usual enough to propose."""
    if code is None:
        return None
    if code in codes():
        return of_administration(code, policies)
    return _services().get(code)
