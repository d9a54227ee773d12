"""Reads PDFs for tests: each letter with the point at which it begins, fonts, and pages as pictures."""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pypdfium2
import pypdfium2.raw as pdfium
import pytest
from PIL import Image, ImageChops

VALUES = "IBMPlexMono"
"""How the font of values is called in a PDF."""
GOLDEN = Path(__file__).parents[1] / "samples" / "forms"
DPI = 110
"""Dots to the inch of the golden pictures."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """Letters that stand side by side: inches from the upper left corner of the sheet."""

    text: str
    x: float  # left side of the first letter
    right: float  # right side of the last letter, each letter being a tenth of an inch wide
    baseline: float
    font: str


def words(page: pypdfium2.PdfPage, *, font: str = VALUES) -> list[Word]:
    """The words of a page that are set in a font and stand on the page itself, not in a drawn form."""
    tall = page.get_height() / 72
    text = page.get_textpage()
    found = []
    for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=1):
        name = _font(one)
        if font not in name:
            continue
        length = pdfium.FPDFTextObj_GetText(one.raw, text.raw, None, 0)
        buffer = ctypes.create_string_buffer(length)
        pdfium.FPDFTextObj_GetText(
            one.raw, text.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), length
        )
        # the reader puts blanks between words behind them
        shown = buffer.raw[: length - 2].decode("utf-16-le").rstrip()
        matrix = one.get_matrix()
        x = matrix.e / 72
        found.append(
            Word(text=shown, x=x, right=x + 0.1 * len(shown), baseline=tall - matrix.f / 72, font=name)
        )
    text.close()
    return found


def _font(one: pypdfium2.PdfObject) -> str:
    name = ctypes.create_string_buffer(100)
    pdfium.FPDFFont_GetBaseFontName(pdfium.FPDFTextObj_GetFont(one.raw), name, 100)
    return name.value.decode()


def letters(page: pypdfium2.PdfPage, *, font: str = VALUES) -> Iterator[Word]:
    """Each letter of a page that is set in a font, with the point at which the reader of the file puts it."""
    text = page.get_textpage()
    tall = page.get_height() / 72
    x, y = ctypes.c_double(), ctypes.c_double()
    name, flags = ctypes.create_string_buffer(100), ctypes.c_int()
    for i in range(text.count_chars()):
        if pdfium.FPDFText_IsGenerated(text.raw, i) == 1:
            continue
        pdfium.FPDFText_GetFontInfo(text.raw, i, name, 100, flags)
        if font not in name.value.decode():
            continue
        pdfium.FPDFText_GetCharOrigin(text.raw, i, x, y)
        left = x.value / 72
        yield Word(
            text=chr(pdfium.FPDFText_GetUnicode(text.raw, i)),
            x=left,
            right=left + 0.1,
            baseline=tall - y.value / 72,
            font=name.value.decode(),
        )
    text.close()


def plain_text(page: pypdfium2.PdfPage) -> str:
    """All words of a page."""
    return str(page.get_textpage().get_text_range())


def fonts(pdf: pypdfium2.PdfDocument) -> dict[str, bool]:
    """The fonts that letters of a file are set in, and whether each is embedded."""
    found: dict[str, bool] = {}
    for page in pdf:
        for one in page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_TEXT], max_depth=5):
            font = pdfium.FPDFTextObj_GetFont(one.raw)
            embedded = pdfium.FPDFFont_GetIsEmbedded(font) == 1
            found[_font(one)] = found.get(_font(one), True) and embedded
    return found


def picture(page: pypdfium2.PdfPage, dpi: int = DPI) -> Image.Image:
    """A page as a picture."""
    shot: Image.Image = page.render(scale=dpi / 72).to_pil()
    return shot.convert("RGB")


def compare(page: pypdfium2.PdfPage, name: str, *, update: bool) -> None:
    """Compare a page with its golden picture; `update` writes it.

    Another version of the rasteriser smooths edges in another way, so both are compared as they look from a
    distance: blurred to a quarter, and nowhere further apart than a missing letter or rule would make them.
    """
    path = GOLDEN / f"{name}.png"
    now = picture(page)
    if update:
        path.parent.mkdir(parents=True, exist_ok=True)
        # a palette of 256 keeps the files small and the few coloured marks as they are
        now.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
        return
    if not path.exists():
        pytest.fail(f"{path} is missing: pytest --update writes it")
    was = Image.open(path).convert("RGB")
    assert was.size == now.size, f"{name}: another size"
    size = (now.width // 4, now.height // 4)
    apart = ImageChops.difference(
        now.resize(size, Image.Resampling.BOX), was.resize(size, Image.Resampling.BOX)
    )
    most = max(int(band.getextrema()[1]) for band in apart.split())  # type: ignore[arg-type]
    assert most < 40, f"{name}: differs from the golden picture by {most} of 255 around {apart.getbbox()}"
