"""One claim on its way to the other side: what is given, what the user says, and the account of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from edi.conversion.account import ANSWERED, Account
from edi.conversion.homes import has_place
from edi.errors import NotReadable
from edi.model.claim import Claim, ClaimHeader, Setting, billed_coverage
from edi.model.party import BillingSide
from edi.payers import MEDICARE_FILING
from edi.refdata import Lists


@dataclass(slots=True, kw_only=True)
class Crossing:
    """The way of one claim to one of the settings."""

    given: Claim
    """The claim as it was given."""
    to: Setting
    said: Mapping[str, Any]
    """JSON Pointer -> value of the resulting claim, as the user says."""
    account: Account
    lists: Lists
    billing: BillingSide = field(default_factory=BillingSide)
    """Who bills that side, as the settings or the encounter say."""

    def says(self, path: str) -> bool:
        """Whether the user says something at, above or below a place of the resulting claim."""
        return any(
            said == path or said.startswith(path + "/") or path.startswith(said + "/") for said in self.said
        )

    def states(self, path: str) -> bool:
        """Whether the user says who a provider of the resulting claim is, and not only something about it."""
        named = {path, *(f"{path}/{key}" for key in ("npi", "organization_name", "last_name"))}
        return any(said in named or path.startswith(said + "/") for said in self.said)

    def ask(self, target: str, why: str, enter: str, *, source: str = "") -> None:
        """Tell that only the user can say what stands at `target`, unless the user has said it."""
        if not self.says(target):
            self.account.tell("needed", source, why, target=target, setting=self.to, enter=enter)
        elif source:
            self.account.tell("changed", source, ANSWERED, target=target, setting=self.to)

    def change(self, source: str, target: str, why: str, enter: str = "") -> None:
        """Tell that what stood at `source` stands at `target` in another form or role."""
        self.account.tell("changed", source, why, target=target, setting=self.to, enter=enter)

    def drop(self, source: str, why: str, enter: str = "") -> None:
        """Tell that what stood at `source` has no place."""
        self.account.tell("dropped", source, why, enter=enter)

    def move(self, source: str, target: str) -> None:
        """Note that what stood at `source` stands at `target` unchanged."""
        self.account.moved(source, self.to, target)

    def verified(self) -> "Crossing":
        """The same crossing.

        Raises:
            NotReadable: the user says something that this side has no place for.
        """
        for path in self.said:
            if not path.startswith("/lines/") and not has_place(self.to, path):
                raise NotReadable(f"answers: a {self.to} claim has no place for {path}", path=path)
        return self


def medicare(header: ClaimHeader) -> bool:
    """Whether the claim goes to Medicare's fee-for-service program."""
    coverage = billed_coverage(header)
    return coverage is not None and coverage.claim_filing in MEDICARE_FILING
