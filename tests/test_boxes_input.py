"""Forms as input: what people type, what cannot be read, and how it is said."""

import datetime as dt
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import edi
from edi import settings
from edi.model.boxes import FORMS, Boxes, box_keys
from edi.model.claim import Claim
from edi.model.contract import read_records, schemas
from edi.pipeline import Envelope, Input, Options, convert_surface
from edi.transactions.reading import read_837
from forms.filling import fill
from forms.layout import Form
from forms.taking import take

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = sorted((ROOT / "samples" / "forms").glob("*.boxes.json"))
SCHEMA = json.loads(schemas()["contracts/boxes.schema.json"])
ENVELOPE = Envelope(created=dt.datetime(2026, 11, 2, 8, 0))


def said(value: object) -> list[tuple[str, str]]:
    """Rule and path of the problems of one record."""
    (record,) = read_records(json.dumps(value).encode())
    assert record.value is None
    return [(problem.rule, problem.path) for problem in record.problems]


def hints(value: object) -> str:
    (record,) = read_records(json.dumps(value).encode())
    return " ".join(f"{problem.message} {problem.help}" for problem in record.problems)


# ---------------------------------------------------------------- the JSON


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_golden_boxes_obey_the_schema_and_are_read(path: Path) -> None:
    body = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator(SCHEMA).validate(body)
    (record,) = read_records(path.read_bytes())
    assert isinstance(record.value, Boxes) and record.kind == "boxes"
    assert list(record.value.pages) == body["pages"]


@pytest.mark.parametrize("form", FORMS)
def test_the_schema_knows_every_box_and_no_other(form: Form) -> None:
    judge = Draft202012Validator(SCHEMA)
    assert judge.is_valid({"form": form, "pages": [dict.fromkeys(box_keys(form), "X")]})
    for key in ("24D.7", "24D.0", "24D", "FL42.24", "FL50.D", "FL31.code.c", "99", "24D.1.1"):
        assert not judge.is_valid({"form": form, "pages": [{key: "X"}]}), key
    assert not judge.is_valid({"form": form, "pages": [{"1a": 5}]})
    assert judge.is_valid({"form": "cms1500", "pages": [{"1a": None}]})


def test_one_a_list_a_container_and_a_line_each() -> None:
    one = {"form": "cms1500", "pages": [{"1a": "1", "26": "A"}]}
    texts = [
        json.dumps(one), json.dumps([one, one]), json.dumps({"boxes": [one, one]}),
        json.dumps(one) + "\n" + json.dumps(one),
    ]  # fmt: skip
    for text, count in zip(texts, (1, 2, 2, 2), strict=True):
        found = list(read_records(text.encode()))
        assert [record.id for record in found] == ["A"] * count
        assert all(isinstance(record.value, Boxes) for record in found)


def test_what_is_no_form_is_said_with_its_place() -> None:
    assert said({"form": "ub04", "pages": []}) == [("INPUT-MISSING", "/pages")]
    assert said({"form": "ub04"}) == [("INPUT-MISSING", "/pages")]
    assert said({"pages": [{}]}) == [("INPUT-MISSING", "/form")]
    assert said({"form": "UB-04", "pages": [{}]}) == [("INPUT-VALUE", "/form")]
    assert said({"form": "ub04", "pages": {}}) == [("INPUT-TYPE", "/pages")]
    assert said({"form": "ub04", "pages": ["x"]}) == [("INPUT-TYPE", "/pages/0")]
    assert said({"form": "ub04", "pages": [{}], "page": 1}) == [("INPUT-KEY", "/page")]
    assert said({"form": "cms1500", "pages": [{}, {"1a": 5, "2": "a\0"}]}) == [
        ("INPUT-TYPE", "/pages/1/1a"),
        ("INPUT-VALUE", "/pages/1/2"),
    ]
    (record,) = read_records(b'{"form": "cms1500", "pages": [{"1a": "1", "1a": "2"}]}')
    assert [(p.rule, p.path) for p in record.problems] == [("INPUT-DUPLICATE-KEY", "/pages/0/1a")]
    (record,) = read_records(b'{"form": "cms1500", "pages": [{"2": "M\xfcller"}]}')
    assert [(p.rule, p.path) for p in record.problems] == [("INPUT-ENCODING", "/pages/0/2")]


@pytest.mark.parametrize(
    ("form", "typed", "meant"),
    [
        ("cms1500", "24d.1", "24D.1"),
        ("cms1500", "24D.modifer1.1", "24D.modifier1.1"),
        ("cms1500", "Box 1a", "1a"),
        ("cms1500", "24 G.2", "24G.2"),
        ("ub04", "FL 44.3", "FL44.3"),
        ("ub04", "fl4", "FL4"),
        ("ub04", "FL50.a", "FL50.A"),
        ("ub04", "FL67.aa", "FL67.A"),
    ],
)
def test_an_unknown_box_is_an_error_that_names_the_nearest(form: str, typed: str, meant: str) -> None:
    value = {"form": form, "pages": [{typed: "X"}]}
    assert [rule for rule, _ in said(value)] == ["INPUT-KEY"]
    assert f"Did you mean `{meant}`?" in hints(value)


def test_a_box_of_the_other_form_is_told_so() -> None:
    assert "It is a box of the UB-04" in hints({"form": "cms1500", "pages": [{"FL76.last": "X"}]})


# ---------------------------------------------------------------- what people type


def typed(form: Form = "cms1500", **boxes: str) -> Claim:
    """The claim of one sheet; a key is a box with `_` for its points and `at` before it."""
    return take(form, [{key.removeprefix("at").replace("_", "."): text for key, text in boxes.items()}]).claim


def one_box(key: str, text: str, form: Form = "cms1500") -> Claim:
    return take(form, [{key: text}]).claim


@pytest.mark.parametrize(
    "text",
    ["03 03 2026", "03/03/2026", "3/3/2026", "03-03-2026", "03032026", "030326", "03 03 26", "2026-03-03"],
)
def test_dates_as_people_write_them(text: str) -> None:
    assert one_box("24A.from.1", text).lines[0].service_date == dt.date(2026, 3, 3)


def test_a_century_is_assumed_for_services_and_never_for_birth_dates() -> None:
    assert one_box("24A.from.1", "03 03 68").lines[0].service_date == dt.date(2068, 3, 3)
    assert one_box("24A.from.1", "03 03 69").lines[0].service_date == dt.date(1969, 3, 3)
    claim = one_box("3.date", "03 03 50")
    assert [(u.path, u.text) for u in claim.unread] == [("/patient/birth_date", "03 03 50")]


@pytest.mark.parametrize(
    ("text", "amount"),
    [("250 00", "250.00"), ("25000", "250.00"), ("250.00", "250.00"), ("$250.00", "250.00"), ("5", "0.05"),
     ("1,250.00", "1250.00"), ("-250 00", "-250.00"), (".50", "0.50"), ("99999999", "999999.99")],
)  # fmt: skip
def test_amounts_as_people_write_them(text: str, amount: str) -> None:
    assert one_box("24F.1", text).lines[0].charge == Decimal(amount)
    assert one_box("FL47.1", text, "ub04").lines[0].charge == Decimal(amount)


@pytest.mark.parametrize("text", ["96365-59", "96365 59", "9636559", "96365,59", "96365-59-"])
def test_procedures_with_their_modifiers(text: str) -> None:
    for form, key in (("cms1500", "24D.1"), ("ub04", "FL44.1")):
        line = one_box(key, text, form).lines[0]  # type: ignore[arg-type]
        assert (line.hcpcs, line.modifiers) == ("96365", ("59",))


def test_modifiers_behind_the_code_come_before_those_in_their_boxes() -> None:
    line = typed(at24D_1="96365-59", at24D_modifier1_1="XU").lines[0]
    assert (line.hcpcs, line.modifiers) == ("96365", ("59", "XU"))


@pytest.mark.parametrize("text", ["DOE, JO, B", "doe,jo,b", "Doe, Jo B", "DOE JO B", " DOE ,  JO , B."])
def test_names_as_people_write_them(text: str) -> None:
    patient = one_box("2", text).patient
    assert patient is not None
    found = (patient.last_name, patient.first_name, (patient.middle_name or "").rstrip("."))
    assert found == ("DOE", "JO", "B")


@pytest.mark.parametrize(
    ("text", "name"),
    [("ANN B SMITH", ("ANN", "B", "SMITH", None)), ("Ann Smith, MD", ("ANN", None, "SMITH", None)),
     ("ANA DE LA CRUZ JR", ("ANA", None, "DE LA CRUZ", "JR")), ("SMITH", (None, None, "SMITH", None))],
)  # fmt: skip
def test_practitioners_as_people_write_them(text: str, name: tuple[str | None, ...]) -> None:
    one = typed(at17_name=text, at17_qualifier="DK").ordering_provider
    assert one is not None
    assert (one.first_name, one.middle_name, one.last_name, one.suffix) == name


@pytest.mark.parametrize("text", ["AB", "a,b", "A B", "1,2", "12", "1 2"])
def test_pointers_as_people_write_them(text: str) -> None:
    claim = take("cms1500", [{"21.A": "D50.9", "21.B": "e860", "24E.1": text}]).claim
    assert claim.lines[0].diagnosis_pointers == (1, 2)
    assert [d.code for d in claim.diagnoses] == ["D509", "E860"]


def test_letters_keep_their_meaning_where_item_21_has_a_gap() -> None:
    claim = take("cms1500", [{"21.A": "D509", "21.C": "E860", "24E.1": "CA", "24E.2": "B"}]).claim
    assert [line.diagnosis_pointers for line in claim.lines] == [(2, 1), (3,)]


@pytest.mark.parametrize(
    "text", ["N459148001665   UN1", "N4 59148-0016-65 UN 1", "n459148001665UN1", "N459148001665 UN1.0"]
)
def test_drug_codes_as_people_write_them(text: str) -> None:
    for form, key in (("cms1500", "24.shaded.1"), ("ub04", "FL43.1")):
        line = one_box(key, text, form).lines[0]  # type: ignore[arg-type]
        assert (line.ndc or "").replace("-", "") == "59148001665"
        assert (line.ndc_unit, line.ndc_quantity) == ("UN", Decimal(1))


def test_what_a_box_cannot_mean_is_kept_and_named() -> None:
    claim = take("cms1500", [{"24F.1": "abc", "24A.from.1": "13 45 2026", "28": "?", "24G.1": "two"}]).claim
    assert claim.lines[0].charge is None and claim.total_charge is None
    assert {(u.path, u.text) for u in claim.unread} == {
        ("/lines/0/charge", "abc"),
        ("/lines/0/service_date", "13 45 2026"),
        ("/lines/0/units", "two"),
        ("/total_charge", "?"),
    }
    report = edi.check(json.dumps({"form": "cms1500", "pages": [{"24F.1": "abc", "24D.1": "96365"}]}))
    found = [f for f in report.findings if f.rule == "CLM-READ-001"]
    assert [(f.path, f.claim_path, f.place.box) for f in found] == [
        ("/pages/0/24F.1", "/lines/0/charge", "24F")
    ]


def test_a_form_says_who_is_insured() -> None:
    page = {"1.group": "X", "2": "DOE, JO", "6.self": "X", "4": "SAME", "7.street": "SAME"}
    taken = take("cms1500", [page])
    assert taken.problems == [] and taken.claim.coverages[0].relationship == "18"
    assert taken.claim.coverages[0].subscriber is None
    page = {"1.group": "X", "2": "DOE, JO", "6.child": "X", "4": "DOE, ANN"}
    coverage = take("cms1500", [page]).claim.coverages[0]
    assert coverage.relationship == "19" and coverage.subscriber is not None
    assert coverage.subscriber.first_name == "ANN"
    page = {"1.medicare": "X", "2": "DOE, JO", "4": "DOE, ANN", "6.spouse": "X", "11": "G1", "11c": "PLAN"}
    claim = take("cms1500", [page]).claim
    assert [c.responsibility for c in claim.coverages] == ["S", "P"] and claim.bill_to == 0
    assert claim.coverages[1].group_number == "G1" and claim.coverages[1].relationship == "01"


def test_the_total_line_of_a_bill_may_stand_among_its_lines() -> None:
    page = {"FL42.1": "0260", "FL47.1": "10000", "FL42.2": "0001", "FL47.2": "10000"}
    claim = take("ub04", [page]).claim
    assert len(claim.lines) == 1 and claim.total_charge == 100


# ---------------------------------------------------------------- to other surfaces


def converted(data: bytes, to: Any, **options: Any) -> tuple[bytes, list[tuple[str, str]]]:
    given = Input(name="", held=data)
    found = convert_surface(given, to, Options(**options), ENVELOPE)
    written = b"".join(found.chunks)
    return written, [(f.rule, f.path) for f in found.report.findings]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.name)
def test_a_form_becomes_every_other_surface_and_itself(path: Path) -> None:
    data = path.read_bytes()
    again, _ = converted(data, "boxes")
    assert json.loads(again) == json.loads(data)
    text, _ = converted(data, "json")
    (record,) = read_records(text)
    assert isinstance(record.value, Claim)
    xml_text, _ = converted(data, "xml")
    assert converted(xml_text, "json")[0] == text
    back, _ = converted(text, "boxes")
    assert json.loads(back) == json.loads(data)


SETTINGS = """
[submitter]
name = "Biller"
id = "BILLER1"
contact_name = "Ann"
phone = "6145550199"
[receiver]
name = "House"
id = "HOUSE1"
[defaults.signatures]
accept_assignment = "A"
[[payers]]
name = "Medicare Part B"
id = "MDCRB"
[[payers]]
name = "Northlight Health Plan"
id = "NLH01"
[[payers]]
name = "Kestrel Mutual Insurance"
id = "KMI02"
"""
"""What a form has no box for: who sends and gets the file, the ids of payers, the assignment of a UB-04."""


def test_a_form_becomes_an_837_that_becomes_the_form(tmp_path: Path) -> None:
    (tmp_path / "cleanclaim.toml").write_text(SETTINGS, encoding="utf-8")
    known = settings.load(tmp_path / "cleanclaim.toml")
    made = 0
    for path in SAMPLES:
        data = path.read_bytes()
        wire, findings = converted(data, "837", settings=known)
        refused = [rule for rule, _ in findings if rule.startswith("X12-WRITE")]
        assert bool(wire) != bool(refused), path.name
        if wire:
            (claim,) = read_837(wire)
            pages = fill(claim, created=ENVELOPE.created.date()).pages
            given = json.loads(data)["pages"]
            # an 837 has no telephones of people, and only the name of an insured person who is not patient
            for page in (*pages, *given):
                insured = [key for key in page if key.startswith(("7.", "11a.")) and "6.self" not in page]
                for key in ("5.phone", "7.phone", *insured):
                    page.pop(key, None)
            assert pages == given, path.name
            made += 1
    assert made >= len(SAMPLES) - 2


def test_what_keeps_a_form_from_the_wire_is_said_at_its_box() -> None:
    page = {"1.group": "X", "1a": "1", "2": "DOE, JO", "24D.1": "96365", "24F.1": "abc", "26": "A"}
    written, findings = converted(json.dumps({"form": "cms1500", "pages": [page]}).encode(), "837")
    assert written == b""
    assert findings[-1][0].startswith("X12-WRITE")


def test_several_forms_are_a_list() -> None:
    first, second = (json.loads(path.read_text(encoding="utf-8")) for path in SAMPLES[:2])
    text, _ = converted(json.dumps([first, second]).encode(), "boxes")
    assert json.loads(text) == [first, second]


def test_cut_texts_are_cut_and_said() -> None:
    path = next(p for p in SAMPLES if "medicare-secondary" in p.name)
    source = ROOT / "samples" / "claims" / "medicare-secondary.claim.json"
    whole, findings = converted(source.read_bytes(), "boxes")
    assert json.loads(whole)["pages"] == json.loads(path.read_text())["pages"]
    assert ("FORM-FIT-001", "/claim_id") in findings
    short, findings = converted(source.read_bytes(), "boxes", truncate=True)
    assert json.loads(short)["pages"][0]["26"] == "MEDICARESECOND"
    assert ("FORM-FIT-002", "/claim_id") in findings


def test_payers_that_want_a_total_on_each_sheet() -> None:
    source = ROOT / "samples" / "claims" / "dependent-child.claim.json"
    claim = json.loads(source.read_text(encoding="utf-8"))
    claim["lines"] = [claim["lines"][0]] * 8
    claim.pop("total_charge")
    text = json.dumps(claim).encode()
    last = json.loads(converted(text, "boxes")[0])["pages"]
    each = json.loads(converted(text, "boxes", policies={"form_totals": "each"})[0])["pages"]
    assert last[0]["28"] == "CONTINUED" and each[0]["28"] != "CONTINUED"


# ---------------------------------------------------------------- the command


def run(*arguments: object, stdin: bytes = b"", cwd: Path) -> "subprocess.CompletedProcess[bytes]":
    done = subprocess.run(
        [sys.executable, "-m", "edi", *map(str, arguments)],
        cwd=cwd, input=stdin, capture_output=True, timeout=120, check=False,
        env={"PYTHONPATH": str(ROOT), "HOME": str(cwd), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert b"Traceback" not in done.stderr + done.stdout
    return done


def test_commands_take_and_give_forms(tmp_path: Path) -> None:
    source = ROOT / "samples" / "claims" / "dependent-child.claim.json"
    done = run("convert", source, "--to", "boxes", "-o", "out/", "--created", "2026-11-02", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    made = tmp_path / "out" / "dependent-child.boxes.json"
    assert made.read_bytes() == (ROOT / "samples" / "forms" / "dependent-child.boxes.json").read_bytes()
    done = run("check", made, "--format", "json", cwd=tmp_path)
    assert done.returncode == 0, done.stdout
    (file,) = json.loads(done.stdout)["files"]
    assert file["kind"] == "boxes" and file["claims"] == 1
    done = run("check", source, "--surface", "paper", cwd=tmp_path)
    assert b"FORM-FIT-001" in done.stdout and b"item 33" in done.stdout
    done = run("check", source, "--surface", "stone", cwd=tmp_path)
    assert done.returncode == 2
    done = run(
        "convert", "-", "--to", "837", stdin=b'{"form": "cms1500", "pages": [{"9z": "1"}]}', cwd=tmp_path
    )
    assert done.returncode == 2 and not done.stdout and b"INPUT-KEY" in done.stderr
    done = run("build", made, "-o", "built", cwd=tmp_path)
    assert (
        done.returncode == 2
        and b"this is a form, and an encounter is needed here" in done.stdout + done.stderr
    )


def test_equal_forms_of_a_run_are_told_at_their_boxes() -> None:
    text = (ROOT / "samples" / "forms" / "dependent-child.boxes.json").read_text(encoding="utf-8")
    other = json.loads(text)
    other["pages"][0]["26"] = "OTHER"
    report = edi.check(json.dumps([json.loads(text), other]))
    found = [f for f in report.findings if f.rule == "PRO-DUP-001"]
    assert found and all(f.path.startswith("/pages/0/24D.") and f.place.box == "24D" for f in found)
