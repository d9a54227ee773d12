"""A segment that can only be one line of its loop is judged as that line, whatever its code."""

import dataclasses

import pytest

import edi
from edi.model.claim import Attachment
from rule_cases import build, sample
from surface_cases import as_837


@pytest.mark.parametrize("base", ["professional", "facility"])
@pytest.mark.parametrize(
    ("transmission", "fault"), [("ZZ", "X12-ELE-CODE"), (None, "X12-ELE-MISSING"), ("AA", None)]
)
def test_how_an_attachment_comes(base: str, transmission: str | None, fault: str | None) -> None:
    claim = build(sample(base)).claim
    attachment = Attachment(type="OZ", transmission=transmission, control_number="A1")
    claim = dataclasses.replace(claim, attachments=(attachment,))
    found = [f for f in edi.check(as_837([claim])).findings if f.severity == "error"]
    places = [(f.rule, f.place.x12.address if f.place.x12 else None) for f in found]
    assert places == ([(fault, "2300/PWK/02")] if fault else [])
