"""DOC-NEC and DOC-SIGN: order, indication, reason for the vein, and signature."""

from collections.abc import Iterator

from edi.codes import icd10
from edi.coding.clock import read
from edi.model.claim import claim_diagnoses
from edi.rules.about import BASE
from edi.rules.base import Case, Hit, rule
from edi.rules.doc.charted import ARTICLES, at, by_vein, charted, severity

LATEST_HOURS = 48
"""Hours after the end of an administration within which its signature is timely."""


@rule(
    "DOC-NEC-001",
    "order-missing",
    message="administration {id} ({drug}) has no order in the record",
    help="Have the practitioner's order added to the record before the claim goes out.",
    source=f"{ARTICLES}; Social Security Act section 1862(a)(1)(A)",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/order": None},
        {"/administrations/0/order": {"indication": "D50.9"}},
        {"/administrations/0/order": {}, "/administrations/-": {"id": "A2"}},
        {"/administrations/0/order": {}, "/administrations/0/signed_by": None},
        {
            "/administrations": [
                {
                    "id": "A1",
                    "drug": "iron sucrose",
                    "hcpcs": "J1756",
                    "start": "2026-03-03T09:00",
                    "stop": "2026-03-03T09:45",
                }
            ]
        },
        {
            "/administrations": [
                {
                    "id": "A1",
                    "drug": "iron sucrose",
                    "hcpcs": "J1756",
                    "start": "2026-03-03T09:00",
                    "stop": "2026-03-03T09:45",
                    "order": {},
                }
            ]
        },
        {
            "/administrations": [
                {
                    "id": "A1",
                    "drug": "iron sucrose",
                    "hcpcs": "J1756",
                    "start": "2026-03-03T09:00",
                    "stop": "2026-03-03T09:45",
                },
                {"id": "A2", "order": {"id": "O1"}},
            ]
        },
        {
            "/administrations": [
                {
                    "id": "A1",
                    "drug": "iron sucrose",
                    "hcpcs": "J1756",
                    "start": "2026-03-03T09:00",
                    "stop": "2026-03-03T09:45",
                },
                {"id": "A2", "order": {"by_npi": "1245319599"}},
            ]
        },
        {
            "/administrations": [
                {
                    "id": "A1",
                    "drug": "iron sucrose",
                    "hcpcs": "J1756",
                    "start": "2026-03-03T09:00",
                    "stop": "2026-03-03T09:45",
                },
                {"id": "A2", "order": {"indication": "D50.9"}},
            ]
        },
        {
            "/administrations": [
                {
                    "id": "A1",
                    "drug": "iron sucrose",
                    "hcpcs": "J1756",
                    "start": "2026-03-03T09:00",
                    "stop": "2026-03-03T09:45",
                    "signed_by": "N. NURSE",
                }
            ]
        },
        {"/administrations": [{"id": "A1", "drug": "iron sucrose", "iv_rationale": "x"}]},
        {"/administrations": [{"id": "A1", "drug": "iron sucrose", "recorded_by": "N. NURSE"}]},
        {"/administrations": [{"id": "A1", "drug": "iron sucrose", "signer_credential": "RN"}]},
        {"/administrations": [{"id": "A1", "drug": "iron sucrose", "signed_at": "2026-03-03T10:00"}]},
    ],
    keeps=[
        {},
        {"/administrations/0/order": {"id": "O1", "indication": "D50.9"}},
        {"/administrations/0/order": {"by_npi": "1245319599", "indication": "D50.9"}},
        {"/administrations/0/order": None, "/administrations/0/purpose": "keep_vein_open"},
    ],
)
def order_missing(case: Case) -> Iterator[Hit]:
    """Nothing is given without an order, and nothing without one is paid.

    A warning where the record holds no order and no signature of any administration: it is an extract then.
    """
    for given in charted(case):
        order = given.source.order
        if order is None or not (order.id or order.by_npi):
            yield Hit(at(given, "order"), severity=severity(case), id=given.id, drug=given.name)


def indicated(text: str | None) -> str | None:
    """The diagnosis code that an indication states, compact; None for words."""
    return icd10.compact(text) if text and icd10.problem(text) is None else None


@rule(
    "DOC-NEC-002",
    "indication-not-billed",
    message="administration {id} ({drug}) was ordered for {code}, which is no diagnosis of the claim",
    help="Add the diagnosis to the claim, or have the order corrected: drug and diagnosis go together.",
    source=ARTICLES,
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/order/indication": "K50.90"},
        {"/administrations/0/order/indication": "D51.0"},
        {"/diagnoses/0/code": "D63.1"},
        {"/administrations/0/order/indication": "D50", "/diagnoses/0/code": None},
        {BASE: "chemo-facility"},
        {"/diagnoses/0/code": "D63.1", "/administrations/-": {"id": "A2", "order": {"indication": "D50.9"}}},
    ],
    keeps=[
        {},
        {"/administrations/0/order/indication": "D509"},
        {"/administrations/0/order/indication": "D50"},
        {"/administrations/0/order/indication": "D50.0"},
        {"/diagnoses/0/code": "D50"},
        {"/administrations/0/order/indication": "iron deficiency"},
        {"/administrations/0/order/indication": "E86.0"},
        {"/diagnoses": []},
        {"/administrations/0/order/indication": "E86.0", "/diagnoses/1/code": "E8"},
        {"/administrations/0/order": None},
    ],
)
def indication_not_billed(case: Case) -> Iterator[Hit]:
    """The order ties the drug to a diagnosis; that diagnosis has to stand on the claim.

    An error where no order of the record fits a diagnosis of the claim; a remark where another one does, as
    with an antiemetic beside chemotherapy. Codes of one category (the first three characters) go together:
    the record may be more exact than the order. Words are not judged.
    """
    stated = [case.claim.diagnoses[i].code for i in claim_diagnoses(case.claim)]
    billed = [icd10.compact(code) for code in stated if code]
    ordered = [
        (given, code)
        for given in charted(case)
        if (code := indicated(given.source.order.indication if given.source.order else None)) is not None
    ]
    fits = [any(code.startswith(b[:3]) for b in billed) for _, code in ordered]
    for (given, code), fit in zip(ordered, fits, strict=True):
        if billed and not fit:
            yield Hit(
                at(given, "order/indication"),
                severity="info" if any(fits) else None,
                id=given.id,
                drug=given.name,
                code=code[:3] + ("." + code[3:] if len(code) > 3 else ""),
            )


@rule(
    "DOC-NEC-003",
    "reason-for-vein-missing",
    message="the record does not say why administration {id} ({drug}) was given into a vein and not by mouth",
    help="Have the reason recorded: not tolerated by mouth, no oral form, or how fast it had to work.",
    source=ARTICLES,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/iv_rationale": None},
        {"/administrations/0/iv_rationale": None, "/administrations/0/hcpcs": "J7120"},
        {"/administrations/0/iv_rationale": None, "/administrations/-": {"id": "A2"}},
    ],
    keeps=[
        {},
        {
            "/administrations/0/iv_rationale": None,
            "/administrations/0/technique": "injection",
            "/administrations/0/route": "IM",
        },
        {"/administrations/0/iv_rationale": None, "/administrations/0/category": "chemotherapy"},
    ],
)
def reason_for_vein_missing(case: Case) -> Iterator[Hit]:
    """Payers ask why a drug was not given by mouth; of antineoplastics and complex biologics they do not."""
    for given in charted(case):
        if by_vein(given) and given.klass in ("therapeutic", "hydration") and not given.source.iv_rationale:
            yield Hit(at(given, "iv_rationale"), id=given.id, drug=given.name)


@rule(
    "DOC-NEC-004",
    "indication-missing",
    message="the order of administration {id} ({drug}) does not say for what it is",
    help="Have the indication added to the order, best as a diagnosis code.",
    source=ARTICLES,
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/order/indication": None},
        {"/administrations/0/order/indication": None, "/administrations/0/order/id": None},
        {"/administrations/0/order/indication": None, "/administrations/0/order/by_npi": None},
        {
            "/administrations/0/order/indication": None,
            "/administrations/-": {"id": "A2", "order": {"id": "O1"}},
        },
    ],
    keeps=[
        {},
        {"/administrations/0/order/indication": "iron deficiency"},
        {"/administrations/0/order": None},
        {
            "/administrations/0/order/indication": None,
            "/administrations/0/order/id": None,
            "/administrations/0/order/by_npi": None,
        },
    ],
)
def indication_missing(case: Case) -> Iterator[Hit]:
    """Order and diagnosis have to be tied in the record. A missing order is DOC-NEC-001."""
    for given in charted(case):
        order = given.source.order
        if order is not None and (order.id or order.by_npi) and not (order.indication or "").strip():
            yield Hit(at(given, "order/indication"), id=given.id, drug=given.name)


@rule(
    "DOC-SIGN-001",
    "signature-missing",
    message="administration {id} ({drug}) {what}",
    help="Have the entry signed by the clinician who gave it, with credentials, before the claim goes out.",
    source=f"{ARTICLES}; CMS Pub. 100-08 ch. 3 section 3.3.2.4 (signature requirements)",
    severity="error",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/signed_by": None},
        {"/administrations/0/signed_by": " "},
        {"/administrations/0/signer_credential": None},
        {"/administrations/0/signed_by": " ", "/administrations/-": {"id": "A2"}},
        {"/administrations/0/signer_credential": None, "/administrations/-": {"id": "A2"}},
    ],
    keeps=[
        {},
        {"/administrations/0/signed_by": None, "/administrations/0/purpose": "flush"},
        {"/administrations/-": {"id": "A2", "route": "PO"}},
    ],
)
def signature_missing(case: Case) -> Iterator[Hit]:
    """An entry that nobody signed proves nothing. A signature without credentials is a warning."""
    for given in charted(case):
        if not (given.source.signed_by or "").strip():
            yield Hit(
                at(given, "signed_by"),
                severity=severity(case),
                id=given.id,
                drug=given.name,
                what="is not signed in the record",
            )
        elif not (given.source.signer_credential or "").strip():
            yield Hit(
                at(given, "signer_credential"),
                severity="warning",
                id=given.id,
                drug=given.name,
                what="is signed without credentials",
            )


@rule(
    "DOC-SIGN-002",
    "signature-late",
    message="administration {id} ({drug}) was signed {hours} hours after it ended",
    help="Have late entries attested; entries are expected within one or two days.",
    source="Medicare contractors on delayed entries: 24 to 48 hours (rules catalogue H.1; to be verified)",
    severity="warning",
    snip=7,
    needs=("record",),
    on="encounter",
    breaks=[
        {"/administrations/0/signed_at": "2026-03-05T09:46"},
        {"/administrations/0/stop": "2025-06-03T09:45"},
        {"/administrations/0/signed_at": "2026-03-05T09:45", "/administrations/0/stop": None},
        {
            "/administrations/0/signed_at": "2026-03-05T09:46",
            "/administrations/-": {"id": "A2", "stop": "2026-03-03T09:45", "signed_at": "2026-03-05T09:46"},
        },
        {"/administrations/0/signed_at": "2026-03-05T09:45:30"},
    ],
    keeps=[
        {},
        {"/administrations/0/signed_at": "2026-03-05T09:45"},
        {"/administrations/0/signed_at": None},
        {"/administrations/0/signed_at": "later"},
        {"/administrations/-": {"id": "A2", "signed_at": "2026-03-05T09:46"}},
    ],
)
def signature_late(case: Case) -> Iterator[Hit]:
    """A signature long after the fact weighs less in a review."""
    for given in charted(case):
        signed = read(given.source.signed_at, case.timeline.zone).seconds
        ended = given.end if given.end is not None else given.begin
        if signed is not None and ended is not None and signed - ended > LATEST_HOURS * 3600:
            yield Hit(
                at(given, "signed_at"), id=given.id, drug=given.name, hours=f"{(signed - ended) / 3600:.0f}"
            )
