"""A record to the other setting: converted, judged there, and what the judges ask for put with the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from edi.checking import check_case
from edi.conversion import KINDS, AnswerBook, Answers, Conversion, NotCarried, Terms, converted
from edi.errors import UnknownPayer
from edi.finding import FileReport, Finding
from edi.model.claim import Claim, Setting
from edi.model.contract import Record
from edi.model.encounter import Encounter
from edi.model.party import BillingSide
from edi.pipeline import reference
from edi.pipeline.converting import from_x12
from edi.pipeline.judging import (
    MASK,
    Judged,
    Options,
    case_of,
    chosen_for,
    judge,
    locate,
    mask,
    write_problem,
)
from edi.pipeline.notices import notice
from edi.pipeline.reading import Input, records
from edi.rules import Case
from edi.settings import Settings


@dataclass(slots=True, kw_only=True)
class Switched:
    """One record, and what became of it."""

    index: int
    """Which record of the file, from 0."""
    id: str | None
    """Id of the claim."""
    given: Claim
    """The claim that was converted; of an encounter the one that it was coded to."""
    conversion: Conversion
    findings: list[Finding] = field(default_factory=list)
    """Warnings about the resulting claims that the given one did not have."""


def convert(
    source: Claim | Encounter,
    to: Setting,
    *,
    answers: Answers | Mapping[str, object] | None = None,
    record: Encounter | None = None,
    payer: str | None = None,
    policies: Mapping[str, object] | None = None,
    settings: Settings | None = None,
) -> Conversion:
    """A claim on the other side: `Conversion(claims, not_carried)`.

    The claim of the setting `to` comes first; where practitioner and facility share the visit, what remains
    on the given side comes second, and each line is on exactly one of them. Nothing is invented: what the
    other side wants and nobody has said is a row of the kind `needed`. When all of them are answered the
    claims pass `check` without errors.

    Args:
        source: a claim, or an encounter, which is coded first.
        to: professional or facility.
        answers: what only the user can say, or a mapping of JSON Pointer to value for the claim of `to`. The
            text `@/attending_provider` stands for what the given claim has there.
        record: the encounter behind a claim, so that its lines are coded afresh for the other setting.
        payer: payer rules by name or TOML file.
        policies: policies that win over those of the payer rules and the record.
        settings: who bills each side, and what most records have in common.

    Raises:
        UnknownPayer: payer rules or a policy that are named do not exist.
        NotReadable: an answer leads nowhere or does not fit.
    """
    if answers is None:
        answers = Answers()
    elif not isinstance(answers, Answers):
        answers = Answers(facility=answers) if to == "facility" else Answers(professional=answers)
    options = Options(
        payer=payer, policies=dict(policies or {}), settings=settings or Settings(), show_values=True
    ).verified()
    kind = "encounter" if isinstance(source, Encounter) else "claim"
    given = Record(index=0, kind=kind, value=source)  # type: ignore[arg-type]
    found = switch(given, to, AnswerBook(for_all=answers), options, record_of=record)
    if isinstance(found, Judged):
        raise UnknownPayer(found.findings[0].message)
    return found.conversion


def switch(
    record: Record, to: Setting, book: AnswerBook, options: Options, *, record_of: Encounter | None = None
) -> Switched | Judged:
    """One record to the other setting; what keeps it from being judged comes back as `Judged`.

    Args:
        record: an encounter or a claim.
        to: the setting that is asked for.
        book: what only the user can say.
        options: payer rules, policies, settings, whether to show values.
        record_of: the encounter behind a claim.

    Raises:
        NotReadable: an answer leads nowhere or does not fit.
        UnknownPayer: payer rules or a policy that the options name do not exist.
    """
    if record.value is None:
        return judge(record, options)
    value = options.settings.applied(record.value)
    kind = record.kind or "claim"
    chosen = chosen_for(value, options, kind, record)
    if isinstance(chosen, list):
        return Judged(file="", index=record.index, kind=record.kind, findings=chosen, unreadable=True)
    overlay, _, policies = chosen
    case = case_of(value, overlay, policies, options)
    encounter = value if isinstance(value, Encounter) else record_of
    terms = Terms(
        overlay=overlay,
        policies=policies,
        lists=reference.lists(),
        billing=_billing(options.settings, encounter),
    )
    given = case.claim
    conversion = converted(given, to, book.of(given.claim_id), terms, encounter)
    if conversion.claims == (given,):
        return Switched(index=record.index, id=given.claim_id, given=given, conversion=conversion)
    before = _spoken(check_case(case, record=kind, snip=options.snip), case)
    rows, findings = list(conversion.not_carried), []
    for claim in conversion.claims:
        more, warned = _judged(claim, options, record.index, before, rows)
        rows += more
        findings += warned
    rows.sort(key=lambda row: KINDS.index(row.kind))
    if not options.show_values:
        rows = [replace(row, value=MASK) if row.value is not None else row for row in rows]
        mask(findings)
    conversion = Conversion(claims=conversion.claims, not_carried=tuple(rows))
    return Switched(
        index=record.index, id=given.claim_id, given=given, conversion=conversion, findings=findings
    )


def _billing(settings: Settings, encounter: Encounter | None) -> dict[Setting, BillingSide]:
    """Who bills each side: the encounter wins over the settings."""
    found: dict[Setting, BillingSide] = {}
    professional = settings.professional_billing
    if encounter is not None and encounter.professional_billing is not None:
        professional = beside(professional, encounter.professional_billing)
    if professional is not None:
        found["professional"] = professional
    if settings.facility_billing is not None:
        found["facility"] = settings.facility_billing
    return found


def beside(usual: BillingSide | None, own: BillingSide) -> BillingSide:
    """What the settings say of a side with what an encounter says, which wins."""
    if usual is None:
        return own
    stated = {name: getattr(own, name) for name in BillingSide.__slots__ if getattr(own, name) is not None}
    return replace(usual, **stated)


def _judged(
    claim: Claim,
    options: Options,
    index: int,
    before: frozenset[tuple[str, str]],
    rows: list[NotCarried],
) -> tuple[list[NotCarried], list[Finding]]:
    """What the rules ask of a resulting claim, and the warnings that the given one did not have."""
    record = Record(index=index, kind="claim", value=claim, id=claim.claim_id)
    chosen = chosen_for(claim, options, "claim", record)
    if isinstance(chosen, list):
        return [], chosen
    overlay, _, policies = chosen
    case = case_of(claim, overlay, policies, options)
    found = check_case(case, record="claim", index=index, snip=options.snip)
    unwritable = write_problem(case, "claim", index)
    if unwritable is not None:
        found.append(unwritable)
    errors = [one for one in found if one.severity == "error"]
    more = [_row(one, claim) for one in errors if not _asked(one, claim, rows)]
    new = [one for one in found if one.severity == "warning" and _key(one, case) not in before]
    locate(claim, new)
    for one in new:
        one.setting = claim.setting
    return more, new


def _row(found: Finding, claim: Claim) -> NotCarried:
    return NotCarried(
        kind="needed",
        target=found.claim_path or found.path or "/lines",
        setting=claim.setting,
        why=found.message,
        enter=found.help,
        rule=found.rule,
    )


def _asked(found: Finding, claim: Claim, rows: list[NotCarried]) -> bool:
    """Whether a row asks already for what an error is about."""
    path = found.claim_path or found.path
    asked = [row.target for row in rows if row.kind == "needed" and row.setting == claim.setting]
    if path == "/type_of_bill" and "/ownership" in asked:
        return True  # it follows from the answer
    if path == "/total_charge" and any(target.endswith("/charge") for target in asked):
        return True
    return any(
        path == target or path.startswith(target + "/") or target.startswith(path + "/") for target in asked
    )


def _spoken(found: list[Finding], case: Case) -> frozenset[tuple[str, str]]:
    return frozenset(_key(one, case) for one in found)


def _key(found: Finding, case: Case) -> tuple[str, str]:
    """The rule of a finding, and the code of the line or the key of the claim that it is about."""
    path = (found.claim_path or found.path).split("/")
    if len(path) > 2 and path[1] == "lines" and path[2].isdecimal() and int(path[2]) < len(case.claim.lines):
        return found.rule, (case.claim.lines[int(path[2])].hcpcs or "").upper()
    return found.rule, path[1] if len(path) > 1 else ""


# ---------------------------------------------------------------- inputs


def switch_input(
    given: Input,
    to: Setting,
    book: AnswerBook,
    options: Options,
    report: FileReport,
    *,
    known: Mapping[str, Encounter] | None = None,
) -> Iterator[Switched]:
    """The records of an input on the other side, one by one; what cannot be read goes into the report.

    Args:
        given: encounters or claims as JSON, NDJSON or XML, or an 837.
        to: the setting that is asked for.
        book: what only the user can say.
        options: payer rules, policies, settings, whether to show values.
        report: takes the findings.
        known: encounters behind claims, by claim id.

    Raises:
        NotReadable: an answer leads nowhere or does not fit.
        UnknownPayer: payer rules or a policy that the options name do not exist.
    """
    known = known or {}
    for record in _records(given, options, report):
        value = record.value
        behind = known.get(value.claim_id or "") if isinstance(value, Claim) else None
        found = switch(record, to, book, options, record_of=behind)
        if isinstance(found, Judged):
            report.findings += found.findings
            report.unreadable = report.unreadable or found.unreadable
            continue
        report.claims += 1
        report.findings += found.findings
        yield found


def _records(given: Input, options: Options, report: FileReport) -> Iterator[Record]:
    if given.is_x12:
        for one in from_x12(given, options, report):
            yield Record(index=one.index, kind="claim", value=one.claim, id=one.claim.claim_id)
        return
    for record in records(given):
        if record.kind is not None:
            report.kind = record.kind if report.kind in ("unknown", record.kind) else "mixed"
        yield record


def encounters_behind(given: Input, report: FileReport) -> dict[str, Encounter]:
    """The encounters of an input by the ids of their claims; what cannot be read goes into the report."""
    found: dict[str, Encounter] = {}
    for record in records(given):
        if not isinstance(record.value, Encounter):
            message = "the record behind claims is an encounter"
            report.findings.append(notice("INPUT-KIND", message, index=record.index, claim=record.id))
            report.unreadable = True
            continue
        patient = record.value.patient
        found[(patient.account_number if patient else None) or record.value.encounter_id] = record.value
    return found
