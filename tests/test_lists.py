"""Which edition answers for a date of service, and who goes before whom."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import refdata_files as files
from edi.refdata import Edition, shipped
from edi.refdata.editions import edition_name, period_end, shipped_window, window
from edi.refdata.lists import nearest
from edi.refdata.store import Store
from refdata_files import lists, load, put

QUARTERS = {"322": "2026-07-01", "323": "2026-10-01", "330": "2027-01-01"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """Pair edits of 2026 Q3 (indicator 0) and 2027 Q1 (indicator 1); nothing between them."""
    found = Store(tmp_path / "refdata.sqlite")
    for version, indicator in (("322", "0"), ("330", "1")):
        row = ("96365", "00AA2", "", "20200101", "*", indicator)
        load(found, put(tmp_path, f"ccipra-v{version}r0-f1.TXT", files.ptp([row])))
    return found


@pytest.mark.parametrize(
    ("on", "indicator", "edition", "covers"),
    [
        ("2026-07-01", 0, "2026 Q3", True),
        ("2026-09-30", 0, "2026 Q3", True),
        ("2026-10-01", 0, "2026 Q3", False),
        ("2026-12-31", 1, "2027 Q1", False),
        ("2027-03-31", 1, "2027 Q1", True),
        ("2030-01-01", 1, "2027 Q1", False),
        ("2026-06-30", 0, "2026 Q3", False),
    ],
)
def test_the_edition_that_covers_a_date_answers_else_the_nearest(
    store: Store, on: str, indicator: int, edition: str, covers: bool
) -> None:
    found = lists(store).pair("96365", "00AA2", "professional", date.fromisoformat(on))
    assert found is not None
    assert (found.indicator, found.edition.name, found.covers) == (indicator, edition, covers)


def test_loaded_rows_replace_shipped_ones_for_their_dates_only(tmp_path: Path) -> None:
    """36410 and 96523 ship with indicator 0 for 2024 Q3."""
    day = date(2024, 8, 1)
    before = shipped().pair("36410", "96523", "professional", day)
    assert before is not None and (before.indicator, before.edition.origin, before.covers) == (
        0,
        "shipped",
        True,
    )
    file = put(tmp_path, "ccipra-v302r0-f1.TXT", files.ptp([("36410", "00AA2", "", "20200101", "*", "0")]))
    part = Store(tmp_path / "part.sqlite")
    load(part, file)
    assert lists(part).pair("36410", "96523", "professional", day) == before, "a part says nothing of it"
    store = Store(tmp_path / "refdata.sqlite")
    load(store, file, whole=True)
    known = lists(store)
    assert known.pair("36410", "96523", "professional", day) is None, "the loaded quarter has no such edit"
    assert known.pair("36410", "96523", "facility", day) is not None, "no hospital file is loaded"
    earlier = known.edition("ptp", date(2020, 1, 1), "professional")
    assert earlier is not None and (earlier.origin, earlier.covers(date(2020, 1, 1))) == ("loaded", False)


def test_shipped_edits_answer_with_their_date() -> None:
    known = shipped()
    limit = known.unit_limit("96365", "professional", date(2026, 3, 3))
    assert limit is not None and (limit.units, limit.adjudication, limit.covers) == (1, 3, False)
    assert limit.edition.name == "2024 Q3" and not limit.edition.complete
    hospital = known.unit_limit("96365", "facility", date(2024, 7, 1))
    assert hospital is not None and (hospital.units, hospital.covers) == (2, True)
    addon = known.addon("96366", date(2024, 1, 1))
    assert addon is not None and addon.closed and addon.covers and "96365" in addon.parents
    assert known.addon("96365", date(2024, 1, 1)) is None
    assert known.pair("36410", "00AA2", "professional", date(2024, 7, 1)) is None


def test_without_files_there_are_no_prices() -> None:
    known, day = shipped(), date(2026, 11, 2)
    assert known.price_asp("J1745", day) is None
    assert known.rvu("96365", "", day) is None
    assert known.gpci("10112", "00", day) is None
    assert known.apc("96365", day) is None
    assert known.ndc_codes("57894003001", day) == ()
    assert known.edition("asp", day) is None
    found = known.listed("icd10cm_absent", "A000", day)
    assert (found.known, found.entry, found.edition, found.covers) == (None, None, None, False)
    assert known.listed("pos", "11", day).covers


def test_a_list_in_part_never_says_no(tmp_path: Path) -> None:
    store, day = Store(tmp_path / "refdata.sqlite"), date(2026, 11, 2)
    load(store, put(tmp_path, "cpt_2026.csv", "code,end\n0001F,\n0002F,2026-06-30\n"))
    known = lists(store)
    assert [known.known("cpt", code, day) for code in ("0001F", "0002F", "0003F")] == [True, False, None]
    assert known.coverage("cpt") == "partial"
    load(store, put(tmp_path, "cpt_2026b.csv", "code\n0001F\n"), whole=True)
    known = lists(store)
    assert [known.known("cpt", code, day) for code in ("0001F", "0003F")] == [True, False]
    assert known.known("cpt", "0003F", date(2027, 1, 1)) is None, "no edition covers that year"
    assert known.coverage("cpt") == "complete" and set(known.codes("cpt")) == {"0001F"}


def test_a_taxonomy_list_is_judged_by_its_version(tmp_path: Path) -> None:
    store = Store(tmp_path / "refdata.sqlite")
    load(
        store, put(tmp_path, "nucc_taxonomy_260.csv", files.TAXONOMY_HEAD + "207RG0100X,a,b,c\n"), whole=True
    )
    load(
        store, put(tmp_path, "nucc_taxonomy_261.csv", files.TAXONOMY_HEAD + "207RG0101X,a,b,c\n"), whole=True
    )
    known = lists(store)
    days = (date(2026, 3, 31), date(2026, 4, 1), date(2026, 9, 30), date(2026, 10, 1), date(2027, 4, 1))
    assert [known.known("taxonomy", "207RG0101X", day) for day in days] == [None, False, False, True, None]
    after = known.listed("taxonomy", "207RG0101X", date(2027, 4, 1))
    assert after.edition is not None and after.edition.name == "26.1" and after.entry and not after.covers


# ---------------------------------------------------------------- windows


@pytest.mark.parametrize(
    ("name", "head", "start"),
    [
        ("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", "", "2026-10-01"),
        ("october-2026-asp-pricing-file.zip", "", "2026-10-01"),
        ("2026_October_Web_Addendum_B.csv", "", "2026-10-01"),
        ("Section 508 version of January 2025 Web Addendum B.12.31.24.csv", "", "2025-01-01"),
        ("PPRRVU25_JAN.csv", "", "2025-01-01"),
        ("PPRRVU2026_Jan_nonQPP.csv", "", "2026-01-01"),
        ("rvu26d.zip", "", "2026-10-01"),
        ("AOC_V2026Q2-MCR.txt", "", "2026-04-01"),
        ("q3-2025.csv", "", "2025-07-01"),
        ("x.csv", "Effective July 1, 2026 through September 30, 2026", "2026-07-01"),
        ("x.csv", "October 2026 crosswalk", "2026-10-01"),
        ("released 2026-12-15.csv", "", "2026-12-15"),
        ("x.csv", "no date", None),
        ("december 2026.csv", "", None),
    ],
)
def test_windows_are_read_from_names_and_heads(name: str, head: str, start: str | None) -> None:
    found = window(name, head, "quarter")
    assert (str(found[0]) if found else None) == start


@given(day=st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_periods_follow_each_other_without_gap(day: date) -> None:
    for period, most in (
        ("quarter", 92),
        ("year", 366),
        ("fiscal", 366),
        ("july", 366),
        ("taxonomy", 183),
        ("triannual", 123),
    ):
        end = period_end(day, period)  # type: ignore[arg-type]
        assert 0 <= (end - day).days < most
        following = end + timedelta(days=1)
        assert period_end(following, period) > following and following.day == 1  # type: ignore[arg-type]
        assert edition_name(following, period_end(following, period), period)  # type: ignore[arg-type]


def test_shipped_windows() -> None:
    assert shipped_window("2024 Q3") == (date(2024, 7, 1), date(2024, 9, 30))
    assert shipped_window("2024") == (date(2024, 1, 1), date(2024, 12, 31))
    with pytest.raises(ValueError, match="soon"):
        shipped_window("soon")


def edition(start: date, days: int, origin: str = "loaded", release: int = 0, number: int = 1) -> Edition:
    return Edition(
        kind="ptp",
        setting="",
        name="x",
        start=start,
        through=start + timedelta(days=days),
        origin=origin,  # type: ignore[arg-type]
        complete=True,
        release=release,
        ids=(number,),
    )


@given(
    on=st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    editions=st.lists(
        st.builds(
            edition,
            st.dates(date(2020, 1, 1), date(2030, 1, 1)),
            st.integers(0, 400),
            st.sampled_from(["loaded", "shipped"]),
            st.integers(0, 2),
            st.integers(1, 9),
        ),
        min_size=1,
        max_size=6,
    ),
)
def test_nothing_that_covers_a_date_is_passed_over(on: date, editions: list[Edition]) -> None:
    found = nearest(editions, on)
    covering = [one for one in editions if one.covers(on)]
    assert found.covers(on) == bool(covering)
    assert found.days_from(on) == min(one.days_from(on) for one in editions)
    if any(one.origin == "loaded" for one in covering):
        assert found.origin == "loaded"
