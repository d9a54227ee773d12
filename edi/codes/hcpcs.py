"""HCPCS code: five characters, CPT (Level I) or Level II.

Source: CMS, HCPCS general information: Level I is CPT (five digits, or four digits and a letter), Level II a
letter and four digits. Only the shape is judged here.
"""

from typing import Final, Literal

from edi.codes.text import DIGITS, LETTERS, only, remembered

Kind = Literal["cpt", "performance", "emerging", "laboratory", "administrative", "level_two"]

_SUFFIXES: Final[dict[str, Kind]] = {
    "F": "performance",
    "T": "emerging",
    "U": "laboratory",
    "M": "administrative",
    "A": "administrative",
}


@remembered
def compact(text: str) -> str:
    """Upper case, without blanks around it."""
    return text.strip().upper()


@remembered
def kind(text: str) -> Kind | None:
    """Which part of HCPCS the code belongs to by its shape, or None.

    cpt (five digits), performance (Category II, F), emerging (Category III, T), laboratory (proprietary
    tests, U), administrative (M, A), level_two (letter first).
    """
    value = compact(text)
    if len(value) != 5:
        return None
    if only(value, DIGITS):
        return "cpt"
    if only(value[:4], DIGITS):
        return _SUFFIXES.get(value[4])
    if value[0] in LETTERS and only(value[1:], DIGITS):
        return "level_two"
    return None


@remembered
def problem(text: str) -> str | None:
    """Why this cannot be a HCPCS code, or None."""
    value = compact(text)
    if len(value) != 5:
        return f"a procedure code has 5 characters, this has {len(value)}"
    if kind(value) is None:
        return "a procedure code is five digits, four digits and F, T, U, M or A, or a letter and four digits"
    return None
