"""Every sample on the other side: accounted for, checked, and some of them kept as golden files."""

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import edi
from edi import settings
from edi.cli.main import main
from edi.conversion import Answers, Conversion, leaves, load
from edi.model.claim import Claim, Setting
from edi.model.encounter import Encounter
from test_conversion_properties import lost

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
FOLDER = SAMPLES / "conversions"
SETTINGS = settings.load(SAMPLES / "cleanclaim.toml")
NAMES = sorted(path.stem for path in (SAMPLES / "encounters").glob("*.json"))
HOSPITAL = load(FOLDER / "to-hospital.toml").for_all
OFFICE = load(FOLDER / "to-office.toml").for_all
GOLDEN: tuple[tuple[str, Setting, str], ...] = (
    ("antibiotic-70-min", "facility", ""),
    ("office-visit-25", "facility", "to-hospital"),
    ("medicare-secondary", "facility", "to-hospital"),
    ("off-campus", "professional", "to-office"),
    ("push-repeated", "professional", "to-office"),
    ("ed-to-observation", "professional", "to-physician"),
)
"""Sample, side and answers of the conversions that are kept."""


def rows(name: str) -> dict[str, str]:
    """What is expected of a sample on its own side."""
    with (SAMPLES / "expected.csv").open(encoding="utf-8", newline="") as text:
        return next(row for row in csv.DictReader(text) if row["sample"] == name)


def other(setting: str) -> Setting:
    return "facility" if setting == "professional" else "professional"


def answered(source: Claim | Encounter, to: Setting) -> Conversion:
    """A sample on the other side, all that is asked answered: a hospital, or an office that is none."""
    if to == "facility":
        more = {} if source.place_of_service in ("11", "49") else {"/type_of_bill": "0131"}
        return edi.convert(source, to=to, answers=HOSPITAL.beside(Answers(facility=more)), settings=SETTINGS)
    asked = edi.convert(source, to=to, answers=OFFICE, settings=SETTINGS)
    pointers = {row.target: [1] for row in asked.not_carried if row.target.endswith("diagnosis_pointers")}
    return edi.convert(
        source, to=to, answers=OFFICE.beside(Answers(professional=pointers)), settings=SETTINGS
    )


def errors(conversion: Conversion) -> list[tuple[str, str | None]]:
    found = [f for claim in conversion.claims for f in edi.check(claim).findings if f.severity == "error"]
    return [(one.rule, one.claim_path) for one in found]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("record", [True, False], ids=["record", "claim"])
def test_a_sample_on_the_other_side(name: str, record: bool) -> None:
    encounter = edi.read_encounter(SAMPLES / "encounters" / f"{name}.json")
    claim = edi.claim(encounter)
    to = other(claim.setting or "")
    asked = edi.convert(encounter if record else claim, to=to, settings=SETTINGS)
    assert not asked.complete, "somebody has to say who bills, where, and how the patient came"
    assert lost(claim, asked) == [] or asked.claims == (claim,)
    done = answered(encounter if record else claim, to)
    if not claim.lines:
        assert [c.setting for c in done.claims] == [claim.setting]
        assert [row.target for row in done.not_carried] == ["/lines"]
        return
    assert done.claims[0].setting == to
    assert lost(claim, done) == []
    if not rows(name)["errors"]:
        # what is good on its own side is good on the other one once all is answered
        assert [row for row in done.not_carried if row.kind == "needed"] == []
    assert done.complete == (errors(done) == [])
    if not record:
        on_one_side(claim, done)


def on_one_side(claim: Claim, done: Conversion) -> None:
    """Each line of a claim stands on exactly one of the resulting ones, or is dropped by name."""
    dropped = {row.source for row in done.not_carried if row.kind == "dropped"}
    went = Counter((line.charge, line.units, line.service_date) for c in done.claims for line in c.lines)
    kept = Counter(
        (line.charge, line.units, line.service_date)
        for i, line in enumerate(claim.lines)
        if f"/lines/{i}" not in dropped
    )
    assert went == kept
    total = sum(c.total_charge for c in done.claims if c.total_charge is not None)
    if not any(source.count("/") == 2 and source.startswith("/lines/") for source in dropped):
        assert total == claim.total_charge


@pytest.mark.parametrize(("name", "to", "answers"), GOLDEN, ids=lambda value: str(value))
def test_conversions_are_as_they_were(
    name: str,
    to: Setting,
    answers: str,
    update: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(ROOT)
    arguments = ["cleanclaim", "convert", f"samples/encounters/{name}.json", "--to", to, "--format", "json"]
    arguments += ["-o", f"{tmp_path}/", "--settings", "samples/cleanclaim.toml", "--show-values"]
    arguments += ["--answers", f"samples/conversions/{answers}.toml"] if answers else []
    monkeypatch.setattr("sys.argv", arguments)
    assert main() == 1
    made = {f"{name}.{to}.json": capsys.readouterr().out.encode()}
    for path in tmp_path.iterdir():
        made[path.name.replace(name.upper(), f"{name}.to-{to}")] = path.read_bytes()
    if update:
        for old in FOLDER.glob(f"{name}.*.json"):
            old.unlink()
        for file, data in made.items():
            (FOLDER / file).write_bytes(data)
    kept = {path.name: path.read_bytes() for path in FOLDER.glob(f"{name}.*.json")}
    assert made == kept


def test_the_kept_conversions_are_listed() -> None:
    names = {name for name, _, _ in GOLDEN}
    assert {path.name.split(".")[0] for path in FOLDER.glob("*.json")} == names
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in ("conversions", "visits", "to-hospital.toml") if name not in readme] == []


def test_values_of_rows_are_those_of_the_claim() -> None:
    claim = edi.claim(edi.read_encounter(SAMPLES / "encounters" / "medicare-secondary.json"))
    values: dict[str, Any] = dict(leaves(claim))
    for row in edi.convert(claim, to="facility").not_carried:
        if row.value is not None and row.source in values:
            assert row.value == str(values[row.source])


def test_rows_of_the_kept_conversions_are_json_that_says_all() -> None:
    for name, to, _ in GOLDEN:
        body = json.loads((FOLDER / f"{name}.{to}.json").read_text(encoding="utf-8"))
        for claim in body["claims"]:
            assert claim["complete"] == (not any(r["kind"] == "needed" for r in claim["not_carried"]))
            for row in claim["not_carried"]:
                assert set(row) == {"kind", "source", "target", "setting", "why", "enter", "rule", "value"}
                assert row["why"] and (row["source"] or row["target"])
