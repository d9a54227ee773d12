"""DOC: what the record has to hold so that the claim stands up to a review."""
