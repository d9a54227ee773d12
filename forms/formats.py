"""How each kind of value is written into a box, and how it is read out of one.

A format is a pair of functions, so that both directions are one table; `schemas/forms/formats.csv` says in
words what they write and what is lost. Values come and go with the last key of their claim path.
"""

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import cache
from typing import Any, NamedTuple

from edi import tables
from edi.codes import icd10, ndc, phone, tax_id, zipcode
from edi.model.boxes import ProblemKind
from forms.layout import Box
from forms.style import abbreviated, capitals, compact, name_part, words

Values = Sequence[tuple[str, Any]]
"""Values of a box: last key of the claim path (`last_name`, `modifiers`) and value, absent ones left out."""
Fields = Sequence[str]
"""The keys that a box may hold, in the order of the crosswalk."""

LETTERS = "ABCDEFGHIJKL"
"""Letters of item 21, to which item 24E points."""
GAP = "   "
"""Three blanks between several data in one box (NUCC, items 10d and 24 shaded)."""
SUFFIXES = frozenset(("JR", "SR", "II", "III", "IV", "2ND", "3RD", "4TH"))
"""Generations that stand behind a last name."""
CREDENTIALS = frozenset(("MD", "DO", "NP", "PA", "DNP", "APRN", "FNP", "DPM", "DDS", "PHD", "RN"))
"""Degrees behind a name, which are no part of it."""
PIVOT = 68
"""Two digits of a year up to this are of this century, the others of the last one, as POSIX has it."""


class Odd(Exception):
    """A value that a box cannot hold as it is; `text` is what is written all the same."""

    def __init__(self, kind: ProblemKind, text: str, field: str = "") -> None:
        super().__init__(kind)
        self.kind = kind
        self.text = text
        self.field = field


class Format(NamedTuple):
    """How a kind of value is written and read."""

    write: Callable[[Values, Box], str]
    """The text of a box. Raises `Odd` for values that it cannot hold as they are."""
    read: Callable[[str, Box, Fields], list[tuple[str, Any]]]
    """The values of a text. Raises `ValueError` where it is none of this kind."""
    joint: bool = True
    """Whether several values are written together; else the upper row of the crosswalk wins."""


def _reader(read: Callable[[str], Any]) -> Callable[[str, Box, Fields], list[tuple[str, Any]]]:
    """Read one value, which is of the upper row of the crosswalk."""

    def reads(text: str, _box: Box, fields: Fields) -> list[tuple[str, Any]]:
        return [(fields[0], read(text))]

    return reads


def _single(write: Callable[[Any], str], read: Callable[[str], Any]) -> Format:
    """A format of one value that looks at nothing else."""

    def writes(values: Values, _box: Box) -> str:
        return write(values[0][1])

    return Format(writes, _reader(read), joint=False)


# ---------------------------------------------------------------- names and places


def _of(values: Values) -> dict[str, str]:
    return {field: str(value) for field, value in values}


def _surname(parts: dict[str, str]) -> str:
    last, suffix = name_part(parts.get("last_name", "")), name_part(parts.get("suffix", ""))
    return f"{last} {suffix}".strip()


def _read_surname(text: str) -> list[tuple[str, str]]:
    parts = text.split()
    if len(parts) > 1 and parts[-1] in SUFFIXES:
        return [("last_name", " ".join(parts[:-1])), ("suffix", parts[-1])]
    return [("last_name", " ".join(parts))] if parts else []


def _write_name(values: Values, _box: Box) -> str:
    """`DOE JR, JOHN, S`."""
    parts = _of(values)
    last = _surname(parts)
    first, middle = name_part(parts.get("first_name", "")), name_part(parts.get("middle_name", ""))[:1]
    if not middle and first[-2:-1] == " ":
        first, middle = first[:-2], first[-1]
    if middle:
        return f"{last}, {first}, {middle}"
    if first:
        return f"{last}, {first}"
    # a comma tells a last name of several words from last and first name
    return f"{last}," if " " in last else last


def _read_name(text: str, _box: Box, _fields: Fields) -> list[tuple[str, Any]]:
    text = capitals(text)
    if "," not in text and " " in text:
        text = text.replace(" ", ",", 1).replace(" ", ",")
    last, *rest = (" ".join(part.split()) for part in text.split(","))
    if len(rest) > 1 and rest[0] in SUFFIXES and len(rest[1]) > 1:
        last, rest = f"{last} {rest[0]}", rest[1:]
    elif len(rest) == 1 and " " in rest[0] and len(rest[0].rsplit(" ", 1)[1]) == 1:
        rest = rest[0].rsplit(" ", 1)
    found: list[tuple[str, Any]] = list(_read_surname(last))
    found += [(name, part) for name, part in zip(("first_name", "middle_name"), rest, strict=False) if part]
    return found


def _write_provider(values: Values, _box: Box) -> str:
    """An organization, or `JOHN S DOE JR`."""
    parts = _of(values)
    if "organization_name" in parts:
        return words(parts["organization_name"])
    first, middle = name_part(parts.get("first_name", "")), name_part(parts.get("middle_name", ""))[:1]
    return " ".join(part for part in (first, middle, _surname(parts)) if part)


def read_person(text: str) -> list[tuple[str, Any]]:
    """First, middle and last name and suffix of `JOHN S DOE JR`; degrees behind it are left out."""
    parts = capitals(text).replace(",", " ").replace(".", "").split()
    while len(parts) > 2 and parts[-1] in CREDENTIALS and len(parts[-2]) > 1:
        parts.pop()
    if len(parts) < 2:
        return [("last_name", part) for part in parts]
    found = [("first_name", parts[0])]
    rest = parts[1:]
    if len(rest) > 1 and len(rest[0]) == 1:
        found.append(("middle_name", rest.pop(0)))
    return found + _read_surname(" ".join(rest))


def _read_provider(text: str, _box: Box, fields: Fields) -> list[tuple[str, Any]]:
    if "organization_name" in fields:
        return [("organization_name", capitals(text).strip())]
    return read_person(text)


def _write_surname(values: Values, _box: Box) -> str:
    parts = _of(values)
    return words(parts["organization_name"]) if "organization_name" in parts else _surname(parts)


def _write_street(values: Values, box: Box) -> str:
    text = " ".join(part for _, value in values if (part := words(value)))
    return abbreviated(text, box.limit) if len(text) > box.limit else text


def _write_place(values: Values, _box: Box) -> str:
    """`ANYTOWN NC 27601-4410`."""
    parts = _of(values)
    shown = (words(parts.get("city", "")), capitals(parts.get("state", "")), _zip(parts.get("zip", "")))
    return " ".join(part.strip() for part in shown if part.strip())


_PLACE = re.compile(r"(?:(?P<city>.*?)\s+)??(?:(?P<state>[A-Z]{2})(?:\s+|$))?(?P<zip>\d{5}(?:[- ]?\d{4})?)?")


def _read_place(text: str, _box: Box, _fields: Fields) -> list[tuple[str, Any]]:
    text = " ".join(capitals(text).replace(",", " ").split())
    match = _PLACE.fullmatch(text)
    if match is not None and (match["state"] or match["zip"]):
        found = [("city", match["city"]), ("state", match["state"])]
        found.append(("zip", zipcode.compact(match["zip"]) if match["zip"] else None))
        return [(field, value) for field, value in found if value]
    odd = _ODD_ZIP.fullmatch(text)
    if odd is not None and odd["state"] in _states():
        return [(field, value) for field, value in odd.groupdict().items() if value]
    return [("city", text)]


_ODD_ZIP = re.compile(r"(?:(?P<city>.*?)\s+)?(?P<state>[A-Z]{2})\s+(?P<zip>[A-Z-]*\d[A-Z0-9-]*)")
"""A ZIP code that is none behind a state, so that rules speak of it and not of the state."""


@cache
def _states() -> frozenset[str]:
    return frozenset(row["code"] for row in tables.rows("codes/states.csv"))


def _zip(text: str) -> str:
    return zipcode.formatted(capitals(text))


def _write_zip(values: Values, box: Box) -> str:
    """With the hyphen of nine digits where the box has room for it; five digits where it has no more."""
    text = _zip(values[0][1])
    if len(text) > box.limit and zipcode.problem(text) is None:
        text = zipcode.compact(text)
        text = text[:5] if len(text) > box.limit else text
    return text


# ---------------------------------------------------------------- dates


def _date_writer(shape: str) -> Callable[[date], str]:
    # strftime pads years before 1000 as the platform likes
    def write(day: date) -> str:
        year = f"{day.year:04}"
        return shape.format(m=f"{day.month:02}", d=f"{day.day:02}", y=year, t=year[2:])

    return write


_DAY = re.compile(r"(?P<m>\d{1,2})[ /.\-]+(?P<d>\d{1,2})[ /.\-]+(?P<y>\d{4}|\d{2})|(?P<t>\d{8}|\d{6})")
_ISO = re.compile(r"(\d{4})-(\d{2})-(\d{2})")


def read_date(text: str, *, birth: bool = False) -> date:
    """A day in the order month, day, year, with marks or without; or as YYYY-MM-DD.

    Raises:
        ValueError: it is none, or a birth date whose century nobody knows.
    """
    text = text.strip()
    iso = _ISO.fullmatch(text)
    if iso is not None:
        return date(int(iso[1]), int(iso[2]), int(iso[3]))
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError("no date")
    month, day, year = match["m"], match["d"], match["y"]
    if match["t"]:
        month, day, year = match["t"][:2], match["t"][2:4], match["t"][4:]
    if len(year) == 2:
        if birth:
            raise ValueError("a birth date without its century")
        year = str((2000 if int(year) <= PIVOT else 1900) + int(year))
    return date(int(year), int(month), int(day))


def _read_birth(text: str) -> date:
    return read_date(text, birth=True)


# ---------------------------------------------------------------- numbers


def plain(number: Decimal) -> str:
    """The shortest plain writing of a number: `1.5`, `44`.

    Raises:
        Odd: it is no number.
    """
    if not number.is_finite():
        raise Odd("unwritable", "")
    text = format(number, "f")
    return (text.rstrip("0").rstrip(".") or "0") if "." in text else text


def cents(value: Decimal, *, gap: bool = False, limit: int = 99) -> str:
    """Dollars and cents without point, `25000` for 250.00; with `gap` a blank between them where it fits.

    Raises:
        Odd: the amount is negative, has fractions of a cent, or is no number.
    """
    if not value.is_finite() or value.adjusted() > 20:
        raise Odd("unwritable", "" if not value.is_finite() else plain(value))
    whole = value.quantize(Decimal("0.01"), ROUND_HALF_UP)
    digits = str(abs(int(whole * 100))).rjust(3, "0")
    text = f"{digits[:-2]} {digits[-2:]}" if gap and len(digits) < limit else digits
    if whole != value:
        raise Odd("rounded", f"-{text}" if whole < 0 else text)
    if whole < 0:
        raise Odd("negative", f"-{text}")
    return text


def _write_cents(values: Values, _box: Box) -> str:
    return cents(values[0][1])


def _write_money(values: Values, box: Box) -> str:
    return cents(values[0][1], gap=True, limit=box.limit)


_MONEY = re.compile(r"(?P<sign>-?)(?:(?P<dollars>\d*)[. ]+(?P<cents>\d{0,2})|(?P<digits>\d+))")


def read_money(text: str) -> Decimal:
    """An amount: `250.00`, `250 00`, and `25000`, whose last two digits are cents.

    Raises:
        ValueError: it is no amount.
    """
    bare = text.replace("$", "").replace(",", "").strip()
    match = _MONEY.fullmatch(bare)
    if match is None or not any(c.isdigit() for c in bare):
        raise ValueError("no amount")
    if match["digits"]:
        found = Decimal(match["digits"]) / 100
    else:
        found = Decimal(f"{match['dollars'] or 0}.{match['cents'] or 0}")
    return (-found if match["sign"] else found).quantize(Decimal("0.01"))


def _write_units(values: Values, _box: Box) -> str:
    text = plain(values[0][1])
    if text.startswith("-"):
        raise Odd("negative", text)
    return text


def read_number(text: str) -> Decimal:
    """A plain number.

    Raises:
        ValueError: it is none.
    """
    if not re.fullmatch(r"-?(\d+\.?\d*|\.\d+)", text.strip()):
        raise ValueError("no number")
    try:
        return Decimal(text.strip())
    except InvalidOperation as problem:
        raise ValueError("no number") from problem


# ---------------------------------------------------------------- codes


def _text_codes(values: Values, _box: Box) -> str:
    return GAP.join(text for _, value in values if (text := capitals(value).strip()))


def _read_codes(text: str, _box: Box, fields: Fields) -> list[tuple[str, Any]]:
    return [(fields[0], code) for code in capitals(text).split()]


def _write_icd(value: str) -> str:
    return icd10.compact(capitals(value)).replace(".", "")


def _write_pointers(values: Values, _box: Box) -> str:
    text = "".join(LETTERS[n - 1] for _, n in values if 1 <= n <= len(LETTERS))
    if len(text) < len(values):
        raise Odd("unwritable", text)
    return text


def _read_pointers(text: str, _box: Box, fields: Fields) -> list[tuple[str, Any]]:
    """Letters; numbers too, one digit each unless they are told apart: `1 12`."""
    marks = re.sub(r"[\s,;.]+", " ", capitals(text)).strip()
    if " " in marks and all(part.isdecimal() for part in marks.split()):
        numbers = [int(part) for part in marks.split()]
    else:
        numbers = [
            LETTERS.find(c) + 1 if c in LETTERS else int(c) if c.isdecimal() else 0
            for c in marks.replace(" ", "")
        ]
    if not numbers or 0 in numbers:
        raise ValueError("no pointers")
    return [(fields[0], number) for number in numbers]


def _write_procedure(values: Values, _box: Box) -> str:
    """`9636559`: procedure and modifiers; with blanks where they could not be told apart."""
    parts = [capitals(value).strip() for _, value in values]
    code = parts[0] if values[0][0] == "hcpcs" else ""
    modifiers = parts[1:] if code else parts
    if len(code) == 5 and " " not in code and all(len(m) == 2 for m in modifiers):
        return code + "".join(modifiers)
    return " ".join(part for part in (code, *modifiers) if part)


def read_procedure(text: str) -> tuple[str, list[str]]:
    """Procedure and modifiers of `96365-59`, `96365 59` or `9636559`."""
    first, *rest = re.split(r"[\s,:\-]+", capitals(text).strip()) or [""]
    found = rest
    if len(first) > 5 and len(first) % 2:
        found = [first[5:], *rest]
        first = first[:5]
    pairs = [
        part[i : i + 2] if len(part) % 2 == 0 else part
        for part in found
        for i in (range(0, len(part), 2) if len(part) % 2 == 0 else (0,))
    ]
    return first, [pair for pair in pairs if pair]


def _read_procedure(text: str, _box: Box, _fields: Fields) -> list[tuple[str, Any]]:
    code, modifiers = read_procedure(text)
    return [("hcpcs", code), *(("modifiers", m) for m in modifiers)]


def _write_bill(values: Values, _box: Box) -> str:
    """Type of bill; a stated frequency is its last character."""
    parts = _of(values)
    bill, frequency = capitals(parts.get("type_of_bill", "")).strip(), parts.get("frequency", "")
    if len(bill) == 3 and bill[0] != "0":
        bill = f"0{bill}"
    if bill and frequency:
        bill = bill[:3] + capitals(frequency).strip()
    return bill


def _read_bill(text: str, _box: Box, _fields: Fields) -> list[tuple[str, Any]]:
    text = capitals(text).strip()
    return [("type_of_bill", text)] + ([("frequency", text[3:])] if len(text) == 4 else [])


def _hour(text: str) -> str:
    digits = "".join(c for c in text if c.isdecimal())
    return digits[:2] if len(digits) in (2, 4) else capitals(text).strip()


# ---------------------------------------------------------------- drugs


def _drug(values: Values, gap: str) -> str:
    parts = dict(values)
    code = parts.get("ndc")
    quantity, unit = parts.get("ndc_quantity"), capitals(parts.get("ndc_unit", "")).strip()
    if not code:
        return ""
    amount = unit + ("" if quantity is None else plain(quantity))
    return f"N4{capitals(ndc.compact(code))}" + (gap + amount if amount else "")


def _without_code(values: Values, text: str) -> str:
    """`text`, unless the quantity of a drug stands without its code."""
    fields = {field for field, _ in values}
    if "ndc" not in fields and fields & {"ndc_quantity", "ndc_unit"}:
        raise Odd("unwritable", text, "ndc_quantity" if "ndc_quantity" in fields else "ndc_unit")
    return text


def _write_supplement(values: Values, _box: Box) -> str:
    """`N459148001665   UN1`, and behind it or alone `ZZ` with the description (NUCC, item 24 shaded)."""
    described = words_of_note(dict(values).get("description") or "")
    parts = [_drug(values, GAP), f"ZZ{described}" if described else ""]
    return _without_code(values, GAP.join(part for part in parts if part))


def _write_ndc(values: Values, _box: Box) -> str:
    """`N459148001665UN1`, else the description (NUBC, FL 43)."""
    drug = _drug(values, "")
    described = words_of_note(dict(values).get("description") or "")
    if drug and described:
        raise Odd("no_room", drug, "description")
    return _without_code(values, drug or described)


_AMOUNT = r"(?:(?P<unit>F2|[A-Z]{2})\s*(?P<quantity>\d+\.?\d*|\.\d+)?)?(?:\s+(?P<rest>\S.*))?"
_DRUG = re.compile(rf"N4\s*(?P<ndc>\d[\d-]*)\s*{_AMOUNT}")
_ODD_DRUG = re.compile(rf"N4(?P<ndc>[0-9A-Z-]+?)\s*{_AMOUNT}")
"""A drug code with other signs than digits, for rules to judge."""


def _read_supplement(text: str, box: Box, fields: Fields) -> list[tuple[str, Any]]:
    """As FL 43, and `ZZ` before a description is left out."""
    found = _read_drug(text, box, fields)
    if found and found[-1][0] == "description":
        described = found.pop()[1].removeprefix("ZZ").strip()
        found += [("description", described)] if described else []
    return found


def _read_drug(text: str, _box: Box, _fields: Fields) -> list[tuple[str, Any]]:
    text = capitals(text).strip()
    match = _DRUG.fullmatch(text) or _ODD_DRUG.fullmatch(text)
    rest = text if match is None else match["rest"] or ""
    found: list[tuple[str, Any]] = []
    if match is not None:
        found = [("ndc", match["ndc"]), ("ndc_unit", match["unit"])]
        found.append(("ndc_quantity", Decimal(match["quantity"]) if match["quantity"] else None))
    if rest:
        found.append(("description", rest))
    return [(field, value) for field, value in found if value is not None]


def words_of_note(text: str) -> str:
    """A free text: capitals, with its punctuation, single blanks only."""
    return " ".join(capitals(text).split())


# ---------------------------------------------------------------- the table


def _text(text: str) -> str:
    """Capitals, single blanks only, punctuation as it is."""
    return " ".join(capitals(text).split())


def _phone(text: str) -> str:
    digits = phone.compact(text)
    return f"{digits[:3]} {digits[3:]}" if len(digits) == 10 and digits.isdecimal() else _text(text)


def _first(text: str, _box: Box, fields: Fields) -> list[tuple[str, Any]]:
    return [(fields[0], _text(text))]


def _read_surname_box(text: str, _box: Box, _fields: Fields) -> list[tuple[str, Any]]:
    return list(_read_surname(_text(text)))


FORMATS: dict[str, Format] = {
    "text": _single(words, _text),
    "note": _single(words_of_note, _text),
    "name": Format(_write_name, _read_name),
    "provider": Format(_write_provider, _read_provider),
    "surname": Format(_write_surname, _read_surname_box),
    "street": Format(_write_street, _first),
    "place": Format(_write_place, _read_place),
    "id": _single(compact, compact),
    "id_marks": _single(_text, _text),
    "code": _single(_text, _text),
    "codes": Format(_text_codes, _read_codes),
    "bill": Format(_write_bill, _read_bill),
    "hour": _single(_hour, _text),
    "date10": _single(_date_writer("{m} {d} {y}"), read_date),
    "birth10": _single(_date_writer("{m} {d} {y}"), _read_birth),
    "date8": _single(_date_writer("{m} {d} {t}"), read_date),
    "date6": _single(_date_writer("{m}{d}{t}"), read_date),
    "birth8": _single(_date_writer("{m}{d}{y}"), _read_birth),
    "money": Format(_write_money, _reader(read_money), joint=False),
    "cents": Format(_write_cents, _reader(read_money), joint=False),
    "phone": _single(_phone, phone.compact),
    "phone10": _single(lambda text: phone.compact(capitals(text)), phone.compact),
    "zip": Format(_write_zip, _reader(zipcode.compact), joint=False),
    "icd": _single(_write_icd, lambda text: icd10.compact(capitals(text))),
    "pointers": Format(_write_pointers, _read_pointers),
    "units": Format(_write_units, _reader(read_number), joint=False),
    "procedure": Format(_write_procedure, _read_procedure),
    "supplement": Format(_write_supplement, _read_supplement),
    "ndc": Format(_write_ndc, _read_drug),
    "digits": _single(compact, compact),
    "tax": _single(
        lambda text: tax_id.formatted(capitals(text)), lambda text: tax_id.compact(capitals(text))
    ),
}
"""The formats of `schemas/forms/*.csv` but `tick` and `none`, by name."""
