"""Telephone number of the United States: ten digits.

Source: X12 837 PER04 (ten digits without separators); NUCC 1500 manual (no hyphen).
"""

from edi.codes.text import DIGITS, only, without


def compact(text: str) -> str:
    """Ten digits: without blanks, punctuation and the country code 1."""
    value = without(text, " -().+/")
    return value[1:] if len(value) == 11 and value[0] == "1" else value


def problem(text: str) -> str | None:
    """Why this cannot be a telephone number, or None."""
    value = compact(text)
    if not only(value, DIGITS):
        return "a telephone number consists of digits"
    if len(value) != 10:
        return f"a telephone number has 10 digits, this has {len(value)}"
    return None


def formatted(text: str) -> str:
    """For people: (312) 555-0100; anything else comes back compact."""
    value = compact(text)
    return f"({value[:3]}) {value[3:6]}-{value[6:]}" if len(value) == 10 else value
