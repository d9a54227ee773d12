"""A segment that cannot stand where it is gives one finding and takes nothing behind it along."""

import io
from pathlib import Path

import pytest

from edi.pipeline.judging import Options
from edi.pipeline.wire import judge_x12
from edi.x12.reader import Reader
from edi.x12.units import SetEnd

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "x12" / "medicare-secondary.837"
BASE = [segment.strip() for segment in SAMPLE.read_text(encoding="ascii").split("~") if segment.strip()]


def found(segments: list[str]) -> list[tuple[str, str | None]]:
    segments = list(segments)
    inside = segments.index(next(s for s in segments if s.startswith("SE*"))) - 1
    segments[inside + 1] = f"SE*{inside}*0001"
    data = "".join(s + "~\n" for s in segments).encode()
    judged = judge_x12(io.BytesIO(data), Options(snip=2, show_values=True))
    return [(f.rule, f.place.x12.address if f.place.x12 else None) for one in judged for f in one.findings]


def with_stray(stray: str, before: str) -> list[str]:
    at = next(i for i, s in enumerate(BASE) if s.startswith(before))
    return [*BASE[:at], stray, *BASE[at:]]


@pytest.mark.parametrize(
    ("stray", "before", "address"),
    [
        ("DTP*472*D8*20260303", "HI*", "2300/DTP[472]"),
        ("DTP*472*D8*20260303", "NM1*82*", "2300/DTP[472]"),
        ("DTP*573*D8*20260303", "REF*EA*", "2300/DTP[573]"),
        ("REF*6R*1", "HI*", "2300/REF[6R]"),
        ("AMT*D*10", "HI*", "2300/AMT[D]"),
        ("CAS*CO*45*10", "NM1*82*", "2300/CAS"),
        ("DMG*D8*19271211*F", "OI*", "2320[1]/DMG"),
        ("CTP****1*UN", "HI*", "2300/CTP"),
        ("PER*IC*DESK*TE*6145550199", "HL*1*", "1000B/PER"),
    ],
)
def test_a_stray_is_one_finding(stray: str, before: str, address: str) -> None:
    assert found(BASE) == []
    assert found(with_stray(stray, before)) == [("X12-SEG-NOT-HERE", address)]


def test_a_stray_makes_no_claim() -> None:
    data = "".join(s + "~" for s in with_stray("DMG*D8*19271211*F", "OI*")).encode()
    ends = [event.claims for event in Reader(io.BytesIO(data)) if isinstance(event, SetEnd)]
    assert ends == [1]


def test_a_loop_without_its_first_segment_is_still_told_so() -> None:
    without = [s for s in BASE if not s.startswith("NM1*82*")]
    assert found(without) == [("X12-SEG-MISSING", "2310B/NM1")]
