"""The steps in order: what the command line calls, and what a Python user calls.

encounter -> code -> claim -> check -> report -> build -> files
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Any

from edi.coding.assembly import Assembled
from edi.coding.timeline import Proposal
from edi.errors import NotReadable, UnknownPayer
from edi.finding import Report
from edi.model.boxes import Boxes
from edi.model.claim import Claim
from edi.model.contract import Kind, Record
from edi.model.encounter import Encounter
from edi.pipeline.answering import ack
from edi.pipeline.building import Batch, Built, Envelope, Outcome, build, report_json
from edi.pipeline.converting import Converted, convert_surface
from edi.pipeline.explaining import explain
from edi.pipeline.judging import Judged, Options, Run, Surface, judge, judge_inputs
from edi.pipeline.reading import Input, inputs, records
from edi.pipeline.repairing import repair
from edi.pipeline.switching import Switched, convert, encounters_behind, switch_input
from edi.settings import Settings

__all__ = [
    "Batch",
    "Built",
    "Converted",
    "Envelope",
    "Input",
    "Judged",
    "Options",
    "Outcome",
    "Run",
    "Switched",
    "ack",
    "build",
    "check",
    "claim",
    "code",
    "convert",
    "convert_surface",
    "encounters_behind",
    "explain",
    "inputs",
    "judge",
    "judge_inputs",
    "read_claims",
    "read_encounter",
    "read_encounters",
    "repair",
    "report_json",
    "switch_input",
]

Source = str | bytes | os.PathLike[str]
"""A path; the bytes of a file; or text: JSON or XML beginning with a bracket, X12 beginning with its ISA."""


X12_TEXT = re.compile(r"\s*ISA([^A-Za-z0-9\s]).{2}\1")


def check(
    source: Source | Claim | Encounter | Iterable[Source | Claim | Encounter],
    *,
    payer: str | None = None,
    policies: Mapping[str, Any] | None = None,
    received: date | None = None,
    snip: int = 7,
    show_values: bool = False,
    settings: Settings | None = None,
    prices: bool = False,
    locality: str | None = None,
    surface: Surface | None = None,
) -> Report:
    """All findings of encounters or claims.

    Args:
        source: path of a file or folder, bytes of a file, JSON (encounters, claims, boxes), XML or X12 as
            text, a record, or several.
        payer: payer rules by name (`medicare`) or TOML file; default what the record says, else its payer's.
        policies: policies that win over those of the payer rules and the record.
        received: day on which the payer gets the claims; rules that need it are left out without.
        snip: the highest SNIP type to judge, 1 to 7.
        show_values: show expected and actual values instead of masking them.
        settings: what most records have in common (`edi.settings.load`).
        prices: estimate what Medicare would allow, in US dollars.
        locality: contractor and locality of the prices, as `05102-18`; default the national amounts.
        surface: judge the claims as sent (`x12`) or as printed (`paper`); default what they were read from.

    Raises:
        UnknownPayer: `payer`, a policy or its value does not exist.
    """
    options = Options(
        payer=payer,
        policies=dict(policies or {}),
        received=received,
        snip=snip,
        show_values=show_values,
        settings=settings or Settings(),
        prices=prices,
        locality=locality,
        surface=surface,
    ).verified()
    run = Run()
    given: Iterable[Source | Claim | Encounter] = (
        [source] if isinstance(source, Claim | Encounter | str | bytes | os.PathLike) else source
    )
    for index, one in enumerate(given):
        if isinstance(one, Claim | Encounter):
            run.add(judge(_record(one, index), options))
        else:
            for judged in judge_inputs(_inputs(one), options):
                run.add(judged)
    return run.report()


def code(
    encounter: Encounter, *, payer: str | None = None, policies: Mapping[str, Any] | None = None
) -> Proposal:
    """The service lines that the record of an encounter supports, with minutes, reasons and refused codes.

    Raises:
        UnknownPayer: payer rules or a policy that are named do not exist.
    """
    return _assembled(encounter, payer, policies).proposal


def claim(
    encounter: Encounter, *, payer: str | None = None, policies: Mapping[str, Any] | None = None
) -> Claim:
    """The claim of an encounter: coded and put together.

    Raises:
        UnknownPayer: payer rules or a policy that are named do not exist.
    """
    return _assembled(encounter, payer, policies).claim


def _assembled(encounter: Encounter, payer: str | None, policies: Mapping[str, Any] | None) -> Assembled:
    judged = judge(_record(encounter, 0), Options(payer=payer, policies=dict(policies or {})).verified())
    if judged.assembled is None:
        raise UnknownPayer(judged.findings[0].message)
    return judged.assembled


def _record(value: Claim | Encounter, index: int) -> Record:
    if isinstance(value, Encounter):
        return Record(index=index, kind="encounter", value=value, id=value.encounter_id)
    if not isinstance(value, Claim):
        raise TypeError(
            f"an Encounter or a Claim is needed, not {type(value).__name__}; read_encounter, read_claims and "
            "read_837 read one from a file"
        )
    return Record(index=index, kind="claim", value=value, id=value.claim_id)


def _inputs(source: Source) -> Iterator[Input]:
    if isinstance(source, bytes):
        yield Input(name="", held=source)
    elif isinstance(source, str) and X12_TEXT.match(source):
        yield Input(name="", held=source.encode(errors="surrogateescape"))
    elif isinstance(source, str) and source.lstrip("\ufeff \t\r\n")[:1] in ("{", "[", "<"):
        # text is decoded already, whatever encoding the XML declaration names
        text = re.sub(r"""^(\s*<\?xml[^>]*?)\sencoding\s*=\s*("[^"]*"|'[^']*')""", r"\1", source, count=1)
        yield Input(name="", held=text.encode(errors="surrogateescape"))
    else:
        yield from inputs([os.fspath(source)])


def read_encounters(source: Source) -> Iterator[Encounter]:
    """The encounters of a file or of JSON, one by one.

    Raises:
        NotReadable: a record is no encounter; all of its problems are in the message. To go on behind such a
            record use `check`, which makes findings of them.
    """
    for value in _values(source, "encounter"):
        assert isinstance(value, Encounter)
        yield value


def read_encounter(source: Source) -> Encounter:
    """The only encounter of a file or of JSON.

    Raises:
        NotReadable: it is none, or there are several.
    """
    found = list(read_encounters(source))
    if len(found) != 1:
        raise NotReadable(f"{len(found)} encounters where one is expected; use read_encounters")
    return found[0]


def read_claims(source: Source) -> Iterator[Claim]:
    """The claims of a file or of JSON, one by one.

    Raises:
        NotReadable: a record is no claim; all of its problems are in the message.
    """
    for value in _values(source, "claim"):
        assert isinstance(value, Claim)
        yield value


def _values(source: Source, kind: Kind) -> Iterator[Claim | Encounter]:
    for given in _inputs(source):
        for record in records(given):
            where = f"{given.name}: " if given.name else ""
            if record.problems:
                texts = [f"{p.path}: {p.message}" if p.path else p.message for p in record.problems]
                raise NotReadable(
                    f"{where}record {record.index + 1}: {'; '.join(texts)}", path=record.problems[0].path
                )
            if record.value is None or isinstance(record.value, Boxes) or record.kind != kind:
                raise NotReadable(f"{where}record {record.index + 1} is not {_article(kind)}")
            yield record.value


def _article(kind: Kind) -> str:
    return "an encounter" if kind == "encounter" else "a claim"
