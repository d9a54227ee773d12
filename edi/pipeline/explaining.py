"""What the program knows about one thing, as Markdown that also reads well as plain text."""

import difflib
import json
import textwrap
from collections.abc import Iterable, Iterator

from edi import payers, tables
from edi.coding import family
from edi.errors import EdiError
from edi.finding import Denial
from edi.pipeline.notices import Notice, notices
from edi.refdata import Drug, shipped
from edi.rules import Rule, all_rules, rule_by_id
from edi.rules.denials import denials

WIDTH = 79
"""Widest line of a paragraph."""
KINDS = {
    "initial": "first service of a visit and access site",
    "add_on": "add-on: needs one of its parents on the claim",
    "alone": "stands on its own",
    "prolonged": "prolonged infusion by a pump",
    "unlisted": "unlisted procedure: describe it in words",
}
POLICY_TEXTS = {
    "rev_admin_policy": "Revenue code of administrations: by kind (split), 0636 like the drug, or a table.",
    "complex_biologic_policy": "Which biologics are coded with the chemotherapy family.",
    "mod52_policy": "Whether an infusion that was stopped early carries modifier 52.",
    "aborted_policy": "How a planned infusion of 15 minutes or less is coded: by its time or by intent.",
    "missing_stop": "What an infusion without a stop time becomes.",
    "same_drug_repeat": "How a second infusion of the same drug counts.",
    "partial_overlap": "What infusions that overlap in part are to each other.",
    "hyd_segments": "Whether each stretch of hydration must reach the minimum, or their sum.",
    "midnight_dos": "Service date of the hours after midnight.",
    "distinct_modifier": "Modifier of a distinct service: 59, or XE, XS, XU.",
    "jwjz_required": "Whether single-dose drugs need JW or JZ.",
    "jwjz_missing_carc": "CARC with which a missing JW or JZ is denied.",
    "initial_rule": "How the initial service is chosen: by rank, or by the main reason of the visit.",
    "ndc_required": "Whether drug lines need an NDC.",
    "hydration_minimum": "Minutes from which hydration is billable.",
    "pre_post_hydration": "Whether hydration before and after a drug that needs it is paid apart.",
}


def explain(what: str) -> str:
    """The page of a rule id, a procedure or drug code, a policy, or payer rules, as Markdown.

    Raises:
        EdiError: nothing of that name is known; the message names the nearest ones.
    """
    word = what.strip()
    rule = rule_by_id(word)
    if rule is not None:
        return rule_page(rule)
    if word.upper() in notices():
        return notice_page(notices()[word.upper()])
    if word.upper() in family.codes():
        return code_page(word.upper())
    if shipped().drug_rows(word.upper()):
        return drug_page(word.upper())
    if word.lower() in payers.NAMES:
        return policy_page(word.lower())
    if word.lower() in payers.shipped():
        return overlay_page(word.lower())
    aliases = [r for r in all_rules() if word.upper() in r.also]
    if aliases:
        return "\n\n".join(rule_page(r).rstrip("\n") for r in aliases) + "\n"
    near = _nearest(word)
    hint = f"; did you mean {' or '.join(near)}?" if near else ""
    raise EdiError(f"nothing is known about {_shown(word)}{hint}")


def _shown(word: str) -> str:
    """The user's word, printable and short."""
    clean = "".join(c if c.isprintable() else "?" for c in word)
    return clean[:40] + ("..." if len(clean) > 40 else "") if clean else "nothing"


def topics() -> tuple[str, ...]:
    """Everything that `explain` knows."""
    return (
        *(r.id for r in all_rules()),
        *notices(),
        *family.codes(),
        *shipped().codes("hcpcs_drugs"),
        *payers.NAMES,
        *payers.shipped(),
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
    parts.append(_filled(f"{note}; null takes the value away."))
    for words, examples in (("Breaks the rule", rule.breaks), ("Keeps it", rule.keeps)):
        parts += [f"{words}:", "\n\n".join(_patch(example) for example in examples)]
    return "\n\n".join(part for part in parts if part) + "\n"


_NEEDS = {
    "record": "the encounter",
    "received": "the day on which the payer gets the claim (`--received`)",
    "paper": "a form",
}


def _patch(example: object) -> str:
    text = json.dumps(example, indent=2, ensure_ascii=False, default=str)
    return f"```json\n{text}\n```"


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
        _filled(POLICY_TEXTS[name]),
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
    """One set of payer rules."""
    overlay = payers.load(name)
    facts = [
        ("Inherits from", ", ".join(overlay.ancestry)),
        ("For claim filing codes", ", ".join(overlay.claim_filing)),
        ("For payer ids", ", ".join(overlay.payer_ids)),
    ]
    table = _table(
        ("policy", "value", "set by"),
        [(p, str(getattr(overlay.policies, p)), overlay.origin[p]) for p in payers.NAMES],
    )
    return (
        "\n\n".join(p for p in (f"# Payer rules {name}: {overlay.title}", _bullets(facts), table) if p) + "\n"
    )


def policies_page() -> str:
    """All policies and what each shipped overlay sets."""
    overlays = [payers.load(name) for name in payers.shipped()]
    rows = [
        (f"`{name}`", POLICY_TEXTS[name], ", ".join(str(v) for v in payers.allowed_values(name)))
        + tuple(str(getattr(o.policies, name)) for o in overlays)
        for name in payers.NAMES
    ]
    head = ("policy", "what it decides", "values", *(o.name for o in overlays))
    text = (
        "A policy is what payers decide differently. A value: `--policy name=value`, else `policies` of the "
        "encounter, else the payer rules, else those from which they inherit. The payer rules: `--payer`, "
        "else `payer_overlay` of the encounter, else the first whose `[match]` fits the payer that is "
        "billed, else `commercial`."
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


# ---------------------------------------------------------------- Markdown


def _filled(text: str) -> str:
    return textwrap.fill(" ".join(text.split()), WIDTH, break_long_words=False, break_on_hyphens=False)


def _bullets(facts: Iterable[tuple[str, str]]) -> str:
    return "\n".join(_bullet(f"{name}: {value}") for name, value in facts if value)


def _bullet(text: str) -> str:
    return textwrap.fill(
        text,
        WIDTH,
        initial_indent="- ",
        subsequent_indent="  ",
        break_long_words=False,
        break_on_hyphens=False,
    )


def _table(head: Iterable[str], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    names = list(head)
    lines = [f"| {' | '.join(names)} |", f"|{'|'.join(' --- ' for _ in names)}|"]
    lines += [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in rows]
    return "\n".join(lines)
