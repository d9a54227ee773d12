"""F04: faults that only a printed or scanned UB-04 can have.

They look at the pages as `{box: text}`; a claim without pages is not judged. Form locators are named as in
`schemas/forms/ub04.csv`, the row last: `FL66`, `FL42.3`.
"""

import re
from collections.abc import Iterator, Mapping

from edi.rules import Case, Hit, rule
from edi.rules.about import PAPER, filled, heads, rows_of, text_of
from edi.rules.asks import ICD10_FROM, day_one

LINES = 22
TOTAL = "0001"
TOTAL_ROW = 23
_CONDITIONS = tuple(f"FL{n}" for n in range(18, 29))
_NDC = re.compile(r"N4\d{11}(F2|GR|ME|ML|UN)(\d{1,9}|(?=.{2,9}$)\d*\.\d{1,3})")
_SOURCE = "CMS Pub. 100-04 ch. 25 (UB-04 form locators); rules catalogue D.2 and D.3"
Page = Mapping[str, str]


def _pages(case: Case) -> Iterator[tuple[int, Page]]:
    yield from enumerate(case.paper or (), 1)


def _heads(case: Case, *items: str) -> Iterator[tuple[int, Page]]:
    """The first page, and those that say something else in some items: all pages repeat what is above."""
    yield from heads(case.paper or (), *items)


@rule(
    "F04-43-001",
    "ndc-in-description-unusable",
    message="page {page}, row {row}: the drug code in FL 43 {problem}",
    help="Write N4, eleven digits, the unit (F2, GR, ME, ML, UN) and the quantity without blanks, at most 24 "
    "characters: N412345678901UN1234.567.",
    source="UB-04 FL 43 (24 places: nine for the quantity with its point, three decimals); rules catalogue "
    "0.5 no. 22",
    severity="error",
    snip=1,
    also=("NDC-FMT-001",),
    setting="facility",
    needs=("paper",),
    breaks=[
        {PAPER: [{"FL43.2": "N412345678901UN12345.6789"}]},
        {PAPER: [{"FL43.2": "N4 12345678901 UN1"}]},
        {PAPER: [{"FL43.2": "N412345678901UN"}]},
        {PAPER: [{"FL43.2": "N412345678901UN12345.6789"}]},
        {PAPER: [{"FL43.2": "N412345678901UN1.2345"}]},
        {PAPER: [{"FL43.2": "INFUSION", "FL43.1": "N412345678901UN"}]},
        {PAPER: [{"FL43.2": "N412345678901UN", "FL43.1": "N412345678901UN"}]},
    ],
    keeps=[
        {PAPER: [{"FL43.2": "N412345678901UN1234.567"}]},
        {PAPER: [{"FL43.2": "N412345678901ML10"}]},
        {PAPER: [{"FL43.1": "INFUSION"}]},
        {PAPER: [{"FL43.2": "N412345678901UN12345.678"}]},
        {PAPER: [{"FL43.1": "INFUSION", "FL43.page": "1", "FL43.pages": "1"}]},
    ],
)
def ndc_unusable(case: Case) -> Iterator[Hit]:
    """FL 43 holds the drug code in one fixed form."""
    for number, page in _pages(case):
        for row, key, text in rows_of(page, "FL43"):
            if not text.startswith("N4"):
                continue
            problem = None
            if len(text) > 24:
                problem = f"has {len(text)} characters; 24 fit"
            elif not _NDC.fullmatch(text):
                problem = "is not N4, eleven digits, unit and quantity"
            if problem:
                path = f"/lines/{(number - 1) * LINES + row - 1}/ndc"
                yield Hit(path, page=number, row=row, problem=problem).on(number, key)


@rule(
    "FAC-REV-009",
    "revenue-codes-out-of-order",
    message="page {page}: {problem} (FL 42)",
    help="Sort the lines by revenue code, by date within it, and write 0001 on line 23 of the last page.",
    source=_SOURCE + "; 0.5 no. 30",
    severity="warning",
    snip=4,
    also=("F04-47-001",),
    setting="facility",
    needs=("paper",),
    breaks=[
        {PAPER: [{"FL42.1": "0636", "FL42.2": "0260", "FL42.23": "0001"}]},
        {PAPER: [{"FL42.1": "0260", "FL42.2": "0636"}]},
        {PAPER: [{"FL42.1": "0001", "FL42.2": "0636"}]},
        {PAPER: [{"FL42.1": "0636"}, {"FL42.1": "0260", "FL42.23": "0001"}]},
        {
            PAPER: [
                {"FL42.1": "0636", "FL42.2": "0260", "FL42.23": "0001"},
                {"FL42.1": "0636", "FL42.2": "0260"},
            ]
        },
        {PAPER: [{"FL42.1": "0001", "FL42.2": "0"}]},
    ],
    keeps=[
        {PAPER: [{"FL42.1": "0260", "FL42.2": "0260", "FL42.3": "0636", "FL42.23": "0001"}]},
        {PAPER: [{"FL42.1": "0260"}, {"FL42.1": "0636", "FL42.2": "0001"}]},
        {PAPER: [{"FL42.1": "0260", "FL42.23": "0001"}, {"FL42.1": "0636", "FL42.23": "0001"}]},
        {PAPER: []},
        {PAPER: [{"FL42.1": "0260", "FL42.2": " ", "FL42.3": "0636", "FL42.23": "0001"}]},
    ],
)
def out_of_order(case: Case) -> Iterator[Hit]:
    """A paper bill goes up by revenue code and ends with its total.

    A total that is missing or not the last is an error.
    """
    found = [
        (number, row, text) for number, page in _pages(case) for row, _, text in sorted(rows_of(page, "FL42"))
    ]
    for (_, _, before), (number, row, text) in zip(found, found[1:], strict=False):
        if text != TOTAL and before != TOTAL and text < before:
            problem = f"{text} on row {row} stands after {before}"
            yield Hit("/lines", page=number, problem=problem).on(number, f"FL42.{row}")
            break
    totals = [k for k, (_, _, text) in enumerate(found) if text == TOTAL]
    # where the payer wants it each page ends with its own total
    ends = [k for k, (number, _, _) in enumerate(found) if k + 1 == len(found) or found[k + 1][0] != number]
    if totals not in ([len(found) - 1], ends):
        number, row, _ = found[totals[0]] if totals else (found[-1][0], TOTAL_ROW, "")
        problem = "0001 is not the last line" if totals else "the total line 0001 is missing"
        hit = Hit("/total_charge", severity="error", page=number, problem=problem)
        yield hit.on(number, f"FL42.{row}")


@rule(
    "F04-18-002",
    "condition-codes-out-of-order",
    message="page {page}: the condition codes are not in ascending order (FL 18-28)",
    help="Sort the codes.",
    source=_SOURCE,
    severity="warning",
    snip=2,
    also=("F04-18-001",),
    setting="facility",
    needs=("paper",),
    breaks=[
        {PAPER: [{"FL18": "D1", "FL19": "08"}]},
        {PAPER: [{"FL18": "D1", "FL19": "08"}, {"FL18": "D2", "FL19": "08"}]},
        {PAPER: [{"FL18": "D1", "FL28": "08"}]},
    ],
    keeps=[
        {PAPER: [{"FL18": "08", "FL19": "D1"}]},
        {PAPER: [{"FL18": "08"}]},
        {PAPER: [{"FL17": "30", "FL18": "08", "FL28": "D1", "FL29": "01"}]},
    ],
)
def conditions_out_of_order(case: Case) -> Iterator[Hit]:
    """Digits come before letters."""
    for number, page in _heads(case, *_CONDITIONS):
        codes = [text for key in _CONDITIONS if (text := text_of(page, key))]
        if codes != sorted(codes):
            yield Hit("/condition_codes", page=number).on(number, "FL18")


@rule(
    "F04-50-002",
    "payer-rows-with-gap",
    message="page {page}: payer {row} is filled and one before it is empty (FL 50)",
    help="Move the payers up: A pays first, B second, C third.",
    source=_SOURCE,
    severity="error",
    snip=2,
    also=("F04-50-001",),
    setting="facility",
    needs=("paper",),
    breaks=[
        {PAPER: [{"FL50.B": "MEDICARE"}]},
        {PAPER: [{"FL50.A": "PLAN", "FL50.C": "MEDICARE"}]},
        {PAPER: [{"FL50.B": "MEDICARE"}, {"FL50.C": "MEDICARE"}]},
    ],
    keeps=[
        {PAPER: [{"FL50.A": "PLAN", "FL50.B": "MEDICARE"}]},
        {PAPER: [{"FL50.A": "MEDICARE"}]},
        {PAPER: [{"FL50.A": "PLAN", "FL50.C": "MEDICARE", "FL50.B": "PLAN"}]},
    ],
)
def payer_gap(case: Case) -> Iterator[Hit]:
    """The rows of FL 50 are the order of payment."""
    for number, page in _heads(case, "FL50"):
        rows = [row for row in "ABC" if text_of(page, f"FL50.{row}")]
        after = [row for row, due in zip(rows, "ABC", strict=False) if row != due]
        if after:
            yield Hit("/coverages", page=number, row=after[0]).on(number, f"FL50.{after[0]}")


@rule(
    "F04-66-001",
    "icd-version-wrong",
    message="page {page}: FL 66 is {version}, and the services are later than ICD-9",
    help="Write 0 for ICD-10.",
    source="UB-04 FL 66 (0 from 2015-10-01, 9 before)",
    severity="error",
    snip=2,
    setting="facility",
    needs=("paper",),
    breaks=[
        {PAPER: [{"FL66": "9"}]},
        {
            PAPER: [{"FL66": "9"}],
            "/lines/0/service_date": "2015-10-01",
            "/lines/1/service_date": "2015-10-01",
        },
        {PAPER: [{"FL66": "9"}, {"FL66": "8"}]},
    ],
    keeps=[
        {PAPER: [{"FL66": "0"}]},
        {
            PAPER: [{"FL66": "9"}],
            "/lines/0/service_date": "2015-09-30",
            "/lines/1/service_date": "2015-09-30",
        },
        {PAPER: [{}]},
        {PAPER: [{"FL66": "9"}], "/lines": []},
    ],
)
def version_wrong(case: Case) -> Iterator[Hit]:
    """FL 66 says in which code book the diagnoses stand."""
    day = day_one(case)
    for number, page in _heads(case, "FL66"):
        version = text_of(page, "FL66")
        if version not in ("", "0") and day is not None and day >= ICD10_FROM:
            yield Hit("/diagnoses", page=number, version=version).on(number, "FL66")


@rule(
    "F04-67-002",
    "diagnosis-with-dot-on-form",
    message="page {page}: the diagnosis in {box} is written with a dot",
    help="Write the code without its dot.",
    source=_SOURCE,
    severity="error",
    snip=2,
    also=("F04-67-001",),
    setting="facility",
    needs=("paper",),
    breaks=[
        {PAPER: [{"FL67": "D50.9"}]},
        {PAPER: [{"FL67.A": "E86.0"}]},
        {PAPER: [{"FL67.A": "E86.0", "FL67": "D50.9"}]},
        {PAPER: [{"FL69": "E86.0", "FL70.a": "R11.2", "FL72.a": "Y92.9"}]},
    ],
    keeps=[{PAPER: [{"FL67": "D509", "FL67.A": "E860"}]}],
)
def diagnosis_with_dot(case: Case) -> Iterator[Hit]:
    """The form prints the codes without dots."""
    for number, page in _heads(case, "FL67", "FL69", "FL70", "FL72"):
        for start in ("FL67", "FL69", "FL70", "FL72"):
            for key in filled(page, start):
                if "." in page[key].strip():
                    yield Hit("/diagnoses", page=number, box=key).on(number, key)


@rule(
    "F04-PAGE-001",
    "more-lines-than-one-bill",
    message="{count} lines need {pages} pages; the total stands on the last one",
    help="Number the pages on line 23.",
    source=_SOURCE,
    severity="info",
    snip=1,
    setting="facility",
    needs=("paper",),
    breaks=[{PAPER: [{"FL4": "0131"}], "/lines": [{"revenue_code": "0260"}] * 23}],
    keeps=[
        {PAPER: [{"FL4": "0131"}], "/lines": [{"revenue_code": "0260"}] * 22},
        {PAPER: [], "/lines": [{"revenue_code": "0260"}] * 23},
    ],
)
def more_lines(case: Case) -> Iterator[Hit]:
    """One page has 22 lines of detail."""
    count = len(case.claim.lines)
    if case.paper and count > LINES:
        yield Hit(f"/lines/{LINES}", count=count, pages=-(-count // LINES)).on(2, "FL42.1")
