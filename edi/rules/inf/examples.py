"""What the examples of the administration rules have in common: administrations and lines, written short."""

from typing import Any


def at(clock: str, day: int = 3) -> str:
    """A clock time of March 2026, the month of the samples."""
    return f"2026-03-{day:02}T{clock}"


def a_drug(
    id_: str, drug: str, hcpcs: str | None, start: str, stop: str, /, day: int = 3, **more: Any
) -> dict[str, Any]:
    """A drug that ran through the access of the samples from one clock time to another; `more` wins."""
    return {
        "id": id_,
        "drug": drug,
        "hcpcs": hcpcs,
        "route": "IV",
        "technique": "infusion",
        "start": at(start, day),
        "stop": at(stop, day),
        "access_site": "left forearm",
        **more,
    }


def a_line(hcpcs: str, /, *modifiers: str, day: int = 3, **more: Any) -> dict[str, Any]:
    """One unit of a code on a day of March 2026, on a claim or among the coded services; `more` wins."""
    line = {
        "hcpcs": hcpcs,
        "modifiers": [*modifiers],
        "units": 1,
        "service_date": f"2026-03-{day:02}",
        **more,
    }
    return {key: value for key, value in line.items() if value != []}


def a_doctor(taxonomy: str | None = "207RC0000X") -> dict[str, str | None]:
    """A rendering provider other than the one of the samples, whose taxonomy is 207RG0100X."""
    return {"last_name": "OTHER", "first_name": "PAT", "npi": "1234567893", "taxonomy": taxonomy}
