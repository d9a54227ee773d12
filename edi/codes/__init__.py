"""Identifiers, one module each.

Every module has `compact(text)`, the form that goes on the wire; `problem(text)`, None or a plain reason why
the identifier cannot be right; and, where people write it otherwise, `formatted(text)`. All are pure: whether
an identifier exists, or is valid on a date, is a question for `edi.refdata`.
"""
