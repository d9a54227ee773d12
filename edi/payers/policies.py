"""Policies: what payers decide differently, by name and value."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from difflib import get_close_matches
from functools import cache
from typing import Any, Literal, get_args, get_origin, get_type_hints

from edi.errors import UnknownPayer


@dataclass(frozen=True, slots=True, kw_only=True)
class Policies:
    """What payers decide differently. Names and values are those of the contract, section 5."""

    rev_admin_policy: Literal["split", "admin_0636"] | dict[str, str] = "split"
    """Revenue code of administrations: by kind, 0636, or a table code -> revenue code."""
    complex_biologic_policy: Literal["drug_list", "cpt_mac", "textbook", "ask"] = "drug_list"
    """Which biologics are coded with the chemotherapy family."""
    mod52_policy: Literal["cpt_time", "textbook", "ask"] = "cpt_time"
    """Whether an infusion that was stopped early carries modifier 52."""
    aborted_policy: Literal["actual_time", "intent"] = "actual_time"
    """How a planned infusion of 15 minutes or less is coded."""
    missing_stop: Literal["push", "calculate", "hold"] = "push"
    """What an infusion without a stop time becomes."""
    same_drug_repeat: Literal["each_interval", "sum"] = "each_interval"
    """How a second infusion of the same drug counts."""
    partial_overlap: Literal["tail_sequential", "concurrent_if_16", "any_overlap"] = "tail_sequential"
    """What overlapping infusions are to each other."""
    hyd_segments: Literal["each_31", "sum"] = "each_31"
    """Whether each stretch of hydration must reach the minimum, or their sum."""
    midnight_dos: Literal["start", "by_increment"] = "start"
    """Service date of hours after midnight."""
    distinct_modifier: Literal["59", "X"] = "59"
    """59, or XE, XS, XU."""
    jwjz_required: Literal["yes", "no", "medicare"] = "no"
    """Whether single-dose drugs need JW or JZ; `medicare`: where the claim filing code is MA or MB."""
    jwjz_missing_carc: Literal["16", "4", "both"] = "4"
    """CARC with which a missing JW or JZ is denied."""
    initial_rule: Literal["by_setting", "hierarchy", "primary_reason"] = "by_setting"
    """How the initial service is chosen."""
    ndc_required: Literal["yes", "no"] = "no"
    """Whether drug lines need an NDC."""
    hydration_minimum: int = 31
    """Minutes from which hydration is billable."""
    pre_post_hydration: Literal["payable", "integral"] = "payable"
    """Whether hydration before and after a drug that needs it is paid apart."""
    form_totals: Literal["last", "each"] = "last"
    """Where the total stands when a claim fills several sheets of a form: on the last, or on each its own."""
    filing_days: int = 0
    """Days after the service within which a claim must be with the payer; 0: not known, or Medicare."""

    def settled(self, *, setting: str | None, claim_filing: str | None) -> "Policies":
        """The same policies with the values that depend on the claim worked out.

        `initial_rule` becomes hierarchy or primary_reason, `jwjz_required` yes or no.
        """
        initial = self.initial_rule
        if initial == "by_setting":
            initial = "hierarchy" if setting == "facility" else "primary_reason"
        required = self.jwjz_required
        if required == "medicare":
            required = "yes" if claim_filing in MEDICARE_FILING else "no"
        if (initial, required) == (self.initial_rule, self.jwjz_required):
            return self
        return replace(self, initial_rule=initial, jwjz_required=required)


MEDICARE_FILING = ("MA", "MB")
NAMES = tuple(f.name for f in fields(Policies))
POLICY_TEXTS = {
    "rev_admin_policy": "Revenue code of administrations: by kind (split), 0636 like the drug, or a table.",
    "complex_biologic_policy": "Which biologics are coded with the chemotherapy family.",
    "mod52_policy": "Whether an infusion that was stopped early carries modifier 52.",
    "aborted_policy": "How a planned infusion of 15 minutes or less is coded: by its time or by intent.",
    "missing_stop": "What an infusion without a stop time becomes.",
    "same_drug_repeat": "How a second infusion of the same drug counts.",
    "partial_overlap": "What infusions that overlap in part are to each other.",
    "hyd_segments": "Whether each stretch of hydration must reach the minimum, or their sum.",
    "midnight_dos": "Service date of the hours after midnight.",
    "distinct_modifier": "Modifier of a distinct service: 59, or XE, XS, XU.",
    "jwjz_required": "Whether single-dose drugs need JW or JZ.",
    "jwjz_missing_carc": "CARC with which a missing JW or JZ is denied.",
    "initial_rule": "How the initial service is chosen: by rank, or by the main reason of the visit.",
    "ndc_required": "Whether drug lines need an NDC.",
    "hydration_minimum": "Minutes from which hydration is billable.",
    "pre_post_hydration": "Whether hydration before and after a drug that needs it is paid apart.",
    "form_totals": "Where the total of a claim on several sheets stands: on the last, or on each its own.",
    "filing_days": "Days after the service within which claims have to be with the payer; 0 where not known.",
}
"""What each policy decides."""
RANGES = {"hydration_minimum": (1, 240, "minutes"), "filing_days": (0, 3660, "days")}
"""Least and greatest value, and unit, of the policies that are numbers."""


@cache
def kinds() -> dict[str, Any]:
    """The type of each policy by its name."""
    return get_type_hints(Policies)


def with_policies(base: Policies, values: Mapping[str, Any], *, where: str) -> Policies:
    """`base` with some policies set.

    Raises:
        UnknownPayer: a policy or a value that does not exist; says the nearest one.
    """
    if not values:
        return base
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in NAMES:
            near = get_close_matches(name, NAMES, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownPayer(f"{where}: there is no policy {name}{hint}")
        checked[name] = _value(name, kinds()[name], value, where)
    return replace(base, **checked)


def _value(name: str, kind: Any, value: Any, where: str) -> Any:
    """A policy value of the right type, from TOML, JSON or the command line."""
    if kind is int:
        least, most, unit = RANGES[name]
        if isinstance(value, bool) or not str(value).isdecimal() or not least <= int(value) <= most:
            raise UnknownPayer(f"{where}: {name} is a number of {unit}, {least} to {most}")
        return int(value)
    choices = kind if get_origin(kind) is Literal else get_args(kind)[0]
    allowed = get_args(choices)
    if isinstance(value, Mapping) and kind is not choices:
        if not all(isinstance(v, str) and len(v) == 4 and v.isdecimal() for v in value.values()):
            raise UnknownPayer(f"{where}: {name} maps procedure codes to revenue codes of four digits")
        return dict(value)
    if str(value) not in allowed:
        raise UnknownPayer(f"{where}: {name} is one of {', '.join(allowed)}")
    return str(value)


def allowed_values(name: str) -> tuple[str, ...]:
    """The values that a policy may take, for help texts."""
    kind = kinds()[name]
    if kind is int:
        return (RANGES[name][2],)
    return get_args(kind if get_origin(kind) is Literal else get_args(kind)[0])
