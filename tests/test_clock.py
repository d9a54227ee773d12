"""Clock times: zones, the nights in which the clocks change, texts that are no time."""

from datetime import tzinfo
from typing import Any

import pytest

from coding_cases import codes, infusion, proposal, refused
from edi.coding import clock


def _zone(name: str) -> tzinfo:
    found = clock.zone(name)
    assert found is not None
    return found


CHICAGO = _zone("America/Chicago")


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        ("2026-03-03T09:00", "2026-03-03 15:00"),
        ("2026-03-03 09:00", "2026-03-03 15:00"),
        ("  2026-03-03T09:00  ", "2026-03-03 15:00"),
        ("2026-03-03T09:00:59", "2026-03-03 15:00"),
        ("2026-03-03T09:00:59.999", "2026-03-03 15:00"),
        ("2026-03-03T09:00-05:00", "2026-03-03 14:00"),
        ("2026-03-03T09:00 -05:00", "2026-03-03 14:00"),
        ("2026-03-03T09:00-0500", "2026-03-03 14:00"),
        ("2026-03-03T09:00+05:30", "2026-03-03 03:30"),
        ("2026-03-03T09:00Z", "2026-03-03 09:00"),
        ("2026-03-03 09:00 Z", "2026-03-03 09:00"),
        ("2026-07-03T09:00", "2026-07-03 14:00"),
        ("2028-02-29T12:00", "2028-02-29 18:00"),
    ],
)
def test_instants(text: str, utc: str) -> None:
    found = clock.read(text, CHICAGO)
    assert found.seconds is not None and found.problem is None
    assert clock.local_text(found.seconds, _zone("UTC")) == utc


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("2026-03-03", "no_time"),
        ("09:00", "no_date"),
        ("9:00 am", "no_date"),
        ("about nine", "vague"),
        ("2026-03-03T0900-1000", "vague"),
        ("03/03/2026 09:00", "vague"),
        ("2026-03-03T09", "vague"),
        ("2026-03-03T25:00", "impossible"),
        ("2026-03-03T09:60", "impossible"),
        ("2026-02-30T09:00", "impossible"),
        ("2026-02-29T09:00", "impossible"),
        ("2026-13-01T09:00", "impossible"),
        ("2026-03-03T09:00+25:00", "impossible"),
        ("0000-00-00T00:00", "impossible"),
        ("0001-01-01T00:00+14:00", "impossible"),
    ],
)
def test_texts_that_are_no_instant(text: str, problem: str) -> None:
    found = clock.read(text, CHICAGO)
    assert (found.seconds, found.problem) == (None, problem)
    assert not found.missing


@pytest.mark.parametrize("text", [None, "", "   "])
def test_nothing_is_missing(text: str | None) -> None:
    found = clock.read(text, CHICAGO)
    assert found.missing and found.problem is None and found.seconds is None


@pytest.mark.parametrize(
    "text",
    [
        "9999-12-31T23:59",
        "9999-12-31T23:59-12:00",
        "0001-01-01T00:00",
        "1899-12-31T00:00",
        "2100-01-01T00:00",
    ],
)
def test_a_year_in_which_nothing_was_given_is_impossible(text: str) -> None:
    assert clock.read(text, CHICAGO) == clock.Reading(text, problem="impossible")


def test_an_hour_that_is_shown_twice() -> None:
    found = clock.read("2026-11-01T01:30", CHICAGO)
    assert found.problem == "ambiguous"
    assert found.seconds is not None and found.second_pass == found.seconds + 3600
    assert clock.read("2026-11-01T01:30-06:00", CHICAGO).seconds == found.second_pass


def test_an_hour_that_does_not_exist_is_moved_forward() -> None:
    found = clock.read("2026-03-08T02:30", CHICAGO)
    assert found.problem == "imaginary"
    assert found.seconds is not None
    assert clock.local_text(found.seconds, CHICAGO) == "2026-03-08 03:30"


@pytest.mark.parametrize(
    "name",
    ["EST", "Chicago", "America/", "America/Nowhere", "../etc/passwd", "/etc/localtime", "EST/5EDT", "a b"],
)
def test_names_of_no_zone(name: str) -> None:
    assert clock.zone(name) is None


@pytest.mark.parametrize(
    "name", ["America/Chicago", "America/Indiana/Knox", "UTC", "Etc/GMT+5", "Pacific/Guam"]
)
def test_names_of_zones(name: str) -> None:
    assert clock.zone(name) is not None


def test_the_default_zone_stands_in_for_none_and_for_an_unknown_one() -> None:
    drip = infusion("A1", "vancomycin", "2026-03-04T04:30Z", "2026-03-04T05:30Z")
    for name in (None, "America/Nowhere"):
        assert codes(proposal([drip], time_zone=name), dated=True) == ["03 96365x1"]
    assert codes(proposal([drip], time_zone="UTC"), dated=True) == ["04 96365x1"]


# Start, stop, pauses in Chicago; minutes that are billed.
NIGHTS: dict[str, tuple[str, str, list[tuple[str | None, str | None]], int]] = {
    "spring: 01:00 to 04:00 is two hours": ("2026-03-08T01:00", "2026-03-08T04:00", [], 120),
    "autumn: 00:00 to 03:00 is four hours": ("2026-11-01T00:00", "2026-11-01T03:00", [], 240),
    "both ends ambiguous: the same pass": ("2026-11-01T01:10", "2026-11-01T01:40", [], 30),
    "stop ambiguous: the first pass": ("2026-11-01T00:45", "2026-11-01T01:50", [], 65),
    "start ambiguous: the second pass": ("2026-11-01T01:30", "2026-11-01T02:30", [], 60),
    "stop seems to be before start: the second pass": ("2026-11-01T01:50", "2026-11-01T01:20", [], 30),
    "an offset settles it": ("2026-11-01T00:45-05:00", "2026-11-01T01:50-06:00", [], 125),
    "a start that does not exist": ("2026-03-08T02:30", "2026-03-08T04:00", [], 30),
    "a pause over the spring night": (
        "2026-03-08T01:00",
        "2026-03-08T05:00",
        [("2026-03-08T01:30", "2026-03-08T03:30")],
        120,
    ),
    "an ambiguous pause is as long as it can be": (
        "2026-11-01T00:00",
        "2026-11-01T03:00",
        [("2026-11-01T01:15", "2026-11-01T01:45")],
        150,
    ),
    "pauses overlap": (
        "2026-03-03T09:00",
        "2026-03-03T11:00",
        [("2026-03-03T09:30", "2026-03-03T10:00"), ("2026-03-03T09:50", "2026-03-03T10:10")],
        80,
    ),
    "a pause reaches outside": (
        "2026-03-03T09:00",
        "2026-03-03T11:00",
        [("2026-03-03T08:00", "2026-03-03T09:20"), ("2026-03-03T12:00", "2026-03-03T13:00")],
        100,
    ),
    "a pause without an end": ("2026-03-03T09:00", "2026-03-03T11:00", [("2026-03-03T10:00", None)], 60),
    "a pause with an unreadable end": (
        "2026-03-03T09:00",
        "2026-03-03T11:00",
        [("2026-03-03T10:00", "later")],
        60,
    ),
    "a pause without a beginning": ("2026-03-03T09:00", "2026-03-03T11:00", [(None, "2026-03-03T09:40")], 80),
    "a pause backwards takes nothing": (
        "2026-03-03T09:00",
        "2026-03-03T11:00",
        [("2026-03-03T10:00", "2026-03-03T09:30")],
        120,
    ),
    "seconds: a started minute does not count": ("2026-03-03T09:00:30", "2026-03-03T10:00:29", [], 59),
    "over the leap day": ("2028-02-28T23:30", "2028-03-01T00:30", [], 25 * 60),
}


@pytest.mark.parametrize("night", NIGHTS.values(), ids=NIGHTS)
def test_minutes(night: tuple[str, str, Any, int]) -> None:
    start, stop, pauses, minutes = night
    found = proposal([infusion("A1", "vancomycin", start, stop, pauses=pauses)])
    assert found.timeline.given[0].minutes == minutes


def test_the_longest_reading_is_kept_for_the_finding() -> None:
    given = proposal([infusion("A1", "iron", "2026-11-01T00:45", "2026-11-01T01:50")]).timeline.given[0]
    assert clock.longest(given.start, given.stop) == 125


@pytest.mark.parametrize(
    ("start", "stop", "reason"),
    [
        (None, "2026-03-03T10:00", "start_missing"),
        ("2026-03-03", "2026-03-03T10:00", "start_unreadable"),
        ("09:00 h", "2026-03-03T10:00", "start_unreadable"),
        ("2026-03-03T09:00", "2026-03-03", "stop_unreadable"),
        ("2026-03-03T09:00", "2026-03-03T24:30", "stop_unreadable"),
        ("2026-03-03T09:00", "2026-03-03T08:00", "stop_before_start"),
        ("2026-03-03T09:00", "2026-03-03T09:00", "stop_before_start"),
    ],
)
def test_what_cannot_be_timed_is_held(start: str | None, stop: str, reason: str) -> None:
    found = proposal([infusion("A1", "vancomycin", start, stop, hcpcs="J3373")])
    assert codes(found) == []
    assert reason in refused(found) and "no_drug_line" in refused(found)


@pytest.mark.parametrize(
    ("times", "local"),
    [
        (("2026-03-03T09:00-06:00", "2026-03-03T10:40Z"), False),
        (("2026-03-03T09:00", "2026-03-03T10:40"), True),
        (("2026-03-03", None), False),
    ],
)
def test_whether_the_zone_matters(times: tuple[str, str | None], local: bool) -> None:
    found = proposal([infusion("A1", "iron", *times)])
    assert clock.uses_local_time(found.timeline.encounter) is local
