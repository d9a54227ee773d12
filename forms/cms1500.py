"""The CMS-1500 (02/12): what its tables cannot say.

Sources: National Uniform Claim Committee, 1500 instructions; CMS Pub. 100-04 ch. 26 (items 4, 6, 7, 9, 11,
17a, 24I, 24J, 32 and 33b where Medicare is billed), both as restated in rules catalogue D.1 and 0.5; CMS
change requests 5699 and 8401 (test results and trial numbers in item 19).
"""

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING

from edi.model.claim import Claim, coverage_order, effective_bill_to
from edi.model.party import Coverage, Provider
from edi.payers import MEDICARE_FILING
from forms.formats import plain, words_of_note
from forms.plan import Datum, charges, is_icd9, is_self, provider_at, providers_in, same_provider, ticked
from forms.style import compact, words

if TYPE_CHECKING:
    from forms.filling import Filling

CONTINUED = "CONTINUED"
"""Stands for the total on the sheets before the last."""
NONE = "NONE"
"""Item 11 where nobody pays before Medicare."""
ON_FILE = "SIGNATURE ON FILE"
NOTE_LIMIT = 71
"""Characters of item 19 (NUCC)."""
GROUP_KINDS = frozenset(("12", "13", "14", "16", "BL", "CI", "FI", "HM"))
"""Claim filing codes of commercial insurance, which may be a group plan or not."""
ROLES = (
    "referring_provider",
    "ordering_provider",
    "supervising_provider",
)
"""Whom item 17 names: the first of them that is there (NUCC, order of priority)."""
_INSURED = ("4", "6.*", "7.street", "7.city", "7.state", "7.zip", "7.phone", "11a.date", "11a.sex.*")
_INSURED_PLAN = ("11", "11c")
_OTHER_PLAN = ("9a", "9d")
_PLACE = ("32.name", "32.street", "32.city", "32a", "32b")
_SEVENTEEN = ("17.name", "17a", "17b")
RENDERING = ("24J.{1-6}", "24J.id.{1-6}")
_LEGACY = ("17a", "24J.id.{1-6}", "32b", "33b")
"""Numbers beside the NPI, which Medicare wants on no form since 2008-05-23 (CMS Pub. 100-04 ch. 26)."""


def is_medicare(coverage: Coverage | None) -> bool:
    """Whether a coverage is Medicare's own program."""
    return coverage is not None and coverage.claim_filing in MEDICARE_FILING


def insured_of(claim: Claim) -> int | None:
    """Index of the coverage that items 4, 6, 7 and 11 are about.

    That which is billed; where Medicare is billed that which pays before it, none where Medicare pays first.
    """
    billed = effective_bill_to(claim)
    if billed is None or not is_medicare(claim.coverages[billed]):
        return billed
    order = coverage_order(claim.coverages)
    before = order[: order.index(billed)]
    return before[0] if before else None


def second_of(claim: Claim) -> int | None:
    """Index of the coverage that items 9 to 9d are about; Medicare wants none there but Medigap plans."""
    billed = effective_bill_to(claim)
    if billed is None or is_medicare(claim.coverages[billed]):
        return None
    return next((i for i in coverage_order(claim.coverages) if i != billed), None)


class Own:
    """What the CMS-1500 does its own way with one claim."""

    shared = frozenset(("19.{1-2}",))
    """Boxes that one text runs over."""

    def __init__(self, filling: "Filling") -> None:
        self.f = filling
        claim = self.claim = filling.claim
        billed = filling.walk.billed
        self.medicare = is_medicare(claim.coverages[billed]) if billed is not None else False
        self.insured = insured_of(claim)
        self.second = second_of(claim)
        self.roles = providers_in(claim, *ROLES)
        places = providers_in(claim, "service_facility")
        if not places and self.medicare and claim.billing_provider is not None:
            # Medicare prices by item 32, also where it is the biller's own place
            places = ["/billing_provider"]
        self.places = places
        self.solo = (
            claim.rendering_provider is None
            and claim.billing_provider is not None
            and claim.billing_provider.is_person
        )
        """Whether the biller is the practitioner."""
        self.admits: dict[str, Callable[[str], bool]] = {
            **dict.fromkeys(_INSURED, self._is_of_insured),
            **dict.fromkeys(_INSURED_PLAN, self._is_of_insured_plan),
            **dict.fromkeys(_OTHER_PLAN, self._is_of_second),
            "9": self._is_name_of_second,
            **dict.fromkeys(_PLACE, self._is_of_place),
            **dict.fromkeys(_SEVENTEEN, self._is_of_role),
            **dict.fromkeys((*RENDERING, "31.signature.2"), self._is_rendering),
            "29": self._is_paid,
        }
        if self.medicare:
            for name in _LEGACY:
                self.admits[name] = self._unwanted(name.partition(".{")[0], self.admits.get(name))
        self.special = {
            "1.*": self.coverage_kind,
            "10a.*": self.causes,
            "10b.*": self.causes,
            "10c.*": self.causes,
            "10d": self.claim_codes,
            "12.signature": self.release,
            "13": self.assignment,
            "22.code": self.resubmission,
            "24C": self.emergency,
            "28": self.total,
            "29": self.paid,
            "31.signature.1": self.signature,
        }

    @staticmethod
    def column_of(what: str) -> str:
        """The box of the modifiers or of the pointers of a line, without its row."""
        return "24E" if what == "pointers" else "24D.modifier4"

    # ------------------------------------------------------------ which datum stands in a box

    def _of(self, index: int | None, pointer: str) -> bool:
        return index is not None and pointer.startswith(f"/coverages/{index}/")

    def _person_of(self, index: int | None, pointer: str) -> bool:
        """Whether a datum is of the person insured by a coverage."""
        if index is None:
            return False
        coverage = self.claim.coverages[index]
        if pointer.startswith("/patient/"):
            return is_self(coverage)
        return pointer.startswith(f"/coverages/{index}/") and (
            "/subscriber/" not in pointer or not is_self(coverage)
        )

    def _is_of_insured(self, pointer: str) -> bool:
        return self._person_of(self.insured, pointer)

    def _is_of_insured_plan(self, pointer: str) -> bool:
        return self._of(self.insured, pointer)

    def _is_of_second(self, pointer: str) -> bool:
        return self._of(self.second, pointer)

    def _is_name_of_second(self, pointer: str) -> bool:
        return self._person_of(self.second, pointer)

    def _is_of_place(self, pointer: str) -> bool:
        return bool(self.places) and pointer.startswith(f"{self.places[0]}/")

    def _is_of_role(self, pointer: str) -> bool:
        return bool(self.roles) and pointer.startswith(f"{self.roles[0]}/")

    def _is_rendering(self, pointer: str) -> bool:
        return self.solo or not pointer.startswith("/billing_provider/")

    def _unwanted(self, key: str, usual: Callable[[str], bool] | None) -> Callable[[str], bool]:
        """Refuse data of a box that the payer wants empty, and say so."""
        box = key if key in self.f.boxes else f"{key}.1"

        def admit(pointer: str) -> bool:
            if usual is None or usual(pointer):
                self.f.problem("not_wanted", None, box, pointer)
            return False

        return admit

    def _is_paid(self, pointer: str) -> bool:
        """Medicare wants in item 29 what the patient paid only."""
        return not self.medicare or pointer == "/patient_paid"

    # ------------------------------------------------------------ boxes with a rule of their own

    def coverage_kind(self, page: int | None, group: str, data: list[Datum]) -> None:
        """Item 1: commercial insurance is a group plan where the claim has a number or name of the group."""
        filing = str(data[0].value)
        coverage = self.claim.coverages[self.f.walk.billed or 0]
        key = ticked("cms1500", group, filing)
        group_named = compact(coverage.group_number or "") or words(coverage.group_name or "")
        if filing in GROUP_KINDS and not group_named:
            key = "1.other"
        if key is not None:
            self.f.put(page, key, "X", data[:1])

    def causes(self, page: int | None, group: str, data: list[Datum]) -> None:
        """Item 10: YES for the causes that the claim names; `finish` ticks the others."""
        for datum in data:
            key = ticked("cms1500", group, str(datum.value))
            if key is not None:
                self.f.put(page, key, "X", [datum])

    def claim_codes(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Item 10d: as many codes as there is room for; the others are left off."""
        box = self.f.boxes[key]
        fits = len(data)
        while fits > 1 and len(self.f.text(page, box, data[:fits])) > box.limit:
            fits -= 1
        self.f.put_data(page, key, data[:fits])
        for datum in data[fits:]:
            self.f.problem("no_room", page, key, datum.pointer, what=f"condition code {datum.value}")

    def release(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Item 12: the patient's signature is on file where a signed statement permits the release."""
        known = {d.field: d.value for d in data}
        stated = known.get("release_of_information")
        if stated == "Y" or (stated is None and known.get("patient_on_file")):
            self.f.put(page, key, ON_FILE, data)

    def assignment(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Item 13: the signature that benefits are paid to the provider."""
        if data[0].value == "Y":
            self.f.put(page, key, ON_FILE, data)

    def signature(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Item 31: the provider's signature."""
        if data[0].value:
            self.f.put(page, key, ON_FILE, data)

    def resubmission(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Item 22: an original claim has no resubmission code."""
        if data[0].value != "1":
            self.f.put_data(page, key, data)

    def emergency(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Item 24C: Y, or nothing."""
        if data[0].value:
            self.f.put(page, key, "Y", data)

    def total(self, page: int | None, key: str, data: list[Datum]) -> None:
        """Item 28 is written in `finish`, which knows the sheets."""

    def paid(self, _page: int | None, key: str, data: list[Datum]) -> None:
        """Item 29: what the patient and the other payers paid together, on the last sheet."""
        amounts = [d.value for d in data if isinstance(d.value, Decimal) and d.value.is_finite()]
        whole = data[0]._replace(value=sum(amounts, Decimal(0)))
        last = self.f.sheets - 1
        self.f.put(last, key, self.f.text(last, self.f.boxes[key], [whole]), data)

    # ------------------------------------------------------------ before and after the tables

    def prepare(self) -> None:
        """Give the rows of the lines what they have of the claim, and say what is left off."""
        f, claim = self.f, self.claim
        for name, data in f.loose.items():
            if name in self.shared:
                continue
            base = name.partition("{")[0]
            for position, index in enumerate(f.walk.order):
                line = claim.lines[index]
                if name in RENDERING and line.rendering_provider is not None:
                    continue
                page, row = divmod(position, f.rows)
                f.detail[page].setdefault(f"{base}{row + 1}", data)
        for target, datum, ordinal in f.spilled:
            f.problem("no_room", None, target.boxes[-1], datum.pointer, what=f"diagnosis {ordinal + 1}")
        self._left_providers(self.roles, "17.name")
        self._left_providers(self.places, "32.name")
        billed = f.walk.billed
        for index in coverage_order(claim.coverages):
            if index not in (billed, self.insured, self.second):
                what = f"coverage {claim.coverages[index].responsibility or index + 1}"
                f.problem(
                    "not_wanted" if self.medicare else "no_room", None, "9", f"/coverages/{index}", what=what
                )

    def _left_providers(self, named_: list[str], key: str) -> None:
        """Say which providers have no room beside the first."""
        if not named_:
            return
        first = provider_at(self.claim, named_[0])
        told: list[Provider] = []
        for path in named_[1:]:
            other = provider_at(self.claim, path)
            if other is None or same_provider(first, other) or any(same_provider(other, one) for one in told):
                continue
            told.append(other)
            role = path.rpartition("/")[2].replace("_", " ")
            self.f.problem("no_room", None, key, path, what=role)

    def finish(self) -> None:
        """Boxes that hold what follows from the claim as a whole."""
        f, claim = self.f, self.claim
        accident = ("/accident",) if claim.accident is not None else ()
        for group in ("10a", "10b", "10c"):
            if f"{group}.yes" not in f.header:
                f.put(None, f"{group}.no", "X", accident)
        self._plan()
        if "21.A" in f.header:
            f.put(None, "21.indicator", "9" if is_icd9(claim) else "0", ("/diagnoses",))
        self._further()
        if f.created is not None and "31.signature.1" in f.header:
            f.put(None, "31.date", f"{f.created:%m %d %y}")
        self._totals()

    def _plan(self) -> None:
        """Items 6, 11 and 11d."""
        f, claim = self.f, self.claim
        insured = claim.coverages[self.insured] if self.insured is not None else None
        if insured is not None and insured.relationship is None and is_self(insured) and "4" in f.header:
            f.put(None, "6.self", "X", (f"/coverages/{self.insured}",))
        if self.medicare:
            if self.insured is None and "11" not in f.header:
                f.put(None, "11", NONE)
        elif claim.coverages:
            other = self.second
            paths = (f"/coverages/{other}",) if other is not None else ()
            f.put(None, "11d.no" if other is None else "11d.yes", "X", paths)

    def _further(self) -> None:
        """Item 19: note, trial number (CT and eight digits), test results (`TR/R1/9.8`)."""
        data = self.f.loose.get("19.{1-2}", [])
        parts: list[str] = []
        kind = ""
        for datum in data:
            if datum.field == "note":
                parts.append(words_of_note(datum.value))
            elif datum.field == "clinical_trial_number":
                number = words_of_note(datum.value)
                parts.append(number if number.startswith("CT") else f"CT{number}")
            elif datum.field == "type":
                kind = words_of_note(datum.value)
            else:
                parts.append(f"TR/{kind}/{plain(datum.value)}" if datum.value.is_finite() else f"TR/{kind}")
        text = " ".join(dict.fromkeys(part for part in parts if part))
        if len(text) > NOTE_LIMIT:
            keys = ("19.1", "19.2")
            self.f.problem(
                "cut" if self.f.truncate else "too_long", None, keys[0], data[0].pointer, text=text,
                limit=NOTE_LIMIT,
            )  # fmt: skip
            text = text[:NOTE_LIMIT].rstrip(" ,.") if self.f.truncate else text
        self.f.put_wrapped(None, ("19.1", "19.2"), text, data, limit=NOTE_LIMIT)

    def _totals(self) -> None:
        """Item 28: the total on the last sheet and CONTINUED before it, or a total of each sheet."""
        f, claim = self.f, self.claim
        box = f.boxes["28"]
        for page in range(f.sheets):
            data = f.data.get("28") or charges(claim, f.walk.order)
            if f.totals == "each" and f.sheets > 1:
                data = charges(claim, f.walk.order[page * f.rows : (page + 1) * f.rows])
            elif page < f.sheets - 1:
                f.put(page, "28", CONTINUED)
                continue
            if data:
                f.put(page, "28", f.text(page, box, data), data)
