"""What holds for the project as a whole: pins, notices, start-up, tables, names, what make says."""

import importlib.metadata
import os
import pkgutil
import re
import shlex
import shutil
import stat
import subprocess
import sys
import time
import tomllib
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

import edi
import edi.tables

ROOT = Path(__file__).resolve().parents[1]
PYPROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
TABLES = sorted(path.relative_to(ROOT / "schemas").as_posix() for path in (ROOT / "schemas").rglob("*.csv"))


def pins() -> dict[str, Version]:
    """Exact versions of constraints.txt, by normalised name."""
    found: dict[str, Version] = {}
    for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            name, equals, version = line.partition("==")
            assert equals, f"constraints.txt: {line!r} is not an exact version"
            assert canonicalize_name(name) not in found, f"constraints.txt: {name} stands there twice"
            found[canonicalize_name(name)] = Version(version)
    return found


def stated() -> list[Requirement]:
    """What pyproject.toml asks for: to build, to run, to test."""
    project = PYPROJECT["project"]
    texts = [*PYPROJECT["build-system"]["requires"], *project["dependencies"]]
    for extra in project["optional-dependencies"].values():
        texts += extra
    return [Requirement(text) for text in texts]


def needed() -> dict[str, set[str]]:
    """Every distribution that is needed here, direct and transitive -> the extras asked of it."""
    found: dict[str, set[str]] = {}
    waiting = stated()
    while waiting:
        requirement = waiting.pop()
        name = canonicalize_name(requirement.name)
        if name in found and requirement.extras <= found[name]:
            continue
        extras = found.setdefault(name, set())
        extras |= requirement.extras
        for text in importlib.metadata.requires(name) or ():
            child = Requirement(text)
            if child.marker is None or any(child.marker.evaluate({"extra": x}) for x in ("", *extras)):
                waiting.append(child)
    return found


def tracked() -> list[Path]:
    """The files of the project: what git knows or would add; without git, all but what is ignored."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=ROOT,
            capture_output=True,
            check=True,
        ).stdout
        names = [name for name in listed.decode("utf-8").split("\0") if name]
        return [path for path in (ROOT / name for name in names) if path.is_file()]
    left_out = {".git", ".venv", "out", "build", "dist", "__pycache__"}
    return [
        path
        for path in ROOT.rglob("*")
        if path.is_file()
        and not any(
            part in left_out or part.endswith(("_cache", ".egg-info"))
            for part in path.relative_to(ROOT).parts
        )
    ]


def run_edi(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# ------------------------------------------------------------------------------------------ what is installed


def test_constraints_pin_every_requirement() -> None:
    pinned = pins()
    for requirement in stated():
        name = canonicalize_name(requirement.name)
        assert name in pinned, f"{name} of pyproject.toml is not in constraints.txt"
        assert pinned[name] in requirement.specifier, f"constraints.txt pins {name} outside {requirement}"


def test_constraints_pin_what_the_requirements_need_in_turn() -> None:
    pinned = pins()
    missing = sorted(name for name in needed() if name not in pinned)
    assert not missing, f"not in constraints.txt: {missing}"


def test_what_is_tested_is_what_is_pinned() -> None:
    installed = {name: Version(importlib.metadata.version(name)) for name in needed()}
    pinned = pins()
    assert installed == {name: pinned[name] for name in installed}


@pytest.mark.parametrize(
    "name", ["README.md", "LICENSE", "NOTICE", "CHANGELOG.md", "DECISIONS.md", "Makefile"]
)
def test_the_project_says_what_it_is(name: str) -> None:
    assert (ROOT / name).read_text(encoding="utf-8").strip(), f"{name} is empty"


def test_licence_and_notice() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in licence
    assert "END OF TERMS AND CONDITIONS" in licence
    notice = (ROOT / "NOTICE").read_text(encoding="utf-8")
    for owner in (
        "American Medical Association",
        "National Uniform Billing Committee",
        "National Uniform Claim Committee",
        "X12",
    ):
        assert owner in notice, f"NOTICE does not name {owner}"


def test_both_packages_are_typed() -> None:
    assert (ROOT / "edi" / "py.typed").is_file()
    assert (ROOT / "forms" / "py.typed").is_file()


def test_the_changelog_knows_the_version() -> None:
    assert PYPROJECT["project"]["version"] in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# ------------------------------------------------------------------------------------------ start-up

HELP = """
import sys
sys.argv = ["cleanclaim", *sys.argv[1:]]
from edi.cli.main import main
try:
    code = main()
except SystemExit as stop:
    code = stop.code
heavy = {"pydantic", "pydantic_core", "lxml", "sqlite3", "jsonschema"} & set(sys.modules)
print("heavy:", " ".join(sorted(heavy)), file=sys.stderr)
sys.exit(code)
"""


def test_help_imports_nothing_heavy() -> None:
    done = run_edi(HELP, "--help")
    assert done.returncode == 0, done.stderr
    assert "Usage" in done.stdout
    assert done.stderr.splitlines()[-1:] == ["heavy: "], done.stderr


@pytest.mark.proof
def test_help_starts_in_about_a_third_of_a_second() -> None:
    """The best of ten, so that a busy machine does not decide; the first run writes the byte code."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    seconds = []
    for _ in range(10):
        begun = time.perf_counter()
        subprocess.run(
            [sys.executable, "-m", "edi", "--help"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            check=True,
        )
        seconds.append(time.perf_counter() - begun)
    assert min(seconds) < 0.45, seconds


# ------------------------------------------------------------------------------------------ tables and names


def test_there_are_tables() -> None:
    assert TABLES


@pytest.mark.parametrize("name", TABLES)
def test_every_table_names_its_source(name: str) -> None:
    notes = edi.tables.notes(name)
    for key in ("source", "edition", "date"):
        assert notes.get(key), f"schemas/{name}: no line `# {key}: ...` at its head"
    assert re.search(r"\b\d{4}(-\d{2}(-\d{2})?)?\b", notes["date"]), f"schemas/{name}: date {notes['date']!r}"
    assert edi.tables.rows(name), f"schemas/{name} has no rows"


def test_no_module_bears_the_name_of_a_public_function() -> None:
    """`edi.check` is a function; a module of that name would take its place when somebody imports it."""
    modules = {module.name for module in pkgutil.iter_modules(edi.__path__)}
    assert not modules & set(edi.__all__)


def test_every_public_name_is_there() -> None:
    for name in edi.__all__:
        assert getattr(edi, name) is not None
    assert set(edi.__all__) <= set(dir(edi))


def test_every_module_has_its_layer() -> None:
    """A module that the import contract does not name would be free to import anything."""
    contract = PYPROJECT["tool"]["importlinter"]["contracts"][0]
    layers = {name for layer in contract["layers"] for name in re.findall(r"edi\.(\w+)", layer)}
    modules = {module.name for module in pkgutil.iter_modules(edi.__path__)}
    assert modules - {"__main__"} <= layers


MACHINE_PATH = re.compile(r"(?<![\w.:~/$}*)-])/(?:work|root|home|Users|opt|tmp|mnt)/\w|\b[A-Z]:\\\w")


def test_no_file_mentions_a_path_of_a_machine() -> None:
    found = []
    for path in tracked():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert not found, "\n".join(found)


@pytest.mark.parametrize(
    ("line", "is_path"),
    [
        ("open('" + "/ho" + "me/anna/x.json')", True),
        ("see " + "/wo" + "rk/main", True),
        ("C:" + "\\Users", True),
        ("#!/usr/bin/env bash", False),
        ("place of service office/home/clinic", False),
        ("https://example.org/home/page", False),
        ("/patient/address/line1", False),
    ],
)
def test_the_search_for_paths_finds_paths(line: str, is_path: bool) -> None:
    assert bool(MACHINE_PATH.search(line)) is is_path


# ------------------------------------------------------------------------------------------ Makefile


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make on a copy of the Makefile, untouched by the make that may be running these tests."""
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, folder / name)
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("MAKE", "MFLAGS"))}
    environment.pop("PYTHON", None)
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def old_python(folder: Path) -> Path:
    """An interpreter that takes itself for Python 3.9."""
    age = "import sys; sys.version_info = (3, 9, 18, 'final', 0); exec(sys.argv.pop(1))"
    script = folder / "old-python"
    script.write_text(
        f'#!/bin/sh\n[ "$1" = -c ] && shift\nexec {shlex.quote(sys.executable)} -c {shlex.quote(age)} "$@"\n',
        encoding="utf-8",
    )
    script.chmod(script.stat().st_mode | stat.S_IXUSR)
    return script


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
@pytest.mark.parametrize("target", ["claim", "test", "proof", "update"])
def test_make_says_plainly_that_python_is_too_old(tmp_path: Path, target: str) -> None:
    done = make(tmp_path, target, f"PYTHON={old_python(tmp_path)}")
    assert done.returncode != 0
    assert "needs Python 3.11 or later" in done.stderr
    assert f"make {target} PYTHON=" in done.stderr
    assert not (tmp_path / ".venv").exists()


@needs_make
def test_make_says_plainly_that_there_is_no_such_python(tmp_path: Path) -> None:
    done = make(tmp_path, "test", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "none was found among: no-such-python" in done.stderr


@needs_make
def test_an_interrupted_installation_is_begun_anew(tmp_path: Path) -> None:
    """Without the stamp, what an earlier run has left in .venv is thrown away first."""
    left_over = tmp_path / ".venv" / "left-over"
    left_over.parent.mkdir()
    left_over.touch()
    dry = make(tmp_path, "--dry-run", ".venv/.complete", f"PYTHON={sys.executable}")
    assert dry.returncode == 0, dry.stderr
    steps = [
        dry.stdout.find(step) for step in ("rm -rf .venv", "-m venv .venv", "-e ", "touch .venv/.complete")
    ]
    assert -1 not in steps
    assert steps == sorted(steps)


@needs_make
def test_make_alone_lists_the_targets(tmp_path: Path) -> None:
    done = make(tmp_path)
    assert done.returncode == 0
    for target in ("claim", "test", "proof", "update", "clean"):
        assert f"make {target} " in done.stdout


def test_ci_runs_make_test() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text(encoding="utf-8")
