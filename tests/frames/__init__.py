"""Allocation of tables."""
