"""Rules of the user's own: the plain conditions of payer rules, made into rules like all others."""

from collections.abc import Callable, Iterator
from dataclasses import fields
from decimal import Decimal
from difflib import get_close_matches
from functools import lru_cache

from edi.errors import UnknownPayer
from edi.model.claim import (
    Claim,
    ServiceLine,
    billed_coverage,
    effective_bill_to,
    effective_place_of_service,
)
from edi.model.party import Provider
from edi.payers import CONDITIONS, Overlay, OwnRule
from edi.rules.base import Case, Hit, Rule

AUTHORIZATION = "authorization"
"""Name of the authorization number of the coverage that is billed, for `missing`."""
LINE_KEYS = tuple(f.name for f in fields(ServiceLine))
CLAIM_KEYS = tuple(f.name for f in fields(Claim) if f.name not in ("origin", "unread", "unmapped", "lines"))
PROVIDERS = (
    "billing_provider",
    "pay_to",
    "rendering_provider",
    "attending_provider",
    "operating_provider",
    "referring_provider",
    "ordering_provider",
    "supervising_provider",
    "service_facility",
)
"""Keys of a claim that hold a provider."""
_KINDS = {one.name: one for one in CONDITIONS}
_Seen = tuple[str, tuple[str, ...]]
"""Pointer of a value and the texts that stand there."""


@lru_cache(maxsize=64)
def own_rules(overlay: Overlay) -> tuple[Rule, ...]:
    """The user's rules of an overlay, made once.

    Raises:
        UnknownPayer: `missing` names a key that neither lines nor claims have.
    """
    return tuple(_made(one) for one in overlay.rules)


def _made(own: OwnRule) -> Rule:
    for name in ("missing", "not_missing"):
        for key in own.when.get(name, ()) if name in own.when else ():  # type: ignore[union-attr]
            known = (*LINE_KEYS, *CLAIM_KEYS, AUTHORIZATION)
            if key not in known:
                near = get_close_matches(str(key), known, 1)
                hint = f"; did you mean {near[0]}?" if near else ""
                raise UnknownPayer(
                    f"payer rules {own.by}: rule {own.id}: {name}: there is no key {key}{hint}"
                )
    return Rule(
        id=own.id,
        name=own.id.lower(),
        message=own.message,
        help=own.help,
        source=own.source,
        severity=own.severity,
        snip=7,
        check=_check(own),
        module=__name__,
        doc=own.help,
    )


def _check(own: OwnRule) -> Callable[[Case], Iterator[Hit]]:
    """The function of a rule: a hit for each line, or for the claim, of which all conditions hold."""

    def of_lines(case: Case) -> Iterator[Hit]:
        for i, line in enumerate(case.claim.lines):
            where = _holds(own, case, i, line)
            if where is not None:
                yield _hit(where, case, i, line)

    def of_claim(case: Case) -> Iterator[Hit]:
        lines = list(enumerate(case.claim.lines))
        if any(_of_line(name, own) for name in own.when):
            first = next(((i, line) for i, line in lines if _holds(own, case, i, line) is not None), None)
            if first is not None:
                yield _hit("", case, *first)
            return
        where = _holds(own, case, None, None)
        if where is not None:
            yield _hit(where, case, None, None)

    return of_lines if own.per == "line" else of_claim


def _of_line(name: str, own: OwnRule) -> bool:
    """Whether a condition is about a line."""
    kind = _KINDS[name.removeprefix("not_")]
    if kind.kind == "fields":
        return own.per == "line" and any(key in LINE_KEYS for key in own.when[name])  # type: ignore[union-attr]
    return kind.on == "line"


def _hit(path: str, case: Case, index: int | None, line: ServiceLine | None) -> Hit:
    values: dict[str, object] = dict.fromkeys(
        ("line", "code", "modifiers", "units", "charge", "place", "revenue_code"), "none"
    )
    if index is not None and line is not None:
        stated = {
            "line": index + 1,
            "code": line.hcpcs,
            "modifiers": " ".join(line.modifiers) or None,
            "units": None if line.units is None else f"{line.units:f}",
            "charge": None if line.charge is None else f"{line.charge:f}",
            "place": effective_place_of_service(case.claim, line),
            "revenue_code": line.revenue_code,
        }
        values |= {key: value for key, value in stated.items() if value is not None}
    return Hit(path, **values)  # type: ignore[arg-type]


def _holds(own: OwnRule, case: Case, index: int | None, line: ServiceLine | None) -> str | None:
    """Where the fault shows if all conditions hold; None where one does not.

    The place is what is missing; else that of the condition that comes last in `CONDITIONS` among those about
    the line, else among those about the claim.
    """
    found: dict[bool, str] = {}
    for name, wanted in own.when.items():
        kind = _KINDS[name.removeprefix("not_")]
        negated = name != kind.name
        if kind.kind == "number":
            assert isinstance(wanted, Decimal)
            where = _number(kind.name, wanted, case.claim, index, line)
        elif kind.kind == "fields":
            assert isinstance(wanted, tuple)
            where = _missing(wanted, case.claim, index, line, present=negated)
        else:
            assert isinstance(wanted, tuple)
            where = _texts(kind.name, wanted, case, index, line, negated=negated)
        if where is None:
            return None
        if name == "missing" and where:
            return where  # the last of the conditions
        found[where.startswith("/lines/")] = where
    return found.get(True, found.get(False, ""))


def _number(
    name: str, wanted: Decimal, claim: Claim, index: int | None, line: ServiceLine | None
) -> str | None:
    if name == "total_over":
        total = claim.total_charge
        return "/total_charge" if total is not None and total > wanted else None
    if line is None:
        return None
    what, _, which = name.rpartition("_")
    value = line.charge if what == "amount" else line.units
    if value is None or not (value > wanted if which == "over" else value < wanted):
        return None
    return f"/lines/{index}/{'charge' if what == 'amount' else 'units'}"


def _missing(
    keys: tuple[str, ...], claim: Claim, index: int | None, line: ServiceLine | None, *, present: bool
) -> str | None:
    """Pointer of the first key that is absent, or, for `not_missing`, of the first when all are there."""
    paths = []
    for key in keys:
        if key == AUTHORIZATION:
            billed = effective_bill_to(claim)
            coverage = billed_coverage(claim)
            value: object = coverage.authorizations if coverage else ()
            path = f"/coverages/{billed}/authorizations" if billed is not None else "/coverages"
        elif line is not None and key in LINE_KEYS:
            value, path = getattr(line, key), f"/lines/{index}/{key}"
            if value in (None, "", ()):
                # what a line does not state holds for it from the claim
                value = getattr(claim, key, None)
        elif key in CLAIM_KEYS:
            value, path = getattr(claim, key), f"/{key}"
        else:
            value, path = all(getattr(one, key) not in (None, ()) for one in claim.lines) or None, ""
        if value in (None, "", ()):
            if not present:
                return path
            return None
        paths.append(path)
    return paths[0] if present else None


def _texts(
    name: str,
    wanted: tuple[str, ...],
    case: Case,
    index: int | None,
    line: ServiceLine | None,
    *,
    negated: bool,
) -> str | None:
    """Pointer of the value that fits, or, for a negated condition, of what does not fit."""
    first = ""
    for path, texts in _seen(name, case, index, line):
        first = first or path
        if any(_fits(text, wanted) for text in texts):
            return None if negated else path
    return first if negated else None


def _fits(text: str, wanted: tuple[str, ...]) -> bool:
    """Whether a text is one of the wanted ones, or begins as one that ends in `*`; capitals do not matter."""
    own = text.strip().upper()
    return any(
        own.startswith(one[:-1].upper()) if one.endswith("*") else own == one.upper() for one in wanted
    )


def _seen(name: str, case: Case, index: int | None, line: ServiceLine | None) -> Iterator[_Seen]:
    """What a claim or a line says of a condition."""
    claim = case.claim
    coverage = billed_coverage(claim) if name in ("claim_filing", "payer_id") else None
    billed = f"/coverages/{effective_bill_to(claim)}" if coverage is not None else "/coverages"
    match name:
        case "code" if line is not None:
            yield f"/lines/{index}/hcpcs", _some(line.hcpcs)
        case "modifier" if line is not None:
            yield f"/lines/{index}/modifiers", line.modifiers
        case "place" if line is not None:
            stated = line.place_of_service is not None
            path = f"/lines/{index}/place_of_service" if stated else "/place_of_service"
            yield path, _some(effective_place_of_service(claim, line))
        case "revenue_code" if line is not None:
            yield f"/lines/{index}/revenue_code", _some(line.revenue_code)
        case "ndc" if line is not None:
            yield f"/lines/{index}/ndc", _some((line.ndc or "").replace("-", "") or None)
        case "setting":
            yield "/setting", _some(claim.setting)
        case "claim_code":
            for i, one in enumerate(claim.lines):
                yield f"/lines/{i}/hcpcs", _some(one.hcpcs)
        case "diagnosis":
            for i, diagnosis in enumerate(claim.diagnoses):
                yield f"/diagnoses/{i}/code", _some((diagnosis.code or "").replace(".", "") or None)
        case "bill_type":
            yield "/type_of_bill", _some(claim.type_of_bill)
        case "claim_filing":
            yield f"{billed}/claim_filing", _some(coverage.claim_filing if coverage else None)
        case "payer_id":
            payer = coverage.payer if coverage else None
            yield f"{billed}/payer/id", _some(payer.id if payer else None)
        case "provider_npi" | "provider_taxonomy":
            key = name.removeprefix("provider_")
            for path, provider in _providers(claim, index, line):
                yield f"{path}/{key}", _some(getattr(provider, key))


def _providers(claim: Claim, index: int | None, line: ServiceLine | None) -> Iterator[tuple[str, Provider]]:
    """The providers of a line, then those of the claim."""
    if line is not None:
        for key in (*PROVIDERS, "other_operating_provider"):
            provider = getattr(line, key, None)
            if provider is not None:
                yield f"/lines/{index}/{key}", provider
    for key in PROVIDERS:
        provider = getattr(claim, key)
        if provider is not None:
            yield f"/{key}", provider


def _some(text: str | None) -> tuple[str, ...]:
    return () if text is None else (text,)
