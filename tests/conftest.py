"""What all tests share: `--update`, an empty data folder, and how long hypothesis searches."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

# Shared machines are slow at odd moments, so no example has a deadline of its own.
settings.register_profile("quick", max_examples=50, deadline=None)
settings.register_profile(
    "ci",
    max_examples=50,
    deadline=None,
    derandomize=True,
    database=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "proof", max_examples=2000, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("ci" if os.environ.get("CI") else "quick")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--update", action="store_true", default=False, help="rewrite golden files instead of comparing"
    )


@pytest.fixture(scope="session")
def update(request: pytest.FixtureRequest) -> bool:
    """True when golden files are to be rewritten (`pytest --update`, `make update`)."""
    return bool(request.config.getoption("--update"))


@pytest.fixture(scope="session", autouse=True)
def no_reference_data() -> Iterator[None]:
    """Tests, and the programs they start, see none of the reference data of whoever runs them."""
    with tempfile.TemporaryDirectory(prefix="cleanclaim-") as folder, pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLEANCLAIM_DATA", str(Path(folder) / "data"))
        yield
