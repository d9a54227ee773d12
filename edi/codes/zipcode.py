"""ZIP code: five or nine digits; the hyphen of ZIP+4 is for paper.

Source: USPS Publication 28; X12 837 N403.
"""

from edi.codes.text import DIGITS, only, remembered, without


@remembered
def compact(text: str) -> str:
    """Digits without blanks and hyphen."""
    return without(text, " -")


def problem(text: str) -> str | None:
    """Why this cannot be a ZIP code, or None."""
    if len(text) in (5, 9) and text.isascii() and text.isdigit() and text[:5] != "00000":
        return None
    value = compact(text)
    if not only(value, DIGITS):
        return "a ZIP code consists of digits"
    if len(value) not in (5, 9):
        return f"a ZIP code has 5 or 9 digits, this has {len(value)}"
    if value[:5] == "00000":
        return "00000 is no ZIP code"
    return None


def formatted(text: str) -> str:
    """With the hyphen of ZIP+4: 60611-1234."""
    value = compact(text)
    return f"{value[:5]}-{value[5:]}" if len(value) == 9 else value
