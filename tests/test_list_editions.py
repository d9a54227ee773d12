"""Lists that a user has loaded, by date: within an edition, after the last, before the first one.

Through the public doors: what `refdata add` does, then `check` of claim JSON, XML and 837.
"""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import edi
import refdata_files as files
from edi.finding import Finding
from edi.model import contract, pointer, xml
from edi.model.claim import Claim
from edi.pipeline import reference
from edi.pipeline.unchecked import WORDS
from surface_cases import as_837

SAMPLES = Path(__file__).parents[1] / "samples" / "rules"
FROM, THROUGH = date(2026, 1, 1), date(2026, 6, 30)
"""The samples are of March 2026."""
NUBC = "Code,Label\n"


class Loaded(NamedTuple):
    """A list, one code of it, and what lacks from it on a claim."""

    file: str
    data: str
    setting: str
    rule: str
    path: str
    bad: object
    good: object
    within: str = "error"
    """How bad a missing code is within the edition."""
    patch: Mapping[str, Any] = {}
    """What the claim needs besides."""


def _secondary(**decision: object) -> dict[str, Any]:
    other = {
        "responsibility": "P",
        "payer": {"name": "EMPLOYER PLAN", "id": "77001"},
        "claim_filing": "CI",
        "member_id": "E1",
        "relationship": "18",
        "adjudication": {"paid": "500.00", **decision},
    }
    return {"/coverages/-": other, "/coverages/0/responsibility": "S", "/bill_to": 0}


CUT = {"adjustments": [{"group": "CO", "reason": "45", "amount": "150.00"}]}
LISTS = {
    "hcpcs": Loaded(
        "hcpcs.txt",
        "".join(files.hcpcs_record(one) + "\n" for one in ("G0463", "J1756")),
        "professional",
        "LIST-HCPCS-001",
        "/lines/0/hcpcs",
        "G0498",
        "G0463",
    ),
    "cpt": Loaded(
        "cpt.csv",
        "Code,Description\n99213,own text\n",
        "professional",
        "LIST-HCPCS-001",
        "/lines/0/hcpcs",
        "99214",
        "99213",
    ),
    "taxonomy": Loaded(
        "taxonomy.csv",
        files.TAXONOMY_HEAD + "207RG0100X,a,b,c,d,e,f,g\n282N00000X,a,b,c,d,e,f,g\n",
        "professional",
        "PRV-TAX-001",
        "/billing_provider/taxonomy",
        "207RG0999X",
        "207RG0100X",
        within="warning",
    ),
    "carc": Loaded(
        "carc.csv",
        files.REASONS_HEAD + "45,x,1/1/1995,,,\n",
        "professional",
        "COB-ADJ-002",
        "/coverages/1/adjudication/adjustments/0/reason",
        "44",
        "45",
        patch=_secondary(**CUT),
    ),
    "rarc": Loaded(
        "rarc.csv",
        files.REASONS_HEAD + "N19,x,1/1/2000,,,\nMA04,x,1/1/1997,,,\n",
        "professional",
        "COB-ADJ-002",
        "/coverages/1/adjudication/remark_codes",
        ["N999"],
        ["N19"],
        patch=_secondary(**CUT),
    ),
    "revenue": Loaded(
        "revenue.csv",
        "code,description,start,end\n260,x,,\n636,x,,\n270,x,,\n510,x,,\n",
        "facility",
        "LIST-NUBC-001",
        "/lines/0/revenue_code",
        "0119",
        "0260",
    ),
    "condition": Loaded(
        "condition.csv", NUBC + "9,x\n", "facility", "LIST-NUBC-001", "/condition_codes", ["ZZ"], ["09"]
    ),
    "occurrence": Loaded(
        "occurrence.csv",
        NUBC + "11,x\n",
        "facility",
        "LIST-NUBC-001",
        "/occurrence_codes",
        [{"code": "ZZ", "date": "2026-03-01"}],
        [{"code": "11", "date": "2026-03-01"}],
    ),
    "occurrence_span": Loaded(
        "occurrence_span.csv",
        NUBC + "74,x\n",
        "facility",
        "LIST-NUBC-001",
        "/occurrence_spans",
        [{"code": "ZZ", "from_date": "2026-03-01", "through_date": "2026-03-02"}],
        [{"code": "74", "from_date": "2026-03-01", "through_date": "2026-03-02"}],
    ),
    "value": Loaded(
        "value.csv",
        NUBC + "80,x\n",
        "facility",
        "LIST-NUBC-001",
        "/value_codes",
        [{"code": "ZZ", "amount": "1.00"}],
        [{"code": "80", "amount": "1.00"}],
    ),
    "type_of_bill": Loaded(
        "type_of_bill.csv", NUBC + "13,x\n", "facility", "LIST-NUBC-001", "/type_of_bill", "0991", "0131"
    ),
    "patient_status": Loaded(
        "patient_status.csv",
        NUBC + "1,x\n",
        "facility",
        "LIST-NUBC-001",
        "/admission/patient_status",
        "99",
        "01",
    ),
    "admission_source": Loaded(
        "admission_source.csv", NUBC + "1,x\n", "facility", "LIST-NUBC-001", "/admission/source", "Z", "1"
    ),
}
SURFACES = ("json", "xml", "x12")
DAYS = {"within": "2026-06-30", "after": "2026-07-01", "before": "2025-12-31"}


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLEANCLAIM_DATA", str(tmp_path / "own"))


def add(folder: Path, name: str) -> None:
    """Load a list that is said to be whole and of a window around the sample's day."""
    path = files.put(folder, LISTS[name].file, LISTS[name].data)
    (offered,) = reference.add(
        [str(path)], added=files.ADDED, kind=name, start=FROM, through=THROUGH, whole=True
    )
    assert offered.refused is None


def claim(one: Loaded, value: object, day: str) -> Claim:
    made = edi.claim(edi.read_encounter(SAMPLES / f"{one.setting}.json"))
    patches = {f"/lines/{i}/service_date": day for i in range(len(made.lines))} | dict(one.patch)
    if one.setting == "facility":
        patches["/statement"] = {"from_date": day, "through_date": day}
    if one.patch:
        patches["/coverages/1/adjudication/paid_date"] = day
    for path, patch in {**patches, one.path: value}.items():
        made = pointer.replace(made, path, patch)
    return made


def found(one: Loaded, made: Claim, surface: str) -> list[Finding]:
    """What the rule of a list says of a claim on a surface."""
    data: bytes | str
    if surface == "x12":
        data = as_837([made])
    else:
        data = xml.to_xml(made) if surface == "xml" else contract.to_json(made)
    return [each for each in edi.check(data).findings if each.rule == one.rule]


@pytest.mark.parametrize("name", LISTS)
def test_a_code_that_the_list_lacks(tmp_path: Path, name: str) -> None:
    one = LISTS[name]
    for surface in SURFACES:
        for when, day in DAYS.items():
            assert found(one, claim(one, one.bad, day), surface) == [], f"{when}: nothing is loaded"
    add(tmp_path, name)
    for surface in SURFACES:
        for when, day in DAYS.items():
            assert found(one, claim(one, one.good, day), surface) == [], f"{when}: the list has the code"
        (within,) = found(one, claim(one, one.bad, DAYS["within"]), surface)
        (after,) = found(one, claim(one, one.bad, DAYS["after"]), surface)
        assert (within.severity, after.severity) == (one.within, "warning")
        assert "from 2026-01-01" in within.message, "the edition is named"
        assert "from 2026-01-01" in after.message, "the edition is named"
        before = found(one, claim(one, one.bad, DAYS["before"]), surface)
        assert before == [], "no edition speaks of that day"


@pytest.mark.parametrize("name", LISTS)
def test_a_list_that_is_absent_for_a_day_is_named_once(tmp_path: Path, name: str) -> None:
    one = LISTS[name]
    files_of = [tmp_path / "claims" / f"{when}.json" for when in DAYS]
    files_of[0].parent.mkdir()

    def named(*days: str) -> bool:
        for path, day in zip(files_of, days, strict=True):
            path.write_text(contract.to_json(claim(one, one.bad, day)), encoding="utf-8")
        said = [each for each in edi.check(files_of[0].parent).findings if each.rule == "LISTS-ABSENT"]
        assert len(said) <= 1 and all(each.severity == "info" for each in said)
        return any(WORDS[name] in each.message for each in said)

    assert named(*DAYS.values())
    add(tmp_path, name)
    assert not named(*[DAYS["within"]] * 3)
    assert named(DAYS["within"], DAYS["within"], DAYS["before"]), "no edition speaks of one of the days"


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize(
    ("code", "day", "rule", "expected"),
    [
        ("D50.99", "2026-09-30", "PRO-DX-003", "error"),
        ("D50.99", "2026-10-01", "PRO-DX-003", "warning"),
        ("D50.99", "2023-09-30", "PRO-DX-003", None),
        ("D50.9X9X9", "2023-09-30", "F15-21-001", "error"),
        ("250.00", "2015-09-30", "PRO-DX-003", None),
        ("250.00", "2015-09-30", "F15-21-001", None),
        ("250.00", "2015-10-01", "F15-21-001", "error"),
    ],
)
def test_diagnoses_of_the_shipped_editions_and_outside_of_them(
    code: str, day: str, rule: str, expected: str | None, surface: str
) -> None:
    listed = LISTS["hcpcs"]._replace(rule=rule, path="/diagnoses/0/code")
    said = found(listed, claim(listed, code, day), surface)
    assert [one.severity for one in said] == ([expected] if expected else [])
    assert all("FY2026" in one.message for one in said if one.rule == "PRO-DX-003")
