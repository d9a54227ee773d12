"""JSON Pointers (RFC 6901) over records and over plain JSON.

A pointer such as `/lines/1/modifiers/0` walks attributes of dataclasses, entries of tuples and lists (from 0)
and keys of dictionaries. Nothing is changed in place: `replace` copies along the path.
"""

import dataclasses
import types
import typing
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, TypeVar

R = TypeVar("R")


def pointer(*parts: str | int) -> str:
    """The JSON Pointer of a path: `pointer("lines", 1, "a/b")` is `/lines/1/a~1b`; without parts it is ""."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def split(path: str) -> tuple[str, ...]:
    """The parts of a JSON Pointer, unescaped.

    Raises:
        ValueError: it neither is empty nor begins with `/`.
    """
    if not path:
        return ()
    if not path.startswith("/"):
        raise ValueError(f"a JSON Pointer begins with /: {path}")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in path[1:].split("/"))


def get(record: object, path: str) -> Any:
    """The value at a pointer in a record or in plain JSON.

    Raises:
        LookupError: nothing is there; the message names the pointer.
    """
    found: Any = record
    for part in split(path):
        if dataclasses.is_dataclass(found):
            cls: Any = type(found)
            if part not in _fields(cls):
                raise LookupError(f"{path}: no {part}")
            found = getattr(found, part)
        elif isinstance(found, Mapping):
            if part not in found:
                raise LookupError(f"{path}: no {part}")
            found = found[part]
        elif isinstance(found, tuple | list):
            found = found[_position(part, len(found), path)]
        else:
            raise LookupError(f"{path}: no {part}")
    return found


resolve = get
"""Another name of `get`."""


def leaves(value: object, path: str = "") -> Iterator[tuple[str, Any]]:
    """The values in a record that are there, with their JSON Pointers; `origin` is no value."""
    if isinstance(value, tuple | list):
        for i, entry in enumerate(value):
            yield from leaves(entry, f"{path}/{i}")
    elif names := names_of(value):
        for name in names:
            inner = getattr(value, name)
            if inner is not None and inner != ():
                yield from leaves(inner, f"{path}/{name}")
    elif isinstance(value, dict):
        for key, entry in value.items():
            yield from leaves(entry, path + pointer(key))
    else:
        yield path, value


def names_of(value: object) -> tuple[str, ...]:
    """Names of the values of a record; none for what is no record."""
    cls: Any = type(value)
    return value_names(cls)


@cache
def value_names(cls: Any) -> tuple[str, ...]:
    """Names of the values of records of a class; none for what is no class of records."""
    return (
        tuple(f.name for f in dataclasses.fields(cls) if f.name != "origin")
        if dataclasses.is_dataclass(cls)
        else ()
    )


def replace(record: R, path: str, value: object) -> R:
    """A copy of a record, or of plain JSON, with another value at a pointer.

    `value` may be as JSON has it: text, number, list or object become the type of the field ("2023-07-01" a
    date, "1.5" a Decimal, a list a tuple, an object the nested record). None removes: a field goes back to
    its default, an entry of a list or a key goes away. The last part `-` appends to a list. A nested record
    that is absent on the way is made where all of its fields may be absent.

    Raises:
        LookupError: the pointer leads nowhere.
        ValueError: the field cannot hold the value, or is required and was to be removed.
    """
    return typing.cast("R", _replaced(record, None, split(path), value, path))


def _replaced(here: Any, kind: Any, parts: tuple[str, ...], value: object, path: str) -> Any:
    """`here`, whose declared type is `kind` (None in plain JSON), with the value set below it."""
    if not parts:
        return value if kind is None else _converted(value, kind, path)
    part, rest = parts[0], parts[1:]
    if here is None and kind is not None:
        here = _empty(kind, path)
    if dataclasses.is_dataclass(here) and not isinstance(here, type):
        return _with_field(here, part, rest, value, path)
    if isinstance(here, Mapping):
        if rest and part not in here:
            raise LookupError(f"{path}: no {part}")
        if not rest and value is None:
            return {key: kept for key, kept in here.items() if key != part}
        inner = _member(kind, dict, 1)
        return {**here, part: _replaced(here.get(part), inner, rest, value, path)}
    if isinstance(here, tuple | list):
        inner = _member(kind, tuple, 0)
        entries = list(here)
        if part == "-" and not rest:
            entries.append(_replaced(None, inner, (), value, path))
        else:
            i = _position(part, len(entries), path)
            if not rest and value is None:
                del entries[i]
            else:
                entries[i] = _replaced(entries[i], inner, rest, value, path)
        return type(here)(entries)
    raise LookupError(f"{path}: no {part}")


def _with_field(here: Any, part: str, rest: tuple[str, ...], value: object, path: str) -> Any:
    """A dataclass with one field changed."""
    cls: Any = type(here)
    known = _fields(cls)
    if part not in known:
        raise LookupError(f"{path}: no {part}")
    if rest or value is not None:
        return dataclasses.replace(
            here, **{part: _replaced(getattr(here, part), known[part], rest, value, path)}
        )
    declared = next(f for f in dataclasses.fields(here) if f.name == part)
    if declared.default_factory is not dataclasses.MISSING:
        return dataclasses.replace(here, **{part: declared.default_factory()})
    if declared.default is dataclasses.MISSING:
        raise ValueError(f"{path}: {part} is required and cannot be removed")
    return dataclasses.replace(here, **{part: declared.default})


@cache
def _fields(cls: Any) -> dict[str, Any]:
    """Names and types of the fields of a dataclass, without `origin`, which is not data."""
    hints = typing.get_type_hints(cls)
    return {f.name: hints[f.name] for f in dataclasses.fields(cls) if f.name != "origin"}


def _choices(kind: Any) -> tuple[Any, ...]:
    """The members of a union, without None; a type that is no union stands alone."""
    if isinstance(kind, types.UnionType) or typing.get_origin(kind) is typing.Union:
        return tuple(choice for choice in typing.get_args(kind) if choice is not type(None))
    return (kind,)


def _member(kind: Any, container: type, argument: int) -> Any:
    """Type of the members of a tuple or dictionary type; None where nothing is known."""
    for choice in _choices(kind):
        if typing.get_origin(choice) is container:
            return typing.get_args(choice)[argument]
    return None


def _empty(kind: Any, path: str) -> Any:
    """An empty record of a type, for a path that goes through an absent one."""
    for choice in _choices(kind):
        if dataclasses.is_dataclass(choice) and isinstance(choice, type):
            try:
                return choice()
            except TypeError as problem:
                raise LookupError(f"{path}: the record around it is absent") from problem
    raise LookupError(f"{path}: nothing is there")


def _converted(value: object, kind: Any, path: str) -> Any:
    """A JSON-like value as the type of its field."""
    from edi.model import contract

    try:
        return contract.convert(value, kind)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from problem


def _position(part: str, length: int, path: str) -> int:
    """An index as RFC 6901 writes it: digits without a leading zero."""
    if not (part.isascii() and part.isdigit() and (part == "0" or part[0] != "0")) or len(part) > 9:
        raise LookupError(f"{path}: {part} is not a position in a list")
    if int(part) >= length:
        raise LookupError(f"{path}: the list has {length} entries")
    return int(part)
