"""Overlays: one payer's rules, read from TOML, with what they inherit."""

import string
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, Literal

from edi import tables
from edi.errors import TableError, UnknownPayer
from edi.finding import Severity
from edi.payers.policies import NAMES, Policies, with_policies
from edi.payers.schema import CONDITIONS, WORDS, near, problems

DEFAULT = "commercial"
BY_DEFAULT = "default"
"""Why payer rules hold that nobody asked for and that match no payer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeverityChange:
    """Another severity for the findings of a rule."""

    to: Severity | Literal["off"]
    reason: str
    by: str
    """Name of the overlay that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Tightening:
    """A loop, segment or element of the guides that a payer holds to more than the guide does."""

    address: str
    """`2310B`, `2300/REF[G1]`, `2010AA/N4/03`."""
    guide: str | None
    """837P or 837I; None: every guide that has the address."""
    usage: Literal["R", "S"] | None
    least: int | None
    most: int | None
    codes: tuple[str, ...] | None
    count: int | None
    severity: Severity
    reason: str
    by: str
    """Name of the overlay that says so."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnRule:
    """A rule of the user's own."""

    id: str
    message: str
    help: str
    severity: Severity
    source: str
    per: Literal["line", "claim"]
    when: Mapping[str, tuple[str, ...] | Decimal]
    """Conditions as `CONDITIONS` names them, `not_` before the negated ones."""
    by: str
    """Name of the overlay that says so."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Overlay:
    """The rules of one payer or kind of payer."""

    name: str
    title: str
    policies: Policies
    ancestry: tuple[str, ...] = ()
    """Names of the overlays that it inherits from, nearest first."""
    origin: Mapping[str, str] = field(default_factory=dict)
    """For each policy the name of the overlay that set it."""
    claim_filing: tuple[str, ...] = ()
    """Claim filing codes (SBR09) for which it is meant."""
    payer_ids: tuple[str, ...] = ()
    """Payer ids for which it is meant."""
    complex_biologics: tuple[str, ...] | None = None
    """Drug codes that this payer lists as complex biologics; None: the drug table's own class."""
    severities: Mapping[str, SeverityChange] = field(default_factory=dict)
    """Other severities by rule id."""
    guide: tuple[Tightening, ...] = ()
    """Tightened lines of the guides, those of the ancestors first."""
    rules: tuple[OwnRule, ...] = ()
    """Rules of the user's own."""


def shipped() -> tuple[str, ...]:
    """Names of the overlays that ship with the program."""
    return _shipped_names()


@cache
def _shipped_names() -> tuple[str, ...]:
    return tuple(tables.names("payers", ".toml"))


def load(name: str) -> Overlay:
    """An overlay by the name of a shipped one or the path of a TOML file.

    A file is read again only when it, or one from which it inherits, has changed.

    Raises:
        UnknownPayer: there is none, or it cannot be used.
    """
    if not name.endswith(".toml"):
        return _shipped(name)
    path = Path(name).absolute()
    held = _held.get(path)
    if held is not None and all(_stamp(file) == stamp for file, stamp in held[0].items()):
        return held[1]
    files: dict[Path, _Stamp] = {}
    made = _read(Path(name).stem, _user_file(Path(name), files), (), Path(name).parent, files)
    _held[path] = ({file.absolute(): stamp for file, stamp in files.items()}, made)
    return made


_Stamp = tuple[int, int] | None
_held: dict[Path, tuple[dict[Path, _Stamp], Overlay]] = {}
"""Overlays of the user with the files that they are made of."""


def _stamp(path: Path) -> _Stamp:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size


@cache
def _shipped(name: str) -> Overlay:
    if name not in shipped():
        raise UnknownPayer(
            f"there are no payer rules named {name}{near(name, shipped())} "
            f"(there are: {', '.join(shipped())}, or a .toml file)"
        )
    return _read(name, tables.toml(f"payers/{name}.toml"), (), None, {})


def _user_file(path: Path, files: dict[Path, _Stamp]) -> dict[str, Any]:
    files[path] = _stamp(path)
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    except OSError as problem:
        raise UnknownPayer(f"{path}: cannot be read ({problem.strerror})") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UnknownPayer(f"{path}: not a TOML file: {problem}") from problem
    if found := list(problems(data)):
        raise UnknownPayer(f"payer rules {path}: {'; '.join(found)}")
    return data


def _read(
    name: str, data: dict[str, Any], below: tuple[str, ...], folder: Path | None, files: dict[Path, _Stamp]
) -> Overlay:
    """Build an overlay from its TOML, its ancestors first."""
    if name in below:
        raise UnknownPayer(f"payer rules {name} inherit from themselves: {' -> '.join((*below, name))}")
    parent = _parent(name, data.get("inherits"), below, folder, files)
    stated = data.get("policies", {})
    base = parent.policies if parent else Policies()
    if parent is None and set(stated) != set(NAMES):
        missing = sorted(set(NAMES) - set(stated))
        raise TableError(f"payers/{name}.toml does not set {', '.join(missing)}")
    match = data.get("match", {})
    listed = data.get("complex_biologics")
    rules = {rule.id: rule for rule in parent.rules} if parent else {}
    own = [_own_rule(rule, i, name) for i, rule in enumerate(data.get("rule", ()), 1)]
    if len({rule.id for rule in own}) != len(own):
        raise UnknownPayer(f"payer rules {name}: two rules have one id")
    rules |= {rule.id: rule for rule in own}
    changes = {
        id_: SeverityChange(to=change["to"], reason=change["reason"], by=name)
        for id_, change in data.get("severity", {}).items()
    }
    return Overlay(
        name=name,
        title=str(data.get("title", name)),
        policies=with_policies(base, stated, where=f"payer rules {name}"),
        ancestry=(parent.name, *parent.ancestry) if parent else (),
        origin={**(parent.origin if parent else {}), **dict.fromkeys(stated, name)},
        claim_filing=tuple(match.get("claim_filing", ())),
        payer_ids=tuple(match.get("payer_id", ())),
        complex_biologics=(
            tuple(listed) if listed is not None else (parent.complex_biologics if parent else None)
        ),
        severities={**(parent.severities if parent else {}), **changes},
        guide=(
            *(parent.guide if parent else ()),
            *(_tightening(key, line, name) for key, line in data.get("guide", {}).items()),
        ),
        rules=tuple(rules.values()),
    )


def _parent(
    name: str, inherits: str | None, below: tuple[str, ...], folder: Path | None, files: dict[Path, _Stamp]
) -> Overlay | None:
    if inherits is None:
        return _shipped(DEFAULT) if name != DEFAULT or folder is not None else None
    if folder is not None and inherits.endswith(".toml"):
        path = folder / inherits
        return _read(path.stem, _user_file(path, files), (*below, name), path.parent, files)
    try:
        return _shipped(inherits)
    except UnknownPayer as problem:
        raise UnknownPayer(f"payer rules {name}: inherits: {problem}") from problem


def _tightening(key: str, line: Mapping[str, Any], name: str) -> Tightening:
    guide, _, address = key.rpartition(" ")
    if guide not in ("", "837P", "837I"):
        raise UnknownPayer(
            f'payer rules {name}: guide."{key}": write 837P or 837I before the address, or nothing'
        )
    codes = line.get("codes")
    return Tightening(
        address=address,
        guide=guide or None,
        usage=line.get("usage"),
        least=line.get("least"),
        most=line.get("most"),
        codes=tuple(codes) if codes is not None else None,
        count=line.get("count"),
        severity=line.get("severity", "error"),
        reason=line["reason"],
        by=name,
    )


def _own_rule(rule: Mapping[str, Any], number: int, name: str) -> OwnRule:
    where = f"payer rules {name}: rule[{number}]"
    try:
        words = [word for _, word, _, _ in string.Formatter().parse(rule["message"]) if word is not None]
    except ValueError as problem:
        raise UnknownPayer(f"{where}.message: {problem}") from problem
    for word in words:
        if word not in WORDS:
            hint = near(word, WORDS) or f"; there are {', '.join(WORDS)}"
            raise UnknownPayer(f"{where}.message: there is no {{{word}}}{hint}")
    when: dict[str, tuple[str, ...] | Decimal] = {}
    by_lines = False
    for condition in CONDITIONS:
        for key in (condition.name, f"not_{condition.name}"):
            if key not in rule["when"]:
                continue
            given = rule["when"][key]
            if condition.kind == "number":
                when[key] = Decimal(str(given))
            else:
                when[key] = tuple([given] if isinstance(given, str) else given)
            by_lines = by_lines or condition.on == "line"
    return OwnRule(
        id=rule["id"],
        message=rule["message"],
        help=rule["help"],
        severity=rule["severity"],
        source=rule.get("source", f"payer rules {name}"),
        per=rule.get("per", "line" if by_lines else "claim"),
        when=when,
        by=name,
    )


def choose(
    *, asked: str | None, stated: str | None, claim_filing: str | None, payer_id: str | None
) -> tuple[Overlay, str]:
    """The overlay that holds for a claim, and why.

    `asked` is the command line's choice and wins; then the encounter's own, then the first overlay whose
    `[match]` names the payer id, then the claim filing code; else `commercial`.

    Raises:
        UnknownPayer: a named overlay does not exist.
    """
    if asked:
        return load(asked), "asked for"
    if stated:
        return load(stated), "named by the record"
    overlays = [_shipped(name) for name in shipped()]
    for overlay in overlays:
        if payer_id and payer_id in overlay.payer_ids:
            return overlay, f"payer id {payer_id}"
    for overlay in overlays:
        if claim_filing and claim_filing in overlay.claim_filing:
            return overlay, f"claim filing code {claim_filing}"
    return _shipped(DEFAULT), BY_DEFAULT
