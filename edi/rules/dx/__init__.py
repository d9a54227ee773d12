"""Diagnoses: present, well formed, pointed to."""
