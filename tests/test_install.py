"""An installed wheel works outside the checkout, beside a user's own `schemas.py` and `forms.py`."""

import json
import os
import subprocess
import sys
import tarfile
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]

# One build and one installation for the whole file, whatever the number of workers.
pytestmark = pytest.mark.xdist_group("install")


@dataclass(frozen=True, slots=True, kw_only=True)
class Installed:
    """What was built, and where it was installed."""

    sdist: tuple[str, ...]  # file names without the leading folder
    wheel: tuple[str, ...]
    scripts: Path  # folder of the programs of the environment
    folder: Path  # a user's folder, with modules of names like ours

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment in the user's folder."""
        clean = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "PYTHONHOME")}
        return subprocess.run(
            [self.scripts / program, *arguments],
            cwd=self.folder,
            env=clean,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def step(*command: str | Path) -> None:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600, check=False)
    assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    base = tmp_path_factory.mktemp("install")
    # sdist first, then the wheel from it: what the sdist forgets, the wheel lacks
    step(sys.executable, "-m", "build", "--no-isolation", "--outdir", base / "dist", ROOT)
    (sdist,) = (base / "dist").glob("*.tar.gz")
    (wheel,) = (base / "dist").glob("*.whl")

    # Empty, without even pip: the pip of the test environment installs into it, with its own settings.
    venv.create(base / "venv", with_pip=False, symlinks=os.name != "nt")
    scripts = base / "venv" / ("Scripts" if os.name == "nt" else "bin")
    step(
        *(sys.executable, "-m", "pip", "--python", scripts / "python", "install"),
        *("--quiet", "--disable-pip-version-check", "--no-compile", "-c", ROOT / "constraints.txt", wheel),
    )

    folder = base / "billing"
    folder.mkdir()
    for name in ("schemas", "forms"):
        (folder / f"{name}.py").write_text(f'raise ImportError("{name}.py of the user was imported")\n')
    encounter = sorted((ROOT / "samples" / "encounters").glob("*.json"))[0]
    (folder / "visit.json").write_bytes(encounter.read_bytes())

    with tarfile.open(sdist) as archive:
        sources = [name.partition("/")[2] for name in archive.getnames()]
    with zipfile.ZipFile(wheel) as archive_of_wheel:
        files = archive_of_wheel.namelist()
    return Installed(sdist=tuple(sources), wheel=tuple(files), scripts=scripts, folder=folder)


def files_of(folder: str, ending: str = "") -> set[str]:
    return {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / folder).rglob(f"*{ending}")
        if path.is_file() and "__pycache__" not in path.parts and path.name != ".DS_Store"
    }


def test_the_wheel_holds_the_program_and_its_tables(installed: Installed) -> None:
    tops = {name.partition("/")[0] for name in installed.wheel}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"edi", "forms"}
    expected = files_of("edi", ".py") | files_of("forms", ".py") | {"edi/py.typed", "forms/py.typed"}
    expected |= {f"edi/{name}" for name in files_of("schemas")}
    packed = {name for name in installed.wheel if name.startswith(("edi/", "forms/"))}
    assert packed == expected
    notices = {name.rpartition("/")[2] for name in installed.wheel if "/licenses/" in name}
    assert notices == {"LICENSE", "NOTICE"}


def test_the_sdist_holds_all_that_building_and_testing_takes(installed: Installed) -> None:
    expected = {"pyproject.toml", "constraints.txt", "Makefile", "README.md", "LICENSE", "NOTICE", ".ci/run"}
    for folder in ("edi", "forms", "schemas", "tests", "samples"):
        expected |= files_of(folder)
    assert expected <= set(installed.sdist)
    assert not [name for name in installed.sdist if name.startswith((".venv", "out/", ".git/"))]


@pytest.mark.parametrize(
    "command",
    [("cleanclaim", "--help"), ("python", "-m", "edi", "--help")],
    ids=["cleanclaim", "python -m edi"],
)
def test_help(installed: Installed, command: tuple[str, ...]) -> None:
    done = installed.run(*command)
    assert done.returncode == 0, done.stderr
    for name in ("build", "code", "check", "explain", "rules", "doctor"):
        assert name in done.stdout


@pytest.mark.parametrize(
    "command",
    [("cleanclaim", "doctor"), ("python", "-m", "edi", "doctor")],
    ids=["cleanclaim", "python -m edi"],
)
def test_doctor_names_the_installed_places(installed: Installed, command: tuple[str, ...]) -> None:
    done = installed.run(*command)
    assert done.returncode == 0, done.stdout + done.stderr
    # a console may break a long path at its width
    shown = "".join(done.stdout.split())
    assert "site-packages" in shown
    assert "".join(str(ROOT).split()) + os.sep + "edi" not in shown


@pytest.mark.parametrize(
    "command", [("cleanclaim", "code"), ("python", "-m", "edi", "code")], ids=["cleanclaim", "python -m edi"]
)
def test_an_encounter_is_coded(installed: Installed, command: tuple[str, ...]) -> None:
    done = installed.run(*command, "visit.json", "--format", "json", "--fail-on", "none")
    assert done.returncode == 0, done.stdout + done.stderr
    (encounter,) = json.loads(done.stdout)["encounters"]
    assert encounter["lines"]
    for line in encounter["lines"]:
        assert line["hcpcs"]


def test_edi_and_forms_are_ours_when_run_as_a_module(installed: Installed) -> None:
    """`python -m edi` leaves the user's folder out: our `forms` is found, theirs is not."""
    code = (
        "import runpy, sys; sys.argv = ['cleanclaim', '--help']\n"
        "try:\n    runpy.run_module('edi', run_name='__main__', alter_sys=True)\n"
        "except SystemExit as stop:\n    assert not stop.code, stop.code\n"
        "import forms; print(forms.__file__)"
    )
    done = installed.run("python", "-c", code)
    assert done.returncode == 0, done.stderr
    assert "site-packages" in done.stdout.splitlines()[-1]
