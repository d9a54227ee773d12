"""What the guides judge of the rules catalogue (E.1 to E.3): a file with one fault each, and its name."""

import pytest

from catalogue_rows import Row, decided, holds

PAID = {
    "paid": "500.00",
    "paid_date": "2026-04-01",
    "adjustments": [{"group": "CO", "reason": "45", "amount": "150.00"}],
}


def row(
    id_: str, what: str, old: str, new: str, fault: str, base: str = "professional", **more: object
) -> Row:
    """A fault in a file that is otherwise clean; the number is that of no correction."""
    return Row(
        number=0,
        what=f"{id_} {what}",
        base=base,
        on="837",
        swap={old: new},
        said={fault: "error"},
        **more,  # type: ignore[arg-type]
    )


def facility(id_: str, what: str, old: str, new: str, fault: str) -> Row:
    """The same in an 837I."""
    return row(id_, what, old, new, fault, "facility")


ROWS = [
    row("ENV-01", "ISA06 too short", "*ZZ*SENDER         *", "*ZZ*SENDER*", "X12-ISA-WIDTH"),
    row("ENV-02", "IEA02 is not ISA13", "IEA*1*000000001", "IEA*1*000000002", "X12-IEA-CONTROL"),
    row("ENV-02", "ISA12", "*00501*", "*00401*", "X12-ISA-VALUE"),
    row("ENV-03", "GE01", "GE*1*1", "GE*2*1", "X12-GE-COUNT"),
    row("ENV-03", "GE02 is not GS06", "GE*1*1", "GE*1*2", "X12-GE-CONTROL"),
    row("ENV-03", "SE02 is not ST02", "*0001~GE", "*0002~GE", "X12-SE-CONTROL"),
    row("ENV-04", "GS08 is not ST03", "X*005010X222A1~ST", "X*005010X223A2~ST", "X12-ST-VERSION"),
    row("ENV-05", "GS04", "*20261102*0800*1*X", "*20261302*0800*1*X", "X12-GS-VALUE"),
    row("ENV-07", "BHT02", "BHT*0019*00*", "BHT*0019*01*", "X12-ELE-CODE"),
    row("ENV-08", "an empty segment", "~HL*2", "~~HL*2", "X12-SEG-EMPTY"),
    row("ENV-08", "an element that is empty at the end", "*CH~", "*CH*~", "X12-ELE-TRAILING"),
    row("ENV-09", "a dollar sign", "*250*UN", "*$250*UN", "X12-ELE-NUMBER"),
    row("ENV-09", "thousands apart", "RULE-PROF*650", "RULE-PROF*1,650", "X12-ELE-NUMBER"),
    row("P03", "HL01", "HL*2*1*22*0", "HL*3*1*22*0", "X12-HL-NUMBER"),
    row("P03", "HL02", "HL*2*1*22*0", "HL*2*2*22*0", "X12-HL-PARENT"),
    row("P03", "HL03", "HL*2*1*22*0", "HL*2*1*21*0", "X12-SEG-NOT-HERE"),
    row("P03", "HL04", "HL*2*1*22*0", "HL*2*1*22*1", "X12-HL-CHILD"),
    row(
        "P08", "two tax numbers", "REF*EI*123456789", "REF*EI*123456789~REF*SY*123456789", "X12-SEG-REPEATED"
    ),
    row("P21", "NM108 of the payer", "*PI*99001", "*XX*99001", "X12-ELE-CODE"),
    row("P28", "CLM06", ":1*Y*A*Y*Y", ":1**A*Y*Y", "X12-ELE-MISSING"),
    row("P31", "CLM10", ":1*Y*A*Y*Y", ":1*Y*A*Y*Y*X", "X12-ELE-CODE"),
    row("P43", "a dot in a diagnosis", "ABK:D509", "ABK:D50.9", "X12-ELE-PUNCTUATION"),
    row("P58", "LX01", "LX*2", "LX*3", "X12-LX-NUMBER"),
    row("P70", "REF of a compound", "CTP****10*ML", "CTP****10*ML~REF*ZZ*1", "X12-ELE-CODE"),
    row(
        "P76",
        "DTP before SV1",
        "SV1*HC:96365*250*UN*1***1~DTP*472*D8*20260303",
        "DTP*472*D8*20260303~SV1*HC:96365*250*UN*1***1",
        "X12-SEG-ORDER",
    ),
    row(
        "I67",
        "a reason without amount",
        "CAS*CO*45*150",
        "CAS*CO*45",
        "X12-ELE-MISSING",
        patch=decided(**PAID),
    ),
    row("I68", "NM108 without NM109", "*XX*1245319599", "*XX", "X12-ELE-PARTNER"),
    row("I69", "a telephone without its number", "*TE*2175550100", "*TE", "X12-ELE-MISSING"),
    row("I71", "a quantity without its unit", "CTP****10*ML", "CTP****10", "X12-ELE-MISSING"),
    row("I72", "a date without its format", "DMG*D8*19550412", "DMG**19550412", "X12-ELE-MISSING"),
    facility("I06", "SBR05", "SBR*P*18*******MA", "SBR*P*18***12****MA", "X12-ELE-NOT-USED"),
    facility("I10", "CLM06", "13:A:1**A", "13:A:1*Y*A", "X12-ELE-NOT-USED"),
    facility("I14", "DTP*434", "DTP*434*RD8*20260303-20260303~", "", "X12-SEG-MISSING"),
    facility("I16", "CL1", "CL1*3*1*01~", "", "X12-SEG-MISSING"),
    facility("I27", "a procedure without its date", "HI*ABF", "HI*BBR:0DB64ZX~HI*ABF", "X12-ELE-MISSING"),
    facility("I47", "SV204", "*400*UN*200", "*400*MJ*200", "X12-ELE-CODE"),
    facility(
        "I66", "neither revenue code nor procedure", "SV2*0260*HC:96365*250", "SV2***250", "X12-ELE-MISSING"
    ),
    facility("I70", "state and subdivision", "IL*627010003", "IL*627010003*US***ON", "X12-ELE-EXCLUDED"),
    facility(
        "I75",
        "DTP before SV2",
        "SV2*0260*HC:96365*250*UN*1~DTP*472*D8*20260303",
        "DTP*472*D8*20260303~SV2*0260*HC:96365*250*UN*1",
        "X12-SEG-ORDER",
    ),
]


@pytest.mark.parametrize("one", ROWS, ids=lambda one: one.what)
def test_the_fault_is_named(one: Row) -> None:
    holds(one)
