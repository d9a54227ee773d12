"""F15, item 24, and the same data of the UB-04: dates, procedures, charges and units of a line."""

from collections.abc import Iterator
from datetime import date

from edi.codes import hcpcs, modifier
from edi.coding.timeline import Given
from edi.model.claim import ServiceLine
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, ON
from edi.rules.asks import absent, box, count_of, in_parts
from edi.rules.enc.doses import dose_fault

_CODED = {ON: "encounter", BASE: "coded-professional"}
_CODED_HOSPITAL = {ON: "encounter", BASE: "coded-facility"}
RATE_CODES = frozenset(("0022", "0023", "0024"))
"""Revenue codes whose lines carry a rate code (HIPPS), which has another shape than a procedure code."""


@rule(
    "F15-24A-001",
    "service-date-unusable",
    message="line {line} {problem} ({box})",
    help="Write the day of the service; where a line covers several days, its first and last day.",
    source="005010X222A1, 2400 DTP*472 (required); 005010X223A2, 2400 DTP*472; CMS-1500 item 24A, UB-04 FL "
    "45",
    severity="error",
    sees="line",
    snip=2,
    also=("P66", "I49"),
    breaks=[
        {"/lines/0/service_date": None},
        {"/lines/0/service_through": "2026-03-02"},
        {"/lines/0/service_through": "2026-03-02", "/lines/1/service_through": "2026-03-02"},
        {"/lines/0/service_date": None, "/lines/1/service_date": None},
    ],
    keeps=[
        {"/lines/0/service_through": "2026-03-03"},
        {"/lines/0/service_through": "2026-03-04"},
        {"/lines/0/service_through": "2026-03-04", BASE: "inpatient"},
        {"/lines/0/service_date": None, "/unread/-": {"path": "/lines/0/service_date", "text": "?"}},
    ],
)
def service_date_unusable(case: Case) -> Iterator[Hit]:
    """Every professional line has a service date, and no line ends before it begins.

    Lines of a facility without a date are FAC-DATE-001.
    """
    where = box(case, "24A", "45")
    for i, line in enumerate(case.claim.lines):
        first, last = line.service_date, line.service_through
        path = f"/lines/{i}/service_date"
        if case.claim.setting != "facility" and absent(case, first, path):
            yield Hit(path, line=i + 1, box=where, problem="has no service date")
        if first is not None and last is not None and last < first:
            yield Hit(f"/lines/{i}/service_through", line=i + 1, box=where, problem="ends before it begins")


@rule(
    "F15-24A-002",
    "service-after-receipt",
    message="{what} is dated after the day on which the payer gets the claim",
    help="Correct the date; a service is billed after it was given.",
    source="005010X222A1 and 005010X223A2, DTP*472 and DTP*434 (not in the future); rules catalogue P66, I14",
    severity="error",
    snip=4,
    also=("P66", "I14", "F04-06-001", "F15-24A-001"),
    needs=("received",),
    received=date(2026, 3, 10),
    breaks=[
        {"/lines/0/service_date": "2026-03-11"},
        {"/lines/0/service_through": "2026-03-11"},
        {"/lines/0/service_date": "2026-03-11", "/statement/through_date": "2026-12-31"},
        {"/lines/0/service_date": "2026-03-11", "/lines/0/service_through": "2026-03-11"},
    ],
    keeps=[
        {"/lines/0/service_through": "2026-03-10"},
        {"/statement/through_date": "2026-03-05"},
        {"/statement": {}},
        {"/statement": {"from_date": "2026-03-03", "through_date": "2026-03-10"}},
    ],
)
def service_after_receipt(case: Case) -> Iterator[Hit]:
    """No service of the future can be billed."""
    for i, line in enumerate(case.claim.lines):
        for key in ("service_date", "service_through"):
            day = getattr(line, key)
            if day is not None and day > case.receipt:
                yield Hit(f"/lines/{i}/{key}", what=f"line {i + 1}")
                break
    stated = case.claim.statement
    if stated is not None and stated.through_date is not None and stated.through_date > case.receipt:
        yield Hit("/statement/through_date", what="the statement period (FL 6)")


@rule(
    "F15-24D-001",
    "procedure-unusable",
    message="line {line}: {problem} ({box})",
    help="Write a HCPCS or CPT code of five characters, and modifiers of two.",
    source="005010X222A1, 2400 SV101 (required); 005010X223A2, 2400 SV202; CMS-1500 item 24D, UB-04 FL 44",
    severity="error",
    sees="line",
    snip=2,
    also=("P59", "F04-44-001", "SNIP5-001"),
    breaks=[
        {"/lines/0/hcpcs": None},
        {"/lines/0/hcpcs": "9636"},
        {"/lines/0/hcpcs": "ABCDE"},
        {"/lines/0/modifiers": ["5"]},
        {"/lines/0/modifiers": ["59 "]},
        {"/lines/0/modifiers": ["5-"]},
        {"/lines/0/modifiers": ["59 ", "5"]},
        {"/lines/0/modifiers": ["", "5"]},
        {"/lines/0/hcpcs": "9636", "/lines/1/hcpcs": "9636"},
        {"/lines/0/hcpcs": None, "/lines/1/modifiers": ["24D"]},
        {"/lines/0/modifiers": ["5 "]},
    ],
    keeps=[
        {"/lines/0/modifiers": ["59"]},
        {"/lines/0/modifiers": ["", " "]},
        {"/lines/0/hcpcs": "G0378"},
        {"/lines/0/hcpcs": "0001A"},
        {BASE: "inpatient"},
        {BASE: "inpatient", "/lines/0/hcpcs": "ABC12D", "/lines/0/revenue_code": "0022"},
        {BASE: "inpatient", "/lines/0/hcpcs": "ABC12D", "/lines/0/revenue_code": "0023"},
        {BASE: "inpatient", "/lines/0/hcpcs": "ABC12D", "/lines/0/revenue_code": "0024"},
        {"/lines/0/hcpcs": None, "/unread/-": {"path": "/lines/0/hcpcs", "text": "?"}},
    ],
)
def procedure_unusable(case: Case) -> Iterator[Hit]:
    """Every professional line has a procedure code; codes and modifiers have their fixed length.

    A facility line may stand for a revenue code alone.
    """
    where = box(case, "24D", "44")
    for i, line in enumerate(case.claim.lines):
        if line.hcpcs is None:
            path = f"/lines/{i}/hcpcs"
            if case.claim.setting != "facility" and absent(case, line.hcpcs, path):
                yield Hit(path, line=i + 1, box=where, problem="no procedure code")
        elif problem := _code_problem(line):
            yield Hit(f"/lines/{i}/hcpcs", line=i + 1, box=where, problem=problem)
        for k, one in enumerate(line.modifiers):
            if not one.strip():
                continue  # an empty modifier is none
            problem = modifier.problem(one)
            if problem is None and one != one.strip():
                problem = "a modifier has 2 characters and no blanks"
            if problem:
                yield Hit(f"/lines/{i}/modifiers/{k}", line=i + 1, box=where, problem=problem)


def _code_problem(line: ServiceLine) -> str | None:
    """Why the procedure code of a line cannot be one, or None."""
    if line.hcpcs is None or line.revenue_code in RATE_CODES:
        return None
    return hcpcs.problem(line.hcpcs)


def _follows(case: Case, line: ServiceLine) -> bool:
    """Whether a charge is unusable only because the units or the code are, which other rules say.

    A record has prices by code, and the charge is the price of the units.
    """
    encounter = case.encounter
    if encounter is None:
        return False
    if (line.hcpcs or "").upper() in encounter.charges:
        return line.units is None or line.units <= 0
    return line.charge is None and bool(encounter.charges) and _code_problem(line) is not None


def charge_problems(case: Case, *, drugs: bool) -> Iterator[Hit]:
    """Charges of drug lines, or of all others, that are missing, negative or zero."""
    where = box(case, "24F", "47")
    for i, line in enumerate(case.claim.lines):
        if (line.kind == "drug") is not drugs or _follows(case, line):
            continue
        path = f"/lines/{i}/charge"
        code = line.hcpcs or "without a procedure code"
        if absent(case, line.charge, path):
            yield Hit(path, problem="has no charge", line=i + 1, hcpcs=code, box=where)
        elif line.charge is not None and line.charge < 0:
            yield Hit(path, problem="has a negative charge", line=i + 1, hcpcs=code, box=where)
        elif line.charge == 0:
            yield Hit(
                path, severity="warning", problem="has a charge of 0.00", line=i + 1, hcpcs=code, box=where
            )


@rule(
    "F15-24F-001",
    "charge-unusable",
    message="line {line} ({hcpcs}) {problem} ({box})",
    help="Write the charge of the line, or the price of the code in the record's fee schedule.",
    source="005010X222A1, 2400 SV102 (required); 005010X223A2, 2400 SV203 (required); CMS-1500 item 24F, "
    "UB-04 FL 47; "
    "rules catalogue 0.5 no. 28 (zero is a warning)",
    severity="error",
    sees="line",
    snip=2,
    also=("P62", "I46"),
    breaks=[
        {"/lines/0/charge": None},
        {"/lines/0/charge": "-0.01"},
        {"/lines/0/charge": "0.00"},
        {"/lines/0/charge": None, "/lines/1/charge": None},
        {"/lines/0/charge": None, "/lines/-": {"hcpcs": None, "revenue_code": "0260"}},
        {"/lines/0/charge": "-1", "/lines/-": {"hcpcs": "96375", "charge": "-1"}},
        {"/lines/0/charge": "0", "/lines/-": {"hcpcs": "96375", "charge": "0"}},
        {"/lines/0/charge": None, "/lines/0/hcpcs": "9636"},
        {**_CODED, "/services/0/hcpcs": "9636", "/services/0/charge": "-1.00"},
        {**_CODED, "/services/0/hcpcs": "9636", "/charges": {}},
        {**_CODED, "/services/0/hcpcs": "99199"},
        {
            **_CODED_HOSPITAL,
            "/services/-": [{"revenue_code": "0260"}, {"hcpcs": "ABC12D", "revenue_code": "0022"}],
        },
        {**_CODED, "/services/0/charge": "-1.00"},
    ],
    keeps=[
        {"/lines/0/charge": "0.01"},
        {**_CODED, "/services/0/hcpcs": "9636"},
        {**_CODED, "/services/0/units": None},
        {**_CODED, "/services/0/units": "0"},
        {**_CODED, "/services/0/units": "-1"},
        {"/lines/0/charge": None, "/unread/-": {"path": "/lines/0/charge", "text": "?"}},
    ],
)
def charge_unusable(case: Case) -> Iterator[Hit]:
    """Every line has a charge, and none is negative.

    Zero is valid, for services that are reported and not paid: a warning.
    """
    yield from charge_problems(case, drugs=False)


def _said_elsewhere(case: Case, line: ServiceLine) -> bool:
    """Whether a rule of the dose says why a proposed drug line has no units."""
    if case.assembled is None or line.kind != "drug":
        return False
    given: list[Given | None] = [case.timeline.of(id_) for id_ in line.administrations]
    return any(g is not None and dose_fault(g) is not None for g in given)


@rule(
    "F15-24G-001",
    "units-unusable",
    message="line {line} ({hcpcs}) {problem} ({box})",
    help="Write the billing units of the code, 1 or more. Units are neither minutes nor milligrams.",
    source="005010X222A1, 2400 SV104 (required); 005010X223A2, 2400 SV205 (required); CMS-1500 item 24G, "
    "UB-04 FL 46",
    severity="error",
    sees="line",
    snip=2,
    also=("P63", "I47", "FAC-UNIT-001"),
    breaks=[
        {"/lines/0/units": None},
        {"/lines/0/units": 0},
        {"/lines/0/units": "-1"},
        {"/lines/0/units": 0, "/lines/-": {}},
        {"/lines/0/units": None, "/lines/1/units": "0"},
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1/units": None,
            "/administrations/0/dose": None,
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/0/units": None,
            "/services/0/administrations": ["A1"],
            "/administrations/0/dose": None,
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1/units": None,
            "/services/1/administrations": ["A9"],
            "/administrations/0/dose": None,
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1/units": None,
            "/services/1/administrations": ["A1"],
        },
        {"/lines/1/units": None},
    ],
    keeps=[
        {"/lines/0/units": 1},
        {"/lines/1/units": 1000},
        {ON: "encounter", "/administrations/0/dose": None},
        {"/lines/0/units": None, "/unread/-": {"path": "/lines/0/units", "text": "?"}},
    ],
)
def units_unusable(case: Case) -> Iterator[Hit]:
    """Every line has units, more than none."""
    where = box(case, "24G", "46")
    for i, line in enumerate(case.claim.lines):
        path = f"/lines/{i}/units"
        code = line.hcpcs or "without a procedure code"
        if absent(case, line.units, path):
            if not _said_elsewhere(case, line):
                yield Hit(path, problem="has no units", line=i + 1, hcpcs=code, box=where)
        elif line.units is not None and line.units <= 0:
            yield Hit(path, problem=f"has {count_of(line.units, 'unit')}", line=i + 1, hcpcs=code, box=where)


@rule(
    "FAC-UNIT-001",
    "units-not-whole",
    message="line {line} bills {units} units of {hcpcs}; this code has whole units only ({box})",
    help="Round the dose up to the next whole unit, or count the hours as the code says.",
    source="HCPCS (units of drug codes are rounded up); CPT (time codes count whole units); UB-04 FL 46",
    severity="error",
    sees="line",
    snip=6,
    also=("F15-24G-001",),
    breaks=[
        {"/lines/0/units": "1.5"},
        {"/lines/1/units": "199.5"},
        {"/lines/0/units": "1.5", "/lines/1/units": "1.25"},
        {"/lines/1/units": "199.5", "/lines/0/kind": None},
    ],
    keeps=[
        {"/lines/0/units": "1.0"},
        {"/lines/1/units": None},
        {"/lines/0/units": "1.5", "/lines/0/kind": "service"},
    ],
)
def units_not_whole(case: Case) -> Iterator[Hit]:
    """Administrations and drugs are billed in whole units."""
    where = box(case, "24G", "46")
    for i, line in enumerate(case.claim.lines):
        if in_parts(line):
            yield Hit(f"/lines/{i}/units", line=i + 1, units=f"{line.units:f}", hcpcs=line.hcpcs, box=where)
