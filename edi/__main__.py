"""`python -m edi`: the same program as `cleanclaim`.

`-m` puts the current folder first on the path, and a billing project may well have a `forms.py` or a
`schemas.py` of its own there. So the path is set right before anything else is imported; `os` and `sys` are
in memory before any path is searched, whatever the current folder holds.
"""

import os
import sys


def own_folder_first() -> None:
    """Take the current folder off the head of `sys.path` and put the folder that holds `edi` there."""
    holder = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    try:
        current = os.getcwd()
    except FileNotFoundError:  # the folder was removed meanwhile; then -m has added nothing either
        current = ""
    if not sys.flags.safe_path and sys.path[:1] in ([""], [current]):
        del sys.path[0]
    sys.path.insert(0, holder)


if __name__ == "__main__":
    own_folder_first()

    from edi.cli.main import main

    sys.exit(main())
