"""INF-HYD: fluids that are, and that are not, a service of their own."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from edi import tables
from edi.coding.edits import pair_indicator
from edi.coding.timeline import HELD, Given
from edi.rules.about import BASE, LOADED, ON, edits_setting, is_surgery, medicare
from edi.rules.base import Case, Hit, per_case, rule
from edi.rules.inf import initial
from edi.rules.inf.examples import a_drug, a_line, at
from edi.rules.inf.linking import (
    HYDRATION,
    Linked,
    by_date,
    coded_links,
    distinct,
    drug_infusions,
    family_lines,
    links,
    refused,
    second_initials,
    shared,
    shared_minutes,
    supported,
)
from edi.rules.inf.sources import (
    ADD_ONS,
    ARTICLES,
    CONVENTION,
    CPT,
    NCCI_MANUAL,
    NORIDIAN_HYDRATION,
    PAIRS,
)

SMALL_VOLUME = 500
"""Millilitres below which one contractor doubts that fluid was needed."""
_TOO_LITTLE = ("overlaps_drug", "under_minimum")
"""Reasons for which the engine refuses hydration that ran too short, or too short outside drug time."""
VEIN_ACCESS = ("36000", "36410")
"""Putting a needle or catheter into a vein."""
NOT_SURGERY = ("36000", "36400", "36405", "36406", "36410", "36415", "36416", "36430")
"""Codes of the surgical range that are access, blood draw or transfusion."""

_NO_HOSPITAL_EDIT = [["ptp", "hospital", ["96365", "36000"], [20260101, 0, 9]]]
_CODED = {ON: "encounter", BASE: "hydration-facility"}
_TWICE = {"/services/1/administrations": ["A2"], "/services/-": a_line("96360", administrations=["A2"])}
_RINGER = {
    "/administrations/1/drug": "lactated Ringer",
    "/administrations/1/hcpcs": "J7120",
    "/administrations/1/category": "hydration",
    "/administrations/1/site_reason": None,
}


def _fault(case: Case, found: Linked) -> str | None:
    """What is wrong with a coded line of hydration, as one rule id; None where the record supports it."""
    if found.code not in HYDRATION or set(HYDRATION) & supported(case, found.given):
        return None
    excluded = {g.excluded for g in found.given}
    if excluded & set(HELD):
        return None
    if "vehicle" in excluded or any(_in_bag_of_a_drug(case, g) for g in found.given):
        return "INF-HYD-002"
    if excluded & {"keep_vein_open", "flush"}:
        return "INF-HYD-003"
    if "blood_line" in excluded:
        return "INF-HYD-005"
    if "integral" in excluded:
        return "INF-HYD-010"
    if refused(case, found.given).isdisjoint(_TOO_LITTLE):
        return None
    return "INF-HYD-006" if _beside_drugs(case, found) else "INF-HYD-001"


def _beside_drugs(case: Case, found: Linked) -> int:
    """Minutes in which fluids ran while a drug ran through the same access."""
    places = {(g.visit, g.site) for g in found.given}
    return shared_minutes(found.given, (g for g in drug_infusions(case) if (g.visit, g.site) in places))


def _in_bag_of_a_drug(case: Case, fluid: Given) -> bool:
    return fluid.source.bag is not None and any(
        g.substance == fluid.substance and g.klass != "hydration" for g in case.timeline.given
    )


@per_case
def _faulty(case: Case) -> frozenset[int]:
    """Indexes of the coded lines of hydration that the record does not support."""
    if case.assembled is None:
        return frozenset()
    return frozenset(found.index for found in coded_links(case) if _fault(case, found) is not None)


def faults(case: Case, rule_id: str) -> Iterator[Linked]:
    """Coded lines of hydration with one fault."""
    return (found for found in coded_links(case) if _fault(case, found) == rule_id)


def _hit(found: Linked, **values: Any) -> Hit:
    return Hit(
        f"/lines/{found.index}/hcpcs",
        line=found.number,
        hcpcs=found.code,
        names=found.names,
        actual=found.code,
        **values,
    )


def _ran(found: Linked) -> int:
    return sum(g.minutes or 0 for g in found.given)


@rule(
    "INF-HYD-001",
    "hydration-too-short",
    message="line {line} bills {hcpcs} for {names}, which ran {minutes} minutes; it takes {least}",
    help="Remove the line: hydration of 30 minutes or less is not billed.",
    source=f"{ARTICLES}; {NORIDIAN_HYDRATION}; {CPT}",
    severity="error",
    snip=7,
    codes=HYDRATION,
    needs=("record",),
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/stop": "2026-03-03T10:20"},
        {
            "/administrations/0": None,
            "/administrations/0/stop": "2026-03-03T10:20",
            "/services/0": None,
            "/services/0/hcpcs": "96360",
        },
        {
            "/administrations/1/stop": at("10:20"),
            "/administrations/-": a_drug(
                "A3", "lactated Ringer", "J7120", "09:00", "09:45", category="hydration"
            ),
            "/services/1/administrations": ["A2"],
            "/services/-": a_line("96360"),
        },
        {**_TWICE, "/administrations/1/stop": at("10:20")},
        {"/administrations/1/stop": at("10:20"), "/administrations/1/bag": "B2"},
        {
            "/administrations/1/stop": at("10:20"),
            "/services/1/administrations": ["A2"],
            "/services/-": a_line("96360"),
        },
    ],
    keeps=[
        {},
        {"/administrations/1/stop": "2026-03-03T10:21"},
        {
            "/administrations/1/stop": "2026-03-03T10:05",
            "/policies": {"hydration_minimum": 15},
        },
        {
            "/administrations/-": a_drug(
                "A3", "lactated Ringer", "J7120", "08:46", "08:56", category="hydration"
            ),
            "/services/1/administrations": ["A2", "A3"],
        },
        {
            "/administrations/1/stop": None,
            "/administrations/1/volume_ml": None,
            "/administrations/-": a_drug(
                "A3", "lactated Ringer", "J7120", "08:46", "08:56", category="hydration"
            ),
            "/services/1/administrations": ["A2", "A3"],
        },
        {"/administrations/1/route": "PO"},
    ],
)
def too_short(case: Case) -> Iterator[Hit]:
    """Hydration begins at minute 31, or at the minute that the payer's policy names."""
    for found in faults(case, "INF-HYD-001"):
        yield _hit(found, minutes=_ran(found), least=case.policies.hydration_minimum)


@rule(
    "INF-HYD-002",
    "vehicle-billed-as-hydration",
    message="line {line} bills {hcpcs} for the fluid that carries {drug}",
    help="Remove the line: a vehicle is part of the drug's administration.",
    source=f"{ARTICLES}; {NORIDIAN_HYDRATION}",
    severity="error",
    snip=7,
    codes=HYDRATION,
    needs=("record",),
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/diluent_of": "A1"},
        {"/administrations/1/purpose": "vehicle", "/services/1/hcpcs": "96360"},
        {
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/administrations/1/start": "2026-03-03T09:00",
            "/administrations/1/stop": "2026-03-03T09:45",
        },
        {"/administrations/1/diluent_of": "J1756"},
        {**_TWICE, "/administrations/1/diluent_of": "A1"},
        {
            "/administrations/0/bag": "B1",
            "/administrations/1/bag": "B1",
            "/administrations/1/start": at("09:00"),
            "/administrations/1/stop": at("09:45"),
            "/administrations/-": a_drug(
                "A3", "lactated Ringer", "J7120", "08:46", "08:56", category="hydration"
            ),
            "/services/1/administrations": ["A2", "A3"],
        },
    ],
    keeps=[
        {},
        {"/administrations/0/bag": "B1", "/administrations/1/bag": "B2"},
        {
            "/administrations/1/drug": "dextrose",
            "/administrations/1/stop": at("10:20"),
            "/administrations/-": a_drug("A3", "dextrose", None, "10:25", "10:26", technique="push"),
        },
    ],
)
def vehicle(case: Case) -> Iterator[Hit]:
    """The fluid in which a drug is dissolved is no hydration."""
    for found in faults(case, "INF-HYD-002"):
        carried = found.given[0].source.diluent_of
        drug = next((g for g in case.timeline.given if g.id == carried), None)
        yield _hit(found, drug=drug.name if drug else carried or "a drug")


@rule(
    "INF-HYD-003",
    "open-vein-billed-as-hydration",
    message="line {line} bills {hcpcs} for {names}, which only kept the access open",
    help="Remove the line: keeping a vein open and flushing are part of the other services.",
    source=f"{NORIDIAN_HYDRATION}; {NCCI_MANUAL}",
    severity="error",
    snip=7,
    codes=HYDRATION,
    needs=("record",),
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/purpose": "keep_vein_open"},
        {"/administrations/1/purpose": "flush"},
        {"/administrations/1/purpose": "keep_vein_open", "/services/1/hcpcs": "96360"},
        {**_TWICE, "/administrations/1/purpose": "keep_vein_open"},
    ],
    keeps=[{}, {"/administrations/1/purpose": "keep_vein_open", "/services/1": None}],
)
def open_vein(case: Case) -> Iterator[Hit]:
    """Keeping a vein open is never reported."""
    for found in faults(case, "INF-HYD-003"):
        yield _hit(found)


@rule(
    "INF-HYD-004",
    "vein-access-billed",
    message="line {line} bills {hcpcs} beside {other}; access to the vein is part of it",
    help="Remove the line, unless the access was for another purpose at another site: then add 59 or XS.",
    source=f"{NCCI_MANUAL}; {PAIRS}",
    severity="error",
    snip=7,
    sees="services",
    codes=VEIN_ACCESS,
    also=("INF-INCL-001", "NCCI-PTP-001"),
    breaks=[
        {"/lines/-": {"hcpcs": "36000", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "36410", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "36000", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "36000"},
        {
            "/lines/-": {"hcpcs": "36410", "service_date": "2026-03-03"},
            "/lines/1/hcpcs": "36000",
            "/lines/1/modifiers": ["XE"],
        },
        {LOADED: _NO_HOSPITAL_EDIT, "/setting": None, "/lines/-": a_line("36000")},
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "36000", "modifiers": ["XS"], "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "36000", "units": "1", "service_date": "2026-03-04"}},
        {"/lines/-": {"hcpcs": "36000", "service_date": "2026-03-03"}, "/lines/0/modifiers": ["XU"]},
        {"/lines/-": {"hcpcs": "36410", "service_date": "2026-03-03"}, "/lines/0/hcpcs": "96401"},
        {LOADED: _NO_HOSPITAL_EDIT, "/setting": "facility", "/lines/-": a_line("36000")},
    ],
)
def vein_access(case: Case) -> Iterator[Hit]:
    """The start of the line is included in every infusion and push."""
    setting = edits_setting(case)
    for day, lines in by_date(case).items():
        for i, line in case.lines(*VEIN_ACCESS):
            code = (line.hcpcs or "").upper()
            if line.service_date != day or distinct(line):
                continue
            other = next(
                (
                    c
                    for _, o, c in lines
                    if pair_indicator(case.lists, c, code, setting, day) is not None and not distinct(o)
                ),
                None,
            )
            if other is not None:
                yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, other=other, actual=code)


@rule(
    "INF-HYD-005",
    "blood-line-billed-as-hydration",
    message="line {line} bills {hcpcs} for {names}, which ran with or between blood units",
    help="Remove the line: it is part of the transfusion.",
    source=f"{NCCI_MANUAL}; policy of one commercial payer (rules catalogue K31)",
    severity="warning",
    snip=7,
    codes=HYDRATION,
    needs=("record",),
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/purpose": "blood_line"},
        {**_TWICE, "/administrations/1/purpose": "blood_line"},
        {"/administrations/1/purpose": "blood_line", "/services/1/hcpcs": "96360"},
    ],
    keeps=[{}, {"/administrations/1/purpose": "treatment"}],
)
def blood_line(case: Case) -> Iterator[Hit]:
    """Saline that runs with blood or between units belongs to the transfusion."""
    for found in faults(case, "INF-HYD-005"):
        yield _hit(found)


@rule(
    "INF-HYD-006",
    "hydration-beside-a-drug",
    message="line {line} bills {hcpcs} for {names}: {minutes} of {whole} minutes ran while a drug "
    "ran at the same site",
    help="Remove the line: too little is left when the time of the drug is taken away.",
    source=f"{ARTICLES}; {CPT}",
    severity="error",
    snip=7,
    codes=HYDRATION,
    needs=("record",),
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/start": "2026-03-03T09:00", "/administrations/1/stop": "2026-03-03T09:45"},
        {"/administrations/1/start": "2026-03-03T09:15", "/administrations/1/stop": "2026-03-03T10:15"},
        {
            "/administrations/1/start": "2026-03-03T09:00",
            "/administrations/1/stop": "2026-03-03T09:45",
            "/services/1/hcpcs": "96360",
        },
        {
            "/administrations/-": a_drug(
                "A3", "lactated Ringer", "J7120", "09:00", "09:45", category="hydration"
            ),
            "/services/1/administrations": ["A2"],
            "/services/-": a_line("96361", administrations=["A3"]),
        },
        {**_TWICE, "/administrations/1/start": at("09:00"), "/administrations/1/stop": at("09:45")},
        {
            "/administrations/0/technique": "pump",
            "/administrations/0/stop": at("19:00"),
            "/encounter_end": None,
        },
        {
            "/administrations/1/start": at("09:15"),
            "/administrations/1/stop": at("10:15"),
            "/administrations/-": a_drug(
                "A3", "vancomycin", "J3373", "09:30", "10:15", access_site="right forearm"
            ),
        },
    ],
    keeps=[
        {},
        {"/administrations/1/start": "2026-03-03T09:15", "/administrations/1/stop": "2026-03-03T10:16"},
    ],
)
def beside_a_drug(case: Case) -> Iterator[Hit]:
    """Hydration counts only while no drug runs through the same access."""
    for found in faults(case, "INF-HYD-006"):
        yield _hit(found, minutes=_beside_drugs(case, found), whole=_ran(found))


@rule(
    "INF-HYD-007",
    "second-site-for-hydration-without-reason",
    message="{names} ran beside a drug through a second access site, and no reason for that site is recorded",
    help="Record why the fluid could not wait or share the line; without a reason it is not billed apart.",
    source=ARTICLES,
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    base="two-sites-facility",
    breaks=[
        {
            **_RINGER,
        },
        {
            **_RINGER,
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:10",
                "stop": "2026-03-03T10:10",
                "access_site": "right forearm",
                "category": "hydration",
            },
        },
        {
            BASE: "hydration-facility",
            "/administrations/-": a_drug(
                "A3", "vancomycin", "J3373", "10:00", "10:40", access_site="right forearm"
            ),
        },
        {
            **_RINGER,
            "/administrations/-": a_drug("A3", "famotidine", "S0028", "09:50", "10:10"),
        },
    ],
    keeps=[
        {},
        {
            "/administrations/1/drug": "lactated Ringer",
            "/administrations/1/hcpcs": "J7120",
            "/administrations/1/category": "hydration",
        },
        {
            **_RINGER,
            "/administrations/1/access_site": "left forearm",
        },
        {
            **_RINGER,
            "/administrations/0/site_reason": "irritates the vein",
        },
        {
            **_RINGER,
            "/administrations/1/access_site": "left forearm",
            "/administrations/1/stop": at("10:30"),
        },
        {
            **_RINGER,
            "/administrations/1/start": at("09:50"),
            "/administrations/1/stop": at("10:50"),
        },
        {
            BASE: "two-sites-coded",
            **_RINGER,
        },
        {
            BASE: "two-sites-coded",
            **_RINGER,
            "/services/1": None,
        },
        {
            BASE: "two-sites-coded",
            **_RINGER,
            "/administrations/1/purpose": "keep_vein_open",
            "/services/1": a_line("96360", "XS", administrations=["A2"]),
        },
    ],
)
def second_site_without_reason(case: Case) -> Iterator[Hit]:
    """Hydration beside a drug needs a site of its own and a reason beyond carrying something."""
    for fluid, _ in fluids_without_reason(case):
        yield Hit(f"/administrations/{fluid.index}/site_reason", names=fluid.name)


def fluids_without_reason(case: Case) -> Iterator[tuple[Given, Given]]:
    """Billed fluids that ran beside a drug of another site, where neither has a reason for its site."""
    billed = {id_ for found in links(case) if found.code in HYDRATION for id_ in found.ids}
    for fluid in case.timeline.given:
        if fluid.klass != "hydration" or fluid.excluded is not None or fluid.id not in billed:
            continue
        for drug in drug_infusions(case):
            reason = fluid.source.site_reason or drug.source.site_reason
            if drug.site != fluid.site and not reason and shared([fluid], [drug]):
                yield fluid, drug
                break


@rule(
    "INF-HYD-SEC",
    "hydration-initial-beside-another",
    message="line {line} bills {hcpcs} and line {base_line} bills {base}: hydration is not the "
    "initial service here",
    help="Bill 96361 for the hydration: another service of this site and visit is the initial one.",
    source=f"{ADD_ONS}; {CPT} (rules catalogue K08)",
    severity="error",
    snip=7,
    sees="codes",
    codes=("96360",),
    also=("INF-INIT-001", "NCCI-PTP-001"),
    breaks=[
        {"/lines/-": {"hcpcs": "96360", "units": "1", "service_date": "2026-03-03"}},
        {
            "/lines/0/hcpcs": "96413",
            "/lines/-": {"hcpcs": "96360", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/-": {"hcpcs": "96360", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "96360"},
        {"/lines/0/hcpcs": "96374", "/lines/-": a_line("96360")},
        {**_CODED, "/services/1/hcpcs": "96360"},
        {**_CODED, "/services/1": a_line("96360", "59", administrations=["A2"])},
        {**_CODED, "/services/0/modifiers": ["59"], "/services/1/hcpcs": "96360"},
        {
            **_CODED,
            "/services/1": a_line("96360", "59", administrations=["A2"]),
            "/services/-": a_line("96374", "59", administrations=["A1"]),
        },
    ],
    keeps=[
        {"/lines/-": {"hcpcs": "96361", "units": "1", "service_date": "2026-03-03"}},
        {
            "/lines/-": {
                "hcpcs": "96360",
                "modifiers": ["XS"],
                "units": "1",
                "service_date": "2026-03-03",
            }
        },
        {
            **_CODED,
            "/administrations/1/stop": at("10:20"),
            "/services/1": a_line("96360", administrations=["A2"]),
        },
        {**_CODED, "/services/0": a_line("96360"), "/services/1": a_line("96360", "59")},
    ],
)
def hydration_not_initial(case: Case) -> Iterator[Hit]:
    """Hydration after another initial service is 96361.

    With a modifier it is a fault only where the record shows one site and one visit. Lines that are no
    hydration at all are left to INF-HYD-001 to 006.
    """
    faulty = _faulty(case)
    seconds = list(initial.pairs(case, "INF-HYD-SEC"))
    seconds += [
        s
        for s in second_initials(case)
        if s.modified and s.relation == "same" and "96360" in (s.code, s.base_code) and s.code != s.base_code
    ]
    for second in seconds:
        i, j = second.index, second.base_index
        if second.base_code == "96360":
            i, j = j, i
        if i not in faulty:
            yield Hit(
                f"/lines/{i}/hcpcs",
                line=i + 1,
                hcpcs="96360",
                base_line=j + 1,
                base=(case.claim.lines[j].hcpcs or "").upper(),
                expected="96361",
                actual="96360",
            )


@cache
def _prefixes() -> tuple[str, ...]:
    return tuple(row["prefix"] for row in tables.rows("coding/hydration_diagnoses.csv"))


def unexplained(case: Case) -> bool:
    """Whether no diagnosis of a claim to Medicare speaks of loss of fluid or volume."""
    if not medicare(case) or not case.claim.diagnoses:
        return False
    stated = [(d.code or "").replace(".", "").upper() for d in case.claim.diagnoses]
    return not any(code.startswith(_prefixes()) for code in stated)


@rule(
    "INF-HYD-008",
    "no-diagnosis-for-hydration",
    message="line {line} bills {hcpcs}, and no diagnosis speaks of loss of fluid or volume",
    help="Code the dehydration, vomiting or other reason for the fluid where the record shows it.",
    source="Noridian article on hydration A52732 (rules catalogue INF-HYD-008)",
    severity="warning",
    snip=7,
    codes=HYDRATION,
    base="hydration-facility",
    breaks=[
        {"/diagnoses/1/code": "I10"},
        {"/diagnoses/1": {}},
        {"/diagnoses/1/code": "I10", "/lines/1/hcpcs": "96360"},
        {
            **_CODED,
            "/diagnoses/1/code": "I10",
            "/administrations/1/diluent_of": "A1",
            "/administrations/-": a_drug(
                "A3", "lactated Ringer", "J7120", "11:30", "12:30", category="hydration"
            ),
            "/services/1/administrations": ["A2"],
            "/services/-": a_line("96361", administrations=["A3"]),
        },
        {"/diagnoses/1/code": "I10", "/setting": "professional", "/coverages/0/claim_filing": "MB"},
    ],
    keeps=[
        {},
        {"/diagnoses/1/code": "R11.2"},
        {"/coverages/0/claim_filing": "CI", "/diagnoses/1/code": "I10"},
        {"/diagnoses": None},
        {"/coverages": None, "/diagnoses/1/code": "I10"},
        {**_CODED, "/diagnoses/1/code": "I10", "/administrations/1/diluent_of": "A1"},
    ],
)
def no_diagnosis(case: Case) -> Iterator[Hit]:
    """Medicare contractors want a diagnosis that explains the fluid. Said once per claim, for Medicare.

    Not of lines that the record does not support: a diagnosis would not mend them.
    """
    if not unexplained(case):
        return
    faulty = _faulty(case)
    for i, _, code in family_lines(case, HYDRATION):
        if i in faulty:
            continue
        key = "hcpcs" if case.claim.setting == "facility" else "diagnosis_pointers"
        yield Hit(f"/lines/{i}/{key}", line=i + 1, hcpcs=code)
        return


@rule(
    "INF-HYD-009",
    "hydration-without-order",
    message="administration {id} ({drug}) is billed as hydration and its order {what}",
    help="Record the order with volume, rate or duration; its wording is free.",
    source=NORIDIAN_HYDRATION,
    severity="warning",
    snip=7,
    codes=HYDRATION,
    needs=("record",),
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/order": None},
        {"/administrations/1/volume_ml": None, "/administrations/1/rate_ml_per_hour": None},
        {"/administrations/1/order": None, "/administrations/0/hcpcs": "J7040"},
        {
            "/administrations/1/volume_ml": None,
            "/administrations/1/rate_ml_per_hour": None,
            "/services/1/hcpcs": "96360",
        },
        {
            "/administrations/-": {
                "id": "A2",
                "drug": "ceftriaxone",
                "hcpcs": "J7030",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
            }
        },
    ],
    keeps=[
        {},
        {
            "/administrations/1/volume_ml": None,
            "/administrations/1/rate_ml_per_hour": None,
            "/administrations/1/planned_minutes": 60,
        },
        {
            "/administrations/1/volume_ml": None,
            "/administrations/1/rate_ml_per_hour": None,
            "/services/1/administrations": ["A1"],
        },
        {"/administrations/1/volume_ml": None},
        {"/administrations/-": {"id": "A2", "diluent_of": "A1"}},
        {"/administrations/0/hcpcs": "J7040", "/services/-": {"hcpcs": "96365", "administrations": ["A1"]}},
        {"/administrations/1/rate_ml_per_hour": None},
    ],
)
def without_order(case: Case) -> Iterator[Hit]:
    """Fluid is given on an order that says how much, how fast or how long."""
    billed = {id_ for found in links(case) if found.code in HYDRATION for id_ in found.ids}
    for given in case.timeline.given:
        if given.klass != "hydration" or given.excluded is not None or given.id not in billed:
            continue
        source = given.source
        if source.order is None:
            what = "is missing"
        elif not (source.volume_ml or source.rate_ml_per_hour or source.planned_minutes):
            what = "gives neither volume nor rate nor duration"
        else:
            continue
        yield Hit(f"/administrations/{given.index}/order", id=given.id, drug=given.name, what=what)


@rule(
    "INF-HYD-010",
    "hydration-that-the-drug-needs",
    message="{names} ran because the drug itself needs hydration; this payer does not pay it apart{effect}",
    help="Do not bill it here. Other payers pay hydration before or after a drug: policy pre_post_hydration.",
    source=f"{NORIDIAN_HYDRATION}; rules catalogue 0.5 no. 39",
    severity="info",
    snip=7,
    needs=("record",),
    when={"pre_post_hydration": "integral"},
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/purpose": "post_hydration"},
        {"/administrations/1/purpose": "pre_hydration", "/services/1": None},
        {**_TWICE, "/administrations/1/purpose": "post_hydration"},
    ],
    keeps=[{}, {"/administrations/1/purpose": "treatment"}],
)
def integral(case: Case) -> Iterator[Hit]:
    """Hydration that protects from the drug is integral to it. A coded line is a warning, else a remark."""
    told: set[str] = set()
    for found in faults(case, "INF-HYD-010"):
        told |= found.ids
        yield Hit(
            f"/lines/{found.index}/hcpcs",
            severity="warning",
            names=found.names,
            effect=f", and line {found.number} bills it",
            actual=found.code,
        )
    rest = [g for g in case.timeline.given if g.excluded == "integral" and g.id not in told]
    if rest:
        yield Hit(
            f"/administrations/{rest[0].index}/purpose", names=" and ".join(g.name for g in rest), effect=""
        )


@rule(
    "INF-HYD-011",
    "little-fluid",
    message="{names}: {volume} mL in all, less than 500 mL",
    help="Nothing to do; one contractor doubts that so little was needed, so let the record say why.",
    source="one MAC, second-hand (rules catalogue INF-HYD-011)",
    severity="info",
    snip=7,
    codes=HYDRATION,
    needs=("record",),
    on="encounter",
    base="hydration-facility",
    breaks=[
        {"/administrations/1/volume_ml": "499"},
        {"/administrations/1/volume_ml": "499", "/administrations/0/id": "A2"},
        {"/administrations/1/volume_ml": "499", "/services/1/hcpcs": "96360"},
    ],
    keeps=[
        {},
        {"/administrations/1/volume_ml": "500"},
        {"/administrations/1/volume_ml": None},
        {"/administrations/1/volume_ml": "499", "/services/2/hcpcs": "96361"},
        {"/administrations/1/volume_ml": "499", "/administrations/1/route": "PO"},
        {"/administrations/1/volume_ml": "499", "/administrations/0/hcpcs": "J7120"},
        {
            "/administrations/1/volume_ml": "499",
            "/services/2/hcpcs": "96361",
            "/administrations/1/hcpcs": "J0696",
        },
    ],
)
def little_fluid(case: Case) -> Iterator[Hit]:
    """Less than 500 mL may be questioned. Said once per claim."""
    billed = {id_ for found in links(case) if found.code in HYDRATION for id_ in found.ids}
    fluids = [
        g for g in case.timeline.given if g.id in billed and g.klass == "hydration" and g.excluded is None
    ]
    volumes = [v for g in fluids if (v := g.source.volume_ml) is not None]
    if not fluids or len(volumes) < len(fluids):
        return
    total = sum(volumes)
    if total < SMALL_VOLUME:
        yield Hit(
            f"/administrations/{fluids[0].index}/volume_ml",
            names=" and ".join(dict.fromkeys(g.name for g in fluids)),
            volume=f"{total:f}",
        )


@rule(
    "INF-HYD-012",
    "hydration-around-surgery",
    message="line {line} bills {hcpcs} on the day of the operation {operation}",
    help="Remove the line where the fluid belonged to the operation; add 59 where it did not.",
    source=f"{NORIDIAN_HYDRATION}; {CONVENTION}",
    severity="warning",
    snip=7,
    sees="services",
    setting="facility",
    codes=HYDRATION,
    base="hydration-facility",
    breaks=[
        {"/lines/-": {"hcpcs": "45378", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "45378", "service_date": "2026-03-03"}, "/lines/2/hcpcs": "96360"},
        {"/lines/-": {"hcpcs": "45378", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "96360"},
        {"/lines/-": {"hcpcs": "45378", "service_date": "2026-03-03"}, "/lines/3/hcpcs": "10004"},
        {
            "/lines/-": {"hcpcs": "45378", "service_date": "2026-03-03"},
            "/lines/1/modifiers": ["59"],
            "/lines/3/hcpcs": "96360",
        },
        {"/lines/-": a_line("69990")},
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "36415", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "45378", "units": "1", "service_date": "2026-03-04"}},
        {
            "/lines/-": {"hcpcs": "45378", "units": "1", "service_date": "2026-03-03"},
            "/lines/1/modifiers": ["59"],
        },
        {"/lines/0/hcpcs": None},
        {"/lines/-": [a_line(code) for code in (*NOT_SURGERY, "36591", "36592", "1036F")]},
    ],
)
def around_surgery(case: Case) -> Iterator[Hit]:
    """Fluid before, during and after an operation is part of it. Known by date and code."""
    for i, line, code in family_lines(case, HYDRATION):
        if distinct(line):
            continue
        for other in case.claim.lines:
            operation = (other.hcpcs or "").upper()
            if other.service_date == line.service_date and _surgical(operation):
                yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, operation=operation)
                break


def _surgical(code: str) -> bool:
    return is_surgery(code) and code not in NOT_SURGERY and not code.startswith("3659")
