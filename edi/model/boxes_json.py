"""The JSON of boxes, `{"form": "cms1500", "pages": [{"1a": "...", "24D.1": "..."}]}`, and its schema."""

import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from edi.model.boxes import FORMS, Boxes, box_keys, box_rows
from edi.model.crosswalk import FormName
from edi.model.pointer import pointer

NAMES: dict[FormName, str] = {"cms1500": "Cms1500Page", "ub04": "Ub04Page"}
TITLES: dict[FormName, str] = {"cms1500": "CMS-1500", "ub04": "UB-04"}
Fault = tuple[str, str, str, str]
"""JSON Pointer, message, help and kind of finding."""
_BROKEN = re.compile("[\0\ud800-\udfff]")
_KEYS = ("form", "pages")


def judged(given: Mapping[Any, Any]) -> tuple[Boxes | None, list[Fault]]:
    """The form that a JSON object holds, or all that is wrong with it."""
    faults: list[Fault] = []
    for key in getattr(given, "twice", ()):
        faults.append(
            (pointer(key), f"{key} is given more than once", "Keep one of them.", "INPUT-DUPLICATE-KEY")
        )
    for key in given:
        if key not in _KEYS:
            near = get_close_matches(str(key), _KEYS, 1, 0.6)
            hint = f"Did you mean `{near[0]}`?" if near else "The keys here are `form` and `pages`."
            faults.append(
                (pointer(_shown(key)), f"{_shown(key)} is not a known key of boxes", hint, "INPUT-KEY")
            )
    form = given.get("form")
    if form is None:
        faults.append(("/form", "form is missing", "Add `form`: cms1500 or ub04.", "INPUT-MISSING"))
    elif form not in FORMS:
        near = get_close_matches(str(form).lower(), FORMS, 1, 0.5)
        hint = f"Did you mean `{near[0]}`?" if near else "Write cms1500 or ub04."
        faults.append(("/form", "form must be cms1500 or ub04", hint, "INPUT-VALUE"))
    pages = given.get("pages")
    if pages is None:
        faults.append(("/pages", "pages is missing", "Add `pages`: a list of sheets.", "INPUT-MISSING"))
    elif not isinstance(pages, list | tuple):
        faults.append(("/pages", "pages must be a list", "Write it as [ { ... } ].", "INPUT-TYPE"))
    elif not pages:
        faults.append(("/pages", "pages is empty", "Give at least one sheet.", "INPUT-MISSING"))
    if form not in FORMS or not isinstance(pages, list | tuple):
        return None, faults
    read = tuple(_page(page, number, form, faults) for number, page in enumerate(pages))
    return (None, faults) if faults else (Boxes(form=form, pages=read), [])


def _page(page: Any, number: int, form: FormName, faults: list[Fault]) -> dict[str, str]:
    """One sheet without what is null or blank."""
    if not isinstance(page, Mapping):
        faults.append((pointer("pages", number), f"sheet {number + 1} must be an object",
                       "Write it as { box: text }.", "INPUT-TYPE"))  # fmt: skip
        return {}
    found: dict[str, str] = {}
    for key in getattr(page, "twice", ()):
        where = pointer("pages", number, key)
        faults.append(
            (where, f"box {key} is given more than once", "Keep one of them.", "INPUT-DUPLICATE-KEY")
        )
    for key, text in page.items():
        where = pointer("pages", number, _shown(key))
        if key not in box_keys(form):
            faults.append(
                (where, f"the {TITLES[form]} has no box {_shown(key)}", nearest(form, str(key)), "INPUT-KEY")
            )
        elif text is None:
            continue
        elif not isinstance(text, str):
            hint = "Put it into double quotes, so that leading zeros are kept."
            faults.append((where, f"box {key} must be text", hint, "INPUT-TYPE"))
        elif _BROKEN.search(text):
            broken = any("\udc80" <= letter <= "\udcff" for letter in text)
            what = "a byte that is not UTF-8" if broken else "a character that is none"
            hint = "Save the file as UTF-8." if broken else "Remove the character."
            rule = "INPUT-ENCODING" if broken else "INPUT-VALUE"
            faults.append((where, f"box {key} holds {what}", hint, rule))
        elif text.strip():
            found[key] = text
    return found


def nearest(form: FormName, key: str) -> str:
    """What to do about a box that a form does not have: the one that was meant, or where the names stand."""
    plain = {_plain(known): known for known in sorted(box_keys(form))}
    found = plain.get(_plain(key)) or next(
        (plain[name] for name in get_close_matches(_plain(key), plain, 1, 0.6)), None
    )
    if found is None:
        other = next(name for name in FORMS if name != form)
        if key in box_keys(other):
            return f"It is a box of the {TITLES[other]} (`form`: {other})."
    return f"Did you mean `{found}`?" if found else f"The boxes are those of schemas/forms/{form}.csv."


def _plain(key: str) -> str:
    """A key for comparison: capitals without blanks, points and zeros before numbers."""
    bare = re.sub(r"^(BOX|ITEM)", "", re.sub(r"[\s_\-]+", "", str(key)[:40].upper()))
    return re.sub(r"(?<![0-9])0+(?=[0-9])", "", bare)


def _shown(key: object) -> str:
    """A key that can be printed, cut short."""
    text = str(key)
    return "".join(c if c.isprintable() else "?" for c in text[:40]) + ("..." if len(text) > 40 else "")


# ---------------------------------------------------------------- the schema


def schema() -> dict[str, Any]:
    """The JSON Schema of boxes, without its head."""
    sheets = [
        {
            "if": {"properties": {"form": {"const": form}}},
            "then": {"properties": {"pages": {"items": {"$ref": f"#/$defs/{NAMES[form]}"}}}},
        }
        for form in FORMS
    ]
    return {
        "description": "A form as typed or scanned: the text of each box, sheet by sheet.",
        "type": "object",
        "properties": {
            "form": {"description": "Which form it is.", "enum": list(FORMS)},
            "pages": {
                "description": "The sheets of one claim in their order.",
                "type": "array",
                "minItems": 1,
                "items": {"type": "object"},
            },
        },
        "required": list(_KEYS),
        "additionalProperties": False,
        "allOf": sheets,
        "$defs": {NAMES[form]: _sheet(form) for form in FORMS},
    }


def _sheet(form: FormName) -> dict[str, Any]:
    """One sheet of a form: boxes by key, those with rows by pattern."""
    properties: dict[str, Any] = {}
    patterns: dict[str, Any] = {}
    for box, row in box_rows(form).items():
        words = [f"{_item(form, row['item'])}: {row['label']}"]
        words.append("a tick" if row["format"] == "tick" else f"at most {row['limit']} characters")
        node = {"description": ", ".join(words) + ".", "type": ["string", "null"]}
        if row["rows"]:
            first, _, last = row["rows"].partition("-")
            names = f"([{first}-{last}])" if len(last) == 1 else _numbers(int(last))
            patterns[f"^{re.escape(box)}\\.{names}$"] = node
        else:
            properties[box] = node
    return {
        "description": f"One sheet of the {TITLES[form]}; a box with rows has the row behind a point.",
        "type": "object",
        "properties": properties,
        "patternProperties": patterns,
        "additionalProperties": False,
    }


def _item(form: FormName, item: str) -> str:
    return item if form == "ub04" else f"Item {item}"


def _numbers(last: int) -> str:
    """A pattern of the numbers from 1 to a number below 30."""
    tens = "|".join(f"{ten}[0-{9 if ten < last // 10 else last % 10}]" for ten in range(1, last // 10 + 1))
    return f"([1-9]|{tens})"
