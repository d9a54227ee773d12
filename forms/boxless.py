"""What of a claim goes to a payer electronically and stands in no box of its form.

Every value of the claim is looked for on the form that was filled, so that nothing is lost unseen. Which of
those that are not there is worth a word, `schemas/forms/boxless.csv` says.
"""

import re
from functools import cache, lru_cache
from typing import Any, Literal, NamedTuple

from edi import tables
from edi.errors import TableError
from edi.model import crosswalk
from edi.model.boxes import BoxProblem
from edi.model.claim import Claim, effective_bill_to
from edi.model.pointer import leaves
from forms.filling import Filled
from forms.layout import Form
from forms.plan import record_of

Say = Literal["shown", "wire", "info", "warning"]
_SAYS: tuple[Say, ...] = ("shown", "wire", "info", "warning")
_NAMES = ("organization_name", "last_name", "first_name", "middle_name", "suffix")


class _Said(NamedTuple):
    """A row of the table."""

    values: frozenset[str]
    say: Say
    what: str


def without_box(claim: Claim, filled: Filled) -> list[BoxProblem]:
    """The data of a claim that its form does not show, each kind once with its first place.

    What repeats a value that is shown, what a problem of the form speaks of already, and what no payer gets
    from an electronic claim either, is left out.
    """
    form, billed = filled.form, effective_bill_to(claim)
    sent: crosswalk.SetName = "837i" if (claim.setting or _SETTINGS[form]) == "facility" else "837p"
    shown = _Shown(claim, filled)
    found: dict[tuple[bool, str], str] = {}
    for path, value in leaves(claim):
        if path in shown.paths or not crosswalk.is_sent(sent, path, billed=billed):
            continue
        said = said_of(form, path, value)
        if said.say in ("info", "warning") and not shown.elsewhere(path, value):
            found.setdefault((said.say == "info", said.what), path)
    segments = _segments(claim)
    if segments:
        found[True, f"segments of the 837 ({', '.join(segments)})"] = next(iter(segments.values()))
    return [
        BoxProblem(kind="no_box", page=1, key="", item="", path=path, what=what, light=light)
        for (light, what), path in found.items()
    ]


def _segments(claim: Claim) -> dict[str, str]:
    """The segments that a claim brought from its 837 as they were, with the place of the first of each.

    Elements alone are codes that say what another one is, and a PER is whom to call about the file.
    """
    found: dict[str, str] = {}
    for n, one in enumerate(claim.unmapped):
        segment = one.address.rpartition("/")[2].partition("[")[0]
        if _SEGMENT.fullmatch(segment) and segment != "PER":
            found.setdefault(segment, f"/unmapped/{n}")
    return found


_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{1,2}")
_SETTINGS: dict[Form, str] = {"cms1500": "professional", "ub04": "facility"}


# ---------------------------------------------------------------- the table


def said_of(form: Form, path: str, value: Any) -> _Said:
    """What is said of a datum that has no box: by the first row of the table that fits."""
    text = str(value).lower() if isinstance(value, bool) else str(value)
    for said in _rows_of(form, _INDEX.sub("/0", path)):
        if not said.values or text in said.values:
            return said
    return _Said(frozenset(), "info", _words(path))


_INDEX = re.compile(r"/\d+(?=/|$)")


@lru_cache(maxsize=4096)
def _rows_of(form: Form, path: str) -> tuple[_Said, ...]:
    return tuple(said for forms, pattern, said in _table() if form in forms and pattern.fullmatch(path))


@cache
def _table() -> tuple[tuple[frozenset[str], re.Pattern[str], _Said], ...]:
    found = []
    for row in tables.rows("forms/boxless.csv"):
        say: Any = row["say"]
        if say not in _SAYS or bool(row["what"]) != (say in ("info", "warning")):
            raise TableError(f"forms/boxless.csv: {row['path']}: {say} {row['what']!r}")
        said = _Said(frozenset(row["values"].split()), say, row["what"])
        found.append((frozenset(row["form"].split()), _pattern(row["path"]), said))
    return tuple(found)


def _pattern(path: str) -> re.Pattern[str]:
    text = re.escape(path).replace(r"/\*\*", "/.+").replace(r"\*", "[^/]*")
    return re.compile(text.replace(r"\{n\}", r"\d+"))


def _words(path: str) -> str:
    """A claim path in words without its indexes: `birth date of subscriber`."""
    parts = [part.replace("_", " ") for part in path.split("/") if part and not part.isdecimal()]
    return " of ".join(reversed(parts[-2:]))


# ---------------------------------------------------------------- what is shown all the same


_WIDE = re.compile(r"|/patient|/coverages/\d+|/lines/\d+")
"""Records whose data stand in many boxes."""


class _Shown:
    """What a filled form shows of a claim, and what its problems speak of."""

    def __init__(self, claim: Claim, filled: Filled) -> None:
        self.claim = claim
        self.paths = {path for page in filled.sources for paths in page.values() for path in paths}
        if filled.form == "ub04":
            # FL 43 holds the drug code in place of a description
            drugs = [n for n, line in enumerate(claim.lines) if line.ndc]
            self.paths -= {f"/lines/{n}/description" for n in drugs}
        told = [p for p in filled.problems if p.path is not None]
        self.told = {p.path for p in told}
        # of a person or a date that found its box taken one datum is named
        records = {record_of(p.path or "") for p in told if p.kind in ("no_room", "not_wanted")}
        self.told |= {record for record in records if _WIDE.fullmatch(record) is None}
        self.values: set[tuple[str, str]] | None = None

    def elsewhere(self, path: str, value: Any) -> bool:
        """Whether the form says a datum at another place, or a problem says that it does not."""
        return self._is_told(path) or self._is_known(path, value) or self._is_repeated(path, value)

    def _is_told(self, path: str) -> bool:
        while path:
            if path in self.told:
                return True
            path = path.rpartition("/")[0]
        return False

    def _is_known(self, path: str, value: Any) -> bool:
        """Whether something else that is shown says it: an NPI the name, a first day the last day."""
        head, _, name = path.rpartition("/")
        if name in _NAMES:
            return f"{head}/npi" in self.paths
        if name == "service_through":
            return bool(value == self.claim.lines[int(path.split("/")[2])].service_date)
        if name == "clinical_trial_number":
            return any(one.code == "D4" for one in self.claim.value_codes)
        return False

    def _is_repeated(self, path: str, value: Any) -> bool:
        """Whether the claim, or another of its lines, has the value at the same place, and it is shown."""
        if self.values is None:
            self.values = {
                (_level(one), str(shown)) for one, shown in leaves(self.claim) if one in self.paths
            }
        return (_level(path), str(value)) in self.values


def _level(path: str) -> str:
    """A path as if every line were the claim, and every entry of a list the first."""
    return _INDEX.sub("/0", path).removeprefix("/lines/0")
