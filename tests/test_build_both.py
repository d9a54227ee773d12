"""`build --both`: one visit, a facility claim and a professional claim, each line on exactly one of them."""

import copy
import csv
import json
from pathlib import Path
from typing import Any

import pytest

import edi
from edi.transactions.reading import read_837
from pyx12_judge import unexplained
from test_cli import CREATED, Done, Run, run, save

__all__ = ["run"]
ROOT = Path(__file__).resolve().parents[1]
VISITS = ROOT / "samples" / "visits"
SETTINGS = ROOT / "samples" / "cleanclaim.toml"
NAMES = sorted(path.stem for path in (VISITS / "encounters").glob("*.json"))
GOLDEN = (("claims", ".claim.json"), ("x12", ".837"), ("reports", ".report.json"))


def visit(name: str = "off-campus-visit", **more: Any) -> Any:
    """A sample visit with some keys changed; None takes a key away."""
    value = json.loads((VISITS / "encounters" / f"{name}.json").read_text(encoding="utf-8")) | more
    return {key: one for key, one in value.items() if one is not None}


def build(run: Run, *arguments: object) -> Done:
    return run("build", *arguments, "--both", "-o", "out", "--settings", SETTINGS, *CREATED)


def claims(name: str) -> dict[str, Any]:
    """The claims of a visit by their side."""
    found = {}
    for side in ("facility", "professional"):
        path = Path("out") / f"{name}.{side}.claim.json"
        if path.exists():
            found[side] = json.loads(path.read_text(encoding="utf-8"))
    return found


def findings(name: str) -> list[dict[str, Any]]:
    body = json.loads((Path("out") / f"{name}.report.json").read_text(encoding="utf-8"))
    return [one for file in body["files"] for one in file["findings"]]


def codes(claim: Any) -> list[str]:
    return [line["hcpcs"] for line in claim["lines"]]


# ---------------------------------------------------------------- samples


@pytest.mark.parametrize("name", NAMES)
def test_samples_are_as_they_were(run: Run, name: str, update: bool) -> None:
    build(run, VISITS / "encounters" / f"{name}.json", "--quiet")
    for folder, ending in GOLDEN:
        made = {}
        for path in Path("out").glob(f"*{ending}"):
            text = path.read_bytes()
            if ending == ".report.json":
                text = text.replace(str(VISITS.as_posix()).encode(), b"samples/visits")
            made[path.name.replace(name.upper(), name)] = text
        home = VISITS / folder
        if update:
            home.mkdir(exist_ok=True)
            for old in home.glob(f"{name}.*"):
                old.unlink()
            for file, data in made.items():
                (home / file).write_bytes(data)
        assert made == {path.name: path.read_bytes() for path in home.glob(f"{name}.*")}


def test_samples_are_listed_and_clean() -> None:
    with (VISITS / "expected.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert {row["sample"] for row in rows} == set(NAMES)
    sides = {path.name.removesuffix(".claim.json") for path in (VISITS / "claims").glob("*.claim.json")}
    assert {f"{row['sample']}.{row['side']}" for row in rows} == sides
    readme = (ROOT / "samples" / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if name not in readme] == []


@pytest.mark.parametrize("path", sorted((VISITS / "x12").glob("*.837")), ids=lambda path: path.stem)
def test_pyx12_finds_nothing(path: Path) -> None:
    assert unexplained(path.read_bytes()) == []


@pytest.mark.parametrize("name", NAMES)
def test_each_service_is_on_exactly_one_claim(run: Run, name: str) -> None:
    path = VISITS / "encounters" / f"{name}.json"
    build(run, path)
    both = claims(name.upper())
    whole = edi.claim(edi.read_encounter(path))
    seen = sorted(
        (line["hcpcs"], str(line["units"]), str(line["charge"]))
        for one in both.values()
        for line in one["lines"]
    )
    assert seen == sorted((str(line.hcpcs), str(line.units), str(line.charge)) for line in whole.lines)
    for one in both.values():
        assert edi.check(json.dumps(one)).ok
    assert sum(float(one["total_charge"]) for one in both.values()) == float(whole.total_charge or 0)


# ---------------------------------------------------------------- both sides


def test_files_and_batches(run: Run) -> None:
    done = build(run, VISITS / "encounters")
    assert done.code == 0 and not done.err
    names = {path.name for path in Path("out").iterdir()}
    for side in ("facility", "professional"):
        assert {f"OFF-CAMPUS-VISIT.{side}{e}" for e in (".claim.json", ".837", ".report.json")} <= names
    assert {"837p.edi", "837i.edi"} <= names
    professional = [one.claim_id for one in read_837(Path("out/837p.edi").read_bytes())]
    facility = [one.claim_id for one in read_837(Path("out/837i.edi").read_bytes())]
    assert professional == ["CHEMO-WITH-VISIT", "EMERGENCY-FRACTURE", "OFF-CAMPUS-VISIT"]
    assert set(facility) == {*professional, "CRITICAL-ACCESS-FEES"}
    assert "OFF-CAMPUS-VISIT professional" in done.out and max(map(len, done.out.splitlines())) <= 80


def test_the_professional_claim_has_its_own_biller_place_and_payer(run: Run) -> None:
    save("v.json", visit())
    build(run, "v.json")
    both = claims("OFF-CAMPUS-VISIT")
    facility, professional = both["facility"], both["professional"]
    assert codes(facility) == ["G0463", "96365", "J1756"] and codes(professional) == ["99214"]
    assert professional["place_of_service"] == "19" and "type_of_bill" not in professional
    assert professional["billing_provider"]["npi"] == "2990000301"
    assert professional["rendering_provider"]["npi"] == "2990000210"
    assert "attending_provider" not in professional and "admission" not in professional
    assert professional["coverages"][0]["claim_filing"] == "MB"
    assert professional["coverages"][0]["payer"]["id"] == "MDCRB"
    assert facility["coverages"][0]["claim_filing"] == "MA"
    assert professional["lines"][0]["diagnosis_pointers"] == [2]


def test_who_bills_must_be_said(run: Run) -> None:
    save("v.json", visit("chemo-with-visit"))
    save("bare.toml", "[submitter]\nname='A'\nid='A1'\nphone='6145550199'\n[receiver]\nname='B'\nid='B1'\n")
    done = run("build", "v.json", "--both", "-o", "out", "--settings", "bare.toml", *CREATED)
    assert done.code == 1
    found = [f for f in findings("CHEMO-WITH-VISIT.professional") if f["severity"] == "error"]
    assert found[0]["path"] == "/professional_billing/billing_provider"
    assert "professional_billing" in found[0]["help"]
    assert {path.name for path in Path("out").glob("837*.edi")} == {"837i.edi"}, "the other side goes out"


def test_findings_point_into_the_record_that_was_given(run: Run) -> None:
    value = visit("emergency-fracture")
    value["services"][1]["charge"] = None
    value["services"][2]["units"] = 0
    save("v.json", value)
    build(run, "v.json")
    professional = {
        f["path"] for f in findings("EMERGENCY-FRACTURE.professional") if f["severity"] == "error"
    }
    facility = {f["path"] for f in findings("EMERGENCY-FRACTURE.facility") if f["severity"] == "error"}
    assert professional == {"/services/1/charge"}
    assert "/services/2/units" in facility and not any(p.startswith("/services/0") for p in facility)


def test_a_service_with_a_revenue_code_is_the_hospitals(run: Run) -> None:
    value = visit("chemo-with-visit")
    value["services"][0]["revenue_code"] = "0510"
    save("v.json", value)
    build(run, "v.json")
    both = claims("CHEMO-WITH-VISIT")
    assert set(both) == {"facility"} and "99214" in codes(both["facility"])


def test_a_visit_of_the_hospital_that_nobody_recorded(run: Run) -> None:
    save("v.json", visit("chemo-with-visit"))
    build(run, "v.json")
    (found,) = [f for f in findings("CHEMO-WITH-VISIT.facility") if f["rule"] == "BUILD-NO-VISIT"]
    assert found["severity"] == "info" and found["path"] == "/services/0"
    save("v.json", visit())
    build(run, "v.json")
    assert not [f for f in findings("OFF-CAMPUS-VISIT.facility") if f["rule"] == "BUILD-NO-VISIT"]


# ---------------------------------------------------------------- one side


def one_side(done: Done, name: str) -> str:
    (found,) = [f for f in findings(name) if f["rule"] == "BUILD-ONE-SIDE"]
    assert found["severity"] == "info" and done.code == 0
    return str(found["message"])


def test_a_visit_without_services_of_a_practitioner(run: Run) -> None:
    save("v.json", visit(services=None))
    done = build(run, "v.json")
    assert "no service of the encounter is a practitioner's" in one_side(done, "OFF-CAMPUS-VISIT.facility")
    assert set(claims("OFF-CAMPUS-VISIT")) == {"facility"}


def test_a_practice_has_one_claim(run: Run) -> None:
    done = build(run, ROOT / "samples" / "encounters" / "office-visit-25.json")
    assert "practice" in one_side(done, "OFFICE-VISIT-25.professional")
    assert codes(claims("OFFICE-VISIT-25")["professional"]) == ["99213", "96365", "J0696"]


def test_a_practitioner_in_a_hospital_is_told_what_to_give(run: Run) -> None:
    value = json.loads((ROOT / "samples" / "encounters" / "office-visit-25.json").read_text(encoding="utf-8"))
    value |= {"place_of_service": "22", "administrations": [], "ownership": None}
    save("v.json", value)
    message = one_side(build(run, "v.json"), "OFFICE-VISIT-25.professional")
    assert "type of bill" in message


def test_method_two_stays_on_the_facility_claim(run: Run) -> None:
    save("v.json", visit("critical-access-fees"))
    done = build(run, "v.json")
    assert "method II" in one_side(done, "CRITICAL-ACCESS-FEES.facility")
    assert codes(claims("CRITICAL-ACCESS-FEES")["facility"]) == ["99213", "96365", "J1335"]
    first = visit("critical-access-fees")
    del first["services"][0]["revenue_code"]
    save("v.json", first)
    build(run, "v.json")
    assert codes(claims("CRITICAL-ACCESS-FEES")["professional"]) == ["99213"], "method I bills apart"
    other = visit("critical-access-fees", ownership="hospital_department", type_of_bill="0131")
    save("v.json", other)
    build(run, "v.json")
    assert codes(claims("CRITICAL-ACCESS-FEES")["professional"]) == ["99213"], "FAC-PRO-001"


# ---------------------------------------------------------------- runs


def test_an_id_that_stands_twice_is_held_back_on_both_sides(run: Run) -> None:
    other = copy.deepcopy(visit())
    other["patient"]["birth_date"] = "1950-01-01"
    save("v.json", [visit(), other])
    done = build(run, "v.json")
    assert done.code == 1
    for side in ("facility", "professional"):
        found = [f for f in findings(f"OFF-CAMPUS-VISIT.{side}") if f["rule"] == "INPUT-DUPLICATE"]
        assert len(found) == 2, "one on each of the two"
    assert not list(Path("out").glob("*.837")) and not list(Path("out").glob("*.edi"))


def test_two_visits_of_one_patient_are_judged_together(run: Run) -> None:
    save("v.json", [visit(), visit(encounter_id="AGAIN")])
    build(run, "v.json")
    for side, path in (("professional", "/services/0/hcpcs"), ("facility", "/services/1/hcpcs")):
        found = [f for f in findings(f"AGAIN.{side}") if f["rule"] == "PRO-DUP-001"]
        assert path in {f["path"] for f in found}, side


def test_files_of_an_earlier_build_are_taken_away(run: Run) -> None:
    save("v.json", visit())
    build(run, "v.json")
    assert list(Path("out").glob("OFF-CAMPUS-VISIT.professional.*"))
    save("v.json", visit(services=None))
    run("build", "v.json", "-o", "out", "--settings", SETTINGS, *CREATED)
    plain = {f"OFF-CAMPUS-VISIT{ending}" for ending in (".837", ".claim.json", ".pdf", ".report.json")}
    assert {path.name for path in Path("out").iterdir()} == {*plain, "837i.edi"}
    build(run, "v.json")
    facility = {name.replace("VISIT", "VISIT.facility") for name in plain}
    assert {path.name for path in Path("out").iterdir()} == {*facility, "837i.edi"}


def test_records_that_cannot_be_read_go_beside(run: Run) -> None:
    save(
        "v.json",
        [visit(), {"encounter_id": "X", "no_such_key": 1}, visit(encounter_id="P", payer_overlay="nobody")],
    )
    done = build(run, "v.json")
    assert done.code == 2 and set(claims("OFF-CAMPUS-VISIT")) == {"facility", "professional"}
    assert (Path("out") / "X.report.json").exists()


def test_settings_of_the_sides_are_judged(run: Run) -> None:
    save("bad.toml", "[professional_billing]\nbilling_providr = 1\n")
    done = run("build", VISITS / "encounters", "--both", "-o", "out", "--settings", "bad.toml")
    assert done.code == 2 and "did you mean billing_provider" in done.err
    save("bad.toml", "[facility_billing]\nrendering_provider = {}\n")
    assert run("build", VISITS / "encounters", "-o", "out", "--settings", "bad.toml").code == 2
    save("bad.toml", "[professional_billing.billing_provider]\nnpi = 1\n")
    done = run("build", VISITS / "encounters", "-o", "out", "--settings", "bad.toml")
    assert done.code == 2 and "[professional_billing]" in done.err
