"""Mutants of the rules, tried on the rules' own examples.

A mutant is a copy of a function, or of a constant, of `edi.rules` in which one condition differs, as
`code_changes.py` says. It takes the place of the original for as long as it is tried. A mutant of a rule is
tried on the examples of that rule; a mutant of what several rules share is tried on the examples of all rules
that come by it.
An example notices a mutant when its findings are others than those that `golden/rules` holds for it.
"""

import ast
import copy
import dataclasses
import importlib
import inspect
import pkgutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any
from unittest.mock import patch

from code_changes import changes, is_constant, numbered, without
from edi.pipeline import sisters
from edi.rules import Case, Rule, active, all_rules, rule_by_id
from rule_cases import cases_of, lines_of, silent_cases

LEFT_OUT = frozenset(
    {
        "edi.rules.across",
        "edi.rules.active",
        "edi.rules.base",
        "edi.rules.denials",
        "edi.rules.doc.score",
        "edi.rules.inf.examples",
        "edi.rules.own",
        "edi.rules.triggers",
        "edi.rules.views",
    }
)
"""No conditions of rules: what a rule is, when it runs, denials, the documentation score, rules of a user,
and what examples have in common."""
SECONDS = 5
"""Longest time that one example may take; a mutant that takes longer is noticed."""


# ---------------------------------------------------------------- examples


@dataclass(slots=True, eq=False)
class Trial:
    """One example of a rule, built once and judged as often as there are mutants."""

    rule: Rule
    words: str
    cases: tuple[Case, ...]
    usual: tuple[str, ...] = ()
    """Its findings without a mutant."""
    awake: tuple[str, ...] = ()
    """The same where the rule runs whether or not something wakes it; it has to be silent by itself."""

    def outcome(self, rule: Rule | None = None) -> tuple[str, ...]:
        """Its findings now, as in the golden files; `rule` stands in for the rule."""
        return _outcome(rule or _awake(self.rule.id), self.cases)


@cache
def _awake(id_: str) -> Rule:
    rule = rule_by_id(id_)
    assert rule is not None
    return dataclasses.replace(rule, codes=frozenset(), modifiers=frozenset(), given=frozenset())


def _outcome(rule: Rule, cases: Sequence[Case]) -> tuple[str, ...]:
    """The findings of a rule, judged with those rules only that speak in its place."""
    others = rule.across.yields_to if rule.across else ()
    known = (rule, *(one for one in map(rule_by_id, others) if one is not None))
    _forget_active()
    for case in cases:
        case.forget()
    with (
        patch.object(active, "all_rules", lambda: known),
        patch.object(sisters, "all_rules", lambda: known),
    ):
        try:
            return tuple(lines_of(rule, cases))
        except Exception as problem:  # whatever a mutant does is noticed
            return (f"raises {type(problem).__name__}: {problem}",)
        finally:
            _forget_active()


def _forget_active() -> None:
    active._applicable.cache_clear()
    active._active.cache_clear()
    active._chosen.clear()


@cache
def trials(id_: str) -> tuple[Trial, ...]:
    """The examples of a rule: those it states, and those that follow from its setting, needs and policies."""
    rule = rule_by_id(id_)
    assert rule is not None
    found = [
        Trial(rule, f"{words}[{i}]", cases_of(rule, example))
        for words, examples in (("breaks", rule.breaks), ("keeps", rule.keeps))
        for i, example in enumerate(examples)
    ]
    found += [Trial(rule, words, (case,)) for words, case in silent_cases(rule)]
    for trial in found:
        trial.usual = trial.outcome(rule)
        trial.awake = trial.outcome()
    return tuple(found)


def every_trial() -> Iterator[Trial]:
    """The examples of all rules."""
    for rule in all_rules():
        yield from trials(rule.id)


@cache
def coming_by() -> Mapping[CodeType, Sequence[Trial]]:
    """Code of a function of the rules -> the examples that execute it."""
    found: dict[CodeType, dict[Trial, None]] = {}
    met: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            met.add(frame.f_code)

    own = {place.function.__code__ for place in places()}
    for trial in every_trial():
        forget()
        met.clear()
        sys.setprofile(note)
        try:
            trial.outcome()
        finally:
            sys.setprofile(None)
        for code in met & own:
            found.setdefault(code, {})[trial] = None
    return {code: tuple(those) for code, those in found.items()}


# ---------------------------------------------------------------- functions and constants


@cache
def modules() -> Mapping[str, ModuleType]:
    """The modules of the rules, by name."""
    package = importlib.import_module("edi.rules")
    names = [module.name for module in pkgutil.walk_packages(package.__path__, "edi.rules.")]
    return {name: importlib.import_module(name) for name in names if name not in LEFT_OUT}


@cache
def tree(module: str) -> ast.Module:
    """The syntax of a module."""
    return ast.parse(inspect.getsource(modules()[module]))


@dataclass(frozen=True, slots=True, eq=False)
class Place:
    """A function of the rules."""

    owner: str
    module: str
    node: ast.FunctionDef
    function: FunctionType
    rule: Rule | None
    remembers: Any
    """What remembers its results; None where nothing does."""


@cache
def places() -> tuple[Place, ...]:
    """Every function of every module, and every method of its classes, but those that make examples."""
    found = []
    for name, module in modules().items():
        short = name.removeprefix("edi.rules.")
        for node in tree(name).body:
            if isinstance(node, ast.FunctionDef) and not _makes_examples(name, node.name):
                found.append(_place(short, name, node, vars(module)[node.name]))
            elif isinstance(node, ast.ClassDef):
                members = vars(vars(module)[node.name])
                methods = [one for one in node.body if isinstance(one, ast.FunctionDef)]
                found += [_place(f"{short}.{node.name}", name, one, members[one.name]) for one in methods]
    return tuple(found)


def _place(prefix: str, module: str, node: ast.FunctionDef, value: Any) -> Place:
    if isinstance(value, Rule):
        assert isinstance(value.check, FunctionType)
        return Place(value.id, module, node, value.check, value, None)
    remembers = value if hasattr(value, "cache_clear") else None
    function = getattr(value, "__wrapped__", getattr(value, "fget", value))
    assert isinstance(function, FunctionType), f"{prefix}.{node.name}"
    return Place(f"{prefix}.{node.name}", module, node, function, None, remembers)


def _makes_examples(module: str, name: str) -> bool:
    """Whether a function is called by what rules state of themselves, or to make that, and nowhere else."""
    stated = False
    for node in tree(module).body:
        head = _stated(node.decorator_list) if isinstance(node, ast.FunctionDef) else [node]
        if isinstance(node, ast.ClassDef):
            continue
        stated |= any(name in _looked_up(part) for part in head)
        if isinstance(node, ast.FunctionDef) and any(name in _looked_up(part) for part in node.body):
            if node.name == name or not _makes_examples(module, node.name):
                return False
            stated = True
    return stated and all(_makes_examples(*there) for there in _importers().get((module, name), ()))


def _stated(decorators: Sequence[ast.expr]) -> list[ast.AST]:
    """What decorators state, without the functions that look across claims: those judge."""
    calls = [one for one in decorators if isinstance(one, ast.Call)]
    return [word.value for one in calls for word in one.keywords if word.arg != "across"]


def _looked_up(node: ast.AST) -> set[str]:
    return {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}


@dataclass(frozen=True, slots=True, eq=False)
class Constant:
    """A constant of a module of the rules."""

    module: str
    name: str
    value: ast.expr

    @property
    def owner(self) -> str:
        """Its name below `edi.rules`."""
        return f"{self.module.removeprefix('edi.rules.')}.{self.name}"


@cache
def constants() -> Mapping[tuple[str, str], Constant]:
    """Every constant, by module and name."""
    found = {}
    for module in modules():
        for node in tree(module).body:
            if isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
                target = node.targets[0] if isinstance(node, ast.Assign) else node.target
                if isinstance(target, ast.Name) and is_constant(target.id):
                    found[module, target.id] = Constant(module, target.id, node.value)
    return found


@cache
def _importers() -> Mapping[tuple[str, str], Sequence[tuple[str, str]]]:
    """Module and name -> the modules of the rules that import it, and what it is called there."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for name in modules():
        for node in ast.walk(tree(name)):
            if isinstance(node, ast.ImportFrom):
                for one in node.names:
                    found.setdefault((node.module or "", one.name), []).append((name, one.asname or one.name))
    return found


@cache
def _following(constant: Constant) -> Mapping[tuple[str, str], Constant | tuple[str, str]]:
    """Module and name of what has its value from a constant: made of it, or imported from the given place."""
    found: dict[tuple[str, str], Constant | tuple[str, str]] = {}
    todo = [(constant.module, constant.name)]
    while todo:
        here = todo.pop(0)
        for other in _importers().get(here, ()):
            if other not in found:
                found[other] = here
                todo.append(other)
        for key, other_constant in constants().items():
            if key[0] == here[0] and key not in found and here[1] in _looked_up(other_constant.value):
                found[key] = other_constant
                todo.append(key)
    return found


# ---------------------------------------------------------------- mutants


@dataclass(frozen=True, slots=True, eq=False)
class Mutant:
    """One change of one condition."""

    owner: str
    """Id of a rule, or name of a function or constant below `edi.rules`."""
    change: str
    """What is changed, as source text."""
    applied: Callable[[], AbstractContextManager[Rule | None]]
    """Makes the change for a while; gives the changed rule where the change is one of its statement."""
    trials: Callable[[], Sequence[Trial]]
    """The examples on which it is tried."""

    def noticed_by(self) -> Trial | None:
        """The first example that notices the change."""
        tried = self.trials()
        with self.applied() as rule:
            return next(
                (one for one in tried if _timed(one, rule) != (one.usual if rule else one.awake)), None
            )


class _TooLong(BaseException):
    pass


def _timed(trial: Trial, rule: Rule | None) -> tuple[str, ...]:
    def stop(*_: object) -> None:
        raise _TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, SECONDS)
    try:
        return trial.outcome(rule)
    except _TooLong:
        return ("takes too long",)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


@cache
def owners() -> Mapping[str, Callable[[], Iterator[Mutant]]]:
    """Everything that is mutated, by its name, and what makes its mutants."""
    found: dict[str, Callable[[], Iterator[Mutant]]] = {}
    for place in places():
        found[place.owner] = partial(_of_function, place)
    for rule in all_rules():
        found[rule.id] = partial(_of_rule, rule, found.get(rule.id))
    for constant in constants().values():
        if _readers(constant):
            found[constant.owner] = partial(_of_constant, constant)
    return found


def _of_function(place: Place) -> Iterator[Mutant]:
    root = copy.deepcopy(place.node)
    root.decorator_list = []
    seen = {_essence(_compiled(root))}
    found = []
    for words, make in changes(root):
        take_back = make()
        code = _compiled(root)
        take_back()
        if _essence(code) not in seen:
            seen.add(_essence(code))
            found.append((words, code))
    for words, code in numbered(found):
        yield Mutant(place.owner, words, partial(_swapped, place, code), partial(_trials_of, place))


def _compiled(root: ast.FunctionDef) -> CodeType:
    module = ast.fix_missing_locations(ast.Module([root], []))
    code = compile(module, f"<mutant of {root.name}>", "exec")
    return next(one for one in code.co_consts if isinstance(one, CodeType) and one.co_name == root.name)


def _essence(code: CodeType) -> tuple[Any, ...]:
    """What code does, whatever its places in the source: mutants with one essence are one."""
    values = [_essence(one) if isinstance(one, CodeType) else one for one in code.co_consts]
    return code.co_code, repr(values), code.co_names, code.co_varnames


@contextmanager
def _swapped(place: Place, code: CodeType) -> Iterator[None]:
    before = place.function.__code__
    place.function.__code__ = code
    forget(place.node.name)
    try:
        yield
    finally:
        place.function.__code__ = before
        forget(place.node.name)


def _trials_of(place: Place) -> Sequence[Trial]:
    if place.rule is not None:
        return trials(place.rule.id)
    return coming_by().get(place.function.__code__, ())


def _of_rule(rule: Rule, function: Callable[[], Iterator[Mutant]] | None) -> Iterator[Mutant]:
    """The mutants of its function, and of what it states of itself: setting, what wakes it, policies.

    What it needs is none of them: without it a rule fails, or says nothing by itself.
    """
    if function is not None:
        yield from function()
    found: list[tuple[str, dict[str, Any]]] = []
    if rule.setting is not None:
        found.append((f"setting without {rule.setting}", {"setting": None}))
    waking = [(name, one) for name in ("codes", "modifiers", "given") for one in sorted(getattr(rule, name))]
    for (name, gone), _ in without(waking) if len(waking) > 1 else ():
        found.append((f"{name} without {gone}", {name: getattr(rule, name) - {gone}}))
    for name in sorted(rule.when):
        kept = {key: values for key, values in rule.when.items() if key != name}
        found.append((f"when without {name}", {"when": kept}))
    for words, change in found:
        # what would wake a rule of single lines is what it says of itself; here it is run by that
        sees = None if rule.sees == "line" and not change.keys() <= {"setting"} else rule.sees
        changed = dataclasses.replace(rule, **{"sees": sees, **change})
        yield Mutant(rule.id, words, partial(_given, changed), partial(trials, rule.id))


@contextmanager
def _given(rule: Rule) -> Iterator[Rule]:
    yield rule


def _of_constant(constant: Constant) -> Iterator[Mutant]:
    root = ast.Expression(copy.deepcopy(constant.value))
    seen = {ast.dump(root)}
    found = []
    for words, make in changes(root):
        take_back = make()
        if ast.dump(root) not in seen:
            seen.add(ast.dump(root))
            found.append((words, _evaluable(root.body)))
        take_back()
    for words, code in numbered(found):
        yield Mutant(
            constant.owner, words, partial(_replaced, constant, code), partial(_trials_with, constant)
        )


def _evaluable(value: ast.expr) -> CodeType:
    expression = ast.fix_missing_locations(ast.Expression(copy.deepcopy(value)))
    return compile(expression, "<constant>", "eval")


@contextmanager
def _replaced(constant: Constant, code: CodeType) -> Iterator[None]:
    before: list[tuple[dict[str, Any], str, Any]] = []

    def put(module: str, name: str, value: Any) -> None:
        space = vars(modules()[module])
        before.append((space, name, space[name]))
        space[name] = value

    put(constant.module, constant.name, eval(code, vars(modules()[constant.module])))
    for (module, name), origin in _following(constant).items():
        if isinstance(origin, Constant):
            put(module, name, eval(_evaluable(origin.value), vars(modules()[module])))
        else:
            put(module, name, vars(modules()[origin[0]])[origin[1]])
    names = {name for _, name, _ in before}
    for name in names:
        forget(name)
    try:
        yield
    finally:
        for space, name, value in reversed(before):
            space[name] = value
        for name in names:
            forget(name)


@cache
def _readers(constant: Constant) -> tuple[Place, ...]:
    """The functions that look a constant up, or what has its value from it."""
    keys = {(constant.module, constant.name), *_following(constant)}
    return tuple(
        place
        for place in places()
        if any(module == place.module and name in _global_names(place) for module, name in keys)
    )


def _trials_with(constant: Constant) -> Sequence[Trial]:
    return tuple(dict.fromkeys(trial for place in _readers(constant) for trial in _trials_of(place)))


# ---------------------------------------------------------------- remembered results


def forget(name: str | None = None) -> None:
    """Drop results that functions remember: of all, or of those that may look up a name."""
    for remembers, names in _remembering():
        if name is None or name in names:
            remembers.cache_clear()


@cache
def _remembering() -> tuple[tuple[Any, frozenset[str]], ...]:
    """What remembers results, with all names that it may look up."""
    by_name: dict[str, set[str]] = {}
    for place in places():
        by_name.setdefault(place.node.name, set()).update(_global_names(place))
    found = []
    for place in places():
        if place.remembers is not None:
            seen: set[str] = set()
            todo = {place.node.name}
            while todo:
                seen |= todo
                todo = {inner for one in todo for inner in by_name.get(one, ())} - seen
            found.append((place.remembers, frozenset(seen)))
    return tuple(found)


@cache
def _global_names(place: Place) -> frozenset[str]:
    """Names that a function may look up in its module."""
    todo = [place.function.__code__]
    found: set[str] = set()
    while todo:
        code = todo.pop()
        found.update(code.co_names)
        todo += [one for one in code.co_consts if isinstance(one, CodeType)]
    return frozenset(found)
