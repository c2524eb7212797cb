"""Runs units of work in Django's transactions.

Inside `transaction.atomic`, a unit of work is a savepoint. Outside, it is a transaction of its own,
committed at its end. That one contains nothing of the host's, so it is retried on contention.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.database_file import OpenFiles
from orderflow.adapters.sql.django.executor import DjangoExecutor, translate_django_errors
from orderflow.adapters.sql.faults import translate_commit_error, translate_error
from orderflow.adapters.sql.transactions import ATTEMPTS_MAX, HostTransaction, with_retry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

    from orderflow.adapters.sql.executor import Executor

    T = TypeVar("T")

__all__ = ["DjangoTransactions"]

_LOCKED_AT_ONCE = {"IMMEDIATE", "EXCLUSIVE"}

_FILES = WeakKeyDictionary["BaseDatabaseWrapper", tuple[object, OpenFiles]]()
"""The driver's connection to SQLite, and its files."""


class DjangoTransactions:
    """Runs tasks that read and write, in Django's transactions.

    Pass it to `SqlRepository` or `SqlOutbox` instead of an engine. All threads can share it, since
    Django gives each thread its own connection.

    Args:
        using: The alias of the database in the settings.
        sleep: Waits for a number of seconds before a retry.
    """

    def __init__(
        self, using: str = DEFAULT_DB_ALIAS, *, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        self._using = using
        self._sleep = sleep

    @property
    def using(self) -> str:
        """The alias of the database in the settings."""
        return self._using

    def write(self, task: Callable[[Executor], T]) -> T:
        """Run a task that writes; undo everything if it raises.

        Raises:
            ContentionError: If concurrent transactions won every attempt. In the host's
                transaction there is one attempt, and the whole transaction has to run again.
            StorageError: If the isolation level of the host's transaction is not supported.
            UnfinishedError: If the database failed during the commit.
        """
        connection = connections[self._using]
        executor = DjangoExecutor(connection)
        with _translate_errors():
            _require_same_files(connection)
            host = HostTransaction(executor) if _is_in_transaction(connection) else None
        if host is not None:
            return host.write(task)

        def once() -> T:
            is_committing = False
            try:
                with translate_django_errors(), transaction.atomic(using=self._using):
                    _begin_to_write(connection)
                    result = task(executor)
                    _require_same_files(connection)
                    is_committing = True
            except DBAPIError as error:
                translate = translate_commit_error if is_committing else translate_error
                raise translate(error, ATTEMPTS_MAX) from error
            return result

        return with_retry(once, self._sleep)

    def read(self, task: Callable[[Executor], T]) -> T:
        """Run a task that only reads.

        Outside the host's transaction, it sees one snapshot of the database.
        """
        connection = connections[self._using]
        executor = DjangoExecutor(connection)
        with _translate_errors():
            _require_same_files(connection)
            if _is_in_transaction(connection):
                return task(executor)
            with _snapshot(connection):
                return task(executor)


@contextmanager
def _translate_errors() -> Iterator[None]:
    try:
        with translate_django_errors():
            yield
    except DBAPIError as error:
        raise translate_error(error, 1) from error


def _require_same_files(connection: BaseDatabaseWrapper) -> None:
    """Refuse a SQLite database whose files are not those of Django's connection any more."""
    if connection.vendor != "sqlite":
        return
    connection.ensure_connection()
    driver, files = _FILES.get(connection, (None, None))
    if files is None or driver is not connection.connection:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA database_list")
            files = OpenFiles.of_list(cursor.fetchall())
        _FILES[connection] = (connection.connection, files)
    files.require_same()


def _is_in_transaction(connection: BaseDatabaseWrapper) -> bool:
    connection.ensure_connection()
    if not connection.get_autocommit():
        return True
    # `_snapshot` begins reading transactions without Django's knowledge.
    return connection.vendor == "sqlite" and connection.connection.in_transaction


def _begin_to_write(connection: BaseDatabaseWrapper) -> None:
    """Set the isolation level or lock of a new transaction of our own."""
    if connection.vendor == "postgresql":
        _execute(connection, "SET TRANSACTION ISOLATION LEVEL READ COMMITTED")
        return
    mode = connection.settings_dict["OPTIONS"].get("transaction_mode") or ""
    if mode.upper() not in _LOCKED_AT_ONCE:
        # Lock now, so that nothing changes between the first read and the first write.
        _execute(connection, "ROLLBACK", "BEGIN IMMEDIATE")


@contextmanager
def _snapshot(connection: BaseDatabaseWrapper) -> Iterator[None]:
    """Let all reads in the block see one snapshot of the database."""
    if connection.vendor == "postgresql":
        with transaction.atomic(using=connection.alias):
            _execute(connection, "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
        return
    # Not through Django, whose settings may make every transaction a writing one.
    _execute(connection, "BEGIN")
    try:
        yield
    finally:
        _execute(connection, "ROLLBACK")


def _execute(connection: BaseDatabaseWrapper, *statements: str) -> None:
    with connection.cursor() as cursor:
        for each in statements:
            cursor.execute(each)
