"""Type of bill: four characters on the UB-04 (0131); the claim carries its parts: facility 13, frequency 1.

Source: CMS Pub. 100-04 ch. 25 (FL 4); X12 837I CLM05-1 and CLM05-3. Which codes exist is a question for
`edi.refdata`, lists `type_of_bill` and `bill_frequency`.
"""

from edi.codes.text import ALPHANUMERIC, DIGITS, only, remembered


def compact(text: str) -> str:
    """Four characters: the leading zero is put in front where it was left out."""
    value = text.strip().upper()
    return f"0{value}" if len(value) == 3 and value[0] != "0" else value


@remembered
def problem(text: str) -> str | None:
    """Why this cannot be a type of bill, or None."""
    value = compact(text)
    if len(value) != 4:
        return f"a type of bill has 4 characters, this has {len(value)}"
    if value[0] != "0":
        return "a type of bill begins with 0"
    if not only(value[:3], DIGITS) or value[1] == "0" or value[2] == "0":
        return "the second and third characters of a type of bill are digits from 1 to 9"
    if value[3] not in ALPHANUMERIC:
        return "the last character of a type of bill is a letter or digit"
    return None


@remembered
def facility(text: str) -> str:
    """The facility code: the second and third characters (13)."""
    return compact(text)[1:3]


@remembered
def frequency(text: str) -> str:
    """The claim frequency: the fourth character (1)."""
    return compact(text)[3:]


def formatted(facility_code: str, frequency_code: str) -> str:
    """The four characters of a facility code and a frequency."""
    return f"0{facility_code}{frequency_code}"
