"""The letters of the forms, embedded in every PDF: IBM Plex Mono for values, Bitstream Vera for captions.

Every letter of IBM Plex Mono is 600 units wide, so at 12 points there are exactly ten letters to the inch.
Its usual zero has a dot in it, which scanners may take for an 8: its other, plain zero is used.
"""

from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from forms.layout import PITCH

VALUES = "FormValues"
"""Name of the font of values."""
CAPTIONS = "FormCaptions"
CAPTIONS_BOLD = "FormCaptionsBold"
SIZE = 12.0
"""Points of the values; ten letters to the inch."""
CAPITAL = 8.4
"""Height of the values' capitals in points."""
SUBSTITUTE = "?"
"""Stands for a letter that the font lacks."""
_PLAIN_ZERO = b"zero.alt02"
_POST_NAMES = 34
"""Bytes before the list of glyph names in the table `post` of a font."""
_MACINTOSH_NAMES = 258
"""Glyph names that every font knows, and does not list."""


@cache
def values() -> TTFont:
    """The font of values, known to reportlab as `VALUES`."""
    face = files("fontpkg_ibm_plex_mono").joinpath("files", "IBMPlexMono-Regular.ttf").read_bytes()
    font = TTFont(VALUES, BytesIO(face), asciiReadable=True, shapable=False)
    plain = _glyph(font, _PLAIN_ZERO)
    if plain is not None:
        font.face.charToGlyph[ord("0")] = plain
    _remember_subsets(font)
    width = font.stringWidth("0", SIZE)
    if abs(width - 72 * PITCH) > 0.001:
        raise RuntimeError(f"the font of values is {width} points wide at {SIZE} points")
    pdfmetrics.registerFont(font)
    return font


@cache
def captions() -> tuple[TTFont, TTFont]:
    """The fonts of captions, known to reportlab as `CAPTIONS` and `CAPTIONS_BOLD`."""
    pair = (
        TTFont(CAPTIONS, "Vera.ttf", asciiReadable=True, shapable=False),
        TTFont(CAPTIONS_BOLD, "VeraBd.ttf", asciiReadable=True, shapable=False),
    )
    for font in pair:
        _remember_subsets(font)
        pdfmetrics.registerFont(font)
    return pair


def _remember_subsets(font: TTFont) -> None:
    """Cut a font to the same letters only once: it takes longer than a page, and most files have the same."""
    cut = font.face.makeSubset

    @lru_cache(maxsize=8)
    def once(letters: tuple[int, ...]) -> bytes:
        return bytes(cut(list(letters)))

    font.face.makeSubset = lambda subset: once(tuple(subset))  # type: ignore[method-assign]


def unprintable(text: str, font: TTFont | None = None) -> str:
    """The letters of a text that a font (default: that of values) lacks, each once, in their order."""
    if text.isascii() and text.isprintable():
        return ""
    glyphs = (font or values()).face.charToGlyph
    return "".join(dict.fromkeys(c for c in text if ord(c) not in glyphs or not c.isprintable()))


def printable(text: str, font: TTFont | None = None) -> str:
    """The text with `?` for every letter that a font (default: that of values) lacks."""
    for letter in unprintable(text, font):
        text = text.replace(letter, SUBSTITUTE)
    return text


def _glyph(font: TTFont, name: bytes) -> int | None:
    """Number of a glyph by its name, from the font's own list of names; None where it has none."""
    face = font.face
    table: bytes = face.get_table("post")  # type: ignore[no-untyped-call]
    if table[:4] != b"\x00\x02\x00\x00":
        return None
    count = int.from_bytes(table[32:_POST_NAMES], "big")
    indexes = [
        int.from_bytes(table[_POST_NAMES + 2 * k : _POST_NAMES + 2 * k + 2], "big") for k in range(count)
    ]
    at, listed = _POST_NAMES + 2 * count, 0
    while at < len(table):
        length = table[at]
        if table[at + 1 : at + 1 + length] == name:
            wanted = _MACINTOSH_NAMES + listed
            return indexes.index(wanted) if wanted in indexes else None
        at, listed = at + 1 + length, listed + 1
    return None
