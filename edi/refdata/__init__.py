"""Code look-ups by date of service.

`Lists` is the one door: what ships with the program, and what a user loads beside it. What is not loaded, or
loaded in part, is not checked: it is never called invalid.
"""

from edi.refdata.answers import (
    AddOn,
    ApcRow,
    DrugPrice,
    Listing,
    LocalityIndex,
    NdcCode,
    PairEdit,
    RelativeValue,
    UnitLimit,
)
from edi.refdata.editions import Edition
from edi.refdata.lists import (
    Coverage,
    Drug,
    Entry,
    Lists,
    ShippedTables,
    Size,
    Source,
    first_alike,
    shipped,
    shipped_sources,
)
from edi.refdata.shipped_edits import ShippedEdits

__all__ = [
    "AddOn",
    "ApcRow",
    "Coverage",
    "Drug",
    "DrugPrice",
    "Edition",
    "Entry",
    "Listing",
    "Lists",
    "LocalityIndex",
    "NdcCode",
    "PairEdit",
    "RelativeValue",
    "ShippedEdits",
    "ShippedTables",
    "Size",
    "Source",
    "UnitLimit",
    "first_alike",
    "shipped",
    "shipped_sources",
]
