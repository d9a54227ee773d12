"""What a first use of 837 files met: names of files, a missing terminator, unclear refusals."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import edi

X12 = Path(__file__).resolve().parents[2] / "samples" / "x12"
CLAIM = (X12 / "antibiotic-70-min.837").read_text("ascii")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edi", *words],
        capture_output=True,
        text=True,
        check=False,
        cwd=X12.parents[1],
        env={**os.environ, "COLUMNS": "200"},
    )


def told(text: str) -> list[tuple[str, str, str | None]]:
    """Errors and warnings of an 837."""
    found = edi.check(text.encode()).findings
    return [
        (f.rule, f.severity, f.place.x12.address if f.place.x12 else None)
        for f in found
        if f.severity != "info"
    ]


def changed(*pairs: tuple[str, str]) -> str:
    text = CLAIM
    for before, after in pairs:
        assert before in text
        text = text.replace(before, after)
    return text


def test_a_folder_gives_837_files_of_any_usual_name(tmp_path: Path) -> None:
    for name in ("batch.txt", "BATCH.DAT", "batch.837"):
        (tmp_path / name).write_text(CLAIM, encoding="ascii")
    (tmp_path / "notes.txt").write_text("ISABELLA called about her claim", encoding="ascii")
    (tmp_path / "empty.dat").write_bytes(b"")
    (tmp_path / "marked.txt").write_bytes(b"\xef\xbb\xbf\r\n" + CLAIM.encode())
    read = {Path(file.file).name for file in edi.check(tmp_path).files}
    assert read == {"batch.txt", "BATCH.DAT", "batch.837", "marked.txt"}


@pytest.mark.parametrize("end", ["", "\n", "\r\n", "   "])
def test_repair_adds_the_last_terminator(tmp_path: Path, end: str) -> None:
    given, out = tmp_path / "given.837", tmp_path / "out.837"
    given.write_bytes((CLAIM.rstrip().removesuffix("~") + end).encode())
    done = run("repair", str(given), "-o", str(out))
    assert done.returncode == 0, done.stdout
    assert out.read_bytes().rstrip().endswith(b"~")
    assert not any(rule.startswith("X12-") for rule, *_ in told(out.read_text("ascii")))


def test_what_is_no_format_is_said_in_the_words_of_the_program() -> None:
    done = run("check", "--format", "nope", str(X12 / "antibiotic-70-min.837"))
    assert done.returncode == 2 and "'nope' is not one of 'text', 'json'" in done.stderr
    assert "Value error" not in done.stderr


@pytest.mark.parametrize("snip", [0, 8, 9, -1])
def test_a_snip_type_that_there_is_not_is_refused(snip: int) -> None:
    with pytest.raises(ValueError, match=f"a number from 1 to 7, not {snip}"):
        edi.check(CLAIM.encode(), snip=snip)


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("*XX*2990000038~", "*XX*2990000039~", "NPI"),
        ("N3*75 Juniper Bluff Road~", "N3*PO BOX 75~", "street"),
        ("N4*Austin*TX*787010075~", "N4*Austin*TX*78701~", "ZIP"),
        ("N4*Austin*TX*787010075~", "N4*Austin*XX*787010075~", "state"),
    ],
)
def test_help_for_the_billing_provider_names_what_is_wrong(before: str, after: str, word: str) -> None:
    (found,) = (f for f in edi.check(changed((before, after)).encode()).findings if f.rule == "F15-33-001")
    assert word in found.help and sum(one in found.help for one in ("NPI", "street", "ZIP", "state")) == 1


@pytest.mark.parametrize(
    ("before", "after", "address"),
    [
        ("N4*Austin*TX*787041002", "N4*Austin*TX*78704-1002", "2010BA/N4/03"),
        ("N4*Fargo*ND*581020100", "N4*Fargo*ND*58102-0100", "2010BB/N4/03"),
        ("*TE*5125550130", "*TE*512-555-0130", "2010AA/PER/04"),
        ("*TE*6145550199", "*TE*(614)5550199", "1000A/PER/04"),
    ],
)
def test_hyphens_that_were_sent_are_told(before: str, after: str, address: str) -> None:
    assert told(changed((before, after))) == [("PRV-SIGN-001", "warning", address)]


def test_a_made_up_address_of_the_payer_is_told() -> None:
    text = changed(("N4*Fargo*ND*581020100", "N4*Fargo*NA*000000000"))
    assert told(text) == [("PRV-PAYER-001", "warning", "2010BB/N4/02")]
    text = changed(("N4*Fargo*ND*581020100", "N4*Fargo*ND*000000000"))
    assert told(text) == [("PRV-PAYER-001", "warning", "2010BB/N4/03")]


def test_self_with_a_patient_loop_is_told() -> None:
    patient = "HL*3*2*23*0~PAT*19~NM1*QC*1*WEXMOOR*ANN~N3*1 MAIN~N4*AUSTIN*TX*787041002~DMG*D8*20150101*F~"
    segments = CLAIM.replace("\n", "").replace("HL*2*1*22*0", "HL*2*1*22*1").split("CLM*", 1)
    count = int(segments[1].partition("SE*")[2].partition("*")[0])
    text = f"{segments[0]}{patient}CLM*{segments[1]}".replace(f"SE*{count}*", f"SE*{count + 6}*")
    assert told(text) == [("SBR-COV-005", "error", "2000B/SBR/02")]
    assert told(text.replace("SBR*P*18*", "SBR*P**")) == []


@pytest.mark.parametrize(
    ("name", "data", "rule", "words"),
    [
        ("empty.837", b"", "INPUT-EMPTY", "the file is empty"),
        ("blank.json", b"\r\n \n", "INPUT-EMPTY", "the file is empty"),
        ("letter.txt", b"Dear payer,", "INPUT-KIND", "neither X12, nor JSON, nor XML"),
        ("photo.jpg", b"\xff\xd8\xff\xe0\0\x10JFIF", "INPUT-KIND", "neither X12, nor JSON, nor XML"),
        ("photo.837", b"\xff\xd8\xff\xe0\0\x10JFIF", "INPUT-X12", "this is not X12"),
        ("form", b"%PDF-1.7", "INPUT-KIND", "a PDF"),
        ("claim", b"\xef\xbb\xbf {", "INPUT-JSON", "not JSON"),
    ],
)
def test_what_a_file_is_not_is_said(tmp_path: Path, name: str, data: bytes, rule: str, words: str) -> None:
    (tmp_path / name).write_bytes(data)
    (found,) = (f for f in edi.check(tmp_path / name).findings if f.severity == "error")
    assert found.rule == rule and words in found.message


def test_another_transaction_set_is_answered_in_plain_words() -> None:
    (found,) = (
        f for f in edi.check(changed(("ST*837*", "ST*270*")).encode()).findings if f.rule == "X12-ST-UNKNOWN"
    )
    assert found.help == "Send an 837P, an 837I, or one of their answers: 999, TA1, 277CA or 835."
