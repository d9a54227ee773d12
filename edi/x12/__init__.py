"""X12 syntax: delimiters, segments, envelope, cursor. Nothing here has heard of a claim."""
