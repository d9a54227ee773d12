"""INF-TIME-015: times that look as if a template had filled them in, over the records of a run."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from edi.refdata import Lists
from edi.rules.across import Across, Fact, Found, Key, Told, nothing, once
from edi.rules.base import Case, Hit, rule

LEAST_INFUSIONS = 8
"""From so many infusions on a pattern is said; fewer may be chance."""
LEAST_RECORDS = 4
"""The infusions come from so many records at least."""
LEAST_DRUGS = 2
"""Equal durations of one drug are its order; of several drugs they are strange."""
_MINUTE = re.compile(r"T\d\d:(\d\d)")
_MEASURED = ("pump", "derived")
"""Sources of times that no person writes down."""


def _charted(case: Case) -> Iterator[tuple[Key, Fact]]:
    """Timed infusions of a record, under who charted them, for which provider, and in which month."""
    if case.assembled is None:
        return
    provider = case.claim.billing_provider
    told: dict[tuple[str, ...], list[tuple[int, str, bool, int]]] = {}
    for given in case.timeline.given:
        source = given.source
        if given.mode != "infusion" or given.minutes is None or source.times_source in _MEASURED:
            continue
        start, stop = (_MINUTE.search(text or "") for text in (source.start, source.stop))
        if start is None or stop is None or given.service_date is None:
            continue
        key: Key = (
            "charted",
            (provider.npi if provider else None) or "",
            source.recorded_by or "",
            f"{given.service_date:%Y-%m}",
        )
        full = start[1] == stop[1] == "00"
        told.setdefault(key, []).append((given.index, given.substance, full, given.minutes))
    for key, infusions in told.items():
        yield key, tuple(infusions)


def _looks_filled_in(told: Sequence[Told], _: Lists) -> Iterator[Found]:
    """Said once, at the first infusion of the first record."""
    records = once(told)
    infusions = [infusion for one in records for infusion in one.fact]
    if len(infusions) < LEAST_INFUSIONS or len(records) < LEAST_RECORDS:
        return
    lengths = {minutes for _, _, _, minutes in infusions}
    drugs = {substance for _, substance, _, _ in infusions}
    if all(full for _, _, full, _ in infusions):
        what = "begin and end on the full hour"
    elif len(lengths) == 1 and len(drugs) >= LEAST_DRUGS:
        what = f"of {len(drugs)} drugs last exactly {lengths.pop()} minutes"
    else:
        return
    first = records[0]
    yield Found(
        first.claim,
        f"/administrations/{first.fact[0][0]}/start",
        {"count": len(infusions), "records": len(records), "what": what},
    )


def _batch(every: Mapping[str, Any], second: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Seven more records with patches, every second of them with more patches."""
    return [
        {"/encounter_id": f"MORE-{n}", **every, **(second if n % 2 else {})}
        for n in range(1, LEAST_INFUSIONS)
    ]


_NONE: dict[str, Any] = {}
_DRUG = {"/administrations/0/drug": "ondansetron", "/administrations/0/hcpcs": "J2405"}
_TEN = {"/administrations/0/stop": "2026-03-03T10:00"}
_ELEVEN = {"/administrations/0/stop": "2026-03-03T11:00"}
_APRIL = {"/administrations/0/start": "2026-04-03T09:00", "/administrations/0/stop": "2026-04-03T09:45"}


@rule(
    "INF-TIME-015",
    "times-look-filled-in",
    message="all {count} infusions that one person charted in a month, in {records} records, {what}",
    help="Compare with the pump log or the order of events: times that a template fills in do not prove when "
    "the drug ran.",
    source="audit themes of OIG and RAC (source articles on 96365; rules catalogue INF-TIME-015, to be "
    "verified)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    across=Across(_charted, _looks_filled_in),
    breaks=[{"sister": _batch(_NONE, _DRUG)}, {**_TEN, "sister": _batch(_TEN, _ELEVEN)}],
    keeps=[
        {"sister": _batch(_NONE, _NONE)},
        {"sister": _batch(_NONE, _DRUG)[:-1]},
        {"sister": _batch(_NONE, {**_DRUG, "/administrations/0/stop": "2026-03-03T09:46"})},
        {"/administrations/0/stop": "2026-03-03T10:01", "sister": _batch(_TEN, _ELEVEN)},
        {"sister": _batch(_NONE, {**_DRUG, **_APRIL})},
        {"sister": _batch(_NONE, {**_DRUG, "/administrations/0/recorded_by": "O. NURSE"})},
        {"sister": _batch(_NONE, {**_DRUG, "/administrations/0/times_source": "pump"})},
    ],
)
def times_look_filled_in(case: Case) -> Iterator[Hit]:
    """Auditors look for charts whose times are all alike.

    Shown by at least eight infusions in four records of a run, charted by one person in one month: all of
    them begin and end on the full hour, or infusions of several drugs all last equally long. Said once.
    """
    return nothing(case)
