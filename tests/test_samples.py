"""Each sample keeps its golden claim, 837 and report; `--update` writes them anew, to be read as a diff."""

import csv
from datetime import datetime
from pathlib import Path

import pytest

from edi.cli.main import main
from pyx12_judge import unexplained

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "samples"
CREATED = datetime(2026, 11, 2, 8, 0)
NAMES = sorted(path.stem for path in (SAMPLES / "encounters").glob("*.json"))
GOLDEN = (("claims", ".claim.json"), ("x12", ".837"), ("reports", ".report.json"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The folder into which every sample was built, each by itself."""
    out = tmp_path_factory.mktemp("samples")
    monkeypatch = pytest.MonkeyPatch()
    monkeypatch.chdir(ROOT)
    request.addfinalizer(monkeypatch.undo)
    for name in NAMES:
        arguments = [
            "cleanclaim",
            "build",
            f"samples/encounters/{name}.json",
            "-o",
            str(out / name),
            "--quiet",
        ]
        arguments += ["--settings", "samples/cleanclaim.toml", "--created", CREATED.isoformat()]
        monkeypatch.setattr("sys.argv", arguments)
        assert main() in (0, 1), name
    return out


@pytest.mark.xdist_group("samples")
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize(("folder", "ending"), GOLDEN)
def test_sample_is_as_it_was(built: Path, name: str, folder: str, ending: str, update: bool) -> None:
    made = next(iter(sorted((built / name).glob(f"*{ending}"))), None)
    golden = SAMPLES / folder / f"{name}{ending}"
    if update:
        golden.parent.mkdir(exist_ok=True)
        if made is None:
            golden.unlink(missing_ok=True)
        else:
            golden.write_bytes(made.read_bytes())
    if made is None:
        assert not golden.exists(), f"{name} gives no {ending} any more"
    else:
        assert made.read_bytes() == golden.read_bytes()


def test_samples_are_listed_and_none_is_left_over() -> None:
    with (SAMPLES / "expected.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert sorted(row["sample"] for row in rows) == NAMES
    readme = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [name for name in NAMES if name not in readme] == []
    for folder, ending in GOLDEN:
        kept = {path.name.removesuffix(ending) for path in (SAMPLES / folder).glob(f"*{ending}")}
        assert kept <= set(NAMES)
        assert folder != "reports" or kept == set(NAMES)


def test_at_least_twenty_samples_of_both_settings_are_clean_or_say_why() -> None:
    with (SAMPLES / "expected.csv").open(encoding="utf-8", newline="") as text:
        rows = list(csv.DictReader(text))
    assert len(rows) >= 20
    assert {row["setting"] for row in rows} == {"professional", "facility"}
    for row in rows:
        assert (row["verdict"] == "clean") == (not row["errors"] and not row["warnings"])


def _without_errors() -> list[str]:
    with (SAMPLES / "expected.csv").open(encoding="utf-8", newline="") as text:
        return sorted(row["sample"] for row in csv.DictReader(text) if not row["errors"])


@pytest.mark.parametrize("name", _without_errors())
def test_pyx12_finds_nothing_in_a_sample_without_errors(name: str) -> None:
    assert unexplained((SAMPLES / "x12" / f"{name}.837").read_bytes()) == []
