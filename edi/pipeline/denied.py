"""Pages of adjustment reasons and remark codes: the denials turned round, from the answer to the rules."""

import re
from collections.abc import Iterator

from edi import tables
from edi.finding import Denial
from edi.pipeline.prose import bullet, bullets, filled, table
from edi.rules import Rule, rule_by_id
from edi.rules.denials import denials, shown_where

_NAMED = re.compile(r"(?:(CO|OA|PI|PR|CR)[- ]?|CARC[- ]?)?([0-9]{1,3}|[ABDPWY][0-9]{1,2})", re.I)
_REMARK = re.compile(r"(?:RARC[- ]?)?((?:MA|M|N)[0-9]{1,3})", re.I)
LIKELIHOODS = ("high", "medium", "low")


def reason_page(word: str) -> str | None:
    """The page of `CO-97`, `CARC 97` or `97`; None where the word is no adjustment reason that is known."""
    match = _NAMED.fullmatch(word.strip())
    if match is None:
        return None
    group, code = (match[1] or "").upper(), match[2].upper()
    row = next((row for row in tables.rows("codes/carc.csv") if row["code"] == code), None)
    if row is None:
        return None
    found = [pair for pair in _pairs() if pair[1].code == code]
    own = [pair for pair in found if not group or pair[1].group == group]
    named = f"{group}-{code}" if group else f"CARC {code}"
    facts = [
        ("Usual group", row["groups"].replace("+", ", ")),
        ("Group asked for", _group(group) if group else ""),
        ("First date", row["start"]),
        ("Last date", row["end"]),
        ("Remark codes that go with it here", ", ".join(sorted({r for _, d in own for r in d.remarks}))),
        ("Not confirmed", row["verify"]),
    ]
    parts = [f"# {named}: {row['label']}", bullets(facts), *_rules(own)]
    if group and not own and found:
        others = ", ".join(sorted({d.group for _, d in found}))
        parts.append(filled(f"No rule leads to {named}; with other groups ({others}) some do."))
    parts += _views(code)
    return "\n\n".join(part for part in parts if part) + "\n"


def remark_page(word: str) -> str | None:
    """The page of `N822` or `M15`; None where the word is no remark code that is known."""
    match = _REMARK.fullmatch(word.strip())
    if match is None:
        return None
    code = match[1].upper()
    row = next((row for row in tables.rows("codes/rarc.csv") if row["code"] == code), None)
    if row is None:
        return None
    own = [pair for pair in _pairs() if code in pair[1].remarks]
    beside = sorted({f"{d.group}-{d.code}" for _, d in own})
    facts = [
        ("Goes with", ", ".join(beside)),
        ("First date", row["start"]),
        ("Last date", row["end"]),
        ("Not confirmed", row["verify"]),
    ]
    parts = [f"# RARC {code}: {row['label']}", bullets(facts), *_rules(own)]
    return "\n\n".join(part for part in parts if part) + "\n"


def unmistakable(word: str) -> str:
    """A name for a reason or remark code that nothing else has: `CARC-16`, `RARC-N4`."""
    kind = "RARC" if reason_page(word) is None else "CARC"
    return f"{kind}-{word.strip().upper()}"


def _pairs() -> list[tuple[Rule, Denial]]:
    """Every rule with each of its denials."""
    rules = ((rule_by_id(id_), rows) for id_, rows in denials().items())
    return [(rule, denial) for rule, rows in rules if rule is not None for denial in rows]


def _group(code: str) -> str:
    row = next((row for row in tables.rows("codes/group.csv") if row["code"] == code), None)
    return f"{code}, {row['label']}" if row else code


def _rules(found: list[tuple[Rule, Denial]]) -> Iterator[str]:
    if not found:
        yield "No rule of this program leads there."
        return
    found.sort(key=lambda pair: (LIKELIHOODS.index(pair[1].likelihood), pair[0].id))
    yield "## Rules that lead there"
    rows = []
    for rule, denial in found:
        limit = shown_where(rule.id, denial)
        where = f", where {limit[0]} is {' or '.join(limit[1])}" if limit else ""
        rows.append(
            (
                rule.id,
                rule.name.replace("-", " "),
                denial.likelihood,
                f"{denial.basis}{where}",
                " ".join(denial.remarks),
            )
        )
    yield table(("rule", "what is wrong", "likelihood", "basis", "remark codes"), rows)
    yield "## What to do first"
    actions: dict[str, list[str]] = {}
    for rule, denial in found:
        if denial.first_action:
            actions.setdefault(denial.first_action, []).append(rule.id)
    yield "\n".join(bullet(f"{text} ({', '.join(dict.fromkeys(ids))})") for text, ids in actions.items())


def _views(code: str) -> Iterator[str]:
    rows = [row for row in tables.rows("coding/denial_views.csv") if code in row["codes"].split()]
    if rows:
        yield "## Where the sources differ"
        yield "\n".join(
            bullet(f"{row['conflict']}: {row['one']} But: {row['other']} Here: {row['here']}") for row in rows
        )


def known() -> tuple[str, ...]:
    """Every adjustment reason and remark code that has a page."""
    reasons = tuple(f"CARC {row['code']}" for row in tables.rows("codes/carc.csv"))
    remarks = tuple(f"RARC {row['code']}" for row in tables.rows("codes/rarc.csv"))
    pairs = dict.fromkeys(f"{d.group}-{d.code}" for _, d in _pairs())
    return (*pairs, *reasons, *remarks)
