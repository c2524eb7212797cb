"""Waiting until somebody waits for a lock on PostgreSQL."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from sqlalchemy import text

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

__all__ = ["wait_until_somebody_waits"]

_SOMEBODY_WAITS = text(
    "SELECT count(*) FROM pg_stat_activity"
    " WHERE datname = current_database() AND wait_event_type = 'Lock'"
)


def wait_until_somebody_waits(engine: Engine, or_that: Callable[[], bool] = lambda: False) -> None:
    """Return as soon as somebody waits for a lock in this database, or something else is true."""
    until = time.monotonic() + 30
    while time.monotonic() < until:
        with engine.connect() as connection:
            if connection.scalar(_SOMEBODY_WAITS) or or_that():
                return
        time.sleep(0.01)
    raise AssertionError("nobody waits")
