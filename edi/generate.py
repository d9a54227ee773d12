"""Write everything that is generated: JSON Schemas, and the reference under docs/.

python -m edi.generate            write what differs, remove what should not be there
python -m edi.generate --check    change nothing; exit code 1 and the names where something differs
"""

import enum
import importlib
import inspect
import sys
import typing
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from typer.models import ArgumentInfo, OptionInfo

from edi.cli import main as main_module
from edi.model import contract, xml
from edi.pipeline import explaining
from edi.pipeline.building import write
from edi.pipeline.notices import notices
from edi.rules import all_rules

ROOT = Path(__file__).resolve().parents[1]
OWNED = ("schemas/contracts", "docs/rules")
"""Folders that hold generated files only."""


def generated() -> dict[str, str]:
    """Every generated file by its path within the project."""
    found = {f"schemas/{name}": text for name, text in (contract.schemas() | xml.xsd()).items()}
    found |= {f"docs/rules/{rule.id}.md": explaining.rule_page(rule) for rule in all_rules()}
    found |= {f"docs/rules/{kind.id}.md": explaining.notice_page(kind) for kind in notices().values()}
    found["docs/rules/README.md"] = rules_index()
    found["docs/commands.md"] = commands_page()
    found["docs/codes.md"] = explaining.codes_page()
    found["docs/policies.md"] = explaining.policies_page()
    return found


def rules_index() -> str:
    """The list of all rule pages."""
    lines = ["# Rules", "", "| rule | severity | setting | what is wrong |", "| --- | --- | --- | --- |"]
    for rule in all_rules():
        words = rule.name.replace("-", " ")
        lines.append(f"| [{rule.id}]({rule.id}.md) | {rule.severity} | {rule.setting or 'both'} | {words} |")
    lines += ["", "Findings about inputs and outputs:", "", "| finding | severity | what is wrong |"]
    lines.append("| --- | --- | --- |")
    lines += [
        f"| [{kind.id}]({kind.id}.md) | {kind.severity} | {kind.name.replace('-', ' ')} |"
        for kind in notices().values()
    ]
    return "\n".join(lines) + "\n"


def commands_page() -> str:
    """Every command with its arguments and options, from the signatures that the command line is made of."""
    parts = ["# Commands", _prose(main_module.program)]
    for name in main_module.COMMANDS:
        command = importlib.import_module(f"edi.cli.{name}").command
        arguments, options = _parameters(command)
        usage = " ".join(["cleanclaim", name, "[OPTIONS]", *(metavar for metavar, _ in arguments)])
        parts += [f"## {name}", _prose(command), f"```\n{usage}\n```"]
        parts.append("\n".join(f"- `{names}` {text}".rstrip() for names, text in [*arguments, *options]))
    return "\n\n".join(parts) + "\n"


def _prose(function: Callable[..., None]) -> str:
    return inspect.cleandoc(function.__doc__ or "")


def _parameters(command: Callable[..., None]) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Arguments and options of a command, each with its help text."""
    hints = typing.get_type_hints(command, include_extras=True)
    arguments, options = [], []
    for name, parameter in inspect.signature(command).parameters.items():
        kind, info = typing.get_args(hints[name])[:2]
        if isinstance(info, ArgumentInfo):
            arguments.append((info.metavar or name.upper(), info.help or ""))
            continue
        assert isinstance(info, OptionInfo)
        default = parameter.default
        flag = kind is bool
        # within Annotated the first name stands where the default of an option would be
        first = (info.default,) if isinstance(info.default, str) else ()
        names = ", ".join(str(text) for text in (*first, *(info.param_decls or ())))
        value = "" if flag else f" {_value(info, kind)}"
        text = info.help or ""
        if default is inspect.Parameter.empty:
            text += " Required."
        elif not flag and default is not None:
            text += f" Default: {default}."
        options.append((names + value, text))
    return arguments, options


def _value(info: OptionInfo, kind: Any) -> str:
    """What the value of an option is called."""
    if info.metavar:
        return str(info.metavar)
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return "|".join(str(member.value) for member in kind)
    numbers = info.min is not None and info.max is not None
    return f"{info.min:.0f}..{info.max:.0f}" if numbers else "NAME"


def differences(root: Path) -> list[str]:
    """What differs between the files of a project and what would be generated."""
    wanted = generated()
    found = []
    for name, text in sorted(wanted.items()):
        path = root / name
        if not path.is_file():
            found.append(f"{name} is missing")
        elif path.read_bytes() != text.encode("utf-8"):
            found.append(f"{name} differs")
    found += [f"{name} should not exist" for name in _left_over(root, set(wanted))]
    return found


def _left_over(root: Path, wanted: set[str]) -> Iterator[str]:
    """Files of the owned folders that nothing generates."""
    for folder in OWNED:
        for path in sorted((root / folder).rglob("*")):
            name = path.relative_to(root).as_posix()
            if path.is_file() and name not in wanted:
                yield name


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Write or check; return the exit code."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m edi.generate [--check]", file=sys.stderr)
        return 2
    if not (root / "pyproject.toml").is_file():
        print("edi.generate works in a checkout of the project only", file=sys.stderr)
        return 2
    drift = differences(root)
    if arguments:
        for line in drift:
            print(line)
        if drift:
            print("run: python -m edi.generate")
        return 1 if drift else 0
    wanted = generated()
    for name in list(_left_over(root, set(wanted))):
        (root / name).unlink()
    for name, text in wanted.items():
        path = root / name
        if not path.is_file() or path.read_bytes() != text.encode("utf-8"):
            path.parent.mkdir(parents=True, exist_ok=True)
            write(path, text.encode("utf-8"))
    for line in drift:
        print(f"{line}: done")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
