"""What several rules ask of a claim: whose it is, which lines are drugs, and pages of paper."""

import re
from collections.abc import Iterator, Mapping, Sequence

from edi.codes import bill_type
from edi.coding.family import codes
from edi.model.claim import ServiceLine, Setting, billed_coverage
from edi.payers import MEDICARE_FILING
from edi.refdata import Lists
from edi.rules.base import Case, per_case, per_lines

PAPER = "paper"
"""Key of an example that holds pages of a form, `{box: text}` each, in place of a pointer."""
FORM = "form"
"""Key of an example whose claim is put on its form (true, or `truncate` to cut what is too long), or that
holds pages of a form of which the claim is read."""
READ = "read"
"""Key of an example whose claim was read from X12 and not made here; it may hold what was seen there."""
CODES = "codes"
"""Key of an example that holds whole code lists as if a user had loaded them.

Name -> first day, last day, codes, and `...` where the file holds a part of the list only. In place of a code
may stand its columns; those that are not stated are as shipped, or empty.
"""
SISTER = "sister"
"""Key of an example that holds a patch of the sample, or a list of them: more claims of the same run."""
LOADED = "loaded"
"""Key of an example that holds rows of reference data as if a user had loaded them for 2026."""
LOCALITY = "locality"
"""Key of an example that holds contractor and locality of the prices that were asked for."""
BASE = "base"
"""Key of an example that patches another clean sample than the rule's other ones: its name."""
ON = "on"
"""Key of an example that patches the other one of the two, claim without record or encounter: its name."""
POLICIES = "policies"
"""Key of an example that holds policies other than those under which the rule's examples run."""
INPATIENT = frozenset(("11", "18", "21", "41"))
"""Facility codes of bills for inpatients who are admitted; 12 and 22 bill Part B services of inpatients."""
FEES = ("096", "097", "098")
"""Beginnings of revenue codes of the fees of practitioners, which some hospitals bill beside their own."""
_FIVE_DIGITS = re.compile(r"\d{5}", re.ASCII)
_DRUG_CODE = re.compile(r"J\d{4}|Q5\d{3}|C9\d{3}")


@per_case
def medicare(case: Case) -> bool:
    """Whether the claim goes to Medicare's fee-for-service program."""
    coverage = billed_coverage(case.claim)
    return coverage is not None and coverage.claim_filing in MEDICARE_FILING


def edits_setting(case: Case) -> Setting:
    """Whose edits hold: those of the setting, and of practitioners where the claim does not state it."""
    return case.claim.setting or "professional"


@per_case
def facility_code(case: Case) -> str:
    """Second and third character of the type of bill, or nothing where there is none or it is malformed."""
    stated = case.claim.type_of_bill
    return bill_type.facility(stated) if stated and bill_type.problem(stated) is None else ""


def is_inpatient(case: Case) -> bool:
    """Whether the type of bill is that of an admitted patient."""
    return facility_code(case) in INPATIENT


def is_surgery(code: str) -> bool:
    """Whether a procedure code is one of the CPT numbers of surgery."""
    return _FIVE_DIGITS.fullmatch(code) is not None and "10004" <= code <= "69990"


def code_of(line: ServiceLine) -> str:
    """The procedure code in capitals; nothing where there is none."""
    return (line.hcpcs or "").strip().upper()


def is_drug(case: Case, line: ServiceLine) -> bool:
    """Whether a line bills a drug: by its kind, by the drug table, or by the shape of its code."""
    code = code_of(line)
    if line.kind is not None:
        return line.kind == "drug"
    return is_drug_code(case.lists, code)


def is_drug_code(lists: Lists, code: str) -> bool:
    """Whether a procedure code stands for a drug: by the drug table, or by its shape."""
    return _DRUG_CODE.fullmatch(code) is not None or bool(lists.drug_rows(code))


@per_case
def administrations(case: Case) -> list[tuple[int, ServiceLine, str]]:
    """Lines that bill the giving of a drug or fluid: index, line, code."""
    lines = case.claim.lines
    return [(i, lines[i], code) for i, code in _administering(case)]


@per_lines
def _administering(case: Case) -> list[tuple[int, str]]:
    family = codes()
    return [(i, code) for i, code in enumerate(codes_of_lines(case)) if code in family]


@per_case
def coded_lines(case: Case) -> list[tuple[int, ServiceLine, str]]:
    """All lines: index, line, procedure code in capitals or nothing."""
    lines = case.claim.lines
    return list(zip(range(len(lines)), lines, codes_of_lines(case), strict=True))


@per_lines
def codes_of_lines(case: Case) -> list[str]:
    """Procedure code of each line in capitals; nothing where it has none."""
    return [code_of(line) for line in case.claim.lines]


def filled(page: Mapping[str, str], start: str) -> list[str]:
    """Boxes of a page that are `start`, or begin with `start` and a point, and are not empty."""
    return [
        key for key, text in page.items() if (key == start or key.startswith(f"{start}.")) and text.strip()
    ]


def heads(pages: Sequence[Mapping[str, str]], *starts: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """The first page, and those that say something else in boxes that begin so, with their numbers from 1.

    The pages of one claim repeat what stands above and below its lines, so one finding is enough.
    """
    known: list[dict[str, str]] = []
    for number, page in enumerate(pages, 1):
        said = {key: page[key] for start in starts for key in filled(page, start)}
        if said not in known:
            known.append(said)
            yield number, page


def text_of(page: Mapping[str, str], name: str) -> str:
    """Text of a box without blanks around it; empty where the page has no such box."""
    return page.get(name, "").strip()


def rows_of(page: Mapping[str, str], name: str) -> Iterator[tuple[int, str, str]]:
    """Row number, key and text of the boxes of a column such as 24E or FL42, as far as they are filled."""
    for key, text in page.items():
        column, _, row = key.rpartition(".")
        if column == name and row.isdecimal() and text.strip():
            yield int(row), key, text.strip()
