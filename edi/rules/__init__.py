"""Business rules: what a rule is, what it sees, and where all of them are.

A rule is one decorated function of a `Case`. `all_rules` finds them by walking this package; nothing is
registered by import.
"""

from edi.rules.base import Case, Example, Hit, Rule, all_rules, rule, rule_by_id

__all__ = ["Case", "Example", "Hit", "Rule", "all_rules", "rule", "rule_by_id"]
