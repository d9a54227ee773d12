"""Lines: kind of unit, control numbers, unlisted codes, periods."""

from collections.abc import Iterator
from decimal import Decimal

from edi.coding.family import codes
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, ON, administrations, code_of, coded_lines, medicare
from edi.rules.asks import IN_LINE_NOTE, box, count_of, line_notes

CONTROL_LENGTH = 30
MINUTES = "MJ"
_ALLOWED = {"professional": ("UN", "MJ"), "facility": ("UN", "DA")}
_UNLISTED = ("96379", "96549")
_NOTE = {"address": "2400[1]/NTE", "text": "NTE*DCP*TWO DRUGS TOGETHER"}


@rule(
    "LINE-UNIT-001",
    "unit-of-service-impossible",
    message="line {line} counts {hcpcs} in {unit}: {problem} ({box})",
    help="Count units (UN). Minutes (MJ) are for anesthesia, days (DA) for facilities.",
    source="005010X222A1, 2400 SV103 (UN, MJ); 005010X223A2, 2400 SV204 (UN, DA); rules catalogue P63, I47 "
    "and F15-24G-001 (minutes in place of units)",
    severity="error",
    sees="line",
    snip=2,
    also=("P63", "I47", "F15-24G-001"),
    breaks=[
        {"/lines/0/unit": "MJ"},
        {"/lines/0/unit": "ML"},
        {"/lines/0/unit": "DA"},
        {"/lines/0/unit": "MJ", BASE: "inpatient"},
        {"/lines/0/unit": "ML", "/lines/1/unit": "ML"},
        {"/lines/0/unit": "ML", "/setting": None},
        {"/lines/0/unit": None, "/lines/1/unit": "ML"},
    ],
    keeps=[
        {"/lines/0/unit": "UN"},
        {"/lines/0/unit": None},
        {"/lines/0/unit": "MJ", "/lines/0/hcpcs": "00532"},
        {"/lines/0/unit": "DA", BASE: "inpatient"},
        {"/lines/0/unit": "MJ", "/lines/0/hcpcs": "J9311"},
    ],
)
def unit_impossible(case: Case) -> Iterator[Hit]:
    """A code of this family counts blocks of time or doses, never minutes."""
    allowed = _ALLOWED[case.claim.setting or "professional"]
    for i, line, code in coded_lines(case):
        unit = line.unit
        if unit is None:
            continue
        problem = None
        if unit.upper() not in allowed:
            problem = f"only {' and '.join(allowed)} are known here"
        elif unit.upper() == MINUTES and code in codes():
            problem = "minutes are for anesthesia only"
        if problem:
            where = box(case, "24G", "46")
            yield Hit(
                f"/lines/{i}/unit",
                line=i + 1,
                hcpcs=code or "a service",
                unit=unit,
                problem=problem,
                box=where,
            )


@rule(
    "LINE-ID-001",
    "line-control-number-unusable",
    message="the control number of line {line} {problem}",
    help="Give every line a number of its own, at most 30 characters, so that the payer's answer finds it.",
    source="005010X222A1 and 005010X223A2, 2400 REF*6R (unique within the claim); rules catalogue P67",
    severity="error",
    snip=4,
    also=("P67", "I50"),
    breaks=[
        {"/lines/0/line_control_number": "1", "/lines/1/line_control_number": "1"},
        {"/lines/0/line_control_number": "1" * 31},
        {"/lines/1/line_control_number": "1111111111111111111111111111111"},
        {
            "/lines/0/line_control_number": "1111111111111111111111111111111",
            "/lines/1/line_control_number": "1111111111111111111111111111111",
        },
        {
            "/lines/0/line_control_number": "1",
            "/lines/1/line_control_number": "1",
            "/lines/-": {"line_control_number": "1"},
        },
    ],
    keeps=[
        {"/lines/0/line_control_number": "1", "/lines/1/line_control_number": "2"},
        {"/lines/0/line_control_number": "1" * 30},
    ],
)
def control_number_unusable(case: Case) -> Iterator[Hit]:
    """Two lines of one number cannot be told apart in the answer."""
    seen: dict[str, int] = {}
    numbers = [line.line_control_number for line in case.claim.lines]
    for i, number in enumerate(numbers):
        if not number:
            continue
        path = f"/lines/{i}/line_control_number"
        if len(number) > CONTROL_LENGTH:
            yield Hit(path, line=i + 1, problem=f"has {len(number)} characters; 30 can be sent")
        if number in seen:
            yield Hit(path, line=i + 1, problem=f"is that of line {seen[number]} too")
        seen.setdefault(number, i + 1)


@rule(
    "LINE-DESC-002",
    "unlisted-service-without-words",
    message="line {line} bills {hcpcs}, {problem} ({box})",
    help="Write as description what was done, and send the record.",
    source="005010X222A1, 2400 SV101-7 and NTE (with unlisted codes); 005010X223A2, SV202-7; CMS Pub. 100-04 "
    "ch. 26, item 19; rules catalogue P74, A.4",
    severity="error",
    snip=4,
    also=("P74", "P61", "I45"),
    codes=_UNLISTED,
    breaks=[
        {"/lines/0/hcpcs": "96379"},
        {"/lines/0/hcpcs": "96549"},
        {"/lines/0/hcpcs": "96549", "/lines/1/hcpcs": "96549"},
        {"/lines/0/hcpcs": "96549", "/unmapped": [_NOTE]},
        {"/lines/0/hcpcs": "96549", "/lines/0/description": "TWO DRUGS", "/lines/1/hcpcs": "96549"},
        {"/lines/1/hcpcs": "96549", "/unmapped": [_NOTE], "/coverages/0/claim_filing": "CI"},
    ],
    keeps=[
        {ON: "encounter", "/administrations/0/route": "IA"},
        {"/lines/0/hcpcs": "96379", "/lines/0/description": "TWO DRUGS INTO ARTERY"},
        {"/lines/0/hcpcs": "96379", "/note": "TWO DRUGS INTO ARTERY"},
        {"/lines/0/hcpcs": "96379", "/unmapped": [_NOTE], "/coverages/0/claim_filing": "CI"},
        {"/lines/0/hcpcs": "96379", "/attachments": [{"type": "OZ", "transmission": "AA"}]},
    ],
)
def unlisted_without_words(case: Case) -> Iterator[Hit]:
    """A payer can price an unlisted service only when it is told what it was.

    A line that the program itself proposes has words. Words for Medicare that stand in the note of the line
    alone are a warning. Drugs without a code are DRUG-NOC-001.
    """
    claim = case.claim
    if claim.note or claim.attachments:
        return
    for i, line in case.lines(*_UNLISTED):
        noted = i in line_notes(case)
        if line.description or (noted and not medicare(case)):
            continue
        yield Hit(
            f"/lines/{i}/description",
            severity="warning" if noted else None,
            line=i + 1,
            hcpcs=code_of(line),
            problem=f"and {IN_LINE_NOTE}" if noted else "which has no meaning without words",
            box=box(case, "19", "80"),
        )


@rule(
    "F15-24A-003",
    "period-against-units",
    message="line {line} bills {units} of {hcpcs} over {days} days ({box})",
    help="Bill each day on a line of its own.",
    source="CMS Pub. 100-04 ch. 26, items 24A and 24G (a period is for the same service on each of its "
    "days); rules catalogue F15-24A-001",
    severity="warning",
    given=("lines.service_through",),
    snip=6,
    also=("F15-24A-001",),
    setting="professional",
    breaks=[
        {"/lines/0/service_through": "2026-03-04"},
        {"/lines/0/service_through": "2026-03-05", "/lines/0/units": 4},
        {"/lines/1/service_through": "2026-03-04", "/lines/1/units": 3, "/lines/1/hcpcs": "96372"},
        {
            "/lines/0/service_through": "2026-03-04",
            "/lines/-": {
                "hcpcs": "96365",
                "units": "1",
                "service_date": "2026-03-03",
                "service_through": "2026-03-04",
            },
        },
        {
            "/lines/0/service_through": "2026-03-04",
            "/lines/0/hcpcs": "96416",
            "/lines/-": {
                "hcpcs": "96417",
                "units": "1",
                "service_date": "2026-03-03",
                "service_through": "2026-03-04",
            },
        },
    ],
    keeps=[
        {"/lines/0/service_through": "2026-03-04", "/lines/0/units": 2},
        {"/lines/0/service_through": "2026-03-03"},
        {"/lines/0/service_through": "2026-03-04", "/lines/0/hcpcs": "96416"},
        {"/lines/1/service_through": "2026-03-04", "/lines/1/units": 3},
        {"/lines/0/service_through": "2026-03-03", "/lines/0/units": "1.25"},
        {"/lines/0/service_through": "2026-03-04", "/lines/0/service_date": None},
        {"/lines/0": {"hcpcs": "96365", "service_date": "2026-03-03", "service_through": "2026-03-05"}},
    ],
)
def period_against_units(case: Case) -> Iterator[Hit]:
    """A line over several days stands for the same number of units on each of them.

    A pump that runs on is one service.
    """
    for i, line, code in administrations(case):
        first, last = line.service_date, line.service_through
        if first is None or last is None or last <= first or line.units is None:
            continue
        if codes()[code].kind == "prolonged":
            continue
        days = (last - first).days + 1
        if line.units % Decimal(days):
            yield Hit(
                f"/lines/{i}/units",
                line=i + 1,
                units=count_of(line.units, "unit"),
                hcpcs=code,
                days=days,
                box=box(case, "24A", "45"),
            )


@rule(
    "ENV-10",
    "units-too-many-for-medicare",
    message="line {line} has {units} units; Medicare takes four digits and one decimal in an 837P",
    help="Split the line so that none has more than 9999 units.",
    source="rules catalogue ENV-10 (Medicare, SV104; one source)",
    severity="warning",
    snip=7,
    setting="professional",
    breaks=[
        {"/lines/1/units": 10000},
        {"/lines/1/units": "1.25"},
        {"/lines/1/units": 10000, "/lines/0/units": 10000},
    ],
    keeps=[
        {"/lines/1/units": "9999.9"},
        {"/lines/1/units": 10000, "/coverages/0/claim_filing": "CI"},
        {"/lines/0/units": None},
    ],
)
def units_too_many_for_medicare(case: Case) -> Iterator[Hit]:
    """Medicare's own system keeps fewer digits than the guide."""
    if not medicare(case):
        return
    for i, line in enumerate(case.claim.lines):
        units = line.units
        if units is not None and (units >= 10000 or units != round(units, 1)):
            yield Hit(f"/lines/{i}/units", line=i + 1, units=f"{units:f}")
