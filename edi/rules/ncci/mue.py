"""NCCI-MUE: most units of a code on one day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from edi.coding import edits
from edi.coding.family import INITIALS
from edi.model.claim import ServiceLine
from edi.refdata import Lists, UnitLimit
from edi.rules.about import BASE, LOADED, codes_of_lines, edits_setting
from edi.rules.across import Across, Found, Told, once
from edi.rules.asks import count_of
from edi.rules.base import Case, Hit, per_case, per_lines, rule
from edi.rules.days import DayLine, by_day, day_of, lines_of, repeated_lines, replaces, setting_of
from edi.rules.drug.facts import limit_of_day, modifiers_of, shipped_limits
from edi.rules.inf.linking import distinct
from edi.rules.ncci.tables import LIMITS, Line, coded, edition, severity

BY_LINE = 1
"""Adjudication indicator: the limit counts each line by itself."""
ABSOLUTE = 2
"""Adjudication indicator: the limit counts the day, and no record lifts it."""
ELSEWHERE = frozenset({"96368", "96371", "96376"})
"""Codes whose units another rule counts: INF-CONC-001, INF-SC-002, INF-PUSH-002 and 003."""
_DAY = {"units": "1", "service_date": "2026-03-03"}
_LIMIT = [["mue", "practitioner", ["J1756"], [300, 3]]]


def _line(code: str, units: str | None = "1", *modifiers: str, **more: str) -> dict[str, object]:
    return {"hcpcs": code, "units": units, "modifiers": modifiers, "service_date": "2026-03-03", **more}


def _row(code: str, units: int, adjudication: int = 3, setting: str = "practitioner") -> list[object]:
    return ["mue", setting, [code], [units, adjudication]]


def _apart(*codes: str, **more: object) -> dict[str, object]:
    """A claim that bills one unit of some codes, apart from those of other claims."""
    return {"/lines": [_line(code, "1", "XE") for code in codes], **more}


def _beside(*codes: str, **more: object) -> dict[str, object]:
    """Two such claims of one run."""
    return {**_apart(*codes, **more), "sister": _apart(*codes, **{"/claim_id": "OTHER-1", **more})}


@dataclass(frozen=True, slots=True)
class Over:
    """Units of a code beyond its limit, on one day."""

    limit: UnitLimit
    index: int
    """The last line that counts."""
    code: str
    units: Decimal


def _units(line: ServiceLine) -> Decimal:
    return Decimal(1) if line.units is None else line.units


def _counted(code: str, setting: str) -> bool:
    """Whether the units of a code on one claim count here, and not by another rule."""
    return code not in ELSEWHERE and (setting, code) not in shipped_limits()


@per_case
def over(case: Case) -> tuple[Over, ...]:
    """Codes that go beyond their limit on the claim itself, where no other rule says so."""
    return tuple(_over(case))


def _over(case: Case) -> Iterator[Over]:
    if _modest(case):
        return
    setting = edits_setting(case)
    again = {index for index, _ in repeated_lines(case)}
    for day, lines in coded(case).items():
        groups: dict[str, list[Line]] = {}
        for entry in lines:
            i, line, code = entry
            through = line.service_through
            if i in again or (through is not None and through != day) or "JW" in modifiers_of(line):
                continue
            if _lowest(case.lists, code, setting) is not None:
                groups.setdefault(code, []).append(entry)
        for code, members in groups.items():
            total = sum((_units(line) for _, line, _ in members), Decimal(0))
            limit = edits.unit_limit(case.lists, code, setting, day)
            if limit is None or _told(setting, code, members):
                continue
            if limit.adjudication == BY_LINE:
                for i, line, _ in members:
                    if _units(line) > limit.units:
                        yield Over(limit, i, code, _units(line))
                continue
            if total > limit.units:
                yield Over(limit, members[-1][0], code, total)


def _modest(case: Case) -> bool:
    """Whether each code stands once, with no more units than any day allows: most claims are so."""
    lowest, lines = _lowest_of_lines(case), case.claim.lines
    return lowest is not None and not [i for i, most in lowest if _units(lines[i]) > most]


@per_lines
def _lowest_of_lines(case: Case) -> list[tuple[int, Decimal]] | None:
    """Indexes of lines whose code has a limit, with the lowest of any day; None where a code stands twice.

    Lines with one unit are left out where the limit allows one.
    """
    codes, setting, lines = codes_of_lines(case), edits_setting(case), case.claim.lines
    if len(set(codes)) < len(codes):
        return None
    limits = [(i, _lowest(case.lists, code, setting)) for i, code in enumerate(codes)]
    return [
        (i, Decimal(limit))
        for i, limit in limits
        if limit is not None and not (limit >= 1 >= _units(lines[i]))
    ]


@lru_cache(maxsize=16384)
def _lowest(lists: Lists, code: str, setting: str) -> int | None:
    """Lowest limit of any day of a code; None where it has none, or is not counted here."""
    if not _counted(code, setting):
        return None
    return min((row[0] for row in lists.ever("mue", (code,), setting)), default=None)


_ONE_UNIT = frozenset({*INITIALS, "96369"})


def _told(setting: str, code: str, members: Sequence[Line]) -> bool:
    """Whether INF-INIT-001, INF-INIT-009 or INF-SITE-005 speaks of these lines of an initial service."""
    if code not in _ONE_UNIT:
        return False
    if any(_units(line) > 1 for _, line, _ in members):
        return True
    plain = sum(not distinct(line) for _, line, _ in members)
    return plain > 1 or (setting == "professional" and code in INITIALS)


def _values(limit: UnitLimit, code: str, units: Decimal, where: str) -> dict[str, object]:
    return {
        "units": count_of(units, "unit"),
        "hcpcs": code,
        "where": where,
        "limit": limit.units,
        "edition": edition(limit),
    }


def _hit(found: Over) -> Hit:
    return Hit(
        f"/lines/{found.index}/units",
        severity=severity(found.limit),
        expected=found.limit.units,
        actual=f"{found.units.normalize():f}",
        **_values(found.limit, found.code, found.units, "on this claim"),
    )


def _across(told: Sequence[Told], lists: Lists) -> Iterator[tuple[UnitLimit, Found]]:
    """Limits that only the claims together go beyond: said on each claim that has a part in it.

    Codes that other rules count on one claim are counted here too.
    """
    claims = [one for one in once(told) if not replaces(one)]
    if not claims:
        return
    setting, day = setting_of(claims[0]) or "professional", day_of(claims[0])
    groups: dict[tuple[str, str | None], list[tuple[Told, DayLine]]] = {}
    for one in claims:
        for line in lines_of(one):
            if not line.spans and line.number > 0 and "JW" not in line.modifiers:
                performer = line.rendering if setting == "professional" else None
                groups.setdefault((line.code, performer), []).append((one, line))
    for (code, _), members in groups.items():
        limit = limit_of_day(lists, code, setting, date.fromisoformat(day))
        if limit is None or limit.adjudication == BY_LINE:
            continue
        by_claim: dict[int, Decimal] = {}
        last: dict[int, int] = {}
        for one, line in members:
            by_claim[one.claim] = by_claim.get(one.claim, Decimal(0)) + line.number
            last[one.claim] = line.index
        total = sum(by_claim.values(), Decimal(0))
        if total <= limit.units or max(by_claim.values()) > limit.units:
            continue
        where = f"on {len(by_claim)} claims of this run"
        for number, index in last.items():
            yield (
                limit,
                Found(
                    number,
                    f"/lines/{index}/units",
                    _values(limit, code, total, where),
                    severity(limit),
                ),
            )


def _liftable_across(told: Sequence[Told], lists: Lists) -> Iterator[Found]:
    return (found for limit, found in _across(told, lists) if limit.adjudication != ABSOLUTE)


def _absolute_across(told: Sequence[Told], lists: Lists) -> Iterator[Found]:
    return (found for limit, found in _across(told, lists) if limit.adjudication == ABSOLUTE)


@rule(
    "NCCI-MUE-001",
    "over-the-unit-limit",
    message="{units} of {hcpcs} on one day {where}; the limit is {limit} (edits of {edition})",
    help="Check the units. Where they are right, expect a denial of the day and appeal with the record.",
    source=f"{LIMITS}, adjudication indicators 1 and 3",
    severity="warning",
    snip=7,
    across=Across(by_day, _liftable_across, yields_to=("PRO-DUP-001",)),
    breaks=[
        {"/lines/-": {"hcpcs": "96366", "units": "9", "service_date": "2026-03-03"}},
        {
            "/lines/-": {"hcpcs": "96366", "units": "8", "service_date": "2026-03-03"},
            "/lines/1": {"hcpcs": "96366", "modifiers": ["59"], **_DAY},
        },
        {"/setting": "facility", "/lines/-": {"hcpcs": "96361", "units": "25", "service_date": "2026-03-03"}},
        {
            "/setting": "facility",
            "/lines/1": {"hcpcs": "96413", "modifiers": ["XE"], **_DAY},
            "/lines/0/hcpcs": "96413",
        },
        {"loaded": [["mue", "hospital", ["J1756"], [100, 3]]], "/setting": "facility"},
        {"/lines/0/modifiers": ["XE"], "sister": {"/claim_id": "OTHER-1"}},
        {"sister": {"/claim_id": "OTHER-1", "/lines": [_line("J1756", "301", "JZ")]}},
        {LOADED: _LIMIT, "sister": {"/claim_id": "OTHER-1", "/lines": [_line("J1756", "150", "JZ")]}},
        {
            LOADED: [["mue", "hospital", ["J1756"], [100, 3]]],
            "/setting": "facility",
            "/lines/-": {"hcpcs": "J1756", "units": "200", "service_date": "2026-04-02"},
        },
        {"/lines/-": _line("96366", "9", service_through="2026-03-03")},
        {LOADED: [_row("96366", 4)], "/lines/-": _line("96366", "5")},
        {LOADED: [_row("93000", 1)], "/lines/0": _line("96366", "9"), "/lines/1": _line("93000", "2")},
        {
            LOADED: [_row("93000", 1, BY_LINE), _row("93005", 1)],
            "/lines": [
                _line("93000", "2"),
                _line("93000", "3"),
                _line("93000", "1", "59"),
                _line("93005", "2"),
            ],
        },
        {
            "/lines/0": _line("96366", "5"),
            "sister": [
                {"/claim_id": "OTHER-1", "/lines/0": _line("96366", "4")},
                {"/claim_id": "OTHER-2", "/lines/0": _line("96366", "0")},
            ],
        },
        {"/lines/0": _line("96366", "9"), "sister": {"/claim_id": "OTHER-1", "/lines/0": _line("96366")}},
        _beside("96365", **{"/setting": None}),
        _beside("96371"),
        {
            "/setting": "facility",
            "/lines": [_line("96376", "6")],
            "sister": {"/claim_id": "OTHER-1", "/setting": "facility", "/lines": [_line("96376", "6", "XE")]},
        },
        {"/setting": "facility", "/lines": [_line("J1756", "1", "JW"), _line("96361", "25")]},
    ],
    keeps=[
        {},
        {"/lines/-": _line("96366", "9", service_through="2026-03-04")},
        {"/lines/-": _line("96405", "2")},
        {
            LOADED: [_row("J1756", 250, setting="hospital")],
            BASE: "facility",
            "/lines/-": _line("J1756", "90", "JW"),
        },
        {LOADED: [_row("J1756", 300)], "/lines/-": _line("96366", "9")},
        {"/lines/1": _line("96371", "2")},
        {"/lines": [_line("96371", "2"), _line("J1756"), _line("J1756", "1", "59")]},
        {"/lines/1": _line("96376", "2")},
        {"/setting": "facility", "/lines/0": _line("96413", "2")},
        {"/setting": "facility", "/lines": [_line("96413", "2"), _line("96413", "1", "XE")]},
        {"/setting": "facility", "/lines": [_line("96413"), _line("96413", charge="20")]},
        {LOADED: [_row("96366", 10)], "/lines/-": _line("96366", "10")},
        {"/lines/1": _line("96365", "1", "XE")},
        _beside("96365", **{"/frequency": "7"}),
        {**_apart("96365"), "sister": _apart("96365", **{"/claim_id": "OTHER-1", "/frequency": "7"})},
        {**_apart("96365"), "sister": {"/claim_id": "OTHER-1", "/lines/0/service_through": "2026-03-04"}},
        {
            LOADED: [_row("J1756", 250, setting="hospital")],
            BASE: "facility",
            "sister": {"/claim_id": "OTHER-1", BASE: "facility", "/lines/1": _line("J1756", "90", "JW")},
        },
        _beside("93000", **{LOADED: [_row("93000", 1, BY_LINE)]}),
        {"/lines/-": {"hcpcs": "96366", "units": "8", "service_date": "2026-03-03"}},
        {
            "/lines/-": {"hcpcs": "96366", "units": "8", "service_date": "2026-03-03"},
            "/lines/1": {"hcpcs": "96366", "units": "1", "service_date": "2026-03-04"},
        },
        {"/setting": "facility", "/lines/-": {"hcpcs": "96361", "units": "24", "service_date": "2026-03-03"}},
        {
            "/setting": "facility",
            "/lines/1": {"hcpcs": "96365", "modifiers": ["XE"], **_DAY},
        },
        {"/lines/0/units": "2"},
        {"/lines/1": {"hcpcs": "96368", "units": "2", "service_date": "2026-03-03"}},
        {"loaded": _LIMIT, "/setting": "facility"},
        {LOADED: [_row("J1756", 100)]},
        {
            BASE: "facility",
            "sister": {BASE: "facility", "/claim_id": "OTHER-1", "/lines": [_line("J1756", "301", "JZ")]},
        },
        _beside("99213"),
        _beside("96368"),
        {"sister": {"/claim_id": "OTHER-1"}},
        {"/lines/0/modifiers": ["XE"], "sister": {}},
        {
            "/lines/0/modifiers": ["XE"],
            "sister": {"/claim_id": "OTHER-1", "/rendering_provider/npi": "1234567893"},
        },
        {
            "/setting": "facility",
            "/lines/0/modifiers": ["XE"],
            "sister": {"/claim_id": "OTHER-1", "/setting": "facility"},
        },
    ],
)
def over_the_limit(case: Case) -> Iterator[Hit]:
    """Units beyond the limit deny the line or the whole day; a record that supports them wins the appeal.

    The units of a day are added over the lines of the claim and over the claims of the run. Units of drugs on
    professional claims are DRUG-UNIT-003, initial services INF-INIT-009 and INF-SITE-005, lines that look
    alike PRO-DUP-001.
    """
    for found in over(case):
        if found.limit.adjudication != ABSOLUTE:
            yield _hit(found)


@rule(
    "NCCI-MUE-002",
    "over-the-absolute-unit-limit",
    message="{units} of {hcpcs} on one day {where}; at most {limit} can be paid (edits of {edition})",
    help="Leave the units that the limit allows: no record and no modifier lifts it.",
    source=f"{LIMITS}, adjudication indicator 2",
    severity="error",
    snip=7,
    across=Across(by_day, _absolute_across, yields_to=("PRO-DUP-001",)),
    breaks=[
        {"/lines/-": {"hcpcs": "96405", "units": "2", "service_date": "2026-03-03"}},
        {
            "/lines/0": {"hcpcs": "96406", "units": "1", "service_date": "2026-03-03"},
            "/lines/-": {"hcpcs": "96406", "modifiers": ["59"], "units": "1", "service_date": "2026-03-03"},
        },
        {
            "/lines/-": {"hcpcs": "G0498", "units": "2", "service_date": "2024-09-30"},
        },
        {
            "/lines/0/hcpcs": "96405",
            "/lines/0/modifiers": ["XE"],
            "sister": {"/claim_id": "OTHER-1", "/lines/0/hcpcs": "96405"},
        },
        {"/lines": [_line("96405", None), _line("96405", "1", "XE")]},
        {"/lines": [_line("96405", "2"), _line("96406", "2")]},
        {"/lines/0": _line("96369"), "/lines/1": _line("96369", "1", "XE")},
        {"/setting": "facility", "/lines/0/units": "2", "/lines/1": _line("96405", "2")},
        _beside("96366", "96405", "96406"),
        _beside("96368"),
        {
            **_apart("96405", **{"/setting": "facility"}),
            "sister": _apart(
                "96405",
                **{"/claim_id": "OTHER-1", "/setting": "facility", "/rendering_provider/npi": "1234567893"},
            ),
        },
        _beside("93000", "93005", **{LOADED: [_row("93000", 1, BY_LINE), _row("93005", 1, ABSOLUTE)]}),
    ],
    keeps=[
        {},
        {"sister": {"/claim_id": "OTHER-1", "/lines": [_line("J1756", "301", "JZ")]}},
        {"/lines/-": _line("96405", None)},
        {"/lines": [_line("96405"), _line("96405")]},
        {"/lines/0": _line("96369", "2")},
        {"/lines/-": {"hcpcs": "96405", **_DAY}},
        {"/lines/-": {"hcpcs": "96368", "units": "2", "service_date": "2026-03-03"}},
        {"/lines/-": {"hcpcs": "96366", "units": "9", "service_date": "2026-03-03"}},
        {
            "/lines/0": {"hcpcs": "96406", "units": "1", "service_date": "2026-03-03"},
            "/lines/-": {"hcpcs": "96406", "modifiers": ["59"], "units": "1", "service_date": "2026-03-04"},
        },
        {
            "/lines/0/hcpcs": "96405",
            "sister": {"/claim_id": "OTHER-1", "/lines/0/hcpcs": "96405"},
        },
    ],
)
def over_the_absolute_limit(case: Case) -> Iterator[Hit]:
    """Indicator 2: the limit follows from what the code means, so a day beyond it is never paid."""
    for found in over(case):
        if found.limit.adjudication == ABSOLUTE:
            yield _hit(found)
