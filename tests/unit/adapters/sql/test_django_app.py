"""The app of Django: its migrations, and what `manage.py check` finds."""

from __future__ import annotations

from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.core.management import call_command
from django.db import connections, router
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.test.utils import override_settings
from sqlalchemy import create_engine

from orderflow.adapters.sql import Tables, upgrade
from orderflow.adapters.sql.django import UpgradeTables, migrations
from orderflow.adapters.sql.django.checking import check_databases
from orderflow.adapters.sql.revision import REVISION
from tests.databases.django import django_postgres, django_sqlite
from tests.unit.adapters.sql.populated import revisions
from tests.unit.adapters.sql.test_upgrading import differences

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine


@pytest.fixture(name="alias", params=["sqlite", "postgresql"])
def _alias(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Open a database without tables."""
    if request.param == "postgresql":
        with django_postgres() as alias:
            yield from _emptied(alias)
    else:
        with django_sqlite(tmp_path / "host.db") as alias:
            yield from _emptied(alias)


def _emptied(alias: str) -> Iterator[str]:
    with engine_of(alias) as engine:
        Tables.default().metadata.drop_all(engine)
    yield alias


@contextmanager
def engine_of(alias: str) -> Iterator[Engine]:
    settings = connections[alias].settings_dict
    if connections[alias].vendor == "sqlite":
        engine = create_engine(f"sqlite:///{settings['NAME']}")
    else:
        place = f"{settings['USER']}:{settings['PASSWORD']}@/{settings['NAME']}"
        port = f"&port={settings['PORT']}" if settings["PORT"] else ""
        engine = create_engine(f"postgresql+psycopg://{place}?host={settings['HOST']}{port}")
    yield engine
    engine.dispose()


def run(*arguments: str, **options: Any) -> str:  # noqa: ANN401 - as the command takes them
    out = StringIO()
    call_command(*arguments, stdout=out, **options)
    return out.getvalue()


def test_migrate_makes_the_tables_that_the_metadata_tells_of(alias: str) -> None:
    assert "Applying orderflow.0001_first_release... OK" in run("migrate", database=alias)
    with connections[alias].cursor() as cursor:
        cursor.execute("DROP TABLE django_migrations")
    with engine_of(alias) as engine:
        assert upgrade(engine) == REVISION
        found = differences(engine, Tables.default())
    assert found == []


def test_there_is_nothing_that_makemigrations_would_add() -> None:
    assert "No changes detected" in run("makemigrations", check=True, dry_run=True)


def test_there_is_a_migration_for_each_revision() -> None:
    names = sorted(path.name[:4] for path in Path(migrations.__path__[0]).glob("[0-9]*.py"))
    assert names == revisions()


def test_the_statements_can_be_looked_at(alias: str) -> None:
    shown = run("sqlmigrate", "orderflow", "0001", database=alias)
    assert "-- Upgrade the tables of orderflow to revision 0001" in shown
    assert "CREATE TABLE orderflow_stock" in shown


def test_there_is_no_way_back_that_would_lose_orders(alias: str) -> None:
    run("migrate", database=alias)
    with pytest.raises(IrreversibleError):
        run("migrate", "orderflow", "zero", database=alias)


def test_a_migration_of_the_host_s_makes_them_under_other_names(alias: str) -> None:
    operation = UpgradeTables("0001", prefix="of_")
    text, imports = MigrationWriter.serialize(operation)
    assert "UpgradeTables( revision='0001', prefix='of_', )" in " ".join(text.split())
    assert imports == {"import orderflow.adapters.sql.django.migrating"}
    with connections[alias].schema_editor() as editor:
        operation.database_forwards("shop", editor, ProjectState(), ProjectState())
    with engine_of(alias) as engine:
        found = differences(engine, Tables(prefix="of_"))
    assert found == []


class Elsewhere:
    """A router that keeps the tables away from every database."""

    def allow_migrate(self, db: str, app_label: str, **_: object) -> bool:
        return not (db.startswith("test_") and app_label == "orderflow")


def test_a_router_keeps_the_tables_away(alias: str) -> None:
    with override_settings(DATABASE_ROUTERS=[Elsewhere()]):
        assert not router.allow_migrate(alias, "orderflow")
        run("migrate", database=alias)
        assert "orderflow_stock" not in connections[alias].introspection.table_names()


def findings(alias: str) -> list[str | None]:
    return [each.id for each in check_databases() if repr(alias) in f"{each.msg} {each.hint}"]


def test_transactions_that_take_their_lock_late_are_warned_of(tmp_path: Path) -> None:
    with django_sqlite(tmp_path / "host.db", mode=None) as alias:
        assert findings(alias) == ["orderflow.W001"]
    with django_sqlite(tmp_path / "host.db", mode="exclusive") as alias:
        assert findings(alias) == []


def test_what_would_be_refused_is_found_by_check() -> None:
    with django_postgres() as alias:
        assert findings(alias) == []
        with override_settings(USE_TZ=False):
            assert findings(alias) == ["orderflow.E002"]
    assert findings("default") == ["orderflow.E001"]  # Django's stand-in for none
    with override_settings(DATABASE_ROUTERS=[Elsewhere()]), django_postgres() as alias:
        assert findings(alias) == []
