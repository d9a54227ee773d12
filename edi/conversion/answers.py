"""What a user says where a claim does not: values of the resulting claims, and who bills a line."""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from edi.errors import NotReadable
from edi.model import pointer as pointers
from edi.model.claim import ClaimHeader, Service, Setting

SETTINGS: tuple[Setting, ...] = ("professional", "facility")
COPY = "@"
"""A text that begins so is a pointer into the claim that is converted: `@/attending_provider`."""
CODE_LENGTH = 5
"""Characters of a procedure code; no line has a place of as many digits."""
H = TypeVar("H", bound=ClaimHeader)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answers:
    """What the user says. A value is as JSON has it, or `@/...`: what stands there in the given claim."""

    professional: Mapping[str, Any] = field(default_factory=dict)
    """JSON Pointer -> value, for the professional claim."""
    facility: Mapping[str, Any] = field(default_factory=dict)
    """JSON Pointer -> value, for the facility claim."""
    lines: Mapping[int, Setting] = field(default_factory=dict)
    """Number of a line of the given claim, from 1 -> who bills it."""

    def of(self, setting: Setting) -> Mapping[str, Any]:
        """The values for the claim of one setting."""
        return self.facility if setting == "facility" else self.professional

    def beside(self, more: "Answers") -> "Answers":
        """These answers with others, which win."""
        return Answers(
            professional={**self.professional, **more.professional},
            facility={**self.facility, **more.facility},
            lines={**self.lines, **more.lines},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerBook:
    """Answers for all claims of a run, and for single ones by claim id."""

    for_all: Answers = field(default_factory=Answers)
    by_claim: Mapping[str, Answers] = field(default_factory=dict)

    def of(self, claim_id: str | None) -> Answers:
        """The answers for one claim: its own win over those for all."""
        own = self.by_claim.get(claim_id or "")
        return self.for_all if own is None else self.for_all.beside(own)

    def beside(self, more: Answers) -> "AnswerBook":
        """The same book with other answers for all, which win over everything in it."""
        return AnswerBook(
            for_all=self.for_all.beside(more),
            by_claim={name: one.beside(more) for name, one in self.by_claim.items()},
        )


def load(path: Path) -> AnswerBook:
    """Read a file of answers, TOML or JSON by its ending.

        [facility]
        ownership = "hospital_department"
        "/admission/type" = "3"
        [professional.billing_provider]
        organization_name = "..."
        [lines]
        1 = "professional"
        [claims."VISIT-7".facility]
        "/admission/type" = "1"

    Raises:
        NotReadable: it cannot be read, or says what nobody asks.
    """
    where = f"answers {path}"
    try:
        text = path.read_text(encoding="utf-8")
        body = (
            json.loads(text, parse_float=Decimal)
            if path.suffix.lower() == ".json"
            else tomllib.loads(text, parse_float=Decimal)
        )
    except OSError as problem:
        raise NotReadable(f"{where}: cannot be read ({problem.strerror})") from problem
    except (ValueError, RecursionError) as problem:
        raise NotReadable(f"{where}: cannot be read: {problem}") from problem
    if not isinstance(body, dict):
        raise NotReadable(f"{where}: this is no table of answers")
    claims = body.pop("claims", {})
    if not isinstance(claims, dict):
        raise NotReadable(f"{where}: claims is a table by claim id")
    return AnswerBook(
        for_all=parsed(body, where),
        by_claim={name: parsed(one, f"{where}: claim {name}") for name, one in claims.items()},
    )


def parsed(body: Any, where: str = "answers") -> Answers:
    """Answers from plain values: `facility`, `professional` and `lines`; a key `a` stands for `/a`.

    Raises:
        NotReadable: they say what nobody asks.
    """
    if not isinstance(body, Mapping):
        raise NotReadable(f"{where}: this is no table of answers")
    for key, value in body.items():
        if key not in (*SETTINGS, "lines"):
            raise NotReadable(f"{where}: {key} is not facility, professional, lines or claims")
        if not isinstance(value, Mapping):
            raise NotReadable(f"{where}: {key} must be a table")
    return Answers(
        professional=_pointed(body.get("professional", {})),
        facility=_pointed(body.get("facility", {})),
        lines=dict(line_side(str(n), str(side), where) for n, side in body.get("lines", {}).items()),
    )


def _pointed(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key if key.startswith("/") else f"/{key}": value for key, value in values.items()}


def line_side(number: str, side: str, where: str) -> tuple[int, Setting]:
    """Who bills a line, from text.

    Raises:
        NotReadable: the number is none, or the side is neither setting.
    """
    if not (number.isascii() and number.isdecimal() and len(number) < 7 and int(number) > 0):
        raise NotReadable(f"{where}: {number} is no number of a line")
    for setting in SETTINGS:
        if side == setting:
            return int(number), setting
    raise NotReadable(f"{where}: line {number} goes to professional or facility, not to {side}")


def stated(answers: Mapping[str, Any], source: object) -> dict[str, Any]:
    """Answers with copies from the given claim filled in; one that points at nothing is no answer."""
    filled = {path: _filled(value, source) for path, value in answers.items()}
    return {path: value for path, value in filled.items() if value not in (None, ())}


def by_number(answers: Mapping[str, Any], lines: Sequence[Service], *, final: bool) -> dict[str, Any]:
    """Answers about lines that are named by their code, `/lines/J0696/charge`, with the place of the line.

    Args:
        answers: JSON Pointer -> value.
        lines: lines of the resulting claim.
        final: no more lines can come.

    Raises:
        NotReadable: several lines bill the code, or (`final`) none does.
    """
    found: dict[str, Any] = {}
    for path, value in answers.items():
        _, key, name = (*path.split("/"), "", "")[:3]
        if key == "lines" and len(name) == CODE_LENGTH:
            code = name.upper()
            places = [n for n, line in enumerate(lines) if (line.hcpcs or "").strip().upper() == code]
            if len(places) > 1:
                message = f"answers: {len(places)} lines bill {code}: name the line by its place"
                raise NotReadable(f"{message}, /lines/{places[0]} and so on", path=path)
            if not places and final:
                raise NotReadable(f"answers: no line of the resulting claim bills {code}", path=path)
            if places:
                path = "/".join(("", "lines", str(places[0]), *path.split("/")[3:]))
        found[path] = value
    return found


def _filled(value: Any, source: object) -> Any:
    if not (isinstance(value, str) and value.startswith(f"{COPY}/")):
        return value
    try:
        return pointers.get(source, value.removeprefix(COPY))
    except LookupError:
        return None


def applied(record: H, answers: Mapping[str, Any]) -> H:
    """A record with values set at their pointers.

    Raises:
        NotReadable: a pointer leads nowhere, or the value does not fit there.
    """
    for path, value in answers.items():
        try:
            record = pointers.replace(record, path, value)
        except (LookupError, ValueError) as problem:
            raise NotReadable(f"answers: {problem}", path=path) from problem
    return record
