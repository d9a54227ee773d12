"""Loaders of reference files, one module for each kind. A file is known by its content or by `--kind`."""

from functools import partial
from typing import Final

from edi.errors import NotReadable
from edi.refdata.loaders import (
    addendum_b,
    addon,
    asp,
    gpci,
    hcpcs,
    icd10cm,
    listed,
    mue,
    ndc,
    poa,
    ptp,
    rvu,
    taxonomy,
)
from edi.refdata.loaders.content import Content, contents
from edi.refdata.loaders.kinds import Asked, Kind, Parsed, Row

__all__ = ["KINDS", "LIST_KINDS", "Asked", "Content", "Kind", "Parsed", "Row", "contents", "kind_of"]

_LICENSED: Final = {
    "cpt": "CPT codes of a licensee",
    "revenue": "revenue codes (NUBC)",
    "condition": "condition codes (NUBC)",
    "occurrence": "occurrence codes (NUBC)",
    "occurrence_span": "occurrence span codes (NUBC)",
    "value": "value codes (NUBC)",
    "type_of_bill": "types of bill (NUBC)",
    "patient_status": "patient discharge status (NUBC)",
    "admission_type": "priority of admission (NUBC)",
    "admission_source": "point of origin (NUBC)",
}


def _kinds() -> tuple[Kind, ...]:
    fixed = (
        Kind(
            name="ptp",
            title="NCCI pair edits",
            table="ptp",
            period="quarter",
            looks=ptp.looks,
            parse=ptp.parse,
            usual=(1_500_000, 4_000_000),
        ),
        Kind(
            name="mue",
            title="medically unlikely edits",
            table="mue",
            period="quarter",
            looks=mue.looks,
            parse=mue.parse,
            usual=(13_000, 18_000),
        ),
        Kind(
            name="addon",
            title="NCCI add-on code edits",
            table="addon",
            period="quarter",
            looks=addon.looks,
            parse=addon.parse,
        ),
        Kind(
            name="hcpcs",
            title="HCPCS Level II",
            table="code",
            period="quarter",
            looks=hcpcs.looks,
            parse=hcpcs.parse,
            usual=(6_000, 15_000),
        ),
        Kind(
            name="icd10cm",
            title="ICD-10-CM",
            table="code",
            period="fiscal",
            looks=icd10cm.looks,
            parse=icd10cm.parse,
            usual=(90_000, 110_000),
        ),
        Kind(
            name="ndc",
            title="NDC to HCPCS crosswalk",
            table="ndc",
            period="quarter",
            looks=ndc.looks,
            parse=ndc.parse,
        ),
        Kind(
            name="asp",
            title="average sales price",
            table="asp",
            period="quarter",
            looks=asp.looks,
            parse=asp.parse,
            usual=(700, 1_500),
        ),
        Kind(
            name="addendum-b",
            title="OPPS Addendum B",
            table="apc",
            period="quarter",
            looks=addendum_b.looks,
            parse=addendum_b.parse,
            usual=(15_000, 25_000),
        ),
        Kind(
            name="rvu",
            title="physician fee schedule",
            table="rvu",
            period="quarter",
            looks=rvu.looks,
            parse=rvu.parse,
            usual=(15_000, 25_000),
        ),
        Kind(
            name="gpci",
            title="geographic practice cost indices",
            table="gpci",
            period="year",
            looks=gpci.looks,
            parse=gpci.parse,
            usual=(100, 130),
        ),
        Kind(
            name="taxonomy",
            title="provider taxonomy (NUCC)",
            table="code",
            period="taxonomy",
            looks=taxonomy.looks,
            parse=taxonomy.parse,
            usual=(800, 1_200),
        ),
        Kind(
            name=poa.NAME,
            title="diagnoses exempt from present on admission",
            table="code",
            period="fiscal",
            looks=poa.looks,
            parse=poa.parse,
            usual=(30_000, 45_000),
        ),
    )
    reasons = tuple(
        Kind(
            name=name,
            title=title,
            table="code",
            period="triannual",
            looks=partial(listed.looks_like, name),
            parse=listed.parse,
            usual=usual,
        )
        for name, title, usual in (
            ("rarc", "remittance advice remark codes", (700, 2_000)),
            ("carc", "claim adjustment reason codes", (200, 600)),
        )
    )
    licensed = tuple(
        Kind(
            name=name,
            title=title,
            table="code",
            period="year" if name == "cpt" else "july",
            looks=partial(listed.looks_like, name),
            parse=listed.parse,
            asked_for=True,
        )
        for name, title in _LICENSED.items()
    )
    return (*fixed, *reasons, *licensed)


KINDS: Final = {kind.name: kind for kind in _kinds()}
"""All kinds, in the order in which a file is tried."""
LIST_KINDS: Final = {kind.name for kind in KINDS.values() if kind.table == "code"}
"""Kinds that are code lists."""


def kind_of(content: Content, asked: Asked) -> Kind | None:
    """The kind of a file: the one that was asked for, else the first whose head it has; None: none of them.

    Raises:
        NotReadable: there is no kind of the name that was asked for.
    """
    if asked.kind is not None:
        if asked.kind not in KINDS:
            raise NotReadable(f"there is no kind {asked.kind} (there are: {', '.join(KINDS)})")
        return KINDS[asked.kind]
    return next((kind for kind in KINDS.values() if kind.looks(content)), None)
