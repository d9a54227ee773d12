"""NDC-PKG: the number of a whole package where a container has a number of its own."""

from collections.abc import Iterator
from datetime import date
from itertools import product
from string import digits
from typing import Any

from edi.codes import ndc
from edi.refdata import NdcCode
from edi.rules.about import LOADED
from edi.rules.asks import box
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import drug_lines

CROSSWALKS = ("asp", "awp", "opps", "prep")
"""The four crosswalks that a user may load, in the order in which they are asked."""
PACKAGES = tuple(map("".join, product(digits, repeat=2)))
"""The last two digits of an NDC: which package of a product it is."""


def _row(programme: str, number: str, quantity: str | None, code: str = "J1756") -> list[Any]:
    """A row of a crosswalk: 200 mg a container, and how many of them."""
    return ["ndc", programme, [number], [code, "1 MG", "200", quantity, "200", "5000"]]


def _both(programme: str) -> list[list[Any]]:
    return [_row(programme, "99999010125", "25"), _row(programme, "99999010101", "1")]


_CARTON = _row("asp", "99999010125", "25")
_OTHER_SIZE = ["ndc", "asp", ["99999010102"], ["J1756", "1 MG", "100", "1", "100", "100"]]
_NAMED = {"/lines/1/ndc": "99999-0101-25"}
_TWICE = {"/lines/-": {"hcpcs": "J1756", "units": "1", "service_date": "2026-03-03", "ndc": "99999010125"}}


def _rows(case: Case, eleven: str, day: date) -> Iterator[NdcCode]:
    """What the crosswalks of the date say of a number."""
    for name in CROSSWALKS:
        yield from (row for row in case.lists.ndc_codes(eleven, day, name) if row.covers)


def _container(case: Case, package: NdcCode, day: date) -> str | None:
    """The number of one container of a package where the crosswalk has it: same product, code, content."""
    for last in PACKAGES:
        for row in _rows(case, package.ndc[:9] + last, day):
            same = (row.code, row.package_size) == (package.code, package.package_size)
            if same and row.package_quantity == 1:
                return row.ndc
    return None


@rule(
    "NDC-PKG-001",
    "ndc-of-a-package",
    message="line {line} ({hcpcs}) names the NDC of a package of {count}; one container has {own} ({box})",
    help="Write the NDC of the container that was opened, not that of the carton around it.",
    source="NDC-HCPCS crosswalk of the user, columns PKG SIZE and PKG QTY (rules catalogue B.5)",
    severity="warning",
    snip=6,
    sees="line",
    breaks=[
        *({**_NAMED, LOADED: _both(programme)} for programme in CROSSWALKS),
        {**_NAMED, LOADED: [*_both("asp"), *_both("opps")]},
        {**_NAMED, LOADED: [_row("asp", "99999010125", "2"), _row("asp", "99999010199", "1")]},
        {**_NAMED, LOADED: [_row("asp", "99999010125", "25", "J2405"), *_both("asp")]},
        {**_NAMED, **_TWICE, LOADED: _both("asp")},
        {**_NAMED, "/lines/0": {"hcpcs": "J2405", "ndc": "99999010125"}, LOADED: _both("asp")},
        {**_NAMED, "/lines/0": {"hcpcs": "J2405", "service_date": "2026-03-03"}, LOADED: _both("asp")},
    ],
    keeps=[
        _NAMED,
        {**_NAMED, LOADED: [_CARTON]},
        {**_NAMED, LOADED: [_CARTON, _OTHER_SIZE]},
        {**_NAMED, LOADED: [_CARTON, _row("asp", "99999010101", "0")]},
        {**_NAMED, LOADED: [_row("asp", "99999010125", None), _row("asp", "99999010101", "1")]},
        {**_NAMED, LOADED: [_CARTON, _row("asp", "99999010101", "1", "J2405")]},
        {"/lines/1/ndc": "99999-0101-01", LOADED: _both("asp")},
        {"/lines/1/ndc": "99999-0101-2", LOADED: _both("asp")},
        {**_NAMED, LOADED: _both("asp"), "/lines/1/hcpcs": "J2405"},
        {**_NAMED, LOADED: _both("asp"), "/lines/1/service_date": "2025-12-31"},
    ],
)
def ndc_of_a_package(case: Case) -> Iterator[Hit]:
    """The NDC on a claim is that of the container from which the dose came.

    Known only from a crosswalk that the user loaded: it holds the package with several containers, and one
    container of the same content under another number.
    """
    for i, line, code in drug_lines(case):
        day = line.service_date
        if day is None or not line.ndc:
            continue
        for row in _rows(case, ndc.compact(line.ndc), day):
            if row.code != code or row.package_quantity is None or row.package_quantity <= 1:
                continue
            own = _container(case, row, day)
            if own is not None:
                yield Hit(
                    f"/lines/{i}/ndc",
                    line=i + 1,
                    hcpcs=code,
                    count=f"{row.package_quantity.normalize():f}",
                    own=own,
                    box=box(case, "24 shaded", "43"),
                )
                break
