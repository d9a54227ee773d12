"""`convert` between JSON, NDJSON, XML and 837: nothing is lost, what cannot be written is named."""

import datetime as dt
import json
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

import edi
from edi.model import xml
from edi.model.claim import Claim
from edi.model.contract import from_dict, read_records, to_json, to_ndjson
from edi.pipeline import Envelope, Input, Options, convert_surface
from edi.pipeline.converting import Target
from edi.transactions.reading import read_837
from edi.transactions.writing import write_837

ROOT = Path(__file__).resolve().parents[1]
ENCOUNTERS = sorted((ROOT / "samples" / "encounters").glob("*.json"))
ISSUED = ("--created", "2026-11-02T08:00", "--control-number", "7")
ENVELOPE = Envelope(created=dt.datetime(2026, 11, 2, 8, 0), control_number=7)
PARTNERS = {
    "submitter": {"name": "INFUSION GROUP", "id": "SUB1", "contact_name": "BILLING", "phone": "5125550100"},
    "receiver": {"name": "CLEARINGHOUSE", "id": "REC1"},
}


def claims(count: int = 4) -> list[Claim]:
    """Claims of samples, with sender and receiver, as an 837 states them."""
    found = []
    for path in ENCOUNTERS[:count]:
        record = from_dict(json.loads(path.read_text(encoding="utf-8")) | PARTNERS)
        assert record.value is not None
        found.append(edi.claim(record.value))  # type: ignore[arg-type]
    return found


def run(
    *arguments: object, cwd: Path, stdin: bytes = b"", code: int = 0
) -> "subprocess.CompletedProcess[bytes]":
    done = subprocess.run(
        [sys.executable, "-m", "edi", "convert", *map(str, arguments)],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        timeout=120,
        check=False,
        env={"PYTHONPATH": str(ROOT), "HOME": str(cwd), "PATH": "/usr/bin:/bin"},
    )
    assert done.returncode == code, done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done


def converted(data: bytes | str, to: Target, *, name: str = "") -> tuple[bytes, list[tuple[str, str, str]]]:
    """What is written, and record, rule and path of the findings."""
    given = Input(name=name, held=data.encode() if isinstance(data, str) else data)
    found = convert_surface(given, to, Options(), ENVELOPE)
    written = b"".join(found.chunks)
    return written, [(f.record, f.rule, f.path) for f in found.report.findings]


# ---------------------------------------------------------------- both ways


@pytest.mark.parametrize("count", [1, 3])
def test_json_ndjson_and_xml_hold_the_same_claims(count: int) -> None:
    given = claims(count)
    start = "".join(to_ndjson(given)).encode()
    wanted = {
        "ndjson": start,
        "json": to_json(given[0]).encode()
        if count == 1
        else (
            json.dumps({"claims": [json.loads(to_json(c)) for c in given]}, indent=2, ensure_ascii=False)
            + "\n"
        ).encode(),
        "xml": xml.to_xml(given[0]).encode() if count == 1 else "".join(xml.to_xml_list(given)).encode(),
    }
    forms: tuple[Target, ...] = ("json", "ndjson", "xml")
    for source in forms:
        for target in forms:
            assert converted(wanted[source], target) == (wanted[target], [])
    schema = etree.XMLSchema(etree.fromstring(xml.xsd()[xml.XSD_PATH].encode()))
    assert schema.validate(etree.fromstring(wanted["xml"])), schema.error_log


@pytest.mark.parametrize("count", [1, 6])
def test_an_837_in_our_spelling_comes_back_byte_for_byte(count: int) -> None:
    given = sorted(claims(count), key=lambda claim: claim.setting or "")
    wire = write_837(given, created=ENVELOPE.created, control_number=7)
    assert converted(wire, "837") == (wire, [])
    for form in ("json", "ndjson", "xml"):
        target: Target = form
        text, findings = converted(wire, target)
        assert findings == []
        assert converted(text, "837") == (wire, [])
        read = [record.value for record in (xml.read_xml(text) if form == "xml" else read_records(text))]
        assert read == list(read_837(wire))


def test_runs_of_other_partners_are_interchanges_of_their_own() -> None:
    first, second, third = claims(3)
    assert second.receiver is not None
    second.receiver = type(second.receiver)(name="OTHER HOUSE", id="REC2")
    text = "".join(to_ndjson([first, second, third]))
    wire, findings = converted(text, "837")
    assert findings == []
    controls = [segment.split(b"*")[13] for segment in wire.split(b"~") if segment.strip().startswith(b"ISA")]
    assert controls == [b"000000007", b"000000008", b"000000009"]
    again = list(read_837(wire))
    assert [claim.claim_id for claim in again] == [first.claim_id, second.claim_id, third.claim_id]
    assert [claim.receiver.id for claim in again if claim.receiver] == ["REC1", "REC2", "REC1"]


def test_encounters_are_coded_first() -> None:
    value = json.loads(ENCOUNTERS[1].read_text(encoding="utf-8")) | PARTNERS
    encounter = edi.read_encounter(json.dumps(value))
    text, findings = converted(json.dumps(value), "xml")
    (record,) = xml.read_xml(text)
    assert record.value == edi.claim(encounter)
    assert not [f for f in findings if f[1].startswith("X12-WRITE")]
    assert converted(xml.to_xml(encounter), "xml")[0] == text


# ---------------------------------------------------------------- what cannot be converted


def test_a_claim_that_cannot_be_written_stops_no_other() -> None:
    one, two, three = claims(3)
    two.note = "tab\x07bell"
    text = "".join(to_ndjson([one, two, three]))
    written, findings = converted(text, "xml")
    assert findings == [("claim", "CONVERT-VALUE", "/note")]
    assert [record.value for record in xml.read_xml(written)] == [one, three]
    written, findings = converted(text, "837")
    assert [(record, rule[:9], path) for record, rule, path in findings] == [("claim", "X12-WRITE", "/note")]
    assert [claim.claim_id for claim in read_837(written)] == [one.claim_id, three.claim_id]


def test_findings_name_the_record_and_its_kind() -> None:
    good, bad = claims(2)
    bad.note = "^"
    bad.total_charge = Decimal("1.5")
    written, findings = converted("".join(xml.to_xml_list([good, bad])), "837")
    assert findings == [("xml", "X12-WRITE-CHARACTER", "/note")]
    assert written.count(b"CLM*") == 1


def test_nothing_is_written_where_nothing_can_be() -> None:
    for data in (b"", b"not json", b"<claim", b"%PDF-1.7", b"ISA*00*", b"[]"):
        written, findings = converted(data, "json")
        assert written == b"" and findings, data
    claim = claims(1)[0]
    claim.submitter = claim.receiver = None
    written, findings = converted(to_json(claim), "837")
    assert written == b"" and findings == [("claim", "X12-WRITE-PARTNER", "/submitter")]


def test_faults_of_the_wire_are_said() -> None:
    wire = write_837(claims(2), created=ENVELOPE.created, control_number=7)
    broken = wire.replace(b"~IEA*2*", b"~IEA*3*")
    assert broken != wire
    written, findings = converted(broken, "ndjson")
    assert written == converted(wire, "ndjson")[0]
    assert findings and {record for record, _, _ in findings} == {"x12"}


# ---------------------------------------------------------------- the command


def test_the_command_writes_files_folders_and_standard_output(tmp_path: Path) -> None:
    claim = claims(1)[0]
    source = tmp_path / "a visit.claim.json"
    source.write_text(to_json(claim), encoding="utf-8")
    shown = run(source.name, "--to", "xml", cwd=tmp_path)
    assert shown.stdout == xml.to_xml(claim).encode() and not shown.stderr
    assert run("-", "--to", "json", cwd=tmp_path, stdin=shown.stdout).stdout == source.read_bytes()
    done = run(source.name, "--to", "xml", "-o", "new/c.xml", cwd=tmp_path)
    assert (tmp_path / "new" / "c.xml").read_bytes() == shown.stdout and not done.stdout
    run("new/c.xml", "--to", "837", "-o", "new", *ISSUED, cwd=tmp_path)
    assert (tmp_path / "new" / "c.837").read_bytes() == write_837(
        [claim], created=ENVELOPE.created, control_number=7
    )
    run("-", "--to", "ndjson", "-o", "there/", cwd=tmp_path, stdin=source.read_bytes())
    assert [path.name for path in (tmp_path / "there").iterdir()] == ["stdin.claim.ndjson"]
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["c.837", "c.xml"]


def test_exit_codes(tmp_path: Path) -> None:
    good, bad = claims(2)
    bad.note = "\x07"
    (tmp_path / "two.ndjson").write_text("".join(to_ndjson([good, bad])), encoding="utf-8")
    (tmp_path / "half.ndjson").write_text("".join(to_ndjson([good])) + "{\n", encoding="utf-8")
    done = run("two.ndjson", "--to", "xml", cwd=tmp_path, code=1)
    assert done.stdout == xml.to_xml(good).encode() and b"CONVERT-VALUE" in done.stderr
    done = run("half.ndjson", "--to", "xml", "-o", "half.xml", cwd=tmp_path, code=2)
    assert (tmp_path / "half.xml").read_bytes() == xml.to_xml(good).encode()
    for arguments in (
        ("missing.json", "--to", "json"),
        ("two.ndjson", "--to", "facilities"),
        ("two.ndjson",),
        ("two.ndjson", "--to", "ndjson", "-o", "two.ndjson"),
        ("*.ndjson", "--to", "json"),
    ):
        before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
        done = run(*arguments, cwd=tmp_path, code=2)
        assert done.stderr and not done.stdout
        assert before == {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}


def test_an_unreadable_file_leaves_no_output(tmp_path: Path) -> None:
    (tmp_path / "bad.xml").write_bytes(
        b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><claim>&e;</claim>'
    )
    done = run("bad.xml", "--to", "json", "-o", "out.json", cwd=tmp_path, code=2)
    assert b"DOCTYPE" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["bad.xml"]
