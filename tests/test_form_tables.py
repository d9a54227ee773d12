"""The tables of the forms speak of the same boxes and formats, and the formats do what their table says."""

from collections.abc import Iterator

import pytest

from edi import tables
from edi.model import crosswalk
from edi.model.boxes import box_keys
from edi.model.crosswalk import Target
from forms.formats import FORMATS
from forms.layout import FORMS, Form, boxes
from forms.plan import kinds, leaves, ticks
from forms.taking import entries

WORDS = {row["format"]: row for row in tables.rows("forms/formats.csv")}
NOT_WRITTEN = ("tick", "none")


def held(form: Form) -> Iterator[tuple[str, Target]]:
    """Every target of the crosswalk on a form with its path, those for what has no room too."""
    for row in crosswalk.rows():
        for target in row.targets(form):
            found: Target | None = target
            while found is not None:
                yield row.path, found
                found = found.further


@pytest.mark.parametrize("form", FORMS)
def test_the_crosswalk_names_boxes_that_the_form_has(form: Form) -> None:
    known = boxes(form)
    assert known.keys() == box_keys(form), "the two readers of the table see the same boxes"
    for path, target in held(form):
        for key in target.boxes:
            if key.endswith(".*"):
                assert all(tick.key in known for tick in ticks(form)[key]), path
            else:
                assert key in known, path
            assert crosswalk.item_of(form, key)


@pytest.mark.parametrize("form", FORMS)
def test_codes_stand_beside_boxes_that_have_room_for_them(form: Form) -> None:
    beside = kinds(form)
    assert {key for key in beside if key not in boxes(form)} == set()
    assert {key for key in beside.values() if key not in boxes(form)} <= {"+"}
    for path, target in held(form):
        if target.kind and target.held:
            assert set(target.boxes) <= beside.keys(), f"{path}: {target.name} has no box for its code"


@pytest.mark.parametrize("form", FORMS)
def test_every_box_is_filled_or_known_to_be_none_of_the_claims(form: Form) -> None:
    """A box that no row of the crosswalk names is one that says what follows from others, or is not used."""
    follows = {
        "cms1500": {
            "11b.qualifier", "11d.yes", "11d.no", "12.date", "14.qualifier", "15.qualifier", "17.qualifier",
            "17a.qualifier", "21.indicator", "24I", "31.date",
        },
        "ub04": {
            "FL42.23", "FL43.page", "FL43.pages", "FL45.23", "FL48.23", "FL66", "FL76.qualifier",
            "FL77.qualifier", "FL78.qualifier", "FL78.type", "FL79.qualifier", "FL79.type", "FL81.qualifier",
            "FL81.value",
        },
    }  # fmt: skip
    # what a claim of ours has no record for
    unknown = {
        "cms1500": {"20.yes", "20.no", "20.charges", "24H"},
        "ub04": {
            "FL1.fax", "FL5.sub", "FL8a", "FL38.5", "FL55", "FL65", "FL71",
            *(f"FL74.{part}{row}" for part in ("code", "date") for row in ("", ".a", ".b", ".c", ".d", ".e")),
        },
    }  # fmt: skip
    named = set(entries(form))
    named |= {tick.key for group in named & ticks(form).keys() for tick in ticks(form)[group]}
    left = {box.name for key, box in boxes(form).items() if key not in named and box.format != "none"}
    assert left == follows[form] | unknown[form]


@pytest.mark.parametrize("form", FORMS)
def test_formats_are_known_and_explained(form: Form) -> None:
    used = {box.format for box in boxes(form).values()}
    assert used <= FORMATS.keys() | set(NOT_WRITTEN)
    assert used <= WORDS.keys()
    assert leaves(form)


def test_the_table_of_formats_is_that_of_the_program() -> None:
    assert WORDS.keys() == FORMATS.keys() | set(NOT_WRITTEN)
    for name, row in WORDS.items():
        assert row["writes"] and (row["example"] or name == "none"), name


FIELDS = {
    "name": ("last_name", "first_name", "middle_name", "suffix"),
    "provider": ("last_name", "first_name", "middle_name", "suffix"),
    "surname": ("last_name", "suffix"),
    "street": ("line1", "line2"),
    "place": ("city", "state", "zip"),
    "bill": ("type_of_bill", "frequency"),
    "procedure": ("hcpcs", "modifiers"),
    "supplement": ("ndc", "ndc_unit", "ndc_quantity", "description"),
    "ndc": ("ndc", "ndc_unit", "ndc_quantity", "description"),
}


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_an_example_that_is_read_is_written_as_it_was(name: str) -> None:
    box = next(box for form in FORMS for box in boxes(form).values() if box.format == name)
    form = FORMATS[name]
    example = WORDS[name]["example"]
    values = form.read(example, box, FIELDS.get(name, ("value",)))
    assert form.write(values, box) == example
    small = form.read(example.lower(), box, FIELDS.get(name, ("value",)))
    assert form.write(small, box) == example


def test_ticks_have_one_meaning_each() -> None:
    for form in FORMS:
        for group, members in ticks(form).items():
            values = [value for tick in members for value in tick.values]
            assert len(values) == len(set(values)), group
            assert all(tick.key in boxes(form) for tick in members)
