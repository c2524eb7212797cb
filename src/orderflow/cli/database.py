"""The database that a command works on, and whose orders and stock it is about."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import typer
from sqlalchemy import Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from orderflow.adapters.sql import SqlOutbox, SqlPolicies, SqlRepository, open_database
from orderflow.errors import MissingExtraError, SchemaError, StorageError
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.status import Status

__all__ = ["Database", "DatabaseOptions", "Where", "WhereStock", "engine_of", "opened"]

_WAY_OUT = "try postgresql+psycopg://user:password@host/name, or the name of a file"

PAGE = 200
"""So many orders are read at a time."""

DB = attrs.field(default="orderflow.db", metadata={"envvar": "ORDERFLOW_DB", "metavar": "FILE|URL"})
SELLER = attrs.field(default=None, metadata={"envvar": "ORDERFLOW_SELLER", "metavar": "ID"})
WAREHOUSE = attrs.field(default=None, metadata={"envvar": "ORDERFLOW_WAREHOUSE", "metavar": "ID"})


@attrs.frozen(kw_only=True)
class DatabaseOptions:
    """What is worked on.

    Attributes:
        db: A file of SQLite, or the URL of a database as in SQLAlchemy.
    """

    db: str = DB


@attrs.frozen(kw_only=True)
class Where(DatabaseOptions):
    """What is worked on, and whose it is.

    Attributes:
        seller: Whose it is; need not be said where there is only one seller.
    """

    seller: str | None = SELLER


@attrs.frozen(kw_only=True)
class WhereStock(Where):
    """What is worked on, whose it is, and where it lies.

    Attributes:
        warehouse: Where it lies; need not be said where the seller has stock in only one.
    """

    warehouse: str | None = WAREHOUSE


@attrs.frozen
class Database:
    """A database that is open.

    Attributes:
        engine: What reaches it.
        repository: What keeps the state in it.
        policies: Who gets the stock, as is kept in it.
        outbox: The messages that wait in it.
        flow: What carries out commands on it.
    """

    engine: Engine
    repository: SqlRepository
    policies: SqlPolicies
    outbox: SqlOutbox
    flow: OrderFlow

    def seller(self, given: str | None) -> str:
        """Return the seller that was given, or else the only one there is."""
        return given if given is not None else _only("seller", self.repository.sellers())

    def sellers(self, given: str | None) -> list[str]:
        """Return the seller that was given, or else all."""
        return [given] if given is not None else list(self.repository.sellers())

    def warehouse(self, seller_id: str, given: str | None) -> str:
        """Return the warehouse that was given, or else the only one that has the seller's stock."""
        if given is not None:
            return given
        return _only(
            "warehouse",
            {stock.key.warehouse_id: None for stock in self.flow.seller(seller_id).stock()},
        )

    def orders(
        self, seller_id: str, status: Status | None = None, sku: str | None = None
    ) -> Iterator[Order]:
        """Yield orders, read a page at a time."""
        last: Order | None = None
        while page := self.flow.seller(seller_id).orders(status, sku=sku, after=last, limit=PAGE):
            yield from page
            last = page[-1]


@contextmanager
def opened(where: DatabaseOptions) -> Iterator[Database]:
    """Open a database while the block runs.

    Raises:
        StorageError: If it is not there, or cannot be used.
    """
    engine = None
    try:
        engine = engine_of(where.db)
        database = _database(engine)
    except SchemaError as error:
        if error.found is not None:
            raise
        raise StorageError(
            f"{where.db} has no tables of orderflow yet; make them with: "
            f"orderflow init --db {where.db}"
        ) from error
    else:
        yield database
    finally:
        if engine is not None:
            engine.dispose()


def engine_of(db: str, *, create: bool = False) -> Engine:
    """Reach a database by the name of its file, or by its URL.

    Raises:
        StorageError: If it is not there, or cannot be reached.
    """
    file = _file_of(db)
    if file is not None:
        return _embedded(file, create=create)
    try:
        url = make_url(db)
        if url.get_backend_name() == "postgresql":
            return create_engine(url)
    except (ArgumentError, NoSuchModuleError) as error:
        raise StorageError(f"{db!r} is no URL of a database: {error}; {_WAY_OUT}") from error
    except ModuleNotFoundError as error:
        raise MissingExtraError(str(error.name), "postgres") from error
    raise StorageError(f"{db!r} is neither SQLite nor PostgreSQL; {_WAY_OUT}")


def _file_of(db: str) -> str | None:
    """Return the file that is meant, if it is one of SQLite."""
    if "://" not in db:
        return db
    try:
        url = make_url(db)
    except ArgumentError:
        return None
    return url.database if url.drivername.startswith("sqlite") else None


def _embedded(path: str, *, create: bool) -> Engine:
    if not create and not Path(path).exists():
        raise StorageError(
            f"there is no database at {path}; make one with: orderflow init --db {path}"
        )
    return open_database(path, create=create)


def _database(engine: Engine) -> Database:
    repository = SqlRepository(engine)
    policies = SqlPolicies(engine)
    flow = OrderFlow(repository, policy=policies.usual(), policies=policies.all())
    return Database(engine, repository, policies, SqlOutbox(engine), flow)


def _only(what: str, ids: Collection[str]) -> str:
    if len(ids) == 1:
        return next(iter(ids))
    there = f"there are {len(ids)} ({', '.join(sorted(ids)[:5])})" if ids else "there is none yet"
    raise typer.BadParameter(
        f"say which {what}: {there}; or set ORDERFLOW_{what.upper()}", param_hint=f"'--{what}'"
    )
