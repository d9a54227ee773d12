"""A coded service finds its price in the fee schedule, however its code is written.

The price of `g0463` was not found where the fee schedule has `G0463`, and the line went out without a charge.
"""

from edi.model import pointer
from rule_cases import build, findings, sample


def test_the_fee_schedule_is_asked_in_capitals() -> None:
    record = sample("coded-professional")
    record = pointer.replace(record, "/charges", {**record.charges, "G0463": "120.00"})
    record = pointer.replace(record, "/services/-", {"hcpcs": "g0463", "modifiers": ["25"], "units": 2})
    case = build(record)
    (line,) = [line for line in case.claim.lines if line.hcpcs == "g0463"]
    assert f"{line.charge:f}" == "240.00"
    assert "F15-24F-001" not in {found.rule for found in findings(case)}


def test_blanks_around_a_code_do_not_make_it_another() -> None:
    """`96365 ` was no administration code, so that the record was coded afresh and 96365 billed twice."""
    record = sample("coded-professional")
    for path in ("/services/0/hcpcs", "/services/1/hcpcs"):
        record = pointer.replace(record, path, f" {pointer.get(record, path)} ")
    case = build(record)
    assert len(case.claim.lines) == len(record.services)
    assert [line.kind for line in case.claim.lines[:2]] == ["administration", "drug"]
    assert {found.rule for found in findings(case)} & {"PRO-DUP-001", "DRUG-ADMIN-001"} == set()
