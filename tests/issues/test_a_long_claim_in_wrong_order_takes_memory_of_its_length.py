"""Segments in a wrong order behind many lines: memory grows as the claim does, not as its square."""

import io
import tracemalloc
from pathlib import Path

from edi.x12.reader import Reader
from edi.x12.units import Unit

SAMPLE = Path(__file__).resolve().parents[2] / "samples" / "x12" / "medicare-secondary.837"
BASE = [segment.strip() for segment in SAMPLE.read_text(encoding="ascii").split("~") if segment.strip()]
LATE = ["DTP*431*D8*20240101", "REF*D9*1234", "AMT*F5*1"]


def long_claim(lines: int) -> bytes:
    first = BASE.index("LX*1")
    one = BASE[first + 1 : BASE.index("LX*2")]
    end = next(i for i, segment in enumerate(BASE) if segment.startswith("SE*"))
    body = [segment for n in range(1, lines + 1) for segment in (f"LX*{n}", *one)]
    return "".join(f"{segment}~" for segment in (*BASE[:first], *body, *LATE, *BASE[end:])).encode()


def peak(lines: int) -> int:
    """Most bytes held while a claim is judged."""
    data = io.BytesIO(long_claim(lines))
    tracemalloc.start()
    faults = [fault for event in Reader(data) if isinstance(event, Unit) for fault in event.faults]
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [fault.segment for fault in faults if fault.kind == "segment_misplaced"] == ["DTP", "REF", "AMT"]
    return most


def test_twice_the_lines_take_about_twice_the_memory() -> None:
    peak(10)  # the guide is loaded once
    assert peak(2000) < 2.6 * peak(1000)
