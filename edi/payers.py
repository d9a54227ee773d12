"""Payer rules: an overlay per payer, and the policies that it sets.

An overlay is a TOML file of `schemas/payers` or of the user. It inherits from another one, sets policies,
and says by `[match]` for which payers it is meant. Which overlay holds is chosen in `edi.pipeline` and
handed down; nothing below looks for it.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from edi import tables
from edi.errors import TableError, UnknownPayer

DEFAULT = "commercial"


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
        return replace(self, initial_rule=initial, jwjz_required=required)


MEDICARE_FILING = ("MA", "MB")
NAMES = tuple(f.name for f in fields(Policies))


@dataclass(frozen=True, slots=True, kw_only=True)
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


def with_policies(base: Policies, values: Mapping[str, Any], *, where: str) -> Policies:
    """`base` with some policies set.

    Raises:
        UnknownPayer: a policy or a value that does not exist; says the nearest one.
    """
    hints = get_type_hints(Policies)
    checked: dict[str, Any] = {}
    for name, value in values.items():
        if name not in NAMES:
            near = get_close_matches(name, NAMES, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownPayer(f"{where}: there is no policy {name}{hint}")
        checked[name] = _value(name, hints[name], value, where)
    return replace(base, **checked)


def _value(name: str, kind: Any, value: Any, where: str) -> Any:
    """A policy value of the right type, from TOML, JSON or the command line."""
    if kind is int:
        if isinstance(value, bool) or not str(value).isdecimal() or not 1 <= int(value) <= 240:
            raise UnknownPayer(f"{where}: {name} is a number of minutes, 1 to 240")
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
    kind = get_type_hints(Policies)[name]
    if kind is int:
        return ("minutes",)
    return get_args(kind if get_origin(kind) is Literal else get_args(kind)[0])


def shipped() -> tuple[str, ...]:
    """Names of the overlays that ship with the program."""
    return tuple(tables.names("payers", ".toml"))


def load(name: str) -> Overlay:
    """An overlay by the name of a shipped one or the path of a TOML file.

    Raises:
        UnknownPayer: there is none, or it cannot be used.
    """
    if name.endswith(".toml"):
        return _read(Path(name).stem, _user_file(Path(name)), (), Path(name).parent)
    return _shipped(name)


@cache
def _shipped(name: str) -> Overlay:
    if name not in shipped():
        near = get_close_matches(name, shipped(), 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise UnknownPayer(
            f"there are no payer rules named {name}{hint} (there are: {', '.join(shipped())}, or a .toml file)"
        )
    return _read(name, tables.toml(f"payers/{name}.toml"), (), None)


def _user_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise UnknownPayer(f"{path}: cannot be read ({problem.strerror})") from problem
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as problem:
        raise UnknownPayer(f"{path}: not a TOML file: {problem}") from problem


KEYS = ("title", "inherits", "policies", "match", "complex_biologics", "source", "edition", "date")


def _read(name: str, data: dict[str, Any], below: tuple[str, ...], folder: Path | None) -> Overlay:
    """Build an overlay from its TOML, its ancestors first."""
    if name in below:
        raise UnknownPayer(f"payer rules {name} inherit from themselves: {' -> '.join((*below, name))}")
    for key in data:
        if key not in KEYS:
            near = get_close_matches(key, KEYS, 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownPayer(f"payer rules {name}: unknown key {key}{hint}")
    parent = None
    if inherits := data.get("inherits"):
        user = folder is not None and str(inherits).endswith(".toml")
        if user and folder is not None:
            parent_path = folder / str(inherits)
            parent = _read(parent_path.stem, _user_file(parent_path), (*below, name), parent_path.parent)
        else:
            parent = _shipped(str(inherits))
    elif name != DEFAULT:
        parent = _shipped(DEFAULT)
    stated = _mapping(data, "policies", name)
    base = parent.policies if parent else Policies()
    if parent is None and set(stated) != set(NAMES):
        missing = sorted(set(NAMES) - set(stated))
        raise TableError(f"payers/{name}.toml does not set {', '.join(missing)}")
    match = _mapping(data, "match", name)
    for key in match:
        if key not in ("claim_filing", "payer_id"):
            raise UnknownPayer(f"payer rules {name}: [match] knows claim_filing and payer_id, not {key}")
    listed = data.get("complex_biologics")
    return Overlay(
        name=name,
        title=str(data.get("title", name)),
        policies=with_policies(base, stated, where=f"payer rules {name}"),
        ancestry=(parent.name, *parent.ancestry) if parent else (),
        origin={**(parent.origin if parent else {}), **dict.fromkeys(stated, name)},
        claim_filing=_texts(match, "claim_filing", name),
        payer_ids=_texts(match, "payer_id", name),
        complex_biologics=(
            _texts(data, "complex_biologics", name)
            if listed is not None
            else (parent.complex_biologics if parent else None)
        ),
    )


def _mapping(data: Mapping[str, Any], key: str, name: str) -> Mapping[str, Any]:
    value = data.get(key, {})
    if not isinstance(value, Mapping):
        raise UnknownPayer(f"payer rules {name}: {key} is a table: [{key}]")
    return value


def _texts(data: Mapping[str, Any], key: str, name: str) -> tuple[str, ...]:
    value = data.get(key, [])
    if not isinstance(value, list) or not all(isinstance(v, str) for v in value):
        raise UnknownPayer(f"payer rules {name}: {key} is a list of texts")
    return tuple(value)


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
    return _shipped(DEFAULT), "default"
