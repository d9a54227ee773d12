"""The contract: the JSON Schemas, what is written and read back, and JSON Pointers over records."""

import dataclasses
import datetime as dt
import json
import re
import subprocess
import sys
import time
import types
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from edi.errors import NotWritable
from edi.finding import Denial, FileReport, Finding, Place, Repair, Report, X12Place
from edi.model import contract
from edi.model import pointer as pointers
from edi.model.claim import Claim, Diagnosis, Service, ServiceLine, Unread
from edi.model.encounter import Administration, Encounter, Quantity
from edi.model.party import Address, Coverage, Patient, Payer, Provider

ROOT = Path(__file__).parents[1]
SCHEMAS = {path: json.loads(text) for path, text in contract.schemas().items()}
RECORDS = {"contracts/encounter.schema.json": Encounter, "contracts/claim.schema.json": Claim}

texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1, max_size=8
).filter(lambda text: bool(text.strip()))
amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False)


def values(kind: Any) -> st.SearchStrategy[Any]:
    """Values of a type of the records."""
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if isinstance(kind, types.UnionType) or origin is typing.Union:
        return st.one_of(*(values(part) for part in arguments if part is not type(None)))
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(values(arguments[0]), max_size=2).map(tuple)
    if origin is dict:
        return st.dictionaries(texts, values(arguments[1]), max_size=2)
    if dataclasses.is_dataclass(kind):
        return records(kind)
    known: dict[Any, st.SearchStrategy[Any]] = {
        str: texts,
        int: st.integers(-(10**9), 10**9),
        bool: st.booleans(),
        Decimal: amounts | st.sampled_from([Decimal("1E+3"), Decimal("0.10"), Decimal("-1e-7")]),
        dt.date: st.dates(),
    }
    return known[kind]


@st.composite
def records(draw: st.DrawFn, cls: Any) -> Any:
    """Records of a class with all required fields and a few of the others."""
    hints = typing.get_type_hints(cls)
    names = [f.name for f in dataclasses.fields(cls) if f.name != "origin"]
    required = {
        f.name
        for f in dataclasses.fields(cls)
        if f.default is dataclasses.MISSING and f.default_factory is dataclasses.MISSING
    }
    chosen = draw(st.sets(st.sampled_from(names), max_size=4)) | required
    return cls(**{name: draw(values(hints[name])) for name in names if name in chosen})


# ---------------------------------------------------------------- schemas


def test_checked_in_schemas_are_the_generated_ones() -> None:
    for path, text in contract.schemas().items():
        assert (ROOT / "schemas" / path).read_text(encoding="utf-8") == text, path


@pytest.mark.parametrize("path", SCHEMAS)
def test_schema_is_valid_and_named(path: str) -> None:
    schema = SCHEMAS[path]
    Draft202012Validator.check_schema(schema)
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    assert schema["$id"] == f"urn:cleanclaim:{Path(path).name.split('.')[0]}:1"


def objects(schema: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [("", schema), *schema["$defs"].items()]


@pytest.mark.parametrize("path", SCHEMAS)
def test_every_property_is_described(path: str) -> None:
    for name, definition in objects(SCHEMAS[path]):
        assert definition["description"], name
        for key, node in definition["properties"].items():
            assert node.get("description", "").strip(), f"{name}.{key}"


@pytest.mark.parametrize("path", RECORDS)
def test_keys_are_the_attributes_and_nothing_else_is_taken(path: str) -> None:
    schema, cls = SCHEMAS[path], RECORDS[path]
    assert set(schema["properties"]) == {f.name for f in dataclasses.fields(cls)} - {"origin"}
    for name, definition in objects(schema):
        assert definition["additionalProperties"] is False, name
        for key, node in definition["properties"].items():
            assert "title" not in node
            if key not in definition.get("required", ()):
                assert Draft202012Validator({**node, "$defs": schema["$defs"]}).is_valid(None), (
                    f"{name}.{key}"
                )


def test_descriptions_of_inherited_attributes_are_kept() -> None:
    definitions = SCHEMAS["contracts/claim.schema.json"]["$defs"]
    assert definitions["ServiceLine"]["properties"]["hcpcs"]["description"] == "HCPCS or CPT code."
    assert definitions["Patient"]["properties"]["last_name"]["description"] == "Family name."


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("12.50", True),
        ("-3", True),
        (".5", True),
        ("1.", True),
        ("1e3", False),
        ("$5", False),
        ("1,000", False),
        ("", False),
        (".", False),
        ("NaN", False),
    ],
)
def test_pattern_of_amounts(text: str, good: bool) -> None:
    node = SCHEMAS["contracts/encounter.schema.json"]["properties"]["patient_paid"]
    assert Draft202012Validator(node).is_valid(text) is good


def test_contract_names_every_key_of_the_encounter() -> None:
    shared = ROOT.parent / "shared" / "design" / "contract.md"
    if not shared.is_file():
        pytest.skip("the contract is not here")
    section = shared.read_text(encoding="utf-8").split("## 2. ")[1].split("## 3. ")[0]
    table = "\n".join(line.split("|")[1] for line in section.splitlines() if line.startswith("| `"))
    named = {word.strip("[]") for word in re.findall(r"`([a-z_]+)(?:\[\])?`", table)}
    missing = named - set(SCHEMAS["contracts/encounter.schema.json"]["properties"])
    assert not missing


# ---------------------------------------------------------------- writing and reading


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(st.lists(records(Encounter) | records(Claim), min_size=1, max_size=3))
def test_what_was_written_is_read_back_equal(written: list[Encounter | Claim]) -> None:
    for record in written:
        if not isinstance(record, Encounter) and record.claim_id is None:
            record.claim_id = "C"
    listed = "[" + ",".join(contract.to_json(record) for record in written) + "]"
    lines = "".join(contract.to_ndjson(written))
    for text, name in ((listed, "a.json"), (lines, "a.ndjson")):
        read = list(contract.read_records(text.encode(), name))
        assert [record.problems for record in read] == [[] for _ in written]
        assert [record.value for record in read] == written


@settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
@given(records(Encounter) | records(Claim))
def test_what_was_written_obeys_the_schema(record: Encounter | Claim) -> None:
    name = "encounter" if isinstance(record, Encounter) else "claim"
    schema = SCHEMAS[f"contracts/{name}.schema.json"]
    errors = list(Draft202012Validator(schema).iter_errors(json.loads(contract.to_json(record))))
    assert [error.json_path for error in errors] == []


def test_written_json_is_plain_and_short() -> None:
    claim = Claim(
        setting="professional",
        claim_id="C1",
        total_charge=Decimal("1E+3"),
        lines=(ServiceLine(hcpcs="J1745", units=Decimal("50"), service_date=dt.date(2026, 3, 3), minutes=0),),
        origin=object(),
    )
    assert json.loads(contract.to_json(claim)) == {
        "claim_id": "C1",
        "setting": "professional",
        "lines": [{"hcpcs": "J1745", "units": "50", "service_date": "2026-03-03", "minutes": 0}],
        "total_charge": "1000",
    }
    assert contract.to_json(claim).startswith('{\n  "claim_id": "C1",\n')
    assert list(contract.to_ndjson([claim]))[0].count("\n") == 1


@pytest.mark.parametrize(
    ("claim", "path"),
    [
        (Claim(claim_id="C", note="a\0b"), "/note"),
        (Claim(claim_id="C", lines=(ServiceLine(hcpcs="\ud800"),)), "/lines/0/hcpcs"),
        (Claim(claim_id="C", total_charge=Decimal("NaN")), "/total_charge"),
        (Claim(claim_id="C", total_charge=Decimal("1e999999")), "/total_charge"),
    ],
)
def test_what_json_cannot_carry_is_not_written(claim: Claim, path: str) -> None:
    with pytest.raises(NotWritable) as caught:
        contract.to_json(claim)
    assert caught.value.path == path


def one(value: object) -> contract.Record:
    (record,) = contract.read_records(json.dumps(value).encode())
    return record


def test_numbers_never_pass_through_binary_floating_point() -> None:
    text = b'{"encounter_id": "E", "patient_paid": 0.1000000000000000000001, "charges": {"96365": "12.30"}}'
    (record,) = contract.read_records(text)
    assert isinstance(record.value, Encounter)
    assert record.value.patient_paid == Decimal("0.1000000000000000000001")
    assert str(record.value.charges["96365"]) == "12.30"


def test_null_blank_and_absent_mean_the_same() -> None:
    given_: dict[str, Any] = {
        "encounter_id": "E",
        "note": " ",
        "coverages": None,
        "statement": "",
        "patient": {"birth_date": ""},
    }
    assert one(given_).value == Encounter(encounter_id="E", patient=Patient())
    given_ = {
        "encounter_id": "E",
        "administrations": [{"id": "A", "containers": [{"size": {"value": 1, "unit": "mg"}, "count": None}]}],
    }
    value = one(given_).value
    assert isinstance(value, Encounter) and value.administrations[0].containers[0].count == 1


def test_a_wrong_value_is_read_for_the_rules_to_judge() -> None:
    value = one(
        {
            "encounter_id": "E" * 50,
            "frequency": "X",
            "type_of_bill": "9",
            "patient": {"sex": "Q"},
            "services": [{"units": -5, "charge": "999999999999.99", "modifiers": ["TOOLONG", ""]}],
            "administrations": [{"id": "A", "dose": {"value": -1, "unit": "?"}, "start": "noon"}],
        }
    ).value
    assert isinstance(value, Encounter)
    assert value.services == (
        Service(units=Decimal(-5), charge=Decimal("999999999999.99"), modifiers=("TOOLONG", "")),
    )
    assert value.administrations == (
        Administration(id="A", dose=Quantity(value=Decimal(-1), unit="?"), start="noon"),
    )


def test_python_values_are_records_too() -> None:
    given_ = {"claim_id": "C", "total_charge": 0.1, "lines": ({"service_date": dt.date(2026, 3, 3)},)}
    record = contract.from_dict(given_)
    line = ServiceLine(service_date=dt.date(2026, 3, 3))
    assert record.value == Claim(claim_id="C", total_charge=Decimal("0.1"), lines=(line,))


def test_a_thousand_encounters_are_read_in_seconds() -> None:
    dose = {"value": "500", "unit": "mg"}
    given_ = [{"id": f"A{i}", "hcpcs": "J1745", "dose": dose, "start": "2026-03-03T09:00"} for i in range(8)]
    text = "".join(
        json.dumps({"encounter_id": f"E{i}", "administrations": given_}) + "\n" for i in range(1000)
    )
    begin = time.process_time()
    assert all(record.value is not None for record in contract.read_records(text.encode()))
    assert time.process_time() - begin < 20


def test_importing_the_contract_loads_neither_pydantic_nor_jsonschema() -> None:
    code = (
        "import sys, edi.model.contract as c; c.to_json(c.Claim(claim_id='C'));"
        "sys.exit(bool({'pydantic', 'jsonschema'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_report_obeys_its_schema() -> None:
    finding = Finding(
        rule="INF-HYD-002",
        name="vehicle-billed",
        severity="error",
        message="line 2 bills 96360",
        help="Remove the line.",
        also=("NCCI-PTP-001",),
        place=Place(claim="E1", line=2, box="24D", x12=X12Place(address="2400[2]/SV1/01-2", segment=31)),
        denials=(Denial(group="CO", code="97", remarks=("M15",)),),
        repair=Repair(path="/a", before="1", after="2", why="x"),
    )
    report = Report(files=[FileReport(file="a.json", kind="encounter", claims=1, findings=[finding])])
    written = json.loads(json.dumps(contract.report_to_dict(report)))
    validator = Draft202012Validator(SCHEMAS["contracts/report.schema.json"])
    assert [error.message for error in validator.iter_errors(written)] == []
    assert written["summary"] == {"files": 1, "claims": 1, "errors": 1, "warnings": 0, "infos": 0}
    assert written["files"][0]["ok"] is False and "unreadable" not in written["files"][0]
    del written["files"][0]["findings"][0]["place"]
    assert not validator.is_valid(written)


# ---------------------------------------------------------------- pointers

CLAIM = Claim(
    claim_id="C",
    coverages=(Coverage(payer=Payer(name="P")),),
    diagnoses=(Diagnosis(code="K50.90"), Diagnosis(code="D64.9")),
    lines=(ServiceLine(hcpcs="J1745", modifiers=("JZ", "59")),),
    unread=(Unread(path="/x", text="?"),),
)


def test_pointers_are_escaped_as_the_standard_says() -> None:
    assert pointers.pointer() == ""
    assert pointers.pointer("a/b", 0, "~1", "") == "/a~1b/0/~01/"
    assert pointers.split("/a~1b/0/~01/") == ("a/b", "0", "~1", "")
    with pytest.raises(ValueError, match="begins with"):
        pointers.split("lines")


@given(st.lists(st.text()))
def test_a_pointer_splits_into_its_parts(parts: list[str]) -> None:
    assert pointers.split(pointers.pointer(*parts)) == tuple(parts)


def test_get_walks_records_and_json() -> None:
    assert pointers.get(CLAIM, "/lines/0/modifiers/1") == "59"
    assert pointers.get(CLAIM, "") is CLAIM
    assert pointers.get(contract.to_dict(CLAIM), "/coverages/0/payer/name") == "P"
    for path in ("/nothing", "/lines/1", "/lines/-", "/lines/00", "/note/x", "/origin", "/lines/x"):
        with pytest.raises(LookupError, match=re.escape(path)):
            pointers.get(CLAIM, path)


def test_replace_converts_to_the_type_of_the_field() -> None:
    changed = pointers.replace(CLAIM, "/lines/0/service_date", "2023-07-01")
    changed = pointers.replace(changed, "/lines/0/charge", "12.50")
    changed = pointers.replace(changed, "/lines/0/modifiers", ["JW"])
    changed = pointers.replace(changed, "/patient", {"birth_date": "1970-01-31"})
    changed = pointers.replace(changed, "/billing_provider/address/zip", "60601")
    assert changed.lines[0] == ServiceLine(
        hcpcs="J1745", modifiers=("JW",), service_date=dt.date(2023, 7, 1), charge=Decimal("12.50")
    )
    assert changed.patient == Patient(birth_date=dt.date(1970, 1, 31))
    assert changed.billing_provider == Provider(address=Address(zip="60601"))
    assert CLAIM.lines[0].modifiers == ("JZ", "59") and CLAIM.patient is None


def test_replace_appends_and_removes() -> None:
    more = pointers.replace(CLAIM, "/lines/-", {"hcpcs": "96413", "units": 1})
    assert more.lines[1] == ServiceLine(hcpcs="96413", units=Decimal(1))
    assert pointers.replace(more, "/lines/0", None).lines == more.lines[1:]
    assert pointers.replace(CLAIM, "/lines", None).lines == ()
    assert pointers.replace(CLAIM, "/claim_id", None).claim_id is None
    assert pointers.replace(CLAIM, "/lines/0/modifiers/0", None).lines[0].modifiers == ("59",)
    charged = pointers.replace(Encounter(encounter_id="E"), "/charges/96365", "5")
    assert charged.charges == {"96365": Decimal(5)}
    assert pointers.replace(charged, "/charges/96365", None).charges == {}


def test_replace_changes_plain_json() -> None:
    given_ = {"a": [{"b": 1}], "c": {"x/y": 2}}
    assert pointers.replace(given_, "/a/0/b", "2026-01-01") == {"a": [{"b": "2026-01-01"}], "c": {"x/y": 2}}
    assert pointers.replace(given_, "/c/x~1y", None) == {"a": [{"b": 1}], "c": {}}
    assert pointers.replace(given_, "/a/-", 3)["a"] == [{"b": 1}, 3]


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("/nothing", 1, LookupError),
        ("/lines/7/hcpcs", "x", LookupError),
        ("/origin", 1, LookupError),
        ("/claim_id/x", "x", LookupError),
        ("/lines/0/service_date", "2023-02-30", ValueError),
        ("/setting", "elsewhere", ValueError),
        ("/lines/0", {"hcpc": "x"}, ValueError),
        ("/unread/0/path", None, ValueError),
    ],
)
def test_replace_refuses_what_the_record_cannot_hold(
    path: str, value: object, error: type[Exception]
) -> None:
    with pytest.raises(error, match=re.escape(path)):
        pointers.replace(CLAIM, path, value)
