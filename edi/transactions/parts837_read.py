"""What the readers of the 837P and the 837I share: the mirror of `parts837`.

One function reads one kind of segment of one loop: it takes the state of the reading and the text of the
segment. What a layout holds goes to the claim; an element that it does not hold, and a segment that the claim
has no home for, go to `unmapped`, with the address at which the writer puts them back. A text that is no
date or number goes to `unread`, and its value is None. Sources: as `parts837`.
"""

import datetime as dt
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any

from edi.model.claim import (
    Attachment,
    Claim,
    ClaimDate,
    Diagnosis,
    DiagnosisKind,
    OccurrenceCode,
    OccurrenceSpan,
    ServiceLine,
    Unmapped,
    Unread,
    ValueCode,
    coverage_order,
)
from edi.model.party import (
    Address,
    Adjudication,
    Adjustment,
    Authorization,
    Coverage,
    LineAdjudication,
    Patient,
    Payer,
    Person,
    Provider,
    SecondaryId,
    TradingPartner,
)
from edi.transactions import parts837 as parts
from edi.transactions.parts837 import Guide
from edi.x12.placing import FLAGS, MISPLACED, RESTART, UNKNOWN, LoopNode, Places
from edi.x12.reader import Unit
from edi.x12.segment import COMPONENT, ELEMENT, Layout, Slot, qualifier_of
from edi.x12.taking import Take, plain, read_day, read_number, read_period
from edi.x12.writer import Base, pointer

BILLED = "#0"
"""Stands for the index of the billed coverage until all coverages are known; #1, #2 ... for the others."""
SUBSCRIBER = "#subscriber"
"""Stands for the person of 2010BA until it is known whether that is the patient."""

Spot = tuple[int, int | None, int | None]
"""Index of a segment in its unit, element, component; without an element the segment as a whole."""


class Found(dict[str, tuple[int, int | None, int | None]]):
    """Where the values of a unit stand: JSON Pointer -> spot."""

    __slots__ = ("absent", "carried")

    def __init__(self) -> None:
        super().__init__()
        self.absent: dict[str, Spot] = {}
        """Where values would stand that are not there, in segments that are."""
        self.carried: list[tuple[Unmapped, Spot]] = []
        """What has no home in the claim."""


class Reading:
    """The state of reading one unit: a level of the hierarchy or a claim."""

    __slots__ = (
        "attachments", "base", "billed", "casualty", "claim", "conditions", "coverage", "dates",
        "decision", "decisions", "diagnoses", "drug", "facility", "guide", "i", "icd9", "kinds", "line",
        "line_base", "line_numbers", "lines", "member_base", "occurrences", "oi", "one", "other",
        "other_base", "others", "partners", "patient", "pay_to", "payer_ids", "provider", "sound",
        "spans", "split", "trace", "unit", "unmapped", "unread", "values", "whole",
    )  # fmt: skip

    # a level
    provider: Provider
    pay_to: Provider | None
    coverage: Coverage
    """The coverage of the level, which claims share."""
    patient: Patient
    casualty: str
    payer_ids: tuple[SecondaryId, ...]
    partners: dict[str, TradingPartner]
    member_base: Base
    # a claim
    claim: Claim
    billed: Coverage
    """The billed coverage: the level's until the claim says more of it."""
    attachments: list[Attachment]
    conditions: list[str]
    dates: list[ClaimDate]
    diagnoses: list[Diagnosis]
    kinds: list[DiagnosisKind]
    icd9: bool | None
    occurrences: list[OccurrenceCode]
    spans: list[OccurrenceSpan]
    values: list[ValueCode]
    decisions: int
    """Turns so far of 2430 in the line."""
    split: list[str]
    """Pointers to the groups of adjustments (CAS01) that were begun again though the first had room."""
    others: list[Coverage]
    other: Coverage
    other_base: Base
    oi: bool
    """The OI of the current other payer was read."""
    lines: list[ServiceLine]
    line: ServiceLine
    line_base: Base
    line_numbers: dict[int, tuple[int, str]]
    """Prior authorizations by line: index of the segment, number."""
    drug: bool
    """The current 2410 goes to the line."""
    decision: LineAdjudication | None

    def __init__(self, guide: Guide, unit: Unit, trace: Found | None = None) -> None:
        self.guide = guide
        self.facility = guide.setting == "facility"
        self.unit = unit
        self.trace = trace
        self.sound = not unit.faults
        """Whether the guide finds nothing wrong: numbers are numbers then."""
        self.i = 0
        self.unread: list[Unread] = []
        self.unmapped: list[Unmapped] = []
        self.whole: set[int] | None = None
        """Indexes of the segments that went to `unmapped` as a whole."""
        self.one: Any = None
        """The provider, person or payer of the current loop; None where the loop goes to `unmapped`."""
        self.base: Base = ()

    # --- values ---

    def take(self, take: Take, text: str, base: Base) -> tuple[str, ...]:
        """Values of a segment; what is left over goes to `unmapped`."""
        values, left = take(text)
        if left:
            for element, component, value in left:
                self.left(element, component, value)
        if self.trace is not None:
            self.note(base, take.layout.slots, values)
        return values

    def note(self, base: Base, slots: Sequence[Slot], values: Sequence[str]) -> None:
        """Note where values stand, or would stand, when tracing; lists are read without their gaps."""
        if self.trace is not None:
            start, gaps = pointer(base), Counter[str]()
            for slot, value in zip(slots, values, strict=True):
                if slot.pointer is None:
                    continue
                name, _, number = slot.pointer.rpartition("/")
                if number.isdecimal():
                    where = f"{start}{'/' if name else ''}{name}/{int(number) - gaps[name]}"
                    gaps[name] += not value
                else:
                    where = start if slot.pointer == "." else f"{start}/{slot.pointer}"
                found = self.trace if value else self.trace.absent
                found.setdefault(where, (self.i, slot.element, slot.component))

    def number(self, text: str, base: Base, name: str) -> Decimal | None:
        """A number; one that cannot be read goes to `unread`."""
        if self.sound:
            return Decimal(text) if text else None
        value = read_number(text)
        if value is None and text:
            self.unread.append(Unread(path=pointer(base, name), text=text))
        return value

    def day(self, text: str, base: Base, name: str) -> dt.date | None:
        """A day; one that cannot be read goes to `unread`."""
        value = read_day(text)
        if value is None and text:
            self.unread.append(Unread(path=pointer(base, name), text=text))
        return value

    # --- what has no home ---

    def carry(self, text: str) -> None:
        """Put a whole segment into `unmapped`."""
        if self.whole is None:
            self.whole = set()
        self.whole.add(self.i)
        name = text.split(ELEMENT, 1)[0]
        self._leave(Unmapped(address=f"{self.address()}/{name}", text=plain(text)), None, None)

    def left(self, element: int, component: int | None, value: str) -> None:
        """Put an element of the current segment into `unmapped`; "" says that it was empty."""
        where = f"{element:02}" + (f"-{component}" if component is not None else "")
        one = Unmapped(address=f"{self.segment_name()}/{where}", text=plain(value))
        self._leave(one, element, component)

    def _leave(self, one: Unmapped, element: int | None, component: int | None) -> None:
        self.unmapped.append(one)
        if self.trace is not None:
            self.trace.carried.append((one, (self.i, element, component)))

    def address(self) -> str:
        """Address of the current loop: `2300`, `2400[3]`, `2400[3]/2430[2]`."""
        at = self.i
        node = self.unit.node(at)
        while node is None and at > 0:
            at -= 1
            node = self.unit.node(at)
        loop = node.home.loop.id if node is not None else self.unit.root.loop.id
        if self.unit.root.loop.unit is None or loop.startswith(("2300", "2310", "2000", "2010")):
            return loop
        if loop.startswith("23"):
            return f"2320[{len(self.others)}]" + (f"/{loop}" if loop != "2320" else "")
        line = f"2400[{len(self.lines)}]"
        if loop == "2430":
            return f"{line}/2430[{self.decisions}]"
        return line + (f"/{loop}" if loop != "2400" else "")

    def segment_name(self) -> str:
        """Address of the current segment among those that are not carried along as a whole."""
        here = self.unit.segments[self.i]
        name, qualifier = qualifier_of(here)
        node = self.unit.nodes[self.i] & ~FLAGS
        places = self.unit.head.compiled.places if self.unit.head.compiled else None
        home = places.nodes[node].home if places is not None and node < len(places.nodes) else None
        nth = 1
        for at in range(self.i - 1, -1, -1):
            code = self.unit.nodes[at]
            if code < UNKNOWN and places is not None:
                other = places.nodes[code & ~FLAGS]
                if other.home is not home and home not in other.home.path():
                    break
                if other.home is home and qualifier_of(self.unit.segments[at]) == (name, qualifier):
                    nth += self.whole is None or at not in self.whole
                if other.home is home and (other.is_head or code & RESTART):
                    break
        mark = (f"[{plain(qualifier)}]" if qualifier else "") + (f"#{nth}" if nth > 1 else "")
        return f"{self.address()}/{name}{mark}"


Handler = Callable[[Reading, str], None]
Loops = Mapping[str, Mapping[str, Handler]]
"""Handlers by loop and segment id; `*` begins a loop whose first segment is missing."""


def carry(r: Reading, text: str) -> None:
    """A segment that the claim has no home for."""
    r.carry(text)


class Table:
    """The handlers of one guide by node."""

    def __init__(self, places: Places, loops: Loops) -> None:
        self.handlers: list[Handler] = []
        self.begin: list[Handler | None] = []
        for node in places.nodes:
            held = loops.get(node.home.loop.id, {})
            self.handlers.append(held.get(node.line.id, carry))
            self.begin.append(held.get("*"))
        self.homes = places.unit_home
        self.heads = frozenset(node.number for node in places.nodes if node.is_head)

    def run(self, r: Reading, unit: Unit) -> None:
        """Read all segments of a unit."""
        if unit.faults:
            self._faulty(r, unit)
            return
        handlers = self.handlers
        for i, (code, text) in enumerate(zip(unit.nodes, unit.segments, strict=True)):
            r.i = i
            if code < RESTART:
                handlers[code](r, text)
            else:
                self._flagged(r, unit.root, code, text)

    def run_part(self, r: Reading, unit: Unit, part: Iterable[int]) -> None:
        """Read some segments of a unit without faults."""
        for i in part:
            r.i = i
            self.handlers[unit.nodes[i]](r, unit.segments[i])

    def _faulty(self, r: Reading, unit: Unit) -> None:
        """Read a unit with faults: a loop may stand without the one that holds it, which is begun for it."""
        claim = unit.root.loop.unit is not None
        for i, code in _in_order(unit):
            r.i, text = i, unit.segments[i]
            begun = False
            node = unit.node(i)
            if claim and node is not None:
                loop = node.home.loop.id
                if loop.startswith("24") and not r.lines and not (loop == "2400" and node.is_head):
                    line_begin(r, "")
                    begun = loop == "2400"
                elif (
                    loop.startswith(("232", "233")) and not r.others and not (loop == "2320" and node.is_head)
                ):
                    other_begin(r, "")
                    begun = loop == "2320"
            if code < RESTART:
                self.handlers[code](r, text)
            else:
                self._flagged(r, unit.root, code, text, begun=begun)

    def _flagged(self, r: Reading, root: LoopNode, code: int, text: str, *, begun: bool = False) -> None:
        """A segment at a wrong place: read where its line is known and belongs to this unit."""
        if code >= UNKNOWN or not text:
            if text:
                r.carry(text)
            return
        node = code & ~FLAGS
        if self.homes[node] is not root:
            r.carry(text)
            return
        if code & MISPLACED and node in self.heads:
            # a second one: it begins nothing
            r.carry(text)
            return
        begin = self.begin[node]
        if code & RESTART and begin is not None and not begun:
            begin(r, text)
        self.handlers[node](r, text)


def _in_order(unit: Unit) -> Iterable[tuple[int, int]]:
    """Indexes and nodes of a unit's segments in the order in which they should have been sent.

    What stands too late is read before what it should have stood before: the first segment of a loop before
    the loop's others, a segment of the unit itself before the loops in it.
    """
    nodes = unit.nodes
    found = list(enumerate(nodes))
    for i, code in enumerate(nodes):
        node = unit.node(i) if code < UNKNOWN and code & MISPLACED else None
        if node is None:
            continue
        own = [at for at, (k, _) in enumerate(found) if k < i]
        if node.is_head:
            begins = [
                at
                for at in own
                if found[at][1] < MISPLACED
                and found[at][1] & RESTART
                and (other := unit.node(found[at][0])) is not None
                and other.home is node.home
            ]
            if not begins:
                continue
            target = begins[-1]
            found[target] = (found[target][0], found[target][1] & ~RESTART)
        elif node.home is unit.root:
            below = (at for at in own if _is_below(unit, found[at]))
            target = next(below, -1)
        else:
            continue
        if target >= 0:
            found.remove((i, code))
            found.insert(target, (i, code & ~FLAGS))
    return found


def _is_below(unit: Unit, one: tuple[int, int]) -> bool:
    """Whether a segment belongs to a loop in the unit."""
    node = unit.node(one[0])
    return one[1] < UNKNOWN and node is not None and node.home is not unit.root


# --- names ---

STREET = Take(parts.N3)
CITY = Take(parts.N4)
CONTACT = Take(parts.CONTACT)
ID = Take(parts.SECONDARY_ID)


def street(r: Reading, text: str) -> None:
    """N3 of a person, provider or payer."""
    one = r.one
    if one is None or (one.address is not None and (one.address.line1 or one.address.line2)):
        r.carry(text)
        return
    line1, line2 = r.take(STREET, text, (*r.base, "address"))
    if one.address is None:
        one.address = Address(line1=line1 or None, line2=line2 or None)
    else:
        one.address.line1, one.address.line2 = line1 or None, line2 or None


def city(r: Reading, text: str) -> None:
    """N4 of a person, provider or payer."""
    one = r.one
    held = one.address if one is not None else None
    if one is None or (held is not None and (held.city or held.state or held.zip or held.country)):
        r.carry(text)
        return
    town, state, code, country = r.take(CITY, text, (*r.base, "address"))
    if held is None:
        held = one.address = Address()
    held.city, held.state = town or None, state or None
    held.zip, held.country = code or None, country or None


def contact(r: Reading, text: str) -> None:
    """PER of a provider: name and telephone."""
    one = r.one
    elements = text.split(ELEMENT)
    if one is None or one.phone or len(elements) < 5 or elements[3] != "TE" or not elements[4]:
        r.carry(text)
        return
    who, number = r.take(CONTACT, text, r.base)
    one.contact_name, one.phone = who or None, number


def ids(allowed: tuple[str, ...]) -> Handler:
    """Handler of REF beside an NPI."""

    def handler(r: Reading, text: str) -> None:
        elements = text.split(ELEMENT)
        if r.one is None or len(elements) != 3 or elements[1] not in allowed or not elements[2]:
            r.carry(text)
            return
        one = r.one
        r.take(ID, text, (*r.base, "secondary_ids", len(one.secondary_ids)))
        one.secondary_ids = (*one.secondary_ids, SecondaryId(qualifier=elements[1], id=elements[2]))

    return handler


def specialty(layout: Layout) -> Handler:
    """Handler of PRV."""
    take = Take(layout)

    def handler(r: Reading, text: str) -> None:
        if r.one is None or r.one.taxonomy:
            r.carry(text)
            return
        (code,) = take(text)[0]
        if not code:
            r.carry(text)
            return
        r.take(take, text, r.base)
        r.one.taxonomy = code

    return handler


def fill_provider(r: Reading, one: Provider, takes: tuple[Take, Take], text: str) -> None:
    """Name and NPI of a provider from NM1."""
    kind = text.split(ELEMENT, 3)[2:3]
    if kind == ["1"]:
        last, first, middle, suffix, qualifier, npi = r.take(takes[0], text, r.base)
        if last:
            one.last_name, one.first_name = last, first or None
            one.middle_name, one.suffix = middle or None, suffix or None
        else:
            # without a last name it would be written as an organization
            for element, value in ((2, "1"), (4, first), (5, middle), (7, suffix)):
                if value:
                    r.left(element, None, value)
    else:
        name, qualifier, npi = r.take(takes[1], text, r.base)
        one.organization_name = name or None
    if qualifier == "XX" and npi:
        one.npi = npi
    elif qualifier or npi:
        r.left(8, None, qualifier)
        r.left(9, None, npi)


def provider_loop(
    attribute: str,
    role: tuple[Layout, Layout],
    code: str,
    *,
    line: bool = False,
    taxonomy: Layout | None = None,
    qualifiers: tuple[str, ...] = parts.ID_QUALIFIERS,
    place: bool = False,
    phone: bool = False,
) -> dict[str, Handler]:
    """Handlers of a provider's loop of the claim or of a line."""
    takes = (Take(role[0]), Take(role[1]))

    def begin(r: Reading) -> bool:
        holder = r.line if line else r.claim
        if getattr(holder, attribute) is not None:
            r.one = None
            return False
        r.one = Provider()
        r.base = (*r.line_base, attribute) if line else (attribute,)
        setattr(holder, attribute, r.one)
        return True

    def name(r: Reading, text: str) -> None:
        if text.split(ELEMENT, 2)[1:2] != [code]:
            r.one = None
        elif begin(r):
            fill_provider(r, r.one, takes, text)
            return
        r.carry(text)

    def headless(r: Reading, _text: str) -> None:
        begin(r)

    found: dict[str, Handler] = {"NM1": name, "*": headless, "REF": ids(qualifiers)}
    if taxonomy is not None:
        found["PRV"] = specialty(taxonomy)
    if place:
        found |= {"N3": street, "N4": city}
    if phone:
        found["PER"] = contact
    return found


MEMBER = Take(parts.SUBSCRIBER)
PATIENT_NAME = Take(parts.PATIENT)
BIRTH = Take(parts.DMG)
PAYER = Take(parts.PAYER)


def person_name(r: Reading, one: Person, take: Take, text: str) -> tuple[str, ...]:
    """NM1 of a person; hands back what the layout holds behind the name."""
    last, first, middle, suffix, *rest = r.take(take, text, r.base)
    one.last_name, one.first_name = last or None, first or None
    one.middle_name, one.suffix = middle or None, suffix or None
    return tuple(rest)


def member(r: Reading, one: Person, coverage: Coverage, text: str) -> None:
    """NM1*IL: name and member id."""
    qualifier, number = person_name(r, one, MEMBER, text)
    coverage.member_id = number or None
    if qualifier != ("MI" if number else ""):
        r.left(8, None, qualifier)
    if r.trace is not None and number:
        r.trace.setdefault(pointer(r.member_base, "member_id"), (r.i, 9, None))


def demographics(r: Reading, text: str) -> None:
    """DMG."""
    one = r.one
    if one is None or one.birth_date is not None or one.sex:
        r.carry(text)
        return
    elements = text.split(ELEMENT)
    if len(elements) > 3 and not elements[1] and not elements[2]:
        if len(elements) > 4 or not elements[3]:
            r.carry(text)
            return
        one.sex = elements[3]
        r.note(r.base, parts.DMG_SEX.slots, (one.sex,))
        return
    born, sex = r.take(BIRTH, text, r.base)
    one.birth_date = r.day(born, r.base, "birth_date")
    one.sex = sex or None


def payer_name(r: Reading, text: str) -> None:
    """NM1*PR; the payer is `r.one`."""
    name, qualifier, number = r.take(PAYER, text, r.base)
    r.one.name, r.one.id = name or None, number or None
    if qualifier != ("PI" if number else ""):
        r.left(8, None, qualifier)


# --- levels ---


def skip(_r: Reading, _text: str) -> None:
    """HL, SE and the like: what they say is counted, not stated."""


BILLING = (Take(parts.BILLING[0]), Take(parts.BILLING[1]))


def billing_name(r: Reading, text: str) -> None:
    """NM1 of 2010AA."""
    billing_begin(r, text)
    fill_provider(r, r.one, BILLING, text)


def billing_begin(r: Reading, _text: str) -> None:
    """2010AA, or its PRV before it."""
    r.one = r.provider
    r.base = ("billing_provider",)


_billing_specialty = specialty(parts.BILLING_PRV)


def billing_specialty(r: Reading, text: str) -> None:
    """PRV of 2000A."""
    billing_begin(r, text)
    _billing_specialty(r, text)


TAX = Take(parts.TAX_ID)


def billing_reference(guide: Guide) -> Handler:
    """Handler of REF in 2010AA: tax id, licence."""
    others = ids(guide.license_qualifiers)

    def handler(r: Reading, text: str) -> None:
        elements = text.split(ELEMENT)
        one = r.provider
        billing_begin(r, text)
        known = ("EI", "SY") if guide.setting == "professional" else ("EI",)
        if len(elements) == 3 and elements[1] in known and elements[2] and one.tax_id is None:
            r.take(TAX, text, r.base)
            one.tax_id_type, one.tax_id = elements[1], elements[2]
            if r.trace is not None:
                r.trace.setdefault(pointer(r.base, "tax_id_type"), (r.i, 1, None))
        else:
            others(r, text)

    return handler


def pay_to_name(r: Reading, text: str) -> None:
    """NM1 of 2010AB: it names no one."""
    pay_to_begin(r, text)
    expected = parts.pay_to_kind(r.guide, r.provider)
    (kind,) = r.take(PAY_TO, text, r.base)
    if kind != expected:
        r.left(2, None, kind)


def pay_to_begin(r: Reading, _text: str) -> None:
    """2010AB."""
    r.one = r.pay_to = Provider()
    r.base = ("pay_to",)


PAY_TO = Take(parts.PAY_TO)
SBR = Take(parts.SBR)


def coverage_of(r: Reading, text: str, base: Base, *, other: bool) -> Coverage:
    """SBR of 2000B or 2320."""
    rank, relationship, number, name, reason, filing = r.take(SBR, text, base)
    if not other and relationship not in ("18", ""):
        r.left(2, None, relationship)
        relationship = ""
    if reason and not r.guide.secondary_reason:
        r.left(5, None, reason)
        reason = ""
    return Coverage(
        responsibility=rank or None,
        relationship=relationship or None,
        group_number=number or None,
        group_name=name or None,
        secondary_reason=reason or None,
        claim_filing=filing or None,
    )


def subscriber_coverage(r: Reading, text: str) -> None:
    """SBR of 2000B."""
    if r.coverage.responsibility is not None:
        r.carry(text)
        return
    r.coverage = coverage_of(r, text, ("coverages", BILLED), other=False)


DEATH = Take(parts.PATIENT_DEATH)
RELATION = Take(parts.PATIENT_RELATION)


def subscriber_patient(r: Reading, text: str) -> None:
    """PAT of 2000B: date of death; without one there is nothing to hang the rest on."""
    (death,) = DEATH(text)[0]
    day = read_day(death) if death else None
    if day is None or r.patient.death_date is not None:
        r.carry(text)
        return
    r.take(DEATH, text, (SUBSCRIBER,))
    r.patient.death_date = day


def patient_relation(r: Reading, text: str) -> None:
    """PAT of 2000C: relationship, date of death."""
    relationship, kind, death = r.take(RELATION, text, ("patient",))
    r.coverage.relationship = relationship or None
    if r.trace is not None and relationship:
        r.trace.setdefault(pointer(("coverages", BILLED), "relationship"), (r.i, 1, None))
    if r.guide.subscriber_pat:
        r.patient.death_date = r.day(death, ("patient",), "death_date")
        if kind != ("D8" if death else ""):
            r.left(5, None, kind)
    elif death or kind:
        r.left(5, None, kind)
        r.left(6, None, death)


def subscriber_name(r: Reading, text: str) -> None:
    """NM1 of 2010BA."""
    subscriber_begin(r, text)
    member(r, r.patient, r.coverage, text)


def subscriber_begin(r: Reading, _text: str) -> None:
    """2010BA."""
    r.one = r.patient
    r.base = (SUBSCRIBER,)
    r.member_base = ("coverages", BILLED)


def patient_begin(r: Reading, _text: str) -> None:
    """2010CA."""
    r.one = r.patient
    r.base = ("patient",)


def patient_name(r: Reading, text: str) -> None:
    """NM1 of 2010CA."""
    patient_begin(r, text)
    person_name(r, r.patient, PATIENT_NAME, text)


CASUALTY = Take(parts.CASUALTY)


def person_reference(r: Reading, text: str) -> None:
    """REF*Y4 of 2010BA or 2010CA; whose it is shows when the claim comes."""
    elements = text.split(ELEMENT)
    if len(elements) != 3 or elements[1] != "Y4" or r.casualty or not elements[2]:
        r.carry(text)
        return
    (r.casualty,) = r.take(CASUALTY, text, ())


def billed_payer(r: Reading, text: str) -> None:
    """NM1 of 2010BB."""
    billed_payer_begin(r, text)
    payer_name(r, text)


def billed_payer_begin(r: Reading, _text: str) -> None:
    """2010BB."""
    if r.coverage.payer is None:
        r.coverage.payer = Payer()
    r.one = r.coverage.payer
    r.base = ("coverages", BILLED, "payer")


def payer_reference(r: Reading, text: str) -> None:
    """REF of 2010BB: the payer's own ids of the billing provider."""
    elements = text.split(ELEMENT)
    if len(elements) != 3 or elements[1] not in ("G2", "LU") or not elements[2]:
        r.carry(text)
        return
    at = len(r.provider.secondary_ids) + len(r.payer_ids)
    r.take(ID, text, ("billing_provider", "secondary_ids", at))
    r.payer_ids += (SecondaryId(qualifier=elements[1], id=elements[2]),)


SUBMITTER = Take(parts.SUBMITTER)
RECEIVER = Take(parts.RECEIVER)


def partner(which: str, take: Take) -> Handler:
    """Handler of NM1 in 1000A and 1000B."""

    def handler(r: Reading, text: str) -> None:
        name, number = r.take(take, text, (which,))
        r.one = r.partners[which]
        r.one.name, r.one.id = name or None, number or None

    return handler


def submitter_contact(r: Reading, text: str) -> None:
    """PER of 1000A: telephone and e-mail of the first one; the claim has no room for more."""
    one = r.partners["submitter"]
    if one.phone or one.email:
        return
    elements = [*text.split(ELEMENT), *[""] * 9]
    one.contact_name = elements[2] or None
    found = [("contact_name", 2)] if elements[2] else []
    for at in (3, 5, 7):
        if elements[at] == "TE" and not one.phone:
            one.phone = elements[at + 1] or None
            found.append(("phone", at + 1))
        elif elements[at] == "EM" and not one.email:
            one.email = elements[at + 1] or None
            found.append(("email", at + 1))
    if r.trace is not None:
        for name, element in found:
            r.trace.setdefault(f"/submitter/{name}", (r.i, element, None))


HEADER: Loops = {
    "ST": {"ST": skip, "BHT": skip},
    "1000A": {"NM1": partner("submitter", SUBMITTER), "PER": submitter_contact},
    "1000B": {"NM1": partner("receiver", RECEIVER)},
}


def level_loops(guide: Guide) -> Loops:
    """Handlers of the levels."""
    return {
        "2000A": {"HL": skip, "PRV": billing_specialty, "*": billing_begin},
        "2010AA": {
            "NM1": billing_name, "*": billing_begin, "N3": street, "N4": city,
            "REF": billing_reference(guide), "PER": contact,
        },
        "2010AB": {"NM1": pay_to_name, "*": pay_to_begin, "N3": street, "N4": city},
        "2000B": {"HL": skip, "SBR": subscriber_coverage}
        | ({"PAT": subscriber_patient} if guide.subscriber_pat else {}),
        "2010BA": {
            "NM1": subscriber_name, "*": subscriber_begin, "N3": street, "N4": city, "DMG": demographics,
            "REF": person_reference,
        },
        "2010BB": {
            "NM1": billed_payer, "*": billed_payer_begin, "N3": street, "N4": city, "REF": payer_reference,
        },
        "2000C": {"HL": skip, "PAT": patient_relation},
        "2010CA": {
            "NM1": patient_name, "*": patient_begin, "N3": street, "N4": city, "DMG": demographics,
            "REF": person_reference,
        },
    }  # fmt: skip


# --- claim ---

REFERENCE = {q: Take(parts.reference(q, name)) for q, name in (
    ("F8", "original_reference"), ("X4", "clia_number"), ("P4", "clinical_trial_number"),
    ("EA", "medical_record_number"), ("9F", "referral_number"), ("G1", "number"),
)}  # fmt: skip
ATTACHMENT = Take(parts.ATTACHMENT)
NOTE = Take(parts.NOTE)


def own_coverage(r: Reading) -> Coverage:
    """The billed coverage, which the claim no longer shares with others."""
    if r.billed is r.coverage:
        r.billed = replace(r.billed)
    return r.billed


def claim_reference(r: Reading, text: str) -> None:
    """REF of 2300."""
    elements = text.split(ELEMENT)
    qualifier = elements[1] if len(elements) == 3 else ""
    value = elements[2] if qualifier else ""
    if not value:
        r.carry(text)
        return
    claim = r.claim
    base: Base = ()
    if qualifier == "F8" and claim.original_reference is None:
        claim.original_reference = value
    elif qualifier == "EA" and claim.patient is not None and not claim.patient.medical_record_number:
        claim.patient = replace(claim.patient, medical_record_number=value)
        base = ("patient",)
    elif qualifier == "P4" and claim.clinical_trial_number is None:
        claim.clinical_trial_number = value
    elif qualifier == "9F" and r.billed.referral_number is None:
        own_coverage(r).referral_number = value
        base = ("coverages", BILLED)
    elif qualifier == "G1" and not r.billed.authorizations:
        own_coverage(r).authorizations = (Authorization(number=value),)
        base = ("coverages", BILLED, "authorizations", 0)
    elif qualifier == "X4" and not r.facility and claim.clia_number is None:
        claim.clia_number = value
    else:
        r.carry(text)
        return
    if r.trace is not None:
        r.take(REFERENCE[qualifier], text, base)


def attachment(r: Reading, text: str) -> None:
    """PWK of 2300."""
    base: Base = ("attachments", len(r.attachments))
    kind, transmission, qualifier, control = r.take(ATTACHMENT, text, base)
    if qualifier != ("AC" if control else ""):
        r.left(5, None, qualifier)
    r.attachments.append(
        Attachment(type=kind or None, transmission=transmission or None, control_number=control or None)
    )


def note(r: Reading, text: str) -> None:
    """NTE of 2300: the note to the payer; others are carried along."""
    if r.claim.note is not None or text[:8] != f"NTE{ELEMENT}ADD{ELEMENT}" or len(text) == 8:
        r.carry(text)
        return
    (value,) = r.take(NOTE, text, ())
    r.claim.note = value or None


def day_or_period(text: str) -> tuple[str, dt.date | None, dt.date | None] | None:
    """Qualifier, first and last day of a DTP; None for one that is neither a day nor a period."""
    elements = text.split(ELEMENT)
    if len(elements) != 4 or not elements[3]:
        return None
    _, qualifier, form, value = elements
    if form == "D8":
        return qualifier, read_day(value), None
    if form == "RD8":
        period = read_period(value)
        return (qualifier, *period) if period is not None else (qualifier, None, None)
    return None


def claim_date(r: Reading, text: str, found: tuple[str, dt.date | None, dt.date | None]) -> None:
    """A date that stands among `dates`."""
    qualifier, first, last = found
    if any(d.qualifier == qualifier for d in r.dates):
        r.carry(text)
        return
    base: Base = ("dates", len(r.dates))
    r.dates.append(ClaimDate(qualifier=qualifier, date=first, through_date=last))
    if first is None:
        r.unread.append(Unread(path=pointer(base, "date"), text=text.rpartition(ELEMENT)[2]))
    if r.trace is not None:
        r.trace.setdefault(pointer(base, "qualifier"), (r.i, 1, None))
        r.trace.setdefault(pointer(base, "date"), (r.i, 3, None))
        if last is not None:
            r.trace.setdefault(pointer(base, "through_date"), (r.i, 3, None))


def diagnoses(r: Reading, text: str, kinds: Sequence[DiagnosisKind], codes: Sequence[str]) -> None:
    """HI of diagnoses; `kinds` and qualifiers (`codes`) are those of the first and of the further ones."""
    # separators behind the last diagnosis are a fault of the wire, not diagnoses without a code
    for at, part in enumerate(text.rstrip(ELEMENT).split(ELEMENT)[1:], 1):
        pieces = part.split(COMPONENT)
        expected = codes[0] if at == 1 else codes[-1]
        if len(pieces) == 2 and pieces[0] == expected and r.trace is None:
            # most diagnoses: a qualifier and a code
            r.diagnoses.append(Diagnosis(code=pieces[1] or None))
            r.kinds.append(kinds[0] if at == 1 else kinds[-1])
            continue
        code = pieces[1] if len(pieces) > 1 else ""
        present = pieces[8] if len(pieces) > 8 and r.facility and kinds[0] not in PLAIN_KINDS else ""
        index = len(r.diagnoses)
        r.diagnoses.append(Diagnosis(code=code or None, present_on_admission=present or None))
        r.kinds.append(kinds[0] if at == 1 else kinds[-1])
        if pieces[0] != expected:
            r.left(at, 1, pieces[0])
        if len(pieces) > 2:
            for component, piece in enumerate(pieces[2:], 3):
                if piece and not (component == 9 and present):
                    r.left(at, component, piece)
        if r.trace is not None:
            if code:
                r.trace.setdefault(f"/diagnoses/{index}/code", (r.i, at, 2))
            if present:
                r.trace.setdefault(f"/diagnoses/{index}/present_on_admission", (r.i, at, 9))


PLAIN_KINDS = frozenset(("admitting", "reason_for_visit"))
"""Kinds of diagnoses that have no indicator of presence on admission."""


def settled_kinds(found: Sequence[Diagnosis], kinds: Sequence[DiagnosisKind]) -> None:
    """Say the kind of each diagnosis only where it is not what `effective_kind` gives by itself."""
    for one, kind in zip(found, _settled(tuple(kinds)), strict=True):
        one.kind = kind


@lru_cache(maxsize=1024)
def _settled(kinds: tuple[DiagnosisKind, ...]) -> tuple[DiagnosisKind | None, ...]:
    principal = [i for i, kind in enumerate(kinds) if kind == "principal"]
    first = next((i for i, kind in enumerate(kinds) if kind in ("principal", "other")), None)
    default = len(principal) == 1 and principal[0] == first
    return tuple(
        None if (kind == "principal" and default) or (kind == "other" and principal) else kind
        for kind in kinds
    )


def conditions(r: Reading, text: str) -> None:
    """HI*BG."""
    for at, code in simple_codes(r, text, "BG"):
        if r.trace is not None:
            r.trace.setdefault(f"/condition_codes/{len(r.conditions)}", (r.i, at, 2))
        r.conditions.append(code)


def simple_codes(r: Reading, text: str, qualifier: str) -> list[tuple[int, str]]:
    """Codes of a HI whose parts are a qualifier and a code; hands back their elements."""
    found = []
    for at, part in enumerate(text.rstrip(ELEMENT).split(ELEMENT)[1:], 1):
        pieces = part.split(COMPONENT)
        if pieces[0] != qualifier:
            r.left(at, 1, pieces[0])
        for component, piece in enumerate(pieces[2:], 3):
            if piece:
                r.left(at, component, piece)
        found.append((at, pieces[1] if len(pieces) > 1 else ""))
    return found


# --- other payers ---


def other_begin(r: Reading, _text: str) -> None:
    """2320 without its SBR."""
    _other(r, Coverage())


def _other(r: Reading, coverage: Coverage) -> None:
    r.others.append(coverage)
    r.other = coverage
    r.other_base = ("coverages", f"#{len(r.others)}")
    r.oi = False


def other_coverage(r: Reading, text: str) -> None:
    """SBR of 2320."""
    _other(r, coverage_of(r, text, ("coverages", f"#{len(r.others) + 1}"), other=True))


def decided(coverage: Coverage) -> Adjudication:
    """The decision of another payer, made when something of it is first read."""
    if coverage.adjudication is None:
        coverage.adjudication = Adjudication()
    return coverage.adjudication


MOST_REASONS = 6
"""Reasons of one group for which a CAS has room."""


def adjustments(r: Reading, text: str, holder: Adjudication | LineAdjudication, base: Base) -> None:
    """CAS: a group with up to six reasons."""
    elements = text.split(ELEMENT)
    group = elements[1] if len(elements) > 1 else ""
    at = len(holder.adjustments)
    before = sum(one.group == group for one in holder.adjustments)
    found: list[Adjustment] = []
    for k in range(2, len(elements), 3):
        reason, amount, quantity = (*elements[k : k + 3], "", "")[:3]
        if not (reason or amount or quantity):
            continue
        where: Base = (*base, "adjustments", at + len(found))
        found.append(
            Adjustment(
                group=group or None,
                reason=reason or None,
                amount=r.number(amount, where, "amount"),
                quantity=r.number(quantity, where, "quantity"),
            )
        )
        if r.trace is not None:
            r.trace.setdefault(pointer(where, "group"), (r.i, 1, None))
            r.note(where, [s.offset(k - 2) for s in parts.CAS_TRIO.slots], (reason, amount, quantity))
    if not found:
        r.carry(text)
    elif before % MOST_REASONS:
        r.split.append(pointer((*base, "adjustments", at), "group"))
    holder.adjustments = (*holder.adjustments, *found)


def other_adjustments(r: Reading, text: str) -> None:
    """CAS of 2320."""
    adjustments(r, text, decided(r.other), (*r.other_base, "adjudication"))


AMOUNT_NAMES = {"D": "paid", "A8": "non_covered", "EAF": "patient_liability"}
AMOUNTS = {q: Take(layout) for q, layout in parts.AMOUNTS.items()}


def other_amount(r: Reading, text: str) -> None:
    """AMT of 2320."""
    elements = text.split(ELEMENT)
    name = AMOUNT_NAMES.get(elements[1]) if len(elements) == 3 and elements[2] else None
    base = (*r.other_base, "adjudication")
    if name is None or getattr(decided(r.other), name) is not None:
        r.carry(text)
        return
    r.take(AMOUNTS[elements[1]], text, base)
    setattr(decided(r.other), name, r.number(elements[2], base, name))


OI = Take(parts.OI)


def other_insurance(r: Reading, text: str) -> None:
    """OI: repeats what the claim says; what differs is carried along."""
    if r.oi:
        r.carry(text)
        return
    r.oi = True
    stated = r.take(OI, text, ("signatures",))
    for element, value, expected in zip((3, 4, 6), stated, parts.oi_values(r.guide, r.claim), strict=True):
        if value != expected:
            r.left(element, None, value)


MOA = Take(parts.MOA)
MIA = Take(parts.MIA)


def remarks(r: Reading, text: str) -> None:
    """MOA or MIA: remark codes of the payer's decision."""
    inpatient = r.guide.inpatient_remarks and parts.is_inpatient(r.claim)
    take = MIA if inpatient else MOA
    if text[:3] != take.layout.id or (r.other.adjudication and r.other.adjudication.remark_codes):
        r.carry(text)
        return
    codes = take(text)[0][-5:]
    kept = tuple(c for c in codes if c)
    if not kept:
        r.carry(text)
        return
    values = r.take(take, text, (*r.other_base, "adjudication", "remark_codes"))
    decided(r.other).remark_codes = kept
    if codes[: len(kept)] != kept:
        for slot, code in zip(take.layout.slots[-5:], codes, strict=True):
            r.left(slot.element, None, code)
    if inpatient:
        days = parts.covered_days(r.values)
        if values[0] != days:
            r.left(1, None, values[0])


def other_member_begin(r: Reading, _text: str) -> None:
    """2330A."""
    r.one = r.other.subscriber = Person()
    r.base = (*r.other_base, "subscriber")
    r.member_base = r.other_base


def other_member(r: Reading, text: str) -> None:
    """NM1 of 2330A."""
    other_member_begin(r, text)
    member(r, r.one, r.other, text)


def other_payer_begin(r: Reading, _text: str) -> None:
    """2330B."""
    r.one = r.other.payer = Payer()
    r.base = (*r.other_base, "payer")


def other_payer(r: Reading, text: str) -> None:
    """NM1 of 2330B."""
    other_payer_begin(r, text)
    payer_name(r, text)


PAID = Take(parts.PAID_DATE)
OTHER_CLAIM = Take(parts.OTHER_CLAIM_NUMBER)


def other_paid(r: Reading, text: str) -> None:
    """DTP of 2330B."""
    (value,), left = PAID(text)
    if left or not value or (r.other.adjudication and r.other.adjudication.paid_date):
        r.carry(text)
        return
    base = (*r.other_base, "adjudication")
    r.take(PAID, text, base)
    decided(r.other).paid_date = r.day(value, base, "paid_date")


def other_reference(r: Reading, text: str) -> None:
    """REF of 2330B."""
    elements = text.split(ELEMENT)
    qualifier = elements[1] if len(elements) == 3 and elements[2] else ""
    other = r.other
    if qualifier == "G1" and not other.authorizations:
        r.take(REFERENCE["G1"], text, (*r.other_base, "authorizations", 0))
        other.authorizations = (Authorization(number=elements[2]),)
    elif qualifier == "9F" and other.referral_number is None:
        r.take(REFERENCE["9F"], text, r.other_base)
        other.referral_number = elements[2]
    elif qualifier == "F8" and (other.adjudication is None or other.adjudication.payer_claim_number is None):
        r.take(OTHER_CLAIM, text, r.other_base)
        decided(other).payer_claim_number = elements[2]
    else:
        r.carry(text)


# --- lines ---


def line_begin(r: Reading, _text: str) -> None:
    """LX: a new line; its number is its place."""
    lines = r.lines
    r.line = line = ServiceLine()
    r.line_base = ("lines", len(lines))
    lines.append(line)
    r.decisions = 0


_D472 = f"DTP{ELEMENT}472{ELEMENT}D8{ELEMENT}"


def line_date(r: Reading, text: str) -> None:
    """DTP of 2400: service date or period; others are carried along."""
    line = r.line
    if text[:11] == _D472 and line.service_date is None and r.trace is None:
        line.service_date = r.day(text[11:], r.line_base, "service_date")
        return
    found = day_or_period(text)
    if found is None or found[0] != "472" or line.service_date is not None:
        r.carry(text)
        return
    _, line.service_date, line.service_through = found
    if line.service_date is None:
        r.unread.append(Unread(path=pointer(r.line_base, "service_date"), text=text.rpartition(ELEMENT)[2]))
    if r.trace is not None:
        r.trace.setdefault(pointer(r.line_base, "service_date"), (r.i, 3, None))
        if line.service_through is not None:
            r.trace.setdefault(pointer(r.line_base, "service_through"), (r.i, 3, None))


_6R = f"REF{ELEMENT}6R{ELEMENT}"
LINE_CONTROL = Take(parts.LINE_CONTROL)


def line_reference(r: Reading, text: str) -> None:
    """REF of 2400: the provider's number of the line, prior authorization."""
    line = r.line
    elements = text.split(ELEMENT)
    if len(elements) == 3 and elements[2]:
        if elements[1] == "6R" and line.line_control_number is None:
            line.line_control_number = elements[2]
            if r.trace is not None:
                r.take(LINE_CONTROL, text, r.line_base)
            return
        if elements[1] == "G1" and not r.facility and len(r.lines) not in r.line_numbers:
            r.line_numbers[len(r.lines)] = (r.i, elements[2])
            return
    r.carry(text)


DRUG = Take(parts.NDC)
QUANTITY = Take(parts.NDC_QUANTITY)
PRESCRIPTION = Take(parts.PRESCRIPTION)


def drug(r: Reading, text: str) -> None:
    """LIN: the NDC; a loop with another kind of number is carried along."""
    elements = text.split(ELEMENT)
    r.drug = len(elements) == 4 and elements[2] == "N4" and not elements[1] and r.line.ndc is None
    if not r.drug or not elements[3]:
        r.drug = False
        r.carry(text)
        return
    r.line.ndc = elements[3]
    if r.trace is not None:
        r.take(DRUG, text, r.line_base)


def drug_begin(r: Reading, _text: str) -> None:
    """2410 without its LIN: nothing to hang it on."""
    r.drug = False


def drug_quantity(r: Reading, text: str) -> None:
    """CTP."""
    line = r.line
    if not r.drug or line.ndc_quantity is not None or line.ndc_unit:
        r.carry(text)
        return
    elements = text.split(ELEMENT)
    if len(elements) == 6 and COMPONENT not in elements[5] and not any(elements[1:4]) and r.trace is None:
        quantity, unit = elements[4], elements[5]
    else:
        quantity, unit = QUANTITY(text)[0]
        if not quantity and not unit:
            r.carry(text)
            return
        r.take(QUANTITY, text, r.line_base)
    line.ndc_quantity = r.number(quantity, r.line_base, "ndc_quantity")
    line.ndc_unit = unit or None


def drug_reference(r: Reading, text: str) -> None:
    """REF of 2410: prescription number."""
    elements = text.split(ELEMENT)
    if (
        not r.drug
        or len(elements) != 3
        or elements[1] != "XZ"
        or not elements[2]
        or r.line.prescription_number
    ):
        r.carry(text)
        return
    r.take(PRESCRIPTION, text, r.line_base)
    r.line.prescription_number = elements[2]


SVD = Take(parts.SVD)


def line_decision_begin(r: Reading, _text: str) -> None:
    """2430 without its SVD: nobody knows whose decision it is."""
    r.decisions += 1
    r.decision = None


def line_decision(r: Reading, text: str) -> None:
    """SVD: what another payer decided on the line."""
    values, _ = SVD(text)
    payer, paid, code_set, code, *modifiers, revenue, units, bundled = values
    number = len(r.lines)
    same = [c for c in r.others if c.payer is not None and c.payer.id is not None and c.payer.id == payer]
    # of several coverages with one payer id those that show a decision on the claim, in their order
    same = [c for c in same if c.adjudication is not None] or same
    free = [c for c in same if c.adjudication is None or all(d.line != number for d in c.adjudication.lines)]
    if not same:
        r.decisions += 1
        r.decision = None
        r.carry(text)
        return
    r.decisions += 1
    coverage = (free or same)[0]
    which = next(k for k, c in enumerate(r.others, 1) if c is coverage)
    held = decided(coverage)
    base: Base = ("coverages", f"#{which}", "adjudication", "lines", len(held.lines))
    r.take(SVD, text, base)
    kept = tuple(m for m in modifiers if m)
    if tuple(modifiers[: len(kept)]) != kept:
        for at in range(4):
            r.left(3, 3 + at, modifiers[at])
    if code_set != ("HC" if code else ""):
        r.left(3, 1, code_set)
    if revenue and not r.guide.facility_codes:
        r.left(4, None, revenue)
        revenue = ""
    into = read_number(bundled) if bundled else None
    if bundled and (into is None or into != into.to_integral_value()):
        r.unread.append(Unread(path=pointer(base, "bundled_into"), text=bundled))
        into = None
    one = LineAdjudication(
        line=number,
        paid=r.number(paid, base, "paid"),
        hcpcs=code or None,
        revenue_code=revenue or None,
        modifiers=kept,
        units=r.number(units, base, "units"),
        bundled_into=None if into is None else int(into),
    )
    held.lines = (*held.lines, one)
    r.decision = one
    r.base = base


def line_adjustments(r: Reading, text: str) -> None:
    """CAS of 2430."""
    if r.decision is None:
        r.carry(text)
    else:
        adjustments(r, text, r.decision, r.base)


def line_paid(r: Reading, text: str) -> None:
    """DTP of 2430."""
    (value,), left = PAID(text)
    if r.decision is None or left or not value or r.decision.paid_date is not None:
        r.carry(text)
        return
    r.take(PAID, text, r.base)
    r.decision.paid_date = r.day(value, r.base, "paid_date")


def line_liability(r: Reading, text: str) -> None:
    """AMT of 2430."""
    (value,), left = AMOUNTS["EAF"](text)
    if r.decision is None or left or not value or r.decision.patient_liability is not None:
        r.carry(text)
        return
    r.take(AMOUNTS["EAF"], text, r.base)
    r.decision.patient_liability = r.number(value, r.base, "patient_liability")


def procedure(r: Reading, element: int, text: str) -> None:
    """SV101 or SV202: code, modifiers, description of the current line."""
    line = r.line
    pieces = text.split(COMPONENT)
    n = len(pieces)
    code = pieces[1] if n > 1 else ""
    line.hcpcs = code or None
    if n == 1 and len(pieces[0]) > len("HC"):
        # the code itself stands in the place of its code set
        r.unread.append(Unread(path=pointer(r.line_base, "hcpcs"), text=plain(text)))
    elif pieces[0] != ("HC" if code else ""):
        r.left(element, 1, pieces[0])
    if n > 2:
        modifiers = tuple(pieces[2:6])
        if "" in modifiers:
            kept = tuple(m for m in modifiers if m)
            if modifiers[: len(kept)] != kept:
                for at, modifier in enumerate(modifiers, 3):
                    r.left(element, at, modifier)
            modifiers = kept
        line.modifiers = modifiers
        if n > 6:
            if pieces[6] and (code or not r.facility):
                line.description = pieces[6]
            elif pieces[6]:
                r.left(element, 7, pieces[6])
            for component, piece in enumerate(pieces[7:], 8):
                if piece:
                    r.left(element, component, piece)


def claim_loops() -> dict[str, dict[str, Handler]]:
    """Handlers of the loops of a claim that both guides share."""
    return {
        "2320": {
            "SBR": other_coverage, "*": other_begin, "CAS": other_adjustments, "AMT": other_amount,
            "OI": other_insurance, "MOA": remarks, "MIA": remarks,
        },
        "2330A": {"NM1": other_member, "*": other_member_begin, "N3": street, "N4": city},
        "2330B": {
            "NM1": other_payer, "*": other_payer_begin, "N3": street, "N4": city, "DTP": other_paid,
            "REF": other_reference,
        },
        "2400": {"LX": line_begin, "*": line_begin, "DTP": line_date, "REF": line_reference},
        "2410": {"LIN": drug, "*": drug_begin, "CTP": drug_quantity, "REF": drug_reference},
        "2430": {
            "SVD": line_decision, "*": line_decision_begin, "CAS": line_adjustments, "DTP": line_paid,
            "AMT": line_liability,
        },
    }  # fmt: skip


# --- putting the claim together ---


def same_person(one: Person, other: Person) -> bool:
    """Whether two records name one person at one address."""
    return (
        one.last_name == other.last_name
        and one.first_name == other.first_name
        and one.middle_name == other.middle_name
        and one.suffix == other.suffix
        and one.address == other.address
    )


_OTHER_TURN = re.compile(r"2320\[(\d+)\]")
_MARK = re.compile(r"^/coverages/#(\d+)")


def settle_coverages(r: Reading) -> list[int]:
    """Put the coverages in the order of responsibility; hands back the number of each in the order read."""
    claim = r.claim
    patient = claim.patient or Patient()
    for other in r.others:
        one = other.subscriber
        if one is not None and other.relationship in ("18", None) and same_person(one, patient):
            other.subscriber = None
    if not r.others:
        claim.coverages = (r.billed,)
        claim.bill_to = 0
        return [0]
    found = (r.billed, *r.others)
    order = coverage_order(found)
    claim.coverages = tuple(found[k] for k in order)
    claim.bill_to = order.index(0)
    others = [k for k in order if k]
    if others != sorted(others) and r.unmapped:
        turn = {str(k): n for n, k in enumerate(others, 1)}
        for i, one_ in enumerate(r.unmapped):
            address = _OTHER_TURN.sub(lambda m: f"2320[{turn.get(m[1], m[1])}]", one_.address)
            r.unmapped[i] = Unmapped(address=address, text=one_.text)
    return order


def resolve(path: str, order: Sequence[int], *, dependent: bool) -> str:
    """A pointer with the index of its coverage and the person of 2010BA."""
    if path.startswith("/lines/"):
        return path
    if path.startswith("/" + SUBSCRIBER):
        path = (f"/coverages/{BILLED}/subscriber" if dependent else "/patient") + path[len(SUBSCRIBER) + 1 :]
    match = _MARK.match(path)
    if match is None:
        return path
    return f"/coverages/{order.index(int(match[1]))}{path[match.end() :]}"


def line_authorizations(
    general: tuple[Authorization, ...], numbers: Mapping[int, str], lines: Sequence[ServiceLine]
) -> tuple[Authorization, ...] | None:
    """Prior authorizations of a claim and its lines; None where the writer would put them elsewhere.

    Args:
        general: the one that holds for the whole claim.
        numbers: those of lines, by number of the line.
        lines: the lines.
    """
    known = list(general)
    at: dict[int, int] = {}
    for number, value in numbers.items():
        code = lines[number - 1].hcpcs
        if code is None:
            return None
        one = Authorization(number=value, hcpcs=code)
        if one not in known:
            known.append(one)
        at[number] = known.index(one)
    trial = Claim(
        setting="professional",
        coverages=(Coverage(authorizations=tuple(known)),),
        bill_to=0,
        lines=tuple(lines),
    )
    sorted_ = parts.authorizations(parts.lenient(), trial, by_line=True)
    same = sorted_.claim == (0 if general else None) and sorted_.lines == at
    return tuple(known) if same else None


def settle_authorizations(r: Reading) -> None:
    """Prior authorizations of lines: kept where the writer would put them back, else carried along.

    What repeats the number of the claim is carried along.
    """
    general = {one.number for one in r.billed.authorizations}
    own = {number: found for number, found in r.line_numbers.items() if found[1] not in general}
    numbers = {number: value for number, (_, value) in own.items()}
    kept = line_authorizations(r.billed.authorizations, numbers, r.lines)
    for number, (index, _) in r.line_numbers.items():
        if kept is None or number not in own:
            text = plain(r.unit.segments[index])
            r.unmapped.append(Unmapped(address=f"2400[{number}]/REF", text=text))
    if kept is None:
        return
    own_coverage(r).authorizations = kept
    if r.trace is not None:
        for number, (index, value) in own.items():
            one = Authorization(number=value, hcpcs=r.lines[number - 1].hcpcs)
            where = pointer(("coverages", BILLED, "authorizations", kept.index(one)), "number")
            r.trace.setdefault(where, (index, 2, None))


def new_partners() -> dict[str, TradingPartner]:
    """Submitter and receiver before their loops are read."""
    return {"submitter": TradingPartner(), "receiver": TradingPartner()}


def new_patient() -> Patient:
    """A person before the loop is read."""
    return Patient()
