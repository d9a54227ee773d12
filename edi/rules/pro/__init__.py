"""PRO: what a professional claim needs."""
