"""Codes against the whole lists that a user has loaded; lists that ship in part say nothing here."""

from collections.abc import Iterator

from edi.codes import bill_type, hcpcs, taxonomy
from edi.coding.family import codes as family
from edi.rules import Case, Hit, rule
from edi.rules.about import CODES
from edi.rules.asks import all_providers, box, day_one, missing_from
from edi.rules.f15.lines import RATE_CODES
from edi.rules.fac.lines import TOTAL_LINE

_YEAR = ["2026-01-01", "2026-12-31"]


_OF_FACILITY = (
    "type_of_bill", "admission_source", "patient_status", "revenue", "condition", "occurrence",
    "occurrence_span", "value",
)  # fmt: skip
"""Lists of the codes that only a facility claim has."""


@rule(
    "LIST-HCPCS-001",
    "procedure-not-in-force",
    message="line {line} bills {hcpcs}, which on its day is not in the list {edition} that is loaded ({box})",
    help="Write a code that is in force on the day of the service.",
    source="HCPCS and CPT lists that the user has loaded; CMS front-end edit X222.351.2400.SV101-2.020; "
    "rules catalogue SNIP5-001",
    severity="error",
    sees="line",
    snip=5,
    also=("SNIP5-001", "P59", "I43", "DRUG-HCPCS-DATE"),
    breaks=[
        {CODES: {"hcpcs": [*_YEAR, "J1756"]}, "/lines/0/hcpcs": "G0498"},
        {
            CODES: {"hcpcs": [*_YEAR, "J1756"]},
            "/lines/0/hcpcs": "G0498",
            "/lines/0/service_date": "2027-01-01",
        },
        {
            CODES: {"hcpcs": _YEAR},
            "/lines/0/hcpcs": "G0498",
            "/lines/-": {"hcpcs": "G0378", "service_date": "2026-03-03"},
        },
        {
            CODES: {"hcpcs": _YEAR},
            "/lines/0/hcpcs": None,
            "/lines/-": {"hcpcs": "G0378", "service_date": "2026-03-03"},
        },
        {CODES: {"cpt": ["2026-01-01", "2026-12-31", "99213"]}, "/lines/0/hcpcs": "99284"},
    ],
    keeps=[
        {CODES: {"hcpcs": [*_YEAR, "G0498"]}, "/lines/0/hcpcs": "G0498"},
        {"/lines/0/hcpcs": "G0498"},
        {CODES: {"hcpcs": [*_YEAR, "J1756"]}, "/lines/0/hcpcs": "99213"},
        {
            CODES: {"hcpcs": [*_YEAR, "J1756"]},
            "/lines/0/hcpcs": "G0498",
            "/lines/0/service_date": "2025-12-31",
        },
        {"/lines/0/hcpcs": None},
        {
            CODES: {"hcpcs": ["2026-01-01", "2026-12-31", "J1756"]},
            "/lines/0/hcpcs": "G0498",
            "/lines/0/service_date": None,
        },
        {
            CODES: {"hcpcs": ["2026-01-01", "2026-12-31", "G0498"]},
            "/lines/0/hcpcs": "G0498",
            "/lines/0/service_date": "2027-01-01",
        },
        {CODES: {"cpt": ["2026-01-01", "2026-12-31", "99213"]}, "/lines/0/hcpcs": "96365"},
        {
            CODES: {
                "cpt": ["2026-01-01", "2026-12-31", "99213"],
                "hcpcs": ["2026-01-01", "2026-12-31", "G0498"],
            },
            "/lines/0/hcpcs": "9628",
        },
        {
            CODES: {"hcpcs": [*_YEAR, "J1756", "..."]},
            "/lines/0/hcpcs": "G0498",
            "/lines/0/service_date": "2027-01-01",
        },
        {CODES: {"hcpcs": _YEAR}, "/lines/0/hcpcs": "A1001", "/lines/0/revenue_code": "0024"},
    ],
)
def procedure_not_in_force(case: Case) -> Iterator[Hit]:
    """A code is billed while it is in force.

    After the last day of the loaded list a code that it lacks is a warning. Drugs of the drug table are
    DRUG-HCPCS-DATE.
    """
    for i, line in enumerate(case.claim.lines):
        if not line.hcpcs or line.revenue_code in RATE_CODES:
            continue
        code, kind = hcpcs.compact(line.hcpcs), hcpcs.kind(line.hcpcs)
        if kind is None or code in family() or case.lists.drug_rows(code):
            continue
        found = missing_from(case.lists, "hcpcs" if kind == "level_two" else "cpt", code, line.service_date)
        if found:
            yield Hit(
                f"/lines/{i}/hcpcs",
                severity=found[0],
                line=i + 1,
                hcpcs=code,
                edition=found[1],
                box=box(case, "24D", "44"),
            )


def _facility_codes(case: Case) -> Iterator[tuple[str, str, str, str]]:
    """List, words, code and pointer of the codes of a facility claim."""
    claim = case.claim
    if claim.type_of_bill and bill_type.problem(claim.type_of_bill) is None:
        yield "type_of_bill", "type of bill", bill_type.facility(claim.type_of_bill), "/type_of_bill"
    admission = claim.admission
    if admission is not None:
        for key, name, words in (
            ("source", "admission_source", "point of origin"),
            ("patient_status", "patient_status", "patient status"),
        ):
            code = getattr(admission, key)
            if code:
                yield name, words, code, f"/admission/{key}"
    for i, line in enumerate(claim.lines):
        if line.revenue_code and line.revenue_code != TOTAL_LINE:
            yield "revenue", f"revenue code of line {i + 1}", line.revenue_code, f"/lines/{i}/revenue_code"
    for i, code in enumerate(claim.condition_codes):
        yield "condition", "condition code", code.upper(), f"/condition_codes/{i}"
    for key, name, words in (
        ("occurrence_codes", "occurrence", "occurrence code"),
        ("occurrence_spans", "occurrence_span", "occurrence span"),
        ("value_codes", "value", "value code"),
    ):
        for i, one in enumerate(getattr(claim, key)):
            if one.code:
                yield name, words, one.code.upper(), f"/{key}/{i}/code"


_CODED = {
    "/condition_codes": ["08"],
    "/occurrence_codes": [{"code": "11"}, {}],
    "/occurrence_spans": [{"code": "72"}, {}],
    "/value_codes": [{"code": "a0"}, {}],
}


@rule(
    "LIST-NUBC-001",
    "facility-code-not-in-list",
    message="the {words} {code} is not in the list {edition} that is loaded",
    help="Write a code of the list.",
    source="lists of the National Uniform Billing Committee that a licensed user has loaded; 005010X223A2, "
    "2300 and 2400; rules catalogue SNIP5-004",
    severity="error",
    snip=5,
    also=("SNIP5-004", "I42", "F04-42-001", "FAC-TOB-001"),
    setting="facility",
    editions=_OF_FACILITY,
    breaks=[
        *({CODES: {name: [*_YEAR, "ZZ"]}, **_CODED} for name in _OF_FACILITY),
        {CODES: {"revenue": [*_YEAR, "0636"]}},
        {CODES: {"condition": [*_YEAR, "08"]}, "/condition_codes": ["ZZ"]},
        {CODES: {"patient_status": [*_YEAR, "01"]}, "/admission/patient_status": "99"},
        {CODES: {"revenue": _YEAR}},
        {
            CODES: {
                "type_of_bill": ["2026-01-01", "2026-12-31", "11"],
                "admission_source": ["2026-01-01", "2026-12-31", "9"],
                "patient_status": ["2026-01-01", "2026-12-31", "02"],
                "occurrence": ["2026-01-01", "2026-12-31", "99"],
                "occurrence_span": ["2026-01-01", "2026-12-31", "99"],
                "value": ["2026-01-01", "2026-12-31", "99"],
                "condition": ["2026-01-01", "2026-12-31", "99"],
            },
            **_CODED,
            "/condition_codes": ["08", "09"],
            "/occurrence_codes": [{"code": "11"}, {"code": "10"}, {}],
        },
    ],
    keeps=[
        {CODES: {"revenue": [*_YEAR, "0636", "0260"]}},
        {CODES: {"revenue": [*_YEAR, "0636"]}, "/lines/0/revenue_code": None},
        {"/condition_codes": ["ZZ"]},
        {CODES: {"condition": [*_YEAR, "08"]}, "/condition_codes": ["08"]},
        {CODES: {"type_of_bill": ["2026-01-01", "2026-12-31", "11"]}, "/type_of_bill": None},
        {CODES: {"type_of_bill": ["2026-01-01", "2026-12-31", "11"]}, "/type_of_bill": "01X1"},
        {CODES: {"revenue": ["2026-01-01", "2026-12-31", "0636"]}, "/lines/0/revenue_code": "0001"},
        {CODES: {"admission_source": ["2026-01-01", "2026-12-31", "9"]}, "/admission": None},
        {CODES: {"admission_source": [*_YEAR, "9"]}, "/admission/source": None},
    ],
)
def facility_code_not_in_list(case: Case) -> Iterator[Hit]:
    """The codes of a facility claim stand in published lists, of which only a part ships with the program."""
    day = day_one(case)
    for name, words, code, path in _facility_codes(case):
        found = missing_from(case.lists, name, code, day)
        if found:
            yield Hit(path, severity=found[0], words=words, code=code, edition=found[1])


@rule(
    "PRV-TAX-001",
    "taxonomy-not-in-list",
    message="the {title} has the taxonomy code {code}, which is not in the list {edition} that is loaded",
    help="Take the code from the provider's entry in the national registry.",
    source="NUCC Health Care Provider Taxonomy as the user has loaded it; 005010X222A1 and 005010X223A2, "
    "PRV03",
    severity="warning",
    snip=5,
    also=("SNIP5-007", "P04", "I02", "I32"),
    editions=("taxonomy",),
    breaks=[
        {CODES: {"taxonomy": [*_YEAR, "282N00000X"]}, "/billing_provider/taxonomy": "207RG0999X"},
        {CODES: {"taxonomy": _YEAR}, "/billing_provider/taxonomy": "207RG01000"},
    ],
    keeps=[
        {CODES: {"taxonomy": [*_YEAR, "207RG0100X"]}},
        {"/billing_provider/taxonomy": "207RG0999X"},
    ],
)
def taxonomy_not_in_list(case: Case) -> Iterator[Hit]:
    """A taxonomy code is one of the published ones."""
    day = day_one(case)
    for path, _, title, one in all_providers(case):
        if not one.taxonomy or taxonomy.problem(one.taxonomy):
            continue
        code = taxonomy.compact(one.taxonomy)
        found = missing_from(case.lists, "taxonomy", code, day)
        if found:
            yield Hit(f"{path}/taxonomy", severity="warning", title=title, code=code, edition=found[1])
