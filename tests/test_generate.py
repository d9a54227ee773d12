"""What is generated is as checked in, and `--check` notices every difference."""

import re
from pathlib import Path

import pytest

from edi import generate, payers
from edi.cli.main import COMMANDS
from edi.coding import family
from edi.pipeline.notices import notices
from edi.rules import all_rules

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with nothing but generated files."""
    (tmp_path / "pyproject.toml").touch()
    assert generate.main([], tmp_path) == 0
    return tmp_path


def test_checked_in_files_are_current() -> None:
    assert generate.differences(ROOT) == []


def test_writing_settles_every_difference(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert generate.main(["--check"], project) == 0
    (project / "docs/codes.md").unlink()
    (project / "docs/commands.md").write_text("changed", encoding="utf-8")
    (project / "docs/rules/OLD-001.md").write_text("left over", encoding="utf-8")
    capsys.readouterr()
    assert generate.main(["--check"], project) == 1
    said = capsys.readouterr().out
    assert "docs/codes.md is missing" in said
    assert "docs/commands.md differs" in said
    assert "docs/rules/OLD-001.md should not exist" in said
    assert (project / "docs/rules/OLD-001.md").exists(), "--check changes nothing"
    assert generate.main([], project) == 0
    assert generate.differences(project) == []


def test_wrong_usage(tmp_path: Path) -> None:
    assert generate.main(["--chek"], ROOT) == 2
    assert generate.main([], tmp_path) == 2
    assert not list(tmp_path.iterdir())


def test_every_rule_and_notice_has_its_page() -> None:
    files = generate.generated()
    index = files["docs/rules/README.md"]
    for rule in all_rules():
        page = files[f"docs/rules/{rule.id}.md"]
        for heading in ("## What it says", "## Why", "## What to do", "## Source", "## Examples"):
            assert heading in page
        assert f"]({rule.id}.md)" in index
    for id_ in notices():
        assert f"docs/rules/{id_}.md" in files and f"]({id_}.md)" in index


def test_every_code_command_and_policy_is_listed() -> None:
    files = generate.generated()
    for code in family.codes():
        assert f"| {code} |" in files["docs/codes.md"]
    for name in COMMANDS:
        assert f"## {name}\n" in files["docs/commands.md"]
    for name in payers.NAMES:
        assert f"`{name}`" in files["docs/policies.md"]


def test_options_are_as_the_program_shows_them() -> None:
    """Each option of the page is one that `--help` shows."""
    import os
    import subprocess
    import sys

    sections = re.split(r"^## ", generate.generated()["docs/commands.md"], flags=re.MULTILINE)[1:]
    for section in sections:
        name = section.partition("\n")[0]
        environment = {**os.environ, "COLUMNS": "200"}
        done = subprocess.run(
            [sys.executable, "-m", "edi", name, "--help"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        listed = set(
            re.findall(r"(--[a-z0-9-]+)", " ".join(re.findall(r"^- `([^`]*)`", section, re.MULTILINE)))
        )
        # an option may have a contrary: --proof / --preprinted
        pairs = re.findall(r"^\s+(?:-\w, )?(--[a-z0-9-]+)(?: / (--[a-z0-9-]+))?", done.stdout, re.MULTILINE)
        shown = {name for pair in pairs for name in pair if name} - {"--help"}
        assert listed == shown
