"""NCD: drugs for which a national coverage determination of Medicare wants more on the claim."""
