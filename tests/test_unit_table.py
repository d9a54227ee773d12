"""Minutes to units, every minute from 0 to 600, through the engine.

`data/unit_table.csv` is a copy of `../shared/data/unit_table.csv`.
"""

import csv
from pathlib import Path
from typing import Any

import pytest

from coding_cases import DAY, Setting, proposal
from edi.model.encounter import Administration

with (Path(__file__).parent / "data/unit_table.csv").open(encoding="utf-8") as _file:
    TABLE = {int(row["minutes"]): {k: int(v) for k, v in row.items()} for row in csv.DictReader(_file)}
SETTINGS: tuple[Setting, ...] = ("professional", "facility")


def _clock(minutes: int) -> str:
    return f"{DAY}T{minutes // 60:02d}:{minutes % 60:02d}"


def _ran(category: Any, minutes: int, *, id_: str = "A1", after: int = 0) -> Administration:
    return Administration(
        id=id_,
        drug=id_,
        category=category,
        technique="infusion",
        start=_clock(after),
        stop=_clock(after + minutes),
    )


def _units(administrations: list[Administration], setting: Setting) -> dict[str, int]:
    return {p.line.hcpcs or "": int(p.line.units or 0) for p in proposal(administrations, setting).lines}


def _only(expected: dict[str, int]) -> dict[str, int]:
    return {code: units for code, units in expected.items() if units}


def test_the_table_has_every_minute() -> None:
    assert sorted(TABLE) == list(range(601))


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize(
    ("category", "push", "first", "further"),
    [("therapeutic", "96374", "96365", "96366"), ("chemotherapy", "96409", "96413", "96415")],
)
def test_drug_alone(category: str, push: str, first: str, further: str, setting: Setting) -> None:
    wrong = {}
    for minutes, row in TABLE.items():
        found = _units([_ran(category, minutes)], setting)
        expected = {
            push: row["push"],
            first: row["initial_ther_or_chemo"],
            further: row["additional_hours_96366_96415"],
        }
        if found != _only(expected):
            wrong[minutes] = found
    assert not wrong


@pytest.mark.parametrize("setting", SETTINGS)
@pytest.mark.parametrize(
    ("category", "push", "first", "further"),
    [("therapeutic", "96375", "96367", "96366"), ("chemotherapy", "96411", "96417", "96415")],
)
def test_drug_after_a_longer_one(
    category: str, push: str, first: str, further: str, setting: Setting
) -> None:
    """The second drug of a chemotherapy visit: its first block and further hours count as the table says."""
    wrong = {}
    for minutes, row in TABLE.items():
        found = _units(
            [_ran("chemotherapy", 605, id_="A1"), _ran(category, minutes, id_="A2", after=610)], setting
        )
        expected = {
            "96413": 1,
            "96415": 9,
            push: row["push"],
            first: row["initial_ther_or_chemo"],
        }
        expected[further] = expected.get(further, 0) + row["additional_hours_96366_96415"]
        if found != _only(expected):
            wrong[minutes] = found
    assert not wrong


@pytest.mark.parametrize("setting", SETTINGS)
def test_hydration_alone(setting: Setting) -> None:
    wrong = {}
    for minutes, row in TABLE.items():
        found = _units([_ran("hydration", minutes)], setting)
        expected = {"96360": row["hydration_initial_96360"], "96361": row["hydration_additional_96361"]}
        if found != _only(expected):
            wrong[minutes] = found
    assert not wrong


@pytest.mark.parametrize("setting", SETTINGS)
def test_hydration_beside_an_initial_drug(setting: Setting) -> None:
    wrong = {}
    for minutes, row in TABLE.items():
        drug = _ran("therapeutic", 20, id_="A1")
        found = _units([drug, _ran("hydration", minutes, id_="A2", after=30)], setting)
        if found != _only({"96365": 1, "96361": row["hydration_secondary_96361"]}):
            wrong[minutes] = found
    assert not wrong
