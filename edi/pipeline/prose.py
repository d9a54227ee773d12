"""Markdown that also reads well as plain text, and numbers in words."""

import textwrap
from collections.abc import Iterable

WIDTH = 79
"""Widest line of a paragraph."""


def filled(text: str) -> str:
    """A paragraph."""
    return textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


def bullets(facts: Iterable[tuple[str, str]]) -> str:
    """A list of named facts; those without a value are left out."""
    return "\n".join(bullet(f"{name}: {value}") for name, value in facts if value)


def bullet(text: str) -> str:
    """One item of a list."""
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{'|'.join(' --- ' for _ in names)}|"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)


def runs(numbers: Iterable[int]) -> str:
    """Numbers in order, those that follow one another as a span: `0`, `0,2`, `1-3`."""
    found: list[list[int]] = []
    for number in sorted(set(numbers)):
        if found and number == found[-1][-1] + 1:
            found[-1].append(number)
        else:
            found.append([number])
    return ",".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in found)
