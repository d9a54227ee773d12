"""Lines on the other side, and what other payers decided about them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from edi import tables
from edi.coding import revenue
from edi.coding.assembly import line_kind
from edi.coding.family import FamilyCode, codes
from edi.coding.modifiers import DEPARTMENTS, department_modifier, with_department
from edi.conversion.crossing import Crossing, medicare
from edi.conversion.homes import settled_line
from edi.conversion.places import EMERGENCY_ROOM, PRACTICE_OWNERS, campus, in_emergency
from edi.conversion.sides import code_of, row_of
from edi.model.claim import Claim, ServiceLine, Setting, effective_place_of_service, other_coverages
from edi.model.party import Adjudication, Coverage, LineAdjudication
from edi.payers import Policies

Numbers = Mapping[int, int]
"""Position of a line in the given claim -> its position in the resulting one."""


def lines_of(c: Crossing, head: Claim, wanted: Sequence[int], policies: Policies) -> tuple[ServiceLine, ...]:
    """The wanted lines of the given claim as lines of the resulting one; `wanted` are their positions."""
    found: list[ServiceLine] = []
    for i in wanted:
        line = settled_line(c.given.lines[i], i, c.to, c.account)
        line = replace(line, kind=line.kind or line_kind(line.hcpcs, c.lists))
        if c.to == "facility":
            line = _facility_line(c, head, line, i, len(found), policies)
        else:
            made = _professional_line(c, head, line, i, len(found))
            if made is None:
                c.account.gone(f"/lines/{i}", c.to)
                continue
            line = made
        c.move(f"/lines/{i}", f"/lines/{len(found)}")
        found.append(line)
    return tuple(found)


# ---------------------------------------------------------------- facility


def _facility_line(
    c: Crossing, head: Claim, line: ServiceLine, i: int, at: int, policies: Policies
) -> ServiceLine:
    """A line with its revenue code, the hospital's code of a visit, and the department's modifier."""
    row = row_of(code_of(line))
    if row is not None and row.visit and medicare(head):
        why = f"Medicare pays hospitals for a clinic visit by {row.visit}, whatever its level"
        enter = "The hospital's charge, where it is another one than the practitioner's"
        c.change(f"/lines/{i}/hcpcs", f"/lines/{at}/hcpcs", why, enter)
        line = replace(line, hcpcs=row.visit)
    if line.revenue_code is None:
        line = replace(line, revenue_code=revenue_of(line, policies))
    kept = _modifiers(c, line, i, at)
    department = department_modifier(head, "facility") if line.hcpcs else None
    marked = with_department(kept, department)
    if marked != kept and kept:
        why = f"{department} for an off-campus department"
        c.change(f"/lines/{i}/modifiers", f"/lines/{at}/modifiers", why)
    kept = marked
    own = effective_place_of_service(c.given, c.given.lines[i])
    if own is not None and own != c.given.place_of_service:
        why = f"the line was done at place of service {own}; a facility claim has one place"
        c.drop(f"/lines/{i}/place_of_service", why, "Take the line off where another facility bills it")
    return replace(line, modifiers=kept)


def revenue_of(line: ServiceLine, policies: Policies) -> str | None:
    """Revenue code of a line, where one is usual."""
    if line.kind == "drug":
        return revenue.of_drug(line.hcpcs)
    visit = row_of(code_of(line))
    found = revenue.of_service((line.hcpcs or "").upper() or None, policies)
    if found is None and visit is not None and visit.visit:
        return revenue.of_service(visit.visit, policies)
    return found


# ---------------------------------------------------------------- professional


def _professional_line(c: Crossing, head: Claim, line: ServiceLine, i: int, at: int) -> ServiceLine | None:
    """A line without what only hospitals bill; None where nothing of it is left."""
    code = code_of(line)
    row = row_of(code)
    if line.revenue_code is None and c.given.lines[i].revenue_code == "0001":
        c.drop(f"/lines/{i}", "the total is no line of a professional claim")
        return None
    if row is not None and row.only == "none":
        c.drop(f"/lines/{i}", f"{code}: {row.why}")
        return None
    if row is not None and row.only == "ask":
        enter = "The code by which the practitioner bills it, or take the line off"
        c.ask(f"/lines/{at}/hcpcs", f"{code}: {row.why}", enter, source=f"/lines/{i}/hcpcs")
    modifiers = _modifiers(c, line, i, at)
    in_room = in_emergency(c.given.lines[i]) and head.ownership not in PRACTICE_OWNERS
    if in_room and head.place_of_service not in (None, EMERGENCY_ROOM) and not c.says("/place_of_service"):
        line = replace(line, place_of_service=EMERGENCY_ROOM)
    if head.place_of_service and line.place_of_service == head.place_of_service:
        line = replace(line, place_of_service=None)
    return replace(line, modifiers=modifiers)


def ask_for_lines(c: Crossing, lines: Sequence[ServiceLine]) -> None:
    """Ask for what every line of the resulting claim has and these lack."""
    for at, line in enumerate(lines):
        code = code_of(line) or "this line"
        if c.to == "facility":
            if line.revenue_code is None:
                enter = "Four digits of the department that gave the service"
                c.ask(f"/lines/{at}/revenue_code", f"no revenue code is usual for {code}", enter)
        else:
            if not line.diagnosis_pointers:
                why = "each line of a professional claim points to the diagnoses that it treats"
                enter = "Up to four numbers, 1 for the principal diagnosis"
                c.ask(f"/lines/{at}/diagnosis_pointers", why, enter)
            if line.service_date is None:
                c.ask(f"/lines/{at}/service_date", "each line of a professional claim has its day", "The day")
        if line.charge is None:
            who = "facility" if c.to == "facility" else "practice"
            c.ask(f"/lines/{at}/charge", f"no charge is known for {code}", f"What the {who} charges")


# ---------------------------------------------------------------- modifiers


def _modifiers(c: Crossing, line: ServiceLine, i: int, at: int) -> tuple[str, ...]:
    """The modifiers that the side knows."""
    kept = []
    for one in line.modifiers:
        problem = _misplaced(one.strip().upper(), c.to, line)
        if problem is None:
            kept.append(one)
            continue
        why = f"modifier {one.strip().upper()}: {problem}"
        if one.strip().upper() in DEPARTMENTS.values() and campus(c.given) is not None:
            c.change(f"/lines/{i}/modifiers", "/place_of_service", why)
        else:
            c.change(f"/lines/{i}/modifiers", f"/lines/{at}/modifiers", why)
    return tuple(kept)


def _misplaced(modifier: str, setting: Setting, line: ServiceLine) -> str | None:
    """Why a modifier does not belong on a line of one setting and may belong on one of the other."""
    for row in tables.rows("coding/modifier_use.csv"):
        if row["modifier"] == modifier and row["setting"] == setting and row["kind"] in ("any", line.kind):
            return row["problem"]
    return None


# ---------------------------------------------------------------- hierarchy


def outranked(lines: Sequence[ServiceLine]) -> list[tuple[int, str, str]]:
    """Lines that a hospital would bill as the initial service instead of the one that is.

    In a hospital the rank of a service decides (rules catalogue A.3), in a practice the main reason of the
    visit.

    Returns:
        Position of the line, its code, and the code of the initial service that it outranks.
    """
    family = codes()
    by_day: dict[object, list[tuple[int, FamilyCode]]] = {}
    for i, line in enumerate(lines):
        one = family.get(code_of(line))
        if one is not None and one.rank is not None and one.kind in ("initial", "add_on", "prolonged"):
            by_day.setdefault(line.service_date, []).append((i, one))
    found = []
    for members in by_day.values():
        initial = [one for _, one in members if one.kind in ("initial", "prolonged")]
        if not initial:
            continue
        best = min(one.rank or 0 for one in initial)
        first = next(one for one in initial if one.rank == best)
        found += [(i, one.code, first.code) for i, one in members if (one.rank or 0) < best]
    return found


def pushed(lines: Sequence[ServiceLine]) -> int | None:
    """Position of the first push that a hospital may bill again for the same drug; None where it does."""
    first = [one for one in codes().values() if one.technique == "push" and one.again]
    pushes = {code for one in first for code in (one.code, one.next)}
    if any(code_of(line) in {one.again for one in first} for line in lines):
        return None
    return next((n for n, line in enumerate(lines) if code_of(line) in pushes), None)


# ---------------------------------------------------------------- other payers


def renumbered(c: Crossing, head: Claim, numbers: Numbers, *, whole: bool) -> Claim:
    """The head with the decisions of other payers about the lines that it has.

    Args:
        c: the crossing.
        head: the resulting claim.
        numbers: where lines of the given claim stand in it.
        whole: every line of the given claim stands on it, so that what was decided on the claim holds for it.
    """
    coverages = list(head.coverages)
    for i, one in other_coverages(c.given):
        if i >= len(coverages) or one.adjudication is None or coverages[i].adjudication is None:
            continue
        coverages[i] = _decided(c, coverages[i], one.adjudication, i, numbers, whole=whole)
    return replace(head, coverages=tuple(coverages))


def _decided(
    c: Crossing, coverage: Coverage, given: Adjudication, i: int, numbers: Numbers, *, whole: bool
) -> Coverage:
    now = coverage.adjudication
    assert now is not None
    base = f"/coverages/{i}/adjudication"
    kept: list[LineAdjudication] = []
    for k, one in enumerate(now.lines):
        at = None if one.line is None else numbers.get(one.line - 1)
        if at is None:
            c.account.gone(f"{base}/lines/{k}", c.to)
            continue
        bundled = one.bundled_into
        into = None if bundled is None else numbers.get(bundled - 1)
        if bundled is not None and into is None:
            c.drop(
                f"{base}/lines/{k}/bundled_into", "the line into which it was bundled is not on this claim"
            )
        source, target = f"{base}/lines/{k}", f"{base}/lines/{len(kept)}"
        if one.line != at + 1:
            c.change(f"{source}/line", f"{target}/line", "the line has another number on this claim")
        if bundled is not None and into is not None and into + 1 != bundled:
            why = "the line has another number on this claim"
            c.change(f"{source}/bundled_into", f"{target}/bundled_into", why)
        c.move(source, target)
        kept.append(replace(one, line=at + 1, bundled_into=None if into is None else into + 1))
    made = replace(now, lines=tuple(kept))
    if not whole:
        made = _share(c, made, given, base)
    return replace(coverage, adjudication=made)


def _share(c: Crossing, made: Adjudication, given: Adjudication, base: str) -> Adjudication:
    """What of a payer's decision belongs to a part of the claim: the sums of its lines, where they tell."""
    paid = [one.paid for one in given.lines]
    complete = all(one is not None for one in paid) and not given.adjustments
    known = [one for one in paid if one is not None]
    if given.lines and complete and sum(known, Decimal(0)) == given.paid:
        own = sum((one.paid for one in made.lines if one.paid is not None), Decimal(0))
        if own != given.paid:
            why = "what was paid is divided by the lines of each claim"
            c.change(f"{base}/paid", f"{base}/paid", why)
        return replace(made, paid=own, adjustments=(), patient_liability=None, non_covered=None)
    why = "what this payer decided on the whole claim does not tell what it decided on this part"
    c.ask(f"{base}/paid", why, "What it paid for the lines of this claim, with its adjustments", source=base)
    return replace(made, paid=None, adjustments=(), patient_liability=None, non_covered=None)


# ---------------------------------------------------------------- the whole


def totalled(claim: Claim) -> Claim:
    """The claim with the sum of its lines as total, where all charges are known."""
    charges = [line.charge for line in claim.lines]
    if any(charge is None for charge in charges):
        return replace(claim, total_charge=None)
    return replace(claim, total_charge=sum((charge for charge in charges if charge is not None), Decimal(0)))
