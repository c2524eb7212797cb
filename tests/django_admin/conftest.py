"""A shop in a database of Django, and members of its staff."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from django.core.management import call_command
from django.test.utils import setup_test_environment, teardown_test_environment

from tests.databases.django import as_default, django_postgres, django_sqlite, empty
from tests.django_admin.staff import Staff

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(name="_database", scope="package")
def _database(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[None]:
    host = (
        django_sqlite(tmp_path_factory.mktemp("host") / "host.db")
        if getattr(request, "param", "sqlite") == "sqlite"
        else django_postgres()
    )
    with host as alias, as_default(alias):
        call_command("migrate", "orderflow", fake=True, verbosity=0)
        call_command("migrate", verbosity=0)
        setup_test_environment()
        yield
        teardown_test_environment()


@pytest.fixture(name="staff")
def _staff(_database: None) -> Staff:
    empty("default")
    return Staff.with_permissions()
