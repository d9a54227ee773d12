"""What became of each value of the claim that is converted: carried, or told."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from functools import lru_cache
from typing import Any, Literal

from edi.model import pointer as pointers
from edi.model.claim import Claim, Setting

Kind = Literal["dropped", "changed", "needed"]
ANSWERED = "what was answered takes its place"
"""Why a value that the user was asked for is another one."""
KINDS: tuple[Kind, ...] = ("needed", "changed", "dropped")
"""Kinds in the order in which they are told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCarried:
    """One datum that has no place on the other side, was changed, or must be supplied."""

    kind: Kind
    """dropped: it has no place there; changed: it stands there in another form or role, or on another claim;
    needed: only the user can say it."""
    source: str = ""
    """JSON Pointer into the given claim; a pointer of a record stands for all that is in it. "" for what the
    given claim says nothing about."""
    target: str = ""
    """JSON Pointer into the resulting claim of `setting`; "" where it has no place."""
    setting: Setting | None = None
    """Which of the resulting claims `target` points into."""
    why: str
    """Why, in one sentence without values of persons."""
    enter: str = ""
    """What to enter, or to look at; "" where there is nothing to do."""
    rule: str | None = None
    """The rule that asks for it, where a rule does."""
    value: str | None = None
    """What stood at `source`, as text; None where nothing or a whole record did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversion:
    """What a claim became on the other side.

    The setting itself, which was asked for, is not told.
    """

    claims: tuple[Claim, ...] = ()
    """The claim of the other setting first; then what remains on the given side, where a claim is split."""
    not_carried: tuple[NotCarried, ...] = ()
    """What has no place, was changed, or must be supplied."""

    @property
    def complete(self) -> bool:
        """Whether nothing is left to be supplied."""
        return not any(one.kind == "needed" for one in self.not_carried)


def leaves(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """Every value of a record that is not empty, with its JSON Pointer; `origin` is no value."""
    return (leaf for leaf in pointers.leaves(value, path) if leaf[1] not in (None, ""))


@dataclass(slots=True)
class Account:
    """Keeps where values of the given claim went, and what is to be told of them.

    A value stands in each resulting claim at its own pointer unless it, or a record around it, has moved
    there or is gone.
    """

    moves: dict[Setting, dict[str, tuple[str, ...]]] = field(
        default_factory=lambda: {"professional": {}, "facility": {}}
    )
    rows: list[NotCarried] = field(default_factory=list)
    said: dict[Setting, tuple[str, ...]] = field(default_factory=dict)
    """Pointers of what the user says of each resulting claim."""

    def moved(self, source: str, setting: Setting, *targets: str) -> None:
        """What stood at `source` stands at `targets` of a resulting claim, with all that is in it."""
        self.moves[setting][source] = targets

    def gone(self, source: str, setting: Setting) -> None:
        """What stood at `source` is not on a resulting claim, whatever stands there now."""
        self.moves[setting][source] = ()

    def tell(
        self,
        kind: Kind,
        source: str,
        why: str,
        *,
        target: str = "",
        setting: Setting | None = None,
        enter: str = "",
        rule: str | None = None,
    ) -> None:
        """Add one row."""
        self.rows.append(
            NotCarried(
                kind=kind,
                source=source,
                target=target,
                setting=setting if target else None,
                why=why,
                enter=enter,
                rule=rule,
            )
        )

    def renumber(self, setting: Setting, numbers: Mapping[int, int]) -> None:
        """Point rows about lines of a resulting claim at new positions; those of lines that went go too."""
        kept = []
        for row in self.rows:
            parts = row.target.split("/")
            if row.setting == setting and len(parts) > 2 and parts[1] == "lines":
                at = numbers.get(int(parts[2]))
                if at is None:
                    continue
                parts[2] = str(at)
                row = replace(row, target="/".join(parts))
            kept.append(row)
        self.rows = kept

    def asks(self, setting: Setting, target: str) -> bool:
        """Whether a row asks for a value at, above or below a place of a resulting claim."""
        return any(
            row.kind == "needed"
            and row.setting == setting
            and (_within(row.target, target) or _within(target, row.target))
            for row in self.rows
        )

    def moved_keys(self, setting: Setting) -> set[str]:
        """Keys of a claim from which or to which something has moved."""
        moves = self.moves[setting]
        found = {target.split("/")[1] for targets in moves.values() for target in targets}
        return found | {source.split("/")[1] for source in moves}

    def is_said(self, setting: Setting, target: str) -> bool:
        """Whether the user says what stands at, above or below a place of a resulting claim."""
        return any(_within(said, target) or _within(target, said) for said in self.said.get(setting, ()))

    def places(self, source: str, setting: Setting) -> Iterator[str]:
        """Where a value may stand in a resulting claim: by its longest prefix that has moved."""
        moves = self.moves[setting]
        at = source if moves else ""
        while at:
            found = moves.get(at)
            if found is not None:
                yield from (target + source[len(at) :] for target in found)
                return
            at = at.rpartition("/")[0]
        yield source


def _within(path: str, prefix: str) -> bool:
    return path == prefix or path.startswith(prefix + "/")


UNITS = ("_provider", "_facility")
"""Endings of keys whose records are told as a whole."""
_LISTS = frozenset(
    ("dates", "occurrence_codes", "occurrence_spans", "value_codes", "test_results", "diagnoses",
     "attachments", "unread", "unmapped", "secondary_ids", "condition_codes", "authorizations", "adjustments")
)  # fmt: skip
"""Lists whose entries are told as a whole."""
_WHOLE = frozenset(("diagnosis_pointers", "modifiers", "remark_codes", "kinds", "pay_to", "statement"))
"""Lists and records that are told as a whole."""


@lru_cache(maxsize=4096)
def unit(path: str) -> str:
    """The pointer under which the loss of a value is told: that of its record or list, else its own."""
    parts = path.split("/")
    for k, part in enumerate(parts[1:], 1):
        if part in _WHOLE or part.endswith(UNITS):
            return "/".join(parts[: k + 1])
        if part in _LISTS and len(parts) > k + 1:
            return "/".join(parts[: k + 2])
    return path


Reason = Callable[[str], tuple[str, str]]
"""For a pointer why its value has no place, and what to do about it."""


def settle(given: Claim, claims: tuple[Claim, ...], account: Account, reason: Reason) -> None:
    """Tell of every value of the given claim that is nowhere in the resulting ones.

    Args:
        given: the claim that was converted.
        claims: what it became.
        account: where values went and what is told of them already.
        reason: why a value that has no place is not there.
    """
    told = {row.source for row in account.rows if row.source}
    results = {claim.setting: claim for claim in claims if claim.setting is not None}
    now = {
        setting: dict(_changed_leaves(claim, setting, given, account)) for setting, claim in results.items()
    }
    members: dict[str, int] = {}
    lost: dict[str, list[tuple[str, tuple[Setting, str] | None]]] = {}
    for path, value in _open_leaves(given, results, account):
        if path == "/setting" or _is_told(path, told):
            continue
        at = unit(path)
        members[at] = members.get(at, 0) + 1
        found, instead = _found(path, value, now, account)
        if not found:
            lost.setdefault(at, []).append((path, instead))
    for at, missing in lost.items():
        if len(missing) == members[at] or _is_another(at, missing):
            _tell(account, at, unit, next((one for _, one in missing if one), None), reason)
            continue
        for path, instead in missing:
            _tell(account, path, str, instead, reason)


def _open_leaves(
    given: Claim, results: Mapping[Setting, Claim], account: Account
) -> Iterator[tuple[str, Any]]:
    """The values of the given claim, without records that stand whole in a resulting claim."""
    moved = {setting: account.moved_keys(setting) for setting in results}
    for name in pointers.value_names(Claim):
        value = getattr(given, name)
        whole = any(
            getattr(claim, name) is value and name not in moved[setting] for setting, claim in results.items()
        )
        if not whole:
            yield from leaves(value, f"/{name}")


def _changed_leaves(
    claim: Claim, setting: Setting, given: Claim, account: Account
) -> Iterator[tuple[str, Any]]:
    """The values of a resulting claim, without records that are the given claim's own."""
    moved = account.moved_keys(setting)
    for name in pointers.value_names(Claim):
        value = getattr(claim, name)
        if value is not getattr(given, name) or name in moved:
            yield from leaves(value, f"/{name}")


def _tell(
    account: Account,
    path: str,
    at: Callable[[str], str],
    instead: tuple[Setting, str] | None,
    reason: Reason,
) -> None:
    if instead is None:
        why, enter = reason(path)
        account.tell("dropped", path, why, enter=enter)
        return
    setting, target = instead
    why = ANSWERED if account.is_said(setting, at(target)) else "another value stands there"
    account.tell("changed", path, why, target=at(target), setting=setting)


def _is_another(at: str, missing: list[tuple[str, tuple[Setting, str] | None]]) -> bool:
    """Whether the record of a provider is that of another one now, though they may share a city."""
    names = {f"{at}/{key}" for key in ("npi", "organization_name", "last_name")}
    return at.endswith(UNITS) and any(path in names and instead is not None for path, instead in missing)


def _found(
    path: str, value: Any, now: Mapping[Setting, Mapping[str, Any]], account: Account
) -> tuple[bool, tuple[Setting, str] | None]:
    """Whether a value stands in a resulting claim; else where another one stands in its place."""
    changed: tuple[Setting, str] | None = None
    for setting, values in now.items():
        for target in account.places(path, setting):
            there = values.get(target)
            if there == value and type(there) is type(value):
                return True, None
            if there is not None and changed is None:
                changed = (setting, target)
    return False, changed


def _is_told(path: str, told: set[str]) -> bool:
    at = path
    while at:
        if at in told:
            return True
        at = at.rpartition("/")[0]
    return False


def _value(claim: Claim, path: str) -> Any:
    try:
        return pointers.get(claim, path)
    except LookupError:
        return None


def with_values(given: Claim, rows: list[NotCarried]) -> tuple[NotCarried, ...]:
    """The rows with what stood at their sources, needed ones first."""
    found = []
    for row in rows:
        value = _value(given, row.source) if row.source else None
        text = None if value is None or is_dataclass(value) else _text(value)
        found.append(replace(row, value=text) if text else row)
    return tuple(sorted(found, key=lambda row: KINDS.index(row.kind)))


def _text(value: Any) -> str | None:
    if isinstance(value, tuple):
        return " ".join(str(one) for one in value) if not any(is_dataclass(one) for one in value) else None
    return str(value)
