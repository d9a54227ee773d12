"""What one billing provider's levels lack hides nothing on the claims of the next."""

import io

from edi.pipeline.judging import Options
from edi.pipeline.wire import judge_x12
from x12_bases import PROFESSIONAL, counted, wrapped

HEAD, LEVELS, CLAIM = PROFESSIONAL[:5], PROFESSIONAL[5:22], PROFESSIONAL[22:51]


def rules(before: list[str]) -> set[str]:
    """Rules that speak of a claim without the patient's street, behind other levels."""
    shift = 2 if before else 0
    levels = [s.replace("HL*2*1", f"HL*{2 + shift}*{1 + shift}") for s in LEVELS if s != "N3*7 OAK LANE"]
    levels = [s.replace("HL*1*", f"HL*{1 + shift}*") for s in levels]
    data = wrapped(counted([*HEAD, *before, *levels, *CLAIM, "SE*1*0001"]))
    return {f.rule for one in judge_x12(io.BytesIO(data), Options()) for f in one.findings}


def test_a_level_without_a_claim_hides_nothing_behind_it() -> None:
    assert "F15-05-001" in rules([])
    assert {"F15-05-001", "X12-LOOP-MISSING"} <= rules(LEVELS)
