"""Coding: Encounter -> Timeline -> proposed lines -> Claim.

Nothing here makes findings: the Timeline keeps minutes, classes, overlaps and refusals, and rules turn them
into findings. The result never depends on the order in which administrations are listed.
"""

from edi.coding.assembly import assemble, proposed_claim
from edi.coding.proposal import propose
from edi.coding.timeline import Given, Proposal, ProposedLine, Refusal, Timeline

__all__ = [
    "Given",
    "Proposal",
    "ProposedLine",
    "Refusal",
    "Timeline",
    "assemble",
    "propose",
    "proposed_claim",
]
