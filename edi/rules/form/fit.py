"""FORM-FIT: what a paper form does not hold of a claim as it should.

The boxes of `schemas/forms` have a room of their own; what is longer, has other letters, or finds its box
taken is told here. Faults that the rules of one form know better (F15-..., F04-...) are left to these.
"""

from collections.abc import Iterator

from edi.finding import Severity
from edi.model.boxes import BoxProblem, ProblemKind
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, FORM

_SOURCE = (
    "National Uniform Claim Committee, CMS-1500 (02/12), and National Uniform Billing Committee, UB-04: "
    "sizes and style of the boxes as in schemas/forms; rules catalogue D.1 and D.2"
)
TEXTS = ("text", "note", "name", "provider", "surname", "street", "place", "phone", "phone10", "zip")
"""Formats of words: cut off they are still read by people."""
ACCOUNTS = ("26", "FL3a", "FL3b")
"""The biller's own numbers, which the payer only gives back."""
_BESIDE = ("member_id", "group_name", "taxonomy", "id", "number")
"""Data that are one of several that would do, or that a form can do without."""


def where(problem: BoxProblem) -> str:
    """The box in words: `item 24D`, `FL 44`."""
    return problem.item if problem.item.startswith("FL ") else f"item {problem.item}"


def _problems(case: Case, *kinds: ProblemKind) -> Iterator[BoxProblem]:
    for problem in case.paper_problems:
        if problem.kind in kinds:
            yield problem


def _hit(about: BoxProblem, severity: Severity | None = None, **values: object) -> Hit:
    """A hit at the box of a problem."""
    said = {"box": where(about), "page": about.page, **values}
    return Hit(about.path or "", severity=severity, **said).on(about.page, about.key)


def _known_better(problem: BoxProblem) -> bool:
    """Whether a rule of the form says it: lengths of items 2, 21, 24F, 24G, and of the drug code in FL 43."""
    if problem.format == "ndc":
        return problem.text.startswith("N4")
    if problem.key.startswith("24G."):
        return problem.text.isdecimal()
    return problem.key == "2" or problem.key.startswith(("21.", "24F."))


_PLAN = {
    "responsibility": "S",
    "payer": {"name": "OTHER PLAN", "id": "77002"},
    "claim_filing": "CI",
    "member_id": "E2",
    "group_number": "G2",
    "group_name": "GROUP TWO",
    "relationship": "18",
}
"""A plan beside the one that is billed; boxes 9a and 9d hold its numbers by halves."""


@rule(
    "FORM-FIT-001",
    "text-longer-than-its-box",
    message="page {page}: {box} takes {limit} characters, and there are {count}{more}",
    help="Shorten the value as the payer knows it, send the claim electronically, or ask for it to be cut "
    "(--truncate).",
    source=_SOURCE,
    severity="error",
    snip=1,
    needs=("paper",),
    breaks=[
        {FORM: True, "/coverages/0/member_id": "1" * 30},
        {FORM: True, "/billing_provider/organization_name": "E" * 30},
        {FORM: True, "/claim_id": "A" * 15},
        {FORM: True, "/lines/0/units": "1.2345"},
        {FORM: True, "/patient/address/city": "E" * 25},
        {FORM: True, "/patient/address/zip": "1234567890123"},
        {FORM: True, "/patient/address/line1": "1" * 60, "/coverages/0/claim_filing": "CI"},
        {
            FORM: True,
            BASE: "facility",
            "/lines/1/description": "E" * 25,
            **dict.fromkeys(("/lines/1/ndc", "/lines/1/ndc_quantity", "/lines/1/ndc_unit")),
        },
        {FORM: True, BASE: "facility", "/claim_id": "A" * 21},
        {FORM: True, BASE: "facility", "/patient/medical_record_number": "A" * 25, "/type_of_bill": None},
    ],
    keeps=[
        {FORM: True, "/lines/0/units": "1234"},
        {FORM: True, "/lines/0/charge": "1234567.89"},
        {FORM: True, "/patient/last_name": "E" * 29},
        {FORM: True, "/diagnoses/0/code": "D50.91234"},
        {FORM: True, BASE: "facility", "/lines/1/ndc_quantity": "1234567890.123"},
        {FORM: True, "/coverages/0/member_id": "1" * 29},
        {FORM: True, "/billing_provider/organization_name": "E" * 26, "/claim_id": "A" * 14},
        {FORM: True, "/patient/address/line1": "1 " + "E" * 18 + " BOULEVARD"},
    ],
)
def text_too_long(case: Case) -> Iterator[Hit]:
    """What reaches over the edge of its box is printed over others or lost when the form is read.

    A number or code that is not whole names something else, and two texts over one another cannot be read:
    an error. A name or an address that is not whole is a warning, and so is the biller's own account number.
    """
    for problem in _problems(case, "too_long"):
        if not _known_better(problem):
            light = not problem.runs_into and (problem.format in TEXTS or problem.key in ACCOUNTS)
            yield _hit(
                problem,
                severity="warning" if light else None,
                limit=problem.limit,
                count=len(problem.text),
                more=f", and the rest runs into {problem.runs_into}" if problem.runs_into else "",
            )


@rule(
    "FORM-FIT-002",
    "text-cut-to-its-box",
    message="page {page}: {box} was cut to {limit} of {count} characters",
    help="See whether what is left still says what it must.",
    source=_SOURCE,
    severity="warning",
    snip=1,
    needs=("paper",),
    breaks=[
        {FORM: "truncate", "/coverages/0/member_id": "1" * 30},
        {FORM: "truncate", "/coverages/0/member_id": "1" * 30, "/claim_id": "A" * 15},
    ],
    keeps=[{FORM: "truncate", "/coverages/0/member_id": "1" * 29}],
)
def text_cut(case: Case) -> Iterator[Hit]:
    """What was asked to be cut is named, so that nothing is lost unseen."""
    for problem in _problems(case, "cut"):
        yield _hit(problem, limit=problem.limit, count=len(problem.text))


@rule(
    "FORM-FIT-003",
    "letters-that-no-form-takes",
    message="page {page}: {box} has {letters} that are none of the Latin alphabet",
    help="Write the value in Latin letters, as on the insurance card.",
    source=_SOURCE,
    severity="warning",
    snip=1,
    needs=("paper",),
    breaks=[
        {FORM: True, "/patient/last_name": "\u5f20"},
        {FORM: True, "/patient/last_name": "\u5f20", "/note": "\u0391\u03b2"},
    ],
    keeps=[{FORM: True, "/patient/last_name": "N\u00fa\u00f1ez-\u0141ukasz"}, {FORM: True, "/note": "A"}],
)
def foreign_letters(case: Case) -> Iterator[Hit]:
    """Machines that read forms know plain capitals: accents are left out, other scripts cannot be."""
    for problem in _problems(case, "letters"):
        count = len(problem.what)
        yield _hit(problem, letters={1: "one character"}.get(count, f"{count} characters"))


_WRONG = {
    "negative": "is below zero",
    "rounded": "has fractions of a cent and was rounded",
    "unwritable": "has no way to be written there",
}


@rule(
    "FORM-FIT-004",
    "value-that-its-box-cannot-hold",
    message="page {page}: the value in {box} {problem}",
    help="Correct the value; send what is taken back as a replacement or a void.",
    source=_SOURCE,
    severity="error",
    snip=1,
    needs=("paper",),
    breaks=[
        {FORM: True, "/total_charge": "-5.00"},
        {FORM: True, "/lines/0/units": "-1"},
        {FORM: True, "/lines/0/charge": "10.005"},
        {FORM: True, "/lines/0/diagnosis_pointers": [13]},
        {FORM: True, "/lines/0/charge": "-5.00", "/lines/0/units": "-1", "/lines/1/units": "-1"},
    ],
    keeps=[
        {FORM: True, "/total_charge": "5.00"},
        {FORM: True, "/lines/0/charge": "0.01"},
        {FORM: True, "/lines/0/charge": "-5.00"},
    ],
)
def value_impossible(case: Case) -> Iterator[Hit]:
    """Boxes of amounts have digits of dollars and cents and no sign."""
    for problem in _problems(case, "negative", "rounded", "unwritable"):
        if problem.kind == "negative" and problem.key.startswith("24F."):
            continue
        severity: Severity | None = "warning" if problem.kind == "rounded" else None
        yield _hit(problem, severity=severity, problem=_WRONG[problem.kind])


@rule(
    "FORM-FIT-005",
    "left-off-the-form",
    message="page {page}: {what} is left off: {box} has no room for it",
    help="Send the claim electronically, or split it, where the payer needs it.",
    source=_SOURCE,
    severity="warning",
    snip=1,
    needs=("paper",),
    breaks=[
        {FORM: True, "/dates": [{"qualifier": "454", "date": "2026-01-02"},
                                {"qualifier": "304", "date": "2026-01-03"}]},
        {FORM: True, "/condition_codes": ["08", "09", "10", "11", "12"], "/note": "A"},
        {FORM: True, "/condition_codes": ["08", "09", "10", "11", "AA", "AB"]},
        {FORM: True, "/coverages/0/claim_filing": "CI", "/coverages/-": _PLAN},
        {FORM: True, "/coverages/0/claim_filing": "CI",
         "/billing_provider/secondary_ids": [{"qualifier": q, "id": "A1"} for q in ("G2", "0B")]},
        {FORM: True, BASE: "facility", "/coverages/0/authorizations": [{"number": "A1"}, {"number": "A2"}]},
    ],
    keeps=[
        {FORM: True, "/coverages/0/authorizations": [{"number": "A1"}, {"number": "A2"}]},
        {FORM: True, "/dates": [{"qualifier": "454", "date": "2026-01-02"}]},
        {FORM: True, "/diagnoses": [{"code": f"E11.{n}"} for n in range(12)]},
    ],
)  # fmt: skip
def left_off(case: Case) -> Iterator[Hit]:
    """A box that holds one thing cannot hold two; what is left off is named.

    What would only repeat the payer's own knowledge, such as a second identifier of a provider, is a remark.
    """
    lists: dict[tuple[str, str], list[BoxProblem]] = {}
    for problem in _problems(case, "no_room"):
        if problem.key != "23":  # F15-23-001 says it
            lists.setdefault((problem.item, _list_of(problem)), []).append(problem)
    for members in lists.values():
        first = members[0]
        path = first.path or ""
        light = path.rpartition("/")[2] in _BESIDE
        more = f" and {len(members) - 1} more" if len(members) > 1 else ""
        yield _hit(first, severity="info" if light else None, what=(first.what or _words(path)) + more)


def _list_of(problem: BoxProblem) -> str:
    """What problems that are told together have in common: the list of the claim that is too long."""
    path = problem.path or ""
    return path.split("/")[1] if problem.what else path


def _words(path: str) -> str:
    """A claim path in words without its indexes: `member id of coverages`."""
    parts = [part.replace("_", " ") for part in path.split("/") if part and not part.isdecimal()]
    return " of ".join(reversed(parts[-3:]))


@rule(
    "FORM-FIT-006",
    "boxes-left-empty-for-the-payer",
    message="{count} values are left off, because Medicare wants {boxes} empty",
    help="Nothing to do; an electronic claim carries them.",
    source="CMS Pub. 100-04 ch. 26, items 9, 17a, 24I, 24J, 32b and 33b",
    severity="info",
    snip=1,
    needs=("paper",),
    setting="professional",
    breaks=[{FORM: True, "/billing_provider/taxonomy": "207RR0500X"}],
    keeps=[
        {
            FORM: True,
            "/billing_provider/taxonomy": None,
            "/rendering_provider/taxonomy": None,
            "/ordering_provider/secondary_ids": [],
        }
    ],
)
def left_empty(case: Case) -> Iterator[Hit]:
    """Medicare knows providers by their NPI alone; their other numbers stay off its forms."""
    found = list(_problems(case, "not_wanted"))
    if found:
        items = ", ".join(dict.fromkeys(where(problem) for problem in found))
        yield Hit(found[0].path or "", count=len(found), boxes=items).on(found[0].page, found[0].key)


@rule(
    "FORM-FIT-007",
    "data-without-a-box",
    message="the form has no box for {what}",
    help="Send the claim electronically where the payer needs this, or put it into the envelope with the "
    "form: the other payer's explanation of benefits, the papers, a letter.",
    source=_SOURCE + "; schemas/forms/boxless.csv",
    severity="warning",
    snip=1,
    needs=("paper",),
    breaks=[
        {FORM: True, "/attachments": [{"type": "OZ", "transmission": "BM", "control_number": "A1"}]},
        {FORM: True, "/patient/death_date": "2026-03-04", "/delay_reason": "7"},
        {FORM: True, "/unmapped": [{"address": "2300/CN1", "text": "CN1*09"}]},
    ],
    keeps=[{FORM: True, "/attachments": []}, {FORM: True, "/patient/medical_record_number": "M1"}],
)
def without_box(case: Case) -> Iterator[Hit]:
    """What a claim says and its form cannot show is named, so that nothing is lost unseen.

    What the payer may ask for is a remark. What it needs is a warning, and so are the data of a claim that is
    printed on the form of the other side. Ids by which files find their way are not named.
    """
    found = list(_problems(case, "no_box"))
    for light in (False, True):
        told = [problem for problem in found if problem.light == light]
        if told:
            what = ", ".join(problem.what for problem in told)
            yield Hit(told[0].path or "", severity="info" if light else None, what=what)


@rule(
    "FORM-READ-001",
    "text-without-a-place-in-the-claim",
    message="page {page}: the text in {box} has no place in a claim and is left out",
    help="See whether it says something that belongs into another box.",
    source=_SOURCE,
    severity="info",
    snip=1,
    needs=("paper",),
    breaks=[{FORM: [{"20.yes": "X", "20.charges": "25000"}]}, {FORM: [{"9": "A", "10d": "08", "8": "?"}]}],
    keeps=[{FORM: [{"20.no": "X", "10a.no": "X"}]}, {FORM: [{"1.medicare": "X", "1a": "1EG4TE5MK73"}]}],
)
def without_place(case: Case) -> Iterator[Hit]:
    """What a form says and a claim cannot hold is named, so that nothing is lost unseen."""
    for problem in _problems(case, "no_home"):
        yield _hit(problem)


@rule(
    "FORM-READ-002",
    "sheets-that-differ",
    message="page {page}: {box} says something else than another box or sheet; that was not read",
    help="Write the same into boxes that say the same, on every sheet of the claim.",
    source=_SOURCE,
    severity="warning",
    snip=1,
    needs=("paper",),
    breaks=[
        {FORM: [{"1a": "A1", "24D.1": "96365"}, {"1a": "A2", "24D.1": "96366"}]},
        {FORM: [{"2": "DOE, JO", "5.city": "RALEIGH", "6.self": "X", "7.city": "CARY"}]},
        {FORM: [{"1a": "A1", "2": "DOE, JO"}, {"1a": "A2", "2": "DOE, JOHN"}]},
    ],
    keeps=[
        {FORM: [{"1a": "A1", "24D.1": "96365"}, {"1a": "A1", "24D.1": "96366"}]},
        {FORM: [{"2": "DOE, JO", "5.city": "RALEIGH", "6.self": "X", "7.city": "RALEIGH"}]},
    ],
)
def sheets_differ(case: Case) -> Iterator[Hit]:
    """The sheets of one claim repeat what stands above and below its lines."""
    for problem in _problems(case, "differs"):
        yield _hit(problem)
