"""Minutes to units: rules catalogue A.5."""


def further_hours(minutes: int) -> int:
    """Units of further hours of one infusion: one for each 60 minutes, counted when 31 of them have run.

    30 minutes past the hour only meet the mark; the 31st passes it.
    """
    return max(0, (minutes - 31) // 60)


def repeat_units(minutes: int) -> int:
    """Units of a block that is counted by further hours from its start: 31 to 90 minutes are one.

    Hydration beside another initial service, and a later separate infusion of the same drug.
    """
    return 1 + further_hours(minutes) if minutes >= 31 else 0
