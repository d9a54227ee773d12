"""National Provider Identifier: ten digits, the last a check digit.

Source: CMS, NPI check digit: the Luhn formula over the identifier with 80840 before it; 1 or 2 comes first.
"""

from typing import Final

from edi.codes.text import DIGITS, only, remembered, without

_PREFIX: Final = "80840"
_LENGTH: Final = 10


def compact(text: str) -> str:
    """The identifier without blanks and hyphens."""
    return without(text, " -")


@remembered
def problem(text: str) -> str | None:
    """Why this is no NPI, or None."""
    value = compact(text)
    if not only(value, DIGITS):
        return "an NPI consists of digits"
    if len(value) != _LENGTH:
        return f"an NPI has 10 digits, this has {len(value)}"
    if value[0] not in "12":
        return "an NPI begins with 1 or 2"
    if _luhn(_PREFIX + value) % 10:
        return "the check digit of the NPI does not fit"
    return None


def check_digit(first_nine: str) -> str:
    """The digit that completes nine digits to an NPI.

    Raises:
        ValueError: not nine digits.
    """
    if len(first_nine) != _LENGTH - 1 or not only(first_nine, DIGITS):
        raise ValueError("nine digits are needed")
    return str(-_luhn(_PREFIX + first_nine + "0") % 10)


def _luhn(digits: str) -> int:
    """The Luhn sum: every second digit from the right doubled, digits of the doubles added."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        number = int(digit) << (position & 1)
        total += number - 9 if number > 9 else number
    return total
