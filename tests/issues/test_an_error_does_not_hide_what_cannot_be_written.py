"""`build --anyway` passes over errors, and never over a value that no 837 can hold, though both be one."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from edi.model import pointer
from edi.model.contract import to_json
from edi.model.encounter import Encounter
from edi.pipeline import Envelope, Options, build, inputs, judge_inputs
from edi.transactions.reading import read_837
from rule_cases import sample

ENVELOPE = Envelope(created=dt.datetime(2026, 11, 2))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    wrong = pointer.replace(sample("professional"), "/coverages/0/member_id", "1EG4*TE5MK73")
    for name, one in (("wrong", wrong), ("clean", sample("professional"))):
        assert isinstance(one, Encounter)
        one = replace(one, encounter_id=name.upper(), patient=replace(one.patient, account_number=None))  # type: ignore[type-var]
        (tmp_path / f"{name}.json").write_text(to_json(one), encoding="utf-8")
    return tmp_path


def test_one_fault_is_one_finding_until_errors_are_passed_over(folder: Path) -> None:
    (judged,) = judge_inputs(inputs([str(folder / "wrong.json")]), Options())
    assert [f.rule for f in judged.findings if f.severity == "error"] == ["F15-1A-001"]
    assert judged.kept_back is not None and judged.kept_back.rule == "X12-WRITE-CHARACTER"


@pytest.mark.parametrize("anyway", [None, "the payer asked for it"])
def test_the_batch_holds_the_claims_that_can_be_written(folder: Path, anyway: str | None) -> None:
    out = folder / "out"
    given = inputs([str(folder / "wrong.json"), str(folder / "clean.json")])
    built = build(given, out, Options(), ENVELOPE, anyway=anyway)
    (batch,) = built.batches
    assert [claim.claim_id for claim in read_837((out / batch.name).read_bytes())] == ["CLEAN"]
    assert not (out / "WRONG.837").exists() and (out / "WRONG.claim.json").exists()
    told = [f for f in built.report.findings if f.rule == "X12-WRITE-CHARACTER"]
    assert len(told) == (0 if anyway is None else 1)
    assert all(f.path == "/coverages/0/member_id" and f.place.x12 is not None for f in told)
