"""What of a claim has no box on its form at all."""

from typing import Any

from edi.model.boxes import BoxProblem
from edi.model.claim import Claim
from forms.layout import Form
from forms.plan import Leaf, Walk, leaves


def without_box(claim: Claim, form: Form) -> list[BoxProblem]:
    """The data of a claim for which a form has no box, each kind once with its first place."""
    found: dict[str, str] = {}

    class Gather:
        def emit(self, leaf: Leaf, _value: Any, pointer: str, _ordinal: int | None) -> None:
            found.setdefault(words(leaf.path, form), pointer)

    Walk(claim, form).run(Gather(), held=False)
    return [
        BoxProblem(kind="no_box", page=1, key="", item="", path=pointer, what=what)
        for what, pointer in found.items()
    ]


def words(path: str, form: Form) -> str:
    """A datum in words: `attachments`, `death date of patient`; a record without any box as a whole."""
    parts = [part for part in path.split("/") if part and not part.startswith("{") and not part.isdecimal()]
    start = 1 if parts[0] in ("lines", "coverages") and len(parts) > 1 else 0
    record = path[: path.index(parts[start]) + len(parts[start])]
    name = parts[start].replace("_", " ")
    if len(parts) == start + 1 or not any(leaf.path.startswith(f"{record}/") for leaf in leaves(form)):
        return name
    return f"{parts[-1].replace('_', ' ')} of {name}"
