"""The command line: one module per command; each parses, calls `edi.pipeline`, prints, and returns a code."""
