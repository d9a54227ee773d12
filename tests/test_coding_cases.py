"""What DECISIONS.md settles about coding, and what a certified coder would look at: one case each."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import pytest

from coding_cases import (
    DAY,
    Setting,
    codes,
    fluid,
    given,
    infusion,
    proposal,
    push,
    quantity,
    refused,
    vials,
)
from edi import payers
from edi.coding import assemble
from edi.coding.assembly import proposed_claim, resolve_coding, resolve_setting
from edi.model.claim import Service
from edi.model.encounter import Administration, Discard, Encounter
from edi.model.party import Adjudication, Coverage
from edi.refdata.lists import shipped

CHEMO: dict[str, Any] = {"category": "chemotherapy"}
MEDICARE = Coverage(responsibility="P", claim_filing="MB", payer=None)


@dataclass(frozen=True)
class Case:
    """A record and the lines that it comes to."""

    administrations: list[Administration]
    expected: list[str]
    setting: Setting = "facility"
    policies: dict[str, Any] = field(default_factory=dict)
    header: dict[str, Any] = field(default_factory=dict)
    dated: bool = False


def _drug_code(hcpcs: str, dose: str | None, **more: Any) -> Administration:
    amount = None if dose is None else quantity(dose, more.pop("unit", "mg"))
    return push("A1", more.pop("drug", "x"), more.pop("start", "09:00"), hcpcs=hcpcs, dose=amount, **more)


ADMINISTRATION = {
    # --- time -------------------------------------------------------------------------------------------
    "a restart within 15 minutes is the same infusion": Case(
        [infusion("A1", "iron", "09:00", "09:40"), infusion("A2", "iron", "09:55", "10:46")],
        ["96365x1", "96366x1"],
    ),
    "a restart after 16 minutes is another one": Case(
        [infusion("A1", "iron", "09:00", "09:40"), infusion("A2", "iron", "09:56", "10:26")], ["96365x1"]
    ),
    "a long pause within one administration does not split it": Case(
        [infusion("A1", "iron", "09:00", "12:31", pauses=[("09:30", "11:30")])], ["96365x1", "96366x1"]
    ),
    "two bags of one drug at once count once": Case(
        [infusion("A1", "IVIG", "09:00", "10:30"), infusion("A2", "IVIG", "09:30", "10:31")],
        ["96365x1", "96366x1"],
    ),
    "each interval: a second one counts by its own minutes": Case(
        [infusion("A1", "cefepime", "08:00", "09:00"), infusion("A2", "cefepime", "16:00", "17:31")],
        ["96365x1", "96366x2"],
    ),
    "sum: the minutes are added": Case(
        [infusion("A1", "cefepime", "08:00", "09:00"), infusion("A2", "cefepime", "16:00", "17:31")],
        ["96365x1", "96366x2"],
        policies={"same_drug_repeat": "sum"},
    ),
    "sum: 40 and 40 minutes are under 91": Case(
        [infusion("A1", "cefepime", "08:00", "08:40"), infusion("A2", "cefepime", "16:00", "16:40")],
        ["96365x1"],
        policies={"same_drug_repeat": "sum"},
    ),
    "sum makes no infusion of two short drips": Case(
        [infusion("A1", "cefepime", "08:00", "08:10"), infusion("A2", "cefepime", "12:00", "12:10")],
        ["96374x1", "96376x1"],
        policies={"same_drug_repeat": "sum"},
    ),
    "sum counts no minute of an overlap twice": Case(
        [
            infusion("A1", "IVIG", "08:00", "10:00"),
            infusion("A2", "cefepime", "09:00", "10:20"),
            infusion("A3", "cefepime", "12:00", "12:40"),
        ],
        ["96365x1", "96366x1", "96367x1"],
        policies={"same_drug_repeat": "sum"},
    ),
    "a short part before the long one is not the first block": Case(
        [infusion("A1", "cefepime", "08:00", "08:10"), infusion("A2", "cefepime", "12:00", "12:40")],
        ["96365x1"],
    ),
    "missing stop: calculate without a volume falls back to a push": Case(
        [infusion("A1", "iron", "09:00")], ["96374x1"], policies={"missing_stop": "calculate"}
    ),
    "missing stop: calculate with a rate of nothing": Case(
        [infusion("A1", "iron", "09:00", volume_ml=Decimal(100), rate_ml_per_hour=Decimal(0))],
        ["96374x1"],
        policies={"missing_stop": "calculate"},
    ),
    "missing stop: calculate from a rate that would take days": Case(
        [infusion("A1", "iron", "09:00", volume_ml=Decimal(10**12), rate_ml_per_hour=Decimal("0.001"))],
        ["96374x1"],
        policies={"missing_stop": "calculate"},
    ),
    "a stop of another century is coded and left to the findings": Case(
        [infusion("A1", "iron", "1926-03-03T09:00", "09:00")], ["96365x1", "96366x876599"]
    ),
    "aborted drip by intent": Case(
        [infusion("A1", "rituximab", "09:00", "09:10", planned_minutes=240, **CHEMO)],
        ["96413x1"],
        policies={"aborted_policy": "intent"},
    ),
    "modifier 52 under textbook": Case(
        [infusion("A1", "iron", "09:00", "09:25", planned_minutes=60)],
        ["96365-52x1"],
        policies={"mod52_policy": "textbook"},
    ),
    "a negative plan is no plan": Case(
        [infusion("A1", "iron", "09:00", "09:25", planned_minutes=-60)], ["96365x1"]
    ),
    # --- overlap ----------------------------------------------------------------------------------------
    "partial overlap: the tail of 16 minutes is sequential": Case(
        [infusion("A1", "IVIG", "09:00", "11:00"), infusion("A2", "iron", "10:30", "11:16")],
        ["96365x1", "96366x1", "96367x1"],
    ),
    "partial overlap: a tail of 15 minutes is concurrent": Case(
        [infusion("A1", "IVIG", "09:00", "11:00"), infusion("A2", "iron", "10:30", "11:15")],
        ["96365x1", "96366x1", "96368x1"],
    ),
    "partial overlap: concurrent_if_16": Case(
        [infusion("A1", "IVIG", "09:00", "11:00"), infusion("A2", "iron", "10:44", "11:40")],
        ["96365x1", "96366x1", "96368x1"],
        policies={"partial_overlap": "concurrent_if_16"},
    ),
    "partial overlap: concurrent_if_16 with 15 shared minutes": Case(
        [infusion("A1", "IVIG", "09:00", "11:00"), infusion("A2", "iron", "10:45", "11:40")],
        ["96365x1", "96366x1", "96367x1"],
        policies={"partial_overlap": "concurrent_if_16"},
    ),
    "partial overlap: any_overlap": Case(
        [infusion("A1", "IVIG", "09:00", "11:00"), infusion("A2", "iron", "10:58", "11:58")],
        ["96365x1", "96366x1", "96368x1"],
        policies={"partial_overlap": "any_overlap"},
    ),
    "concurrent once per date, also in a second visit": Case(
        [
            infusion("A1", "IVIG", "08:00", "09:00"),
            infusion("A2", "iron", "08:00", "09:00"),
            infusion("A3", "IVIG", "18:00", "19:00", visit=2),
            infusion("A4", "iron", "18:00", "19:00", visit=2),
        ],
        ["96365-59x1", "96365x1", "96368x1"],
    ),
    "two antineoplastics at once have no code": Case(
        [
            infusion("A1", "carboplatin", "09:00", "10:00", **CHEMO),
            infusion("A2", "paclitaxel", "09:00", "10:00", **CHEMO),
        ],
        ["96413x1", "96549x1"],
    ),
    "drugs of one bag are one infusion": Case(
        [
            infusion("A1", "MVI", "09:00", "10:40", bag="1"),
            infusion("A2", "thiamine", "09:00", "10:40", bag="1"),
        ],
        ["96365x1", "96366x1"],
    ),
    "a fluid in the bag of a drug is its vehicle": Case(
        [infusion("A1", "KCl", "09:00", "11:00", bag="1"), fluid("A2", "09:00", "11:00", bag="1")],
        ["96365x1", "96366x1"],
    ),
    "bags of one name in two visits are two bags": Case(
        [
            infusion("A1", "MVI", "08:00", "09:00", bag="1"),
            infusion("A2", "iron", "18:00", "19:00", bag="1", visit=2),
            infusion("A3", "MVI", "19:00", "20:00", bag="2", visit=2),
        ],
        ["96365-59x1", "96365x1", "96367x1"],
    ),
    # --- pushes -----------------------------------------------------------------------------------------
    "a push of a drug that is also infused is not billed": Case(
        [infusion("A1", "amiodarone", "09:20", "10:20"), push("A2", "Amiodarone ", "12:00")], ["96365x1"]
    ),
    "96376 counts from the last reported push": Case(
        [push(f"A{i}", "morphine", t) for i, t in enumerate(["09:00", "09:31", "10:01", "10:02", "10:33"])],
        ["96374x1", "96376x3"],
    ),
    "a practice reports no repeated push": Case(
        [push("A1", "morphine", "09:00"), push("A2", "morphine", "10:00")], ["96374x1"], "professional"
    ),
    "the same antineoplastic pushed twice": Case(
        [push("A1", "doxorubicin", "09:00", **CHEMO), push("A2", "doxorubicin", "10:00", **CHEMO)],
        ["96409x1"],
    ),
    "hydration is never a push": Case([push("A1", "saline", "09:00", category="hydration")], []),
    # --- hydration --------------------------------------------------------------------------------------
    "hydration in pieces: each must reach 31 minutes": Case(
        [
            infusion("A1", "iron", "09:31", "10:00"),
            fluid("A2", "09:00", "10:30"),
        ],
        ["96361x1", "96365x1"],
    ),
    "hydration in pieces: by sum": Case(
        [infusion("A1", "iron", "09:20", "10:00"), fluid("A2", "09:00", "10:11")],
        ["96361x1", "96365x1"],
        policies={"hyd_segments": "sum"},
    ),
    "hydration in pieces of 20 and 11 minutes": Case(
        [infusion("A1", "iron", "09:20", "10:00"), fluid("A2", "09:00", "10:11")], ["96365x1"]
    ),
    "a drip of 10 minutes takes its time from hydration too": Case(
        [infusion("A1", "famotidine", "09:30", "09:40"), fluid("A2", "09:00", "10:10")], ["96374x1"]
    ),
    "a push takes no time from hydration": Case(
        [push("A1", "ondansetron", "09:20"), fluid("A2", "09:00", "09:40")], ["96361x1", "96374x1"]
    ),
    "hydration minimum of 16: one unit beside a drug": Case(
        [push("A1", "ondansetron", "08:00"), fluid("A2", "09:00", "09:16")],
        ["96361x1", "96374x1"],
        policies={"hydration_minimum": 16},
    ),
    "hydration minimum of 16: alone": Case(
        [fluid("A2", "09:00", "09:16")], ["96360x1"], policies={"hydration_minimum": 16}
    ),
    "hydration minimum of 60": Case([fluid("A2", "09:00", "09:59")], [], policies={"hydration_minimum": 60}),
    "hydration around cisplatin, integral": Case(
        [
            fluid("A1", "08:00", "09:00", purpose="pre_hydration"),
            infusion("A2", "cisplatin", "09:00", "10:00", **CHEMO),
            fluid("A3", "10:00", "11:00", purpose="post_hydration"),
        ],
        ["96413x1"],
        policies={"pre_post_hydration": "integral"},
    ),
    "a drug before cisplatin is no hydration": Case(
        [
            infusion("A1", "mannitol", "08:00", "08:30", category="therapeutic", purpose="pre_hydration"),
            infusion("A2", "cisplatin", "09:00", "10:00", **CHEMO),
        ],
        ["96367x1", "96413x1"],
        policies={"pre_post_hydration": "integral"},
    ),
    "hydration through the access of a prolonged pump is concurrent": Case(
        [
            given("A1", "fluorouracil", "pump", "09:00", "20:00", **CHEMO),
            fluid("A2", "10:00", "12:00"),
        ],
        ["96416x1"],
    ),
    "hydration through another access": Case(
        [
            infusion("A1", "iron", "09:00", "10:00", access_site="left"),
            fluid("A2", "09:00", "10:00", access_site="right"),
        ],
        ["96360-XSx1", "96365x1"],
        policies={"distinct_modifier": "X"},
    ),
    # --- initial ----------------------------------------------------------------------------------------
    "practice: hydration named as the reason": Case(
        [
            push("A1", "ondansetron", "09:00"),
            infusion("A3", "iron", "11:00", "11:30"),
            fluid("A2", "09:10", "10:10"),
        ],
        ["96360x1", "96367x1", "96375x1"],
        "professional",
        header={"primary_reason": "A2"},
    ),
    "practice: a push named as the reason": Case(
        [push("A1", "ketorolac", "09:00"), infusion("A2", "iron", "09:10", "10:45")],
        ["96366x1", "96367x1", "96374x1"],
        "professional",
        header={"primary_reason": "A1"},
    ),
    "practice: an injection named as the reason": Case(
        [given("A1", "B12", "injection", "09:00", route="IM"), infusion("A2", "iron", "09:10", "10:00")],
        ["96365x1", "96372-59x1"],
        "professional",
        header={"primary_reason": "A1"},
    ),
    "practice: the shorter of two drugs at once named as the reason": Case(
        [infusion("A1", "iron", "09:00", "10:00"), infusion("A2", "IVIG", "09:00", "13:00")],
        ["96365x1", "96366x2", "96367x1"],
        "professional",
        header={"primary_reason": "A1"},
    ),
    "practice: the second dose of a drug named as the reason": Case(
        [
            infusion("A1", "iron", "08:00", "10:00"),
            infusion("A2", "cefepime", "10:00", "10:30"),
            infusion("A3", "cefepime", "12:00", "12:40"),
        ],
        ["96365x1", "96366x2", "96367x1"],
        "professional",
        header={"primary_reason": "A3"},
    ),
    "practice: a reason that would orphan chemotherapy": Case(
        [infusion("A1", "iron", "08:00", "09:00"), infusion("A2", "carboplatin", "09:00", "10:00", **CHEMO)],
        ["96367x1", "96413x1"],
        "professional",
        header={"primary_reason": "A1"},
    ),
    "facility: the reason does not matter": Case(
        [push("A1", "ketorolac", "09:00"), infusion("A2", "iron", "09:10", "10:45")],
        ["96365x1", "96366x1", "96375x1"],
        header={"primary_reason": "A1"},
    ),
    "facility: rank and not the order of the day": Case(
        [
            fluid("A1", "07:00", "08:00"),
            push("A2", "ondansetron", "08:00"),
            infusion("A3", "iron", "08:10", "08:40"),
            push("A4", "doxorubicin", "09:00", **CHEMO),
        ],
        ["96361x1", "96367x1", "96375x1", "96409x1"],
    ),
    # --- sites ------------------------------------------------------------------------------------------
    "no access recorded: through the one that is": Case(
        [
            infusion("A1", "iron", "09:00", "10:00", access_site="left"),
            infusion("A2", "cefepime", "10:00", "10:30"),
        ],
        ["96365x1", "96367x1"],
    ),
    "a drug that goes on at another access is one service": Case(
        [
            infusion("A1", "vancomycin", "09:00", "09:40", access_site="left"),
            infusion("A2", "vancomycin", "09:50", "10:45", access_site="right"),
        ],
        ["96365x1", "96366x1"],
    ),
    "a drug pushed again at another access is the same drug": Case(
        [
            push("A1", "morphine", "09:00", access_site="left"),
            push("A2", "morphine", "10:00", access_site="right"),
        ],
        ["96374x1", "96376x1"],
    ),
    "one drug at two accesses at once": Case(
        [
            infusion("A1", "IVIG", "09:00", "10:00", access_site="left"),
            infusion("A2", "IVIG", "09:00", "10:00", access_site="right"),
        ],
        ["96365-59x1", "96365x1"],
    ),
    "lumens of one catheter are one access": Case(
        [
            infusion("A1", "IVIG", "09:00", "10:00", access_site="PICC, red lumen"),
            infusion("A2", "iron", "09:00", "10:00", access_site="picc (blue lumen)"),
        ],
        ["96365x1", "96368x1"],
    ),
    "three accesses": Case(
        [infusion(f"A{i}", f"d{i}", "09:00", "10:00", access_site=s) for i, s in enumerate(("a", "b", "c"))],
        ["96365-59x2", "96365x1"],
    ),
    # --- visits and dates -------------------------------------------------------------------------------
    "a second visit begins with its own initial; add-ons join": Case(
        [
            infusion("A1", "iron", "08:00", "10:00"),
            push("A2", "ondansetron", "10:05"),
            infusion("A3", "iron", "18:00", "20:00", visit=2),
            push("A4", "ketorolac", "20:05", visit=2),
        ],
        ["96365-XEx1", "96365x1", "96366x2", "96375x2"],
        policies={"distinct_modifier": "X"},
    ),
    "visit, access and drug differ: each lower line has its reason": Case(
        [
            infusion("A1", "iron", "08:00", "09:00", access_site="left"),
            infusion("A2", "cefepime", "08:00", "09:00", access_site="right"),
            given("A3", "B12", "injection", "09:10", route="IM"),
            infusion("A4", "iron", "18:00", "19:00", access_site="left", visit=2),
        ],
        ["96365-XEx1", "96365-XSx1", "96365x1", "96372-XUx1"],
        policies={"distinct_modifier": "X"},
    ),
    "hospital: over midnight is one visit": Case(
        [
            infusion("A1", "iron", "22:00", "23:00"),
            infusion("A2", "cefepime", "2026-03-04T02:00", "2026-03-04T02:30"),
        ],
        ["03 96365x1", "04 96367x1"],
        dated=True,
    ),
    "hospital: twelve hours and another day are another visit": Case(
        [
            infusion("A1", "iron", "10:00", "11:00"),
            infusion("A2", "iron", "2026-03-04T10:00", "2026-03-04T11:00"),
        ],
        ["03 96365x1", "04 96365x1"],
        dated=True,
    ),
    "hospital: one visit where its beginning and end are documented": Case(
        [
            infusion("A1", "iron", "10:00", "11:00"),
            infusion("A2", "cefepime", "2026-03-04T10:00", "2026-03-04T11:00"),
        ],
        ["03 96365x1", "04 96367x1"],
        header={"encounter_start": f"{DAY}T09:00", "encounter_end": "2026-03-04T12:00"},
        dated=True,
    ),
    "practice: a visit ends with the day": Case(
        [
            infusion("A1", "iron", "22:00", "23:00"),
            infusion("A2", "cefepime", "2026-03-04T02:00", "2026-03-04T02:30"),
        ],
        ["03 96365x1", "04 96365x1"],
        "professional",
        dated=True,
    ),
    "practice: a drug that still runs keeps the visit and its day": Case(
        [
            infusion("A1", "iron", "23:00", "2026-03-04T01:00"),
            infusion("A2", "cefepime", "2026-03-04T00:30", "2026-03-04T01:30"),
        ],
        ["03 96365x1", "03 96366x1", "03 96367x1"],
        "professional",
        dated=True,
    ),
    "a pump at home does not keep the visit": Case(
        [
            given("A1", "fluorouracil", "pump", "11:00", "2026-03-05T09:00", **CHEMO),
            fluid("A2", "2026-03-04T09:00", "2026-03-04T10:00"),
        ],
        ["03 96416x1", "04 96360x1"],
        dated=True,
    ),
    "midnight: hours on the day of the start": Case(
        [infusion("A1", "iron", "22:00", "2026-03-04T02:31")], ["03 96365x1", "03 96366x4"], dated=True
    ),
    "midnight: hours on their own day": Case(
        [infusion("A1", "iron", "22:00", "2026-03-04T02:31")],
        ["03 96365x1", "03 96366x1", "04 96366x3"],
        policies={"midnight_dos": "by_increment"},
        dated=True,
    ),
    "midnight: hydration beside a drug, on its own day": Case(
        [push("A1", "ondansetron", "22:00"), fluid("A2", "23:00", "2026-03-04T01:31")],
        ["03 96361x1", "03 96374x1", "04 96361x2"],
        policies={"midnight_dos": "by_increment"},
        dated=True,
    ),
    "midnight: a practice's hours stand beside their parent": Case(
        [infusion("A1", "iron", "22:00", "2026-03-04T02:31")],
        ["03 96365x1", "03 96366x4"],
        "professional",
        policies={"midnight_dos": "by_increment"},
        dated=True,
    ),
    "hydration of the second day stands on the second day": Case(
        [
            infusion("A1", "iron", "20:00", "21:00"),
            fluid("A2", "21:00", "22:00"),
            fluid("A3", "2026-03-04T06:00", "2026-03-04T08:00"),
        ],
        ["03 96361x1", "03 96365x1", "04 96361x2"],
        dated=True,
    ),
    # --- pumps and other routes -------------------------------------------------------------------------
    "prolonged therapeutic pump, hospital": Case(
        [given("A1", "antibiotic", "pump", "09:00", planned_minutes=1440)], ["C8957x1"]
    ),
    "prolonged therapeutic pump, practice": Case(
        [given("A1", "antibiotic", "pump", "09:00", planned_minutes=1440)], ["96379x1"], "professional"
    ),
    "a pump of exactly eight hours is an infusion": Case(
        [given("A1", "IVIG", "pump", "09:00", "17:00")], ["96365x1", "96366x7"]
    ),
    "chemotherapy beside a prolonged pump keeps its initial": Case(
        [
            given("A1", "fluorouracil", "pump", "09:00", "2026-03-04T09:00", **CHEMO),
            infusion("A2", "oxaliplatin", "10:00", "11:00", **CHEMO),
        ],
        ["96413x1", "96416x1"],
    ),
    "a drug beside a prolonged pump is concurrent": Case(
        [
            given("A1", "fluorouracil", "pump", "09:00", "2026-03-04T09:00", **CHEMO),
            infusion("A2", "iron", "10:00", "11:00"),
        ],
        ["96368x1", "96416x1"],
    ),
    "C8957 bars further hours of chemotherapy": Case(
        [
            given("A1", "antibiotic", "pump", "08:00", planned_minutes=1440, access_site="left"),
            infusion("A2", "oxaliplatin", "10:00", "12:00", access_site="right", **CHEMO),
        ],
        ["96413x1", "C8957x1"],
    ),
    "under the skin: one first block however many pumps": Case(
        [
            infusion("A1", "SCIG", "09:00", "10:00", route="SubQ"),
            infusion("A2", "SCIG", "09:30", "10:31", route="SC", new_pump_site=True),
        ],
        ["96369x1", "96370x1", "96371x1"],
    ),
    "under the skin, no technique: with a stop it ran": Case(
        [given("A1", "SCIG", None, "09:00", "09:40", route="SC")], ["96369x1"]
    ),
    "under the skin, no technique: without one it was injected": Case(
        [given("A1", "SCIG", None, "09:00", route="SC")], ["96372x1"], policies={"missing_stop": "hold"}
    ),
    "under the skin: once per date": Case(
        [
            infusion("A1", "SCIG", "09:00", "10:00", route="SC"),
            infusion("A2", "SCIG", "19:00", "20:00", route="SC", visit=2),
        ],
        ["96369x1"],
    ),
    "chemotherapy under the skin has no time": Case(
        [infusion("A1", "bortezomib", "09:00", "09:40", route="SC", **CHEMO)], ["96401x1"]
    ),
    "into muscle with a stop and no technique": Case(
        [given("A1", "ceftriaxone", None, "09:00", "09:05", route="IM")], ["96372x1"]
    ),
    "into muscle by date only": Case(
        [given("A1", "B12", "injection", DAY, route="IM")], ["03 96372x1"], dated=True
    ),
    "into lesions": Case(
        [
            given("A1", "bleomycin", "injection", "09:00", route="IL", **CHEMO),
            given("A2", "bleomycin", "injection", "09:05", route="IL", **CHEMO),
        ],
        ["96405x1"],
    ),
    "two drugs by one lumbar puncture": Case(
        [given(i, i, "push", "09:00", route="intrathecal", **CHEMO) for i in ("methotrexate", "cytarabine")],
        ["96450x1"],
    ),
    "into the spinal canal without a stop, held by none": Case(
        [infusion("A1", "methotrexate", DAY, route="IT", **CHEMO)],
        ["96450x1"],
        policies={"missing_stop": "hold"},
    ),
    "into an artery": Case(
        [infusion("A1", "melphalan", "09:00", "10:40", route="IA", **CHEMO)], ["96422x1", "96423x1"]
    ),
    "on-body injector beside chemotherapy": Case(
        [
            infusion("A1", "docetaxel", "09:00", "10:00", **CHEMO),
            given("A2", "pegfilgrastim", "on_body_injector", "10:10"),
        ],
        ["96377-59x1", "96413x1"],
    ),
    "by mouth": Case([given("A1", "ondansetron", "injection", "09:00", route="PO")], []),
    "injection of the infused drug: nothing tells them apart": Case(
        [
            infusion("A1", "ceftriaxone", "09:00", "09:30"),
            given("A2", "ceftriaxone", "injection", "09:40", route="IM"),
        ],
        ["96365x1", "96372x1"],
    ),
    "under the skin by pump and by syringe: column 2 carries the modifier": Case(
        [
            infusion("A1", "SCIG", "09:00", "10:00", route="SC"),
            given("A2", "B12", "injection", "10:10", route="IM"),
        ],
        ["96369x1", "96372-59x1"],
    ),
    # --- flush ------------------------------------------------------------------------------------------
    "flush of a port, nothing else": Case(
        [given("A1", "heparin", "flush", "09:00", access_site="chest port")], ["96523x1"]
    ),
    "flush of a peripheral line": Case(
        [given("A1", "saline", "flush", "09:00", access_site="left hand")], []
    ),
    "flush of a port after an infusion": Case(
        [
            infusion("A1", "iron", "09:00", "10:00", access_site="port"),
            given("A2", "heparin", "flush", "10:05", access_site="port"),
        ],
        ["96365x1"],
    ),
    "flush of a port on the day of a transfusion": Case(
        [given("A1", "heparin", "flush", "09:00", access_site="port")],
        [],
        header={"services": (Service(hcpcs="36430"),)},
        setting="professional",
    ),
    # --- class ------------------------------------------------------------------------------------------
    "an unknown drug is therapeutic": Case([infusion("A1", "nobody knows", "09:00", "10:00")], ["96365x1"]),
    "an unclassified antineoplastic is chemotherapy": Case(
        [infusion("A1", "nobody knows", "09:00", "10:00", hcpcs="J9999")], ["96413x1", "J9999x1"]
    ),
    "an unclassified code with a known name takes its class": Case(
        [infusion("A1", "carboplatin", "09:00", "10:00", hcpcs="J3490")], ["96413x1", "J3490x1"]
    ),
    "complex biologic: cpt_mac": Case(
        [infusion("A1", "infliximab", "09:00", "10:00")],
        ["96413x1"],
        policies={"complex_biologic_policy": "cpt_mac"},
    ),
    "infliximab for under the skin is no complex biologic": Case(
        [infusion("A1", "infliximab", "09:00", "09:10", route="SC")], ["96372x1"]
    ),
    "immune globulin without a route runs into a vein": Case(
        [infusion("A1", "immune globulin", "09:00", "10:00")], ["96365x1"]
    ),
    "complex biologic: textbook": Case(
        [infusion("A1", "infliximab", "09:00", "10:00")],
        ["96365x1"],
        policies={"complex_biologic_policy": "textbook"},
    ),
    "complex biologic: ask holds the administration": Case(
        [infusion("A1", "infliximab", "09:00", "10:00")], [], policies={"complex_biologic_policy": "ask"}
    ),
    "complex biologic: ask keeps a stated class": Case(
        [infusion("A1", "infliximab", "09:00", "10:00", category="complex_biologic")],
        ["96413x1"],
        policies={"complex_biologic_policy": "ask"},
    ),
    # --- drug lines -------------------------------------------------------------------------------------
    "dose in g for a code in mg": Case(
        [_drug_code("J1756", "0.2", unit="g", drug="iron")], ["96374x1", "J1756x200"]
    ),
    "units are rounded for each dose": Case(
        [
            push("A1", "infliximab", "09:00", hcpcs="J1745", dose=quantity(105), category="therapeutic"),
            push("A2", "infliximab", "12:00", hcpcs="J1745", dose=quantity(105), category="therapeutic"),
        ],
        ["96374x1", "96376x1", "J1745x22"],
    ),
    "two products of one code are two lines": Case(
        [
            push(
                "A1",
                "x",
                "09:00",
                hcpcs="J1745",
                dose=quantity(100),
                ndc="57894-0030-01",
                category="therapeutic",
            ),
            push(
                "A2",
                "x",
                "09:01",
                hcpcs="J1745",
                dose=quantity(50),
                ndc="57894-0160-01",
                category="therapeutic",
            ),
        ],
        ["96374x1", "J1745x10", "J1745x5"],
    ),
    "diagnosis pointers do not split a drug": Case(
        [
            push(
                "A1",
                "x",
                "09:00",
                hcpcs="J1745",
                dose=quantity(100),
                diagnosis_pointers=(1,),
                category="therapeutic",
            ),
            push(
                "A2",
                "x",
                "09:01",
                hcpcs="J1745",
                dose=quantity(50),
                diagnosis_pointers=(2,),
                category="therapeutic",
            ),
        ],
        ["96374x1", "J1745x15"],
        "professional",
    ),
    "a multi-dose vial has neither JW nor JZ": Case(
        [_drug_code("J1756", "70", containers=vials(100, single_dose=False))], ["96374x1", "J1756x70"]
    ),
    "no container recorded: neither JW nor JZ": Case([_drug_code("J1756", "70")], ["96374x1", "J1756x70"]),
    "a discard record is as good as containers": Case(
        [_drug_code("J1756", "70", discard=Discard(value=Decimal(30), unit="mg"))],
        ["96374x1", "J1756-JWx30", "J1756x70"],
    ),
    "less opened than given attests nothing": Case(
        [_drug_code("J1756", "170", containers=vials(100, single_dose=True))], ["96374x1", "J1756x170"]
    ),
    "no containers at all": Case(
        [_drug_code("J1756", "70", containers=vials(0, single_dose=True))], ["96374x1", "J1756x70"]
    ),
    "a dose of nothing has no units": Case([_drug_code("J1756", "0")], ["96374x1", "J1756xNone"]),
    "a negative dose has no units": Case([_drug_code("J1756", "-5")], ["96374x1", "J1756xNone"]),
    "JZ is not known before 2023-07-01": Case(
        [_drug_code("J1756", "100", start="2023-06-30T09:00", containers=vials(100, single_dose=True))],
        ["96374x1", "J1756x100"],
    ),
    "JZ from 2023-07-01": Case(
        [_drug_code("J1756", "100", start="2023-07-01T09:00", containers=vials(100, single_dose=True))],
        ["96374x1", "J1756-JZx100"],
    ),
    "JW is not known before 2017": Case(
        [_drug_code("J1756", "70", start="2016-12-31T09:00", containers=vials(100, single_dose=True))],
        ["96374x1", "J1756x70"],
    ),
    "JW and JZ whatever the policy": Case(
        [_drug_code("J1756", "100", containers=vials(100, single_dose=True))],
        ["96374x1", "J1756-JZx100"],
        policies={"jwjz_required": "no"},
    ),
    "a drug that the patient brought": Case([_drug_code("J1756", "100", patient_supplied=True)], ["96374x1"]),
    "a held drug has no line": Case([_drug_code("J1756", "100", start="nine")], []),
    "a drug by mouth has its line": Case([_drug_code("J1756", "100", route="PO")], ["J1756x100"]),
    "a drug code of no table": Case([_drug_code("J0000", "100")], ["96374x1", "J0000xNone"]),
    "a code by the container": Case(
        [_drug_code("C9113", "80", containers=vials(40, 40), category="therapeutic")], ["96374x1", "C9113x2"]
    ),
    # --- modifiers of the claim -------------------------------------------------------------------------
    "off campus, Medicare: payment modifiers first": Case(
        [
            infusion(
                "A1",
                "iron",
                "09:00",
                "10:00",
                hcpcs="J1756",
                dose=quantity(70),
                containers=vials(100, single_dose=True),
                acquired_340b=True,
            ),
            given("A2", "B12", "injection", "10:10", route="IM"),
        ],
        ["96365-POx1", "96372-PO-59x1", "J1756-JW-PO-TBx30", "J1756-PO-TBx70"],
        header={"off_campus": "excepted", "coverages": (MEDICARE,)},
    ),
    "340B from 2024-01-01": Case(
        [_drug_code("J1756", "100", start="2024-01-01T09:00", acquired_340b=True)],
        ["96374x1", "J1756-TBx100"],
        header={"coverages": (MEDICARE,)},
    ),
    "340B before 2024": Case(
        [_drug_code("J1756", "100", start="2023-12-31T09:00", acquired_340b=True)],
        ["96374x1", "J1756x100"],
        header={"coverages": (MEDICARE,)},
    ),
    "340B, other payers": Case([_drug_code("J1756", "100", acquired_340b=True)], ["96374x1", "J1756x100"]),
    "off campus, other payers: none": Case(
        [infusion("A1", "iron", "09:00", "10:00")],
        ["96365x1"],
        header={"off_campus": "excepted", "coverages": (Coverage(responsibility="P", claim_filing="CI"),)},
    ),
    "off campus, critical access hospital: none": Case(
        [infusion("A1", "iron", "09:00", "10:00")],
        ["96365x1"],
        header={"off_campus": "non_excepted", "coverages": (MEDICARE,), "type_of_bill": "0851"},
    ),
}


@pytest.mark.parametrize("case", ADMINISTRATION.values(), ids=ADMINISTRATION)
def test_case(case: Case) -> None:
    found = proposal(case.administrations, case.setting, policies=case.policies, **case.header)
    assert codes(found, dated=case.dated) == sorted(case.expected)


def test_a_fall_back_of_the_initial_says_why() -> None:
    chemo = [
        infusion("A1", "iron", "08:00", "09:00"),
        infusion("A2", "carboplatin", "09:00", "10:00", **CHEMO),
    ]
    for primary, why in ((None, "no_primary"), ("A1", "no_parent"), ("A2", None), ("A9", "no_primary")):
        found = proposal(chemo, "professional", primary_reason=primary)
        assert found.timeline.initial_fallback == why
    again = [push("A1", "x", "08:00"), infusion("A2", "y", "09:00", "10:00"), push("A3", "x", "11:00")]
    assert proposal(again, "professional", primary_reason="A3").timeline.initial_fallback is None
    pushed = [push("A1", "x", "08:00"), infusion("A2", "iron", "09:00", "10:00")]
    assert proposal(pushed, "professional", primary_reason="A1").timeline.initial_differs
    assert not proposal(pushed, "professional", primary_reason="A2").timeline.initial_differs


@pytest.mark.parametrize(
    ("administrations", "reason"),
    [
        ([fluid("A1", "09:00", "09:30")], "under_minimum"),
        ([fluid("A1", "09:00", "10:00"), infusion("A2", "iron", "09:00", "10:00")], "overlaps_drug"),
        ([fluid("A1", "09:00", "10:00"), fluid("A2", "12:00", "12:30")], "under_minimum"),
        ([push("A1", "x", "09:00"), push("A2", "x", "09:30")], "repeat_push_too_soon"),
        ([push("A1", "x", "09:00"), infusion("A2", "x", "09:10", "10:00")], "push_of_infused_drug"),
        ([infusion("A1", "x", "09:00", "09:15")], "under_gate"),
        ([infusion("A1", "x", "09:00", "10:30")], "hour_not_reached"),
        ([infusion("A1", "x", "09:00", "10:00"), infusion("A2", "x", "12:00", "12:30")], "repeat_under_31"),
        ([infusion(i, i, "09:00", "10:00") for i in ("A1", "A2", "A3")], "third_concurrent"),
        ([fluid("A1", "09:00", "10:00", diluent_of="iron")], "vehicle"),
        ([fluid("A1", "09:00", "10:00", purpose="keep_vein_open")], "keep_vein_open"),
        ([given("A1", "x", "injection", "09:00", route="PO")], "not_injected"),
        ([given("A1", "x", "injection", "09:00", route="IT")], "no_code"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_refused_says_so(administrations: list[Administration], reason: str) -> None:
    assert reason in refused(proposal(administrations))


def test_ndc_quantities_follow_the_opened_containers() -> None:
    """Two vials of 4 mL for 150 of 200 mg: 6 mL given, 2 mL thrown away."""
    drug = infusion(
        "A1",
        "pembrolizumab",
        "09:00",
        "09:30",
        hcpcs="J9271",
        ndc="0006-3026-02",
        dose=quantity(150),
        containers=vials(100, 100, single_dose=True),
    )
    lines = [p.line for p in proposal([drug]).lines if p.line.kind == "drug"]
    assert [(x.units, x.modifiers, x.ndc, x.ndc_quantity, x.ndc_unit) for x in lines] == [
        (Decimal(150), (), "00006302602", Decimal(6), "ML"),
        (Decimal(50), ("JW",), "00006302602", Decimal(2), "ML"),
    ]


def test_a_drug_without_a_code_of_its_own_is_described() -> None:
    line = next(
        p.line
        for p in proposal([_drug_code("J3490", "1.50", drug="new drug")]).lines
        if p.line.kind == "drug"
    )
    assert (line.units, line.description) == (Decimal(1), "new drug 1.5 mg IV")


@pytest.mark.parametrize(
    ("policy", "revenue"),
    [
        ("split", ["0260", "0331", "0636"]),
        ("admin_0636", ["0331", "0636", "0636"]),
        ({"96365": "0940"}, ["0331", "0636", "0940"]),
    ],
)
def test_revenue_codes(policy: Any, revenue: list[str]) -> None:
    visit = [
        infusion("A1", "iron", "09:00", "10:00", hcpcs="J1756", dose=quantity(100)),
        given("A2", "bortezomib", "injection", "10:00", route="SC", **CHEMO),
    ]
    found = proposal(visit, policies={"rev_admin_policy": policy})
    assert sorted(p.line.revenue_code or "" for p in found.lines) == revenue
    assert {p.line.revenue_code for p in proposal(visit, "professional").lines} == {None}


# --- the claim ----------------------------------------------------------------------------------------


def _claim(**header: Any) -> Any:
    encounter = Encounter(encounter_id="E1", time_zone="America/Chicago", **header)
    overlay = payers.load("commercial")
    return proposed_claim(encounter, overlay=overlay, policies=overlay.policies, lists=shipped()).claim


IRON = infusion("A1", "iron", "09:00", "10:40", hcpcs="J1756", dose=quantity(100))


@pytest.mark.parametrize(
    ("coding", "services", "expected"),
    [
        (None, ["99213"], ["99213", "96365", "96366", "J1756"]),
        (None, ["96365"], ["96365"]),
        ("propose", ["96365", "99213"], ["99213", "96365", "96366", "J1756"]),
        ("as_coded", ["99213"], ["99213"]),
        ("both", ["96365", "99213"], ["96365", "99213", "96366", "J1756"]),
        ("propose", ["j1756"], ["j1756", "96365", "96366"]),
    ],
)
def test_coded_and_proposed_lines(coding: Any, services: list[str], expected: list[str]) -> None:
    claim = _claim(
        setting="professional",
        coding=coding,
        services=tuple(Service(hcpcs=s, units=Decimal(1)) for s in services),
        administrations=(IRON,),
    )
    assert [line.hcpcs for line in claim.lines] == expected


@pytest.mark.parametrize(("named", "day"), [((), None), (("A1",), 3), (("A2",), 4), (("A1", "A2"), None)])
def test_a_coded_line_takes_the_only_day_of_what_it_bills(named: tuple[str, ...], day: int | None) -> None:
    later = push("A2", "x", "2026-03-04T09:00")
    service = Service(hcpcs="96365", administrations=named)
    claim = _claim(setting="facility", services=(service,), administrations=(IRON, later))
    found = claim.lines[0].service_date
    assert (found and found.day) == day


def test_a_billed_flush_is_not_refused() -> None:
    assert not refused(proposal([given("A1", "heparin", "flush", "09:00", access_site="port")]))
    assert refused(proposal([given("A1", "heparin", "flush", "09:00", access_site="left hand")])) == {"flush"}


def test_a_carrier_is_refused_as_hydration() -> None:
    found = proposal(
        [fluid("A1", "09:00", "10:00", diluent_of="iron"), push("A2", "x", "09:00", purpose="flush")]
    )
    assert {r.administrations: r.code for r in found.timeline.refusals} == {("A1",): "96360", ("A2",): None}


def test_charges_are_added_up() -> None:
    claim = _claim(
        setting="facility",
        administrations=(IRON,),
        charges={"96365": Decimal("100.10"), "96366": Decimal("20"), "J1756": Decimal("0.25")},
    )
    assert [line.charge for line in claim.lines] == [Decimal("100.10"), Decimal("20"), Decimal("25.00")]
    assert claim.total_charge == Decimal("145.10")


@pytest.mark.parametrize(
    ("header", "setting"),
    [
        ({"setting": "facility", "place_of_service": "11"}, "facility"),
        ({"type_of_bill": "0131"}, "facility"),
        ({"place_of_service": "11"}, "professional"),
        ({"ownership": "practice"}, "professional"),
        ({"ownership": "freestanding_center"}, "professional"),
        ({"ownership": "hospital_department"}, "facility"),
        ({"ownership": "critical_access_hospital"}, "facility"),
        ({}, None),
    ],
)
def test_setting(header: dict[str, Any], setting: str | None) -> None:
    assert resolve_setting(Encounter(encounter_id="E", **header))[0] == setting


def test_the_reason_why_medicare_is_second_is_a_value_code() -> None:
    first = Coverage(responsibility="P", claim_filing="CI", adjudication=Adjudication(paid=Decimal("80.50")))
    second = Coverage(responsibility="S", claim_filing="MA", secondary_reason="12")
    claim = _claim(setting="facility", coverages=(first, second), administrations=(IRON,))
    assert [(v.code, v.amount) for v in claim.value_codes] == [("12", Decimal("80.50"))]
    claim = _claim(setting="professional", coverages=(first, second), administrations=(IRON,))
    assert not claim.value_codes


def test_lines_know_what_they_came_from() -> None:
    encounter = Encounter(
        encounter_id="E1",
        administrations=(push("A0", "x", "09:00"), IRON),
        services=(Service(hcpcs="99213"),),
    )
    assembled = assemble(encounter, proposal(encounter.administrations, "professional"), shipped())
    assert assembled.sources[0] == "/services/0"
    assert resolve_coding(encounter) == assembled.coding == "propose"
    by_code = dict(zip((x.hcpcs for x in assembled.claim.lines), assembled.sources, strict=True))
    assert by_code["96365"] == by_code["J1756"] == "/administrations/1"
    assert by_code["96375"] == "/administrations/0"
