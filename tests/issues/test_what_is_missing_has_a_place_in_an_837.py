"""A finding about something that an 837 lacks says where it would stand, and near which segment."""

from datetime import datetime
from pathlib import Path

import edi
from edi.finding import Finding, X12Place
from edi.model.contract import to_json

SAMPLES = Path(__file__).resolve().parents[2] / "samples"
CREATED = datetime(2026, 11, 2, 8, 0)


def findings(data: bytes) -> list[Finding]:
    return [f for f in edi.check(data).findings if f.severity != "info"]


def without(name: str, *beginnings: str) -> tuple[bytes, list[str]]:
    """A sample without some segments, and the segments of its set."""
    text = (SAMPLES / "x12" / f"{name}.837").read_text("ascii").replace("\n", "")
    kept = [s for s in text.split("~") if not s.startswith(beginnings)]
    count = kept.index(next(s for s in kept if s.startswith("SE*"))) - 1
    data = "~".join(f"SE*{count}*{s.split('*')[2]}" if s.startswith("SE*") else s for s in kept)
    return data.encode(), kept[kept.index(next(s for s in kept if s.startswith("ST*"))) :]


def place_of(found: list[Finding], rule: str) -> X12Place:
    (one,) = (f for f in found if f.rule == rule)
    assert one.place.x12 is not None, rule
    return one.place.x12


def test_a_loop_that_is_not_there() -> None:
    data, segments = without("ivig-165-min", "NM1*71", "PRV*AT")
    place = place_of(findings(data), "FAC-PROV-001")
    assert (place.address, place.loop) == ("2310A/NM1", "2310A")
    assert place.segment is not None and segments[place.segment - 1].startswith("CLM*")
    assert place.byte is not None and data[place.byte :].startswith(b"CLM*")


def test_a_segment_of_a_line_that_is_not_there() -> None:
    data, segments = without("ivig-165-min", "DTP*472")
    found = [f for f in findings(data) if f.rule == "FAC-DATE-001"]
    assert [f.place.x12.address for f in found if f.place.x12] == [
        f"2400[{n}]/DTP[472]/03" for n in range(1, len(found) + 1)
    ]
    assert [segments[(f.place.x12.segment or 0) - 1] for f in found if f.place.x12] == [
        f"LX*{n}" for n in range(1, len(found) + 1)
    ]


def test_a_line_that_holds_nothing() -> None:
    """The last line has no value that says where it is: its place is its own LX, not that of line 1."""
    text = (SAMPLES / "x12" / "ivig-165-min.837").read_text("ascii").replace("\n", "")
    kept = text.split("~")
    last = next(s for s in kept if s.startswith("SE*"))
    lines = sum(s.startswith("LX*") for s in kept)
    count, number = int(last.split("*")[1]), last.split("*")[2]
    data = text.replace(last, f"LX*{lines + 1}~SV2~SE*{count + 2}*{number}").encode()
    place = place_of(findings(data), "FAC-DATE-001")
    assert place.address == f"2400[{lines + 1}]/DTP[472]/03"
    assert place.byte is not None and data[place.byte :].startswith(f"LX*{lines + 1}~".encode())


def test_a_segment_that_several_lines_lack_is_a_finding_for_each() -> None:
    data, segments = without("cisplatin-hydration", "LIN*", "CTP*")
    found = [f for f in edi.check(data, policies={"ndc_required": "yes"}).findings if f.rule == "NDC-REQ-001"]
    lines = [f.place.line for f in found]
    assert len(lines) > 1 and len(lines) == len(set(lines))
    starts = [segments[(f.place.x12.segment or 0) - 1] for f in found if f.place.x12]
    assert starts == [f"LX*{line}" for line in lines]


def test_an_element_that_is_not_there() -> None:
    data = (SAMPLES / "x12" / "antibiotic-70-min.837").read_bytes()
    start = data.index(b"SBR*P*18*")
    broken = data[:start] + b"SBR*P*18" + data[data.index(b"~", start) :]
    place = place_of(findings(broken), "SBR-FILING-001")
    assert place.address == "2000B/SBR/09"
    assert place.byte is not None and broken[: place.byte].endswith(b"SBR*P*18")


def test_json_has_the_same_address() -> None:
    (claim,) = edi.read_claims(SAMPLES / "claims" / "ivig-165-min.claim.json")
    claim.attending_provider = None
    (one,) = (f for f in edi.check(to_json(claim)).findings if f.rule == "FAC-PROV-001")
    assert one.place.x12 == X12Place(address="2310A/NM1", loop="2310A")


def test_what_several_claims_show_has_the_segment_of_its_line() -> None:
    text = (SAMPLES / "x12" / "antibiotic-70-min.837").read_text("ascii")
    (one,) = edi.read_837(text.encode())
    (other,) = edi.read_837(text.encode())
    other.claim_id = "OTHER"
    data = edi.write_837(
        [one, other], submitter=one.submitter, receiver=one.receiver, created=CREATED, control_number=1
    )
    segments = data.decode("ascii").replace("\n", "").split("~")
    segments = segments[segments.index(next(s for s in segments if s.startswith("ST*"))) :]
    found = [f for f in edi.check(data).findings if f.rule == "PRO-DUP-001"]
    assert [(f.index, f.place.x12.address) for f in found if f.place.x12] == [
        (0, "2400[1]"),
        (0, "2400[2]"),
        (1, "2400[1]"),
        (1, "2400[2]"),
    ]
    assert [segments[(f.place.x12.segment or 0) - 1] for f in found if f.place.x12] == ["LX*1", "LX*2"] * 2
