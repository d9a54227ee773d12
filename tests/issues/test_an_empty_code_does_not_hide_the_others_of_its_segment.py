"""A HI whose first part has no code, and an SBR without its code, are read as far as they go."""

from pathlib import Path

import edi

X12 = Path(__file__).resolve().parents[2] / "samples" / "x12"


def told(name: str, before: str, after: str) -> list[tuple[str, str]]:
    text = (X12 / f"{name}.837").read_text("ascii")
    assert text.count(before) == 1
    found = [f for f in edi.check(text.replace(before, after).encode()).findings if f.severity == "error"]
    return sorted((f.rule, f.place.x12.address if f.place.x12 else "") for f in found)


def test_the_diagnoses_behind_an_empty_one_are_judged() -> None:
    assert told("office-visit-25", "HI*ABK:", "HI*ABK*ABF:E8*ABF:") == [
        ("F15-21-001", "2300/HI[ABK]/02-2"),
        ("X12-ELE-MISSING", "2300/HI[ABK]/01-2"),
    ]


def test_another_payer_without_its_order_is_read() -> None:
    """The segment is that of loop 2320, which only lacks SBR01: its coverage is not lost."""
    text = (X12 / "medicare-secondary.837").read_text("ascii")
    start = text.index("~SBR*P*") + 1
    broken = text[:start] + text[start:].replace("SBR*P*", "SBR**", 1)
    found = [f for f in edi.check(broken.encode()).findings if f.severity == "error"]
    assert [(f.rule, f.place.x12.address if f.place.x12 else "") for f in found] == [
        ("X12-ELE-MISSING", "2320[1]/SBR/01")
    ]
    (claim,) = edi.read_837(broken.encode())
    assert sorted(c.claim_filing or "" for c in claim.coverages) == ["CI", "MB"]
