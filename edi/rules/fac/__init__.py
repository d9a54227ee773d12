"""FAC: what a facility claim needs."""
