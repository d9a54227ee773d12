"""F04, FL 18 to 41: condition, occurrence, span and value codes that are incomplete."""

from collections.abc import Iterator

from edi.codes.text import ALPHANUMERIC, only
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE
from edi.rules.asks import absent, box

MOST = 24


def _problem(code: str | None) -> str | None:
    if not code:
        return "has no code"
    if len(code) != 2 or not only(code.upper(), ALPHANUMERIC):
        return f"has the code {code}, which is not two letters or digits"
    return None


@rule(
    "F04-31-001",
    "occurrence-incomplete",
    message="{what} {problem} (FL {locator})",
    help="Write the code of two characters and its day; for a span, the first and the last day.",
    source="005010X223A2, 2300 HI*BH (code and date) and HI*BI (code and period); UB-04 FL 31 to 36",
    severity="error",
    given=("occurrence_codes", "occurrence_spans"),
    snip=2,
    also=("I28",),
    setting="facility",
    breaks=[
        {"/occurrence_codes": [{"code": "11"}]},
        {"/occurrence_codes": [{"date": "2026-03-01"}]},
        {"/occurrence_codes": [{"code": "111", "date": "2026-03-01"}]},
        {"/occurrence_spans": [{"code": "72", "from_date": "2026-03-01"}]},
        {"/occurrence_spans": [{"code": "72", "from_date": "2026-03-02", "through_date": "2026-03-01"}]},
        {"/occurrence_spans": [{}]},
        {"/occurrence_spans": [{}], "/occurrence_spans/0/from_date": None},
        {"/occurrence_codes": [{}, {}]},
        {"/occurrence_codes": [{}]},
        {"/occurrence_spans": [{"from_date": "2026-03-02", "through_date": "2026-03-01"}, {}]},
        {"/occurrence_spans": [{"through_date": "2026-03-01"}]},
        {"/occurrence_codes": [{"code": "1-", "date": "2026-03-01"}]},
    ],
    keeps=[
        {"/occurrence_codes": [{"code": "11", "date": "2026-03-01"}]},
        {"/occurrence_spans": [{"code": "72", "from_date": "2026-03-01", "through_date": "2026-03-01"}]},
    ],
)
def occurrence_incomplete(case: Case) -> Iterator[Hit]:
    """An occurrence is a code with its day, a span a code with its period."""
    for i, one in enumerate(case.claim.occurrence_codes):
        base, what = f"/occurrence_codes/{i}", f"occurrence code {i + 1}"
        if problem := _problem(one.code):
            yield Hit(f"{base}/code", what=what, problem=problem, locator="31-34")
        if absent(case, one.date, f"{base}/date"):
            yield Hit(f"{base}/date", what=what, problem="has no date", locator="31-34")
    for i, span in enumerate(case.claim.occurrence_spans):
        base, what = f"/occurrence_spans/{i}", f"occurrence span {i + 1}"
        if problem := _problem(span.code):
            yield Hit(f"{base}/code", what=what, problem=problem, locator="35-36")
        first, last = span.from_date, span.through_date
        for key, day in (("from_date", first), ("through_date", last)):
            if absent(case, day, f"{base}/{key}"):
                problem = "has no first day" if key == "from_date" else "has no last day"
                yield Hit(f"{base}/{key}", what=what, problem=problem, locator="35-36")
        if first is not None and last is not None and last < first:
            yield Hit(f"{base}/through_date", what=what, problem="ends before it begins", locator="35-36")


@rule(
    "F04-18-003",
    "condition-code-unusable",
    message="condition code {number} {problem} ({box})",
    help="Write the code of two letters or digits.",
    source="005010X222A1 and 005010X223A2, 2300 HI*BG; UB-04 FL 18 to 28, CMS-1500 item 10d",
    severity="error",
    given=("condition_codes",),
    snip=2,
    also=("P44", "I28"),
    breaks=[
        {"/condition_codes": ["ZZZ"], BASE: "facility"},
        {"/condition_codes": ["08", "D", "0"]},
    ],
    keeps=[{"/condition_codes": ["08", "d9"]}],
)
def condition_unusable(case: Case) -> Iterator[Hit]:
    """A condition code has two characters."""
    for i, code in enumerate(case.claim.condition_codes):
        if problem := _problem(code):
            path = f"/condition_codes/{i}"
            yield Hit(path, number=i + 1, problem=problem, box=box(case, "10d", "18-28"))


@rule(
    "F04-39-001",
    "value-code-incomplete",
    message="value code {number} {problem} (FL 39-41)",
    help="Write the code of two characters and its amount.",
    source="005010X223A2, 2300 HI*BE (code and amount); UB-04 FL 39 to 41",
    severity="error",
    given=("value_codes",),
    snip=2,
    also=("I28", "I64"),
    setting="facility",
    breaks=[
        {"/value_codes": [{"code": "A0"}]},
        {"/value_codes": [{"amount": "10.00"}]},
        {"/value_codes": [{}], "/value_codes/-": {}},
    ],
    keeps=[{"/value_codes": [{"code": "12", "amount": "0.00"}]}],
)
def value_incomplete(case: Case) -> Iterator[Hit]:
    """A value code is a code with an amount."""
    for i, one in enumerate(case.claim.value_codes):
        if problem := _problem(one.code):
            yield Hit(f"/value_codes/{i}/code", number=i + 1, problem=problem)
        if absent(case, one.amount, f"/value_codes/{i}/amount"):
            yield Hit(f"/value_codes/{i}/amount", number=i + 1, problem="has no amount")


@rule(
    "CLM-CODES-001",
    "codes-exceed-room",
    message="the claim has {count} {what}; {room} can be sent",
    help="Leave out the codes that do not bear on this claim.",
    source="005010X222A1, 2300 HI*BG; 005010X223A2, 2300 HI*BI, HI*BH, HI*BE, HI*BG (24 of each); rules "
    "catalogue I28",
    severity="error",
    given=("condition_codes", "occurrence_codes", "occurrence_spans", "value_codes"),
    snip=2,
    also=("I28", "P44", "SNIP2-005"),
    breaks=[
        {"/condition_codes": ["08"] * 25},
        {"/occurrence_codes": [{"code": "11", "date": "2026-03-01"}] * 25},
        {"/occurrence_spans": [{"code": "72", "from_date": "2026-03-01", "through_date": "2026-03-01"}] * 25},
        {"/value_codes": [{"code": "A0", "amount": "1"}] * 25},
        {"/value_codes": [{"code": "A0", "amount": "1"}] * 25, "/condition_codes": ["08"] * 25},
    ],
    keeps=[{"/condition_codes": ["08"] * 24}],
)
def codes_exceed_room(case: Case) -> Iterator[Hit]:
    """A claim has room for 24 codes of a kind."""
    for key, what in (
        ("condition_codes", "condition codes"),
        ("occurrence_codes", "occurrence codes"),
        ("occurrence_spans", "occurrence spans"),
        ("value_codes", "value codes"),
    ):
        count = len(getattr(case.claim, key))
        if count > MOST:
            yield Hit(f"/{key}/{MOST}", count=count, what=what, room=MOST)
