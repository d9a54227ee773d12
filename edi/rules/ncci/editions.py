"""NCCI-VER and NCCI-SET: whether the loaded edits are those of the date of service and of the setting."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache

from edi.coding.family import codes
from edi.refdata import Edition, Lists
from edi.rules.about import edits_setting
from edi.rules.base import Case, Hit, per_case, rule
from edi.rules.ncci.tables import LIMITS, PAIRS, coded

_OTHER = {"professional": "facility", "facility": "professional"}
_FILES = {"professional": "practitioner", "facility": "outpatient hospital"}
_HOSPITAL = [
    ["ptp", "hospital", ["11111", "22222"], [20260101, 0, 1]],
    ["mue", "hospital", ["11111"], [1, 3]],
]
_PRACTITIONER = [
    ["ptp", "practitioner", ["11111", "22222"], [20260101, 0, 1]],
    ["mue", "practitioner", ["11111"], [1, 3]],
]


@per_case
def _latest(case: Case) -> tuple[date, int] | None:
    """The latest day with a code of the infusion family, and the first line of that day that bills one."""
    family = codes()
    found = [
        (day, first)
        for day, lines in coded(case).items()
        if (first := next((i for i, _, code in lines if code in family), None)) is not None
    ]
    return max(found, default=None)


def _editions(lists: Lists, setting: str, day: date) -> list[Edition]:
    found = [lists.edition(kind, day, setting) for kind in ("ptp", "mue")]
    return [one for one in found if one is not None]


@lru_cache(maxsize=4096)
def _wrong_file(lists: Lists, setting: str, day: date) -> bool:
    """Whether only the other setting's edits of that date are loaded."""
    own, other = (_editions(lists, s, day) for s in (setting, _OTHER[setting]))
    return not any(e.covers(day) for e in own) and any(e.covers(day) for e in other)


@lru_cache(maxsize=4096)
def _others(lists: Lists, setting: str, day: date) -> str:
    """Names of the editions that judge a day for which they were not published."""
    return " and ".join(sorted({e.name for e in _editions(lists, setting, day) if not e.covers(day)}))


@rule(
    "NCCI-VER-001",
    "edits-of-another-quarter",
    message="line {line} is judged by NCCI edits of {editions}, another quarter: what they show is a warning",
    help="Load the edits of that quarter: cleanclaim refdata add FILE.",
    source=f"{PAIRS}; {LIMITS}",
    severity="info",
    snip=7,
    sees="services",
    breaks=[
        {},
        {"/setting": "facility"},
        {"/lines/0/service_date": "2024-06-30"},
        {"/lines/-": {"hcpcs": "96366", "service_date": "2024-08-05"}},
        *({"loaded": [row]} for row in _PRACTITIONER),
    ],
    keeps=[
        {"/lines/0/service_date": "2024-07-01"},
        {"/lines/0/service_date": "2024-09-30"},
        {"loaded": _PRACTITIONER},
        {"loaded": _HOSPITAL},
        {"/lines/0/hcpcs": "93000"},
        {"/lines/0/service_date": None},
    ],
)
def another_quarter(case: Case) -> Iterator[Hit]:
    """Edits change every quarter. Said once per claim, for claims with a code of the infusion family."""
    latest = _latest(case)
    if latest is None or _wrong_file(case.lists, edits_setting(case), latest[0]):
        return
    day, index = latest
    others = _others(case.lists, edits_setting(case), day)
    if others:
        yield Hit(f"/lines/{index}/service_date", line=index + 1, editions=others)


@rule(
    "NCCI-SET-001",
    "edits-of-the-other-setting",
    message="for the day of line {line} only {loaded} edits are loaded; this claim needs the {needed} file",
    help="Load the file of the other setting too: cleanclaim refdata add FILE.",
    source=f"{PAIRS}; {LIMITS}: one file for practitioners, one for outpatient hospitals",
    severity="warning",
    snip=7,
    sees="services",
    breaks=[
        {"loaded": _HOSPITAL},
        {"loaded": _HOSPITAL[:1]},
        {"loaded": _HOSPITAL, "/setting": None},
        {"loaded": _PRACTITIONER, "/setting": "facility"},
    ],
    keeps=[
        {},
        {"loaded": _PRACTITIONER},
        {"loaded": _HOSPITAL, "/setting": "facility"},
        {"loaded": [*_HOSPITAL, *_PRACTITIONER]},
        {"loaded": [*_HOSPITAL, *_PRACTITIONER[:1]]},
        {"/lines/0/hcpcs": "Q5106"},
    ],
)
def other_setting(case: Case) -> Iterator[Hit]:
    """Practitioners and outpatient hospitals have edits of their own; one file cannot stand for the other."""
    latest = _latest(case)
    if latest is not None and _wrong_file(case.lists, edits_setting(case), latest[0]):
        index, own = latest[1], edits_setting(case)
        yield Hit(
            f"/lines/{index}/service_date", line=index + 1, loaded=_FILES[_OTHER[own]], needed=_FILES[own]
        )
