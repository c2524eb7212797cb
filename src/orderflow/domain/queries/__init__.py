"""Queries about the state of a seller. They change nothing."""
