"""Whatever the bytes are, reading ends, raises nothing and says something; the long runs are proofs."""

import random
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from x12_bases import BASES, FACILITY, PROFESSIONAL, faults, program, wrapped

fuzz = program("fuzz")

HOME = Path(__file__).parents[1]

SEGMENTS = sorted({s for base in BASES.values() for s in base})
PIECES = st.sampled_from(
    ["", "X", "1e999", "*", "**", ":", "^", "~", "\n", "\x00", "\x1d", "\x1f", "\x1c",
     "é", "0", "9" * 5000, "HL", "LX",
     "20260230", "A" * 70000, "CLM*", "SE*1*0001", "ST*837*0001*005010X222A1", "IEA*1*000000001", "ISA*"]
)  # fmt: skip


@given(data=st.data(), name=st.sampled_from(sorted(BASES)))
def test_any_order_of_segments(data: st.DataObject, name: str) -> None:
    """Segments of both guides, whole or spoilt, in any order between ST and SE."""
    many = data.draw(st.lists(st.one_of(st.sampled_from(SEGMENTS), PIECES), max_size=40))
    base = BASES[name]
    found = faults(wrapped([base[0], *many, base[-1]]))
    for fault in found:
        assert fault.message and fault.help and fault.byte is not None
    assert found


@given(data=st.data(), name=st.sampled_from(sorted(BASES)))
def test_any_value_anywhere(data: st.DataObject, name: str) -> None:
    segments = [s.split("*") for s in BASES[name]]
    for _ in range(data.draw(st.integers(1, 4))):
        segment = data.draw(st.sampled_from(segments))
        segment[data.draw(st.integers(0, len(segment) - 1))] = data.draw(
            st.one_of(PIECES, st.text(max_size=5))
        )
    text = "~".join("*".join(s) for s in segments).encode("latin-1", "replace").decode("latin-1").split("~")
    for fault in faults(wrapped(text)):
        assert fault.message and fault.help and fault.byte is not None


@given(data=st.binary(max_size=300))
def test_public_doors(data: bytes) -> None:
    fuzz.reading(data)


@pytest.mark.parametrize("base", [PROFESSIONAL, FACILITY], ids=["837p", "837i"])
def test_much_that_is_wrong_takes_no_longer_than_it_should(base: list[str]) -> None:
    """Faults are found in time that grows with the file, not with its square."""
    spoilt = [s + "*" for s in base[5:-1]]
    data = wrapped([*base[:5], *spoilt * 60, base[-1]])
    assert len(faults(data)) > 60 * len(spoilt)


@pytest.mark.proof
@pytest.mark.parametrize("seed", range(8))
def test_spoilt_bytes_through_all_doors(seed: int) -> None:
    dice = random.Random(seed)
    for _ in range(400):
        data = bytearray(dice.choice(fuzz.seeds_made()))
        for _ in range(dice.randint(1, 6)):
            at = dice.randrange(len(data))
            data[at : at + dice.choice((0, 1, 5, 80))] = dice.randbytes(dice.choice((0, 1, 3)))
        for door in fuzz.DOORS:
            door(bytes(data))


@pytest.mark.proof
@pytest.mark.skipif(find_spec("atheris") is None, reason="atheris is not installed")
def test_atheris() -> None:
    command = [sys.executable, str(HOME / "benchmarks" / "fuzz.py"), "--runs", "5000"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.skipif(find_spec("atheris") is not None, reason="atheris is installed")
def test_without_atheris_the_script_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert fuzz.main(["--runs", "1"]) == fuzz.NO_ATHERIS
    assert "not installed" in capsys.readouterr().err
