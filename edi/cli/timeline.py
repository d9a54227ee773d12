"""A small picture of what ran when: one bar for each administration, by visit and access site."""

from collections.abc import Iterator, Sequence

from edi.coding import clock
from edi.coding.timeline import Given, Timeline

NAME = 25
"""Columns for the name of an administration."""
MINUTES = 9
"""Columns for its minutes."""
WORDS = {
    "infusion": "infusion",
    "push": "push",
    "injection": "injection",
    "pump": "pump",
    "on_body": "on-body injector",
    "flush": "flush",
    "none": "not administered",
}
EXCLUDED = {
    "vehicle": "carries another drug",
    "keep_vein_open": "keeps the vein open",
    "flush": "flush",
    "blood_line": "line for blood",
    "integral": "part of another service",
    "not_injected": "not injected",
    "no_code": "no code for it",
    "no_class": "class not known",
    "start_missing": "start missing",
    "start_unreadable": "start not readable",
    "stop_unreadable": "stop not readable",
    "stop_before_start": "stop before start",
    "stop_missing": "stop missing",
}


def picture(timeline: Timeline, width: int) -> Iterator[str]:
    """Lines of text: `=` the drug ran, `.` a pause, `-` time that is not billed, `|` a moment.

    Each visit has a scale of its own, from its first start to its last stop.
    """
    visits: dict[str, list[Given]] = {}
    for given in timeline.given:
        visits.setdefault(given.visit, []).append(given)
    for members in visits.values():
        yield from _visit(timeline, members, width)


def _visit(timeline: Timeline, members: list[Given], width: int) -> Iterator[str]:
    words = max(len(_words(given)) for given in members)
    room = max(20, width - 2 - NAME - MINUTES - 3 - words)
    instants = [s for g in members for s in (g.begin, g.end) if s is not None]
    first, last = (min(instants), max(instants)) if instants else (0, 0)
    if instants:
        begin, end = clock.local_text(first, timeline.zone), clock.local_text(last, timeline.zone)
        short = end[11:] if end[:10] == begin[:10] else end
        yield f"  {begin[:10].ljust(NAME)} {_spread(begin[11:], short, room)}"
    sites: dict[str, list[Given]] = {}
    for given in sorted(members, key=lambda g: (g.begin or 0, g.id)):
        sites.setdefault(given.site, []).append(given)
    for site, inside in sites.items():
        yield f"  {_charted(site, inside) or 'no access site recorded'}"
        for given in inside:
            name = f"{given.id} {given.name}" if given.name != given.id else given.id
            label = name if len(name) <= NAME - 2 else name[: NAME - 4] + ".."
            bar = _bar(given, first, last, room)
            minutes = f"{given.minutes} min" if given.minutes is not None else ""
            yield f"    {label.ljust(NAME - 2)} {bar} {minutes.rjust(MINUTES - 1)}  {_words(given)}".rstrip()


def _words(given: Given) -> str:
    return EXCLUDED[given.excluded] if given.excluded else WORDS[given.mode]


def _charted(site: str, members: Sequence[Given]) -> str:
    """An access as it was charted, where only the case of its letters was taken away to compare it."""
    stated = (" ".join((given.source.access_site or "").split()) for given in members)
    return next((text for text in stated if text.casefold() == site), site)


def _spread(left: str, right: str, room: int) -> str:
    return left + right.rjust(max(room - len(left), len(right) + 1))


def _bar(given: Given, first: int, last: int, room: int) -> str:
    """One administration on the scale of its visit."""
    cells = [" "] * room
    span = max(last - first, 1)

    def column(instant: int) -> int:
        return min(room - 1, max(0, (instant - first) * room // span))

    if given.begin is None:
        return "".join(cells)
    if given.end is None or given.end <= given.begin:
        cells[column(given.begin)] = "|"
        return "".join(cells)
    for i in range(column(given.begin), column(given.end - 1) + 1):
        cells[i] = "."
    mark = "-" if given.excluded else "="
    for begin, end in given.spans:
        for i in range(column(begin), column(end - 1) + 1):
            cells[i] = mark
    # a pause that is shorter than a column still shows
    for pause in given.pauses:
        if pause.span is not None:
            cells[column(pause.span[0])] = "."
    return "".join(cells)
