"""The README tells the truth: its files, commands, outputs and Python are run and compared."""

import doctest
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
GIVEN = ("json", "toml")
"""Languages of blocks that are files of the user."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A user's folder with the files that the README shows, and the one that it speaks of."""
    made = tmp_path_factory.mktemp("readme")
    for language, name, body in BLOCK.findall(README.read_text(encoding="utf-8")):
        if language in GIVEN and name:
            (made / name).write_text(body, encoding="utf-8")
    visit = (made / "visit.json").read_text(encoding="utf-8")
    assert "T10:45" in visit
    (made / "wrong.json").write_text(visit.replace("T10:45", "T08:45"), encoding="utf-8")
    return made


def run(folder: Path, command: str) -> str:
    """What a command of the README prints."""
    words = re.findall(r'"[^"]*"|\S+', command)
    assert words[0] == "cleanclaim"
    environment = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "FORCE_COLOR")}
    done = subprocess.run(
        [sys.executable, "-m", "edi", *(word.strip('"') for word in words[1:])],
        cwd=folder,
        env={**environment, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode in (0, 1) and not done.stderr, done.stderr
    return done.stdout


def test_commands_and_files_are_as_shown(folder: Path, update: bool) -> None:
    """Every console block is run; every text block with a name is the file of that name."""
    text = README.read_text(encoding="utf-8")

    def actual(found: re.Match[str]) -> str:
        language, name, body = found.groups()
        if language == "console":
            command = body.partition("\n")[0]
            return f"```console\n{command}\n{run(folder, command.removeprefix('$ ')).strip()}\n```"
        if language == "text" and name:
            content = (folder / name).read_bytes().decode("ascii")
            return f"```text {name}\n{content.replace('~', '~' + chr(10)).strip()}\n```"
        return found.group()

    real = BLOCK.sub(actual, text)
    if update:
        README.write_text(real, encoding="utf-8")
    assert real.splitlines() == text.splitlines() or update


def test_python_is_as_shown(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    blocks = [
        b for language, _, b in BLOCK.findall(README.read_text(encoding="utf-8")) if language == "pycon"
    ]
    assert blocks
    for body in blocks:
        test = doctest.DocTestParser().get_doctest(body, {}, "README", str(README), 0)
        output: list[str] = []
        result = doctest.DocTestRunner(verbose=False).run(test, out=output.append)
        assert result.attempted and not result.failed, "".join(output)


def test_every_command_has_its_row() -> None:
    from edi.cli.main import COMMANDS

    text = README.read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"`cleanclaim {name}" in text
