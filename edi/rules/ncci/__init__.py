"""NCCI: pair edits, unit limits and add-on codes by the table of the date of service."""
