"""ENC: the visit as a whole: setting, time zone, begin and end, and whether anything is left to bill."""

from collections.abc import Iterator

from edi.coding import clock
from edi.coding.assembly import resolve_setting
from edi.coding.timeline import HELD
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, ON

_RECORD = "encounter record (contract, section 2)"


@rule(
    "ENC-SET-001",
    "setting-unknown",
    message="nothing says whether this is a professional or a facility claim",
    help="Write the setting, the place of service or the type of bill.",
    source=f"{_RECORD}; rules catalogue C.1",
    severity="error",
    snip=2,
    sees="bill",
    on="encounter",
    breaks=[
        {"/setting": None, "/place_of_service": None, "/ownership": None},
        {ON: "claim", "/setting": None},
    ],
    keeps=[
        {"/setting": None},
        {"/place_of_service": None},
        {"/setting": None, "/ownership": None},
        {ON: "claim"},
    ],
)
def setting_unknown(case: Case) -> Iterator[Hit]:
    """The setting decides the form, the transaction and half of the coding rules."""
    if case.encounter is None:
        if case.claim.setting is None:
            yield Hit("/setting")
    elif resolve_setting(case.encounter)[0] is None:
        yield Hit("/setting")


@rule(
    "ENC-SET-002",
    "setting-inferred",
    message="the setting is not stated; it is {setting} ({how})",
    help="Write the setting if this is not what was meant.",
    source=_RECORD,
    severity="info",
    snip=2,
    needs=("record",),
    on="encounter",
    breaks=[{"/setting": None}, {"/setting": None, "/ownership": None}],
    keeps=[
        {"/setting": "professional"},
        {"/setting": None, "/place_of_service": None, "/type_of_bill": None, "/ownership": None},
    ],
)
def setting_inferred(case: Case) -> Iterator[Hit]:
    """What follows from other data is said, so that a person can object."""
    encounter = case.timeline.encounter
    setting, how = resolve_setting(encounter)
    if encounter.setting is None and setting is not None:
        yield Hit("/setting", setting=setting, how=how)


@rule(
    "ENC-ZONE-001",
    "time-zone-unknown",
    message="the time zone is not one that this program knows; {default} was used",
    help="Write an IANA name such as America/Chicago.",
    source=f"{_RECORD}; IANA time zone database",
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[{"/time_zone": "Central"}, {"/time_zone": "America/Springfield"}],
    keeps=[{"/time_zone": "America/Denver"}, {"/time_zone": None}],
)
def time_zone_unknown(case: Case) -> Iterator[Hit]:
    """Minutes and dates of the record depend on the zone in which its clock times were written."""
    if clock.zone(case.timeline.encounter.time_zone) is None:
        yield Hit("/time_zone", default=clock.DEFAULT_ZONE)


@rule(
    "ENC-ZONE-002",
    "time-zone-assumed",
    message="no time zone is stated; the clock times are read as {default}",
    help="Write the time zone of the place of service, as an IANA name.",
    source=_RECORD,
    severity="info",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[{"/time_zone": None}],
    keeps=[
        {"/time_zone": "America/Chicago"},
        {"/time_zone": None, BASE: "inpatient"},
    ],
)
def time_zone_assumed(case: Case) -> Iterator[Hit]:
    """The zone matters in the two nights of the year in which the clocks change."""
    encounter = case.timeline.encounter
    if not encounter.time_zone and clock.uses_local_time(encounter):
        yield Hit("/time_zone", default=clock.DEFAULT_ZONE)


@rule(
    "ENC-TIME-001",
    "visit-ends-before-it-begins",
    message="the visit ends before it begins",
    help="Correct the begin or the end of the visit; write the date where it passes midnight.",
    source=_RECORD,
    severity="error",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[{"/encounter_end": "2026-03-03T08:44"}],
    keeps=[
        {"/encounter_end": "2026-03-03T11:30"},
        {"/encounter_end": None},
        {"/encounter_start": None},
        {"/encounter_end": "2026-03-03T08:45"},
    ],
)
def visit_backwards(case: Case) -> Iterator[Hit]:
    """A visit ends after it has begun."""
    encounter = case.timeline.encounter
    zone = case.timeline.zone
    start, end = clock.read(encounter.encounter_start, zone), clock.read(encounter.encounter_end, zone)
    if start.seconds is not None and end.seconds is not None and end.seconds < start.seconds:
        yield Hit("/encounter_end")


@rule(
    "ENC-TIME-002",
    "visit-time-unreadable",
    message="the {what} of the visit is no clock time with a date",
    help="Write date and time, such as 2026-03-03T08:45.",
    source=f"{_RECORD}; ISO 8601",
    severity="warning",
    snip=6,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/encounter_start": "in the morning"},
        {"/encounter_end": "11:30"},
        {"/encounter_start": "in the morning", "/encounter_end": "11:30"},
    ],
    keeps=[
        {"/encounter_start": "2026-03-03T08:45-06:00"},
        {"/encounter_start": None},
        {"/encounter_start": "2026-03-03"},
    ],
)
def visit_time_unreadable(case: Case) -> Iterator[Hit]:
    """Begin and end of a visit are instants; what is none is left out of account."""
    encounter = case.timeline.encounter
    for key, what in (("encounter_start", "begin"), ("encounter_end", "end")):
        reading = clock.read(getattr(encounter, key), case.timeline.zone)
        if not reading.missing and reading.seconds is None and reading.problem != "no_time":
            yield Hit(f"/{key}", what=what)


@rule(
    "ENC-LINE-001",
    "nothing-to-bill",
    message="the claim has no service line",
    help="Document what was given, or add the services; a claim has at least one line.",
    source="005010X222A1 and 005010X223A2, loop 2400 (required); CMS-1500 item 24, UB-04 FL 42-47",
    severity="error",
    snip=2,
    sees="codes",
    also=("SNIP2-001",),
    on="encounter",
    breaks=[
        {"/administrations": []},
        {"/coding": "as_coded"},
        {"/coding": "as_coded", "/administrations/0/start": ""},
        {ON: "claim", "/lines": []},
    ],
    keeps=[
        {"/administrations/0/hcpcs": None},
        {"/administrations/0/start": ""},
    ],
)
def nothing_to_bill(case: Case) -> Iterator[Hit]:
    """A claim carries at least one service.

    Where a correction of the record would give a line, that correction is asked for instead.
    """
    if case.claim.lines:
        return
    if case.assembled is None:
        yield Hit("/lines")
    elif case.assembled.coding == "as_coded" or all(g.excluded not in HELD for g in case.timeline.given):
        yield Hit("/services" if case.assembled.coding == "as_coded" else "/administrations")
