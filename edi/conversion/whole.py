"""The conversion of a whole claim: who bills which line, the claim of the other side, and what remains."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from edi.coding.assembly import resolve_setting
from edi.conversion import carried, events, sides
from edi.conversion.account import Account, Conversion, settle, with_values
from edi.conversion.answers import Answers, applied, by_number, stated
from edi.conversion.crossing import Crossing
from edi.conversion.header import head_of
from edi.conversion.homes import reason
from edi.conversion.lines import ask_for_lines, lines_of, outranked, renumbered, totalled
from edi.conversion.places import PRACTICE_OWNERS, is_facility, place_beside
from edi.conversion.recoding import recoded
from edi.conversion.sides import code_of
from edi.errors import NotReadable
from edi.model.claim import (
    Claim,
    ServiceLine,
    Setting,
    Statement,
    billed_coverage,
    claim_diagnoses,
    statement_period,
)
from edi.model.encounter import Encounter
from edi.model.party import Authorization, BillingSide, Provider
from edi.payers import Overlay, Policies
from edi.refdata import Lists
from edi.transactions.parts837 import same_provider

MOST_LINES = 50
"""Lines of a professional claim."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a conversion rests on beside the claim and the answers."""

    overlay: Overlay
    policies: Policies
    """Policies of the overlay with what user and record set, not settled for a setting."""
    lists: Lists
    billing: Mapping[Setting, BillingSide] = field(default_factory=dict)
    """Who bills each side, as settings or encounter say."""


def converted(
    given: Claim, to: Setting, answers: Answers, terms: Terms, record: Encounter | None = None
) -> Conversion:
    """The claim on the other side, what remains on the given one, and what was not carried.

    Args:
        given: a claim of any setting; one of the setting `to` comes back as it is.
        to: the setting that is asked for.
        answers: what only the user can say.
        terms: payer rules, code lists, and who bills.
        record: the encounter behind the claim, where it is known: lines are coded afresh from it.

    Raises:
        NotReadable: an answer leads nowhere or does not fit.
    """
    setting = resolve_setting(given)[0]
    account = Account()
    if setting is None:
        why = "nothing tells whether the claim is professional or facility"
        account.tell("needed", "", why, target="/setting", setting=to, enter="professional or facility")
        return Conversion(claims=(given,), not_carried=tuple(account.rows))
    if setting != given.setting:
        given = replace(given, setting=setting)
    if setting == to:
        return Conversion(claims=(given,))
    work = _Whole(given, to, answers, terms, record, account)
    claims = work.claims()
    settle(given, claims, account, partial(reason, to))
    return Conversion(claims=claims, not_carried=with_values(given, account.rows))


class _Whole:
    """One conversion."""

    def __init__(
        self,
        given: Claim,
        to: Setting,
        answers: Answers,
        terms: Terms,
        record: Encounter | None,
        account: Account,
    ) -> None:
        self.given = given
        self.to: Setting = to
        self.back: Setting = "professional" if to == "facility" else "facility"
        self.answers = answers
        self.terms = terms
        self.record = record if record is not None and record.administrations else None
        self.account = account
        self.over = self._crossing(to)
        self.stay = self._crossing(self.back)
        account.said = {to: tuple(self.over.said), self.back: tuple(self.stay.said)}

    def _crossing(self, to: Setting) -> Crossing:
        return Crossing(
            given=self.given,
            to=to,
            said=stated(self.answers.of(to), self.given),
            account=self.account,
            lists=self.terms.lists,
            billing=self.terms.billing.get(to, BillingSide()),
        ).verified()

    def claims(self) -> tuple[Claim, ...]:
        """The claim of the other side first, then what remains."""
        owner = self.over.said.get("/ownership", self.given.ownership)
        going = self._going(office=self.to == "professional" and owner in PRACTICE_OWNERS)
        head = head_of(self.over, [self.given.lines[i] for i in going])
        if not going:
            self._nothing()
            self.account.moves[self.to].clear()
            return (self.given,)
        staying = [i for i in range(len(self.given.lines)) if i not in going]
        claim, numbers = self._crossed(head, going, whole=not staying)
        if not staying:
            return (claim,)
        remains = self._remains(claim, staying)
        self._tell_staying(staying, numbers)
        return self._authorized(claim, remains), self._authorized(remains, claim)

    def _authorized(self, claim: Claim, other: Claim) -> Claim:
        """A claim without the prior authorizations of procedures that only the other claim bills."""
        here, there = ({code_of(line) for line in one.lines} for one in (claim, other))
        coverages = []
        for k, coverage in enumerate(claim.coverages):
            kept: list[Authorization] = []
            for n, one in enumerate(coverage.authorizations):
                code, path = (one.hcpcs or "").upper(), f"/coverages/{k}/authorizations"
                if code and code not in here and code in there and claim.setting is not None:
                    self.account.gone(f"{path}/{n}", claim.setting)
                    continue
                if claim.setting is not None and len(kept) != n:
                    self.account.moved(f"{path}/{n}", claim.setting, f"{path}/{len(kept)}")
                kept.append(one)
            same = len(kept) == len(coverage.authorizations)
            coverages.append(coverage if same else replace(coverage, authorizations=tuple(kept)))
        return replace(claim, coverages=tuple(coverages))

    # ------------------------------------------------------------ sides

    def _going(self, *, office: bool) -> list[int]:
        """Positions of the lines that go to the other side."""
        count = len(self.given.lines)
        if wrong := [n for n in self.answers.lines if n > count]:
            raise NotReadable(f"answers: line {wrong[0]}: the claim has {count} lines", path="/lines")
        found = []
        for i in range(count):
            if self.answers.lines.get(i + 1, self._side(i, office=office).setting) == self.to:
                found.append(i)
        return found

    def _side(self, i: int, *, office: bool) -> sides.Side:
        line, lists = self.given.lines[i], self.terms.lists
        if office:
            return sides.Side("professional", "the practice bills what is done in its place")
        if self.to == "facility":
            return sides.of_professional(line, lists)
        return sides.of_facility(line, lists)

    def _nothing(self) -> None:
        """Tell that no line goes to the other side."""
        self.account.rows.clear()
        if not self.given.lines:
            why = "the claim has no lines"
        elif self.to == "professional":
            why = "nothing here may be billed professionally: the facility bills administrations and drugs"
        else:
            why = "every line of this claim is the practitioner's own service"
        enter = f"`--line N={self.to}` for a line that belongs there"
        if self.to == "professional":
            enter += "; or /ownership practice where the place is no department of a hospital"
        self.account.tell("needed", "", why, target="/lines", setting=self.to, enter=enter)

    def _tell_staying(self, staying: Sequence[int], numbers: Mapping[int, int]) -> None:
        """Say of each line that stays with whom, and why."""
        for j, i in enumerate(staying):
            self.account.gone(f"/lines/{i}", self.to)
            self.account.moved(f"/lines/{i}", self.back, f"/lines/{j}")
            said = i + 1 in self.answers.lines
            why = "as answered" if said else self._side(i, office=False).why
            self.account.tell(
                "changed",
                f"/lines/{i}",
                f"it stays on the {self.back} claim: {why}",
                target=f"/lines/{j}",
                setting=self.back,
            )
        for i in numbers:
            self.account.gone(f"/lines/{i}", self.back)
        if self.given.total_charge is not None:
            why = "each claim has the charges of its own lines"
            self.over.change("/total_charge", "/total_charge", why)

    # ------------------------------------------------------------ the claim of the other side

    def _crossed(self, head: Claim, going: Sequence[int], *, whole: bool) -> tuple[Claim, dict[int, int]]:
        over, given = self.over, self.given
        coverage = billed_coverage(head)
        filing = coverage.claim_filing if coverage else None
        policies = self.terms.policies.settled(setting=self.to, claim_filing=filing)
        self._name_lines(over, [given.lines[i] for i in going], final=False)
        lines = list(lines_of(over, head, going, policies))
        numbers = {
            i: int(place.rsplit("/", 1)[1])
            for i in going
            for place in self.account.places(f"/lines/{i}", self.to)
        }
        office = head.ownership in PRACTICE_OWNERS
        if self.record is not None and (self.to == "facility" or office):
            found = recoded(over, head, lines, numbers, self.record, self.terms.overlay, self.terms.policies)
            lines, numbers = list(found.lines), found.numbers
        if self.to == "professional":
            lines = events.with_tests(over, lines)
        head = renumbered(over, head, numbers, whole=whole and len(numbers) == len(given.lines))
        claim = replace(
            head,
            lines=tuple(lines),
            unread=carried.unread(over),
            unmapped=carried.unmapped(over, numbers),
        )
        self._name_lines(over, lines, final=True)
        same = len(numbers) == len(given.lines) == len(lines)
        said = {path: value for path, value in over.said.items() if path.startswith("/lines/")}
        claim = applied(claim, said)
        ask_for_lines(over, claim.lines)
        if not over.says("/total_charge") and (not same or any(p.endswith("/charge") for p in said)):
            claim = totalled(claim)
            if whole and given.total_charge not in (None, claim.total_charge):
                over.change("/total_charge", "/total_charge", "the lines are not those of the given claim")
        if self.to == "facility":
            claim = self._with_period(claim)
            if self.record is None:
                self._hierarchy(claim, numbers)
        elif len(claim.lines) > MOST_LINES:
            why = f"a professional claim holds {MOST_LINES} lines; this one has {len(claim.lines)}"
            over.ask(
                f"/lines/{MOST_LINES}",
                why,
                "Split the given claim, by days where it has several, and convert each part",
            )
        return claim, numbers

    def _name_lines(self, crossing: Crossing, lines: Sequence[ServiceLine], *, final: bool) -> None:
        """Give answers about lines that are named by their code the place of the line."""
        said = stated(self.answers.of(crossing.to), self.given)
        crossing.said = by_number(said, lines, final=final)
        self.account.said[crossing.to] = tuple(crossing.said)

    def _with_period(self, claim: Claim) -> Claim:
        """The period of the lines as the statement's, where none is said."""
        period = statement_period(claim)
        if self.over.says("/statement") or period == Statement():
            return claim
        return replace(claim, statement=period)

    def _hierarchy(self, claim: Claim, numbers: Mapping[int, int]) -> None:
        """Ask for lines that would be coded otherwise in a hospital, where there is no record to do it by."""
        back = {at: i for i, at in numbers.items()}
        for at, code, initial in outranked(claim.lines):
            why = f"{code} outranks {initial}: in a hospital the hierarchy chooses the initial service"
            enter = f"The initial code for the service of {code}, an add-on code for that of {initial}"
            enter += "; or give the record"
            self.over.ask(f"/lines/{at}/hcpcs", why, enter, source=f"/lines/{back[at]}/hcpcs")

    # ------------------------------------------------------------ what remains

    def _remains(self, claim: Claim, staying: Sequence[int]) -> Claim:
        """The given claim with the lines that stay."""
        stay, numbers = self.stay, {i: j for j, i in enumerate(staying)}
        for i, j in numbers.items():
            stay.move(f"/lines/{i}", f"/lines/{j}")
        made = replace(
            self.given,
            origin=None,
            lines=tuple(self.given.lines[i] for i in staying),
        )
        self._name_lines(stay, made.lines, final=True)
        made = renumbered(stay, made, numbers, whole=False)
        made = replace(made, unmapped=carried.unmapped(stay, numbers))
        if self.back == "professional":
            made = self._in_hospital(made, claim)
            made = self._pointed(made, staying)
        made = applied(made, stay.said)
        return made if stay.says("/total_charge") else totalled(made)

    def _in_hospital(self, made: Claim, claim: Claim) -> Claim:
        """The practitioner's part of a visit that a facility bills now."""
        stay = self.stay
        if made.ownership != claim.ownership and claim.ownership is not None:
            made = replace(made, ownership=claim.ownership)
        if claim.off_campus is not None:
            made = replace(made, off_campus=claim.off_campus)
        place = made.place_of_service
        if not is_facility(place, self.terms.lists) and not stay.says("/place_of_service"):
            now = stay.billing.place_of_service or place_beside(claim.type_of_bill, claim.off_campus)
            if now is None and claim.type_of_bill:
                why = "the practitioner worked in a facility"
                stay.ask("/place_of_service", why, "Two digits, such as 22 or 19")
            elif now is not None and now != place:
                stay.change("/place_of_service", "/place_of_service", "the practitioner worked in a facility")
                made = replace(made, place_of_service=now)
        facility = claim.billing_provider
        if (
            made.service_facility is None
            and facility is not None
            and facility.organization_name
            and not same_provider(facility, made.billing_provider)
        ):
            place_of = Provider(
                organization_name=facility.organization_name, npi=facility.npi, address=facility.address
            )
            made = replace(made, service_facility=place_of)
        return made

    def _pointed(self, made: Claim, staying: Sequence[int]) -> Claim:
        """Only the diagnoses that the lines point to, numbered anew."""
        order = claim_diagnoses(made)
        wanted = sorted({p for line in made.lines for p in line.diagnosis_pointers if 0 < p <= len(order)})
        if not wanted or any(not line.diagnosis_pointers for line in made.lines):
            return made
        if wanted == list(range(1, len(order) + 1)):
            return made
        number = {old: new for new, old in enumerate(wanted, 1)}
        keep = [order[p - 1] for p in wanted]
        self.account.moves[self.back].update(
            {f"/diagnoses/{i}": () for i in range(len(made.diagnoses)) if i not in keep}
        )
        for n, i in enumerate(keep):
            self.account.moved(f"/diagnoses/{i}", self.back, f"/diagnoses/{n}")
        lines: list[ServiceLine] = []
        for i, line in zip(staying, made.lines, strict=True):
            pointers = tuple(number.get(p, p) for p in line.diagnosis_pointers)
            if pointers != line.diagnosis_pointers:
                self.stay.change(
                    f"/lines/{i}/diagnosis_pointers",
                    f"/lines/{len(lines)}/diagnosis_pointers",
                    "only the diagnoses of its own lines are on this claim",
                )
            lines.append(replace(line, diagnosis_pointers=pointers))
        kept = tuple(made.diagnoses[i] for i in keep)
        if kept and not any(d.kind in (None, "principal") for d in kept):
            kept = (replace(kept[0], kind=None), *kept[1:])
        return replace(made, diagnoses=kept, lines=tuple(lines))
