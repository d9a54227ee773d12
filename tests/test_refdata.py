"""Reference files of the user: recognised, read, refused loudly, stored whole or not at all."""

import json
import os
import sqlite3
import subprocess
import sys
import zipfile
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import refdata_files as files
from edi.errors import NotReadable
from edi.pipeline import reference
from edi.refdata.loaders import KINDS, Asked, contents, kind_of
from edi.refdata.loaders.hcpcs import record as hcpcs_row
from edi.refdata.loaders.icd10cm import record as icd_row
from edi.refdata.store import Store
from refdata_files import ADDED, hcpcs_record, icd_line, lists, load, put, zipped

Q4 = date(2026, 11, 2)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "data" / "refdata.sqlite")


def refused(store: Store, file: Path, **asked: Any) -> str:
    """The message with which a file is refused; nothing of it is stored."""
    before = [one.id for one in store.sources()]
    with pytest.raises(NotReadable) as problem:
        load(store, file, **asked)
    assert [one.id for one in store.sources()] == before
    assert file.name in str(problem.value)
    return str(problem.value)


# ---------------------------------------------------------------- recognising

SAMPLES: dict[str, tuple[str, bytes | str]] = {
    "ptp": ("ccipra-v323r0-f1.TXT", files.ptp()),
    "mue": ("MCR_MUE_PractitionerServices_Eff_10-01-2026.csv", files.mue()),
    "addon": ("AOC_V2026Q4-MCR.txt", files.AOC_HEAD + "1\t00AA9\t\t00AA1\t\t2020001\t\t\n"),
    "hcpcs": ("HCPC2026_OCT_ANWEB.txt", hcpcs_record("J1745") + "\n"),
    "icd10cm": ("icd10cm-order-2027.txt", icd_line(1, "A000", "1", "Cholera") + "\n"),
    "ndc": (
        "October 2026 ASP NDC-HCPCS Crosswalk.csv",
        files.NDC_HEAD.format(title="ASP crosswalk") + "J1745,x,y,57894-0030-01,z,10 MG,1,1,10,10\n",
    ),
    "asp": ("asp.csv", files.ASP_HEAD + "J1745,A text,10 MG,41.123,20,\n"),
    "addendum-b": (
        "2026_October_Web_Addendum_B.csv",
        files.ADDENDUM_HEAD + '96365,A text,S,5693,2.5,"$1,221.050",.,$44.22,,,\n',
    ),
    "rvu": ("PPRRVU2026_Oct_nonQPP.csv", files.RVU_HEAD + files.rvu_row("96365")),
    "gpci": ("GPCI2026.csv", files.GPCI_HEAD + "10112,AL,00,ALABAMA,0.981,1.000,0.869,0.575\n"),
    "poa_exempt": ("POAexemptCodesFY27.txt", files.POA_HEAD + "07161\tI25.2\tA text\n"),
    "taxonomy": ("nucc_taxonomy_261.csv", files.TAXONOMY_HEAD + "207RG0100X,a,b,c,d,e,f,g\n"),
    "carc": ("codes_2026-07-01.csv", files.REASONS_HEAD + '16,"A text, long",01/01/1995,07/01/2017,,\n'),
    "rarc": (
        "codes_2026-07-01.csv",
        files.REASONS_HEAD + "N19,A text,1/1/2000,,,\nMA04,A text,1/1/1997,,,\n",
    ),
    "cpt": ("cpt_2026.csv", "Code,Description\n0001F,own text\n"),
    "revenue": ("revenue codes 2026-07-01.csv", "code,description,start,end\n260,own text,,\n"),
    "condition": ("nubc condition codes 2026-07-01.csv", "Code,Label\n9,own text\n"),
    "occurrence": ("occurrence_codes_2026-07-01.csv", "Code,Label\n11,own text\n"),
    "occurrence_span": ("occurrence_span_codes_2026-07-01.csv", "Code,Label\n74,own text\n"),
    "value": ("value_codes_2026-07-01.csv", "Code,Label\n80,own text\n"),
    "type_of_bill": ("type_of_bill_2026-07-01.csv", "Code,Label\n13,own text\n"),
    "patient_status": ("patient_status_2026-07-01.csv", "Code,Label\n1,own text\n"),
    "admission_type": ("admission_type_2026-07-01.csv", "Code,Label\n1,own text\n"),
    "admission_source": ("point_of_origin_2026-07-01.csv", "Code,Label\n1,own text\n"),
}


def test_every_kind_has_a_sample() -> None:
    assert set(SAMPLES) == set(KINDS)


@pytest.mark.parametrize("kind", SAMPLES)
def test_a_file_is_known_by_its_content_and_loaded(store: Store, tmp_path: Path, kind: str) -> None:
    name, data = SAMPLES[kind]
    file = put(tmp_path, name, data)
    (content,), _ = contents(file)
    found = kind_of(content, Asked())
    assert found is not None and found.name == kind
    (added,) = load(store, file)
    source = added.source
    assert (added.status, source.kind, source.added) == ("loaded", kind, "2026-11-02T09:30:00")
    assert source.rows >= 1 and source.start <= source.through and source.layout == 1
    assert source.start <= Q4 <= source.through or kind in ("carc", "rarc")


@pytest.mark.parametrize("kind", SAMPLES)
def test_adding_a_file_again_changes_nothing(store: Store, tmp_path: Path, kind: str) -> None:
    file = put(tmp_path, *SAMPLES[kind])
    load(store, file)
    before = store.path.read_bytes()
    assert [one.status for one in load(store, put(tmp_path, f"copy {file.name}", SAMPLES[kind][1]))] == [
        "known"
    ]
    assert store.path.read_bytes() == before


@pytest.mark.parametrize("kind", SAMPLES)
def test_no_descriptor_is_stored(store: Store, tmp_path: Path, kind: str) -> None:
    load(store, put(tmp_path, *SAMPLES[kind]))
    data = store.path.read_bytes()
    for text in (b"A text", b"A rationale", b"SHORT", b"A notice"):
        assert text not in data


WINDOWS = [
    ("ptp", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("mue", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("addon", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("hcpcs", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("icd10cm", "2026-10-01", "2027-09-30", "FY 2027"),
    ("asp", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("ndc", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("addendum-b", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("rvu", "2026-10-01", "2026-12-31", "2026 Q4"),
    ("gpci", "2026-01-01", "2026-12-31", "2026"),
    ("taxonomy", "2026-10-01", "2027-03-31", "26.1"),
    ("poa_exempt", "2026-10-01", "2027-09-30", "FY 2027"),
    ("carc", "2026-07-01", "2026-10-31", "from 2026-07-01"),
    ("cpt", "2026-01-01", "2026-12-31", "2026"),
    ("revenue", "2026-07-01", "2027-06-30", "from 2026-07-01"),
]


@pytest.mark.parametrize(("kind", "start", "through", "edition"), WINDOWS)
def test_the_window_comes_from_name_or_content(
    store: Store, tmp_path: Path, kind: str, start: str, through: str, edition: str
) -> None:
    (added,) = load(store, put(tmp_path, *SAMPLES[kind]))
    source = added.source
    assert (str(source.start), str(source.through), source.edition) == (start, through, edition)


@pytest.mark.parametrize("kind", sorted(set(SAMPLES) - {"asp", "gpci"}))
def test_a_file_that_says_no_date_is_asked_about(store: Store, tmp_path: Path, kind: str) -> None:
    setting = {"ptp": "hospital", "ndc": "asp", "rvu": "nonqpp"}.get(kind)
    file = put(tmp_path, "some file.txt", SAMPLES[kind][1])
    if kind == "rvu":
        file.write_bytes(file.read_bytes().replace(b" January Release", b""))
    assert "--from" in refused(store, file, kind=kind, setting=setting)
    (added,) = load(store, file, kind=kind, setting=setting, start=date(2025, 7, 1), through=date(2025, 8, 1))
    assert (added.source.start, added.source.through) == (date(2025, 7, 1), date(2025, 8, 1))
    assert "ends before" in refused(
        store,
        put(tmp_path, "more.txt", file.read_bytes() + b"\n"),
        kind=kind,
        setting=setting,
        start=Q4,
        through=date(2026, 1, 1),
    )


def test_whose_edits_they_are_is_asked_for(store: Store, tmp_path: Path) -> None:
    assert "--setting" in refused(store, put(tmp_path, "edits.txt", files.ptp()), start=Q4)
    unnamed = files.mue("").replace(b" MUE Values", b"MUE Values")
    assert "--setting" in refused(store, put(tmp_path, "limits.csv", unnamed), start=Q4)
    (added,) = load(store, put(tmp_path, "more.txt", files.ptp()), setting="hospital", start=Q4)
    assert added.source.setting == "hospital"


# ---------------------------------------------------------------- what is read


def test_pair_edits(store: Store, tmp_path: Path) -> None:
    load(store, put(tmp_path, *SAMPLES["ptp"]))
    known = lists(store)

    def indicator(code1: str, code2: str, on: date = Q4, setting: str = "professional") -> int | None:
        found = known.pair(code1, code2, setting, on)
        return found.indicator if found else None

    assert indicator("00AA1", "00AA2") == 1
    assert indicator("00AA2", "00AA1") is None, "column 1 and 2 are not the same"
    assert indicator("00AA1", "00AA3") == 1
    assert indicator("00AA1", "00AA3", date(2024, 9, 30)) is None, (
        "the shipped quarter is the one for 2024 Q3"
    )
    assert indicator("00AA1", "00AA4") is None, "deleted from its first day on"
    assert indicator("00AA2", "00AA5") == 0
    found = known.pair("00AA1", "00AA3", "professional", Q4)
    assert found is not None
    assert (found.start, found.end, found.covers, found.edition.name) == (
        date(2025, 1, 1),
        None,
        True,
        "2026 Q4",
    )


def test_a_repeated_pair_has_disjoint_windows(store: Store, tmp_path: Path) -> None:
    load(
        store,
        put(tmp_path, "ptp.txt", files.ptp()),
        setting="practitioner",
        start=date(1996, 1, 1),
        through=Q4,
    )
    known = lists(store)
    days = {date(2024, 9, 30): 0, date(2024, 12, 31): None, date(2025, 1, 1): 1, date(1995, 12, 31): None}
    for on, indicator in days.items():
        found = known.pair("00AA1", "00AA3", "professional", on)
        assert (found.indicator if found else None) == indicator, on


def test_pair_edits_as_csv_and_in_several_zips(store: Store, tmp_path: Path) -> None:
    text = files.ptp().replace(b"\t", b",")
    first = zipped(
        tmp_path / "a-practitioner-ptp-edits-ccipra-v323r0-f1.zip",
        {"ccipra-v323r0-f1.csv": text, "x.xlsx": b"PK"},
    )
    more = files.ptp([("00BB1", "00BB2", "", "20200101", "*", "0")])
    second = zipped(
        tmp_path / "a-practitioner-ptp-edits-ccipra-v323r0-f2.zip", {"ccipra-v323r0-f2.TXT": more}
    )
    (one,), left_out = store.add(first, asked=Asked(), added=ADDED)
    assert (one.source.part, left_out) == ("1", ["x.xlsx"])
    load(store, second)
    known = lists(store)
    assert known.pair("00AA1", "00AA2", "professional", Q4) and known.pair(
        "00BB1", "00BB2", "professional", Q4
    )
    edition = known.edition("ptp", Q4, "professional")
    assert edition is not None and len(edition.ids) == 2 and not edition.complete


def test_a_later_release_goes_first_and_a_restated_file_supersedes(store: Store, tmp_path: Path) -> None:
    def one(name: str, indicator: str) -> Path:
        return put(tmp_path, name, files.ptp([("00AA1", "00AA2", "", "20200101", "*", indicator)]))

    load(store, one("ccipra-v323r1-f1.TXT", "0"))
    load(store, one("ccipra-v323r0-f1.TXT", "1"))
    found = lists(store).pair("00AA1", "00AA2", "professional", Q4)
    assert found is not None and found.indicator == 0
    put(tmp_path, "asp.csv", files.ASP_HEAD + "J1745,A text,10 MG,41.123,,\n")
    load(store, tmp_path / "asp.csv")
    load(store, put(tmp_path, "asp.csv", files.ASP_HEAD + "J1745,A text,10 MG,42.5,,\n"))
    assert [s.superseded_by for s in store.sources() if s.kind == "asp"] == [4, None]
    price = lists(store).price_asp("J1745", Q4)
    assert price is not None and price.limit == Decimal("42.5")


def test_unit_limits_and_service_types(store: Store, tmp_path: Path) -> None:
    load(store, put(tmp_path, *SAMPLES["mue"]))
    hospital = files.mue("Outpatient Hospital Services", {"96365": (9, "1 Line Edit")})
    load(store, put(tmp_path, "MCR_MUE_OutpatientHospitalServices_Eff_10-01-2026.csv", hospital))
    load(
        store, put(tmp_path, "dme_2026q4.csv", files.mue("DME Supplier Services", {"A4206": (200, "3 Date")}))
    )
    known = lists(store)
    found = [known.unit_limit("96365", setting, Q4) for setting in ("professional", "facility", "dme")]
    assert [(one.units, one.adjudication, one.covers) if one else None for one in found] == [
        (3, 3, True),
        (9, 1, True),
        None,
    ]
    dme = known.unit_limit("A4206", "dme", Q4)
    assert dme is not None and dme.units == 200


def test_add_on_codes(store: Store, tmp_path: Path) -> None:
    rows = (
        "1\t00AA9\t\t00AA1\t\t2020001\t\t\n1\t00AA9\t\t00AA2\t2026090\t2020001\t\t\n"
        "1\t00AA9\t\t00AA3\t\t2026365\t\t\n"
        "2\t00AA8\t\tCCCCC\t\t20200101\t\t(Contractor Defined Primary Codes)\n"
        "3\t00AA7\t\t00AA1\t\t2020001\t\t\n"
    )
    load(store, put(tmp_path, "AOC_V2026Q4-MCR.txt", files.AOC_HEAD + rows))
    known = lists(store)
    found = {code: known.addon(code, Q4) for code in ("00AA9", "00AA8", "00AA7", "00AA1")}
    told = {code: (set(one.parents), one.closed) if one else None for code, one in found.items()}
    assert told == {
        "00AA9": ({"00AA1"}, True),
        "00AA8": (set(), False),
        "00AA7": ({"00AA1"}, False),
        "00AA1": None,
    }


def test_hcpcs_codes_and_modifiers(store: Store, tmp_path: Path) -> None:
    lines = [
        hcpcs_record("J1745", added="19990101"),
        hcpcs_record("J1745", kind="4", number=200),
        hcpcs_record("J9999", added="20000101", ended="20260630"),
        hcpcs_record("D0120"),
        hcpcs_record("JZ", kind="7", added="20230101"),
    ]
    load(store, put(tmp_path, "HCPC2026_OCT_CONTR.txt", "\r\n".join(lines) + "\r\n\x1a"), whole=True)
    known = lists(store)
    assert known.known("hcpcs", "J1745", Q4) is True
    assert known.known("hcpcs", "J9999", Q4) is False
    assert known.known("hcpcs", "J0001", Q4) is False
    assert known.known("hcpcs", "D0120", Q4) is None, "dental codes are not in the list"
    assert known.known("hcpcs", "96365", Q4) is None, "CPT is another list"
    assert known.known("hcpcs", "J1745", date(2025, 1, 1)) is None, "no edition covers that date"
    assert known.known("modifiers", "JZ", Q4) is True
    assert known.known("modifiers", "59", Q4) is True, "what ships still counts beside a part"
    assert known.known("modifiers", "Q7", Q4) in (None, True)
    entry = known.entry("modifiers", "JZ", Q4)
    assert entry is not None and entry.label == known.label("modifiers", "JZ") != ""


def test_icd_texts_run_together(store: Store, tmp_path: Path) -> None:
    text = "\r\n".join(
        (icd_line(1, "A00", "0", "Cholera"), f"{icd_line(2, 'A000', '1', 'x' * 60)[:77]}Long text at once")
    )
    load(store, put(tmp_path, "icd10cm_order_2027.txt", text), whole=True)
    known = lists(store)
    found = {code: known.listed("icd10cm", code, Q4) for code in ("A00", "A000", "A001")}
    assert [one.known for one in found.values()] == [True, True, False]
    assert [one.entry.fields["billable"] for one in found.values() if one.entry] == ["no", "yes"]
    after = known.listed("icd10cm", "A001", date(2027, 10, 1))
    assert (after.known, after.covers, after.edition and after.edition.name) == (None, False, "FY 2027")


def test_an_april_release_begins_in_april(store: Store, tmp_path: Path) -> None:
    (added,) = load(store, put(tmp_path, "icd10cm-order-April-2027.txt", icd_line(1, "A000", "1", "x")))
    assert (added.source.start, added.source.through) == (date(2027, 4, 1), date(2027, 9, 30))


def test_prices(store: Store, tmp_path: Path) -> None:
    rows = "J1745,A text,10  MG,41.123,20,\nJ0000,A text,1 ML,,,\n\nA footnote about the table\n"
    load(store, put(tmp_path, "asp.csv", (files.ASP_HEAD + rows).encode("cp1252")))
    known = lists(store)
    found = known.price_asp("J1745", Q4)
    assert found is not None
    assert (found.limit, found.dosage, found.coinsurance, found.covers) == (
        Decimal("41.123"),
        "10 MG",
        Decimal(20),
        True,
    )
    empty = known.price_asp("J0000", Q4)
    assert empty is not None and empty.limit is None
    assert known.price_asp("J1111", Q4) is None
    earlier = known.price_asp("J1745", date(2026, 9, 30))
    assert earlier is not None and not earlier.covers


def test_crosswalks_are_not_merged(store: Store, tmp_path: Path) -> None:
    def table(title: str, row: str) -> bytes:
        return (files.NDC_HEAD.format(title=title) + row).encode()

    members = {
        "Section 508 version of October 2026 ASP NDC-HCPCS Crosswalk.csv": table(
            "ASP", "J1745,x,y,57894-0030-01,z,10 MG,1,1,10,10\nJ7331,x,y,123456-7890-12,z,1 ML,1,1,1,1\n"
        ),
        "Section 508 version of October 2026 AWP NDC-HCPCS Crosswalk.csv": table(
            "AWP", "Q0000,x,y,57894-0030-01,z,1 MG,1,1,1,1\n"
        ),
        "readme.pdf": b"x",
    }
    added = load(store, zipped(tmp_path / "october-2026-asp-ndc-hcpcs-crosswalk.zip", members))
    assert [one.source.setting for one in added] == ["asp", "awp"]
    known = lists(store)
    (asp,), (awp,) = known.ndc_codes("57894003001", Q4), known.ndc_codes("57894003001", Q4, "awp")
    assert (asp.code, asp.units_package, awp.code) == ("J1745", Decimal(10), "Q0000")
    assert known.ndc_codes("123456789012", Q4)[0].code == "J7331"
    assert "1 rows have a product number" in added[0].source.warnings[0]


def test_exempt_diagnoses_out_of_a_zip_with_their_changes(store: Store, tmp_path: Path) -> None:
    """The zip of CMS holds the list and three files of changes; only the list is loaded."""
    change = (files.POA_HEAD + "00001\tB90.0\tA text\n").encode()
    members = {
        "POAexemptCodesApr27.txt": (files.POA_HEAD + '07161\tI25.2\t"A text, quoted"\n').encode(),
        "POAexemptAddCodesApr27.txt": change,
        "POAexemptDeleteCodesApr27.txt": b"POAexemptCode\tDescription\nB90.1\tA text\n",
        "ReadMe.txt": b"Description of the files\n",
    }
    (added,) = load(store, zipped(tmp_path / "april-2027-poa-exempt-codes.zip", members))
    assert (str(added.source.start), str(added.source.through)) == ("2027-04-01", "2027-09-30")
    found = lists(store)
    day = date(2027, 5, 1)
    assert (found.known("poa_exempt", "I252", day), found.known("poa_exempt", "B900", day)) == (True, None)


def test_addendum_b_with_its_hazards(store: Store, tmp_path: Path) -> None:
    rows = (
        '96365\xff,A text,S,5693,2.5,"$1,221.050",.,$44.22,,,\n'
        " J1745,A text,K,701,,$41.123,.,$8.22,19.1%,$7.85,\n"
        "99999,A text,B,,,,,,,,\n"
    )
    load(store, put(tmp_path, "2026_October_Web_Addendum_B.csv", files.ADDENDUM_HEAD + rows))
    known = lists(store)
    found = known.apc("96365", Q4)
    assert found is not None
    assert (found.status, found.apc, found.rate, found.copayment) == (
        "S",
        "5693",
        Decimal("1221.050"),
        Decimal("44.22"),
    )
    drug = known.apc("J1745", Q4)
    assert drug is not None and (drug.apc, drug.adjusted_copayment) == ("0701", Decimal("7.85"))
    packaged = known.apc("99999", Q4)
    assert packaged is not None and packaged.apc is None and packaged.rate is None


def test_relative_values(store: Store, tmp_path: Path) -> None:
    load(store, put(tmp_path, *SAMPLES["rvu"]))
    qpp = (
        files.RVU_HEAD
        + files.rvu_row("96365", factor="33.5675")
        + files.rvu_row("96365", "26", factor="33.5675")
    )
    load(store, put(tmp_path, "PPRRVU2026_Oct_QPP.csv", qpp))
    known = lists(store)
    found = known.rvu("96365", "", Q4)
    assert found is not None
    amount = (found.total_nonfacility * found.conversion_factor).quantize(Decimal("0.01"))
    assert (found.work, found.conversion_factor, amount) == (
        Decimal("0.21"),
        Decimal("33.4009"),
        Decimal("67.14"),
    )
    better = known.rvu("96365", "", Q4, qpp=True)
    assert better is not None and better.conversion_factor == Decimal("33.5675")
    assert known.rvu("96365", "26", Q4) is None and known.rvu("96365", "26", Q4, qpp=True)


def test_localities(store: Store, tmp_path: Path) -> None:
    rows = "10112,AL,00,ALABAMA,0.981,1.000,0.869,0.575\n"
    rows += "1112,CA,5,SAN FRANCISCO *,1.08,1.08,1.4,0.4\n* A footnote,,,,,,,\n"
    load(store, put(tmp_path, "GPCI2026.csv", files.GPCI_HEAD + rows))
    known = lists(store)
    found = known.gpci("10112", "00", Q4)
    assert found is not None and (found.work, found.work_without_floor, found.pe) == (
        Decimal("1.000"),
        Decimal("0.981"),
        Decimal("0.869"),
    )
    west = known.gpci("01112", "05", Q4)
    assert west is not None and west.name == "SAN FRANCISCO"


def test_lists_of_a_licensee_keep_their_texts(store: Store, tmp_path: Path) -> None:
    load(store, put(tmp_path, *SAMPLES["revenue"]))
    known = lists(store)
    assert known.label("revenue", "0260") == "own text"
    entry = known.entry("revenue", "0260", Q4)
    shipped_entry = ShippedRow.of("revenue", "0260")
    assert entry is not None and set(shipped_entry) <= set(entry.fields), (
        "rules read the columns of the shipped table"
    )


class ShippedRow:
    """Columns of a shipped row."""

    @staticmethod
    def of(list_name: str, code: str) -> list[str]:
        from edi.refdata import shipped

        found = shipped().entry(list_name, code)
        assert found is not None
        return list(found.fields)


# ---------------------------------------------------------------- what is refused

WRONG: list[tuple[str, str, bytes | str, str]] = [
    ("ptp", "ccipra-v323r0-f1.TXT", files.ptp() + b"00AA1\t00AA", "line 12 is no pair edit"),
    ("ptp", "ccipra-v323r0-f1.TXT", files.PTP_HEAD, "no row of edits"),
    ("ptp", "ccipra-v323r0-f1.TXT", files.ptp().replace(b"Deletion", b"Removed"), "lacks deletion"),
    ("ptp", "ccipra-v323r0-f1.TXT", files.ptp().replace(b"20130101", b"01012013"), "line"),
    ("mue", "mue_2026q4.csv", files.mue().replace(b"Adjudication", b"Other"), "MUE Adjudication Indicator"),
    ("mue", "mue_2026q4.csv", files.mue().replace(b",3,3 Date", b",3,7 Date"), "line 6"),
    ("addon", "AOC_2026Q4.txt", files.AOC_HEAD + "4\t00AA9\t\t00AA1\t\t2020001\t\t\n", "type 1, 2 or 3"),
    (
        "addon",
        "AOC_2026Q4.txt",
        files.AOC_HEAD + "1\t00AA9\t\t00AA1\t\t2020400\t\t\n" * 1 + "1\t00AA9\t\t00AA1\t\tsoon\t\t\n",
        "soon",
    ),
    ("hcpcs", "HCPC2026_OCT.txt", hcpcs_record("J1745")[:200] + "\n", "320 are expected"),
    ("hcpcs", "HCPC2026_OCT.txt", hcpcs_record("J1745") + "\n" + hcpcs_record("J1745", kind="5"), "line 2"),
    ("hcpcs", "HCPC2026_OCT.txt", hcpcs_record("J1745", added="20261341"), "no date"),
    ("hcpcs", "HCPC2026_OCT.txt", hcpcs_record("D0120"), "no code"),
    ("icd10cm", "icd10cm-order-2027.txt", icd_line(1, "A000", "1", "x") + "\n00002 A00.1  1 x", "line 2"),
    ("asp", "asp.csv", files.ASP_HEAD.replace("Payment Limit", "Limit of Payment"), "Payment Limit"),
    ("asp", "asp.csv", files.ASP_HEAD + "J1745,x,10 MG,free,,\n", "'free' is no number"),
    ("asp", "asp.csv", files.ASP_HEAD, "no row holds a code"),
    (
        "asp",
        "asp.csv",
        files.ASP_HEAD + "J1745,x,10 MG,1,,\n" + "some note,,,,,\n" * 30,
        "30 rows hold no code",
    ),
    (
        "ndc",
        "October 2026 ASP.csv",
        files.NDC_HEAD.format(title="ASP") + "J1745,x,y,5789,z,10 MG,1,1,10,10\n" * 9,
        "no NDC",
    ),
    ("addendum-b", "2026_October_B.csv", files.ADDENDUM_HEAD + "96365,x,S,5693,2.5,much,.,.,,,\n", "'much'"),
    (
        "addendum-b",
        "2026_October_B.csv",
        files.ADDENDUM_HEAD + "96365,x,5693,S,2.5,1,.,.,,,\n",
        "status '5693'",
    ),
    (
        "rvu",
        "PPRRVU2026_Oct_nonQPP.csv",
        files.RVU_HEAD.replace("CONV,", "SUPER,") + files.rvu_row("96365"),
        "CONV FACTOR",
    ),
    (
        "rvu",
        "PPRRVU2026_Oct_nonQPP.csv",
        files.RVU_HEAD + files.rvu_row("96365") + files.rvu_row("96366", factor="09"),
        "'09'",
    ),
    (
        "rvu",
        "PPRRVU2026_Oct_nonQPP.csv",
        files.RVU_HEAD + "".join(files.rvu_row(f"0000{n}", work="9.99") for n in range(5)),
        "sums of their parts",
    ),
    ("rvu", "PPRRVU2026_Oct.csv", files.RVU_HEAD + files.rvu_row("96365"), "--setting nonqpp"),
    ("gpci", "GPCI2026.csv", files.GPCI_HEAD + "10112,AL,00,ALABAMA,0.981,,0.869,0.575\n", "lacks an index"),
    ("taxonomy", "nucc_taxonomy_261.csv", files.TAXONOMY_HEAD + "a,b,c,d\n", "no taxonomy code"),
    ("carc", "carc_2026-07-01.csv", files.REASONS_HEAD + "16,x,soon,,,\n", "'soon' is no date"),
    ("revenue", "revenue_2026-07-01.csv", "number,text\n0260,x\n", "lacks code"),
]


@pytest.mark.parametrize(("kind", "name", "data", "said"), WRONG)
def test_another_layout_is_refused_with_its_own_line(
    store: Store, tmp_path: Path, kind: str, name: str, data: bytes | str, said: str
) -> None:
    assert said in refused(store, put(tmp_path, name, data), kind=kind)


def test_a_failed_load_leaves_what_was_there(store: Store, tmp_path: Path) -> None:
    load(store, put(tmp_path, *SAMPLES["ptp"]))
    rows = [(f"{n:05}", "00AA2", "", "20130101", "*", "1") for n in range(20_000)]
    refused(store, put(tmp_path, "ccipra-v322r0-f1.TXT", files.ptp(rows) + b"cut of"))
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT count(*) FROM ptp").fetchone() == (len(files.PTP_ROWS),)
    connection.close()


def test_a_zip_is_loaded_whole_or_not_at_all(store: Store, tmp_path: Path) -> None:
    members = {
        "asp.csv": (files.ASP_HEAD + "J1745,x,10 MG,1,,\n").encode(),
        "asp2.csv": (files.ASP_HEAD + "J1745,x,1,x,,\n").encode(),
    }
    refused(store, zipped(tmp_path / "asp.zip", members))


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("HCPCS Code,Payment Limit\n".encode("utf-16"), "UTF-16"),
        (b"\x00\x01\x02\x03", "binary"),
        (b"", "empty"),
        (b"once upon a time\n", "not recognised"),
        (b"\xff" * 100, "not recognised"),
    ],
)
def test_what_is_no_table_is_refused(store: Store, tmp_path: Path, data: bytes, said: str) -> None:
    assert said in refused(store, put(tmp_path, "file.csv", data))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
def test_usual_encodings_are_read(store: Store, tmp_path: Path, encoding: str) -> None:
    load(store, put(tmp_path, "revenue_2026-07-01.csv", "Code,Label\n0260,Perfusión –\n".encode(encoding)))
    assert lists(store).label("revenue", "0260") == "Perfusión –"


def test_workbooks_are_refused(store: Store, tmp_path: Path) -> None:
    assert "workbook" in refused(store, put(tmp_path, "a.xlsx", b"PK\x03\x04"))
    assert "workbook" in refused(store, zipped(tmp_path / "b.bin", {"[Content_Types].xml": b"<x/>"}))


@pytest.mark.parametrize("kept", [0.1, 0.5, 0.9, 0.99])
def test_truncated_zips_are_refused(store: Store, tmp_path: Path, kept: float) -> None:
    whole = zipped(tmp_path / "ccipra-v323r0-f1.zip", {"ccipra-v323r0-f1.TXT": files.ptp()}).read_bytes()
    said = refused(store, put(tmp_path, "cut.zip", whole[: int(len(whole) * kept)]))
    assert "cut off or damaged" in said or "not a zip" in said


def test_a_damaged_member_is_refused(store: Store, tmp_path: Path) -> None:
    path = zipped(tmp_path / "asp.zip", {"asp.csv": (files.ASP_HEAD + "J1745,x,10 MG,1,,\n").encode()})
    data = bytearray(path.read_bytes())
    data[60] ^= 0xFF
    assert "damaged" in refused(store, put(tmp_path, "asp.zip", bytes(data)))


def test_zip_bombs_are_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "bomb.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("asp.csv", b"0" * (11 * 1024**2))
    assert "would unpack" in refused(store, path)
    many = tmp_path / "many.zip"
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1001):
            archive.writestr(f"{number}.txt", b"")
    assert "1001 members" in refused(store, many)


def test_an_endless_line_is_refused(store: Store, tmp_path: Path) -> None:
    text = icd_line(1, "A000", "1", "x") + "y" * (2 * 1024**2)
    assert "longer than" in refused(store, put(tmp_path, "icd10cm-order-2027.txt", text))


# ---------------------------------------------------------------- fixed width

CODES = st.from_regex(r"[A-CE-Z][0-9]{4}", fullmatch=True)
DAYS = st.dates(date(1950, 1, 1), date(2099, 12, 31))
TEXTS = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f\x85\xa0\xad"), max_size=80
)


@given(code=CODES, added=DAYS, ended=st.none() | DAYS, text=TEXTS)
def test_an_hcpcs_record_is_read_by_position(code: str, added: date, ended: date | None, text: str) -> None:
    line = hcpcs_record(code, added=f"{added:%Y%m%d}", ended=f"{ended:%Y%m%d}" if ended else "", text=text)
    expected = int(f"{added:%Y%m%d}"), int(f"{ended:%Y%m%d}") if ended else 0
    for cut in (line, line.rstrip()):
        row = hcpcs_row(cut, "here")
        assert row is not None and (row[0], row[1], row[2], row[3], row[4]) == ("hcpcs", code, *expected, "")


@given(
    code=st.from_regex(r"[A-Z][0-9][0-9A-Z]{1,5}", fullmatch=True),
    billable=st.sampled_from("01"),
    short=TEXTS.map(lambda text: text[:60]),
    long=TEXTS,
)
def test_an_order_line_is_read_by_position(code: str, billable: str, short: str, long: str) -> None:
    row = icd_row(icd_line(7, code, billable, short, long), "here")
    assert row == ("icd10cm", code, 0, 0, short.strip(), f"billable={'yes' if billable == '1' else 'no'}")


@given(line=st.text(max_size=330) | st.text("0123456789 JAX347", min_size=270, max_size=330))
def test_any_line_is_a_record_or_refused(line: str) -> None:
    for reader in (hcpcs_row, icd_row):
        try:
            row = reader(line, "here")
        except NotReadable as problem:
            assert "here" in str(problem)
        else:
            assert row is None or row[0] in ("hcpcs", "modifiers", "icd10cm")


@given(data=st.binary(max_size=400), kind=st.sampled_from(sorted(KINDS)))
def test_any_bytes_are_a_table_or_refused(
    tmp_path_factory: pytest.TempPathFactory, data: bytes, kind: str
) -> None:
    folder = tmp_path_factory.mktemp("any")
    store = Store(folder / "refdata.sqlite")
    try:
        load(store, put(folder, "x.csv", data), kind=kind, setting="hospital", start=Q4)
    except NotReadable:
        assert store.sources() == []
    else:
        assert store.sources()[0].rows


# ---------------------------------------------------------------- the store


def test_the_same_text_may_be_two_lists(store: Store, tmp_path: Path) -> None:
    for name in ("admission_type_2026-07-01.csv", "patient_status_2026-07-01.csv"):
        assert [one.status for one in load(store, put(tmp_path, name, "Code,Label\n1,own text\n"))] == [
            "loaded"
        ]
    known = lists(store)
    assert (known.label("admission_type", "1"), known.label("patient_status", "01")) == ("own text",) * 2


def test_two_tables_of_one_zip_are_one_edition(store: Store, tmp_path: Path) -> None:
    members = {
        f"HCPC2026_OCT_{n}.txt": hcpcs_record(code).encode()
        for n, code in enumerate(("J1745", "J9999", "J1745"))
    }
    members["HCPC2026_OCT_2.txt"] += b"\n"
    load(store, zipped(tmp_path / "oct.zip", members))
    assert {one.superseded_by for one in store.sources()} == {None}
    known = lists(store)
    assert [known.known("hcpcs", code, Q4) for code in ("J1745", "J9999", "J0001")] == [True, True, None]


def test_verify_sees_changed_files_and_rows(store: Store, tmp_path: Path) -> None:
    file = put(tmp_path, *SAMPLES["ptp"])
    load(store, file)
    checked, problems = store.verify()
    assert ([one.ok for one in checked], problems, checked[0].file) == ([True], [], "same")
    file.write_bytes(b"other")
    assert [(one.file, one.ok) for one in store.verify()[0]] == [("changed", False)]
    file.unlink()
    assert [(one.file, one.ok) for one in store.verify()[0]] == [("absent", True)]
    connection = sqlite3.connect(store.path)
    connection.execute("DELETE FROM ptp WHERE code1 = '00AA2'")
    connection.commit()
    connection.close()
    assert [one.ok for one in store.verify()[0]] == [False]


def test_a_damaged_or_foreign_store_is_said_plainly(store: Store, tmp_path: Path) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(b"not a database, but long enough to look like a file of one" * 20)
    with pytest.raises(NotReadable, match="damaged"):
        store.sources()
    with pytest.raises(NotReadable, match="damaged"):
        lists(store).pair("00AA1", "00AA2", "professional", Q4)
    store.path.unlink()
    connection = sqlite3.connect(store.path)
    connection.execute("CREATE TABLE other (x)")
    connection.commit()
    connection.close()
    with pytest.raises(NotReadable, match="not a store"):
        load(store, put(tmp_path, *SAMPLES["ptp"]))


def test_a_store_of_a_later_version_is_left_alone(store: Store, tmp_path: Path) -> None:
    load(store, put(tmp_path, *SAMPLES["ptp"]))
    connection = sqlite3.connect(store.path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(NotReadable, match="later version"):
        store.sources()


# ---------------------------------------------------------------- command line


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "edi", "refdata", *arguments],
        env={**os.environ, "CLEANCLAIM_DATA": str(folder / "own")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_the_command_adds_lists_and_verifies(tmp_path: Path) -> None:
    assert "nothing is loaded" in run(tmp_path, "list").stdout
    good, bad = put(tmp_path, *SAMPLES["ptp"]), put(tmp_path, "bad.csv", "nothing\n")
    done = run(tmp_path, "add", str(bad), str(good))
    assert done.returncode == 2
    assert "ptp practitioner 2026 Q4 part 1, 2026-10-01 to 2026-12-31, 5 rows" in done.stdout
    assert "bad.csv: not recognised" in done.stderr
    again = run(tmp_path, "add", str(good))
    assert again.returncode == 0 and "already loaded" in again.stdout
    assert "2026 Q4" in run(tmp_path, "list").stdout
    listed = json.loads(run(tmp_path, "list", "--format", "json").stdout)
    assert [one["kind"] for one in listed["sources"]] == ["ptp"]
    assert run(tmp_path, "verify").returncode == 0
    good.write_bytes(b"changed")
    wrong = run(tmp_path, "verify", "--format", "json")
    assert wrong.returncode == 1 and json.loads(wrong.stdout)["sources"][0]["file"] == "changed"


@pytest.mark.parametrize(
    "arguments",
    [("add",), ("list", "x"), ("add", "x", "--from", "soon"), ("add", "x", "--kind", "none"), ("drop",)],
)
def test_misuse_is_exit_code_two(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    done = run(tmp_path, *arguments)
    assert done.returncode == 2 and done.stderr and "Traceback" not in done.stderr


def test_the_pipeline_uses_the_store_when_there_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from edi.refdata import shipped

    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "own"))
    assert reference.lists() is shipped()
    offered = list(reference.add([str(put(tmp_path, *SAMPLES["mue"]))], added=ADDED))
    assert [one.refused for one in offered] == [None]
    found = reference.lists()
    assert found is not shipped() and found is reference.lists()
    limit = found.unit_limit("00AA1", "professional", Q4)
    assert limit is not None and limit.units == 2
    load(Store(reference.store_path()), put(tmp_path, *SAMPLES["ptp"]))
    assert reference.lists().pair("00AA1", "00AA2", "professional", Q4), "what was loaded since is seen"
    assert reference.verify().ok


def test_doctor_shows_what_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from edi.cli import doctor

    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "own"))
    assert doctor.facts()["Reference data of the user"]["store"] == "nothing is loaded"
    list(reference.add([str(put(tmp_path, *SAMPLES["mue"]))], added=ADDED))
    found = doctor.facts()["Reference data of the user"]
    assert (found["folder"], found["mue practitioner"]) == (str(tmp_path / "own"), "2026 Q4")
