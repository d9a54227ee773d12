"""Which rules run on a claim: those of its setting, payer rules and policies that something on it wakes.

Rules are chosen once for each setting, payer rules, policies, needs and SNIP type, and among those once for
each set of what wakes them. Rules that see a part of the claim only (`views.py`) are not run where they have
seen the same before and said nothing.
"""

import sys
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache, lru_cache
from itertools import count
from typing import Any, NamedTuple, get_args

from edi.finding import Finding
from edi.model.claim import Claim, ServiceLine, Setting
from edi.payers import Overlay, Policies
from edi.refdata import Lists
from edi.rules.base import Case, Need, Rule, all_rules
from edi.rules.own import own_rules
from edi.rules.triggers import beside_shapes, of_shape
from edi.rules.views import (
    OF_CLAIM,
    Key,
    Stretches,
    View,
    coded,
    days_apart,
    filing_of,
    names_somebody,
    providers,
    shape,
)

_MOST_CHOICES = 4096
"""Combinations of what wakes rules for which the rules are remembered."""
_MOST_SHAPES = 16384
"""Shapes of lines of which it is remembered that no rule speaks of them."""
_MOST_VALUES = 4096
"""Values of each other view that are remembered."""
_MOST_LINES = 1024
"""Sets of lines that are remembered, with what rules have worked out of them."""
_MOST_KINDS = 64
"""Kinds of claims for which the active rules are remembered."""


class Shape:
    """What is known of lines of one shape."""

    __slots__ = ("code", "coded", "named", "names", "silent", "stretch", "words")

    def __init__(self, line: ServiceLine, words: frozenset[str], coded: int, stretch: date | None) -> None:
        self.words = words
        """What of it can wake a rule."""
        self.silent = False
        """Whether no rule that looks at single lines speaks of it."""
        self.coded = coded
        """Number of what belongs to the codes of the claim."""
        self.code = (line.hcpcs or "").strip().upper()
        self.stretch = stretch
        """Stands for its day."""
        self.named = line.rendering_provider is not None
        """Whether it names who performed it."""
        self.names = names_somebody(line)
        """Whether it names a provider, in whatever role."""


class Lines:
    """What is known of the lines of a claim together, by their shapes."""

    __slots__ = ("answers", "apart", "codes", "names", "number", "silent", "stretches", "words")

    def __init__(self, shapes: Sequence[Shape], number: int) -> None:
        self.number = number
        """Stands for them."""
        self.answers: dict[object, Any] = {}
        """What rules have worked out for claims with such lines (`per_lines`)."""
        self.words = frozenset[str]().union(*(one.words for one in shapes))
        """What of them can wake a rule."""
        self.silent = False
        """Whether no rule that looks at single lines speaks of any."""
        self.codes = tuple([one.coded for one in shapes])
        """Numbers of what belongs to the codes of the claim."""
        self.stretches = tuple([one.stretch for one in shapes])
        self.names = any(one.names for one in shapes)
        """Whether one of them names a provider."""
        # lines of one code can be copies of one another, and then all of their values count
        self.apart = len({one.code for one in shapes}) == len(shapes) and not any(one.named for one in shapes)
        """Whether their shapes tell all that rules of codes may look at."""


class Seen:
    """The rules of one view, and the values on which they said nothing."""

    __slots__ = ("bit", "ids", "silent")

    def __init__(self, rules: Sequence[Rule], bit: int) -> None:
        self.ids = frozenset(rule.id for rule in rules)
        self.bit = bit
        """Stands for this view where several are told in one number."""
        self.silent: set[Key] = set()

    def remember(self, key: Key) -> None:
        """Remember values on which the rules said nothing."""
        if len(self.silent) >= _MOST_VALUES:
            self.silent.clear()
        self.silent.add(key)


class Choice(NamedTuple):
    """What runs on a claim."""

    rules: tuple[Rule, ...]
    shapes: Sequence[Shape]
    """Shapes of lines on which the rules that see single lines have not been asked yet."""
    keys: Sequence[tuple[Seen, Key]]
    """Values of other views on which the rules have not been asked yet."""
    answers: dict[object, Any] | None = None
    """What was worked out for claims whose lines look the same; None where that is not known."""


@cache
def _own_days() -> frozenset[date]:
    """The dates with which rules compare: constants of their modules and of those that they ask."""
    modules = [
        m for name, m in sys.modules.items() if name.startswith(("edi.rules.", "edi.coding.", "edi.codes."))
    ]
    return frozenset(one for module in modules for one in vars(module).values() if type(one) is date)


class Active:
    """The rules that hold for a kind of claim, by what wakes them and what they see."""

    def __init__(self, rules: Iterable[Rule], lists: Lists) -> None:
        self.lists = lists
        """By which claims are judged."""
        # rules of single lines are asked whatever wakes them: of lines of one shape all or none do
        none = frozenset[str]()
        self._rules = tuple((one, none if one.sees == "line" else one.triggers) for one in rules)
        self._words = none.union(*(triggers for _, triggers in self._rules))
        self._seen = {
            view: Seen([one for one, _ in self._rules if one.sees == view], 1 << i)
            for i, view in enumerate(get_args(View))
        }
        self._of_claim = [(self._seen[view], key) for view, key in OF_CLAIM.items() if self._seen[view].ids]
        self._known: dict[tuple[frozenset[str], frozenset[str], int], tuple[Rule, ...]] = {}
        self._stretches = Stretches(lists, _own_days())
        self._places: dict[Key, dict[Key, Shape]] = {}
        self._together: dict[tuple[Shape, ...], Lines] = {}
        self._coded: dict[Key, int] = {}
        self._numbers = count()
        self._count = 0

    def on(self, case: Case) -> Choice:
        """The rules that run on a claim, and what is to be remembered where they say nothing."""
        claim = case.claim
        present = frozenset(beside_shapes(claim))
        # with a record, or a value that could not be read, a rule sees more than its view
        if case.assembled is not None or claim.unread or not claim.lines:
            return self._by_all(claim, present)
        try:
            return self._by_views(claim, present)
        except TypeError:  # a list where a tuple is due
            return self._by_all(claim, present)

    def _by_all(self, claim: Claim, present: frozenset[str]) -> Choice:
        words = self._words.intersection(set[str]().union(*map(of_shape, claim.lines)))
        return Choice(self._chosen(words, present, 0), (), ())

    def _by_views(self, claim: Claim, present: frozenset[str]) -> Choice:
        place = (claim.place_of_service, claim.type_of_bill)
        shapes, stretches = self._places.setdefault(place, {}), self._stretches
        held = []
        for line in claim.lines:
            key = shape(line, stretches)
            held.append(shapes.get(key) or self._shape(line, key, shapes))
        lines = self._lines(tuple(held))
        left, unjudged = self._seen["line"].bit, []
        if not lines.silent:
            unjudged = [one for one in held if not one.silent]
            lines.silent = not unjudged
            if unjudged:
                left = 0
        filing = filing_of(claim)
        looked = [(seen, of(claim, filing)) for seen, of in self._of_claim]
        looked.append((self._seen["lines"], (lines.number, filing)))
        if lines.apart:
            between = days_apart(claim.lines)
            codes = (place, claim.condition_codes, lines.codes, between)
            looked.append((self._seen["codes"], codes))
            looked.append(
                (self._seen["services"], (codes, lines.stretches if between else lines.stretches[0]))
            )
        keys = []
        for one in looked:
            seen, values = one
            if values in seen.silent:
                left |= seen.bit
            else:
                keys.append(one)
        seen = self._seen["provider"]
        named = providers(claim, of_lines=lines.names)
        if seen.silent.issuperset(named):
            left |= seen.bit
        else:
            keys += [(seen, one) for one in named]
        return Choice(self._chosen(lines.words, present, left), unjudged, keys, lines.answers)

    def _shape(self, line: ServiceLine, key: Key, shapes: dict[Key, Shape]) -> Shape:
        self._count += 1
        if self._count > _MOST_SHAPES:
            self._places.clear()
            self._coded.clear()
            self._count = 0
        what = coded(key)
        number = self._coded.get(what)
        if number is None:
            number = self._coded[what] = next(self._numbers)
        words = self._words.intersection(of_shape(line))
        found = shapes[key] = Shape(line, words, number, self._stretches[line.service_date])
        return found

    def _lines(self, shapes: tuple[Shape, ...]) -> Lines:
        found = self._together.get(shapes)
        if found is None:
            if len(self._together) >= _MOST_LINES:
                self._together.clear()
            found = self._together[shapes] = Lines(shapes, next(self._numbers))
        return found

    def learn(self, choice: Choice, found: Sequence[Finding]) -> None:
        """Remember of which values no rule of a view has spoken."""
        spoke = {one.rule for one in found}
        for seen, key in choice.keys:
            if seen.ids.isdisjoint(spoke):
                seen.remember(key)
        if choice.shapes and self._seen["line"].ids.isdisjoint(spoke):
            for known in choice.shapes:
                known.silent = True

    def _chosen(self, of_lines: frozenset[str], beside: frozenset[str], left: int) -> tuple[Rule, ...]:
        """The rules that something wakes, but those of the views that need not be asked."""
        key = (of_lines, beside, left)
        found = self._known.get(key)
        if found is None:
            if len(self._known) >= _MOST_CHOICES:
                self._known.clear()
            present = of_lines | beside
            found = self._known[key] = tuple(
                one
                for one, triggers in self._rules
                if not (one.sees and self._seen[one.sees].bit & left)
                and not (triggers and triggers.isdisjoint(present))
            )
        return found


@lru_cache(maxsize=256)
def _applicable(setting: Setting | None, have: frozenset[Need], overlay: Overlay) -> tuple[Rule, ...]:
    """The rules of a setting whose needs are met and that the overlay leaves on, its own ones last."""
    return tuple(
        r
        for r in (*all_rules(), *own_rules(overlay))
        if r.setting in (None, setting) and r.needs <= have and not is_off(r, overlay)
    )


@lru_cache(maxsize=_MOST_KINDS)
def _active(
    setting: Setting | None,
    have: frozenset[Need],
    overlay: Overlay,
    policies: Policies,
    lists: Lists,
    snip: int,
) -> Active:
    """Those of them that hold under the policies, up to a SNIP type; by code lists, which they ask."""
    rules = _applicable(setting, have, overlay)
    return Active(
        (
            r
            for r in rules
            if r.snip <= snip
            and r.holds(policies)
            and (not r.editions or any(map(lists.has_editions, r.editions)))
        ),
        lists,
    )


_Key = tuple[Setting | None, frozenset[Need], int, int, int, int]
_chosen: dict[_Key, tuple[Overlay, Policies, Lists, Active]] = {}
"""Active rules by the very payer rules, policies and lists: one run has few of them."""


_NOTHING = frozenset[Need]()


def _needs_met(case: Case) -> frozenset[Need]:
    have: list[Need] = []
    if case.assembled is not None:
        have.append("record")
    if case.received is not None:
        have.append("received")
    if case.paper is not None:
        have.append("paper")
    if case.prices:
        have.append("prices")
    return frozenset(have)


def active_rules(case: Case, snip: int) -> Active:
    """The active rules of a case, up to a SNIP type."""
    setting, needs = case.claim.setting, _NOTHING
    if case.assembled is not None or case.received is not None or case.paper is not None or case.prices:
        needs = _needs_met(case)
    overlay, policies, lists = case.overlay, case.policies, case.lists
    key = (setting, needs, id(overlay), id(policies), id(lists), snip)
    held = _chosen.get(key)
    if held is not None and held[0] is overlay and held[1] is policies and held[2] is lists:
        return held[3]
    # policies that hold a table cannot be remembered by value
    active = _active.__wrapped__ if isinstance(policies.rev_admin_policy, dict) else _active
    found = active(setting, needs, overlay, policies, lists, snip)
    if len(_chosen) >= _MOST_KINDS:
        _chosen.clear()
    _chosen[key] = (overlay, policies, lists, found)
    return found


def is_off(rule: Rule, overlay: Overlay) -> bool:
    """Whether payer rules leave a rule out."""
    change = overlay.severities.get(rule.id)
    return change is not None and change.to == "off"
