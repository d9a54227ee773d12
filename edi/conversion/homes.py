"""Which values of a claim have a place on each side, by the crosswalk; what has none is taken away.

A value has no place in a setting when the crosswalk gives it an address in the other 837 and neither an
address nor a box in its own. What the crosswalk does not name, such as minutes and reasons of lines, belongs
to no surface and stays.
"""

from dataclasses import fields, replace
from functools import cache
from typing import Any, TypeVar

from edi.conversion.account import Account
from edi.model import crosswalk
from edi.model.claim import Claim, ClaimHeader, ServiceLine, Setting, effective_kind
from edi.model.pointer import names_of

H = TypeVar("H", bound=ClaimHeader)
WHY: dict[Setting, str] = {
    "facility": "neither the 837I nor the UB-04 has a place for it",
    "professional": "neither the 837P nor the CMS-1500 has a place for it",
}
_ROLES = "a facility claim names attending, operating, rendering and referring practitioners only"
_STAY = "a professional claim does not tell of admission and discharge"
_REASONS: dict[Setting, tuple[tuple[str, str, str], ...]] = {
    "facility": (
        ("/lines/{}/diagnosis_pointers", "the lines of a facility claim do not point to diagnoses", ""),
        ("/ordering_provider", _ROLES, ""),
        ("/supervising_provider", _ROLES, ""),
        ("/lines/{}/ordering_provider", _ROLES, ""),
        ("/lines/{}/supervising_provider", _ROLES, ""),
        ("/lines/{}/service_facility", "a facility claim has one place", ""),
        ("/lines/{}/place_of_service", "a facility claim has a type of bill and no places of service", ""),
        ("/patient_paid", WHY["facility"], "Post the payment to the account"),
        ("/patient/death_date", WHY["facility"], "Patient status 20, or 40 to 42 under hospice"),
    ),
    "professional": (
        ("/statement", "the lines of a professional claim have their own days", ""),
        ("/admission", _STAY, ""),
        ("/operating_provider", "a professional claim names who rendered the service", ""),
        (
            "/diagnoses",
            "a professional claim has no diagnosis of this kind",
            "List it where a line treats it",
        ),
        ("/lines/{}/revenue_code", "a professional claim tells the place and has no revenue codes", ""),
        ("/lines/{}/non_covered", WHY["professional"], "GY or GZ on the line, where it applies"),
    ),
}
"""Values without a place for which more can be said: beginning of the path, why, what to do."""
_KEYED = ("dates", "diagnoses", "secondary_ids")
"""Lists whose entries have their places by a qualifier or kind."""
_ACCIDENT = "/accident"
"""The facility claim says of an accident what `edi.conversion.events` makes of it."""


def reason(setting: Setting, path: str) -> tuple[str, str]:
    """Why a value has no place on a claim of a setting, and what to do about it."""
    key = "/".join("{}" if part.isdecimal() else part for part in path.split("/"))
    for start, why, enter in _REASONS[setting]:
        if key == start or key.startswith(start + "/"):
            return why, enter
    return WHY[setting], ""


@cache
def homeless(setting: Setting) -> frozenset[str]:
    """Paths that have no place in a setting; `{}` stands for an index, `{431}` for a qualifier."""
    own: set[str] = set()
    other: set[str] = set()
    for row in crosswalk.rows():
        key = _generic(row.path)
        here, there = (row.facility, row.professional)
        box = row.ub04
        if setting == "professional":
            here, there, box = row.professional, row.facility, row.cms1500
        # a box in parentheses only shows findings
        if here or any(not name.startswith("(") for name in box.split()):
            own.add(key)
        elif there:
            other.add(key)
    return frozenset(other - own)


def _generic(path: str) -> str:
    """A path of the crosswalk with the names of its indexes gone, but for lists that are keyed."""
    parts = path.split("/")
    for k, part in enumerate(parts):
        if part.isdecimal() or (part.startswith("{") and parts[k - 1] not in _KEYED):
            parts[k] = "{}"
    return "/".join(parts)


def has_place(setting: Setting, path: str) -> bool:
    """Whether a value of the claim's head, by its JSON Pointer, has a place; records have if anything in them
    has."""
    key = "/".join("{}" if part.isdecimal() or part == "-" else part for part in path.split("/"))
    return key not in homeless(setting) and not _is_homeless(setting, key)


@cache
def _is_homeless(setting: Setting, key: str) -> bool:
    """Whether nothing that the crosswalk knows of a record has a place."""
    none = homeless(setting)
    inner = [one for one in _known() if one.startswith(key + "/")]
    return bool(inner) and all(one in none for one in inner)


@cache
def _known() -> frozenset[str]:
    return frozenset(_generic(row.path) for row in crosswalk.rows())


def settled_header(header: H, setting: Setting, account: Account) -> H:
    """The head of a claim without what has no place in its setting; where entries of lists went is noted."""
    none = homeless(setting)
    changes: dict[str, Any] = {}
    for f in fields(ClaimHeader):
        if f.name == "accident":
            continue
        value = getattr(header, f.name)
        if value is None or value == ():
            continue
        kept = _kept(value, f"/{f.name}", f"/{f.name}", none, header, setting, account)
        if kept is not value:
            changes[f.name] = kept
    return replace(header, **changes) if changes else header


def settled_line(line: ServiceLine, index: int, setting: Setting, account: Account) -> ServiceLine:
    """A line without what has no place in a setting; `index` is its position in the given claim."""
    kept = _kept(line, "/lines/{}", f"/lines/{index}", homeless(setting), Claim(), setting, account)
    return kept if kept is not None else ServiceLine()


def _kept(
    value: Any,
    key: str,
    path: str,
    none: frozenset[str],
    header: ClaimHeader,
    setting: Setting,
    account: Account,
) -> Any:
    """A value without what has no place in it; None, or an empty list, where nothing is left."""
    if isinstance(value, tuple):
        return _entries(value, key, path, none, header, setting, account)
    if names := names_of(value):
        if _is_homeless(setting, key):
            return None
        changes = {}
        for name in names:
            inner = getattr(value, name)
            if inner is None or inner == ():
                continue
            kept = _kept(inner, f"{key}/{name}", f"{path}/{name}", none, header, setting, account)
            if kept is not inner:
                changes[name] = kept
        if not changes:
            return value
        made = replace(value, **changes)
        return None if made == type(value)() else made
    return None if key in none else value


def _entries(
    values: tuple[Any, ...],
    key: str,
    path: str,
    none: frozenset[str],
    header: ClaimHeader,
    setting: Setting,
    account: Account,
) -> tuple[Any, ...]:
    name = key.rsplit("/", 1)[-1]
    found: list[Any] = []
    lost = False
    for i, entry in enumerate(values):
        inner = f"{key}/{{{_name(name, entry, i, header)}}}"
        kept = None if inner in none else _kept(entry, inner, f"{path}/{i}", none, header, setting, account)
        if kept is None:
            lost = True
            account.gone(f"{path}/{i}", setting)
            continue
        lost = lost or kept is not entry
        if len(found) != i:
            account.moved(f"{path}/{i}", setting, f"{path}/{len(found)}")
        found.append(kept)
    return tuple(found) if lost else values


def _name(name: str, entry: Any, index: int, header: ClaimHeader) -> str:
    """What a place of the crosswalk calls an entry of a list."""
    if name in ("dates", "secondary_ids"):
        return entry.qualifier or ""
    if name == "diagnoses":
        return effective_kind(header, index)
    return ""
