"""Filled forms to PDF: values alone for bought forms, or a proof copy that we draw ourselves.

Each page is given away as soon as it is drawn, so a batch of any size takes the same memory. The bytes
depend on nothing but the arguments.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from forms import fonts
from forms.document import Sheets
from forms.drawing import CAPTION_INK, POINT, TITLE, drawn, height, left
from forms.layout import FORMS, PITCH, SHEET_HEIGHT, SHEET_WIDTH, Form, Offset, boxes
from forms.marking import COLOURS, Heads, Note, badges, frames, legend, marked

LETTER = (POINT * SHEET_WIDTH, POINT * SHEET_HEIGHT)
DOUBLE = (2 * LETTER[0], LETTER[1])
PROOF = "PROOF - NOT FOR SUBMISSION"
OVERFLOW = COLOURS["error"].rgb()
_ESCAPED = str.maketrans({"(": r"\(", ")": r"\)", "\\": r"\\"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Printout:
    """One claim on paper."""

    name: str
    """What it is called in the outline of the file: the claim's id."""
    form: Form
    pages: Sequence[Mapping[str, str]]
    """{box: text} of each sheet; only filled boxes."""
    notes: Sequence[Note] = ()
    """Findings for a proof copy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facing:
    """Two forms of one visit, side by side."""

    name: str
    """What they are called in the outline of the file."""
    left: Printout | None
    right: Printout | None
    """None where nothing goes to that side."""
    differences: Sequence[Note] = ()
    """Explains the numbers: `where` is the place on the left form, `second` that on the right."""


NOTHING = "Nothing of this visit goes to this side: see the legend."
DIFFERENCES = Heads(
    words={"error": "needed", "warning": "changed", "info": "dropped"},
    said="The numbers stand at the boxes of both forms.",
    columns=("left form", "right form", "what differs, and what to enter"),
)


def proof(printouts: Iterable[Printout], *, title: str = "Proof") -> Iterator[bytes]:
    """A PDF of proof copies in pieces: the drawn forms with values, findings marked, and their legends.

    Args:
        printouts: the claims, one after the other.
        title: what a viewer shows in its title bar.

    Raises:
        KeyError: a page names a box that its form has not.
    """
    proofs = _Proofs(Sheets(title, LETTER))
    canvas = proofs.canvas
    for printout in printouts:
        proofs.prepare(printout.form)
        for k in range(len(printout.pages)):
            proofs.sheet(printout, k)
            canvas.showPage()
            if not k:
                canvas.document.bookmark(printout.name)
        if printout.notes:
            for _ in legend(canvas, f"Findings for {printout.name}", printout.notes):
                canvas.showPage()
        yield canvas.document.fetched()
    yield canvas.document.finish()


def side_by_side(pairs: Iterable[Facing], *, title: str = "Both forms") -> Iterator[bytes]:
    """A PDF of facing forms in pieces: two sheets on one page of double width, and a legend of differences.

    A page is 17 by 11 inches: both forms at their size on a screen or on tabloid paper, and one sheet of
    letter paper across where the printer fits it to the page.

    Args:
        pairs: the visits, one after the other.
        title: what a viewer shows in its title bar.

    Raises:
        KeyError: a page names a box that its form has not.
    """
    proofs = _Proofs(Sheets(title, DOUBLE))
    canvas = proofs.canvas
    for pair in pairs:
        sides = (pair.left, pair.right)
        there = [printout for printout in sides if printout is not None]
        for printout in there:
            proofs.prepare(printout.form)
        for k in range(max(len(printout.pages) for printout in there)):
            canvas.setPageSize(DOUBLE)
            for n, side in enumerate(sides):
                canvas.saveState()
                canvas.translate(n * LETTER[0], 0)
                if side is not None and k < len(side.pages):
                    proofs.sheet(side, k)
                elif side is None and not k:
                    canvas.setFont(fonts.CAPTIONS, 11)
                    canvas.setFillGray(0.35)
                    canvas.drawCentredString(LETTER[0] / 2, LETTER[1] / 2, NOTHING)
                canvas.restoreState()
            canvas.setStrokeGray(0.75)
            canvas.setLineWidth(0.5)
            canvas.setDash([3, 3])
            canvas.line(LETTER[0], 0, LETTER[0], LETTER[1])
            canvas.showPage()
            if not k:
                canvas.document.bookmark(pair.name)
        if pair.differences:
            canvas.setPageSize(LETTER)
            for _ in legend(canvas, f"Differences of {pair.name}", pair.differences, DIFFERENCES):
                canvas.showPage()
        yield canvas.document.fetched()
    yield canvas.document.finish()


class _Proofs:
    """Draws sheets of proof copies on a canvas."""

    def __init__(self, canvas: Sheets) -> None:
        self.canvas = canvas
        self._writers = _writers(canvas, (0.0, 0.0))
        self._ready: set[Form] = set()

    def prepare(self, form: Form) -> None:
        """Write the drawing of a form into the file; between two pages, once for each form."""
        if form not in self._ready:
            self.canvas.document.form(form, drawn(form))
            self._ready.add(form)

    def sheet(self, printout: Printout, page: int) -> None:
        """Draw one sheet with its values and marks."""
        canvas, values = self.canvas, printout.pages[page]
        marks = marked(printout.notes, page)
        canvas.doForm(printout.form)
        _strip(canvas, printout, page)
        if marks:
            frames(canvas, printout.form, marks)
        canvas.addLiteral(self._writers[printout.form].drawn(values, over=True))
        if marks:
            badges(canvas, printout.form, marks, values)


def preprinted(
    printouts: Iterable[Printout], *, offset: Offset = (0.0, 0.0), title: str = "Claims"
) -> Iterator[bytes]:
    """A PDF of values alone in pieces, for printing on bought forms.

    Args:
        printouts: the claims, one after the other.
        offset: inches by which everything is moved to the right and down.
        title: what a viewer shows in its title bar.

    Raises:
        KeyError: a page names a box that its form has not.
    """
    canvas = Sheets(title, LETTER, captions=False)
    writers = _writers(canvas, offset)
    for printout in printouts:
        for k, page in enumerate(printout.pages):
            canvas.addLiteral(writers[printout.form].drawn(page))
            canvas.showPage()
            if not k:
                canvas.document.bookmark(printout.name)
        yield canvas.document.fetched()
    yield canvas.document.finish()


def _writers(canvas: Sheets, offset: Offset) -> dict[Form, "_Values"]:
    return {form: _Values(canvas, form, offset) for form in FORMS}


class _Values:
    """Writes the values of a page as operations of a PDF.

    reportlab looks at every letter to find its font; here all that is ASCII, nearly everything on a claim,
    goes through whole, because it has the same codes in the first part of the embedded font.
    """

    def __init__(self, canvas: Sheets, form: Form, offset: Offset) -> None:
        self._font = fonts.values()
        self._document = canvas.document
        right, down = POINT * offset[0], POINT * offset[1]
        self._heads: dict[str, tuple[float, str, int, int]] = {}
        for key, box in boxes(form).items():
            x, y = left(form, box.column) + right, POINT * (SHEET_HEIGHT - box.baseline) - down
            width = box.width if box.align == "right" else 0
            self._heads[key] = (x, f" {y:.2f} Tm ", width, box.limit)
        self._name = self._font.getSubsetInternalName(0, self._document)

    def drawn(self, page: Mapping[str, str], *, over: bool = False) -> str:
        """The operations that write a page; `over`: what has no room in its box is red."""
        parts = [f"BT {self._name} {fonts.SIZE:g} Tf 0 g"]
        for key, text in page.items():
            x, rest, width, limit = self._heads[key]
            if width:
                x += POINT * PITCH * (width - len(text))
            if over and len(text) > limit:
                shown = self._with_overflow(text, limit, right=bool(width))
            else:
                shown = self._shown(text)
            parts.append(f"1 0 0 1 {x:.2f}{rest}{shown}")
        parts.append("ET")
        return "\n".join(parts)

    def _shown(self, text: str) -> str:
        plain = text.isascii() and text.isprintable()
        return f"({text.translate(_ESCAPED)}) Tj" if plain else self._spelt(text)

    def _with_overflow(self, text: str, limit: int, *, right: bool) -> str:
        """A text with the letters that the box does not take in red."""
        red, black = f"{OVERFLOW[0]} {OVERFLOW[1]} {OVERFLOW[2]} rg", "0 g"
        if right:
            return f"{red} {self._shown(text[:-limit])} {black} {self._shown(text[-limit:])}"
        return f"{self._shown(text[:limit])} {red} {self._shown(text[limit:])} {black}"

    def _spelt(self, text: str) -> str:
        """The operations for a text with other letters, which have codes in further parts of the font."""
        parts = []
        for part, codes in self._font.splitString(fonts.printable(text), self._document):
            name = self._font.getSubsetInternalName(part, self._document)
            parts.append(f"{name} {fonts.SIZE:g} Tf <{codes.hex()}> Tj")
        return f"{' '.join(parts)} {self._name} {fonts.SIZE:g} Tf"


def _strip(canvas: Sheets, printout: Printout, page: int) -> None:
    """Say on a proof copy what it is, in the margin that the form leaves free."""
    canvas.setFillColor(CAPTION_INK)
    count = len(printout.pages)
    parts = [PROOF] + ([f"sheet {page + 1} of {count}"] if count > 1 else [])
    x, y = (
        (left("cms1500", 0.5), height(3.2))
        if printout.form == "cms1500"
        else (left("ub04", 22), height(65.6) + 2)
    )
    canvas.setFont(fonts.CAPTIONS_BOLD, TITLE)
    canvas.drawString(x, y, "   ".join(parts))
