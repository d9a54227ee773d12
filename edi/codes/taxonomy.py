"""Provider taxonomy code: ten letters and digits, the last an X.

Source: NUCC Health Care Provider Taxonomy, shape of the codes; X12 837 PRV03.
"""

from edi.codes.text import ALPHANUMERIC, only, remembered


@remembered
def compact(text: str) -> str:
    """Upper case, without blanks around it."""
    return text.strip().upper()


@remembered
def problem(text: str) -> str | None:
    """Why this cannot be a taxonomy code, or None."""
    value = compact(text)
    if len(value) != 10:
        return f"a taxonomy code has 10 characters, this has {len(value)}"
    if not only(value, ALPHANUMERIC):
        return "a taxonomy code consists of letters and digits"
    if value[-1] != "X":
        return "a taxonomy code ends with X"
    return None
