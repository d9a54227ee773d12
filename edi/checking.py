"""One door for judging: a case and the rules that apply to it -> findings."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cache, lru_cache

from edi.errors import UnknownPayer
from edi.finding import SEVERITIES, Denial, Finding, Place, RecordKind, Severity, X12Place
from edi.model.boxes import NO_BOX
from edi.model.claim import Setting, effective_bill_to
from edi.model.crosswalk import (
    FormName,
    SetName,
    address_of,
    address_of_datum,
    box_at,
    first_box,
    is_held,
    item_at,
    item_at_address,
    item_of,
    set_of,
)
from edi.model.pointer import pointer
from edi.payers import Overlay, Policies
from edi.rules import Case, Hit, Rule, all_rules, rule_by_id
from edi.rules.across import Found
from edi.rules.active import active_rules
from edi.rules.base import Need
from edi.rules.denials import denials_under
from edi.rules.own import own_rules
from edi.tightening import NAME, RULE, Breach, breaches, tightened
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
LEFT_OFF = "FORM-FIT-005"
"""What a form has no room for."""
TIGHTENED_SNIP = 7
"""SNIP type of what a payer wants beyond the guide."""


def verified(overlay: Overlay) -> Overlay:
    """The same overlay, compiled against the rules and the guides.

    Raises:
        UnknownPayer: it changes the severity of a rule that does not exist, has a rule with an id of ours, or
            a guide line that no guide has or that would be loosened.
    """
    _verify(overlay)
    return overlay


@lru_cache(maxsize=64)
def _verify(overlay: Overlay) -> None:
    own = {rule.id for rule in own_rules(overlay)}
    for rule in overlay.rules:
        if rule_by_id(rule.id) is not None or rule.id == RULE:
            raise UnknownPayer(f"payer rules {rule.by}: rule {rule.id}: a rule of the program has this id")
    for id_, change in overlay.severities.items():
        if id_ not in own and rule_by_id(id_) is None:
            known = [rule.id for rule in all_rules()]
            near = get_close_matches(id_, [*own, *known], 1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise UnknownPayer(f"payer rules {change.by}: severity.{id_}: there is no such rule{hint}")
    tightened(overlay)


def check_case(
    case: Case, *, record: RecordKind, index: int = 0, snip: int = 7, need: Need | None = None
) -> list[Finding]:
    """All findings of one claim, errors first, then by line.

    Args:
        case: the claim with what is known of it.
        record: what kind of record was given; paths point into it.
        index: position of the record in its file.
        snip: the highest SNIP type to judge.
        need: judge only by the rules that need this.
    """
    case.forget()
    active = active_rules(case, snip)
    choice = active.on(case)
    if choice.answers is not None:
        case.share(choice.answers)
    rules = choice.rules if need is None else tuple(rule for rule in choice.rules if need in rule.needs)
    found = [_finding(case, rule, hit, record, index) for rule in rules for hit in rule.check(case)]
    if need is None:
        active.learn(choice, found)
    if len(found) > 1:
        found = _without_lesser(found)
    if snip >= TIGHTENED_SNIP and case.overlay.guide and need is None:
        found += [_breach(case, one, record, index) for one in breaches(case.claim, case.overlay)]
    if case.paper is not None:
        wrong = [f.claim_path for f in found if f.severity == "error" and f.claim_path]
        found = [one for one in found if _is_on_paper(one, case, record) and not _is_told_better(one, wrong)]
    if len(found) > 1:
        found.sort(key=lambda f: (SEVERITIES.index(f.severity), f.place.line or 0, f.rule, f.path))
    return found


@cache
def _giving_way() -> dict[str, tuple[str, ...]]:
    """Rules that give way to others, with the beginnings of the ids of these."""
    return {rule.id: rule.gives_way_to for rule in all_rules() if rule.gives_way_to}


def _without_lesser(found: list[Finding]) -> list[Finding]:
    """The findings without those of rules that give way to others about the same line."""
    lesser = _giving_way()
    if lesser.keys().isdisjoint([one.rule for one in found]):
        return found
    told = [(one.rule, one.place.line) for one in found if one.severity != "info"]
    return [
        one
        for one in found
        if not any(line == one.place.line and id_.startswith(lesser.get(one.rule, ())) for id_, line in told)
    ]


def _is_told_better(found: Finding, wrong: Sequence[str]) -> bool:
    """Whether something that does not fit the form is wrong in itself, as another rule has said."""
    path = found.claim_path
    if path is None or found.rule != LEFT_OFF:
        return False
    return any(path == other or path.startswith(f"{other}/") for other in wrong)


def _is_on_paper(found: Finding, case: Case, record: RecordKind) -> bool:
    """Whether a finding is about something that the form holds: what has no box cannot be wrong there."""
    path, billed = found.claim_path, effective_bill_to(case.claim)
    if not path or found.rule == NO_BOX:
        return True
    return is_held(case.form, path, billed=billed, read=record == "boxes") is not False


def _breach(case: Case, breach: Breach, record: RecordKind, index: int) -> Finding:
    """The finding for a tightened guide line that a claim does not keep."""
    path, claim_path = paths(case, breach.path, record)
    line = None
    if claim_path is not None and claim_path.startswith("/lines/"):
        line = int(claim_path.split("/")[2]) + 1
    made = Finding(
        rule=RULE,
        name=NAME,
        severity=breach.said.severity,
        message=breach.message,
        help=breach.said.reason if breach.said.reason.endswith(".") else f"{breach.said.reason}.",
        record=record,
        index=index,
        path=path,
        claim_path=claim_path,
        place=Place(claim=case.claim.claim_id, line=line, x12=breach.place),
        snip=TIGHTENED_SNIP,
        setting=case.claim.setting,
        source=f"payer rules {breach.said.by}",
        overlay=breach.said.by,
        expected=breach.expected,
        actual=breach.actual,
    )
    put_on_paper(made, case)
    return made


def _said_by(rule: Rule, overlay: Overlay, policies: Policies) -> str | None:
    """The payer rules that hold a rule, or set the policy under which it holds.

    A policy that the record or the command line set is nobody's; one whose value depends on the claim
    (`by_setting`, `medicare`) is that of whoever said so.
    """
    if overlay.rules:
        own = next((one for one in overlay.rules if one.id == rule.id), None)
        if own is not None:
            return own.by
    found = []
    for name in rule.when:
        usual = getattr(overlay.policies, name)
        if usual == getattr(policies, name) or usual in ("by_setting", "medicare"):
            found.append(overlay.origin.get(name, ""))
    return ", ".join(sorted({name for name in found if name})) or None


def _severity(
    rule: Rule, stated: Severity | None, overlay: Overlay
) -> tuple[Severity, str | None, str | None]:
    """Severity of a finding, and which payer rules changed it and why.

    What a rule says more mildly than usual stays so where the payer rules would make it graver.
    """
    own = stated or rule.severity
    change = overlay.severities.get(rule.id)
    if change is None or change.to == "off" or change.to == own:
        return own, None, None
    milder = SEVERITIES.index(own) > SEVERITIES.index(rule.severity)
    if milder and SEVERITIES.index(change.to) < SEVERITIES.index(own):
        return own, None, None
    return change.to, change.by, change.reason


def _finding(case: Case, rule: Rule, hit: Hit, record: RecordKind, index: int) -> Finding:
    said = hit.path
    if hit.at is not None:
        said = case.source_at(*hit.at) or said
    path, claim_path = paths(case, said, record, line=_named_line(hit.values))
    made = _made(
        rule,
        severity=hit.severity,
        values=hit.values,
        overlay=case.overlay,
        policies=case.policies,
        record=record,
        index=index,
        path=path,
        claim_path=claim_path,
        claim_id=case.claim.claim_id,
        setting=case.claim.setting,
        expected=hit.expected,
        actual=hit.actual,
    )
    if hit.datum is not None:
        address = address_of_datum(set_of(case.claim.setting), hit.datum)
        if address is not None:
            made.place.x12 = X12Place(address=address, loop=address.partition("/")[0])
    put_on_paper(made, case, at=hit.at, datum=hit.datum)
    return made


def put_on_paper(
    found: Finding, case: Case, *, at: tuple[int, str] | None = None, datum: str | None = None
) -> None:
    """Give a finding its box: the one it names, else that of what it wants or of its claim path.

    Where a form is judged, its page and box are given too, and a finding about a form that was given points
    to them.
    """
    if found.rule == NO_BOX:
        return
    place = found.place
    claim_path = datum or found.claim_path or ""
    if at is None and case.paper is not None:
        at = place_on(case, claim_path)
    if at is not None:
        place.page, place.box_key = at
        place.box = item_of(case.form, at[1])
        if found.record == "boxes":
            found.path = pointer("pages", at[0] - 1, at[1])
        return
    item = item_at(case.form, case.claim, claim_path) if claim_path else None
    if item is not None and case.claim.setting is not None:
        place.box = item
    elif claim_path.startswith("/unmapped/") and case.claim.setting is not None:
        place.box = item_at_address(set_of(case.claim.setting), address_of(case.claim, claim_path) or "")
    if found.record == "boxes":
        found.path = ""


def place_on(case: Case, claim_path: str) -> tuple[int, str] | None:
    """Page, from 1, and box of a datum of the claim on the form, or where it would stand."""
    if not claim_path:
        return None
    places = case.places
    target = box_at(case.form, claim_path, billed=effective_bill_to(case.claim), claim=case.claim)
    within = f"{claim_path}/"
    known = places.get(claim_path) or [
        at for path, found in places.items() if path.startswith(within) for at in found
    ]
    if known:
        # of several boxes that which the crosswalk names first
        usual = target.boxes if target is not None else ()
        return next((at for at in known if at[1] in usual), known[0])
    if target is None:
        return None
    parts = claim_path.split("/")
    if parts[1] == "lines" and len(parts) > 2 and len(target.boxes) > 1:
        line = line_on(case, int(parts[2]))
        if line is not None:
            return line[0], target.boxes[line[1] - 1]
    return 1, first_box(case.form, target.boxes[0])


def line_on(case: Case, line: int) -> tuple[int, int] | None:
    """Page and row, from 1, of a line of the claim on the form; None where the form does not show it."""
    for path, places in case.places.items():
        if path.startswith(f"/lines/{line}/"):
            for page, key in places:
                match = _ROW.fullmatch(key)
                if match is not None:
                    return page, int(match[1])
    return None


_ROW = re.compile(r"(?:24|FL4[2-8]\b).*\.(\d\d?)")
"""Boxes of the rows of lines: items 24A to 24J, FL 42 to 48."""


def line_pointers(case: Case) -> tuple[str, ...]:
    """For each line of the claim the pointer of its row in the form that was given."""
    column = "24D" if case.form == "cms1500" else "FL44"
    found = []
    for n in range(len(case.claim.lines)):
        at = line_on(case, n)
        found.append(pointer("pages", at[0] - 1, f"{column}.{at[1]}") if at is not None else "")
    return tuple(found)


def run_finding(
    rule: Rule,
    found: Found,
    *,
    overlay: Overlay,
    policies: Policies,
    record: RecordKind,
    index: int,
    claim_id: str | None,
    setting: Setting | None,
    sources: tuple[str, ...] | None,
    x12: bool,
    starts: Sequence[int] = (),
) -> Finding:
    """What several claims of a run show, as a finding about one of them.

    Args:
        rule: the rule that is broken.
        found: where, and the values of its message.
        overlay: payer rules of the claim.
        policies: settled policies of the claim.
        record: what kind of record the claim came as.
        index: position of that record in its file.
        claim_id: id of the claim.
        setting: setting of the claim.
        sources: for the claim of an encounter or a form the pointer of each line's source; None for others.
        x12: whether the claim can be found in an 837, so that a line has an address there.
        starts: ordinals of the segments at which the lines begin, where the claim came from an 837.
    """
    parts = found.path.split("/")
    path, claim_path = found.path, found.path if parts[1] not in RECORD_KEYS else None
    if sources is not None and claim_path is not None:
        path = _source(sources, parts) if parts[1] == "lines" and len(parts) > 2 else ""
    made = _made(
        rule,
        severity=found.severity,
        values=found.values,
        overlay=overlay,
        policies=policies,
        record=record,
        index=index,
        path=path,
        claim_path=claim_path,
        claim_id=claim_id,
        setting=setting,
    )
    form: FormName = "ub04" if setting == "facility" else "cms1500"
    target = box_at(form, found.path)
    if target is not None and setting is not None:
        made.place.box = item_of(form, target.boxes[0])
    if x12 and made.place.line is not None:
        number = made.place.line
        begins = starts[number - 1] if number <= len(starts) else None
        made.place.x12 = X12Place(address=f"2400[{number}]", loop="2400", segment=begins)
    return made


def _made(
    rule: Rule,
    *,
    severity: Severity | None,
    values: Mapping[str, object],
    overlay: Overlay,
    policies: Policies,
    record: RecordKind,
    index: int,
    path: str,
    claim_path: str | None,
    claim_id: str | None,
    setting: Setting | None,
    expected: str | None = None,
    actual: str | None = None,
) -> Finding:
    line = None
    if claim_path is not None and claim_path.startswith("/lines/"):
        line = int(claim_path.split("/")[2]) + 1
    elif claim_path is not None and claim_path.startswith("/unmapped/"):
        line = _named_line(values)
    settled, by, reason = _severity(rule, severity, overlay)
    denials, policy, said_by = _answers(rule, overlay, policies)
    return Finding(
        rule=rule.id,
        name=rule.name,
        severity=settled,
        message=rule.message.format(**values),
        help=str(values.get("help", rule.help)),
        record=record,
        index=index,
        path=path,
        claim_path=claim_path,
        place=Place(claim=claim_id, line=line),
        also=rule.also,
        snip=rule.snip,
        setting=setting,
        denials=denials,
        source=rule.source,
        policy=policy,
        overlay=by or said_by,
        severity_reason=reason,
        expected=expected,
        actual=actual,
    )


_MOST_ANSWERS = 4096
_Answers = tuple[tuple[Denial, ...], str | None, str | None]
_answered: dict[tuple[str, int, int], tuple[Rule, Overlay, Policies, _Answers]] = {}


def _answers(rule: Rule, overlay: Overlay, policies: Policies) -> _Answers:
    """Likely denials of a rule, the policy under which it holds, and whose that is."""
    key = (rule.id, id(overlay), id(policies))
    held = _answered.get(key)
    if held is not None and held[0] is rule and held[1] is overlay and held[2] is policies:
        return held[3]
    found = (
        denials_under(rule.id, policies),
        ", ".join(f"{name} = {getattr(policies, name)}" for name in rule.when) or None,
        _said_by(rule, overlay, policies),
    )
    if len(_answered) >= _MOST_ANSWERS:
        _answered.clear()
    _answered[key] = (rule, overlay, policies, found)
    return found


def _named_line(values: Mapping[str, object]) -> int | None:
    """Number of the line of which a message speaks."""
    line = values.get("line")
    return line if isinstance(line, int) else None


def paths(case: Case, path: str, record: RecordKind, *, line: int | None = None) -> tuple[str, str | None]:
    """The pointer of a hit into the given record and into the claim; `line` is the line that it names."""
    if case.assembled is None or record != "encounter":
        return path, path
    parts = path.split("/")
    key = parts[1] if len(parts) > 1 else ""
    if key in RECORD_KEYS:
        return path, _claim_path(case, parts, line)
    if key == "claim_id":
        patient = case.claim.patient
        return ("/patient/account_number" if patient and patient.account_number else "/encounter_id"), path
    if key == "lines" and len(parts) > 2:
        return _source(case.assembled.sources, parts), path
    if key in CLAIM_KEYS:
        return "", path
    return path, path


def _source(sources: Sequence[str], parts: Sequence[str]) -> str:
    """Where in an encounter a line of its claim, or a value of that line, comes from."""
    source, rest = sources[int(parts[2])], "/".join(parts[3:])
    return f"{source}/{rest}" if source.startswith("/services/") and rest else source


def _claim_path(case: Case, parts: list[str], line: int | None) -> str | None:
    """The line that came of an administration or a service, where there is one.

    Of the lines that bill an administration that which is named, else the first.
    """
    if case.assembled is None or len(parts) < 3:
        return None
    if parts[1] == "administrations" and parts[2].isdecimal():
        source = case.assembled.proposal.timeline.encounter.administrations
        if int(parts[2]) < len(source):
            wanted = source[int(parts[2])].id
            own = [i for i, one in enumerate(case.claim.lines) if wanted in one.administrations]
            if own:
                return f"/lines/{line - 1 if line is not None and line - 1 in own else own[0]}"
    if parts[1] == "services" and parts[2].isdecimal():
        base = f"/services/{parts[2]}"
        if base in case.assembled.sources:
            rest = "/".join(parts[3:])
            return f"/lines/{case.assembled.sources.index(base)}" + (f"/{rest}" if rest else "")
    return None


def wire_finding(fault: Fault, *, guide: str | None = None, index: int = 0) -> Finding:
    """A fault of the wire as a finding; `guide` names the guide by which it was judged."""
    about = fault.about
    name: SetName = "837i" if (guide or "").startswith("837I") else "837p"
    known = (guide or "").startswith("837") and fault.address
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
            line=fault.line,
            box=item_at_address(name, fault.address) if known else None,
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
