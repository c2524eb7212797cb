"""The database, the seller and the warehouse that a command works on."""

from __future__ import annotations

from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import attrs
import typer
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from orderflow.adapters.sql import SqlDefaultPolicy, SqlOutbox, SqlRepository, open_database
from orderflow.adapters.sql.embedded import require_file_name
from orderflow.adapters.sql.upgrading import refuse_later
from orderflow.cli.database_name import WAY_OUT, file_of, name_of, secrets_in, server_of
from orderflow.cli.options.user_zone import READ_FIRST
from orderflow.cli.order_pages import PAGE, orders_in_pages
from orderflow.cli.otel import instrumented
from orderflow.cli.output_file import refuse_stream
from orderflow.cli.unknown_names import check_seller, of_known_names
from orderflow.errors import InvalidValueError, MissingExtraError, SchemaError, StorageError
from orderflow.errors.quoting import quoted
from orderflow.errors.secrets import HIDDEN
from orderflow.service import OrderFlow

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
    from typing import TypeVar

    from orderflow.domain.model.order import Order
    from orderflow.domain.model.status import Status
    from orderflow.ports import Repository
    from orderflow.service import Seller

    T = TypeVar("T")

__all__ = [
    "Database",
    "DatabaseOptions",
    "SellerOptions",
    "WarehouseOptions",
    "ZonedOptions",
    "connect",
    "open_engine",
]

DB = attrs.field(default="orderflow.db", metadata={"envvar": "ORDERFLOW_DB", "metavar": "FILE|URL"})
SELLER = attrs.field(default=None, metadata={"envvar": "ORDERFLOW_SELLER", "metavar": "ID"})
TIME_ZONE = attrs.field(
    default=None, metadata={"envvar": "ORDERFLOW_TIME_ZONE", "metavar": "ZONE", **READ_FIRST}
)
WAREHOUSE = attrs.field(default=None, metadata={"envvar": "ORDERFLOW_WAREHOUSE", "metavar": "ID"})


@attrs.frozen(kw_only=True)
class DatabaseOptions:
    """Which database to use.

    Attributes:
        db: A SQLite file, or a database URL as in SQLAlchemy.
    """

    db: str = DB


@attrs.frozen(kw_only=True)
class ZonedOptions(DatabaseOptions):
    """Which database to use, and the zone of the times that a user types and reads.

    Attributes:
        time_zone: The zone of times that you type without an offset, and of times shown; default:
            UTC.
    """

    time_zone: ZoneInfo | None = TIME_ZONE


@attrs.frozen(kw_only=True)
class SellerOptions(ZonedOptions):
    """Which database and seller to work on.

    Attributes:
        seller: Seller id. Optional if there is only one.
    """

    seller: str | None = SELLER


@attrs.frozen(kw_only=True)
class WarehouseOptions(SellerOptions):
    """Which database, seller and warehouse to work on.

    Attributes:
        warehouse: Warehouse id. Optional if the seller has stock in only one.
    """

    warehouse: str | None = WAREHOUSE


@attrs.frozen
class Database:
    """An open database.

    Attributes:
        engine: Connects to it.
        repository: Stores the state.
        outbox: The messages not yet delivered.
        flow: Carries out commands.
    """

    engine: Engine
    repository: SqlRepository
    outbox: SqlOutbox
    flow: OrderFlow

    def seller(self, given: str | None, *, may_be_new: bool = False) -> str:
        """Return the given seller, or the only one.

        Raises:
            UnknownNameError: If it has no state, and may not be new.
        """
        if given is None:
            return _only("seller", self.repository.sellers())
        if not may_be_new:
            check_seller(self.flow, given)
        return given

    def sellers(self, given: str | None) -> list[str]:
        """Return the given seller, or all of them.

        Raises:
            UnknownNameError: If the given one has no state.
        """
        return [self.seller(given)] if given is not None else list(self.repository.sellers())

    def sellers_with_orders(
        self, given: str | None, status: Status | None = None, sku: str | None = None
    ) -> Iterator[str]:
        """Yield the given seller, or those with such orders, reading one page at a time.

        Raises:
            UnknownNameError: If the given one has no state.
        """
        read = partial(self.repository.sellers_with_orders, status=status, sku=sku)
        return self._sellers(given, read)

    def sellers_with_receipts(self, given: str | None) -> Iterator[str]:
        """Yield the given seller, or those with expected receipts, reading one page at a time.

        Raises:
            UnknownNameError: If the given one has no state.
        """
        return self._sellers(given, self.repository.sellers_with_receipts)

    def _sellers(self, given: str | None, read: Callable[..., Sequence[str]]) -> Iterator[str]:
        if given is not None:
            yield self.seller(given)
            return
        after: str | None = None
        while page := read(after=after, limit=PAGE):
            yield from page
            after = page[-1]

    def known(
        self, rows: Iterable[T], where: WarehouseOptions, sku: str | None = None
    ) -> Iterator[T]:
        """Yield the rows of a listing.

        Raises:
            UnknownNameError: If there are none, because the warehouse or product is unknown.
        """
        return of_known_names(
            rows,
            self.flow,
            sellers=partial(self.sellers, where.seller),
            warehouse_id=where.warehouse,
            sku=sku,
        )

    def require_known(self, where: WarehouseOptions, sku: str | None = None) -> None:
        """Require that the warehouse and the product of something empty exist.

        Raises:
            UnknownNameError: If one of them does not.
        """
        for _ in self.known((), where, sku):
            pass

    def warehouse(self, seller_id: str, given: str | None) -> str:
        """Return the given warehouse, or the only one with stock of the seller."""
        if given is not None:
            return given
        return _only(
            "warehouse",
            {stock.key.warehouse_id: None for stock in self.flow.seller(seller_id).stock()},
        )

    def preview(self, seller_id: str, task: Callable[[Seller], T]) -> T:
        """Run a task on the handle of a seller, and undo what it changes."""
        results: list[T] = []

        def undone(repository: Repository) -> None:
            results.append(task(self.flow.on(repository).seller(seller_id)))
            raise _UndoneError

        with suppress(_UndoneError):
            self.repository.together(seller_id, undone)
        return results[-1]

    def orders(
        self, seller_id: str, status: Status | None = None, sku: str | None = None
    ) -> Iterator[Order]:
        """Yield orders, reading one page at a time."""
        return orders_in_pages(self.flow.seller(seller_id), status, sku)


@contextmanager
def connect(where: DatabaseOptions) -> Iterator[Database]:
    """Open a database for the duration of the block.

    Raises:
        SchemaError: If its tables are of a release after the next.
        StorageError: If it does not exist or cannot be used.
    """
    with open_engine(where.db) as engine:
        if file_of(where.db) is None:  # that of a file is known from opening it
            refuse_later(engine)
        yield _database(engine)


@contextmanager
def open_engine(db: str, *, create: bool = False) -> Iterator[Engine]:
    """Connect to a database file or URL for the duration of the block.

    Raises:
        StorageError: If it does not exist or cannot be used. The message has no password.
    """
    engine = None
    try:
        engine = _engine_of(db, create=create)
        yield engine
    except SchemaError as error:
        if error.found is not None:
            raise
        name = name_of(db)
        raise StorageError(
            f"{name} has no tables of orderflow yet; create them with: orderflow init --db {name}"
        ) from error
    except StorageError as error:
        text = str(error)
        for secret in secrets_in(db) if engine is not None else ():
            text = text.replace(secret, HIDDEN)
        if text == str(error):
            raise
        raise StorageError(text) from error
    finally:
        if engine is not None:
            engine.dispose()


def _engine_of(db: str, *, create: bool) -> Engine:
    file = file_of(db)
    if file is not None:
        return _embedded(file, create=create)
    url = server_of(db)
    try:
        engine = create_engine(url, hide_parameters=True)
    except (ArgumentError, NoSuchModuleError, ValueError) as error:
        raise StorageError(f"{name_of(db)} is not a database URL; {WAY_OUT}") from error
    except ModuleNotFoundError as error:
        raise MissingExtraError(str(error.name), "postgres") from error
    if engine.dialect.is_async:
        raise StorageError(f"{name_of(db)} names a driver that is async; {WAY_OUT}")
    return engine


def _embedded(path: str, *, create: bool) -> Engine:
    refuse_stream(Path(path), "--db", WAY_OUT)
    try:
        require_file_name(path)
    except InvalidValueError as error:
        text = f"{quoted(path)} is not the name of a file; {WAY_OUT}"
        raise typer.BadParameter(text, param_hint="'--db'") from error
    if not create and not Path(path).exists():
        raise StorageError(
            f"there is no database at {path}; create one with: orderflow init --db {path}"
        )
    return open_database(path, create=create)


class _UndoneError(Exception):
    """Undoes a transaction."""


def _database(engine: Engine) -> Database:
    repository = SqlRepository(engine)
    flow = OrderFlow(repository, default_policy=SqlDefaultPolicy(engine).get())
    return Database(engine, repository, SqlOutbox(engine), instrumented(flow))


def _only(what: str, ids: Collection[str]) -> str:
    if len(ids) == 1:
        return next(iter(ids))
    there = f"there are {len(ids)} ({', '.join(sorted(ids)[:5])})" if ids else "there is none yet"
    raise typer.BadParameter(
        f"name a {what}: {there}; or set ORDERFLOW_{what.upper()}", param_hint=f"'--{what}'"
    )
