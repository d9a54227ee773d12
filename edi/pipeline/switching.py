"""A record to the other setting: converted, judged there, and what the judges ask for put with the rest."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from edi.checking import check_case
from edi.conversion import KINDS, AnswerBook, Answers, Conversion, NotCarried, Terms, converted, pushed
from edi.errors import NotReadable, NotWritable, UnknownPayer
from edi.finding import FileReport, Finding, Report
from edi.model.boxes import Boxes
from edi.model.claim import Claim, Setting
from edi.model.contract import Record, report_to_dict
from edi.model.encounter import Encounter
from edi.pipeline import reference
from edi.pipeline.building import Envelope, file_name, write
from edi.pipeline.converting import ENDINGS, Taken, Target, from_boxes, from_x12, trial, written
from edi.pipeline.judging import (
    MASK,
    Judged,
    Options,
    case_of,
    chosen_for,
    judge,
    locate,
    mask,
    refusal,
    write_problem,
)
from edi.pipeline.notices import notice
from edi.pipeline.paper import read_form
from edi.pipeline.reading import Input, records
from edi.rules import Case
from edi.settings import Settings
from edi.x12.envelope import MOST


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

    @property
    def crossed(self) -> tuple[Claim, ...]:
        """The resulting claims; none where nothing of the given one could go to the other side."""
        untouched = self.conversion.claims == (self.given,) and bool(self.conversion.not_carried)
        return () if untouched else self.conversion.claims


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
    record = as_claim(record)
    assert isinstance(record.value, Claim | Encounter)
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
        billing=options.settings.billing(encounter),
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
        if claim.setting == to == "facility" and encounter is None:
            findings += _push_again(claim, record.index)
    rows.sort(key=lambda row: KINDS.index(row.kind))
    if not options.show_values:
        rows = [replace(row, value=MASK) if row.value is not None else row for row in rows]
        mask(findings)
    conversion = Conversion(claims=conversion.claims, not_carried=tuple(rows))
    return Switched(
        index=record.index, id=given.claim_id, given=given, conversion=conversion, findings=findings
    )


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


def _push_again(claim: Claim, index: int) -> Iterator[Finding]:
    """A remark where a hospital may bill more than the practice did, and only the record tells."""
    at = pushed(claim.lines)
    if at is not None:
        code = claim.lines[at].hcpcs
        message = f"whether a drug of {code} was pushed again (96376) the claim does not show"
        path = f"/lines/{at}/hcpcs"
        found = notice(
            "CONVERT-PUSH",
            message,
            record="claim",
            index=index,
            path=path,
            claim_path=path,
            claim=claim.claim_id,
        )
        found.setting, found.place.line = claim.setting, at + 1
        yield found


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
    for record in claim_records(given, options, report):
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


def claim_records(given: Input, options: Options, report: FileReport) -> Iterator[Record]:
    """The records of an input, those of an 837 and forms as claims; what is wrong with the wire joins the
    report."""
    if given.is_x12:
        for one in from_x12(given, options, report):
            yield Record(index=one.index, kind="claim", value=one.claim, id=one.claim.claim_id)
        return
    for record in records(given):
        if record.kind is not None:
            report.kind = record.kind if report.kind in ("unknown", record.kind) else "mixed"
        if not isinstance(record.value, Boxes):
            yield record
            continue
        taken = from_boxes(record, record.value, options, report)
        if taken is not None:
            yield replace(record, kind="claim", value=taken.claim, id=taken.claim.claim_id)


def as_claim(record: Record) -> Record:
    """A record, or the claim of a form in its place."""
    if not isinstance(record.value, Boxes):
        return record
    claim = read_form(record.value, reference.lists()).claim
    return replace(record, kind="claim", value=claim, id=claim.claim_id)


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


# ---------------------------------------------------------------- output


@dataclass(frozen=True, slots=True)
class Part:
    """One of the claims that a claim became."""

    setting: Setting | None
    code: str | None
    """Type of bill or place of service."""
    file: str | None
    """Name of its file in the folder; None where it was not written into a file of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is said of one record that was converted."""

    index: int
    """Which record of the file, from 0."""
    id: str | None
    """Id of the claim."""
    parts: tuple[Part, ...]
    not_carried: tuple[NotCarried, ...]


@dataclass(slots=True, kw_only=True)
class Switching:
    """The conversion of an input while it goes on, and what is to be said of it."""

    report: FileReport
    told: list[Told] = field(default_factory=list)

    @property
    def carried(self) -> bool:
        """Whether nothing was left out, changed or asked for."""
        return not any(one.not_carried for one in self.told)


def into_folder(
    switched: Iterator[Switched],
    switching: Switching,
    out: Path,
    surface: Target,
    options: Options,
    envelope: Envelope,
    *,
    source: Path | None = None,
) -> None:
    """Write each resulting claim into a file of its own: ID.facility.claim.json, ID.professional.837 ...

    A claim whose id an earlier one of the input has is not written: nobody could say whose file it is.

    Args:
        switched: the records.
        switching: takes what is said of them.
        out: the folder, made where it does not exist.
        surface: what to write.
        options: settings of the interchange.
        envelope: date, first control number and usage of 837 files.
        source: the file of the input, which is never replaced.

    Raises:
        NotReadable: a file would replace the input.
        OSError: the folder or a file in it cannot be written.
    """
    out.mkdir(parents=True, exist_ok=True)
    names: dict[str, int] = {}
    number = envelope.control_number
    for one in switched:
        name = file_name(one.id or f"record-{one.index + 1}")
        free = names.setdefault(name.casefold(), one.index) == one.index
        if not free:
            message = "another record of the input has the same id, or one that differs in capitals only"
            found = notice("INPUT-DUPLICATE", message, record="claim", index=one.index, path="/claim_id")
            found.place.claim = one.id
            switching.report.findings.append(found)
        parts: list[Part] = []
        for claim in one.crossed:
            file = None
            own = replace(envelope, control_number=number)
            if free and _can_be_written(claim, one, switching.report, surface, options, own):
                file = f"{name}.{claim.setting}{ENDINGS[surface]}"
                if source is not None and source.exists() and (out / file).resolve() == source.resolve():
                    raise NotReadable(f"{file} would replace the input; name another folder")
                taken = Taken(claim=claim, kind="claim", index=one.index)
                write(out / file, written(iter((taken,)), surface, options, own, switching.report))
                number = number % MOST + 1 if surface == "837" else number
            parts.append(_part(claim, file))
        switching.told.append(_told(one, parts))


def together(
    switched: Iterator[Switched],
    switching: Switching,
    surface: Target,
    options: Options,
    envelope: Envelope,
) -> Iterator[bytes]:
    """All resulting claims on one surface, in pieces; what is said is complete when they are used up."""

    def claims() -> Iterator[Taken]:
        for one in switched:
            switching.told.append(_told(one, [_part(claim, None) for claim in one.crossed]))
            for claim in one.crossed:
                if _can_be_written(claim, one, switching.report, surface, options, envelope):
                    yield Taken(claim=claim, kind="claim", index=one.index)

    return written(claims(), surface, options, envelope, switching.report)


def _can_be_written(
    claim: Claim, one: Switched, report: FileReport, surface: Target, options: Options, envelope: Envelope
) -> bool:
    """Whether a claim can be put on a surface; else the report says why not."""
    try:
        trial(surface, options, envelope)(claim)
    except NotWritable as problem:
        found = refusal(problem, claim, "claim", one.index, problem.path, problem.path)
        report.findings.append(found)
        return False
    return True


def _part(claim: Claim, file: str | None) -> Part:
    facility = claim.setting == "facility"
    return Part(claim.setting, claim.type_of_bill if facility else claim.place_of_service, file)


def _told(one: Switched, parts: list[Part]) -> Told:
    return Told(index=one.index, id=one.id, parts=tuple(parts), not_carried=one.conversion.not_carried)


def switching_json(switching: Switching, to: Setting) -> dict[str, Any]:
    """What is said of a conversion, as `convert --to facility --format json` prints it."""
    report = switching.report
    rows = [row for one in switching.told for row in one.not_carried]
    body = report_to_dict(Report(files=[report]))
    return {
        "version": 1,
        "to": to,
        "file": report.file,
        "kind": report.kind,
        "claims": [
            {
                "index": one.index,
                "claim": one.id,
                "claims": [{"setting": p.setting, "code": p.code, "file": p.file} for p in one.parts],
                "complete": not any(row.kind == "needed" for row in one.not_carried),
                "not_carried": [asdict(row) for row in one.not_carried],
            }
            for one in switching.told
        ],
        "findings": body["files"][0]["findings"],
        "summary": {
            "claims": len(switching.told),
            **{kind: sum(row.kind == kind for row in rows) for kind in KINDS},
            **{key: body["summary"][key] for key in ("errors", "warnings", "infos")},
        },
    }
