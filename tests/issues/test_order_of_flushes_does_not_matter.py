"""The flushes of a device are billed in the order of the clock, whatever their order in the record."""

from edi.model import pointer
from rule_cases import build, sample


def test_flushes_of_one_day_are_in_the_order_of_the_clock() -> None:
    flushes = [
        {
            "id": id_,
            "technique": "flush",
            "purpose": "flush",
            "access_site": "port",
            "start": f"2026-03-03T{at}",
        }
        for id_, at in (("F1", "09:00"), ("F2", "10:00"))
    ]
    for order in (flushes, flushes[::-1]):
        case = build(pointer.replace(sample("facility"), "/administrations", order))
        (line,) = case.claim.lines
        assert (line.hcpcs, line.administrations) == ("96523", ("F1", "F2"))
