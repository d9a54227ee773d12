"""How paper is written: capitals, letters without accents, no punctuation (NUCC and NUBC style)."""

import unicodedata
from functools import cache

from edi import tables

_WITHOUT_PARTS = str.maketrans(
    {
        "ß": "SS", "Æ": "AE", "æ": "AE", "Œ": "OE", "œ": "OE", "Ø": "O", "ø": "O", "Ł": "L", "ł": "L",
        "Đ": "D", "đ": "D", "Ð": "D", "ð": "D", "Þ": "TH", "þ": "TH", "Ħ": "H", "ħ": "H", "ı": "I",
        "ŋ": "N", "Ŋ": "N", "\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u201c": '"', "\u201d": '"',
        "\u2010": "-", "\u2011": "-", "\u2012": "-", "\u2013": "-", "\u2014": "-", "\u2212": "-",
    }
)  # fmt: skip
"""Letters and marks that Unicode does not take apart into a plain letter and an accent."""
_DROPPED = {"."}
_KEPT = set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -'")
_KEPT_IN_TEXT = _KEPT | set("&/")


def capitals(text: str) -> str:
    """Capitals without accents, control characters as blanks. Letters of other scripts stay as they are."""
    if text.isascii():
        found = text.upper()
        return found if found.isprintable() else _printable(found)
    parts = unicodedata.normalize("NFKD", text.translate(_WITHOUT_PARTS))
    return _printable("".join(c for c in parts if not unicodedata.combining(c)).upper())


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() else " " for c in text)


def foreign(text: str) -> str:
    """The characters of a text that no form takes: those that are not ASCII."""
    return "" if text.isascii() else "".join(dict.fromkeys(c for c in text if not c.isascii()))


def words(text: str) -> str:
    """A text of a box: capitals, without punctuation but hyphen, apostrophe, ampersand and slash."""
    return _stripped(capitals(text), _KEPT_IN_TEXT)


def name_part(text: str) -> str:
    """A part of a name: capitals, without punctuation but hyphen and apostrophe."""
    return _stripped(capitals(text), _KEPT)


def _stripped(text: str, kept: set[str]) -> str:
    """Without other marks: a full stop goes, the others become blanks; single blanks only."""
    if not kept.issuperset(text):
        text = "".join(c if c in kept or not c.isascii() else "" if c in _DROPPED else " " for c in text)
    return " ".join(text.split())


def compact(text: str) -> str:
    """An identifier: capitals, without blanks and hyphens."""
    return "".join(capitals(text).replace("-", " ").split())


@cache
def _abbreviations() -> dict[str, str]:
    return {row["word"]: row["short"] for row in tables.rows("forms/abbreviations.csv")}


def abbreviated(street: str, limit: int) -> str:
    """A street that is too long for its box with the abbreviations of the postal service.

    Words are shortened from the end, and only as many as are needed.
    """
    parts = street.split(" ")
    for i in range(len(parts) - 1, 0, -1):
        if sum(map(len, parts)) + len(parts) - 1 <= limit:
            break
        parts[i] = _abbreviations().get(parts[i], parts[i])
    return " ".join(parts)
