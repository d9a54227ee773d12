"""Both forms of one visit side by side: what stands on each, and what is marked and explained."""

import datetime as dt
from pathlib import Path

import pypdfium2
import pytest

from edi import settings
from edi.conversion import AnswerBook, Answers
from edi.pipeline import Options, inputs
from edi.pipeline.facing import face_forms
from edi.pipeline.printing import Printing
from forms.layout import boxes
from forms.pdf import NOTHING, Facing, Printout, side_by_side
from pdf_reader import compare, plain_text, words
from test_form_print import DAY, SAMPLES, SETTINGS, Run, run, sample

__all__ = ["run"]

OPTIONS = Options(settings=settings.load(SAMPLES / "cleanclaim.toml"))
HOW = Printing(created=dt.date(2026, 11, 2), truncate=True)
WIDE = 8.5
"""Inches from the left edge of the page to the form on the right."""


def faced(name: str, answers: Answers | None = None) -> pypdfium2.PdfDocument:
    book = AnswerBook(for_all=answers or Answers())
    found = face_forms(inputs([str(sample(name))]), book, OPTIONS, HOW)
    data = b"".join(found.chunks)
    assert found.claims == 1
    return pypdfium2.PdfDocument(data)


def values(page: pypdfium2.PdfPage, *, right: bool) -> dict[str, str]:
    """The values of one half of a page by their boxes."""
    form = "ub04" if right else "cms1500"
    found = {}
    for word in words(page):
        if (word.x > WIDE) == right:
            x = word.x - WIDE * right
            for key, box in boxes(form).items():
                end = box.x + 0.1 * box.width
                at = word.right - WIDE * right if box.align == "right" else x
                if (
                    abs(word.baseline - box.baseline) < 0.02
                    and abs(at - (end if box.align == "right" else box.x)) < 0.02
                ):
                    found[key] = word.text
    return found


def badges(page: pypdfium2.PdfPage, number: int) -> list[tuple[bool, float, float]]:
    """Where a number stands: on the right form or not, inches from its left edge, and down."""
    return [
        (word.x > WIDE, word.x - WIDE * (word.x > WIDE), word.baseline)
        for word in words(page, font="Vera")
        if word.text == str(number)
    ]


def test_the_professional_claim_stands_left_and_the_facility_claim_right() -> None:
    pdf = faced("saline-billed")
    assert pdf[0].get_size() == (1224, 792) and pdf[1].get_size() == (612, 792)
    left, right = values(pdf[0], right=False), values(pdf[0], right=True)
    assert left["26"] == "SALINEBILLED" and right["FL3a"] == "SALINE-BILLED"
    # the vehicle is not billed in the hospital, where lines are coded afresh from the record
    assert [left[f"24D.{n}"] for n in (1, 2, 3)] == ["96365", "96360", "J0696"]
    assert [right[f"FL44.{n}"] for n in (1, 2)] == ["96365", "J0696JZ"] and "FL44.3" not in right


def test_a_facility_visit_stands_right_and_what_the_practitioner_bills_left() -> None:
    pdf = faced("ed-to-observation")
    left, right = values(pdf[0], right=False), values(pdf[0], right=True)
    assert left["24D.1"] == "99285" and "24D.2" not in left
    assert {right[f"FL44.{n}"] for n in range(1, 6)} >= {"96365", "9928525", "G0378"}


def test_every_difference_has_its_number_at_both_boxes_and_in_the_legend() -> None:
    pdf = faced("saline-billed")
    legend = " ".join(plain_text(pdf[1]).split())
    assert "5 needed, 3 changed, 5 dropped" in legend
    for number in range(1, 14):
        assert badges(pdf[0], number), number
    # what is said of several lines alike has one number, at each of them
    assert "the lines of a facility claim do not point to diagnoses" in legend
    assert "24E, row 1, and 1 more" in legend
    assert legend.count("/diagnosis_pointers") == 1 and "/lines/0,2/diagnosis_pointers" in legend
    # the total is another one on both forms
    (number,) = [
        n
        for n in range(1, 14)
        if {side for side, _, _ in badges(pdf[0], n)} == {False, True}
        and any(
            abs(y - boxes("cms1500")["28"].baseline) < 0.1 for side, _, y in badges(pdf[0], n) if not side
        )
    ]
    on = {side: y for side, _, y in badges(pdf[0], number)}
    assert on[True] == pytest.approx(boxes("ub04")["FL47.23"].baseline, abs=0.1)
    # what is needed is marked in the empty box
    for key in ("FL14", "FL15", "FL17"):
        box = boxes("ub04")[key]
        assert any(
            side and abs(y - box.baseline) < 0.1 and abs(x - box.x) < 0.4
            for n in range(1, 14)
            for side, x, y in badges(pdf[0], n)
        ), key


def test_answers_fill_the_other_side() -> None:
    open_ = faced("saline-billed")
    answered = faced(
        "saline-billed",
        Answers(
            facility={"/ownership": "hospital_department", "/admission/type": "3", "/admission/source": "1"}
        ),
    )
    assert "FL14" not in values(open_[0], right=True)
    right = values(answered[0], right=True)
    assert (right["FL14"], right["FL15"], right["FL4"]) == ("3", "1", "0131")


def test_what_cannot_go_over_leaves_the_other_side_empty_and_says_why() -> None:
    pdf = faced("ivig-165-min")
    assert NOTHING in plain_text(pdf[0])
    assert not values(pdf[0], right=False) and values(pdf[0], right=True)["FL3a"] == "IVIG-165-MIN"
    assert "needed" in plain_text(pdf[1])


def test_values_are_in_the_legend_on_demand_only(run: Run) -> None:
    path = sample("saline-billed")
    hidden, shown = (
        plain_text(run("form", path, "--side-by-side", *more, *SETTINGS, *DAY).pdf[1])
        for more in ((), ("--show-values",))
    )
    assert "was " not in hidden and "was 407.00" in shown


def test_the_command_prints_a_batch(run: Run) -> None:
    done = run("form", SAMPLES / "encounters", "--side-by-side", "-o", "both.pdf", *SETTINGS, *DAY)
    assert done.code in (0, 1)
    pdf = pypdfium2.PdfDocument(Path("both.pdf"))
    names = [entry.get_title() for entry in pdf.get_toc()]
    assert sorted(names) == sorted(p.stem.upper() for p in (SAMPLES / "encounters").glob("*.json"))


def test_answers_of_a_file_are_used(run: Run) -> None:
    Path("answers.toml").write_text('[facility]\n"/admission/type" = "3"\n')
    done = run(
        "form", sample("saline-billed"), "--side-by-side", "--answers", "answers.toml", *SETTINGS, *DAY
    )
    assert values(done.pdf[0], right=True)["FL14"] == "3"


@pytest.mark.parametrize(
    "more",
    [
        ("--side-by-side", "--preprinted"),
        ("--answers", "x.toml"),
        ("--side-by-side", "--answers", "none.toml"),
    ],
)
def test_bad_usage(run: Run, more: tuple[str, ...]) -> None:
    done = run("form", sample("saline-billed"), *more, *SETTINGS)
    assert done.code == 2 and not done.out and done.err


def test_unreadable_inputs_are_told_and_the_others_printed(run: Run) -> None:
    Path("bad.json").write_text("{")
    done = run("form", "bad.json", sample("saline-billed"), "--side-by-side", *SETTINGS, *DAY)
    assert done.code == 2 and "INPUT-JSON" in done.err and len(done.pdf) == 2


def test_a_form_with_more_sheets_goes_on_beside_an_empty_half() -> None:
    left = Printout(name="x", form="cms1500", pages=[{"26": "A"}, {"26": "B"}])
    right = Printout(name="x", form="ub04", pages=[{"FL3a": "C"}])
    pdf = pypdfium2.PdfDocument(b"".join(side_by_side([Facing(name="x", left=left, right=right)])))
    assert len(pdf) == 2
    assert values(pdf[1], right=False) == {"26": "B"} and not values(pdf[1], right=True)
    assert NOTHING not in plain_text(pdf[1])


@pytest.mark.parametrize(("name", "page"), [("side-by-side", 0), ("side-by-side-legend", 1)])
def test_facing_forms_look_as_they_did(name: str, page: int, update: bool) -> None:
    compare(faced("ed-to-observation")[page], name, update=update)
