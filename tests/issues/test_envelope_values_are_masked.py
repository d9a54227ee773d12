"""Values of envelope faults are masked like all others unless they are asked for."""

import io
from pathlib import Path

from edi.pipeline.judging import MASK, Options
from edi.pipeline.wire import judge_x12

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "x12" / "ivig-165-min.837"


def values(*, show: bool) -> set[str]:
    broken = SAMPLE.read_bytes().replace(b"~GE*1*", b"~GE*7*")
    judged = judge_x12(io.BytesIO(broken), Options(show_values=show, snip=2))
    return {f.actual for one in judged for f in one.findings if f.actual is not None}


def test_a_wrong_count_is_shown_only_when_asked_for() -> None:
    assert values(show=False) == {MASK}
    assert values(show=True) == {"7"}
