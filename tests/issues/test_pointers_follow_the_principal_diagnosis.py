"""Diagnosis pointers count in the claim's order, which puts the principal diagnosis first."""

import json
from pathlib import Path

import edi

BASE = Path(__file__).resolve().parents[2] / "samples" / "rules" / "professional.json"


def claim(pointers: list[int] | None) -> edi.Claim:
    data = json.loads(BASE.read_text(encoding="utf-8"))
    data["diagnoses"] = [{"code": "E86.0", "kind": "other"}, {"code": "D50.9", "kind": "principal"}]
    if pointers is not None:
        data["administrations"][0]["diagnosis_pointers"] = pointers
    (encounter,) = edi.read_encounters(json.dumps(data))
    return edi.claim(encounter)


def test_pointers_of_the_record_are_renumbered() -> None:
    assert {line.diagnosis_pointers for line in claim([2]).lines} == {(1,)}
    assert {line.diagnosis_pointers for line in claim([1, 2]).lines} == {(2, 1)}


def test_without_pointers_lines_point_to_the_principal_diagnosis() -> None:
    assert {line.diagnosis_pointers for line in claim(None).lines} == {(1,)}
