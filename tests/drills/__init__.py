"""Drills: what can go wrong is done, on real databases, and what is left is looked at.

`make test` runs them small, `make drills` large.
"""
