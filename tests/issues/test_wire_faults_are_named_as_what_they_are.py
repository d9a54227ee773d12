"""Faults of the wire: right kind, right severity, one finding for one fault, values as they stand."""

import io
from pathlib import Path

import pytest

import edi
from edi.pipeline.judging import Options
from edi.pipeline.wire import judge_x12
from edi.x12.reader import Reader
from edi.x12.units import SetHead

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "x12"
PROFESSIONAL = (SAMPLES / "infusion-center.837").read_bytes()
FACILITY = (SAMPLES / "biologic-medicare.837").read_bytes()


def said(data: bytes, snip: int = 2) -> list[tuple[str, str, str | None]]:
    judged = judge_x12(io.BytesIO(data), Options(snip=snip, show_values=True))
    return [
        (f.rule, f.severity, f.place.x12.address if f.place.x12 else None)
        for one in judged
        for f in one.findings
        if f.severity != "info"
    ]


def changed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert data.count(old) >= 1
    return data.replace(old, new, 1)


def test_an_element_of_the_standard_that_the_guide_leaves_out_is_not_used() -> None:
    broken = changed(PROFESSIONAL, b"~HL*2*", b"~NM1*87*2*OTHER NAME~N3*1 ELM ST~N4*TOWN*NC*276014410~HL*2*")
    broken = (
        b"".join(broken.partition(b"~SE*")[:1])
        + b"~SE*"
        + recounted(broken)
        + broken[broken.index(b"*0001~GE") :]
    )
    assert said(broken) == [("X12-ELE-NOT-USED", "error", "2010AB/NM1/03")]


def recounted(data: bytes) -> bytes:
    body = data[data.index(b"~ST*") : data.index(b"~SE*")]
    return str(body.count(b"~") + 1).encode()


def test_a_required_value_that_is_empty_at_the_end_is_one_fault() -> None:
    broken = changed(FACILITY, b"REF*EA*MRN-00032", b"REF*EA*")
    assert said(broken) == [("X12-ELE-MISSING", "error", "2300/REF[EA]/02")]


def test_a_whole_trailer_without_terminator_is_a_warning() -> None:
    assert said(PROFESSIONAL.rstrip()[:-1]) == [("X12-NO-TERMINATOR", "warning", "IEA")]


def test_the_set_says_by_which_guide_it_was_made() -> None:
    broken = changed(FACILITY, b"*X*005010X223A2~", b"*X*005010X222A1~")
    heads = [event for event in Reader(io.BytesIO(broken)) if isinstance(event, SetHead)]
    assert [head.guide.name if head.guide else None for head in heads] == ["837I"]
    assert said(broken) == [("X12-ST-VERSION", "error", "ST/03")]


def test_values_keep_their_separators() -> None:
    broken = changed(FACILITY, b"***13:A:1**A*", b"**13:A:1*13:A:1**A*")
    judged = [
        f for one in judge_x12(io.BytesIO(broken), Options(snip=2, show_values=True)) for f in one.findings
    ]
    assert [(f.rule, f.actual) for f in judged] == [("X12-ELE-NOT-USED", "13:A:1")]
    broken = changed(FACILITY, b"HI*ABK:", b"HI:ABK:")
    judged = [f for one in judge_x12(io.BytesIO(broken), Options(snip=2)) for f in one.findings]
    assert any(f.message.startswith("segment HI:ABK:K50 does not exist") for f in judged)


@pytest.mark.parametrize(
    ("old", "new", "place"),
    [
        (b"HI*ABK:K5090", b"HI*ABK:K50.90", "2300/HI[ABK]/01-2"),
        (b"LIN**N4*99999010101", b"LIN**N4*99999-0101-01", "2410[1]/LIN/03"),
    ],
)
def test_dots_and_hyphens_of_people_are_faults_of_the_wire(old: bytes, new: bytes, place: str) -> None:
    assert said(changed(FACILITY, old, new)) == [("X12-ELE-PUNCTUATION", "error", place)]


def test_a_malformed_code_with_dots_is_one_finding() -> None:
    broken = changed(FACILITY, b"HI*ABK:K5090", b"HI*ABK:K5..090")
    at = [rule for rule, _, place in said(broken, snip=7) if place == "2300/HI[ABK]/01-2"]
    assert at == ["X12-ELE-PUNCTUATION"]


def test_a_sign_beyond_ascii_is_no_punctuation_too() -> None:
    broken = changed(FACILITY, b"HI*ABK:K5090", "HI*ABK:K509\xe9".encode("latin-1"))
    assert [rule for rule, _, _ in said(broken)] == ["X12-CHARACTER"]


def test_a_tax_number_with_hyphen_is_a_warning() -> None:
    broken = changed(FACILITY, b"REF*EI*005550106", b"REF*EI*00-5550106")
    assert ("F15-25-001", "warning", "2010AA/REF[EI]/02") in said(broken, snip=7)


def test_an_absence_in_the_header_hides_no_absence_in_the_claim() -> None:
    broken = changed(FACILITY, b"PER*IC*Edith Mapleford*TE*6145550199*EM*edi@mapleford.example~", b"")
    broken = changed(broken, b"NM1*71*1*Thornfield*Miriam****XX*2990000210~PRV*AT*PXC*207R00000X~", b"")
    rules = {rule for rule, _, _ in said(broken, snip=7)}
    assert {"X12-SEG-MISSING", "FAC-PROV-001"} <= rules


def test_a_wrong_code_is_not_judged_a_second_time() -> None:
    broken = changed(PROFESSIONAL, b"SBR*P*18*KM-5540******CI", b"SBR*P*18*KM-5540**CI****CI")
    assert [(rule, place) for rule, _, place in said(broken, snip=7) if place == "2000B/SBR/05"] == [
        ("X12-ELE-CODE", "2000B/SBR/05")
    ]


def test_a_letter_is_no_repetition_separator() -> None:
    broken = changed(PROFESSIONAL, b"*^*00501*", b"*U*00501*")
    (fault,) = [f for one in judge_x12(io.BytesIO(broken), Options(snip=2)) for f in one.findings]
    assert (fault.rule, fault.message.startswith("ISA11")) == ("X12-ISA-DELIMITERS", True)


def test_separators_behind_the_last_diagnosis_are_no_diagnoses() -> None:
    broken = changed(FACILITY, b"HI*ABK:K5090~", b"HI*ABK:K5090**~")
    (claim,) = edi.read_837(io.BytesIO(broken))
    assert [d.code for d in claim.diagnoses] == ["K5090"]
    assert [rule for rule, _, _ in said(broken)] == ["X12-ELE-TRAILING"]
