"""Bills as practices and hospitals send them, in which nothing is wrong or nothing is certain.

Words in the note of a line, claims that were split by their amount, two specialties on one day, fees beside
the hospital's own lines, and courses of a month were found at fault.
"""

from pathlib import Path

import edi

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "x12"
OFFICE = "office-visit-25.837"
NOTE = "NTE*ADD*CEFTRIAXONE 1 G IV"


def segments(name: str) -> list[str]:
    text = (SAMPLES / name).read_text(encoding="ascii").replace("\n", "")
    return [one for one in text.split("~") if one]


def said(rule: str, found: list[str], tmp_path: Path) -> list[str]:
    """Severities of a rule on a file of these segments, which are counted anew."""
    first = next(i for i, one in enumerate(found) if one.startswith("ST*"))
    last = next(i for i, one in enumerate(found) if one.startswith("SE*"))
    counted = [*found[:last], f"SE*{last - first + 1}*0001", *found[last + 1 :]]
    path = tmp_path / "bills.837"
    path.write_text("~\n".join(counted) + "~\n", encoding="ascii")
    return [one.severity for one in edi.check([str(path)]).findings if one.rule == rule]


def changed(found: list[str], old: str, *new: str) -> list[str]:
    """The segments with others in the place of the first that begins so."""
    at = next(i for i, one in enumerate(found) if one.startswith(old))
    return [*found[:at], *new, *found[at + 1 :]]


def test_words_in_the_note_of_a_line_name_a_drug(tmp_path: Path) -> None:
    office = changed(segments(OFFICE), "SV1*HC:J0696", "SV1*HC:J3490*26*UN*1***1")
    at = office.index("SV1*HC:J3490*26*UN*1***1") + 2
    noted = [*office[:at], NOTE, *office[at:]]
    assert said("DRUG-NOC-001", office, tmp_path) == ["error"]
    assert said("DRUG-NOC-001", noted, tmp_path) == []
    medicare = changed(noted, "SBR*", "SBR*P*18*******MB")
    assert said("DRUG-NOC-001", medicare, tmp_path) == ["warning"]


def test_words_in_the_note_of_a_line_say_what_was_done(tmp_path: Path) -> None:
    office = changed(segments(OFFICE), "SV1*HC:96365", "SV1*HC:96379*190*UN*1***1")
    at = office.index("SV1*HC:96379*190*UN*1***1") + 2
    noted = [*office[:at], NOTE, *office[at:]]
    assert said("LINE-DESC-002", office, tmp_path) == ["error"]
    assert said("LINE-DESC-002", noted, tmp_path) == []
    assert said("LINE-DESC-002", changed(noted, "SBR*", "SBR*P*18*******MB"), tmp_path) == ["warning"]


def test_the_other_part_of_a_split_claim_gives_the_drug(tmp_path: Path) -> None:
    office = segments(OFFICE)
    first = next(i for i, one in enumerate(office) if one.startswith("CLM*"))
    drug = next(i for i, one in enumerate(office) if one.startswith("LX*3"))
    last = next(i for i, one in enumerate(office) if one.startswith("SE*"))
    head = next(i for i, one in enumerate(office) if one.startswith("LX*1"))
    rest = changed(office[first:head] + office[drug:last], "CLM*", "CLM*PART-2*26***11:B:1*Y*A*Y*Y")
    rest = changed(rest, "LX*3", "LX*1")
    alone = [*office[:first], *rest, *office[last:]]
    assert said("DRUG-ADMIN-002", alone, tmp_path) == ["warning"]
    assert said("DRUG-ADMIN-002", [*office[:last], *rest, *office[last:]], tmp_path) == []
    another_day = changed(rest, "DTP*472", "DTP*472*D8*20260128")
    assert said("DRUG-ADMIN-002", [*office[:last], *another_day, *office[last:]], tmp_path) == ["warning"]
    told = changed(rest, "SV1*", "SV1*HC:J0696:76:JZ*26*UN*4***1")
    at = next(i for i, one in enumerate(told) if one.startswith("DTP*472")) + 1
    noted = [*office[:first], *told[:at], "NTE*ADD*CLAIM 2 OF 2", *told[at:], *office[last:]]
    assert said("DRUG-ADMIN-002", noted, tmp_path) == []


def test_a_pharmacy_gives_no_drug(tmp_path: Path) -> None:
    office = changed(segments(OFFICE), "PRV*BI", "PRV*BI*PXC*3336H0001X")
    first = next(i for i, one in enumerate(office) if one.startswith("LX*1"))
    drug = next(i for i, one in enumerate(office) if one.startswith("LX*3"))
    dispensed = changed([*office[:first], *office[drug:]], "LX*3", "LX*1")
    assert said("DRUG-ADMIN-002", dispensed, tmp_path) == []
    practice = changed(dispensed, "PRV*BI", "PRV*BI*PXC*207RI0200X")
    assert said("DRUG-ADMIN-002", practice, tmp_path) == ["warning"]


def test_two_specialties_see_a_patient_on_one_day(tmp_path: Path) -> None:
    office = changed(segments(OFFICE), "SV1*HC:99213", "SV1*HC:99213*145*UN*1***2")
    at = next(i for i, one in enumerate(office) if one.startswith("DTP*472")) + 1
    for taxonomy, severity in (("207RC0000X", "info"), ("207RI0200X", "error")):
        other = ["NM1*82*1*Hollowell*Ines****XX*2990000137", f"PRV*PE*PXC*{taxonomy}"]
        visit = [*office[:at], *other, *office[at:]]
        assert said("MOD-25-001", visit, tmp_path) == [severity]
        injection = changed(visit, "SV1*HC:99213", "SV1*HC:96372*45*UN*1***2")
        expected = "info" if severity == "info" else "warning"
        assert said("INF-PUSH-005", injection, tmp_path) == [expected]
        nurse = changed(visit, "SV1*HC:99213", "SV1*HC:99211*45*UN*1***2")
        assert said("INF-ENC-004", nurse, tmp_path) == [severity]


def hospital(*lines: str) -> list[str]:
    """A bill of a hospital with these lines: SV2 and day."""
    found = segments("biologic-medicare.837")
    first = next(i for i, one in enumerate(found) if one.startswith("LX*1"))
    last = next(i for i, one in enumerate(found) if one.startswith("SE*"))
    made = []
    for number, line in enumerate(lines, 1):
        service, day = line.split("@")
        made += [f"LX*{number}", service, f"DTP*472*D8*{day}"]
    return [*found[:first], *made, *found[last:]]


def test_the_fee_of_the_practitioner_is_no_second_visit(tmp_path: Path) -> None:
    infusion, visit = "SV2*0260*HC:96365*300*UN*1@20260310", "SV2*0510*HC:G0463:25*150*UN*1@20260310"
    for revenue, severities in (("0983", []), ("0510", ["warning"])):
        other = f"SV2*{revenue}*HC:99213:25*150*UN*1@20260310"
        bill = changed(hospital(infusion, visit, other), "CLM*", "CLM*METHOD-2*600***85:A:1**A*Y*Y")
        assert said("INF-ENC-003", bill, tmp_path) == severities


def test_a_course_of_a_month_spans_other_visits(tmp_path: Path) -> None:
    days = ("20260303", "20260324")
    course = hospital(*(f"SV2*0335*HC:96413*500*UN*1@{day}" for day in days))
    course = changed(course, "DTP*434", "DTP*434*RD8*20260303-20260324")
    last = next(i for i, one in enumerate(course) if one.startswith("SE*"))
    visit = hospital("SV2*0450*HC:99284:25*700*UN*1@20260312", "SV2*0260*HC:96374*200*UN*1@20260312")
    visit = changed(visit, "DTP*434", "DTP*434*RD8*20260312-20260312")
    visit = changed(visit, "CLM*", "CLM*VISIT-2*900***13:A:1**A*Y*Y")
    first = next(i for i, one in enumerate(visit) if one.startswith("CLM*"))
    end = next(i for i, one in enumerate(visit) if one.startswith("SE*"))
    both = [*course[:last], *visit[first:end], *course[last:]]
    assert said("FAC-DATE-005", both, tmp_path) == []
    apart = changed(both, "SV2*0335*HC:96413", "SV2*0300*HC:36415*20*UN*1")
    assert said("FAC-DATE-005", apart, tmp_path) == ["warning"]
    still = changed(course, "CL1*", "CL1*3*1*30")
    assert said("FAC-ADM-004", still, tmp_path) == []


def test_a_hospital_charges_each_dose_by_itself(tmp_path: Path) -> None:
    dose, push = "SV2*0636*HC:J2270*20*UN*1@20260310", "SV2*0260*HC:96376*50*UN*1@20260310"
    assert said("PRO-DUP-001", hospital(dose, dose), tmp_path) == ["warning"]
    assert said("PRO-DUP-001", hospital(push, push), tmp_path) == ["error"]
