"""NDC-PKG: the number of a whole package where a container has a number of its own."""

from collections.abc import Iterator
from datetime import date

from edi.codes import ndc
from edi.refdata import NdcCode
from edi.rules.about import LOADED
from edi.rules.asks import box
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import drug_lines

CROSSWALKS = ("asp", "awp", "opps", "prep")
"""The four crosswalks that a user may load, in the order in which they are asked."""
PACKAGES = tuple(f"{number:02}" for number in range(100))
"""The last two digits of an NDC: which package of a product it is."""
_CARTON = ["ndc", "asp", ["99999010125"], ["J1756", "1 MG", "200", "25", "200", "5000"]]
_VIAL = ["ndc", "asp", ["99999010101"], ["J1756", "1 MG", "200", "1", "200", "200"]]
_OTHER_VIAL = ["ndc", "asp", ["99999010102"], ["J1756", "1 MG", "100", "1", "100", "100"]]
_NAMED = {"/lines/1/ndc": "99999-0101-25"}


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
    breaks=[{**_NAMED, LOADED: [_CARTON, _VIAL]}],
    keeps=[
        _NAMED,
        {**_NAMED, LOADED: [_CARTON]},
        {**_NAMED, LOADED: [_CARTON, _OTHER_VIAL]},
        {"/lines/1/ndc": "99999-0101-01", LOADED: [_CARTON, _VIAL]},
        {**_NAMED, LOADED: [_CARTON, _VIAL], "/lines/1/hcpcs": "J2405"},
        {**_NAMED, LOADED: [_CARTON, _VIAL], "/lines/1/service_date": "2025-12-31"},
    ],
)
def ndc_of_a_package(case: Case) -> Iterator[Hit]:
    """The NDC on a claim is that of the container from which the dose came.

    Known only from a crosswalk that the user loaded: it holds the package with several containers, and one
    container of the same content under another number.
    """
    for i, line, code in drug_lines(case):
        day = line.service_date
        if day is None or not line.ndc or ndc.problem(line.ndc):
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
