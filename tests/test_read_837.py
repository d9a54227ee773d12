"""837 to claims and back: made-up, published and broken ones; the read-back gate; the crosswalk."""

import datetime as dt
import io
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, is_dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claim_strategies import claims, sentinel
from edi.errors import NotReadable, NotWritable
from edi.model import crosswalk
from edi.model.claim import Claim, Unmapped, Unread, ValueCode
from edi.model.party import Adjudication, Authorization, Provider, SecondaryId
from edi.transactions.normal837 import normal, provider
from edi.transactions.parts837 import REFERRING_QUALIFIERS
from edi.transactions.reading import ReadClaim, read_837, read_claims, trace_read
from edi.transactions.writing import differences, stream_837, trace_837, write_837
from edi.x12.findings import Fault
from edi.x12.reader import Reader, SetHead, Unit, address
from edi.x12.segment import COMPONENT, ELEMENT, Delimiters, d8, number
from test_write_837 import CLAIMS, CREATED, PRACTICE, facility, line, professional
from x12_bases import BASES, program, wrapped

generate = program("generate")

CORPORA = Path(__file__).parents[1].parent / "shared" / "corpora"


def written(*given: Claim) -> bytes:
    return write_837(given, created=CREATED)


def one(data: bytes) -> Claim:
    (claim,) = read_837(data)
    return claim


def settled(claim: Claim) -> Claim:
    """A claim that was read, with its unmapped segments in a fixed order."""
    return replace(claim, unmapped=tuple(sorted(claim.unmapped, key=lambda u: (u.address, u.text))))


def segments(data: bytes) -> list[str]:
    """Segments of the transaction sets, their numbers shortest, without what numbers them."""
    found = []
    for event in Reader(io.BytesIO(data)):
        if isinstance(event, Unit):
            found += [_plain(s) for s in event.segments]
    return [s for s in found if s.split("*")[0] not in ("ST", "SE", "BHT")]


def _plain(segment: str) -> str:
    text = segment.replace(ELEMENT, "*").replace(COMPONENT, ":")
    return re.sub(r"(?<=[*:])(\d+)\.(\d*?)0+(?=[*:]|$)", lambda m: m[1] + (f".{m[2]}" if m[2] else ""), text)


# --- claim -> 837 -> claim


@pytest.mark.parametrize("name", CLAIMS)
def test_a_claim_comes_back_as_it_was(name: str) -> None:
    data = written(CLAIMS[name])
    claim = one(data)
    assert list(differences(normal(CLAIMS[name]), settled(claim))) == []
    assert written(claim) == data, "what was read is written in the same bytes"
    assert normal(claim) == settled(claim)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(claim=claims())
def test_a_made_up_claim_comes_back_as_it_was(claim: Claim) -> None:
    data = write_837([claim], created=CREATED, verify=False)
    claim_ = one(data)
    assert list(differences(normal(claim), settled(claim_))) == []
    assert write_837([claim_], created=CREATED) == data


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(found=st.lists(claims(), min_size=1, max_size=4), marks=st.sampled_from(("*:^~", "|>!\n", "!<$\x1d")))
def test_many_claims_with_other_delimiters(found: list[Claim], marks: str) -> None:
    data = written(*found)
    own = "*:^~"
    if any(m in data.decode() for m in marks if m not in own):
        return
    dressed = data.decode().translate(str.maketrans(own, marks)).encode()
    read = list(read_837(dressed))
    assert [settled(c) for c in read] == [settled(c) for c in read_837(data)]
    assert written(*read) == data


def test_levels_are_shared_and_found_again() -> None:
    found = [professional(claim_id=f"C{n}") for n in range(5)] + [facility(claim_id="F")]
    read = list(read_837(written(*found)))
    assert [c.claim_id for c in read] == ["C0", "C1", "C2", "C3", "C4", "F"]
    assert read[0].billing_provider is read[4].billing_provider, "one record for the whole level"
    assert written(*read) == written(*found)


def test_authorizations_by_line_come_back() -> None:
    claim = one(written(CLAIMS["professional authorizations by code"]))
    assert claim.coverages[0].authorizations == (
        Authorization(number="ALL"),
        Authorization(number="DRUG", hcpcs="J1745"),
    )


def test_authorizations_that_the_writer_would_put_elsewhere_are_carried_along() -> None:
    text = written(professional(lines=(line(), line()))).decode()
    data = _counted(text.replace("~DTP*472*D8*20260303~", "~DTP*472*D8*20260303~REF*G1*ONE~", 1))
    claim = one(data)
    assert claim.coverages[0].authorizations == ()
    assert claim.unmapped == (Unmapped(address="2400[1]/REF", text="REF*G1*ONE"),)
    assert segments(written(claim)) == segments(data)


def _counted(text: str) -> bytes:
    """A file of one set with its SE01 right again."""
    body = text.split("~")
    start = next(i for i, s in enumerate(body) if s.startswith("ST*"))
    end = next(i for i, s in enumerate(body) if s.startswith("SE*"))
    body[end] = f"SE*{end - start + 1}*0001"
    return "~".join(body).encode("latin-1")


# --- files of others


def valid_files() -> Iterator[Path]:
    manifest = CORPORA / "manifest.csv"
    if manifest.exists():
        for row in manifest.read_text().splitlines()[1:]:
            name, verdict, *_ = row.split(",")
            if verdict == "valid" and "837" in name and not name.startswith("acks"):
                yield CORPORA / name


@pytest.mark.skipif(not CORPORA.exists(), reason="no published files here")
def test_valid_files_come_back_in_the_same_segments() -> None:
    """What differs: numbers are shortest, hyphens leave the tax id, the submitter has one number."""
    files = list(valid_files())
    assert len(files) > 15
    for path in files:
        data = path.read_bytes()
        read = list(read_837(data))
        assert read and not any(c.unread for c in read), path.name
        back = segments(write_837(read, created=CREATED))
        before = [_known(s) for s in segments(data)]
        assert [_known(s) for s in back] == before, path.name


def _known(segment: str) -> str:
    """A segment without the differences that the test names."""
    if segment.startswith("REF*EI*"):
        return segment.replace("-", "")
    return re.sub(r"^(PER\*IC\*[^*]*\*TE\*\d+)\*EX\*\d+$", r"\1", segment)


@pytest.mark.skipif(not CORPORA.exists(), reason="no published files here")
def test_every_published_file_is_read_or_is_no_x12() -> None:
    read = 0
    for path in sorted(CORPORA.glob("*/*.edi")):
        try:
            for claim in read_837(path.read_bytes()):
                trace_read(claim)
                read += 1
        except NotReadable:
            assert path.name == "no_isa_line.edi"
    assert read > 40


# --- what has no home


EXTRA = {
    "CN1*04*5": "2300/CN1",
    "K3*free text": "2300/K3",
    "REF*D9*TRACE": "2300/REF",
    "CRC*75*Y*IH": "2300/CRC",
}


def test_segments_without_a_home_are_carried_along() -> None:
    text = written(professional()).decode()
    at = text.index("REF*EA")
    data = _counted(text[:at] + "REF*D9*TRACE~" + text[at:])
    data = _counted(data.decode().replace("HI*ABK", "K3*free text~CRC*75*Y*IH~HI*ABK", 1))
    data = _counted(data.decode().replace("REF*D9", "CN1*04*5~REF*D9", 1))
    claim = one(data)
    assert {u.text: u.address for u in claim.unmapped} == EXTRA
    assert written(claim) == data


def test_elements_without_a_home_are_carried_along() -> None:
    text = written(professional()).decode()
    text = text.replace("*UN*1***1~", "*UN*1***1****Y*Y~", 1).replace("~HI*ABK", "~HCP*00*10~HI*ABK")
    text = text.replace("~HCP*00*10~HI*ABK", "~HI*ABK").replace("NM1*IL*1", "NM1*IL*2", 1)
    data = _counted(text.replace("*PI*12345", "*XV*12345", 1))
    claim = one(data)
    assert {(u.address, u.text) for u in claim.unmapped} == {
        ("2010BA/NM1/02", "2"),
        ("2010BB/NM1/08", "XV"),
        ("2400[1]/SV1/11", "Y"),
        ("2400[1]/SV1/12", "Y"),
    }
    assert written(claim) == data


def test_data_that_hold_the_usual_marks_are_carried_along() -> None:
    text = written(professional()).decode()
    text = text.replace("~HI*ABK", "~K3*5@6~HI*ABK", 1)
    data = _counted(text).decode().translate(str.maketrans("*:^~@", "|>!\n*")).encode()
    claim = one(data)
    assert claim.unmapped[0].text == f"K3{ELEMENT}5*6"
    marks = Delimiters(element="|", component=">", repetition="!", segment="\n")
    assert write_837([claim], created=CREATED, delimiters=marks) == data


def test_what_cannot_be_read_is_kept_as_text() -> None:
    text = written(professional()).decode()
    text = text.replace("472*D8*20260303", "472*D8*20261399", 1).replace("*4000.5*UN", "*12.3.4*UN")
    text = text.replace("DMG*D8*19700102", "DMG*D8*19700231")
    claim = one(text.encode())
    assert claim.lines[0].service_date is None and claim.lines[1].charge is None
    assert Unread(path="/lines/0/service_date", text="20261399") in claim.unread
    assert Unread(path="/lines/1/charge", text="12.3.4") in claim.unread
    with pytest.raises(NotWritable) as caught:
        written(claim)
    assert caught.value.path == claim.unread[0].path


def test_an_unreadable_birth_date_is_the_patients_or_the_subscribers() -> None:
    own = one(re.sub(rb"DMG\*D8\*\d+", b"DMG*D8*20010231", written(professional())))
    assert [u.path for u in own.unread] == ["/patient/birth_date"]
    other = written(CLAIMS["professional dependent"])
    other = re.sub(rb"DMG\*D8\*\d+", b"DMG*D8*20010231", other)
    assert [u.path for u in one(other).unread] == ["/patient/birth_date"]
    subscriber = re.sub(rb"(NM1\*IL[^~]*~)", rb"\1DMG*D8*20010231*F~", other, count=1)
    assert {u.path for u in one(subscriber).unread} == {
        "/patient/birth_date",
        "/coverages/0/subscriber/birth_date",
    }


# --- bytes of all kinds


def test_marks_line_breaks_and_interchanges() -> None:
    data = written(professional())
    plain = [one(data)]
    assert list(read_837(b"\xef\xbb\xbf" + data)) == plain
    assert list(read_837(data.replace(b"~", b"~\r\n"))) == plain
    assert list(read_837(io.BytesIO(data + b"\n" + data))) == plain * 2
    assert one(data.replace(b"*Doe*", b"*Do\xeb*")).patient.last_name == "Do\xeb"  # type: ignore[union-attr]


@pytest.mark.parametrize("data", [b"", b"\n", b"hello", b'{"claim_id": "1"}', b"UNB+UNOA:1"])
def test_what_is_no_x12_is_not_readable(data: bytes) -> None:
    with pytest.raises(NotReadable):
        list(read_837(data))


RICH = b"".join(
    write_837([sentinel(facility=f, dependent=d)], created=CREATED)
    for f in (False, True)
    for d in (False, True)
)


@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_broken_files_never_raise(data: st.DataObject) -> None:
    body = RICH.split(b"~")
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(1, len(body) - 1))
        match data.draw(st.integers(0, 5)):
            case 0:
                del body[at]
            case 1:
                body.insert(at, body[at])
            case 2:
                other = data.draw(st.integers(1, len(body) - 1))
                body[at], body[other] = body[other], body[at]
            case 3:
                parts = body[at].split(b"*")
                parts[-1] = data.draw(st.sampled_from((b"", b"X", b"1:2:3", b"20261399", b"\xff", b"^")))
                body[at] = b"*".join(parts)
            case 4:
                body[at] = b"*".join(body[at].split(b"*")[: data.draw(st.integers(1, 3))])
            case _:
                body[at] = body[at] + b"*" + data.draw(st.sampled_from((b"A:B", b"Z", b"")))
    for claim in read_837(b"~".join(body)):
        trace_read(claim)
        normal(claim)


def test_one_pass_gives_faults_and_claims() -> None:
    data = written(professional()).replace(b"*11:B:1", b"*11:X:1")
    events = list(read_claims(data))
    (found,) = [e for e in events if isinstance(e, ReadClaim)]
    assert found.claim.place_of_service == "11"
    assert [f.address for f in found.unit.faults] == ["2300/CLM/05-2"]
    assert any(isinstance(e, SetHead) for e in events) and not any(isinstance(e, Fault) for e in events)


# --- places


@pytest.mark.parametrize("name", CLAIMS)
def test_values_are_traced_to_where_they_stood(name: str) -> None:
    data = written(CLAIMS[name])
    claim = one(data)
    places = trace_read(claim)
    expected = trace_837(claim)
    body = data.decode().split("~")[2:]
    checked = 0
    for path, value in leaves(claim):
        text = wire(value)
        if (
            text is None
            or path in UNPLACED
            or path.endswith(("/kind", "_through", "through_date"))
            or path.startswith(("/accident/kinds", "/coverages"))
        ):
            continue
        place = places[path]
        assert place.segment is not None and place.byte is not None
        assert data[place.byte :].decode().startswith(text.replace("-", "")[: len(text)]), path
        if path in expected:
            assert _loose(place.address) == _loose(expected[path].address), path
        assert (
            body[place.segment - 1].split("*")[0] == place.address.split("/")[1].split("[")[0].split("#")[0]
        )
        checked += 1
    assert checked > 20


def _loose(place: str) -> str:
    """An address without turn and count where reader and writer count differently: two turns are allowed."""
    return re.sub(r"^(2310A|2420F)\[1\]", r"\1", re.sub(r"#\d+", "", place))


UNPLACED = {"/setting", "/type_of_bill", "/bill_to", "/admission/hour", "/signatures/patient_on_file"}


def leaves(record: object, path: str = "") -> Iterator[tuple[str, object]]:
    """Values of a record with their JSON Pointers."""
    if is_dataclass(record):
        for f in fields(record):
            if f.compare:
                yield from leaves(getattr(record, f.name), f"{path}/{f.name}")
    elif isinstance(record, tuple):
        for i, item in enumerate(record):
            yield from leaves(item, f"{path}/{i}")
    elif record is not None:
        yield path, record


def wire(value: object) -> str | None:
    """The text of a value in an element; None for one that is written as a code."""
    if isinstance(value, bool):
        return "Y" if value else None
    if isinstance(value, Decimal | int):
        return number(value)
    return d8(value) if isinstance(value, dt.date) else str(value)


# --- crosswalk: each value of its own is found at the address of its row, and nowhere else


def elements(data: bytes) -> list[tuple[str, str]]:
    """Address and text of every element and component of the sets."""
    found = []
    for event in Reader(io.BytesIO(data)):
        if not isinstance(event, Unit):
            continue
        for i, segment in enumerate(event.segments):
            for element, text in enumerate(segment.split(ELEMENT)):
                if element and COMPONENT in text:
                    for component, piece in enumerate(text.split(COMPONENT), 1):
                        if piece:
                            found.append((address(event, i, element, component), piece))
                elif element and text:
                    found.append((address(event, i, element), text))
    return found


def sentinels() -> list[Claim]:
    found = [sentinel(facility=f, dependent=d) for f in (False, True) for d in (False, True)]
    # what one claim cannot hold together
    plain = found[0]
    assert plain.billing_provider is not None
    group = replace(
        PRACTICE,
        organization_name="QGROUP",
        npi="1234567893",
        tax_id="987654321",
        secondary_ids=(),
        phone=None,
    )
    found.append(
        replace(
            plain,
            billing_provider=replace(
                plain.billing_provider, organization_name=None, last_name="QBILL", first_name="QFIRST",
                middle_name="QMID", suffix="QSUF", tax_id_type="EI",
            ),
            rendering_provider=group,
            ordering_provider=plain.lines[0].ordering_provider,
            coverages=(*plain.coverages[:-1], replace(
                plain.coverages[-1], group_number=None,
                authorizations=(Authorization(number="QONE"), Authorization(number="QTWO", hcpcs="A0001")),
            )),
            dates=tuple(
                replace(d, qualifier="360", through_date=None) if d.qualifier == "314" else d
                for d in plain.dates
            ),
            lines=(
                replace(
                    plain.lines[0], hcpcs="A0001", ordering_provider=None, service_through=None,
                    rendering_provider=replace(group, npi="1992345676", organization_name="QLINE"),
                ),
                *plain.lines[1:],
            ),
        )
    )  # fmt: skip
    # an inpatient bill, decided as a whole
    bill = found[2]
    assert bill.billing_provider is not None
    first = bill.coverages[0]
    assert first.adjudication is not None
    found.append(
        replace(
            bill,
            type_of_bill="0111",
            value_codes=(ValueCode(code="80", amount=Decimal(4)),),
            billing_provider=replace(
                bill.billing_provider, secondary_ids=(SecondaryId(qualifier="LU", id="QPLACE"),)
            ),
            coverages=(
                replace(
                    first,
                    group_number=None,
                    adjudication=replace(first.adjudication, lines=()),
                ),
                replace(bill.coverages[-1], group_number="QNUMBER", responsibility="S"),
            ),
            bill_to=1,
        )
    )
    card = found[0]
    found.append(
        replace(
            card,
            coverages=(
                replace(first, group_number=None, adjudication=replace(first.adjudication, lines=())),
                replace(card.coverages[-1], group_number="QNUMBER", responsibility="S"),
            ),
            bill_to=1,
            billing_provider=replace(
                card.billing_provider,  # type: ignore[type-var]
                secondary_ids=(SecondaryId(qualifier="LU", id="QPLACE"),),
                tax_id_type="SY",
            ),
            dates=(replace(card.dates[0], qualifier="361", through_date=None),),
        )
    )
    return found


def test_the_crosswalk_says_where_every_value_is_found() -> None:
    used = set()
    for claim in sentinels():
        name: crosswalk.SetName = "837i" if claim.setting == "facility" else "837p"
        data = write_837([claim], created=CREATED, verify=False)
        there = elements(data)
        form = normal(claim)
        dependent = form.coverages[form.bill_to or 0].relationship != "18"
        ordering = claim.ordering_provider and provider(
            claim.ordering_provider, qualifiers=REFERRING_QUALIFIERS, place=True, phone=True
        )
        for path, value in (*leaves(form), *leaves(ordering, "/ordering_provider")):
            text = wire(value)
            rows = [r for r in crosswalk.by_path(path) if holds(r, path, form, dependent=dependent)]
            rows = [r for r in rows if r.address(name)]
            if not rows:
                assert path.endswith(UNWRITTEN) or path in UNPLACED, f"{name} {path} has no row"
                continue
            if text is None or path.endswith(("kinds/0", "kinds/1", "patient_on_file")):
                used |= {(name, r) for r in rows}
                continue
            hits = [a for a, t in there if same_text(t, text, path)]
            matching = {r for r in rows for a in hits if at(r, name, a)}
            assert matching, (
                f"{name} {path} = {text}: not at {[r.address(name) for r in rows]}, but {hits[:3]}"
            )
            used |= {(name, r) for r in matching}
            if text.startswith("Q") and len(text) > 3 and not path.startswith(("/submitter", "/receiver")):
                strange = [a for a in hits if not any(at(r, name, a) for r in crosswalk.by_path(path))]
                shared = "/patient/" in path or "/ordering_provider" in path
                assert not strange or shared, f"{path} stands at {strange} too"
    left = {
        (name, row.path)
        for row in crosswalk.rows()
        for name in ("837p", "837i")
        if row.address(name) and (name, row) not in used
    }
    assert not left, sorted(left)


UNWRITTEN = (
    "/qualifier",
    "/kind",
    "/kinds/0",
    "authorizations/1/hcpcs",
    "/line",
    "/responsibility",
    "/bill_to",
)


def at(row: crosswalk.Row, name: crosswalk.SetName, place: str) -> bool:
    """Whether a row is of a place; a composite of which only the first component is there has no mark."""
    return row.matches_address(name, place) or row.matches_address(name, f"{place}-1")


def same_text(there: str, text: str, path: str) -> bool:
    """Whether an element holds a value; periods, times and the type of bill are parts of one."""
    if path.endswith(("from_date", "service_date", "/dates/7/date")):
        return there == text or there.startswith(text + "-") or (there[:8] == text and len(there) == 12)
    if path.endswith(("through_date", "service_through")):
        return there.endswith("-" + text)
    if path.startswith("/admission") or path.endswith("/date"):
        return there == text or there[:8] == text or there[8:] == text
    if path == "/type_of_bill":
        return there == text[1:3]
    return there == text


def holds(row: crosswalk.Row, path: str, form: Claim, *, dependent: bool) -> bool:
    """Whether a row holds for this value of a claim."""
    parts = path.split("/")
    if row.when in ("self", "dependent") and (row.when == "dependent") != dependent:
        return False
    if parts[1] == "coverages":
        other = int(parts[2]) != form.bill_to
        if (row.when == "other[n]") != other:
            return False
    return True


def test_a_place_leads_to_its_datum() -> None:
    (row,) = crosswalk.by_address("837p", "2400[3]/SV1/01-2")
    assert (row.path, row.items("cms1500"), row.items("ub04")) == (
        "/lines/{line}/hcpcs", ("24D",), ("FL 44",)
    )  # fmt: skip
    assert [r.when for r in crosswalk.by_path("/patient/last_name")] == ["self", "dependent"]
    assert crosswalk.by_address("837i", "2300/HI[BE]#2/07-5")[0].path == "/value_codes/{n}/amount"
    assert crosswalk.record_of("837p", "2400") == "/lines"


# --- the gate


def test_the_gate_refuses_what_breaks_the_guide() -> None:
    with pytest.raises(NotWritable) as caught:
        written(professional(), professional(place_of_service=None))
    assert (caught.value.path, caught.value.claim_index) == ("/place_of_service", 1)
    with pytest.raises(NotWritable) as caught:
        written(professional(lines=()))
    assert caught.value.path == "/lines"


def test_the_gate_refuses_a_claim_that_comes_back_as_another_one() -> None:
    twins = CLAIMS["professional three payers"]
    same = replace(
        twins, coverages=tuple(replace(c, payer=twins.coverages[0].payer) for c in twins.coverages)
    )
    decision = same.coverages[0].adjudication
    assert decision is not None
    # decisions on lines alone: they would be taken for those of the coverage that shows one on the claim
    lines = tuple(replace(one, paid_date=one.paid_date or decision.paid_date) for one in decision.lines)
    late = replace(same.coverages[0], adjudication=Adjudication(lines=lines))
    early = replace(same.coverages[2], adjudication=decision)
    with pytest.raises(NotWritable) as caught:
        written(replace(same, coverages=(late, same.coverages[1], early), bill_to=1))
    assert caught.value.path.startswith("/coverages/0/adjudication")


def test_the_gate_can_be_left_out() -> None:
    assert write_837([professional(lines=())], created=CREATED, verify=False)


def test_the_gate_streams() -> None:
    taken = []

    def source() -> Iterator[Claim]:
        for n in range(6000):
            taken.append(n)
            yield professional(claim_id=f"C{n}")

    chunks = stream_837(source(), created=CREATED)
    first = next(chunks)
    assert first.startswith(b"ISA") and len(taken) < 5000, "it does not wait for the end"
    assert sum(chunk.count(b"CLM*") for chunk in chunks) == 6000


def test_the_reason_for_paying_second_is_a_value_code_of_the_claim() -> None:
    claim = CLAIMS["facility Medicare second"]
    assert b"HI*BE" not in written(claim)
    assert one(written(claim)).coverages[1].secondary_reason is None


def test_a_pay_to_address_is_the_billing_providers() -> None:
    claim = professional(pay_to=Provider(address=replace(PRACTICE.address, line1="PO Box 1")))  # type: ignore[type-var]
    assert b"NM1*87*2~" in written(claim)


def _asked(claim: Claim, places: Iterable[str]) -> list[str]:
    """Every pointer that has a place, those above it, and some that have none."""
    found = set(places)
    for path in tuple(found):
        while path.count("/") > 1:
            path = path.rpartition("/")[0]
            found.add(path)
    absent = (
        "/rendering_provider",
        "/lines/0/description",
        "/patient/death_date",
        "/dates/0/date",
        "/nothing",
    )
    return sorted((*found, *absent, f"/lines/{len(claim.lines)}/hcpcs", "", "/lines", "/coverages"))


def _read_again(data: bytes) -> int:
    """Whichever pointers are asked for, each has the place that it has among all."""
    count = 0
    for claim in read_837(data):
        present = trace_read(claim)
        asked = _asked(claim, present)
        # what is absent has the place at which it would stand
        everything = trace_read(claim, asked)
        assert {path: everything[path] for path in present} == present
        for path in asked:
            assert trace_read(claim, {path}) == {p: everything[p] for p in (path,) if p in everything}, path
        dice = random.Random(count)
        for _ in range(12):
            some = set(dice.sample(asked, min(len(asked), dice.randint(2, 5))))
            assert trace_read(claim, some) == {p: everything[p] for p in some if p in everything}
        count += 1
    return count


@pytest.mark.parametrize("name", CLAIMS)
def test_places_do_not_depend_on_what_else_is_asked_for(name: str) -> None:
    assert _read_again(written(CLAIMS[name]))


@pytest.mark.parametrize("make", [generate.claims_837p, generate.claims_837i], ids=["837p", "837i"])
def test_places_of_a_file_do_not_depend_on_what_else_is_asked_for(make: Callable[[int, int], Any]) -> None:
    assert _read_again(b"".join(make(12, 5)).replace(b"~", b"~\n")) == 12


@pytest.mark.parametrize("kind", BASES)
def test_places_in_broken_claims_do_not_depend_on_what_else_is_asked_for(kind: str) -> None:
    for seed in range(16):
        dice = random.Random(seed)
        broken = list(BASES[kind])
        for _ in range(dice.randint(0, 3)):
            at = dice.randrange(1, len(broken))
            match dice.randrange(3):
                case 0:
                    del broken[at]
                case 1:
                    broken.insert(at, broken[at])
                case _:
                    broken[at] = broken[at].rpartition("*")[0] or broken[at]
        _read_again(wrapped(broken))
