"""The tables of the boxes: nothing overlaps, and every place is that of the print grid."""

import csv
from pathlib import Path

import pytest

from forms.layout import DETAIL_ROWS, FORMS, Form, boxes

GRID = Path(__file__).parents[2] / "shared" / "data"
NOT_A_BOX = {"PRINT STAT", "NOT USED", "RESERVED BY NUBC", "RESERVED", "reserved NUCC"}
"""Places of the grid where nothing of a claim is printed."""
WIDER_THAN_A_DATE = "OTHER PROC DATE 5"
"""The grid gives this date seven characters and the other five dates of its kind six."""

ONE_LATER = "24G."
"""The grid gives units four columns, the first of which follows the cents of 24F at once. A form takes three
characters there: they stand in the last three, so that no characters touch (NUCC printing rules)."""


def _cells(form: Form) -> dict[tuple[int, int], str]:
    """(line, column) -> box that covers it."""
    found: dict[tuple[int, int], str] = {}
    for box in boxes(form).values():
        for column in range(box.column, box.column + box.width):
            assert found.setdefault((box.line, column), box.key) == box.key, f"{box.key} overlaps"
    return found


@pytest.mark.parametrize("form", FORMS)
def test_no_box_overlaps_another(form: Form) -> None:
    assert _cells(form)


@pytest.mark.parametrize("form", FORMS)
def test_no_box_takes_more_than_its_room(form: Form) -> None:
    too_long = [box.key for box in boxes(form).values() if box.limit > box.width]
    assert not too_long


@pytest.mark.parametrize("form", FORMS)
def test_every_place_of_the_print_grid_is_a_box(form: Form) -> None:
    path = GRID / f"print_grid_{form}.csv"
    if not path.exists():
        pytest.skip("the print grid is not here")
    cells = _cells(form)
    with path.open(newline="") as file:
        for row in csv.DictReader(file):
            if row["item"] in NOT_A_BOX:
                continue
            first, last = int(row["line"]), int(row.get("last_line") or row["line"])
            for line in range(first, last + 1):
                start, end = int(row["col"]), int(row["col"]) + int(row["maxlen"]) - 1
                end -= row["item"] == WIDER_THAN_A_DATE
                start += row.get("box", "").startswith(ONE_LATER)
                assert (line, start) in cells, row
                assert cells.get((line, start)) == cells.get((line, end)), row


def test_no_units_touch_the_cents() -> None:
    charge, units = boxes("cms1500")["24F.1"], boxes("cms1500")["24G.1"]
    assert charge.column + charge.width < units.column


def test_rows_come_last_in_a_key() -> None:
    assert boxes("cms1500")["24D.6"].line == boxes("cms1500")["24D.1"].line + 10
    assert boxes("ub04")["FL44.22"].row == "22"
    assert boxes("ub04")["FL50.C"].line == boxes("ub04")["FL50.A"].line + 2
    assert [box.row for box in boxes("cms1500").values() if box.name == "24E"] == [
        str(n) for n in range(1, DETAIL_ROWS["cms1500"] + 1)
    ]
