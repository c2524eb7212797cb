"""Allocation policies in the database: all that work on one database agree on who gets the stock.

A host that says in its code what the policies are does not need them here.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Engine, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from orderflow.adapters.sql.executor import CoreExecutor
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.transactions import HostTransaction, OwnTransactions
from orderflow.codec import dumps, loads
from orderflow.domain import checks
from orderflow.domain.policy import AllocationPolicy
from orderflow.errors import CodecError, StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orderflow.adapters.sql.executor import Executor
    from orderflow.adapters.sql.transactions import Transactions

__all__ = ["SqlPolicies"]

_USUAL = ""
"""Whose the usual policy is: no seller has this id, for it has at least one character."""


class SqlPolicies:
    """The usual policy, and those of sellers that have one of their own.

    An `OrderFlow` takes them when it is made: ``OrderFlow(repository, policy=policies.usual(),
    policies=policies.all())``. One that was made before they changed goes on with the old ones.

    Args:
        engine: An engine of SQLAlchemy, for SQLite or PostgreSQL; or what stands for one.
        tables: The tables; those with the names that orderflow gives them, if left out.
    """

    def __init__(self, engine: Engine | Transactions, *, tables: Tables | None = None) -> None:
        self._transactions: Transactions = (
            OwnTransactions(engine) if isinstance(engine, Engine) else engine
        )
        self._statements = _statements_of(tables if tables is not None else Tables.default())

    @classmethod
    def within(
        cls, connection: Connection | Executor, *, tables: Tables | None = None
    ) -> SqlPolicies:
        """Make one that works in the transaction of the host's.

        Args:
            connection: An open connection of SQLAlchemy, or an executor on any other.
            tables: As above.

        Raises:
            StorageError: If the isolation of its transaction does not fit.
        """
        executor = CoreExecutor(connection) if isinstance(connection, Connection) else connection
        return cls(HostTransaction(executor), tables=tables)

    def usual(self) -> AllocationPolicy:
        """Return the policy of every seller that has none of its own.

        Raises:
            StorageError: If what is kept is no policy.
        """
        return self._kept().get(_USUAL, AllocationPolicy())

    def of(self, seller_id: str) -> AllocationPolicy:
        """Return the policy that a seller's stock is given by.

        Raises:
            StorageError: If what is kept is no policy.
        """
        kept = self._kept()
        return kept.get(seller_id, kept.get(_USUAL, AllocationPolicy()))

    def all(self) -> Mapping[str, AllocationPolicy]:
        """Return the policies of sellers that have one of their own, by seller id.

        Raises:
            StorageError: If what is kept is no policy.
        """
        return {seller_id: each for seller_id, each in self._kept().items() if seller_id != _USUAL}

    def set(self, policy: AllocationPolicy | None, seller_id: str | None = None) -> None:
        """Keep a policy in place of the one before.

        Orders that wait are served by the new one when a command comes across them.

        Args:
            policy: The policy; `None` takes away what is kept, so that a seller has the usual one
                again, and the usual one is `AllocationPolicy()`.
            seller_id: Whose; the usual one, if left out.

        Raises:
            InvalidValueError: If a seller cannot have this id.
        """
        checks.require(
            holds=seller_id is None or checks.is_identifier(seller_id),
            field="SqlPolicies.seller_id",
            demand=f"{checks.IDENTIFIER_DEMAND}, or None for the usual policy",
            value=seller_id,
        )
        row = {"seller_id": _USUAL if seller_id is None else seller_id}

        def task(executor: Executor) -> None:
            if policy is None:
                executor.run(self._statements.remove, [row])
            else:
                executor.run(self._statements.keep, [row | {"policy": dumps(policy)}])

        self._transactions.write(task)

    def _kept(self) -> dict[str, AllocationPolicy]:
        rows = self._transactions.read(
            lambda executor: executor.rows(self._statements.all_kept, {})
        )
        return {seller_id: _policy(seller_id, text) for seller_id, text in rows}


def _policy(seller_id: str, text: str) -> AllocationPolicy:
    try:
        policy: AllocationPolicy = loads(text, AllocationPolicy)
    except CodecError as error:
        whose = "usual policy" if seller_id == _USUAL else f"policy of seller {seller_id!r}"
        raise StorageError(
            f"the {whose} in the database cannot be used: {error}; "
            f"SqlPolicies.set puts another one in its place"
        ) from error
    return policy


@lru_cache(maxsize=64)
def _statements_of(tables: Tables) -> _Statements:
    return _Statements(tables)


class _Statements:
    """What is read and written, as statements of SQLAlchemy Core."""

    def __init__(self, tables: Tables) -> None:
        policies = tables.policies
        columns = policies.c
        self.all_kept = select(columns.seller_id, columns.policy).order_by(columns.seller_id)
        # SQLite knows the same words.
        keep = insert(policies).values(
            seller_id=bindparam("seller_id"), policy=bindparam("policy", type_=columns.policy.type)
        )
        self.keep = keep.on_conflict_do_update(
            index_elements=[columns.seller_id], set_={"policy": keep.excluded.policy}
        )
        self.remove = delete(policies).where(columns.seller_id == bindparam("seller_id"))
