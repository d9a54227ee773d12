"""Which datum of a claim stands where: claim path, loop and element, box of the CMS-1500 and of the UB-04.

The table is `schemas/crosswalk.csv`; its head says how paths, addresses and boxes are written.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import product
from typing import Literal

from edi import tables
from edi.errors import TableError
from edi.model.claim import (
    Claim,
    Setting,
    billed_coverage,
    effective_bill_to,
    effective_kind,
    other_coverages,
)

When = Literal["self", "dependent", "destination", "other[n]", "line", "claim"]
SetName = Literal["837p", "837i"]
FormName = Literal["cms1500", "ub04"]
WHENS: tuple[When, ...] = ("self", "dependent", "destination", "other[n]", "line", "claim")

_INDEX = re.compile(r"\\\{[^{}]+\\\}")
_ELEMENT = re.compile(r"\{[^{}]+\}")
_RANGE = re.compile(r"\{(\w+)-(\w+)\}")


@dataclass(frozen=True, slots=True)
class Target:
    """Boxes for one datum on one form."""

    name: str
    """As the table has it, with ranges: `24D.{1-6}`; `3.sex.*` is one of several ticks."""
    boxes: tuple[str, ...]
    """Keys of the boxes in the order in which they are filled."""
    kind: str = ""
    """Code that is written beside the value and says what it is; "" for none."""
    held: bool = True
    """Whether the datum is written there; else only findings about it are shown there."""
    read: bool = True
    """Whether a text that stands there is read as this datum."""
    further: "Target | None" = None
    """Where it goes when the boxes are full."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: a datum and its places."""

    path: str
    """JSON Pointer in the claim, with names in braces for indexes."""
    when: When
    """For which claims it holds."""
    professional: str
    """Address in the 837P, "" for none."""
    facility: str
    """Address in the 837I, "" for none."""
    cms1500: str
    """Boxes of the CMS-1500 as the table names them, "" for none."""
    ub04: str
    """Boxes of the UB-04 as the table names them, "" for none."""

    def address(self, name: SetName) -> str:
        """Address in one of the sets, "" for none."""
        return self.professional if name == "837p" else self.facility

    def targets(self, form: FormName) -> tuple[Target, ...]:
        """Its boxes on one of the forms."""
        return targets(self.cms1500 if form == "cms1500" else self.ub04)

    def items(self, form: FormName) -> tuple[str, ...]:
        """Its boxes as a biller calls them: `24D`, `FL 44`; several boxes of one item once."""
        return tuple(dict.fromkeys(item_of(form, target.boxes[0]) for target in self.targets(form)))

    def matches_path(self, path: str) -> bool:
        """Whether a JSON Pointer is of this datum, whatever its indexes."""
        return _path_pattern(self.path).fullmatch(path) is not None

    def matches_address(self, name: SetName, address: str) -> bool:
        """Whether an X12 address is of this datum, whatever its loop turns."""
        own = self.address(name)
        return bool(own) and _address_pattern(own).fullmatch(address) is not None


@cache
def _path_pattern(path: str) -> re.Pattern[str]:
    return re.compile(_INDEX.sub(r"\\d+", re.escape(path)))


@cache
def _address_pattern(address: str) -> re.Pattern[str]:
    loop, segment, element = address.split("/")
    name = segment.removesuffix("#n")
    # a segment may stand several times: HI with twelve codes each
    which = ("" if "[" in name else r"(?:\[[^\]]*\])?") + r"(?:#\d+)?"
    place = _ELEMENT.sub(r"\\d\\d", element)
    return re.compile(
        re.escape(loop.removesuffix("[n]")) + r"(?:\[\d+\])?/" + re.escape(name) + which + "/" + place
    )


@cache
def rows() -> tuple[Row, ...]:
    """All rows in the order of the table."""
    return tuple(
        Row(
            path=row["path"],
            when=row["when"],  # type: ignore[arg-type]
            professional=row["837p"],
            facility=row["837i"],
            cms1500=row["cms1500"],
            ub04=row["ub04"],
        )
        for row in tables.rows("crosswalk.csv")
    )


def by_path(path: str) -> tuple[Row, ...]:
    """Rows of a JSON Pointer, such as `/lines/2/hcpcs`; of several the `when` decides."""
    return _matching(_leveled(path))


def _leveled(path: str) -> str:
    """A pointer with all indexes 0 but a last one, which may stand for itself in the table."""
    return _INNER_INDEX.sub("/0", path)


_INNER_INDEX = re.compile(r"/\d+(?=/)")


@lru_cache(maxsize=4096)
def _matching(path: str) -> tuple[Row, ...]:
    return tuple(row for row in rows() if row.matches_path(path))


def set_of(setting: Setting | None) -> SetName:
    """The transaction set of a setting; the professional one where the setting is not known."""
    return "837i" if setting == "facility" else "837p"


@lru_cache(maxsize=4096)
def by_address(name: SetName, address: str) -> tuple[Row, ...]:
    """Rows of an X12 address, such as `2400[3]/SV1/01-2`."""
    return tuple(row for row in rows() if row.matches_address(name, address))


def record_of(name: SetName, loop: str) -> str | None:
    """JSON Pointer of the record that a loop holds, without indexes of lists: `/lines` for 2400."""
    held = [row for row in rows() if re.split(r"[\[/]", row.address(name), maxsplit=1)[0] == loop]
    if not held:
        return None
    nearest = min(held, key=lambda row: row.path.count("/"))
    kept: list[str] = []
    for part in nearest.path.split("/")[1:-1]:
        if part.startswith("{"):
            break
        kept.append(part)
    return "/" + "/".join(kept) if kept else ""


# ---------------------------------------------------------------- boxes


@cache
def targets(cell: str) -> tuple[Target, ...]:
    """The boxes that a cell of the table names."""
    return tuple(_target(text) for text in cell.split())


def _target(text: str) -> Target:
    held, read = not text.startswith("("), not text.startswith("~")
    text = text.strip("()~")
    text, _, further = text.partition(">")
    name, _, kind = text.partition("@")
    return Target(
        name=name,
        boxes=expanded(name),
        kind=kind,
        held=held,
        read=read,
        further=_target(further) if further else None,
    )


@cache
def expanded(name: str) -> tuple[str, ...]:
    """The keys that a name with ranges stands for, the first range counting fastest."""
    ranges = [span(first, last) for first, last in _RANGE.findall(name)]
    found = []
    for last_first in product(*reversed(ranges)):
        parts = iter(reversed(last_first))
        found.append(_RANGE.sub(lambda _, parts=parts: next(parts), name))  # type: ignore[misc]
    return tuple(found)


def span(first: str, last: str) -> tuple[str, ...]:
    """The names from one to another: numbers, or letters."""
    if first.isdecimal():
        return tuple(str(n) for n in range(int(first), int(last) + 1))
    return tuple(chr(n) for n in range(ord(first), ord(last) + 1))


@cache
def _items(form: FormName) -> dict[str, str]:
    """Box without its row -> item number or form locator."""
    return {row["box"]: row["item"] for row in tables.rows(f"forms/{form}.csv")}


@cache
def first_box(form: FormName, key: str) -> str:
    """A box itself; of a group of ticks (`3.sex.*`) the first."""
    if not key.endswith(".*"):
        return key
    return next((box for box in _items(form) if box.startswith(key.removesuffix("*"))), key)


@cache
def item_of(form: FormName, key: str) -> str:
    """What a biller calls a box: `24D` for `24D.modifier1.3`, `FL 50` for `FL50.A`, `3` for `3.sex.*`.

    Raises:
        TableError: the form has no such box.
    """
    known = _items(form)
    for name in (key, key.rpartition(".")[0]):
        if name in known:
            return known[name]
    found = known.get(first_box(form, key))
    if found is None:
        raise TableError(f"crosswalk.csv: {form} has no box {key}")
    return found


# ---------------------------------------------------------------- addresses


def address_of(claim: Claim, path: str) -> str | None:
    """Where a value of a claim stands in the 837 of its setting, or would stand; None where it has no place.

    The address of a record or a list is that of the segment with its first value. Loops that stand below a
    line or another payer have no number, because it is known only where they stand.
    """
    name = set_of(claim.setting)
    shape = _shape(path)
    exact = [row for row in _by_shape().get(shape, ()) if row.address(name)]
    held = exact or [row for row in _by_shape().get(shape + "/", ()) if row.address(name)]
    parts = path.split("/")
    if parts[1:2] == ["unmapped"] and len(parts) > 2 and int(parts[2]) < len(claim.unmapped):
        return _OUTER.sub("", claim.unmapped[int(parts[2])].address)
    row = next((row for row in held if _fits(claim, row, parts)), None)
    if row is None:
        return None
    loop, segment, element = row.address(name).split("/")
    if loop.endswith("[n]"):
        turn = _turn(claim, loop.removesuffix("[n]"), parts)
        loop = loop.removesuffix("[n]") + (f"[{turn}]" if turn else "")
    numbers = [int(part) for part in parts if part.isdecimal()]
    if segment.endswith("#n"):
        segment = segment.removesuffix("#n") + (f"#{numbers[-1] + 1}" if numbers and numbers[-1] else "")
    if shape in ("/lines", "/lines/#"):
        return loop
    if element.startswith(("{n}", "{n+1}")) and numbers:
        # twelve codes in each HI
        before, rest = (
            _position(claim, row, numbers[0]) + element.startswith("{n+1}"),
            element.partition("}")[2],
        )
        segment += f"#{before // 12 + 1}" if before >= 12 else ""
        element = f"{before % 12 + 1:02}{rest}"
    whole = "{" in element or not (exact or parts[-1] in _IN_ONE)
    return f"{loop}/{segment}" if whole else f"{loop}/{segment}/{element}"


def _position(claim: Claim, row: Row, index: int) -> int:
    """How many entries of a list stand before one in the segment that holds those of its kind."""
    if not row.path.startswith("/diagnoses/"):
        return index
    name = row.path.split("/")[2].strip("{}")
    known = range(min(index, len(claim.diagnoses)))
    return sum(effective_kind(claim, i) == name for i in known)


@cache
def shapes_at(name: SetName, loop: str, segment: str, codes: str) -> frozenset[str]:
    """Pointers, with `#` for indexes, of the values that a segment of a loop holds, and of all around them.

    `codes` are those of which one tells the segment apart, as `ABK|BK`; "" for a segment that stands alone.
    """
    wanted = f"{segment}[" if codes else segment
    found: set[str] = set()
    for row in rows():
        own_loop, own, *_ = (*row.address(name).split("/"), "")
        if own_loop.removesuffix("[n]") != loop or not own.removesuffix("#n").startswith(wanted):
            continue
        if codes and own.partition("[")[2].rstrip("]") not in codes.split("|"):
            continue
        shape = _shape(row.path)
        while shape:
            found.add(shape)
            shape = shape.rpartition("/")[0]
    return frozenset(found)


def is_among(path: str, shapes: frozenset[str]) -> bool:
    """Whether a pointer has one of the shapes of `shapes_at`."""
    return _shape(path) in shapes


_IN_ONE = ("modifiers", "diagnosis_pointers")
"""Lists whose first entry has an element of its own."""


def _shape(path: str) -> str:
    """A pointer, or the path of a row, with `#` for every index."""
    parts = path.split("/")
    return "/".join("#" if part.isdecimal() or part.startswith("{") else part for part in parts)


@cache
def _by_shape() -> dict[str, list[Row]]:
    """Rows by the shape of their path, and by that of everything that holds them with `/` at its end."""
    found: dict[str, list[Row]] = {}
    for row in rows():
        shape = _shape(row.path)
        found.setdefault(shape, []).append(row)
        while "/" in shape[1:]:
            shape = shape.rpartition("/")[0]
            found.setdefault(shape + "/", []).append(row)
    return found


def _fits(claim: Claim, row: Row, parts: list[str]) -> bool:
    """Whether a row is that of a pointer in this claim."""
    coverage = billed_coverage(claim)
    if row.when in ("self", "dependent"):
        own = (
            coverage is None
            or coverage.relationship == "18"
            or (coverage.relationship is None and coverage.subscriber is None)
        )
        if own != (row.when == "self"):
            return False
    for part, named in zip(parts, row.path.split("/"), strict=False):
        if part == named or not part.isdecimal():
            continue
        if not named.startswith("{"):
            return False
        if not _is_named(claim, parts, named.strip("{}"), int(part)):
            return False
    return True


def _is_named(claim: Claim, parts: list[str], name: str, index: int) -> bool:
    """Whether the entry of a list is the one that a row names in braces."""
    if parts[1] == "coverages" and name in ("destination", "other"):
        return (index == effective_bill_to(claim)) == (name == "destination")
    if parts[1] == "diagnoses":
        return index >= len(claim.diagnoses) or effective_kind(claim, index) == name
    if parts[1] == "dates":
        return index < len(claim.dates) and claim.dates[index].qualifier == name
    if "secondary_ids" in parts:
        return name in _qualifiers(claim, parts)
    return name != "line" or parts[1] == "lines"


def _qualifiers(claim: Claim, parts: list[str]) -> Iterator[str]:
    """The qualifier of the secondary id to which a pointer leads."""
    holder: object = claim
    for part in parts[1:]:
        if isinstance(holder, tuple):
            holder = holder[int(part)] if int(part) < len(holder) else None
        else:
            holder = getattr(holder, part, None)
        qualifier = getattr(holder, "qualifier", None)
        if qualifier:
            yield qualifier


def _turn(claim: Claim, loop: str, parts: list[str]) -> int | None:
    """Number of the loop in which a value stands, where that follows from its pointer."""
    if len(parts) < 3 or not parts[2].isdecimal():
        return None
    index = int(parts[2])
    if parts[1] == "lines":
        return index + 1 if loop == "2400" else None
    if parts[1] == "coverages" and loop.startswith("23"):
        order = [i for i, _ in other_coverages(claim)]
        return order.index(index) + 1 if index in order else None
    return None


# ---------------------------------------------------------------- boxes of a pointer


def box_at(
    form: FormName, path: str, *, billed: int | None = None, claim: Claim | None = None
) -> Target | None:
    """Where a finding about a claim is shown on a form: the boxes of the datum, else of the nearest record.

    Args:
        form: the form of the claim.
        path: JSON Pointer into the claim, or a path of the table.
        billed: index of the coverage that is billed.
        claim: the claim, which says of what kind the entry of a list is.
    """
    if "{" in path:
        return next((found[0] for row in rows() if row.path == path and (found := row.targets(form))), None)
    while path:
        near = _near(_leveled(path), _is_billed(path, billed))
        if claim is not None and len(near) > 1 and path.startswith(_OF_KINDS):
            parts = path.split("/")
            near = tuple(row for row in near if _fits(claim, row, parts)) or near
        for row in near:
            found = row.targets(form)
            if found:
                return found[0]
        path = path.rpartition("/")[0]
    return None


_OF_KINDS = ("/diagnoses/", "/dates/")
"""Lists whose entries stand in boxes by their kind."""


def item_at(form: FormName, claim: Claim, path: str) -> str | None:
    """What a biller calls the box of a datum of a claim, or of the nearest record; None for none."""
    billed = effective_bill_to(claim) if path.startswith("/coverages/") else None
    target = box_at(form, path, billed=billed, claim=claim)
    if target is None:
        return None
    _, top, number, *_ = (*path.split("/", 3), "", "")
    nth = _nth_of_kind(claim, int(number)) if top == "diagnoses" and number.isdecimal() else 0
    return item_of(form, target.boxes[min(nth, len(target.boxes) - 1)])


def _nth_of_kind(claim: Claim, index: int) -> int:
    """How many diagnoses of the same kind stand before one."""
    if index >= len(claim.diagnoses):
        return 0
    kind = effective_kind(claim, index)
    return sum(effective_kind(claim, i) == kind for i in range(index))


def address_of_datum(name: SetName, datum: str) -> str | None:
    """The segment that would hold a datum of the table; None where the set has none."""
    address = next((row.address(name) for row in rows() if row.path == datum and row.address(name)), None)
    if address is None:
        return None
    loop, segment, _ = address.split("/")
    return f"{loop.removesuffix('[n]')}/{segment.removesuffix('#n')}"


def is_held(form: FormName, path: str, *, billed: int | None = None, read: bool = False) -> bool | None:
    """Whether a form has a box into which a datum is written; None where the crosswalk does not know it.

    With `read`: whether it has a box that is read as this datum.
    """
    found = _near(_leveled(path), _is_billed(path, billed))
    if not found:
        return None
    return any(target.held and (target.read or not read) for row in found for target in row.targets(form))


def is_sent(name: SetName, path: str, *, billed: int | None = None) -> bool:
    """Whether a datum of a claim has a place in one of the sets."""
    return any(row.address(name) for row in _near(_leveled(path), _is_billed(path, billed)))


def _is_billed(path: str, billed: int | None) -> bool | None:
    """Whether a path is of the coverage that is billed or of another one; None for other paths."""
    parts = path.split("/", 3)
    if len(parts) < 3 or parts[1] != "coverages":
        return None
    return billed is None or parts[2] == str(billed)


@lru_cache(maxsize=4096)
def _near(path: str, billed: bool | None) -> tuple[Row, ...]:
    """Rows of a datum, or of all data of a record."""
    found = _matching(path) or [row for row in rows() if _is_within(row.path, path)]
    return tuple(row for row in found if billed is None or (row.when == "other[n]") != billed)


def _is_within(row: str, record: str) -> bool:
    """Whether a path of the table lies within a record; a name in braces stands for any index."""
    wanted, given = record.split("/"), row.split("/")
    if len(given) <= len(wanted):
        return False
    return all(g == w or (w.isdecimal() and g.startswith("{")) for w, g in zip(wanted, given, strict=False))


def item_at_address(name: SetName, address: str) -> str | None:
    """What a biller calls the box of an X12 address; None for none.

    A segment or an element as a whole, and a component without a box of its own, have the first box of what
    stands there; another element without a box that of its segment, where all of it goes into one box.
    """
    loop, _, rest = address.partition("/")
    return _item_at(name, f"{loop.partition('[')[0]}/{re.sub(r'#[0-9]+', '', rest)}")


_OUTER = re.compile(r"^\d{4}[A-Z]*(\[\d+\])?/(?=\d{4})")
"""The loop around the loop of an address, as `unmapped` has it: `2400[2]/2410/LIN`."""


@lru_cache(maxsize=4096)
def _item_at(name: SetName, one: str) -> str | None:
    """As `item_at_address`, of an address without the numbers of turns and of equal segments."""
    form: FormName = "cms1500" if name == "837p" else "ub04"
    exact = [row for row in rows() if row.matches_address(name, one)]
    around = exact or [row for row in rows() if _is_inside(row.address(name), one)]
    if around or one.count("/") < 2:
        return next((row.items(form)[0] for row in around if row.targets(form)), None)
    segment = one.rpartition("/")[0]
    items = {row.items(form)[:1] for row in rows() if _is_inside(row.address(name), segment)}
    return next((item[0] for item in items if item), None) if len(items) == 1 else None


def _is_inside(address: str, whole: str) -> bool:
    """Whether an address of the table lies in a segment or an element, as `2300/HI[ABK|BK]` or `2300/CLM/05`.

    A component lies in its element as much as the others do.
    """
    loop, segment, element = (*whole.split("/"), "", "")[:3]
    own_loop, own_segment, own_element = (*address.split("/"), "", "")[:3]
    name, _, codes = segment.rstrip("]").partition("[")
    own_name, _, own_code = own_segment.removesuffix("#n").rstrip("]").partition("[")
    if own_loop.removesuffix("[n]") != loop or own_name != name:
        return False
    if codes and own_code and own_code not in codes.split("|"):
        return False
    if element.partition("-")[0]:
        place = _ELEMENT.sub(r"\\d\\d", own_element.partition("-")[0])
        return re.fullmatch(place, element.partition("-")[0]) is not None
    return True
