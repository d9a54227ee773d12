"""Medicare Beneficiary Identifier: eleven characters, each place a digit or a letter other than S L O I B Z.

Source: CMS, Understanding the MBI format.
"""

import re
from typing import Final

from edi.codes.text import DIGITS, LETTERS, without

_ALPHA: Final = LETTERS - frozenset("SLOIBZ")
_EITHER: Final = _ALPHA | DIGITS
_FIRST: Final = DIGITS - {"0"}
_PLACES: Final = (
    _FIRST,
    _ALPHA,
    _EITHER,
    DIGITS,
    _ALPHA,
    _EITHER,
    DIGITS,
    _ALPHA,
    _ALPHA,
    DIGITS,
    DIGITS,
)
_WORDS: Final = {
    _FIRST: "a digit from 1 to 9",
    _ALPHA: "a letter other than S L O I B Z",
    _EITHER: "a digit, or a letter other than S L O I B Z",
    DIGITS: "a digit",
}


_PLAIN: Final = re.compile("".join(f"[{''.join(sorted(allowed))}]" for allowed in _PLACES)).fullmatch
"""Finds most of those that are right at once."""


def compact(text: str) -> str:
    """Upper case, without blanks and without the hyphens that the card shows."""
    return without(text, " -").upper()


def problem(text: str) -> str | None:
    """Why this cannot be an MBI, or None."""
    if _PLAIN(text):
        return None
    value = compact(text)
    if len(value) != len(_PLACES):
        return f"a Medicare number has 11 characters, this has {len(value)}"
    for number, (character, allowed) in enumerate(zip(value, _PLACES, strict=True), 1):
        if character not in allowed:
            return f"character {number} of a Medicare number is {_WORDS[allowed]}"
    return None


def formatted(text: str) -> str:
    """As the card shows it: 1EG4-TE5-MK73; text that is no MBI comes back compact."""
    value = compact(text)
    return f"{value[:4]}-{value[4:7]}-{value[7:]}" if len(value) == len(_PLACES) else value
