"""Which rules run on a claim: those of its setting, payer rules and policies that something on it wakes.

Rules are chosen once for each setting, payer rules, policies, needs and SNIP type, and among those once for
each set of what wakes them. Rules that look at the shape of single lines only are not run where every shape
has been judged before and nothing was found: a shape comes again on many claims.
"""

from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from edi.model.claim import Setting
from edi.payers import Overlay, Policies
from edi.refdata import Lists
from edi.rules.base import Case, Need, Rule, all_rules
from edi.rules.own import own_rules
from edi.rules.triggers import beside_shapes, of_shape, shape

_MOST_CHOICES = 4096
"""Combinations of what wakes rules for which the rules are remembered."""
_MOST_SHAPES = 16384
"""Shapes of lines of which it is remembered that no rule speaks of them."""
_MOST_KINDS = 64
"""Kinds of claims for which the active rules are remembered."""


class Shape:
    """What is known of lines of one shape."""

    __slots__ = ("silent", "words")

    def __init__(self, words: frozenset[str]) -> None:
        self.words = words
        """What of it can wake a rule."""
        self.silent = False
        """Whether no rule that looks at single lines speaks of it."""


class Active:
    """The rules that hold for a kind of claim, by what wakes them."""

    def __init__(self, rules: Iterable[Rule], lists: Lists) -> None:
        self.lists = lists
        """By which shapes are judged."""
        self.by_line: list[Rule] = []
        self._always: list[Rule] = []
        self._woken: list[tuple[frozenset[str], Rule]] = []
        for rule in rules:
            triggers = rule.triggers
            if rule.by_line:
                self.by_line.append(rule)
            elif triggers:
                self._woken.append((triggers, rule))
            else:
                self._always.append(rule)
        self._words = frozenset[str]().union(*(triggers for triggers, _ in self._woken))
        self._known: dict[tuple[frozenset[str], bool], tuple[Rule, ...]] = {}
        self._places: dict[tuple[str | None, str | None], dict[tuple[Any, ...], Shape]] = {}
        self._count = 0

    def on(self, case: Case) -> tuple[tuple[Rule, ...], list[Shape]]:
        """The rules that run on a claim, and the shapes for which those of `by_line` have to run too."""
        claim = case.claim
        present = beside_shapes(claim)
        unjudged: list[Shape] = []
        # with a record, or a value that could not be read, a rule sees more than the line
        apart = case.assembled is None and not claim.unread and bool(claim.lines)
        if self._count > _MOST_SHAPES:
            self._places.clear()
            self._count = 0
        place = (claim.place_of_service, claim.type_of_bill)
        shapes = self._places.setdefault(place, {})
        for line in claim.lines:
            held = shape(line)
            try:
                known = shapes.get(held)
            except TypeError:  # a list where a tuple is due
                present |= of_shape(line)
                apart = False
                continue
            if known is None:
                known = shapes[held] = Shape(self._words.intersection(of_shape(line)))
                self._count += 1
            if known.words:
                present |= known.words
            if not known.silent:
                unjudged.append(known)
        return self._chosen(self._words.intersection(present), apart), unjudged if apart else []

    @staticmethod
    def silent(shapes: Iterable[Shape]) -> None:
        """Remember that the rules of `by_line` said nothing on a claim with these shapes."""
        for known in shapes:
            known.silent = True

    def _chosen(self, present: frozenset[str], apart: bool) -> tuple[Rule, ...]:
        """The rules that are woken; those of `by_line` are among them where they do not run apart."""
        found = self._known.get((present, apart))
        if found is None:
            if len(self._known) >= _MOST_CHOICES:
                self._known.clear()
            woken = (rule for triggers, rule in self._woken if not triggers.isdisjoint(present))
            found = (*self._always, *woken, *(() if apart else self.by_line))
            self._known[present, apart] = found
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
    return Active((r for r in rules if r.snip <= snip and r.holds(policies)), lists)


_Key = tuple[Setting | None, frozenset[Need], int, int, int, int]
_chosen: dict[_Key, tuple[Overlay, Policies, Lists, Active]] = {}
"""Active rules by the very payer rules, policies and lists: one run has few of them."""


def active_rules(case: Case, snip: int) -> Active:
    """The active rules of a case, up to a SNIP type."""
    have: list[Need] = []
    if case.assembled is not None:
        have.append("record")
    if case.received is not None:
        have.append("received")
    if case.paper is not None:
        have.append("paper")
    if case.prices:
        have.append("prices")
    setting, needs = case.claim.setting, frozenset(have)
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
