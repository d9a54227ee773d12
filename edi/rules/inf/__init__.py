"""INF: infusion coding."""
