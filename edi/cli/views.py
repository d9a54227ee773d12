"""Text output of what findings, record and prices come to: forecast, comparison, prices, documentation."""

from decimal import Decimal

from rich.console import Console
from rich.table import Table
from rich.text import Text

from edi.finding import (
    ComparedLine,
    Comparison,
    Documentation,
    FileReport,
    Finding,
    Forecast,
    LikelyDenial,
    PricePanel,
)
from edi.pipeline.notices import WHOLE_RUN

DIM = "dim"
STATES = {"same": "", "differs": "yellow", "missing": "yellow", "extra": "bold red"}


def dollars(amount: Decimal | None) -> str:
    """`$1,234.50`; `-$3.00`; nothing where it is not known."""
    if amount is None:
        return ""
    return f"{'-' if amount < 0 else ''}${abs(amount):,.2f}"


def _table(console: Console, indent: int, rows: list[tuple[Text | str, ...]]) -> None:
    """Columns side by side, the last one wrapped; what the user wrote is made printable."""
    if not rows:
        return
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(width=indent)
    for _ in rows[0][:-1]:
        grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold", ratio=1)
    for row in rows:
        grid.add_row("", *(_safe(cell) if isinstance(cell, str) else cell for cell in row))
    console.print(grid)


def _safe(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "?" for c in text)


def by_record(file: FileReport) -> list[tuple[int, str | None, list[Finding]]]:
    """The records of a file that have findings or views: position, id, findings; without those of the run."""
    names: dict[int, str | None] = {}
    groups: dict[int, list[Finding]] = {}
    for one in file.findings:
        if one.rule not in WHOLE_RUN:
            groups.setdefault(one.index, []).append(one)
            names[one.index] = names.get(one.index) or one.place.claim
    shown: list[Forecast | Comparison | PricePanel | Documentation] = [
        *file.forecast,
        *file.comparison,
        *file.prices,
        *file.documentation,
    ]
    for view in shown:
        if view.index not in groups:
            groups[view.index], names[view.index] = [], view.claim
    return [(index, names[index], groups[index]) for index in sorted(groups)]


# ---------------------------------------------------------------- forecast


def forecast(console: Console, found: Forecast) -> None:
    """Likely denials of one claim and the dollars that they touch."""
    head = Text("    forecast: ", style="bold")
    head.append(f"{dollars(found.at_stake)} of {dollars(found.charge)} at stake", style="not bold")
    console.print(head)
    if found.returned_for:
        said = f"the claim comes back unread for {', '.join(found.returned_for)}"
        _table(console, 5, [(Text("rejected", style=DIM), said)])
    _table(console, 5, [_denial(one) for one in found.denials])


def _denial(one: LikelyDenial) -> tuple[Text | str, ...]:
    named = Text(f"{one.group}-{one.code}", style="bold")
    where = f"line{'s' if len(one.lines) > 1 else ''} {numbers(one.lines)}" if one.lines else "claim"
    remarks = f" with {' '.join(one.remarks)}" if one.remarks else ""
    text = f"{where}{remarks} ({one.basis}): {', '.join(one.rules)}"
    if one.first_actions:
        text += f"\n{one.first_actions[0]}"
        more = len(one.first_actions) - 1
        text += f" And {more} more, with the findings." if more else ""
    if one.instead:
        text += f"\nor {', '.join(one.instead)}"
    return named, one.likelihood, dollars(one.at_stake), text


def numbers(found: tuple[int, ...]) -> str:
    """`1, 2, 5-9`."""
    runs: list[list[int]] = []
    for number in found:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs)


# ---------------------------------------------------------------- comparison


def comparison(console: Console, found: Comparison) -> None:
    """Coded lines beside those that the record supports."""
    head = Text("    coded against the record: ", style="bold")
    if all(one.state == "same" for one in found.lines):
        head.append("the same", style="not bold")
    elif found.difference is None:
        head.append(f"{dollars(found.billed)} billed; not all charges are known", style="not bold")
    else:
        total = f"{dollars(found.billed)} billed, {dollars(found.supported)} supported"
        head.append(f"{total} ({dollars(found.difference)})", style="not bold")
    console.print(head)
    for one in found.lines:
        _compared(console, one)


def _compared(console: Console, one: ComparedLine) -> None:
    what = one.billed if one.state in ("same", "extra") else one.supported
    if one.state == "differs" and one.billed != one.supported:
        what = f"{one.billed} -> {one.supported}"
    number = f"line {one.line}: " if one.line is not None else ""
    amount = "" if one.state == "same" or not one.difference else f"  {dollars(one.difference)}"
    state = Text(f"{one.state:<8}", style=STATES[one.state])
    _table(console, 5, [(state, f"{number}{what or ''}{amount}")])
    said = [*one.differences, *([one.why] if one.why and one.state != "same" else [])]
    _table(console, 15, [(text,) for text in said])


# ---------------------------------------------------------------- prices


def prices(console: Console, found: PricePanel) -> None:
    """What Medicare would allow, line by line."""
    head = Text("    prices: ", style="bold")
    where = f"locality {found.locality}" if found.locality else "national"
    lines = f"{found.unpriced} line{'' if found.unpriced == 1 else 's'}"
    more = f"; {lines} unpriced" if found.unpriced else ""
    head.append(f"Medicare would allow about {dollars(found.total)} ({where}{more})", style="not bold")
    console.print(head)
    rows: list[tuple[Text | str, ...]] = []
    for one in found.lines:
        text = f"{one.system}: {one.basis}" if one.system else one.basis
        if one.qualifying_amount is not None:
            text += f"; qualifying models {dollars(one.qualifying_amount)}"
        if one.reservation:
            text += f" ({one.reservation})"
        if one.charge is not None:
            text += f"; charged {dollars(one.charge)}"
        rows.append((f"line {one.line}", one.code or "", dollars(one.amount), text))
    _table(console, 5, rows)


# ---------------------------------------------------------------- documentation


def documentation(console: Console, scores: list[Documentation]) -> None:
    """The score of each administration, and what to ask for it."""
    if not scores:
        return
    console.print(Text("    documentation"))
    _table(
        console,
        5,
        [
            (
                Text(f"{one.score} %", style="" if one.score == 100 else "yellow"),
                one.administration,
                one.drug + (f": {_absent(one)}" if one.queries else ""),
            )
            for one in scores
        ],
    )
    questions = {(query.ask, query.question): None for one in scores for query in one.queries}
    _table(console, 5, [(Text(f"ask {ask}", style=DIM), question) for ask, question in questions])


def _absent(one: Documentation) -> str:
    missing = [name for name, state in one.elements.items() if state == "missing"]
    return f"{', '.join(missing)} incomplete"
