"""The database that a demo saves: the shop as it was one afternoon."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from orderflow.adapters.sql import SqlDefaultPolicy, SqlRepository, open_database
from orderflow.cli.database_name import refuse_credentials
from orderflow.domain.model.commands import RunDue
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
"""Short products are ordered every day, and come two to six days later."""

_HEAD = b"SQLite format 3\0"

DAY = timedelta(days=1)
WEEK = 7 * DAY


def check_free(path: Path, *, overwrite: bool) -> None:
    """Refuse to overwrite a file unless asked to, and any file that is not a database.

    Raises:
        StorageError: If the file may not be overwritten.
    """
    refuse_credentials(str(path))
    if path.exists() and not _is_database(path):
        raise StorageError(f"{path} exists and is not a database; name another file")
    if path.exists() and not overwrite:
        raise StorageError(f"{path} exists; --overwrite replaces it, and all that is in it is lost")


def _is_database(path: Path) -> bool:
    """Whether this is a SQLite file, or an empty file, which can become one."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(len(_HEAD)) in (_HEAD, b"")


def afternoon(entries: Sequence[Entry]) -> int:
    """Return the index of the last entry before a cut-off in the last quarter of a history.

    At that moment some orders wait, some are allocated, and some have left.
    """
    late = range(len(entries) * 3 // 4, len(entries) - 1)
    cut_offs = ((place, SETTINGS.calendar.next_cut_off(entries[place].at)) for place in late)
    busy = (place for place, cut_off in cut_offs if entries[place + 1].at >= cut_off)
    return next(busy, len(entries) - 1)


def until_now(shop: Shop) -> Shop:
    """Shift a shop by whole weeks, so that the afternoon is one of the last eight days."""
    entries = generate(shop)
    weeks = (datetime.now(UTC) - DAY - entries[afternoon(entries)].at) // WEEK
    return attrs.evolve(shop, begin=shop.begin + weeks * WEEK)


def all_of(flow: OrderFlow, seller_id: str) -> Outcome:
    """Return all the data of a seller, as the outcome of one command."""
    return Outcome(
        seller_id=seller_id,
        events=tuple(flow.seller(seller_id).events()),
        orders=tuple(flow.seller(seller_id).orders()),
        stock=tuple(flow.seller(seller_id).stock()),
        receipts=tuple(flow.seller(seller_id).receipts()),
    )


def waiting_in(state: Outcome) -> str | None:
    """Return the id of the waiting order with the fewest lines that could be split."""
    waiting = [order for order in state.orders if order.status is Status.ON_BACK_ORDER]
    partly = [(len(order.lines), order.order_id) for order in waiting if order.allocated]
    return min(partly)[1] if partly else None


def write(state: Outcome, policy: AllocationPolicy, path: Path) -> None:
    """Create a database with the data of a seller, and leave its outbox empty.

    Raises:
        StorageError: If it cannot be created.
    """
    for each in (path, *(Path(f"{path}{suffix}") for suffix in ("-wal", "-shm"))):
        each.unlink(missing_ok=True)
    engine = open_database(path, create=True)
    try:
        SqlDefaultPolicy(engine).set(policy)
        # A repository writes what a command has changed: here, everything.
        command = RunDue(seller_id=state.seller_id, at=state.events[-1].at)
        repository = SqlRepository(engine, outbox=False)  # made-up orders cause no notices
        repository.write(state.seller_id, lambda work: work.save(command, state))
    finally:
        engine.dispose()
