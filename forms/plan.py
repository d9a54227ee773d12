"""The crosswalk of one form as a tree, along which a claim is walked: each datum with its boxes.

A path of the crosswalk such as `/coverages/{destination}/payer/name` is a way through the records of a claim;
names in braces pick entries of a list. What is absent on the claim is not visited, and what the form has no
box for is not in the tree.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any, NamedTuple, Protocol

from edi import tables
from edi.errors import TableError
from edi.model import crosswalk
from edi.model.claim import (
    Claim,
    claim_diagnoses,
    coverage_order,
    effective_bill_to,
    effective_kind,
    statement_period,
)
from edi.model.crosswalk import Target, expanded
from edi.model.party import Authorization, Coverage, Provider
from forms.layout import Form


@dataclass(frozen=True, slots=True)
class Leaf:
    """A datum of the crosswalk that has boxes on a form."""

    path: str
    """As the crosswalk writes it."""
    field: str
    """Last key of the path: `last_name`; `modifiers` for `/modifiers/0`."""
    targets: tuple[Target, ...]
    """Its boxes, without those in parentheses."""


class Datum(NamedTuple):
    """A value on its way into a box."""

    field: str
    """Last key of its claim path."""
    value: Any
    pointer: str
    """JSON Pointer into the claim."""
    kind: str = ""
    """Code that is written beside it, "" for none."""


@dataclass(slots=True)
class Node:
    """A record or a list on the way to data."""

    name: str = ""
    """Key of the claim that leads here."""
    leaf: Leaf | None = None
    attributes: dict[str, "Node"] = field(default_factory=dict)
    picks: dict[str, "Node"] = field(default_factory=dict)
    """Entries of a list as the path picks them: a name in braces, or a number."""


def field_of(path: str) -> str:
    """Last key of a path that is no index."""
    parts = [part for part in path.split("/") if part and not part.isdecimal() and not part.startswith("{")]
    return parts[-1]


def record_of(pointer: str) -> str:
    """The record that a value stands in: `/lines/0` of `/lines/0/modifiers/1` and of `/lines/0/hcpcs`."""
    head, _, last = pointer.rpartition("/")
    return head.rpartition("/")[0] if last.isdecimal() or last.startswith("{") else head


@cache
def leaves(form: Form) -> tuple[Leaf, ...]:
    """The data of the crosswalk that have boxes on a form, each path once, in the order of the table."""
    found: dict[str, Leaf] = {}
    for row in crosswalk.rows():
        held = tuple(target for target in row.targets(form) if target.held)
        if not held:
            continue
        leaf = Leaf(row.path, field_of(row.path), held)
        if found.setdefault(row.path, leaf) != leaf:
            raise TableError(f"crosswalk.csv: {row.path} has other boxes of the {form} in another row")
    return tuple(found.values())


@cache
def tree(form: Form) -> Node:
    """The data of a form as a tree of records."""
    root = Node()
    for leaf in leaves(form):
        node = root
        for part in leaf.path.split("/")[1:]:
            if part.startswith("{") or part.isdecimal():
                node = node.picks.setdefault(part, Node(node.name))
            else:
                node = node.attributes.setdefault(part, Node(part))
        node.leaf = leaf
    return root


@cache
def kinds(form: Form) -> dict[str, str]:
    """Box -> box of the code that says what it holds; `+` where the code stands before the value."""
    found: dict[str, str] = {}
    for row in tables.rows("forms/kinds.csv"):
        if row["form"] == form:
            boxes = expanded(row["box"])
            beside = expanded(row["kind"])
            found |= dict(
                zip(boxes, beside if len(beside) == len(boxes) else beside * len(boxes), strict=True)
            )
    return found


@dataclass(frozen=True, slots=True)
class Tick:
    """One box of several of which one is ticked."""

    key: str
    values: frozenset[str]
    """Codes that set it; `*` stands for any other."""
    read: str
    """Code that it says when it is read; "" for none."""


@cache
def ticks(form: Form) -> dict[str, tuple[Tick, ...]]:
    """The ticks of each group: `3.sex.*`."""
    found: dict[str, list[Tick]] = {}
    for row in tables.rows("forms/ticks.csv"):
        if row["form"] == form:
            tick = Tick(row["box"], frozenset(row["values"].split()), row["read"])
            found.setdefault(row["box"].rpartition(".")[0] + ".*", []).append(tick)
    return {group: tuple(members) for group, members in found.items()}


def ticked(form: Form, group: str, value: str) -> str | None:
    """The box of a group that a code ticks; None for none."""
    members = ticks(form)[group]
    for tick in members:
        if value in tick.values:
            return tick.key
    return next((tick.key for tick in members if "*" in tick.values), None)


# ---------------------------------------------------------------- what a claim is


ICD10_FROM = date(2015, 10, 1)
MOST_OF_A_LINE = 4
"""Modifiers and diagnosis pointers of one line."""


def is_icd9(claim: Claim) -> bool:
    """Whether the diagnoses are ICD-9: as the claim was read, else by its days (facility: the last one)."""
    read: bool | None = getattr(claim.origin, "icd9", None)
    if read is not None:
        return read
    if claim.setting == "facility":
        day = statement_period(claim).through_date
    else:
        day = min((line.service_date for line in claim.lines if line.service_date), default=None)
    return day is not None and day < ICD10_FROM


def is_self(coverage: Coverage) -> bool:
    """Whether the patient is the insured person, and no other person is named as such."""
    return coverage.subscriber is None and coverage.relationship in ("18", None)


def provider_at(claim: Claim, path: str) -> Provider | None:
    """The provider at a pointer such as `/lines/0/ordering_provider`."""
    parts = path.split("/")[1:]
    holder = claim.lines[int(parts[1])] if parts[0] == "lines" else claim
    found: Provider | None = getattr(holder, parts[-1], None)
    return found


def providers_in(claim: Claim, *roles: str) -> list[str]:
    """Pointers of the providers in some roles: those of the claim, then those of its lines."""
    own = [f"/{role}" for role in roles if getattr(claim, role, None) is not None]
    lines = [
        f"/lines/{i}/{role}"
        for role in roles
        for i, line in enumerate(claim.lines)
        if getattr(line, role, None) is not None
    ]
    return own + lines


def same_provider(one: Provider | None, other: Provider | None) -> bool:
    """Whether two providers are one: by NPI where both have one."""
    if one is not None and other is not None and one.npi and other.npi:
        return one.npi == other.npi
    return one == other


def beyond_four(claim: Claim) -> list[tuple[str, str]]:
    """Pointers of the modifiers and diagnosis pointers of lines for which no form has a box, with words."""
    found = []
    for i, line in enumerate(claim.lines):
        if len(line.modifiers) > MOST_OF_A_LINE:
            found.append((f"/lines/{i}/modifiers/{MOST_OF_A_LINE}", f"modifier 5 of line {i + 1}"))
        if len(line.diagnosis_pointers) > MOST_OF_A_LINE and claim.setting != "facility":
            found.append((f"/lines/{i}/diagnosis_pointers/{MOST_OF_A_LINE}", f"pointer 5 of line {i + 1}"))
    return found


def charges(claim: Claim, indexes: Sequence[int]) -> list[Datum]:
    """The sum of the charges of some lines, as data of the lines that it came from; none without charges."""
    known = [(i, c) for i in indexes if (c := claim.lines[i].charge) is not None and c.is_finite()]
    total = sum((charge for _, charge in known), Decimal(0))
    return [Datum("charge", total, f"/lines/{i}/charge") for i, _ in known]


# ---------------------------------------------------------------- walking


class Taker(Protocol):
    """What takes the data of a claim."""

    def emit(self, leaf: Leaf, value: Any, pointer: str, ordinal: int | None) -> None:
        """One datum: its place in the claim, and which one of its list it is, from 0."""


class Walk:
    """One claim, with what its lists are picked by."""

    def __init__(self, claim: Claim, form: Form) -> None:
        self.claim = claim
        self.form: Form = form
        self.billed = effective_bill_to(claim)
        self.ranks = {index: rank for rank, index in enumerate(coverage_order(claim.coverages))}
        """Index of a coverage -> its place in the order of responsibility."""
        self.order = list(range(len(claim.lines)))
        """Indexes of the lines in the order of the form."""
        if form == "ub04":
            self.order.sort(key=lambda i: _line_key(claim, i))

    def run(self, taker: Taker) -> None:
        """Hand every datum that has a box to the taker."""
        self._visit(tree(self.form), self.claim, "", None, taker)

    def _visit(self, node: Node, value: Any, pointer: str, ordinal: int | None, taker: Taker) -> None:
        if node.leaf is not None:
            taker.emit(node.leaf, value, pointer, ordinal)
            return
        for name, child in node.attributes.items():
            inner = getattr(value, name)
            if inner is not None and inner != ():
                self._visit(child, inner, f"{pointer}/{name}", ordinal, taker)
        for name, child in node.picks.items():
            for index, position in self._picked(node.name, name, value):
                mine = ordinal if ordinal is not None else position
                self._visit(child, value[index], f"{pointer}/{index}", mine, taker)

    def _picked(self, container: str, pick: str, items: Sequence[Any]) -> Iterator[tuple[int, int | None]]:
        """Indexes of the entries that a path picks, with their place among them."""
        if not pick.startswith("{"):
            if int(pick) < len(items):
                yield int(pick), None
            return
        name = pick.strip("{}")
        picker = _PICKERS.get(container)
        if picker is not None:
            yield from picker(self, name, items)
        elif name == "n":
            for index in range(len(items)):
                yield index, index
        else:
            for index, one in enumerate(items):
                if one.qualifier == name:
                    yield index, None


def _line_key(claim: Claim, index: int) -> tuple[str, date]:
    line = claim.lines[index]
    return line.revenue_code or "", line.service_date or date.max


def _lines(walk: Walk, _name: str, _items: Sequence[Any]) -> Iterator[tuple[int, int | None]]:
    for position, index in enumerate(walk.order):
        yield index, position


def _coverages(walk: Walk, name: str, _items: Sequence[Any]) -> Iterator[tuple[int, int | None]]:
    for index, rank in walk.ranks.items():
        if (index == walk.billed) == (name == "destination"):
            yield index, rank


def _diagnoses(walk: Walk, name: str, items: Sequence[Any]) -> Iterator[tuple[int, int | None]]:
    claim = walk.claim
    if walk.form == "cms1500":
        # item 21 numbers principal and other diagnoses through
        order = claim_diagnoses(claim)
    else:
        order = [i for i in range(len(items)) if effective_kind(claim, i) == name]
    for position, index in enumerate(order):
        if effective_kind(claim, index) == name:
            yield index, position


def _conditions(walk: Walk, _name: str, items: Sequence[str]) -> Iterator[tuple[int, int | None]]:
    """In the order of the claim; the UB-04 wants them sorted."""
    order = list(range(len(items)))
    if walk.form == "ub04":
        order.sort(key=lambda i: items[i])
    for position, index in enumerate(order):
        yield index, position


def _authorizations(
    walk: Walk, _name: str, items: Sequence[Authorization]
) -> Iterator[tuple[int, int | None]]:
    """Numbers that hold for a line of the claim; those for the whole claim come first."""
    found = [i for i, one in enumerate(items) if one.number and _needed(walk.claim, one)]
    for index in sorted(found, key=lambda i: items[i].hcpcs is not None):
        yield index, None


def _needed(claim: Claim, one: Authorization) -> bool:
    """Whether an authorization is for something on the claim."""
    if one.hcpcs is None and one.from_date is None and one.through_date is None:
        return True
    for line in claim.lines:
        day = line.service_date
        if one.hcpcs is not None and one.hcpcs != line.hcpcs:
            continue
        early = day is not None and one.from_date is not None and day < one.from_date
        late = day is not None and one.through_date is not None and day > one.through_date
        if not (early or late):
            return True
    return False


_PICKERS: dict[str, Callable[[Walk, str, Sequence[Any]], Iterator[tuple[int, int | None]]]] = {
    "lines": _lines,
    "coverages": _coverages,
    "diagnoses": _diagnoses,
    "condition_codes": _conditions,
    "authorizations": _authorizations,
}
