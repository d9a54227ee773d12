"""`edi.x12.repairing` and `cleanclaim repair`: each repair mends its fault, and nothing else is touched."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi.pipeline.repairing import faults
from edi.x12 import mending
from edi.x12.guide import load
from edi.x12.repairing import Mended, repaired

SHARED = Path(__file__).parents[1].parent / "shared"

P = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260309*0800*^*00501*000000007*0*T"
    "*:~\nGS*HC*SENDER*RECEIVER*20260309*0800*7*X*005010X222A1~\nST*837*0001*005010X222A1~\n"
    "BHT*0019*00*B1*20260309*0800*CH~\nNM1*41*2*BILLING OFFICE*****46*SENDER~\n"
    "PER*IC*OFFICE*TE*5125550100*EX*12~\nNM1*40*2*CLEARINGHOUSE*****46*RECEIVER~\n"
    "HL*1**20*1~\nNM1*85*2*INFUSION GROUP*****XX*1924889565~\nN3*4673 ELM AVE~\nN4*COLUMBUS*OH*432150211~\n"
    "REF*EI*218578091~\n"
    "HL*2*1*22*1~\nSBR*P********CI~\nNM1*IL*1*DURAN*HELEN****MI*W305986656~\n"
    "NM1*PR*2*NORTHERN STAR*****PI*60001~\n"
    "HL*3*2*23*0~\nPAT*19~\nNM1*QC*1*DURAN*LEO~\nN3*561 PARK BLVD~\nN4*PORTLAND*OR*97204~\n"
    "DMG*D8*20150310*M~\nCLM*C1*983.98***11:B:1*Y*A*Y*Y~\nHI*ABK:J45909*ABF:E119~\n"
    "LX*1~\nSV1*HC:96413*350.61*UN*1***1:2~\nDTP*472*D8*20260127~\n"
    "LX*2~\nSV1*HC:J9045*633.37*UN*10***1~\nDTP*472*D8*20260127~\nLIN**N4*09999001050~\nCTP****50*ML~\n"
    "HL*4*1*22*0~\nSBR*P*18*******MC~\nNM1*IL*1*CHAVEZ*LAURA****MI*W851975622~\nN3*4561 OAK AVE~\n"
    "N4*DENVER*CO*802028058~\nDMG*D8*19550313*F~\nNM1*PR*2*STATE MEDICAID*****PI*60005~\n"
    "CLM*C2*100***11:B:1*Y*A*Y*Y~\nHI*ABK:E876~\nLX*1~\nSV1*HC:96413*100*UN*1***1~\nDTP*472*D8*20260127~\n"
    "SE*43*0001~\nGE*1*7~\nIEA*1*000000007~\n"
)  # fmt: skip
F = (
    "ISA*00*          *00*          *ZZ*SENDER         *ZZ*RECEIVER       *260309*0800*^*00501*000000009*0*T"
    "*:~GS*HC*SENDER*RECEIVER*20260309*0800*1*X*005010X223A2~ST*837*0001*005010X223A2~"
    "BHT*0019*00*B1*20260309*0800*CH~NM1*41*2*BILLING OFFICE*****46*SENDER~PER*IC*OFFICE*TE*5125550100~"
    "NM1*40*2*CLEARINGHOUSE*****46*RECEIVER~HL*1**20*1~NM1*85*2*HOSPITAL*****XX*1570631980~N3*4091 ELM AVE~"
    "N4*OMAHA*NE*681026518~REF*EI*790546785~HL*2*1*22*0~SBR*P*18*******BL~"
    "NM1*IL*1*JENSEN*BRIAN****MI*W124794374~N3*1254 OAK AVE~N4*MADISON*WI*537033655~DMG*D8*19530203*M~"
    "NM1*PR*2*BLUE HARBOR*****PI*60002~CLM*C1*595.28***13:A:1**A*Y*Y~DTP*434*RD8*20260218-20260218~"
    "CL1*3*1*01~HI*ABK:C499~HI*APR:C499~HI*ABF:M810*ABF:I10~NM1*71*1*STERLING*IRENE****XX*1509381780~"
    "LX*1~SV2*0335*HC:96413*511.7*UN*1~DTP*472*D8*20260218~LX*2~SV2*0335*HC:96375*83.58*UN*1~"
    "DTP*472*D8*20260218~SE*31*0001~GE*1*1~IEA*1*000000009~"
)  # fmt: skip


def mend(data: str) -> tuple[str, list[Mended]]:
    out, made = [], []
    for piece in repaired(io.BytesIO(data.encode("latin-1"))):
        if isinstance(piece, Mended):
            made.append(piece)
        else:
            out.append(piece)
    return b"".join(out).decode("latin-1"), made


def planted(clean: str, old: str, new: str) -> str:
    assert clean.count(old) == 1, f"{old} is not one place of the file"
    return clean.replace(old, new)


def left(data: str) -> list[str]:
    return [fault.kind for fault in faults(io.BytesIO(data.encode("latin-1")))]


@pytest.mark.parametrize("clean", [P, F], ids=["837P", "837I"])
@pytest.mark.parametrize("ending", ["~\n", "~\r\n", "~", "\n", "\r\n", "'"])
def test_a_clean_file_comes_back_as_it_is(clean: str, ending: str) -> None:
    data = clean.replace("~\n", "~").replace("~", ending)
    assert left(data) == []
    assert mend(data) == (data, [])


PLANTED = [
    (P, "SENDER         *ZZ", "SENDER*ZZ", "isa_width", "ISA/06"),
    (P, "RECEIVER       *2", "RECEIVER           *2", "isa_width", "ISA/08"),
    (P, "*00501*000000007*", "*00501*7*", "isa_width", "ISA/13"),
    (P, "SE*43*", "SE*41*", "se_count", "TRAILER/SE/01"),
    (P, "SE*43*", "SE**", "se_count", "TRAILER/SE/01"),
    (P, "SE*43*0001", "SE*43*0002", "se_control", "TRAILER/SE/02"),
    (P, "GE*1*", "GE*3*", "ge_count", "GE/01"),
    (P, "GE*1*7", "GE*1*8", "ge_control", "GE/02"),
    (P, "IEA*1*", "IEA*2*", "iea_count", "IEA/01"),
    (P, "IEA*1*000000007", "IEA*1*000000070", "iea_control", "IEA/02"),
    (P, "HL*3*2*23*0", "HL*7*2*23*0", "hl_number", "2000C/HL/01"),
    (P, "HL*3*2*23*0", "HL*3*9*23*0", "hl_parent", "2000C/HL/02"),
    (P, "HL*3*2*23*0", "HL*3**23*0", "hl_parent", "2000C/HL/02"),
    (P, "HL*2*1*22*1", "HL*2*1*22*0", "hl_child", "2000B/HL/04"),
    (P, "HL*3*2*23*0", "HL*3*2*23*1", "hl_child", "2000C/HL/04"),
    (P, "HL*4*1*22*0", "HL*4*1*22*1", "hl_child", "2000B/HL/04"),
    (P, "LX*2~", "LX*3~", "lx_number", "2400[2]/LX/01"),
    (P, "CTP****50*ML~", "CTP****50*ML***~", "trailing_separator", "2410[1]/CTP"),
    (P, "GE*1*7~", "GE*1*7**~", "trailing_separator", "GE"),
    (P, "SV1*HC:J9045*", "SV1*HC:J9045::*", "trailing_component", "2400[2]/SV1/01"),
    (P, "N3*4673 ELM AVE~", "N3*4673 ELM AVE  ~", "trailing_blank", "2010AA/N3/01"),
    (P, "*HELEN****MI*", "*HELEN ****MI*", "trailing_blank", "2010BA/NM1/04"),
    (P, "LX*2~\n", "LX*2~\n~\n", "empty_segment", "2400[2]/"),
    (P, "GE*1*7~\n", "~\nGE*1*7~\n", "empty_segment", ""),
    (P, "J45909", "J45.909", "icd", "2300/HI[ABK]/01-2"),
    (P, "E119", "E11.9", "icd", "2300/HI[ABK]/02-2"),
    (P, "09999001050", "09999-0010-50", "ndc", "2410[1]/LIN/03"),
    (P, "09999001050", "9999-0010-50", "ndc", "2410[1]/LIN/03"),
    (P, "09999001050", "09999-010-50", "ndc", "2410[1]/LIN/03"),
    (P, "432150211", "43215-0211", "zip", "2010AA/N4/03"),
    (P, "218578091", "21-8578091", "tax_id", "2010AA/REF[EI]/02"),
    (P, "5125550100", "(512) 555-0100", "phone", "1000A/PER/04"),
    (P, "5125550100", "512-555-0100", "phone", "1000A/PER/04"),
    (P, "SE*43*0001~\n", "", "se_missing", "SE"),
    (P, "GE*1*7~\n", "", "ge_missing", "GE"),
    (P, "IEA*1*000000007~\n", "", "iea_missing", "IEA"),
    (P, "IEA*1*000000007~\n", "IEA*1*000000007\n", "terminator", "IEA"),
    (P, "ABK:J45909", "BK:J45909", "icd_version", "2300/HI[BK]/01-1"),
    (F, "SE*31*", "SE*30*", "se_count", "TRAILER/SE/01"),
    (F, "HL*2*1*22*0", "HL*2*1*22*1", "hl_child", "2000B/HL/04"),
    (F, "LX*2~", "LX*1~", "lx_number", "2400[2]/LX/01"),
    (F, "APR:C499", "PR:C499", "icd_version", "2300/HI[PR]/01-1"),
    (F, "ABF:I10", "BF:I10", "icd_version", "2300/HI[ABF]/02-1"),
    (F, "M810", "M81.0", "icd", "2300/HI[ABF]/01-2"),
    (F, "SV2*0335*HC:96375*", "SV2*0335*HC:96375:*", "trailing_component", "2400[2]/SV2/02"),
    (F, "DTP*472*D8*20260218~LX*2", "DTP*472*D8*20260218*~LX*2", "trailing_separator", "2400[1]/DTP[472]"),
    (F, "GE*1*1~", "", "ge_missing", "GE"),
    (F, "IEA*1*000000009~", "", "iea_missing", "IEA"),
    (F, "IEA*1*000000009~", "IEA*1*000000009", "terminator", "IEA"),
]  # fmt: skip


@pytest.mark.parametrize(("clean", "old", "new", "kind", "path"), PLANTED)
def test_a_planted_fault_is_mended_and_nothing_else(
    clean: str, old: str, new: str, kind: str, path: str
) -> None:
    data, made = mend(planted(clean, old, new))
    assert [(one.kind, one.repair.path) for one in made] == [(kind, path)]
    assert data == clean
    assert made[0].repair.before != made[0].repair.after and made[0].repair.why


def test_every_kind_of_repair_is_planted() -> None:
    assert {row[3] for row in PLANTED} == set(mending.WHY)


UNTOUCHED = [
    (P, "09999001050", "9999001050"),  # ten digits could be three drugs
    (P, "ABK:J45909*ABF:E119", "BK:49390*BF:25000"),  # codes of ICD-9-CM: code or qualifier is wrong
    (P, "ABK:E876", "BK:E876"),  # a shape that both versions know
    (P, "ABK:J45909*ABF:E119", "BK:J45909*BF:25000"),  # codes of both versions
    (P, "SE*43*0001~\nGE*1*7~\n", ""),  # more may be missing
    (P, "SE*43*0001~\nGE*1*7~\nIEA*1*000000007~\n", ""),  # perhaps cut off
    (P, "GE*1*7~\nIEA*1*000000007~\n", ""),
    (P, "IEA*1*000000007~\n", "IEA*1*0000"),
    (P, "CLM*C1*983.98*", "CLM*C1*983.980*"),
    (P, "*DURAN*HELEN", "*  *HELEN"),
    (P, "5125550100", "512-555-01"),
    (P, "432150211", "4321-50211"),
    (P, "LX*2~", "LX~"),
]  # fmt: skip


@pytest.mark.parametrize(("clean", "old", "new"), UNTOUCHED)
def test_what_is_in_doubt_stays(clean: str, old: str, new: str) -> None:
    broken = planted(clean, old, new)
    data, made = mend(broken)
    allowed = {"LX~": {"lx_number"}}.get(new, set())
    assert {one.kind for one in made} <= allowed
    if not allowed:
        assert data == broken


def test_old_dates_keep_their_qualifiers() -> None:
    broken = P.replace("20260127", "20150930").replace("ABK:J45909", "BK:J45909")
    assert mend(broken) == (broken, [])


def test_a_level_that_names_another_parent_stays_there() -> None:
    second = P[P.index("HL*1**20*1") : P.index("HL*2*1*22")].replace("HL*1*", "HL*4*")
    broken = P.replace("HL*4*1*22", second + "HL*5*1*22").replace("SE*43*", "SE*48*")
    assert left(broken) == ["hl_parent"]
    assert mend(broken) == (broken, [])
    # the same with wrong numbers: the reference goes with the number of what it names
    data, made = mend(broken.replace("HL*1**20", "HL*11**20").replace("*1*22*", "*11*22*"))
    assert data == broken
    assert {one.kind for one in made} == {"hl_number", "hl_parent"}


def test_lines_that_are_named_elsewhere_are_not_numbered_anew() -> None:
    other = "SBR*S*18*******CI~\nOI***Y***Y~\nNM1*IL*1*DURAN*HELEN****MI*W3~\nNM1*PR*2*OTHER*****PI*60009~\n"
    broken = planted(P, "LX*1~\nSV1*HC:96413*350.61", other + "LX*2~\nSV1*HC:96413*350.61")
    broken = planted(broken, "LX*2~\nSV1*HC:J9045", "LX*3~\nSV1*HC:J9045")
    bundled = "CTP****50*ML~\nSVD*60009*1*HC:J9045**10*2~\nDTP*573*D8*20260201~\n"
    data, made = mend(planted(broken, "CTP****50*ML~\n", bundled).replace("SE*43*", "SE*49*"))
    assert made == [] and "LX*3~" in data


def test_all_at_once_and_again() -> None:
    broken = P
    for old, new in (
        ("SENDER         *ZZ", "SENDER*ZZ"), ("HL*1**20*1", "HL*4*1*20*1*"), ("HL*2*1*22*1", "HL*4*4*22*0"),
        ("HL*3*2*23*0", "HL*4*4*23*1"), ("J45909*ABF", "J45.909*BF"), ("LX*2~\n", "LX*9~\n~~\n"),
        ("SV1*HC:J9045*", "SV1*HC:J9045: *"), ("SE*43*0001~\n", "SE*4*1*~\n"), ("GE*1*7~\n", "\n"),
    ):  # fmt: skip
        broken = planted(broken, old, new)
    data, made = mend(broken)
    assert data == P.replace("GE*1*7~\n", "GE*1*7~\n\n")
    assert left(data) == []
    assert mend(data) == (data, [])
    assert {one.claim for one in made if one.kind in ("icd", "lx_number")} == {"C1"}
    assert [one.byte for one in made] == sorted(one.byte for one in made)


def test_the_table_speaks_of_lines_that_exist() -> None:
    for name in ("837p", "837i"):
        assert mending.places(load(name))


def test_input_that_is_no_x12_comes_back_as_it_is() -> None:
    for data in ("", "ISA", "hello", "\xef\xbb\xbf", "ISA*" * 300, "\x00" * 99):
        assert mend(data) == (data, [])


@pytest.mark.skipif(not (SHARED / "corpora").is_dir(), reason="the corpora are not there")
def test_corpora_are_mended_once_and_for_all() -> None:
    for path in sorted((SHARED / "corpora").rglob("*.edi")):
        before = path.read_bytes().decode("latin-1")
        data, _ = mend(before)
        assert mend(data) == (data, []), path.name
        assert len(left(data)) <= len(left(before)), path.name


# --- whatever the input is --------------------------------------------------------------------------

TOUCHABLE = {"ISA", "SE", "GE", "IEA", "HL", "LX"}


def said(data: str) -> list[list[str]]:
    """What segments say: values without blanks at ends and punctuation; envelope and numbers left out."""
    found = []
    for segment in data.replace("\n", "").split("~"):
        elements = [[c.rstrip(" ") for c in e.split(":")] for e in segment.split("*")]
        name = elements[0][0].strip()
        if name in TOUCHABLE or not segment.strip():
            continue
        plain = []
        for element in elements:
            parts = [mending.ICD10_QUALIFIERS.get(c, c) for c in element] if name == "HI" else element
            if name in ("HI", "LIN", "N4", "REF", "PER"):
                parts = [re.sub(r"[-. ()+/]", "", c) for c in parts]
            while len(parts) > 1 and not parts[-1]:
                parts.pop()
            plain.append(":".join(parts))
        while len(plain) > 1 and not plain[-1]:
            plain.pop()
        found.append("*".join(plain))
    return [line.split("*") for line in found]


PIECES = ["", "*", "**", ":", "~", "~~", " ", "1", "-", ".", "0", "BK", "HL*9*9*22*1~", "LX*7~", "SE*1*1~",
          "GE*1*1~", "IEA*1*1~", "ST*837*0002*005010X222A1~", "ISA*", "\n", "é", "^", "99.9",
          "N4*X*OH*43215-0211~"]  # fmt: skip


@given(
    clean=st.sampled_from([P, F]),
    cuts=st.lists(st.tuples(st.integers(0, 2000), st.integers(0, 12), st.sampled_from(PIECES)), max_size=6),
)
def test_a_mutant_keeps_what_it_says(clean: str, cuts: list[tuple[int, int, str]]) -> None:
    broken = clean
    for at, size, piece in cuts:
        broken = broken[:at] + piece + broken[at + size :]
    data, made = mend(broken)
    assert mend(data) == (data, [])
    assert (data == broken) == (not made)
    if broken[:106] == clean[:106] and not any(one.kind == "ndc" for one in made):
        assert said(data) == said(broken) or "ISA*" in broken[3:]


@given(st.binary(max_size=400))
def test_bytes_never_raise(data: bytes) -> None:
    text = data.decode("latin-1")
    mend(text)
    mend(P[:106] + text)


# --- command ----------------------------------------------------------------------------------------


def run(*arguments: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "edi", "repair", *arguments],
        input=stdin, capture_output=True, check=False, cwd=Path(__file__).parents[1],
    )  # fmt: skip


def test_command_writes_lists_and_tells_what_is_left(tmp_path: Path) -> None:
    source, target = tmp_path / "in.837", tmp_path / "out.837"
    source.write_text(P.replace("SE*43*", "SE*1*").replace("432150211", "43215-0211"), newline="")
    before = source.read_bytes()
    done = run(str(source), "-o", str(target), "--format", "json")
    assert done.returncode == 0 and target.read_text() == P and source.read_bytes() == before
    body = json.loads(done.stdout)
    assert [r["kind"] for r in body["repairs"]] == ["zip", "se_count"] and body["left"] == []
    assert body["repairs"][0]["before"] == "***" and body["repairs"][1]["before"] == "1"
    done = run(str(source), "--list", "--show-values")
    assert done.returncode == 0 and b'"43215-0211" -> "432150211"' in done.stdout
    assert source.read_bytes() == before
    done = run("-", stdin=before)
    assert done.returncode == 0 and done.stdout.decode() == P and b"2 repairs, 0 faults left" in done.stderr
    assert run(str(source), "-o", str(source)).returncode == 2 and source.read_bytes() == before
    assert run(str(source), "--in-place").returncode == 0 and source.read_text() == P
    assert sorted(p.name for p in tmp_path.iterdir()) == ["in.837", "out.837"]


def test_command_says_what_it_cannot_mend(tmp_path: Path) -> None:
    source, target = tmp_path / "in.837", tmp_path / "out.837"
    source.write_text(P.replace("DTP*472*D8*20260127~\nLX", "DTP*472*D8*20261327~\nLX"), newline="")
    done = run(str(source), "-o", str(target), "--format", "json")
    assert done.returncode == 1
    assert [f["rule"] for f in json.loads(done.stdout)["left"]] == ["X12-ELE-DATE"]
    source.write_text("no X12 at all")
    target.unlink()
    assert run(str(source), "-o", str(target)).returncode == 2 and not target.exists()
    assert run(str(tmp_path / "absent")).returncode == 2
