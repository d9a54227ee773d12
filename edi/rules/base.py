"""Rule, Hit and Case."""

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache, wraps
from typing import Any, Literal, TypeVar

from edi.coding.assembly import Assembled
from edi.coding.timeline import Proposal, Timeline
from edi.errors import TableError
from edi.finding import PricePanel, Severity
from edi.model.boxes import BoxProblem
from edi.model.claim import Claim, LineKind, ServiceLine, Setting
from edi.model.crosswalk import FormName
from edi.model.encounter import Encounter
from edi.payers import NAMES, Overlay, Policies
from edi.prices import panel as price_panel
from edi.refdata import Lists
from edi.rules.across import Across
from edi.rules.triggers import FIELDS
from edi.rules.views import View

Answer = TypeVar("Answer")
Need = Literal["record", "received", "paper", "prices"]
Example = Mapping[str, Any]
"""JSON Pointer -> value, applied to a clean sample: null takes the value away, `-` appends to a list (of a
list each member).

Keys that are no pointers change the circumstances: they stand in `edi.rules.about`.
"""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place where a rule is broken.

    `path` is a JSON Pointer. Keys that only an encounter has (`/administrations/0/stop`) point into the
    encounter, all others into the claim. The values fill the rule's message; they are codes, numbers and
    ids of administrations, never a name or a number of a person. A value `help` stands in for the rule's help
    where that speaks of several things and one of them is wrong.
    """

    path: str
    values: dict[str, object]
    severity: Severity | None
    expected: str | None
    actual: str | None
    at: tuple[int, str] | None
    """Sheet, from 1, and box of the form, for what a box shows."""
    datum: str | None
    """Path of the crosswalk, as `/diagnoses/{admitting}/code`, for what is absent and has no pointer."""

    def __init__(
        self,
        path: str,
        *,
        severity: Severity | None = None,
        expected: object = None,
        actual: object = None,
        **values: object,
    ) -> None:
        object.__setattr__(self, "path", path)
        object.__setattr__(self, "values", values)
        object.__setattr__(self, "severity", severity)
        object.__setattr__(self, "expected", None if expected is None else str(expected))
        object.__setattr__(self, "actual", None if actual is None else str(actual))
        object.__setattr__(self, "at", None)
        object.__setattr__(self, "datum", None)

    def on(self, page: int, key: str) -> "Hit":
        """The same hit at a box of a form: page from 1, box as in `schemas/forms`."""
        object.__setattr__(self, "at", (page, key))
        return self

    def wanting(self, datum: str | None) -> "Hit":
        """The same hit about an absent datum of the crosswalk, of which the path says too little."""
        object.__setattr__(self, "datum", datum)
        return self


@dataclass(slots=True, kw_only=True)
class Case:
    """What a rule looks at: a claim, and its record where that is known."""

    claim: Claim
    policies: Policies
    """Settled policies."""
    overlay: Overlay
    lists: Lists
    assembled: Assembled | None = None
    """How the claim came of its encounter; None for a claim without a record."""
    received: date | None = None
    """Day on which the payer gets the claim."""
    paper: tuple[Mapping[str, str], ...] | None = None
    """Pages of the form as {box: text}, when a form is judged."""
    paper_form: FormName | None = None
    """The form whose pages these are; default that of the claim's setting."""
    paper_sources: tuple[Mapping[str, tuple[str, ...]], ...] = ()
    """For each page: box -> JSON Pointers of the claim's data that stand there."""
    paper_problems: tuple[BoxProblem, ...] = ()
    """What the form does not hold of the claim, or the claim not of the form."""
    prices: bool = False
    """Whether prices were asked for."""
    locality: str | None = None
    """Contractor and locality of the prices, as `05102-18`; None: the national amounts."""
    _answers: dict[object, Any] = field(default_factory=dict, init=False, repr=False)
    """What was worked out for `_answered`."""
    _answered: Claim | None = field(default=None, init=False, repr=False)
    _of_lines: dict[object, Any] = field(default_factory=dict, init=False, repr=False)
    """What was worked out for all claims with lines like these; `_answers` where these are not known."""
    _places: dict[str, list[tuple[int, str]]] | None = field(default=None, init=False, repr=False)

    def forget(self) -> None:
        """Work everything out anew: the claim, or what is known of it, is another."""
        self._answers = self._of_lines = {}
        self._answered = self.claim

    def share(self, answers: dict[object, Any]) -> None:
        """Take what was worked out for claims whose lines look the same, and add to it (`per_lines`)."""
        self._of_lines = answers

    @property
    def form(self) -> FormName:
        """The form that is judged: that of the pages, else that of the claim's setting."""
        if self.paper_form is not None:
            return self.paper_form
        return "ub04" if self.claim.setting == "facility" else "cms1500"

    @property
    def places(self) -> Mapping[str, Sequence[tuple[int, str]]]:
        """JSON Pointer into the claim -> pages, from 1, and boxes in which it stands."""
        if self._places is None:
            self._places = {}
            for number, sources in enumerate(self.paper_sources, 1):
                for key, paths in sources.items():
                    for path in paths:
                        self._places.setdefault(path, []).append((number, key))
        return self._places

    def forget_places(self) -> None:
        """Look the places up anew, because another form is judged."""
        self._places = None

    def source_at(self, page: int, key: str) -> str | None:
        """JSON Pointer of the datum in a box of a page, from 1; None where none is known."""
        if not 1 <= page <= len(self.paper_sources):
            return None
        paths = self.paper_sources[page - 1].get(key)
        return paths[0] if paths else None

    @property
    def encounter(self) -> Encounter | None:
        """The record behind the claim."""
        return self.assembled.proposal.timeline.encounter if self.assembled else None

    @property
    def timeline(self) -> Timeline:
        """What was given. Only for rules that need the record."""
        return self.proposal.timeline

    @property
    def proposal(self) -> Proposal:
        """What the record supports. Only for rules that need the record."""
        if self.assembled is None:
            raise TableError("a rule that looks at the record must say needs=('record',)")
        return self.assembled.proposal

    @property
    def receipt(self) -> date:
        """Day on which the payer gets the claim. Only for rules that need it."""
        if self.received is None:
            raise TableError("a rule that looks at the day of receipt must say needs=('received',)")
        return self.received

    @property
    def by_code(self) -> Mapping[str, Sequence[int]]:
        """Indexes of the lines of each procedure code, upper case."""
        return _by_code(self)

    @property
    def panel(self) -> PricePanel:
        """What Medicare would allow for the claim, line by line. Only for rules that need prices."""
        return _panel(self)

    def lines(
        self, *codes: str, kind: LineKind | None = None, within: Collection[str] | None = None
    ) -> Iterator[tuple[int, ServiceLine]]:
        """Lines with their indexes: those of the given codes, of one kind, or all."""
        if codes or within is not None:
            wanted = codes or tuple(within or ())
            indexes: Iterable[int] = sorted(
                [i for code, at in self.by_code.items() if code in wanted for i in at]
            )
        else:
            indexes = range(len(self.claim.lines))
        for i in indexes:
            line = self.claim.lines[i]
            if kind is None or line.kind == kind:
                yield i, line

    def billed_by_record(self) -> bool:
        """Whether the lines are the program's own proposal (and not as coded by a person)."""
        return self.assembled is not None and self.assembled.coding == "propose"


def per_case(ask: Callable[[Case], Answer]) -> Callable[[Case], Answer]:
    """Let a question about a case be worked out once for its claim; nobody may change the answer."""

    @wraps(ask)
    def answer(case: Case) -> Answer:
        if case._answered is not case.claim:
            case.forget()
        held = case._answers
        try:
            known: Answer = held[ask]
        except KeyError:
            known = held[ask] = ask(case)
        return known

    return answer


OF_LINES: list[Callable[[Case], Any]] = []
"""The questions about lines that are worked out once for claims with lines of the same shapes."""


def per_lines(ask: Callable[[Case], Answer]) -> Callable[[Case], Answer]:
    """Let a question about the lines be worked out once for all claims whose lines have the same shapes.

    It looks at nothing but what `views.shape` holds of the lines, setting, place of service and type of bill,
    policies and code lists, and answers with positions and values instead of lines. Nobody may change the
    answer.
    """

    @wraps(ask)
    def answer(case: Case) -> Answer:
        if case._answered is not case.claim:
            case.forget()
        held = case._of_lines
        try:
            known: Answer = held[ask]
        except KeyError:
            known = held[ask] = ask(case)
        return known

    OF_LINES.append(answer)
    return answer


@per_lines
def _by_code(case: Case) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for i, line in enumerate(case.claim.lines):
        if line.hcpcs:
            found.setdefault(line.hcpcs.upper(), []).append(i)
    return found


@per_case
def _panel(case: Case) -> PricePanel:
    return price_panel(case.claim, case.lists, locality=case.locality)


Check = Callable[[Case], Iterator[Hit]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule with all that is known of it."""

    id: str
    name: str
    message: str
    help: str
    source: str
    severity: Severity
    snip: int
    check: Check
    module: str
    doc: str
    setting: Setting | None = None
    codes: frozenset[str] = frozenset()
    """Procedure codes; with `modifiers` and `given` what wakes the rule: it runs only where the claim has one
    of them, and always where all three are empty."""
    modifiers: frozenset[str] = frozenset()
    given: frozenset[str] = frozenset()
    """Names of values, of `triggers.FIELDS`, that most claims lack."""
    sees: View | None = None
    """What of the claim it looks at, and nothing else; None: anything."""
    needs: frozenset[Need] = frozenset()
    editions: tuple[str, ...] = ()
    """Code lists: it speaks only where an edition of one of them is at hand; empty: always."""
    when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Policy -> values under which the rule holds."""
    also: tuple[str, ...] = ()
    gives_way_to: tuple[str, ...] = ()
    """Beginnings of ids of rules that say it better: beside one of them it is silent about the line."""
    on: Literal["claim", "encounter"] = "claim"
    """What the examples patch."""
    base: str = ""
    """Sample that the examples patch, by name; default the clean one of the rule's setting."""
    breaks: tuple[Example, ...] = ()
    keeps: tuple[Example, ...] = ()
    policies: Mapping[str, str] = field(default_factory=dict)
    """Policies under which the examples run, beside `when`."""
    received: date | None = None
    """Receipt date of the examples."""
    across: Across | None = None
    """What the rule makes of several claims of a run."""

    @property
    def triggers(self) -> frozenset[str]:
        """Words of a claim (`triggers.words`) of which one wakes the rule; empty: it always runs."""
        return frozenset((*self.codes, *(f"-{one}" for one in self.modifiers), *self.given))

    @property
    def area(self) -> str:
        """Topic: the folder of the rule, such as inf or mod."""
        return self.module.removeprefix("edi.rules.").split(".")[0]

    def holds(self, policies: Policies) -> bool:
        """Whether the policies are those under which the rule holds."""
        return all(str(getattr(policies, name)) in values for name, values in self.when.items())


def rule(
    id_: str,
    name: str,
    *,
    message: str,
    help: str,
    source: str,
    severity: Severity,
    snip: int,
    setting: Setting | None = None,
    codes: Iterable[str] = (),
    modifiers: Iterable[str] = (),
    given: Iterable[str] = (),
    sees: View | None = None,
    needs: Iterable[Need] = (),
    editions: Iterable[str] = (),
    when: Mapping[str, str | tuple[str, ...]] | None = None,
    also: Iterable[str] = (),
    gives_way_to: Iterable[str] = (),
    on: Literal["claim", "encounter"] = "claim",
    base: str = "",
    breaks: Iterable[Example] = (),
    keeps: Iterable[Example] = (),
    policies: Mapping[str, str] | None = None,
    received: date | None = None,
    across: Across | None = None,
) -> Callable[[Check], Rule]:
    """Make a rule of a function.

    `name` says what is wrong, never the repair; `message` is a format string filled by the hits' values;
    `help` says what to do, as sentences; `source` who says so, with its date. `breaks` and `keeps` are
    examples: patches of a clean sample of the rule's setting (`on` says whether of the encounter or of its
    claim). `when` limits the rule to policy values; `codes`, `modifiers` and `given` (values of the claim) to
    claims with one of them: it must be silent on all others. `sees` names the view of the claim beyond which
    the rule looks at nothing (`views.py`). `editions` are code lists without which it has nothing to compare
    with. `gives_way_to` names, by the beginnings of their ids, rules beside whose findings about a line it is
    silent. `across` is what the rule makes of several claims of a run.
    """
    for policy in when or {}:
        if policy not in NAMES:
            raise TableError(f"rule {id_}: there is no policy {policy}")
    for value in given:
        if value not in FIELDS:
            raise TableError(f"rule {id_}: {value} is no value that can wake a rule")
    if sees not in (None, "line") and (given or needs):
        # what it says nothing of is remembered by the values of its view alone
        raise TableError(f"rule {id_}: it sees {sees}, and other values wake it")

    def decorate(check: Check) -> Rule:
        return Rule(
            id=id_,
            name=name,
            message=message,
            help=help,
            source=source,
            severity=severity,
            snip=snip,
            check=check,
            module=check.__module__,
            doc=" ".join((check.__doc__ or "").split("\n\n", 1)[0].split()),
            setting=setting,
            codes=frozenset(codes),
            modifiers=frozenset(modifiers),
            given=frozenset(given),
            sees=sees,
            needs=frozenset(needs),
            editions=tuple(editions),
            when={k: (v,) if isinstance(v, str) else tuple(v) for k, v in (when or {}).items()},
            also=tuple(also),
            gives_way_to=tuple(gives_way_to),
            on=on,
            base=base,
            breaks=tuple(breaks),
            keeps=tuple(keeps),
            policies=dict(policies or {}),
            received=received,
            across=across,
        )

    return decorate


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, by id.

    Raises:
        TableError: two rules have one id.
    """
    package = importlib.import_module("edi.rules")
    found: dict[str, Rule] = {}
    for module in pkgutil.walk_packages(package.__path__, "edi.rules."):
        for value in vars(importlib.import_module(module.name)).values():
            own = isinstance(value, Rule) and value.module == module.name
            if own and found.setdefault(value.id, value) is not value:
                raise TableError(f"two rules have the id {value.id}")
    return tuple(found[id_] for id_ in sorted(found))


def rule_by_id(id_: str) -> Rule | None:
    """The rule of an id, whatever its case; None when there is none."""
    return next((r for r in all_rules() if r.id == id_.upper()), None)
