"""MOD-PX: PO, PN and ER of off-campus hospital departments."""

from collections.abc import Iterator, Mapping

from edi.rules.about import code_of, medicare
from edi.rules.asks import absent
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import CRITICAL_ACCESS, facility_code, modifiers_of
from edi.rules.mod.use import contradicted

DEPARTMENT: Mapping[str | None, tuple[str, str]] = {
    "excepted": ("PO", "off campus and excepted"),
    "non_excepted": ("PN", "off campus and not excepted"),
    "emergency": ("ER", "an off-campus emergency department"),
}
"""The modifier of a department off campus, and what the department is."""
PAID_BY_OPPS = frozenset({"13"})
_OFF = {"/off_campus": "excepted", "/lines/0/modifiers": ["PO"], "/lines/1/modifiers": ["JZ", "PO"]}


@rule(
    "MOD-PX-001",
    "department-modifier-wrong",
    message="line {line} ({hcpcs}): {problem} (FL 44)",
    help="Put PO on every coded line of an excepted off-campus department, PN on those of one that is not "
    "excepted, ER on those of an off-campus emergency department, and none on campus.",
    source="rules catalogue 0.5 no. 26; CMS hospital outpatient payment rules (FR26)",
    severity="error",
    given=("off_campus",),
    modifiers=("PO", "PN", "ER"),
    snip=7,
    setting="facility",
    also=("I60",),
    breaks=[
        {"/lines/0/modifiers": ["PO", "PN"]},
        {**_OFF, "/lines/0/modifiers": []},
        {**_OFF, "/off_campus": "non_excepted"},
        {**_OFF, "/off_campus": "emergency"},
        {**_OFF, "/lines/0/hcpcs": None},
        {"/type_of_bill": "0851", "/lines/0/modifiers": ["PO"]},
        {"/type_of_bill": "0851", "/lines/0/modifiers": ["PN"]},
        {"/type_of_bill": "0851", "/lines/0/modifiers": ["ER"]},
        {"/lines/0/modifiers": ["PO", "PN"], "/off_campus": "emergency"},
        {"/type_of_bill": "0851", "/lines/0/modifiers": ["PO"], "/lines/1/modifiers": ["PN"]},
        {"/off_campus": "emergency"},
        {"/off_campus": "excepted", "/lines/0/modifiers": ["PO"], "/lines/0/hcpcs": None},
    ],
    keeps=[
        {},
        _OFF,
        {**_OFF, "/off_campus": None},
        {"/lines/0/modifiers": ["PO"], "/lines/1/modifiers": ["JZ", "PN"]},
        {"/off_campus": "excepted", "/type_of_bill": "0851"},
        {"/off_campus": "excepted", "/coverages/0/claim_filing": "CI"},
        {
            "/off_campus": "emergency",
            "/lines/0/modifiers": ["ER"],
            "/lines/1/modifiers": ["JZ", "ER"],
        },
        {**_OFF, "/lines/-": {"revenue_code": "0250", "units": "1", "charge": "5"}},
        {
            "/lines/0/modifiers": ["PO"],
            "/lines/0/hcpcs": None,
            "/unread/-": {"path": "/lines/0/hcpcs", "text": "?"},
        },
    ],
)
def department_modifier_wrong(case: Case) -> Iterator[Hit]:
    """An off-campus department tells on every coded line whether it is excepted.

    Where the claim does not say where the department is, only contradictions on one line are judged. A line
    without a procedure code that carries one, and a critical access hospital that uses them: warnings.
    """
    told = set()
    for i, values in contradicted(case, "MOD-PX-001"):
        told.add(i)
        problem = f"{values['first']} and {values['second']} stand together, and {values['reason']}"
        yield _hit(case, i, problem)
    where = facility_code(case)
    wanted, department = DEPARTMENT.get(case.claim.off_campus, ("", ""))
    opps = medicare(case) and where in PAID_BY_OPPS
    for i, line in enumerate(case.claim.lines):
        stated = next((one for one in ("PO", "PN", "ER") if one in modifiers_of(line)), None)
        if i in told:
            continue
        if stated and absent(case, line.hcpcs, f"/lines/{i}/hcpcs"):
            yield _hit(case, i, f"{stated} stands on a line without a procedure code", "warning")
        elif stated and where == CRITICAL_ACCESS:
            yield _hit(case, i, f"{stated} is not for critical access hospitals", "warning")
        elif opps and wanted and line.hcpcs:
            if not stated:
                yield _hit(case, i, f"{wanted} is missing for a department that is {department}")
            elif wanted != stated:
                yield _hit(case, i, f"it has {stated}, and the department is {department}: {wanted}")


def _hit(case: Case, i: int, problem: str, severity: str | None = None) -> Hit:
    return Hit(
        f"/lines/{i}/modifiers",
        severity="warning" if severity else None,
        line=i + 1,
        hcpcs=code_of(case.claim.lines[i]) or "no procedure code",
        problem=problem,
    )
