"""A ZIP code that cannot be right is read as the ZIP code of its box, so that one fault is one finding."""

import json

import pytest

import edi
from forms.filling import fill
from forms.taking import take
from rule_cases import build, sample


@pytest.mark.parametrize("wrong", ["6270X", "6270", "627O1", "62701-00", "627010002345", "X1"])
def test_a_wrong_zip_behind_a_state(wrong: str) -> None:
    page = fill(build(sample("professional")).claim).pages[0] | {"33.city": f"SPRINGFIELD IL {wrong}"}
    address = take("cms1500", [page]).claim.billing_provider.address  # type: ignore[union-attr]
    assert address is not None
    assert (address.city, address.state, address.zip) == ("SPRINGFIELD", "IL", wrong)
    found = edi.check(json.dumps({"form": "cms1500", "pages": [page]})).findings
    (one,) = [f for f in found if f.place.box_key == "33.city"]
    assert one.rule == "F15-33-001" and "ZIP code" in one.message


@pytest.mark.parametrize("text", ["SPRINGFIELD", "TORONTO ON M5V 2T6", "MAIN ST 5TH FLOOR", "HOUSE XX 6270X"])
def test_what_has_no_state_before_its_end_stays_a_city(text: str) -> None:
    address = take("cms1500", [{"33.city": text}]).claim.billing_provider.address  # type: ignore[union-attr]
    assert address is not None and (address.city, address.state, address.zip) == (text, None, None)
