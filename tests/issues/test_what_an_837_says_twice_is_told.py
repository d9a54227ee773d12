"""A group of adjustments in two segments, and an authorization of the claim on a line: each is told once.

Nothing of it gets lost: what was read is written as it was sent.
"""

from datetime import datetime
from pathlib import Path

import pytest

import edi
from edi.finding import Finding

X12 = Path(__file__).resolve().parents[2] / "samples" / "x12"
CREATED = datetime(2026, 11, 2, 8, 0)


def changed(name: str, before: str, after: str) -> bytes:
    """A sample with some text replaced and its segments counted again."""
    text = (X12 / f"{name}.837").read_text("ascii").replace("\n", "")
    assert before in text
    return counted(text.replace(before, after))


def counted(text: str) -> bytes:
    """A file whose SE counts its segments."""
    segments = text.split("~")
    first = next(i for i, s in enumerate(segments) if s.startswith("ST*"))
    last = next(i for i, s in enumerate(segments) if s.startswith("SE*"))
    segments[last] = f"SE*{last - first + 1}*{segments[last].split('*')[2]}"
    return "~".join(segments).encode()


def told(data: bytes, rule: str) -> list[Finding]:
    return [f for f in edi.check(data).findings if f.rule == rule]


OWN = "PA260417883"
"""The prior authorization of the sample's claim."""
DAY = "DTP*472*D8*20260519~"
TWO = "CAS*CO*45*70~CAS*PR*2*24"


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (TWO, []),
        ("CAS*CO*45*70*1*97*24", []),
        ("CAS*CO*45*70~CAS*CO*97*24", ["2430[1]/CAS#2/01"]),
        ("CAS*CO*45*70~CAS*PR*2*20~CAS*CO*97*4", ["2430[1]/CAS#3/01"]),
        # six reasons fill a segment
        ("CAS*CO*45*64**1*1**2*2**3*3**4*4**5*5~CAS*CO*97*15", []),
        ("CAS*CO*45*65**1*1**2*2**3*3**4*4~CAS*CO*97*19", ["2430[1]/CAS#2/01"]),
    ],
)
def test_a_group_is_begun_again_only_when_its_segment_is_full(sent: str, said: list[str]) -> None:
    found = told(changed("medicare-secondary", TWO, sent), "COB-ADJ-001")
    assert [f.place.x12.address for f in found if f.place.x12] == said
    assert {f.severity for f in found} <= {"info"}


def test_a_group_at_the_claim_and_on_a_line_is_none_that_is_begun_again() -> None:
    data = changed("medicare-secondary", "AMT*D*296~", "CAS*CO*97*0.01~AMT*D*296~")
    assert told(data, "COB-ADJ-001") == []


@pytest.mark.parametrize(
    ("numbers", "kept", "line"),
    [
        (("", ""), [], None),
        (("", OWN), [], 2),
        ((OWN, OWN), [], 1),
        (("", "OTHER1"), [("OTHER1", "J9271")], None),
        ((OWN, "OTHER1"), [("OTHER1", "J9271")], 1),
    ],
)
def test_an_authorization_on_a_line(
    numbers: tuple[str, str], kept: list[tuple[str, str]], line: int | None
) -> None:
    """One that repeats that of the claim is told, once; another is an authorization of the line's code."""
    text = changed("prior-authorization", DAY, "@~").decode()
    for number in numbers:
        text = text.replace("@~", f"{DAY}REF*G1*{number}~" if number else DAY, 1)
    data = counted(text)
    found = told(data, "CLM-REPEAT-001")
    assert [f.place.x12.address for f in found if f.place.x12] == ([f"2400[{line}]/REF"] if line else [])
    (claim,) = edi.read_837(data)
    held = claim.coverages[claim.bill_to or 0].authorizations
    assert [(one.number, one.hcpcs) for one in held] == [(OWN, None), *kept]
    sent, again = (
        [s for s in text.split("~") if s.startswith("REF*G1")] for text in (data.decode(), written(data))
    )
    assert again == sent


def written(data: bytes) -> str:
    """The claims of a file, written again."""
    claims = list(edi.read_837(data))
    made = edi.write_837(
        claims,
        submitter=claims[0].submitter,
        receiver=claims[0].receiver,
        created=CREATED,
        control_number=1,
    )
    return made.decode("ascii").replace("\n", "")
