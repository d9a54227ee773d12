"""The main job: encounters in; claims, 837 files, reports and batches out."""

import contextlib
import datetime as dt
import errno
import hashlib
import json
import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from edi.coding.assembly import resolve_setting
from edi.errors import NotWritable
from edi.finding import Report
from edi.model.claim import Claim, Setting
from edi.model.contract import report_to_dict, to_json
from edi.model.party import TradingPartner
from edi.pipeline.judging import Judged, Options, Run, covered, judge_inputs, locate, not_writable
from edi.pipeline.notices import notice
from edi.pipeline.reading import Input
from edi.pipeline.visits import judge_visits, relocate
from edi.transactions.writing import write_837
from edi.x12.envelope import MOST

BATCHES: dict[Setting, str] = {"professional": "837p", "facility": "837i"}
"""Names of the batch files, without their ending."""
LONGEST = 100
"""Longest id that becomes a file name as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What the written files say of themselves."""

    created: dt.datetime
    """Date and time of the interchanges."""
    control_number: int = 1
    """ISA13 of the first batch; the other files count on, from 1 again behind 999999999."""
    usage: str = "T"
    """T test, P production."""
    verify: bool = True
    """Read back what was written and compare it with the claims."""


@dataclass(slots=True, kw_only=True)
class Outcome:
    """What became of one encounter."""

    judged: Judged
    name: str | None
    """Beginning of its file names; None where no id could be read."""
    files: list[str] = field(default_factory=list)
    """Names of the files that were written for it."""
    batch: str | None = None
    """Name of the batch that holds its claim."""


@dataclass(slots=True, kw_only=True)
class Batch:
    """One batch file."""

    name: str
    claims: int
    control_number: int


@dataclass(slots=True, kw_only=True)
class Built:
    """What a build did."""

    report: Report
    outcomes: list[Outcome]
    batches: list[Batch]
    next_control_number: int
    """First control number that no file of this build has."""


def build(
    given: Iterable[Input],
    out: Path,
    options: Options,
    envelope: Envelope,
    *,
    anyway: str | None = None,
    both: bool = False,
) -> Built:
    """Code, check and write every encounter; claims without errors go into the batches.

    Args:
        given: the inputs.
        out: folder for the files; made where it does not exist.
        options: payer, policies, settings and so on.
        envelope: date, control number and usage of the 837 files.
        anyway: why claims with errors go into the batches too; None: they do not.
        both: make two claims of a facility's visit that a practitioner bills too, ID.facility.* and
            ID.professional.*; each line is on one of them.

    Raises:
        OSError: the folder or a file in it cannot be written.
        UnknownPayer: payer rules or a policy that the options name do not exist.
    """
    options.verified()
    run = Run()
    outcomes: list[Outcome] = []
    judging = judge_visits(given, options) if both else judge_inputs(given, options, only="encounter")
    for judged in judging:
        _judge_sending(judged, options, envelope)
        outcomes.append(Outcome(judged=judged, name=None))
    for outcome in outcomes:
        run.add(outcome.judged)
    for one, finding in run.duplicates():
        for outcome in outcomes:
            if _is_of(outcome.judged, one.file, one.index, one.side):
                outcome.judged.findings.append(finding)
    for change in run.changes():
        for outcome in outcomes:
            if _is_of(outcome.judged, change.file, change.index, change.setting):
                outcome.judged.findings = change.applied(outcome.judged.findings)
    _name(outcomes)
    groups = _groups(outcomes, anyway)
    for outcome in outcomes:
        relocate(outcome.judged)
    report = _report(outcomes)
    make_folder(out)
    number = envelope.control_number
    batches = []
    for name, members in groups.items():
        claims = [o.judged.claim for o in members if o.judged.claim is not None]
        write(out / name, _x837(claims, options, envelope, number))
        batches.append(Batch(name=name, claims=len(claims), control_number=number))
        number = number % MOST + 1
    _remove_stale(out, set(groups))
    by_name: dict[str, list[Outcome]] = {}
    for outcome in outcomes:
        if outcome.name is not None:
            by_name.setdefault(outcome.name, []).append(outcome)
    _remove_other_sides(out, by_name)
    for name, members in by_name.items():
        number = _write_one(out, name, members, options, envelope, number)
    return Built(report=report, outcomes=outcomes, batches=batches, next_control_number=number)


def _is_of(judged: Judged, file: str, index: int, setting: Setting | None) -> bool:
    """Whether something that is said of a record, or of one side of it, is said of this one."""
    return (judged.file, judged.index) == (file, index) and judged.side in (None, setting)


def _judge_sending(judged: Judged, options: Options, envelope: Envelope) -> None:
    """Add what keeps the claim from being sent, where the rules have not said it already."""
    claim = judged.claim
    if claim is None or judged.case is None or claim.setting is None or not claim.lines:
        return
    if judged.kept_back is not None or any(f.rule.startswith("X12-WRITE") for f in judged.findings):
        return
    try:
        to_json(claim)
        _x837([claim], options, Envelope(created=dt.datetime(2000, 1, 1), verify=envelope.verify), 1)
    except NotWritable as problem:
        found = not_writable(problem, judged.case, "encounter", judged.index)
        locate(claim, [found])
        if covered(found, judged.findings):
            judged.kept_back = found
        else:
            judged.findings.append(found)


def _x837(claims: list[Claim], options: Options, envelope: Envelope, number: int) -> bytes:
    """One interchange.

    Raises:
        NotWritable: a claim, or its sender or receiver, cannot be written.
    """
    more = interchange(claims[0], options)
    return write_837(
        claims,
        created=envelope.created,
        control_number=number,
        usage=envelope.usage,
        verify=envelope.verify,
        **more,
    )


def interchange(claim: Claim, options: Options) -> dict[str, Any]:
    """The envelope of the settings; its ids are those of the partners that the settings name."""
    settings = options.settings
    left_out: tuple[str, ...] = ()
    for side, own, usual in (
        ("sender", claim.submitter, settings.submitter),
        ("receiver", claim.receiver, settings.receiver),
    ):
        if usual is not None and own is not None and own.id != usual.id:
            left_out += (f"{side}_id", f"{side}_qualifier", f"application_{side}")
    return {key: value for key, value in settings.interchange.items() if key not in left_out}


# ---------------------------------------------------------------- names


def file_name(id_: str) -> str:
    """The beginning of file names for an id: `[A-Za-z0-9._-]` is kept, anything else becomes `_`.

    A changed name, and one of more than 100 characters, ends in six hex digits of the id's SHA-256, so that
    different ids have different names.
    """
    kept = re.sub(r"[^A-Za-z0-9._-]", "_", id_)
    return kept if kept == id_ and len(kept) <= LONGEST else _marked(kept[:LONGEST], id_)


def _marked(kept: str, id_: str) -> str:
    digest = hashlib.sha256(id_.encode("utf-8", errors="surrogatepass")).hexdigest()
    return f"{kept}{digest[:6]}"


def _name(outcomes: list[Outcome]) -> None:
    """Name the files of each outcome; ids that differ in capitals only get names that differ in more."""
    seen: dict[str, set[str]] = {}
    for outcome in outcomes:
        if outcome.judged.id:
            seen.setdefault(file_name(outcome.judged.id).casefold(), set()).add(outcome.judged.id)
    for outcome in outcomes:
        id_ = outcome.judged.id
        if not id_:
            continue
        name = file_name(id_)
        name = _marked(name, id_) if len(seen[name.casefold()]) > 1 else name
        outcome.name = f"{name}.{outcome.judged.side}" if outcome.judged.side else name


# ---------------------------------------------------------------- batches


def _groups(outcomes: list[Outcome], anyway: str | None) -> dict[str, list[Outcome]]:
    """The claims of each batch file, by (setting, submitter, receiver)."""
    groups: dict[tuple[Setting, str, str], list[Outcome]] = {}
    for outcome in outcomes:
        judged = outcome.judged
        claim = judged.claim
        if claim is None or claim.setting is None or _blocked(judged):
            if anyway is not None and judged.kept_back is not None:
                # the error that says it would be passed over
                locate(claim or Claim(), [judged.kept_back])
                judged.findings.append(judged.kept_back)
            continue
        if not judged.ok:
            if anyway is None:
                continue
            message = f"the claim goes into the batch although it has errors: {anyway}"
            judged.findings.append(
                notice("BUILD-ANYWAY", message, record="encounter", index=judged.index, claim=claim.claim_id)
            )
        key = (claim.setting, _partner(claim.submitter), _partner(claim.receiver))
        groups.setdefault(key, []).append(outcome)
    named: dict[str, list[Outcome]] = {}
    counts: dict[Setting, int] = {}
    for (setting, _, _), members in groups.items():
        counts[setting] = n = counts.get(setting, 0) + 1
        name = f"{BATCHES[setting]}.edi" if n == 1 else f"{BATCHES[setting]}-{n}.edi"
        named[name] = members
        for outcome in members:
            outcome.batch = name
    return named


def _blocked(judged: Judged) -> bool:
    """Whether no reason can put the claim into a batch: it cannot be written, or its id is not its own."""
    return (
        _formless(judged)
        or judged.kept_back is not None
        or any(f.rule.startswith("X12-WRITE") or f.rule == "INPUT-DUPLICATE" for f in judged.findings)
    )


def _formless(judged: Judged) -> bool:
    """Whether nothing tells which 837 the claim becomes, or nothing is billed."""
    if judged.claim is not None and not judged.claim.lines:
        return True
    encounter = judged.case.encounter if judged.case else None
    return encounter is not None and resolve_setting(encounter)[0] is None


def _partner(partner: TradingPartner | None) -> str:
    return (partner.id if partner else None) or ""


def _remove_stale(out: Path, current: set[str]) -> None:
    """Take away batches of an earlier build, so that nobody sends them again with this one's."""
    for path in out.iterdir():
        if re.fullmatch(r"837[pi](-\d+)?\.edi", path.name) and path.name not in current:
            path.unlink()


def _remove_other_sides(out: Path, current: Mapping[str, object]) -> None:
    """Take away files that an earlier build made of these encounters under other names, one side or both."""
    for name in current:
        base = name.removesuffix(".facility").removesuffix(".professional")
        for other in (base, f"{base}.facility", f"{base}.professional"):
            if other not in current:
                for ending in (".claim.json", ".837", ".report.json", ".pdf"):
                    (out / (other + ending)).unlink(missing_ok=True)


# ---------------------------------------------------------------- files


def _report(outcomes: list[Outcome]) -> Report:
    """The report of the whole run, from what is known of each record at the end."""
    run = Run(together=False)
    for outcome in outcomes:
        run.add(outcome.judged)
    return Report(files=run.files)


def _write_one(
    out: Path, name: str, members: list[Outcome], options: Options, envelope: Envelope, number: int
) -> int:
    """The files of one name; returns the next control number.

    Records that share an id share one report and have neither claim, 837 nor form: nobody could say whose.
    """
    # the drawing of PDFs is loaded only where it is needed
    from edi.pipeline.printing import Printing, proof_copy

    wanted: dict[str, bytes] = {}
    single = members[0] if len(members) == 1 else None
    claim = single.judged.claim if single else None
    if single is not None and claim is not None:
        if not any(f.rule.startswith("X12-WRITE") for f in single.judged.findings):
            if claim.setting is not None and not _formless(single.judged):
                # where a rule has said what keeps it from being written, there is no other finding
                with contextlib.suppress(NotWritable):
                    wanted[f"{name}.837"] = _x837([claim], options, envelope, number)
                    number = number % MOST + 1
            wanted[f"{name}.claim.json"] = to_json(claim).encode()
        else:
            with contextlib.suppress(NotWritable):
                wanted[f"{name}.claim.json"] = to_json(claim).encode()
        drawn = proof_copy(single.judged, Printing(created=envelope.created.date()))
        if drawn is not None:
            wanted[f"{name}.pdf"] = drawn
    wanted[f"{name}.report.json"] = report_json(_report(members)).encode()
    for ending in (".claim.json", ".837", ".pdf"):
        if name + ending not in wanted:
            (out / (name + ending)).unlink(missing_ok=True)
    for file, data in wanted.items():
        write(out / file, data)
    for outcome in members:
        outcome.files = sorted(wanted)
    return number


def report_json(report: Report) -> str:
    """A report as `check --format json` prints it."""
    return json.dumps(report_to_dict(report), indent=2, ensure_ascii=False) + "\n"


def make_folder(path: Path) -> None:
    """Make a folder and those above it, where they are not there.

    Raises:
        OSError: it cannot be made, such as where a file has its name.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
    except FileExistsError as problem:
        raise OSError(errno.ENOTDIR, "this is a file, and a folder is needed", str(path)) from problem


def write(path: Path, data: bytes | Iterable[bytes]) -> None:
    """Write a file whole or not at all: under a temporary name in the same folder, then renamed.

    `data` are its bytes, or pieces of them one after the other.

    Raises:
        OSError: it cannot be written; names the file that was asked for.
    """
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(prefix=".", suffix=".part", dir=path.parent)
        with os.fdopen(handle, "wb") as file:
            file.writelines([data] if isinstance(data, bytes) else data)
        Path(temporary).chmod(0o666 & ~_umask())
        Path(temporary).replace(path)
    except BaseException as problem:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)
        if isinstance(problem, OSError) and problem.filename is not None:
            raise OSError(problem.errno, problem.strerror, str(path)) from problem
        raise


def _umask() -> int:
    """The permissions that new files lack; reading it means setting it."""
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
