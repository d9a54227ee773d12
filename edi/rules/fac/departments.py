"""FAC-REV: which revenue code goes with which service."""

from collections.abc import Iterator
from functools import cache, lru_cache

from edi import tables
from edi.codes.text import DIGITS, only
from edi.coding.revenue import DRUGS
from edi.model.claim import ServiceLine
from edi.rules import Case, Hit, rule
from edi.rules.about import FEES, POLICIES, administrations, code_of, coded_lines, facility_code, medicare
from edi.rules.asks import absent, is_outpatient
from edi.rules.fac.lines import TOTAL_LINE

SELF_ADMINISTERED = "0637"
_SPLIT = "rules catalogue K01: price files of 14 to 15 hospitals, 2026; X12 reason 199"


@cache
def _usual(rule_id: str) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Code or its beginning, usual revenue code, others that are accepted (or their beginnings)."""
    return tuple(
        (row["code"], row["revenue"], tuple(row["also"].split()))
        for row in tables.rows("coding/usual_revenue.csv")
        if row["rule"] == rule_id
    )


def _unusual(case: Case, rule_id: str) -> Iterator[tuple[int, ServiceLine, str]]:
    """Lines whose revenue code is not the usual one for their code: index, line, the usual revenue code."""
    policy = case.policies.rev_admin_policy
    for i, line, code in coded_lines(case):
        found = _usual_for(rule_id, code)
        if found is None:
            continue
        usual, others = found
        revenue = line.revenue_code or ""
        wanted = policy.get(code, usual) if isinstance(policy, dict) else usual
        if revenue == wanted or revenue.startswith(others):
            continue
        if len(revenue) == 4 and only(revenue, DIGITS) and revenue != TOTAL_LINE:
            yield i, line, wanted


@lru_cache(maxsize=4096)
def _usual_for(rule_id: str, code: str) -> tuple[str, tuple[str, ...]] | None:
    """Usual revenue code of a code, and others that are accepted; None where the rule has no say."""
    return next((row[1:] for row in _usual(rule_id) if code.startswith(row[0])), None)


@rule(
    "FAC-REV-003",
    "infusion-outside-infusion-revenue",
    message="line {line} bills {hcpcs} under revenue code {revenue}; {usual} is usual (FL 42)",
    help="Write 0260, or the department where the infusion was given (045x, 051x, 076x, 094x), or set "
    "rev_admin_policy as this payer wants it.",
    source=_SPLIT,
    severity="warning",
    sees="line",
    snip=7,
    setting="facility",
    breaks=[
        {"/lines/0/revenue_code": "0636"},
        {"/lines/0/revenue_code": "0335"},
        {"/lines/0/revenue_code": "0335", "/lines/1/hcpcs": "9636"},
        {"/lines/0/revenue_code": "0335", POLICIES: {"rev_admin_policy": "admin_0636"}},
        {
            POLICIES: {"rev_admin_policy": "admin_0636"},
            "/lines/-": {"hcpcs": "96365", "revenue_code": "0258"},
        },
        {"/lines/0/revenue_code": None, "/lines/-": {"hcpcs": "96366", "revenue_code": "0360"}},
        {"/lines/-": {"hcpcs": "96366", "revenue_code": "0360"}},
    ],
    keeps=[
        {"/lines/0/revenue_code": "0260"},
        {"/lines/0/revenue_code": "0450"},
        {"/lines/0/revenue_code": "0510"},
        {"/lines/0/revenue_code": "0761"},
        {"/lines/0/revenue_code": "0762"},
        {"/lines/0/revenue_code": "0940"},
        {POLICIES: {"rev_admin_policy": "admin_0636"}},
        {"/lines/0/revenue_code": "260"},
        {"/lines/0/revenue_code": "036X"},
        {"/lines/0/revenue_code": "03600"},
        {"/lines/0/revenue_code": "0001"},
        {"/lines/0/revenue_code": None},
        {POLICIES: {"rev_admin_policy": {"96365": "0333"}}},
        {"/lines/0/hcpcs": "96413", "/lines/0/revenue_code": "0260"},
    ],
)
def infusion_elsewhere(case: Case) -> Iterator[Hit]:
    """Hospitals bill therapeutic administrations as intravenous therapy, not as drugs.

    Under the policy admin_0636 the drug revenue code is FAC-REV-004.
    """
    for i, line, usual in _unusual(case, "FAC-REV-003"):
        if line.revenue_code == DRUGS and case.policies.rev_admin_policy == "admin_0636":
            continue
        yield _misplaced(i, line, usual)


def _misplaced(i: int, line: ServiceLine, usual: str) -> Hit:
    return Hit(
        f"/lines/{i}/revenue_code",
        line=i + 1,
        hcpcs=code_of(line),
        revenue=line.revenue_code,
        usual=usual,
        expected=usual,
        actual=line.revenue_code,
    )


@rule(
    "FAC-REV-005",
    "chemotherapy-outside-chemotherapy-revenue",
    message="line {line} bills {hcpcs} under revenue code {revenue}; {usual} is usual (FL 42)",
    help="Write 0335 for infusions of chemotherapy, 0331 for its injections, and either for its pushes.",
    source="rules catalogue FAC-REV-005: price files of 15 hospitals, 2026; X12 reason 199",
    severity="warning",
    sees="line",
    snip=7,
    setting="facility",
    base="chemo-facility",
    breaks=[
        {"/lines/0/revenue_code": "0260"},
        {"/lines/0/hcpcs": "96409", "/lines/0/revenue_code": "0260"},
        {"/lines/0/hcpcs": "96401", "/lines/0/revenue_code": "0335"},
        {"/lines/0/revenue_code": "0260", "/lines/2/hcpcs": "96416"},
    ],
    keeps=[
        {"/lines/0/hcpcs": "96413", "/lines/0/revenue_code": "0335"},
        {"/lines/0/hcpcs": "96409", "/lines/0/revenue_code": "0331"},
        {"/lines/0/hcpcs": "96409", "/lines/0/revenue_code": "0335"},
        {"/lines/0/hcpcs": "96411", "/lines/0/revenue_code": "0335"},
    ],
)
def chemotherapy_elsewhere(case: Case) -> Iterator[Hit]:
    """Chemotherapy has revenue codes of its own."""
    for i, line, usual in _unusual(case, "FAC-REV-005"):
        yield _misplaced(i, line, usual)


@rule(
    "FAC-REV-006",
    "injection-under-unusual-revenue",
    message="line {line} bills {hcpcs} under revenue code {revenue}; {usual} and 0940 are usual (FL 42)",
    help="Nothing to do where the payer takes this revenue code.",
    source="rules catalogue FAC-REV-006: 11 hospitals use 0260, 3 use 0940, price files of 2026",
    severity="info",
    sees="line",
    snip=7,
    setting="facility",
    breaks=[
        {"/lines/0/hcpcs": "96372", "/lines/0/revenue_code": "0270"},
        {"/lines/0/hcpcs": "96372", "/lines/0/revenue_code": "0270", "/lines/1/hcpcs": "96372"},
    ],
    keeps=[
        {"/lines/0/hcpcs": "96372", "/lines/0/revenue_code": "0940"},
        {"/lines/0/hcpcs": "96377", "/lines/0/revenue_code": "0260"},
    ],
)
def injection_elsewhere(case: Case) -> Iterator[Hit]:
    """Hospitals differ in the department under which they bill injections."""
    for i, line, usual in _unusual(case, "FAC-REV-006"):
        yield _misplaced(i, line, usual)


@rule(
    "FAC-REV-007",
    "fluid-under-unusual-revenue",
    message="line {line} bills the fluid {hcpcs} under revenue code {revenue}; {usual} and 0636 are usual "
    "(FL 42)",
    help="Nothing to do where the payer takes this revenue code.",
    source="rules catalogue FAC-REV-007: price files of 2026",
    severity="info",
    sees="line",
    snip=7,
    setting="facility",
    breaks=[
        {"/lines/1/hcpcs": "J7030", "/lines/1/revenue_code": "0270"},
        {
            "/lines/1/hcpcs": "J7030",
            "/lines/1/revenue_code": "0270",
            "/lines/-": {"hcpcs": "J7030", "revenue_code": "0260"},
        },
    ],
    keeps=[
        {"/lines/1/hcpcs": "J7030", "/lines/1/revenue_code": "0258"},
        {"/lines/1/hcpcs": "J7030", "/lines/1/revenue_code": "0636"},
    ],
)
def fluid_elsewhere(case: Case) -> Iterator[Hit]:
    """Fluids are solutions or drugs with a code."""
    for i, line, usual in _unusual(case, "FAC-REV-007"):
        yield _misplaced(i, line, usual)


@rule(
    "FAC-REV-010",
    "clinic-visit-under-unusual-revenue",
    message="line {line} bills {hcpcs} under revenue code {revenue}; {usual} and 0761 are usual (FL 42)",
    help="Nothing to do where the payer takes this revenue code.",
    source="rules catalogue FAC-REV-010: 5 hospitals use 0510, 2 use 0761, price files of 2026",
    severity="info",
    sees="line",
    snip=7,
    setting="facility",
    codes=("G0463",),
    breaks=[
        {"/lines/0/hcpcs": "G0463", "/lines/0/revenue_code": "0260"},
        {"/lines/0/hcpcs": "G0463", "/lines/1/hcpcs": "G0463"},
    ],
    keeps=[
        {"/lines/0/hcpcs": "G0463", "/lines/0/revenue_code": "0510"},
        {"/lines/0/hcpcs": "G0463", "/lines/0/revenue_code": "0761"},
    ],
)
def clinic_visit_elsewhere(case: Case) -> Iterator[Hit]:
    """A clinic visit is billed by the clinic."""
    for i, line, usual in _unusual(case, "FAC-REV-010"):
        yield _misplaced(i, line, usual)


@rule(
    "FAC-REV-011",
    "access-or-transfusion-under-unusual-revenue",
    message="line {line} bills {hcpcs} under revenue code {revenue}; {usual} is usual (FL 42)",
    help="Nothing to do where the payer takes this revenue code.",
    source="rules catalogue FAC-REV-011: price files of 2026",
    severity="info",
    sees="line",
    snip=7,
    setting="facility",
    codes=("36591", "36430"),
    breaks=[
        {"/lines/0/hcpcs": "36430", "/lines/0/revenue_code": "0260"},
        {"/lines/0/hcpcs": "36591", "/lines/0/revenue_code": "0260"},
        {"/lines/0/hcpcs": "36591", "/lines/1/hcpcs": "36430"},
    ],
    keeps=[
        {"/lines/0/hcpcs": "36430", "/lines/0/revenue_code": "0391"},
        {"/lines/0/hcpcs": "36591", "/lines/0/revenue_code": "0300"},
    ],
)
def access_elsewhere(case: Case) -> Iterator[Hit]:
    """Blood from a port and transfusions have their departments."""
    for i, line, usual in _unusual(case, "FAC-REV-011"):
        yield _misplaced(i, line, usual)


@rule(
    "FAC-REV-008",
    "self-administered-drug-covered",
    message="line {line}: revenue code 0637 (self-administered drugs) with no non-covered amount (FL 48)",
    help="Write the charge as not covered, or another revenue code where the drug was part of the treatment.",
    source="CMS Pub. 100-04 ch. 17 (drugs that patients usually take themselves); rules catalogue 0.5 no. 30",
    severity="warning",
    snip=7,
    sees="lines",
    setting="facility",
    breaks=[
        {"/lines/1/revenue_code": "0637"},
        {"/lines/1/revenue_code": "0637", "/lines/1/non_covered": "0.00"},
        {"/lines/1/revenue_code": "0637", "/lines/0/revenue_code": "0637"},
    ],
    keeps=[
        {"/lines/1/revenue_code": "0637", "/lines/1/non_covered": "400.00"},
        {"/lines/1/revenue_code": "0637", "/coverages/0/claim_filing": "CI"},
        {"/lines/1/revenue_code": "0637", "/type_of_bill": "0111"},
    ],
)
def self_administered_covered(case: Case) -> Iterator[Hit]:
    """Medicare pays outpatients for no drugs that they could have taken themselves."""
    if not medicare(case) or not is_outpatient(case):
        return
    for i, line in enumerate(case.claim.lines):
        if line.revenue_code == SELF_ADMINISTERED and not line.non_covered:
            yield Hit(f"/lines/{i}/non_covered", line=i + 1)


@rule(
    "F04-44-001",
    "outpatient-line-without-procedure",
    message="line {line}: revenue code {revenue} needs a procedure code on an outpatient bill (FL 44)",
    help="Write the HCPCS code of the service.",
    source="005010X223A2, 2400 SV202 (outpatient, where a code exists); CMS outpatient code editor, not "
    "read in the original, so a warning",
    severity="warning",
    sees="line",
    snip=4,
    also=("I43", "FAC-REV-001"),
    setting="facility",
    breaks=[
        {"/lines/0/hcpcs": None, "/lines/0/revenue_code": "0510"},
        {"/lines/1/hcpcs": None, "/lines/1/revenue_code": "0391"},
        {"/lines/0/hcpcs": None, "/lines/0/revenue_code": "0510", "/lines/-": {"revenue_code": "0940"}},
    ],
    keeps=[
        {"/lines/0/hcpcs": None, "/lines/0/revenue_code": "0258"},
        {"/lines/0/hcpcs": None, "/lines/0/revenue_code": "0260"},
        {"/lines/0/hcpcs": None, "/lines/0/revenue_code": "0510", "/type_of_bill": "0111"},
        {"/lines/1/hcpcs": None},
        {"/lines/0/revenue_code": "0335"},
        {"/lines/0/hcpcs": None, "/lines/0/revenue_code": "0960"},
        {
            "/lines/0/hcpcs": None,
            "/lines/0/revenue_code": "0510",
            "/unread/-": {"path": "/lines/0/hcpcs", "text": "?"},
        },
    ],
)
def line_without_procedure(case: Case) -> Iterator[Hit]:
    """Outpatient services are priced by procedure code. Revenue code 0636 is FAC-REV-002."""
    if not is_outpatient(case):
        return
    for i, line in enumerate(case.claim.lines):
        path, revenue = f"/lines/{i}/hcpcs", line.revenue_code or ""
        if revenue == DRUGS or not absent(case, line.hcpcs, path):
            continue
        entry = case.lists.entry("revenue", revenue)
        if entry is not None and entry.fields.get("hcpcs_required") == "yes":
            yield Hit(path, line=i + 1, revenue=revenue)


@rule(
    "FAC-PRO-001",
    "professional-fee-on-facility-bill",
    message="line {line}: revenue code {revenue} stands for fees of practitioners, which this bill does not "
    "carry (FL 42)",
    help="Bill the practitioner's service on an 837P or CMS-1500; only critical access hospitals of method "
    "II bill it here (085x).",
    source="CMS Pub. 100-04 ch. 4 section 250 and ch. 25 (096x-098x); rules catalogue FAC-PRO-001",
    severity="warning",
    sees="line",
    snip=7,
    setting="facility",
    breaks=[
        {"/lines/0/revenue_code": "0960"},
        {"/lines/0/revenue_code": "0981"},
        {"/lines/0/revenue_code": "0960", "/lines/1/revenue_code": "0960"},
        {"/lines/0/revenue_code": "0972"},
    ],
    keeps=[
        {"/lines/0/revenue_code": "0960", "/type_of_bill": "0851"},
        {"/lines/0/revenue_code": "0990"},
        {"/lines/0/revenue_code": "0940"},
        {"/lines/0/revenue_code": "0960", "/type_of_bill": "0031"},
        {"/lines/0": {}},
    ],
)
def professional_fee(case: Case) -> Iterator[Hit]:
    """The facility bills its own part."""
    if facility_code(case) in ("", "85"):
        return
    for i, line in enumerate(case.claim.lines):
        if (line.revenue_code or "").startswith(FEES):
            yield Hit(f"/lines/{i}/revenue_code", line=i + 1, revenue=line.revenue_code)


@rule(
    "FAC-OFF-001",
    "off-campus-administration",
    message="line {line} bills {hcpcs} with PO: from 2026 Medicare pays drug administration off campus like "
    "an office",
    help="Nothing to do; expect about 40 percent of the hospital rate, except in rural sole community "
    "hospitals.",
    source="CMS outpatient payment rule for 2026; rules catalogue 0.5 no. 36",
    severity="info",
    modifiers=("PO",),
    snip=7,
    setting="facility",
    breaks=[{"/lines/0/modifiers": ["PO"], "/lines/0/service_date": "2026-01-01"}],
    keeps=[
        {"/lines/0/modifiers": ["PO"], "/lines/0/service_date": "2025-12-31"},
        {"/lines/0/modifiers": ["PN"]},
        {"/lines/1/modifiers": ["PO"]},
        {"/lines/0/modifiers": ["PO"], "/coverages/0/claim_filing": "CI"},
        {"/lines/0/modifiers": ["PO"], "/lines/0/service_date": None},
    ],
)
def off_campus(case: Case) -> Iterator[Hit]:
    """The rate of excepted departments off the campus fell in 2026. Said once per claim."""
    if not medicare(case):
        return
    for i, line, code in administrations(case):
        if (
            "PO" in (m.upper() for m in line.modifiers)
            and line.service_date
            and line.service_date.year >= 2026
        ):
            yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code)
            return
