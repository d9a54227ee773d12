"""The report as one page of HTML that needs nothing beside itself: no script, no picture, no network."""

import html
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from edi.cli.views import by_record, dollars, numbers
from edi.finding import (
    SEVERITIES,
    ComparedLine,
    Comparison,
    Documentation,
    FileReport,
    Finding,
    Forecast,
    LikelyDenial,
    PricePanel,
    Report,
    X12Place,
)
from edi.pipeline.judging import MASK
from edi.pipeline.notices import WHOLE_RUN

STYLE = """
:root { color-scheme: light dark; --ink: #1c2024; --soft: #555e68; --line: #d5dade; --paper: #fff;
  --plain: #f4f6f8; --error: #a8001c; --warning: #7a5200; --info: #1c5d85; --good: #1f6b3a }
@media (prefers-color-scheme: dark) { :root { --ink: #e6e9ec; --soft: #a9b2bb; --line: #3c444c;
  --paper: #16191c; --plain: #20252a; --error: #ff8b96; --warning: #f0c060; --info: #8cc8f0;
  --good: #8fd6a4 } }
* { box-sizing: border-box }
body { font: 15px/1.5 system-ui, "Segoe UI", sans-serif; margin: 0 auto; max-width: 70em;
  padding: 0 1.2em 4em; color: var(--ink); background: var(--paper) }
a { color: inherit }
.skip { position: absolute; left: -100em } .skip:focus { position: static }
h1 { font-size: 1.5em; margin: 1.2em 0 .4em } h2 { font-size: 1.2em; margin: 2.2em 0 .3em }
h3 { font-size: 1.05em; margin: 1.8em 0 .4em; border-bottom: 1px solid var(--line); padding-bottom: .2em }
h4 { font-size: 1em; margin: 1.3em 0 .3em } p { margin: .25em 0 }
code { font: .9em/1.4 ui-monospace, Consolas, monospace; overflow-wrap: anywhere }
.soft { color: var(--soft) } .error { color: var(--error) } .warning { color: var(--warning) }
.info { color: var(--info) } .good { color: var(--good) }
.tiles { display: flex; flex-wrap: wrap; gap: .6em; list-style: none; padding: 0; margin: .8em 0 }
.tiles li { background: var(--plain); border-radius: 6px; padding: .5em .9em; min-width: 6.5em }
.tiles strong { display: block; font-size: 1.5em; line-height: 1.2; font-variant-numeric: tabular-nums }
nav ul { padding-left: 1.2em; margin: .2em 0 } nav ul ul { columns: 16em }
article { border-left: 5px solid currentColor; background: var(--plain); border-radius: 0 6px 6px 0;
  margin: .7em 0; padding: .5em .9em }
article > * { color: var(--ink) } article h3, article h5 { margin: 0; border: 0;
  padding: 0; font-size: 1em }
article dl { display: grid; grid-template-columns: max-content 1fr; gap: .1em .9em; margin: .35em 0 0 }
dt { color: var(--soft) } dd { margin: 0; overflow-wrap: anywhere }
.word { display: inline-block; border: 1px solid currentColor; border-radius: 4px; font-size: .8em;
  font-weight: 600; padding: 0 .45em; margin-right: .3em }
.wide { overflow-x: auto }
table { border-collapse: collapse; width: 100%; margin: .4em 0 }
caption { text-align: left; font-weight: 600; padding: .2em 0 } caption span { font-weight: 400 }
th, td { text-align: left; vertical-align: top; padding: .3em .6em; border-bottom: 1px solid var(--line) }
thead th { color: var(--soft); font-weight: 600; font-size: .9em }
td code { white-space: nowrap; overflow-wrap: normal } .id { white-space: nowrap }
th.sum, td.sum { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums }
details { margin: .7em 0 } summary { cursor: pointer } summary h4 { display: inline; font-weight: 400 }
ul.ask { margin: .3em 0; padding-left: 1.2em }
footer { margin-top: 3em; color: var(--soft) }
@media print { nav { display: none } article, tr { break-inside: avoid }
  body { max-width: none; padding: 0 } }
"""
"""Colours keep a contrast of 4.5 to 1 on both backgrounds; nothing is told by colour alone."""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
_STATES = {
    "same": ("same", "good"),
    "differs": ("differs", "warning"),
    "missing": ("not billed", "warning"),
    "extra": ("not supported", "error"),
}


def page(report: Report) -> str:
    """The whole page."""
    return "\n".join(_page(report)) + "\n"


def _page(report: Report) -> Iterator[str]:
    yield '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_text(_POLICY)}">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>cleanclaim report</title>\n<style>{STYLE}</style>\n</head>\n<body>"
    yield '<a class="skip" href="#findings">Skip to the findings</a>'
    yield "<header>\n<h1>cleanclaim report</h1>"
    yield from _tiles(report)
    yield "</header>"
    files = [(f"f{number}", file) for number, file in enumerate(report.files, 1)]
    if len(files) > 1 or any(file.claims > 1 for _, file in files):
        yield from _contents(files)
    yield '<main id="findings">'
    for anchor, file in files:
        yield from _file(anchor, file)
    whole = [finding for finding in report.findings if finding.rule in WHOLE_RUN]
    if whole:
        yield "<section>\n<h2>All files</h2>"
        yield from (_article(finding, "h3") for finding in whole)
        yield "</section>"
    yield "</main>\n<footer>\n<p>Findings and estimates are no promise of payment.</p>\n</footer>"
    yield "</body>\n</html>"


def _tiles(report: Report) -> Iterator[str]:
    stakes = [one.at_stake for file in report.files for one in file.forecast]
    yield '<ul class="tiles">'
    for number, word, style in (
        (str(len(report.files)), _many(len(report.files), "file"), ""),
        (str(_claims(report)), _many(_claims(report), "claim"), ""),
        *((str(report.count(s)), _many(report.count(s), s), s) for s in SEVERITIES),
    ):
        yield f'<li class="{style}"><strong>{number}</strong>{word}</li>'
    if stakes:
        yield f"<li><strong>{_text(dollars(sum(stakes, Decimal(0))))}</strong>at stake</li>"
    yield "</ul>"


def _claims(report: Report) -> int:
    return sum(file.claims for file in report.files)


def _many(number: int, word: str) -> str:
    return word if number == 1 else f"{word}s"


def _counted(found: Iterable[Finding]) -> str:
    """`1 error, 2 warnings`, or `clean` where there is neither."""
    held = [finding.severity for finding in found]
    words = [f"{held.count(s)} {_many(held.count(s), s)}" for s in SEVERITIES[:2] if s in held]
    return ", ".join(words) or "clean"


def _contents(files: Sequence[tuple[str, FileReport]]) -> Iterator[str]:
    yield '<nav aria-label="Files and claims">\n<ul>'
    for anchor, file in files:
        own = _counted(f for f in file.findings if f.rule not in WHOLE_RUN)
        yield f'<li><a href="#{anchor}">{_text(file.file or "input")}</a> <span class="soft">{own}</span>'
        marked = [
            (index, name, members)
            for index, name, members in by_record(file)
            if any(f.severity != "info" for f in members)
        ]
        if len(marked) > 1 or (marked and file.claims > 1):
            yield "<ul>"
            for index, name, members in marked:
                where = _text(name or f"record {index + 1}")
                link = f'<a href="#{anchor}-{index}">{where}</a>'
                yield f'<li>{link} <span class="soft">{_counted(members)}</span></li>'
            yield "</ul>"
        yield "</li>"
    yield "</ul>\n</nav>"


def _file(anchor: str, file: FileReport) -> Iterator[str]:
    yield f'<section id="{anchor}">\n<h2>{_text(file.file or "input")}</h2>'
    about = [
        {"x12": "X12", "xml": "XML"}.get(file.kind, file.kind),
        f"guide {file.guide}" if file.guide else "",
        f"{file.claims} {_many(file.claims, 'claim')}",
        f"payer rules {file.payer_overlay} ({file.overlay_reason})" if file.payer_overlay else "",
    ]
    yield f'<p class="soft">{_text("; ".join(text for text in about if text))}</p>'
    shown = by_record(file)
    if not any(members for _, _, members in shown):
        yield '<p class="good">Clean: nothing was found.</p>'
    for index, name, members in shown:
        yield from _record(f"{anchor}-{index}", file, index, name, members)
    yield "</section>"


def _record(
    anchor: str, file: FileReport, index: int, name: str | None, members: Sequence[Finding]
) -> Iterator[str]:
    """One claim: what is likely to become of it, its findings, and the views of it."""
    yield f'<section id="{anchor}">\n<h3>{_text(name or f"Record {index + 1}")}</h3>'
    for likely in (one for one in file.forecast if one.index == index):
        yield from _forecast(likely)
    grave = [finding for finding in members if finding.severity != "info"]
    remarks = [finding for finding in members if finding.severity == "info"]
    if grave:
        yield "<h4>Findings</h4>"
        yield from map(_article, grave)
    if remarks:
        count = f"{len(remarks)} {_many(len(remarks), 'remark')}"
        yield f"<details>\n<summary><h4>{count}</h4></summary>"
        yield from map(_article, remarks)
        yield "</details>"
    for beside in (one for one in file.comparison if one.index == index):
        yield from _comparison(beside)
    for panel in (one for one in file.prices if one.index == index):
        yield from _prices(panel)
    scores = [one for one in file.documentation if one.index == index]
    if scores:
        yield from _documentation(scores)
    yield "</section>"


# ---------------------------------------------------------------- findings


def _article(finding: Finding, head: str = "h5") -> str:
    """One finding; `head` is the level of its heading."""
    place = [finding.place.claim or "", f"line {finding.place.line}" if finding.place.line else ""]
    answers: dict[str, list[str]] = {}
    for one in finding.denials:
        words = " ".join((f"{one.group}-{one.code}", *one.remarks))
        answers.setdefault(one.first_action, []).append(f"{words} ({one.likelihood})")
    by = f"payer rules {finding.overlay}" if finding.overlay else ""
    rows = [
        ("where", _text(", ".join(text for text in place if text))),
        ("in the record", _code(finding.path)),
        ("in the 837", _x12(finding.place.x12)),
        ("on the form", _text(finding.place.box or "")),
        ("what to do", _text(finding.help)),
        *(("denied with", _text(f"{' or '.join(named)}. {what}")) for what, named in answers.items()),
        ("policy", _text(", ".join(text for text in (finding.policy, by) if text))),
        ("severity", _text(finding.severity_reason or "")),
        ("expected", _code(finding.expected if finding.expected != MASK else None)),
        ("found", _code(finding.actual if finding.actual != MASK else None)),
        ("source", _text(finding.source)),
    ]
    held = "\n".join(f"<dt>{name}</dt><dd>{value}</dd>" for name, value in rows if value)
    said = f'<span class="word {finding.severity}">{finding.severity}</span> {_text(finding.rule)}: '
    return (
        f'<article class="{finding.severity}">\n<{head}>{said}{_text(finding.message)}</{head}>\n'
        f"<dl>\n{held}\n</dl>\n</article>"
    )


def _x12(place: X12Place | None) -> str:
    if place is None:
        return ""
    behind = [f"segment {place.segment}" if place.segment is not None else ""]
    if place.text_line is not None:
        behind.append(f"line {place.text_line}, column {place.column}")
    return ", ".join(text for text in (_code(place.address), *behind) if text)


# ---------------------------------------------------------------- views


def _forecast(found: Forecast) -> Iterator[str]:
    stake = f"{dollars(found.at_stake)} of {dollars(found.charge)} at stake"
    head = ("denial", "likelihood", "at stake", "for", "because of", "what to do first")
    if found.returned_for:
        said = _text(", ".join(found.returned_for))
        yield f'<p class="error">The claim comes back unread for {said}.</p>'
    if found.denials:
        yield from _table(
            f"Forecast <span>{_text(stake)}</span>", head, [_likely(d) for d in found.denials], {2}
        )


def _likely(one: LikelyDenial) -> tuple[str, ...]:
    where = f"{_many(len(one.lines), 'line')} {numbers(one.lines)}" if one.lines else "claim"
    instead = f'<div class="soft">or {_text(", ".join(one.instead))}</div>' if one.instead else ""
    return (
        f"{_text(' '.join((f'{one.group}-{one.code}', *one.remarks)))}{instead}",
        one.likelihood,
        _text(dollars(one.at_stake)),
        f'<span class="id">{_text(where)}</span>',
        " ".join(f'<span class="id">{_text(rule)}</span>' for rule in one.rules),
        _text(" ".join(one.first_actions)),
    )


def _comparison(found: Comparison) -> Iterator[str]:
    if all(one.state == "same" for one in found.lines):
        said = "the same"
    elif found.difference is None:
        said = f"{dollars(found.billed)} billed; not all charges are known"
    else:
        both = f"{dollars(found.billed)} billed, {dollars(found.supported)} supported"
        said = f"{both} ({dollars(found.difference)})"
    head = ("", "line", "billed", "supported", "difference", "why")
    rows = [_compared(one) for one in found.lines]
    yield from _table(f"Coded against the record <span>{_text(said)}</span>", head, rows, {4})


def _compared(one: ComparedLine) -> tuple[str, ...]:
    word, style = _STATES[one.state]
    said = [*one.differences, *([one.why] if one.why and one.state != "same" else [])]
    return (
        f'<span class="{style}">{word}</span>',
        str(one.line or ""),
        _code(one.billed),
        _code(one.supported),
        _text(dollars(one.difference) if one.difference else ""),
        _text(". ".join(said)),
    )


def _prices(found: PricePanel) -> Iterator[str]:
    where = f"locality {found.locality}" if found.locality else "national amounts"
    more = f"; {found.unpriced} {_many(found.unpriced, 'line')} without a price" if found.unpriced else ""
    said = f"Medicare would allow about {dollars(found.total)}; {where}{more}. An estimate"
    rows = []
    for one in found.lines:
        basis = f"{one.system}: {one.basis}" if one.system else one.basis
        if one.qualifying_amount is not None:
            basis += f"; qualifying models {dollars(one.qualifying_amount)}"
        basis += f" ({one.reservation})" if one.reservation else ""
        amounts = (_text(dollars(one.charge)), _text(dollars(one.amount)))
        rows.append((str(one.line), _code(one.code), *amounts, _text(basis)))
    head = ("line", "code", "charged", "allowed", "basis")
    yield from _table(f"Prices <span>{_text(said)}</span>", head, rows, {2, 3})


def _documentation(scores: Sequence[Documentation]) -> Iterator[str]:
    rows = []
    for one in scores:
        missing = [name for name, state in one.elements.items() if state == "missing"]
        word = f"{one.score} %"
        bar = f'<meter min="0" max="100" value="{one.score}">{word}</meter> {word}'
        lacks = ", ".join(missing) or "nothing"
        rows.append((_text(one.administration), _text(one.drug), bar, _text(lacks)))
    yield from _table("Documentation", ("id", "drug", "score", "what is incomplete"), rows, set())
    asked = {(query.ask, query.question): None for one in scores for query in one.queries}
    if asked:
        yield '<h4>What to ask</h4>\n<ul class="ask">'
        for ask, question in asked:
            yield f"<li>{_text(ask)}: {_text(question)}</li>"
        yield "</ul>"


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], sums: set[int]) -> Iterator[str]:
    """A table with a caption; the cells are HTML already, those of `sums` are amounts."""
    yield f'<div class="wide" tabindex="0">\n<table>\n<caption>{caption}</caption>\n<thead><tr>'
    style = [' class="sum"' if i in sums else "" for i in range(len(head))]
    yield "".join(f'<th scope="col"{c}>{name or "state"}</th>' for name, c in zip(head, style, strict=True))
    yield "</tr></thead>\n<tbody>"
    for row in rows:
        yield f"<tr>{''.join(f'<td{c}>{cell}</td>' for cell, c in zip(row, style, strict=True))}</tr>"
    yield "</tbody>\n</table>\n</div>"


def _code(text: str | None) -> str:
    return f"<code>{_text(text)}</code>" if text else ""


def _text(text: str) -> str:
    """Text of the user's or the program's for a page: what cannot be shown becomes `?`."""
    shown = "".join(c if c.isprintable() or c in "\n\t" else "?" for c in text)
    return html.escape(shown)
