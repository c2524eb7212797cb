"""The tables come to the revision of this release, from any that was released before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    Column,
    Integer,
    MetaData,
    Table,
    column,
    create_engine,
    inspect,
    select,
    table,
    text,
    update,
)

from orderflow import OrderFlow, StockKey, StorageError
from orderflow.adapters.sql import (
    SchemaError,
    SqlRepository,
    Tables,
    migrations,
    open_database,
    upgrade,
)
from orderflow.adapters.sql.revision import NEXT, REVISION, revision_table
from orderflow.core import State
from orderflow.invariants import history_violations, violations
from tests.databases import postgres
from tests.unit.adapters.sql.populated import POLICY_OF_BOLT, of_revision, populate, revisions
from tests.unit.shop import NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine

    from orderflow import AllocationPolicy
    from orderflow.events import Event
    from orderflow.ports import Reading, Repository

MIGRATIONS = Path(migrations.__path__[0])


@pytest.fixture(name="engine", params=["sqlite", "postgresql"])
def _engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    if request.param == "postgresql":
        with postgres() as engine:
            Tables.default().metadata.drop_all(engine)
            yield engine
        return
    engine = create_engine(f"sqlite:///{tmp_path / 'a.db'}")
    yield engine
    engine.dispose()


def differences(engine: Engine, tables: Tables) -> list[Any]:
    """Name the differences between the tables in the database and those of the metadata."""
    own = revision_table(tables)
    options = {
        "version_table": own,
        "version_table_schema": tables.schema,
        "compare_server_default": True,
        "include_schemas": tables.schema is not None,
        "include_name": lambda name, kind, _: kind != "schema" or name == tables.schema,
    }
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts=options)
        found: list[Any] = compare_metadata(context, tables.metadata)
    return found


def described(connection: Connection, tables: Tables) -> dict[str, Any]:
    """Describe what `differences` does not look at: keys, checks, collations, conditions."""
    inspector, schema = inspect(connection), tables.schema
    return {
        name: {
            "key": inspector.get_pk_constraint(name, schema),
            "checks": sorted(
                (each["name"] or "", each["sqltext"])
                for each in inspector.get_check_constraints(name, schema)
            ),
            "indexes": {
                each["name"]: (
                    each["column_names"],
                    {key: str(value) for key, value in each.get("dialect_options", {}).items()},
                )
                for each in inspector.get_indexes(name, schema)
            },
            "columns": [
                {**each, "type": each["type"].compile(connection.dialect)}
                for each in inspector.get_columns(name, schema)
            ],
        }
        for name in sorted(inspector.get_table_names(schema))
        if name != revision_table(tables)
    }


def test_the_tables_are_made_as_the_metadata_tells_of_them(engine: Engine) -> None:
    assert upgrade(engine) is None
    assert differences(engine, Tables.default()) == []
    assert upgrade(engine) == REVISION


def test_a_difference_would_be_seen(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("DROP INDEX orderflow_orders_placed"))
        connection.execute(text("ALTER TABLE orderflow_orders DROP COLUMN blocked_on"))
    assert len(differences(engine, Tables.default())) >= 2


def test_keys_checks_and_collations_are_those_of_the_metadata_too(engine: Engine) -> None:
    upgrade(engine)
    with engine.connect() as connection:
        upgraded = described(connection, Tables.default())
    assert len(upgraded) == len(Tables.default().metadata.tables)
    Tables.default().metadata.drop_all(engine)
    Tables.default().metadata.create_all(engine)
    with engine.connect() as connection:
        assert described(connection, Tables.default()) == upgraded


def test_names_may_be_of_the_host_s_choosing(engine: Engine) -> None:
    schema = None
    if engine.dialect.name == "postgresql":
        schema = "stores"
        with engine.begin() as connection:
            connection.execute(text("CREATE SCHEMA stores"))
    tables = Tables(prefix="of_", schema=schema)
    upgrade(engine, tables=tables)
    upgrade(engine)
    assert upgrade(engine, tables=tables) == REVISION
    with engine.connect() as connection:
        assert set(inspect(connection).get_table_names(schema)) >= {"of_stock", "of_revision"}
    populate(SqlRepository(engine, tables=tables))
    with engine.connect() as connection:
        assert connection.execute(select(tables.orders)).first() is not None
        assert connection.execute(select(Tables.default().orders)).first() is None


@pytest.mark.parametrize("revision", revisions())
def test_a_populated_database_of_every_revision_is_brought_to_this_one(
    revision: str, tmp_path: Path
) -> None:
    of_revision(revision, tmp_path / "a.db")
    engine = open_database(tmp_path / "a.db")
    assert upgrade(engine) == REVISION
    assert differences(engine, Tables.default()) == []
    repository = SqlRepository(engine)
    assert repository.sellers() == ["acme", "bolt"]
    assert repository.unserved() == [StockKey("bolt", "leeds", "TIN")]
    flow = OrderFlow(repository)
    assert flow.seller("bolt").policy() == POLICY_OF_BOLT
    acme = flow.seller("acme")
    flow.recover()
    for seller_id in repository.sellers():
        assert faults(repository, seller_id, flow.seller(seller_id).policy()) == []
    repeated = acme.book_in(key("MUG"), 12, at=NOON, command_id="delivery 1")
    assert [event.at for event in repeated.events] == [NOON]
    arrived = acme.book_in(key("PAN"), 20, receipt_id="ASN 2")
    assert arrived.back_orders_completed == ("H-1", "H", "I")
    engine.dispose()


def test_there_is_a_populated_database_of_every_revision() -> None:
    steps = [path.name[:4] for path in MIGRATIONS.glob("versions/[0-9]*.py")]
    assert sorted(steps) == revisions()
    assert revisions()[-1] == REVISION


def test_tables_of_a_later_release_are_refused(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE orderflow_revision SET version_num = '9999'"))
    with pytest.raises(SchemaError, match=r"revision 9999.*later release") as caught:
        upgrade(engine)
    assert (caught.value.found, caught.value.expected) == ("9999", REVISION)


def test_tables_of_the_next_revision_are_left_as_they_are(engine: Engine) -> None:
    upgrade(engine)
    number = table("orderflow_revision", column("version_num"))
    for ahead in (1, 2):
        with engine.begin() as connection:
            connection.execute(update(number).values(version_num=f"{int(REVISION) + ahead:04}"))
        if ahead == 1:
            assert upgrade(engine) == NEXT
    with pytest.raises(SchemaError, match="later release"):
        upgrade(engine)


def test_a_column_that_is_not_there_is_a_matter_of_releases(engine: Engine) -> None:
    upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE orderflow_orders DROP COLUMN customer_reference"))
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    for step in (acme.orders, lambda: acme.place(order("A", ("MUG", 1)))):
        with pytest.raises(StorageError, match=r"needs revision 0001.*customer_reference.*upgrade"):
            step()


def test_tables_that_no_migration_made_are_left_alone(engine: Engine) -> None:
    Tables.default().metadata.create_all(engine)
    with pytest.raises(StorageError, match=r"a table 'orderflow_stock'.*another prefix"):
        upgrade(engine)


def test_a_migration_that_fails_leaves_nothing_behind(engine: Engine) -> None:
    Table("orderflow_inbox", MetaData(), Column("a", Integer)).create(engine)
    with pytest.raises(StorageError, match="orderflow_inbox"):
        upgrade(engine)
    assert inspect(engine).get_table_names() == ["orderflow_inbox"]


def test_two_that_upgrade_at_once_go_one_after_the_other(engine: Engine) -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: upgrade(engine), range(4)))
    assert sorted(found, key=str) == sorted([None, REVISION, REVISION, REVISION], key=str)


def faults(repository: Repository, seller_id: str, policy: AllocationPolicy) -> list[str]:
    def read(reading: Reading) -> tuple[State, tuple[Event, ...]]:
        kept = (reading.orders(), reading.all_stock(), reading.receipts())
        return State.of(seller_id, *kept, reading.policy), tuple(reading.events())

    state, events = repository.read(seller_id, read)
    return [
        *history_violations(State(seller_id), events, policy, state),
        *violations(state.orders.values(), state.records.values(), policy),
    ]
