"""Tax identification number: nine digits, an employer's (EI) or a person's (SY).

Source: IRS; X12 837 REF*EI and REF*SY (no hyphens).
"""

from typing import Literal

from edi.codes.text import DIGITS, only, remembered, without


def compact(text: str) -> str:
    """Digits without blanks and hyphens."""
    return without(text, " -")


@remembered
def problem(text: str) -> str | None:
    """Why this cannot be a tax number, or None."""
    value = compact(text)
    if not only(value, DIGITS):
        return "a tax number consists of digits"
    if len(value) != 9:
        return f"a tax number has 9 digits, this has {len(value)}"
    if not value.strip("0"):
        return "a tax number of zeros names nobody"
    return None


def formatted(text: str, kind: Literal["EI", "SY"] = "EI") -> str:
    """For people: 12-3456789 of an employer (EI), 123-45-6789 of a person (SY)."""
    value = compact(text)
    if len(value) != 9:
        return value
    return f"{value[:2]}-{value[2:]}" if kind == "EI" else f"{value[:3]}-{value[3:5]}-{value[5:]}"
