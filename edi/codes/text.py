"""Characters that identifiers are made of: ASCII only, for no claim may carry the digits of other scripts."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

Answer = TypeVar("Answer")
REMEMBERED: Final = 2048
"""Texts of which an answer is remembered: claims repeat their codes."""
DIGITS: Final = frozenset("0123456789")
LETTERS: Final = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
ALPHANUMERIC: Final = DIGITS | LETTERS


def only(text: str, allowed: frozenset[str]) -> bool:
    """Whether the text is not empty and holds nothing else."""
    return bool(text) and set(text) <= allowed


def without(text: str, dropped: str) -> str:
    """The text without blanks around it and without any of the characters that are dropped."""
    return "".join(character for character in text.strip() if character not in dropped)


def remembered(ask: Callable[[str], Answer]) -> Callable[[str], Answer]:
    """Remember the answers of a pure question about a text."""
    return lru_cache(maxsize=REMEMBERED)(ask)
