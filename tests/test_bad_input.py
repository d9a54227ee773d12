"""Files that cannot be read: each problem at its pointer, in plain words, at the cost of no other record."""

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edi.errors import NotReadable
from edi.model.claim import Claim
from edi.model.contract import Problem, Record, read_records
from edi.model.encounter import Encounter


def read(given_: Any, name: str = "input.json") -> list[Record]:
    """The records of a text, of bytes, or of values that are made JSON."""
    if not isinstance(given_, str | bytes):
        given_ = json.dumps(given_)
    return list(read_records(given_.encode() if isinstance(given_, str) else given_, name))


def problems(given_: Any) -> list[Problem]:
    """The problems of the only record of an input."""
    (record,) = read(given_)
    assert record.value is None and record.problems
    return record.problems


def only(given_: Any) -> Problem:
    """The only problem of the only record of an input."""
    (problem,) = problems(given_)
    return problem


def encounter(**more: Any) -> dict[str, Any]:
    return {"encounter_id": "E1", **more}


# ---------------------------------------------------------------- the file


@pytest.mark.parametrize("given_", ["", " \r\n\n", "\ufeff"])
def test_empty_file(given_: str) -> None:
    assert only(given_).rule == "INPUT-EMPTY"


@pytest.mark.parametrize("given_", ["[]", '{"encounters": []}', '{"claims": []}'])
def test_no_records(given_: str) -> None:
    assert only(given_).rule == "INPUT-EMPTY"


@pytest.mark.parametrize(
    ("given_", "place", "reason"),
    [
        ("hello", "line 1, column 1", "not written as JSON"),
        ("%PDF-1.4\n%x\n", "line 1, column 1", "not written as JSON"),
        (
            '{"encounter_id": "a"\n "note": "b"}',
            "line 2, column 2",
            "a comma or a closing bracket is missing",
        ),
        ('{\n"encounter_id" "a"}', "line 2, column 16", "colon"),
        ("{'encounter_id': 'a'}", "line 1, column 2", "double quotes"),
        ('{"encounter_id": "a\n"}', "line 1, column 20", "line break"),
        ('{"encounter_id": "a', "line 1, column 18", "no closing quote"),
        ('{"encounter_id": "a",\n "patient": {"last_name": "x"}\n', "line 3, column 1", "the { of line 1"),
        ('{"encounters": [\n {"encounter_id": "a"},\n {"encounter_id": "b"}', "line 3", "the [ of line 1"),
        ('{\n "encounter_id": "a]",\n "patient": {\n  "last_name": "x"\n', "line 5", "the { of line 3"),
    ],
)
def test_not_json_says_line_column_and_reason(given_: str, place: str, reason: str) -> None:
    problem = only(given_)
    assert problem.rule == "INPUT-JSON" and problem.path == ""
    assert place in problem.message and reason in problem.message and problem.help.endswith(".")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_other_encodings_are_named(encoding: str) -> None:
    assert only('{"encounter_id": "a"}'.encode(encoding)).rule == "INPUT-ENCODING"


def test_a_byte_that_is_not_utf8_loses_only_its_record() -> None:
    text = '[{"encounter_id": "a", "patient": {"last_name": "Müller"}}, {"encounter_id": "b"}]'
    bad, good = read(text.encode("cp1252"))
    assert [(p.path, p.rule) for p in bad.problems] == [("/patient/last_name", "INPUT-ENCODING")]
    assert good.value == Encounter(encounter_id="b")
    assert only(b'{"encounter_id": \xe9}').rule == "INPUT-ENCODING"


@pytest.mark.parametrize("opening", ["[", '{"a":', '{"encounter_id": "a", "patient": [{"x":'])
def test_deep_nesting_is_not_readable(opening: str) -> None:
    with pytest.raises(NotReadable, match="nested too deeply"):
        read(opening * 100_000)


def test_moderate_nesting_is_a_wrong_type() -> None:
    nested = "[" * 900 + "]" * 900
    assert only(f'{{"encounter_id": "a", "patient": {nested}}}').rule == "INPUT-TYPE"
    assert only(f'{{"encounter_id": "a", "pateint": {nested}}}').rule == "INPUT-KEY"


@pytest.mark.parametrize("given_", ["5", '"text"', "null", "true", "NaN", "{}", '{"a": 1}'])
def test_what_is_no_record_at_all(given_: str) -> None:
    assert only(given_).rule == "INPUT-KIND"


def test_container_must_hold_a_list() -> None:
    problem = only('{"encounters": {}}')
    assert (problem.path, problem.rule) == ("/encounters", "INPUT-TYPE")


def test_keys_beside_a_container_are_reported_and_its_records_read() -> None:
    first, second, third, rest = read(
        {"encounters": [encounter(), 5], "version": 1, "claims": [{"claim_id": "C1"}]}
    )
    assert isinstance(first.value, Encounter) and isinstance(third.value, Claim)
    assert [r.index for r in (first, second, third)] == [0, 1, 2]
    assert second.problems[0].rule == "INPUT-KIND"
    assert rest.kind is None and [(p.path, p.rule) for p in rest.problems] == [("/version", "INPUT-KEY")]


# ---------------------------------------------------------------- several records


def test_a_bad_record_does_not_stop_the_others() -> None:
    good, bad, also = read([encounter(), {"encounter_id": "E2", "bill_to": "x"}, {"encounter_id": "E3"}])
    assert good.value == Encounter(encounter_id="E1") and also.value == Encounter(encounter_id="E3")
    assert (bad.index, bad.kind, bad.id, bad.value) == (1, "encounter", "E2", None)
    assert [(p.path, p.rule) for p in bad.problems] == [("/bill_to", "INPUT-TYPE")]


@pytest.mark.parametrize(
    "broken", ['{"encounter_id": "b",', "garbage", "[" * 100_000, '{"encounter_id": "b"]}']
)
def test_a_broken_line_loses_only_itself(broken: str) -> None:
    text = '\ufeff{"encounter_id": "a"}\r\n\r\n' + broken + '\r\n{"claim_id": "c"}\r\n'
    first, bad, last = read(text)
    assert first.value == Encounter(encounter_id="a") and last.value == Claim(claim_id="c")
    assert (bad.index, bad.text_line, bad.value) == (1, 3, None)
    assert bad.problems[0].rule == "INPUT-JSON" and "line 3" in bad.problems[0].message


def test_the_first_line_may_be_the_broken_one() -> None:
    bad, good = read('{"encounter_id": "a",\n{"encounter_id": "b"}\n')
    assert "line 1" in bad.problems[0].message and good.value == Encounter(encounter_id="b")


def test_the_ending_of_the_name_says_that_lines_are_records() -> None:
    (record,) = read('{"encounter_id": "a"}\n', "visits.ndjson")
    assert record.text_line == 1 and record.value == Encounter(encounter_id="a")
    assert len(read('{\n"encounter_id": "a"\n}\n', "visits.NDJSON")) == 3


@pytest.mark.parametrize(
    ("given_", "kind"),
    [
        ({"claim_id": "C"}, "claim"),
        ({"lines": []}, "claim"),
        ({"encounter_id": "E", "lines": []}, "encounter"),
        ({"patient": {}}, "encounter"),
        ({"encounterId": "E"}, "encounter"),
        ({"claimId": "C"}, "claim"),
        ({"administrations": []}, "encounter"),
        ({"total_charge": 1}, "claim"),
    ],
)
def test_kind_is_recognised_by_keys(given_: dict[str, Any], kind: str) -> None:
    assert read(given_)[0].kind == kind


# ---------------------------------------------------------------- one record


@pytest.mark.parametrize(
    ("given_", "path", "help_text"),
    [
        (encounter(adminstrations=[]), "/adminstrations", "`administrations`"),
        (encounter(placeOfService="11"), "/placeOfService", "`place_of_service`"),
        (encounter(patient={"lastname": "x"}), "/patient/lastname", "`last_name`"),
        (encounter(patient={"date_of_birth": "x"}), "/patient/date_of_birth", "`birth_date`"),
        (encounter(npi="1"), "/npi", "belongs in `billing_provider`"),
        (encounter(patient={"zip": "1"}), "/patient/zip", "belongs in `patient.address`"),
        (encounter(patient={"npi": "1"}), "/patient/npi", "belongs in `billing_provider`"),
        (encounter(memberId="1"), "/memberId", "belongs in `coverages`"),
        (encounter(lines=[]), "/lines", "a key of a claim; here it is `services`"),
        ({"claim_id": "C", "services": []}, "/services", "a key of an encounter; here it is `lines`"),
        ({"claim_id": "C", "encounter_id": "E"}, "/encounter_id", "here it is `claim_id`"),
        (
            encounter(administrations=[{"id": "A", "dose": {"value": 1, "unit": "mg", "per": "kg"}}]),
            "/administrations/0/dose/per",
            "The keys here are `value`, `unit`.",
        ),
        (encounter(origin=1), "/origin", "Remove it"),
        (encounter(patient={"a/b~": 1}), "/patient/a~1b~0", "Remove it"),
    ],
)
def test_unknown_key_names_its_neighbour(given_: dict[str, Any], path: str, help_text: str) -> None:
    problem = only(given_)
    assert (problem.path, problem.rule) == (path, "INPUT-KEY") and help_text in problem.help


@pytest.mark.parametrize(
    ("given_", "path", "message", "help_text"),
    [
        (encounter(note=5), "/note", "must be text, not a number", "double quotes"),
        (encounter(bill_to="0"), "/bill_to", "must be a whole number, not text", "without quotes"),
        (encounter(bill_to=1.5), "/bill_to", "whole number, not a number with a fraction", "whole"),
        (encounter(bill_to=True), "/bill_to", "whole number, not true or false", "whole"),
        (encounter(patient=[]), "/patient", "must be an object, not a list", "`last_name`"),
        (encounter(coverages={}), "/coverages", "must be a list, not an object", "square brackets"),
        (
            encounter(signatures={"patient_on_file": "Y"}),
            "/signatures/patient_on_file",
            "true or false, not text",
            "true",
        ),
        (encounter(patient_paid="$5.00"), "/patient_paid", "text, not an amount", "1234.50"),
        (encounter(patient_paid=[]), "/patient_paid", "an amount", "12.50"),
        (
            encounter(statement={"from_date": 20260303}),
            "/statement/from_date",
            "a date as YYYY-MM-DD",
            "quotes",
        ),
        (
            encounter(statement={"from_date": "03/03/2026"}),
            "/statement/from_date",
            "not a date",
            "YYYY-MM-DD",
        ),
        (
            encounter(statement={"from_date": "2026-03-03T10:00"}),
            "/statement/from_date",
            "not a date",
            "without a time",
        ),
        (encounter(condition_codes=["A1", None]), "/condition_codes/1", "must be text, not null", "text"),
        (encounter(policies={"missing_stop": True}), "/policies/missing_stop", "not true or false", "text"),
    ],
)
def test_wrong_type_says_what_is_wanted_and_what_is_there(
    given_: dict[str, Any], path: str, message: str, help_text: str
) -> None:
    problem = only(given_)
    assert (problem.path, problem.rule) == (path, "INPUT-TYPE")
    assert message in problem.message and help_text in problem.help


@pytest.mark.parametrize("day", ["2026-02-30", "2026-13-01", "0000-01-01", "2025-02-29", "2026-04-31"])
def test_impossible_date_is_named_as_such(day: str) -> None:
    problem = only(encounter(patient={"birth_date": day}))
    assert (problem.path, problem.rule) == ("/patient/birth_date", "INPUT-VALUE")
    assert problem.message == "birth_date of patient is a day that does not exist"


@pytest.mark.parametrize(
    ("value", "nearest"), [("Facility", "facility"), ("profesional", "professional"), ("zzz", "Use one of")]
)
def test_value_out_of_a_list_names_the_nearest(value: str, nearest: str) -> None:
    problem = only(encounter(setting=value))
    assert (problem.path, problem.rule) == ("/setting", "INPUT-VALUE")
    assert problem.message == "setting must be professional or facility" and nearest in problem.help


@pytest.mark.parametrize(
    ("given_", "path"),
    [
        ({"administrations": []}, "/encounter_id"),
        ({"encounter_id": None}, "/encounter_id"),
        ({"encounter_id": "  "}, "/encounter_id"),
        (encounter(administrations=[{"drug": "x"}]), "/administrations/0/id"),
        (encounter(administrations=[{"id": "A", "dose": {"value": 5}}]), "/administrations/0/dose/unit"),
        (
            encounter(administrations=[{"id": "A", "dose": {"value": None, "unit": "mg"}}]),
            "/administrations/0/dose/value",
        ),
    ],
)
def test_missing_key(given_: dict[str, Any], path: str) -> None:
    problem = only(given_)
    assert (problem.path, problem.rule) == (path, "INPUT-MISSING")


def test_place_in_words_counts_from_one() -> None:
    given_ = encounter(administrations=[{"id": "A"}, {"id": "B", "pauses": [{"stop": 5}]}])
    assert only(given_).message.startswith("stop of pauses 1 of administrations 2 ")


@pytest.mark.parametrize(
    ("given_", "path"),
    [
        ('{"encounter_id": "a", "encounter_id": "b"}', "/encounter_id"),
        ('{"encounter_id": "a", "patient": {"sex": "F", "sex": "M"}}', "/patient/sex"),
        ('{"encounter_id": "a", "charges": {"96365": 1, "96365": 2}}', "/charges/96365"),
    ],
)
def test_key_given_twice(given_: str, path: str) -> None:
    problem = only(given_)
    assert (problem.path, problem.rule) == (path, "INPUT-DUPLICATE-KEY")


UNUSABLE = ["NaN", "Infinity", "-Infinity", "9" * 6000, "-" + "9" * 29, "1e30", "1e99999999999999999999"] + [
    "1e-99999",
    "1." + "1" * 40,
]


@pytest.mark.parametrize("number", UNUSABLE)
@pytest.mark.parametrize("key", ["patient_paid", "bill_to", "note"])
def test_number_that_cannot_be_held(number: str, key: str) -> None:
    problem = only(f'{{"encounter_id": "a", "{key}": {number}}}')
    assert (problem.path, problem.rule) == (f"/{key}", "INPUT-VALUE")


def test_decimal_string_that_cannot_be_held() -> None:
    problem = only(encounter(patient_paid="9" * 29))
    assert (problem.path, problem.rule) == ("/patient_paid", "INPUT-VALUE")


@pytest.mark.parametrize("number", ["-1", "0", "9" * 28, "-0.0000001", "1e27", '" 5.50 "', "2.0"])
def test_absurd_number_is_read(number: str) -> None:
    (record,) = read(f'{{"encounter_id": "a", "patient_paid": {number}}}')
    assert record.problems == [] and record.value is not None


@pytest.mark.parametrize("escaped", ["\\u0000", "\\ud800", "x\\udfff"])
def test_broken_characters(escaped: str) -> None:
    problem = only(f'{{"encounter_id": "a", "patient": {{"last_name": "{escaped}"}}}}')
    assert (problem.path, problem.rule) == ("/patient/last_name", "INPUT-VALUE")
    for text in (
        f'{{"encounter_id": "a", "k{escaped}": 1}}',
        f'{{"encounter_id": "a", "charges": {{"{escaped}": 1}}}}',
    ):
        for found in problems(text):
            found.path.encode()
            found.message.encode()
    (record,) = read(f'{{"encounter_id": "{escaped}"}}')
    assert record.id is None and record.problems


def test_all_problems_come_back_at_once_and_hold_no_values() -> None:
    secret = "Zebulon"
    given_ = {
        "encounter_id": "E",
        "setting": secret,
        "patient": {"last_name": [secret], "birth_date": secret, "weight_kg": secret},
        "coverages": {secret.lower(): secret},
        "bill_to": secret,
        "diagnoses": [{"code": {"x": secret}, "kind": secret}],
        "signatures": secret,
        "nte": secret,
    }
    found = problems(given_)
    assert {p.path for p in found} == {
        "/setting",
        "/patient/last_name",
        "/patient/birth_date",
        "/patient/weight_kg",
        "/coverages",
        "/bill_to",
        "/diagnoses/0/code",
        "/diagnoses/0/kind",
        "/signatures",
        "/nte",
    }
    assert not [p for p in found if secret.lower() in f"{p.message} {p.help}".lower()]


# ---------------------------------------------------------------- anything at all

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
keys = st.sampled_from([*(f.name for f in dataclasses.fields(Encounter)), "lines", "claim_id", "x"])


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=200))
def test_any_bytes_give_records_or_problems(data: bytes) -> None:
    for record in read_records(data):
        assert (record.value is None) == bool(record.problems)


@settings(deadline=None, max_examples=150)
@given(st.dictionaries(keys, json_values, max_size=6))
def test_any_json_gives_records_or_problems(given_: dict[str, Any]) -> None:
    for record in read(given_):
        assert (record.value is None) == bool(record.problems)
        assert all(p.message and p.help and p.rule.startswith("INPUT-") for p in record.problems)
