"""JSON, NDJSON, SARIF, JUnit and HTML of a report: as their own standards want them."""

import json
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from jsonschema import Draft202012Validator

import edi
from edi.cli import render, render_files
from edi.finding import Finding, Report
from edi.model.contract import report_to_dict

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples" / "encounters"
ODD = "<b>&\"'\x00\x07\ud800]]>"
"""What no format may choke on."""


def shipped_report() -> Report:
    """Findings of every severity, a claim without a record, and inputs that cannot be read."""
    base = json.loads((ROOT / "samples" / "rules" / "professional.json").read_text(encoding="utf-8"))
    claim = json.loads(json.dumps({**base, "claim_id": "C1", "lines": []}))
    for key in ("encounter_id", "administrations"):
        claim.pop(key, None)
    for key in ("charges", "services", "policies", "primary_reason", "coding"):
        claim.pop(key, None)
    bad = {
        **base,
        "encounter_id": "E2",
        "administrations": [{**base["administrations"][0], "stop": "2026-03-03T08:00"}],
    }
    warn = {
        **base,
        "encounter_id": "E3",
        "patient": {**base["patient"], "birth_date": "1950-01-01"},
        "administrations": [{**base["administrations"][0], "stop": None}],
        "time_zone": None,
    }
    text = json.dumps([base, claim, bad, warn, {"encounter_id": "E4", ODD: 1}, 5])
    return edi.check(text.encode("utf-8", errors="surrogatepass"))


def odd_report() -> Report:
    """A report with one finding of hostile texts."""
    report = edi.check("[]")
    report.files[0].file = f"a b/{ODD}.json"
    report.files[0].findings.append(
        Finding(rule="INF-TIME-009", name="x", severity="error", message=ODD, help=ODD, path=f"/{ODD}")
    )
    return report


REPORTS = [shipped_report(), odd_report(), Report()]
each = pytest.mark.parametrize("report", REPORTS, ids=["shipped", "odd", "empty"])


def test_the_report_has_all_kinds() -> None:
    assert {f.severity for f in REPORTS[0].findings} == {"error", "warning", "info"}
    assert any(f.place.x12 for f in REPORTS[0].findings)
    assert "RECORD-ABSENT" in {f.rule for f in REPORTS[0].findings}


@each
def test_json_keeps_its_schema(report: Report) -> None:
    schema = json.loads((ROOT / "schemas" / "contracts" / "report.schema.json").read_text(encoding="utf-8"))
    value = json.loads(render_files.as_json(report, "error"))
    Draft202012Validator(schema).validate(value)
    assert value == json.loads(json.dumps(report_to_dict(report)))


@each
def test_ndjson_is_one_finding_a_line_with_its_file(report: Report) -> None:
    lines = render_files.as_ndjson(report, "error").splitlines()
    assert len(lines) == len(report.findings)
    values = [json.loads(line) for line in lines]
    assert all("file" in value and value["rule"] for value in values)
    assert "RECORD-ABSENT" not in [value["rule"] for value in values[:-1]]


@each
def test_sarif_has_the_structure_of_2_1_0(report: Report) -> None:
    log = json.loads(render_files.as_sarif(report, "error"))
    assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
    assert set(log) <= {"$schema", "version", "runs", "properties"}
    (run,) = log["runs"]
    assert set(run) <= {"tool", "invocations", "columnKind", "results", "artifacts", "properties"}
    driver = run["tool"]["driver"]
    assert driver["name"] == "cleanclaim" and re.fullmatch(r"\d+\.\d+\.\d+", driver["semanticVersion"])
    ids = [rule["id"] for rule in driver["rules"]]
    assert len(ids) == len(set(ids))
    for rule in driver["rules"]:
        assert set(rule) <= {
            "id",
            "name",
            "shortDescription",
            "fullDescription",
            "help",
            "defaultConfiguration",
            "properties",
        }
        assert rule["shortDescription"]["text"] and rule["help"]["text"] and rule["fullDescription"]["text"]
        assert rule["defaultConfiguration"]["level"] in ("none", "note", "warning", "error")
    assert isinstance(run["invocations"][0]["executionSuccessful"], bool)
    assert len(run["results"]) == len(report.findings)
    for result in run["results"]:
        _sarif_result(result, ids)


def _sarif_result(result: dict[str, Any], ids: list[str]) -> None:
    assert set(result) <= {
        "ruleId",
        "ruleIndex",
        "level",
        "message",
        "locations",
        "partialFingerprints",
        "properties",
    }
    assert re.fullmatch("[0-9a-f]{32}", result["partialFingerprints"]["finding/v1"])
    assert ids[result["ruleIndex"]] == result["ruleId"]
    assert result["level"] in ("note", "warning", "error") and result["message"]["text"]
    (location,) = result["locations"]
    assert set(location) <= {"physicalLocation", "logicalLocations"}
    if "physicalLocation" in location:
        uri = location["physicalLocation"]["artifactLocation"]["uri"]
        assert re.fullmatch(r"(?:[A-Za-z0-9._~/-]|%[0-9A-F]{2})+", uri)
    for logical in location["logicalLocations"]:
        assert logical["fullyQualifiedName"]


@each
@pytest.mark.parametrize("fail_on", ["error", "warning", "info", "none"])
def test_junit_counts_what_it_holds(report: Report, fail_on: str) -> None:
    suites = ET.fromstring(render_files.as_junit(report, fail_on))
    assert suites.tag == "testsuites" and len(suites) == len(report.files)
    totals = {"tests": 0, "failures": 0, "errors": 0}
    for suite in suites:
        assert suite.tag == "testsuite" and suite.get("name")
        found = {
            "tests": len(suite.findall("testcase")),
            "failures": len(suite.findall("testcase/failure")),
            "errors": len(suite.findall("testcase/error")),
        }
        for key, number in found.items():
            assert int(suite.get(key, "-1")) == number
            totals[key] += number
        for case in suite:
            assert case.get("name") and case.get("classname")
            assert {child.tag for child in case} <= {"failure", "error", "system-out"}
            assert sum(child.tag in ("failure", "error") for child in case) <= 1
    assert {key: int(suites.get(key, "-1")) for key in totals} == totals
    if fail_on == "none":
        assert totals["failures"] == 0
    if report is REPORTS[0]:
        assert totals["tests"] == 6 and totals["errors"] == 2
        assert totals["failures"] == {"error": 2, "warning": 3, "info": 4, "none": 0}[fail_on]


class Page(HTMLParser):
    """Which tags a page opens, what it loads, and its text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.heads: list[int] = []
        self.ids: list[str] = []
        self.loads: list[str] = []
        self.links: list[str] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        found = [str(value) for key, value in attrs if key in ("src", "href")]
        self.links += [value for value in found if value.startswith("#")]
        self.loads += [value for value in found if not value.startswith("#")]
        self.ids += [str(value) for key, value in attrs if key == "id"]
        if re.fullmatch("h[1-6]", tag):
            self.heads.append(int(tag[1]))
        if tag == "th":
            assert ("scope", "col") in attrs
        if self.open[-1:] == ["table"] and self.open.count("table") == 1 and tag == "thead":
            assert "caption" in self.tags
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@each
def test_html_is_one_whole_page(report: Report) -> None:
    source = render_files.as_html(report, "error")
    page = Page()
    page.feed(source)
    page.close()
    assert source.startswith("<!DOCTYPE html>") and not page.open and not page.loads
    assert "b" not in page.tags and "script" not in page.tags
    for finding in report.findings:
        assert finding.rule in page.text
    assert len(page.ids) == len(set(page.ids))
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert page.heads[0] == 1 and page.heads.count(1) == 1
    assert all(later <= before + 1 for before, later in pairwise(page.heads))


def test_html_shows_all_that_the_text_shows() -> None:
    """Forecast, comparison, prices, and documentation with its questions."""
    base = json.loads((ROOT / "samples" / "rules" / "coded-facility.json").read_text(encoding="utf-8"))
    base["services"][1]["hcpcs"] = "96366"
    base["administrations"][1]["order"] = None
    report = edi.check(json.dumps(base), prices=True)
    (file,) = report.files
    assert file.forecast and file.comparison and file.prices and file.documentation
    source = render_files.as_html(report, "error")
    page = Page()
    page.feed(source)
    words = page.text
    assert f"${file.forecast[0].at_stake:,.2f} of ${file.forecast[0].charge:,.2f} at stake" in words
    for denial in file.forecast[0].denials:
        assert f"{denial.group}-{denial.code}" in words and all(rule in words for rule in denial.rules)
        assert all(action in words for action in denial.first_actions)
    for line in file.comparison[0].lines:
        assert all(text in words for text in (line.billed, line.supported, *line.differences) if text)
    for priced in file.prices[0].lines:
        assert priced.basis in words
    for score in file.documentation:
        assert f"{score.score} %" in words and all(query.question in words for query in score.queries)


def test_html_leads_to_every_claim_with_findings() -> None:
    page = Page()
    page.feed(render_files.as_html(REPORTS[0], "error"))
    assert len([link for link in page.links if "-" in link]) == len(
        {f.index for f in REPORTS[0].findings if f.severity != "info"}
    )


def test_sarif_points_at_the_place_in_an_837() -> None:
    report = edi.check(ROOT / "samples" / "x12" / "two-initials.837")
    (run,) = json.loads(render_files.as_sarif(report, "error"))["runs"]
    places = {
        result["ruleId"]: result["locations"][0]["physicalLocation"].get("region")
        for result in run["results"]
    }
    found = next(f for f in report.findings if f.rule == "INF-INIT-001")
    assert found.place.x12 is not None
    assert places["INF-INIT-001"] == {
        "startLine": found.place.x12.text_line,
        "startColumn": found.place.x12.column,
    }
    prints = [result["partialFingerprints"]["finding/v1"] for result in run["results"]]
    assert len(prints) == len(set(prints))


@each
def test_text_names_every_finding(report: Report) -> None:
    text = render.as_text(lambda console: render.report(console, report))
    assert max((len(line) for line in text.splitlines()), default=0) <= 80
    for finding in report.findings:
        assert finding.rule in text
    assert text.splitlines()[-1] == render.summary(report)


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ((1, 1), "1 file, 1 claim: "),
        ((2, 3), "2 files, 3 claims: "),
    ],
)
def test_the_summary_counts(counts: tuple[int, int], words: str) -> None:
    from edi.finding import FileReport

    files = [FileReport(file=str(i), kind="claim") for i in range(counts[0])]
    files[0].claims = counts[1]
    assert render.summary(Report(files=files)).startswith(words + "0 errors, 0 warnings, 0 infos")
