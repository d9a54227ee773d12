"""The CMS-1500 (02/12) read: what its tables cannot say.

The counterpart of `forms.cms1500`; the same sources.
"""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from forms.cms1500 import CONTINUED, NONE, ROLES
from forms.formats import LETTERS, read_date, read_money, read_number, read_person, read_procedure
from forms.plan import field_of
from forms.style import abbreviated, name_part

if TYPE_CHECKING:
    from forms.taking import Entry, Taking

SAME = "SAME"
"""Stands for a name or address that is the patient's."""
ON_FILE = ("SIGNATURE ON FILE", "SOF", "SIGNATURE ONFILE", "ON FILE")
_CLIA = re.compile(r"\d\dD\d{7}")
_TRIAL = re.compile(r"CT(\d{8})")
_RESULT = re.compile(r"TR/([A-Z0-9]{2})/(\d+\.?\d*|\.\d+)")
_CAUSES = {"10a.yes": "employment", "10b.yes": "auto", "10c.yes": "other"}
_QUALIFIERS = {"DN": "referring_provider", "DK": "ordering_provider", "DQ": "supervising_provider"}
_INSURED = ("4", "7.street", "7.city", "7.state", "7.zip", "7.phone", "11a.date", "11a.sex.*")
_SAME_AS = {
    "7.street": "5.street", "7.city": "5.city", "7.state": "5.state", "7.zip": "5.zip", "7.phone": "5.phone",
    "11a.date": "3.date", "11a.sex.m": "3.sex.m", "11a.sex.f": "3.sex.f",
}  # fmt: skip
"""Boxes about the insured person that repeat the patient's where the patient is insured."""
_ANOTHER = ("6.spouse", "6.child", "6.other")
"""Ticks by which somebody else than the patient is insured."""
_SAYS_NOTHING = ("10a.no", "10b.no", "10c.no", "11d.yes", "11d.no", "20.no", "21.indicator")
"""Boxes that say what follows from others, or nothing."""
_BESIDE = (
    "11b.qualifier", "14.qualifier", "15.qualifier", "17.qualifier", "17a.qualifier", "24I",
)  # fmt: skip
"""Boxes that are read with the one beside them."""


class Own:
    """What the CMS-1500 says its own way."""

    own_of_sheet = frozenset(("28", "29"))
    """Boxes that differ from sheet to sheet."""
    whatever_kind = frozenset(("17.name",))
    """Boxes whose text is read whatever code stands beside it."""

    def __init__(self, taking: "Taking") -> None:
        self.t = taking
        self.medicare = self.self_insured = False
        self.insured: str | None = None
        """`destination` or `other`: the coverage that items 4, 6, 7 and 11 are about."""
        self.second = False
        """Whether items 9 to 9d name another coverage."""
        self.role = ROLES[0]
        self.rendering: list[dict[str, Any]] = []
        """By line: what items 24I and 24J say."""
        skip = self._skip
        self.special: dict[str, Callable[[int, str, str, int | None], None]] = {
            **dict.fromkeys((*_SAYS_NOTHING, *_BESIDE), skip),
            "10a.yes": self._cause,
            "10b.yes": self._cause,
            "10c.yes": self._cause,
            "11": self._plan_number,
            "12.signature": self._release,
            "13": self._assignment,
            "16.from": self._disability,
            "16.to": skip,
            "19": skip,
            "23": self._number,
            "24C": self._emergency,
            "24D": self._procedure,
            "24E": self._pointers,
            "31.signature.1": self._signature,
            "31.signature.2": skip,
            "31.date": self._created,
        }

    @staticmethod
    def is_total(_page: int, _row: int) -> bool:
        """No row of this form holds a total."""
        return False

    # ------------------------------------------------------------ before the boxes

    def prepare(self) -> None:
        """See who is billed and who is insured."""
        text = self.t.header
        self.medicare = "1.medicare" in text
        plan = text.get("11", "").upper()
        name, patient = text.get("4", "").upper(), text.get("2", "").upper()
        other_name = bool(name) and name not in (SAME, patient)
        # a namesake may be insured: whoever it is, item 6 says that it is not the patient
        another = any(key in text for key in _ANOTHER) and "6.self" not in text
        if self.medicare:
            # a plan that pays before Medicare has its number in item 11, or at least its name or insured
            before = plan != NONE and (bool(plan) or "11c" in text or other_name or another)
            self.insured = "other" if before else None
        else:
            self.insured = "destination"
            self.second = any(key in text for key in ("9", "9a", "9d"))
        self.self_insured = not other_name and not another
        self.role = _QUALIFIERS.get(text.get("17.qualifier", "").upper(), ROLES[0])
        self.rendering = [{} for _ in self.t.used]
        if any(key.startswith(("1", "carrier")) for key in text) or self.second or self.insured == "other":
            self._coverages()

    def _coverages(self) -> None:
        """The coverages that the form names: that which is billed, then the other one."""
        draft = self.t.draft
        billed: dict[str, Any] = {"responsibility": "P"}
        draft["coverages"] = [billed]
        draft["bill_to"] = 0
        if self.insured == "other":
            billed["responsibility"] = "S"
            billed["relationship"] = "18"
            draft["coverages"].append({"responsibility": "P"})
        elif self.second:
            draft["coverages"].append({"responsibility": "S"})
        if self.insured is None:
            billed["relationship"] = "18"

    @staticmethod
    def index_of(name: str, pick: str, ordinal: int | None) -> int | None:
        """Index of a line or a coverage."""
        if name == "lines":
            return ordinal or 0
        if name == "coverages":
            return 0 if pick == "destination" else 1
        if name == "diagnoses":
            return ordinal
        return None

    def admits(self, key: str, entry: "Entry") -> bool:
        """Whether a box means this datum on this form."""
        path = entry.leaf.path
        if key in _INSURED:
            if self.insured is None or self.self_insured:
                return False
            return path.startswith(f"/coverages/{{{self.insured}}}/")
        if key in ("6.*", "11c"):
            return self.insured is not None and path.startswith(f"/coverages/{{{self.insured}}}/")
        if key in ("9", "9a", "9d"):
            return path.startswith("/coverages/{other}/") and self.second
        if key in ("17.name", "17a", "17b"):
            return path.startswith(f"/{self.role}/")
        if key.startswith("32"):
            return path.startswith("/service_facility/") and not self._own_place()
        if key.startswith("24J"):
            return path.startswith("/lines/{line}/rendering_provider/")
        if key.startswith("24B"):
            return path.startswith("/lines/")
        if key.startswith("21."):
            return path == "/diagnoses/{other}/code"
        if key.startswith("24A.to"):
            return entry.leaf.field == "service_through"
        return True

    def repeats(self, key: str, text: str) -> bool:
        """Whether a text that the claim does not take says what another box says."""
        if key.startswith("32"):
            return True
        own = "2" if key == "4" else _SAME_AS.get(key)
        if own is None:
            return False
        return self.self_insured or text.upper() in (SAME, self.t.header.get(own, "").upper())

    def _own_place(self) -> bool:
        """Whether item 32 names the biller's own place."""
        text = self.t.header
        if not all(text.get(f"32.{part}") == text.get(f"33.{part}") for part in ("name", "city")):
            return False
        # the boxes have different room, so one may be abbreviated and the other not
        here, there = (abbreviated(text.get(f"{item}.street", ""), 0) for item in ("32", "33"))
        return "32.name" in text and here == there and text.get("32a", text.get("33a")) == text.get("33a")

    # ------------------------------------------------------------ boxes with a rule of their own

    def _skip(self, page: int, key: str, text: str, line: int | None) -> None:
        """Read with another box, or not at all."""

    def _cause(self, page: int, key: str, _text: str, _line: int | None) -> None:
        self.t.set("/accident/kinds/0", _CAUSES[key], page, key)

    def _plan_number(self, page: int, key: str, text: str, line: int | None) -> None:
        """Item 11: NONE says that no plan has a number."""
        if text.upper() == NONE or self.insured is None:
            return
        wanted = f"/coverages/{{{self.insured}}}/group_number"
        found = [e for e in self.t.admitted(key) if e.leaf.path == wanted]
        self.t.read_entries(page, key, text, found, line)

    def _release(self, page: int, key: str, _text: str, _line: int | None) -> None:
        self.t.set("/signatures/release_of_information", "Y", page, key)
        self.t.set("/signatures/patient_on_file", True, page, key)

    def _assignment(self, page: int, key: str, _text: str, _line: int | None) -> None:
        self.t.set("/signatures/assignment_of_benefits", "Y", page, key)

    def _signature(self, page: int, key: str, _text: str, _line: int | None) -> None:
        self.t.set("/signatures/provider_on_file", True, page, key)

    def _created(self, page: int, key: str, text: str, _line: int | None) -> None:
        try:
            self.t.created = read_date(text)
        except ValueError:
            self.t.problem("no_home", page, key, text=text)

    def _disability(self, page: int, key: str, text: str, line: int | None) -> None:
        """Item 16 is written by `finish`, which knows both of its dates."""

    def _number(self, page: int, key: str, text: str, line: int | None) -> None:
        """Item 23: a number in the shape of a CLIA certificate is one, any other an authorization."""
        wanted = "/coverages/{destination}/authorizations/{claim}/number"
        if _CLIA.fullmatch(text.upper()):
            wanted = "/clia_number"
        found = [e for e in self.t.admitted(key) if e.leaf.path == wanted]
        if "coverages" not in self.t.draft and wanted != "/clia_number":
            self._coverages()
        self.t.read_entries(page, key, text, found, line)

    def _emergency(self, page: int, key: str, text: str, line: int | None) -> None:
        if text.upper() in ("Y", "YES", "X"):
            self.t.set("/lines/{line}/emergency", True, page, key, ordinal=line)
        elif text.upper() not in ("N", "NO"):
            self.t.problem("no_home", page, key, text=text)

    def _procedure(self, page: int, key: str, text: str, line: int | None) -> None:
        """Item 24D: people write modifiers behind the code, `96365-59`, before those in their boxes."""
        code, modifiers = read_procedure(text)
        self.t.set("/lines/{line}/hcpcs", code, page, key, ordinal=line)
        for modifier in modifiers:
            self.t.set("/lines/{line}/modifiers/0", modifier, page, key, ordinal=line)

    def _pointers(self, page: int, key: str, text: str, line: int | None) -> None:
        """Item 24E: letters of item 21; where some are left out there, their place among the others."""
        self.t.read_entries(page, key, text, self.t.admitted(key), line)
        letters = [c for c in LETTERS if f"21.{c}" in self.t.header]
        if letters == list(LETTERS[: len(letters)]) or line is None:
            return
        missing = [c for c in LETTERS if c not in letters]
        place = {LETTERS.index(c) + 1: n for n, c in enumerate([*letters, *missing], 1)}
        one = self.t.draft["lines"][line]
        if "diagnosis_pointers" in one:
            one["diagnosis_pointers"] = [place.get(p, p) for p in one["diagnosis_pointers"]]

    # ------------------------------------------------------------ after the boxes

    def finish(self) -> None:
        """What only several boxes say together."""
        self._diagnoses()
        self._relations()
        self._spell_of_work()
        self._further()
        self._lines()
        self._biller()
        self._totals()

    def _diagnoses(self) -> None:
        """Close gaps of item 21."""
        found = self.t.draft.get("diagnoses")
        if found and any(not one for one in found):
            kept = [n for n, one in enumerate(found) if one]
            self.t.draft["diagnoses"] = [found[n] for n in kept]
            for n, before in enumerate(kept):
                place = self.t.places.pop(f"/diagnoses/{before}/code", None)
                if place is not None:
                    self.t.places[f"/diagnoses/{n}/code"] = place

    def _relations(self) -> None:
        """Who is insured by the coverages, where the boxes say it by repeating the patient."""
        text, draft = self.t.header, self.t.draft
        listed = draft.get("coverages", [])
        if self.insured is not None and listed:
            about = listed[0 if self.insured == "destination" else 1]
            if self.self_insured:
                if self.insured == "other" or "6.self" in text or "4" in text:
                    about["relationship"] = "18"
                for key, own in _SAME_AS.items():
                    if text.get(key) not in (None, SAME, text.get(own)):
                        self.t.problem("differs", self.t.header_page[key], key, text=text[key])
        if self.second and "9" in text and text["9"].upper() in (SAME, text.get("2", "").upper()):
            listed[1].pop("subscriber", None)
            listed[1]["relationship"] = "18"
            for pointer in [p for p in self.t.places if p.startswith("/coverages/1/subscriber/")]:
                del self.t.places[pointer]

    def _spell_of_work(self) -> None:
        """Item 16: both dates are a period (314), one alone is the first day (360) or the last (361)."""
        text = self.t.header
        for key, field_, alone in (("16.from", "date", "360"), ("16.to", "through_date", "361")):
            if key in text:
                both = "16.from" in text and "16.to" in text
                path = f"/dates/{{314}}/{field_}" if both else f"/dates/{{{alone}}}/date"
                found = [e for e in self.t.admitted(key) if e.leaf.path == path]
                self.t.read_entries(self.t.header_page[key], key, text[key], found, None)

    def _further(self) -> None:
        """Item 19: at its end trial number and test results, before them the note."""
        text, width = self.t.header, self.t.boxes["19.1"].limit
        first, second = text.get("19.1", ""), text.get("19.2", "")
        if not (first or second):
            return
        unbroken = len(first) >= width and " " not in first
        words = (first + ("" if unbroken or not first or not second else " ") + second).upper().split(" ")
        key = "19.1" if first else "19.2"
        page = self.t.header_page[key]
        results: list[tuple[str, Decimal]] = []
        while words:
            result, trial = _RESULT.fullmatch(words[-1]), _TRIAL.fullmatch(words[-1])
            if result is not None and self.t.used and "clinical_trial_number" not in self.t.draft:
                results.insert(0, (result[1], read_number(result[2])))
            elif trial is not None and "clinical_trial_number" not in self.t.draft:
                self.t.set("/clinical_trial_number", trial[1], page, key)
            else:
                break
            words.pop()
        for kind, value in results:
            self._result(kind, value, page, key)
        if words:
            self.t.set("/note", " ".join(words), page, key)

    def _result(self, kind: str, value: Decimal, page: int, key: str) -> None:
        """A test result stands on the first line of a drug: the form does not say which line needs it."""
        codes = [one.get("hcpcs", "") for one in self.t.draft["lines"]]
        line = next((n for n, code in enumerate(codes) if code[:1] in ("J", "Q")), 0)
        listed = self.t.draft["lines"][line].setdefault("test_results", [])
        listed.append({"type": kind, "value": value})
        for name in ("type", "value"):
            self.t.places.setdefault(f"/lines/{line}/test_results/{len(listed) - 1}/{name}", (page + 1, key))

    def _lines(self) -> None:
        """What all lines have in common is the claim's: place of service and rendering provider."""
        draft, places = self.t.draft, self.t.places
        lines = draft.get("lines", [])
        for n, line in enumerate(lines):
            through = line.get("service_through")
            if through is not None and through == line.get("service_date"):
                del line["service_through"]
                places.pop(f"/lines/{n}/service_through", None)
        stated = [line.get("place_of_service") for line in lines]
        if lines and all(stated):
            draft["place_of_service"] = stated[0]
            for n, line in enumerate(lines):
                place = places.get(f"/lines/{n}/place_of_service")
                if place is not None and n == 0:
                    places["/place_of_service"] = place
                if line["place_of_service"] == stated[0]:
                    del line["place_of_service"]
                    places.pop(f"/lines/{n}/place_of_service", None)
        performed = [line.get("rendering_provider") for line in lines]
        if lines and all(one is not None and one == performed[0] for one in performed):
            draft["rendering_provider"] = performed[0]
            for n, line in enumerate(lines):
                del line["rendering_provider"]
                for pointer in [p for p in places if p.startswith(f"/lines/{n}/rendering_provider/")]:
                    place = places.pop(pointer)
                    places.setdefault(pointer.removeprefix(f"/lines/{n}"), place)

    def _biller(self) -> None:
        """Items 31 and 33: whether the biller is a person, and the name of who performed the services."""
        text, draft = self.t.header, self.t.draft
        key = "31.signature.2"
        name = text.get(key, "")
        if not name and text.get("31.signature.1", "").upper() not in ("", *ON_FILE):
            key = "31.signature.1"
            name = text[key]
        billing = draft.get("billing_provider", {})
        alone = bool(name) and name.upper() == text.get("33.name", "").upper() == name_part(name)
        if alone and "organization_name" in billing:
            del billing["organization_name"]
            place = self.t.places.pop("/billing_provider/organization_name")
            for field_, value in read_person(text["33.name"]):
                billing[field_] = value
                self.t.places[f"/billing_provider/{field_}"] = place
        rendering = draft.get("rendering_provider")
        if alone and (rendering is None or rendering == {"npi": billing.get("npi")}):
            draft.pop("rendering_provider", None)
            return
        if name:
            for field_, value in read_person(name):
                self.t.set(f"/rendering_provider/{field_}", value, self.t.header_page[key], key)

    def _totals(self) -> None:
        """Items 28 and 29: of several totals the sum."""
        for key, path in (("28", "/total_charge"), ("29", "/patient_paid")):
            amounts: list[Decimal] = []
            for page, texts in enumerate(self.t.pages):
                text = texts.get(key, "")
                if not text or text.upper().startswith(CONTINUED[:4]):
                    continue
                try:
                    amounts.append(read_money(text))
                except ValueError:
                    self.t.read_entries(page, key, text, self.t.admitted(key), None)
                    continue
                self.t.places.setdefault(path, (page + 1, key))
            if amounts:
                self.t.draft[field_of(path)] = sum(amounts, Decimal(0))
