"""INF-SITE: access sites, and what a second one needs."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from edi.coding.edits import most_units
from edi.coding.family import INITIALS
from edi.coding.timeline import Given
from edi.rules.about import BASE, LOADED
from edi.rules.base import Case, Hit, rule
from edi.rules.inf.examples import a_drug, a_line, at
from edi.rules.inf.hydration import fluids_without_reason
from edi.rules.inf.linking import (
    Second,
    distinct,
    initial_lines,
    names,
    second_initials,
    shared,
    units_of,
)
from edi.rules.inf.sources import ARTICLES, CONVENTION, CPT, HOSPITAL, LIMITS, PAIRS, RAC

_FIRST = ("96360", "96374", "96409", "96413")
"""Codes of initial services beside 96365, with which the examples begin."""
_FAILED = re.compile(
    r"infiltrat|extravasat|fail|dislodg|occlu|blocked|clotted|leak|phlebitis|fell out|pulled out|came out",
    re.IGNORECASE,
)
"""Words by which a record says that the first access was lost."""


def _both(code: str, *modifiers: str) -> dict[str, Any]:
    """One initial code for each of the two administrations of a sample."""
    return {
        "/services/0": a_line(code, administrations=["A1"]),
        "/services/1": a_line(code, *modifiers, administrations=["A2"]),
    }


def _two_sites(case: Case) -> Iterator[Second]:
    return (second for second in second_initials(case) if second.relation == "site")


def _reason(given: tuple[Given, ...]) -> str:
    return " ".join(g.source.site_reason for g in given if g.source.site_reason)


@rule(
    "INF-SITE-001",
    "one-site-billed-as-two",
    message="line {line} bills {hcpcs} as distinct from {base} on line {base_line}; the record shows "
    "one site and visit",
    help="Bill an add-on code, or record the second access site and why it was needed.",
    source=f"{HOSPITAL}; {ARTICLES}",
    severity="error",
    snip=7,
    codes=INITIALS,
    needs=("record",),
    on="encounter",
    base="two-sites-coded",
    breaks=[
        {"/administrations/1/access_site": "left forearm", "/administrations/1/start": "2026-03-03T09:50"},
        {"/administrations/1/access_site": None, "/administrations/1/start": "2026-03-03T09:50"},
        {"/administrations/1/access_site": "left forearm", "/services/3/hcpcs": "96413"},
        {
            "/administrations/1/access_site": "left forearm",
            "/services/3": {"hcpcs": "96374", "modifiers": ["59"]},
        },
        {
            "/administrations/1/access_site": "left forearm",
            "/services/-": {"hcpcs": "96365", "modifiers": ["XS"]},
        },
        {
            BASE: "coded-professional",
            "/services/-": a_line("96365", "XS"),
            "/administrations/-": [
                a_drug(
                    "A2",
                    "normal saline",
                    "J7030",
                    "09:00",
                    "09:45",
                    purpose="keep_vein_open",
                    access_site="hand",
                ),
                a_drug("A3", "verapamil", None, "10:00", "10:20", route="IA", access_site="femoral artery"),
                a_drug(
                    "A4",
                    "fluorouracil",
                    "J9190",
                    "11:00",
                    "11:00",
                    stop=at("11:00", 5),
                    technique="pump",
                    access_site="chest port",
                ),
                a_drug(
                    "A5",
                    "iron sucrose",
                    "J1756",
                    "09:00",
                    "09:45",
                    day=4,
                    access_site="hand",
                ),
            ],
            "/encounter_end": None,
        },
        {
            BASE: "coded-professional",
            "/services/-": a_line("96365", "XS"),
            "/administrations/0/route": None,
            "/administrations/0/technique": None,
        },
        {BASE: "pushes-facility", "/services/-": a_line("96374", "59")},
        {
            BASE: "coded-professional",
            "/services/0/service_date": None,
            "/services/-": a_line("96365", "XS", service_date=None),
        },
        {
            BASE: "coded-facility",
            "/encounter_end": None,
            "/administrations/0/start": at("22:00"),
            "/administrations/0/stop": at("22:45"),
            "/administrations/1/start": at("00:10", 4),
            "/administrations/1/stop": at("00:50", 4),
            "/services/0/service_date": None,
            "/services/1": a_line("96365", "XS", service_date=None),
        },
        *({**_both(code, "XS"), "/administrations/1/access_site": "left forearm"} for code in _FIRST),
    ],
    keeps=[
        {},
        {
            "/administrations/1/access_site": "left forearm",
            "/administrations/1/visit": 2,
            "/administrations/0/visit": 1,
        },
        {"/administrations/1/access_site": "left forearm", "/services/0/hcpcs": "96360"},
        {
            "/services/0/administrations": None,
            "/services/1": a_line("96365", "59"),
            "/services/-": a_line("96365", "59"),
        },
        {BASE: "coded-professional", "/services/-": a_line("96365", "XS"), "/administrations/0/start": None},
    ],
)
def one_site_as_two(case: Case) -> Iterator[Hit]:
    """A second initial service needs a second access site or a second visit in the record.

    96360 and the pair of 96365 and 96374 are left to INF-HYD-SEC and INF-PUSH-001, a second initial service
    without a modifier to INF-INIT-001.
    """
    for second in second_initials(case):
        pair = {second.code, second.base_code}
        elsewhere = pair == {"96365", "96374"} or ("96360" in pair and second.code != second.base_code)
        if second.modified and second.relation == "same" and not elsewhere:
            yield Hit(
                f"/lines/{second.index}/hcpcs",
                line=second.index + 1,
                hcpcs=second.code,
                base=second.base_code,
                base_line=second.base_index + 1,
                actual=second.code,
            )


@rule(
    "INF-SITE-002",
    "second-site-without-reason",
    message="line {line} bills {hcpcs} for {names} at a second access site, and no reason for that "
    "site is recorded",
    help="Record why a second site was needed, such as drugs that do not go together; else bill "
    "an add-on code.",
    source=f"{ARTICLES}; {RAC}",
    severity="error",
    snip=7,
    also=("DOC-SITE-001",),
    codes=INITIALS,
    needs=("record",),
    on="encounter",
    base="two-sites-facility",
    breaks=[
        {"/administrations/1/site_reason": None},
        {
            "/administrations/1/site_reason": None,
            "/administrations/1/hcpcs": "J7120",
            "/administrations/0": {
                "id": "A3",
                "category": "hydration",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
                "access_site": "left forearm",
            },
        },
        {"/administrations/1/site_reason": None, "/administrations/1/hcpcs": "96360"},
        {
            BASE: "two-sites-coded",
            "/administrations/1/site_reason": None,
            "/services/0": a_line("96365", "XS"),
            "/services/1": a_line("96365"),
        },
        *(
            {**_both(code), BASE: "two-sites-coded", "/administrations/1/site_reason": None}
            for code in _FIRST
        ),
    ],
    keeps=[
        {},
        {
            "/administrations/1/site_reason": None,
            "/administrations/0/site_reason": "drugs do not go together",
        },
        {"/administrations/1/site_reason": None, "/administrations/1/access_site": "left forearm"},
        {"/administrations/1/site_reason": None, "/administrations/1/hcpcs": "J7040"},
    ],
)
def second_site_without_reason(case: Case) -> Iterator[Hit]:
    """A second initial service at another site needs a clinical reason for the site.

    Hydration that runs beside a drug is left to INF-HYD-007.
    """
    fluids = {g.id for pair in fluids_without_reason(case) for g in pair}
    for second in _two_sites(case):
        both = (*second.given, *second.base_given)
        if not _reason(both) and not fluids & {g.id for g in both}:
            yield Hit(
                f"/administrations/{second.given[0].index}/site_reason",
                line=second.index + 1,
                hcpcs=second.code,
                names=names(second.given),
            )


@rule(
    "INF-SITE-003",
    "second-site-without-modifier",
    message="line {line} bills {hcpcs} beside {base} on line {base_line}; the second site needs a modifier",
    help="Add XS (or 59 where the payer wants it) to the lower-ranked of the two lines.",
    source=f"{ARTICLES}; {PAIRS}",
    severity="warning",
    snip=7,
    codes=INITIALS,
    also=("INF-INIT-001", "NCCI-PTP-001"),
    needs=("record",),
    on="encounter",
    base="two-sites-coded",
    breaks=[
        {"/services/1/modifiers": []},
        {"/services/1/modifiers": [], "/services/-": {"hcpcs": "96365", "administrations": ["A2"]}},
        *(_both(code) for code in _FIRST),
    ],
    keeps=[
        {},
        {"/services/1/modifiers": ["59"]},
        {"/services/1/modifiers": [], "/services/0/modifiers": ["XS"]},
        {
            "/services/1": a_line("96374", administrations=["A2"]),
            "/administrations/1/access_site": "left forearm",
        },
    ],
)
def second_site_without_modifier(case: Case) -> Iterator[Hit]:
    """Two sites earn two initial services; the modifier tells the payer so."""
    for second in _two_sites(case):
        if not second.modified:
            yield Hit(
                f"/lines/{second.index}/modifiers",
                line=second.index + 1,
                hcpcs=second.code,
                base=second.base_code,
                base_line=second.base_index + 1,
            )


@rule(
    "INF-SITE-004",
    "lumens-are-one-site",
    message="{sites} are one access site",
    help="Nothing to do: lumens and ports of one catheter are one site.",
    source=CONVENTION,
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    base="two-sites-facility",
    breaks=[
        {
            "/administrations/0/access_site": "PICC right arm, red lumen",
            "/administrations/1/access_site": "PICC right arm, white lumen",
        },
        {"/administrations/1/access_site": "lumen"},
    ],
    keeps=[
        {},
        {
            "/administrations/0/access_site": "PICC right arm",
            "/administrations/1/access_site": "PICC  right arm",
        },
        {
            "/administrations/0/access_site": "PICC right arm, red lumen",
            "/administrations/1/access_site": "PICC right arm, white lumen",
            "/administrations/1/start": "09:00",
        },
        {"/administrations/1/access_site": None},
        {
            "/administrations/0/access_site": "PICC right arm, red lumen",
            "/administrations/1/access_site": None,
        },
        {
            "/administrations/-": {
                "id": "A2",
                "drug": "ceftriaxone",
                "start": "2026-03-03T10:30",
                "access_site": "right forearm",
            }
        },
        {
            "/administrations/0": a_drug(
                "A1",
                "methotrexate",
                "J9260",
                "09:00",
                "09:05",
                route="IT",
                category="chemotherapy",
                access_site="catheter lumen",
            ),
            "/administrations/1": a_drug(
                "A2",
                "cytarabine",
                "J9100",
                "09:10",
                "09:15",
                route="IT",
                category="chemotherapy",
                access_site="Ommaya reservoir",
            ),
        },
    ],
)
def lumens(case: Case) -> Iterator[Hit]:
    """Said once per claim."""
    spelled: dict[str, dict[str, Given]] = {}
    for given in case.timeline.given:
        text = " ".join((given.source.access_site or "").split())
        if given.site and text and given.excluded is None:
            spelled.setdefault(given.site, {}).setdefault(text.casefold(), given)
    for by_text in spelled.values():
        if len(by_text) > 1 and any("lumen" in text for text in by_text):
            texts = [" ".join((g.source.access_site or "").split()) for g in by_text.values()]
            last = list(by_text.values())[-1]
            yield Hit(f"/administrations/{last.index}/access_site", sites=" and ".join(texts))
            return


@rule(
    "INF-SITE-005",
    "over-the-practitioner-limit",
    message="{units} units of {hcpcs} on {day}: practitioners are paid {limit}",
    help="Expect a denial and an appeal with the record of both sites or visits.",
    source=f"{LIMITS}; rules catalogue 0.5 no. 36",
    severity="warning",
    snip=7,
    sees="codes",
    setting="professional",
    codes=INITIALS,
    also=("NCCI-MUE-001",),
    breaks=[
        {"/lines/-": {"hcpcs": "96365", "modifiers": ["XS"], "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96365", "modifiers": ["XE"], "units": "1", "service_date": "2026-03-03"}},
        {
            "/lines/-": {"hcpcs": "96374", "modifiers": ["XS"], "service_date": "2026-03-03"},
            "/lines/0/hcpcs": "96374",
        },
        {
            "/lines/0/service_date": None,
            "/lines/-": a_line("96365", "XS", service_date=None),
        },
        {
            "/lines/-": [a_line("96365", "XS"), a_line("96374", "XE"), a_line("96374", "XS")],
        },
        *({"/lines/0/hcpcs": code, "/lines/-": a_line(code, "XS")} for code in _FIRST),
    ],
    keeps=[
        {},
        {"/lines/-": {"hcpcs": "96365", "modifiers": ["XS"], "units": "1", "service_date": "2026-03-04"}},
        {"/lines/-": {"hcpcs": "96374", "modifiers": ["XS"], "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96365", "units": "1", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96365", "modifiers": ["XE"], "units": "4", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96365", "modifiers": ["XS"], "units": "0.01", "service_date": "2026-03-03"}},
        {LOADED: [["mue", "practitioner", ["96365"], [2, 3]]], "/lines/-": a_line("96365", "XS")},
    ],
)
def over_the_limit(case: Case) -> Iterator[Hit]:
    """Two sites or visits of one date go over the unit limit of practitioners.

    Lines without a modifier are left to INF-INIT-001, several units on a line to INF-INIT-009.
    """
    groups: dict[tuple[date | None, str], list[int]] = {}
    for i, line, code in initial_lines(case):
        if units_of(line) == 1:
            groups.setdefault((line.service_date, code), []).append(i)
    for (day, code), members in groups.items():
        plain = [i for i in members if not distinct(case.claim.lines[i])]
        limit = most_units(case.lists, code, "professional", day) or 1
        if len(members) > limit and len(plain) <= 1:
            yield Hit(
                f"/lines/{members[-1]}/units",
                units=f"{Decimal(len(members)):f}",
                hcpcs=code,
                day=day.isoformat() if day else "one date",
                limit=limit,
            )


@rule(
    "INF-SITE-006",
    "second-site-after-a-failed-line",
    message="line {line} bills {hcpcs} for {names}, whose site replaced one that failed",
    help="Bill one initial service, unless a new one is justified: a line that was moved is no second site.",
    source=CPT,
    severity="warning",
    snip=7,
    codes=INITIALS,
    needs=("record",),
    on="encounter",
    base="two-sites-facility",
    breaks=[
        {
            "/administrations/1/start": "2026-03-03T09:50",
            "/administrations/1/site_reason": "first line infiltrated",
        },
        {
            "/administrations/1/start": "2026-03-03T09:50",
            "/administrations/1/site_reason": "first line infiltrated",
            "/administrations/1/hcpcs": "96360",
        },
        {
            "/administrations/1/site_reason": "first line infiltrated",
            "/administrations/-": {
                "id": "A9",
                "hcpcs": "J1745",
                "start": "2026-03-03T09:50",
                "site_reason": "line blocked",
            },
        },
        *(
            {
                **_both(code, "XS"),
                BASE: "two-sites-coded",
                "/administrations/1/start": at("09:50"),
                "/administrations/1/site_reason": "first line infiltrated",
            }
            for code in _FIRST
        ),
    ],
    keeps=[
        {},
        {"/administrations/1/site_reason": "first line infiltrated"},
        {"/administrations/1/start": "2026-03-03T09:50"},
    ],
)
def after_a_failed_line(case: Case) -> Iterator[Hit]:
    """When a line fails and treatment goes on elsewhere, it is still one initial service."""
    for second in _two_sites(case):
        for given, others in ((second.given, second.base_given), (second.base_given, second.given)):
            if _FAILED.search(_reason(given)) and not shared(given, others):
                yield Hit(
                    f"/administrations/{given[0].index}/site_reason",
                    line=second.index + 1,
                    hcpcs=second.code,
                    names=names(given),
                )
                break
