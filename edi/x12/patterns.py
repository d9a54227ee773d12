"""Guide lines as patterns: one compiled pattern says whether a whole segment is right.

A pattern accepts exactly what `edi.x12.elements.judge` finds no fault in (a test compares the two); it is
there for speed, `judge` is there to explain.
"""

import re
from functools import cache

from edi.x12.guide import ElementLine, Note, SegmentLine
from edi.x12.segment import COMPONENT, ELEMENT, REPETITION

_LEAP = r"(?:(?:\d\d)(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"
DAY = (
    r"(?:(?!0000)\d{4}(?:(?:0[13578]|1[02])(?:0[1-9]|[12]\d|3[01])"
    r"|(?:0[469]|11)(?:0[1-9]|[12]\d|30)|02(?:0[1-9]|1\d|2[0-8]))|(?!0000)" + _LEAP + r"0229)"
)
"""A day that exists, CCYYMMDD."""
SHORT_DAY = (
    r"(?:\d\d(?:(?:0[13578]|1[02])(?:0[1-9]|[12]\d|3[01])|(?:0[469]|11)(?:0[1-9]|[12]\d|30)"
    r"|02(?:0[1-9]|1\d|2[0-8]))|(?:[02468][048]|[13579][26])0229)"
)
"""A day that exists, YYMMDD."""
TIME = r"(?:(?:[01]\d|2[0-3])[0-5]\d(?:[0-5]\d(?:\d\d?)?)?)"
"""HHMM, HHMMSS, HHMMSSD or HHMMSSDD."""
FORMATS = {
    "D8": DAY,
    "D6": SHORT_DAY,
    "RD8": rf"{DAY}-{DAY}",
    "TM": r"(?:(?:[01]\d|2[0-3])[0-5]\d)",
    "DT": DAY + r"(?:[01]\d|2[0-3])[0-5]\d",
}
"""Texts that each date format allows."""

_DATA = "[^" + ELEMENT + COMPONENT + REPETITION + "]"
_PLAIN = r"[^\x00-/:-@\[-`{-\x7f]"
"""Letters and digits; a sign beyond ASCII is a fault of its own, which the reader tells."""
_VISIBLE = "[^ " + ELEMENT + COMPONENT + REPETITION + "]"


def number(least: int, most: int) -> str:
    """Type R: digits are counted, sign and point are not."""
    whole = rf"\d{{{max(1, least)},{most}}}+(?!\.)"
    pointed = rf"(?=(?:\.?\d){{{max(1, least)},{most}}}\.?(?![\d.]))(?:\d+\.\d*|\.\d+)"
    # most numbers are amounts whose digits need no counting
    usual = rf"\d{{1,{most - _CENTS}}}+(?:\.\d{{0,{_CENTS}}}+)?(?![\d.])|" if least < 2 and most > 3 else ""
    return rf"-?(?:{usual}{whole}|{pointed})"


_CENTS = 2


@cache
def value(type_: str, least: int, most: int, codes: frozenset[str], plain: bool = False) -> str:
    """Pattern of one value that is there; a plain one holds letters and digits alone."""
    if plain:
        return rf"{_PLAIN}{{{max(1, least)},{most}}}"
    if codes:
        fit = sorted(c for c in codes)
        return "(?:" + "|".join(map(re.escape, fit)) + ")"
    match type_:
        case "R":
            return number(least, most)
        case "N0" | "N2":
            return rf"-?\d{{{max(1, least)},{most}}}"
        case "DT":
            both = [p for p, n in ((DAY, 8), (SHORT_DAY, 6)) if least <= n <= most]
            return "(?:" + "|".join(both) + ")"
        case "TM":
            return rf"(?={_DATA}{{{least},{most}}}(?!{_DATA})){TIME}"
        case _:
            if most == 1:
                return _VISIBLE
            # the last character is no blank: X12.6 suppresses trailing blanks
            return rf"{_DATA}{{{max(0, least - 1)},{most - 1}}}{_VISIBLE}"


def _presence(place: int, mark: str) -> str:
    """Lookahead body: the element or component of a place, from where it stands, holds something."""
    any_ = "[^" + ELEMENT + "]" if mark == ELEMENT else _DATA
    return rf"(?:{mark}{any_}*){{{place - 1}}}{mark}{any_}"


def note_pattern(note: Note, mark: str, before: int = 0) -> str:
    """Lookaheads that fail where a syntax note is violated; they stand behind so many places."""
    has = [_presence(place - before, mark) for place in note.places]
    if note.kind == "P":
        first, rest = has[0], has[1:]
        return "".join(f"(?!(?={first})(?!{r}))(?!(?={r})(?!{first}))" for r in rest)
    if note.kind == "R":
        return "(?:" + "|".join(f"(?={h})" for h in has) + ")"
    if note.kind == "E":
        pairs = [(a, b) for i, a in enumerate(has) for b in has[i + 1 :]]
        return "".join(f"(?!(?={a})(?={b}))" for a, b in pairs)
    if note.kind == "C":
        return "".join(f"(?!(?={has[0]})(?!{r}))" for r in has[1:])
    if note.kind == "L":
        return f"(?!(?={has[0]})" + "".join(f"(?!{r})" for r in has[1:]) + ")"
    return ""


def _formatted(
    lines: list[ElementLine], notes: tuple[Note, ...]
) -> dict[int, tuple[ElementLine, ElementLine]]:
    """Place of a date -> (line of its format, line of the date)."""
    by_place = {line.component or line.position: line for line in lines}
    found = {}
    for note in notes:
        if note.kind == "D" and all(p in by_place for p in note.places):
            found[note.places[1]] = (by_place[note.places[0]], by_place[note.places[1]])
    return found


def _sequence(lines: list[ElementLine], notes: tuple[Note, ...], mark: str, first: str) -> str:
    """Pattern of elements (or components) with `mark` between them and no empty ones at the end.

    `first` stands before the first place: the mark for elements, whose notes are checked here, nothing for
    components.
    """
    by_place = {line.component or line.position: line for line in lines}
    if not by_place:
        return ""
    dates = _formatted(lines, notes)
    required = max((p for p, line in by_place.items() if line.usage == "R"), default=0)
    text = ""
    place = max(by_place)
    while place > 0:
        line = by_place.get(place)
        tail, covered = place > required, place
        if place in dates and (dates[place][0].component or dates[place][0].position) == place - 1:
            form, day = dates[place]
            body = _date_pair(form, day, mark)
            if form.usage == "S":
                body = f"(?:{body}|{mark})"
            place -= 1
        elif line is None:
            body = ""
        else:
            body = _one(line)
            if line.usage == "S":
                body = f"(?:{body})?"
        separator = mark if place > 1 else first
        if first:
            separator = _checks(notes, place, covered) + separator
        text = f"(?:{separator}{body}{text})?" if tail else f"{separator}{body}{text}"
        place -= 1
    return f"{text}(?<!{mark})"


def _checks(notes: tuple[Note, ...], first: int, last: int) -> str:
    """Lookaheads for notes of elements of which these are the first: without them all are absent.

    That one of several must be there, absence does not satisfy: such notes stand behind the segment id.
    """
    due = [note for note in notes if note.kind not in "DR" and first <= min(note.places) <= last]
    return "".join(note_pattern(note, ELEMENT, first - 1) for note in due)


def _date_pair(form: ElementLine, day: ElementLine, mark: str) -> str:
    codes = [c for c in form.codes if c in FORMATS]
    others = [c for c in form.codes if c not in FORMATS]
    choices = [f"{c}{mark}{FORMATS[c]}" for c in codes]
    choices += [f"{re.escape(c)}{mark}{value(day.type, day.least, day.most, day.code_set)}" for c in others]
    return "(?:" + "|".join(choices) + ")"


def _one(line: ElementLine) -> str:
    """Pattern of one element that is there."""
    if line.type == "comp":
        inner = _sequence(line.components, line.notes, COMPONENT, "")
        live = "".join(note_pattern(n, COMPONENT) for n in line.notes if n.kind != "D")
        if live:
            # the notes are lookaheads that count marks from before the first component
            live = live.replace(f"(?:{COMPONENT}{_DATA}*){{", f"(?:{_DATA}*{COMPONENT}){{").replace(
                f"}}{COMPONENT}{_DATA}", f"}}{_DATA}"
            )
        body = f"{live}(?={_DATA}|{COMPONENT}){inner}"
    else:
        body = value(line.type, line.least, line.most, line.code_set, line.is_plain)
    if line.repeat > 1:
        return f"{body}(?:{REPETITION}{body}){{0,{line.repeat - 1}}}"
    return body


def segment_pattern(line: SegmentLine) -> re.Pattern[str]:
    """Pattern that the whole text of a right segment matches (`fullmatch`)."""
    notes = "".join(note_pattern(n, ELEMENT) for n in line.notes if n.kind == "R")
    return re.compile(line.id + notes + _sequence(line.elements, line.notes, ELEMENT, ELEMENT))
