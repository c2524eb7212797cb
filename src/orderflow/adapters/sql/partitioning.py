"""Partitions the tables of a PostgreSQL database by their seller.

Every key and every index of orderflow begins with the seller, and every statement of a command
names it. So a hash of the seller divides all tables in the same way, and a command touches one
partition of each. Partitions keep indexes small, and are vacuumed and moved one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, inspect, select, text
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.executor import commit
from orderflow.adapters.sql.faults import translate_error
from orderflow.adapters.sql.revision import REVISION, revision_of
from orderflow.adapters.sql.tables import Tables
from orderflow.adapters.sql.upgrading import UPGRADE_LOCK
from orderflow.domain.model import validators
from orderflow.domain.model.arguments import require_kind
from orderflow.errors import SchemaError, StorageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy import Connection, Table

__all__ = ["PARTITIONS_MAX", "partition_by_seller", "partitioned_tables"]

PARTITIONS_MAX = 1_024
"""The most partitions of a table. A statement that names no seller opens all of them."""

_WHOLE = "_whole"


def partitioned_tables(tables: Tables) -> tuple[Table, ...]:
    """Return the tables that are partitioned: a seller's state but for the policy, one row each."""
    return tuple(table for table in tables.state if table is not tables.policies)


def partition_by_seller(
    engine: Engine,
    *,
    partitions: int = 16,
    tables: Tables | None = None,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> None:
    """Divide the tables of a PostgreSQL database into partitions by a hash of the seller.

    It is one transaction, which copies all rows. Commands wait meanwhile. Owners and privileges
    stay. Later upgrades change the partitions together with their table.

    Args:
        engine: A SQLAlchemy engine for PostgreSQL, whose user owns the tables.
        partitions: The number of partitions of each table, from 2 to 1,024. It is permanent:
            choose some times the number of servers that you may ever divide them among.
        tables: The tables. Default: those with orderflow's own names.
        progress: Called with the numbers of tables done and of all tables.

    Raises:
        InvalidValueError: If an argument is not valid.
        SchemaError: If the tables are not of this release.
        StorageError: If this is another database, the tables are partitioned already, or the
            database reported an error. Then nothing has changed.
    """
    field = "partition_by_seller"
    require_kind(f"{field}.engine", engine, Engine, demand="a SQLAlchemy engine")
    validators.require(
        ok=validators.is_units(partitions, 2) and partitions <= PARTITIONS_MAX,
        field=f"{field}.partitions",
        demand=f"a whole number from 2 to {PARTITIONS_MAX:,}",
        value=partitions,
    )
    tables = tables if tables is not None else Tables.default()
    if engine.dialect.name != "postgresql":
        raise StorageError(
            f"{engine.dialect.name} has no partitions; move to PostgreSQL, or give each seller a "
            f"database of its own"
        )
    try:
        with engine.connect() as connection:
            connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))
            _check(connection, tables)
            parts = _with_partitions(tables)
            for number, table in enumerate(parts, 1):
                _divide(connection, table, partitions)
                progress(number, len(parts))
            commit(connection)
    except DBAPIError as error:
        raise translate_error(error, 1) from error


def _check(connection: Connection, tables: Tables) -> None:
    found = revision_of(connection, tables)
    if found != REVISION:
        raise SchemaError(found, REVISION)
    kind = connection.scalar(
        text("SELECT relkind FROM pg_class WHERE oid = CAST(:name AS regclass)"),
        {"name": _name(connection, tables.orders)},
    )
    if kind == "p":
        raise StorageError(f"the table {tables.orders.name!r} is partitioned already")


def _with_partitions(tables: Tables) -> tuple[Table, ...]:
    """Return the same tables, as they are created in partitions."""
    parts = partitioned_tables(Tables(prefix=tables.prefix, schema=tables.schema))
    for table in parts:
        table.dialect_options["postgresql"]["partition_by"] = "HASH (seller_id)"
    return parts


def _divide(connection: Connection, table: Table, partitions: int) -> None:
    """Rename a table, create it again in partitions, and move its rows."""
    name, quote = _name(connection, table), connection.dialect.identifier_preparer.quote
    whole = _name(connection, table, _WHOLE)

    def run(statement: str, **values: Any) -> None:  # noqa: ANN401 - of any type
        connection.execute(text(statement), values)

    run(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
    rights = list(_rights(connection, name))
    run(f"ALTER TABLE {name} RENAME TO {quote(table.name + _WHOLE)}")
    for index in [each["name"] for each in _indexes(connection, table)]:
        old = _name(connection, table, of=index)
        run(f"ALTER INDEX {old} RENAME TO {quote(index + _WHOLE)}")
    table.create(connection)
    for number in range(partitions):
        part = _name(connection, table, f"_p{number}")
        run(
            f"CREATE TABLE {part} PARTITION OF {name} "
            f"FOR VALUES WITH (MODULUS {partitions}, REMAINDER {number})"
        )
    columns = ", ".join(quote(column.name) for column in table.columns)
    run(f"INSERT INTO {name} ({columns}) SELECT {columns} FROM {whole}")  # noqa: S608 - our names
    run(f"DROP TABLE {whole}")
    for right in rights:
        run(right)


def _indexes(connection: Connection, table: Table) -> list[Any]:
    """Return the indexes of a renamed table, with that of its key."""
    found = inspect(connection)
    whole = table.name + _WHOLE
    key: Any = found.get_pk_constraint(whole, table.schema)
    return [key, *found.get_indexes(whole, table.schema)]


def _rights(connection: Connection, name: str) -> Iterator[str]:
    """Yield the statements that give a table its owner and its privileges."""
    quote = connection.dialect.identifier_preparer.quote
    found = connection.execute(
        text(
            "SELECT pg_get_userbyid(relowner), grantee = 0, pg_get_userbyid(grantee), "
            "privilege_type, is_grantable FROM pg_class "
            "LEFT JOIN LATERAL aclexplode(relacl) ON true WHERE oid = CAST(:name AS regclass)"
        ),
        {"name": name},
    ).all()
    for owner, is_public, grantee, privilege, can_pass_on in found:
        if grantee is None or grantee == owner:
            yield f"ALTER TABLE {name} OWNER TO {quote(owner)}"
            continue
        role = "PUBLIC" if is_public else quote(grantee)
        option = " WITH GRANT OPTION" if can_pass_on else ""
        yield f"GRANT {privilege} ON {name} TO {role}{option}"


def _name(connection: Connection, table: Table, ending: str = "", *, of: str = "") -> str:
    """Return the quoted name of a table or of something in its schema."""
    quote = connection.dialect.identifier_preparer.quote
    name = quote((of or table.name) + ending)
    return name if table.schema is None else f"{quote(table.schema)}.{name}"
