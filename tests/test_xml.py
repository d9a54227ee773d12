"""The XML of claims and encounters: loss-free, valid by its schema, judged as JSON is, safe to open."""

import copy
import dataclasses
import datetime as dt
import json
import subprocess
import sys
import types
import typing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

import edi
from edi.errors import NotReadable, NotWritable
from edi.model import contract, xml
from edi.model.claim import Claim, Diagnosis, ServiceLine, Unmapped
from edi.model.encounter import Administration, Encounter
from edi.model.party import Address, Coverage, Patient

ROOT = Path(__file__).parents[1]
SAMPLES = sorted((ROOT / "samples").glob("*/*.json"))
XSD = etree.XMLSchema(etree.fromstring(xml.xsd()[xml.XSD_PATH].encode()))

letters = st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff").filter(
    lambda letter: letter >= " " or letter in "\t\n\r"
)
texts = (
    st.text(letters, min_size=1, max_size=8)
    | st.sampled_from(
        [" leading", "trailing ", "a\r\nb\tc", "<&>\"'", "]]>", "<!-- x -->", "&amp;", "\x85\u2028", "é𝄞"]
    )
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
        return st.lists(values(arguments[0]), max_size=3).map(tuple)
    if origin is dict:
        return st.dictionaries(texts | st.just(""), values(arguments[1]), max_size=2)
    if dataclasses.is_dataclass(kind):
        return records(kind)
    known: dict[Any, st.SearchStrategy[Any]] = {
        str: texts,
        int: st.integers(-(10**9), 10**9) | st.just(10**27),
        bool: st.booleans(),
        Decimal: amounts
        | st.sampled_from([Decimal("1E+3"), Decimal("0.10"), Decimal("-1e-27"), Decimal(10**27)]),
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


def only(data: bytes | str) -> contract.Record:
    """The record of a file that has one."""
    (record,) = xml.read_xml(data.encode() if isinstance(data, str) else data)
    assert record.syntax == "xml"
    return record


def problems(body: str, root: str = "claim") -> list[tuple[str, str]]:
    """Path and rule of the problems of a record with some elements."""
    record = only(f"<{root} xmlns='{xml.NAMESPACE}'>{body}</{root}>")
    assert (record.value is None) == bool(record.problems)
    return [(problem.path, problem.rule) for problem in record.problems]


def encounters() -> list[Encounter]:
    found = []
    for path in SAMPLES:
        found += [r.value for r in contract.read_records(path.read_bytes()) if isinstance(r.value, Encounter)]
    return found


# ---------------------------------------------------------------- both ways


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(records(Claim) | records(Encounter))
def test_what_is_written_is_valid_and_is_read_back(record: Claim | Encounter) -> None:
    text = xml.to_xml(record)
    read = only(text)
    assert read.problems == []
    assert read.value == record
    assert XSD.validate(etree.fromstring(text.encode())), XSD.error_log


@given(st.lists(records(Claim), min_size=1, max_size=3))
def test_several_claims_are_one_file(claims: list[Claim]) -> None:
    data = "".join(xml.to_xml_list(claims)).encode()
    assert [record.value for record in xml.read_xml(data)] == claims
    assert [record.index for record in xml.read_xml(data)] == list(range(len(claims)))
    assert XSD.validate(etree.fromstring(data)), XSD.error_log


def test_samples_are_read_back() -> None:
    samples = encounters()
    assert len(samples) > 40
    for encounter in samples[::5]:
        for record in (encounter, edi.claim(encounter)):
            text = xml.to_xml(record)
            assert only(text).value == record
            assert XSD.validate(etree.fromstring(text.encode())), XSD.error_log


def test_the_file_reads_well() -> None:
    claim = Claim(
        claim_id="A & B", lines=(ServiceLine(hcpcs="96365", modifiers=("59", "JZ"), emergency=False),)
    )
    assert xml.to_xml(claim) == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<claim xmlns="urn:cleanclaim:1">\n'
        "  <claim_id>A &amp; B</claim_id>\n"
        "  <lines>\n"
        "    <hcpcs>96365</hcpcs>\n"
        "    <modifiers>59</modifiers>\n"
        "    <modifiers>JZ</modifiers>\n"
        "    <emergency>false</emergency>\n"
        "  </lines>\n"
        "</claim>\n"
    )
    assert "".join(xml.to_xml_list([claim])).splitlines()[1:4] == [
        '<claims xmlns="urn:cleanclaim:1">',
        "  <claim>",
        "    <claim_id>A &amp; B</claim_id>",
    ]


def test_empty_records_and_tables_are_kept() -> None:
    claim = Claim(claim_id="1", lines=(ServiceLine(), ServiceLine()), patient=Patient(address=Address()))
    assert only(xml.to_xml(claim)).value == claim
    encounter = Encounter(
        encounter_id="1",
        policies={"a": "31", "b": 31, "c": {}, "d": {"x": "", " y": "z "}, "": ""},
        charges={"96365": Decimal("120.00")},
        administrations=(Administration(id="A"),),
    )
    read = only(xml.to_xml(encounter)).value
    assert read == encounter and isinstance(read, Encounter)
    assert {key: type(value) for key, value in read.policies.items()} == {
        "a": str, "b": int, "c": dict, "d": dict, "": str,
    }  # fmt: skip


@pytest.mark.parametrize("letter", ["\0", "\x01", "\x0b", "\x1f", "\ud800", "\udcff", "\ufffe", "\uffff"])
def test_characters_that_xml_cannot_hold_are_named(letter: str) -> None:
    claim = Claim(claim_id="1", diagnoses=(Diagnosis(code="A"), Diagnosis(code=f"x{letter}")))
    with pytest.raises(NotWritable) as caught:
        xml.to_xml(claim)
    assert caught.value.path == "/diagnoses/1/code"
    with pytest.raises(NotWritable) as caught:
        list(xml.to_xml_list([Claim(), claim]))
    assert (caught.value.path, caught.value.claim_index) == ("/diagnoses/1/code", 1)
    assert f"x{letter}" not in str(caught.value)


def test_keys_and_segments_that_xml_cannot_hold_are_named() -> None:
    with pytest.raises(NotWritable) as caught:
        xml.to_xml(Encounter(encounter_id="1", charges={"a\x02": Decimal(1)}))
    assert caught.value.path == "/charges"
    with pytest.raises(NotWritable) as caught:
        xml.to_xml(Claim(unmapped=(Unmapped(address="2300/K3", text="K3*\x1d"),)))
    assert caught.value.path == "/unmapped/0/text"


def test_lists_hold_one_kind() -> None:
    with pytest.raises(NotWritable):
        list(xml.to_xml_list([]))
    with pytest.raises(NotWritable) as caught:
        list(xml.to_xml_list([Claim(), Encounter(encounter_id="1")]))
    assert caught.value.claim_index == 1


# ---------------------------------------------------------------- the schema


def test_the_checked_in_schema_is_the_generated_one() -> None:
    for path, text in xml.xsd().items():
        assert (ROOT / "schemas" / path).read_text(encoding="utf-8") == text


def test_the_schema_has_the_keys_and_descriptions_of_the_json_schemas() -> None:
    xs = "{http://www.w3.org/2001/XMLSchema}"
    root = etree.fromstring(xml.xsd()[xml.XSD_PATH].encode())
    declared = {
        node.get("name"): {member.get("name"): member for member in node.findall(f"{xs}sequence/{xs}element")}
        for node in root.findall(f"{xs}complexType")
    }
    for kind in ("claim", "encounter"):
        schema = json.loads(contract.schemas()[f"contracts/{kind}.schema.json"])
        for name, definition in {kind.capitalize(): schema, **schema["$defs"]}.items():
            assert list(declared[name]) == list(definition["properties"])
            for key, node in definition["properties"].items():
                member = declared[name][key]
                assert member.findtext(f"{xs}annotation/{xs}documentation") == node["description"]
                assert (member.get("minOccurs") == "0") == (key not in definition.get("required", ()))


@pytest.mark.parametrize(
    "change",
    [
        "<nonsense/>",
        "<total_charge>1e3</total_charge>",
        "<total_charge>$1</total_charge>",
        "<bill_to>first</bill_to>",
        "<setting>hospital</setting>",
        "<setting>facility</setting><setting>facility</setting>",
        "<statement><from_date>2026-02-30</from_date></statement>",
        "<statement><from_date>2026-03-01Z</from_date></statement>",
        "<patient>Ann</patient>",
        "<note><b>x</b></note>",
        "<unread><path>/a</path></unread>",
        "<signatures><provider_on_file>yes</provider_on_file></signatures>",
    ],
)
def test_schema_and_reader_refuse_the_same(change: str) -> None:
    body = f"<claim xmlns='{xml.NAMESPACE}'>{change}</claim>"
    assert not XSD.validate(etree.fromstring(body))
    assert only(body).problems


# ---------------------------------------------------------------- what is wrong with a record


def test_all_problems_come_at_once_with_the_paths_and_words_of_json() -> None:
    record = only(
        f"""<claim xmlns="{xml.NAMESPACE}">
          <claim_id>C1</claim_id>
          <claim_idd>C1</claim_idd>
          <patient><birth_date>1980-02-30</birth_date><weight_kg>heavy</weight_kg></patient>
          <lines><hcpcs>96365</hcpcs><minutes>an hour</minutes><emergency>yes</emergency></lines>
          <lines><hcpcs>96366</hcpcs><hcpcs>96367</hcpcs><kind>drugs</kind></lines>
          <diagnoses>E11.9</diagnoses>
        </claim>"""
    )
    as_json = contract.from_dict(
        {
            "claim_id": "C1",
            "claim_idd": "C1",
            "patient": {"birth_date": "1980-02-30", "weight_kg": "heavy"},
            "lines": [
                {"hcpcs": "96365", "minutes": "an hour", "emergency": "yes"},
                {"hcpcs": "96366", "kind": "drugs"},
            ],
            "diagnoses": ["E11.9"],
        }
    )
    found = {(p.path, p.message, p.rule) for p in record.problems}
    assert found - {(p.path, p.message, p.rule) for p in as_json.problems} == {
        ("/lines/1/hcpcs", "hcpcs of lines 2 is given more than once", "INPUT-DUPLICATE-KEY")
    }
    assert len(record.problems) == len(as_json.problems) + 1 == 8
    assert (record.kind, record.id, record.value) == ("claim", "C1", None)
    for problem in record.problems:
        assert problem.help.endswith((".", "?")) and "quotes" not in problem.help and "{" not in problem.help
        assert "an hour" not in problem.message and "heavy" not in problem.message


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<note kind='x'>text</note>", ("/note", "INPUT-KEY")),
        ("<lines><hcpcs id='1'>96365</hcpcs></lines>", ("/lines/0/hcpcs", "INPUT-KEY")),
        ("loose<note>x</note>", ("", "INPUT-TYPE")),
        ("loose", ("", "INPUT-TYPE")),
        ("<patient><sex>F</sex>loose</patient>", ("/patient", "INPUT-TYPE")),
        ("<patient>Ann Doe</patient>", ("/patient", "INPUT-TYPE")),
        ("<note><b>bold</b></note>", ("/note", "INPUT-TYPE")),
        ("<bill_to>9999999999999999999999999999999</bill_to>", ("/bill_to", "INPUT-VALUE")),
        ("<bill_to>" + "9" * 9999 + "</bill_to>", ("/bill_to", "INPUT-VALUE")),
        ("<total_charge>" + "9" * 40 + "</total_charge>", ("/total_charge", "INPUT-VALUE")),
        ("<x:note xmlns:x='urn:other'>x</x:note>", ("/{urn:other}note", "INPUT-KEY")),
        ("<unread><path>/note</path></unread>", ("/unread/0/text", "INPUT-MISSING")),
    ],
)
def test_one_fault_is_one_problem(body: str, expected: tuple[str, str]) -> None:
    found = problems(body)
    assert [(path.replace("~1", "/"), rule) for path, rule in found] == [expected]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<charges><value>1</value></charges>", ("/charges", "INPUT-MISSING")),
        ("<charges><key>1</key></charges>", ("/charges", "INPUT-MISSING")),
        ("<charges><key>1</key><key>2</key><value>1</value></charges>", ("/charges", "INPUT-MISSING")),
        ("<charges><key>1</key><value>1</value><value>2</value></charges>", ("/charges", "INPUT-KEY")),
        ("<charges><key>1</key><number>1</number></charges>", ("/charges", "INPUT-KEY")),
        ("<charges><key><b/></key><value>1</value></charges>", ("/charges", "INPUT-TYPE")),
        ("<charges><key>96365</key><value>one</value></charges>", ("/charges/96365", "INPUT-TYPE")),
        ("<charges>5</charges>", ("/charges", "INPUT-MISSING")),
        (
            "<charges><key>1</key><value>1</value></charges><charges><key>1</key><value>2</value></charges>",
            ("/charges/1", "INPUT-DUPLICATE-KEY"),
        ),
        ("<policies><key>a</key><value>x</value><number>1</number></policies>", ("/policies", "INPUT-KEY")),
        ("<policies><key>a</key><number>x</number></policies>", ("/policies/a", "INPUT-TYPE")),
    ],
)
def test_entries_are_whole(body: str, expected: tuple[str, str]) -> None:
    assert problems(f"<encounter_id>1</encounter_id>{body}", "encounter") == [expected]


def test_the_id_of_an_encounter_is_required() -> None:
    assert problems("<note>x</note>", "encounter") == [("/encounter_id", "INPUT-MISSING")]
    assert problems("<encounter_id> </encounter_id>", "encounter") == [("/encounter_id", "INPUT-MISSING")]


def test_what_reads_alike_is_the_same_claim() -> None:
    plain = only(
        "<claim><claim_id>1</claim_id><bill_to>0</bill_to><patient_paid>5</patient_paid></claim>"
    ).value
    assert plain == Claim(claim_id="1", bill_to=0, patient_paid=Decimal(5))
    odd = """<?xml version="1.0"?><!-- <!DOCTYPE --><?go <!DOCTYPE ?>
      <c:claim xmlns:c="urn:cleanclaim:1" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"
        xsi:schemaLocation="urn:cleanclaim:1 claim.xsd">
        <c:patient_paid> 5 </c:patient_paid><c:note> </c:note><c:setting/>
        <c:bill_to> +0 <!-- the first --></c:bill_to><c:claim_id><![CDATA[1]]></c:claim_id>
      </c:claim>"""
    assert only(odd).value == plain
    assert only(b"\xef\xbb\xbf" + odd.strip().encode()).value == plain
    assert only(odd.encode("utf-16")).value == plain
    latin = '<?xml version="1.0" encoding="ISO-8859-1"?><claim><note>Zoë</note></claim>'
    assert only(latin.encode("latin-1")).value == Claim(note="Zoë")
    shout = "<claim><note>a <![CDATA[<!DOCTYPE x>]]> b</note></claim>"
    assert only(shout).value == Claim(note="a <!DOCTYPE x> b")


# ---------------------------------------------------------------- files that are refused

LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 12))


@pytest.mark.parametrize(
    "data",
    [
        b'<!DOCTYPE claim [<!ENTITY x SYSTEM "file:///etc/passwd">]><claim><note>&x;</note></claim>',
        b'<!DOCTYPE claim [<!ENTITY % x SYSTEM "http://localhost/x.dtd"> %x;]><claim/>',
        b'<!DOCTYPE claim SYSTEM "http://localhost/claim.dtd"><claim/>',
        b'<?xml version="1.0"?>\n<!-- a --> <?b c?><!DOCTYPE claim><claim/>',
        b"\xef\xbb\xbf \n<!doctype html><html></html>",
        f'<!DOCTYPE claim [<!ENTITY l0 "ha">{LAUGHS}]><claim><note>&l11;</note></claim>'.encode(),
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE claim []><claim/>'.encode("utf-16"),
        b'<?xml version="1.0" encoding="UTF-16LE"?>'.decode().encode("utf-16-le")
        + "<!DOCTYPE claim []><claim/>".encode("utf-16-le"),
        b'<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-DOCTYPE claim+AD4-<claim/>',
    ],
)
def test_document_types_and_entities_are_refused(data: bytes) -> None:
    record = only(data)
    assert record.kind is None and record.value is None
    (problem,) = record.problems
    assert problem.rule == "INPUT-XML" and "DOCTYPE" in problem.message


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        (b"", "INPUT-EMPTY"),
        (b"\xef\xbb\xbf \n", "INPUT-EMPTY"),
        (b"not xml", "INPUT-XML"),
        (b"<", "INPUT-XML"),
        (b"<claim>", "INPUT-XML"),
        (b"<claim></clam>", "INPUT-XML"),
        (b"<claim/><claim/>", "INPUT-XML"),
        (b"<claim><note>a & b</note></claim>", "INPUT-XML"),
        (b"<claim><note>&nbsp;</note></claim>", "INPUT-XML"),
        (b"<claim><note>&#0;</note></claim>", "INPUT-XML"),
        (b"<claim><note>\x01</note></claim>", "INPUT-XML"),
        (b"<claim><a:note/></claim>", "INPUT-XML"),
        (b"<claim><note a=1/></claim>", "INPUT-XML"),
        (b"<!-- <claim/>", "INPUT-XML"),
        (b"<claim><note>Zo\xeb</note></claim>", "INPUT-ENCODING"),
        (b'<?xml version="1.0" encoding="UTF-8"?><claim><note>Zo\xeb </note></claim>', "INPUT-ENCODING"),
        (b'<?xml version="1.0" encoding="NO-SUCH"?><claim/>', "INPUT-ENCODING"),
        ('<?xml version="1.0" encoding="IBM037"?><claim/>'.encode("cp037"), "INPUT-ENCODING"),
        (b"<claim>" * 100_000, "INPUT-XML"),
        (b"<claim>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</claim>", "INPUT-XML"),
        (b"<html><body/></html>", "INPUT-KIND"),
        (b"<Claim/>", "INPUT-KIND"),
        (b"<claim xmlns='urn:other'/>", "INPUT-KIND"),
        (b"<claims/>", "INPUT-EMPTY"),
        (b"<claims><encounter/></claims>", "INPUT-KEY"),
    ],
)
def test_files_that_cannot_be_read_say_why(data: bytes, rule: str) -> None:
    record = only(data)
    assert record.kind is None and record.value is None
    (problem,) = record.problems
    assert problem.rule == rule, problem
    assert problem.message and problem.help.endswith(".") and "Zo" not in problem.message


def test_a_record_that_cannot_be_read_stops_no_other() -> None:
    data = b"<claims>x<claim><nonsense/></claim><note/><claim><claim_id>2</claim_id></claim></claims>"
    first, second, around = xml.read_xml(data)
    assert (first.index, first.value, [p.path for p in first.problems]) == (0, None, ["/nonsense"])
    assert (second.index, second.value) == (1, Claim(claim_id="2"))
    assert [p.rule for p in around.problems] == ["INPUT-TYPE", "INPUT-KEY"] and around.kind is None


@given(
    st.binary(max_size=60)
    | st.text(max_size=60).map(lambda text: f"<claim>{text}</claim>".encode(errors="ignore"))
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for record in xml.read_xml(data):
        assert record.value is not None or record.problems


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(records(Claim), st.data())
def test_damaged_files_are_read_or_refused(claim: Claim, data: st.DataObject) -> None:
    whole = xml.to_xml(claim).encode()
    at = data.draw(st.integers(0, len(whole)))
    damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + data.draw(st.integers(0, 3)) :]
    for record in xml.read_xml(damaged):
        assert record.value is not None or record.problems


def test_records_stay_as_they_are() -> None:
    claim = Claim(claim_id="1", coverages=(Coverage(member_id="M"),))
    before = copy.deepcopy(claim)
    xml.to_xml(claim)
    assert claim == before


# ---------------------------------------------------------------- through the public doors


def test_check_and_read_claims_take_xml(tmp_path: Path) -> None:
    encounter = next(e for e in encounters() if e.setting == "professional")
    claim = edi.claim(encounter)
    path = tmp_path / "claim.xml"
    path.write_text(xml.to_xml(claim), encoding="utf-8")
    assert list(edi.read_claims(path)) == [claim]
    assert list(edi.read_claims(path.read_bytes())) == [claim]
    assert list(edi.read_claims(path.read_text(encoding="utf-8"))) == [claim]
    by_xml, by_json = edi.check(path), edi.check(contract.to_json(claim))
    assert [(f.rule, f.path, f.message) for f in by_xml.findings] == [
        (f.rule, f.path, f.message) for f in by_json.findings
    ]
    own = [f for f in by_xml.findings if f.path]
    assert {f.record for f in own} <= {"xml"}
    assert [file.kind for file in by_xml.files] == ["claim"]
    with pytest.raises(NotReadable, match="nonsense"):
        list(edi.read_claims(b"<claim><nonsense/></claim>"))


def test_findings_of_xml_point_into_it() -> None:
    report = edi.check(b"<claim><claim_id>1</claim_id><lines><minutes>x</minutes></lines></claim>")
    (finding,) = report.findings
    assert (finding.rule, finding.record, finding.path) == ("INPUT-TYPE", "xml", "/lines/0/minutes")
    assert finding.place.claim == "1"


def test_json_is_read_without_lxml() -> None:
    code = (
        "import sys, edi\n"
        'assert edi.check(\'{"claim_id": "1", "lines": []}\').files\n'
        "assert not any(name.split('.')[0] == 'lxml' for name in sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=120)
