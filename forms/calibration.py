"""The page by which a printer is measured: rulers, the print grid, and crosses whose place is known.

A cross stands at the left edge of a column and on the lower edge of a line, where the bought form has a rule.
"""

from collections.abc import Sequence

from reportlab.lib.utils import simpleSplit
from reportlab.pdfgen.canvas import Canvas

from forms import fonts
from forms.document import Sheets
from forms.drawing import POINT
from forms.layout import (
    BASELINE,
    COLUMNS,
    FIRST_COLUMN,
    LEADING,
    PITCH,
    SHEET_HEIGHT,
    SHEET_WIDTH,
    Form,
    Offset,
)

CROSS_LINES: dict[Form, tuple[int, ...]] = {"cms1500": (10, 46, 63), "ub04": (17, 41, 64)}
"""Lines on whose lower edge the bought form has a rule."""
CROSS_COLUMNS: dict[Form, tuple[int, ...]] = {"cms1500": (1, 50, 79), "ub04": (1, 43, 82)}
LINES = 66
NAMES: dict[Form, str] = {"cms1500": "CMS-1500", "ub04": "UB-04"}
ARM = 0.16
"""Inches of each arm of a cross."""
UPPER, LEFT = 0.85, 2.75
"""Inches from the upper and the left edge of the paper to the two rulers."""
_TEXT = 8.6
_STEPS = """\
Print this page on plain paper at 100 percent: no scaling, no fitting to the page.
Ten letters of the grid must be exactly one inch. Where the rulers are longer or shorter, the printer \
scales: no offset mends that.
Measure from the left and the upper edge of the paper to the crosses, or lay the page on a bought form \
against the light: their level strokes belong on its rules.
Offset = where the cross belongs less where it is. Right and down count as plus. Add it to the offset in use \
above.
Store it for the printer: cleanclaim form --calibrate --printer NAME --offset-x X --offset-y Y --save
Print this page again with --printer NAME and measure once more. Forms bear a tenth of an inch at most.
""".splitlines()


def calibration(forms: Sequence[Form], offset: Offset = (0.0, 0.0), *, printer: str | None = None) -> bytes:
    """The calibration pages of forms as a PDF.

    Args:
        forms: whose grids it shows, a page each.
        offset: inches by which it is moved to the right and down: the one that is in use.
        printer: name of the printer, to print it on the page.
    """
    canvas = Sheets("Calibration", (POINT * SHEET_WIDTH, POINT * SHEET_HEIGHT))
    for form in forms:
        canvas.translate(POINT * offset[0], -POINT * offset[1])
        _rulers(canvas)
        _grid(canvas, form)
        for line in CROSS_LINES[form]:
            for column in CROSS_COLUMNS[form]:
                _cross(canvas, form, line, column)
        _words(canvas, form, offset, printer)
        canvas.showPage()
        canvas.document.bookmark(NAMES[form])
    return canvas.document.finish()


def _at(x: float, y: float) -> tuple[float, float]:
    """Points from the lower left corner for inches from the upper left one."""
    return POINT * x, POINT * (SHEET_HEIGHT - y)


def _rulers(canvas: Canvas) -> None:
    """Inches from the edges of the paper, a tick each tenth."""
    canvas.setStrokeGray(0)
    canvas.setFillGray(0)
    canvas.setFont(fonts.CAPTIONS, 6)
    across, down = UPPER, LEFT
    for tenth in range(3, round(10 * SHEET_WIDTH) - 2):
        size = 0.16 if tenth % 10 == 0 else 0.11 if tenth % 5 == 0 else 0.07
        x, y = _at(tenth / 10, across)
        canvas.setLineWidth(0.7 if tenth % 10 == 0 else 0.35)
        canvas.line(x, y, x, y + POINT * size)
        if tenth % 10 == 0:
            canvas.drawCentredString(x, y + POINT * size + 1.5, f"{tenth // 10} in")
    for tenth in range(3, round(10 * SHEET_HEIGHT) - 2):
        size = 0.16 if tenth % 10 == 0 else 0.11 if tenth % 5 == 0 else 0.07
        x, y = _at(down, tenth / 10)
        canvas.setLineWidth(0.7 if tenth % 10 == 0 else 0.35)
        canvas.line(x, y, x - POINT * size, y)
        if tenth % 10 == 0:
            canvas.drawRightString(x - POINT * size - 2, y - 2, f"{tenth // 10} in")
    canvas.setLineWidth(0.5)
    canvas.line(*_at(0.3, across), *_at(SHEET_WIDTH - 0.3, across))
    canvas.line(*_at(down, 0.3), *_at(down, SHEET_HEIGHT - 0.3))


def _grid(canvas: Canvas, form: Form) -> None:
    """Columns below the upper ruler, lines to the right of the left one, a number each tenth."""
    canvas.setStrokeGray(0.45)
    canvas.setFillGray(0.25)
    canvas.setFont(fonts.CAPTIONS, 6)
    for column in range(1, COLUMNS[form] + 2):
        x, y = _at(FIRST_COLUMN[form] + PITCH * (column - 1), UPPER)
        named = column % 10 == 0 or column == 1
        canvas.setLineWidth(0.7 if named else 0.35)
        canvas.line(x, y, x, y - POINT * (0.15 if named else 0.08))
        if named:
            canvas.drawString(x + 1.2, y - POINT * 0.15, str(column))
    for line in range(2, LINES):
        x, y = _at(LEFT, LEADING * line)
        named = line in CROSS_LINES[form] or (line % 10 == 0 and line + 1 not in CROSS_LINES[form])
        canvas.setLineWidth(0.7 if named else 0.35)
        canvas.line(x, y, x + POINT * (0.15 if named else 0.08), y)
        if named:
            canvas.drawString(x + POINT * 0.17, y - 2, f"line {line}")
    canvas.setFillGray(0)
    canvas.setFont(fonts.VALUES, fonts.SIZE)
    digits = "".join(str(k % 10) for k in range(1, COLUMNS[form] + 1))
    x, y = _at(FIRST_COLUMN[form], LEADING * CROSS_LINES[form][1] - LEADING - BASELINE)
    canvas.drawString(x, y, digits)


def _cross(canvas: Canvas, form: Form, line: int, column: int) -> None:
    across, down = FIRST_COLUMN[form] + PITCH * (column - 1), LEADING * line
    x, y = _at(across, down)
    arm = POINT * ARM
    canvas.setStrokeGray(0)
    canvas.setLineWidth(0.5)
    canvas.line(x - arm, y, x + arm, y)
    canvas.line(x, y - arm, x, y + arm)
    canvas.circle(x, y, 0.5 * arm)
    canvas.setFillGray(0)
    canvas.setFont(fonts.CAPTIONS, 6)
    said = (f"{across:.2f} in right, {down:.3f} in down", f"column {column}, line {line}")
    for k, text in enumerate(said):
        if across < SHEET_WIDTH / 2 + 1:
            canvas.drawString(x + 5, y - 9 - 7 * k, text)
        else:
            canvas.drawRightString(x - 5, y - 9 - 7 * k, text)


def _words(canvas: Canvas, form: Form, offset: Offset, printer: str | None) -> None:
    """What the page is for, and how to measure."""
    x, y = _at(3.6, 3.35)
    canvas.setFillGray(0)
    canvas.setFont(fonts.CAPTIONS_BOLD, 12)
    canvas.drawString(x, y, f"Calibration page of the {NAMES[form]}")
    y -= 18
    canvas.setFont(fonts.CAPTIONS_BOLD, _TEXT)
    shown = f"Offset in use: {offset[0]:+.3f} in right, {offset[1]:+.3f} in down"
    named = fonts.printable(printer, fonts.captions()[0]) if printer else ""
    canvas.drawString(x, y, shown + (f" (printer {named})" if named else ""))
    y -= 18
    for k, step in enumerate(_STEPS, 1):
        canvas.setFont(fonts.CAPTIONS_BOLD, _TEXT)
        canvas.drawString(x, y, f"{k}.")
        canvas.setFont(fonts.CAPTIONS, _TEXT)
        for part in simpleSplit(step, fonts.CAPTIONS, _TEXT, POINT * 4.1):
            canvas.drawString(x + 14, y, part)
            y -= 11.5
        y -= 4
