"""A fault of the guide silences the rule that says the same of the same element, and no other one."""

from collections.abc import Callable
from pathlib import Path

import pytest

import edi

X12 = Path(__file__).resolve().parents[2] / "samples" / "x12"


def errors(name: str, change: Callable[[str], str]) -> list[tuple[str, str]]:
    text = (X12 / f"{name}.837").read_text("ascii").replace("\n", "")
    changed = change(text)
    assert changed != text
    count = changed[changed.index("ST*") : changed.index("SE*")].count("~") + 1
    head, _, tail = changed.partition("SE*")
    changed = f"{head}SE*{count}*{tail.partition('*')[2]}"
    found = [f for f in edi.check(changed.encode()).findings if f.severity == "error"]
    return sorted((f.rule, f.place.x12.address if f.place.x12 else "") for f in found)


def without(text: str, beginning: str) -> str:
    """The file without its first segment that begins so."""
    start = text.index(f"~{beginning}")
    return text[:start] + text[text.index("~", start + 1) :]


def test_something_else_that_is_missing_is_still_said() -> None:
    """No attending provider, and besides no date of the statement."""

    def change(text: str) -> str:
        return without(without(without(text, "NM1*71"), "PRV*AT"), "DTP*434")

    assert errors("ivig-165-min", change) == [
        ("FAC-PROV-001", "2310A/NM1"),
        ("X12-SEG-MISSING", "2300/DTP[434]"),
    ]


def test_another_element_of_the_same_segment_is_still_said() -> None:
    """A sex that the guide does not know beside a birth date that is too late."""

    def change(text: str) -> str:
        start = text.index("DMG*D8*")
        end = text.index("~", start)
        return f"{text[:start]}DMG*D8*20990101*X{text[end:]}"

    assert errors("antibiotic-70-min", change) == [
        ("F15-03-001", "2010BA/DMG/02"),
        ("X12-ELE-CODE", "2010BA/DMG/03"),
    ]


@pytest.mark.parametrize(
    ("name", "before", "after", "fault"),
    [
        # who must be a person is sent as an organization: NM102 says how the name is to be read
        ("ivig-165-min", "NM1*71*1*", "NM1*71*2*", ("X12-ELE-CODE", "2310A/NM1/02")),
        # the drug's code under the revenue code that wants one
        ("ivig-165-min", "SV2*0636*HC:J1569:JZ*", "SV2*0636*HC*", ("X12-ELE-MISSING", "2400[3]/SV2/02-2")),
    ],
)
def test_the_same_fault_is_said_once(name: str, before: str, after: str, fault: tuple[str, str]) -> None:
    assert errors(name, lambda text: text.replace(before, after)) == [fault]
