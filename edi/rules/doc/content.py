"""DOC: times that were worked out, drug, dose, route, product, access site and kind of infusion."""

from collections.abc import Iterator
from decimal import Decimal

from edi.codes import dose
from edi.coding.timeline import Given
from edi.rules.about import BASE
from edi.rules.base import Case, Hit, rule
from edi.rules.doc.charted import ARTICLES, at, by_vein, charted, severity
from edi.rules.enc.doses import awaits_dose

MOST_OFF = Decimal("0.10")
"""Part by which a dose may differ from the ordered one."""
_KINDS = {
    "96365": "initial",
    "96413": "initial",
    "96360": "initial",
    "96367": "sequential",
    "96417": "sequential",
    "96368": "concurrent",
}
"""Kind of infusion that the first code of an administration stands for; 96361 says nothing of it."""
_SECOND = {
    "id": "A2",
    "drug": "ondansetron",
    "hcpcs": "J2405",
    "dose": {"value": "4", "unit": "mg"},
    "containers": [{"size": {"value": "4", "unit": "mg"}, "count": 1, "single_dose": True}],
    "route": "IV",
    "technique": "infusion",
    "start": "2026-03-03T09:50",
    "stop": "2026-03-03T10:10",
    "access_site": "left forearm",
}


@rule(
    "DOC-TIME-CALC",
    "stop-worked-out",
    message="the times of administration {id} ({drug}) were worked out, and its stop is charted as seen",
    help="Chart the stop that was seen, or leave it out and keep volume and rate: the calculation is shown "
    "then.",
    source=ARTICLES,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/times_source": "derived"},
        {
            "/administrations/0/times_source": "derived",
            "/administrations/-": {"id": "A2", "stop": "2026-03-03T09:45", "times_source": "derived"},
        },
    ],
    keeps=[
        {},
        {"/administrations/0/times_source": "pump"},
        {"/administrations/0/times_source": "derived", "/administrations/0/stop": None},
    ],
)
def worked_out(case: Case) -> Iterator[Hit]:
    """A stop from volume and rate is no documented stop. One that this program works out is INF-TIME-008."""
    for given in charted(case):
        if given.source.times_source == "derived" and not given.stop.missing:
            yield Hit(at(given, "times_source"), id=given.id, drug=given.name)


def lacks_dose(given: Given) -> bool:
    """Whether nothing says how much was given; of fluids the volume does."""
    return given.source.dose is None and not (
        given.klass == "hydration" and given.source.volume_ml is not None
    )


@rule(
    "DOC-DRUG-001",
    "drug-or-dose-not-charted",
    message="administration {id} ({drug}) has no {what} in the record",
    help="Have drug and dose with its unit charted as they were given.",
    source=ARTICLES,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/drug": None},
        {"/administrations/0/dose": None, "/administrations/0/patient_supplied": True},
        {"/administrations/0/dose": None, "/administrations/0/hcpcs": None},
        {
            "/administrations/0/dose": None,
            "/administrations/0/hcpcs": None,
            "/administrations/-": {"id": "A2"},
        },
        {"/administrations/0/drug": None, "/administrations/-": {"id": "A2"}},
        {
            "/administrations/0/dose": None,
            "/administrations/0/hcpcs": None,
            "/administrations/0/volume_ml": "500",
        },
        {
            "/administrations/0/dose": None,
            "/administrations/0/hcpcs": None,
            "/administrations/0/category": "hydration",
        },
        {BASE: "coded-professional", "/administrations/0/dose": None},
    ],
    keeps=[
        {},
        {"/administrations/0/dose": None},
        {"/administrations/0/drug": None, "/administrations/0/hcpcs": None},
        {
            "/administrations/0/dose": None,
            "/administrations/0/hcpcs": None,
            "/administrations/0/category": "hydration",
            "/administrations/0/volume_ml": "500",
        },
    ],
)
def not_charted(case: Case) -> Iterator[Hit]:
    """The code of a drug is no name of it, and an administration without a dose cannot be reviewed.

    A drug with neither name nor code is ENC-NAME-001, a dose for which a line waits ENC-DOSE-001.
    """
    for given in charted(case):
        source = given.source
        if not source.drug and source.hcpcs:
            yield Hit(at(given, "drug"), id=given.id, drug=source.hcpcs, what="name of the drug")
        if lacks_dose(given) and not awaits_dose(case, given):
            yield Hit(at(given, "dose"), id=given.id, drug=given.name, what="dose")


@rule(
    "DOC-ROUTE-001",
    "route-not-charted",
    message="administration {id} ({drug}) has no route in the record",
    help="Have the route charted; the administration code stands on it.",
    source=ARTICLES,
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/route": None},
        {"/administrations/0/route": " "},
        {"/administrations/0/route": None, "/administrations/-": {"id": "A2"}},
    ],
    keeps=[
        {},
        {"/administrations/0/route": "SC"},
        {"/administrations/0/route": None, "/administrations/0/purpose": "keep_vein_open"},
    ],
)
def route_not_charted(case: Case) -> Iterator[Hit]:
    """An infusion code says that the drug went into a vein; the record has to say so too."""
    for given in charted(case):
        if not (given.source.route or "").strip():
            yield Hit(at(given, "route"), severity=severity(case), id=given.id, drug=given.name)


@rule(
    "DOC-DOSE-001",
    "dose-against-order",
    message="administration {id} ({drug}): the dose is {percent} % {way} the ordered one",
    help="Have the reason for the other dose recorded, or correct the dose.",
    source="rules catalogue H.1 (more than 10 % from the order)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/order/dose/value": "180"},
        {"/administrations/0/order/dose/value": "223"},
        {"/administrations/0/order/dose": {"value": "0.18", "unit": "g"}},
        {"/administrations/0/order/dose/value": 1},
        {
            "/administrations/0/order/dose/value": "180",
            "/administrations/-": {
                "id": "A2",
                "dose": {"value": "200", "unit": "mg"},
                "order": {"id": "O1", "dose": {"value": "180", "unit": "mg"}},
            },
        },
        {
            "/administrations/0/order/dose": None,
            "/administrations/-": {
                "id": "A2",
                "dose": {"value": "200", "unit": "mg"},
                "order": {"id": "O1", "dose": {"value": "1", "unit": "g"}},
            },
        },
        {
            "/administrations/0/order/dose": {"value": "5", "unit": "mL"},
            "/administrations/-": {
                "id": "A2",
                "dose": {"value": "10", "unit": "mL"},
                "order": {"id": "O1", "dose": {"value": "5", "unit": "mL"}},
            },
        },
    ],
    keeps=[
        {},
        {"/administrations/0/order/dose/value": "182"},
        {"/administrations/0/order/dose/value": "222"},
        {"/administrations/0/order/dose": {"value": "0.2", "unit": "g"}},
        {"/administrations/0/order/dose": {"value": "5", "unit": "mL"}},
        {"/administrations/0/order/dose": None},
        {"/administrations/0/order/dose/value": "300", "/administrations/0/stop_reason": "reaction"},
        {"/administrations/0/order/dose/value": "0"},
        {"/administrations/0/dose/value": "180"},
        {"/administrations/0/dose": None},
        {"/administrations/0": {"id": "A2"}},
    ],
)
def dose_against_order(case: Case) -> Iterator[Hit]:
    """More than a tenth off the order. An infusion with a reason for its early end is left out."""
    for given in charted(case):
        order, found = given.source.order, given.source.dose
        if order is None or order.dose is None or found is None or given.source.stop_reason:
            continue
        ordered = dose.convert(order.dose.value, order.dose.unit, found.unit)
        if ordered is None or ordered <= 0:
            continue
        part = (found.value - ordered) / ordered
        if abs(part) > MOST_OFF:
            yield Hit(
                at(given, "dose"),
                id=given.id,
                drug=given.name,
                percent=f"{abs(part) * 100:.0f}",
                way="below" if part.is_signed() else "above",
            )


@rule(
    "DOC-NDC-001",
    "product-not-charted",
    message="administration {id} ({drug}) has neither NDC nor lot number in the record",
    help="Have NDC and lot number of the container charted.",
    source="rules catalogue H.1 no. 12",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/ndc": None, "/administrations/0/lot": None},
        {
            "/administrations/0/ndc": None,
            "/administrations/0/lot": None,
            "/administrations/-": {"id": "A3", "hcpcs": "S0028"},
        },
    ],
    keeps=[
        {},
        {"/administrations/0/ndc": None},
        {"/administrations/0/lot": None},
        {
            "/administrations/0/ndc": None,
            "/administrations/0/lot": None,
            "/administrations/0/patient_supplied": True,
        },
        {"/administrations/-": {"id": "A2"}},
        {"/administrations/0/ndc": None, "/administrations/0/lot": None, "/administrations/0/hcpcs": "J7120"},
    ],
)
def product_not_charted(case: Case) -> Iterator[Hit]:
    """A billed drug is traced by its NDC and lot."""
    for given in charted(case):
        source = given.source
        billed = source.hcpcs and not source.patient_supplied and given.klass != "hydration"
        if billed and not source.ndc and not source.lot:
            yield Hit(at(given, "ndc"), id=given.id, drug=given.name)


@rule(
    "DOC-SITE-001",
    "access-site-not-charted",
    message="administration {id} ({drug}) went into a vein, and no access site is recorded",
    help="Have the access site charted, with the lumen; for a second site the reason too.",
    source=ARTICLES,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/access_site": None},
        {"/administrations/0/access_site": None, "/administrations/0/technique": "push"},
        {"/administrations/0/access_site": None, "/administrations/-": {"id": "A2"}},
        {
            "/administrations/0/access_site": None,
            "/administrations/0/technique": "pump",
            "/administrations/0/stop": "2026-03-04T09:00",
        },
    ],
    keeps=[
        {},
        {
            "/administrations/0/access_site": None,
            "/administrations/0/technique": "injection",
            "/administrations/0/route": "IM",
        },
        {"/administrations/0/access_site": None, "/administrations/0/route": "SC"},
        {
            "/administrations/0/access_site": None,
            "/administrations/0/technique": "injection",
            "/administrations/0/route": None,
            "/administrations/0/hcpcs": None,
        },
    ],
)
def site_not_charted(case: Case) -> Iterator[Hit]:
    """How many initial services there may be depends on the sites.

    Two initial services without two recorded sites are INF-SITE-001, without a reason INF-SITE-002.
    """
    for given in charted(case):
        if by_vein(given) and not (given.source.access_site or "").strip():
            yield Hit(at(given, "access_site"), id=given.id, drug=given.name)


def kind_of(case: Case, given: Given) -> str | None:
    """initial, sequential or concurrent, by the code that the record supports; None: none of them."""
    codes = (p.line.hcpcs for p in case.proposal.lines if given.id in p.line.administrations)
    return next((_KINDS[code] for code in codes if code in _KINDS), None)


@rule(
    "DOC-TYPE-001",
    "kind-not-charted",
    message="the record does not say what kind of infusion administration {id} ({drug}) was; by the clock it "
    "was {kind}",
    help="Nothing to do; a record that says initial, sequential or concurrent is easier to defend.",
    source=f"{ARTICLES}: the kind follows from the times",
    severity="info",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[{"/administrations/0/documented_type": None, "/administrations/-": _SECOND}],
    keeps=[
        {},
        {"/administrations/0/documented_type": None},
        {BASE: "two-sites-coded"},
        {
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:50", "stop": "2026-03-03T10:10"},
            "/administrations/0": {"id": "A2"},
        },
        {"/administrations/0/documented_type": None, BASE: "hydration-facility"},
        {
            BASE: "two-sites-coded",
            "/administrations/-": {
                "id": "A3",
                "category": "hydration",
                "start": "2026-03-03T09:00",
                "stop": "2026-03-03T09:45",
            },
        },
        {
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:50", "stop": "2026-03-03T10:10"},
            BASE: "pushes-facility",
        },
    ],
)
def kind_not_charted(case: Case) -> Iterator[Hit]:
    """Said once per claim, where several drugs were infused, so that the kind is a question at all."""
    infused = [(g, kind_of(case, g)) for g in charted(case) if g.excluded is None and g.mode == "infusion"]
    if len([kind for _, kind in infused if kind]) < 2:
        return
    for given, kind in infused:
        if kind and not given.source.documented_type:
            yield Hit(at(given, "documented_type"), id=given.id, drug=given.name, kind=kind)
            return


@rule(
    "DOC-TYPE-002",
    "kind-against-clock",
    message="the record calls administration {id} ({drug}) {stated}; by the clock it was {kind}",
    help="Correct the word or the times in the record: the code follows the times.",
    source=ARTICLES,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/documented_type": "concurrent"},
        {"/administrations/0/documented_type": "sequential"},
        {"/administrations/-": {**_SECOND, "documented_type": "concurrent"}},
        {"/administrations/0/documented_type": "sequential", "/administrations/-": {"id": "A2"}},
        {"/administrations/0/documented_type": "sequential", BASE: "hydration-facility"},
        {
            "/administrations/-": {
                "id": "A2",
                "start": "2026-03-03T09:50",
                "stop": "2026-03-03T10:10",
                "documented_type": "sequential",
            },
            "/administrations/0/route": "IM",
        },
        {
            "/administrations/-": {
                "id": "A2",
                "start": "2025-06-03T09:00",
                "stop": "2026-03-03T10:10",
                "documented_type": "concurrent",
            }
        },
        {
            "/administrations/-": {
                "id": "A2",
                "hcpcs": "J1745",
                "start": "2026-03-03T09:50",
                "stop": "2026-03-03T10:10",
                "documented_type": "concurrent",
            }
        },
        {
            BASE: "hydration-facility",
            "/administrations/0": None,
            "/administrations/0/documented_type": "sequential",
        },
        {
            BASE: "chemo-facility",
            "/administrations/0/drug": "etoposide",
            "/administrations/0/hcpcs": "J9181",
            "/administrations/0/start": "2026-03-03T10:20",
            "/administrations/0/stop": "2026-03-03T10:50",
            "/administrations/0/documented_type": "concurrent",
        },
    ],
    keeps=[
        {},
        {"/administrations/0/documented_type": "additional_hour"},
        {"/administrations/-": {**_SECOND, "documented_type": "sequential"}},
        {"/administrations/0/documented_type": "sequential", "/administrations/0/stop": None},
        {
            "/administrations/0/documented_type": "sequential",
            "/administrations/-": {"id": "A3", "start": "2026-03-03T09:10", "stop": "2026-03-03T09:30"},
        },
        {
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:50", "stop": "2026-03-03T10:10"},
            BASE: "pushes-facility",
        },
        {
            "/administrations/-": {"id": "A2", "start": "2026-03-03T09:50", "stop": "2026-03-03T10:10"},
            "/administrations/0": {"id": "A2", "documented_type": "sequential"},
        },
    ],
)
def kind_against_clock(case: Case) -> Iterator[Hit]:
    """The word of the record against what its times make of the infusion.

    `additional_hour` is a part of any of them. In a practice the main reason may make a later drug the
    initial service, so that initial and sequential are not told apart there.
    """
    for given in charted(case):
        stated = given.source.documented_type
        if stated in (None, "additional_hour") or given.excluded is not None or given.mode != "infusion":
            continue
        kind = kind_of(case, given)
        if kind is None or kind == stated:
            continue
        several = sum(g.mode == "infusion" and g.excluded is None for g in charted(case)) > 1
        if case.claim.setting == "professional" and several and "concurrent" not in (kind, stated):
            continue
        yield Hit(at(given, "documented_type"), id=given.id, drug=given.name, stated=stated, kind=kind)
