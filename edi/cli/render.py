"""Text output: findings, coded encounters, what was built, the catalogue."""

import io
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edi.cli import views
from edi.cli.timeline import picture
from edi.coding.timeline import Refusal
from edi.finding import FileReport, Finding, Report, Severity
from edi.model.claim import ServiceLine
from edi.pipeline import Built, Judged
from edi.pipeline.judging import MASK
from edi.pipeline.notices import WHOLE_RUN
from edi.pipeline.proposing import coded_lines, proposed_lines, timeline_of, unclaimed
from edi.rules import Rule

STYLES: dict[Severity, str] = {"error": "bold red", "warning": "yellow", "info": "cyan"}
DIM = "dim"


def as_text(render: Callable[[Console], None]) -> str:
    """What a function prints, as plain text of 80 columns."""
    buffer = io.StringIO()
    render(Console(file=buffer, width=80, color_system=None, highlight=False, markup=False, emoji=False))
    return "".join(line.rstrip() + "\n" for line in buffer.getvalue().splitlines())


def safe(text: str) -> str:
    """Text of the user's for a terminal: what is not printable, such as an escape sequence, becomes `?`."""
    return text if text.isprintable() else "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def grid(console: Console, indent: int, rows: Iterable[tuple[Text | str, Text | str]], first: int) -> None:
    """Print rows of a short word and a text that wraps behind it."""
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=indent)
    table.add_column(width=first, no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for name, text in rows:
        table.add_row("", name, safe(text) if isinstance(text, str) else text)
    console.print(table)


# ---------------------------------------------------------------- findings


def report(console: Console, found: Report) -> None:
    """All findings, by file and claim, and a summary line."""
    for file in found.files:
        _file(console, file)
    if whole_run := [f for f in found.findings if f.rule in WHOLE_RUN]:
        console.print(Text("all files", style="bold"))
        findings(console, whole_run)
    console.print(Text(summary(found)))


def summary(found: Report) -> str:
    """`2 files, 3 claims: 1 error, 0 warnings, 2 infos`."""
    claims = sum(file.claims for file in found.files)
    counts = ", ".join(_count(found.count(s), s) for s in ("error", "warning", "info"))
    return f"{_count(len(found.files), 'file')}, {_count(claims, 'claim')}: {counts}"


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"


def _file(console: Console, file: FileReport) -> None:
    head = Text(safe(file.file or "input"), style="bold")
    if file.payer_overlay:
        head.append(f": payer rules {file.payer_overlay} ({file.overlay_reason})", style="not bold")
    own = [f for f in file.findings if f.rule not in WHOLE_RUN]
    if not own:
        head.append(" - clean", style="not bold green")
    console.print(head)
    for index, claim, members in views.by_record(file):
        if claim or file.claims > 1:
            console.print(Text(f"  {safe(claim or f'record {index + 1}')}"))
        findings(console, members)
        _views(console, file, index)


def _views(console: Console, file: FileReport, index: int) -> None:
    """What stands below the findings of a claim."""
    for beside in (one for one in file.comparison if one.index == index):
        views.comparison(console, beside)
    for panel in (one for one in file.prices if one.index == index):
        views.prices(console, panel)
    for likely in (one for one in file.forecast if one.index == index):
        views.forecast(console, likely)
    views.documentation(console, [one for one in file.documentation if one.index == index])


def findings(console: Console, members: Iterable[Finding]) -> None:
    """Findings one below the other."""
    for one in members:
        title = Text(one.severity, style=STYLES[one.severity])
        title.append(f" {one.rule}", style="bold not dim")
        title.append(f": {safe(one.message)}", style="not bold")
        grid(console, 3, [(Text(_MARKS[one.severity], style=STYLES[one.severity]), title)], 1)
        rows: list[tuple[Text | str, Text | str]] = []
        place = "  ".join(p for p in (one.path, one.place.box_words, *_x12(one)) if p)
        if place:
            rows.append((Text("at", style=DIM), place))
        if not one.help.startswith("Nothing to do"):
            rows.append((Text("do", style=DIM), one.help))
        if one.denials:
            answers = "; ".join(
                " ".join((f"{d.group}-{d.code}", *d.remarks, f"({d.likelihood})")) for d in one.denials
            )
            rows.append((Text("denied", style=DIM), answers))
        if one.policy or one.overlay:
            by = f"payer rules {one.overlay}" if one.overlay else ""
            said = ", ".join(text for text in (one.policy, by) if text)
            rows.append((Text("policy", style=DIM), said))
        if one.severity_reason:
            rows.append((Text("because", style=DIM), one.severity_reason))
        stated = (("expected", one.expected), ("is", one.actual))
        shown = [f"{name} {value}" for name, value in stated if value not in (None, MASK)]
        if shown:
            rows.append((Text("value", style=DIM), ", ".join(shown)))
        grid(console, 5, rows, 7 if one.severity_reason else 6)


def _x12(one: Finding) -> Iterator[str]:
    """Address and position of a finding in an X12 file."""
    place = one.place.x12
    if place is None:
        return
    yield place.address
    if place.segment is not None:
        yield f"segment {place.segment}"
    if place.text_line is not None:
        yield f"line {place.text_line}, column {place.column}"
    elif place.byte is not None:
        yield f"byte {place.byte}"


_MARKS: dict[Severity, str] = {"error": "x", "warning": "!", "info": "-"}


# ---------------------------------------------------------------- coding


def coding(console: Console, found: Iterable[Judged]) -> None:
    """Each encounter: a picture of the time, the lines with their reasons, refused codes, findings."""
    for number, judged in enumerate(found):
        if number:
            console.print()
        _encounter(console, judged)


def _encounter(console: Console, judged: Judged) -> None:
    timeline = timeline_of(judged)
    head = Text(safe(judged.id or judged.file or "input"), style="bold")
    if timeline is not None and judged.overlay is not None:
        head.append(
            f": {timeline.setting}, payer rules {judged.overlay.name} ({judged.reason})", style="not bold"
        )
    console.print(head)
    if timeline is not None:
        for line in picture(timeline, console.width):
            console.print(Text(safe(line)), soft_wrap=True)
        console.print()
        said: set[Refusal] = set()
        for item in proposed_lines(judged):
            _line(console, item.line)
            for refusal in item.refused:
                if refusal in said:
                    continue
                said.add(refusal)
                grid(console, 13, [(Text("not", style=DIM), _refused(refusal.code, refusal.why))], 4)
        for refusal in unclaimed(judged):
            ids = safe(", ".join(refusal.administrations))
            console.print(Text(f"  no line for {ids}"))
            grid(console, 13, [(Text("not", style=DIM), _refused(refusal.code, refusal.why))], 4)
        coded = coded_lines(judged)
        if coded:
            console.print(Text("  coded in the record, and compared with the lines above:"))
            for stated in coded:
                _line(console, stated)
        beside, panel = judged.comparison(), judged.prices()
        if beside is not None:
            views.comparison(console, beside)
        if panel is not None:
            views.prices(console, panel)
    if judged.findings:
        console.print(Text("  findings:" if timeline is not None else f"  {judged.file}:"))
        findings(console, judged.findings)


def _refused(code: str | None, why: str) -> str:
    return f"{code}: {why}" if code else why


def _line(console: Console, line: ServiceLine) -> None:
    code = "-".join((line.hcpcs or "(no code)", *line.modifiers))
    units = f"x{line.units:f}" if line.units is not None else ""
    facts = [
        f"for {', '.join(line.administrations)}" if line.administrations else "",
        f"{line.minutes} min" if line.minutes is not None else "",
        f"on {line.service_date}" if line.service_date else "",
        f"revenue code {line.revenue_code}" if line.revenue_code else "",
    ]
    table = Table.grid(padding=(0, 1, 0, 0))
    table.add_column(width=1)
    table.add_column(width=11, no_wrap=True)
    table.add_column(width=5, no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    body = Text(safe(", ".join(f for f in facts if f)))
    if line.why:
        body.append(("\n" if body.plain else "") + safe(line.why))
    table.add_row("", Text(safe(code), style="bold"), units, body)
    console.print(table)


# ---------------------------------------------------------------- build


def build(console: Console, built: Built, out: Path) -> None:
    """Each encounter with its outcome, the batches, and the findings of those that are not clean."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True, max_width=38, overflow="ellipsis")
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for outcome in built.outcomes:
        judged = outcome.judged
        errors = sum(f.severity == "error" for f in judged.findings)
        warnings = sum(f.severity == "warning" for f in judged.findings)
        words = [_count(n, w) for n, w in ((errors, "error"), (warnings, "warning")) if n]
        state = Text(", ".join(words) or "clean", style=STYLES["error"] if errors else "")
        table.add_row(safe(_called(judged)), state, outcome.batch or "in no batch")
    console.print(table)
    marked = [o.judged for o in built.outcomes if any(f.severity != "info" for f in o.judged.findings)]
    if marked:
        console.print()
    for judged in marked:
        named = f"{judged.file}: {_called(judged)}" if judged.id else judged.file
        console.print(Text(safe(named), style="bold"))
        findings(console, [f for f in judged.findings if f.severity != "info"])
    console.print()
    for batch in built.batches:
        claims = _count(batch.claims, "claim")
        console.print(
            Text(f"{out.as_posix()}/{batch.name}: {claims}, control number {batch.control_number}"),
            soft_wrap=True,
        )
    written = sum(len(o.files) for o in built.outcomes) + len(built.batches)
    console.print(Text(summary(built.report)))
    more = f"; next control number {built.next_control_number}"
    console.print(Text(f"{_count(written, 'file')} in {out.as_posix()}{more}"), soft_wrap=True)


def _called(judged: Judged) -> str:
    """The id of a record, with its side where both are billed."""
    return f"{judged.id or judged.file} {judged.side}" if judged.side else judged.id or judged.file


# ---------------------------------------------------------------- rules


def rules(console: Console, found: list[Rule]) -> None:
    """The catalogue as a table."""
    table = Table.grid(padding=(0, 2, 0, 0))
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold", ratio=1)
    for rule in found:
        setting = {"professional": "prof", "facility": "fac"}.get(rule.setting or "", "both")
        table.add_row(
            Text(rule.id, style="bold"), Text(rule.severity, style=STYLES[rule.severity]), setting, rule.name
        )
    if found:
        console.print(table)
    console.print(Text(_count(len(found), "rule")))


def rules_markdown(found: list[Rule]) -> str:
    """The catalogue as a Markdown table."""
    lines = ["| rule | severity | setting | SNIP | what is wrong |", "| --- | --- | --- | --- | --- |"]
    lines += [
        f"| {r.id} | {r.severity} | {r.setting or 'both'} | {r.snip} | {r.name.replace('-', ' ')} |"
        for r in found
    ]
    return "\n".join(lines) + "\n"
