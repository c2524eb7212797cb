"""The default policy, kept in the database: all that work on it agree on it.

A host that says its default in its own code does not need it here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.adapters.sql.per_seller import PerSeller
from orderflow.domain.model.policy import AllocationPolicy

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions

__all__ = ["SqlDefaultPolicy"]


class SqlDefaultPolicy:
    """The policy of every seller who has none of their own.

    Give it to `OrderFlow` as its `default_policy`. A seller's own policy is part of the seller's
    state, which only `ChangePolicy` changes.

    Args:
        engine: An engine of SQLAlchemy, for SQLite or PostgreSQL; or what stands for one.
        tables: The tables; those with the names that orderflow gives them, if left out.
    """

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        self._kept = _Policies(engine, tables=tables)

    @property
    def is_set(self) -> bool:
        """Whether one is kept, even if it is the same as without any."""
        return self._kept.is_said

    def get(self) -> AllocationPolicy:
        """Return the default policy: `AllocationPolicy()` if none is kept.

        Raises:
            StorageError: If what is kept cannot be used.
        """
        return self._kept.usual()

    def set(self, policy: AllocationPolicy) -> None:
        """Keep a default policy.

        Set it before any order waits: under another default than before, nobody serves anew the
        queues of sellers without a policy of their own.
        """
        self._kept.set(policy)


class _Policies(PerSeller[AllocationPolicy]):
    _kind = AllocationPolicy
    _noun = "policy"
    _table = "policies"
