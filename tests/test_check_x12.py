"""`check` on X12: structure and rules in one pass, places, exit codes, other transaction sets."""

import io
import json
from pathlib import Path

import pytest

from edi.cli.main import main
from edi.pipeline import wire
from edi.pipeline.judging import Judged, Options
from edi.pipeline.wire import judge_x12
from x12_bases import program

ROOT = Path(__file__).resolve().parents[1]
X12 = ROOT / "samples" / "x12"
CORPORA = ROOT.parent / "shared" / "corpora"


def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    monkeypatch.setattr("sys.argv", ["cleanclaim", *words])
    code = main()
    return code, capsys.readouterr().out


def judged(data: bytes, **options: object) -> list[Judged]:
    return list(judge_x12(io.BytesIO(data), Options(show_values=True, **options)))  # type: ignore[arg-type]


def test_a_clean_sample_is_clean_as_x12_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = run(monkeypatch, capsys, "check", str(X12 / "ivig-165-min.837"), "--format", "json")
    report = json.loads(out)
    assert code == 0
    (file,) = report["files"]
    assert file["kind"] == "x12"
    assert file["guide"] == "837I 005010X223A2"
    assert file["claims"] == 1
    assert [f["rule"] for f in file["findings"] if f["severity"] != "info"] == []


def test_fault_of_the_wire_and_of_the_claim_have_their_places() -> None:
    data = (X12 / "antibiotic-70-min.837").read_bytes()
    broken = data.replace(b"DTP*472*D8*20260", b"DTP*472*D8*20269", 1).replace(b"***1~", b"***9~", 1)
    findings = [f for one in judged(broken) for f in one.findings if f.severity == "error"]
    wire = next(f for f in findings if f.rule == "X12-ELE-DATE")
    assert wire.place.x12 is not None
    assert wire.place.x12.address == "2400[1]/DTP[472]/03"
    assert wire.place.x12.byte is not None
    assert broken[wire.place.x12.byte :].startswith(b"20269")
    pointer = next(f for f in findings if f.claim_path and "diagnosis_pointers" in f.claim_path)
    assert pointer.place.x12 is not None
    assert pointer.place.x12.address.startswith("2400[1]/SV1/07")
    assert pointer.record == "x12"


def test_the_same_fault_is_said_once() -> None:
    data = (X12 / "antibiotic-70-min.837").read_bytes()
    index = data.index(b"HI*ABK")
    broken = data[:index] + data[data.index(b"~", index) + 1 :]
    rules = [f.rule for one in judged(broken) for f in one.findings if f.severity == "error"]
    assert rules.count("X12-SEG-MISSING") == 1
    assert not [r for r in rules if r.startswith("PRO-DX")]


@pytest.mark.parametrize(
    ("data", "code"),
    [(b"GS*HC*A*B~", 2), (b"", 2), (b"ISA*00*", 2)],
)
def test_an_input_without_an_interchange_cannot_be_read(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path: Path,
    data: bytes,
    code: int,
) -> None:
    file = tmp_path / "x.edi"
    file.write_bytes(data)
    assert run(monkeypatch, capsys, "check", str(file))[0] == code


def test_snip_2_judges_structure_only() -> None:
    data = (X12 / "two-initials.837").read_bytes()
    assert [f for one in judged(data, snip=2) for f in one.findings] == []
    assert "INF-INIT-001" in [f.rule for one in judged(data) for f in one.findings]


def test_several_processes_say_the_same(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = (X12 / "ivig-165-min.837").read_bytes().replace(b"LX*2~", b"LX*3~")
    file = tmp_path / "x.837"
    file.write_bytes(data)
    words = ["check", str(file), "--snip", "2", "--format", "json"]
    code, one = run(monkeypatch, capsys, *words)
    assert run(monkeypatch, capsys, *words, "--jobs", "2")[0] == code == 1
    two = run(monkeypatch, capsys, *words, "--jobs", "2")[1]

    def told(text: str) -> list[tuple[str, str, str]]:
        found = json.loads(text)["files"][0]["findings"]
        wire = [f for f in found if f["rule"].startswith("X12")]
        return [(f["rule"], f["place"]["x12"]["address"], f["message"]) for f in wire]

    assert told(one) == told(two) != []
    assert json.loads(two)["files"][0]["claims"] == 1


def test_several_processes_judge_claims_as_one_does(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A large file, small ones and a claim as JSON in one run: the same report, byte for byte."""
    large, small = tmp_path / "large.837", tmp_path / "small.837"
    large.write_bytes(b"".join(program("generate").claims_837p(1600, 8, faults=0.1)))
    small.write_bytes((X12 / "two-initials.837").read_bytes())
    assert large.stat().st_size > wire.SMALL > small.stat().st_size
    record = next((X12.parent / "claims").glob("*.json"))
    words = ["check", *map(str, (small, record, large, small)), "--format", "json", "--quiet"]
    one = run(monkeypatch, capsys, *words)
    assert run(monkeypatch, capsys, *words, "--jobs", "2") == one
    assert one[0] == 1 and one[1].count('"rule"') > 100


@pytest.mark.skipif(not CORPORA.exists(), reason="the published files are not here")
def test_other_sets_are_judged_for_structure() -> None:
    for name in ("835-era-sample", "277ca-accepted", "999-rejected"):
        found = judged((CORPORA / "acks" / f"{name}.edi").read_bytes())
        assert [f for one in found for f in one.findings] == [], name
        assert any(one.guide for one in found)
