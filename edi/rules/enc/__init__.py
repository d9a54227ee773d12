"""ENC: the record as such."""
