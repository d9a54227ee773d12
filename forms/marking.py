"""Findings on a proof copy: a frame and a numbered badge at each box, and a legend that explains the numbers.

Colour is never alone: an error has a full frame and a filled round badge, a warning a dashed frame and a
square badge, a remark a dotted frame and an open round badge.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.lib.utils import simpleSplit
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from forms import fonts
from forms.drawing import CAP_HEIGHT, POINT, WHITE, drawing, foot, left
from forms.layout import PITCH, SHEET_HEIGHT, SHEET_WIDTH, Box, Form, boxes

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
COLOURS: dict[Severity, Color] = {
    "error": Color(0.78, 0.05, 0.10),
    "warning": Color(0.72, 0.38, 0.0),
    "info": Color(0.10, 0.32, 0.68),
}
DASHES: dict[Severity, list[float]] = {"error": [], "warning": [3.0, 1.5], "info": [0.8, 1.4]}
BADGE = 8.0
"""Height of a badge in points."""
DIGITS = 5.6
"""Size of the number in a badge."""
CELL = POINT * PITCH
Rectangle = tuple[float, float, float, float]
"""Left, lower, right and upper edge in points from the lower left corner of the sheet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Heads:
    """How a legend speaks of what it explains."""

    words: Mapping[Severity, str]
    """What each kind of mark stands for; of several an s is put behind."""
    said: str
    """One sentence behind their counts."""
    columns: tuple[str, str, str]
    """Heads of the place, of the second column, and of the text."""


FINDINGS = Heads(
    words={"error": "error", "warning": "warning", "info": "info"},
    said="The numbers stand at the boxes of the form.",
    columns=("box", "rule", "what is wrong, and what to do"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """One numbered line of the legend."""

    number: int
    severity: Severity
    second: str
    """What the second column of the legend says: the rule, or the place on the right one of two forms."""
    where: str
    """Where it is, in words: `24D, line 2`."""
    message: str
    help: str = ""
    detail: str = ""
    """What is expected and what stands there, masked where values are."""
    places: tuple[tuple[int, str], ...] = ()
    """Page (from 0) and key of each box that it marks; none where it is about the claim as a whole."""


def room_of(box: Box) -> Rectangle:
    """The area of the letters that a box takes."""
    x, y = left(box.form, box.column), foot(box)
    if box.align == "right":
        x += CELL * (box.width - box.limit)
    return (x, y, x + CELL * box.limit, y + fonts.CAPITAL)


def marked(notes: Sequence[Note], page: int) -> dict[str, list[Note]]:
    """The notes of a page by the key of their box."""
    found: dict[str, list[Note]] = {}
    for note in notes:
        for where, key in note.places:
            if where == page and note not in found.get(key, []):
                found.setdefault(key, []).append(note)
    return found


def frames(canvas: Canvas, form: Form, marks: Mapping[str, Sequence[Note]]) -> None:
    """Draw the frames; before the values, which stand on them."""
    canvas.saveState()
    for key, notes in marks.items():
        severity = _worst(notes)
        colour = COLOURS[severity]
        x, y, x2, y2 = room_of(boxes(form)[key])
        canvas.setLineWidth(0.9)
        canvas.setStrokeColor(colour)
        canvas.setFillColor(_faint(colour))
        canvas.setDash(DASHES[severity])
        canvas.roundRect(x - 1.2, y - 1.9, x2 - x + 2.4, y2 - y + 3.4, 1.5, stroke=1, fill=1)
    canvas.restoreState()


def badges(
    canvas: Canvas, form: Form, marks: Mapping[str, Sequence[Note]], values: Mapping[str, str]
) -> None:
    """Draw the badges; after the values, where nothing else stands."""
    taken = _taken(form, values)
    for key, notes in marks.items():
        box = boxes(form)[key]
        wide = sum(badge_width(note.number) for note in notes) + 0.8 * (len(notes) - 1)
        x, y = _spot(box, len(values.get(key, "")), wide, taken)
        taken.append((x, y, x + wide, y + BADGE))
        for note in notes:
            badge(canvas, x, y, note.number, note.severity)
            x += badge_width(note.number) + 0.8


def badge_width(number: int) -> float:
    """Width of a badge in points."""
    return max(BADGE, float(stringWidth(str(number), fonts.CAPTIONS_BOLD, DIGITS)) + 3.4)


def badge(canvas: Canvas, x: float, y: float, number: int, severity: Severity) -> None:
    """Draw one badge with its lower left corner at a point."""
    colour, wide = COLOURS[severity], badge_width(number)
    canvas.saveState()
    canvas.setStrokeColor(colour)
    canvas.setLineWidth(0.9)
    canvas.setFillColor(colour if severity == "error" else WHITE)
    radius = 1.0 if severity == "warning" else BADGE / 2 - 0.2
    canvas.roundRect(x + 0.4, y + 0.4, wide - 0.8, BADGE - 0.8, radius - 0.3, stroke=1, fill=1)
    canvas.setFillColor(WHITE if severity == "error" else colour)
    canvas.setFont(fonts.CAPTIONS_BOLD, DIGITS)
    canvas.drawCentredString(x + wide / 2, y + (BADGE - DIGITS * CAP_HEIGHT) / 2, str(number))
    canvas.restoreState()


def _worst(notes: Sequence[Note]) -> Severity:
    return min((note.severity for note in notes), key=SEVERITIES.index)


def _faint(colour: Color) -> Color:
    return Color(*(1 - 0.10 * (1 - part) for part in colour.rgb()))


@cache
def _captions(form: Form) -> tuple[Rectangle, ...]:
    """Where captions stand."""
    return tuple(
        (caption.x, caption.y, caption.x + caption.width, caption.y + caption.size * CAP_HEIGHT)
        for caption in drawing(form)[1]
        if not caption.turned
    )


def _taken(form: Form, values: Mapping[str, str]) -> list[Rectangle]:
    """Where values and captions stand."""
    found = list(_captions(form))
    for key, text in values.items():
        x, y, x2, y2 = room_of(boxes(form)[key])
        wide = CELL * len(text)
        found.append((x2 - wide, y, x2, y2) if boxes(form)[key].align == "right" else (x, y, x + wide, y2))
    return found


def _spot(box: Box, length: int, wide: float, taken: Sequence[Rectangle]) -> tuple[float, float]:
    """Lower left corner of a badge: the first place near its box where it covers nothing, or the least."""
    x, y, x2, y2 = room_of(box)
    level = (y + y2 - BADGE) / 2
    end = x + CELL * length
    inside = [(x + 1, level)] if box.align == "right" or not length else []
    if box.align == "left" and length:
        inside = [(end + 2, level)]
    spots = [(a, b) for a, b in inside if a + wide <= x2 and (not length or a + wide <= x2 - 1)]
    spots += [
        (x2 + 1.6, level),
        (x - wide - 1.6, level),
        (x2 - wide + 1.2, y2 + 1.7),
        (x - 1.2, y2 + 1.7),
        ((x + x2 - wide) / 2, y2 + 1.7),
        (x2 - wide + 1.2, y - BADGE - 2),
        (x - 1.2, y - BADGE - 2),
    ]
    near = [other for other in taken if other[1] < y2 + 2 * BADGE and other[3] > y - 2 * BADGE]
    best, least = (x, y), float("inf")
    for spot in spots:
        if 2 <= spot[0] <= POINT * SHEET_WIDTH - wide - 2:
            covered = round(_covered(spot, wide, near), 1)
            if covered < least:
                best, least = spot, covered
            if not covered:
                break
    return best


def _covered(spot: tuple[float, float], wide: float, taken: Sequence[Rectangle]) -> float:
    """Square points of values and captions that a badge would cover."""
    x, y = spot
    total = 0.0
    for a, b, a2, b2 in taken:
        if a < x + wide and x < a2 and b < y + BADGE and y < b2:
            total += (min(x + wide, a2) - max(x, a)) * (min(y + BADGE, b2) - max(y, b))
    return total


# ---------------------------------------------------------------- the legend

MARGIN = 0.6 * POINT
TEXT = 8.6
LEADING = 11.2
_COLUMNS = (0.0, 20.0, 60.0, 142.0, 226.0)
"""Left edges of badge, severity, place, rule and text, in points from the margin."""


def legend(canvas: Canvas, title: str, notes: Sequence[Note], heads: Heads = FINDINGS) -> Iterator[None]:
    """Draw the pages of the legend; the caller ends the page after each turn."""
    width, bottom = POINT * SHEET_WIDTH - 2 * MARGIN, MARGIN + 14
    y = _head(canvas, title, notes, heads, first=True)
    for note in notes:
        lines = list(_lines(note, width - _COLUMNS[4]))
        tall = LEADING * max(len(lines), 1) + 5
        if y - tall < bottom:
            yield
            y = _head(canvas, title, notes, heads, first=False)
        badge(canvas, MARGIN, y - 1.4, note.number, note.severity)
        canvas.setFillColor(COLOURS[note.severity])
        canvas.setFont(fonts.CAPTIONS_BOLD, TEXT - 1)
        canvas.drawString(MARGIN + _COLUMNS[1], y, heads.words[note.severity])
        canvas.setFillGray(0)
        canvas.setFont(fonts.CAPTIONS, TEXT - 1)
        for column, text in ((2, note.where), (3, note.second)):
            room = _COLUMNS[column + 1] - _COLUMNS[column] - 4
            for k, part in enumerate(simpleSplit(text, fonts.CAPTIONS, TEXT - 1, room)):
                canvas.drawString(MARGIN + _COLUMNS[column], y - k * LEADING, part)
        for k, (font, grey, part) in enumerate(lines):
            canvas.setFont(font, TEXT)
            canvas.setFillGray(grey)
            canvas.drawString(MARGIN + _COLUMNS[4], y - k * LEADING, part)
        y -= tall
        canvas.setStrokeGray(0.85)
        canvas.setLineWidth(0.4)
        canvas.line(MARGIN, y + LEADING - 1.6, MARGIN + width, y + LEADING - 1.6)
    yield


def _lines(note: Note, width: float) -> Iterator[tuple[str, float, str]]:
    """Font, grey and text of each line of a note."""
    parts = ((fonts.CAPTIONS_BOLD, 0.0, note.message), (fonts.CAPTIONS, 0.0, note.help))
    for font, grey, text in (*parts, (fonts.CAPTIONS, 0.35, note.detail)):
        plain = fonts.printable(" ".join(text.split()), fonts.captions()[0])
        for line in simpleSplit(plain, font, TEXT, width):
            yield font, grey, line


def _head(canvas: Canvas, title: str, notes: Sequence[Note], heads: Heads, *, first: bool) -> float:
    """Draw the head of a page of the legend; returns where the first line stands."""
    y = POINT * SHEET_HEIGHT - MARGIN - 12
    canvas.setFillGray(0)
    canvas.setFont(fonts.CAPTIONS_BOLD, 13)
    shown = fonts.printable(title, fonts.captions()[1])
    canvas.drawString(MARGIN, y, shown if first else f"{shown}, continued")
    canvas.setFont(fonts.CAPTIONS, TEXT)
    counts = [(sum(note.severity == s for note in notes), heads.words[s]) for s in SEVERITIES]
    plural = {word: word + ("" if word.endswith("d") else "s") for _, word in counts}
    said = ", ".join(f"{n} {plural[word] if n > 1 else word}" for n, word in counts if n)
    canvas.drawString(MARGIN, y - 14, f"{said}. {heads.said}")
    canvas.setFont(fonts.CAPTIONS_BOLD, TEXT)
    canvas.drawRightString(POINT * SHEET_WIDTH - MARGIN, y, "PROOF - NOT FOR SUBMISSION")
    y -= 36
    canvas.setFont(fonts.CAPTIONS_BOLD, TEXT - 1)
    canvas.setFillGray(0.35)
    for column, word in enumerate(("no.", "", *heads.columns)):
        canvas.drawString(MARGIN + _COLUMNS[column], y, word)
    canvas.setStrokeGray(0.4)
    canvas.setLineWidth(0.7)
    canvas.line(MARGIN, y - 4, POINT * SHEET_WIDTH - MARGIN, y - 4)
    return y - 18
