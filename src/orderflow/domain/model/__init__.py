"""The types of the domain, and the rules for their values."""
