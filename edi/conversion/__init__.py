"""A claim on the other side: professional to facility and back, with what could not be carried and why.

Not a renaming but the change of setting: place of service and type of bill, who bills and who attends,
revenue codes and pointers, the hierarchy of services, Medicare's Part A and Part B. Nothing is invented: what
the other side wants and the claim does not say is asked for. Nothing is lost without a word: every value of
the given claim stands in a resulting one, or a row of `not_carried` names it.
"""

from edi.conversion.account import KINDS, Conversion, Kind, NotCarried, leaves
from edi.conversion.answers import AnswerBook, Answers, line_side, load, parsed
from edi.conversion.lines import pushed
from edi.conversion.whole import Terms, converted

__all__ = [
    "KINDS",
    "AnswerBook",
    "Answers",
    "Conversion",
    "Kind",
    "NotCarried",
    "Terms",
    "converted",
    "leaves",
    "line_side",
    "load",
    "parsed",
    "pushed",
]
