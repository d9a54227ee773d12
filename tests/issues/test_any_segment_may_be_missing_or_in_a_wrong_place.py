"""A claim with everything, of which one segment after the other is left out, sent twice or sent too early.

Without the SBR of another payer the reader once stopped with an error of its own.
"""

import datetime as dt
from collections.abc import Callable
from functools import cache

import pytest

from claim_strategies import sentinel
from edi.transactions.reading import read_837
from edi.transactions.writing import write_837

CREATED = dt.datetime(2026, 3, 10, 8, 30)
Body = list[bytes]


@cache
def segments(facility: bool, dependent: bool) -> Body:
    return write_837([sentinel(facility=facility, dependent=dependent)], created=CREATED).split(b"~")


def left_out(body: Body, at: int) -> Body:
    return [*body[:at], *body[at + 1 :]]


def twice(body: Body, at: int) -> Body:
    return [*body[:at], body[at], *body[at:]]


def early(body: Body, at: int) -> Body:
    return [*body[: at - 1], body[at], body[at - 1], *body[at + 1 :]]


@pytest.mark.parametrize("changed", [left_out, twice, early])
@pytest.mark.parametrize("facility", [False, True])
@pytest.mark.parametrize("dependent", [False, True])
def test_the_reader_goes_on(facility: bool, dependent: bool, changed: Callable[[Body, int], Body]) -> None:
    body = segments(facility, dependent)
    read = [len(list(read_837(b"~".join(changed(body, at))))) for at in range(2, len(body) - 1)]
    assert set(read) <= {0, 1, 2}
    assert read.count(1) > 0.9 * len(read)
