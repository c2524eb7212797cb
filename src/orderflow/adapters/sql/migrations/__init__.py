"""The migrations of the tables: one step for each released revision.

Alembic runs `env.py`, and the steps are in `versions`. A released step never changes, and uses
only the names in `Tables`. A later release adds a step.
"""
