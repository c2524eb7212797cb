"""How the tables came to be what they are: one step for every released revision.

`env.py` is what Alembic runs; the steps are in `versions`. A step never changes once it was
released, and reads nothing of `Tables` but the names: a later release changes the tables by a
further step.
"""
