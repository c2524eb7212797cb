"""The file that a demo leaves behind: a database with the shop as it was one afternoon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from orderflow.adapters.sql import SqlPolicies, SqlRepository, open_database
from orderflow.domain.model.commands import ReleaseEndedHolds
from orderflow.domain.model.outcome import Outcome
from orderflow.domain.model.status import Status
from orderflow.errors import StorageError
from orderflow.replay import ReplenishmentRule, Settings
from orderflow.replay.generator import generate

if TYPE_CHECKING:
    from collections.abc import Sequence

    from orderflow.domain.model.policy import AllocationPolicy
    from orderflow.replay import Entry
    from orderflow.replay.generator import Shop
    from orderflow.service import OrderFlow

__all__ = ["SETTINGS", "afternoon", "all_of", "check_free", "until_now", "waiting_in", "write"]

SETTINGS = Settings(
    rule=ReplenishmentRule(
        opening_units=0,
        level_units=0,
        cover_days=0,
        recent_days=1,
        review_days=1,
        lead_days_min=2,
        lead_days_max=6,
    )
)
"""What customers wait for is ordered each day, and comes two to six days later."""

_HEAD = b"SQLite format 3\0"

DAY = timedelta(days=1)
WEEK = 7 * DAY


def check_free(path: Path, *, overwrite: bool) -> None:
    """Refuse to overwrite a file without being asked to, or one that is no database.

    Raises:
        StorageError: If it is there.
    """
    if path.exists() and not _is_database(path):
        raise StorageError(f"{path} is there already, and is no database; name another file")
    if path.exists() and not overwrite:
        raise StorageError(
            f"{path} is there already; --overwrite makes it anew, without anything that is in it"
        )


def _is_database(path: Path) -> bool:
    """Whether this is a file of SQLite, or an empty one, which may become one."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_HEAD)) in (_HEAD, b"")


def afternoon(entries: Sequence[Entry]) -> int:
    """Return the place in a history of the last entry before a cut-off, in its last quarter.

    By then there is something of everything: orders that wait, that are ready to be sent, and
    that have left.
    """
    late = range(len(entries) * 3 // 4, len(entries) - 1)
    cut_offs = ((place, SETTINGS.hours.cut_off_after(entries[place].at)) for place in late)
    busy = (place for place, cut_off in cut_offs if entries[place + 1].at >= cut_off)
    return next(busy, len(entries) - 1)


def until_now(shop: Shop) -> Shop:
    """Move a shop by whole weeks, so that the afternoon is one of the last eight days."""
    entries = generate(shop)
    weeks = (datetime.now(UTC) - DAY - entries[afternoon(entries)].at) // WEEK
    return attrs.evolve(shop, begin=shop.begin + weeks * WEEK)


def all_of(flow: OrderFlow, seller_id: str) -> Outcome:
    """Return all that a seller has, as if one command had brought it about."""
    return Outcome(
        seller_id=seller_id,
        events=tuple(flow.seller(seller_id).events()),
        orders=tuple(flow.seller(seller_id).orders()),
        stock=tuple(flow.seller(seller_id).stock()),
        receipts=tuple(flow.seller(seller_id).receipts()),
    )


def waiting_in(state: Outcome) -> str | None:
    """Return an order that waits and could be split: the one with the fewest lines."""
    waiting = [order for order in state.orders if order.status is Status.ON_BACK_ORDER]
    partly = [(len(order.lines), order.order_id) for order in waiting if order.allocated]
    return min(partly)[1] if partly else None


def write(state: Outcome, policy: AllocationPolicy, path: Path) -> None:
    """Make a database with all that a seller has; nothing of it goes to the outbox.

    Raises:
        StorageError: If it cannot be made.
    """
    for each in (path, *(Path(f"{path}{suffix}") for suffix in ("-wal", "-shm"))):
        each.unlink(missing_ok=True)
    engine = open_database(path, create=True)
    try:
        SqlPolicies(engine).set(policy)
        # A repository writes what a command has changed: here, all that there is.
        command = ReleaseEndedHolds(seller_id=state.seller_id, at=state.events[-1].at)
        repository = SqlRepository(engine, outbox=False)  # nobody is told what was made up
        repository.write(state.seller_id, lambda work: work.save(command, state))
    finally:
        engine.dispose()
