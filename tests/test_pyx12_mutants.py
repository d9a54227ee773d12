"""What pyx12 rejects for its structure is rejected here too; what only we reject is explained."""

import pytest

from x12_bases import program

mutants = program("mutants")


PROOF_SEED = 1
"""The seed of the checked-in table benchmarks/mutants.md."""


def unexplained(count: int, seed: int) -> list[tuple[str, list[tuple[str, str]]]]:
    """Mutants that one judge alone rejects for reasons that no row of the list gives."""
    found = []
    for mutant in mutants.mutants(count, seed):
        seen = mutants.patterns(mutants.compare(mutant.data))
        if seen and not any(mutants.explained(*one) for one in seen):
            found.append((mutant.how, seen))
    return found


def test_a_few_mutants() -> None:
    assert unexplained(20, 77) == []


def test_the_files_that_are_spoilt_are_valid() -> None:
    for base in mutants.bases()[:2]:
        data = "".join(s + "~" for s in base).encode("ascii")
        assert mutants.compare(data) == ([], [])


def test_mutants_are_the_same_again() -> None:
    assert list(mutants.mutants(30, 5)) == list(mutants.mutants(30, 5))
    assert len({m.data for m in mutants.mutants(30, 5)}) > 20


def test_every_listed_difference_names_who_is_right() -> None:
    assert mutants.differences()
    for row in mutants.differences():
        assert row["found_by"] in ("cleanclaim", "pyx12") and row["right"] in ("cleanclaim", "pyx12")
        assert row["pattern"] and row["why"]
        if row["right"] == "pyx12":
            pytest.fail(f"mend the engine: {row['pattern']}")


def test_the_table_is_checked_in() -> None:
    text = mutants.TABLE.read_text(encoding="utf-8")
    assert f"--count 1000 --seed {PROOF_SEED} --write" in text
    assert "| cleanclaim accepts | 0 |" in text


@pytest.mark.proof
@pytest.mark.parametrize("seed", [PROOF_SEED, 2])
def test_a_thousand_mutants(seed: int) -> None:
    assert unexplained(1000, seed) == []
