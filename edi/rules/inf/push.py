"""INF-PUSH: pushes and injections against infusions, repeats and other routes."""

from collections.abc import Iterator
from decimal import Decimal
from operator import itemgetter

from edi.coding.edits import pair_indicator
from edi.coding.family import PUSH_LIMIT
from edi.rules.about import BASE, edits_setting
from edi.rules.asks import TWO_PRACTITIONERS, paid_by_themselves
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_doctor, a_drug, a_line, at
from edi.rules.inf.linking import (
    by_date,
    coded_links,
    distinct,
    family_lines,
    links,
    refused,
    second_initials,
    supported,
    supported_units,
    units_of,
)
from edi.rules.inf.sources import ARTICLES, CONVENTION, CPT, LIMITS, PAIRS

FURTHER_PUSHES = ("96375", "96411")
INJECTIONS = ("96372", "96377")
_REPEATS = {"repeat_push", "repeat_push_too_soon", "repeat_push_professional", "push_of_infused_drug"}
_PUSH = {
    "id": "A2",
    "drug": "ondansetron",
    "hcpcs": "J2405",
    "dose": {"value": "4", "unit": "mg"},
    "route": "IV",
    "technique": "push",
    "start": "2026-03-03T09:50",
    "access_site": "left forearm",
}


@rule(
    "INF-PUSH-001",
    "push-initial-by-modifier",
    message="lines {line} and {base_line} bill 96365 and 96374 as distinct, but the record shows one "
    "site and one visit",
    help="Bill 96375 for the push: another drug alone makes it an add-on, not a second initial service.",
    source=f"{ARTICLES}; {PAIRS} (rules catalogue K14)",
    severity="error",
    snip=7,
    codes=("96374",),
    also=("INF-INIT-001", "INF-SITE-001"),
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {
            "/administrations/-": _PUSH,
            "/services/-": {
                "hcpcs": "96374",
                "modifiers": ["59"],
                "units": 1,
                "service_date": "2026-03-03",
                "administrations": ["A2"],
            },
        },
        {
            "/administrations/-": _PUSH,
            "/services/-": {"hcpcs": "96374", "modifiers": ["XU"], "units": 1, "service_date": "2026-03-03"},
        },
        {"/services/-": {"hcpcs": "96374"}, "/services/0/modifiers": ["XU"]},
        {
            "/services/-": {"hcpcs": "96374", "modifiers": ["XU"]},
            "/services/1": {"hcpcs": "96374", "modifiers": ["59"]},
        },
    ],
    keeps=[
        {
            "/administrations/-": {**_PUSH, "access_site": "right hand", "site_reason": "line blocked"},
            "/services/-": {"hcpcs": "96374", "modifiers": ["XS"], "units": 1, "service_date": "2026-03-03"},
        },
        {
            "/administrations/-": _PUSH,
            "/services/-": {"hcpcs": "96375", "units": 1, "service_date": "2026-03-03"},
        },
        {"/services/-": {"hcpcs": "96374", "modifiers": ["XU"]}, "/services/0/hcpcs": "96360"},
        {"/services/-": {"hcpcs": "96374"}},
    ],
)
def push_initial_by_modifier(case: Case) -> Iterator[Hit]:
    """An infusion and a push of another drug through one line are 96365 and 96375.

    Without a modifier the pair is INF-INIT-001. A modifier does not help where the record shows one site and
    one visit.
    """
    for second in second_initials(case):
        if (
            second.modified
            and second.relation == "same"
            and {second.code, second.base_code} == {"96365", "96374"}
        ):
            i, j = second.index, second.base_index
            if second.code != "96374":
                i, j = j, i
            yield Hit(
                f"/lines/{i}/hcpcs",
                line=i + 1,
                base_line=j + 1,
                expected="96375",
                actual="96374",
            )


@rule(
    "INF-PUSH-002",
    "repeat-push-on-professional-claim",
    message="line {line} bills 96376, which only a facility reports",
    help="Remove the line: a practice bills a repeated push of one drug once.",
    source=f"CMS physician fee schedule 2024 (status X); {LIMITS}: none for practitioners",
    severity="error",
    snip=7,
    sees="codes",
    setting="professional",
    codes=("96376",),
    breaks=[
        {
            "/lines/0/hcpcs": "96374",
            "/lines/-": {"hcpcs": "96376", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/0/hcpcs": "96376", "/lines/-": {"hcpcs": "96376"}},
    ],
    keeps=[
        {
            "/lines/0/hcpcs": "96374",
            "/lines/-": {"hcpcs": "96375", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/0/hcpcs": "96374", "/lines/-": a_line("96376", units="0")},
    ],
)
def repeat_push_professional(case: Case) -> Iterator[Hit]:
    """The repeated push of one drug is a code of facilities."""
    for i, _, code in family_lines(case, ("96376",)):
        yield Hit(f"/lines/{i}/hcpcs", line=i + 1, actual=code)


@rule(
    "INF-PUMP-001",
    "hospital-pump-code-on-professional-claim",
    message="line {line} bills C8957, a code of hospital outpatient departments",
    help="Bill the hours of a therapeutic infusion with 96365 and 96366, as the record supports them.",
    source="CMS, HCPCS Level II: codes that begin with C are for the outpatient prospective payment system; "
    "rules catalogue A.3",
    severity="error",
    snip=7,
    sees="codes",
    setting="professional",
    codes=("C8957",),
    breaks=[{"/lines/0/hcpcs": "C8957"}, {"/lines/0/hcpcs": "C8957", "/lines/-": {"hcpcs": "C8957"}}],
    keeps=[{"/lines/0/hcpcs": "96416"}],
)
def pump_code_professional(case: Case) -> Iterator[Hit]:
    """Codes of the hospital payment system have no fee for practitioners."""
    for i, _, code in family_lines(case, ("C8957",)):
        yield Hit(f"/lines/{i}/hcpcs", line=i + 1, actual=code)


@rule(
    "INF-PUSH-003",
    "repeat-push-too-soon",
    message="units of 96376: {units} billed, {right} supported; reported pushes lie more than 30 "
    "minutes apart",
    help="Remove the pushes that came 30 minutes or less after the last reported one.",
    source=f"{CPT}; rules catalogue 0.5 no. 3",
    severity="error",
    snip=7,
    setting="facility",
    codes=("96376",),
    needs=("record",),
    on="encounter",
    base="pushes-facility",
    breaks=[
        {"/administrations/1/start": "2026-03-03T09:30"},
        {
            "/services/1/units": 2,
            "/administrations/-": {
                **_PUSH,
                "id": "A4",
                "drug": "morphine",
                "hcpcs": "J2270",
                "start": "2026-03-03T10:01",
            },
        },
        {"/administrations/1/start": "2026-03-03T09:30", "/administrations/2/hcpcs": "J7040"},
    ],
    keeps=[
        {},
        {"/administrations/1/start": "2026-03-03T09:30", "/services/1": None},
        {
            "/services/1/units": 2,
            "/administrations/-": {
                **_PUSH,
                "id": "A4",
                "drug": "morphine",
                "hcpcs": "J2270",
                "start": "2026-03-03T10:02",
            },
        },
        {"/administrations/1/start": "2026-03-03T09:30", "/services/1/units": "0"},
        {"/administrations/1/route": "PO"},
    ],
)
def repeat_push_too_soon(case: Case) -> Iterator[Hit]:
    """The same drug counts again more than 30 minutes after the last push that was reported.

    Compares the units of the claim with what the record supports.
    """
    lines = list(family_lines(case, ("96376",)))
    units = sum((units_of(line) for _, line, _ in lines), Decimal(0))
    right = supported_units(case, ("96376",))
    if units > right and any(r.reason == "repeat_push_too_soon" for r in case.timeline.refusals):
        yield Hit(
            f"/lines/{lines[-1][0]}/units",
            units=f"{units:f}",
            right=f"{right:f}",
            expected=f"{right:f}",
            actual=f"{units:f}",
        )


@rule(
    "INF-PUSH-004",
    "same-drug-as-another-push",
    message="line {line} bills {hcpcs} for {names}, which is billed already",
    help="Facility: bill 96376 where more than 30 minutes have passed. Practice: remove the line.",
    source=CPT,
    severity="error",
    snip=7,
    codes=FURTHER_PUSHES,
    needs=("record",),
    on="encounter",
    base="pushes-facility",
    breaks=[
        {"/services/1/hcpcs": "96375", "/services/1/administrations": ["A2"]},
        {
            "/administrations/2": None,
            "/administrations/1/start": "2026-03-03T09:20",
            "/services/1": None,
        },
        {
            "/services/1/hcpcs": "96375",
            "/services/1/administrations": ["A2"],
            "/services/-": {"hcpcs": "96375", "administrations": ["A2"]},
        },
        {
            "/administrations": [
                a_drug("A1", "vincristine", "J9370", "09:00", "09:05", technique="push"),
                a_drug("A2", "vincristine", "J9370", "10:00", "10:05", technique="push"),
            ],
            "/services": [a_line("96409", administrations=["A1"]), a_line("96411", administrations=["A2"])],
        },
        {
            BASE: "coded-professional",
            "/administrations": [
                a_drug("A1", "morphine", "J2270", "09:00", "09:03", technique="push"),
                a_drug("A2", "morphine", "J2270", "10:00", "10:03", technique="push"),
            ],
            "/services": [a_line("96374", administrations=["A1"]), a_line("96375", administrations=["A2"])],
        },
        {
            BASE: "coded-professional",
            "/administrations/-": a_drug("A2", "iron sucrose", "J1756", "09:50", "09:55", technique="push"),
            "/services/-": a_line("96375", administrations=["A2"]),
        },
    ],
    keeps=[
        {},
        {"/administrations/1": None, "/services/1": None},
        {"/services/1/hcpcs": "96417"},
        {"/administrations/2/stop": "2026-03-03T09:16"},
        {"/services/1/hcpcs": "96375", "/services/1/administrations": ["A3", "A2"]},
        {
            "/administrations/1/start": at("09:30"),
            "/administrations/2/route": "PO",
            "/services/2/administrations": ["A3"],
        },
    ],
)
def same_drug(case: Case) -> Iterator[Hit]:
    """96375 and 96411 are for another drug than those that are billed already."""
    for found in coded_links(case):
        right = supported(case, found.given)
        again = "96376" in right or not _REPEATS.isdisjoint(refused(case, found.given))
        if found.code in FURTHER_PUSHES and found.code not in right and again:
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                hcpcs=found.code,
                names=found.names,
                actual=found.code,
            )


@rule(
    "INF-PUSH-005",
    "injection-without-modifier",
    message="line {line} bills {hcpcs} beside {other} without a modifier; payers join the two{unless}",
    help="Where drug and site differ, add 59 (Medicare: XU) to the injection; else remove it.",
    source=f"{PAIRS}; rules catalogue 0.5 no. 17",
    severity="warning",
    snip=7,
    sees="services",
    codes=INJECTIONS,
    also=("NCCI-PTP-001",),
    breaks=[
        {"/lines/-": {"hcpcs": "96372", "units": "1", "service_date": "2026-03-03"}},
        {
            "/lines/0/hcpcs": "96374",
            "/lines/-": {"hcpcs": "96377", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/-": {"hcpcs": "96372", "service_date": "2026-03-03"}, "/lines/1/hcpcs": "96377"},
        {"/lines/-": a_line("96372", rendering_provider=a_doctor())},
        {"/lines/-": a_line("96372", rendering_provider=a_doctor("207RG0100X"))},
        {
            "/lines/-": [
                a_line("96374", rendering_provider=a_doctor()),
                a_line("96372", rendering_provider=a_doctor()),
            ]
        },
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "96372", "modifiers": ["XU"], "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96372", "units": "1", "service_date": "2026-03-04"}},
        {
            "/lines/0/modifiers": ["59"],
            "/lines/-": {"hcpcs": "96372", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/-": {"hcpcs": "96372"}, "/lines/1/hcpcs": "96413"},
        {"/lines/-": a_line("96372", "XP")},
    ],
)
def injection_without_modifier(case: Case) -> Iterator[Hit]:
    """An injection beside an infusion or push is a pair edit that a modifier on either line lifts.

    Where practitioners of two specialties performed them it is a remark.
    """
    setting = edits_setting(case)
    for day, lines in by_date(case).items():
        for i, line, code in lines:
            if code not in INJECTIONS or distinct(line):
                continue
            others = [
                (paid_by_themselves(case, line, o), c)
                for _, o, c in lines
                if pair_indicator(case.lists, c, code, setting, day) == 1 and not distinct(o)
            ]
            if others:
                apart, other = min(others, key=itemgetter(0))
                more: dict[str, object] = {"help": TWO_PRACTITIONERS} if apart else {}
                yield Hit(
                    f"/lines/{i}/modifiers",
                    severity="info" if apart else None,
                    line=i + 1,
                    hcpcs=code,
                    other=other,
                    unless=" unless two practitioners performed them" if apart else "",
                    **more,
                )


@rule(
    "INF-PUSH-006",
    "very-long-push",
    message="administration {id} ({drug}) is charted as a push of {minutes} minutes",
    help="Make sure that the clinician stayed with the patient all the time, or chart it as an infusion.",
    source=CPT,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/technique": "push", "/administrations/0/stop": "2026-03-03T09:16"},
        {
            "/administrations/0/technique": "push",
            "/administrations/-": {
                "id": "A2",
                "technique": "push",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:16",
            },
        },
    ],
    keeps=[
        {},
        {"/administrations/0/technique": "push", "/administrations/0/stop": "2026-03-03T09:15"},
        {"/administrations/0/technique": "push", "/administrations/0/stop": None},
        {"/administrations/0/technique": "push", "/administrations/0/route": " "},
    ],
)
def very_long_push(case: Case) -> Iterator[Hit]:
    """A push stays a push at any length while the clinician is there; more than 15 minutes are unusual."""
    for given in case.timeline.given:
        if given.excluded is None and given.documented == "push" and (given.minutes or 0) > PUSH_LIMIT:
            yield Hit(
                f"/administrations/{given.index}/technique",
                id=given.id,
                drug=given.name,
                minutes=given.minutes,
            )


@rule(
    "INF-PUSH-007",
    "administration-of-what-was-not-injected",
    message="line {line} bills {hcpcs} for {names}, which was not injected or infused",
    help="Remove the line: drugs by mouth, on the skin or inhaled have no administration code of "
    "this family.",
    source=CONVENTION,
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    base="coded-professional",
    breaks=[
        {"/administrations/0/route": "PO"},
        {
            "/administrations/-": {
                "id": "A2",
                "drug": "acetaminophen",
                "route": "PO",
                "start": "2026-03-03T09:05",
            },
            "/services/-": {"hcpcs": "96372", "units": 1, "administrations": ["A2"]},
        },
        {
            "/administrations/0/route": "PO",
            "/administrations/-": {"id": "A2", "route": "PO"},
            "/services/-": {"hcpcs": "96372", "administrations": ["A2"]},
        },
        {BASE: "pushes-facility", "/administrations/1/route": "PO"},
    ],
    keeps=[
        {},
        {
            "/administrations/-": {
                "id": "A2",
                "drug": "acetaminophen",
                "route": "PO",
                "start": "2026-03-03T09:05",
            }
        },
        {"/administrations/0/hcpcs": "J7030"},
        {"/administrations/-": {"id": "A2", "route": "PO"}, BASE: "two-sites-facility"},
        {"/administrations/-": {"id": "A2", "route": "PO"}, "/services/0/administrations": ["A1", "A2"]},
        {
            "/administrations/-": a_drug("A2", "acetaminophen", None, "09:05", "09:05", route="PO"),
            "/services/-": a_line("96361"),
        },
    ],
)
def not_injected(case: Case) -> Iterator[Hit]:
    """The family is for injections and infusions."""
    if case.billed_by_record():
        return
    for found in links(case):
        if found.given and all(g.excluded == "not_injected" for g in found.given):
            yield Hit(
                f"/lines/{found.index}/hcpcs",
                line=found.number,
                hcpcs=found.code,
                names=found.names,
                actual=found.code,
            )
