"""Answers to an 837: its findings, then TA1, 999 and 277CA."""

import datetime as dt
from collections.abc import Collection
from typing import TYPE_CHECKING

from edi.errors import NotReadable
from edi.pipeline.judging import Options
from edi.pipeline.reading import Input

if TYPE_CHECKING:
    from edi.answer import Answer, Kind


def ack(
    given: Input,
    options: Options | None = None,
    *,
    kinds: "Collection[Kind] | None" = None,
    created: dt.datetime,
    control_number: int = 1,
) -> "list[Answer]":
    """The answers to one X12 input; its claims are judged first.

    Args:
        given: the input.
        options: payer, policies and so on, for the judging of claims.
        kinds: which answers to make; default those that apply.
        created: date and time of the answers.
        control_number: ISA13 of the first answer; the others count on.

    Raises:
        NotReadable: there is no such file, or it holds no interchange.
        UnknownPayer: payer rules or a policy that the options name do not exist.
    """
    # the reader and its guides are loaded only where they are needed
    from edi.answer import answers
    from edi.pipeline.wire import judge_x12

    if given.problem is not None:
        raise NotReadable(f"{given.name}: {given.problem.message}")
    options = (options or Options()).verified()
    with given.stream() as first, given.stream() as second:
        judged = judge_x12(first, options, file=given.name)
        return answers(
            second,
            kinds=kinds,
            created=created,
            control_number=control_number,
            findings=(finding for one in judged for finding in one.findings),
        )
