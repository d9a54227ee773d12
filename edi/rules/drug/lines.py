"""DRUG: drug lines that are missing, without a price, without words, or at odds with the record."""

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from edi.coding.given import NOT_CLASSIFIED
from edi.coding.timeline import Given
from edi.finding import Severity
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, ON, code_of, coded_lines, medicare
from edi.rules.asks import IN_LINE_NOTE, box, count_of, day_one, line_notes
from edi.rules.drug.facts import (
    administrations_of,
    drug_lines,
    is_administration,
    pays_drugs_apart,
    units_of,
)
from edi.rules.drug.units import units_mistaken
from edi.rules.f15.lines import charge_problems
from edi.rules.inf.linking import family_lines

SHOWN = 4
"""Codes that a finding names at most."""
_NO_DRUG = ("96360", "96361", "96521", "96522", "96523")
"""Codes of the family that may stand without a drug: hydration, and care of pumps and ports."""
_DRUGLIKE = (*"ACGJPQS", "90")
"""First characters of codes that stand for drugs, blood products, fluids and vaccines."""
_PHARMACY = ("025", "063")
"""Beginnings of revenue codes of drugs."""
_LINE = {"units": 1, "charge": "20.00", "service_date": "2026-03-03"}


def _segment(number: int, words: str, kind: str = "ADD") -> dict[str, str]:
    """A note on the line of this number, from 1, as it lies in the claim."""
    return {"address": f"2400[{number}]/NTE", "text": f"NTE*{kind}*{words}"}


def _note(number: int, words: str, kind: str = "ADD") -> dict[str, list[dict[str, str]]]:
    """An example whose line of this number has a note."""
    return {"/unmapped": [_segment(number, words, kind)]}


@rule(
    "DRUG-CHG-001",
    "drug-charge-unusable",
    message="line {line} (drug {hcpcs}) {problem} ({box})",
    help="Write the charge, or the price of the code in the record's fee schedule. Where the patient or a "
    "pharmacy "
    "supplied the drug, say so with patient_supplied.",
    source="005010X222A1, 2400 SV102 (required); 005010X223A2, 2400 SV203 (required); rules catalogue 0.5 "
    "no. 28",
    severity="error",
    sees="line",
    snip=2,
    also=("F15-24F-001", "P62", "I46"),
    breaks=[
        {"/lines/1/charge": None},
        {"/lines/1/charge": "0.00"},
        {"/lines/1/charge": "-2.00"},
        {ON: "encounter", "/administrations/0/dose": None, "/charges": {}},
    ],
    keeps=[
        {"/lines/1/charge": "0.01"},
        {ON: "encounter", "/administrations/0/dose": None},
        {ON: "encounter", BASE: "coded-professional", "/services/1/units": "0"},
    ],
)
def drug_charge_unusable(case: Case) -> Iterator[Hit]:
    """A drug line has a charge; zero is valid for a drug that was not bought: a warning."""
    yield from charge_problems(case, drugs=True)


def _has_line(case: Case, given: Given) -> bool:
    """Whether a line of the claim stands for the drug of an administration.

    By the id that it names, by code and day, or by the name of the drug; the code need not be in the drug
    table. Lines that bill the giving name the same ids.
    """
    codes = {row.code for row in case.lists.drugs_named(given.source.drug or "", None)}
    return any(
        code in codes or (not is_administration(line) and given in administrations_of(case, line))
        for _, line, code in coded_lines(case)
    )


@rule(
    "DRUG-ADMIN-001",
    "drug-without-line",
    message="{what}, so the drug itself is not billed{known}",
    help="Bill the drug by its code and price. Nothing to do where it was not bought: in a record "
    "patient_supplied says so.",
    source="rules catalogue B.4 (source article S2: the drug and its administration are billed together)",
    severity="warning",
    snip=6,
    sees="codes",
    on="encounter",
    breaks=[
        {"/administrations/0/hcpcs": None},
        *(
            {"/administrations/-": {"id": "A2", "drug": drug, "start": "2026-03-03T10:30"}}
            for drug in ("ceftriaxone", "vancomycin", "rituximab", "trastuzumab", "study drug")
        ),
        {BASE: "coded-professional", "/services/1": None},
        {BASE: "coded-facility", "/services/2": None},
        {BASE: "coded-facility", "/services/3/hcpcs": "96415"},
        {BASE: "coded-facility", "/services/2": None, "/administrations/0/hcpcs": None},
        {BASE: "coded-professional", "/services/1": None, "/administrations/0/drug": None},
        {BASE: "coded-professional", "/services/1": None, "/services/0/administrations": ["A1"]},
        {
            BASE: "coded-facility",
            "/services/2": {**_LINE, "revenue_code": "0270"},
            "/administrations/0/hcpcs": None,
        },
        {BASE: "coded-facility", "/administrations/1/hcpcs": None, "/administrations/1/drug": "ceftriaxone"},
        {ON: "claim", BASE: "facility", "/lines/1/hcpcs": None, "/lines/1/revenue_code": None},
        {ON: "claim", "/lines/1": None},
        {ON: "claim", "/lines/1": None, "/lines/0/hcpcs": "96372"},
        {ON: "claim", "/lines/1": None, "/lines/-": {**_LINE, "hcpcs": "36591"}},
        {ON: "claim", "/lines/1": None, BASE: "facility"},
        {ON: "claim", "/lines/1/hcpcs": None, "/lines/1/revenue_code": "0270", BASE: "facility"},
        {ON: "claim", "/lines/1/hcpcs": "96360", "/lines/1/kind": None},
        {
            "/administrations/0/hcpcs": None,
            "/administrations/0/category": "hydration",
            "/administrations/-": {"id": "A2", "drug": "ceftriaxone", "start": "2026-03-03T10:30"},
        },
        {
            "/administrations/0/hcpcs": None,
            "/administrations/-": {"id": "A2", "drug": "Venofer", "start": "2026-03-03T09:00"},
        },
    ],
    keeps=[
        {"/administrations/0/hcpcs": None, "/administrations/0/patient_supplied": True},
        {"/administrations/0/hcpcs": None, "/administrations/0/category": "hydration"},
        {"/administrations/-": {"id": "A2", "drug": "saline", "diluent_of": "A1"}},
        {"/administrations/0/hcpcs": None, "/administrations/0/start": ""},
        {"/administrations/0/hcpcs": None, "/administrations/0/drug": None},
        {"/administrations/0/hcpcs": None, BASE: "coded-facility"},
        {BASE: "coded-professional", "/administrations/0/hcpcs": "J2802", "/services/1/hcpcs": "J2802"},
        {BASE: "coded-facility", "/administrations/0/hcpcs": "J2802", "/services/2/hcpcs": "J2802"},
        {
            BASE: "coded-professional",
            "/administrations/0/hcpcs": None,
            "/administrations/0/drug": "study drug",
            "/services/1": {**_LINE, "hcpcs": "C9399", "administrations": ["A1"]},
        },
        {BASE: "coded-professional", "/services/1/service_date": "2026-03-02"},
        {BASE: "coded-professional", "/administrations/0/drug": None},
        {
            BASE: "coded-professional",
            "/administrations/0/hcpcs": None,
            "/services/1/administrations": ["A1"],
            "/administrations/0/drug": "study drug",
        },
        {BASE: "coded-professional", "/services/1": None, "/administrations/0/patient_supplied": True},
        {BASE: "coded-professional", "/services/1/hcpcs": "J1439"},
        {BASE: "coded-facility", "/services/2": {**_LINE, "revenue_code": "0250"}},
        {ON: "claim", "/lines/1": None, "/lines/0/hcpcs": "96360"},
        {ON: "claim", "/lines/1": None, "/lines/0/hcpcs": "96361"},
        {ON: "claim", "/lines/1": None, "/lines/0/hcpcs": "96521"},
        {ON: "claim", "/lines/1": None, "/lines/0/hcpcs": "96522"},
        {ON: "claim", "/lines/1": None, "/lines/0/hcpcs": "96523"},
        {ON: "claim", "/lines/1": None, "/lines/0/units": "0"},
        {ON: "claim", "/lines/1/hcpcs": "P9047", "/lines/1/kind": None},
        {ON: "claim", "/lines/1/hcpcs": "90471", "/lines/1/kind": None},
        {ON: "claim", "/lines/1": None, "/place_of_service": "22"},
        {ON: "claim", "/lines/1/hcpcs": None, "/lines/1/revenue_code": "0636", BASE: "facility"},
        {ON: "claim", "/lines/1": None, "/type_of_bill": "0111", BASE: "facility"},
    ],
)
def drug_without_line(case: Case) -> Iterator[Hit]:
    """Who buys a drug bills it; an administration alone leaves the drug unpaid.

    Plain fluids, diluents and flushes are left alone. With a record each drug is looked for among the lines;
    a drug line that is left over may stand for it (DRUG-MATCH-001). Without one a claim is named, once, that
    bills giving a drug where its provider buys drugs, and no drug or vaccine at all.
    """
    if case.assembled is None:
        yield from _no_drug_at_all(case)
        return
    for given in case.timeline.given:
        source = given.source
        if source.patient_supplied or given.excluded is not None or given.klass == "hydration":
            continue
        named = source.hcpcs or source.drug
        if not named or _has_line(case, given) or _may_have_line(case, given):
            continue
        what = f"({named}) has no line" if source.hcpcs else "has no drug code"
        path, known = f"/administrations/{given.index}/hcpcs", _known_codes(case, named)
        yield Hit(path, what=f"administration {given.id} {what}", known=known)


def _may_have_line(case: Case, given: Given) -> bool:
    """Whether a drug line that stands for nothing else may bill a coded drug."""
    if not given.source.hcpcs:
        return False
    if any(not administrations_of(case, line) for _, line, _ in drug_lines(case)):
        return True
    return _uncoded_drugs(case)


def _uncoded_drugs(case: Case) -> bool:
    """Whether a hospital bills drugs by revenue code alone."""
    return any(
        not line.hcpcs and (line.revenue_code or "").startswith(_PHARMACY) for line in case.claim.lines
    )


def _no_drug_at_all(case: Case) -> Iterator[Hit]:
    """The first line that bills giving a drug on a claim without any drug."""
    if any(code.startswith(_DRUGLIKE) for _, _, code in coded_lines(case)) or _uncoded_drugs(case):
        return
    for i, line, code in family_lines(case):
        if code not in _NO_DRUG and pays_drugs_apart(case, line):
            yield Hit(f"/lines/{i}/hcpcs", what=f"line {i + 1} ({code}) stands beside no drug line", known="")
            return


def _known_codes(case: Case, name: str) -> str:
    """What the drug table has for a charted name; the choice stays with who knows the product."""
    named = case.lists.drugs_named(name, day_one(case))
    codes = [d.code for d in named if d.replaced_by is None]
    if not codes:
        return ""
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    return f"; for {name} the drug table has {', '.join(codes[:SHOWN])}{more}"


@rule(
    "DRUG-NOC-001",
    "unlisted-drug-without-words",
    message="line {line} bills {hcpcs}, a code for drugs that have none of their own, and {problem}",
    help="Write name, dose and route of the drug as the description of the line, or in the note of the "
    "claim, and its NDC.",
    source="005010X222A1, SV101-7 and 2400 NTE; 005010X223A2, SV202-7; CMS Pub. 100-04 ch. 26 (item 19); "
    "UB-04 FL 80",
    severity="error",
    snip=4,
    also=("P61", "I45", "F15-19-001"),
    codes=NOT_CLASSIFIED,
    breaks=[
        {"/lines/1/hcpcs": "J3490"},
        {"/lines/1/hcpcs": "C9399"},
        {"/lines/1/hcpcs": "J9999"},
        {"/lines/1/hcpcs": "J3590"},
        {"/lines/1/hcpcs": "J3490", "/lines/0/hcpcs": "C9399"},
        {"/lines/1/hcpcs": "J3490", "/lines/1/description": "SAMPLE DRUG"},
        {"/lines/1/hcpcs": "J3490", "/lines/1/description": "SAMPLE DRUG IV"},
        {"/lines/1/hcpcs": "J3490", "/note": "SAMPLE DRUG 200 MG"},
        {"/lines/1/hcpcs": "J3490", "/lines/1/ndc": None, "/note": "SAMPLE DRUG 200 MG IV"},
        {"/lines/1/hcpcs": "J3490", **_note(2, "SAMPLE DRUG 200 MG IV")},
        {"/lines/1/hcpcs": "J3490", **_note(2, "SAMPLE DRUG"), "/coverages/0/claim_filing": "CI"},
        {"/lines/1/hcpcs": "J3490", **_note(1, "SAMPLE DRUG 200 MG IV")},
        {"/lines/1/hcpcs": "J3490", **_note(2, "SAMPLE DRUG 200 MG IV", "TPO")},
        {
            "/lines/1/hcpcs": "J3490",
            "/unmapped": [{"address": "2300/NTE", "text": "NTE*CER*SAMPLE DRUG 200 MG IV"}],
        },
        {"/lines/0/hcpcs": "J9999", "/lines/0/description": "DRUG 1 MG IM", "/lines/1/hcpcs": "C9399"},
        {
            "/lines/0/hcpcs": "J9999",
            "/lines/0/description": "DRUG 1 MG IM 99999-0101-01",
            "/lines/1/hcpcs": "C9399",
        },
    ],
    keeps=[
        {"/lines/1/hcpcs": "J3490", "/lines/1/description": "SAMPLE DRUG 200 MG IV"},
        {"/lines/1/hcpcs": "J3490", "/lines/1/description": "SAMPLE DRUG 0.5mg", "/note": "SUBCUT"},
        {"/lines/1/hcpcs": "J3490", "/lines/1/description": "DRUG 1 MG IV 99999-0101-01"},
        {"/lines/1/hcpcs": "J3490", "/lines/1/ndc": None, "/note": "DRUG 2 ML IM N499999010101"},
        {"/lines/1/hcpcs": "J9999", "/note": "SAMPLE DRUG 200 MG IV"},
        {
            "/lines/1/hcpcs": "J9999",
            **_note(2, "SAMPLE DRUG 200 MG IV"),
            "/coverages/0/claim_filing": "CI",
        },
        {
            "/lines/1/hcpcs": "J9999",
            "/unmapped": [_segment(2, "SAMPLE DRUG"), _segment(2, "200 MG IV")],
            "/coverages/0/claim_filing": "CI",
        },
        {"/lines/1/hcpcs": "J9999", "/note": "SAMPLE DRUG 200 MG IV", **_note(2, "ONE VIAL")},
        {
            "/lines/1/hcpcs": "J9999",
            "/lines/1/description": "SAMPLE DRUG 200 MG IV",
            **_note(2, "ONE VIAL"),
        },
        {"/lines/1/hcpcs": "J1756"},
    ],
)
def unlisted_without_words(case: Case) -> Iterator[Hit]:
    """A code that stands for many drugs is read together with the name of this one.

    Words that lack dose, route or NDC are a warning, because a payer may understand them all the same; so
    are words for Medicare that stand in the note of the line alone.
    """
    for i, line in case.lines(*NOT_CLASSIFIED):
        note = line_notes(case).get(i, "")
        words = f"{line.description or ''} {case.claim.note or ''} {note}"
        lack = [what for what, form in _TOLD.items() if not form.search(words)]
        if line.ndc and "NDC" in lack:
            lack.remove("NDC")
        if not words.strip():
            severity: Severity | None = None
            problem = "does not name the drug"
        elif lack:
            severity, problem = "warning", f"its words do not tell the {' and the '.join(lack)}"
        elif medicare(case) and not line.description and not case.claim.note:
            severity, problem = "warning", IN_LINE_NOTE
        else:
            continue
        path = f"/lines/{i}/description"
        yield Hit(path, severity=severity, line=i + 1, hcpcs=code_of(line), problem=problem)


_TOLD = {
    "dose": re.compile(r"\d\s*(mc?g|grams?|gm?|ml|iu|units?|m?eq|mmol|million|%)(?![a-z])", re.IGNORECASE),
    "route": re.compile(
        r"\b(i[vmdat]|s[cq]|sub-?\s?(q|cut)|intra|under the skin|po|oral|by mouth|topical|inhal|eye|rectal)",
        re.IGNORECASE,
    ),
    "NDC": re.compile(r"\d{11}|\d{4,5}-\d{3,4}-\d{1,2}"),
}
"""How the words for a drug without a code tell its dose, route and product."""


@rule(
    "DRUG-UNIT-001",
    "drug-units-differ-from-dose",
    message="line {line}: {hcpcs} is billed with {stated}, the documented dose makes {due}",
    help="Bill each dose in units of the code, a started unit counting as a whole one; waste goes on a "
    "line with JW.",
    source="HCPCS (billing units of drug codes); CMS Pub. 100-04 ch. 17 §40; rules catalogue B.3",
    severity="error",
    snip=6,
    also=("F15-24G-001",),
    needs=("record",),
    on="encounter",
    breaks=[
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "J1756", "modifiers": ["JZ"], "units": 199, "charge": "398"}],
        },
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "J1756", "modifiers": ["JZ"], "units": 201, "charge": "402"}],
        },
        {"/services": [{"hcpcs": "J1756", "units": 100, "charge": "200"}]},
        {"/administrations/0/hcpcs": None, BASE: "pushes-facility"},
        {"/administrations/0/hcpcs": None, BASE: "pushes-facility", "/services/4/units": "0"},
        {BASE: "pushes-facility", "/services/3/units": "0", "/services/4/units": 5},
        {BASE: "pushes-facility", "/services/3/units": 3, "/services/4/units": 5},
        {"/services": [{"hcpcs": "J1756", "units": 1}], "/administrations/0/containers/0/count": 2},
    ],
    keeps=[
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "J1756", "modifiers": ["JZ"], "units": 200, "charge": "400"}],
        },
        {
            "/coding": "as_coded",
            "/services": [
                {"hcpcs": "J1756", "units": 180, "charge": "360"},
                {"hcpcs": "J1756", "modifiers": ["JW"], "units": 20, "charge": "40"},
            ],
            "/administrations/0/dose/value": "180",
        },
        {"/coding": "as_coded", "/services": [{"hcpcs": "J2405", "units": 4, "charge": "12"}]},
        {"/administrations/0/hcpcs": None},
        {"/administrations/0/start": "09:00"},
        {"/services": [{"hcpcs": "J1756"}], "/services/0/units": 1},
        {
            "/services": [{"hcpcs": "J3490", "units": 1}],
            "/administrations/0/hcpcs": "J3490",
            BASE: "professional",
        },
        {"/services": [{"hcpcs": "J1756"}]},
        {"/services": [{"hcpcs": "J1756"}], "/services/0/units": "0"},
        {"/services": [{"hcpcs": "J1756", "units": 100}, {"hcpcs": "J1756", "units": "0"}]},
        {"/services": [{"hcpcs": "J1756"}, {"hcpcs": "J1756", "units": 100}]},
        {"/administrations/0/start": "09:00", BASE: "pushes-facility"},
    ],
)
def units_differ_from_dose(case: Case) -> Iterator[Hit]:
    """The units of a drug code on a day are those of its documented doses.

    Judged where the record holds a dose for every administration of the code, and every line its units;
    lines with JW stand for waste. Units that count milligrams, millilitres or vials are DRUG-UNIT-002.
    """
    supported: dict[tuple[str, date | None], Decimal | None] = {}
    dosing = {d.administration: d for d in case.timeline.dosing}
    for given in case.timeline.given:
        if given.drug is None:
            continue
        key = (given.drug.code, given.service_date)
        counted = dosing.get(given.id)
        so_far = supported.get(key, Decimal(0))
        supported[key] = None if counted is None or so_far is None else so_far + counted.billed
    billed: dict[tuple[str, date | None], list[int]] = {}
    for i, line in case.lines(kind="drug"):
        if "JW" not in line.modifiers:
            billed.setdefault((code_of(line), line.service_date), []).append(i)
    for drug_day, indexes in billed.items():
        expected = supported.get(drug_day)
        stated = [units_of(case.claim.lines[i]) for i in indexes]
        if min(stated) <= 0:
            continue  # F15-24G-001 says so
        actual = sum(stated, Decimal(0))
        if expected is not None and actual != expected and units_mistaken(case, drug_day) is None:
            yield Hit(
                f"/lines/{indexes[-1]}/units",
                line=indexes[-1] + 1,
                hcpcs=drug_day[0],
                expected=f"{expected.normalize():f}",
                actual=f"{actual.normalize():f}",
                due=f"{expected.normalize():f}",
                stated=count_of(actual, "unit"),
            )


@rule(
    "LINE-DESC-001",
    "description-too-long",
    message="the description of line {line} has {count} characters; 80 can be sent",
    help="Shorten it to name, strength, dose and route.",
    source="005010X222A1, SV101-7 (at most 80 characters); 005010X223A2, SV202-7; rules catalogue P61",
    severity="error",
    given=("lines.description",),
    snip=1,
    also=("P61", "I45", "SNIP1-002"),
    breaks=[
        {"/lines/1/description": "X" * 81},
        {
            "/lines/1/description": "X" * 81,
            "/lines/0/description": "X" * 81,
        },
    ],
    keeps=[{"/lines/1/description": "X" * 80}],
)
def description_too_long(case: Case) -> Iterator[Hit]:
    """The words of a line have room for 80 characters."""
    for i, line in enumerate(case.claim.lines):
        if line.description and len(line.description) > 80:
            yield Hit(
                f"/lines/{i}/description", line=i + 1, count=len(line.description), box=box(case, "24", "43")
            )
