"""Which code book the diagnoses of an 837 are said to come from."""

from collections.abc import Iterator

from edi.model.claim import Unmapped
from edi.rules.about import BASE, READ
from edi.rules.asks import ICD10_FROM, day_one
from edi.rules.base import Case, Hit, rule

_ICD9 = frozenset(("BF", "BJ", "PR", "BN"))
"""Qualifiers of further diagnoses that say ICD-9-CM; a second principal one is a fault of the guide."""


@rule(
    "PRO-DX-006",
    "diagnosis-sent-as-icd9",
    message="{what} as ICD-9, and the services are later than ICD-9 ({qualifier})",
    help="Send ICD-10-CM codes with qualifiers that begin with A: ABK, ABF, and in an 837I ABJ, APR, ABN.",
    source="005010X222A1 and 005010X223A2, 2300 HI01-1; 45 CFR 162.1002(c): ICD-10-CM for services from "
    "2015-10-01",
    severity="error",
    snip=4,
    also=("P43", "F04-66-001"),
    breaks=[
        {READ: {"icd9": True}},
        {READ: {"icd9": True}, **{f"/lines/{i}/service_date": "2015-10-01" for i in (0, 1)}},
        {READ: {"icd9": False}, "/unmapped/-": {"address": "2300/HI[ABK]/02-1", "text": "BF"}},
        {
            READ: {"icd9": False},
            BASE: "facility",
            "/unmapped": [
                {"address": "2300/HI", "text": "HI*BF:E860"},
                {"address": "2300/HI", "text": "HI*BF:E860"},
            ],
        },
        *(
            {
                READ: {"icd9": False},
                BASE: "facility",
                "/unmapped/-": {"address": "2300/HI", "text": f"HI*{qualifier}:E860"},
            }
            for qualifier in ("BJ", "PR", "BN")
        ),
    ],
    keeps=[
        {READ: {"icd9": False}},
        {READ: {"icd9": None}},
        {READ: {"icd9": True}, **{f"/lines/{i}/service_date": "2015-09-30" for i in (0, 1)}},
        {READ: {"icd9": True}, "/lines": []},
        {
            READ: {"icd9": False},
            BASE: "facility",
            "/unmapped/-": {"address": "2300/HI", "text": "HI*BBR:3E033"},
        },
        {READ: {"icd9": False}, "/unmapped/-": {"address": "2300/HI", "text": "HI*BF:E860"}},
        {READ: {"icd9": False}, "/unmapped/-": {"address": "2300/REF", "text": "BF"}},
        {"/unmapped/-": {"address": "2300/HI[ABK]/02-1", "text": "BF"}},
    ],
)
def sent_as_icd9(case: Case) -> Iterator[Hit]:
    """The qualifier of a diagnosis names its code book, and payers look the code up there."""
    claim, day = case.claim, day_one(case)
    old = getattr(claim.origin, "icd9", None)
    if old is None or day is None or day < ICD10_FROM:
        return
    if old:
        yield Hit("/diagnoses", what="the diagnoses are sent", qualifier="HI*BK")
        return
    for i, one in enumerate(claim.unmapped):
        if (qualifier := _kept(case, one)) in _ICD9:
            yield Hit(f"/unmapped/{i}", what="a diagnosis is sent", qualifier=f"HI*{qualifier}")
            return


def _kept(case: Case, one: Unmapped) -> str:
    """The qualifier of a diagnosis that is carried along because those before it have another code book.

    In an 837P all diagnoses stand in one segment, and a further one is a fault of the guide.
    """
    if not one.address.startswith("2300/HI"):
        return ""
    whole = one.text.startswith("HI*")
    return one.text.removeprefix("HI*")[:2] if not whole or case.claim.setting == "facility" else ""
