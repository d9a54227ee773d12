"""ICD-10-CM diagnosis code: three to seven characters; a dot after the third for people, none on the wire.

Source: ICD-10-CM Official Guidelines, section I.A (CMS, NCHS): a letter, a digit, a letter or digit, then up
to four more; since fiscal year 2026 also QA0, where a letter stands second. Only the shape is judged here.
"""

from typing import Final

from edi.codes.text import ALPHANUMERIC, DIGITS, LETTERS, only, remembered

_LETTER_SECOND: Final = ("QA",)


@remembered
def compact(text: str) -> str:
    """Upper case, without the dot after the third character; a dot elsewhere stays, to be reported."""
    value = text.strip().upper()
    if value[3:4] == "." and value.count(".") == 1:
        return value[:3] + value[4:]
    return value


@remembered
def problem(text: str) -> str | None:
    """Why this cannot be an ICD-10-CM code, or None."""
    written = text.strip()
    value = compact(written)
    if "." in value:
        return "the dot of a diagnosis code stands after the third character"
    if written.endswith("."):
        return "nothing follows the dot"
    if not only(value, ALPHANUMERIC):
        return "a diagnosis code consists of letters and digits"
    if not 3 <= len(value) <= 7:
        return f"a diagnosis code has 3 to 7 characters, this has {len(value)}"
    if value[0] not in LETTERS or (value[1] not in DIGITS and value[:2] not in _LETTER_SECOND):
        return "an ICD-10-CM code begins with a letter and a digit"
    return None


@remembered
def formatted(text: str) -> str:
    """With the dot, as people write it: E11.9."""
    value = compact(text)
    return f"{value[:3]}.{value[3:]}" if len(value) > 3 and "." not in value else value
