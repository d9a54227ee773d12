"""Code look-ups by date of service.

`Lists` is the one door: what ships with the program, and what a user loads beside it. What is not loaded, or
loaded in part, is not checked: it is never called invalid.
"""

from edi.refdata.lists import Coverage, Drug, Entry, Lists, Size, Source, shipped

__all__ = ["Coverage", "Drug", "Entry", "Lists", "Size", "Source", "shipped"]
