"""DRUG: drug lines."""
