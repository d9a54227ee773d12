"""Encounters that a facility and a practitioner both bill: each side judged as a record of its own."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from edi.conversion.visit import Part, Visit, both_sides
from edi.model.contract import Record
from edi.model.encounter import Encounter
from edi.model.party import BillingSide
from edi.pipeline import reference
from edi.pipeline.judging import Judged, Options, case_of, chosen_for, judge
from edi.pipeline.notices import notice
from edi.pipeline.reading import Input, records

_BILLING = ("billing_provider", "pay_to", "place_of_service", "rendering_provider")
"""Keys of the practitioner's side that `professional_billing` holds."""
_NAME_IT = (
    "Name who bills the practitioner's side: `professional_billing` in the encounter, or "
    "[professional_billing] in cleanclaim.toml."
)


def judge_visits(given: Iterable[Input], options: Options) -> Iterator[Judged]:
    """Every encounter of every input, judged for each side that bills it; each says which side it is."""
    for one in given:
        for record in records(one):
            value = record.value
            if not isinstance(value, Encounter):
                yield judge(record, options, file=one.name, only="encounter")
                continue
            value = options.settings.applied(value)
            record = replace(record, value=value)
            chosen = chosen_for(value, options, "encounter", record)
            if isinstance(chosen, list):
                yield judge(record, options, file=one.name, only="encounter")
                continue
            overlay, _, policies = chosen
            assembled = case_of(value, overlay, policies, options).assembled
            assert assembled is not None
            billing = options.settings.billing(value).get("professional", BillingSide())
            visit = both_sides(value, assembled, billing, reference.lists())
            # what the settings have in common belongs to the record that was given, and stands in it
            own = replace(options, settings=replace(options.settings, defaults={}))
            for part in visit.parts:
                yield _judged(part, visit, record, own, one.name)


def _judged(part: Part, visit: Visit, record: Record, options: Options, file: str) -> Judged:
    """One side, with what is to be said of the division."""
    judged = judge(replace(record, value=part.record), options, file=file, only="encounter")
    judged.side, judged.services = part.setting, part.services
    if visit.why:
        message = f"one side only: {visit.why}"
        judged.findings.append(
            notice("BUILD-ONE-SIDE", message, record="encounter", index=record.index, claim=record.id)
        )
    elif part.setting == "facility":
        for i in visit.without_visit:
            message = (
                f"service {i + 1} is the practitioner's visit, and the record holds none of the hospital's"
            )
            judged.findings.append(
                notice(
                    "BUILD-NO-VISIT",
                    message,
                    record="encounter",
                    index=record.index,
                    path=f"/services/{i}",
                    claim=record.id,
                )
            )
    return judged


def relocate(judged: Judged) -> None:
    """Point the findings of a side at the record that was given."""
    if judged.side is None:
        return
    for found in judged.findings:
        if found.rule.startswith("BUILD-"):
            continue
        parts = found.path.split("/")
        if len(parts) > 2 and parts[1] == "services" and parts[2].isdecimal():
            parts[2] = str(judged.services[int(parts[2])])
            found.path = "/".join(parts)
        elif judged.side == "professional" and len(parts) > 1 and _is_of_billing(judged, parts[1]):
            found.path = "/professional_billing" + found.path
            if found.path == "/professional_billing/billing_provider":
                found.help = _NAME_IT


def _is_of_billing(judged: Judged, key: str) -> bool:
    """Whether a key of the practitioner's side is one of those that `professional_billing` holds."""
    encounter = judged.case.encounter if judged.case else None
    return key in _BILLING and encounter is not None and not encounter.administrations
