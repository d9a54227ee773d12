"""Edit 21 of the outpatient code editor knows no pairs of codes: 59 on the infusion does not lift it.

A visit to a clinic (G0463) without 25 was passed where the infusion beside it carried 59; only visits to
emergency departments were judged by that edit.
"""

import dataclasses

from edi.model import pointer
from rule_cases import build, findings, sample


def test_a_clinic_visit_without_25_is_found_although_the_infusion_is_distinct() -> None:
    case = build(sample("facility"))
    visit = {"hcpcs": "G0463", "units": "1", "charge": "100", "service_date": "2026-03-03"}
    claim = pointer.replace(case.claim, "/lines/0/modifiers", ["59"])
    claim = pointer.replace(claim, "/lines/-", visit)
    found = findings(dataclasses.replace(case, claim=claim, assembled=None))
    assert [f.path for f in found if f.rule == "MOD-25-001"] == ["/lines/2/modifiers"]
