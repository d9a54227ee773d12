"""Which datum of a claim stands where: claim path, loop and element, CMS-1500 item, UB-04 form locator.

The table is `schemas/crosswalk.csv`; its head says how paths and addresses are written.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from edi import tables

When = Literal["self", "dependent", "destination", "other[n]", "line", "claim"]
SetName = Literal["837p", "837i"]
WHENS: tuple[When, ...] = ("self", "dependent", "destination", "other[n]", "line", "claim")

_INDEX = re.compile(r"\\\{[^{}]+\\\}")
_ELEMENT = re.compile(r"\{[^{}]+\}")


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
    """CMS-1500 item, "" for none."""
    ub04: str
    """UB-04 form locator, "" for none."""

    def address(self, name: SetName) -> str:
        """Address in one of the sets, "" for none."""
        return self.professional if name == "837p" else self.facility

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


@cache
def by_path(path: str) -> tuple[Row, ...]:
    """Rows of a JSON Pointer, such as `/lines/2/hcpcs`; of several the `when` decides."""
    return tuple(row for row in rows() if row.matches_path(path))


@cache
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
