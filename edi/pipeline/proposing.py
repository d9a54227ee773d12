"""What `code` shows: the lines that a record supports, with minutes, reasons and refused codes."""

from dataclasses import dataclass
from typing import Any

from edi.coding.timeline import Refusal, Timeline
from edi.model.claim import ServiceLine
from edi.model.contract import finding_to_dict, to_dict, view_to_dict
from edi.pipeline.judging import Judged

NAMED: dict[str, Any] = {
    "hcpcs": None,
    "modifiers": [],
    "units": None,
    "service_date": None,
    "revenue_code": None,
    "kind": None,
    "administrations": [],
    "minutes": None,
    "why": None,
}
"""Keys that every line has, with their values where they are absent."""


@dataclass(slots=True, kw_only=True)
class Proposed:
    """One line with the codes that were refused for its administrations."""

    line: ServiceLine
    refused: tuple[Refusal, ...] = ()


def proposed_lines(judged: Judged) -> list[Proposed]:
    """The lines of an encounter.

    For an encounter that the program codes these are the lines of its claim, the coded services among them;
    for one that is coded already, what its record supports, to be compared with `coded_lines`.
    """
    assembled = judged.assembled
    if assembled is None:
        return []
    supported = [Proposed(line=item.line, refused=item.refused) for item in assembled.proposal.lines]
    if assembled.coding != "propose":
        return supported
    services = [
        Proposed(line=line)
        for line, source in zip(assembled.claim.lines, assembled.sources, strict=True)
        if source.startswith("/services/")
    ]
    return services + supported


def coded_lines(judged: Judged) -> list[ServiceLine]:
    """The lines that were coded by a person; none where the program codes."""
    assembled = judged.assembled
    if assembled is None or assembled.coding == "propose":
        return []
    return [
        line
        for line, source in zip(assembled.claim.lines, assembled.sources, strict=True)
        if source.startswith("/services/")
    ]


def unclaimed(judged: Judged) -> list[Refusal]:
    """Refusals for administrations that no proposed line bills."""
    timeline = timeline_of(judged)
    if timeline is None:
        return []
    billed = {id_ for item in proposed_lines(judged) for id_ in item.line.administrations}
    return [r for r in timeline.refusals if not billed & set(r.administrations)]


def timeline_of(judged: Judged) -> Timeline | None:
    """What was given, where the encounter could be read."""
    return judged.assembled.proposal.timeline if judged.assembled else None


def coded_to_dict(judged: Judged) -> dict[str, Any]:
    """One encounter as `code --format json` prints it."""
    timeline = timeline_of(judged)
    comparison, prices = judged.comparison(), judged.prices()
    return {
        "encounter_id": judged.id,
        "setting": timeline.setting if timeline else None,
        "payer_overlay": judged.overlay.name if judged.overlay else None,
        "overlay_reason": judged.reason,
        "lines": [
            NAMED | to_dict(item.line) | {"refused": [_refusal(r) for r in item.refused]}
            for item in proposed_lines(judged)
        ],
        "coded": [NAMED | to_dict(line) for line in coded_lines(judged)],
        "refused": [_refusal(r) for r in unclaimed(judged)],
        "file": judged.file,
        "index": judged.index,
        "findings": [finding_to_dict(f) for f in judged.findings],
        "comparison": view_to_dict(comparison) if comparison is not None else None,
        "prices": view_to_dict(prices) if prices is not None else None,
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    return {
        "code": refusal.code,
        "administrations": list(refusal.administrations),
        "reason": refusal.reason,
        "why": refusal.why,
    }
