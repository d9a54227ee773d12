"""Several processes judge claims as one does: the same findings, views and notes, in the same order."""

import io
import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from edi.finding import Report
from edi.model.party import TradingPartner
from edi.pipeline import Options, Run, wire
from edi.pipeline.judging import Judged
from edi.settings import Settings
from edi.x12 import parallel, tokens
from test_x12_parallel import Inline, spoilt
from x12_bases import FACILITY, PROFESSIONAL, counted, program, wrapped

generate = program("generate")
CORPORA = Path(__file__).parents[1].parent / "shared" / "corpora"
FILES = sorted(CORPORA.glob("*/*.edi")) if CORPORA.is_dir() else []


def gathered(judged: Iterable[Judged]) -> Report:
    found = Run()
    for one in judged:
        found.add(one)
    return found.report()


def told(report: Report) -> dict[str, Any]:
    return asdict(report)


def in_ranges(data: bytes, options: Options) -> tuple[Report, int]:
    """The report of a file that is judged in ranges, as workers do it, and how many ranges there were."""
    pool = Inline()
    return gathered(wire.judge_with(pool, io.BytesIO(data), options, file="claims.837", most=3)), pool.jobs


def in_one(data: bytes, options: Options) -> Report:
    return gathered(wire.judge_x12(io.BytesIO(data), options, file="claims.837"))


SHOWN = Options(show_values=True)


def same(data: bytes, options: Options = SHOWN) -> int:
    """Ranges change nothing; returns their number."""
    report, ranges = in_ranges(data, options)
    assert told(report) == told(in_one(data, options))
    return ranges


@pytest.fixture
def ranges(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ranges of a few claims."""
    monkeypatch.setattr(tokens, "BLOCK", 2000)
    monkeypatch.setattr(parallel, "RANGE", 4000)
    yield


@pytest.mark.usefixtures("ranges")
@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["837p", "837i"])
def test_claims_with_faults(kind: str, seed: int) -> None:
    make = generate.claims_837p if kind == "837p" else generate.claims_837i
    data = b"".join(make(120, seed, faults=0.3))
    assert same(data) > 3


@pytest.mark.usefixtures("ranges")
@pytest.mark.parametrize("seed", range(20))
def test_broken_files(seed: int) -> None:
    dice = random.Random(seed)
    make = generate.claims_837i if seed % 2 else generate.claims_837p
    data = b"".join(make(60, seed, faults=0.2))
    data = spoilt(data, dice, dice.choice([1, 3, 30]), dice.choice([b"", b"\n", b"\r\n"]))
    if seed % 5 == 4:
        data = data[: dice.randrange(200, len(data))]
    same(data, Options(show_values=seed % 3 == 0))


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(20, 200))
@pytest.mark.usefixtures("ranges")
def test_broken_files_many(seed: int) -> None:
    test_broken_files(seed)


@pytest.mark.usefixtures("ranges")
@pytest.mark.parametrize(
    "options",
    [
        Options(payer="medicare", show_values=True),
        Options(snip=4),
        Options(prices=True, show_values=True),
        Options(policies={"distinct_modifier": "X"}),
    ],
    ids=["payer", "snip", "prices", "policy"],
)
def test_whatever_is_asked_for(options: Options) -> None:
    assert same(b"".join(generate.claims_837p(80, 4, faults=0.3)), options) > 3


@pytest.mark.usefixtures("ranges")
@pytest.mark.skipif(not FILES, reason="the corpora are not beside the project")
def test_published_files() -> None:
    for path in FILES:
        same(path.read_bytes())
    same(b"".join(path.read_bytes() for path in FILES))


def several(sets: list[list[str]]) -> list[str]:
    """One transaction set with the levels of several, numbered on."""
    made = sets[0][:5]
    number = 0
    for one in sets:
        start = number
        for segment in one[5:-1]:
            parts = segment.split("*")
            if parts[0] == "HL":
                number += 1
                parts[1] = str(number)
                parts[2] = str(start + int(parts[2])) if parts[2] else ""
            made.append("*".join(parts))
    return counted([*made, "SE*1*0001"])


@pytest.mark.usefixtures("ranges")
@pytest.mark.parametrize("base", [PROFESSIONAL, FACILITY], ids=["837p", "837i"])
def test_what_claims_of_several_ranges_show_together(base: list[str]) -> None:
    """The same claims again and again: duplicates of ids, of lines, and units over the limit of a day."""
    again = [
        [s.replace("CLM*P2", f"CLM*N{n}").replace("CLM*F2", f"CLM*N{n}") for s in base] for n in range(9)
    ]
    data = wrapped(several(again))
    assert same(data) > 2
    rules = {f.rule for f in in_one(data, Options()).findings}
    assert {"INPUT-DUPLICATE", "PRO-DUP-001"} <= rules


@pytest.mark.usefixtures("ranges")
def test_a_parent_on_a_claim_of_another_range_settles_an_add_on() -> None:
    first = [s.replace("HC:J1745:JZ", "HC:96375") for s in PROFESSIONAL]
    apart = [s.replace("HC:96365", "HC:96366").replace("CLM*P", "CLM*Q") for s in PROFESSIONAL]
    filler = [[s.replace("CLM*P", f"CLM*X{n}").replace("M12", f"Z{n}") for s in first] for n in range(6)]
    data = wrapped(several([first, *filler, apart]))
    alone = wrapped(several([*filler, apart]))
    assert same(data) > 1 and same(alone) > 1

    def orphans(file: bytes) -> int:
        return sum(f.rule == "INF-INIT-008" for f in in_one(file, Options()).findings)

    assert orphans(data) < orphans(alone)


@pytest.mark.usefixtures("ranges")
def test_levels_that_lack_something_at_the_end_of_a_range() -> None:
    """What a level lacks is told when it closes: here at the end of a range."""
    lacking = [s for s in PROFESSIONAL if s != "HL*3*1*22*1"][:51]
    wrong = [s.replace("HL*2*1*22*0", "HL*2*1*22*1") for s in PROFESSIONAL[:51]]
    made = several([[*one, "SE*1*0001"] for n in range(12) for one in (lacking[: 22 + 29 * (n % 2)], wrong)])
    data = wrapped(made)
    assert same(data) > 2
    assert {"X12-HL-CHILD", "X12-LOOP-MISSING"} <= {f.rule for f in in_one(data, Options()).findings}


@pytest.mark.usefixtures("ranges")
def test_more_claims_than_a_set_may_hold(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edi.x12.reader.MOST_CLAIMS", 50)
    monkeypatch.setattr(parallel, "MOST_CLAIMS", 50)
    data = b"".join(generate.claims_837p(60, 2))
    assert same(data) > 3
    assert any(f.rule == "X12-SET-CLAIMS" or "60" in f.message for f in in_one(data, Options()).findings)


@pytest.mark.usefixtures("ranges")
def test_ranges_that_are_judged_again_where_the_input_is_read() -> None:
    """In real processes: levels whose numbers do not follow, and the settings of a user with them."""
    data = b"".join(generate.claims_837p(60, 6, faults=0.2))
    data = re.sub(rb"HL\*(\d+)\*\*20", rb"HL*7\1**20", data)
    settings = Settings(submitter=TradingPartner(name="BILLING", id="B1"), defaults={"x": {"y": "z"}})
    options = Options(show_values=True, settings=settings, policies={"distinct_modifier": "X"}, jobs=2)
    with parallel.workers(2) as pool:
        report = gathered(wire.judge_with(pool, io.BytesIO(data), options, file="claims.837"))
    assert told(report) == told(in_one(data, options))
    assert sum(f.rule == "X12-HL-NUMBER" for f in report.findings) > 3
