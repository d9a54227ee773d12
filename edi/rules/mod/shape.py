"""MOD: how many modifiers a line has, and that none stands twice."""

from collections.abc import Iterator

from edi.codes import modifier
from edi.rules import Case, Hit, rule
from edi.rules.asks import box

MOST = 4


@rule(
    "MOD-CNT-001",
    "too-many-modifiers",
    message="line {line} has {count} modifiers; 4 can be sent ({box})",
    help="Keep the modifiers that decide the payment and drop those that only inform.",
    source="005010X222A1, SV101-3 to -6; 005010X223A2, SV202-3 to -6; CMS-1500 item 24D, UB-04 FL 44",
    severity="error",
    sees="line",
    snip=2,
    also=("P60", "I44"),
    breaks=[
        {"/lines/0/modifiers": ["59", "22", "76", "TB", "KX"]},
        {
            "/lines/0/modifiers": ["59", "22", "76", "TB", "KX"],
            "/lines/-": {"modifiers": ["59", "22", "76", "TB", "KX"]},
        },
    ],
    keeps=[
        {"/lines/0/modifiers": ["59", "22", "76", "TB"]},
        {"/lines/0/modifiers": ["59", "22", "76", "TB", ""]},
    ],
)
def too_many(case: Case) -> Iterator[Hit]:
    """A line has room for four modifiers; empty ones are none."""
    for i, line in enumerate(case.claim.lines):
        stated = [k for k, one in enumerate(line.modifiers) if one.strip()]
        if len(stated) > MOST:
            path = f"/lines/{i}/modifiers/{stated[MOST]}"
            yield Hit(path, line=i + 1, count=len(stated), box=box(case, "24D", "44"))


@rule(
    "MOD-DUP-001",
    "modifier-repeated",
    message="line {line} has the modifier {modifier} twice ({box})",
    help="Remove the second one.",
    source="005010X222A1, SV101-3 to -6; 005010X223A2, SV202-3 to -6; CMS front-end edit "
    "X222.351.2400.SV101-3.040",
    severity="error",
    sees="line",
    snip=2,
    also=("P60", "I44"),
    breaks=[
        {"/lines/0/modifiers": ["59", "59"]},
        {"/lines/1/modifiers": ["JZ", "TB", "jz"]},
        {"/lines/0/modifiers": ["59", "59", "59"]},
    ],
    keeps=[{"/lines/0/modifiers": ["59", "76"]}, {"/lines/0/modifiers": ["", " "]}],
)
def repeated(case: Case) -> Iterator[Hit]:
    """The same modifier says nothing more the second time, and the file is rejected."""
    for i, line in enumerate(case.claim.lines):
        seen: set[str] = set()
        for k, one in enumerate(line.modifiers):
            code = modifier.compact(one)
            if code in seen and code:
                path = f"/lines/{i}/modifiers/{k}"
                yield Hit(path, line=i + 1, modifier=code, box=box(case, "24D", "44"))
            seen.add(code)
