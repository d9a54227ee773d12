"""Several processes find what one finds."""

import io
import random
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from edi.x12 import parallel
from edi.x12.findings import Fault
from edi.x12.parallel import judge, judge_with
from edi.x12.reader import SetEnd
from x12_bases import FACILITY, PROFESSIONAL, counted, program, wrapped

generate = program("generate")
claims_837i, claims_837p = generate.claims_837i, generate.claims_837p


class Inline(Executor):
    """Does the work at once, in this process."""

    def __init__(self) -> None:
        self.jobs = 0

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        self.jobs += 1
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def verdict(events: list[Any]) -> tuple[list[tuple[Any, ...]], list[tuple[int, int]], list[str]]:
    """Faults with all they say, sizes of sets, and the other events, in order."""
    told = [
        (
            f.interchange, f.group, f.set, f.ordinal, f.element or 0, f.kind, f.address, f.component or 0,
            f.segment, f.loop, f.claim, f.byte, f.text_line, f.column, f.message, f.expected, f.actual,
        )
        for f in events
        if isinstance(f, Fault)
    ]  # fmt: skip
    sets = [(e.segments, e.claims) for e in events if isinstance(e, SetEnd)]
    return told, sets, [type(e).__name__ for e in events if not isinstance(e, Fault)]


def spoilt(data: bytes, dice: random.Random, faults: int, ending: bytes) -> bytes:
    segments = data.split(b"~")[:-1]
    for _ in range(faults):
        i, k = dice.randrange(1, len(segments)), dice.randrange(1, len(segments))
        match dice.randrange(6):
            case 0:
                segments.pop(i)
            case 1:
                segments.insert(i, segments[k])
            case 2:
                segments[i], segments[k] = segments[k], segments[i]
            case 3:
                segments[i] = segments[i].replace(b"*", b"*\xe9", 1)
            case 4:
                segments[i] = segments[i].replace(b"*1*", b"*7*", 1)
            case _:
                segments[i] += b"*"
    return b"".join(s + b"~" + ending for s in segments)


@pytest.mark.parametrize("seed", range(30))
def test_ranges_change_no_verdict(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    dice = random.Random(seed)
    make = claims_837i if seed % 2 else claims_837p
    data = b"".join(make(120, seed))
    data = spoilt(data, dice, dice.choice([0, 1, 3, 30]), dice.choice([b"", b"\n", b"\r\n"]))
    if seed % 5 == 4:
        data = data[: dice.randrange(200, len(data))]
    monkeypatch.setattr(parallel, "RANGE", dice.choice([1, 1000, 5000]))
    pool = Inline()
    found = list(judge_with(pool, io.BytesIO(data), most=3))
    assert verdict(found) == verdict(list(judge(io.BytesIO(data), jobs=1)))
    assert pool.jobs > 3 or found


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(30, 400))
def test_ranges_change_no_verdict_many(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    test_ranges_change_no_verdict(seed, monkeypatch)


def test_two_processes_find_what_one_finds() -> None:
    dice = random.Random(5)
    parts = [spoilt(b"".join(claims_837p(60, n)), dice, n % 4, b"\n") for n in range(4)]
    parts += [wrapped(PROFESSIONAL), wrapped(FACILITY), b"junk", wrapped(PROFESSIONAL)[:700]]
    data = b"".join(parts)
    told = list(judge(io.BytesIO(data), jobs=2))
    assert verdict(told) == verdict(list(judge(io.BytesIO(data), jobs=1)))
    assert any(isinstance(f, Fault) for f in told)


def test_too_many_claims_are_counted_over_all_ranges(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parallel, "RANGE", 1000)
    head, levels = PROFESSIONAL[:5], PROFESSIONAL[5:22]
    claim = PROFESSIONAL[22:51]
    made = list(head)
    for n in range(51):
        made += [
            s.replace("HL*2*1", f"HL*{2 * n + 2}*{2 * n + 1}").replace("HL*1*", f"HL*{2 * n + 1}*")
            for s in levels
        ]
        made += claim * (100 if n < 50 else 1)
    data = wrapped(counted([*made, "SE*1*0001"]))
    pool = Inline()
    faults = [e for e in judge_with(pool, io.BytesIO(data), most=3) if isinstance(e, Fault)]
    assert [(f.kind, f.actual) for f in faults] == [("too_many_claims", "5001")]
    assert "5001" in faults[0].message
    assert pool.jobs > 45


def test_jobs_must_be_a_number_of_processes() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        next(judge(io.BytesIO(b""), jobs=0))
