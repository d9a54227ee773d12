"""What a form holds of a claim, and a claim of a form."""
