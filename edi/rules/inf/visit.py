"""INF-ENC: visits, and services of other kinds on the same day."""

from collections.abc import Iterator
from operator import itemgetter

from edi.coding.edits import pair_indicator
from edi.coding.family import INITIALS
from edi.rules.about import FEES
from edi.rules.asks import OTHER_PRACTITIONER, TWO_PRACTITIONERS, paid_by_themselves
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_doctor, a_line
from edi.rules.inf.linking import family_lines, second_initials, units_of
from edi.rules.inf.sources import ARTICLES, CONVENTION, CPT, HOSPITAL, PAIRS

EMERGENCY = ("99281", "99282", "99283", "99284", "99285")
CLINIC = (
    *("99202", "99203", "99204", "99205"),
    *("99211", "99212", "99213", "99214", "99215"),
    "G0463",
)
OBSERVATION = ("G0378",)


@rule(
    "INF-ENC-001",
    "second-visit-without-modifier",
    message="line {line} bills {hcpcs} for a second visit of the day beside {base} on line {base_line}",
    help="Add XE (or 59 where the payer wants it) to the lower-ranked of the two lines.",
    source=CPT,
    severity="error",
    snip=7,
    codes=INITIALS,
    also=("INF-INIT-001", "NCCI-PTP-001"),
    needs=("record",),
    on="encounter",
    base="two-sites-coded",
    breaks=[
        {
            "/administrations/0/visit": 1,
            "/administrations/1/visit": 2,
            "/administrations/1/access_site": "left forearm",
            "/services/1/modifiers": [],
        },
        {
            "/administrations/1/visit": 2,
            "/services/1/modifiers": [],
            "/services/-": {"hcpcs": "96365", "administrations": ["A2"]},
        },
        *(
            {
                "/administrations/0/visit": 1,
                "/administrations/1/visit": 2,
                "/services/0": a_line(code, administrations=["A1"]),
                "/services/1": a_line(code, administrations=["A2"]),
            }
            for code in ("96360", "96374", "96409", "96413")
        ),
    ],
    keeps=[
        {
            "/administrations/0/visit": 1,
            "/administrations/1/visit": 2,
            "/administrations/1/access_site": "left forearm",
            "/services/1/modifiers": ["XE"],
        },
        {"/services/1/modifiers": []},
    ],
)
def second_visit_without_modifier(case: Case) -> Iterator[Hit]:
    """Each visit has an initial service of its own; the modifier tells the payer that there were two."""
    for second in second_initials(case):
        if second.relation == "visit" and not second.modified:
            yield Hit(
                f"/lines/{second.index}/modifiers",
                line=second.index + 1,
                hcpcs=second.code,
                base=second.base_code,
                base_line=second.base_index + 1,
            )


@rule(
    "INF-ENC-002",
    "emergency-to-observation",
    message="emergency department and observation are one visit: one initial service in all",
    help="Nothing to do.",
    source=HOSPITAL,
    severity="info",
    snip=7,
    sees="codes",
    setting="facility",
    codes=OBSERVATION,
    breaks=[
        {
            "/lines/-": {"hcpcs": "G0378", "units": "14", "service_date": "2026-03-03"},
            "/lines/0/revenue_code": "0450",
        },
        {"/lines/-": {"hcpcs": "G0378"}, "/lines/1/hcpcs": "99284"},
        *({"/lines/-": [a_line("G0378"), a_line(code)]} for code in EMERGENCY),
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "G0378", "units": "14", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "G0378"}, "/lines/0/revenue_code": "0450", "/lines/0/hcpcs": None},
    ],
)
def emergency_to_observation(case: Case) -> Iterator[Hit]:
    """A patient who goes from the emergency department to observation has one visit. Said once per claim."""
    emergency = any(
        (line.hcpcs or "").upper() in EMERGENCY or (line.revenue_code or "").startswith("045")
        for line in case.claim.lines
    )
    if emergency and family_lines(case):
        for i, _ in case.lines(*OBSERVATION):
            yield Hit(f"/lines/{i}/hcpcs")
            return


@rule(
    "INF-ENC-003",
    "two-visits-without-27",
    message="lines {first} and {line} bill {other} and {hcpcs} on one date, and neither has modifier 27",
    help="Add 27 to the second visit where it was another clinic or hour; else remove it.",
    source=f"{CONVENTION}; CMS Pub. 100-04 ch. 4 section 250.2 (fees under 096x to 098x; not read in the "
    "original)",
    severity="warning",
    snip=7,
    sees="codes",
    setting="facility",
    codes=(*EMERGENCY, *CLINIC),
    breaks=[
        {
            "/lines/-": {"hcpcs": "99284", "modifiers": ["25"], "units": "1", "service_date": "2026-03-03"},
            "/lines/1": {"hcpcs": "G0463", "modifiers": ["25"], "units": "1", "service_date": "2026-03-03"},
        },
        {
            "/lines/-": {"hcpcs": "G0463", "service_date": "2026-03-03"},
            "/lines/1": {"hcpcs": "G0463", "service_date": "2026-03-03"},
        },
        {
            "/lines/-": {"hcpcs": "99284", "service_date": "2026-03-03"},
            "/lines/1": {"hcpcs": "G0463", "service_date": "2026-03-03"},
            "/lines/0/hcpcs": "99202",
        },
        {
            "/lines/-": {"hcpcs": "99284", "service_date": "2026-03-03"},
            "/lines/1": {"hcpcs": "G0463", "modifiers": ["27"]},
            "/lines/0/hcpcs": "99212",
        },
        {"/lines/-": [a_line("99202"), a_line("99202")]},
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "99284", "modifiers": ["25"], "units": "1", "service_date": "2026-03-03"}},
        {
            "/lines/-": {"hcpcs": "99284", "modifiers": ["25"], "units": "1", "service_date": "2026-03-03"},
            "/lines/1": {
                "hcpcs": "G0463",
                "modifiers": ["25", "27"],
                "units": "1",
                "service_date": "2026-03-03",
            },
        },
        {
            "/lines/-": {"hcpcs": "99284", "service_date": "2026-03-03"},
            "/lines/1": {"hcpcs": "G0463", "units": "0", "service_date": "2026-03-03"},
        },
        *(
            {"/lines/-": [a_line("G0463", "25"), a_line("99213", "25", revenue_code=revenue)]}
            for revenue in ("0960", "0972", "0983")
        ),
    ],
)
def two_visits_without_27(case: Case) -> Iterator[Hit]:
    """Several hospital outpatient visits of one date are told apart by modifier 27.

    The fee of the practitioner for the same visit, which a critical access hospital bills on the same claim,
    is no second visit.
    """
    seen: dict[object, tuple[int, str]] = {}
    for i, line in case.lines(*EMERGENCY, *CLINIC):
        if units_of(line) <= 0 or "27" in line.modifiers or (line.revenue_code or "").startswith(FEES):
            continue
        code = (line.hcpcs or "").upper()
        if line.service_date in seen:
            first, other = seen[line.service_date]
            yield Hit(f"/lines/{i}/modifiers", first=first + 1, line=i + 1, other=other, hcpcs=code)
        else:
            seen[line.service_date] = (i, code)


@rule(
    "INF-ENC-004",
    "nurse-visit-beside-administration",
    message="line {line} bills 99211 on the day of {other}",
    help="Remove the line: no modifier lifts this edit for practitioners.",
    source=f"{ARTICLES}; {PAIRS}: indicator 0 for practitioners",
    severity="error",
    snip=7,
    sees="services",
    setting="professional",
    codes=("99211",),
    also=("NCCI-PTP-002",),
    breaks=[
        {"/lines/-": {"hcpcs": "99211", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "99211", "modifiers": ["25"], "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "99211", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "99211"},
        {"/lines/-": a_line("99211", rendering_provider=a_doctor())},
        {"/lines/-": a_line("99211", rendering_provider=a_doctor("207RG0100X"))},
        {
            "/lines/-": [
                a_line("96374", rendering_provider=a_doctor()),
                a_line("99211", rendering_provider=a_doctor()),
            ]
        },
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "99211", "units": "1", "service_date": "2026-03-04"}},
        {"/lines/-": {"hcpcs": "99212", "modifiers": ["25"], "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "99211", "units": "0", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "99211", "service_date": "2026-03-03"}, "/lines/0/hcpcs": "96366"},
    ],
)
def nurse_visit(case: Case) -> Iterator[Hit]:
    """A nurse visit is never paid to a practice beside an infusion, push or injection of the same day.

    Where practitioners of two specialties performed them it is a remark.
    """
    for i, line in case.lines("99211"):
        others = [
            (paid_by_themselves(case, line, o), code)
            for _, o, code in family_lines(case)
            if o.service_date == line.service_date
            and pair_indicator(case.lists, code, "99211", "professional", line.service_date) == 0
        ]
        if others and units_of(line) > 0:
            apart, other = min(others, key=itemgetter(0))
            more: dict[str, object] = {"help": TWO_PRACTITIONERS} if apart else {}
            yield Hit(
                f"/lines/{i}/hcpcs",
                severity="info" if apart else None,
                line=i + 1,
                other=f"{other}{OTHER_PRACTITIONER if apart else ''}",
                actual="99211",
                **more,
            )


@rule(
    "INF-ENC-005",
    "administration-on-inpatient-bill",
    message="line {line} bills {hcpcs} on type of bill {bill}: inpatient bills carry no such codes",
    help="Remove the procedure code or correct the type of bill.",
    source=HOSPITAL,
    severity="warning",
    snip=7,
    sees="codes",
    setting="facility",
    breaks=[{"/type_of_bill": "0111"}, {"/type_of_bill": "111"}],
    keeps=[
        {},
        {"/type_of_bill": "0121"},
        {"/type_of_bill": "0851"},
        {"/type_of_bill": None},
    ],
)
def on_inpatient_bill(case: Case) -> Iterator[Hit]:
    """Drug administration of inpatients is not billed by HCPCS code. Said once per claim."""
    bill = case.claim.type_of_bill or ""
    if not bill.lstrip("0").startswith("11"):
        return
    for i, _, code in family_lines(case):
        yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, bill=bill)
        return
