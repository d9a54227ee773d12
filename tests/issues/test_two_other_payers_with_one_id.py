"""Two other coverages of one insurer go to the wire where it is clear which of them decided on a line."""

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

import edi
from edi.errors import NotWritable
from edi.model.claim import Claim
from edi.model.party import Adjudication, Coverage
from edi.transactions.reading import read_837
from edi.transactions.writing import write_837

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "claims" / "medicare-secondary.claim.json"
GIVEN = next(edi.read_claims(SAMPLE))


def claim(*others: Coverage) -> Claim:
    """Medicare third, behind two coverages."""
    (mine,) = [c for c in GIVEN.coverages if c.adjudication is None]
    first, second = (replace(c, responsibility=r) for c, r in zip(others, "PS", strict=True))
    return replace(GIVEN, coverages=(first, second, replace(mine, responsibility="T")), bill_to=2)


def decided() -> tuple[Coverage, Adjudication]:
    (other,) = [c for c in GIVEN.coverages if c.adjudication is not None]
    assert other.adjudication is not None and len(other.adjudication.lines) > 1
    return other, other.adjudication


def back(given: Claim) -> Claim:
    (read,) = read_837(write_837([given], created=dt.datetime(2026, 11, 2)))
    return read


OTHER, DECISION = decided()
OPEN = replace(OTHER, adjudication=None)
WHOLE = replace(OTHER, adjudication=replace(DECISION, lines=()))
FIRST_LINE = replace(OTHER, adjudication=replace(DECISION, lines=DECISION.lines[:1]))


@pytest.mark.parametrize(
    "others",
    [(OTHER, OTHER), (OTHER, OPEN), (OPEN, OTHER), (OTHER, WHOLE), (WHOLE, WHOLE), (OTHER, FIRST_LINE)],
    ids=[
        "both",
        "second open",
        "first open",
        "second on the whole",
        "both on the whole",
        "second on one line",
    ],
)
def test_decisions_come_back_to_their_payer(others: tuple[Coverage, Coverage]) -> None:
    given = claim(*others)
    assert [c.adjudication is None for c in back(given).coverages] == [
        c.adjudication is None for c in given.coverages
    ]
    for one, other in zip(back(given).coverages, given.coverages, strict=True):
        lines = [(d.line, d.paid) for d in one.adjudication.lines] if one.adjudication else []
        wanted = [(d.line, d.paid) for d in other.adjudication.lines] if other.adjudication else []
        assert lines == wanted


@pytest.mark.parametrize("others", [(WHOLE, OTHER), (FIRST_LINE, OTHER)], ids=["no line", "one line"])
def test_where_nothing_tells_whose_decision_it_is_the_claim_is_refused(
    others: tuple[Coverage, Coverage],
) -> None:
    with pytest.raises(NotWritable, match="two other payers have this id") as caught:
        back(claim(*others))
    assert caught.value.path == "/coverages/1/payer/id"
    first, second = others
    assert second.payer is not None
    named = replace(second, payer=replace(second.payer, id="OTHER2"))
    payer = back(claim(first, named)).coverages[1].payer
    assert payer is not None and payer.id == "OTHER2"
