"""The forms as they are drawn on a proof copy: our own rules and captions, from `schemas/forms/*_lines.csv`.

What follows from the boxes themselves is drawn without a row of the table: the squares of ticks, and the fine
rules between month, day and year, and between dollars and cents.
"""

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal

from reportlab.lib.colors import Color
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.pdfgen.canvas import Canvas

from edi import tables
from edi.errors import TableError
from forms import fonts
from forms.document import Sheets
from forms.layout import FIRST_COLUMN, LEADING, PITCH, SHEET_HEIGHT, SHEET_WIDTH, Box, Form, boxes

POINT = 72.0
"""Points to the inch."""
INK = Color(0.66, 0.33, 0.27)
"""Rules of the form: red-brown, so that black values stand out."""
CAPTION_INK = Color(0.50, 0.20, 0.15)
TINT = Color(0.975, 0.925, 0.91)
"""Shaded areas."""
PALE = Color(0.96, 0.96, 0.96)
WHITE = Color(1, 1, 1)

CAPTION = 5.2
"""Points of a caption."""
BAND = 3.8
"""Points of a caption that stands astride a rule: the room between two lines of values is 3.6 points high."""
TITLE = 8.0
NARROW = 86
"""Captions are this many percent of their usual width."""
TICK_EDGE = 0.35
"""Points between a tick and its square."""
TICK_GAP = 2.8
"""Points between a tick and its caption."""
CAP_HEIGHT = 0.729
"""Height of the captions' capitals, as a part of their size."""

Kind = Literal["cell", "note", "line", "dots", "shade", "side", "title"]
KINDS: tuple[Kind, ...] = ("cell", "note", "line", "dots", "shade", "side", "title")
PLACES = ("", "in", "band", "foot", "mid")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stroke:
    """A straight rule, or the outline of a rectangle; points from the lower left corner of the sheet."""

    x: float
    y: float
    x2: float
    y2: float
    kind: Literal["rule", "outline", "fine", "tint"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Caption:
    """A caption: its number in bold letters, then its words; points from the sheet's lower left corner."""

    number: str
    text: str
    x: float
    y: float
    """Foot of its letters; for one that is read from below, its left side."""
    size: float
    form: Form
    room: float
    """Points that it may be wide."""
    turned: bool = False
    astride: bool = False
    """It interrupts a rule."""

    @property
    def width(self) -> float:
        """Its width in points, as it is drawn."""
        narrow = NARROW / 100
        wide = stringWidth(self.number, fonts.CAPTIONS_BOLD, self.size) * narrow
        if self.number and self.text:
            wide += 0.35 * self.size
        return float(wide + stringWidth(self.text, fonts.CAPTIONS, self.size) * narrow)


def left(form: Form, column: float) -> float:
    """Points from the left edge of the sheet to the left side of a column of the grid."""
    return POINT * (FIRST_COLUMN[form] + PITCH * (column - 1))


def height(line: float) -> float:
    """Points from the lower edge of the sheet up to so many lines from its upper edge."""
    return POINT * (SHEET_HEIGHT - LEADING * line)


def foot(box: Box) -> float:
    """Points from the lower edge of the sheet up to the foot of a box's letters."""
    return POINT * (SHEET_HEIGHT - box.baseline)


@cache
def drawing(form: Form) -> tuple[tuple[Stroke, ...], tuple[Caption, ...]]:
    """Everything that is drawn of a form beside values.

    Raises:
        TableError: a row of the table is none that can be drawn.
    """
    fonts.captions()
    strokes: list[Stroke] = []
    captions: list[Caption] = []
    for row in tables.rows(f"forms/{form}_lines.csv"):
        for made in _row(form, row):
            (strokes if isinstance(made, Stroke) else captions).append(made)  # type: ignore[arg-type]
    cells = [stroke for stroke in strokes if stroke.kind == "outline"]
    for made in _boxes(form, cells):
        (strokes if isinstance(made, Stroke) else captions).append(made)  # type: ignore[arg-type]
    order = ("tint", "fine", "rule", "outline")
    strokes.sort(key=lambda stroke: order.index(stroke.kind))
    return tuple(strokes), tuple(captions)


@cache
def drawn(form: Form) -> bytes:
    """A form without values, marked as a proof: what draws it on a `Sheets`, compressed."""
    canvas = Sheets("", (POINT * SHEET_WIDTH, POINT * SHEET_HEIGHT))
    draw(canvas, form)
    return zlib.compress(canvas.getCurrentPageContent().encode("latin-1"), 9)


def draw(canvas: Canvas, form: Form) -> None:
    """Draw a form without values, marked as a proof."""
    strokes, captions = drawing(form)
    _watermark(canvas)
    for stroke in strokes:
        if stroke.kind == "tint":
            canvas.setFillColor(TINT)
            canvas.rect(stroke.x, stroke.y2, stroke.x2 - stroke.x, stroke.y - stroke.y2, stroke=0, fill=1)
    canvas.setStrokeColor(INK)
    for kind, width, dash in (("fine", 0.3, [0.6, 1.2]), ("rule", 0.4, []), ("outline", 0.55, [])):
        canvas.setLineWidth(width)
        canvas.setDash(dash)
        for stroke in strokes:
            if stroke.kind != kind:
                continue
            if kind == "outline":
                canvas.rect(stroke.x, stroke.y2, stroke.x2 - stroke.x, stroke.y - stroke.y2)
            else:
                canvas.line(stroke.x, stroke.y, stroke.x2, stroke.y2)
    canvas.setDash()
    for caption in captions:
        if caption.astride:
            canvas.setFillColor(WHITE)
            canvas.rect(caption.x - 0.6, caption.y - 0.1, caption.width + 1.2, BAND * CAP_HEIGHT + 0.2, 0, 1)
    canvas.setFillColor(CAPTION_INK)
    for caption in captions:
        _write(canvas, caption)


def _watermark(canvas: Canvas) -> None:
    """A word across the sheet, so pale that it stands behind the values."""
    canvas.saveState()
    canvas.setFillColor(PALE)
    canvas.setFont(fonts.CAPTIONS_BOLD, 150)
    canvas.translate(POINT * SHEET_WIDTH / 2, POINT * SHEET_HEIGHT / 2)
    canvas.rotate(52)
    canvas.drawCentredString(0, -50, "PROOF")
    canvas.restoreState()


def _write(canvas: Canvas, caption: Caption) -> None:
    canvas.saveState()
    canvas.translate(caption.x, caption.y)
    if caption.turned:
        canvas.rotate(90)
    text = canvas.beginText(0, 0)
    text.setHorizScale(NARROW)
    if caption.number:
        text.setFont(fonts.CAPTIONS_BOLD, caption.size)
        text.textOut(caption.number)
    if caption.text:
        if caption.number:
            wide = stringWidth(caption.number, fonts.CAPTIONS_BOLD, caption.size) * NARROW / 100
            text.setTextOrigin(wide + 0.35 * caption.size, 0)
        text.setFont(fonts.CAPTIONS, caption.size)
        text.textOut(caption.text)
    canvas.drawText(text)
    canvas.restoreState()


# ---------------------------------------------------------------- from the table


def _row(form: Form, row: dict[str, str]) -> Iterator[Stroke | Caption]:
    kind, place = row["kind"], row["place"]
    if kind not in KINDS or place not in PLACES:
        raise TableError(f"forms/{form}_lines.csv: nothing is drawn as {kind} {place}")
    for k in range(int(row["rows"] or 1)):
        down = k * float(row["step"] or 0)
        x, x2 = left(form, float(row["left"])), left(form, float(row["right"]))
        y, y2 = height(float(row["top"]) + down), height(float(row["bottom"]) + down)
        if kind in ("line", "dots"):
            yield Stroke(x=x, y=y, x2=x2, y2=y2, kind="rule" if kind == "line" else "fine")
            continue
        if kind == "shade":
            yield Stroke(x=x, y=y, x2=x2, y2=y2, kind="tint")
            continue
        if kind == "cell":
            yield Stroke(x=x, y=y, x2=x2, y2=y2, kind="outline")
        number = _counted(row["item"], k)
        text = re.sub(r"=([\w.]+)", lambda match: _label(form, match[1]), row["text"])
        if not number and not text:
            continue
        if kind == "side":
            yield from _side(form, text, x, x2, y, y2)
        elif kind == "title":
            yield Caption(number=text, text="", x=x, y=y2 + 2, size=TITLE, form=form, room=x2 - x)
        else:
            yield from _captions(form, number, text, (x, y, x2, y2), place)


def _captions(
    form: Form, number: str, text: str, around: tuple[float, float, float, float], place: str
) -> Iterator[Caption]:
    x, y, x2, y2 = around
    room = x2 - x - 1.4
    if place == "band":
        start = x + 2.0
        yield Caption(
            number=number, text=text, x=start, y=y - 0.65, size=BAND, form=form, room=room, astride=True
        )
        return
    capital = CAPTION * CAP_HEIGHT
    if place == "foot":
        yield Caption(number=number, text=text, x=x + 0.8, y=y2 + 2.5, size=CAPTION, form=form, room=room)
        return
    if place == "mid":
        middle = (y + y2 - capital) / 2
        yield Caption(number=number, text=text, x=x + 1.2, y=middle, size=CAPTION, form=form, room=room)
        return
    first = y - 1.0 - capital
    for k, words in enumerate(text.split("|")):
        if words or (number and not k):
            yield Caption(
                number="" if k else number,
                text=words,
                x=x + 1.5,
                y=first - k * (CAPTION + 0.2),
                size=CAPTION,
                form=form,
                room=room,
            )


def _side(form: Form, text: str, x: float, x2: float, y: float, y2: float) -> Iterator[Caption]:
    wide = stringWidth(text, fonts.CAPTIONS, CAPTION) * NARROW / 100
    yield Caption(
        number="",
        text=text,
        x=(x + x2) / 2,
        y=(y + y2 - wide) / 2,
        size=CAPTION,
        form=form,
        room=y - y2,
        turned=True,
    )


def _counted(first: str, k: int) -> str:
    """The k-th name behind one: 1, 2, 3 or A, B, C."""
    if not first or not k:
        return first
    return str(int(first) + k) if first.isdecimal() else chr(ord(first) + k)


def _label(form: Form, key: str) -> str:
    box = boxes(form).get(key)
    if box is None:
        raise TableError(f"forms/{form}_lines.csv: there is no box {key}")
    return box.label


# ---------------------------------------------------------------- from the boxes


def _boxes(form: Form, cells: list[Stroke]) -> Iterator[Stroke | Caption]:
    ticks: dict[str, list[Box]] = {}
    for box in boxes(form).values():
        if box.format == "tick":
            ticks.setdefault(box.item, []).append(box)
        elif box.format == "date10":
            yield from _parts(box, (2.5, 5.5), ("MM", "DD", "YYYY"), (0, 3, 6))
        elif box.format == "date8" and box.row:
            yield from _parts(box, (2.5, 5.5), (), ())
        elif box.format == "money":
            yield from _parts(box, (box.width - 2.5,), (), ())
        elif box.format == "cents" and box.align == "right":
            yield from _parts(box, (box.width - 2.0,), (), ())
    for members in ticks.values():
        yield from _ticks(form, members, cells)


def _parts(
    box: Box, splits: tuple[float, ...], names: tuple[str, ...], starts: tuple[int, ...]
) -> Iterator[Stroke | Caption]:
    """Fine rules between the parts of a value, and what the parts are above them."""
    top, bottom = height(box.line - 0.98), height(box.line - 0.02)
    for split in splits:
        x = left(box.form, box.column + split)
        yield Stroke(x=x, y=top, x2=x, y2=bottom, kind="fine")
    for name, start in zip(names, starts, strict=True):
        yield Caption(
            number="",
            text=name,
            x=left(box.form, box.column + start) + 1,
            y=height(box.line - 1) + 1,
            size=BAND,
            form=box.form,
            room=3 * POINT * PITCH,
        )


def _ticks(form: Form, members: list[Box], cells: list[Stroke]) -> Iterator[Stroke | Caption]:
    """A square around each tick, and what it means: to the right, to the left, or above."""
    sides = [_room(form, box, cells) for box in members]
    words = [stringWidth(box.label, fonts.CAPTIONS, CAPTION) * NARROW / 100 for box in members]
    right = all(wide <= side[1] for wide, side in zip(words, sides, strict=True))
    left_of = all(wide <= side[0] for wide, side in zip(words, sides, strict=True))
    for box, wide, room in zip(members, words, sides, strict=True):
        x, y = left(form, box.column), foot(box)
        yield Stroke(x=x - TICK_EDGE, y=y + 9.4, x2=x + 7.2 + TICK_EDGE, y2=y - 1.0, kind="outline")
        if right:
            yield _beside(box, x + 7.2 + TICK_GAP, room[1])
        elif left_of:
            yield _beside(box, x - TICK_GAP - wide, room[0])
        else:
            yield Caption(
                number="", text=box.label, x=x - 1, y=y + 11.5, size=BAND, form=form, room=2 * POINT * PITCH
            )


def _beside(box: Box, x: float, room: float) -> Caption:
    return Caption(number="", text=box.label, x=x, y=foot(box) + 1.6, size=CAPTION, form=box.form, room=room)


def _room(form: Form, box: Box, cells: list[Stroke]) -> tuple[float, float]:
    """Points that are free to the left and to the right of a tick's square, within its cell."""
    x, y = left(form, box.column), foot(box)
    around = [c for c in cells if c.x < x < c.x2 and c.y2 < y < c.y]
    start, end = max(c.x for c in around), min(c.x2 for c in around)
    for other in boxes(form).values():
        if other.line != box.line or other is box:
            continue
        edge = TICK_EDGE if other.format == "tick" else 0
        if other.column < box.column:
            start = max(start, left(form, other.column + other.width) + edge)
        else:
            end = min(end, left(form, other.column) - edge)
    return x - TICK_GAP - start - 1, end - x - 7.2 - TICK_GAP - 1
