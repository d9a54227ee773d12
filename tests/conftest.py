"""What all tests share: `--update`, and how long hypothesis searches."""

import os

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
