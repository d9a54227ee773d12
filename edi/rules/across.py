"""Rules that look at several claims of a run: what each claim tells, and what is made of it at the end.

A rule of this kind has an `Across`: `gather` takes a few plain facts of a claim under a key, and `judge` gets
all facts of one key when every claim of the run is known. `edi.pipeline.sisters` keeps the facts in between.
Facts are tuples of text, numbers, None and tuples; a key is hashed with a value of the run's own before it is
kept, and facts hold neither names nor numbers of persons.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from edi.finding import Severity

if TYPE_CHECKING:
    from edi.refdata import Lists
    from edi.rules.base import Case

Key = tuple[str, ...]
"""What sister claims share: the patient, the provider, the day ..."""
Fact = tuple[Any, ...]
"""What a claim tells about a key: text, numbers, None, and tuples of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """One fact, and which claim of the run told it."""

    claim: int
    """Number of the claim in the run, from 0."""
    same_id: str
    """Equal for claims that have the same claim id: they are one claim, given twice."""
    where: str
    """How to call the claim in a sentence about another one: `record 2 of visits.json`."""
    fact: Fact


@dataclass(frozen=True, slots=True)
class Found:
    """A place of one claim at which the rule is broken, as the claims together show."""

    claim: int
    path: str
    """JSON Pointer into the claim, or into the encounter with a key that only that has."""
    values: dict[str, object]
    severity: Severity | None = None


@dataclass(frozen=True, slots=True)
class Settled:
    """A finding of the rule about one claim alone that another claim of the run answers."""

    claim: int
    path: str


Gather = Callable[["Case"], Iterable[tuple[Key, Fact]]]
Judge = Callable[[Sequence[Told], "Lists"], Iterator[Found | Settled]]


@dataclass(frozen=True, slots=True)
class Across:
    """The part of a rule that looks at several claims.

    Rules with one `gather` share its facts: they are kept once. Claims of a setting to which none of them
    applies are not asked, nor claims without a record where all of them need one.
    """

    gather: Gather
    judge: Judge
    yields_to: tuple[str, ...] = ()
    """Rules that say the same fault better: where one of them speaks of a line, this one is silent."""


def nothing(_: "Case") -> Iterator[Any]:
    """The check of a rule that one claim alone never breaks."""
    return iter(())


def once(told: Sequence[Told]) -> list[Told]:
    """One fact for each claim id: the first of the run."""
    seen: dict[str, Told] = {}
    for one in told:
        seen.setdefault(one.same_id, one)
    return list(seen.values())
