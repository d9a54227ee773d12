"""Payer rules: an overlay per payer, and the policies that it sets.

An overlay is a TOML file of `schemas/payers` or of the user. It inherits from another one, sets policies,
changes severities, tightens lines of the guides, adds rules of its own, and says by `[match]` for which
payers it is meant. Which overlay holds is chosen in `edi.pipeline` and handed down; nothing below looks
for it.
"""

from edi.payers.overlay import (
    BY_DEFAULT,
    DEFAULT,
    Overlay,
    OwnRule,
    SeverityChange,
    Tightening,
    choose,
    load,
    shipped,
)
from edi.payers.policies import (
    MEDICARE_FILING,
    NAMES,
    POLICY_TEXTS,
    Policies,
    allowed_values,
    with_policies,
)
from edi.payers.schema import CONDITIONS, Condition, overlay_schema

__all__ = [
    "CONDITIONS",
    "BY_DEFAULT",
    "DEFAULT",
    "MEDICARE_FILING",
    "NAMES",
    "POLICY_TEXTS",
    "Condition",
    "Overlay",
    "OwnRule",
    "Policies",
    "SeverityChange",
    "Tightening",
    "allowed_values",
    "choose",
    "load",
    "overlay_schema",
    "shipped",
    "with_policies",
]
