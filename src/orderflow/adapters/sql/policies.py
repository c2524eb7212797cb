"""Allocation policies in the database: all that work on one database agree on who gets the stock.

A host that says in its code what the policies are does not need them here.
"""

from __future__ import annotations

from orderflow.adapters.sql.per_seller import PerSeller
from orderflow.domain.model.policy import AllocationPolicy

__all__ = ["SqlPolicies"]


class SqlPolicies(PerSeller[AllocationPolicy]):
    """The usual policy, and those of sellers who have one of their own.

    An `OrderFlow` takes them when it is made: ``OrderFlow(repository, policy=policies.default(),
    policies=policies.all())``. One that was made before they changed goes on with the old ones;
    and what an order holds already, it keeps under a new one.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or an object with the methods of
            `Transactions`.
        tables: The tables. Default: those with orderflow's own names.
    """

    _kind = AllocationPolicy
    _noun = "policy"
    _table = "policies"
