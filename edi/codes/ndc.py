"""National Drug Code: labeler, product, package. Claims carry eleven digits, 5-4-2, without hyphens.

Source: FDA, 21 CFR 207.33 (ten digits in three shapes; twelve, 6-4-2, from 2033); X12 837 LIN03 (eleven
digits). Ten digits without hyphens could be any of the three shapes, so they are refused, never guessed.
"""

from typing import Final

from edi.codes.text import DIGITS, only, remembered

_SHAPES: Final = frozenset({(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)})
_BILLING: Final = (5, 4, 2)
_TWELVE: Final = (6, 4, 2)


@remembered
def compact(text: str) -> str:
    """The eleven digits, zeros in front of the short part; text that is no NDC comes back stripped."""
    value = text.strip()
    parts = value.split("-")
    if tuple(map(len, parts)) in _SHAPES and only("".join(parts), DIGITS):
        return "".join(part.zfill(width) for part, width in zip(parts, _BILLING, strict=True))
    return value


@remembered
def problem(text: str) -> str | None:
    """Why this is no NDC that a claim can carry, or None."""
    value = text.strip()
    parts = value.split("-")
    digits = "".join(parts)
    if not only(digits, DIGITS):
        return "an NDC consists of digits and hyphens"
    lengths = tuple(map(len, parts))
    if lengths == _TWELVE or (len(parts) == 1 and len(digits) == sum(_TWELVE)):
        return "an NDC of twelve digits (6-4-2) cannot be billed before 2033"
    if len(parts) == 1:
        if len(digits) == sum(_BILLING):
            return None if digits.strip("0") else "an NDC of zeros names no drug"
        if len(digits) == sum(_BILLING) - 1:
            return (
                "ten digits without hyphens can be three different drugs: write the hyphens as on the label"
            )
        return f"an NDC has 11 digits, this has {len(digits)}"
    if lengths not in _SHAPES:
        return "an NDC with hyphens is written 4-4-2, 5-3-2, 5-4-1 or 5-4-2"
    return None if digits.strip("0") else "an NDC of zeros names no drug"


def formatted(text: str) -> str:
    """5-4-2 with hyphens; text that is no NDC comes back stripped."""
    value = compact(text)
    if len(value) != sum(_BILLING) or not only(value, DIGITS):
        return value
    return f"{value[:5]}-{value[5:9]}-{value[9:]}"
