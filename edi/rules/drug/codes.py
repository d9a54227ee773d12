"""DRUG: drug codes that do not fit the date, the drug, the route, the diagnosis or the payer."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from edi.codes import icd10
from edi.coding.family import codes
from edi.coding.given import NOT_CLASSIFIED
from edi.finding import Severity
from edi.model.claim import ServiceLine, billed_coverage, effective_place_of_service
from edi.refdata import Drug, Lists
from edi.rules.about import BASE, CODES, ON, SISTER, code_of, coded_lines, codes_of_lines, medicare
from edi.rules.across import Across, Settled, Told
from edi.rules.asks import box, compact_codes, line_notes, missing_from
from edi.rules.base import Case, Hit, rule
from edi.rules.days import billed_by, by_day, lines_of
from edi.rules.drug.facts import administrations_of, drug_lines, is_drug, modifiers_of
from edi.rules.inf.linking import by_date

EDITION = date(2026, 1, 1)
"""From this service date on the codes of the drug table are known from published price files of 2026."""
SUPERSEDED_FROM = EDITION
"""From this service date on a code whose end is not known is doubted where its successor is published."""


_DATED = {"/lines/1/hcpcs": "J1300"}


def _drug_row(**columns: str) -> dict[str, list[object]]:
    """The row of J1300 in the drug table with other columns."""
    return {"hcpcs_drugs": ["2026-01-01", "2026-12-31", {"code": "J1300", "end": "2026-03-02", **columns}]}


@rule(
    "DRUG-HCPCS-DATE",
    "drug-code-not-in-force",
    message="line {line} bills {hcpcs} ({drug}), {problem} ({box})",
    help="Bill the code that is in force on the service date, in its own units.",
    source="HCPCS quarterly updates, where the drug table knows the dates; rules catalogue K27, 0.5 no. 15",
    severity="error",
    sees="line",
    snip=5,
    breaks=[
        {"/lines/1/hcpcs": "J1300"},
        {"/lines/1/hcpcs": "J1299", "/lines/1/service_date": "2025-03-31"},
        {"/lines/1/hcpcs": "J2919", "/lines/1/service_date": "2024-03-31"},
        {"/lines/1/hcpcs": "J3370"},
        {"/lines/1/hcpcs": "J3370", "/lines/0/kind": "drug"},
        {"/lines/1/hcpcs": "J3370", "/lines/1/service_date": "2026-01-01"},
        {"/lines/1/hcpcs": "J1300", "/lines/0": {"hcpcs": "J1756", "service_date": "2026-03-04"}},
        {"/lines/1/hcpcs": "J3370", "/lines/-": {"hcpcs": "J1300", "service_date": "2026-03-03"}},
        {"/lines/1/hcpcs": "J2920"},
        {"/lines/1/hcpcs": "Q5139"},
        {"/lines/1/hcpcs": "J3370", CODES: {"hcpcs": ["2026-01-01", "2026-12-31", "J1756"]}},
        {"/lines/1/hcpcs": "J3370", CODES: {"hcpcs": ["2025-01-01", "2025-12-31", "J1756"]}},
        {"/lines/1/hcpcs": "J1300", CODES: {"hcpcs": ["2026-01-01", "2026-12-31", "J1756"]}},
        {**_DATED, CODES: _drug_row(verify="start", replaced_by="")},
        {**_DATED, "/lines/1/service_date": "2026-02-28", CODES: _drug_row(start="2026-03-01")},
    ],
    keeps=[
        {"/lines/1/hcpcs": "J1300", "/lines/1/service_date": "2025-03-31"},
        {"/lines/1/hcpcs": "J1299", "/lines/1/service_date": "2025-04-01"},
        {"/lines/1/hcpcs": "J2919", "/lines/1/service_date": "2024-04-01"},
        {"/lines/1/hcpcs": "J3370", "/lines/1/service_date": "2025-12-31"},
        {"/lines/1/hcpcs": "J2310"},
        {"/lines/1/hcpcs": "J1300", "/lines/1/service_date": None},
        {"/lines/0/kind": "drug"},
        {"/lines/1/hcpcs": "J3370", "/lines/1/service_date": None},
        {"/lines/1/hcpcs": "J3370", CODES: {"hcpcs": ["2026-01-01", "2026-12-31", "J3370"]}},
        {**_DATED, CODES: _drug_row(end="2026-03-03")},
    ],
)
def not_in_force(case: Case) -> Iterator[Hit]:
    """Drug codes are replaced by others with another unit, so that old units are wrong as well.

    An error where the date that decides is known; where the end is not known, or has to be verified, and a
    successor is published, a warning. A HCPCS file of the user that has the code on the date settles it.
    """
    for i, line, code in drug_lines(case):
        found = _out_of_force(case.lists, code, line.service_date)
        if found is None:
            continue
        row, severity, problem = found
        yield Hit(
            f"/lines/{i}/hcpcs",
            severity=severity,
            line=i + 1,
            hcpcs=code,
            drug=row.drug,
            problem=problem,
            box=box(case, "24D", "44"),
            expected=row.replaced_by,
            actual=code,
        )


@lru_cache(maxsize=8192)
def _out_of_force(lists: Lists, code: str, day: date | None) -> tuple[Drug, Severity | None, str] | None:
    """Why a drug code is not the one to bill on a day, by which row; None where nothing speaks against it."""
    rows = lists.drug_rows(code)
    if day is None or not rows or lists.known("hcpcs", code, day):
        return None
    row = lists.drug(code, day)
    missing = missing_from(lists, "hcpcs", code, day)
    if missing is not None and missing[0] == "error":
        return rows[-1], None, f"which the list {missing[1]} that is loaded does not have on that day"
    if row is not None:
        if row.replaced_by is None or row.end is not None or day < SUPERSEDED_FROM:
            return None
        return row, "warning", f"which {row.replaced_by} replaces; the last day of {code} is not known here"
    row = rows[-1]
    severity: Severity | None = None
    if row.verify and ("end" in row.verify or "start" in row.verify):
        severity = "warning"
    if row.end is not None and day > row.end:
        after = f"; {row.replaced_by} took its place" if row.replaced_by else ""
        return row, severity, f"which ended with {row.end}{after}"
    return row, severity, f"which began on {row.start}"


_COMMON = frozenset(
    (
        *("acetate", "alfa", "calcium", "chloride", "dextrose", "disodium", "globulin", "hyaluronidase"),
        *("hydrochloride", "immune", "iron", "liquid", "normal", "saline", "sodium", "succinate", "sulfate"),
    )
)
"""Words that the names of two different drugs of the table share."""


def _words(names: tuple[str, ...]) -> frozenset[str]:
    """The words of names that tell drugs apart."""
    found = {word for name in names for word in re.findall(r"[a-z]{4,}", name.casefold())}
    return frozenset(found - _COMMON)


def _other_drug(case: Case, code: str, name: str) -> bool:
    """Whether a charted name is known and is surely not the drug of a code."""
    rows = case.lists.drug_rows(code)
    named = case.lists.drugs_named(name, None)
    if not rows or not named or code in {*NOT_CLASSIFIED, *(row.code for row in named)}:
        return False
    own = _words(tuple(text for row in rows for text in (*row.names, row.drug)))
    return own.isdisjoint(_words((name, *(text for row in named for text in row.names))))


_MISMATCH = {"/coding": "as_coded", "/services": [{"hcpcs": "J1439", "units": 200, "charge": "400"}]}


@rule(
    "DRUG-MATCH-001",
    "code-of-another-drug",
    message="{hcpcs} is billed ({where}), which is not the code of {name}",
    help="Correct the code, or the name in the record: {hcpcs} stands for another drug.".replace(
        "{hcpcs}", "the code"
    ),
    source="two source articles on 96365; HCPCS (drug of each code)",
    severity="error",
    snip=6,
    also=("DOC-DRUG-002",),
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/hcpcs": "J1439"},
        {"/administrations/0/drug": "ferric carboxymaltose"},
        {"/administrations/0/drug": "leuprolide acetate", "/administrations/0/hcpcs": "J0637"},
        {"/administrations/0/drug": "morphine sulfate", "/administrations/0/hcpcs": "J1580"},
        _MISMATCH,
        {
            **_MISMATCH,
            "/services/0/administrations": ["A1"],
            "/services/-": {"hcpcs": "J2405", "administrations": ["A1"]},
        },
        {"/services": [{"hcpcs": "J1439"}], "/administrations/0/hcpcs": None},
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "J2405"}, {"hcpcs": "J1439"}],
            "/administrations/-": {"id": "A2", "drug": "Injectafer"},
        },
        {
            "/administrations/0/hcpcs": "J1439",
            "/administrations/-": {
                "id": "A3",
                "drug": "normal saline",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
            },
        },
        {
            "/administrations/0/hcpcs": "J1439",
            "/administrations/-": {"id": "A2", "drug": "iron sucrose", "hcpcs": "J1439"},
        },
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "J1439"}],
            "/administrations/-": {"id": "A2", "drug": "iron", "start": "2026-03-03T09:00"},
        },
    ],
    keeps=[
        {},
        {"/administrations/0/drug": "Venofer"},
        {"/administrations/0/drug": "iron"},
        {"/administrations/0/drug": "sample drug"},
        {"/administrations/0/hcpcs": "J3490"},
        {"/administrations/0/drug": "heparin", "/administrations/0/hcpcs": "J1642"},
        {"/administrations/0/drug": "dextrose 5% in normal saline", "/administrations/0/hcpcs": "J7042"},
        {**_MISMATCH, "/services/0/hcpcs": "J1756"},
        {
            **_MISMATCH,
            "/administrations/-": {"id": "A2", "drug": "Injectafer", "route": "IV", "technique": "push"},
        },
        {"/coding": "as_coded", "/services": [{"hcpcs": "J1439"}], "/administrations/0/route": " "},
        {"/services": [{"hcpcs": "J1439"}]},
        {"/coding": "as_coded", "/administrations/0/drug": None},
        {"/administrations/0/drug": None},
        {"/coding": "as_coded", "/services": [{"hcpcs": "J1439"}], BASE: "two-sites-coded"},
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "J1439", "administrations": ["A1", "A2"]}],
            "/administrations/0/hcpcs": None,
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:00"},
        },
        {
            "/coding": "as_coded",
            "/services": [{"hcpcs": "J1439"}],
            "/administrations/0/patient_supplied": True,
            "/administrations/0/hcpcs": None,
        },
        {
            "/services": [{"hcpcs": "J1439"}],
            "/administrations/-": {"id": "A2", "drug": "iron"},
            "/services/0/administrations": ["A1", "A2"],
        },
        {"/administrations/0/hcpcs": "J1234"},
    ],
)
def code_of_another_drug(case: Case) -> Iterator[Hit]:
    """The code of the line and the drug of the record are one drug.

    Judged where the drug table knows the charted name. A line that names no administration is compared where
    one administration of a known drug is left without a line.
    """
    told = set()
    for given in case.timeline.given:
        code = (given.source.hcpcs or "").strip().upper()
        if given.source.drug and _other_drug(case, code, given.source.drug):
            told.add(given.id)
            yield Hit(
                f"/administrations/{given.index}/hcpcs",
                hcpcs=code,
                where=f"administration {given.id}",
                name=given.source.drug,
            )
    open_lines = [
        i
        for i, line, code in drug_lines(case)
        if not administrations_of(case, line) and not _named(case, code)
    ]
    lined = {g.id for _, line, _ in drug_lines(case) for g in administrations_of(case, line)}
    left = [
        g
        for g in case.timeline.given
        if g.id not in lined | told and g.source.drug and case.lists.drugs_named(g.source.drug, None)
        if g.excluded is None and not g.source.patient_supplied
    ]
    for i, line, code in drug_lines(case):
        stated = [g for g in administrations_of(case, line) if g.id not in told]
        pair = stated if stated else left if len(left) == 1 == len(open_lines) and open_lines[0] == i else []
        names = [g.source.drug for g in pair if g.source.drug]
        if names and len(names) == len(pair) and all(_other_drug(case, code, n) for n in names):
            yield Hit(
                f"/lines/{i}/hcpcs",
                hcpcs=code,
                where=f"line {i + 1}",
                name=" and ".join(dict.fromkeys(names)),
            )


def _named(case: Case, code: str) -> bool:
    """Whether the record names the drug of a code."""
    rows = case.lists.drug_rows(code)
    return any(
        row.named(given.source.drug) for given in case.timeline.given if given.source.drug for row in rows
    )


def _matched(case: Case, line: ServiceLine, code: str) -> bool:
    """Whether some administration of the record may be what a drug line bills."""
    if administrations_of(case, line) or _named(case, code):
        return True
    return any(
        (given.source.drug and not case.lists.drugs_named(given.source.drug, None))
        or not (given.source.drug or given.source.hcpcs)
        for given in case.timeline.given
    )


_NOTHING_ELSE: Mapping[str, Any] = {
    "/lines/0": {"hcpcs": "J2405", "units": "4", "service_date": "2026-03-03", "kind": "drug"}
}
"""A claim of drugs alone."""
PHARMACIES = "3336"
"""Beginning of the taxonomy codes of pharmacies."""


def _given_elsewhere(told: Sequence[Told], _: Lists) -> Iterator[Settled]:
    """Drugs on a day of which another claim bills giving a drug."""
    billed = billed_by(told)
    givers = {id_ for code in codes().keys() & billed.keys() for id_ in billed[code]}
    for own in told:
        if givers - {own.same_id}:
            for line in lines_of(own):
                yield Settled(own.claim, f"/lines/{line.index}/hcpcs")


def _is_dispensed(case: Case) -> bool:
    """Whether a pharmacy bills."""
    provider = case.claim.billing_provider
    return provider is not None and (provider.taxonomy or "").startswith(PHARMACIES)


_BY_ID = {
    ON: "encounter",
    BASE: "coded-professional",
    "/administrations/0/hcpcs": None,
    "/services/1/administrations": ["A1"],
}


@rule(
    "DRUG-ADMIN-002",
    "drug-without-administration",
    message="line {line} bills the drug {hcpcs}, and {problem}",
    help="Add the administration, or say why there is none: dispensed, given by mouth, given elsewhere.",
    source="rules catalogue B.4 (a drug is paid incident to its administration, to be verified)",
    severity="warning",
    snip=6,
    across=Across(by_day, _given_elsewhere),
    breaks=[
        _NOTHING_ELSE,
        {"/lines/0": {"kind": "drug"}, "/place_of_service": "49"},
        {**_NOTHING_ELSE, "/billing_provider": None},
        {**_NOTHING_ELSE, "/billing_provider/taxonomy": None},
        {**_NOTHING_ELSE, "/lines/0/modifiers": ["76"]},
        {**_NOTHING_ELSE, "/note": "ONE VIAL"},
        {**_NOTHING_ELSE, SISTER: {**_NOTHING_ELSE, "/claim_id": "OTHER-1", "/lines/1/hcpcs": "J9271"}},
        {**_NOTHING_ELSE, SISTER: {"/claim_id": "OTHER-1", "/patient/birth_date": "1955-04-13"}},
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-03"},
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1/hcpcs": "J2405",
            "/administrations/0/hcpcs": "J2405",
            "/services/-": {"hcpcs": "J0696", "units": 4, "service_date": "2026-03-03"},
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-03"},
            "/administrations/0/drug": None,
        },
        {**_BY_ID, "/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-03"}},
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/0/hcpcs": "J0696",
            "/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-03"},
        },
    ],
    keeps=[
        {},
        {**_NOTHING_ELSE, SISTER: {"/claim_id": "OTHER-1"}},
        {
            **_NOTHING_ELSE,
            "/lines/1": {"hcpcs": "J0696", "units": "4", "service_date": "2026-03-03", "kind": "drug"},
            SISTER: {"/claim_id": "OTHER-1"},
        },
        {**_NOTHING_ELSE, "/billing_provider/taxonomy": "333600000X"},
        {**_NOTHING_ELSE, "/billing_provider/taxonomy": "3336H0001X"},
        {**_NOTHING_ELSE, "/lines/0/modifiers": ["76"], "/note": "CLAIM 2 OF 2"},
        {
            **_NOTHING_ELSE,
            "/lines/0/modifiers": ["76"],
            "/unmapped": [{"address": "2400[1]/NTE", "text": "NTE*ADD*CLAIM 2 OF 2"}],
        },
        {"/lines/0/hcpcs": "96372"},
        {"/lines/0/hcpcs": "99213", "/lines/0/kind": "service"},
        {"/lines/0": {"hcpcs": "99213", "service_date": "2026-03-03"}},
        {**_BY_ID, "/services/-": {"hcpcs": "J1756", "modifiers": ["JW"], "service_date": "2026-03-03"}},
        {
            **_BY_ID,
            "/administrations/-": {"id": "A2", "drug": "study drug"},
            "/services/1/administrations": ["A1", "A2"],
            "/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-03"},
        },
        {"/lines/0/service_date": "2026-03-04"},
        {
            "/lines/0": {"hcpcs": "J2405", "units": "4", "service_date": "2026-03-03", "kind": "drug"},
            "/place_of_service": "12",
            "/type_of_bill": "0131",
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-03"},
            "/administrations/-": {"id": "A2", "drug": "rituximab"},
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/-": {"hcpcs": "J2405", "units": 4, "service_date": "2026-03-03"},
            "/administrations/0/drug": "study drug",
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1/hcpcs": "J2405",
            "/services/1/administrations": ["A1"],
            "/services/-": {"hcpcs": "J0696", "units": 4, "service_date": "2026-03-03"},
            "/administrations/0/drug": None,
            "/administrations/0/hcpcs": None,
        },
    ],
    setting="professional",
)
def drug_without_administration(case: Case) -> Iterator[Hit]:
    """A drug that an office bills was given by somebody.

    With a record: no administration of that drug is in it. Without: the claim of an office bills drugs and
    nothing else. A claim of the run that bills giving a drug to that patient on that day, by that provider,
    answers the finding; so does 76 with a note, which stands on the further part of a split claim. A pharmacy
    dispenses drugs and gives none.
    """
    if case.assembled is not None:
        lined = [administrations_of(case, line) for _, line, _ in drug_lines(case)]
        open_ = [g for g in case.timeline.given if not any(g in found for found in lined)]
        for i, line, code in drug_lines(case):
            if not _matched(case, line, code) and not open_:
                yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, problem="the record has none of it")
        return
    if not all(is_drug(case, line) for line in case.claim.lines) or _is_dispensed(case):
        return
    for i, line, code in drug_lines(case):
        if "76" in modifiers_of(line) and (case.claim.note or i in line_notes(case)):
            return
        if effective_place_of_service(case.claim, line) in ("11", "49"):
            yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, problem="no line of the claim gives it")
            return


INTO_A_VEIN = frozenset(
    (
        "96365",
        "96366",
        "96367",
        "96368",
        "96374",
        "96375",
        "96376",
        "96409",
        "96411",
        "96413",
        "96415",
        "96417",
    )
)


@rule(
    "DRUG-ROUTE-001",
    "subcutaneous-product-by-vein",
    message="line {line} bills {hcpcs} ({drug}), a product for use under the skin, and {problem}",
    help="Bill 96372 or 96401 (96369 by pump), or the code of the product for the vein.",
    source="HCPCS (products for subcutaneous use); rules catalogue B.4 (to be verified)",
    severity="warning",
    snip=7,
    sees="services",
    breaks=[
        {"/lines/1/hcpcs": "J9311"},
        {
            "/lines/1/hcpcs": "J1748",
            "/lines/0/hcpcs": "96413",
            "/lines/-": {"hcpcs": "96417", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/1/hcpcs": "J1748", "/lines/0/kind": "drug"},
        {"/lines/1/hcpcs": "J1748", "/lines/-": {"service_date": "2026-03-03"}, "/lines/2/hcpcs": "J9311"},
        {ON: "encounter", BASE: "subcutaneous-professional", "/administrations/0/route": "IV"},
        {
            ON: "encounter",
            BASE: "two-sites-coded",
            "/services/2": {"hcpcs": "J1748"},
            "/administrations/0/hcpcs": "J1748",
            "/administrations/1/start": "2026-03-04T09:00",
            "/administrations/1/stop": "2026-03-04T10:00",
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1": {"hcpcs": "J1748", "service_date": "2026-03-03", "administrations": ["A1"]},
            "/administrations/0/hcpcs": None,
            "/administrations/0/route": None,
            "/administrations/0/technique": None,
        },
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1": {"hcpcs": "J1748", "service_date": "2026-03-03", "administrations": ["A1", "A2"]},
            "/services/-": {"hcpcs": "96372", "units": 1, "service_date": "2026-03-03"},
            "/administrations/-": {"id": "A2", "start": "2026-03-03T10:00"},
        },
    ],
    keeps=[
        {"/lines/1/hcpcs": "J9312"},
        {"/lines/1/hcpcs": "J9311", "/lines/0/hcpcs": "96401"},
        {
            "/lines/1/hcpcs": "J1748",
            "/lines/-": {"hcpcs": "96372", "units": "1", "service_date": "2026-03-03"},
        },
        {"/lines/1/hcpcs": "J1748", "/lines/0/service_date": "2026-03-04"},
        {
            ON: "encounter",
            BASE: "coded-professional",
            "/services/1": {"hcpcs": "J1748", "service_date": "2026-03-04"},
            "/administrations/0/hcpcs": "J1748",
        },
    ],
)
def by_vein(case: Case) -> Iterator[Hit]:
    """Some products exist for the skin only, and their administration is an injection.

    Told by the route of the record, or by a day on which only infusions and pushes into a vein are billed.
    """
    for i, line, code in drug_lines(case):
        row = case.lists.drug(code, line.service_date)
        if row is None or row.route != "SC":
            continue
        recorded = {g.route for g in administrations_of(case, line)} - {None}
        billed = {billed_code for _, _, billed_code in by_date(case).get(line.service_date, ())}
        problem = None
        if recorded == {"IV"}:
            problem = "the record says that it went into a vein"
        elif billed and INTO_A_VEIN.issuperset(billed):
            problem = "only administrations into a vein are billed on its day"
        if problem:
            yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, drug=row.drug, problem=problem)


def _codes_of_its_own(case: Case, name: str, route: str | None, day: date | None) -> list[Drug]:
    """Codes that stand for a named drug by that route on a date."""
    return [
        row
        for row in case.lists.drugs_named(name, day)
        if not row.replaced_by
        and (row.route != "SC" or route == "SC")
        and (" IV" not in row.drug or route in (None, "IV"))
    ]


_UNLISTED = {"/administrations/0/hcpcs": "J3490", "/administrations/0/drug": "iron sucrose"}


@rule(
    "DRUG-NOC-002",
    "unlisted-code-for-listed-drug",
    message="line {line} bills {hcpcs} for {name}, which has a code of its own: {own} ({box})",
    help="Bill the code of the drug in its own units; keep the unlisted code only for a product without one.",
    source="HCPCS; CARC 189 (unlisted code although a specific one exists)",
    severity="error",
    snip=7,
    codes=NOT_CLASSIFIED,
    needs=("record",),
    on="encounter",
    breaks=[
        _UNLISTED,
        {
            **_UNLISTED,
            "/administrations/0/start": "2025-06-03T09:00",
            "/administrations/0/stop": "2025-06-03T09:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {"/administrations/0/hcpcs": "J3490", "/administrations/0/drug": "rituximab"},
        {"/administrations/0/hcpcs": "J9999"},
        {"/administrations/0/hcpcs": "J3590"},
        {"/administrations/0/hcpcs": "C9399"},
        {
            "/administrations/0/hcpcs": "J3490",
            "/administrations/0/drug": "sample drug",
            "/administrations/-": {"id": "A1", "drug": "ceftriaxone"},
        },
        {"/administrations/0/hcpcs": "J3490", "/administrations/-": {"id": "A1", "drug": "ceftriaxone"}},
        {
            "/administrations/0/hcpcs": "J3490",
            "/administrations/-": {
                "id": "A2",
                "drug": "iron sucrose",
                "hcpcs": "J3490",
                "start": "2025-06-03T09:00",
            },
        },
        {
            "/administrations/0/hcpcs": "J3490",
            "/administrations/0/drug": "rituximab",
            "/administrations/0/route": "SC",
        },
        {
            "/administrations/0/hcpcs": "J3490",
            "/administrations/0/drug": "immune globulin",
            "/administrations/0/route": "SC",
        },
        {"/administrations/0/hcpcs": "J3490", "/administrations/0/drug": "immune globulin"},
        {"/administrations/0/hcpcs": "J3490", "/administrations/0/drug": "pantoprazole"},
        {"/administrations/0/hcpcs": "J3590", "/administrations/0/drug": "vedolizumab"},
        {
            "/administrations/0/hcpcs": "J3590",
            "/administrations/0/drug": "vedolizumab",
            "/administrations/0/route": None,
            "/administrations/0/technique": None,
        },
        {
            "/administrations/0/hcpcs": "J3590",
            "/administrations/0/drug": "natalizumab",
            "/administrations/0/start": "2025-06-03T09:00",
            "/administrations/0/stop": "2025-06-03T09:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {
            **_UNLISTED,
            "/services": [{"hcpcs": "J3490"}],
            "/administrations/0/start": None,
            "/administrations/0/stop": None,
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {
            "/administrations/0/hcpcs": "J3490",
            "/administrations/0/start": "2026-01-01T09:00",
            "/administrations/0/stop": "2026-01-01T09:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
        {
            "/administrations/0/hcpcs": "J3490",
            "/administrations/0/drug": "methylprednisolone",
            "/administrations/0/start": "2024-04-01T09:00",
            "/administrations/0/stop": "2024-04-01T09:45",
            "/encounter_start": None,
            "/encounter_end": None,
        },
    ],
    keeps=[
        {**_UNLISTED, "/administrations/0/drug": "sample drug"},
        {**_UNLISTED, "/administrations/0/drug": "secukinumab", "/administrations/0/route": "SC"},
        {},
        {"/administrations/0/hcpcs": "J3490", "/administrations/0/drug": None},
    ],
)
def unlisted_for_listed(case: Case) -> Iterator[Hit]:
    """A code for drugs that have none of their own is denied where the drug has one.

    Before 2026 a code whose first day is not known may have been too young: a warning.
    """
    for i, line in case.lines(*NOT_CLASSIFIED):
        for given in administrations_of(case, line):
            name = given.source.drug
            own = _codes_of_its_own(case, name, given.route, line.service_date) if name else []
            if not own:
                continue
            sure = any(_surely_in_force(row, line.service_date) for row in own)
            yield Hit(
                f"/lines/{i}/hcpcs",
                severity=None if sure else "warning",
                line=i + 1,
                hcpcs=code_of(line),
                name=name,
                own=" or ".join(row.code for row in own[:3]),
                box=box(case, "24D", "44"),
                expected=own[0].code,
                actual=code_of(line),
            )
            break


def _surely_in_force(row: Drug, day: date | None) -> bool:
    """Whether a row that may be in force on a day is so beyond doubt."""
    return day is not None and (day >= EDITION or row.start is not None)


@rule(
    "DRUG-DX-001",
    "diagnosis-not-covered-for-drug",
    message="line {line} bills {hcpcs}, and no diagnosis of the claim is one that the payer covers for it",
    help="Check the diagnoses of the record against the payer's list; add the one that was treated.",
    source="coverage list of the user, and national coverage determinations that name diagnoses; CARC 167",
    severity="warning",
    snip=7,
    breaks=[
        {"/lines/1/hcpcs": "Q2043"},
        {"/lines/1/hcpcs": "Q2043", "/lines/0/hcpcs": "Q2043"},
        {"/lines/1/hcpcs": "Q2043", "/diagnoses/1": {}},
    ],
    keeps=[
        {"/lines/1/hcpcs": "Q2043", "/diagnoses/-": {"code": "C61"}},
        {"/lines/1/hcpcs": "J1756"},
        {"/lines/1/hcpcs": "Q2043", "/coverages/0/claim_filing": "CI"},
        {CODES: {"drug_diagnoses": ["2026-01-01", "2026-12-31", "J1756"]}},
    ],
)
def diagnosis_not_covered(case: Case) -> Iterator[Hit]:
    """Some drugs are paid for listed diagnoses only.

    The list drug_diagnoses decides: what ships are Medicare's national determinations, the user's own list
    comes first. A drug that no list names is not checked.
    """
    if not medicare(case) or _limited_drugs(case.lists).isdisjoint(codes_of_lines(case)):
        return
    for i, line, code in coded_lines(case):
        entry = case.lists.entry("drug_diagnoses", code, line.service_date)
        if entry is None:
            continue
        covered = tuple(
            icd10.compact(part) for part in entry.fields.get("diagnoses", "").replace(";", " ").split()
        )
        if covered and not any(one.startswith(covered) for one in compact_codes(case)):
            yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code)


@lru_cache(maxsize=64)
def _limited_drugs(lists: Lists) -> frozenset[str]:
    """Drug codes of which a list names the diagnoses."""
    return frozenset(lists.codes("drug_diagnoses"))


SELF_ADMINISTERED = "0637"


@rule(
    "DRUG-SAD-001",
    "self-administered-drug-as-covered",
    message="line {line} bills {hcpcs} ({drug}), a self-administered drug, as covered ({box})",
    help="A hospital bills it under 0637 as non-covered, with A9270 where a denial is wanted; a practice "
    "adds GY.",
    source="lists of self-administered drugs of Medicare contractors (to be verified); rules catalogue A.7 "
    "and B.4",
    severity="warning",
    snip=7,
    sees="lines",
    also=("INF-SC-003",),
    base="facility",
    breaks=[
        {"/lines/1/hcpcs": "J1438", BASE: "professional"},
        {"/lines/1/hcpcs": "J1438"},
        {"/lines/1/hcpcs": "J3030", "/lines/1/modifiers": []},
        {"/lines/1/hcpcs": "J1438", "/lines/0/modifiers": ["GY"]},
        {"/lines/1/hcpcs": "J1438", "/lines/-": {"hcpcs": "J1438"}},
    ],
    keeps=[
        {"/lines/1/hcpcs": "J1438", "/lines/1/modifiers": ["GY"]},
        {"/lines/1/hcpcs": "J1438", "/lines/1/revenue_code": "0637"},
        {"/lines/1/hcpcs": "J1756"},
        {"/lines/1/hcpcs": "J1438", "/coverages/0/claim_filing": "CI"},
        {"/lines/1/hcpcs": "J1438", "/lines/1/modifiers": ["GY"], BASE: "professional"},
    ],
)
def self_administered(case: Case) -> Iterator[Hit]:
    """Drugs that patients usually give themselves are not paid by Part B.

    The list self_administered decides; a drug that no list names is not checked.
    """
    if not medicare(case):
        return
    for i, line, code in coded_lines(case):
        if line.revenue_code == SELF_ADMINISTERED or "GY" in modifiers_of(line):
            continue
        entry = case.lists.entry("self_administered", code, line.service_date)
        if entry is not None:
            where = box(case, "24D", "42, 44")
            yield Hit(f"/lines/{i}/hcpcs", line=i + 1, hcpcs=code, drug=entry.label, box=where)


MOST = Decimal("99999.99")


@rule(
    "DRUG-AMT-001",
    "amount-too-large",
    message="{what} is {amount} dollars; Medicare Part B takes at most 99999.99 on a claim ({box})",
    help="Split the drug over claims with different totals, 76 on the further ones, and say so in the note.",
    source="CMS front-end edit X222.157.2300.CLM02.050; X12 request for interpretation 2204; First Coast on "
    "large drug charges",
    severity="error",
    snip=7,
    setting="professional",
    also=("PRO-AMT-001",),
    breaks=[
        {"/lines/1/charge": "100000.00", "/total_charge": "100250.00"},
        {"/total_charge": "100000.00"},
    ],
    keeps=[
        {"/lines/1/charge": "99749.99", "/total_charge": "99999.99"},
        {"/total_charge": "100000.00", "/coverages/0/claim_filing": "CI"},
        {"/total_charge": None},
        {"/lines/1/charge": None},
        {"/lines/0/charge": "99999.99"},
        {"/coverages": [], "/total_charge": "100000.00"},
    ],
)
def amount_too_large(case: Case) -> Iterator[Hit]:
    """Medicare's system for practitioners has room for seven digits of dollars and cents.

    Said once: for a line where one is too large, else for the total.
    """
    coverage = billed_coverage(case.claim)
    if coverage is None or coverage.claim_filing != "MB":
        return
    for i, line in enumerate(case.claim.lines):
        if line.charge is not None and line.charge > MOST:
            yield Hit(
                f"/lines/{i}/charge",
                what=f"line {i + 1}",
                amount=f"{line.charge:f}",
                box=box(case, "24F", "47"),
            )
            return
    total = case.claim.total_charge
    if total is not None and total > MOST:
        yield Hit("/total_charge", what="the total", amount=f"{total:f}", box=box(case, "28", "47"))
