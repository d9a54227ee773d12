"""NDC: which drug lines need one, and whether it fits the code and the quantity of its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache

from edi import tables
from edi.codes import dose, ndc
from edi.model.claim import ServiceLine, billed_coverage
from edi.refdata import Drug, Lists
from edi.rules.about import BASE, CODES, LOADED, ON, code_of, medicare
from edi.rules.asks import absent, box, count_of
from edi.rules.base import Case, Hit, per_lines, rule
from edi.rules.drug.facts import (
    MEDICAID_FILING,
    administrations_of,
    drug_lines,
    is_drug,
    modifiers_of,
    number,
)
from edi.rules.ndc.shape import has_charted_ndc

_NONE = {"/lines/1/ndc": None, "/lines/1/ndc_quantity": None, "/lines/1/ndc_unit": None}
_MEDICAID = {
    "responsibility": "S",
    "payer": {"name": "STATE MEDICAID", "id": "77002"},
    "claim_filing": "MC",
    "member_id": "M1",
    "relationship": "18",
}
_CROSSWALKS = ("asp", "awp", "opps", "prep")
SLACK = 2
"""A quantity is doubted when it is more than so many times too large or too small."""


@per_lines
def _without(case: Case) -> list[tuple[int, str]]:
    """Drug lines without an NDC, less those whose record has one that lacks its quantity (NDC-QTY-001).

    Index and code of each.
    """
    recorded = case.billed_by_record()
    return [
        (i, code)
        for i, line, code in drug_lines(case)
        if absent(case, line.ndc, f"/lines/{i}/ndc") and not (recorded and has_charted_ndc(case, line))
    ]


@rule(
    "NDC-REQ-001",
    "ndc-missing",
    message="line {line} ({hcpcs}) has no NDC, which this payer wants on drug lines ({box})",
    help="Write the NDC of the container that was opened, with its quantity.",
    source="payer rules (policy ndc_required); rules catalogue B.5",
    severity="error",
    snip=7,
    sees="lines",
    when={"ndc_required": "yes"},
    also=("F04-43-001",),
    breaks=[
        _NONE,
        {"/lines/1/ndc": None, "/lines/0/kind": "drug"},
        {ON: "encounter", "/administrations/0/ndc": None},
        {
            ON: "encounter",
            "/administrations/0/ndc": None,
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1756",
                "ndc": "99999-0101-01",
                "start": "2026-03-03T10:00",
            },
        },
        {
            ON: "encounter",
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J0696",
                "dose": {"value": "250", "unit": "mg"},
                "start": "2026-03-03T10:00",
            },
        },
        {
            ON: "encounter",
            "/administrations/0/containers": [],
            "/services/-": {"hcpcs": "J2405", "administrations": ["A9"]},
        },
        {
            ON: "encounter",
            "/administrations/-": {"id": "A2", "hcpcs": "J0696", "start": "2026-03-03T10:00"},
            "/services/-": {"hcpcs": "J2405", "administrations": ["A1"]},
        },
    ],
    keeps=[
        {},
        {**_NONE, "/lines/1/hcpcs": "99213", "/lines/1/kind": "service"},
        {"/lines/1/ndc": None, "/unread/-": {"path": "/lines/1/ndc", "text": "?"}},
        {ON: "encounter", "/services/-": {"hcpcs": "J2405", "administrations": ["A1", "A9"]}},
    ],
)
def ndc_missing(case: Case) -> Iterator[Hit]:
    """Payers that claim rebates, or pay by product, want the product of every drug line."""
    for i, code in _without(case):
        yield Hit(f"/lines/{i}/ndc", line=i + 1, hcpcs=code, box=box(case, "24 shaded", "43"))


@rule(
    "NDC-REQ-002",
    "ndc-missing-for-medicaid",
    message="line {line} ({hcpcs}) has no NDC; {who} want one on drug lines ({box})",
    help="Write the NDC of the container that was opened, with its quantity.",
    source="42 CFR 447.520 (NDC of drugs that practitioners give); rules catalogue B.5 (most states)",
    severity="warning",
    snip=7,
    when={"ndc_required": "no"},
    also=("NDC-REQ-001",),
    breaks=[
        {**_NONE, "/coverages/0/claim_filing": "MC"},
        {"/lines/1/ndc": None, "/coverages/0/claim_filing": "MC", "/lines/0/kind": "drug"},
        {**_NONE, "/coverages/-": _MEDICAID},
    ],
    keeps=[
        {"/coverages/0/claim_filing": "MC"},
        {"/coverages/-": _MEDICAID},
        {**_NONE, "/coverages/0/claim_filing": "CI", "/coverages/-": _MEDICAID},
        {**_NONE, "/coverages/-": {**_MEDICAID, "claim_filing": "CI"}},
        {**_NONE, "/coverages/0/claim_filing": "CI"},
        {"/coverages": [], "/lines/1/ndc": None},
    ],
)
def ndc_missing_for_medicaid(case: Case) -> Iterator[Hit]:
    """Medicaid claims rebates from the makers and needs the product for that.

    Medicare sends on to Medicaid what it decided for a patient of both.
    """
    without, coverage = _without(case), billed_coverage(case.claim)
    if not without or coverage is None:
        return
    filings = {one.claim_filing for one in case.claim.coverages}
    who = "most Medicaid programs"
    if coverage.claim_filing != MEDICAID_FILING:
        if MEDICAID_FILING not in filings or not medicare(case):
            return
        who = "Medicare sends this claim on to Medicaid, whose programs mostly"
    for i, code in without:
        where = box(case, "24 shaded", "43")
        yield Hit(f"/lines/{i}/ndc", line=i + 1, hcpcs=code, box=where, who=who)


@cache
def _strengths() -> dict[str, tuple[tuple[Decimal, str, Decimal], ...]]:
    """Content and millilitres of the labelled containers of each liquid drug code."""
    found: dict[str, list[tuple[Decimal, str, Decimal]]] = {}
    for row in tables.rows("coding/container_volumes.csv"):
        found.setdefault(row["code"], []).append(
            (Decimal(row["size"]), row["unit"], Decimal(row["volume_ml"]))
        )
    return {code: tuple(sizes) for code, sizes in found.items()}


_BY_WEIGHT = {"ME": "mg", "GR": "g"}


@lru_cache(maxsize=4096)
def _contents(row: Drug, unit: str | None) -> tuple[Decimal, Decimal] | None:
    """Least and greatest amount of a drug, in the unit of its code, in one NDC unit; None: not known."""
    assert row.unit is not None
    if unit == "UN":
        found = [dose.convert(size.value, size.unit, row.unit) for size in row.sizes]
    elif unit == "ML":
        strengths = _strengths().get(row.code, ())
        contents = ((dose.convert(size, of, row.unit), volume) for size, of, volume in strengths)
        found = [content / volume if content is not None else None for content, volume in contents]
    else:
        found = [dose.convert(Decimal(1), _BY_WEIGHT[unit], row.unit)] if unit in _BY_WEIGHT else []
    known = [one for one in found if one is not None]
    return (min(known), max(known)) if known and len(known) == len(found) else None


def _opened(case: Case, line: ServiceLine) -> Decimal:
    """Content of the containers that the record lists for a line, in the unit of its code; 0 without one."""
    ids = {g.id for g in administrations_of(case, line)}
    dosing = case.timeline.dosing if case.assembled is not None else ()
    return sum((d.opened for d in dosing if d.administration in ids and d.opened is not None), Decimal(0))


@dataclass(frozen=True, slots=True)
class _Sized:
    """A drug line whose product has a known size; amounts are in the unit of its code."""

    index: int
    code: str
    unit: str
    each: Decimal
    """Amount in one billing unit."""
    smallest: Decimal
    """Least amount of the drug in one NDC unit."""
    largest: Decimal


@per_lines
def _sized(case: Case) -> list[_Sized]:
    """Drug lines whose quantity can be compared with their units, less those of discarded drug."""
    found = []
    for i, line, code in drug_lines(case):
        row = case.lists.drug(code, line.service_date)
        if row is None or row.unit is None or row.unit_value is None:
            continue
        contents = _contents(row, line.ndc_unit)
        if contents is not None and line.ndc and "JW" not in modifiers_of(line):
            found.append(_Sized(i, code, row.unit, row.unit_value, *contents))
    return found


def _too_much(case: Case, line: ServiceLine, quantity: Decimal, amount: Decimal, smallest: Decimal) -> bool:
    """Whether a quantity is too large for the containers that were opened too; a started one counts."""
    opened = max(amount, _opened(case, line))
    if line.ndc_unit == "UN":
        started = (opened / smallest).to_integral_value(rounding="ROUND_CEILING")
        opened = started * smallest
    return quantity * smallest > opened * SLACK


_TOO_MANY = {"/lines/1/ndc_quantity": "200", "/lines/1/ndc_unit": "UN"}


def _iron(**columns: str) -> dict[str, list[object]]:
    """The row of J1756 in the drug table with other columns."""
    return {"hcpcs_drugs": ["2026-01-01", "2026-12-31", {"code": "J1756", **columns}]}


def _recorded(millilitres: str) -> dict[str, object]:
    """An encounter with 200 mg of J1756 as given, whose line has an NDC quantity in millilitres."""
    return {
        ON: "encounter",
        BASE: "coded-professional",
        "/services/1/ndc_quantity": millilitres,
        "/services/1/ndc_unit": "ML",
    }


@rule(
    "NDC-QTY-002",
    "ndc-quantity-does-not-fit",
    message="line {line} bills {units} of {hcpcs}, which is {amount} {unit}; the NDC has "
    "{quantity} {of} ({box})",
    help="Count the NDC quantity in containers (UN) or millilitres (ML), not in billing units.",
    source="rules catalogue B.5 (NDC quantity and HCPCS units are different counts); sizes by the drug table",
    severity="warning",
    snip=6,
    breaks=[
        {"/lines/1/ndc_quantity": "200"},
        {"/lines/1/ndc_quantity": "20.001"},
        {"/lines/1/ndc_quantity": "4.975"},
        {"/lines/1/ndc_quantity": "200", "/lines/1/ndc_unit": "UN"},
        {"/lines/1/ndc_quantity": "10", "/lines/1/ndc_unit": "ME"},
        {"/lines/1/units": "1"},
        {"/lines/1/ndc_quantity": "1"},
        {"/lines/1/ndc_quantity": "4.975", "/lines/0/kind": "drug"},
        {"/lines/1/hcpcs": "J3489", "/lines/1/units": "4", "/lines/1/ndc_quantity": "0.5"},
        {
            "/lines/-": {
                "hcpcs": "J1756",
                "units": "1",
                "ndc": "99999010101",
                "ndc_quantity": "10",
                "ndc_unit": "ML",
            }
        },
        {
            "/lines/1/ndc_quantity": "0",
            "/lines/-": {
                "hcpcs": "J1756",
                "units": "200",
                "ndc": "99999010101",
                "ndc_quantity": "200",
                "ndc_unit": "ML",
            },
        },
        {
            "/lines/1/ndc_quantity": "200",
            "/lines/-": {
                "hcpcs": "J1756",
                "units": "1",
                "ndc": "99999010101",
                "ndc_quantity": "200",
                "ndc_unit": "ML",
            },
        },
        {
            "/lines/-": {
                "hcpcs": "J1756",
                "units": "200",
                "ndc": "99999010101",
                "ndc_quantity": "200",
                "ndc_unit": "ML",
            },
            "/lines/1/hcpcs": "J0885",
        },
        {"/lines/1/ndc_quantity": "200", "/lines/1/ndc_unit": "GR"},
        {"/lines/1/ndc_quantity": "1", "/lines/1/units": "1"},
        {
            "/lines/1/units": "30",
            "/lines/1/ndc_quantity": "2",
            "/lines/1/ndc_unit": "UN",
            "/lines/-": {
                "hcpcs": "J1756",
                "units": "200",
                "ndc": "99999010101",
                "ndc_quantity": "200",
                "ndc_unit": "ML",
            },
        },
        {**_recorded("40.05"), "/administrations/0/containers/0/size/value": "400"},
        {**_recorded("40"), "/administrations/0/containers": []},
        {
            **_recorded("40"),
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J2405",
                "dose": {"value": "200", "unit": "mg"},
                "containers": [{"size": {"value": "200", "unit": "mg"}}],
                "start": "2026-03-03T10:00",
            },
        },
    ],
    keeps=[
        {"/lines/1/ndc_quantity": "20"},
        {"/lines/1/ndc_quantity": "5"},
        {"/lines/1/ndc_quantity": "4.976"},
        {"/lines/1/hcpcs": "J2550", "/lines/1/units": "1", "/lines/1/ndc_quantity": "0.5"},
        {"/lines/1/hcpcs": "J3489", "/lines/1/units": "4", "/lines/1/ndc_quantity": "5"},
        {"/lines/1/hcpcs": "J3489", "/lines/1/units": "4", "/lines/1/ndc_quantity": "100"},
        {"/lines/1/hcpcs": "J1308", "/lines/1/units": "80", "/lines/1/ndc_quantity": "50"},
        {"/lines/1/hcpcs": "J3262", "/lines/1/units": "162", "/lines/1/ndc_quantity": "0.9"},
        {"/lines/1/ndc_quantity": "1", "/lines/1/ndc_unit": "UN"},
        {"/lines/1/ndc_quantity": "4", "/lines/1/ndc_unit": "UN"},
        {"/lines/1/ndc_quantity": "200", "/lines/1/ndc_unit": "ME"},
        {"/lines/1/ndc_quantity": "200", "/lines/1/hcpcs": "J1459"},
        {"/lines/1/ndc_quantity": None},
        {"/lines/1/ndc_quantity": "0"},
        {"/lines/1/units": 0},
        {"/lines/1/hcpcs": "96372"},
        {"/lines/1/ndc_quantity": "20.001", "/lines/1/modifiers": ["JW"]},
        {"/lines/1/ndc_quantity": "200", "/lines/1/ndc": None},
        {"/lines/1/hcpcs": "J0885", "/lines/1/ndc_quantity": "0.2", "/lines/1/ndc_unit": "GR"},
        {"/lines/1/hcpcs": "J0885", "/lines/1/ndc_quantity": "0.2", "/lines/1/ndc_unit": "ME"},
        {"/lines/1/hcpcs": "J0885", "/lines/1/ndc_quantity": "2", "/lines/1/ndc_unit": "UN"},
        {
            **_recorded("40"),
            "/administrations/0/containers/0/size/value": "400",
        },
        {
            **_recorded("20"),
            "/administrations/0/containers": [],
        },
        {"/lines/1/units": "30", "/lines/1/ndc_quantity": "2", "/lines/1/ndc_unit": "UN"},
        {**_TOO_MANY, CODES: _iron(sizes="100mg;5mL")},
        {"/lines/1/ndc_quantity": "200", "/lines/1/units": None},
        {**_TOO_MANY, "/lines/1/hcpcs": "Q5138", "/lines/1/service_date": "2024-06-30"},
        {"/lines/1/ndc_quantity": "400", "/lines/1/ndc_unit": "ME"},
        {"/lines/1/ndc_quantity": "200", "/lines/1/ndc_unit": "F2"},
        {"/lines/1/ndc_quantity": "200", CODES: _iron(unit="units")},
        {**_TOO_MANY, CODES: _iron(unit="")},
        {**_TOO_MANY, CODES: _iron(unit_value="")},
    ],
)
def quantity_does_not_fit(case: Case) -> Iterator[Hit]:
    """Units of the code and quantity of the product tell the same amount.

    Containers that were only partly used and sizes that the table lacks make the two differ, so only what is
    more than twice too large or too small is doubted. A started unit is billed as a whole one, so the dose
    may be less than the units by almost one. Lines of discarded drug are left alone.
    """
    for one in _sized(case):
        line = case.claim.lines[one.index]
        units, quantity = line.units, line.ndc_quantity
        if units is None or quantity is None or units <= 0 or quantity <= 0:
            continue
        amount, least = units * one.each, (units - 1) * one.each
        if quantity * one.largest * SLACK > least and (
            quantity * one.smallest <= amount * SLACK
            or not _too_much(case, line, quantity, amount, one.smallest)
        ):
            continue
        yield Hit(
            f"/lines/{one.index}/ndc_quantity",
            line=one.index + 1,
            units=count_of(units, "unit"),
            hcpcs=one.code,
            amount=number(amount),
            unit=one.unit,
            quantity=number(quantity),
            of=line.ndc_unit,
            box=box(case, "24 shaded", "43"),
        )


@lru_cache(maxsize=64)
def _crosswalks(lists: Lists) -> bool:
    """Whether any crosswalk is loaded."""
    return lists.has_edits("ndc")


@lru_cache(maxsize=4096)
def _crosswalk(lists: Lists, eleven: str, day: date | None) -> list[str]:
    """The codes of an NDC in the crosswalks that the user loaded for the date; empty where none has it."""
    if day is None:
        return []
    found = [row for name in _CROSSWALKS for row in lists.ndc_codes(eleven, day, name)]
    return sorted({row.code for row in found if row.covers})


def _other_names(case: Case, one: str, other: str) -> bool:
    """Whether two drug codes stand for drugs that share no name."""
    names = [{name for row in case.lists.drug_rows(code) for name in row.names} for code in (one, other)]
    return bool(names[0] and names[1]) and names[0].isdisjoint(names[1])


@rule(
    "NDC-MATCH-001",
    "ndc-of-another-drug",
    message="line {line}: {problem} ({box})",
    help="Write the NDC of the product that this line bills, or correct the code.",
    source="NDC-HCPCS crosswalk of the user, where loaded; else the claim: one NDC is one drug. RARC N846",
    severity="warning",
    snip=6,
    sees="lines",
    breaks=[
        {
            "/lines/-": {
                "hcpcs": "J2405",
                "modifiers": ["JZ"],
                "units": "4",
                "ndc": "99999-0101-01",
                "ndc_quantity": "2",
                "ndc_unit": "ML",
                "service_date": "2026-03-03",
            }
        },
        {"/lines/-": {"hcpcs": "J2405", "ndc": "99999-0101-01"}, "/lines/0/kind": "drug"},
        {
            "/lines/1/ndc": "99999-0101-25",
            LOADED: [["ndc", "asp", ["99999010125"], ["J2405", "1 MG", "200", "25", "200", "5000"]]],
        },
        *(
            {
                "/lines/1/ndc": "99999-0101-25",
                LOADED: [["ndc", programme, ["99999010125"], ["J2405", "1 MG", "200", "25", "200", "5000"]]],
            }
            for programme in _CROSSWALKS[1:]
        ),
        {
            "/lines/1/ndc": "99999-0101-25",
            "/lines/-": {"hcpcs": "J0696", "ndc": "99999-0101-25", "service_date": "2026-03-03"},
            LOADED: [["ndc", "asp", ["99999010125"], ["J2405", "1 MG", "200", "25", "200", "5000"]]],
        },
        {
            "/lines/1/ndc": "99999010101",
            "/lines/-": {"hcpcs": "J2405", "ndc": "99999010101", "service_date": "2026-03-03"},
            "/lines/0": {"hcpcs": "J0696", "ndc": "99999010101", "service_date": "2026-03-03"},
        },
    ],
    keeps=[
        {},
        {
            "/lines/-": {
                "hcpcs": "J2405",
                "modifiers": ["JZ"],
                "units": "4",
                "ndc": "99999-0102-01",
                "ndc_quantity": "2",
                "ndc_unit": "ML",
                "service_date": "2026-03-03",
            }
        },
        {
            "/lines/-": {
                "hcpcs": "J3490",
                "units": "1",
                "ndc": "99999-0101-01",
                "ndc_quantity": "2",
                "ndc_unit": "ML",
                "description": "SAMPLE DRUG",
                "service_date": "2026-03-03",
            }
        },
        {"/lines/0/kind": "drug"},
        {
            "/lines/1/ndc": "99999-0101-25",
            LOADED: [["ndc", "asp", ["99999010125"], ["J1756", "1 MG", "200", "25", "200", "5000"]]],
        },
        {
            "/lines/1/ndc": "99999-0101-25",
            "/lines/1/service_date": None,
            LOADED: [["ndc", "asp", ["99999010125"], ["J2405", "1 MG", "200", "25", "200", "5000"]]],
        },
        {
            "/lines/1/ndc": "99999-0101-25",
            "/lines/1/service_date": "2025-12-31",
            LOADED: [["ndc", "asp", ["99999010125"], ["J2405", "1 MG", "200", "25", "200", "5000"]]],
        },
        {
            "/lines/1/ndc": "9999901012",
            "/lines/-": {"hcpcs": "J2405", "ndc": "9999901012", "service_date": "2026-03-03"},
        },
        {
            "/lines/0": {
                "hcpcs": "J3490",
                "ndc": "99999010101",
                "service_date": "2026-03-03",
                "kind": "drug",
            },
            "/lines/1/ndc": "99999010101",
        },
        {
            "/lines/1/hcpcs": "J1745",
            "/lines/1/ndc": "99999010101",
            "/lines/-": {
                "hcpcs": "Q5103",
                "ndc": "99999010101",
                "service_date": "2026-03-03",
                "kind": "drug",
            },
        },
    ],
)
def ndc_of_another_drug(case: Case) -> Iterator[Hit]:
    """The product that the NDC names is the drug of the code.

    The crosswalks that a user loaded tell the codes of an NDC. Without them two lines with one NDC and
    codes of two different drugs prove that one of them is wrong.
    """
    stated = [ndc.compact(line.ndc) for _, line, _ in drug_lines(case) if line.ndc]
    if len(set(stated)) == len(stated) and not _crosswalks(case.lists):
        return
    where = box(case, "24 shaded", "43")
    first: dict[str, tuple[int, str]] = {}
    for i, line, code in drug_lines(case):
        if not line.ndc or ndc.problem(line.ndc):
            continue
        eleven = ndc.compact(line.ndc)
        allowed = _crosswalk(case.lists, eleven, line.service_date)
        if allowed:
            if code not in allowed:
                problem = f"its NDC is that of {', '.join(allowed)}, and it bills {code}"
                yield Hit(f"/lines/{i}/ndc", line=i + 1, problem=problem, box=where)
            continue
        seen = first.setdefault(eleven, (i, code))
        if _other_names(case, seen[1], code):
            problem = f"its NDC is that of line {seen[0] + 1}, which bills {seen[1]}, and it bills {code}"
            yield Hit(f"/lines/{i}/ndc", line=i + 1, problem=problem, box=where)


@cache
def _families() -> dict[str, tuple[str, frozenset[str]]]:
    """Family and labelers of each code of a biologic with biosimilars."""
    return {
        row["code"]: (row["family"], frozenset(row["labelers"].split()))
        for row in tables.rows("coding/biosimilars.csv")
    }


@rule(
    "DRUG-BIOSIM-001",
    "product-of-another-code",
    message="line {line} bills {hcpcs}, and its NDC is of the labeler of {others} ({box})",
    help="Bill the code of the product that was given: each biosimilar has its own.",
    source="HCPCS (codes of reference products and biosimilars); labelers to be verified; RARC N846",
    severity="warning",
    sees="line",
    snip=6,
    breaks=[
        {"/lines/1/hcpcs": "J1745", "/lines/1/ndc": "00069-0809-01"},
        {"/lines/1/hcpcs": "Q5103", "/lines/1/ndc": "57894-0030-01"},
        {"/lines/1/hcpcs": "Q5103", "/lines/1/ndc": "57894-0030-01", "/lines/0/kind": "drug"},
        {
            "/lines/1/hcpcs": "Q5103",
            "/lines/1/ndc": "57894-0030-01",
            "/lines/-": {"hcpcs": "Q5103", "ndc": "57894-0030-01"},
        },
        {"/lines/1/hcpcs": "J0885", "/lines/1/ndc": "00069-1305-01"},
        {"/lines/1/hcpcs": "Q5152", "/lines/1/ndc": "25682-0001-01"},
    ],
    keeps=[
        {"/lines/1/hcpcs": "J1745", "/lines/1/ndc": "57894-0030-01"},
        {"/lines/1/hcpcs": "Q5103", "/lines/1/ndc": "00069-0809-01"},
        {"/lines/1/hcpcs": "J1745"},
        {"/lines/1/hcpcs": "J1756", "/lines/1/ndc": "00069-0809-01"},
        {"/lines/1/hcpcs": "J1745", "/lines/1/ndc": "00069"},
        {"/lines/1/hcpcs": "J1745", "/lines/1/ndc": None},
    ],
)
def product_of_another_code(case: Case) -> Iterator[Hit]:
    """A reference product and its biosimilars are billed by different codes; the maker tells them apart."""
    for i, line, code in drug_lines(case):
        if code not in _families() or not line.ndc or ndc.problem(line.ndc):
            continue
        family, own = _families()[code]
        labeler = ndc.compact(line.ndc)[:5]
        others = sorted(c for c, (f, who) in _families().items() if f == family and labeler in who)
        if others and labeler not in own:
            yield Hit(
                f"/lines/{i}/ndc",
                line=i + 1,
                hcpcs=code,
                others=" or ".join(others),
                box=box(case, "24 shaded", "43"),
            )


_LIN = re.compile(r"^2400\[(\d+)\]/(?:2410(?:\[\d+\])?/)?LIN")


@rule(
    "NDC-QUAL-001",
    "product-number-is-no-ndc",
    message="line {line} ({hcpcs}): the product number has the qualifier {qualifier}, and a drug has N4",
    help="Send the NDC of the drug with N4; other product numbers are for supplies.",
    source="005010X222A1 and 005010X223A2, 2410 LIN02 (N4: National Drug Code, 5-4-2)",
    severity="error",
    given=("unmapped",),
    snip=4,
    also=("P69", "I53"),
    breaks=[
        {"/unmapped/-": {"address": "2400[2]/2410/LIN", "text": "LIN**UP*123456789012"}},
        {
            "/unmapped/-": {"address": "2400[1]/2410/LIN", "text": "LIN**UP*123456789012"},
            "/lines/0/kind": "drug",
        },
        {
            "/unmapped": [
                {"address": "2400[0]/LIN", "text": "LIN**UP*1"},
                {"address": "2400[2]/LIN", "text": "LIN**UP*1"},
            ]
        },
        {"/unmapped": [{"address": "2400[2]/LIN", "text": "LIN**UP"}]},
        {
            "/unmapped": [
                {"address": "2300/REF", "text": "REF*X4"},
                {"address": "2400[2]/LIN", "text": "LIN**UP*1"},
                {"address": "2400[2]/LIN", "text": "LIN**UP*1"},
            ]
        },
    ],
    keeps=[
        {"/unmapped/-": {"address": "2400[1]/2410/LIN", "text": "LIN**UP*123456789012"}},
        {"/unmapped/-": {"address": "2400[2]/2410/LIN", "text": "LIN**N4*99999010101"}},
        {"/unmapped/-": {"address": "2400[9]/2410/LIN", "text": "LIN**UP*123456789012"}},
        {"/unmapped/-": {"address": "2300/CN1", "text": "CN1*05"}},
        {"/unmapped/-": {"address": "2400[2]/2410/LIN", "text": "LIN"}},
        {"/unmapped/-": {"address": "2400[2]/2410/LIN", "text": "NTE*ADD*HI"}},
        {"/unmapped": [{"address": "2400[2]/LIN", "text": "LIN*"}]},
    ],
)
def no_ndc(case: Case) -> Iterator[Hit]:
    """A drug is named by its National Drug Code and by no other product number."""
    for one in case.claim.unmapped:
        match = _LIN.match(one.address)
        if match is None or not 1 <= int(match[1]) <= len(case.claim.lines):
            continue
        i = int(match[1]) - 1
        elements = one.text.split("*")
        qualifier = elements[2] if elements[0] == "LIN" and len(elements) > 2 else ""
        line = case.claim.lines[i]
        if qualifier not in ("", "N4") and is_drug(case, line):
            yield Hit(
                f"/lines/{i}/ndc", line=i + 1, hcpcs=code_of(line), qualifier=qualifier, actual=qualifier
            )
