"""What is right, and unusual, is not doubted: as it comes in an 837, and as the engine proposes it."""

import re
from decimal import Decimal
from pathlib import Path

import pytest

import edi
from coding_cases import infusion, proposal
from edi.finding import Finding
from edi.model.encounter import Container, Quantity

X12 = Path(__file__).resolve().parents[2] / "samples" / "x12"
ABOUT_OTHER_PAYERS = {
    "COB-BAL-001",
    "COB-BAL-002",
    "COB-BAL-003",
    "COB-REF-001",
    "COB-PAID-001",
    "COB-ADJ-001",
    "PRO-COB-001",
}


def told(data: bytes) -> list[Finding]:
    return edi.check(data).findings


def passed_over(amount: str) -> bytes:
    """The sample of a secondary claim whose first payer was passed over: AMT*A8, and nothing else."""
    text = (X12 / "medicare-secondary.837").read_text("ascii").replace("\n", "")
    text = text.replace("AMT*D*296~AMT*EAF*74~", f"AMT*A8*{amount}~").replace("REF*F8*KMI26218000417~", "")
    text = re.sub(r"SVD\*KMI02.*?DTP\*573\*D8\*\d{8}~", "", text)
    segments = text.split("~")
    first = next(i for i, one in enumerate(segments) if one.startswith("ST*"))
    last = next(i for i, one in enumerate(segments) if one.startswith("SE*"))
    segments[last] = f"SE*{last - first + 1}*0001"
    return "~".join(segments).encode()


def test_a_payer_that_was_passed_over_has_decided_nothing() -> None:
    """The total charge is 490; part of it leaves a decision that lacks its parts."""
    assert ABOUT_OTHER_PAYERS.isdisjoint(f.rule for f in told(passed_over("490")))
    assert "COB-PAID-001" in {f.rule for f in told(passed_over("489.99"))}


@pytest.mark.parametrize(
    ("hcpcs", "units", "quantity", "doubted"),
    [
        ("J3489", "4", "5", False),
        ("J3489", "4", "100", False),
        ("J3489", "4", "0.5", True),
        ("J1308", "80", "2", False),
        ("J1308", "80", "50", False),
        ("J1308", "80", "200", True),
        ("J3262", "162", "0.9", False),
        ("J2550", "1", "0.25", False),
        ("J2550", "3", "4.5", False),
        ("J2550", "3", "0.5", True),
    ],
)
def test_a_quantity_of_any_container_that_is_sold_fits(
    hcpcs: str, units: str, quantity: str, doubted: bool
) -> None:
    """Also one that is only to be verified, and a dose below the last billed unit."""
    text = (X12 / "medicare-secondary.837").read_text("ascii")
    text = text.replace("HC:J3489:JZ*300*UN*5*", f"HC:{hcpcs}:JZ*300*UN*{units}*")
    text = text.replace("CTP****100*ML", f"CTP****{quantity}*ML")
    assert ("NDC-QTY-002" in {f.rule for f in told(text.encode())}) is doubted


@pytest.mark.parametrize(
    ("drug", "hcpcs", "size", "quantity"),
    [
        ("zoledronic acid", "J3489", "5", Decimal(100)),
        ("zoledronic acid", "J3489", "4", None),
        ("famotidine", "J1308", "20", None),
        ("iron sucrose", "J1756", "200", Decimal(10)),
    ],
)
def test_a_size_in_two_volumes_proposes_none(
    drug: str, hcpcs: str, size: str, quantity: Decimal | None
) -> None:
    """The table says what was in a container only where all containers of the size hold as much."""
    amount = Quantity(value=Decimal(size), unit="mg")
    given = infusion(
        "A1",
        drug,
        "09:00",
        "09:30",
        hcpcs=hcpcs,
        dose=amount,
        ndc="99999-0101-01",
        containers=(Container(size=amount, single_dose=True),),
    )
    (line,) = (one.line for one in proposal([given]).lines if one.line.hcpcs == hcpcs)
    assert line.ndc_quantity == quantity
