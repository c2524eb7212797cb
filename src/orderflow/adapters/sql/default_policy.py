"""The default policy, stored in the database, so that all processes on it use the same.

You don't need it if your code passes its own `default_policy` to `OrderFlow`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from orderflow.adapters.sql.per_seller import PerSeller
from orderflow.adapters.sql.store import SqlStore
from orderflow.domain.model.arguments import require_policy
from orderflow.domain.model.policy import AllocationPolicy

if TYPE_CHECKING:
    from sqlalchemy import Engine

    from orderflow.adapters.sql.tables import Tables
    from orderflow.adapters.sql.transactions import Transactions

__all__ = ["SqlDefaultPolicy"]


class SqlDefaultPolicy(SqlStore):
    """The policy of every seller who has none of their own.

    Give it to `OrderFlow` as its `default_policy`. A seller's own policy is part of the seller's
    state, which only `ChangePolicy` changes.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL, or the transactions of a host.
        tables: The tables. Default: the tables under orderflow's own names.
    """

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        super().__init__(engine, tables=tables)
        self._stored = _Policies(self.transactions, tables=self.tables)

    @property
    def is_set(self) -> bool:
        """Whether one is stored, even if it equals `AllocationPolicy()`."""
        return self._stored.has_default

    def get(self) -> AllocationPolicy:
        """Return the default policy: `AllocationPolicy()` if none is stored.

        Raises:
            StorageError: If the stored policy is not valid.
        """
        return self._stored.default()

    def set(self, policy: AllocationPolicy) -> None:
        """Store a default policy.

        Set it before any order waits. A new default does not serve the queues of the sellers that
        it applies to.

        Raises:
            InvalidValueError: If this is no policy.
        """
        require_policy("SqlDefaultPolicy.policy", policy)
        self._stored.set(policy)


class _Policies(PerSeller[AllocationPolicy]):
    _kind = AllocationPolicy
    _noun = "policy"
    _table = "policies"
