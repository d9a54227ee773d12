"""From records to findings: settings and payer rules applied, the claim put together, judged, and placed."""

import contextlib
import datetime as dt
import hashlib
import marshal
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from operator import attrgetter
from typing import Any, BinaryIO, Literal

from edi import payers
from edi.checking import check_case, paths, verified
from edi.coding import proposed_claim
from edi.coding.assembly import Assembled, line_kind, resolve_setting
from edi.comparing import compared
from edi.errors import NotWritable, UnknownPayer
from edi.finding import (
    SEVERITIES,
    Comparison,
    Documentation,
    FileReport,
    Finding,
    Forecast,
    PricePanel,
    RecordKind,
    Report,
    X12Place,
)
from edi.forecast import forecast, stake_of
from edi.model.boxes import Boxes
from edi.model.claim import Claim, LineKind, Setting, billed_coverage
from edi.model.contract import Kind, Record
from edi.model.crosswalk import address_of
from edi.model.encounter import Encounter
from edi.model.party import TradingPartner
from edi.model.pointer import pointer
from edi.payers import Overlay, Policies
from edi.pipeline import reference
from edi.pipeline.notices import notice
from edi.pipeline.paper import as_read, put_on_form, read_form
from edi.pipeline.reading import Input, records
from edi.pipeline.sisters import Change, Gatherer, Part, Sisters
from edi.pipeline.spill import Spill, hashed
from edi.pipeline.unchecked import WORDS, Unchecked
from edi.rules import Case, all_rules
from edi.rules.days import amounts_of, stated_amounts
from edi.rules.doc.score import documentation
from edi.settings import Settings
from edi.transactions.writing import trace_837, write_837

Surface = Literal["x12", "paper"]
MASK = "***"
"""What stands for a value that is not shown."""
SOMEBODY = TradingPartner(name="SOMEBODY", id="SOMEBODY", contact_name="SOMEBODY", phone="5555550100")
"""Stands for a sender or receiver that is not known, where only the claim is judged."""
SOMETIME = dt.datetime(2000, 1, 1)
"""Creation date of an 837 that is written to see whether it can be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a user asks for beside the inputs."""

    payer: str | None = None
    """Payer rules by name or TOML file; they win over what a record says."""
    policies: Mapping[str, Any] = field(default_factory=dict)
    """Policies that win over those of a record and of the payer rules."""
    received: date | None = None
    """Day on which the payer gets the claims; rules that need it are left out otherwise."""
    snip: int = 7
    """The highest SNIP type to judge."""
    jobs: int = 1
    """Processes that judge the claims of X12 inputs."""
    show_values: bool = False
    """Show expected and actual values in findings instead of masking them."""
    settings: Settings = field(default_factory=Settings)
    prices: bool = False
    """Estimate what Medicare would allow."""
    locality: str | None = None
    """Contractor and locality of the prices, as `05102-18`; default the national amounts."""
    surface: Surface | None = None
    """What the claims are judged as: the wire (x12) or the form (paper); default what they were read from."""
    truncate: bool = False
    """Cut what is longer than its box on a form that is made."""

    def verified(self) -> "Options":
        """The same options.

        Raises:
            UnknownPayer: the payer rules, a policy or its value do not exist.
            ValueError: there is no such SNIP type.
        """
        if self.snip not in range(1, 8):
            raise ValueError(
                f"snip is the highest SNIP type to judge, a number from 1 to 7, not {self.snip!r}"
            )
        base = verified(payers.load(self.payer)).policies if self.payer else Policies()
        payers.with_policies(base, self.policies, where="--policy")
        return self


@dataclass(slots=True, kw_only=True)
class Judged:
    """One record with all that came of it."""

    file: str
    index: int = 0
    kind: Kind | None = None
    """None where the input as a whole cannot be read."""
    id: str | None = None
    """Encounter or claim id, where it could be read."""
    claim: Claim | None = None
    assembled: Assembled | None = None
    case: Case | None = None
    overlay: Overlay | None = None
    reason: str | None = None
    """Why these payer rules."""
    findings: list[Finding] = field(default_factory=list)
    kept_back: Finding | None = None
    """What keeps the claim from being written, where an error about the same value says it already."""
    unreadable: bool = False
    surface: str | None = None
    """x12 for what was read from the wire."""
    guide: str | None = None
    """Guide by which the wire was judged."""
    content: bytes | None = None
    """A hash by which a copy of a claim that was read from the wire is known."""
    uncounted: int = 0
    """Claims that were judged for structure only and stand in no `Judged` of their own."""
    record: RecordKind = "file"
    """What kind of record the paths of its findings point into."""
    snip: int = 7
    """The highest SNIP type that was judged."""
    side: Setting | None = None
    """Which side of a visit it is, where both sides are billed apart."""
    services: tuple[int, ...] = ()
    """For each service of that side its position in the record that was given."""
    noted: "Noted | None" = None
    """What a run keeps of it, where it was judged in another process: then there is no claim and no case."""

    @property
    def ok(self) -> bool:
        """Whether no finding is an error."""
        return not any(f.severity == "error" for f in self.findings)

    def comparison(self) -> Comparison | None:
        """The coded lines beside what the record supports; None where the program codes."""
        return compared(self.assembled, index=self.index) if self.assembled is not None else None

    def prices(self) -> PricePanel | None:
        """What Medicare would allow for the claim; None where nobody asked."""
        if self.case is None or not self.case.prices:
            return None
        return replace(self.case.panel, index=self.index)


def judge_inputs(given: Iterable[Input], options: Options, *, only: Kind | None = None) -> Iterator[Judged]:
    """Every record of every input, one by one; `only` refuses records of another kind."""
    with contextlib.ExitStack() as open_:
        judge_wire: Callable[[BinaryIO, str], Iterator[Judged]] | None = None
        for one in given:
            if not one.is_x12 or only is not None:
                for record in records(one):
                    yield judge(record, options, file=one.name, only=only)
                continue
            if judge_wire is None:
                from edi.pipeline import wire  # the reader and its guides load only where needed

                judge_wire = open_.enter_context(wire.judging(options))
            with one.stream() as stream:
                yield from judge_wire(stream, one.name)


def judge(record: Record, options: Options, *, file: str = "", only: Kind | None = None) -> Judged:
    """One record: settings, payer rules, coding, rules, places."""
    found = _judge(record, options, file=file, only=only)
    found.record = "xml" if record.syntax == "xml" else record.kind or "file"
    found.snip = options.snip
    if record.syntax == "xml":
        for finding in found.findings:
            if finding.record != "file":
                finding.record = "xml"
    return found


def _judge(record: Record, options: Options, *, file: str, only: Kind | None) -> Judged:
    found = Judged(file=file, index=record.index, kind=record.kind, id=record.id)
    value = record.value
    if value is None:
        found.unreadable = True
        found.findings = list(_unreadable(record))
        return found
    if only is not None and record.kind != only:
        found.unreadable = True
        message = f"this is {_a(record.kind)}, and {_a(only)} is needed here"
        found.findings = [
            notice("INPUT-KIND", message, record=record.kind or "file", index=record.index, claim=record.id)
        ]
        return found
    kind: RecordKind = record.kind or "file"
    taken = None
    boxes = None
    if isinstance(value, Boxes):
        boxes = value
        taken = read_form(boxes, reference.lists())
        value = taken.claim
    else:
        # a form that is judged as it is shows what it lacks
        value = options.settings.applied(value)
    chosen = chosen_for(value, options, kind, record)
    if isinstance(chosen, list):
        found.unreadable = True
        found.findings = chosen
        return found
    found.overlay, found.reason, policies = chosen
    found.case = case = case_of(value, found.overlay, policies, options)
    found.claim = case.claim
    found.assembled = case.assembled
    paper = options.surface == "paper" or (options.surface is None and boxes is not None)
    if boxes is not None and taken is not None:
        as_read(case, boxes, taken)
        case.paper = case.paper if paper else None
    elif paper:
        put_on_form(case)
    found.findings = check_case(case, record=kind, index=record.index, snip=options.snip)
    unwritable = None if paper else write_problem(case, kind, record.index)
    if unwritable is not None and covered(unwritable, found.findings):
        found.kept_back = unwritable
    elif unwritable is not None:
        found.findings.append(unwritable)
        found.findings.sort(key=lambda f: SEVERITIES.index(f.severity))
    if taken is None:
        locate(case.claim, found.findings)
    if not options.show_values:
        mask(found.findings)
    return found


def _a(kind: Kind | None) -> str:
    return {"encounter": "an encounter", "boxes": "a form"}.get(kind or "", "a claim")


def _unreadable(record: Record) -> Iterator[Finding]:
    """The problems of a record as findings."""
    for problem in record.problems:
        message = problem.message
        if record.text_line is not None and "line " not in message:
            message = f"line {record.text_line}: {message}"
        yield notice(
            problem.rule,
            message,
            help_text=problem.help,
            record=record.kind or "file",
            index=record.index,
            path=problem.path,
            claim=record.id,
        )


def chosen_for(
    value: Encounter | Claim, options: Options, kind: RecordKind, record: Record
) -> tuple[Overlay, str, Policies] | list[Finding]:
    """Payer rules, why these, and the policies; or what is wrong with those that the record names.

    Raises:
        UnknownPayer: those that were asked for do not exist.
    """

    def fault(id_: str, problem: UnknownPayer, *path: str) -> Finding:
        return notice(
            id_, str(problem), record=kind, index=record.index, path=pointer(*path), claim=record.id
        )

    coverage = billed_coverage(value)
    payer = coverage.payer if coverage else None
    try:
        overlay, reason = payers.choose(
            asked=options.payer,
            stated=value.payer_overlay,
            claim_filing=coverage.claim_filing if coverage else None,
            payer_id=payer.id if payer else None,
        )
        verified(overlay)
    except UnknownPayer as problem:
        if options.payer:
            raise
        return [fault("INPUT-PAYER", problem, "payer_overlay")]
    policies = overlay.policies
    wrong = []
    for name, stated in value.policies.items() if isinstance(value, Encounter) else ():
        try:
            policies = payers.with_policies(policies, {name: stated}, where="policies of the record")
        except UnknownPayer as problem:
            wrong.append(fault("INPUT-POLICY", problem, "policies", name))
    if wrong:
        return wrong
    return overlay, reason, payers.with_policies(policies, options.policies, where="--policy")


def case_of(value: Encounter | Claim, overlay: Overlay, policies: Policies, options: Options) -> Case:
    """What the rules look at."""
    lists = reference.lists()
    if isinstance(value, Encounter):
        assembled = proposed_claim(value, overlay=overlay, policies=policies, lists=lists)
        return Case(
            claim=assembled.claim,
            policies=assembled.proposal.timeline.policies,
            overlay=overlay,
            lists=lists,
            assembled=assembled,
            received=options.received,
            prices=options.prices,
            locality=options.locality,
        )
    setting = resolve_setting(value)[0]
    coverage = billed_coverage(value)
    settled = policies.settled(setting=setting, claim_filing=coverage.claim_filing if coverage else None)
    claim = value if value.setting == setting else replace(value, setting=setting)
    return Case(
        claim=claim,
        policies=settled,
        overlay=overlay,
        lists=lists,
        received=options.received,
        prices=options.prices,
        locality=options.locality,
    )


class Terms:
    """Payer rules, settled policies and code lists for the claims of one input, each chosen once."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lists = reference.lists()
        self._kinds: dict[str | None, LineKind] = {}
        self._chosen: dict[tuple[str | None, ...], tuple[Overlay, str, Policies]] = {}

    def case(self, claim: Claim, index: int) -> tuple[Case, str] | list[Finding]:
        """What the rules look at for a claim from the wire, and why these payer rules; else what is wrong.

        Raises:
            UnknownPayer: the payer rules that were asked for do not exist.
        """
        coverage = billed_coverage(claim)
        filing = coverage.claim_filing if coverage else None
        payer = coverage.payer.id if coverage and coverage.payer else None
        key = (claim.payer_overlay, filing, payer, claim.setting)
        chosen = self._chosen.get(key)
        if chosen is None:
            record = Record(index=index, kind="claim", value=claim, id=claim.claim_id)
            found = chosen_for(claim, self.options, "x12", record)
            if isinstance(found, list):
                return found
            overlay, reason, policies = found
            settled = policies.settled(setting=claim.setting, claim_filing=filing)
            if len(self._chosen) >= _MOST_CHOSEN:
                self._chosen.clear()
            chosen = self._chosen[key] = (overlay, reason, settled)
        kinds = self._kinds
        for line in claim.lines:
            # the wire does not say what kind a line is, its code does
            code = line.hcpcs
            kind = kinds.get(code)
            if kind is None:
                if len(kinds) >= _MOST_CHOSEN:
                    kinds.clear()
                kind = kinds[code] = line_kind(code, self.lists)
            line.kind = kind
        options = self.options
        case = Case(
            claim=claim,
            policies=chosen[2],
            overlay=chosen[0],
            lists=self.lists,
            received=options.received,
            prices=options.prices,
            locality=options.locality,
        )
        return case, chosen[1]


_MOST_CHOSEN = 4096
"""Kinds of claims for which the payer rules are remembered, and codes of which the kind is."""


# ---------------------------------------------------------------- the 837


def write_problem(case: Case, kind: RecordKind, index: int) -> Finding | None:
    """Why the claim of a case cannot become an 837; None where it can, or where its form is not known."""
    claim = case.claim
    if claim.setting is None or not claim.lines:
        return None  # rules say what is missing; there is nothing to write yet
    try:
        write_837(
            [claim],
            submitter=_sendable(claim.submitter),
            receiver=_sendable(claim.receiver),
            created=SOMETIME,
            verify=False,
        )
    except NotWritable as problem:
        return not_writable(problem, case, kind, index)
    return None


def _sendable(partner: TradingPartner | None) -> TradingPartner:
    """A partner whose id does for an envelope; the envelope is no matter of the claim."""
    if partner is None:
        return SOMEBODY
    if not (partner.phone or partner.email):
        partner = replace(partner, contact_name=SOMEBODY.contact_name, phone=SOMEBODY.phone)
    return partner if partner.id and len(partner.id) <= 15 else replace(partner, id=SOMEBODY.id)


def not_writable(problem: NotWritable, case: Case, kind: RecordKind, index: int) -> Finding:
    """The finding for the claim of a case that cannot be written."""
    path, claim_path = paths(case, problem.path, kind)
    return refusal(problem, case.claim, kind, index, path, claim_path)


def refusal(
    problem: NotWritable, claim: Claim, kind: RecordKind, index: int, path: str, claim_path: str | None
) -> Finding:
    """The finding for a claim that cannot be written; `path` points into the record that was given."""
    message = str(problem)
    if problem.path and message.startswith(problem.path):
        message = "the value " + message.removeprefix(problem.path).lstrip(": ")
    if problem.path.startswith(("/submitter", "/receiver")) or not problem.path:
        id_ = "X12-WRITE-PARTNER"
    else:
        id_ = "X12-WRITE-CHARACTER" if " holds " in message else "X12-WRITE-CLAIM"
    found = notice(
        id_, message, record=kind, index=index, path=path, claim_path=claim_path, claim=claim.claim_id
    )
    found.setting = claim.setting
    if claim_path is not None and claim_path.startswith("/lines/"):
        found.place.line = int(claim_path.split("/")[2]) + 1
    return found


def covered(found: Finding, others: Iterable[Finding]) -> bool:
    """Whether an error about the same value of the record, or of the claim, stands there already."""
    return any(
        f.severity == "error" and f.path == found.path and (found.path or f.claim_path == found.claim_path)
        for f in others
    )


def locate(claim: Claim, findings: Iterable[Finding]) -> None:
    """Give findings their X12 address, where the value they speak of is written."""
    wanted = [f for f in findings if f.claim_path and f.place.x12 is None]
    if not wanted or claim.setting is None:
        return
    traces = trace_837(claim)
    for found in wanted:
        where = found.claim_path or ""
        head, _, last = where.rpartition("/")
        trace = traces.get(where) or (traces.get(head) if last.isdecimal() else None)
        # a line as a whole is its loop, not one of its elements; what is not written would stand somewhere
        address = trace.address if trace is not None and head != "/lines" else address_of(claim, where)
        if address is not None:
            found.place.x12 = X12Place(address=address, loop=re.split(r"[\[/]", address, maxsplit=1)[0])


def mask(findings: Iterable[Finding]) -> None:
    """Hide the values of findings."""
    for found in findings:
        if found.actual is not None:
            found.actual = MASK
        if found.expected is not None:
            found.expected = MASK


# ---------------------------------------------------------------- a run


@dataclass(slots=True, kw_only=True)
class Noted:
    """What a run keeps of a judged record beside its findings; may be made in another process."""

    ids: list[tuple[str, str]]
    """Under which ids it may clash with others."""
    content: bytes | None
    """What tells a copy of a claim from another one with its id."""
    claims: int
    overlay: str | None
    reason: str | None
    general: bool
    """Whether a claim was judged by the general rules because none are those of its payer."""
    bare: bool
    """Whether it is a claim without a record."""
    lacking: set[str]
    """Lists by which a code of the claim could not be judged, which were not named before."""
    part: Part | None
    """What the claim tells other claims."""
    policies: Policies | None
    """Settled policies of the claim."""
    forecast: Forecast | None
    comparison: Comparison | None
    prices: PricePanel | None
    documentation: list[Documentation]


class Noting:
    """Makes notes of judged records."""

    def __init__(self, gatherer: Gatherer | None) -> None:
        self._gatherer = gatherer
        self._unchecked = Unchecked()

    def of(self, judged: Judged) -> Noted:
        """What a run keeps of a record."""
        claim, case = judged.claim, judged.case
        likely = None
        if claim is not None and any(f.severity != "info" for f in judged.findings):
            likely = forecast(judged.findings, stake_of(claim, judged.overlay), index=judged.index)
        lacking: set[str] = set()
        part = None
        if case is not None:
            lacking = self._unchecked.of(case)
            if self._gatherer is not None:
                x12 = judged.surface == "x12" or case.claim.setting is not None
                part = self._gatherer.part(case, record=judged.record, x12=x12, snip=judged.snip)
        return Noted(
            ids=identities(judged),
            content=_content(judged),
            claims=judged.uncounted + (claim is not None),
            overlay=judged.overlay.name if judged.overlay is not None else None,
            reason=judged.reason,
            general=judged.overlay is not None and judged.reason == payers.BY_DEFAULT and claim is not None,
            bare=judged.kind in ("claim", "boxes") and claim is not None,
            lacking=lacking,
            part=part,
            policies=case.policies if case is not None else None,
            forecast=likely,
            comparison=judged.comparison(),
            prices=judged.prices(),
            documentation=list(documentation(case, judged.index)) if case is not None else [],
        )


class Run:
    """Gathers what was judged into a report, and judges what only several records together show."""

    def __init__(self, *, together: bool = True) -> None:
        """`together`: judge the claims together too, which takes facts of each of them."""
        self._sisters = Sisters() if together else None
        self._noting = Noting(self._sisters.gatherer if self._sisters is not None else None)
        self._changes: list[Change] | None = None
        self._files: dict[str, FileReport] = {}
        self._ids = Spill()
        self._count = 0
        self._bare_in: str | None = None
        self._general = 0
        self._general_in = ""
        self._lacking: set[str] = set()
        self._lacking_in = ""

    def add(self, judged: Judged) -> None:
        """Take one record in; its findings go into the report as they are then."""
        noted = judged.noted or self._noting.of(judged)
        report = self._files.get(judged.file)
        kind = judged.surface or judged.kind
        if report is None:
            report = self._files[judged.file] = FileReport(file=judged.file, kind=kind or "unknown")
        elif kind is not None and report.kind != kind:
            report.kind = kind if report.kind == "unknown" else "mixed"
        if judged.guide is not None:
            report.guide = _joined(report.guide, judged.guide)
        report.unreadable = report.unreadable or judged.unreadable
        report.findings += judged.findings
        self._views(report, noted)
        report.claims += noted.claims
        if noted.overlay is not None:
            report.payer_overlay = _joined(report.payer_overlay, noted.overlay)
            report.overlay_reason = _joined(report.overlay_reason, noted.reason or "")
        if noted.general:
            self._general += 1
            self._general_in = judged.file
        if noted.bare:
            self._bare_in = judged.file
        if not noted.lacking <= self._lacking:
            self._lacking |= noted.lacking
            self._lacking_in = judged.file
        if self._sisters is not None and noted.part is not None:
            assert judged.overlay is not None and noted.policies is not None
            self._sisters.take(
                noted.part,
                file=judged.file,
                index=judged.index,
                overlay=judged.overlay,
                policies=noted.policies,
            )
        if noted.ids:
            self._identify(judged, noted)

    def _identify(self, judged: Judged, noted: Noted) -> None:
        """Keep only what is needed to point at a record later: claims are not kept."""
        rows = [(0, hashed((what, id_)), what.encode()) for what, id_ in noted.ids]
        kept = (judged.file, judged.index, judged.kind, judged.id, judged.surface, judged.side)
        body = marshal.dumps((*kept, noted.content))
        self._ids.add(self._count, body, rows)
        self._count += 1

    @staticmethod
    def _views(report: FileReport, noted: Noted) -> None:
        """What the findings, the record and the prices of a claim come to."""
        if noted.forecast is not None:
            report.forecast.append(noted.forecast)
        if noted.comparison is not None:
            report.comparison.append(noted.comparison)
        if noted.prices is not None:
            report.prices.append(noted.prices)
        report.documentation += noted.documentation

    def duplicates(self) -> Iterator[tuple[Judged, Finding]]:
        """A finding for each record whose id another record of the run has."""
        groups = sorted((rows for _, rows in self._ids.repeated()), key=lambda rows: rows[0])
        for rows in groups:
            what = rows[0][1].decode()
            path = _ID_PATHS.get(what, "/patient/account_number")
            members = []
            for number, _ in rows:
                file, index, kind, id_, surface, side, content = marshal.loads(self._ids.record(number))
                members.append(
                    Judged(
                        file=file, index=index, kind=kind, id=id_, surface=surface, side=side, content=content
                    )
                )
            for one in members:
                others = [m for m in members if m is not one]
                wire = one.surface == "x12" and all(m.surface == "x12" for m in others)
                if wire:
                    # a claim that replaces or voids another one bears its number by right
                    others = [m for m in others if m.content is not None and one.content is not None]
                    if not others:
                        continue
                first = others[0]
                where = f"record {first.index + 1}" + (f" of {first.file}" if first.file != one.file else "")
                more = f" and {len(others) - 1} more" if len(others) > 1 else ""
                made = notice(
                    "INPUT-DUPLICATE",
                    f"{where}{more} {'has' if len(others) == 1 else 'have'} the same id",
                    record=one.kind or "file",
                    index=one.index,
                    path=path,
                    claim_path="/claim_id",
                    claim=one.id,
                )
                if wire and all(m.content != one.content for m in others):
                    # X12 asks for no unique CLM01; it is the answers that cannot be told apart
                    made.severity = "warning"
                yield one, made

    def changes(self) -> list[Change]:
        """What the claims of the run show together; no record is added after this."""
        if self._changes is None:
            self._changes = self._sisters.changes(reference.lists()) if self._sisters is not None else []
        return self._changes

    def _forecast_again(self) -> None:
        """Forecasts of the claims about which other claims have said something."""
        touched: dict[str, dict[int, Change]] = {}
        for change in self.changes():
            touched.setdefault(change.file, {})[change.index] = change
        for name, changes in touched.items():
            file = self._files[name]
            members: dict[int, list[Finding]] = {index: [] for index in changes}
            for one in file.findings:
                about = changes.get(one.index)
                # faults around the claims have the number of the first one, and no claim
                if about is None or one.record != about.record:
                    continue
                if one.claim_path or one.place.claim:
                    members[one.index].append(one)
            kept = [one for one in file.forecast if one.index not in changes]
            made = (
                forecast(members[index], change.stake, index=index)
                for index, change in changes.items()
                if change.stake is not None
            )
            file.forecast = sorted([*kept, *(one for one in made if one is not None)], key=lambda f: f.index)

    @property
    def files(self) -> list[FileReport]:
        """What was gathered so far, by input."""
        return list(self._files.values())

    def report(self) -> Report:
        """The report of the run, with what only the run as a whole shows."""
        for one, finding in self.duplicates():
            self._files[one.file].findings.append(finding)
        for change in self.changes():
            file = self._files[change.file]
            file.findings = change.applied(file.findings)
        self._forecast_again()
        if self._general:
            message = f"{self._general} of the claims were judged by the general rules: none of their payer"
            self._files[self._general_in].findings.append(notice("PAYER-PROF-001", message))
        blind = sum("record" in rule.needs for rule in all_rules())
        if self._bare_in is not None and blind:
            message = f"{blind} rules look at the record and were not judged: no encounter was given"
            self._files[self._bare_in].findings.append(notice("RECORD-ABSENT", message))
        if self._lacking:
            names = ", ".join(words for name, words in WORDS.items() if name in self._lacking)
            message = f"not checked against a whole list of the service date: {names}"
            self._files[self._lacking_in].findings.append(notice("LISTS-ABSENT", message))
        return Report(files=self.files)


_ID_PATHS = {"encounter": "/encounter_id", "claim": "/claim_id", "boxes": ""}


_billed = attrgetter("hcpcs", "revenue_code", "modifiers")


def _content(judged: Judged) -> bytes | None:
    """What tells a copy of a claim from another with its id; None for one that replaces or voids another."""
    claim, case = judged.claim, judged.case
    if claim is None or judged.surface != "x12" or claim.frequency in ("7", "8"):
        return None
    patient, provider = claim.patient, claim.billing_provider
    coverage = billed_coverage(claim)
    told = (
        provider.npi if provider else None,
        coverage.member_id if coverage else None,
        (_number(patient.birth_date), patient.first_name) if patient else None,
        list(map(_billed, claim.lines)),
        [_number(line.service_date) for line in claim.lines],
        stated_amounts(case) if case is not None else amounts_of(claim),
    )
    return hashlib.blake2b(marshal.dumps(told, 0), digest_size=16).digest()


def _number(day: date | None) -> int:
    return 0 if day is None else day.toordinal()


def identities(judged: Judged) -> list[tuple[str, str]]:
    """Under which ids a record may clash with others."""
    found = []
    # both sides of a visit have its id
    side = f"\0{judged.side}" if judged.side else ""
    if judged.kind is not None and judged.id is not None:
        found.append((str(judged.kind), judged.id + side))
    claim = judged.claim
    if judged.kind == "encounter" and claim is not None and claim.claim_id and claim.claim_id != judged.id:
        found.append(("account", claim.claim_id + side))
    return found


def _joined(known: str | None, new: str) -> str:
    """Names of a file's payer rules, each once."""
    if not known or known == new:
        return new
    return known if new in known.split("; ") else f"{known}; {new}"
