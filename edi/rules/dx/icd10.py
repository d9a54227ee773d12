"""Diagnoses by the edition of ICD-10-CM that is in force on the service date."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from functools import lru_cache

from edi.codes import icd10
from edi.finding import Severity
from edi.refdata import Entry, Lists
from edi.rules.about import BASE, CODES, is_inpatient
from edi.rules.asks import diagnosis_box, period, pointed, stated_codes
from edi.rules.base import Case, Hit, rule

LIST = "icd10cm"
Fault = tuple[Severity, str]


def _on(day: str | None) -> dict[str, str | None]:
    """Both lines of the sample on a day."""
    return {"/lines/0/service_date": day, "/lines/1/service_date": day}


def _loaded(*codes: object) -> dict[str, list[object]]:
    """Diagnoses that a user loaded for 2026."""
    return {LIST: ["2026-01-01", "2026-12-31", *codes]}


@lru_cache(maxsize=16384)
def _fault(lists: Lists, code: str, day: date) -> Fault | None:
    """What speaks against a code on a day.

    Only an edition for that day makes an error. After the newest edition that is known, a code that it lacks,
    or holds as a heading only, is a warning; before the oldest one nothing is said.
    """
    found = lists.listed(LIST, code, day)
    edition = found.edition
    if edition is None:
        return None
    if not found.covers:
        if (
            edition.through > day
            or not edition.complete
            or (found.entry is not None and _billable(found.entry))
        ):
            return None
        state = "is a heading" if found.entry is not None else "is not"
        until = f"{edition.name}, the last edition at hand (through {edition.through.isoformat()})"
        return "warning", f"{state} in ICD-10-CM {until}, and the service is of {day.isoformat()}"
    where = f"ICD-10-CM {edition.name} of {day.isoformat()}"
    if found.known is False:
        return "error", f"is not in {where}{_window(lists, code, day)}"
    if found.entry is not None and not _billable(found.entry):
        return "error", f"is a heading in {where}: longer codes below it are billed"
    return None


@lru_cache(maxsize=16384)
def _on_one_day(lists: Lists, stated: str, day: date) -> Fault | None:
    """What speaks against a code as it is stated."""
    return _fault(lists, icd10.compact(stated), day)


def _billable(entry: Entry) -> bool:
    return entry.fields.get("billable") != "no"


def _window(lists: Lists, code: str, day: date) -> str:
    """When a code that is not in force was so, or will be."""
    entry = lists.entry(LIST, code)
    if entry is None:
        return ""
    if entry.end is not None and entry.end < day:
        return f"; it ended with {entry.end}"
    return f"; it begins on {entry.start}" if entry.start is not None else ""


def _days_pointed(case: Case) -> dict[int, list[date]]:
    """Index of a diagnosis -> days of the professional lines that point to it, in their order."""
    order = pointed(case)
    found: dict[int, set[date]] = {}
    for line in case.claim.lines:
        if line.service_date is None:
            continue
        for number in line.diagnosis_pointers:
            if 1 <= number <= len(order):
                found.setdefault(order[number - 1], set()).add(line.service_date)
    return {index: sorted(days) for index, days in found.items()}


def _worst(faults: Iterable[Fault | None]) -> Fault | None:
    found = [fault for fault in faults if fault is not None]
    return min(found, key=lambda fault: fault[0] != "error", default=None)


def _mildest(faults: Sequence[Fault | None]) -> Fault | None:
    """The fault that stands on every day; None where one day has none."""
    found = [fault for fault in faults if fault is not None]
    return (
        max(found, key=lambda fault: fault[0] != "error", default=None) if len(found) == len(faults) else None
    )


def _of_facility(case: Case, code: str, first: date | None, last: date | None) -> Fault | None:
    """The last day decides; on an outpatient bill that was right on its first day, it only warns."""
    day = last or first
    if day is None:
        return None
    fault = _fault(case.lists, code, day)
    if fault is None or first is None or is_inpatient(case) or _fault(case.lists, code, first):
        return fault
    return "warning", fault[1]


@rule(
    "PRO-DX-003",
    "diagnosis-not-in-force",
    message="diagnosis {code} ({box}) {problem}",
    help="Take the code of the edition that is in force on the service date, at its full length. Claims with "
    "services before and after a change of the codes are split.",
    source="ICD-10-CM by fiscal year (schemas/codes/icd10cm.txt.xz, or the order file of the user); rules "
    "catalogue PRO-DX-003; X12 reason 146",
    severity="error",
    snip=5,
    also=("SNIP5-002", "F04-67-001"),
    breaks=[
        {"/diagnoses/0/code": "E11"},
        {"/diagnoses/0/code": "G35"},
        {"/diagnoses/0/code": "D50.99"},
        {"/diagnoses/1/code": "T45.1X5"},
        {
            "/diagnoses/0/code": "G35.A",
            "/lines/0/service_date": "2025-09-30",
            "/lines/1/service_date": "2025-09-30",
        },
        {
            "/diagnoses/0/code": "E66.8",
            "/lines/0/service_date": "2024-10-01",
            "/lines/1/service_date": "2024-10-01",
        },
        {
            "/diagnoses/0/code": "D50.99",
            "/lines/0/service_date": "2026-10-01",
            "/lines/1/service_date": "2026-10-01",
        },
        {"/diagnoses/0/code": "G35", "/lines/1/service_date": "2023-06-30"},
        {"/diagnoses/0/code": "G35", "/diagnoses/1/code": "E86.5"},
        {"/diagnoses/0/code": "250.00", "/diagnoses/1/code": "E86.3"},
        {"/diagnoses/0/code": "G35", BASE: "inpatient"},
        {
            "/diagnoses/0/code": "E66.8",
            "/lines/0/service_date": "2024-10-01",
            "/lines/1/service_date": "2026-10-01",
        },
        {
            "/diagnoses/1/code": "E66.8",
            "/lines/0/service_date": "2026-10-01",
            "/lines/1/service_date": "2024-10-01",
            "/lines/0/diagnosis_pointers": [1],
            "/lines/1/diagnosis_pointers": [1],
        },
        {
            "/diagnoses/1/code": "G35",
            "/lines/0/service_date": "2025-10-01",
            "/lines/0/diagnosis_pointers": [0],
            "/lines/1/diagnosis_pointers": [3],
        },
        {
            BASE: "facility",
            "/diagnoses/0/code": "G35",
            "/statement": {"from_date": "2025-09-30", "through_date": "2025-10-01"},
        },
        {
            BASE: "facility",
            "/diagnoses/0/code": "G35",
            "/statement": {"from_date": "2025-10-01", "through_date": "2025-10-02"},
        },
        {
            BASE: "inpatient",
            "/diagnoses/0/code": "G35",
            "/statement": {"from_date": "2025-09-30", "through_date": "2025-10-01"},
        },
        {
            BASE: "facility",
            "/diagnoses/0/code": "G35",
            "/statement": {"from_date": "2025-10-01"},
            "/lines": [],
        },
        {
            BASE: "facility",
            "/diagnoses/0/code": "G35",
            "/statement": {"through_date": "2025-10-01"},
            "/lines": [],
        },
        {"/diagnoses/0/code": "D50.9", CODES: _loaded("D509")},
        {"/diagnoses/0/code": "T78.1XXA", **_on("2025-10-01")},
        {
            "/diagnoses/0/code": "D50.9",
            CODES: _loaded({"code": "D509", "start": "2026-02-01", "end": "2026-02-28"}),
        },
        {
            "/diagnoses/0/code": "D50.9",
            CODES: _loaded({"code": "D509", "start": "2026-04-01", "end": "2026-04-30"}),
        },
        {"/diagnoses/0": {}, "/diagnoses/1/code": "G35"},
        {
            "/diagnoses/1/code": "E66.8",
            "/lines/0": {"hcpcs": "96365", "service_date": "2024-10-01", "diagnosis_pointers": [2]},
            "/lines/1/service_date": "2024-09-30",
        },
        {
            "/diagnoses/0/code": "E66.8",
            "/lines": [
                {"hcpcs": "96365", "diagnosis_pointers": [1]},
                {"hcpcs": "96365", "service_date": "2024-10-01", "diagnosis_pointers": [1]},
                {"hcpcs": "96365", "service_date": "2024-09-30", "diagnosis_pointers": [2]},
            ],
        },
        {
            BASE: "facility",
            "/diagnoses/0/code": "G35",
            "/statement": {"from_date": "2025-09-30", "through_date": "2025-10-01"},
            **_on("2025-09-30"),
        },
    ],
    keeps=[
        {"/diagnoses/0/code": "G35.A"},
        {"/diagnoses/0/code": "g35a"},
        {"/diagnoses/1/code": "T45.1X5A"},
        {
            "/diagnoses/0/code": "G35.A",
            "/lines/0/service_date": "2025-10-01",
            "/lines/1/service_date": "2025-10-01",
        },
        {
            "/diagnoses/0/code": "G35",
            "/lines/0/service_date": "2025-09-30",
            "/lines/1/service_date": "2025-09-30",
        },
        {
            "/diagnoses/0/code": "E66.8",
            "/lines/0/service_date": "2024-09-30",
            "/lines/1/service_date": "2024-09-30",
        },
        {
            "/diagnoses/0/code": "D50.99",
            "/lines/0/service_date": "2023-09-30",
            "/lines/1/service_date": "2023-09-30",
        },
        {
            "/diagnoses/0/code": "G35.A",
            "/lines/0/service_date": "2026-10-01",
            "/lines/1/service_date": "2026-10-01",
        },
        {"/diagnoses/0/code": "D50.99", **_on(None)},
        {"/diagnoses/0/code": "250.00"},
        {"/diagnoses/0": {}},
        {BASE: "facility", "/diagnoses/0/code": "G35", "/statement": {}, "/lines": []},
        {"/diagnoses/0/code": "D50.99", **_on("2027-01-01"), CODES: _loaded("E860", "...")},
        {"/diagnoses/0/code": "D50.99", **_on("2026-10-01"), CODES: _loaded("E860", "...")},
        {
            "/diagnoses/1/code": "E66.8",
            "/lines/0/service_date": "2024-10-01",
            "/lines/0/diagnosis_pointers": [0],
            "/lines/1/service_date": "2024-09-30",
        },
    ],
)
def not_in_force(case: Case) -> Iterator[Hit]:
    """The codes change every year on 1 October, sometimes on 1 April; headings are never billed.

    On a professional claim the first day of each line decides for the diagnoses that it points to; on a
    facility claim the last day of the statement period. After the newest edition at hand a code that it lacks
    is a warning; before the oldest one, and before ICD-10-CM, only the shape is judged (F15-21-001).
    """
    claim = case.claim
    facility = claim.setting == "facility"
    by_line: dict[int, list[date]] = {}
    if facility:
        span = period(case)
        days = [span.through_date] if span.from_date == span.through_date and span.through_date else []
    else:
        stated = {line.service_date for line in claim.lines}
        days = sorted([day for day in stated if day is not None])
        by_line = _days_pointed(case) if len(days) > 1 else {}
    if len(days) == 1:
        lists, day = case.lists, case.lists.since(days[0])
        if not [code for code in stated_codes(case) if code and _on_one_day(lists, code, day)]:
            return  # most claims: one day, and nothing against the codes
    for i, diagnosis in enumerate(claim.diagnoses):
        if not diagnosis.code:
            continue
        if icd10.problem(diagnosis.code):
            continue
        code = icd10.compact(diagnosis.code)
        if facility:
            fault = _of_facility(case, code, span.from_date, span.through_date)
        elif i in by_line:
            fault = _worst(_fault(case.lists, code, day) for day in by_line[i])
        else:
            fault = _mildest([_fault(case.lists, code, day) for day in days])
        if fault is not None:
            severity, problem = fault
            yield Hit(
                f"/diagnoses/{i}/code",
                severity="warning" if severity == "warning" else None,
                code=icd10.formatted(code),
                box=diagnosis_box(case, i),
                problem=problem,
                actual=icd10.formatted(code),
            )
