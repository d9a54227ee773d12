"""A spouse who is insured before Medicare and has the patient's name is not taken for the patient."""

from dataclasses import replace

import pytest

from edi.model.claim import Claim
from edi.model.party import Coverage, Patient, Payer, Person
from forms.filling import fill
from forms.taking import take

PATIENT = Patient(last_name="DOE", first_name="JO")
NAMESAKE = Person(last_name="DOE", first_name="JO")
PAGE = {"1.medicare": "X", "1a": "1EG4TE5MK73", "2": "DOE, JO", "4": "DOE, JO"}


@pytest.mark.parametrize(("tick", "code"), [("spouse", "01"), ("child", "19"), ("other", "G8")])
@pytest.mark.parametrize("plan", [{}, {"11c": "ACME"}, {"11": "G1"}])
def test_item_6_decides(tick: str, code: str, plan: dict[str, str]) -> None:
    claim = take("cms1500", [PAGE | plan | {f"6.{tick}": "X"}]).claim
    medicare, other = claim.coverages
    assert (medicare.responsibility, medicare.relationship) == ("S", "18")
    assert (other.responsibility, other.relationship) == ("P", code)
    assert other.subscriber == NAMESAKE


@pytest.mark.parametrize("item_6", [{}, {"6.self": "X"}])
def test_the_patient_named_in_item_4_is_no_other_plan(item_6: dict[str, str]) -> None:
    assert len(take("cms1500", [PAGE | item_6]).claim.coverages) == 1
    assert len(take("cms1500", [PAGE | item_6 | {"11": "NONE"}]).claim.coverages) == 1


@pytest.mark.parametrize("relationship", ["01", "19", "G8"])
@pytest.mark.parametrize("payer", [None, Payer(name="Acme")])
def test_the_form_of_a_namesake_is_read_and_filled_again(relationship: str, payer: Payer | None) -> None:
    other = Coverage(
        responsibility="P", claim_filing="CI", payer=payer, relationship=relationship,
        subscriber=NAMESAKE,
    )  # fmt: skip
    medicare = Coverage(responsibility="S", claim_filing="MB", member_id="1", relationship="18")
    claim = Claim(
        setting="professional", patient=PATIENT, coverages=(medicare, other), bill_to=0
    )  # fmt: skip
    filled = fill(claim)
    assert fill(take("cms1500", filled.pages).claim).pages == filled.pages


def test_a_patient_without_a_stated_relationship_is_ticked_where_item_4_repeats_the_name() -> None:
    coverage = Coverage(responsibility="P", claim_filing="CI", member_id="1", payer=Payer(name="Plan"))
    claim = Claim(setting="professional", patient=PATIENT, coverages=(coverage,))
    page = fill(claim).pages[0]
    assert page["4"] == "DOE, JO" and page["6.self"] == "X"
    assert "6.self" not in fill(replace(claim, coverages=())).pages[0]
