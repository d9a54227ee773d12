"""NDC: National Drug Codes and their quantities."""
