"""A line of a coder for which the record has nothing is told, once, and by the rule that knows best."""

import pytest

from edi.model import pointer
from rule_cases import build, findings, sample

OTHER_CODES = ["96369", "96372", "96373", "96377", "96401", "96402", "96420", "96450", "96523"]


def told(patch: dict[str, object]) -> list[tuple[str, int | None]]:
    """Warnings and errors about lines of a coded record of one infusion: rule and line."""
    record = sample("coded-professional")
    for path, value in patch.items():
        record = pointer.replace(record, path, value)
    found = findings(build(record))
    # INF-HYD-008 asks for a diagnosis of every hydration, whether it was given or not
    ours = [f for f in found if f.rule.startswith("INF-") and f.rule != "INF-HYD-008"]
    return [(f.rule, f.place.line) for f in ours if f.severity != "info"]


@pytest.mark.parametrize("code", OTHER_CODES)
def test_an_infusion_that_is_coded_as_something_else(code: str) -> None:
    assert told({"/services/0/hcpcs": code}) == [("INF-REC-001", 1)]


@pytest.mark.parametrize("code", ["96361", "96375"])
def test_a_service_that_was_not_given(code: str) -> None:
    extra = {"hcpcs": code, "units": 1, "service_date": "2026-03-03"}
    assert told({"/services/-": extra}) == [("INF-REC-001", len(sample("coded-professional").services) + 1)]


@pytest.mark.parametrize("line", [1, 2])
def test_a_line_of_another_day(line: int) -> None:
    assert ("INF-REC-002", line) in told({f"/services/{line - 1}/service_date": "2026-03-04"})


def test_a_better_rule_speaks_alone() -> None:
    """96367 beside an infusion of the same drug: INF-SEQ-003 says why the record does not support it."""
    extra = {"hcpcs": "96367", "units": 1, "service_date": "2026-03-03"}
    assert told({"/services/-": extra}) == [("INF-SEQ-003", 3)]


def test_a_line_without_a_code_bills_no_drug_of_the_record() -> None:
    """A supply by its revenue code, beside a drug that the record names without a code, on another day."""
    record = sample("coded-facility")
    supply = {"revenue_code": "0270", "units": 1, "charge": "12", "service_date": "2026-03-02"}
    record = pointer.replace(record, "/services/-", supply)
    record = pointer.replace(record, "/administrations/0/hcpcs", None)
    assert "INF-REC-002" not in [found.rule for found in findings(build(record))]
