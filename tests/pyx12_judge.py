"""An outside opinion on 837s: the pyx12 package, run in this process.

`judge` gives what pyx12 finds; `unexplained` leaves out what tests/data/pyx12_differences.csv explains.
"""

import csv
import io
import json
import logging
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import pyx12.params
import pyx12.x12n_document

DIFFERENCES = Path(__file__).parent / "data" / "pyx12_differences.csv"


class Fault(NamedTuple):
    """One thing that pyx12 does not like."""

    segment: str
    """Id and number in the transaction set, as `CLM@23`."""
    element: str
    """As `05-1`; "" for the segment as a whole."""
    code: str
    text: str
    value: str


def judge(data: bytes) -> list[Fault]:
    """What pyx12 finds in an interchange; an empty list where it finds nothing."""
    logger = logging.getLogger("pyx12")
    level, logger.level = logger.level, logging.CRITICAL + 1
    found = io.StringIO()
    param = pyx12.params.params()
    param.set("charset", "E")
    try:
        good = pyx12.x12n_document.x12n_document(
            param, io.StringIO(data.decode("ascii")), None, None, fd_json=found
        )
    finally:
        logger.level = level
    faults = list(_walk(json.loads(found.getvalue() or "{}")))
    if not good and not faults:
        faults.append(Fault("ISA", "", "", "pyx12 refuses the file and does not say why", ""))
    return faults


def _walk(node: Any) -> Any:
    if isinstance(node, list):
        for one in node:
            yield from _walk(one)
        return
    where = node.get("seg_id") or ("ST" if "trn_set_id" in node else "GS" if "fic" in node else "ISA")
    if "seg_count" in node:
        where = f"{where}@{node['seg_count']}"
    for error in node.get("errors", []):
        yield Fault(where, "", error["err_cde"], error["err_str"], str(error.get("err_val") or ""))
    for element in node.get("elements", []):
        place = f"{element['ele_pos']:02d}" if element["ele_pos"] else ""
        if element["subele_pos"]:
            place += f"-{element['subele_pos']}"
        for error in element["errors"]:
            yield Fault(where, place, error["err_cde"], error["err_str"], str(error["err_val"] or ""))
    for key in ("interchanges", "groups", "transactions", "segments"):
        yield from _walk(node.get(key, []))


@cache
def differences() -> tuple[dict[str, str], ...]:
    """The checked-in differences: segment, element, code, text (a part of it), right, why."""
    lines = DIFFERENCES.read_text(encoding="utf-8").splitlines()
    return tuple(csv.DictReader([line for line in lines if line and not line.startswith("#")], strict=True))


def explains(row: dict[str, str], fault: Fault) -> bool:
    """Whether a row of the list is about this fault."""
    return (
        fault.segment.split("@")[0] == row["segment"]
        and fault.element == row["element"]
        and fault.code == row["code"]
        and row["text"] in fault.text
    )


def unexplained(data: bytes) -> list[Fault]:
    """What pyx12 finds and no row of the list explains."""
    return [fault for fault in judge(data) if not any(explains(row, fault) for row in differences())]
