"""From findings to a forecast: how a payer is likely to answer a claim, and how much money that touches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from edi.finding import Denial, Finding, Forecast, LikelyDenial
from edi.model.claim import Claim
from edi.payers import Overlay

LIKELIHOODS: Final = ("high", "medium", "low")
TEXTBOOK: Final = "textbook"
"""Payer rules under which the answers of the source articles come first."""
STRUCTURAL: Final = 2
"""Errors up to this SNIP type send the claim back before anybody judges it."""


@dataclass(frozen=True, slots=True)
class Stake:
    """What a forecast needs to know of a claim beside its findings."""

    claim: str | None
    lines: tuple[Decimal | None, ...]
    """Charges of the lines."""
    total: Decimal | None
    """Total charge as stated."""
    textbook: bool
    """Whether the answers of the source articles come first."""

    @property
    def charge(self) -> Decimal:
        """US dollars on the claim: the stated total, or the sum of the lines where that is more."""
        summed = sum((one for one in self.lines if one is not None), Decimal(0))
        return summed if self.total is None else max(self.total, summed)

    def of(self, lines: Iterable[int]) -> Decimal:
        """US dollars of some lines, by number."""
        charges = (self.lines[n - 1] for n in set(lines) if 0 < n <= len(self.lines))
        return sum((one for one in charges if one is not None), Decimal(0))


def stake_of(claim: Claim, overlay: Overlay | None) -> Stake:
    """The charges of a claim, and whose answers come first."""
    charges = tuple(line.charge for line in claim.lines)
    return Stake(claim.claim_id, charges, claim.total_charge, overlay is not None and leads_textbook(overlay))


def leads_textbook(overlay: Overlay) -> bool:
    """Whether the answers of the source articles come first under these payer rules."""
    return TEXTBOOK in (overlay.name, *overlay.ancestry)


def forecast(findings: Iterable[Finding], stake: Stake, *, index: int = 0) -> Forecast | None:
    """What is likely to become of a claim; None where no error or warning leads to a denial.

    Each finding counts with its likeliest denial; its others are named beside it. Of equally likely ones the
    official comes first, or under the `textbook` payer rules that of the source articles in any case.
    """
    returned: list[str] = []
    groups: dict[tuple[str, str], list[tuple[Finding, Denial]]] = {}
    for one in findings:
        if one.severity == "info":
            continue
        if one.severity == "error" and _structural(one):
            returned.append(one.rule)
        if one.denials:
            first = _ordered(one.denials, stake)[0]
            groups.setdefault((first.group, first.code), []).append((one, first))
    if not groups and not returned:
        return None
    denials = [_likely(members, stake) for members in groups.values()]
    denials.sort(key=lambda d: (LIKELIHOODS.index(d.likelihood), -d.at_stake, d.group, d.code))
    whole = bool(returned) or any(not d.lines for d in denials)
    touched = stake.charge if whole else stake.of(n for d in denials for n in d.lines)
    return Forecast(
        claim=stake.claim,
        index=index,
        charge=stake.charge,
        at_stake=touched,
        denials=tuple(denials),
        returned_for=tuple(dict.fromkeys(returned)),
    )


def _structural(finding: Finding) -> bool:
    """Whether an error keeps the claim from being taken in at all."""
    if finding.rule.startswith("X12-WRITE"):
        return True
    return finding.snip is not None and finding.snip <= STRUCTURAL and not finding.denials


def _ordered(denials: Sequence[Denial], stake: Stake) -> list[Denial]:
    """The denials of a finding, the one to expect first."""

    def rank(denial: Denial) -> tuple[bool, int, bool]:
        other = denial.basis == "official" if stake.textbook else denial.basis == "textbook"
        return (other if stake.textbook else False, LIKELIHOODS.index(denial.likelihood), other)

    return sorted(denials, key=rank)


def _likely(members: list[tuple[Finding, Denial]], stake: Stake) -> LikelyDenial:
    """The findings of one group and CARC as one denial."""
    best = min((denial for _, denial in members), key=lambda d: LIKELIHOODS.index(d.likelihood))
    numbers = [finding.place.line for finding, _ in members]
    lines = () if None in numbers else tuple(sorted({n for n in numbers if n is not None}))
    own = {(best.group, best.code)}
    others = [
        other
        for finding, _ in members
        for other in _ordered(finding.denials, stake)[1:]
        if (other.group, other.code) not in own
    ]
    return LikelyDenial(
        group=best.group,
        code=best.code,
        remarks=tuple(dict.fromkeys(code for _, denial in members for code in denial.remarks)),
        basis=best.basis,
        likelihood=best.likelihood,
        lines=lines,
        at_stake=stake.of(lines) if lines else stake.charge,
        rules=tuple(dict.fromkeys(finding.rule for finding, _ in members)),
        first_actions=tuple(
            dict.fromkeys(denial.first_action for _, denial in members if denial.first_action)
        ),
        instead=tuple(dict.fromkeys(_in_words(other) for other in others)),
    )


def _in_words(denial: Denial) -> str:
    """`CO-236 M80 (official, medium)`."""
    named = " ".join((f"{denial.group}-{denial.code}", *denial.remarks))
    return f"{named} ({denial.basis}, {denial.likelihood})"
