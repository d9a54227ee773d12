"""Coverages: who is billed, in which order, and who is insured."""

from collections.abc import Iterator
from datetime import date

from edi.codes import mbi
from edi.finding import Severity
from edi.model.claim import billed_coverage, effective_bill_to, other_coverages
from edi.model.party import Coverage
from edi.payers import MEDICARE_FILING
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE
from edi.rules.asks import absent, box, day_one, unread

_UNKNOWN = {"responsibility": "S", "claim_filing": "XX"}
MOST_OTHER_PAYERS = 10
MBI_FROM = date(2020, 1, 1)
"""First service date on which Medicare takes no other number than the present one (CMS, end of the
transition)."""


@rule(
    "SBR-COV-001",
    "no-coverage",
    message="the claim names no coverage",
    help="Add the patient's insurance: payer, member id, responsibility and claim filing code.",
    source="005010X222A1 and 005010X223A2, 2000B SBR, 2010BA and 2010BB (required); CMS-1500 items 1 to 11, "
    "UB-04 FL 50",
    severity="error",
    snip=2,
    sees="payers",
    breaks=[{"/coverages": []}],
    keeps=[{"/coverages/0/group_number": "G1"}],
)
def no_coverage(case: Case) -> Iterator[Hit]:
    """A claim goes to a payer for an insured person."""
    if not case.claim.coverages:
        yield Hit("/coverages")


@rule(
    "SBR-COV-002",
    "billed-coverage-unknown",
    message="bill_to is {index}, but the coverages are numbered from 0 to {last}",
    help="Write the position of the coverage that is billed, counted from 0, or leave bill_to out.",
    source="encounter and claim record (contract, section 2)",
    severity="error",
    snip=2,
    sees="payers",
    breaks=[{"/bill_to": 1}, {"/bill_to": -1}],
    keeps=[
        {"/bill_to": 0},
        {"/bill_to": None},
        {"/coverages": None},
    ],
)
def billed_coverage_unknown(case: Case) -> Iterator[Hit]:
    """The coverage that is billed is one of those that the claim names."""
    index, count = case.claim.bill_to, len(case.claim.coverages)
    if index is not None and count and not 0 <= index < count:
        yield Hit("/bill_to", index=index, last=count - 1)


@rule(
    "SBR-COV-003",
    "no-coverage-left",
    message="every coverage has already decided on this claim, so none is left to be billed",
    help="Say with bill_to which coverage is billed again, or remove the decision that is not final.",
    source="005010X222A1 and 005010X223A2, 2000B (the payer that is billed has not adjudicated)",
    severity="error",
    snip=2,
    sees="payers",
    breaks=[{"/coverages/0/adjudication": {"paid": "80.00"}, "/bill_to": None}],
    keeps=[
        {"/coverages/0/adjudication": {"paid": "80.00"}, "/bill_to": 0},
        {"/bill_to": 1},
        {"/bill_to": None},
        {"/bill_to": None, "/coverages": None},
    ],
)
def no_coverage_left(case: Case) -> Iterator[Hit]:
    """The payer that is billed is one that has not decided yet, unless the claim says otherwise."""
    claim = case.claim
    if claim.coverages and claim.bill_to is None and effective_bill_to(claim) is None:
        yield Hit("/coverages")


@rule(
    "SBR-ORDER-001",
    "responsibility-impossible",
    message="coverage {number}: {problem}",
    help="Write P, S, T or A to H, each once: P pays first. U stands for unknown.",
    source="005010X222A1 and 005010X223A2, 2000B SBR01 and 2320 SBR01; UB-04 FL 50 lines A to C; rules "
    "catalogue P12",
    severity="error",
    snip=2,
    sees="payers",
    also=("P12", "I06", "F04-50-001"),
    breaks=[
        {"/coverages/0/responsibility": None},
        {"/coverages/0/responsibility": "X"},
        {"/coverages/-": {"responsibility": "P", "payer": {"name": "OTHER", "id": "9"}}},
        {"/coverages/0/responsibility": None, "/coverages/-": {}},
        {"/coverages/0/responsibility": "X", "/coverages/-": {}},
        {"/coverages": [{"responsibility": "P"}, {"responsibility": "P"}, {}]},
    ],
    keeps=[
        {"/coverages/0/responsibility": "S"},
        {"/coverages/0/responsibility": "U"},
        {"/coverages/0/responsibility": "U", "/coverages/-": {"responsibility": "U"}},
        {
            "/coverages/0/responsibility": None,
            "/unread/-": {"path": "/coverages/0/responsibility", "text": "?"},
        },
        {
            "/coverages": [{"claim_filing": "MB"}, {"claim_filing": "CI"}],
            "/unread": [{"path": f"/coverages/{i}/responsibility", "text": "?"} for i in (0, 1)],
        },
    ],
)
def responsibility_impossible(case: Case) -> Iterator[Hit]:
    """Every payer of a claim has its place in the order of payment, and no two have the same."""
    seen: set[str] = set()
    for i, coverage in enumerate(case.claim.coverages):
        path = f"/coverages/{i}/responsibility"
        code = coverage.responsibility
        if absent(case, code, path):
            yield Hit(path, number=i + 1, problem="no responsibility is stated")
        elif code is not None and case.lists.known("responsibility", code, None) is False:
            yield Hit(path, number=i + 1, problem=f"{code} is no responsibility code")
        elif code is not None:
            if code in seen and code != "U":
                yield Hit(path, number=i + 1, problem=f"another coverage has the responsibility {code} too")
            seen.add(code)


@rule(
    "SBR-REL-001",
    "relationship-impossible",
    message="coverage {number}: {problem}",
    help="Write 18 where the patient is the insured person, else 01 spouse, 19 child, 20, 21, 39, 40, 53 "
    "or G8.",
    source="005010X222A1 and 005010X223A2, SBR02 and PAT01; CMS-1500 item 6, UB-04 FL 59; rules catalogue "
    "P13",
    severity="error",
    snip=2,
    sees="payers",
    also=("P13", "I06", "P23"),
    breaks=[
        {"/coverages/0/relationship": "99"},
        {"/coverages/0/relationship": None, "/coverages/0/subscriber": {"last_name": "EXAMPLE"}},
        {"/coverages/0/relationship": "99", "/coverages/-": {}},
        {"/coverages/0/relationship": None, "/coverages/-": {}},
    ],
    keeps=[
        {"/coverages/0/relationship": "18"},
        {"/coverages/0/relationship": "19", "/coverages/0/subscriber": {"last_name": "EXAMPLE"}},
        {"/coverages/0/relationship": None, "/unread/-": {"path": "/coverages/0/relationship", "text": "?"}},
    ],
)
def relationship_impossible(case: Case) -> Iterator[Hit]:
    """The relation of patient and insured person is always sent.

    A coverage without a relationship and without a subscriber is read as the patient's own: a warning.
    """
    for i, coverage in enumerate(case.claim.coverages):
        path = f"/coverages/{i}/relationship"
        code = coverage.relationship
        if absent(case, code, path):
            own = coverage.subscriber is None
            problem = "no relationship is stated" + ("; it is read as self" if own else "")
            yield Hit(path, severity="warning" if own else None, number=i + 1, problem=problem)
        elif code is not None and case.lists.known("relationship", code, None) is False:
            yield Hit(path, number=i + 1, problem=f"{code} is no relationship code")


@rule(
    "SBR-NAME-001",
    "subscriber-missing",
    message="coverage {number}: the patient is not the insured person, and {problem}",
    help="Add the insured person with name, birth date and address, or write relationship 18.",
    source="005010X222A1 and 005010X223A2, 2010BA NM1 and 2330A NM1 (required); CMS-1500 item 4, UB-04 FL "
    "58; rules catalogue P23",
    severity="error",
    snip=2,
    sees="payers",
    also=("P23", "I07", "F15-06-001"),
    breaks=[
        {"/coverages/0/relationship": "19"},
        {"/coverages/0/relationship": "19", "/coverages/0/subscriber": {"first_name": "PAT"}},
        {"/coverages/-": {"relationship": "19"}},
        {"/coverages/0/relationship": "19", "/coverages/-": {"relationship": "19"}},
        {
            "/coverages/0/relationship": "19",
            "/coverages/0/subscriber": {},
            "/coverages/-": {"relationship": "19"},
        },
    ],
    keeps=[
        {"/coverages/0/relationship": "18"},
        {"/coverages/0/relationship": "19", "/coverages/0/subscriber": {"last_name": "EXAMPLE"}},
        {"/coverages/0/relationship": None},
    ],
)
def subscriber_missing(case: Case) -> Iterator[Hit]:
    """A dependent patient is billed under the insured person, who has to be named."""
    for i, coverage in enumerate(case.claim.coverages):
        if coverage.relationship in (None, "18"):
            continue
        path = f"/coverages/{i}/subscriber"
        if coverage.subscriber is None:
            yield Hit(path, number=i + 1, problem="no insured person is named")
        elif absent(case, coverage.subscriber.last_name, f"{path}/last_name"):
            yield Hit(f"{path}/last_name", number=i + 1, problem="the insured person has no last name")


@rule(
    "F15-06-001",
    "self-but-another-subscriber",
    message="coverage {number}: relationship 18 (self), but the insured person has another {what} than the "
    "patient",
    help="Write the true relationship, or remove the subscriber where the patient is the insured person.",
    source="005010X222A1 and 005010X223A2, SBR02 = 18 forbids 2000C; CMS-1500 items 4 and 6",
    severity="error",
    snip=2,
    breaks=[
        {"/coverages/0/subscriber": {"last_name": "OTHER"}},
        {"/coverages/0/subscriber": {"last_name": "EXAMPLE", "birth_date": "1950-01-01"}},
        {"/coverages/0/subscriber": {"last_name": "OTHER", "birth_date": "1950-01-01"}},
        {
            "/coverages/0/subscriber": {"last_name": "OTHER"},
            "/coverages/-": {"relationship": "18", "subscriber": {"last_name": "OTHER"}},
        },
        {"/coverages/-": {"relationship": "18", "subscriber": {"last_name": "OTHER"}}},
    ],
    keeps=[
        {"/coverages/0/subscriber": {"last_name": "Example", "birth_date": "1955-04-12"}},
        {"/coverages/0/subscriber": {"last_name": "OTHER"}, "/coverages/0/relationship": "19"},
        {"/coverages/0/subscriber": {"last_name": "OTHER"}, "/patient": {"birth_date": "1955-04-12"}},
        {},
        {"/coverages/0/subscriber": {}, "/patient": None},
    ],
)
def self_but_another(case: Case) -> Iterator[Hit]:
    """Self means that patient and insured person are one."""
    patient = case.claim.patient
    for i, coverage in enumerate(case.claim.coverages):
        person = coverage.subscriber
        if coverage.relationship != "18" or person is None or patient is None:
            continue
        for key, what in (("last_name", "last name"), ("birth_date", "birth date")):
            one, other = getattr(person, key), getattr(patient, key)
            if one is not None and other is not None and str(one).casefold() != str(other).casefold():
                yield Hit(f"/coverages/{i}/subscriber/{key}", number=i + 1, what=what)
                break


@rule(
    "F15-1A-001",
    "member-id-unusable",
    message="coverage {number}: {problem} ({box})",
    help="Take the member id from the card, without blanks and hyphens.",
    source="005010X222A1 and 005010X223A2, 2010BA NM109 and 2330A NM109; CMS, Medicare Beneficiary "
    "Identifier format",
    severity="error",
    snip=2,
    also=("P18", "I07"),
    breaks=[
        {"/coverages/0/member_id": None},
        {"/coverages/0/member_id": "1EG4-TE5-MK73"},
        {"/coverages/0/member_id": "1SG4TE5MK73"},
        {"/coverages/0/member_id": "123456789A"},
        {"/coverages/0/member_id": "A 1", "/coverages/0/claim_filing": "CI"},
        {"/coverages/0/member_id": "A-1", "/coverages/0/claim_filing": "CI"},
        {
            "/coverages/0/member_id": "1EG4-TE5-MK73",
            "/coverages/-": {"claim_filing": "MB", "member_id": "A 1"},
        },
        {"/coverages/0/member_id": None, "/coverages/-": {}},
        {"/coverages/0/member_id": "A 1", "/coverages/0/claim_filing": "CI", "/coverages/-": {}},
        {"/coverages/0/member_id": "123456789A", "/lines": []},
        {
            "/coverages/0/member_id": "123456789A",
            "/lines/0/service_date": "2020-01-01",
            "/lines/1/service_date": "2020-01-01",
        },
    ],
    keeps=[
        {"/coverages/0/member_id": "1eg4te5mk73"},
        {"/coverages/0/member_id": "123456789A", "/coverages/0/claim_filing": "CI"},
        {"/coverages/0/member_id": None, "/unread/-": {"path": "/coverages/0/member_id", "text": "?"}},
        {
            "/coverages/0/member_id": "123456789A",
            "/lines/0/service_date": "2019-12-31",
            "/lines/1/service_date": "2019-12-31",
        },
    ],
)
def member_id_unusable(case: Case) -> Iterator[Hit]:
    """The payer finds the patient by the member id; Medicare's has a fixed form.

    For payers other than Medicare, blanks and hyphens are a warning.
    """
    billed = billed_coverage(case.claim)
    for i, coverage in enumerate(case.claim.coverages):
        id_ = coverage.member_id
        path = f"/coverages/{i}/member_id"
        problem: str | None = None
        severity: Severity | None = None
        if id_ is None:
            problem = None if unread(case, path) else "the member id is missing"
        elif coverage.claim_filing in MEDICARE_FILING and not _before_new_numbers(case):
            problem = mbi.problem(id_)
            if problem is None and mbi.compact(id_) != id_.upper():
                problem = "a Medicare number is written without blanks and hyphens"
        elif " " in id_ or "-" in id_:
            problem, severity = "the member id has blanks or hyphens", "warning"
        if problem:
            where = box(case, "1a" if coverage is billed else "9a", "60")
            yield Hit(path, severity=severity, number=i + 1, box=where, problem=problem)


def _before_new_numbers(case: Case) -> bool:
    """Whether the services fall in the time in which Medicare still took its older numbers."""
    day = day_one(case)
    return day is not None and day < MBI_FROM


def _payer_problem(coverage: Coverage) -> str | None:
    payer = coverage.payer
    if payer is None:
        return "no payer is named"
    if not payer.name:
        return "the payer has no name"
    return None if payer.id else "the payer has no payer id"


@rule(
    "SBR-PAYER-001",
    "payer-incomplete",
    message="coverage {number}: {problem}",
    help="Write the payer's name and the payer id that your clearinghouse or the payer has given you.",
    source="005010X222A1 and 005010X223A2, 2010BB NM103 and NM109, 2330B NM103 and NM109; UB-04 FL 50 and "
    "51; rules catalogue P21",
    severity="error",
    snip=2,
    sees="payers",
    also=("P21", "I07", "P53", "I40"),
    breaks=[
        {"/coverages/0/payer": None},
        {"/coverages/0/payer/name": None},
        {"/coverages/0/payer/id": None},
        {"/coverages/0/payer": None, "/coverages/-": {}},
    ],
    keeps=[
        {"/coverages/0/payer/address": {"line1": "1 A STREET", "city": "X", "state": "IL", "zip": "62701"}}
    ],
)
def payer_incomplete(case: Case) -> Iterator[Hit]:
    """The file routes a claim by the payer id."""
    for i, coverage in enumerate(case.claim.coverages):
        problem = _payer_problem(coverage)
        if problem:
            suffix = "" if coverage.payer is None else "/id" if coverage.payer.name else "/name"
            yield Hit(f"/coverages/{i}/payer{suffix}", number=i + 1, problem=problem)


@rule(
    "SBR-FILING-001",
    "claim-filing-impossible",
    message="coverage {number}: {problem}",
    help="Write the claim filing code: MB Medicare Part B, MA Part A, MC Medicaid, CI commercial, BL, HM, "
    "16 and so on.",
    source="005010X222A1 and 005010X223A2, SBR09 (required until a national plan id is mandated); rules "
    "catalogue P16",
    severity="error",
    snip=4,
    sees="payers",
    also=("P16", "I06", "F15-01-001"),
    breaks=[
        {"/coverages/0/claim_filing": None},
        {"/coverages/0/claim_filing": "XX"},
        {"/coverages/0/claim_filing": "XX", "/coverages/-": {}},
        {"/coverages/0/claim_filing": None, "/coverages/-": {}},
        {"/coverages/0/claim_filing": "MA"},
        {"/coverages/0/claim_filing": "MB", BASE: "facility"},
        {"/coverages/0/claim_filing": "MA", "/coverages/-": _UNKNOWN},
        {"/coverages/0/claim_filing": "MB", "/coverages/-": _UNKNOWN, BASE: "facility"},
    ],
    keeps=[
        {"/coverages/0/claim_filing": "MA", BASE: "facility"},
        {"/coverages/-": {"responsibility": "S", "claim_filing": "MA"}},
        {"/coverages/-": {"responsibility": "S", "claim_filing": "MB"}, BASE: "facility"},
        {"/coverages/0/claim_filing": "ZZ"},
        {"/coverages/0/claim_filing": None, "/unread/-": {"path": "/coverages/0/claim_filing", "text": "?"}},
    ],
)
def claim_filing_impossible(case: Case) -> Iterator[Hit]:
    """The kind of insurance decides which rules hold for the claim.

    Practitioners bill Part B (MB), an error else; hospitals bill Part A (MA), a remark else.
    """
    billed = billed_coverage(case.claim)
    for i, coverage in enumerate(case.claim.coverages):
        path = f"/coverages/{i}/claim_filing"
        code = coverage.claim_filing
        if absent(case, code, path):
            yield Hit(path, number=i + 1, problem="no claim filing code is stated")
        elif code is not None and case.lists.known("claim_filing", code, None) is False:
            yield Hit(path, number=i + 1, problem=f"{code} is no claim filing code")
        elif coverage is billed and code == "MA" and case.claim.setting == "professional":
            yield Hit(
                path, number=i + 1, problem="MA is Medicare Part A; a professional claim goes to Part B (MB)"
            )
        elif coverage is billed and code == "MB" and case.claim.setting == "facility":
            problem = "MB is Medicare Part B; Medicare takes facility claims as Part A (MA)"
            yield Hit(path, severity="info", number=i + 1, problem=problem)


@rule(
    "SBR-COV-004",
    "coverage-dates-reversed",
    message="coverage {number} ends before it begins",
    help="Correct the first or the last day of the coverage.",
    source="encounter and claim record (contract, section 2)",
    severity="warning",
    given=("coverages.effective_through",),
    snip=4,
    breaks=[
        {"/coverages/0/effective_from": "2026-02-02", "/coverages/0/effective_through": "2026-02-01"},
        {
            "/coverages/0/effective_from": "2026-02-02",
            "/coverages/0/effective_through": "2026-02-01",
            "/coverages/-": {"effective_from": "2026-03-04", "effective_through": "2026-02-01"},
        },
    ],
    keeps=[
        {"/coverages/0/effective_from": "2026-02-02", "/coverages/0/effective_through": "2026-02-02"},
        {"/coverages/0/effective_from": "2026-02-02"},
        {"/coverages/0/effective_through": "2026-03-02"},
    ],
)
def coverage_dates_reversed(case: Case) -> Iterator[Hit]:
    """A coverage begins before it ends."""
    for i, coverage in enumerate(case.claim.coverages):
        first, last = coverage.effective_from, coverage.effective_through
        if first is not None and last is not None and last < first:
            yield Hit(f"/coverages/{i}/effective_through", number=i + 1)


@rule(
    "SBR-COUNT-001",
    "too-many-other-payers",
    message="the claim names {count} other payers; 10 can be sent",
    help="Leave out the coverages that have nothing to do with this claim.",
    source="005010X222A1 and 005010X223A2, loop 2320 (at most 10); rules catalogue P49",
    severity="error",
    snip=2,
    sees="payers",
    also=("P49", "I38", "SNIP2-005"),
    breaks=[{"/coverages": [{"responsibility": "U", "payer": {"name": "X", "id": "1"}}] * 12}],
    keeps=[{"/coverages": [{"responsibility": "U", "payer": {"name": "X", "id": "1"}}] * 11}],
)
def too_many_other_payers(case: Case) -> Iterator[Hit]:
    """At most ten payers stand beside the one that is billed."""
    others = list(other_coverages(case.claim))
    if len(others) > MOST_OTHER_PAYERS:
        yield Hit(f"/coverages/{others[MOST_OTHER_PAYERS][0]}", count=len(others))
