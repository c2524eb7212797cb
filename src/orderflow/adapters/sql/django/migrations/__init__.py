"""The Django migrations, one for each revision of the tables."""
