"""One segment that is stray, doubled, missing, too early or wrongly coded is one finding through all steps.

The segments around it keep their places and their values are read, so that no rule misses them.
"""

import io
from collections.abc import Callable
from pathlib import Path

import pytest

import edi
from edi.x12 import parallel
from edi.x12.findings import Fault

X12 = Path(__file__).resolve().parents[2] / "samples" / "x12"
Segments = list[str]


def segments_of(name: str) -> Segments:
    return [one.strip() for one in (X12 / f"{name}.837").read_text("ascii").split("~") if one.strip()]


def found(segments: Segments) -> list[tuple[str, str]]:
    segments = list(segments)
    first = next(i for i, s in enumerate(segments) if s.startswith("ST*"))
    last = next(i for i, s in enumerate(segments) if s.startswith("SE*"))
    segments[last] = f"SE*{last - first + 1}*{segments[last].split('*')[2]}"
    data = "".join(f"{s}~\n" for s in segments).encode()
    told = [f for f in edi.check(data).findings if f.severity in ("error", "warning")]
    return [(f.rule, f.place.x12.address if f.place.x12 else "") for f in told]


def at(segments: Segments, beginning: str) -> int:
    return next(i for i, s in enumerate(segments) if s.startswith(beginning))


def stray(text: str, before: str) -> Callable[[Segments], object]:
    return lambda s: s.insert(at(s, before), text)


def without(beginning: str) -> Callable[[Segments], object]:
    return lambda s: s.pop(at(s, beginning))


def twice(beginning: str) -> Callable[[Segments], object]:
    return lambda s: s.insert(at(s, beginning), s[at(s, beginning)])


def moved(beginning: str, before: str) -> Callable[[Segments], object]:
    def change(segments: Segments) -> None:
        taken = segments.pop(at(segments, beginning))
        segments.insert(at(segments, before), taken)

    return change


def coded(beginning: str, text: str) -> Callable[[Segments], object]:
    def change(segments: Segments) -> None:
        i = at(segments, beginning)
        segments[i] = segments[i].replace(beginning, text, 1)

    return change


NOT_HERE, ORDER, AGAIN = "X12-SEG-NOT-HERE", "X12-SEG-ORDER", "X12-SEG-REPEATED"
CASES = [
    # what would begin a level, a claim or a line, where it cannot
    (stray("SBR*P*18*******MB", "PRV*BI"), NOT_HERE, "2000A/SBR"),
    (stray("SBR*P*18*******MB", "N3*"), NOT_HERE, "2010AA/SBR"),
    (stray("PAT*19", "N3*"), NOT_HERE, "2010AA/PAT"),
    (stray("PAT*19", "HI*"), NOT_HERE, "2300/PAT"),
    (stray("HL*9*1*22*0", "PER*"), NOT_HERE, "1000A/HL"),
    (stray("HL*9*1*22*0", "HI*"), NOT_HERE, "2300/HL"),
    (stray("LX*9", "SBR*"), NOT_HERE, "2000B/LX"),
    (stray("LX*9", "HI*"), NOT_HERE, "2300/LX"),
    (stray("LX*9", "NM1*82"), NOT_HERE, "2300/LX"),
    (stray("LX*9", "SV1*"), NOT_HERE, "2400[1]/LX"),
    (stray("SV1*HC:96365*100*UN*1***1", "NM1*82"), NOT_HERE, "2300/SV1"),
    (stray("SV1*HC:96365*100*UN*1***1", "HI*"), NOT_HERE, "2300/SV1"),
    (stray("CLM*X1*100***11:B:1*Y*A*Y*Y", "SBR*"), NOT_HERE, "2000B/CLM"),
    (stray("CLM*X1*100***11:B:1*Y*A*Y*Y", "DMG*"), NOT_HERE, "2010BA/CLM"),
    (stray("HI*ABK:D509", "NM1*IL"), NOT_HERE, "2000B/HI[ABK]"),
    (stray("NM1*82*1*DOE*JANE****XX*1234567893", "NM1*85"), NOT_HERE, "2000A/NM1"),
    # of two the one that goes on is right
    (stray("N3*1 STREET", "NM1*85"), NOT_HERE, "2000A/N3"),
    (stray("NM1*85*2*X CLINIC*****XX*1234567893", "PRV*BI"), NOT_HERE, "2000A/NM1"),
    # too early: those behind it are not late
    (moved("REF*EI", "N3*"), ORDER, "2010AA/REF[EI]"),
    (moved("DMG*", "N3*142"), ORDER, "2010BA/DMG"),
    # read in their order although sent in another
    (moved("SV1*", "LX*"), ORDER, "2400[1]/LX"),
    (moved("SBR*S", "HL*2"), ORDER, "2000B/HL"),
    (moved("NM1*IL", "SBR*"), ORDER, "2000B/SBR"),
    (moved("CTP*", "LIN*"), ORDER, "2410[1]/LIN"),
    (twice("LX*1"), AGAIN, "2400[1]/LX#2"),
    (twice("LIN*"), AGAIN, "2410[1]/LIN#2"),
    (twice("SVD*"), AGAIN, "2430[1]/SVD#2"),
    # absent, with all that it says
    (without("SBR*S"), "X12-SEG-MISSING", "2000B/SBR"),
    (without("DMG*"), "F15-03-001", "2010BA/DMG"),
    (without("N4*Raleigh*NC*276031006"), "F15-05-001", "2010BA/N4"),
    # a code that says what the segment is about
    (coded("DTP*472", "DTP*434"), "X12-ELE-CODE", "2400[1]/DTP[434]/01"),
    (coded("DTP*573", "DTP*472"), "X12-ELE-CODE", "2430[1]/DTP[472]/01"),
    (coded("REF*EI", "REF*G1"), "X12-ELE-CODE", "2010AA/REF[G1]/01"),
    (coded("NM1*IL", "NM1*85"), "X12-ELE-CODE", "2010BA/NM1/01"),
    (coded("NM1*41", "NM1*ZZ"), "X12-ELE-CODE", "1000A/NM1/01"),
]  # fmt: skip


def test_the_file_itself_is_right() -> None:
    assert found(segments_of("medicare-secondary")) == []


@pytest.mark.parametrize(
    ("change", "rule", "address"), CASES, ids=[f"{n}-{case[2]}" for n, case in enumerate(CASES)]
)
def test_one_finding(change: Callable[[Segments], object], rule: str, address: str) -> None:
    segments = segments_of("medicare-secondary")
    change(segments)
    assert found(segments) == [(rule, address)]


def test_all_that_an_absent_segment_says_is_named() -> None:
    segments = segments_of("antibiotic-70-min")
    without("DMG*")(segments)
    data = "".join(f"{s}~" for s in segments).encode()
    (told,) = (f for f in edi.check(data).findings if f.rule == "F15-03-001")
    assert "birth date" in told.message and "sex" in told.message


def test_a_level_that_lacks_its_content_is_no_stray() -> None:
    """An HL with the number that is due begins a level, whatever stands behind it."""
    segments = segments_of("medicare-secondary")
    without("SBR*S")(segments)
    without("NM1*IL*1*Hazelmere*Ruth")(segments)
    rules = {rule for rule, _ in found(segments)}
    assert "X12-SEG-MISSING" in rules and NOT_HERE not in rules


@pytest.mark.parametrize("text", ["HL*9**20*1", "HL*9*1*22*0", "PAT*19", "LX*9", "CLM*X*1***11:B:1*Y*A*Y*Y"])
@pytest.mark.parametrize("before", ["N3*", "SBR*", "HI*", "NM1*82", "SE*"])
def test_several_processes_tell_the_same(text: str, before: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "RANGE", 1)
    segments = segments_of("medicare-secondary")
    first = at(segments, "HL*1*")
    # several levels of the highest kind, so that the set is judged in ranges
    levels = segments[first : at(segments, "SE*")]
    stray(text, before)(segments)
    last = at(segments, "SE*")
    data = "".join(f"{s}~" for s in [*segments[:last], *levels * 3, *segments[last:]]).encode()
    alone, told = (
        [_key(one) for one in parallel.judge(io.BytesIO(data), jobs=jobs) if isinstance(one, Fault)]
        for jobs in (1, 2)
    )
    assert told == alone


def _key(fault: Fault) -> tuple[int, str, str]:
    return fault.ordinal, fault.kind, fault.address


@pytest.mark.parametrize("size", [1, 7, 64])
def test_where_the_input_is_cut_into_blocks_changes_nothing(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    segments = segments_of("medicare-secondary")
    stray("HL*9*1*22*0", "HI*")(segments)
    whole = found(segments)
    monkeypatch.setattr("edi.x12.tokens.BLOCK", size)
    assert found(segments) == whole


@pytest.mark.parametrize("size", [1, 7, 64])
def test_a_trailer_behind_the_header_ends_the_set_wherever_blocks_end(
    size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SE right behind ST is in doubt until the next segment is known, which may stand in another block."""
    segments = segments_of("antibiotic-70-min")
    segments.insert(at(segments, "ST*") + 1, "SE")
    data = "".join(f"{s}~" for s in segments).encode()
    whole = edi.check(data).findings
    monkeypatch.setattr("edi.x12.tokens.BLOCK", size)
    assert edi.check(data).findings == whole
