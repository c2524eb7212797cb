"""Everything at once: long random histories, and all short ones."""
