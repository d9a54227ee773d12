"""At which boxes of a filled form a finding shows, and the notes of a proof copy that come of it."""

from collections.abc import Iterable, Iterator

from edi.finding import Finding
from edi.model import crosswalk
from edi.model.boxes import NO_BOX
from forms.filling import Filled
from forms.layout import DETAIL_ROWS, Form, boxes
from forms.marking import Note

MASK = "***"
"""What findings have in place of a value that is not shown."""
LINE_ITEMS: dict[Form, str] = {"cms1500": "24D", "ub04": "FL 44"}
"""Where a finding about a line as a whole shows."""
Place = tuple[int, str]
"""Sheet, from 0, and key of a box."""


def notes(findings: Iterable[Finding], filled: Filled) -> tuple[Note, ...]:
    """The findings of one claim as notes, numbered down the form; those about no box come last."""
    placed = [(finding, places(finding, filled)) for finding in findings]
    order = {key: (box.line, box.column) for key, box in boxes(filled.form).items()}
    placed.sort(key=lambda pair: (not pair[1], *((page, *order[key]) for page, key in pair[1][:1])))
    return tuple(
        Note(
            number=number,
            severity=finding.severity,
            second=finding.rule,
            where=_where(finding, filled, where),
            message=finding.message,
            help="" if finding.help.startswith("Nothing to do") else finding.help.replace("`", ""),
            detail=_detail(finding),
            places=where,
        )
        for number, (finding, where) in enumerate(placed, 1)
    )


def places(finding: Finding, filled: Filled) -> tuple[Place, ...]:
    """The boxes at which a finding shows; none where it is about the claim as a whole.

    A datum stands where it was written. One that is absent has its place by the crosswalk, else by the item
    and the line that the finding names.
    """
    if finding.rule == NO_BOX:
        return ()
    path = finding.claim_path or ""
    item = (
        finding.place.box or _item(path, filled) or (LINE_ITEMS[filled.form] if finding.place.line else None)
    )
    if item is None:
        return ()
    for found in (
        _written(path, item, filled),
        _foreseen(path, item, filled),
        _within(path, item, filled),
        _named(item, finding.place.line, filled),
    ):
        if found:
            return tuple(found)
    return ()


def place_of(path: str, filled: Filled) -> tuple[Place, ...]:
    """The boxes where a datum of the claim stands or would stand; of a record the first that is filled."""
    item = _item(path, filled)
    if item is not None:
        found = _written(path, item, filled) or _foreseen(path, item, filled)
        if found:
            return tuple(found)
    parts = path.split("/")
    if parts[1:2] == ["lines"] and len(parts) > 2 and parts[2].isdecimal():
        return tuple(_named(LINE_ITEMS[filled.form], int(parts[2]) + 1, filled))
    # who somebody is says a name or an NPI, not the qualifier that may stand before them
    for names in ([f"{path}/{name}" for name in ("organization_name", "last_name", "npi")], [f"{path}/"]):
        for page, sources in enumerate(filled.sources):
            for key in boxes(filled.form):
                if any(pointer.startswith(tuple(names)) for pointer in sources.get(key, ())):
                    return ((page, key),)
    own = [row for row in crosswalk.rows() if row.path.startswith(f"{path}/") and row.items(filled.form)]
    own.sort(key=lambda row: not row.path.endswith("/npi"))
    return tuple(_foreseen(own[0].path, own[0].items(filled.form)[0], filled)) if own else ()


def where(found: tuple[Place, ...], filled: Filled) -> str:
    """A place in words: `FL 44, row 2, sheet 1`; nothing for none."""
    if not found:
        return ""
    page, key = found[0]
    box = boxes(filled.form)[key]
    parts = [box.item]
    if box.row:
        parts.append(f"row {box.row}")
    if len(filled.pages) > 1:
        parts.append(f"sheet {page + 1}")
    return ", ".join(parts)


def _item(path: str, filled: Filled) -> str | None:
    """The item where a datum stands by the crosswalk."""
    for row in _rows(path):
        for item in row.items(filled.form):
            return item
    return None


def _rows(path: str) -> tuple[crosswalk.Row, ...]:
    """The rows of a value, or of the first entry of a list of values."""
    return (crosswalk.by_path(path) or crosswalk.by_path(f"{path}/0")) if path else ()


def _written(path: str, item: str, filled: Filled) -> list[Place]:
    """Where a value, or each entry of a list of values, stands first in an item."""
    found: dict[str, Place] = {}
    for page, sources in enumerate(filled.sources):
        for key, box in boxes(filled.form).items():
            for pointer in sources.get(key, ()) if box.item == item else ():
                if pointer == path or (pointer.rpartition("/")[0] == path and pointer[-1].isdecimal()):
                    found.setdefault(pointer, (page, key))
    return list(dict.fromkeys(found.values())) if path else []


def _foreseen(path: str, item: str, filled: Filled) -> list[Place]:
    """Where a value would stand by the crosswalk."""
    parts = path.split("/")
    line = int(parts[2]) if parts[1:2] == ["lines"] and parts[2:3] and parts[2].isdecimal() else None
    page, row = (0, 0) if line is None else row_of(line, filled)
    for datum in _rows(path):
        for target in datum.targets(filled.form):
            keys = [key for key in _keys(target.boxes, filled) if boxes(filled.form)[key].item == item]
            if line is not None and len(keys) == DETAIL_ROWS[filled.form]:
                return [(page, keys[row])]
            if keys:
                return [(0, keys[0])]
    return []


def _keys(names: tuple[str, ...], filled: Filled) -> list[str]:
    """The boxes of names; for one of several ticks those that are set, else the first."""
    known = boxes(filled.form)
    found: list[str] = []
    for name in names:
        if not name.endswith(".*"):
            found.append(name)
            continue
        ticks = [key for key in known if key.startswith(name.removesuffix("*"))]
        found += [key for key in ticks if key in filled.pages[0]] or ticks[:1]
    return found


def _within(path: str, item: str, filled: Filled) -> list[Place]:
    """Where the first value of a record stands in an item."""
    for page, sources in enumerate(filled.sources if path else ()):
        for key, box in boxes(filled.form).items():
            if box.item == item and any(p.startswith(f"{path}/") for p in sources.get(key, ())):
                return [(page, key)]
    return []


def _named(item: str, line: int | None, filled: Filled) -> list[Place]:
    """The first box of an item, in the row of a line."""
    fitting = [box for box in boxes(filled.form).values() if box.item == item]
    if line:
        page, row = row_of(line - 1, filled)
        rows = [box for box in fitting if box.row == str(row + 1)]
        if rows:
            return [(page, rows[0].key)]
    return [(0, fitting[0].key)] if fitting else []


def row_of(line: int, filled: Filled) -> tuple[int, int]:
    """Sheet and row, both from 0, of a line of the claim: a form may have its lines in another order."""
    start = f"/lines/{line}/"
    known = boxes(filled.form)
    for page, sources in enumerate(filled.sources):
        for key, pointers in sources.items():
            if known[key].item == LINE_ITEMS[filled.form] and any(p.startswith(start) for p in pointers):
                return page, int(known[key].row) - 1
    page, row = divmod(line, DETAIL_ROWS[filled.form])
    return (page, row) if page < len(filled.pages) else (0, 0)


def _where(finding: Finding, filled: Filled, where: tuple[Place, ...]) -> str:
    """Box, line and sheet in words."""

    def parts() -> Iterator[str]:
        box = finding.place.box or (boxes(filled.form)[where[0][1]].item if where else None)
        if box:
            yield box
        if finding.place.line:
            yield f"line {finding.place.line}"
            row = boxes(filled.form)[where[0][1]].row if where else ""
            if row.isdecimal() and int(row) != (finding.place.line - 1) % DETAIL_ROWS[filled.form] + 1:
                yield f"row {row}"
        if where and len(filled.pages) > 1:
            yield f"sheet {where[0][0] + 1}"

    return ", ".join(parts()) or "claim"


def _detail(finding: Finding) -> str:
    """Values where they are shown, and how the payer may answer."""
    parts = []
    for word, value in (("found", finding.actual), ("expected", finding.expected)):
        if value is not None and value != MASK:
            parts.append(f"{word} {value}")
    if finding.denials:
        first = finding.denials[0]
        code = " ".join((f"{first.group}-{first.code}", *first.remarks))
        parts.append(f"likely answer {code} ({first.likelihood})")
    return "; ".join(parts)
