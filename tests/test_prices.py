"""The price panel: what Medicare would allow, by the tables that ship and those that a user loads."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import edi
from edi import tables
from edi.cli import render
from edi.finding import PricedLine
from edi.model import pointer
from edi.model.claim import Claim
from edi.pipeline import report_json
from edi.prices import conversion_factor, panel
from edi.refdata import Edition, Lists, ShippedEdits, ShippedTables
from edi.refdata.lists import shipped

ROOT = Path(__file__).resolve().parents[1]
CLEAN = ROOT / "samples" / "rules" / "professional.json"
FACILITY = ROOT / "samples" / "rules" / "facility.json"


class Held:
    """Rows of reference data as if a user had loaded them."""

    def __init__(self, *rows: tuple[str, str, tuple[str, ...], tuple[Any, ...]], year: int = 2026) -> None:
        self._rows = rows
        self._year = year

    def editions(self, kind: str) -> Sequence[Edition]:
        return [
            Edition(
                kind=kind,
                setting=setting,
                name=f"{self._year}",
                start=date(self._year, 1, 1),
                through=date(self._year, 12, 31),
                origin="loaded",
                complete=True,
            )
            for setting in sorted({s for k, s, _, _ in self._rows if k == kind})
        ]

    def rows(self, edition: Edition, key: tuple[str, ...]) -> Sequence[tuple[Any, ...]]:
        return [r for k, s, own, r in self._rows if (k, s, own) == (edition.kind, edition.setting, key)]


def loaded(*rows: tuple[str, str, tuple[str, ...], tuple[Any, ...]], year: int = 2026) -> Lists:
    return Lists((ShippedTables(),), (Held(*rows, year=year), ShippedEdits()))


def claim_of(at: dict[str, Any] | None = None, path: Path = CLEAN) -> Claim:
    claim = edi.claim(edi.read_encounter(path))
    for where, value in (at or {}).items():
        claim = pointer.replace(claim, where, value)
    return claim


def first(claim: Claim, lists: Lists | None = None, **more: Any) -> PricedLine:
    return panel(claim, lists or shipped(), **more).lines[0]


RVU_ROW = ("A", "0.21", "1.75", "0.10", "0.05", "2.01", "0.36", "5", "XXX", "0", "33.4009")
QPP_ROW = (*RVU_ROW[:-1], "33.5675")


# ---------------------------------------------------------------- what ships


def test_worked_case_f50() -> None:
    """Price panel, 96365, 2026, national: 2.01 x 33.4009 = 67.14."""
    cases = json.loads((ROOT / "tests/data/worked_cases.json").read_text(encoding="utf-8"))
    case = next(c for c in cases if c["id"] == "F50")
    line = first(claim_of())
    assert case["expected"] == f"{line.basis} = {line.amount}"
    report = edi.check(CLEAN, prices=True)
    assert case["findings"] in {f.rule for f in report.findings}


@pytest.mark.parametrize(
    ("on", "factor", "qualifying"),
    [
        (date(2024, 12, 31), "33.2875", None),
        (date(2025, 1, 1), "32.3465", None),
        (date(2025, 12, 31), "32.3465", None),
        (date(2026, 1, 1), "33.4009", "33.5675"),
        (date(2023, 12, 31), None, None),
        (date(2027, 1, 1), None, None),
    ],
)
def test_conversion_factors(on: date, factor: str | None, qualifying: str | None) -> None:
    assert conversion_factor(on) == (Decimal(factor) if factor else None)
    assert conversion_factor(on, qualifying=True) == (Decimal(qualifying) if qualifying else None)


@pytest.mark.parametrize(
    "row", [r for r in tables.rows("coding/rvu.csv") if r["year"] == "2024"], ids=lambda r: r["code"]
)
def test_values_of_2024_are_certain_in_their_year_only(row: dict[str, str]) -> None:
    at = {"/lines/0/hcpcs": row["code"], "/lines/0/service_date": "2024-06-03"}
    line = first(claim_of(at))
    wanted = (Decimal(row["total"]) * Decimal("33.2875")).quantize(Decimal("0.01"))
    assert (line.system, line.amount, line.reservation) == ("PFS", wanted, None)
    later = first(claim_of({**at, "/lines/0/service_date": "2025-06-03"}))
    assert later.reservation is not None and later.qualifying_amount is None


def test_units_and_both_factors() -> None:
    line = first(claim_of({"/lines/0/units": "3"}))
    assert line.amount == Decimal("201.42") and line.qualifying_amount == Decimal("67.47") * 3
    assert "times 3" in line.basis and line.reservation is not None


@pytest.mark.parametrize(
    ("at", "word"),
    [
        ({"/lines/0/units": None}, "absent"),
        ({"/lines/0/hcpcs": None}, "absent"),
        ({"/lines/0/service_date": None}, "absent"),
        ({"/lines/0/hcpcs": "99213"}, "not loaded"),
        ({"/lines/0/service_date": "2019-01-01"}, "conversion factor"),
        ({"/place_of_service": "22"}, "the facility is paid"),
        ({"/lines/0/hcpcs": "J1756"}, "average sales prices are not loaded"),
    ],
)
def test_why_there_is_no_price(at: dict[str, Any], word: str) -> None:
    line = first(claim_of(at))
    assert line.amount is None and line.system is None and word in line.basis


def test_facilities_need_addendum_b() -> None:
    found = panel(claim_of(path=FACILITY), shipped())
    assert found.total == 0 and found.unpriced == len(found.lines)
    assert any("Addendum B" in line.basis for line in found.lines)


# ---------------------------------------------------------------- what a user loads


def test_the_loaded_fee_schedule_goes_first() -> None:
    rows = (("rvu", "nonqpp", ("96365", ""), RVU_ROW), ("rvu", "qpp", ("96365", ""), QPP_ROW))
    line = first(claim_of(), loaded(*rows))
    assert (line.amount, line.qualifying_amount, line.reservation) == (
        Decimal("67.14"),
        Decimal("67.47"),
        None,
    )


def test_the_edition_of_the_date_answers() -> None:
    """Values that ship for the year of the service go before a loaded schedule of another year."""
    row = ("rvu", "nonqpp", ("96365", ""), (*RVU_ROW[:5], "9.99", *RVU_ROW[6:]))
    line = first(claim_of(), loaded(row, year=2025))
    assert line.amount == Decimal("67.14") and "2025" not in (line.reservation or "")
    earlier = first(claim_of({"/lines/0/service_date": "2024-06-03"}), loaded(row))
    assert earlier.amount == first(claim_of({"/lines/0/service_date": "2024-06-03"})).amount


def test_the_conversion_factor_is_that_of_the_date() -> None:
    """Where nothing covers the date the nearest values answer, with the factor of the date."""
    row = ("rvu", "nonqpp", ("99999", ""), RVU_ROW)
    line = first(claim_of({"/lines/0/hcpcs": "99999", "/lines/0/service_date": "2025-06-03"}), loaded(row))
    assert (line.amount, line.reservation) == (Decimal("65.02"), "fee schedule of 2026")
    assert line.qualifying_amount is None


def test_by_locality() -> None:
    rows = (
        ("rvu", "nonqpp", ("96365", ""), RVU_ROW),
        ("gpci", "", ("05102", "18"), ("MO", "ST LOUIS", "1.000", None, "0.900", "2.000")),
    )
    lists = loaded(*rows)
    line = first(claim_of(), lists, locality="05102-18")
    expected = (Decimal("0.21") + Decimal("1.75") * Decimal("0.9") + Decimal("0.05") * 2) * Decimal("33.4009")
    assert line.amount == expected.quantize(Decimal("0.01")) and "ST LOUIS" in line.basis
    other = first(claim_of(), lists, locality="99999-01")
    assert other.amount == Decimal("67.14") and "no indices of 99999-01" in (other.reservation or "")
    bare = first(claim_of(), locality="05102-18")
    assert "national" in (bare.reservation or "")


def test_status_without_an_amount() -> None:
    row = ("rvu", "nonqpp", ("96365", ""), ("C", *RVU_ROW[1:]))
    line = first(claim_of(), loaded(row))
    assert line.amount is None and "status C" in line.basis


def test_drugs_by_average_sales_price() -> None:
    lists = loaded(("asp", "", ("J1756",), ("1 MG", "0.215", None)))
    found = panel(claim_of(), lists)
    line = next(one for one in found.lines if one.code == "J1756")
    units = claim_of().lines[line.line - 1].units
    assert units is not None and line.system == "ASP"
    assert line.amount == Decimal("0.22") * units, "whole cents for a unit, then the units"


@pytest.mark.parametrize(
    ("row", "amount", "word"),
    [
        (("S", "5693", "2.5", "216.41", "43.29", None, None), "216.41", "APC 5693"),
        (("N", None, None, None, None, None, None), "0.00", "packaged"),
        (("Q1", "5735", None, "50.00", None, None, None), "50.00", "APC 5735"),
        (("B", None, None, None, None, None, None), None, "status B"),
    ],
)
def test_outpatient_payment(row: tuple[Any, ...], amount: str | None, word: str) -> None:
    claim = claim_of(path=FACILITY)
    code = claim.lines[0].hcpcs or ""
    line = first(claim, loaded(("addendum-b", "", (code,), row)))
    assert word in line.basis
    units = claim.lines[0].units or Decimal(1)
    assert line.amount == (Decimal(amount) * units if amount is not None else None)
    assert (line.reservation is not None) == (row[0] == "Q1")


# ---------------------------------------------------------------- through the doors


def test_prices_are_shown_only_where_asked_for() -> None:
    plain = edi.check(CLEAN)
    assert plain.files[0].prices == [] and not [f for f in plain.findings if f.rule.startswith("PRICE")]
    priced = edi.check(CLEAN, prices=True)
    (found,) = priced.files[0].prices
    assert found.lines[0].amount == Decimal("67.14")
    rules = {f.rule for f in priced.findings if f.rule.startswith("PRICE")}
    assert rules == {"PRICE-001", "PRICE-002", "PRICE-005"}
    assert {f.severity for f in priced.findings if f.rule.startswith("PRICE")} == {"info"}


def test_a_charge_under_the_price_is_a_warning_on_its_line() -> None:
    claim = claim_of({"/lines/0/charge": "60.00"})
    raw = edi.write_837(
        [claim_of({"/lines/0/charge": "60.00", "/total_charge": _total(claim)})],
        created=dt.datetime(2026, 3, 4),
        control_number=1,
    )
    for source in (claim, raw):
        (found,) = [f for f in edi.check(source, prices=True).findings if f.rule == "PRICE-003"]
        assert (found.severity, found.claim_path, found.place.line) == ("warning", "/lines/0/charge", 1)
        assert "67.14" in found.message


def _total(claim: Claim) -> str:
    return str(sum((line.charge for line in claim.lines if line.charge is not None), Decimal(0)))


def test_json_and_text() -> None:
    report = edi.check(CLEAN, prices=True, locality="05102-18")
    body = json.loads(report_json(report))
    schema = json.loads((ROOT / "schemas/contracts/report.schema.json").read_text(encoding="utf-8"))
    Draft202012Validator(schema).validate(body)
    (found,) = body["files"][0]["prices"]
    assert found["locality"] == "05102-18" and found["lines"][0]["amount"] == "67.14"
    assert not [f for f in report.findings if f.rule == "PRICE-002"], "a locality was named"
    text = render.as_text(lambda console: render.report(console, report))
    assert "prices: Medicare would allow about $67.14" in text


@pytest.mark.parametrize("command", ["check", "code"])
def test_the_commands(command: str) -> None:
    words = [sys.executable, "-m", "edi", command, str(CLEAN), "--prices"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=ROOT, check=True, timeout=60)
    assert "2.01 x 33.4009" in done.stdout and "PRICE-001" in done.stdout
    bad = subprocess.run([*words, "--locality", "18"], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert bad.returncode == 2 and "05102-18" in bad.stderr
