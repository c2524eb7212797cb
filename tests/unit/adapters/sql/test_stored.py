"""What a later release has written is refused by name, and is never taken for something else."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import func, update

from orderflow import HoldReason, OrderFlow, StorageError
from orderflow.adapters.sql import SqlOutbox, SqlRepository, Tables
from orderflow.problems import problem_of
from tests.unit.shop import NOON, key, order

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Engine

    from orderflow import Seller


def replace(engine: Engine, place: str, old: str, new: str) -> None:
    """Replace a text in a column."""
    table_name, column = place.split(".")
    table = getattr(Tables.default(), table_name)
    with engine.begin() as connection:
        connection.execute(update(table).values({column: func.replace(table.c[column], old, new)}))


def repeat(acme: Seller) -> object:
    return acme.book_in(key("MUG"), 2, at=NOON, command_id="delivery")


NEW_VERSION = '"version":1', '"version":2', "version: is 2.*later release"
NEW_FIELD = '"data":{', '"data":{"new":1,', "new: is unknown"
READS: dict[str, Callable[[Seller], object]] = {
    "events.event": lambda acme: acme.events(),
    "commands.outcome": repeat,
    "commands.command": repeat,
    "orders.holds": lambda acme: acme.order("A"),
    "policies.value": lambda acme: acme.policy(),
    "policies.back_order_limits": lambda acme: acme.place(order("B")),
}


@pytest.mark.parametrize(("old", "new", "fault"), [NEW_VERSION, NEW_FIELD])
@pytest.mark.parametrize("place", READS)
def test_a_value_of_a_later_release_is_refused(
    place: str, old: str, new: str, fault: str, engine: Engine
) -> None:
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    acme.limit_back_orders(key("MUG"), 5, at=NOON)
    acme.change_policy(acme.policy(), at=NOON)
    acme.place(order("A"), at=NOON)
    acme.hold("A", HoldReason.OTHER, at=NOON)
    repeat(acme)
    replace(engine, place, old, new)
    with pytest.raises(StorageError, match=f"{fault}.*upgrade this process") as refused:
        READS[place](acme)
    assert problem_of(refused.value).is_fault


def test_a_status_of_a_later_release_is_refused(engine: Engine) -> None:
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    acme.place(order("A"), at=NOON)
    with engine.begin() as connection:
        connection.execute(update(Tables.default().orders).values(short_part="ANEW"))
    with pytest.raises(StorageError, match=r"an order 'A' of 'acme'.*ANEW.*upgrade this process"):
        acme.orders()


def test_a_relay_leaves_messages_that_it_cannot_read_to_a_later_release(engine: Engine) -> None:
    acme = OrderFlow(SqlRepository(engine)).seller("acme")
    acme.place(order("A"), at=NOON)
    outbox, minute = SqlOutbox(engine), timedelta(minutes=1)
    replace(engine, "events.event", "OrderPlaced", "OrderFound")
    with pytest.raises(StorageError, match=r'not "OrderFound".*upgrade this process'):
        outbox.claim(NOON, minute, 10)
    replace(engine, "events.event", "OrderFound", "OrderPlaced")
    assert len(outbox.claim(NOON, minute, 10)) == len(acme.events())
