"""Forms and claims, both ways, for made-up claims of all kinds."""

import dataclasses
from collections.abc import Callable
from dataclasses import replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claim_strategies import claims
from edi.model import pointer
from edi.model.claim import Claim, Diagnosis, ServiceLine
from edi.model.party import Coverage, Patient, Payer, Person, Provider
from forms.filling import Filled, fill
from forms.layout import DETAIL_ROWS, Form, boxes
from forms.style import capitals, compact, words
from forms.taking import Taken, take
from test_contract import records

WAYS: tuple[dict[str, Any], ...] = ({}, {"totals": "each"}, {"truncate": True})


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(claim=claims(), way=st.sampled_from(WAYS))
def test_a_form_that_is_read_and_filled_again_is_the_same_form(claim: Claim, way: dict[str, Any]) -> None:
    filled = fill(claim, **way)
    again = fill(take(filled.form, filled.pages).claim, form=filled.form, **way)
    assert again.pages == filled.pages


@pytest.mark.proof
@settings(max_examples=3000, suppress_health_check=list(HealthCheck))
@given(claim=claims(), way=st.sampled_from(WAYS))
def test_many_forms_that_are_read_and_filled_again_are_the_same(claim: Claim, way: dict[str, Any]) -> None:
    filled = fill(claim, **way)
    again = fill(take(filled.form, filled.pages).claim, form=filled.form, **way)
    assert again.pages == filled.pages


def _digits(value: Any) -> str:
    return "".join(c for c in str(value) if c.isdecimal())


def _plain(value: Any) -> str:
    return " ".join(capitals(str(value)).split())


def _cents(value: Decimal) -> Decimal:
    return value.quantize(Decimal("0.01"), ROUND_HALF_UP)


CARRIED: dict[str, Callable[[Any], Any]] = {
    "text": lambda value: words(value),
    "id": lambda value: compact(value),
    "digits": lambda value: compact(value),
    "id_marks": _plain,
    "code": _plain,
    "icd": lambda value: compact(value).replace(".", ""),
    "date10": lambda value: value,
    "birth10": lambda value: value,
    "birth8": lambda value: value,
    "date8": lambda value: value,
    "date6": lambda value: value,
    "money": _cents,
    "cents": _cents,
    "units": lambda value: value,
    "phone": _digits,
    "phone10": _digits,
    "hour": lambda value: _digits(value)[:2],
    "tax": _digits,
}
"""What the claim that is read of a form knows of a value, by the format of its box: all but what the table of
the formats calls lost. Formats of several values are shown by example in test_form_tables."""


@settings(max_examples=60, suppress_health_check=list(HealthCheck))
@given(claim=claims())
def test_what_a_form_carries_comes_back(claim: Claim) -> None:
    filled = fill(claim)
    taken = take(filled.form, filled.pages)
    compared = 0
    for box, before, after in both(claim, filled, taken):
        carried = CARRIED.get(boxes(filled.form)[box].format)
        if carried is not None and not isinstance(before, bool):
            assert after == carried(before), box
            compared += 1
    assert compared > 15


def both(claim: Claim, filled: Filled, taken: Taken) -> "list[tuple[str, Any, Any]]":
    """Box, value of the claim and value that was read, for boxes of one value that had no problem."""
    odd = {(problem.page, problem.key) for problem in filled.problems}
    back: dict[tuple[int, str], list[str]] = {}
    for path, place in taken.places.items():
        back.setdefault(place, []).append(path)
    found = []
    for number, sources in enumerate(filled.sources, 1):
        for key, paths in sources.items():
            read = back.get((number, key), [])
            if len(paths) == 1 and len(read) == 1 and (number, key) not in odd:
                found.append((key, pointer.get(claim, paths[0]), pointer.get(taken.claim, read[0])))
    return found


# ---------------------------------------------------------------- claims as bad as can be

TEXTS = st.text(max_size=60)
NUMBERS = st.decimals(allow_nan=True, allow_infinity=True) | st.decimals(-(10**12), 10**12)


@st.composite
def odd_claims(draw: st.DrawFn) -> Claim:
    """Claims with any text and any number anywhere, and any part left out."""
    claim = draw(claims() | records(Claim))
    for _ in range(draw(st.integers(0, 8))):
        path = draw(st.sampled_from(_paths(claim) or [""]))
        if path:
            value = pointer.get(claim, path)
            other: Any = draw(NUMBERS) if isinstance(value, Decimal) else draw(TEXTS)
            if isinstance(value, str | Decimal):
                claim = _with(claim, path, other)
            elif draw(st.booleans()):
                claim = pointer.replace(claim, path, None)
    return claim


def _paths(record: Any, path: str = "") -> list[str]:
    """Pointers of everything in a claim that is there."""
    found: list[str] = []
    if dataclasses.is_dataclass(record):
        for f in dataclasses.fields(record):
            value = getattr(record, f.name)
            if f.name != "origin" and value is not None and value != ():
                found += [f"{path}/{f.name}", *_paths(value, f"{path}/{f.name}")]
    elif isinstance(record, tuple):
        for i, one in enumerate(record):
            found += _paths(one, f"{path}/{i}")
    return found


def _with(claim: Claim, path: str, value: object) -> Claim:
    """The claim with any value of the right kind at a path, also one that no JSON can hold."""
    head, _, last = path.rpartition("/")
    holder = pointer.get(claim, head)
    if dataclasses.is_dataclass(holder):
        made = dataclasses.replace(holder, **{last: value})  # type: ignore[type-var]
        return claim if not head and made is holder else _put(claim, head, made)
    return claim


def _put(claim: Any, path: str, value: Any) -> Any:
    if not path:
        return value
    part, _, rest = path[1:].partition("/")
    rest = f"/{rest}" if rest else ""
    if isinstance(claim, tuple):
        i = int(part)
        return (*claim[:i], _put(claim[i], rest, value), *claim[i + 1 :])
    return dataclasses.replace(claim, **{part: _put(getattr(claim, part), rest, value)})


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(claim=odd_claims(), form=st.sampled_from((None, "cms1500", "ub04")), way=st.sampled_from(WAYS))
def test_any_claim_gives_a_form(claim: Claim, form: Form | None, way: dict[str, Any]) -> None:
    filled = fill(claim, form=form, **way)
    known = boxes(filled.form)
    assert len(filled.pages) == max(1, -(-len(claim.lines) // DETAIL_ROWS[filled.form]))
    told = {(problem.page, problem.item) for problem in filled.problems}
    for number, page in enumerate(filled.pages, 1):
        for key, text in page.items():
            box = known[key]
            fits = len(text) <= box.limit
            assert fits or (number, box.item) in told or (1, box.item) in told, f"{key} is too long, unsaid"
            assert not way.get("truncate") or fits, f"{key} was not cut"
            assert text.isprintable() and text == text.strip()


@settings(max_examples=150, suppress_health_check=list(HealthCheck))
@given(data=st.data(), form=st.sampled_from(("cms1500", "ub04")))
def test_any_texts_in_boxes_give_a_claim(data: st.DataObject, form: Form) -> None:
    keys = sorted(boxes(form))
    typed = st.sampled_from(
        (
            "X",
            "SAME",
            "NONE",
            "03/03/2026",
            "13 45 2026",
            "-5",
            "1,2",
            "96365-59",
            "N4123",
            "A",
            "0001",
            "CT1",
        )
    )
    page = st.dictionaries(st.sampled_from(keys), typed | st.text(min_size=1, max_size=20), max_size=60)
    pages = data.draw(st.lists(page, min_size=1, max_size=3))
    taken = take(form, pages)
    assert isinstance(taken.claim, Claim)
    for path, (number, key) in taken.places.items():
        assert 1 <= number <= len(pages) and key in boxes(form), path
    fill(taken.claim, form=form)


# ---------------------------------------------------------------- what there is too much of


def plain_claim(setting: str = "professional", **changes: Any) -> Claim:
    """A small claim of one line."""
    claim = Claim(
        claim_id="C1",
        setting=setting,  # type: ignore[arg-type]
        type_of_bill="0131" if setting == "facility" else None,
        place_of_service=None if setting == "facility" else "11",
        patient=Patient(last_name="Doe", first_name="Jo"),
        coverages=(Coverage(responsibility="P", payer=Payer(name="Plan"), member_id="1", relationship="18"),),
        diagnoses=(Diagnosis(code="E11.9"),),
        lines=(ServiceLine(hcpcs="96365", charge=Decimal(100), units=Decimal(1), revenue_code="0260"),),
    )
    return replace(claim, **changes)


def said(filled: Filled) -> "list[tuple[str, str, str | None]]":
    return [(problem.kind, problem.item, problem.path) for problem in filled.problems]


@pytest.mark.parametrize(("setting", "rows"), [("professional", 6), ("facility", 22)])
@pytest.mark.parametrize("totals", ["last", "each"])
def test_four_hundred_lines(setting: str, rows: int, totals: Any) -> None:
    line = plain_claim(setting).lines[0]
    claim = plain_claim(setting, lines=(line,) * 400, total_charge=Decimal(40000))
    filled = fill(claim, totals=totals)
    assert len(filled.pages) == -(-400 // rows)
    total = "28" if setting == "professional" else "FL47.23"
    texts = [page.get(total) for page in filled.pages]
    if totals == "last":
        assert texts[-1] in ("40000 00", "4000000")
        assert set(texts[:-1]) == ({"CONTINUED"} if setting == "professional" else {None})
    else:
        assert sum(Decimal((text or "0").replace(" ", "")) for text in texts) == 4_000_000
    taken = take(filled.form, filled.pages)
    assert len(taken.claim.lines) == 400 and taken.claim.total_charge == 40000
    assert not filled.problems and not taken.problems


def test_each_sheet_repeats_what_is_above_the_lines() -> None:
    line = plain_claim("facility").lines[0]
    filled = fill(plain_claim("facility", lines=(line,) * 23))
    first, second = filled.pages
    own = {key for key in first if key.startswith(("FL42.", "FL44.", "FL46.", "FL47.", "FL43.page"))}
    assert {k: v for k, v in first.items() if k not in own} == {
        k: v for k, v in second.items() if k not in own | second.keys() - first.keys()
    }
    assert (first["FL43.page"], second["FL43.page"], second["FL43.pages"]) == ("1", "2", "2")
    assert "FL42.23" not in first and second["FL42.23"] == "0001"


def test_more_than_there_are_boxes_for_is_named() -> None:
    many = tuple(Diagnosis(code=f"E11.{n}", kind="other" if n else "principal") for n in range(30))
    found = said(fill(plain_claim(diagnoses=many)))
    assert [path for kind, _, path in found if kind == "no_room"] == [
        f"/diagnoses/{n}/code" for n in range(12, 30)
    ]
    found = said(fill(plain_claim("facility", diagnoses=many)))
    assert [path for kind, _, path in found if kind == "no_room"] == [
        f"/diagnoses/{n}/code" for n in range(18, 30)
    ]
    payers = tuple(
        Coverage(responsibility=r, payer=Payer(name=f"Plan {r}"), member_id=r, relationship="18")
        for r in "PSTABC"
    )
    found = said(fill(plain_claim("facility", coverages=payers)))
    assert [path for kind, _, path in found if kind == "no_room"] == [f"/coverages/{n}" for n in (3, 4, 5)]
    found = said(fill(plain_claim(coverages=payers)))
    assert [path for kind, _, path in found if kind == "no_room"] == [f"/coverages/{n}" for n in (2, 3, 4, 5)]


def test_codes_of_the_ub04_go_on_in_fl_81_and_are_named_where_that_is_full() -> None:
    codes = tuple(f"{n:02}" for n in range(10, 26))
    filled = fill(plain_claim("facility", condition_codes=codes))
    page = filled.pages[0]
    assert [page[f"FL{n}"] for n in range(18, 29)] == list(codes[:11])
    assert [(page[f"FL81.qualifier.{r}"], page[f"FL81.code.{r}"]) for r in "abcd"] == [
        ("A1", code) for code in codes[11:15]
    ]
    assert said(filled) == [("no_room", "FL 81", "/condition_codes/15")]
    assert take("ub04", filled.pages).claim.condition_codes == codes[:15]


def test_five_other_providers_find_two_boxes() -> None:
    people = [Provider(last_name=f"N{n}", npi=f"123456789{n}") for n in range(5)]
    line = replace(plain_claim("facility").lines[0], other_operating_provider=people[2])
    filled = fill(
        plain_claim(
            "facility",
            referring_provider=people[0],
            rendering_provider=people[1],
            lines=(line,),
        )
    )
    assert [filled.pages[0][f"FL{n}.type"] for n in (78, 79)] == ["DN", "82"]
    assert said(filled) == [("no_room", "FL 79", "/lines/0/other_operating_provider")]


def test_negative_money_letters_and_no_payer() -> None:
    line = replace(plain_claim().lines[0], charge=Decimal("-5.5"))
    filled = fill(plain_claim(lines=(line,), total_charge=Decimal("-5.5"), coverages=()))
    assert filled.pages[0]["24F.1"] == "-5 50" and filled.pages[0]["28"] == "-5 50"
    assert [(kind, item) for kind, item, _ in said(filled)] == [("negative", "24F"), ("negative", "28")]
    patient = Patient(last_name="Nu\u00f1ez-\u0141", first_name="\u5f20")
    filled = fill(plain_claim(patient=patient, coverages=()))
    assert filled.pages[0]["2"] == "NUNEZ-L, \u5f20"
    assert [(p.kind, p.item, p.what) for p in filled.problems] == [("letters", "2", "\u5f20")]
    for form in ("cms1500", "ub04"):
        empty: Form = form
        assert fill(Claim(), form=empty).problems == []


def test_nothing_is_cut_unless_asked_and_then_it_is_said() -> None:
    person = Person(last_name="E" * 40, first_name="B" * 5)
    coverage = replace(plain_claim().coverages[0], relationship="01", subscriber=person)
    claim = plain_claim(coverages=(coverage,))
    whole, short = fill(claim), fill(claim, truncate=True)
    assert whole.pages[0]["4"] == "E" * 40 + ", BBBBB" and short.pages[0]["4"] == "E" * 29
    assert [(p.kind, p.key, p.limit, len(p.text)) for p in whole.problems] == [("too_long", "4", 29, 47)]
    assert [(p.kind, p.key, p.limit, len(p.text)) for p in short.problems] == [("cut", "4", 29, 47)]
