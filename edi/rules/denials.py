"""How payers answer a broken rule: group, CARC, RARC, likelihood and first action, as a table."""

from functools import cache
from typing import Literal, cast

from edi import tables
from edi.errors import TableError
from edi.finding import Denial
from edi.payers import NAMES, Policies


@cache
def denials() -> dict[str, tuple[Denial, ...]]:
    """The denials of each rule id, whatever the payer."""
    found: dict[str, list[Denial]] = {}
    for row in tables.rows("coding/denials.csv"):
        found.setdefault(row["rule"], []).append(
            Denial(
                group=row["group"],
                code=row["code"],
                remarks=tuple(row["remarks"].split()),
                basis=cast(Literal["textbook", "official"], row["basis"]),
                likelihood=cast(Literal["high", "medium", "low"], row["likelihood"]),
                first_action=row["first_action"],
            )
        )
    return {rule: tuple(rows) for rule, rows in found.items()}


def denials_under(rule_id: str, policies: Policies) -> tuple[Denial, ...]:
    """The denials of a rule that a payer of these policies is likely to use."""
    limits = _limits().get(rule_id)
    found = denials().get(rule_id, ())
    if limits is None:
        return found
    return tuple(
        denial
        for denial in found
        if (limit := limits.get((denial.code, denial.basis))) is None
        or str(getattr(policies, limit[0])) in limit[1]
    )


def shown_where(rule_id: str, denial: Denial) -> tuple[str, tuple[str, ...]] | None:
    """The policy and its values under which a denial is shown; None: it is always shown."""
    return _limits().get(rule_id, {}).get((denial.code, denial.basis))


@cache
def _limits() -> dict[str, dict[tuple[str, str], tuple[str, tuple[str, ...]]]]:
    """For some denials of a rule, by CARC and basis, the policy and its values under which they are shown.

    Raises:
        TableError: a row names no policy, or no denial of denials.csv.
    """
    found: dict[str, dict[tuple[str, str], tuple[str, tuple[str, ...]]]] = {}
    for row in tables.rows("coding/denial_policies.csv"):
        known = {(d.code, d.basis) for d in denials().get(row["rule"], ())}
        if row["policy"] not in NAMES or (row["code"], row["basis"]) not in known:
            raise TableError(
                f"coding/denial_policies.csv: {row['rule']} {row['code']} fits no policy or denial"
            )
        limit = (row["policy"], tuple(row["values"].split()))
        found.setdefault(row["rule"], {})[row["code"], row["basis"]] = limit
    return found
