"""Exceptions, for what cannot be read or written at all. Faults of a claim are findings, not exceptions.

EdiError
├── NotReadable      not X12, not JSON, not a claim
├── TableError       a table of this program is wrong; please report it
├── UnknownPayer     no such payer rules
├── NotWritable      a claim cannot be put on a surface: says which value and why
└── LedgerError      the ledger cannot be used
"""


class EdiError(Exception):
    """Base of all exceptions that this program raises on purpose."""


class NotReadable(EdiError):
    """The input is not what it should be: not X12, not JSON, not a record.

    `path` is the JSON Pointer of the value at fault, or "" for the input as a whole.
    """

    def __init__(self, message: str, *, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class TableError(EdiError):
    """A table that ships with the program is wrong."""


class UnknownPayer(EdiError):
    """No payer rules of that name, or rules that cannot be used."""


class NotWritable(EdiError):
    """A claim cannot be written to a surface.

    `path` is the JSON Pointer of the value at fault within the claim, or "" for the claim as a whole;
    `claim_index` is the position of the claim among those given.
    """

    def __init__(self, message: str, *, path: str = "", claim_index: int = 0) -> None:
        super().__init__(message)
        self.path = path
        self.claim_index = claim_index


class LedgerError(EdiError):
    """The ledger cannot be read or written."""
