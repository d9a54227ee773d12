"""The catalogue of rules, filtered."""

import difflib
from collections.abc import Iterable
from typing import Any

from edi import payers
from edi.errors import EdiError
from edi.finding import SEVERITIES
from edi.rules import Rule, all_rules
from edi.rules.denials import denials

SETTINGS = ("professional", "facility")


def select(
    *,
    area: str | None = None,
    setting: str | None = None,
    severity: str | None = None,
    snip: int | None = None,
    policy: str | None = None,
) -> list[Rule]:
    """The rules that fit all that is asked for, by id.

    `setting` keeps the rules for both settings too; `policy` is a name, or `name=value`.

    Raises:
        EdiError: there is no such area, setting, severity, policy or value; the message names the nearest.
    """
    name, _, value = (policy or "").partition("=")
    _known(area, sorted({rule.area for rule in all_rules()}), "area")
    _known(setting, SETTINGS, "setting")
    _known(severity, SEVERITIES, "severity")
    _known(name or None, payers.NAMES, "policy")
    if value:
        payers.with_policies(payers.Policies(), {name: value}, where="--policy")
    return [
        rule
        for rule in all_rules()
        if area in (None, rule.area)
        and (setting is None or rule.setting in (None, setting))
        and severity in (None, rule.severity)
        and snip in (None, rule.snip)
        and (not name or name in rule.when)
        and (not value or value in rule.when[name])
    ]


def _known(word: str | None, words: Iterable[str], what: str) -> None:
    there = list(words)
    if word is None or word in there:
        return
    near = difflib.get_close_matches(word, there, 1)
    hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(there)}"
    raise EdiError(f"there is no {what} of that name; {hint}")


def to_dict(rule: Rule) -> dict[str, Any]:
    """A rule as JSON values."""
    return {
        "id": rule.id,
        "name": rule.name,
        "area": rule.area,
        "severity": rule.severity,
        "setting": rule.setting,
        "snip": rule.snip,
        "message": rule.message,
        "why": rule.doc,
        "help": rule.help,
        "source": rule.source,
        "also": list(rule.also),
        "codes": sorted(rule.codes),
        "modifiers": sorted(rule.modifiers),
        "needs": sorted(rule.needs),
        "when": {name: list(values) for name, values in rule.when.items()},
        "denials": [
            {"group": d.group, "code": d.code, "remarks": list(d.remarks), "likelihood": d.likelihood}
            for d in denials().get(rule.id, ())
        ],
    }
