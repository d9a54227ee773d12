"""Audit: what reviewers look at first."""
