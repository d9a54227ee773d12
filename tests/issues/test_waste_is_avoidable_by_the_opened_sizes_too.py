"""Two containers where one would do are avoidable waste, whether or not the drug table knows sizes.

Avoidable is what would be billed less: part of a billing unit is not.
"""

from edi.model import pointer
from rule_cases import build, findings, sample


def opened(hcpcs: str, dose: str, *sizes: str) -> list[str]:
    """Messages about avoidable waste of a dose out of containers of these sizes, in mg."""
    record = sample("professional")
    for path, value in {
        "/administrations/0/hcpcs": hcpcs,
        "/administrations/0/drug": None,
        "/administrations/0/dose": {"value": dose, "unit": "mg"},
        "/administrations/0/order": None,
        "/administrations/0/containers": [
            {"size": {"value": size, "unit": "mg"}, "single_dose": True} for size in sizes
        ],
    }.items():
        record = pointer.replace(record, path, value)
    return [f.message for f in findings(build(record)) if f.rule == "MOD-JW-009"]


def test_the_drug_table_need_not_know_sizes() -> None:
    """Ceftriaxone, 250 mg a unit: 1000 mg out of one container of 1000 mg, and a second one opened."""
    assert opened("J0696", "1000", "1000") == []
    (said,) = opened("J0696", "1000", "1000", "1000")
    assert "2000 mg opened for 1000 mg" in said and "1000 would do" in said


def test_part_of_a_unit_is_not_avoidable() -> None:
    """Infliximab, 10 mg a unit: 95 mg out of 105 mg leave nothing to bill that 100 mg would not leave."""
    assert opened("J1745", "380", "405") == []
    assert len(opened("J1745", "380", "410")) == 1
