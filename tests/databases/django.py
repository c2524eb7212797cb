"""Databases as Django opens them: each test has an alias of its own among the settings."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from itertools import count
from typing import TYPE_CHECKING, Any, TypeVar

import django
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections

from orderflow.adapters.sql import Tables
from orderflow.adapters.sql.django import DjangoTransactions
from tests.databases import postgres_url, sqlite

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from orderflow.adapters.sql import Executor

    T = TypeVar("T")

__all__ = [
    "ClosingTransactions",
    "as_default",
    "django_postgres",
    "django_sqlite",
    "empty",
    "second",
]

_numbers = count(1)


OF_THE_HOST = {"admin", "auth", "contenttypes", "sessions"}


class HostTables:
    """A router that keeps the tables of the host's other apps in its default database."""

    def allow_migrate(self, db: str, app_label: str, **_: object) -> bool | None:
        return False if app_label in OF_THE_HOST and db != DEFAULT_DB_ALIAS else None


settings.configure(
    USE_TZ=True,
    TIME_ZONE="Europe/London",
    INSTALLED_APPS=[
        *("django.contrib.admin", "django.contrib.auth", "django.contrib.contenttypes"),
        *("django.contrib.sessions", "django.contrib.messages", "django.contrib.staticfiles"),
        *("orderflow.adapters.sql.django", "orderflow.django_admin"),
    ],
    ORDERFLOW_FLOW="tests.django_admin.host.flow",
    DATABASE_ROUTERS=[HostTables()],
    ROOT_URLCONF="tests.django_admin.host",
    MIDDLEWARE=[
        "django.contrib.sessions.middleware.SessionMiddleware",
        "django.middleware.csrf.CsrfViewMiddleware",
        "django.contrib.auth.middleware.AuthenticationMiddleware",
        "django.contrib.messages.middleware.MessageMiddleware",
    ],
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "APP_DIRS": True,
            "OPTIONS": {
                "context_processors": [
                    "django.template.context_processors.request",
                    "django.contrib.auth.context_processors.auth",
                    "django.contrib.messages.context_processors.messages",
                ]
            },
        }
    ],
    STATIC_URL="static/",
    ALLOWED_HOSTS=["testserver", "127.0.0.1"],
    SECRET_KEY="of these tests",  # noqa: S106 - it guards nothing
    PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
    LOGGING_CONFIG=None,
)
django.setup()


class ClosingTransactions(DjangoTransactions):
    """Closes the connection of a thread that was started by a test: it may not come again."""

    def write(self, task: Callable[[Executor], T]) -> T:
        try:
            return super().write(task)
        finally:
            if threading.current_thread() is not threading.main_thread():
                connections.close_all()


@contextmanager
def django_sqlite(
    path: Path, *, mode: str | None = "IMMEDIATE", synchronous: str = "OFF", seconds: float = 30
) -> Iterator[str]:
    """Open a SQLite file with the tables of orderflow."""
    sqlite(path).dispose()
    options = {
        "init_command": f"PRAGMA synchronous={synchronous}",
        "transaction_mode": mode,
        "timeout": seconds,
    }
    with _alias(
        {"ENGINE": "django.db.backends.sqlite3", "NAME": str(path), "OPTIONS": options}
    ) as alias:
        yield alias


@contextmanager
def django_postgres(**options: object) -> Iterator[str]:
    """Open a new PostgreSQL database with the tables of orderflow, and drop it afterwards."""
    with (
        postgres_url() as url,
        _alias(
            {
                "ENGINE": "django.db.backends.postgresql",
                "NAME": url.database,
                "USER": url.username,
                "HOST": url.query.get("host", url.host),
                "PORT": url.port or "",
                "PASSWORD": url.password or "",
                "OPTIONS": options,
            }
        ) as alias,
    ):
        yield alias


def empty(alias: str) -> None:
    """Remove all rows."""
    with connections[alias].cursor() as cursor:
        for table in Tables.default().metadata.sorted_tables:
            cursor.execute(f"DELETE FROM {table.fullname}")  # noqa: S608 - a name of ours


@contextmanager
def second(alias: str) -> Iterator[str]:
    """Open another connection to the same database."""
    with _alias(connections.databases[alias]) as other:
        yield other


@contextmanager
def as_default(alias: str) -> Iterator[None]:
    """Let the default database be the one of an alias."""
    before = connections.databases[DEFAULT_DB_ALIAS]
    _set_default(connections.databases[alias])
    yield
    connections[DEFAULT_DB_ALIAS].close()
    _set_default(before)


def _set_default(database: dict[str, Any]) -> None:
    connections.databases[DEFAULT_DB_ALIAS] = database
    with suppress(AttributeError):  # this thread has not opened it yet
        del connections[DEFAULT_DB_ALIAS]


@contextmanager
def _alias(database: dict[str, Any]) -> Iterator[str]:
    alias = f"test_{next(_numbers)}"
    filled = connections.configure_settings({"default": {}, alias: database})
    connections.databases[alias] = filled[alias]
    yield alias
    connections[alias].close()
    del connections[alias], connections.databases[alias]
