"""Code lists that ship in part: what they cannot say, and what a loaded list says."""
