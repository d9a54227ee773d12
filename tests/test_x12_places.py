"""The fast path never changes a verdict: tables and memos against a search that remembers nothing."""

import random
from functools import cache

import pytest

from edi.x12.elements import judge
from edi.x12.guide import Guide, load
from edi.x12.placing import FLAGS, MISPLACED, PREFIX, UNKNOWN, Places
from edi.x12.reader import Reader, Unit
from edi.x12.segment import COMPONENT, ELEMENT
from edi.x12.structure import faults_of
from edi.x12.units import Compiled
from x12_bases import BASES, counted, wrapped

NAMES = ("837p", "837i", "835", "277ca", "999")


@cache
def texts(guide: Guide) -> list[str]:
    """Segments of a guide with each of their codes, right and wrong, long and short."""
    found: set[str] = {"ZZZ", "", "ST*837", "SE*1*1", "GE", "SV12*HC", "LXX*1", "CLM", "NM1"}
    for line in guide.segment_lines():
        first = line.elements[0] if line.elements else None
        codes = sorted(line.key_codes or ()) or ["A"]
        for code in (*codes[:4], codes[0] + "0", codes[0][:1], "ZZ", ""):
            if line.id == "HL":
                found.add(ELEMENT.join((line.id, "1", "", code, "1")))
            elif first is not None and first.type == "comp":
                found.add(f"{line.id}{ELEMENT}{code}{COMPONENT}X")
            else:
                found.add(f"{line.id}{ELEMENT}{code}{ELEMENT}1")
            found.add(f"{line.id}{ELEMENT}{code}")
    return sorted(t.replace("*", ELEMENT) for t in found)


def step(places: Places, state: int, text: str, before: list[int]) -> int:
    """As the reader looks it up: in the table of the state first."""
    here = places.tables[state]
    for size in (PREFIX, 4, 3):
        found = here.get(text[:size])
        if found is not None:
            return found
    return places.next(state, text, before)


def walk(guide: Guide, seed: int, steps: int) -> list[tuple[int, str, tuple[int, ...], int]]:
    """A random walk: (state, text, nodes of the unit before, node)."""
    dice = random.Random(f"{guide.name} {seed}")
    warm = Places(guide)
    choice = texts(guide)
    state, before = warm.root.nodes[0].number, [0]
    taken = []
    for _ in range(steps):
        if dice.random() < 0.7:
            near = list(warm._candidates(warm.nodes[state]))
            line = dice.choice(near).line if near else warm.nodes[0].line
            fitting = [t for t in choice if t.startswith(line.id + ELEMENT)]
            text = dice.choice(fitting or choice)
        else:
            text = dice.choice(choice)
        found = step(warm, state, text, before)
        taken.append((state, text, tuple(before), found))
        node = -1 - found if found < 0 else found
        if found < 0 and node not in warm.parts:
            before = []
        before.append(node)
        if node < UNKNOWN and not node & MISPLACED:
            state = node & ~FLAGS
        if warm.nodes[state].home.loop.id == "TRAILER":
            state, before = warm.root.nodes[0].number, [0]
    return taken


@pytest.mark.parametrize("name", NAMES)
def test_tables_and_memory_change_no_place(name: str) -> None:
    guide = load(name)
    steps = walk(guide, 1, 1500)
    assert len({s for s, *_ in steps}) > 5
    cold: dict[tuple[int, str, tuple[int, ...]], int] = {}
    for state, text, before, found in steps:
        key = (state, text, before)
        if key not in cold:
            fresh = Places.__new__(Places)
            for slot, value in vars(_blank(guide)).items():
                setattr(fresh, slot, value)
            fresh._known, fresh.tables = {}, [{} for _ in fresh.nodes]
            cold[key] = fresh.next(state, text, before)
        assert found == cold[key], (state, text)


@cache
def _blank(guide: Guide) -> Places:
    return Places(guide)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("name", NAMES)
def test_tables_and_memory_change_no_place_in_long_walks(name: str, seed: int) -> None:
    guide = load(name)
    blank = _blank(guide)
    for state, text, before, found in walk(guide, seed + 2, 8000):
        blank._known, blank.tables = {}, [{} for _ in blank.nodes]
        assert found == blank.next(state, text, before), (state, text)


@pytest.mark.parametrize("name", NAMES)
def test_remembered_shapes_are_fresh_ones(name: str) -> None:
    guide = load(name)
    compiled = Compiled(guide)
    places = compiled.places
    for _ in range(2):
        for state, _, before, _ in walk(guide, 7, 800):
            root = places.unit_home[state]
            inside = tuple(n for n in before if n >= UNKNOWN or places.unit_home[n & ~FLAGS] is root)
            assert compiled.shape(inside, root) == faults_of(places, inside, root)


@pytest.mark.parametrize("name", BASES)
def test_what_was_read_before_changes_no_verdict(name: str) -> None:
    """Judged alone by a compiled guide that knows nothing, and after others by one that has seen much."""
    dice = random.Random(name)
    base = BASES[name]
    guide = load(name)
    warm = Compiled(guide)
    for _ in range(60):
        segments = list(base)
        for _ in range(dice.randint(1, 3)):
            i = dice.randrange(1, len(segments) - 1)
            match dice.randrange(4):
                case 0:
                    segments.pop(i)
                case 1:
                    segments.insert(i, segments[dice.randrange(1, len(segments) - 1)])
                case 2:
                    segments[i], segments[i - 1 or 1] = segments[i - 1 or 1], segments[i]
                case _:
                    segments[i] = segments[i].replace("*", "*X", 1)
        data = wrapped(counted(segments))
        assert _read(data, warm) == _read(data, Compiled(guide))


def _read(data: bytes, compiled: Compiled) -> list[tuple[object, ...]]:
    import io

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("edi.x12.reader.compiled", lambda _: compiled)
        return [
            (e.loop, tuple(e.nodes), tuple((f.kind, f.address, f.ordinal) for f in e.faults))
            for e in Reader(io.BytesIO(data))
            if isinstance(e, Unit)
        ]


@pytest.mark.parametrize("name", NAMES)
def test_a_matched_segment_has_no_fault(name: str) -> None:
    compiled = Compiled(load(name))
    for text in texts(compiled.guide):
        for node in compiled.places.nodes:
            if node.line.id == text.split(ELEMENT)[0]:
                assert bool(compiled.match[node.number](text)) == (not list(judge(node.line, text)))
