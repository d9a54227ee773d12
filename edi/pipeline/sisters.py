"""Rules that look at several claims: facts of each claim of a run, kept until its end and judged then.

Facts are buffered, and spill into a temporary SQLite file that is deleted with the run, so that memory does
not grow with the number of claims. Keys and claim ids are hashed with a value of the run's own.
"""

import hashlib
import marshal
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from edi.checking import is_off, line_pointers, run_finding
from edi.finding import Finding, RecordKind
from edi.forecast import Stake, leads_textbook
from edi.model.claim import Claim, Setting
from edi.payers import Overlay, Policies
from edi.refdata import Lists
from edi.rules import Case, Rule, all_rules
from edi.rules.across import Found, Gather, Settled, Told

if TYPE_CHECKING:
    import sqlite3

BUFFERED = 4096
"""Facts that are held before they go into the file."""
_TABLES = """
create table fact (gather integer, key blob, claim integer, body blob);
create table claim (number integer primary key, body blob);
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the run as a whole says about one record: a finding more, or one that another claim answers."""

    file: str
    index: int
    record: RecordKind
    """What kind of record it is."""
    rule: str
    claim_path: str
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


@dataclass(frozen=True, slots=True)
class _Claim:
    """What is kept of a claim, to place a finding on it later."""

    file: str
    index: int
    record: RecordKind
    name: str | None
    setting: Setting | None
    sources: tuple[str, ...] | None
    x12: bool
    terms: int
    snip: int
    charges: tuple[str | None, ...]
    """Charges of the lines, and the stated total last."""


class Sisters:
    """Takes the claims of a run one by one, and judges them together."""

    def __init__(self) -> None:
        self._rules = tuple(rule for rule in all_rules() if rule.across is not None)
        self._gathers: list[Gather] = []
        for rule in self._rules:
            if rule.across is not None and rule.across.gather not in self._gathers:
                self._gathers.append(rule.across.gather)
        self._salt = os.urandom(16)
        self._facts: list[tuple[int, bytes, int, bytes]] = []
        self._claims: list[tuple[int, bytes]] = []
        self._terms: list[tuple[Overlay, Policies]] = []
        self._number = 0
        self._store: sqlite3.Connection | None = None

    def add(self, case: Case, *, file: str, index: int, record: RecordKind, x12: bool, snip: int) -> None:
        """Take the facts of one claim."""
        claim = case.claim
        number = self._number
        said = False
        same = self._hashed(("claim", claim.claim_id)) if claim.claim_id else number.to_bytes(16, "big")
        for i, gather in enumerate(self._gathers):
            for key, fact in gather(case):
                said = True
                body = marshal.dumps((same, fact))
                self._facts.append((i, self._hashed(key), number, body))
        if not said:
            return
        self._number += 1
        kept = _Claim(
            file,
            index,
            record,
            claim.claim_id,
            claim.setting,
            _line_sources(case, record),
            x12,
            self._terms_of(case),
            snip,
            tuple(None if amount is None else str(amount) for amount in _charges(claim)),
        )
        self._claims.append((number, _packed(kept)))
        if len(self._facts) >= BUFFERED:
            self._spill()

    def _hashed(self, key: Sequence[str]) -> bytes:
        text = "\x1f".join(key).encode("utf-8", "surrogatepass")
        return hashlib.blake2b(text, digest_size=16, key=self._salt).digest()

    def _terms_of(self, case: Case) -> int:
        """Number of the payer rules and policies of a claim; few runs have more than a handful."""
        terms = (case.overlay, case.policies)
        for i, known in enumerate(self._terms):
            if known[0] is terms[0] and known[1] == terms[1]:
                return i
        self._terms.append(terms)
        return len(self._terms) - 1

    def _spill(self) -> None:
        if self._store is None:
            import sqlite3  # only runs of many claims need it

            # the empty name is a file of SQLite's own that goes away with the connection
            self._store = sqlite3.connect("")
            self._store.executescript(_TABLES)
        self._store.executemany("insert into fact values (?, ?, ?, ?)", self._facts)
        self._store.executemany("insert into claim values (?, ?)", self._claims)
        self._facts, self._claims = [], []

    def changes(self, lists: Lists) -> list[Change]:
        """What the claims together show, by claim and rule. No claim is added after this."""
        found: list[tuple[Rule, Found]] = []
        settled: list[tuple[Rule, Settled]] = []
        for i, told in self._groups():
            for rule in self._rules:
                across = rule.across
                if across is None or across.gather is not self._gathers[i]:
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
        unique = {(c.file, c.index, c.record, c.rule, c.claim_path, c.added is None): c for c in changes}
        self._close()
        return [unique[key] for key in sorted(unique)]

    def _groups(self) -> Iterator[tuple[int, list[Told]]]:
        """Facts of one key, where at least two claims told them, in the order of the claims."""
        names: dict[int, _Claim] = {}
        for i, rows in self._together():
            told = []
            for number, body in rows:
                same, fact = marshal.loads(body)
                claim = names.get(number)
                if claim is None:
                    names.clear() if len(names) > BUFFERED else None
                    claim = names[number] = self._claim(number)
                where = f"record {claim.index + 1}" + (f" of {claim.file}" if claim.file else "")
                told.append(Told(claim=number, same_id=same.hex(), where=where, fact=fact))
            yield i, told

    def _together(self) -> Iterator[tuple[int, list[tuple[int, bytes]]]]:
        rows: Iterable[tuple[int, bytes, int, bytes]]
        if self._store is None:
            rows = sorted(self._facts)
        else:
            self._spill()
            self._store.execute("create index of_key on fact (gather, key, claim)")
            rows = self._store.execute(
                "select gather, key, claim, body from fact where (gather, key) in "
                "(select gather, key from fact group by gather, key having count(distinct claim) > 1) "
                "order by gather, key, claim"
            )
        for (i, _), members in groupby(rows, key=lambda row: (row[0], row[1])):
            told = [(number, body) for _, _, number, body in members]
            if len({number for number, _ in told}) > 1:
                yield i, told

    def _claim(self, number: int) -> _Claim:
        if self._store is None:
            return _unpacked(self._claims[number][1])
        row = self._store.execute("select body from claim where number = ?", (number,)).fetchone()
        return _unpacked(row[0])

    def _taken_back(self, rule: Rule, one: Settled) -> Change:
        claim = self._claim(one.claim)
        return Change(
            file=claim.file,
            index=claim.index,
            record=claim.record,
            rule=rule.id,
            claim_path=one.path,
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
        )
        return Change(
            file=claim.file,
            index=claim.index,
            record=claim.record,
            rule=rule.id,
            claim_path=one.path,
            added=finding,
            stake=self._stake(claim),
        )

    def _stake(self, claim: _Claim) -> Stake:
        *lines, total = (None if text is None else Decimal(text) for text in claim.charges)
        return Stake(claim.name, tuple(lines), total, leads_textbook(self._terms[claim.terms][0]))

    def _close(self) -> None:
        if self._store is not None:
            self._store.close()
            self._store = None
        self._facts, self._claims = [], []


def _line_sources(case: Case, record: RecordKind) -> tuple[str, ...] | None:
    """Where the lines of a claim come from in an encounter or a form; None for other records."""
    if record == "boxes":
        return line_pointers(case)
    return case.assembled.sources if case.assembled and record == "encounter" else None


def _charges(claim: Claim) -> Iterator[Decimal | None]:
    yield from (line.charge for line in claim.lines)
    yield claim.total_charge


def _line(path: str) -> str:
    return "/".join(path.split("/")[:3])


def _packed(claim: _Claim) -> bytes:
    values: tuple[Any, ...] = tuple(getattr(claim, name) for name in _Claim.__slots__)
    return marshal.dumps(values)


def _unpacked(body: bytes) -> _Claim:
    return _Claim(*marshal.loads(body))
