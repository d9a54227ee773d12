"""PRO: place of service, frequency, size and attachments of the claim."""

from collections.abc import Iterator

from edi.finding import Severity
from edi.rules import Case, Hit, rule
from edi.rules.about import BASE, PAPER
from edi.rules.asks import absent, box, frequency_of

MOST_LINES = 50
NOTE_LENGTH = 80


@rule(
    "PRO-POS-003",
    "place-of-service-unusable",
    message="{what}",
    help="Write the two digits of the place where the service was given, such as 11 office or 12 home.",
    source="005010X222A1, 2300 CLM05-1 (required) and 2400 SV105; CMS place of service codes; CMS-1500 item "
    "24B",
    severity="error",
    sees="line",
    snip=2,
    also=("P27", "P64", "SNIP5-003"),
    setting="professional",
    breaks=[
        {"/place_of_service": None},
        {"/place_of_service": "98"},
        {"/lines/0/place_of_service": "1"},
        {"/lines/0/place_of_service": "1", "/lines/1/place_of_service": "1"},
    ],
    keeps=[{"/place_of_service": "49"}, {"/lines/0/place_of_service": "12"}],
)
def place_unusable(case: Case) -> Iterator[Hit]:
    """A professional claim says where the services were given, in codes that exist."""
    stated = case.claim.place_of_service
    if absent(case, stated, "/place_of_service"):
        yield Hit("/place_of_service", what="no place of service (item 24B)")
    places = [("/place_of_service", "", stated)]
    for i, line in enumerate(case.claim.lines):
        places.append((f"/lines/{i}/place_of_service", f"line {i + 1}: ", line.place_of_service))
    for path, where, code in places:
        if code is not None and case.lists.known("pos", code, None) is False:
            yield Hit(path, what=f"{where}{code} is no place of service (item 24B)")


@rule(
    "PRO-FREQ-003",
    "frequency-unusable",
    message="the claim frequency {frequency} {problem} (item 22)",
    help="Write 1 for an original claim, 7 to replace one, 8 to void one.",
    source="005010X222A1, 2300 CLM05-3; CMS-1500 item 22; rules catalogue P27",
    severity="error",
    snip=2,
    also=("P27",),
    sees="bill",
    setting="professional",
    breaks=[
        {"/frequency": "12"},
        {"/frequency": "5"},
        {"/frequency": "É"},
        {"/frequency": "-"},
    ],
    keeps=[
        {"/frequency": "1"},
        {"/frequency": "7", "/original_reference": "X1"},
        {"/frequency": None},
        {"/frequency": "Y"},
        {"/type_of_bill": "0135"},
    ],
)
def frequency_unusable(case: Case) -> Iterator[Hit]:
    """The frequency is one character; those of facility bills are a warning on a professional claim."""
    code = frequency_of(case)
    entry = case.lists.entry("bill_frequency", code)
    if len(code) != 1 or not code.isascii() or not code.isalnum():
        yield Hit("/frequency", frequency=code, problem="is not one letter or digit")
    elif entry is not None and entry.fields.get("professional") == "no":
        yield Hit(
            "/frequency", severity="warning", frequency=code, problem="is not used on professional claims"
        )


@rule(
    "PRO-FREQ-002",
    "original-reference-missing",
    message="the claim changes or voids another one (frequency {frequency}) and does not say which ({box})",
    help="Write the payer's control number of that claim, from its remittance.",
    source="005010X222A1 and 005010X223A2, 2300 REF*F8 (required with frequency 7 or 8); CMS-1500 item 22, "
    "UB-04 FL 64; codes/bill_frequency.csv for other frequencies (a warning)",
    severity="error",
    snip=4,
    sees="bill",
    also=("P39", "I19", "FAC-TOB-004", "F15-22-001"),
    breaks=[
        {"/frequency": "7"},
        {"/frequency": "8"},
        {"/frequency": "6"},
        {BASE: "facility", "/type_of_bill": "013Q"},
    ],
    keeps=[
        {"/frequency": "7", "/original_reference": "2026061000123"},
        {"/frequency": "1"},
        {"/frequency": "6", "/original_reference": "2026061000123"},
        {"/frequency": "Y"},
    ],
)
def original_reference_missing(case: Case) -> Iterator[Hit]:
    """Only the payer's own number tells it which claim is changed."""
    code = frequency_of(case)
    entry = case.lists.entry("bill_frequency", code)
    if entry is None or entry.fields.get("original") != "yes":
        return
    if absent(case, case.claim.original_reference, "/original_reference"):
        severity: Severity | None = None if code in ("7", "8") else "warning"
        where = box(case, "22", "64")
        yield Hit("/original_reference", severity=severity, frequency=code, box=where)


@rule(
    "F15-22-001",
    "original-reference-without-frequency",
    message="the claim names an original claim, but its frequency is {frequency} ({box})",
    help="Write frequency 7 to replace or 8 to void that claim, or remove its number.",
    source="005010X222A1 and 005010X223A2, 2300 REF*F8 (with frequency 7 or 8 only); CMS-1500 item 22, "
    "UB-04 FL 64",
    severity="warning",
    snip=4,
    sees="bill",
    also=("P39", "I19"),
    breaks=[{"/original_reference": "2026061000123"}],
    keeps=[
        {"/original_reference": "2026061000123", "/frequency": "7"},
        {},
        {"/original_reference": "2026061000123", "/frequency": "12"},
    ],
)
def reference_without_frequency(case: Case) -> Iterator[Hit]:
    """A first claim has nothing to replace."""
    if not case.claim.original_reference:
        return
    code = frequency_of(case)
    entry = case.lists.entry("bill_frequency", code)
    if entry is not None and entry.fields.get("original") == "no":
        yield Hit("/original_reference", frequency=code, box=box(case, "22", "64"))


@rule(
    "PRO-LINE-002",
    "too-many-lines",
    message="the claim has {count} lines; {room} can be sent",
    help="Split the claim, with different totals.",
    source="005010X222A1, loop 2400 (at most 50); 005010X223A2, loop 2400 (at most 999)",
    severity="error",
    snip=2,
    sees="codes",
    also=("P58", "I41", "FAC-LINE-001"),
    setting="professional",
    breaks=[{"/lines": [{"hcpcs": "96375"}] * 51}],
    keeps=[{"/lines": [{"hcpcs": "96375"}] * 50}],
)
def too_many_lines(case: Case) -> Iterator[Hit]:
    """A professional claim has room for 50 lines."""
    count = len(case.claim.lines)
    if count > MOST_LINES:
        yield Hit(f"/lines/{MOST_LINES}", count=count, room=MOST_LINES)


@rule(
    "CLM-NOTE-001",
    "note-too-long",
    message="the note of the claim has {count} characters; 80 can be sent ({box})",
    help="Shorten the note, or send the text as an attachment.",
    source="005010X222A1 and 005010X223A2, 2300 NTE02 (at most 80 characters); rules catalogue P42",
    severity="error",
    given=("note",),
    snip=1,
    also=("P42", "I20", "SNIP1-002"),
    breaks=[{"/note": "X" * 81}],
    keeps=[
        {"/note": "X" * 80},
        {},
    ],
)
def note_too_long(case: Case) -> Iterator[Hit]:
    """The note of a claim has room for 80 characters."""
    note = case.claim.note
    if note and len(note) > NOTE_LENGTH:
        yield Hit("/note", count=len(note), box=box(case, "19", "80"))


@rule(
    "CLM-ATT-001",
    "attachment-incomplete",
    message="attachment {number} {problem}",
    help="Write type and transmission, and a control number unless the papers are kept here (AA).",
    source="005010X222A1 and 005010X223A2, 2300 PWK01, PWK02 and PWK06; rules catalogue P36",
    severity="error",
    given=("attachments",),
    snip=2,
    also=("P36", "I17"),
    breaks=[
        {"/attachments": [{"transmission": "AA"}]},
        {"/attachments": [{"type": "OZ"}]},
        {"/attachments": [{"type": "OZ", "transmission": "ZZ"}]},
        {"/attachments": [{"type": "OZ", "transmission": "FX"}]},
        {"/attachments": [{}]},
        {"/attachments": [{"transmission": "ZZ"}, {}]},
    ],
    keeps=[
        {"/attachments": [{"type": "OZ", "transmission": "AA"}]},
        {"/attachments": [{"type": "OZ", "transmission": "FX", "control_number": "1"}]},
        {"/attachments": [{"transmission": "AA"}], "/unread/-": {"path": "/attachments/0/type", "text": "?"}},
    ],
)
def attachment_incomplete(case: Case) -> Iterator[Hit]:
    """Papers find their claim by a control number."""
    for i, one in enumerate(case.claim.attachments):
        base = f"/attachments/{i}"
        for key, list_name in (("type", "attachment_type"), ("transmission", "attachment_transmission")):
            code = getattr(one, key)
            if absent(case, code, f"{base}/{key}"):
                yield Hit(f"{base}/{key}", number=i + 1, problem=f"has no {key}")
            elif code is not None and case.lists.known(list_name, code, None) is False:
                yield Hit(
                    f"{base}/{key}", number=i + 1, problem=f"has the {key} {code}, which does not exist"
                )
        if one.transmission not in (None, "AA") and not one.control_number:
            yield Hit(f"{base}/control_number", number=i + 1, problem="has no control number")


@rule(
    "CLM-DELAY-001",
    "delay-reason-unknown",
    message="{code} is no delay reason",
    help="Write 1 to 11 or 15, or leave the delay reason out.",
    source="005010X222A1 and 005010X223A2, 2300 CLM20; rules catalogue P33",
    severity="error",
    given=("delay_reason",),
    snip=2,
    also=("P33", "I12", "SNIP2-004"),
    breaks=[{"/delay_reason": "14"}],
    keeps=[
        {"/delay_reason": "1"},
        {"/delay_reason": "15"},
        {},
    ],
)
def delay_reason_unknown(case: Case) -> Iterator[Hit]:
    """A late claim says why with one of twelve codes."""
    code = case.claim.delay_reason
    if code is not None and case.lists.known("delay_reason", code, None) is False:
        yield Hit("/delay_reason", code=code)


@rule(
    "F15-14-001",
    "claim-date-incomplete",
    message="date {number} of the claim {problem}",
    help="Write qualifier and day, such as 431 for the onset of the illness.",
    source="005010X222A1 and 005010X223A2, 2300 DTP; CMS-1500 items 14 to 16 and 18",
    severity="error",
    given=("dates",),
    snip=2,
    breaks=[
        {"/dates": [{"date": "2026-03-01"}]},
        {"/dates": [{"qualifier": "431"}]},
        {"/dates": [{"qualifier": "999", "date": "2026-03-01"}]},
        {"/dates": [{"qualifier": "314", "date": "2026-03-02", "through_date": "2026-03-01"}]},
        {"/dates": [{}], "/dates/-": {"qualifier": "999"}},
        {"/dates": [{}]},
        {"/dates": [{"date": "2026-03-02", "through_date": "2026-03-01"}, {}]},
        {"/dates": [{"date": "2026-03-01"}], PAPER: [{"14.date": "03 01 2026"}]},
    ],
    keeps=[
        {"/dates": [{"qualifier": "431", "date": "2026-03-01"}]},
        {"/dates": [{"qualifier": "314", "date": "2026-03-01", "through_date": "2026-03-01"}]},
        {
            "/dates": [{"qualifier": "431", "through_date": "2026-03-01"}],
            "/unread/-": {"path": "/dates/0/date", "text": "?"},
        },
        {"/dates": [{"date": "2026-03-01"}], "/unread/-": {"path": "/dates/0/qualifier", "text": "?"}},
    ],
)
def claim_date_incomplete(case: Case) -> Iterator[Hit]:
    """A date of the claim says what it is the date of; on paper one that does not is a warning."""
    missing: Severity | None = None if case.paper is None else "warning"
    for i, one in enumerate(case.claim.dates):
        base = f"/dates/{i}"
        if absent(case, one.qualifier, f"{base}/qualifier"):
            yield Hit(f"{base}/qualifier", severity=missing, number=i + 1, problem="has no qualifier")
        elif one.qualifier is not None and case.lists.known("date_qualifiers", one.qualifier, None) is False:
            yield Hit(f"{base}/qualifier", number=i + 1, problem=f"has the unknown qualifier {one.qualifier}")
        if absent(case, one.date, f"{base}/date"):
            yield Hit(f"{base}/date", number=i + 1, problem="has no day")
        elif one.date is not None and one.through_date is not None and one.through_date < one.date:
            yield Hit(f"{base}/through_date", number=i + 1, problem="ends before it begins")
