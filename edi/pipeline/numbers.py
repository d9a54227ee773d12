"""Pages of the ids of the rules catalogue: which of our rules judge one, or why none does."""

from collections.abc import Iterator
from fnmatch import fnmatchcase
from functools import cache

from edi import tables
from edi.pipeline.prose import bullet, bullets, filled
from edi.rules import Rule, all_rules, rule_by_id
from edi.x12.findings import FaultKind, fault_kinds

WORDS = {"H": "high", "M": "medium", "L": "low"}
JUDGED = {
    "same": "as the catalogue has it",
    "differs": "otherwise than the catalogue has it, by decision",
    "part": "in part, the rest cannot be known here",
    "none": "not at all",
}
STATUSES = {
    "rule": "judged on the claim or its record",
    "wire": "judged on the wire, by the guide of the transaction set",
    "report": "said in every report",
    "later": "not judged yet",
    "not built": "not judged",
}


@cache
def _rows() -> dict[str, dict[str, str]]:
    """Rows of the map by id of the catalogue."""
    return {row["catalogue_id"]: row for row in tables.rows("rule_ids.csv") if row["catalogue_id"]}


@cache
def _faults() -> dict[str, tuple[FaultKind, ...]]:
    """Faults of the guide by the id of their findings."""
    found: dict[str, list[FaultKind]] = {}
    for kind in fault_kinds().values():
        found.setdefault(kind.rule, []).append(kind)
    return {id_: tuple(kinds) for id_, kinds in found.items()}


def known() -> tuple[str, ...]:
    """Every id of the catalogue."""
    return tuple(_rows())


def number_page(word: str) -> str | None:
    """The page of an id of the catalogue, whatever its case; None where the word is none."""
    id_ = word.strip().upper()
    row = _rows().get(id_)
    if row is None:
        return None
    return "\n\n".join((f"# {id_}: of the rules catalogue", *_told(id_, row))) + "\n"


def judging(word: str) -> tuple[Rule, ...]:
    """Our rules that judge what the catalogue has under an id, those that are named alone."""
    row = _rows().get(word.strip().upper())
    found = [rule_by_id(id_) for id_ in row["our_id"].split()] if row else []
    return tuple(rule for rule in found if rule is not None)


def number_section(id_: str) -> str | None:
    """What the catalogue has under an id of ours, where that is not the same and nothing else."""
    row = _rows().get(id_)
    if row is None or (row["our_id"] == id_ and row["judged"] == "same" and not row["reason"]):
        return None
    return "\n\n".join(("## In the rules catalogue", *_told(id_, row, "###"))) + "\n"


def _told(id_: str, row: dict[str, str], level: str = "##") -> Iterator[str]:
    """Status, what judges it, why it differs, and who names it beside."""
    severity = row["severity"] + (f", confidence {WORDS[row['confidence']]}" if row["confidence"] else "")
    yield bullets(
        [
            ("What became of it", STATUSES[row["status"]]),
            ("Judged", JUDGED[row["judged"]] if row["our_id"] else ""),
            ("Severity there", severity if row["severity"] else ""),
        ]
    )
    if row["reason"]:
        yield filled(f"Why: {row['reason']}." if row["judged"] != "same" else f"Note: {row['reason']}.")
    ours = row["our_id"].split()
    if ours:
        yield f"{level} What judges it"
        yield "\n".join(_one(one) for one in ours)
    beside = [rule for rule in all_rules() if id_ in rule.also and not _named(rule.id, ours)]
    if beside:
        yield f"{level} Rules that name it too"
        yield "\n".join(_one(rule.id) for rule in beside)


def _named(id_: str, ours: list[str]) -> bool:
    return any(fnmatchcase(id_, one) for one in ours)


def _one(id_: str) -> str:
    """A rule, a family of rules, or a fault of the guide."""
    rule = rule_by_id(id_)
    if rule is not None:
        return bullet(f"{id_} {rule.name} ({rule.severity})")
    if id_.endswith("*"):
        return bullet(f"{id_}: every rule whose id begins so ({_count(id_)})")
    kinds = _faults().get(id_, ())
    severities = " or ".join(dict.fromkeys(kind.severity for kind in kinds))
    return bullet(f"{id_}: {kinds[0].help} ({severities})" if kinds else id_)


def _count(pattern: str) -> str:
    count = sum(fnmatchcase(rule.id, pattern) for rule in all_rules())
    return f"{count} rule{'' if count == 1 else 's'}"
