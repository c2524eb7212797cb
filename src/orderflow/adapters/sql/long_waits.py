"""The statements that find orders which have waited for long, and their parameters."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime, timedelta

    from sqlalchemy.sql import Executable

__all__ = ["long_wait_reads"]


def long_wait_reads(
    own: Executable,
    others: Executable,
    write: Callable[[datetime], Any],
    give_up_after: timedelta | None,
    **moments: datetime,
) -> Iterator[tuple[Executable, dict[str, Any]]]:
    """Yield statements for the orders that are given up at some moments, with their parameters.

    Args:
        own: The statement for orders with a time of their own.
        others: The statement for those without one, by the beginning of their waits.
        write: Converts a moment for the database.
        give_up_after: The time of those without one; `None` if they have none at all.
        moments: The moments by the names of their parameters.
    """
    yield own, {name: write(moment) for name, moment in moments.items()}
    if give_up_after is not None:
        since = {name: write(moment - give_up_after) for name, moment in moments.items()}
        # Two reads, because the index begins with this column.
        yield others, since | {"allows_partial": False}
        yield others, since | {"allows_partial": True}
