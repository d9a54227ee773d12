"""F15: faults that only a printed or scanned CMS-1500 can have.

They look at the pages as `{box: text}`; a claim without pages is not judged. Boxes are named as in
`schemas/forms/cms1500.csv`, the row last: `1.medicare`, `21.A`, `24E.2`.
"""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation

from edi.model.claim import billed_coverage
from edi.rules import Case, Hit, rule
from edi.rules.about import PAPER, filled, heads, medicare, rows_of, text_of

LINES = 6
"""Service lines of one form."""
MOST_UNITS = 999
NAME_LENGTH = 28
INDICATOR = "21.indicator"
_LETTERS = "ABCDEFGHIJKL"
_SOURCE = (
    "National Uniform Claim Committee, CMS-1500 (02/12) instructions, as restated in rules catalogue "
    "D.1 and D.3"
)
Page = Mapping[str, str]


def _pages(case: Case) -> Iterator[tuple[int, Page]]:
    """Pages of a professional form with their numbers, from 1."""
    yield from enumerate(case.paper or (), 1)


def _heads(case: Case, *items: str) -> Iterator[tuple[int, Page]]:
    """The first page, and those that say something else in some items: all pages repeat what is above."""
    yield from heads(case.paper or (), *items)


def _tick_problem(page: Page, box: str) -> str | None:
    ticks = filled(page, box)
    if len(ticks) > 1:
        return f"item {box} has {len(ticks)} ticks"
    return f"item {box} has no tick" if not ticks else None


@rule(
    "F15-TOP-001",
    "payer-block-empty",
    message="page {page}: the payer's name and address at the top are empty",
    help="Print the payer's name and address, so that the form finds its way.",
    source=_SOURCE,
    severity="warning",
    snip=2,
    setting="professional",
    needs=("paper",),
    breaks=[{PAPER: [{"1a": "1EG4TE5MK73"}]}],
    keeps=[
        {PAPER: [{"carrier.1": "MEDICARE PART B", "carrier.2": "1 A STREET"}]},
        {PAPER: [{}]},
    ],
)
def payer_block_empty(case: Case) -> Iterator[Hit]:
    """A form without an address comes back."""
    for number, page in _heads(case, "carrier"):
        if any(text.strip() for text in page.values()) and not filled(page, "carrier"):
            yield Hit("/coverages", page=number).on(number, "carrier.1")
            return


@rule(
    "F15-01-001",
    "coverage-type-ticks",
    message="page {page}: {problem}",
    help="Tick the one kind of insurance that is billed.",
    source=_SOURCE,
    severity="error",
    snip=2,
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"1a": "1EG4TE5MK73"}]},
        {PAPER: [{"1.medicare": "X", "1.other": "X"}]},
        {PAPER: [{"1.medicaid": "X"}]},
        {PAPER: [{}, {}]},
        {PAPER: [{}, {"1.medicare": "X", "1.other": "X"}]},
        {PAPER: [{"1.medicare": "X"}], "/coverages/0/claim_filing": "MC"},
        {PAPER: [{"1.medicare": "X"}], "/coverages/0/claim_filing": "CH"},
        {PAPER: [{"1.medicare": "X"}], "/coverages/0/claim_filing": "CI"},
        {PAPER: [{"1.tricare": "X"}], "/coverages/0/claim_filing": "CI"},
        {PAPER: [{"1.medicaid": "X"}], "/coverages/0/claim_filing": "BL"},
    ],
    keeps=[
        {PAPER: [{"1.medicare": "X"}]},
        {PAPER: [{"1.medicare": "X", "1a": "1EG4TE5MK73"}]},
        {PAPER: [{"1.other": "X"}], "/coverages": []},
        {PAPER: [{"1.medicare": "X"}], "/coverages": []},
        {PAPER: [{"1.group": "X"}], "/coverages/0/claim_filing": "CI"},
        {PAPER: [{"1.medicare": "X"}], "/coverages/0/claim_filing": "MA"},
    ],
)
def coverage_ticks(case: Case) -> Iterator[Hit]:
    """Item 1 says who is billed, with exactly one tick that is that of the claim filing code."""
    coverage = billed_coverage(case.claim)
    filing = coverage.claim_filing if coverage else None
    for number, page in _heads(case, "1"):
        problem = _tick_problem(page, "1")
        if problem is None:
            tick = filled(page, "1")[0]
            told = {"MB": "1.medicare", "MA": "1.medicare", "MC": "1.medicaid", "CH": "1.tricare"}
            other = "" if tick in told.values() else tick
            if filing and tick != told.get(filing, other):
                problem = (
                    f"item 1 has the tick {tick.partition('.')[2]}, but the claim filing code is {filing}"
                )
        if problem:
            at = filled(page, "1") or ["1.medicare"]
            yield Hit("/coverages", page=number, problem=problem).on(number, at[0])


@rule(
    "F15-TICK-001",
    "two-ticks",
    message="page {page}: {problem}",
    help="Leave one tick in each group of boxes.",
    source=_SOURCE,
    severity="error",
    snip=2,
    also=("F15-03-001", "F15-25-001", "F15-06-001", "F15-10-001"),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"3.sex.m": "X", "3.sex.f": "X"}]},
        {PAPER: [{"25.ssn": "X", "25.ein": "X"}]},
        {PAPER: [{"10a.yes": "X", "10a.no": "X"}]},
        {PAPER: [{"25.number": "123456789"}]},
        {PAPER: [{"25.number": "123456789"}, {"25.number": "123456789"}]},
        {PAPER: [{"10a.yes": "X", "10a.no": "X", "25.number": "X"}]},
        {PAPER: [{"25.ssn": "X", "25.ein": "X"}, {"25.number": "1"}, {"25.number": "2"}]},
        {
            PAPER: [
                {
                    "10c.yes": "X",
                    "10c.no": "X",
                    "11a.sex.m": "X",
                    "11a.sex.f": "X",
                    "11d.yes": "X",
                    "11d.no": "X",
                    "20.yes": "X",
                    "20.no": "X",
                    "27.yes": "X",
                    "27.no": "X",
                }
            ]
        },
    ],
    keeps=[
        {PAPER: [{"25.ein": "X", "25.number": "123456789"}]},
        {PAPER: [{"10a.yes": "X", "10b.no": "X"}]},
        {PAPER: [{"6.self": "X"}]},
        {
            PAPER: [
                {
                    "10b.yes": "X",
                    "10b.state": "IL",
                    "20.yes": "X",
                    "20.charges": "100",
                    "25.ssn": "X",
                    "25.number": "123456789",
                }
            ]
        },
        {PAPER: [{"20.yes": "X", "20.no": " "}]},
    ],
)
def two_ticks(case: Case) -> Iterator[Hit]:
    """Two ticks in one group say nothing, and a tax number has its kind."""
    for number, page in _heads(case, "3", "6", "10a", "10b", "10c", "11a", "11d", "20", "25", "27"):
        for box in ("3.sex", "6", "10a", "10b", "10c", "11a.sex", "11d", "20", "27"):
            ticks = [key for key in filled(page, box) if not key.endswith((".state", ".charges"))]
            if len(ticks) > 1:
                item = box.partition(".")[0]
                problem = f"item {item} has {len(ticks)} ticks"
                yield Hit("", page=number, problem=problem).on(number, ticks[0])
        kinds = [key for key in ("25.ssn", "25.ein") if text_of(page, key)]
        stated = text_of(page, "25.number")
        if len(kinds) > 1:
            problem = "item 25 has both ticks (SSN and EIN)"
            yield Hit("", page=number, problem=problem).on(number, kinds[0])
        elif stated and not kinds:
            problem = "item 25 has a tax number and no tick (SSN or EIN)"
            yield Hit("", page=number, problem=problem).on(number, "25.ein")


@rule(
    "F15-02-002",
    "patient-name-too-long-for-the-form",
    message="page {page}: the name in item {item} has {count} characters; 28 fit",
    help="Shorten the first or middle name as on the insurance card.",
    source=_SOURCE,
    severity="error",
    snip=1,
    also=("F15-02-001",),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"2": "E" * 29}]},
        {PAPER: [{"2": "E" * 29}, {"2": "E" * 30}]},
    ],
    keeps=[{PAPER: [{"2": "E" * 28}]}],
)
def name_too_long(case: Case) -> Iterator[Hit]:
    """What does not fit is cut off."""
    for number, page in _heads(case, "2"):
        count = len(text_of(page, "2"))
        if count > NAME_LENGTH:
            yield Hit("/patient/last_name", page=number, item="2", count=count).on(number, "2")


@rule(
    "F15-04-001",
    "insured-name-on-form",
    message="page {page}: {problem} (item 4)",
    help="Leave item 4 empty where Medicare is the first payer; write the insured person's name, or SAME, "
    "for others.",
    source="CMS Pub. 100-04 ch. 26, item 4; rules catalogue F15-04-001",
    severity="warning",
    snip=7,
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"2": "EXAMPLE, PAULA", "4": "EXAMPLE, PAULA"}]},
        {PAPER: [{"2": "EXAMPLE, PAULA"}], "/coverages/0/claim_filing": "CI"},
        {PAPER: [{"4": "EXAMPLE, PAULA"}, {"4": "EXAMPLE, PETER"}]},
        {PAPER: [{"2": "EXAMPLE, PAULA"}, {"2": "EXAMPLE, PETER"}], "/coverages/0/claim_filing": "CI"},
        {PAPER: [{"2": "EXAMPLE, PAULA"}], "/coverages": []},
    ],
    keeps=[
        {PAPER: [{"2": "EXAMPLE, PAULA"}]},
        {PAPER: [{"2": "EXAMPLE, PAULA", "4": "SAME"}], "/coverages/0/claim_filing": "CI"},
        {PAPER: [{"4": "SAME"}]},
        {PAPER: [{}], "/coverages/0/claim_filing": "CI"},
        {PAPER: [{"2": "EXAMPLE, PAULA", "4": "EXAMPLE, PETER"}], "/coverages/0/responsibility": "S"},
    ],
)
def insured_name(case: Case) -> Iterator[Hit]:
    """Medicare as the first payer wants no insured person named."""
    coverage = billed_coverage(case.claim)
    for number, page in _heads(case, "2", "4"):
        named = text_of(page, "4")
        if coverage is not None and coverage.responsibility == "P" and medicare(case):
            if named and named.upper() != "SAME":
                problem = "an insured person is named, and Medicare pays first"
                yield Hit("/coverages/0/subscriber", page=number, problem=problem).on(number, "4")
        elif text_of(page, "2") and not named:
            problem = "no insured person is named"
            yield Hit("/coverages/0/subscriber", page=number, problem=problem).on(number, "4")


@rule(
    "F15-09-001",
    "other-plan-without-its-data",
    message="page {page}: item 11d says that there is another plan, and item {item} is empty",
    help="Fill in items 9, 9a and 9d, or tick NO in item 11d.",
    source=_SOURCE,
    severity="error",
    snip=4,
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"11d.yes": "X"}]},
        {PAPER: [{"11d.yes": "X", "9": "EXAMPLE, PAULA", "9a": "G1"}]},
        {PAPER: [{"11d.yes": "X"}, {"11d.yes": "X", "9a": "G1"}]},
        {PAPER: [{"11d.yes": "X", "9": "EXAMPLE, PAULA"}]},
    ],
    keeps=[
        {PAPER: [{"11d.yes": "X", "9": "EXAMPLE, PAULA", "9a": "G1", "9d": "OTHER PLAN"}]},
        {PAPER: [{"11d.no": "X"}]},
    ],
)
def other_plan(case: Case) -> Iterator[Hit]:
    """Another plan is named, or there is none."""
    for number, page in _heads(case, "11d", "9", "9a", "9d"):
        if filled(page, "11d.yes"):
            missing = next((item for item in ("9", "9a", "9d") if not text_of(page, item)), None)
            if missing:
                yield Hit("/coverages", page=number, item=missing).on(number, missing)


@rule(
    "F15-11-001",
    "medicare-item-11-empty",
    message="page {page}: item 11 is empty, and Medicare is billed",
    help="Write NONE where Medicare pays first, else the policy number of the plan that pays before it.",
    source="CMS Pub. 100-04 ch. 26, item 11",
    severity="error",
    snip=7,
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"1.medicare": "X"}]},
        {PAPER: [{"1.medicare": "X", "11": " "}]},
        {PAPER: [{"11": "NONE"}, {}, {}]},
    ],
    keeps=[{PAPER: [{"11": "NONE"}]}, {PAPER: [{}], "/coverages/0/claim_filing": "CI"}],
)
def item_11_empty(case: Case) -> Iterator[Hit]:
    """By item 11 a practice says that it has looked for another payer. Said once."""
    for number, page in _heads(case, "11"):
        if medicare(case) and not text_of(page, "11"):
            yield Hit("/coverages/0/group_number", page=number).on(number, "11")
            return


@rule(
    "F15-11D-001",
    "medicare-item-11d-filled",
    message="page {page}: item 11d is ticked, and Medicare is billed",
    help="Leave item 11d empty.",
    source="CMS Pub. 100-04 ch. 26, item 11d",
    severity="warning",
    snip=7,
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"11d.no": "X"}]},
        {PAPER: [{"11d.no": "X"}, {"11d.yes": "X"}]},
    ],
    keeps=[{PAPER: [{"11": "NONE"}]}, {PAPER: [{"11d.no": "X"}], "/coverages/0/claim_filing": "CI"}],
)
def item_11d_filled(case: Case) -> Iterator[Hit]:
    """Medicare does not use item 11d."""
    for number, page in _heads(case, "11d"):
        ticks = filled(page, "11d")
        if medicare(case) and ticks:
            yield Hit("/coverages", page=number).on(number, ticks[0])


@rule(
    "F15-17-001",
    "item-17-incomplete",
    message="page {page}: item 17 names a practitioner {problem}",
    help="Write DN, DK or DQ to the left of the name, and the NPI in item 17b.",
    source="CMS Pub. 100-04 ch. 26, items 17 and 17b",
    severity="error",
    snip=2,
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"17.name": "DANA DOCTOR", "17b": "1245319599"}]},
        {PAPER: [{"17.name": "DANA DOCTOR", "17.qualifier": "DK"}]},
        {PAPER: [{"17.name": "DANA DOCTOR", "17.qualifier": "XX", "17b": "1245319599"}]},
        {PAPER: [{"17.name": "X"}]},
        {PAPER: [{}, {"17.name": "DANA DOCTOR"}]},
        {PAPER: [{"17.name": "DANA DOCTOR", "17.qualifier": "DK"}, {"17.name": "DANA DOCTOR"}]},
        {PAPER: [{"17.name": "DOCTOR DANA", "17b": "1245319599"}]},
    ],
    keeps=[
        {PAPER: [{"17.name": "DANA DOCTOR", "17.qualifier": "DK", "17b": "1245319599"}]},
        {PAPER: [{"17.name": ""}]},
        {PAPER: [{"17.name": "DOCTOR DANA", "17.qualifier": "DN", "17b": "1245319599"}]},
        {PAPER: [{"17.name": "DOCTOR DANA", "17.qualifier": "DQ", "17b": "1245319599"}]},
    ],
)
def item_17_incomplete(case: Case) -> Iterator[Hit]:
    """Item 17 says in which role the practitioner stands there."""
    for number, page in _heads(case, "17", "17b"):
        if not text_of(page, "17.name"):
            continue
        if text_of(page, "17.qualifier").upper() not in ("DN", "DK", "DQ"):
            problem = "without the qualifier DN, DK or DQ"
            yield Hit("/ordering_provider", page=number, problem=problem).on(number, "17.qualifier")
        if not text_of(page, "17b"):
            problem = "without the NPI in item 17b"
            yield Hit("/ordering_provider", page=number, problem=problem).on(number, "17b")


@rule(
    "F15-21-002",
    "item-21-unusable",
    message="page {page}: {problem} (item 21)",
    help="Write 0 as the indicator for ICD-10, the codes from A on without gaps, without dots.",
    source=_SOURCE,
    severity="error",
    snip=2,
    also=("F15-21-001",),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{INDICATOR: "9", "21.A": "D509"}]},
        {PAPER: [{INDICATOR: "0", "21.A": "D509", "21.C": "E860"}]},
        {PAPER: [{INDICATOR: "0", "21.A": "D50.9"}]},
        {PAPER: [{INDICATOR: "0", "21.A": "D5090000"}]},
        {PAPER: [{"21.B": "D509"}]},
        {PAPER: [{"21.B": "D50.9"}]},
        {PAPER: [{"21.indicator": "9", "21.A": "D50.9"}]},
        {PAPER: [{"21.A": "D50.9", "21.B": "E86.0"}, {"21.A": "D50.9", "21.B": "E86.0"}]},
        {PAPER: [{"21.A": "D5090000", "21.B": "E8600000"}]},
    ],
    keeps=[{PAPER: [{INDICATOR: "0", "21.A": "D509", "21.B": "E860"}]}, {PAPER: [{"21.A": "T451X5A"}]}],
)
def item_21_unusable(case: Case) -> Iterator[Hit]:
    """The letters of item 24E point to the places of item 21."""
    for number, page in _heads(case, "21"):
        indicator = text_of(page, INDICATOR)
        if indicator not in ("", "0"):
            problem = f"the ICD indicator is {indicator}, not 0"
            yield Hit("/diagnoses", page=number, problem=problem).on(number, INDICATOR)
        texts = [text_of(page, f"21.{letter}") for letter in _LETTERS]
        last = max((k for k, text in enumerate(texts) if text), default=-1)
        gap = next((k for k in range(last) if not texts[k]), None)
        if gap is not None:
            problem = f"{_LETTERS[gap]} is empty and {_LETTERS[last]} is filled"
            yield Hit("/diagnoses", page=number, problem=problem).on(number, f"21.{_LETTERS[gap]}")
        for letter, text in zip(_LETTERS, texts, strict=True):
            if "." in text:
                problem = f"{letter} is written with a dot"
                yield Hit("/diagnoses", page=number, problem=problem).on(number, f"21.{letter}")
            elif len(text) > 7:
                problem = f"{letter} has {len(text)} characters; 7 fit"
                yield Hit("/diagnoses", page=number, problem=problem).on(number, f"21.{letter}")


@rule(
    "F15-22-002",
    "item-22-half-filled",
    message="page {page}: item 22 has {problem}",
    help="Write both the resubmission code (7 or 8) and the payer's number of the first claim, or neither.",
    source=_SOURCE,
    severity="error",
    snip=4,
    also=("F15-22-001",),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"22.code": "7"}]},
        {PAPER: [{"22.reference": "X1"}]},
        {PAPER: [{"22.code": "8"}]},
        {PAPER: [{"22.code": "7"}, {"22.code": "8"}]},
        {PAPER: [{"22.reference": "X1"}, {"22.reference": "X2"}]},
    ],
    keeps=[
        {PAPER: [{"22.code": "7", "22.reference": "X1"}]},
        {PAPER: [{"22.code": "1"}]},
        {PAPER: [{}]},
    ],
)
def item_22_half(case: Case) -> Iterator[Hit]:
    """A replacement names what it replaces."""
    for number, page in _heads(case, "22"):
        code, reference = text_of(page, "22.code"), text_of(page, "22.reference")
        if code in ("7", "8") and not reference:
            problem = f"the code {code} and no original reference number"
            yield Hit("/original_reference", page=number, problem=problem).on(number, "22.reference")
        elif reference and not code:
            problem = "an original reference number and no code"
            yield Hit("/frequency", page=number, problem=problem).on(number, "22.code")


@rule(
    "F15-23-001",
    "item-23-several-numbers",
    message="item 23 has room for one number, and there are {count}: {what}",
    help="Keep the number that this payer asks for; an 837P can carry them all.",
    source=_SOURCE,
    severity="error",
    snip=4,
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"23": "A1 12D3456789"}]},
        {
            PAPER: [{"23": "A1"}],
            "/coverages/0/authorizations": [{"number": "A1"}],
            "/clia_number": "12D3456789",
        },
        {PAPER: [{"23": "A1 12D3456789"}, {"23": "A1 R1 12D3456789"}]},
        {PAPER: [{}], "/coverages/0/referral_number": "R1", "/clia_number": "11D1234567"},
    ],
    keeps=[
        {PAPER: [{"23": "A1"}], "/coverages/0/authorizations": [{"number": "A1"}]},
        {PAPER: [{"23": ""}]},
        {"/coverages/0/authorizations": [{"number": "A1"}], "/clia_number": "12D3456789", PAPER: []},
        {PAPER: [{}], "/coverages/0/authorizations": [{"number": "A1"}, {}]},
        {PAPER: [{"23": "A1"}], "/coverages": []},
    ],
)
def item_23_several(case: Case) -> Iterator[Hit]:
    """Authorization, referral and laboratory certificate share one box."""
    claim = case.claim
    if not case.paper:
        return
    coverage = billed_coverage(claim)
    numbers = {one.number for one in coverage.authorizations if one.number} if coverage else set()
    told = [("prior authorization", n) for n in sorted(numbers)]
    if coverage is not None and coverage.referral_number:
        told.append(("referral", coverage.referral_number))
    if claim.clia_number:
        told.append(("laboratory certificate", claim.clia_number))
    if len(told) > 1:
        what = ", ".join(words for words, _ in told)
        yield Hit("/coverages", count=len(told), what=what).on(1, "23")
        return
    for number, page in _heads(case, "23"):
        found = re.split(r"[\s,;/]+", text_of(page, "23"))
        if len(found) > 1:
            yield Hit("/coverages", count=len(found), what="in the box").on(number, "23")


@rule(
    "F15-24E-002",
    "item-24e-unusable",
    message="page {page}, row {row}: {text} in item 24E {problem}",
    help="Write the letters of item 21, at most four, without commas, such as AB.",
    source=_SOURCE,
    severity="error",
    snip=2,
    also=("F15-24E-001", "PRO-DX-001"),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"21.A": "D509", "24E.1": "1"}]},
        {PAPER: [{"21.A": "D509", "21.B": "E860", "24E.1": "A,B"}]},
        {PAPER: [{"21.A": "D509", "24E.1": "B"}]},
        {PAPER: [{"21.A": "D509", "24E.2": "AAAAA"}]},
        {PAPER: [{"21.A": "D509", "24E.1": "AB", "24E.2": "b"}]},
    ],
    keeps=[
        {PAPER: [{"21.A": "D509", "21.B": "E860", "24E.1": "AB", "24E.2": "b"}]},
        {PAPER: [{"21.A": "D509", "24E.2": "AAAA"}]},
    ],
)
def item_24e_unusable(case: Case) -> Iterator[Hit]:
    """The form points with letters, the 837P with numbers."""
    for number, page in _pages(case):
        for row, key, text in rows_of(page, "24E"):
            letters = text.upper()
            problem = None
            if any(c not in _LETTERS for c in letters):
                problem = "has other signs than the letters A to L"
            elif len(letters) > 4:
                problem = "has more than four letters"
            elif any(not text_of(page, f"21.{c}") for c in letters):
                problem = "points to an empty place of item 21"
            if problem:
                path = f"/lines/{(number - 1) * LINES + row - 1}/diagnosis_pointers"
                yield Hit(path, page=number, row=row, text=text, problem=problem).on(number, key)


def _number(text: str) -> Decimal | None:
    try:
        return Decimal(text.replace(" ", ""))
    except InvalidOperation:
        return None


@rule(
    "F15-24F-002",
    "item-24f-unusable",
    message="page {page}, row {row}: the charge in item 24F {problem}",
    help="Write dollars and cents in their columns, without signs: 25000 for 250.00.",
    source=_SOURCE,
    severity="error",
    snip=2,
    also=("F15-24F-001",),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"24F.1": "$250.00"}]},
        {PAPER: [{"24F.1": "1,250.00"}]},
        {PAPER: [{"24F.1": "123456789"}]},
        {PAPER: [{"24F.1": "-25000"}]},
        {PAPER: [{"24F.1": "$250.00", "24F.2": "123456789"}]},
    ],
    keeps=[{PAPER: [{"24F.1": "250 00"}]}, {PAPER: [{"24F.1": "25000"}]}, {PAPER: [{"24F.1": "99999999"}]}],
)
def item_24f_unusable(case: Case) -> Iterator[Hit]:
    """The machine that reads the form takes digits only; six places for dollars and two for cents."""
    for number, page in _pages(case):
        for row, key, text in rows_of(page, "24F"):
            digits = text.replace(" ", "")
            problem = None
            if any(c in "$,-" for c in text):
                problem = "has other signs than digits"
            elif len(digits.replace(".", "")) > 8:
                problem = "has more than six digits of dollars"
            if problem:
                path = f"/lines/{(number - 1) * LINES + row - 1}/charge"
                yield Hit(path, page=number, row=row, problem=problem).on(number, key)


@rule(
    "F15-24G-002",
    "units-too-many-for-the-form",
    message="page {page}, row {row}: {units} units in item 24G; 999 fit",
    help="Split the line so that none has more than 999 units, or send an 837P.",
    source="CMS-1500 (02/12), item 24G (three places); rules catalogue 0.5 no. 9",
    severity="error",
    snip=1,
    also=("F15-24G-001",),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"24G.1": "1000"}]},
        {PAPER: [{"24G.1": "1000", "24G.2": "1000"}, {}]},
    ],
    keeps=[
        {PAPER: [{"24G.1": "999"}]},
        {"/lines/0/units": 1000, PAPER: []},
        {PAPER: [{"24G.1": "MANY"}]},
        {PAPER: [{"24F.1": "1000"}]},
    ],
)
def units_too_many(case: Case) -> Iterator[Hit]:
    """The box of the units has three places."""
    for number, page in _pages(case):
        for row, key, text in rows_of(page, "24G"):
            units = _number(text)
            if units is not None and units > MOST_UNITS:
                path = f"/lines/{(number - 1) * LINES + row - 1}/units"
                yield Hit(path, page=number, row=row, units=text).on(number, key)


@rule(
    "F15-32-002",
    "place-of-service-not-named",
    message="page {page}: item 32 is empty, and Medicare is billed",
    help="Write name and address of the place where the services were given, at home too.",
    source="CMS Pub. 100-04 ch. 26, item 32 (also for services at home since 2011); rules catalogue 0.5 no. "
    "10",
    severity="error",
    snip=7,
    also=("F15-32-001",),
    setting="professional",
    needs=("paper",),
    breaks=[
        {PAPER: [{"1.medicare": "X"}]},
        {PAPER: [{"32.name": "SAMPLE INFUSION PRACTICE"}, {}, {}]},
    ],
    keeps=[
        {PAPER: [{"32.name": "SAMPLE INFUSION PRACTICE"}]},
        {PAPER: [{"1.medicare": "X"}], "/coverages/0/claim_filing": "CI"},
    ],
)
def place_not_named(case: Case) -> Iterator[Hit]:
    """Medicare prices a paper claim by the address in item 32. Said once."""
    for number, page in _heads(case, "32"):
        if medicare(case) and not filled(page, "32"):
            yield Hit("/service_facility", page=number).on(number, "32.name")
            return


@rule(
    "PRO-LINE-001",
    "more-lines-than-one-form",
    message="{count} lines need {pages} forms; the total stands on the last one",
    help="Write 'continued' as the total of the others, or one total for each form where the payer wants "
    "that.",
    source=_SOURCE,
    severity="info",
    snip=1,
    setting="professional",
    needs=("paper",),
    breaks=[{PAPER: [{"24D.1": "96375"}], "/lines": [{"hcpcs": "96375"}] * 7}],
    keeps=[
        {PAPER: [{"24D.1": "96375"}], "/lines": [{"hcpcs": "96375"}] * 6},
        {PAPER: [], "/lines": [{"hcpcs": "96375"}] * 7},
    ],
)
def more_lines(case: Case) -> Iterator[Hit]:
    """One form has six lines."""
    count = len(case.claim.lines)
    if case.paper and count > LINES:
        yield Hit(f"/lines/{LINES}", count=count, pages=-(-count // LINES)).on(2, "24D.1")
