"""Reports for other programs: JSON, NDJSON, SARIF 2.1.0, JUnit XML, and one page of HTML."""

import hashlib
import json
import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree as ET

from edi import __version__
from edi.cli.page import page
from edi.finding import FileReport, Finding, Report, Severity
from edi.model.contract import finding_to_dict
from edi.pipeline import report_json
from edi.pipeline.notices import WHOLE_RUN, notices
from edi.rules import rule_by_id

LEVELS: dict[Severity, str] = {"error": "error", "warning": "warning", "info": "note"}
"""Severities as SARIF names them."""
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_json(report: Report, _: str) -> str:
    """One object, as `report.schema.json` describes it."""
    return report_json(report)


def as_ndjson(report: Report, _: str) -> str:
    """One finding a line, with its file; what only the run as a whole shows comes last."""
    rows = [(file.file, finding) for file in report.files for finding in file.findings]
    rows.sort(key=lambda row: WHOLE_RUN.index(row[1].rule) if row[1].rule in WHOLE_RUN else -1)
    return "".join(
        json.dumps({"file": name, **finding_to_dict(finding)}, ensure_ascii=False) + "\n"
        for name, finding in rows
    )


# ---------------------------------------------------------------- SARIF


def as_sarif(report: Report, _: str) -> str:
    """SARIF 2.1.0: one run, the rules that fired, one result for each finding."""
    used = sorted({finding.rule for finding in report.findings})
    driver = {
        "name": "cleanclaim",
        "version": __version__,
        "semanticVersion": __version__,
        "rules": [_sarif_rule(id_) for id_ in used],
    }
    results = [
        _sarif_result(file, finding, used.index(finding.rule))
        for file in report.files
        for finding in file.findings
    ]
    invocation = {"executionSuccessful": not any(file.unreadable for file in report.files)}
    run = {
        "tool": {"driver": driver},
        "invocations": [invocation],
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    body = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [run],
    }
    return json.dumps(body, indent=2, ensure_ascii=False) + "\n"


def _sarif_rule(id_: str) -> dict[str, Any]:
    rule, kind = rule_by_id(id_), notices().get(id_)
    if rule is not None:
        name, why, help_text, severity = rule.name, rule.doc, rule.help, rule.severity
    elif kind is not None:
        name, why, help_text, severity = kind.name, kind.why, kind.help, kind.severity
    else:
        return {"id": id_}
    return {
        "id": id_,
        "name": "".join(word.capitalize() for word in name.split("-")),
        "shortDescription": {"text": name.replace("-", " ")},
        "fullDescription": {"text": why or name},
        "help": {"text": help_text},
        "defaultConfiguration": {"level": LEVELS[severity]},
        "properties": {"tags": [rule.area, f"snip {rule.snip}"] if rule is not None else ["input"]},
    }


def _sarif_result(file: FileReport, finding: Finding, number: int) -> dict[str, Any]:
    location: dict[str, Any] = {}
    x12 = finding.place.x12
    if file.file and file.file != "-":
        physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(file.file)}}
        if x12 is not None and x12.text_line is not None:
            physical["region"] = {"startLine": x12.text_line, "startColumn": x12.column}
        location["physicalLocation"] = physical
    logical = [
        {"fullyQualifiedName": f"{finding.record}[{finding.index}]{finding.path}", "kind": "member"},
    ]
    if x12 is not None:
        logical.append({"fullyQualifiedName": x12.address, "kind": "element"})
    location["logicalLocations"] = logical
    return {
        "ruleId": finding.rule,
        "ruleIndex": number,
        "level": LEVELS[finding.severity],
        "message": {"text": f"{finding.message}. {finding.help}"},
        "locations": [location],
        "partialFingerprints": {"finding/v1": _fingerprint(finding)},
        "properties": {
            "claim": finding.place.claim,
            "line": finding.place.line,
            "box": finding.place.box,
            "snip": finding.snip,
        },
    }


def _fingerprint(finding: Finding) -> str:
    """What tells a finding from all others of its file, run after run, whatever its message says."""
    place = finding.place.x12.address if finding.place.x12 else ""
    parts = (finding.rule, finding.place.claim or str(finding.index), finding.path, place)
    return hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _uri(name: str) -> str:
    """A path as a URI reference."""
    return quote(name.replace("\\", "/"), errors="surrogatepass")


# ---------------------------------------------------------------- JUnit


def as_junit(report: Report, fail_on: str) -> str:
    """JUnit XML: a suite for each file, a case for each record; what is at or above the level fails it."""
    order = ("error", "warning", "info")
    failing = order[: order.index(fail_on) + 1] if fail_on in order else ()
    suites = ET.Element("testsuites", name="cleanclaim")
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for file in report.files:
        suite = _suite(file, failing)
        suites.append(suite)
        for key in totals:
            totals[key] += int(suite.get(key, "0"))
    for key, value in totals.items():
        suites.set(key, str(value))
    ET.indent(suites)
    return '<?xml version="1.0" encoding="utf-8"?>\n' + ET.tostring(suites, encoding="unicode") + "\n"


def _suite(file: FileReport, failing: tuple[str, ...]) -> ET.Element:
    groups: dict[int, list[Finding]] = {i: [] for i in range(file.claims)}
    for finding in file.findings:
        groups.setdefault(finding.index, []).append(finding)
    suite = ET.Element("testsuite", name=_xml(file.file or "input"))
    counts = {"failures": 0, "errors": 0}
    for index, members in sorted(groups.items()):
        claim = next((f.place.claim for f in members if f.place.claim), None)
        case = ET.SubElement(
            suite, "testcase", classname=_xml(file.file or "input"), name=_xml(claim or f"record {index + 1}")
        )
        broken = [f for f in members if f.rule.startswith("INPUT-") and f.rule != "INPUT-DUPLICATE"]
        counted = broken or [f for f in members if f.severity in failing]
        others = [f for f in members if f not in counted]
        if counted:
            kind = "error" if broken else "failure"
            counts[f"{kind}s"] += 1
            ids = ", ".join(dict.fromkeys(f.rule for f in counted))
            ET.SubElement(case, kind, type=ids, message=_xml(counted[0].message)).text = _lines(counted)
        if others:
            ET.SubElement(case, "system-out").text = _lines(others)
    suite.set("tests", str(len(groups)))
    for key, value in counts.items():
        suite.set(key, str(value))
    return suite


def _lines(members: list[Finding]) -> str:
    return _xml("\n".join(f"{f.severity} {f.rule} {f.path}: {f.message}. {f.help}" for f in members))


def _xml(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _NOT_XML.sub("?", text)


def as_html(report: Report, _: str) -> str:
    """One page that needs nothing beside itself."""
    return page(report)


FORMATS: dict[str, Callable[[Report, str], str]] = {
    "json": as_json,
    "ndjson": as_ndjson,
    "sarif": as_sarif,
    "junit": as_junit,
    "html": as_html,
}
"""Renderers by format; the second argument is the level of --fail-on."""
