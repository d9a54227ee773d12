"""The steps as a Python user calls them: reading, coding, claims, checking, payer rules, building."""

import dataclasses
import datetime as dt
import json
import subprocess
import sys
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import edi
from edi import Claim, Encounter, Finding, NotReadable, Report, UnknownPayer
from edi.model.contract import to_json
from edi.pipeline import Envelope, Input, Options, build, inputs
from edi.settings import Settings

ROOT = Path(__file__).resolve().parents[1]
CLEAN = ROOT / "samples" / "rules" / "professional.json"
SAMPLES = sorted((ROOT / "samples" / "encounters").glob("*.json"))
CREATED = dt.datetime(2026, 11, 2, 8, 0)


def values(**more: Any) -> dict[str, Any]:
    given: dict[str, Any] = json.loads(CLEAN.read_text(encoding="utf-8"))
    return {**given, **more}


def encounter(**more: Any) -> Encounter:
    return edi.read_encounter(json.dumps(values(**more)))


def stopless(**more: Any) -> Encounter:
    """An encounter whose infusion has no stop time, but volume and rate."""
    given = values(**more)
    first = {**given["administrations"][0], "volume_ml": 100, "rate_ml_per_hour": 200}
    first.pop("stop")
    given["administrations"] = [first]
    return edi.read_encounter(json.dumps(given))


def ids(report: Report, severity: str = "error") -> list[str]:
    return [f.rule for f in report.findings if f.severity == severity]


# ---------------------------------------------------------------- reading


def test_sources_of_every_kind_read_the_same() -> None:
    text = CLEAN.read_text(encoding="utf-8")
    expected = edi.read_encounter(CLEAN)
    for source in (str(CLEAN), text, "\n " + text, text.encode(), b"\xef\xbb\xbf" + text.encode()):
        assert edi.read_encounter(source) == expected
    several = f"[{text}, {text}]"
    assert list(edi.read_encounters(several)) == [expected, expected]
    with pytest.raises(NotReadable, match="2 encounters where one"):
        edi.read_encounter(several)


def test_reading_names_every_problem() -> None:
    with pytest.raises(NotReadable) as caught:
        edi.read_encounter('{"encounter_id": "E", "x": 1, "patient": 5}')
    assert "x is not a known key" in str(caught.value) and "patient must be" in str(caught.value)
    assert caught.value.path in ("/x", "/patient")
    with pytest.raises(NotReadable, match="no such file"):
        edi.read_encounter("nothing.json")


def test_claims_are_no_encounters() -> None:
    claim = edi.claim(encounter())
    text = to_json(claim)
    assert list(edi.read_claims(text)) == [claim]
    with pytest.raises(NotReadable, match="not an encounter"):
        edi.read_encounter(text)
    with pytest.raises(NotReadable, match="not a claim"):
        list(edi.read_claims(CLEAN))


# ---------------------------------------------------------------- coding and claims


def test_code_and_claim() -> None:
    proposal = edi.code(encounter())
    assert [(item.line.hcpcs, item.line.minutes) for item in proposal.lines][0] == ("96365", 45)
    claim = edi.claim(encounter())
    assert isinstance(claim, Claim)
    assert [line.hcpcs for line in claim.lines] == [item.line.hcpcs for item in proposal.lines]
    assert claim.total_charge == sum((line.charge or Decimal(0) for line in claim.lines), Decimal(0))


def test_the_order_of_policies() -> None:
    """The call, else the encounter, else the payer rules, else those from which they inherit."""

    def first(source: Encounter, **how: Any) -> str | None:
        lines = edi.code(source, **how).lines
        return lines[0].line.hcpcs if lines else None

    commercial = {"payer_overlay": "commercial"}
    assert first(stopless(**commercial)) == "96374"
    assert first(stopless(payer_overlay="textbook")) == "96374", "inherited from commercial"
    assert first(stopless(payer_overlay="medicare")) == "96365"
    assert first(stopless(**commercial, policies={"missing_stop": "calculate"})) == "96365"
    stated = stopless(**commercial, policies={"missing_stop": "calculate"})
    assert first(stated, policies={"missing_stop": "push"}) == "96374"
    assert first(stopless(**commercial), payer="medicare") == "96365"
    assert first(stated, payer="medicare", policies={"missing_stop": "push"}) == "96374"


@pytest.mark.parametrize(
    ("more", "asked", "overlay", "reason"),
    [
        ({}, None, "medicare", "claim filing code MB"),
        ({"payer_overlay": "strict"}, None, "strict", "named by the record"),
        ({"payer_overlay": "strict"}, "textbook", "textbook", "asked for"),
        ({"coverages": [{"claim_filing": "CI"}]}, None, "commercial", "default"),
        ({"coverages": []}, None, "commercial", "default"),
    ],
)
def test_which_payer_rules_and_why(
    more: dict[str, Any], asked: str | None, overlay: str, reason: str
) -> None:
    (file,) = edi.check(encounter(**more), payer=asked).files
    assert (file.payer_overlay, file.overlay_reason) == (overlay, reason)


def test_payer_rules_of_the_user(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    path.write_text('inherits = "medicare"\n[policies]\nmissing_stop = "push"\n', encoding="utf-8")
    (file,) = edi.check(stopless(), payer=str(path)).files
    assert file.payer_overlay == "mine"
    assert edi.code(stopless(), payer=str(path)).lines[0].line.hcpcs == "96374"


def test_unknown_payers_and_policies() -> None:
    wrong: list[dict[str, Any]] = [
        {"payer": "medicair"},
        {"policies": {"x": "y"}},
        {"policies": {"missing_stop": "x"}},
    ]
    for how in wrong:
        with pytest.raises(UnknownPayer):
            edi.check(encounter(), **how)
        with pytest.raises(UnknownPayer):
            edi.code(encounter(), **how)
    with pytest.raises(UnknownPayer):
        edi.claim(encounter(payer_overlay="medicair"))
    report = edi.check([encounter(payer_overlay="medicair"), encounter(encounter_id="OTHER")])
    assert ids(report) == ["INPUT-PAYER"] and report.files[0].claims == 1 and report.files[0].unreadable


def test_a_finding_says_which_policy_it_depends_on() -> None:
    from edi.rules import all_rules

    dependent = {rule.id: rule.when for rule in all_rules() if rule.when}
    found = [f for path in SAMPLES for f in edi.check(path).findings if f.rule in dependent]
    assert found
    for finding in found:
        for name in dependent[finding.rule]:
            assert finding.policy is not None and f"{name} = " in finding.policy


# ---------------------------------------------------------------- checking


def test_check_takes_records_and_files() -> None:
    one = encounter()
    for source in (CLEAN, str(CLEAN), CLEAN.read_bytes(), CLEAN.read_text(encoding="utf-8"), one, [one]):
        report = edi.check(source)
        assert report.ok and len(report.files) == 1 and report.files[0].claims == 1
    assert len(edi.check(CLEAN.parent).files) == len(list(CLEAN.parent.glob("*.json")))


def test_a_claim_without_its_record_says_so_once() -> None:
    claims = [dataclasses.replace(edi.claim(encounter()), claim_id=f"C{n}") for n in range(3)]
    report = edi.check(claims)
    assert [f.rule for f in report.findings].count("RECORD-ABSENT") == 1
    assert report.files[0].kind == "claim" and report.files[0].claims == 3
    assert "RECORD-ABSENT" not in [f.rule for f in edi.check(encounter()).findings]


def test_checking_changes_nothing() -> None:
    one, before = encounter(time_zone=None), encounter(time_zone=None)
    edi.check(one)
    edi.claim(one)
    assert one == before
    claim = edi.claim(one)
    copy = to_json(claim)
    edi.check(claim)
    assert to_json(claim) == copy


def test_places_point_into_record_claim_and_x12() -> None:
    bad = values(services=[{"hcpcs": "99213", "units": 1, "charge": 80, "service_date": "2026-03-03"}])
    bad["services"][0]["description"] = "a~b"
    (finding,) = [f for f in edi.check(json.dumps(bad)).findings if f.rule.startswith("X12-WRITE")]
    assert finding.rule == "X12-WRITE-CHARACTER" and finding.record == "encounter"
    assert (finding.path, finding.claim_path) == ("/services/0/description", "/lines/0/description")
    assert finding.place.claim == "RULE-PROF" and finding.place.line == 1
    assert finding.place.x12 is not None and finding.place.x12.address == "2400[1]/SV1/01-7"
    assert finding.place.x12.segment is None and finding.place.box is None


def test_a_value_that_is_wrong_already_gives_one_error() -> None:
    """A fault that a rule has reported is not reported again by the writer."""
    for path in SAMPLES:
        found: dict[str, list[Finding]] = {}
        for finding in edi.check(path).findings:
            found.setdefault(finding.path, []).append(finding)
        for members in found.values():
            if any(f.rule.startswith("X12-WRITE") for f in members):
                assert not any(f.severity == "error" and not f.rule.startswith("X12-WRITE") for f in members)


def test_snip_limits_what_is_judged() -> None:
    late = values()
    late["administrations"][0]["stop"] = "2026-03-03T08:00"
    everything = edi.check(json.dumps(late))
    few = edi.check(json.dumps(late), snip=2)
    assert "INF-TIME-009" in ids(everything) and "INF-TIME-009" not in ids(few)
    assert all((f.snip or 0) <= 2 for f in few.findings)


def test_settings_are_given_not_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library reads no settings file by itself."""
    (tmp_path / "cleanclaim.toml").write_text('[defaults]\ntime_zone = "America/Denver"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    bare = encounter(time_zone=None)
    assert "ENC-ZONE-002" in ids(edi.check(bare), "info")
    settings = Settings(defaults={"time_zone": "America/Denver"})
    assert "ENC-ZONE-002" not in ids(edi.check(bare, settings=settings), "info")


def test_a_clean_encounter_gives_a_claim_that_is_clean_by_itself() -> None:
    clean = [path for path in SAMPLES if edi.check(path).ok]
    assert len(clean) >= 20
    for path in clean:
        report = edi.check(to_json(edi.claim(edi.read_encounter(path))))
        assert report.ok, [(path.stem, f.rule, f.path) for f in report.findings if f.severity == "error"]


# ---------------------------------------------------------------- building


def test_build_from_python(tmp_path: Path) -> None:
    given = [Input(name="a", held=CLEAN.read_bytes()), Input(name="b", held=b"{")]
    built = build(given, tmp_path / "out", Options(), Envelope(created=CREATED, control_number=999_999_999))
    assert [b.claims for b in built.batches] == [1] and built.next_control_number == 2
    assert [o.batch for o in built.outcomes] == ["837p.edi", None]
    assert [file.unreadable for file in built.report.files] == [False, True]
    isa = (tmp_path / "out" / "RULE-PROF.837").read_text(encoding="ascii")[:106]
    assert isa.split("*")[13] == "000000001", "numbers begin again behind the largest"


def test_build_agrees_with_write_837(tmp_path: Path) -> None:
    build([Input(name="a", held=CLEAN.read_bytes())], tmp_path, Options(), Envelope(created=CREATED))
    claim = edi.claim(edi.read_encounter(CLEAN))
    assert (tmp_path / "837p.edi").read_bytes() == edi.write_837([claim], created=CREATED, control_number=1)
    assert (tmp_path / "RULE-PROF.claim.json").read_text(encoding="utf-8") == to_json(claim)


def test_a_batch_holds_every_clean_claim(tmp_path: Path) -> None:
    names = [str(path) for path in SAMPLES]
    settings = Settings(
        submitter=edi.read_encounter(CLEAN).submitter, receiver=edi.read_encounter(CLEAN).receiver
    )
    built = build(inputs(names), tmp_path, Options(settings=settings), Envelope(created=CREATED))
    clean = {o.judged.id for o in built.outcomes if o.judged.ok}
    batched = {o.judged.id for o in built.outcomes if o.batch}
    assert clean == batched and len(clean) >= 20
    for batch in built.batches:
        text = (tmp_path / batch.name).read_text(encoding="ascii")
        assert text.count("~CLM*") == batch.claims


# ---------------------------------------------------------------- explaining, importing


def test_everything_that_can_be_explained_is() -> None:
    from edi.pipeline.explaining import topics

    for topic in topics():
        page = edi.explain(topic)
        assert page.startswith("# ") and topic in page.splitlines()[0] and page.endswith("\n")
        assert "\n\n\n" not in page


def test_importing_edi_loads_nothing() -> None:
    code = "import sys, edi; print(sorted(m for m in sys.modules if m.startswith('edi')), edi.__version__)"
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.startswith("['edi'] ")


# ---------------------------------------------------------------- whatever is given


def places(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The path of every value of a JSON tree."""
    entries: Iterable[tuple[str | int, Any]] = ()
    if isinstance(value, dict):
        entries = value.items()
    elif isinstance(value, list):
        entries = enumerate(value)
    for key, inside in entries:
        yield (*path, key)
        yield from places(inside, (*path, key))


ODD: dict[type, tuple[Any, ...]] = {
    str: ("x", "~", "\x1b", "é", "0", "-1", "9999-12-31T23:59", "0001-01-01", "a" * 300, None),
    int: (-1, 0, 10**20, None),
    list: ([], None),
    dict: ({}, None),
}


@pytest.mark.parametrize("name", ["professional", "facility"])
def test_no_value_stops_the_program(name: str) -> None:
    """Each value in turn is replaced by odd ones: there are findings or not, and never an exception."""
    text = (CLEAN.parent / f"{name}.json").read_text(encoding="utf-8")
    for path in places(json.loads(text)):
        whole = json.loads(text)
        around = whole
        for key in path[:-1]:
            around = around[key]
        for odd in ODD.get(type(around[path[-1]]), (None,)):
            around[path[-1]] = odd
            report = edi.check(json.dumps(whole))
            for finding in report.findings:
                assert finding.message and finding.help and "{" not in finding.message
