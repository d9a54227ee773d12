"""A reportlab document that gives away each page when it is finished: memory does not grow with a batch.

Its bytes depend on nothing but what is drawn: no clock, no random numbers.
"""

import hashlib
import zlib
from array import array
from dataclasses import dataclass
from typing import Any

from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from forms import fonts
from forms.layout import SHEET_HEIGHT, SHEET_WIDTH

LEAF = 256
"""Pages under one node of the page tree."""
PRODUCER = "cleanclaim"


@dataclass(slots=True, kw_only=True)
class _Bookmark:
    """An entry of the outline whose successor is not known yet."""

    number: int
    title: str
    page: int
    before: int | None


class Document(pdfdoc.PDFDocument):
    """The document behind a `Sheets`: numbers and offsets of the objects, and bytes that wait.

    reportlab keeps every page until the file is saved; here a page is written when it is added, and only its
    offset is kept. What the pages share is written when it is known: drawn forms at once, fonts at the end.
    """

    def __init__(self, title: str, *, captions: bool) -> None:
        """Begin a file.

        Args:
            title: what a viewer shows in its title bar.
            captions: whether anything but values is written.
        """
        super().__init__(compression=1, invariant=1)
        self._title = title
        self._digest = hashlib.sha256()
        self._ready: list[bytes] = []
        self._at = 0
        self._offsets = array("Q", [0])
        self._nodes: list[tuple[int, int]] = []
        self._leaf: list[int] = []
        self._leaf_number = self._last_page = 0
        self._forms: dict[str, int] = {}
        self._outline: _Bookmark | None = None
        self._first = self._count = 0
        self._put(b"%PDF-1.5\n%\xe2\xe3\xcf\xd3\n")
        self._tree, self._resources, self._outlines = (self._number() for _ in range(3))
        # the first use of a font in a document gives it its name: in this order whatever is drawn
        for font in (fonts.values(), *(fonts.captions() if captions else ())):
            font.splitString("X", self)
            font.getSubsetInternalName(0, self)

    def fetched(self) -> bytes:
        """What was written since the last call."""
        chunk = b"".join(self._ready)
        self._ready.clear()
        return chunk

    def addPage(self, page: pdfdoc.PDFPage) -> None:  # noqa: N802  # a name of reportlab
        """Write a page; called by the canvas."""
        content = zlib.compress(page.stream.encode("latin-1"))
        contents = self._number()
        self._object(
            contents, b"<</Filter/FlateDecode/Length %d>>stream\n%b\nendstream" % (len(content), content)
        )
        if not self._leaf:
            self._leaf_number = self._number()
        number = self._number()
        self._leaf.append(number)
        size = f"{page.pagewidth:g} {page.pageheight:g}".encode()
        self._object(
            number,
            b"<</Type/Page/Parent %d 0 R/MediaBox[0 0 %b]/Resources %d 0 R/Contents %d 0 R>>"
            % (self._leaf_number, size, self._resources, contents),
        )
        if len(self._leaf) == LEAF:
            self._close_leaf()
        self.pageCounter += 1
        self.inObject = None

    def form(self, name: str, content: bytes) -> None:
        """Write a drawing that pages show with `doForm(name)`.

        Args:
            name: its name on the canvas.
            content: what draws it, compressed.
        """
        number = self._number()
        width, tall = (72 * part for part in (SHEET_WIDTH, SHEET_HEIGHT))
        self._object(
            number,
            b"<</Type/XObject/Subtype/Form/BBox[0 0 %g %g]/Resources %d 0 R/Filter/FlateDecode/Length %d>>"
            b"stream\n%b\nendstream" % (width, tall, self._resources, len(content), content),
        )
        self._forms[self.getXObjectName(name)] = number

    def bookmark(self, title: str) -> None:
        """An entry of the outline for the page that was added last."""
        entry = _Bookmark(
            number=self._number(),
            title=title,
            page=self._leaf[-1] if self._leaf else self._last_page,
            before=self._outline.number if self._outline else None,
        )
        self._count += 1
        self._close_bookmark(entry.number)
        self._first = self._first or entry.number
        self._outline = entry

    def finish(self) -> bytes:
        """Write what the pages share, and the end of the file."""
        self._close_leaf()
        last = self._outline.number if self._outline else 0
        self._close_bookmark(None)
        kids = b" ".join(b"%d 0 R" % number for number, _ in self._nodes)
        pages = sum(count for _, count in self._nodes)
        self._object(self._tree, b"<</Type/Pages/Count %d/Kids[%b]>>" % (pages, kids))
        outlines = b"<</Type/Outlines"
        if last:
            outlines += b"/First %d 0 R/Last %d 0 R/Count %d" % (self._first, last, self._count)
        self._object(self._outlines, outlines + b">>")
        for font in self.delayedFonts:
            font.addObjects(self)
        self._shared()
        root, info = self._number(), self._number()
        shown = b"/PageMode/UseOutlines" if self._count > 1 else b""
        self._object(
            root,
            b"<</Type/Catalog/Pages %d 0 R/Outlines %d 0 R%b/Lang(en-US)"
            b"/ViewerPreferences<</DisplayDocTitle true/PrintScaling/None>>>>"
            % (self._tree, self._outlines, shown),
        )
        self._object(info, b"<</Title%b/Producer%b>>" % (_text(self._title), _text(PRODUCER)))
        self._cross_reference(root, info)
        return self.fetched()

    # ---------------------------------------------------------------- objects

    def _number(self) -> int:
        self.objectcounter += 1
        return int(self.objectcounter)

    def _put(self, data: bytes) -> None:
        self._ready.append(data)
        self._digest.update(data)
        self._at += len(data)

    def _object(self, number: int, body: bytes) -> None:
        self._offsets.extend([0] * (number + 1 - len(self._offsets)))
        self._offsets[number] = self._at
        self._put(b"%d 0 obj\n%b\nendobj\n" % (number, body))

    def _close_leaf(self) -> None:
        if self._leaf:
            kids = b" ".join(b"%d 0 R" % number for number in self._leaf)
            self._object(
                self._leaf_number,
                b"<</Type/Pages/Parent %d 0 R/Count %d/Kids[%b]>>" % (self._tree, len(self._leaf), kids),
            )
            self._nodes.append((self._leaf_number, len(self._leaf)))
            self._last_page = self._leaf[-1]
            self._leaf = []

    def _close_bookmark(self, after: int | None) -> None:
        entry = self._outline
        if entry is not None:
            near = b"/Prev %d 0 R" % entry.before if entry.before else b""
            near += b"/Next %d 0 R" % after if after else b""
            self._object(
                entry.number,
                b"<</Title%b/Parent %d 0 R%b/Dest[%d 0 R/Fit]>>"
                % (_text(entry.title), self._outlines, near, entry.page),
            )

    def _shared(self) -> None:
        """Write the objects that reportlab keeps, which are the fonts; writing one may make others."""
        written: set[int] = set()
        while missing := sorted(set(self.numberToId) - written):
            for number in missing:
                body = pdfdoc.format(self.idToObject[self.numberToId[number]], self, toplevel=1)
                self._object(number, pdfdoc.pdfdocEnc(body))
                written.add(number)
        forms = b"".join(b"/%b %d 0 R" % (name.encode(), number) for name, number in self._forms.items())
        fonts_number, _ = self.idToObjectNumberAndVersion[pdfdoc.BasicFonts]
        self._object(self._resources, b"<</Font %d 0 R/XObject<<%b>>>>" % (fonts_number, forms))

    def _cross_reference(self, root: int, info: int) -> None:
        start = self._at
        entries = len(self._offsets)
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % entries)
        for first in range(1, entries, 10_000):
            part = self._offsets[first : first + 10_000]
            self._put(b"".join(b"%010d 00000 n \n" % offset for offset in part))
        name = self._digest.hexdigest()[:32].encode()
        self._put(
            b"trailer\n<</Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]>>\nstartxref\n%d\n%%%%EOF\n"
            % (entries, root, info, name, name, start)
        )


class Sheets(Canvas):
    """A reportlab canvas over a `Document`: everything is drawn with reportlab's own operations."""

    def __init__(self, title: str, size: tuple[float, float], *, captions: bool = True) -> None:
        """Begin a file.

        Args:
            title: what a viewer shows in its title bar.
            size: width and height of the pages in points.
            captions: whether anything but values is written.
        """
        fonts.values()
        name: Any = fonts.VALUES
        super().__init__("", pagesize=size, pageCompression=1, invariant=1, initialFontName=name)
        self.document = Document(title, captions=captions)
        self._doc = self.document


def _text(text: str) -> bytes:
    """A text of the document's structure, as UTF-16 in hexadecimal digits."""
    return b"<feff%b>" % text.encode("utf-16-be", errors="replace").hex().encode()
