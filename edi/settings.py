"""The settings file, `cleanclaim.toml`: who sends and receives files, and what most encounters share.

    [submitter]    name id contact_name phone email            loop 1000A
    [receiver]     name id                                     loop 1000B
    [interchange]  sender_qualifier sender_id receiver_qualifier receiver_id     ISA05 to ISA08
                   application_sender application_receiver acknowledgment        GS02, GS03, ISA14
    [defaults]     billing_provider, pay_to, rendering_provider, attending_provider, service_facility,
                   signatures, ownership, time_zone, charges: as in an encounter
    [professional_billing]  billing_provider pay_to rendering_provider place_of_service medicare_contractor
    [facility_billing]      billing_provider pay_to medicare_contractor
                   who bills each side, for `build --both` and `convert --to professional|facility`
    [[payers]]     name, and what is known of this payer: id, claim_filing

What an encounter says itself wins over the file.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeVar

from edi.errors import NotReadable
from edi.model import contract
from edi.model.claim import Claim, Setting, Signatures
from edi.model.encounter import Encounter
from edi.model.party import BillingSide, Coverage, TradingPartner

NAME = "cleanclaim.toml"
TABLES = (
    "submitter", "receiver", "interchange", "defaults", "payers", "professional_billing", "facility_billing",
)  # fmt: skip
PAYER_KEYS = ("name", "id", "claim_filing")
INTERCHANGE = {
    "sender_qualifier": 2,
    "sender_id": 15,
    "receiver_qualifier": 2,
    "receiver_id": 15,
    "application_sender": 15,
    "application_receiver": 15,
    "acknowledgment": 1,
}
"""Keys of [interchange] with the most characters of their values."""
BILLING = {
    "professional_billing": (
        "billing_provider",
        "pay_to",
        "rendering_provider",
        "place_of_service",
        "medicare_contractor",
    ),
    "facility_billing": ("billing_provider", "pay_to", "medicare_contractor"),
}
"""Keys of the tables that say who bills each side."""
DEFAULTS = (
    "billing_provider",
    "pay_to",
    "rendering_provider",
    "attending_provider",
    "service_facility",
    "signatures",
    "ownership",
    "time_zone",
    "charges",
)

R = TypeVar("R", bound=Encounter | Claim)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a settings file says; empty where there is none."""

    file: str | None = None
    """Name of the file."""
    submitter: TradingPartner | None = None
    receiver: TradingPartner | None = None
    interchange: Mapping[str, str] = field(default_factory=dict)
    """Arguments of the envelope, by the names of `edi.x12.envelope.Envelope`."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    """Values for absent keys of an encounter or a claim."""
    payers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What is known of payers, by their names in small letters."""
    professional_billing: BillingSide | None = None
    """Who bills the practitioner's side of a visit that a facility bills too."""
    facility_billing: BillingSide | None = None
    """Who bills the facility's side."""

    def applied(self, record: R) -> R:
        """The record with the settings for what it leaves open."""
        values: dict[str, Any] = {"submitter": self.submitter, "receiver": self.receiver, **self.defaults}
        charges = values.pop("charges", None)
        absent = {
            key: value for key, value in values.items() if value is not None and getattr(record, key) is None
        }
        if charges and isinstance(record, Encounter):
            absent["charges"] = {**charges, **record.charges}
        coverages = tuple(self._known(one) for one in record.coverages) if self.payers else record.coverages
        if any(one is not other for one, other in zip(coverages, record.coverages, strict=True)):
            absent["coverages"] = coverages
        return replace(record, **absent) if absent else record

    def billing(self, record: Encounter | None) -> dict[Setting, BillingSide]:
        """Who bills each side of a visit; what an encounter says of it wins over the file."""
        found: dict[Setting, BillingSide] = {}
        usual = self.professional_billing
        own = record.professional_billing if record is not None else None
        if usual is not None and own is not None:
            stated = {name: getattr(own, name) for name in BillingSide.__slots__}
            usual = replace(usual, **{name: value for name, value in stated.items() if value is not None})
        if usual is not None or own is not None:
            found["professional"] = usual or own or BillingSide()
        if self.facility_billing is not None:
            found["facility"] = self.facility_billing
        return found

    def completed(self, claim: Claim) -> Claim:
        """A claim that was read of a form with the settings; signatures that the form has no box for too."""
        made = self.applied(claim)
        usual, own = self.defaults.get("signatures"), claim.signatures
        if isinstance(usual, Signatures) and own is not None:
            absent = {
                f.name: getattr(usual, f.name)
                for f in fields(Signatures)
                if getattr(own, f.name) is None and getattr(usual, f.name) is not None
            }
            made = replace(made, signatures=replace(own, **absent))
        return made

    def _known(self, coverage: Coverage) -> Coverage:
        """A coverage with what is known of its payer."""
        payer = coverage.payer
        known = self.payers.get(_bare(payer.name)) if payer is not None and payer.name else None
        if payer is None or known is None:
            return coverage
        changes: dict[str, Any] = {}
        if payer.id is None and "id" in known:
            changes["payer"] = replace(payer, id=known["id"])
        if coverage.claim_filing is None and "claim_filing" in known:
            changes["claim_filing"] = known["claim_filing"]
        return replace(coverage, **changes) if changes else coverage


def _bare(name: str) -> str:
    """A name for comparison: small letters and digits, single blanks, as forms leave the other marks out."""
    return " ".join("".join(c if c.isalnum() else " " for c in name.casefold()).split())


def load(path: Path) -> Settings:
    """Read a settings file.

    Raises:
        NotReadable: it cannot be opened, is not TOML, or holds a key or value that it should not; the message
            names all of them and the nearest known keys.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise NotReadable(f"settings {path}: cannot be read ({problem.strerror})") from problem
    except UnicodeDecodeError as problem:
        raise NotReadable(f"settings {path}: the text is not UTF-8") from problem
    except tomllib.TOMLDecodeError as problem:
        raise NotReadable(f"settings {path}: not TOML: {problem}") from problem
    wrong = list(_tables(data))
    interchange = {} if wrong else _interchange(data.get("interchange", {}), wrong)
    known = {} if wrong else _payers(data.get("payers", []), wrong)
    record = _record(data, wrong) if not wrong else None
    billing = {name: _billing(data.get(name), name, wrong) for name in BILLING} if not wrong else {}
    if wrong or record is None:
        raise NotReadable(f"settings {path}: {'; '.join(wrong)}")
    return Settings(
        file=str(path),
        submitter=record.submitter,
        receiver=record.receiver,
        interchange=interchange,
        payers=known,
        defaults={key: getattr(record, key) for key in DEFAULTS if key in data.get("defaults", {})},
        professional_billing=billing["professional_billing"],
        facility_billing=billing["facility_billing"],
    )


def _tables(data: Mapping[str, Any]) -> Any:
    """What is wrong with the tables of the file."""
    for name, value in data.items():
        if name not in TABLES:
            yield f"{name} is not a known table{_near(name, TABLES)}"
        elif name == "payers":
            if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
                yield "payers must be tables of a list, [[payers]]"
        elif not isinstance(value, dict):
            yield f"{name} must be a table, [{name}]"
    for name, known in (("defaults", DEFAULTS), *BILLING.items()):
        table = data.get(name, {})
        for key in table if isinstance(table, dict) else ():
            if key not in known:
                yield f"[{name}] has no key {key}{_near(key, known)}"


def _interchange(data: Mapping[str, Any], wrong: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for key, value in data.items():
        most = INTERCHANGE.get(key)
        if most is None:
            wrong.append(f"[interchange] has no key {key}{_near(key, tuple(INTERCHANGE))}")
        elif not isinstance(value, str) or not value.strip():
            wrong.append(f"{key} of [interchange] must be text in quotes")
        elif len(value) > most or (key.endswith("_qualifier") and len(value) != most):
            size = "has" if key.endswith("_qualifier") else "has at most"
            wrong.append(f"{key} of [interchange] {size} {most} character{'s' if most > 1 else ''}")
        elif key == "acknowledgment" and value not in ("0", "1"):
            wrong.append('acknowledgment of [interchange] is "0" or "1"')
        else:
            found[key] = value
    return found


def _payers(data: list[dict[str, Any]], wrong: list[str]) -> dict[str, dict[str, str]]:
    """The payers by their names."""
    found: dict[str, dict[str, str]] = {}
    for number, one in enumerate(data, 1):
        where = f"[[payers]] {number}"
        for key, value in one.items():
            if key not in PAYER_KEYS:
                wrong.append(f"{where} has no key {key}{_near(key, PAYER_KEYS)}")
            elif not isinstance(value, str) or not value.strip():
                wrong.append(f"{where}: {key} must be text in quotes")
        name = one.get("name")
        if not isinstance(name, str) or not _bare(name):
            wrong.append(f"{where}: name is missing")
        elif _bare(name) in found:
            wrong.append(f"{where}: {name} stands there twice")
        else:
            found[_bare(name)] = {key: str(value) for key, value in one.items() if key != "name"}
    return found


def _record(data: Mapping[str, Any], wrong: list[str]) -> Encounter | None:
    """The settings as an encounter that has nothing else, so that they are judged as an encounter is."""
    given = {key: data[key] for key in ("submitter", "receiver") if key in data}
    defaults = data.get("defaults", {})
    record = contract.from_dict({"encounter_id": "-", **given, **defaults}, kind="encounter")
    for problem in record.problems:
        first = problem.path.split("/")[1] if problem.path else ""
        where = f"[{first}]" if first in given else "[defaults]"
        wrong.append(f"{where}: {problem.message} ({problem.help.rstrip('.')})")
    return record.value if isinstance(record.value, Encounter) else None


def _billing(table: dict[str, Any] | None, name: str, wrong: list[str]) -> BillingSide | None:
    """Who bills a side, judged as an encounter is."""
    if table is None:
        return None
    record = contract.from_dict({"encounter_id": "-", "professional_billing": table}, kind="encounter")
    for problem in record.problems:
        wrong.append(f"[{name}]: {problem.message} ({problem.help.rstrip('.')})")
    return record.value.professional_billing if isinstance(record.value, Encounter) else None


def _near(key: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(key, known, 1)
    return f"; did you mean {near[0]}?" if near else f" (there are: {', '.join(known)})"
