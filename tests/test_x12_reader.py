"""Reading whole files: published ones with their verdicts, several sets and groups, places, version ids."""

import csv
import io
from pathlib import Path

import pytest

from edi.x12.findings import Fault
from edi.x12.reader import GroupEnd, InterchangeEnd, Reader, SetEnd, SetHead, Unit
from x12_bases import BASES, FACILITY, ISA, PROFESSIONAL, counted, faults, said, wrapped

CORPORA = Path(__file__).parents[1].parent / "shared" / "corpora"
EXCEPTIONS = {
    "acks/999-accepted.edi": "called valid, but GS05 is no time and IEA02 is not ISA13",
}
"""Files whose verdict in the manifest this program does not share, and why."""


def manifest() -> list[tuple[str, str]]:
    if not CORPORA.is_dir():
        return []
    with (CORPORA / "manifest.csv").open(newline="") as stream:
        return [(row["file"], row["verdict"]) for row in csv.DictReader(stream)]


@pytest.mark.skipif(not CORPORA.is_dir(), reason="the published files are not here")
def test_published_files_are_there() -> None:
    assert len(manifest()) > 40
    assert set(EXCEPTIONS) <= {name for name, _ in manifest()}


@pytest.mark.parametrize(("name", "verdict"), manifest())
def test_published_files_get_their_verdict(name: str, verdict: str) -> None:
    data = (CORPORA / name).read_bytes()
    reader = Reader(io.BytesIO(data))
    found: list[Fault] = []
    for event in reader:
        found += event.faults if isinstance(event, Unit) else [event] if isinstance(event, Fault) else []
    errors = [f for f in found if f.about.severity == "error"]
    assert reader.bytes == len(data)
    if verdict == "unreadable":
        assert [f.kind for f in errors] == ["no_isa"]
    elif name in EXCEPTIONS:
        assert [(f.kind, f.address) for f in errors] == [("gs_element", "GS/05"), ("iea_control", "IEA/02")]
    else:
        assert bool(errors) == (verdict == "invalid"), [(f.kind, f.address) for f in errors]


@pytest.mark.parametrize(("name", "verdict"), manifest())
def test_places_of_published_files_are_those_of_the_text(name: str, verdict: str) -> None:
    data = (CORPORA / name).read_bytes()
    for fault in faults(data):
        assert fault.byte is not None and 0 <= fault.byte <= len(data), (fault.kind, verdict)
        assert fault.text_line == data[: fault.byte].count(b"\n") + 1
        assert fault.column == fault.byte - data.rfind(b"\n", 0, fault.byte)


# --- several sets, groups and interchanges ---------------------------------------------------------------


def numbered(segments: list[str], number: int) -> list[str]:
    return [s.replace("*0001", f"*{number:04}") if s.startswith(("ST*", "SE*")) else s for s in segments]


def file_of(groups: list[list[list[str]]], control: int = 1) -> bytes:
    text = [ISA.replace("000000001", f"{control:09}")]
    for n, sets in enumerate(groups, 1):
        version = sets[0][0].split("*")[3]
        text.append(f"GS*HC*SENDER*RECEIVER*20260309*0800*{n}*X*{version}")
        for k, one in enumerate(sets, 1):
            text += numbered(one, k)
        text.append(f"GE*{len(sets)}*{n}")
    text.append(f"IEA*{len(groups)}*{control:09}")
    return "".join(s + "~\n" for s in text).encode()


def test_several_interchanges_groups_and_sets() -> None:
    data = file_of([[PROFESSIONAL, PROFESSIONAL], [FACILITY]], 1) + file_of([[FACILITY, FACILITY]], 2)
    events = list(Reader(io.BytesIO(data)))
    assert [e for e in events if isinstance(e, Fault) or (isinstance(e, Unit) and e.faults)] == []
    heads = [
        (e.group.interchange.number, e.group.number, e.number, e.guide.name if e.guide else "")
        for e in events
        if isinstance(e, SetHead)
    ]
    assert heads == [
        (1, 1, 1, "837P"), (1, 1, 2, "837P"), (1, 2, 1, "837I"), (2, 1, 1, "837I"), (2, 1, 2, "837I"),
    ]  # fmt: skip
    assert [(e.segments, e.claims) for e in events if isinstance(e, SetEnd)] == [(67, 2)] * 2 + [(75, 2)] * 3
    assert [(e.sets, e.stated_sets) for e in events if isinstance(e, GroupEnd)] == [
        (2, "2"),
        (1, "1"),
        (2, "2"),
    ]
    assert [e.groups for e in events if isinstance(e, InterchangeEnd)] == [2, 1]


def test_a_fault_knows_its_interchange_group_set_and_claim() -> None:
    spoilt = [s.replace("*200*UN", "*2x0*UN") for s in FACILITY]
    data = file_of([[PROFESSIONAL], [FACILITY, spoilt]], 1) + file_of([[spoilt]], 2)
    found = [(f.interchange, f.group, f.set, f.claim, f.address) for f in faults(data)]
    assert found == [
        (1, 2, 2, "F1", "2400[1]/SV2/03"), (1, 2, 2, "F2", "2400[1]/SV2/03"),
        (2, 1, 1, "F1", "2400[1]/SV2/03"), (2, 1, 1, "F2", "2400[1]/SV2/03"),
    ]  # fmt: skip


def test_units_cover_every_segment_once() -> None:
    data = file_of([[PROFESSIONAL, FACILITY]], 1)
    units = [e for e in Reader(io.BytesIO(data)) if isinstance(e, Unit)]
    assert ["2300" if u.root.loop.unit else u.loop for u in units[:8]] == [
        "ST", "2000A", "2000B", "2300", "2000B", "2000C", "2300", "TRAILER",
    ]  # fmt: skip
    first = [u for u in units if u.head.number == 1]
    assert [s.replace("\x1d", "*").replace("\x1f", ":") for u in first for s in u.segments] == numbered(
        PROFESSIONAL, 1
    )
    assert [u.ordinal for u in first] == [1, 6, 16, 23, 52, 56, 62, 67]
    assert [u.level for u in first if u.level] == [(1, 0, 1), (2, 1, 2), (3, 1, 2), (4, 3, 3)]


# --- places ----------------------------------------------------------------------------------------------

ENDINGS = ["", "\n", "\r\n", "\n\n"]


@pytest.mark.parametrize("ending", ENDINGS, ids=repr)
@pytest.mark.parametrize("name", BASES)
def test_places_are_those_of_the_raw_text(name: str, ending: str) -> None:
    """Every element of every segment in turn gets a bad character: found where it stands."""
    base = BASES[name]
    before = wrapped(base, ending=ending).index(b"ST*837")
    for index, segment in enumerate(base[1:-1], 1):
        parts = segment.split("*")
        for place in range(1, len(parts)):
            if not parts[place] or (parts[0], place) in (("HL", 3), ("HL", 1)):
                continue
            spoilt = "*".join([*parts[:place], parts[place] + "\xe9", *parts[place + 1 :]])
            data = wrapped([*base[:index], spoilt, *base[index + 1 :]], ending=ending)
            offset = before + sum(len(s) + 1 + len(ending) for s in base[:index])
            here = [f for f in faults(data) if f.kind == "character"]
            assert len(here) <= 1
            for fault in here:
                assert (fault.ordinal, fault.element, fault.segment) == (index + 1, place, parts[0])
                assert fault.byte == offset + sum(len(p) + 1 for p in parts[:place])
                assert data[fault.byte :].startswith(parts[place].encode() + b"\xe9")
                assert fault.text_line == data[: fault.byte].count(b"\n") + 1
                assert fault.column == fault.byte - data.rfind(b"\n", 0, fault.byte)
                assert fault.address.endswith(f"/{place:02}")
            assert here or [f for f in faults(data) if f.ordinal == index + 1]


@pytest.mark.parametrize("ending", ENDINGS, ids=repr)
def test_the_place_of_a_component_and_of_an_envelope_element(ending: str) -> None:
    data = wrapped([s.replace("ABF:Z79899", "ABF:Z7989\xe9") for s in PROFESSIONAL], ending=ending)
    (fault,) = faults(data)
    assert fault.byte is not None and data[fault.byte :].startswith(b"ABF:Z7989\xe9")
    data = wrapped([s.replace("11:B:1", "11:X:1") for s in PROFESSIONAL], ending=ending)
    first, second = faults(data)
    for fault in (first, second):
        assert fault.byte is not None and data[fault.byte :].startswith(b"X:1*")
        assert fault.address == "2300/CLM/05-2" and fault.component == 2
    data = wrapped(PROFESSIONAL, ending=ending).replace(b"IEA*1", b"IEA*7")
    (fault,) = faults(data)
    assert fault.byte is not None and data[fault.byte :].startswith(b"7*000000001")
    assert fault.text_line == data[: fault.byte].count(b"\n") + 1


def test_columns_in_a_long_line_that_began_in_another_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edi.x12.tokens.BLOCK", 200)
    data = b"\n\n" + wrapped([s.replace("*200*UN", "*2x0*UN") for s in PROFESSIONAL])
    for fault in faults(data):
        assert (fault.text_line, fault.column) == (3, (fault.byte or 0) - 1)


# --- version ids -----------------------------------------------------------------------------------------


def versioned(segments: list[str], version: str) -> bytes:
    return wrapped([s.replace(segments[0].split("*")[3], version) for s in segments])


@pytest.mark.parametrize("version", ["005010X222", "005010X222A1", "005010X222A2"])
def test_versions_of_the_professional_guide(version: str) -> None:
    assert said(versioned(PROFESSIONAL, version)) == []


@pytest.mark.parametrize("version", ["005010X223", "005010X223A1", "005010X223A2", "005010X223A3"])
def test_versions_of_the_facility_guide(version: str) -> None:
    assert said(versioned(FACILITY, version)) == []


@pytest.mark.parametrize(
    ("version", "base", "nearest"),
    [
        ("005010X222A9", PROFESSIONAL, "005010X222A1"),
        ("005010X223A9", FACILITY, "005010X223A2"),
        ("005010X224A2", FACILITY, ""),
        ("004010X098A1", PROFESSIONAL, ""),
        ("", PROFESSIONAL, ""),
    ],
)
def test_an_unknown_version_is_one_finding_and_the_nearest_guide_is_used(
    version: str, base: list[str], nearest: str
) -> None:
    data = versioned(base, version) if version else wrapped(base, version="-").replace(b"*-~", b"~")
    heads = [e for e in Reader(io.BytesIO(data)) if isinstance(e, SetHead)]
    assert [h.exact for h in heads] == [not version]
    found = [f for f in faults(data) if f.kind == "gs_version"]
    assert len(found) == bool(version)
    if nearest:
        assert [f.kind for f in faults(data)] == ["gs_version"]
        assert found[0].expected == nearest
        assert found[0].address == "GS/08"
        assert data[found[0].byte or 0 :].startswith(version.encode())


def test_the_version_is_told_once_for_all_sets_of_a_group() -> None:
    base = [s.replace("X222A1", "X222A9") for s in PROFESSIONAL]
    found = faults(file_of([[base, base, base]]))
    assert [f.kind for f in found] == ["gs_version"]


def test_an_unknown_set_is_passed_over() -> None:
    other = ["ST*850*0001", "BEG*00", "XYZ", "SE*4*0001"]
    data = wrapped(other, numbered(PROFESSIONAL, 2), version="005010X222A1")
    assert said(data) == [("set_unknown", "ST/01", 1)]
    ends = [e for e in Reader(io.BytesIO(data)) if isinstance(e, SetEnd)]
    assert [e.segments for e in ends] == [4, 67]


@pytest.mark.parametrize("name", BASES)
def test_a_patient_level_without_a_subscriber(name: str) -> None:
    base = list(BASES[name])
    first = next(i for i, s in enumerate(base) if s.startswith("HL*2"))
    third = next(i for i, s in enumerate(base) if s.startswith("HL*4"))
    segments = counted([*base[:first], base[third].replace("HL*4*3", "HL*2*1"), *base[third + 1 :]])
    assert said(wrapped(segments))[0] == ("hl_level", "2000C/HL/03", first + 1)
