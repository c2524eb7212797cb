"""The migrations of Django: one for each revision of the tables."""
