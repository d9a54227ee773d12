"""MOD: modifiers on lines to which they do not belong, and modifiers that contradict each other."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from edi import tables
from edi.codes import modifier
from edi.rules.about import BASE, CODES, code_of
from edi.rules.asks import box
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import DIALYSIS, drug_lines, facility_code, is_administration, modifiers_of

_INDICATORS = "CMS PFS indicator file 2024"
_WHOLE = {"modifiers": ["2026-01-01", "2026-12-31", "59", "JZ"]}
"""Modifiers as a user may have loaded them."""
_LINE = {"hcpcs": "96367", "modifiers": ["XS"], "units": "1", "service_date": "2026-03-03"}


@cache
def misplaced(rule_id: str, setting: str | None = None) -> dict[str, dict[str, str]]:
    """Rows of the table of misplaced modifiers of one rule, by modifier: all, or those of a setting."""
    return {
        row["modifier"]: row
        for row in tables.rows("coding/modifier_use.csv")
        if row["rule"] == rule_id and (setting is None or row["setting"] in ("", setting))
    }


@cache
def contradictions(rule_id: str) -> tuple[tuple[str, str, str], ...]:
    """Pairs of modifiers that contradict each other, with the reason, of one rule."""
    return tuple(
        (r["first"], r["second"], r["reason"])
        for r in tables.rows("coding/modifier_pairs.csv")
        if r["rule"] == rule_id
    )


def contradicting(rule_id: str) -> frozenset[str]:
    """Modifiers of which one is on every line that has such a pair."""
    return frozenset(first for first, _, _ in contradictions(rule_id))


def misplacements(case: Case, rule_id: str, setting: str | None = None) -> Iterator[Hit]:
    """Every modifier that stands where the table says that it does not belong, in general or in a setting."""
    rows = misplaced(rule_id, setting)
    for i, line in enumerate(case.claim.lines):
        for k, one in enumerate(line.modifiers):
            row = rows.get(modifier.compact(one))
            if row is None:
                continue
            if row["kind"] == "administration" and not is_administration(line):
                continue
            yield Hit(
                f"/lines/{i}/modifiers/{k}",
                line=i + 1,
                hcpcs=code_of(line) or "no procedure code",
                modifier=row["modifier"],
                problem=row["problem"],
                box=box(case, "24D", "44"),
                actual=row["modifier"],
            )


def contradicted(case: Case, rule_id: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """Lines with two modifiers that contradict each other: index and the values of the message."""
    for i, line in enumerate(case.claim.lines):
        present = modifiers_of(line)
        for first, second, reason in contradictions(rule_id):
            if first in present and second in present:
                values = {"line": i + 1, "first": first, "second": second, "reason": reason}
                yield i, {**values, "box": box(case, "24D", "44")}
                break


@rule(
    "MOD-25-002",
    "visit-modifier-on-administration",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Move 25 to the visit, where the visit was a service of its own; else remove it.",
    source="rules catalogue B.1 (two source articles on 96365; NCCI Policy Manual ch. I)",
    severity="error",
    modifiers=misplaced("MOD-25-002"),
    sees="line",
    snip=7,
    also=("PRO-EM-001",),
    breaks=[{"/lines/0/modifiers": ["25"]}, {"/lines/0/modifiers": ["59", "25"]}],
    keeps=[
        {},
        {"/lines/-": {**_LINE, "hcpcs": "99213", "modifiers": ["25"]}},
        {"/lines/0/modifiers": ["RT"]},
    ],
)
def visit_modifier(case: Case) -> Iterator[Hit]:
    """25 says that a visit was more than what the infusion includes; it describes the visit."""
    yield from misplacements(case, "MOD-25-002")


@rule(
    "MOD-ANAT-001",
    "side-on-administration",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Remove it; a second access site is told by XS or 59.",
    source=f"{_INDICATORS}: bilateral 0 for these codes",
    severity="error",
    modifiers=misplaced("MOD-ANAT-001"),
    sees="line",
    snip=7,
    breaks=[
        {"/lines/0/modifiers": ["RT"]},
        {"/lines/0/modifiers": ["LT"]},
        {"/lines/0/modifiers": ["50"]},
        {"/lines/0/modifiers": ["50", "LT"]},
    ],
    keeps=[{"/lines/0/modifiers": ["XS"]}, {"/lines/1/modifiers": ["JZ", "RT"]}],
)
def side(case: Case) -> Iterator[Hit]:
    """An infusion has no left and right; the vein is told by the access site."""
    yield from misplacements(case, "MOD-ANAT-001")


@rule(
    "MOD-PCTC-001",
    "component-on-administration",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Remove it.",
    source=f"{_INDICATORS}: professional and technical component 5 for these codes",
    severity="error",
    modifiers=misplaced("MOD-PCTC-001"),
    sees="line",
    snip=7,
    breaks=[{"/lines/0/modifiers": ["26"]}, {"/lines/0/modifiers": ["TC"]}],
    keeps=[
        {},
        {"/lines/-": {**_LINE, "hcpcs": "93000", "modifiers": ["26"]}},
    ],
)
def component(case: Case) -> Iterator[Hit]:
    """The nurse gives the drug: there is no part of the service that a physician would bill apart."""
    yield from misplacements(case, "MOD-PCTC-001")


@rule(
    "MOD-51-001",
    "several-procedures-on-administration",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Remove it.",
    source=f"{_INDICATORS}: multiple procedure 0 for these codes",
    severity="warning",
    modifiers=misplaced("MOD-51-001"),
    sees="line",
    snip=7,
    setting="professional",
    breaks=[{"/lines/0/modifiers": ["51"]}],
    keeps=[{}, {"/lines/1/modifiers": ["JZ", "51"]}],
)
def several_procedures(case: Case) -> Iterator[Hit]:
    """Infusions are paid without the reduction that 51 asks for."""
    yield from misplacements(case, "MOD-51-001")


@rule(
    "MOD-27-001",
    "hospital-visit-modifier-on-professional-claim",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Remove it.",
    source="rules catalogue B.1 (to be verified)",
    severity="warning",
    modifiers=misplaced("MOD-27-001"),
    sees="line",
    snip=7,
    setting="professional",
    breaks=[{"/lines/0/modifiers": ["27"]}, {"/lines/0/modifiers": ["27"], "/lines/0/hcpcs": None}],
    keeps=[{"/lines/0/modifiers": ["59"]}],
)
def hospital_visit(case: Case) -> Iterator[Hit]:
    """27 tells several hospital outpatient visits of one day apart."""
    yield from misplacements(case, "MOD-27-001")


@rule(
    "MOD-53-001",
    "stopped-procedure-modifier-misplaced",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Remove it; bill the infusion or push that the minutes support.",
    source="rules catalogue B.1 (trade sources, to be verified)",
    severity="warning",
    modifiers=misplaced("MOD-53-001"),
    sees="line",
    snip=7,
    breaks=[
        {"/lines/0/modifiers": ["73"]},
        {"/lines/0/modifiers": ["74"]},
        {"/lines/0/modifiers": ["53"], BASE: "facility"},
        {"/lines/1/modifiers": ["73", "53"], BASE: "facility"},
    ],
    keeps=[{"/lines/0/modifiers": ["53"]}, {"/lines/0/modifiers": ["52"]}],
)
def stopped_procedure(case: Case) -> Iterator[Hit]:
    """53 is for practitioners, 73 and 74 are for procedures with anesthesia."""
    yield from misplacements(case, "MOD-53-001", case.claim.setting or "")


@rule(
    "MOD-KIND-001",
    "drug-modifier-on-administration",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Move it to the line of the drug.",
    source="CMS Pub. 100-04 ch. 17 §40 (JW, JZ); rules catalogue B.1",
    severity="warning",
    modifiers=misplaced("MOD-KIND-001"),
    sees="line",
    snip=7,
    breaks=[
        {"/lines/0/modifiers": [one], "/lines/1/modifiers": []}
        for one in ("JZ", "JW", "JA", "JB", "JG", "TB")
    ],
    keeps=[{}, {"/lines/1/modifiers": ["JZ", "TB"]}],
)
def drug_modifier(case: Case) -> Iterator[Hit]:
    """What was thrown away, how a drug was bought and its route are told on the drug's own line."""
    yield from misplacements(case, "MOD-KIND-001")


@rule(
    "MOD-CAMPUS-001",
    "department-modifier-on-professional-claim",
    message="line {line} ({hcpcs}) has modifier {modifier}: {problem} ({box})",
    help="Remove it; a practice tells the place by its place of service.",
    source="rules catalogue B.1; rules catalogue 0.5 no. 26 (hospital outpatient payment system)",
    severity="warning",
    modifiers=misplaced("MOD-CAMPUS-001"),
    sees="line",
    snip=7,
    setting="professional",
    breaks=[
        {"/lines/0/modifiers": ["PO"]},
        {"/lines/1/modifiers": ["JZ", "PN"]},
        {"/lines/0/modifiers": ["ER"]},
    ],
    keeps=[{"/lines/0/modifiers": ["59"]}],
)
def department_modifier(case: Case) -> Iterator[Hit]:
    """PO, PN and ER tell where a hospital's department is."""
    yield from misplacements(case, "MOD-CAMPUS-001")


@rule(
    "MOD-AX-001",
    "dialysis-modifier-outside-dialysis",
    message="line {line} ({hcpcs}) has modifier AX, which goes with dialysis, on another claim ({box})",
    help="Remove AX, or bill the dialysis facility's type of bill 072x.",
    source="rules catalogue B.1 (to be verified)",
    severity="warning",
    modifiers=("AX",),
    sees="line",
    snip=7,
    breaks=[
        {"/lines/1/modifiers": ["JZ", "AX"]},
        {"/lines/1/modifiers": ["AX"], "/lines/-": {"hcpcs": "Q5103", "modifiers": ["AX"]}},
    ],
    keeps=[
        {},
        {"/lines/1/modifiers": ["AX"], "/place_of_service": "65"},
        {"/lines/1/modifiers": ["AX"], "/lines/1/place_of_service": "65"},
        {"/lines/1/modifiers": ["AX"], "/type_of_bill": "0721", BASE: "facility"},
    ],
)
def dialysis_modifier(case: Case) -> Iterator[Hit]:
    """AX marks what is furnished with dialysis; an infusion elsewhere is not."""
    if facility_code(case) == DIALYSIS or case.claim.place_of_service == "65":
        return
    for i, line, code in drug_lines(case):
        if "AX" in modifiers_of(line) and line.place_of_service != "65":
            yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code, box=box(case, "24D", "44"))


@rule(
    "MOD-59-002",
    "distinct-modifier-twice",
    message="line {line} has {first} and {second}: {reason} ({box})",
    help="Keep the X modifier and remove 59.",
    source="NCCI Policy Manual ch. I (XE, XP, XS, XU are parts of 59); rules catalogue B.2 (to be verified)",
    severity="warning",
    modifiers=contradicting("MOD-59-002"),
    sees="line",
    snip=7,
    breaks=[
        {"/lines/-": {**_LINE, "modifiers": ["59", "XS"]}},
        {"/lines/-": {**_LINE, "modifiers": ["XE", "59"]}},
        {"/lines/0/modifiers": ["59", "XE", "XS"], "/lines/-": {**_LINE, "modifiers": ["59", "XS"]}},
    ],
    keeps=[
        {"/lines/-": {**_LINE, "modifiers": ["59"]}},
        {"/lines/-": {**_LINE, "modifiers": ["XU"]}},
        {"/lines/1/modifiers": ["JW", "JZ", "59"]},
    ],
)
def distinct_twice(case: Case) -> Iterator[Hit]:
    """59 beside one of its own parts says nothing more."""
    for i, values in contradicted(case, "MOD-59-002"):
        yield Hit(f"/lines/{i}/modifiers", **values)


@rule(
    "MOD-ABN-001",
    "notice-modifiers-contradict",
    message="line {line} has {first} and {second}: {reason} ({box})",
    help="Keep the one that is true.",
    source="CMS Pub. 100-04 ch. 30 (GA, GX, GY, GZ); rules catalogue B.2 (to be verified)",
    severity="warning",
    modifiers=contradicting("MOD-ABN-001"),
    sees="line",
    snip=7,
    breaks=[
        {"/lines/0/modifiers": ["GA", "GZ"]},
        {"/lines/0/modifiers": ["GZ", "GX"]},
        {"/lines/0/modifiers": ["GY", "GZ"]},
        {"/lines/0/modifiers": ["GA", "GZ"], "/lines/-": {"modifiers": ["GA", "GZ"]}},
    ],
    keeps=[
        {"/lines/0/modifiers": ["GA"]},
        {"/lines/0/modifiers": ["GX", "GY"]},
        {"/lines/0/modifiers": ["GA"], "/lines/1/modifiers": ["GZ"]},
    ],
)
def notices_contradict(case: Case) -> Iterator[Hit]:
    """Either the patient signed a notice, or none was needed, or none was given."""
    for i, values in contradicted(case, "MOD-ABN-001"):
        yield Hit(f"/lines/{i}/modifiers", **values)


@rule(
    "MOD-INV-001",
    "modifier-not-in-force",
    message="line {line} has modifier {modifier}, which is not in force on its date ({box})",
    help="Correct the modifier or the date.",
    source="HCPCS modifiers by date (schemas/codes/modifiers.csv, or the list of the user); CARC 182",
    severity="error",
    sees="line",
    snip=5,
    also=("P60", "I44"),
    breaks=[
        {"/lines/1/service_date": "2022-12-31"},
        {"/lines/1/modifiers": ["JW", "JZ"], "/lines/1/service_date": "2016-12-31"},
        {"/lines/1/modifiers": ["JW", "JZ"], "/lines/1/service_date": "2019-12-31"},
        {"/lines/1/modifiers": ["59", "JZ"], "/lines/1/service_date": "2016-12-31"},
        {"/lines/1/service_date": "2022-12-31", "/lines/1/modifiers": ["JZ", "JZ"]},
        {"/lines/1/service_date": "2022-12-31", "/lines/0/service_date": None},
        {"/lines/1/modifiers": ["U9"], CODES: _WHOLE},
    ],
    keeps=[
        {"/lines/1/service_date": "2023-01-01"},
        {"/lines/1/modifiers": ["JW"], "/lines/1/service_date": "2016-12-31"},
        {"/lines/1/modifiers": ["JG"]},
        {"/lines/1/modifiers": ["U9"]},
        {"/lines/1/modifiers": ["U9"], CODES: _WHOLE, "/lines/1/service_date": None},
        {"/lines/1/modifiers": ["U-9"], CODES: _WHOLE},
        {"/lines/1/modifiers": ["JG"], CODES: _WHOLE},
    ],
)
def not_in_force(case: Case) -> Iterator[Hit]:
    """A modifier has a first and sometimes a last day.

    Judged where the dates are certain. A code that a whole list lacks may be a local one: a warning. The last
    day of JG is to be verified: MOD-340B-002.
    """
    for i, line in enumerate(case.claim.lines):
        if line.service_date is None:
            continue
        for k, one in enumerate(line.modifiers):
            code = modifier.compact(one)
            if case.lists.known("modifiers", code, line.service_date) is not False:
                continue
            entry = case.lists.entry("modifiers", code)
            if modifier.problem(one) or (entry is not None and entry.fields.get("verify")):
                continue
            yield Hit(
                f"/lines/{i}/modifiers/{k}",
                severity=None if entry is not None else "warning",
                line=i + 1,
                modifier=code,
                box=box(case, "24D", "44"),
                actual=code,
            )
