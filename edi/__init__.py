"""cleanclaim: from a coded infusion encounter to a clean claim.

The names in `__all__` are the public ones; each is loaded when it is first asked for.
"""

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from edi.conversion import Answers, Conversion, NotCarried
    from edi.errors import EdiError, NotReadable, NotWritable, TableError, UnknownPayer
    from edi.finding import Finding, Report
    from edi.model.claim import Claim
    from edi.model.encounter import Encounter
    from edi.pipeline import (
        check,
        claim,
        code,
        convert,
        explain,
        read_claims,
        read_encounter,
        read_encounters,
    )
    from edi.transactions.reading import read_837
    from edi.transactions.writing import write_837

__version__ = "0.1.0"

_HOMES = {
    "Answers": "edi.conversion",
    "Claim": "edi.model.claim",
    "Conversion": "edi.conversion",
    "EdiError": "edi.errors",
    "Encounter": "edi.model.encounter",
    "Finding": "edi.finding",
    "NotCarried": "edi.conversion",
    "NotReadable": "edi.errors",
    "NotWritable": "edi.errors",
    "Report": "edi.finding",
    "TableError": "edi.errors",
    "UnknownPayer": "edi.errors",
    "check": "edi.pipeline",
    "claim": "edi.pipeline",
    "code": "edi.pipeline",
    "convert": "edi.pipeline",
    "explain": "edi.pipeline",
    "read_837": "edi.transactions.reading",
    "read_claims": "edi.pipeline",
    "read_encounter": "edi.pipeline",
    "read_encounters": "edi.pipeline",
    "write_837": "edi.transactions.writing",
}

__all__ = [
    "Answers",
    "Claim",
    "Conversion",
    "EdiError",
    "Encounter",
    "Finding",
    "NotCarried",
    "NotReadable",
    "NotWritable",
    "Report",
    "TableError",
    "UnknownPayer",
    "check",
    "claim",
    "code",
    "convert",
    "explain",
    "read_837",
    "read_claims",
    "read_encounter",
    "read_encounters",
    "write_837",
]


def __getattr__(name: str) -> Any:
    """Load a public name from its home."""
    if name not in _HOMES:
        raise AttributeError(f"module 'edi' has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return __all__
