"""F15, items 2, 3, 5, 10: the patient and the accident."""

import re
from collections.abc import Iterator

from edi.finding import Severity
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, FORM
from edi.rules.asks import absent, address_problems, box, day_one, last_days, lines_at, unread

TITLES = frozenset(("MR", "MRS", "MISS", "DR", "PROF", "REV", "SISTER", "CAPT", "PHD", "ESQ"))
"""Words before and after a name that are no part of it."""
_NO_FIRST = "has no first name, which is right only for a person who has none"
_LATE = {"hcpcs": "96375", "service_date": "2026-03-03"}


@rule(
    "F15-02-001",
    "patient-name-unusable",
    message="the patient {problem} ({box})",
    help="Write last and first name as on the insurance card, without titles. A person who has one name has "
    "it as the last name and no first name; then nothing is to be done.",
    source="005010X222A1 and 005010X223A2, 2010CA or 2010BA NM1 (NM104 where the person has a first name); "
    "CMS-1500 item 2, UB-04 FL 8b",
    severity="error",
    snip=2,
    also=("P24", "I07"),
    breaks=[
        {"/patient": None},
        {"/patient/last_name": None},
        {"/patient/first_name": None},
        {"/patient/last_name": "EXAMPLE3"},
        {"/patient/last_name": "EXAMPLE3", "/patient/first_name": "2"},
        {"/patient/last_name": "EXAMPLE", "/patient/first_name": "PAULA2"},
        {"/patient/first_name": "Dr. Paula", "/patient/last_name": "EXAMPLE, PhD"},
        {"/patient/first_name": "MR PAUL", "/patient/last_name": "EXAMPLE ESQ"},
    ],
    keeps=[
        {"/patient/last_name": "O'EXAMPLE-SAMPLE"},
        {"/patient/middle_name": None},
        {"/patient/first_name": "REV.", "/patient/last_name": "ESQ"},
        {"/patient/first_name": "PAULA DREW", "/patient/last_name": "CAPT-SAMPLE"},
    ],
)
def patient_name_unusable(case: Case) -> Iterator[Hit]:
    """A patient has a last name; the first name is missing only for people who have none.

    A missing first name, digits and titles in a name are warnings: payers match the name, and whether a
    person has one name only is known to the biller.
    """
    patient, where = case.claim.patient, box(case, "2", "8b")
    if patient is None:
        yield Hit("/patient", box=where, problem="is not named")
        return
    if absent(case, patient.last_name, "/patient/last_name"):
        yield Hit("/patient/last_name", box=where, problem="has no last name")
    elif absent(case, patient.first_name, "/patient/first_name"):
        yield Hit("/patient/first_name", severity="warning", box=where, problem=_NO_FIRST)
    for key, name in (("last_name", patient.last_name), ("first_name", patient.first_name)):
        if not name or name.isalpha():
            continue
        if any(c.isdigit() for c in name):
            yield Hit(f"/patient/{key}", severity="warning", box=where, problem="has digits in the name")
        words = re.split(r"[\s.,]+", name.strip(" .,").upper())
        if len(words) > 1 and not TITLES.isdisjoint(words):
            yield Hit(f"/patient/{key}", severity="warning", box=where, problem="has a title in the name")


@rule(
    "F15-03-001",
    "birth-date-or-sex-unusable",
    message="{problem} ({box})",
    help="Correct birth date or sex from the patient's papers. Sex is F, M or U.",
    source="005010X222A1 and 005010X223A2, DMG02 and DMG03; CMS-1500 item 3, UB-04 FL 10 and 11",
    severity="error",
    snip=2,
    also=("P20", "P24", "I07"),
    breaks=[
        {"/patient/birth_date": None},
        {"/patient/birth_date": "2026-03-04"},
        {"/patient/birth_date": "1890-01-01"},
        {"/patient/sex": None},
        {"/patient/sex": "X"},
        {"/patient/birth_date": "1905-12-31"},
        {"/patient/sex": "U", FORM: True},
    ],
    keeps=[
        {"/patient/birth_date": "2026-03-03"},
        {"/patient/sex": "U"},
        {"/patient/sex": "U", FORM: True, BASE: "facility"},
        {"/patient/sex": "M", FORM: True},
        {"/patient/sex": "M"},
        {"/lines": None},
        {"/patient": None},
        {"/patient/birth_date": "1906-01-01"},
        {"/patient/birth_date": None, "/unread/-": {"path": "/patient/birth_date", "text": "?"}},
        {"/patient/sex": None, "/unread/-": {"path": "/patient/sex", "text": "?"}},
    ],
)
def demographics_unusable(case: Case) -> Iterator[Hit]:
    """Birth date and sex are required, and nobody is treated before birth.

    An age over 120 years is a warning, and so is a sex that the CMS-1500 cannot show.
    """
    patient = case.claim.patient
    if patient is None:
        return
    born, day = patient.birth_date, day_one(case)
    problem: str | None = None
    severity: Severity | None = None
    if absent(case, born, "/patient/birth_date"):
        problem = "the patient has no birth date"
    elif born is not None and day is not None and born > day:
        problem = "the patient was born after the first service"
    elif born is not None and day is not None and day.year - born.year > 120:
        problem, severity = "the patient was more than 120 years old at the service", "warning"
    if problem:
        yield Hit("/patient/birth_date", severity=severity, box=box(case, "3", "10"), problem=problem)
    problem = severity = None
    if absent(case, patient.sex, "/patient/sex"):
        problem = "the patient's sex is not stated"
    elif patient.sex is not None and patient.sex.upper() not in ("F", "M", "U"):
        problem = "the patient's sex is none of F, M and U"
    elif patient.sex == "U" and case.paper is not None and case.form == "cms1500":
        problem, severity = "the patient's sex is U, and the form has ticks for F and M alone", "warning"
    if problem:
        yield Hit("/patient/sex", severity=severity, box=box(case, "3", "11"), problem=problem)


@rule(
    "F15-05-001",
    "patient-address-incomplete",
    message="the patient {problem} ({box})",
    help="Write street, city, state and ZIP code of the patient.",
    source="005010X222A1 and 005010X223A2, 2010CA or 2010BA N3 and N4; CMS-1500 item 5, UB-04 FL 9",
    severity="error",
    snip=2,
    also=("P19", "P24", "I07", "SNIP5-006"),
    breaks=[
        {"/patient/address": None},
        {"/patient/address/line1": None},
        {"/patient/address/city": None},
        {"/patient/address/state": None},
        {"/patient/address/state": "ZZ"},
        {"/patient/address/zip": None},
        {"/patient/address/zip": "6270"},
        {"/patient/address": None, "/patient/address/state": "NE"},
        *({"/patient/address/country": home, "/patient/address/zip": None} for home in ("US", "USA")),
    ],
    keeps=[
        {"/patient/address/zip": "62701"},
        {"/patient/address/state": "PR"},
        {
            "/patient/address/country": "CA",
            "/patient/address/state": None,
            "/patient/address/zip": "K1A 0B1",
        },
        {"/patient": None},
        {"/patient/address/zip": None, "/unread/-": {"path": "/patient/address/zip", "text": "?"}},
    ],
)
def patient_address_incomplete(case: Case) -> Iterator[Hit]:
    """The patient's address is required when patient and insured are one person, and for every dependent."""
    patient = case.claim.patient
    if patient is None:
        return
    for path, problem in address_problems(patient.address, "/patient/address", case.lists):
        if not unread(case, path):
            yield Hit(path, problem=problem, box=box(case, "5", "9"))


@rule(
    "PAT-DEATH-001",
    "service-after-death",
    message="{lines} dated after the patient's death",
    help="Correct the service date or the date of death.",
    source="005010X222A1, PAT06; rules catalogue SNIP4-003, E.5: service is not after death",
    severity="error",
    given=("patient.death_date",),
    snip=4,
    also=("SNIP4-003",),
    breaks=[
        {"/patient/death_date": "2026-03-02"},
        {"/patient/death_date": "2026-03-03", "/lines/1/service_through": "2026-03-04"},
        *({"/patient/death_date": "2026-03-02", "/lines/-": [_LATE] * more} for more in (1, 3, 4)),
    ],
    keeps=[
        {"/patient/death_date": "2026-03-03"},
        {"/patient/death_date": "2026-03-20"},
        {},
        {"/patient": None},
    ],
)
def service_after_death(case: Case) -> Iterator[Hit]:
    """Nobody is treated after death; on the day of death a service is possible. Said once per claim."""
    died = case.claim.patient.death_date if case.claim.patient else None
    if died is None:
        return
    after = [(i, key) for i, key, day in last_days(case.claim) if day > died]
    if after:
        (first, key), *rest = after
        lines = f"{lines_at([i for i, _ in after])} {'are' if rest else 'is'}"
        yield Hit(f"/lines/{first}/{key}", lines=lines)


@rule(
    "F15-10-001",
    "accident-incomplete",
    message="the accident {problem} (item 10)",
    help="Write the day of the accident, and for an auto accident the state where it happened.",
    source="005010X222A1, 2300 CLM11-4 and DTP*439; CMS-1500 items 10b and 15; rules catalogue 0.5 no. 14",
    severity="error",
    given=("accident",),
    snip=4,
    also=("P32", "P34"),
    setting="professional",
    breaks=[
        {"/accident": {"kinds": ["auto"], "state": "IL"}},
        {"/accident": {"kinds": ["other"]}},
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01"}},
        {"/accident": {"kinds": ["other"], "date": "2026-03-04"}},
        {"/accident": {"kinds": ["auto"]}, "/dates/-": {"date": "2026-03-01"}},
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01"}, "/lines": None},
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01", "country": "US"}},
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01", "country": "USA"}},
    ],
    keeps=[
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01", "state": "IL"}},
        {"/accident": {"kinds": ["auto"], "date": "2026-03-01", "country": "CA"}},
        {"/accident": {"kinds": ["employment"]}},
        {"/accident": {"kinds": ["other"], "date": "2026-03-03"}},
        {},
        {"/accident/date": "2026-03-04"},
        {"/accident": {"kinds": ["other"]}, "/dates": [{"qualifier": "439", "date": "2026-03-01"}]},
    ],
)
def accident_incomplete(case: Case) -> Iterator[Hit]:
    """An auto accident needs its state and day, another accident its day.

    A day after the first service is a warning.
    """
    accident = case.claim.accident
    if accident is None or not accident.kinds:
        return
    stated = accident.date or next((d.date for d in case.claim.dates if d.qualifier == "439"), None)
    if {"auto", "other"} & set(accident.kinds) and absent(case, stated, "/accident/date"):
        yield Hit("/accident/date", problem="has no date")
    day = day_one(case)
    if stated is not None and day is not None and stated > day:
        yield Hit("/accident/date", severity="warning", problem="is dated after the first service")
    if "auto" in accident.kinds and not accident.state and accident.country in (None, "US", "USA"):
        yield Hit("/accident/state", problem="was an auto accident and has no state")
