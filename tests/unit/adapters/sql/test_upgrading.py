"""The tables are upgraded to the revision of this release, from any that was released before."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    Integer,
    MetaData,
    Table,
    column,
    create_engine,
    func,
    inspect,
    select,
    table,
    text,
    update,
)

from orderflow import OrderFlow, StockKey, StorageError
from orderflow.adapters.sql import (
    SchemaError,
    SqlDefaultPolicy,
    SqlInbox,
    SqlNoticeStore,
    SqlOutbox,
    SqlPreferences,
    SqlRepository,
    Tables,
    migrations,
    open_database,
    upgrade,
    upgrade_statements,
)
from orderflow.adapters.sql.revision import NEXT, REVISION, revision_table
from orderflow.checking import check
from orderflow.codec.envelope import TYPES
from orderflow.commands import Command
from orderflow.events import Event
from tests.databases import postgres
from tests.drills.failing_life import life
from tests.unit.adapters.sql.populated import (
    DEFAULT_POLICY,
    POLICY_OF_BOLT,
    PREFERENCE,
    of_revision,
    populate,
    revisions,
)
from tests.unit.shop import NOON, key, later, order

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Engine


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
    revision: str, engine: Engine, tmp_path: Path
) -> None:
    fill(engine, revision, tmp_path / "kept.db")
    assert upgrade(engine) == revision
    assert upgrade(engine) == REVISION
    assert differences(engine, Tables.default()) == []
    repository = SqlRepository(engine)
    flow = OrderFlow(repository, default_policy=SqlDefaultPolicy(engine).get())
    read_all(engine, flow)
    go_on(engine, flow)
    found = check(repository, default_policy=flow.default_policy)
    assert (found.violations, found.unserved) == ((), ())


def fill(engine: Engine, revision: str, path: Path) -> None:
    """Make the database that a revision has left, from its file of SQLite."""
    of_revision(revision, path)
    kept = open_database(path) if revision == REVISION else create_engine(f"sqlite:///{path}")
    for each in revisions()[: revisions().index(revision) + 1]:
        with engine.begin() as connection:
            for statement in upgrade_statements(engine.dialect.name, each):
                connection.exec_driver_sql(statement)
    made = MetaData()
    made.reflect(engine)
    with kept.connect() as source, engine.begin() as connection:
        for target in made.sorted_tables:
            names = [each.name for each in target.columns]
            columns: list[Any] = [column(name) for name in names]
            wanted = select(*columns).select_from(table(target.name))
            rows = [
                {name: of_type(target.c[name].type, row[name]) for name in names}
                for row in source.execute(wanted).mappings()
            ]
            if rows and target.name != "orderflow_revision":
                connection.execute(target.insert(), rows)
        if engine.dialect.name == "postgresql":
            numbers = select(func.max(made.tables["orderflow_events"].c.number))
            last = connection.execute(numbers).scalar_one()
            connection.execute(select(func.setval("orderflow_event_numbers", last)))
    kept.dispose()


def of_type(kind: object, value: Any) -> Any:  # noqa: ANN401 - of any column
    """Return a value of SQLite as a column takes it."""
    if value is None or not isinstance(kind, Boolean | DateTime):
        return value
    return bool(value) if isinstance(kind, Boolean) else datetime.fromisoformat(f"{value}+00:00")


def read_all(engine: Engine, flow: OrderFlow) -> None:
    """Read what the earlier release has stored, in every table."""
    repository = flow.repository
    assert repository.sellers() == ["acme", "bolt", "corin", "dora"]
    assert repository.unserved() == [StockKey("bolt", "leeds", "TIN")]
    assert flow.default_policy == DEFAULT_POLICY
    assert flow.seller("bolt").policy() == POLICY_OF_BOLT
    assert SqlPreferences(engine).of("bolt") == PREFERENCE
    assert SqlNoticeStore(engine).get("bolt", "digest") == "of Å"
    assert not SqlInbox.receive(engine, "message 1", lambda _: None, seller_id="bolt")
    assert [message.error for message in SqlOutbox(engine).dead()] == ["the server is away"]
    for command in life("corin"):  # each is answered as it was
        repeated = flow.handle(command)
        assert repeated.events == () or repeated.events[0].at == command.at
    seen = {
        type(event).__name__
        for seller_id in repository.sellers()
        for event in flow.seller(seller_id).events()
    }
    assert seen == {name for name, kind in TYPES.items() if issubclass(kind, Event)}
    assert {type(command) for command in life("corin")} == set(get_args(Command))


def go_on(engine: Engine, flow: OrderFlow) -> None:
    """Use the database as a shop does."""
    acme = flow.seller("acme")
    assert flow.recover() > 0
    repeated = acme.book_in(key("MUG"), 12, at=NOON, command_id="delivery 1")
    assert [event.at for event in repeated.events] == [NOON]
    arrived = acme.book_in(key("PAN"), 20, receipt_id="ASN 2")
    assert arrived.back_orders_completed == ("H-1", "H", "I")
    for seller_id in flow.repository.sellers():
        seller = flow.seller(seller_id)
        seller.place(order("new", seller_id=seller_id))
        assert seller.order("new").lines
    outbox, sent = SqlOutbox(engine), 0
    while messages := outbox.claim(later(99_999), timedelta(minutes=1), 500):
        sent += len(messages)
        for message in messages:
            outbox.mark_sent([message])
    assert sent > 100


def test_there_is_a_populated_database_of_every_revision() -> None:
    """If this fails, a revision is new: `python -m tests.unit.adapters.sql.populated` keeps it."""
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
