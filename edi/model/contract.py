"""The JSON of encounters, claims and reports: what a user's file says, judged against the contract.

The JSON keys are the attribute names of the records. A JSON Schema (Draft 2020-12) is generated from them; it
judges every record of a file, so that all problems of a record come back at once, each with a JSON Pointer.
Numbers never pass through binary floating point. An absent key, null and blank text mean the same.

pydantic and jsonschema are imported here only, and when a record is read or a schema made, not before.
"""

import ast
import dataclasses
import difflib
import inspect
import json
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from types import ModuleType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import edi.finding
import edi.model.claim
import edi.model.encounter
import edi.model.party
from edi.errors import NotReadable, NotWritable
from edi.finding import FileReport, Finding, Report
from edi.model import boxes_json
from edi.model.boxes import Boxes
from edi.model.claim import Claim
from edi.model.encounter import Encounter
from edi.model.pointer import pointer
from edi.payers import overlay_schema

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError
    from pydantic import TypeAdapter

Kind = Literal["encounter", "claim", "boxes"]
RecordType = Literal["encounter", "claim"]
"""Kinds that are records of their own; boxes become claims."""
Path = tuple[str | int, ...]

DIGITS = 28
"""Significant digits of a number, and digits before or behind its point: what `decimal` adds exactly."""
AMOUNT = rf"^[+-]?([0-9]{{1,{DIGITS}}}(\.[0-9]{{0,{DIGITS}}})?|\.[0-9]{{1,{DIGITS}}})$"
"""Pattern of a decimal string: no exponent, no currency sign, no thousands separator."""
SCHEMA = "https://json-schema.org/draft/2020-12/schema"

_RECORDS: dict[RecordType, type[Encounter] | type[Claim]] = {"encounter": Encounter, "claim": Claim}
_IDS: dict[RecordType, str] = {"encounter": "encounter_id", "claim": "claim_id"}
_CONTAINERS: dict[str, Kind] = {"encounters": "encounter", "claims": "claim", "boxes": "boxes"}
_COUNTERPARTS = {
    "encounter_id": "claim_id",
    "services": "lines",
    "claim_id": "encounter_id",
    "lines": "services",
}
_NAMED = {("Encounter", "encounter_id"), ("Administration", "id")}
"""Required text that must not be blank: other parts of the record refer to it."""


class Problem(NamedTuple):
    """Why a record, or a file, cannot be read. Never holds a value of the input."""

    path: str
    """JSON Pointer into the record, or into the file where there is no record."""
    message: str
    """What is wrong, as a clause that begins with a small letter or a name."""
    help: str
    """What to do, one sentence."""
    rule: str
    """INPUT-JSON, INPUT-EMPTY, INPUT-ENCODING, INPUT-KEY, INPUT-TYPE, INPUT-VALUE, INPUT-MISSING,
    INPUT-DUPLICATE-KEY or INPUT-KIND."""


@dataclass(slots=True, kw_only=True)
class Record:
    """One record of a file: its value, or why there is none."""

    index: int
    """Which record of the file, from 0."""
    kind: Kind | None = None
    """What it is; None where that cannot be told, or where the problems are those of the file around it."""
    value: Encounter | Claim | Boxes | None = None
    """The record; None where it has problems."""
    problems: list[Problem] = field(default_factory=list)
    """All problems of the record."""
    id: str | None = None
    """Its encounter or claim id, where that could be read."""
    text_line: int | None = None
    """Line of the file, from 1, where each line is a record."""
    syntax: Literal["json", "xml"] = "json"
    """What the record was written in."""


def schemas() -> dict[str, str]:
    """The JSON Schemas of the contract by their path below `schemas/`, as they are checked in."""
    boxes = _headed("boxes", "Boxes of cleanclaim", boxes_json.schema())
    found = {"report": _report_schema(), "overlay": overlay_schema(), "boxes": boxes}
    for kind, record in _RECORDS.items():
        body = _structure(kind)
        _describe(body, record)
        for name, definition in body["$defs"].items():
            _describe(definition, _classes()[name])
        found[kind] = _headed(kind, f"{kind.capitalize()} of cleanclaim", body)
    return {
        f"contracts/{name}.schema.json": json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
        for name, schema in sorted(found.items())
    }


def _headed(name: str, title: str, body: dict[str, Any]) -> dict[str, Any]:
    """A schema with its dialect, name and title in front and its definitions behind."""
    definitions = body.pop("$defs", {})
    head = {"$schema": SCHEMA, "$id": f"urn:cleanclaim:{name}:1", "title": title}
    return {**head, **body, "$defs": dict(sorted(definitions.items()))}


def _structure(kind: RecordType) -> dict[str, Any]:
    """The schema of a kind of record, without descriptions."""
    raw = _adapter(_RECORDS[kind]).json_schema(schema_generator=_generator())
    body: dict[str, Any] = _plain(raw)
    for name, definition in {_RECORDS[kind].__name__: body, **body["$defs"]}.items():
        definition["properties"].pop("origin", None)
        required = definition.get("required", ())
        members = definition["properties"]
        definition["properties"] = {key: members[key] for key in sorted(members, key=_ids_first)}
        for key, sub in members.items():
            if (name, key) in _NAMED:
                sub["pattern"] = r"\S"
            if key not in required:
                definition["properties"][key] = _or_null(sub)
    return body


def _generator() -> Any:
    """pydantic's generator of schemas, with amounts as the contract writes them."""
    from pydantic.json_schema import GenerateJsonSchema

    class Generator(GenerateJsonSchema):
        def decimal_schema(self, _schema: Any) -> dict[str, Any]:
            return {
                "type": ["number", "string"],
                "pattern": AMOUNT,
                "exclusiveMinimum": -(10**DIGITS),
                "exclusiveMaximum": 10**DIGITS,
            }

    return Generator


def _plain(node: Any) -> Any:
    """A generated schema without titles and empty defaults, alternatives of simple types in one `type`."""
    if isinstance(node, list):
        return [_plain(entry) for entry in node]
    if not isinstance(node, dict):
        return node
    found: dict[str, Any] = {}
    for key, sub in node.items():
        if key in ("properties", "$defs"):
            found[key] = {name: _plain(entry) for name, entry in sub.items()}
        elif key in ("title", "description") or (key == "default" and sub in (None, [], {})):
            continue
        else:
            found[key] = _plain(sub)
    branches: list[dict[str, Any]] = found.get("anyOf", [])
    if branches and all("type" in branch for branch in branches):
        kinds: list[str] = []
        for branch in found.pop("anyOf"):
            kind = branch.pop("type")
            kinds += [kind] if isinstance(kind, str) else kind
            found |= branch
        found = {"type": kinds, **found}
        if "enum" in found and "null" in kinds:
            found["enum"] = [*found["enum"], None]
    return {key: found[key] for key in sorted(found, key=_KEYWORDS.index)}


_KEYWORDS = (
    "$ref",
    "anyOf",
    "type",
    "default",
    "enum",
    "const",
    "format",
    "pattern",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "properties",
    "required",
    "items",
    "additionalProperties",
    "$defs",
)
"""The keywords of a schema in the order in which they are written."""


def _or_null(node: dict[str, Any]) -> dict[str, Any]:
    """A schema that takes null too."""
    if "anyOf" in node:
        return node
    if "$ref" in node:
        return {"anyOf": [node, {"type": "null"}]}
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    return node if "null" in kinds else {**node, "type": [*kinds, "null"]}


def _describe(definition: dict[str, Any], cls: type) -> None:
    """Put the docstrings of a record and its attributes into its schema, the description in front."""
    texts = _attribute_texts(cls)
    for key, sub in definition["properties"].items():
        if key in texts:
            definition["properties"][key] = {"description": texts[key], **sub}
    described = {"description": " ".join((inspect.getdoc(cls) or "").split()), **definition}
    definition.clear()
    definition.update(described)


def _attribute_texts(cls: type) -> dict[str, str]:
    """Docstrings of the attributes of a class and of its bases."""
    found: dict[str, str] = {}
    for base in reversed(cls.__mro__[:-1]):
        tree = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(tree, ast.ClassDef)
        for declared, after in zip(tree.body, tree.body[1:], strict=False):
            if not (isinstance(declared, ast.AnnAssign) and isinstance(declared.target, ast.Name)):
                continue
            if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
                found[declared.target.id] = " ".join(str(after.value.value).split())
    return found


@cache
def _classes() -> dict[str, type]:
    """The dataclasses of the records by name."""
    return {
        name: cls
        for module in (edi.model.party, edi.model.claim, edi.model.encounter)
        for name, cls in _dataclasses(module)
    }


def _dataclasses(module: ModuleType) -> Iterator[tuple[str, type]]:
    """The dataclasses that a module defines."""
    for name, cls in vars(module).items():
        if isinstance(cls, type) and dataclasses.is_dataclass(cls) and cls.__module__ == module.__name__:
            yield name, cls


_REPORT_TEXTS = {
    "rule": "Id of the rule.",
    "name": "Name of the rule: what is wrong, in words with hyphens.",
    "severity": "error: will be rejected or denied; warning: may be; info: a remark.",
    "message": "What is wrong, in one sentence.",
    "help": "What to do.",
    "record": "What kind of record `path` points into.",
    "path": "JSON Pointer into the record that was given.",
    "claim_path": "JSON Pointer into the claim that came of it.",
    "place": "Where the fault shows on the surfaces of the claim.",
    "denials": "How payers are likely to answer.",
    "source": "Who says so.",
    "setting": "The setting that the rule speaks about; null for both.",
    "repair": "A change that was made or can be made without touching clinical or billed content.",
    "expected": "What should stand there.",
    "actual": "What stands there, masked unless values were asked for.",
    "x12": "Place in an X12 file.",
    "loop": "Loop of the segment.",
    "text_line": "Line of the file, from 1.",
    "column": "Column of the line, from 1.",
    "byte": "Byte of the file, from 0.",
    "before": "What stood there.",
    "after": "What stands there now, or would.",
    "why": "Why the change is safe.",
    "file": "Name of the input.",
    "kind": "What the input is.",
    "guide": "Implementation guide of an X12 input.",
    "payer_overlay": "Payer rules that were applied.",
    "overlay_reason": "Why these payer rules.",
    "claims": "Number of claims.",
    "ok": "Whether no finding is an error.",
    "findings": "Findings, in the order of the input.",
}


def _report_schema() -> dict[str, Any]:
    """The schema of what `check --format json` prints; keys may be added beside those it names."""
    from pydantic import TypeAdapter

    raw = TypeAdapter(FileReport).json_schema(mode="serialization", schema_generator=_generator())
    one_file: dict[str, Any] = _plain(raw)
    definitions = one_file.pop("$defs")
    del one_file["properties"]["unreadable"]
    one_file["properties"]["ok"] = {"type": "boolean"}
    definitions["FileReport"] = one_file
    known = dict(_dataclasses(edi.finding))
    for name, definition in definitions.items():
        texts = _attribute_texts(known[name])
        definition["required"] = list(definition["properties"])
        _describe(definition, known[name])
        for key, sub in definition["properties"].items():
            if key not in texts:
                definition["properties"][key] = {"description": _REPORT_TEXTS[key], **sub}
    counts = ("files", "claims", "errors", "warnings", "infos")
    summary = {
        "description": "Counts over all files.",
        "type": "object",
        "properties": {
            key: {"description": f"Number of {key}.", "type": "integer", "minimum": 0} for key in counts
        },
        "required": list(counts),
    }
    files = {
        "description": "One report for each input.",
        "type": "array",
        "items": {"$ref": "#/$defs/FileReport"},
    }
    body = {
        "description": "All findings of one run.",
        "type": "object",
        "properties": {
            "version": {"description": "Version of this format.", "const": 1},
            "files": files,
            "summary": summary,
        },
        "required": ["version", "files", "summary"],
        "$defs": definitions,
    }
    return _headed("report", "Report of cleanclaim", body)


def _adapter(kind: Any) -> "TypeAdapter[Any]":
    """The pydantic adapter of a type, made once; it refuses unknown keys in every record."""
    return _made_adapter(kind)


@cache
def _made_adapter(kind: Any) -> "TypeAdapter[Any]":
    from pydantic import ConfigDict, TypeAdapter

    for cls in _classes().values():
        # The records do not know pydantic, so the border tells it what it needs to know about them.
        setattr(cls, "__pydantic_config__", ConfigDict(extra="forbid"))  # noqa: B010
    return TypeAdapter(kind)


def convert(value: object, kind: Any) -> Any:
    """A JSON-like value as a type of the records: "2023-07-01" as a date, a list as a tuple.

    Raises:
        ValueError: the type cannot hold it. The message does not repeat the value.
    """
    from pydantic import ValidationError

    try:
        return _adapter(kind).validate_python(value)
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False, include_context=False)[0]
        raise ValueError(first["msg"]) from None


@cache
def shape(kind: RecordType) -> dict[str, Any]:
    """The schema by which a record is judged: no references, and no null, which reading drops first.

    An object with `properties` is a record; one without them has keys of any name. Not to be changed.
    """
    body = _structure(kind)
    definitions = body.pop("$defs")

    def resolved(node: Any) -> Any:
        if isinstance(node, list):
            return [resolved(entry) for entry in node]
        if not isinstance(node, dict):
            return node
        if "$ref" in node:
            return resolved(definitions[node["$ref"].rsplit("/", 1)[1]])
        if "anyOf" in node:
            branches = [branch for branch in node["anyOf"] if branch.get("type") != "null"]
            if len(branches) == 1:
                return resolved(branches[0])
        found = {
            key: {name: resolved(entry) for name, entry in sub.items()}
            if key == "properties"
            else resolved(sub)
            for key, sub in node.items()
        }
        if isinstance(found.get("type"), list):
            found["type"] = [entry for entry in found["type"] if entry != "null"]
        if "enum" in found:
            found["enum"] = [entry for entry in found["enum"] if entry is not None]
        return found

    judged: dict[str, Any] = resolved(body)
    return judged


@cache
def _validator(kind: RecordType) -> "Draft202012Validator":
    """The validator of a kind of record."""
    from jsonschema import Draft202012Validator, FormatChecker

    formats = FormatChecker(formats=())
    formats.checks("date")(lambda value: not isinstance(value, str) or _day(value) is not None)
    return Draft202012Validator(shape(kind), format_checker=formats)


def _day(text: str) -> date | None:
    """The day that a text names, or None where it has another shape or no such day exists."""
    if not _DATE.fullmatch(text):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_PLAIN = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)")


class _Object(dict[str, Any]):
    """A JSON object that remembers which of its keys stood there more than once."""

    __slots__ = ("twice",)
    twice: tuple[str, ...]


class _Unusable:
    """A number that cannot be held: NaN, Infinity, or one with too many digits."""

    __slots__ = ("message",)

    def __init__(self, message: str) -> None:
        self.message = message


_NO_NUMBER = _Unusable("is NaN or Infinity, which is not a number")
_TOO_LONG = _Unusable(f"is a number of more than {DIGITS} digits")


def _object(pairs: list[tuple[str, Any]]) -> _Object:
    found = _Object(pairs)
    found.twice = ()
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        found.twice = tuple(key for key in found if keys.count(key) > 1)
    return found


def _fraction(text: str) -> Decimal | _Unusable:
    try:
        number = Decimal(text)
    except InvalidOperation:  # an exponent beyond what `decimal` counts
        return _TOO_LONG
    return number if _fits(number) else _TOO_LONG


def _integer(text: str) -> int | _Unusable:
    return int(text) if len(text) <= DIGITS + text.startswith("-") else _TOO_LONG


def _fits(number: Decimal) -> bool:
    """Whether a number is finite and within what can be written plainly and added exactly."""
    _, digits, exponent = number.as_tuple()
    if not isinstance(exponent, int):
        return False
    return len(digits) <= DIGITS and exponent >= -DIGITS and len(digits) + exponent <= DIGITS


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_fraction, parse_int=_integer, parse_constant=lambda _: _NO_NUMBER
)

_SYNTAX = {
    "Expecting value": "a value is missing or not written as JSON",
    "Expecting ',' delimiter": "a comma or a closing bracket is missing",
    "Expecting ':' delimiter": "a colon is missing behind a key",
    "Expecting property name enclosed in double quotes": "a key in double quotes is missing",
    "Illegal trailing comma before end of object": "a comma stands before the closing brace",
    "Illegal trailing comma before end of array": "a comma stands before the closing bracket",
    "Unterminated string starting at": "a text begins here and has no closing quote",
    "Invalid control character at": "a line break or another control character stands within a text",
    "Invalid \\escape": "a backslash begins no known escape; write it twice",
    "Invalid \\uXXXX escape": "\\u needs four hexadecimal digits",
    "Extra data": "something follows the end of the record",
}


_TOO_DEEP = Problem("", "it is nested too deeply", "Look for brackets that are not closed.", "INPUT-JSON")


def _parsed(text: str, first_line: int = 1) -> Any:
    """A JSON text as values; a Problem where it is not JSON."""
    try:
        return _DECODER.decode(text)
    except json.JSONDecodeError as wrong:
        return _syntax_problem(text, wrong, first_line)
    except RecursionError:
        return _TOO_DEEP


def _syntax_problem(text: str, wrong: json.JSONDecodeError, first_line: int) -> Problem:
    """Where a text stops to be JSON, and why."""
    place = f"line {wrong.lineno + first_line - 1}, column {wrong.colno}"
    if _undecoded(text):
        return Problem("", f"{place}: a byte is not UTF-8", "Save the file as UTF-8.", "INPUT-ENCODING")
    if wrong.pos >= len(text.rstrip()):
        opened = _open_bracket(text)
        if opened is not None:
            bracket, at = opened
            line = text.count("\n", 0, at) + first_line
            closing = "}" if bracket == "{" else "]"
            return Problem(
                "",
                f"not JSON: {place}: the text ends, but the {bracket} of line {line} is not closed",
                f"Add the missing {closing}, or fetch the whole file again.",
                "INPUT-JSON",
            )
    reason = _SYNTAX.get(wrong.msg, "this is not JSON")
    help_text = "Mend the file at that place."
    if wrong.msg == "Extra data":
        help_text = "Put several records into a list, [ ... , ... ], or each on one line of its own."
    return Problem("", f"not JSON: {place}: {reason}", help_text, "INPUT-JSON")


def _open_bracket(text: str) -> tuple[str, int] | None:
    """The innermost bracket that is open where a text ends, with its position."""
    found: list[tuple[str, int]] = []
    for mark in re.finditer(r'"(?:[^"\\]|\\.)*"|[\[\]{}]', text):
        if mark[0] in "{[":
            found.append((mark[0], mark.start()))
        elif mark[0] in "}]" and found:
            found.pop()
    return found[-1] if found else None


def _undecoded(text: str) -> bool:
    """Whether a text holds bytes that are not UTF-8, kept as lone surrogates by the decoder."""
    return any("\udc80" <= letter <= "\udcff" for letter in text)


def read_records(data: bytes, name: str = "") -> Iterator[Record]:
    """The records of a file: an object, a list, `{"encounters": [...]}`, `{"claims": [...]}`, or one a line.

    A record that cannot be read carries its problems and never stops the others. Where a fault is that of
    the whole file, there is one Record without a kind. `name` is used in messages, and its ending `.ndjson`
    or `.jsonl` says that each line is a record.

    Raises:
        NotReadable: the file is nested so deeply that it cannot be read at all.
    """
    if data.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in data[:4]:
        yield _fault("the text is UTF-16 or UTF-32, not UTF-8", "Save the file as UTF-8.", "INPUT-ENCODING")
        return
    # Bytes that are not UTF-8 become lone surrogates, so that only the texts that hold them are lost.
    text = data.decode("utf-8", errors="surrogateescape").removeprefix("\ufeff")
    if not text.strip():
        yield _fault("the file is empty", "Give a file with at least one encounter or claim.", "INPUT-EMPTY")
        return
    if name.lower().endswith((".ndjson", ".jsonl")):
        yield from _by_line(text)
        return
    found = _parsed(text)
    if not isinstance(found, Problem):
        yield from _in_file(found)
    elif _has_record_lines(text):
        yield from _by_line(text)
    elif found is _TOO_DEEP:
        raise NotReadable(f"{name or 'the input'}: {found.message}")
    else:
        yield Record(index=0, problems=[found])


def from_dict(value: Mapping[str, Any], *, kind: Kind | None = None, index: int = 0) -> Record:
    """One record from the values of a JSON object; `kind` is recognised by its keys where it is not given."""
    return _judge(value, index, kind)


def _fault(message: str, help_text: str, rule: str, path: str = "") -> Record:
    """A Record for a fault of the whole file."""
    return Record(index=0, problems=[Problem(path, message, help_text, rule)])


def _has_record_lines(text: str) -> bool:
    """Whether a text that is not one JSON value has a record on each line.

    Its first line is a whole object, or most lines begin with `{` at the margin: a broken record that is
    printed over many lines has neither.
    """
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < 2:
        return False
    return isinstance(_parsed(lines[0]), Mapping) or 2 * sum(line.startswith("{") for line in lines) > len(
        lines
    )


def _by_line(text: str) -> Iterator[Record]:
    """The records of a file that has one on each line; a broken line loses itself only."""
    index = 0
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        found = _parsed(line.rstrip("\r"), number)
        if isinstance(found, Problem):
            message = found.message if "line " in found.message else f"line {number}: {found.message}"
            yield Record(index=index, problems=[found._replace(message=message)], text_line=number)
        else:
            record = _judge(found, index, None)
            record.text_line = number
            yield record
        index += 1


def _in_file(found: Any) -> Iterator[Record]:
    """The records of a file that is one JSON value."""
    if isinstance(found, list):
        yield from _listed(found, None, 0, "")
    elif isinstance(found, _Object) and any(key in found for key in _CONTAINERS):
        yield from _contained(found)
    else:
        yield _judge(found, 0, None)


def _contained(found: _Object) -> Iterator[Record]:
    """The records of an object that holds lists of them, then what is wrong with the object itself."""
    problems = [_duplicate((_whole(key),)) for key in found.twice]
    index = 0
    for key, inside in found.items():
        if key not in _CONTAINERS:
            known = " or ".join(f"`{name}`" for name in _CONTAINERS)
            message = f"{_quoted(key)} is not a known key beside {known}"
            problems.append(Problem(pointer(_whole(key)), message, "Remove it.", "INPUT-KEY"))
        elif not isinstance(inside, list):
            message = f"{key} must be a list, not {_what(inside)}"
            problems.append(Problem(pointer(key), message, f"Write {key} as [ ... ].", "INPUT-TYPE"))
        else:
            for record in _listed(inside, _CONTAINERS[key], index, pointer(key)):
                index += record.kind is not None  # the fault of an empty list counts for no record
                yield record
    if problems:
        yield Record(index=0, problems=problems)


def _listed(entries: list[Any], kind: Kind | None, first: int, path: str) -> Iterator[Record]:
    """The records of a list."""
    if not entries:
        yield _fault("the list is empty", "Give at least one encounter or claim.", "INPUT-EMPTY", path)
    for index, entry in enumerate(entries, first):
        yield _judge(entry, index, kind)


def _judge(given: Any, index: int, kind: Kind | None) -> Record:
    """One record from the values of its JSON."""
    if not isinstance(given, Mapping):
        message = f"this is {_what(given)}, and neither an encounter, a claim nor a form"
        help_text = "A record is an object, { ... }, with `encounter_id`, `claim_id`, or `form` and `pages`."
        return Record(index=index, kind=kind, problems=[Problem("", message, help_text, "INPUT-KIND")])
    kind = kind or _kind(given)
    if kind is None:
        message = "the object is neither an encounter, a claim nor a form"
        help_text = (
            "An encounter has `encounter_id`; a claim `claim_id` and `lines`; boxes `form` and `pages`."
        )
        return Record(index=index, problems=[Problem("", message, help_text, "INPUT-KIND")])
    if kind == "boxes":
        return _boxes(given, index)
    record = Record(index=index, kind=kind)
    name = given.get(_IDS[kind])
    record.id = name if isinstance(name, str) and name.strip() and name == _whole(name) else None
    tidy = _Tidy()
    values = tidy.object(given, shape(kind), ())
    record.problems = tidy.problems
    seen = {problem.path for problem in tidy.problems}
    for error in _validator(kind).iter_errors(values):
        for problem in _problems(error, kind):
            if problem.path not in seen:
                seen.add(problem.path)
                record.problems.append(problem)
    if not record.problems:
        try:
            record.value = convert(values, _RECORDS[kind])
        except ValueError as problem:
            record.problems.append(
                Problem("", f"cannot be read: {problem}", "Check the record.", "INPUT-VALUE")
            )
    return record


def _boxes(given: Mapping[str, Any], index: int) -> Record:
    """A form from the values of its JSON; its id is the account number that it shows."""
    value, faults = boxes_json.judged(given)
    record = Record(index=index, kind="boxes", value=value, problems=[Problem(*fault) for fault in faults])
    if value is not None:
        key = "26" if value.form == "cms1500" else "FL3a"
        record.id = next((text.strip() for page in value.pages if (text := page.get(key))), None)
    return record


def _kind(given: Mapping[str, Any]) -> Kind | None:
    """What an object is, by its keys."""
    if "pages" in given or ("form" in given and not {"claim_id", "encounter_id"} & given.keys()):
        return "boxes"
    if "claim_id" in given or ("lines" in given and "encounter_id" not in given):
        return "claim"
    if "encounter_id" in given:
        return "encounter"
    known = {kind: shape(kind)["properties"].keys() for kind in _RECORDS}
    own = {kind: len(given.keys() & known[kind]) for kind in _RECORDS}
    if max(own.values()):
        return "encounter" if own["encounter"] >= own["claim"] else "claim"
    for key in given:
        for kind, name in _IDS.items():
            if difflib.SequenceMatcher(None, _snake(key), name).ratio() > 0.8:
                return kind
    return None


_BROKEN = re.compile("[\0\ud800-\udfff]")
"""NUL, and halves of surrogate pairs, which no encoding of text can carry."""


def _whole(key: str) -> str:
    """A key that can be printed: broken characters are replaced."""
    return _BROKEN.sub("\ufffd", key)


class _Tidy:
    """Makes the values of a record fit to be judged, along its schema.

    Drops null and blank text where a key may be absent, takes blanks off numbers and dates, and reports what
    a schema cannot see: keys that stand twice, numbers that cannot be held, broken text. What the schema has
    no place for is cut short, so that the depth of the input does not matter.
    """

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def object(self, given: Mapping[Any, Any], node: dict[str, Any], path: Path) -> dict[str, Any]:
        """The members of an object."""
        for key in getattr(given, "twice", ()):
            self.problems.append(_duplicate((*path, _whole(key))))
        members = node.get("properties", {})
        others = node.get("additionalProperties", False)
        required = node.get("required", ())
        found: dict[str, Any] = {}
        for key, inside in given.items():
            if not isinstance(key, str):
                key = str(key)
            if key != _whole(key):
                self.text(key, (*path, _whole(key)))
                key = _whole(key)
            if key in members:
                blank = inside is None or (isinstance(inside, str) and not inside.strip())
                if not blank or key in required:
                    found[key] = self.value(inside, members[key], (*path, key))
            elif others:
                found[key] = self.value(inside, others, (*path, key))
            else:
                found[key] = None
        return found

    def value(self, given: Any, node: dict[str, Any], path: Path) -> Any:
        """One value."""
        kinds = node["type"]
        if isinstance(given, date):
            return given.isoformat()
        if isinstance(given, str):
            self.text(given, path)
            if "format" in node:
                return given.strip()
            return self.amount(given.strip(), path) if "number" in kinds else given
        if isinstance(given, bool) or given is None:
            return given
        if isinstance(given, float):
            given = _fraction(repr(given)) if given == given and abs(given) != float("inf") else _NO_NUMBER
        elif isinstance(given, int | Decimal):
            fits = _fits(given) if isinstance(given, Decimal) else abs(given) < 10**DIGITS
            given = given if fits else _TOO_LONG
        if isinstance(given, _Unusable):
            help_text = f"Write a number of at most {DIGITS} digits, or leave the key out."
            message = f"{in_words(path)} {given.message}"
            self.problems.append(Problem(pointer(*path), message, help_text, "INPUT-VALUE"))
            return None
        if isinstance(given, Decimal):
            whole = "integer" in kinds and given == given.to_integral_value()
            return int(given) if whole else given
        if isinstance(given, Mapping):
            return self.object(given, node, path) if "object" in kinds else {}
        if isinstance(given, list | tuple):
            if "array" not in kinds:
                return []
            return [self.value(entry, node["items"], (*path, i)) for i, entry in enumerate(given)]
        return given

    def amount(self, text: str, path: Path) -> str:
        """A decimal string; one that is plain and has too many digits is a problem."""
        if _PLAIN.fullmatch(text) and not _fits(Decimal(text)):
            message = f"{in_words(path)} {_TOO_LONG.message}"
            help_text = f"Write a number of at most {DIGITS} digits."
            self.problems.append(Problem(pointer(*path), message, help_text, "INPUT-VALUE"))
        return text

    def text(self, text: str, path: Path) -> None:
        """Report characters that no text of a record may hold."""
        if text.isascii() and "\0" not in text:
            return
        where = pointer(*path)
        if _undecoded(text):
            message = f"{in_words(path)} holds a byte that is not UTF-8"
            self.problems.append(Problem(where, message, "Save the file as UTF-8.", "INPUT-ENCODING"))
        elif _BROKEN.search(text):
            message = f"{in_words(path)} holds a character that is none: NUL, or half of a surrogate pair"
            self.problems.append(Problem(where, message, "Remove the character.", "INPUT-VALUE"))


def _duplicate(path: Path) -> Problem:
    """A key that stands in one object more than once."""
    message = f"{in_words(path)} is given more than once"
    return Problem(pointer(*path), message, "Keep one of them.", "INPUT-DUPLICATE-KEY")


def _problems(error: "ValidationError", kind: RecordType) -> Iterator[Problem]:
    """What the schema has to say, in plain words. Values are not repeated."""
    path: Path = tuple(error.absolute_path)
    at, where, node, found = pointer(*path), in_words(path), error.schema, cast("Any", error.instance)
    assert isinstance(node, dict)
    if error.validator == "additionalProperties":
        for key in found:
            if key not in node["properties"]:
                message = f"{in_words((*path, key))} is not a known key"
                yield Problem(pointer(*path, key), message, _key_help(key, path, node, kind), "INPUT-KEY")
    elif error.validator == "required":
        for key in node["required"]:
            if key not in found:
                yield _missing((*path, key))
    elif error.validator == "type":
        if found is None and path and isinstance(path[-1], str):
            yield _missing(path)
        else:
            yield _wrong_type(at, where, found, node)
    elif error.validator == "enum":
        if isinstance(found, str):
            message = f"{where} must be {_listing(node['enum'])}"
            yield Problem(at, message, _value_help(found, node), "INPUT-VALUE")
    elif error.validator == "format":
        yield _wrong_date(at, where, str(found))
    elif error.validator == "pattern" and node["pattern"] == r"\S":
        yield _missing(path)
    elif error.validator == "pattern":
        help_text = "Write digits with a point, as 1234.50, without currency sign, commas and blanks."
        yield Problem(at, f"{where} is text, not an amount", help_text, "INPUT-TYPE")
    else:
        message = f"{where} is not what it should be"
        yield Problem(at, message, "See the JSON Schema of the record.", "INPUT-VALUE")


def _missing(path: Path) -> Problem:
    """A required key that is absent or blank."""
    return Problem(pointer(*path), f"{in_words(path)} is missing", f"Add `{path[-1]}`.", "INPUT-MISSING")


def _wrong_type(at: str, where: str, instance: object, node: dict[str, Any]) -> Problem:
    """A value of another type than its key wants."""
    kinds = [node["type"]] if isinstance(node["type"], str) else node["type"]
    wanted = _wanted(node, kinds)
    if kinds == ["array"]:
        help_text = "Put it into square brackets, [ ... ], also when there is only one."
    elif kinds == ["string"] and isinstance(instance, int | Decimal) and not isinstance(instance, bool):
        help_text = "Put it into double quotes, so that leading zeros are kept."
    elif kinds == ["boolean"]:
        help_text = "Write true or false, without quotes."
    elif kinds == ["integer"] and isinstance(instance, str):
        help_text = "Write the number without quotes."
    elif kinds == ["object"]:
        known = list(node.get("properties", ()))
        keys = ", ".join(f"`{key}`" for key in known[:6]) + (" and others" if len(known) > 6 else "")
        help_text = f"Write it as {{ ... }} with {keys}." if known else "Write it as { ... }."
    else:
        help_text = f"Write {wanted}."
    return Problem(at, f"{where} must be {wanted}, not {_what(instance)}", help_text, "INPUT-TYPE")


def _wanted(node: dict[str, Any], kinds: list[str]) -> str:
    """What a key wants, in words."""
    if "enum" in node:
        return _listing(node["enum"])
    if node.get("format") == "date":
        return "a date as YYYY-MM-DD"
    if "number" in kinds:
        return 'an amount, as 12.50 or "12.50"'
    words = {
        "string": "text",
        "integer": "a whole number",
        "boolean": "true or false",
        "array": "a list",
        "object": "an object",
    }
    return _listing(words[kind] for kind in kinds)


def _what(value: object) -> str:
    """What a value is, in words, without the value."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    if isinstance(value, str):
        return "text"
    if isinstance(value, Mapping):
        return "an object"
    if isinstance(value, list | tuple):
        return "a list"
    fraction = isinstance(value, Decimal) and value != value.to_integral_value()
    return "a number with a fraction" if fraction else "a number"


def _wrong_date(at: str, where: str, text: str) -> Problem:
    """A date that has another shape, or that the calendar does not have."""
    if _DATE.fullmatch(text):
        help_text = "Check year, month and day; they are written as YYYY-MM-DD."
        return Problem(at, f"{where} is a day that does not exist", help_text, "INPUT-VALUE")
    help_text = "Write year, month and day as YYYY-MM-DD, without a time."
    return Problem(at, f"{where} is not a date as YYYY-MM-DD", help_text, "INPUT-TYPE")


def _value_help(given: str, node: dict[str, Any]) -> str:
    """The nearest of the values that a key takes."""
    nearest = _nearest(given, node["enum"], 0.5)
    return f"Did you mean `{nearest}`?" if nearest else "Use one of these values."


def _key_help(key: str, path: Path, node: dict[str, Any], kind: RecordType) -> str:
    """Where an unknown key, or the one that was meant, belongs."""
    known = list(node["properties"])
    other: RecordType = "claim" if kind == "encounter" else "encounter"
    if not path and key in shape(other)["properties"]:
        owner = "an encounter" if other == "encounter" else "a claim"
        counterpart = _COUNTERPARTS.get(key)
        use = f"; here it is `{counterpart}`" if counterpart else ""
        return f"`{key}` is a key of {owner}{use}."
    near = _nearest(key, known, 0.75)
    if near:
        return f"Did you mean `{near}`?"
    homes = _homes(kind).get(_snake(key), [])
    if homes:
        here = tuple(part for part in path if isinstance(part, str))
        ranked = sorted(
            homes, key=lambda home: (home[: len(here)] != here, here[: len(home)] != home, len(home))
        )
        names = [f"`{'.'.join(home)}`" if home else f"the {kind} itself" for home in ranked[:3]]
        return f"It belongs in {_listing(names)}{' and others' if len(homes) > 3 else ''}."
    words = set(_snake(key).split("_"))
    within = [name for name in known if words.issuperset(name.split("_"))]
    near = max(within, key=len, default=None) or _nearest(key, known, 0.6)
    if near:
        return f"Did you mean `{near}`?"
    if len(known) <= 10:
        return f"The keys here are {', '.join(f'`{name}`' for name in known)}."
    return "Remove it, or see the JSON Schema for the keys that are known here."


def _nearest(given: str, known: Iterable[str], cutoff: float) -> str | None:
    """The known word that is nearest to a given one, whatever its capitals and hyphens."""
    found = difflib.get_close_matches(_snake(given), list(known), 1, cutoff)
    return found[0] if found else None


def _snake(key: str) -> str:
    """A key in small letters with underscores: `memberId`, `Member-ID` and `member id` are `member_id`."""
    parted = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key[:80])
    return re.sub(r"[^a-z0-9]+", "_", parted.lower()).strip("_")


@cache
def _homes(kind: RecordType) -> dict[str, list[tuple[str, ...]]]:
    """For each key the places of a record that have it, as the keys that lead there; shallow ones first."""
    found: dict[str, list[tuple[str, ...]]] = {}
    waiting: list[tuple[tuple[str, ...], dict[str, Any]]] = [((), shape(kind))]
    for path, node in waiting:
        for key, sub in node.get("properties", {}).items():
            found.setdefault(key, []).append(path)
            inner = sub.get("items", sub)
            if "properties" in inner:
                waiting.append(((*path, key), inner))
    return found


def in_words(path: Path) -> str:
    """A place in words, from the inside out, numbers from 1: `stop of pauses 1 of administrations 2`."""
    words: list[str] = []
    for part in path:
        if isinstance(part, int) and words:
            words[-1] += f" {part + 1}"
        else:
            words.append(_quoted(part) if isinstance(part, str) else str(part + 1))
    return " of ".join(reversed(words)) or "the record"


def _quoted(key: str) -> str:
    """A key for a message: plain where it looks like one of ours, else in quotes, cut and made printable."""
    if re.fullmatch(r"[a-z][a-z0-9_]{0,40}", key):
        return key
    short = key if len(key) <= 40 else key[:40] + "..."
    return '"' + "".join(letter if letter.isprintable() else "?" for letter in short) + '"'


def _listing(words: Iterable[str]) -> str:
    """`a, b or c`."""
    *front, last = words
    return f"{', '.join(front)} or {last}" if front else last


def to_dict(record: object) -> dict[str, Any]:
    """A record as JSON values: amounts as decimal strings, dates as YYYY-MM-DD; absent keys are left out.

    The id of an encounter or a claim comes first, the other keys in the order of the fields.

    Raises:
        NotWritable: an amount is not a number that JSON can carry, or a text holds a broken character.
    """
    if not dataclasses.is_dataclass(record) or isinstance(record, type):
        raise TypeError("to_dict takes a record")
    return _members(record, ())


def _members(record: Any, path: Path) -> dict[str, Any]:
    """The fields of a record that are not absent."""
    cls: Any = type(record)
    values = ((name, getattr(record, name)) for name in _field_names(cls))
    return {
        name: _value(value, (*path, name))
        for name, value in values
        if value is not None and value not in ((), {})
    }


def _ids_first(key: str) -> bool:
    """Sorts the id of an encounter or a claim before its other keys, which keep their order."""
    return key not in _IDS.values()


@cache
def _field_names(cls: type) -> tuple[str, ...]:
    """Names of the fields in the order of writing."""
    names = [f.name for f in dataclasses.fields(cls) if f.name != "origin"]
    return tuple(sorted(names, key=_ids_first))


def _value(value: Any, path: Path) -> Any:
    """One value of a record as JSON has it."""
    if isinstance(value, str):
        if _BROKEN.search(value):
            message = f"{in_words(path)} holds a character that JSON cannot carry"
            raise NotWritable(message, path=pointer(*path))
        return value
    if isinstance(value, Decimal | int):
        if not _fits(Decimal(value)):
            message = f"{in_words(path)} is no number of at most {DIGITS} digits"
            raise NotWritable(message, path=pointer(*path))
        return format(value, "f") if isinstance(value, Decimal) else value
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [_value(entry, (*path, i)) for i, entry in enumerate(value)]
    if isinstance(value, Mapping):
        return {_value(key, path): _value(entry, (*path, key)) for key, entry in value.items()}
    if dataclasses.is_dataclass(value):
        return _members(value, path)
    return value


def to_json(record: object) -> str:
    """A record as JSON text, indented by two, with a line break at the end. Raises as `to_dict`."""
    return json.dumps(to_dict(record), indent=2, ensure_ascii=False) + "\n"


def to_ndjson(records: Iterable[object]) -> Iterator[str]:
    """Records as JSON, one line each, with its line break. Raises as `to_dict`."""
    for record in records:
        yield json.dumps(to_dict(record), ensure_ascii=False) + "\n"


def finding_to_dict(finding: Finding) -> dict[str, Any]:
    """A finding as JSON values; every key is there, absent values are null."""
    return dataclasses.asdict(finding)


def view_to_dict(view: "DataclassInstance") -> dict[str, Any]:
    """A forecast, comparison, price panel or documentation score as JSON values; amounts are texts."""

    def plain(node: Any) -> Any:
        if isinstance(node, Decimal):
            return format(node, "f")
        if isinstance(node, dict):
            return {key: plain(value) for key, value in node.items()}
        return [plain(value) for value in node] if isinstance(node, tuple | list) else node

    found: dict[str, Any] = plain(dataclasses.asdict(view))
    return found


def report_to_dict(report: Report) -> dict[str, Any]:
    """A report as `check --format json` prints it: `report.schema.json` is its schema."""
    files = []
    for one in report.files:
        keys = ("file", "kind", "guide", "payer_overlay", "overlay_reason", "ok", "claims")
        body = {key: getattr(one, key) for key in keys}
        body["findings"] = [finding_to_dict(finding) for finding in one.findings]
        for key in ("forecast", "comparison", "prices", "documentation"):
            body[key] = [view_to_dict(view) for view in getattr(one, key)]
        files.append(body)
    summary = {
        "files": len(report.files),
        "claims": sum(one.claims for one in report.files),
        "errors": report.count("error"),
        "warnings": report.count("warning"),
        "infos": report.count("info"),
    }
    return {"version": 1, "files": files, "summary": summary}
