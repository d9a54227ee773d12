"""What a claim carries along: texts that could not be read, and segments that have no home in it."""

import re
from collections.abc import Mapping

from edi.conversion.crossing import Crossing
from edi.conversion.homes import has_place
from edi.model.claim import Setting, Unmapped, Unread
from edi.x12.guide import Guide, SegmentLine, load
from edi.x12.placing import key_of
from edi.x12.segment import COMPONENT, ELEMENT

GUIDES: dict[Setting, str] = {"professional": "837p", "facility": "837i"}
_CLAIM = re.compile(r"(?P<loop>2300)/(?P<segment>[A-Z][A-Z0-9]{1,2})")
_OWN = str.maketrans({"*": ELEMENT, ":": COMPONENT})
_LINE = re.compile(r"(?P<loop>2400)\[(?P<line>\d+)\]/(?P<segment>[A-Z][A-Z0-9]{1,2})")


def unread(c: Crossing) -> tuple[Unread, ...]:
    """Texts whose values have a place on the resulting claim, at their place there."""
    found: list[Unread] = []
    for i, one in enumerate(c.given.unread):
        places = [path for path in c.account.places(one.path, c.to) if has_place(c.to, path)]
        if not places or c.says(places[0]):
            c.account.gone(f"/unread/{i}", c.to)
            continue
        c.move(f"/unread/{i}", f"/unread/{len(found)}")
        found.append(Unread(path=places[0], text=one.text))
    return tuple(found)


def unmapped(c: Crossing, numbers: Mapping[int, int]) -> tuple[Unmapped, ...]:
    """Whole segments of the claim or a line that stand in both guides in the same form.

    `numbers` says where a line of the given claim stands in the resulting one. On a claim of the given side
    every segment stays, but for those of lines that left.
    """
    same = c.to == c.given.setting
    found: list[Unmapped] = []
    for i, one in enumerate(c.given.unmapped):
        address = _renumbered(one.address, numbers)
        if address is None or not (same or _stands(one, c.to)):
            c.account.gone(f"/unmapped/{i}", c.to)
            if not same:
                why = "a segment of the 837 that the other guide does not have in this form"
                c.drop(f"/unmapped/{i}", why, "Look whether the other side says it elsewhere")
            continue
        c.move(f"/unmapped/{i}", f"/unmapped/{len(found)}")
        found.append(Unmapped(address=address, text=one.text))
    return tuple(found)


def _renumbered(address: str, numbers: Mapping[int, int]) -> str | None:
    """An address with the number of its line in the resulting claim; None where the line is not there."""
    loop, bracket, rest = address.partition("[")
    if loop not in ("2400", "2410", "2420", "2430", "2440") and not loop.startswith("242"):
        return address
    number, _, behind = rest.partition("]")
    if not bracket or not number.isdecimal():
        return address
    at = numbers.get(int(number) - 1)
    return None if at is None else f"{loop}[{at + 1}]{behind}"


def _stands(one: Unmapped, to: Setting) -> bool:
    """Whether a segment stands in the guide of a setting as it does in the other one."""
    match = _CLAIM.fullmatch(one.address) or _LINE.fullmatch(one.address)
    if match is None:
        return False
    other: Setting = "facility" if to == "professional" else "professional"
    # the program's own form, unless the data hold the usual separators
    text = one.text if ELEMENT in one.text else one.text.translate(_OWN)
    here = _line_of(load(GUIDES[to]), match["loop"], text)
    there = _line_of(load(GUIDES[other]), match["loop"], text)
    if here is None or there is None or here.id != match["segment"]:
        return False
    used = [k for k, value in enumerate(text.split(ELEMENT)) if k and value]
    return all(_element(here, k) == _element(there, k) for k in used)


def _line_of(guide: Guide, loop: str, text: str) -> SegmentLine | None:
    name, code = key_of(text)
    for line in guide.loops[loop].segments:
        codes = line.key_codes
        if line.id == name and (codes is None or code in codes):
            return line
    return None


def _element(line: SegmentLine, position: int) -> tuple[object, ...] | None:
    found = line.element(position)
    if found is None:
        return None
    return found.type, found.least, found.most, found.codes, found.list_name
