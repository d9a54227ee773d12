"""Who sends the file and who gets it."""

from collections.abc import Iterator

from edi.model.party import TradingPartner
from edi.rules import Case, Hit, rule


def _missing(partner: TradingPartner) -> Iterator[tuple[str, str]]:
    if not partner.name:
        yield "name", "no name"
    if not partner.id:
        yield "id", "no id"


@rule(
    "FILE-SEND-001",
    "submitter-incomplete",
    message="the submitter {problem}",
    help="Write name, id, contact and telephone of who sends the file, in the record or in the settings.",
    source="005010X222A1 and 005010X223A2, 1000A NM1*41 and PER*IC; rules catalogue P01",
    severity="error",
    snip=2,
    also=("P01", "I01"),
    breaks=[
        {"/submitter": None},
        {"/submitter/name": None},
        {"/submitter/id": None},
        {"/submitter/phone": None},
        {"/submitter": None, "/submitter/id": "SAMPLE1"},
    ],
    keeps=[
        {"/submitter/phone": None, "/submitter/email": "edi@example.com"},
        {"/submitter/contact_name": None},
    ],
)
def submitter_incomplete(case: Case) -> Iterator[Hit]:
    """A file names its sender, with a way to reach him.

    The settings may name the submitter, and a paper claim needs none: a record without one is a remark.
    """
    submitter = case.claim.submitter
    if submitter is None:
        yield Hit("/submitter", severity="info", problem="is not named; an 837 file needs one")
        return
    for key, words in _missing(submitter):
        yield Hit(f"/submitter/{key}", problem=f"has {words}")
    if not submitter.phone and not submitter.email:
        yield Hit("/submitter/phone", problem="has neither a telephone number nor an e-mail address")


@rule(
    "FILE-RECV-001",
    "receiver-incomplete",
    message="the receiver {problem}",
    help="Write name and id of who gets the file, in the record or in the settings.",
    source="005010X222A1 and 005010X223A2, 1000B NM1*40; rules catalogue P02",
    severity="error",
    snip=2,
    also=("P02", "I01"),
    breaks=[
        {"/receiver": None},
        {"/receiver/name": None},
        {"/receiver/id": None},
        {"/receiver": {}},
    ],
    keeps=[{"/receiver/id": "CLEAR2"}],
)
def receiver_incomplete(case: Case) -> Iterator[Hit]:
    """A file names its receiver.

    The settings may name it, and a paper claim needs none: a record without one is a remark.
    """
    receiver = case.claim.receiver
    if receiver is None:
        yield Hit("/receiver", severity="info", problem="is not named; an 837 file needs one")
        return
    for key, words in _missing(receiver):
        yield Hit(f"/receiver/{key}", problem=f"has {words}")
