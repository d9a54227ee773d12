"""Providers: names, identifiers, addresses."""
