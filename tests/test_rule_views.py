"""A rule that names its view looks at nothing else of the claim, wherever it says nothing.

Every value of a record of the claim is traced while a rule runs on the claims of all examples. What a rule
that says nothing has read decides that it says nothing: where all of that is in its view, it says nothing on
any claim that looks the same. Numbers and days of lines, which a view holds in parts, are moved within what
the view holds of them.
"""

import ast
import dataclasses
import inspect
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from edi.checking import check_case
from edi.model import claim as claim_records
from edi.model import party as party_records
from edi.model.claim import Claim, ServiceLine
from edi.refdata import Coverage, Entry, Lists, shipped, shipped_sources
from edi.rules import Case, Rule, active, all_rules, base
from edi.rules.views import (
    SEVERAL,
    Key,
    Stretches,
    bill,
    billing,
    days,
    days_apart,
    diagnoses,
    filing_of,
    payers,
    shape,
)
from test_rule_choice import cases, hits, holding

RULES = [one for one in all_rules() if one.sees]
CASE = frozenset({"claim", "policies", "overlay", "lists", "assembled", "_answers", "_answered", "_of_lines"})
"""What every rule may ask of a case; without a record nothing is assembled."""
BILLED = frozenset({"coverages", "bill_to", "Coverage.responsibility", "Coverage.adjudication"})
"""What tells which coverage is billed."""
PLACE = frozenset({"setting", "place_of_service", "type_of_bill"})
LINE = frozenset(
    f"ServiceLine.{name}"
    for name in (
        *(
            "hcpcs",
            "modifiers",
            "revenue_code",
            "place_of_service",
            "kind",
            "service_date",
            "service_through",
        ),
        *("unit", "ndc", "ndc_unit", "description", "non_covered"),
        *("charge", "units", "ndc_quantity", "test_results"),
    )
)
CODES = LINE - {f"ServiceLine.{name}" for name in ("unit", "ndc", "ndc_unit", "description", "non_covered")}


def is_role(name: str) -> bool:
    """Whether this is the key of a provider."""
    return name.endswith(("_provider", "_facility")) or name == "pay_to"


READS = {
    "line": PLACE | LINE | {"lines"},
    "lines": PLACE | LINE | BILLED | {"lines", "Coverage.claim_filing"},
    "codes": PLACE | CODES | {"lines", "condition_codes", "ServiceLine.rendering_provider"},
    "services": PLACE | CODES | {"lines", "condition_codes", "ServiceLine.rendering_provider"},
    "provider": {"setting", "lines", "ServiceLine.service_date", "statement", "Statement.from_date"}
    | {one.name for one in dataclasses.fields(Claim) if is_role(one.name)}
    | {f"ServiceLine.{one.name}" for one in dataclasses.fields(ServiceLine) if is_role(one.name)}
    | {f"Provider.{one}" for one in ("npi", "last_name", "first_name", "organization_name", "taxonomy")}
    | {"Provider.address", "Provider.secondary_ids", "SecondaryId.qualifier"}
    | {f"Address.{one.name}" for one in dataclasses.fields(party_records.Address)},
    "bill": PLACE
    | BILLED
    | {"frequency", "original_reference", "condition_codes", "admission", "signatures"}
    | {f"Admission.{one.name}" for one in dataclasses.fields(claim_records.Admission)}
    | {f"Signatures.{one.name}" for one in dataclasses.fields(claim_records.Signatures)}
    | {"Coverage.claim_filing"},
    "billing": BILLED
    | {"setting", "origin", "billing_provider", "Provider.address", "Coverage.claim_filing"}
    | {f"Provider.{one}" for one in ("npi", "last_name", "organization_name")}
    | {f"Provider.{one}" for one in ("tax_id", "tax_id_type", "taxonomy")}
    | {"lines", "ServiceLine.service_date"}
    | {f"Address.{one.name}" for one in dataclasses.fields(party_records.Address)},
    "days": {"setting", "type_of_bill", "statement", "admission", "Admission.date", "lines"}
    | {"Statement.from_date", "Statement.through_date"}
    | {"ServiceLine.service_date", "ServiceLine.service_through"},
    "diagnoses": {"setting", "type_of_bill", "diagnoses", "Diagnosis.kind", "Diagnosis.present_on_admission"}
    | {"lines", "ServiceLine.diagnosis_pointers"},
    "payers": {"setting", "coverages", "bill_to", "value_codes", "ValueCode.code", "ValueCode.amount"}
    | {f"Coverage.{one}" for one in ("responsibility", "claim_filing", "relationship", "secondary_reason")}
    | {"Coverage.payer", "Payer.id", "Payer.name", "Coverage.subscriber", "Coverage.adjudication"}
    | {"Payer.address", "Person.last_name"}
    | {f"Address.{one.name}" for one in dataclasses.fields(party_records.Address)},
}
"""View -> the values of the claim, as `Record.value`, that are in it; those of the claim without its name.

No value is unread where a view is asked, so `unread` may be looked at. A rule of lines reads whose line it is
only where a line names somebody, and then the views of codes are not asked.
"""


@contextmanager
def traced(read: set[str]) -> Iterator[None]:
    """Note every value that is read of a record of a claim, and of the case."""
    records = {
        one
        for module in (claim_records, party_records)
        for one in vars(module).values()
        if isinstance(one, type) and dataclasses.is_dataclass(one)
    }
    before: list[tuple[type, str, object]] = []
    for record in sorted(records | {Case}, key=lambda one: -len(one.__mro__)):
        name = "" if record is Claim else "Case." if record is Case else f"{record.__name__}."
        for field in dataclasses.fields(record):
            held = next(vars(base)[field.name] for base in record.__mro__ if field.name in vars(base))
            while isinstance(held, property):
                held = held.fget.held  # type: ignore[union-attr]
            before.append((record, field.name, vars(record).get(field.name)))
            setattr(record, field.name, property(_noting(held, f"{name}{field.name}", read), held.__set__))
    try:
        yield
    finally:
        for record, name, value in before:
            if value is None:
                delattr(record, name)
            else:
                setattr(record, name, value)


def _noting(held: object, name: str, read: set[str]) -> Callable[[object], object]:
    def get(record: object) -> object:
        read.add(name)
        return held.__get__(record, type(record))  # type: ignore[attr-defined]

    get.held = held  # type: ignore[attr-defined]
    return get


def is_asked(one: Rule, case: Case) -> bool:
    """Whether the view of a rule is asked on a case, so that the rule may be left out on the next one."""
    claim = case.claim
    if claim.unread or case.assembled is not None or not claim.lines:
        return False
    if one.sees in ("codes", "services"):
        codes = {(line.hcpcs or "").strip().upper() for line in claim.lines}
        return len(codes) == len(claim.lines) and not any(line.rendering_provider for line in claim.lines)
    return True


@pytest.mark.parametrize("one", RULES, ids=lambda one: one.id)
def test_a_rule_that_says_nothing_has_read_its_view_only(one: Rule) -> None:
    allowed = READS[one.sees or ""] | {f"Case.{name}" for name in CASE} | {"unread"}
    beyond: set[str] = set()
    silent = 0
    read: set[str] = set()
    with traced(read):
        for case in holding(one, every=3):
            if not is_asked(one, case):
                continue
            case.forget()
            read.clear()
            if not list(one.check(case)):
                silent += 1
                beyond |= read - allowed
    assert beyond == set()
    assert silent


# ---------------------------------------------------------------- numbers and days


def other_number(line: ServiceLine) -> Decimal | None:
    """Other units of the same kind: whole or not; one, several or many."""
    units = line.units
    if units is None or units <= 0:
        return units
    if units > SEVERAL:
        return units + 7
    if units <= 1:
        return units
    return units - 1 if units > 2 else units + 1


def other_amount(amount: Decimal | None, by: timedelta) -> Decimal | None:
    """Another amount above zero: a larger one or the smallest one."""
    if amount is None or amount <= 0:
        return amount
    return amount + 7 if by > timedelta() else Decimal("0.01")


def later(line: ServiceLine, by: timedelta) -> ServiceLine:
    """A line of the same codes, with other numbers and other days."""
    return dataclasses.replace(
        line,
        units=other_number(line),
        charge=other_amount(line.charge, by),
        ndc_quantity=other_amount(line.ndc_quantity, by),
        service_date=None if line.service_date is None else line.service_date + by,
        service_through=None if line.service_through is None else line.service_through + by,
        line_control_number="OTHER",
        diagnosis_pointers=(),
        administrations=(),
    )


def by_another(line: ServiceLine) -> ServiceLine:
    """A line with other providers in the same roles."""
    roles = [one.name for one in dataclasses.fields(line) if is_role(one.name) and getattr(line, one.name)]
    other: dict[str, Any] = dict.fromkeys(roles, party_records.Provider(npi="1234567893"))
    return dataclasses.replace(line, **other)


OF_LINES_ASKED = list(base.OF_LINES)
OF_LINES = [one for one in RULES if one.sees in ("line", "lines", "codes", "services")]
SOME_DAYS = [timedelta(days=n) for n in (1, -1, 30, -30, 400, -400)]


@pytest.mark.parametrize("one", OF_LINES, ids=lambda one: one.id)
def test_other_numbers_and_days_of_the_same_kind_change_nothing(one: Rule) -> None:
    moved = 0
    for case in holding(one, every=20):
        if not is_asked(one, case):
            continue
        before = bool(hits(one, case))
        within = Stretches(case.lists, active._own_days())
        for by in SOME_DAYS:
            lines = tuple(later(line, by) for line in case.claim.lines)
            same = [
                shape(old, within) == shape(new, within)
                for old, new in zip(case.claim.lines, lines, strict=True)
            ]
            if one.sees != "codes" and not all(same):
                continue
            assert days_apart(lines) == days_apart(case.claim.lines)
            claim = dataclasses.replace(case.claim, lines=lines)
            assert bool(hits(one, dataclasses.replace(case, claim=claim))) == before, (case.claim, by)
            moved += 1
    assert moved


@pytest.mark.parametrize("ask", OF_LINES_ASKED, ids=lambda ask: f"{ask.__module__}.{ask.__name__}")
def test_what_is_asked_of_lines_is_answered_by_their_shapes(ask: Callable[[Case], object]) -> None:
    """So that claims with lines of the same shapes may share the answer; a provider is there or not."""
    roles = {f"ServiceLine.{one.name}" for one in dataclasses.fields(ServiceLine) if is_role(one.name)}
    allowed = READS["line"] | roles | {f"Case.{name}" for name in CASE} | {"unread"}
    read: set[str] = set()
    answered = 0
    for case in cases()[::7]:
        claim = case.claim
        if claim.unread or case.assembled is not None or not claim.lines:
            continue
        case.forget()
        read.clear()
        with traced(read):
            answer = ask(case)
        assert read <= allowed
        within = Stretches(case.lists, active._own_days())
        for by in SOME_DAYS:
            lines = tuple(by_another(later(line, by)) for line in claim.lines)
            if [shape(one, within) for one in lines] != [shape(one, within) for one in claim.lines]:
                continue
            other = Claim(
                setting=claim.setting,
                place_of_service=claim.place_of_service,
                type_of_bill=claim.type_of_bill,
                lines=lines,
            )
            assert ask(dataclasses.replace(case, claim=other)) == answer, claim
            answered += 1
    assert answered


KEYS: dict[str, Callable[[Claim, str | None], Key]] = {
    "bill": bill,
    "billing": billing,
    "days": days,
    "diagnoses": diagnoses,
    "payers": payers,
}


@pytest.mark.parametrize("view", KEYS)
def test_what_is_not_in_a_view_does_not_change_its_values(view: str) -> None:
    for case in cases()[::7]:
        claim = case.claim
        other = dataclasses.replace(
            claim,
            claim_id="OTHER",
            patient=None,
            coverages=tuple(dataclasses.replace(one, member_id="OTHER") for one in claim.coverages),
            diagnoses=tuple(dataclasses.replace(one, code="OTHER") for one in claim.diagnoses),
            lines=tuple(dataclasses.replace(line, hcpcs="OTHER", charge=None) for line in claim.lines),
        )
        assert KEYS[view](claim, filing_of(claim)) == KEYS[view](other, filing_of(other))


def test_days_of_one_stretch_have_the_same_answers() -> None:
    """Every code of the lists that ship, and some diagnoses, on the first, a middle and the last day."""
    lists = shipped()
    turns = sorted(set(lists.turns() or ()))
    assert len(turns) > 10
    names = ("hcpcs_drugs", "modifiers", "pos", "revenue", "self_administered", "drug_diagnoses", "value")
    coded = [(name, code) for name in names for code in lists.codes(name)]
    coded += [("icd10cm", code) for code in lists.codes("icd10cm")[::997]]
    edges = [*turns, turns[-1] + timedelta(days=900)]
    for first, last in pairwise(edges):
        begin, end = first + timedelta(days=1), last - timedelta(days=1)
        if begin > end:
            continue
        inside = (begin, begin + (end - begin) / 2, end)
        assert {lists.since(day) for day in inside} == {begin}
        for name, code in coded:
            found = {(lists.known(name, code, day), str(lists.entry(name, code, day))) for day in inside}
            assert len(found) == 1, (name, code, inside)
            if name == "icd10cm":
                listed = [lists.listed(name, code, day) for day in inside]
                assert len({(one.known, one.covers, one.edition) for one in listed}) == 1
        for kind in ("ptp", "mue", "addon"):
            assert len({lists.edition(kind, day, "facility") for day in inside}) == 1
    for day in turns:
        assert lists.since(day) == day


def test_days_stand_for_themselves_where_dates_are_not_known() -> None:
    """A list of a user may change on any day."""

    class Own:
        def coverage(self, _: str) -> Coverage:
            return "absent"

        def find(self, _: str, __: str) -> Sequence[Entry]:
            return ()

        def codes(self, _: str) -> Sequence[str]:
            return ()

    lists = Lists((Own(), *shipped_sources()))
    assert lists.turns() is None
    day = date(2024, 8, 14)
    assert lists.since(day) == day
    assert Stretches(lists, ())[day] == day


def test_dates_with_which_rules_compare_are_constants_of_their_modules() -> None:
    """So that they are known as first or last days of stretches."""
    inside = []
    for module in {inspect.getmodule(one.check) for one in RULES}:
        assert module is not None
        for function in ast.walk(ast.parse(inspect.getsource(module))):
            if not isinstance(function, ast.FunctionDef):
                continue
            for node in (part for statement in function.body for part in ast.walk(statement)):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in ("date", "dt.date"):
                    inside.append(f"{module.__name__}.{function.name}: {ast.unparse(node)}")
    assert inside == []
    assert date(2023, 7, 1) in active._own_days()


def test_a_claim_like_one_before_is_judged_the_same() -> None:
    """With what is remembered of the claims before, and with nothing."""
    for case in cases()[::6]:
        first = check_case(case, record="claim")
        active._active.cache_clear()
        active._chosen.clear()
        again = dataclasses.replace(case, claim=dataclasses.replace(case.claim))
        assert check_case(again, record="claim") == first
