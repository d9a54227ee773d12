"""The UB-04 (CMS-1450): what its tables cannot say.

Sources: National Uniform Billing Committee, UB-04 form locators; CMS Pub. 100-04 ch. 25, both as restated in
rules catalogue D.2, D.3 and 0.5.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from edi.model.claim import statement_period
from forms.formats import FORMATS, words_of_note
from forms.plan import Datum, charges, is_icd9, is_self, provider_at, providers_in, same_provider

if TYPE_CHECKING:
    from forms.filling import Filling

TOTAL = "0001"
"""Revenue code of the total on line 23."""
PAYERS = "ABC"
"""Rows of FL 50 to 65."""
OTHERS = "FL{78-79}"
_OTHER_ROLES = ("referring_provider", "rendering_provider", "other_operating_provider")
"""Whom FL 78 and 79 name, in the order of filling."""
_CODE_CODE = "FL81.{}.{{a-d}}"


class Own:
    """What the UB-04 does its own way with one claim."""

    shared = frozenset(
        (
            "FL80.{1-4}",
            "FL81.code.{a-d}",
            *(f"{OTHERS}.{part}" for part in ("npi", "id", "last", "first")),
        )
    )
    """Boxes that one text runs over, or that are filled one after the other."""

    def __init__(self, filling: "Filling") -> None:
        self.f = filling
        claim = self.claim = filling.claim
        self.operating = providers_in(claim, "operating_provider")
        self.admits: dict[str, Callable[[str], bool]] = {
            f"FL77.{part}": self._is_operating for part in ("npi", "id", "last", "first")
        }
        self.special: dict[str, Callable[[int | None, str, list[Datum]], None]] = {
            "FL47.23": self.total,
            "FL6.from": self.period,
            "FL6.through": self.period,
        }

    @staticmethod
    def column_of(_what: str) -> str:
        """The box of the modifiers of a line, without its row."""
        return "FL44"

    def _is_operating(self, pointer: str) -> bool:
        return bool(self.operating) and pointer.startswith(f"{self.operating[0]}/")

    def total(self, page: int | None, key: str, data: list[Datum]) -> None:
        """FL 47 line 23 is written in `finish`, which knows the sheets."""

    def period(self, page: int | None, key: str, data: list[Datum]) -> None:
        """FL 6 is written in `finish`: a day that is not stated follows from the lines."""

    # ------------------------------------------------------------ before and after the tables

    def prepare(self) -> None:
        """Give the rows of the payers what they have of the claim, and say what is left off."""
        self._rows_of_payers()
        self._left_off()

    def _rows_of_payers(self) -> None:
        """FL 52, 53 hold the claim's signatures for each payer, FL 58 the patient where insured."""
        f, claim = self.f, self.claim
        billed = f.walk.billed
        ranks = {index: rank for index, rank in f.walk.ranks.items() if rank < len(PAYERS)}
        for name in ("FL52.{A-C}", "FL53.{A-C}", "FL57.{A-C}", "FL58.{A-C}", "FL64.{A-C}"):
            data = f.loose.get(name)
            if not data:
                continue
            for index, rank in ranks.items():
                key = f"{name.partition('.')[0]}.{PAYERS[rank]}"
                if name.startswith("FL58"):
                    if is_self(claim.coverages[index]):
                        f.data[key] = data
                elif name.startswith(("FL57", "FL64")):
                    if index == billed:
                        f.data[key] = data
                else:
                    f.data[key] = data
            if name.startswith(("FL57", "FL64")) and billed not in ranks:
                for datum in data[:1]:
                    f.problem("no_room", None, f"{name.partition('.')[0]}.C", datum.pointer)

    def _left_off(self) -> None:
        """Say what the form has no more boxes for."""
        f, claim = self.f, self.claim
        told: set[str] = set()
        for target, datum, ordinal in f.spilled:
            parts = datum.pointer.split("/")
            head = "/".join(parts[:3])
            if target.further is not None or head in told:
                continue
            told.add(head)
            what = f"{parts[1].replace('_', ' ')} {ordinal + 1}"
            if parts[1] == "coverages":
                what = f"coverage {claim.coverages[int(parts[2])].responsibility or int(parts[2]) + 1}"
            f.problem(
                "no_room",
                None,
                target.boxes[-1],
                datum.pointer if parts[1] != "coverages" else head,
                what=what,
            )

    def finish(self) -> None:
        """Boxes that hold what follows from the claim as a whole."""
        f = self.f
        self._period()
        if any(key in f.header for key in ("FL67", "FL69", "FL70.a", "FL72.a")):
            f.put(None, "FL66", "9" if is_icd9(self.claim) else "0", ("/diagnoses",))
        self._other_providers()
        self._code_codes()
        notes = f.loose.get("FL80.{1-4}", [])
        if notes:
            keys = tuple(f"FL80.{n}" for n in range(1, 5))
            f.put_wrapped(
                None, keys, words_of_note(notes[0].value), notes, limit=sum(f.boxes[k].limit for k in keys)
            )
        self._last_line()

    def _period(self) -> None:
        """FL 6: the stated period, else that of the lines."""
        f, claim = self.f, self.claim
        period = statement_period(claim)
        for key, day in (("FL6.from", period.from_date), ("FL6.through", period.through_date)):
            data = f.data.get(key)
            if not data and day is not None:
                data = [
                    Datum("service_date", day, f"/lines/{i}/service_date")
                    for i, line in enumerate(claim.lines)
                    if day in (line.service_date, line.service_through)
                ]
            if data:
                f.put(None, key, f.text(None, f.boxes[key], data[:1]), data)

    def _other_providers(self) -> None:
        """FL 78 and 79: referring, rendering, other operating; one box for each, the others are left off."""
        f, claim = self.f, self.claim
        wanted: list[str] = []
        for role in _OTHER_ROLES:
            found = providers_in(claim, role)
            wanted += found[:1]
            self._left_providers(found, "FL79.last")
        self._left_providers(self.operating, "FL77.last")
        for path in wanted[2:]:
            f.problem("no_room", None, "FL79.last", path, what=_role(path))
        for n, path in enumerate(wanted[:2]):
            for part in ("last", "first", "npi", "id"):
                data = [d for d in f.loose.get(f"{OTHERS}.{part}", []) if d.pointer.startswith(f"{path}/")]
                if data:
                    f.put_data(None, f"FL{78 + n}.{part}", data)

    def _left_providers(self, found: list[str], key: str) -> None:
        """Say which providers of one role have no room beside the first."""
        claim = self.claim
        for path in found[1:]:
            if not same_provider(provider_at(claim, path), provider_at(claim, found[0])):
                self.f.problem("no_room", None, key, path, what=_role(path))

    def _code_codes(self) -> None:
        """FL 81: taxonomy of the biller (B3), then codes that their own boxes have no room for (A1 to A4)."""
        f = self.f
        entries: list[tuple[str, str, str, list[Datum]]] = []
        for datum in f.loose.get("FL81.code.{a-d}", []):
            entries.append(
                (datum.kind, FORMATS["code"].write([("", datum.value)], f.boxes["FL81.code.a"]), "", [datum])
            )
        spilled: dict[str, list[tuple[str, Datum]]] = {}
        for target, datum, _ in f.spilled:
            if target.further is not None:
                head = "/".join(datum.pointer.split("/")[:3])
                spilled.setdefault(head, []).append((target.further.kind, datum))
        for members in spilled.values():
            kind = next((k for k, _ in members if k), "")
            code = next((str(d.value) for k, d in members if k), "")
            values = [d for k, d in members if not k]
            texts = [self._further(d) for d in values]
            entries.append(
                (
                    kind,
                    FORMATS["code"].write([("", code)], f.boxes["FL81.code.a"]),
                    "".join(texts),
                    [d for _, d in members],
                )
            )
        for n, (kind, code, value, data) in enumerate(entries):
            if n >= len("abcd"):
                what = f"{data[0].pointer.split('/')[1].replace('_', ' ')} {code}"
                f.problem("no_room", None, "FL81.code.d", data[0].pointer, what=what)
                continue
            row = "abcd"[n]
            f.put(None, f"FL81.qualifier.{row}", kind, data)
            f.put(None, f"FL81.code.{row}", code, data)
            f.put(None, f"FL81.value.{row}", value, data)

    def _further(self, datum: Datum) -> str:
        """A date or an amount of FL 81."""
        box = self.f.boxes["FL31.date.a" if datum.field != "amount" else "FL39.amount.a"]
        return self.f.text(None, box, [datum])

    def _last_line(self) -> None:
        """Line 23: page x of y and creation date on each sheet, the total on the last or on each."""
        f, claim = self.f, self.claim
        for page in range(f.sheets):
            f.put(page, "FL43.page", str(page + 1))
            f.put(page, "FL43.pages", str(f.sheets))
            if f.created is not None:
                f.put(page, "FL45.23", f"{f.created:%m%d%y}")
            each = f.totals == "each" and f.sheets > 1
            if not claim.lines or (page < f.sheets - 1 and not each):
                continue
            own = f.walk.order[page * f.rows : (page + 1) * f.rows] if each else f.walk.order
            total = charges(claim, own) if each else f.data.get("FL47.23") or charges(claim, own)
            f.put(page, "FL42.23", TOTAL)
            if total:
                f.put(page, "FL47.23", f.text(page, f.boxes["FL47.23"], total), total)
            refused = [
                Datum("non_covered", amount, f"/lines/{i}/non_covered")
                for i in own
                if (amount := claim.lines[i].non_covered) is not None and amount.is_finite()
            ]
            if refused:
                whole = refused[0]._replace(value=sum(d.value for d in refused))
                f.put(page, "FL48.23", f.text(page, f.boxes["FL48.23"], [whole]), refused)


def _role(path: str) -> str:
    """The role of a provider in words."""
    return path.rpartition("/")[2].replace("_", " ")
