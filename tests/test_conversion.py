"""What a claim becomes on the other side: places, billing, practitioners, codes, lines, payers, answers."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest

import edi
from edi.conversion import AnswerBook, Answers, Conversion, NotCarried
from edi.errors import NotReadable, UnknownPayer
from edi.model import pointer
from edi.model.claim import Claim, Setting, Unmapped, Unread
from edi.model.contract import Record
from edi.model.encounter import Encounter
from edi.model.party import BillingSide, Provider
from edi.pipeline import Options, Switched
from edi.pipeline.switching import switch
from edi.settings import Settings
from rule_cases import sample

HOSPITAL = {
    "organization_name": "SAINT ORVELL",
    "npi": "1245319599",
    "tax_id": "005550106",
    "tax_id_type": "EI",
    "address": {"line1": "1 PLAZA", "city": "COLUMBUS", "state": "OH", "zip": "432150001"},
}
GROUP = {**HOSPITAL, "organization_name": "ORVELL PHYSICIANS", "npi": "1234567893"}
VISIT = {
    "hcpcs": "99213",
    "modifiers": ["25"],
    "units": "1",
    "charge": "145.00",
    "service_date": "2026-03-03",
    "diagnosis_pointers": [1],
    "kind": "service",
}
TO_HOSPITAL = {
    "/ownership": "hospital_department",
    "/billing_provider": HOSPITAL,
    "/admission": {"type": "3", "source": "1", "patient_status": "01"},
}
TO_OFFICE = {
    "/ownership": "practice",
    "/place_of_service": "11",
    "/billing_provider": GROUP,
    "/rendering_provider": "@/attending_provider",
    "/signatures/provider_on_file": True,
    "/lines/0/diagnosis_pointers": [1],
    "/lines/1/diagnosis_pointers": [1],
}


def claim(base: str, patch: Mapping[str, Any] | None = None) -> Claim:
    """The claim of a clean sample with some values patched."""
    made = edi.claim(sample(base))
    for path, value in (patch or {}).items():
        made = pointer.replace(made, path, value)
    if "/lines/-" in (patch or {}):
        total = sum(line.charge for line in made.lines if line.charge is not None)
        made = pointer.replace(made, "/total_charge", str(total))
    return made


def encounter(base: str, patch: Mapping[str, Any] | None = None) -> Encounter:
    made = sample(base)
    for path, value in (patch or {}).items():
        made = pointer.replace(made, path, value)
    return made


def row(found: Conversion, kind: str, path: str) -> NotCarried:
    """The row of a kind about a value, by its source or its target."""
    rows = [r for r in found.not_carried if r.kind == kind and path in (r.source, r.target)]
    assert rows, (kind, path, [(r.kind, r.source, r.target) for r in found.not_carried])
    return rows[0]


def needed(found: Conversion) -> set[str]:
    return {r.target for r in found.not_carried if r.kind == "needed"}


def codes(made: Claim) -> list[str]:
    return ["-".join((line.hcpcs or "", *line.modifiers)) for line in made.lines]


def errors(made: Claim) -> list[str]:
    return [f.rule for f in edi.check(made).findings if f.severity == "error"]


# ---------------------------------------------------------------- places


@pytest.mark.parametrize(
    ("place", "bill"),
    [
        ("22", "0131"), ("19", "0131"), ("23", "0131"), ("31", "0231"), ("32", "0231"), ("50", "0771"),
        ("72", "0711"), ("65", "0721"),
    ],
)  # fmt: skip
def test_the_place_tells_the_type_of_bill(place: str, bill: str) -> None:
    found = edi.convert(claim("professional", {"/place_of_service": place}), to="facility")
    assert found.claims[0].type_of_bill == bill
    assert row(found, "changed", "/place_of_service").target == "/type_of_bill"
    assert "/type_of_bill" not in needed(found)
    hospital = place in ("19", "22", "23")
    assert found.claims[0].ownership == ("hospital_department" if hospital else None)
    assert row(found, "changed" if hospital else "dropped", "/ownership").why


@pytest.mark.parametrize("place", ["11", "49", "20", "15", "03", "17"])
def test_an_office_needs_the_word_that_it_is_provider_based(place: str) -> None:
    given = claim("professional", {"/place_of_service": place})
    found = edi.convert(given, to="facility")
    assert found.claims[0].type_of_bill is None
    assert row(found, "needed", "/ownership").source == "/place_of_service"
    assert errors(found.claims[0]), "nobody can send it"
    for owner, bill in (("hospital_department", "0131"), ("critical_access_hospital", "0851")):
        said = edi.convert(given, to="facility", answers={**TO_HOSPITAL, "/ownership": owner})
        assert said.claims[0].type_of_bill == bill and said.complete
        assert errors(said.claims[0]) == []


@pytest.mark.parametrize("place", ["12", "21", "24", "34", "99", None])
def test_places_that_do_not_tell_the_type_of_bill_ask_for_it(place: str | None) -> None:
    given = claim("professional", {"/place_of_service": place})
    answers = {**TO_HOSPITAL}
    assert row(edi.convert(given, to="facility", answers=answers), "needed", "/type_of_bill").why
    found = edi.convert(given, to="facility", answers={**answers, "/type_of_bill": "0121"})
    assert found.claims[0].type_of_bill == "0121" and "/type_of_bill" not in needed(found)


def test_f05_a_practitioner_who_bills_the_infusion_in_a_hospital() -> None:
    given = claim("professional", {"/place_of_service": "22", "/ownership": None})
    assert "PRO-POS-001" in errors(given)
    found = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    (made,) = found.claims
    assert made.setting == "facility" and made.type_of_bill == "0131" and made.place_of_service is None
    assert errors(made) == [] and found.complete


def test_f07_a_freestanding_center_is_no_department() -> None:
    given = claim("professional", {"/place_of_service": "49", "/ownership": "freestanding_center"})
    assert "/ownership" in needed(edi.convert(given, to="facility"))


def test_f40_off_campus_asks_for_po_or_pn() -> None:
    given = claim("professional", {"/place_of_service": "19", "/ownership": None})
    found = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    assert "/off_campus" in needed(found)
    for said, modifier in (("excepted", "PO"), ("non_excepted", "PN"), ("emergency", "ER")):
        answered = edi.convert(given, to="facility", answers={**TO_HOSPITAL, "/off_campus": said})
        assert answered.complete and all(modifier in line.modifiers for line in answered.claims[0].lines)
        assert errors(answered.claims[0]) == []
    commercial = claim("professional", {"/place_of_service": "19", "/coverages/0/claim_filing": "CI"})
    assert "/off_campus" not in needed(edi.convert(commercial, to="facility"))


def test_f41_a_critical_access_hospital_has_no_po() -> None:
    given = claim("professional", {"/place_of_service": "22", "/ownership": "critical_access_hospital"})
    answers = {**TO_HOSPITAL, "/ownership": "critical_access_hospital", "/off_campus": "excepted"}
    (made,) = edi.convert(given, to="facility", answers=answers).claims
    assert made.type_of_bill == "0851" and not any("PO" in line.modifiers for line in made.lines)


@pytest.mark.parametrize(
    ("patch", "place"),
    [
        ({}, "22"),
        ({"/off_campus": "excepted"}, "19"),
        ({"/lines/0/modifiers": ["PN"], "/lines/1/modifiers": ["JZ", "PN"]}, "19"),
        ({"/type_of_bill": "0851"}, "22"),
        ({"/type_of_bill": "0111"}, "21"),
        ({"/type_of_bill": "0711"}, "72"),
        ({"/lines/-": {**VISIT, "hcpcs": "99284", "revenue_code": "0450", "separate_note": True}}, "23"),
    ],
)
def test_the_type_of_bill_tells_where_the_practitioner_worked(patch: dict[str, Any], place: str) -> None:
    if "/lines/-" not in patch:
        patch = {**patch, "/lines/-": {**VISIT, "revenue_code": "0983"}}
    found = edi.convert(claim("facility", patch), to="professional")
    assert found.claims[0].place_of_service == place
    assert row(found, "changed", "/type_of_bill").target == "/place_of_service"


def test_an_office_in_place_of_a_department_needs_the_word() -> None:
    given = claim("facility", {"/off_campus": "excepted"})
    assert edi.convert(given, to="professional").claims == (given,), "a department bills no administration so"
    found = edi.convert(given, to="professional", answers={"/ownership": "practice"})
    assert {"/place_of_service", "/billing_provider", "/rendering_provider"} <= needed(found)
    assert row(found, "dropped", "/off_campus").why
    done = edi.convert(given, to="professional", answers=TO_OFFICE)
    assert done.complete and errors(done.claims[0]) == [] and codes(done.claims[0]) == codes(given)


# ---------------------------------------------------------------- revenue codes


@pytest.mark.parametrize(
    ("payer", "revenue"), [("commercial", "0260"), ("medicare", "0260"), ("textbook", "0636")]
)
def test_revenue_codes_follow_the_policy(payer: str, revenue: str) -> None:
    """Cases F02 to F04: administrations by `rev_admin_policy`, drugs under 0636."""
    (made,) = edi.convert(claim("professional"), to="facility", payer=payer).claims
    assert [line.revenue_code for line in made.lines] == [revenue, "0636"]


def test_a_policy_of_the_user_wins() -> None:
    (made,) = edi.convert(
        claim("professional"), to="facility", policies={"rev_admin_policy": {"96365": "0510"}}
    ).claims
    assert made.lines[0].revenue_code == "0510"


def test_f02_chemotherapy_codes_have_their_own_revenue_codes() -> None:
    lines = {"/lines/0/hcpcs": "96413", "/lines/1/hcpcs": "J1745"}
    (made,) = edi.convert(claim("professional", lines), to="facility").claims
    assert [line.revenue_code for line in made.lines] == ["0335", "0636"]


def test_a_service_without_a_usual_revenue_code_asks_for_it() -> None:
    given = claim("professional", {"/lines/-": {**VISIT, "hcpcs": "85025", "modifiers": []}})
    found = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    assert needed(found) == {"/lines/2/revenue_code"}
    done = edi.convert(given, to="facility", answers={**TO_HOSPITAL, "/lines/2/revenue_code": "0300"})
    assert done.complete and errors(done.claims[0]) == []


# ---------------------------------------------------------------- who bills, who attends


def test_who_rendered_attends() -> None:
    given = claim("professional")
    found = edi.convert(given, to="facility")
    made = found.claims[0]
    assert made.attending_provider == given.rendering_provider and made.rendering_provider is None
    assert row(found, "changed", "/rendering_provider").target == "/attending_provider"


@pytest.mark.parametrize(
    "patch",
    [
        {"/rendering_provider": None},
        {"/rendering_provider": {"organization_name": "GROUP", "npi": "1234567893"}},
        {
            "/rendering_provider": None,
            "/lines/0/rendering_provider": {"last_name": "ONE", "npi": "1245319599"},
            "/lines/1/rendering_provider": {"last_name": "TWO", "npi": "1234567893"},
        },
    ],
)
def test_nobody_in_particular_attends(patch: dict[str, Any]) -> None:
    found = edi.convert(claim("professional", patch), to="facility")
    assert found.claims[0].attending_provider is None and "/attending_provider" in needed(found)


def test_the_one_who_rendered_all_lines_attends() -> None:
    one = {"last_name": "ONE", "npi": "1245319599"}
    patch = {
        "/rendering_provider": None,
        "/lines/0/rendering_provider": one,
        "/lines/1/rendering_provider": one,
    }
    (made,) = edi.convert(claim("professional", patch), to="facility").claims
    assert made.attending_provider is not None and made.attending_provider.last_name == "ONE"


def test_a_practitioner_who_bills_alone_attends_and_does_not_bill_for_the_facility() -> None:
    patch = {
        "/rendering_provider": None,
        "/billing_provider/organization_name": None,
        "/billing_provider/last_name": "DOCTOR",
        "/billing_provider/tax_id_type": "SY",
    }
    found = edi.convert(claim("professional", patch), to="facility")
    made = found.claims[0]
    assert made.billing_provider is None and row(found, "needed", "/billing_provider").source
    assert made.attending_provider is not None and made.attending_provider.last_name == "DOCTOR"
    assert made.attending_provider.tax_id is None


def test_the_attending_practitioner_renders_only_by_the_users_word() -> None:
    given = claim("facility", {"/lines/-": {**VISIT, "revenue_code": "0983"}})
    found = edi.convert(given, to="professional")
    assert found.claims[0].rendering_provider is None
    asked = row(found, "needed", "/rendering_provider")
    assert asked.source == "/attending_provider" and "@/attending_provider" in asked.enter
    said = edi.convert(given, to="professional", answers={"/rendering_provider": "@/attending_provider"})
    assert said.claims[0].rendering_provider == given.attending_provider
    stated = claim(
        "facility",
        {
            "/lines/-": {**VISIT, "revenue_code": "0983"},
            "/rendering_provider": {"last_name": "OTHER", "npi": "1234567893"},
        },
    )
    told = edi.convert(stated, to="professional")
    assert told.claims[0].rendering_provider == stated.rendering_provider
    assert row(told, "dropped", "/attending_provider").why


def test_the_facility_where_it_was_done_bills() -> None:
    place = {"organization_name": "HOSPITAL", "npi": "1487654323", "address": HOSPITAL["address"]}
    patch = {"/place_of_service": "22", "/service_facility": place, "/ownership": None}
    found = edi.convert(claim("professional", patch), to="facility")
    made = found.claims[0]
    assert made.billing_provider is not None and made.billing_provider.organization_name == "HOSPITAL"
    assert made.service_facility is None
    assert row(found, "changed", "/service_facility").target == "/billing_provider"
    assert row(found, "dropped", "/billing_provider").why
    assert "/billing_provider/tax_id" in needed(found)
    answers = {"/billing_provider/tax_id": "005550106", "/admission": TO_HOSPITAL["/admission"]}
    done = edi.convert(claim("professional", patch), to="facility", answers=answers)
    assert done.complete and errors(done.claims[0]) == []
    assert done.claims[0].billing_provider is not None
    assert done.claims[0].billing_provider.npi == "1487654323"


def test_the_facility_is_where_the_practitioner_worked() -> None:
    given = claim("facility", {"/lines/-": {**VISIT, "revenue_code": "0983"}})
    found = edi.convert(given, to="professional")
    made = found.claims[0]
    assert made.billing_provider is None and "/billing_provider" in needed(found)
    assert made.service_facility is not None and given.billing_provider is not None
    assert made.service_facility.npi == given.billing_provider.npi
    assert row(found, "changed", "/billing_provider").target == "/service_facility"


def test_the_settings_say_who_bills_each_side() -> None:
    group = Provider(organization_name="GROUP", npi="1234567893", tax_id="005550121")
    billing = BillingSide(billing_provider=group)
    both = Settings(professional_billing=billing, facility_billing=billing)
    there = edi.convert(claim("professional"), to="facility", settings=both)
    assert there.claims[0].billing_provider == group and "/billing_provider" not in needed(there)
    given = claim("facility", {"/lines/-": {**VISIT, "revenue_code": "0983"}})
    back = edi.convert(given, to="professional", settings=both)
    assert back.claims[0].billing_provider == group and "/billing_provider" not in needed(back)


def test_an_address_of_payment_belongs_to_its_biller() -> None:
    patch = {"/pay_to": {"address": {"line1": "PO BOX 1", "city": "RALEIGH", "state": "NC", "zip": "27601"}}}
    kept = edi.convert(claim("professional", patch), to="facility")
    assert kept.claims[0].pay_to is not None
    gone = edi.convert(claim("professional", patch), to="facility", answers=TO_HOSPITAL)
    assert gone.claims[0].pay_to is None and row(gone, "dropped", "/pay_to").why


# ---------------------------------------------------------------- sides


def test_the_visit_stays_with_the_practitioner() -> None:
    given = claim("professional", {"/lines/-": VISIT, "/total_charge": None})
    found = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    facility, professional = found.claims
    assert codes(facility) == codes(given)[:2] and codes(professional) == ["99213-25"]
    assert professional.setting == "professional" and professional.place_of_service == "22"
    assert professional.billing_provider == given.billing_provider
    assert professional.service_facility is not None and professional.service_facility.npi == HOSPITAL["npi"]
    assert professional.total_charge == Decimal("145.00")
    assert row(found, "changed", "/lines/2").setting == "professional"
    assert found.complete and errors(facility) == errors(professional) == []


def test_off_campus_the_practitioner_works_at_19() -> None:
    given = claim("professional", {"/lines/-": VISIT})
    answers = {**TO_HOSPITAL, "/off_campus": "excepted"}
    _, professional = edi.convert(given, to="facility", answers=answers).claims
    assert professional.place_of_service == "19" and professional.off_campus == "excepted"


@pytest.mark.parametrize(("filing", "code"), [("MB", "G0463"), ("CI", "99213")])
def test_a_visit_that_the_hospital_bills(filing: str, code: str) -> None:
    given = claim("professional", {"/lines/-": VISIT, "/coverages/0/claim_filing": filing})
    answers = Answers(facility=TO_HOSPITAL, lines={3: "facility"})
    found = edi.convert(given, to="facility", answers=answers)
    (made,) = found.claims
    assert codes(made)[2] == f"{code}-25" and made.lines[2].revenue_code == "0510"
    if filing == "MB":
        assert row(found, "changed", "/lines/2/hcpcs").target == "/lines/2/hcpcs"
    assert found.complete and errors(made) == []


@pytest.mark.parametrize(
    "patch", [{"hcpcs": "36561", "modifiers": []}, {"hcpcs": "93000", "modifiers": ["26"]}]
)
def test_procedures_and_professional_components_stay_with_the_practitioner(patch: dict[str, Any]) -> None:
    found = edi.convert(claim("professional", {"/lines/-": {**VISIT, **patch}}), to="facility")
    assert [len(one.lines) for one in found.claims] == [2, 1]


@pytest.mark.parametrize("code", ["36592", "99211", "85025", "A4216"])
def test_nursing_tests_and_supplies_go_to_the_facility(code: str) -> None:
    found = edi.convert(claim("professional", {"/lines/-": {**VISIT, "hcpcs": code}}), to="facility")
    assert [len(one.lines) for one in found.claims] == [3]


def test_only_the_diagnoses_of_its_lines_are_on_the_practitioners_claim() -> None:
    patch = {
        "/diagnoses": [{"code": "D50.9"}, {"code": "I10"}, {"code": "E11.9"}],
        "/lines/-": {**VISIT, "diagnosis_pointers": [3, 2]},
    }
    found = edi.convert(claim("professional", patch), to="facility")
    facility, professional = found.claims
    assert [d.code for d in facility.diagnoses] == ["D50.9", "I10", "E11.9"]
    assert [d.code for d in professional.diagnoses] == ["I10", "E11.9"]
    assert professional.lines[0].diagnosis_pointers == (2, 1)
    assert row(found, "changed", "/lines/2/diagnosis_pointers").setting == "professional"


def test_authorizations_go_with_their_procedures() -> None:
    patch = {
        "/lines/-": VISIT,
        "/coverages/0/authorizations": [{"number": "A1", "hcpcs": "99213"}, {"number": "A2"}],
    }
    facility, professional = edi.convert(claim("professional", patch), to="facility").claims
    assert [a.number for a in facility.coverages[0].authorizations] == ["A2"]
    assert [a.number for a in professional.coverages[0].authorizations] == ["A1", "A2"]


@pytest.mark.parametrize(
    ("patch", "went"),
    [
        ({"revenue_code": "0983"}, True),
        ({"revenue_code": "0960", "hcpcs": "36561", "modifiers": []}, True),
        ({"revenue_code": "0510", "separate_note": True}, True),
        ({"revenue_code": "0510", "rendering_provider": {"last_name": "DOCTOR", "npi": "1245319599"}}, True),
        ({"revenue_code": "0510"}, False),
        ({"revenue_code": "0510", "hcpcs": "G0463", "separate_note": True}, False),
        ({"revenue_code": "0762", "hcpcs": "G0378", "modifiers": []}, False),
    ],
)
def test_what_of_a_facility_claim_is_the_practitioners(patch: dict[str, Any], went: bool) -> None:
    given = claim("facility", {"/lines/-": {**VISIT, **patch}})
    found = edi.convert(given, to="professional")
    if not went:
        assert found.claims == (given,) and row(found, "needed", "/lines").why
        return
    professional, facility = found.claims
    assert len(professional.lines) == 1 and professional.lines[0].revenue_code is None
    assert codes(facility) == codes(given)[:2]
    assert {r.source for r in found.not_carried if r.kind == "changed"} >= {"/lines/0", "/lines/1"}


def test_the_users_word_wins_over_what_a_line_is() -> None:
    given = claim("facility", {"/lines/-": {**VISIT, "hcpcs": "G0463", "revenue_code": "0510"}})
    found = edi.convert(given, to="professional", answers=Answers(lines={3: "professional"}))
    assert codes(found.claims[0]) == ["G0463-25"]
    assert row(found, "needed", "/lines/0/hcpcs").source == "/lines/2/hcpcs"
    with pytest.raises(NotReadable, match="the claim has 3 lines"):
        edi.convert(given, to="professional", answers=Answers(lines={4: "professional"}))


def test_a_claim_of_visits_alone_stays_the_practitioners() -> None:
    given = claim("professional", {"/place_of_service": "22", "/lines": [VISIT]})
    found = edi.convert(given, to="facility")
    assert found.claims == (given,) and not found.complete


# ---------------------------------------------------------------- hierarchy and lines


def test_f38_repeated_pushes_are_for_hospitals() -> None:
    given = claim("pushes-facility")
    assert "96376" in codes(given)
    found = edi.convert(given, to="professional", answers={"/ownership": "practice"})
    i = codes(given).index("96376")
    assert "96376" not in codes(found.claims[0])
    assert "INF-PUSH-002" in row(found, "dropped", f"/lines/{i}").why
    assert row(found, "changed", "/total_charge").why
    assert found.claims[0].total_charge == given.total_charge - given.lines[i].charge  # type: ignore[operator]


def test_a_record_gives_the_repeated_push_back() -> None:
    office = encounter(
        "pushes-facility",
        {
            "/setting": "professional",
            "/type_of_bill": None,
            "/place_of_service": "11",
            "/ownership": "practice",
            "/services": [],
        },
    )
    given = edi.claim(office)
    assert "96376" not in codes(given)
    found = edi.convert(office, to="facility", answers={"/ownership": "hospital_department"})
    assert [line.hcpcs for line in found.claims[0].lines][:3] == ["96374", "96376", "96375"]
    at = codes(found.claims[0]).index("96376")
    assert "96376" in row(found, "changed", f"/lines/{at}").why
    from_claim = edi.convert(
        given, to="facility", answers={"/ownership": "hospital_department"}, record=office
    )
    assert codes(from_claim.claims[0]) == codes(found.claims[0])


def test_without_the_record_a_repeated_push_is_a_remark() -> None:
    office = encounter(
        "pushes-facility",
        {"/setting": "professional", "/type_of_bill": None, "/place_of_service": "11", "/services": [],
         "/ownership": "practice"},
    )  # fmt: skip
    given = edi.claim(office)

    def told(value: Claim | Encounter, record: Encounter | None = None) -> list[str | None]:
        kind: Any = "encounter" if isinstance(value, Encounter) else "claim"
        book = AnswerBook(for_all=Answers(facility=TO_HOSPITAL))
        one = Record(index=0, kind=kind, value=value)
        found = switch(one, "facility", book, Options(), record_of=record)
        assert isinstance(found, Switched)
        return [f.claim_path for f in found.findings if f.rule == "CONVERT-PUSH"]

    at = codes(given).index("96374")
    assert told(given) == [f"/lines/{at}/hcpcs"]
    assert told(given, office) == told(office) == []
    assert told(claim("professional", {"/place_of_service": "22"})) == []


def test_an_answer_names_a_line_by_its_code() -> None:
    """The place of a line changes with the record and with who bills what; its code does not."""
    given = claim("professional", {"/lines/-": VISIT, "/lines/1/charge": None})
    drug = codes(given)[1].partition("-")[0]
    for lines in ({}, {1: "professional"}):
        said = {**TO_HOSPITAL, f"/lines/{drug.lower()}/charge": "77.00"}
        answers = Answers(facility=said, lines=lines)  # type: ignore[arg-type]
        (made, _) = edi.convert(given, to="facility", answers=answers).claims
        assert {line.hcpcs: line.charge for line in made.lines}[drug] == 77
        assert len(made.lines) == 2 - len(lines)
    stays = Answers(facility=TO_HOSPITAL, professional={"/lines/99213/charge": "99.00"})
    _, remains = edi.convert(given, to="facility", answers=stays).claims
    assert [line.charge for line in remains.lines] == [99]
    # a line that the record brings
    office = encounter("pushes-facility", {"/setting": "professional", "/type_of_bill": None, "/services": [],
                                           "/place_of_service": "11", "/ownership": "practice"})  # fmt: skip
    answers = Answers(facility={**TO_HOSPITAL, "/lines/96376/charge": "55.00"})
    (made,) = edi.convert(edi.claim(office), to="facility", answers=answers, record=office).claims
    assert {line.hcpcs: line.charge for line in made.lines}["96376"] == 55


@pytest.mark.parametrize(
    ("path", "words"),
    [("/lines/J9999/charge", "no line of the resulting claim bills J9999"),
     ("/lines/96365/charge", "2 lines bill 96365: name the line by its place, /lines/0 and so on")],
)  # fmt: skip
def test_a_code_that_names_no_line_or_several_is_refused(path: str, words: str) -> None:
    given = claim("professional", {"/lines/-": {"hcpcs": "96365", "units": "1", "charge": "1.00"}})
    with pytest.raises(NotReadable, match=words):
        edi.convert(given, to="facility", answers={**TO_HOSPITAL, path: "1.00"})


def push_by_reason() -> Encounter:
    """A practice's visit whose main reason was a push, though a drug was infused too."""
    base = encounter("professional")
    infusion = base.administrations[0]
    push = sample("pushes-facility").administrations[2]
    times = {"/start": "2026-03-03T10:30", "/stop": "2026-03-03T10:33"}
    for path, value in {"/id": "B1", "/access_site": infusion.access_site, **times}.items():
        push = pointer.replace(push, path, value)
    made = pointer.replace(base, "/administrations", [infusion, push])
    return pointer.replace(made, "/primary_reason", "B1")


def test_in_a_hospital_the_hierarchy_chooses_the_initial_service() -> None:
    office = push_by_reason()
    given = edi.claim(office)
    assert [line.hcpcs for line in given.lines if line.kind == "administration"] == ["96367", "96374"]
    found = edi.convert(office, to="facility", answers=TO_HOSPITAL)
    made = [line.hcpcs for line in found.claims[0].lines if line.kind == "administration"]
    assert made == ["96365", "96375"]
    assert {r.source for r in found.not_carried if r.kind == "dropped"} >= {"/lines/0", "/lines/1"}
    # without the record it is asked for
    asked = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    assert [line.hcpcs for line in asked.claims[0].lines][:2] == ["96367", "96374"]
    assert "outranks" in row(asked, "needed", "/lines/0/hcpcs").why


def test_charges_of_recoded_lines_are_kept_or_asked_for() -> None:
    office = pointer.replace(push_by_reason(), "/charges", {"96365": "190.00"})
    found = edi.convert(office, to="facility", answers=TO_HOSPITAL)
    assert {path for path in needed(found) if path.endswith("/charge")} == {
        f"/lines/{i}/charge" for i, line in enumerate(found.claims[0].lines) if line.charge is None
    }
    assert "/total_charge" not in needed(found), "it follows from the charges"


@pytest.mark.parametrize(
    ("to", "base", "modifier"), [("professional", "facility", "27"), ("facility", "professional", "53")]
)
def test_modifiers_of_one_side_only(to: Setting, base: str, modifier: str) -> None:
    given = claim(base, {"/lines/0/modifiers": [modifier], "/ownership": None})
    answers = {"/ownership": "practice"} if to == "professional" else TO_HOSPITAL
    found = edi.convert(given, to=to, answers=answers)
    assert found.claims[0].lines[0].modifiers == ()
    assert modifier in row(found, "changed", "/lines/0/modifiers").why


def test_jw_and_jz_and_ndc_stay() -> None:
    patch = {"/lines/1/modifiers": ["JW"], "/lines/1/ndc": "99999010101", "/lines/1/ndc_quantity": "2",
             "/lines/1/ndc_unit": "ML", "/lines/1/prescription_number": "RX1"}  # fmt: skip
    (made,) = edi.convert(claim("professional", patch), to="facility").claims
    line = made.lines[1]
    assert line.modifiers == ("JW",) and line.ndc == "99999010101" and line.prescription_number == "RX1"


def test_pair_edits_and_unit_limits_are_those_of_the_other_side() -> None:
    """96365 twice a day passes the hospital's limit of 2 and breaks the practice's limit of 1."""
    given = claim("facility", {"/lines/0/units": "2"})
    found = edi.convert(given, to="professional", answers=TO_OFFICE)
    own = {f.rule for f in edi.check(given).findings if f.severity == "error"}
    asked = {r.rule for r in found.not_carried if r.kind == "needed"}
    assert asked - own and asked >= set(errors(found.claims[0])) - {None}


def test_more_lines_than_a_professional_claim_holds() -> None:
    given = claim("facility")
    many = pointer.replace(given, "/lines", [given.lines[1]] * 51)
    found = edi.convert(many, to="professional", answers={"/ownership": "practice"})
    assert "51" in row(found, "needed", "/lines/50").why


# ---------------------------------------------------------------- codes and dates


def test_an_onset_date_is_an_occurrence_code_and_comes_back() -> None:
    patch = {
        "/dates": [{"qualifier": "454", "date": "2026-02-01"}, {"qualifier": "431", "date": "2026-02-02"}]
    }
    found = edi.convert(claim("professional", patch), to="facility", answers=TO_HOSPITAL)
    made = found.claims[0]
    assert [(o.code, o.date) for o in made.occurrence_codes] == [("11", dt.date(2026, 2, 2))]
    assert row(found, "changed", "/dates/1").target == "/occurrence_codes/0"
    assert row(found, "dropped", "/dates/0").why
    back = edi.convert(made, to="professional", answers=TO_OFFICE)
    assert [(d.qualifier, d.date) for d in back.claims[0].dates] == [("431", dt.date(2026, 2, 2))]


def test_an_accident_at_work() -> None:
    patch = {"/accident": {"kinds": ["employment"], "date": "2026-03-01"}}
    found = edi.convert(claim("professional", patch), to="facility", answers=TO_HOSPITAL)
    made = found.claims[0]
    assert [(o.code, o.date) for o in made.occurrence_codes] == [("04", dt.date(2026, 3, 1))]
    assert "02" in made.condition_codes and made.accident is None and found.complete
    back = edi.convert(made, to="professional", answers=TO_OFFICE)
    assert back.claims[0].accident is not None
    assert back.claims[0].accident.kinds == ("employment",)
    assert back.claims[0].accident.date == dt.date(2026, 3, 1)


def test_another_accident_asks_for_its_occurrence_code() -> None:
    patch = {"/accident": {"kinds": ["auto"], "date": "2026-03-01", "state": "OH"}}
    given = claim("professional", patch)
    found = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    assert row(found, "needed", "/occurrence_codes").source == "/accident"
    accident = found.claims[0].accident
    assert accident is not None and accident.kinds == ("auto",) and accident.state == "OH"
    answers = {**TO_HOSPITAL, "/occurrence_codes": [{"code": "01", "date": "2026-03-01"}]}
    done = edi.convert(given, to="facility", answers=answers)
    assert done.complete and done.claims[0].occurrence_codes[0].code == "01"
    back = edi.convert(done.claims[0], to="professional", answers=TO_OFFICE)
    assert back.claims[0].accident is not None and back.claims[0].accident.date == dt.date(2026, 3, 1)
    # that it was one of traffic only the state tells
    unknown = claim("facility", {"/occurrence_codes": [{"code": "05", "date": "2026-03-01"}]})
    asked = edi.convert(unknown, to="professional", answers={"/ownership": "practice"})
    assert row(asked, "needed", "/accident/kinds").source == "/occurrence_codes/0"


def test_a_haemoglobin_value() -> None:
    patch = {"/lines/1/hcpcs": "J0885", "/lines/1/test_results": [{"type": "R1", "value": "9.1"}]}
    found = edi.convert(claim("professional", patch), to="facility")
    made = found.claims[0]
    assert [(v.code, v.amount) for v in made.value_codes] == [("48", Decimal("9.1"))]
    assert row(found, "changed", "/lines/1/test_results/0").target == "/value_codes/0"
    back = edi.convert(made, to="professional", answers={"/ownership": "practice"})
    assert [(t.type, t.value) for t in back.claims[0].lines[1].test_results] == [("R1", Decimal("9.1"))]


def test_diagnoses_of_the_other_side() -> None:
    many = [{"code": f"K{i:02}.9"} for i in range(14)]
    patch = {"/diagnoses": [{"code": "R50.9", "kind": "reason_for_visit"}, *many]}
    found = edi.convert(claim("facility", patch), to="professional", answers={"/ownership": "practice"})
    assert [d.code for d in found.claims[0].diagnoses] == [d["code"] for d in many[:12]]
    gone = {r.source for r in found.not_carried if r.kind == "dropped" and r.source.startswith("/diagnoses")}
    assert gone == {"/diagnoses/0", "/diagnoses/13", "/diagnoses/14"}


def test_an_unscheduled_visit_asks_for_its_reason() -> None:
    given = claim("professional", {"/place_of_service": "23", "/ownership": None, "/lines/-": VISIT})
    answers = {**TO_HOSPITAL, "/admission/type": "1", "/lines/2/revenue_code": "0450"}
    found = edi.convert(given, to="facility", answers=Answers(facility=answers, lines={3: "facility"}))
    assert row(found, "needed", "/diagnoses").rule == "FAC-DX-002"
    answers["/diagnoses/-"] = {"code": "R50.9", "kind": "reason_for_visit"}
    done = edi.convert(given, to="facility", answers=Answers(facility=answers, lines={3: "facility"}))
    assert done.complete and errors(done.claims[0]) == []


def test_statement_and_frequency() -> None:
    patch = {"/frequency": "7", "/original_reference": "ICN1", "/coverages/0/claim_filing": "CI"}
    (made,) = edi.convert(claim("professional", patch), to="facility", answers=TO_HOSPITAL).claims
    assert made.type_of_bill == "0137" and made.original_reference == "ICN1"
    assert made.statement is not None and made.statement.from_date == made.lines[0].service_date
    assert errors(made) == []
    interim = edi.convert(
        claim("facility", {"/type_of_bill": "0132"}), to="professional", answers={"/ownership": "practice"}
    )
    assert row(interim, "needed", "/frequency").why


# ---------------------------------------------------------------- payers


def test_medicare_changes_its_part() -> None:
    found = edi.convert(claim("professional"), to="facility")
    assert found.claims[0].coverages[0].claim_filing == "MA"
    assert "Part A" in row(found, "changed", "/coverages/0/claim_filing").why
    contractor = Settings(
        facility_billing=BillingSide(
            medicare_contractor=claim("facility").coverages[0].payer, billing_provider=None
        )
    )
    named = edi.convert(claim("professional"), to="facility", settings=contractor)
    assert named.claims[0].coverages[0].payer == claim("facility").coverages[0].payer


def test_why_medicare_is_second_is_a_value_code_and_comes_back() -> None:
    given = claim("secondary-professional")
    found = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    made = found.claims[0]
    index = given.bill_to or 0
    reason = given.coverages[index].secondary_reason
    assert [v.code for v in made.value_codes] == [reason]
    paid = next(c.adjudication.paid for c in given.coverages if c.adjudication is not None)
    assert made.value_codes[0].amount == paid
    assert found.complete and errors(made) == []
    back = edi.convert(made, to="professional", answers=TO_OFFICE)
    assert back.claims[0].coverages[index].secondary_reason == reason
    assert back.complete and errors(back.claims[0]) == []


def test_decisions_of_other_payers_are_renumbered_and_divided() -> None:
    given = claim("secondary-professional")
    first = {**VISIT, "charge": "100.00"}
    lines = [first, *given.lines]
    split = pointer.replace(given, "/lines", lines)
    at = next(i for i, c in enumerate(given.coverages) if c.adjudication is not None)
    decision = given.coverages[at].adjudication
    assert decision is not None
    paid = [Decimal("40.00"), Decimal("60.00"), Decimal("300.00")]
    body = {
        "paid": "400.00",
        "paid_date": "2026-04-01",
        "lines": [
            {"line": n, "paid": str(amount), "paid_date": "2026-04-01"} for n, amount in enumerate(paid, 1)
        ],
    }
    split = pointer.replace(split, f"/coverages/{at}/adjudication", body)
    found = edi.convert(split, to="facility", answers=TO_HOSPITAL)
    facility, professional = found.claims
    one, two = facility.coverages[at].adjudication, professional.coverages[at].adjudication
    assert one is not None and two is not None
    assert [(d.line, d.paid) for d in one.lines] == [(1, paid[1]), (2, paid[2])] and one.paid == paid[
        1
    ] + paid[2]
    assert [(d.line, d.paid) for d in two.lines] == [(1, paid[0])] and two.paid == paid[0]
    assert row(found, "changed", f"/coverages/{at}/adjudication/lines/1/line").why


def test_a_decision_on_the_whole_claim_cannot_be_divided() -> None:
    given = claim("secondary-professional")
    at = next(i for i, c in enumerate(given.coverages) if c.adjudication is not None)
    whole = pointer.replace(given, f"/coverages/{at}/adjudication/lines", [])
    split = pointer.replace(whole, "/lines/-", VISIT)
    found = edi.convert(split, to="facility", answers=TO_HOSPITAL)
    path = f"/coverages/{at}/adjudication/paid"
    assert {r.setting for r in found.not_carried if r.target == path} == {"facility", "professional"}


# ---------------------------------------------------------------- what is carried along


def test_segments_that_both_guides_know() -> None:
    kept = (
        Unmapped(address="2300/K3", text="K3*STATE TEXT"),
        Unmapped(address="2300/REF", text="REF*D9*TRACE"),
        Unmapped(address="2400[2]/REF", text="REF*9B*REPRICED"),
    )
    gone = (
        Unmapped(address="2300/CR1", text="CR1*LB*150****A*DH*10"),
        Unmapped(address="2400[1]/SV1/11", text="Y"),
        Unmapped(address="2310A/REF", text="REF*0B*X"),
    )
    given = pointer.replace(claim("professional"), "/unmapped", [*kept, *gone])
    found = edi.convert(given, to="facility", answers=TO_HOSPITAL)
    assert found.claims[0].unmapped == kept
    assert {r.source for r in found.not_carried if r.source.startswith("/unmapped")} == {
        "/unmapped/3", "/unmapped/4", "/unmapped/5",
    }  # fmt: skip
    first = pointer.replace(given, "/lines", [VISIT, *given.lines])
    facility, professional = edi.convert(first, to="facility", answers=TO_HOSPITAL).claims
    assert facility.unmapped[2].address == "2400[1]/REF"
    assert [u.address for u in professional.unmapped if u.address.startswith("2400")] == ["2400[1]/SV1/11"]


def test_values_that_could_not_be_read() -> None:
    given = claim("professional")
    unread = [
        Unread(path="/lines/1/service_date", text="20261399"),
        Unread(path="/patient_paid", text="x"),
    ]
    given = pointer.replace(given, "/lines/1/service_date", None)
    given = pointer.replace(given, "/unread", unread)
    found = edi.convert(given, to="facility")
    assert [u.path for u in found.claims[0].unread] == ["/lines/1/service_date"]
    assert row(found, "dropped", "/unread/1").why


# ---------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ({"/no_such_key": "1"}, "no_such_key"),
        ({"/place_of_service": "22"}, "has no place for /place_of_service"),
        ({"/lines/7/charge": "1"}, "the list has"),
        ({"/admission/date": "yesterday"}, "/admission/date"),
        ({"/ownership": "mine"}, "/ownership"),
    ],
)
def test_answers_that_cannot_be_used(answers: dict[str, Any], words: str) -> None:
    with pytest.raises(NotReadable, match=words):
        edi.convert(claim("professional"), to="facility", answers=answers)


def test_an_answer_that_copies_nothing_is_none() -> None:
    given = claim("professional", {"/rendering_provider": None})
    found = edi.convert(given, to="facility", answers={"/attending_provider": "@/rendering_provider"})
    assert "/attending_provider" in needed(found)


def test_an_answer_about_a_carried_value_is_told() -> None:
    found = edi.convert(claim("professional", {"/note": "OLD"}), to="facility", answers={"/note": "OTHER"})
    assert found.claims[0].note == "OTHER"
    assert "answered" in row(found, "changed", "/note").why


def test_a_claim_of_that_setting_comes_back() -> None:
    given = claim("facility")
    assert edi.convert(given, to="facility") == Conversion(claims=(given,))


def test_a_claim_without_a_setting_asks_for_it() -> None:
    found = edi.convert(Claim(claim_id="X"), to="facility")
    assert needed(found) == {"/setting"} and len(found.claims) == 1


def test_payer_rules_must_exist() -> None:
    with pytest.raises(UnknownPayer):
        edi.convert(claim("professional"), to="facility", payer="nobody")
    with pytest.raises(UnknownPayer):
        edi.convert(claim("professional", {"/payer_overlay": "nobody"}), to="facility")


def test_the_given_claim_is_not_changed() -> None:
    given, again = claim("secondary-professional"), claim("secondary-professional")
    edi.convert(given, to="facility", answers=TO_HOSPITAL)
    assert given == again


def test_the_biller_of_the_claim_may_be_the_facility() -> None:
    given = claim("professional")
    asked = edi.convert(given, to="facility")
    assert "@/billing_provider" in row(asked, "needed", "/billing_provider").enter
    answers = {**TO_HOSPITAL, "/billing_provider": "@/billing_provider"}
    done = edi.convert(given, to="facility", answers=answers)
    assert done.complete and done.claims[0].billing_provider == given.billing_provider
