"""D3A stands between D36 and D37 in the code book: a benign carcinoid tumour is a neoplasm too."""

import json
from pathlib import Path

import edi

BASE = Path(__file__).resolve().parents[2] / "samples" / "rules" / "chemo-facility.json"


def rules_of(code: str) -> set[str]:
    data = json.loads(BASE.read_text(encoding="utf-8"))
    data["diagnoses"] = [{"code": code}]
    return {finding.rule for finding in edi.check(json.dumps(data)).findings}


def test_chemotherapy_for_a_carcinoid_alone_lacks_the_diagnosis_of_the_treatment() -> None:
    assert "PRO-DX-004" in rules_of("D3A.00")


def test_chemotherapy_for_no_neoplasm_is_left_alone() -> None:
    assert "PRO-DX-004" not in rules_of("D50.9")
