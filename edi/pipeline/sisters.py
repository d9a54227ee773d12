"""Rules that look at several claims: facts of each claim of a run, kept until its end and judged then.

Facts are buffered, and spill into a temporary file that is deleted with the run (`edi.pipeline.spill`), so
that memory does not grow with the number of claims. Keys and claim ids are hashed. What a claim tells may be
worked out in another process (`Gatherer`).
"""

import marshal
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from edi.checking import line_pointers, run_finding
from edi.finding import Finding, RecordKind
from edi.forecast import Stake, leads_textbook
from edi.model.claim import Setting
from edi.payers import Overlay, Policies
from edi.pipeline.spill import BUFFERED, Spill, hashed
from edi.refdata import Lists
from edi.rules import Case, Rule, all_rules
from edi.rules.across import Found, Gather, Key, Settled, Told
from edi.rules.active import is_off
from edi.rules.days import stated_amounts
from edi.transactions.reading import line_starts


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the run as a whole says about one record: a finding more, or one that another claim answers."""

    file: str
    index: int
    record: RecordKind
    """What kind of record it is."""
    rule: str
    claim_path: str
    setting: Setting | None = None
    """The claim's setting, which tells the two claims of one record apart."""
    added: Finding | None = None
    """None: the finding of `rule` at `claim_path` is taken back."""
    stake: Stake | None = None
    """What a forecast needs to know of the claim."""

    def applied(self, findings: list[Finding]) -> list[Finding]:
        """The findings of the record's file, or of the record, with this change."""
        if self.added is not None:
            return [*findings, self.added]
        return [
            f
            for f in findings
            if (f.index, f.record, f.rule, f.claim_path)
            != (self.index, self.record, self.rule, self.claim_path)
        ]


@dataclass(slots=True)
class Part:
    """What a claim tells, and what is kept of it to place a finding on it later."""

    facts: list[tuple[int, Key, bytes]]
    """Which gatherer asked, under which key, what it was told (`marshal`)."""
    record: RecordKind
    name: str | None
    """Claim id."""
    setting: Setting | None
    sources: tuple[str, ...] | None
    x12: bool
    starts: tuple[int, ...]
    """Of a claim from an 837 the ordinals of the segments at which its lines begin."""
    snip: int
    charges: tuple[str | None, ...]
    """Charges of the lines, and the stated total last."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What is kept of a claim, and where in the run it is."""

    file: str
    index: int
    terms: int
    same: bytes
    record: RecordKind
    name: str | None
    setting: Setting | None
    sources: tuple[str, ...] | None
    x12: bool
    starts: tuple[int, ...]
    """Of a claim from an 837 the ordinals of the segments at which its lines begin."""
    snip: int
    charges: tuple[str | None, ...]


class Gatherer:
    """Asks claims for what they tell about their keys."""

    def __init__(self) -> None:
        self.rules = tuple(rule for rule in all_rules() if rule.across is not None)
        self.gathers: list[Gather] = []
        self._asked: dict[tuple[Setting | None, bool], list[tuple[int, Gather]]] = {}
        for rule in self.rules:
            if rule.across is not None and rule.across.gather not in self.gathers:
                self.gathers.append(rule.across.gather)

    def _of(self, case: Case) -> list[tuple[int, Gather]]:
        """The gatherers of the rules that apply to the setting of a claim, with or without a record."""
        kind = (case.claim.setting, case.assembled is not None)
        found = self._asked.get(kind)
        if found is None:
            asked = {
                rule.across.gather
                for rule in self.rules
                if rule.across is not None
                and rule.setting in (None, kind[0])
                and ("record" not in rule.needs or kind[1])
            }
            found = self._asked[kind] = [(i, one) for i, one in enumerate(self.gathers) if one in asked]
        return found

    def part(self, case: Case, *, record: RecordKind, x12: bool, snip: int) -> Part | None:
        """What a claim tells; None where it tells nothing."""
        claim = case.claim
        facts = [(i, key, marshal.dumps(fact)) for i, gather in self._of(case) for key, fact in gather(case)]
        if not facts:
            return None
        total = claim.total_charge
        return Part(
            facts=facts,
            record=record,
            name=claim.claim_id,
            setting=claim.setting,
            sources=_line_sources(case, record),
            x12=x12,
            starts=line_starts(claim) if record == "x12" else (),
            snip=snip,
            charges=(*stated_amounts(case)[1], None if total is None else str(total)),
        )


class Sisters:
    """Takes the claims of a run one by one, and judges them together."""

    def __init__(self) -> None:
        self.gatherer = Gatherer()
        self._spill = Spill()
        self._terms: list[tuple[Overlay, Policies]] = []
        self._number = 0

    def add(self, case: Case, *, file: str, index: int, record: RecordKind, x12: bool, snip: int) -> None:
        """Take the facts of one claim."""
        part = self.gatherer.part(case, record=record, x12=x12, snip=snip)
        if part is not None:
            self.take(part, file=file, index=index, overlay=case.overlay, policies=case.policies)

    def take(self, part: Part, *, file: str, index: int, overlay: Overlay, policies: Policies) -> None:
        """Take what a claim told."""
        number = self._number
        self._number += 1
        kept = (
            file,
            index,
            self._terms_of(overlay, policies),
            hashed(("claim", part.name)) if part.name else number.to_bytes(16, "big"),
            part.record,
            part.name,
            part.setting,
            part.sources,
            part.x12,
            part.starts,
            part.snip,
            part.charges,
        )
        facts = [(i, hashed(key), fact) for i, key, fact in part.facts]
        self._spill.add(number, marshal.dumps(kept), facts)

    def _terms_of(self, overlay: Overlay, policies: Policies) -> int:
        """Number of the payer rules and policies of a claim; few runs have more than a handful."""
        for i, known in enumerate(self._terms):
            if known[0] is overlay and (known[1] is policies or known[1] == policies):
                return i
        self._terms.append((overlay, policies))
        return len(self._terms) - 1

    def changes(self, lists: Lists) -> list[Change]:
        """What the claims together show, by claim and rule. No claim is added after this."""
        found: list[tuple[Rule, Found]] = []
        settled: list[tuple[Rule, Settled]] = []
        for i, told in self._groups():
            for rule in self.gatherer.rules:
                across = rule.across
                if across is None or across.gather is not self.gatherer.gathers[i]:
                    continue
                for one in across.judge(told, lists):
                    if isinstance(one, Settled):
                        settled.append((rule, one))
                    else:
                        found.append((rule, one))
        changes = [self._taken_back(rule, one) for rule, one in settled]
        spoken = {(rule.id, one.claim, _line(one.path)) for rule, one in found}
        for rule, one in found:
            better = rule.across.yields_to if rule.across else ()
            if not any((id_, one.claim, _line(one.path)) in spoken for id_ in better):
                change = self._added(rule, one)
                if change is not None:
                    changes.append(change)
        unique = {
            (c.file, c.index, c.record, c.rule, c.claim_path, c.setting or "", c.added is None): c
            for c in changes
        }
        self._spill.close()
        return [unique[key] for key in sorted(unique)]

    def _groups(self) -> Iterator[tuple[int, list[Told]]]:
        """Facts of one key, where at least two claims told them, in the order of the claims."""
        names: dict[int, _Claim] = {}
        for i, rows in self._spill.repeated():
            told = []
            for number, body in rows:
                claim = names.get(number)
                if claim is None:
                    names.clear() if len(names) > BUFFERED else None
                    claim = names[number] = self._claim(number)
                where = f"record {claim.index + 1}" + (f" of {claim.file}" if claim.file else "")
                fact: Any = marshal.loads(body)
                told.append(Told(claim=number, same_id=claim.same.hex(), where=where, fact=fact))
            yield i, told

    def _claim(self, number: int) -> _Claim:
        return _Claim(*marshal.loads(self._spill.record(number)))

    def _taken_back(self, rule: Rule, one: Settled) -> Change:
        claim = self._claim(one.claim)
        return Change(
            file=claim.file,
            index=claim.index,
            record=claim.record,
            rule=rule.id,
            claim_path=one.path,
            setting=claim.setting,
            stake=self._stake(claim),
        )

    def _added(self, rule: Rule, one: Found) -> Change | None:
        claim = self._claim(one.claim)
        overlay, policies = self._terms[claim.terms]
        if rule.snip > claim.snip or rule.setting not in (None, claim.setting) or not rule.holds(policies):
            return None
        if is_off(rule, overlay):
            return None
        finding = run_finding(
            rule,
            one,
            overlay=overlay,
            policies=policies,
            record=claim.record,
            index=claim.index,
            claim_id=claim.name,
            setting=claim.setting,
            sources=claim.sources,
            x12=claim.x12,
            starts=claim.starts,
        )
        return Change(
            file=claim.file,
            index=claim.index,
            record=claim.record,
            rule=rule.id,
            claim_path=one.path,
            setting=claim.setting,
            added=finding,
            stake=self._stake(claim),
        )

    def _stake(self, claim: _Claim) -> Stake:
        *lines, total = (None if text is None else Decimal(text) for text in claim.charges)
        return Stake(claim.name, tuple(lines), total, leads_textbook(self._terms[claim.terms][0]))


def _line_sources(case: Case, record: RecordKind) -> tuple[str, ...] | None:
    """Where the lines of a claim come from in an encounter or a form; None for other records."""
    if record == "boxes":
        return line_pointers(case)
    return case.assembled.sources if case.assembled and record == "encounter" else None


def _line(path: str) -> str:
    return "/".join(path.split("/")[:3])
