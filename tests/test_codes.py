"""Identifiers, doses, and code look-ups by date of service."""

import csv
import json
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edi import tables
from edi.codes import (
    bill_type,
    dose,
    hcpcs,
    icd10,
    mbi,
    modifier,
    ndc,
    npi,
    phone,
    tax_id,
    taxonomy,
    zipcode,
)
from edi.refdata import Coverage, Entry, Lists, Size, shipped

SHARED = Path(__file__).parents[1].parent / "shared"
IDENTIFIERS = [bill_type, hcpcs, icd10, mbi, modifier, ndc, npi, phone, tax_id, taxonomy, zipcode]
TABLES = sorted(tables.names("codes", ".csv"))
CODE_LISTS = [name for name in TABLES if shipped().coverage(name) != "absent"]

GOOD = [
    (npi, "1234567893", "1234567893"),
    (npi, " 1234567893 ", "1234567893"),
    (ndc, "1234-5678-90", "01234567890"),
    (ndc, "12345-678-90", "12345067890"),
    (ndc, "12345-6789-0", "12345678900"),
    (ndc, "12345-6789-01", "12345678901"),
    (ndc, "12345678901", "12345678901"),
    (icd10, "e11.9", "E119"),
    (icd10, "Z51.11", "Z5111"),
    (icd10, "C4A.9", "C4A9"),
    (icd10, "I10", "I10"),
    (icd10, "S72.001A", "S72001A"),
    (hcpcs, "96365", "96365"),
    (hcpcs, "j1745", "J1745"),
    (hcpcs, "0001F", "0001F"),
    (hcpcs, "0510T", "0510T"),
    (modifier, "jw", "JW"),
    (modifier, "59", "59"),
    (taxonomy, "207rh0003x", "207RH0003X"),
    (mbi, "1EG4-TE5-MK73", "1EG4TE5MK73"),
    (bill_type, "131", "0131"),
    (bill_type, "0137", "0137"),
    (bill_type, "013Q", "013Q"),
    (zipcode, "60611-1234", "606111234"),
    (zipcode, "60611", "60611"),
    (phone, "(312) 555-0100", "3125550100"),
    (phone, "+1 312.555.0100", "3125550100"),
    (tax_id, "12-3456789", "123456789"),
]

BAD = [
    (npi, "1234567890", "check digit"),
    (npi, "123456789", "10 digits"),
    (npi, "3234567897", "begins with 1 or 2"),
    (npi, "12345678９3", "digits"),
    (ndc, "1234567890", "three different drugs"),
    (ndc, "123456-7890-12", "before 2033"),
    (ndc, "123456789012", "before 2033"),
    (ndc, "1234-567-890", "4-4-2"),
    (ndc, "N4123456789", "digits"),
    (ndc, "0000-0000-00", "zeros"),
    (icd10, "E1.19", "dot"),
    (icd10, "E11.", "dot"),
    (icd10, "E1", "3 to 7"),
    (icd10, "S72.001AXX", "3 to 7"),
    (icd10, "250.00", "letter and a digit"),
    (icd10, "E11 9", "letters and digits"),
    (hcpcs, "9636", "5 characters"),
    (hcpcs, "JJ745", "five digits"),
    (hcpcs, "1234X", "five digits"),
    (modifier, "5", "2 characters"),
    (modifier, "5-", "letters and digits"),
    (taxonomy, "207RH0003", "10 characters"),
    (taxonomy, "207RH00030", "ends with X"),
    (mbi, "1EG4-TE5-MK7", "11 characters"),
    (mbi, "1SG4TE5MK73", "character 2"),
    (mbi, "0EG4TE5MK73", "character 1 "),
    (mbi, "1EO4TE5MK73", "character 3"),
    (bill_type, "1131", "begins with 0"),
    (bill_type, "013", "4 characters"),
    (bill_type, "0A31", "digits from 1 to 9"),
    (bill_type, "013-", "letter or digit"),
    (zipcode, "6061", "5 or 9"),
    (zipcode, "6061A", "digits"),
    (zipcode, "00000", "no ZIP"),
    (phone, "555-0100", "10 digits"),
    (phone, "312-555-CALL", "digits"),
    (tax_id, "12-345678", "9 digits"),
    (tax_id, "000000000", "zeros"),
]


@pytest.mark.parametrize(("module", "text", "compact"), GOOD)
def test_good_identifiers_are_compacted_and_have_no_problem(
    module: ModuleType, text: str, compact: str
) -> None:
    assert module.problem(text) is None
    assert module.compact(text) == compact
    assert module.problem(compact) is None


@pytest.mark.parametrize(("module", "text", "reason"), BAD)
def test_bad_identifiers_say_why(module: ModuleType, text: str, reason: str) -> None:
    assert reason in (module.problem(text) or "")


@pytest.mark.parametrize("module", IDENTIFIERS, ids=lambda m: m.__name__)
@given(text=st.text(max_size=14))
def test_any_text_can_be_judged_and_compacting_twice_changes_nothing(module: ModuleType, text: str) -> None:
    reason = module.problem(text)
    assert reason is None or reason.strip()
    once = module.compact(text)
    if reason is None:
        assert module.compact(once) == once
        assert module.problem(once) is None
        assert once.isascii()


@given(st.text("0123456789", min_size=8, max_size=8), st.sampled_from("12"))
def test_one_of_ten_last_digits_completes_an_npi(rest: str, first: str) -> None:
    good = [digit for digit in "0123456789" if npi.problem(first + rest + digit) is None]
    assert good == [npi.check_digit(first + rest)]


@given(st.sampled_from([(4, 4, 2), (5, 3, 2), (5, 4, 1), (5, 4, 2)]), st.data())
def test_every_shape_of_an_ndc_keeps_its_digits(shape: tuple[int, int, int], data: st.DataObject) -> None:
    parts = [data.draw(st.text("0123456789", min_size=n, max_size=n)) for n in shape]
    made = ndc.compact("-".join(parts))
    assert len(made) == 11
    assert [int(made[:5]), int(made[5:9]), int(made[9:])] == [int(part) for part in parts]
    assert ndc.compact(ndc.formatted(made)) == made


def test_identifiers_are_formatted_for_people() -> None:
    assert ndc.formatted("1234-5678-90") == "01234-5678-90"
    assert icd10.formatted("Z5111") == "Z51.11"
    assert icd10.formatted("I10") == "I10"
    assert mbi.formatted("1eg4te5mk73") == "1EG4-TE5-MK73"
    assert bill_type.facility("0131") == "13"
    assert bill_type.frequency("131") == "1"
    assert bill_type.formatted("85", "7") == "0857"
    assert zipcode.formatted("606111234") == "60611-1234"
    assert phone.formatted("3125550100") == "(312) 555-0100"
    assert tax_id.formatted("123456789") == "12-3456789"
    assert tax_id.formatted("123456789", "SY") == "123-45-6789"


def test_the_part_of_hcpcs_shows_in_the_shape() -> None:
    assert [hcpcs.kind(code) for code in ("96365", "0001F", "0510T", "0001U", "J1745", "1234X")] == [
        "cpt",
        "performance",
        "emerging",
        "laboratory",
        "level_two",
        None,
    ]


# ---------------------------------------------------------------- doses


@pytest.mark.parametrize(
    ("value", "unit", "to", "expected"),
    [
        ("1.125", "g", "mg", "1125"),
        ("250", "mcg", "mg", "0.25"),
        ("250", "µg", "MCG", "250"),
        ("2", "mg", "g", "0.002"),
        ("1", "L", "mL", "1000"),
        ("5", "cc", "mL", "5"),
        ("10000", "IU", "units", "10000"),
        ("10000", "[iU]", "Units", "10000"),
        ("20", "mEq", "mEq", "20"),
    ],
)
def test_doses_are_converted_exactly(value: str, unit: str, to: str, expected: str) -> None:
    assert dose.convert(Decimal(value), unit, to) == Decimal(expected)


@pytest.mark.parametrize(
    ("unit", "to"), [("mg", "mL"), ("mEq", "mmol"), ("units", "mg"), ("vial", "mg"), ("mg", "")]
)
def test_what_cannot_be_compared_is_not_converted(unit: str, to: str) -> None:
    assert dose.convert(Decimal(1), unit, to) is None


def test_an_unknown_unit_is_named() -> None:
    assert "vial" in (dose.problem("vial") or "")
    assert dose.problem("mg") is None
    assert dose.base("kg") == "mg"


@given(
    st.decimals(0, 10**6, places=3),
    st.sampled_from(tables.rows("codes/dose_units.csv")),
    st.sampled_from(tables.rows("codes/dose_units.csv")),
)
def test_a_conversion_can_be_undone(value: Decimal, one: dict[str, str], other: dict[str, str]) -> None:
    there = dose.convert(value, one["spelling"], other["spelling"])
    assert (there is None) == (one["unit"] != other["unit"])
    if there is not None:
        assert dose.convert(there, other["spelling"], one["spelling"]) == value


# ---------------------------------------------------------------- tables


@pytest.mark.parametrize("name", TABLES)
def test_every_table_names_source_edition_date_and_licence(name: str) -> None:
    notes = tables.notes(f"codes/{name}.csv")
    assert all(notes.get(key) for key in ("source", "edition", "date", "licence", "pattern"))
    page = (tables.root() / "README.md").read_text(encoding="utf-8").splitlines()
    (row,) = [line for line in page if line.startswith(f"| {name} | ") and notes["source"] in line]
    cells = [notes[key] for key in ("source", "edition", "date", "licence", "pattern")]
    assert row.endswith(f"| {' | '.join(cells)} | {notes.get('complete', '-')} |")


@pytest.mark.parametrize("name", CODE_LISTS)
def test_every_code_stands_once_in_order_of_dates_and_has_a_label(name: str) -> None:
    rows = tables.rows(f"codes/{name}.csv")
    keys = [(row["code"], row["start"]) for row in rows]
    assert len(keys) == len(set(keys))
    for row in rows:
        assert row.get("label") or row.get("drug")
        assert not (row["start"] and row["end"]) or row["start"] <= row["end"]


CHECKED_BY = {
    "modifiers": "modifier",
    "taxonomy": "taxonomy",
    "hcpcs_drugs": "hcpcs",
}


@pytest.mark.parametrize(("name", "module"), CHECKED_BY.items())
def test_codes_of_a_table_have_the_shape_of_their_identifier(name: str, module: str) -> None:
    identifier = import_module(f"edi.codes.{module}")
    assert not [code for code in shipped().codes(name) if identifier.problem(code)]


@pytest.mark.parametrize(
    ("name", "pattern_length"),
    [("pos", 2), ("revenue", 4), ("states", 2), ("type_of_bill", 2), ("date_qualifiers", 3), ("value", 2)],
)
def test_leading_zeros_survive(name: str, pattern_length: int) -> None:
    assert {len(code) for code in shipped().codes(name)} == {pattern_length}


def test_facility_places_are_those_of_the_fee_schedule() -> None:
    lists = shipped()
    facility = [
        code
        for code in lists.codes("pos")
        if (entry := lists.entry("pos", code)) and entry.fields["facility"] == "yes"
    ]
    assert " ".join(facility) == "02 06 08 19 21 22 23 24 26 31 34 41 42 51 52 53 56 61"


def test_all_reasons_of_medicare_as_second_payer_have_a_value_code() -> None:
    lists = shipped()
    for code in lists.codes("medicare_secondary"):
        entry = lists.entry("medicare_secondary", code)
        assert entry is not None
        assert lists.known("value", entry.fields["value_code"], None)


# ---------------------------------------------------------------- lists


def test_unknown_is_not_invalid() -> None:
    lists = shipped()
    day = date(2026, 3, 3)
    assert lists.known("pos", "11", day) is True
    assert lists.known("pos", "77", day) is False
    assert lists.known("revenue", "0636", day) is True
    assert lists.known("revenue", "0110", day) is None, "only a part of the list ships"
    assert lists.known("hcpcs", "J1756", day) is None, "the list is not loaded"
    assert lists.known("icd10cm", "E119", day) is True
    assert lists.known("icd10cm", "E1199", day) is False
    assert lists.known("icd10cm", "E119", date(2030, 1, 1)) is None, "no edition for that day"
    assert lists.known("dose_units", "mg", day) is None, "no list of codes"
    assert lists.known("../pos", "11", day) is None
    assert [lists.coverage(name) for name in ("pos", "revenue", "hcpcs")] == [
        "complete",
        "partial",
        "absent",
    ]
    assert lists.codes("hcpcs") == ()


def test_a_code_is_known_in_its_dates_only() -> None:
    lists = shipped()
    assert lists.known("modifiers", "JG", date(2024, 12, 31)) is True
    assert lists.known("modifiers", "JG", date(2025, 1, 1)) is False
    assert lists.known("modifiers", "JZ", date(2022, 12, 31)) is False
    assert lists.known("modifiers", "JZ", date(2023, 1, 1)) is True
    assert lists.label("modifiers", "JG") == "340B drug (informational)"
    assert lists.label("modifiers", "!!") is None


class Own:
    """A user's own list, newer than what ships."""

    def __init__(self, coverage: Coverage, codes: Sequence[str]) -> None:
        self.held, self.held_codes = coverage, codes

    def coverage(self, list_name: str) -> Coverage:
        return self.held if list_name == "revenue" else "absent"

    def find(self, list_name: str, code: str) -> Sequence[Entry]:
        if list_name != "revenue" or code not in self.held_codes:
            return ()
        return (Entry(code, "own label", None, None, {"code": code}),)

    def codes(self, list_name: str) -> Sequence[str]:
        return self.held_codes if list_name == "revenue" else ()


def test_a_source_of_the_user_goes_first_and_a_whole_list_decides() -> None:
    shipped_tables = shipped()._sources
    whole = Lists((Own("complete", ["0110"]), *shipped_tables))
    assert whole.known("revenue", "0110", None) is True
    assert whole.known("revenue", "0636", None) is False
    assert whole.label("revenue", "0110") == "own label"
    assert whole.known("pos", "11", None) is True
    part = Lists((Own("partial", ["0110"]), *shipped_tables))
    assert part.known("revenue", "0636", None) is True
    assert part.known("revenue", "0999", None) is None
    assert part.codes("revenue")[0] == "0110"
    assert part.drug("J1745", None) == shipped().drug("J1745", None)


# ---------------------------------------------------------------- drugs


def test_a_drug_row_is_typed() -> None:
    drug = shipped().drug("J1745", date(2026, 3, 3))
    assert drug is not None
    assert (drug.unit_value, drug.unit) == (Decimal(10), "mg")
    assert (drug.drug_class, drug.textbook_class) == ("complex_biologic", "therapeutic")
    assert (drug.container, drug.sizes, drug.ndc_unit) == ("single", (Size(Decimal(100), "mg"),), "UN")
    assert drug.named("  Remicade ")
    assert not drug.named("inflectra")
    assert drug.verify is None
    assert not drug.dated
    assert drug.in_force(date(2026, 3, 3)) is None


def test_an_unclassified_code_has_no_unit() -> None:
    for code in ("J3490", "J3590", "J9999", "C9399"):
        drug = shipped().drug(code, None)
        assert drug is not None
        assert (drug.unit_value, drug.unit, drug.drug_class) == (None, None, "unclassified")


def test_drug_codes_end_where_their_successors_begin() -> None:
    lists = shipped()
    assert lists.drug("J1300", date(2025, 3, 31)) is not None
    assert lists.drug("J1300", date(2025, 4, 1)) is None
    assert lists.drug("J1299", date(2025, 3, 31)) is None
    assert lists.drug("J1299", date(2025, 4, 1)) is not None
    (old,) = lists.drug_rows("J1300")
    assert old.replaced_by == "J1299"
    assert old.in_force(date(2025, 4, 1)) is False
    assert lists.drug("J2919", date(2024, 3, 31)) is None


def test_a_successor_is_in_the_table_and_is_not_replaced_itself() -> None:
    lists = shipped()
    for code in lists.codes("hcpcs_drugs"):
        for drug in lists.drug_rows(code):
            if drug.replaced_by:
                (successor,) = lists.drug_rows(drug.replaced_by)
                assert successor.replaced_by is None
                assert not (drug.end and successor.start) or drug.end < successor.start


def test_drugs_are_found_by_name_with_current_codes_first() -> None:
    lists = shipped()
    day = date(2026, 3, 3)
    assert [drug.code for drug in lists.drugs_named("Eculizumab", day)] == ["J1299", "Q5151", "Q5152"]
    assert [drug.code for drug in lists.drugs_named("soliris", date(2025, 1, 1))] == ["J1300"]
    assert [drug.code for drug in lists.drugs_named("Vancomycin", day)][-1] == "J3370"
    assert [drug.code for drug in lists.drugs_named("remicade", None)] == ["J1745"]
    assert lists.drugs_named("saline-like", day) == ()


def test_units_and_sizes_can_be_compared_and_names_are_plain() -> None:
    lists = shipped()
    for code in lists.codes("hcpcs_drugs"):
        for drug in lists.drug_rows(code):
            assert (drug.unit is None) == (drug.unit_value is None)
            assert drug.unit_value is None or drug.unit_value > 0
            assert drug.unit in (None, "mg", "g", "mcg", "mL", "units", "mEq")
            for size in drug.sizes:
                assert drug.unit is not None
                assert dose.convert(size.value, size.unit, drug.unit), code
            assert drug.names or drug.drug_class == "unclassified", code
            assert all(name == name.casefold() and name == name.strip() for name in drug.names)
            assert drug.ndc_unit in (None, "UN", "ML")


def test_brand_names_stand_at_one_product_only() -> None:
    """A name of two rows is a generic name: it stands in their drug text, or they follow each other."""
    with (tables.root() / "codes" / "hcpcs_drugs.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(line for line in file if not line.startswith("#")))
    for brand in ("remicade", "inflectra", "ocrevus", "privigen", "keytruda", "solu-medrol", "soliris"):
        holders = [row for row in rows if brand in row["names"].split(";")]
        current = [row for row in holders if not row["replaced_by"]]
        assert len(current) == 1


@pytest.mark.skipif(not SHARED.is_dir(), reason="the reference data are not beside the project")
def test_the_table_agrees_with_the_reference_list() -> None:
    reference = json.loads((SHARED / "data" / "hcpcs_infusion.json").read_text(encoding="utf-8"))
    lists = shipped()
    for row in reference:
        drug = lists.drug(row["hcpcs"], date(2026, 3, 3))
        assert drug is not None, row["hcpcs"]
        if drug.drug_class == "unclassified":
            continue
        value, unit = row["unit"].removesuffix(" v").split(" ")
        assert (drug.unit_value, drug.unit) == (Decimal(value), unit)
        assert ("unit" in (drug.verify or "")) == row["unit"].endswith(" v")
        assert (drug.route == "SC") == row["class"].endswith("(SC)")
        assert (drug.textbook_class is not None) == (row["class"] == "B*")
    cases = json.loads((SHARED / "cases" / "worked_cases.json").read_text(encoding="utf-8"))
    for case in cases:
        if case["id"].startswith("D") and case["hcpcs"] != "any":
            drug = lists.drug(case["hcpcs"], date(2026, 3, 3))
            assert drug is not None
            assert dose.convert(drug.unit_value or Decimal(0), drug.unit or "", "mg") == case["unit_mg"]
