"""Codes behind an empty one of their list have the address at which they stand, and are judged."""

from datetime import datetime
from pathlib import Path

import pytest

import edi
from edi.transactions.writing import write_837

X12 = Path(__file__).resolve().parents[2] / "samples" / "x12"


@pytest.mark.parametrize(
    ("name", "before", "after", "rule", "path", "address"),
    [
        ("office-visit-25", "HC:99213:25*", "HC:99213::2-*", "F15-24D-001", "modifiers/0", "SV1/01-4"),
        ("office-visit-25", "*UN*1***2~", "*UN*1***:9~", "PRO-DX-001", "diagnosis_pointers/0", "SV1/07-2"),
        (
            "medicare-secondary",
            "~OI***Y***Y~",
            "~OI***Y***Y~MOA****NOPE~",
            "COB-ADJ-002",
            "remark_codes/0",
            "MOA/04",
        ),
        ("critical-access", "HC:96365*", "HC:96365::JZ*", "MOD-KIND-001", "modifiers/0", "SV2/02-4"),
    ],
)
def test_the_address_is_that_of_the_code(
    name: str, before: str, after: str, rule: str, path: str, address: str
) -> None:
    text = (X12 / f"{name}.837").read_text("ascii")
    assert before in text
    data = text.replace(before, after, 1).encode()
    (found,) = (f for f in edi.check(data).findings if f.rule == rule)
    assert found.claim_path is not None and found.claim_path.endswith(path)
    assert found.place.x12 is not None and found.place.x12.address.endswith(address)


@pytest.mark.parametrize(
    ("name", "before", "after"),
    [
        ("office-visit-25", "HC:99213:25*", "HC:99213::25*"),
        ("medicare-secondary", "~OI***Y***Y~", "~OI***Y***Y~MOA****N19~"),
        ("critical-access", "HC:96365*", "HC:96365::JZ*"),
    ],
)
def test_the_gap_is_kept(name: str, before: str, after: str) -> None:
    text = (X12 / f"{name}.837").read_text("ascii")
    assert before in text
    written = write_837(
        edi.read_837(text.replace(before, after, 1).encode()), created=datetime(2026, 11, 2, 8, 0)
    )
    assert after.strip("~").encode() in written
