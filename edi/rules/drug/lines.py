"""DRUG: drug lines that are missing, without a price, without words, or at odds with the record."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from edi.coding.given import NOT_CLASSIFIED
from edi.coding.timeline import Given
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, ON
from edi.rules.asks import box, first_day
from edi.rules.drug.facts import code_of, units_of
from edi.rules.drug.units import units_mistaken
from edi.rules.f15.lines import charge_problems

SHOWN = 4
"""Codes that a finding names at most."""


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
    by_line=True,
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
    ],
)
def drug_charge_unusable(case: Case) -> Iterator[Hit]:
    """A drug line has a charge; zero is valid for a drug that was not bought: a warning."""
    yield from charge_problems(case, drugs=True)


def _has_line(case: Case, given: Given, name: str) -> bool:
    """Whether a drug line of the claim stands for an administration, by its id or by the name of its drug."""
    codes = {row.code for row in case.lists.drugs_named(name, None)}
    for _, line in case.lines(kind="drug"):
        if given.id in line.administrations:
            return True
        if code_of(line) in codes:
            return True
    return False


@rule(
    "DRUG-ADMIN-001",
    "drug-without-line",
    message="administration {id} has no drug code, so the drug itself is not billed{known}",
    help="Write the drug code and its price, or say with patient_supplied that the drug was not bought.",
    source="rules catalogue B.4 (source article S2: the drug and its administration are billed together)",
    severity="warning",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/hcpcs": None},
        *(
            {"/administrations/-": {"id": "A2", "drug": drug, "start": "2026-03-03T10:30"}}
            for drug in ("ceftriaxone", "vancomycin", "rituximab", "trastuzumab", "study drug")
        ),
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
        {BASE: "coded-facility", "/services/3/hcpcs": "96415"},
        {
            BASE: "coded-professional",
            "/administrations/0/hcpcs": None,
            "/services/1/administrations": ["A1"],
            "/administrations/0/drug": "study drug",
        },
    ],
)
def drug_without_line(case: Case) -> Iterator[Hit]:
    """Who buys a drug bills it; an administration alone leaves the drug unpaid.

    Plain fluids, diluents and flushes are left alone.
    """
    for given in case.timeline.given:
        if given.source.hcpcs or given.source.patient_supplied or given.excluded is not None:
            continue
        name = given.source.drug
        if given.klass == "hydration" or not name or _has_line(case, given, name):
            continue
        yield Hit(f"/administrations/{given.index}/hcpcs", id=given.id, known=_known_codes(case, name))


def _known_codes(case: Case, name: str) -> str:
    """What the drug table has for a charted name; the choice stays with who knows the product."""
    named = case.lists.drugs_named(name, first_day(case.claim))
    codes = [d.code for d in named if d.replaced_by is None]
    if not codes:
        return ""
    more = f" and {len(codes) - SHOWN} more" if len(codes) > SHOWN else ""
    return f"; for {name} the drug table has {', '.join(codes[:SHOWN])}{more}"


@rule(
    "DRUG-NOC-001",
    "unlisted-drug-without-words",
    message="line {line} bills {hcpcs}, a code for drugs that have none of their own, and does not name the "
    "drug",
    help="Write name, dose and route of the drug as the description of the line, or in the note of the "
    "claim.",
    source="005010X222A1, SV101-7; 005010X223A2, SV202-7; CMS Pub. 100-04 ch. 26 (item 19); UB-04 FL 80",
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
    ],
    keeps=[
        {"/lines/1/hcpcs": "J3490", "/lines/1/description": "SAMPLE DRUG 200 MG IV"},
        {"/lines/1/hcpcs": "J9999", "/note": "SAMPLE DRUG 200 MG IV"},
        {"/lines/1/hcpcs": "J1756"},
    ],
)
def unlisted_without_words(case: Case) -> Iterator[Hit]:
    """A code that stands for many drugs is read together with the name of this one."""
    if case.claim.note:
        return
    for i, line in case.lines(*NOT_CLASSIFIED):
        if not line.description:
            yield Hit(f"/lines/{i}/description", line=i + 1, hcpcs=code_of(line))


@rule(
    "DRUG-UNIT-001",
    "drug-units-differ-from-dose",
    message="line {line}: {hcpcs} is billed with {stated} units, the documented dose makes {due}",
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
        {"/services": [{"hcpcs": "J1756"}], "/services/0/units": "0"},
        {"/administrations/0/hcpcs": None, BASE: "pushes-facility"},
        {"/administrations/0/hcpcs": None, BASE: "pushes-facility", "/services/4/units": "0"},
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
        {"/administrations/0/start": "09:00", BASE: "pushes-facility"},
    ],
)
def units_differ_from_dose(case: Case) -> Iterator[Hit]:
    """The units of a drug code on a day are those of its documented doses.

    Judged where the record holds a dose for every administration of the code; lines with JW stand for waste.
    Units that count milligrams, millilitres or vials are DRUG-UNIT-002.
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
        if "JW" not in line.modifiers and line.units is not None:
            billed.setdefault((code_of(line), line.service_date), []).append(i)
    for drug_day, indexes in billed.items():
        expected = supported.get(drug_day)
        actual = sum((units_of(case.claim.lines[i]) for i in indexes), Decimal(0))
        if expected is not None and actual != expected and units_mistaken(case, drug_day) is None:
            yield Hit(
                f"/lines/{indexes[-1]}/units",
                line=indexes[-1] + 1,
                hcpcs=drug_day[0],
                expected=f"{expected.normalize():f}",
                actual=f"{actual.normalize():f}",
                due=f"{expected.normalize():f}",
                stated=f"{actual.normalize():f}",
            )


@rule(
    "P61",
    "description-too-long",
    message="the description of line {line} has {count} characters; 80 can be sent",
    help="Shorten it to name, strength, dose and route.",
    source="005010X222A1, SV101-7 (at most 80 characters); 005010X223A2, SV202-7",
    severity="error",
    given=("lines.description",),
    snip=1,
    also=("I45", "SNIP1-002"),
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
