"""benchmarks/generate.py: made-up 837 files are valid, balanced, seeded and streamed."""

import importlib.util
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import edi
from pyx12_judge import judge

PROGRAM = Path(__file__).parents[1] / "benchmarks" / "generate.py"


def _load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("benchmarks_generate", PROGRAM)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


generate = _load()
Make = Callable[[int, int], Iterator[bytes]]
KINDS = pytest.mark.parametrize("make", [generate.claims_837p, generate.claims_837i], ids=["837p", "837i"])


def segments_of(make: Make, n: int, seed: int = 1) -> list[list[str]]:
    data = b"".join(make(n, seed)).decode("ascii")
    assert data.endswith("~")
    return [segment.split("*") for segment in data[:-1].split("~")]


def claims_of(segments: list[list[str]]) -> list[list[list[str]]]:
    """The segments of each claim, from CLM to the next claim, level or trailer."""
    found: list[list[list[str]]] = []
    inside = False
    for segment in segments:
        if segment[0] == "CLM":
            found.append([])
            inside = True
        elif segment[0] in ("HL", "SE"):
            inside = False
        if inside:
            found[-1].append(segment)
    return found


@KINDS
@pytest.mark.parametrize("seed", [1, 2])
def test_pyx12_finds_nothing(make: Make, seed: int) -> None:
    assert judge(b"".join(make(50, seed))) == []


@KINDS
@pytest.mark.parametrize("seed", [1, 2])
def test_no_rule_says_more_than_a_remark(make: Make, seed: int) -> None:
    report = edi.check(b"".join(make(200, seed)))
    assert report.files[0].claims == 200
    assert [(f.rule, f.message) for f in report.findings if f.severity != "info"] == []


@KINDS
def test_a_share_of_claims_gets_one_fault_each(make: Any) -> None:
    data = b"".join(make(400, 1, faults=0.25))
    assert data == b"".join(make(400, 1, faults=0.25))
    found = [f for f in edi.check(data).findings if f.severity != "info"]
    assert 50 < len({f.index for f in found}) < 120
    assert len({f.rule for f in found}) > 10


@pytest.mark.parametrize("name", generate.FAULTS)
def test_every_fault_is_found(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each kind of fault makes a finding on some claim of a file that holds no other kind."""
    monkeypatch.setattr(generate, "FAULTS", {name: generate.FAULTS[name]})
    makes = (generate.claims_837p, generate.claims_837i)
    reports = [edi.check(b"".join(make(100, 3, faults=1.0))) for make in makes]
    assert any(found.severity != "info" for report in reports for found in report.findings)


@KINDS
def test_a_seed_is_a_file(make: Make) -> None:
    first = b"".join(make(60, 7))
    assert first == b"".join(make(60, 7))
    assert first != b"".join(make(60, 8))


@KINDS
@pytest.mark.parametrize("n", [1, 2, 137])
def test_as_many_claims_as_asked_for_with_ids_of_their_own(make: Make, n: int) -> None:
    ids = [s[1] for s in segments_of(make, n) if s[0] == "CLM"]
    assert len(ids) == len(set(ids)) == n


@KINDS
def test_no_claim_is_no_file(make: Make) -> None:
    with pytest.raises(ValueError, match="at least one"):
        next(make(0, 1))


@KINDS
def test_sets_end_at_5000_claims_and_counts_are_right(make: Make) -> None:
    segments = segments_of(make, 5_001)
    starts = [i for i, s in enumerate(segments) if s[0] == "ST"]
    ends = [i for i, s in enumerate(segments) if s[0] == "SE"]
    assert len(starts) == len(ends) == 2
    claims = []
    for start, end in zip(starts, ends, strict=True):
        assert segments[end][1:] == [str(end - start + 1), segments[start][2]]
        claims.append(sum(s[0] == "CLM" for s in segments[start:end]))
    assert claims == [5_000, 1]
    assert [s[1:] for s in segments if s[0] == "GE"] == [["2", "1"]]
    assert segments[-1] == ["IEA", "1", segments[0][13]]


@KINDS
def test_levels_are_numbered_and_hang_together(make: Make) -> None:
    levels = [s for s in segments_of(make, 300) if s[0] == "HL"]
    assert [s[1] for s in levels] == [str(n) for n in range(1, len(levels) + 1)]
    kinds = {s[1]: s[3] for s in levels}
    parents = {"22": "20", "23": "22"}
    for level in levels:
        if level[3] == "20":
            assert level[2] == ""
        else:
            assert kinds[level[2]] == parents[level[3]]
    with_children = {s[2] for s in levels if s[2]}
    assert all((s[4] == "1") == (s[1] in with_children) for s in levels)
    assert len([s for s in levels if s[3] == "20"]) > 3
    assert Counter(kinds.values())["23"] > 20


@KINDS
def test_lines_totals_and_earlier_payments_balance(make: Make) -> None:
    decided = 0
    for claim in claims_of(segments_of(make, 300)):
        service = "SV2" if any(s[0] == "SV2" for s in claim) else "SV1"
        place = 3 if service == "SV2" else 2
        charges = [Decimal(s[place]) for s in claim if s[0] == service]
        assert 4 <= len(charges) <= 6
        assert [s[1] for s in claim if s[0] == "LX"] == [str(n) for n in range(1, len(charges) + 1)]
        assert sum(charges) == Decimal(claim[0][2])
        drugs = [s for s in claim if s[0] == service and ":J" in s[place - 1]]
        assert len(drugs) == sum(s[0] == "LIN" for s in claim) == sum(s[0] == "CTP" for s in claim) > 0
        paid = [Decimal(s[2]) for s in claim if s[0] == "SVD"]
        if not paid:
            continue
        decided += 1
        assert [Decimal(s[2]) for s in claim if s[:2] == ["AMT", "D"]] == [sum(paid)]
        at = -1
        left = list(charges)
        for segment in claim:
            if segment[0] == "LX":
                at += 1
            elif segment[0] == "SVD":
                left[at] -= Decimal(segment[2])
            elif segment[0] == "CAS":
                left[at] -= Decimal(segment[3])
        assert not any(left)
    assert decided > 5


@KINDS
def test_npis_have_their_check_digit(make: Make) -> None:
    found = {s[9] for s in segments_of(make, 300) if s[0] == "NM1" and s[8:9] == ["XX"]}
    assert len(found) > 40
    for number in found:
        digits = [int(d) for d in "80840" + number]
        doubled = [d * 2 if i % 2 else d for i, d in enumerate(reversed(digits))]
        assert len(number) == 10 and number[0] == "1"
        assert sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def test_a_professional_file_holds_what_claims_hold() -> None:
    segments = segments_of(generate.claims_837p, 400)
    roles = Counter(s[1] for s in segments if s[0] == "NM1")
    assert all(roles[role] > 9 for role in ("85", "IL", "PR", "QC", "DN", "82", "77"))
    assert len({s[9] for s in segments if s[:2] == ["NM1", "85"]}) > 5
    qualifiers = Counter(s[1] for s in segments if s[0] == "REF")
    assert all(qualifiers[q] > 5 for q in ("EI", "G1", "6R", "F8"))
    assert 30 < len(segments) / 400 < 40


def test_diagnoses_are_spread_unevenly() -> None:
    counts = Counter(
        code
        for s in segments_of(generate.claims_837p, 600)
        if s[0] == "HI"
        for code in s[1:]
        if code.startswith("ABF")
    )
    ranked = [count for _, count in counts.most_common()]
    assert len(ranked) > 20
    assert ranked[0] > 4 * ranked[len(ranked) // 2]


@KINDS
def test_pieces_are_small_and_come_at_once(make: Make) -> None:
    assert all(len(piece) < 200_000 for piece in islice(make(1_000_000, 1), 20))


def test_the_command_writes_the_same_file() -> None:
    ran = subprocess.run(
        [sys.executable, str(PROGRAM), "--claims", "20", "--kind", "837i", "--seed", "3"],
        capture_output=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout == b"".join(generate.claims_837i(20, 3))
    assert ran.stderr == b""


@pytest.mark.parametrize(
    ("cents", "text"),
    [(0, "0"), (50, ".5"), (5, ".05"), (4_400, "44"), (125_050, "1250.5"), (1_001, "10.01")],
)
def test_money_is_written_shortest(cents: int, text: str) -> None:
    assert generate.money(cents) == text
