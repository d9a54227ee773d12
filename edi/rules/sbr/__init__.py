"""Coverages: who is insured, who pays, who sends and who gets the file."""
