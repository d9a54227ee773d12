"""The command line through its front door: exit codes, messages, files, bad input."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from edi.cli.main import COMMANDS, main

ROOT = Path(__file__).resolve().parents[1]
CLEAN = ROOT / "samples" / "rules" / "professional.json"
FACILITY = ROOT / "samples" / "rules" / "facility.json"
CREATED = ("--created", "2026-11-02T08:00")


@dataclass(frozen=True, slots=True)
class Done:
    """What a run left behind."""

    code: int
    out: str
    err: str


Run = Callable[..., Done]


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., Done]:
    """Run the program in an empty folder, with no settings of the machine's user."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))

    def call(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["cleanclaim", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capsys.readouterr()
        code = main()
        shown = capsys.readouterr()
        assert "Traceback" not in shown.out + shown.err
        return Done(code, shown.out, shown.err)

    return call


def encounter(id_: str = "E1", **more: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(CLEAN.read_text(encoding="utf-8"))
    # every encounter has a patient of its own: the same service of one patient in two claims is a duplicate
    value["patient"]["birth_date"] = f"1955-04-{sum(map(ord, id_)) % 28 + 1:02}"
    return {**value, "encounter_id": id_, **more}


def given(**more: Any) -> dict[str, Any]:
    """The clean encounter with changes to its first administration; None takes a key away."""
    value = encounter()
    first = {**value["administrations"][0], **more}
    value["administrations"] = [{k: v for k, v in first.items() if v is not None}]
    return value


def save(name: str, value: Any) -> None:
    Path(name).write_text(value if isinstance(value, str) else json.dumps(value), encoding="utf-8")


def findings(done: Done) -> list[dict[str, Any]]:
    return [f for file in json.loads(done.out)["files"] for f in file["findings"]]


# ---------------------------------------------------------------- the program


def test_version_and_help(run: Run) -> None:
    from edi import __version__

    assert run("--version") == Done(0, f"cleanclaim {__version__}\n", "")
    shown = run("--help")
    assert shown.code == 0
    for name in COMMANDS:
        assert name in shown.out
        assert "Usage" in run(name, "--help").out


@pytest.mark.parametrize(
    "arguments",
    [
        ("no-such-command",),
        ("check",),
        ("check", "x.json", "--format", "pdf"),
        ("check", "x.json", "--no-such-option"),
        ("check", "x.json", "--snip", "8"),
        ("check", "x.json", "--received", "yesterday"),
        ("check", "x.json", "--policy", "missing_stop"),
        ("build", "x.json"),
        ("build", "x.json", "-o", "out", "--created", "now"),
        ("build", "x.json", "-o", "out", "--control-number", "0"),
        ("build", "x.json", "-o", "out", "--usage", "X"),
        ("build", "x.json", "-o", "out", "--anyway", " "),
        ("explain",),
    ],
)
def test_bad_usage_is_exit_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2 and done.err and not Path("out").exists()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--payer", "medicair"), "did you mean medicare"),
        (("--payer", "nowhere.toml"), "cannot be read"),
        (("--policy", "mising_stop=push"), "did you mean missing_stop"),
        (("--policy", "missing_stop=guess"), "push, calculate, hold"),
        (("--settings", "nowhere.toml"), "cannot be read"),
    ],
)
def test_what_is_asked_for_must_exist(run: Run, arguments: tuple[str, str], words: str) -> None:
    for command in (("check",), ("code",), ("build", "-o", "out")):
        done = run(*command, CLEAN, *arguments)
        assert done.code == 2 and words in done.err and done.err.count("\n") == 1
        assert not done.out and not Path("out").exists()


def test_fail_on(run: Run) -> None:
    save("warn.json", given(stop=None))
    assert run("check", "warn.json", "--policy", "missing_stop=push").code == 0
    assert run("check", "warn.json", "--policy", "missing_stop=push", "--fail-on", "warning").code == 1
    save("info.json", encounter(time_zone=None))
    assert run("check", "info.json").code == 0
    assert run("check", "info.json", "--fail-on", "info").code == 1
    save("error.json", given(stop="2026-03-03T08:00"))
    assert run("check", "error.json").code == 1
    assert run("check", "error.json", "--fail-on", "none").code == 0
    save("broken.json", "{")
    assert run("check", "broken.json", "--fail-on", "none").code == 2


def test_a_closed_pipe_and_ctrl_c_are_no_tracebacks(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    code = f"{sys.executable} -m edi rules --format json | head -c 10"
    done = subprocess.run(
        ["bash", "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert len(done.stdout) == 10 and not done.stderr

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("edi.pipeline.judge_inputs", interrupted)
    assert run("check", CLEAN).code == 130


def test_a_fault_of_the_program_shows_no_data(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("Fernhollow, Bram")

    monkeypatch.setattr("edi.pipeline.judge_inputs", broken)
    done = run("check", CLEAN)
    assert done.code == 2 and "RuntimeError" in done.err and "Fernhollow" not in done.err


def test_no_colour_in_pipes(run: Run) -> None:
    save("error.json", given(stop="2026-03-03T08:00"))
    for command in (("check", "error.json"), ("code", "error.json"), ("rules",)):
        assert "\x1b" not in run(*command).out


@pytest.mark.parametrize("width", [80, 120])
def test_lines_fit_the_width(run: Run, monkeypatch: pytest.MonkeyPatch, width: int) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    samples = ROOT / "samples" / "encounters"
    for name in ("folfox-pump", "two-access-sites", "stop-before-start", "drug-340b"):
        done = run("code", samples / f"{name}.json")
        assert done.out and max(map(len, done.out.splitlines())) <= width


# ---------------------------------------------------------------- bad input

BAD: list[tuple[str, Any, str, str, int]] = [
    # name, content, rule, pointer, exit code
    ("text", "hello", "INPUT-JSON", "", 2),
    ("cut", '{"encounter_id": "E1"', "INPUT-JSON", "", 2),
    ("empty", "", "INPUT-EMPTY", "", 2),
    ("list", [], "INPUT-EMPTY", "", 2),
    ("number", 5, "INPUT-KIND", "", 2),
    ("x12", "ISA*00*          *00*", "INPUT-X12", "", 2),
    ("xml", "<html/>", "INPUT-KIND", "", 2),
    ("key", encounter(pateint={}), "INPUT-KEY", "/pateint", 2),
    ("type", encounter(diagnoses="D50.9"), "INPUT-TYPE", "/diagnoses", 2),
    ("date", encounter(patient={"birth_date": "1955-02-30"}), "INPUT-VALUE", "/patient/birth_date", 2),
    ("payer", encounter(payer_overlay="medicair"), "INPUT-PAYER", "/payer_overlay", 2),
    ("policy", encounter(policies={"mod52": "ask"}), "INPUT-POLICY", "/policies/mod52", 2),
    ("value", encounter(policies={"missing_stop": "?"}), "INPUT-POLICY", "/policies/missing_stop", 2),
    ("no-date", given(start="09:00"), "INF-TIME-018", "/administrations/0/start", 1),
    ("order", given(stop="2026-03-03T08:00"), "INF-TIME-009", "/administrations/0/stop", 1),
    ("dose", given(dose={"value": -5, "unit": "mg"}), "ENC-DOSE-002", "/administrations/0/dose/value", 1),
    ("drug", given(hcpcs=None), "DRUG-ADMIN-001", "/administrations/0/hcpcs", 1),
    ("zone", encounter(time_zone="Chicago"), "ENC-ZONE-001", "/time_zone", 1),
    ("mark", encounter(note="a*b"), "X12-WRITE-CHARACTER", "/note", 1),
]


@pytest.mark.parametrize(("name", "content", "rule", "path", "code"), BAD, ids=[row[0] for row in BAD])
def test_bad_input_is_a_finding_with_file_and_pointer(
    run: Run, name: str, content: Any, rule: str, path: str, code: int
) -> None:
    save(f"{name}.json", content)
    done = run("check", f"{name}.json", "--format", "json", "--fail-on", "warning")
    assert done.code == code and not done.err
    (file,) = json.loads(done.out)["files"]
    assert file["file"] == f"{name}.json"
    assert (rule, path) in [(f["rule"], f["path"]) for f in file["findings"]]
    assert f"{name}.json" in run("check", f"{name}.json").out


@pytest.mark.parametrize(
    ("name", "content", "rule", "code"), [(*row[:3], row[4]) for row in BAD], ids=[row[0] for row in BAD]
)
def test_bad_input_never_stops_the_others(run: Run, name: str, content: Any, rule: str, code: int) -> None:
    save(f"{name}.json", content)
    save("good.json", encounter("GOOD"))
    done = run("build", f"{name}.json", "good.json", "-o", "out", *CREATED, "--fail-on", "warning")
    assert done.code == code and not done.err
    assert {"GOOD.837", "GOOD.claim.json", "GOOD.pdf", "GOOD.report.json", "837p.edi"} <= {
        p.name for p in Path("out").iterdir()
    }
    batch = Path("out/837p.edi").read_text(encoding="ascii")
    assert batch.count("CLM*GOOD*") == 1
    assert batch.count("CLM*") == (2 if rule == "DRUG-ADMIN-001" else 1)
    assert not [p for p in Path("out").iterdir() if p.name.startswith(".")]


def test_missing_file_empty_folder_and_pattern_without_match(run: Run) -> None:
    Path("void").mkdir()
    for name, rule in (("nothing.json", "INPUT-FILE"), ("void", "INPUT-NOTHING"), ("*.txt", "INPUT-NOTHING")):
        done = run("check", name, "--format", "json")
        assert done.code == 2
        assert [f["rule"] for f in findings(done)] == [rule]


def test_a_file_that_may_not_be_read(run: Run) -> None:
    Path("dir.json").mkdir()
    done = run("check", "dir.json/x.json", "--format", "json")
    assert done.code == 2 and [f["rule"] for f in findings(done)] == ["INPUT-FILE"]


def test_folders_patterns_and_standard_input(run: Run) -> None:
    Path("in/deep").mkdir(parents=True)
    save("in/a.json", encounter("A"))
    save("in/deep/b.ndjson", json.dumps(encounter("B")) + "\n" + json.dumps(encounter("C")))
    save("in/a.report.json", "not an input")
    save("in/notes.txt", "not an input")
    for names in (("in",), ("in/*.json", "in/**/*.ndjson"), ("in", "in/a.json")):
        done = run("check", *names, "--format", "json")
        report = json.loads(done.out)
        if names[0] == "in":
            assert done.code == 0 and report["summary"]["claims"] == 3
    done = run("check", "-", "--format", "json", stdin=json.dumps(encounter()).encode())
    assert done.code == 0 and json.loads(done.out)["files"][0]["file"] == "-"


def test_a_bad_record_does_not_stop_its_neighbours(run: Run) -> None:
    save("many.json", [encounter("A"), 5, encounter("B", pateint=1), encounter("C")])
    done = run("check", "many.json", "--format", "json")
    report = json.loads(done.out)
    assert done.code == 2 and report["summary"]["claims"] == 2
    assert [(f["index"], f["rule"]) for f in findings(done) if f["severity"] == "error"] == [
        (1, "INPUT-KIND"),
        (2, "INPUT-KEY"),
    ]


def test_findings_never_name_the_patient(run: Run) -> None:
    value = encounter(time_zone="Nowhere")
    value["patient"] |= {"last_name": "Zanzibar", "first_name": "Quux", "zip": "1"}
    value["coverages"][0]["member_id"] = "SECRETMEMBER"
    save("secret.json", value)
    for form in ("text", "json", "ndjson", "sarif", "junit", "html"):
        shown = run("check", "secret.json", "--format", form).out
        for word in ("Zanzibar", "Quux", "SECRETMEMBER"):
            assert word not in shown


def test_values_are_masked_unless_asked_for(run: Run) -> None:
    value = encounter(
        "E1", coding="as_coded", services=[{"hcpcs": "96365", "units": 3, "administrations": ["A1"]}]
    )
    save("e.json", value)
    masked = [f for f in findings(run("check", "e.json", "--format", "json")) if f["actual"]]
    assert masked and {f["actual"] for f in masked} == {"***"}
    shown = [f for f in findings(run("check", "e.json", "--format", "json", "--show-values")) if f["actual"]]
    assert shown and "***" not in {f["actual"] for f in shown}


# ---------------------------------------------------------------- build


def test_build_writes_three_files_each_and_a_batch_per_setting(run: Run) -> None:
    done = run("build", CLEAN, FACILITY, "-o", "out", *CREATED, "--control-number", "7", "--usage", "P")
    assert done.code == 0
    names = {p.name for p in Path("out").iterdir()}
    stems = ("RULE-PROF", "RULE-FAC")
    assert names == {f"{s}{e}" for s in stems for e in (".837", ".claim.json", ".pdf", ".report.json")} | {
        "837p.edi",
        "837i.edi",
    }
    isa = {
        p.name: p.read_text(encoding="ascii")[:106].split("*")
        for p in Path("out").iterdir()
        if p.suffix in (".837", ".edi")
    }
    assert {fields[15] for fields in isa.values()} == {"P"}
    numbers = sorted(int(fields[13]) for fields in isa.values())
    assert numbers == [7, 8, 9, 10], "no two files have one control number"
    assert isa["837p.edi"][13] == "000000007" and isa["837p.edi"][9:11] == ["261102", "0800"]
    assert "next control number 11" in done.out
    report = json.loads(Path("out/RULE-FAC.report.json").read_text(encoding="utf-8"))
    assert report["files"][0]["ok"] and report["summary"]["claims"] == 1


def test_build_is_the_same_twice(run: Run) -> None:
    run("build", CLEAN, FACILITY, "-o", "one", *CREATED)
    run("build", CLEAN, FACILITY, "-o", "two", *CREATED)
    assert {p.name: p.read_bytes() for p in Path("one").iterdir()} == {
        p.name: p.read_bytes() for p in Path("two").iterdir()
    }


def test_a_claim_with_errors_is_left_out_unless_a_reason_is_given(run: Run) -> None:
    bad = given(stop="2026-03-03T08:00")
    save(
        "bad.json",
        bad | {"services": [{"hcpcs": "99213", "units": 1, "charge": 80, "service_date": "2026-03-03"}]},
    )
    assert run("build", "bad.json", "-o", "out", *CREATED).code == 1
    assert {p.name for p in Path("out").iterdir()} == {
        *("E1.837", "E1.claim.json", "E1.pdf", "E1.report.json"),
    }
    done = run("build", "bad.json", "-o", "out", *CREATED, "--anyway", "payer asked for it")
    assert done.code == 1 and "CLM*E1*" in Path("out/837p.edi").read_text(encoding="ascii")
    report = json.loads(Path("out/E1.report.json").read_text(encoding="utf-8"))
    (logged,) = [f for f in report["files"][0]["findings"] if f["rule"] == "BUILD-ANYWAY"]
    assert "payer asked for it" in logged["message"]


def test_what_an_earlier_build_left_is_not_sent_again(run: Run) -> None:
    save("e.json", encounter())
    run("build", "e.json", "-o", "out", *CREATED)
    Path("out/notes.txt").write_text("mine", encoding="utf-8")
    save("e.json", encounter(note="a*b"))
    assert run("build", "e.json", "-o", "out", *CREATED).code == 1
    assert {p.name for p in Path("out").iterdir()} == {
        *("E1.claim.json", "E1.pdf", "E1.report.json", "notes.txt"),
    }


def test_duplicate_ids_are_errors_on_both(run: Run) -> None:
    save("a.json", encounter("SAME"))
    save("b.json", encounter("SAME"))
    save("c.json", encounter("OTHER"))
    done = run("check", "a.json", "b.json", "c.json", "--format", "json")
    assert done.code == 1
    report = json.loads(done.out)
    assert [
        [f["rule"] for f in file["findings"] if f["severity"] == "error"] for file in report["files"]
    ] == [
        ["INPUT-DUPLICATE"],
        ["INPUT-DUPLICATE"],
        [],
    ]
    assert run("build", "a.json", "b.json", "c.json", "-o", "out", *CREATED, "--anyway", "no").code == 1
    names = {p.name for p in Path("out").iterdir()}
    assert "SAME.report.json" in names and not names & {"SAME.837", "SAME.claim.json", "SAME.pdf"}
    assert "SAME" not in Path("out/837p.edi").read_text(encoding="ascii")


def test_two_encounters_with_one_account_number_clash(run: Run) -> None:
    patient = encounter()["patient"] | {"account_number": "ACC1"}
    save("a.json", [encounter("A", patient=patient), encounter("B", patient=patient)])
    found = findings(run("check", "a.json", "--format", "json"))
    assert [(f["rule"], f["path"]) for f in found if f["severity"] == "error"] == [
        ("INPUT-DUPLICATE", "/patient/account_number")
    ] * 2


@pytest.mark.parametrize("id_", ["A/B", "../up", "a b", "é", "x" * 30])
def test_file_names_come_from_the_id(run: Run, id_: str) -> None:
    import hashlib

    save("e.json", encounter(id_))
    run("build", "e.json", "-o", "out/deep", *CREATED)
    digest = hashlib.sha256(id_.encode()).hexdigest()[:6]
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "._-") else "_" for c in id_)
    name = kept if kept == id_ else kept + digest
    assert (Path("out/deep") / f"{name}.report.json").is_file()
    assert {p.name for p in Path("out").iterdir()} == {"deep"}


def test_ids_that_differ_in_capitals_have_files_of_their_own(run: Run) -> None:
    save("e.json", [encounter("ab"), encounter("AB")])
    assert run("build", "e.json", "-o", "out", *CREATED).code == 0
    names = [p.name.casefold() for p in Path("out").iterdir() if p.name.endswith(".report.json")]
    assert len(set(names)) == 2


def test_each_receiver_has_its_batch(run: Run) -> None:
    other = {"name": "OTHER HOUSE", "id": "OTHER1"}
    save("e.json", [encounter("A"), encounter("B", receiver=other), encounter("C")])
    assert run("build", "e.json", "-o", "out", *CREATED).code == 0
    first, second = (Path(f"out/{n}.edi").read_text(encoding="ascii") for n in ("837p", "837p-2"))
    assert first.count("CLM*") == 2 and second.count("CLM*") == 1 and "OTHER1" in second[:106]


def test_without_sender_a_claim_is_checked_but_not_written(run: Run) -> None:
    value = encounter(submitter=None)
    save("e.json", value)
    assert run("check", "e.json").code == 0
    assert run("build", "e.json", "-o", "out", *CREATED).code == 1
    report = json.loads(Path("out/E1.report.json").read_text(encoding="utf-8"))
    assert "X12-WRITE-PARTNER" in [f["rule"] for f in report["files"][0]["findings"]]
    assert not Path("out/E1.837").exists()


def test_build_takes_encounters_only(run: Run) -> None:
    run("build", CLEAN, "-o", "out", *CREATED)
    done = run("build", "out/RULE-PROF.claim.json", "-o", "again", *CREATED)
    assert done.code == 2 and "an encounter is needed" in done.out


def test_a_folder_that_cannot_be_made(run: Run) -> None:
    save("out", "a file")
    done = run("build", CLEAN, "-o", "out", *CREATED)
    assert done.code == 2 and done.err.startswith("cleanclaim: ") and done.err.count("\n") == 1


def test_nothing_half_written(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write that fails leaves the file of before, and no temporary one."""
    run("build", CLEAN, "-o", "out", *CREATED)
    before = {p.name: p.read_bytes() for p in Path("out").iterdir()}

    def full(_: Path, __: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    done = run("build", CLEAN, "-o", "out", "--created", "2026-12-01T08:00")
    assert done.code == 2 and "no space left" in done.err
    assert {p.name: p.read_bytes() for p in Path("out").iterdir()} == before


# ---------------------------------------------------------------- settings

SETTINGS = """
[submitter]
name = "SENDER"
id = "SEND1"
contact_name = "SAM"
phone = "2175550101"
[receiver]
name = "HOUSE"
id = "HOUSE1"
[interchange]
sender_qualifier = "30"
sender_id = "123456789"
[defaults]
time_zone = "America/Denver"
charges = {"96365" = 10}
"""


def test_settings_fill_what_the_encounter_leaves_open(run: Run) -> None:
    save("cleanclaim.toml", SETTINGS)
    save("e.json", encounter(submitter=None, receiver=None, time_zone=None))
    assert run("build", "e.json", "-o", "out", *CREATED).code == 0
    text = Path("out/837p.edi").read_text(encoding="ascii")
    assert text[:106].split("*")[5:9] == ["30", "123456789      ", "ZZ", "HOUSE1         "]
    assert "NM1*41*2*SENDER*****46*SEND1~" in text
    report = json.loads(Path("out/E1.report.json").read_text(encoding="utf-8"))
    assert "ENC-ZONE-002" not in [f["rule"] for f in report["files"][0]["findings"]]
    claim = json.loads(Path("out/E1.claim.json").read_text(encoding="utf-8"))
    assert claim["submitter"]["id"] == "SEND1" and claim["time_zone"] == "America/Denver"


def test_an_encounter_with_its_own_sender_has_its_own_envelope(run: Run) -> None:
    save("cleanclaim.toml", SETTINGS)
    save("e.json", encounter())
    run("build", "e.json", "-o", "out", *CREATED)
    assert Path("out/837p.edi").read_text(encoding="ascii")[:106].split("*")[5:7] == ["ZZ", "SAMPLE1        "]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[submiter]\nname = 'x'", "did you mean submitter"),
        ("submitter = 5", "must be a table"),
        ("[submitter]\nnmae = 'x'", "`name`"),
        ("[interchange]\nsender_idd = 'x'", "did you mean sender_id"),
        ("[interchange]\nsender_qualifier = 'X'", "has 2 characters"),
        ("[interchange]\nsender_id = 'XXXXXXXXXXXXXXXX'", "at most 15"),
        ("[interchange]\nacknowledgment = '2'", "acknowledgment"),
        ("[defaults]\nbiling_provider = 5", "did you mean billing_provider"),
        ("[defaults.signatures]\nassignment_of_benefits = true", "assignment_of_benefits"),
        ("[defaults\n", "not TOML"),
    ],
)
def test_wrong_settings_are_named(run: Run, text: str, words: str) -> None:
    save("cleanclaim.toml", text)
    done = run("check", CLEAN)
    assert done.code == 2 and words in done.err and "cleanclaim.toml" in done.err
    assert done.err.count("\n") == 1


# ---------------------------------------------------------------- code, explain, rules, doctor


def test_code_json_has_the_keys_of_the_contract(run: Run) -> None:
    (one,) = json.loads(run("code", CLEAN, "--format", "json").out)["encounters"]
    assert one["encounter_id"] == "RULE-PROF" and one["setting"] == "professional"
    keys = {"hcpcs", "modifiers", "units", "service_date", "revenue_code", "kind", "administrations"}
    for line in one["lines"]:
        assert keys | {"minutes", "why", "refused"} <= set(line)
    first = one["lines"][0]
    assert (first["hcpcs"], first["units"], first["minutes"]) == ("96365", "1", 45)
    assert first["administrations"] == ["A1"] and first["revenue_code"] is None and first["why"].endswith(".")


def test_code_shows_refused_codes_and_the_picture(run: Run) -> None:
    shown = run("code", ROOT / "samples" / "encounters" / "infliximab-in-saline.json").out
    assert "125 min" in shown and "====" in shown and "----" in shown
    assert "96360" in shown and "vehicle" in shown


def test_code_shows_what_was_coded_beside_what_is_supported(run: Run) -> None:
    sample = ROOT / "samples" / "encounters" / "two-initials.json"
    (one,) = json.loads(run("code", sample, "--format", "json").out)["encounters"]
    assert [line["hcpcs"] for line in one["coded"]][:2] == ["96365", "96374"]
    assert "96375" in [line["hcpcs"] for line in one["lines"]]
    assert "coded in the record" in run("code", sample).out


def test_code_reports_an_encounter_that_cannot_be_read(run: Run) -> None:
    save("e.json", [encounter("A"), {"encounter_id": "B", "x": 1}])
    done = run("code", "e.json", "--format", "json")
    good, bad = json.loads(done.out)["encounters"]
    assert done.code == 2 and good["lines"]
    assert bad["encounter_id"] == "B" and bad["lines"] == [] and bad["findings"][0]["rule"] == "INPUT-KEY"


@pytest.mark.parametrize(
    "what", ["INF-TIME-009", "inf-time-009", "INPUT-JSON", "96365", "J1745", "missing_stop", "medicare"]
)
def test_explain(run: Run, what: str) -> None:
    done = run("explain", what)
    assert done.code == 0 and what.casefold() in done.out.splitlines()[0].casefold()


def test_explain_names_the_nearest(run: Run) -> None:
    for what, near in (
        ("INF-TIME-999", "INF-TIME-"),
        ("9636", "96360"),
        ("missing-stop", "missing_stop"),
        ("medicair", "medicare"),
    ):
        done = run("explain", what)
        assert done.code == 2 and near in done.err and not done.out
    assert run("explain", "zzzzzzzz").code == 2


def test_rules_are_filtered(run: Run) -> None:
    def ids(*arguments: str) -> list[dict[str, Any]]:
        done = run("rules", "--format", "json", *arguments)
        assert done.code == 0
        found: list[dict[str, Any]] = json.loads(done.out)["rules"]
        return found

    everything = ids()
    assert len(everything) > 20
    for option, key, value in (
        ("--area", "area", "inf"),
        ("--severity", "severity", "warning"),
        ("--snip", "snip", 2),
    ):
        some = ids(option, str(value))
        assert some == [r for r in everything if r[key] == value]
        assert 0 < len(some) < len(everything)
    assert ids("--setting", "facility") == [r for r in everything if r["setting"] in (None, "facility")]
    assert ids("--policy", "missing_stop") == [r for r in everything if "missing_stop" in r["when"]]
    assert run("rules", "--format", "markdown").out.count("\n") == len(everything) + 2
    assert f"{len(everything)} rules" in run("rules").out


@pytest.mark.parametrize("option", ["--area", "--setting", "--severity", "--policy"])
def test_rules_filters_must_exist(run: Run, option: str) -> None:
    assert run("rules", option, "nonsense").code == 2


def test_doctor_names_places_and_editions(run: Run) -> None:
    done = run("doctor")
    assert done.code == 0
    for words in (str(ROOT / "edi"), str(ROOT / "forms"), str(ROOT / "schemas"), "coding/mue.csv", "2024 Q3"):
        assert words in done.out
    facts = json.loads(run("doctor", "--format", "json").out)
    assert facts["Loaded from"]["tables"] == str(ROOT / "schemas")


def test_quiet_says_nothing_where_all_is_well(run: Run) -> None:
    assert run("check", CLEAN, "--quiet") == Done(0, "", "")
    save("e.json", given(stop="2026-03-03T08:00"))
    assert "INF-TIME-009" in run("check", "e.json", "--quiet").out


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "utf-8"])
def test_any_console_encoding_will_do(tmp_path: Path, encoding: str) -> None:
    value = given(drug="Müller\u2019s \u03b2-globulin")
    (tmp_path / "e.json").write_text(json.dumps(value), encoding="utf-8")
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONPATH": str(ROOT)}
    for command in (
        ("code", "e.json"),
        ("code", "e.json", "--format", "json"),
        ("check", "e.json", "--format", "html"),
    ):
        done = subprocess.run(
            [sys.executable, "-m", "edi", *command],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            timeout=60,
            check=False,
        )
        assert done.returncode in (0, 1) and b"rror" not in done.stderr, done.stderr


def test_a_terminal_gets_no_escape_sequences_of_the_user(run: Run) -> None:
    save("e.json", given(id="\x1b[31mA1", drug="\x1b]0;x\x07", stop="2026-03-03T08:00"))
    for command in (("check", "e.json"), ("code", "e.json"), ("build", "e.json", "-o", "out")):
        assert "\x1b" not in run(*command).out
