"""Checks of the Django settings, for `manage.py check`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.core import checks
from django.db import connections, router

if TYPE_CHECKING:
    from collections.abc import Iterator

    from django.db.backends.base.base import BaseDatabaseWrapper

__all__ = ["check_databases"]


def check_databases(**_: object) -> list[checks.CheckMessage]:
    """Check each database that orderflow's tables are migrated to."""
    return [
        message
        for alias in connections
        if router.allow_migrate(alias, "orderflow")
        for message in _faults(connections[alias])
    ]


def _faults(connection: BaseDatabaseWrapper) -> Iterator[checks.CheckMessage]:
    options = f"DATABASES[{connection.alias!r}]['OPTIONS']"
    given = connection.settings_dict["OPTIONS"]
    if connection.vendor == "sqlite":
        if str(given.get("transaction_mode")).upper() not in {"IMMEDIATE", "EXCLUSIVE"}:
            yield checks.Warning(
                f"Transactions on the SQLite database {connection.alias!r} take their lock late. "
                f"After a read, a write fails at once if another transaction has written.",
                hint=f"Set {options}['transaction_mode'] = 'IMMEDIATE'.",
                id="orderflow.W001",
            )
    elif connection.vendor != "postgresql":
        yield checks.Error(
            f"orderflow supports SQLite and PostgreSQL, but the database {connection.alias!r} is "
            f"{connection.display_name}.",
            hint="Use a database router to keep the app 'orderflow' off this database.",
            id="orderflow.E001",
        )
    elif not settings.USE_TZ:
        yield checks.Error(
            f"With USE_TZ = False, Django reads times from {connection.alias!r} without their "
            f"time zone.",
            hint="Set USE_TZ = True.",
            id="orderflow.E002",
        )
