"""One fault on four surfaces: in an encounter that is coded already, in claim JSON, in XML and in an 837."""

import dataclasses
import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Literal

import pytest

import edi
from edi.finding import Finding, X12Place
from edi.model import pointer
from edi.model.claim import Claim, ClaimHeader, Service, claim_diagnoses, statement_period
from edi.model.contract import to_ndjson
from edi.model.encounter import Encounter
from edi.model.party import TradingPartner
from edi.model.xml import to_xml_list
from edi.pipeline import reference
from edi.rules import Case, Example, Rule
from edi.transactions import parts837 as parts
from edi.transactions import t837i, t837p
from edi.x12.envelope import Envelope
from edi.x12.writer import Tracing
from rule_cases import cases_of, patches_record, record_of

Surface = Literal["encounter", "claim", "xml", "x12"]
SURFACES: tuple[Surface, ...] = ("encounter", "claim", "xml", "x12")
CREATED = dt.datetime(2026, 11, 2, 8, 0)
ADDRESS = re.compile(
    r"(?P<loop>[^/\[]+)(?:\[(?P<turn>\d+)\])?"
    r"(?:/(?P<segment>[A-Z0-9]+)(?:\[(?P<code>[^\]]*)\])?(?:#(?P<nth>\d+))?"
    r"(?:/(?P<element>\d\d)(?:-(?P<component>\d+))?)?)?"
)
_HEADER = tuple(f.name for f in dataclasses.fields(ClaimHeader))
_SERVICE = tuple(f.name for f in dataclasses.fields(Service))


@dataclasses.dataclass(frozen=True, slots=True)
class Judged:
    """What one surface holds and what is found on it."""

    data: bytes
    findings: tuple[Finding, ...]
    """Those about a record; what is said of the file or the run is left out."""

    def of(self, rule: str) -> list[Finding]:
        """The findings of one rule, or of another that says the same."""
        return [f for f in self.findings if f.rule == rule or rule in f.also]


def planted(rule: Rule, example: Example) -> dict[str, Judged]:
    """An example of a rule on each surface; `alone` are the claims of the encounters without their record."""
    cases = cases_of(rule, example)
    first, claims = cases[0], [case.claim for case in cases]
    record = record_of(rule, example)
    if patches_record(rule, example):
        encounters = [record]
    else:
        encounters = [as_encounter(claim, record) for claim in claims]
    found = {
        "encounter": judged("".join(to_ndjson(encounters)).encode(), first),
        "claim": judged("".join(to_ndjson(claims)).encode(), first),
        "xml": judged("".join(to_xml_list(claims)).encode(), first),
        "x12": judged(as_837(claims), first),
    }
    if not found["x12"].of(rule.id):
        # as a claim that was read: what the writer leaves out or fills in stands as the claim has it
        sent = judged(as_837([_as_read(claim) for claim in claims]), first)
        faults = {f.rule for f in sent.findings if f.rule.startswith("X12-")}
        if sent.of(rule.id) or faults - {f.rule for f in found["x12"].findings}:
            found["x12"] = sent
    if all(claim.claim_id for claim in claims):
        asked: dict[str, Any] = {"payer": first.overlay.name, "policies": policies_of(first)}
        own = [edi.claim(encounter, **asked) for encounter in encounters]
        found["alone"] = judged("".join(to_ndjson(own)).encode(), first)
    return found


def policies_of(case: Case) -> dict[str, Any]:
    """The policies of a case as a user would ask for them."""
    return {f.name: getattr(case.policies, f.name) for f in dataclasses.fields(case.policies)}


def judged(data: bytes, case: Case) -> Judged:
    """What is found in a file, through the public door, under the terms of a case."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "lists", lambda: case.lists)
        report = edi.check(
            data,
            payer=case.overlay.name,
            policies=policies_of(case),
            received=case.received,
            prices=case.prices,
            show_values=True,
        )
    return Judged(data, tuple(f for f in report.findings if f.record != "file"))


def as_encounter(claim: Claim, record: Encounter) -> Encounter:
    """The encounter of a claim's record whose services are the lines of the claim, as coded by a person."""
    order = claim_diagnoses(claim)
    services = []
    for line in claim.lines:
        service = Service(**{name: getattr(line, name) for name in _SERVICE})
        # an encounter numbers its diagnoses as it lists them, a claim the principal one first
        service.diagnosis_pointers = tuple(
            order[p - 1] + 1 if 0 < p <= len(order) else p for p in line.diagnosis_pointers
        )
        services.append(service)
    header = {name: getattr(claim, name) for name in _HEADER}
    if header["patient"] is not None:
        header["patient"] = dataclasses.replace(header["patient"], account_number=None)
    return Encounter(
        encounter_id=claim.claim_id or "",
        **header,
        administrations=record.administrations,
        services=tuple(services),
        charges=record.charges,
        primary_reason=record.primary_reason,
        coding="as_coded",
    )


def as_837(claims: Sequence[Claim]) -> bytes:
    """Claims of one setting in one transaction set, written as far as it goes: nothing is refused."""
    nobody = TradingPartner()
    module = t837i if claims[0].setting == "facility" else t837p
    guide = module.GUIDE
    submitter, receiver = claims[0].submitter or nobody, claims[0].receiver or nobody
    envelope = Envelope(
        sender_id="SENDER", receiver_id="RECEIVER", created=CREATED, control_number=1, usage="T"
    )
    w = parts.lenient()
    parts.header(
        w, guide, control="0001", reference="1", created=CREATED, submitter=submitter, receiver=receiver
    )
    at = parts.Hierarchy()
    for claim in claims:
        own = Tracing(parts.placed_loops())
        parts.levels(own, guide, at, claim, submitter)
        module.write_claim(own, claim)
        carried = parts.carry_along(w, guide, claim, own.taken) if claim.unmapped else own.segments
        w.segments.extend(carried)
    body = w.take()
    start = envelope.isa() + envelope.gs(0, guide.version)
    end = envelope.se(w.count + 1, 1) + envelope.ge(0, 1) + envelope.iea(1)
    return (start + body + end).encode("ascii", "replace")


def _as_read(claim: Claim) -> Claim:
    """A claim that is written as it stands: the usual values that a claim of ours gets are filled in here."""
    lines = tuple(dataclasses.replace(line, unit=line.unit or "UN") for line in claim.lines)
    period = statement_period(claim) if claim.setting == "facility" else None
    frequency = claim.frequency or "1"
    return dataclasses.replace(claim, origin="837", frequency=frequency, lines=lines, statement=period)


# --- places -------------------------------------------------------------------------------------------


def value_at(record: object, path: str) -> Any:
    """The value at a pointer, of a list its first one; None where nothing is."""
    try:
        found = pointer.get(record, path)
    except LookupError:
        return None
    while isinstance(found, tuple | list):
        if not found:
            return None
        found = found[0]
    return None if isinstance(found, dict) or dataclasses.is_dataclass(found) else found


def x12_problem(data: bytes, finding: Finding, claims: Sequence[Claim]) -> str | None:
    """What is wrong with the place of a finding in an 837, told from the bytes of the file alone."""
    place = finding.place.x12
    if place is None or place.segment is None:
        return f"no place in the file: {place}"
    address = parted(place.address)
    if address is None:
        return f"{place.address} is no address"
    if place.loop != address["loop"]:
        return f"{place.address} is not in loop {place.loop}"
    text = data.decode("ascii")
    segments = text[text.index("ST*") :].split("~")
    here = segments[place.segment - 1].split("*")
    if address["loop"] == "2400" and address["turn"]:
        before = segments[: place.segment]
        claim = max(i for i, s in enumerate(before) if s.startswith("CLM*"))
        lines = sum(s.startswith("LX*") for s in before[claim:])
        if lines != int(address["turn"]):
            return f"{place.address} points at segment {place.segment}, which is of line {lines}"
    value = value_at(claims[finding.index], finding.claim_path or "")
    if address["segment"] is None:
        return None if here[0] == "LX" else f"a line begins with {here[0]}"
    if here[0] != address["segment"]:
        return None if value is None else f"{place.address} points at {here[0]}, and its value is {value}"
    if value is None:
        return None
    if address["element"] is None:
        return f"{place.address} names no element, and its value is {value}"
    stands = here[int(address["element"])] if int(address["element"]) < len(here) else ""
    if address["component"] is not None:
        components = stands.split(":")
        stands = (
            components[int(address["component"]) - 1] if int(address["component"]) <= len(components) else ""
        )
    if not _is_written(finding.claim_path or "", value, stands):
        return f"{place.address} holds {stands}, and the claim holds {value}"
    if place.byte is None or not text[place.byte :].startswith(stands):
        return f"byte {place.byte} is not that of {stands}"
    if place.text_line != 1 or place.column != place.byte + 1:
        return f"line {place.text_line}, column {place.column} is not byte {place.byte}"
    return None


def _is_written(path: str, value: Any, text: str) -> bool:
    """Whether a value stands in an element as X12 writes it."""
    if path == "/type_of_bill":
        return text in (value[1:3], value[3:])
    if isinstance(value, bool):
        return text in ("Y", "N", "P")
    if isinstance(value, Decimal | int):
        return bool(re.fullmatch(r"-?[\d.]+", text)) and Decimal(text) == value
    if isinstance(value, dt.date):
        return f"{value:%Y%m%d}" in text
    return _plain(value) == _plain(text)


def _plain(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


@cache
def parted(address: str) -> "re.Match[str] | None":
    """The parts of an address."""
    return ADDRESS.fullmatch(address)


def same_element(wire: X12Place | None, other: X12Place | None) -> bool:
    """Whether a fault of the wire speaks of the element, or of the whole segment, that an address names."""
    one, two = (parted(place.address) if place else None for place in (wire, other))
    if one is None or two is None or one["loop"] != two["loop"]:
        return False
    if one["turn"] and two["turn"] and one["turn"] != two["turn"]:
        return False
    if one["segment"] != two["segment"] or None in (one["element"], two["element"]):
        return two["segment"] is None or one["segment"] == two["segment"] or one["element"] is None
    # NM102 says how the names behind it are to be read
    return one["element"] == two["element"] or (one["segment"], one["element"]) == ("NM1", "02")


@cache
def read_back(data: bytes) -> tuple[Claim, ...]:
    """The claims of an 837."""
    return tuple(edi.read_837(data))
