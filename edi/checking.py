"""One door for judging: a case and the rules that apply to it -> findings."""

from functools import lru_cache

from edi.finding import SEVERITIES, Finding, Place, RecordKind, X12Place
from edi.model.claim import Setting
from edi.rules import Case, Hit, Rule, all_rules
from edi.rules.base import Need
from edi.rules.denials import denials
from edi.x12.findings import Fault

RECORD_KEYS = (
    "administrations",
    "services",
    "charges",
    "policies",
    "primary_reason",
    "coding",
    "encounter_id",
)
"""Keys that an encounter has and a claim has not."""
CLAIM_KEYS = ("claim_id", "lines", "total_charge", "unread", "unmapped")
"""Keys that a claim has and an encounter has not."""


@lru_cache(maxsize=256)
def _applicable(setting: Setting | None, have: frozenset[Need]) -> tuple[Rule, ...]:
    """The rules of a setting whose needs are met."""
    return tuple(r for r in all_rules() if r.setting in (None, setting) and r.needs <= have)


def check_case(case: Case, *, record: RecordKind, index: int = 0, snip: int = 7) -> list[Finding]:
    """All findings of one claim, errors first, then by line.

    Args:
        case: the claim with what is known of it.
        record: what kind of record was given; paths point into it.
        index: position of the record in its file.
        snip: the highest SNIP type to judge.
    """
    have: set[Need] = set()
    if case.assembled is not None:
        have.add("record")
    if case.received is not None:
        have.add("received")
    if case.paper is not None:
        have.add("paper")
    found = [
        _finding(case, rule, hit, record, index)
        for rule in _applicable(case.claim.setting, frozenset(have))
        if rule.snip <= snip
        and rule.holds(case.policies)
        and (not rule.codes or not rule.codes.isdisjoint(case.by_code))
        for hit in rule.check(case)
    ]
    found.sort(key=lambda f: (SEVERITIES.index(f.severity), f.place.line or 0, f.rule, f.path))
    return found


def _finding(case: Case, rule: Rule, hit: Hit, record: RecordKind, index: int) -> Finding:
    path, claim_path = paths(case, hit.path, record)
    line = None
    if claim_path is not None and claim_path.startswith("/lines/"):
        line = int(claim_path.split("/")[2]) + 1
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=hit.severity or rule.severity,
        message=rule.message.format(**hit.values),
        help=rule.help,
        record=record,
        index=index,
        path=path,
        claim_path=claim_path,
        place=Place(claim=case.claim.claim_id, line=line),
        also=rule.also,
        snip=rule.snip,
        setting=case.claim.setting,
        denials=denials().get(rule.id, ()),
        source=rule.source,
        policy=", ".join(f"{name} = {getattr(case.policies, name)}" for name in rule.when) or None,
        expected=hit.expected,
        actual=hit.actual,
    )


def paths(case: Case, path: str, record: RecordKind) -> tuple[str, str | None]:
    """The pointer of a hit into the given record and into the claim."""
    if case.assembled is None or record != "encounter":
        return path, path
    parts = path.split("/")
    key = parts[1] if len(parts) > 1 else ""
    if key in RECORD_KEYS:
        return path, _claim_path(case, parts)
    if key == "claim_id":
        patient = case.claim.patient
        return ("/patient/account_number" if patient and patient.account_number else "/encounter_id"), path
    if key == "lines" and len(parts) > 2:
        source = case.assembled.sources[int(parts[2])]
        rest = "/".join(parts[3:])
        if source.startswith("/services/") and rest:
            return f"{source}/{rest}", path
        return source, path
    if key in CLAIM_KEYS:
        return "", path
    return path, path


def _claim_path(case: Case, parts: list[str]) -> str | None:
    """The line that came of an administration or a service, where there is one."""
    if case.assembled is None or len(parts) < 3:
        return None
    if parts[1] == "administrations" and parts[2].isdecimal():
        source = case.assembled.proposal.timeline.encounter.administrations
        if int(parts[2]) < len(source):
            wanted = source[int(parts[2])].id
            for i, line in enumerate(case.claim.lines):
                if wanted in line.administrations:
                    return f"/lines/{i}"
    if parts[1] == "services" and parts[2].isdecimal():
        base = f"/services/{parts[2]}"
        if base in case.assembled.sources:
            rest = "/".join(parts[3:])
            return f"/lines/{case.assembled.sources.index(base)}" + (f"/{rest}" if rest else "")
    return None


def wire_finding(fault: Fault, *, guide: str | None = None, index: int = 0) -> Finding:
    """A fault of the wire as a finding; `guide` names the guide by which it was judged."""
    about = fault.about
    return Finding(
        rule=about.rule,
        name=about.kind.replace("_", "-"),
        severity=about.severity,
        message=fault.message,
        help=fault.help,
        record="x12",
        index=index,
        place=Place(
            claim=fault.claim,
            x12=X12Place(
                address=fault.address or fault.segment,
                loop=fault.loop or None,
                segment=fault.ordinal or None,
                text_line=fault.text_line,
                column=fault.column,
                byte=fault.byte,
            ),
        ),
        snip=about.snip,
        source=f"{guide or '005010 envelope'}; {about.level.upper()} code {fault.code}",
        expected=fault.expected,
        actual=fault.actual,
    )
