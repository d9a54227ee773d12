"""`convert --to facility|professional` through the front door: files, words, exit codes, bad input."""

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from lxml import etree

import edi
from edi.model.contract import to_json, to_ndjson
from edi.model.xml import read_xml
from edi.transactions.reading import read_837
from test_cli import CREATED, Done, Run, run, save
from test_conversion import TO_HOSPITAL, VISIT, claim, encounter

__all__ = ["run"]
SAMPLES = Path(__file__).resolve().parents[1] / "samples"
ANSWERS = """
[facility]
ownership = "hospital_department"
"/admission/type" = "3"
"/admission/source" = "1"
"/admission/patient_status" = "01"
[facility.billing_provider]
organization_name = "SAINT ORVELL"
npi = "1245319599"
tax_id = "005550106"
tax_id_type = "EI"
address = {line1 = "1 PLAZA", city = "COLUMBUS", state = "OH", zip = "432150001"}
"""


def split(id_: str = "S1") -> Any:
    """A claim of an infusion and a visit."""
    return claim("professional", {"/claim_id": id_, "/lines/-": VISIT})


def said(done: Done) -> Any:
    return json.loads(done.out)


def test_a_folder_gets_a_file_for_each_claim(run: Run) -> None:
    save("c.json", to_json(split()))
    save("a.toml", ANSWERS)
    done = run("convert", "c.json", "--to", "facility", "--answers", "a.toml", "-o", "out/")
    assert done.code == 1 and not done.err
    names = sorted(path.name for path in Path("out").iterdir())
    assert names == ["S1.facility.claim.json", "S1.professional.claim.json"]
    for name in names:
        assert edi.check(f"out/{name}").ok
    assert done.out.startswith(
        "S1: facility 0131 (S1.facility.claim.json), professional 22\n(S1.professional.claim.json)\n"
    )
    assert "needed\n" not in done.out and "1 claim: 0 needed, " in done.out


def test_what_is_said_fits_80_columns_and_hides_values(run: Run) -> None:
    save("c.json", to_json(split()))
    done = run("convert", "c.json", "--to", "facility", "-o", "out/")
    assert max(map(len, done.out.splitlines())) <= 80
    assert "  needed\n     /ownership\n" in done.out
    assert "/rendering_provider -> /attending_provider" in done.out
    assert "/lines/0-1/diagnosis_pointers" in done.out, "equal rows of several lines are one"
    assert "was " not in done.out
    assert "EXAMPLE" not in done.out and "650.00" not in done.out
    shown = run("convert", "c.json", "--to", "facility", "-o", "out/", "--show-values")
    assert "was   795.00" in shown.out
    body = said(run("convert", "c.json", "--to", "facility", "-o", "out/", "--format", "json"))
    values = {row["value"] for one in body["claims"] for row in one["not_carried"]}
    assert values == {None, "***"}


def test_without_a_folder_the_claims_go_to_standard_output(run: Run) -> None:
    save("c.json", to_json(split()))
    done = run("convert", "c.json", "--to", "facility")
    body = json.loads(done.out)
    assert [one["setting"] for one in body["claims"]] == ["facility", "professional"]
    assert done.code == 1 and "needed" in done.err
    assert run("convert", "-", "--to", "facility", stdin=to_json(split()).encode()).out == done.out
    aside = run("convert", "c.json", "--to", "facility", "--format", "json")
    assert json.loads(aside.err)["summary"]["claims"] == 1
    run("convert", "c.json", "--to", "facility", "-o", "one.json")
    assert json.loads(Path("one.json").read_text(encoding="utf-8")) == body


def test_json_says_all(run: Run) -> None:
    save("c.json", to_json(split()))
    body = said(run("convert", "c.json", "--to", "facility", "-o", "out/", "--format", "json"))
    assert body["version"] == 1 and body["to"] == "facility" and body["kind"] == "claim"
    (one,) = body["claims"]
    assert one["claim"] == "S1" and one["index"] == 0 and one["complete"] is False
    assert [part["file"] for part in one["claims"]] == [
        "S1.facility.claim.json",
        "S1.professional.claim.json",
    ]
    kinds = [row["kind"] for row in one["not_carried"]]
    order = ["needed", "changed", "dropped"]
    assert kinds == sorted(kinds, key=order.index)
    assert {kind: body["summary"][kind] for kind in order} == {kind: kinds.count(kind) for kind in order}


@pytest.mark.parametrize("surface", ["json", "ndjson", "xml", "837"])
def test_surfaces(run: Run, surface: str) -> None:
    save("c.json", to_json(split()))
    save("a.toml", ANSWERS)
    base = ("convert", "c.json", "--to", "facility", "--answers", "a.toml", *CREATED)
    run(*base, "--as", surface, "-o", "out/")
    ending = ".837" if surface == "837" else f".claim.{surface}"
    data = [(Path("out") / f"S1.{side}{ending}").read_bytes() for side in ("facility", "professional")]
    if surface == "837":
        made = [next(iter(read_837(one))) for one in data]
        controls = {one[90:99] for one in data}
        assert len(controls) == 2, "no two files share a control number"
    elif surface == "xml":
        made = [next(iter(read_xml(one))).value for one in data]  # type: ignore[misc]
        assert etree.QName(etree.fromstring(data[0])).localname == "claim"
    else:
        made = [next(edi.read_claims(one)) for one in data]
    assert [one.setting for one in made] == ["facility", "professional"]
    run(*base, "--as", surface, "-o", f"all{ending}")
    assert Path(f"all{ending}").stat().st_size > len(data[0])


@pytest.mark.parametrize(
    ("name", "to", "answers", "made"),
    [
        ("office-visit-25", "facility", "to-hospital", {"facility": "ub04", "professional": "cms1500"}),
        ("push-repeated", "professional", "to-physician", {"professional": "cms1500", "facility": "ub04"}),
        ("off-campus", "professional", "to-office", {"professional": "cms1500"}),
    ],
)
def test_the_other_side_on_paper(run: Run, name: str, to: str, answers: str, made: dict[str, str]) -> None:
    """Boxes and proof copies of the claims that came of it, in a folder and together."""
    given = SAMPLES / "claims" / f"{name}.claim.json"
    id_ = json.loads(given.read_text())["claim_id"]
    base = ("convert", given, "--to", to, "--answers", SAMPLES / "conversions" / f"{answers}.toml", *CREATED)
    done = run(*base, "--as", "boxes", "-o", "out/")
    body = [json.loads(Path(f"out/{id_}.{side}.boxes.json").read_text()) for side in made]
    assert [one["form"] for one in body] == list(made.values())
    assert len(list(Path("out").iterdir())) == len(made)
    together = json.loads(run(*base, "--as", "boxes").out)
    assert (together if len(made) > 1 else [together]) == body
    # the boxes say what the claim on the other side says
    run(*base, "-o", "json/")
    for side in made:
        (claim_,) = edi.read_claims(f"json/{id_}.{side}.claim.json")
        run("convert", f"out/{id_}.{side}.boxes.json", "--to", "json", "-o", f"back-{side}.json")
        (back,) = edi.read_claims(f"back-{side}.json")
        assert [one.hcpcs for one in back.lines] == [one.hcpcs for one in claim_.lines]
        assert back.total_charge == claim_.total_charge and back.setting == side
    run(*base, "--as", "form", "-o", "pdf/")
    for side in made:
        drawn = Path(f"pdf/{id_}.{side}.pdf").read_bytes()
        assert drawn.startswith(b"%PDF") and drawn.rstrip().endswith(b"%%EOF")
    assert run(*base, "--as", "form", "-o", "all.pdf").code == done.code
    assert len(pypdfium2.PdfDocument("all.pdf")) >= len(made)


def test_what_a_form_of_the_other_side_cannot_say_is_told(run: Run) -> None:
    given = replace(
        next(edi.read_claims(SAMPLES / "claims" / "antibiotic-70-min.claim.json")), delay_reason="7"
    )
    save("c.json", to_json(given))
    base = ("convert", "c.json", "--to", "facility", *CREATED, "--format", "json", "-o", "out/")
    for surface in ("boxes", "form"):
        told = [f["rule"] for f in said(run(*base, "--as", surface))["findings"]]
        assert told.count("FORM-FIT-007") == 1, surface
    assert "FORM-FIT-007" not in [f["rule"] for f in said(run(*base))["findings"]]


def test_boxes_without_a_place_in_a_claim_are_told_on_the_way_to_the_other_side(run: Run) -> None:
    body = json.loads((SAMPLES / "forms" / "antibiotic-70-min.boxes.json").read_text())
    body["pages"][0] |= {"20.yes": "X"}
    save("f.json", json.dumps(body))
    found = said(run("convert", "f.json", "--to", "facility", "--format", "json", "-o", "out/"))["findings"]
    assert [f["place"]["box"] for f in found if f["rule"] == "FORM-READ-001"] == ["20"]


def test_837_in_and_many_claims(run: Run) -> None:
    wire = edi.write_837(
        [split("S1"), split("S2"), claim("facility", {"/claim_id": "F1"})],
        created=dt.datetime(2026, 11, 2, 8, 0),
    )
    Path("many.837").write_bytes(wire)
    save("a.toml", ANSWERS)
    done = run("convert", "many.837", "--to", "facility", "--answers", "a.toml", "-o", "out/")
    assert done.code == 1 and "3 claims:" in done.out
    assert sorted(path.name for path in Path("out").iterdir()) == [
        "F1.facility.claim.json", "S1.facility.claim.json", "S1.professional.claim.json",
        "S2.facility.claim.json", "S2.professional.claim.json",
    ]  # fmt: skip
    made = next(edi.read_claims("out/S1.facility.claim.json"))
    assert [line.hcpcs for line in made.lines] == ["96365", "J1756"]
    assert [line.revenue_code for line in made.lines] == ["0260", "0636"]


def test_encounters_are_coded_first_and_claims_by_their_record(run: Run) -> None:
    save("visit.json", to_json(encounter("professional")))
    save("claim.json", to_json(edi.claim(encounter("professional"))))
    run("convert", "visit.json", "--to", "facility", "-o", "one/")
    run("convert", "claim.json", "--to", "facility", "--record", "visit.json", "-o", "two/")
    one, two = (next(Path(name).iterdir()) for name in ("one", "two"))
    assert one.name == two.name and one.read_bytes() == two.read_bytes()
    bad = run("convert", "claim.json", "--to", "facility", "--record", "claim.json", "-o", "two/")
    assert bad.code == 2 and "INPUT-KIND" in bad.out


def test_answers_of_the_command_line_win(run: Run) -> None:
    save("c.json", to_json(split()))
    save("a.toml", ANSWERS)
    save("b.json", {"facility": {"/admission/type": "9"}, "claims": {"S1": {"lines": {"3": "facility"}}}})
    base = ("convert", "c.json", "--to", "facility", "-o", "out/")
    run(*base, "--answers", "a.toml", "--set", "/admission/type=1", "--set", "professional:/note=SEEN")
    made = next(edi.read_claims("out/S1.facility.claim.json"))
    assert made.admission is not None and made.admission.type == "1"
    assert next(edi.read_claims("out/S1.professional.claim.json")).note == "SEEN"
    run(*base, "--answers", "b.json", "--set", '/condition_codes=["30"]')
    made = next(edi.read_claims("out/S1.facility.claim.json"))
    assert len(made.lines) == 3 and made.condition_codes == ("30",)
    assert made.admission is not None and made.admission.type == "9"
    run(*base, "--line", "3=facility", "--set", '/signatures={"release_of_information": "Y"}')
    assert len(next(edi.read_claims("out/S1.facility.claim.json")).lines) == 3


@pytest.mark.parametrize(
    "arguments",
    [
        ("--set", "admission/type=3"),
        ("--set", "/admission/type"),
        ("--set", "/no_such_key=1"),
        ("--set", "/place_of_service=22"),
        ("--set", "/condition_codes=[1"),
        ("--line", "1"),
        ("--line", "0=facility"),
        ("--line", "1=hospital"),
        ("--line", "9=facility"),
        ("--answers", "nowhere.toml"),
        ("--answers", "bad.toml"),
        ("--as", "pdf"),
        ("--payer", "nobody"),
    ],
)
def test_bad_usage_is_exit_code_2_and_writes_nothing(run: Run, arguments: tuple[str, ...]) -> None:
    save("c.json", to_json(split()))
    save("bad.toml", "[hospital]\nx = 1\n")
    done = run("convert", "c.json", "--to", "facility", "-o", "out/", *arguments)
    assert done.code == 2 and done.err
    assert not Path("out").exists() or not list(Path("out").iterdir())


def test_answers_are_for_the_other_side_only(run: Run) -> None:
    save("c.json", to_json(split()))
    assert run("convert", "c.json", "--to", "json", "--set", "/note=X").code == 2


def test_exit_codes(run: Run) -> None:
    save("c.json", to_json(split()))
    base = ("convert", "c.json", "-o", "out/", "--to")
    assert run(*base, "facility").code == 1
    assert run(*base, "facility", "--fail-on", "none").code == 0
    same = run(*base, "professional", "--quiet")
    assert same == Done(0, "", ""), "a claim of that side is carried whole"
    save("mixed.ndjson", "".join(to_ndjson([split("A")])) + "{\n" + "".join(to_ndjson([split("B")])))
    done = run("convert", "mixed.ndjson", "--to", "facility", "-o", "more/")
    assert done.code == 2 and "INPUT-JSON" in done.out
    assert len(list(Path("more").iterdir())) == 4, "the others go on"


def test_what_cannot_go_to_the_other_side_is_not_written(run: Run) -> None:
    save("c.json", to_json(claim("facility")))
    done = run("convert", "c.json", "--to", "professional", "-o", "out/")
    assert done.code == 1 and "stays as it is" in done.out and not list(Path("out").iterdir())


def test_the_input_is_never_replaced(run: Run) -> None:
    text = to_json(split())
    Path("out").mkdir()
    save("out/S1.professional.claim.json", text)
    done = run("convert", "out/S1.professional.claim.json", "--to", "facility", "-o", "out/")
    assert done.code == 2 and "replace the input" in done.err
    assert Path("out/S1.professional.claim.json").read_text(encoding="utf-8") == text


def test_ids_that_stand_twice(run: Run) -> None:
    save("two.ndjson", "".join(to_ndjson([split("S1"), split("s1"), split("S1")])))
    body = said(run("convert", "two.ndjson", "--to", "facility", "-o", "out/", "--format", "json"))
    assert [f["rule"] for f in body["findings"] if f["severity"] == "error"] == ["INPUT-DUPLICATE"] * 2
    assert [one["claims"][0]["file"] for one in body["claims"]] == ["S1.facility.claim.json", None, None]


def test_a_claim_that_cannot_be_written_is_said(run: Run) -> None:
    given = split()
    given.note = "tab\x07bell"
    save("c.json", to_json(given))
    body = said(run("convert", "c.json", "--to", "facility", "--as", "837", "-o", "out/", "--format", "json"))
    assert {f["rule"][:9] for f in body["findings"]} >= {"X12-WRITE"}
    assert not list(Path("out").iterdir())


def test_warnings_of_the_other_side_are_shown(run: Run) -> None:
    given = claim("professional", {"/clinical_trial_number": "12345678"})
    save("c.json", to_json(given))
    save("a.toml", ANSWERS)
    done = run("convert", "c.json", "--to", "facility", "--answers", "a.toml", "-o", "out/")
    assert "findings\n" in done.out and "FAC-CC-001" in done.out


def test_the_python_way_is_the_same(run: Run) -> None:
    save("c.json", to_json(split()))
    save("a.toml", ANSWERS)
    run("convert", "c.json", "--to", "facility", "--answers", "a.toml", "-o", "out/")
    facility, professional = edi.convert(split(), to="facility", answers=TO_HOSPITAL).claims
    assert next(edi.read_claims("out/S1.facility.claim.json")) == facility
    assert next(edi.read_claims("out/S1.professional.claim.json")) == professional
