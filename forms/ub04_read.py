"""The UB-04 (CMS-1450) read: what its tables cannot say.

The counterpart of `forms.ub04`; the same sources.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from forms.formats import read_date, read_money
from forms.ub04 import PAYERS, TOTAL

if TYPE_CHECKING:
    from forms.taking import Entry, Taking

FILING = {"MEDICARE": "MA", "MEDICAID": "MC", "TRICARE": "CH", "CHAMPUS": "CH", "CHAMPVA": "VA"}
"""First word of FL 50 -> claim filing code: the form has no box for the kind of insurance (CMS Pub. 100-04
ch. 25, FL 50: Medicare is named so)."""
_ADVANTAGE = re.compile(r"\b(ADVANTAGE|HMO|PPO|REPLACEMENT)\b")
"""Words that say that a plan is private although its name begins with a program's."""
_ROLES = {
    "DN": "/referring_provider",
    "82": "/rendering_provider",
    "ZZ": "/lines/{line}/other_operating_provider",
}
_SAYS_NOTHING = ("FL66", "FL43.page", "FL43.pages", "FL42.23", "FL48.23")
"""Boxes that say what follows from others."""


class Own:
    """What the UB-04 says its own way."""

    own_of_sheet = frozenset(("FL43.page", "FL43.pages", "FL42.23", "FL45.23", "FL47.23", "FL48.23"))
    """Boxes that differ from sheet to sheet."""
    whatever_kind: frozenset[str] = frozenset()
    """Boxes whose text is read whatever code stands beside it."""

    def __init__(self, taking: "Taking") -> None:
        self.t = taking
        self.rows: list[str] = []
        """Rows of the payers that are filled: A, B, C."""
        self.billed: str | None = None
        """Row of the payer that is billed: the first that has paid nothing yet."""
        self.totals: list[tuple[int, int]] = []
        """Sheet and row, from 0, of totals among the lines."""
        skip = self._skip
        self.special: dict[str, Callable[[int, str, str, int | None], None]] = {
            **dict.fromkeys((*_SAYS_NOTHING, "FL78.type", "FL79.type"), skip),
            **dict.fromkeys((f"FL{n}.qualifier" for n in (76, 77, 78, 79)), skip),
            **dict.fromkeys(("FL81.qualifier", "FL81.code", "FL81.value"), skip),
            **dict.fromkeys(("FL38.1", "FL38.2", "FL38.3", "FL38.4", "FL38.5"), self._responsible),
            "FL5": self._tax,
            "FL8a": self._patient_id,
            "FL50": self._payer,
            "FL58": self._insured,
            "FL80": skip,
        }

    def is_total(self, page: int, row: int) -> bool:
        """Whether a row holds the total, as revenue code 0001 says."""
        found = self.t.pages[page].get(f"FL42.{row + 1}", "") == TOTAL
        if found:
            self.totals.append((page, row))
        return found

    # ------------------------------------------------------------ before the boxes

    def prepare(self) -> None:
        """See which payers are named and who is billed."""
        text = self.t.header
        self.rows = [row for row in PAYERS if any(f"{column}.{row}" in text for column in _COLUMNS)]
        if not self.rows:
            return
        open_ = [row for row in self.rows if f"FL54.{row}" not in text]
        # the payer whose address stands in FL 38, where that is one of them
        named = [row for row in open_ or self.rows if self._is_payer(row)] or open_
        # of several the one that has a number for the biller
        self.billed = next((row for row in named if f"FL57.{row}" in text), next(iter(named), None))
        draft = self.t.draft
        draft["coverages"] = [{"responsibility": "PST"[PAYERS.index(row)]} for row in self.rows]
        if self.billed is not None:
            draft["bill_to"] = self.rows.index(self.billed)

    def _is_payer(self, row: str | None) -> bool:
        """Whether FL 38 names the payer of a row; FL 50 has less room for the name."""
        text = self.t.header
        payer, named = text.get(f"FL50.{row}", "").upper(), text.get("FL38.1", "").upper()
        if not payer or not named:
            return payer == named
        return named == payer or (len(payer) >= self.t.boxes["FL50.A"].limit and named.startswith(payer))

    def index_of(self, name: str, _pick: str, ordinal: int | None) -> int | None:
        """Index of a line or a coverage."""
        if name == "lines":
            return ordinal or 0
        if name == "coverages":
            row = PAYERS[ordinal] if ordinal is not None else self.billed
            return self.rows.index(row) if row in self.rows else 0
        return None

    def admits(self, key: str, entry: "Entry") -> bool:
        """Whether a box means this datum on this form."""
        path = entry.leaf.path
        base, _, row = key.rpartition(".")
        if path.startswith("/coverages/"):
            if row in PAYERS and base in _PAYER_BOXES:
                mine = "{destination}" if row == self.billed else "{other}"
                return path.startswith(f"/coverages/{mine}/") and row in self.rows
            return path.startswith("/coverages/{destination}/") and self.billed is not None
        if base in ("FL52", "FL53", "FL57", "FL64"):
            return row == self.billed
        if base == "FL58":
            return False
        if base in _OTHER_PROVIDERS:
            role = _ROLES.get(self.t.header.get(f"{base}.type", "").upper())
            return role is not None and path.startswith(f"{role}/")
        if base == "FL77":
            return path.startswith("/operating_provider/")
        return True

    @staticmethod
    def repeats(key: str, _text: str) -> bool:
        """Whether a text that the claim does not take says what another box says: signatures by payer."""
        return key.startswith(("FL52", "FL53"))

    # ------------------------------------------------------------ boxes with a rule of their own

    def _skip(self, page: int, key: str, text: str, line: int | None) -> None:
        """Read with another box, or not at all."""

    def _tax(self, page: int, key: str, text: str, line: int | None) -> None:
        """FL 5: the number of an employer; the form has no box for another kind."""
        self.t.read_entries(page, key, text, self.t.admitted(key), line)
        self.t.set("/billing_provider/tax_id_type", "EI", page, key)

    def _patient_id(self, page: int, key: str, text: str, _line: int | None) -> None:
        """FL 8a: said already where it is the insured id."""
        if not any(self.t.header.get(f"FL60.{row}") == text for row in PAYERS):
            self.t.problem("no_home", page, key, text=text)

    def _responsible(self, page: int, key: str, text: str, line: int | None) -> None:
        """FL 38: the payer's address where the payer is named there; another person has no place."""
        if key == "FL38.5" or not self._is_payer(self.billed):
            self.t.problem("no_home", page, key, text=text)
        elif key != "FL38.1":
            self.t.read_entries(page, key, text, self.t.admitted(key), line)

    def _payer(self, page: int, key: str, text: str, line: int | None) -> None:
        """FL 50: the payer, and by its name the kind of insurance."""
        self.t.read_entries(page, key, text, self.t.admitted(key), line)
        row = key[-1]
        coverage = self.t.draft["coverages"][self.rows.index(row)]
        filing = FILING.get(text.upper().split()[0])
        if filing is not None and not _ADVANTAGE.search(text.upper()):
            coverage["claim_filing"] = filing

    def _insured(self, page: int, key: str, text: str, line: int | None) -> None:
        """FL 58: the patient, or a person of its own."""
        row = key[-1]
        relation = self.t.header.get(f"FL59.{row}", "")
        same = text.upper() == self.t.header.get("FL8b", "").upper()
        if same and relation in ("", "18"):
            return
        mine = "{destination}" if row == self.billed else "{other}"
        found = self.t.box_entries(key, f"/coverages/{mine}/subscriber/")
        self.t.read_entries(page, key, text, found, line)

    def _code_code(self, row: str) -> None:
        """A row of FL 81: B3 taxonomy; A1 to A4 are codes that had no room in their own boxes."""
        key = f"FL81.code.{row}"
        text = self.t.header.get(key, "")
        if not text:
            return
        page = self.t.header_page[key]
        kind = self.t.header.get(f"FL81.qualifier.{row}", "").upper()
        value = self.t.header.get(f"FL81.value.{row}", "")
        draft = self.t.draft
        code = text.upper()
        try:
            made = _further(kind, code, value)
        except ValueError:
            self.t.problem("no_home", page, key, text=f"{code} {value}", what=f"the kind {kind}")
            return
        if kind == "B3":
            self.t.set("/billing_provider/taxonomy", code, page, key)
        elif made is None:
            self.t.problem("no_home", page, key, text=text, what=f"the kind {kind}" if kind else "")
        else:
            name, entry = made
            listed = draft.setdefault(name, [])
            listed.append(entry)
            pointer = f"/{name}/{len(listed) - 1}"
            if not isinstance(entry, dict):
                self.t.places.setdefault(pointer, (page + 1, key))
                return
            for field_ in entry:
                beside = key if field_ == "code" else f"FL81.value.{row}"
                self.t.places.setdefault(f"{pointer}/{field_}", (page + 1, beside))

    # ------------------------------------------------------------ after the boxes

    def finish(self) -> None:
        """What only several boxes say together."""
        for row in "abcd":
            self._code_code(row)
        self._remarks()
        self._accident()
        self._last_line()

    def _remarks(self) -> None:
        """FL 80: its lines are one note."""
        keys = [f"FL80.{n}" for n in range(1, 5) if f"FL80.{n}" in self.t.header]
        if not keys:
            return
        note = ""
        for key in keys:
            before = self.t.boxes[key].limit
            glued = bool(note) and " " not in note[-before:] and len(note) >= before and self._full(key)
            note += ("" if not note or glued else " ") + self.t.header[key].upper()
        self.t.set("/note", note, self.t.header_page[keys[0]], keys[0])

    def _full(self, key: str) -> bool:
        """Whether the row above is full to its last place with one word."""
        above = self.t.header.get(f"FL80.{int(key[-1]) - 1}", "")
        return len(above) >= self.t.boxes[key].limit and " " not in above

    def _accident(self) -> None:
        """FL 29: a state is stated for accidents with a vehicle."""
        accident = self.t.draft.get("accident")
        if accident is not None:
            accident["kinds"] = ["auto"]

    def _last_line(self) -> None:
        """The total: of line 23, or of a row with revenue code 0001; of several the sum."""
        amounts: list[Decimal] = []
        wanted = [(page, "FL47.23") for page in range(len(self.t.pages))]
        wanted += [(page, f"FL47.{row + 1}") for page, row in self.totals]
        for page, key in wanted:
            text = self.t.pages[page].get(key, "")
            if not text:
                continue
            try:
                amounts.append(read_money(text))
            except ValueError:
                self.t.read_entries(page, key, text, self.t.box_entries("FL47.23", "/total_charge"), None)
            self.t.places.setdefault("/total_charge", (page + 1, key))
        if amounts:
            self.t.draft["total_charge"] = sum(amounts, Decimal(0))
        for page, texts in enumerate(self.t.pages):
            text = texts.get("FL45.23", "")
            if text and self.t.created is None:
                try:
                    self.t.created = read_date(text)
                except ValueError:
                    self.t.problem("no_home", page, "FL45.23", text=text)


def _further(kind: str, code: str, value: str) -> tuple[str, Any] | None:
    """The list and the entry of an overflow code; None for another kind.

    Raises:
        ValueError: its date or amount is none.
    """
    if kind == "A1":
        return "condition_codes", code
    if kind == "A2":
        return "occurrence_codes", {"code": code} | ({"date": read_date(value)} if value else {})
    if kind == "A3":
        entry: dict[str, Any] = {"code": code}
        if value:
            entry["from_date"] = read_date(value[:6])
        if len(value) > 6:
            entry["through_date"] = read_date(value[6:].strip())
        return "occurrence_spans", entry
    if kind == "A4":
        return "value_codes", {"code": code} | ({"amount": read_money(value)} if value else {})
    return None


_PAYER_BOXES = frozenset(
    ("FL50", "FL51", "FL52", "FL53", "FL54", "FL57", "FL58", "FL59", "FL60", "FL61", "FL62", "FL63", "FL64")
)
_COLUMNS = ("FL50", "FL51", "FL54", "FL58", "FL59", "FL60", "FL61", "FL62", "FL63")
"""Boxes that show that a row of the payers is filled."""
_OTHER_PROVIDERS = frozenset(("FL78", "FL79"))
