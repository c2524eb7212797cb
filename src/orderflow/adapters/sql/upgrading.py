"""Upgrades the tables of a database to this release, from any earlier one."""

from __future__ import annotations

from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Engine, func, inspect, select
from sqlalchemy.exc import DBAPIError

from orderflow.adapters.sql.executor import commit
from orderflow.adapters.sql.faults import translate_error
from orderflow.adapters.sql.revision import NEXT, REVISION, is_usable, revision_of
from orderflow.adapters.sql.tables import Tables
from orderflow.domain.model.arguments import require_kind
from orderflow.errors import InvalidValueError, SchemaError, StorageError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from alembic.config import Config
    from sqlalchemy import Connection

__all__ = ["UPGRADE_LOCK", "refuse_later", "upgrade", "upgrade_statements"]

UPGRADE_LOCK = 0x6F72646572666C6F  # "orderflo": concurrent upgrades run one after the other


def upgrade(engine: Engine, *, tables: Tables | None = None) -> str | None:
    """Create the tables, or upgrade them to this release.

    The upgrade is one transaction. If the tables are up to date, or of the next revision already,
    nothing is written. Do not use it for tables that are part of your own migrations.

    Args:
        engine: A SQLAlchemy engine for SQLite or PostgreSQL.
        tables: The tables. Default: those with orderflow's own names.

    Returns:
        The previous revision, or `None` if there were no tables.

    Raises:
        InvalidValueError: If this is no engine.
        SchemaError: If the tables are later than the next revision.
        StorageError: If no migration of orderflow created the tables, or the database reported an
            error.
    """
    require_kind("upgrade.engine", engine, Engine, demand="a SQLAlchemy engine")
    tables = tables if tables is not None else Tables.default()
    try:
        with engine.connect() as connection:
            _begin(connection)
            found = _usable_or_earlier(connection, tables)
            if found is None:
                _check_absent(connection, tables)
            if not is_usable(found):
                _run(connection, tables)
            commit(connection)
    except DBAPIError as error:
        raise translate_error(error, 1) from error
    return found


def refuse_later(engine: Engine) -> None:
    """Refuse tables later than the next revision, which this release may misread.

    Earlier tables are accepted, and none at all: what they lack has an error of its own.

    Raises:
        SchemaError: If the tables are later than the next revision.
        StorageError: If the database reported an error.
    """
    try:
        with engine.connect() as connection:
            _usable_or_earlier(connection, Tables.default())
    except DBAPIError as error:
        raise translate_error(error, 1) from error


def _usable_or_earlier(connection: Connection, tables: Tables) -> str | None:
    found = revision_of(connection, tables)
    if found is not None and found > NEXT:
        raise SchemaError(found, REVISION)
    return found


def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.execute(select(func.pg_advisory_xact_lock(UPGRADE_LOCK)))


def _check_absent(connection: Connection, tables: Tables) -> None:
    name = tables.stock.name
    if inspect(connection).has_table(name, tables.schema):
        raise StorageError(
            f"the database already has a table {name!r}, which no migration of orderflow created; "
            f"upgrade it with your own migrations, or choose another prefix or schema"
        )


def upgrade_statements(
    dialect: str, revision: str, *, tables: Tables | None = None
) -> tuple[str, ...]:
    """Return the statements that upgrade the tables to a revision from the previous one.

    Use them in migrations that do not use Alembic. They stay the same in all later releases. Run
    them in order, in one transaction. The last ones record the revision.

    Args:
        dialect: The database: "sqlite" or "postgresql".
        revision: The revision, such as "0001".
        tables: The tables. Default: those with orderflow's own names.

    Raises:
        InvalidValueError: If there is no such dialect or revision.
    """
    _check_known("dialect", dialect, _DIALECTS)
    revisions = [f"{number:04}" for number in range(1, int(REVISION) + 1)]
    _check_known("revision", revision, revisions)
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed

    config = _config(dialect=dialect, tables=tables if tables is not None else Tables.default())
    output = _Statements()
    config.output_buffer = output
    before = ["base", *revisions][revisions.index(revision)]
    command.upgrade(config, f"{before}:{revision}", sql=True)
    return tuple(output.statements)


_DIALECTS = ("sqlite", "postgresql")


def _check_known(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        demand = f"one of {', '.join(map(repr, known))}"
        raise InvalidValueError(f"upgrade_statements.{name}", demand, value)


class _Statements(StringIO):
    """Collects the statements that Alembic writes, without its comments."""

    def __init__(self) -> None:
        super().__init__()
        self.statements: list[str] = []

    def write(self, text: str) -> int:
        statement = text.strip().removesuffix(";")
        if statement and not statement.startswith("--"):
            self.statements.append(statement)
        return len(text)


def _run(connection: Connection, tables: Tables) -> None:
    from alembic import command  # noqa: PLC0415 - slow to import, and rarely needed

    command.upgrade(_config(connection=connection, tables=tables), "head")


def _config(**attributes: Any) -> Config:  # noqa: ANN401 - Alembic's attributes have any type
    from alembic.config import Config  # noqa: PLC0415 - as above

    config = Config(attributes=attributes)
    folder = str(Path(__file__).with_name("migrations"))
    config.set_main_option("script_location", folder.replace("%", "%%"))
    return config
