"""Changes of one condition in a syntax tree: what is mutated in a function or a constant.

- Comparisons: a boundary in or out, equal or unequal, in or not in; of a chain each one.
- Literal numbers one more and one less, amounts one unit of their last place, dates one day; truth values.
- `and` for `or`; one part of them left out, but for an empty value or a number that stands in for an absent
  one, because the type checker asks for that; `not` left out; `any` for `all`, `min` for `max`.
- Conditions of `if`, of conditional expressions and of comprehensions: always true, always false.
- `continue` and `break` left out, or in place of each other; nothing more after the first `yield` of a loop.
- Sets, tuples, lists and tables of literals: one member left out.

Words for a change are source text, so that they hold while lines move.
"""

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

MEMBERS = 8
"""Literals with more members are tables: only their first and last member is left out."""

Change = tuple[str, Callable[[], Callable[[], None]]]
"""Words, and what makes the change in the tree; that gives what takes it back."""

_COMPARISONS: Mapping[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
_SWAPPED = {"any": "all", "all": "any", "min": "max", "max": "min"}


def changes(root: ast.AST) -> Iterator[Change]:
    """All changes of the conditions below a node, in the order of the source."""
    yield from _below(root, "", loops=False)


def numbered(changes: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The same changes; those whose words are equal are told apart by a number."""
    count: dict[str, int] = {}
    for words, rest in changes:
        plain = " ".join(words.split())
        count[plain] = count.get(plain, 0) + 1
        yield plain if count[plain] == 1 else f"{plain} ({count[plain]})", rest


def is_constant(name: str) -> bool:
    """Whether a name is that of a constant."""
    return name.lstrip("_").isupper()


def without(parts: Sequence[Any]) -> Iterator[tuple[Any, list[Any]]]:
    """Each part, and the others; of a long table only the first and the last one."""
    for i in range(len(parts)) if len(parts) <= MEMBERS else (0, len(parts) - 1):
        yield parts[i], [*parts[:i], *parts[i + 1 :]]


def _below(node: ast.AST, condition: str, *, loops: bool) -> Iterator[Change]:
    """Changes below a node that stands under a condition, in a loop or not."""
    for field, value in ast.iter_fields(node):
        if field in ("decorator_list", "returns", "annotation", "args") and not isinstance(node, ast.Call):
            continue
        for i, one in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(one, ast.AST):
                yield from _at(node, field, i if isinstance(value, list) else None, condition, loops=loops)


def _at(parent: ast.AST, field: str, i: int | None, condition: str, *, loops: bool) -> Iterator[Change]:
    node = getattr(parent, field) if i is None else getattr(parent, field)[i]
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
        return  # a docstring
    if isinstance(node, ast.expr):
        if not _is_part(parent, field, i, node):
            for words, other in _others(node):
                yield words or f"{ast.unparse(node)} -> {ast.unparse(other)}", _put(parent, field, i, other)
    elif isinstance(node, ast.stmt):
        yield from _of_statement(parent, field, i, node, condition, loops=loops)
        if isinstance(node, ast.If):
            condition = f" where {ast.unparse(node.test)}"
    elif isinstance(node, ast.comprehension):
        for k, test in enumerate(node.ifs):
            for value in (True, False):
                yield f"{ast.unparse(test)} -> {value}", _put(node, "ifs", k, ast.Constant(value))
    yield from _below(node, condition, loops=loops or isinstance(node, ast.For | ast.While))


def _of_statement(
    parent: ast.AST, field: str, i: int | None, node: ast.stmt, condition: str, *, loops: bool
) -> Iterator[Change]:
    if isinstance(node, ast.If):
        for value in (True, False):
            yield f"{ast.unparse(node.test)} -> {value}", _put(node, "test", None, ast.Constant(value))
    elif isinstance(node, ast.While):
        yield f"{ast.unparse(node.test)} -> False", _put(node, "test", None, ast.Constant(False))
    elif isinstance(node, ast.Continue):
        yield f"continue{condition} -> break", _put(parent, field, i, ast.Break())
        yield f"continue{condition} -> pass", _put(parent, field, i, ast.Pass())
    elif isinstance(node, ast.Break):
        yield f"break{condition} -> pass", _put(parent, field, i, ast.Pass())
    elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Yield | ast.YieldFrom):
        body = getattr(parent, field)
        if loops or node is not body[-1]:
            last = [*body[: (i or 0) + 1], ast.Return(), *body[(i or 0) + 1 :]]
            yield f"{ast.unparse(node)[:80]} -> and no more", _put(parent, field, None, last)


def _is_part(parent: ast.AST, field: str, i: int | None, node: ast.expr) -> bool:
    """Whether a literal is no boundary and no member by itself.

    The numbers of an amount or a date, the members of a member of a table, what stands in for an absent
    number, which one of a sequence is meant, and that two sequences are equally long.
    """
    if isinstance(parent, ast.Call):
        return isinstance(parent.func, ast.Name) and parent.func.id in ("Decimal", "date")
    if isinstance(parent, ast.Tuple | ast.List | ast.Set | ast.Dict | ast.Starred):
        return _is_literal(node) and _is_literal(parent)
    if isinstance(parent, ast.BoolOp):
        return isinstance(parent.op, ast.Or) and bool(i) and _stands_in(node)
    if isinstance(parent, ast.keyword):
        return parent.arg in ("default", "strict")
    if isinstance(parent, ast.Subscript):
        return field == "slice" and isinstance(node, ast.Constant | ast.UnaryOp)
    return isinstance(parent, ast.UnaryOp) and isinstance(parent.op, ast.USub)


def _is_number(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int


def _stands_in(node: ast.expr) -> bool:
    """Whether an expression is an empty text, an empty collection or a number."""
    if isinstance(node, ast.Constant):
        return node.value == "" or _is_number(node)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        number = node.func.id == "Decimal" and all(_is_number(one) for one in node.args)
        return number or (node.func.id == "frozenset" and not node.args)
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return not node.elts
    return isinstance(node, ast.Dict) and not node.keys


def _is_literal(node: ast.expr) -> bool:
    """Whether an expression is a constant, or a display of constants."""
    if isinstance(node, ast.Tuple | ast.List | ast.Set):
        return all(_is_literal(one) for one in node.elts)
    if isinstance(node, ast.Dict):
        return all(key is not None and _is_literal(key) for key in node.keys) and all(
            _is_literal(value) for value in node.values
        )
    if isinstance(node, ast.Starred):
        return _is_literal(node.value)
    return isinstance(node, ast.Constant) or (isinstance(node, ast.Name) and is_constant(node.id))


def _others(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """What may stand in place of an expression, with words where the two expressions are not enough."""
    if isinstance(node, ast.Compare):
        for other in _comparisons(node):
            yield "", other
    elif isinstance(node, ast.BoolOp):
        yield "", ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
        for gone, rest in without(node.values):
            if not (isinstance(node.op, ast.Or) and gone is node.values[-1] and _stands_in(gone)):
                yield "", rest[0] if len(rest) == 1 else ast.BoolOp(node.op, rest)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield "", node.operand
    elif isinstance(node, ast.IfExp):
        for value in (True, False):
            words = f"{ast.unparse(node.test)} -> {value}"
            yield words, ast.IfExp(ast.Constant(value), node.body, node.orelse)
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
        for other in _calls(node.func, node):
            yield "", other
    elif isinstance(node, ast.Constant):
        if type(node.value) is int:
            yield "", ast.Constant(node.value + 1)
            yield "", ast.Constant(node.value - 1)
        elif type(node.value) is bool:
            yield "", ast.Constant(not node.value)
    else:
        yield from _tables(node)


def _comparisons(node: ast.Compare) -> Iterator[ast.expr]:
    for i, operator in enumerate(node.ops):
        wanted = [_COMPARISONS[type(operator)]]
        right = node.comparators[i]
        if isinstance(operator, ast.Eq) and (_is_number(right) or _is_number(node.left)):
            wanted += [ast.LtE, ast.GtE]
        for other in wanted:
            yield ast.Compare(node.left, [*node.ops[:i], other(), *node.ops[i + 1 :]], node.comparators)
        if isinstance(operator, ast.In | ast.NotIn) and isinstance(right, ast.Constant):
            for _, letters in without(str(right.value)):
                fewer = ast.Constant("".join(letters))
                yield ast.Compare(
                    node.left, node.ops, [*node.comparators[:i], fewer, *node.comparators[i + 1 :]]
                )


def _calls(name: ast.Name, node: ast.Call) -> Iterator[ast.expr]:
    """`any` for `all`, and the values next to an amount or a date."""
    if name.id in _SWAPPED:
        yield ast.Call(ast.Name(_SWAPPED[name.id], ast.Load()), node.args, node.keywords)
    values: list[Any] = [one.value for one in node.args if isinstance(one, ast.Constant)]
    if not values or len(values) != len(node.args):
        return
    if name.id == "Decimal":
        amount = Decimal(values[0])
        step = Decimal(1).scaleb(int(amount.as_tuple().exponent))
        for one in (amount + step, amount - step):
            yield ast.Call(name, [ast.Constant(str(one))], [])
    elif name.id == "date":
        for days in (1, -1):
            day = date(*values) + timedelta(days)
            yield ast.Call(name, [ast.Constant(n) for n in (day.year, day.month, day.day)], [])


def _tables(node: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """Displays without one of their members."""
    if isinstance(node, ast.Set | ast.Tuple | ast.List) and _is_literal(node):
        members = list(_members(node))
        whole = f"{ast.unparse(node)} " if len(members) <= MEMBERS else ""
        for gone, rest in without(members):
            words = f"{whole}without {ast.unparse(gone)}"
            if not isinstance(node, ast.Set):
                yield words, type(node)(rest, ast.Load())
            else:
                yield words, ast.Set(rest) if rest else ast.Call(ast.Name("set", ast.Load()), [], [])
    elif isinstance(node, ast.Dict) and all(key is not None and _is_literal(key) for key in node.keys):
        for (gone, _), rest in without(list(zip(node.keys, node.values, strict=True))):
            yield f"without {ast.unparse(gone)}", ast.Dict([k for k, _ in rest], [v for _, v in rest])


def _members(node: ast.Set | ast.Tuple | ast.List) -> Iterator[ast.expr]:
    """The members of a display, and those of displays that it takes in."""
    for one in node.elts:
        if isinstance(one, ast.Starred) and isinstance(one.value, ast.Set | ast.Tuple | ast.List):
            yield from _members(one.value)
        else:
            yield one


def _put(parent: ast.AST, field: str, i: int | None, other: Any) -> Callable[[], Callable[[], None]]:
    def make() -> Callable[[], None]:
        before = getattr(parent, field)
        setattr(parent, field, other if i is None else [*before[:i], other, *before[i + 1 :]])
        return lambda: setattr(parent, field, before)

    return make
