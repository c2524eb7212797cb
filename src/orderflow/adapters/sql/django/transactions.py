"""Transactions of Django's: the host's where it is in one, otherwise our own.

Inside of `transaction.atomic`, a unit of work is a savepoint. Outside of it, it is a transaction
that is committed at its end, as each statement of Django's ORM is there; and as nothing of the
host's is in it, it is tried again if another one had to go first.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.django.executor import DjangoExecutor, as_errors_of_sqlalchemy
from orderflow.adapters.sql.faults import translated, translated_of_commit
from orderflow.adapters.sql.transactions import ATTEMPTS_MAX, HostTransaction, tried_again

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

    from orderflow.adapters.sql.executor import Executor

    T = TypeVar("T")

__all__ = ["DjangoTransactions"]

_LOCKED_AT_ONCE = {"IMMEDIATE", "EXCLUSIVE"}


class DjangoTransactions:
    """Runs what reads and writes in transactions of Django's.

    One object serves all threads: each has its own connection, as everywhere in Django. Give it
    to `SqlRepository` or `SqlOutbox` in place of an engine.

    Args:
        using: The alias of the database in the settings.
        sleep: How to wait before something is tried again, given seconds.
    """

    def __init__(
        self, using: str = DEFAULT_DB_ALIAS, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._using = using
        self._sleep = sleep

    def write(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that writes; undo all of it if it raises.

        Raises:
            ContentionError: If others went first: time and again, or once in a transaction of the
                host's, which has to run again as a whole.
            StorageError: If the isolation of the host's transaction does not fit.
            UnfinishedError: If the database failed as it committed.
        """
        connection = connections[self._using]
        executor = DjangoExecutor(connection)
        with _faults_named():
            host = HostTransaction(executor) if _is_in_transaction(connection) else None
        if host is not None:
            return host.write(task)

        def once() -> T:
            is_done = False
            try:
                with as_errors_of_sqlalchemy(), transaction.atomic(using=self._using):
                    _begin_to_write(connection)
                    result = task(executor)
                    is_done = True
            except DBAPIError as error:
                meant = translated_of_commit if is_done else translated
                raise meant(error, ATTEMPTS_MAX) from error
            return result

        return tried_again(once, self._sleep)

    def read(self, task: Callable[[Executor], T]) -> T:
        """Carry out a task that only reads.

        Outside of a transaction of the host's, it is on one state of the database.
        """
        connection = connections[self._using]
        executor = DjangoExecutor(connection)
        with _faults_named():
            if _is_in_transaction(connection):
                return task(executor)
            with _snapshot(connection):
                return task(executor)


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        with as_errors_of_sqlalchemy():
            yield
    except DBAPIError as error:
        raise translated(error, 1) from error


def _is_in_transaction(connection: BaseDatabaseWrapper) -> bool:
    connection.ensure_connection()
    if not connection.get_autocommit():
        return True
    # One that only reads may have been begun beside what Django knows of: see `_snapshot`.
    return connection.vendor == "sqlite" and connection.connection.in_transaction


def _begin_to_write(connection: BaseDatabaseWrapper) -> None:
    """Settle a transaction of our own, in which nothing has happened yet."""
    if connection.vendor == "postgresql":
        _say(connection, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        return
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode") or ""
    if mode.upper() not in _LOCKED_AT_ONCE:
        # At once: what is read may not change before something is written.
        _say(connection, "ROLLBACK", "BEGIN IMMEDIATE")


@contextmanager
def _snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let all reads of the block see the database as it is at the first of them."""
    if connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            _say(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # Not by Django, which may have been told to begin each one as one that writes.
    _say(connection, "BEGIN")
    try:
        yield
    finally:
        _say(connection, "ROLLBACK")


def _say(connection: BaseDatabaseWrapper, *statements: str) -> None:
    with connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)
