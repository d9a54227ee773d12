"""Markdown that also reads well as plain text."""

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
