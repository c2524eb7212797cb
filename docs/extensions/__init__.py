"""What the documentation adds to Sphinx: diagrams, readable signatures, words to search for."""
