"""Balances: sums that have to agree."""
