"""The XML of encounters and claims: the keys of the JSON as elements, judged by the same contract.

The root is `claim` or `encounter`, or `claims` or `encounters` around several. A list is its element
repeated, `<lines>...</lines><lines>...</lines>`, so that every element has the name of its JSON key, and
`/lines/0/hcpcs` is the JSON Pointer of `lines[1]/hcpcs`. Keys that are data stand in entries:
`<charges><key>96365</key><value>120.00</value></charges>`; an entry of `policies` holds text in `value`, a
whole number in `number`, a table in `entries`. No element has attributes. Elements may stand in any order;
they are written in that of the schema.

Document types and the entities that they declare are refused, so that a file cannot reach beyond itself
or grow without bounds. lxml is imported when XML is read or written, not before.
"""

import json
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING, Any

from edi.errors import NotWritable
from edi.model.claim import Claim
from edi.model.contract import (
    AMOUNT,
    Path,
    Problem,
    Record,
    RecordType,
    from_dict,
    in_words,
    schemas,
    shape,
    to_dict,
)
from edi.model.encounter import Encounter
from edi.model.pointer import pointer

if TYPE_CHECKING:
    from lxml.etree import _Element

NAMESPACE = "urn:cleanclaim:1"
"""Namespace of all elements; its number is the version of this form."""
XSD_PATH = "contracts/claim.xsd"
"""Path of the XML Schema below `schemas/`."""

_DEFAULT: dict[Any, str] = {None: NAMESPACE}
_XS = "http://www.w3.org/2001/XMLSchema"
_XSI = "http://www.w3.org/2001/XMLSchema-instance"
_SCHEMA_HINTS = (f"{{{_XSI}}}schemaLocation", f"{{{_XSI}}}noNamespaceSchemaLocation")
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_LISTS: dict[str, RecordType] = {"claims": "claim", "encounters": "encounter"}
_ROOTS: dict[str, RecordType] = {"claim": "claim", "encounter": "encounter"}
_NOT_XML = re.compile("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that no XML file can hold, not even as references: the `Char` production of XML 1.0."""
_WHOLE = re.compile(r"[+-]?[0-9]+")
_BOOLEANS = {"true": True, "1": True, "false": False, "0": False}


def _kinds(node: dict[str, Any]) -> list[str]:
    """The types of a schema, without null."""
    kinds = node.get("type", [])
    return [kind for kind in ([kinds] if isinstance(kinds, str) else kinds) if kind != "null"]


def _has_any_keys(node: dict[str, Any]) -> bool:
    """Whether a schema is that of an object whose keys are data, such as a fee schedule."""
    return "object" in _kinds(node) and isinstance(node.get("additionalProperties"), dict)


def _entry_forms(node: dict[str, Any]) -> dict[str, str]:
    """The elements that may hold the value of an entry -> the type that each stands for."""
    kinds = _kinds(node)
    found = {}
    if "string" in kinds:
        found["value"] = "number" if "number" in kinds else "string"
    if "integer" in kinds:
        found["number"] = "integer"
    if "object" in kinds:
        found["entries"] = "object"
    return found


# ---------------------------------------------------------------- writing


def to_xml(record: Claim | Encounter) -> str:
    """A record as an XML file with `claim` or `encounter` as its root; it is valid by `claim.xsd`.

    Raises:
        NotWritable: a text holds a character that XML cannot carry, or an amount is no number; `path` says
            where.
    """
    return f"{_HEAD}{_written(record, 0)}\n"


def to_xml_list(records: Iterable[Claim | Encounter]) -> Iterator[str]:
    """Records of one kind as an XML file with `claims` or `encounters` as its root, in one text for each.

    Raises:
        NotWritable: as `to_xml`; or there is no record, or one of another kind than the first.
    """
    waiting = iter(records)
    first = next(waiting, None)
    if first is None:
        raise NotWritable("there is no record to write")
    root = f"{_kind(first)}s"
    yield f'{_HEAD}<{root} xmlns="{NAMESPACE}">\n'
    for index, record in enumerate(chain([first], waiting)):
        try:
            if _kind(record) != _kind(first):
                raise NotWritable(f"a file of {root} holds nothing else")
            text = _written(record, 1)
        except NotWritable as problem:
            problem.claim_index = index
            raise
        yield "  " + text.replace(f' xmlns="{NAMESPACE}"', "", 1) + "\n"
    yield f"</{root}>\n"


def _kind(record: Claim | Encounter) -> RecordType:
    return "claim" if isinstance(record, Claim) else "encounter"


def _written(record: Claim | Encounter, level: int) -> str:
    """The element of a record, its children indented, without a line break at the end."""
    from lxml import etree

    kind = _kind(record)
    element = etree.Element(f"{{{NAMESPACE}}}{kind}", None, _DEFAULT)
    _fill(element, to_dict(record), shape(kind), ())
    etree.indent(element, level=level)
    return etree.tostring(element, encoding="unicode", with_tail=False)


def _fill(parent: "_Element", values: dict[str, Any], node: dict[str, Any], path: Path) -> None:
    """Add the members of a record to its element."""
    for key, value in values.items():
        sub = node["properties"][key]
        if _has_any_keys(sub):
            _entries(parent, key, value, (*path, key))
        elif "array" in _kinds(sub):
            for i, entry in enumerate(value):
                _add(parent, key, entry, sub["items"], (*path, key, i))
        else:
            _add(parent, key, value, sub, (*path, key))


def _add(parent: "_Element", name: str, value: Any, node: dict[str, Any], path: Path) -> None:
    """Add one element: a record, or text."""
    element = _child(parent, name)
    if isinstance(value, dict):
        _fill(element, value, node, path)
    else:
        element.text = _text(value, path)


def _entries(parent: "_Element", name: str, values: dict[str, Any], path: Path) -> None:
    """Add one element for each member of an object whose keys are data."""
    for key, value in values.items():
        entry = _child(parent, name)
        _child(entry, "key").text = _text(key, path)
        if isinstance(value, dict):
            _entries(entry, "entries", value, (*path, key))
        else:
            form = "number" if isinstance(value, int) else "value"
            _child(entry, form).text = _text(value, (*path, key))


def _child(parent: "_Element", name: str) -> "_Element":
    from lxml import etree

    return etree.SubElement(parent, f"{{{NAMESPACE}}}{name}")


def _text(value: str | int | bool, path: Path) -> str:
    """A value as text that XML can carry."""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = str(value)
    if _NOT_XML.search(text):
        raise NotWritable(f"{in_words(path)} holds a character that XML cannot carry", path=pointer(*path))
    return text


# ---------------------------------------------------------------- reading


def is_xml(data: bytes) -> bool:
    """Whether bytes begin as XML does, in UTF-8 or in another encoding that keeps ASCII recognisable."""
    return _opening(data[:200])[:1] == b"<"


def _opening(data: bytes) -> bytes:
    """The bytes behind byte order mark and blanks, those of UTF-16 and UTF-32 without their zeros."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        data = data.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()


def read_xml(data: bytes) -> Iterator[Record]:
    """The records of an XML file, each with its value or all of its problems, as `read_records` for JSON.

    Where the file as a whole cannot be read, there is one Record without a kind.
    """
    root = _root(data)
    if isinstance(root, Problem):
        yield Record(index=0, problems=[root], syntax="xml")
        return
    namespace, name = _parted(root.tag)
    known = {**_ROOTS, **_LISTS}
    if name not in known or namespace not in ("", NAMESPACE):
        message = "the root element is none of claim, claims, encounter, encounters"
        if name in known:
            message = "the root element stands in a namespace that is not known"
        help_text = f'Write a claim as <claim xmlns="{NAMESPACE}">, several in <claims>.'
        yield Record(index=0, problems=[Problem("", message, help_text, "INPUT-KIND")], syntax="xml")
    elif name in _ROOTS:
        yield _record(root, namespace, _ROOTS[name], 0)
    else:
        yield from _listed(root, namespace, name)


def _listed(root: "_Element", namespace: str, name: str) -> Iterator[Record]:
    """The records of a list, then what is wrong with the list itself."""
    kind, path = _LISTS[name], pointer(name)
    shaping = _Shaping(namespace)
    shaping.plain(root, (name,))
    found = shaping.problems
    index = 0
    for element in root:
        if shaping.name(element) == kind:
            yield _record(element, namespace, kind, index)
            index += 1
        else:
            message = f"{in_words((shaping.name(element),))} is not a known key in {name}"
            found.append(Problem(path, message, f"{name} holds `{kind}` elements only.", "INPUT-KEY"))
    if not index and not found:
        found.append(Problem(path, "the list is empty", f"Give at least one {kind}.", "INPUT-EMPTY"))
    if found:
        yield Record(index=0, problems=found, syntax="xml")


def _record(element: "_Element", namespace: str, kind: RecordType, index: int) -> Record:
    """One record from its element."""
    shaping = _Shaping(namespace)
    values = shaping.members(element, shape(kind), ())
    record = from_dict(values, kind=kind, index=index)
    known = {problem.path for problem in shaping.problems}
    judged = [_for_xml(problem, shape(kind)) for problem in record.problems if problem.path not in known]
    record.problems = shaping.problems + judged
    if record.problems:
        record.value = None
    record.syntax = "xml"
    return record


def _root(data: bytes) -> "_Element | Problem":
    """The root element of a file, or why there is none."""
    from lxml import etree

    if not _opening(data):
        return Problem(
            "", "the file is empty", "Give a file with at least one encounter or claim.", "INPUT-EMPTY"
        )
    if _has_document_type(data):
        return _DOCUMENT_TYPE
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(data, parser)
    except etree.XMLSyntaxError as wrong:
        return _syntax_problem(wrong.position, list(parser.error_log))
    # In an encoding that hides ASCII the document type shows only now; nothing of it was resolved.
    return root if root.getroottree().docinfo.internalDTD is None else _DOCUMENT_TYPE


_DOCUMENT_TYPE = Problem(
    "",
    "the file has a document type (DOCTYPE), which is not accepted",
    "Remove the DOCTYPE and the entities that it declares, and write their text itself.",
    "INPUT-XML",
)


def _has_document_type(data: bytes) -> bool:
    """Whether a document type stands before the root element."""
    text, at = _opening(data), 0
    while True:
        for begin, end in ((b"<?", b"?>"), (b"<!--", b"-->")):
            if text.startswith(begin, at):
                closed = text.find(end, at + len(begin))
                if closed < 0:
                    return False
                at = closed + len(end)
                break
        else:
            return text[at : at + 9].upper() == b"<!DOCTYPE"
        while text[at : at + 1].isspace():
            at += 1


_SYNTAX = {
    "ERR_TAG_NAME_MISMATCH": "a closing tag does not belong to the element that is open",
    "ERR_TAG_NOT_FINISHED": "the text ends, but an element is not closed",
    "ERR_LTSLASH_REQUIRED": "an element is not closed",
    "ERR_GT_REQUIRED": "a tag has no closing >",
    "ERR_DOCUMENT_EMPTY": "this does not begin as XML does",
    "ERR_DOCUMENT_END": "something follows the end of the root element",
    "ERR_NAME_REQUIRED": "< or & stands within a text; write &lt; or &amp;",
    "ERR_ENTITYREF_SEMICOL_MISSING": "& stands within a text; write &amp;",
    "ERR_UNDECLARED_ENTITY": "an entity is none of &lt; &gt; &amp; &quot; &apos;",
    "ERR_INVALID_CHARREF": "a character reference names no character that XML can hold",
    "ERR_INVALID_CHAR": "a character stands here that XML cannot hold",
    "ERR_ATTRIBUTE_REDEFINED": "an attribute is given more than once",
    "ERR_ATTRIBUTE_NOT_STARTED": "the value of an attribute has no quotes",
    "ERR_ATTRIBUTE_WITHOUT_VALUE": "an attribute has no value",
    "ERR_COMMENT_NOT_FINISHED": "a comment is not closed",
    "ERR_CDATA_NOT_FINISHED": "a CDATA section is not closed",
    "NS_ERR_UNDEFINED_NAMESPACE": "a namespace prefix is not declared",
    "ERR_RESERVED_XML_NAME": "the XML declaration does not stand at the very beginning",
}
_ENCODING = ("ERR_INVALID_ENCODING", "ERR_UNSUPPORTED_ENCODING", "ERR_UNKNOWN_ENCODING", "I18N_CONV_FAILED")


def _syntax_problem(at: tuple[int, int], log: list[Any]) -> Problem:
    """Where a text stops to be XML, and why; in own words, as those of the parser may repeat values."""
    errors = [entry for entry in log if entry.level_name != "WARNING"]
    name = errors[0].type_name if errors else ""
    line, column = (errors[0].line, errors[0].column) if errors else at
    place = f"line {line}, column {column}"
    if name in _ENCODING:
        message = f"{place}: the bytes are not in the encoding that the file declares, or in UTF-8 by default"
        return Problem("", message, "Save the file as UTF-8.", "INPUT-ENCODING")
    if any("xcessive depth" in entry.message or "XML_PARSE_HUGE" in entry.message for entry in errors):
        message = f"{place}: it is nested too deeply, or a text in it is too long"
        return Problem("", message, "Look for elements that are not closed.", "INPUT-XML")
    reason = _SYNTAX.get(name, "this is not well-formed XML")
    return Problem("", f"not XML: {place}: {reason}", "Mend the file at that place.", "INPUT-XML")


def _parted(tag: str) -> tuple[str, str]:
    """Namespace and name of a tag."""
    namespace, brace, name = tag.removeprefix("{").rpartition("}")
    return (namespace, name) if brace else ("", tag)


class _Members(dict[str, Any]):
    """The members of an object, which remember those that stood there more than once, as those of JSON do."""

    __slots__ = ("twice",)
    twice: tuple[str, ...]


class _Shaping:
    """Makes the values of JSON from elements, along the schema of the record.

    What the schema has no place for is cut short and left to be judged. Reported here is what JSON has no
    place for: attributes, text between elements, entries that are not whole.
    """

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace
        self.problems: list[Problem] = []

    def name(self, element: "_Element") -> str:
        """The key of an element: its name, with the namespace where that is a foreign one."""
        namespace, name = _parted(element.tag)
        return name if namespace == self.namespace else element.tag

    def plain(self, element: "_Element", path: Path) -> None:
        """Report attributes, and text between elements."""
        at = pointer(*path)
        for key in element.attrib:
            if path and len(path) > 1 or key not in _SCHEMA_HINTS:
                message = f"{in_words((str(key),))} of {in_words(path)} is an attribute, which no element has"
                self.problems.append(Problem(at, message, "Write the value as an element.", "INPUT-KEY"))
        if len(element) and any((text or "").strip() for text in self._between(element)):
            message = f"{in_words(path)} has text between its elements"
            help_text = "Put the text into an element of its own, or remove it."
            self.problems.append(Problem(at, message, help_text, "INPUT-TYPE"))

    def _between(self, element: "_Element") -> Iterator[str | None]:
        yield element.text
        for child in element:
            yield child.tail

    def members(self, element: "_Element", node: dict[str, Any], path: Path) -> Any:
        """A record: an object; or the text of an element that has nothing else."""
        self.plain(element, path)
        text = element.text or ""
        if not len(element) and text.strip() and path:
            return text
        if not len(element) and text.strip():
            message = "the record has text and no elements"
            self.problems.append(Problem("", message, "Write each value as an element.", "INPUT-TYPE"))
        found = _Members()
        repeated: dict[str, list[Any]] = {}
        for child in element:
            repeated.setdefault(self.name(child), []).append(child)
        twice = []
        for key, children in repeated.items():
            sub = node["properties"].get(key)
            here = (*path, key)
            if sub is None:
                found[key] = None
            elif _has_any_keys(sub):
                found[key] = self.entries(children, sub, here)
            elif "array" in _kinds(sub):
                found[key] = [self.value(one, sub["items"], (*here, i)) for i, one in enumerate(children)]
            else:
                found[key] = self.value(children[0], sub, here)
                if len(children) > 1:
                    twice.append(key)
        found.twice = tuple(twice)
        return found

    def value(self, element: "_Element", node: dict[str, Any], path: Path) -> Any:
        """One value: a record, or the text of an element as the type of its key."""
        if "properties" in node:
            return self.members(element, node, path)
        self.plain(element, path)
        if len(element):
            return {}
        text, kinds = element.text or "", _kinds(node)
        if kinds == ["boolean"]:
            return _BOOLEANS.get(text.strip(), text)
        if kinds == ["integer"] and _WHOLE.fullmatch(text.strip()):
            return Decimal(text.strip())
        return text

    def entries(self, elements: list[Any], node: dict[str, Any], path: Path) -> _Members:
        """An object whose keys are data, from its entries."""
        sub = node["additionalProperties"]
        forms = _entry_forms(sub)
        found, twice = _Members(), []
        for number, element in enumerate(elements, 1):
            self.plain(element, path)
            names = [self.name(child) for child in element]
            wrong = self._wrong_entry(names, sub)
            if wrong is not None:
                what, rule = wrong
                ways = " or ".join(f"`{form}`" for form in forms)
                message = f"entry {number} of {in_words(path)} {what}"
                self.problems.append(
                    Problem(pointer(*path), message, f"Write one `key` and its {ways}.", rule)
                )
                continue
            key_element = element[names.index("key")]
            key = self.value(key_element, {"type": "string"}, path)
            if not isinstance(key, str):
                message = f"the key of entry {number} of {in_words(path)} is not text"
                help_text = "Write the key as text, without elements around it."
                self.problems.append(Problem(pointer(*path), message, help_text, "INPUT-TYPE"))
                continue
            held = [child for child in element if child is not key_element]
            form = self.name(held[0]) if held else "entries"
            if key in found:
                twice.append(key)
            elif form == "entries":
                found[key] = self.entries(held, sub, (*path, key))
            else:
                found[key] = inside = self.value(held[0], {"type": forms[form]}, (*path, key))
                if form == "number" and isinstance(inside, str):
                    message = f"{in_words((*path, key))} is not a whole number"
                    help_text = "Write a whole number in digits, or text in `value`."
                    self.problems.append(Problem(pointer(*path, key), message, help_text, "INPUT-TYPE"))
        found.twice = tuple(twice)
        return found

    def _wrong_entry(self, names: list[str], node: dict[str, Any]) -> tuple[str, str] | None:
        """Why the elements of an entry are not one key and its value, and the rule that says so."""
        held = [name for name in names if name != "key"]
        if names.count("key") != 1:
            return f"has {'more than one' if 'key' in names else 'no'} key", "INPUT-MISSING"
        if not set(held) <= _entry_forms(node).keys() or (len(held) > 1 and set(held) != {"entries"}):
            return "holds more than a key and one value", "INPUT-KEY"
        if not held and "object" not in _kinds(node):
            return "has no value", "INPUT-MISSING"
        return None


def _for_xml(problem: Problem, node: dict[str, Any]) -> Problem:
    """A problem whose help speaks of elements where that of JSON would speak of brackets and quotes."""
    if problem.rule != "INPUT-TYPE":
        return problem
    for part in problem.path.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if "array" in _kinds(node):
            node = node["items"]
        elif key in node.get("properties", {}):
            node = node["properties"][key]
        else:
            return problem
    kinds = _kinds(node)
    if kinds == ["boolean"]:
        help_text = "Write true or false."
    elif kinds == ["integer"]:
        help_text = "Write a whole number in digits."
    elif "properties" in node:
        known = list(node["properties"])
        names = ", ".join(f"<{key}>" for key in known[:6]) + (" and others" if len(known) > 6 else "")
        help_text = f"Write its parts as elements: {names}."
    elif problem.message.endswith("not an object"):
        help_text = "Write the value as text, without elements around it."
    else:
        return problem
    return problem._replace(help=help_text)


# ---------------------------------------------------------------- the XML Schema


def xsd() -> dict[str, str]:
    """The XML Schema of the contract by its path below `schemas/`, as it is checked in.

    It is made from the JSON Schemas, so that both name the same keys with the same descriptions.
    """
    from lxml import etree

    root = etree.Element(f"{{{_XS}}}schema", None, {"xs": _XS, **_DEFAULT})
    root.set("targetNamespace", NAMESPACE)
    root.set("elementFormDefault", "qualified")
    _annotated(
        root,
        "Claims and encounters of cleanclaim in XML: element names are the keys of the JSON, a list is its "
        "element repeated. Readers take elements in any order.",
    )
    types: dict[str, dict[str, Any]] = {}
    texts = schemas()
    for name, kind in _LISTS.items():
        body = json.loads(texts[f"contracts/{kind}.schema.json"])
        types |= body.pop("$defs")
        types[kind.capitalize()] = body
        _declared(root, kind, type=kind.capitalize())
        several = _declared(root, name)
        inside = _xs(_xs(several, "complexType"), "sequence")
        _xs(inside, "element", ref=kind, maxOccurs="unbounded")
    for name, base, pattern, text in (
        ("amount", "xs:decimal", AMOUNT[1:-1], "Digits with a point, no exponent."),
        ("date", "xs:date", "[0-9]{4}-[0-9]{2}-[0-9]{2}", "Year, month and day."),
        ("name", "xs:string", r"[\s\S]*\S[\s\S]*", "Text that is not blank."),
    ):
        simple = _xs(root, "simpleType", name=name)
        _annotated(simple, text)
        _xs(_xs(simple, "restriction", base=base), "pattern", value=pattern)
    for name, definition in sorted(types.items()):
        made = _xs(root, "complexType", name=name)
        _annotated(made, definition["description"])
        members = _xs(made, "sequence")
        for key, node in definition["properties"].items():
            _member(members, key, node, required=key in definition.get("required", ()))
    etree.indent(root)
    return {XSD_PATH: _HEAD + etree.tostring(root, encoding="unicode") + "\n"}


def _xs(parent: "_Element", tag: str, /, **attributes: str) -> "_Element":
    """A new element of the XML Schema."""
    from lxml import etree

    return etree.SubElement(parent, f"{{{_XS}}}{tag}", attributes)


def _declared(parent: "_Element", name: str, **attributes: str) -> "_Element":
    return _xs(parent, "element", name=name, **attributes)


def _annotated(parent: "_Element", text: str) -> None:
    _xs(_xs(parent, "annotation"), "documentation").text = text


def _member(parent: "_Element", key: str, node: dict[str, Any], *, required: bool) -> None:
    """The declaration of one key of a record."""
    text = node.get("description", "")
    made = _declared(parent, key)
    if not required:
        made.set("minOccurs", "0")
    if _has_any_keys(node) or "array" in _kinds(node):
        made.set("maxOccurs", "unbounded")
    if text:
        _annotated(made, text)
    if _has_any_keys(node):
        _entry_type(made, node["additionalProperties"])
        return
    inner = node["items"] if "array" in _kinds(node) else node
    references = [inner, *inner.get("anyOf", ())]
    record = next((one["$ref"] for one in references if "$ref" in one), None)
    if record is not None:
        made.set("type", record.rsplit("/", 1)[1])
    elif "enum" in inner:
        restricted = _xs(_xs(made, "simpleType"), "restriction", base="xs:string")
        for value in inner["enum"]:
            if value is not None:
                _xs(restricted, "enumeration", value=value)
    else:
        made.set("type", _simple(inner))


def _simple(node: dict[str, Any]) -> str:
    """The simple type of a schema without members."""
    kinds = _kinds(node)
    if "number" in kinds:
        return "amount"
    if node.get("format") == "date":
        return "date"
    if "string" in kinds:
        return "name" if "pattern" in node else "xs:string"
    return f"xs:{kinds[0]}"


def _entry_type(parent: "_Element", node: dict[str, Any]) -> None:
    """The type of an entry of an object whose keys are data."""
    inside = _xs(_xs(parent, "complexType"), "sequence")
    _declared(inside, "key", type="xs:string")
    forms = _entry_forms(node)
    choice = _xs(inside, "choice") if len(forms) > 1 else inside
    for form, kind in forms.items():
        if kind == "object":
            several = _declared(choice, form, minOccurs="0", maxOccurs="unbounded")
            _entry_type(several, node["additionalProperties"])
        else:
            _declared(choice, form, type=_simple({"type": kind}))
