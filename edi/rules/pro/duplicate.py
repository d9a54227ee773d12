"""PRO-DUP: one service billed twice, on one claim or on two."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edi.refdata import Lists
from edi.rules.about import BASE, ON, SISTER, is_drug, is_drug_code
from edi.rules.across import Across, Found, Told
from edi.rules.base import Case, Hit, rule
from edi.rules.days import REPEATED, by_day, lines_of, repeated_lines, replaces, setting_of
from edi.rules.inf.linking import second_initials

_AGAIN = {
    "hcpcs": "J1756",
    "modifiers": ["JZ"],
    "units": "200",
    "charge": "400.00",
    "service_date": "2026-03-03",
    "diagnosis_pointers": [1],
    "ndc": "99999010101",
}
_DOCTOR = {"last_name": "DOCTOR", "first_name": "DANA", "npi": "1245319599"}
_ALONE = {"last_name": "PRACTICE", "first_name": "PAT", "npi": "1487654323"}


def _pushes(
    first: Mapping[str, Any], second: Mapping[str, Any], *before: Mapping[str, Any]
) -> dict[str, Any]:
    """Two lines of one code and day, each with more, behind others."""
    push = {"hcpcs": "96375", "service_date": "2026-03-03"}
    return {"/lines": [*before, {**push, **first}, {**push, **second}]}


_FIRST = {"/lines/1/ndc": "99999010101", "/lines/1/modifiers": ["JZ"]}


_DOSES = "Nothing to do where each line stands for a dose of its own; else remove one of the two."


def _on_two_claims(told: Sequence[Told], lists: Lists) -> Iterator[Found]:
    """Lines that another claim of the run has too; said on both, as nobody can tell which one is right."""
    lines = {
        one.claim: [x for x in lines_of(one) if x.stands_for_itself] for one in told if not replaces(one)
    }
    # of each look the first line of two different claims: enough to name another one for every claim
    seen: dict[tuple[object, ...], dict[str, tuple[str, int]]] = {}
    for one in told:
        for line in lines.get(one.claim, ()):
            known = seen.setdefault(line.looks, {})
            if len(known) < 2:
                known.setdefault(one.same_id, (one.where, line.index))
    for own in told:
        for line in lines.get(own.claim, ()):
            other = next((found for id_, found in seen[line.looks].items() if id_ != own.same_id), None)
            if other is not None:
                where, index = other
                dose = setting_of(own) == "facility" and is_drug_code(lists, line.code)
                values = {"line": line.index + 1, "hcpcs": line.code, "other": f"line {index + 1} of {where}"}
                yield Found(
                    own.claim,
                    f"/lines/{line.index}/hcpcs",
                    {**values, "help": _DOSES} if dose else values,
                    "warning" if dose else None,
                )


@rule(
    "PRO-DUP-001",
    "service-billed-twice",
    message="line {line} bills {hcpcs} as {other} does: same day, modifiers, units, charge and practitioner",
    help="Remove one of the two. Where the service was really done again, say so with 76, 77 or XE.",
    source="CARC 18 (exact duplicate; group code OA); rules catalogue C.2 and K33",
    severity="error",
    snip=7,
    sees="codes",
    across=Across(by_day, _on_two_claims),
    breaks=[
        {**_FIRST, "/lines/-": _AGAIN},
        {**_FIRST, "/lines/-": {**_AGAIN, "ndc": "99999-0101-01"}},
        {"/setting": "facility", **_FIRST, "/lines/-": _AGAIN},
        {BASE: "facility", SISTER: {BASE: "facility", "/claim_id": "OTHER-1"}},
        {**_pushes({}, {}), "/setting": "facility"},
        _pushes({"hcpcs": "J2405"}, {"hcpcs": "J2405"}),
        {**_pushes({"hcpcs": "J2405"}, {"hcpcs": "J2405"}), "/setting": "facility"},
        {**_FIRST, "/lines/-": {**_AGAIN, "administrations": ["A2"]}},
        {"sister": {"/claim_id": "OTHER-1"}},
        {"sister": {"/claim_id": "OTHER-1", "/lines/0": None}},
        {
            "/lines/-": {
                "hcpcs": "J1756",
                "modifiers": ["jz"],
                "units": "200",
                "charge": "400.00",
                "service_date": "2026-03-03",
                "ndc": "99999010101",
                "administrations": ["A1"],
            }
        },
        {
            "/lines": [
                {"hcpcs": "96365", "units": "1", "charge": "250.00", "service_date": "2026-03-03"},
                {
                    "hcpcs": "J1756",
                    "modifiers": ["JZ"],
                    "units": "200",
                    "charge": "400.00",
                    "service_date": "2026-03-03",
                    "ndc": "99999010101",
                },
                {
                    "hcpcs": "J1756",
                    "modifiers": ["JZ"],
                    "units": "200",
                    "charge": "400.00",
                    "service_date": "2026-03-03",
                    "ndc": "99999010101",
                },
                {"hcpcs": "96365", "units": "1", "charge": "250.00", "service_date": "2026-03-03"},
            ]
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/-": {"hcpcs": "96365", "units": 1, "service_date": "2026-03-03"},
        },
        {
            ON: "encounter",
            BASE: "two-sites-coded",
            "/services/1/modifiers": [],
            "/services/-": {
                "hcpcs": "J3373",
                "modifiers": ["JZ"],
                "units": 100,
                "service_date": "2026-03-03",
                "ndc": "99999-0104-01",
                "ndc_quantity": 1,
                "ndc_unit": "UN",
            },
        },
        {
            "/lines/1/units": None,
            "/lines/-": {
                "hcpcs": "J1756",
                "modifiers": ["JZ"],
                "charge": "400.00",
                "service_date": "2026-03-03",
                "ndc": "99999010101",
                "kind": "drug",
            },
        },
        {
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "service_through": "2026-03-03"},
                {"hcpcs": "96375", "service_date": "2026-03-03", "service_through": "2026-03-03"},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "place_of_service": "11"},
                {"hcpcs": "96375", "service_date": "2026-03-03"},
            ]
        },
        {SISTER: {"/claim_id": "OTHER-1", "/patient/first_name": None}, "/patient/first_name": None},
        {SISTER: {"/claim_id": "OTHER-1", "/setting": None}, "/setting": None},
        {
            SISTER: {"/claim_id": "OTHER-1", "/lines/1/service_date": "2026-03-04"},
            "/lines/1/service_date": "2026-03-04",
        },
        _pushes({}, {}, {"charge": "1"}),
        {**_pushes({}, {}), "/rendering_provider": None, "/billing_provider": None},
        {**_pushes({"rendering_provider": _DOCTOR}, {}), "/billing_provider": _ALONE},
        {
            **_pushes({"rendering_provider": _ALONE}, {}),
            "/rendering_provider": None,
            "/billing_provider": _ALONE,
        },
    ],
    keeps=[
        {"/lines": [], "sister": {"/claim_id": "OTHER-1"}},
        {},
        {**_FIRST, "/lines/-": {**_AGAIN, "service_date": "2026-03-04"}},
        {**_FIRST, "/lines/-": {**_AGAIN, "units": "100"}},
        {**_FIRST, "/lines/-": {**_AGAIN, "ndc": "99999010102"}},
        {**_FIRST, "/lines/-": {**_AGAIN, "modifiers": ["JZ", "76"]}},
        {"sister": {}},
        {"sister": {"/claim_id": "OTHER-1", "/patient/birth_date": "1955-04-13"}},
        {"sister": {"/claim_id": "OTHER-1", "/patient/first_name": "PETRA"}},
        {"sister": {"/claim_id": "OTHER-1", "/billing_provider/npi": "1487654323"}},
        {"sister": {"/claim_id": "OTHER-1", "/frequency": "7", "/original_reference": "P1"}},
        {
            "sister": {
                "/claim_id": "OTHER-1",
                "/lines/0/service_date": "2026-03-04",
                "/lines/1/service_date": "2026-03-04",
            }
        },
        {
            "sister": {
                "/claim_id": "OTHER-1",
                "/lines/0/modifiers": ["76"],
                "/lines/1/modifiers": ["JZ", "76"],
            }
        },
        {ON: "encounter", BASE: "two-sites-coded", "/services/1/modifiers": []},
        {
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "units": "0"},
                {"hcpcs": "96375", "service_date": "2026-03-03", "units": "0"},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "service_through": "2026-03-04"},
                {"hcpcs": "96375", "service_date": "2026-03-03", "service_through": "2026-03-04"},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "modifiers": ["76"]},
                {"hcpcs": "96375", "service_date": "2026-03-03", "modifiers": ["76"]},
            ]
        },
        {
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "place_of_service": "12"},
                {"hcpcs": "96375", "service_date": "2026-03-03"},
            ]
        },
        {
            BASE: "facility",
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "revenue_code": "0260"},
                {"hcpcs": "96375", "service_date": "2026-03-03", "revenue_code": "0510"},
            ],
        },
        {
            "/lines": [
                {"hcpcs": "96375", "service_date": "2026-03-03", "description": "A"},
                {"hcpcs": "96375", "service_date": "2026-03-03", "description": "B"},
            ]
        },
        {"/lines": [{"hcpcs": "96375"}, {"hcpcs": "96375"}]},
        {
            "/lines": [
                {"service_date": "2026-03-03", "charge": "1"},
                {"service_date": "2026-03-03", "charge": "1"},
                {"hcpcs": "96375"},
                {"hcpcs": "96375"},
            ]
        },
        {SISTER: {"/claim_id": "OTHER-1"}, "/coverages": []},
        {SISTER: {"/claim_id": "OTHER-1", "/coverages": []}, "/coverages": []},
        {SISTER: {"/claim_id": "OTHER-1", "/coverages/0/member_id": None}, "/coverages/0/member_id": None},
        {SISTER: {"/claim_id": "OTHER-1", "/patient": None}, "/patient": None},
        {SISTER: {"/claim_id": "OTHER-1", "/patient/birth_date": None}, "/patient/birth_date": None},
        {SISTER: {"/claim_id": "OTHER-1", "/billing_provider": None}, "/billing_provider": None},
        {SISTER: {"/claim_id": "OTHER-1", "/setting": "facility"}},
        _pushes({"rendering_provider": _ALONE}, {}),
        {**_pushes({"rendering_provider": {"npi": "1234567893"}}, {}), "/rendering_provider": None},
        *(_pushes({"modifiers": [code]}, {"modifiers": [code]}) for code in sorted(REPEATED)),
        {"sister": {"/claim_id": "OTHER-1", "/frequency": "8", "/original_reference": "P1"}},
    ],
)
def billed_twice(case: Case) -> Iterator[Hit]:
    """Payers deny the second of two lines that look alike.

    On one claim the later line is named; across the claims of a run both are. Lines that bill other
    administrations of the record look alike to the payer all the same, which is a warning; so are drug lines
    of a hospital, whose system charges each dose by itself. A second initial service whose visit or access
    site the record tells apart is INF-ENC-001 or INF-SITE-003. Claims with one claim id are INPUT-DUPLICATE,
    and a replacement does not repeat what it replaces.
    """
    lines = case.claim.lines
    told = {second.index for second in second_initials(case)}
    for index, earlier in repeated_lines(case):
        if index in told:
            continue
        line, other = lines[index], lines[earlier]
        apart = bool(line.administrations) and set(line.administrations).isdisjoint(other.administrations)
        dose = case.claim.setting == "facility" and is_drug(case, line)
        more: dict[str, object] = {"help": _DOSES} if dose else {}
        yield Hit(
            f"/lines/{index}/hcpcs",
            severity="warning" if apart or dose else None,
            line=index + 1,
            hcpcs=(line.hcpcs or "").upper(),
            other=f"line {earlier + 1}",
            **more,
        )
