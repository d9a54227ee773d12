"""FAC: revenue codes and dates of facility lines."""

from collections.abc import Iterator

from edi.codes.text import DIGITS, only
from edi.coding.revenue import DRUGS
from edi.rules import Case, Hit, rule
from edi.rules.asks import absent, is_outpatient, period

TOTAL_LINE = "0001"
_UNDATED = {"/lines/0/service_date": None, "/lines/1/service_date": None}


@rule(
    "FAC-REV-001",
    "revenue-code-missing",
    message="line {line} ({hcpcs}) has no revenue code (FL 42)",
    help="Write the revenue code of the department or service: 0260 infusion, 0335 chemotherapy, 0636 drugs.",
    source="005010X223A2, 2400 SV201 (required); UB-04 FL 42",
    severity="error",
    sees="line",
    snip=2,
    also=("I42", "I66"),
    setting="facility",
    breaks=[
        {"/lines/0/revenue_code": None},
        {"/lines/0/revenue_code": None, "/lines/0/hcpcs": None},
        {"/lines/0/revenue_code": None, "/lines/1/revenue_code": None},
    ],
    keeps=[
        {"/lines/0/revenue_code": "0450"},
        {"/lines/0/revenue_code": None, "/unread/-": {"path": "/lines/0/revenue_code", "text": "?"}},
    ],
)
def revenue_missing(case: Case) -> Iterator[Hit]:
    """Every facility line has a revenue code."""
    for i, line in enumerate(case.claim.lines):
        path = f"/lines/{i}/revenue_code"
        if absent(case, line.revenue_code, path):
            yield Hit(path, line=i + 1, hcpcs=line.hcpcs or "no procedure code")


@rule(
    "F04-42-001",
    "revenue-code-malformed",
    message="line {line}: {problem} (FL 42)",
    help="Write four digits, with the zero in front.",
    source="005010X223A2, 2400 SV201; UB-04 FL 42",
    severity="error",
    sees="line",
    snip=5,
    also=("I42", "SNIP5-004"),
    setting="facility",
    breaks=[
        {"/lines/0/revenue_code": "260"},
        {"/lines/0/revenue_code": "026X"},
        {"/lines/0/revenue_code": "0001"},
        {"/lines/0/revenue_code": "260", "/lines/1/revenue_code": "260"},
        {"/lines/0/revenue_code": "0001", "/lines/1/revenue_code": "260"},
        {"/lines/0/revenue_code": None, "/lines/1/revenue_code": "6"},
    ],
    keeps=[
        {"/lines/0/revenue_code": "0260"},
        {"/lines/0/revenue_code": "0940"},
        {"/lines/1": {}},
    ],
)
def revenue_malformed(case: Case) -> Iterator[Hit]:
    """A revenue code has four digits.

    0001 is the total of the paper form and no service: a warning.
    """
    for i, line in enumerate(case.claim.lines):
        code = line.revenue_code
        if code is None:
            continue
        path = f"/lines/{i}/revenue_code"
        if len(code) != 4 or not only(code, DIGITS):
            yield Hit(path, line=i + 1, problem=f"{code} is no revenue code, which has four digits")
        elif code == TOTAL_LINE:
            problem = "0001 is the total of the paper form and no service"
            words = "Leave the line out: the total of an 837I is the total charge of the claim (CLM02)."
            yield Hit(path, severity="warning", line=i + 1, problem=problem, help=words)


@rule(
    "FAC-REV-002",
    "drug-revenue-without-code",
    message="line {line} has revenue code 0636 and no procedure code (FL 44)",
    help="Write the drug code, or revenue code 0250 for a drug that has none.",
    source="UB-04 FL 42: 0636 stands for drugs that need a HCPCS code; rules catalogue 0.5 no. 8",
    severity="error",
    sees="line",
    snip=4,
    also=("I63", "I43", "F04-44-001"),
    setting="facility",
    breaks=[
        {"/lines/1/hcpcs": None},
        {"/lines/1/hcpcs": None, "/lines/-": {"revenue_code": "0636"}},
    ],
    keeps=[{"/lines/1/hcpcs": None, "/lines/1/revenue_code": "0250"}, {"/lines/1/hcpcs": "P9047"}],
)
def drug_revenue_without_code(case: Case) -> Iterator[Hit]:
    """0636 means that the drug has a code of its own, so the code has to stand beside it."""
    for i, line in enumerate(case.claim.lines):
        if line.revenue_code == DRUGS and absent(case, line.hcpcs, f"/lines/{i}/hcpcs"):
            yield Hit(f"/lines/{i}/hcpcs", line=i + 1)


@rule(
    "FAC-REV-004",
    "administration-under-drug-revenue",
    message="line {line} bills {hcpcs} under revenue code 0636, which stands for drugs (FL 42)",
    help="Keep 0636 only where the payer asks for it; most hospitals bill these services under 0260.",
    source="rules catalogue K01: source article S2 wants 0636; UB-04 meaning of 0636 and the price files of "
    "14 hospitals "
    "say 0260",
    severity="warning",
    sees="line",
    snip=7,
    setting="facility",
    when={"rev_admin_policy": "admin_0636"},
    breaks=[
        {"/lines/0/revenue_code": "0636"},
        {"/lines/1/kind": "administration"},
    ],
    keeps=[{"/lines/0/revenue_code": "0260"}],
)
def administration_under_drug_revenue(case: Case) -> Iterator[Hit]:
    """The policy admin_0636 puts the administration beside the drug; other payers deny the pair."""
    for i, line in case.lines(kind="administration"):
        if line.revenue_code == DRUGS:
            yield Hit(f"/lines/{i}/revenue_code", line=i + 1, hcpcs=line.hcpcs)


@rule(
    "FAC-DATE-001",
    "outpatient-line-without-date",
    message="line {line} has no service date (FL 45)",
    help="Write the day of the service; every line of an outpatient claim has one.",
    source="005010X223A2, 2400 DTP*472 (required on outpatient lines); CMS Pub. 100-04 ch. 25, FL 45",
    severity="error",
    sees="line",
    snip=4,
    also=("I49", "F04-45-001"),
    setting="facility",
    breaks=[
        {"/lines/0/service_date": None},
        {"/lines/0/service_date": None, "/lines/1/service_date": None},
    ],
    keeps=[
        {"/lines/0/service_date": None, "/type_of_bill": "0111"},
        {"/type_of_bill": None, "/lines/0/service_date": None},
        {"/type_of_bill": "9991", "/lines/0/service_date": None},
        {"/lines/-": {"revenue_code": "0001", "units": 1, "charge": "650.00"}},
        {"/lines/0/service_date": None, "/unread/-": {"path": "/lines/0/service_date", "text": "?"}},
    ],
)
def line_without_date(case: Case) -> Iterator[Hit]:
    """Outpatient services are priced by day. The line of the total is no service (F04-42-001)."""
    if not is_outpatient(case):
        return
    for i, line in enumerate(case.claim.lines):
        if line.revenue_code != TOTAL_LINE and absent(case, line.service_date, f"/lines/{i}/service_date"):
            yield Hit(f"/lines/{i}/service_date", line=i + 1)


@rule(
    "FAC-DATE-002",
    "line-outside-statement",
    message="line {line} is dated outside the statement period (FL 45 and FL 6)",
    help="Correct the date of the line, or widen the statement period.",
    source="005010X223A2, 2400 DTP*472 within 2300 DTP*434; UB-04 FL 6 and FL 45",
    severity="error",
    snip=4,
    sees="days",
    also=("I49", "F04-45-001"),
    setting="facility",
    breaks=[
        {"/statement": {"from_date": "2026-03-04", "through_date": "2026-03-05"}},
        {"/statement": {"from_date": "2026-03-01", "through_date": "2026-03-02"}},
        {
            "/statement": {"from_date": "2026-03-03", "through_date": "2026-03-03"},
            "/lines/0/service_through": "2026-03-04",
        },
        {
            "/statement": {"from_date": "2026-03-04", "through_date": "2026-03-05"},
            "/lines/1/service_through": "2026-03-11",
        },
    ],
    keeps=[
        {"/statement": {"from_date": "2026-03-03", "through_date": "2026-03-03"}},
        {"/statement": {"from_date": "2026-03-01", "through_date": "2026-03-31"}},
        {},
        {"/statement/from_date": "2026-02-28"},
        {"/statement/through_date": "2026-03-05"},
        {"/statement": {"from_date": "2026-03-05", "through_date": "2026-03-01"}},
        {"/statement/through_date": "2026-03-01"},
        {"/statement/from_date": "2026-03-05", **_UNDATED},
        {"/statement/through_date": "2026-03-01", **_UNDATED},
    ],
)
def line_outside_statement(case: Case) -> Iterator[Hit]:
    """What a facility claim bills lies in the period that it covers."""
    stated = case.claim.statement
    if stated is None:
        return
    first, last = stated.from_date, stated.through_date
    whole = period(case)
    begins, ends = whole.from_date, whole.through_date
    if begins is not None and ends is not None and ends < begins:
        return  # F04-06-001 says so
    for i, line in enumerate(case.claim.lines):
        for key in ("service_date", "service_through"):
            day = getattr(line, key)
            if day is not None and ((first is not None and day < first) or (last is not None and day > last)):
                yield Hit(f"/lines/{i}/{key}", line=i + 1)
                break
