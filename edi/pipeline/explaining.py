"""What the program knows about one thing, as Markdown that also reads well as plain text."""

import difflib
import json
import re
import textwrap
from collections.abc import Iterable, Iterator
from typing import Any

from edi import payers, tables
from edi.checking import verified
from edi.coding import family
from edi.errors import EdiError
from edi.finding import Denial
from edi.pipeline import addresses, denied, numbers
from edi.pipeline.notices import Notice, notices
from edi.pipeline.prose import WIDTH
from edi.pipeline.prose import bullet as _bullet
from edi.pipeline.prose import bullets as _bullets
from edi.pipeline.prose import filled as _filled
from edi.pipeline.prose import table as _table
from edi.refdata import Drug, shipped
from edi.rules import Example, Rule, all_rules, rule_by_id
from edi.rules.about import BASE, LOADED, ON, POLICIES, SISTER
from edi.rules.denials import denials

KINDS = {
    "initial": "first service of a visit and access site",
    "add_on": "add-on: needs one of its parents on the claim",
    "alone": "stands on its own",
    "prolonged": "prolonged infusion by a pump",
    "unlisted": "unlisted procedure: describe it in words",
}

FEW = 2
"""So many rules that judge an id of the catalogue are shown with it; of more only the names."""


def explain(what: str) -> str:
    """The page of a rule id, a code, a policy, payer rules, a guide address or a box, as Markdown.

    An id of the rules catalogue that none of our rules has leads to the rules that judge it.

    Raises:
        EdiError: nothing of that name is known; the message names the nearest ones.
    """
    word = what.strip()
    rule = rule_by_id(word)
    if rule is not None:
        return _with_number(rule.id, rule_page(rule))
    if word.upper() in notices():
        return _with_number(word.upper(), notice_page(notices()[word.upper()]))
    if word.upper() in family.codes():
        return code_page(word.upper())
    if shipped().drug_rows(word.upper()):
        return drug_page(word.upper())
    if word.lower() in payers.NAMES:
        return policy_page(word.lower())
    if word.lower() in payers.shipped() or word.endswith(".toml"):
        return overlay_page(word if word.endswith(".toml") else word.lower())
    number = _number(word)
    if number is not None:
        return number
    page = addresses.address_page(word) or addresses.box_page(word)
    reason = denied.reason_page(word) or denied.remark_page(word)
    if page is not None and reason is not None:
        name = reason.splitlines()[0].removeprefix("# ").partition(":")[0]
        return f"{page}\nIt is also the name of {name}: `explain {denied.unmistakable(word)}`.\n"
    if page is not None or reason is not None:
        return page or reason or ""
    near = _nearest(word)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise EdiError(f"nothing is known about {_shown(word)}{hint}")


def _with_number(id_: str, page: str) -> str:
    """A page of ours, and behind it what the rules catalogue has under the same id, where that is more."""
    section = numbers.number_section(id_)
    return page if section is None else f"{page}\n{section}"


def _number(word: str) -> str | None:
    """The page of an id of the rules catalogue, and behind it those of the rules that judge it, if few."""
    page = numbers.number_page(word)
    if page is None:
        return None
    rules = numbers.judging(word)
    return "\n".join((page, *map(rule_page, rules if len(rules) <= FEW else ())))


def _shown(word: str) -> str:
    """The user's word, printable and short."""
    clean = "".join(c if c.isprintable() else "?" for c in word)
    return clean[:40] + ("..." if len(clean) > 40 else "") if clean else "nothing"


def topics() -> tuple[str, ...]:
    """Everything that `explain` knows."""
    return (
        *(r.id for r in all_rules()),
        *numbers.known(),
        *notices(),
        *family.codes(),
        *shipped().codes("hcpcs_drugs"),
        *payers.NAMES,
        *payers.shipped(),
        *denied.known(),
    )


def _nearest(word: str) -> list[str]:
    """The three topics that are nearest: those that begin so, else those that look alike."""
    by_fold = {topic.casefold(): topic for topic in topics()}
    fold = word.casefold()
    found = [topic for topic in by_fold if topic.startswith(fold)] if len(fold) > 2 else []
    found = found or difflib.get_close_matches(fold, by_fold, 3, 0.6)
    return [by_fold[topic] for topic in found[:3]]


# ---------------------------------------------------------------- rules


def rule_page(rule: Rule) -> str:
    """Message, why, what to do, source, denials, and examples of a rule."""
    facts = [
        ("Severity", rule.severity),
        ("Setting", rule.setting or "both"),
        ("SNIP type", str(rule.snip)),
        ("Needs", ", ".join(sorted(_NEEDS[n] for n in rule.needs))),
        ("Holds where", "; ".join(f"`{n}` is {' or '.join(v)}" for n, v in rule.when.items())),
        ("Looks at codes", ", ".join(sorted(rule.codes))),
        ("Looks at modifiers", ", ".join(sorted(rule.modifiers))),
        ("Also known as", ", ".join(rule.also)),
    ]
    parts = [
        f"# {rule.id}: {rule.name}",
        _bullets(facts),
        "## What it says",
        _filled(rule.message),
        "## Why",
        _filled(rule.doc),
        "## What to do",
        _filled(rule.help),
        "## Source",
        _filled(rule.source),
    ]
    answers = denials().get(rule.id, ())
    if answers:
        parts += ["## How it is denied", "\n".join(_denial(d) for d in answers)]
    base = rule.base or rule.setting or "professional"
    parts.append("## Examples")
    note = f"Changes to the clean {rule.on} `samples/rules/{base}.json`: a JSON Pointer and the value there"
    note += "; null takes the value away."
    if any(BASE in example for example in (*rule.breaks, *rule.keeps)):
        note += f" `{BASE}` names another clean sample."
    if any(path.endswith("/-") and isinstance(value, list) for path, value in _patches(rule)):
        note += " A list at `-` appends each of its members."
    if any(ON in example for example in (*rule.breaks, *rule.keeps)):
        note += f" `{ON}` says what is changed instead, the encounter or its claim alone."
    if any(POLICIES in example for example in (*rule.breaks, *rule.keeps)):
        note += f" `{POLICIES}` are other policies than usual."
    if any(SISTER in example for example in (*rule.breaks, *rule.keeps)):
        note += f" `{SISTER}` makes a second {rule.on} of the run, or several, in the same way."
    if any(LOADED in example for example in (*rule.breaks, *rule.keeps)):
        note += f" `{LOADED}` are rows of reference data as if a user had loaded them."
    parts.append(_filled(note))
    for words, examples in (("Breaks the rule", rule.breaks), ("Keeps it", rule.keeps)):
        parts += [f"{words}:", _block(examples)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _patches(rule: Rule) -> Iterator[tuple[str, Any]]:
    for example in (*rule.breaks, *rule.keeps):
        yield from example.items()


_NEEDS = {
    "record": "the encounter",
    "received": "the day on which the payer gets the claim (`--received`)",
    "paper": "a form",
    "prices": "that prices are asked for (`--prices`)",
}


def _block(examples: Iterable[Example]) -> str:
    """Examples as JSON, one below the other."""
    return "\n".join(["```json", *map(_packed, examples), "```"])


def _packed(example: Example) -> str:
    """JSON in lines that are broken between its members only."""
    text = example_text(example)
    text = re.sub(r'"(?:[^"\\]|\\.)*"(: )?', lambda found: found[0].replace(" ", "\u00a0"), text)
    lines = textwrap.wrap(text, WIDTH, subsequent_indent="  ", break_long_words=False, break_on_hyphens=False)
    return "\n".join(lines).replace("\u00a0", " ")


def example_text(example: Example) -> str:
    """An example as JSON; equal entries of a list are said to be so many instead of repeated."""
    return json.dumps({key: _told(value) for key, value in example.items()}, ensure_ascii=False, default=str)


def _told(value: object) -> object:
    if isinstance(value, list) and len(value) > 3 and all(one == value[0] for one in value):
        return [value[0], f"... {len(value)} of them"]
    return value


def _denial(denial: Denial) -> str:
    remarks = f" with {', '.join(denial.remarks)}" if denial.remarks else ""
    basis = "as the source articles say" if denial.basis == "textbook" else "by the official lists"
    text = f"{denial.group}-{denial.code}{remarks}, likelihood {denial.likelihood}, {basis}."
    text += f" {denial.first_action}"
    return _bullet(text.strip())


def notice_page(kind: Notice) -> str:
    """A finding about inputs and outputs."""
    return (
        "\n\n".join(
            (
                f"# {kind.id}: {kind.name}",
                _bullets([("Severity", kind.severity)]),
                "## Why",
                _filled(kind.why),
                "## What to do",
                _filled(kind.help),
            )
        )
        + "\n"
    )


# ---------------------------------------------------------------- codes


def code_page(code: str) -> str:
    """One code of the administration family."""
    one = family.codes()[code]
    parents = sorted(family.parents().get(code, ()))
    children = sorted(c for c, allowed in family.parents().items() if code in allowed)
    least = f"more than {one.gate - 1} minutes" if one.gate else ""
    facts = [
        ("Kind", KINDS[one.kind]),
        ("Class", one.klass),
        ("Technique and route", " ".join(t for t in (one.technique, one.route) if t)),
        ("Needs", least),
        ("Rank in a facility", f"{one.rank} (1 is the highest)" if one.rank else ""),
        ("Each further hour", one.further or ""),
        ("Another drug after it", one.next or ""),
        ("The same drug again", one.again or ""),
        ("Another drug at the same time", one.together or ""),
        ("Parents, one must be on the claim", ", ".join(parents)),
        ("Is a parent of", ", ".join(children)),
        ("Usual revenue code", one.revenue),
        ("Not confirmed", one.verify),
    ]
    parts = [f"# {code}: {one.label}", _bullets(facts), *_limit_and_pairs(code)]
    rules = [r for r in all_rules() if code in r.codes]
    if rules:
        parts += ["## Rules about it", "\n".join(f"- {r.id} {r.name}" for r in rules)]
    return "\n\n".join(parts) + "\n"


def _limit_and_pairs(code: str) -> Iterator[str]:
    """Units per day and pair edits of a code."""
    rows = [row for row in tables.rows("coding/mue.csv") if row["code"] == code]
    if rows:
        words = {"1": "by line", "2": "by day, absolute", "3": "by day"}
        yield f"## Most units on one day ({tables.notes('coding/mue.csv')['edition']})"
        yield "\n".join(
            f"- {who}: {row[key]} ({words.get(row[f'{key}_mai'], 'basis not known')})"
            for row in rows
            for who, key in (("practitioner", "practitioner"), ("hospital", "hospital"))
            if row[key]
        )
    groups: dict[tuple[bool, tuple[int | None, int | None]], list[str]] = {}
    for (first, second), indicators in family.pair_edits().items():
        if code == first:
            groups.setdefault((False, indicators), []).append(second)
        elif code == second:
            groups.setdefault((True, indicators), []).append(first)
    if groups:
        yield f"## Pair edits ({tables.notes('coding/ptp.csv')['edition']})"
        yield "\n".join(
            _pair(code, itself, indicators, others) for (itself, indicators), others in groups.items()
        )


def _pair(code: str, itself: bool, indicators: tuple[int | None, int | None], others: list[str]) -> str:
    """Pair edits of one outcome: which code is denied, and what a modifier can do."""
    practitioner, hospital = (_INDICATORS[number] for number in indicators)
    if practitioner == hospital:
        said = f"in both settings {practitioner}"
    else:
        said = f"practitioner {practitioner}, hospital {hospital}"
    denied = f"{code} is denied beside" if itself else "denied beside it:"
    return _bullet(f"{denied} {', '.join(sorted(others))} ({said})")


_INDICATORS = {None: "no edit", 0: "never paid together", 1: "unless a modifier says that it was distinct"}


def drug_page(code: str) -> str:
    """One drug code, in each window of dates."""
    rows = shipped().drug_rows(code)
    parts = [f"# {code}: {rows[0].drug}"]
    for row in rows:
        parts.append(_bullets(_drug_facts(row)))
    edition = tables.notes("codes/hcpcs_drugs.csv")["edition"]
    parts.append(
        _filled(f"Table: codes/hcpcs_drugs.csv, {edition}. Always check the label of the container.")
    )
    return "\n\n".join(parts) + "\n"


def _drug_facts(row: Drug) -> list[tuple[str, str]]:
    unit = f"{row.unit_value:f} {row.unit}" if row.unit_value is not None else "not by amount"
    started = row.start.isoformat() if row.start else "not known"
    ended = row.end.isoformat() if row.end else "not known, or still in force"
    return [
        ("First date of service", started),
        ("Last date of service", ended),
        ("One billing unit", unit),
        ("Class", row.drug_class),
        (
            "Class under the textbook policy",
            row.textbook_class or "" if row.textbook_class != row.drug_class else "",
        ),
        ("Route", f"{row.route} only" if row.route else ""),
        ("Container", row.container or "not known"),
        ("Sizes", ", ".join(f"{size.value:f} {size.unit}" for size in row.sizes)),
        ("Usual unit of the NDC quantity", row.ndc_unit or ""),
        ("Replaced by", row.replaced_by or ""),
        ("Not confirmed", row.verify or ""),
    ]


# ---------------------------------------------------------------- policies and payers


def policy_page(name: str) -> str:
    """One policy: what it decides, its values, what each overlay sets."""
    overlays = [payers.load(overlay) for overlay in payers.shipped()]
    rules = [r for r in all_rules() if name in r.when]
    parts = [
        f"# Policy {name}",
        _filled(payers.POLICY_TEXTS[name]),
        f"Values: {', '.join(str(v) for v in payers.allowed_values(name))}",
        "\n".join(f"- {o.name}: {getattr(o.policies, name)} ({_set_by(o, name)})" for o in overlays),
    ]
    if rules:
        parts += ["Rules that depend on it:", "\n".join(f"- {r.id} {r.name}" for r in rules)]
    return "\n\n".join(parts) + "\n"


def _set_by(overlay: payers.Overlay, name: str) -> str:
    by = overlay.origin[name]
    return "set here" if by == overlay.name else f"from {by}"


def overlay_page(name: str) -> str:
    """One set of payer rules, by name or file: for whom, policies, severities, guide lines, own rules."""
    overlay = verified(payers.load(name))
    facts = [
        ("Inherits from", ", ".join(overlay.ancestry)),
        ("For claim filing codes", ", ".join(overlay.claim_filing)),
        ("For payer ids", ", ".join(overlay.payer_ids)),
        ("Complex biologics", ", ".join(overlay.complex_biologics or ())),
    ]
    parts = [
        f"# Payer rules {overlay.name}: {overlay.title}",
        _bullets(facts),
        _table(
            ("policy", "value", "set by"),
            [(p, str(getattr(overlay.policies, p)), overlay.origin[p]) for p in payers.NAMES],
        ),
    ]
    if overlay.severities:
        rows = [
            (id_, _usual_severity(id_, overlay), change.to, change.reason, change.by)
            for id_, change in overlay.severities.items()
        ]
        parts += ["## Severities", _table(("rule", "usually", "here", "because", "set by"), rows)]
    if overlay.guide:
        lines = [
            (f"{one.guide or ''} {one.address}".strip(), _bounds(one), one.reason, one.by)
            for one in overlay.guide
        ]
        head = ("line", "this payer wants", "because", "set by")
        parts += ["## Tightened guide lines", _table(head, lines)]
    if overlay.rules:
        parts.append("## Rules of its own")
        parts += [_own_rule(one) for one in overlay.rules]
    return "\n\n".join(p for p in parts if p) + "\n"


def _usual_severity(id_: str, overlay: payers.Overlay) -> str:
    rule = rule_by_id(id_) or next((one for one in overlay.rules if one.id == id_), None)
    return rule.severity if rule is not None else ""


def _bounds(one: payers.Tightening) -> str:
    """What a tightened line asks for, in words."""
    words = [
        "must be there" if one.usage == "R" else "",
        f"at least {one.least} characters" if one.least is not None else "",
        f"at most {one.most} characters" if one.most is not None else "",
        f"only {', '.join(one.codes)}" if one.codes is not None else "",
        f"at most {one.count} times" if one.count is not None else "",
    ]
    return "; ".join(word for word in words if word) or "nothing more than the guide"


def _own_rule(one: payers.OwnRule) -> str:
    facts = [
        ("Severity", one.severity),
        ("Judged per", one.per),
        *(
            (name.replace("_", " "), ", ".join(value) if isinstance(value, tuple) else f"{value:f}")
            for name, value in one.when.items()
        ),
        ("Set by", one.by),
    ]
    return f"### {one.id}\n\n{_filled(one.message)}\n\n{_filled(one.help)}\n\n{_bullets(facts)}"


def policies_page() -> str:
    """All policies and what each shipped overlay sets."""
    overlays = [payers.load(name) for name in payers.shipped()]
    rows = [
        (f"`{name}`", payers.POLICY_TEXTS[name], ", ".join(str(v) for v in payers.allowed_values(name)))
        + tuple(str(getattr(o.policies, name)) for o in overlays)
        for name in payers.NAMES
    ]
    head = ("policy", "what it decides", "values", *(o.name for o in overlays))
    text = (
        "A policy is what payers decide differently. A value: `--policy name=value`, else `policies` of the "
        "encounter, else the payer rules, else those from which they inherit. The payer rules: `--payer`, "
        "else `payer_overlay` of the encounter, else the first whose `[match]` fits the payer that is "
        "billed, else `commercial`. Payer rules of your own: [payers.md](payers.md)."
    )
    return f"# Policies and payer rules\n\n{_filled(text)}\n\n{_table(head, rows)}\n"


def codes_page() -> str:
    """The administration family as a table."""
    head = ("code", "label", "kind", "minutes from", "rank", "further hour", "next", "again", "together",
            "parents", "revenue")  # fmt: skip
    rows = [
        (
            c.code,
            c.label,
            c.kind.replace("_", "-"),
            str(c.gate or ""),
            str(c.rank or ""),
            c.further or "",
            c.next or "",
            c.again or "",
            c.together or "",
            " ".join(sorted(family.parents().get(c.code, ()))),
            c.revenue,
        )
        for c in family.codes().values()
    ]
    notes = tables.notes("coding/family.csv")
    text = (
        f"Source: {notes['source']}. Edition: {notes['edition']}. Labels are our own; the descriptors of CPT "
        "belong to the American Medical Association and are not shipped."
    )
    return f"# The administration family\n\n{_filled(text)}\n\n{_table(head, rows)}\n"
