"""What developers hand in and ask for: paths, text, encodings, cut files, places that cannot be written."""

import io
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import edi
from edi.cli.main import main
from edi.x12 import parallel

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
PATH = SAMPLES / "x12" / "biologic-medicare.837"
TEXT = PATH.read_text(encoding="ascii")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str]]:
    monkeypatch.chdir(tmp_path)

    def call(*arguments: object) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["cleanclaim", *map(str, arguments)])
        code = main()
        shown = capsys.readouterr()
        return code, shown.out + shown.err

    return call


def test_an_837_is_read_from_path_bytes_and_stream() -> None:
    for source in (PATH, str(PATH), PATH.read_bytes(), io.BytesIO(PATH.read_bytes())):
        assert [claim.claim_id for claim in edi.read_837(source)] == ["BIOLOGIC-MEDICARE"]


def test_check_takes_the_text_of_an_837_and_several_paths() -> None:
    assert {file.kind for file in edi.check(TEXT).files} == {"x12"}
    assert len(edi.check([PATH, SAMPLES / "encounters" / "dehydration.json"]).files) == 2


def test_a_path_where_a_record_is_needed_says_so() -> None:
    with pytest.raises(TypeError, match=r"not str; read_encounter, read_claims and read_837"):
        edi.claim("visit.json")  # type: ignore[arg-type]


def test_an_empty_name_is_not_the_present_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "visit.json").write_text("{}", encoding="utf-8")
    assert [f.rule for f in edi.check("").findings] == ["INPUT-NOTHING"]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_x12_in_two_bytes_a_character_is_told_its_encoding(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "claims.837"
    path.write_text(TEXT, encoding=encoding)
    assert [f.rule for f in edi.check(path).findings] == ["INPUT-ENCODING"]


def test_a_claim_that_was_cut_off_is_not_judged_by_what_it_lacks() -> None:
    report = edi.check(TEXT[: TEXT.index("HI*ABK") + 4].encode())
    assert [f.rule for f in report.findings if f.severity != "info"] == ["X12-ENDS-EARLY"]


def test_a_letter_with_accent_is_told_what_to_write() -> None:
    record = (SAMPLES / "encounters" / "dehydration.json").read_text(encoding="utf-8")
    encounter = edi.read_encounter(record)
    assert encounter.patient is not None
    encounter.patient.last_name = "Mu\N{LATIN SMALL LETTER N WITH TILDE}oz"
    (finding,) = [f for f in edi.check(encounter).findings if f.rule == "X12-WRITE-CHARACTER"]
    assert "plain letters" in finding.message and "delimiters" not in finding.message


def test_what_cannot_be_written_is_named_as_the_user_named_it(
    run: Callable[..., tuple[int, str]], tmp_path: Path
) -> None:
    wanted = tmp_path / "nowhere" / "x.json"
    code, shown = run("check", PATH, "--format", "json", "-o", wanted)
    assert code == 2 and str(wanted) in shown and ".part" not in shown
    code, shown = run("repair", PATH, "-o", wanted)
    assert code == 2 and str(wanted) in shown and ".part" not in shown
    file = tmp_path / "file"
    file.touch()
    for command in (["build", SAMPLES / "encounters" / "dehydration.json"], ["ack", PATH]):
        code, shown = run(*command, "-o", file)
        assert (code, "a folder is needed" in shown) == (2, True)


def test_workers_leave_the_interrupt_to_the_main_process() -> None:
    before = signal.getsignal(signal.SIGINT)
    assert list(parallel.judge(io.BytesIO(PATH.read_bytes()), jobs=2))
    assert signal.getsignal(signal.SIGINT) is before
