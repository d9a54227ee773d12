"""Claims on paper through the front door: `form`, `convert --to form`, and what `build` writes."""

import dataclasses
import datetime as dt
import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from edi import settings
from edi.cli.main import main
from edi.finding import Finding
from edi.model.contract import to_json
from edi.pipeline import Judged, Options, inputs, judge_inputs, printing
from edi.pipeline.paper import paper_findings
from edi.pipeline.printing import Printing, on_paper, print_forms, printout, proof_copy
from forms import filling
from forms.layout import FORMS, boxes
from forms.pdf import preprinted, proof
from forms.placing import notes, places
from pdf_reader import compare, plain_text, words

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
NAMES = sorted(path.stem for path in (SAMPLES / "encounters").glob("*.json"))
SETTINGS = ("--settings", SAMPLES / "cleanclaim.toml")
DAY = ("--created", "2026-11-02T08:00")
OPTIONS = Options(settings=settings.load(SAMPLES / "cleanclaim.toml"))
ROW_ITEMS = {"24A", "24B", "24D", "24E", "24F", "24G", "24J", *(f"FL {n}" for n in range(42, 49))}
HOW = Printing(created=dt.date(2026, 11, 2))


@dataclass(frozen=True, slots=True)
class Done:
    """What a run left behind."""

    code: int
    out: bytes
    err: str

    @property
    def pdf(self) -> pypdfium2.PdfDocument:
        return pypdfium2.PdfDocument(self.out)


Run = Callable[..., Done]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: Any, tmp_path: Path) -> Run:
    """Run the program in an empty folder, with no settings and printers of the machine's user."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("CLEANCLAIM_CONFIG", str(tmp_path / "config"))
    for name in ("HOME", "XDG_CONFIG_HOME", "APPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "nobody"))

    def call(*arguments: object, stdin: bytes = b"") -> Done:
        monkeypatch.setattr(sys, "argv", ["cleanclaim", *map(str, arguments)])
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        capfdbinary.readouterr()
        code = main()
        sys.stdout.flush()
        shown = capfdbinary.readouterr()
        assert b"Traceback" not in shown.out + shown.err
        return Done(code, shown.out, shown.err.decode())

    return call


def sample(name: str) -> Path:
    return SAMPLES / "encounters" / f"{name}.json"


def judged(name: str) -> Judged:
    (found,) = judge_inputs(inputs([str(sample(name))]), OPTIONS)
    return found


def values(page: pypdfium2.PdfPage) -> list[str]:
    # the reader of the file makes one blank of several
    return [" ".join(word.text.split()) for word in words(page)]


# ---------------------------------------------------------------- findings at their boxes


@pytest.mark.parametrize("name", NAMES)
def test_findings_stand_at_their_boxes(name: str) -> None:
    """Every finding that names an item is placed in it, in the row of its line."""
    one = judged(name)
    filled, _ = on_paper(one, HOW)
    assert filled is not None
    assert one.case is not None
    for finding in (*one.findings, *paper_findings(one.case, one.record, one.index)):
        where = places(finding, filled)
        if finding.place.box is None and finding.place.line is None:
            continue
        assert where, finding.rule
        for page, key in where:
            box = boxes(filled.form)[key]
            assert box.item == finding.place.box or finding.place.box is None
            if finding.place.line is not None and box.item in ROW_ITEMS:
                # whatever the order of the rows: data of that line stand in this one
                row = [k for k, other in boxes(filled.form).items() if other.row == box.row]
                pointers = {p for k in row for p in filled.sources[page].get(k, ())}
                assert any(p.startswith(f"/lines/{finding.place.line - 1}/") for p in pointers), key


def test_rows_in_another_order_are_named() -> None:
    """The UB-04 has lines by revenue code: the legend names line and row where they differ."""
    one = judged("folfox-pump")
    filled, _ = on_paper(one, HOW)
    assert filled is not None
    moved = [note for note in notes(one.findings, filled) if "row" in note.where]
    assert moved and all(note.where.startswith("FL ") for note in moved)


def test_a_missing_modifier_shows_where_it_would_stand() -> None:
    """Nothing is written in the box of an absent value: the crosswalk knows its place."""
    one = judged("saline-billed")
    filled, _ = on_paper(one, HOW)
    assert filled is not None
    template = one.findings[0]
    third = dataclasses.replace(template, claim_path="/lines/1/modifiers", place=Place("24D", 2))
    assert places(third, filled) == ((0, "24D.modifier1.2"),)
    whole = dataclasses.replace(template, claim_path="/lines/1", place=Place("24D", 2))
    assert places(whole, filled) == ((0, "24D.2"),)
    line = dataclasses.replace(template, claim_path=None, place=Place(None, 2))
    assert places(line, filled) == ((0, "24D.2"),)
    sex = dataclasses.replace(template, claim_path="/patient/sex", place=Place("3", None))
    assert places(sex, filled)[0][1].startswith("3.sex.")
    claim = dataclasses.replace(template, claim_path=None, place=Place(None, None))
    assert places(claim, filled) == ()


def Place(box: str | None, line: int | None) -> Any:  # noqa: N802
    from edi.finding import Place as Found

    return Found(box=box, line=line)


def test_the_number_of_a_finding_stands_at_its_box_and_in_the_legend(run: Run) -> None:
    done = run("form", sample("saline-billed"), *SETTINGS, *DAY)
    assert done.code == 1 and "INF-HYD-002" in done.err
    legend = plain_text(done.pdf[1])
    at = legend.index("INF-HYD-002")
    (line,) = {f.place.line for f in judged("saline-billed").findings if f.rule == "INF-HYD-002"}
    assert line is not None
    box = boxes("cms1500")[f"24D.{line}"]
    near = [
        w.text
        for w in words(done.pdf[0], font="Vera")
        if w.text.isdecimal() and abs(w.baseline - box.baseline) < 0.1 and box.x < w.x < box.x + 1.2
    ]
    assert near and any(f"{number} error" in " ".join(legend[:at].split())[-80:] for number in near)


def test_values_are_masked_in_the_legend_unless_they_are_asked_for(run: Run) -> None:
    record = json.loads((SAMPLES / "rules" / "professional.json").read_text())
    record["patient"]["birth_date"] = "2031-01-02"
    Path("e.json").write_text(json.dumps(record))
    hidden, shown = (run("form", "e.json", *more, *DAY).pdf for more in ((), ("--show-values",)))
    texts = ["".join(plain_text(page) for page in list(pdf)[1:]) for pdf in (hidden, shown)]
    assert "2031-01-02" not in texts[0]


# ---------------------------------------------------------------- one PDF


def test_a_folder_becomes_one_pdf(run: Run) -> None:
    done = run("form", SAMPLES / "encounters", "-o", "out/all.pdf", "--preprinted", *SETTINGS, *DAY)
    assert done.code == 1 and done.out == b""
    pdf = pypdfium2.PdfDocument(Path("out/all.pdf"))
    toc = [entry.get_title() for entry in pdf.get_toc()]
    assert sorted(toc) == sorted(name.upper() for name in NAMES)
    for name in NAMES:
        body = json.loads((SAMPLES / "forms" / f"{name}.boxes.json").read_text())
        page = pdf[toc.index(name.upper())]
        assert sorted(values(page)) == sorted(" ".join(v.split()) for v in body["pages"][0].values()), name
    assert not list(Path("out").glob(".*"))


def test_standard_output_gets_the_same_bytes(run: Run) -> None:
    path = sample("dehydration")
    run("form", path, "-o", "a.pdf", *SETTINGS, *DAY)
    assert run("form", path, *SETTINGS, *DAY).out == Path("a.pdf").read_bytes()
    assert run("form", path, "-o", "-", *SETTINGS, *DAY).out == Path("a.pdf").read_bytes()
    assert run("form", "-", *SETTINGS, *DAY, stdin=path.read_bytes()).out == Path("a.pdf").read_bytes()


def test_every_surface_of_a_claim_prints_the_same_values(run: Run) -> None:
    path = sample("dehydration")
    for to, name in (("json", "c.json"), ("xml", "c.xml"), ("837", "c.837")):
        assert run("convert", path, "--to", to, "-o", name, *SETTINGS, *DAY).code == 0
    wanted = values(run("form", path, "--preprinted", *SETTINGS, *DAY).pdf[0])
    assert "96360" in wanted
    for name in ("c.json", "c.xml", "c.837"):
        assert values(run("form", name, "--preprinted", *SETTINGS, *DAY).pdf[0]) == wanted, name


def test_convert_to_form_is_the_same_proof(run: Run) -> None:
    path = sample("ivig-165-min")
    proof = run("form", path, *SETTINGS, *DAY)
    done = run("convert", path, "--to", "form", "-o", "out/", *SETTINGS, *DAY)
    assert Path("out/ivig-165-min.pdf").read_bytes() == proof.out
    assert (done.code, done.err) == (proof.code, proof.err)


def test_build_writes_the_proof_beside_the_claim(run: Run) -> None:
    assert run("build", sample("ivig-165-min"), "-o", "out", *SETTINGS, *DAY).code == 0
    assert Path("out/IVIG-165-MIN.pdf").read_bytes() == proof_copy(judged("ivig-165-min"), HOW)
    report = json.loads(Path("out/IVIG-165-MIN.report.json").read_text())
    # what paper cannot hold is no matter of the claim that is sent
    assert not [f for f in report["files"][0]["findings"] if f["rule"].startswith("FORM-")]


def test_the_rest_goes_on_behind_what_cannot_be_read(run: Run) -> None:
    Path("bad.json").write_text("{")
    done = run("form", "bad.json", "none.json", sample("dehydration"), *SETTINGS, *DAY)
    assert done.code == 2 and "INPUT-JSON" in done.err and "INPUT-FILE" in done.err
    assert "DEHYDRATION" in values(done.pdf[0])


def test_nothing_to_print_makes_no_file(run: Run) -> None:
    Path("bad.json").write_text("{")
    done = run("form", "bad.json", "-o", "x.pdf")
    assert done.code == 2 and not Path("x.pdf").exists()
    Path("empty.837").write_bytes((SAMPLES / "x12" / "dehydration.837").read_bytes()[:200])
    assert run("form", "empty.837", "-o", "x.pdf").code == 2 and not Path("x.pdf").exists()


def test_a_pdf_is_written_whole_or_not_at_all(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault at the second claim leaves the file of an earlier run alone, and nothing on standard output."""
    Path("all.pdf").write_bytes(b"kept")
    usual, seen = filling.fill, []

    def failing(*arguments: Any, **more: Any) -> Any:
        seen.append(1)
        if len(seen) % 2 == 0:
            raise OSError(28, "No space left on device")
        return usual(*arguments, **more)

    monkeypatch.setattr(printing, "put_on_form", failing)
    arguments = ("form", sample("dehydration"), sample("ivig-165-min"), *SETTINGS, *DAY)
    assert run(*arguments, "-o", "all.pdf").code == 2
    assert Path("all.pdf").read_bytes() == b"kept" and [p.name for p in Path().iterdir()] == ["all.pdf"]
    done = run(*arguments)
    assert done.code == 2 and done.out == b""


@pytest.mark.parametrize(
    "arguments",
    [
        ("form",),
        ("form", "x.json", "--offset-x", "0.1"),
        ("form", "x.json", "--printer", "p"),
        ("form", "x.json", "--preprinted", "--printer", "nobody"),
        ("form", "x.json", "--preprinted", "--offset-y", "3"),
        ("form", "x.json", "--preprinted", "--offset-y", "nan"),
        ("form", "x.json", "--save"),
        ("form", "--calibrate", "--printer", "p", "--save"),
        ("form", "--calibrate", "x.json"),
        ("form", "x.json", "--form", "ub92"),
        ("form", "x.json", "--created", "now"),
    ],
)
def test_bad_usage(run: Run, arguments: tuple[str, ...]) -> None:
    done = run(*arguments)
    assert done.code == 2 and done.out == b"" and done.err


def test_the_output_never_replaces_an_input(run: Run) -> None:
    Path("e.json").write_bytes(sample("dehydration").read_bytes())
    assert run("form", "e.json", "-o", "e.json").code == 2
    assert Path("e.json").read_bytes() == sample("dehydration").read_bytes()


# ---------------------------------------------------------------- printers


def test_offsets_are_saved_for_a_printer_and_used(run: Run) -> None:
    assert run("form", "--printer", "front desk", "--offset-x", "0.05", "--save").code == 0
    assert run("form", "--printer", "front desk", "--offset-y", "-0.03", "--save").code == 0
    assert run("form", "--printer", 'böse "name"', "--offset-y", "0.2", "--save").code == 0
    assert "offset_x = 0.0500\noffset_y = -0.0300" in Path("config/printers.toml").read_text()
    path = sample("dehydration")
    plain = words(run("form", path, "--preprinted", *SETTINGS, *DAY).pdf[0])
    moved = words(run("form", path, "--preprinted", "--printer", "front desk", *SETTINGS, *DAY).pdf[0])
    for a, b in zip(plain, moved, strict=True):
        assert (b.x - a.x, b.baseline - a.baseline) == pytest.approx((0.05, -0.03), abs=0.001)
    once = run("form", path, "--preprinted", "--printer", "front desk", "--offset-x", "0", *SETTINGS, *DAY)
    assert words(once.pdf[0])[0].x == pytest.approx(plain[0].x, abs=0.001)
    refused = run("form", path, "--preprinted", "--printer", "back desk")
    assert "front desk" in refused.err and refused.code == 2


@pytest.mark.parametrize("text", ["x = 1\n", "[p]\noffset_x = 7\n", "[p]\nofset_x = 0\n", "[p\n", "\xff"])
def test_a_spoilt_file_of_printers_is_told(run: Run, text: str) -> None:
    Path("config").mkdir()
    Path("config/printers.toml").write_bytes(text.encode("latin-1"))
    done = run("form", "--calibrate", "--printer", "p")
    assert done.code == 2 and "printers.toml" in done.err
    assert run("form", "--printer", "q", "--offset-x", "0", "--save").code == 2
    assert Path("config/printers.toml").read_bytes() == text.encode("latin-1")


def test_the_calibration_page_names_printer_and_offset(run: Run) -> None:
    run("form", "--printer", "front desk", "--offset-x", "0.05", "--save")
    pdf = run("form", "--calibrate", "--printer", "front desk").pdf
    assert len(pdf) == len(FORMS)
    for page in pdf:
        assert "front desk" in plain_text(page) and "+0.050 in right" in plain_text(page)
    assert len(run("form", "--calibrate", "--form", "ub04").pdf) == 1


# ---------------------------------------------------------------- what does not fit


def record(**more: Any) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((SAMPLES / "rules" / "professional.json").read_text())
    return {**value, **more}


def paper(run: Run, value: Any, *arguments: object) -> tuple[Done, list[Finding]]:
    """A run over a record, and the same findings by way of the library."""
    Path("e.json").write_text(json.dumps(value))
    done = run("form", "e.json", *DAY, *arguments)
    printed = print_forms(judge_inputs(inputs(["e.json"]), Options()), HOW)
    b"".join(printed.chunks)
    return done, [f for f in printed.run.report().findings if f.place.box_key is not None]


def test_text_that_is_too_long_is_told_and_cut_only_on_demand(run: Run) -> None:
    value = record()
    value["patient"]["last_name"] = "VANDERHAEGHENCOURT-ASHBURTON"
    done, found = paper(run, value, "--preprinted")
    long = next(v for v in values(done.pdf[0]) if v.startswith("VANDERHAEGHENCOURT-ASHBURTON"))
    assert len(long) > 28
    (finding,) = [f for f in found if f.place.box == "2" and "28" in f.message]
    assert finding.claim_path
    assert done.code == 1 and finding.rule in done.err
    cut, _ = paper(run, value, "--preprinted", "--truncate")
    assert long[:28].rstrip() in values(cut.pdf[0]) and "FORM-FIT-002" in cut.err


def test_only_text_that_strikes_another_is_an_error(run: Run) -> None:
    value = record()
    value["patient"]["address"]["line1"] = "1" * 29  # beside 6, whose tick is further right
    _, found = paper(run, value)
    assert {(f.rule, f.severity) for f in found if f.place.box == "5"} == {("FORM-FIT-001", "warning")}
    value["patient"]["address"]["line1"] = "1" * 60
    _, found = paper(run, {**value, "coverages": [{**value["coverages"][0], "claim_filing": "CI"}]})
    (struck,) = [f for f in found if f.place.box == "5"]
    assert struck.severity == "error" and struck.message.endswith("runs into 6")


def test_text_beyond_its_box_is_red_on_a_proof(run: Run) -> None:
    value = record()
    value["patient"]["last_name"] = "VANDERHAEGHENCOURT-ASHBURTON"
    done, _ = paper(run, value)
    found = values(done.pdf[0])
    (black,) = [v for v in found if v.startswith("VANDERHAEGHENCOURT-ASHBURTON")]
    assert len(black) == 28 and found[found.index(black) + 1] == ", PAULA"


def test_letters_of_other_scripts_are_told_and_not_lost(run: Run) -> None:
    value = record()
    value["patient"]["first_name"] = "山田"
    done, found = paper(run, value, "--preprinted")
    assert "FORM-FIT-003" in {f.rule for f in found}
    assert any("??" in v for v in values(done.pdf[0]))


def test_four_hundred_lines_fill_sheet_after_sheet(run: Run) -> None:
    one = judged("saline-billed")
    assert one.claim is not None
    lines = tuple(replace(one.claim.lines[0], charge=Decimal("-1.5")) for _ in range(400))
    claim = replace(one.claim, lines=lines, diagnoses=one.claim.diagnoses * 30, coverages=())
    Path("c.json").write_text(to_json(claim))
    done = run("form", "c.json", "--preprinted", *DAY)
    assert done.code == 1 and len(done.pdf) == 67
    assert "F15-24F-002" in done.err


def test_a_claim_of_the_other_setting_fills_the_form_that_is_asked_for(run: Run) -> None:
    done = run("form", sample("dehydration"), "--form", "cms1500", "--preprinted", *SETTINGS, *DAY)
    found = words(done.pdf[0])
    box = boxes("cms1500")["26"]
    assert any(w.text == "DEHYDRATION" and abs(w.x - box.x) < 0.02 for w in found)


@pytest.mark.parametrize("surface", [None, "paper", "x12"])
def test_what_paper_cannot_hold_is_said_once_and_of_the_form_that_is_printed(surface: Any) -> None:
    (one,) = judge_inputs(inputs([str(sample("saline-billed"))]), replace(OPTIONS, surface=surface))
    whole = [f.message for f in on_paper(one, HOW)[1] if f.rule.startswith("FORM-FIT")]
    assert whole and len(set(whole)) == len(whole)
    cut = {f.rule for f in on_paper(one, replace(HOW, truncate=True))[1] if f.rule.startswith("FORM-FIT")}
    assert "FORM-FIT-002" in cut and "FORM-FIT-001" not in cut


def test_a_form_that_is_printed_on_the_other_one_keeps_what_was_said_of_it(tmp_path: Path) -> None:
    page = json.loads((SAMPLES / "forms" / "dehydration.boxes.json").read_text())["pages"][0]
    path = tmp_path / "f.boxes.json"
    path.write_text(json.dumps({"form": "ub04", "pages": [page | {"FL3b": "\u5f20"}]}), encoding="utf-8")
    (one,) = judge_inputs(inputs([str(path)]), OPTIONS)
    filled, findings = on_paper(one, HOW)
    assert filled is not None and filled.form == "ub04" and findings == one.findings
    filled, findings = on_paper(one, replace(HOW, form="cms1500"))
    assert filled is not None and filled.form == "cms1500"
    assert [f.path for f in findings if f.rule == "FORM-FIT-003"] == ["/pages/0/FL3b"]
    (lost,) = [f for f in findings if f.rule == "FORM-FIT-007"]
    assert lost.severity == "warning" and "revenue codes" in lost.message and lost.record == "claim"


# ---------------------------------------------------------------- pictures


@pytest.mark.parametrize(
    ("picture", "name", "page"),
    [
        ("cms1500-findings", "saline-billed", 0),
        ("cms1500-legend", "saline-billed", 1),
        ("ub04-findings", "hydration-30-min", 0),
        ("ub04-legend", "hydration-30-min", 1),
    ],
)
def test_a_proof_looks_as_it_did(picture: str, name: str, page: int, update: bool) -> None:
    drawn = proof_copy(judged(name), replace(HOW, truncate=True))
    assert drawn is not None
    compare(pypdfium2.PdfDocument(drawn)[page], picture, update=update)


@pytest.mark.parametrize(
    ("picture", "name", "plain"),
    [
        ("cms1500-proof", "dependent-child", False),
        ("cms1500-preprinted", "dependent-child", True),
        ("ub04-proof", "replacement-claim", False),
        ("ub04-preprinted", "replacement-claim", True),
    ],
)
def test_a_form_without_findings_looks_as_it_did(picture: str, name: str, plain: bool, update: bool) -> None:
    one = judged(name)
    filled, _ = on_paper(one, replace(HOW, truncate=True))
    assert filled is not None
    made = [printout(filled, one, (), HOW)]
    drawn = b"".join(preprinted(made) if plain else proof(made))
    compare(pypdfium2.PdfDocument(drawn)[0], picture, update=update)


def test_the_second_sheet_looks_as_it_did(update: bool) -> None:
    one = judged("saline-billed")
    assert one.claim is not None
    claim = replace(one.claim, lines=(one.claim.lines * 4)[:8], total_charge=Decimal("5215"))
    assert one.case is not None
    case = replace(one.case, claim=claim, assembled=None)
    filled, _ = on_paper(replace(one, claim=claim, case=case), replace(HOW, truncate=True))
    assert filled is not None
    drawn = b"".join(proof([printout(filled, one, (), HOW)]))
    pdf = pypdfium2.PdfDocument(drawn)
    assert len(pdf) == 2
    compare(pdf[1], "cms1500-second-sheet", update=update)
