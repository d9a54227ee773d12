"""TA1, 999 and 277CA: they pass their own guides and pyx12, count right, and say what was found."""

import csv
import datetime as dt
import io
import re
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import pyx12
from hypothesis import given
from hypothesis import strategies as st

from edi import tables
from edi.answer import Answer, Kind, answers, data_element, status_of
from edi.errors import NotReadable
from edi.finding import Finding, Place
from edi.rules import all_rules
from edi.x12.findings import Fault, fault_kinds
from edi.x12.guide import load
from edi.x12.reader import Reader, Unit
from pyx12_judge import judge

HERE = Path(__file__).parent
GOLDEN = HERE / "golden" / "acks"
CORPORA = HERE.parents[1] / "shared" / "corpora"
FILES = sorted(CORPORA.rglob("*.edi"))
MAPS = Path(pyx12.__file__).parent / "map"
CREATED = dt.datetime(2026, 3, 5, 10, 30)
ALL: tuple[Kind, ...] = ("ta1", "999", "277ca")
CLEAN = (GOLDEN / "clean.837").read_bytes()


def answered(data: bytes, kinds: tuple[Kind, ...] | None = None, **more: Any) -> list[Answer]:
    return answers(data, kinds=kinds, created=CREATED, **more)


def only(data: bytes, kind: Kind, **more: Any) -> str:
    """The one answer of a kind, a segment a line."""
    (found,) = answered(data, (kind,), **more)
    return found.data.decode().replace("~", "~\n")


def errors(data: bytes) -> list[tuple[str, str, str | None]]:
    """Faults of severity error that our own guides find."""
    found: list[Fault] = []
    for event in Reader(io.BytesIO(data)):
        if isinstance(event, Fault):
            found.append(event)
        elif isinstance(event, Unit):
            found += event.faults
    return [(f.kind, f.address, f.actual) for f in found if f.about.severity == "error"]


def segments(text: str, segment_id: str) -> list[str]:
    return re.findall(rf"^({segment_id}\*.*)~$", text, re.MULTILINE)


def sound(made: list[Answer]) -> None:
    """All answers pass our guides, and the 999 and 277CA pyx12's maps."""
    for answer in made:
        assert not errors(answer.data), answer.name
        if answer.kind != "ta1":
            assert not judge(answer.data), answer.name


def finding(rule: str, index: int = 0, line: int | None = None, **more: Any) -> Finding:
    values: dict[str, Any] = {"severity": "error", "snip": 7, "name": "", "help": "", **more}
    values.setdefault("message", "what is wrong")
    return Finding(rule=rule, index=index, place=Place(line=line), **values)


STRUCTURAL = (
    (b"NM1*PR*2*", b"NM1*PR*7*"),  # a code that is not allowed
    (b"SV1*HC:", b"SV1*HC:TOOLONGACODEOFAPROCEDUREFORANYLISTTHATTHEREISEVERWAS:"),
    (b"CLM*", b"ZZ9*1~CLM*"),  # a segment that does not exist, so that SE01 is wrong too
)


def faulty() -> bytes:
    """The clean input with faults of structure in its first group."""
    data = CLEAN
    for before, after in STRUCTURAL:
        assert before in data
        data = data.replace(before, after, 1)
    return data


BUSINESS = [
    finding("F15-28-001", 0, snip=3, message="the total charge is 900, the lines add up to 800"),
    finding("PRV-NPI-001", 0, snip=4, claim_path="/rendering_provider/npi", message="the NPI is wrong"),
    finding("INF-INIT-001", 1, 1, message="line 1 bills a second initial code"),
    finding("MOD-DUP-001", 1, 1, message="line 1 has a modifier twice", snip=4),
    finding("FILE-RECV-001", 2, snip=2, message="answered by the 999, if at all"),
    finding("INF-SEQ-005", 2, 1, severity="warning", message="only a warning"),
]
CASES: dict[str, tuple[Callable[[], bytes], list[Finding]]] = {
    "clean": (lambda: CLEAN, []),
    "structural": (faulty, []),
    "business": (lambda: CLEAN, BUSINESS),
}


@pytest.mark.parametrize("name", CASES)
def test_the_answers_are_as_they_were(name: str, update: bool) -> None:
    source, found = CASES[name]
    made = answered(source(), ALL, findings=found)
    sound(made)
    for kind in ALL:
        path = GOLDEN / f"{name}.{kind}"
        text = "".join(a.data.decode().replace("~", "~\n") for a in made if a.kind == kind)
        if update:
            path.write_text(text, encoding="ascii", newline="\n")
        assert path.read_text(encoding="ascii") == text, "run pytest --update and look at the difference"


@pytest.mark.parametrize("path", FILES, ids=lambda p: p.name)
def test_what_others_publish_is_answered(path: Path) -> None:
    data = path.read_bytes()
    for kinds in (None, ALL):
        try:
            made = answered(data, kinds)
        except NotReadable:
            assert path.name == "no_isa_line.edi"
            return
        sound(made)
        assert len({a.name for a in made}) == len(made)
        numbers = [re.match(rb"ISA.{87}(\d{9})", a.data) for a in made]
        assert [int(n[1]) for n in numbers if n] == list(range(1, len(made) + 1))


def test_a_clean_input_is_accepted() -> None:
    made = answered(CLEAN)
    assert [(a.kind, a.verdict) for a in made] == [("999", "A"), ("277ca", "A")]
    assert made[0].name == "000000001.999"


def test_sender_and_receiver_change_places() -> None:
    given_isa, given_gs = (line.split("*") for line in CLEAN.decode().split("~")[:2])
    for answer in answered(CLEAN, ALL):
        isa, second = (line.split("*") for line in answer.data.decode().split("~")[:2])
        assert (isa[5:9]) == [*given_isa[7:9], *given_isa[5:7]]
        if answer.kind != "ta1":
            assert second[2:4] == [given_gs[3], given_gs[2]]


def test_the_same_input_has_the_same_answers() -> None:
    first = answered(faulty(), ALL, findings=BUSINESS, control_number=7)
    assert first == answered(faulty(), ALL, findings=BUSINESS, control_number=7)
    stream = answers(
        io.BytesIO(faulty()), kinds=ALL, created=CREATED, findings=iter(BUSINESS), control_number=7
    )
    assert first == stream


def test_no_interchange_no_answer() -> None:
    for data in (b"", b"hello", b"GS*HC*A*B~"):
        with pytest.raises(NotReadable):
            answered(data, ALL)


# --- TA1 ----------------------------------------------------------------------------------------------------


def test_a_ta1_is_made_where_it_is_asked_for() -> None:
    assert not [a for a in answered(CLEAN) if a.kind == "ta1"]
    asked = CLEAN.replace(b"*0*T*:~", b"*1*T*:~", 1)
    assert [a.kind for a in answered(asked)] == ["ta1", "999", "277ca"]
    assert segments(only(asked, "ta1"), "TA1") == ["TA1*000000001*260304*0930*A*000"]


@pytest.mark.parametrize(
    ("before", "after", "verdict", "note"),
    [
        (rb"IEA\*2\*", b"IEA*3*", "R", "021"),
        (rb"IEA\*2\*000000001", b"IEA*2*000000002", "R", "001"),
        (rb"IEA\*.*", b"", "R", "023"),
        (rb"\*00501\*", b"*00401*", "R", "017"),
        (rb"\*260304\*0930\*\^", b"*269904*0930*^", "R", "014"),
        (rb"~GS", b"~REF*1*2~GS", "E", "024"),
        (rb"~\n?$", b"~GARBAGE", "E", "022"),
    ],
)
def test_the_worst_fault_is_noted(before: bytes, after: bytes, verdict: str, note: str) -> None:
    data = re.sub(before, after, CLEAN, count=1)
    assert data != CLEAN
    made = answered(data)
    assert made[0].kind == "ta1"
    parts = made[0].data.decode().split("~")[1].split("*")
    assert parts[4:] == [verdict, note]
    assert len(made) == (1 if verdict == "R" else 3), "a rejected interchange has no other answer"
    sound(made)


# --- 999 ----------------------------------------------------------------------------------------------------


def test_a_faulty_segment_is_named_with_its_claim() -> None:
    text = only(faulty(), "999")
    assert segments(text, "IK5") == ["IK5*R*4*5*I5", "IK5*A"]
    assert [line.split("*")[1] for line in segments(text, "AK9")] == ["R", "A"]
    assert "IK3*ZZ9*" in text
    assert re.search(r"IK3\*NM1\*\d+\*2010\*8~\nIK4\*2\*1065\*7\*7~", text)
    assert re.search(r"IK3\*SV1\*\d+\*2400\*8~\nCTX\*CLM01:[^~]+~\nIK4\*1:2\*234\*5\*TOOLONG", text)


def sets(good: int, bad: int) -> bytes:
    """An input whose one group holds copies of a set, some of them faulty."""
    isa, gs, rest = CLEAN.split(b"~", 2)
    body = rest[: rest.index(b"SE*")]
    end = re.search(rb"SE\*(\d+)\*0001", rest)
    assert end
    texts = []
    for n in range(1, good + bad + 1):
        control = f"{n:04d}".encode()
        text = body.replace(b"ST*837*0001*", b"ST*837*" + control + b"*", 1)
        if n > good:
            text = text.replace(b"NM1*PR*2*", b"NM1*PR*7*", 1)
        texts.append(text + b"SE*" + end[1] + b"*" + control)
    tail = f"GE*{good + bad}*1~IEA*1*000000001~".encode()
    return b"~".join([isa, gs, *texts, tail])


@pytest.mark.parametrize(("good", "bad", "verdict"), [(3, 0, "A"), (2, 1, "P"), (1, 2, "P"), (0, 2, "R")])
def test_sets_are_counted(good: int, bad: int, verdict: str) -> None:
    made = answered(sets(good, bad), ("999", "277ca"))
    sound(made)
    text = made[0].data.decode().replace("~", "~\n")
    assert segments(text, "AK9") == [f"AK9*{verdict}*{good + bad}*{good + bad}*{good}"]
    assert len(segments(text, "AK2")) == good + bad
    assert made[0].verdict == verdict
    answered_sets = sum(a.data.count(b"~ST*277*") for a in made)
    assert answered_sets == good, "claims of a rejected set are answered by the 999"


def test_a_group_with_a_wrong_count_is_rejected() -> None:
    data = sets(2, 0).replace(b"GE*2*", b"GE*3*")
    made = answered(data, ("999", "277ca"))
    sound(made)
    assert [a.kind for a in made] == ["999"]
    assert b"AK9*R*3*2*0*5~" in made[0].data


def test_a_group_of_answers_is_not_answered() -> None:
    for answer in answered(CLEAN, ("999",)):
        assert not answered(answer.data)


def test_several_interchanges_and_groups() -> None:
    second = CLEAN.replace(b"000000001", b"000000002")
    made = answered(CLEAN + second + second, ALL)
    sound(made)
    assert [a.name for a in made if a.kind == "999"] == ["000000001.999", "000000002.999"]
    assert [a.data.split(b"~")[1] for a in made if a.kind == "ta1"] == [
        b"TA1*000000001*260304*0930*A*000",
        b"TA1*000000002*260304*0930*A*000",
        b"TA1*000000002*260304*0930*R*025",
    ]
    first = made[1].data.decode().replace("~", "~\n")
    assert len(segments(first, "GS")) == len(segments(first, "ST")) == 2
    assert segments(first, "IEA") == ["IEA*2*000000002"]


@pytest.mark.parametrize("kind", fault_kinds().values(), ids=lambda k: k.kind)
def test_every_fault_has_a_code_that_the_answer_allows(kind: Any) -> None:
    where = {"ta1": ("ta1", "TA105"), "ak9": ("999", "AK905"), "ik5": ("999", "IK502")}
    where |= {"ik3": ("999", "IK304"), "ik4": ("999", "IK403")}
    guide, name = where[kind.level]
    allowed = next(e.code_set for s in load(guide).segment_lines() for e in s.elements if e.name == name)
    if kind.code == "{code}":
        notes = {5: 5, 6: 6, 9: 14, 12: 17}
        assert {f"{n:03}" for n in notes.values()} <= allowed
    else:
        assert kind.code in allowed


NOTES = {
    1: (10,),
    3: (12,),
    5: (5,),
    7: (7, 8),
    9: (14,),
    10: (15,),
    11: (0, 26),
    12: (17,),
    13: (1, 18),
    14: (19,),
    15: (20,),
}
"""TA105 for each element of the ISA that has codes or a form of its own."""


@pytest.mark.parametrize("element", range(1, 17))
def test_every_element_of_the_header_has_a_note_of_its_own(element: int) -> None:
    parts = CLEAN[:105].decode().split("*")
    parts[element] = "?" * len(parts[element])
    (made,) = answered("*".join(parts).encode() + CLEAN[105:], ("ta1",))
    sound([made])
    free = element in (2, 4, 6, 8, 16)  # any text, any sign will do
    note = made.data.decode().split("~")[1].split("*")[5]
    assert free or note in {f"{n:03}" for n in NOTES[element]}


def test_a_value_is_repeated_only_where_it_can_be() -> None:
    long = "9" * 150
    text = only(CLEAN.replace(b"SV1*HC:", f"SV1*HC:{long}:".encode(), 1), "999")
    assert f"*{'9' * 99}~" in text
    assert "9" * 100 not in text
    nested = only(CLEAN.replace(b"*41*2*", b"*41*2:3*", 1), "999")
    assert re.search(r"IK4\*2\*1065\*13~", nested)


def test_numbers_of_data_elements_are_those_of_the_maps() -> None:
    found: dict[tuple[str, int, int | None], set[str]] = {}

    def place(node: ElementTree.Element) -> int:
        text = node.findtext("seq") or node.get("seq")
        return int(text) if text else int((node.get("xid") or "")[-2:])

    for name in ("837.5010.X222.A1", "837Q3.I.5010.X223.A1", "835.5010.X221.A1", "999.5010X231.A1"):
        for segment in ElementTree.parse(MAPS / f"{name}.xml").iter("segment"):
            for element in segment:
                held = [element] if element.tag == "element" else element.findall("element")
                for one in held:
                    component = place(one) if one is not element else None
                    key = (segment.get("xid") or "", place(element), component)
                    found.setdefault(key, set()).add(one.findtext("data_ele") or one.get("data_ele") or "")
    checked = 0
    for key, numbers in found.items():
        if all(n.isdecimal() for n in numbers):
            assert numbers == {str(data_element(*key))}, key
            checked += 1
    assert checked > 400


# --- 277CA --------------------------------------------------------------------------------------------------


def test_claims_are_counted_and_added_up() -> None:
    text = only(CLEAN, "277ca", findings=BUSINESS)
    claims = re.findall(r"CLM\*([^*]+)\*([\d.]+)", CLEAN.decode())
    assert set(re.findall(r"^TRN\*2\*(.+)~\nSTC\*A[278]:", text, re.MULTILINE)) == {c[0] for c in claims}
    rejected = {claims[0][0], claims[1][0]}
    amounts = {id_: Decimal(charge) for id_, charge in claims}
    professional = text.split("SE*")[0]
    inside = {id_ for id_ in amounts if f"TRN*2*{id_}~" in professional}
    good, bad = inside - rejected, inside & rejected
    assert len(bad) == 2
    assert segments(professional, "QTY")[:2] == [f"QTY*90*{len(good)}", f"QTY*AA*{len(bad)}"]
    stated = [Decimal(line.split("*")[2]) for line in segments(professional, "AMT")[:2]]
    assert stated == [sum(amounts[c] for c in good), sum(amounts[c] for c in bad)]
    for qualifier, expected in (("QA", good), ("QC", bad)):
        counts = [
            int(line.split("*")[2]) for line in segments(professional, "QTY") if f"*{qualifier}*" in line
        ]
        assert sum(counts) == len(expected)


def test_statuses_of_claims_and_lines() -> None:
    text = only(CLEAN, "277ca", findings=BUSINESS)
    blocks = re.split(r"(?=^TRN\*2\*)|^HL\*", text, flags=re.MULTILINE)
    ids = re.findall(r"CLM\*([^*]+)\*", CLEAN.decode())
    by_claim = {id_: next(b for b in blocks if b.startswith(f"TRN*2*{id_}~")) for id_ in ids}
    first, second, third = (by_claim[i] for i in ids[:3])
    assert [s.split("*")[1] for s in segments(first, "STC")] == ["A8:400", "A7:562:82"]
    assert "A8:178" in first and "*U*" in first
    assert [s.split("*")[1] for s in segments(second, "STC")] == ["A7:247", "A8:732"]
    assert "A7:453" in second and "SVC*HC:" in second and "REF*FJ*" in second
    assert segments(third, "STC")[0].startswith("STC*A2:20*20260305*WQ*")


def test_a_claim_keeps_its_id_whatever_the_delimiters() -> None:
    plain = re.sub(rb"CLM\*[^*]+", b"CLM*AB-1/2", CLEAN, count=1)
    other = plain.replace(b"*", b"|").replace(b":", b">").replace(b"AB-1/2", b"A*B:1").replace(b"~", b"~\n")
    made = answered(other, ("277ca",))
    sound(made)
    assert b"TRN|2|A*B:1~" in made[0].data


def test_a_claim_status_is_one_of_the_lists() -> None:
    lists = {
        codes.findtext("id"): {c.text for c in codes.iter("code")}
        for codes in ElementTree.parse(MAPS / "codes.xml").iter("codeset")
    }
    entities = next(
        c.code_set
        for s in load("277ca").loops["2200D"].segments
        for e in s.elements
        for c in e.components
        if c.name == "STC01-3"
    )
    for row in tables.rows("coding/claim_status.csv"):
        second, _, whom = row["second"].partition(":")
        assert row["category"] in {"A3", "A6", "A7", "A8"}, row
        assert {row["status"], *([second] if second else [])} <= lists["claim_status"], row
        assert {row["entity"], whom} - {"", "@"} <= entities, row
        assert row["verify"] in ("", "verify"), row


def test_few_rules_say_no_more_than_that_something_is_wrong() -> None:
    """21 (missing or invalid information) is for rules that no status of the list describes."""
    rejecting = [
        rule.id
        for rule in all_rules()
        if rule.severity == "error"
        and rule.snip >= 3
        and not rule.id.startswith("ENC-")  # these judge encounters, which no 277CA answers
    ]
    general = [id_ for id_ in rejecting if (s := status_of(finding(id_))).code == "21" and not s.entity]
    assert len(general) * 20 <= len(rejecting), f"schemas/coding/claim_status.csv has no row for {general}"


def test_the_table_of_statuses_names_its_source() -> None:
    for name in ("coding/claim_status.csv", "guides/data_elements.csv"):
        assert {"source", "edition", "date"} <= set(tables.notes(name))
        list(csv.DictReader(io.StringIO(tables.text(name))))


# --- whatever comes -----------------------------------------------------------------------------------------

LINES = CLEAN.split(b"~")[:-1]


@given(st.data())
def test_whatever_comes_the_answers_are_sound(data: st.DataObject) -> None:
    lines = list(LINES)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(1, len(lines) - 1))
        what = data.draw(st.sampled_from(["drop", "twice", "swap", "element", "junk", "cut"]))
        if what == "drop":
            del lines[at]
        elif what == "twice":
            lines.insert(at, lines[at])
        elif what == "swap":
            other = data.draw(st.integers(1, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif what == "element":
            parts = lines[at].split(b"*")
            place = data.draw(st.integers(0, len(parts) - 1))
            parts[place] = data.draw(
                st.sampled_from([b"", b" ", b"X", b"99999999999", b"A:B:C", b"A^B", b"\xe9", b"a b "])
            )
            lines[at] = b"*".join(parts)
        elif what == "junk":
            lines.insert(at, data.draw(st.binary(max_size=12)).replace(b"~", b""))
        else:
            lines = lines[:at]
            break
        if len(lines) < 3:
            break
    made = answered(b"~".join(lines) + b"~", ALL, findings=BUSINESS)
    for answer in made:
        assert not errors(answer.data), (answer.kind, answer.data)


# --- the command --------------------------------------------------------------------------------------------


def test_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from edi.cli.main import main

    def run(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(sys, "argv", ["cleanclaim", "ack", *map(str, arguments)])
        code = main()
        shown = capsys.readouterr()
        return code, shown.out, shown.err

    bad = tmp_path / "batch 1.837"
    bad.write_bytes(faulty())
    at = ("--created", "2026-03-05T10:30")
    code, out, _ = run(bad, "-o", tmp_path / "out", "--kind", "ta1", "--kind", "999", *at)
    written = sorted(p.name for p in (tmp_path / "out").iterdir())
    assert code == 1
    assert [name.split(".", 1)[1] for name in written] == ["000000001.999", "000000001.ta1"]
    assert "rejected" in out or "in part" in out
    assert (tmp_path / "out" / written[0]).read_bytes() == answered(faulty(), ("ta1", "999"))[1].data
    good = tmp_path / "good.837"
    good.write_bytes(CLEAN)
    assert run(good, *at)[:2] == (0, "".join(a.data.decode() + "\n" for a in answered(CLEAN)))
    code, out, _ = run(good, "--kind", "999", "--control-number", "77", *at)
    assert (code, out) == (0, answered(CLEAN, ("999",), control_number=77)[0].data.decode() + "\n")
    wrong = tmp_path / "wrong.837"
    wrong.write_bytes(re.sub(rb"(CLM\*DEPENDENT-CHILD\*)2115\*", rb"\g<1>2116*", CLEAN))
    code, out, _ = run(wrong, "--kind", "277ca", *at)
    assert code == 1
    assert "~STC*A8:400*20260305*U*2116*" in out and "QTY*AA*1~" in out, "the claim was judged"
    nothing = tmp_path / "nothing.837"
    nothing.write_bytes(b"nothing")
    assert run(nothing, *at)[0] == 2
    assert run(tmp_path / "absent.837", *at)[0] == 2
