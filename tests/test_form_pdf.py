"""The PDFs of the forms: every box of both on the print grid, in both ways, whatever else is drawn."""

import hashlib
import os
import subprocess
import sys
import tracemalloc
from collections.abc import Iterable

import pypdfium2
import pytest

from forms import fonts
from forms.calibration import CROSS_COLUMNS, CROSS_LINES, calibration
from forms.drawing import BAND, CAP_HEIGHT, drawing
from forms.layout import FORMS, Box, Form, boxes
from forms.marking import COLOURS, SEVERITIES, Note, Severity, room_of
from forms.pdf import PROOF, Printout, preprinted, proof
from pdf_reader import VALUES, compare, letters, picture, plain_text, words
from pdf_reader import fonts as fonts_of

NEAR = 0.02
"""Inches that a value may stand beside its place."""
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def filled(box: Box, k: int = 0) -> str:
    """A text that fills a box to its limit."""
    return "".join(LETTERS[(k + i) % len(LETTERS)] for i in range(box.limit))


def everything(form: Form) -> dict[str, str]:
    return {box.key: filled(box, k) for k, box in enumerate(boxes(form).values())}


def made(pieces: Iterable[bytes]) -> pypdfium2.PdfDocument:
    return pypdfium2.PdfDocument(b"".join(pieces))


def one_box_a_page(form: Form) -> Printout:
    return Printout(
        name="boxes", form=form, pages=[{b.key: filled(b, k)} for k, b in enumerate(boxes(form).values())]
    )


# ---------------------------------------------------------------- the grid


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["proof", "preprinted", "moved"])
def test_every_box_stands_on_the_grid(form: Form, way: str) -> None:
    """One box a page: its word begins and ends where the grid says, on the baseline of its line."""
    printout = one_box_a_page(form)
    right, down = (0.07, -0.04) if way == "moved" else (0.0, 0.0)
    pieces = proof([printout]) if way == "proof" else preprinted([printout], offset=(right, down))
    pdf = made(pieces)
    assert len(pdf) == len(boxes(form))
    for page, (k, box) in zip(pdf, enumerate(boxes(form).values()), strict=True):
        (word,) = words(page)
        assert word.text == filled(box, k), box.key
        end = box.x + 0.1 * box.width
        start = end - 0.1 * box.limit if box.align == "right" else box.x
        assert word.x == pytest.approx(start + right, abs=NEAR), box.key
        if box.align == "right":
            assert word.right == pytest.approx(end + right, abs=NEAR), box.key
        assert word.baseline == pytest.approx(box.baseline + down, abs=NEAR), box.key


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["proof", "preprinted"])
def test_no_letter_is_lost_when_every_box_is_full(form: Form, way: str) -> None:
    page = everything(form)
    printout = Printout(name="full", form=form, pages=[page])
    pdf = made(proof([printout]) if way == "proof" else preprinted([printout]))
    wanted = {
        (box.line, box.column + (box.width - box.limit if box.align == "right" else 0) + k): letter
        for box in boxes(form).values()
        for k, letter in enumerate(page[box.key])
    }
    first = next(iter(boxes(form).values()))
    origin = first.x - 0.1 * (first.column - 1)
    found = {
        (round((one.baseline + 0.035) * 6), round((one.x - origin) * 10) + 1): one.text
        for one in letters(pdf[0])
        if one.text.strip()
    }
    assert all(abs((one.x - origin) * 10 % 1 - 0.5) > 0.48 for one in letters(pdf[0]) if one.text.strip())
    assert found == wanted


def test_a_short_value_of_a_right_aligned_box_ends_at_its_right_edge() -> None:
    pdf = made(preprinted([Printout(name="x", form="cms1500", pages=[{"24F.1": "85 00"}])]))
    found = words(pdf[0])
    box = boxes("cms1500")["24F.1"]
    assert found[-1].right == pytest.approx(box.x + 0.8, abs=NEAR)
    assert " ".join(w.text.strip() for w in found).split() == ["85", "00"]


# ---------------------------------------------------------------- fonts and letters


@pytest.mark.parametrize("way", ["proof", "preprinted", "calibration"])
def test_every_font_is_embedded(way: str) -> None:
    printouts = [
        Printout(name=form, form=form, pages=[everything(form)], notes=[note(1, next(iter(boxes(form))))])
        for form in FORMS
    ]
    data = {
        "proof": lambda: b"".join(proof(printouts)),
        "preprinted": lambda: b"".join(preprinted(printouts)),
        "calibration": lambda: calibration(["ub04"]),
    }[way]()
    found = fonts_of(pypdfium2.PdfDocument(data))
    assert found and all(found.values()), found
    assert b"Helvetica" not in data and b"Courier" not in data


def test_ten_letters_to_the_inch() -> None:
    assert fonts.values().stringWidth("0123456789", fonts.SIZE) == pytest.approx(72)


def test_the_zero_is_plain() -> None:
    """A dot or a stroke in it makes scanners read an 8."""
    pdf = made(preprinted([Printout(name="x", form="cms1500", pages=[{"1a": "0"}])]))
    box = boxes("cms1500")["1a"]
    shot = picture(pdf[0], 600)
    middle = (round((box.x + 0.05) * 600), round((box.baseline - fonts.CAPITAL / 72 / 2) * 600))
    assert all(
        shot.getpixel((middle[0] + a, middle[1] + b)) == (255, 255, 255)
        for a in range(-8, 9)
        for b in range(-8, 9)
    )


def test_letters_beyond_ascii_are_set() -> None:
    text = "MÜÑOZ ŁÖW ÅÇ"
    pdf = made(preprinted([Printout(name="x", form="cms1500", pages=[{"2": text, "4": "Å B"}])]))
    box = boxes("cms1500")["2"]
    found = [word for word in words(pdf[0]) if abs(word.baseline - box.baseline) < NEAR]
    at = {round((w.x - box.x) * 10) + k: c for w in found for k, c in enumerate(w.text)}
    assert "".join(at.get(k, " ") for k in range(len(text))) == text


def test_a_letter_that_the_font_lacks_is_told_and_shown() -> None:
    assert fonts.unprintable("WÁNG 王\u0007王") == "王\u0007"
    pdf = made(preprinted([Printout(name="x", form="cms1500", pages=[{"2": "WÁNG 王王"}])]))
    assert "".join(word.text for word in words(pdf[0])).replace(" ", "") == "WÁNG??"


def test_brackets_and_backslashes_are_letters() -> None:
    text = r"A(B)\C)("
    pdf = made(preprinted([Printout(name="x", form="cms1500", pages=[{"2": text}])]))
    assert words(pdf[0])[0].text == text


# ---------------------------------------------------------------- the file


PROGRAM = """
import hashlib
from forms.layout import FORMS, boxes
from forms.marking import Note
from forms.pdf import Printout, preprinted, proof
from forms.calibration import calibration
outs = [
    Printout(name=f, form=f, pages=[{k: "Å1" for k in boxes(f)}, {}], notes=[
        Note(number=1, severity="error", second="R", where="x", message="m",
             places=((0, list(boxes(f))[3]),))])
    for f in FORMS
]
data = b"".join([*proof(outs), *preprinted(outs), calibration(["cms1500", "ub04"])])
print(hashlib.sha256(data).hexdigest())
"""


def test_two_processes_write_the_same_bytes() -> None:
    sums = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            env={**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "SOURCE_DATE_EPOCH": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed, zone in (("1", "UTC"), ("2", "Asia/Tokyo"))
    }
    assert len(sums) == 1 and len(sums.pop().strip()) == 64


def test_the_name_of_a_file_follows_from_its_content() -> None:
    """Viewers tell files apart by it."""
    one = b"".join(preprinted([Printout(name="x", form="ub04", pages=[{"FL3a": "A"}])]))
    other = b"".join(preprinted([Printout(name="x", form="ub04", pages=[{"FL3a": "B"}])]))
    names = [data[data.index(b"/ID[<") + 5 :][:32] for data in (one, other)]
    assert names[0] != names[1]


def test_a_batch_is_one_file_with_an_entry_for_each_claim() -> None:
    count = 600  # more than one node of the page tree holds
    batch = (
        Printout(name=f"C{k}", form=FORMS[k % 2], pages=[{("26", "FL3a")[k % 2]: f"C{k}"}] * (1 + k % 2))
        for k in range(count)
    )
    pdf = made(preprinted(batch, title="All of May"))
    assert len(pdf) == 900
    assert pdf.get_metadata_dict()["Title"] == "All of May"
    toc = list(pdf.get_toc())
    assert [entry.get_title() for entry in toc] == [f"C{k}" for k in range(count)]
    for k in (0, 1, 255, 256, 257, 599):
        index = toc[k].get_dest().get_index()
        assert [word.text for word in words(pdf[index])] == [f"C{k}"]


def test_no_claims_make_no_page() -> None:
    data = b"".join(preprinted([]))
    assert data.startswith(b"%PDF-1.5") and data.endswith(b"%%EOF\n") and b"/Count 0" in data


def test_memory_does_not_grow_with_the_batch() -> None:
    page = {box.key: filled(box) for box in boxes("ub04").values()}

    def peak(count: int) -> int:
        tracemalloc.start()
        try:
            for piece in proof(Printout(name=f"C{k}", form="ub04", pages=[page]) for k in range(count)):
                hashlib.sha256(piece)
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(260) - peak(60) < 100_000


def test_a_page_that_names_an_unknown_box_is_refused() -> None:
    with pytest.raises(KeyError):
        b"".join(preprinted([Printout(name="x", form="cms1500", pages=[{"99": "X"}])]))


# ---------------------------------------------------------------- the drawn form


@pytest.mark.parametrize("form", FORMS)
def test_captions_leave_values_and_each_other_alone(form: Form) -> None:
    """Every box filled to its limit: no caption runs into a letter, none is wider than its cell."""
    captions = [c for c in drawing(form)[1] if not c.turned]
    assert len(captions) > 100
    areas = [(c, (c.x, c.y, c.x + c.width, c.y + c.size * CAP_HEIGHT)) for c in captions]
    for caption, area in areas:
        assert caption.width <= caption.room + 0.01, f"{caption.number} {caption.text} is too wide"
        for box in boxes(form).values():
            if box.format != "none":
                assert not overlap(area, room_of(box)), f"{caption.number} {caption.text} over {box.key}"
    for k, (one, area) in enumerate(areas):
        for other, place in areas[k + 1 :]:
            assert not overlap(area, place), f"{one} over {other}"


def overlap(a: tuple[float, ...], b: tuple[float, ...], ease: float = 0.3) -> bool:
    return a[0] < b[2] - ease and b[0] < a[2] - ease and a[1] < b[3] - 0.1 * ease and b[1] < a[3] - 0.1 * ease


@pytest.mark.parametrize("form", FORMS)
def test_every_item_is_numbered(form: Form) -> None:
    """Each box finds the number of its item among the captions."""
    captions = drawing(form)[1]
    shown = {c.number.lower() for c in captions} | {c.text.lower() for c in captions}
    for box in boxes(form).values():
        item = box.item.removeprefix("FL ").lower()
        number = item.rstrip("abcdefghijklmnopqrstuvwxyz")
        if item not in ("top", "24 shaded"):
            rest = {item[len(number) :], "24a" if number == "24" else number}
            assert item in shown or rest <= shown, box.key
    assert min(c.size for c in captions) >= BAND


@pytest.mark.parametrize("form", FORMS)
def test_a_proof_says_that_it_is_one(form: Form) -> None:
    printout = Printout(name="x", form=form, pages=[{}, {}], notes=[note(1, next(iter(boxes(form))))])
    pdf = made(proof([printout]))
    assert len(pdf) == 3
    for page in pdf:
        assert PROOF in plain_text(page)
    assert "sheet 2 of 2" in plain_text(pdf[1])
    assert PROOF not in plain_text(made(preprinted([printout]))[0])


# ---------------------------------------------------------------- findings


def note(number: int, key: str, severity: Severity = "error", page: int = 0) -> Note:
    return Note(
        number=number,
        severity=severity,
        second=f"RULE-{number:03}",
        where=key,
        message=f"fault {number} is described here",
        help=f"Mend fault {number}.",
        places=((page, key),),
    )


@pytest.mark.parametrize("form", FORMS)
def test_a_mark_stands_at_its_box(form: Form) -> None:
    """For every box: a frame in the colour of the severity, and its number within a third of an inch."""
    keys = list(boxes(form))
    printouts = [
        Printout(name=key, form=form, pages=[{key: "X"}], notes=[note(88, key, SEVERITIES[k % 3])])
        for k, key in enumerate(keys)
    ]
    pdf = made(proof(printouts))
    assert len(pdf) == 2 * len(keys)
    for k, key in enumerate(keys):
        page, box = pdf[2 * k], boxes(form)[key]
        x, y, x2, y2 = (part / 72 for part in room_of(box))
        (badge,) = [word for word in words(page, font="Vera") if word.text == "88"]
        assert x - 0.3 < badge.x < x2 + 0.3 and abs(11 - badge.baseline - (y + y2) / 2) < 0.3, key
        wide, tall = page.get_size()
        strip = (72 * x - 2, 72 * y - 4, wide - 72 * x2 - 2, tall - 72 * y - 0.5)
        edge = page.render(scale=1, crop=tuple(max(0, part) for part in strip)).to_pil().convert("RGB")
        pixels = [edge.getpixel((a, b)) for a in range(edge.width) for b in range(edge.height)]
        assert any(tinted(pixel, SEVERITIES[k % 3]) for pixel in pixels), key


def tinted(pixel: object, severity: Severity) -> bool:
    assert isinstance(pixel, tuple)
    colour = [255 * part for part in COLOURS[severity].rgb()]
    return bool(sum(abs(a - b) for a, b in zip(pixel, colour, strict=True)) < 240)


@pytest.mark.parametrize("form", FORMS)
def test_badges_cover_no_value(form: Form) -> None:
    """On a sheet that is filled by half there is room for each badge."""
    page = {box.key: filled(box)[: max(1, box.limit // 2)] for box in boxes(form).values() if box.limit > 3}
    keys = list(page)[::4]
    pdf = made(
        proof(Printout(name=key, form=form, pages=[page], notes=[note(7, key)]) for key in keys),
    )
    areas = {}
    for key, text in page.items():
        x, y, x2, y2 = room_of(boxes(form)[key])
        wide = 7.2 * len(text)
        areas[key] = (x2 - wide, y, x2, y2) if boxes(form)[key].align == "right" else (x, y, x + wide, y2)
    for k, key in enumerate(keys):
        (badge,) = [w for w in words(pdf[2 * k], font="Vera") if w.text == "7"]
        middle = (badge.x * 72 + 2, 792 - badge.baseline * 72 + 2)
        covered = [o for o, (x, y, x2, y2) in areas.items() if x < middle[0] < x2 and y < middle[1] < y2]
        assert not covered, (key, covered)
        assert len(words(pdf[2 * k])) == len(page)


def test_the_legend_explains_every_number() -> None:
    keys = list(boxes("cms1500"))
    notes = [note(k + 1, keys[k], SEVERITIES[k % 3], page=k % 2) for k in range(60)]
    notes.append(
        Note(
            number=61, severity="info", second="RULE-061", where="claim", message="about the whole", places=()
        )
    )
    pdf = made(proof([Printout(name="E1 王", form="cms1500", pages=[{}, {}], notes=notes)]))
    legend = "\n".join(plain_text(pdf[k]) for k in range(2, len(pdf)))
    for k in range(60):
        assert f"RULE-{k + 1:03}" in legend and f"fault {k + 1} is described here" in legend
        assert f"Mend fault {k + 1}." in legend
    assert "about the whole" in legend and "20 errors, 20 warnings, 21 infos" in legend
    assert "Findings for E1 ?" in legend and "continued" in legend
    assert all(word in legend for word in ("error", "warning", "info"))


def test_several_findings_share_a_box() -> None:
    notes = [note(1, "24D.1", "warning"), note(2, "24D.1", "error"), note(3, "24D.1", "info")]
    pdf = made(proof([Printout(name="x", form="cms1500", pages=[{"24D.1": "96365"}], notes=notes)]))
    box = boxes("cms1500")["24D.1"]
    near = [w.text for w in words(pdf[0], font="Vera") if abs(w.baseline - box.baseline) < 0.25 and w.x < 4.5]
    assert {"1", "2", "3"} <= set(near)


# ---------------------------------------------------------------- calibration


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("offset", [(0.0, 0.0), (0.05, -0.03)])
def test_crosses_stand_where_they_say(form: Form, offset: tuple[float, float]) -> None:
    pdf = pypdfium2.PdfDocument(calibration([form], offset, printer="front desk"))
    shot = picture(pdf[0], 300).convert("L")
    first = next(iter(boxes(form).values()))
    for line in CROSS_LINES[form]:
        for column in CROSS_COLUMNS[form]:
            x = first.x + 0.1 * (column - first.column) + offset[0]
            y = line / 6 + offset[1]
            # both strokes of the cross are dark a twentieth of an inch from its middle
            for a, b in ((0.14, 0.0), (-0.14, 0.0), (0.0, 0.14), (0.0, -0.14)):
                middle = round((x + a) * 300), round((y + b) * 300)
                spot = shot.crop((middle[0] - 1, middle[1] - 1, middle[0] + 2, middle[1] + 2))
                assert int(spot.getextrema()[0]) < 120, (line, column)  # type: ignore[arg-type]
    text = plain_text(pdf[0])
    assert f"{offset[0]:+.3f} in right" in text and "front desk" in text and "--save" in text
    (digits,) = [w for w in words(pdf[0]) if w.font.endswith(f"{VALUES}-Regular")]
    assert digits.x == pytest.approx(first.x - 0.1 * (first.column - 1) + offset[0], abs=0.001)


@pytest.mark.parametrize("form", FORMS)
def test_the_calibration_page_looks_as_it_did(form: Form, update: bool) -> None:
    compare(pypdfium2.PdfDocument(calibration([form]))[0], f"calibration-{form}", update=update)
