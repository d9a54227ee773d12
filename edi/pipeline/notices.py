"""Findings that no rule of the claim makes: inputs that cannot be read, claims that cannot be written."""

from dataclasses import dataclass
from functools import cache
from typing import cast

from edi import tables
from edi.finding import Finding, Place, RecordKind, Severity

WHOLE_RUN = ("LISTS-ABSENT", "PAYER-PROF-001", "RECORD-ABSENT")
"""Findings about a run, not about one of its files, in the order in which they come last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One kind of such findings: a row of `schemas/notices.csv`."""

    id: str
    name: str
    severity: Severity
    why: str
    help: str


@cache
def notices() -> dict[str, Notice]:
    """All kinds by id."""
    return {
        row["id"]: Notice(
            id=row["id"],
            name=row["name"],
            severity=cast(Severity, row["severity"]),
            why=row["why"],
            help=row["help"],
        )
        for row in tables.rows("notices.csv")
    }


def notice(
    id_: str,
    message: str,
    *,
    help_text: str | None = None,
    record: RecordKind = "file",
    index: int = 0,
    path: str = "",
    claim_path: str | None = None,
    claim: str | None = None,
) -> Finding:
    """A finding of one of these kinds."""
    kind = notices()[id_]
    return Finding(
        rule=kind.id,
        name=kind.name,
        severity=kind.severity,
        message=message,
        help=help_text or kind.help,
        record=record,
        index=index,
        path=path,
        claim_path=claim_path,
        place=Place(claim=claim),
        source="contract of cleanclaim",
    )
