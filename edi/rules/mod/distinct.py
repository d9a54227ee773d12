"""MOD: visits beside an infusion, and modifiers that say that a service is distinct."""

from collections.abc import Iterator, Mapping
from typing import Any

from edi.coding.edits import pair_indicator
from edi.coding.family import INITIALS
from edi.coding.timeline import Given
from edi.finding import Severity
from edi.model.claim import ServiceLine, effective_rendering_provider
from edi.rules.about import BASE, LOADED, code_of, edits_setting, facility_code, medicare
from edi.rules.asks import OTHER_PRACTITIONER, TWO_PRACTITIONERS, box, paid_by_themselves
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import is_drug, modifiers_of
from edi.rules.inf.examples import a_doctor
from edi.rules.inf.linking import DISTINCT, by_date, coded_links, family_lines, links, units_of

EVALUATION = (
    *("99202", "99203", "99204", "99205"),
    *("99212", "99213", "99214", "99215"),
    *("99281", "99282", "99283", "99284", "99285", "G0463"),
)
"""Visits that a practice or hospital may bill beside an infusion, with 25."""
BYPASSES = frozenset({"24", "25", "27", "57", "58", "59", "78", "79", "91", *DISTINCT})
"""Modifiers that lift a pair edit of indicator 1 (NCCI Policy Manual ch. I)."""
_DAY = {"units": "1", "service_date": "2026-03-03"}
_VISIT = {**_DAY, "hcpcs": "99213", "kind": "service"}
_NIGHT: Mapping[str, Any] = {BASE: "facility", "/lines/-": {**_VISIT, "hcpcs": "99284"}}
"""A visit to the emergency department of a hospital, beside the infusion."""
_OTHERS = (a_doctor(), a_doctor(None), a_doctor("207RG0100X"))
"""Practitioners of another specialty, of an unknown one, and of that of the samples."""
_CODED = {
    "/services": [
        {"hcpcs": "99213", "modifiers": ["25"], "units": 1, "charge": "100", "diagnosis_pointers": [1]}
    ]
}


def _unmarked_beside(case: Case, line: ServiceLine) -> tuple[str | None, Severity | None]:
    """The administration of the day that is paid together with a visit, where no modifier tells them apart.

    An error where a pair edit joins the two, a remark where another practitioner performed it; in a hospital
    the outpatient code editor asks for 25 besides.
    """
    if not BYPASSES.isdisjoint(modifiers_of(line)):
        return None, None
    beside, elsewhere, setting = None, None, edits_setting(case)
    for _, other, code in family_lines(case):
        if other.service_date != line.service_date:
            continue
        if setting == "facility" and code in INITIALS:
            beside = beside or code
        if DISTINCT.isdisjoint(modifiers_of(other)) and (
            pair_indicator(case.lists, code, code_of(line), setting, line.service_date) == 1
        ):
            if not paid_by_themselves(case, line, other):
                return code, None
            elsewhere = elsewhere or code
    if beside is not None:
        return beside, None if medicare(case) and facility_code(case) == "13" else "warning"
    return elsewhere, "info"


@rule(
    "MOD-25-001",
    "visit-without-modifier",
    message="line {line} bills the visit {hcpcs} on the day of {other} without modifier 25 ({box})",
    help="Add 25 where the visit was a service of its own, with its own note; else remove the visit.",
    source="NCCI Policy Manual ch. I and XI; NCCI procedure-to-procedure edits, 2024 Q3 (indicator 1); two "
    "source articles on 96365; edit 21 of the outpatient code editor (HL7 table 0458): visits beside "
    "services of status S or T",
    severity="error",
    snip=7,
    sees="services",
    codes=EVALUATION,
    also=("PRO-EM-001", "NCCI-PTP-001"),
    breaks=[
        {"/lines/-": _VISIT},
        {"/lines/-": {**_VISIT, "hcpcs": "99202"}},
        {"/lines/-": {**_VISIT, "hcpcs": "G0463"}},
        {"/lines/-": {**_VISIT, "modifiers": ["GC"]}},
        {"/lines/-": {"hcpcs": "G0463", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "G0463"},
        {"/setting": "facility", "/lines/-": {**_VISIT, "hcpcs": "99284"}},
        {"/setting": None, "/lines/-": _VISIT},
        {"/lines/0/service_date": "2026-03-02", "/lines/1": {**_DAY, "hcpcs": "96365"}, "/lines/-": _VISIT},
        *({"/lines/-": {**_VISIT, "rendering_provider": who}} for who in _OTHERS),
        {
            "/rendering_provider/taxonomy": None,
            "/lines/-": {**_VISIT, "rendering_provider": _OTHERS[1]},
        },
        {
            "/lines/-": [
                {**_DAY, "hcpcs": "96374", "rendering_provider": _OTHERS[0]},
                {**_VISIT, "rendering_provider": _OTHERS[0]},
            ]
        },
        {
            "/lines/1": {**_DAY, "hcpcs": "96374"},
            "/lines/-": {**_VISIT, "rendering_provider": _OTHERS[0]},
        },
        _NIGHT,
        {**_NIGHT, "/coverages/0/claim_filing": "CI", "/coverages/0/payer/name": "SAMPLE PLAN"},
        {**_NIGHT, "/type_of_bill": "0851"},
        {**_NIGHT, "/lines/1": {**_DAY, "hcpcs": "96374", "modifiers": ["59"]}},
        {BASE: "facility", "/lines/0/modifiers": ["59"], "/lines/-": {**_VISIT, "hcpcs": "G0463"}},
        {
            BASE: "facility",
            "/lines/0/hcpcs": "96523",
            "/lines/-": _VISIT,
            LOADED: [["ptp", "hospital", ["96523", "99213"], [20260101, 0, 1]]],
        },
    ],
    keeps=[
        {"/lines/-": {**_VISIT, "modifiers": ["25"]}},
        {"/lines/-": {**_VISIT, "modifiers": ["24"]}},
        {"/lines/-": {**_VISIT, "modifiers": ["57"]}},
        {"/lines/-": {**_VISIT, "service_date": "2026-03-04"}},
        {"/lines/-": {**_VISIT, "hcpcs": "99211"}},
        {"/lines/-": {**_VISIT, "units": "0"}},
        {"/setting": "facility", "/lines/-": {**_VISIT, "hcpcs": "99284", "modifiers": ["25"]}},
        {"/lines/-": {**_VISIT, "hcpcs": "99284"}},
        {"/lines/0/modifiers": ["59"], "/lines/-": _VISIT},
        {**_NIGHT, "/lines/0/service_date": "2026-03-02", "/lines/1": {**_DAY, "hcpcs": "96376"}},
    ],
)
def visit_without_modifier(case: Case) -> Iterator[Hit]:
    """A visit of the day is part of the infusion unless 25 says that it was a service of its own.

    Beside an infusion of a practitioner of another specialty that is a remark.
    """
    for i, line in case.lines(*EVALUATION):
        other, severity = _unmarked_beside(case, line) if units_of(line) > 0 else (None, None)
        if other is not None:
            apart: dict[str, object] = {"help": TWO_PRACTITIONERS} if severity == "info" else {}
            yield Hit(
                f"/lines/{i}/modifiers",
                severity=severity,
                line=i + 1,
                hcpcs=code_of(line),
                other=f"{other}{OTHER_PRACTITIONER if apart else ''}",
                box=box(case, "24D", "44"),
                expected="25",
                **apart,
            )


@rule(
    "MOD-25-004",
    "separate-visit-not-shown",
    message="line {line} bills {hcpcs} with 25; {reason}",
    help="Check that the note of the visit stands alone: its own complaint, findings and decisions.",
    source="two source articles on 96365 (rules catalogue B.2)",
    severity="warning",
    snip=7,
    needs=("record",),
    codes=EVALUATION,
    on="encounter",
    breaks=[
        _CODED,
        {**_CODED, "/diagnoses/-": {"code": "R11.2"}, "/services/0/separate_note": False},
        {
            "/services": [{"hcpcs": "99213", "modifiers": ["25"]}],
            "/diagnoses": [{"kind": "reason_for_visit"}],
        },
        {"/services": [{"modifiers": ["25"]}], "/services/0/hcpcs": "99202"},
        {"/services": [{"modifiers": ["25"]}], "/services/0/hcpcs": "G0463"},
        {"/services": [{"hcpcs": "99213", "modifiers": ["25"]}, {"hcpcs": "99213", "modifiers": ["25"]}]},
        {"/services": [{"hcpcs": "99213"}, {"hcpcs": "99213", "modifiers": ["25"]}]},
        {
            "/services": [{"hcpcs": "99213", "modifiers": ["25"]}, {"hcpcs": "99213", "modifiers": ["25"]}],
            "/services/0/diagnosis_pointers": [2],
        },
    ],
    keeps=[
        {**_CODED, "/services/0/separate_note": True},
        {**_CODED, "/diagnoses/-": {"code": "R11.2"}, "/services/0/diagnosis_pointers": [2]},
        {**_CODED, "/services/0/modifiers": []},
        {"/services": [{"hcpcs": "99213", "modifiers": ["25"]}], "/services/0/service_date": "2026-10-03"},
        {"/services": [{"hcpcs": "99213", "modifiers": ["25"]}], "/diagnoses": None},
    ],
)
def separate_visit_not_shown(case: Case) -> Iterator[Hit]:
    """25 stands on a note of its own; the same diagnosis alone is no proof against it: a warning."""
    treated = {p for _, line, _ in family_lines(case) for p in line.diagnosis_pointers}
    days = set(by_date(case))
    for i, line in case.lines(*EVALUATION):
        if "25" not in modifiers_of(line) or line.separate_note is True or line.service_date not in days:
            continue
        if line.separate_note is False:
            reason = "the record says that it has no note of its own"
        elif len(case.claim.diagnoses) == 1 or (
            line.diagnosis_pointers and set(line.diagnosis_pointers) <= treated
        ):
            reason = "it has the diagnosis of the infusion only, and no note of its own is recorded"
        else:
            continue
        yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code_of(line), reason=reason)


_HOUR = {**_DAY, "hcpcs": "96415", "modifiers": ["59"], "administrations": ["A1"]}


def _alike(one: Given, other: Given) -> bool:
    """Whether two administrations share visit, access site, route and drug."""
    return (one.visit, one.site, one.route, one.substance) == (
        other.visit,
        other.site,
        other.route,
        other.substance,
    )


@rule(
    "MOD-59-001",
    "nothing-distinct-in-record",
    message="line {line} ({hcpcs}) has {modifier}, and the record shows one visit, one site and one drug",
    help="Remove the modifier, or complete the record where there was a second site or visit.",
    source="NCCI Policy Manual ch. I; two source articles on 96365",
    severity="error",
    snip=7,
    needs=("record",),
    also=("NCCI-PTP-003",),
    on="encounter",
    base="biologic-coded",
    breaks=[
        {"/services/1/modifiers": ["59"]},
        {"/services/1/modifiers": ["XS"]},
        {
            "/services": [
                {**_DAY, "hcpcs": "96413", "administrations": ["A1"]},
                {**_HOUR, "service_date": "2026-03-04"},
                _HOUR,
                _HOUR,
            ]
        },
    ],
    keeps=[
        {},
        {"/services/0/modifiers": ["59"]},
        {"/services/1/modifiers": ["59"], "/services/-": {"hcpcs": "36430", "units": 1, "charge": "100"}},
        {
            "/services/1/modifiers": ["XE"],
            "/services/1/administrations": ["A2"],
            "/administrations/-": {"id": "A2", "drug": "ceftriaxone", "category": "therapeutic"},
        },
        {"/services/1/modifiers": ["59"], "/services/0/service_date": "2026-10-13"},
        {"/services/1/modifiers": ["59"], "/services/2/hcpcs": "96376"},
        {"/services/1/modifiers": ["XS"], "/services/0/units": "0"},
        {"/services/1/modifiers": ["59"], "/administrations/0/route": "PO"},
        {"/services/1/modifiers": ["XE"], "/administrations/-": {"id": "A2"}, "/services/2/hcpcs": "96367"},
    ],
)
def nothing_distinct(case: Case) -> Iterator[Hit]:
    """59 and its parts stand on another site, visit or drug.

    Judged for added services whose administrations are known, beside known ones, with nothing else on the
    day that they could be distinct from. Second initial services are INF-SITE-001 and INF-PUSH-001.
    """
    linked = {found.index: found for found in links(case)}
    for found in coded_links(case):
        present = sorted(DISTINCT & modifiers_of(found.line))
        if not present or found.code in INITIALS or not found.given:
            continue
        same_day = [
            (i, line)
            for i, line in enumerate(case.claim.lines)
            if i != found.index and line.service_date == found.line.service_date and not is_drug(case, line)
        ]
        others = [linked[i] for i, line in same_day if i in linked]
        if not others or len(others) < len(same_day) or not all(other.given for other in others):
            continue
        if all(_alike(a, b) for other in others for a in found.given for b in other.given):
            yield Hit(
                f"/lines/{found.index}/modifiers",
                line=found.number,
                hcpcs=found.code,
                modifier=present[0],
                actual=present[0],
            )


@rule(
    "MOD-59-004",
    "general-modifier-where-a-part-fits",
    message="line {line} ({hcpcs}) has 59; this payer prefers XE, XS, XP or XU where one of them fits",
    help="Use XS for another access site, XE for another visit; keep 59 where neither fits.",
    source="two source articles on 96365; NCCI Policy Manual ch. I",
    severity="info",
    modifiers=("59",),
    snip=7,
    sees="services",
    when={"distinct_modifier": "X"},
    breaks=[
        {"/lines/0/modifiers": ["59"]},
        {
            "/lines/0/modifiers": ["59"],
            "/lines/1": {"hcpcs": "96523", "modifiers": ["59"]},
            "/lines/-": {"hcpcs": "96375"},
        },
    ],
    keeps=[{"/lines/0/modifiers": ["XS"]}, {"/lines/0/modifiers": ["59", "XS"]}, {}],
)
def general_modifier(case: Case) -> Iterator[Hit]:
    """59 is valid, and says less than its parts."""
    for i, line, code in family_lines(case):
        present = modifiers_of(line)
        if "59" in present and DISTINCT.isdisjoint(present - {"59"}):
            yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code)


def _performer(case: Case, line: ServiceLine) -> str | None:
    one = effective_rendering_provider(case.claim, line)
    if one is None and case.claim.setting == "facility":
        one = case.claim.attending_provider
    return one.npi if one is not None else None


_SECOND = {**_DAY, "hcpcs": "96375", "modifiers": ["XP"]}
_OTHER = {**_SECOND, "rendering_provider": {"last_name": "OTHER", "npi": "1234567893"}}


@rule(
    "MOD-XP-001",
    "no-separate-practitioner",
    message="line {line} ({hcpcs}) has XP, and the same practitioner stands for every service of that day",
    help="Use XS or XE where another site or visit is meant; a second nurse is no separate practitioner.",
    source="rules catalogue K25; CMS (XP: separate practitioner)",
    severity="warning",
    modifiers=("XP",),
    snip=7,
    breaks=[
        {"/lines/-": _SECOND},
        {
            "/lines/-": {"hcpcs": "96375", "modifiers": ["XP"], "service_date": "2026-03-03"},
            "/lines/0/modifiers": ["XP"],
        },
        {"/lines/-": _SECOND, BASE: "facility"},
        {"/lines/0/service_date": "2026-03-02", "/lines/1": {**_DAY, "hcpcs": "96374"}, "/lines/-": _SECOND},
    ],
    keeps=[
        {"/lines/-": _OTHER},
        {"/lines/-": _OTHER, BASE: "facility"},
        {"/lines/-": {**_SECOND, "modifiers": ["XS"]}},
        {"/lines/0/modifiers": ["XP"]},
        {"/lines/-": _SECOND, "/rendering_provider": None},
        {
            "/lines/-": _SECOND,
            "/rendering_provider": None,
            "/attending_provider": {"last_name": "DOCTOR", "npi": "1245319599"},
        },
        {"/lines/0/service_date": None, "/lines/-": {"hcpcs": "96375", "modifiers": ["XP"]}},
    ],
)
def no_separate_practitioner(case: Case) -> Iterator[Hit]:
    """XP tells two practitioners apart; one practitioner for all lines makes it untrue."""
    for day, lines in by_date(case).items():
        performers = {_performer(case, line) for _, line, _ in lines}
        if day is None or len(lines) < 2 or len(performers) != 1 or None in performers:
            continue
        for i, line, code in lines:
            if "XP" in modifiers_of(line):
                yield Hit(f"/lines/{i}/modifiers", line=i + 1, hcpcs=code, actual="XP")
