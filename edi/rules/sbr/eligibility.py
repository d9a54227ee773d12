"""PRO-ELIG and PRO-AUTH: whether the coverage holds on the day, and the payer's consent."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from edi.finding import Severity
from edi.model.claim import billed_coverage, effective_bill_to, effective_place_of_service
from edi.model.party import Authorization
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, code_of
from edi.rules.asks import all_providers, box, count_of, lines_at
from edi.rules.drug.facts import facility_code
from edi.rules.fac.window import OUTPATIENTS

_DRUG = "/coverages/0/authorization_required"
_GIVEN = "/coverages/0/authorizations"


@rule(
    "PRO-ELIG-001",
    "service-outside-coverage",
    message="the coverage that is billed {problem} line {line}",
    help="Verify eligibility for that day; bill the coverage that was in force, or the patient where none "
    "was.",
    source="source article S2 (verify eligibility before each cycle); rules catalogue PRO-ELIG-001",
    severity="error",
    given=("coverages.effective_from", "coverages.effective_through"),
    snip=7,
    breaks=[
        {"/coverages/0/effective_through": "2026-03-02"},
        {"/coverages/0/effective_from": "2026-03-04"},
        {"/coverages/0/effective_through": "2026-03-02", "/lines/0/service_date": None},
        {"/coverages/0/effective_from": "2026-02-02", "/coverages/0/effective_through": "2026-03-01"},
        {"/coverages/0/effective_from": "2026-03-04", "/coverages/0/effective_through": "2026-03-04"},
    ],
    keeps=[
        {"/coverages/0/effective_through": "2026-03-03"},
        {"/coverages/0/effective_from": "2026-03-03"},
        {"/coverages/0/effective_from": "2026-03-04", "/coverages/0/effective_through": "2026-03-01"},
        {"/coverages": []},
    ],
)
def outside_coverage(case: Case) -> Iterator[Hit]:
    """A payer pays for days on which it insured the patient. Said once per claim."""
    coverage = billed_coverage(case.claim)
    if coverage is None:
        return
    first, last = coverage.effective_from, coverage.effective_through
    if first is not None and last is not None and last < first:
        return  # SBR-COV-004 says so
    for i, line in enumerate(case.claim.lines):
        day = line.service_date
        if day is None:
            continue
        problem = None
        if first is not None and day < first:
            problem = "begins after the day of"
        elif last is not None and day > last:
            problem = "ended before the day of"
        if problem:
            yield Hit(f"/lines/{i}/service_date", line=i + 1, problem=problem, actual=day)
            return


def _numbered(case: Case) -> list[tuple[int, Authorization]]:
    coverage = billed_coverage(case.claim)
    return [(k, one) for k, one in enumerate(coverage.authorizations) if one.number] if coverage else []


def _for(code: str, given: list[tuple[int, Authorization]]) -> list[tuple[int, Authorization]]:
    """The authorizations that name this code, else those that name none."""
    own = [(k, one) for k, one in given if (one.hcpcs or "").strip().upper() == code]
    return own or [(k, one) for k, one in given if not one.hcpcs]


@rule(
    "PRO-AUTH-001",
    "authorization-missing",
    message="line {line} bills {hcpcs}, for which this payer wants prior authorization, and the claim has "
    "none for it ({box})",
    help="Obtain the authorization, or add the number that the payer gave. No change of codes mends this.",
    source="source article S2 (CO-197); 005010X222A1 and 005010X223A2, 2300 REF*G1; CMS-1500 item 23, UB-04 "
    "FL 63",
    severity="error",
    given=("coverages.authorization_required",),
    snip=7,
    also=("P38", "I19"),
    breaks=[
        {_DRUG: ["J1756"]},
        {_DRUG: ["j1756"], _GIVEN: [{"number": "A1", "hcpcs": "J9271"}]},
        {_DRUG: ["J1756"], _GIVEN: [{"hcpcs": "J1756"}]},
        {"/coverages/0/authorization_required": ["J1756"], "/lines/0/hcpcs": "J1756"},
        {"/coverages/0/authorization_required": ["96365", "J1756"]},
    ],
    keeps=[
        {_DRUG: ["J1756"], _GIVEN: [{"number": "A1", "hcpcs": "J1756"}]},
        {_DRUG: ["J1756"], _GIVEN: [{"number": "A1"}]},
        {_DRUG: ["J9271"]},
        {"/coverages": None},
    ],
)
def authorization_missing(case: Case) -> Iterator[Hit]:
    """A payer that wants to be asked first pays nothing when it was not."""
    claim = case.claim
    coverage, index = billed_coverage(claim), effective_bill_to(claim)
    if coverage is None:
        return
    wanted = {code.strip().upper() for code in coverage.authorization_required}
    given, said = _numbered(case), set[str]()
    for i, line in enumerate(claim.lines):
        code = code_of(line)
        if code in wanted and code not in said and not _for(code, given):
            said.add(code)
            path = f"/coverages/{index}/authorizations"
            yield Hit(path, line=i + 1, hcpcs=code, box=box(case, "23", "63"))


@rule(
    "PRO-AUTH-002",
    "authorization-does-not-cover",
    message="{what}: the prior authorization {problem}",
    help="Ask the payer to amend the authorization, or bill what it covers.",
    source="source article S2; X12 reasons 198, 284, 296 and 302; rules catalogue PRO-AUTH-002",
    severity="error",
    given=("coverages.authorizations",),
    snip=7,
    also=("P38", "I19"),
    breaks=[
        {_GIVEN: [{"number": "A1", "hcpcs": "J1756", "through_date": "2026-03-02"}]},
        {_GIVEN: [{"number": "A1", "from_date": "2026-03-04"}]},
        {_GIVEN: [{"number": "A0"}, {"number": "A1", "hcpcs": "J1756", "through_date": "2026-03-02"}]},
        {_GIVEN: [{"number": "A1", "hcpcs": "J1756", "units": "199"}]},
        {_GIVEN: [{"number": "A1", "hcpcs": "J1756", "units": "1"}]},
        {_GIVEN: [{"number": "A1", "hcpcs": "J1756", "units": "0"}]},
        {_GIVEN: [{"number": "A1", "place_of_service": "22", "provider_npi": "1487654323"}]},
        {
            "/coverages/0/authorizations": [{"number": "A1", "from_date": "2026-03-04"}],
            "/lines/1/service_date": None,
        },
        {
            "/coverages/0/authorizations": [{"number": "A1", "from_date": "2026-03-04"}],
            "/lines/1/hcpcs": None,
        },
        {
            "/coverages/0/authorizations": [{"number": "A1", "hcpcs": "J1756", "units": "199"}],
            "/coverages/0/authorizations/0/from_date": "2026-03-04",
        },
        {
            "/coverages/0/authorizations": [{"number": "A1", "hcpcs": "J1756", "units": "199"}],
            "/lines/-": {"hcpcs": "J1756"},
        },
        {_GIVEN: [{"number": "A1", "hcpcs": "J1756", "place_of_service": "22"}]},
        {_GIVEN: [{"number": "A1", "place_of_service": "11"}], "/lines/1/place_of_service": "12"},
        {_GIVEN: [{"number": "A1", "place_of_service": "11"}], BASE: "facility"},
        {
            _GIVEN: [{"number": "A1", "place_of_service": "11"}],
            BASE: "facility",
            "/type_of_bill": "0851",
        },
        {
            _GIVEN: [{"number": "A1", "place_of_service": "11"}, {"number": "A2", "place_of_service": "12"}],
            BASE: "facility",
        },
        {_GIVEN: [{"number": "A1", "hcpcs": "J1756", "provider_npi": "1487654323"}]},
        {_GIVEN: [{"number": "A1", "provider_npi": "1234567893"}], BASE: "facility"},
    ],
    keeps=[
        {_GIVEN: [{"number": "A1", "hcpcs": "J1756", "place_of_service": "11"}]},
        {_GIVEN: [{"number": "A1", "place_of_service": "22"}, {"number": "A2", "place_of_service": "11"}]},
        {_GIVEN: [{"number": "A1", "place_of_service": "22"}, {"number": "A2"}]},
        {_GIVEN: [{"number": "A1", "place_of_service": "22"}], "/place_of_service": None},
        {_GIVEN: [{"number": "A1", "place_of_service": "22"}], BASE: "facility"},
        {_GIVEN: [{"number": "A1", "place_of_service": "Q1"}], BASE: "facility"},
        {_GIVEN: [{"number": "A1", "place_of_service": "12"}], BASE: "facility", "/type_of_bill": "0321"},
        {
            _GIVEN: [{"number": "A1", "place_of_service": "11"}, {"number": "A2", "place_of_service": "22"}],
            BASE: "facility",
        },
        {_GIVEN: [{"number": "A1", "provider_npi": "1234567893"}]},
        {_GIVEN: [{"number": "A1", "provider_npi": "1245319599"}]},
        {_GIVEN: [{"number": "A1", "provider_npi": "1487654323"}, {"number": "A2"}]},
        {
            _GIVEN: [
                {
                    "number": "A1",
                    "hcpcs": "J1756",
                    "from_date": "2026-03-03",
                    "through_date": "2026-03-03",
                    "units": "200",
                }
            ]
        },
        {_GIVEN: [{"number": "A1", "hcpcs": "J9271", "through_date": "2026-03-02"}]},
        {
            _GIVEN: [
                {"number": "A1", "hcpcs": "J1756", "through_date": "2026-03-02"},
                {"number": "A2", "hcpcs": "J1756", "from_date": "2026-03-03"},
            ]
        },
        {"/coverages/0/authorizations": [{"number": "A1", "units": "199"}]},
        {
            "/coverages/0/authorizations": [
                {"number": "A1", "hcpcs": "J1756", "units": "199"},
                {"number": "A1", "hcpcs": "J1756"},
            ]
        },
        {"/coverages/0/authorizations": [{"number": "A1"}], "/lines/1/units": None},
        {"/coverages": []},
    ],
)
def authorization_exceeded(case: Case) -> Iterator[Hit]:
    """An authorization holds for its days, its drug, its units, its place and its provider.

    What is wrong with one is said once, with all lines that it does not cover.
    That somebody else is named than the authorization names is a warning, because a payer may mean the whole
    practice; so is the place on a hospital's claim, which does not state any.
    """
    claim = case.claim
    given, index = _numbered(case), effective_bill_to(claim)
    if not any(_limited(one) for _, one in given):
        return
    lacking: dict[_Lack, list[int]] = {}
    counted: dict[str, list[int]] = {}
    for i, line in enumerate(claim.lines):
        code = code_of(line)
        mine = _for(code, given)
        if not mine or not code:
            continue
        base = f"/coverages/{index}/authorizations/{mine[0][0]}"
        day = line.service_date
        if day is not None and not any(_holds(one, day) for _, one in mine):
            path = f"{base}/from_date" if mine[0][1].through_date is None else f"{base}/through_date"
            lacking.setdefault((path, None, "does not cover the day of service"), []).append(i)
            continue
        for lack in _elsewhere(case, i, mine):
            lacking.setdefault(lack, []).append(i)
        counted.setdefault(code, []).append(i)
    for code, indexes in counted.items():
        mine = _for(code, given)
        billed = sum((claim.lines[i].units or Decimal(0) for i in indexes), Decimal(0))
        limits = [one.units for _, one in mine if one.hcpcs]
        known = [units for units in limits if units is not None]
        if known and len(known) == len(limits) and billed > sum(known):
            path = f"/coverages/{index}/authorizations/{mine[0][0]}/units"
            problem = f"is for {count_of(sum(known), 'unit')}, and {billed:f} are billed"
            lacking[path, None, problem] = indexes
    for (path, severity, problem), indexes in lacking.items():
        code = "" if len(indexes) > 1 else f" ({code_of(claim.lines[indexes[0]])})"
        yield Hit(path, severity=severity, what=f"{lines_at(indexes)}{code}", problem=problem)


def _limited(one: Authorization) -> bool:
    """Whether an authorization says more than its number and its code."""
    return bool(
        one.from_date or one.through_date or one.units is not None or one.place_of_service or one.provider_npi
    )


_Lack = tuple[str, Severity | None, str]
"""Pointer into an authorization, how bad it is, what the authorization lacks."""


def _elsewhere(case: Case, i: int, mine: list[tuple[int, Authorization]]) -> Iterator[_Lack]:
    """A line at a place, or by somebody, that none of its authorizations names."""
    claim, line, index = case.claim, case.claim.lines[i], effective_bill_to(case.claim)
    base = f"/coverages/{index}/authorizations/{mine[0][0]}"
    places = {one.place_of_service for _, one in mine}
    place = effective_place_of_service(claim, line)
    if claim.setting == "facility":
        if facility_code(case) in OUTPATIENTS and all(_is_no_hospital(case, one) for one in places):
            problem = f"is for place of service {mine[0][1].place_of_service}, and a hospital bills"
            yield f"{base}/place_of_service", "warning", problem
    elif None not in places and place and place not in places:
        problem = f"is for place of service {mine[0][1].place_of_service}, and {place} is billed"
        yield f"{base}/place_of_service", None, problem
    named = {one.provider_npi for _, one in mine}
    sent = {one.npi for _, _, _, one in all_providers(case)}
    if None not in named and named.isdisjoint(sent):
        problem = f"is for the provider {mine[0][1].provider_npi}, whom the claim does not name"
        yield f"{base}/provider_npi", "warning", problem


def _is_no_hospital(case: Case, place: str | None) -> bool:
    """Whether a place is known to be none in which Medicare pays a practitioner the facility rate."""
    entry = case.lists.entry("pos", place or "")
    return entry is not None and entry.fields.get("facility") == "no"


def _holds(one: Authorization, day: date) -> bool:
    first, last = one.from_date, one.through_date
    return (first is None or first <= day) and (last is None or day <= last)
