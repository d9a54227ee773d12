"""Procedure modifier: two letters or digits.

Source: CMS, HCPCS modifiers; X12 837 SV101-3 and SV202-3 (exactly two characters).
"""

from edi.codes.text import ALPHANUMERIC, only, remembered


@remembered
def compact(text: str) -> str:
    """Upper case, without blanks around it."""
    return text.strip().upper()


@remembered
def problem(text: str) -> str | None:
    """Why this cannot be a modifier, or None."""
    value = compact(text)
    if len(value) != 2:
        return f"a modifier has 2 characters, this has {len(value)}"
    if not only(value, ALPHANUMERIC):
        return "a modifier consists of letters and digits"
    return None
