"""MOD-340B: drugs that were bought under the 340B program."""

from collections.abc import Iterator
from datetime import date

from edi.coding.drugs import TB_FROM
from edi.rules.about import BASE, code_of, medicare
from edi.rules.asks import box
from edi.rules.base import Case, Hit, rule
from edi.rules.drug.facts import (
    administrations_of,
    drug_lines,
    hospital_status,
    is_administration,
    modifiers_of,
)

JG_ENDED = date(2024, 12, 31)
_CODED = {
    "/coding": "as_coded",
    "/administrations/0/acquired_340b": True,
    "/services": [{"hcpcs": "J1756", "modifiers": ["JZ"], "units": 200, "charge": "400"}],
}


@rule(
    "MOD-340B-001",
    "340b-drug-not-marked",
    message="line {line} bills {hcpcs}, bought under the 340B program, without {wanted} ({box})",
    help="Add TB; until the end of 2024 JG was right for some hospitals.",
    source="CMS: 340B modifiers under the Inflation Reduction Act (TB alone from 2025-01-01); rules "
    "catalogue K26 (to be verified)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        _CODED,
        {
            "/administrations/0/acquired_340b": True,
            "/services": [{"hcpcs": "J2405"}, {"hcpcs": "J1756"}],
            "/administrations/0/start": "2024-12-31T09:00",
        },
        {"/administrations/0/acquired_340b": True, "/services": [{"hcpcs": "J1756"}, {"hcpcs": "J1756"}]},
        {
            "/administrations/0/acquired_340b": True,
            "/services": [{"hcpcs": "J1756"}, {"hcpcs": "J1756"}],
            "/services/0/administrations": ["A3"],
        },
        {
            "/administrations/0/acquired_340b": True,
            "/services": [{"hcpcs": "J1756"}],
            "/administrations/0/start": "2024-01-01T09:00",
        },
        {**_CODED, "/services/0/hcpcs": "J2405", "/administrations/0/hcpcs": "J2405"},
        {**_CODED, BASE: "facility"},
        {
            BASE: "facility",
            "/coding": "as_coded",
            "/administrations/0/acquired_340b": True,
            "/administrations/-": {
                "id": "A2",
                "drug": "ondansetron",
                "hcpcs": "J2405",
                "start": "2026-03-03T09:00",
                "acquired_340b": True,
            },
            "/services": [{"hcpcs": "J2405", "units": 4}, {"hcpcs": "J1756", "units": 200}],
        },
    ],
    keeps=[
        {**_CODED, "/services/0/modifiers": ["JZ", "TB"]},
        {**_CODED, "/administrations/0/acquired_340b": False},
        {**_CODED, "/coverages/0/claim_filing": "CI", "/coverages/0/payer/name": "SAMPLE PLAN"},
        {
            **_CODED,
            "/services/0/modifiers": ["JG"],
            "/administrations/0/start": "2024-12-31T09:00",
            "/administrations/0/stop": "2024-12-31T09:45",
        },
        {
            **_CODED,
            "/administrations/0/start": "2023-12-31T09:00",
            "/administrations/0/stop": "2023-12-31T09:45",
        },
        {"/administrations/0/acquired_340b": True},
        {
            BASE: "pushes-facility",
            "/administrations/0/acquired_340b": True,
            "/administrations/0/hcpcs": "J2405",
            "/setting": "professional",
        },
        {**_CODED, BASE: "facility", "/services/0/hcpcs": "J2405", "/administrations/0/hcpcs": "J2405"},
        {"/services": [{"hcpcs": "J1756"}], "/administrations/0/hcpcs": "J9060"},
        {"/services": [{"hcpcs": "J1756"}], "/administrations": None},
    ],
)
def not_marked(case: Case) -> Iterator[Hit]:
    """Medicare wants to know which drugs that it pays for were bought at the 340B price.

    The price of a packaged drug is part of another payment of the hospital. JG after 2024 is MOD-340B-002.
    """
    if not medicare(case):
        return
    for i, line, code in drug_lines(case):
        if line.service_date is None or line.service_date < TB_FROM:
            continue
        if case.claim.setting == "facility" and hospital_status(case, code, line.service_date) == "packaged":
            continue
        given = administrations_of(case, line)
        if not given or not all(g.source.acquired_340b for g in given):
            continue
        if modifiers_of(line).isdisjoint({"TB", "JG"}):
            wanted = "TB" if line.service_date > JG_ENDED else "TB or JG"
            where = box(case, "24D", "44")
            yield Hit(
                f"/lines/{i}/modifiers", line=i + 1, hcpcs=code, wanted=wanted, box=where, expected="TB"
            )


@rule(
    "MOD-340B-002",
    "340b-modifier-ended",
    message="line {line} ({hcpcs}) has JG, which ended with 2024 ({box})",
    help="Write TB in the place of JG.",
    source="CMS: 340B modifiers (TB alone from 2025-01-01); rules catalogue B.1 (to be verified)",
    severity="warning",
    modifiers=("JG",),
    sees="line",
    snip=5,
    also=("MOD-INV-001",),
    breaks=[
        {"/lines/1/modifiers": ["JG"], "/lines/1/service_date": "2025-01-01"},
        {"/lines/1/modifiers": ["JG"], "/lines/0/modifiers": ["JG"]},
        {"/lines/1/modifiers": ["JG"], "/lines/1/hcpcs": None},
        {"/lines/1/modifiers": ["JG"], "/lines/-": {"modifiers": ["JG"], "service_date": "2025-03-31"}},
    ],
    keeps=[
        {"/lines/1/modifiers": ["JG"], "/lines/1/service_date": "2024-12-31"},
        {"/lines/1/modifiers": ["TB"]},
        {"/lines/1/modifiers": ["JG"], "/lines/1/service_date": None},
    ],
)
def modifier_ended(case: Case) -> Iterator[Hit]:
    """One modifier, TB, is left for all 340B drugs. On an administration JG is MOD-KIND-001."""
    for i, line in enumerate(case.claim.lines):
        if line.service_date is None or line.service_date <= JG_ENDED or "JG" not in modifiers_of(line):
            continue
        if is_administration(line):
            continue
        yield Hit(
            f"/lines/{i}/modifiers",
            line=i + 1,
            hcpcs=code_of(line) or "no procedure code",
            box=box(case, "24D", "44"),
            expected="TB",
            actual="JG",
        )
