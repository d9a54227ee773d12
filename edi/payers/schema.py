"""What an overlay file may say, as a JSON Schema, and what is wrong with a file, in plain words."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, cast, get_args, get_origin

from edi.payers.policies import POLICY_TEXTS, RANGES, kinds

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

DIALECT = "https://json-schema.org/draft/2020-12/schema"
WORDS = ("line", "code", "modifiers", "units", "charge", "place", "revenue_code")
"""What a message of a user's rule may name in braces; all but `line` are of the line that is judged."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One key of `when`."""

    name: str
    on: Literal["line", "claim"]
    """Whether it is judged of a line or of the claim as a whole."""
    kind: Literal["texts", "number", "fields"]
    text: str
    """What it asks, for the reference."""
    negated: bool = True
    """Whether `not_` before it is a condition too."""


CONDITIONS: tuple[Condition, ...] = (
    Condition("code", "line", "texts", "procedure code of the line"),
    Condition("modifier", "line", "texts", "a modifier of the line"),
    Condition("place", "line", "texts", "place of service of the line, else of the claim"),
    Condition("revenue_code", "line", "texts", "revenue code of the line"),
    Condition("ndc", "line", "texts", "NDC of the line, digits only"),
    Condition("amount_over", "line", "number", "charge of the line is more than this, in US dollars", False),
    Condition("amount_under", "line", "number", "charge of the line is less than this, in US dollars", False),
    Condition("units_over", "line", "number", "units of the line are more than this", False),
    Condition("units_under", "line", "number", "units of the line are less than this", False),
    Condition("total_over", "claim", "number", "total charge of the claim is more than this", False),
    Condition("setting", "claim", "texts", "professional or facility"),
    Condition("claim_code", "claim", "texts", "procedure code of any line of the claim"),
    Condition("diagnosis", "claim", "texts", "any diagnosis of the claim, dots left out"),
    Condition("bill_type", "claim", "texts", "type of bill"),
    Condition("claim_filing", "claim", "texts", "claim filing code of the coverage that is billed"),
    Condition("payer_id", "claim", "texts", "id of the payer that is billed"),
    Condition("provider_npi", "claim", "texts", "NPI of any provider of the claim"),
    Condition("provider_taxonomy", "claim", "texts", "taxonomy of any provider of the claim"),
    Condition(
        "missing", "claim", "fields", "a key of the line or of the claim that is absent, or authorization"
    ),
)
"""The plain conditions of a user's rule. A text that ends in `*` is a beginning."""


def overlay_schema() -> dict[str, Any]:
    """The JSON Schema of an overlay, as `schemas/contracts/overlay.schema.json` holds it."""
    reason = _text("Why; findings repeat it.")
    severities = ["error", "warning", "info"]
    whole = _object(
        "Payer rules, written in TOML.",
        {
            "title": _text("What to call these payer rules."),
            "inherits": _text("Payer rules from which these inherit: a shipped name, or a TOML file."),
            "source": _text("Who says so."),
            "edition": _text("Edition of the source."),
            "date": _text("When it was looked up."),
            "policies": _ref("Policies", "Policies that these payer rules set."),
            "match": _ref("Match", "For which payers they are meant."),
            "complex_biologics": _list("Drug codes that this payer lists as complex biologics."),
            "severity": {
                "description": "Rule id and the severity that its findings get.",
                "type": "object",
                "additionalProperties": _ref("SeverityChange", "One rule."),
            },
            "guide": {
                "description": "Lines of the guides that are tightened, by address: `2310B`, `2300/REF[G1]`, "
                "`2010AA/N4/03`, with `837P ` or `837I ` before it for one guide only.",
                "type": "object",
                "additionalProperties": _ref("GuideLine", "One loop, segment or element."),
            },
            "rule": {
                "description": "Rules of the user's own.",
                "type": "array",
                "items": _ref("Rule", "One rule."),
            },
        },
    )
    definitions = {
        "GuideLine": _object(
            "A line of a guide, tightened.",
            {
                "usage": {"description": "R: it must be there.", "enum": ["R", "S"]},
                "least": _count("Shortest length of an element, in characters."),
                "most": _count("Longest length of an element, in characters."),
                "codes": {**_list("Codes that an element may have."), "minItems": 1},
                "count": _count("Most turns of a loop, or repeats of a segment."),
                "severity": {"description": "Severity of its findings; default error.", "enum": severities},
                "reason": reason,
            },
            ("reason",),
        ),
        "Match": _object(
            "For which payers the rules are meant.",
            {"claim_filing": _list("Claim filing codes (SBR09)."), "payer_id": _list("Payer ids.")},
        ),
        "Policies": _object("Policies by name.", _policies()),
        "Rule": _object(
            "A rule of the user's own: a finding where all conditions hold.",
            {
                "id": {
                    "description": "Id of the rule.",
                    "type": "string",
                    "pattern": "^[A-Z][A-Z0-9]*([._-][A-Z0-9]+)+$",
                    "maxLength": 40,
                },
                "message": _text("What is wrong; may name " + ", ".join(f"{{{w}}}" for w in WORDS) + "."),
                "help": _text("What to do."),
                "severity": {"description": "Severity of its findings.", "enum": severities},
                "source": _text("Who says so."),
                "per": {
                    "description": "Whether lines or the claim are judged; default line where a condition is "
                    "about lines.",
                    "enum": ["line", "claim"],
                },
                "when": _ref("When", "Conditions, all of which must hold."),
            },
            ("id", "message", "help", "severity", "when"),
        ),
        "SeverityChange": _object(
            "Another severity for the findings of a rule.",
            {
                "to": {
                    "description": "The severity; off leaves the rule out.",
                    "enum": [*severities, "off"],
                },
                "reason": reason,
            },
            ("to", "reason"),
        ),
        "When": {**_object("Conditions, all of which must hold.", _conditions()), "minProperties": 1},
    }
    head = {"$schema": DIALECT, "$id": "urn:cleanclaim:overlay:1", "title": "Payer rules of cleanclaim"}
    return {**head, **whole, "$defs": definitions}


def _ref(name: str, text: str) -> dict[str, Any]:
    return {"description": text, "$ref": f"#/$defs/{name}"}


def _object(text: str, properties: dict[str, Any], required: Iterable[str] = ()) -> dict[str, Any]:
    found = {"description": text, "type": "object", "properties": properties, "additionalProperties": False}
    wanted = list(required)
    return {**found, "required": wanted} if wanted else found


def _text(text: str) -> dict[str, Any]:
    return {"description": text, "type": "string", "pattern": r"\S"}


def _list(text: str) -> dict[str, Any]:
    return {"description": text, "type": "array", "items": {"type": "string", "pattern": r"\S"}}


def _count(text: str) -> dict[str, Any]:
    return {"description": text, "type": "integer", "minimum": 1}


def _policies() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, kind in kinds().items():
        if kind is int:
            found[name] = {
                "description": POLICY_TEXTS[name],
                "type": "integer",
                "minimum": RANGES[name][0],
                "maximum": RANGES[name][1],
            }
            continue
        choices = kind if get_origin(kind) is Literal else get_args(kind)[0]
        values: dict[str, Any] = {"enum": list(get_args(choices))}
        if kind is not choices:
            table = {
                "description": "Procedure code = revenue code of four digits.",
                "type": "object",
                "additionalProperties": {"type": "string", "pattern": "^[0-9]{4}$"},
            }
            values = {"anyOf": [values, table]}
        found[name] = {"description": POLICY_TEXTS[name], **values}
    return found


def _conditions() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in CONDITIONS:
        for name in (one.name, f"not_{one.name}") if one.negated else (one.name,):
            text = f"{one.text[0].upper()}{one.text[1:]}{' does not fit' if name != one.name else ''}."
            if one.kind == "number":
                found[name] = {"description": text, "type": ["number", "string"], "pattern": _AMOUNT}
            else:
                found[name] = {
                    "description": text,
                    "type": ["string", "array"],
                    "pattern": r"\S",
                    "minItems": 1,
                    "items": {"type": "string", "pattern": r"\S"},
                }
    return found


_AMOUNT = r"^[0-9]{1,12}(\.[0-9]{1,6})?$"


# ---------------------------------------------------------------- judging a file


@cache
def _validator() -> "Draft202012Validator":
    from jsonschema import Draft202012Validator

    return Draft202012Validator(overlay_schema())


def problems(data: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the content of an overlay file: its place in the file, and what would be right."""
    errors = sorted(
        _validator().iter_errors(cast("Any", data)), key=lambda e: [str(p) for p in e.absolute_path]
    )
    yield from dict.fromkeys(text for error in errors for text in _said(error))


def dotted(path: Iterable[str | int]) -> str:
    """A place as TOML writes it, tables of a list counted from 1: `rule[2].when.code`."""
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part + 1}]"
            continue
        plain = part.replace("_", "").replace("-", "").isalnum() and part.isascii()
        text += ("." if text else "") + (part if plain else f'"{part}"')
    return text


def near(word: str, words: Iterable[str]) -> str:
    """`; did you mean x?` where there is a word like it."""
    found = get_close_matches(word, list(words), 1, 0.55)
    return f"; did you mean {found[0]}?" if found else ""


def _said(error: "ValidationError") -> Iterator[str]:
    where = dotted(error.absolute_path)
    node = cast("dict[str, Any]", error.schema)
    found = cast("Any", error.instance)
    if error.validator == "additionalProperties":
        known = node["properties"]
        for key in found:
            if key not in known:
                hint = near(key, known) or f"; the keys there are {', '.join(known)}"
                yield f"{dotted((*error.absolute_path, key))}: there is no such key{hint}"
    elif error.validator == "required":
        for key in node["required"]:
            if key not in found:
                yield f"{where}: {key} is missing"
    elif error.validator in ("enum", "anyOf"):
        values = node.get("enum") or node["anyOf"][0]["enum"]
        yield f"{where} is one of {', '.join(values)}{near(str(found), values)}"
    elif error.validator == "type":
        kind = node["type"] if isinstance(node["type"], str) else " or ".join(_KINDS[k] for k in node["type"])
        yield f"{where} must be {_KINDS.get(kind, kind)}"
    elif error.validator == "pattern" and node["pattern"] == r"\S":
        yield f"{where} is empty"
    elif error.validator == "pattern" and node["pattern"] == _AMOUNT:
        yield f"{where} is a number, as 1250 or 1250.50"
    elif error.validator == "pattern" and where.endswith(".id"):
        yield f"{where} is capitals and digits in two or more parts with hyphens between them, as MINE-001"
    elif error.validator == "pattern":
        yield f"{where} is four digits"
    elif error.validator in ("minItems", "minProperties"):
        yield f"{where} is empty"
    elif error.validator in ("minimum", "maximum"):
        least, most = node.get("minimum"), node.get("maximum")
        yield f"{where} is a number from {least}" + (f" to {most}" if most else " on")
    else:
        yield f"{where} is not what it should be ({error.validator})"


_KINDS = {
    "string": "text in quotes",
    "integer": "a whole number",
    "number": "a number",
    "array": "a list in brackets",
    "object": "a table",
}
