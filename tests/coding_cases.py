"""Short ways to write encounters for the tests of the coding engine."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal

from edi import payers
from edi.coding import Proposal, propose
from edi.model.encounter import Administration, Container, Encounter, Pause, Quantity
from edi.refdata.lists import shipped

Setting = Literal["professional", "facility"]
DAY = "2026-03-03"


def at(time: str | None) -> str | None:
    """An instant: `09:00` is on the day of the tests, anything else is kept."""
    return f"{DAY}T{time}" if time is not None and len(time) == 5 else time


def given(
    id_: str, drug: str, technique: Any, start: str | None, stop: str | None = None, **more: Any
) -> Administration:
    """One administration; `pauses` are pairs of times."""
    pauses = tuple(Pause(start=at(a), stop=at(b)) for a, b in more.pop("pauses", ()))
    return Administration(
        id=id_, drug=drug, technique=technique, start=at(start), stop=at(stop), pauses=pauses, **more
    )


def infusion(id_: str, drug: str, start: str | None, stop: str | None = None, **more: Any) -> Administration:
    """A drip."""
    return given(id_, drug, "infusion", start, stop, **more)


def push(id_: str, drug: str, start: str | None, **more: Any) -> Administration:
    """A push by hand, charted with one time."""
    return given(id_, drug, "push", start, **more)


def fluid(id_: str, start: str | None, stop: str | None = None, **more: Any) -> Administration:
    """Hydration."""
    return given(id_, "saline", "infusion", start, stop, category="hydration", **more)


def quantity(value: str | int, unit: str = "mg") -> Quantity:
    """An amount."""
    return Quantity(value=Decimal(value), unit=unit)


def vials(*sizes: str | int, unit: str = "mg", single_dose: bool | None = None) -> tuple[Container, ...]:
    """One container of each size."""
    return tuple(Container(size=quantity(size, unit), single_dose=single_dose) for size in sizes)


def proposal(
    administrations: Sequence[Administration],
    setting: Setting = "facility",
    *,
    payer: str = "commercial",
    policies: Mapping[str, Any] | None = None,
    **header: Any,
) -> Proposal:
    """What the engine proposes under a payer's policies, some of them replaced."""
    header.setdefault("time_zone", "America/Chicago")
    encounter = Encounter(encounter_id="E1", administrations=tuple(administrations), **header)
    return proposed(encounter, setting, payer=payer, policies=policies)


def proposed(
    encounter: Encounter,
    setting: Setting,
    *,
    payer: str = "commercial",
    policies: Mapping[str, Any] | None = None,
) -> Proposal:
    """As `proposal`, for an encounter."""
    overlay = payers.load(payer)
    chosen = payers.with_policies(overlay.policies, policies or {}, where="test")
    return propose(
        encounter,
        setting=setting,
        overlay=overlay,
        policies=chosen.settled(setting=setting, claim_filing=None),
        lists=shipped(),
    )


def codes(found: Proposal, *, dated: bool = False) -> list[str]:
    """The lines as `96365-59x1`, with the day in front if asked."""
    texts = []
    for item in found.lines:
        line = item.line
        day = f"{line.service_date:%d} " if dated and line.service_date else ""
        texts.append(day + "-".join([line.hcpcs or "", *line.modifiers]) + f"x{line.units}")
    return sorted(texts)


def refused(found: Proposal) -> set[str]:
    """The reasons for which codes were refused."""
    return {r.reason for r in found.timeline.refusals}
