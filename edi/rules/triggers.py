"""What of a claim wakes rules: procedure codes, modifiers, and values that most claims lack.

Most rules have nothing to look at on most claims. A rule that says what wakes it is not run elsewhere.
"""

from itertools import compress
from operator import attrgetter, is_not
from typing import Any

from edi.codes import modifier
from edi.model.claim import Claim, ServiceLine
from edi.model.party import Coverage, Patient

_CLAIM = (
    "accident",
    "attachments",
    "clinical_trial_number",
    "condition_codes",
    "dates",
    "delay_reason",
    "note",
    "occurrence_codes",
    "occurrence_spans",
    "off_campus",
    "operating_provider",
    "ownership",
    "patient_paid",
    "pay_to",
    "service_facility",
    "unmapped",
    "unread",
    "value_codes",
)
_PATIENT = ("death_date", "weight_kg")
_COVERAGE = (
    "adjudication",
    "authorization_required",
    "authorizations",
    "effective_from",
    "effective_through",
    "secondary_reason",
)
_LINE = ("description", "non_covered", "service_through")


class _Values:
    """The values of one kind of record that can wake a rule."""

    def __init__(self, names: tuple[str, ...], prefix: str, empty: object) -> None:
        self.names = tuple(prefix + name for name in names)
        self.get = attrgetter(*names)
        self.none: tuple[Any, ...] = self.get(empty)

    def of(self, record: object) -> list[str]:
        """Names of the values that a record has."""
        held = self.get(record)
        if held == self.none:
            return []
        # None and () are one object each; an empty list only wakes a rule for nothing
        return list(compress(self.names, map(is_not, held, self.none)))


_claim = _Values(_CLAIM, "", Claim())
_patient = _Values(_PATIENT, "patient.", Patient())
_coverage = _Values(_COVERAGE, "coverages.", Coverage())
_line = _Values(_LINE, "lines.", ServiceLine())
_RESULTS = "lines.test_results"
FIELDS = frozenset((*_claim.names, *_patient.names, *_coverage.names, *_line.names, _RESULTS))
"""Values that can wake a rule, as paths without indexes: `coverages.adjudication`, `lines.description`."""


def of_shape(line: ServiceLine) -> set[str]:
    """What can wake a rule in the shape of a line."""
    found = set(_line.of(line))
    if line.test_results:
        found.add(_RESULTS)
    if line.hcpcs:
        found.add(line.hcpcs.strip().upper())
    found.update("-" + modifier.compact(one) for one in line.modifiers)
    return found


def beside_shapes(claim: Claim) -> set[str]:
    """What can wake a rule beside the shapes of the lines."""
    found = set(_claim.of(claim))
    if claim.patient is not None:
        found.update(_patient.of(claim.patient))
    for coverage in claim.coverages:
        found.update(_coverage.of(coverage))
    return found


def words(claim: Claim) -> set[str]:
    """All that can wake a rule: procedure codes, modifiers with a hyphen before them, names of `FIELDS`."""
    return beside_shapes(claim).union(*(of_shape(line) for line in claim.lines))
