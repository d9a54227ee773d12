"""NDC: shape, unit and quantity of National Drug Codes on service lines."""

from collections.abc import Iterator

from edi.codes import ndc
from edi.finding import Severity
from edi.model.claim import ServiceLine
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, ON, POLICIES
from edi.rules.asks import absent, box

_AMBIGUOUS = 10


def _is_ambiguous(text: str) -> bool:
    """Whether these are ten digits without hyphens, which may be any of three codes."""
    value = text.strip()
    return len(value) == _AMBIGUOUS and value.isascii() and value.isdigit()


def has_charted_ndc(case: Case, line: ServiceLine) -> bool:
    """Whether the record has an NDC for what a line bills."""
    given = [case.timeline.of(id_) for id_ in line.administrations]
    return any(g is not None and g.source.ndc for g in given)


@rule(
    "NDC-FMT-001",
    "ndc-malformed",
    message="line {line}: {problem} ({box})",
    help="Write the eleven digits, or the code of the label with its hyphens.",
    source="005010X222A1 and 005010X223A2, 2410 LIN03 (5-4-2, eleven digits); FDA, 21 CFR 207.33",
    severity="error",
    sees="line",
    snip=5,
    also=("P69", "I53", "SNIP5-005", "F04-43-001"),
    breaks=[
        {"/lines/1/ndc": "999990101"},
        {"/lines/1/ndc": "99999-0101-011"},
        {"/lines/1/ndc": "99999-O101-01"},
        {"/lines/1/ndc": "00000000000"},
        {"/lines/1/ndc": "999990101", "/lines/0/ndc": "00069"},
    ],
    keeps=[
        {"/lines/1/ndc": "99999010101"},
        {"/lines/1/ndc": "9999-0101-01"},
        {"/lines/1/ndc": "99999-101-01"},
        {"/lines/1/ndc": "99999-0101-1"},
        {"/lines/1/ndc": "9999901011"},
    ],
)
def malformed(case: Case) -> Iterator[Hit]:
    """Claims carry eleven digits; ten become eleven where the hyphens tell how."""
    for i, line in enumerate(case.claim.lines):
        if line.ndc and not _is_ambiguous(line.ndc) and (problem := ndc.problem(line.ndc)):
            yield Hit(f"/lines/{i}/ndc", line=i + 1, problem=problem, box=box(case, "24 shaded", "43"))


@rule(
    "NDC-FMT-002",
    "ndc-ambiguous",
    message="line {line}: {problem} ({box})",
    help="Write the NDC with the hyphens of the label: 4-4-2, 5-3-2 or 5-4-1.",
    source="FDA, 21 CFR 207.33 (ten digits in three shapes); 005010X222A1 and 005010X223A2, 2410 LIN03",
    severity="error",
    sees="line",
    snip=5,
    also=("P69", "I53"),
    breaks=[
        {"/lines/1/ndc": "9999901011"},
        {"/lines/1/ndc": "9999901011", "/lines/0/ndc": "9999901011"},
    ],
    keeps=[
        {"/lines/1/ndc": "9999-9010-11"},
        {"/lines/1/ndc": "99999010101"},
        {"/lines/1/ndc": "123456789X"},
        {"/lines/1/ndc": "١٢٣٤٥٦٧٨٩٠"},
    ],
)
def ambiguous(case: Case) -> Iterator[Hit]:
    """Ten digits without hyphens are three different codes, and none is guessed."""
    for i, line in enumerate(case.claim.lines):
        if line.ndc and _is_ambiguous(line.ndc):
            problem = ndc.problem(line.ndc)
            yield Hit(f"/lines/{i}/ndc", line=i + 1, problem=problem, box=box(case, "24 shaded", "43"))


@rule(
    "NDC-UOM-001",
    "ndc-unit-unknown",
    message="line {line}: the NDC quantity {problem} ({box})",
    help="Write UN for containers of powder, ML for liquids, GR, ME or F2.",
    source="005010X222A1 and 005010X223A2, 2410 CTP05-1: F2 GR ME ML UN",
    severity="error",
    sees="line",
    snip=2,
    also=("P69", "I53", "I71"),
    breaks=[
        {"/lines/1/ndc_unit": "MG"},
        {"/lines/1/ndc_unit": None},
        {"/lines/1/ndc_unit": "MG", "/lines/0/ndc_unit": "MG"},
        {"/lines/1/ndc_unit": None, "/lines/-": {"ndc": "00069", "ndc_quantity": "10"}},
    ],
    keeps=[
        {"/lines/1/ndc_unit": "ML"},
        {"/lines/1/ndc_unit": None, "/lines/1/ndc_quantity": None},
        {"/lines/0/ndc_quantity": "1"},
        {"/lines/1/ndc_unit": None, "/unread/-": {"path": "/lines/1/ndc_unit", "text": "?"}},
    ],
)
def unit_unknown(case: Case) -> Iterator[Hit]:
    """The quantity of an NDC has a unit of its own, one of five."""
    for i, line in enumerate(case.claim.lines):
        path, where = f"/lines/{i}/ndc_unit", box(case, "24 shaded", "43")
        if line.ndc_unit is None:
            if line.ndc and line.ndc_quantity is not None and absent(case, None, path):
                yield Hit(path, line=i + 1, box=where, problem="has no unit")
        elif case.lists.known("units_of_measure", line.ndc_unit, None) is False:
            yield Hit(path, line=i + 1, box=where, problem=f"has {line.ndc_unit}, which is no unit of an NDC")


@rule(
    "NDC-QTY-001",
    "ndc-quantity-missing",
    message="line {line}: {problem} ({box})",
    help="Write how much of the product was opened: containers (UN) or millilitres (ML). In a record, "
    "list the "
    "opened containers, with the volume of each where the drug is a liquid.",
    source="005010X222A1 and 005010X223A2, 2410 CTP04 (required beside LIN)",
    severity="error",
    sees="line",
    snip=2,
    also=("P69", "I53"),
    breaks=[
        {"/lines/1/ndc_quantity": None},
        {"/lines/1/ndc_quantity": "0"},
        {"/lines/1/ndc_quantity": "-1"},
        {"/lines/1/ndc_quantity": "-1", "/lines/0/ndc_quantity": "0"},
        {"/lines/1/ndc_quantity": "-1", "/lines/0/ndc": "00069"},
        {ON: "encounter", "/administrations/0/containers": []},
        {ON: "encounter", POLICIES: {"ndc_required": "yes"}, "/administrations/0/containers": []},
        {
            ON: "encounter",
            "/administrations/0/containers": [],
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J0696",
                "ndc": "99999-0102-01",
                "dose": {"value": "250", "unit": "mg"},
                "start": "2026-03-03T10:00",
            },
        },
        {
            ON: "encounter",
            "/administrations/0/containers": [],
            "/services/-": {"hcpcs": "J2405", "administrations": ["A9", "A1"]},
        },
    ],
    keeps=[
        {ON: "encounter"},
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1": {"hcpcs": "J1756", "administrations": ["A1"]},
        },
        {"/lines/1/ndc_quantity": "0.001"},
        {"/lines/1/ndc_quantity": None, "/lines/1/ndc_unit": None, "/lines/1/ndc": None},
        {ON: "encounter", "/administrations/0/containers": [], "/administrations/0/ndc": None},
    ],
)
def quantity_missing(case: Case) -> Iterator[Hit]:
    """An NDC goes with the quantity of that product, which is not the number of billing units.

    Where the NDC of the record is not on the proposed line, that is a warning, and an error where the payer
    wants NDCs.
    """
    for i, line in enumerate(case.claim.lines):
        quantity = line.ndc_quantity
        path, where = f"/lines/{i}/ndc_quantity", box(case, "24 shaded", "43")
        if line.ndc and absent(case, quantity, path):
            yield Hit(path, line=i + 1, box=where, problem="an NDC without a quantity")
        elif not line.ndc and case.billed_by_record() and line.kind == "drug":
            if has_charted_ndc(case, line):
                sure: Severity | None = None if case.policies.ndc_required == "yes" else "warning"
                problem = "the NDC of the record is not sent without a quantity"
                yield Hit(path, severity=sure, line=i + 1, box=where, problem=problem)
        elif quantity is not None and quantity <= 0:
            yield Hit(path, line=i + 1, box=where, problem=f"the quantity of the NDC is {quantity:f}")
