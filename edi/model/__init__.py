"""Records: what was done, who did it, and what is billed. No rules live here."""
