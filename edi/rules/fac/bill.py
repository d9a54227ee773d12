"""FAC: type of bill, statement period, admission, size of the claim."""

from collections.abc import Iterator

from edi.codes import bill_type
from edi.model.claim import Admission
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE
from edi.rules.asks import absent, is_outpatient, period

MOST_LINES = 999
NEWBORN = "4"
"""Priority of the visit of a child that is born in it."""


@rule(
    "F04-04-001",
    "type-of-bill-unusable",
    message="{problem} (FL 4)",
    help="Write four characters, such as 0131 for a hospital outpatient claim.",
    source="005010X223A2, 2300 CLM05-1 and CLM05-3 (required); CMS Pub. 100-04 ch. 25, FL 4",
    severity="error",
    snip=2,
    sees="bill",
    also=("I08", "FAC-TOB-001"),
    setting="facility",
    breaks=[
        {"/type_of_bill": None},
        {"/type_of_bill": "13"},
        {"/type_of_bill": "1310"},
        {"/type_of_bill": "0031"},
        {"/type_of_bill": "01312"},
    ],
    keeps=[
        {"/type_of_bill": "131"},
        {"/type_of_bill": "0851"},
        {"/type_of_bill": None, "/unread/-": {"path": "/type_of_bill", "text": "?"}},
    ],
)
def type_of_bill_unusable(case: Case) -> Iterator[Hit]:
    """Every facility claim has a type of bill; which types fit an infusion is another rule's matter."""
    stated = case.claim.type_of_bill
    if absent(case, stated, "/type_of_bill"):
        yield Hit("/type_of_bill", problem="no type of bill")
    elif stated is not None and (problem := bill_type.problem(stated)):
        yield Hit("/type_of_bill", problem=problem)


@rule(
    "FAC-TOB-002",
    "frequency-contradicts-type-of-bill",
    message="{problem} (FL 4)",
    help="Write the frequency as the last character of the type of bill, or leave the separate one out.",
    source="005010X223A2, 2300 CLM05-3; CMS Pub. 100-04 ch. 25, FL 4 (last character = frequency)",
    severity="error",
    snip=2,
    sees="bill",
    also=("I08",),
    setting="facility",
    breaks=[
        {"/frequency": "7", "/original_reference": "X1"},
        {"/type_of_bill": "0137", "/frequency": "1"},
        {"/type_of_bill": "013Z"},
    ],
    keeps=[
        {"/type_of_bill": "013Q", "/original_reference": "X1"},
        {"/type_of_bill": "0137", "/frequency": "7", "/original_reference": "X1"},
        {"/frequency": None},
        {"/type_of_bill": "13", "/frequency": "1"},
        {"/type_of_bill": None, "/frequency": "1"},
    ],
)
def frequency_contradicts(case: Case) -> Iterator[Hit]:
    """The last character of the type of bill is the claim frequency; one that is not known is a warning."""
    claim = case.claim
    if not claim.type_of_bill or bill_type.problem(claim.type_of_bill):
        return
    last = bill_type.frequency(claim.type_of_bill)
    if claim.frequency and claim.frequency.upper() != last:
        yield Hit(
            "/frequency", problem=f"the frequency is {claim.frequency}, the type of bill ends with {last}"
        )
    elif case.lists.entry("bill_frequency", last) is None:
        problem = f"the type of bill ends with {last}, which is not known as a frequency"
        words = (
            "End the type of bill with its frequency: 1 for a whole stay or visit, 7 to replace, 8 to void."
        )
        yield Hit("/type_of_bill", severity="warning", problem=problem, help=words)


@rule(
    "F04-06-001",
    "statement-period-unusable",
    message="the statement period {problem} (FL 6)",
    help="Write the first and the last day that the claim covers.",
    source="005010X223A2, 2300 DTP*434 (required); UB-04 FL 6",
    severity="error",
    snip=2,
    sees="days",
    also=("I14",),
    setting="facility",
    breaks=[
        {"/statement": {"from_date": "2026-03-04", "through_date": "2026-03-03"}},
        {"/type_of_bill": "0111", "/lines/0/service_date": None, "/lines/1/service_date": None},
    ],
    keeps=[
        {"/statement": {"from_date": "2026-03-03", "through_date": "2026-03-03"}},
        {"/statement": None},
        {
            "/type_of_bill": "0111",
            "/statement": {"from_date": "2026-03-03", "through_date": "2026-03-03"},
            "/lines/0/service_date": None,
            "/lines/1/service_date": None,
        },
        {"/lines/0/service_date": None, "/lines/1/service_date": None},
        {"/lines/0/service_date": None, "/lines/1/service_date": None, "/statement/from_date": "2026-03-04"},
        {
            "/lines/0/service_date": None,
            "/lines/1/service_date": None,
            "/statement/through_date": "2026-03-31",
        },
        {"/type_of_bill": "0111", "/lines": None},
        {
            BASE: "inpatient",
            "/statement": None,
            "/lines/0/service_date": None,
            "/unread/-": {"path": "/statement/from_date", "text": "?"},
        },
    ],
)
def statement_unusable(case: Case) -> Iterator[Hit]:
    """A facility claim covers a period; without a stated one it goes from the first to the last service."""
    span = period(case)
    if span.from_date is None or span.through_date is None:
        said = any(u.path.startswith("/statement") for u in case.claim.unread)
        if case.claim.lines and not said and not is_outpatient(case):
            yield Hit("/statement", problem="is missing")
    elif span.through_date < span.from_date:
        yield Hit("/statement/through_date", problem="ends before it begins")


def _admission(case: Case) -> Admission:
    return case.claim.admission or Admission()


@rule(
    "FAC-ADM-001",
    "admission-type-unusable",
    message="the claim {problem} (FL 14)",
    help="Write 1 emergency, 2 urgent, 3 elective, 4 newborn, 5 trauma or 9 not known.",
    source="005010X223A2, 2300 CL101; UB-04 FL 14",
    severity="error",
    snip=2,
    sees="bill",
    also=("I16",),
    setting="facility",
    breaks=[{"/admission": None}, {"/admission/type": None}, {"/admission/type": "8"}],
    keeps=[
        {"/admission/type": "9"},
        {"/admission/type": None, "/unread/-": {"path": "/admission/type", "text": "?"}},
    ],
)
def admission_type_unusable(case: Case) -> Iterator[Hit]:
    """Every facility claim says how urgent the visit was."""
    path, code = "/admission/type", _admission(case).type
    if absent(case, code, path):
        yield Hit(path, problem="does not say the priority of the visit")
    elif code is not None and case.lists.known("admission_type", code, None) is False:
        yield Hit(path, problem=f"has {code} for the priority of the visit, which does not exist")


@rule(
    "FAC-ADM-002",
    "point-of-origin-missing",
    message="the claim {problem} (FL 15)",
    help="Write where the patient came from, such as 1 for home or another place that is no facility.",
    source="005010X223A2, 2300 CL102; UB-04 FL 15 (not for laboratory bills of non-patients, 014x); "
    "rules catalogue I16 (nor for newborns)",
    severity="error",
    snip=2,
    sees="bill",
    also=("I16",),
    setting="facility",
    breaks=[
        {"/admission/source": None},
        {"/admission/source": "10"},
        {"/admission/source": None, "/type_of_bill": None},
        {"/admission/source": "-"},
        {"/admission/source": "É"},
    ],
    keeps=[
        {"/admission/source": "5"},
        {"/admission/source": None, "/type_of_bill": "0141"},
        {"/admission/source": None, "/admission/type": "4"},
        {"/admission/source": None, "/unread/-": {"path": "/admission/source", "text": "?"}},
    ],
)
def origin_missing(case: Case) -> Iterator[Hit]:
    """Every facility claim says where the patient came from; the code is one character."""
    path, code = "/admission/source", _admission(case).source
    bill = case.claim.type_of_bill
    if absent(case, code, path):
        if (not bill or bill_type.facility(bill) != "14") and _admission(case).type != NEWBORN:
            yield Hit(path, problem="does not say where the patient came from")
    elif code is not None and (len(code) != 1 or not code.isascii() or not code.isalnum()):
        yield Hit(path, problem=f"has {code} for the point of origin, which is not one letter or digit")


@rule(
    "FAC-ADM-003",
    "patient-status-unusable",
    message="the claim {problem} (FL 17)",
    help="Write two digits: 01 for a patient who went home, 09, 20, 30 and so on as they fit.",
    source="005010X223A2, 2300 CL103 (required); UB-04 FL 17",
    severity="error",
    snip=2,
    sees="bill",
    also=("I16",),
    setting="facility",
    breaks=[
        {"/admission/patient_status": None},
        {"/admission/patient_status": "1"},
        {"/admission/patient_status": "٠١"},
        {"/admission/patient_status": "1A"},
    ],
    keeps=[
        {"/admission/patient_status": "09"},
        {"/admission/patient_status": "30"},
        {"/admission/patient_status": None, "/unread/-": {"path": "/admission/patient_status", "text": "?"}},
    ],
)
def patient_status_unusable(case: Case) -> Iterator[Hit]:
    """Every facility claim says what became of the patient."""
    path, code = "/admission/patient_status", _admission(case).patient_status
    if absent(case, code, path):
        yield Hit(path, problem="has no patient status")
    elif code is not None and (len(code) != 2 or not code.isascii() or not code.isdigit()):
        yield Hit(path, problem=f"has the patient status {code}, which is not two digits")


@rule(
    "FAC-LINE-001",
    "too-many-facility-lines",
    message="the claim has {count} lines; {room} can be sent",
    help="Split the claim, or join lines of the same revenue code, procedure and day.",
    source="005010X223A2, loop 2400 (at most 999)",
    severity="error",
    snip=2,
    sees="codes",
    also=("I41",),
    setting="facility",
    breaks=[{"/lines": [{"revenue_code": "0260"}] * 1000}],
    keeps=[{"/lines": [{"revenue_code": "0260"}] * 999}],
)
def too_many_lines(case: Case) -> Iterator[Hit]:
    """A facility claim has room for 999 lines."""
    count = len(case.claim.lines)
    if count > MOST_LINES:
        yield Hit(f"/lines/{MOST_LINES}", count=count, room=MOST_LINES)
